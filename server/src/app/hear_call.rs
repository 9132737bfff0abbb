//! A provider's call: proved, read, and each payment in it written down before the answer.

use domain::Actor;
use formats::directory::SourceKind;

use super::{App, find_contract::Named, post_payment::amount_of};
use crate::{
    error::Error,
    intake::{self, Call, Rejection},
};

impl App {
    /// Takes a call of a source in. The answer is what its sender wants to hear, and comes when
    /// everything is durable. A payment that is refused keeps no other from being taken.
    pub async fn hear_call(
        &self,
        name: &str,
        kind: SourceKind,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<&'static str, Error> {
        let known = self.source(name).filter(|(_, source)| source.kind == kind);
        let (tenant, source) = known.ok_or(Error::NotFound("source"))?;
        let call = Call { headers, body, at: self.now() };
        let heard = intake::hear(&source, &call).map_err(refused)?;
        let mut wrong = None;
        for receipt in &heard.receipts {
            let actor = Actor::Feed(source.name.clone());
            match self.receive_money(tenant, receipt, actor).await {
                Ok(_) => {}
                Err(error @ Error::Refused(_)) => wrong = wrong.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        wrong.map_or(Ok(heard.answer), Err)
    }

    /// Answers whether money typed so would find its contract.
    pub async fn validate_call(&self, name: &str, body: &[u8]) -> Result<&'static str, Error> {
        let known = self.source(name).filter(|(_, source)| source.kind == SourceKind::Mpesa);
        let (tenant, source) = known.ok_or(Error::NotFound("source"))?;
        let asked = intake::asked(body).map_err(refused)?;
        let Named::One(unit, _) = self.find_contract(tenant, &asked.references).await? else {
            return Ok(intake::verdict(Some("reference")));
        };
        let currency = self.contract_of(tenant, unit).await?.contract.terms().currency();
        let fits =
            source.currency == Some(currency) && amount_of(&asked.amount, None, currency).is_ok();
        Ok(intake::verdict((!fits).then_some("amount")))
    }
}

fn refused(rejection: Rejection) -> Error {
    Error::refused(rejection.code, rejection.detail)
}

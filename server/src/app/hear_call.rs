//! A provider's call: proved, read, and each payment in it written down before the answer.

use std::net::IpAddr;

use domain::Actor;
use formats::directory::SourceKind;

use super::{App, find_contract::Named, post_payment::amount_of};
use crate::{
    error::Error,
    intake::{self, Call, Proof, Rejection},
};

impl App {
    /// Takes a call of a source in. The answer is what its sender wants to hear, and comes when
    /// everything is durable. A payment that is refused keeps no other from being taken.
    pub async fn hear_call(
        &self,
        name: &str,
        kind: SourceKind,
        remote: Option<IpAddr>,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<&'static str, Error> {
        let known = self.source(name).filter(|(_, source)| source.kind == kind);
        let (tenant, source) = known.ok_or(Error::NotFound("source"))?;
        let now = self.now();
        let call = Call { headers, body, at: now };
        if kind == SourceKind::Alerts {
            return self.hear_alert(tenant, &source, &call).await;
        }
        let heard = intake::hear(&source, &call).map_err(refused)?;
        let calls = heard.receipts.len();
        let room = match heard.proof {
            Proof::Proven => self.throttle.proven(name, calls, now),
            Proof::Hint => self.throttle.unproven(name, remote, calls, now),
        };
        room.map_err(Error::TooMany)?;
        let mut wrong = None;
        for receipt in &heard.receipts {
            let actor = Actor::Feed(source.name.clone());
            match self.receive_money(tenant, receipt, actor).await {
                Ok(_) => {}
                Err(error @ Error::Refused(_)) => wrong = wrong.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        if heard.proof == Proof::Proven {
            self.feed_heard(tenant, name);
        }
        wrong.map_or(Ok(heard.answer), Err)
    }

    /// Answers whether money typed so would find its contract.
    pub async fn validate_call(
        &self,
        name: &str,
        remote: Option<IpAddr>,
        body: &[u8],
    ) -> Result<&'static str, Error> {
        let known = self.source(name).filter(|(_, source)| source.kind == SourceKind::Mpesa);
        let (tenant, source) = known.ok_or(Error::NotFound("source"))?;
        let asked = intake::asked(body).map_err(refused)?;
        // A room of its own: what is asked before money moves is no hint of it.
        let room = self.throttle.unproven(&format!("{name}/validation"), remote, 1, self.now());
        room.map_err(Error::TooMany)?;
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

//! Moving a sunset, and hearing that a device did not wait for it.

use domain::{Actor, Command, Contract, Day, EnrolmentId, Moment, TenantId, UnitId, sunset};
use protocol::{Kind, Message, cert::KeyKind, release::Removed, sunset::SunsetDispute};

use super::{
    App,
    change::{Asked, Changed, Extras, Loaded},
    lease::unix,
};
use crate::{error::Error, keys::TenantKeys};

/// Lenders that a contract was passed through, at most, until the one who has it is found.
const HOPS_MAX: u32 = 64;

impl App {
    /// Moves the sunset of a contract to the beginning of a day: signed by a release key, so that
    /// its device believes it.
    pub async fn dispute_sunset(
        &self,
        tenant: TenantId,
        unit: UnitId,
        until: Day,
        reason: &str,
        asked: &Asked,
    ) -> Result<Changed, Error> {
        self.contract_of(tenant, unit).await?;
        let keys = self.keys.tenant(tenant)?;
        self.change(unit, asked, Extras::default(), |loaded, now| {
            let disputed = self.disputed(&keys, &loaded.contract, until, reason, now)?;
            Ok(vec![Command::Sunset(sunset::Ask::Dispute(disputed))])
        })
        .await
    }

    /// What a dispute at this moment says and tells the device; nothing is signed that is refused.
    fn disputed(
        &self,
        keys: &TenantKeys,
        contract: &Contract,
        until: Day,
        reason: &str,
        now: Moment,
    ) -> Result<sunset::Disputed, Error> {
        let until = contract.terms().zone().midnight(until);
        domain::decide::check_may_dispute(contract, until, now)?;
        let number = contract.disputes() + 1;
        let sign = |id: EnrolmentId, key_gen: u32| {
            let dispute = SunsetDispute {
                tenant: protocol::TenantId(contract.tenant.bytes()),
                contract: protocol::ContractId(contract.unit.bytes()),
                enrolment: protocol::EnrolmentId(id.bytes()),
                key_gen,
                number,
                sunset: contract.sunset().map_or(0, |at| unix(at.seconds_up())),
                until: unix(until.seconds_up()),
                reason: reason.to_owned(),
                issued_at: unix(now.seconds()),
            };
            dispute.check().map_err(|error| Error::refused("bad_text", error.to_string()))?;
            let key = keys.signing(KeyKind::Release, self.signing_moment()?)?;
            Ok::<_, Error>((id, key.sign(Kind::SunsetDispute, &dispute.encode())?))
        };
        let device = contract.device.as_ref();
        let certificate = device.map(|device| sign(device.id, device.key_gen)).transpose()?;
        Ok(sunset::Disputed { number, until, reason: reason.to_owned(), certificate })
    }

    /// A device says that it freed itself: the contract follows, wherever it has gone by then.
    pub(super) async fn hear_freed(
        &self,
        loaded: Loaded,
        message: &Removed,
        at: u64,
    ) -> Result<Loaded, Error> {
        let unknown = || Error::NotFound("contract");
        let mut loaded = loaded;
        for _ in 0..HOPS_MAX {
            let Some(passed) = loaded.contract.passed() else { break };
            loaded = self.load_contract(passed.unit).await?.ok_or_else(unknown)?;
        }
        let sunset = Moment::from_seconds(i64::try_from(at).unwrap_or(i64::MAX));
        let id = EnrolmentId::from_bytes(message.enrolment.0);
        // A phone that was exchanged is free already, and its contract goes on with another one.
        if loaded.contract.freed(id).is_some() {
            return Ok(loaded);
        }
        let unit = loaded.row.unit;
        let asked = Asked::once(self, "hear_freed", Actor::Device(id));
        self.change(unit, &asked, Extras::default(), |loaded, now| {
            let freed = Command::Sunset(sunset::Ask::FreedItself { sunset });
            let told = Command::ReportEvidence {
                what: sunset::FREED_ITSELF.to_owned(),
                happened: now,
                detail: at,
            };
            let is_news = loaded.contract.pending_sunset().is_some();
            Ok([Some(freed), is_news.then_some(told)].into_iter().flatten().collect())
        })
        .await?;
        self.load_contract(unit).await?.ok_or_else(unknown)
    }
}

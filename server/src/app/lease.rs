//! From a contract's version to the lease that says it. The one place where the domain's words
//! become the wire's numbers.

use domain::{
    Contract, EnrolmentId, Guard, Ladder, Moment, Restriction, Rung, Stage, UnitId,
    contract::State, silence::in_silence,
};
use formats::words::Words;
use protocol::{
    Kind, Message,
    cert::KeyKind,
    lease::{LeaseContent, Notice, Passes, SignedLease, Silence, Stamp, Step, Unchanged},
    limits::CERTS_MAX,
    release::Release,
};

use super::{App, screens};
use crate::{
    crypto::{content_hash as hash_of, sha256},
    error::Error,
    keys::{CertifiedKey, TenantKeys},
};

/// The wire's rung for a domain rung.
pub fn wire_stage(stage: Stage) -> protocol::Stage {
    let rung = match stage.rung {
        Rung::Clear => protocol::Rung::Clear,
        Rung::Remind => protocol::Rung::Remind,
        Rung::Notice => protocol::Rung::Notice,
        Rung::Restrict => protocol::Rung::Restrict,
        Rung::Lock => protocol::Rung::Lock,
    };
    protocol::Stage { rung, step: stage.step }
}

/// The domain's stage for a wire stage.
pub fn domain_stage(stage: protocol::Stage) -> Stage {
    let rung = match stage.rung {
        protocol::Rung::Clear => Rung::Clear,
        protocol::Rung::Remind => Rung::Remind,
        protocol::Rung::Notice => Rung::Notice,
        protocol::Rung::Restrict => Rung::Restrict,
        protocol::Rung::Lock => Rung::Lock,
    };
    Stage { rung, step: stage.step }
}

/// The wire's code for a restriction.
pub fn restriction_code(restriction: Restriction) -> u16 {
    use protocol::Restriction as Wire;
    let wire = match restriction {
        Restriction::Wallpaper => Wire::Wallpaper,
        Restriction::Camera => Wire::Camera,
        Restriction::Gallery => Wire::Gallery,
        Restriction::AppInstall => Wire::AppInstall,
        Restriction::NonessentialApps => Wire::NonessentialApps,
        Restriction::OutgoingCalls => Wire::OutgoingCalls,
        Restriction::OutgoingSms => Wire::OutgoingSms,
        Restriction::DataNetwork => Wire::DataNetwork,
    };
    wire.code()
}

/// The wire's code for a guard.
pub fn guard_code(guard: Guard) -> u16 {
    use protocol::Guard as Wire;
    let wire = match guard {
        Guard::FactoryReset => Wire::FactoryReset,
        Guard::SafeMode => Wire::SafeMode,
        Guard::Debugging => Wire::Debugging,
        Guard::UnknownInstalls => Wire::UnknownInstalls,
        Guard::AgentRemoval => Wire::AgentRemoval,
    };
    wire.code()
}

/// Sorted guard codes of a ladder.
pub fn guard_codes(ladder: &Ladder) -> Vec<u16> {
    let mut codes: Vec<u16> = ladder.guards.iter().map(|guard| guard_code(*guard)).collect();
    codes.sort_unstable();
    codes
}

fn restriction_codes(ladder: &Ladder, stage: Stage) -> Vec<u16> {
    let restrictions = ladder.restrictions(stage);
    let mut codes: Vec<u16> = restrictions.into_iter().map(restriction_code).collect();
    codes.sort_unstable();
    codes
}

/// What version `sequence` of a contract says to its device: a function of the contract and the
/// words in force. The contract keeps its hash, so that other words make another version. `None`
/// without a device, after the release, and once the contract was passed on.
pub fn content(
    contract: &Contract,
    ladder: &Ladder,
    words: &Words,
    sequence: u64,
) -> Option<LeaseContent> {
    let over = contract.is_released() || contract.passed().is_some();
    let device = contract.device.as_ref().filter(|_| !over)?;
    let decision = &contract.decision;
    let voice = words.voice(contract.terms().language());
    let timetable = decision.timetable.iter().map(|planned| Step {
        stage: wire_stage(planned.stage),
        at: unix(planned.at.seconds_up()),
        after_s: planned.after_s,
        restrictions: restriction_codes(ladder, planned.stage),
        reason: screens::stage_reason(contract, planned.stage, voice),
        notice: planned.notice.map(|id| protocol::NoticeId(*id.0.as_bytes())),
    });
    Some(LeaseContent {
        tenant: protocol::TenantId(contract.tenant.bytes()),
        contract: protocol::ContractId(contract.unit.bytes()),
        enrolment: protocol::EnrolmentId(device.id.bytes()),
        key_gen: device.key_gen,
        sequence,
        stage: wire_stage(decision.stage),
        restrictions: restriction_codes(ladder, decision.stage),
        timetable: timetable.take(protocol::lease::TIMETABLE_MAX).collect(),
        guards: guard_codes(ladder),
        offline_step_max_age_s: ladder.offline_step_max_age_s,
        silence: silence(contract, ladder),
        notices: notices(contract),
        screen: screens::screen(contract, ladder, voice),
        passes: Passes {
            left: ladder.passes.count.saturating_sub(contract.passes_used),
            hours: ladder.passes.hours,
        },
        sunset: contract.sunset().map(|at| unix(at.seconds_up())),
        dispute: contract.dispute_of(device.id).map(<[u8]>::to_vec),
    })
}

/// Hash of that content, for the journal.
pub fn content_hash(
    contract: &Contract,
    ladder: &Ladder,
    words: &Words,
    sequence: u64,
) -> Option<[u8; 32]> {
    content(contract, ladder, words, sequence).map(|content| sha256(&[&content.encode()]))
}

/// What long silence does, where facts, law and lender together allow it anything.
fn silence(contract: &Contract, ladder: &Ladder) -> Option<Silence> {
    let rule = in_silence(contract, ladder)?;
    let after_s = rule.after_hours.saturating_mul(3_600);
    Some(Silence { after_s, stage: wire_stage(rule.stage) })
}

/// The last notices, the newest always among them.
fn notices(contract: &Contract) -> Vec<Notice> {
    let skip = contract.notices.len().saturating_sub(protocol::lease::NOTICES_MAX);
    let shown = contract.notices.iter().skip(skip).map(|notice| Notice {
        id: protocol::NoticeId(*notice.id.0.as_bytes()),
        k: notice.k,
        show_from: unix(notice.show_from.seconds_up()),
        language: notice.language.clone(),
        text: notice.text.clone(),
    });
    shown.collect()
}

/// Seconds as the wire has them.
pub fn unix(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0)
}

impl App {
    /// Signs a version's lease afresh.
    pub fn sign_lease(
        &self,
        contract: &Contract,
        content: &LeaseContent,
        stamp: Stamp,
    ) -> Result<Vec<u8>, Error> {
        let keys = self.keys.tenant(contract.tenant)?;
        let key = keys.signing(KeyKind::Lease, self.signing_moment()?)?;
        let lease = SignedLease { content: content.encode(), stamp };
        key.sign(Kind::Lease, &lease.encode())
    }

    /// Signs "nothing new".
    pub fn sign_unchanged(
        &self,
        contract: &Contract,
        content: &LeaseContent,
        stamp: Stamp,
    ) -> Result<Vec<u8>, Error> {
        let keys = self.keys.tenant(contract.tenant)?;
        let key = keys.signing(KeyKind::Lease, self.signing_moment()?)?;
        let unchanged = Unchanged {
            enrolment: content.enrolment,
            key_gen: content.key_gen,
            sequence: content.sequence,
            content_hash: hash_of(&content.encode()),
            stamp,
        };
        key.sign(Kind::Unchanged, &unchanged.encode())
    }

    /// The certificate that frees a contract's device for ever.
    pub(super) async fn release_certificate(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        now: Moment,
    ) -> Result<Vec<u8>, Error> {
        let keys = self.keys.tenant(contract.tenant)?;
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        let imei = self.primary_imei(contract.unit).await?;
        let enrolment = contract.device.as_ref().map(|device| device.id);
        let release = Release {
            tenant: protocol::TenantId(contract.tenant.bytes()),
            lender: ladder.lender.name.clone(),
            contract: protocol::ContractId(contract.unit.bytes()),
            enrolment: protocol::EnrolmentId(enrolment.map_or([0; 16], EnrolmentId::bytes)),
            device_hash: protocol::release::device_hash(&salt, &imei),
            salt,
            released_at: unix(now.seconds()),
        };
        self.signing_moment()?;
        keys.signing(KeyKind::Release, now)?.sign(Kind::Release, &release.encode())
    }

    /// The 14 digits by which a certificate names the device; empty once they were erased.
    pub(super) async fn primary_imei(&self, unit: UnitId) -> Result<String, Error> {
        let personal = self.personal(unit).await?;
        let imeis = personal.into_iter().find(|(field, _)| field == "imei");
        let primary = imeis.and_then(|(_, text)| text.get(..14).map(str::to_owned));
        Ok(primary.unwrap_or_default())
    }

    /// Certificates of valid keys made after a moment, and so perhaps unknown to a device that
    /// enrolled then; the newest where there are too many.
    pub fn certs_since(&self, keys: &TenantKeys, since: Option<Moment>) -> Vec<Vec<u8>> {
        let now = unix(self.now().seconds());
        let known = since.map_or(0, |at| unix(at.seconds()));
        let wanted = |key: &&CertifiedKey| {
            let for_devices = key.cert().kinds != [KeyKind::Journal];
            for_devices && key.made_at() > known && key.cert().not_after > now
        };
        let mut certs: Vec<Vec<u8>> =
            keys.certs().filter(wanted).map(|key| key.cert_bytes().to_vec()).collect();
        certs.drain(..certs.len().saturating_sub(CERTS_MAX));
        certs
    }
}

impl App {
    /// Certificates for a device that goes over to another lender: of the key that tells it so, and
    /// the other lender's keys.
    pub(super) fn certs_over(
        &self,
        keys: &TenantKeys,
        signed: &[u8],
        to: domain::TenantId,
    ) -> Result<Vec<Vec<u8>>, Error> {
        let now = self.now();
        let kid = protocol::cose::Sign1::parse(signed).map(|sign1| sign1.kid().to_vec());
        let kid = kid.map_err(|error| Error::Fault(error.to_string()))?;
        let signer = keys.certs().filter(|key| key.cert().key_id.to_be_bytes() == kid[..]);
        let mut certs: Vec<Vec<u8>> = signer.map(|key| key.cert_bytes().to_vec()).collect();
        let next = self.keys.tenant(to)?;
        for kind in [KeyKind::Lease, KeyKind::Token, KeyKind::Release] {
            certs.push(next.signing(kind, now)?.cert_bytes().to_vec());
        }
        Ok(certs)
    }
}

/// The release certificate of a released contract.
pub fn certificate(contract: &Contract) -> Option<&[u8]> {
    match &contract.state {
        State::Released { certificate, .. } => Some(certificate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closed lists of wire and domain are twins: same length, same names.
    #[test]
    fn wire_and_domain_lists_are_twins() {
        assert_eq!(Restriction::ALL.len(), protocol::Restriction::ALL.len());
        for restriction in Restriction::ALL {
            let wire = protocol::Restriction::from_code(restriction_code(*restriction)).unwrap();
            assert_eq!(wire.name(), restriction.name());
        }
        assert_eq!(Guard::ALL.len(), protocol::Guard::ALL.len());
        for guard in Guard::ALL {
            let wire = protocol::Guard::from_code(guard_code(*guard)).unwrap();
            assert_eq!(wire.name(), guard.name());
        }
        for rung in Rung::ALL {
            let stage = Stage { rung, step: u8::from(rung == Rung::Restrict) };
            assert_eq!(domain_stage(wire_stage(stage)), stage);
            assert_eq!(wire_stage(stage).rung as u8, rung as u8);
        }
    }
}

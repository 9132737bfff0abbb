//! A check-in: verify, take the events in, answer with the lease, with "unchanged" or with the
//! release. A check-in that changes nothing writes nothing.

use domain::{
    Actor, Command, Contract, HoldId, Moment, NoticeId, State, UnitId,
    assignment::Assign,
    contract::HEARD_AGAIN,
    custody::{Freed, Pass},
    fact::Enrolment,
    policy::care::Evidence,
};
use protocol::{
    Kind, Message,
    check_in::{CheckIn, Event, EventKind, Sign},
    cose::Sign1,
    lease::Stamp,
    release::Removed,
    reply::{Reply, ReplyKind},
};
use store::Presence;

use super::{
    App,
    change::{Asked, Extras, Loaded},
    enrol_device::{key_of, malformed, named_by, untrusted},
    lease::{self, certificate, domain_stage, unix},
};
use crate::{
    crypto::{ServerVerifier, content_hash, hex, sha256},
    error::Error,
};

/// A check-in whose signature and binding hold.
#[derive(Debug)]
pub struct Heard {
    /// The contract.
    pub loaded: Loaded,
    /// What the device said.
    pub message: CheckIn,
    /// When it was received.
    pub received: Moment,
}

impl App {
    /// Answers a check-in.
    pub async fn check_in(&self, signed: &[u8]) -> Result<Reply, Error> {
        let heard = self.hear(signed, Kind::CheckIn).await?;
        let heard = self.take_in(heard).await?;
        self.answer(&heard)
    }

    /// Opens a check-in or a wait: signature, binding, message number.
    pub async fn hear(&self, signed: &[u8], kind: Kind) -> Result<Heard, Error> {
        // What a doubtful clock would date is not taken in: it could begin a step.
        self.signing_moment()?;
        let sign1 = Sign1::parse(signed).map_err(malformed)?;
        let message: CheckIn = sign1.decode().map_err(malformed)?;
        named_by(&sign1, &message.enrolment.0)?;
        let loaded = self.enrolled(&message.enrolment.0).await?;
        let device = enrolment_of(&loaded.contract, &message.enrolment)?;
        let key = key_of(&device.key).ok_or_else(unknown)?;
        sign1.verify(kind, &key, &ServerVerifier).map_err(untrusted)?;
        if device.key_gen != message.key_gen {
            let detail = "the key generation is not the one in force";
            return Err(Error::refused("stale_key_generation", detail));
        }
        if self.is_on_the_way(&loaded.contract).await? {
            return Err(Error::Busy);
        }
        if has_left(&loaded.contract, &message) {
            let received = self.now();
            return Ok(Heard { loaded, message, received });
        }
        let presence = self.presence(loaded.row.unit).await?;
        let last = presence.filter(|known| known.key_gen == message.key_gen);
        if last.is_some_and(|known| message.msg_no < known.msg_no) {
            let detail = "a later message of this device was heard already";
            return Err(Error::refused("replayed_envelope", detail));
        }
        let received = self.now();
        self.heard(Presence {
            unit: loaded.row.unit,
            seen_at: received,
            msg_no: message.msg_no,
            key_gen: message.key_gen,
            battery: message.battery,
            agent_version: message.agent_version.clone(),
            applied_seq: message.applied_seq,
        });
        Ok(Heard { loaded, message, received })
    }

    /// The contract of an enrolment that is known.
    pub async fn unit_of_enrolment(&self, enrolment: &[u8; 16]) -> Result<UnitId, Error> {
        self.contract_of_enrolment(enrolment).await?.ok_or_else(unknown)
    }

    async fn enrolled(&self, enrolment: &[u8; 16]) -> Result<Loaded, Error> {
        let unit = self.unit_of_enrolment(enrolment).await?;
        self.load_contract(unit).await?.ok_or_else(unknown)
    }

    /// Commits what the device reports, and what time has made due, if there is any.
    pub async fn take_in(&self, heard: Heard) -> Result<Heard, Error> {
        let Heard { loaded, message, received } = heard;
        if has_left(&loaded.contract, &message) {
            return Ok(Heard { loaded, message, received });
        }
        let through = loaded.contract.events_through;
        let news = message.events.iter().any(|event| event.event_no > through);
        let due = loaded.row.next_look.is_some_and(|look| look <= received)
            || !self.directory.news_for(&loaded.contract).is_empty();
        let follows = loaded.contract.unfollowed_since().is_some();
        let still = !news && !due && !follows && !self.is_concerned(&loaded, received);
        if still && !self.says_otherwise(&loaded.contract, &loaded.ladder, loaded.row.version) {
            return Ok(Heard { loaded, message, received });
        }
        let unit = loaded.row.unit;
        let id = domain_enrolment(&message.enrolment);
        let asked = Asked::once(self, "check_in", Actor::Device(id));
        let events = &message.events;
        self.change(unit, &asked, Extras::default(), |loaded, _| {
            let follow = follows.then_some(Command::Assign(Assign::Follow(id)));
            let reported = commands(&loaded.contract, events, received);
            Ok(follow.into_iter().chain(reported).collect())
        })
        .await?;
        let loaded = self.load_contract(unit).await?.ok_or_else(unknown)?;
        Ok(Heard { loaded, message, received })
    }

    /// The reply to what was heard, from the contract as loaded.
    pub fn answer(&self, heard: &Heard) -> Result<Reply, Error> {
        let Heard { loaded, message, .. } = heard;
        let contract = &loaded.contract;
        let keys = self.keys.tenant(loaded.row.tenant)?;
        let freed = freed(contract, message).map(|freed| freed.certificate.as_slice());
        if let Some(certificate) = freed.or_else(|| certificate(contract)) {
            let certs = self.certs_since(&keys, Some(contract.joined_at()));
            let signed = certificate.to_vec();
            return Ok(Reply { kind: ReplyKind::Release, signed, certs });
        }
        if let Some(passed) = contract.passed() {
            let signed = passed.certificate.clone().ok_or_else(unknown)?;
            let certs = self.certs_over(&keys, &signed, passed.to)?;
            return Ok(Reply { kind: ReplyKind::Assigned, signed, certs });
        }
        let words = self.words(contract.tenant);
        let content = lease::content(contract, &loaded.ladder, &words, loaded.row.version);
        let content = content.ok_or_else(unknown)?;
        let hash = content_hash(&content.encode());
        // Words that changed since the contract was read come with a version of their own.
        if contract.lease != Some(hash.0) {
            return Err(Error::Busy);
        }
        let stamp = Stamp {
            issued_at: unix(self.now().seconds()),
            msg_no: message.msg_no,
            events_through: contract.events_through,
            next_s: self.come_back(contract),
        };
        let certs = self.certs_since(&keys, Some(contract.joined_at()));
        let held = message.applied_seq == content.sequence && message.content_hash == Some(hash);
        if held {
            let signed = self.sign_unchanged(contract, &content, stamp)?;
            return Ok(Reply { kind: ReplyKind::Unchanged, signed, certs });
        }
        let signed = self.sign_lease(contract, &content, stamp)?;
        self.lease_handed(contract);
        Ok(Reply { kind: ReplyKind::Lease, signed, certs })
    }

    /// Records a device's confirmation that it removed itself.
    pub async fn confirm_removal(&self, signed: &[u8]) -> Result<Reply, Error> {
        let sign1 = Sign1::parse(signed).map_err(malformed)?;
        let message: Removed = sign1.decode().map_err(malformed)?;
        named_by(&sign1, &message.enrolment.0)?;
        let loaded = self.enrolled(&message.enrolment.0).await?;
        let device = enrolment_of(&loaded.contract, &message.enrolment)?;
        let key = key_of(&device.key).ok_or_else(unknown)?;
        sign1.verify(Kind::Removed, &key, &ServerVerifier).map_err(untrusted)?;
        let loaded = match message.sunset {
            Some(at) => self.hear_freed(loaded, &message, at).await?,
            None => loaded,
        };
        let id = domain_enrolment(&message.enrolment);
        let (known, command) = match loaded.contract.freed(id) {
            Some(freed) => {
                let command = Command::Custody(Pass::ConfirmRemoval(id));
                (Some(freed.certificate.as_slice()), command)
            }
            None => (certificate(&loaded.contract), Command::ConfirmRemoval),
        };
        let by_itself = message.sunset.is_some() && known.is_some();
        if !by_itself && known.map(content_hash) != Some(message.certificate_hash) {
            return Err(Error::refused("not_released", "no such certificate was issued"));
        }
        let received = self.now();
        let asked = Asked::once(self, "confirm_removal", Actor::Device(id));
        let unit = loaded.row.unit;
        let is_news = matches!(loaded.contract.state, State::Released { removed: false, .. });
        let silent = message.silent_s.filter(|_| is_news).map(|silent_s| Command::ReportEvidence {
            what: HEARD_AGAIN.to_owned(),
            happened: received,
            detail: silent_s.into(),
        });
        let commands: Vec<Command> = silent.into_iter().chain([command]).collect();
        self.change(unit, &asked, Extras::default(), |_, _| Ok(commands.clone())).await?;
        Ok(Reply { kind: ReplyKind::RemovalRecorded, signed: Vec::new(), certs: Vec::new() })
    }

    /// Seconds until a device comes back: sooner while it is raised, spread by its identity so that
    /// a fleet does not come at once.
    pub fn come_back(&self, contract: &Contract) -> u32 {
        let raised = contract.decision.stage > domain::Stage::CLEAR;
        let base = if raised { self.pace.raised_s } else { self.pace.clear_s };
        let spread = base / 10;
        let hash = crate::crypto::sha256(&[&contract.unit.bytes()]);
        let share = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        base - spread / 2 + if spread == 0 { 0 } else { share % spread }
    }
}

/// The enrolment a device speaks for: the one in force, or one that was freed. A device whose
/// contract has another key since is told so.
pub(super) fn enrolment_of<'a>(
    contract: &'a Contract,
    id: &protocol::EnrolmentId,
) -> Result<&'a Enrolment, Error> {
    let id = domain_enrolment(id);
    let bound = contract.device.as_ref().filter(|device| device.id == id);
    let known = bound.or_else(|| contract.freed(id).map(|freed| &freed.enrolment));
    let detail = "another device key was enrolled since: enrol again";
    known.ok_or_else(|| Error::refused("stale_key_generation", detail))
}

/// The device's enrolment, if it was freed while the contract goes on: it hears its certificate and
/// reports nothing.
fn freed<'a>(contract: &'a Contract, message: &CheckIn) -> Option<&'a Freed> {
    contract.freed(domain_enrolment(&message.enrolment))
}

/// Whether a device reports nothing here any more: it was freed, or its contract passed on.
fn has_left(contract: &Contract, message: &CheckIn) -> bool {
    contract.passed().is_some() || freed(contract, message).is_some()
}

fn unknown() -> Error {
    Error::refused("unknown_enrolment", "no device is enrolled under this id")
}

fn domain_enrolment(id: &protocol::EnrolmentId) -> domain::EnrolmentId {
    domain::EnrolmentId::from_bytes(id.0)
}

/// What the device's events ask of the contract. Events at or below what is recorded are passed
/// over, so a replay after a crash is harmless.
fn commands(contract: &Contract, events: &[Event], received: Moment) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut through = contract.events_through;
    for event in events.iter().filter(|event| event.event_no > contract.events_through) {
        let ago = i64::try_from(event.ago_s).unwrap_or(i64::MAX);
        let happened = received.plus_seconds(-ago);
        commands.push(command(contract, event, happened));
        through = through.max(event.event_no);
    }
    if through > contract.events_through {
        commands.push(Command::EventsThrough(through));
    }
    commands
}

/// The id of the dispute that an event opens: the same when the event is heard again.
fn objection(contract: &Contract, event_no: u64) -> HoldId {
    let key_gen = contract.key_gen().to_be_bytes();
    let hash = sha256(&[b"objection", &contract.unit.bytes(), &key_gen, &event_no.to_be_bytes()]);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    HoldId::from_bytes(id)
}

/// The domain's word for a sign of tampering.
fn sign_of(sign: Sign) -> Evidence {
    match sign {
        Sign::Root => Evidence::Root,
        Sign::BootloaderUnlocked => Evidence::BootloaderUnlocked,
        Sign::PatchDowngraded => Evidence::PatchDowngraded,
        Sign::SimChanged => Evidence::SimChanged,
    }
}

fn command(contract: &Contract, event: &Event, happened: Moment) -> Command {
    let evidence = |what: &str, detail: u64| Command::ReportEvidence {
        what: what.to_owned(),
        happened,
        detail,
    };
    match &event.what {
        EventKind::Applied { stage, sequence } => Command::ReportStage {
            stage: domain_stage(*stage),
            sequence: *sequence,
            applied: happened,
        },
        EventKind::NoticeShown { id, text_hash } => Command::NoticeShown {
            id: NoticeId::from_bytes(id.0),
            shown: happened,
            text_hash: hex(&text_hash.0),
        },
        EventKind::NoticeAcked { id, text_hash } => Command::NoticeAcked {
            id: NoticeId::from_bytes(id.0),
            acked: happened,
            text_hash: hex(&text_hash.0),
        },
        EventKind::PassUsed { hours } => Command::UsePass { used: happened, hours: *hours },
        EventKind::CodeTried { result } => evidence("code_tried", u64::from(*result)),
        EventKind::TokenAccepted { counter } => evidence("token_accepted", u64::from(*counter)),
        EventKind::LeaseRefused { sequence, .. } => evidence("lease_refused", *sequence),
        EventKind::Unsupported { code } => evidence("unsupported", u64::from(*code)),
        EventKind::Booted => evidence("booted", 0),
        EventKind::HeardAgain { silent_s } => evidence(HEARD_AGAIN, *silent_s),
        EventKind::Objected => {
            let hold = objection(contract, event.event_no);
            Command::Object { hold, asked: happened }
        }
        EventKind::Tampered { sign } => evidence(sign_of(*sign).name(), 0),
        EventKind::ClockOff { by_s, ahead } => {
            evidence(if *ahead { "clock_ahead" } else { "clock_behind" }, *by_s)
        }
    }
}

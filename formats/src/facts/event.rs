//! One fact of a file: its word, and the fields that go with it.

use domain::{
    Channel, Command, EnrolmentId, Hold, HoldId, HoldKind, Moment, Stage, Terms, UnitId,
    delivery::DeliveryState, ending::End, fact::Enrolment, outside::Pushed, policy::care::Evidence,
    rehearse::Event, safety::Ward,
};

use super::{flag, id_of, moment};
use crate::fields::{FieldError, Fields};

/// What a fact can be.
#[derive(Clone, Copy)]
enum Word {
    Enrolled,
    Payment,
    Confirmed,
    Reversal,
    Credit,
    Fee,
    NoticeShown,
    NoticeDeclared,
    NoticeMessage,
    Stage,
    Approved,
    Evidence,
    EvidenceDismissed,
    Pass,
    Hold,
    HoldClosed,
    Standing,
    HandedOver,
    WrittenOff,
}

const WORDS: [(&str, Word); 19] = [
    ("enrolled", Word::Enrolled),
    ("payment", Word::Payment),
    ("confirmed", Word::Confirmed),
    ("reversal", Word::Reversal),
    ("credit", Word::Credit),
    ("fee", Word::Fee),
    ("notice_shown", Word::NoticeShown),
    ("notice_declared", Word::NoticeDeclared),
    ("notice_message", Word::NoticeMessage),
    ("stage", Word::Stage),
    ("approved", Word::Approved),
    ("evidence", Word::Evidence),
    ("evidence_dismissed", Word::EvidenceDismissed),
    ("pass", Word::Pass),
    ("hold", Word::Hold),
    ("hold_closed", Word::HoldClosed),
    ("standing", Word::Standing),
    ("handed_over", Word::HandedOver),
    ("written_off", Word::WrittenOff),
];

/// Reads facts one after the other.
pub(super) struct Reader<'a> {
    terms: &'a Terms,
    enrolments: u32,
    payments: u32,
    holds: u32,
}

impl Reader<'_> {
    pub(super) fn new(terms: &Terms) -> Reader<'_> {
        Reader { terms, enrolments: 0, payments: 0, holds: 0 }
    }

    pub(super) fn read(&mut self, fields: &mut Fields, at: Moment) -> Result<Event, FieldError> {
        let word = fields.word("fact", &WORDS)?;
        let command = match fields.needed("fact", word)? {
            Word::NoticeShown => return Ok(Event::NoticeShown(number(fields)?)),
            Word::NoticeMessage => return message(fields),
            Word::Enrolled => self.enrolled(),
            Word::Payment => self.payment(fields, at)?,
            Word::Confirmed => {
                let (payment, amount) = (named(fields)?, self.amount(fields)?);
                Command::ConfirmPayment { payment, amount }
            }
            Word::Reversal => {
                let (payment, amount) = (named(fields)?, self.amount(fields)?);
                Command::ReversePayment { payment, amount }
            }
            Word::Credit => Command::Credit { amount: self.amount(fields)?, reason: told() },
            Word::Fee => {
                Command::ChargeFee { amount: self.amount(fields)?, value: at, reason: told() }
            }
            Word::NoticeDeclared => {
                Command::DeclareNotice { k: number(fields)?, delivered: at, evidence: told() }
            }
            Word::Stage => {
                let stage = stage(fields)?;
                Command::ReportStage { stage, sequence: 1, applied: at }
            }
            Word::Approved => {
                Command::Ward(Ward::ApproveStep { stage: stage(fields)?, reason: told() })
            }
            Word::Evidence => {
                let what = evidence(fields)?.name().to_owned();
                Command::ReportEvidence { what, happened: at, detail: 0 }
            }
            Word::EvidenceDismissed => {
                let evidence = evidence(fields)?;
                Command::Ward(Ward::DismissEvidence { evidence, reason: told() })
            }
            Word::Pass => Command::UsePass { used: at, hours: 24 },
            Word::Hold => self.hold(fields, at)?,
            Word::HoldClosed => {
                let name = fields.text("id")?.unwrap_or_else(|| self.holds.to_string());
                Command::CloseHold(HoldId::from_bytes(id_of("hold", &name)))
            }
            Word::Standing => self.standing(fields, at)?,
            Word::HandedOver => Command::End(End::HandOver { value: at, note: told() }),
            Word::WrittenOff => {
                let release = flag(fields, "release")?.unwrap_or(false);
                Command::End(End::WriteOff { release, reason: told() })
            }
        };
        Ok(Event::Command(Box::new(command)))
    }

    fn enrolled(&mut self) -> Command {
        self.enrolments += 1;
        let id = EnrolmentId::from_bytes(id_of("enrolment", &self.enrolments.to_string()));
        let (key, disclosure, offer) = (vec![0], [0; 32], [0; 32]);
        Command::Enrol(Enrolment { id, key_gen: self.enrolments, key, tier: 0, disclosure, offer })
    }

    fn payment(&mut self, fields: &mut Fields, at: Moment) -> Result<Command, FieldError> {
        self.payments += 1;
        let name = fields.text("id")?.unwrap_or_else(|| format!("payment {}", self.payments));
        let payment = UnitId::from_bytes(id_of("payment", &name));
        let amount = self.amount(fields)?;
        let value = moment(fields, "paid_at", self.terms.zone())?.unwrap_or(at);
        let confirmed = flag(fields, "confirmed")?.unwrap_or(true);
        Ok(Command::PostPayment { payment, amount, value, confirmed })
    }

    fn hold(&mut self, fields: &mut Fields, at: Moment) -> Result<Command, FieldError> {
        self.holds += 1;
        let name = fields.text("id")?.unwrap_or_else(|| self.holds.to_string());
        let id = HoldId::from_bytes(id_of("hold", &name));
        let kind = fields.text("kind")?;
        let kind = fields.needed("kind", kind)?;
        let kind = HoldKind::parse(&kind).ok_or_else(|| {
            let names: Vec<&str> = HoldKind::ALL.iter().map(|kind| kind.name()).collect();
            fields.wrong("kind", format!("{kind:?}: expected one of {}", names.join(", ")))
        })?;
        let until = moment(fields, "until", self.terms.zone())?;
        Ok(Command::OpenHold(Hold { id, kind, from: at, until, cause: told() }))
    }

    fn standing(&self, fields: &mut Fields, at: Moment) -> Result<Command, FieldError> {
        let places = self.places();
        let past_due = fields.decimal("past_due", places)?;
        let past_due = fields.needed("past_due", past_due)?;
        let oldest_unpaid = fields.day("oldest_unpaid")?;
        let remaining = fields.decimal("remaining", places)?;
        let settled = flag(fields, "settled")?.unwrap_or(false);
        let next_due = None;
        Ok(Command::PushStanding(Pushed {
            as_of: at,
            past_due,
            oldest_unpaid,
            next_due,
            remaining,
            settled,
        }))
    }

    fn places(&self) -> u32 {
        u32::from(self.terms.currency().digits())
    }

    fn amount(&self, fields: &mut Fields) -> Result<i64, FieldError> {
        let amount = fields.decimal("amount", self.places())?;
        fields.needed("amount", amount)
    }
}

fn told() -> String {
    "told".to_owned()
}

/// The payment that a fact is about, by its name in the file.
fn named(fields: &mut Fields) -> Result<UnitId, FieldError> {
    let name = fields.text("payment")?;
    let name = fields.needed("payment", name)?;
    Ok(UnitId::from_bytes(id_of("payment", &name)))
}

fn number(fields: &mut Fields) -> Result<u8, FieldError> {
    let k = fields.count("k")?.and_then(|k| u8::try_from(k).ok()).filter(|k| *k > 0);
    k.ok_or_else(|| fields.wrong("k", "expected the number of a notice, 1 = the first"))
}

/// What a carrier tells of the message of a notice.
fn message(fields: &mut Fields) -> Result<Event, FieldError> {
    let k = number(fields)?;
    let text = fields.text("channel")?;
    let text = fields.needed("channel", text)?;
    let channel = Channel::parse(&text).filter(|channel| channel.is_message());
    let channel = channel.ok_or_else(|| {
        fields.wrong("channel", format!("{text:?}: expected one of sms, whatsapp, email"))
    })?;
    let text = fields.text("state")?;
    let text = fields.needed("state", text)?;
    let state = DeliveryState::told(&text).ok_or_else(|| {
        let names: Vec<&str> = DeliveryState::TOLD.iter().map(|state| state.name()).collect();
        fields.wrong("state", format!("{text:?}: expected one of {}", names.join(", ")))
    })?;
    Ok(Event::NoticeMessage(k, channel, state))
}

fn evidence(fields: &mut Fields) -> Result<Evidence, FieldError> {
    let kind = fields.text("kind")?;
    let kind = fields.needed("kind", kind)?;
    Evidence::parse(&kind).ok_or_else(|| {
        let names: Vec<&str> = Evidence::ALL.iter().map(|kind| kind.name()).collect();
        fields.wrong("kind", format!("{kind:?}: expected one of {}", names.join(", ")))
    })
}

fn stage(fields: &mut Fields) -> Result<Stage, FieldError> {
    let text = fields.text("stage")?;
    let text = fields.needed("stage", text)?;
    Stage::parse(&text).ok_or_else(|| {
        let expected = "expected clear, remind, notice, restrict/1 and so on, or lock";
        fields.wrong("stage", format!("{text:?}: {expected}"))
    })
}

//! Facts and what they carry.

use domain::{
    Actor, Channel, Day, EnrolmentId, HoldId, Moment, NoticeId, QuoteId, Stage, Terms, UnitId,
    assignment::Assignment,
    custody::Custody,
    delivery::Delivery,
    ending::Ending,
    fact::{Consent, Enrolment, ReleaseCause, Signed, Told, What, Withheld},
    hold::{Hold, HoldKind},
    late_fee::LateFee,
    law::LawChange,
    outside::Pushed,
    redress::Redress,
    remind::Reminder,
    restructure::Amendment,
    safety::Safety,
    settlement::Quoted,
    sunset::Disputed,
    terms::TermsHash,
    wording::Template,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    AsShape, Shaped, amendment, assignment::AssignmentShape, custody::CustodyShape,
    delivery::DeliveryShape, ending::EndingShape, law::LawChangeShape, list, maybe as shaped_maybe,
    outside::PushedShape, redress::RedressShape, remind::ReminderShape, safety::SafetyShape,
    settlement::QuotedShape, shaped, sunset, terms,
};
use crate::text::{maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Actor", rename_all = "snake_case")]
pub(crate) enum ActorShape {
    Person(#[serde(with = "one")] UnitId),
    Key(#[serde(with = "one")] UnitId),
    Device(#[serde(with = "one")] EnrolmentId),
    Feed(String),
    Time,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "What", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum WhatShape {
    Signed(#[serde(with = "boxed_signed")] Box<Signed>),
    ConsentRecorded(#[serde(with = "ConsentShape")] Consent),
    Enrolled(#[serde(with = "EnrolmentShape")] Enrolment),
    PaymentPosted {
        #[serde(with = "one")]
        amount: i64,
        confirmed: bool,
        #[serde(with = "one")]
        payment: UnitId,
        #[serde(with = "one")]
        value: Moment,
    },
    PaymentConfirmed {
        #[serde(with = "one")]
        amount: i64,
        #[serde(with = "one")]
        payment: UnitId,
    },
    PaymentReversed {
        #[serde(with = "one")]
        amount: i64,
        #[serde(with = "one")]
        payment: UnitId,
    },
    GoodwillCredited {
        #[serde(with = "one")]
        amount: i64,
        reason: String,
    },
    ChargedBack {
        #[serde(with = "one")]
        amount: i64,
        #[serde(with = "one")]
        payment: UnitId,
        #[serde(with = "one")]
        value: Moment,
    },
    ChargebackWon {
        #[serde(with = "one")]
        amount: i64,
        #[serde(with = "one")]
        payment: UnitId,
        #[serde(with = "one")]
        value: Moment,
    },
    FeeCharged {
        #[serde(with = "one")]
        amount: i64,
        reason: String,
        #[serde(with = "one")]
        value: Moment,
    },
    FeesWaived {
        #[serde(with = "one")]
        amount: i64,
        reason: String,
    },
    CreditRefunded {
        #[serde(with = "one")]
        amount: i64,
        reason: String,
    },
    Restructured(#[serde(with = "amendment::boxed")] Box<Amendment>),
    PayoffQuoted(#[serde(with = "QuotedShape")] Quoted),
    PaidOff {
        #[serde(with = "one")]
        crumbs: i64,
        #[serde(with = "one")]
        forgone: i64,
        #[serde(with = "one")]
        quote: QuoteId,
        #[serde(with = "one")]
        value: Moment,
    },
    Reckoned {
        #[serde(with = "one")]
        through: Day,
    },
    NoticePrepared {
        #[serde(with = "one")]
        id: NoticeId,
        k: u8,
        language: String,
        #[serde(with = "one")]
        owed: i64,
        #[serde(with = "one")]
        show_from: Moment,
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
        templates: Vec<Template>,
        text: String,
    },
    NoticeWithheld {
        #[serde(with = "one")]
        cause: Withheld,
        k: u8,
    },
    NoticeDelivered {
        #[serde(with = "one")]
        channel: Channel,
        #[serde(with = "one")]
        delivered: Moment,
        evidence: String,
        #[serde(with = "one")]
        id: NoticeId,
    },
    NoticeDelivery(#[serde(with = "DeliveryShape")] Delivery),
    NoticesLapsed,
    Reminded(#[serde(with = "ReminderShape")] Reminder),
    StageApplied {
        #[serde(with = "one")]
        applied: Moment,
        #[serde(with = "one")]
        sequence: u64,
        #[serde(with = "one")]
        stage: Stage,
    },
    PassUsed {
        hours: u8,
        #[serde(with = "one")]
        used: Moment,
    },
    DeviceReported {
        #[serde(with = "one")]
        detail: u64,
        #[serde(with = "one")]
        happened: Moment,
        what: String,
    },
    EventsThrough(#[serde(with = "one")] u64),
    HoldOpened(#[serde(with = "HoldShape")] Hold),
    HoldClosed(#[serde(with = "one")] HoldId),
    ProvisionalOpened {
        #[serde(with = "one")]
        hold: HoldId,
        transaction: String,
        #[serde(with = "one")]
        until: Moment,
    },
    StandingPushed(#[serde(with = "PushedShape")] Pushed),
    Settled,
    Released {
        #[serde(with = "one")]
        cause: ReleaseCause,
        #[serde(with = "one")]
        certificate: Vec<u8>,
    },
    RemovalConfirmed,
    Ending(#[serde(with = "EndingShape")] Ending),
    Custody(#[serde(with = "CustodyShape")] Custody),
    Assignment(#[serde(with = "AssignmentShape")] Assignment),
    Redress(#[serde(with = "RedressShape")] Redress),
    Law(#[serde(with = "LawChangeShape")] LawChange),
    Safety(#[serde(with = "SafetyShape")] Safety),
    SunsetDisputed(#[serde(with = "sunset::boxed")] Box<Disputed>),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Signed", deny_unknown_fields)]
pub(crate) struct SignedShape {
    #[serde(with = "shaped_maybe")]
    consent: Option<Consent>,
    imeis: Vec<String>,
    #[serde(with = "shaped_maybe")]
    late_fee: Option<LateFee>,
    packs: Vec<(String, u32)>,
    programme: (String, u32),
    reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    sunset: Option<Moment>,
    #[serde(with = "terms")]
    terms: Terms,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    terms_hash: Option<TermsHash>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Consent", deny_unknown_fields)]
pub(crate) struct ConsentShape {
    #[serde(with = "one")]
    at: Moment,
    form: String,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "told")]
    told: Option<Box<Told>>,
    version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Told", deny_unknown_fields)]
pub(crate) struct ToldShape {
    #[serde(with = "one")]
    hash: [u8; 32],
    language: String,
}

mod told {
    use super::*;

    type Boxed = Option<Box<Told>>;

    pub(super) fn serialize<S: Serializer>(value: &Boxed, s: S) -> Result<S::Ok, S::Error> {
        value.as_deref().map(AsShape).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Boxed, D::Error> {
        let read: Option<AsShape<Told>> = Option::deserialize(d)?;
        Ok(read.map(|AsShape(told)| Box::new(told)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Enrolment", deny_unknown_fields)]
pub(crate) struct EnrolmentShape {
    #[serde(with = "one")]
    disclosure: [u8; 32],
    #[serde(with = "one")]
    id: EnrolmentId,
    #[serde(with = "one")]
    key: Vec<u8>,
    key_gen: u32,
    #[serde(with = "one")]
    offer: [u8; 32],
    tier: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Hold", deny_unknown_fields)]
pub(crate) struct HoldShape {
    cause: String,
    #[serde(with = "one")]
    from: Moment,
    #[serde(with = "one")]
    id: HoldId,
    #[serde(with = "one")]
    kind: HoldKind,
    #[serde(with = "maybe")]
    until: Option<Moment>,
}

shaped!(
    Actor: ActorShape,
    What: WhatShape,
    Signed: SignedShape,
    Consent: ConsentShape,
    Told: ToldShape,
    Enrolment: EnrolmentShape,
    Hold: HoldShape,
);

mod boxed_signed {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &Signed, s: S) -> Result<S::Ok, S::Error> {
        value.write(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Box<Signed>, D::Error> {
        Signed::read(d).map(Box::new)
    }
}

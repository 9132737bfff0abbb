//! A contract's whole state.

use domain::{
    Channel, Contract, HoldId, Moment, NoticeId, Recorded, Stage, State, TenantId, UnitId,
    account::Account,
    assignment::{Offer, Origin, Passed},
    contract::{Notice, Unlock},
    custody::Freed,
    delivery::Message,
    fact::{Consent, Enrolment, ReleaseCause, Signed, Withheld},
    hold::Hold,
    law::Law,
    outside::Pushed,
    policy::care::Evidence,
    redress::Opening,
    remind::Sent,
    restructure::Amendment,
    settlement::Standing,
    sunset::Disputed,
    time_credit::TimeCredit,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    account, amendment, assignment, assignment::PassedShape, decision::RecordedShape,
    fact::SignedShape, list, maybe as shaped_maybe, shaped, sunset, time_credit,
};
use crate::text::{AsText, maybe, one, pairs};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Contract", deny_unknown_fields)]
pub(crate) struct ContractShape {
    #[serde(with = "account")]
    account: Account,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "amendment::boxed_maybe")]
    amended: Option<Box<Amendment>>,
    #[serde(with = "applied")]
    applied: Option<(Stage, u64, Moment)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "pairs")]
    approvals: Vec<(Stage, Moment)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    #[serde(default, skip_serializing_if = "is_nought", with = "one")]
    compensated: i64,
    #[serde(default, skip_serializing_if = "is_nought", with = "one")]
    compensation_paid: i64,
    #[serde(with = "shaped_maybe")]
    consent: Option<Consent>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time_credit")]
    credit: Option<TimeCredit>,
    #[serde(with = "RecordedShape")]
    decision: Recorded,
    #[serde(with = "shaped_maybe")]
    device: Option<Enrolment>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "sunset::boxed_maybe")]
    disputed: Option<Box<Disputed>>,
    #[serde(with = "pairs")]
    effects: Vec<(Stage, Moment)>,
    #[serde(with = "one")]
    events_through: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "pairs")]
    evidence: Vec<(Evidence, Moment)>,
    #[serde(with = "one")]
    forgiven: i64,
    #[serde(with = "list")]
    freed: Vec<Freed>,
    #[serde(with = "one")]
    given: i64,
    #[serde(with = "one")]
    goods: i64,
    #[serde(with = "list")]
    holds: Vec<Hold>,
    imeis: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    laws: Vec<Law>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    lease: Option<[u8; 32]>,
    #[serde(with = "list")]
    notices: Vec<Notice>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    objected: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "shaped_maybe")]
    offered: Option<Offer>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "shaped_maybe")]
    opening: Option<Opening>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "assignment::boxed_maybe")]
    origin: Option<Box<Origin>>,
    #[serde(with = "shaped_maybe")]
    outside: Option<Pushed>,
    #[serde(with = "one")]
    paid: i64,
    passes_used: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pays_through: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    quotes: Vec<Standing>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe")]
    raised_at: Option<Moment>,
    #[serde(with = "one")]
    refunded: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    reminded: Vec<Sent>,
    #[serde(with = "SignedShape")]
    signed: Signed,
    #[serde(with = "one")]
    signed_at: Moment,
    #[serde(with = "StateShape")]
    state: State,
    #[serde(with = "one")]
    tenant: TenantId,
    #[serde(with = "one")]
    unconfirmed: i64,
    #[serde(with = "one")]
    unit: UnitId,
    #[serde(with = "list")]
    unlocks: Vec<Unlock>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "withheld")]
    withheld: Option<(u8, Withheld)>,
    #[serde(with = "maybe")]
    written_off: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "State", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum StateShape {
    Active,
    Settled {
        #[serde(with = "one")]
        at: Moment,
    },
    Returning {
        #[serde(with = "one")]
        since: Moment,
    },
    Returned,
    WrittenOff {
        release: bool,
    },
    Assigned {
        #[serde(with = "one")]
        at: Moment,
        #[serde(with = "PassedShape")]
        passed: Passed,
    },
    Released {
        #[serde(with = "one")]
        at: Moment,
        #[serde(with = "one")]
        cause: ReleaseCause,
        #[serde(with = "one")]
        certificate: Vec<u8>,
        removed: bool,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Notice", deny_unknown_fields)]
pub(crate) struct NoticeShape {
    #[serde(with = "pairs")]
    delivered: Vec<(Channel, Moment)>,
    #[serde(with = "one")]
    id: NoticeId,
    k: u8,
    language: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "list")]
    messages: Vec<Message>,
    #[serde(with = "one")]
    owed: i64,
    #[serde(with = "one")]
    show_from: Moment,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Unlock", deny_unknown_fields)]
pub(crate) struct UnlockShape {
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "one")]
    hold: HoldId,
    transaction: String,
}

shaped!(Contract: ContractShape, Notice: NoticeShape, Unlock: UnlockShape);

mod withheld {
    use super::*;

    type Notice = Option<(u8, Withheld)>;

    pub(super) fn serialize<S: Serializer>(value: &Notice, s: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|(k, cause)| (k, AsText(cause))).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Notice, D::Error> {
        let read: Option<(u8, AsText<Withheld>)> = Option::deserialize(d)?;
        Ok(read.map(|(k, AsText(cause))| (k, cause)))
    }
}

fn is_nought(amount: &i64) -> bool {
    *amount == 0
}

mod applied {
    use super::*;

    type Applied = Option<(Stage, u64, Moment)>;

    pub(super) fn serialize<S: Serializer>(value: &Applied, s: S) -> Result<S::Ok, S::Error> {
        let shown = value.as_ref().map(|(a, b, c)| (AsText(a), AsText(b), AsText(c)));
        shown.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Applied, D::Error> {
        let read: Option<(AsText<Stage>, AsText<u64>, AsText<Moment>)> = Option::deserialize(d)?;
        Ok(read.map(|(AsText(a), AsText(b), AsText(c))| (a, b, c)))
    }
}

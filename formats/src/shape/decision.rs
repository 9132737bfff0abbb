//! Decisions: stage, reasons, timetable, and the standing they were made on.

use domain::{
    Day, Moment, NoticeId, Planned, Reason, Recorded, Stage, Standing, fact::Withheld,
    hold::HoldKind, policy::care::Evidence,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{list, shaped};
use crate::text::{AsText, maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Recorded", deny_unknown_fields)]
pub(crate) struct RecordedShape {
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "one")]
    past_due: i64,
    #[serde(with = "list")]
    reasons: Vec<Reason>,
    #[serde(with = "one")]
    stage: Stage,
    #[serde(with = "list")]
    timetable: Vec<Planned>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Planned", deny_unknown_fields)]
pub(crate) struct PlannedShape {
    after_s: u32,
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "maybe")]
    notice: Option<NoticeId>,
    #[serde(with = "one")]
    stage: Stage,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reason", rename_all = "snake_case")]
pub(crate) enum ReasonShape {
    InGoodStanding,
    PastDue(#[serde(with = "one")] Day),
    Settled,
    Released,
    Ended,
    HandedOver,
    WrittenOff,
    Assigned,
    NoticeNotDelivered(u8),
    NoticeWithheld(u8, #[serde(with = "one")] Withheld),
    NoticeRuns(u8, #[serde(with = "one")] Moment),
    DatesCome(#[serde(with = "one")] Stage, #[serde(with = "one")] Moment),
    WaitsForEffect(#[serde(with = "one")] Stage),
    Tampered(#[serde(with = "one")] Evidence),
    NotApproved(#[serde(with = "one")] Stage),
    NoConsent,
    NotEnrolled,
    LenderNotNamed,
    CreditRanOut(#[serde(with = "one")] Moment),
    PartlyPaid(#[serde(with = "one")] Moment),
    StandingStale(#[serde(with = "one")] Moment),
    LenderChanged,
    Held(#[serde(with = "one")] HoldKind),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Standing", deny_unknown_fields)]
pub(crate) struct StandingShape {
    days_past_due: u32,
    #[serde(with = "next_due")]
    next_due: Option<(Day, i64)>,
    #[serde(with = "maybe")]
    oldest_unpaid: Option<Day>,
    #[serde(with = "one")]
    past_due: i64,
    #[serde(with = "one")]
    remaining: i64,
    unpaid_count: u32,
}

shaped!(
    Recorded: RecordedShape,
    Planned: PlannedShape,
    Reason: ReasonShape,
    Standing: StandingShape,
);

/// A due day with its open amount, or null.
pub(crate) mod next_due {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<(Day, i64)>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|(day, open)| (AsText(day), AsText(open))).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<(Day, i64)>, D::Error> {
        let read: Option<(AsText<Day>, AsText<i64>)> = Option::deserialize(d)?;
        Ok(read.map(|(AsText(day), AsText(open))| (day, open)))
    }
}

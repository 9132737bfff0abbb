//! What rows were computed from.

use domain::{
    Day,
    amortise::{
        DayCount, DownPayment, Event, GivenRow, Method, Plan, Rest, Rounding, RuleSet, Shape,
        Share, YearDays,
    },
    schedule::{MonthEnd, Period},
    terms::Origin,
};
use serde::{Deserialize, Serialize};

use super::{account::ShareShape, list, shaped};
use crate::text::{maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Origin", deny_unknown_fields)]
pub(crate) struct OriginShape {
    #[serde(with = "PlanShape")]
    plan: Plan,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Plan", deny_unknown_fields)]
struct PlanShape {
    count: u32,
    #[serde(with = "maybe")]
    currency_multiple: Option<i64>,
    #[serde(with = "DayCountShape")]
    day_count: DayCount,
    digits: u8,
    #[serde(with = "maybe")]
    disbursed_on: Option<Day>,
    #[serde(with = "DownPaymentShape")]
    down_payment: DownPayment,
    #[serde(with = "list")]
    events: Vec<Event>,
    every: u32,
    #[serde(with = "maybe")]
    first_due: Option<Day>,
    #[serde(with = "list")]
    given: Vec<GivenRow>,
    #[serde(with = "maybe")]
    instalment_multiple: Option<i64>,
    interest_free: u32,
    interest_payment_grace: u32,
    #[serde(with = "MethodShape")]
    method: Method,
    #[serde(with = "MonthEndShape")]
    month_end: MonthEnd,
    #[serde(with = "PeriodShape")]
    period: Period,
    #[serde(with = "one")]
    principal: i64,
    principal_grace: u32,
    #[serde(with = "ShareShape")]
    rate: Share,
    #[serde(with = "RestShape")]
    rest: Rest,
    #[serde(with = "RoundingShape")]
    rounding: Rounding,
    #[serde(with = "RuleSetShape")]
    rules: RuleSet,
    #[serde(with = "ShapeShape")]
    shape: Shape,
    #[serde(with = "one")]
    start: Day,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RuleSet", rename_all = "snake_case")]
enum RuleSetShape {
    Progressive,
    Classic,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Method", rename_all = "snake_case")]
enum MethodShape {
    Declining,
    Flat,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Shape", rename_all = "snake_case", deny_unknown_fields)]
enum ShapeShape {
    Level,
    EqualPrincipal,
    PrincipalShare(#[serde(with = "ShareShape")] Share),
    FixedPayment(#[serde(with = "one")] i64),
    Balloon(#[serde(with = "one")] i64),
    InterestOnly,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Rest", rename_all = "snake_case")]
enum RestShape {
    Daily,
    Period,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DayCount", deny_unknown_fields)]
struct DayCountShape {
    month_30: bool,
    #[serde(with = "YearDaysShape")]
    year: YearDays,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "YearDays", rename_all = "snake_case")]
enum YearDaysShape {
    Actual,
    Fixed(u16),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Rounding", rename_all = "snake_case")]
enum RoundingShape {
    HalfEven,
    HalfUp,
    HalfDown,
    Up,
    Down,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DownPayment", rename_all = "snake_case")]
enum DownPaymentShape {
    None,
    Amount(#[serde(with = "one")] i64),
    Share(#[serde(with = "ShareShape")] Share),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Period", rename_all = "snake_case")]
enum PeriodShape {
    Days,
    Weeks,
    Months,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MonthEnd", rename_all = "snake_case")]
enum MonthEndShape {
    Clamp,
    Roll,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "GivenRow", deny_unknown_fields)]
struct GivenRowShape {
    #[serde(with = "one")]
    due: Day,
    #[serde(with = "one")]
    interest: i64,
    #[serde(with = "one")]
    principal: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Event", rename_all = "snake_case", deny_unknown_fields)]
enum EventShape {
    Reschedule {
        #[serde(with = "one")]
        from_due: Day,
        #[serde(with = "one")]
        new_due: Day,
    },
    Disbursement {
        #[serde(with = "one")]
        amount: i64,
        #[serde(with = "one")]
        on: Day,
    },
    Overdue {
        #[serde(with = "one")]
        on: Day,
    },
}

shaped!(Origin: OriginShape, GivenRow: GivenRowShape, Event: EventShape);

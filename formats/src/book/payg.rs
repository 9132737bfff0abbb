//! Columns of a phone that is sold by days, and of part payments that open one.

use domain::{
    Currency,
    schedule::ScheduleError,
    time_credit::{DAYS_MAX, Payg, Rate},
};

use super::{
    cells::{Cells, maybe},
    contracts::{
        DOWN_PAYMENT, PARTIAL_DAY_PRICE, PARTIAL_MAX_DAYS, PAYG_CARRY, PAYG_DAY_PRICE,
        PAYG_FREE_DAYS, PAYG_MAX_AHEAD_DAYS, PAYG_NOTICE_DAYS, PAYG_TOTAL, PAYG_TOTAL_DAYS,
        STANDING,
    },
};

/// Days of credit that stay after money was taken back, where nobody says otherwise.
const NOTICE_DAYS: u32 = 1;
/// Most days that one part payment opens for, where nobody says otherwise.
const PARTIAL_DAYS: u32 = 30;

/// How days are sold; the total may follow from the price of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    rate: Rate,
    total: Option<i64>,
    free_days: u32,
}

impl Days {
    /// With what is financed as the total that is not told.
    pub(super) fn of(self, financed: i64) -> Payg {
        let Days { rate, total, free_days } = self;
        Payg { rate, total: total.unwrap_or(financed), free_days }
    }
}

/// How days are sold, if they are; `None` = faulty.
pub(super) fn read(
    cells: &mut Cells<'_>,
    currency: Option<Currency>,
    outside: bool,
) -> Option<Option<Days>> {
    if outside || cells.text(PAYG_DAY_PRICE)?.is_empty() {
        return unwanted(cells, outside).then_some(None);
    }
    let day_price = price(cells, PAYG_DAY_PRICE, currency?);
    let total = maybe(cells, PAYG_TOTAL, |cells, index| price(cells, index, currency?));
    let total_days = maybe(cells, PAYG_TOTAL_DAYS, |cells, index| cells.number(index, DAYS_MAX));
    let free_days = maybe(cells, PAYG_FREE_DAYS, whole);
    let max_ahead_days =
        maybe(cells, PAYG_MAX_AHEAD_DAYS, |cells, index| cells.number(index, DAYS_MAX));
    let notice_days = maybe(cells, PAYG_NOTICE_DAYS, whole);
    let carry = maybe(cells, PAYG_CARRY, flag);
    let day_price = day_price?;
    let total = match (total?, total_days?) {
        (Some(_), Some(_)) => {
            let detail = "expected nothing beside payg_total";
            return cells.fail(PAYG_TOTAL_DAYS, "schedule_twice", detail);
        }
        (None, Some(days)) => match day_price.checked_mul(i64::from(days)) {
            Some(total) => Some(total),
            None => {
                let detail = "the total does not fit 64 bits of minor units";
                return cells.fail(PAYG_TOTAL_DAYS, "schedule_overflow", detail);
            }
        },
        (told, None) => told,
    };
    let rate = Rate {
        day_price,
        max_ahead_days: max_ahead_days?,
        carry: carry?.unwrap_or(true),
        notice_days: notice_days?.unwrap_or(NOTICE_DAYS),
    };
    Some(Some(Days { rate, total, free_days: free_days?.unwrap_or(0) }))
}

/// What a day of a part payment costs, if one opens the phone; `None` = faulty.
pub(super) fn partial_unlock(cells: &mut Cells<'_>, currency: Currency) -> Option<Option<Rate>> {
    let day_price = maybe(cells, PARTIAL_DAY_PRICE, |cells, index| price(cells, index, currency));
    let most = maybe(cells, PARTIAL_MAX_DAYS, |cells, index| cells.number(index, DAYS_MAX));
    let (day_price, most) = (day_price?, most?);
    let scheduled = cells.text(PAYG_DAY_PRICE)?.is_empty() && cells.text(STANDING)?.is_empty();
    match day_price {
        Some(_) if !scheduled => {
            let detail = "expected nothing: a part payment needs instalments";
            cells.fail(PARTIAL_DAY_PRICE, "schedule_unwanted", detail)
        }
        None if most.is_some() => {
            let detail = "expected the price of a day beside partial_unlock_max_days";
            cells.fail(PARTIAL_DAY_PRICE, "empty", detail)
        }
        None => Some(None),
        Some(day_price) => {
            let max_ahead_days = Some(most.unwrap_or(PARTIAL_DAYS));
            Some(Some(Rate { day_price, max_ahead_days, carry: true, notice_days: 0 }))
        }
    }
}

/// The columns stay empty where no days are sold.
fn unwanted(cells: &mut Cells<'_>, outside: bool) -> bool {
    let detail = if outside {
        "expected nothing: standing is outside"
    } else {
        "expected nothing without payg_day_price"
    };
    let mut none = true;
    for column in [
        PAYG_DAY_PRICE,
        PAYG_TOTAL,
        PAYG_TOTAL_DAYS,
        PAYG_FREE_DAYS,
        PAYG_MAX_AHEAD_DAYS,
        PAYG_NOTICE_DAYS,
        PAYG_CARRY,
    ] {
        if cells.text(column) != Some("") {
            none = false;
            cells.fail::<()>(column, "schedule_unwanted", detail);
        }
    }
    none
}

fn price(cells: &mut Cells<'_>, index: usize, currency: Currency) -> Option<i64> {
    match cells.money(index, currency)?.minor {
        minor @ 1.. => Some(minor),
        _ => cells.fail(index, "amount_not_positive", "expected an amount above zero"),
    }
}

fn whole(cells: &mut Cells<'_>, index: usize) -> Option<u32> {
    match cells.text(index)? {
        "0" => Some(0),
        _ => cells.number(index, DAYS_MAX),
    }
}

fn flag(cells: &mut Cells<'_>, index: usize) -> Option<bool> {
    match cells.within(index, 20)? {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => cells.fail(index, "bad_flag", "expected yes or no"),
    }
}

/// The column a fault of the terms is about.
pub(super) fn column(error: ScheduleError) -> usize {
    match error {
        ScheduleError::Amount => PAYG_DAY_PRICE,
        ScheduleError::Nothing => DOWN_PAYMENT,
        _ => PAYG_TOTAL,
    }
}

/// What is wrong, in the words of days.
pub(super) fn detail(error: ScheduleError) -> &'static str {
    match error {
        ScheduleError::Amount => "the price of a day must be above zero, at most the total",
        ScheduleError::Short => "the total must be at least cash_price minus down_payment",
        other => other.detail(),
    }
}

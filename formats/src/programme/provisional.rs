//! `[provisional]`: how often and how long announced money opens a phone.

use domain::policy::Provisional;
use serde::Deserialize;
use toml::Spanned;

use crate::settings::{TextError, wrong};

/// Most times in a period.
const COUNT_MAX: u8 = 20;
/// Most hours each: a week.
const HOURS_MAX: u32 = 168;
/// Longest period in days.
const PERIOD_MAX: u32 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    count: Option<Spanned<u8>>,
    hours: Option<Spanned<u32>>,
    period_days: Option<Spanned<u32>>,
}

pub(super) fn provisional(text: &str, table: &Table) -> Result<Provisional, TextError> {
    let standard = Provisional::default();
    let within = |number: &Option<Spanned<u32>>, most: u32, else_: u32, message: &str| match number
    {
        Some(number) if !(1..=most).contains(number.get_ref()) => Err(wrong(text, number, message)),
        Some(number) => Ok(*number.get_ref()),
        None => Ok(else_),
    };
    let count = match &table.count {
        Some(count) if *count.get_ref() > COUNT_MAX => {
            return Err(wrong(text, count, "expected 0 to 20 times"));
        }
        Some(count) => *count.get_ref(),
        None => standard.count,
    };
    Ok(Provisional {
        count,
        hours: within(&table.hours, HOURS_MAX, standard.hours, "expected 1 to 168 hours")?,
        period_days: within(
            &table.period_days,
            PERIOD_MAX,
            standard.period_days,
            "expected 1 to 366 days",
        )?,
    })
}

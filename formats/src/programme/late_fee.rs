//! `[late_fee]`: what an instalment paid late costs, and the most it may.

use domain::{
    amortise,
    late_fee::{Base, Caps, Charge, LateFee},
};
use serde::Deserialize;
use toml::Spanned;

use super::days;
use crate::settings::{Share, TextError, wrong};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    amount_minor: Option<Spanned<i64>>,
    percent: Option<Spanned<Share>>,
    #[serde(default)]
    of: Of,
    #[serde(default = "no_days")]
    grace_days: Spanned<u32>,
    minimum_past_due_minor: Option<Spanned<i64>>,
    cap_instalment_minor: Option<Spanned<i64>>,
    cap_month_minor: Option<Spanned<i64>>,
    cap_contract_minor: Option<Spanned<i64>>,
    cap_financed: Option<Spanned<Share>>,
}

fn no_days() -> Spanned<u32> {
    Spanned::new(0..0, 0)
}

/// What a percentage is taken of.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Of {
    #[default]
    Principal,
    PrincipalInterest,
    PrincipalInterestFees,
}

pub(super) fn late_fee(text: &str, table: &Spanned<Table>) -> Result<LateFee, TextError> {
    let Table { amount_minor, percent, of, .. } = table.get_ref();
    let charge = match (amount_minor, percent) {
        (Some(amount), None) => Charge::Flat(minor(text, amount)?),
        (None, Some(percent)) => Charge::Share(share(percent), base(*of)),
        _ => return Err(wrong(text, table, "expected either amount_minor or percent")),
    };
    let table = table.get_ref();
    let cap = |cap: &Option<Spanned<i64>>| cap.as_ref().map(|cap| minor(text, cap)).transpose();
    Ok(LateFee {
        charge,
        grace_days: days(text, &table.grace_days)?,
        minimum_past_due: cap(&table.minimum_past_due_minor)?.unwrap_or(0),
        caps: Caps {
            instalment: cap(&table.cap_instalment_minor)?,
            month: cap(&table.cap_month_minor)?,
            contract: cap(&table.cap_contract_minor)?,
            financed: table.cap_financed.as_ref().map(share),
        },
    })
}

fn minor(text: &str, amount: &Spanned<i64>) -> Result<i64, TextError> {
    match *amount.get_ref() {
        minor @ 0..=amortise::PRINCIPAL_MAX => Ok(minor),
        _ => Err(wrong(text, amount, "expected minor units, zero or above")),
    }
}

/// Basis points as parts per billion.
fn share(share: &Spanned<Share>) -> amortise::Share {
    amortise::Share(i64::from(share.get_ref().0) * (amortise::Share::WHOLE / 10_000))
}

fn base(of: Of) -> Base {
    match of {
        Of::Principal => Base::Principal,
        Of::PrincipalInterest => Base::PrincipalInterest,
        Of::PrincipalInterestFees => Base::PrincipalInterestFees,
    }
}

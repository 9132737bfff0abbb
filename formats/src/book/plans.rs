//! How a contract's instalments are told: equal ones by the columns, rows one by one, or terms from
//! which a rule set computes them.

use domain::{
    Currency, Day, Terms, Zone,
    amortise::down_payment,
    schedule::{Equal, Instalment, MonthEnd, Period, ROWS_MAX, ScheduleError},
    terms::Price,
};

use super::{
    cells::{Cells, amount},
    contracts::{CASH_PRICE, COUNT, DOWN_PAYMENT, EVERY, FIRST_DUE, INSTALMENT, TERMS, UNIT},
    payg::{self, Days},
};
use crate::schedule_terms::{ScheduleTerms, TermsError, contract_terms};

/// A row given by itself: its amount, or its parts.
#[derive(Clone, Copy, Debug, Default)]
pub struct GivenRow<'a> {
    /// Due day.
    pub due: &'a str,
    /// What is due.
    pub amount: Option<&'a str>,
    /// Of that, what pays the price.
    pub principal: Option<&'a str>,
    /// Of that, the price of time.
    pub interest: Option<&'a str>,
}

/// How the instalments are told.
pub(super) enum Plan {
    Equal(Equal),
    Rows(Vec<Instalment>),
    Terms(Box<ScheduleTerms>),
    /// The account is kept elsewhere.
    Outside,
    /// Days are sold.
    Payg(Days),
}

/// The columns of equal instalments.
const SCHEDULE: [usize; 5] = [COUNT, UNIT, EVERY, INSTALMENT, FIRST_DUE];

/// The way a contract tells them; only one may be used.
pub(super) fn read(
    cells: &mut Cells<'_>,
    currency: Option<Currency>,
    rows: Option<&[GivenRow<'_>]>,
    outside: bool,
) -> Option<Plan> {
    let sold = payg::read(cells, currency, outside);
    if outside {
        let told = sold == Some(None);
        let detail = "expected nothing: standing is outside";
        return (unscheduled(cells, rows.is_some(), detail) && told).then_some(Plan::Outside);
    }
    if let Some(days) = sold? {
        let detail = "expected nothing: days are sold";
        return unscheduled(cells, rows.is_some(), detail).then_some(Plan::Payg(days));
    }
    let terms = cells.text(TERMS)?;
    if terms.is_empty() && rows.is_none() {
        return equal(cells, currency).map(Plan::Equal);
    }
    let mut both = rows.is_some() && !terms.is_empty();
    for column in SCHEDULE {
        both |= !cells.text(column)?.is_empty();
    }
    if both {
        let detail = "rows, terms, and count with its columns exclude each other";
        let column = if rows.is_some() { "rows" } else { "terms" };
        cells.note(column.to_owned(), "", "schedule_twice", detail);
        return None;
    }
    match rows {
        Some(rows) => given(cells, rows, currency).map(Plan::Rows),
        None => computed(cells, terms, currency?).map(|terms| Plan::Terms(Box::new(terms))),
    }
}

/// Where days are sold or the account is kept elsewhere there is no schedule.
fn unscheduled(cells: &mut Cells<'_>, rows: bool, detail: &str) -> bool {
    if rows {
        cells.note("rows".to_owned(), "", "schedule_unwanted", detail);
    }
    let mut none = !rows;
    for column in SCHEDULE.into_iter().chain([TERMS]) {
        if cells.text(column) != Some("") {
            none = false;
            cells.fail::<()>(column, "schedule_unwanted", detail);
        }
    }
    none
}

/// Terms as JSON.
fn computed(cells: &mut Cells<'_>, text: &str, currency: Currency) -> Option<ScheduleTerms> {
    match contract_terms(text, currency) {
        Ok(terms) => Some(terms),
        Err(error) => {
            let place = match &error {
                TermsError::Field(field) if !field.field.starts_with("terms") => {
                    format!("terms.{}", field.field)
                }
                TermsError::Field(field) => field.field.clone(),
                _ => "terms".to_owned(),
            };
            let detail = match &error {
                TermsError::Field(field) => field.message.clone(),
                other => other.to_string(),
            };
            cells.note(place, "", error.code(), &detail);
            None
        }
    }
}

/// The rows given one by one.
fn given(
    cells: &mut Cells<'_>,
    rows: &[GivenRow<'_>],
    currency: Option<Currency>,
) -> Option<Vec<Instalment>> {
    let mut read = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate().take(ROWS_MAX + 1) {
        let due = Day::parse(row.due);
        if due.is_none() {
            let detail = "expected a day as YYYY-MM-DD";
            cells.note(format!("rows[{index}].due"), row.due, "bad_date", detail);
        }
        let parts = currency.and_then(|currency| parts(cells, index, row, currency));
        if let (Some(due), Some((amount, interest))) = (due, parts) {
            read.push(Instalment { due, amount, interest });
        }
    }
    (read.len() == rows.len().min(ROWS_MAX + 1)).then_some(read)
}

/// What is due of a row, and the interest in it.
fn parts(
    cells: &mut Cells<'_>,
    index: usize,
    row: &GivenRow<'_>,
    currency: Currency,
) -> Option<(i64, i64)> {
    let mut money = |name: &str, text: &str| match amount(text, currency) {
        Ok(money) => Some(money.minor),
        Err((code, detail)) => {
            cells.note(format!("rows[{index}].{name}"), text, code, &detail);
            None
        }
    };
    let (sum, interest) = match (row.amount, row.principal, row.interest) {
        (Some(text), None, None) => (money("amount", text), Some(0)),
        (None, Some(principal), interest) => {
            let principal = money("principal", principal);
            let interest = interest.map_or(Some(0), |text| money("interest", text));
            let sum = principal?.checked_add(interest?);
            if sum.is_none_or(|_| principal < Some(0) || interest < Some(0)) {
                let detail = "expected a principal and an interest of zero or more";
                cells.note(format!("rows[{index}]"), "", "schedule_amount", detail);
                return None;
            }
            (sum, interest)
        }
        _ => {
            let detail = "expected an amount, or a principal with its interest";
            cells.note(format!("rows[{index}]"), "", "schedule_amount", detail);
            return None;
        }
    };
    Some((sum?, interest?))
}

/// Equal instalments by their columns.
fn equal(cells: &mut Cells<'_>, currency: Option<Currency>) -> Option<Equal> {
    let count = cells.number(COUNT, 520);
    let period = match cells.filled(UNIT, 20) {
        Some("days") => Some(Period::Days),
        Some("weeks") => Some(Period::Weeks),
        Some("months") => Some(Period::Months),
        Some(_) => cells.fail(UNIT, "bad_unit", "expected days, weeks or months"),
        None => None,
    };
    let every = cells.number(EVERY, 366);
    let first_due = cells.day(FIRST_DUE);
    let given = cells.text(INSTALMENT)?;
    let instalment = match (given, currency) {
        ("", _) => Some(None),
        (_, Some(currency)) => cells.money(INSTALMENT, currency).map(|money| Some(money.minor)),
        // A wrong currency is a fault of its own; without it an amount cannot be read.
        (_, None) => None,
    };
    Some(Equal {
        count: count?,
        period: period?,
        every: every?,
        first_due: first_due?,
        month_end: MonthEnd::Clamp,
        instalment: instalment?,
    })
}

/// The terms, or what is wrong with the way the instalments are told.
pub(super) fn terms(
    cells: &mut Cells<'_>,
    price: Price,
    plan: Plan,
    zone: Zone,
    language: String,
) -> Option<Terms> {
    match plan {
        Plan::Equal(equal) => match Terms::equal(price, &equal, zone, language) {
            Ok(terms) => Some(terms),
            Err(error) => cells.fail(column(error), error.code(), error.detail()),
        },
        Plan::Rows(rows) => match Terms::explicit(price, rows, zone, language) {
            Ok(terms) => Some(terms),
            Err(error @ ScheduleError::Nothing) => {
                cells.fail(DOWN_PAYMENT, error.code(), error.detail())
            }
            Err(error) => {
                let detail = match error {
                    ScheduleError::Short => "the rows must cover cash_price minus down_payment",
                    _ => error.detail(),
                };
                cells.note("rows".to_owned(), "", error.code(), detail);
                None
            }
        },
        Plan::Outside => match Terms::outside(price, zone, language) {
            Ok(terms) => Some(terms),
            Err(error) => cells.fail(column(error), error.code(), error.detail()),
        },
        Plan::Payg(days) => {
            let payg = days.of(price.cash_price - price.down_payment);
            match Terms::payg(price, payg, zone, language) {
                Ok(terms) => Some(terms),
                Err(error) => cells.fail(payg::column(error), error.code(), payg::detail(error)),
            }
        }
        Plan::Terms(told) => {
            agree(cells, &price, &told)?;
            match Terms::computed(price.currency, told.plan, zone, language) {
                Ok(terms) => Some(terms.with_agreed(told.agreed)),
                Err(error) => {
                    cells.note("terms".to_owned(), "", error.code(), error.detail());
                    None
                }
            }
        }
    }
}

/// The price beside terms must be theirs; a down payment may be left to them.
fn agree(cells: &mut Cells<'_>, price: &Price, told: &ScheduleTerms) -> Option<()> {
    if price.cash_price != told.plan.principal {
        let detail = "cash_price must be the principal of terms";
        return cells.fail(CASH_PRICE, "price_mismatch", detail);
    }
    let stated = !cells.text(DOWN_PAYMENT)?.is_empty();
    if stated && down_payment(&told.plan).is_ok_and(|down| down != price.down_payment) {
        let detail = "down_payment must be that of terms, or empty";
        return cells.fail(DOWN_PAYMENT, "price_mismatch", detail);
    }
    Some(())
}

fn column(error: ScheduleError) -> usize {
    match error {
        ScheduleError::Count => COUNT,
        ScheduleError::Every => EVERY,
        ScheduleError::Date | ScheduleError::Order => FIRST_DUE,
        ScheduleError::Amount
        | ScheduleError::Interest
        | ScheduleError::Short
        | ScheduleError::Overflow => INSTALMENT,
        ScheduleError::Nothing => DOWN_PAYMENT,
    }
}

//! Schedule terms as JSON, and the rows made from them: the text form of the `schedule` command.
//! Its key names are those of public loan-schedule test data and serve this command alone.

use domain::{
    Currency, Day,
    allocation::{Advance, NAMES, Rule},
    amortise::{
        DayCount, DownPayment, Event, GivenRow, Method, Plan, Rest, Rounding, RuleSet, Shape,
        Share, Table, Unpayable, YearDays, amortise,
    },
    ending::Shortfall,
    payoff::Until,
    schedule::{MonthEnd, Period, ROWS_MAX},
    terms::Agreed,
};
use serde_json::{Value, json};

use crate::{
    fields::{FieldError, Fields},
    terms_hash::schedule_hash,
};

/// Decimal places of a percentage: parts per billion.
const PERCENT_PLACES: u32 = 7;
/// Keys of an entry of test data that say where it comes from and what it answers.
const COMMENTARY: [&str; 9] =
    ["id", "covers", "source", "note", "verified", "partial", "rows", "totals", "kind"];

/// Why there is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermsError {
    /// The text is no JSON.
    Json(String),
    /// A field is not what it should be.
    Field(FieldError),
    /// The terms are sound and have no schedule.
    Refused(Unpayable),
}

impl TermsError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            TermsError::Json(_) => "bad_json",
            TermsError::Field(_) => "bad_terms",
            TermsError::Refused(unpayable) => unpayable.code(),
        }
    }
}

impl std::fmt::Display for TermsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TermsError::Json(message) => f.write_str(message),
            TermsError::Field(error) => error.fmt(f),
            TermsError::Refused(unpayable) => f.write_str(unpayable.detail()),
        }
    }
}

impl std::error::Error for TermsError {}

impl From<FieldError> for TermsError {
    fn from(error: FieldError) -> TermsError {
        TermsError::Field(error)
    }
}

/// The terms of a schedule, and what a contract on them agrees beside its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleTerms {
    /// What the rows are computed from.
    pub plan: Plan,
    /// The currency, where it is named.
    pub currency: Option<Currency>,
    /// Order of allocation and payoff rule.
    pub agreed: Agreed,
}

/// What a text of terms came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedules {
    /// A schedule, or for a list of terms the list of schedules and errors in the same order.
    pub document: Value,
    /// How many elements of a list have no schedule.
    pub refused: usize,
}

/// The schedules of a text: one object of terms, or a list of them. A named rule set goes before
/// the one an element names.
pub fn schedules(text: &str, rules: Option<RuleSet>, hash: bool) -> Result<Schedules, TermsError> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| TermsError::Json(format!("JSON: {error}")))?;
    let Value::Array(list) = &value else {
        let document = schedule(&value, rules, hash)?;
        return Ok(Schedules { document, refused: 0 });
    };
    let mut refused = 0;
    let mut answers = Vec::with_capacity(list.len());
    for terms in list {
        answers.push(schedule(terms, rules, hash).unwrap_or_else(|error| {
            refused += 1;
            json!({ "error": { "code": error.code(), "detail": error.to_string() } })
        }));
    }
    Ok(Schedules { document: Value::Array(answers), refused })
}

/// The schedule of one object of terms, with the hash of the terms if that is asked for.
pub fn schedule(value: &Value, rules: Option<RuleSet>, hash: bool) -> Result<Value, TermsError> {
    let terms = parse_terms(value, rules, None)?;
    let table = amortise(&terms.plan).map_err(TermsError::Refused)?;
    let mut document = table_doc(&table, terms.plan.digits);
    if hash {
        let hash = schedule_hash(&terms, &table).map_err(TermsError::Refused)?;
        document["terms_hash"] = hash.to_string().into();
    }
    Ok(document)
}

/// The terms of a contract in this currency. What happened since belongs to no signing.
pub fn contract_terms(text: &str, currency: Currency) -> Result<ScheduleTerms, TermsError> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| TermsError::Json(format!("JSON: {error}")))?;
    let terms = parse_terms(&value, None, Some(currency))?;
    if terms.currency.is_some_and(|named| named != currency) {
        let message = format!("the contract's currency is {currency}");
        return Err(FieldError { field: "currency".to_owned(), message }.into());
    }
    if terms.plan.digits != currency.digits() {
        let message = format!("{currency} has {}", currency.digits());
        return Err(FieldError { field: "currency_digits".to_owned(), message }.into());
    }
    if !terms.plan.events.is_empty() {
        let message = "what happens after the signing is no part of it".to_owned();
        return Err(FieldError { field: "events".to_owned(), message }.into());
    }
    Ok(ScheduleTerms { currency: Some(currency), ..terms })
}

/// The plan of an object of terms: the terms themselves, or an entry with `terms`, `events` and
/// `engine`, whose commentary is skipped.
pub fn parse_plan(value: &Value, rules: Option<RuleSet>) -> Result<Plan, TermsError> {
    Ok(parse_terms(value, rules, None)?.plan)
}

/// As [`parse_plan`], with all that the terms say. Where they name no currency, its digits are
/// those of the one assumed.
fn parse_terms(
    value: &Value,
    rules: Option<RuleSet>,
    assumed: Option<Currency>,
) -> Result<ScheduleTerms, TermsError> {
    let mut entry = Fields::new(value, "")?;
    let Some(terms) = entry.take("terms") else {
        return Ok(read(Fields::new(value, "")?, &[], rules, assumed)?);
    };
    for key in COMMENTARY {
        entry.take(key);
    }
    let named = rule_set(&mut entry)?;
    let events = entry.list("events")?;
    entry.done()?;
    Ok(read(Fields::new(&terms, "terms")?, &events, rules.or(named), assumed)?)
}

/// The rows and totals of a table.
pub fn table_doc(table: &Table, digits: u8) -> Value {
    let amount = |minor| decimal(minor, digits);
    let row = |row: &domain::amortise::Row| {
        json!({
            "n": row.n,
            "due": row.due.to_string(),
            "principal": amount(row.principal),
            "interest": amount(row.interest),
            "total": amount(row.total()),
            "balance": amount(row.balance),
        })
    };
    let rows: Vec<Value> = table.rows.iter().map(row).collect();
    let totals =
        json!({ "principal": amount(table.principal), "interest": amount(table.interest) });
    json!({ "rows": rows, "totals": totals })
}

/// Major units with at least two decimals, as the data these names come from write them.
fn decimal(minor: i64, digits: u8) -> String {
    let width = usize::from(digits);
    let text = format!("{:0>min$}", minor.unsigned_abs(), min = width + 1);
    let (whole, part) = text.split_at(text.len() - width);
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{whole}.{part:0<2}")
}

fn rule_set(fields: &mut Fields) -> Result<Option<RuleSet>, FieldError> {
    let words = [RuleSet::Progressive, RuleSet::Classic].map(|rules| (rules.name(), rules));
    let rules = fields.word("rules", &words)?;
    let engine = fields.word("engine", &words)?;
    if rules.is_some() && engine.is_some() && rules != engine {
        return Err(fields.wrong("engine", "rules says otherwise"));
    }
    Ok(rules.or(engine))
}

fn read(
    mut terms: Fields,
    beside: &[Value],
    rules: Option<RuleSet>,
    assumed: Option<Currency>,
) -> Result<ScheduleTerms, FieldError> {
    let named = rule_set(&mut terms)?;
    let rules = rules.or(named).unwrap_or_default();
    let (currency, digits) = digits(&mut terms, assumed)?;
    let places = u32::from(digits);
    let principal = terms.decimal("principal", places)?;
    let start = terms.day("start_date")?;
    let count = terms.count("count")?;
    let given = given(&mut terms, places)?;
    let shape = shape(&mut terms, places)?;
    let within = terms.list("events")?;
    let mut happened = events(beside, "events", places)?;
    happened.extend(events(&within, &terms.path("events"), places)?);
    let most = u32::try_from(ROWS_MAX).unwrap_or(u32::MAX);
    let count = match (shape, given.is_empty()) {
        (Shape::FixedPayment(_), _) => count.unwrap_or(most),
        (_, false) => count.unwrap_or_default(),
        _ => terms.needed("count", count)?,
    };
    let principal = terms.needed("principal", principal)?;
    let start = terms.needed("start_date", start)?;
    let mut plan = Plan { rules, digits, given, shape, ..Plan::new(principal, start, count) };
    plan.events = happened;
    calendar(&mut plan, &mut terms)?;
    interest(&mut plan, &mut terms)?;
    money(&mut plan, &mut terms, places)?;
    let agreed = agreed(&mut terms)?;
    terms.done()?;
    Ok(ScheduleTerms { plan, currency, agreed })
}

/// What a contract agrees beside its rows.
fn agreed(terms: &mut Fields) -> Result<Agreed, FieldError> {
    let order = terms.word("allocation", &NAMES.map(|name| (name, name)))?;
    let ways = Advance::ALL.map(|way| (way.name(), way));
    let advance = terms.word("advance", &ways)?.unwrap_or_default();
    let rules = Until::ALL.map(|until| (until.name(), until));
    let payoff = terms.word("payoff", &rules)?.unwrap_or_default();
    let becomes = Shortfall::ALL.map(|shortfall| (shortfall.name(), shortfall));
    let shortfall = terms.word("shortfall", &becomes)?.unwrap_or_default();
    let rule = Rule::new(order.unwrap_or(NAMES[0]), advance);
    Ok(Agreed { allocation: rule.unwrap_or_default(), payoff, shortfall })
}

/// The currency, and its digits: by the currency, as they are given, or those of the one assumed;
/// two otherwise.
fn digits(
    terms: &mut Fields,
    assumed: Option<Currency>,
) -> Result<(Option<Currency>, u8), FieldError> {
    let given = terms.count("currency_digits")?;
    let known = match terms.text("currency")? {
        None => None,
        Some(code) => match Currency::parse(&code) {
            Some(currency) => Some(currency),
            None => {
                let message = format!("{code:?}: expected an ISO 4217 currency code");
                return Err(terms.wrong("currency", message));
            }
        },
    };
    let of = |currency: Currency| u32::from(currency.digits());
    let digits = given.or(known.or(assumed).map(of)).unwrap_or(2);
    if known.map(of).is_some_and(|known| known != digits) {
        return Err(terms.wrong("currency_digits", "the currency has others"));
    }
    let small = u8::try_from(digits).ok().filter(|digits| *digits <= 3);
    let small = small.ok_or_else(|| terms.wrong("currency_digits", "expected 0, 1, 2 or 3"))?;
    Ok((known, small))
}

fn calendar(plan: &mut Plan, terms: &mut Fields) -> Result<(), FieldError> {
    let units = [("days", Period::Days), ("weeks", Period::Weeks), ("months", Period::Months)];
    plan.period = terms.word("unit", &units)?.unwrap_or(Period::Months);
    plan.every = terms.count("every")?.unwrap_or(1);
    plan.first_due = terms.day("first_due")?.or(terms.day("first_due_date")?);
    plan.disbursed_on = terms.day("disbursed_on")?;
    let ends = [("clamp", MonthEnd::Clamp), ("roll", MonthEnd::Roll)];
    plan.month_end = terms.word("month_end", &ends)?.unwrap_or_default();
    Ok(())
}

fn interest(plan: &mut Plan, terms: &mut Fields) -> Result<(), FieldError> {
    plan.rate = Share(terms.decimal("annual_rate_percent", PERCENT_PLACES)?.unwrap_or(0));
    let methods =
        [("declining", Some(Method::Declining)), ("flat", Some(Method::Flat)), ("zero", None)];
    let method = terms.word("interest_method", &methods)?;
    if method == Some(None) && plan.rate != Share(0) {
        return Err(terms.wrong("annual_rate_percent", "interest_method is zero"));
    }
    plan.method = method.flatten().unwrap_or_default();
    let rests = [("daily", Rest::Daily), ("same_as_repayment", Rest::Period)];
    let usual = match plan.rules {
        RuleSet::Progressive => Rest::Daily,
        RuleSet::Classic => Rest::Period,
    };
    plan.rest = terms.word("interest_period", &rests)?.unwrap_or(usual);
    plan.day_count = day_count(terms)?.unwrap_or(plan.day_count);
    plan.principal_grace = terms.count("principal_grace")?.unwrap_or(0);
    plan.interest_payment_grace = terms.count("interest_payment_grace")?.unwrap_or(0);
    plan.interest_free = terms.count("interest_free_periods")?.unwrap_or(0);
    Ok(())
}

/// `{"year": "365", "month": "actual"}`, or `"actual/365"`.
fn day_count(terms: &mut Fields) -> Result<Option<DayCount>, FieldError> {
    let months = [("30", true), ("actual", false)];
    let years = [
        ("actual", YearDays::Actual),
        ("360", YearDays::Fixed(360)),
        ("364", YearDays::Fixed(364)),
        ("365", YearDays::Fixed(365)),
    ];
    let value = match terms.take("day_count") {
        None => return Ok(None),
        Some(Value::String(text)) => {
            let (month, year) = text.split_once('/').unwrap_or((text.as_str(), ""));
            json!({ "month": month, "year": year })
        }
        Some(value) => value,
    };
    let mut parts = Fields::new(&value, &terms.path("day_count"))?;
    let (year, month) = (parts.word("year", &years)?, parts.word("month", &months)?);
    let count =
        DayCount { year: parts.needed("year", year)?, month_30: parts.needed("month", month)? };
    parts.done()?;
    Ok(Some(count))
}

fn money(plan: &mut Plan, terms: &mut Fields, places: u32) -> Result<(), FieldError> {
    let modes = [
        ("half_even", Rounding::HalfEven),
        ("half_up", Rounding::HalfUp),
        ("half_down", Rounding::HalfDown),
        ("up", Rounding::Up),
        ("down", Rounding::Down),
    ];
    plan.rounding = terms.word("rounding", &modes)?.unwrap_or_default();
    plan.instalment_multiple = terms.decimal("installment_multiple", places)?;
    plan.currency_multiple = terms.decimal("currency_multiple", places)?;
    let amount = terms.decimal("down_payment_amount", places)?;
    let percent = terms.decimal("down_payment_percent", PERCENT_PLACES)?;
    plan.down_payment = match (amount, percent) {
        (None, None) => DownPayment::None,
        (Some(amount), None) => DownPayment::Amount(amount),
        (None, Some(percent)) => DownPayment::Share(Share(percent)),
        _ => return Err(terms.wrong("down_payment_amount", "down_payment_percent stands too")),
    };
    Ok(())
}

fn shape(terms: &mut Fields, places: u32) -> Result<Shape, FieldError> {
    let words = [
        ("equal_installments", Shape::Level),
        ("equal_principal", Shape::EqualPrincipal),
        ("interest_only", Shape::InterestOnly),
    ];
    let named = terms.word("amortization", &words)?;
    let percent = terms.decimal("fixed_principal_percent", PERCENT_PLACES)?;
    let payment = terms.decimal("fixed_payment", places)?;
    let balloon = terms.decimal("balloon", places)?;
    let shapes = [
        percent.map(|share| ("fixed_principal_percent", Shape::PrincipalShare(Share(share)))),
        payment.map(|amount| ("fixed_payment", Shape::FixedPayment(amount))),
        balloon.map(|amount| ("balloon", Shape::Balloon(amount))),
    ];
    let mut stated = shapes.into_iter().flatten();
    let Some((name, shape)) = stated.next() else { return Ok(named.unwrap_or_default()) };
    let base = match shape {
        Shape::PrincipalShare(_) => Shape::EqualPrincipal,
        _ => Shape::Level,
    };
    if stated.next().is_some() || named.is_some_and(|named| named != base) {
        return Err(terms.wrong(name, "another way of paying back stands too"));
    }
    Ok(shape)
}

/// Rows given one by one.
fn given(terms: &mut Fields, places: u32) -> Result<Vec<GivenRow>, FieldError> {
    let path = terms.path("rows");
    let read = |(index, value): (usize, &Value)| {
        let mut row = Fields::new(value, &format!("{path}[{index}]"))?;
        let (due, principal) = (row.day("due")?, row.decimal("principal", places)?);
        let interest = row.decimal("interest", places)?.unwrap_or(0);
        let given = GivenRow {
            due: row.needed("due", due)?,
            principal: row.needed("principal", principal)?,
            interest,
        };
        row.done()?;
        Ok(given)
    };
    terms.list("rows")?.iter().enumerate().map(read).collect()
}

/// What happened since, in order.
fn events(list: &[Value], path: &str, places: u32) -> Result<Vec<Event>, FieldError> {
    let read = |(index, value): (usize, &Value)| {
        let mut event = Fields::new(value, &format!("{path}[{index}]"))?;
        let kind = event.text("type")?;
        let on = event.day("on")?.or(event.day("date")?);
        let read = match event.needed("type", kind)?.as_str() {
            "reschedule" => reschedule(&mut event)?,
            "overdue" => Event::Overdue { on: event.needed("on", on)? },
            "disbursement" => {
                let amount = event.decimal("amount", places)?;
                let on = event.needed("on", on)?;
                Event::Disbursement { on, amount: event.needed("amount", amount)? }
            }
            other => {
                let message =
                    format!("{other:?}: expected one of reschedule, disbursement, overdue");
                return Err(event.wrong("type", message));
            }
        };
        event.done()?;
        Ok(read)
    };
    list.iter().enumerate().map(read).collect()
}

fn reschedule(event: &mut Fields) -> Result<Event, FieldError> {
    let days = (event.day("from_due")?, event.day("new_due")?);
    let from_due: Day = event.needed("from_due", days.0)?;
    Ok(Event::Reschedule { from_due, new_due: event.needed("new_due", days.1)? })
}

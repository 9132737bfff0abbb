//! The payoff quote: what ends a contract if paid by a day.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{Contract, Day, Money, QuoteId, settlement::Quoted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    acts::fault,
    answer,
    body::{At, Body},
    contracts,
    guard::Call,
    problem::{Problem, StateView},
};
use crate::{App, error::Error};

/// The day to quote for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayoffBody {
    /// A day of the contract's calendar, at most 31 ahead; absent = today.
    #[schema(example = "2026-11-25", format = Date)]
    on: Option<String>,
}

/// A quote. Amounts are decimal numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayoffView {
    /// Its id.
    id: Uuid,
    /// Paid with a value date up to this day, it ends the contract.
    #[schema(format = Date)]
    on: String,
    /// The end of that day on the contract's calendar.
    #[schema(format = DateTime)]
    valid_until: String,
    /// Open principal.
    principal: String,
    /// Interest due, and run by that day.
    interest: String,
    /// Open fees.
    fees: String,
    /// Open late fees.
    late_fees: String,
    /// All of it.
    total: String,
    /// Interest of later days that is not asked for.
    interest_forgone: String,
    /// Where the contract stands.
    contract: StateView,
}

/// Quotes the payoff of a contract.
pub(crate) async fn quote(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<PayoffBody>,
) -> Result<Response, Problem> {
    let day = |text: String| {
        let wrong = || fault("on", "bad_date", "expected a day as YYYY-MM-DD", &text);
        Day::parse(&text).ok_or_else(wrong)
    };
    let on = value.on.map(day).transpose()?;
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let asked = call.asked(&app, &[&raw], "quote_payoff");
    let id = QuoteId(uuid::Builder::from_custom_bytes(asked.key).into_uuid());
    match app.quote_payoff(call.tenant(), unit, &asked, id, on).await {
        Ok((changed, standing)) => {
            let state = StateView::after(&changed);
            let shown = view(&changed.contract, &standing.quoted, state);
            Ok(answer::done(changed.repeated, &shown))
        }
        Err(error @ Error::Refused(_)) => {
            let state = contracts::state(&app, call.tenant(), &reference).await?;
            Err(Problem::from(error).with_state(state))
        }
        Err(error) => Err(error.into()),
    }
}

fn view(contract: &Contract, quoted: &Quoted, state: StateView) -> PayoffView {
    let terms = contract.terms();
    let money = |minor: i64| Money::new(minor, terms.currency()).decimal();
    let quote = &quoted.quote;
    let ends = terms.zone().midnight(quote.on.plus_days(1).unwrap_or(quote.on));
    PayoffView {
        id: quoted.id.0,
        on: quote.on.to_string(),
        valid_until: ends.rfc3339(),
        principal: money(quote.principal),
        interest: money(quote.interest),
        fees: money(quote.fee),
        late_fees: money(quote.penalty),
        total: money(quote.total().unwrap_or(i64::MAX)),
        interest_forgone: money(quoted.forgone),
        contract: state,
    }
}

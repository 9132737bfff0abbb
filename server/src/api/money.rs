//! Movements of money beside payments: agreed fees, fees given up, credit paid out, chargebacks.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{Command, Moment};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    acts::{Act, acted, moment},
    body::{At, Body},
    contracts,
    guard::Call,
    payments::payment_id,
    problem::Problem,
};
use crate::{App, app::post_payment::amount_of};

/// A fee that was agreed and falls due.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeeBody {
    /// Decimal number above zero, in the contract's currency.
    #[schema(example = "150.00")]
    amount: String,
    /// When it falls due: RFC 3339; absent = at once.
    #[schema(example = "2026-11-06T10:15:00+05:30", format = DateTime)]
    value_at: Option<String>,
    /// What for; 1 to 500 bytes.
    #[schema(example = "replacement of the screen")]
    reason: String,
}

/// An amount and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AmountBody {
    /// Decimal number above zero, in the contract's currency.
    #[schema(example = "150.00")]
    amount: String,
    /// Why, or how; 1 to 500 bytes.
    #[schema(example = "our terminal was down")]
    reason: String,
}

/// When the bank moved the money.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChargebackBody {
    /// RFC 3339; absent = at once.
    #[schema(example = "2026-11-06T10:15:00+05:30", format = DateTime)]
    value_at: Option<String>,
}

/// Charges a fee.
pub(crate) async fn fee(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<FeeBody>,
) -> Result<Response, Problem> {
    let amount = amount(&app, &call, &reference, &value.amount).await?;
    let due = value_at(&app, value.value_at)?;
    app.check_may_charge(call.tenant(), amount)?;
    let command = Command::ChargeFee { amount, value: due, reason: value.reason };
    let act = Act { call: &call, reference: &reference, name: "charge_fee" };
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// Gives fees up.
pub(crate) async fn waive(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<AmountBody>,
) -> Result<Response, Problem> {
    let amount = amount(&app, &call, &reference, &value.amount).await?;
    let command = Command::WaiveFees { amount, reason: value.reason };
    let act = Act { call: &call, reference: &reference, name: "waive_fees" };
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// Records that credit was paid out.
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<AmountBody>,
) -> Result<Response, Problem> {
    let amount = amount(&app, &call, &reference, &value.amount).await?;
    let command = Command::Refund { amount, reason: value.reason };
    let act = Act { call: &call, reference: &reference, name: "refund" };
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// Charges a payment back.
pub(crate) async fn charge_back(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    Body { value, raw }: Body<ChargebackBody>,
) -> Result<Response, Problem> {
    let (payment, at) = (payment_id(&id)?, value_at(&app, value.value_at)?);
    let asked = call.asked(&app, &[id.as_bytes(), &raw], "charge_back");
    Ok(acted(app.charge_back(call.tenant(), payment, at, &asked).await?, None))
}

/// Records that the bank gave a charged-back payment again.
pub(crate) async fn win_chargeback(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    Body { value, raw }: Body<ChargebackBody>,
) -> Result<Response, Problem> {
    let (payment, at) = (payment_id(&id)?, value_at(&app, value.value_at)?);
    let asked = call.asked(&app, &[id.as_bytes(), &raw], "win_chargeback");
    Ok(acted(app.win_chargeback(call.tenant(), payment, at, &asked).await?, None))
}

async fn amount(app: &App, call: &Call, reference: &str, text: &str) -> Result<i64, Problem> {
    let unit = contracts::unit(app, call.tenant(), reference).await?;
    let currency = app.contract_of(call.tenant(), unit).await?.contract.terms().currency();
    Ok(amount_of(text, None, currency)?.minor)
}

fn value_at(app: &App, text: Option<String>) -> Result<Moment, Problem> {
    text.map_or(Ok(app.now()), |text| moment("value_at", &text))
}

//! Endings that are no paying off: the phone handed back, the debt written off.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Command, Currency, Money,
    ending::{End, Shortfall},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    acts::{Act, acted, fault, moment},
    body::{At, Body},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::return_device::{Grading, HandOver},
    error::Error,
};

/// A phone that was handed back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnBody {
    /// When it was handed over: RFC 3339; absent = at once. Interest stops with that day.
    #[schema(example = "2026-11-06T10:15:00+05:30", format = DateTime)]
    value_at: Option<String>,
    /// Why it came back, and whatever the counter noted; 1 to 500 bytes.
    #[schema(example = "could not pay any longer; charger missing")]
    reason: String,
    /// What it was found to be worth, if it was graded on the spot.
    grading: Option<GradingBody>,
}

/// What a phone was found to be worth.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GradingBody {
    /// In what state it was found; 1 to 100 bytes.
    #[schema(example = "B, scratched")]
    grade: String,
    /// Decimal number, zero or above: what it counts for.
    #[schema(example = "2500.00")]
    value: String,
    /// What becomes of the debt it does not cover: `keep` or `waive`; absent = as the terms say.
    #[schema(example = "waive")]
    shortfall: Option<String>,
}

/// A debt to be written off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteOffBody {
    /// Whether the phone is released with it, for ever.
    release: bool,
    /// Why; 1 to 500 bytes.
    #[schema(example = "not found for two years")]
    reason: String,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonBody {
    /// Why; 1 to 500 bytes.
    #[schema(example = "wrong contract")]
    pub(super) reason: String,
}

/// Takes a phone back.
pub(crate) async fn hand_over(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: body, raw }: Body<ReturnBody>,
) -> Result<Response, Problem> {
    let value = body.value_at.map(|text| moment("value_at", &text)).transpose()?;
    let grading = match body.grading {
        Some(body) => Some(grading(&app, &call, &reference, body, "grading.").await?),
        None => None,
    };
    if body.reason.trim().is_empty() {
        return Err(fault("reason", "bad_text", "1 to 500 bytes of text", &body.reason));
    }
    let hand_over = HandOver { value, note: body.reason, grading };
    let act = Act { call: &call, reference: &reference, name: "return" };
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let asked = call.asked(&app, &[&raw], act.name);
    let changed = app.return_device(call.tenant(), unit, &asked, hand_over).await;
    Ok(acted(act.answered(&app, changed).await?, None))
}

/// Grades a phone that was handed back.
pub(crate) async fn grade(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: body, raw }: Body<GradingBody>,
) -> Result<Response, Problem> {
    let grading = grading(&app, &call, &reference, body, "").await?;
    let act = Act { call: &call, reference: &reference, name: "grade_return" };
    Ok(acted(act.carry_out(&app, &[&raw], grading.command()).await?, None))
}

/// Takes a hand-over back.
pub(crate) async fn undo_hand_over(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: ReasonBody { reason }, raw }: Body<ReasonBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "undo_return" };
    let command = Command::End(End::UndoHandOver { reason });
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// Writes the debt off.
pub(crate) async fn write_off(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: WriteOffBody { release, reason }, raw }: Body<WriteOffBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "write_off" };
    let command = Command::End(End::WriteOff { release, reason });
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// Takes a write-off back.
pub(crate) async fn undo_write_off(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: ReasonBody { reason }, raw }: Body<ReasonBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "undo_write_off" };
    let command = Command::End(End::UndoWriteOff { reason });
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// Releases the phone of a debt that was written off.
pub(crate) async fn let_go(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: ReasonBody { reason }, raw }: Body<ReasonBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "let_go" };
    let command = Command::End(End::LetGo { reason });
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

async fn grading(
    app: &App,
    call: &Call,
    reference: &str,
    body: GradingBody,
    at: &str,
) -> Result<Grading, Problem> {
    let unit = contracts::unit(app, call.tenant(), reference).await?;
    let currency = app.contract_of(call.tenant(), unit).await?.contract.terms().currency();
    let shortfall = body.shortfall.map(|name| shortfall(&name, at)).transpose()?;
    let amount = worth(&body.value, currency)?;
    Ok(Grading { grade: body.grade, amount, shortfall })
}

fn shortfall(name: &str, at: &str) -> Result<Shortfall, Problem> {
    Shortfall::parse(name).ok_or_else(|| {
        let names = Shortfall::ALL.map(Shortfall::name).join(", ");
        let detail = format!("one of {names}");
        fault(&format!("{at}shortfall"), "bad_shortfall", &detail, name)
    })
}

/// What a phone is worth: an amount that may be nothing.
fn worth(text: &str, currency: Currency) -> Result<i64, Error> {
    match Money::parse(text, currency) {
        Ok(money) if money.minor == 0 => Ok(0),
        _ => Ok(crate::app::post_payment::amount_of(text, None, currency)?.minor),
    }
}

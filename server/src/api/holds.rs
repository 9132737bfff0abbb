//! Holds of one contract: opened, ended with a reason or an answer; and the area it belongs to.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Command, HoldId,
    hold::{Hold, HoldKind},
    safety::{Answer, Ward},
};
use formats::directory::Role;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    acts::{Act, acted, fault, moment},
    body::{At, Body},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::App;

/// Holds that support may open: they end by themselves, or give the borrower a hearing.
const PROVISIONAL: &[HoldKind] = &[
    HoldKind::PaymentPending,
    HoldKind::Promise,
    HoldKind::Dispute,
    HoldKind::Hardship,
    HoldKind::Stolen,
];

/// A hold to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldBody {
    /// `dispute`, `hardship`, `promise`, `payment_pending`, `stolen`, `legal_stay`,
    /// `enforcement_off` or `feed_stale`.
    #[schema(example = "promise")]
    kind: String,
    /// When it ends by itself: RFC 3339, within 180 days. `promise` (within 60 days, the
    /// pack's grace follows) and `payment_pending` (within 30 days) need it.
    #[schema(example = "2026-11-20T00:00:00Z", format = DateTime)]
    until: Option<String>,
    /// Why; 1 to 500 bytes.
    #[schema(example = "pays on the 20th")]
    cause: String,
}

/// Why a hold ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndHoldBody {
    /// `upheld`, `refused` or `withdrawn`: what the borrower is told. A dispute and a hardship need
    /// it; after `refused` nothing rises for as many days more as the pack says.
    #[schema(example = "refused")]
    answer: Option<String>,
    /// Why; 1 to 500 bytes.
    #[schema(example = "the receipt is of another shop")]
    reason: String,
}

/// The area of a borrower.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AreaBody {
    /// A label of the lender's choice, never a location; 1 to 64 bytes. Absent = no longer any.
    #[schema(example = "IN-KL")]
    area: Option<String>,
    /// Why; 1 to 500 bytes.
    #[schema(example = "address on the contract")]
    reason: String,
}

/// Opens a hold.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<HoldBody>,
) -> Result<Response, Problem> {
    let own = |kind: &HoldKind| !kind.is_general();
    let kind = HoldKind::parse(&value.kind).filter(own).ok_or_else(|| {
        let kinds = HoldKind::ALL.into_iter().filter(own).map(HoldKind::name);
        let names: Vec<&str> = kinds.collect();
        fault("kind", "bad_hold_kind", &format!("one of {}", names.join(", ")), &value.kind)
    })?;
    if !call.may(&[Role::Operator]) && !PROVISIONAL.contains(&kind) {
        let names: Vec<&str> = PROVISIONAL.iter().map(|kind| kind.name()).collect();
        let detail = format!("this key may open the holds {} only", names.join(", "));
        return Err(Problem::new("forbidden", detail));
    }
    let until = value.until.map(|text| moment("until", &text)).transpose()?;
    let id = call.key().map_or_else(|| app.new_id(), hold_uuid);
    let hold = Hold { id: HoldId(id), kind, from: app.now(), until, cause: value.cause };
    let act = Act { call: &call, reference: &reference, name: "open_hold" };
    let changed = act.carry_out(&app, &[&raw], Command::OpenHold(hold)).await?;
    Ok(acted(changed, Some(id)))
}

/// Ends a hold before its time.
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    call: Call,
    At((reference, id)): At<(String, String)>,
    Body { value, raw }: Body<EndHoldBody>,
) -> Result<Response, Problem> {
    let missing = || Problem::new("not_found", "hold not found");
    let hold: HoldId = id.parse().map_err(|_| missing())?;
    let answer = value.answer.as_deref().map(answer).transpose()?;
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let loaded = app.contract_of(call.tenant(), unit).await?;
    let known = loaded.contract.holds.iter().find(|known| known.id == hold);
    if let Some(known) = known {
        app.check_may_end(known)?;
    }
    let known = known.is_some();
    // A call that is made again finds the hold gone; only its key can tell that it ended it.
    if !known && call.key().is_none() {
        return Err(missing());
    }
    let act = Act { call: &call, reference: &reference, name: "end_hold" };
    let command = Command::Ward(Ward::EndHold { hold, answer, reason: value.reason });
    let changed = act.carry_out(&app, &[&hold.bytes(), &raw], command).await?;
    if !known && !changed.repeated {
        return Err(missing());
    }
    Ok(acted(changed, Some(hold.0)))
}

/// Labels the area of the borrower.
pub(crate) async fn area(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<AreaBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "set_area" };
    let command = Command::Ward(Ward::SetArea { area: value.area, reason: value.reason });
    let changed = act.carry_out(&app, &[&raw], command).await?;
    Ok(acted(changed, None))
}

fn answer(text: &str) -> Result<Answer, Problem> {
    Answer::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Answer::ALL.into_iter().map(Answer::name).collect();
        fault("answer", "bad_answer", &format!("one of {}", names.join(", ")), text)
    })
}

/// The same key opens the same hold.
fn hold_uuid(key: [u8; 16]) -> Uuid {
    uuid::Builder::from_custom_bytes(key).into_uuid()
}

//! Acts that take two people: asked for, listed, approved by somebody else.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri, response::Response};
use domain::{Day, HoldId, Moment, UnitId};
use formats::directory::{HeldBy, Proposal, Proposed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    acts::{fault, moment},
    answer, body,
    body::{At, Body, NoBody, Params},
    guard::Call,
    preview::{PreviewView, RISING},
    problem::Problem,
};
use crate::{App, app::post_payment::amount_of};

/// Something that takes two people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalBody {
    /// `lift_standstill`, `end_holds`, `charge_fee`, `programme`, `limits`, `dispute_sunset` or
    /// `export_personal`.
    #[schema(example = "lift_standstill")]
    kind: String,
    /// Why; 1 to 500 bytes, of `dispute_sunset` to 200.
    #[schema(example = "the feed was checked against the bank")]
    reason: String,
    /// Of `lift_standstill`: what holds many contracts.
    standstill: Option<Uuid>,
    /// Of `end_holds`: which, of which contracts; 1 to 10,000.
    holds: Option<Vec<HeldBody>>,
    /// Of `charge_fee`, `dispute_sunset` and `export_personal`: the contract.
    #[schema(example = "EX-00001")]
    reference: Option<String>,
    /// Of `charge_fee`: decimal number above zero, in the contract's currency.
    #[schema(example = "1500.00")]
    amount: Option<String>,
    /// Of `charge_fee`: when it falls due; absent = when it was proposed.
    #[schema(example = "2026-11-06T10:15:00+05:30", format = DateTime)]
    value_at: Option<String>,
    /// Of `programme` and `limits`: the text of the file.
    toml: Option<String>,
    /// Of `dispute_sunset`: the local day on whose beginning the phone goes free instead.
    #[schema(example = "2028-03-01", format = Date)]
    until: Option<String>,
}

/// A hold of a contract.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldBody {
    /// The hold.
    hold: Uuid,
    /// The contract.
    #[schema(example = "EX-00001")]
    reference: String,
}

/// Something that takes two people, and where it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalView {
    /// Its id.
    id: Uuid,
    /// What kind.
    kind: &'static str,
    /// `open`, `approved`, `done`, `rejected` or `expired`.
    state: &'static str,
    /// What runs when it is approved, exactly so.
    #[schema(value_type = Object)]
    what: serde_json::Value,
    /// Of an open `programme`: what it would make of today's book.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preview: Option<PreviewView>,
    /// Why.
    reason: String,
    /// The person who asked.
    asked_by: Uuid,
    /// When.
    #[schema(format = DateTime)]
    asked_at: String,
    /// When it can be approved no more.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_by: Option<Uuid>,
    /// When he decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    decided_at: Option<String>,
    /// Codes of what was refused when it was carried out, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refused: Vec<String>,
}

/// A page of proposals.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalPage {
    /// By rising id.
    items: Vec<ProposalView>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Personal data of a contract.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonalView {
    /// Field and value.
    personal: std::collections::BTreeMap<String, String>,
}

/// Asks for something that takes two people.
pub(crate) async fn propose(
    State(app): State<Arc<App>>,
    call: Call,
    Body { value, raw: _ }: Body<ProposalBody>,
) -> Result<Response, Problem> {
    let person = call.person()?;
    let reason = value.reason.clone();
    let what = proposed(&app, &call, value).await?;
    let missing = || Problem::new("idempotency_key_missing", "send an Idempotency-Key");
    let key = call.key().ok_or_else(missing)?;
    let (unit, known, repeated) = app.propose(call.tenant(), what, &reason, person, key).await?;
    Ok(answer::written(repeated, &view(unit, &known, app.now())))
}

/// Lists proposals.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<ProposalPage>, Problem> {
    let place = Params::of(&uri, &["cursor", "limit"])?.place()?;
    let (known, next) = app.proposals(call.tenant(), place.after, place.limit).await?;
    let now = app.now();
    let items = known.iter().map(|(unit, known)| view(*unit, known, now)).collect();
    Ok(Json(ProposalPage { items, next: body::shown(next) }))
}

/// Shows a proposal.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
) -> Result<Json<ProposalView>, Problem> {
    let unit = unit(&id)?;
    let (_, known) = app.proposal(call.tenant(), unit).await?;
    let now = app.now();
    let preview = match &known.what {
        Proposed::Programme { toml } if known.state(now) == "open" => {
            let found = app.preview_programme(call.tenant(), toml, RISING).await?;
            Some(PreviewView::of(&found))
        }
        _ => None,
    };
    Ok(Json(ProposalView { preview, ..view(unit, &known, now) }))
}

/// Approves a proposal and carries it out.
pub(crate) async fn approve(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    _: NoBody,
) -> Result<Response, Problem> {
    decide(&app, &call, &id, true).await
}

/// Ends a proposal without carrying it out.
pub(crate) async fn reject(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    _: NoBody,
) -> Result<Response, Problem> {
    decide(&app, &call, &id, false).await
}

async fn decide(app: &App, call: &Call, id: &str, yes: bool) -> Result<Response, Problem> {
    let unit = unit(id)?;
    let person = call.person()?;
    let (known, repeated) = app.decide_proposal(call.tenant(), unit, person, yes).await?;
    Ok(answer::done(repeated, &view(unit, &known, app.now())))
}

/// Shows the personal data that a proposal was approved for.
pub(crate) async fn personal(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
) -> Result<Json<PersonalView>, Problem> {
    let (unit, person) = (unit(&id)?, call.person()?);
    let personal = app.exported_personal(call.tenant(), unit, person).await?;
    Ok(Json(PersonalView { personal: personal.into_iter().collect() }))
}

fn unit(id: &str) -> Result<UnitId, Problem> {
    id.parse().map_err(|_| Problem::new("not_found", "proposal not found"))
}

async fn proposed(app: &App, call: &Call, value: ProposalBody) -> Result<Proposed, Problem> {
    let ProposalBody {
        kind,
        reason: _,
        standstill,
        holds,
        reference,
        amount,
        value_at,
        toml,
        until,
    } = value;
    let given = (standstill, holds, reference, amount, value_at, toml, until);
    Ok(match (kind.as_str(), given) {
        ("lift_standstill", (Some(id), None, None, None, None, None, None)) => {
            Proposed::LiftStandstill { hold: HoldId(id) }
        }
        ("end_holds", (None, Some(holds), None, None, None, None, None)) => {
            let held = |HeldBody { hold, reference }| HeldBy { hold: HoldId(hold), reference };
            Proposed::EndHolds { holds: holds.into_iter().map(held).collect() }
        }
        ("charge_fee", (None, None, Some(reference), Some(amount), value_at, None, None)) => {
            let unit = super::contracts::unit(app, call.tenant(), &reference).await?;
            let loaded = app.contract_of(call.tenant(), unit).await?;
            let currency = loaded.contract.terms().currency();
            let amount = amount_of(&amount, None, currency)?.minor;
            let value = value_at.map(|text| moment("value_at", &text)).transpose()?;
            Proposed::ChargeFee { amount, reference, value }
        }
        ("programme", (None, None, None, None, None, Some(toml), None)) => {
            Proposed::Programme { toml }
        }
        ("limits", (None, None, None, None, None, Some(toml), None)) => Proposed::Limits { toml },
        ("dispute_sunset", (None, None, Some(reference), None, None, None, Some(until))) => {
            let wrong = || fault("until", "bad_date", "expected YYYY-MM-DD", &until);
            let until = Day::parse(&until).ok_or_else(wrong)?;
            Proposed::DisputeSunset { reference, until }
        }
        ("export_personal", (None, None, Some(reference), None, None, None, None)) => {
            Proposed::ExportPersonal { reference }
        }
        _ => {
            let detail = "expected a kind of proposal with exactly its own fields";
            return Err(fault("kind", "bad_proposal", detail, &kind));
        }
    })
}

fn view(unit: UnitId, known: &Proposal, now: Moment) -> ProposalView {
    let done = known.done.as_ref();
    ProposalView {
        id: unit.0,
        kind: known.what.name(),
        state: known.state(now),
        what: serde_json::to_value(&known.what).unwrap_or_default(),
        preview: None,
        reason: known.reason.clone(),
        asked_by: known.asked_by.0,
        asked_at: known.asked_at.rfc3339(),
        expires_at: known.expires_at.rfc3339(),
        decided_by: known.decided.as_ref().map(|decided| decided.by.0),
        decided_at: known.decided.as_ref().map(|decided| decided.at.rfc3339()),
        refused: done.map(|done| done.refused.clone()).unwrap_or_default(),
    }
}

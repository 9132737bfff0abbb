//! A book passed on to another lender: the one offers, the other looks and accepts.

use std::{future::Future, sync::Arc};

use axum::{Json, extract::State, http::Uri, response::Response};
use domain::{Command, Contract, Money, TenantId, assignment::Assign};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    acts::{Act, acted},
    body::{self, At, Body, JsonBytes, Params},
    bulk::{self, BulkAnswer, ITEMS_MAX},
    endings::ReasonBody,
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::{
        assign_contract::{Accepted, Offered, Passing},
        change::Loaded,
        lanes::in_lanes,
    },
    error::Error,
};

/// Contracts worked on side by side; the store joins their commits.
const SIDE_BY_SIDE: usize = 64;

/// Contracts offered to another lender.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferBody {
    /// The other lender's short name.
    #[schema(example = "other")]
    to: String,
    /// Why; 1 to 500 bytes.
    #[schema(example = "sale of the book of 2026")]
    reason: String,
    /// References; at most 10,000.
    #[schema(max_items = 10_000)]
    contracts: Vec<String>,
    /// Only look: say what would become of each, and change nothing.
    #[serde(default)]
    #[schema(required = false)]
    preview: bool,
}

/// Contracts accepted from another lender.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptBody {
    /// The other lender's short name.
    #[schema(example = "example")]
    from: String,
    /// At most 10,000.
    #[schema(max_items = 10_000)]
    contracts: Vec<AcceptedBody>,
    /// Only look: say what would become of each, and change nothing.
    #[serde(default)]
    #[schema(required = false)]
    preview: bool,
}

/// One contract to be taken over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedBody {
    /// The other lender's name for it.
    #[schema(example = "EX-00001")]
    reference: String,
    /// The name it is to have here; absent = the same.
    #[serde(rename = "as")]
    #[schema(example = "BOUGHT-00001")]
    name: Option<String>,
}

/// A contract that another lender offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferView {
    /// That lender's name for it.
    #[schema(example = "EX-00001")]
    reference: String,
    /// Why it is offered.
    reason: String,
    /// When it was signed.
    #[schema(format = DateTime)]
    signed_at: String,
    /// The programme whose rules it keeps, as name@version.
    #[schema(example = "standard@1")]
    programme: String,
    /// ISO 4217.
    #[schema(example = "INR")]
    currency: String,
    /// What is open on it: decimal number.
    #[schema(example = "2000.00")]
    open: String,
    /// What is past due: decimal number.
    #[schema(example = "1000.00")]
    past_due: String,
    /// `clear`, `remind`, `notice`, `restrict` or `lock`.
    rung: &'static str,
    /// The step of `restrict`, else 0.
    step: u8,
}

/// A page of offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferPage {
    /// By rising id; fewer than asked for, or none, while there is a next page.
    items: Vec<OfferView>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Whom a contract is offered to, where it went on, and where it came from.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssignmentView {
    /// The tenant it is offered to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    offered_to: Option<Uuid>,
    /// The lender who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    passed_to: Option<String>,
    /// The lender who had it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    taken_over_from: Option<String>,
    /// When it came from him.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    taken_over_at: Option<String>,
    /// Whether its device follows the lender who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    followed: Option<bool>,
}

/// Offers many contracts.
pub(crate) async fn offer(
    State(app): State<Arc<App>>,
    call: Call,
    JsonBytes(raw): JsonBytes,
) -> Result<Json<BulkAnswer>, Problem> {
    let OfferBody { to, reason, contracts, preview } = body::parse(&raw)?;
    check_count(contracts.len())?;
    let to = lender(&app, &to)?;
    let (app, call, reason) = (&app, &call, &reason);
    let work = |reference: String| async move {
        let offered = Offered { to, reference, reason: reason.clone() };
        app.offer_contract(call.tenant(), offered, call.actor(), preview).await
    };
    Ok(Json(each(contracts, |reference| reference.clone(), work).await))
}

/// Takes many contracts over.
pub(crate) async fn accept(
    State(app): State<Arc<App>>,
    call: Call,
    JsonBytes(raw): JsonBytes,
) -> Result<Json<BulkAnswer>, Problem> {
    let AcceptBody { from, contracts, preview } = body::parse(&raw)?;
    check_count(contracts.len())?;
    let from = lender(&app, &from)?;
    let (app, call) = (&app, &call);
    let work = |item: AcceptedBody| async move {
        let AcceptedBody { reference, name } = item;
        let name = name.unwrap_or_else(|| reference.clone());
        let accepted = Accepted { from, reference, name };
        app.accept_contract(call.tenant(), accepted, call.actor(), preview).await
    };
    Ok(Json(each(contracts, |item| item.reference.clone(), work).await))
}

/// Lists what another lender offers to the caller's.
pub(crate) async fn offers(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<OfferPage>, Problem> {
    let params = Params::of(&uri, &["lender", "cursor", "limit"])?;
    let place = params.place()?;
    let missing = || Problem::new("bad_query", "lender: the short name of who offers");
    let from = lender(&app, params.get("lender").ok_or_else(missing)?)?;
    let listed = app.list_offers(from, call.tenant(), place.after, place.limit).await?;
    let items = listed.0.iter().map(view).collect();
    Ok(Json(OfferPage { items, next: body::shown(listed.1) }))
}

/// Takes an offer back.
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<ReasonBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "withdraw_offer" };
    let command = Command::Assign(Assign::Withdraw { reason: value.reason });
    Ok(acted(act.carry_out(&app, &[&raw], command).await?, None))
}

/// What there is to say of a contract's assignments, if anything.
pub(super) fn assignment(contract: &Contract) -> Option<AssignmentView> {
    let origin = contract.origin.as_ref();
    let (offered, passed) = (contract.offered.as_ref(), contract.passed());
    let any = offered.is_some() || passed.is_some() || origin.is_some();
    any.then(|| AssignmentView {
        offered_to: offered.map(|offer| offer.to.0),
        passed_to: passed.map(|passed| passed.lender.clone()),
        taken_over_from: origin.map(|origin| origin.lender.clone()),
        taken_over_at: origin.map(|origin| origin.at.rfc3339()),
        followed: origin.map(|origin| origin.followed),
    })
}

/// Works on each contract, and answers each.
async fn each<T, W>(items: Vec<T>, lane: impl Fn(&T) -> String, work: impl Fn(T) -> W) -> BulkAnswer
where
    W: Future<Output = Result<Passing, Error>>,
{
    let done = in_lanes(items, lane, SIDE_BY_SIDE, work).await;
    let answer = |done: Result<Passing, Error>| {
        done.map(|(unit, repeated)| (unit.0, repeated)).map_err(Problem::from)
    };
    bulk::answer(done.into_iter().map(|done| Some(answer(done))).collect())
}

fn check_count(count: usize) -> Result<(), Problem> {
    if count <= ITEMS_MAX {
        return Ok(());
    }
    let detail = format!("{count} contracts: send at most {ITEMS_MAX} in one call");
    Err(Problem::new("too_many_items", detail))
}

/// The lender of this short name. Which others there are is not told.
fn lender(app: &App, name: &str) -> Result<TenantId, Problem> {
    let found = app.directory.tenant_named(Some(name)).map(|entry| entry.tenant.id);
    found.map_err(|_| Problem::new("unknown_lender", "no lender of this name is here"))
}

fn view(loaded: &Loaded) -> OfferView {
    let contract = &loaded.contract;
    let currency = contract.terms().currency();
    let money = |minor: i64| Money::new(minor, currency).decimal();
    let (programme, version) = &contract.signed.programme;
    let reason = contract.offered.as_ref().map(|offer| offer.reason.clone());
    OfferView {
        reference: contract.signed.reference.clone(),
        reason: reason.unwrap_or_default(),
        signed_at: contract.signed_at.rfc3339(),
        programme: format!("{programme}@{version}"),
        currency: currency.code().to_owned(),
        open: money(contract.account.now().open()),
        past_due: money(contract.decision.past_due),
        rung: contract.decision.stage.rung.name(),
        step: contract.decision.stage.step,
    }
}

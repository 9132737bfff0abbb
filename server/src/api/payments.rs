//! Received money: report, list, look up, take back.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri, response::Response};
use domain::{Moment, Money, TenantId, UnitId};
use formats::{
    book::{self, PaymentRow},
    intake::{Intake, IntakeState, Teller},
};
use serde::{Deserialize, Serialize};
use store::UnitKind;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer, body,
    body::{At, Body, JsonBytes, NoBody, Params},
    bulk::{self, BulkAnswer},
    guard::Call,
    problem::{Problem, StateView},
};
use crate::{
    App,
    app::{
        lanes::in_lanes,
        list::Filter,
        post_payment::{NewPayment, Posted, open_intake},
    },
    error::Error,
};

/// Contracts whose money is counted side by side; the store joins their commits.
pub(super) const SIDE_BY_SIDE: usize = 256;
/// States of received money.
pub(crate) const STATES: &[&str] =
    &["received", "hint", "in_transit", "applied", "suspense", "reversed", "reversing", "reversal"];

/// Money as a provider reports it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentBody {
    /// Who took the money; 1 to 64 bytes.
    #[schema(example = "cash-desk")]
    provider: String,
    /// The provider's own id, unique with the provider; 1 to 128 bytes.
    #[schema(example = "CD-000001")]
    provider_id: String,
    /// Reference of the contract.
    #[schema(example = "EX-00001")]
    reference: String,
    /// Decimal number above zero.
    #[schema(example = "791.00")]
    amount: String,
    /// ISO 4217; absent = the contract's.
    #[schema(example = "INR")]
    currency: Option<String>,
    /// When the payer paid: RFC 3339, or a day of the contract's calendar.
    #[schema(example = "2026-09-05T17:23:03+05:30")]
    paid_at: String,
}

/// Many payments.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: the items are read one by one")]
pub(crate) struct PaymentsBody {
    /// At most 10,000.
    #[schema(max_items = 10_000)]
    items: Vec<PaymentBody>,
}

/// Received money.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentView {
    /// Its id.
    id: Uuid,
    /// Who took the money.
    provider: String,
    /// The provider's own id.
    provider_id: String,
    /// The contract the payer named.
    reference: String,
    /// Decimal number; below zero for money that its rail took back.
    #[schema(example = "791.00")]
    amount: String,
    /// Whether another payment was reported under the same id: a person must look.
    alarm: bool,
    /// ISO 4217.
    #[schema(example = "INR")]
    currency: String,
    /// When the payer paid.
    #[schema(format = DateTime)]
    paid_at: String,
    /// When it was reported.
    #[schema(format = DateTime)]
    received_at: String,
    /// When the provider's own call told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    notified_at: Option<String>,
    /// When somebody told of it who vouches for it: a bank's file, the provider asked, the lender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    settled_at: Option<String>,
    /// When its provider, asked about a hint, said that there is no such money.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    denied_at: Option<String>,
    /// `received`, `hint`, `in_transit`, `applied`, `suspense`, `reversed`, `reversing` or
    /// `reversal`.
    status: &'static str,
    /// Why it waits for a person, as a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suspense_reason: Option<String>,
    /// Where the contract that counted it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contract: Option<StateView>,
}

/// A page of payments.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentPage {
    /// By rising id.
    items: Vec<PaymentView>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Reports one payment.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    call: Call,
    Body { value, .. }: Body<PaymentBody>,
) -> Result<Response, Problem> {
    let posted = count(&app, &call, value).await?;
    let repeated = posted.repeated;
    let view = view_with_state(&app, call.tenant(), posted).await?;
    Ok(answer::written(repeated, &view))
}

/// Reports many payments. Those of one contract are counted in order.
pub(crate) async fn post_bulk(
    State(app): State<Arc<App>>,
    call: Call,
    JsonBytes(raw): JsonBytes,
) -> Result<Json<BulkAnswer>, Problem> {
    let (good, mut answers) = bulk::sorted(bulk::items::<PaymentBody>(&raw)?);
    let lane = |(_, item): &(usize, PaymentBody)| item.reference.clone();
    let (app, call) = (&app, &call);
    let counted = in_lanes(good, lane, SIDE_BY_SIDE, |(index, item)| async move {
        (index, count(app, call, item).await)
    });
    for (index, counted) in counted.await {
        answers[index] = Some(counted.map(|posted| (posted.payment.0, posted.repeated)));
    }
    Ok(Json(bulk::answer(answers)))
}

/// Lists payments.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<PaymentPage>, Problem> {
    let params = Params::of(&uri, &["status", "cursor", "limit"])?;
    let filter = Filter { status: params.one_of("status", STATES)?, rung_min: 0 };
    let place = params.place()?;
    let kind = UnitKind::Intake;
    let (rows, next) = app.list(call.tenant(), kind, filter, place.after, place.limit).await?;
    let items = rows.iter().map(|row| Ok(view(row.unit, &open_intake(row)?, None)));
    let items = items.collect::<Result<Vec<_>, Error>>()?;
    Ok(Json(PaymentPage { items, next: body::shown(next) }))
}

/// Looks one payment up.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
) -> Result<Json<PaymentView>, Problem> {
    let unit = payment_id(&id)?;
    let (_, intake) = app.received(call.tenant(), unit).await?;
    let state = contract_state(&app, call.tenant(), &intake).await?;
    Ok(Json(view(unit, &intake, state)))
}

/// Takes a payment back.
pub(crate) async fn reverse(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    _: NoBody,
) -> Result<Response, Problem> {
    let unit = payment_id(&id)?;
    let posted = app.reverse_payment(call.tenant(), unit, call.actor()).await?;
    let repeated = posted.repeated;
    let view = view_with_state(&app, call.tenant(), posted).await?;
    Ok(answer::done(repeated, &view))
}

/// Confirms a hint.
pub(crate) async fn confirm(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    _: NoBody,
) -> Result<Response, Problem> {
    let unit = payment_id(&id)?;
    let posted = app.confirm_hint(call.tenant(), unit, Teller::Person, call.actor()).await?;
    let repeated = posted.repeated;
    let view = view_with_state(&app, call.tenant(), posted).await?;
    Ok(answer::done(repeated, &view))
}

async fn count(app: &App, call: &Call, item: PaymentBody) -> Result<Posted, Problem> {
    let row: PaymentRow = book::one(&[
        ("provider", &item.provider),
        ("provider_id", &item.provider_id),
        ("reference", &item.reference),
        ("amount", &item.amount),
        ("paid_at", &item.paid_at),
    ])?;
    let paid_at = match row.paid_at {
        book::When::At(moment) => moment,
        day => day.moment(&app.calendar(call.tenant(), &row.reference).await?),
    };
    let new = NewPayment {
        provider: row.provider,
        provider_id: row.provider_id,
        reference: row.reference,
        amount: row.amount_text,
        currency: item.currency,
        paid_at,
    };
    Ok(app.post_payment(call.tenant(), new, call.actor()).await?)
}

pub(crate) async fn view_with_state(
    app: &App,
    tenant: TenantId,
    posted: Posted,
) -> Result<PaymentView, Error> {
    let state = match &posted.contract {
        Some(changed) => Some(StateView::after(changed)),
        None => contract_state(app, tenant, &posted.intake).await?,
    };
    Ok(view(posted.payment, &posted.intake, state))
}

async fn contract_state(
    app: &App,
    tenant: TenantId,
    intake: &Intake,
) -> Result<Option<StateView>, Error> {
    let (IntakeState::InTransit { contract }
    | IntakeState::Applied { contract }
    | IntakeState::Reversed { contract }) = intake.state
    else {
        return Ok(None);
    };
    let loaded = app.contract_of(tenant, contract).await?;
    Ok(Some(StateView::of(&loaded.contract, loaded.row.version)))
}

pub(crate) fn view(unit: UnitId, intake: &Intake, contract: Option<StateView>) -> PaymentView {
    let suspense_reason = match &intake.state {
        IntakeState::Suspense { reason } => Some(reason.clone()),
        _ => None,
    };
    PaymentView {
        id: unit.0,
        provider: intake.provider.clone(),
        provider_id: intake.provider_id.clone(),
        reference: intake.reference.clone(),
        amount: match &intake.exact {
            Some(exact) => exact.clone(),
            None => Money::new(intake.amount, intake.currency).decimal(),
        },
        alarm: intake.alarm.is_some(),
        currency: intake.currency.code().to_owned(),
        paid_at: intake.paid_at.rfc3339(),
        received_at: intake.received_at.rfc3339(),
        notified_at: intake.notified_at().map(Moment::rfc3339),
        denied_at: intake.denied.map(Moment::rfc3339),
        settled_at: intake.settled().map(|telling| telling.at.rfc3339()),
        status: intake.state.name(),
        suspense_reason,
        contract,
    }
}

pub(crate) fn payment_id(text: &str) -> Result<UnitId, Problem> {
    text.parse().map_err(|_| Problem::new("not_found", "payment not found"))
}

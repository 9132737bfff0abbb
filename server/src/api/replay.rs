//! A contract's decisions made again, as a timeline.

use std::sync::Arc;

use axum::{Json, extract::State};
use domain::{Moment, Money, Restriction, Standing, Zone, evaluate::Recorded};
use serde::Serialize;
use utoipa::ToSchema;

use super::{body::At, contract_view::ReasonView, contracts, guard::Call, problem::Problem};
use crate::{
    App,
    app::{replay_contract::Replayed, screens},
    error::Error,
};

/// A contract's past decisions, made again from its journal.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayView {
    /// The lender's own name for the contract.
    #[schema(example = "EX-00001")]
    reference: String,
    /// Whether the journal holds and every decision came out again, byte for byte.
    reproduced: bool,
    /// How many decisions were made again.
    decisions: usize,
    /// The calendar of `local`.
    #[schema(example = "Asia/Kolkata")]
    time_zone: String,
    /// Every decision, the oldest first.
    timeline: Vec<TurnView>,
    /// What is not as it should be.
    findings: Vec<FindingView>,
}

/// A decision on the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurnView {
    /// When it was made.
    #[schema(format = DateTime)]
    at: String,
    /// The same on the contract's own calendar, to the minute.
    #[schema(example = "2026-03-06 00:00")]
    local: String,
    /// `clear`, `remind`, `notice`, `restrict/1` and so on, `lock`.
    #[schema(example = "restrict/1")]
    stage: String,
    /// What it takes away.
    restrictions: Vec<&'static str>,
    /// Days past due on that day.
    days_past_due: u32,
    /// What was past due, a decimal number.
    past_due: String,
    /// Why.
    reasons: Vec<ReasonView>,
    /// The journal entry, where there is a journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    entry: Option<u64>,
}

/// Something that is not as it should be.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// The journal entry; absent = the journal as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    entry: Option<u64>,
    /// What was found, and what was expected.
    detail: String,
}

/// A decision as it is recorded, with what its ladder takes away.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// The decision.
    pub recorded: &'a Recorded,
    /// What it takes away.
    pub restrictions: &'a std::collections::BTreeSet<Restriction>,
    /// The account it was made on.
    pub standing: &'a Standing,
    /// The journal entry, where there is a journal.
    pub entry: Option<u64>,
}

/// Makes every decision of a contract again.
pub(crate) async fn replay(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
) -> Result<Json<ReplayView>, Problem> {
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    Ok(Json(view(&app.replay_contract(call.tenant(), unit).await?)))
}

/// What `GET /v1/contracts/{reference}/replay` answers, for who asks without a server.
pub fn replayed_json(replayed: &Replayed) -> Result<String, Error> {
    serde_json::to_string(&view(replayed)).map_err(|error| Error::Fault(error.to_string()))
}

fn view(replayed: &Replayed) -> ReplayView {
    let contract = &replayed.loaded.contract;
    let terms = contract.terms();
    let turns = replayed.decisions.iter().map(|(entry, made)| Turn {
        recorded: &made.recorded,
        restrictions: &made.restrictions,
        standing: &made.standing,
        entry: Some(*entry),
    });
    let broken = replayed.broken.iter();
    let broken = broken.map(|detail| FindingView { entry: None, detail: detail.clone() });
    let differs = replayed.differences.iter();
    let differs = differs
        .map(|found| FindingView { entry: Some(found.entry), detail: found.what.to_string() });
    ReplayView {
        reference: contract.signed.reference.clone(),
        reproduced: replayed.is_reproduced(),
        decisions: replayed.decisions.len(),
        time_zone: terms.zone().name().to_owned(),
        timeline: turns.map(|turn| turn_view(turn, terms.zone(), terms.currency())).collect(),
        findings: broken.chain(differs).collect(),
    }
}

/// A decision as the timelines of the API and the program show it.
pub fn turn_view(turn: Turn<'_>, zone: &Zone, currency: domain::Currency) -> TurnView {
    let Turn { recorded, restrictions, standing, entry } = turn;
    let reasons = recorded.reasons.iter().map(|reason| ReasonView::of(reason, zone));
    TurnView {
        at: recorded.at.rfc3339(),
        local: local(recorded.at, zone),
        stage: recorded.stage.to_string(),
        restrictions: restrictions.iter().map(|one| one.name()).collect(),
        days_past_due: standing.days_past_due,
        past_due: Money::new(recorded.past_due, currency).decimal(),
        reasons: reasons.collect(),
        entry,
    }
}

fn local(at: Moment, zone: &Zone) -> String {
    let shown = screens::local(at, zone);
    shown.rsplit_once(' ').map_or(shown.clone(), |(moment, _)| moment.to_owned())
}

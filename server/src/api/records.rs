//! What an auditor reads of a contract: its journal, and the lease of its version.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use protocol::{Message, lease::LeaseContent};
use serde::Serialize;
use serde_json::value::RawValue;
use store::{JournalEntry, Query};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body,
    body::{At, Params},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::{export_journal::kind_name, lease},
    crypto::{content_hash, hex},
    error::Error,
};

/// Media type of a journal as lines.
pub(super) const LINES: &str = "application/x-ndjson";

/// An entry of a journal.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Its number, from 1.
    entry: u64,
    /// `fact`, `decision` or `lease`.
    kind: &'static str,
    /// When it was recorded.
    #[schema(format = DateTime)]
    at: String,
    /// SHA-256(hash of the entry before, text of `line`) in hexadecimal.
    hash: String,
    /// The line: its bytes are those that were hashed.
    #[schema(value_type = Object)]
    line: Box<RawValue>,
}

/// A page of a journal.
#[derive(Serialize, ToSchema)]
pub(crate) struct JournalPage {
    /// By rising number.
    items: Vec<EntryView>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// What a version of a contract says to its device.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeaseView {
    /// The contract's version.
    sequence: u64,
    /// SHA-256 of the content in hexadecimal; the journal holds it too.
    content_hash: String,
    /// The enrolment it is for.
    enrolment: Uuid,
    /// The device key it is for.
    key_gen: u32,
    /// The rung that holds as soon as the lease is taken.
    rung: &'static str,
    /// Its step.
    step: u8,
    /// What the stage takes away.
    restrictions: Vec<String>,
    /// What holds on every rung until the release.
    guards: Vec<String>,
    /// Later steps the device takes by itself.
    timetable: Vec<LeaseStep>,
    /// Above `notice` the device goes on alone only while it heard the server so recently.
    offline_step_max_age_s: u32,
    /// Formal notices the screen shows.
    notices: Vec<LeaseNotice>,
    /// What the screen says besides.
    screen: LeaseScreen,
    /// Emergency passes left.
    passes_left: u8,
    /// Hours each lasts.
    pass_hours: u8,
}

/// A later step.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeaseStep {
    /// Rung.
    rung: &'static str,
    /// Step.
    step: u8,
    /// Unix seconds, rounded up.
    at: u64,
    /// Least seconds after the entry before took effect on the device.
    after_s: u32,
    /// What the stage takes away.
    restrictions: Vec<String>,
    /// What the screen says from then on.
    reason: String,
    /// The notice it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    notice: Option<Uuid>,
}

/// A formal notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeaseNotice {
    /// Its id.
    id: Uuid,
    /// 1 = the first of the ladder.
    k: u8,
    /// Unix seconds; not shown before.
    show_from: u64,
    /// BCP 47 tag.
    language: String,
    /// The text.
    text: String,
}

/// What the screen says.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeaseScreen {
    /// BCP 47 tag of all texts here.
    language: String,
    /// The lender's name.
    lender: String,
    /// The lender's phone number.
    lender_phone: String,
    /// How to pay.
    how_to_pay: String,
    /// How to dispute.
    how_to_dispute: String,
    /// Who manages this phone and what they can do.
    managed_by: String,
    /// Why the stage holds.
    reason: String,
    /// What is owed, with currency; empty when nothing is past due.
    amount_due: String,
    /// The next due day and amount; empty when none.
    next_due: String,
    /// Numbers that can always be called besides emergency.
    allowed_numbers: Vec<String>,
}

/// Reads a contract's journal, as a page or as lines.
pub(crate) async fn journal(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = Params::of(&uri, &["cursor", "limit"])?.place()?;
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    if place.after.as_ref().is_some_and(|after| !after.fits(&Query::Journal(unit))) {
        return Err(body::bad_cursor());
    }
    let (entries, next) = app.journal(call.tenant(), unit, place.after, place.limit).await?;
    let items = entries.into_iter().map(entry).collect::<Result<Vec<_>, Error>>()?;
    let next = body::shown(next);
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if wanted.is_some_and(|media| media.split([',', ';']).any(|one| one.trim() == LINES)) {
        return Ok(as_lines(&items, next));
    }
    Ok(Json(JournalPage { items, next }).into_response())
}

/// One entry for each line; where to go on stands in the header `Link`.
fn as_lines(items: &[EntryView], next: Option<String>) -> Response {
    let mut text = String::new();
    for item in items {
        text.push_str(&serde_json::to_string(item).expect("an entry has text keys only"));
        text.push('\n');
    }
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES));
    if let Some(next) = next {
        let link = HeaderValue::from_str(&format!("<?cursor={next}>; rel=\"next\""));
        headers.insert(header::LINK, link.expect("a cursor is base64url"));
    }
    response
}

fn entry(entry: JournalEntry) -> Result<EntryView, Error> {
    let number = entry.entry;
    let line = RawValue::from_string(entry.text)
        .map_err(|error| Error::Fault(format!("journal entry {number}: {error}")))?;
    let kind = kind_name(entry.kind);
    Ok(EntryView { entry: number, kind, at: entry.at.rfc3339(), hash: hex(&entry.hash), line })
}

/// Shows what the contract's version says to its device.
pub(crate) async fn lease(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
) -> Result<Json<LeaseView>, Problem> {
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let loaded = app.contract_of(call.tenant(), unit).await?;
    let words = app.words(loaded.row.tenant);
    let content = lease::content(&loaded.contract, &loaded.ladder, &words, loaded.row.version);
    let content = content.ok_or(Error::NotFound("lease"))?;
    let guards = loaded.ladder.guards.iter().map(|guard| guard.name().to_owned());
    Ok(Json(lease_view(content, guards.collect())))
}

fn lease_view(content: LeaseContent, guards: Vec<String>) -> LeaseView {
    let hash = hex(&content_hash(&content.encode()).0);
    let stage = lease::domain_stage(content.stage);
    LeaseView {
        sequence: content.sequence,
        content_hash: hash,
        enrolment: Uuid::from_bytes(content.enrolment.0),
        key_gen: content.key_gen,
        rung: stage.rung.name(),
        step: stage.step,
        restrictions: restrictions(&content.restrictions),
        guards,
        timetable: content.timetable.into_iter().map(step).collect(),
        offline_step_max_age_s: content.offline_step_max_age_s,
        notices: content.notices.into_iter().map(notice).collect(),
        screen: screen(content.screen),
        passes_left: content.passes.left,
        pass_hours: content.passes.hours,
    }
}

fn restrictions(codes: &[u16]) -> Vec<String> {
    let name = |code: &u16| {
        let known = protocol::Restriction::from_code(*code);
        known.map_or_else(|| code.to_string(), |known| known.name().to_owned())
    };
    codes.iter().map(name).collect()
}

fn step(step: protocol::lease::Step) -> LeaseStep {
    let stage = lease::domain_stage(step.stage);
    LeaseStep {
        rung: stage.rung.name(),
        step: stage.step,
        at: step.at,
        after_s: step.after_s,
        restrictions: restrictions(&step.restrictions),
        reason: step.reason,
        notice: step.notice.map(|id| Uuid::from_bytes(id.0)),
    }
}

fn notice(notice: protocol::lease::Notice) -> LeaseNotice {
    LeaseNotice {
        id: Uuid::from_bytes(notice.id.0),
        k: notice.k,
        show_from: notice.show_from,
        language: notice.language,
        text: notice.text,
    }
}

fn screen(screen: protocol::lease::Screen) -> LeaseScreen {
    LeaseScreen {
        language: screen.language,
        lender: screen.lender,
        lender_phone: screen.lender_phone,
        how_to_pay: screen.how_to_pay,
        how_to_dispute: screen.how_to_dispute,
        managed_by: screen.managed_by,
        reason: screen.reason,
        amount_due: screen.amount_due,
        next_due: screen.next_due,
        allowed_numbers: screen.allowed_numbers,
    }
}

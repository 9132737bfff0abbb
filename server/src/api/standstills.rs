//! What holds many contracts at once: standstills, breakers, and the feeds that are listened to.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State, response::Response};
use domain::{HoldKind, Moment};
use formats::directory::{Feed, Standstill};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    acts::{fault, moment},
    answer,
    body::{At, Body, NoBody},
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::{breaker::BreakerState, standstill::NewStandstill},
    crypto::{hex, sha256},
};

/// What may be opened by hand; a breaker trips by itself.
const KINDS: [HoldKind; 2] = [HoldKind::AreaEmergency, HoldKind::LenderSuspended];

/// A standstill to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandstillBody {
    /// `area_emergency` or `lender_suspended`.
    #[schema(example = "area_emergency")]
    kind: String,
    /// Labels of areas, for an area's emergency; at most 1,000.
    #[serde(default)]
    areas: BTreeSet<String>,
    /// When it ends by itself: RFC 3339, within 180 days. An area's emergency needs it.
    #[schema(example = "2026-12-01T00:00:00Z", format = DateTime)]
    until: Option<String>,
    /// Why; 1 to 500 bytes.
    #[schema(example = "floods")]
    cause: String,
}

/// A standstill.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandstillView {
    /// Its id, and that of the hold its contracts take in.
    id: Uuid,
    /// `area_emergency`, `lender_suspended` or `breaker`.
    kind: &'static str,
    /// The areas it is about.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(required = false)]
    areas: BTreeSet<String>,
    /// The only programme it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    programme: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    from: String,
    /// Until when; absent = until it is lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    until: Option<String>,
    /// Why.
    cause: String,
    /// Whether it holds at this moment.
    open: bool,
    /// When it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    lifted_at: Option<String>,
    /// Why it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lifted_because: Option<String>,
}

/// All standstills of a lender.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandstillsView {
    /// By rising id.
    items: Vec<StandstillView>,
}

/// How a breaker stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct BreakerView {
    /// The programme it watches; absent = all of the lender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    programme: Option<String>,
    /// Hours of its window.
    window_hours: u32,
    /// So many may always rise.
    least: u32,
    /// More than so many may never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phones: Option<u32>,
    /// More than this share of the active contracts may not, in hundredths of a per cent.
    share_bps: u32,
    /// Phones that rose within the window.
    moved: u64,
    /// Active contracts of the lender.
    fleet: u64,
    /// What holds since it tripped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tripped: Option<StandstillView>,
}

/// All breakers of a lender.
#[derive(Serialize, ToSchema)]
pub(crate) struct BreakersView {
    /// The lender's own first.
    items: Vec<BreakerView>,
}

/// A feed that is listened to.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedView {
    /// The provider of its money.
    #[schema(example = "cards")]
    name: String,
    /// When it was last heard.
    #[schema(format = DateTime)]
    heard_at: String,
    /// Seconds of silence that are usual; absent while that is being learnt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rhythm_s: Option<i64>,
    /// Hours for its backlog.
    grace_hours: u32,
    /// Since when it counts as stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    stale_since: Option<String>,
    /// Since when it is heard again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    back_since: Option<String>,
}

/// All feeds of a lender.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedsView {
    /// By name.
    items: Vec<FeedView>,
}

/// Lists standstills.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    call: Call,
) -> Result<Json<StandstillsView>, Problem> {
    let now = app.now();
    let known = app.directory.standstills(call.tenant());
    let items = known.into_iter().map(|known| standstill(known, now)).collect();
    Ok(Json(StandstillsView { items }))
}

/// Opens a standstill.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    call: Call,
    Body { value, raw }: Body<StandstillBody>,
) -> Result<Response, Problem> {
    let kind = HoldKind::parse(&value.kind).filter(|kind| KINDS.contains(kind));
    let kind = kind.ok_or_else(|| {
        let names = KINDS.map(HoldKind::name).join(", ");
        fault("kind", "bad_hold_kind", &format!("one of {names}"), &value.kind)
    })?;
    let until = value.until.map(|text| moment("until", &text)).transpose()?;
    let key = call.key().map_or_else(|| sha256(&[&raw])[..16].to_vec(), |key| key.to_vec());
    let StandstillBody { areas, cause, .. } = value;
    let name = format!("{}/{}", kind.name(), hex(&key));
    let new = NewStandstill { name, kind, areas, programme: None, until, cause };
    let (opened, repeated) = app.open_standstill(call.tenant(), new, call.actor()).await?;
    Ok(answer::written(repeated, &standstill(opened, app.now())))
}

/// Shows how the breakers stand.
pub(crate) async fn breakers(
    State(app): State<Arc<App>>,
    call: Call,
) -> Result<Json<BreakersView>, Problem> {
    let now = app.now();
    let states = app.breakers_of(call.tenant()).await?;
    let view = |state: BreakerState| {
        let BreakerState { programme, limits, window_hours, moved, fleet, tripped } = state;
        let tripped = tripped.map(|known| standstill(known, now));
        let (least, phones, share_bps) = (limits.least, limits.phones, limits.share_bps);
        BreakerView { programme, window_hours, least, phones, share_bps, moved, fleet, tripped }
    };
    Ok(Json(BreakersView { items: states.into_iter().map(view).collect() }))
}

/// Lists feeds.
pub(crate) async fn feeds(
    State(app): State<Arc<App>>,
    call: Call,
) -> Result<Json<FeedsView>, Problem> {
    let now = app.now();
    let items = app.feeds.of(call.tenant()).into_iter().map(|known| feed(known, now)).collect();
    Ok(Json(FeedsView { items }))
}

/// Takes a sign of life of a feed that has nothing to tell.
pub(crate) async fn heartbeat(
    State(app): State<Arc<App>>,
    call: Call,
    At(name): At<String>,
    _: NoBody,
) -> Result<Json<FeedView>, Problem> {
    let known = app.ping_feed(call.tenant(), &name)?;
    Ok(Json(feed(known, app.now())))
}

pub(super) fn standstill(known: Standstill, now: Moment) -> StandstillView {
    let open = !known.is_over(now);
    let Standstill { areas, cause, from, hold, kind, lifted, programme, until } = known;
    StandstillView {
        id: hold.0,
        kind: kind.name(),
        areas,
        programme,
        from: from.rfc3339(),
        until: until.map(Moment::rfc3339),
        cause,
        open,
        lifted_at: lifted.as_ref().map(|lifted| lifted.at.rfc3339()),
        lifted_because: lifted.map(|lifted| lifted.reason),
    }
}

fn feed(known: Feed, now: Moment) -> FeedView {
    FeedView {
        heard_at: known.heard_at.rfc3339(),
        rhythm_s: known.rhythm_s(now),
        grace_hours: known.grace_hours,
        stale_since: known.stale_since.map(Moment::rfc3339),
        back_since: known.back_since.map(Moment::rfc3339),
        name: known.name,
    }
}

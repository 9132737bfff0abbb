//! What a phone does: never more than its lease, never late in opening, never back.

use agent::ScreenView;
use domain::{Moment, evaluate, evaluate::Recorded};
use protocol::{Rung, Stage};
use server::app::{change::Loaded, lease::wire_stage};

use super::{
    Found,
    arrears::{days_past_due, least_days_past_due},
    unless,
};
use crate::Sabotage;

/// The highest stage that restricts nothing.
const NOTICE: Stage = Stage { rung: Rung::Notice, step: 0 };
/// The first step of restrictions.
const FIRST: Stage = Stage { rung: Rung::Restrict, step: 1 };

/// What a visit showed of a phone and its contract.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The contract.
    pub loaded: &'a Loaded,
    /// The moment.
    pub now: Moment,
    /// The phone's last message of this visit was answered and taken in.
    pub heard: bool,
    /// What the shell was told to apply.
    pub applied: Stage,
    /// What the agent says is in force.
    pub stage: Stage,
    /// The screen.
    pub view: ScreenView,
    /// The lease held.
    pub sequence: u64,
    /// The agent says that it is released.
    pub released: bool,
    /// It said so before.
    pub was_released: bool,
    /// Sequence and stage of the visit before.
    pub before: (u64, Stage),
    /// A pass lowered the stage then: it goes back when the pass ends.
    pub was_lowered: bool,
    /// The key generation is that of the visit before.
    pub same_key: bool,
    /// When the phone last took an answer in.
    pub heard_at: Moment,
    /// What the version of the lease held decided.
    pub lease: Option<&'a Recorded>,
    /// What was paid and stayed.
    pub paid: i64,
    /// The holder reads notices at once, and nothing formal is missing.
    pub attentive: bool,
    /// Nothing out of the ordinary happened since.
    pub quiet_since: Moment,
    /// A payment is to open this phone: answered exchanges since.
    pub opening: Option<u32>,
    /// Its power never went since it heard the time.
    pub knows_time: bool,
}

impl Seen<'_> {
    /// The same with a lie in it.
    pub fn with(mut self, sabotage: Sabotage) -> Self {
        let restricts = self.stage > NOTICE;
        match sabotage {
            Sabotage::RestrictEarly if !restricts => self.stage = FIRST,
            Sabotage::StayShut if self.heard => self.stage = self.stage.max(self.before.1),
            Sabotage::NeverRise => self.stage = Stage::CLEAR,
            Sabotage::LockReleased if self.was_released => {
                self.stage = Stage { rung: Rung::Lock, step: 0 };
            }
            Sabotage::KeepForEver => {
                for sunset in self.view.sunset.iter_mut().filter(|_| self.knows_time) {
                    sunset.at = 0;
                }
            }
            Sabotage::GoBack => self.sequence = self.sequence.saturating_sub(2),
            Sabotage::LoseReasons if restricts => self.view.behind_tap.reason.clear(),
            _ => return self,
        }
        self.applied = self.stage;
        self
    }
}

/// Checks a phone.
pub fn check(seen: &Seen<'_>) -> Found {
    let mut found = vec![
        ("applied_is_what_is_in_force", {
            let (stage, applied) = (seen.stage, seen.applied);
            unless(stage == applied, || format!("in force {stage:?}, applied {applied:?}"))
        }),
        ("never_above_its_lease", above_lease(seen)),
        ("released_never_restricts", released(seen)),
        ("free_from_its_sunset_on", free_from_its_sunset(seen)),
    ];
    if seen.same_key && !seen.was_released && !seen.released && seen.sequence > 0 {
        let (now, before) = (seen.sequence, seen.before.0);
        let back = unless(now >= before, || format!("from {before} to {now}"));
        found.push(("sequence_never_goes_back", back));
    }
    if seen.stage > NOTICE {
        let said = !seen.view.behind_tap.reason.is_empty() && seen.view.emergency_calls;
        let mute = || format!("{:?} without a reason on the screen", seen.stage);
        found.push(("every_restriction_has_reasons", unless(said, mute)));
        found.push(("steps_alone_only_when_heard_lately", stepped_alone(seen)));
    }
    if seen.heard && seen.sequence > 0 && !seen.released {
        found.extend(in_touch(seen));
    }
    found
}

/// A phone that just heard its server.
fn in_touch(seen: &Seen<'_>) -> Found {
    let Loaded { contract, ladder, .. } = seen.loaded;
    let decision = evaluate(contract, ladder, seen.now);
    let justified = wire_stage(decision.stage);
    let stage = seen.stage;
    let good = days_past_due(contract, seen.paid, seen.now) == 0;
    let differs = || format!("in force {stage:?}, justified {justified:?}");
    let current = contract.decision.says_the_same(&decision.recorded(seen.now));
    let stale = || format!("recorded {:?}, justified {decision:?}", contract.decision);
    let mut found = vec![
        ("good_standing_never_restricted", unless(!(good && stage > NOTICE), differs)),
        ("never_above_what_facts_justify", unless(stage <= justified, differs)),
        ("lease_is_current", unless(current, stale)),
    ];
    if let Some(exchanges) = seen.opening.filter(|_| justified <= NOTICE) {
        let shut = || format!("{stage:?} after {exchanges} answered exchanges");
        let opens = stage <= NOTICE && exchanges > 0;
        found.push(("paid_opens_after_one_exchange", unless(opens, shut)));
    }
    let lowered = seen.view.relief.pass_ends_in_s.is_some();
    if !lowered {
        found.push(("overdue_reaches_its_rung", unless(stage >= justified, differs)));
        found.extend(top(seen));
    }
    found
}

/// A phone in touch, whose holder reads everything and pays nothing, stands on the top in time.
fn top(seen: &Seen<'_>) -> Option<(&'static str, Option<String>)> {
    let Loaded { contract, ladder, .. } = seen.loaded;
    let last = ladder.steps.last()?;
    let cures: u32 = ladder.notices.iter().map(|notice| notice.cure_days + 2).sum();
    let waits: u32 = ladder.steps.iter().map(|step| step.after_s / 86_400 + 2).sum();
    let days = i64::from(last.when.days_past_due + cures + waits);
    let least = least_days_past_due(contract, seen.paid, seen.quiet_since, seen.now);
    let overdue = i64::from(least) > days;
    let quiet = seen.now.seconds_since(seen.quiet_since) > days * 86_400;
    if !(seen.attentive && overdue && quiet && contract.is_active()) {
        return None;
    }
    let short = || format!("{:?} after {days} quiet days, not {}", seen.stage, last.stage);
    let stands = seen.stage == wire_stage(last.stage);
    Some(("overdue_reaches_its_rung", unless(stands, short)))
}

/// Never more than the lease held says for this time.
fn above_lease(seen: &Seen<'_>) -> Option<String> {
    if seen.sequence == 0 || seen.released {
        return unless(seen.stage == Stage::CLEAR, || format!("{:?} without a lease", seen.stage));
    }
    let Some(lease) = seen.lease else {
        return unless(seen.stage <= NOTICE, || {
            format!("{:?} by a lease {} that nobody gave", seen.stage, seen.sequence)
        });
    };
    let steps = lease.timetable.iter().filter(|planned| planned.at <= seen.now);
    let allowed = steps.map(|planned| planned.stage).chain([lease.stage]).max()?;
    let above = || format!("{:?}, the lease allows {allowed}", seen.stage);
    unless(seen.stage <= wire_stage(allowed), above)
}

fn stepped_alone(seen: &Seen<'_>) -> Option<String> {
    let age_s = seen.now.seconds_since(seen.heard_at);
    let max_s = i64::from(seen.loaded.ladder.offline_step_max_age_s);
    let rose = seen.stage > seen.before.1 && !seen.was_lowered;
    // A visit comes every six hours: the step may have been taken at any time since the last.
    unless(!(rose && age_s > max_s + 6 * 3_600), || format!("rose {age_s} s after it last heard"))
}

/// A phone that knows the time is tied to nothing once its day has come, whoever answers it.
fn free_from_its_sunset(seen: &Seen<'_>) -> Option<String> {
    let sunset = seen.view.sunset.as_ref().filter(|_| seen.knows_time && !seen.released)?;
    let now_s = u64::try_from(seen.now.seconds()).unwrap_or(0);
    let kept = || format!("{:?}, and the day was {} s ago", seen.stage, now_s - sunset.at);
    unless(sunset.at + 60 > now_s, kept)
}

fn released(seen: &Seen<'_>) -> Option<String> {
    let free = seen.stage == Stage::CLEAR && seen.applied == Stage::CLEAR;
    unless(!(seen.was_released || seen.released) || free, || format!("{:?}", seen.stage))
}

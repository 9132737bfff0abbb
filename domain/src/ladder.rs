//! The ladder a contract really stands on: a programme bounded by its packs, field by field the
//! strictest value.

use std::collections::BTreeSet;

use crate::late_fee::LateFee;
use crate::{
    Day, Moment,
    delivery::Evidence,
    money::portion,
    policy::{
        Blackout, Care, Condition, Conduct, Lender, Manner, Pack, Paper, Passes, Programme, Proof,
        Provisional, Reminders, Unlock, hours, strictness as strictest,
    },
    schedule::ROWS_MAX,
    stage::{Channel, Guard, Restriction, Rung, Stage},
    standing::{Position, Standing},
    terms::Terms,
};

/// Most steps above `notice`.
pub const STEPS_MAX: usize = 9;
/// Most formal notices.
pub const NOTICES_MAX: usize = 4;

/// A bounded ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Programme id and version.
    pub programme: (String, u32),
    /// Pack ids and versions.
    pub packs: Vec<(String, u32)>,
    /// Who lends.
    pub lender: Lender,
    /// How old the word of the lender's own system may be for a stage to begin on it; seconds.
    pub standing_max_age_s: u32,
    /// What an instalment paid late costs.
    pub late_fee: Option<LateFee>,
    /// How often and how long announced money opens.
    pub provisional: Provisional,
    /// Days after the last due day on which the phone goes free.
    pub sunset_days: u32,
    /// When the dismissible message appears.
    pub remind: Option<Condition>,
    /// Messages before, on and after a due day.
    pub reminders: Reminders,
    /// Formal notices in order; empty = nothing above `remind`.
    pub notices: Vec<Notice>,
    /// Steps above `notice` by rising stage; empty where the law allows none.
    pub steps: Vec<Step>,
    /// Guards the packs permit.
    pub guards: BTreeSet<Guard>,
    /// Days past due below which delivered notices lapse when arrears are paid down.
    pub min_dpd_restrict: u32,
    /// Local hours in which no new step starts: of the packs, and the lender's own.
    pub blackouts: Vec<Blackout>,
    /// The lender's own hours in which no message leaves either.
    pub quiet: Option<Blackout>,
    /// The holder's emergency passes.
    pub passes: Passes,
    /// Seconds; 0 = never alone above `notice`.
    pub offline_step_max_age_s: u32,
    /// Hours from the last money to the release.
    pub removal_hours: u32,
    /// Messages to the borrower.
    pub conduct: Conduct,
    /// What protects the borrower while something is open or wrong.
    pub care: Care,
    /// How fast a phone opens, and what it costs when it does not.
    pub unlock: Unlock,
    /// What is agreed, told, collected and kept.
    pub paper: Paper,
    /// Shown on every screen.
    pub how_to_pay: String,
    /// Shown on every screen.
    pub how_to_dispute: String,
    tolerance_bps: u32,
}

/// A formal notice as it must be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its dates.
    pub when: Condition,
    /// Days past due before which no pack allows it, whatever the lender asks for.
    pub lawful_dpd: u32,
    /// Whole local days after delivery.
    pub cure_days: u32,
    /// Channels that count for anybody.
    pub channels: BTreeSet<Channel>,
    /// What each pack demands of the delivery; all of it must be met.
    pub demands: Vec<Demand>,
    /// So many days after it was handed over it counts as delivered; `None` = never by time alone.
    pub deemed_after_days: Option<u32>,
}

/// How a notice must have reached a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Channels that count.
    pub channels: BTreeSet<Channel>,
    /// Distinct channels among them needed.
    pub min_modes: u32,
    /// The least evidence that counts.
    pub proof: Proof,
}

impl Notice {
    /// When this evidence had met every demand.
    pub fn delivered(&self, evidence: &[Evidence]) -> Option<Moment> {
        let mut last = None;
        for demand in &self.demands {
            let first = |channel| {
                let met = evidence.iter().filter(|told| demand.is_met_by(channel, told));
                met.map(|(.., at)| *at).min()
            };
            let channels = demand.channels.iter().copied();
            let mut moments: Vec<Moment> = channels.filter_map(first).collect();
            moments.sort_unstable();
            let met = *moments.get(usize::try_from(demand.min_modes.max(1)).ok()? - 1)?;
            last = last.max(Some(met));
        }
        last
    }
}

impl Demand {
    /// Whether this is evidence enough of a delivery by a channel.
    fn is_met_by(&self, channel: Channel, (by, proof, _): &Evidence) -> bool {
        *by == channel && *proof >= self.proof
    }
}

/// A step as it may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its place.
    pub stage: Stage,
    /// Its dates.
    pub when: Condition,
    /// Days past due before which no pack allows it, whatever the lender asks for.
    pub lawful_dpd: u32,
    /// Least seconds after the step below took effect on the device.
    pub after_s: u32,
    /// What it takes away.
    pub restrictions: BTreeSet<Restriction>,
}

/// Why a programme and its packs make no ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LadderError {
    /// The programme names no pack, or one that is not loaded.
    NoPack(String),
    /// More steps or notices than a ladder has.
    TooLong,
    /// A later step takes less away than the one before.
    Shrinks(Stage),
    /// A later step's dates come before the one below.
    OutOfOrder(Stage),
    /// The tolerance is half an instalment or more.
    Tolerance,
}

impl std::fmt::Display for LadderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LadderError::NoPack(id) if id.is_empty() => {
                f.write_str("packs: name at least one policy pack; no pack, no lock")
            }
            LadderError::NoPack(id) => write!(f, "packs: no policy pack {id:?} is loaded"),
            LadderError::TooLong => {
                write!(f, "at most {NOTICES_MAX} notices and {STEPS_MAX} steps are possible")
            }
            LadderError::Shrinks(stage) => {
                write!(f, "{stage}: must take away everything the step below takes")
            }
            LadderError::OutOfOrder(stage) => {
                write!(f, "{stage}: its days past due must not be below the step before")
            }
            LadderError::Tolerance => {
                f.write_str("past_due_tolerance: must be below half of one instalment")
            }
        }
    }
}

impl Ladder {
    /// Bounds a programme by the packs it names, found among these.
    pub fn resolve(
        programme: &Programme,
        packs: &[&Pack],
        lender: &Lender,
    ) -> Result<Ladder, LadderError> {
        if programme.packs.is_empty() {
            return Err(LadderError::NoPack(String::new()));
        }
        for id in &programme.packs {
            if !packs.iter().any(|pack| pack.id == *id) {
                return Err(LadderError::NoPack(id.clone()));
            }
        }
        let packs: Vec<&Pack> =
            packs.iter().copied().filter(|pack| programme.packs.contains(&pack.id)).collect();
        let packs = packs.as_slice();
        if programme.tolerance_bps >= 5_000 {
            return Err(LadderError::Tolerance);
        }
        let notices = bound_notices(programme, packs);
        let steps = bound_steps(programme, packs, !notices.is_empty())?;
        if notices.len() > NOTICES_MAX || steps.len() > STEPS_MAX {
            return Err(LadderError::TooLong);
        }
        let guards = &programme.guards & &strictest::GUARDS.of(packs);
        Ok(Ladder {
            programme: (programme.id.clone(), programme.version),
            packs: packs.iter().map(|pack| (pack.id.clone(), pack.version)).collect(),
            lender: lender.clone(),
            standing_max_age_s: programme.standing_max_age_hours.saturating_mul(3600),
            late_fee: programme.late_fee,
            provisional: programme.provisional,
            sunset_days: programme.sunset_days,
            remind: programme.remind.filter(|_| strictest::RUNG_MAX.of(packs) >= Rung::Remind),
            reminders: programme.reminders.clone(),
            notices,
            steps,
            guards,
            min_dpd_restrict: strictest::MIN_DPD_RESTRICT.of(packs),
            blackouts: blackouts(programme, packs),
            quiet: programme.manner.quiet.clone(),
            passes: strictest::PASSES.of(packs),
            offline_step_max_age_s: strictest::OFFLINE_STEP_MAX_AGE_HOURS
                .of(packs)
                .saturating_mul(3600),
            removal_hours: strictest::REMOVAL_HOURS.of(packs),
            conduct: conduct(packs),
            care: care(&programme.manner, packs),
            unlock: unlock(packs),
            paper: paper(packs),
            how_to_pay: programme.how_to_pay.clone(),
            how_to_dispute: programme.how_to_dispute.clone(),
            tolerance_bps: programme.tolerance_bps,
        })
    }

    /// At or below this many minor units nothing is past due.
    pub fn tolerance(&self, terms: &Terms) -> i64 {
        portion(terms.instalment(), i64::from(self.tolerance_bps), 10_000)
            .expect("a share below one of an amount fits")
    }

    /// The dates alone: the highest stage whose dates, and those of every stage below it, have
    /// come on the day of this standing. Notices, holds and device reports have no say here.
    pub fn dates_stage(&self, standing: &Standing) -> Stage {
        let mut reached = Stage::CLEAR;
        for (stage, when) in self.date_rules() {
            if !when.met(standing) {
                break;
            }
            reached = stage;
        }
        reached
    }

    /// Stages with their dates from the lowest.
    fn date_rules(&self) -> impl Iterator<Item = (Stage, Condition)> + '_ {
        let remind = self.remind.map(|when| (Stage::REMIND, when));
        let notice = self.notices.first().map(|notice| (Stage::NOTICE, notice.when));
        let steps = self.steps.iter().map(|step| (step.stage, step.when));
        remind.into_iter().chain(notice).chain(steps)
    }

    /// The restrictions of a stage.
    pub fn restrictions(&self, stage: Stage) -> BTreeSet<Restriction> {
        self.steps
            .iter()
            .find(|step| step.stage == stage)
            .map(|step| step.restrictions.clone())
            .unwrap_or_default()
    }

    /// Whether a named person has to approve a stage before it begins.
    pub fn asks_a_person(&self, stage: Stage) -> bool {
        self.care.human_review_from.is_some_and(|from| stage.rung >= from)
    }

    /// The highest stage this ladder has.
    pub fn top(&self) -> Stage {
        self.date_rules().last().map(|(stage, _)| stage).unwrap_or_default()
    }
}

impl Condition {
    /// Whether the condition holds for this standing.
    pub fn met(&self, standing: &Standing) -> bool {
        standing.unpaid_count > 0
            && standing.days_past_due >= self.days_past_due
            && standing.unpaid_count >= self.unpaid_count
            && standing.past_due >= self.past_due
    }

    /// The first day on which the condition holds if nothing more is paid.
    pub fn first_day(&self, position: &Position) -> Option<Day> {
        let aged = position.anchor()?.plus_days(i32::try_from(self.days_past_due.max(1)).ok()?)?;
        let mut first = aged;
        if self.unpaid_count > 1 {
            first = first.max(position.unpaid_reaches(self.unpaid_count)?);
        }
        if self.past_due > 0 {
            first = first.max(position.past_due_reaches(self.past_due)?);
        }
        Some(first)
    }

    /// Part by part the stricter: whichever lets the rung begin later.
    fn stricter(self, days_past_due: u32) -> Condition {
        Condition { days_past_due: self.days_past_due.max(days_past_due), ..self }
    }
}

fn conduct(packs: &[&Pack]) -> Conduct {
    Conduct {
        windows: strictest::CONTACT_WINDOW.of(packs),
        reminder_max_per_day: strictest::REMINDER_MAX_PER_DAY.of(packs),
        drafts_refused: strictest::DRAFTS_REFUSED.of(packs),
    }
}

/// Hours in which nothing starts: whoever asks for quiet gets it.
fn blackouts(programme: &Programme, packs: &[&Pack]) -> Vec<Blackout> {
    let mut blackouts = strictest::BLACKOUTS.of(packs);
    blackouts.extend(programme.manner.quiet.clone());
    blackouts
}

/// What protects the borrower by law, and what the lender asks for within it.
fn care(manner: &Manner, packs: &[&Pack]) -> Care {
    Care {
        not_while_in_use: strictest::NOT_WHILE_IN_USE.of(packs),
        relock_after_partial: manner
            .relock_after_partial
            .max(strictest::RELOCK_AFTER_PARTIAL.of(packs)),
        promise: strictest::PROMISE_TO_PAY_HOLD.of(packs),
        dispute: strictest::DISPUTE_STAY.of(packs),
        hardship: strictest::HARDSHIP_STAY.of(packs),
        wrongful_lock: strictest::WRONGFUL_LOCK.of(packs),
        human_review_from: strictest::HUMAN_REVIEW_FROM.of(packs),
        silence: strictest::silence(manner.silence, strictest::SILENCE.of(packs)),
        evidence_effects: strictest::lowest_each(
            manner.evidence.clone(),
            strictest::EVIDENCE_EFFECTS.of(packs),
        ),
    }
}

fn unlock(packs: &[&Pack]) -> Unlock {
    Unlock {
        issue_minutes: strictest::UNLOCK_ISSUE.of(packs),
        device_minutes: strictest::UNLOCK_DEVICE.of(packs),
        compensation: strictest::LATE_UNLOCK_COMPENSATION.of(packs),
        offline: strictest::OFFLINE_UNLOCK.of(packs),
    }
}

fn paper(packs: &[&Pack]) -> Paper {
    Paper {
        consent: strictest::CONSENT.of(packs),
        disclosure: strictest::DISCLOSURE.of(packs),
        device_fee_allowed: strictest::DEVICE_FEE_ALLOWED.of(packs),
        data_allowed: strictest::DATA_ALLOWED.of(packs),
        retention_years: strictest::RETENTION_YEARS.of(packs),
    }
}

/// The k-th notice of everybody against the k-th: later start, longer cure, the channels of all,
/// every pack's own demand. Whoever asks for more notices gets them.
fn bound_notices(programme: &Programme, packs: &[&Pack]) -> Vec<Notice> {
    if strictest::RUNG_MAX.of(packs) < Rung::Notice {
        return Vec::new();
    }
    let asked = strictest::NOTICES.of(packs);
    let count = asked.len().max(programme.notices.len());
    let mut notices = Vec::with_capacity(count);
    for k in 0..count {
        let own = programme.notices.get(k);
        let mut notice = Notice {
            when: own.map(|rule| rule.when).unwrap_or_default(),
            lawful_dpd: own.map_or(0, |rule| rule.when.days_past_due),
            cure_days: own.map_or(0, |rule| rule.cure_days),
            channels: BTreeSet::new(),
            demands: Vec::new(),
            deemed_after_days: None,
        };
        if let Some(rule) = asked.get(k) {
            notice.when = notice.when.stricter(rule.earliest_dpd);
            notice.lawful_dpd = rule.earliest_dpd;
            notice.cure_days = notice.cure_days.max(rule.cure_days);
            notice.channels.clone_from(&rule.channels);
            notice.deemed_after_days = rule.deemed_after_days;
        }
        // What one law accepts as a delivery, the other may not: each is asked by itself.
        for rule in packs.iter().filter_map(|pack| pack.notices.get(k)) {
            let (min_modes, proof) = (rule.min_modes, rule.proof);
            notice.demands.push(Demand { channels: rule.channels.clone(), min_modes, proof });
        }
        if notice.demands.is_empty() {
            notice.channels.extend(Channel::ALL);
            let (channels, proof) = (notice.channels.clone(), Proof::Delivered);
            notice.demands.push(Demand { channels, min_modes: 1, proof });
        }
        notices.push(notice);
    }
    notices
}

/// The steps the law leaves: none without a formal notice, none above any pack's highest rung.
fn bound_steps(
    programme: &Programme,
    packs: &[&Pack],
    noticed: bool,
) -> Result<Vec<Step>, LadderError> {
    let rung_max = strictest::RUNG_MAX.of(packs);
    let min_dpd = strictest::MIN_DPD_RESTRICT.of(packs);
    let between = strictest::MIN_DAYS_BETWEEN_STEPS.of(packs);
    let allowed = strictest::RESTRICTIONS.of(packs);
    let in_order = strictest::STEPS.of(packs);
    // Where law and lender together leave no hour at which a step could start, there is none.
    let noticed = noticed && hours::leave_an_hour(&blackouts(programme, packs));
    let numbered = programme.steps.iter().enumerate().map(|(index, rule)| {
        let step = u8::try_from(index + 1).unwrap_or(u8::MAX);
        (Stage::restrict(step), rule)
    });
    let lock = programme.lock.iter().map(|rule| (Stage::LOCK, rule));
    let mut steps: Vec<Step> = Vec::new();
    for (stage, rule) in numbered.chain(lock) {
        if !noticed || stage.rung > rung_max {
            continue;
        }
        if rule.when.unpaid_count as usize > ROWS_MAX {
            return Err(LadderError::OutOfOrder(stage));
        }
        let kth = in_order.get(steps.len()).or(in_order.last());
        let between = if steps.is_empty() { 0 } else { between };
        let min_days = rule.min_days.max(between).max(kth.map_or(0, |step| step.min_days));
        let mut restrictions = &rule.restrictions & &allowed;
        if let Some(kth) = kth {
            restrictions = &restrictions & &kth.restrictions;
        }
        let (when, after_s) = (rule.when.stricter(min_dpd), min_days.saturating_mul(86_400));
        let step = Step { stage, when, lawful_dpd: min_dpd, after_s, restrictions };
        if let Some(below) = steps.last() {
            if !below.restrictions.is_subset(&step.restrictions) {
                return Err(LadderError::Shrinks(stage));
            }
            if step.when.days_past_due < below.when.days_past_due {
                return Err(LadderError::OutOfOrder(stage));
            }
        }
        steps.push(step);
    }
    Ok(steps)
}

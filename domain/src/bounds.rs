//! What a programme asks for beside what its packs leave of it: the ladder a borrower would go
//! through, and where it differs from what was asked.

use crate::{
    Restriction, Stage,
    ladder::Ladder,
    policy::{
        Manner, Programme, StepRule,
        care::{Evidence, Silence},
    },
    stage::{Guard, Rung},
};

/// Where the packs leave something else than the programme asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The packs forbid this stage.
    Forbidden(Stage),
    /// The stage begins later than asked: days past due.
    Later {
        /// The stage; of `notice` its first one.
        stage: Stage,
        /// Asked for.
        asked: u32,
        /// What holds.
        holds: u32,
    },
    /// The stage waits longer after the one below: days.
    Gap {
        /// The stage.
        stage: Stage,
        /// Asked for.
        asked: u32,
        /// What holds.
        holds: u32,
    },
    /// The packs ask for a formal notice more: the k-th.
    NoticeAdded(u8),
    /// A formal notice is given later: days past due.
    NoticeLater {
        /// 1 = first.
        k: u8,
        /// Asked for.
        asked: u32,
        /// What holds.
        holds: u32,
    },
    /// A formal notice runs longer: whole days.
    NoticeLonger {
        /// 1 = first.
        k: u8,
        /// Asked for.
        asked: u32,
        /// What holds.
        holds: u32,
    },
    /// The packs do not let the stage take this away.
    Kept(Stage, Restriction),
    /// What is left of the stage takes no more away than the one below.
    Empty(Stage),
    /// The notices run longer than the stage's dates ask for: it cannot begin before.
    AfterNotices {
        /// The stage.
        stage: Stage,
        /// By its dates: days past due.
        dates: u32,
        /// At the earliest: days past due.
        earliest: u32,
    },
    /// A named person has to approve this stage before it begins.
    Approved(Stage),
    /// The packs do not permit this guard.
    NoGuard(Guard),
    /// Silence leads to nothing, and why.
    NoSilence(&'static str),
    /// Silence leads less far, or later.
    LessSilence(Silence),
    /// Evidence of this kind reaches no further than this rung.
    LessEvidence(Evidence, Rung),
    /// The packs let notices lapse with every payment.
    LapseWithPayment,
}

/// A rung of the way a borrower would go if he paid nothing and heard everything at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What begins.
    pub what: Passed,
    /// Not before so many days past due.
    pub days_past_due: u32,
}

/// What begins on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// A stage.
    Stage(Stage),
    /// The k-th formal notice, which runs so many whole days.
    Notice(u8, u32),
}

/// The way through a ladder at its earliest: days alone, everything delivered and reported the day
/// it begins.
pub fn passages(ladder: &Ladder) -> Vec<Passage> {
    let mut way = Vec::new();
    let (mut floor, mut below) = (1, 0);
    if let Some(when) = &ladder.remind {
        floor = when.days_past_due.max(1);
        way.push(Passage { what: Passed::Stage(Stage::REMIND), days_past_due: floor });
    }
    for (k, notice) in (1_u8..).zip(&ladder.notices) {
        floor = floor.max(notice.when.days_past_due);
        if k == 1 {
            way.push(Passage { what: Passed::Stage(Stage::NOTICE), days_past_due: floor });
            below = floor;
        }
        way.push(Passage { what: Passed::Notice(k, notice.cure_days), days_past_due: floor });
        floor = floor.saturating_add(notice.cure_days).saturating_add(1);
    }
    for step in &ladder.steps {
        let waits = below.saturating_add(step.after_s.div_ceil(86_400));
        floor = floor.max(waits).max(step.when.days_past_due);
        below = floor;
        way.push(Passage { what: Passed::Stage(step.stage), days_past_due: floor });
    }
    way
}

/// Where the ladder differs from what the programme asks for.
pub fn bounds(programme: &Programme, ladder: &Ladder) -> Vec<Bound> {
    let mut found = Vec::new();
    if programme.remind.is_some() && ladder.remind.is_none() {
        found.push(Bound::Forbidden(Stage::REMIND));
    }
    notices(programme, ladder, &mut found);
    let way = passages(ladder);
    for (stage, asked) in steps(programme) {
        let Some(step) = ladder.steps.iter().find(|step| step.stage == stage) else {
            found.push(Bound::Forbidden(stage));
            continue;
        };
        let (dates, holds) = (asked.when.days_past_due, step.when.days_past_due);
        if holds > dates {
            found.push(Bound::Later { stage, asked: dates, holds });
        }
        if ladder.asks_a_person(stage) {
            found.push(Bound::Approved(stage));
        }
        let gap = step.after_s / 86_400;
        if gap > asked.min_days {
            found.push(Bound::Gap { stage, asked: asked.min_days, holds: gap });
        }
        let kept = asked.restrictions.difference(&step.restrictions);
        found.extend(kept.map(|one| Bound::Kept(stage, *one)));
        let below = ladder.steps.iter().rfind(|below| below.stage < stage);
        let least = below.map(|below| below.restrictions.clone()).unwrap_or_default();
        if step.restrictions == least && stage != Stage::LOCK {
            found.push(Bound::Empty(stage));
        }
        let earliest = way.iter().find(|passage| passage.what == Passed::Stage(stage));
        let earliest = earliest.map_or(holds, |passage| passage.days_past_due);
        if below.is_none() && earliest > holds {
            found.push(Bound::AfterNotices { stage, dates: holds, earliest });
        }
    }
    found.extend(programme.guards.difference(&ladder.guards).map(|guard| Bound::NoGuard(*guard)));
    manner(&programme.manner, ladder, &mut found);
    found
}

fn manner(asked: &Manner, ladder: &Ladder, found: &mut Vec<Bound>) {
    match (asked.silence, ladder.care.silence) {
        (Some(_), None) => found.push(Bound::NoSilence("the packs do not allow it")),
        (Some(_), Some(_)) if !ladder.blackouts.is_empty() => {
            let why = "a silent phone does not know the hours in which nothing starts";
            found.push(Bound::NoSilence(why));
        }
        (Some(own), Some(holds)) if own != holds => found.push(Bound::LessSilence(holds)),
        _ => {}
    }
    for (evidence, rung) in &asked.evidence {
        let holds = ladder.care.evidence_effects.get(evidence).copied().unwrap_or_default();
        if holds < *rung {
            found.push(Bound::LessEvidence(*evidence, holds));
        }
    }
    if ladder.care.relock_after_partial > asked.relock_after_partial {
        found.push(Bound::LapseWithPayment);
    }
}

fn notices(programme: &Programme, ladder: &Ladder, found: &mut Vec<Bound>) {
    if !programme.notices.is_empty() && ladder.notices.is_empty() {
        found.push(Bound::Forbidden(Stage::NOTICE));
    }
    for (k, notice) in (1_u8..).zip(&ladder.notices) {
        let Some(asked) = programme.notices.get(usize::from(k) - 1) else {
            found.push(Bound::NoticeAdded(k));
            continue;
        };
        let (own, holds) = (asked.when.days_past_due, notice.when.days_past_due);
        if holds > own {
            found.push(Bound::NoticeLater { k, asked: own, holds });
        }
        if notice.cure_days > asked.cure_days {
            found.push(Bound::NoticeLonger { k, asked: asked.cure_days, holds: notice.cure_days });
        }
    }
}

fn steps(programme: &Programme) -> impl Iterator<Item = (Stage, &StepRule)> {
    let numbered = (1_u8..).zip(&programme.steps);
    let numbered = numbered.map(|(number, rule)| (Stage::restrict(number), rule));
    numbered.chain(programme.lock.iter().map(|rule| (Stage::LOCK, rule)))
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Forbidden(stage) => write!(f, "{stage}: the packs do not allow it"),
            Bound::Later { stage, asked, holds } => {
                write!(f, "{stage}: from {holds} days past due, not from {asked}")
            }
            Bound::Gap { stage, asked, holds } => {
                write!(f, "{stage}: {holds} days after the stage below, not {asked}")
            }
            Bound::Approved(stage) => write!(f, "{stage}: begins when a named person approved it"),
            Bound::NoticeAdded(k) => write!(f, "notice {k}: the packs ask for it"),
            Bound::NoticeLater { k, asked, holds } => {
                write!(f, "notice {k}: from {holds} days past due, not from {asked}")
            }
            Bound::NoticeLonger { k, asked, holds } => {
                write!(f, "notice {k}: runs {holds} whole days, not {asked}")
            }
            Bound::Kept(stage, one) => {
                write!(f, "{stage}: the packs do not let it take away {}", one.name())
            }
            Bound::Empty(stage) => write!(f, "{stage}: takes no more away than the stage below"),
            Bound::AfterNotices { stage, dates, earliest } => write!(
                f,
                "{stage}: not before {earliest} days past due, when the notices have run; its \
                 dates say {dates}"
            ),
            Bound::NoGuard(guard) => {
                write!(f, "guard {}: the packs do not permit it", guard.name())
            }
            Bound::NoSilence(why) => write!(f, "silence: leads to nothing: {why}"),
            Bound::LessSilence(Silence { after_hours, stage }) => {
                write!(f, "silence: leads to {stage} at most, after {after_hours} hours")
            }
            Bound::LessEvidence(evidence, rung) => {
                write!(f, "evidence {}: reaches {} at most", evidence.name(), rung.name())
            }
            Bound::LapseWithPayment => {
                f.write_str("relock_after_partial: the packs ask for every_payment")
            }
        }
    }
}

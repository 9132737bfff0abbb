//! Where the device stands: the lease's own stage, its timetable walked on trusted time, silence,
//! and what lowers all of it. Pure arithmetic on what is held; nothing here changes state.

use alloc::{string::String, vec::Vec};

use protocol::{
    ContentHash, Rung, Stage,
    lease::{LeaseContent, Step},
};

use crate::clock::Clock;

/// The highest stage that no doubt and no pass takes away.
pub(crate) const NOTICE: Stage = Stage { rung: Rung::Notice, step: 0 };

/// The lease held, and how far its timetable has been walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) content: LeaseContent,
    /// The exact bytes that were signed.
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: ContentHash,
    /// Server time of the youngest stamp on this lease.
    pub(crate) issued_at: u64,
    /// How many entries of the timetable have taken effect.
    pub(crate) fired: usize,
    /// The stages of this lease hold above `notice`. Not so when it came late and unasked, or when
    /// a token said that its facts changed: then contact opens it.
    pub(crate) open: bool,
}

/// Since when each stage has been in force without a break, by rising stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Vec<(Stage, u64)>);

impl Since {
    /// Powered time since which this stage or a higher one is in force.
    pub(crate) fn effect(&self, stage: Stage) -> Option<u64> {
        self.0.iter().find(|(held, _)| *held >= stage).map(|(_, powered_ms)| *powered_ms)
    }

    /// This stage is in force from `powered_ms`, or went on being so.
    pub(crate) fn enter(&mut self, stage: Stage, powered_ms: u64) {
        let since_ms = self.effect(stage).unwrap_or(powered_ms);
        self.0.retain(|(held, _)| *held < stage);
        self.0.push((stage, since_ms));
    }

    /// The youngest stage takes effect at `powered_ms`: the process died before acting on it.
    pub(crate) fn redate(&mut self, powered_ms: u64) {
        if let Some((_, since_ms)) = self.0.last_mut() {
            *since_ms = powered_ms;
        }
    }
}

/// Everything a stage follows from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) held: &'a Held,
    pub(crate) clock: &'a Clock,
    /// Trusted time of the last signed server data.
    pub(crate) heard_ms: u64,
    /// Trusted time from which silence counts.
    pub(crate) silent_from_ms: u64,
    /// What a pass or token lowers to.
    pub(crate) cap: Option<Stage>,
    pub(crate) since: &'a Since,
}

/// What is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) stage: Stage,
    /// Raw restriction codes.
    pub(crate) codes: Vec<u16>,
    /// Why, in the lender's words.
    pub(crate) reason: String,
}

/// The next entry of the timetable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next<'a> {
    pub(crate) step: &'a Step,
    /// Milliseconds of powered time from here.
    pub(crate) in_ms: u64,
    /// It will not fire without contact.
    pub(crate) needs_contact: bool,
}

impl<'a> Ground<'a> {
    /// How many entries have taken effect: one by one, each on its date and after its wait. A clock
    /// that was set back takes entries back whose date has not come.
    pub(crate) fn walk(&self) -> usize {
        let timetable = &self.held.content.timetable;
        let mut fired = self.held.fired.min(timetable.len());
        while fired > 0 && self.until_ms(timetable[fired - 1].at) > 0 {
            fired -= 1;
        }
        while let Some(next) = self.next(fired) {
            let lowered = self.cap.is_some_and(|cap| next.step.stage > cap);
            if next.in_ms > 0 || next.needs_contact || lowered {
                break;
            }
            fired += 1;
        }
        fired
    }

    /// The entry after the first `fired`, and when it is due.
    pub(crate) fn next(&self, fired: usize) -> Option<Next<'a>> {
        let content = &self.held.content;
        let step = content.timetable.get(fired)?;
        let before = fired.checked_sub(1).and_then(|last| content.timetable.get(last));
        let stage_before = before.map_or(content.stage, |last| last.stage);
        let powered_ms = self.clock.powered_ms;
        let effect_ms = self.since.effect(stage_before).unwrap_or(powered_ms);
        let waited_ms = powered_ms.saturating_sub(effect_ms);
        let wait_ms = u64::from(step.after_s).saturating_mul(1000).saturating_sub(waited_ms);
        let due_ms = self.until_ms(step.at).max(wait_ms);
        if step.stage <= NOTICE || (self.held.open && self.is_recent(due_ms)) {
            return Some(Next { step, in_ms: due_ms, needs_contact: false });
        }
        let silent_ms = self.silence_in_ms(step.stage);
        let in_ms = silent_ms.map_or(due_ms, |silent_ms| due_ms.max(silent_ms));
        Some(Next { step, in_ms, needs_contact: silent_ms.is_none() })
    }

    /// Whether in `in_ms` from here the server's last word is still young enough to act upon alone.
    pub(crate) fn is_recent(&self, in_ms: u64) -> bool {
        let max_ms = u64::from(self.held.content.offline_step_max_age_s) * 1000;
        let age_ms = self.clock.trusted_ms.saturating_sub(self.heard_ms).saturating_add(in_ms);
        max_ms > 0 && age_ms <= max_ms && !self.clock.doubtful
    }

    /// The stage in force once `fired` entries have taken effect.
    pub(crate) fn place(&self, fired: usize) -> Place {
        let content = &self.held.content;
        let own = Place {
            stage: content.stage,
            codes: content.restrictions.clone(),
            reason: content.screen.reason.clone(),
        };
        let mut place = own;
        for step in content.timetable.iter().take(fired) {
            if step.stage > place.stage {
                let (codes, reason) = (step.restrictions.clone(), step.reason.clone());
                place = Place { stage: step.stage, codes, reason };
            }
        }
        if !self.held.open {
            place.lower(NOTICE);
        }
        if let Some(cap) = self.cap {
            place.lower(cap);
        }
        place
    }

    /// Milliseconds until silence stands for the contact that this stage needs; `None` = it never
    /// does: no rule says so, the lease does not hold above `notice`, or the clock is in doubt.
    fn silence_in_ms(&self, stage: Stage) -> Option<u64> {
        let trusted = self.held.open && !self.clock.doubtful;
        let silence = self.held.content.silence.filter(|rule| trusted && stage <= rule.stage)?;
        let age_ms = self.clock.trusted_ms.saturating_sub(self.silent_from_ms);
        Some(u64::from(silence.after_s).saturating_mul(1000).saturating_sub(age_ms))
    }

    fn until_ms(&self, at: u64) -> u64 {
        at.saturating_mul(1000).saturating_sub(self.clock.trusted_ms)
    }
}

impl Place {
    fn lower(&mut self, cap: Stage) {
        if self.stage > cap {
            self.stage = cap;
            self.codes.clear();
        }
    }
}

//! The phone: the lease it holds, the clock it trusts, and what it has to tell.

use domain::{Moment, NoticeId, Stage, evaluate::Planned};

/// What a phone was last told.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    pub stage: Stage,
    pub timetable: Vec<Planned>,
    /// The formal notice with the moment from which it may be shown.
    pub notice: Option<(NoticeId, Moment)>,
}

/// A phone. Its clock stands still while it is off.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    pub lease: Option<Lease>,
    pub clock: Moment,
    pub heard: Option<Moment>,
    pub stage: Stage,
    pub since: Moment,
    /// Stages that took effect and are not known to be reported, by its own clock.
    pub effects: Vec<(Stage, Moment)>,
    /// The notice it showed, and when by its own clock.
    pub shown: Option<(NoticeId, Moment)>,
    /// Money or a hold has come of which it has not heard.
    pub unheard: bool,
    pub released: bool,
    /// Longest time after a word of the server for a step above `notice`.
    pub alone_s: i64,
}

impl Phone {
    pub(super) fn new(clock: Moment, alone_s: i64) -> Phone {
        Phone {
            lease: None,
            clock,
            heard: None,
            stage: Stage::CLEAR,
            since: clock,
            effects: Vec::new(),
            shown: None,
            unheard: false,
            released: false,
            alone_s,
        }
    }

    /// Time passes with the phone on: steps of the timetable fire when their time has come.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.clock = self.clock.plus_seconds(seconds);
        let planned = self.lease.as_ref().map(|lease| lease.timetable.clone()).unwrap_or_default();
        for entry in planned.iter().filter(|entry| entry.stage > Stage::CLEAR) {
            if entry.stage <= self.stage {
                continue;
            }
            let at = entry.at.max(self.since.plus_seconds(i64::from(entry.after_s)));
            let fresh = self.heard.is_some_and(|heard| at.seconds_since(heard) <= self.alone_s);
            if at > self.clock || (entry.stage.restricts() && !fresh) {
                return;
            }
            self.enter(entry.stage, at);
        }
    }

    /// Takes a lease: what it says is in force at once.
    pub(super) fn take(&mut self, lease: Lease, now: Moment) {
        self.clock = now;
        self.heard = Some(now);
        self.unheard = false;
        if lease.stage != self.stage {
            self.enter(lease.stage, now);
        }
        self.lease = Some(lease);
    }

    pub(super) fn release(&mut self) {
        self.released = true;
        self.unheard = false;
        self.lease = None;
        self.stage = Stage::CLEAR;
        self.effects.clear();
        self.shown = None;
    }

    /// A released phone holds nothing that could restrict it.
    pub(super) fn obeys_release(&self) -> bool {
        !self.released || (self.lease.is_none() && self.stage == Stage::CLEAR)
    }

    fn enter(&mut self, stage: Stage, at: Moment) {
        self.stage = stage;
        self.since = at;
        self.effects.push((stage, at));
    }

    /// Shows the notice it holds, if it may be shown and was not.
    pub(super) fn show(&mut self) -> bool {
        let notice = self.lease.as_ref().and_then(|lease| lease.notice);
        let Some((id, _)) = notice.filter(|(_, from)| *from <= self.clock) else {
            return false;
        };
        if self.shown.is_some_and(|(known, _)| known == id) {
            return false;
        }
        self.shown = Some((id, self.clock));
        true
    }

    pub(super) fn key(&self, zero: Moment, key: &mut Vec<i64>) {
        let moment = |at: Moment| at.seconds_since(zero);
        let stage = |stage: Stage| (stage.rung as i64) * 100 + i64::from(stage.step);
        // Beyond its age a word counts as none.
        let heard = self.heard.filter(|heard| self.clock.seconds_since(*heard) <= self.alone_s);
        key.extend([moment(self.clock), heard.map_or(-1, moment), stage(self.stage)]);
        key.extend([moment(self.since), i64::from(self.unheard), i64::from(self.released)]);
        key.push(self.effects.len() as i64);
        for (one, at) in &self.effects {
            key.extend([stage(*one), moment(*at)]);
        }
        let name = |id: NoticeId| i64::from(id.0.as_bytes()[0]);
        let shown = self.shown.map_or([-1, -1], |(id, at)| [name(id), moment(at)]);
        key.extend(shown);
        let Some(lease) = &self.lease else { return };
        let notice = lease.notice.map_or([-1, -1], |(id, from)| [name(id), moment(from)]);
        key.extend(notice);
        key.push(stage(lease.stage));
        for entry in &lease.timetable {
            key.extend([stage(entry.stage), moment(entry.at), i64::from(entry.after_s)]);
        }
    }
}

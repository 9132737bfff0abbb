//! The small world: a server that decides, a phone, payers, and how often what may happen.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use domain::{
    Actor, Command, Contract, Fact, HoldId, Ladder, Moment, NoticeId, Stage, UnitId, Want, What,
    decide,
    evaluate::evaluate,
    hold::{Hold, HoldKind},
    policy::{Blackout, Lender, Pack, Programme, hours::Span},
    schedule::Period,
};

use super::{
    grounds::Grounds,
    phone::{Lease, Phone},
};
use crate::scene::{
    RATE, enrolment, equal_terms, lender, notice, pack, pack_notice, programme, signed, step,
};

/// Seconds of a tick.
const TICK_S: i64 = 43_200;

/// How often each thing may happen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub payments: u8,
    pub reversals: u8,
    pub holds: u8,
    pub declared: u8,
    pub lost: u8,
    pub off: u8,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Half a day passes.
    Tick,
    /// Half a day passes with the phone off.
    TickOff,
    /// The server looks at what is due.
    Sweep,
    /// The phone reports and hears.
    Exchange,
    /// The phone reports, and its answer is lost.
    LoseReply,
    /// The phone shows the notice that it holds.
    Show,
    /// The lender proves a delivery of his own.
    Declare,
    /// An instalment is paid, for good or not.
    Pay { confirmed: bool },
    /// What was not certain is.
    Confirm,
    /// The last payment is taken back.
    Reverse,
    /// A dispute begins.
    Dispute,
    /// It is closed.
    Settle,
    /// A device is bound.
    Enrol,
}

impl Act {
    pub(super) const ALL: [Act; 14] = [
        Act::Tick,
        Act::TickOff,
        Act::Sweep,
        Act::Exchange,
        Act::LoseReply,
        Act::Show,
        Act::Declare,
        Act::Pay { confirmed: true },
        Act::Pay { confirmed: false },
        Act::Confirm,
        Act::Reverse,
        Act::Dispute,
        Act::Settle,
        Act::Enrol,
    ];
}

/// One state.
#[derive(Clone, Debug)]
pub(super) struct Small {
    pub tick: u8,
    pub contract: Contract,
    pub phone: Phone,
    pub grounds: Grounds,
    pub hold_raised: bool,
    pub was_up: bool,
    ladder: Arc<Ladder>,
    left: Budget,
    /// Each half day so far: the notice was shown and everything told and heard; nothing else.
    attentive: bool,
    exchanged: bool,
    decided: Stage,
    key: Vec<i64>,
}

impl PartialEq for Small {
    fn eq(&self, other: &Small) -> bool {
        self.key == other.key
    }
}

impl Hash for Small {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.key.hash(hasher);
    }
}

/// Worlds that begin with everything in order, without consent, without a lender who is named, and
/// without a device.
pub(super) fn openings(left: Budget) -> Vec<Small> {
    [(true, true, true), (false, true, true), (true, false, true), (true, true, false)]
        .map(|(consent, named, bound)| opening(left, consent, named, bound))
        .into()
}

fn opening(left: Budget, consent: bool, named: bool, bound: bool) -> Small {
    let pack = Pack {
        min_dpd_restrict: 3,
        notices: vec![pack_notice(1, 1)],
        offline_step_max_age_hours: 36,
        blackout: Some(Blackout {
            hours: Some(Span { from: 18 * 3600, until: 9 * 3600 }),
            ..Blackout::default()
        }),
        ..pack("small")
    };
    let programme = Programme {
        notices: vec![notice(1, 1)],
        steps: vec![step(3, 0, 1)],
        lock: Some(step(4, 1, 7)),
        ..programme("small")
    };
    let complete = Ladder::resolve(&programme, &[&pack], &lender()).unwrap();
    let lender = if named { lender() } else { Lender::default() };
    let ladder = Ladder::resolve(&programme, &[&pack], &lender).unwrap();
    let terms = equal_terms("Asia/Kolkata", "2026-01-10", 2, Period::Days, 30);
    let zone = terms.zone().clone();
    let due = zone.midnight(terms.rows()[0].due);
    let mut contract = signed(terms.clone(), &ladder, consent);
    if bound {
        // No device is bound where something is missing: here it went missing afterwards.
        let whole = signed(terms, &complete, true);
        let enrol = Command::Enrol(enrolment(1));
        for fact in decide(&whole, &complete, enrol, Actor::Time, due).unwrap() {
            contract.apply(&fact);
        }
    }
    let alone_s = i64::from(ladder.offline_step_max_age_s);
    let mut small = Small {
        tick: 0,
        grounds: Grounds::of(&ladder, due, zone, consent && named && bound),
        phone: Phone::new(due, alone_s),
        contract,
        hold_raised: false,
        was_up: false,
        ladder: Arc::new(ladder),
        left,
        attentive: consent && named && bound,
        exchanged: false,
        decided: Stage::CLEAR,
        key: Vec::new(),
    };
    small.look();
    small.keyed()
}

impl Small {
    pub(super) fn now(&self) -> Moment {
        self.grounds.due.plus_seconds(i64::from(self.tick) * TICK_S)
    }

    /// What is decided at this moment.
    pub(super) fn stage(&self) -> Stage {
        self.decided
    }

    fn decide(&self) -> Stage {
        evaluate(&self.contract, &self.ladder, self.now()).stage
    }

    /// Whether the server's word restricts, as it would decide or as it has recorded.
    pub(super) fn is_up(&self) -> bool {
        self.stage().restricts()
    }

    pub(super) fn is_at_rest(&self) -> bool {
        let decision = &self.contract.decision;
        self.stage() == Stage::CLEAR
            && decision.stage == Stage::CLEAR
            && decision.timetable.is_empty()
    }

    /// Whether what was last recorded restricts somebody who has paid.
    pub(super) fn is_late_down(&self) -> bool {
        self.contract.decision.stage.restricts() && self.grounds.is_good(self.now())
    }

    /// Whether everything is paid and certain and the phone is not free.
    pub(super) fn is_release_due(&self) -> bool {
        let certain = self.contract.unconfirmed == 0;
        certain && self.grounds.paid >= 2 * RATE && !self.contract.is_released()
    }

    pub(super) fn is_attentive(&self) -> bool {
        self.attentive
    }

    /// A step above `notice` that was promised to the phone and has no grounds.
    pub(super) fn unjustified(&self) -> Option<Stage> {
        let decision = &self.contract.decision;
        // A hold that froze the ladder keeps the timetable free of steps; one that was opened
        // since the decision was recorded would be news, so the record is as good as a look.
        let planned = decision.timetable.iter().filter(|entry| entry.stage.restricts());
        let mut wrong = planned.filter(|entry| !self.grounds.lets_begin(entry.stage, entry.at));
        wrong.next().map(|entry| entry.stage)
    }

    /// The state after something happened; `None` if it changes nothing or cannot happen.
    pub(super) fn after(&self, act: Act) -> Option<Small> {
        let mut next = self.clone();
        let ordinary = matches!(act, Act::Tick | Act::Exchange | Act::Show | Act::Sweep);
        next.attentive &= ordinary;
        next.act(act)?;
        next.was_up |= next.phone.stage.restricts();
        let next = next.keyed();
        (next.key != self.key).then_some(next)
    }

    fn act(&mut self, act: Act) -> Option<()> {
        let now = self.now();
        match act {
            Act::Tick => self.tick(),
            Act::TickOff => {
                self.left.off = self.left.off.checked_sub(1)?;
                self.tick += 1;
            }
            Act::Sweep => self.look(),
            Act::Exchange => self.exchange(),
            Act::LoseReply => {
                self.left.lost = self.left.lost.checked_sub(1)?;
                self.report();
            }
            Act::Show => return self.phone.show().then_some(()),
            Act::Declare => {
                self.left.declared = self.left.declared.checked_sub(1)?;
                let evidence = "letter".to_owned();
                self.command(Command::DeclareNotice { k: 1, delivered: now, evidence })?;
            }
            Act::Pay { confirmed } => self.pay(confirmed)?,
            Act::Confirm => {
                let (payment, amount) = (self.last_payment()?, RATE);
                if self.contract.unconfirmed == 0 {
                    return None;
                }
                self.command(Command::ConfirmPayment { payment, amount })?;
            }
            Act::Reverse => {
                self.left.reversals = self.left.reversals.checked_sub(1)?;
                let (payment, amount) = (self.last_payment()?, RATE);
                self.command(Command::ReversePayment { payment, amount })?;
                self.grounds.taken(RATE);
            }
            Act::Dispute => self.dispute()?,
            Act::Settle => {
                let held = self.grounds.held.take()?;
                self.command(Command::CloseHold(HoldId::from_bytes([1; 16])))?;
                debug_assert!(held <= now);
            }
            Act::Enrol => self.enrol()?,
        }
        Some(())
    }

    fn tick(&mut self) {
        self.attentive &= self.exchanged;
        self.exchanged = false;
        self.tick += 1;
        self.phone.pass(TICK_S);
    }

    fn pay(&mut self, confirmed: bool) -> Option<()> {
        self.left.payments = self.left.payments.checked_sub(1)?;
        let (payment, now) = (payment(self.left.payments), self.now());
        self.command(Command::PostPayment { payment, amount: RATE, value: now, confirmed })?;
        self.grounds.paid(RATE, now);
        self.phone.unheard = true;
        Some(())
    }

    fn last_payment(&self) -> Option<UnitId> {
        (self.contract.paid > 0).then(|| payment(self.left.payments))
    }

    fn dispute(&mut self) -> Option<()> {
        self.left.holds = self.left.holds.checked_sub(1)?;
        let (now, before) = (self.now(), self.decide());
        let (id, kind) = (HoldId::from_bytes([1; 16]), HoldKind::Dispute);
        let hold = Hold { id, kind, from: now, until: None, cause: "dispute".to_owned() };
        self.command(Command::OpenHold(hold))?;
        self.grounds.held = Some(now);
        self.hold_raised |= self.decide() > before;
        Some(())
    }

    fn enrol(&mut self) -> Option<()> {
        if self.contract.device.is_some() {
            return None;
        }
        self.command(Command::Enrol(enrolment(1)))?;
        self.grounds.complete = self.contract.consent().is_some() && self.ladder.lender.is_named();
        Some(())
    }

    /// The phone tells what it has to tell.
    fn report(&mut self) {
        let now = self.now();
        // Ages are powered time: what happened before the phone was off is taken as later.
        let ago = |at: Moment| now.plus_seconds(at.seconds_since(self.phone.clock));
        if self.contract.device.is_none() || self.phone.released {
            return;
        }
        let mut told = Vec::new();
        if let Some((id, at)) = self.phone.shown {
            let text_hash = "00".to_owned();
            told.push(Command::NoticeShown { id, shown: ago(at), text_hash });
        }
        for (stage, at) in &self.phone.effects {
            let (stage, applied) = (*stage, ago(*at));
            told.push(Command::ReportStage { stage, sequence: 1, applied });
        }
        for command in told {
            let facts = decide(&self.contract, &self.ladder, command, Actor::Time, now);
            self.take(&facts.unwrap_or_default());
        }
        self.look();
    }

    fn exchange(&mut self) {
        if self.contract.device.is_none() {
            return;
        }
        self.report();
        self.phone.effects.clear();
        self.phone.shown = None;
        if self.contract.is_released() {
            self.phone.release();
            return;
        }
        let open = self.contract.notices.iter().find(|notice| notice.delivered.is_empty());
        let lease = Lease {
            stage: self.contract.decision.stage,
            timetable: self.contract.decision.timetable.clone(),
            notice: open.map(|notice| (notice.id, notice.show_from)),
        };
        let unseen = lease.notice.is_some_and(|(_, from)| from <= self.now());
        self.phone.take(lease, self.now());
        self.exchanged = !unseen && self.phone.effects.is_empty();
    }

    fn command(&mut self, command: Command) -> Option<()> {
        let now = self.now();
        let facts = decide(&self.contract, &self.ladder, command, Actor::Time, now).ok()?;
        if facts.is_empty() {
            return None;
        }
        self.take(&facts);
        self.look();
        Some(())
    }

    /// The server looks: carries out what is wanted, and records.
    fn look(&mut self) {
        let now = self.now();
        loop {
            let decision = evaluate(&self.contract, &self.ladder, now);
            let command = match decision.wants.first() {
                None => {
                    self.contract.record(decision.recorded(now));
                    break;
                }
                Some(Want::PrepareNotice { k, show_from, owed }) => Command::PrepareNotice {
                    id: NoticeId::from_bytes([self.tick; 16]),
                    k: *k,
                    show_from: *show_from,
                    owed: *owed,
                    language: "en".to_owned(),
                    templates: Vec::new(),
                    text: "pay".to_owned(),
                },
                Some(Want::Reckon) => Command::Reckon,
                Some(Want::DeemDelivered) => Command::DeemDelivered,
                Some(Want::Remind(reminder)) => Command::Remind(*reminder),
                Some(Want::Compensate) => Command::Compensate,
                Some(Want::Sunset) => Command::Sunset(domain::sunset::Ask::Reach),
                Some(Want::Release) => Command::Release { certificate: vec![1] },
            };
            let facts = decide(&self.contract, &self.ladder, command, Actor::Time, now).unwrap();
            self.take(&facts);
        }
    }

    /// Takes facts in, and notes when a notice reached somebody.
    fn take(&mut self, facts: &[Fact]) {
        for fact in facts {
            self.contract.apply(fact);
            if let What::NoticeDelivered { delivered, .. } = &fact.what {
                let known = self.grounds.delivered.get_or_insert(*delivered);
                *known = (*known).min(*delivered);
            }
        }
    }

    /// What tells this state from others: moments count from the due day, and what can matter no
    /// more is left out.
    fn keyed(mut self) -> Small {
        let zero = self.grounds.due;
        let moment = |at: Moment| at.seconds_since(zero);
        let code = |stage: Stage| (stage.rung as i64) * 100 + i64::from(stage.step);
        let name = |id: NoticeId| i64::from(id.0.as_bytes()[0]);
        let Budget { payments, reversals, holds, declared, lost, off } = self.left;
        let left = [payments, reversals, holds, declared, lost, off].map(i64::from);
        let contract = &self.contract;
        let mut key = vec![i64::from(self.tick), contract.paid, contract.unconfirmed];
        key.extend(left);
        key.extend([self.hold_raised, self.was_up, self.attentive, self.exchanged].map(i64::from));
        key.extend([contract.consent().is_some(), contract.device.is_some()].map(i64::from));
        key.extend([self.ladder.lender.is_named(), contract.is_released()].map(i64::from));
        for notice in &contract.notices {
            key.extend([-2, name(notice.id), moment(notice.show_from), notice.owed]);
            for (channel, at) in &notice.delivered {
                key.extend([*channel as i64, moment(*at)]);
            }
        }
        for (stage, at) in &contract.effects {
            key.extend([-3, code(*stage), moment(*at)]);
        }
        for hold in &contract.holds {
            key.extend([-4, moment(hold.from), hold.until.map_or(-1, moment)]);
        }
        key.extend([-5, code(contract.decision.stage)]);
        for entry in &contract.decision.timetable {
            key.extend([code(entry.stage), moment(entry.at), i64::from(entry.after_s)]);
        }
        key.push(-6);
        self.phone.key(zero, &mut key);
        key.push(-7);
        self.grounds.key(&mut key);
        self.key = key;
        self.decided = self.decide();
        self
    }
}

fn payment(number: u8) -> UnitId {
    UnitId::from_bytes([0x40 + number; 16])
}

//! A contract as its facts left it. `apply` is total and decides nothing.

mod holds;
mod money;

use crate::{
    Day, EnrolmentId, HoldId, Moment, NoticeId, TenantId, UnitId,
    account::{Account, Kept},
    assignment::{Offer, Origin, Passed},
    custody::Freed,
    delivery::Message,
    evaluate::Recorded,
    fact::{Consent, Enrolment, Fact, ReleaseCause, Signed, What, Withheld},
    hold::Hold,
    law::Law,
    outside::Pushed,
    policy::care::Evidence,
    redress::Opening,
    remind::Sent,
    restructure::Amendment,
    settlement::Standing,
    stage::{Channel, Stage},
    sunset::Disputed,
    terms::Terms,
    time_credit::TimeCredit,
};

/// Where a contract is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Signed; payments, notices and rungs run.
    Active,
    /// Everything paid; the rung is clear and cannot rise again.
    Settled {
        /// When the last money was counted.
        at: Moment,
    },
    /// The phone was handed back and waits to be graded; nothing rises.
    Returning {
        /// When it was handed over.
        since: Moment,
    },
    /// The phone was handed back and graded; it can no longer rise.
    Returned,
    /// The debt was written off; nothing rises.
    WrittenOff {
        /// Whether the phone goes free with it.
        release: bool,
    },
    /// Passed on to another lender, where it goes on.
    Assigned {
        /// When.
        at: Moment,
        /// Where it goes on.
        passed: Passed,
    },
    /// The device is free for ever.
    Released {
        /// When.
        at: Moment,
        /// Why.
        cause: ReleaseCause,
        /// The signed certificate.
        certificate: Vec<u8>,
        /// The device confirmed that it removed itself.
        removed: bool,
    },
}

impl State {
    /// The name in files and lists.
    pub fn name(&self) -> &'static str {
        match self {
            State::Active => "active",
            State::Settled { .. } => "settled",
            State::Returning { .. } => "returning",
            State::Returned => "returned",
            State::WrittenOff { .. } => "written_off",
            State::Assigned { .. } => "assigned",
            State::Released { removed: false, .. } => "released",
            State::Released { removed: true, .. } => "archived",
        }
    }
}

/// A formal notice of the current arrears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// 1 = first of the ladder.
    pub k: u8,
    /// Not shown before.
    pub show_from: Moment,
    /// What it says is past due.
    pub owed: i64,
    /// BCP 47 tag.
    pub language: String,
    /// The frozen text.
    pub text: String,
    /// Channels by which it reached a person, first delivery each.
    pub delivered: Vec<(Channel, Moment)>,
    /// What became of the messages that carry it, the first word of each state.
    pub messages: Vec<Message>,
}

/// The device's word that it heard its server again and may open: after so many powered seconds.
pub const HEARD_AGAIN: &str = "heard_again";
/// Unlocks that are remembered: as many as a budget can allow.
pub const UNLOCKS_MAX: usize = 20;

/// Once that the phone was opened for announced money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlock {
    /// When.
    pub at: Moment,
    /// The hold that kept it open.
    pub hold: HoldId,
    /// Keyed hash of the transaction number.
    pub transaction: String,
}

/// The contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Its unit.
    pub unit: UnitId,
    /// Whose it is.
    pub tenant: TenantId,
    /// When it was signed.
    pub signed_at: Moment,
    /// What was signed.
    pub signed: Signed,
    /// Where it is in its life.
    pub state: State,
    /// The last dispute of its sunset.
    pub disputed: Option<Box<Disputed>>,
    /// To whom it is offered.
    pub offered: Option<Offer>,
    /// Where it came from, if it was taken over.
    pub origin: Option<Box<Origin>>,
    /// The last restructure.
    pub amended: Option<Box<Amendment>>,
    /// Payoff quotes that stand, in the order they were given.
    pub quotes: Vec<Standing>,
    /// Keyed hashes of the IMEIs of the phone it finances, primary first.
    pub imeis: Vec<String>,
    /// What its borrower agreed to, if that is on record.
    pub consent: Option<Consent>,
    /// The bound device.
    pub device: Option<Enrolment>,
    /// Enrolments that were freed while the contract went on, the oldest first.
    pub freed: Vec<Freed>,
    /// Money counted so far, in minor units.
    pub paid: i64,
    /// Of that, money its rail could still take back.
    pub unconfirmed: i64,
    /// Of that, money the lender gave.
    pub given: i64,
    /// What was credited for restrictions that were wrong or stood too long. It pays no debt: it is
    /// the borrower's, to be paid out.
    pub compensated: i64,
    /// Of that, what was paid out.
    pub compensation_paid: i64,
    /// Credit paid out.
    pub refunded: i64,
    /// What all this pays.
    pub account: Account,
    /// The time that money has bought, where it buys any.
    pub credit: Option<TimeCredit>,
    /// Where the account stands, by the last word of the lender's own system.
    pub outside: Option<Pushed>,
    /// What the phone counted for when it was handed back, in minor units.
    pub goods: i64,
    /// What was given up of the debt that the phone did not cover, in minor units.
    pub forgiven: i64,
    /// What was open when the debt was written off, if it was, in minor units.
    pub written_off: Option<i64>,
    /// Formal notices of the current arrears, by rising k.
    pub notices: Vec<Notice>,
    /// The notice that was due and could not be given, and why.
    pub withheld: Option<(u8, Withheld)>,
    /// Since when stages have been in effect on the device, by its own reports.
    pub effects: Vec<(Stage, Moment)>,
    /// What the device last reported: stage, lease, moment.
    pub applied: Option<(Stage, u64, Moment)>,
    /// Reminders of the last local day that had any.
    pub reminded: Vec<Sent>,
    /// Steps of the current arrears that a named person approved, and when.
    pub approvals: Vec<(Stage, Moment)>,
    /// Signs of tampering that nobody dismissed, each with its last moment.
    pub evidence: Vec<(Evidence, Moment)>,
    /// The device's events up to this number are recorded.
    pub events_through: u64,
    /// Emergency passes used in the current arrears.
    pub passes_used: u8,
    /// The holder opened a dispute himself in the current arrears.
    pub objected: bool,
    /// Open holds, and others until the next fact about a hold.
    pub holds: Vec<Hold>,
    /// When it was opened for announced money, the latest [`UNLOCKS_MAX`].
    pub unlocks: Vec<Unlock>,
    /// The last time the phone was to come down from a restriction.
    pub opening: Option<Opening>,
    /// Later versions of its packs, in the order in which they became known.
    pub laws: Vec<Law>,
    /// The label of the borrower's area, if the lender gave one; never a location.
    pub area: Option<String>,
    /// Feeds its last money came through, the latest last.
    pub pays_through: Vec<String>,
    /// When a decision last took more away than the one before.
    pub raised_at: Option<Moment>,
    /// The decision last recorded.
    pub decision: Recorded,
    /// Content hash of the lease last made for its device: what the version in force says.
    pub lease: Option<[u8; 32]>,
}

impl Contract {
    /// The contract a signing makes.
    pub fn sign(unit: UnitId, tenant: TenantId, at: Moment, signed: Signed) -> Contract {
        let day = signed.terms.zone().day(at);
        let account = Account::open(&signed.terms.claims(), signed.late_fee, day)
            .by_rule(signed.terms.agreed().allocation);
        let rate = signed.terms.time_rate();
        let credit = rate.map(|(rate, free_days)| TimeCredit::open(rate, at, free_days));
        Contract {
            unit,
            tenant,
            signed_at: at,
            imeis: signed.imeis.clone(),
            consent: signed.consent.clone(),
            signed,
            account,
            state: State::Active,
            disputed: None,
            offered: None,
            origin: None,
            amended: None,
            quotes: Vec::new(),
            device: None,
            freed: Vec::new(),
            paid: 0,
            unconfirmed: 0,
            given: 0,
            compensated: 0,
            compensation_paid: 0,
            refunded: 0,
            credit,
            outside: None,
            goods: 0,
            forgiven: 0,
            written_off: None,
            notices: Vec::new(),
            withheld: None,
            effects: Vec::new(),
            applied: None,
            reminded: Vec::new(),
            approvals: Vec::new(),
            evidence: Vec::new(),
            events_through: 0,
            passes_used: 0,
            objected: false,
            holds: Vec::new(),
            unlocks: Vec::new(),
            opening: None,
            laws: Vec::new(),
            area: None,
            pays_through: Vec::new(),
            raised_at: None,
            decision: Recorded::default(),
            lease: None,
        }
    }

    /// Puts the terms back to an account as it was read.
    pub fn reopen(&mut self) {
        let Account { folded, base, moves, recorded, reckoned, quiet, stopped, .. } =
            self.account.clone();
        let kept = Kept { folded, base, moves, recorded, reckoned, quiet, stopped };
        let terms = &self.signed.terms;
        self.account = Account::kept(kept, &terms.claims(), self.signed.late_fee)
            .by_rule(terms.agreed().allocation);
        let rate = self.signed.terms.time_rate().map(|(rate, _)| rate);
        self.credit = self.credit.take().zip(rate).map(|(credit, rate)| credit.at_rate(rate));
    }

    /// Money and calendar in force.
    pub fn terms(&self) -> &Terms {
        self.amended.as_ref().map_or(&self.signed.terms, |amended| &amended.terms)
    }

    /// The consent on record.
    pub fn consent(&self) -> Option<&Consent> {
        self.consent.as_ref()
    }

    /// The key generation of the device bound last; 0 = none yet.
    pub fn key_gen(&self) -> u32 {
        let freed = self.freed.last().map(|freed| &freed.enrolment);
        self.device.as_ref().or(freed).map_or(0, |device| device.key_gen)
    }

    /// Whether this enrolment is the one in force.
    pub fn is_bound_to(&self, enrolment: EnrolmentId) -> bool {
        self.device.as_ref().is_some_and(|device| device.id == enrolment)
    }

    /// Whether the contract can still rise above clear.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    /// Whether paying everything would settle it.
    pub fn can_settle(&self) -> bool {
        matches!(self.state, State::Active | State::WrittenOff { release: false })
    }

    /// Whether the device is free.
    pub fn is_released(&self) -> bool {
        matches!(self.state, State::Released { .. })
    }

    /// The notice of this id.
    pub fn notice(&self, id: NoticeId) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.id == id)
    }

    /// When a stage took effect on the device: when it was first reported, or else the next one
    /// above it. A device comes up on the stage its lease justifies and reports none that lie
    /// below. What was reported of the stage itself is never moved by a claim about a higher one.
    pub fn effect(&self, stage: Stage) -> Option<Moment> {
        self.effects.iter().find(|(known, _)| *known >= stage).map(|(_, at)| *at)
    }

    /// Whether a hold binds at a moment: while it is open, and a ceiling also for as long as a
    /// freezing hold lasts that began under it, since nothing rises then.
    pub fn binds(&self, hold: &Hold, at: Moment) -> bool {
        let keeps = |freeze: &Hold| {
            freeze.kind.ceiling().is_none() && freeze.is_open(at) && hold.is_open(freeze.from)
        };
        hold.is_open(at) || (hold.kind.ceiling().is_some() && self.holds.iter().any(keeps))
    }

    /// Takes a fact in. Facts are true: nothing is refused here.
    pub fn apply(&mut self, fact: &Fact) {
        match &fact.what {
            What::ConsentRecorded(consent) => self.consent = Some(consent.clone()),
            What::Enrolled(device) => self.enrolled(device),
            What::PaymentPosted { .. }
            | What::PaymentConfirmed { .. }
            | What::PaymentReversed { .. }
            | What::GoodwillCredited { .. }
            | What::ChargedBack { .. }
            | What::ChargebackWon { .. }
            | What::FeeCharged { .. }
            | What::FeesWaived { .. }
            | What::CreditRefunded { .. } => self.apply_money(fact),
            What::Restructured(amended) => {
                let on = self.day(fact.at);
                self.account.restructure(amended.terms.rows(), on);
                self.amended = Some(amended.clone());
                self.quotes.clear();
            }
            What::PayoffQuoted(quoted) => self.quoted(*quoted),
            What::PaidOff { .. } => self.apply_money(fact),
            What::Reckoned { through } => self.account.reckon(*through),
            What::NoticePrepared { .. } => self.prepared(&fact.what),
            What::NoticeWithheld { k, cause } => self.withheld = Some((*k, *cause)),
            What::NoticeDelivered { id, channel, delivered, .. } => {
                self.delivered(*id, *channel, *delivered);
            }
            What::NoticeDelivery(delivery) => self.apply_delivery(delivery),
            What::Reminded(reminder) => self.apply_reminded(*reminder, fact.at),
            What::NoticesLapsed => {
                self.lapse_into_opening(fact.at);
                self.notices.clear();
                self.withheld = None;
                self.effects.retain(|(stage, _)| !stage.restricts());
                self.approvals.clear();
                self.passes_used = 0;
                self.objected = false;
            }
            What::StageApplied { stage, sequence, applied } => {
                self.stage_applied(*stage, *sequence, *applied);
            }
            What::PassUsed { .. } => self.passes_used = self.passes_used.saturating_add(1),
            What::DeviceReported { what, happened, detail } => {
                self.device_reported(what, *happened, *detail);
            }
            What::Signed(_) => {}
            What::EventsThrough(number) => self.events_through = self.events_through.max(*number),
            What::HoldOpened(hold) => self.hold_asked(hold, fact),
            What::HoldClosed(id) => self.hold_closed(*id, fact.at),
            What::ProvisionalOpened { hold, transaction, until } => {
                self.provisional(*hold, transaction, *until, fact.at);
            }
            What::StandingPushed(pushed) => self.outside = Some(pushed.clone()),
            What::Settled => self.state = State::Settled { at: fact.at },
            What::Released { cause, certificate } => {
                let certificate = certificate.clone();
                let removed = self.device.is_none();
                self.state = State::Released { at: fact.at, cause: *cause, certificate, removed };
            }
            What::RemovalConfirmed => self.removal_confirmed(fact.at),
            What::Ending(ending) => self.apply_ending(fact, ending),
            What::Custody(custody) => self.apply_custody(fact, custody),
            What::Assignment(assignment) => self.apply_assignment(fact, assignment),
            What::Redress(redress) => self.apply_redress(redress, fact.at),
            What::Law(change) => self.apply_law(change),
            What::Safety(safety) => self.apply_safety(fact, safety),
            What::SunsetDisputed(disputed) => self.disputed = Some(disputed.clone()),
        }
    }

    fn removal_confirmed(&mut self, at: Moment) {
        if let State::Released { removed, .. } = &mut self.state {
            *removed = true;
        }
        self.opening_reported(Stage::CLEAR, at);
    }

    /// The local day of a moment.
    pub fn day(&self, at: Moment) -> Day {
        self.terms().zone().day(at)
    }

    /// Records the decision in force. One that says the same as before keeps its moment, so that
    /// only decisions that changed leave a trace.
    pub fn record(&mut self, decision: Recorded) {
        if !self.decision.says_the_same(&decision) {
            self.follow_opening(&decision);
            if decision.stage.restricts() && decision.stage > self.decision.stage {
                self.raised_at = Some(decision.at);
            }
            self.decision = decision;
        }
    }

    /// A new key generation starts its own event numbers and knows of no stage.
    fn enrolled(&mut self, device: &Enrolment) {
        self.device = Some(device.clone());
        self.forget_device();
    }

    pub(crate) fn forget_device(&mut self) {
        self.events_through = 0;
        self.applied = None;
        self.effects.clear();
    }

    /// The notice of the same number makes room: its text no longer says what is owed.
    fn prepared(&mut self, what: &What) {
        let What::NoticePrepared { id, k, show_from, owed, language, text, .. } = what else {
            return;
        };
        self.withheld = None;
        self.notices.retain(|notice| notice.k != *k);
        self.notices.push(Notice {
            id: *id,
            k: *k,
            show_from: *show_from,
            owed: *owed,
            language: language.clone(),
            text: text.clone(),
            delivered: Vec::new(),
            messages: Vec::new(),
        });
        self.notices.sort_by_key(|notice| notice.k);
    }

    fn delivered(&mut self, id: NoticeId, channel: Channel, delivered: Moment) {
        let Some(notice) = self.notices.iter_mut().find(|notice| notice.id == id) else {
            return;
        };
        if !notice.delivered.iter().any(|(known, _)| *known == channel) {
            notice.delivered.push((channel, delivered));
        }
    }

    /// A device that stands on a stage has left those above it: their clocks start again. One that
    /// stands lower for announced money alone goes back to where it was.
    fn stage_applied(&mut self, stage: Stage, sequence: u64, applied: Moment) {
        self.applied = Some((stage, sequence, applied));
        self.opening_reported(stage, applied);
        let awaits = |hold: &Hold| hold.is_open(applied) && self.is_unlock(hold);
        let eased = self.eased_until().is_some_and(|until| applied < until);
        if !eased && !self.holds.iter().any(awaits) {
            self.effects.retain(|(known, _)| *known <= stage);
        }
        if self.effect(stage).is_none() {
            self.effects.push((stage, applied));
            self.effects.sort_unstable();
        }
    }
}

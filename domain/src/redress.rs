//! Redress: how long a phone took to open, and what a late or wrongful restriction costs the
//! lender.
//!
//! **Invariant:** nothing here raises a stage, or keeps one from falling.

use crate::{
    HoldId, Moment, UnitId,
    account::MoveKind,
    contract::{Contract, State},
    evaluate::Recorded,
    ladder::Ladder,
    stage::Stage,
    standing::Position,
    tamper,
};

/// Longest time that is paid for, so that sums of it fit.
const HOURS_MAX: i64 = 24 * 366;

/// A phone that is to open: from what ends the restriction to the phone's own word that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// When what ends the restriction was recorded.
    pub since: Moment,
    /// The stage to come down to, or below.
    pub to: Stage,
    /// Since when the phone has been restricted, by its own word; `None` = it never said so.
    pub stood: Option<Moment>,
    /// Powered seconds for which the phone had heard nothing when it learnt of it.
    pub silent_s: Option<u64>,
    /// When the phone came down.
    pub opened: Option<Moment>,
    /// From when the restriction was wrongful, if it was.
    pub wrongful: Option<Moment>,
    /// What was credited for it, in minor units.
    pub compensated: i64,
}

/// What happened about a restriction that was wrong or stood too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redress {
    /// A restriction stood that would not have stood had everything paid by then been known.
    WrongfulFound {
        /// When it took effect on the phone.
        since: Moment,
        /// The payment that had been made before it, and was recorded after it.
        payment: UnitId,
    },
    /// What the law pack asks for a late or wrongful restriction was credited to the borrower.
    Compensated {
        /// Minor units, above zero.
        amount: i64,
        /// How long it stood too long, in seconds.
        seconds: i64,
        /// Whether it was wrongful from its beginning.
        wrongful: bool,
    },
    /// Of what was credited, this was paid out to the borrower.
    PaidOut {
        /// Minor units, above zero.
        amount: i64,
        /// How, for whoever asks the bank.
        reason: String,
    },
}

/// What is to be credited for an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Minor units, above zero.
    pub amount: i64,
    /// How long the restriction stood too long, in seconds.
    pub seconds: i64,
    /// Whether it was wrongful from its beginning.
    pub wrongful: bool,
}

impl Opening {
    /// How long the phone stood restricted after what ended it: no longer than it was powered
    /// without a word of the server. `None` = it is not open yet.
    pub fn waited_ms(&self) -> Option<u64> {
        let begin = self.stood.map_or(self.since, |stood| stood.max(self.since));
        let real = self.opened?.micros().saturating_sub(begin.micros()) / 1_000;
        let real = u64::try_from(real).unwrap_or(0);
        let silent = self.silent_s.map(|silent_s| silent_s.saturating_mul(1_000));
        Some(silent.map_or(real, |silent| real.min(silent)))
    }

    /// How much longer than the law pack allows.
    pub fn late_s(&self, ladder: &Ladder) -> Option<i64> {
        let allowed_s = i64::from(ladder.unlock.device_minutes) * 60;
        let waited_s = i64::try_from(self.waited_ms()? / 1_000).unwrap_or(i64::MAX);
        Some((waited_s - allowed_s).max(0))
    }

    /// For how long the restriction was wrong: all of it, or what was late of it.
    fn wrong_s(&self, ladder: &Ladder) -> Option<i64> {
        match self.wrongful {
            Some(since) => self.opened.map(|opened| opened.seconds_since(since).max(0)),
            None => self.late_s(ladder),
        }
    }
}

/// What is still to be credited for the last opening: the pack's rate for each hour begun. Where
/// the account is kept elsewhere, or the pack's rate is in another currency, nothing is booked.
pub fn due(contract: &Contract, ladder: &Ladder) -> Option<Due> {
    let may = !matches!(contract.state, State::Assigned { .. }) && !contract.terms().is_outside();
    let opening = contract.opening.as_ref().filter(|_| may)?;
    let per_hour = *ladder.unlock.compensation.get(&contract.terms().currency())?;
    let seconds = opening.wrong_s(ladder).filter(|seconds| *seconds > 0)?;
    let hours = seconds.saturating_add(3_599) / 3_600;
    let whole = per_hour.checked_mul(hours.min(HOURS_MAX))?;
    let amount = whole - opening.compensated;
    (amount > 0).then_some(Due { amount, seconds, wrongful: opening.wrongful.is_some() })
}

/// Whether a payment that is recorded now, and had been made before, shows that the restriction in
/// force, or the last one, should never have begun: then since when it was in effect. The account
/// as that day began, with all that had been paid by then, is read twice: without the payment its
/// dates allow a restriction, with it they do not.
pub fn wrongful(
    contract: &Contract,
    ladder: &Ladder,
    amount: i64,
    value: Moment,
) -> Option<Moment> {
    let last = contract.opening.as_ref();
    if last.is_some_and(|opening| opening.wrongful.is_some()) {
        return None;
    }
    let stood = last.and_then(|opening| opening.stood);
    let effect = contract.restricted_since().or(stood).filter(|effect| value < *effect)?;
    let day = contract.day(effect);
    let restricts = |known: &Contract| {
        let position = Position::stands(known, ladder);
        tamper::dates_stage(known, ladder, &position, day).restricts()
    };
    let mut known = contract.clone();
    known.account.forget_from(day);
    let without = restricts(&known);
    known.moves(MoveKind::In { amount }, value, effect);
    known.buys(amount, value, effect);
    (without && !restricts(&known)).then_some(effect)
}

/// The hold that keeps a phone open until somebody has looked into a wrongful restriction.
pub fn incident_hold(payment: UnitId) -> HoldId {
    HoldId(payment.0)
}

impl Contract {
    /// What the lender still owes the borrower for restrictions, in minor units.
    pub fn compensation_open(&self) -> i64 {
        self.compensated.saturating_sub(self.compensation_paid)
    }

    /// What can be paid out to the borrower: his money left over, and his compensation.
    pub fn credit_open(&self) -> i64 {
        self.account.now().credit.max(0).saturating_add(self.compensation_open())
    }

    /// Since when the phone has been restricted, by its own word.
    pub fn restricted_since(&self) -> Option<Moment> {
        self.effects.iter().find(|(stage, _)| stage.restricts()).map(|(_, at)| *at)
    }

    /// A decision that comes down from a restriction begins an opening; one that goes back up ends
    /// it unmeasured.
    pub(crate) fn follow_opening(&mut self, after: &Recorded) {
        let before = self.decision.stage;
        let falls = before.restricts() && after.stage < before;
        let last = self.opening.as_mut();
        match last.filter(|opening| opening.opened.is_none_or(|opened| opened >= after.at)) {
            Some(opening) if falls => opening.to = opening.to.min(after.stage),
            None if falls => self.opening = Some(self.opening_to(after.stage, after.at)),
            Some(opening) if opening.opened.is_some() || after.stage <= opening.to => {}
            Some(_) if after.stage.restricts() => self.opening = None,
            // A message that comes meanwhile takes nothing away.
            Some(opening) => opening.to = after.stage,
            None => {}
        }
    }

    /// Without notices nothing above `notice` stands. What the phone reported is about to be
    /// forgotten, so since when it was restricted is kept here.
    pub(crate) fn lapse_into_opening(&mut self, at: Moment) {
        let is_pending = self.opening.as_ref().is_some_and(|opening| opening.opened.is_none());
        let restricted = self.applied.is_some_and(|(stage, ..)| stage.restricts());
        if restricted && !is_pending {
            self.opening = Some(self.opening_to(Stage::NOTICE, at));
        }
    }

    fn opening_to(&self, to: Stage, since: Moment) -> Opening {
        let stood = self.applied.filter(|(stage, ..)| stage.restricts() && *stage > to);
        Opening {
            since,
            to,
            stood: stood.map(|(.., applied)| self.restricted_since().unwrap_or(applied)),
            silent_s: None,
            opened: None,
            wrongful: None,
            compensated: 0,
        }
    }

    /// What the phone reports of a stage, while it is to open.
    pub(crate) fn opening_reported(&mut self, stage: Stage, applied: Moment) {
        let Some(opening) = self.opening.as_mut().filter(|opening| opening.opened.is_none()) else {
            return;
        };
        if stage > opening.to {
            opening.stood = opening.stood.or(stage.restricts().then_some(applied));
        } else if opening.stood.is_some() {
            opening.opened = Some(applied);
        } else {
            // It was never restricted: there was nothing to open.
            self.opening = None;
        }
    }

    /// For how long the phone had heard nothing when it learnt that it may open.
    pub(crate) fn opening_heard(&mut self, silent_s: u64) {
        if let Some(opening) = self.opening.as_mut().filter(|opening| opening.opened.is_none()) {
            opening.silent_s = Some(silent_s);
        }
    }

    pub(crate) fn apply_redress(&mut self, redress: &Redress, at: Moment) {
        match redress {
            Redress::WrongfulFound { since, .. } => {
                let mut opening = self.opening.take().unwrap_or_else(|| {
                    let to = Stage::NOTICE;
                    Opening { stood: Some(*since), ..self.opening_to(to, at) }
                });
                opening.wrongful = Some(*since);
                self.opening = Some(opening);
            }
            Redress::PaidOut { amount, .. } => {
                self.compensation_paid = self.compensation_paid.saturating_add(*amount);
            }
            Redress::Compensated { amount, .. } => {
                self.compensated = self.compensated.saturating_add(*amount);
                if let Some(opening) = &mut self.opening {
                    opening.compensated = opening.compensated.saturating_add(*amount);
                }
            }
        }
    }
}

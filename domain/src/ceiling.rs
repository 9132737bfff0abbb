//! The highest stage that anything but dates and notices allows: what is missing, holds, and how
//! fresh the data is.

use crate::{
    Moment, contract::Contract, evaluate::Reason, ladder::Ladder, levels::out_of_blackout,
    stage::Stage, terms::Servicing,
};

/// The highest stage that anything but dates and notices allows at a moment.
pub(crate) struct Ceiling {
    pub(crate) highest: Stage,
    /// Steps above `notice` that had not begun by then do not begin.
    pub(crate) frozen_from: Option<Moment>,
    /// Nothing at all begins from then on: what is known of the account is too old.
    pub(crate) fresh_until: Option<Moment>,
    /// The highest stage once no money is awaited any more, and from when.
    pub(crate) returns: Option<(Stage, Moment)>,
    pub(crate) reasons: Vec<Reason>,
}

impl Ceiling {
    pub(crate) fn of(contract: &Contract, ladder: &Ladder, now: Moment) -> Ceiling {
        let mut ceiling = Ceiling {
            highest: Stage::LOCK,
            frozen_from: None,
            fresh_until: contract.fresh_until(ladder),
            returns: None,
            reasons: Vec::new(),
        };
        let mut awaited = None;
        let missing = [
            (contract.consent().is_none(), Reason::NoConsent),
            (contract.device.is_none(), Reason::NotEnrolled),
            (!ladder.lender.is_named(), Reason::LenderNotNamed),
        ];
        for (absent, reason) in missing {
            if absent {
                ceiling.highest = ceiling.highest.min(Stage::NOTICE);
                ceiling.reasons.push(reason);
            }
        }
        if let Some(since) = contract.unfollowed_since() {
            ceiling.frozen_from = Some(since);
            ceiling.reasons.push(Reason::LenderChanged);
        }
        for hold in contract.holds.iter().filter(|hold| contract.binds(hold, now)) {
            match hold.kind.ceiling() {
                Some(_) if contract.is_unlock(hold) => awaited = awaited.max(hold.until),
                Some(stage) => ceiling.highest = ceiling.highest.min(stage),
                None => {
                    let from = ceiling.frozen_from.map_or(hold.from, |known| known.min(hold.from));
                    ceiling.frozen_from = Some(from);
                }
            }
            ceiling.reasons.push(Reason::Held(hold.kind));
        }
        let eased = contract.eased_until();
        let eased = eased.map(|until| out_of_blackout(contract, ladder, until)).filter(|until| {
            // Nothing rises while a freezing hold lasts, not even when this ends.
            now < *until || ceiling.frozen_from.is_some_and(|from| from < *until)
        });
        ceiling.reasons.extend(eased.map(Reason::PartlyPaid));
        awaited = awaited.max(eased);
        ceiling.returns = awaited.map(|until| (ceiling.highest, until));
        if awaited.is_some() {
            ceiling.highest = ceiling.highest.min(Stage::NOTICE);
        }
        ceiling
    }

    /// Whether a level that begins then is kept from beginning.
    pub(crate) fn keeps_back(&self, start: Moment, stage: Stage) -> bool {
        self.freezes(start, stage) || self.is_stale(start)
    }

    /// Whether a freezing hold keeps a level from beginning. Messages are not frozen.
    pub(crate) fn freezes(&self, start: Moment, stage: Stage) -> bool {
        stage.restricts() && self.frozen_from.is_some_and(|from| start > from)
    }

    /// Whether what is known of the account is too old at a moment.
    pub(crate) fn is_stale(&self, at: Moment) -> bool {
        self.fresh_until.is_some_and(|until| until <= at)
    }
}

impl Contract {
    /// When the days that were paid for ran out, or will.
    pub fn dark_since(&self) -> Option<Moment> {
        let sold_by_days = matches!(self.terms().servicing(), Servicing::Payg(_));
        self.credit.as_ref().filter(|_| sold_by_days).map(|credit| credit.now().until)
    }

    /// Until when a part payment keeps the phone at `notice`.
    pub fn eased_until(&self) -> Option<Moment> {
        self.signed.terms.partial_unlock()?;
        self.credit
            .as_ref()
            .map(|credit| credit.now().until)
            .filter(|until| *until > self.signed_at)
    }

    /// From when on nothing begins on what is known of an account that is kept elsewhere; without
    /// a first word its age counts from the signing.
    pub fn fresh_until(&self, ladder: &Ladder) -> Option<Moment> {
        if !self.terms().is_outside() {
            return None;
        }
        let max_age_s = i64::from(ladder.standing_max_age_s);
        let as_of = self.outside.as_ref().map_or(self.signed_at, |pushed| pushed.as_of);
        Some(as_of.plus_seconds(max_age_s))
    }
}

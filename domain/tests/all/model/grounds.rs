//! What a restriction needs, kept by hand beside the contract: a second opinion.

use domain::{Ladder, Moment, Stage, Zone};

use crate::scene::{DAY_S, RATE};

/// The grounds as the world's actors know them.
#[derive(Clone, Debug)]
pub(super) struct Grounds {
    /// Consent, device and a named lender are there.
    pub complete: bool,
    /// Midnight of the first due day, and the zone.
    pub due: Moment,
    pub zone: Zone,
    /// Counted and not taken back.
    pub paid: i64,
    /// When the formal notice of these arrears reached a person.
    pub delivered: Option<Moment>,
    /// Since when a hold keeps things from rising.
    pub held: Option<Moment>,
    /// Money was taken back.
    pub taken_back: bool,
    /// Days past due asked for by `restrict/1` and by the lock.
    pub needed: [i64; 2],
    /// Whole days of the notice.
    pub cure_days: i64,
}

impl Grounds {
    pub(super) fn of(ladder: &Ladder, due: Moment, zone: Zone, complete: bool) -> Grounds {
        let needed = [0, 1].map(|step| i64::from(ladder.steps[step].when.days_past_due));
        let cure_days = i64::from(ladder.notices[0].cure_days);
        let (paid, delivered, held, taken_back) = (0, None, None, false);
        Grounds { complete, due, zone, paid, delivered, held, taken_back, needed, cure_days }
    }

    /// Local days since the due day.
    fn days(&self, at: Moment) -> i64 {
        i64::from(self.zone.day(at).days_since(self.zone.day(self.due)))
    }

    /// Whether nothing is past due: the second instalment lies beyond this world.
    pub(super) fn is_good(&self, at: Moment) -> bool {
        self.days(at) <= 0 || self.paid * 100 >= RATE * 98
    }

    /// Whether a stage above `notice` may hold at a moment if nothing more happens.
    pub(super) fn justify(&self, stage: Stage, at: Moment) -> bool {
        let needed = if stage == Stage::LOCK { self.needed[1] } else { self.needed[0] };
        let run = self.delivered.is_some_and(|delivered| {
            i64::from(self.zone.day(at).days_since(self.zone.day(delivered))) > self.cure_days
        });
        self.complete && !self.is_good(at) && self.days(at) >= needed && run
    }

    /// Whether a step may begin then: no hold, and by daylight.
    pub(super) fn lets_begin(&self, stage: Stage, at: Moment) -> bool {
        let second = at.seconds_since(self.due).rem_euclid(DAY_S);
        let by_day = (9 * 3600..18 * 3600).contains(&second);
        by_day && self.held.is_none() && self.justify(stage, at)
    }

    /// Money came: notices of arrears that are paid carry nothing any more.
    pub(super) fn paid(&mut self, amount: i64, at: Moment) {
        self.paid += amount;
        if self.is_good(at) {
            self.delivered = None;
        }
    }

    /// Money was taken back: so are the notices.
    pub(super) fn taken(&mut self, amount: i64) {
        self.paid -= amount;
        self.delivered = None;
        self.taken_back = true;
    }

    pub(super) fn key(&self, key: &mut Vec<i64>) {
        let moment = |at: Option<Moment>| at.map_or(-1, |at| at.seconds_since(self.due));
        key.extend([i64::from(self.complete), self.paid, i64::from(self.taken_back)]);
        key.extend([moment(self.delivered), i64::from(self.held.is_some())]);
    }
}

//! Hours and days: when a new step may not start, and when a borrower may be spoken to.

use std::collections::BTreeSet;

use crate::{Day, Moment, Zone, stage::named};

/// Most tries to find a moment outside all spans; a year of closed days is passed well within.
const PASSES_MAX: u32 = 2_000;

named!(
    /// A day of the week.
    Weekday {
        /// Monday.
        Monday "mon",
        /// Tuesday.
        Tuesday "tue",
        /// Wednesday.
        Wednesday "wed",
        /// Thursday.
        Thursday "thu",
        /// Friday.
        Friday "fri",
        /// Saturday.
        Saturday "sat",
        /// Sunday.
        Sunday "sun",
    }
);

impl Weekday {
    /// The weekday of a day.
    pub fn of(day: Day) -> Weekday {
        Weekday::ALL[usize::from(day.weekday().clamp(1, 7)) - 1]
    }
}

/// A daily span of local time, in seconds of the day; it may cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First second of the span.
    pub from: u32,
    /// First second after the span.
    pub until: u32,
}

impl Span {
    /// Whether a second of the day lies in the span.
    pub fn contains(&self, second: u32) -> bool {
        match self.from > self.until {
            false => (self.from..self.until).contains(&second),
            true => second >= self.from || second < self.until,
        }
    }
}

/// Local time in which no new step above `notice` starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blackout {
    /// So every day.
    pub hours: Option<Span>,
    /// Whole days of each week.
    pub weekdays: BTreeSet<Weekday>,
    /// Whole days.
    pub holidays: BTreeSet<Day>,
}

impl Blackout {
    /// A blackout of daily hours, in seconds of the day.
    pub fn daily(from: u32, until: u32) -> Blackout {
        Blackout { hours: Some(Span { from, until }), ..Blackout::default() }
    }

    fn closes(&self, day: Day) -> bool {
        self.weekdays.contains(&Weekday::of(day)) || self.holidays.contains(&day)
    }

    /// The end of the blackout that covers a moment, if one does.
    fn end(&self, zone: &Zone, moment: Moment) -> Option<Moment> {
        let (today, second) = zone.wall(moment);
        if self.closes(today) {
            return today.plus_days(1).map(|next| zone.midnight(next));
        }
        let hours = self.hours.filter(|hours| hours.contains(second))?;
        let crosses = hours.from > hours.until && second >= hours.from;
        let day = if crosses { today.plus_days(1)? } else { today };
        Some(zone.at(day, hours.until))
    }
}

/// The first moment from `start` on that lies in none of these blackouts.
pub fn out_of(blackouts: &[Blackout], zone: &Zone, start: Moment) -> Moment {
    let mut start = start;
    for _ in 0..PASSES_MAX {
        let ends = blackouts.iter().filter_map(|blackout| blackout.end(zone, start)).max();
        match ends {
            Some(end) if end > start => start = end,
            _ => break,
        }
    }
    start
}

/// Whether these blackouts leave any hour of an ordinary week.
pub fn leave_an_hour(blackouts: &[Blackout]) -> bool {
    let open = |day: &Weekday| blackouts.iter().all(|blackout| !blackout.weekdays.contains(day));
    let spans = || blackouts.iter().filter_map(|blackout| blackout.hours);
    let free = |second: u32| spans().all(|span| !span.contains(second));
    let hour = free(0) || spans().any(|span| free(span.until));
    hour && Weekday::ALL.iter().any(open)
}

/// When messages may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactWindow {
    /// Within these local hours; never across midnight.
    pub hours: Span,
    /// On these days of the week.
    pub weekdays: BTreeSet<Weekday>,
    /// Not on these days.
    pub holidays: BTreeSet<Day>,
}

impl Default for ContactWindow {
    /// Monday to Saturday, eight to eight.
    fn default() -> ContactWindow {
        let weekdays = Weekday::ALL.iter().copied().filter(|day| *day != Weekday::Sunday);
        ContactWindow {
            hours: Span { from: 8 * 3600, until: 20 * 3600 },
            weekdays: weekdays.collect(),
            holidays: BTreeSet::new(),
        }
    }
}

impl ContactWindow {
    /// The first moment from `start` on within the window; the same moment if it lies in it.
    fn opens(&self, zone: &Zone, start: Moment) -> Option<Moment> {
        let (today, second) = zone.wall(start);
        let open = self.weekdays.contains(&Weekday::of(today)) && !self.holidays.contains(&today);
        if open && self.hours.contains(second) {
            return Some(start);
        }
        if open && second < self.hours.from {
            return Some(zone.at(today, self.hours.from));
        }
        today.plus_days(1).map(|next| zone.midnight(next))
    }
}

/// The first moment from `start` on at which every window allows a message and it is not quiet;
/// `None` = there is no such moment within some years.
pub fn next_contact(
    windows: &[ContactWindow],
    quiet: &[Blackout],
    zone: &Zone,
    start: Moment,
) -> Option<Moment> {
    let mut at = start;
    for _ in 0..PASSES_MAX {
        let mut latest = out_of(quiet, zone, at);
        for window in windows {
            latest = latest.max(window.opens(zone, at)?);
        }
        if latest == at {
            return Some(at);
        }
        at = latest;
    }
    None
}

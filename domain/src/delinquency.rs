//! How old arrears are: raw days, and days less grace and pauses.

use crate::Day;

/// A stretch in which arrears do not age. Its first day is not deducted on that day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Begins.
    pub start: Day,
    /// Ends; `None` = still running.
    pub end: Option<Day>,
}

/// The age of arrears on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Age {
    /// Days since the oldest unpaid due date.
    pub past_due_days: u32,
    /// The same less grace and paused days; never below zero.
    pub delinquent_days: u32,
}

/// The age on a day. Paused days count once however many pauses cover them, and only while arrears
/// exist: from the later of a pause's start and the due date to the earlier of its end and the day.
pub fn age(oldest_unpaid: Option<Day>, on: Day, grace_days: u32, pauses: &[Pause]) -> Age {
    let Some(due) = oldest_unpaid.filter(|due| *due < on) else { return Age::default() };
    let past_due_days = days(due, on);
    let paused = paused_days(due, on, pauses);
    let delinquent_days = past_due_days.saturating_sub(grace_days).saturating_sub(paused);
    Age { past_due_days, delinquent_days }
}

/// A class of arrears, by delinquent days, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// From.
    pub min: u32,
    /// To; `None` = without end.
    pub max: Option<u32>,
}

/// The first class that contains so many delinquent days. It does not change while a pause runs,
/// since the days do not.
pub fn bucket(buckets: &[Bucket], delinquent_days: u32) -> Option<&Bucket> {
    let holds = |bucket: &&Bucket| {
        bucket.min <= delinquent_days && bucket.max.is_none_or(|max| delinquent_days <= max)
    };
    buckets.iter().find(holds)
}

fn paused_days(due: Day, on: Day, pauses: &[Pause]) -> u32 {
    let within = |pause: &Pause| {
        let begin = pause.start.max(due);
        let end = pause.end.map_or(on, |end| end.min(on));
        (begin < end).then_some((begin, end))
    };
    let mut stretches: Vec<(Day, Day)> = pauses.iter().filter_map(within).collect();
    stretches.sort_unstable();
    let (mut sum, mut counted) = (0, due);
    for (begin, end) in stretches {
        sum += days(begin.max(counted), end);
        counted = counted.max(end);
    }
    sum
}

fn days(from: Day, to: Day) -> u32 {
    u32::try_from(to.days_since(from)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn delinquent(on: &str, pauses: &[(&str, Option<&str>)]) -> u32 {
        let pause =
            |(start, end): &(&str, Option<&str>)| Pause { start: day(start), end: end.map(day) };
        let pauses: Vec<Pause> = pauses.iter().map(pause).collect();
        age(Some(day("2026-03-10")), day(on), 3, &pauses).delinquent_days
    }

    #[test]
    fn pauses_count_once_and_only_while_arrears_exist() {
        assert_eq!(delinquent("2026-03-10", &[]), 0);
        assert_eq!(delinquent("2026-03-13", &[]), 0);
        assert_eq!(delinquent("2026-03-30", &[]), 17);
        assert_eq!(delinquent("2026-03-30", &[("2026-03-01", Some("2026-03-12"))]), 15);
        let twice = [("2026-03-15", Some("2026-03-20")), ("2026-03-18", Some("2026-03-22"))];
        assert_eq!(delinquent("2026-03-30", &twice), 10);
        let nested = [("2026-03-15", Some("2026-03-25")), ("2026-03-16", Some("2026-03-17"))];
        assert_eq!(delinquent("2026-03-30", &nested), 7);
        assert_eq!(delinquent("2026-04-30", &[("2026-03-20", None)]), 7);
        assert_eq!(delinquent("2026-03-30", &[("2026-03-20", Some("2026-03-20"))]), 17);
    }

    #[test]
    fn nothing_unpaid_has_no_age() {
        assert_eq!(age(None, day("2026-03-30"), 0, &[]), Age::default());
        assert_eq!(age(Some(day("2026-03-30")), day("2026-03-30"), 0, &[]), Age::default());
    }

    #[test]
    fn a_bucket_holds_both_its_ends() {
        let made = |name: &str, min, max| Bucket { name: name.to_owned(), min, max };
        let buckets = [made("one", 1, Some(3)), made("rest", 4, None)];
        let name = |days| bucket(&buckets, days).map(|bucket| bucket.name.as_str());
        assert_eq!(
            [0, 1, 3, 4, 4000].map(name),
            [None, Some("one"), Some("one"), Some("rest"), Some("rest")]
        );
    }
}

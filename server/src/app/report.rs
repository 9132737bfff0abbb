//! Reports over a tenant's book: which days, which figures, in which columns.

mod figures;
mod reconcile;
mod walk;

use domain::{Day, TenantId, report::Bands};
use formats::Report;

use super::App;
use crate::error::Error;

/// Longest period of a report by day.
const DAYS_MAX: i32 = 366;
/// How long before its end a period begins when nobody says.
const DAYS_DEFAULT: i32 = 30;

/// The reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Portfolio at risk.
    Par,
    /// From which bucket to which between two days.
    Roll,
    /// By month of signing.
    Vintages,
    /// Received over fallen due.
    Collection,
    /// Past due at first, clear afterwards.
    Cure,
    /// Falling due and received, by day.
    Expected,
    /// What is provided for by bucket.
    Provisions,
    /// Received money by source and day: who told of it, and what became of it.
    Reconciliation,
}

impl Kind {
    /// Every report.
    pub const ALL: [Kind; 8] = [
        Kind::Par,
        Kind::Roll,
        Kind::Vintages,
        Kind::Collection,
        Kind::Cure,
        Kind::Expected,
        Kind::Provisions,
        Kind::Reconciliation,
    ];

    /// The name in addresses and commands.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Par => "par",
            Kind::Roll => "roll",
            Kind::Vintages => "vintages",
            Kind::Collection => "collection",
            Kind::Cure => "cure",
            Kind::Expected => "expected",
            Kind::Provisions => "provisions",
            Kind::Reconciliation => "reconciliation",
        }
    }

    /// The report of this name.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it has a row for each day.
    fn is_by_day(self) -> bool {
        matches!(self, Kind::Expected | Kind::Reconciliation)
    }

    /// What it may be asked for with.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Kind::Par | Kind::Vintages => &["as_of"],
            Kind::Provisions => &["as_of", "buckets"],
            Kind::Roll | Kind::Cure => &["from", "to", "buckets"],
            Kind::Collection | Kind::Expected | Kind::Reconciliation => &["from", "to", "as_of"],
        }
    }
}

/// What a report is asked for with.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which report.
    pub kind: Kind,
    /// As everything was recorded by the end of this day.
    pub as_of: Option<Day>,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// Buckets other than the usual ones.
    pub bands: Option<Bands>,
}

/// The days of a report, none left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days {
    as_of: Day,
    from: Day,
    to: Day,
}

impl App {
    /// Makes a report. `progress` hears how many contracts were read.
    pub async fn report(
        &self,
        tenant: TenantId,
        wanted: Wanted,
        progress: impl FnMut(u64) + Send,
    ) -> Result<Report, Error> {
        let zone = self.directory.tenant(tenant)?.tenant.time_zone.clone();
        let days = days(&wanted, zone.day(self.now()))?;
        let bands = wanted.bands.unwrap_or_default();
        let (columns, rows) = self.figures(tenant, wanted.kind, days, bands, progress).await?;
        let named = |name: &'static str| match name {
            "as_of" => Some((name, days.as_of)),
            "from" => Some((name, days.from)),
            "to" => Some((name, days.to)),
            _ => None,
        };
        let days = wanted.kind.parameters().iter().filter_map(|name| named(name)).collect();
        Ok(Report { name: wanted.kind.name(), days, columns, rows })
    }
}

/// Fills in the days that were not said, and refuses those of which nothing can be known.
fn days(wanted: &Wanted, today: Day) -> Result<Days, Error> {
    let wrong = |detail: String| Error::refused("bad_period", detail);
    let as_of = wanted.as_of.unwrap_or(today);
    let to = wanted.to.unwrap_or(as_of);
    let from = match wanted.from {
        Some(from) => from,
        None => {
            to.plus_days(-DAYS_DEFAULT).ok_or_else(|| wrong(format!("to: {to} is too early")))?
        }
    };
    // What falls due is known of days to come; where contracts stand is not.
    let known = if wanted.kind == Kind::Expected { None } else { Some(to) };
    for (name, day) in [("as_of", Some(as_of)), ("to", known)] {
        if let Some(day) = day.filter(|day| *day > today) {
            return Err(wrong(format!("{name}: {day} lies in the future; today is {today}")));
        }
    }
    if from > to {
        return Err(wrong(format!("to: {to} lies before {from}, the first day")));
    }
    if wanted.kind.is_by_day() && to.days_since(from) >= DAYS_MAX {
        return Err(wrong(format!("a report by day has at most {DAYS_MAX} days")));
    }
    Ok(Days { as_of, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Day> {
        Day::parse(text)
    }

    fn asked(kind: Kind, as_of: &str, from: &str, to: &str) -> Result<String, &'static str> {
        let [as_of, from, to] = [as_of, from, to].map(day);
        let wanted = Wanted { kind, as_of, from, to, bands: None };
        match days(&wanted, day("2026-03-31").unwrap()) {
            Ok(Days { as_of, from, to }) => Ok(format!("{as_of} {from} {to}")),
            Err(Error::Refused(refusal)) => Err(refusal.code),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn days_that_nobody_says_end_today() {
        let filled = Ok("2026-03-31 2026-03-01 2026-03-31".to_owned());
        assert_eq!(asked(Kind::Roll, "", "", ""), filled);
        let past = Ok("2026-01-31 2026-01-01 2026-01-31".to_owned());
        assert_eq!(asked(Kind::Collection, "2026-01-31", "", ""), past);
    }

    #[test]
    fn days_of_which_nothing_can_be_known_are_refused() {
        for kind in Kind::ALL {
            assert_eq!(asked(kind, "2026-04-01", "", ""), Err("bad_period"), "{kind:?}");
            assert_eq!(asked(kind, "", "2026-03-02", "2026-03-01"), Err("bad_period"));
            let ahead = asked(kind, "", "2026-03-31", "2026-04-30");
            assert_eq!(ahead.is_ok(), kind == Kind::Expected, "{kind:?}");
        }
        assert!(asked(Kind::Expected, "", "2026-01-01", "2027-01-01").is_ok());
        assert_eq!(asked(Kind::Expected, "", "2026-01-01", "2027-01-02"), Err("bad_period"));
    }
}

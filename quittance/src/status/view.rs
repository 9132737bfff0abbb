//! What a page needs of the contract as the API answers it.

use domain::{Moment, Zone};
use serde::Deserialize;
use server::app::screens;

/// A contract explained. Moments are RFC 3339, amounts decimal numbers.
#[derive(Debug, Deserialize)]
pub(super) struct View {
    pub(super) reference: String,
    pub(super) status: String,
    pub(super) at: String,
    pub(super) terms: Terms,
    pub(super) paid: String,
    pub(super) unconfirmed: String,
    pub(super) standing: Standing,
    pub(super) rung: String,
    pub(super) step: u8,
    pub(super) restrictions: Vec<String>,
    pub(super) reasons: Vec<Reason>,
    pub(super) timetable: Vec<Planned>,
    pub(super) holds: Vec<Hold>,
    pub(super) unlocks: Unlocks,
    pub(super) opening: Option<Opening>,
    pub(super) notices: Vec<Notice>,
    pub(super) device: Option<Device>,
    #[serde(default)]
    pub(super) freed: Vec<Freed>,
    pub(super) last_contact: Option<Contact>,
    pub(super) sunset: Option<Sunset>,
    pub(super) release: Option<Release>,
    pub(super) enrolment_code: Option<String>,
}

/// A phone that was freed while the contract goes on.
#[derive(Debug, Deserialize)]
pub(super) struct Freed {
    pub(super) enrolment: String,
    pub(super) at: String,
    pub(super) removed: bool,
}

/// The last time that the phone was to come down from a restriction.
#[derive(Debug, Deserialize)]
pub(super) struct Opening {
    pub(super) since: String,
    pub(super) opened_at: Option<String>,
    pub(super) waited_ms: Option<u64>,
    pub(super) late_s: Option<i64>,
    pub(super) wrongful_since: Option<String>,
    pub(super) compensated: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Terms {
    pub(super) currency: String,
    pub(super) total: String,
    pub(super) hash: String,
    pub(super) rules: Option<Pin>,
    pub(super) time_zone: String,
    pub(super) programme: Pin,
    pub(super) packs: Vec<Pin>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Pin {
    pub(super) id: String,
    pub(super) version: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Standing {
    pub(super) past_due: String,
    pub(super) days_past_due: u32,
    pub(super) unpaid_count: u32,
    pub(super) oldest_unpaid: Option<String>,
    pub(super) next_due: Option<Due>,
    pub(super) remaining: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Due {
    pub(super) due: String,
    pub(super) amount: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Planned {
    pub(super) rung: String,
    pub(super) step: u8,
    pub(super) at: String,
    pub(super) after_s: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hold {
    pub(super) kind: String,
    pub(super) from: String,
    pub(super) until: Option<String>,
    pub(super) cause: String,
    pub(super) open: bool,
}

/// How often announced money may open the phone.
#[derive(Debug, Deserialize)]
pub(super) struct Unlocks {
    pub(super) used: u64,
    pub(super) count: u8,
    pub(super) hours: u32,
    pub(super) period_days: u32,
    pub(super) renews_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Notice {
    pub(super) k: u8,
    pub(super) owed: String,
    pub(super) delivered: Vec<Delivery>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) channel: String,
    pub(super) at: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Device {
    pub(super) key_gen: u32,
    pub(super) rung: Option<String>,
    pub(super) step: Option<u8>,
    pub(super) since: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Contact {
    pub(super) at: String,
    pub(super) battery: Option<u8>,
    pub(super) agent_version: String,
}

/// When the phone goes free at the latest.
#[derive(Debug, Deserialize)]
pub(super) struct Sunset {
    pub(super) at: String,
    pub(super) disputes: u8,
    pub(super) reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Release {
    pub(super) at: String,
    pub(super) cause: String,
    pub(super) removed: bool,
}

impl View {
    /// A moment on the contract's own calendar.
    pub(super) fn local(&self, at: &str) -> String {
        match (Moment::parse(at), Zone::parse(&self.terms.time_zone)) {
            (Some(moment), Some(zone)) => screens::local(moment, &zone),
            _ => at.to_owned(),
        }
    }

    /// Seconds from a moment to the one the page is about.
    pub(super) fn ago(&self, at: &str) -> Option<i64> {
        Some(Moment::parse(&self.at)?.seconds_since(Moment::parse(at)?))
    }
}

/// `restrict/2`, as lists and journals write it.
pub(super) fn stage(rung: &str, step: u8) -> String {
    if step == 0 { rung.to_owned() } else { format!("{rung}/{step}") }
}

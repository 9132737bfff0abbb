//! What a pack asks of agreements, disclosures, data and records.

use std::collections::BTreeSet;

use crate::stage::named;

/// What is agreed, told, collected and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The borrower's consent.
    pub consent: ConsentRule,
    /// What the disclosure at the sale says.
    pub disclosure: BTreeSet<Disclosure>,
    /// Whether a fee may be taken for the restriction software.
    pub device_fee_allowed: bool,
    /// What may be collected from a device.
    pub data_allowed: BTreeSet<Telemetry>,
    /// Years for which evidence is kept after the contract's end.
    pub retention_years: u32,
}

impl Default for Paper {
    fn default() -> Paper {
        Paper {
            consent: ConsentRule::default(),
            disclosure: Disclosure::ALL.iter().copied().collect(),
            device_fee_allowed: false,
            data_allowed: Telemetry::ALL.iter().copied().collect(),
            retention_years: 7,
        }
    }
}

/// The form of the borrower's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentRule {
    /// A signature of its own, apart from the contract's.
    pub separate_signature: bool,
    /// In the borrower's language.
    pub borrower_language: bool,
    /// The borrower keeps a copy.
    pub copy_kept: bool,
    /// Methods and timetable of restrictions stand in the first contract.
    pub timetable_included: bool,
    /// Least size of print in points; 0 = none named.
    pub min_font_points: u32,
}

impl Default for ConsentRule {
    fn default() -> ConsentRule {
        ConsentRule {
            separate_signature: true,
            borrower_language: true,
            copy_kept: true,
            timetable_included: false,
            min_font_points: 0,
        }
    }
}

named!(
    /// What a disclosure says.
    Disclosure {
        /// What is restricted.
        Restricted "restricted",
        /// When.
        When "when",
        /// Which notices come first.
        Notices "notices",
        /// What can be done in an emergency.
        EmergencyUse "emergency_use",
        /// How long opening takes after a payment.
        UnlockTime "unlock_time",
        /// When the software is removed.
        Removal "removal",
        /// Whom to call.
        Contacts "contacts",
        /// Where to complain.
        Complaints "complaints",
        /// That the software costs nothing.
        NoFee "no_fee",
    }
);

named!(
    /// What may be collected from a device. The list is closed: a place has no name here.
    Telemetry {
        /// Who the device is.
        DeviceId "device_id",
        /// Patch level of its system.
        OsPatch "os_patch",
        /// Version of the agent.
        AgentVersion "agent_version",
        /// The stage in force.
        LockState "lock_state",
        /// When it was last heard.
        LastContact "last_contact",
        /// Battery.
        Battery "battery",
    }
);

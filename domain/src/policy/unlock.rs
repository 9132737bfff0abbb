//! How fast a phone opens after a payment, and what a late opening costs the lender.

use std::collections::BTreeMap;

use crate::money::Currency;

/// How fast a phone opens, and what it costs when it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlock {
    /// Minutes from the payment counted to the lease signed, at most.
    pub issue_minutes: u32,
    /// Minutes from the payment counted to the phone opened, at most.
    pub device_minutes: u32,
    /// Minor units for each hour begun beyond it, by currency; none = no law names a sum.
    pub compensation: BTreeMap<Currency, i64>,
    /// A typed code must open the phone without network.
    pub offline: bool,
}

impl Default for Unlock {
    fn default() -> Unlock {
        Unlock {
            issue_minutes: 1,
            device_minutes: 60,
            compensation: BTreeMap::new(),
            offline: true,
        }
    }
}

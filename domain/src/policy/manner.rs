//! How a lender goes about it within the law: quiet hours, silence, evidence, part payments.

use std::collections::BTreeMap;

use super::{
    Blackout,
    care::{Evidence, Relock, Silence},
};
use crate::stage::Rung;

/// A lender's own manner. What he does not say is the mildest: no silence, no evidence moves
/// anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// When nothing of his begins: no step, no message.
    pub quiet: Option<Blackout>,
    /// What long silence of a phone may lead to, as far as the packs allow it.
    pub silence: Option<Silence>,
    /// To which rung each kind of evidence ends his own patience, as far as the packs allow it.
    pub evidence: BTreeMap<Evidence, Rung>,
    /// When delivered notices lapse after a part payment, if not by a stricter pack.
    pub relock_after_partial: Relock,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            quiet: None,
            silence: None,
            evidence: BTreeMap::new(),
            relock_after_partial: Relock::BelowMin,
        }
    }
}

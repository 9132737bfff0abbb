//! What follows from a restriction that was wrong or stood too long.

use super::money;
use crate::{
    Moment,
    contract::Contract,
    fact::What,
    hold::{Hold, HoldKind},
    ladder::Ladder,
    redress::{Due, Redress, due, incident_hold, wrongful},
};

/// A payment with what follows from it at once. One that shows a restriction to have been wrongful
/// opens an incident: the phone stays open until a person has looked into it.
pub(super) fn posted(contract: &Contract, ladder: &Ladder, posted: What, at: Moment) -> Vec<What> {
    let What::PaymentPosted { payment, amount, value, .. } = posted else {
        return money::moved(contract, ladder, posted, at);
    };
    let mut whats = money::moved(contract, ladder, posted, at);
    if let Some(since) = wrongful(contract, ladder, amount, value) {
        whats.push(What::Redress(Redress::WrongfulFound { since, payment }));
        if !whats.contains(&What::Settled) {
            let cause = "a payment made in time was recorded late".to_owned();
            let (id, kind) = (incident_hold(payment), HoldKind::Incident);
            whats.push(What::HoldOpened(Hold { id, kind, from: at, until: None, cause }));
        }
    }
    whats
}

pub(super) fn compensate(contract: &Contract, ladder: &Ladder) -> Vec<What> {
    let Some(Due { amount, seconds, wrongful }) = due(contract, ladder) else {
        return Vec::new();
    };
    vec![What::Redress(Redress::Compensated { amount, seconds, wrongful })]
}

//! What facts about holds do to a contract.

use super::{Contract, UNLOCKS_MAX, Unlock};
use crate::{
    HoldId, Moment,
    fact::{Actor, Fact},
    hold::{Hold, HoldKind},
    stage::Stage,
};

impl Contract {
    /// A hold was opened; the holder opens a dispute himself once in a spell of arrears. What a
    /// contract takes in while its phone checks in is none of his asking.
    pub(super) fn hold_asked(&mut self, hold: &Hold, fact: &Fact) {
        let by_device = matches!(fact.actor, Actor::Device(_));
        self.objected |= by_device && hold.kind == HoldKind::Dispute;
        self.hold_opened(hold, fact.at);
    }

    /// Under a stay nobody is given notice; what is on its way or arrived is kept.
    pub(super) fn hold_opened(&mut self, hold: &Hold, at: Moment) {
        self.holds.push(hold.clone());
        if hold.kind.stops_fees() {
            let until = hold.until.map(|until| self.day(until));
            self.account.quiet(hold.id, self.day(hold.from), until);
        }
        if hold.kind.ceiling().is_some_and(|highest| highest < Stage::NOTICE) {
            self.notices.retain(|notice| !notice.evidence().is_empty());
        }
        self.forget_holds(at);
    }

    pub(super) fn provisional(&mut self, id: HoldId, transaction: &str, until: Moment, at: Moment) {
        if self.unlocks.len() == UNLOCKS_MAX {
            self.unlocks.remove(0);
        }
        self.unlocks.push(Unlock { at, hold: id, transaction: transaction.to_owned() });
        let kind = HoldKind::PaymentPending;
        let cause = "a payment is announced".to_owned();
        self.hold_opened(&Hold { id, kind, from: at, until: Some(until), cause }, at);
    }

    pub(crate) fn hold_closed(&mut self, id: HoldId, at: Moment) {
        for hold in self.holds.iter_mut().filter(|hold| hold.id == id) {
            hold.until = Some(hold.until.map_or(at, |until| until.min(at)));
        }
        self.account.loud(id, self.day(at));
        self.forget_holds(at);
    }

    pub(crate) fn forget_holds(&mut self, at: Moment) {
        let binding = self.holds.iter().filter(|hold| self.binds(hold, at)).cloned();
        self.holds = binding.collect();
    }
}

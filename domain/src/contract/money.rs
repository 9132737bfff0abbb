//! What facts about money do to a contract.

use super::Contract;
use crate::{
    Moment,
    account::MoveKind,
    fact::{Fact, What},
    hold::Hold,
    settlement::{QUOTES_MAX, Quoted, Standing},
};

impl Contract {
    /// Whether nothing is owed any more, whoever keeps count.
    pub fn is_paid_off(&self) -> bool {
        match &self.outside {
            Some(pushed) => pushed.settled,
            None => !self.terms().is_outside() && self.account.now().is_settled(),
        }
    }

    /// Whether a hold keeps the phone open for announced money.
    pub fn is_unlock(&self, hold: &Hold) -> bool {
        self.unlocks.iter().any(|unlock| unlock.hold == hold.id)
    }

    /// Whether a formal notice should run and there is none to show: nothing says so then.
    pub(crate) fn is_unsaid(&self) -> bool {
        self.withheld.is_some() && self.notices.is_empty()
    }

    pub(super) fn apply_money(&mut self, fact: &Fact) {
        match &fact.what {
            What::PaymentPosted { amount, confirmed, value, .. } => {
                self.paid = self.paid.saturating_add(*amount);
                if !confirmed {
                    self.unconfirmed = self.unconfirmed.saturating_add(*amount);
                }
                self.moves(MoveKind::In { amount: *amount }, *value, fact.at);
                self.buys(*amount, *value, fact.at);
            }
            What::PaymentConfirmed { amount, .. } => {
                self.unconfirmed = self.unconfirmed.saturating_sub(*amount).max(0);
            }
            What::PaymentReversed { amount, .. } => {
                self.paid = self.paid.saturating_sub(*amount);
                self.unconfirmed = self.unconfirmed.saturating_sub(*amount).max(0);
                self.moves(MoveKind::Back { amount: *amount }, fact.at, fact.at);
                self.buys(-*amount, fact.at, fact.at);
            }
            What::GoodwillCredited { amount, .. } => {
                self.paid = self.paid.saturating_add(*amount);
                self.given = self.given.saturating_add(*amount);
                self.moves(MoveKind::In { amount: *amount }, fact.at, fact.at);
                self.buys(*amount, fact.at, fact.at);
            }
            What::ChargedBack { payment, amount, value } => {
                let kind = MoveKind::Chargeback { payment: *payment, amount: *amount };
                self.moves(kind, *value, fact.at);
                self.buys(-*amount, *value, fact.at);
            }
            What::ChargebackWon { payment, amount, value } => {
                self.moves(MoveKind::ChargebackWon { payment: *payment }, *value, fact.at);
                self.buys(*amount, *value, fact.at);
            }
            What::FeeCharged { amount, value, .. } => {
                self.moves(MoveKind::Fee { amount: *amount }, *value, fact.at);
            }
            What::FeesWaived { amount, .. } => {
                self.moves(MoveKind::Waiver { amount: *amount }, fact.at, fact.at);
            }
            What::CreditRefunded { amount, .. } => {
                self.refunded = self.refunded.saturating_add(*amount);
                self.moves(MoveKind::Refund { amount: *amount }, fact.at, fact.at);
            }
            What::PaidOff { value, forgone, crumbs, .. } => {
                let kind = MoveKind::Close { forgone: *forgone, crumbs: *crumbs };
                self.moves(kind, *value, fact.at);
                self.quotes.clear();
            }
            _ => {}
        }
    }

    /// A further quote takes the place of the oldest.
    pub(super) fn quoted(&mut self, quoted: Quoted) {
        if self.quotes.len() >= QUOTES_MAX {
            self.quotes.remove(0);
        }
        let charged = self.account.now().charged.total();
        self.quotes.push(Standing { quoted, paid: self.paid, charged });
    }

    /// Where money buys time, what it buys or takes back.
    pub(crate) fn buys(&mut self, amount: i64, value: Moment, at: Moment) {
        if let Some(credit) = &mut self.credit {
            credit.take(amount, value, at);
        }
    }

    pub(crate) fn moves(&mut self, kind: MoveKind, value: Moment, at: Moment) {
        let (value, recorded) = (self.day(value), self.day(at));
        self.account.take(kind, value, recorded);
    }
}

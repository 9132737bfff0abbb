//! The sunset: a day, agreed at the signing, on which the phone goes free whatever became of its
//! lender. A lender who is still there can dispute it, a few days at a time and a few times in all.
//!
//! **Invariant:** the day is a fact of the contract; a dispute alone moves it, and only later.
//! **Invariant:** on the day the contract is written off with release, whoever has not answered:
//! what is open stays a claim for money.

use crate::{
    Day, EnrolmentId, Moment,
    contract::{Contract, State},
    terms::{Servicing, Terms},
};

/// Days after the last due day, unless a programme says otherwise.
pub const SUNSET_DAYS: u32 = 365;
/// Most times a sunset can be disputed.
pub const DISPUTES_MAX: u8 = 4;
/// Most days by which one dispute moves it.
pub const DISPUTE_DAYS_MAX: i32 = 90;
/// Longest reason of a dispute in bytes.
pub const REASON_MAX: usize = 200;
/// Days that stand for the calendar of a contract whose account is kept elsewhere: five years.
const OUTSIDE_DAYS: i32 = 1_826;
/// Why a contract that reached its sunset is written off.
pub const CAUSE: &str = "sunset";
/// The device's word that it freed itself: at so many Unix seconds.
pub const FREED_ITSELF: &str = "released_by_sunset";

/// A dispute: two people of the lender say that the phone is not to go free yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// 1 = the first of this contract.
    pub number: u8,
    /// The sunset from here on.
    pub until: Moment,
    /// Why, for the borrower to read.
    pub reason: String,
    /// Tells the device that was bound, if one was: which, and the signed bytes.
    pub certificate: Option<(EnrolmentId, Vec<u8>)>,
}

/// What is asked about a sunset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// It has come.
    Reach,
    /// Move it.
    Dispute(Disputed),
    /// The device freed itself at a sunset that it was told of.
    FreedItself {
        /// Which.
        sunset: Moment,
    },
}

/// The sunset that terms signed at a moment get: midnight so many days after the last due day.
/// Where a lender signs a contract whose days are over already, they count from the signing; a
/// phone sold day by day is taken to be paid for each day.
pub fn agreed(terms: &Terms, days: u32, signed_at: Moment) -> Option<Moment> {
    let signed = terms.zone().day(signed_at);
    let last = match terms.servicing() {
        Servicing::Outside => signed.plus_days(OUTSIDE_DAYS)?,
        Servicing::Payg(payg) => {
            let paid = payg.total.checked_div(payg.rate.day_price)?;
            let paid = i32::try_from(paid).ok()?;
            signed.plus_days(paid.checked_add(i32::try_from(payg.free_days).ok()?)?)?
        }
        Servicing::Instalments => terms.rows().last().map_or(signed, |row| row.due),
    };
    let day = last.max(signed).plus_days(i32::try_from(days).ok()?)?;
    Some(terms.zone().midnight(day))
}

impl Contract {
    /// When the phone goes free, if the contract has such a day.
    pub fn sunset(&self) -> Option<Moment> {
        let moved = self.disputed.as_ref().map(|disputed| disputed.until);
        moved.or(self.signed.sunset)
    }

    /// The sunset that is still to come or has come and was not carried out: none once the phone
    /// goes free for another reason, or the contract went to another lender.
    pub fn pending_sunset(&self) -> Option<Moment> {
        let pending = match self.state {
            State::Active
            | State::Settled { .. }
            | State::Returning { .. }
            | State::WrittenOff { release: false } => true,
            State::Returned
            | State::WrittenOff { release: true }
            | State::Assigned { .. }
            | State::Released { .. } => false,
        };
        self.sunset().filter(|_| pending)
    }

    /// Whether the phone is to go free at this moment because its sunset has come.
    pub fn has_set(&self, at: Moment) -> bool {
        self.pending_sunset().is_some_and(|sunset| sunset <= at)
    }

    /// What tells this device of the last dispute, if it was signed for it.
    pub fn dispute_of(&self, device: EnrolmentId) -> Option<&[u8]> {
        let (id, bytes) = self.disputed.as_ref()?.certificate.as_ref()?;
        (*id == device).then_some(bytes.as_slice())
    }

    /// How often it was disputed.
    pub fn disputes(&self) -> u8 {
        self.disputed.as_ref().map_or(0, |disputed| disputed.number)
    }

    /// The last day that a dispute may name.
    pub fn latest_sunset(&self) -> Option<Day> {
        self.day(self.sunset()?).plus_days(DISPUTE_DAYS_MAX)
    }
}

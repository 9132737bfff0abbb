//! What is open of a contract, and how it came to be.

use crate::{
    Day, UnitId,
    allocation::{Component, Owed},
    late_fee::Charged,
    schedule::Instalment,
};

/// Something owed: an instalment, a chargeback, a fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Due day.
    pub due: Day,
    /// Principal in the beginning.
    pub principal: i64,
    /// Interest in the beginning.
    pub interest: i64,
    /// Agreed fee, less what was given up.
    pub fee: i64,
    /// Late fee, less what was given up.
    pub penalty: i64,
    /// The charged-back payment, if it is a chargeback.
    pub chargeback: Option<UnitId>,
    /// Money was taken back from it on this day.
    pub reopened: Option<Day>,
}

/// A balance. Its claims and what is open of each stand by rising due day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// What was ever owed.
    pub claims: Vec<Claim>,
    /// What is open of each claim.
    pub owed: Vec<Owed>,
    /// What the lender owes the borrower; below zero while money was taken back that nothing here
    /// was paid with.
    pub credit: i64,
    /// Agreed fees that fell due.
    pub fees: i64,
    /// Late fees that fell.
    pub charged: Charged,
    /// Fees and late fees given up.
    pub waived: i64,
    /// What money that was meant for instalments paid of fees and late fees. Arrears are read as
    /// if it had paid instalments; nothing is left of it once no instalment is partly paid.
    pub ahead: i64,
    /// Interest that was earned before its due day moved: it stays earned.
    pub earned: i64,
    /// What was given up of small rests at an early settlement.
    pub given: i64,
}

impl Balance {
    /// Everything of a schedule is open.
    pub(super) fn of(rows: &[Instalment]) -> Balance {
        let claim = |row: &Instalment| Claim {
            due: row.due,
            principal: row.amount - row.interest,
            interest: row.interest,
            fee: 0,
            penalty: 0,
            chargeback: None,
            reopened: None,
        };
        let claims: Vec<Claim> = rows.iter().map(claim).collect();
        let owed = claims.iter().map(Claim::whole).collect();
        Balance { claims, owed, ..Balance::default() }
    }

    /// What keeps a rung, by rising due day: of the schedule what money leaves open when it pays
    /// the oldest first, whatever the order of allocation; of a chargeback what is open of it.
    pub fn arrears(&self) -> impl Iterator<Item = (Day, i64)> + '_ {
        let bearing = |claim: &Claim| claim.principal + claim.interest;
        let rows = self.claims.iter().zip(&self.owed);
        let paid = rows.clone().filter(|(claim, _)| claim.chargeback.is_none());
        let paid = paid.fold(self.ahead, |sum, (claim, owed)| {
            sum.saturating_add(bearing(claim) - owed.principal - owed.interest)
        });
        let mut cover = paid;
        let open = move |(claim, owed): (&Claim, &Owed)| {
            if claim.chargeback.is_some() {
                return (owed.due, owed.principal);
            }
            let covered = cover.min(bearing(claim));
            cover -= covered;
            (owed.due, bearing(claim) - covered)
        };
        rows.map(open).filter(|(_, open)| *open > 0)
    }

    /// No instalment is partly paid.
    pub(super) fn is_even(&self) -> bool {
        let open = |owed: &Owed| owed.principal + owed.interest;
        let rows = self.claims.iter().zip(&self.owed);
        rows.into_iter()
            .all(|(claim, owed)| open(owed) == 0 || open(owed) == claim.principal + claim.interest)
    }

    /// Everything that is open, what was taken back beyond what was paid included.
    pub fn open(&self) -> i64 {
        self.owed.iter().fold(self.missing(), |sum, owed| sum.saturating_add(owed.total()))
    }

    /// What was taken back beyond what anything here was paid with.
    pub fn missing(&self) -> i64 {
        self.credit.min(0).saturating_neg()
    }

    /// Agreed fees and late fees that are open.
    pub fn fees_open(&self) -> i64 {
        self.owed.iter().fold(0, |sum, owed| sum.saturating_add(owed.fee + owed.penalty))
    }

    /// Nothing is open.
    pub fn is_settled(&self) -> bool {
        self.open() == 0
    }

    /// Interest of claims due by a day, and no less than was ever earned.
    pub fn earned(&self, day: Day) -> i64 {
        let due = self.claims.iter().filter(|claim| claim.due <= day);
        due.fold(0, |sum: i64, claim| sum.saturating_add(claim.interest)).max(self.earned)
    }

    /// Interest of all claims.
    pub fn interest(&self) -> i64 {
        self.claims.iter().fold(0, |sum, claim| sum.saturating_add(claim.interest))
    }

    /// Principal of the schedule itself.
    pub(super) fn financed(&self) -> i64 {
        let rows = self.claims.iter().filter(|claim| claim.chargeback.is_none());
        rows.fold(0, |sum, claim| sum.saturating_add(claim.principal))
    }

    /// Adds a claim in its place.
    pub(super) fn claim(&mut self, claim: Claim) {
        let at = self.claims.partition_point(|known| known.due <= claim.due);
        self.claims.insert(at, claim);
        self.owed.insert(at, claim.whole());
        self.charged.make_room(at);
    }
}

impl Claim {
    /// One component as it was in the beginning, less what was given up.
    pub(super) fn part(&mut self, component: Component) -> &mut i64 {
        match component {
            Component::Penalty => &mut self.penalty,
            Component::Fee => &mut self.fee,
            Component::Interest => &mut self.interest,
            Component::Principal => &mut self.principal,
        }
    }

    pub(super) fn whole(&self) -> Owed {
        let Claim { due, principal, interest, fee, penalty, .. } = *self;
        Owed { due, penalty, fee, interest, principal }
    }
}

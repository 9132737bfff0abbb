//! The chart of accounts.

/// The chart of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the borrower still owes of the price.
    ReceivablePrincipal,
    /// What he still owes of the price of time.
    ReceivableInterest,
    /// Agreed fees he still owes.
    ReceivableFee,
    /// Late fees he still owes.
    ReceivablePenalty,
    /// Money his bank took back.
    ReceivableChargeback,
    /// Money a provider reported and has not settled yet.
    ProviderClearing,
    /// Phones handed back.
    DeviceStock,
    /// Contracts passed on to other lenders, less those taken over, at what is open on them; the
    /// price that is paid for them goes against it.
    AssignedClaims,
    /// Money between an intake item and a contract; drains to zero.
    InTransit,
    /// Money that belongs to nobody yet.
    Suspense,
    /// What the lender owes the borrower.
    CustomerCredit,
    /// Interest of instalments that are not due yet.
    UnearnedInterest,
    /// The lender's claim from the sale.
    Sales,
    /// Interest of instalments that fell due.
    InterestIncome,
    /// Agreed fees.
    FeeIncome,
    /// Late fees.
    PenaltyIncome,
    /// What came of debt that had been given up.
    RecoveryIncome,
    /// Money the lender gave.
    GoodwillCost,
    /// What was given for restrictions that were wrong or stood too long.
    CompensationCost,
    /// Fees given up.
    WaiverCost,
    /// Debt that phones handed back did not cover, given up.
    ShortfallCost,
    /// Debt written off.
    BadDebt,
}

/// What an account is about, as statements of account group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountKind {
    /// What the lender has, or is to get.
    Asset,
    /// What the lender owes, or holds for others.
    Liability,
    /// What was earned.
    Income,
    /// What was given away or lost.
    Expense,
}

impl AccountKind {
    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            AccountKind::Asset => "asset",
            AccountKind::Liability => "liability",
            AccountKind::Income => "income",
            AccountKind::Expense => "expense",
        }
    }
}

/// What must hold of an account's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing by itself.
    Free,
    /// A debit balance, or none.
    Debit,
    /// A credit balance, or none.
    Credit,
    /// None, once nothing is under way.
    Zero,
}

impl Bound {
    /// Whether a balance keeps it; debit positive.
    pub fn holds(self, minor: i128) -> bool {
        match self {
            Bound::Free => true,
            Bound::Debit => minor >= 0,
            Bound::Credit => minor <= 0,
            Bound::Zero => minor == 0,
        }
    }
}

impl Account {
    /// Every account, by kind.
    pub const ALL: [Account; 22] = [
        Account::ReceivablePrincipal,
        Account::ReceivableInterest,
        Account::ReceivableFee,
        Account::ReceivablePenalty,
        Account::ReceivableChargeback,
        Account::ProviderClearing,
        Account::DeviceStock,
        Account::AssignedClaims,
        Account::InTransit,
        Account::Suspense,
        Account::CustomerCredit,
        Account::UnearnedInterest,
        Account::Sales,
        Account::InterestIncome,
        Account::FeeIncome,
        Account::PenaltyIncome,
        Account::RecoveryIncome,
        Account::GoodwillCost,
        Account::CompensationCost,
        Account::WaiverCost,
        Account::ShortfallCost,
        Account::BadDebt,
    ];

    /// The account of this name.
    pub fn parse(name: &str) -> Option<Account> {
        Account::ALL.into_iter().find(|account| account.name() == name)
    }

    /// What it is about.
    pub fn kind(self) -> AccountKind {
        match self {
            Account::ReceivablePrincipal
            | Account::ReceivableInterest
            | Account::ReceivableFee
            | Account::ReceivablePenalty
            | Account::ReceivableChargeback
            | Account::ProviderClearing
            | Account::DeviceStock
            | Account::AssignedClaims => AccountKind::Asset,
            Account::InTransit
            | Account::Suspense
            | Account::CustomerCredit
            | Account::UnearnedInterest => AccountKind::Liability,
            Account::Sales
            | Account::InterestIncome
            | Account::FeeIncome
            | Account::PenaltyIncome
            | Account::RecoveryIncome => AccountKind::Income,
            Account::GoodwillCost
            | Account::CompensationCost
            | Account::WaiverCost
            | Account::ShortfallCost
            | Account::BadDebt => AccountKind::Expense,
        }
    }

    /// What must hold of its balance over all units.
    pub fn bound(self) -> Bound {
        match self {
            Account::ReceivablePrincipal
            | Account::ReceivableInterest
            | Account::ReceivableFee
            | Account::ReceivablePenalty
            | Account::ReceivableChargeback => Bound::Debit,
            Account::CustomerCredit | Account::UnearnedInterest => Bound::Credit,
            Account::InTransit => Bound::Zero,
            // Suspense also holds what a rail took back that no payment on record accounts for.
            _ => Bound::Free,
        }
    }

    /// Whether it is one of the accounts that together hold what is [`owed`](super::owed): the
    /// claims, what of them was given up and recovered, and the customer's credit against them.
    pub fn holds_owed(self) -> bool {
        match self {
            Account::CustomerCredit | Account::BadDebt | Account::RecoveryIncome => true,
            _ => self.bound() == Bound::Debit,
        }
    }

    /// Whether it is about what is open on a contract, and so goes along when that is passed on.
    pub fn goes_along(self) -> bool {
        self.bound() == Bound::Debit || self.bound() == Bound::Credit
    }

    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            Account::ReceivablePrincipal => "receivable_principal",
            Account::ReceivableInterest => "receivable_interest",
            Account::ReceivableFee => "receivable_fee",
            Account::ReceivablePenalty => "receivable_penalty",
            Account::ReceivableChargeback => "receivable_chargeback",
            Account::ProviderClearing => "provider_clearing",
            Account::DeviceStock => "device_stock",
            Account::AssignedClaims => "assigned_claims",
            Account::InTransit => "in_transit",
            Account::Suspense => "suspense",
            Account::CustomerCredit => "customer_credit",
            Account::UnearnedInterest => "unearned_interest",
            Account::Sales => "sales",
            Account::InterestIncome => "interest_income",
            Account::FeeIncome => "fee_income",
            Account::PenaltyIncome => "penalty_income",
            Account::RecoveryIncome => "recovery_income",
            Account::GoodwillCost => "goodwill_cost",
            Account::CompensationCost => "compensation_cost",
            Account::WaiverCost => "waiver_cost",
            Account::ShortfallCost => "shortfall_cost",
            Account::BadDebt => "bad_debt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_its_own_name_and_stands_in_the_list() {
        for (index, account) in Account::ALL.into_iter().enumerate() {
            assert_eq!(Account::parse(account.name()), Some(account));
            assert!(!Account::ALL[..index].contains(&account), "{account:?} stands there once");
        }
        assert!(Account::ALL.is_sorted_by_key(|account| account.kind()), "by kind");
        assert_eq!(Account::parse("Receivable"), None);
    }

    #[test]
    fn a_bound_is_about_the_side_of_a_balance() {
        let holds = |bound: Bound| [-1, 0, 1].map(|minor| bound.holds(minor));
        assert_eq!(holds(Bound::Free), [true, true, true]);
        assert_eq!(holds(Bound::Debit), [false, true, true]);
        assert_eq!(holds(Bound::Credit), [true, true, false]);
        assert_eq!(holds(Bound::Zero), [false, true, false]);
    }
}

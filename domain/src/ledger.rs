//! Double entry: what a fact books. Debit is positive, credit negative; every answer sums to zero.

use crate::{contract::Contract, fact::What};

/// The chart of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the borrower still owes.
    Receivable,
    /// The lender's claim from the sale.
    Sales,
    /// What instalments exceed the financed price by.
    FinanceIncome,
    /// Money a provider reported and has not settled yet.
    ProviderClearing,
    /// Money between an intake item and a contract; drains to zero.
    InTransit,
    /// Money that belongs to nobody yet.
    Suspense,
    /// What the lender owes the borrower.
    CustomerCredit,
    /// Money the lender gave.
    GoodwillCost,
    /// Debt given up.
    BadDebt,
    /// Phones handed back.
    DeviceStock,
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
    pub const ALL: [Account; 10] = [
        Account::Receivable,
        Account::ProviderClearing,
        Account::DeviceStock,
        Account::InTransit,
        Account::Suspense,
        Account::CustomerCredit,
        Account::Sales,
        Account::FinanceIncome,
        Account::GoodwillCost,
        Account::BadDebt,
    ];

    /// The account of this name.
    pub fn parse(name: &str) -> Option<Account> {
        Account::ALL.into_iter().find(|account| account.name() == name)
    }

    /// What it is about.
    pub fn kind(self) -> AccountKind {
        match self {
            Account::Receivable | Account::ProviderClearing | Account::DeviceStock => {
                AccountKind::Asset
            }
            Account::InTransit | Account::Suspense | Account::CustomerCredit => {
                AccountKind::Liability
            }
            Account::Sales | Account::FinanceIncome => AccountKind::Income,
            Account::GoodwillCost | Account::BadDebt => AccountKind::Expense,
        }
    }

    /// What must hold of its balance over all units.
    pub fn bound(self) -> Bound {
        match self {
            Account::Receivable => Bound::Debit,
            Account::CustomerCredit | Account::Suspense => Bound::Credit,
            Account::InTransit => Bound::Zero,
            _ => Bound::Free,
        }
    }

    /// Whether it is one of the accounts that together hold what is [`owed`]: the claim, what of it
    /// was given up, and the customer's credit against it.
    pub fn holds_owed(self) -> bool {
        matches!(
            self,
            Account::Receivable | Account::CustomerCredit | Account::BadDebt | Account::DeviceStock
        )
    }

    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            Account::Receivable => "receivable",
            Account::Sales => "sales",
            Account::FinanceIncome => "finance_income",
            Account::ProviderClearing => "provider_clearing",
            Account::InTransit => "in_transit",
            Account::Suspense => "suspense",
            Account::CustomerCredit => "customer_credit",
            Account::GoodwillCost => "goodwill_cost",
            Account::BadDebt => "bad_debt",
            Account::DeviceStock => "device_stock",
        }
    }
}

/// One leg: account and minor units.
pub type Leg = (Account, i64);

/// What a fact books on its contract, given the contract as it was before. Money beyond what is
/// owed becomes the customer's credit, and comes back from there first.
pub fn legs(before: &Contract, what: &What) -> Vec<Leg> {
    let open = (before.terms().total() - before.paid).max(0);
    match what {
        What::Signed(signed) => {
            let charge = signed.terms.finance_charge();
            let total = signed.terms.total();
            let all = [
                (Account::Receivable, total),
                (Account::Sales, -(total - charge)),
                (Account::FinanceIncome, -charge),
            ];
            nonzero(&all)
        }
        What::PaymentPosted { amount, .. } => received(Account::InTransit, *amount, open),
        What::GoodwillCredited { amount, .. } => received(Account::GoodwillCost, *amount, open),
        What::PaymentReversed { amount, .. } => {
            let over = (before.paid - before.terms().total()).max(0);
            let credit = over.min(*amount);
            nonzero(&[
                (Account::CustomerCredit, credit),
                (Account::Receivable, amount - credit),
                (Account::InTransit, -amount),
            ])
        }
        What::WrittenOff => nonzero(&[(Account::BadDebt, open), (Account::Receivable, -open)]),
        What::Returned => nonzero(&[(Account::DeviceStock, open), (Account::Receivable, -open)]),
        _ => Vec::new(),
    }
}

/// What the contract itself says is owed on it, given up or not, in minor units; negative = the
/// customer's credit. Its postings to the accounts that [hold it](Account::holds_owed) sum to this.
pub fn owed(contract: &Contract) -> i128 {
    i128::from(contract.terms().total()) - i128::from(contract.paid)
}

fn received(from: Account, amount: i64, open: i64) -> Vec<Leg> {
    let counted = amount.min(open);
    nonzero(&[
        (from, amount),
        (Account::Receivable, -counted),
        (Account::CustomerCredit, -(amount - counted)),
    ])
}

fn nonzero(legs: &[Leg]) -> Vec<Leg> {
    debug_assert_eq!(legs.iter().map(|(_, minor)| i128::from(*minor)).sum::<i128>(), 0);
    legs.iter().copied().filter(|(_, minor)| *minor != 0).collect()
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

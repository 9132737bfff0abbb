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

impl Account {
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

//! What is open of a contract, by what it is for.

use domain::{Contract, Money, allocation::Owed};
use serde::Serialize;
use utoipa::ToSchema;

/// What is open of a contract. Decimal numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// Of the price.
    #[schema(example = "5000.00")]
    principal: String,
    /// Of the price of time.
    interest: String,
    /// Of agreed fees.
    fees: String,
    /// Of late fees; they move no rung.
    late_fees: String,
    /// What the lender owes the borrower; below zero what was taken back beyond what was paid.
    credit: String,
    /// What a phone handed back counted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phone_value: Option<String>,
    /// What was given up of the debt that the phone did not cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    shortfall_waived: Option<String>,
    /// What was open when the debt was written off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    written_off: Option<String>,
}

/// The account of a contract as it was last reckoned.
pub(crate) fn account(contract: &Contract) -> AccountView {
    let balance = contract.account.now();
    let money = |minor: i64| Money::new(minor, contract.terms().currency()).decimal();
    let sum =
        |of: fn(&Owed) -> i64| money(balance.owed.iter().map(of).fold(0, i64::saturating_add));
    AccountView {
        principal: sum(|owed| owed.principal),
        interest: sum(|owed| owed.interest),
        fees: sum(|owed| owed.fee),
        late_fees: sum(|owed| owed.penalty),
        credit: money(contract.credit_open()),
        phone_value: Some(contract.goods).filter(|minor| *minor > 0).map(money),
        shortfall_waived: Some(contract.forgiven).filter(|minor| *minor > 0).map(money),
        written_off: contract.written_off.map(money),
    }
}

//! Double entry: what a fact books. Debit is positive, credit negative; every answer sums to zero.

mod chart;

pub use chart::{Account, AccountKind, Bound};

use crate::contract::Contract;

/// One leg: account and minor units.
pub type Leg = (Account, i64);

/// What the books say of a contract: a reading of its state, which sums to zero. Whose account is
/// kept elsewhere has no books here.
pub fn books(contract: &Contract) -> Books {
    let mut books = Books::default();
    if contract.terms().is_outside() {
        return books;
    }
    books = life(contract);
    if let Some(origin) = &contract.origin {
        books.take_over(&origin.left);
    }
    if contract.passed().is_some() {
        books.pass_on();
    }
    debug_assert_eq!(books.sum(), 0, "the books of {} do not balance", contract.unit);
    books
}

/// What of a contract's life stays in the books of those who had it, when it is passed on.
pub fn left_behind(contract: &Contract) -> Vec<Leg> {
    if contract.terms().is_outside() {
        return Vec::new();
    }
    let life = life(contract);
    let stays = Account::ALL.into_iter().filter(|account| !account.goes_along());
    stays.map(|account| (account, life.of(account))).filter(|(_, minor)| *minor != 0).collect()
}

/// The books of a contract's whole life, whoever had it when.
fn life(contract: &Contract) -> Books {
    let mut books = Books::default();
    let sold = &contract.signed.terms;
    let balance = contract.account.now();
    let claims = sold.claims();
    let price = claims.iter().map(|row| row.amount - row.interest);
    books.add(Account::Sales, -price.sum::<i64>());
    let interest = balance.interest();
    let runs = contract.is_active() || contract.passed().is_some();
    let earned = if runs { balance.earned(contract.account.reckoned) } else { interest };
    books.add(Account::InterestIncome, -earned);
    books.add(Account::UnearnedInterest, earned - interest);
    let back = balance.claims.iter().filter(|claim| claim.chargeback.is_some());
    let back: i64 = back.map(|claim| claim.principal).sum();
    books.add(Account::InTransit, contract.paid - contract.given);
    books.add(Account::ProviderClearing, -contract.refunded - back);
    books.add(Account::GoodwillCost, contract.given + balance.given);
    books.add(Account::CompensationCost, contract.compensated);
    books.add(Account::CustomerCredit, -contract.compensation_open());
    books.add(Account::ProviderClearing, -contract.compensation_paid);
    books.add(Account::CustomerCredit, -balance.credit.max(0));
    books.add(Account::FeeIncome, -balance.fees);
    books.add(Account::PenaltyIncome, -balance.charged.total());
    books.add(Account::WaiverCost, balance.waived);
    books.add(Account::DeviceStock, contract.goods);
    books.add(Account::ShortfallCost, contract.forgiven);
    match contract.written_off {
        Some(given_up) => books.written_off(given_up, balance.open()),
        None => books.receivables(contract),
    }
    books
}

/// What a change of a contract books: the difference of the books before and after it. Before its
/// signing a contract has no books.
pub fn legs(before: Option<&Contract>, after: &Contract) -> Vec<Leg> {
    let was = before.map(books).unwrap_or_default();
    let is = books(after);
    let difference = |account: Account| (account, is.of(account) - was.of(account));
    Account::ALL.into_iter().map(difference).filter(|(_, minor)| *minor != 0).collect()
}

/// What the contract itself says is owed on it, given up or not, in minor units; negative = the
/// customer's credit. Its postings to the accounts that [hold it](Account::holds_owed) sum to this.
pub fn owed(contract: &Contract) -> i128 {
    if contract.terms().is_outside() || contract.passed().is_some() {
        return 0;
    }
    let balance = contract.account.now();
    i128::from(balance.open()) - i128::from(contract.credit_open())
}

/// Balances by account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books([i64; Account::ALL.len()]);

impl Books {
    /// One balance.
    pub fn of(&self, account: Account) -> i64 {
        self.0[account as usize]
    }

    /// All balances together, which is nought.
    pub fn sum(&self) -> i128 {
        self.0.iter().map(|minor| i128::from(*minor)).sum()
    }

    fn add(&mut self, account: Account, minor: i64) {
        let balance = &mut self.0[account as usize];
        *balance = balance.saturating_add(minor);
    }

    /// What was booked before is not booked here: it is what the contract was taken over for.
    fn take_over(&mut self, left: &[Leg]) {
        for (account, minor) in left {
            self.add(*account, -minor);
            self.add(Account::AssignedClaims, *minor);
        }
    }

    /// What is open goes along.
    fn pass_on(&mut self) {
        for account in Account::ALL.into_iter().filter(|account| account.goes_along()) {
            let minor = self.of(account);
            self.add(account, -minor);
            self.add(Account::AssignedClaims, minor);
        }
    }

    /// What still comes of a debt that was written off is recovered. More than was written off is
    /// open only when a bank took money back that had counted before: a claim of its own.
    fn written_off(&mut self, given_up: i64, open: i64) {
        self.add(Account::BadDebt, given_up);
        self.add(Account::RecoveryIncome, (open - given_up).min(0));
        self.add(Account::ReceivableChargeback, (open - given_up).max(0));
    }

    fn receivables(&mut self, contract: &Contract) {
        let balance = contract.account.now();
        self.add(Account::ReceivablePrincipal, balance.missing());
        for (claim, owed) in balance.claims.iter().zip(&balance.owed) {
            let principal = match claim.chargeback {
                Some(_) => Account::ReceivableChargeback,
                None => Account::ReceivablePrincipal,
            };
            self.add(principal, owed.principal);
            self.add(Account::ReceivableInterest, owed.interest);
            self.add(Account::ReceivableFee, owed.fee);
            self.add(Account::ReceivablePenalty, owed.penalty);
        }
    }
}

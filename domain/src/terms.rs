//! The immutable snapshot a contract is signed on.
//!
//! **Invariant:** the rows are what is owed, however they were made; a plan only says what they
//! were computed from, and is never computed again.

use std::{borrow::Cow, sync::Arc};

use crate::{
    Currency, Day, Zone,
    allocation::Rule,
    amortise::{self, Plan, Table, Unpayable},
    decide::MOVE_MAX,
    ending::Shortfall,
    money::portion,
    payoff::Until,
    schedule::{self, Equal, Instalment, ScheduleError},
    time_credit::{Payg, Rate},
};

/// What was agreed beside the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// Which debt money pays first.
    pub allocation: Rule,
    /// Until when the running period bears interest when the contract is paid off early.
    pub payoff: Until,
    /// What becomes of the debt that a phone handed back does not cover.
    pub shortfall: Shortfall,
}

/// What rows were computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The terms of the schedule.
    pub plan: Plan,
    /// The version of its rule set.
    pub version: u32,
}

/// The hash of what a contract's money follows from: SHA-256, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsHash(pub [u8; 32]);

impl TermsHash {
    /// The hash of these digits.
    pub fn parse(text: &str) -> Option<TermsHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let bytes = text.as_bytes();
        let mut hash = [0; 32];
        if bytes.len() != 2 * hash.len() {
            return None;
        }
        for (at, pair) in bytes.chunks_exact(2).enumerate() {
            hash[at] = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(TermsHash(hash))
    }
}

impl std::fmt::Display for TermsHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Who keeps count of the money, and by what rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servicing {
    /// We do: instalments with due days.
    Instalments,
    /// We do: days are bought, and the phone is the buyer's own once all of its price is paid.
    Payg(Payg),
    /// The lender's own loan system does; it tells where the account stands.
    Outside,
}

impl Servicing {
    /// The name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Servicing::Instalments => "instalments",
            Servicing::Payg(_) => "payg",
            Servicing::Outside => "outside",
        }
    }
}

/// What was agreed about money and calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    servicing: Servicing,
    currency: Currency,
    cash_price: i64,
    down_payment: i64,
    rows: Vec<Instalment>,
    total: i64,
    zone: Zone,
    language: String,
    agreed: Agreed,
    origin: Option<Arc<Origin>>,
    partial_unlock: Option<Rate>,
}

impl Terms {
    /// Terms from equal instalments.
    pub fn equal(
        price: Price,
        plan: &Equal,
        zone: Zone,
        language: String,
    ) -> Result<Terms, ScheduleError> {
        let rows = plan.rows(price.financed()?)?;
        Terms::explicit(price, rows, zone, language)
    }

    /// Terms from rows given one by one. Their sum must cover what is financed; their interest is
    /// what it exceeds that by, or is left at zero to be spread over them.
    pub fn explicit(
        price: Price,
        rows: Vec<Instalment>,
        zone: Zone,
        language: String,
    ) -> Result<Terms, ScheduleError> {
        let financed = price.financed()?;
        let total = schedule::check(&rows)?;
        if total < financed {
            return Err(ScheduleError::Short);
        }
        let rows = with_interest(rows, total - financed)?;
        let Price { currency, cash_price, down_payment } = price;
        let (agreed, origin) = (Agreed::default(), None);
        let servicing = Servicing::Instalments;
        Ok(Terms {
            servicing,
            currency,
            cash_price,
            down_payment,
            rows,
            total,
            zone,
            language,
            agreed,
            origin,
            partial_unlock: None,
        })
    }

    /// Terms whose rows a plan computes. Its principal is the price; what it says is paid at the
    /// sale is no row, and neither is one on which nothing is due.
    pub fn computed(
        currency: Currency,
        plan: Plan,
        zone: Zone,
        language: String,
    ) -> Result<Terms, Unpayable> {
        if plan.digits != currency.digits() {
            return Err(Unpayable::Digits);
        }
        let table = amortise::amortise(&plan)?;
        let price = Price {
            currency,
            cash_price: plan.principal,
            down_payment: amortise::down_payment(&plan)?,
        };
        let rows = instalments(&plan, &table)?;
        let terms = Terms::explicit(price, rows, zone, language).map_err(|error| match error {
            ScheduleError::Overflow => Unpayable::Overflow,
            ScheduleError::Count => Unpayable::Count,
            ScheduleError::Order => Unpayable::Order,
            _ => Unpayable::Amount,
        })?;
        let version = plan.rules.version();
        Ok(terms.with_origin(Some(Origin { plan, version })))
    }

    /// The same terms with what was agreed beside the rows.
    pub fn with_agreed(self, agreed: Agreed) -> Terms {
        Terms { agreed, ..self }
    }

    /// The same terms, their rows computed from this.
    pub fn with_origin(self, origin: Option<Origin>) -> Terms {
        Terms { origin: origin.map(Arc::new), ..self }
    }

    /// What was agreed beside the rows.
    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// What the rows were computed from, where they were.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_deref()
    }

    /// Terms of a contract whose account is kept elsewhere. The price is told or zero.
    pub fn outside(price: Price, zone: Zone, language: String) -> Result<Terms, ScheduleError> {
        let Price { currency, cash_price, down_payment } = price;
        if !(0..=cash_price).contains(&down_payment) {
            return Err(ScheduleError::Nothing);
        }
        Ok(Terms {
            servicing: Servicing::Outside,
            currency,
            cash_price,
            down_payment,
            rows: Vec::new(),
            total: 0,
            zone,
            language,
            agreed: Agreed::default(),
            origin: None,
            partial_unlock: None,
        })
    }

    /// Terms of a phone that is sold day by day. Nothing of its total price is interest.
    pub fn payg(
        price: Price,
        payg: Payg,
        zone: Zone,
        language: String,
    ) -> Result<Terms, ScheduleError> {
        if payg.total < price.financed()? {
            return Err(ScheduleError::Short);
        }
        if payg.total > MOVE_MAX {
            return Err(ScheduleError::Overflow);
        }
        if !(1..=payg.total).contains(&payg.rate.day_price) {
            return Err(ScheduleError::Amount);
        }
        let Price { currency, cash_price, down_payment } = price;
        Ok(Terms {
            servicing: Servicing::Payg(payg),
            currency,
            cash_price,
            down_payment,
            rows: Vec::new(),
            total: payg.total,
            zone,
            language,
            agreed: Agreed::default(),
            origin: None,
            partial_unlock: None,
        })
    }

    /// The same terms; a part payment opens the phone for the days it stands for.
    pub fn with_partial_unlock(self, partial_unlock: Option<Rate>) -> Terms {
        Terms { partial_unlock, ..self }
    }

    /// What a day of a part payment costs, where one opens the phone.
    pub fn partial_unlock(&self) -> Option<Rate> {
        self.partial_unlock
    }

    /// What money buys time for, and how many days are free.
    pub fn time_rate(&self) -> Option<(Rate, u32)> {
        match self.servicing {
            Servicing::Payg(payg) => Some((payg.rate, payg.free_days)),
            _ => self.partial_unlock.map(|rate| (rate, 0)),
        }
    }

    /// What the account opens with: the rows; or the whole price, which is never due.
    pub fn claims(&self) -> Cow<'_, [Instalment]> {
        match self.servicing {
            Servicing::Payg(payg) => {
                let due = Day::new(8999, 12, 31).expect("the last day of the calendar");
                Cow::Owned(vec![Instalment { due, amount: payg.total, interest: 0 }])
            }
            _ => Cow::Borrowed(&self.rows),
        }
    }

    /// Who keeps count of the money.
    pub fn servicing(&self) -> Servicing {
        self.servicing
    }

    /// Whether an instalment paid late can cost a fee.
    pub fn bears_late_fees(&self) -> bool {
        self.servicing == Servicing::Instalments
    }

    /// Whether the lender's own loan system keeps count.
    pub fn is_outside(&self) -> bool {
        self.servicing == Servicing::Outside
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Price of the phone in minor units.
    pub fn cash_price(&self) -> i64 {
        self.cash_price
    }

    /// Paid at the sale, in minor units.
    pub fn down_payment(&self) -> i64 {
        self.down_payment
    }

    /// The rows by rising due date.
    pub fn rows(&self) -> &[Instalment] {
        &self.rows
    }

    /// Sum of all rows.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// What the sum exceeds the financed amount by.
    pub fn finance_charge(&self) -> i64 {
        match self.servicing {
            Servicing::Instalments => self.total - (self.cash_price - self.down_payment),
            Servicing::Payg(_) | Servicing::Outside => 0,
        }
    }

    /// The contract's calendar.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// BCP 47 tag of the borrower's language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// One ordinary instalment: the first row's amount; zero without a schedule.
    pub fn instalment(&self) -> i64 {
        self.rows.first().map_or(0, |row| row.amount)
    }
}

/// What is to be paid after the sale.
pub fn instalments(plan: &Plan, table: &Table) -> Result<Vec<Instalment>, Unpayable> {
    let down = usize::from(amortise::down_payment(plan)? > 0);
    let rows = table.rows.iter().skip(down).filter(|row| row.total() > 0);
    let row = |row: &amortise::Row| Instalment {
        due: row.due,
        amount: row.total(),
        interest: row.interest,
    };
    Ok(rows.map(row).collect())
}

/// Rows that do not say which part is interest bear the charge in proportion to their amounts, as
/// equal instalments do; the last takes the rest.
fn with_interest(rows: Vec<Instalment>, charge: i64) -> Result<Vec<Instalment>, ScheduleError> {
    let said = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.interest));
    if said == charge {
        return Ok(rows);
    }
    if said != 0 {
        return Err(ScheduleError::Interest);
    }
    let total = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount));
    let (mut through, mut spread) = (0_i64, 0_i64);
    let share = |row: Instalment| {
        through = through.saturating_add(row.amount);
        let due = portion(charge, through, total).ok_or(ScheduleError::Overflow)?;
        let interest = due - spread;
        spread = due;
        Ok(Instalment { interest, ..row })
    };
    rows.into_iter().map(share).collect()
}

/// What the phone costs and what was paid at the sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Currency of both amounts.
    pub currency: Currency,
    /// Minor units.
    pub cash_price: i64,
    /// Minor units.
    pub down_payment: i64,
}

impl Price {
    fn financed(&self) -> Result<i64, ScheduleError> {
        if self.cash_price < 0 || self.down_payment < 0 {
            return Err(ScheduleError::Nothing);
        }
        match self.cash_price - self.down_payment {
            financed if financed > 0 => Ok(financed),
            _ => Err(ScheduleError::Nothing),
        }
    }
}

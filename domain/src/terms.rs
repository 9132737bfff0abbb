//! The immutable snapshot a contract is signed on.

use crate::{
    Currency, Day, Zone,
    money::portion,
    schedule::{self, Equal, Instalment, ScheduleError},
};

/// What was agreed about money and calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    currency: Currency,
    cash_price: i64,
    down_payment: i64,
    rows: Vec<Instalment>,
    total: i64,
    zone: Zone,
    language: String,
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
        Ok(Terms { currency, cash_price, down_payment, rows, total, zone, language })
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
        self.total - (self.cash_price - self.down_payment)
    }

    /// The contract's calendar.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// BCP 47 tag of the borrower's language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// One ordinary instalment: the first row's amount.
    pub fn instalment(&self) -> i64 {
        self.rows[0].amount
    }

    /// The last due day.
    pub fn last_due(&self) -> Day {
        self.rows[self.rows.len() - 1].due
    }
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

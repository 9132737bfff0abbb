//! Rows of payments.

use std::collections::BTreeMap;

use domain::{Currency, Money};
use sha2::{Digest, Sha256};

use super::{
    Read, RowError, When,
    cells::{Cells, Column, amount, column, error},
    sealed,
};

/// A payment. Its currency is the contract's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// Who took the money.
    pub provider: String,
    /// Its own id for this money.
    pub provider_id: String,
    /// The contract the payer named.
    pub reference: String,
    /// A decimal number above zero, in the currency of the contract.
    pub amount_text: String,
    /// When the payer paid.
    pub paid_at: When,
}

impl PaymentRow {
    /// Hash of what the row says, the same however the amount is written.
    pub fn content_hash(&self) -> [u8; 32] {
        let (whole, part) = self.amount_text.split_once('.').unwrap_or((&self.amount_text, ""));
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        let paid_at = match self.paid_at {
            When::At(moment) => moment.rfc3339(),
            When::On(day) => day.to_string(),
        };
        let mut hash = Sha256::new();
        for field in [self.reference.as_str(), whole, part, paid_at.as_str()] {
            let length = u64::try_from(field.len()).expect("a field's length fits 64 bits");
            hash.update(length.to_be_bytes());
            hash.update(field);
        }
        hash.finalize().into()
    }
}

impl Read<PaymentRow> {
    /// The amount in the currency of the contract.
    pub fn amount(&self, currency: Currency) -> Result<Money, RowError> {
        let text = &self.row.amount_text;
        let column = <PaymentRow as sealed::Row>::COLUMNS[AMOUNT];
        amount(text, currency)
            .map_err(|(code, detail)| error(self.line, column, text, code, &detail))
    }
}

const PROVIDER: usize = 0;
const PROVIDER_ID: usize = 1;
const REFERENCE: usize = 2;
const AMOUNT: usize = 3;
const PAID_AT: usize = 4;

impl sealed::Row for PaymentRow {
    type Seen = BTreeMap<(String, String), (u64, [u8; 32])>;

    const COLUMNS: &'static [Column] = &[
        column("provider"),
        column("provider_id"),
        column("reference"),
        column("amount"),
        column("paid_at"),
    ];

    fn read(cells: &mut Cells<'_>, seen: &mut Self::Seen) -> Option<Self> {
        let provider = cells.filled(PROVIDER, 64);
        let provider_id = cells.filled(PROVIDER_ID, 128);
        let reference = cells.filled(REFERENCE, 64);
        let amount_text = decimal(cells);
        let paid_at = cells.when(PAID_AT);
        let row = PaymentRow {
            provider: provider?.to_owned(),
            provider_id: provider_id?.to_owned(),
            reference: reference?.to_owned(),
            amount_text: amount_text?.to_owned(),
            paid_at: paid_at?,
        };
        let key = (row.provider.clone(), row.provider_id.clone());
        let hash = row.content_hash();
        match seen.get(&key) {
            Some((first, known)) if *known != hash => {
                let detail = format!("line {first} has the same id with other values");
                cells.fail::<()>(PROVIDER_ID, "duplicate_payment", &detail);
            }
            Some(_) => {}
            None => {
                seen.insert(key, (cells.line(), hash));
            }
        }
        Some(row)
    }
}

/// A plain decimal number above zero, whatever the currency.
fn decimal<'a>(cells: &mut Cells<'a>) -> Option<&'a str> {
    let text = cells.filled(AMOUNT, 40)?;
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        let detail = "expected a decimal number with a point, for example 199.90";
        return cells.fail(AMOUNT, "bad_amount", detail);
    }
    if text.bytes().all(|byte| byte == b'0' || byte == b'.') {
        return cells.fail(AMOUNT, "amount_not_positive", "expected an amount above zero");
    }
    Some(text)
}

//! What the entries of a record mean as money: received, or taken back.
//!
//! Only booked entries are money. A statement must chain: opening balance and booked entries give
//! the closing balance, to the last decimal. Banks disagree whether an entry marked as a reversal
//! has its own direction or that of the entry it takes back; the balances tell which. An entry
//! marked so never counts as a payment by itself.

use std::{collections::BTreeMap, fmt};

use sha2::{Digest, Sha256};

use super::{
    exact::Exact,
    facts::{Detail, Direction, Entry, MessageKind, Record, Status},
    tree::fault,
};
use crate::book::{RowError, When};

/// Which way money went between a payer and us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It came in.
    In,
    /// What had come in was taken back.
    Back,
}

/// One receipt of money, or its taking back.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The line of its entry.
    pub line: u64,
    /// Which way it went.
    pub taken: Taken,
    /// The bank's id for it, the same in every file that tells of it.
    pub provider_id: String,
    /// The id the same money has where a batch is told whole, or in parts.
    pub same_as: Option<String>,
    /// Ids the money taken back may have had.
    pub originals: Vec<String>,
    /// Texts that may name the contract, the likeliest first.
    pub references: Vec<String>,
    /// How much, above zero.
    pub amount: Exact,
    /// Currency code as written.
    pub currency: String,
    /// When it counts: the value date, but not after it was booked.
    pub paid_at: When,
    /// Who paid, as far as told: name and account.
    pub payer: Option<String>,
    /// Why no contract can take it as it is, as a stable code.
    pub suspense: Option<&'static str>,
}

/// Payer and references are personal data.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Receipt { line, taken, provider_id, amount, currency, paid_at, suspense, .. } = self;
        write!(f, "Receipt({line}, {taken:?}, {provider_id}, {amount} {currency}, {paid_at:?}")?;
        write!(f, ", {suspense:?})")
    }
}

/// What a record holds for us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    /// Money received and taken back, in order.
    pub items: Vec<Receipt>,
    /// Entries that are not money yet.
    pub pending: u64,
    /// Entries that are not ours to count: paid out, or of nothing.
    pub passed: u64,
}

impl Record {
    /// The money of a record; of a statement only if it chains.
    pub fn receipts(&self, kind: MessageKind) -> Result<Receipts, RowError> {
        let flips = match kind {
            MessageKind::Statement => self.chained()?,
            MessageKind::Notification => false,
        };
        let mut found = Receipts::default();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for entry in &self.entries {
            if entry.status != Status::Booked {
                found.pending += 1;
                continue;
            }
            let Some(taken) = entry.taken(flips).filter(|_| !entry.amount.is_zero()) else {
                found.passed += 1;
                continue;
            };
            let paid_at = self.paid_at(entry)?;
            for mut receipt in parts(entry, taken, paid_at) {
                let times = seen.entry(receipt.provider_id.clone()).or_insert(0);
                *times += 1;
                if *times > 1 {
                    receipt.provider_id += &format!("#{times}");
                }
                found.items.push(receipt);
            }
        }
        Ok(found)
    }

    /// Whether the booked entries lead from the opening to the closing balance with the direction
    /// of reversals flipped; an error when they do not either way.
    fn chained(&self) -> Result<bool, RowError> {
        let wrong = |code, detail: &str| Err(fault(self.line, "Bal", code, detail));
        let (Some(opening), Some(closing)) = (self.opening(), self.closing()) else {
            let detail = "expected a booked balance at the beginning (OPBD) and the end (CLBD)";
            return wrong("balance_missing", detail);
        };
        let booked = || self.entries.iter().filter(|entry| entry.status == Status::Booked);
        let strange = booked().find(|entry| entry.currency != opening.currency);
        if closing.currency != opening.currency || strange.is_some() {
            let line = strange.map_or(self.line, |entry| entry.line);
            let detail = "expected the currency of the opening balance throughout";
            return Err(fault(line, "Amt", "statement_out_of_balance", detail));
        }
        let sum =
            |flips: bool| booked().fold(opening.amount, |sum, entry| sum.plus(entry.signed(flips)));
        if sum(false) == closing.amount {
            return Ok(false);
        }
        if sum(true) == closing.amount {
            return Ok(true);
        }
        let detail = format!(
            "opening {} and booked entries make {}, the closing balance is {}",
            opening.amount,
            sum(false),
            closing.amount
        );
        wrong("statement_out_of_balance", &detail)
    }

    /// The value date, but not after the booking: what the bank has, its payer has paid.
    fn paid_at(&self, entry: &Entry) -> Result<When, RowError> {
        let known = match (entry.value, entry.booked) {
            (Some(value), Some(booked)) if date(value) <= date(booked) => Some(value),
            (value, booked) => booked.or(value).or(self.period.map(|period| period.to)),
        };
        known
            .or(self.created)
            .ok_or_else(|| fault(entry.line, "BookgDt", "missing_element", "the entry has no date"))
    }
}

impl Entry {
    /// Which way the money of an entry goes on the account.
    fn way(&self, flips: bool) -> Direction {
        if self.reversal && flips { self.direction.flipped() } else { self.direction }
    }

    fn signed(&self, flips: bool) -> Exact {
        match self.way(flips) {
            Direction::Credit => self.amount,
            Direction::Debit => self.amount.negated(),
        }
    }

    /// What an entry means for us; `None` where it is none of ours.
    fn taken(&self, flips: bool) -> Option<Taken> {
        let returned = self.reversal || self.details.iter().any(|detail| detail.returned);
        match self.way(flips) {
            Direction::Credit => Some(Taken::In),
            Direction::Debit => returned.then_some(Taken::Back),
        }
    }

    /// The bank's id of an entry; without one what the entry says.
    fn id(&self) -> String {
        if let Some(reference) = &self.servicer_reference {
            return reference.clone();
        }
        let day = self.booked.or(self.value).map(date).unwrap_or_default();
        if let Some(reference) = &self.reference {
            return format!("{reference}/{}/{day}", self.amount);
        }
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        };
        add(&self.amount.to_string());
        add(&self.currency);
        add(self.note.as_deref().unwrap_or(""));
        for detail in &self.details {
            detail.texts().into_iter().for_each(&mut add);
            add(&detail.payer().unwrap_or_default());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let short: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{day}/{short}")
    }
}

impl Detail {
    /// Texts that may name the contract, the likeliest first.
    fn texts(&self) -> Vec<&str> {
        let Detail { refs, remittance, note, .. } = self;
        let structured = remittance.structured.iter().map(|(_, text)| text.as_str());
        let written = remittance.free.iter().chain(&remittance.notes).map(String::as_str);
        let own = refs.proprietary.iter().map(|(_, text)| text.as_str());
        let mut texts: Vec<&str> = structured.collect();
        texts.extend(refs.end_to_end.as_deref());
        texts.extend(written);
        texts.extend([&refs.mandate, &refs.instruction].into_iter().flatten().map(String::as_str));
        texts.extend(own);
        texts.extend(note.as_deref());
        texts
    }

    fn payer(&self) -> Option<String> {
        let name = self.debtor.as_ref().and_then(|party| party.name.as_deref());
        let account = self.debtor_account.as_ref().map(|account| account.id.as_str());
        let known: Vec<&str> = [name, account].into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.join(", "))
    }

    /// References under which its money may have come in before.
    fn ids(&self) -> impl Iterator<Item = &String> {
        let refs = &self.refs;
        [&refs.servicer, &refs.transaction, &refs.end_to_end, &refs.clearing, &refs.instruction]
            .into_iter()
            .flatten()
    }

    /// How much of an entry it is.
    fn part(&self, entry: &Entry) -> Option<Exact> {
        let own = |told: &&(Exact, String)| told.1 == entry.currency && !told.0.is_zero();
        let told = self.amount.as_ref().filter(own).or(self.ordered.as_ref().filter(own));
        told.map(|(amount, _)| *amount)
    }
}

/// The receipts of an entry: one, or one for each payment of a batch.
fn parts(entry: &Entry, taken: Taken, paid_at: When) -> Vec<Receipt> {
    let id = entry.id();
    let whole = |suspense| receipt(entry, taken, paid_at, &id, entry.amount, suspense);
    if entry.details.len() < 2 {
        let unsplit = entry.batch.as_ref().and_then(|batch| batch.count).unwrap_or(1) > 1;
        let mut one = whole(unsplit.then_some("batch_without_details"));
        one.same_as = Some(named(taken, &format!("{id}/1")));
        if let Some(detail) = entry.details.first() {
            tell(&mut one, detail);
        }
        one.references.extend(entry.note.clone());
        return vec![one];
    }
    let amounts: Option<Vec<Exact>> = entry.details.iter().map(|d| d.part(entry)).collect();
    let amounts = amounts.filter(|amounts| {
        amounts.iter().fold(Exact::default(), |sum, part| sum.plus(*part)) == entry.amount
    });
    let Some(amounts) = amounts else {
        return vec![whole(Some("batch_out_of_balance"))];
    };
    let numbered = (1..).zip(entry.details.iter().zip(amounts));
    let made = numbered.map(|(number, (detail, amount))| {
        let mut one = receipt(entry, taken, paid_at, &format!("{id}/{number}"), amount, None);
        one.same_as = Some(named(taken, &id));
        tell(&mut one, detail);
        one
    });
    made.collect()
}

fn receipt(
    entry: &Entry,
    taken: Taken,
    paid_at: When,
    id: &str,
    amount: Exact,
    suspense: Option<&'static str>,
) -> Receipt {
    let currency = entry.currency.clone();
    let marked = (entry.reversal && taken == Taken::In).then_some("reversal_of_ours");
    let originals = match taken {
        Taken::In => Vec::new(),
        Taken::Back => vec![id.to_owned()],
    };
    Receipt {
        line: entry.line,
        taken,
        provider_id: named(taken, id),
        same_as: None,
        originals,
        references: Vec::new(),
        amount,
        currency,
        paid_at,
        payer: None,
        suspense: suspense.or(marked),
    }
}

/// What a detail tells of a receipt.
fn tell(receipt: &mut Receipt, detail: &Detail) {
    receipt.references = detail.texts().into_iter().map(str::to_owned).collect();
    receipt.payer = detail.payer();
    if receipt.taken == Taken::Back {
        receipt.originals.extend(detail.ids().cloned());
    }
}

/// A taking back has an id of its own, even where the bank gives it that of the payment.
fn named(taken: Taken, id: &str) -> String {
    match taken {
        Taken::In => id.to_owned(),
        Taken::Back => format!("back:{id}"),
    }
}

/// The day of a date, as text that sorts.
fn date(when: When) -> String {
    match when {
        When::At(moment) => moment.rfc3339().chars().take(10).collect(),
        When::On(day) => day.to_string(),
    }
}

//! What a bank file says, as it says it.

use std::fmt;

use super::{
    exact::Exact,
    party::{Account, Party},
};
use crate::book::When;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Statement or notification.
    pub kind: MessageKind,
    /// Version of the format.
    pub version: u8,
    /// What stands above all.
    pub header: Header,
    /// Statements or notifications, in order.
    pub records: Vec<Record>,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// camt.053: what was booked, with balances.
    Statement,
    /// camt.054: what was or will be booked, without balances.
    Notification,
}

/// What stands above all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The bank's own id of the file.
    pub id: String,
    /// When it was made.
    pub created: Option<When>,
    /// For whom.
    pub recipient: Option<Party>,
    /// A note.
    pub note: Option<String>,
    /// Which page of how many files.
    pub page: Option<String>,
    /// The query it answers: id, kind, moment.
    pub query: Option<(String, Option<String>, Option<When>)>,
}

/// A statement or notification of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Where it begins.
    pub line: u64,
    /// The bank's id.
    pub id: String,
    /// Its electronic number.
    pub sequence: Option<String>,
    /// Its legal number.
    pub legal_sequence: Option<String>,
    /// When it was made.
    pub created: Option<When>,
    /// From when to when.
    pub period: Option<Period>,
    /// `COPY`, `DUPL` or `CODU`, as the bank marks repeats.
    pub copy: Option<String>,
    /// Which page.
    pub page: Option<String>,
    /// Whose account.
    pub account: Account,
    /// Its balances, as listed.
    pub balances: Vec<Balance>,
    /// Its entries, as listed.
    pub entries: Vec<Entry>,
    /// A note.
    pub note: Option<String>,
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The beginning.
    pub from: When,
    /// The end.
    pub to: When,
}

/// A balance. Below zero is a debt to the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Of what.
    pub kind: BalanceKind,
    /// How much.
    pub amount: Exact,
    /// Currency code as written.
    pub currency: String,
    /// When.
    pub date: Option<When>,
}

/// What a balance is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceKind {
    /// Booked, at the beginning: `OPBD`.
    Opening,
    /// Booked, at the end of the statement before: `PRCD`.
    Previous,
    /// Booked, in between: `ITBD`.
    Interim,
    /// Booked, at the end: `CLBD`.
    Closing,
    /// Any other, by its code.
    Other(String),
}

/// Which way money went on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the account.
    Credit,
    /// From it.
    Debit,
}

impl Direction {
    /// The other way.
    pub fn flipped(self) -> Direction {
        match self {
            Direction::Credit => Direction::Debit,
            Direction::Debit => Direction::Credit,
        }
    }
}

/// Whether an entry is money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is: `BOOK`.
    Booked,
    /// Not yet: `PDNG`.
    Pending,
    /// Anything else, by its code; never money.
    Other(String),
}

/// One line of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins.
    pub line: u64,
    /// Its own reference.
    pub reference: Option<String>,
    /// The bank's reference.
    pub servicer_reference: Option<String>,
    /// How much.
    pub amount: Exact,
    /// Currency code as written.
    pub currency: String,
    /// Which way, as written.
    pub direction: Direction,
    /// Whether the bank marks it as taking another entry back.
    pub reversal: bool,
    /// Whether it is money.
    pub status: Status,
    /// When it was booked.
    pub booked: Option<When>,
    /// From when it counts.
    pub value: Option<When>,
    /// What kind of entry.
    pub code: BankCode,
    /// A batch, where several payments stand in one entry.
    pub batch: Option<Batch>,
    /// The payments it is made of, as far as told.
    pub details: Vec<Detail>,
    /// A note.
    pub note: Option<String>,
}

/// What kind of entry, by ISO's codes and the bank's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankCode {
    /// Domain, family and sub-family.
    pub domain: Option<(String, String, String)>,
    /// The bank's code and who gave it.
    pub proprietary: Option<(String, Option<String>)>,
}

/// A batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Id of its payment information.
    pub payment_information: Option<String>,
    /// How many payments.
    pub count: Option<u32>,
}

/// One payment of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Where it begins.
    pub line: u64,
    /// How much, where told, with its currency.
    pub amount: Option<(Exact, String)>,
    /// How much its payer ordered, with its currency.
    pub ordered: Option<(Exact, String)>,
    /// What kind.
    pub code: BankCode,
    /// References.
    pub refs: Reference,
    /// What the payer wrote.
    pub remittance: Remittance,
    /// Who paid.
    pub debtor: Option<Party>,
    /// From which account.
    pub debtor_account: Option<Account>,
    /// Who was paid.
    pub creditor: Option<Party>,
    /// Into which account.
    pub creditor_account: Option<Account>,
    /// The payer's bank.
    pub debtor_bank: Option<String>,
    /// The other bank.
    pub creditor_bank: Option<String>,
    /// Whether it gives back another payment.
    pub returned: bool,
    /// A note.
    pub note: Option<String>,
}

/// References of a payment. `NOTPROVIDED` and its like are no references.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// `AcctSvcrRef`.
    pub servicer: Option<String>,
    /// `MsgId`.
    pub message: Option<String>,
    /// `PmtInfId`.
    pub payment_information: Option<String>,
    /// `InstrId`.
    pub instruction: Option<String>,
    /// `EndToEndId`.
    pub end_to_end: Option<String>,
    /// `TxId`.
    pub transaction: Option<String>,
    /// `MndtId`.
    pub mandate: Option<String>,
    /// `ClrSysRef`.
    pub clearing: Option<String>,
    /// `UETR`.
    pub uetr: Option<String>,
    /// The bank's own: type and reference.
    pub proprietary: Vec<(Option<String>, String)>,
}

/// What the payer wrote. It may name people, so only its size shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Remittance {
    /// Free texts.
    pub free: Vec<String>,
    /// References of the creditor, each with its type.
    pub structured: Vec<(Option<String>, String)>,
    /// Notes beside the structured references.
    pub notes: Vec<String>,
}

impl fmt::Debug for Remittance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Remittance { free, structured, notes } = self;
        write!(f, "Remittance({} + {} + {} texts)", free.len(), structured.len(), notes.len())
    }
}

impl Record {
    /// The booked balance at the beginning.
    pub fn opening(&self) -> Option<&Balance> {
        let kinds = [BalanceKind::Opening, BalanceKind::Previous, BalanceKind::Interim];
        kinds.iter().find_map(|kind| self.balances.iter().find(|balance| balance.kind == *kind))
    }

    /// The booked balance at the end. On a page before the last it is an interim one.
    pub fn closing(&self) -> Option<&Balance> {
        let of = |kind: BalanceKind| self.balances.iter().rev().find(move |b| b.kind == kind);
        let closing = of(BalanceKind::Closing).or_else(|| of(BalanceKind::Interim));
        closing.filter(|closing| {
            self.opening().is_some_and(|opening| !std::ptr::eq(*closing, opening))
        })
    }
}

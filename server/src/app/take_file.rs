//! A file about money on a running server, a bank's or a table: its bytes are kept, then each
//! receipt in it is taken in by itself. The same bytes again are a repeat.

use domain::{Actor, Refusal, TenantId, UnitId};
use formats::{
    bank_file::{BankFile, FileCounts, bank_file_doc, parse_bank_file},
    book::RowError,
    camt::{self, MessageKind},
    intake::IntakeState,
    journal,
};
use store::{
    Change, Command, Facets, Head, Item, LineKind, NextLook, Outcome, Personal, Row, UnitKind,
};

use super::{
    App,
    change::Lines,
    take_statement::{Statement, Told},
    take_table::{Rows, rows},
    unit_of_hash,
};
use crate::{
    crypto::{hex, sha256},
    error::Error,
};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A bank's message.
    Bank(MessageKind),
    /// A table of payments.
    Payments,
}

impl FileKind {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Bank(MessageKind::Statement) => "camt053",
            FileKind::Bank(MessageKind::Notification) => "camt054",
            FileKind::Payments => "csv",
        }
    }
}

/// What stands in a file.
enum Content {
    Statement(Statement),
    Table(Rows),
}

/// A file as it came.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    /// What it is said to be.
    pub kind: FileKind,
    /// Who tells of its money; absent = the account's number.
    pub provider: Option<&'a str>,
    /// Its bytes.
    pub raw: &'a [u8],
}

/// What became of a file.
#[derive(Debug)]
pub struct TakenFile {
    /// Its unit.
    pub unit: UnitId,
    /// Its record, with the counts.
    pub file: BankFile,
    /// Entries that were refused; none of a file that was known.
    pub refused: Vec<(u64, String, Refusal)>,
    /// Whether the same bytes were taken in before.
    pub repeated: bool,
}

/// Why a file is not taken in.
#[derive(Debug)]
pub enum NotTaken {
    /// It cannot be read, or does not chain.
    Faults(Vec<RowError>),
    /// The server could not.
    Error(Error),
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> NotTaken {
        NotTaken::Error(error)
    }
}

impl App {
    /// Takes a file in. One that cannot be read, or whose balances do not chain, changes
    /// nothing.
    pub async fn take_file(
        &self,
        tenant: TenantId,
        new: NewFile<'_>,
        actor: &Actor,
    ) -> Result<TakenFile, NotTaken> {
        let hash = sha256(&[new.raw]);
        let unit = file_unit(tenant, new.provider, &hash);
        let mut row = self.store.load(&[unit]).await.map_err(Error::from)?.pop().flatten();
        if let Some(row) = &row {
            let file = open_file(row)?;
            if file.counts.is_some() {
                return Ok(TakenFile { unit, file, refused: Vec::new(), repeated: true });
            }
        }
        let content = read(new, hash).map_err(NotTaken::Faults)?;
        if row.is_none() {
            let file = BankFile {
                counts: None,
                format: new.kind.name().to_owned(),
                hash,
                provider: new.provider.map(str::to_owned),
                received_at: self.now(),
                tenant,
            };
            let kept = std::str::from_utf8(new.raw)
                .ok()
                .map(|raw| Personal { field: "raw", value: raw.to_owned() });
            row = self.put_file(unit, None, &file, kept, actor).await?;
        }
        let row = row.ok_or(Error::Busy)?;
        let (counts, told) = match content {
            Content::Statement(statement) => {
                let Statement { pending, passed, .. } = statement;
                let told = self.take_statement(tenant, &statement, actor).await?;
                (FileCounts { pending, passed, ..FileCounts::default() }, told)
            }
            Content::Table(rows) => {
                (FileCounts::default(), self.take_rows(tenant, rows, actor).await?)
            }
        };
        let (counts, refused) = counted(counts, told);
        let file = BankFile { counts: Some(counts), ..open_file(&row)? };
        // Whoever was faster took the same bytes in, to the same end.
        self.put_file(unit, Some(&row), &file, None, actor).await?;
        Ok(TakenFile { unit, file, refused, repeated: false })
    }

    /// Writes a file's record; the row it makes, or that of whoever was faster.
    async fn put_file(
        &self,
        unit: UnitId,
        row: Option<&Row>,
        file: &BankFile,
        kept: Option<Personal>,
        actor: &Actor,
    ) -> Result<Option<Row>, Error> {
        let (now, doc, tenant) = (self.now(), bank_file_doc(file), file.tenant);
        let genesis = Head { entries: 0, hash: journal::genesis(tenant, unit) };
        let mut lines = Lines::after(row.map_or(genesis, |row| row.head), now);
        lines.push(LineKind::Record, super::record(actor, now, &doc)?);
        let hash = sha256(&[b"bank_file", doc.as_bytes()]);
        let key = hash[..16].try_into().expect("half of 32 bytes");
        let item = Item {
            tenant,
            unit,
            kind: UnitKind::BankFile,
            expected: row.map_or(0, |row| row.version),
            command: Command { key, hash, name: "take_file" },
            change: Change {
                doc,
                facets: Facets {
                    name: hex(&file.hash),
                    status: file.status().to_owned(),
                    rung: 0,
                    step: 0,
                    currency: String::new(),
                },
                next_look: NextLook::Keep,
                head: lines.head,
            },
            postings: Vec::new(),
            journal: lines.lines,
            reserve: Vec::new(),
            free: Vec::new(),
            personal: kept.into_iter().collect(),
            jobs: Vec::new(),
            finished: Vec::new(),
        };
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_) | Outcome::Repeat(_) | Outcome::Conflict(_)) => {}
            None => return Err(Error::Fault("the store answered nothing".into())),
        }
        Ok(self.store.load(&[unit]).await?.pop().flatten())
    }
}

/// Reads the receipts of a file.
fn read(new: NewFile<'_>, hash: [u8; 32]) -> Result<Content, Vec<RowError>> {
    let FileKind::Bank(kind) = new.kind else {
        return rows(new.raw).map(Content::Table);
    };
    let message = camt::message(new.raw).map_err(|error| vec![error])?;
    if message.kind != kind {
        let detail = format!("the file is another kind of message than {}", new.kind.name());
        return Err(vec![RowError {
            line: 1,
            column: "Document".to_owned(),
            value: String::new(),
            code: "wrong_format",
            detail,
        }]);
    }
    Statement::of(&message, new.provider, hash).map(Content::Statement)
}

fn counted(mut counts: FileCounts, told: Vec<Told>) -> (FileCounts, Vec<(u64, String, Refusal)>) {
    let mut refused = Vec::new();
    for Told { line, provider_id, became } in told {
        let count = match &became {
            Ok((_, true)) => &mut counts.known,
            Ok((IntakeState::Suspense { .. }, _)) => &mut counts.suspense,
            Ok((IntakeState::Reversal { .. } | IntakeState::Reversing { .. }, _)) => {
                &mut counts.reversed
            }
            Ok(_) => &mut counts.counted,
            Err(_) => &mut counts.refused,
        };
        *count += 1;
        refused.extend(became.err().map(|refusal| (line, provider_id, refusal)));
    }
    (counts, refused)
}

/// The unit of a file follows from its bytes, and from who is said to tell of its money.
fn file_unit(tenant: TenantId, provider: Option<&str>, hash: &[u8; 32]) -> UnitId {
    let provider = provider.unwrap_or("").as_bytes();
    unit_of_hash(&sha256(&[b"bank_file", &tenant.bytes(), hash, provider]))
}

fn open_file(row: &Row) -> Result<BankFile, Error> {
    parse_bank_file(&row.doc)
        .map_err(|error| Error::Fault(format!("bank file {}: {error}", row.unit)))
}

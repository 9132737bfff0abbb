//! Text to domain values and back: journal lines, stored documents, packs, programmes, books.
//!
//! One encoding serves everything kept as JSON: keys sorted, no white space, money and other
//! 64-bit numbers as decimal strings, small numbers as numbers, bytes as base64url without
//! padding, moments as RFC 3339 in UTC with six decimals, days as `YYYY-MM-DD`, stages as
//! `restrict/2`, text escaped no more than JSON demands. A value has exactly one text.
//!
//! **Invariant:** no I/O: texts and readers come in, values go out.
//! **Invariant:** decides nothing; what a text says is handed to `domain` as it stands.
//! **Invariant:** no bytes of the wire, no SQL, no HTTP.
//! **Invariant:** any input gives a value or an error that says where and what; never a panic.
//! **Invariant:** no error and no `Debug` shows a borrower's name or phone number, or a whole IMEI.

pub mod bank_file;
pub mod book;
pub mod camt;
pub mod chain;
pub mod device;
pub mod directory;
pub mod doc;
pub mod facts;
mod fields;
pub mod fold;
mod hex;
pub mod intake;
pub mod journal;
pub mod journal_file;
pub mod key_history;
pub mod ledger_text;
pub mod lender;
pub mod packs;
pub mod programme;
pub mod replay;
pub mod report;
pub mod roots;
pub mod schedule_terms;
mod settings;
mod shape;
mod terms_hash;
mod text;
pub mod unlocks;
pub mod words;

pub use chain::{ChainError, chain, genesis, verify_chain};
pub use device::{Device, device_doc, parse_device};
pub use directory::{ApiKey, Directory, Person, Role, Source, SourceKind, StoredPack};
pub use directory::{StoredProgramme, Tenant};
pub use directory::{directory_doc, parse_directory};
pub use doc::{DocError, contract_doc, parse_contract};
pub use facts::{Facts, parse_facts};
pub use fields::FieldError;
pub use fold::{FoldError, fold};
pub use intake::{Intake, IntakeState, intake_doc, parse_intake};
pub use journal::{Entry, JournalError, parse_decision, parse_fact, parse_line};
pub use journal::{decision_line, fact_line, lease_line};
pub use ledger_text::{BookedLeg, Booking, LedgerForm, LedgerHead, LedgerText};
pub use lender::{LenderFile, parse_lender};
pub use packs::{PackFile, parse_pack, parse_pack_file};
pub use programme::parse_programme;
pub use replay::{Difference, Differs, Replay, replay};
pub use report::{Cell, Report, report_csv, report_rows};
pub use schedule_terms::{ScheduleTerms, Schedules, TermsError, schedules};
pub use settings::TextError;
pub use terms_hash::{schedule_hash, terms_hash};

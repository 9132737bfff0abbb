//! The directory as stored: tenants, people, keys, programmes, packs.

mod proposal;
mod safety;
mod sender;

pub use proposal::{Decided, Done, HeldBy, Proposal, Proposed};
pub use safety::{Breaker, Feed, Lifted, Limits, Standstill, parse_limits};
pub use sender::{Sender, SmtpTls, Via};

use std::collections::BTreeSet;

use domain::{
    Currency, Moment, TenantId, UnitId, Zone,
    policy::{Lender, Programme},
};
use serde::{Deserialize, Serialize};

use crate::{
    doc::{DocError, read, written},
    packs::{PackFile, parse_pack_file},
    programme::parse_programme,
    settings::TextError,
    text::{Text, maybe, one, set},
    unlocks::UnlockDay,
};

/// One entry of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directory {
    /// A lender, carrier or maker.
    Tenant(Tenant),
    /// Somebody who acts.
    Person(Person),
    /// A program's access.
    ApiKey(ApiKey),
    /// A lender's ladder.
    Programme(Box<StoredProgramme>),
    /// A jurisdiction's rules.
    Pack(Box<StoredPack>),
    /// Where calls about payments come from.
    Source(Source),
    /// By what messages leave.
    Sender(Sender),
    /// How fast phones opened on a day.
    Unlocks(UnlockDay),
    /// What holds many contracts at once.
    Standstill(Standstill),
    /// A source of payment data whose silence is noticed.
    Feed(Feed),
    /// What a lender allows to happen by itself, or by one person.
    Limits(Limits),
    /// What one person asks for and another one approves.
    Proposal(Box<Proposal>),
}

impl Directory {
    /// The kind's name in lists.
    pub fn name(&self) -> &'static str {
        match self {
            Directory::Tenant(_) => "tenant",
            Directory::Person(_) => "person",
            Directory::ApiKey(_) => "api_key",
            Directory::Programme(_) => "programme",
            Directory::Pack(_) => "pack",
            Directory::Source(_) => "source",
            Directory::Sender(_) => "sender",
            Directory::Unlocks(_) => "unlocks",
            Directory::Standstill(_) => "standstill",
            Directory::Feed(_) => "feed",
            Directory::Limits(_) => "limits",
            Directory::Proposal(_) => "proposal",
        }
    }
}

/// The text of a directory entry.
pub fn directory_doc(entry: &Directory) -> String {
    written(entry)
}

/// The directory entry of a stored text.
pub fn parse_directory(text: &str) -> Result<Directory, DocError> {
    read(text)
}

/// A lender, carrier or maker on this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// When it was made.
    #[serde(with = "one")]
    pub created_at: Moment,
    /// The currency of amounts that name none.
    #[serde(with = "maybe")]
    pub currency: Option<Currency>,
    /// Its id.
    #[serde(with = "one")]
    pub id: TenantId,
    /// Who lends.
    #[serde(with = "LenderShape")]
    pub lender: Lender,
    /// Its short name in commands and lists.
    pub name: String,
    /// The calendar of times that name no zone.
    #[serde(with = "one")]
    pub time_zone: Zone,
}

/// Somebody who acts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// When it was made.
    #[serde(with = "one")]
    pub created_at: Moment,
    /// The name.
    pub name: String,
    /// What the person may do.
    #[serde(with = "set")]
    pub roles: BTreeSet<Role>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// A program's access. The secret itself is shown once and kept nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// When it was made.
    #[serde(with = "one")]
    pub created_at: Moment,
    /// SHA-256 of the secret.
    #[serde(with = "one")]
    pub hash: [u8; 32],
    /// What it is for.
    pub name: String,
    /// The person it acts for.
    #[serde(with = "maybe")]
    pub person: Option<UnitId>,
    /// The part of the key that is not secret and finds it.
    pub prefix: String,
    /// Since when it no longer opens anything.
    #[serde(with = "maybe")]
    pub revoked_at: Option<Moment>,
    /// What it may do.
    #[serde(with = "set")]
    pub roles: BTreeSet<Role>,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("roles", &self.roles)
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}

/// Where calls about payments come from. Its secrets stand outside the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// When it was made.
    #[serde(with = "one")]
    pub created_at: Moment,
    /// The currency of amounts that name none; absent = the lender's.
    #[serde(with = "maybe")]
    pub currency: Option<Currency>,
    /// What it speaks.
    #[serde(with = "one")]
    pub kind: SourceKind,
    /// Its name in addresses, and the provider of its money.
    pub name: String,
    /// The calendar of times without an offset; absent = the lender's.
    #[serde(with = "maybe")]
    pub time_zone: Option<Zone>,
}

/// What a source of calls about payments speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// Signed events with a moment.
    Stripe,
    /// Unsigned calls with typed account numbers.
    Mpesa,
    /// Several payments and refunds in one call.
    Pix,
    /// Signed calls of any program.
    Generic,
    /// Signed messages about emergencies; they tell of no money.
    Alerts,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [SourceKind; 5] = [
        SourceKind::Stripe,
        SourceKind::Mpesa,
        SourceKind::Pix,
        SourceKind::Generic,
        SourceKind::Alerts,
    ];

    /// The name in addresses and lists.
    pub fn name(self) -> &'static str {
        match self {
            SourceKind::Stripe => "stripe",
            SourceKind::Mpesa => "mpesa",
            SourceKind::Pix => "pix",
            SourceKind::Generic => "generic",
            SourceKind::Alerts => "alerts",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<SourceKind> {
        SourceKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Text for SourceKind {
    const EXPECTED: &'static str = "one of stripe, mpesa, pix, generic, alerts";

    fn read(text: &str) -> Option<Self> {
        SourceKind::parse(text)
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a person or key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Read everything of the tenant but personal data and journals.
    Viewer,
    /// Read everything, journals included, change nothing.
    Auditor,
    /// Report payments, confirmations and reversals.
    Payments,
    /// Help borrowers: explain, give codes, open provisional holds.
    Support,
    /// Register devices, sign and end contracts, holds, notices.
    Operator,
    /// Be the second person.
    Approver,
    /// People, keys, programmes.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 7] = [
        Role::Viewer,
        Role::Auditor,
        Role::Payments,
        Role::Support,
        Role::Operator,
        Role::Approver,
        Role::Admin,
    ];

    /// The name in files and lists.
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Auditor => "auditor",
            Role::Payments => "payments",
            Role::Support => "support",
            Role::Operator => "operator",
            Role::Approver => "approver",
            Role::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl Text for Role {
    const EXPECTED: &'static str =
        "one of viewer, auditor, payments, support, operator, approver, admin";

    fn read(text: &str) -> Option<Self> {
        Role::parse(text)
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A programme with the text it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Toml", try_from = "Toml")]
pub struct StoredProgramme {
    /// Its TOML text.
    pub text: String,
    /// What the text says.
    pub programme: Programme,
}

/// A pack with the text it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "SignedToml", try_from = "SignedToml")]
pub struct StoredPack {
    /// Its TOML text.
    pub text: String,
    /// Who signed it, and how: the lines of its signature file.
    pub signature: String,
    /// What the text says.
    pub file: PackFile,
}

impl StoredProgramme {
    /// Reads a programme's text.
    pub fn new(text: String) -> Result<StoredProgramme, TextError> {
        parse_programme(&text).map(|programme| StoredProgramme { text, programme })
    }
}

impl StoredPack {
    /// Reads a pack's text.
    pub fn new(text: String, signature: String) -> Result<StoredPack, TextError> {
        parse_pack_file(&text).map(|file| StoredPack { text, signature, file })
    }

    /// The keys of those who signed it, in hexadecimal.
    pub fn signers(&self) -> impl Iterator<Item = &str> {
        self.signature.lines().filter_map(|line| line.split(' ').next())
    }
}

/// The text alone is stored: what it says cannot differ from it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Toml {
    toml: String,
}

impl From<StoredProgramme> for Toml {
    fn from(stored: StoredProgramme) -> Toml {
        Toml { toml: stored.text }
    }
}

/// The text with its signature.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedToml {
    signature: String,
    toml: String,
}

impl From<StoredPack> for SignedToml {
    fn from(stored: StoredPack) -> SignedToml {
        SignedToml { signature: stored.signature, toml: stored.text }
    }
}

impl TryFrom<Toml> for StoredProgramme {
    type Error = TextError;
    fn try_from(stored: Toml) -> Result<Self, TextError> {
        StoredProgramme::new(stored.toml)
    }
}

impl TryFrom<SignedToml> for StoredPack {
    type Error = TextError;
    fn try_from(stored: SignedToml) -> Result<Self, TextError> {
        StoredPack::new(stored.toml, stored.signature)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Lender", deny_unknown_fields)]
struct LenderShape {
    complaints: String,
    name: String,
    phone: String,
}

//! Received money as stored: an item of its own until a contract has counted it.

use domain::{Currency, Moment, Money, TenantId, UnitId};
use serde::{Deserialize, Serialize};

use crate::{
    doc::{DocError, read, written},
    text::{Text, maybe, one},
};

/// Received money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Hash of the last report under the same id that says something else: a person must look.
    #[serde(with = "maybe", default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<[u8; 32]>,
    /// How much, in minor units; below zero for money that its rail took back.
    #[serde(with = "one")]
    pub amount: i64,
    /// SHA-256 of what the message says, the same however it is written: a second message with
    /// the same id and another content is a conflict.
    #[serde(with = "one")]
    pub content_hash: [u8; 32],
    /// Of which currency.
    #[serde(with = "one")]
    pub currency: Currency,
    /// When its provider, asked about a hint, said that there is no such money.
    #[serde(with = "maybe", default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Moment>,
    /// The amount as it was told, where the currency has no such fraction; it is then counted
    /// nowhere, and `amount` is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// Why a person gave it to its contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_because: Option<String>,
    /// When the payer paid.
    #[serde(with = "one")]
    pub paid_at: Moment,
    /// Who took the money.
    pub provider: String,
    /// Its own id for this money; unique per tenant and provider.
    pub provider_id: String,
    /// SHA-256 of the bytes received.
    #[serde(with = "one")]
    pub raw_hash: [u8; 32],
    /// When it was received.
    #[serde(with = "one")]
    pub received_at: Moment,
    /// The contract the payer named; empty while none is known.
    pub reference: String,
    /// Where it is.
    pub state: IntakeState,
    /// Who told of it, each when he did so first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tellings: Vec<Telling>,
    /// Whose it is.
    #[serde(with = "one")]
    pub tenant: TenantId,
}

/// That somebody told of money for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telling {
    /// When.
    #[serde(with = "one")]
    pub at: Moment,
    /// Who.
    #[serde(with = "one")]
    pub by: Teller,
    /// Hash of what he said, where it is not the item's own.
    #[serde(with = "maybe", default, skip_serializing_if = "Option::is_none")]
    pub content: Option<[u8; 32]>,
}

/// Who can tell of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Teller {
    /// The provider's own call at a door.
    Call,
    /// A person who confirms it.
    Person,
    /// The provider, asked for its status.
    Pull,
    /// The lender's own report, by API or as a table.
    Report,
    /// A bank's file.
    Statement,
}

impl Teller {
    /// Everybody.
    pub const ALL: [Teller; 5] =
        [Teller::Call, Teller::Person, Teller::Pull, Teller::Report, Teller::Statement];

    /// The name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Teller::Call => "call",
            Teller::Person => "person",
            Teller::Pull => "pull",
            Teller::Report => "report",
            Teller::Statement => "statement",
        }
    }
}

impl Text for Teller {
    const EXPECTED: &'static str = "one of call, person, pull, report, statement";

    fn read(text: &str) -> Option<Self> {
        Teller::ALL.into_iter().find(|teller| teller.name() == text)
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Intake {
    /// How much; nothing where the currency has no such fraction.
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// When the provider's own call told of it.
    pub fn notified_at(&self) -> Option<Moment> {
        self.first(|by| by == Teller::Call).map(|telling| telling.at)
    }

    /// When somebody first told of it who has the money or vouches for it: anybody but a call.
    pub fn settled(&self) -> Option<&Telling> {
        self.first(|by| by != Teller::Call)
    }

    /// Hash of what somebody said when he told of it.
    pub fn said_by(&self, teller: Teller) -> Option<[u8; 32]> {
        let telling = self.first(|by| by == teller);
        telling.map(|telling| telling.content.unwrap_or(self.content_hash))
    }

    /// With somebody's word besides those known; his first one stays.
    pub fn told_by(mut self, by: Teller, at: Moment, content: [u8; 32]) -> Intake {
        if self.said_by(by).is_none() {
            let content = (content != self.content_hash).then_some(content);
            self.tellings.push(Telling { at, by, content });
        }
        self
    }

    /// With what was told of a hint before it: its words stay on record.
    pub fn after(mut self, hint: &Intake) -> Intake {
        let own = std::mem::take(&mut self.tellings);
        for Telling { at, by, .. } in hint.tellings.iter().cloned() {
            let content = hint.said_by(by).unwrap_or(hint.content_hash);
            self = self.told_by(by, at, content);
        }
        let content = self.content_hash;
        own.into_iter().fold(self, |all, telling| all.told_by(telling.by, telling.at, content))
    }

    fn first(&self, who: impl Fn(Teller) -> bool) -> Option<&Telling> {
        self.tellings.iter().filter(|telling| who(telling.by)).min_by_key(|telling| telling.at)
    }
}

/// Where received money is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IntakeState {
    /// Recorded, not yet matched.
    Received,
    /// Told by somebody who could not prove who he is: no money until somebody else confirms it.
    Hint {
        /// The contract it seems to be for.
        #[serde(with = "maybe")]
        contract: Option<UnitId>,
    },
    /// On its way to a contract; the contract may have counted it already.
    InTransit {
        /// The contract.
        #[serde(with = "one")]
        contract: UnitId,
    },
    /// Counted by a contract.
    Applied {
        /// The contract.
        #[serde(with = "one")]
        contract: UnitId,
    },
    /// Waits for a person.
    Suspense {
        /// Why, as a stable code.
        reason: String,
    },
    /// Taken back.
    Reversed {
        /// The contract that had counted it.
        #[serde(with = "one")]
        contract: UnitId,
    },
    /// A rail's taking back of a payment, on its way to the contract.
    Reversing {
        /// The payment taken back.
        #[serde(with = "one")]
        payment: UnitId,
    },
    /// A rail's taking back of a payment, done.
    Reversal {
        /// The payment taken back.
        #[serde(with = "one")]
        payment: UnitId,
    },
}

impl IntakeState {
    /// The name in lists.
    pub fn name(&self) -> &'static str {
        match self {
            IntakeState::Received => "received",
            IntakeState::Hint { .. } => "hint",
            IntakeState::InTransit { .. } => "in_transit",
            IntakeState::Applied { .. } => "applied",
            IntakeState::Suspense { .. } => "suspense",
            IntakeState::Reversed { .. } => "reversed",
            IntakeState::Reversing { .. } => "reversing",
            IntakeState::Reversal { .. } => "reversal",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc<T> {
    intake: T,
}

/// The text of an intake item.
pub fn intake_doc(intake: &Intake) -> String {
    written(&Doc { intake })
}

/// The intake item of a stored text.
pub fn parse_intake(text: &str) -> Result<Intake, DocError> {
    read::<Doc<Intake>>(text).map(|doc| doc.intake)
}

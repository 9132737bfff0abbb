//! Received money as stored: an item of its own until a contract has counted it.

use domain::{Currency, Moment, TenantId, UnitId};
use serde::{Deserialize, Serialize};

use crate::{
    doc::{DocError, read, written},
    text::{maybe, one},
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
    /// The amount as it was told, where the currency has no such fraction; it is then counted
    /// nowhere, and `amount` is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
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
    /// Whose it is.
    #[serde(with = "one")]
    pub tenant: TenantId,
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

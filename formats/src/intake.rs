//! Received money as stored: an item of its own until a contract has counted it.

use domain::{Currency, Moment, Money, TenantId, UnitId};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeTuple};

use crate::{
    doc::{DocError, read, written},
    text::{AsText, one},
};

/// Received money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// How much.
    pub amount: Amount,
    /// Whether the provider can no longer take it back.
    pub confirmed: bool,
    /// SHA-256 of what the message says, the same however it is written: a second message with
    /// the same id and another content is a conflict.
    #[serde(with = "one")]
    pub content_hash: [u8; 32],
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
    /// The contract the payer named.
    pub reference: String,
    /// Where it is.
    pub state: IntakeState,
    /// Whose it is.
    #[serde(with = "one")]
    pub tenant: TenantId,
}

/// How much was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// An amount.
    Known(Money),
    /// A decimal number in the currency of a contract that is not found yet.
    Decimal(String),
}

/// Where received money is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IntakeState {
    /// Recorded, not yet matched.
    Received,
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
        #[serde(with = "crate::text::maybe")]
        contract: Option<UnitId>,
    },
}

impl IntakeState {
    /// The name in lists.
    pub fn name(&self) -> &'static str {
        match self {
            IntakeState::Received => "received",
            IntakeState::InTransit { .. } => "in_transit",
            IntakeState::Applied { .. } => "applied",
            IntakeState::Suspense { .. } => "suspense",
            IntakeState::Reversed { .. } => "reversed",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc<T> {
    intake: T,
}

impl Intake {
    /// Its stored text.
    pub fn doc(&self) -> String {
        written(&Doc { intake: self })
    }

    /// The item of a stored text.
    pub fn parse(text: &str) -> Result<Intake, DocError> {
        read::<Doc<Intake>>(text).map(|doc| doc.intake)
    }
}

/// `["19990","INR"]`, or `["199.90"]` while the currency is not known.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Amount::Known(money) => {
                (AsText(&money.minor), AsText(&money.currency)).serialize(serializer)
            }
            Amount::Decimal(text) => {
                let mut tuple = serializer.serialize_tuple(1)?;
                tuple.serialize_element(text)?;
                tuple.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let parts: Vec<String> = Vec::deserialize(deserializer)?;
        match parts.as_slice() {
            [decimal] => Ok(Amount::Decimal(decimal.clone())),
            [minor, code] => {
                let money = minor.parse().ok().zip(Currency::parse(code));
                let (minor, currency) =
                    money.ok_or_else(|| D::Error::custom("expected minor units and currency"))?;
                Ok(Amount::Known(Money::new(minor, currency)))
            }
            _ => Err(D::Error::custom("expected an amount of one or two texts")),
        }
    }
}

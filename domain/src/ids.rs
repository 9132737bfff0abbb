//! Typed identifiers. Made by the shell (time-ordered UUIDs), never by the domain.

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id with these bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                $name(Uuid::from_bytes(bytes))
            }

            /// The id's bytes, as they cross the wire.
            pub fn bytes(self) -> [u8; 16] {
                *self.0.as_bytes()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )*};
}

ids!(
    /// A lender, carrier or maker on this installation.
    TenantId,
    /// The unit of consistency: a contract, a device before it has one, an intake item, a
    /// directory entry. It leads every key of the store.
    UnitId,
    /// One enrolment of one device under one contract.
    EnrolmentId,
    /// One formal notice.
    NoticeId,
    /// One hold.
    HoldId,
    /// One payoff quote.
    QuoteId,
);

impl UnitId {
    /// The unit of something that has this id as its own.
    pub fn of(uuid: Uuid) -> Self {
        UnitId(uuid)
    }
}

//! The identifiers of the wire: opaque bytes, never parsed.

use core::fmt;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "("))?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                write!(f, ")")
            }
        }
    };
}

opaque!(
    /// The lender's account on this installation.
    TenantId,
    16
);
opaque!(
    /// The contract a device is tied to.
    ContractId,
    16
);
opaque!(
    /// One enrolment of one device under one contract.
    EnrolmentId,
    16
);
opaque!(
    /// One formal notice.
    NoticeId,
    16
);
opaque!(
    /// SHA-256 over a lease's content, a notice's text or an enrolment message.
    ContentHash,
    32
);

//! The bare signatures of the conformance module, for clients in other languages.

use protocol::{PublicKey, conformance::signature_cases};
use serde_json::{Value, json};

use super::hex;

/// All cases.
pub(crate) fn cases() -> Vec<Value> {
    let row = |case: protocol::conformance::SignatureCase| {
        let key = match case.key {
            PublicKey::Ed25519(x) => json!({ "ed25519": hex(&x) }),
            PublicKey::P256(point) => json!({ "p256": hex(&point) }),
        };
        json!({
            "name": case.name, "key": key, "message": hex(case.message),
            "signature": hex(&case.signature), "valid": case.valid,
        })
    };
    signature_cases().into_iter().map(row).collect()
}

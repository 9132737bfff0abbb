//! A contract's state as stored text. Its one field names what it is, so that a later shape gets
//! another name.

use domain::{Contract, TenantId, UnitId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::shape::AsShape;

/// Why a stored text is not what it should be. A stored text comes from our own hand: this is a
/// fault of the store or of a version, never of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocError(pub String);

impl std::fmt::Display for DocError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stored document: {}", self.0)
    }
}

impl std::error::Error for DocError {}

#[derive(Serialize)]
struct Out<'a> {
    contract: AsShape<&'a Contract>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In {
    contract: AsShape<Contract>,
}

/// The text of a contract.
pub fn contract_doc(contract: &Contract) -> String {
    written(&Out { contract: AsShape(contract) })
}

/// The contract of a text that was stored for this unit of this tenant.
pub fn parse_contract(unit: UnitId, tenant: TenantId, text: &str) -> Result<Contract, DocError> {
    let In { contract: AsShape(mut contract) } = read(text)?;
    contract.reopen();
    if (contract.unit, contract.tenant) == (unit, tenant) {
        return Ok(contract);
    }
    Err(DocError(format!("holds unit {} where {unit} should be", contract.unit)))
}

/// A value of ours as JSON.
pub(crate) fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our shapes have text keys and no failing value")
}

pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, DocError> {
    serde_json::from_str(text).map_err(|error| DocError(error.to_string()))
}

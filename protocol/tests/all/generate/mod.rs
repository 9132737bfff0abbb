//! The golden vectors, as values and bytes in code. Expected results are written down here by hand;
//! the text of valid messages comes from an independent CBOR reader.

mod envelopes;
mod invalid;
mod ring;
pub(crate) mod samples;
mod signatures;
mod token;

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Every generated file: path from the crate's root, and content.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let messages = messages();
    for case in &messages {
        let target = case.kind.replace('-', "_");
        let name = case.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        files.insert(format!("../fuzz/corpus/{target}/{name}"), case.bytes.clone());
    }
    for (target, name, bytes) in envelopes::seeds().into_iter().chain(token::seeds()) {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        files.insert(format!("../fuzz/corpus/{target}/{name}"), bytes);
    }
    let messages = messages.into_iter().map(Case::into_json).collect();
    let lists: [(&str, Vec<Value>); 5] = [
        ("messages", messages),
        ("envelopes", envelopes::cases()),
        ("ring", ring::cases()),
        ("signatures", signatures::cases()),
        ("token", token::cases()),
    ];
    for (name, cases) in lists {
        files.insert(format!("vectors/{name}.json"), to_lines(&cases));
    }
    let example = [envelopes::worked_example()];
    files.insert("vectors/worked-example.json".into(), to_lines(&example));
    files
}

/// A message's bytes, and what a decoder says to them.
pub(crate) struct Case {
    /// What it is about.
    pub(crate) name: String,
    /// Which decoder, by the name of its message.
    pub(crate) kind: &'static str,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether encoding the decoded value gives other bytes (optional keys are left out), or the
    /// complaint.
    pub(crate) expected: Result<Outcome, (&'static str, usize)>,
}

/// What decoding valid bytes and encoding the value again gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The same bytes.
    Same,
    /// The bytes without the keys that need not be understood.
    Shorter,
}

impl Case {
    /// Bytes that decode and come back the same.
    pub(crate) fn valid(name: impl Into<String>, kind: &'static str, bytes: Vec<u8>) -> Case {
        Case { name: name.into(), kind, bytes, expected: Ok(Outcome::Same) }
    }

    /// Bytes that are refused.
    pub(crate) fn invalid(
        name: impl Into<String>,
        kind: &'static str,
        bytes: Vec<u8>,
        (what, at): (&'static str, usize),
    ) -> Case {
        Case { name: name.into(), kind, bytes, expected: Err((what, at)) }
    }

    fn into_json(self) -> Value {
        let mut value = json!({ "name": self.name, "kind": self.kind, "hex": hex(&self.bytes) });
        match self.expected {
            Ok(outcome) => {
                value["diagnostic"] = minicbor::display(&self.bytes).to_string().into();
                value["encodes_again"] = (outcome == Outcome::Same).into();
            }
            Err((what, at)) => {
                value["error"] = what.into();
                value["at"] = at.into();
            }
        }
        value
    }
}

fn messages() -> Vec<Case> {
    let mut cases = samples::cases();
    cases.extend(invalid::cases());
    cases
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn to_lines(cases: &[Value]) -> Vec<u8> {
    let mut text = String::from("[\n");
    for (n, case) in cases.iter().enumerate() {
        let comma = if n + 1 == cases.len() { "" } else { "," };
        text.push_str(&format!("{case}{comma}\n"));
    }
    text.push_str("]\n");
    text.into_bytes()
}

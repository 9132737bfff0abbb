//! Every endpoint in one table: address, roles, idempotency, bodies and errors.

mod approvals;
mod assignments;
mod changes;
mod consent;
mod contracts;
mod devices;
mod endings;
mod evidence;
mod holds;
mod money;
mod payments;
mod proposals;
mod replays;
mod reports;
mod standing;
mod standstills;
mod tenant;

use std::{fmt::Write as _, sync::Arc};

use axum::routing::MethodRouter;
use formats::directory::Role;

use crate::App;

/// One endpoint.
pub(crate) struct Endpoint {
    /// Method.
    pub(crate) method: &'static str,
    /// Address; parameters in braces.
    pub(crate) path: &'static str,
    /// What it does, in one line.
    pub(crate) summary: &'static str,
    /// Roles of which a caller needs one.
    pub(crate) roles: &'static [Role],
    /// What becomes of an Idempotency-Key.
    pub(crate) key: Key,
    /// Query parameters.
    pub(crate) query: &'static [&'static str],
    /// Schema of the body.
    pub(crate) body: Option<&'static str>,
    /// Schema of the answer.
    pub(crate) answer: &'static str,
    /// Whether the answer to something made anew is 201.
    pub(crate) makes: bool,
    /// Error codes of its own, besides those of every endpoint like it.
    pub(crate) problems: &'static [&'static str],
    /// Its handler.
    pub(crate) route: fn() -> MethodRouter<Arc<App>>,
}

/// What becomes of an Idempotency-Key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Nothing is written.
    None,
    /// What is written has an identity of its own.
    Optional,
    /// Needed.
    Required,
}

const EVERYBODY: &[Role] = &Role::ALL;
/// Personal data: IMEIs.
const PERSONAL: &[Role] =
    &[Role::Auditor, Role::Support, Role::Operator, Role::Approver, Role::Admin];
const JOURNAL: &[Role] = &[Role::Auditor, Role::Operator, Role::Approver, Role::Admin];
const OPERATOR: &[Role] = &[Role::Operator];
const PAYMENTS: &[Role] = &[Role::Payments];
const FEED: &[Role] = &[Role::Payments, Role::Operator];
/// Personal data: who paid, and what the payer wrote.
const SUSPENSE: &[Role] = &[Role::Auditor, Role::Payments, Role::Operator, Role::Approver];
const HOLDS: &[Role] = &[Role::Support, Role::Operator];

const READ: Endpoint = Endpoint {
    method: "GET",
    path: "",
    summary: "",
    roles: EVERYBODY,
    key: Key::None,
    query: &[],
    body: None,
    answer: "",
    makes: false,
    problems: &[],
    route: MethodRouter::new,
};
const WRITE: Endpoint = Endpoint { method: "POST", key: Key::Required, roles: OPERATOR, ..READ };
const MAKE: Endpoint = Endpoint { key: Key::Optional, makes: true, ..WRITE };
const BULK: Endpoint = Endpoint { key: Key::Optional, answer: "BulkAnswer", ..WRITE };

/// Every endpoint with a role. `/openapi.json` is open.
pub(crate) fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    let parts = [
        tenant::ENDPOINTS,
        devices::ENDPOINTS,
        contracts::ENDPOINTS,
        consent::ENDPOINTS,
        holds::ENDPOINTS,
        approvals::ENDPOINTS,
        evidence::ENDPOINTS,
        money::ENDPOINTS,
        changes::ENDPOINTS,
        endings::ENDPOINTS,
        assignments::ENDPOINTS,
        payments::ENDPOINTS,
        proposals::ENDPOINTS,
        replays::ENDPOINTS,
        reports::ENDPOINTS,
        standing::ENDPOINTS,
        standstills::ENDPOINTS,
    ];
    parts.into_iter().flatten()
}

impl Endpoint {
    /// Names of the parameters in its address.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Every error code it can answer.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let mut codes = vec!["unauthenticated", "forbidden", "internal", "busy"];
        codes.push("bad_idempotency_key");
        codes.extend(self.problems);
        if self.key == Key::Required {
            codes.extend(["idempotency_key_missing", "idempotency_key_reused"]);
        }
        if self.method != "GET" {
            codes.extend(["bad_json", "bad_field", "body_too_large", "clock_refused", "conflict"]);
            codes.push("idempotency_key_reused");
        }
        if self.body.is_some() {
            codes.push("unsupported_media_type");
        }
        if !self.query.is_empty() {
            codes.push("bad_query");
        }
        if self.query.contains(&"cursor") {
            codes.push("bad_cursor");
        }
        if self.method != "GET" && self.path.starts_with("/v1/contracts/{") {
            codes.push("contract_assigned");
        }
        if self.path.contains('{') {
            codes.push("not_found");
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// Who may call what, as text: one endpoint a line with its roles.
pub fn roles_table() -> String {
    let mut text = String::new();
    for Endpoint { method, path, roles, .. } in endpoints() {
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        writeln!(text, "{method:6} {path:50} {}", names.join(" ")).expect("a text takes any text");
    }
    text
}

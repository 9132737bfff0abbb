//! Every endpoint in one table: address, roles, idempotency, bodies and errors.

use std::{fmt::Write as _, sync::Arc};

use axum::routing::{MethodRouter, delete, get, post};
use formats::directory::Role;

use super::{acts, contracts, devices, money, payments, records, suspense, tenant};
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
/// Personal data: who paid, and what the payer wrote.
const SUSPENSE: &[Role] = &[Role::Auditor, Role::Payments, Role::Operator, Role::Approver];
const HOLDS: &[Role] = &[Role::Support, Role::Operator];

/// What reading a contract's row can find wrong.
pub(crate) const CONTRACT_FAULTS: &[&str] = &[
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_date",
    "bad_imei",
    "bad_language",
    "bad_moment",
    "bad_number",
    "bad_phone",
    "bad_reference",
    "bad_text",
    "bad_unit",
    "consent_in_future",
    "device_already_financed",
    "duplicate_reference",
    "empty",
    "nothing_financed",
    "schedule_amount",
    "schedule_count",
    "schedule_date",
    "schedule_every",
    "schedule_order",
    "schedule_overflow",
    "schedule_short",
    "schedule_twice",
    "stale_programme",
    "too_long",
    "unknown_currency",
    "unknown_pack",
    "unknown_programme",
    "unknown_time_zone",
];
const DEVICE_FAULTS: &[&str] =
    &["already_exists", "bad_imei", "bad_text", "duplicate_imei", "empty", "too_long"];
const PAYMENT_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_moment",
    "bad_text",
    "currency_mismatch",
    "empty",
    "paid_in_future",
    "payment_id_reused",
    "too_long",
    "unknown_reference",
];

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

/// What a movement of money may be refused for.
const MONEY_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_moment",
    "bad_text",
    "contract_not_active",
    "refund_exceeds_credit",
    "value_in_future",
    "waiver_exceeds_fees",
];

/// What a chargeback may be refused for.
const CHARGEBACK_FAULTS: &[&str] = &[
    "amount_overflow",
    "bad_moment",
    "no_chargeback",
    "payment_not_posted",
    "reversal_exceeds_paid",
    "value_in_future",
];

/// Every endpoint with a role. `/openapi.json` is open.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/whoami",
        summary: "Say who calls",
        answer: "Whoami",
        route: || get(tenant::whoami),
        ..READ
    },
    Endpoint {
        path: "/v1/counts",
        summary: "Count contracts by status, stage and currency",
        answer: "CountsView",
        route: || get(tenant::counts),
        ..READ
    },
    Endpoint {
        path: "/v1/devices",
        summary: "Register a device",
        body: Some("DeviceBody"),
        answer: "DeviceView",
        problems: DEVICE_FAULTS,
        route: || post(devices::register),
        ..MAKE
    },
    Endpoint {
        path: "/v1/devices/bulk",
        summary: "Register up to 10,000 devices",
        body: Some("DevicesBody"),
        problems: &["too_many_items"],
        route: || post(devices::register_bulk),
        ..BULK
    },
    Endpoint {
        path: "/v1/devices",
        summary: "List devices",
        roles: PERSONAL,
        query: &["cursor", "limit"],
        answer: "DevicePage",
        route: || get(devices::list),
        ..READ
    },
    Endpoint {
        path: "/v1/devices/{imei}",
        summary: "Look a device up",
        roles: PERSONAL,
        answer: "DeviceView",
        route: || get(devices::get),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts",
        summary: "Sign a contract",
        body: Some("ContractBody"),
        answer: "Signed",
        problems: CONTRACT_FAULTS,
        route: || post(contracts::sign),
        ..MAKE
    },
    Endpoint {
        path: "/v1/contracts/bulk",
        summary: "Sign up to 10,000 contracts",
        body: Some("ContractsBody"),
        problems: &["too_many_items"],
        route: || post(contracts::sign_bulk),
        ..BULK
    },
    Endpoint {
        path: "/v1/contracts",
        summary: "List contracts",
        query: &["status", "rung_min", "cursor", "limit"],
        answer: "ContractPage",
        route: || get(contracts::list),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}",
        summary: "Explain a contract: standing, stage, reasons, timetable",
        answer: "ContractView",
        route: || get(contracts::get),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/lease",
        summary: "Show what the contract's version says to its device",
        answer: "LeaseView",
        route: || get(records::lease),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/journal",
        summary: "Read a contract's journal; as lines with Accept: application/x-ndjson",
        roles: JOURNAL,
        query: &["cursor", "limit"],
        answer: "JournalPage",
        route: || get(records::journal),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/notices/{k}/delivery",
        summary: "Declare that a formal notice reached the borrower",
        body: Some("DeliveryBody"),
        answer: "Acted",
        problems: &[
            "bad_moment",
            "bad_text",
            "channel_not_accepted",
            "delivery_out_of_range",
            "notice_not_due",
            "notice_void",
        ],
        route: || post(acts::declare),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/holds",
        summary: "Open a hold",
        roles: HOLDS,
        body: Some("HoldBody"),
        answer: "Acted",
        problems: &[
            "bad_hold_kind",
            "bad_moment",
            "bad_text",
            "contract_not_active",
            "hold_needs_end",
            "hold_out_of_range",
        ],
        route: || post(acts::open_hold),
        ..WRITE
    },
    Endpoint {
        method: "DELETE",
        path: "/v1/contracts/{reference}/holds/{id}",
        summary: "Close a hold before its end",
        key: Key::Optional,
        answer: "Acted",
        route: || delete(acts::close_hold),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/credits",
        summary: "Give money",
        body: Some("CreditBody"),
        answer: "Acted",
        problems: &[
            "amount_not_positive",
            "amount_overflow",
            "amount_too_precise",
            "bad_amount",
            "bad_text",
            "currency_mismatch",
        ],
        route: || post(acts::credit),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/fees",
        summary: "Charge a fee that was agreed",
        body: Some("FeeBody"),
        answer: "Acted",
        problems: MONEY_FAULTS,
        route: || post(money::fee),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/waivers",
        summary: "Give fees up, late fees first",
        body: Some("AmountBody"),
        answer: "Acted",
        problems: MONEY_FAULTS,
        route: || post(money::waive),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/refunds",
        summary: "Record that credit was paid out",
        body: Some("AmountBody"),
        answer: "Acted",
        problems: MONEY_FAULTS,
        route: || post(money::refund),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/return",
        summary: "Record that the phone was handed back; it is released",
        answer: "Acted",
        problems: &["contract_not_active"],
        route: || post(acts::take_back),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/write-off",
        summary: "Write the debt off; the phone is released",
        answer: "Acted",
        problems: &["contract_not_active"],
        route: || post(acts::write_off),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments",
        summary: "Report a payment",
        roles: PAYMENTS,
        body: Some("PaymentBody"),
        answer: "PaymentView",
        problems: PAYMENT_FAULTS,
        route: || post(payments::post),
        ..MAKE
    },
    Endpoint {
        path: "/v1/payments/bulk",
        summary: "Report up to 10,000 payments; those of one contract are counted in order",
        roles: PAYMENTS,
        body: Some("PaymentsBody"),
        problems: &["too_many_items"],
        route: || post(payments::post_bulk),
        ..BULK
    },
    Endpoint {
        path: "/v1/payments",
        summary: "List payments",
        query: &["status", "cursor", "limit"],
        answer: "PaymentPage",
        route: || get(payments::list),
        ..READ
    },
    Endpoint {
        path: "/v1/payments/{id}",
        summary: "Look a payment up",
        answer: "PaymentView",
        route: || get(payments::get),
        ..READ
    },
    Endpoint {
        path: "/v1/payments/{id}/reversal",
        summary: "Take a payment back",
        roles: PAYMENTS,
        key: Key::Optional,
        answer: "PaymentView",
        problems: &["payment_not_posted", "reversal_exceeds_paid"],
        route: || post(payments::reverse),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments/{id}/confirmation",
        summary: "Confirm a hint: it is money from here on",
        roles: PAYMENTS,
        key: Key::Optional,
        answer: "PaymentView",
        route: || post(payments::confirm),
        ..WRITE
    },
    Endpoint {
        path: "/v1/suspense",
        summary: "List money that waits for a person",
        roles: SUSPENSE,
        query: &["cursor", "limit"],
        answer: "SuspensePage",
        route: || get(suspense::list),
        ..READ
    },
    Endpoint {
        path: "/v1/suspense/{id}/match",
        summary: "Give money in suspense to a contract",
        roles: PAYMENTS,
        key: Key::Optional,
        body: Some("MatchBody"),
        answer: "PaymentView",
        problems: &[
            "amount_not_positive",
            "amount_too_precise",
            "currency_mismatch",
            "payment_not_in_suspense",
            "unknown_reference",
        ],
        route: || post(suspense::assign),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments/{id}/chargeback",
        summary: "Record that the payer's bank took a payment back: a debt of its own, due at once",
        roles: PAYMENTS,
        key: Key::Optional,
        body: Some("ChargebackBody"),
        answer: "Acted",
        problems: CHARGEBACK_FAULTS,
        route: || post(money::charge_back),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments/{id}/chargeback-won",
        summary: "Record that the bank gave a charged-back payment again",
        roles: PAYMENTS,
        key: Key::Optional,
        body: Some("ChargebackBody"),
        answer: "Acted",
        problems: CHARGEBACK_FAULTS,
        route: || post(money::win_chargeback),
        ..WRITE
    },
];

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
    for Endpoint { method, path, roles, .. } in ENDPOINTS {
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        writeln!(text, "{method:6} {path:50} {}", names.join(" ")).expect("a text takes any text");
    }
    text
}

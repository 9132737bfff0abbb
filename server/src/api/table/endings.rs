//! Endpoints that end a contract, or put another phone or borrower into it.

use axum::routing::{get, post};

use super::{Endpoint, READ, WRITE};
use crate::api::{custody, endings, releases};

/// What grading a phone may be refused for.
const GRADING_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_shortfall",
    "bad_text",
    "not_returning",
    "serviced_outside",
    "shortfall_waived",
];

/// What taking a phone back may be refused for.
const RETURN_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_moment",
    "bad_shortfall",
    "bad_text",
    "contract_not_active",
    "serviced_outside",
    "shortfall_waived",
    "value_out_of_range",
];

/// What the exchange of a device may be refused for.
const EXCHANGE_FAULTS: &[&str] = &[
    "already_exists",
    "bad_imei",
    "bad_text",
    "contract_not_active",
    "device_already_financed",
    "duplicate_imei",
    "empty",
    "same_device",
    "too_long",
    "too_many_devices",
];

/// What a transfer may be refused for.
const TRANSFER_FAULTS: &[&str] = &[
    "bad_moment",
    "bad_text",
    "consent_in_future",
    "contract_not_active",
    "empty",
    "too_many_devices",
];

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/releases/unconfirmed",
        summary: "List releases whose phone has not confirmed that it removed the agent",
        query: &["cursor", "limit"],
        answer: "UnconfirmedPage",
        route: || get(releases::unconfirmed),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/device-exchange",
        summary: "Put another phone in the place of the one financed",
        body: Some("ExchangeBody"),
        answer: "Acted",
        problems: EXCHANGE_FAULTS,
        route: || post(custody::exchange),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/transfer",
        summary: "Transfer the contract to another borrower, with the consent of all three",
        body: Some("TransferBody"),
        answer: "Acted",
        problems: TRANSFER_FAULTS,
        route: || post(custody::transfer),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/return",
        summary: "Record that the phone was handed back; interest stops with that day",
        body: Some("ReturnBody"),
        answer: "Acted",
        problems: RETURN_FAULTS,
        route: || post(endings::hand_over),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/return/grade",
        summary: "Grade a phone that was handed back; it is released",
        body: Some("GradingBody"),
        answer: "Acted",
        problems: GRADING_FAULTS,
        route: || post(endings::grade),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/return/undo",
        summary: "Take a hand-over back before grading",
        body: Some("ReasonBody"),
        answer: "Acted",
        problems: &["bad_text", "not_returning"],
        route: || post(endings::undo_hand_over),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/write-off",
        summary: "Write the debt off, with or without the phone's release",
        body: Some("WriteOffBody"),
        answer: "Acted",
        problems: &["bad_text", "contract_not_active", "nothing_owed"],
        route: || post(endings::write_off),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/write-off/undo",
        summary: "Take a write-off without release back",
        body: Some("ReasonBody"),
        answer: "Acted",
        problems: &["bad_text", "not_written_off", "write_off_final"],
        route: || post(endings::undo_write_off),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/release",
        summary: "Release the phone of a debt that was written off",
        body: Some("ReasonBody"),
        answer: "Acted",
        problems: &["bad_text", "not_written_off"],
        route: || post(endings::let_go),
        ..WRITE
    },
];

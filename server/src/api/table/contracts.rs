//! Endpoints about contracts: signing, reading, notices and claims.

use axum::routing::{get, post};

use super::{BULK, Endpoint, HOLDS, JOURNAL, Key, MAKE, READ, WRITE};
use crate::api::{acts, certificate, claims, contracts, journal_file, records};

pub(super) const ENDPOINTS: &[Endpoint] = &[
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
        path: "/v1/contracts/{reference}/journal/export",
        summary: "Export a contract's journal as a file that anybody can check",
        roles: JOURNAL,
        query: &["rules"],
        answer: "JournalFileLine",
        route: || get(journal_file::export),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/journal/proof",
        summary: "Prove that a contract's journal stands in the published log of a day",
        roles: JOURNAL,
        query: &["day"],
        answer: "ProofView",
        route: || get(journal_file::proof),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/journal/borrower",
        summary: "Export a contract's journal for its borrower, with his personal data beside it",
        roles: HOLDS,
        answer: "JournalFileLine",
        route: || get(journal_file::for_borrower),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/certificate",
        summary: "Hand out a released contract's certificate; as bytes, text or a page by Accept",
        query: &["enrolment", "link"],
        answer: "CertificateView",
        problems: &["device_already_financed"],
        route: || get(certificate::certificate),
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
        path: "/v1/contracts/{reference}/payment-claims",
        summary: "Say that the borrower has paid, with a transaction number",
        roles: HOLDS,
        key: Key::Optional,
        body: Some("ClaimBody"),
        answer: "ClaimView",
        makes: true,
        problems: &[
            "bad_text",
            "contract_not_active",
            "provisional_budget_spent",
            "transaction_claimed",
        ],
        route: || post(claims::claim),
        ..WRITE
    },
];

/// What reading a contract's row can find wrong.
const CONTRACT_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_date",
    "bad_hash",
    "bad_imei",
    "bad_json",
    "bad_language",
    "bad_moment",
    "bad_number",
    "bad_phone",
    "bad_reference",
    "bad_standing",
    "bad_terms",
    "bad_text",
    "bad_unit",
    "consent_in_future",
    "consent_language",
    "device_already_financed",
    "disclosure_mismatch",
    "duplicate_reference",
    "empty",
    "nothing_financed",
    "pack_ended",
    "price_mismatch",
    "rate_absurd",
    "schedule_amount",
    "schedule_count",
    "schedule_date",
    "schedule_digits",
    "schedule_event",
    "schedule_every",
    "schedule_grace",
    "schedule_interest",
    "schedule_last_row",
    "schedule_not_amortising",
    "schedule_order",
    "schedule_overflow",
    "schedule_payment",
    "schedule_rows",
    "schedule_short",
    "schedule_twice",
    "schedule_unwanted",
    "stale_programme",
    "terms_unsupported",
    "too_long",
    "unknown_currency",
    "unknown_pack",
    "unknown_programme",
    "unknown_time_zone",
];

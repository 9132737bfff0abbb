//! The OpenAPI 3.1 document: schemas from the types, operations from the table, errors from the
//! closed list of codes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{
    acts, approvals, assignments, bulk, certificate, claims,
    codes::{self, CODES},
    consent, contact, contract_line, contract_view, contracts, custody, devices, disclosure,
    endings, evidence, holds, intake, journal_file, money, payments, payoff, preview, problem,
    proposals, receipts, records, refunds, releases, replay, reports, restructure, standing,
    standstills, statements, suspense,
    table::{Endpoint, Key, endpoints},
    tenant,
};

/// The schemas of everything that comes in or goes out.
#[derive(OpenApi)]
#[openapi(components(schemas(
    acts::Acted,
    acts::CreditBody,
    acts::DeliveryBody,
    approvals::ApprovalBody,
    bulk::BulkAnswer,
    certificate::CertificateView,
    claims::ClaimBody,
    claims::ClaimView,
    contract_line::ContractPage,
    contract_view::ContractView,
    contracts::ContractBody,
    contracts::ContractsBody,
    contracts::Signed,
    custody::ConsentBody,
    custody::ExchangeBody,
    custody::FreedView,
    custody::TransferBody,
    endings::GradingBody,
    endings::ReasonBody,
    endings::ReturnBody,
    endings::WriteOffBody,
    evidence::EvidenceView,
    money::AmountBody,
    money::ChargebackBody,
    money::FeeBody,
    holds::AreaBody,
    holds::EndHoldBody,
    holds::HoldBody,
    devices::DeviceBody,
    devices::DevicePage,
    devices::DeviceView,
    devices::DevicesBody,
    payments::PaymentBody,
    payments::PaymentPage,
    payments::PaymentView,
    payments::PaymentsBody,
    journal_file::JournalFileLine,
    journal_file::ProofView,
    preview::PreviewView,
    preview::ProgrammeBody,
    problem::Problem,
    proposals::HeldBody,
    proposals::PersonalView,
    proposals::ProposalBody,
    proposals::ProposalPage,
    proposals::ProposalView,
    records::JournalPage,
    records::LeaseView,
    releases::UnconfirmedPage,
    replay::ReplayView,
    reports::ReportView,
    standing::StandingAnswer,
    standstills::BreakersView,
    standstills::FeedView,
    standstills::FeedsView,
    standstills::StandstillBody,
    standstills::StandstillView,
    standstills::StandstillsView,
    standing::StandingBody,
    standing::StandingItem,
    standing::StandingsBody,
    assignments::AcceptBody,
    assignments::OfferBody,
    assignments::OfferPage,
    consent::RecordConsentBody,
    contact::ContactBody,
    disclosure::DisclosureView,
    disclosure::SectionView,
    payoff::PayoffBody,
    payoff::PayoffView,
    refunds::RefundPage,
    restructure::RestructureBody,
    restructure::RestructureView,
    statements::StatementView,
    suspense::MatchBody,
    suspense::SuspensePage,
    tenant::CountsView,
    tenant::Whoami,
)))]
struct Schemas;

const DESCRIPTION: &str = "Amounts are decimal texts in the contract's currency, times RFC 3339 \
    in UTC, ids UUIDs. References stand percent-encoded in addresses. Errors are problems (RFC \
    9457) with a stable `code`; one that a contract's state is the cause of says that state.";

/// The document as JSON text.
pub fn openapi() -> String {
    let schemas = serde_json::to_value(Schemas::openapi()).expect("a document has text keys only");
    let mut components = schemas["components"].clone();
    components["securitySchemes"] = json!({
        "api_key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of the lender: `Authorization: Bearer qk_...`",
        }
    });
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Quittance",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "api_key": [] }],
        "paths": paths(),
        "components": components,
    });
    serde_json::to_string_pretty(&document).expect("a document has text keys only") + "\n"
}

fn paths() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints() {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_ascii_lowercase()] = operation(endpoint);
    }
    for (path, summary) in intake::DOORS.iter().chain(receipts::DOORS) {
        paths.insert((*path).to_owned(), json!({ "post": door(path, summary) }));
    }
    let document = json!({ "type": "object" });
    paths.insert(
        "/openapi.json".to_owned(),
        json!({ "get": {
        "operationId": "get_openapi_json",
        "summary": "This document",
        "tags": ["openapi"],
        "security": [],
        "responses": { "200": { "description": "This document", "content": {
            "application/json": { "schema": document }
        } } },
    } }),
    );
    Value::Object(paths)
}

fn operation(endpoint: &Endpoint) -> Value {
    let roles: Vec<&str> = endpoint.roles.iter().map(|role| role.name()).collect();
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "description": format!("Needs one of the roles: {}.", roles.join(", ")),
        "tags": [endpoint.path.split('/').nth(2).unwrap_or_default()],
        "parameters": parameters(endpoint),
        "responses": responses(endpoint),
    });
    if let Some(body) = endpoint.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema(body) } },
        });
    }
    if endpoint.path == "/v1/statements" {
        let raw = json!({ "schema": { "type": "string" } });
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/xml": raw, "text/csv": raw } });
    }
    operation
}

/// A provider's door: no key opens it, and what is said there is the provider's own language.
fn door(path: &str, summary: &str) -> Value {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    let of_messages = path.contains("{sender}");
    let (faults, named, text) = match of_messages {
        true => (receipts::FAULTS, "sender", "The sender's name"),
        false => (intake::FAULTS, "source", "The source's name"),
    };
    for code in faults.iter().filter_map(|code| codes::find(code)) {
        by_status.entry(code.status).or_default().push(code.code);
    }
    let any = json!({ "type": "object" });
    let done = json!({
        "description": "Everything is written down",
        "content": { "application/json": { "schema": any } },
    });
    let mut responses = Map::from_iter([("200".to_owned(), done)]);
    for (status, codes) in by_status {
        responses.insert(status.to_string(), problem_response(&codes));
    }
    let name = json!({ "type": "string" });
    let mut parameters = vec![parameter(named, "path", true, text, name.clone())];
    if path.ends_with("{ticket}") {
        let text = "As it stood in the address that the question gave";
        parameters.push(parameter("ticket", "path", true, text, name));
    }
    json!({
        "operationId": format!("post{}", path[3..].replace(['{', '}'], "").replace('/', "_")),
        "summary": summary,
        "description": "Open: a call proves itself by its signature, or is only a hint.",
        "tags": [if of_messages { "receipts" } else { "intake" }],
        "security": [],
        "parameters": parameters,
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": any } },
        },
        "responses": responses,
    })
}

/// `POST /v1/contracts/{reference}/holds` is `post_contracts_reference_holds`.
fn operation_id(endpoint: &Endpoint) -> String {
    let mut id = endpoint.method.to_ascii_lowercase();
    for part in endpoint.path.split('/').skip(2) {
        id.push('_');
        id.push_str(&part.replace(['{', '}'], "").replace('-', "_"));
    }
    id
}

fn parameters(endpoint: &Endpoint) -> Value {
    let mut parameters = Vec::new();
    for name in endpoint.path_parameters() {
        let text = match name {
            "imei" => "14, 15 or 16 digits",
            "reference" => "The contract's reference, percent-encoded",
            "k" => "Number of the formal notice, from 1",
            "report" => "Which report",
            "kind" => "Which kind of evidence",
            _ => "Id",
        };
        let kind = match name {
            "id" => json!({ "type": "string", "format": "uuid" }),
            "k" => json!({ "type": "integer", "minimum": 1, "maximum": 255 }),
            "report" => json!({ "type": "string", "enum": reports::names() }),
            "kind" => json!({ "type": "string", "enum": evidence::kinds() }),
            _ => json!({ "type": "string" }),
        };
        parameters.push(parameter(name, "path", true, text, kind));
    }
    for name in endpoint.query {
        let (text, kind) = asked_for(endpoint, name);
        parameters.push(parameter(name, "query", false, text, kind));
    }
    if endpoint.key != Key::None {
        let needed = endpoint.key == Key::Required;
        let text = "The caller's own key for this write: the same again when trying again";
        let kind = json!({ "type": "string", "minLength": 1, "maxLength": 128 });
        parameters.push(parameter("Idempotency-Key", "header", needed, text, kind));
    }
    Value::Array(parameters)
}

/// What a query parameter asks for, and its schema.
fn asked_for(endpoint: &Endpoint, name: &str) -> (&'static str, Value) {
    let states = if endpoint.path == "/v1/payments" { payments::STATES } else { contracts::STATES };
    match name {
        "cursor" => ("Where to go on: `next` of the page before", json!({ "type": "string" })),
        "limit" => (
            "Entries at most",
            json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }),
        ),
        "link" => (
            "Address of a server that checks certificates, for the page's code",
            json!({ "type": "string", "format": "uri" }),
        ),
        "rules" => (
            "With the texts of the programmes and packs that the decisions name",
            json!({ "type": "boolean", "default": false }),
        ),
        "day" => (
            "Of which day's log; of the last one if left out",
            json!({ "type": "string", "format": "date" }),
        ),
        "format" => (
            "What the file is",
            json!({ "type": "string", "enum": statements::FORMATS, "default": "camt053" }),
        ),
        "lender" => ("Short name of the lender who offers", json!({ "type": "string" })),
        "provider" => (
            "Who tells of its money; else the account's number",
            json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
        ),
        "status" => ("Only in this state", json!({ "type": "string", "enum": states })),
        "as_of" | "from" | "to" | "buckets" => reports::parameter(name),
        "enrolment" => (
            "Of a phone that left the contract: its enrolment",
            json!({ "type": "string", "format": "uuid" }),
        ),
        _ => ("Only at this rung or above", json!({ "type": "string", "enum": contracts::RUNGS })),
    }
}

fn parameter(name: &str, place: &str, required: bool, text: &str, schema: Value) -> Value {
    json!({
        "name": name,
        "in": place,
        "required": required,
        "description": text,
        "schema": schema,
    })
}

fn responses(endpoint: &Endpoint) -> Value {
    let mut responses = Map::new();
    let mut content = json!({ "application/json": { "schema": schema(endpoint.answer) } });
    if endpoint.answer == "JournalFileLine" {
        content = json!({ "application/x-ndjson": { "schema": schema(endpoint.answer) } });
    }
    if endpoint.answer == "CertificateView" {
        let text = json!({ "schema": { "type": "string" } });
        content["text/html; charset=utf-8"] = text.clone();
        content["text/plain; charset=utf-8"] = text;
        let bytes = json!({ "type": "string", "contentMediaType": "application/cbor" });
        content["application/cbor"] = json!({ "schema": bytes });
    }
    if endpoint.answer == "JournalPage" {
        let lines = json!({ "$ref": "#/components/schemas/EntryView" });
        content["application/x-ndjson"] = json!({ "schema": lines });
    }
    if endpoint.answer == "ReportView" {
        content["text/csv"] = json!({ "schema": { "type": "string" } });
    }
    let replayed = json!({ "Idempotent-Replayed": {
        "description": "`true` when nothing was done anew",
        "schema": { "type": "string", "const": "true" },
    } });
    let text = match (endpoint.makes, endpoint.key) {
        (true, _) => "It was known already, exactly so",
        _ => "Done",
    };
    let mut done = json!({ "description": text, "content": content.clone() });
    if endpoint.key != Key::None {
        done["headers"] = replayed;
    }
    responses.insert("200".to_owned(), done);
    if endpoint.makes {
        let made = json!({ "description": "Made", "content": content });
        responses.insert("201".to_owned(), made);
    }
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in endpoint.codes() {
        if let Some(code) = codes::find(code) {
            by_status.entry(code.status).or_default().push(code.code);
        }
    }
    for (status, codes) in by_status {
        responses.insert(status.to_string(), problem_response(&codes));
    }
    Value::Object(responses)
}

/// One of these codes; each is told by its title.
fn problem_response(names: &[&str]) -> Value {
    let known = CODES.iter().filter(|code| names.contains(&code.code));
    let lines = known.map(|code| format!("`{}`: {}", code.code, code.title));
    json!({
        "description": lines.collect::<Vec<_>>().join("; "),
        "content": { "application/problem+json": { "schema": {
            "allOf": [
                schema("Problem"),
                { "type": "object", "properties": { "code": { "enum": names } } },
            ]
        } } },
    })
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

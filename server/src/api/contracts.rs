//! Contracts: sign, list, explain.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri, response::Response};
use domain::{TenantId, UnitId};
use formats::{
    book::{self, ContractRow, GivenRow},
    directory::Role,
};
use serde::{Deserialize, Serialize};
use store::UnitKind;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer, body,
    body::{At, Body, JsonBytes, Params},
    bulk::{self, BulkAnswer},
    contract_line::{self, ContractPage},
    contract_view::{self, ContractView},
    guard::Call,
    problem::{Problem, StateView},
};
use crate::{
    App,
    app::{list::Filter, sign_contract::NewContract},
    error::Error,
};

/// States of a contract.
pub(crate) const STATES: &[&str] = &[
    "active",
    "settled",
    "returning",
    "returned",
    "written_off",
    "assigned",
    "released",
    "archived",
];
/// Rungs by rising number.
pub(crate) const RUNGS: &[&str] = &["clear", "remind", "notice", "restrict", "lock"];

/// A contract to be signed: the columns of a contracts file, or `rows` or `terms` in the place of
/// `count`, `unit`, `every`, `instalment` and `first_due`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractBody {
    /// The lender's own name for it, unique per tenant; 1 to 64 bytes.
    #[schema(example = "EX-00001")]
    reference: String,
    /// 14, 15 or 16 digits.
    #[schema(example = "001010020079198")]
    imei: String,
    /// ISO 4217.
    #[schema(example = "INR")]
    currency: String,
    /// Decimal number; may be absent where `standing` is `outside`.
    #[schema(example = "9500.00")]
    cash_price: Option<String>,
    /// Decimal number; absent = nothing.
    #[schema(example = "1900.00")]
    down_payment: Option<String>,
    /// Number of equal instalments, 1 to 520.
    #[schema(example = 10, minimum = 1, maximum = 520)]
    count: Option<u32>,
    /// `days`, `weeks` or `months`.
    #[schema(example = "months")]
    unit: Option<String>,
    /// Units between due days, 1 to 366.
    #[schema(example = 1, minimum = 1, maximum = 366)]
    every: Option<u32>,
    /// Decimal number; absent = equal parts of what is financed.
    #[schema(example = "791.00")]
    instalment: Option<String>,
    /// First due day.
    #[schema(example = "2026-09-05", format = Date)]
    first_due: Option<String>,
    /// The instalments one by one, by rising due day; at most 520.
    rows: Option<Vec<RowBody>>,
    /// Terms from which a rule set computes the instalments: the object that `quittance schedule`
    /// reads. Its principal is `cash_price`.
    #[schema(value_type = Object, nullable = false)]
    terms: Option<serde_json::Value>,
    /// IANA name of the contract's calendar.
    #[schema(example = "Asia/Kolkata")]
    time_zone: String,
    /// BCP 47 tag of the borrower's language.
    #[schema(example = "hi")]
    language: String,
    /// Id of the programme; its version in force is pinned.
    #[schema(example = "standard")]
    programme: String,
    /// The borrower's name.
    borrower_name: String,
    /// The borrower's phone number.
    borrower_phone: Option<String>,
    /// The borrower's mail address.
    #[schema(example = "asha@example.com")]
    borrower_email: Option<String>,
    /// The consent form's name; the three consent fields go together.
    consent_form: Option<String>,
    /// The consent form's version.
    consent_version: Option<String>,
    /// When consent was given: RFC 3339, or a day of the contract's calendar.
    consent_at: Option<String>,
    /// BCP 47 tag of the language of the disclosure that consent was given on; goes with the hash.
    #[schema(example = "hi")]
    consent_language: Option<String>,
    /// SHA-256 of that disclosure's text, 64 hexadecimal digits; goes with the language.
    consent_hash: Option<String>,
    /// `outside`: the lender's own system keeps the account and tells where it stands; then there
    /// is no schedule. Absent = the account is kept here.
    #[schema(example = "outside")]
    standing: Option<String>,
    /// The phone is sold day by day; then there is no schedule.
    payg: Option<PaygBody>,
    /// A part payment opens a phone that is past due for the days it stands for.
    partial_unlock: Option<PartialUnlockBody>,
}

/// How days are sold.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaygBody {
    /// Decimal number: 24 hours.
    #[schema(example = "25.00")]
    day_price: String,
    /// Decimal number that makes the phone the buyer's own; absent = what is financed.
    #[schema(example = "9125.00")]
    total_price: Option<String>,
    /// The same as a number of days.
    #[schema(example = 365, minimum = 1, maximum = 3660)]
    total_days: Option<u32>,
    /// Days from the signing that cost nothing; absent = none.
    #[schema(example = 3, minimum = 0, maximum = 3660)]
    free_days: Option<u32>,
    /// Most days of credit ahead; absent = no end.
    #[schema(example = 60, minimum = 1, maximum = 3660)]
    max_ahead_days: Option<u32>,
    /// Days that stay when money is taken back; absent = 1.
    #[schema(example = 2, minimum = 0, maximum = 3660)]
    notice_days: Option<u32>,
    /// Whether less than a day's price waits for more; absent = yes.
    carry: Option<bool>,
}

/// What a day of a part payment costs.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartialUnlockBody {
    /// Decimal number: 24 hours.
    #[schema(example = "50.00")]
    day_price: String,
    /// Most days that part payments open for; absent = 30.
    #[schema(example = 7, minimum = 1, maximum = 3660)]
    max_days: Option<u32>,
}

/// An instalment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowBody {
    /// Due day.
    #[schema(example = "2026-09-05", format = Date)]
    due: String,
    /// Decimal number above zero; or `principal` and `interest` in its place.
    #[schema(example = "791.00")]
    amount: Option<String>,
    /// Decimal number.
    principal: Option<String>,
    /// Decimal number; absent = nothing.
    interest: Option<String>,
}

/// Many contracts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: the items are read one by one")]
pub(crate) struct ContractsBody {
    /// At most 10,000.
    #[schema(max_items = 10_000)]
    items: Vec<ContractBody>,
}

/// A contract that was signed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Signed {
    /// Its id.
    id: Uuid,
    /// Where it stands.
    contract: StateView,
}

impl ContractBody {
    fn checked(&self) -> Result<NewContract, Problem> {
        let (sold, eased) = (self.payg.as_ref(), self.partial_unlock.as_ref());
        let told = |field: Option<String>| field.unwrap_or_default();
        let (count, every) = (self.count.map(text), self.every.map(text));
        let optional = |field: &'_ Option<String>| field.clone().unwrap_or_default();
        let down_payment = optional(&self.down_payment);
        let fields = [
            ("reference", self.reference.clone()),
            ("imei", self.imei.clone()),
            ("currency", self.currency.clone()),
            ("cash_price", optional(&self.cash_price)),
            ("down_payment", down_payment),
            ("count", optional(&count)),
            ("unit", optional(&self.unit)),
            ("every", optional(&every)),
            ("instalment", optional(&self.instalment)),
            ("first_due", optional(&self.first_due)),
            ("time_zone", self.time_zone.clone()),
            ("language", self.language.clone()),
            ("programme", self.programme.clone()),
            ("borrower_name", self.borrower_name.clone()),
            ("borrower_phone", optional(&self.borrower_phone)),
            ("consent_form", optional(&self.consent_form)),
            ("consent_version", optional(&self.consent_version)),
            ("consent_at", optional(&self.consent_at)),
            ("terms", self.terms.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("standing", optional(&self.standing)),
            ("payg_day_price", told(sold.map(|payg| payg.day_price.clone()))),
            ("payg_total", told(sold.and_then(|payg| payg.total_price.clone()))),
            ("payg_total_days", told(sold.and_then(|payg| payg.total_days.map(text)))),
            ("payg_free_days", told(sold.and_then(|payg| payg.free_days.map(text)))),
            ("payg_max_ahead_days", told(sold.and_then(|payg| payg.max_ahead_days.map(text)))),
            ("payg_notice_days", told(sold.and_then(|payg| payg.notice_days.map(text)))),
            ("payg_carry", told(sold.and_then(|payg| payg.carry.map(|carry| carry.to_string())))),
            ("partial_unlock_day_price", told(eased.map(|eased| eased.day_price.clone()))),
            ("partial_unlock_max_days", told(eased.and_then(|eased| eased.max_days.map(text)))),
            ("borrower_email", optional(&self.borrower_email)),
            ("consent_language", optional(&self.consent_language)),
            ("consent_hash", optional(&self.consent_hash)),
        ];
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let row: ContractRow = match &self.rows {
            None => book::one(&fields)?,
            Some(rows) => {
                let rows = rows.iter().map(|row| GivenRow {
                    due: &row.due,
                    amount: row.amount.as_deref(),
                    principal: row.principal.as_deref(),
                    interest: row.interest.as_deref(),
                });
                book::contract_of_rows(&fields, &rows.collect::<Vec<_>>())?
            }
        };
        Ok(NewContract::of_row(row))
    }
}

fn text(number: u32) -> String {
    number.to_string()
}

/// Signs one contract.
pub(crate) async fn sign(
    State(app): State<Arc<App>>,
    call: Call,
    Body { value, .. }: Body<ContractBody>,
) -> Result<Response, Problem> {
    let new = value.checked()?;
    let reference = new.reference.clone();
    match app.sign_contract(call.tenant(), new, call.actor()).await {
        Ok(changed) => {
            let id = changed.contract.unit.0;
            let signed = Signed { id, contract: StateView::after(&changed) };
            Ok(answer::written(changed.repeated, &signed))
        }
        Err(error) => {
            let problem = Problem::from(error);
            let known = problem.is_of_state();
            let state = if known { state(&app, call.tenant(), &reference).await? } else { None };
            Err(problem.with_state(state))
        }
    }
}

/// Signs many contracts.
pub(crate) async fn sign_bulk(
    State(app): State<Arc<App>>,
    call: Call,
    JsonBytes(raw): JsonBytes,
) -> Result<Json<BulkAnswer>, Problem> {
    let read = bulk::items::<ContractBody>(&raw)?;
    let read = read.into_iter().map(|item| item.and_then(|body| body.checked())).collect();
    let (good, mut answers) = bulk::sorted(read);
    let mut good = good.into_iter().peekable();
    while good.peek().is_some() {
        let (places, chunk): (Vec<usize>, Vec<NewContract>) =
            good.by_ref().take(bulk::CHUNK).unzip();
        let signed = app.sign_contracts(call.tenant(), chunk, &call.actor()).await?;
        for (place, signed) in places.into_iter().zip(signed) {
            let made = signed.map(|changed| (changed.contract.unit.0, changed.repeated));
            answers[place] = Some(made.map_err(Problem::from));
        }
    }
    Ok(Json(bulk::answer(answers)))
}

/// Lists contracts.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<ContractPage>, Problem> {
    let params = Params::of(&uri, &["status", "rung_min", "cursor", "limit"])?;
    let status = params.one_of("status", STATES)?;
    let rung_min = params.one_of("rung_min", RUNGS)?;
    let rung_min = rung_min.and_then(|name| domain::Rung::parse(&name)).unwrap_or_default() as u8;
    let place = params.place()?;
    let filter = Filter { status, rung_min };
    let kind = UnitKind::Contract;
    let (rows, next) = app.list(call.tenant(), kind, filter, place.after, place.limit).await?;
    let items = rows.into_iter().map(contract_line::line).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(ContractPage { items, next: body::shown(next) }))
}

/// Explains one contract.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
) -> Result<Json<ContractView>, Problem> {
    let unit = unit(&app, call.tenant(), &reference).await?;
    let explained = app.explain(call.tenant(), unit).await?;
    let with_code = call.may(&[Role::Operator, Role::Support]);
    Ok(Json(contract_view::view(explained, with_code)))
}

/// The contract of a reference.
pub(crate) async fn unit(app: &App, tenant: TenantId, reference: &str) -> Result<UnitId, Error> {
    app.by_reference(tenant, reference).await?.ok_or(Error::NotFound("contract"))
}

/// Where a contract stands, for a problem that its state is the cause of.
pub(crate) async fn state(
    app: &App,
    tenant: TenantId,
    reference: &str,
) -> Result<Option<StateView>, Error> {
    let Some(unit) = app.by_reference(tenant, reference).await? else {
        return Ok(None);
    };
    let loaded = app.contract_of(tenant, unit).await?;
    Ok(Some(StateView::of(&loaded.contract, loaded.row.version)))
}

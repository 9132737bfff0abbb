//! Restructure of a contract, and its preview.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    Day, Terms,
    fact::Consent,
    restructure::{Ask, Kind},
    schedule::Period,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    acts::{fault, moment},
    answer,
    body::{At, Body},
    contracts,
    guard::Call,
    problem::{Problem, StateView},
    terms_view::{InstalmentView, instalments},
};
use crate::{App, error::Error};

/// How a contract is to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestructureBody {
    /// `re_age`, `re_amortise`, `extend` or `holiday`.
    #[schema(example = "re_age")]
    kind: String,
    /// Rows of a re-age, further rows of an extension, due dates that a holiday leaves out; none
    /// for `re_amortise`.
    #[schema(example = 6, minimum = 1, maximum = 520)]
    count: Option<u32>,
    /// First due day of a re-age.
    #[schema(example = "2027-01-05", format = Date)]
    first_due: Option<String>,
    /// `days`, `weeks` or `months` between the due days of a re-age; absent = as before.
    #[schema(example = "months")]
    unit: Option<String>,
    /// So many units between two.
    #[schema(example = 1, minimum = 1, maximum = 366)]
    every: Option<u32>,
    /// Only show the new rows; nothing changes and no consent is needed.
    preview: Option<bool>,
    /// Name of the form by which the borrower consented to the change.
    #[schema(example = "restructure")]
    consent_form: Option<String>,
    /// The form's version.
    #[schema(example = "1")]
    consent_version: Option<String>,
    /// When he consented: RFC 3339.
    #[schema(example = "2026-12-20T10:15:00+05:30", format = DateTime)]
    consent_at: Option<String>,
    /// Why the lender agrees; 1 to 500 bytes; needed unless it is a preview.
    #[schema(example = "lost his job, back at work in March")]
    reason: Option<String>,
}

/// A contract's rows before and after a restructure.
#[derive(Serialize, ToSchema)]
pub(crate) struct RestructureView {
    /// Whether nothing changed.
    preview: bool,
    /// Of a preview: what is open of the rows as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    old: Option<Vec<InstalmentView>>,
    /// The new rows.
    rows: Vec<InstalmentView>,
    /// Of a preview: what the new rows bear more than is open; interest of the new dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    added: Option<String>,
    /// Hash of the terms with the new rows.
    terms_hash: String,
    /// Where the contract stands.
    contract: StateView,
}

/// Restructures a contract, or shows what that would make of it.
pub(crate) async fn restructure(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<RestructureBody>,
) -> Result<Response, Problem> {
    let ask = ask(&value)?;
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    if value.preview.unwrap_or(false) {
        let (loaded, proposal) = app.propose_restructure(call.tenant(), unit, &ask).await?;
        let currency = proposal.terms.currency();
        let shown = RestructureView {
            preview: true,
            old: Some(instalments(&proposal.old, currency)),
            added: Some(domain::Money::new(proposal.added(), currency).decimal()),
            ..view(&proposal.terms, StateView::of(&loaded.contract, loaded.row.version))
        };
        return Ok(answer::done(false, &shown));
    }
    let consent = consent(&value)?;
    let reason = given("reason", &value.reason, "why the lender agrees to the change")?;
    let asked = call.asked(&app, &[&raw], "restructure");
    match app.restructure(call.tenant(), unit, &asked, ask, consent, reason).await {
        Ok(changed) => {
            let shown = view(changed.contract.terms(), StateView::after(&changed));
            Ok(answer::done(changed.repeated, &shown))
        }
        Err(error @ Error::Refused(_)) => {
            let state = contracts::state(&app, call.tenant(), &reference).await?;
            Err(Problem::from(error).with_state(state))
        }
        Err(error) => Err(error.into()),
    }
}

fn view(terms: &Terms, contract: StateView) -> RestructureView {
    RestructureView {
        preview: false,
        old: None,
        rows: instalments(terms.rows(), terms.currency()),
        added: None,
        terms_hash: formats::terms_hash(terms).to_string(),
        contract,
    }
}

fn ask(body: &RestructureBody) -> Result<Ask, Problem> {
    let kind = Kind::parse(&body.kind).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
        fault("kind", "bad_restructure", &format!("one of {}", names.join(", ")), &body.kind)
    })?;
    let day = |text: &String| {
        let wrong = || fault("first_due", "bad_date", "expected a day as YYYY-MM-DD", text);
        Day::parse(text).ok_or_else(wrong)
    };
    let period = |text: &String| match text.as_str() {
        "days" => Ok(Period::Days),
        "weeks" => Ok(Period::Weeks),
        "months" => Ok(Period::Months),
        _ => Err(fault("unit", "bad_unit", "expected days, weeks or months", text)),
    };
    Ok(Ask {
        kind,
        count: body.count.unwrap_or(0),
        first_due: body.first_due.as_ref().map(day).transpose()?,
        period: body.unit.as_ref().map(period).transpose()?,
        every: body.every,
    })
}

fn given(name: &str, value: &Option<String>, what: &str) -> Result<String, Problem> {
    let missing = || fault(name, "empty", what, "");
    value.clone().filter(|text| !text.trim().is_empty()).ok_or_else(missing)
}

fn consent(body: &RestructureBody) -> Result<Consent, Problem> {
    let given = |name, value| given(name, value, "the borrower's consent to the change");
    Ok(Consent {
        form: given("consent_form", &body.consent_form)?,
        version: given("consent_version", &body.consent_version)?,
        at: moment("consent_at", &given("consent_at", &body.consent_at)?)?,
        told: None,
    })
}

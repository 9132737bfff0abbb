//! Single commands on a contract: evidence of a notice, credit.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{Command, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer,
    body::{At, Body},
    contracts,
    guard::Call,
    problem::{Fault, Problem, StateView},
};
use crate::{
    App,
    app::{change::Changed, post_payment::amount_of},
    error::Error,
};

/// Evidence that a notice reached the borrower.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryBody {
    /// When it reached him: RFC 3339.
    #[schema(example = "2026-11-06T10:15:00+05:30", format = DateTime)]
    delivered_at: String,
    /// What proves it: the lender's own reference; 1 to 500 bytes.
    #[schema(example = "courier receipt 4711")]
    evidence: String,
}

/// Money the lender gives.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditBody {
    /// Decimal number above zero.
    #[schema(example = "100.00")]
    amount: String,
    /// ISO 4217; absent = the contract's.
    #[schema(example = "INR")]
    currency: Option<String>,
    /// Why; 1 to 500 bytes.
    #[schema(example = "phone was locked though paid")]
    reason: String,
}

/// Where the contract stands after a command.
#[derive(Serialize, ToSchema)]
pub(crate) struct Acted {
    /// The hold that was opened or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hold: Option<Uuid>,
    /// The contract as it is.
    contract: StateView,
}

/// Declares the delivery of a notice.
pub(crate) async fn declare(
    State(app): State<Arc<App>>,
    call: Call,
    At((reference, k)): At<(String, String)>,
    Body { value, raw }: Body<DeliveryBody>,
) -> Result<Response, Problem> {
    let number = k.parse::<u8>().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| Problem::new("not_found", "notice not found"))?;
    let delivered = moment("delivered_at", &value.delivered_at)?;
    let command = Command::DeclareNotice { k: number, delivered, evidence: value.evidence };
    let act = Act { call: &call, reference: &reference, name: "declare_notice" };
    let changed = act.carry_out(&app, &[k.as_bytes(), &raw], command).await?;
    Ok(acted(changed, None))
}

/// Gives money.
pub(crate) async fn credit(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<CreditBody>,
) -> Result<Response, Problem> {
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let currency = app.contract_of(call.tenant(), unit).await?.contract.terms().currency();
    let amount = amount_of(&value.amount, value.currency.as_deref(), currency)?.minor;
    let act = Act { call: &call, reference: &reference, name: "credit" };
    let command = Command::Credit { amount, reason: value.reason };
    let changed = act.carry_out(&app, &[&raw], command).await?;
    Ok(acted(changed, None))
}

/// Who asks what of which contract.
pub(super) struct Act<'a> {
    pub(super) call: &'a Call,
    pub(super) reference: &'a str,
    pub(super) name: &'static str,
}

impl Act<'_> {
    pub(super) async fn carry_out(
        &self,
        app: &App,
        body: &[&[u8]],
        command: Command,
    ) -> Result<Changed, Problem> {
        let tenant = self.call.tenant();
        let unit = contracts::unit(app, tenant, self.reference).await?;
        let asked = self.call.asked(app, body, self.name);
        let changed = app.act(tenant, unit, &asked, command).await;
        self.answered(app, changed).await
    }

    /// A refusal brings the contract's state along.
    pub(super) async fn answered(
        &self,
        app: &App,
        changed: Result<Changed, Error>,
    ) -> Result<Changed, Problem> {
        match changed {
            Ok(changed) => Ok(changed),
            Err(error @ Error::Refused(_)) => {
                let problem = Problem::from(error);
                let state = contracts::state(app, self.call.tenant(), self.reference).await?;
                Err(problem.with_state(state))
            }
            Err(error) => Err(error.into()),
        }
    }
}

pub(super) fn acted(changed: Changed, hold: Option<Uuid>) -> Response {
    let acted = Acted { hold, contract: StateView::after(&changed) };
    answer::done(changed.repeated, &acted)
}

pub(super) fn moment(field: &str, text: &str) -> Result<Moment, Problem> {
    let detail = "expected a moment such as 2026-03-31T18:05:00+05:30";
    Moment::parse(text).ok_or_else(|| fault(field, "bad_moment", detail, text))
}

pub(super) fn fault(field: &str, code: &str, detail: &str, value: &str) -> Problem {
    let value = Some(value.chars().take(64).collect());
    let (field, code, detail) = (field.to_owned(), code.to_owned(), detail.to_owned());
    Problem::faults(vec![Fault { field, code, detail, value, line: None, column: None }])
}

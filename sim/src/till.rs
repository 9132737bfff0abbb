//! How a borrower's money reaches the lender: by a call of the use case, or through the interface
//! for programs over sockets.

use std::{sync::Arc, time::Duration};

use domain::{Actor, TenantId};
use formats::IntakeState;
use serde_json::{Value, json};
use server::{App, Error, app::post_payment::NewPayment, client::Client};

/// Name of the payment provider.
pub const PROVIDER: &str = "rail";
/// Longest that a report may take.
const WITHIN: Duration = Duration::from_secs(30);

/// Where money is reported.
#[derive(Clone, Debug)]
pub enum Till {
    /// The use case itself.
    Direct(Arc<App>, TenantId),
    /// `POST /v1/payments` with a key.
    Http(Arc<Client>),
}

impl Till {
    /// Reports money; whether a contract counts it.
    pub async fn report(&self, new: NewPayment) -> Result<bool, Error> {
        match self {
            Till::Direct(app, tenant) => {
                let feed = Actor::Feed(PROVIDER.to_owned());
                match app.post_payment(*tenant, new, feed).await {
                    Ok(posted) => Ok(matches!(posted.intake.state, IntakeState::Applied { .. })),
                    Err(Error::Refused(_)) => Ok(false),
                    Err(error) => Err(error),
                }
            }
            Till::Http(client) => over(client, &new).await,
        }
    }
}

async fn over(client: &Client, new: &NewPayment) -> Result<bool, Error> {
    let body = json!({
        "provider": new.provider,
        "provider_id": new.provider_id,
        "reference": new.reference,
        "amount": new.amount,
        "paid_at": new.paid_at.rfc3339(),
    });
    let body = body.to_string().into_bytes();
    let answer = client.post("/v1/payments", "application/json", body, WITHIN).await;
    let answer = answer.map_err(|error| Error::Fault(error.to_string()))?;
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match answer.status {
        200..=299 => Ok(said["status"] == "applied"),
        400..=499 => Ok(false),
        status => Err(Error::Fault(format!("payments answer {status}: {said}"))),
    }
}

//! Another phone, or another borrower, in a contract that goes on.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{Contract, Imei, fact::Consent};
use formats::book::{self, DeviceRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    acts::{Act, acted, fault, moment},
    body::{At, Body},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::{exchange_device::NewPhone, register_device::NewDevice, transfer_contract::Transfer},
};

/// The phone that takes the place of the one financed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeBody {
    /// 14, 15 or 16 digits.
    #[schema(example = "001010020158380")]
    imei: String,
    /// Second IMEI; with `make` and `model` the phone is registered on the way.
    #[schema(example = "001010026108389")]
    imei2: Option<String>,
    /// Serial number; at most 64 bytes.
    #[schema(example = "SN3C6EF362")]
    serial: Option<String>,
    /// Maker; 1 to 64 bytes.
    #[schema(example = "Nimbus")]
    make: Option<String>,
    /// Model; 1 to 64 bytes.
    #[schema(example = "N4 Plus")]
    model: Option<String>,
    /// Why; 1 to 500 bytes.
    #[schema(example = "screen broken, repair 4711")]
    reason: String,
}

/// What somebody agreed to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentBody {
    /// The form's name; 1 to 64 bytes.
    #[schema(example = "device-restriction")]
    form: String,
    /// The form's version; 1 to 64 bytes.
    #[schema(example = "2")]
    version: String,
    /// When it was signed: RFC 3339.
    #[schema(example = "2026-11-06T10:15:00+05:30", format = DateTime)]
    at: String,
}

/// A sale of the phone with its debt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferBody {
    /// The buyer's name; 1 to 200 bytes.
    #[schema(example = "Ravi Kumar")]
    borrower_name: String,
    /// The buyer's phone number; 1 to 200 bytes.
    #[schema(example = "+91 555 0100 200")]
    borrower_phone: String,
    /// The buyer's consent to restrictions; it takes the place of the one on record.
    buyer_consent: ConsentBody,
    /// The seller's consent to the sale.
    seller_consent: ConsentBody,
    /// Why the lender agrees; 1 to 500 bytes.
    #[schema(example = "sold to his brother, form T-7")]
    reason: String,
}

/// A device that was freed while its contract goes on.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreedView {
    /// The enrolment.
    enrolment: Uuid,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Whether the device confirmed that it removed itself.
    removed: bool,
}

/// Exchanges the device.
pub(crate) async fn exchange(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: body, raw }: Body<ExchangeBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "exchange_device" };
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let asked = call.asked(&app, &[&raw], act.name);
    let phone = phone(&body)?;
    let changed = app.exchange_device(call.tenant(), unit, &asked, phone, body.reason).await;
    Ok(acted(act.answered(&app, changed).await?, None))
}

/// Transfers the contract to another borrower.
pub(crate) async fn transfer(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: body, raw }: Body<TransferBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "transfer" };
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let asked = call.asked(&app, &[&raw], act.name);
    let transfer = Transfer {
        name: needed("borrower_name", body.borrower_name)?,
        phone: needed("borrower_phone", body.borrower_phone)?,
        buyer_consent: consent("buyer_consent.at", body.buyer_consent)?,
        seller_consent: consent("seller_consent.at", body.seller_consent)?,
        reason: body.reason,
    };
    let changed = app.transfer_contract(call.tenant(), unit, &asked, transfer).await;
    Ok(acted(act.answered(&app, changed).await?, None))
}

/// The devices that were freed while the contract goes on, the oldest first.
pub(super) fn freed(contract: &Contract) -> Vec<FreedView> {
    let view = |freed: &domain::custody::Freed| FreedView {
        enrolment: freed.enrolment.id.0,
        at: freed.at.rfc3339(),
        removed: freed.removed,
    };
    contract.freed.iter().map(view).collect()
}

fn phone(body: &ExchangeBody) -> Result<NewPhone, Problem> {
    let ExchangeBody { imei, imei2, serial, make, model, .. } = body;
    if imei2.is_none() && serial.is_none() && make.is_none() && model.is_none() {
        let wrong = |_| fault("imei", "bad_imei", "14 to 16 digits with a right check digit", imei);
        return Ok(NewPhone::Known(Imei::parse(imei.trim()).map_err(wrong)?));
    }
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let row: DeviceRow = book::one(&[
        ("imei", imei),
        ("imei2", &text(imei2)),
        ("serial", &text(serial)),
        ("make", &text(make)),
        ("model", &text(model)),
    ])?;
    Ok(NewPhone::Registered(NewDevice::of_row(row)))
}

fn needed(field: &str, text: String) -> Result<String, Problem> {
    match text.trim() {
        "" => Err(fault(field, "empty", "a value is needed", "")),
        trimmed => Ok(trimmed.to_owned()),
    }
}

fn consent(field: &str, body: ConsentBody) -> Result<Consent, Problem> {
    let ConsentBody { form, version, at } = body;
    Ok(Consent { form, version, at: moment(field, &at)?, told: None })
}

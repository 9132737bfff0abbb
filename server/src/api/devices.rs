//! The inventory: devices before and under a contract.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri, response::Response};
use domain::{Imei, UnitId};
use formats::{
    book::{self, DeviceRow},
    device::parse_device,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use store::{Reservation, Row, Space, UnitKind};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer, body,
    body::{At, Body, JsonBytes, Params},
    bulk::{self, BulkAnswer},
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::{financed_name, list::Filter, register_device::NewDevice},
    error::Error,
};

/// Rows looked up side by side.
const SIDE_BY_SIDE: usize = 16;

/// A device of the inventory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceBody {
    /// 14, 15 or 16 digits.
    #[schema(example = "001010020158380")]
    imei: String,
    /// Second IMEI of a phone with two cards.
    #[schema(example = "001010026108389")]
    imei2: Option<String>,
    /// Serial number; at most 64 bytes.
    #[schema(example = "SN3C6EF362")]
    serial: Option<String>,
    /// Maker; 1 to 64 bytes.
    #[schema(example = "Nimbus")]
    make: String,
    /// Model; 1 to 64 bytes.
    #[schema(example = "N4 Plus")]
    model: String,
}

/// Many devices.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: the items are read one by one")]
pub(crate) struct DevicesBody {
    /// At most 10,000.
    #[schema(max_items = 10_000)]
    items: Vec<DeviceBody>,
}

/// A device of the inventory.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceView {
    /// Its id.
    id: Uuid,
    /// Its IMEIs with check digits, primary first.
    imeis: Vec<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    serial: Option<String>,
    /// Maker.
    make: String,
    /// Model.
    model: String,
    /// Reference of the contract that finances it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contract: Option<String>,
}

/// A page of devices.
#[derive(Serialize, ToSchema)]
pub(crate) struct DevicePage {
    /// By rising id.
    items: Vec<DeviceView>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

impl DeviceBody {
    fn checked(&self) -> Result<NewDevice, Problem> {
        let row: DeviceRow = book::one(&[
            ("imei", &self.imei),
            ("imei2", self.imei2.as_deref().unwrap_or_default()),
            ("serial", self.serial.as_deref().unwrap_or_default()),
            ("make", &self.make),
            ("model", &self.model),
        ])?;
        Ok(NewDevice::of_row(row))
    }
}

/// Registers one device.
pub(crate) async fn register(
    State(app): State<Arc<App>>,
    call: Call,
    Body { value, .. }: Body<DeviceBody>,
) -> Result<Response, Problem> {
    let new = vec![value.checked()?];
    let mut answers = app.register_devices(call.tenant(), new, &call.actor()).await?;
    let none = || Err(Error::Fault("the device was answered by nobody".into()));
    let registered = answers.pop().unwrap_or_else(none)?;
    let view = view(&app, load(&app, &call, registered.unit).await?).await?;
    Ok(answer::written(registered.repeated, &view))
}

/// Registers many devices.
pub(crate) async fn register_bulk(
    State(app): State<Arc<App>>,
    call: Call,
    JsonBytes(raw): JsonBytes,
) -> Result<Json<BulkAnswer>, Problem> {
    let read = bulk::items::<DeviceBody>(&raw)?;
    let read = read.into_iter().map(|item| item.and_then(|body| body.checked())).collect();
    let (good, mut answers) = bulk::sorted(read);
    let mut good = good.into_iter().peekable();
    while good.peek().is_some() {
        let (places, chunk): (Vec<usize>, Vec<NewDevice>) = good.by_ref().take(bulk::CHUNK).unzip();
        let registered = app.register_devices(call.tenant(), chunk, &call.actor()).await?;
        for (place, registered) in places.into_iter().zip(registered) {
            let made = registered.map(|device| (device.unit.0, device.repeated));
            answers[place] = Some(made.map_err(Problem::from));
        }
    }
    Ok(Json(bulk::answer(answers)))
}

/// Lists devices.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<DevicePage>, Problem> {
    let place = Params::of(&uri, &["cursor", "limit"])?.place()?;
    let (kind, filter) = (UnitKind::Device, Filter::default());
    let (rows, next) = app.list(call.tenant(), kind, filter, place.after, place.limit).await?;
    let views = stream::iter(rows).map(|row| view(&app, row)).buffered(SIDE_BY_SIDE);
    let items = views.try_collect().await?;
    Ok(Json(DevicePage { items, next: body::shown(next) }))
}

/// Looks one device up.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    call: Call,
    At(imei): At<String>,
) -> Result<Json<DeviceView>, Problem> {
    let missing = || Error::NotFound("device");
    let imei = Imei::parse(&imei).map_err(|_| missing())?;
    let (space, tenant) = (Space::Inventory, Some(call.tenant()));
    let name = Reservation { space, tenant, key: app.imei_hash(&imei) };
    let unit = app.owner(name).await?.ok_or_else(missing)?;
    Ok(Json(view(&app, load(&app, &call, unit).await?).await?))
}

async fn load(app: &App, call: &Call, unit: UnitId) -> Result<Row, Error> {
    let row = app.store.load(&[unit]).await?.pop().flatten();
    let own = |row: &Row| row.tenant == call.tenant() && row.kind == UnitKind::Device;
    row.filter(own).ok_or(Error::NotFound("device"))
}

async fn view(app: &App, row: Row) -> Result<DeviceView, Error> {
    let wrong = |error: formats::DocError| Error::Fault(format!("device {}: {error}", row.unit));
    let device = parse_device(&row.doc).map_err(wrong)?;
    let personal = app.personal(row.unit).await?;
    let imeis = personal.into_iter().find(|(field, _)| field == "imei");
    let imeis = imeis.map(|(_, text)| text.split(' ').map(str::to_owned).collect());
    let contract = match device.imei_hashes.first() {
        Some(hash) => app.owner(financed_name(hash)).await?,
        None => None,
    };
    let contract = match contract {
        Some(unit) => app.store.load(&[unit]).await?.pop().flatten(),
        None => None,
    };
    let own = contract.filter(|contract| contract.tenant == row.tenant);
    Ok(DeviceView {
        id: row.unit.0,
        imeis: imeis.unwrap_or_default(),
        serial: device.serial,
        make: device.make,
        model: device.model,
        contract: own.map(|contract| contract.facets.name),
    })
}

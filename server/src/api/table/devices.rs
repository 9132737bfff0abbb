//! Endpoints about devices.

use axum::routing::{get, post};

use super::{BULK, Endpoint, MAKE, PERSONAL, READ};
use crate::api::devices;

pub(super) const ENDPOINTS: &[Endpoint] = &[
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
];

const DEVICE_FAULTS: &[&str] =
    &["already_exists", "bad_imei", "bad_text", "duplicate_imei", "empty", "too_long"];

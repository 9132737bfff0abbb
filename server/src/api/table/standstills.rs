//! Endpoints about what holds many contracts at once.

use axum::routing::{get, post};

use super::{Endpoint, FEED, Key, READ, WRITE};
use crate::api::standstills;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/standstills",
        summary: "List what holds many contracts at once, or did",
        answer: "StandstillsView",
        route: || get(standstills::list),
        ..READ
    },
    Endpoint {
        path: "/v1/standstills",
        summary: "Hold the contracts of an area, or of the lender",
        body: Some("StandstillBody"),
        answer: "StandstillView",
        makes: true,
        problems: &[
            "bad_hold_kind",
            "bad_moment",
            "bad_text",
            "hold_needs_end",
            "hold_out_of_range",
        ],
        route: || post(standstills::open),
        ..WRITE
    },
    Endpoint {
        path: "/v1/breakers",
        summary: "Show how the mass-lock breakers stand",
        answer: "BreakersView",
        route: || get(standstills::breakers),
        ..READ
    },
    Endpoint {
        path: "/v1/feeds",
        summary: "List the feeds of payments that are listened to",
        answer: "FeedsView",
        route: || get(standstills::feeds),
        ..READ
    },
    Endpoint {
        path: "/v1/feeds/{feed}/heartbeat",
        summary: "Say that a feed is there and has nothing to tell",
        roles: FEED,
        key: Key::Optional,
        answer: "FeedView",
        route: || post(standstills::heartbeat),
        ..WRITE
    },
];

//! The device of a contract as the API shows it: what it reported, and when it was last heard.

use domain::Contract;
use serde::Serialize;
use store::Presence;
use utoipa::ToSchema;
use uuid::Uuid;

/// The enrolled device, by its own reports.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceState {
    /// The enrolment.
    enrolment: Uuid,
    /// Rises with each new device key.
    key_gen: u32,
    /// What the platform can enforce, as the device states it.
    tier: u8,
    /// The rung last reported in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rung: Option<&'static str>,
    /// Its step.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    step: Option<u8>,
    /// The lease that said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sequence: Option<u64>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    since: Option<String>,
}

/// When a device was last heard.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactView {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Battery in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    battery: Option<u8>,
    /// The agent's version.
    agent_version: String,
    /// The lease it holds.
    sequence: u64,
}

pub(super) fn device(contract: &Contract) -> Option<DeviceState> {
    let device = contract.device.as_ref()?;
    let applied = contract.applied;
    Some(DeviceState {
        enrolment: device.id.0,
        key_gen: device.key_gen,
        tier: device.tier,
        rung: applied.map(|(stage, ..)| stage.rung.name()),
        step: applied.map(|(stage, ..)| stage.step),
        sequence: applied.map(|(_, sequence, _)| sequence),
        since: applied.map(|(.., at)| at.rfc3339()),
    })
}

pub(super) fn contact(presence: Presence) -> ContactView {
    ContactView {
        at: presence.seen_at.rfc3339(),
        battery: presence.battery,
        agent_version: presence.agent_version,
        sequence: presence.applied_seq,
    }
}

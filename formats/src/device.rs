//! A registered device as stored. Which contract it stands under is told by its IMEI's name.

use serde::{Deserialize, Serialize};

use crate::doc::{DocError, read, written};

/// Longest serial number, maker or model, bytes.
pub const TEXT_MAX: usize = 64;

/// A device of the inventory.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Keyed hashes of its IMEIs, primary first.
    pub imei_hashes: Vec<String>,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
    /// Serial number, if known.
    pub serial: Option<String>,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("make", &self.make)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc<T> {
    device: T,
}

/// The text of a device.
pub fn device_doc(device: &Device) -> String {
    written(&Doc { device })
}

/// The device of a stored text.
pub fn parse_device(text: &str) -> Result<Device, DocError> {
    read::<Doc<Device>>(text).map(|doc| doc.device)
}

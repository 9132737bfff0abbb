//! Rows of devices.

use std::{collections::BTreeMap, fmt};

use domain::Imei;

use crate::device::TEXT_MAX;

use super::{
    cells::{Cells, Column, column, imei_column},
    sealed,
};

/// A device of the inventory.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Primary IMEI.
    pub imei: Imei,
    /// Second IMEI of a phone with two cards.
    pub imei2: Option<Imei>,
    /// Serial number.
    pub serial: Option<String>,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
}

impl fmt::Debug for DeviceRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceRow")
            .field("imei", &self.imei)
            .field("make", &self.make)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

const IMEI: usize = 0;
const IMEI2: usize = 1;
const SERIAL: usize = 2;
const MAKE: usize = 3;
const MODEL: usize = 4;

impl sealed::Row for DeviceRow {
    type Seen = BTreeMap<Imei, u64>;

    const COLUMNS: &'static [Column] = &[
        imei_column("imei"),
        imei_column("imei2"),
        imei_column("serial"),
        column("make"),
        column("model"),
    ];

    fn read(cells: &mut Cells<'_>, seen: &mut Self::Seen) -> Option<Self> {
        let imei = cells.imei(IMEI);
        let imei2 = match cells.text(IMEI2) {
            Some("") => None,
            Some(_) => cells.imei(IMEI2),
            None => None,
        };
        let serial = cells.within(SERIAL, TEXT_MAX).filter(|text| !text.is_empty());
        let make = cells.filled(MAKE, TEXT_MAX);
        let model = cells.filled(MODEL, TEXT_MAX);
        if imei.is_some() && imei == imei2 {
            cells.fail::<()>(
                IMEI2,
                "duplicate_imei",
                "the same handset as in imei: leave it empty",
            );
        }
        let mine = [(IMEI, imei), (IMEI2, imei2.filter(|second| Some(*second) != imei))];
        for (index, imei) in mine.into_iter().filter_map(|(at, one)| one.map(|one| (at, one))) {
            match seen.get(&imei) {
                Some(first) => {
                    let detail = format!("the IMEI stands on line {first} already");
                    cells.fail::<()>(index, "duplicate_imei", &detail);
                }
                None => {
                    seen.insert(imei, cells.line());
                }
            }
        }
        Some(DeviceRow {
            imei: imei?,
            imei2,
            serial: serial.map(str::to_owned),
            make: make?.to_owned(),
            model: model?.to_owned(),
        })
    }
}

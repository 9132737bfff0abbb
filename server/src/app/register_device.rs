//! Registering devices: inventory before any contract. Bulk, each with its own answer.

use domain::{Actor, Imei, TenantId, UnitId};
use formats::{
    device::{self, Device, TEXT_MAX},
    journal,
};
use store::{
    Change, Conflict, Facets, Item, LineKind, NextLook, Outcome, Personal, Reservation, Space,
    UnitKind,
};

use super::{App, change::Lines};
use crate::{crypto::sha256, error::Error};

/// A device of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// Primary IMEI.
    pub imei: Imei,
    /// Second IMEI of a dual-SIM device.
    pub imei2: Option<Imei>,
    /// Serial number.
    pub serial: String,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
}

impl NewDevice {
    /// What a row of a lender's book asks for.
    pub fn of_row(row: formats::book::DeviceRow) -> NewDevice {
        let formats::book::DeviceRow { imei, imei2, serial, make, model } = row;
        NewDevice { imei, imei2, serial: serial.unwrap_or_default(), make, model }
    }
}

/// What became of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its unit.
    pub unit: UnitId,
    /// Whether it was registered before.
    pub repeated: bool,
}

impl App {
    /// Registers devices of a tenant; the same device again is answered like the first time.
    pub async fn register_devices(
        &self,
        tenant: TenantId,
        devices: Vec<NewDevice>,
        actor: &Actor,
    ) -> Result<Vec<Result<Registered, Error>>, Error> {
        let mut answers: Vec<Option<Result<Registered, Error>>> = Vec::new();
        let mut items = Vec::new();
        let mut slots = Vec::new();
        for new in &devices {
            match check(new) {
                Ok(()) => {
                    slots.push(answers.len());
                    answers.push(None);
                    items.push(self.device_item(tenant, new, actor)?);
                }
                Err(error) => answers.push(Some(Err(error))),
            }
        }
        let units: Vec<UnitId> = items.iter().map(|item| item.unit).collect();
        let outcomes = self.store.commit(items).await?;
        for ((outcome, slot), unit) in outcomes.into_iter().zip(slots).zip(units) {
            answers[slot] = Some(self.registered(outcome, unit, &devices[slot]).await);
        }
        let missing = || Err(Error::Fault("the store answered too little".into()));
        Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(missing)).collect())
    }

    /// Whether registering this device would be a repeat; what it would be refused with otherwise.
    /// Changes nothing.
    pub async fn would_register(&self, tenant: TenantId, new: &NewDevice) -> Result<bool, Error> {
        check(new)?;
        for imei in [Some(new.imei), new.imei2].iter().flatten() {
            let name = inventory_name(tenant, &self.imei_hash(imei));
            if let Some(owner) = self.owner(name).await? {
                return self.registered_as(owner, new).await.map(|known| known.repeated);
            }
        }
        Ok(false)
    }

    /// The IMEIs of the handset with this one, as far as the inventory knows; this one first.
    pub(super) async fn handset(&self, tenant: TenantId, imei: Imei) -> Result<Vec<Imei>, Error> {
        let name = inventory_name(tenant, &self.imei_hash(&imei));
        let mut imeis = vec![imei];
        if let Some(unit) = self.owner(name).await? {
            for (_, value) in self.personal(unit).await?.iter().filter(|(name, _)| name == "imei") {
                let others = value.split(' ').filter_map(|text| Imei::from_network(text).ok());
                imeis.extend(others.filter(|other| *other != imei));
            }
        }
        Ok(imeis)
    }

    fn device_item(&self, tenant: TenantId, new: &NewDevice, actor: &Actor) -> Result<Item, Error> {
        let now = self.now();
        let unit = UnitId::of(self.new_id());
        let imeis: Vec<Imei> = [Some(new.imei), new.imei2].into_iter().flatten().collect();
        let hashes: Vec<String> = imeis.iter().map(|imei| self.imei_hash(imei)).collect();
        let reserve = hashes.iter().map(|hash| inventory_name(tenant, hash));
        let device = Device {
            imei_hashes: hashes.clone(),
            serial: serial_of(new),
            make: new.make.clone(),
            model: new.model.clone(),
        };
        let doc = device::device_doc(&device);
        let genesis = store::Head { entries: 0, hash: journal::genesis(tenant, unit) };
        let mut lines = Lines::after(genesis, now);
        lines.push(LineKind::Record, super::record(actor, now, &doc)?);
        let hash = sha256(&[doc.as_bytes()]);
        let digits: Vec<String> = imeis.iter().map(Imei::with_check_digit).collect();
        Ok(Item {
            tenant,
            unit,
            kind: UnitKind::Device,
            expected: 0,
            command: store::Command { key: *unit.0.as_bytes(), hash, name: "register_device" },
            change: Change {
                doc,
                facets: Facets {
                    name: format!("{} {}", new.make, new.model).trim().to_owned(),
                    status: "registered".to_owned(),
                    ..Facets::default()
                },
                next_look: NextLook::Keep,
                head: lines.head,
            },
            journal: lines.lines,
            postings: Vec::new(),
            reserve: reserve.collect(),
            free: Vec::new(),
            personal: vec![Personal { field: "imei", value: digits.join(" ") }],
            jobs: Vec::new(),
            finished: Vec::new(),
        })
    }

    async fn registered(
        &self,
        outcome: Outcome,
        unit: UnitId,
        new: &NewDevice,
    ) -> Result<Registered, Error> {
        let owner = match outcome {
            Outcome::Done(_) | Outcome::Repeat(_) => {
                return Ok(Registered { unit, repeated: false });
            }
            Outcome::Conflict(Conflict::Taken(_, owner)) => owner,
            Outcome::Conflict(conflict) => return Err(super::change::refused_by(&conflict)),
        };
        self.registered_as(owner, new).await
    }

    /// The device is known under its IMEI: whether it is the same.
    async fn registered_as(&self, owner: UnitId, new: &NewDevice) -> Result<Registered, Error> {
        let row = self.store.load(&[owner]).await?.pop().flatten();
        let known = row.as_ref().and_then(|row| device::parse_device(&row.doc).ok());
        let imeis = [Some(new.imei), new.imei2];
        let hashes: Vec<String> = imeis.iter().flatten().map(|imei| self.imei_hash(imei)).collect();
        let same = known.is_some_and(|known| {
            known.imei_hashes == hashes
                && known.serial == serial_of(new)
                && known.make == new.make
                && known.model == new.model
        });
        if same {
            return Ok(Registered { unit: owner, repeated: true });
        }
        let detail = "a device with this IMEI is registered with other details";
        Err(Error::refused("duplicate_imei", detail))
    }
}

/// An IMEI stands once in a tenant's inventory.
fn inventory_name(tenant: TenantId, imei_hash: &str) -> Reservation {
    Reservation { space: Space::Inventory, tenant: Some(tenant), key: imei_hash.to_owned() }
}

fn serial_of(new: &NewDevice) -> Option<String> {
    Some(new.serial.clone()).filter(|serial| !serial.is_empty())
}

fn check(new: &NewDevice) -> Result<(), Error> {
    if new.imei2 == Some(new.imei) {
        return Err(Error::refused("bad_imei", "imei2: must differ from imei"));
    }
    for (field, text) in [("serial", &new.serial), ("make", &new.make), ("model", &new.model)] {
        if text.len() > TEXT_MAX || text.contains(char::is_control) {
            return Err(Error::refused("bad_text", format!("{field}: at most {TEXT_MAX} bytes")));
        }
    }
    Ok(())
}

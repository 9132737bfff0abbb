//! Personal data stands beside the journals and in none of them: it can be erased, and every chain
//! and every proof is as good as before.

use domain::Actor;
use formats::journal_file::check_journal_file;
use server::app::{
    change::{Asked, Extras},
    export_journal::Beside,
};
use store::{Entry, Personal, Query, UnitKind};

use crate::{
    kit::{DAY, House, imei, new_contract},
    phone::{Phone, pass_until},
};

const NAME: &str = "Qwxzy Markername";
const PHONE: &str = "+91 7755 0042 99";

/// Every journal line of the house.
async fn lines(house: &House) -> Vec<String> {
    let mut lines = Vec::new();
    for kind in [UnitKind::Contract, UnitKind::Device, UnitKind::Intake] {
        let query = Query::Units { tenant: None, kind, status: None, rung_min: 0 };
        for entry in store::walk::entries(&*house.app.store, query).await.unwrap() {
            let Entry::Unit(row) = entry else { panic!("{entry:?}") };
            lines.extend(house.journal(row.unit).await.into_iter().map(|line| line.text));
            lines.push(row.doc);
        }
    }
    lines
}

#[tokio::test]
async fn a_whole_life_leaves_no_personal_data_in_any_journal() {
    let house = House::new().await;
    let mut new = new_contract("C-1", 1);
    new.borrower_name = NAME.to_owned();
    new.borrower_phone = PHONE.to_owned();
    let unit = house.sign(new).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    let lock = protocol::Stage { rung: protocol::Rung::Lock, step: 0 };
    pass_until(&house, &mut phone, lock, 40).await;
    house.pay("p-1", "C-1", "3000.00").await;
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released());
    let imei = imei(1);
    let lines = lines(&house).await;
    assert!(lines.len() > 30, "{}", lines.len());
    for line in &lines {
        for datum in [NAME, "Markername", PHONE, imei.digits(), "7755"] {
            assert!(!line.contains(datum), "{datum} stands in {line}");
        }
    }
}

#[tokio::test]
async fn erasure_leaves_chain_and_proof_as_they_were() {
    let house = House::new().await;
    let mut new = new_contract("C-1", 1);
    new.borrower_name = NAME.to_owned();
    let unit = house.sign(new).await;
    house.app.publish_roots().await.unwrap();
    house.clock.pass(DAY);
    let own = Beside { personal: true, ..Beside::default() };
    let export = async || house.app.export_journal(house.tenant, unit, own).await.unwrap();
    let before = export().await;
    assert!(before.contains(NAME));
    let erased = |field| Personal { field, value: String::new() };
    let personal = ["borrower_name", "borrower_phone", "imei"].map(erased).to_vec();
    let asked = Asked::once(&house.app, "erase", Actor::Time);
    let extras = Extras { personal, ..Extras::default() };
    house.app.change(unit, &asked, extras, |_, _| Ok(Vec::new())).await.unwrap();
    let after = export().await;
    let (old, new) = (check_journal_file(before.as_bytes()), check_journal_file(after.as_bytes()));
    let (old, new) = (old.unwrap(), new.unwrap());
    assert!(!after.contains(NAME) && new.attached.iter().all(|one| one.kind != "personal"));
    assert_eq!(new.hashes[..old.hashes.len()], old.hashes);
    let proof = |checked: &formats::journal_file::Checked| {
        checked.attached.iter().find(|one| one.kind == "proof").cloned().unwrap()
    };
    assert_eq!(proof(&old), proof(&new), "the proof of that day is the same");
    house.check().await;
}

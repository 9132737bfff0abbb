//! Signing contracts and registering devices: once each, and personal data in its own place.

use domain::{Command, Imei, UnitId, hold::Hold, hold::HoldKind};
use server::app::{change::Asked, register_device::NewDevice, sign_contract::NewContract};

use crate::{
    kit::*,
    phone::{Phone, pass},
};

async fn refused(house: &House, new: NewContract) -> &'static str {
    code(house.app.sign_contract(house.tenant, new, clerk()).await)
}

#[tokio::test]
async fn signing_the_same_again_answers_the_same() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let row = house.row(unit).await;
    let again = house.app.sign_contract(house.tenant, new_contract("C-1", 1), clerk()).await;
    let again = again.unwrap();
    assert_eq!((again.contract.unit, done(&again)), (unit, (false, 1)));
    house.pay("p-1", "C-1", "10").await;
    let later = house.app.sign_contract(house.tenant, new_contract("C-1", 1), clerk()).await;
    assert_eq!(done(&later.unwrap()), (false, 2), "the contract as it is");
    assert_ne!(house.row(unit).await, row);
    house.check().await;
}

#[tokio::test]
async fn a_reference_and_a_financed_imei_belong_to_one_contract() {
    let house = House::new().await;
    house.sign(new_contract("C-1", 1)).await;
    assert_eq!(refused(&house, new_contract("C-1", 2)).await, "duplicate_reference");
    assert_eq!(refused(&house, new_contract("C-2", 1)).await, "device_already_financed");
    let second = NewContract { imeis: vec![imei(3), imei(1)], ..new_contract("C-2", 3) };
    assert_eq!(refused(&house, second).await, "device_already_financed");
    house.sign(new_contract("C-2", 3)).await;

    let other = LENDER.replace("id = \"example\"", "id = \"other\"");
    let other = formats::parse_lender(&other).unwrap();
    let (other, _) = house.app.add_tenant(&other, clerk()).await.unwrap();
    house.app.add_programme(other, FAST, clerk()).await.unwrap();
    let app = &house.app;
    let taken = app.sign_contract(other, new_contract("C-9", 1), clerk()).await;
    assert_eq!(code(taken), "device_already_financed", "also by another lender");
    app.sign_contract(other, new_contract("C-1", 9), clerk()).await.unwrap();
    assert_eq!(app.store.counts(house.tenant).await.unwrap()[0].units, 2);
    house.check().await;
}

#[tokio::test]
async fn many_at_once_are_answered_one_by_one() {
    let house = House::new().await;
    let many = vec![
        new_contract("C-1", 1),
        new_contract("C-1", 1),
        new_contract("C-1", 2),
        NewContract { programme: "none".into(), ..new_contract("C-3", 3) },
        new_contract("C-4", 4),
        new_contract("C-5", 4),
    ];
    let answers = house.app.sign_contracts(house.tenant, many, &clerk()).await.unwrap();
    let shown: Vec<String> = answers
        .into_iter()
        .map(|answer| match answer {
            Ok(changed) => format!("{:?}", done(&changed)),
            failed => code(failed).to_owned(),
        })
        .collect();
    let expected = [
        "(true, 1)",
        "(false, 1)",
        "duplicate_reference",
        "unknown_programme",
        "(true, 1)",
        "device_already_financed",
    ];
    assert_eq!(shown, expected);
    house.check().await;
}

#[tokio::test]
async fn the_same_contract_signed_eight_times_at_once_is_one() {
    let house = House::new().await;
    let sign = || house.app.sign_contract(house.tenant, new_contract("C-1", 1), clerk());
    let signed = futures_util::future::join_all((0..8).map(|_| sign())).await;
    let units: Vec<UnitId> = signed.into_iter().map(|one| one.unwrap().contract.unit).collect();
    assert!(units.iter().all(|unit| *unit == units[0]));
}

#[tokio::test]
async fn what_cannot_be_signed_says_why() {
    let house = House::new().await;
    let base = || new_contract("C-1", 1);
    let long = "x".repeat(201);
    let cases = [
        (NewContract { reference: " C-1".into(), ..base() }, "bad_reference"),
        (NewContract { reference: String::new(), ..base() }, "bad_reference"),
        (NewContract { reference: "C".repeat(65), ..base() }, "bad_reference"),
        (NewContract { imeis: vec![], ..base() }, "bad_imei"),
        (NewContract { imeis: vec![imei(1), imei(1)], ..base() }, "bad_imei"),
        (NewContract { imeis: vec![imei(1), imei(2), imei(3)], ..base() }, "bad_imei"),
        (NewContract { programme: "fasT".into(), ..base() }, "unknown_programme"),
        (NewContract { borrower_name: long.clone(), ..base() }, "bad_text"),
        (NewContract { borrower_phone: long, ..base() }, "bad_text"),
    ];
    for (new, expected) in cases {
        assert_eq!(refused(&house, new).await, expected);
    }
    let mut early = base();
    early.consent.as_mut().unwrap().at = house.app.now().plus_seconds(2 * DAY);
    assert_eq!(refused(&house, early).await, "consent_in_future");
    assert!(house.app.by_reference(house.tenant, "C-1").await.unwrap().is_none());
}

#[tokio::test]
async fn personal_data_stays_in_its_own_place() {
    let house = House::new().await;
    let new = new_contract("C-1", 1);
    let digits = imei(1).with_check_digit();
    let secrets = ["Asha Devi", "+91 98 5550 0100", &digits[..14]];
    let shown = format!("{new:?}");
    assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
    let unit = house.sign(new).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass(&house, &mut phone, 24 * 9).await;
    let personal = house.personal(unit).await;
    assert_eq!(personal["borrower_name"], "Asha Devi");
    assert_eq!(personal["imei"], digits);
    let row = house.row(unit).await;
    let loaded = house.app.contract_of(house.tenant, unit).await.unwrap();
    let mut texts = vec![row.doc.clone(), format!("{row:?}"), format!("{loaded:?}")];
    texts.extend(house.journal(unit).await.into_iter().map(|line| line.text));
    for text in texts {
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_request() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let hold = |kind| Hold {
        id: domain::HoldId::from_bytes([kind as u8; 16]),
        kind,
        from: house.app.now(),
        until: None,
        cause: "they called".into(),
    };
    let act = async |key: u8, body: &[u8], command| {
        let asked = Asked::keyed([key; 16], body, "hold", clerk());
        house.app.act(house.tenant, unit, &asked, command).await
    };
    let dispute = Command::OpenHold(hold(HoldKind::Dispute));
    let first = act(1, b"dispute", dispute.clone()).await.unwrap();
    assert_eq!(done(&first), (true, 2));
    let again = act(1, b"dispute", dispute.clone()).await.unwrap();
    assert_eq!(done(&again), (false, 2));
    let other = Command::OpenHold(hold(HoldKind::Hardship));
    assert_eq!(code(act(1, b"hardship", other.clone()).await), "idempotency_key_reused");
    assert_eq!(code(act(1, b"other words", dispute).await), "idempotency_key_reused");
    assert_eq!(done(&act(2, b"hardship", other).await.unwrap()), (true, 3));
    assert_eq!(house.contract(unit).await.holds.len(), 2);
    let (stranger, asked) =
        (domain::TenantId::from_bytes([1; 16]), Asked::once(&house.app, "hold", clerk()));
    let elsewhere = house.app.act(stranger, unit, &asked, write_off(true)).await;
    assert!(matches!(elsewhere, Err(server::Error::NotFound("contract"))));
    house.check().await;
}

/// The longest texts that are accepted make a notice and a lease that fit.
#[tokio::test]
async fn the_longest_texts_fit_the_wire() {
    let house = House::new().await;
    let wide = |bytes: usize| "é".repeat(bytes / 2);
    let lender = formats::LenderFile {
        id: "long".into(),
        lender: domain::policy::Lender {
            name: wide(128),
            phone: "5".repeat(32),
            complaints: wide(100),
        },
        ..formats::parse_lender(LENDER).unwrap()
    };
    let mut long = lender.clone();
    long.lender.name = "x".repeat(129);
    assert_eq!(code(house.app.add_tenant(&long, clerk()).await), "lender_text_long");
    let (tenant, _) = house.app.add_tenant(&lender, clerk()).await.unwrap();
    let text: String = FAST
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some((key @ ("how_to_pay" | "how_to_dispute"), _)) => {
                format!("{key} = {:?}\n", wide(200))
            }
            _ => format!("{line}\n"),
        })
        .collect();
    house.app.add_programme(tenant, &text, clerk()).await.unwrap();
    let house = House { tenant, ..house };
    let reference = "R".repeat(64);
    let unit = house.sign(new_contract(&reference, 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass(&house, &mut phone, 24 * 30).await;
    assert_eq!(phone.stage().rung, protocol::Rung::Lock, "{:?}", phone.problems);
    house.check().await;
}

fn device(number: u32) -> NewDevice {
    NewDevice {
        imei: imei(number),
        imei2: Some(imei(number + 500)),
        serial: "SN-1".into(),
        make: "Nokia".into(),
        model: "G42".into(),
    }
}

#[tokio::test]
async fn devices_are_registered_once_each() {
    let house = House::new().await;
    let app = &house.app;
    let many = vec![
        device(1),
        device(1),
        NewDevice { model: "X".into(), ..device(1) },
        NewDevice { imei: imei(2), imei2: Some(imei(501)), ..device(2) },
        NewDevice { imei2: Some(imei(3)), ..device(3) },
        NewDevice { make: "x".repeat(65), ..device(4) },
        NewDevice { imei2: None, serial: String::new(), ..device(5) },
    ];
    let answers = app.register_devices(house.tenant, many, &clerk()).await.unwrap();
    let shown: Vec<String> = answers
        .into_iter()
        .map(|answer| match answer {
            Ok(registered) => registered.repeated.to_string(),
            failed => code(failed).to_owned(),
        })
        .collect();
    let expected =
        ["false", "true", "duplicate_imei", "duplicate_imei", "bad_imei", "bad_text", "false"];
    assert_eq!(shown, expected);
    let again = app.register_devices(house.tenant, vec![device(1)], &clerk()).await.unwrap();
    assert!(again[0].as_ref().unwrap().repeated);
    let known = imei_of(&house, again[0].as_ref().unwrap().unit).await;
    assert_eq!(known, [imei(1), imei(501)]);
    house.check().await;
}

async fn imei_of(house: &House, unit: UnitId) -> Vec<Imei> {
    let text = house.personal(unit).await["imei"].clone();
    text.split(' ').map(|digits| Imei::parse(digits).unwrap()).collect()
}

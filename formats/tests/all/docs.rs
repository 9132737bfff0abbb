//! Stored documents come back as they were.

use std::collections::BTreeSet;

use domain::{Currency, Moment, TenantId, UnitId, Zone, policy::Lender};
use formats::{
    ApiKey, Device, Directory, Intake, IntakeState, Person, Role, StoredPack, StoredProgramme,
    Tenant, contract_doc, device_doc, directory_doc, fold, intake::Teller, intake_doc,
    parse_contract, parse_device, parse_directory, parse_intake,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::world::{self, TENANT, UNIT};

fn ids() -> (UnitId, TenantId) {
    (UnitId::from_bytes(UNIT), TenantId::from_bytes(TENANT))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_contract_comes_back_as_it_was(life in world::lives(40)) {
        let (unit, tenant) = ids();
        let text = contract_doc(&life.contract);
        let back = parse_contract(unit, tenant, &text).unwrap();
        prop_assert_eq!(&back, &life.contract);
        prop_assert_eq!(contract_doc(&back), text);
    }

    /// The journal alone rebuilds what the rows hold.
    #[test]
    fn invariant_5_the_journal_folds_to_the_contract(life in world::lives(40)) {
        let (unit, tenant) = ids();
        let folded = fold(tenant, unit, life.journal.iter().map(String::as_str)).unwrap();
        prop_assert_eq!(contract_doc(&folded), contract_doc(&life.contract));
        prop_assert_eq!(folded, life.contract);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let (unit, tenant) = ids();
        prop_assert!(parse_contract(unit, tenant, &text).is_err());
        prop_assert!(parse_intake(&text).is_err());
        prop_assert!(parse_directory(&text).is_err());
        prop_assert!(parse_device(&text).is_err());
    }
}

/// The random lives are worth their name.
#[test]
fn lives_reach_every_part_of_a_contract() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..1500 {
        let life = world::lives(40).new_tree(&mut runner).unwrap().current();
        let contract = &life.contract;
        seen.insert(contract.state.name());
        seen.insert(contract.decision.stage.rung.name());
        let parts = [
            ("bound", contract.device.is_some()),
            ("held", !contract.holds.is_empty()),
            ("delivered", contract.notices.iter().any(|one| !one.delivered.is_empty())),
            ("effects", contract.effects.len() > 1),
            ("passes", contract.passes_used > 0),
            ("unconfirmed", contract.unconfirmed > 0),
            ("planned", !contract.decision.timetable.is_empty()),
        ];
        seen.extend(parts.into_iter().filter(|(_, found)| *found).map(|(name, _)| name));
    }
    let expected = "active bound clear delivered effects held notice passes planned released \
                    remind restrict returned settled unconfirmed written_off";
    for part in expected.split(' ') {
        assert!(seen.contains(part), "{part} not in {seen:?}");
    }
}

#[test]
fn the_shape_of_a_stored_contract_is_fixed() {
    let text = contract_doc(&world::full(2));
    let expected = expect_test::expect_file!["contract.json"];
    expected.assert_eq(&(text + "\n"));
}

#[test]
fn a_contract_of_another_unit_is_refused() {
    let (unit, tenant) = ids();
    let text = contract_doc(&world::full(2));
    assert!(parse_contract(UnitId::from_bytes([0; 16]), tenant, &text).is_err());
    assert!(parse_contract(unit, TenantId::from_bytes([0; 16]), &text).is_err());
    let extra = text.replacen("{\"account\"", "{\"more\":1,\"account\"", 1);
    assert!(parse_contract(unit, tenant, &extra).is_err());
}

#[test]
fn intake_items_come_back() {
    let currency = Currency::parse("KWD").unwrap();
    let contract = UnitId::from_bytes(UNIT);
    let states = [
        IntakeState::Received,
        IntakeState::InTransit { contract },
        IntakeState::Applied { contract },
        IntakeState::Suspense { reason: "unknown_reference".into() },
        IntakeState::Reversed { contract },
        IntakeState::Hint { contract: None },
        IntakeState::Hint { contract: Some(contract) },
        IntakeState::Reversing { payment: contract },
        IntakeState::Reversal { payment: contract },
    ];
    for state in states {
        for amount in [1, i64::MAX, -5] {
            let intake = Intake {
                alarm: None,
                exact: None,
                matched_because: None,
                denied: None,
                amount,
                content_hash: [1; 32],
                currency,
                paid_at: Moment::from_micros(1),
                provider: "bank".into(),
                provider_id: "b\"1".into(),
                raw_hash: [2; 32],
                received_at: Moment::from_seconds(1_770_000_000),
                reference: "C-1".into(),
                state: state.clone(),
                tellings: Vec::new(),
                tenant: TenantId::from_bytes(TENANT),
            };
            let text = intake_doc(&intake);
            assert_eq!(parse_intake(&text).unwrap(), intake);
            let expected = format!("{{\"intake\":{{\"amount\":\"{amount}\",");
            assert!(text.starts_with(&expected), "{text}");
            let exact = Some("1.00001".to_owned());
            let denied = Some(Moment::from_seconds(1));
            let matched_because = Some("his name".to_owned());
            let alarmed = Intake { alarm: Some([3; 32]), denied, exact, matched_because, ..intake };
            assert_eq!(parse_intake(&intake_doc(&alarmed)).unwrap(), alarmed);
            let told = Teller::ALL.into_iter().zip(1..).fold(alarmed, |intake, (by, second)| {
                intake.told_by(by, Moment::from_seconds(second), [1; 32])
            });
            let again = told.clone().told_by(Teller::Call, Moment::from_seconds(9), [4; 32]);
            assert_eq!((&again, told.tellings.len()), (&told, 5), "the first word stays");
            assert_eq!(parse_intake(&intake_doc(&told)).unwrap(), told);
        }
    }
}

#[test]
fn directory_entries_come_back() {
    let at = Moment::from_seconds(1_770_000_000);
    let lender =
        Lender { name: "L".into(), phone: "+91 1".into(), complaints: "c@l.example".into() };
    let roles = BTreeSet::from([Role::Viewer, Role::Admin]);
    let entries = [
        Directory::Source(formats::Source {
            created_at: at,
            currency: None,
            kind: formats::SourceKind::Mpesa,
            name: "till".into(),
            time_zone: None,
        }),
        Directory::Tenant(Tenant {
            created_at: at,
            currency: Currency::parse("INR"),
            id: TenantId::from_bytes(TENANT),
            lender,
            name: "l".into(),
            time_zone: Zone::parse("Asia/Kolkata").unwrap(),
        }),
        Directory::Person(Person { created_at: at, name: "Ann".into(), roles: roles.clone() }),
        Directory::ApiKey(ApiKey {
            created_at: at,
            hash: [3; 32],
            name: "loan system".into(),
            person: Some(UnitId::from_bytes(UNIT)),
            prefix: "q1".into(),
            revoked_at: None,
            roles,
        }),
        Directory::Programme(Box::new(
            StoredProgramme::new(include_str!("../../../examples/programme.toml").into()).unwrap(),
        )),
        Directory::Pack(Box::new(
            StoredPack::new(formats::packs::builtin()[0].1.into(), "00 11\n22 33".into()).unwrap(),
        )),
    ];
    for entry in entries {
        assert_eq!(parse_directory(&directory_doc(&entry)).unwrap(), entry);
        if let Directory::Pack(stored) = entry {
            assert_eq!(stored.signers().collect::<Vec<_>>(), ["00", "22"]);
        }
    }
    let device = Device {
        imei_hashes: vec!["h".into()],
        make: "M".into(),
        model: "X".into(),
        serial: Some("S".into()),
    };
    assert_eq!(parse_device(&device_doc(&device)).unwrap(), device);
}

#[test]
fn debug_output_hides_people_and_serials() {
    let at = Moment::from_seconds(0);
    let person = Person { created_at: at, name: "Ann".into(), roles: BTreeSet::new() };
    assert!(!format!("{person:?}").contains("Ann"));
    let device = Device {
        imei_hashes: vec!["hash".into()],
        make: "M".into(),
        model: "X".into(),
        serial: Some("SER".into()),
    };
    let shown = format!("{device:?}");
    assert!(!shown.contains("SER") && !shown.contains("hash"), "{shown}");
}

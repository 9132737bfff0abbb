//! Tenants, people, keys and programmes: added once, found again, ended for good.

use std::{collections::BTreeSet, sync::Arc};

use domain::TenantId;
use formats::Role;
use server::{
    App, Error,
    app::Pace,
    keys::{Keys, files::KeyDir},
};

use crate::kit::*;

fn roles(roles: &[Role]) -> BTreeSet<Role> {
    roles.iter().copied().collect()
}

#[tokio::test]
async fn a_tenant_is_added_once_and_its_lender_stays() {
    let house = House::new().await;
    let file = formats::parse_lender(LENDER).unwrap();
    assert_eq!(house.app.add_tenant(&file, clerk()).await.unwrap(), (house.tenant, true));
    let mut moved = file.clone();
    moved.lender.phone = "+91 22 5550 0199".into();
    assert_eq!(house.app.add_tenant(&moved, clerk()).await.unwrap(), (house.tenant, false));
    let known = house.app.directory.tenant(house.tenant).unwrap();
    assert_eq!(known.tenant.lender.phone, "+91 22 5550 0199", "nobody has signed yet");
    house.sign(new_contract("C-1", 1)).await;
    assert_eq!(code(house.app.add_tenant(&file, clerk()).await), "lender_in_use");
    let elsewhere = formats::LenderFile { currency: None, ..moved };
    assert_eq!(house.app.add_tenant(&elsewhere, clerk()).await.unwrap(), (house.tenant, false));
    assert_eq!(house.app.directory.tenants().len(), 1);
    house.check().await;
}

#[tokio::test]
async fn a_tenant_is_found_by_name_or_by_being_the_only_one() {
    let clock = VirtualClock::new();
    let (store, keys) = (Arc::new(store::MemoryStore::new()), Keys::new(&[1; 32]));
    let app = App::open(store, keys, clock, SeededEntropy::new(1), Pace::default()).await.unwrap();
    let named = |name| app.directory.tenant_named(name).map(|entry| entry.tenant.id);
    assert_eq!(code(named(None)), "no_tenant");
    let file = formats::parse_lender(LENDER).unwrap();
    let (first, _) = app.add_tenant(&file, clerk()).await.unwrap();
    assert_eq!(named(None).unwrap(), first);
    let other = formats::LenderFile { id: "other".into(), ..file };
    let (second, _) = app.add_tenant(&other, clerk()).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(code(named(None)), "tenant_not_named");
    assert_eq!(named(Some("other")).unwrap(), second);
    assert_eq!(code(named(Some("nobody"))), "unknown_tenant");
    assert!(matches!(app.directory.tenant(TenantId::from_bytes([3; 16])), Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_key_opens_until_it_is_revoked() {
    let house = House::new().await;
    let (app, tenant) = (&house.app, house.tenant);
    let clerks = roles(&[Role::ALL[0]]);
    let person = app.add_person(tenant, "Ravi", clerks.clone(), clerk()).await.unwrap();
    let (added, secret) =
        app.add_key(tenant, "till", clerks.clone(), Some(person.unit), clerk()).await.unwrap();
    let caller = app.directory.caller(&secret).unwrap();
    assert_eq!((caller.tenant, caller.key, caller.person), (tenant, added.unit, Some(person.unit)));
    assert!(caller.may(&[Role::ALL[0]]) && !caller.may(&[Role::ALL[1]]) && !caller.may(&[]));
    assert_eq!(caller.actor(), domain::Actor::Person(person.unit));
    let mut wrong = secret.clone();
    wrong.pop();
    for guess in ["", "qk_", "qk__", "qk_abcdefgh_x", &wrong, &secret[3..], &format!("{secret}x")] {
        assert!(app.directory.caller(guess).is_none(), "{guess}");
    }
    let again = app.add_key(tenant, "till", clerks.clone(), None, clerk()).await;
    assert_eq!(code(again.map(|_| ())), "key_exists");
    assert!(!app.revoke_key(tenant, "till", clerk()).await.unwrap().repeated);
    assert!(app.revoke_key(tenant, "till", clerk()).await.unwrap().repeated);
    assert!(app.directory.caller(&secret).is_none());
    assert_eq!(code(app.revoke_key(tenant, "none", clerk()).await), "unknown_key");
    let (_, next) = app.add_key(tenant, "till", clerks, None, clerk()).await.unwrap();
    assert!(app.directory.caller(&next).is_some());
    assert!(app.directory.caller(&secret).is_none());
    for entry in app.directory.keys_of(tenant) {
        assert!(!format!("{entry:?}").contains(&next[12..]));
        assert!(!house.row(entry.0).await.doc.contains(&next[12..]), "kept nowhere");
    }
    house.check().await;
}

#[tokio::test]
async fn a_key_revoked_beside_other_changes_stays_revoked() {
    let house = House::new().await;
    let (app, tenant) = (&house.app, house.tenant);
    let clerks = roles(&[Role::ALL[0]]);
    for round in 0..20 {
        let name = format!("key-{round}");
        let (_, secret) = app.add_key(tenant, &name, clerks.clone(), None, clerk()).await.unwrap();
        let person = format!("person-{round}");
        let (revoked, added) = futures_util::future::join(
            app.revoke_key(tenant, &name, clerk()),
            app.add_person(tenant, &person, clerks.clone(), clerk()),
        )
        .await;
        revoked.unwrap();
        added.unwrap();
        assert!(app.directory.caller(&secret).is_none());
    }
}

#[tokio::test]
async fn people_have_names_and_roles() {
    let house = House::new().await;
    let (app, tenant) = (&house.app, house.tenant);
    let add = async |name: &str, given: &[Role]| {
        app.add_person(tenant, name, roles(given), clerk()).await
    };
    let first = add("Ravi", &[Role::ALL[0]]).await.unwrap();
    assert!(!first.repeated);
    assert!(add("Ravi", &[Role::ALL[0]]).await.unwrap().repeated);
    let other = add("Ravi", &[Role::ALL[1]]).await.unwrap();
    assert_eq!((other.unit, other.repeated), (first.unit, false));
    let people = &app.directory.tenant(tenant).unwrap().people;
    assert_eq!(people[&first.unit].roles, roles(&[Role::ALL[1]]));
    assert_eq!(code(add("Ravi", &[]).await), "no_role");
    for name in ["", " Ravi", "a\nb", &"x".repeat(65)] {
        assert_eq!(code(add(name, &[Role::ALL[0]]).await), "bad_name", "{name:?}");
    }
    house.check().await;
}

#[tokio::test]
async fn a_programme_version_never_changes_and_old_contracts_keep_theirs() {
    let house = House::new().await;
    let (app, tenant) = (&house.app, house.tenant);
    let add = async |text: &str| app.add_programme(tenant, text, clerk()).await;
    assert_eq!(add(FAST).await.unwrap(), (("fast".into(), 1), true));
    let later = FAST.replace("days_past_due = 11", "days_past_due = 12");
    assert_eq!(code(add(&later).await), "programme_version_exists");
    let old = house.sign(new_contract("C-1", 1)).await;
    let third = later.replace("version = 1", "version = 3");
    assert_eq!(add(&third).await.unwrap(), (("fast".into(), 3), false));
    let second = later.replace("version = 1", "version = 2");
    assert_eq!(code(add(&second).await), "programme_version_old");
    let new = house.sign(new_contract("C-2", 2)).await;
    assert_eq!(house.contract(old).await.signed.programme.1, 1);
    assert_eq!(house.contract(new).await.signed.programme.1, 3);
    let again = app.sign_contract(tenant, new_contract("C-1", 1), clerk()).await.unwrap();
    assert!(again.repeated, "signed before under the version of its day");
    assert_eq!(code(add("nonsense").await), "bad_programme");
    let lawless = third.replace("test-fast", "no-such-pack").replace("version = 3", "version = 4");
    assert_eq!(code(add(&lawless).await), "unknown_pack");
    house.check().await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("q.db").display());
    let keys = || KeyDir::below(folder.path()).load(&*SeededEntropy::new(3)).unwrap();
    let house = House::on(store::open(&url).unwrap(), keys(), Pace::default()).await;
    let clerks = roles(&[Role::ALL[0]]);
    let person = house.app.add_person(house.tenant, "Ravi", clerks.clone(), clerk()).await.unwrap();
    let (_, secret) =
        house.app.add_key(house.tenant, "till", clerks, Some(person.unit), clerk()).await.unwrap();
    let unit = house.sign(new_contract("C-1", 1)).await;
    let code = house.app.enrolment_code(unit, 1);
    let root = house.app.keys.tenant(house.tenant).unwrap().root();
    let House { app, clock, tenant } = house;
    drop(app);

    let entropy = SeededEntropy::new(9);
    let store = store::open(&url).unwrap();
    let app = App::open(store, keys(), clock.clone(), entropy, Pace::default()).await.unwrap();
    assert_eq!(app.directory.caller(&secret).unwrap().tenant, tenant);
    assert!(app.directory.tenant(tenant).unwrap().people.contains_key(&person.unit));
    assert_eq!(app.directory.programme_in_force(tenant, "fast").unwrap().1, 1);
    assert_eq!(app.enrolment_code(unit, 1), code, "the pepper is the same");
    assert_eq!(app.keys.tenant(tenant).unwrap().root(), root);
    let house = House { app: Arc::new(app), clock, tenant };
    let again = house.app.sign_contract(tenant, new_contract("C-1", 1), clerk()).await.unwrap();
    assert!(again.repeated, "IMEIs hash to the same");
    house.check().await;
}

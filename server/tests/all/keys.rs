//! Signing keys: private files, rotation beside enrolled devices, and one set of signature rules.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use agent::Input;
use protocol::{Signer, Verifier, cert::KeyKind, crypto::device::DeviceVerifier};
use server::{
    Error,
    app::Pace,
    crypto::{Pepper, ServerSigner, ServerVerifier, hex},
    keys::{Keys, files::KeyDir},
};
use store::MemoryStore;

use crate::{kit::*, phone::Phone};

async fn house(folder: &Path) -> (House, KeyDir) {
    let dir = KeyDir::below(folder);
    let keys = dir.load(&*SeededEntropy::new(3)).unwrap();
    (House::on(Arc::new(MemoryStore::new()), keys, Pace::default()).await, dir)
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn fault<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Fault(text)) => text,
        other => panic!("no fault: {other:?}"),
    }
}

#[tokio::test]
async fn key_files_are_private_and_refused_when_they_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let (house, dir) = house(folder.path()).await;
    let all = files(folder.path());
    assert_eq!(all.len(), 7, "pepper, root, its public half and four keys: {all:?}");
    assert!(all.iter().all(|path| mode(path) == 0o600));
    assert_eq!(mode(&folder.path().join("keys")), 0o700);
    let again = dir.load(&*SeededEntropy::new(4)).unwrap();
    assert_eq!(
        again.tenant(house.tenant).unwrap().root(),
        house.app.keys.tenant(house.tenant).unwrap().root()
    );
    let of = |end: &str| all.iter().find(|path| path.display().to_string().ends_with(end)).unwrap();
    for path in [of("pepper"), of("lease.key"), of("root.pub")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
        let why = fault(dir.load(&*SeededEntropy::new(4)));
        assert!(why.contains("chmod 600") && why.contains(&path.display().to_string()), "{why}");
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(dir.load(&*SeededEntropy::new(4)).is_ok());
}

#[tokio::test]
async fn a_damaged_key_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (_house, dir) = house(folder.path()).await;
    let all = files(folder.path());
    let path = all.iter().find(|path| path.extension().is_some_and(|end| end == "key")).unwrap();
    let good = fs::read_to_string(path).unwrap();
    let other = hex(&[5; 32]);
    let swapped = format!("{other}{}", &good[64..]);
    for bad in ["", "00", &good[..64], &good.replace('\n', "x\n"), &swapped] {
        fs::write(path, bad).unwrap();
        fault(dir.load(&*SeededEntropy::new(4)));
    }
    fs::write(path, good).unwrap();
    assert!(dir.load(&*SeededEntropy::new(4)).is_ok());
}

#[tokio::test]
async fn a_device_follows_a_rotation_because_the_certificate_comes_along() {
    let folder = tempfile::tempdir().unwrap();
    let (house, dir) = house(folder.path()).await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    phone.check_in(&house.app).await;
    house.clock.pass(DAY);
    phone.tick(DAY);
    let tenant = house.tenant;
    for kind in [KeyKind::Lease, KeyKind::Release] {
        let cert = dir.rotate(tenant, kind, house.app.now(), &*SeededEntropy::new(5)).unwrap();
        assert_eq!(cert.kinds, [kind]);
    }
    let old = house.app.keys.tenant(tenant).unwrap();
    dir.load_tenants(&house.app.keys).unwrap();
    let keys = house.app.keys.tenant(tenant).unwrap();
    let now = house.app.now();
    for kind in [KeyKind::Lease, KeyKind::Release] {
        let (old, new) = (old.signing(kind, now).unwrap(), keys.signing(kind, now).unwrap());
        assert!(new.cert().key_id > old.cert().key_id);
        assert!(keys.certs().any(|key| key.cert_bytes() == old.cert_bytes()), "overlap");
    }
    house.pay("p-1", "C-1", "1000").await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.agent.sequence(), house.row(unit).await.version, "took the new key's lease");
    house.pay("p-2", "C-1", "2000").await;
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released() && !phone.has_key);
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
    house.check().await;
}

#[tokio::test]
async fn a_rotation_between_terms_and_yes_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (house, dir) = house(folder.path()).await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.offer(&house, unit).await;
    house.clock.pass(HOUR);
    phone.tick(HOUR);
    dir.rotate(house.tenant, KeyKind::Lease, house.app.now(), &*SeededEntropy::new(5)).unwrap();
    dir.load_tenants(&house.app.keys).unwrap();
    phone.give(Input::HolderAnswer { accepted: true });
    phone.talk(&house.app).await;
    assert_eq!(phone.agent.sequence(), house.row(unit).await.version);
}

#[tokio::test]
async fn the_root_can_be_moved_away_and_everything_else_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let safe = tempfile::tempdir().unwrap();
    let (house, dir) = house(folder.path()).await;
    let moved = safe.path().join("root");
    dir.export_root(house.tenant, &moved).unwrap();
    assert_eq!(mode(&moved), 0o600);
    assert_eq!(code(dir.export_root(house.tenant, &safe.path().join("again"))), "root_absent");
    let rotate =
        || dir.rotate(house.tenant, KeyKind::Lease, house.app.now(), &*SeededEntropy::new(5));
    assert_eq!(code(rotate()), "root_absent");
    dir.load_tenants(&house.app.keys).unwrap();
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    house.pay("p-1", "C-1", "3000").await;
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released());
    fs::rename(&moved, folder.path().join("keys").join(house.tenant.to_string()).join("root"))
        .unwrap();
    rotate().unwrap();
}

#[tokio::test]
async fn without_keys_nothing_is_signed_and_keys_end() {
    let house = House::new().await;
    let stranger = domain::TenantId::from_bytes([3; 16]);
    assert!(fault(house.app.keys.tenant(stranger)).contains("no signing keys"));
    let keys = house.app.keys.tenant(house.tenant).unwrap();
    let late = house.app.now().plus_seconds(6 * 366 * DAY);
    assert!(fault(keys.signing(KeyKind::Lease, late)).contains("rotate"));
    let early = house.app.now().plus_seconds(-2 * HOUR);
    fault(keys.signing(KeyKind::Lease, early));
}

#[test]
fn server_and_device_answer_every_signature_alike() {
    let cases = protocol::conformance::signature_cases();
    assert!(cases.len() > 10);
    for case in cases {
        let (key, message, signature) = (&case.key, case.message, &case.signature);
        let server = ServerVerifier.verify(key, message, signature);
        assert_eq!(server, case.valid, "{}", case.name);
        assert_eq!(DeviceVerifier.verify(key, message, signature), server, "{}", case.name);
    }
}

#[test]
fn what_the_server_signs_the_device_verifies() {
    let signer = ServerSigner::from_seed(&[5; 32]);
    let device = protocol::crypto::device::Ed25519Signer::from_seed(&[5; 32]);
    assert_eq!(signer.public_bytes(), device.public_bytes());
    let signature = signer.sign(b"quittance").unwrap();
    assert_eq!(device.sign(b"quittance").unwrap(), signature);
    assert!(DeviceVerifier.verify(&signer.public_key(), b"quittance", &signature));
    assert!(!DeviceVerifier.verify(&signer.public_key(), b"quittancE", &signature));
}

#[test]
fn keys_and_peppers_show_nothing() {
    let seed = [0xab; 32];
    let stored = server::keys::StoredKey { seed: zeroize::Zeroizing::new(seed), cert: vec![1] };
    let shown = [
        format!("{:?}", ServerSigner::from_seed(&seed)),
        format!("{:?}", Pepper::new(&seed)),
        format!("{:?}", Keys::new(&seed)),
        format!("{stored:?}"),
    ];
    for text in shown {
        assert!(!text.contains("abab") && !text.contains("171, 171"), "{text}");
    }
}

#[test]
fn a_pepper_keeps_purposes_and_parts_apart() {
    let pepper = Pepper::new(&[1; 32]);
    let mac = |purpose, parts: &[&[u8]]| pepper.mac(purpose, parts);
    assert_eq!(mac("imei", &[b"ab"]), mac("imei", &[b"ab"]));
    assert_ne!(mac("imei", &[b"ab"]), mac("enrol", &[b"ab"]));
    assert_ne!(mac("imei", &[b"ab", b"c"]), mac("imei", &[b"a", b"bc"]));
    assert_ne!(mac("imei", &[b"ab"]), Pepper::new(&[2; 32]).mac("imei", &[b"ab"]));
}

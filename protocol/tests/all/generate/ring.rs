//! What a key ring opens, and why it does not open the rest.

use protocol::{
    Kind, Message, Rung, SignedMessage, TenantId,
    cert::{KeyCert, KeyKind, kid},
    cose::sign1,
    crypto::device::Ed25519Signer,
    journal_root::JournalRoot,
    lease::{LeaseContent, SignedLease, Silence, Stamp, Unchanged},
    succession::{Assigned, Succession},
    sunset::SunsetDispute,
};
use serde_json::{Value, json};

use super::{
    hex,
    samples::{self, DAY, NOW, cert, content_full, content_lean, root, server_key, stage, stamp},
    token,
};

const KIND: &str = "the key may not sign this kind of message";
const RUNG: &str = "the key may not sign this rung";
const BAD: &str = "the signature does not match";
const EXPIRED: &str = "outside the certificate's validity";
const BINDING: &str = "for another tenant, contract or enrolment";

/// All cases.
pub(crate) fn cases() -> Vec<Value> {
    let mut cases = leases();
    cases.extend(caps());
    cases.extend(validity());
    cases.extend(others());
    cases.extend(certificates());
    cases.extend(assignments());
    cases.extend(journal_roots());
    cases.extend(disputes());
    cases
}

/// A certificate signed by the root.
fn certified(cert: &KeyCert) -> Vec<u8> {
    sign1(Kind::KeyCert, &[], &cert.encode(), &root()).unwrap()
}

/// 1 = lease up to lock, 2 = token, 3 = release, 4 = lease up to notice.
fn certs() -> Vec<Vec<u8>> {
    [
        cert(1, &[KeyKind::Lease], Rung::Lock),
        cert(2, &[KeyKind::Token], Rung::Clear),
        cert(3, &[KeyKind::Release], Rung::Clear),
        cert(4, &[KeyKind::Lease], Rung::Notice),
    ]
    .iter()
    .map(certified)
    .collect()
}

fn row(name: &str, open: &str, certs: &[Vec<u8>], bytes: &[u8], expected: &str) -> Value {
    json!({
        "name": name, "open": open, "tenant": hex(&samples::TENANT.0),
        "root": hex(&root().public_bytes()),
        "certs": certs.iter().map(|cert| hex(cert)).collect::<Vec<_>>(),
        "hex": hex(bytes), "expected": expected,
    })
}

fn signed<M: SignedMessage>(message: &M, key_id: u8) -> Vec<u8> {
    let kid = kid(key_id.into());
    sign1(M::KIND, &kid, &message.encode(), &server_key(key_id)).unwrap()
}

fn lease_at(content: &LeaseContent, key_id: u8, issued_at: u64) -> Vec<u8> {
    let stamp = Stamp { issued_at, ..stamp() };
    signed(&SignedLease { content: content.encode(), stamp }, key_id)
}

fn lease(content: &LeaseContent, key_id: u8) -> Vec<u8> {
    lease_at(content, key_id, NOW)
}

fn unchanged() -> Unchanged {
    Unchanged {
        enrolment: samples::ENROLMENT,
        key_gen: 1,
        sequence: 41,
        content_hash: protocol::ContentHash([0x99; 32]),
        stamp: stamp(),
    }
}

fn leases() -> Vec<Value> {
    let good = lease(&content_full(), 1);
    let lean = lease(&content_lean(), 1);
    let unknown = lease(&content_lean(), 9);
    let stamped = SignedLease { content: content_lean().encode(), stamp: stamp() };
    let as_unchanged = sign1(Kind::Unchanged, &kid(1), &stamped.encode(), &server_key(1)).unwrap();
    let by_another = sign1(Kind::Lease, &kid(1), &stamped.encode(), &server_key(4)).unwrap();
    let no_kid = sign1(Kind::Lease, &[], &stamped.encode(), &server_key(1)).unwrap();
    let other = LeaseContent { tenant: TenantId([0x12; 16]), ..content_lean() };
    let garbage = signed(&SignedLease { content: vec![0xff], stamp: stamp() }, 1);
    let of = |name, bytes: &[u8], expected| row(name, "lease", &certs(), bytes, expected);
    vec![
        of("full lease", &good, "ok"),
        of("lean lease", &lean, "ok"),
        of("key id without a certificate", &unknown, "no certificate for this key id"),
        of("empty kid", &no_kid, "no certificate for this key id"),
        of("signed as unchanged", &as_unchanged, BAD),
        of("signed by another key than its kid", &by_another, BAD),
        of("for another tenant", &lease(&other, 1), BINDING),
        of(
            "content that is no message",
            &garbage,
            "malformed: float or simple value where none is expected at byte 0",
        ),
        row("no certificates at all", "lease", &[], &good, "no certificate for this key id"),
    ]
}

fn caps() -> Vec<Value> {
    let of = |name, content: &LeaseContent, key_id, expected| {
        row(name, "lease", &certs(), &lease(content, key_id), expected)
    };
    let noticed = LeaseContent { stage: stage(Rung::Notice, 0), ..content_lean() };
    let restricted = LeaseContent { stage: stage(Rung::Restrict, 1), ..content_lean() };
    let later = LeaseContent { timetable: content_full().timetable, ..content_lean() };
    let silence = Silence { after_s: 1, stage: stage(Rung::Lock, 0) };
    let silent = LeaseContent { silence: Some(silence), ..content_lean() };
    vec![
        of("notice by a key up to notice", &noticed, 4, "ok"),
        of("restrict by a key up to notice", &restricted, 4, RUNG),
        of("timetable above the key's rung", &later, 4, RUNG),
        of("silence above the key's rung", &silent, 4, RUNG),
        of("lease by a token key", &content_lean(), 2, KIND),
        of("lease by a release key", &content_lean(), 3, KIND),
    ]
}

fn validity() -> Vec<Value> {
    let of = |name, issued_at, expected| {
        row(name, "lease", &certs(), &lease_at(&content_lean(), 1, issued_at), expected)
    };
    vec![
        of("last second of the certificate", NOW + 90 * DAY - 1, "ok"),
        of("certificate ended", NOW + 90 * DAY, EXPIRED),
        of("before the certificate", NOW - 1, EXPIRED),
    ]
}

fn others() -> Vec<Value> {
    let certs = &certs();
    let release = samples::release();
    let tenant = TenantId([0x12; 16]);
    let other_release = protocol::release::Release { tenant, ..release.clone() };
    let late = protocol::release::Release { released_at: NOW + 91 * DAY, ..release.clone() };
    let token = |key_id: u8| {
        let token = protocol::token::Token { key_id: key_id.into(), ..token::sample() };
        token.sign(&server_key(key_id)).unwrap()
    };
    let other_root = Ed25519Signer::from_seed(&[0x04; 32]).public_bytes();
    let rooted = protocol::enrol::Terms { root: other_root, ..samples::terms() };
    vec![
        row("unchanged", "unchanged", certs, &signed(&unchanged(), 1), "ok"),
        row("unchanged by a release key", "unchanged", certs, &signed(&unchanged(), 3), KIND),
        row("release", "release", certs, &signed(&release, 3), "ok"),
        row("release signed by a lease key", "release", certs, &signed(&release, 1), KIND),
        row("release for another tenant", "release", certs, &signed(&other_release, 3), BINDING),
        row("release after its key ended", "release", certs, &signed(&late, 3), EXPIRED),
        row("terms", "terms", certs, &signed(&samples::terms(), 1), "ok"),
        row("terms by a release key", "terms", certs, &signed(&samples::terms(), 3), KIND),
        row(
            "terms that name another root",
            "terms",
            certs,
            &signed(&rooted, 1),
            "no certificate for this key id",
        ),
        row("token", "token", certs, &token(2), "ok"),
        row("token by a lease key", "token", certs, &token(1), KIND),
        row("token of an unknown key", "token", certs, &token(9), "no certificate for this key id"),
    ]
}

/// A sunset moved: by a release key alone.
fn disputes() -> Vec<Value> {
    let certs = certs();
    let good = samples::dispute();
    let other = SunsetDispute { tenant: TenantId([0x12; 16]), ..good.clone() };
    let late = SunsetDispute { issued_at: NOW + 90 * DAY, ..good.clone() };
    let kid = kid(3);
    let as_release = sign1(Kind::Release, &kid, &good.encode(), &server_key(3)).unwrap();
    let of = |name, bytes: &[u8], expected| row(name, "dispute", &certs, bytes, expected);
    vec![
        of("sunset dispute", &samples::signed_dispute(), "ok"),
        of("sunset dispute by a lease key", &signed(&good, 1), KIND),
        of("sunset dispute by a token key", &signed(&good, 2), KIND),
        of("sunset dispute for another tenant", &signed(&other, 3), BINDING),
        of("sunset dispute after its key ended", &signed(&late, 3), EXPIRED),
        of("sunset dispute signed as a release", &as_release, BAD),
    ]
}

/// Under a ring that knows a journal key besides those of [`certs`].
fn journal_roots() -> Vec<Value> {
    let mut certs = certs();
    certs.push(certified(&cert(5, &[KeyKind::Journal], Rung::Clear)));
    let root = samples::journal_root();
    let other = JournalRoot { tenant: TenantId([0x12; 16]), ..root.clone() };
    let late = JournalRoot { made_at: NOW + 90 * DAY, ..root.clone() };
    let of = |name, bytes: &[u8], expected| row(name, "journal-root", &certs, bytes, expected);
    vec![
        of("journal root", &signed(&root, 5), "ok"),
        of("journal root by a release key", &signed(&root, 3), KIND),
        of("journal root for another tenant", &signed(&other, 5), BINDING),
        of("journal root after its key ended", &signed(&late, 5), EXPIRED),
        row("lease by a journal key", "lease", &certs, &lease(&content_lean(), 5), KIND),
        row("release by a journal key", "release", &certs, &signed(&samples::release(), 5), KIND),
    ]
}

/// One certificate each, offered to a ring that holds those of [`certs`].
fn certificates() -> Vec<Value> {
    let of = |name, bytes: &[u8], expected| row(name, "certificate", &certs(), bytes, expected);
    let all = cert(7, &[KeyKind::Lease, KeyKind::Token, KeyKind::Release], Rung::Lock);
    let other_tenant = KeyCert { tenant: TenantId([0x12; 16]), ..all.clone() };
    let reused = KeyCert { key_id: 1, ..all.clone() };
    let longer = KeyCert { not_after: NOW + 180 * DAY, ..cert(1, &[KeyKind::Lease], Rung::Lock) };
    let by_lease_key = sign1(Kind::KeyCert, &[], &all.encode(), &server_key(1)).unwrap();
    let with_kid = sign1(Kind::KeyCert, &kid(7), &all.encode(), &root()).unwrap();
    let as_lease = sign1(Kind::Lease, &[], &all.encode(), &root()).unwrap();
    let never = KeyCert { not_after: NOW, ..all.clone() };
    vec![
        of("certificate", &certified(&all), "ok"),
        of("same certificate again", &certs()[0], "ok"),
        of("same key, longer", &certified(&longer), "ok"),
        of("key id of another key", &certified(&reused), "the key id belongs to another key"),
        of("certificate for another tenant", &certified(&other_tenant), BINDING),
        of("certificate with a kid", &with_kid, BINDING),
        of("certificate by a lease key", &by_lease_key, BAD),
        of("certificate signed as a lease", &as_lease, BAD),
        of(
            "certificate that is never valid",
            &certified(&never),
            "malformed: the certificate is never valid at byte 0",
        ),
    ]
}

/// Of the lender who comes after: a lease key, certified by his root, and one by another's.
fn next_certs() -> [Vec<u8>; 2] {
    let tenant = samples::NEXT_TENANT;
    let cert = KeyCert { tenant, ..cert(1, &[KeyKind::Lease], Rung::Lock) };
    let by = |root: &Ed25519Signer| sign1(Kind::KeyCert, &[], &cert.encode(), root).unwrap();
    [by(&samples::next_root()), by(&Ed25519Signer::from_seed(&[0x06; 32]))]
}

/// An assignment each, with the certificates that a reply brings along.
fn assignments() -> Vec<Value> {
    let of = |name, bytes: &[u8], next: &[Vec<u8>], expected| {
        let mut row = row(name, "assigned", &certs(), bytes, expected);
        row["next_certs"] = next.iter().map(|cert| hex(cert)).collect::<Vec<_>>().into();
        row
    };
    let [next, stranger] = next_certs();
    let next = &[next][..];
    let with = |succession: &Succession| {
        let succession = samples::signed_succession(succession);
        signed(&Assigned { succession, ..samples::assigned() }, 3)
    };
    let raw = |succession: Vec<u8>| signed(&Assigned { succession, ..samples::assigned() }, 3);
    let (good, succession) = (samples::assigned(), samples::succession());
    let payload = succession.encode();
    let by = |key: &Ed25519Signer, kind, kid: &[u8]| raw(sign1(kind, kid, &payload, key).unwrap());
    let other = TenantId([0x13; 16]);
    let late = Assigned { assigned_at: NOW + 91 * DAY, ..good.clone() };
    let elsewhere = Assigned { to_tenant: other, ..good.clone() };
    let not_ours = Assigned { tenant: other, ..good.clone() };
    let own_root = Succession { to_root: root().public_bytes(), ..succession.clone() };
    let ended = Succession { not_after: NOW + DAY, ..succession.clone() };
    let not_yet = Succession { not_before: NOW + DAY + 1, ..succession.clone() };
    let strange = Succession { tenant: other, ..succession.clone() };
    let unknown = "no certificate for this key id";
    vec![
        of("assignment", &signed(&good, 3), next, "ok"),
        of("assignment by a lease key", &signed(&good, 1), next, KIND),
        of("assignment by a token key", &signed(&good, 2), next, KIND),
        of("assignment after its key ended", &signed(&late, 3), next, EXPIRED),
        of("assignment of another tenant", &signed(&not_ours, 3), next, BINDING),
        of("assignment beside the succession", &signed(&elsewhere, 3), next, BINDING),
        of("succession by a release key", &by(&server_key(3), Kind::Succession, &[]), next, BAD),
        of(
            "succession by the next root",
            &by(&samples::next_root(), Kind::Succession, &[]),
            next,
            BAD,
        ),
        of("succession signed as a certificate", &by(&root(), Kind::KeyCert, &[]), next, BAD),
        of("succession with a kid", &by(&root(), Kind::Succession, &kid(3)), next, BINDING),
        of("succession of another tenant", &with(&strange), next, BINDING),
        of("succession of the same root", &with(&own_root), next, BINDING),
        of("succession that ended", &with(&ended), next, EXPIRED),
        of("succession that has not begun", &with(&not_yet), next, EXPIRED),
        of("no key of the next lender", &signed(&good, 3), &[], unknown),
        of("a key that his root did not certify", &signed(&good, 3), &[stranger], unknown),
    ]
}

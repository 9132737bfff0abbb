//! The keys a reader trusts: one root, and what the root certified.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    ContentHash, Kind, Message, PublicKey, Refused, Rung, Stage, TenantId, Verifier,
    cert::{KeyCert, KeyKind},
    cose::Sign1,
    enrol::Terms,
    journal_root::JournalRoot,
    lease::{LeaseContent, SignedLease, Stamp, Unchanged},
    release::Release,
    succession::{Assigned, Succession},
    sunset::SunsetDispute,
    token::Token,
};

/// Most certificates a ring holds; the one that ends first makes room.
pub const RING_MAX: usize = 16;

/// One tenant's root and the certificates it signed. Certificates overlap while keys rotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRing {
    tenant: TenantId,
    root: [u8; 32],
    certs: BTreeMap<u16, Held>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    cert: KeyCert,
    bytes: Vec<u8>,
}

/// A lease whose signature, key and caps are in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLease {
    /// The key that signed it.
    pub key_id: u16,
    /// What it says.
    pub content: LeaseContent,
    /// SHA-256 of the content's bytes.
    pub content_hash: ContentHash,
    /// When, and in answer to what.
    pub stamp: Stamp,
}

impl KeyRing {
    /// A ring that trusts this root and knows no certificate yet.
    pub fn new(tenant: TenantId, root: [u8; 32]) -> KeyRing {
        KeyRing { tenant, root, certs: BTreeMap::new() }
    }

    /// Whose keys these are.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The root's Ed25519 public key.
    pub fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// The bytes of all certificates, by key id: with tenant and root they make the ring again.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certs.values().map(|held| held.bytes.as_slice())
    }

    /// Takes a certificate signed by the root for this tenant. A key id stays with its key: the
    /// same key may get a certificate that ends later, another key may not get the id. So a
    /// replayed old certificate takes nothing back that a later one narrowed.
    pub fn add(
        &mut self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<u16, Refused> {
        if let Some(held) = self.certs.values().find(|held| held.bytes == bytes) {
            return Ok(held.cert.key_id);
        }
        let sign1 = Sign1::parse(bytes)?;
        sign1.verify(Kind::KeyCert, &PublicKey::Ed25519(self.root), verifier)?;
        let cert = KeyCert::decode(sign1.payload())?;
        if cert.tenant != self.tenant || !sign1.kid().is_empty() {
            return Err(Refused::WrongBinding);
        }
        let key_id = cert.key_id;
        if let Some(held) = self.certs.get(&key_id) {
            if held.cert.public_key != cert.public_key {
                return Err(Refused::KeyIdReused);
            }
            if held.cert.not_after >= cert.not_after {
                return Ok(key_id);
            }
        }
        self.certs.insert(key_id, Held { cert, bytes: bytes.to_vec() });
        self.make_room(key_id);
        Ok(key_id)
    }

    /// Takes what can be taken of several certificates; how many were refused. A certificate that
    /// this reader does not understand must not keep it from the ones it does.
    pub fn add_all<'a>(
        &mut self,
        certs: impl IntoIterator<Item = &'a [u8]>,
        verifier: &(impl Verifier + ?Sized),
    ) -> usize {
        certs.into_iter().filter(|bytes| self.add(bytes, verifier).is_err()).count()
    }

    /// The certificate a message's `kid` names.
    pub fn find(&self, kid: &[u8]) -> Option<&KeyCert> {
        let key_id = u16::from_be_bytes(kid.try_into().ok()?);
        self.certs.get(&key_id).map(|held| &held.cert)
    }

    /// Opens a COSE_Sign1 of kind `lease`: by a lease key valid at its `issued_at`, with no stage
    /// above what the key may sign. Contract, enrolment and key generation are for the caller to
    /// match.
    pub fn open_lease(
        &self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<OpenedLease, Refused> {
        let sign1 = Sign1::parse(bytes)?;
        let cert = self.verify(Kind::Lease, KeyKind::Lease, &sign1, verifier)?;
        let lease = SignedLease::decode(sign1.payload())?;
        check_validity(cert, lease.stamp.issued_at)?;
        let content = LeaseContent::decode(&lease.content)?;
        if content.tenant != self.tenant {
            return Err(Refused::WrongBinding);
        }
        if highest(&content) > cert.rung_max {
            return Err(Refused::RungNotAllowed);
        }
        let content_hash = lease.content_hash();
        Ok(OpenedLease { key_id: cert.key_id, content, content_hash, stamp: lease.stamp })
    }

    /// Opens a COSE_Sign1 of kind `unchanged`. The binding is the caller's to match.
    pub fn open_unchanged(
        &self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<Unchanged, Refused> {
        let sign1 = Sign1::parse(bytes)?;
        let cert = self.verify(Kind::Unchanged, KeyKind::Lease, &sign1, verifier)?;
        let unchanged = Unchanged::decode(sign1.payload())?;
        check_validity(cert, unchanged.stamp.issued_at)?;
        Ok(unchanged)
    }

    /// Opens a release certificate: by a release key, and by no other.
    pub fn open_release(
        &self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<Release, Refused> {
        let sign1 = Sign1::parse(bytes)?;
        let cert = self.verify(Kind::Release, KeyKind::Release, &sign1, verifier)?;
        let release = Release::decode(sign1.payload())?;
        check_validity(cert, release.released_at)?;
        if release.tenant != self.tenant {
            return Err(Refused::WrongBinding);
        }
        Ok(release)
    }

    /// Opens a dispute of a sunset: by a release key, and by no other. Contract, enrolment and key
    /// generation are for the caller to match.
    pub fn open_dispute(
        &self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<SunsetDispute, Refused> {
        let sign1 = Sign1::parse(bytes)?;
        let cert = self.verify(Kind::SunsetDispute, KeyKind::Release, &sign1, verifier)?;
        let dispute = SunsetDispute::decode(sign1.payload())?;
        check_validity(cert, dispute.issued_at)?;
        if dispute.tenant != self.tenant {
            return Err(Refused::WrongBinding);
        }
        Ok(dispute)
    }

    /// Opens the root of a log of journals: by a journal key.
    pub fn open_journal_root(
        &self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<JournalRoot, Refused> {
        let sign1 = Sign1::parse(bytes)?;
        let cert = self.verify(Kind::JournalRoot, KeyKind::Journal, &sign1, verifier)?;
        let root = JournalRoot::decode(sign1.payload())?;
        check_validity(cert, root.made_at)?;
        if root.tenant != self.tenant {
            return Err(Refused::WrongBinding);
        }
        Ok(root)
    }

    /// Opens an assignment: by a release key, with a succession by this ring's own root, and with a
    /// lease key among the certificates of the root that comes after it. The answer's ring is the
    /// one to trust from there on. Contract, enrolment and device are for the caller to match.
    pub fn open_assigned<'a>(
        &self,
        bytes: &[u8],
        certs: impl IntoIterator<Item = &'a [u8]>,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<(Assigned, Succession, KeyRing), Refused> {
        let sign1 = Sign1::parse(bytes)?;
        let cert = self.verify(Kind::Assigned, KeyKind::Release, &sign1, verifier)?;
        let assigned = Assigned::decode(sign1.payload())?;
        check_validity(cert, assigned.assigned_at)?;
        let sign1 = Sign1::parse(&assigned.succession)?;
        sign1.verify(Kind::Succession, &PublicKey::Ed25519(self.root), verifier)?;
        let next = Succession::decode(sign1.payload())?;
        let ours = (assigned.tenant, next.tenant) == (self.tenant, self.tenant);
        let same = next.to_tenant == assigned.to_tenant && next.to_root != self.root;
        if !(ours && same && sign1.kid().is_empty()) {
            return Err(Refused::WrongBinding);
        }
        if !(next.not_before..next.not_after).contains(&assigned.assigned_at) {
            return Err(Refused::CertificateExpired);
        }
        let mut ring = KeyRing::new(next.to_tenant, next.to_root);
        ring.add_all(certs, verifier);
        let speaks = |held: &Held| held.cert.kinds.contains(&KeyKind::Lease);
        if !ring.certs.values().any(speaks) {
            return Err(Refused::UnknownKey);
        }
        Ok((assigned, next, ring))
    }

    /// Opens a 96-byte token: by a token key valid when it was issued. Binding, counter and dates
    /// are the caller's to match.
    pub fn open_token(
        &self,
        bytes: &[u8],
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<Token, Refused> {
        let token = Token::decode(bytes)?;
        let cert = self.find(&token.key_id.to_be_bytes()).ok_or(Refused::UnknownKey)?;
        if !cert.kinds.contains(&KeyKind::Token) {
            return Err(Refused::KindNotAllowed);
        }
        Token::verify(bytes, &PublicKey::Ed25519(cert.public_key), verifier)?;
        check_validity(cert, u64::from(token.issued) * 60)?;
        Ok(token)
    }

    fn verify(
        &self,
        kind: Kind,
        key_kind: KeyKind,
        sign1: &Sign1<'_>,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<&KeyCert, Refused> {
        let cert = self.find(sign1.kid()).ok_or(Refused::UnknownKey)?;
        if !cert.kinds.contains(&key_kind) {
            return Err(Refused::KindNotAllowed);
        }
        sign1.verify(kind, &PublicKey::Ed25519(cert.public_key), verifier)?;
        Ok(cert)
    }

    fn make_room(&mut self, keep: u16) {
        if self.certs.len() <= RING_MAX {
            return;
        }
        let others = self.certs.iter().filter(|(key_id, _)| **key_id != keep);
        let first = others.min_by_key(|(_, held)| held.cert.not_after).map(|(key_id, _)| *key_id);
        if let Some(first) = first {
            self.certs.remove(&first);
        }
    }
}

/// Opens enrolment terms, which carry their own root: first trust, unless `pinned_root` says which
/// one it must be. The answer's ring is what the device keeps. The offer hash is for the caller to
/// match.
pub fn open_terms<'a>(
    bytes: &[u8],
    certs: impl IntoIterator<Item = &'a [u8]>,
    pinned_root: Option<&[u8; 32]>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<(Terms, KeyRing), Refused> {
    let sign1 = Sign1::parse(bytes)?;
    let terms = Terms::decode(sign1.payload())?;
    if pinned_root.is_some_and(|root| *root != terms.root) {
        return Err(Refused::WrongBinding);
    }
    let mut ring = KeyRing::new(terms.tenant, terms.root);
    ring.add_all(certs, verifier);
    let cert = ring.verify(Kind::EnrolTerms, KeyKind::Lease, &sign1, verifier)?;
    check_validity(cert, terms.issued_at)?;
    Ok((terms, ring))
}

/// The highest rung a content names: its own, its timetable's or its silence rule's.
fn highest(content: &LeaseContent) -> Rung {
    let steps = content.timetable.iter().map(|step| step.stage);
    let silence = content.silence.iter().map(|silence| silence.stage);
    let highest = steps.chain(silence).fold(content.stage, Stage::max);
    highest.rung
}

fn check_validity(cert: &KeyCert, at: u64) -> Result<(), Refused> {
    if (cert.not_before..cert.not_after).contains(&at) {
        Ok(())
    } else {
        Err(Refused::CertificateExpired)
    }
}

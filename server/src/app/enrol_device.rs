//! Enrolment: an offer is answered with terms, a confirmation binds the device and is answered
//! with the first lease. Nothing is remembered between the two: the confirmation brings the offer
//! along, and everything the terms said comes out the same again.

use domain::{
    Actor, Command, Contract, EnrolmentId, Imei, Ladder, Moment, UnitId,
    decide::check_may_activate, fact::Enrolment,
};
use protocol::{
    Kind, Message, PublicKey, SignedMessage,
    cert::KeyKind,
    cose::Sign1,
    enrol::{Confirm, Offer, Terms},
    lease::Stamp,
    reply::{Reply, ReplyKind},
};

use super::{
    App,
    change::{Asked, Extras, Loaded},
    enrolment_name, financed_name,
    lease::{self, guard_codes, unix},
};
use crate::{
    crypto::{ServerVerifier, content_hash, same, sha256},
    error::Error,
};

/// Letters of an enrolment code: no 0, 1, I, L, O, U.
const CODE_LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code: 58 bits.
const CODE_LEN: usize = 12;

/// An offer that proved its own key, and the contract it is for.
struct Offered {
    loaded: Loaded,
    key: PublicKey,
    tier: u8,
    offer_hash: [u8; 32],
    enrolment: EnrolmentId,
    key_gen: u32,
}

impl App {
    /// The single-use code that enrols the next device of a contract. It changes with each
    /// enrolment and is derived, not stored.
    pub fn enrolment_code(&self, unit: UnitId, key_gen: u32) -> String {
        let mac = self.keys.pepper().mac("enrol-code", &[&unit.bytes(), &key_gen.to_be_bytes()]);
        let letters = mac.iter().take(CODE_LEN).map(|byte| {
            let letter = CODE_LETTERS[usize::from(*byte) % CODE_LETTERS.len()];
            char::from(letter)
        });
        letters.collect()
    }

    /// Answers an offer with the terms the holder is asked to accept.
    pub async fn answer_offer(&self, signed: &[u8]) -> Result<Reply, Error> {
        let offered = self.open_offer(signed).await?;
        let terms = self.terms(&offered, self.now())?;
        let keys = self.keys.tenant(offered.loaded.row.tenant)?;
        let key = keys.signing(KeyKind::Lease, self.signing_moment()?)?;
        let signed = key.sign(Kind::EnrolTerms, &terms.encode())?;
        Ok(Reply { kind: ReplyKind::Terms, signed, certs: self.certs_since(&keys, None) })
    }

    /// Binds the device if its holder said yes, and answers with its first lease.
    pub async fn confirm_enrolment(&self, signed: &[u8]) -> Result<Reply, Error> {
        let sign1 = Sign1::parse(signed).map_err(malformed)?;
        let confirm: Confirm = sign1.decode().map_err(malformed)?;
        named_by(&sign1, &confirm.enrolment.0)?;
        let offer = Sign1::parse(&confirm.offer).map_err(malformed)?;
        let offer: Offer = offer.decode().map_err(malformed)?;
        sign1.verify(Confirm::KIND, &offer.key, &ServerVerifier).map_err(untrusted)?;
        if !confirm.accepted {
            return Err(Error::refused("holder_refused", "the holder did not accept: not bound"));
        }
        let offer_hash = sha256(&[&confirm.offer]);
        if let Some(reply) = self.confirmed_before(&offer, &offer_hash, &confirm).await? {
            return Ok(reply);
        }
        let offered = self.open_offer(&confirm.offer).await?;
        let disclosure = content_hash(
            self.disclosed(&offered.loaded.contract, &offered.loaded.ladder, None)
                .disclosure
                .text()
                .as_bytes(),
        );
        let agrees = confirm.enrolment.0 == offered.enrolment.bytes()
            && confirm.key_gen == offered.key_gen
            && confirm.disclosure_hash == disclosure;
        if !agrees {
            let detail = "the confirmation is for other terms: offer again";
            return Err(Error::refused("offer_mismatch", detail));
        }
        let enrolment = Enrolment {
            id: offered.enrolment,
            key_gen: offered.key_gen,
            key: key_bytes(&offered.key),
            tier: offered.tier,
            disclosure: disclosure.0,
            offer: offered.offer_hash,
        };
        let unit = offered.loaded.row.unit;
        let asked = Asked::once(self, "enrol_device", Actor::Device(enrolment.id));
        let extras =
            Extras { reserve: vec![enrolment_name(&enrolment.id.bytes())], ..Extras::default() };
        self.signing_moment()?;
        let changed = self
            .change(unit, &asked, extras, |loaded, _| {
                waits_for_a_device(&loaded.contract)?;
                Ok(vec![Command::Enrol(enrolment.clone())])
            })
            .await?;
        self.first_lease(&changed.contract, &changed.ladder, changed.version, confirm.msg_no)
    }

    /// The answer to a confirmation whose first answer was lost.
    async fn confirmed_before(
        &self,
        offer: &Offer,
        offer_hash: &[u8; 32],
        confirm: &Confirm,
    ) -> Result<Option<Reply>, Error> {
        let Some(loaded) = self.offered_contract(offer).await? else {
            return Ok(None);
        };
        let bound = |device: &Enrolment| device.offer == *offer_hash;
        if !loaded.contract.device.as_ref().is_some_and(bound) {
            return Ok(None);
        }
        // What the lease says may have changed since the first answer.
        let asked = Asked::once(self, "enrol_device", Actor::Time);
        let changed =
            self.change(loaded.row.unit, &asked, Extras::default(), |_, _| Ok(Vec::new())).await?;
        self.first_lease(&changed.contract, &changed.ladder, changed.version, confirm.msg_no)
            .map(Some)
    }

    fn first_lease(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        version: u64,
        msg_no: u64,
    ) -> Result<Reply, Error> {
        let words = self.words(contract.tenant);
        let content = lease::content(contract, ladder, &words, version)
            .ok_or_else(|| Error::refused("wrong_enrolment_code", "the contract has ended"))?;
        let stamp = Stamp {
            issued_at: unix(self.now().seconds()),
            msg_no,
            events_through: contract.events_through,
            next_s: self.come_back(contract),
        };
        let signed = self.sign_lease(contract, &content, stamp)?;
        // The key that signs may be younger than the terms.
        let keys = self.keys.tenant(contract.tenant)?;
        let certs = self.certs_since(&keys, Some(contract.joined_at()));
        Ok(Reply { kind: ReplyKind::Lease, signed, certs })
    }

    async fn offered_contract(&self, offer: &Offer) -> Result<Option<Loaded>, Error> {
        for text in &offer.imeis {
            let Ok(imei) = Imei::from_network(text) else {
                continue;
            };
            if let Some(unit) = self.owner(financed_name(&self.imei_hash(&imei))).await? {
                return self.load_contract(unit).await;
            }
        }
        Ok(None)
    }

    /// Opens an offer: its own signature, a contract for one of its IMEIs, and that contract's
    /// code. A stranger learns nothing: no contract and a wrong code are one answer.
    async fn open_offer(&self, signed: &[u8]) -> Result<Offered, Error> {
        let sign1 = Sign1::parse(signed).map_err(malformed)?;
        named_by(&sign1, &[])?;
        let offer: Offer = sign1.decode().map_err(malformed)?;
        sign1.verify(Offer::KIND, &offer.key, &ServerVerifier).map_err(untrusted)?;
        let wrong = || {
            let detail = "no contract of this device has this code: read it again with `status`";
            Error::refused("wrong_enrolment_code", detail)
        };
        let loaded = self.offered_contract(&offer).await?.ok_or_else(wrong)?;
        let key_gen = loaded.contract.key_gen() + 1;
        let unit = loaded.row.unit;
        let typed = offer.code.replace(['-', ' '], "").to_ascii_uppercase();
        let used = (1..key_gen)
            .any(|past| same(self.enrolment_code(unit, past).as_bytes(), typed.as_bytes()));
        if used {
            let detail = "this code enrolled a device before: ask the lender for the next one";
            return Err(Error::refused("enrolment_code_used", detail));
        }
        if !same(self.enrolment_code(unit, key_gen).as_bytes(), typed.as_bytes()) {
            return Err(wrong());
        }
        waits_for_a_device(&loaded.contract)?;
        check_may_activate(&loaded.contract, &loaded.ladder)?;
        let offer_hash = sha256(&[signed]);
        let mac = self
            .keys
            .pepper()
            .mac("enrolment", &[&unit.bytes(), &key_gen.to_be_bytes(), &offer_hash]);
        let enrolment = EnrolmentId::from_bytes(mac[..16].try_into().expect("half of 32 bytes"));
        let tier = offer.tier as u8;
        Ok(Offered { loaded, key: offer.key, tier, offer_hash, enrolment, key_gen })
    }

    fn terms(&self, offered: &Offered, now: Moment) -> Result<Terms, Error> {
        let Loaded { row, ladder, .. } = &offered.loaded;
        let disclosure =
            self.disclosed(&offered.loaded.contract, &offered.loaded.ladder, None).disclosure;
        Ok(Terms {
            offer_hash: protocol::ContentHash(offered.offer_hash),
            tenant: protocol::TenantId(row.tenant.bytes()),
            contract: protocol::ContractId(row.unit.bytes()),
            enrolment: protocol::EnrolmentId(offered.enrolment.bytes()),
            key_gen: offered.key_gen,
            lender: ladder.lender.name.clone(),
            lender_phone: ladder.lender.phone.clone(),
            disclosure: disclosure.text(),
            language: disclosure.language,
            guards: guard_codes(ladder),
            root: self.keys.tenant(row.tenant)?.root(),
            issued_at: unix(now.seconds()),
        })
    }
}

/// A contract that has ended takes no device: no code of it is right.
fn waits_for_a_device(contract: &Contract) -> Result<(), Error> {
    if contract.is_active() {
        return Ok(());
    }
    let detail = format!("the contract is {}: no code enrols a device", contract.state.name());
    Err(Error::refused("wrong_enrolment_code", detail))
}

/// A device key as a contract keeps it: the algorithm's number, then the bytes.
pub fn key_bytes(key: &PublicKey) -> Vec<u8> {
    match key {
        PublicKey::Ed25519(bytes) => [&[1], bytes.as_slice()].concat(),
        PublicKey::P256(bytes) => [&[2], bytes.as_slice()].concat(),
    }
}

/// The device key a contract keeps.
pub fn key_of(bytes: &[u8]) -> Option<PublicKey> {
    match bytes.split_first()? {
        (1, rest) => rest.try_into().ok().map(PublicKey::Ed25519),
        (2, rest) => rest.try_into().ok().map(PublicKey::P256),
        _ => None,
    }
}

/// Bytes that are not a message.
pub fn malformed(error: protocol::Malformed) -> Error {
    Error::refused("malformed", error.to_string())
}

/// The key identifier stands outside the signature: it says what the message says, or the bytes
/// are not a message.
pub fn named_by(sign1: &Sign1<'_>, kid: &[u8]) -> Result<(), Error> {
    if sign1.kid() == kid {
        return Ok(());
    }
    Err(Error::refused("malformed", "the kid does not name the message's key"))
}

/// A message whose signature does not hold.
pub fn untrusted(error: protocol::Refused) -> Error {
    Error::refused("bad_signature", error.to_string())
}

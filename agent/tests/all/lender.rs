//! A lender that signs whatever it is told to, with real keys. Its clock is the true time.

use protocol::{
    ContractId, EnrolmentId, Guard, Kind, Message, NoticeId, Rung, SignedMessage, Stage, TenantId,
    cert::{KeyCert, KeyKind, kid},
    check_in::{CheckIn, Event, EventKind},
    cose::{Sign1, sign1},
    crypto::{
        Signer,
        device::{DeviceVerifier, Ed25519Signer},
        sha256,
    },
    enrol::{Confirm, Offer, Terms},
    lease::{LeaseContent, Notice, Passes, Screen, SignedLease, Stamp, Step, Unchanged},
    release::Release,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
    token::{Token, binding},
};

use crate::phone::device_key;

pub(crate) const T0: u64 = 1_800_000_000;
pub(crate) const HOUR: u64 = 3_600;
pub(crate) const DAY: u64 = 86_400;
pub(crate) const IMEI: &str = "490154203237518";
pub(crate) const SALT: [u8; 16] = [9; 16];

pub(crate) const REMIND: Stage = Stage { rung: Rung::Remind, step: 0 };
pub(crate) const NOTICE: Stage = Stage { rung: Rung::Notice, step: 0 };
pub(crate) const RESTRICT_1: Stage = Stage { rung: Rung::Restrict, step: 1 };
pub(crate) const RESTRICT_2: Stage = Stage { rung: Rung::Restrict, step: 2 };
pub(crate) const LOCK: Stage = Stage { rung: Rung::Lock, step: 0 };

/// The lender: signs whatever it is told to.
pub(crate) struct Lender {
    pub(crate) root: Ed25519Signer,
    pub(crate) lease_key: Ed25519Signer,
    pub(crate) lease_key_id: u16,
    pub(crate) token_key: Ed25519Signer,
    pub(crate) release_key: Ed25519Signer,
    pub(crate) certs: Vec<Vec<u8>>,
    pub(crate) now_s: u64,
    pub(crate) lease: LeaseContent,
    pub(crate) next_s: u32,
    pub(crate) events: Vec<Event>,
    pub(crate) events_through: u64,
    pub(crate) messages: Vec<CheckIn>,
    pub(crate) is_released: bool,
    pub(crate) removed: bool,
    pub(crate) declined: bool,
}

pub(crate) fn cert(
    root: &Ed25519Signer,
    key_id: u16,
    key: &Ed25519Signer,
    kinds: &[KeyKind],
) -> Vec<u8> {
    capped_cert(root, key_id, key, kinds, Rung::Lock)
}

pub(crate) fn capped_cert(
    root: &Ed25519Signer,
    key_id: u16,
    key: &Ed25519Signer,
    kinds: &[KeyKind],
    rung_max: Rung,
) -> Vec<u8> {
    let cert = KeyCert {
        tenant: TenantId([1; 16]),
        lender: "Test Lender".into(),
        key_id,
        kinds: kinds.to_vec(),
        rung_max,
        not_before: T0 - 365 * DAY,
        not_after: T0 + 3650 * DAY,
        public_key: key.public_bytes(),
    };
    sign1(KeyCert::KIND, &[], &cert.encode(), root).unwrap()
}

pub(crate) fn content() -> LeaseContent {
    LeaseContent {
        tenant: TenantId([1; 16]),
        contract: ContractId([2; 16]),
        enrolment: EnrolmentId([3; 16]),
        key_gen: 1,
        sequence: 1,
        stage: Stage::CLEAR,
        restrictions: vec![],
        timetable: vec![],
        guards: vec![Guard::FactoryReset.code()],
        offline_step_max_age_s: 3 * DAY as u32,
        silence: None,
        notices: vec![],
        screen: Screen {
            language: "en".into(),
            lender: "Test Lender".into(),
            lender_phone: "+1 555 0100".into(),
            how_to_pay: "Pay at any shop".into(),
            how_to_dispute: "Call us".into(),
            managed_by: "Test Lender manages this phone".into(),
            reason: "as agreed".into(),
            ..Screen::default()
        },
        passes: Passes { left: 3, hours: 24 },
        sunset: None,
        dispute: None,
    }
}

pub(crate) fn step(stage: Stage, at: u64, after_s: u64) -> Step {
    let restrictions = if stage.rung >= Rung::Restrict { vec![2] } else { vec![] };
    let reason = format!("{:?}", stage.rung);
    Step { stage, at, after_s: after_s as u32, restrictions, reason, notice: None }
}

pub(crate) fn notice(id: u8, show_from: u64) -> Notice {
    Notice {
        id: NoticeId([id; 16]),
        k: 1,
        show_from,
        language: "en".into(),
        text: format!("Notice {id}: please pay."),
    }
}

impl Lender {
    pub(crate) fn new() -> Lender {
        let key = |seed| Ed25519Signer::from_seed(&[seed; 32]);
        let (root, lease_key, token_key, release_key) = (key(1), key(2), key(3), key(4));
        let certs = vec![
            cert(&root, 1, &lease_key, &[KeyKind::Lease]),
            cert(&root, 2, &token_key, &[KeyKind::Token]),
            cert(&root, 3, &release_key, &[KeyKind::Release]),
        ];
        Lender {
            root,
            lease_key,
            lease_key_id: 1,
            token_key,
            release_key,
            certs,
            now_s: T0,
            lease: content(),
            next_s: DAY as u32,
            events: vec![],
            events_through: 0,
            messages: vec![],
            is_released: false,
            removed: false,
            declined: false,
        }
    }

    /// A further version of the contract.
    pub(crate) fn version(&mut self, change: impl FnOnce(&mut LeaseContent)) {
        self.lease.sequence += 1;
        change(&mut self.lease);
    }

    pub(crate) fn stamp(&self, msg_no: u64) -> Stamp {
        let events_through = self.events_through;
        Stamp { issued_at: self.now_s, msg_no, events_through, next_s: self.next_s }
    }

    pub(crate) fn reply(&self, kind: ReplyKind, signed: Vec<u8>) -> Vec<u8> {
        Reply { kind, signed, certs: self.certs.clone() }.encode()
    }

    pub(crate) fn sign_lease(&self, content: &LeaseContent, stamp: Stamp) -> Vec<u8> {
        let lease = SignedLease { content: content.encode(), stamp };
        let kid = kid(self.lease_key_id);
        let signed = sign1(Kind::Lease, &kid, &lease.encode(), &self.lease_key).unwrap();
        self.reply(ReplyKind::Lease, signed)
    }

    /// The lease as it stands, in answer to a message or to none.
    pub(crate) fn signed(&self, msg_no: u64) -> Vec<u8> {
        self.sign_lease(&self.lease, self.stamp(msg_no))
    }

    pub(crate) fn unchanged(&self, msg_no: u64) -> Vec<u8> {
        let unchanged = Unchanged {
            enrolment: self.lease.enrolment,
            key_gen: self.lease.key_gen,
            sequence: self.lease.sequence,
            content_hash: sha256(&self.lease.encode()),
            stamp: self.stamp(msg_no),
        };
        let kid = kid(self.lease_key_id);
        let payload = unchanged.encode();
        self.reply(
            ReplyKind::Unchanged,
            sign1(Kind::Unchanged, &kid, &payload, &self.lease_key).unwrap(),
        )
    }

    pub(crate) fn release(&self) -> Release {
        let named = [&SALT[..], &IMEI.as_bytes()[..14]].concat();
        Release {
            tenant: self.lease.tenant,
            lender: "Test Lender".into(),
            contract: self.lease.contract,
            enrolment: self.lease.enrolment,
            device_hash: sha256(&named),
            salt: SALT,
            released_at: self.now_s,
        }
    }

    pub(crate) fn sign_release(
        &self,
        release: &Release,
        key_id: u16,
        key: &Ed25519Signer,
    ) -> Vec<u8> {
        let payload = release.encode();
        let signed = sign1(Kind::Release, &kid(key_id), &payload, key).unwrap();
        self.reply(ReplyKind::Release, signed)
    }

    pub(crate) fn token(&self, counter: u32, paid_through_s: u64) -> Token {
        Token {
            key_id: 2,
            binding: binding(IMEI, self.lease.enrolment, self.lease.key_gen),
            counter,
            issued: (self.now_s / 60) as u32,
            paid_through: (paid_through_s / 60) as u32,
            not_after: (self.now_s / 60) as u32 + 7 * 24 * 60,
        }
    }

    pub(crate) fn sign_token(&self, token: &Token) -> Vec<u8> {
        token.sign(&self.token_key).unwrap().to_vec()
    }

    pub(crate) fn terms(&self, offer: &[u8]) -> Terms {
        Terms {
            offer_hash: sha256(offer),
            tenant: self.lease.tenant,
            contract: self.lease.contract,
            enrolment: self.lease.enrolment,
            key_gen: self.lease.key_gen,
            lender: "Test Lender".into(),
            lender_phone: "+1 555 0100".into(),
            disclosure: "The lender may restrict this phone.".into(),
            language: "en".into(),
            guards: vec![Guard::FactoryReset.code()],
            root: self.root.public_bytes(),
            issued_at: self.now_s,
        }
    }

    pub(crate) fn sign_terms(&self, terms: &Terms) -> Vec<u8> {
        let kid = kid(self.lease_key_id);
        let payload = terms.encode();
        self.reply(
            ReplyKind::Terms,
            sign1(Kind::EnrolTerms, &kid, &payload, &self.lease_key).unwrap(),
        )
    }

    /// Answers a request as a server would, after checking the device's signature.
    pub(crate) fn answer(&mut self, body: &[u8]) -> Vec<u8> {
        let request = Request::decode(body).unwrap();
        let sign1 = Sign1::parse(&request.signed).unwrap();
        let kind = match request.kind {
            RequestKind::CheckIn => Kind::CheckIn,
            RequestKind::Wait => Kind::Wait,
            RequestKind::Offer => Kind::EnrolOffer,
            RequestKind::Confirm => Kind::EnrolConfirm,
            RequestKind::Removed => Kind::Removed,
        };
        sign1.verify(kind, &device_key().public_key(), &DeviceVerifier).unwrap();
        match request.kind {
            RequestKind::Offer => {
                let offer: Offer = sign1.decode().unwrap();
                assert_eq!(offer.imeis[0], IMEI);
                self.sign_terms(&self.terms(&request.signed))
            }
            RequestKind::Confirm => {
                let confirm: Confirm = sign1.decode().unwrap();
                self.declined = !confirm.accepted;
                self.signed(confirm.msg_no)
            }
            RequestKind::CheckIn | RequestKind::Wait => self.check_in(sign1.decode().unwrap()),
            RequestKind::Removed => {
                self.removed = true;
                self.reply(ReplyKind::RemovalRecorded, vec![])
            }
        }
    }

    fn check_in(&mut self, message: CheckIn) -> Vec<u8> {
        for event in &message.events {
            if event.event_no > self.events_through {
                self.events_through = event.event_no;
                self.events.push(event.clone());
            }
        }
        let msg_no = message.msg_no;
        let is_current = message.content_hash == Some(sha256(&self.lease.encode()));
        self.messages.push(message);
        if self.is_released {
            return self.sign_release(&self.release(), 3, &self.release_key);
        }
        if is_current { self.unchanged(msg_no) } else { self.signed(msg_no) }
    }

    /// What the events say, in order.
    pub(crate) fn heard(&self) -> Vec<EventKind> {
        self.events.iter().map(|event| event.what.clone()).collect()
    }

    /// The stages reported as applied, in order.
    pub(crate) fn applied(&self) -> Vec<Stage> {
        let stages = self.events.iter().filter_map(|event| match event.what {
            EventKind::Applied { stage, .. } => Some(stage),
            _ => None,
        });
        stages.collect()
    }
}

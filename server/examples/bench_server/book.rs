//! A server on SQLite with a lender, contracts and enrolled devices.

use std::sync::Arc;

use domain::{
    Actor, Currency, Day, Imei, TenantId, Terms, Zone,
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};
use protocol::{
    ContentHash, EnrolmentId, Kind, Message, Signer, Stage,
    check_in::{CheckIn, ClockReading},
    cose::{Sign1, sign1},
    crypto::device::Ed25519Signer,
    enrol::{self, Confirm, Offer, Tier},
    lease::SignedLease,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
};
use server::{
    App,
    app::{Pace, sign_contract::NewContract},
    keys::Keys,
    real::{RealClock, RealEntropy},
};

/// Contracts with an enrolled device each.
pub(crate) const DEVICES: u32 = 256;

pub(crate) struct Book {
    pub(crate) app: Arc<App>,
    pub(crate) tenant: TenantId,
    pub(crate) devices: Vec<Device>,
    _folder: tempfile::TempDir,
}

/// A device with its key, at the lease it holds.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) number: u32,
    key: Ed25519Signer,
    enrolment: EnrolmentId,
    key_gen: u32,
    sequence: u64,
    content_hash: ContentHash,
}

impl Book {
    pub(crate) async fn open() -> Book {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let url = format!("sqlite:{}", folder.path().join("bench.db").display());
        let app = App::open(
            store::open(&url).expect("the store opens"),
            Keys::new(&[7; 32]),
            Arc::new(RealClock),
            Arc::new(RealEntropy),
            Pace::default(),
        );
        let app = Arc::new(app.await.expect("the server opens"));
        let lender = formats::parse_lender(include_str!("../../../examples/lender.toml"));
        let lender = lender.expect("the example is right");
        let (tenant, _) = app.add_tenant(&lender, clerk()).await.expect("a tenant");
        let programme = include_str!("../../../examples/programme.toml");
        app.add_programme(tenant, programme, clerk()).await.expect("a programme");
        let mut devices = Vec::new();
        for number in 0..DEVICES {
            devices.push(enrolled(&app, tenant, number).await);
        }
        Book { app, tenant, devices, _folder: folder }
    }
}

impl Device {
    /// The bytes of a check-in that brings nothing new.
    pub(crate) fn check_in(&self, msg_no: u64) -> Vec<u8> {
        self.asks(RequestKind::CheckIn, msg_no, None)
    }

    /// The bytes of a wait for a lease that is newer than the one held.
    pub(crate) fn wait(&self, msg_no: u64) -> Vec<u8> {
        self.asks(RequestKind::Wait, msg_no, Some(60))
    }

    /// Takes a lease as an agent does that knows its server: a later one, and nothing is taken
    /// away. Whether it was one.
    pub(crate) fn take(&mut self, reply: &Reply) -> bool {
        if reply.kind != ReplyKind::Lease {
            return false;
        }
        let lease: SignedLease = opened(reply);
        let content = protocol::lease::LeaseContent::decode(&lease.content).expect("a lease");
        assert!(content.sequence > self.sequence, "a lease went back");
        assert_eq!(content.stage, Stage::CLEAR, "a contract that is paid is restricted");
        self.sequence = content.sequence;
        self.content_hash = protocol::crypto::sha256(&lease.content);
        true
    }

    fn asks(&self, kind: RequestKind, msg_no: u64, hold_max_s: Option<u32>) -> Vec<u8> {
        let message = CheckIn {
            enrolment: self.enrolment,
            key_gen: self.key_gen,
            msg_no,
            applied_seq: self.sequence,
            content_hash: Some(self.content_hash),
            stage: Stage::CLEAR,
            events: Vec::new(),
            clock: ClockReading::default(),
            agent_version: "bench".to_owned(),
            battery: Some(80),
            hold_max_s,
        };
        request(kind, &self.enrolment.0, &message.encode(), &self.key)
    }

    /// The sequence of the lease it holds.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// What the bare handler verifies with.
    pub(crate) fn public_key(&self) -> protocol::PublicKey {
        self.key.public_key()
    }
}

pub(crate) fn clerk() -> Actor {
    Actor::Feed("bench".to_owned())
}

pub(crate) fn reference(number: u32) -> String {
    format!("B-{number}")
}

async fn enrolled(app: &App, tenant: TenantId, number: u32) -> Device {
    let imei = Imei::from_network(&format!("00101001{number:06}")).expect("14 digits");
    let changed = app.sign_contract(tenant, contract(number, imei), clerk()).await;
    let unit = changed.expect("a contract").contract.unit;
    let mut seed = [3; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    let key = Ed25519Signer::from_seed(&seed);
    let offer = Offer {
        code: app.enrolment_code(unit, 1),
        imeis: vec![imei.with_check_digit()],
        serial: None,
        key: key.public_key(),
        nonce: [1; 16],
        agent_version: "bench".to_owned(),
        tier: Tier::DeviceOwner,
    };
    let offer = signed(Kind::EnrolOffer, &[], &offer.encode(), &key);
    let reply = app.answer_offer(&offer).await.expect("terms");
    let terms: enrol::Terms = opened(&reply);
    let confirm = Confirm {
        enrolment: terms.enrolment,
        key_gen: terms.key_gen,
        offer,
        terms_hash: protocol::crypto::sha256(&reply.signed),
        disclosure_hash: protocol::crypto::sha256(terms.disclosure.as_bytes()),
        accepted: true,
        msg_no: 1,
    };
    let confirm = signed(Kind::EnrolConfirm, &terms.enrolment.0, &confirm.encode(), &key);
    let lease: SignedLease = opened(&app.confirm_enrolment(&confirm).await.expect("a lease"));
    let content = protocol::lease::LeaseContent::decode(&lease.content).expect("a lease");
    Device {
        number,
        key,
        enrolment: terms.enrolment,
        key_gen: terms.key_gen,
        sequence: content.sequence,
        content_hash: protocol::crypto::sha256(&lease.content),
    }
}

fn contract(number: u32, imei: Imei) -> NewContract {
    let currency = Currency::parse("INR").expect("a currency");
    let price = Price { currency, cash_price: 100_000_000_000, down_payment: 0 };
    let plan = Equal {
        count: 24,
        period: Period::Months,
        every: 1,
        first_due: Day::parse("2090-01-15").expect("a day"),
        month_end: MonthEnd::Clamp,
        instalment: None,
    };
    let zone = Zone::parse("Asia/Kolkata").expect("a zone");
    NewContract {
        reference: reference(number),
        imeis: vec![imei],
        terms: Terms::equal(price, &plan, zone, "en".to_owned()).expect("terms"),
        programme: "standard".to_owned(),
        borrower_name: "A. Borrower".to_owned(),
        borrower_phone: "+91 22 5550 0101".to_owned(),
        borrower_email: String::new(),
        consent: Some(domain::fact::Consent {
            form: "app".to_owned(),
            version: "1".to_owned(),
            at: domain::Moment::from_seconds(0),
            told: None,
        }),
    }
}

fn signed(kind: Kind, kid: &[u8], payload: &[u8], key: &Ed25519Signer) -> Vec<u8> {
    sign1(kind, kid, payload, key).expect("a software key signs")
}

fn request(kind: RequestKind, kid: &[u8], payload: &[u8], key: &Ed25519Signer) -> Vec<u8> {
    Request { kind, signed: signed(kind.kind(), kid, payload, key) }.encode()
}

fn opened<M: Message>(reply: &Reply) -> M {
    Sign1::parse(&reply.signed).expect("a reply").decode().expect("its message")
}

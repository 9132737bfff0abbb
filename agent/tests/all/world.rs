//! One phone and one lender. The lender's clock is the true time; the phone's are its own.

use agent::{Agent, Door, Effect, Input, Keys, Moment, ScreenView, Setup, TokenAnswer};
use protocol::{
    ContentHash, ContractId, EnrolmentId, Guard, Kind, Message, NoticeId, Restriction, Rung,
    SignedMessage, Stage, TenantId,
    cert::{KeyCert, KeyKind, kid},
    check_in::{CheckIn, Event, EventKind},
    cose::{Sign1, sign1},
    crypto::{
        Signer,
        device::{DeviceVerifier, Ed25519Signer},
        sha256,
    },
    enrol::{Confirm, Offer, Terms, Tier},
    lease::{LeaseContent, Notice, Passes, Screen, SignedLease, Stamp, Step, Unchanged},
    release::Release,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
    token::{Token, binding},
};

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

pub(crate) fn device_key() -> Ed25519Signer {
    Ed25519Signer::from_seed(&[7; 32])
}

pub(crate) fn setup() -> Setup {
    Setup {
        tier: Tier::Cooperative,
        supported: vec![Restriction::Camera, Restriction::Gallery, Restriction::OutgoingCalls],
        wait_hold_s: 0,
        seed: 11,
        ..Setup::default()
    }
}

/// A message on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) to: Door,
    pub(crate) body: Vec<u8>,
    pub(crate) hold_s: u32,
}

/// A shell that performs every effect at once.
pub(crate) struct Phone {
    pub(crate) agent: Agent,
    pub(crate) setup: Setup,
    pub(crate) at: Moment,
    pub(crate) has_key: bool,
    pub(crate) saved: Option<Vec<u8>>,
    /// Stage, restrictions and guards as last applied.
    pub(crate) applied: (Stage, Vec<Restriction>, Vec<Guard>),
    pub(crate) out: Vec<Sent>,
    /// Every effect since the last look, in order.
    pub(crate) effects: Vec<Effect>,
    /// Every stage ever applied, with the true second.
    pub(crate) history: Vec<(Stage, u64)>,
    /// The process dies before the effect after so many more, and is down for ten seconds.
    pub(crate) fuse: Option<usize>,
    /// Seconds of truth since the beginning, powered or not.
    pub(crate) true_s: u64,
}

impl Phone {
    pub(crate) fn with(setup: Setup) -> Phone {
        Phone {
            agent: Agent::new(setup.clone()),
            setup,
            at: Moment { uptime_ms: 60_000, boot: 1, wall_s: T0 },
            has_key: true,
            saved: None,
            applied: (Stage::CLEAR, vec![], vec![]),
            out: vec![],
            effects: vec![],
            history: vec![],
            fuse: None,
            true_s: 0,
        }
    }

    pub(crate) fn give(&mut self, input: Input) {
        self.feed(input);
        while let Some(effect) = self.agent.poll_effect() {
            if self.fuse == Some(0) {
                self.fuse = None;
                self.at.uptime_ms += 10_000;
                self.true_s += 10;
                return self.crash();
            }
            self.fuse = self.fuse.map(|left| left - 1);
            self.perform(effect);
        }
    }

    /// Gives an input and performs nothing yet.
    pub(crate) fn feed(&mut self, input: Input) {
        let key = device_key();
        let keys = Keys { signer: self.has_key.then_some(&key as _), verifier: &DeviceVerifier };
        self.agent.handle(input, self.at, keys);
    }

    pub(crate) fn perform(&mut self, effect: Effect) {
        match &effect {
            Effect::Save { state } => self.saved = Some(state.clone()),
            Effect::Apply { stage, restrictions, guards } => {
                self.applied = (*stage, restrictions.clone(), guards.clone());
                self.history.push((*stage, self.true_s));
            }
            Effect::Send { to, body, hold_s } => {
                self.out.push(Sent { to: *to, body: body.clone(), hold_s: *hold_s });
            }
            Effect::DeleteKeys => self.has_key = false,
            _ => {}
        }
        self.effects.push(effect);
    }

    pub(crate) fn reply(&mut self, bytes: Vec<u8>) {
        self.give(Input::Reply { bytes });
    }

    /// Lets the lender answer until the phone has nothing more to say.
    pub(crate) fn talk(&mut self, lender: &mut Lender) {
        while !self.out.is_empty() {
            let sent = self.out.remove(0);
            let bytes = lender.answer(&sent.body);
            self.reply(bytes);
        }
    }

    /// Fails whatever is on its way.
    pub(crate) fn lose(&mut self) {
        while !self.out.is_empty() {
            self.out.remove(0);
            self.give(Input::SendFailed);
        }
    }

    /// Powered time passes; the phone wakes at the end of it.
    pub(crate) fn pass(&mut self, seconds: u64) {
        self.at.uptime_ms += seconds * 1000;
        self.at.wall_s += seconds;
        self.true_s += seconds;
        self.give(Input::Wake);
    }

    /// Powered time passes without network, with every wake the agent asks for.
    pub(crate) fn pass_offline(&mut self, seconds: u64) {
        let end_ms = self.at.uptime_ms + seconds * 1000;
        self.at.wall_s += seconds;
        while let Some(wake_ms) = self.agent.poll_wake().filter(|wake_ms| *wake_ms < end_ms) {
            self.at.uptime_ms = self.at.uptime_ms.max(wake_ms);
            self.give(Input::Wake);
            self.lose();
        }
        self.at.uptime_ms = end_ms;
        self.give(Input::Wake);
        self.lose();
    }

    /// The process dies and starts again from what was saved.
    pub(crate) fn crash(&mut self) {
        self.out.clear();
        let saved = self.saved.clone();
        self.agent = match saved {
            Some(saved) => Agent::restore(&saved, self.setup.clone()).unwrap(),
            None => Agent::new(self.setup.clone()),
        };
        self.give(Input::Start);
    }

    /// Powered off and on again.
    pub(crate) fn reboot(&mut self) {
        self.at.boot += 1;
        self.at.uptime_ms = 20_000;
        self.true_s += 90;
        self.crash();
    }

    pub(crate) fn stage(&self) -> Stage {
        assert_eq!(self.agent.stage(), self.applied.0, "what is in force was applied");
        self.applied.0
    }

    pub(crate) fn view(&self) -> ScreenView {
        self.agent.view(self.at)
    }

    pub(crate) fn enrol(&mut self) {
        self.give(Input::Enrol {
            code: "CODE-1".into(),
            imeis: vec![IMEI.into()],
            serial: None,
            nonce: [5; 16],
        });
    }

    pub(crate) fn token(&mut self, bytes: Vec<u8>) -> TokenAnswer {
        self.effects.clear();
        self.give(Input::Token { bytes });
        let answers = self.effects.iter().filter_map(|effect| match effect {
            Effect::TokenAnswer { answer } => Some(*answer),
            _ => None,
        });
        answers.last().unwrap()
    }

    /// How often an effect of this shape came since the last look.
    pub(crate) fn count(&self, is_it: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| is_it(effect)).count()
    }
}

pub(crate) fn hash(text: &str) -> ContentHash {
    sha256(text.as_bytes())
}

/// An enrolled phone that has taken the lender's lease.
pub(crate) fn enrolled_with(
    setup: Setup,
    change: impl FnOnce(&mut LeaseContent),
) -> (Phone, Lender) {
    let mut lender = Lender::new();
    change(&mut lender.lease);
    let mut phone = Phone::with(setup);
    phone.give(Input::Start);
    phone.enrol();
    phone.talk(&mut lender);
    phone.give(Input::HolderAnswer { accepted: true });
    phone.talk(&mut lender);
    phone.effects.clear();
    (phone, lender)
}

pub(crate) fn enrolled(change: impl FnOnce(&mut LeaseContent)) -> (Phone, Lender) {
    enrolled_with(setup(), change)
}

/// The time of both goes on; the phone stays in touch.
pub(crate) fn pass(phone: &mut Phone, lender: &mut Lender, seconds: u64) {
    lender.now_s += seconds;
    phone.pass(seconds);
    phone.talk(lender);
}

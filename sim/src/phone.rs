//! A phone: the real agent in a shell that performs its effects, with power, clocks and faults.

use std::collections::VecDeque;

use agent::{Agent, Door, Effect, Input, Keys, Moment, PhaseView, ScreenView, Setup};
use protocol::{
    NoticeId, Restriction, Signer, Stage,
    crypto::device::{DeviceVerifier, Ed25519Signer, P256Signer},
    enrol::Tier,
};

use crate::chance::Chance;

/// How long a phone asks its wait to be held, seconds.
const HOLD_S: u32 = 60;
/// Seconds after power-on at which the agent starts.
const START_S: i64 = 20;

/// The device key of one key generation.
#[derive(Clone, Debug)]
pub enum DeviceKey {
    /// In software.
    Ed25519(Ed25519Signer),
    /// As a hardware key store makes them.
    P256(P256Signer),
}

impl DeviceKey {
    /// A key drawn from a seeded stream.
    pub fn draw(chance: &mut Chance, p256: bool) -> DeviceKey {
        let mut secret = [0; 32];
        loop {
            chance.fill(&mut secret);
            if !p256 {
                return DeviceKey::Ed25519(Ed25519Signer::from_seed(&secret));
            }
            if let Some(key) = P256Signer::from_secret(&secret) {
                return DeviceKey::P256(key);
            }
        }
    }

    fn signer(&self) -> &dyn Signer {
        match self {
            DeviceKey::Ed25519(key) => key,
            DeviceKey::P256(key) => key,
        }
    }
}

/// A message on its way out.
pub type Sent = (Door, Vec<u8>);

/// One phone.
#[derive(Debug)]
pub struct Phone {
    /// The agent.
    pub agent: Agent,
    setup: Setup,
    key: Option<DeviceKey>,
    p256: bool,
    saved: Option<Vec<u8>>,
    boot: u32,
    powered_at_s: i64,
    wall_off_s: i64,
    /// The stage last applied.
    pub applied: Stage,
    /// What is waiting to be sent.
    pub out: VecDeque<Sent>,
    /// The wait that stands open, where waits are held.
    pub held: Option<Vec<u8>>,
    /// The process dies before the effect after so many more.
    pub fuse: Option<u32>,
    /// How often it died so.
    pub crashes: u64,
    /// It gave up every right over the device.
    pub removed: bool,
    asked: bool,
}

impl Phone {
    /// A phone fresh from the box, powered on at `now_s`.
    pub fn new(
        chance: &mut Chance,
        (p256, held): (bool, bool),
        wall_off_s: i64,
        now_s: i64,
    ) -> Phone {
        let setup = Setup {
            tier: Tier::Cooperative,
            supported: Restriction::ALL.to_vec(),
            wait_hold_s: if held { HOLD_S } else { 0 },
            checkpoint_s: 0,
            seed: chance.draw(),
            ..Setup::default()
        };
        Phone {
            agent: Agent::new(setup.clone()),
            setup,
            key: Some(DeviceKey::draw(chance, p256)),
            p256,
            saved: None,
            boot: 1,
            powered_at_s: now_s - START_S,
            wall_off_s,
            applied: Stage::CLEAR,
            out: VecDeque::new(),
            held: None,
            fuse: None,
            crashes: 0,
            removed: false,
            asked: false,
        }
    }

    /// The phone's clocks at a true time.
    pub fn at(&self, now_s: i64) -> Moment {
        let up_s = u64::try_from(now_s - self.powered_at_s).unwrap_or(0);
        let wall_s = u64::try_from(now_s + self.wall_off_s).unwrap_or(0);
        Moment { uptime_ms: up_s * 1000, boot: self.boot, wall_s }
    }

    /// Gives an input and performs what it brings about.
    pub fn give(&mut self, input: Input, now_s: i64) {
        let at = self.at(now_s);
        let signer = self.key.as_ref().map(DeviceKey::signer);
        self.agent.handle(input, at, Keys { signer, verifier: &DeviceVerifier });
        while let Some(effect) = self.agent.poll_effect() {
            if self.fuse == Some(0) {
                self.fuse = None;
                self.crashes += 1;
                return self.restart(now_s);
            }
            self.fuse = self.fuse.map(|left| left - 1);
            self.perform(effect);
        }
        if std::mem::take(&mut self.asked) {
            self.give(Input::HolderAnswer { accepted: true }, now_s);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Save { state } => self.saved = Some(state),
            Effect::Apply { stage, .. } => self.applied = stage,
            // A wait that is held stands open until there is news.
            Effect::Send { to: Door::Wait, body, .. } if self.setup.wait_hold_s > 0 => {
                self.held = Some(body);
            }
            Effect::Send { to, body, .. } => self.out.push_back((to, body)),
            Effect::AskHolder { .. } => self.asked = true,
            Effect::DeleteKeys => self.key = None,
            Effect::RemoveSelf => self.removed = true,
            Effect::ScreenChanged | Effect::TokenAnswer { .. } => {}
        }
    }

    /// The process starts again from what was saved.
    pub fn restart(&mut self, now_s: i64) {
        self.out.clear();
        self.held = None;
        self.asked = false;
        let restored = self.saved.as_ref().map(|saved| Agent::restore(saved, self.setup.clone()));
        self.agent = match restored {
            Some(Ok(agent)) => agent,
            _ => Agent::new(self.setup.clone()),
        };
        self.give(Input::Start, now_s);
    }

    /// Power came back.
    pub fn boot(&mut self, now_s: i64) {
        self.boot += 1;
        self.powered_at_s = now_s - START_S;
        self.restart(now_s);
    }

    /// Everything on the phone is erased, keys included.
    pub fn factory_reset(&mut self, chance: &mut Chance, now_s: i64) {
        self.saved = None;
        self.key = Some(DeviceKey::draw(chance, self.p256));
        self.applied = Stage::CLEAR;
        self.boot(now_s);
    }

    /// Begins an enrolment.
    pub fn enrol(&mut self, code: String, imei: String, nonce: [u8; 16], now_s: i64) {
        self.give(Input::Enrol { code, imeis: vec![imei], serial: None, nonce }, now_s);
    }

    /// What the screen says.
    pub fn view(&self, now_s: i64) -> ScreenView {
        self.agent.view(self.at(now_s))
    }

    /// Whether nothing ties this phone, and nobody is at it.
    pub fn is_unenrolled(&self, now_s: i64) -> bool {
        matches!(self.view(now_s).phase, PhaseView::Unenrolled { .. })
    }

    /// Whether it is tied to a contract.
    pub fn is_enrolled(&self, now_s: i64) -> bool {
        matches!(self.view(now_s).phase, PhaseView::Enrolled)
    }

    /// The first notice on the screen that nobody has read.
    pub fn unread(&self, now_s: i64) -> Option<NoticeId> {
        let view = self.view(now_s);
        view.notices.iter().find(|notice| !notice.shown && !notice.acked).map(|notice| notice.id)
    }
}

//! A shell that performs every effect at once, and the time and faults around it.

use agent::{Agent, Door, Effect, Input, Keys, Moment, ScreenView, Setup, TokenAnswer};
use protocol::{
    ContentHash, Guard, Restriction, Stage,
    crypto::{
        device::{DeviceVerifier, Ed25519Signer},
        sha256,
    },
    enrol::Tier,
    lease::LeaseContent,
};

use crate::lender::{IMEI, Lender, T0};

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
        let mut answers = self.effects.iter().filter_map(|effect| match effect {
            Effect::TokenAnswer { answer } => Some(*answer),
            _ => None,
        });
        answers.next_back().unwrap()
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

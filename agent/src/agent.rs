//! The state machine: one input at a time, then its effects.

use alloc::{collections::VecDeque, string::String, vec::Vec};
use core::fmt;

use protocol::{
    Guard, Malformed, NoticeId, Stage, check_in::EventKind, enrol::Terms, limits::AGENT_VERSION_MAX,
};

use crate::{
    clock::{Clock, Moment},
    in_use::InUse,
    io::{Effect, Input, Keys, Setup},
    ladder::NOTICE,
    save,
    state::{Enrolled, Phase, State, applicable},
    talk::Talk,
    view::{self, ScreenView},
};

/// One device's agent. Give it an input, perform its effects in order, wake it when it asks.
pub struct Agent {
    pub(crate) setup: Setup,
    pub(crate) state: State,
    pub(crate) talk: Talk,
    pub(crate) desk: Desk,
    /// A notice on the lit screen, and since when by powered time.
    pub(crate) showing: Option<(NoticeId, u64)>,
    /// Notices due for the screen when it was last told to change.
    pub(crate) notices_due: usize,
    pub(crate) battery: Option<u8>,
    pub(crate) in_use: InUse,
    /// The state changed in a way that must be on disk before anything else happens.
    pub(crate) dirty: bool,
    /// What this input brings about, after the save.
    pub(crate) brought: Vec<Effect>,
    effects: VecDeque<Effect>,
    /// The clock has begun to count.
    started: bool,
    /// An input was handled since this agent was made.
    awake: bool,
    /// A boot lies between the last input and this one.
    booted: bool,
    /// Certificates of a restored state that are yet to be verified again.
    certs: Vec<Vec<u8>>,
    saved_ms: u64,
    /// Powered time at which the agent wants to wake.
    wake_ms: Option<u64>,
}

/// The counter at which an enrolment begins. Nothing here survives a crash, and nothing binds.
#[derive(Clone, Default)]
pub(crate) enum Desk {
    /// Nobody asked.
    #[default]
    Idle,
    /// The offer is on its way, or was and will be again.
    Offering(Offering),
    /// The holder is being asked.
    Asking(alloc::boxed::Box<Asking>),
    /// The last attempt ended with this problem code.
    Failed(String),
}

/// An offer made.
#[derive(Clone)]
pub(crate) struct Offering {
    pub(crate) imeis: Vec<String>,
    /// The offer's COSE bytes.
    pub(crate) offer: Vec<u8>,
}

/// Terms to be answered.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) offering: Offering,
    pub(crate) terms: Terms,
    pub(crate) terms_hash: protocol::ContentHash,
    pub(crate) ring: protocol::cert::KeyRing,
}

impl Agent {
    /// An agent that is not enrolled.
    pub fn new(setup: Setup) -> Agent {
        Agent::with(setup, State { clock: Clock::default(), phase: Phase::Unenrolled })
    }

    /// An agent as it was last saved. The first input must be [`Input::Start`].
    pub fn restore(saved: &[u8], setup: Setup) -> Result<Agent, Malformed> {
        let (state, certs) = save::decode(saved)?;
        let mut agent = Agent::with(setup, state);
        agent.started = true;
        agent.certs = certs;
        Ok(agent)
    }

    fn with(mut setup: Setup, state: State) -> Agent {
        let mut cut = setup.agent_version.len().min(AGENT_VERSION_MAX);
        while !setup.agent_version.is_char_boundary(cut) {
            cut -= 1;
        }
        setup.agent_version.truncate(cut);
        let saved_ms = state.clock.powered_ms;
        Agent {
            setup,
            state,
            talk: Talk::default(),
            desk: Desk::Idle,
            showing: None,
            notices_due: 0,
            battery: None,
            in_use: InUse::default(),
            dirty: false,
            brought: Vec::new(),
            effects: VecDeque::new(),
            started: false,
            awake: false,
            booted: false,
            certs: Vec::new(),
            saved_ms,
            wake_ms: None,
        }
    }

    /// Takes one input that happened at `at`.
    pub fn handle(&mut self, input: Input, at: Moment, keys: Keys<'_>) {
        self.advance(at);
        self.settle();
        self.trust_again(keys);
        // What comes after the sunset comes too late, be it a dispute.
        if !self.free_at_sunset(keys) {
            self.dispatch(input, keys);
            self.free_at_sunset(keys);
        }
        self.awake = true;
        self.end_relief();
        self.measure_notice();
        self.watch_wall(at);
        self.stand(false);
        self.announce_notices();
        self.speak(at, keys);
        self.flush();
    }

    /// The next effect to perform, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The uptime in milliseconds at which the agent wants [`Input::Wake`], of the boot of the last
    /// input. It may lie in the past.
    pub fn poll_wake(&self) -> Option<u64> {
        let clock = &self.state.clock;
        let in_ms = self.wake_ms?.saturating_sub(clock.powered_ms);
        Some(clock.uptime_ms.saturating_add(in_ms))
    }

    /// What the screen says at this time.
    pub fn view(&self, at: Moment) -> ScreenView {
        let mut clock = self.state.clock;
        if self.started {
            clock.advance(at);
        }
        view::of(self, &clock)
    }

    /// The stage in force.
    pub fn stage(&self) -> Stage {
        match &self.state.phase {
            Phase::Enrolled(enrolled) => enrolled.in_force.stage,
            _ => Stage::CLEAR,
        }
    }

    /// Sequence of the lease held; 0 = none.
    pub fn sequence(&self) -> u64 {
        match &self.state.phase {
            Phase::Enrolled(enrolled) => enrolled.held.content.sequence,
            _ => 0,
        }
    }

    /// Trusted time, Unix seconds; 0 = none yet.
    pub fn trusted_s(&self) -> u64 {
        self.state.clock.trusted_s()
    }

    /// The contract's last word was a release.
    pub fn is_released(&self) -> bool {
        matches!(self.state.phase, Phase::Released(_))
    }

    fn advance(&mut self, at: Moment) {
        if self.started {
            self.booted = at.boot != self.state.clock.boot;
            self.state.clock.advance(at);
        } else {
            self.state.clock = Clock::start(at);
            self.started = true;
        }
    }

    /// The key ring of a restored state trusts nothing that its root did not sign.
    fn trust_again(&mut self, keys: Keys<'_>) {
        let certs = core::mem::take(&mut self.certs);
        if let Some((ring, _)) = self.trust() {
            ring.add_all(certs.iter().map(Vec::as_slice), keys.verifier);
        }
    }

    /// Effects are performed in order, so a state saved from here on finds what was in force before
    /// really in force.
    fn settle(&mut self) {
        if self.awake
            && let Phase::Enrolled(enrolled) = &mut self.state.phase
        {
            enrolled.in_force.settled = true;
        }
    }

    fn dispatch(&mut self, input: Input, keys: Keys<'_>) {
        match input {
            Input::Start => self.start(),
            Input::Wake => {}
            Input::Online => self.come_online(),
            Input::Enrol { code, imeis, serial, nonce } => {
                self.offer(code, imeis, serial, nonce, keys);
            }
            Input::HolderAnswer { accepted } => self.answer_terms(accepted, keys),
            Input::Reply { bytes } => self.hear(&bytes, keys),
            Input::Problem { bytes } => self.hear_problem(bytes.as_deref()),
            Input::SendFailed => self.send_failed(),
            Input::Token { bytes } => self.take_token(&bytes, keys),
            Input::Screen { notice } => self.screen_shows(notice),
            Input::AckNotice { id } => self.acknowledge(id),
            Input::UsePass => self.use_pass(),
            Input::InUse { in_use } => self.use_changes(in_use),
            Input::Unsupported { restriction } => self.report_unsupported(&[restriction.code()]),
            Input::Tampered { sign } => self.report(EventKind::Tampered { sign }),
            Input::Object => self.report(EventKind::Objected),
            Input::Battery { percent } => self.battery = percent.filter(|percent| *percent <= 100),
        }
    }

    /// Everything that must be in force comes out again; what a crash left half done is completed.
    fn start(&mut self) {
        let booted = self.booted;
        let powered_ms = self.state.clock.powered_ms;
        self.talk_at_once();
        self.brought.push(Effect::ScreenChanged);
        match &mut self.state.phase {
            Phase::Enrolled(enrolled) => {
                if !enrolled.in_force.settled {
                    enrolled.since.redate(powered_ms);
                    enrolled.events.redate_applied(powered_ms);
                    self.dirty = true;
                }
                if booted {
                    enrolled.events.push(EventKind::Booted, powered_ms);
                    self.dirty = true;
                }
                self.stand(true);
            }
            Phase::Released(_) => self.be_free(),
            Phase::Unenrolled | Phase::Confirming(_) => {
                self.brought.push(apply_nothing());
            }
        }
    }

    /// Walks the timetable and brings the device to where it must stand.
    pub(crate) fn stand(&mut self, again: bool) {
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let before = enrolled.held.fired;
        let fired = enrolled.ground(&clock).walk();
        enrolled.held.fired = fired;
        let mut place = enrolled.place(&clock);
        let rises = place.stage > NOTICE && place.stage > enrolled.in_force.stage;
        if self.in_use.keeps_back(rises, clock.powered_ms) {
            enrolled.held.fired = before;
            place.stage = enrolled.in_force.stage;
            place.codes.clone_from(&enrolled.in_force.codes);
        }
        self.dirty |= enrolled.held.fired != before;
        let guards = &enrolled.held.content.guards;
        let moved = place.stage != enrolled.in_force.stage;
        let changed =
            moved || place.codes != enrolled.in_force.codes || *guards != enrolled.in_force.guards;
        if changed {
            enrolled.in_force.codes = place.codes;
            enrolled.in_force.guards.clone_from(guards);
        }
        if moved {
            enrolled.enter(place.stage, clock.powered_ms);
        }
        if changed || again {
            self.dirty |= changed;
            let apply = apply(&self.setup, enrolled);
            self.brought.push(apply);
            self.brought.push(Effect::ScreenChanged);
        }
    }

    /// One save carries everything this input changed, before anything else happens.
    fn flush(&mut self) {
        let powered_ms = self.state.clock.powered_ms;
        self.dirty |= self.checkpoint_ms().is_some_and(|due_ms| due_ms <= powered_ms);
        if self.dirty {
            self.effects.push_back(Effect::Save { state: save::encode(&self.state) });
            self.saved_ms = powered_ms;
            self.dirty = false;
        }
        let mut screen_changed = false;
        for effect in core::mem::take(&mut self.brought) {
            let repeats = effect == Effect::ScreenChanged && screen_changed;
            screen_changed |= effect == Effect::ScreenChanged;
            if !repeats {
                self.effects.push_back(effect);
            }
        }
        self.wake_ms = self.next_wake_ms();
    }

    fn checkpoint_ms(&self) -> Option<u64> {
        let keeps_time =
            matches!(self.state.phase, Phase::Enrolled(_)) && self.setup.checkpoint_s > 0;
        let every_ms = u64::from(self.setup.checkpoint_s) * 1000;
        keeps_time.then(|| self.saved_ms.saturating_add(every_ms))
    }

    fn next_wake_ms(&self) -> Option<u64> {
        let clock = &self.state.clock;
        let mut soonest = self.checkpoint_ms();
        let mut want = |due_ms: Option<u64>| {
            soonest = [soonest, due_ms].into_iter().flatten().min();
        };
        want(self.talk_ms());
        if let Phase::Enrolled(enrolled) = &self.state.phase {
            let ground = enrolled.ground(clock);
            let next = ground.next(enrolled.held.fired).filter(|next| !next.needs_contact);
            let lowered = |stage| enrolled.relief.cap().is_some_and(|cap| stage > cap);
            let waits = self.in_use.waits_until_ms();
            let next = next.filter(|next| !lowered(next.step.stage) && waits.is_none());
            want(waits);
            for in_ms in [next.map(|next| next.in_ms), enrolled.token_in_ms(clock)] {
                want(in_ms.map(|in_ms| clock.powered_ms.saturating_add(in_ms)));
            }
            want(enrolled.relief.pass_until_ms);
            let sunset_in_ms = enrolled.sunset.map(|sunset| sunset.in_ms(clock));
            want(sunset_in_ms.map(|in_ms| clock.powered_ms.saturating_add(in_ms)));
            want(enrolled.notice_in_ms(clock).map(|in_ms| clock.powered_ms.saturating_add(in_ms)));
            want(self.shown_ms());
        }
        soonest
    }
}

/// What the agent holds is its holder's: only where it stands is told.
impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut agent = f.debug_struct("Agent");
        agent.field("stage", &self.stage()).field("sequence", &self.sequence());
        agent.field("released", &self.is_released()).finish_non_exhaustive()
    }
}

impl Enrolled {
    /// This stage takes effect, and the server will hear so.
    pub(crate) fn enter(&mut self, stage: Stage, powered_ms: u64) {
        self.since.enter(stage, powered_ms);
        self.in_force.stage = stage;
        self.in_force.settled = false;
        let sequence = self.held.content.sequence;
        self.events.push(EventKind::Applied { stage, sequence }, powered_ms);
    }
}

/// The effect that brings a device to what is in force.
fn apply(setup: &Setup, enrolled: &Enrolled) -> Effect {
    let guards = enrolled.in_force.guards.iter().filter_map(|code| Guard::from_code(*code));
    Effect::Apply {
        stage: enrolled.in_force.stage,
        restrictions: applicable(&enrolled.in_force.codes, &setup.supported),
        guards: guards.collect(),
    }
}

/// The effect that lifts everything.
pub(crate) fn apply_nothing() -> Effect {
    Effect::Apply { stage: Stage::CLEAR, restrictions: Vec::new(), guards: Vec::new() }
}

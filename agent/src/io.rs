//! What goes into the agent and what comes out of it.

use alloc::{string::String, vec::Vec};
use core::fmt;

use protocol::{
    Guard, NoticeId, Restriction, Signer, Stage, Verifier, check_in::Sign, enrol::Terms,
    enrol::Tier,
};

/// What the agent is told once, when it is made.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The version the server sees; cut to the wire's limit.
    pub agent_version: String,
    /// What this platform can enforce.
    pub tier: Tier,
    /// The restrictions this platform can apply; others are reported as unsupported.
    pub supported: Vec<Restriction>,
    /// Longest a `wait` is held open, in seconds; 0 = only ever poll.
    pub wait_hold_s: u32,
    /// A root that enrolment terms must carry; `None` = the first root heard is kept.
    pub pinned_root: Option<[u8; 32]>,
    /// Seconds of powered time between two checkpoints; 0 = none of their own.
    pub checkpoint_s: u32,
    /// Spreads retries; any number that differs from device to device.
    pub seed: u64,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            agent_version: String::from(concat!("quittance/", env!("CARGO_PKG_VERSION"))),
            tier: Tier::NotifyOnly,
            supported: Vec::new(),
            wait_hold_s: 60,
            pinned_root: None,
            checkpoint_s: 300,
            seed: 0,
        }
    }
}

/// The device's key store and its way to check signatures, lent for one input.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The device key; `None` when the platform has none, as after [`Effect::DeleteKeys`].
    pub signer: Option<&'a dyn Signer>,
    /// Checks the server's signatures.
    pub verifier: &'a dyn Verifier,
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("signer", &self.signer.is_some()).finish_non_exhaustive()
    }
}

impl<'a> Keys<'a> {
    /// A device key and a verifier.
    pub fn new(signer: &'a dyn Signer, verifier: &'a dyn Verifier) -> Keys<'a> {
        Keys { signer: Some(signer), verifier }
    }

    /// A platform whose device key is gone.
    pub fn without_signer(verifier: &'a dyn Verifier) -> Keys<'a> {
        Keys { signer: None, verifier }
    }
}

/// What happened. An input that does not fit the agent's phase changes nothing.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// The process started, after a boot or not. Everything that must be in force comes out again.
    Start,
    /// The time asked for by [`crate::Agent::poll_wake`] has come; also harmless at any other time.
    Wake,
    /// The network came back, or a push hint arrived: talk to the server at once.
    Online,
    /// Begin an enrolment.
    Enrol {
        /// The single-use code made with the contract.
        code: String,
        /// All IMEIs of the device, the primary one first; digits only.
        imeis: Vec<String>,
        /// The serial number.
        serial: Option<String>,
        /// Fresh random bytes.
        nonce: [u8; 16],
    },
    /// The holder's answer to [`Effect::AskHolder`].
    HolderAnswer {
        /// He agreed.
        accepted: bool,
    },
    /// The body of a 200 answer to the [`Effect::Send`] outstanding, or a pushed one.
    Reply {
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Another answer than 200 to the [`Effect::Send`] outstanding.
    Problem {
        /// Its body, if any.
        bytes: Option<Vec<u8>>,
    },
    /// The [`Effect::Send`] outstanding got no answer.
    SendFailed,
    /// A 96-byte token, by SMS, QR or link.
    Token {
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// What stands on the screen: this notice, lit and in front, or none. Tell every change, and
    /// `None` when the screen goes dark.
    Screen {
        /// The notice shown.
        notice: Option<NoticeId>,
    },
    /// The holder acknowledged a notice.
    AckNotice {
        /// Which.
        id: NoticeId,
    },
    /// The holder used an emergency pass.
    UsePass,
    /// The holder says that something is wrong: a dispute, once the server hears it.
    Object,
    /// A call or a navigation began, or the last of them ended.
    InUse {
        /// One is going on.
        in_use: bool,
    },
    /// The platform failed to apply a restriction it was told to apply.
    Unsupported {
        /// Which.
        restriction: Restriction,
    },
    /// The platform saw a sign of tampering. It is told once for each time it is seen, and moves
    /// nothing here.
    Tampered {
        /// Of what.
        sign: Sign,
    },
    /// The battery's charge, per cent; carried by the next message.
    Battery {
        /// `None` when unknown.
        percent: Option<u8>,
    },
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `POST /d/1/enrol`.
    Enrol,
    /// `POST /d/1/checkin`.
    CheckIn,
    /// `POST /d/1/wait`.
    Wait,
}

impl Door {
    /// The path on the server.
    pub fn path(self) -> &'static str {
        match self {
            Door::Enrol => "/d/1/enrol",
            Door::CheckIn => "/d/1/checkin",
            Door::Wait => "/d/1/wait",
        }
    }
}

/// What the shell is to do. Effects are performed in order; a [`Effect::Save`] must be durable
/// before the next one begins. After a crash the last state saved is restored and
/// [`Input::Start`] brings out again what must be in force, so every effect may come twice.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write this state in place of the last one, durably.
    Save {
        /// The whole state.
        state: Vec<u8>,
    },
    /// Send this body and give the answer back. At most one message is outstanding: a new one takes
    /// the place of a `wait` that is still held, whose answer is then nobody's and not given back.
    Send {
        /// Where.
        to: Door,
        /// The request's body, `application/cbor`.
        body: Vec<u8>,
        /// How long the server may hold the answer, seconds.
        hold_s: u32,
    },
    /// Bring the device to exactly this: whatever is not listed is lifted.
    Apply {
        /// The stage.
        stage: Stage,
        /// The restrictions, all of them supported by the platform.
        restrictions: Vec<Restriction>,
        /// The guards.
        guards: Vec<Guard>,
    },
    /// Show these terms and ask for a yes or a no.
    AskHolder {
        /// What is asked.
        terms: Terms,
    },
    /// [`crate::Agent::view`] says something else.
    ScreenChanged,
    /// The answer to an [`Input::Token`].
    TokenAnswer {
        /// What the holder is told.
        answer: TokenAnswer,
    },
    /// Delete the device key and everything else the agent keeps in the key store.
    DeleteKeys,
    /// Give up every right over the device. The tombstone and its sending stay.
    RemoveSelf,
}

/// What came of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAnswer {
    /// The device is open.
    Accepted,
    /// Not a token, not for this device, or not signed by its lender.
    Wrong,
    /// Its counter is spent.
    AlreadyUsed,
    /// Its time is over.
    Expired,
    /// The device is not enrolled.
    NotEnrolled,
}

/// Codes, identifiers, tokens and message bodies do not belong in a log.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Start => f.write_str("Start"),
            Input::Wake => f.write_str("Wake"),
            Input::Online => f.write_str("Online"),
            Input::Enrol { imeis, .. } => write!(f, "Enrol({} IMEIs)", imeis.len()),
            Input::HolderAnswer { accepted } => write!(f, "HolderAnswer({accepted})"),
            Input::Reply { bytes } => write!(f, "Reply({} bytes)", bytes.len()),
            Input::Problem { bytes } => {
                write!(f, "Problem({} bytes)", bytes.as_ref().map_or(0, Vec::len))
            }
            Input::SendFailed => f.write_str("SendFailed"),
            Input::Token { bytes } => write!(f, "Token({} bytes)", bytes.len()),
            Input::Screen { notice } => write!(f, "Screen({notice:?})"),
            Input::AckNotice { id } => write!(f, "AckNotice({id:?})"),
            Input::UsePass => f.write_str("UsePass"),
            Input::Object => f.write_str("Object"),
            Input::InUse { in_use } => write!(f, "InUse({in_use})"),
            Input::Unsupported { restriction } => write!(f, "Unsupported({restriction:?})"),
            Input::Tampered { sign } => write!(f, "Tampered({sign:?})"),
            Input::Battery { percent } => write!(f, "Battery({percent:?})"),
        }
    }
}

/// States and message bodies do not belong in a log.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Save { state } => write!(f, "Save({} bytes)", state.len()),
            Effect::Send { to, body, hold_s } => {
                write!(f, "Send({to:?}, {} bytes, hold {hold_s} s)", body.len())
            }
            Effect::Apply { stage, restrictions, guards } => {
                write!(f, "Apply({stage:?}, {restrictions:?}, {guards:?})")
            }
            Effect::AskHolder { terms } => write!(f, "AskHolder({:?})", terms.enrolment),
            Effect::ScreenChanged => f.write_str("ScreenChanged"),
            Effect::TokenAnswer { answer } => write!(f, "TokenAnswer({answer:?})"),
            Effect::DeleteKeys => f.write_str("DeleteKeys"),
            Effect::RemoveSelf => f.write_str("RemoveSelf"),
        }
    }
}

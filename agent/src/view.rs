//! What the screen says: every word comes from the lender's lease, none of it moves anything.

use alloc::{string::String, vec::Vec};
use core::fmt;

use protocol::{NoticeId, Restriction, Rung, Stage, enrol::Terms};

use crate::{
    agent::{Agent, Desk},
    clock::Clock,
    state::{Enrolled, Phase, Tombstone, applicable},
};

/// A restricted device that heard nothing for this long may have been paid for since.
const SILENT_S: u64 = 24 * 3600;

/// What the screen says at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenView {
    /// Where the device is in its life under a contract.
    pub phase: PhaseView,
    /// The stage in force.
    pub stage: Stage,
    /// What is really restricted on this device.
    pub restrictions: Vec<Restriction>,
    /// Emergency calls work on every stage: the line is always there, in the shell's own words.
    pub emergency_calls: bool,
    /// Always visible.
    pub front: FrontView,
    /// Behind one tap, since bystanders look.
    pub behind_tap: TapView,
    /// The notices that are to be shown.
    pub notices: Vec<NoticeView>,
    /// The holder's emergency passes, and what lowers the stage at this time.
    pub relief: ReliefView,
    /// The countdown, if the lease holds a next step.
    pub next_step: Option<NextStepView>,
    /// Sequence of the lease held; 0 = none.
    pub sequence: u64,
    /// Trusted time, Unix seconds; 0 = none yet.
    pub trusted_s: u64,
    /// Seconds since the server was last heard, as far as the device knows.
    pub last_heard_s_ago: Option<u64>,
    /// The device was powered off for a time it cannot know.
    pub clock_doubtful: bool,
    /// "You may have paid and this phone not heard of it: connect once, or enter a code."
    pub maybe_paid: bool,
    /// The day on which the device frees itself, if its contract has one.
    pub sunset: Option<SunsetView>,
}

/// When the device frees itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SunsetView {
    /// Trusted Unix seconds.
    pub at: u64,
    /// Why the lender moved it, if he did.
    pub disputed: Option<String>,
}

/// Where the device is in its life under a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhaseView {
    /// Not tied to anything; with the code of the problem that ended the last attempt.
    Unenrolled {
        /// For example `wrong_enrolment_code`.
        problem: Option<String>,
    },
    /// The offer is on its way.
    Offering,
    /// The holder is asked to accept these terms.
    Asking {
        /// What he is asked.
        terms: Terms,
    },
    /// He accepted; the server has not answered yet.
    Confirming,
    /// Tied to a contract.
    Enrolled,
    /// Free for ever.
    Released {
        /// Who released it.
        lender: String,
        /// Unix seconds.
        released_at: u64,
        /// The certificate, as COSE bytes, for its holder to show; empty when the device freed
        /// itself at its sunset.
        certificate: Vec<u8>,
        /// The server knows that the agent removed itself.
        recorded: bool,
    },
}

/// Always visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontView {
    /// BCP 47 tag of all texts but notices.
    pub language: String,
    /// Who manages this device.
    pub lender: String,
    /// How to reach him.
    pub lender_phone: String,
    /// How to pay.
    pub how_to_pay: String,
    /// How to dispute.
    pub how_to_dispute: String,
    /// Who manages this phone and what they can do.
    pub managed_by: String,
    /// Numbers that can always be called besides emergency.
    pub allowed_numbers: Vec<String>,
}

/// Behind one tap.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TapView {
    /// Why this stage holds.
    pub reason: String,
    /// What is owed, with currency; empty when nothing is past due.
    pub amount_due: String,
    /// Next due date and amount; empty when none.
    pub next_due: String,
}

/// One notice.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Which; goes into [`crate::Input::Screen`] and [`crate::Input::AckNotice`].
    pub id: NoticeId,
    /// First, second, … of the ladder.
    pub k: u8,
    /// BCP 47 tag.
    pub language: String,
    /// The text.
    pub text: String,
    /// It stood on the screen for three seconds.
    pub shown: bool,
    /// The holder acknowledged it.
    pub acked: bool,
}

/// What lowers the stage, and what could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReliefView {
    /// Passes left.
    pub passes_left: u8,
    /// Hours each lasts.
    pub pass_hours: u8,
    /// The button does something at this stage.
    pub pass_usable: bool,
    /// Seconds of powered time the running pass still lasts.
    pub pass_ends_in_s: Option<u64>,
    /// Seconds the token in force still lasts.
    pub token_ends_in_s: Option<u64>,
}

/// The next step of the timetable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStepView {
    /// The stage it brings.
    pub stage: Stage,
    /// In how many seconds of powered time at the earliest.
    pub in_s: u64,
    /// Why.
    pub reason: String,
    /// It will not happen before the device has heard its server again.
    pub needs_contact: bool,
}

/// What is owed does not belong in a log.
impl fmt::Debug for TapView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TapView").finish_non_exhaustive()
    }
}

/// Nor does the text of a notice.
impl fmt::Debug for NoticeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoticeView { id, k, shown, acked, .. } = self;
        write!(f, "NoticeView({id:?}, k {k}, shown {shown}, acked {acked})")
    }
}

pub(crate) fn of(agent: &Agent, clock: &Clock) -> ScreenView {
    let phase = match (&agent.state.phase, &agent.desk) {
        (Phase::Enrolled(_), _) => PhaseView::Enrolled,
        (Phase::Confirming(_), _) => PhaseView::Confirming,
        (Phase::Released(tombstone), _) => released(tombstone),
        (Phase::Unenrolled, Desk::Offering(_)) => PhaseView::Offering,
        (Phase::Unenrolled, Desk::Asking(asking)) => {
            PhaseView::Asking { terms: asking.terms.clone() }
        }
        (Phase::Unenrolled, Desk::Failed(code)) => {
            PhaseView::Unenrolled { problem: Some(code.clone()) }
        }
        (Phase::Unenrolled, Desk::Idle) => PhaseView::Unenrolled { problem: None },
    };
    let mut view = empty(phase, clock);
    match &agent.state.phase {
        Phase::Enrolled(enrolled) => fill(&mut view, agent, enrolled, clock),
        Phase::Confirming(confirming) => {
            view.front.lender.clone_from(&confirming.lender);
            view.front.lender_phone.clone_from(&confirming.lender_phone);
        }
        Phase::Unenrolled | Phase::Released(_) => {}
    }
    view
}

fn empty(phase: PhaseView, clock: &Clock) -> ScreenView {
    ScreenView {
        phase,
        stage: Stage::CLEAR,
        restrictions: Vec::new(),
        emergency_calls: true,
        front: FrontView::default(),
        behind_tap: TapView::default(),
        notices: Vec::new(),
        relief: ReliefView::default(),
        next_step: None,
        sequence: 0,
        trusted_s: clock.trusted_s(),
        last_heard_s_ago: None,
        clock_doubtful: clock.doubtful,
        maybe_paid: false,
        sunset: None,
    }
}

fn released(tombstone: &Tombstone) -> PhaseView {
    PhaseView::Released {
        lender: tombstone.lender.clone(),
        released_at: tombstone.released_at,
        certificate: tombstone.certificate.clone(),
        recorded: tombstone.recorded,
    }
}

fn fill(view: &mut ScreenView, agent: &Agent, enrolled: &Enrolled, clock: &Clock) {
    let content = &enrolled.held.content;
    let screen = &content.screen;
    let in_force = &enrolled.in_force;
    view.stage = in_force.stage;
    view.restrictions = applicable(&in_force.codes, &agent.setup.supported);
    view.sequence = content.sequence;
    view.front = FrontView {
        language: screen.language.clone(),
        lender: screen.lender.clone(),
        lender_phone: screen.lender_phone.clone(),
        how_to_pay: screen.how_to_pay.clone(),
        how_to_dispute: screen.how_to_dispute.clone(),
        managed_by: screen.managed_by.clone(),
        allowed_numbers: screen.allowed_numbers.clone(),
    };
    view.behind_tap = TapView {
        reason: enrolled.place(clock).reason,
        amount_due: screen.amount_due.clone(),
        next_due: screen.next_due.clone(),
    };
    let notices = enrolled.due_notices(clock).map(|notice| NoticeView {
        id: notice.id,
        k: notice.k,
        language: notice.language.clone(),
        text: notice.text.clone(),
        shown: enrolled.shown.contains(&notice.id),
        acked: enrolled.acked.contains(&notice.id),
    });
    view.notices = notices.collect();
    view.relief = relief(enrolled, clock);
    view.next_step = enrolled.ground(clock).next(enrolled.held.fired).map(|next| NextStepView {
        stage: next.step.stage,
        in_s: next.in_ms.div_ceil(1000),
        reason: next.step.reason.clone(),
        needs_contact: next.needs_contact,
    });
    let silent_s = clock.trusted_ms.saturating_sub(enrolled.heard_ms) / 1000;
    view.last_heard_s_ago = Some(silent_s);
    view.maybe_paid =
        in_force.stage.rung >= Rung::Notice && (silent_s >= SILENT_S || clock.doubtful);
    view.sunset = enrolled.sunset.map(|sunset| {
        let disputed = (sunset.disputes > 0).then(|| enrolled.dispute_reason());
        SunsetView { at: sunset.at, disputed }
    });
}

fn relief(enrolled: &Enrolled, clock: &Clock) -> ReliefView {
    let pass_ms = enrolled.relief.pass_until_ms;
    let passes_left = enrolled.passes_left();
    let pass_hours = enrolled.held.content.passes.hours;
    let restricts = enrolled.in_force.stage.rung >= Rung::Restrict;
    ReliefView {
        passes_left,
        pass_hours,
        pass_usable: restricts && passes_left > 0 && pass_hours > 0,
        pass_ends_in_s: pass_ms.map(|until| until.saturating_sub(clock.powered_ms).div_ceil(1000)),
        token_ends_in_s: enrolled.token_in_ms(clock).map(|in_ms| in_ms.div_ceil(1000)),
    }
}

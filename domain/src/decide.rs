//! Commands: what somebody asks of a contract, and the facts or the refusal that answer it.

mod money;

pub use money::MOVE_MAX;

use crate::{
    HoldId, Moment, NoticeId, UnitId,
    contract::{Contract, Notice, State},
    evaluate::{PREPARE_AHEAD_S, notice_due},
    fact::{Actor, Enrolment, Fact, Hold, HoldKind, ReleaseCause, Signed, What},
    ladder::Ladder,
    stage::{Channel, Stage},
    standing::Position,
};

/// Longest notice text in bytes.
pub const NOTICE_TEXT_MAX: usize = 1536;
/// Longest free text of a person in bytes.
pub const CAUSE_MAX: usize = 500;
/// Longest hold in days.
const HOLD_DAYS_MAX: i64 = 180;
/// A value date may lie this far ahead of the booking, for clocks that differ.
const VALUE_AHEAD_S: i64 = 86_400;

/// What is asked of an existing contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Bind a device whose holder said yes.
    Enrol(Enrolment),
    /// Count received money.
    PostPayment {
        /// The intake item.
        payment: UnitId,
        /// Minor units.
        amount: i64,
        /// When the payer paid.
        value: Moment,
        /// Whether its rail can no longer take it back.
        confirmed: bool,
    },
    /// The rail can no longer take this money back.
    ConfirmPayment {
        /// The intake item.
        payment: UnitId,
        /// Minor units.
        amount: i64,
    },
    /// Take counted money back.
    ReversePayment {
        /// The intake item.
        payment: UnitId,
        /// Minor units.
        amount: i64,
    },
    /// The payer's bank took counted money back.
    ChargeBack {
        /// The intake item.
        payment: UnitId,
        /// Minor units.
        amount: i64,
        /// When.
        value: Moment,
    },
    /// The bank gave charged-back money again.
    WinChargeback {
        /// The intake item.
        payment: UnitId,
        /// When.
        value: Moment,
    },
    /// A fee that was agreed falls due.
    ChargeFee {
        /// Minor units.
        amount: i64,
        /// Due time.
        value: Moment,
        /// What for.
        reason: String,
    },
    /// Give fees up, late fees first.
    WaiveFees {
        /// Minor units.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// Pay credit out.
    Refund {
        /// Minor units.
        amount: i64,
        /// How.
        reason: String,
    },
    /// Book the late fees and the interest of the days that have passed.
    Reckon,
    /// Give money.
    Credit {
        /// Minor units.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// Freeze a notice's text.
    PrepareNotice {
        /// Its id.
        id: NoticeId,
        /// 1 = first.
        k: u8,
        /// Not shown before.
        show_from: Moment,
        /// What it says is past due.
        owed: i64,
        /// BCP 47 tag.
        language: String,
        /// The text.
        text: String,
    },
    /// The device showed a notice.
    NoticeShown {
        /// Its id.
        id: NoticeId,
        /// When.
        shown: Moment,
        /// SHA-256 of the shown text in hexadecimal.
        text_hash: String,
    },
    /// The lender proves a delivery of his own.
    DeclareNotice {
        /// 1 = first.
        k: u8,
        /// When it reached the borrower.
        delivered: Moment,
        /// What proves it.
        evidence: String,
    },
    /// The device reports the stage in force.
    ReportStage {
        /// The stage.
        stage: Stage,
        /// The lease that said so.
        sequence: u64,
        /// When it took effect.
        applied: Moment,
    },
    /// The holder used an emergency pass.
    UsePass {
        /// When.
        used: Moment,
        /// Hours it lasts.
        hours: u8,
    },
    /// The device reports evidence.
    ReportEvidence {
        /// A stable word.
        what: String,
        /// When.
        happened: Moment,
        /// A number that belongs to it.
        detail: u64,
    },
    /// Everything the device sent up to this event is recorded.
    EventsThrough(u64),
    /// Open a hold.
    OpenHold(Hold),
    /// Close a hold.
    CloseHold(HoldId),
    /// Free the device for ever.
    Release {
        /// The signed certificate.
        certificate: Vec<u8>,
    },
    /// The device confirmed its removal.
    ConfirmRemoval,
    /// The phone was handed back.
    Return,
    /// Write the debt off and release the phone.
    WriteOff,
}

/// Why a command changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Refusal {
    /// A refusal with this code.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal { code, detail: detail.into() }
    }
}

/// The first fact of a contract, if what is signed makes one.
pub fn sign(signed: Signed, ladder: &Ladder, actor: Actor, at: Moment) -> Result<Fact, Refusal> {
    let reference = signed.reference.trim();
    if reference.is_empty() || reference.len() > 64 || reference != signed.reference {
        let detail = "reference: 1 to 64 characters without blanks at the ends";
        return Err(Refusal::new("bad_reference", detail));
    }
    if signed.programme != ladder.programme || signed.packs != ladder.packs {
        let detail = "programme and packs must be the versions in force";
        return Err(Refusal::new("stale_programme", detail));
    }
    if signed.consent.as_ref().is_some_and(|consent| consent.at > at.plus_seconds(VALUE_AHEAD_S)) {
        return Err(Refusal::new("consent_in_future", "consent_at lies in the future"));
    }
    Ok(Fact { at, actor, what: What::Signed(Box::new(signed)) })
}

/// The facts a command makes, or why it makes none. An empty answer means: already so.
pub fn decide(
    contract: &Contract,
    ladder: &Ladder,
    command: Command,
    actor: Actor,
    at: Moment,
) -> Result<Vec<Fact>, Refusal> {
    let whats = match command {
        Command::Enrol(enrolment) => enrol(contract, enrolment)?,
        Command::PostPayment { payment, amount, value, confirmed } => {
            money::check_post(contract, amount, value, at)?;
            let posted = What::PaymentPosted { payment, amount, value, confirmed };
            money::moved(contract, ladder, posted, at)
        }
        Command::ConfirmPayment { payment, amount } => {
            money::check_amount(amount)?;
            vec![What::PaymentConfirmed { payment, amount }]
        }
        Command::ReversePayment { payment, amount } => {
            money::check_taken(contract, amount)?;
            money::moved(contract, ladder, What::PaymentReversed { payment, amount }, at)
        }
        Command::ChargeBack { .. }
        | Command::WinChargeback { .. }
        | Command::ChargeFee { .. }
        | Command::WaiveFees { .. }
        | Command::Refund { .. }
        | Command::Credit { .. } => money::change(contract, ladder, command, at)?,
        Command::Reckon => money::reckon(contract, at),
        Command::PrepareNotice { .. } => prepare(contract, ladder, command, at)?,
        Command::NoticeShown { id, shown, text_hash } => {
            shown_on(contract, ladder, id, shown.min(at), text_hash)
        }
        Command::DeclareNotice { k, delivered, evidence } => {
            declare(contract, ladder, k, delivered, evidence, at)?
        }
        Command::ReportStage { stage, sequence, applied } => {
            vec![What::StageApplied { stage, sequence, applied: applied.min(at) }]
        }
        Command::UsePass { used, hours } => vec![What::PassUsed { used: used.min(at), hours }],
        Command::ReportEvidence { what, happened, detail } => {
            vec![What::DeviceReported { what, happened: happened.min(at), detail }]
        }
        Command::EventsThrough(number) if number > contract.events_through => {
            vec![What::EventsThrough(number)]
        }
        Command::EventsThrough(_) => Vec::new(),
        Command::OpenHold(hold) => open_hold(contract, hold, at)?,
        Command::CloseHold(id) => {
            let open = contract.holds.iter().any(|hold| hold.id == id && hold.is_open(at));
            if open { vec![What::HoldClosed(id)] } else { Vec::new() }
        }
        Command::Release { certificate } => release(contract, certificate)?,
        Command::ConfirmRemoval => confirm_removal(contract)?,
        Command::Return => end(contract, What::Returned)?,
        Command::WriteOff => end(contract, What::WrittenOff)?,
    };
    Ok(whats.into_iter().map(|what| Fact { at, actor: actor.clone(), what }).collect())
}

fn enrol(contract: &Contract, enrolment: Enrolment) -> Result<Vec<What>, Refusal> {
    if contract.device.as_ref() == Some(&enrolment) {
        return Ok(Vec::new());
    }
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    if Some(enrolment.key_gen) != contract.key_gen().checked_add(1) {
        let detail = "the key generation must follow the one in force";
        return Err(Refusal::new("stale_key_generation", detail));
    }
    Ok(vec![What::Enrolled(enrolment)])
}

fn check_text(field: &str, text: &str, max: usize) -> Result<(), Refusal> {
    if !text.trim().is_empty() && text.len() <= max {
        return Ok(());
    }
    Err(Refusal::new("bad_text", format!("{field}: 1 to {max} bytes of text")))
}

fn prepare(
    contract: &Contract,
    ladder: &Ladder,
    command: Command,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    let Command::PrepareNotice { id, k, show_from, owed, language, text } = command else {
        return Ok(Vec::new());
    };
    let due = notice_due(contract, ladder, at);
    if !due.is_some_and(|(number, earliest)| number == k && show_from >= earliest) {
        return Err(Refusal::new("notice_not_due", "no such notice is due then"));
    }
    if show_from > at.plus_seconds(PREPARE_AHEAD_S) {
        let detail = "a notice is frozen at most 3 days before it is shown";
        return Err(Refusal::new("notice_too_early", detail));
    }
    if owed <= 0 || owed != past_due(contract, ladder, show_from) {
        let detail = "the text must name what is past due when it is shown";
        return Err(Refusal::new("notice_amount", detail));
    }
    check_text("text", &text, NOTICE_TEXT_MAX)?;
    if contract.notices.iter().any(|notice| notice.k == k && notice.owed == owed) {
        return Ok(Vec::new());
    }
    Ok(vec![What::NoticePrepared { id, k, show_from, owed, language, text }])
}

fn past_due(contract: &Contract, ladder: &Ladder, at: Moment) -> i64 {
    let terms = contract.terms();
    let position = Position::new(contract.account.now(), ladder.tolerance(terms));
    position.on(terms.zone().day(at)).past_due
}

/// Whether a delivery at this moment gave notice of what was owed, and not before its time.
fn says_the_truth(contract: &Contract, ladder: &Ladder, notice: &Notice, at: Moment) -> bool {
    at >= notice.show_from && notice.owed == past_due(contract, ladder, at)
}

/// A delivery of a text that was replaced since, or that no longer said what was owed, proves
/// nothing and is passed over.
fn shown_on(
    contract: &Contract,
    ladder: &Ladder,
    id: NoticeId,
    shown: Moment,
    text_hash: String,
) -> Vec<What> {
    let channel = Channel::Screen;
    let first = |notice: &&Notice| !notice.delivered.iter().any(|(known, _)| *known == channel);
    let known = contract.notice(id).filter(first);
    if !known.is_some_and(|notice| says_the_truth(contract, ladder, notice, shown)) {
        return Vec::new();
    }
    vec![What::NoticeDelivered { id, channel, delivered: shown, evidence: text_hash }]
}

fn declare(
    contract: &Contract,
    ladder: &Ladder,
    k: u8,
    delivered: Moment,
    evidence: String,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    check_text("evidence", &evidence, CAUSE_MAX)?;
    let notice = contract.notices.iter().find(|notice| notice.k == k);
    let Some(notice) = notice else {
        let detail = format!("notice {k} is not prepared: nothing of this kind is due");
        return Err(Refusal::new("notice_not_due", detail));
    };
    let counts = ladder
        .notices
        .get(usize::from(k) - 1)
        .is_some_and(|rule| rule.channels.contains(&Channel::Declared));
    if !counts {
        let detail = "the law pack does not accept a declared delivery for this notice";
        return Err(Refusal::new("channel_not_accepted", detail));
    }
    if delivered > at || delivered < notice.show_from {
        let detail = "delivered_at must lie between the notice's start and now";
        return Err(Refusal::new("delivery_out_of_range", detail));
    }
    if notice.delivered.iter().any(|(channel, _)| *channel == Channel::Declared) {
        return Ok(Vec::new());
    }
    if !says_the_truth(contract, ladder, notice, delivered) {
        let detail = "what is owed changed before the delivery: a text of its own is needed";
        return Err(Refusal::new("notice_void", detail));
    }
    let channel = Channel::Declared;
    Ok(vec![What::NoticeDelivered { id: notice.id, channel, delivered, evidence }])
}

fn open_hold(contract: &Contract, hold: Hold, at: Moment) -> Result<Vec<What>, Refusal> {
    check_text("cause", &hold.cause, CAUSE_MAX)?;
    if contract.holds.iter().any(|known| known.id == hold.id) {
        return Ok(Vec::new());
    }
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    if hold.from > at {
        let detail = "a hold begins at once: from must not lie ahead";
        return Err(Refusal::new("hold_out_of_range", detail));
    }
    let may_last = !matches!(hold.kind, HoldKind::PaymentPending | HoldKind::Promise);
    let Some(until) = hold.until else {
        if may_last {
            return Ok(vec![What::HoldOpened(hold)]);
        }
        return Err(Refusal::new("hold_needs_end", "this kind of hold needs an end: give until"));
    };
    if until <= at || until > at.plus_seconds(HOLD_DAYS_MAX * 86_400) {
        let detail = format!("until must lie ahead, within {HOLD_DAYS_MAX} days");
        return Err(Refusal::new("hold_out_of_range", detail));
    }
    Ok(vec![What::HoldOpened(hold)])
}

fn release(contract: &Contract, certificate: Vec<u8>) -> Result<Vec<What>, Refusal> {
    let cause = match &contract.state {
        State::Settled { .. } if contract.unconfirmed > 0 => {
            let detail = "the last money is not confirmed yet";
            return Err(Refusal::new("payment_unconfirmed", detail));
        }
        State::Settled { .. } if !contract.account.now().is_settled() => {
            let detail = "money was taken back since the last payment";
            return Err(Refusal::new("not_settled", detail));
        }
        State::Settled { .. } => ReleaseCause::Paid,
        State::Returned => ReleaseCause::Returned,
        State::WrittenOff => ReleaseCause::WrittenOff,
        State::Released { .. } => return Ok(Vec::new()),
        State::Active => {
            return Err(Refusal::new("not_settled", "something is still owed"));
        }
    };
    Ok(vec![What::Released { cause, certificate }])
}

fn confirm_removal(contract: &Contract) -> Result<Vec<What>, Refusal> {
    match contract.state {
        State::Released { removed: false, .. } => Ok(vec![What::RemovalConfirmed]),
        State::Released { removed: true, .. } => Ok(Vec::new()),
        _ => Err(Refusal::new("not_released", "the contract is not released")),
    }
}

fn end(contract: &Contract, what: What) -> Result<Vec<What>, Refusal> {
    if contract.is_active() {
        return Ok(vec![what]);
    }
    let detail = format!("the contract is {}", contract.state.name());
    Err(Refusal::new("contract_not_active", detail))
}

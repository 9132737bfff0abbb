//! What somebody asks of a contract, and why it may change nothing.

use crate::{
    Day, HoldId, Moment, NoticeId, QuoteId, UnitId,
    assignment::Assign,
    custody::Pass,
    delivery::Delivery,
    ending::End,
    fact::{Consent, Enrolment, Withheld},
    hold::{Announced, Hold},
    outside::Pushed,
    remind::Reminder,
    restructure::{Amendment, Ask},
    safety::Ward,
    stage::Stage,
    sunset,
    wording::Template,
};

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
    /// Put what is open on new rows.
    Restructure(Ask, Box<Amendment>),
    /// Quote what ends the contract if paid by a day.
    QuotePayoff {
        /// The quote's id.
        id: QuoteId,
        /// The day.
        on: Day,
    },
    /// Book the late fees and the interest of the days that have passed.
    Reckon,
    /// Credit what the law pack asks for a late or wrongful restriction.
    Compensate,
    /// Take in where the account stands, as the lender's own system tells it.
    PushStanding(Pushed),
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
        /// What the text was made of, the program's own first; empty = not told.
        templates: Vec<Template>,
        /// The text.
        text: String,
    },
    /// Record a consent that was given after the signing.
    RecordConsent(Consent),
    /// A notice that is due cannot be given in the words there are.
    WithholdNotice {
        /// 1 = first.
        k: u8,
        /// Why.
        cause: Withheld,
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
    /// The holder confirmed a notice on the device.
    NoticeAcked {
        /// Its id.
        id: NoticeId,
        /// When.
        acked: Moment,
        /// SHA-256 of the shown text in hexadecimal.
        text_hash: String,
    },
    /// A carrier tells what became of the message of a notice; its number is the contract's to say.
    TellDelivery(Delivery),
    /// Record that a reminder is to be sent.
    Remind(Reminder),
    /// Record what time alone delivered.
    DeemDelivered,
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
    /// The holder says on the phone that something is wrong.
    Object {
        /// The dispute that this opens.
        hold: HoldId,
        /// When he said so.
        asked: Moment,
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
    /// Open for money that is announced, within the budget.
    OpenProvisional(Announced),
    /// Announced money has come, or is known not to come: by its keyed hash.
    EndProvisional(String),
    /// Free the device for ever.
    Release {
        /// The signed certificate.
        certificate: Vec<u8>,
    },
    /// The device confirmed its removal.
    ConfirmRemoval,
    /// End the contract without its being paid off, or take such an ending back.
    End(End),
    /// Put another phone or another borrower into the contract.
    Custody(Pass),
    /// Pass the contract on to another lender, or follow him.
    Assign(Assign),
    /// Take in later versions of pinned packs: pack, version, first day.
    LearnLaw(Vec<(String, u32, Day)>),
    /// End a hold, label an area, note a feed.
    Ward(Ward),
    /// The sunset comes, or is disputed.
    Sunset(sunset::Ask),
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

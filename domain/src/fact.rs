//! Facts: what happened, who did it, when. They are appended and never edited.

use crate::{
    Day, EnrolmentId, HoldId, Moment, NoticeId, QuoteId, UnitId,
    assignment::Assignment,
    custody::Custody,
    delivery::Delivery,
    ending::Ending,
    hold::Hold,
    late_fee::LateFee,
    law::LawChange,
    outside::Pushed,
    redress::Redress,
    remind::Reminder,
    restructure::Amendment,
    safety::Safety,
    settlement::Quoted,
    stage::{Channel, Stage, named},
    sunset::Disputed,
    terms::{Terms, TermsHash},
    wording::Template,
};

/// Who caused a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person of the directory.
    Person(UnitId),
    /// An API key.
    Key(UnitId),
    /// The enrolled device.
    Device(EnrolmentId),
    /// A payment provider, file or other feed.
    Feed(String),
    /// The passing of time.
    Time,
}

/// Something that happened to a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// When it was recorded.
    pub at: Moment,
    /// Who caused it.
    pub actor: Actor,
    /// What happened.
    pub what: What,
}

/// The kinds of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The contract was signed; the first fact, unless it was taken over.
    Signed(Box<Signed>),
    /// The borrower consented after the signing.
    ConsentRecorded(Consent),
    /// A device key was bound with its holder's consent.
    Enrolled(Enrolment),
    /// Money counted.
    PaymentPosted {
        /// The intake item.
        payment: UnitId,
        /// Minor units, above zero.
        amount: i64,
        /// When the payer paid.
        value: Moment,
        /// Whether it can no longer be taken back by its rail.
        confirmed: bool,
    },
    /// The rail can no longer take this money back.
    PaymentConfirmed {
        /// The intake item.
        payment: UnitId,
        /// Minor units, above zero.
        amount: i64,
    },
    /// Money taken back.
    PaymentReversed {
        /// The intake item.
        payment: UnitId,
        /// Minor units, above zero.
        amount: i64,
    },
    /// Money the lender gave.
    GoodwillCredited {
        /// Minor units, above zero.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// Counted money was taken back by the payer's bank: a debt of its own, due at once.
    ChargedBack {
        /// The intake item.
        payment: UnitId,
        /// Minor units, above zero.
        amount: i64,
        /// When it was taken.
        value: Moment,
    },
    /// The bank gave charged-back money again.
    ChargebackWon {
        /// The intake item.
        payment: UnitId,
        /// Minor units, above zero.
        amount: i64,
        /// When it came.
        value: Moment,
    },
    /// A fee that was agreed fell due.
    FeeCharged {
        /// Minor units, above zero.
        amount: i64,
        /// Its due time.
        value: Moment,
        /// What for.
        reason: String,
    },
    /// Fees were given up, late fees first.
    FeesWaived {
        /// Minor units, above zero.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// Credit was paid out.
    CreditRefunded {
        /// Minor units, above zero.
        amount: i64,
        /// How, for whoever asks the bank.
        reason: String,
    },
    /// What is open was put on new rows, with the borrower's consent.
    Restructured(Box<Amendment>),
    /// What ends the contract if paid by a day.
    PayoffQuoted(Quoted),
    /// Money in time brought the account to a quote: interest not yet run is forgone, small rests
    /// are given up.
    PaidOff {
        /// The quote.
        quote: QuoteId,
        /// When the payer paid.
        value: Moment,
        /// Interest, in minor units.
        forgone: i64,
        /// Rests, in minor units.
        crumbs: i64,
    },
    /// Late fees and earned interest were reckoned.
    Reckoned {
        /// Through this local day.
        through: Day,
    },
    /// A formal notice's text was frozen.
    NoticePrepared {
        /// Its id.
        id: NoticeId,
        /// 1 = first of the ladder.
        k: u8,
        /// Not shown before.
        show_from: Moment,
        /// What it says is past due, in minor units.
        owed: i64,
        /// BCP 47 tag.
        language: String,
        /// What the text was made of, the program's own first; empty = not told.
        templates: Vec<Template>,
        /// The text.
        text: String,
    },
    /// A formal notice that was due could not be given in the words there are.
    NoticeWithheld {
        /// 1 = first of the ladder.
        k: u8,
        /// Why.
        cause: Withheld,
    },
    /// A formal notice reached a person.
    NoticeDelivered {
        /// Its id.
        id: NoticeId,
        /// By which channel.
        channel: Channel,
        /// When it reached him.
        delivered: Moment,
        /// What proves it: a text hash, or the lender's own reference.
        evidence: String,
    },
    /// A reminder was due and handed on to be sent.
    Reminded(Reminder),
    /// Something became of the message that carries a formal notice.
    NoticeDelivery(Delivery),
    /// Notices given so far no longer carry a restriction.
    NoticesLapsed,
    /// The device reports that a stage took effect.
    StageApplied {
        /// The stage.
        stage: Stage,
        /// The lease that said so.
        sequence: u64,
        /// When, by receipt minus age.
        applied: Moment,
    },
    /// The holder used an emergency pass.
    PassUsed {
        /// When.
        used: Moment,
        /// Hours it lasts.
        hours: u8,
    },
    /// Something the device reports as evidence.
    DeviceReported {
        /// What, as a stable word.
        what: String,
        /// When.
        happened: Moment,
        /// A number that belongs to it.
        detail: u64,
    },
    /// The device's events up to this number are recorded.
    EventsThrough(u64),
    /// A hold was opened.
    HoldOpened(Hold),
    /// A hold was closed before its end.
    HoldClosed(HoldId),
    /// A phone was opened for money that is announced.
    ProvisionalOpened {
        /// The hold that keeps it open.
        hold: HoldId,
        /// Keyed hash of the transaction number.
        transaction: String,
        /// Until when.
        until: Moment,
    },
    /// The lender's own system told where the account stands.
    StandingPushed(Pushed),
    /// The last money came in.
    Settled,
    /// The device is free for ever.
    Released {
        /// Why.
        cause: ReleaseCause,
        /// The signed certificate.
        certificate: Vec<u8>,
    },
    /// The device confirmed that it removed itself.
    RemovalConfirmed,
    /// A step of an ending that is no paying off.
    Ending(Ending),
    /// A change of phone or borrower.
    Custody(Custody),
    /// A change of the lender.
    Assignment(Assignment),
    /// A restriction was wrong, or stood too long.
    Redress(Redress),
    /// A later version of a pinned pack.
    Law(LawChange),
    /// A hold ended, an area labelled, a feed noted.
    Safety(Safety),
    /// The sunset was disputed: it comes later.
    SunsetDisputed(Box<Disputed>),
}

named!(
    /// Why a formal notice is not given.
    Withheld {
        /// A pack wants texts that a named person reviewed, and this one is a draft.
        Draft "draft",
        /// The whole text does not fit a notice.
        TooLong "too_long",
    }
);

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The lender's own name for the contract.
    pub reference: String,
    /// Money and calendar.
    pub terms: Terms,
    /// Their hash, where the signing says it.
    pub terms_hash: Option<TermsHash>,
    /// The late fee agreed.
    pub late_fee: Option<LateFee>,
    /// Programme id and version pinned.
    pub programme: (String, u32),
    /// Pack ids and versions pinned.
    pub packs: Vec<(String, u32)>,
    /// Keyed hashes of the device's IMEIs, primary first.
    pub imeis: Vec<String>,
    /// The borrower's consent, if on record.
    pub consent: Option<Consent>,
    /// When the phone goes free whatever becomes of its lender.
    pub sunset: Option<Moment>,
}

/// Proof that the borrower agreed to restrictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The form's name.
    pub form: String,
    /// The form's version.
    pub version: String,
    /// When it was signed.
    pub at: Moment,
    /// The text it was given on, where it names one.
    pub told: Option<Box<Told>>,
}

/// The disclosure that a consent was given on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// BCP 47 tag of the language it was in.
    pub language: String,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
}

/// A device bound to the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// Rises with each new device key of the contract.
    pub key_gen: u32,
    /// The device's public key, in the encoding of the wire.
    pub key: Vec<u8>,
    /// What the platform can enforce, as the device states it.
    pub tier: u8,
    /// Hash of the disclosure the holder accepted.
    pub disclosure: [u8; 32],
    /// Keyed hash of the offer's nonce and code, so that a repeat is known.
    pub offer: [u8; 32],
}

/// Why a device was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseCause {
    /// Everything owed was paid.
    Paid,
    /// The phone was handed back.
    Returned,
    /// The debt was written off with release.
    WrittenOff,
}

impl ReleaseCause {
    /// Every cause.
    pub const ALL: [ReleaseCause; 3] =
        [ReleaseCause::Paid, ReleaseCause::Returned, ReleaseCause::WrittenOff];

    /// The name in files and journals.
    pub fn name(self) -> &'static str {
        match self {
            ReleaseCause::Paid => "paid",
            ReleaseCause::Returned => "returned",
            ReleaseCause::WrittenOff => "written_off",
        }
    }

    /// The cause of this name.
    pub fn parse(name: &str) -> Option<ReleaseCause> {
        ReleaseCause::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

//! What the phone says in words: screen facts, formal notices, the disclosure, in the language of
//! the contract. A device shows what it gets and never composes a sentence of its own.

use domain::{
    Contract, Ladder, Moment, Money, Position, Reason, Stage, Zone, fact::Withheld, hold::HoldKind,
    policy::care::Evidence,
};
use formats::words::{Follows, NoticeWords, Resting, Status, Voice, Why};
use protocol::{
    lease::Screen,
    limits::{HOW_TO_MAX, LENDER_MAX, PHONE_MAX},
};

/// The facts of the screen for the decision in force. They follow from the contract and its words,
/// not from the moment of asking, so that a version's lease is always the same.
pub fn screen(contract: &Contract, ladder: &Ladder, voice: Voice<'_>) -> Screen {
    let terms = contract.terms();
    let money = |minor: i64| Money::new(minor, terms.currency());
    let past_due = contract.decision.past_due;
    let amount_due = if past_due == 0 { String::new() } else { voice.money(money(past_due)) };
    let next_due = Position::stands(contract, ladder)
        .next_after(past_due)
        .filter(|_| contract.is_active())
        .map(|(due, open)| voice.due_on(money(open), due));
    let before = contract.origin.as_ref().map(|origin| &*origin.lender);
    Screen {
        language: voice.language().to_owned(),
        lender: clip(&ladder.lender.name, LENDER_MAX).to_owned(),
        lender_phone: clip(&ladder.lender.phone, PHONE_MAX).to_owned(),
        how_to_pay: clip(&ladder.how_to_pay, HOW_TO_MAX).to_owned(),
        how_to_dispute: clip(&ladder.how_to_dispute, HOW_TO_MAX).to_owned(),
        managed_by: clip(&voice.managed_by(&ladder.lender.name, before), HOW_TO_MAX).to_owned(),
        reason: stage_reason(contract, contract.decision.stage, voice),
        amount_due,
        next_due: next_due.unwrap_or_default(),
        allowed_numbers: vec![clip(&ladder.lender.phone, PHONE_MAX).to_owned()],
    }
}

/// Why a stage holds, in one sentence.
pub fn stage_reason(contract: &Contract, stage: Stage, voice: Voice<'_>) -> String {
    if stage.rung == domain::Rung::Clear {
        return voice.resting(resting(contract));
    }
    let reasons = contract.decision.reasons.iter();
    let ran_out = reasons.clone().find_map(|reason| match reason {
        Reason::CreditRanOut(at) => Some(Why::Credit(contract.day(at.plus_seconds(-1)))),
        _ => None,
    });
    let since = reasons.clone().find_map(|reason| match reason {
        Reason::PastDue(day) => Some(Why::Instalment(*day)),
        _ => None,
    });
    let signs = contract.decision.reasons.iter().any(|one| matches!(one, Reason::Tampered(_)));
    voice.rung(stage.rung, ran_out.or(since).unwrap_or(Why::Overdue), signs)
}

/// Why nothing is taken away.
fn resting(contract: &Contract) -> Resting {
    match contract.decision.reasons.first() {
        Some(Reason::HandedOver) => Resting::HandedOver,
        Some(Reason::WrittenOff) => Resting::WrittenOff,
        _ => Resting::Paid,
    }
}

/// Which formal notice is due, when, and over how much.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// 1 = first.
    pub k: u8,
    /// What is past due then, in minor units.
    pub owed: i64,
    /// Not shown before.
    pub show_from: Moment,
}

/// That the days paid for ran out, where days are sold: a moment is the end of what lies before it.
pub(super) fn ran_out(contract: &Contract) -> Option<Why> {
    contract.dark_since().map(|at| Why::Credit(contract.day(at.plus_seconds(-1))))
}

/// The text of a formal notice, frozen before it is shown, or why there is none.
pub fn notice_text(
    contract: &Contract,
    ladder: &Ladder,
    voice: Voice<'_>,
    due: Due,
) -> Result<String, Withheld> {
    if ladder.conduct.drafts_refused && *voice.book().formal() == Status::Draft {
        return Err(Withheld::Draft);
    }
    let terms = contract.terms();
    let day = contract.day(due.show_from);
    let oldest = Position::stands(contract, ladder).on(day).oldest_unpaid;
    let why = ran_out(contract).or(oldest.map(Why::Instalment)).unwrap_or(Why::Overdue);
    let rule = ladder.notices.get(usize::from(due.k.saturating_sub(1)));
    let follows = match usize::from(due.k) < ladder.notices.len() {
        true => Follows::Notice,
        false if ladder.steps.is_empty() => Follows::Nothing,
        false => Follows::Steps,
    };
    let text = voice.notice(&NoticeWords {
        k: due.k,
        lender: &ladder.lender,
        reference: &contract.signed.reference,
        day,
        owed: Money::new(due.owed, terms.currency()),
        why,
        cure_days: rule.map_or(0, |rule| rule.cure_days),
        follows,
        pay: &ladder.how_to_pay,
        dispute: &ladder.how_to_dispute,
    });
    text.ok_or(Withheld::TooLong)
}

/// A moment on a calendar, to the minute: `2026-08-14 06:00 Asia/Kolkata`.
pub fn local(moment: Moment, zone: &Zone) -> String {
    let (day, second) = zone.wall(moment);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{day} {hour:02}:{minute:02} {}", zone.name())
}

/// A reason in plain words, its moments on the contract's own calendar.
pub fn plain_local(reason: &Reason, zone: &Zone) -> String {
    match reason {
        Reason::NoticeRuns(k, until) => {
            let until = local(*until, zone);
            format!("Formal notice {k} runs until {until}: nothing above notice before.")
        }
        Reason::DatesCome(stage, at) => {
            format!("{stage} begins at {} if nothing is paid.", local(*at, zone))
        }
        Reason::CreditRanOut(at) => {
            format!("The days paid for ran out at {}.", local(*at, zone))
        }
        Reason::PartlyPaid(until) => {
            format!("A part payment keeps the phone at notice until {}.", local(*until, zone))
        }
        Reason::StandingStale(since) => {
            let since = local(*since, zone);
            format!("Nothing was heard of the account for too long: nothing rises since {since}.")
        }
        _ => plain(reason),
    }
}

/// A reason in plain words for a person of the lender, the borrower or an auditor.
pub fn plain(reason: &Reason) -> String {
    match reason {
        Reason::InGoodStanding => "Nothing is past due.".into(),
        Reason::PastDue(day) => format!("The instalment due on {day} has not been covered."),
        Reason::Settled => "Everything is paid; the rung is clear and cannot rise again.".into(),
        Reason::Released => "The phone is released for ever.".into(),
        Reason::Assigned => {
            "The contract was passed on to another lender, where it goes on.".into()
        }
        Reason::Ended => "The contract has ended; the rung is clear and cannot rise again.".into(),
        Reason::HandedOver => {
            "The phone was handed back and is being graded; the rung is clear.".into()
        }
        Reason::WrittenOff => {
            "The debt was written off without release; the rung is clear and does not rise.".into()
        }
        Reason::NoticeNotDelivered(k) => {
            format!("Formal notice {k} has not been delivered: nothing above notice.")
        }
        Reason::NoticeWithheld(k, Withheld::Draft) => format!(
            "Formal notice {k} is due, but its words are a draft and the law wants words that a \
             named person reviewed: no notice, and nothing above it."
        ),
        Reason::NoticeWithheld(k, Withheld::TooLong) => format!(
            "Formal notice {k} is due, but its whole text does not fit a notice: no notice, and \
             nothing above it."
        ),
        Reason::NoticeRuns(k, until) => {
            format!("Formal notice {k} runs until {until}: nothing above notice before.")
        }
        Reason::DatesCome(stage, at) => format!("{stage} begins at {at} if nothing is paid."),
        Reason::WaitsForEffect(stage) => {
            format!("The device has not reported {stage} in effect for its time yet.")
        }
        Reason::Tampered(evidence) => format!(
            "The phone reported {}: the lender's own waiting times are over, those of the law \
             are not. If that is wrong, say so, and a person looks into it.",
            sign(*evidence)
        ),
        Reason::NotApproved(stage) => {
            format!("A person has to look at the contract and approve {stage} before it begins.")
        }
        Reason::NoConsent => "No consent is on record: nothing above notice.".into(),
        Reason::NotEnrolled => "No device is enrolled: nothing above notice.".into(),
        Reason::LenderNotNamed => {
            "The lender lacks a name, phone or complaint address: nothing above notice.".into()
        }
        Reason::LenderChanged => {
            "Another lender took over and the device does not follow yet: nothing above notice \
             begins."
                .into()
        }
        Reason::CreditRanOut(at) => format!("The days paid for ran out at {at}."),
        Reason::PartlyPaid(until) => {
            format!("A part payment keeps the phone at notice until {until}.")
        }
        Reason::StandingStale(since) => {
            format!("Nothing was heard of the account for too long: nothing rises since {since}.")
        }
        Reason::Held(kind) => held(*kind).into(),
    }
}

/// A sign of tampering, in words.
fn sign(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Root => "that its system was rooted",
        Evidence::BootloaderUnlocked => "an unlocked bootloader",
        Evidence::PatchDowngraded => "a lower patch level than before",
        Evidence::SimChanged => "another SIM card",
        Evidence::ClockTampered => "a clock that is more than a day off",
    }
}

/// What a hold does, in one sentence.
fn held(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::Dispute => "A dispute is open: nothing rises.",
        HoldKind::Hardship => "A hardship hold is open: nothing rises.",
        HoldKind::Promise => "A promise to pay is open: nothing rises.",
        HoldKind::PaymentPending => "A payment is believed to be on its way.",
        HoldKind::LegalStay => "A legal stay is open: clear.",
        HoldKind::EnforcementOff => "The lender has suspended the ladder: clear.",
        HoldKind::FeedStale => "Payment data is not fresh: nothing rises.",
        HoldKind::Incident => "A restriction was wrong: it is being looked into.",
        HoldKind::Stolen => "The phone was reported stolen or lost: at most a notice.",
        HoldKind::AreaEmergency => "There is an emergency in the area: at most a notice.",
        HoldKind::LenderSuspended => "The lender may not restrict anybody: clear.",
        HoldKind::Breaker => {
            "Too many phones were about to rise at once: nothing rises until people have \
             looked."
        }
    }
}

/// The stable code of a reason.
pub fn code(reason: &Reason) -> &'static str {
    match reason {
        Reason::InGoodStanding => "in_good_standing",
        Reason::PastDue(_) => "past_due",
        Reason::Settled => "settled",
        Reason::Released => "released",
        Reason::Assigned => "assigned",
        Reason::Ended => "ended",
        Reason::HandedOver => "handed_over",
        Reason::WrittenOff => "written_off",
        Reason::NoticeNotDelivered(_) => "notice_not_delivered",
        Reason::NoticeWithheld(..) => "notice_withheld",
        Reason::NoticeRuns(..) => "notice_runs",
        Reason::DatesCome(..) => "dates_come",
        Reason::WaitsForEffect(_) => "waits_for_effect",
        Reason::Tampered(_) => "tampered",
        Reason::NotApproved(_) => "not_approved",
        Reason::NoConsent => "no_consent",
        Reason::NotEnrolled => "not_enrolled",
        Reason::LenderNotNamed => "lender_not_named",
        Reason::CreditRanOut(_) => "credit_ran_out",
        Reason::PartlyPaid(_) => "partly_paid",
        Reason::StandingStale(_) => "standing_stale",
        Reason::LenderChanged => "lender_changed",
        Reason::Held(_) => "held",
    }
}

/// The first characters of a text that fit so many bytes.
fn clip(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

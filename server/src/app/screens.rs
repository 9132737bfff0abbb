//! What the phone says in words: screen facts, formal notices, the disclosure. Plain English; a
//! device shows what it gets and never composes a sentence of its own.

use domain::{Contract, Ladder, Moment, Money, Position, Reason, Stage, Zone, hold::HoldKind};
use protocol::{
    lease::Screen,
    limits::{HOW_TO_MAX, LENDER_MAX, PHONE_MAX},
};

/// The facts of the screen for the decision in force. They follow from the contract alone, not from
/// the moment of asking, so that a version's lease is always the same.
pub fn screen(contract: &Contract, ladder: &Ladder) -> Screen {
    let terms = contract.terms();
    let amount = |minor: i64| Money::new(minor, terms.currency()).to_string();
    let past_due = contract.decision.past_due;
    let amount_due = if past_due == 0 { String::new() } else { amount(past_due) };
    let next_due = Position::stands(contract, ladder)
        .next_after(past_due)
        .filter(|_| contract.is_active())
        .map(|(due, open)| format!("{} on {due}", amount(open)));
    Screen {
        language: "en".to_owned(),
        lender: clip(&ladder.lender.name, LENDER_MAX).to_owned(),
        lender_phone: clip(&ladder.lender.phone, PHONE_MAX).to_owned(),
        how_to_pay: clip(&ladder.how_to_pay, HOW_TO_MAX).to_owned(),
        how_to_dispute: clip(&ladder.how_to_dispute, HOW_TO_MAX).to_owned(),
        managed_by: managed_by(ladder, contract.origin.as_ref().map(|origin| &*origin.lender)),
        reason: stage_reason(contract, contract.decision.stage),
        amount_due,
        next_due: next_due.unwrap_or_default(),
        allowed_numbers: vec![clip(&ladder.lender.phone, PHONE_MAX).to_owned()],
    }
}

/// The permanent line that says who stands behind this phone, and who did before.
pub(super) fn managed_by(ladder: &Ladder, before: Option<&str>) -> String {
    let lender = &ladder.lender.name;
    // A name such as "Example Finance Ltd." brings the full stop along.
    let ended = lender.trim_end_matches('.');
    let before = before.map(|before| {
        format!("{lender} took the contract over from {before}: pay {lender} from here on. ")
    });
    let text = format!(
        "{}This phone is bought on instalments from {ended}. Until it is paid, {lender} can show \
         messages and, after formal notices, restrict some functions. Emergency calls always work. \
         Your data is never read, and your location is never known.",
        before.unwrap_or_default()
    );
    clip(&text, HOW_TO_MAX).to_owned()
}

/// Why a stage holds, in one sentence.
pub fn stage_reason(contract: &Contract, stage: Stage) -> String {
    let since = contract.decision.reasons.iter().find_map(|reason| match reason {
        Reason::PastDue(day) => Some(*day),
        _ => None,
    });
    let ran_out = contract.decision.reasons.iter().find_map(|reason| match reason {
        Reason::CreditRanOut(at) => Some(*at),
        _ => None,
    });
    let overdue = match (since, ran_out) {
        (_, Some(at)) => {
            format!("The days paid for ran out on {}.", contract.day(at.plus_seconds(-1)))
        }
        (Some(day), None) => format!("The instalment of {day} has not been paid."),
        (None, None) => "An instalment was not paid on its due day.".to_owned(),
    };
    match stage.rung {
        domain::Rung::Clear => at_rest(contract).to_owned(),
        domain::Rung::Remind => overdue,
        domain::Rung::Notice => format!("{overdue} A formal notice runs: see below."),
        domain::Rung::Restrict => {
            format!("{overdue} The notice has run out. Some functions are off until it is paid.")
        }
        domain::Rung::Lock => {
            format!("{overdue} The notice has run out. The phone opens as soon as it is paid.")
        }
    }
}

/// What the screen says while nothing is taken away.
fn at_rest(contract: &Contract) -> &'static str {
    match contract.decision.reasons.first() {
        Some(Reason::HandedOver) => "This phone was handed back. Nothing more falls due.",
        Some(Reason::WrittenOff) => {
            "The lender gave the debt up and no longer restricts this phone. It can still be paid."
        }
        _ => "Nothing is overdue. Thank you.",
    }
}

/// The text of the k-th formal notice, frozen before it is shown.
pub fn notice_text(
    contract: &Contract,
    ladder: &Ladder,
    k: u8,
    owed: i64,
    show_from: Moment,
) -> String {
    let terms = contract.terms();
    let owed = Money::new(owed, terms.currency());
    let day = terms.zone().day(show_from);
    let lender = &ladder.lender;
    let rule = ladder.notices.get(usize::from(k.saturating_sub(1)));
    let days = rule.map_or(0, |rule| rule.cure_days);
    let last = usize::from(k) == ladder.notices.len();
    let follows = if last && !ladder.steps.is_empty() {
        "If nothing is paid by then, some functions of this phone will be switched off step by \
         step."
    } else {
        "If nothing is paid by then, a further notice follows."
    };
    format!(
        "NOTICE {k} from {name}, {day}\n\nFor contract {reference}, {owed} is past due. Please pay \
         within {days} whole days after you see this notice. {follows}\n\nHow to pay: {pay}\n\nIf \
         you do not agree: {dispute}\n\nEmergency calls, incoming calls, alarms, accessibility and \
         the way to pay always keep working.\n\n{name}, {phone}. Complaints: {complaints}",
        name = clip(&lender.name, 120),
        reference = contract.signed.reference,
        pay = clip(&ladder.how_to_pay, 240),
        dispute = clip(&ladder.how_to_dispute, 240),
        phone = clip(&lender.phone, 40),
        complaints = clip(&lender.complaints, 120),
    )
}

/// What the holder is asked to accept at enrolment.
pub fn disclosure(ladder: &Ladder) -> String {
    let mut text = managed_by(ladder, None);
    text.push_str("\n\nWhat can happen when an instalment stays unpaid:\n");
    for (k, notice) in (1..).zip(&ladder.notices) {
        text.push_str(&format!(
            "- Notice {k}: from {} days past due, with {} days to pay.\n",
            notice.when.days_past_due, notice.cure_days
        ));
    }
    for step in &ladder.steps {
        let names: Vec<&str> = step.restrictions.iter().map(|one| one.name()).collect();
        let off = if names.is_empty() { "the lock screen".to_owned() } else { names.join(", ") };
        text.push_str(&format!(
            "- {}: from {} days past due, after all notices: {off}.\n",
            step.stage, step.when.days_past_due
        ));
    }
    let guards: Vec<&str> = ladder.guards.iter().map(|guard| guard.name()).collect();
    if !guards.is_empty() {
        text.push_str(&format!("\nUntil it is paid off, kept in place: {}.\n", guards.join(", ")));
    }
    text.push_str(&format!(
        "\nYou can open the phone {} times for {} hours without giving a reason.\n\nComplaints: \
         {}, phone {}. At the last payment the phone is released for ever.",
        ladder.passes.count, ladder.passes.hours, ladder.lender.complaints, ladder.lender.phone
    ));
    text
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
        Reason::NoticeRuns(k, until) => {
            format!("Formal notice {k} runs until {until}: nothing above notice before.")
        }
        Reason::DatesCome(stage, at) => format!("{stage} begins at {at} if nothing is paid."),
        Reason::WaitsForEffect(stage) => {
            format!("The device has not reported {stage} in effect for its time yet.")
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
        Reason::Held(kind) => match kind {
            HoldKind::Dispute => "A dispute is open: nothing rises.".into(),
            HoldKind::Hardship => "A hardship hold is open: nothing rises.".into(),
            HoldKind::Promise => "A promise to pay is open: nothing rises.".into(),
            HoldKind::PaymentPending => "A payment is believed to be on its way.".into(),
            HoldKind::LegalStay => "A legal stay is open: clear.".into(),
            HoldKind::EnforcementOff => "The lender has suspended the ladder: clear.".into(),
            HoldKind::FeedStale => "Payment data is not fresh: nothing rises.".into(),
        },
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
        Reason::NoticeRuns(..) => "notice_runs",
        Reason::DatesCome(..) => "dates_come",
        Reason::WaitsForEffect(_) => "waits_for_effect",
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

//! `device screen`: what the screen says at this moment.

use std::{path::Path, process::ExitCode};

use agent::{Agent, PhaseView, ScreenView, Setup};
use serde_json::{Value, json};

use super::{
    state::StateFile,
    tell::{names, stage_name},
    time,
};
use crate::{fail::Failure, out, status::span};

/// Prints the screen of the device with this state.
pub(super) fn print(path: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let file = StateFile::read(path)?.ok_or_else(|| {
        let detail = format!("--state {}: no device has this state", path.display());
        Failure::usage("no_state", detail).hint("begin with `quittance device run`")
    })?;
    let agent = match file.agent()? {
        Some(saved) => Agent::restore(&saved, setup())
            .map_err(|error| file.wrong(&format!("the agent's part: {error}")))?,
        None => Agent::new(setup()),
    };
    let view = agent.view(time::moment()?);
    out::either(as_json, &value(&view), page(&view));
    Ok(ExitCode::SUCCESS)
}

/// What this platform can do: it prints what it would restrict.
pub(super) fn setup() -> Setup {
    Setup {
        tier: protocol::enrol::Tier::Cooperative,
        supported: protocol::Restriction::ALL.to_vec(),
        checkpoint_s: 60,
        ..Setup::default()
    }
}

fn phase(view: &ScreenView) -> &'static str {
    match view.phase {
        PhaseView::Unenrolled { .. } => "unenrolled",
        PhaseView::Offering => "offering",
        PhaseView::Asking { .. } => "asking",
        PhaseView::Confirming => "confirming",
        PhaseView::Enrolled => "enrolled",
        PhaseView::Released { .. } => "released",
    }
}

/// The screen as data.
fn value(view: &ScreenView) -> Value {
    let notices: Vec<Value> = view
        .notices
        .iter()
        .map(|notice| {
            json!({
                "k": notice.k, "language": notice.language, "text": notice.text,
                "shown": notice.shown, "acked": notice.acked,
            })
        })
        .collect();
    let next = view.next_step.as_ref().map(|next| {
        json!({
            "stage": stage_name(next.stage), "in_s": next.in_s, "reason": next.reason,
            "needs_contact": next.needs_contact,
        })
    });
    let released = match &view.phase {
        PhaseView::Released { lender, released_at, recorded, .. } => {
            Some(json!({ "lender": lender, "released_at": released_at, "recorded": recorded }))
        }
        _ => None,
    };
    json!({
        "phase": phase(view),
        "stage": stage_name(view.stage),
        "restrictions": names(&view.restrictions),
        "emergency_calls": view.emergency_calls,
        "lender": view.front.lender,
        "lender_phone": view.front.lender_phone,
        "how_to_pay": view.front.how_to_pay,
        "how_to_dispute": view.front.how_to_dispute,
        "managed_by": view.front.managed_by,
        "allowed_numbers": view.front.allowed_numbers,
        "reason": view.behind_tap.reason,
        "amount_due": view.behind_tap.amount_due,
        "next_due": view.behind_tap.next_due,
        "notices": notices,
        "passes_left": view.relief.passes_left,
        "pass_usable": view.relief.pass_usable,
        "pass_ends_in_s": view.relief.pass_ends_in_s,
        "token_ends_in_s": view.relief.token_ends_in_s,
        "next_step": next,
        "sequence": view.sequence,
        "last_heard_s_ago": view.last_heard_s_ago,
        "clock_doubtful": view.clock_doubtful,
        "maybe_paid": view.maybe_paid,
        "sunset": view.sunset.as_ref().map(|sunset| json!({
            "at": sunset.at, "disputed": sunset.disputed,
        })),
        "released": released,
    })
}

/// The screen as a person reads it.
pub(super) fn page(view: &ScreenView) -> String {
    let mut lines = Vec::new();
    match &view.phase {
        PhaseView::Enrolled => enrolled(view, &mut lines),
        PhaseView::Released { lender, recorded, certificate, .. } => {
            lines.push(match certificate.is_empty() {
                true => format!("This phone is yours. Its time with {lender} is over for ever."),
                false => format!("This phone is yours. {lender} released it for ever."),
            });
            if !recorded {
                lines.push("The lender has not recorded yet that the agent is gone.".to_owned());
            }
        }
        PhaseView::Unenrolled { problem } => {
            lines.push("This phone is tied to nothing.".to_owned());
            if let Some(problem) = problem {
                lines.push(format!("The last enrolment ended with: {problem}"));
            }
        }
        PhaseView::Asking { terms } => lines.push(terms.disclosure.clone()),
        PhaseView::Offering | PhaseView::Confirming => {
            lines.push("Enrolment is under way.".to_owned());
        }
    }
    lines.push("Emergency calls always work.".to_owned());
    lines.join("\n")
}

/// A day in UTC, as the phone knows it.
fn day(seconds: u64) -> String {
    let at = domain::Moment::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    at.rfc3339().chars().take(10).collect()
}

fn enrolled(view: &ScreenView, lines: &mut Vec<String>) {
    let off = match names(&view.restrictions).as_slice() {
        [] => "everything works".to_owned(),
        list => format!("off: {}", list.join(", ")),
    };
    lines.push(format!("[{}] {off}", stage_name(view.stage)));
    let tap = &view.behind_tap;
    let mut row = |name: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("  {name:<10} {text}"));
        }
    };
    row("Why", &tap.reason);
    row("Past due", &tap.amount_due);
    row("Next due", &tap.next_due);
    if let Some(next) = &view.next_step {
        let contact = if next.needs_contact { ", once this phone has been online" } else { "" };
        let in_s = i64::try_from(next.in_s).unwrap_or(i64::MAX);
        row("Next step", &format!("{} in {}{contact}", stage_name(next.stage), span(in_s)));
    }
    row("Lender", &format!("{}, {}", view.front.lender, view.front.lender_phone));
    row("Pay", &view.front.how_to_pay);
    row("Dispute", &view.front.how_to_dispute);
    if let Some(seconds) = view.relief.pass_ends_in_s {
        let left = span(i64::try_from(seconds).unwrap_or(i64::MAX));
        row("Pass", &format!("open for another {left}"));
    } else if view.relief.pass_usable {
        row("Passes", &format!("{} left: type pass", view.relief.passes_left));
    }
    if view.maybe_paid {
        row("Paid?", "You may have paid and this phone not heard of it: connect it once.");
    }
    if let Some(sunset) = &view.sunset {
        let moved =
            sunset.disputed.as_ref().map(|reason| format!("; moved by the lender: {reason}"));
        let moved = moved.unwrap_or_default();
        row("Free", &format!("on {} at the latest{moved}", day(sunset.at)));
    }
    for notice in &view.notices {
        let state = if notice.acked { "acknowledged" } else { "type ack to acknowledge" };
        lines.push(format!("\n{}\n({state})\n", notice.text));
    }
    lines.push(view.front.managed_by.clone());
}

//! The page a person reads.

use super::view::{Pin, View, stage};

/// The whole page.
pub(super) fn page(view: &View) -> String {
    let mut page = Page::default();
    page.head(&format!("{}  {}", view.reference, view.status));
    let packs: Vec<String> = view.terms.packs.iter().map(pin).collect();
    page.row("Programme", &format!("{} within {}", pin(&view.terms.programme), packs.join(", ")));
    let computed = view.terms.rules.as_ref();
    let computed =
        computed.map(|rules| format!(", computed by {}", pin(rules))).unwrap_or_default();
    page.row("Terms", &format!("SHA-256 {}{computed}", view.terms.hash));
    page.row("As of", &view.local(&view.at));
    if let Some(release) = &view.release {
        let gone = if release.removed { "the agent is gone" } else { "not confirmed by the phone" };
        page.row("Released", &format!("{} ({}); {gone}", view.local(&release.at), release.cause));
    }
    sunset(&mut page, view);
    page.section("Rung");
    let restrictions = match view.restrictions.as_slice() {
        [] => "nothing is restricted".to_owned(),
        list => format!("restricted: {}", list.join(", ")),
    };
    page.row("Now", &format!("{} · {restrictions}", stage(&view.rung, view.step)));
    for (index, reason) in view.reasons.iter().enumerate() {
        page.row(if index == 0 { "Because" } else { "" }, &reason.text);
    }
    account(&mut page, view);
    comes(&mut page, view);
    notices(&mut page, view);
    holds(&mut page, view);
    device(&mut page, view);
    if let Some(code) = &view.enrolment_code {
        page.row("Code", &format!("{code}  (single use, enrols its next device)"));
    }
    page.text
}

/// When the phone goes free whatever becomes of its lender.
fn sunset(page: &mut Page, view: &View) {
    let Some(sunset) = view.sunset.as_ref().filter(|_| view.release.is_none()) else { return };
    let mut text = format!("{}: the phone goes free by itself", view.local(&sunset.at));
    if let Some(reason) = &sunset.reason {
        text += &format!("; moved {} of 4 times, last because: {reason}", sunset.disputes);
    }
    page.row("Sunset", &text);
}

fn pin(pin: &Pin) -> String {
    format!("{}@{}", pin.id, pin.version)
}

fn account(page: &mut Page, view: &View) {
    let (standing, currency) = (&view.standing, &view.terms.currency);
    page.section("Account");
    let arrears = match &standing.oldest_unpaid {
        None => "nothing is past due".to_owned(),
        Some(day) => format!(
            "{} {currency}, {} days past due (instalment of {day}, {} unpaid)",
            standing.past_due, standing.days_past_due, standing.unpaid_count
        ),
    };
    page.row("Past due", &arrears);
    let next = match &standing.next_due {
        Some(due) => format!("{} {currency} on {}", due.amount, due.due),
        None => "none".to_owned(),
    };
    page.row("Next due", &next);
    let mut paid = format!("{} of {} {currency}", view.paid, view.terms.total);
    if view.unconfirmed.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        paid += &format!(", of which {} not confirmed", view.unconfirmed);
    }
    page.row("Paid", &format!("{paid}; {} remain", standing.remaining));
    page.row("Announced", &unlocks(view));
    if let Some(text) = opening(view) {
        page.row("Came down", &text);
    }
}

/// What is left of the budget for announced money.
fn unlocks(view: &View) -> String {
    let budget = &view.unlocks;
    if budget.count == 0 {
        return "announced money opens nothing".to_owned();
    }
    let used = format!(
        "opened {} of {} times in {} days, {} hours each",
        budget.used, budget.count, budget.period_days, budget.hours
    );
    match &budget.renews_at {
        Some(at) => format!("{used}; again from {}", view.local(at)),
        None => used,
    }
}

/// How the phone came down from its last restriction.
fn opening(view: &View) -> Option<String> {
    let opening = view.opening.as_ref()?;
    let mut text = match (&opening.opened_at, opening.waited_ms) {
        (Some(at), Some(ms)) => {
            format!("{} after {}.{:03} s", view.local(at), ms / 1_000, ms % 1_000)
        }
        _ => format!("asked to on {}, not reported yet", view.local(&opening.since)),
    };
    if let Some(late_s) = opening.late_s.filter(|late_s| *late_s > 0) {
        text += &format!(", {late_s} s too late");
    }
    if let Some(since) = &opening.wrongful_since {
        text += &format!("; the restriction was wrongful since {}", view.local(since));
    }
    if opening.compensated.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        text += &format!("; {} {} credited for it", opening.compensated, view.terms.currency);
    }
    Some(text)
}

fn comes(page: &mut Page, view: &View) {
    page.section("If nothing is paid");
    if view.timetable.is_empty() {
        page.row("Next", "no further step is justified by what is known");
    }
    for planned in &view.timetable {
        let mut text = view.local(&planned.at);
        if planned.after_s > 0 {
            text += &format!(", and {} after the step before", days(planned.after_s));
        }
        page.row(&stage(&planned.rung, planned.step), &text);
    }
}

fn notices(page: &mut Page, view: &View) {
    if view.notices.is_empty() {
        return;
    }
    page.section("Formal notices");
    for notice in &view.notices {
        let told: Vec<String> = notice
            .delivered
            .iter()
            .map(|delivery| format!("{} {}", delivery.channel, view.local(&delivery.at)))
            .collect();
        let told = if told.is_empty() { "not delivered yet".into() } else { told.join(", ") };
        let text = format!("{} {} past due; {told}", notice.owed, view.terms.currency);
        page.row(&format!("Notice {}", notice.k), &text);
    }
}

fn holds(page: &mut Page, view: &View) {
    let open: Vec<_> = view.holds.iter().filter(|hold| hold.open).collect();
    if open.is_empty() {
        return;
    }
    page.section("Holds");
    for hold in open {
        let until = hold.until.as_deref().map(|at| view.local(at));
        let until = until.unwrap_or_else(|| "closed by a person".to_owned());
        let from = view.local(&hold.from);
        page.row(&hold.kind, &format!("from {from} until {until}: {}", hold.cause));
    }
}

fn device(page: &mut Page, view: &View) {
    page.section("Device");
    for freed in &view.freed {
        let gone = if freed.removed { "the agent is gone" } else { "not confirmed by the phone" };
        let text = format!("{} at {}; {gone}", freed.enrolment, view.local(&freed.at));
        page.row("Freed", &text);
    }
    let Some(device) = &view.device else {
        page.row("Enrolled", "no device yet");
        return;
    };
    let text = match (&device.rung, &device.since) {
        (Some(rung), Some(at)) => {
            format!("{} since {}", stage(rung, device.step.unwrap_or(0)), view.local(at))
        }
        _ => "nothing reported yet".to_owned(),
    };
    page.row("In effect", &text);
    let Some(contact) = &view.last_contact else {
        page.row("Last heard", "never");
        return;
    };
    let ago = view.ago(&contact.at).map(span).unwrap_or_default();
    page.row("Last heard", &format!("{ago} ago ({})", view.local(&contact.at)));
    if let Some(battery) = contact.battery {
        page.row("Battery", &format!("{battery} %"));
    }
    let agent = &contact.agent_version;
    page.row("Agent", &format!("{agent}, key generation {}", device.key_gen));
}

/// A span of time in its two largest units.
pub(crate) fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days {} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

fn days(seconds: u32) -> String {
    match seconds / 86_400 {
        1 => "1 day".to_owned(),
        days if days > 1 => format!("{days} days"),
        _ => span(i64::from(seconds)),
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn head(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn section(&mut self, name: &str) {
        self.text.push_str(&format!("\n\n{name}"));
    }

    fn row(&mut self, name: &str, text: &str) {
        self.text.push_str(&format!("\n  {name:<11} {text}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_at_a_glance() {
        let spans: Vec<String> = [-5, 59, 61, 7_260, 200_000].into_iter().map(span).collect();
        assert_eq!(spans, ["0 s", "59 s", "1 min", "2 h 1 min", "2 days 7 h"]);
        assert_eq!((days(86_400), days(259_200)), ("1 day".to_owned(), "3 days".to_owned()));
    }
}

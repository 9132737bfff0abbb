//! The page a person reads.

use super::view::{DeviceView, MoneyView, View};

/// The whole page.
pub(super) fn page(view: &View) -> String {
    let mut page = Page::default();
    page.head(&format!("{}  {}", view.reference, view.state));
    page.row("Lender", &view.lender);
    page.row("Programme", &format!("{} within {}", view.programme, view.packs.join(", ")));
    page.row("As of", &view.at);
    page.section("Rung");
    let restrictions = match view.restrictions.as_slice() {
        [] => "nothing is restricted".to_owned(),
        list => format!("restricted: {}", list.join(", ")),
    };
    page.row("Now", &format!("{} · {restrictions}", view.stage));
    for (index, reason) in view.reasons.iter().enumerate() {
        page.row(if index == 0 { "Because" } else { "" }, reason);
    }
    money(&mut page, &view.money, &view.currency);
    comes(&mut page, view);
    if !view.notices.is_empty() {
        page.section("Formal notices");
        for notice in &view.notices {
            let told: Vec<String> = notice
                .delivered
                .iter()
                .map(|delivery| format!("{} {}", delivery.channel, delivery.local))
                .collect();
            let told = if told.is_empty() { "not delivered yet".into() } else { told.join(", ") };
            let text = format!("{} {} past due; {told}", notice.owed, view.currency);
            page.row(&format!("Notice {}", notice.k), &text);
        }
    }
    if !view.holds.is_empty() {
        page.section("Holds");
        for hold in &view.holds {
            let until = hold.until.as_deref().unwrap_or("closed by a person");
            page.row(hold.kind, &format!("from {} until {until}: {}", hold.from, hold.cause));
        }
    }
    device(&mut page, view.device.as_ref());
    if let Some(code) = &view.enrolment_code {
        page.row("Code", &format!("{code}  (single use, enrols its next device)"));
    }
    page.text
}

fn money(page: &mut Page, money: &MoneyView, currency: &str) {
    page.section("Account");
    let arrears = match &money.oldest_unpaid {
        None => "nothing is past due".to_owned(),
        Some(day) => format!(
            "{} {currency}, {} days past due (instalment of {day}, {} unpaid)",
            money.past_due, money.days_past_due, money.unpaid_count
        ),
    };
    page.row("Past due", &arrears);
    let next = match &money.next_due {
        Some(due) => format!("{} {currency} on {}", due.amount, due.day),
        None => "none".to_owned(),
    };
    page.row("Next due", &next);
    let mut paid = format!("{} of {} {currency}", money.paid, money.total);
    if money.unconfirmed.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        paid += &format!(", of which {} not confirmed", money.unconfirmed);
    }
    page.row("Paid", &format!("{paid}; {} remain", money.remaining));
}

fn comes(page: &mut Page, view: &View) {
    page.section("If nothing is paid");
    if view.timetable.is_empty() {
        page.row("Next", "no further step is justified by what is known");
    }
    for planned in &view.timetable {
        let mut text = planned.local.clone();
        if planned.after_s > 0 {
            text += &format!(", and {} after the step before", days(planned.after_s));
        }
        page.row(&planned.stage, &text);
    }
    if let Some(look) = &view.next_look {
        page.row("Looked at", &format!("again by {look}"));
    }
}

fn device(page: &mut Page, device: Option<&DeviceView>) {
    page.section("Device");
    let Some(device) = device else {
        page.row("Enrolled", "no device yet");
        return;
    };
    let text = match (&device.applied, &device.applied_at) {
        (Some(stage), Some(at)) => format!("{stage} since {at}"),
        _ => "nothing reported yet".to_owned(),
    };
    page.row("In effect", &text);
    let heard = match (&device.last_heard, device.heard_s_ago) {
        (Some(at), Some(ago)) => format!("{} ago ({at})", span(ago)),
        _ => "never".to_owned(),
    };
    page.row("Last heard", &heard);
    if let Some(battery) = device.battery {
        page.row("Battery", &format!("{battery} %"));
    }
    let agent = device.agent_version.as_deref().unwrap_or("unknown");
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

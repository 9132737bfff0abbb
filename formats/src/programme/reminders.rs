//! `[reminders]`: messages about an instalment before its due day, on it and after.

use std::collections::BTreeSet;

use domain::{
    Channel,
    policy::{ReminderRule, Reminders},
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    settings::{TextError, wrong},
    text::set,
};

/// Most rules.
const RULES_MAX: usize = 8;
/// Farthest from the due day.
const DAYS_MAX: i32 = 30;
/// Longest link in bytes.
const LINK_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pay_link: Option<Spanned<String>>,
    #[serde(default)]
    auto_pay: bool,
    #[serde(default)]
    rules: Vec<Spanned<Rule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    days: Spanned<i32>,
    channels: Spanned<Channels>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Channels(#[serde(with = "set")] BTreeSet<Channel>);

pub(super) fn reminders(text: &str, table: Table) -> Result<Reminders, TextError> {
    if let Some(extra) = table.rules.get(RULES_MAX) {
        return Err(wrong(text, extra, "expected at most 8 rules"));
    }
    let mut rules: Vec<ReminderRule> = Vec::with_capacity(table.rules.len());
    for Rule { days, channels } in table.rules.iter().map(Spanned::get_ref) {
        let number = *days.get_ref();
        if !(-DAYS_MAX..=DAYS_MAX).contains(&number) {
            return Err(wrong(text, days, "expected -30 to 30 days from the due day"));
        }
        if rules.last().is_some_and(|before| before.days >= number) {
            return Err(wrong(text, days, "expected more days than the rule before"));
        }
        let by = &channels.get_ref().0;
        if by.is_empty() || !by.iter().all(|channel| channel.is_message()) {
            return Err(wrong(text, channels, "expected sms, whatsapp or email, at least one"));
        }
        rules.push(ReminderRule { days: number, channels: by.clone() });
    }
    let pay_link = table.pay_link.map(|link| checked(text, link)).transpose()?;
    Ok(Reminders { rules, pay_link, auto_pay: table.auto_pay })
}

/// A link that a borrower can trust to be what it looks like.
fn checked(text: &str, link: Spanned<String>) -> Result<String, TextError> {
    let fits = link.get_ref().len() <= LINK_MAX
        && link.get_ref().starts_with("https://")
        && link.get_ref().bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        let message = "expected https:// and at most 200 visible ASCII characters";
        return Err(wrong(text, &link, message));
    }
    Ok(link.into_inner())
}

//! Reminders on their way out: which messages a commit asks for, and what they say when they go.

use domain::{
    Channel, Contract, Ladder, Moment, Money, Position, Want,
    fact::What,
    remind::{Reminder, ReminderKind},
};
use formats::words::{ReminderWords, Voice, Why};

use super::{App, change::Done, screens::ran_out};

impl App {
    /// Whether something that is wanted can be done: a reminder needs a way out.
    pub(super) fn can_do(&self, contract: &Contract, ladder: &Ladder, want: &Want) -> bool {
        match want {
            Want::Remind(reminder) => self.ways_out(contract, ladder, *reminder).next().is_some(),
            _ => true,
        }
    }

    /// The reminders of a commit, once for each channel they go out by.
    pub(super) fn reminders_out<'a>(
        &'a self,
        contract: &'a Contract,
        ladder: &'a Ladder,
        done: &'a [Done],
    ) -> impl Iterator<Item = (Reminder, Channel)> + 'a {
        let reminded = done.iter().filter_map(|(_, fact)| match fact.what {
            What::Reminded(reminder) => Some(reminder),
            _ => None,
        });
        reminded.flat_map(move |reminder| {
            self.ways_out(contract, ladder, reminder).map(move |channel| (reminder, channel))
        })
    }

    fn ways_out<'a>(
        &'a self,
        contract: &'a Contract,
        ladder: &'a Ladder,
        reminder: Reminder,
    ) -> impl Iterator<Item = Channel> + 'a {
        let rules = ladder.reminders.rules.iter();
        let channels = rules.filter(move |rule| rule.days == reminder.days);
        let channels = channels.flat_map(|rule| rule.channels.iter().copied());
        channels.filter(|by| self.directory.sender_by(contract.tenant, *by).is_some())
    }
}

/// What a reminder says at a moment.
pub(super) fn reminder_text(
    contract: &Contract,
    ladder: &Ladder,
    voice: Voice<'_>,
    reminder: Reminder,
    now: Moment,
) -> String {
    let position = Position::stands(contract, ladder);
    let kind = reminder.kind();
    let minor = match kind {
        ReminderKind::After => position.on(contract.day(now)).past_due,
        _ => position.on(reminder.due).next_due.map_or(0, |(_, open)| open),
    };
    voice.reminder(&ReminderWords {
        kind,
        lender: &ladder.lender,
        reference: &contract.signed.reference,
        amount: Money::new(minor, contract.terms().currency()),
        due: reminder.due,
        why: ran_out(contract).unwrap_or(Why::Instalment(reminder.due)),
        pay: &ladder.how_to_pay,
        link: ladder.reminders.pay_link.as_deref(),
        auto_pay: ladder.reminders.auto_pay,
    })
}

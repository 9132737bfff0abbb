//! What a borrower is told before he agrees: what can happen, when, what never does, how it ends.

use std::collections::BTreeSet;

use domain::{Day, Ladder, Money, Restriction, Rung, Terms, terms::Servicing};

use super::Voice;

/// A disclosure in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The language it is in.
    pub language: String,
    /// What it is.
    pub title: String,
    /// Who stands behind the phone, and what is to be paid.
    pub opening: Vec<String>,
    /// What can happen and what cannot.
    pub sections: Vec<Section>,
}

/// A heading with what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// Sentences.
    pub lines: Vec<String>,
}

impl Disclosure {
    /// Its one text, of which hashes are taken.
    pub fn text(&self) -> String {
        let mut text = self.title.clone();
        for line in &self.opening {
            text.push_str("\n\n");
            text.push_str(line);
        }
        for section in &self.sections {
            text.push_str("\n\n");
            text.push_str(&section.heading);
            for line in &section.lines {
                text.push_str("\n- ");
                text.push_str(line);
            }
        }
        text.push('\n');
        text
    }
}

impl Voice<'_> {
    /// What the borrower of a ladder agrees to; with the money where terms are known, and with the
    /// day on which the phone frees itself where one was agreed.
    pub fn disclosure(
        &self,
        ladder: &Ladder,
        terms: Option<&Terms>,
        sunset: Option<Day>,
    ) -> Disclosure {
        let mut opening = vec![self.managed_by(&ladder.lender.name, None)];
        opening.extend(terms.and_then(|terms| self.terms_line(terms)));
        let section =
            |heading: &str, lines: Vec<String>| Section { heading: self.say(heading, []), lines };
        let mut sections = vec![
            section("heading-late", self.late(ladder)),
            section("heading-never", vec![self.say("floor", [])]),
        ];
        let guards: Vec<String> = ladder.guards.iter().map(|guard| self.guard(*guard)).collect();
        if !guards.is_empty() {
            let line = self.say("until-guards", [("guards", guards.join("; ").into())]);
            sections.push(section("heading-until", vec![line]));
        }
        if ladder.passes.count > 0 {
            let hours = self.hours(ladder.passes.hours.into());
            let values = [("count", ladder.passes.count.into()), ("hours", hours.into())];
            sections.push(section("heading-urgent", vec![self.say("urgent", values)]));
        }
        let hours = self.hours(ladder.removal_hours);
        let end = self.say("end", [("hours", hours.into())]);
        let sets = sunset.map(|day| self.say("sunset", [("date", self.day(day).into())]));
        sections.push(section("heading-end", [end].into_iter().chain(sets).collect()));
        let lender = &ladder.lender;
        let contact = self.say(
            "contact",
            [
                ("lender", lender.name.as_str().into()),
                ("phone", lender.phone.as_str().into()),
                ("complaints", lender.complaints.as_str().into()),
            ],
        );
        let pay = self.say("how-to-pay", [("pay", ladder.how_to_pay.as_str().into())]);
        let dispute =
            self.say("how-to-dispute", [("dispute", ladder.how_to_dispute.as_str().into())]);
        sections.push(section("heading-contact", vec![contact, pay, dispute]));
        let (language, title) = (self.language().to_owned(), self.say("disclosure-title", []));
        Disclosure { language, title, opening, sections }
    }

    /// What is paid, where it is known from the terms.
    fn terms_line(&self, terms: &Terms) -> Option<String> {
        let first = terms.rows().first().filter(|_| terms.servicing() == Servicing::Instalments)?;
        let count = u32::try_from(terms.rows().len()).ok()?;
        let total = self.money(Money::new(terms.total(), terms.currency()));
        let date = self.day(first.due);
        let values = [("total", total.into()), ("count", count.into()), ("date", date.into())];
        Some(self.say("terms-line", values))
    }

    /// What happens as an instalment stays unpaid, in the order in which it does.
    fn late(&self, ladder: &Ladder) -> Vec<String> {
        let from = |days: u32| self.days(days.max(1));
        let mut lines = Vec::new();
        if let Some(remind) = &ladder.remind {
            let values = [("from", from(remind.days_past_due).into())];
            lines.push(self.say("late-remind", values));
        }
        for (k, notice) in (1_u8..).zip(&ladder.notices) {
            let days = self.say("whole-days", [("count", notice.cure_days.into())]);
            let from = from(notice.when.days_past_due);
            let values = [("k", k.into()), ("from", from.into()), ("days", days.into())];
            lines.push(self.say("late-notice", values));
        }
        let mut below = BTreeSet::new();
        for step in &ladder.steps {
            let from = from(step.when.days_past_due);
            if step.stage.rung == Rung::Lock {
                lines.push(self.say("late-lock", [("from", from.into())]));
                continue;
            }
            let more: BTreeSet<Restriction> =
                step.restrictions.difference(&below).copied().collect();
            let told = if more.is_empty() { &step.restrictions } else { &more };
            let names: Vec<String> = told.iter().map(|one| self.restriction(*one)).collect();
            let names = names.join("; ");
            lines.push(self.say("late-step", [("from", from.into()), ("functions", names.into())]));
            below.clone_from(&step.restrictions);
        }
        if ladder.steps.is_empty() {
            lines.push(self.say("late-nothing", []));
        } else {
            let within = self.say("minutes", [("count", ladder.unlock.device_minutes.into())]);
            lines.push(self.say("late-paid", [("within", within.into())]));
        }
        lines
    }
}

//! Sentences from values, in one language.

use domain::{Day, Guard, Money, Restriction, Rung, decide::NOTICE_TEXT_MAX, policy::Lender};
use fluent_bundle::{FluentArgs, FluentValue};

use super::{Book, number::Marks};

/// Somebody who says things in one language, for one region.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    book: &'a Book,
    marks: Marks,
}

/// Why something is past due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The instalment of this day.
    Instalment(Day),
    /// The days paid for ran out on this day.
    Credit(Day),
    /// Some instalment.
    Overdue,
}

/// Why nothing is asked of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resting {
    /// Nothing is overdue.
    Paid,
    /// It was handed back.
    HandedOver,
    /// Its debt was given up.
    WrittenOff,
}

/// What follows when a formal notice has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Another notice.
    Notice,
    /// Steps of restriction.
    Steps,
    /// Nothing that the phone does.
    Nothing,
}

/// What a formal notice is made of.
#[derive(Clone, Copy, Debug)]
pub struct NoticeWords<'a> {
    /// 1 = first.
    pub k: u8,
    /// Who lends.
    pub lender: &'a Lender,
    /// The contract.
    pub reference: &'a str,
    /// The day it is shown.
    pub day: Day,
    /// What is past due that day.
    pub owed: Money,
    /// Why.
    pub why: Why,
    /// Whole days to pay in.
    pub cure_days: u32,
    /// What comes then.
    pub follows: Follows,
    /// How to pay.
    pub pay: &'a str,
    /// How to dispute.
    pub dispute: &'a str,
}

impl<'a> Voice<'a> {
    pub(super) fn new(book: &'a Book, tag: &str) -> Voice<'a> {
        Voice { book, marks: Marks::of(tag) }
    }

    /// The language that is spoken.
    pub fn language(&self) -> &'a str {
        self.book.language()
    }

    /// The book.
    pub fn book(&self) -> &'a Book {
        self.book
    }

    /// A message with its values.
    pub(super) fn say<'v, const N: usize>(
        &self,
        id: &str,
        values: [(&'static str, FluentValue<'v>); N],
    ) -> String {
        let mut args = FluentArgs::with_capacity(N);
        for (name, value) in values {
            args.set(name, value);
        }
        let message = self.book.bundle.get_message(id).and_then(|message| message.value());
        let pattern = message.expect("a book has every message of the catalog");
        // What could go wrong was looked for when the book was made.
        let mut errors = Vec::new();
        self.book.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
    }

    /// An amount of money.
    pub fn money(&self, money: Money) -> String {
        let code = money.currency.code();
        let amount = self.marks.amount(money);
        self.say("money", [("currency", code.into()), ("amount", amount.into())])
    }

    /// A day of the calendar.
    pub fn day(&self, day: Day) -> String {
        let text = day.to_string();
        let number = text.rsplit('-').next().and_then(|number| number.parse::<u8>().ok());
        let (year, number) = (day.year().to_string(), number.unwrap_or(0));
        let month = u32::from(day.month());
        self.say("date", [("day", number.into()), ("month", month.into()), ("year", year.into())])
    }

    /// An amount and when it is due.
    pub fn due_on(&self, money: Money, day: Day) -> String {
        let (amount, date) = (self.money(money), self.day(day));
        self.say("due-on", [("amount", amount.into()), ("date", date.into())])
    }

    /// So many days.
    pub fn days(&self, count: u32) -> String {
        self.say("days", [("count", count.into())])
    }

    /// So many hours.
    pub fn hours(&self, count: u32) -> String {
        self.say("hours", [("count", count.into())])
    }

    /// Who stands behind a phone, and who did before.
    pub fn managed_by(&self, lender: &str, before: Option<&str>) -> String {
        match before {
            Some(before) => {
                let values = [("lender", lender.into()), ("before", before.into())];
                self.say("managed-by-after", values)
            }
            None => self.say("managed-by", [("lender", lender.into())]),
        }
    }

    /// Why something is past due.
    pub fn why(&self, why: Why) -> String {
        match why {
            Why::Instalment(day) => self.say("why-instalment", [("date", self.day(day).into())]),
            Why::Credit(day) => self.say("why-credit", [("date", self.day(day).into())]),
            Why::Overdue => self.say("why-overdue", []),
        }
    }

    /// Why nothing is asked of a phone.
    pub fn resting(&self, resting: Resting) -> String {
        let id = match resting {
            Resting::Paid => "stage-clear",
            Resting::HandedOver => "stage-handed-over",
            Resting::WrittenOff => "stage-written-off",
        };
        self.say(id, [])
    }

    /// Why a rung holds; where signs of tampering have a part in it, that too, and what to do if
    /// they are wrong.
    pub fn rung(&self, rung: Rung, why: Why, signs: bool) -> String {
        let id = match rung {
            Rung::Clear => return self.resting(Resting::Paid),
            Rung::Remind => "stage-remind",
            Rung::Notice => "stage-notice",
            Rung::Restrict => "stage-restrict",
            Rung::Lock => "stage-lock",
        };
        let holds = self.say(id, [("why", self.why(why).into())]);
        if signs { format!("{holds} {}", self.say("stage-tampered", [])) } else { holds }
    }

    /// What a restriction takes away.
    pub fn restriction(&self, restriction: Restriction) -> String {
        self.say(&format!("restriction-{}", restriction.name()), [])
    }

    /// What a guard keeps from being done.
    pub fn guard(&self, guard: Guard) -> String {
        self.say(&format!("guard-{}", guard.name()), [])
    }

    /// The line on a page that names the contract.
    pub fn contract_line(&self, reference: &str) -> String {
        self.say("page-contract", [("reference", reference.into())])
    }

    /// The line on a page that shows its text's hash.
    pub fn hash_line(&self, hash: &str) -> String {
        self.say("page-hash", [("hash", hash.into())])
    }

    /// A formal notice; `None` if it is longer than a notice can be.
    pub fn notice(&self, notice: &NoticeWords<'_>) -> Option<String> {
        let text = self.notice_text(notice);
        (text.len() <= NOTICE_TEXT_MAX).then_some(text)
    }

    pub(super) fn notice_text(&self, notice: &NoticeWords<'_>) -> String {
        let follows = match notice.follows {
            Follows::Notice => "follows-notice",
            Follows::Steps => "follows-steps",
            Follows::Nothing => "follows-nothing",
        };
        self.say(
            "notice",
            [
                ("k", notice.k.into()),
                ("lender", notice.lender.name.as_str().into()),
                ("date", self.day(notice.day).into()),
                ("reference", notice.reference.into()),
                ("owed", self.money(notice.owed).into()),
                ("why", self.why(notice.why).into()),
                ("days", self.say("whole-days", [("count", notice.cure_days.into())]).into()),
                ("follows", self.say(follows, []).into()),
                ("pay", notice.pay.into()),
                ("dispute", notice.dispute.into()),
                ("phone", notice.lender.phone.as_str().into()),
                ("complaints", notice.lender.complaints.as_str().into()),
            ],
        )
    }
}

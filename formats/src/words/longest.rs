//! Whether a book's texts fit the wire with the longest values that the doors let in. A notice that
//! did not fit would have to leave something out that the law wants said.

use std::collections::BTreeSet;

use domain::{
    Currency, Day, Guard, Ladder, Money, Restriction, Rung,
    decide::NOTICE_TEXT_MAX,
    ladder::NOTICES_MAX,
    policy::{Condition, Lender, NoticeRule, Passes, StepRule},
};

use crate::{
    packs::{self, parse_pack},
    programme::parse_programme,
};

use super::{
    AMOUNT_MAX, Book, COMPLAINTS_MAX, DISCLOSURE_MAX, Follows, HOW_TO_MAX, LENDER_MAX,
    MANAGED_BY_MAX, NoticeWords, PHONE_MAX, REASON_MAX, REFERENCE_MAX, Resting, Voice, Why,
    WordsError, file::File,
};

/// Most days of any rule.
const DAYS_MAX: u32 = 3660;

/// The longest of each text against its limit.
pub(super) fn check(book: &Book, files: &[File]) -> Vec<WordsError> {
    // Indian grouping writes the most marks.
    let voices = [Voice::new(book, book.language()), Voice::new(book, "en-IN")];
    let mut errors = Vec::new();
    let mut fits = |id: &str, limit: usize, texts: Vec<String>| {
        let longest = texts.iter().map(String::len).max().unwrap_or(0);
        if longest > limit {
            let file = files.iter().rfind(|file| file.messages().any(|(known, _)| known == id));
            let what = format!(
                "comes to {longest} bytes with the longest values, {} more than the {limit} there \
                 is room for: say it in fewer words",
                longest - limit
            );
            let wrong = file.map(|file| file.wrong(id, what));
            errors.extend(wrong.filter(|wrong| !errors.contains(wrong)));
        }
    };
    let lender = longest_lender();
    let (name, how_to) = (&lender.name, "x".repeat(HOW_TO_MAX));
    for voice in voices {
        let (money, day) = (longest_money(), longest_day(&voice));
        fits("due-on", AMOUNT_MAX, vec![voice.money(money), voice.due_on(money, day)]);
        fits("managed-by-after", MANAGED_BY_MAX, vec![voice.managed_by(name, Some(name))]);
        let whys = [Why::Instalment(day), Why::Credit(day), Why::Overdue];
        let restings = [Resting::Paid, Resting::HandedOver, Resting::WrittenOff];
        let reasons =
            Rung::ALL.iter().flat_map(|rung| whys.map(|why| voice.rung(*rung, why, true)));
        let rests = restings.map(|resting| voice.resting(resting));
        fits("stage-restrict", REASON_MAX, reasons.chain(rests).collect());
        let notices =
            [Follows::Notice, Follows::Steps, Follows::Nothing].into_iter().flat_map(|follows| {
                whys.map(|why| {
                    voice.notice_text(&NoticeWords {
                        k: 4,
                        lender: &lender,
                        reference: &"x".repeat(REFERENCE_MAX),
                        day,
                        owed: money,
                        why,
                        cure_days: DAYS_MAX,
                        follows,
                        pay: &how_to,
                        dispute: &how_to,
                    })
                })
            });
        fits("notice", NOTICE_TEXT_MAX, notices.collect());
        // The line on terms is shorter than the room a notice has.
        let disclosure = voice
            .disclosure(&longest_ladder(&lender, &how_to), None, Some(longest_day(&voice)))
            .text();
        fits("late-step", DISCLOSURE_MAX - REASON_MAX, vec![disclosure]);
    }
    errors
}

fn longest_lender() -> Lender {
    Lender {
        name: "x".repeat(LENDER_MAX),
        phone: "x".repeat(PHONE_MAX),
        complaints: "x".repeat(COMPLAINTS_MAX),
    }
}

fn longest_money() -> Money {
    let currency = Currency::parse("BHD").expect("ISO 4217 lists the Bahraini dinar");
    Money::new(i64::MAX, currency)
}

fn longest_day(voice: &Voice<'_>) -> Day {
    let days = (1..=12).filter_map(|month| Day::new(2099, month, 28));
    days.max_by_key(|day| voice.day(*day).len()).expect("every month has a 28th")
}

/// All notices, all steps, each taking one thing more away.
fn longest_ladder(lender: &Lender, how_to: &str) -> Ladder {
    let when = Condition { days_past_due: DAYS_MAX, ..Condition::default() };
    let step = |count: usize| {
        let restrictions = Restriction::ALL.iter().take(count).copied().collect();
        StepRule { when, min_days: DAYS_MAX, restrictions }
    };
    let all: BTreeSet<Restriction> = Restriction::ALL.iter().copied().collect();
    let text = "id = \"longest\"\nversion = 1\npacks = [\"test-fast\"]\nhow_to_pay = \"x\"\n\
                how_to_dispute = \"x\"\n";
    let mut programme = parse_programme(text).expect("a programme with its required fields");
    programme.remind = Some(when);
    programme.notices = vec![NoticeRule { when, cure_days: DAYS_MAX }; NOTICES_MAX];
    programme.steps = (1..=8).map(step).collect();
    programme.lock = Some(StepRule { when, min_days: DAYS_MAX, restrictions: all.clone() });
    programme.guards = Guard::ALL.iter().copied().collect();
    programme.how_to_pay = how_to.to_owned();
    programme.how_to_dispute = how_to.to_owned();
    let of_tests = packs::builtin().iter().find(|(id, _)| *id == "test-fast");
    let (_, text) = of_tests.expect("the pack for tests comes with the program");
    let mut pack = parse_pack(text).expect("the program's own packs are checked by a test");
    pack.restrictions = all;
    pack.passes = Passes { count: u8::MAX, hours: u8::MAX };
    pack.removal_hours = DAYS_MAX * 24;
    Ladder::resolve(&programme, &[&pack], lender).expect("such a ladder rises step by step")
}

//! Templates: the program's own say all they must in every language; a lender's are checked.

use domain::{
    Currency, Day, Ladder, Money, Restriction, Rung, policy::Lender, remind::ReminderKind,
};
use expect_test::expect_file;
use formats::{
    parse_pack, parse_programme,
    words::{Follows, NoticeWords, ReminderWords, Status, Voice, Why, Words, builtin},
};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn lender() -> Lender {
    Lender {
        name: "Example Handset Finance Ltd.".to_owned(),
        phone: "+91 22 5550 0100".to_owned(),
        complaints: "complaints@lender.example".to_owned(),
    }
}

fn notice(voice: Voice<'_>, follows: Follows) -> String {
    let notice = NoticeWords {
        k: 2,
        lender: &lender(),
        reference: "EX-00001",
        day: day("2026-03-01"),
        owed: Money::new(123_456_700, Currency::parse("INR").unwrap()),
        why: Why::Instalment(day("2026-01-05")),
        cure_days: 7,
        follows,
        pay: "At any shop of ours.",
        dispute: "Call us.",
    };
    voice.notice(&notice).unwrap()
}

fn ladder() -> Ladder {
    let programme = parse_programme(include_str!("../../../examples/programme.toml")).unwrap();
    let pack = parse_pack(include_str!("../../../packs/in-rbi-draft-2026.toml")).unwrap();
    Ladder::resolve(&programme, &[&pack], &lender()).unwrap()
}

/// Seven languages, each with every message: `Words` is only made of files that are in order.
#[test]
fn the_programs_own_words_are_complete_and_fit_with_the_longest_values() {
    let words = Words::with(&[]).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    let known: Vec<&str> = words.books().map(|book| book.language()).collect();
    assert_eq!(known, ["en", "es", "fr", "hi", "id", "pt", "sw"]);
}

#[test]
fn every_language_says_the_same_notice() {
    let words = Words::builtin();
    let mut shown = String::new();
    for tag in ["en-IN", "es-MX", "pt-BR", "sw", "hi-IN", "id", "fr"] {
        let voice = words.voice(tag);
        let text = notice(voice, Follows::Steps);
        for said in ["Example Handset Finance Ltd.", "EX-00001", "+91 22 5550 0100", "2026"] {
            assert!(text.contains(said), "{tag}: {said}");
        }
        shown.push_str(&format!("--- {tag} ---\n{text}\n\n"));
    }
    expect_file!["words-notice.txt"].assert_eq(&shown);
}

#[test]
fn every_language_discloses_the_same_ladder() {
    let words = Words::builtin();
    let mut shown = String::new();
    for book in words.books() {
        let voice = words.voice(book.language());
        shown.push_str(&format!("--- {} ---\n", book.language()));
        shown.push_str(&voice.disclosure(&ladder(), None, Day::new(2028, 3, 1)).text());
        shown.push('\n');
    }
    expect_file!["words-disclosure.txt"].assert_eq(&shown);
}

#[test]
fn every_restriction_and_every_rung_has_words() {
    let words = Words::builtin();
    for book in words.books() {
        let voice = words.voice(book.language());
        for restriction in Restriction::ALL {
            assert!(!voice.restriction(*restriction).is_empty());
        }
        for guard in domain::Guard::ALL {
            assert!(!voice.guard(*guard).is_empty());
        }
        for rung in Rung::ALL {
            assert!(!voice.rung(rung, Why::Overdue, true).contains(['{', '$']), "{rung:?}");
        }
    }
}

#[test]
fn a_tag_falls_back_to_its_head_and_then_to_english() {
    let words = Words::builtin();
    let cases = [
        ("hi-IN", "hi"),
        ("pt-Latn-BR", "pt"),
        ("PT", "pt"),
        ("ta", "en"),
        ("", "en"),
        ("english", "en"),
    ];
    for (tag, language) in cases {
        assert_eq!(words.voice(tag).language(), language, "{tag}");
    }
    // Where nothing is known of a region, its numbers are those of the language that is spoken.
    assert_eq!(words.voice("ta-IN").day(day("2026-11-21")), "21 November 2026");
}

#[test]
fn dates_and_amounts_are_written_for_the_language() {
    let words = Words::builtin();
    let due = |tag: &str, code: &str| {
        let money = Money::new(123_456_700, Currency::parse(code).unwrap());
        words.voice(tag).due_on(money, day("2026-03-01"))
    };
    assert_eq!(due("en", "KES"), "KES 1,234,567.00 on 1 March 2026");
    assert_eq!(due("hi-IN", "INR"), "1 मार्च 2026 को INR 12,34,567.00");
    assert_eq!(due("es-MX", "MXN"), "MXN 1,234,567.00 el 1 de marzo de 2026");
    assert_eq!(
        due("fr", "XOF"),
        "123\u{202f}456\u{202f}700 XOF le 1er mars 2026",
        "no minor units, and the first of a month is 1er"
    );
}

/// A lender's file, made from the program's own Spanish.
fn own(change: impl Fn(String) -> String) -> Vec<(String, String)> {
    let (_, text) = builtin().iter().find(|(name, _)| *name == "es.ftl").unwrap();
    vec![("words/es.ftl".to_owned(), change((*text).to_owned()))]
}

/// What is told of files that are not in order.
fn told(case: &str, files: &[(String, String)]) -> String {
    let errors = Words::with(files).expect_err(case);
    let lines: String = errors.iter().map(|error| format!("{error}\n")).collect();
    format!("# {case}\n{lines}\n")
}

#[test]
fn a_lenders_file_is_refused_with_file_line_and_message() {
    assert!(Words::with(&own(|text| text)).is_ok(), "as it stands it is in order");
    let changed = [
        ("a value that is not shown", "están vencidos { $owed }", "hay algo vencido"),
        ("shown in one variant only", "[one] { $count } hora\n", "[one] una hora\n"),
        ("a value that nobody gives", "Corre un aviso formal", "Corre un aviso de { $owner }"),
        ("the floor is left out", "    { never-blocked }\n", ""),
        ("the floor is changed", "floor = Nunca se apagan:", "floor = A veces se apagan:"),
        ("round in circles", "stage-clear = No", "stage-clear = { stage-clear } No"),
        ("a function", "stage-clear = No", "stage-clear = { UPPER($why) } No"),
        ("taken in and not there", "stage-clear = No", "stage-clear = { stage-cler } No"),
        ("syntax", "{ $count } hora\n", "{ $count hora\n"),
        ("no language", "### language = es\n", ""),
        ("another language", "### language = es\n", "### language = pt\n"),
        ("no language tag", "### language = es\n", "### language = e s\n"),
        ("no version", "### version = 1", "### version = one"),
        ("a field of the header", "### version = 1", "### versions = 1"),
        ("reviewed by nobody", "= draft", "= reviewed"),
        (
            "reviewed at no day",
            "= draft",
            "= reviewed\n### reviewed_by = Ana Ruiz\n### reviewed_on = soon",
        ),
        ("no status", "= draft", "= good"),
    ];
    let mut shown = String::new();
    for (case, from, to) in changed {
        let files = own(|text| {
            assert!(text.contains(from), "{case}: {from}");
            text.replacen(from, to, 1)
        });
        shown.push_str(&told(case, &files));
    }
    let added = [
        ("a name that is mistyped", "stage-clera = Gracias.\n"),
        ("a message that stands twice", "stage-clear = Gracias.\n"),
        ("a message without text", "stage-clear =\n    .more = Gracias.\n"),
    ];
    for (case, line) in added {
        shown.push_str(&told(case, &own(|text| format!("{text}\n{line}"))));
    }
    let missing = builtin().iter().find(|(name, _)| *name == "es.ftl").unwrap().1;
    let missing = missing.replacen("= es", "= tl", 1).replacen("stage-lock", "# stage-lock", 1);
    shown.push_str(&told("a message is missing", &[("tl.ftl".to_owned(), missing)]));
    let long = format!("    {{ contact }} {}\n", "y".repeat(700));
    let long = own(|text| text.replacen("    { contact }\n", &long, 1));
    shown.push_str(&told("longer than a notice can be", &long));
    expect_file!["words-refused.txt"].assert_eq(&shown);
}

/// A formal notice is a draft until every file with a part in it was reviewed by a named person.
#[test]
fn a_notice_is_reviewed_when_all_of_it_is() {
    let reviewed = "= reviewed\n### reviewed_by = Ana Ruiz\n### reviewed_on = 2026-10-01";
    let by = Status::Reviewed { by: "Ana Ruiz".to_owned(), on: day("2026-10-01") };
    let whole = own(|text| text.replacen("= draft", reviewed, 1));
    let words = Words::with(&whole).unwrap();
    assert_eq!(*words.voice("es").book().formal(), by);
    let part = own(|text| {
        let lines = text.lines().filter(|line| !line.starts_with("never-blocked"));
        lines.collect::<Vec<_>>().join("\n").replacen("= draft", reviewed, 1)
    });
    let words = Words::with(&part).unwrap();
    // One sentence of it is the program's own, which is a draft.
    assert_eq!(*words.voice("es").book().formal(), Status::Draft);
    let complete = builtin().iter().find(|(name, _)| *name == "es.ftl").unwrap().1;
    let tagalog = complete.replacen("= es", "= tl", 1).replacen("= draft", reviewed, 1);
    let words = Words::with(&[("tl.ftl".to_owned(), tagalog)]).unwrap();
    assert_eq!(*words.voice("tl-PH").book().formal(), by, "a language that only the lender has");
}

#[test]
fn a_lenders_words_stand_over_the_programs() {
    let file = "### language = es\n### version = 7\n### status = draft\n\n\
                stage-clear = Todo al día.\n";
    let words = Words::with(&[("es.ftl".to_owned(), file.to_owned())]).unwrap();
    assert_eq!(words.voice("es").rung(Rung::Clear, Why::Overdue, true), "Todo al día.");
    assert_eq!(
        words.voice("en").rung(Rung::Clear, Why::Overdue, true),
        "Nothing is overdue. Thank you."
    );
    let text = notice(words.voice("es"), Follows::Notice);
    assert!(text.starts_with("AVISO 2 de Example Handset Finance Ltd., 1 de marzo de 2026"));
}

/// Before, on and after the due day; the link is fit for an address, and only what is to come
/// speaks of automatic payment.
#[test]
fn every_language_says_the_same_reminders() {
    let words = Words::builtin();
    let mut shown = String::new();
    for tag in ["en-IN", "es-MX", "pt-BR", "sw", "hi-IN", "id", "fr"] {
        for kind in [ReminderKind::Before, ReminderKind::Due, ReminderKind::After] {
            let reminder = ReminderWords {
                kind,
                lender: &lender(),
                reference: "EX 00001/a",
                amount: Money::new(123_456_700, Currency::parse("INR").unwrap()),
                due: day("2026-01-05"),
                why: Why::Instalment(day("2026-01-05")),
                pay: "At any shop of ours.",
                link: Some("https://pay.lender.example/{reference}"),
                auto_pay: true,
            };
            let text = words.voice(tag).reminder(&reminder);
            assert!(text.contains("https://pay.lender.example/EX%2000001%2Fa"), "{text}");
            shown.push_str(&format!("== {tag} {kind:?}\n{text}\n"));
        }
    }
    expect_file!["words-reminder.txt"].assert_eq(&shown);
}

//! Packs, programmes and lenders as TOML, and the ladders they make.

use domain::{
    Guard, Ladder, Restriction, Rung, Stage,
    policy::{
        Manner, Span, Weekday,
        care::{Evidence, Relock, Silence},
    },
};
use expect_test::{Expect, expect};
use formats::{packs, parse_lender, parse_pack, parse_pack_file, parse_programme};

const PROGRAMME: &str = include_str!("../../../examples/programme.toml");
const FAST: &str = include_str!("../../../examples/programme-fast.toml");
const LENDER: &str = include_str!("../../../examples/lender.toml");

fn pack(id: &str) -> &'static str {
    packs::builtin().iter().find(|(known, _)| *known == id).unwrap().1
}

fn resolve(programme: &str, pack_id: &str) -> Ladder {
    let programme = parse_programme(programme).unwrap();
    let pack = parse_pack(pack(pack_id)).unwrap();
    let lender = parse_lender(LENDER).unwrap().lender;
    Ladder::resolve(&programme, &[&pack], &lender).unwrap()
}

fn shown(ladder: &Ladder) -> String {
    let mut text = String::new();
    let mut line = |line: String| text.push_str(&(wrapped(&line) + "\n"));
    line(format!("{:?} {:?}", ladder.programme, ladder.packs));
    line(format!("remind {}", ladder.remind.map_or(0, |when| when.days_past_due)));
    for notice in &ladder.notices {
        let (dpd, cure) = (notice.when.days_past_due, notice.cure_days);
        line(format!(
            "notice {dpd} cure {cure} {:?} x{}",
            notice.channels, notice.demands[0].min_modes
        ));
    }
    for step in &ladder.steps {
        let names: Vec<&str> = step.restrictions.iter().map(|one| one.name()).collect();
        let (dpd, days) = (step.when.days_past_due, step.after_s / 86_400);
        line(format!("{} {dpd} after {days} d: {}", step.stage, names.join(" ")));
    }
    line(format!("guards {:?}", ladder.guards));
    line(format!("passes {:?} removal {} h", ladder.passes, ladder.removal_hours));
    line(format!("alone {} s", ladder.offline_step_max_age_s));
    text
}

#[test]
fn the_examples_resolve() {
    let standard = expect![[r#"
        ("standard", 1) [("in-rbi-draft-2026", 1)]
        remind 1
        notice 60 cure 21 {Screen, Declared, Sms, Whatsapp, Email} x1
        notice 60 cure 7 {Screen, Declared, Sms, Whatsapp, Email} x1
        restrict/1 90 after 0 d: wallpaper
        restrict/2 93 after 3 d: wallpaper camera gallery
        restrict/3 97 after 3 d: wallpaper camera gallery app_install
        nonessential_apps
        restrict/4 104 after 7 d: wallpaper camera gallery app_install
        nonessential_apps outgoing_calls outgoing_sms
        guards {FactoryReset, SafeMode, Debugging, UnknownInstalls,
        AgentRemoval}
        passes Passes { count: 3, hours: 24 } removal 24 h
        alone 259200 s
    "#]];
    standard.assert_eq(&shown(&resolve(PROGRAMME, "in-rbi-draft-2026")));
    let fast = expect![[r#"
        ("fast", 1) [("test-fast", 1)]
        remind 1
        notice 3 cure 1 {Screen, Declared, Sms, Whatsapp, Email} x1
        notice 5 cure 1 {Screen, Declared, Sms, Whatsapp, Email} x1
        restrict/1 6 after 0 d: wallpaper camera
        restrict/2 8 after 1 d: wallpaper camera gallery app_install
        nonessential_apps
        lock 11 after 1 d: wallpaper camera gallery app_install
        nonessential_apps outgoing_calls outgoing_sms
        guards {FactoryReset, SafeMode, Debugging, UnknownInstalls,
        AgentRemoval}
        passes Passes { count: 3, hours: 24 } removal 24 h
        alone 259200 s
    "#]];
    fast.assert_eq(&shown(&resolve(FAST, "test-fast")));
}

#[test]
fn the_indian_draft_never_locks_nor_cuts_data() {
    let asked = PROGRAMME.to_owned() + "\n[lock]\ndays_past_due = 120\n";
    let ladder = resolve(&asked, "in-rbi-draft-2026");
    assert_eq!(ladder.top(), Stage::restrict(4));
    let file = parse_pack_file(pack("in-rbi-draft-2026")).unwrap();
    assert_eq!(file.pack.rung_max, Rung::Restrict);
    assert!(!file.pack.restrictions.contains(&Restriction::DataNetwork));
    assert!(file.draft && file.reviewed_by.is_none() && file.summary.contains("needs counsel"));
    assert!(file.pack.sources.iter().all(|source| source.starts_with("https://")));
    assert_eq!(file.pack.guards.len(), Guard::ALL.len());
    assert_eq!(file.pack.blackout, None);
}

#[test]
fn builtin_packs_carry_the_id_they_are_found_by() {
    for (id, text) in packs::builtin() {
        assert_eq!(parse_pack(text).unwrap().id, *id);
    }
}

fn wrong(result: Result<impl std::fmt::Debug, formats::TextError>, expected: Expect) {
    expected.assert_eq(&wrapped(&result.unwrap_err().to_string()));
}

/// Lines of at most 70 columns.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        match line.len() + word.len() {
            0..70 if !line.is_empty() => *line += &format!(" {word}"),
            _ if line.is_empty() => *line += word,
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// The fast programme with one text replaced.
fn check(from: &str, to: &str, expected: Expect) {
    let text = FAST.replacen(from, to, 1);
    assert_ne!(text, FAST, "{from}");
    wrong(parse_programme(&text), expected);
}

#[test]
fn a_wrong_programme_names_line_and_field() {
    check("version = 1", "version = 0", expect!["line 4: version: expected a version from 1"]);
    check(
        "version = 1",
        "version = \"1\"",
        expect![[r#"
        line 4: version: invalid type: string "1", expected a whole number,
        zero or above"#]],
    );
    check(
        "version = 1",
        "versoin = 1",
        expect![[r#"
            line 4: versoin: unknown field `versoin`, expected one of `id`,
            `version`, `packs`, `past_due_tolerance`, `standing_max_age_hours`,
            `sunset_days`, `how_to_pay`, `how_to_dispute`, `guards`, `late_fee`,
            `provisional`, `remind`, `reminders`, `quiet_hours`, `silence`,
            `evidence`, `relock_after_partial`, `notices`, `steps`, `lock`"#]],
    );
    check("version = 1\n", "", expect!["line 1: missing field `version`"]);
    check(
        "[\"test-fast\"]",
        "[]",
        expect!["line 5: packs: expected at least one pack id: no pack, no lock"],
    );
    check(
        "\"2%\"",
        "\"two\"",
        expect![[r#"line 6: past_due_tolerance: "two": expected a share such as "2%""#]],
    );
    check("\"2%\"", "\"50%\"", expect!["line 6: past_due_tolerance: expected less than 50%"]);
    check(
        "\"2%\"",
        "2",
        expect![[r#"
        line 6: past_due_tolerance: invalid type: integer `2`, expected a
        share such as "2%""#]],
    );
}

#[test]
fn a_wrong_step_names_line_and_field() {
    check(
        "[\"wallpaper\", \"camera\"]",
        "[\"wallpaper\", \"sos\"]",
        expect![[r#"
        line 25: steps.restrictions: "sos": expected one of wallpaper, camera,
        gallery, app_install, nonessential_apps, outgoing_calls, outgoing_sms,
        data_network"#]],
    );
    check(
        "[\"wallpaper\", \"camera\"]",
        "[\"camera\", \"camera\"]",
        expect!["line 25: steps.restrictions: a value is listed twice"],
    );
    check(
        "days_past_due = 8",
        "days_past_due = 5",
        expect![[r#"
        line 28: steps.days_past_due: expected no fewer days than the step
        below"#]],
    );
    check(
        "camera\", \"gallery",
        "gallery",
        expect![[r#"
        line 30: steps.restrictions: expected camera too: sets only grow from
        step to step"#]],
    );
    check(
        "  \"outgoing_sms\",\n",
        "  \"incoming_calls\",\n",
        expect![[r#"
            line 42: lock.restrictions: "incoming_calls" is never restrictable: no
            text can take it away"#]],
    );
    check(
        "cure_days = 1",
        "cure_days = -1",
        expect![[r#"
        line 17: notices.cure_days: invalid value: integer `-1`, expected a
        whole number, zero or above"#]],
    );
    check(
        "days_past_due = 11",
        "days_past_due = 99999",
        expect!["line 33: lock.days_past_due: expected at most 3660 days"],
    );
    check(
        "id = \"fast\"",
        "id = \"Fast Lane\"",
        expect![[r#"
        line 3: id: "Fast Lane": expected 1 to 64 lower-case letters, digits
        and dashes"#]],
    );
    check(
        "id = \"fast\"",
        "id = ",
        expect!["line 3: id: string values must be quoted, expected literal string"],
    );
}

#[test]
fn a_wrong_pack_names_line_and_field() {
    let check = |from: &str, to: &str, expected: Expect| {
        let text = pack("test-fast").replacen(from, to, 1);
        assert_ne!(text, pack("test-fast"), "{from}");
        wrong(parse_pack(&text), expected);
    };
    check(
        "\"permitted\"",
        "\"legal\"",
        expect![[r#"
        line 7: legal_status: "legal": expected one of permitted, conditional,
        unclear, court_order_required, prohibited"#]],
    );
    check(
        "\"lock\"",
        "\"brick\"",
        expect![[r#"
            line 13: rung_max: "brick": expected one of clear, remind, notice,
            restrict, lock"#]],
    );
    check(
        "min_modes = 1",
        "min_modes = 6",
        expect![[r#"
            line 109: notices.min_modes: expected 1 to as many modes as there are
            channels"#]],
    );
    check(
        "earliest_dpd = 5",
        "earliest_dpd = 1",
        expect![[r#"
            line 113: notices.earliest_dpd: expected no fewer days than the notice
            before"#]],
    );
    check(
        "channels = [\"screen\"",
        "channels = [\"fax\"",
        expect![[r#"line 108: notices.channels: "fax": expected one of screen, declared,
sms, whatsapp, email"#]],
    );
    check(
        "[passes]",
        "[blackout]\nfrom = \"25:00\"\nuntil = \"09:00\"\n[passes]",
        expect![[r#"
            line 102: blackout.from: "25:00": expected a time of day such as
            "18:00""#]],
    );
    check(
        "[passes]",
        "[blackout]\nfrom = \"09:00\"\nuntil = \"09:00\"\n[passes]",
        expect!["line 101: blackout: expected from and until to differ"],
    );
    check(
        "count = 3\nhours = 24",
        "count = 3\nhours = 300",
        expect![[r#"
            line 103: passes.hours: invalid value: integer `300`, expected a whole
            number, 0 to 255"#]],
    );
    check(
        "draft = true",
        "draft = true\neffective_from = \"2026-02-30\"",
        expect![[r#"line 9: effective_from: "2026-02-30": expected a day as YYYY-MM-DD"#]],
    );
    check(
        "sources = []",
        "sources = [\" \"]",
        expect![[r#"line 9: sources: " ": expected a text that is not blank"#]],
    );
}

#[test]
fn a_wrong_lender_names_line_and_field() {
    let check = |from: &str, to: &str, expected: Expect| {
        let text = LENDER.replacen(from, to, 1);
        assert_ne!(text, LENDER, "{from}");
        wrong(parse_lender(&text), expected);
    };
    check(
        "Asia/Kolkata",
        "Asia/Calcuta",
        expect![[r#"
        line 8: time_zone: "Asia/Calcuta": expected a time zone by its IANA
        name, for example `Asia/Kolkata`"#]],
    );
    check(
        "\"INR\"",
        "\"RUPEE\"",
        expect![[r#"line 10: currency: "RUPEE": expected an ISO 4217 currency code"#]],
    );
    check(
        "\"+91 22 5550 0100\"",
        "\"  \"",
        expect![[r#"line 6: phone: "  ": expected a text that is not blank"#]],
    );
    check(
        "\nphone",
        "\ntelephone",
        expect![[r#"
        line 6: telephone: unknown field `telephone`, expected one of `id`,
        `name`, `phone`, `complaints`, `time_zone`, `currency`"#]],
    );
}

#[test]
fn times_and_shares_are_read_exactly() {
    let text = pack("test-fast")
        .replace("[passes]", "[blackout]\nfrom = \"18:30\"\nuntil = \"09:00\"\n\n[passes]");
    let blackout = parse_pack(&text).unwrap().blackout.unwrap();
    let hours = blackout.hours.unwrap();
    assert_eq!((hours.from, hours.until), (18 * 3600 + 30 * 60, 9 * 3600));
    let tolerance = |share: &str| {
        let text = FAST.replace("\"2%\"", &format!("\"{share}\""));
        parse_programme(&text).map(|programme| programme.tolerance_bps).ok()
    };
    assert_eq!(tolerance("2%"), Some(200));
    assert_eq!(tolerance("0.5%"), Some(50));
    assert_eq!(tolerance("1.25%"), Some(125));
    assert_eq!(tolerance("0%"), Some(0));
    for wrong in ["2", "%", "-1%", "1.255%", "1.%", ".5%", "101%", "1e1%"] {
        assert_eq!(tolerance(wrong), None, "{wrong}");
    }
    let absent = FAST.replace("past_due_tolerance = \"2%\"\n", "");
    assert_eq!(parse_programme(&absent).unwrap().tolerance_bps, 200);
}

#[test]
fn a_lock_without_a_list_takes_what_the_step_below_takes() {
    let lock = FAST.split("[lock]").next().unwrap().to_owned() + "[lock]\ndays_past_due = 11\n";
    let programme = parse_programme(&lock).unwrap();
    let below = &programme.steps[1].restrictions;
    assert_eq!(&programme.lock.as_ref().unwrap().restrictions, below);
}

/// The fast programme with reminders.
fn reminding(rules: &str) -> String {
    FAST.replacen("[remind]", &format!("[reminders]\n{rules}\n[remind]"), 1)
}

#[test]
fn reminders_are_read_and_bad_ones_refused_with_their_line() {
    let text = reminding(
        "pay_link = \"https://pay.example/{reference}\"\nauto_pay = true\nrules = [\n  \
         { days = -3, channels = [\"sms\", \"email\"] },\n  \
         { days = 5, channels = [\"whatsapp\"] },\n]",
    );
    let reminders = parse_programme(&text).unwrap().reminders;
    let days: Vec<i32> = reminders.rules.iter().map(|rule| rule.days).collect();
    assert_eq!((days, reminders.auto_pay), (vec![-3, 5], true));
    assert_eq!(parse_programme(FAST).unwrap().reminders, Default::default());

    let rule = |rule: &str| reminding(&format!("rules = [\n  {rule}\n]"));
    for (text, expected) in [
        (rule("{ days = -31, channels = [\"sms\"] }"), "-30 to 30 days"),
        (rule("{ days = 0, channels = [] }"), "sms, whatsapp or email"),
        (rule("{ days = 0, channels = [\"screen\"] }"), "sms, whatsapp or email"),
        (
            rule("{ days = 0, channels = [\"sms\"] },\n  { days = 0, channels = [\"sms\"] }"),
            "more days than the rule before",
        ),
        (reminding("pay_link = \"http://pay.example\""), "expected https://"),
        (reminding("when = 3"), "unknown field `when`"),
    ] {
        let error = parse_programme(&text).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("line"), "{error}");
    }
}

/// The fast programme with more about its manner.
fn with_manner(tables: &str) -> String {
    FAST.replacen("[remind]", &format!("{tables}\n[remind]"), 1)
}

#[test]
fn a_programmes_manner_is_read_and_a_bad_one_refused_with_its_line() {
    let text = with_manner(
        "[quiet_hours]\nfrom = \"21:00\"\nuntil = \"07:30\"\nweekdays = [\"sun\"]\n\
         [silence]\nafter_hours = 240\nstage = \"restrict/2\"\n\
         [evidence]\nsim_changed = \"notice\"\n",
    );
    let text = text.replacen("guards", "relock_after_partial = \"every_payment\"\nguards", 1);
    let manner = parse_programme(&text).unwrap().manner;
    let quiet = manner.quiet.unwrap();
    let hours = Span { from: 21 * 3_600, until: 7 * 3_600 + 1_800 };
    assert_eq!((quiet.hours, quiet.weekdays), (Some(hours), [Weekday::Sunday].into()));
    assert_eq!(manner.silence, Some(Silence { after_hours: 240, stage: Stage::restrict(2) }));
    assert_eq!(manner.evidence, [(Evidence::SimChanged, Rung::Notice)].into());
    assert_eq!(manner.relock_after_partial, Relock::EveryPayment);
    assert_eq!(parse_programme(FAST).unwrap().manner, Manner::default());
    for (tables, expected) in [
        (
            "[quiet_hours]\nfrom = \"21:00\"",
            "line 12: quiet_hours: expected from and until together",
        ),
        ("[silence]\nafter_hours = 0\nstage = \"notice\"", "line 13"),
        ("[silence]\nafter_hours = 24\nstage = \"clear\"", "line 14: silence.stage"),
        ("[evidence]\nsim = \"notice\"", "sim_changed"),
        ("[evidence]\nroot = \"restrict/1\"", "line 13"),
        ("[manner]\n", "unknown field `manner`"),
    ] {
        let error = parse_programme(&with_manner(tables)).unwrap_err().to_string();
        assert!(error.contains(expected), "{tables}: {error}");
    }
}

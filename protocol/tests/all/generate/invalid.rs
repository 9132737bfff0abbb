//! Bytes that are refused, each with its complaint and the offset of it.

use protocol::{
    Message, Rung,
    cert::KeyKind,
    check_in::{CheckIn, Event, EventKind},
    enrol::Offer,
    lease::{LeaseContent, Stamp, Unchanged},
    reply::{Reply, ReplyKind},
    sunset::SunsetDispute,
};

use super::{
    Case, Outcome,
    samples::{self, check_in_full, check_in_lean, content_full, content_lean, stage},
};

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, hex, what, at) in [HEADS, MAPS, EXTRAS, VALUES].concat() {
        cases.push(Case::invalid(name, "problem", unhex(hex), (what, at)));
    }
    cases.extend(depth());
    cases.extend(leases());
    cases.extend(stages_and_codes());
    cases.extend(check_ins());
    cases.extend(others());
    cases.extend(successions());
    cases.extend(sunsets());
    cases.extend(reserved_keys());
    cases
}

/// Name, bytes, complaint, offset.
type Row = (&'static str, &'static str, &'static str, usize);

/// Around `{0: 1, 1: "busy", 2: ""}` = `a3 00 01 01 6462757379 02 60`.
const HEADS: &[Row] = &[
    ("no bytes", "", "ends before an item", 0),
    ("ends after a key", "a3000101", "ends before an item", 4),
    ("ends in a head", "a300010178", "ends in a head", 4),
    ("ends in a string", "a30001016462", "ends in a string", 4),
    ("string longer than memory", "a30001017bffffffffffffffff", "string too long", 4),
    ("trailing byte", "a3000101646275737902 6000", "trailing bytes", 11),
    ("longer map head", "b80300010164627573790260", "longer head than needed", 0),
    ("longer key", "a30001180164627573790260", "longer head than needed", 3),
    ("longer integer", "a30018010164627573790260", "longer head than needed", 2),
    ("longer integer, eight bytes", "a3001b000000000000000101646275737902 60", LONGER, 2),
    ("longer text head", "a3000101780462757379 0260", "longer head than needed", 4),
    ("indefinite map", "bf00010164627573790260ff", "indefinite length", 0),
    ("indefinite text", "a30001017f6462757379ff0260", "indefinite length", 4),
    ("reserved additional information", "a3000101 7c 0260", "reserved additional information", 4),
];

const LONGER: &str = "longer head than needed";
const MUST: &str = "unknown key that must be understood";
const NO_FLOAT: &str = "float or simple value where none is expected";

const MAPS: &[Row] = &[
    ("array for a map", "8300010164", "expected a map", 0),
    ("empty map", "a0", "the version is missing", 0),
    ("no version", "a20164627573790260", "the version is not first", 0),
    ("version 2", "a30002016462757379 0260", "unknown message version", 2),
    ("version as text", "a3006131016462757379 0260", "expected an unsigned integer", 2),
    ("version twice", "a400010001016462757379 0260", "map keys not rising", 3),
    ("keys falling", "a30001026001646275737 9", "map keys not rising", 5),
    ("key twice", "a400010164627573790164627573790260", "map keys not rising", 9),
    ("key missing", "a200010164627573 79", "Problem lacks key 2", 0),
    ("negative key", "a3000101646275737920 60", "expected an unsigned map key", 9),
    ("text key", "a30001016462757379616160", "expected an unsigned map key", 9),
    ("map of 65", "b84100010164627573790260", "map too long", 0),
    ("unknown key 4", "a400010164627573790260 0400", MUST, 11),
    ("unknown key 63", "a400010164627573790260 183f00", MUST, 11),
];

const EXTRAS: &[Row] = &[
    ("tag under key 64", "a400010164627573790260 1840c100", "tag where none is expected", 13),
    ("float under key 64", "a400010164627573790260 1840f90000", NO_FLOAT, 13),
    ("undefined under key 64", "a400010164627573790260 1840f7", NO_FLOAT, 13),
    (
        "falling keys under key 64",
        "a400010164627573790260 1840a202000100",
        "map keys not rising",
        16,
    ),
    ("longer integer under key 64", "a400010164627573790260 18401800", LONGER, 13),
    ("bad UTF-8 under key 64", "a400010164627573790260 184061ff", "text is not UTF-8", 13),
    (
        "endless array under key 64",
        "a400010164627573790260 18409bffffffffffffffff",
        "ends before an item",
        22,
    ),
];

const VALUES: &[Row] = &[
    ("bytes for text", "a30001014462757379 0260", "expected a text string", 4),
    ("text not UTF-8", "a30001016462 75 73 ff 0260", "text is not UTF-8", 4),
    ("float for an integer", "a400010164627573790260 03fa3f800000", NO_FLOAT, 12),
    ("null for an absent key", "a400010164627573790260 03f6", NO_FLOAT, 12),
    ("tagged integer", "a400010164627573790260 03c100", "expected an unsigned integer", 12),
    ("negative integer", "a400010164627573790260 0320", "expected an unsigned integer", 12),
    (
        "integer above 32 bits",
        "a400010164627573790260 031b0000000100000000",
        "number too large",
        12,
    ),
];

fn depth() -> [Case; 2] {
    let nested = |arrays: usize| {
        let mut bytes = unhex("a4000101646275737902601840");
        bytes.extend(std::iter::repeat_n(0x81, arrays));
        bytes.push(0);
        bytes
    };
    let mut deepest = Case::valid("eight containers deep", "problem", nested(7));
    deepest.expected = Ok(Outcome::Shorter);
    let deeper = ("nested too deeply", 20);
    [deepest, Case::invalid("nine containers deep", "problem", nested(8), deeper)]
}

fn leases() -> Vec<Case> {
    let bad = |name: &str, change: fn(&mut LeaseContent), what, at| {
        let mut content = content_full();
        change(&mut content);
        Case::invalid(name, "lease-content", content.encode(), (what, at))
    };
    vec![
        bad("sequence 0", |c| c.sequence = 0, "number too small", 60),
        bad("sequence above 2^63 - 1", |c| c.sequence = 1 << 63, "number too large", 60),
        bad("three notices", |c| c.notices = vec![c.notices[0].clone(); 3], "array too long", 250),
        bad(
            "two notices with one id",
            |c| c.notices.push(c.notices[0].clone()),
            "two notices with one id",
            0,
        ),
        bad("notice 0", |c| c.notices[0].k = 0, "notices count from 1", 251),
        bad("notice too long", |c| c.notices[0].text = "x".repeat(1537), "string too long", 286),
        bad("language too long", |c| c.screen.language = "x".repeat(36), "string too long", 342),
        bad("17 guards", |c| c.guards = (0..17).collect(), "array too long", 227),
        bad("guard twice", |c| c.guards = vec![1, 1], "codes not rising", 227),
        bad("step at a time too late", |c| c.timetable[0].at = 1 << 40, "number too large", 78),
        bad("17 steps", |c| c.timetable = vec![c.timetable[0].clone(); 17], "array too long", 71),
    ]
}

fn stages_and_codes() -> Vec<Case> {
    let bad = |name: &str, change: fn(&mut LeaseContent), what, at| {
        let mut content = content_lean();
        change(&mut content);
        Case::invalid(name, "lease-content", content.encode(), (what, at))
    };
    let below = "restrictions below the rung restrict";
    let misfit = "the step does not fit the rung";
    vec![
        bad("restrict without a step", |c| c.stage.rung = Rung::Restrict, misfit, 62),
        bad("notice with a step", |c| (c.stage.rung, c.stage.step) = (Rung::Notice, 1), misfit, 62),
        bad("codes falling", |c| c.restrictions = vec![2, 1], "codes not rising", 66),
        bad("camera at clear", |c| c.restrictions = vec![2], below, 0),
        bad("unknown code at clear", |c| c.restrictions = vec![900], below, 0),
        bad(
            "timetable that falls back",
            |c| {
                c.stage = stage(Rung::Restrict, 2);
                c.timetable = vec![content_full().timetable.remove(0)];
            },
            "the timetable does not rise",
            0,
        ),
    ]
}

fn check_ins() -> Vec<Case> {
    let bad = |name: &str, change: fn(&mut CheckIn), what, at| {
        let mut check_in = check_in_full();
        change(&mut check_in);
        Case::invalid(name, "check-in", check_in.encode(), (what, at))
    };
    let event = |event_no| Event { event_no, ago_s: 0, what: EventKind::Booted };
    let mut falling = check_in_lean();
    falling.events = vec![event(2), event(1)];
    let mut many = check_in_lean();
    many.events = (1..=33).map(event).collect();
    let together = "sequence and content hash go together";
    let event_3 = |hex: &str, what, at| {
        let mut bytes = check_in_lean().encode();
        let events = 32;
        assert_eq!(bytes[events - 1..=events], [7, 0x80]);
        bytes.splice(events..=events, [vec![0x81], unhex(hex)].concat());
        (bytes, (what, at))
    };
    let lacking = "unknown event kind, or it lacks a key";
    let (unknown_kind, unknown) = event_3("a3010102000318 63", lacking, 33);
    let (short, lacks) = event_3("a3010102000304", lacking, 33);
    let (foreign, must) = event_3("a401010200030904 00", MUST, 40);
    vec![
        bad("message number 0", |c| c.msg_no = 0, "number too small", 24),
        bad("no lease but a hash", |c| c.applied_seq = 0, together, 0),
        bad("lease without a hash", |c| c.content_hash = None, together, 0),
        bad("battery 101", |c| c.battery = Some(101), "battery above 100 per cent", 0),
        bad("event 0", |c| c.events[0].event_no = 0, "number too small", 71),
        Case::invalid(
            "events falling",
            "check-in",
            falling.encode(),
            ("event numbers not rising", 0),
        ),
        Case::invalid("33 events", "check-in", many.encode(), ("array too long", 32)),
        Case::invalid("unknown event kind", "check-in", unknown_kind, unknown),
        Case::invalid("event without its field", "check-in", short, lacks),
        Case::invalid("event with another's field", "check-in", foreign, must),
    ]
}

fn others() -> Vec<Case> {
    let bad_offer = |name: &str, change: fn(&mut Offer), what, at| {
        let mut offer = samples::offer();
        change(&mut offer);
        Case::invalid(name, "enrol-offer", offer.encode(), (what, at))
    };
    let mut cert = samples::cert(1, &[KeyKind::Release, KeyKind::Lease], Rung::Lock);
    let falling = cert.encode();
    cert.kinds.clear();
    let none = cert.encode();
    cert.kinds.push(KeyKind::Lease);
    cert.not_after = cert.not_before;
    let imeis = "IMEIs are one to four, of 14 to 16 digits";
    let kinds = "key kinds empty or not rising";
    let empty = Reply { kind: ReplyKind::Lease, signed: vec![], certs: vec![] };
    let signed = "signed part missing, or where none belongs";
    vec![
        Case::invalid("key kinds falling", "key-cert", falling, (kinds, 0)),
        Case::invalid("no key kind", "key-cert", none, (kinds, 0)),
        Case::invalid(
            "never valid",
            "key-cert",
            cert.encode(),
            ("the certificate is never valid", 0),
        ),
        bad_offer("no IMEI", |o| o.imeis.clear(), imeis, 0),
        bad_offer("short IMEI", |o| o.imeis[0].truncate(13), imeis, 0),
        bad_offer("IMEI with a letter", |o| o.imeis[0].replace_range(..1, "A"), imeis, 0),
        bad_offer("code too long", |o| o.code = "x".repeat(33), "string too long", 4),
        Case::invalid("empty signed part", "reply", empty.encode(), (signed, 0)),
        Case::invalid(
            "unknown reply kind",
            "reply",
            unhex("8306414080"),
            ("unknown ReplyKind number", 1),
        ),
        Case::invalid(
            "unknown request kind",
            "request",
            unhex("82064140"),
            ("unknown RequestKind number", 1),
        ),
        Case::invalid(
            "request of three",
            "request",
            unhex("8301414000"),
            ("expected an array of another length", 0),
        ),
    ]
}

fn successions() -> Vec<Case> {
    let mut himself = samples::succession();
    himself.to_tenant = himself.tenant;
    let mut never = samples::succession();
    never.not_after = never.not_before;
    let mut assigned = samples::assigned();
    assigned.succession = vec![0; 641];
    vec![
        Case::invalid(
            "succession of oneself",
            "succession",
            himself.encode(),
            ("nobody comes after himself", 0),
        ),
        Case::invalid(
            "succession that is never valid",
            "succession",
            never.encode(),
            ("the succession is never valid", 0),
        ),
        Case::invalid(
            "succession too long",
            "assigned",
            assigned.encode(),
            ("string too long", 283),
        ),
    ]
}

fn sunsets() -> Vec<Case> {
    let (good, day) = (samples::dispute(), samples::DAY);
    let invalid = |name: &str, dispute: &SunsetDispute, what| {
        Case::invalid(name, "sunset-dispute", dispute.encode(), (what, 0))
    };
    let far = "a dispute moves a sunset by at most ninety days";
    let count = "disputes of a sunset are one to four";
    let until = |until| SunsetDispute { until, ..good.clone() };
    let number = |number| SunsetDispute { number, ..good.clone() };
    let late = SunsetDispute { issued_at: good.sunset, ..good.clone() };
    let alone = LeaseContent { sunset: None, ..content_full() };
    vec![
        invalid("dispute beyond ninety days", &until(good.sunset + 90 * day + 1), far),
        invalid("dispute that moves nothing", &until(good.sunset), far),
        invalid("dispute without a number", &number(0), count),
        invalid("fifth dispute", &number(5), count),
        invalid("dispute after the sunset", &late, "the sunset has passed"),
        Case::invalid(
            "dispute of no sunset",
            "lease-content",
            alone.encode(),
            ("a dispute of no sunset", 0),
        ),
    ]
}

/// Keys that later versions of this implementation will fill: until then they must be understood.
fn reserved_keys() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |kind: &'static str, bytes: Vec<u8>, head: usize, keys: &[u8]| {
        for key in keys {
            let mut with_key = bytes.clone();
            with_key[head] += 1;
            with_key.extend_from_slice(&[*key, 0]);
            let name = format!("reserved key {key} of {kind}");
            cases.push(Case::invalid(name, kind, with_key, (MUST, bytes.len())));
        }
    };
    let before = LeaseContent { sunset: None, dispute: None, ..content_full() };
    add("lease-content", before.encode(), 0, &[15, 16]);
    add("check-in", check_in_full().encode(), 0, &[12, 13, 14]);
    add("enrol-terms", samples::terms().encode(), 0, &[13, 14, 15]);
    add("enrol-offer", samples::offer().encode(), 0, &[8]);
    let unchanged = Unchanged {
        enrolment: samples::ENROLMENT,
        key_gen: 1,
        sequence: 1,
        content_hash: protocol::ContentHash([0; 32]),
        stamp: Stamp { issued_at: 1, msg_no: 1, events_through: 1, next_s: 1 },
    };
    let bytes = unchanged.encode();
    let stamp = bytes.len() - 9;
    add("unchanged", bytes, stamp, &[5]);
    cases
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

//! Contracts made by random commands, with the journal they leave.

use domain::{
    Actor, Channel, Command, Contract, Currency, Day, EnrolmentId, HoldId, Ladder, Moment,
    NoticeId, Stage, TenantId, Terms, UnitId, Want, Zone,
    assignment::Assign,
    custody::Pass,
    decide,
    delivery::{Delivery, DeliveryState},
    ending::{End, Shortfall},
    evaluate,
    fact::{Consent, Enrolment, Signed},
    hold::{Hold, HoldKind},
    schedule::{Equal, MonthEnd, Period},
    sign,
    terms::Price,
};
use formats::{decision_line, fact_line, lease_line};
use proptest::{prelude::*, sample};

pub(crate) const TENANT: [u8; 16] = [0x11; 16];
pub(crate) const UNIT: [u8; 16] = [0x22; 16];
/// Words, and what JSON must escape.
const TEXTS: &str = "\\PC{1,12}|[\"\\\\\u{0}-\u{1f}é़]{1,5}x";
/// What a turn may be; what carries a contract up the ladder comes more often.
const OPS: &[u8] = &[
    0, 1, 2, 4, 5, 6, 7, 7, 7, 8, 8, 8, 9, 10, 10, 10, 10, 10, 11, 12, 13, 14, 15, 16, 16, 17, 17,
    18, 19, 20, 20,
];
const START: i64 = 1_770_000_000;

/// A contract and the journal it left.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) contract: Contract,
    pub(crate) journal: Vec<String>,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    op: u8,
    hours: u32,
    number: u32,
    text: String,
}

pub(crate) fn ladder() -> Ladder {
    let programme = include_str!("../../../examples/programme-fast.toml");
    let pack = include_str!("../../../packs/test-fast.toml");
    let lender = include_str!("../../../examples/lender.toml");
    let programme = formats::parse_programme(programme).unwrap();
    let pack = formats::parse_pack(pack).unwrap();
    let lender = formats::parse_lender(lender).unwrap().lender;
    Ladder::resolve(&programme, &[&pack], &lender).unwrap()
}

/// Lives of up to so many turns.
pub(crate) fn lives(turns: usize) -> impl Strategy<Value = Life> {
    let turn = (sample::select(OPS), 0..200_u32, any::<u32>(), TEXTS)
        .prop_map(|(op, hours, number, text)| Turn { op, hours, number, text });
    (signed(), proptest::collection::vec(turn, 0..turns)).prop_map(|(signed, turns)| {
        let ladder = ladder();
        let mut life = begin(signed, &ladder);
        let mut now = START;
        for turn in turns {
            now += i64::from(turn.hours) * 3600;
            take(&mut life, &ladder, &turn, Moment::from_micros(now * 1_000_000 + 17));
        }
        life
    })
}

fn signed() -> impl Strategy<Value = Signed> {
    let zone = prop_oneof![Just("Asia/Kolkata"), Just("Africa/Cairo"), Just("America/Havana")];
    let currency = prop_oneof![Just("INR"), Just("JPY"), Just("KWD")];
    let parts = (1..40_u32, 1..4_u32, 100..9_000_000_i64, zone, currency, any::<bool>());
    parts.prop_map(|(count, every, price, zone, currency, consent)| {
        let currency = Currency::parse(currency).unwrap();
        let price = Price { currency, cash_price: price + 7, down_payment: 7 };
        let plan = Equal {
            count,
            period: [Period::Days, Period::Weeks, Period::Months][every as usize - 1],
            every,
            first_due: Day::new(2026, 1, 31).unwrap(),
            month_end: MonthEnd::Clamp,
            instalment: None,
        };
        let zone = Zone::parse(zone).unwrap();
        let at = Moment::from_seconds(START - 60);
        let consent =
            consent.then(|| Consent { form: "a\"b".into(), version: "1".into(), at, told: None });
        let ladder = ladder();
        Signed {
            terms_hash: None,
            sunset: None,
            late_fee: None,
            reference: format!("C-{count}"),
            terms: Terms::equal(price, &plan, zone, "hi".into()).unwrap(),
            programme: ladder.programme,
            packs: ladder.packs,
            imeis: vec!["h1".into(), "h2".into()],
            consent,
        }
    })
}

fn begin(signed: Signed, ladder: &Ladder) -> Life {
    let at = Moment::from_seconds(START);
    let fact = sign(signed.clone(), ladder, Actor::Key(UnitId::from_bytes([9; 16])), at).unwrap();
    let (unit, tenant) = (UnitId::from_bytes(UNIT), TenantId::from_bytes(TENANT));
    let contract = Contract::sign(unit, tenant, at, signed);
    let mut life = Life { contract, journal: vec![fact_line(&fact)] };
    settle(&mut life, ladder, at);
    life
}

/// One command; a refused one leaves nothing.
fn take(life: &mut Life, ladder: &Ladder, turn: &Turn, at: Moment) {
    let actor = match turn.number % 4 {
        0 => Actor::Time,
        1 => Actor::Feed(turn.text.clone()),
        2 => Actor::Device(EnrolmentId::from_bytes([3; 16])),
        _ => Actor::Person(UnitId::from_bytes([4; 16])),
    };
    let command = command(life, ladder, turn, at);
    let facts = decide(&life.contract, ladder, command, actor, at).unwrap_or_default();
    for fact in facts {
        life.contract.apply(&fact);
        life.journal.push(fact_line(&fact));
    }
    settle(life, ladder, at);
}

fn command(life: &Life, ladder: &Ladder, turn: &Turn, at: Moment) -> Command {
    let Turn { op, number, text, .. } = turn.clone();
    let amount = i64::from(number) % (life.contract.terms().instalment() * 3);
    let payment = UnitId::from_bytes([number.to_be_bytes()[3]; 16]);
    let hold_id = HoldId::from_bytes([op; 16]);
    let small = number.to_be_bytes()[0];
    let earlier = at.plus_seconds(-i64::from(number % 5000));
    match op {
        0..=3 => Command::PostPayment { payment, amount, value: earlier, confirmed: op > 0 },
        4 => Command::ConfirmPayment { payment, amount },
        5 => Command::ReversePayment { payment, amount },
        6 => Command::Credit { amount, reason: text },
        7 => match evaluate(&life.contract, ladder, at).wants.first() {
            Some(Want::PrepareNotice { k, show_from, owed }) => {
                let (k, show_from, owed) = (*k, *show_from, *owed);
                let id = NoticeId::from_bytes([small; 16]);
                let (language, templates) = ("hi".into(), Vec::new());
                Command::PrepareNotice { id, k, show_from, owed, language, templates, text }
            }
            _ => Command::Release { certificate: text.into_bytes() },
        },
        8 | 9 => match life.contract.notices.last() {
            Some(notice) if op == 8 => {
                Command::NoticeShown { id: notice.id, shown: at, text_hash: "ab".into() }
            }
            _ => Command::DeclareNotice { k: small % 3, delivered: at, evidence: text },
        },
        10 => Command::ReportStage {
            stage: evaluate(&life.contract, ladder, at).stage,
            sequence: u64::from(number) << 31,
            applied: earlier,
        },
        11 => Command::UsePass { used: earlier, hours: small },
        12 => Command::ReportEvidence { what: text, happened: earlier, detail: u64::MAX },
        13 => Command::EventsThrough(u64::from(number)),
        14 => Command::OpenHold(Hold {
            id: hold_id,
            kind: HoldKind::ALL[usize::from(small) % 7],
            from: at,
            until: (number % 3 > 0).then(|| at.plus_seconds(86_400)),
            cause: text,
        }),
        15 => Command::CloseHold(HoldId::from_bytes([14; 16])),
        16 => Command::Enrol(Enrolment {
            id: EnrolmentId::from_bytes([small; 16]),
            key_gen: life.contract.key_gen() + 1,
            key: text.into_bytes(),
            tier: small,
            disclosure: [small; 32],
            offer: [0; 32],
        }),
        17 => ending(small, amount, earlier, text),
        18 => custody(life, small, earlier, text),
        20 => message(life, small, earlier, text),
        _ => assignment(life, small, text),
    }
}

/// What a carrier tells, or time.
fn message(life: &Life, kind: u8, at: Moment, evidence: String) -> Command {
    let Some(notice) = life.contract.notices.last() else {
        return Command::DeemDelivered;
    };
    let channel = Channel::MESSAGES[usize::from(kind) % 3];
    let state = DeliveryState::TOLD[usize::from(kind) % 5];
    let (notice, k) = (notice.id, notice.k);
    Command::TellDelivery(Delivery { notice, k, channel, state, at, evidence })
}

fn custody(life: &Life, kind: u8, at: Moment, reason: String) -> Command {
    let bound = life.contract.device.as_ref().map(|device| device.id);
    let freed = bound.map(|id| (id, vec![kind]));
    let consent = || Consent { form: "f".into(), version: "1".into(), at, told: None };
    Command::Custody(match kind % 3 {
        0 => Pass::Exchange { freed, imeis: vec![format!("h{kind}")], reason },
        1 => Pass::Transfer {
            buyer: "b".into(),
            buyer_consent: consent(),
            freed,
            reason,
            seller_consent: consent(),
        },
        _ => Pass::ConfirmRemoval(EnrolmentId::from_bytes([kind; 16])),
    })
}

/// An offer, its end, or the phone of what was taken over; a life ends with what is passed on.
fn assignment(life: &Life, kind: u8, reason: String) -> Command {
    let bound = life.contract.device.as_ref().map(|device| device.id);
    Command::Assign(match kind % 3 {
        0 => Assign::Offer { to: TenantId::from_bytes([kind; 16]), reason },
        1 => Assign::Withdraw { reason },
        _ => Assign::Follow(bound.unwrap_or(EnrolmentId::from_bytes([kind; 16]))),
    })
}

fn ending(kind: u8, amount: i64, value: Moment, text: String) -> Command {
    Command::End(match kind % 8 {
        0 | 1 => End::HandOver { value, note: text },
        2 => End::UndoHandOver { reason: text },
        3 => End::Grade { grade: text, amount, shortfall: Some(Shortfall::Keep) },
        4 => End::WriteOff { release: amount % 2 == 0, reason: text },
        5 => End::UndoWriteOff { reason: text },
        6 => End::LetGo { reason: text },
        _ => return Command::ConfirmRemoval,
    })
}

/// Records the decision if it changed, as every commit does.
fn settle(life: &mut Life, ladder: &Ladder, at: Moment) {
    let made = evaluate(&life.contract, ladder, at);
    let recorded = made.recorded(at);
    if life.contract.decision.says_the_same(&recorded) {
        return;
    }
    life.journal.push(decision_line(&recorded, &made.standing, ladder));
    life.journal.push(lease_line(life.journal.len() as u64, &[7; 32]));
    life.contract.record(recorded);
    life.contract.lease = Some([7; 32]);
}

/// A contract with every field filled.
pub(crate) fn full(rows: u32) -> Contract {
    full_life(rows).contract
}

/// A life with every field of a contract filled.
pub(crate) fn full_life(rows: u32) -> Life {
    let ladder = ladder();
    let at = Moment::from_seconds(START);
    let plan = Equal {
        count: rows,
        period: Period::Months,
        every: 1,
        first_due: Day::new(2026, 1, 31).unwrap(),
        month_end: MonthEnd::Clamp,
        instalment: None,
    };
    let currency = Currency::parse("INR").unwrap();
    let price = Price { currency, cash_price: 1_999_900, down_payment: 199_900 };
    let zone = Zone::parse("Asia/Kolkata").unwrap();
    let signed = Signed {
        terms_hash: None,
        sunset: None,
        late_fee: None,
        reference: "C-1".into(),
        terms: Terms::equal(price, &plan, zone, "hi".into()).unwrap(),
        programme: ladder.programme.clone(),
        packs: ladder.packs.clone(),
        imeis: vec!["h1".into()],
        consent: Some(Consent { form: "sale".into(), version: "3".into(), at, told: None }),
    };
    let mut life = begin(signed, &ladder);
    let turn = |op, hours| Turn { op, hours, number: 1, text: "text".into() };
    for (turn, hours) in [
        (turn(16, 0), 1),
        (turn(7, 0), 24 * 80),
        (turn(8, 0), 24 * 80 + 1),
        (turn(20, 0), 24 * 80 + 2),
    ] {
        let at = Moment::from_seconds(START + hours * 3600);
        take(&mut life, &ladder, &turn, at);
    }
    let stage = Stage::NOTICE;
    assert_eq!(life.contract.decision.stage, stage);
    assert_eq!(life.contract.notices[0].delivered[0].0, Channel::Screen);
    assert_eq!(life.contract.notices[0].messages.len(), 1);
    life
}

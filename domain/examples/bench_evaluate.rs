//! Contracts evaluated in memory per second and core, over a mixed book, against the bare
//! arithmetic on a 64-byte record in the same run.
//!
//! `cargo run --release -p quittance-domain --example bench_evaluate -- [--json]`
#![expect(clippy::disallowed_methods, reason = "a measurement asks the clock")]

use std::{hint::black_box, time::Instant};

use domain::{
    Actor, Channel, Command, Contract, Currency, Day, EnrolmentId, Guard, Ladder, Moment, NoticeId,
    Restriction, Rung, TenantId, Terms, UnitId, Want, Zone, decide,
    evaluate::evaluate,
    fact::{Consent, Enrolment, Signed},
    policy::{
        Condition, LegalStatus, Lender, NoticeRule, Pack, PackNotice, Passes, Programme, Proof,
        StepRule,
    },
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};

const BOOK: usize = 20_000;
const ROUNDS: u128 = 10;
const DAY_S: i64 = 86_400;
const RATE: i64 = 2_500;

fn main() {
    let ladder = ladder();
    let now = Moment::parse("2026-11-21T10:00:00Z").expect("a moment");
    let book: Vec<Contract> = (0..BOOK).map(|index| contract(&ladder, index, now)).collect();
    let bare: Vec<Bare> = book.iter().map(|contract| Bare::of(contract, &ladder, now)).collect();
    let (mut best, mut base) = (u128::MAX, u128::MAX);
    let mut rungs = [0_usize; 5];
    for round in 0..ROUNDS {
        let look = now.plus_seconds(i64::try_from(round).expect("few rounds"));
        rungs = [0; 5];
        let began = Instant::now();
        for contract in &book {
            rungs[black_box(evaluate(contract, &ladder, look)).stage.rung as usize] += 1;
        }
        best = best.min(began.elapsed().as_nanos());
        let began = Instant::now();
        let today = black_box(20_778);
        for record in &bare {
            black_box(record.level(today));
        }
        base = base.min(began.elapsed().as_nanos());
    }
    let (ours, theirs) = (per_second(best), per_second(base));
    let ratio = best / base.max(1);
    if std::env::args().any(|argument| argument == "--json") {
        println!("{{\"contracts_per_s\":{ours},\"baseline_per_s\":{theirs},\"ratio\":{ratio}}}");
        return;
    }
    println!("{BOOK} contracts of 24 rows in 5 time zones, best of {ROUNDS} rounds, one core");
    for (rung, count) in Rung::ALL.iter().zip(rungs) {
        println!("  {:<10}{count:>8}", rung.name());
    }
    println!("evaluate        {ours:>12} contracts/s");
    println!("bare arithmetic {theirs:>12} records/s (64 bytes each, {ratio} times as many)");
}

fn per_second(nanos: u128) -> u128 {
    BOOK as u128 * 1_000_000_000 / nanos.max(1)
}

/// The least a loop could do: days past due and two thresholds.
#[repr(C, align(64))]
struct Bare {
    oldest_due: i64,
    paid: i64,
    owed: i64,
    tolerance: i64,
    thresholds: [i64; 4],
}

impl Bare {
    fn of(contract: &Contract, ladder: &Ladder, now: Moment) -> Bare {
        let standing = evaluate(contract, ladder, now).standing;
        Bare {
            oldest_due: 20_778 - i64::from(standing.days_past_due),
            paid: contract.paid,
            owed: contract.paid + standing.past_due,
            tolerance: ladder.tolerance(contract.terms()),
            thresholds: [1, 60, 90, 97],
        }
    }

    fn level(&self, today: i64) -> usize {
        if self.owed - self.paid <= self.tolerance {
            return 0;
        }
        let days = today - self.oldest_due;
        self.thresholds.iter().filter(|threshold| **threshold <= days).count()
    }
}

/// Nine of ten pay; the tenth stopped so many months ago, and its device obeys.
fn contract(ladder: &Ladder, index: usize, now: Moment) -> Contract {
    let zones =
        ["Asia/Kolkata", "Africa/Nairobi", "America/Mexico_City", "Asia/Jakarta", "Europe/Lisbon"];
    let zone = Zone::parse(zones[index % zones.len()]).expect("a zone of the database");
    let first_due = Day::new(2026, 1, 1 + i8::try_from(index % 28).expect("a day")).expect("a day");
    let currency = Currency::parse("KES").expect("a currency");
    let price = Price { currency, cash_price: 24 * RATE, down_payment: 0 };
    let plan = Equal {
        count: 24,
        period: Period::Months,
        every: 1,
        first_due,
        month_end: MonthEnd::Clamp,
        instalment: None,
    };
    let terms = Terms::equal(price, &plan, zone, "en".into()).expect("terms that add up");
    let signed_at = terms.zone().midnight(first_due).plus_seconds(-30 * DAY_S);
    let consent = Consent { form: "lock".into(), version: "1".into(), at: signed_at, told: None };
    let signed = Signed {
        terms_hash: None,
        sunset: None,
        late_fee: None,
        reference: format!("B-{index}"),
        terms,
        programme: ladder.programme.clone(),
        packs: ladder.packs.clone(),
        imeis: Vec::new(),
        consent: Some(consent),
    };
    let unit = UnitId::from_bytes((index as u128).to_be_bytes());
    let mut contract = Contract::sign(unit, TenantId::from_bytes([1; 16]), signed_at, signed);
    let id = EnrolmentId::from_bytes(unit.bytes());
    let (key, hash) = (vec![0; 32], [0; 32]);
    let device = Enrolment { id, key_gen: 1, key, tier: 1, disclosure: hash, offer: hash };
    take(&mut contract, ladder, Command::Enrol(device), signed_at);
    let stopped = if index.is_multiple_of(10) { index / 10 % 9 } else { 0 };
    let amount = RATE * i64::try_from(11 - stopped).expect("few months");
    let payment = UnitId::from_bytes([2; 16]);
    let paid = Command::PostPayment { payment, amount, value: signed_at, confirmed: true };
    take(&mut contract, ladder, paid, signed_at);
    if stopped > 0 {
        obey(&mut contract, ladder, signed_at, now)
    }
    contract
}

/// The server looks when it said it would; the device shows and reports at once.
fn obey(contract: &mut Contract, ladder: &Ladder, from: Moment, until: Moment) {
    let mut at = from;
    while at <= until {
        let mut decision = evaluate(contract, ladder, at);
        while let Some(Want::PrepareNotice { k, show_from, owed }) = decision.wants.first() {
            let (k, show_from, owed) = (*k, *show_from, *owed);
            let id = NoticeId::from_bytes(
                (u128::from(k) + at.micros().unsigned_abs() as u128).to_be_bytes(),
            );
            let (language, templates) = ("en".to_owned(), Vec::new());
            let text = "A notice.".to_owned();
            let freeze =
                Command::PrepareNotice { id, k, show_from, owed, language, templates, text };
            take(contract, ladder, freeze, at);
            decision = evaluate(contract, ladder, at);
        }
        let unseen = contract.notices.iter().filter(|notice| notice.delivered.is_empty());
        let unseen: Vec<_> = unseen.map(|notice| (notice.id, notice.show_from)).collect();
        for (id, show_from) in unseen {
            let shown =
                Command::NoticeShown { id, shown: at.max(show_from), text_hash: "0".into() };
            take(contract, ladder, shown, at.max(show_from));
        }
        let stage = decision.stage;
        take(contract, ladder, Command::ReportStage { stage, sequence: 1, applied: at }, at);
        let Some(next) = evaluate(contract, ladder, at).next_look else { return };
        at = next;
    }
}

fn take(contract: &mut Contract, ladder: &Ladder, command: Command, at: Moment) {
    let facts = decide(contract, ladder, command, Actor::Time, at).expect("a command in order");
    facts.iter().for_each(|fact| contract.apply(fact));
}

fn dpd(days_past_due: u32) -> Condition {
    Condition { days_past_due, unpaid_count: 0, past_due: 0 }
}

/// Shaped as the Indian draft, with a lock on top so that every rung is met.
fn ladder() -> Ladder {
    let channels = || Channel::ALL.iter().copied().collect();
    let notice = |cure_days| PackNotice {
        earliest_dpd: 60,
        cure_days,
        channels: channels(),
        min_modes: 1,
        proof: Proof::Delivered,
        deemed_after_days: None,
    };
    let pack = Pack {
        id: "bench".into(),
        version: 1,
        parent: None,
        jurisdiction: "XX".into(),
        legal_status: LegalStatus::Conditional,
        effective: Default::default(),
        sources: Vec::new(),
        rung_max: Rung::Lock,
        min_dpd_restrict: 90,
        notices: vec![notice(21), notice(7)],
        min_days_between_steps: 3,
        steps: Vec::new(),
        blackout: None,
        never_restrict: Default::default(),
        restrictions: Restriction::ALL.iter().copied().collect(),
        guards: Guard::ALL.iter().copied().collect(),
        passes: Passes { count: 3, hours: 24 },
        offline_step_max_age_hours: 72,
        removal_hours: 24,
        conduct: Default::default(),
        care: Default::default(),
        unlock: Default::default(),
        paper: Default::default(),
    };
    let step = |days, taken| StepRule {
        when: dpd(days),
        min_days: 3,
        restrictions: Restriction::ALL.iter().copied().take(taken).collect(),
    };
    let programme = Programme {
        id: "bench".into(),
        version: 1,
        packs: vec!["bench".into()],
        tolerance_bps: 200,
        standing_max_age_hours: 48,
        late_fee: None,
        provisional: Default::default(),
        sunset_days: domain::sunset::SUNSET_DAYS,
        reminders: Default::default(),
        manner: Default::default(),
        remind: Some(dpd(1)),
        notices: vec![
            NoticeRule { when: dpd(60), cure_days: 21 },
            NoticeRule { when: dpd(60), cure_days: 7 },
        ],
        steps: vec![step(90, 1), step(93, 3), step(97, 5)],
        lock: Some(step(150, 7)),
        guards: Guard::ALL.iter().copied().collect(),
        how_to_pay: "Pay.".into(),
        how_to_dispute: "Write.".into(),
    };
    let lender = Lender {
        name: "Example Finance".into(),
        phone: "+1 555 0100".into(),
        complaints: "complaints@lender.example".into(),
    };
    Ladder::resolve(&programme, &[&pack], &lender).expect("a ladder in order")
}

//! Restructures: tables of what each kind makes, and what must hold around any of them.

use domain::{
    Command, Contract, Currency, Day, Moment, Terms, UnitId, Zone,
    account::MoveKind,
    allocation::Owed,
    amortise::{Plan, Share},
    decide,
    ending::End,
    fact::{Consent, What},
    ledger,
    restructure::{Amendment, Ask, Kind, Proposal, propose},
    schedule::Instalment,
    terms::{Price, TermsHash},
};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};

use crate::scene;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn ask(kind: Kind, count: u32) -> Ask {
    let first_due = (kind == Kind::ReAge).then(|| day("2026-05-05"));
    Ask { kind, count, first_due, period: None, every: None }
}

fn zone() -> Zone {
    Zone::parse("Asia/Kolkata").unwrap()
}

/// Six months of 100.00 from 31 January, 10.00 of each interest.
fn plain() -> Terms {
    let inr = Currency::parse("INR").unwrap();
    let due = |months| day("2026-01-31").plus_months_clamped(months).unwrap();
    let rows = (0..6).map(|n| Instalment { due: due(n), amount: 10_000, interest: 1_000 });
    let price = Price { currency: inr, cash_price: 54_000, down_payment: 0 };
    Terms::explicit(price, rows.collect(), zone(), "en".into()).unwrap()
}

/// Six months at 24 % a year on the balance.
fn dear() -> Terms {
    let inr = Currency::parse("INR").unwrap();
    let plan = Plan { rate: Share(240_000_000), ..Plan::new(54_000, day("2025-12-31"), 6) };
    Terms::computed(inr, plan, zone(), "en".into()).unwrap()
}

fn at(on: &str) -> Moment {
    zone().midnight(day(on)).plus_seconds(3_600)
}

/// A contract of these terms signed on 31 December, and its ladder.
fn signed(terms: Terms) -> (Contract, domain::Ladder) {
    let ladder = scene::fast();
    let signed = scene::signed(terms, &ladder, true);
    let signed_at = at("2025-12-31");
    (Contract::sign(signed.unit, signed.tenant, signed_at, signed.signed), ladder)
}

fn pay(contract: &mut Contract, ladder: &domain::Ladder, minor: i64, value: &str, on: &str) {
    let command = Command::PostPayment {
        payment: UnitId::from_bytes([contract.account.recorded as u8; 16]),
        amount: minor,
        value: at(value),
        confirmed: true,
    };
    carry_out(contract, ladder, command, on);
}

fn carry_out(contract: &mut Contract, ladder: &domain::Ladder, command: Command, on: &str) {
    let facts = decide(contract, ladder, command, domain::Actor::Time, at(on)).unwrap();
    for fact in facts {
        contract.apply(&fact);
    }
}

fn command(contract: &Contract, ask: Ask, on: &str) -> Command {
    let Proposal { terms, on: closes, .. } = propose(contract, &ask, at(on)).unwrap();
    let consent = Consent { form: "change".into(), version: "1".into(), at: at(on), told: None };
    let (terms_hash, before) = (TermsHash([1; 32]), TermsHash([2; 32]));
    Command::Restructure(
        ask,
        Box::new(Amendment {
            kind: ask.kind,
            on: closes,
            terms,
            terms_hash,
            before,
            consent,
            reason: "asked for".into(),
        }),
    )
}

fn restructure(contract: &mut Contract, ladder: &domain::Ladder, ask: Ask, on: &str) {
    let command = command(contract, ask, on);
    carry_out(contract, ladder, command, on);
}

fn rows(contract: &Contract) -> Vec<(String, i64, i64)> {
    let rows = contract.terms().rows().iter();
    rows.map(|row| (row.due.to_string(), row.amount, row.interest)).collect()
}

fn past_due(contract: &Contract, on: &str) -> i64 {
    let on = day(on);
    contract.account.now().arrears().filter(|(due, _)| *due < on).map(|(_, open)| open).sum()
}

fn open(contract: &Contract, of: fn(&Owed) -> i64) -> i64 {
    contract.account.now().owed.iter().map(of).sum()
}

/// One row paid, two past due on 5 April, three to come.
fn late(terms: Terms) -> (Contract, domain::Ladder) {
    let (mut contract, ladder) = signed(terms);
    pay(&mut contract, &ladder, 10_000, "2026-01-31", "2026-01-31");
    assert!(past_due(&contract, "2026-04-05") > 0);
    (contract, ladder)
}

#[test]
fn each_kind_puts_what_is_open_on_its_dates() {
    let row = |due: &str, amount, interest| (due.to_owned(), amount, interest);
    let cases = [
        (
            ask(Kind::ReAge, 4),
            vec![
                row("2026-05-05", 12_500, 1_250),
                row("2026-06-05", 12_500, 1_250),
                row("2026-07-05", 12_500, 1_250),
                row("2026-08-05", 12_500, 1_250),
            ],
        ),
        (
            ask(Kind::ReAmortise, 0),
            vec![
                row("2026-04-30", 16_666, 1_666),
                row("2026-05-31", 16_667, 1_667),
                row("2026-06-30", 16_667, 1_667),
            ],
        ),
        (
            ask(Kind::Extend, 2),
            vec![
                row("2026-04-30", 10_000, 1_000),
                row("2026-05-31", 10_000, 1_000),
                row("2026-06-30", 10_000, 1_000),
                row("2026-07-31", 10_000, 1_000),
                row("2026-08-31", 10_000, 1_000),
            ],
        ),
        (
            ask(Kind::Holiday, 2),
            vec![
                row("2026-06-30", 30_000, 3_000),
                row("2026-07-31", 10_000, 1_000),
                row("2026-08-31", 10_000, 1_000),
            ],
        ),
    ];
    for (ask, expected) in cases {
        let (mut contract, ladder) = late(plain());
        let was = (open(&contract, |row| row.principal), open(&contract, |row| row.interest));
        let earned = -ledger::books(&contract).of(ledger::Account::InterestIncome);
        restructure(&mut contract, &ladder, ask, "2026-04-05");
        assert_eq!(rows(&contract), expected, "{:?}", ask.kind);
        let is = (open(&contract, |row| row.principal), open(&contract, |row| row.interest));
        assert_eq!(is, was, "to the minor unit");
        assert_eq!(past_due(&contract, "2026-04-06"), 0, "nothing is past due");
        let books = ledger::books(&contract);
        assert_eq!(books.sum(), 0);
        assert_eq!(-books.of(ledger::Account::InterestIncome), earned.max(3_000));
    }
}

#[test]
fn interest_on_the_balance_goes_on_by_the_new_dates() {
    let kinds = [(Kind::ReAge, 6), (Kind::ReAmortise, 0), (Kind::Extend, 3), (Kind::Holiday, 2)];
    for (kind, count) in kinds {
        let (mut contract, ladder) = late(dear());
        let principal = open(&contract, |row| row.principal);
        let proposal = propose(&contract, &ask(kind, count), at("2026-04-05")).unwrap();
        let new = proposal.terms.rows();
        let sum: i64 = new.iter().map(|row| row.amount - row.interest).sum();
        assert_eq!(sum, principal, "{kind:?}");
        assert!(new.iter().all(|row| row.interest > 0), "{kind:?}");
        let level = new[0].amount;
        let even = new[..new.len() - 1].iter().all(|row| (row.amount - level).abs() <= 1);
        assert!(even, "{kind:?}: {new:?}");
        assert!((new[new.len() - 1].amount - level).abs() <= 20, "{kind:?}: {new:?}");
        restructure(&mut contract, &ladder, ask(kind, count), "2026-04-05");
        assert_eq!(ledger::books(&contract).sum(), 0);
        // It can change once more.
        let again = Ask { first_due: Some(day("2026-07-01")), ..ask(Kind::ReAge, 12) };
        restructure(&mut contract, &ladder, again, "2026-06-20");
        assert_eq!(open(&contract, |row| row.principal), principal);
    }
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let (contract, ladder) = late(plain());
    let no_date = Ask { first_due: None, ..ask(Kind::ReAge, 3) };
    let past = Ask { first_due: Some(day("2026-04-05")), ..ask(Kind::ReAge, 3) };
    let every = Ask { every: Some(0), ..ask(Kind::ReAge, 3) };
    let dated = Ask { first_due: Some(day("2026-05-05")), ..ask(Kind::Extend, 3) };
    let cases = [
        (ask(Kind::ReAge, 0), "restructure_count"),
        (ask(Kind::Extend, 600), "restructure_count"),
        (ask(Kind::Extend, u32::MAX), "restructure_count"),
        (ask(Kind::ReAmortise, 1), "restructure_count"),
        (no_date, "restructure_dates"),
        (past, "restructure_dates"),
        (dated, "restructure_dates"),
        (every, "schedule_every"),
    ];
    for (ask, code) in cases {
        assert_eq!(propose(&contract, &ask, at("2026-04-05")).unwrap_err().code, code, "{ask:?}");
    }
    let ended = propose(&contract, &ask(Kind::ReAmortise, 0), at("2026-08-01")).unwrap_err();
    assert_eq!(ended.code, "no_rows_left");
    let refused = |command: Command, on: &str| {
        decide(&contract, &ladder, command, domain::Actor::Time, at(on)).unwrap_err().code
    };
    let made = command(&contract, ask(Kind::Extend, 1), "2026-04-05");
    let Command::Restructure(asked, mut amended) = made else { panic!("no restructure") };
    amended.consent.at = at("2026-05-01");
    let early = Command::Restructure(asked, amended.clone());
    assert_eq!(refused(early, "2026-04-05"), "consent_in_future");
    let late = Command::Restructure(asked, amended);
    assert_eq!(refused(late, "2026-05-02"), "restructure_stale");
}

#[test]
fn the_ladder_returns_to_clear_and_a_chargeback_moves_along() {
    let (mut contract, ladder) = late(plain());
    let payment = UnitId::from_bytes([1; 16]);
    let value = at("2026-03-01");
    let taken = Command::ChargeBack { payment, amount: 10_000, value };
    carry_out(&mut contract, &ladder, taken, "2026-03-01");
    restructure(&mut contract, &ladder, ask(Kind::ReAge, 4), "2026-04-05");
    assert_eq!(past_due(&contract, "2026-05-05"), 0);
    assert_eq!(past_due(&contract, "2026-05-06"), 12_500 + 10_000, "due with the first new row");
    let won = Command::WinChargeback { payment, value: at("2026-04-20") };
    carry_out(&mut contract, &ladder, won, "2026-04-20");
    assert_eq!(past_due(&contract, "2026-05-06"), 12_500);
    assert_eq!(ledger::books(&contract).sum(), 0);
}

#[test]
fn money_with_an_earlier_value_date_pays_the_new_rows() {
    let (mut contract, ladder) = late(plain());
    restructure(&mut contract, &ladder, ask(Kind::ReAge, 4), "2026-04-05");
    pay(&mut contract, &ladder, 12_500, "2026-03-20", "2026-04-07");
    assert_eq!(past_due(&contract, "2026-06-01"), 0, "the first new row is paid");
    assert_eq!(rows(&contract)[0].1, 12_500, "the new rows stand");
    let back = Command::ReversePayment { payment: UnitId::from_bytes([9; 16]), amount: 22_500 };
    carry_out(&mut contract, &ladder, back, "2026-04-20");
    assert_eq!(contract.account.now().open(), 60_000);
    assert_eq!(past_due(&contract, "2026-04-21"), 10_000, "as old as it is");
    assert_eq!(ledger::books(&contract).sum(), 0);
}

const KINDS: [(Kind, u32); 4] =
    [(Kind::ReAge, 5), (Kind::ReAmortise, 0), (Kind::Extend, 2), (Kind::Holiday, 1)];

fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_405),
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&strategy, test).unwrap_or_else(|error| panic!("{error}"));
}

fn after(days: i32) -> Day {
    day("2026-01-01").plus_days(days).unwrap()
}

/// Money in and money taken back: the day it is recorded, how much earlier it counts, how much.
fn moves() -> impl Strategy<Value = Vec<(i32, i32, i64)>> {
    vec((0..300_i32, 0..60_i32, -12_000..20_000_i64), 0..12).prop_map(|mut moves| {
        moves.sort_by_key(|(on, ..)| *on);
        moves
    })
}

/// Whatever moved before and after, late or reversed: the sums match, the books balance, what comes
/// in is what is paid, and nothing that is kept grows with time.
#[test]
fn sums_match_whatever_moves_around_a_restructure() {
    let which = (moves(), 20..170_i32, 0..4_usize, any::<bool>());
    check(which, |(moves, split, kind, dear_ones)| {
        let (mut contract, _) = signed(if dear_ones { dear() } else { plain() });
        let (kind, count) = KINDS[kind];
        let mut came = 0;
        let (before, later): (Vec<_>, Vec<_>) = moves.into_iter().partition(|(on, ..)| *on < split);
        let take =
            |contract: &mut Contract, came: &mut i64, (on, late, amount): (i32, i32, i64)| {
                let kind = match amount {
                    0.. => MoveKind::In { amount: amount + 1 },
                    _ => MoveKind::Back { amount: (-amount).min(*came) },
                };
                match kind {
                    MoveKind::In { amount } => *came += amount,
                    MoveKind::Back { amount } if amount > 0 => *came -= amount,
                    _ => return,
                }
                let value = if amount < 0 { on } else { on - late };
                contract.account.take(kind, after(value), after(on));
            };
        for one in before {
            take(&mut contract, &mut came, one);
        }
        let on = after(split);
        let first = on.plus_days(20);
        let ask = Ask { first_due: first.filter(|_| kind == Kind::ReAge), ..ask(kind, count) };
        let moment = zone().midnight(on);
        let Ok(proposal) = propose(&contract, &ask, moment) else { return Ok(()) };
        contract.account.reckon(on);
        let was = contract.account.now().clone();
        let open = |of: fn(&Owed) -> i64, balance: &domain::account::Balance| -> i64 {
            balance.owed.iter().map(of).sum()
        };
        contract.account.restructure(proposal.terms.rows(), on);
        let is = contract.account.now().clone();
        prop_assert_eq!(open(|row| row.principal, &is), open(|row| row.principal, &was));
        if !dear_ones {
            prop_assert_eq!(is.open(), was.open());
        }
        prop_assert_eq!(is.open() - was.open(), proposal.added());
        prop_assert!(is.earned(on) >= was.earned(on), "what was earned stays earned");
        prop_assert!(is.arrears().all(|(due, _)| due >= on), "nothing is past due");
        let total = is.open() + came;
        for one in later {
            take(&mut contract, &mut came, one);
            let now = contract.account.now();
            prop_assert_eq!(now.open() - now.credit.max(0) + came, total);
            for (claim, owed) in now.claims.iter().zip(&now.owed) {
                prop_assert!(owed.principal >= 0 && owed.principal <= claim.principal);
                prop_assert!(owed.interest >= 0 && owed.interest <= claim.interest);
            }
            prop_assert!(now.credit <= 0 || now.open() == 0, "credit beside debt");
        }
        prop_assert!(contract.account.moves.len() <= 12);
        Ok(())
    });
}

/// Whether a payment of the time before is recorded the day before the restructure or later, as
/// much is owed; and folding changes nothing.
#[test]
fn late_news_of_a_payment_leaves_as_much_owed() {
    check((1..30_000_i64, 30..110_i32, 0..4_usize), |(amount, split, kind)| {
        let (kind, count) = KINDS[kind];
        let on = after(split);
        let first = on.plus_days(20);
        let ask = Ask { first_due: first.filter(|_| kind == Kind::ReAge), ..ask(kind, count) };
        let owed = |early: bool| {
            let (mut contract, _) = signed(plain());
            let paid = MoveKind::In { amount };
            if early {
                contract.account.take(paid, after(split - 5), after(split - 1));
            }
            let proposal = propose(&contract, &ask, zone().midnight(on)).unwrap();
            contract.account.restructure(proposal.terms.rows(), on);
            if !early {
                contract.account.take(paid, after(split - 5), after(split + 9));
            }
            let near = contract.account.now().open();
            contract.account.reckon(after(split + 200));
            contract.account.take(
                MoveKind::In { amount: 1 },
                after(split + 200),
                after(split + 200),
            );
            (near, contract.account.now().open() + 1)
        };
        let (early, late) = (owed(true), owed(false));
        prop_assert_eq!(early, late);
        prop_assert_eq!(early.0, early.1);
        Ok(())
    });
}

#[test]
fn the_fact_names_the_terms_before() {
    let (mut contract, ladder) = late(plain());
    let made = command(&contract, ask(Kind::Holiday, 1), "2026-04-05");
    let facts = decide(&contract, &ladder, made, domain::Actor::Time, at("2026-04-05")).unwrap();
    let kinds: Vec<bool> =
        facts.iter().map(|fact| matches!(fact.what, What::Restructured(_))).collect();
    assert_eq!(kinds.iter().filter(|one| **one).count(), 1);
    for fact in &facts {
        contract.apply(fact);
    }
    assert_eq!(contract.amended.as_ref().unwrap().before, TermsHash([2; 32]));
    assert_eq!(contract.signed.terms, plain(), "what was signed is kept");
    assert_eq!(contract.terms().rows().len(), 3);
}

#[test]
fn interest_earned_before_a_restructure_outlives_the_hand_over_after_it() {
    for (kind, count) in [(Kind::ReAge, 4), (Kind::ReAmortise, 0), (Kind::Extend, 2)] {
        let (mut contract, ladder) = late(plain());
        restructure(&mut contract, &ladder, ask(kind, count), "2026-04-05");
        let income = |contract: &Contract| {
            let earned = ledger::books(contract).of(ledger::Account::InterestIncome);
            (earned, contract.account.now().interest())
        };
        assert_eq!(income(&contract), (-3_000, 6_000), "{kind:?}");
        let hand_over = End::HandOver { value: at("2026-04-10"), note: String::new() };
        carry_out(&mut contract, &ladder, Command::End(hand_over), "2026-04-10");
        assert_eq!(income(&contract), (-3_000, 3_000), "{kind:?}");
        assert_eq!(open(&contract, |owed| owed.interest), 2_000, "{kind:?}");
    }
}

//! Early settlement: what a quote asks for, what closes a contract by it, and what does not.

use domain::{
    Actor, Command, Contract, Currency, Day, Ladder, Moment, QuoteId, State, Terms, UnitId, Zone,
    amortise::{Plan, Share},
    decide, ledger,
    ledger::Account,
    schedule::Instalment,
    settlement::offer,
    terms::Price,
};

use crate::scene;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn zone() -> Zone {
    Zone::parse("Asia/Kolkata").unwrap()
}

fn at(on: &str) -> Moment {
    zone().midnight(day(on)).plus_seconds(36_000)
}

fn inr() -> Currency {
    Currency::parse("INR").unwrap()
}

/// Six months of 100.00 from 31 January, 10.00 of each interest.
fn plain() -> Terms {
    let due = |months| day("2026-01-31").plus_months_clamped(months).unwrap();
    let rows = (0..6).map(|n| Instalment { due: due(n), amount: 10_000, interest: 1_000 });
    let price = Price { currency: inr(), cash_price: 54_000, down_payment: 0 };
    Terms::explicit(price, rows.collect(), zone(), "en".into()).unwrap()
}

fn signed(terms: Terms) -> (Contract, Ladder) {
    let ladder = scene::fast();
    let signed = scene::signed(terms, &ladder, true);
    (Contract::sign(signed.unit, signed.tenant, at("2025-12-31"), signed.signed), ladder)
}

fn act(contract: &mut Contract, ladder: &Ladder, command: Command, on: &str) {
    for fact in decide(contract, ladder, command, Actor::Time, at(on)).unwrap() {
        contract.apply(&fact);
        assert_eq!(ledger::books(contract).sum(), 0);
    }
}

fn pay(contract: &mut Contract, ladder: &Ladder, amount: i64, value: &str, on: &str) {
    let payment = UnitId::from_bytes([7; 16]);
    let command = Command::PostPayment { payment, amount, value: at(value), confirmed: true };
    act(contract, ladder, command, on);
}

fn quote(contract: &mut Contract, ladder: &Ladder, on: &str, made: &str) -> i64 {
    let id = QuoteId::from_bytes([contract.quotes.len() as u8 + 1; 16]);
    act(contract, ladder, Command::QuotePayoff { id, on: day(on) }, made);
    let standing = contract.quotes.iter().find(|standing| standing.quoted.id == id).unwrap();
    standing.quoted.quote.total().unwrap()
}

fn is_settled(contract: &Contract) -> bool {
    matches!(contract.state, State::Settled { .. })
}

/// Paid one row; on 15 March one is past due and four are to come.
fn running() -> (Contract, Ladder) {
    let (mut contract, ladder) = signed(plain());
    pay(&mut contract, &ladder, 10_000, "2026-01-30", "2026-01-30");
    (contract, ladder)
}

#[test]
fn a_quote_asks_for_the_days_that_have_run() {
    // Of March 10.00 interest, 15 of 31 days have run by the 15th: 4.84.
    let (contract, _) = running();
    let id = QuoteId::from_bytes([1; 16]);
    let quoted = offer(&contract, id, day("2026-03-15"), at("2026-03-15")).unwrap();
    let asked = quoted.quote;
    assert_eq!((asked.principal, asked.interest), (45_000, 1_000 + 484));
    assert_eq!(quoted.forgone, 5_000 - 1_484);
    let ahead = offer(&contract, id, day("2026-03-31"), at("2026-03-15")).unwrap();
    assert_eq!(ahead.quote.interest, 2_000, "all of March");
    for (on, code) in [("2026-03-14", "payoff_out_of_range"), ("2026-04-16", "payoff_out_of_range")]
    {
        let refused = offer(&contract, id, day(on), at("2026-03-15")).unwrap_err();
        assert_eq!(refused.code, code, "{on}");
    }
}

/// What is paid less than the quote, value day, day of recording, and whether it ends the contract.
#[test]
fn money_closes_a_contract_in_time_and_within_the_tolerance_only() {
    let cases = [
        (0, "2026-03-20", "2026-03-20", true),
        (0, "2026-03-16", "2026-03-16", true),
        (0, "2026-03-20", "2026-03-24", true),
        (0, "2026-03-21", "2026-03-21", false),
        (0, "2026-03-21", "2026-03-24", false),
        (200, "2026-03-20", "2026-03-20", true),
        (201, "2026-03-20", "2026-03-20", false),
        (-1, "2026-03-20", "2026-03-20", true),
        (-5_000, "2026-03-20", "2026-03-20", true),
    ];
    for (less, value, on, closes) in cases {
        let (mut contract, ladder) = running();
        assert_eq!(ladder.tolerance(contract.terms()), 200);
        let total = quote(&mut contract, &ladder, "2026-03-20", "2026-03-15");
        pay(&mut contract, &ladder, total - less, value, on);
        assert_eq!(is_settled(&contract), closes, "{less} on {value}");
        let books = ledger::books(&contract);
        if closes {
            assert_eq!(contract.account.now().open(), 0);
            assert_eq!(contract.account.now().credit, (-less).max(0));
            assert_eq!(books.of(Account::GoodwillCost), less.max(0), "crumbs are a gift");
            assert_eq!(books.of(Account::UnearnedInterest), 0);
            let interest = -books.of(Account::InterestIncome);
            assert_eq!(interest, 1_000 + 1_000 + 645, "no income but what was run");
        } else {
            assert!(contract.account.now().open() > 0);
            assert_eq!(contract.account.now().interest(), 6_000, "nothing is forgone");
        }
    }
}

#[test]
fn parts_count_together_and_the_void_counts_nothing() {
    let (mut contract, ladder) = running();
    let total = quote(&mut contract, &ladder, "2026-03-20", "2026-03-15");
    pay(&mut contract, &ladder, 20_000, "2026-03-16", "2026-03-16");
    assert!(!is_settled(&contract));
    pay(&mut contract, &ladder, total - 20_000, "2026-03-20", "2026-03-20");
    assert!(is_settled(&contract));
    // A debt that came after the quote is no part of it.
    let (mut contract, ladder) = running();
    let total = quote(&mut contract, &ladder, "2026-03-20", "2026-03-15");
    let fee = Command::ChargeFee { amount: 5_000, value: at("2026-03-16"), reason: "x".into() };
    act(&mut contract, &ladder, fee, "2026-03-16");
    pay(&mut contract, &ladder, total, "2026-03-20", "2026-03-20");
    assert!(!is_settled(&contract));
    // Money taken back is not there.
    let (mut contract, ladder) = running();
    let total = quote(&mut contract, &ladder, "2026-03-20", "2026-03-15");
    let back = Command::ReversePayment { payment: UnitId::from_bytes([7; 16]), amount: 10_000 };
    act(&mut contract, &ladder, back, "2026-03-16");
    pay(&mut contract, &ladder, total, "2026-03-20", "2026-03-20");
    assert!(!is_settled(&contract));
}

#[test]
fn the_reversal_of_the_payoff_leaves_its_sum_owed_and_no_rung() {
    let (mut contract, ladder) = running();
    let total = quote(&mut contract, &ladder, "2026-03-20", "2026-03-15");
    pay(&mut contract, &ladder, total, "2026-03-20", "2026-03-20");
    let back = Command::ReversePayment { payment: UnitId::from_bytes([7; 16]), amount: total };
    act(&mut contract, &ladder, back, "2026-03-25");
    assert_eq!(contract.account.now().open(), total);
    assert!(is_settled(&contract), "settled stays clear");
    let refused = domain::decide(
        &contract,
        &ladder,
        Command::Release { certificate: vec![1] },
        Actor::Time,
        at("2026-03-25"),
    );
    assert_eq!(refused.unwrap_err().code, "not_settled");
}

#[test]
fn a_late_piece_of_news_after_the_close_becomes_credit() {
    let (mut contract, ladder) = running();
    let total = quote(&mut contract, &ladder, "2026-03-20", "2026-03-15");
    pay(&mut contract, &ladder, total - 150, "2026-03-20", "2026-03-20");
    assert!(is_settled(&contract));
    pay(&mut contract, &ladder, 1_000, "2026-03-10", "2026-03-26");
    assert_eq!(contract.account.now().open(), 0);
    assert_eq!(contract.account.now().credit, 850, "the gift shrinks by what was paid after all");
}

#[test]
fn interest_on_the_balance_is_asked_by_the_day() {
    let plan = Plan { rate: Share(240_000_000), ..Plan::new(54_000, day("2025-12-31"), 6) };
    let (mut contract, ladder) = signed(Terms::computed(inr(), plan, zone(), "en".into()).unwrap());
    let (one, ten) = (
        quote(&mut contract, &ladder, "2026-01-01", "2026-01-01"),
        quote(&mut contract, &ladder, "2026-01-10", "2026-01-01"),
    );
    assert_eq!((one, ten), (54_000 + 35, 54_000 + 348));
    pay(&mut contract, &ladder, ten, "2026-01-10", "2026-01-10");
    assert!(is_settled(&contract));
    assert_eq!(-ledger::books(&contract).of(Account::InterestIncome), 348);
}

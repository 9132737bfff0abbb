//! The contract that `docs/servicing.md` tells from sale to release: every figure of its two tables
//! is computed here and looked for there.

use domain::{
    Actor, Command, Contract, Currency, Day, Ladder, Moment, State, Terms, UnitId, Zone,
    account::Balance,
    allocation::Owed,
    decide,
    fact::Consent,
    late_fee::{Caps, Charge, LateFee},
    ledger::{self, Account},
    restructure::{Amendment, Ask, Kind, Proposal, propose},
    schedule::Instalment,
    terms::{Price, TermsHash},
};

use crate::scene;

const GUIDE: &str = include_str!("../../../docs/servicing.md");

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn zone() -> Zone {
    Zone::parse("Asia/Kolkata").unwrap()
}

fn at(on: &str) -> Moment {
    zone().midnight(day(on)).plus_seconds(36_000)
}

/// Three instalments of 100.00, 10.00 of each interest, and a late fee of 5.00 after three days.
fn sold() -> (Contract, Ladder) {
    let inr = Currency::parse("INR").unwrap();
    let due = |month: i8| Day::new(2026, month, 10).unwrap();
    let rows = (1..4).map(|n| Instalment { due: due(n), amount: 10_000, interest: 1_000 });
    let price = Price { currency: inr, cash_price: 27_000, down_payment: 0 };
    let terms = Terms::explicit(price, rows.collect(), zone(), "en".into()).unwrap();
    let ladder = scene::fast();
    let mut signed = scene::signed(terms, &ladder, true).signed;
    signed.late_fee = Some(LateFee {
        charge: Charge::Flat(500),
        grace_days: 3,
        minimum_past_due: 100,
        caps: Caps::default(),
    });
    let (unit, tenant) = (UnitId::from_bytes([1; 16]), domain::TenantId::from_bytes([2; 16]));
    (Contract::sign(unit, tenant, at("2026-01-01"), signed), ladder)
}

fn paid(value: &str, rupees: i64) -> Command {
    let payment = UnitId::from_bytes([3; 16]);
    Command::PostPayment { payment, amount: rupees * 100, value: at(value), confirmed: true }
}

fn extended(contract: &Contract, on: &str) -> Command {
    let ask = Ask { kind: Kind::Extend, count: 1, first_due: None, period: None, every: None };
    let Proposal { terms, on: closes, .. } = propose(contract, &ask, at(on)).unwrap();
    let consent = Consent { form: "change".into(), version: "1".into(), at: at(on), told: None };
    let (terms_hash, before) = (TermsHash([1; 32]), TermsHash([2; 32]));
    let amended = Amendment {
        kind: ask.kind,
        on: closes,
        terms,
        terms_hash,
        before,
        consent,
        reason: "asked for".into(),
    };
    Command::Restructure(ask, Box::new(amended))
}

/// Whole rupees, as the tables show them.
fn rupees(minor: i64) -> i64 {
    assert_eq!(minor % 100, 0, "the guide tells whole rupees");
    minor / 100
}

/// Principal, interest, late fees, interest not earned, interest earned, past due.
fn balances(contract: &Contract, on: Day) -> String {
    let balance: &Balance = contract.account.now();
    let sum = |of: fn(&Owed) -> i64| -> i64 { balance.owed.iter().map(of).sum() };
    let books = ledger::books(contract);
    let past_due = balance.arrears().filter(|(due, _)| *due < on).map(|(_, open)| open).sum();
    let figures = [
        sum(|one| one.principal),
        sum(|one| one.interest),
        sum(|one| one.penalty),
        -books.of(Account::UnearnedInterest),
        -books.of(Account::InterestIncome),
        past_due,
    ];
    figures.map(|minor| format!(" {} |", rupees(minor))).concat()
}

/// Debits, then credits.
fn postings(before: Option<&Contract>, after: &Contract) -> String {
    let legs = ledger::legs(before, after);
    let side = |debit: bool| {
        let of = legs.iter().filter(|(_, minor)| (*minor > 0) == debit);
        let shown = |(account, minor): &ledger::Leg| {
            format!("`{}` {}", account.name(), rupees(minor.abs()))
        };
        of.map(shown).collect::<Vec<_>>().join(", ")
    };
    format!(" {} | {} |", side(true), side(false))
}

#[test]
fn the_worked_contract_of_the_guide() {
    let (mut contract, ladder) = sold();
    let back = Command::ReversePayment { payment: UnitId::from_bytes([3; 16]), amount: 10_000 };
    let waived = Command::WaiveFees { amount: 500, reason: "goodwill".into() };
    let story: [(&str, &str, Option<Command>); 13] = [
        ("2026-01-09", "9 Jan", Some(paid("2026-01-09", 100))),
        ("2026-01-10", "10 Jan", None),
        ("2026-02-10", "10 Feb", None),
        ("2026-02-14", "14 Feb", None),
        ("2026-02-15", "15 Feb", Some(paid("2026-02-09", 100))),
        ("2026-02-20", "20 Feb", Some(back)),
        ("2026-02-24", "24 Feb", None),
        ("2026-02-25", "25 Feb", Some(paid("2026-02-25", 100))),
        ("2026-02-26", "26 Feb", Some(waived)),
        ("2026-03-01", "1 Mar", None),
        ("2026-03-10", "10 Mar", Some(paid("2026-03-10", 50))),
        ("2026-04-10", "10 Apr", Some(paid("2026-04-10", 50))),
        ("2026-04-10", "10 Apr", Some(Command::Release { certificate: vec![1] })),
    ];
    let mut told = vec![
        ("1 Jan", balances(&contract, day("2026-01-01"))),
        ("1 Jan", postings(None, &contract)),
    ];
    for (on, shown, command) in story {
        let before = contract.clone();
        let command = match on {
            "2026-03-01" => Some(extended(&contract, on)),
            _ => command,
        };
        for command in [Some(Command::Reckon), command].into_iter().flatten() {
            for fact in decide(&contract, &ladder, command, Actor::Time, at(on)).unwrap() {
                contract.apply(&fact);
            }
        }
        told.push((shown, balances(&contract, day(on))));
        if !ledger::legs(Some(&before), &contract).is_empty() {
            told.push((shown, postings(Some(&before), &contract)));
        }
    }
    let lines: Vec<&str> = GUIDE.lines().collect();
    let missing: Vec<String> = told
        .iter()
        .filter(|(on, end)| {
            let start = format!("| {on} |");
            !lines.iter().any(|line| line.starts_with(&start) && line.ends_with(end.as_str()))
        })
        .map(|(on, end)| format!("| {on} | …{end}"))
        .collect();
    assert!(missing.is_empty(), "the guide lacks:\n{}", missing.join("\n"));
    assert!(matches!(contract.state, State::Released { .. }));
}

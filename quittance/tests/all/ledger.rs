//! The exported ledger, checked by somebody else's program.

use std::{collections::BTreeMap, path::Path, process::Command, sync::Arc};

use domain::{
    Actor, Moment, UnitId,
    ending::{End, Shortfall},
};
use server::{
    App,
    app::{
        Pace,
        change::Asked,
        post_payment::{NewPayment, payment_unit},
    },
    keys::files::KeyDir,
    real::{RealClock, RealEntropy},
};

use crate::kit::{House, first_rows, ran};

const CONTRACTS: usize = 250;

/// Account and currency to the balance; those of nothing are left out.
type Balances = BTreeMap<(String, String), String>;

/// A part of the example book with its payments, in ten currencies of 0, 2 and 3 decimals; then a
/// reversal, a credit, an overpayment, a return, a write-off, and money that comes too late.
fn with_books() -> House {
    let house = House::founded();
    let contracts = house.file("contracts.csv", &first_rows("contracts.csv", CONTRACTS));
    let payments = house.file("payments.csv", &own_payments());
    house.ok(&["import", "contracts", &contracts]);
    house.ok(&["import", "payments", &payments]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(afterwards(&house));
    house
}

/// The example payments of those contracts.
fn own_payments() -> String {
    let all = first_rows("payments.csv", usize::MAX - 1);
    let own = |line: &&str| {
        let reference = line.split(',').nth(2).and_then(|text| text.strip_prefix("EX-"));
        reference.and_then(|text| text.parse::<usize>().ok()).is_none_or(|no| no <= CONTRACTS)
    };
    all.lines().filter(own).map(|line| format!("{line}\n")).collect()
}

async fn open(house: &House) -> App {
    let store = store::open(&format!("sqlite:{}", house.data().join("quittance.db").display()));
    let keys = KeyDir::below(&house.data()).load(&RealEntropy).unwrap();
    let (clock, entropy) = (Arc::new(RealClock), Arc::new(RealEntropy));
    App::open(store.unwrap(), keys, clock, entropy, Pace::default()).await.unwrap()
}

fn clerk() -> Actor {
    Actor::Feed("clerk".into())
}

async fn afterwards(house: &House) {
    let app = open(house).await;
    let tenant = app.directory.tenant_named(None).unwrap().tenant.id;
    let unit = async |reference: &str| app.by_reference(tenant, reference).await.unwrap().unwrap();
    let act = async |unit: UnitId, command: domain::Command| {
        let asked = Asked::once(&app, "act", clerk());
        app.act(tenant, unit, &asked, command).await.unwrap();
    };
    let payments = own_payments();
    let paid: Vec<&str> = payments.lines().nth(7).unwrap().split(',').collect();
    let payment = payment_unit(tenant, paid[0], paid[1]);
    let reversed = app.reverse_payment(tenant, payment, clerk()).await.unwrap();
    assert!(reversed.contract.is_some(), "it was counted before");
    let credit = domain::Command::Credit { amount: 700, reason: "late unlock".into() };
    act(unit("EX-00001").await, credit).await;
    let (note, reason) = (String::new(), || "not found".to_owned());
    let hand_over = End::HandOver { value: app.now(), note };
    act(unit("EX-00002").await, domain::Command::End(hand_over)).await;
    let (grade, shortfall) = ("B".to_owned(), Some(Shortfall::Waive));
    let grade = End::Grade { grade, amount: 10_000, shortfall };
    act(unit("EX-00002").await, domain::Command::End(grade)).await;
    for (reference, release) in [("EX-00003", true), ("EX-00005", false)] {
        let write_off = End::WriteOff { release, reason: reason() };
        act(unit(reference).await, domain::Command::End(write_off)).await;
    }
    let over = |reference: &str, id: &str| NewPayment {
        provider: "bank".into(),
        provider_id: id.into(),
        reference: reference.into(),
        amount: "99999999".into(),
        currency: None,
        paid_at: Moment::parse("2026-10-01T10:00:00Z").unwrap().min(app.now()),
    };
    let overpaid = app.post_payment(tenant, over("EX-00004", "1"), clerk()).await.unwrap();
    assert!(overpaid.contract.is_some());
    let late = app.post_payment(tenant, over("EX-00004", "2"), clerk()).await.unwrap();
    assert!(late.contract.is_none(), "a contract that is paid off and released takes no money");
    let recovered = app.post_payment(tenant, over("EX-00003", "3"), clerk()).await.unwrap();
    assert!(recovered.contract.is_some(), "a claim that was written off takes money");
}

fn balances(house: &House) -> Balances {
    let value = house.json(&["ledger", "balances"]);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let lines = value["balances"].as_array().unwrap().iter();
    let lines = lines
        .map(|line| ((text(&line["account"]), text(&line["currency"])), text(&line["amount"])));
    lines.filter(|(_, amount)| is_something(amount)).collect()
}

fn is_something(amount: &str) -> bool {
    amount.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// Runs hledger on a journal. Where there is none CI fails and others are told.
fn hledger(journal: &Path, args: &[&str]) -> Option<String> {
    let output = match Command::new("hledger").arg("-f").arg(journal).args(args).output() {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var("CI").is_err(), "hledger: {error}: apt-get install hledger");
            eprintln!("skipped: hledger: {error}: apt-get install hledger");
            return None;
        }
    };
    let ran = ran(output);
    assert_eq!(ran.code, 0, "hledger {args:?}: {}{}", ran.out, ran.err);
    Some(ran.out)
}

/// What hledger's own sums come to, under our names.
fn theirs(csv: &str) -> Balances {
    let cells = |line: &str| -> Vec<String> {
        line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()
    };
    let lines = csv.lines().skip(1).map(cells).map(|cells| {
        let name = cells[0].rsplit(':').next().unwrap().to_owned();
        ((name, cells[1].clone()), cells[2].clone())
    });
    lines.filter(|(_, amount)| is_something(amount)).collect()
}

#[test]
fn hledger_accepts_the_journal_and_comes_to_the_same_balances() {
    let house = with_books();
    let path = house.folder.path().join("books.journal");
    let name = path.display().to_string();
    let export = ["ledger", "export", "--format", "hledger"];
    let told = house.json(&[&export[..], &["--out", &name]].concat());
    assert!(told["transactions"].as_u64().unwrap() > 4_000, "{told}");
    let journal = std::fs::read_to_string(&path).unwrap();
    assert_eq!(house.ok(&export).out, journal, "again, and to standard output: the same bytes");
    let ours = balances(&house);
    let of = |account: &str| ours.keys().filter(|(known, _)| known == account).count();
    for account in [
        "bad_debt",
        "customer_credit",
        "device_stock",
        "goodwill_cost",
        "recovery_income",
        "shortfall_cost",
        "suspense",
    ] {
        assert!(of(account) > 0, "{account}: {ours:?}");
    }
    assert!(of("receivable_principal") > 9, "many currencies: {ours:?}");
    for digits in ["commodity 1000. JPY\n", "commodity 1000.00 INR\n", "commodity 1000.000 KWD\n"] {
        assert!(journal.contains(digits), "{digits}");
    }
    let checks = ["check", "--strict", "ordereddates", "balancednoautoconversion"];
    if hledger(&path, &checks).is_none() {
        return;
    }
    let csv = ["balance", "--no-total", "--layout=bare", "-O", "csv"];
    let theirs = theirs(&hledger(&path, &csv).unwrap());
    assert_eq!(theirs, ours);
}

#[test]
fn csv_rows_add_up_and_periods_make_the_whole() {
    let house = with_books();
    let export = ["ledger", "export", "--format", "csv"];
    let whole = house.ok(&export).out;
    let header = whole.lines().next().unwrap();
    assert_eq!(
        header,
        "at,day,unit,version,unit_kind,reference,command,entry,account,kind,currency,amount,minor"
    );
    // No field of the example book needs quotes.
    let rows: Vec<Vec<&str>> = whole.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 13));
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in &rows {
        let minor: i64 = row[12].parse().unwrap();
        *sums.entry((row[8].to_owned(), row[10].to_owned())).or_default() += minor;
    }
    let digits = |currency: &str| domain::Currency::parse(currency).unwrap();
    let sums: Balances = sums
        .into_iter()
        .filter(|(_, minor)| *minor != 0)
        .map(|(of, minor)| {
            let amount = domain::Money::new(minor, digits(&of.1)).decimal();
            (of, amount)
        })
        .collect();
    assert_eq!(sums, balances(&house));
    let last = rows.last().unwrap()[1].to_owned();
    let all = house.ok(&[&export[..], &["--to", &last]].concat()).out;
    assert_eq!(all, whole);
    let day = domain::Day::parse(&last).unwrap().plus_days(1).unwrap().to_string();
    let none = house.ok(&[&export[..], &["--from", &day]].concat()).out;
    assert_eq!(none.lines().count(), 1, "a header and nothing else");
    let reversed = house.run(&[&export[..], &["--from", &day, "--to", &last]].concat());
    assert_eq!(reversed.code, 2, "{reversed:?}");
}

#[test]
fn the_books_hold_until_somebody_writes_past_the_contracts() {
    let house = with_books();
    let value = house.json(&["ledger", "check"]);
    assert_eq!(value["contracts"], CONTRACTS);
    assert_eq!(value["broken"].as_array().map(Vec::len), Some(0), "{value}");
    assert!(house.ok(&["ledger", "check"]).out.contains("4 checks hold over 250 contracts"));
    let balances = house.ok(&["ledger", "balances"]).out;
    assert!(balances.lines().next().unwrap().starts_with("ACCOUNT"), "{balances}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(forge(&house));
    let ran = house.run(&["ledger", "check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("contracts_agree_with_ledger: contract EX-00005: it says"), "{ran:?}");
    let value = house.run(&["ledger", "check", "--json"]).json();
    assert_eq!(value["broken"], serde_json::json!(["contracts_agree_with_ledger"]));
}

/// Books on a contract what it knows nothing of.
async fn forge(house: &House) {
    let app = open(house).await;
    let tenant = app.directory.tenant_named(None).unwrap().tenant.id;
    let unit = app.by_reference(tenant, "EX-00005").await.unwrap().unwrap();
    let row = app.store.load(&[unit]).await.unwrap().pop().flatten().unwrap();
    let currency = row.facets.currency.clone();
    let at = app.now();
    let leg = |account, minor| store::Posting { at, account, minor, currency: currency.clone() };
    let item = store::Item {
        tenant,
        unit,
        kind: row.kind,
        expected: row.version,
        command: store::Command { key: [9; 16], hash: [9; 32], name: "forgery" },
        change: store::Change {
            doc: row.doc,
            facets: row.facets,
            next_look: store::NextLook::Keep,
            head: row.head,
        },
        journal: Vec::new(),
        postings: vec![leg("receivable_principal", 1), leg("sales", -1)],
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    };
    let outcomes = app.store.commit(vec![item]).await.unwrap();
    assert!(matches!(outcomes[..], [store::Outcome::Done(_)]), "{outcomes:?}");
}

#[test]
fn usage_is_checked_before_anything_is_written() {
    let house = House::founded();
    let export = ["ledger", "export", "--format", "csv"];
    assert_eq!(house.run(&["ledger", "export"]).code, 2, "a format must be named");
    assert_eq!(house.run(&[&export[..], &["--from", "1.4.2026"]].concat()).code, 2);
    assert_eq!(house.run(&[&export[..], &["--json"]].concat()).code, 2);
    assert_eq!(house.run(&[&export[..], &["--tenant", "nobody"]].concat()).code, 1);
    let nowhere = house.folder.path().join("no/such/folder.csv").display().to_string();
    assert_eq!(house.run(&[&export[..], &["--out", &nowhere]].concat()).code, 2);
    assert_eq!(house.ok(&export).out.lines().count(), 1, "an empty ledger is a header");
    let journal = house.ok(&["ledger", "export", "--format", "hledger"]).out;
    assert!(journal.contains("account assets:receivable_principal"), "{journal}");
}

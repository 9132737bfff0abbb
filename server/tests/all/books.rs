//! The ledger read in time order, and what looking through the books finds.

use std::collections::BTreeMap;

use domain::{Command, Day, UnitId, ledger::Account};
use formats::{Booking, LedgerForm, LedgerText};
use server::app::{
    change::Asked,
    check_books::{AGREE, Books, DRAINS, SIDES},
};
use store::{Outcome, Posting, UnitKind};

use crate::kit::*;

/// Two contracts: one is overpaid and reversed, the other given credit and written off.
async fn lived() -> (House, UnitId) {
    let house = House::new().await;
    let first = house.sign(new_contract("C-1", 1)).await;
    let second = house.sign(new_contract("C-2", 2)).await;
    house.clock.pass(86_400);
    house.pay("p-1", "C-1", "1000").await;
    let posted = house.pay("p-2", "C-2", "250.50").await;
    house.clock.pass(86_400);
    let total = house.contract(first).await.terms().total();
    let rest = format!("{}.00", total / 100);
    let over = house.pay("p-3", "C-1", &rest).await;
    house.app.reverse_payment(house.tenant, over.payment, clerk()).await.unwrap();
    house.app.reverse_payment(house.tenant, posted.payment, clerk()).await.unwrap();
    house.clock.pass(86_400);
    let credit = Command::Credit { amount: 4_200, reason: "late unlock".into() };
    for command in [credit, write_off(true)] {
        let asked = Asked::once(&house.app, "act", clerk());
        house.app.act(house.tenant, second, &asked, command).await.unwrap();
    }
    (house, first)
}

async fn walk(house: &House, from: Option<Day>, to: Option<Day>) -> Vec<Booking> {
    let tenant = house.app.directory.tenant(house.tenant).unwrap();
    let head = house.app.ledger_head(&tenant.tenant, from, to).await.unwrap();
    let mut walk = house.app.ledger_walk(house.tenant, &head);
    let mut all = Vec::new();
    while let Some(bookings) = walk.next().await.unwrap() {
        all.extend(bookings);
    }
    all
}

async fn books(house: &House) -> Books {
    house.app.check_books(house.tenant, |_| {}).await.unwrap()
}

/// Books two legs on a unit without its knowledge, as no use case does.
async fn book(house: &House, unit: UnitId, legs: [(Account, i64); 2]) {
    let row = house.row(unit).await;
    let posting = |(account, minor): (Account, i64)| Posting {
        at: house.app.now(),
        account: account.name(),
        minor,
        currency: "INR".into(),
    };
    let item = store::Item {
        tenant: row.tenant,
        unit,
        kind: row.kind,
        expected: row.version,
        command: store::Command {
            key: *house.app.new_id().as_bytes(),
            hash: [0; 32],
            name: "forgery",
        },
        change: store::Change {
            doc: row.doc,
            facets: row.facets,
            next_look: store::NextLook::Keep,
            head: row.head,
        },
        journal: Vec::new(),
        postings: legs.map(posting).to_vec(),
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    };
    let outcomes = house.app.store.commit(vec![item]).await.unwrap();
    assert!(matches!(outcomes[..], [Outcome::Done(_)]), "{outcomes:?}");
}

fn found(books: &Books) -> Vec<&'static str> {
    let mut checks: Vec<_> = books.findings.iter().map(|found| found.check).collect();
    checks.dedup();
    checks
}

#[tokio::test]
async fn bookings_are_whole_in_time_order_and_sum_to_the_balances() {
    let (house, _) = lived().await;
    let all = walk(&house, None, None).await;
    assert!(all.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let told: Vec<(&str, &str, &str)> =
        all.iter().map(|of| (of.unit_kind, of.command.as_str(), of.reference.as_str())).collect();
    assert!(told.contains(&("contract", "post_payment", "C-1")), "{told:?}");
    assert!(told.contains(&("contract", "reverse_payment", "C-2")), "{told:?}");
    let mut sums = BTreeMap::new();
    for leg in all.iter().flat_map(|booking| &booking.legs) {
        *sums.entry((leg.account, leg.money.currency)).or_insert(0) += leg.money.minor;
    }
    let balances = house.app.balances(house.tenant).await.unwrap();
    let balances: BTreeMap<_, _> =
        balances.iter().map(|of| ((of.account, of.money.currency), of.money.minor)).collect();
    assert_eq!(sums, balances);
    assert_eq!(balances.values().sum::<i64>(), 0);
}

#[tokio::test]
async fn periods_that_follow_each_other_make_the_whole() {
    let (house, _) = lived().await;
    let all = walk(&house, None, None).await;
    let tenant = house.app.directory.tenant(house.tenant).unwrap();
    let zone = tenant.tenant.time_zone.clone();
    let days: Vec<Day> = all.iter().map(|booking| zone.day(booking.at)).collect();
    let (first, last) = (days[0], *days.last().unwrap());
    assert_eq!(last.days_since(first), 3, "the ledger has several days");
    let split = first.plus_days(1).unwrap();
    let begin = walk(&house, Some(first), Some(split)).await;
    assert!(begin.iter().all(|booking| zone.day(booking.at) <= split) && !begin.is_empty());
    let rest = walk(&house, split.plus_days(1), Some(last)).await;
    assert_eq!([begin, rest].concat(), all);
    assert_eq!(walk(&house, last.plus_days(1), None).await, []);
    let reversed = house.app.ledger_head(&tenant.tenant, Some(last), Some(first)).await;
    assert_eq!(code(reversed.map(|_| ())), "bad_period");
}

#[tokio::test]
async fn the_same_ledger_gives_the_same_text() {
    let (house, _) = lived().await;
    let tenant = house.app.directory.tenant(house.tenant).unwrap();
    let head = house.app.ledger_head(&tenant.tenant, None, None).await.unwrap();
    let mut texts = Vec::new();
    for form in [LedgerForm::Csv, LedgerForm::Csv, LedgerForm::Hledger, LedgerForm::Hledger] {
        let mut text = LedgerText::begin(form, &head, Vec::new()).unwrap();
        for booking in walk(&house, None, None).await {
            text.push(&booking).unwrap();
        }
        texts.push(String::from_utf8(text.finish().unwrap()).unwrap());
    }
    assert!(texts[0] == texts[1] && texts[2] == texts[3]);
    let legs: usize = walk(&house, None, None).await.iter().map(|of| of.legs.len()).sum();
    assert_eq!(texts[0].lines().count(), legs + 1);
    assert!(texts[2].contains("\ncommodity 1000.00 INR\n"), "{}", texts[2]);
}

#[tokio::test]
async fn books_of_ordinary_life_hold() {
    let (house, _) = lived().await;
    let books = books(&house).await;
    assert_eq!(books, Books { contracts: 2, ..Books::default() });
}

#[tokio::test]
async fn a_posting_its_contract_knows_nothing_of_is_found() {
    let (house, first) = lived().await;
    book(&house, first, [(Account::ReceivablePrincipal, 5), (Account::Sales, -5)]).await;
    let books = books(&house).await;
    assert_eq!(found(&books), [AGREE]);
    assert_eq!(books.findings.len(), 2, "of the contract, and of all: {books:?}");
    assert!(books.findings[0].what.starts_with("contract C-1: it says"), "{books:?}");
}

#[tokio::test]
async fn differences_that_make_up_for_each_other_are_found() {
    let (house, first) = lived().await;
    let second = house.app.by_reference(house.tenant, "C-2").await.unwrap().unwrap();
    book(&house, first, [(Account::ReceivablePrincipal, 5), (Account::Sales, -5)]).await;
    book(&house, second, [(Account::BadDebt, -5), (Account::Sales, 5)]).await;
    let books = books(&house).await;
    assert_eq!(found(&books), [AGREE]);
    assert_eq!(books.findings.len(), 2, "one of each contract, none of all: {books:?}");
}

#[tokio::test]
async fn an_account_on_the_wrong_side_is_found() {
    let (house, first) = lived().await;
    let owed = i64::try_from(domain::ledger::owed(&house.contract(first).await)).unwrap();
    let moved = owed + 1;
    let legs = [(Account::ReceivablePrincipal, -moved), (Account::CustomerCredit, moved)];
    book(&house, first, legs).await;
    let books = books(&house).await;
    assert_eq!(found(&books), [SIDES]);
    let whats: Vec<&str> = books.findings.iter().map(|found| found.what.as_str()).collect();
    assert_eq!(whats[0], "contract C-1: receivable_principal stands on the wrong side with -1 INR");
    assert!(whats[1].contains("customer_credit"), "{whats:?}");
}

#[tokio::test]
async fn money_that_stays_in_transit_is_found() {
    let (house, _) = lived().await;
    let posted = house.pay("p-9", "C-1", "10").await;
    assert_eq!(house.row(posted.payment).await.kind, UnitKind::Intake);
    let legs = [(Account::InTransit, -300), (Account::ProviderClearing, 300)];
    book(&house, posted.payment, legs).await;
    let books = books(&house).await;
    assert_eq!(found(&books), [DRAINS]);
    assert_eq!(books.findings[0].what, "-300 INR in in_transit stay there");
}

//! A book of 100,000 contracts meets a feed that falls silent for three days.

use domain::{
    Actor, Contract, Day, Fact, Hold, HoldId, HoldKind, Ladder, Terms, UnitId, Zone, evaluate,
    fact::What,
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};
use futures_util::{StreamExt, stream};
use server::app::{reference_name, sign_contract::NewContract};
use store::{Change, Facets, Item, NextLook, Outcome, UnitKind};

use crate::{kit::*, phone::Phone, phone::pass};

const BOOK: u32 = 100_000;
/// Pay through `cards`, late and always in time; nothing of it is told.
const LATE: [u32; 3] = [2_000, 2_000, 2_000];
/// Never pay: through `bank`, through `cards`, and through nobody knows whom.
const BY_BANK: u32 = 1_000;
const BY_CARDS: u32 = 500;
const BY_NOBODY: u32 = 500;

/// What the n-th contract is like: so many days that a dispute lasts, who pays it, whether it does.
struct Case {
    late: bool,
    disputed_days: i64,
    feed: Option<&'static str>,
    pays: bool,
}

fn case(number: u32) -> Case {
    let case = |disputed_days, feed, pays| Case { late: true, disputed_days, feed, pays };
    let mut first = 0;
    for (days, count) in LATE.into_iter().enumerate() {
        first += count;
        if number < first {
            return case(i64::try_from(days).unwrap(), Some("cards"), true);
        }
    }
    match number - first {
        rest if rest < BY_BANK => case(0, Some("bank"), false),
        rest if rest < BY_BANK + BY_CARDS => case(0, Some("cards"), false),
        rest if rest < BY_BANK + BY_CARDS + BY_NOBODY => case(0, None, false),
        _ => Case { late: false, ..case(0, Some("cards"), false) },
    }
}

/// The n-th contract, made of one that lived through its arrears in this very house, or of one
/// that is paid ahead.
fn item(house: &House, late: &Contract, current: &Contract, ladder: &Ladder, number: u32) -> Item {
    let now = house.app.now();
    let case = case(number);
    let mut contract = if case.late { late.clone() } else { current.clone() };
    contract.unit = UnitId::from_bytes((0x0192_u128 << 112 | u128::from(number)).to_be_bytes());
    contract.signed.reference = format!("B-{number}");
    contract.pays_through = case.feed.into_iter().map(str::to_owned).collect();
    contract.lease = None;
    if case.disputed_days > 0 {
        let until = Some(now.plus_seconds(case.disputed_days * DAY));
        let (id, kind) = (HoldId::from_bytes([5; 16]), HoldKind::Dispute);
        let hold = Hold { id, kind, from: now, until, cause: "the amount".into() };
        let what = What::HoldOpened(hold);
        contract.apply(&Fact { at: now, actor: Actor::Time, what });
    }
    let decision = evaluate(&contract, ladder, now);
    contract.record(decision.recorded(now));
    let (unit, tenant) = (contract.unit, contract.tenant);
    let reserve = case.pays.then(|| reference_name(tenant, &contract.signed.reference));
    let hash = formats::genesis(tenant, unit);
    let stage = contract.decision.stage;
    Item {
        tenant,
        unit,
        kind: UnitKind::Contract,
        expected: 0,
        command: store::Command { key: unit.bytes(), hash: [0; 32], name: "book" },
        change: Change {
            doc: formats::contract_doc(&contract),
            facets: Facets {
                name: contract.signed.reference.clone(),
                status: contract.state.name().into(),
                rung: stage.rung as u8,
                step: stage.step,
                currency: "INR".into(),
            },
            next_look: NextLook::Set(decision.next_look),
            head: store::Head { entries: 0, hash },
        },
        journal: Vec::new(),
        postings: Vec::new(),
        reserve: reserve.into_iter().collect(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    }
}

/// A contract whose first instalment is due in three months.
fn ahead() -> NewContract {
    let price = Price {
        currency: domain::Currency::parse("INR").unwrap(),
        cash_price: 300_000,
        down_payment: 0,
    };
    let plan = Equal {
        count: 3,
        period: Period::Weeks,
        every: 1,
        first_due: Day::new(2026, 4, 17).unwrap(),
        month_end: MonthEnd::Clamp,
        instalment: None,
    };
    let zone = Zone::parse("Asia/Kolkata").unwrap();
    let terms = Terms::equal(price, &plan, zone, "en".into()).unwrap();
    NewContract { terms, ..new_contract("AHEAD", 2) }
}

/// How many contracts of the house are restricted, as recorded.
async fn restricted(house: &House) -> u64 {
    let counts = house.app.store.counts(house.tenant).await.unwrap();
    counts.iter().filter(|count| count.rung >= 3).map(|count| count.units).sum()
}

/// Some hours pass: what jobs do, and `bank` is heard.
async fn hours(house: &House, hours: i64) {
    let app = &house.app;
    house.clock.pass(hours * HOUR);
    app.ping_feed(house.tenant, "bank").unwrap();
    app.watch_feeds().await.unwrap();
    for swept in [app.carry_standstills().await.unwrap(), app.sweep(1).await.unwrap()] {
        assert_eq!(swept.failed, 0);
    }
}

async fn pay_all(house: &House) {
    let payers = (0..BOOK).filter(|number| case(*number).pays);
    let pay = async |number: u32| {
        let payment = server::app::post_payment::NewPayment {
            provider: "cards".into(),
            ..house.payment(&format!("P-{number}"), &format!("B-{number}"), "1000.00")
        };
        let posted = house.app.post_payment(house.tenant, payment, clerk()).await.unwrap();
        assert!(posted.contract.is_some(), "{:?}", posted.intake.state);
    };
    let mut paid = std::pin::pin!(stream::iter(payers).map(pay).buffer_unordered(64));
    while paid.next().await.is_some() {}
}

fn metric(house: &House, name: &str) -> String {
    let text = house.app.metrics.text(&house.app);
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

/// All payments of one provider are missing for three days: nobody who pays through it is
/// restricted, nor anybody of whom that is not known; the feed's alarm rings and no other; and all
/// goes on by itself when the feed returns with its backlog.
#[tokio::test]
async fn three_days_without_a_feed_restrict_nobody_of_a_hundred_thousand() {
    let house = House::new().await;
    let unit = house.sign(new_contract("LATE", 1)).await;
    let ahead = house.sign(ahead()).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass(&house, &mut phone, 13 * 24).await;
    let (late, current) = (house.contract(unit).await, house.contract(ahead).await);
    assert_eq!(late.decision.stage, domain::Stage::NOTICE, "a step begins at midnight");
    house.app.act(house.tenant, unit, &once(&house), write_off(false)).await.unwrap();
    let ladder = house.app.contract_of(house.tenant, unit).await.unwrap().ladder;
    for chunk in (0..BOOK).collect::<Vec<_>>().chunks(1_000) {
        let make = |number: &u32| item(&house, &late, &current, &ladder, *number);
        let made = house.app.store.commit(chunk.iter().map(make).collect()).await.unwrap();
        assert!(made.iter().all(|made| matches!(made, Outcome::Done(1))));
    }
    for name in ["bank", "cards"] {
        house.app.watch_feed(house.tenant, name, Some(24), 6, clerk()).await.unwrap();
    }

    for slot in 1..=12 {
        hours(&house, 6).await;
        // The feed that works goes on restricting those who never pay.
        let expected = if slot < 3 { 0 } else { BY_BANK };
        assert_eq!(restricted(&house).await, u64::from(expected), "after {} hours", slot * 6);
    }
    let feeds = house.app.feeds.of(house.tenant);
    let stale: Vec<&str> = feeds
        .iter()
        .filter(|feed| feed.stale_since.is_some())
        .map(|feed| feed.name.as_str())
        .collect();
    assert_eq!(stale, ["cards"]);
    assert_eq!(metric(&house, "quittance_feeds_stale "), "1");
    assert_eq!(metric(&house, "quittance_breakers_tripped_total"), "0");

    pay_all(&house).await;
    for _ in 0..3 {
        house.app.ping_feed(house.tenant, "cards").unwrap();
        hours(&house, 3).await;
    }
    assert_eq!(metric(&house, "quittance_feeds_stale "), "0");
    assert_eq!(metric(&house, "quittance_breakers_tripped_total"), "0");
    let unpaid = BY_BANK + BY_CARDS + BY_NOBODY;
    assert_eq!(restricted(&house).await, u64::from(unpaid), "those who owe, and nobody else");
    let first = UnitId::from_bytes((0x0192_u128 << 112).to_be_bytes());
    let contract = house.contract(first).await;
    assert_eq!(contract.decision.stage, domain::Stage::REMIND, "the next one fell due");
    assert!(contract.holds.iter().all(|hold| !hold.is_open(house.app.now())));
}

fn once(house: &House) -> server::app::change::Asked {
    server::app::change::Asked::once(&house.app, "write_off", clerk())
}

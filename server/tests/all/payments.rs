//! Money counts once, whatever happens in between.

use std::sync::Arc;

use domain::{Actor, Command, UnitId};
use formats::intake::IntakeState;
use server::{
    Error,
    app::{Pace, change::Asked, post_payment::open_intake},
    keys::Keys,
};

use crate::{kit::*, mortal::Mortal};

async fn signed() -> (House, UnitId) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    (house, unit)
}

async fn mortal() -> (House, UnitId, Arc<Mortal>) {
    let store = Mortal::new();
    let house = House::on(store.clone(), Keys::new(&[7; 32]), Pace::default()).await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    (house, unit, store)
}

async fn drain(house: &House) {
    house.clock.pass(11);
    let swept = house.app.drain_transit(1).await.unwrap();
    assert_eq!(swept.failed, 0);
}

/// Nothing is left on its way, and everything holds.
async fn at_rest(house: &House) {
    house.check().await;
    assert_eq!(house.balance().await.get("in_transit").copied().unwrap_or(0), 0);
}

async fn state(house: &House, payment: UnitId) -> IntakeState {
    open_intake(&house.row(payment).await).unwrap().state
}

fn cashier() -> Actor {
    Actor::Feed("till".into())
}

#[tokio::test]
async fn invariant_5_the_same_id_twice_counts_once() {
    let (house, unit) = signed().await;
    let first = house.payment("p-1", "C-1", "1000");
    let posted = house.post(first.clone()).await.unwrap();
    assert!(!posted.repeated);
    assert_eq!(posted.intake.state, IntakeState::Applied { contract: unit });
    let again = house.post(first.clone()).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.payment, posted.payment);
    assert_eq!(house.contract(unit).await.paid, 100_000);
    let other = house.payment("p-1", "C-1", "1000.01");
    assert_eq!(code(house.post(other).await), "payment_id_reused");
    let mut elsewhere = first;
    elsewhere.provider = "shop".into();
    assert!(!house.post(elsewhere).await.unwrap().repeated, "another provider's p-1");
    assert_eq!(house.contract(unit).await.paid, 200_000);
    at_rest(&house).await;
}

#[tokio::test]
async fn the_same_id_at_the_same_time_counts_once() {
    let (house, unit) = signed().await;
    let posts = (0..8).map(|_| house.post(house.payment("p-1", "C-1", "1000")));
    for posted in futures_util::future::join_all(posts).await {
        assert_eq!(posted.unwrap().intake.state, IntakeState::Applied { contract: unit });
    }
    assert_eq!(house.contract(unit).await.paid, 100_000);
    at_rest(&house).await;
}

#[tokio::test]
async fn many_payments_of_one_contract_at_once_are_committed_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("q.db").display());
    let store = store::open(&url).unwrap();
    let house = House::on(store, Keys::new(&[7; 32]), Pace::default()).await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let posts = (0..64).map(|number| house.post(house.payment(&format!("p-{number}"), "C-1", "1")));
    for posted in futures_util::future::join_all(posts).await {
        assert_eq!(posted.unwrap().intake.state, IntakeState::Applied { contract: unit });
    }
    assert_eq!(house.contract(unit).await.paid, 6_400);
    let metrics = house.app.metrics.text(&house.app);
    let in_vain = "{command=\"post_payment\",outcome=\"conflict\"}";
    assert!(!metrics.contains(in_vain), "{metrics}");
    assert_eq!(house.app.turns.busy(), 0);
    at_rest(&house).await;
}

#[tokio::test]
async fn what_cannot_be_counted_says_why_and_changes_nothing() {
    let (house, unit) = signed().await;
    let before = house.row(unit).await;
    let cases = [
        ("C-9", "1000", None, "unknown_reference"),
        ("C-1", "1000", Some("USD"), "currency_mismatch"),
        ("C-1", "1000.001", None, "amount_too_precise"),
        ("C-1", "0", None, "amount_not_positive"),
        ("C-1", "-5", None, "amount_not_positive"),
        ("C-1", "ten", None, "bad_amount"),
        ("C-1", "99999999999999999999", None, "amount_overflow"),
    ];
    for (reference, amount, currency, expected) in cases {
        let mut new = house.payment("p-1", reference, amount);
        new.currency = currency.map(str::to_owned);
        assert_eq!(code(house.post(new).await), expected, "{amount}");
    }
    let mut late = house.payment("p-1", "C-1", "1");
    late.paid_at = house.app.now().plus_seconds(2 * DAY);
    assert_eq!(code(house.post(late).await), "paid_in_future");
    let mut nameless = house.payment("", "C-1", "1");
    assert_eq!(code(house.post(nameless.clone()).await), "bad_text");
    nameless.provider_id = "x".repeat(129);
    assert_eq!(code(house.post(nameless).await), "bad_text");
    assert_eq!(house.row(unit).await, before);
    assert_eq!(house.pay("p-1", "C-1", "1").await.intake.amount, 100, "the id is still free");
    at_rest(&house).await;
}

#[tokio::test]
async fn a_sum_beyond_any_contract_waits_in_suspense() {
    let (house, unit) = signed().await;
    house.pay("p-1", "C-1", "10000000000000").await;
    assert!(house.contract(unit).await.is_released());
    let (house, unit) = signed().await;
    let asked = Asked::keyed([1; 16], b"credit", "credit", clerk());
    let credit = Command::Credit { amount: 100, reason: "sorry".into() };
    house.app.act(house.tenant, unit, &asked, credit).await.unwrap();
    let posted = house.pay("p-1", "C-1", "10000000000000.01").await;
    assert_eq!(posted.intake.state, IntakeState::Suspense { reason: "amount_overflow".into() });
    assert_eq!(house.contract(unit).await.paid, 100);
    at_rest(&house).await;
}

#[tokio::test]
async fn money_for_a_released_contract_waits_in_suspense() {
    let (house, unit) = signed().await;
    house.pay("p-1", "C-1", "3000").await;
    let before = house.row(unit).await;
    let posted = house.pay("p-2", "C-1", "1000").await;
    assert_eq!(posted.intake.state, IntakeState::Suspense { reason: "contract_released".into() });
    let again = house.pay("p-2", "C-1", "1000").await;
    assert!(again.repeated);
    assert_eq!(again.intake, posted.intake);
    assert_eq!(house.row(unit).await, before);
    assert_eq!(house.balance().await["suspense"], -100_000);
    let reversed = house.app.reverse_payment(house.tenant, posted.payment, cashier()).await;
    assert_eq!(code(reversed), "payment_not_posted");
    at_rest(&house).await;
}

#[tokio::test]
async fn a_crash_between_the_commits_is_finished_by_the_job() {
    for (commits, amount) in [(1, "1000"), (2, "1000"), (1, "3000"), (2, "3000")] {
        let (house, unit, store) = mortal().await;
        let new = house.payment("p-1", "C-1", amount);
        store.dies_after(commits);
        assert!(matches!(house.post(new.clone()).await, Err(Error::Fault(_))));
        store.revives();
        drain(&house).await;
        let minor = amount.parse::<i64>().unwrap() * 100;
        assert_eq!(house.contract(unit).await.paid, minor);
        let payment = house.post(new).await.unwrap();
        assert!(payment.repeated);
        assert_eq!(payment.intake.state, IntakeState::Applied { contract: unit }, "{commits}");
        at_rest(&house).await;
        drain(&house).await;
        assert_eq!(house.contract(unit).await.paid, minor);
    }
}

#[tokio::test]
async fn a_crash_between_the_commits_is_finished_by_a_repeat() {
    for (commits, amount) in [(1, "1000"), (2, "1000"), (2, "3000")] {
        let (house, unit, store) = mortal().await;
        let new = house.payment("p-1", "C-1", amount);
        store.dies_after(commits);
        assert!(house.post(new.clone()).await.is_err());
        store.revives();
        let posted = house.post(new).await.unwrap();
        assert_eq!(posted.intake.state, IntakeState::Applied { contract: unit });
        assert_eq!(house.contract(unit).await.paid, amount.parse::<i64>().unwrap() * 100);
        at_rest(&house).await;
        let row = house.row(posted.payment).await;
        drain(&house).await;
        assert_eq!(house.row(posted.payment).await, row, "nothing was left to do");
    }
}

#[tokio::test]
async fn a_reversal_counts_once() {
    let (house, unit) = signed().await;
    let posted = house.pay("p-1", "C-1", "1000").await;
    let app = &house.app;
    let reversed = app.reverse_payment(house.tenant, posted.payment, cashier()).await.unwrap();
    assert!(!reversed.repeated);
    assert_eq!(house.contract(unit).await.paid, 0);
    let again = app.reverse_payment(house.tenant, posted.payment, cashier()).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.intake, reversed.intake);
    assert_eq!(house.contract(unit).await.paid, 0);
    let reported = house.post(house.payment("p-1", "C-1", "1000")).await.unwrap();
    assert!(reported.repeated, "reporting it again does not count it again");
    assert_eq!(house.contract(unit).await.paid, 0);
    let unknown = app.reverse_payment(house.tenant, unit, cashier()).await;
    assert!(matches!(unknown, Err(Error::NotFound(_))));
    at_rest(&house).await;
}

#[tokio::test]
async fn a_crash_within_a_reversal_heals() {
    for by_job in [true, false] {
        for commits in [0, 1, 2] {
            let (house, unit, store) = mortal().await;
            let payment = house.pay("p-1", "C-1", "1000").await.payment;
            store.dies_after(commits);
            let crashed = house.app.reverse_payment(house.tenant, payment, cashier()).await;
            assert!(matches!(crashed, Err(Error::Fault(_))));
            store.revives();
            if by_job && commits > 0 {
                drain(&house).await;
            } else {
                let again = house.app.reverse_payment(house.tenant, payment, cashier()).await;
                assert_eq!(again.unwrap().repeated, commits == 2);
            }
            assert_eq!(state(&house, payment).await, IntakeState::Reversed { contract: unit });
            assert_eq!(house.contract(unit).await.paid, 0, "{commits} {by_job}");
            at_rest(&house).await;
        }
    }
}

#[tokio::test]
async fn a_job_that_comes_late_takes_nothing_back() {
    let (house, unit, store) = mortal().await;
    let new = house.payment("p-1", "C-1", "1000");
    store.dies_after(1);
    assert!(house.post(new.clone()).await.is_err());
    store.revives();
    house.clock.pass(11);
    let until = house.app.now().plus_seconds(60);
    let claimed =
        house.app.store.claim(store::Queue::InTransit, 9, house.app.now(), until, 9).await.unwrap();
    house.post(new).await.unwrap();
    for work in claimed {
        house.app.finish_transit(&work).await.unwrap();
    }
    assert_eq!(house.contract(unit).await.paid, 100_000);
    at_rest(&house).await;
}

#[tokio::test]
async fn a_command_carried_out_before_is_a_repeat_even_where_it_would_be_refused() {
    let (house, unit) = signed().await;
    let asked = Asked::keyed([3; 16], b"write off", "write_off", clerk());
    let act = |asked: Asked, command: Command| {
        let (app, tenant) = (house.app.clone(), house.tenant);
        async move { app.act(tenant, unit, &asked, command).await }
    };
    let first = act(asked.clone(), write_off(true)).await.unwrap();
    assert!(first.contract.is_released());
    let again = act(asked, write_off(true)).await.unwrap();
    assert_eq!((again.repeated, again.version), (true, first.version));
    let fresh = Asked::keyed([4; 16], b"write off", "write_off", clerk());
    assert_eq!(code(act(fresh, write_off(true)).await), "contract_not_active");
    let other = Asked::keyed([3; 16], b"return", "return", clerk());
    assert_eq!(code(act(other, write_off(true)).await), "idempotency_key_reused");
    house.check().await;
}

async fn charge_back(house: &House, payment: UnitId) -> Result<bool, Error> {
    let asked = Asked::once(&house.app, "charge_back", clerk());
    let now = house.app.now();
    let done = house.app.charge_back(house.tenant, payment, now, &asked).await;
    done.map(|changed| changed.repeated)
}

async fn reverse(house: &House, payment: UnitId) -> Result<bool, Error> {
    let done = house.app.reverse_payment(house.tenant, payment, clerk()).await;
    done.map(|posted| posted.repeated)
}

#[tokio::test]
async fn the_same_money_is_not_taken_twice() {
    let (house, unit) = signed().await;
    let posted = house.pay("p-1", "C-1", "1000").await;
    charge_back(&house, posted.payment).await.unwrap();
    let before = house.row(posted.payment).await;
    assert_eq!(code(reverse(&house, posted.payment).await), "payment_charged_back");
    assert_eq!(house.row(posted.payment).await, before, "nothing set out");
    let asked = Asked::once(&house.app, "win_chargeback", clerk());
    let now = house.app.now();
    house.app.win_chargeback(house.tenant, posted.payment, now, &asked).await.unwrap();
    assert!(!reverse(&house, posted.payment).await.unwrap(), "it was given again");
    assert_eq!(code(charge_back(&house, posted.payment).await), "payment_not_posted");
    assert_eq!(house.contract(unit).await.paid, 0);
    at_rest(&house).await;
}

#[tokio::test]
async fn a_reversal_is_refused_before_it_sets_out() {
    let (house, unit) = signed().await;
    let first = house.pay("p-1", "C-1", "1000").await;
    let asked = Asked::once(&house.app, "reverse", clerk());
    let taken = Command::ReversePayment { payment: UnitId::from_bytes([8; 16]), amount: 60_000 };
    house.app.act(house.tenant, unit, &asked, taken).await.unwrap();
    let before = house.row(first.payment).await;
    assert_eq!(code(reverse(&house, first.payment).await), "reversal_exceeds_paid");
    assert_eq!(house.row(first.payment).await, before, "nothing set out");
}

#[tokio::test]
async fn a_reversal_half_done_bars_the_chargeback_and_the_other_way_round() {
    for (commits, state) in [(1, "applied"), (2, "reversed")] {
        let (house, _, store) = mortal().await;
        let posted = house.pay("p-1", "C-1", "1000").await;
        store.dies_after(commits);
        assert!(reverse(&house, posted.payment).await.is_err());
        store.revives();
        let back = charge_back(&house, posted.payment).await;
        match commits {
            1 => assert!(back.is_ok(), "the contract had not heard of the reversal"),
            _ => assert_eq!(code(back), "payment_not_posted"),
        }
        drain(&house).await;
        let intake = open_intake(&house.row(posted.payment).await).unwrap();
        assert_eq!(intake.state.name(), state);
        house.clock.pass(100);
        assert_eq!(house.app.drain_transit(1).await.unwrap().looked, 0, "no job is left");
        at_rest(&house).await;
    }
}

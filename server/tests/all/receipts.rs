//! Money told of by a bank: counted once, matched, taken back, or kept in suspense; never lost.

use domain::{Actor, UnitId};
use formats::{
    book::When,
    camt,
    camt::Taken,
    intake::{IntakeState, Teller},
};
use server::{
    Error,
    app::{
        Pace,
        post_payment::{Posted, open_intake, payment_unit},
        receive_money::Receipt,
        take_statement::{Statement, Told},
    },
    keys::Keys,
};

use crate::{kit::*, mortal::Mortal};

const TRAPS: &str = include_str!("../../../formats/tests/data/camt/traps.v08.xml");
const BATCH: &str = include_str!("../../../formats/tests/data/camt/batch.v02.xml");
const WHOLE: &str = include_str!("../../../formats/tests/data/camt/batch-whole.v02.xml");
const REVERSAL: &str = include_str!("../../../formats/tests/data/camt/reversal.v04.xml");
const DECIMALS: &str = include_str!("../../../formats/tests/data/camt/decimals.v02.xml");
const UNBALANCED: &str = include_str!("../../../formats/tests/data/camt/unbalanced.v08.xml");
const ACCOUNT: &str = "DE02100500000054540402";

fn bank() -> Actor {
    Actor::Feed("bank".into())
}

/// A house with the contracts EX-00001 to EX-00003, in INR like the statements read here.
async fn house() -> (House, Vec<UnitId>) {
    let house = House::new().await;
    let units = sign_all(&house).await;
    (house, units)
}

async fn sign_all(house: &House) -> Vec<UnitId> {
    let mut units = Vec::new();
    for number in 1..=3 {
        units.push(house.sign(new_contract(&format!("EX-0000{number}"), number)).await);
    }
    units
}

fn read(text: &str) -> Result<Statement, Vec<formats::book::RowError>> {
    let text = text.replace("EUR", "INR");
    let message = camt::message(text.as_bytes()).unwrap();
    Statement::of(&message, None, [1; 32])
}

async fn take(house: &House, text: &str) -> Vec<Told> {
    let statement = read(text).unwrap();
    house.app.take_statement(house.tenant, &statement, &bank()).await.unwrap()
}

/// Each receipt's id, state and whether it was known.
fn shown(told: &[Told]) -> Vec<(&str, String, bool)> {
    let one = |told: &Told| match &told.became {
        Ok((IntakeState::Suspense { reason }, known)) => (reason.clone(), *known),
        Ok((state, known)) => (state.name().to_owned(), *known),
        Err(refusal) => (refusal.code.to_owned(), false),
    };
    told.iter().map(|told| (told.provider_id.as_str(), one(told).0, one(told).1)).collect()
}

fn of(rows: &[(&'static str, &str, bool)]) -> Vec<(&'static str, String, bool)> {
    rows.iter().map(|(id, state, known)| (*id, (*state).to_owned(), *known)).collect()
}

async fn paid(house: &House, unit: UnitId) -> i64 {
    house.contract(unit).await.paid
}

async fn at_rest(house: &House) {
    house.check().await;
    assert_eq!(house.balance().await.get("in_transit").copied().unwrap_or(0), 0);
}

fn money(id: &str, amount: &str, reference: &str) -> Receipt {
    Receipt {
        by: Teller::Statement,
        provider: "till".into(),
        provider_id: id.into(),
        same_as: None,
        taken: Taken::In,
        originals: Vec::new(),
        references: vec![reference.into()],
        amount: amount.into(),
        currency: "INR".into(),
        paid_at: When::At(domain::Moment::from_seconds(START - HOUR)),
        content_hash: None,
        raw_hash: [2; 32],
        proven: true,
        suspense: None,
        kept: Vec::new(),
    }
}

async fn receive(house: &House, receipt: &Receipt) -> Result<Posted, Error> {
    house.app.receive_money(house.tenant, receipt, bank()).await
}

#[tokio::test]
async fn a_statement_counts_once() {
    let (house, units) = house().await;
    let first = take(&house, TRAPS).await;
    assert_eq!(shown(&first), of(&[("BANK-1", "applied", false), ("BANK-2", "applied", false)]));
    let again = take(&house, &TRAPS.replace("M-1", "M-2")).await;
    assert_eq!(shown(&again), of(&[("BANK-1", "applied", true), ("BANK-2", "applied", true)]));
    assert_eq!((paid(&house, units[0]).await, paid(&house, units[1]).await), (10_000, 5_000));
    assert_eq!(paid(&house, units[2]).await, 0, "pending is not money");
    let kept = house.personal(payment_unit(house.tenant, ACCOUNT, "BANK-1")).await;
    assert_eq!(kept["remittance"], "Rate EX-00001 Danke");
    at_rest(&house).await;
}

#[tokio::test]
async fn a_statement_that_does_not_chain_is_refused_whole() {
    let errors = read(UNBALANCED).unwrap_err();
    assert_eq!(errors[0].code, "statement_out_of_balance");
}

#[tokio::test]
async fn a_batch_counts_once_whether_told_whole_or_in_parts() {
    let (one, units) = house().await;
    let told = take(&one, BATCH).await;
    assert!(told.iter().all(|told| matches!(told.became, Ok((IntakeState::Applied { .. }, _)))));
    assert_eq!(paid(&one, units[1]).await, 2_050, "by its structured reference");
    assert_eq!(shown(&take(&one, WHOLE).await), of(&[("BANK-B", "applied", true)]));
    at_rest(&one).await;
    let (other, units) = house().await;
    let whole = take(&other, WHOLE).await;
    assert_eq!(shown(&whole), of(&[("BANK-B", "batch_without_details", false)]));
    assert!(take(&other, BATCH).await.iter().all(|told| matches!(told.became, Ok((_, true)))));
    assert_eq!(paid(&other, units[0]).await, 0);
    assert_eq!(other.balance().await["suspense"], -6_050);
    at_rest(&other).await;
}

#[tokio::test]
async fn a_fraction_the_currency_lacks_waits_and_is_never_rounded() {
    let (house, units) = house().await;
    let told = take(&house, DECIMALS).await;
    let expected = [("D-1", "amount_too_precise", false), ("D-2", "applied", false)];
    assert_eq!(shown(&told), of(&expected));
    let payment = payment_unit(house.tenant, ACCOUNT, "D-1");
    let intake = open_intake(&house.row(payment).await).unwrap();
    assert_eq!((intake.amount, intake.exact.as_deref()), (0, Some("8.85123")));
    let matched =
        house.app.match_suspense(house.tenant, payment, "EX-00001", "his name", clerk()).await;
    assert_eq!(code(matched), "amount_too_precise");
    assert_eq!(paid(&house, units[0]).await, 0);
    assert_eq!(shown(&take(&house, DECIMALS).await)[0].1, "amount_too_precise");
    at_rest(&house).await;
}

#[tokio::test]
async fn what_is_taken_back_is_taken_back_once() {
    let (house, units) = house().await;
    let told = take(&house, REVERSAL).await;
    let expected = [("BANK-1", "applied", false), ("back:BANK-9", "reversal", false)];
    assert_eq!(shown(&told), of(&expected));
    assert_eq!(paid(&house, units[0]).await, 0);
    house.pay("p-1", "EX-00001", "100").await;
    let again = take(&house, REVERSAL).await;
    assert!(again.iter().all(|told| matches!(told.became, Ok((_, true)))));
    assert_eq!(paid(&house, units[0]).await, 10_000, "another payment of the same amount stays");
    at_rest(&house).await;
}

#[tokio::test]
async fn a_taking_back_nobody_knows_waits_in_suspense() {
    let (house, units) = house().await;
    let back = |id: &str, amount: &str, original: &str| Receipt {
        taken: Taken::Back,
        originals: vec![original.into()],
        ..money(id, amount, "")
    };
    receive(&house, &money("p-1", "100", "EX-00001")).await.unwrap();
    for (id, amount, original, reason) in
        [("b-1", "40", "p-1", "reversal_partial"), ("b-2", "100", "p-9", "reversal_unmatched")]
    {
        let posted = receive(&house, &back(id, amount, original)).await.unwrap();
        assert_eq!(posted.intake.state, IntakeState::Suspense { reason: reason.into() });
        let matched =
            house.app.match_suspense(house.tenant, posted.payment, "EX-00001", "his name", clerk());
        assert_eq!(code(matched.await), "amount_not_positive");
    }
    assert_eq!(house.balance().await["suspense"], 14_000);
    assert_eq!(paid(&house, units[0]).await, 10_000);
    at_rest(&house).await;
}

#[tokio::test]
async fn a_crash_while_taking_back_is_finished_by_the_job() {
    for commits in 0..6 {
        let store = Mortal::new();
        let house = House::on(store.clone(), Keys::new(&[7; 32]), Pace::default()).await;
        let units = sign_all(&house).await;
        let statement = read(REVERSAL).unwrap();
        store.dies_after(commits);
        let _ = house.app.take_statement(house.tenant, &statement, &bank()).await;
        store.revives();
        for _ in 0..3 {
            house.clock.pass(100);
            house.app.drain_transit(1).await.unwrap();
        }
        house.app.take_statement(house.tenant, &statement, &bank()).await.unwrap();
        assert_eq!(paid(&house, units[0]).await, 0, "{commits}");
        at_rest(&house).await;
    }
}

#[tokio::test]
async fn unmatched_money_waits_until_a_person_matches_it() {
    let (house, units) = house().await;
    let posted = receive(&house, &money("p-1", "100", "for my phone")).await.unwrap();
    assert_eq!(posted.intake.state, IntakeState::Suspense { reason: "no_reference".into() });
    assert_eq!(house.balance().await["suspense"], -10_000);
    let matching = |reference: &'static str| {
        house.app.match_suspense(house.tenant, posted.payment, reference, "his name", clerk())
    };
    assert_eq!(code(matching("EX-9").await), "unknown_reference");
    let matched = matching("EX-00002").await.unwrap();
    assert_eq!(matched.intake.state, IntakeState::Applied { contract: units[1] });
    assert!(matching("EX-00002").await.unwrap().repeated);
    assert_eq!(code(matching("EX-00001").await), "payment_not_in_suspense");
    assert_eq!(paid(&house, units[1]).await, 10_000);
    assert!(receive(&house, &money("p-1", "100", "for my phone")).await.unwrap().repeated);
    assert_eq!(house.balance().await.get("suspense").copied().unwrap_or(0), 0);
    at_rest(&house).await;
}

#[tokio::test]
async fn money_matched_in_vain_waits_on() {
    let (house, units) = house().await;
    house.pay("all", "EX-00001", "3000").await;
    assert!(house.contract(units[0]).await.is_released());
    let posted = receive(&house, &money("p-1", "100", "")).await.unwrap();
    for _ in 0..2 {
        let tried =
            house.app.match_suspense(house.tenant, posted.payment, "EX-00001", "his name", clerk());
        let reason = "contract_released".into();
        assert_eq!(tried.await.unwrap().intake.state, IntakeState::Suspense { reason });
        at_rest(&house).await;
    }
    let matched =
        house.app.match_suspense(house.tenant, posted.payment, "EX-00002", "his name", clerk());
    assert_eq!(matched.await.unwrap().intake.state, IntakeState::Applied { contract: units[1] });
    at_rest(&house).await;
}

#[tokio::test]
async fn a_hint_is_no_money_until_somebody_confirms_it() {
    let (house, units) = house().await;
    let hint = Receipt { proven: false, ..money("p-1", "100", "ex 00001") };
    let contract = Some(units[0]);
    for _ in 0..2 {
        let told = receive(&house, &hint).await.unwrap();
        assert_eq!(told.intake.state, IntakeState::Hint { contract });
    }
    assert_eq!(paid(&house, units[0]).await, 0);
    assert_eq!(house.balance().await.get("provider_clearing"), None);
    let other = Receipt { proven: false, ..money("p-1", "101", "EX-00001") };
    let other = Receipt { content_hash: Some([5; 32]), ..other };
    assert_eq!(code(receive(&house, &other).await), "payment_id_reused");
    let confirmed = receive(&house, &money("p-1", "100", "")).await.unwrap();
    assert_eq!(confirmed.intake.state, IntakeState::Applied { contract: units[0] });
    assert!(receive(&house, &hint).await.unwrap().repeated);
    assert_eq!(paid(&house, units[0]).await, 10_000);
    let other = Receipt { proven: false, ..money("p-2", "100", "whose?") };
    let told = receive(&house, &other).await.unwrap();
    let waits =
        house.app.confirm_hint(house.tenant, told.payment, Teller::Person, clerk()).await.unwrap();
    assert_eq!(waits.intake.state, IntakeState::Suspense { reason: "no_reference".into() });
    at_rest(&house).await;
}

#[tokio::test]
async fn a_hint_keeps_no_money_away() {
    let (house, units) = house().await;
    for id in ["p-1", "p-2"] {
        let forged = Receipt { proven: false, ..money(id, "1", "EX-00002") };
        receive(&house, &forged).await.unwrap();
    }
    let told = receive(&house, &money("p-1", "100", "EX-00001")).await.unwrap();
    assert_eq!(told.intake.state, IntakeState::Applied { contract: units[0] });
    assert!(told.intake.alarm.is_some());
    let new = server::app::post_payment::NewPayment {
        provider: "till".into(),
        ..house.payment("p-2", "EX-00001", "200")
    };
    assert!(!house.app.would_post(house.tenant, &new).await.unwrap());
    assert!(!house.post(new.clone()).await.unwrap().repeated);
    assert!(house.post(new).await.unwrap().repeated);
    let paid = (paid(&house, units[0]).await, paid(&house, units[1]).await);
    assert_eq!(paid, (30_000, 0));
    at_rest(&house).await;
}

#[tokio::test]
async fn a_contradiction_is_refused_and_stays_on_record() {
    let (house, units) = house().await;
    let posted = receive(&house, &money("p-1", "100", "EX-00001")).await.unwrap();
    let before = house.journal(posted.payment).await.len();
    for _ in 0..3 {
        let other = receive(&house, &money("p-1", "200", "EX-00001")).await;
        assert_eq!(code(other), "payment_id_reused");
    }
    assert_eq!(house.journal(posted.payment).await.len(), before + 1, "once for each content");
    assert!(open_intake(&house.row(posted.payment).await).unwrap().alarm.is_some());
    assert_eq!(paid(&house, units[0]).await, 10_000);
    at_rest(&house).await;
}

#[tokio::test]
async fn what_no_contract_can_take_says_why() {
    let (house, _) = house().await;
    let mut cases = vec![
        (money("a", "1", "EX-00001 or EX-00002"), "ambiguous_reference"),
        (money("b", "1", ""), "no_reference"),
        (Receipt { currency: "KES".into(), ..money("c", "1", "EX-00001") }, "currency_mismatch"),
        (money("d", "1.001", "EX-00001"), "amount_too_precise"),
    ];
    let known =
        Receipt { suspense: Some("reversal_of_ours".into()), ..money("e", "1", "EX-00001") };
    cases.push((known, "reversal_of_ours"));
    for (receipt, reason) in cases {
        let posted = receive(&house, &receipt).await.unwrap();
        assert_eq!(posted.intake.state, IntakeState::Suspense { reason: reason.into() });
    }
    for (receipt, expected) in [
        (money("f", "0", "EX-00001"), "amount_not_positive"),
        (money("f", "-1", "EX-00001"), "amount_not_positive"),
        (money("f", "ten", "EX-00001"), "bad_amount"),
        (Receipt { currency: "XXX".into(), ..money("f", "1", "EX-00001") }, "unknown_currency"),
        (money("", "1", "EX-00001"), "bad_text"),
    ] {
        assert_eq!(code(receive(&house, &receipt).await), expected);
    }
    at_rest(&house).await;
}

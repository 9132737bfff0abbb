//! How a lender goes about it, with a real phone: silence, and signs of tampering.

use agent::Input;
use domain::{HoldKind, Reason, policy::care::Evidence};
use protocol::{Rung, Stage, check_in::Sign};
use server::app::sign_contract::NewContract;

use crate::{
    kit::*,
    phone::{Phone, pass},
};

const NOTICE: Stage = Stage { rung: Rung::Notice, step: 0 };
const RESTRICT_1: Stage = Stage { rung: Rung::Restrict, step: 1 };

/// A phone under a patient programme: notices from 3 days past due, a step from `days`.
async fn patient(days: u32, manner: &str) -> (House, domain::UnitId, Phone) {
    let house = House::new().await;
    let text = FAST
        .replace("id = \"fast\"", "id = \"patient\"")
        .replace("days_past_due = 6\n", &format!("days_past_due = {days}\n"))
        .replace("days_past_due = 8\n", "days_past_due = 40\n")
        .replace("days_past_due = 11\n", "days_past_due = 60\n")
        .replace("[remind]", &format!("{manner}\n[remind]"));
    house.app.add_programme(house.tenant, &text, clerk()).await.unwrap();
    let new = NewContract { programme: "patient".into(), ..new_contract("C-1", 1) };
    let unit = house.sign(new).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    (house, unit, phone)
}

/// Hours without network.
fn offline(house: &House, phone: &mut Phone, hours: i64) {
    for _ in 0..hours {
        house.clock.pass(HOUR);
        phone.tick(HOUR);
    }
}

/// The lease names the one step that the facts justify; a phone that hears nothing takes it when
/// the silence has lasted, and a payment opens it with the first exchange.
#[tokio::test]
async fn a_phone_that_falls_silent_takes_the_step_that_was_due() {
    let rule = "[silence]\nafter_hours = 192\nstage = \"restrict/1\"\n";
    let (house, unit, mut phone) = patient(20, rule).await;
    pass(&house, &mut phone, 20 * 24).await;
    assert_eq!(phone.stage(), NOTICE);
    offline(&house, &mut phone, 191);
    assert_eq!(phone.stage(), NOTICE, "seven days past its date: the phone did not hear of it");
    offline(&house, &mut phone, 1);
    assert_eq!(phone.stage(), RESTRICT_1);
    offline(&house, &mut phone, 60 * 24);
    assert_eq!(phone.stage(), RESTRICT_1, "no further than the rule");

    house.pay("P-1", "C-1", "3000.00").await;
    phone.give(Input::Online);
    phone.talk(&house.app).await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    assert!(house.contract(unit).await.applied.is_some());
    house.check().await;
}

/// Nothing was past due when the last word came: no silence is long enough.
#[tokio::test]
async fn a_phone_that_was_current_when_it_fell_silent_is_never_restricted() {
    let rule = "[silence]\nafter_hours = 24\nstage = \"lock\"\n";
    let (house, _, mut phone) = patient(6, rule).await;
    pass(&house, &mut phone, 6 * 24).await;
    offline(&house, &mut phone, 90 * 24);
    assert!(phone.stage() <= NOTICE, "{:?}", phone.history);
}

/// A SIM card that was changed while something is past due hurries the lender, as the phone tells
/// it; to dismiss it slows him down again.
#[tokio::test]
async fn another_sim_card_hurries_who_is_past_due() {
    let hasty = "[evidence]\nsim_changed = \"restrict\"\n";
    let (house, unit, mut phone) = patient(20, hasty).await;
    pass(&house, &mut phone, 15 * 24).await;
    assert_eq!(phone.stage(), NOTICE);
    phone.give(Input::Tampered { sign: Sign::SimChanged });
    pass(&house, &mut phone, 24).await;
    let contract = house.contract(unit).await;
    let sign = Reason::Tampered(Evidence::SimChanged);
    assert!(contract.decision.reasons.contains(&sign), "{:?}", contract.decision.reasons);
    assert_eq!(phone.stage(), RESTRICT_1, "more than the law's six days past due");
    let reason = phone.agent.view(phone.at).behind_tap.reason;
    assert!(reason.ends_with("If that is wrong, tell us."), "{reason}");
    house.check().await;
}

/// What the holder says on the phone, without anybody's help, keeps everything from rising.
#[tokio::test]
async fn a_holder_disputes_on_the_phone() {
    let (house, unit, mut phone) = patient(9, "").await;
    pass(&house, &mut phone, 14 * 24).await;
    phone.give(Input::Object);
    phone.give(Input::Object);
    pass(&house, &mut phone, 14 * 24).await;
    let contract = house.contract(unit).await;
    let open: Vec<_> = contract.holds.iter().map(|hold| hold.kind).collect();
    assert_eq!((open, phone.stage()), (vec![HoldKind::Dispute], NOTICE));
    house.check().await;
}

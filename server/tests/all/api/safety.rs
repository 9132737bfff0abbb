//! Acts that take two people, and what holds many contracts, through the door.

use std::collections::BTreeSet;

use domain::Stage;
use formats::directory::{
    Limits,
    Role::{self, Admin, Approver, Operator, Payments, Support, Viewer},
};
use serde_json::{Value, json};
use server::app::sign_contract::NewContract;

use super::front::{Ask, Front, Reply};
use crate::{
    kit::{DAY, FAST, HOUR, clerk, new_contract},
    phone::{Phone, pass},
};

struct Office {
    front: Front,
    asha: String,
    asha_too: String,
    ravi: String,
}

impl Office {
    /// Two people; the first has two keys.
    async fn new() -> Office {
        let front = Front::new().await;
        let app = &front.house.app;
        let tenant = front.house.tenant;
        let roles: BTreeSet<Role> = [Operator, Approver, Admin].into();
        let mut keys = Vec::new();
        for (name, key) in [("Asha", "asha"), ("Asha", "asha-too"), ("Ravi", "ravi")] {
            let person = app.add_person(tenant, name, roles.clone(), clerk()).await.unwrap().unit;
            let key = app.add_key(tenant, key, roles.clone(), Some(person), clerk()).await;
            keys.push(key.unwrap().1);
        }
        let [asha, asha_too, ravi] = keys.try_into().unwrap();
        Office { front, asha, asha_too, ravi }
    }

    async fn propose(&self, key: &str, body: &Value) -> Reply {
        self.front.send(&self.asha, "/v1/proposals", Some(key), body).await
    }

    async fn decide(&self, who: &str, id: &str, how: &str) -> Reply {
        let path = format!("/v1/proposals/{id}/{how}");
        self.front.send(who, &path, None, &json!({})).await
    }

    async fn get(&self, who: &str, path: &str) -> Reply {
        let (headers, body) = (Vec::new(), Vec::new());
        self.front.ask(Ask { method: "GET", path, bearer: Some(who), headers, body }).await
    }
}

fn id(reply: &Reply) -> String {
    assert!([200, 201].contains(&reply.status), "{}", reply.text);
    reply.json["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn star_two_person_approval_of_a_fee_above_the_limit() {
    let office = Office::new().await;
    let front = &office.front;
    front.sign("EX-1", 1).await;
    let limits = Limits { fee_minor: Some(10_000), ..Limits::default() };
    front.house.app.set_limits(front.house.tenant, &limits, clerk()).await.unwrap();
    let fees = "/v1/contracts/EX-1/fees";
    let fee = |amount: &str| json!({ "amount": amount, "reason": "screen" });
    assert_eq!(front.put(Operator, fees, "f-1", &fee("100.00")).await.status, 200);
    let refused = front.put(Operator, fees, "f-2", &fee("100.01")).await;
    assert_eq!(refused.problem(), (409, "second_person_needed"));

    let body = json!({
        "kind": "charge_fee", "reference": "EX-1", "amount": "150.00", "reason": "screen"
    });
    let nobody = front.put(Operator, "/v1/proposals", "p-0", &body).await;
    assert_eq!(nobody.problem(), (409, "person_needed"), "a key that acts for no person");
    let asked = office.propose("p-1", &body).await;
    let fee = id(&asked);
    assert_eq!((asked.status, &asked.json["state"]), (201, &json!("open")));
    let again = office.propose("p-1", &body).await;
    assert_eq!((again.status, id(&again)), (200, fee.clone()), "asked once");
    for same in [&office.asha, &office.asha_too] {
        let refused = office.decide(same, &fee, "approve").await;
        assert_eq!(refused.problem(), (409, "same_person"));
    }
    let machine = office.decide(front.key(Approver), &fee, "approve").await;
    assert_eq!(machine.problem(), (409, "person_needed"));
    assert_eq!(front.explain("EX-1").await["account"]["fees"], json!("100.00"));

    let done = office.decide(&office.ravi, &fee, "approve").await;
    assert_eq!((done.status, &done.json["state"]), (200, &json!("done")), "{}", done.text);
    let again = office.decide(&office.ravi, &fee, "approve").await;
    assert!(again.replayed());
    let refused = office.decide(&office.ravi, &fee, "reject").await;
    assert_eq!(refused.problem(), (409, "proposal_decided"));
    assert_eq!(front.explain("EX-1").await["account"]["fees"], json!("250.00"), "once");
    front.house.check().await;
}

#[tokio::test]
async fn a_proposal_runs_out_is_rejected_or_is_none() {
    let office = Office::new().await;
    office.front.sign("EX-1", 1).await;
    let body = json!({ "kind": "export_personal", "reference": "EX-1", "reason": "court" });
    let late = id(&office.propose("p-1", &body).await);
    office.front.house.clock.pass(DAY + HOUR);
    let refused = office.decide(&office.ravi, &late, "approve").await;
    assert_eq!(refused.problem(), (409, "proposal_expired"));
    let shown = office.get(&office.ravi, &format!("/v1/proposals/{late}")).await;
    assert_eq!(shown.json["state"], "expired");

    let other = id(&office.propose("p-2", &body).await);
    assert_eq!(office.decide(&office.asha, &other, "reject").await.status, 200, "his own");
    let refused = office.decide(&office.ravi, &other, "approve").await;
    assert_eq!(refused.problem(), (409, "proposal_decided"));

    let read = id(&office.propose("p-3", &body).await);
    let personal = format!("/v1/proposals/{read}/personal");
    assert_eq!(office.get(&office.asha, &personal).await.problem(), (404, "not_found"));
    office.decide(&office.ravi, &read, "approve").await;
    let told = office.get(&office.asha, &personal).await;
    assert_eq!(told.json["personal"]["borrower_name"], "Asha Devi", "{}", told.text);
    assert_eq!(office.get(&office.ravi, &personal).await.problem(), (404, "not_found"));
    office.front.house.clock.pass(DAY);
    assert_eq!(office.get(&office.asha, &personal).await.problem(), (409, "proposal_expired"));

    let wrong = [
        (json!({ "kind": "mood", "reason": "x" }), (422, "bad_proposal")),
        (json!({ "kind": "programme", "reference": "x", "reason": "x" }), (422, "bad_proposal")),
        (json!({ "kind": "programme", "toml": "id = 1", "reason": "x" }), (422, "bad_programme")),
        (json!({ "kind": "limits", "toml": "x = 1", "reason": "x" }), (422, "bad_limits")),
        (
            json!({ "kind": "export_personal", "reference": "EX-9", "reason": "x" }),
            (422, "unknown_reference"),
        ),
        (
            json!({ "kind": "export_personal", "reference": "EX-1", "reason": "" }),
            (422, "bad_text"),
        ),
        (json!({ "kind": "end_holds", "holds": [], "reason": "x" }), (413, "too_many_items")),
        (
            json!({
                "kind": "lift_standstill", "reason": "x",
                "standstill": "01890000-0000-7000-8000-000000000000"
            }),
            (404, "not_found"),
        ),
    ];
    for (index, (body, expected)) in wrong.into_iter().enumerate() {
        let reply = office.propose(&format!("w-{index}"), &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    let listed = office.get(&office.ravi, "/v1/proposals").await;
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 3);
}

/// A programme, and what one person may not do alone, by two.
#[tokio::test]
async fn two_people_change_a_programme_and_end_what_stopped_the_ladder() {
    let office = Office::new().await;
    let front = &office.front;
    front.sign("EX-1", 1).await;
    let toml = crate::kit::FAST.replace("version = 1", "version = 2");
    let body = json!({ "kind": "programme", "toml": toml, "reason": "longer notices" });
    let change = id(&office.propose("p-1", &body).await);
    let directory = &front.house.app.directory;
    let version = || directory.programme_in_force(front.house.tenant, "fast").unwrap().1;
    assert_eq!(version(), 1);
    office.decide(&office.ravi, &change, "approve").await;
    assert_eq!(version(), 2);

    let stay = json!({ "kind": "legal_stay", "cause": "court" });
    let stay = front.put(Operator, "/v1/contracts/EX-1/holds", "h-1", &stay).await;
    let hold = stay.json["hold"].clone();
    let holds = json!([{ "hold": hold, "reference": "EX-1" }]);
    let body = json!({ "kind": "end_holds", "holds": holds, "reason": "the court has decided" });
    let end = id(&office.propose("p-2", &body).await);
    assert_eq!(front.explain("EX-1").await["holds"][0]["open"], true);
    let done = office.decide(&office.ravi, &end, "approve").await;
    assert_eq!(done.json["refused"], Value::Null, "{}", done.text);
    assert_eq!(front.explain("EX-1").await["holds"], json!([]));
    let journal = front.get(Operator, "/v1/contracts/EX-1/journal").await;
    assert!(journal.text.contains("the court has decided"));
    front.house.check().await;
}

/// A release is nobody's to delay alone.
#[tokio::test]
async fn two_people_move_a_sunset_and_the_borrower_is_told_why() {
    let office = Office::new().await;
    let front = &office.front;
    front.sign("EX-1", 1).await;
    let at = front.explain("EX-1").await["sunset"]["at"].as_str().unwrap().to_owned();
    let dispute = |until: &str, reason: &str| {
        let (kind, reference) = ("dispute_sunset", "EX-1");
        json!({ "kind": kind, "reference": reference, "until": until, "reason": reason })
    };
    let sunset = domain::Moment::parse(&at).unwrap();
    let day = |days| sunset.plus_seconds(days * DAY).rfc3339()[..10].to_owned();
    let wrong = [
        (dispute("soon", "x"), (422, "bad_date")),
        (dispute(&day(0), "x"), (422, "sunset_out_of_range")),
        (dispute(&day(92), "x"), (422, "sunset_out_of_range")),
        (dispute(&day(30), &"x".repeat(201)), (422, "bad_text")),
        (
            json!({ "kind": "dispute_sunset", "reference": "EX-1", "reason": "x" }),
            (422, "bad_proposal"),
        ),
    ];
    for (index, (body, expected)) in wrong.into_iter().enumerate() {
        let reply = office.propose(&format!("w-{index}"), &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    let asked = id(&office.propose("p-1", &dispute(&day(60), "the court decides")).await);
    let refused = office.decide(&office.asha_too, &asked, "approve").await;
    assert_eq!(refused.problem(), (409, "same_person"));
    assert_eq!(front.explain("EX-1").await["sunset"]["at"], json!(at), "asked is not done");
    let done = office.decide(&office.ravi, &asked, "approve").await;
    assert_eq!(done.json["state"], "done", "{}", done.text);
    let moved = front.explain("EX-1").await["sunset"].clone();
    assert_eq!((&moved["disputes"], &moved["reason"]), (&json!(1), &json!("the court decides")));
    assert_ne!(moved["at"], json!(at));
    front.house.check().await;
}

/// A suspended lender: opened by one, lifted by two, and every contract follows.
#[tokio::test]
async fn a_standstill_is_opened_by_one_and_lifted_by_two() {
    let office = Office::new().await;
    let front = &office.front;
    front.sign("EX-1", 1).await;
    front.house.clock.pass(9 * DAY);
    assert_eq!(front.explain("EX-1").await["rung"], "remind");
    let body = json!({ "kind": "lender_suspended", "cause": "the licence is gone" });
    let opened = front.put(Operator, "/v1/standstills", "s-1", &body).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert_eq!(front.put(Operator, "/v1/standstills", "s-1", &body).await.status, 200);
    let held = front.explain("EX-1").await;
    assert_eq!(
        (&held["rung"], &held["holds"][0]["kind"]),
        (&json!("clear"), &json!("lender_suspended"))
    );
    let path = format!("/v1/contracts/EX-1/holds/{}/end", held["holds"][0]["id"].as_str().unwrap());
    let alone = front.put(Operator, &path, "e-1", &json!({ "reason": "x" })).await;
    assert_eq!(alone.problem(), (409, "hold_is_general"));
    let body = json!({
        "kind": "lift_standstill", "standstill": opened.json["id"], "reason": "a new licence"
    });
    let lift = id(&office.propose("p-1", &body).await);
    office.decide(&office.ravi, &lift, "approve").await;
    assert_eq!(front.explain("EX-1").await["rung"], "remind");
    let listed = front.get(Viewer, "/v1/standstills").await;
    assert_eq!(listed.json["items"][0]["lifted_because"], "a new licence");
    for (body, expected) in [
        (json!({ "kind": "breaker", "cause": "x" }), (422, "bad_hold_kind")),
        (
            json!({ "kind": "area_emergency", "cause": "x", "areas": ["A"] }),
            (422, "hold_needs_end"),
        ),
        (
            json!({
                "kind": "area_emergency", "cause": "x", "areas": ["A"],
                "until": "2026-01-01T00:00:00Z"
            }),
            (422, "hold_out_of_range"),
        ),
        (json!({ "kind": "lender_suspended", "cause": "x", "areas": ["A"] }), (422, "bad_text")),
    ] {
        let reply = front.put(Operator, "/v1/standstills", "s-2", &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    front.house.check().await;
}

/// A feed falls silent, is seen to be, and is heard again.
#[tokio::test]
async fn a_feed_is_listened_to_through_the_door() {
    let front = Front::new().await;
    let (app, tenant) = (&front.house.app, front.house.tenant);
    app.watch_feed(tenant, "bank", Some(4), 2, clerk()).await.unwrap();
    front.sign("EX-1", 1).await;
    front.house.clock.pass(5 * HOUR);
    app.watch_feeds().await.unwrap();
    let stale = front.get(Viewer, "/v1/feeds").await.json["items"][0].clone();
    assert!(stale["stale_since"].is_string(), "{stale}");
    let paid = super::front::payment("P-1", "EX-1", "5.00");
    assert_eq!(front.post(Payments, "/v1/payments", &paid).await.status, 201);
    let beat = "/v1/feeds/bank/heartbeat";
    let heard = front.post(Payments, beat, &json!({})).await;
    assert!(heard.json["back_since"].is_string(), "{}", heard.text);
    front.house.clock.pass(3 * HOUR);
    app.watch_feeds().await.unwrap();
    let fresh = front.get(Viewer, "/v1/feeds").await.json["items"][0].clone();
    assert_eq!(fresh["stale_since"], Value::Null);
    let unit = app.by_reference(tenant, "EX-1").await.unwrap().unwrap();
    assert_eq!(front.house.row(unit).await.doc.matches("bank").count(), 1);
    let unknown = front.post(Payments, "/v1/feeds/other/heartbeat", &json!({})).await;
    assert_eq!(unknown.problem(), (404, "not_found"));
    let breakers = front.get(Viewer, "/v1/breakers").await.json["items"][0].clone();
    assert_eq!((&breakers["moved"], &breakers["fleet"]), (&json!(0), &json!(1)));
}

/// Under a law that wants a person to look, a step waits for him: neither a machine nor another
/// role approves, and not before everything else has come.
#[tokio::test]
async fn a_step_waits_for_a_person_where_the_law_wants_one() {
    let office = Office::new().await;
    let (front, house) = (&office.front, &office.front.house);
    let under_uk = FAST.replace("[\"test-fast\"]", "[\"test-fast\", \"uk\"]");
    let under_uk = under_uk.replace("id = \"fast\"", "id = \"looked-at\"");
    house.app.add_programme(house.tenant, &under_uk, clerk()).await.unwrap();
    let looked_at = NewContract { programme: "looked-at".into(), ..new_contract("EX-1", 1) };
    let unit = house.sign(looked_at).await;
    let mut phone = Phone::new(1);
    phone.enrol(house, unit).await;
    let path = "/v1/contracts/EX-1/approvals";
    let body = |stage: &str| json!({ "stage": stage, "reason": "called, no answer" });
    let early = front.send(&office.ravi, path, Some("a-1"), &body("restrict/1")).await;
    assert_eq!(early.problem(), (409, "nothing_to_approve"));

    for (days, k) in [(30, 1), (20, 2)] {
        pass(house, &mut phone, days * 24).await;
        let came = json!({ "delivered_at": house.app.now().rfc3339(), "evidence": "letter" });
        let notice = format!("/v1/contracts/EX-1/notices/{k}/delivery");
        assert_eq!(front.put(Operator, &notice, &notice, &came).await.status, 200);
    }
    pass(house, &mut phone, 20 * 24).await;
    assert_eq!(house.contract(unit).await.decision.stage, Stage::NOTICE);
    assert_eq!(front.explain("EX-1").await["reasons"][1]["code"], "not_approved");
    for (stage, problem) in
        [("notice", (422, "bad_stage")), ("restrict/2", (409, "nothing_to_approve"))]
    {
        let refused = front.send(&office.ravi, path, Some(stage), &body(stage)).await;
        assert_eq!(refused.problem(), problem);
    }
    let machine = front.put(Approver, path, "a-2", &body("restrict/1")).await;
    assert_eq!(machine.problem(), (409, "person_needed"));
    let other = front.put(Operator, path, "a-3", &body("restrict/1")).await;
    assert_eq!(other.problem(), (403, "forbidden"));
    let done = front.send(&office.ravi, path, Some("a-4"), &body("restrict/1")).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(house.contract(unit).await.decision.stage, Stage::restrict(1));
    house.check().await;
}

/// A person dismisses a sign of tampering with a reason; what is no sign is refused by name.
#[tokio::test]
async fn a_sign_of_tampering_is_shown_and_dismissed() {
    let office = Office::new().await;
    let (front, house) = (&office.front, &office.front.house);
    let unit = house.sign(new_contract("EX-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(house, unit).await;
    phone.give(agent::Input::Tampered { sign: protocol::check_in::Sign::SimChanged });
    pass(house, &mut phone, 24).await;
    let signs = |shown: &Value| {
        let kinds = shown["evidence"].as_array().cloned().unwrap_or_default();
        kinds.iter().filter(|sign| sign["kind"] == "sim_changed").count()
    };
    assert_eq!(signs(&front.explain("EX-1").await), 1);
    let path = |kind: &str| format!("/v1/contracts/EX-1/evidence/{kind}/dismissal");
    let reason = json!({ "reason": "lost SIM, seen at the counter" });
    let refused = [
        (path("sim"), &reason, (422, "bad_evidence")),
        (path("sim_changed"), &json!({ "reason": " " }), (422, "bad_text")),
    ];
    for (path, body, problem) in refused {
        assert_eq!(front.put(Support, &path, &path, body).await.problem(), problem);
    }
    let other = front.put(Viewer, &path("sim_changed"), "d-0", &reason).await;
    assert_eq!(other.problem(), (403, "forbidden"));
    assert_eq!(signs(&front.explain("EX-1").await), 1, "a refusal changes nothing");
    let done = front.put(Support, &path("sim_changed"), "d-1", &reason).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(signs(&front.explain("EX-1").await), 0);
    let journal = front.get(Operator, "/v1/contracts/EX-1/journal").await.text;
    assert!(journal.contains("evidence_dismissed") && journal.contains("lost SIM"), "{journal}");
    house.check().await;
}

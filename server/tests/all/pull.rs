//! Announced money is asked about: a provider of our own answers over a socket, well and badly.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::{Stage, UnitId};
use formats::intake::{Intake, IntakeState};
use serde_json::{Value, json};
use server::{
    App,
    app::{
        Pace,
        post_payment::{open_intake, payment_unit},
    },
    intake::Secret,
    keys::files::KeyDir,
    pull::{HttpPull, Settings},
};

use crate::{
    announced::{hint, locked_in, money, stage, told},
    kit::*,
};

const CREDENTIAL: &str = "encrypted-password";

/// What the provider does with a question.
enum Answer {
    Accepts,
    Says(Value),
    Fails(u16),
    Babbles,
    Sleeps,
}

use Answer::*;

/// A provider with a list of answers. Without one it does not know what to say.
#[derive(Clone, Default)]
struct Provider {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Value>>>,
    tokens: Arc<AtomicU32>,
}

impl Provider {
    fn will(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }

    /// Opens a door on this machine; its address.
    async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/oauth", get(token))
            .route("/query", post(query))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        format!("http://{address}")
    }
}

async fn token(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    // "key:secret"
    if headers["authorization"] != "Basic a2V5OnNlY3JldA==" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let number = provider.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    json!({ "access_token": format!("token-{number}"), "expires_in": "3599" })
        .to_string()
        .into_response()
}

async fn query(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let newest = format!("Bearer token-{}", provider.tokens.load(Ordering::SeqCst));
    if headers["authorization"] != newest.as_str() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    provider.asked.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    let answer = provider.answers.lock().unwrap().pop_front();
    match answer.unwrap_or(Fails(503)) {
        Accepts => json!({ "ResponseCode": "0", "ConversationID": "AG_1" }).to_string(),
        Says(value) => value.to_string(),
        Babbles => "<html>come back later</html>".to_owned(),
        Fails(status) => {
            return StatusCode::from_u16(status).unwrap().into_response();
        }
        Sleeps => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            String::new()
        }
    }
    .into_response()
}

/// A result as M-Pesa words it.
fn result(receipt: &str, state: &str, amount: f64) -> Value {
    json!({ "Result": {
        "ResultType": 0, "ResultCode": 0, "ResultDesc": "done", "TransactionID": "X",
        "ResultParameters": { "ResultParameter": [
            { "Key": "DebitPartyName", "Value": "2547 - A" }, { "Key": "TransactionReason" },
            { "Key": "TransactionStatus", "Value": state }, { "Key": "Amount", "Value": amount },
            { "Key": "ReceiptNo", "Value": receipt },
        ] },
    } })
}

fn no_such_receipt() -> Value {
    json!({ "Result": { "ResultType": 0, "ResultCode": 2032, "ResultDesc": "no such receipt" } })
}

fn settings(base: &str) -> Settings {
    Settings {
        url: format!("{base}/query"),
        token_url: Some(format!("{base}/oauth?grant_type=client_credentials")),
        result_base: Some("https://lender.example/".to_owned()),
        initiator: "quittance".to_owned(),
        short_code: "600638".to_owned(),
        consumer: Some(Secret::new(b"key:secret")),
        credential: Some(Secret::new(CREDENTIAL.as_bytes())),
        ca: None,
        within: Duration::from_millis(300),
    }
}

fn asking(house: House, base: &str) -> House {
    let House { app, clock, tenant } = house;
    let pull = HttpPull::new(settings(base), clock.clone()).unwrap();
    let shown = format!("{pull:?}");
    assert!(!shown.contains(CREDENTIAL) && !shown.contains("secret\""), "{shown}");
    let app = Arc::into_inner(app).expect("nobody else has it").with_pull("till", Arc::new(pull));
    House { app: Arc::new(app), clock, tenant }
}

/// A locked phone, and a provider that can be asked.
async fn locked() -> (House, UnitId, Provider) {
    let provider = Provider::default();
    let house = asking(House::new().await, &provider.open().await);
    let (house, _, unit) = locked_in(house).await;
    (house, unit, provider)
}

async fn known(house: &House, id: &str) -> Intake {
    open_intake(&house.row(payment_unit(house.tenant, "till", id)).await).unwrap()
}

/// The path of our own at which the provider was told to answer.
fn answer_path(provider: &Provider) -> String {
    let asked = provider.asked().pop().unwrap();
    assert_eq!(asked["ResultURL"], asked["QueueTimeOutURL"]);
    asked["ResultURL"].as_str().unwrap().strip_prefix("https://lender.example").unwrap().to_owned()
}

async fn answer(house: &House, path: &str, body: &Value) -> Result<&'static str, server::Error> {
    let ticket = path.strip_prefix("/v1/intake/till/mpesa/status/").unwrap();
    house.app.hear_status("till", ticket, body.to_string().as_bytes()).await
}

#[tokio::test]
async fn a_yes_counts_the_money() {
    let (house, unit, provider) = locked().await;
    provider.will([Says(result("M-1", "Completed", 3000.0))]);
    told(&house, &hint("m-1", "3000", "C-1")).await;
    assert_eq!(stage(&house, unit).await, Stage::NOTICE);
    house.app.pull_statuses(1).await.unwrap();
    assert!(house.contract(unit).await.is_released());
    let intake = known(&house, "m-1").await;
    assert_eq!(intake.state, IntakeState::Applied { contract: unit });
    assert_eq!(intake.settled().unwrap().by.name(), "pull");
    let asked = &provider.asked()[0];
    for (key, value) in [
        ("CommandID", "TransactionStatusQuery"),
        ("TransactionID", "m-1"),
        ("PartyA", "600638"),
        ("IdentifierType", "4"),
        ("Initiator", "quittance"),
        ("SecurityCredential", CREDENTIAL),
    ] {
        assert_eq!(asked[key], value, "{key}");
    }
    house.clock.pass(DAY);
    house.app.pull_statuses(1).await.unwrap();
    assert_eq!(provider.asked().len(), 1, "nothing is left to ask");
    house.check().await;
}

#[tokio::test]
async fn an_answer_may_come_later_and_after_a_restart() {
    let provider = Provider::default();
    let base = provider.open().await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("q.db").display());
    let keys = || KeyDir::below(folder.path()).load(&*SeededEntropy::new(3));
    let house = House::on(store::open(&url).unwrap(), keys().unwrap(), Pace::default()).await;
    let (house, _, unit) = locked_in(asking(house, &base)).await;
    provider.will([Accepts]);
    told(&house, &hint("m-1", "3000", "C-1")).await;
    house.app.pull_statuses(1).await.unwrap();
    told(&house, &hint("m-2", "10", "C-1")).await;
    let path = answer_path(&provider);

    let House { app, clock, tenant } = house;
    drop(app);
    let store = store::open(&url).unwrap();
    let entropy = SeededEntropy::new(4);
    let app = App::open(store, keys().unwrap(), clock.clone(), entropy, Pace::default());
    let app = Arc::new(app.await.unwrap());
    let house = asking(House { app, clock, tenant }, &base);

    assert_eq!(stage(&house, unit).await, Stage::NOTICE);
    let paid = result("m-1", "Completed", 3000.0);
    for _ in 0..2 {
        assert!(answer(&house, &path, &paid).await.unwrap().contains("Success"));
    }
    assert!(house.contract(unit).await.is_released());
    provider.will([Says(no_such_receipt())]);
    house.app.pull_statuses(1).await.unwrap();
    assert_eq!(provider.asked().len(), 2, "what was not asked yet was not forgotten");
    assert!(known(&house, "m-2").await.denied.is_some());
    house.check().await;
}

#[tokio::test]
async fn only_who_was_asked_may_answer() {
    let (house, unit, provider) = locked().await;
    provider.will([Accepts]);
    told(&house, &hint("m-1", "3000", "C-1")).await;
    house.app.pull_statuses(1).await.unwrap();
    let path = answer_path(&provider);
    let paid = result("m-1", "Completed", 3000.0);
    let end = if path.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{end}", &path[..path.len() - 1]);
    let other = payment_unit(house.tenant, "till", "m-2").to_string();
    let strange = format!("/v1/intake/till/mpesa/status/{other}{}", &path[path.len() - 32..]);
    let short = "/v1/intake/till/mpesa/status/x".to_owned();
    for wrong in [forged, strange, short] {
        assert_eq!(code(answer(&house, &wrong, &paid).await), "signature_wrong", "{wrong}");
    }
    for doubtful in [
        result("another", "Completed", 3000.0),
        result("m-1", "Authorized", 3000.0),
        json!({ "Result": { "ResultType": 1, "ResultCode": 1, "ResultDesc": "timed out" } }),
    ] {
        answer(&house, &path, &doubtful).await.unwrap();
        assert_eq!(stage(&house, unit).await, Stage::NOTICE, "{doubtful}");
    }
    assert_eq!(code(answer(&house, &path, &json!("paid")).await), "bad_field");
    answer(&house, &path, &paid).await.unwrap();
    assert!(house.contract(unit).await.is_released());
    house.check().await;
}

#[tokio::test]
async fn a_no_ends_what_was_opened_and_keeps_no_money_away() {
    let (house, unit, provider) = locked().await;
    provider.will([Says(no_such_receipt())]);
    told(&house, &hint("m-1", "3000", "C-1")).await;
    assert_eq!(stage(&house, unit).await, Stage::NOTICE);
    house.app.pull_statuses(1).await.unwrap();
    assert_eq!(stage(&house, unit).await, Stage::LOCK);
    assert!(known(&house, "m-1").await.denied.is_some());
    told(&house, &hint("m-1", "3000", "C-1")).await;
    assert_eq!(stage(&house, unit).await, Stage::LOCK, "a transaction opens once");
    house.clock.pass(DAY);
    house.app.pull_statuses(1).await.unwrap();
    assert_eq!(provider.asked().len(), 1);
    told(&house, &money("m-1", "3000", "")).await;
    assert!(house.contract(unit).await.is_released(), "the bank knows better");
    house.check().await;
}

#[tokio::test]
async fn trouble_opens_and_locks_nothing_and_is_asked_again() {
    let (house, unit, provider) = locked().await;
    let stranger = result("another", "Completed", 3000.0);
    provider.will([Fails(500), Babbles, Sleeps, Says(stranger), Fails(401)]);
    told(&house, &hint("m-1", "3000", "C-1")).await;
    for (round, pause_s) in [(1, 15), (2, 30), (3, 60), (4, 120), (5, 300)] {
        house.app.pull_statuses(1).await.unwrap();
        assert_eq!(provider.asked().len(), round, "it was asked");
        assert_eq!(stage(&house, unit).await, Stage::NOTICE, "{round}");
        house.clock.pass(pause_s - 1);
        house.app.pull_statuses(1).await.unwrap();
        assert_eq!(provider.asked().len(), round, "not before its time");
        house.clock.pass(1);
    }
    assert_eq!(provider.tokens.load(Ordering::SeqCst), 1, "a token is used again");
    provider.will([Says(result("m-1", "Completed", 3000.0))]);
    house.app.pull_statuses(1).await.unwrap();
    assert_eq!(provider.tokens.load(Ordering::SeqCst), 2, "until it is refused");
    assert!(house.contract(unit).await.is_released());
    house.check().await;
}

#[tokio::test]
async fn who_never_answers_is_asked_no_longer_than_the_phone_is_open() {
    let (house, unit, provider) = locked().await;
    told(&house, &hint("m-1", "3000", "C-1")).await;
    for _ in 0..30 {
        house.app.pull_statuses(1).await.unwrap();
        house.clock.pass(HOUR);
    }
    house.app.sweep(1).await.unwrap();
    assert_eq!(stage(&house, unit).await, Stage::LOCK);
    let asked = provider.asked().len();
    assert!((20..=26).contains(&asked), "{asked}");
    assert!(matches!(known(&house, "m-1").await.state, IntakeState::Hint { .. }));
    house.check().await;
}

#[tokio::test]
async fn the_providers_amount_counts_and_the_hints_is_an_alarm() {
    let (house, unit, provider) = locked().await;
    provider.will([Says(result("m-1", "Completed", 100.0))]);
    told(&house, &hint("m-1", "3000", "C-1")).await;
    house.app.pull_statuses(1).await.unwrap();
    let intake = known(&house, "m-1").await;
    assert_eq!((intake.amount, intake.state.name()), (10_000, "suspense"));
    assert!(intake.alarm.is_some());
    assert_eq!(house.contract(unit).await.paid, 0);
    house.check().await;
}

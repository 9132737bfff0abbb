//! Messages on a clock that is set by hand: when they leave, how often they are tried, and what
//! remains when nobody takes them. The gateway speaks over a socket.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{Channel, Moment, Reason, UnitId, delivery::DeliveryState};
use formats::directory::Via;
use serde_json::{Value, json};
use server::{app::manage_sender::NewSender, intake::Secret};

use crate::kit::*;

/// 8 o'clock in India on the first notice's day, after START at 10 o'clock on the 10th.
const OPENS: i64 = 10 * DAY - 2 * HOUR;
/// Seconds between one try and the next, as the guide of operations tells.
const PAUSES_S: [i64; 8] = [30, 60, 300, 900, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR];

/// A gateway with a list of answers; after them the same for ever.
#[derive(Clone)]
struct Gateway {
    answers: Arc<Mutex<VecDeque<u16>>>,
    then: u16,
    posted: Arc<Mutex<Vec<Value>>>,
}

impl Gateway {
    fn that_answers(answers: impl IntoIterator<Item = u16>, then: u16) -> Gateway {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        Gateway { answers, then, posted: Arc::default() }
    }

    /// Opens a door on this machine; where messages are posted.
    async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/messages", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        format!("http://{address}/messages")
    }

    fn tries(&self) -> usize {
        self.posted.lock().unwrap().len()
    }

    /// The names under which something was posted.
    fn names(&self) -> BTreeSet<String> {
        let posted = self.posted.lock().unwrap();
        posted.iter().map(|posted| posted["id"].as_str().unwrap().to_owned()).collect()
    }
}

async fn take(State(gateway): State<Gateway>, headers: HeaderMap, body: String) -> Response {
    let posted: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(headers["idempotency-key"], posted["id"].as_str().unwrap());
    gateway.posted.lock().unwrap().push(posted);
    let answer = gateway.answers.lock().unwrap().pop_front().unwrap_or(gateway.then);
    let body = json!({ "id": "SM-1" }).to_string();
    (StatusCode::from_u16(answer).unwrap(), body).into_response()
}

/// A contract whose law counts messages, of a lender who sends them by this gateway.
async fn sending_by(gateway: &Gateway) -> (House, UnitId) {
    let house = House::new().await;
    let texts = NewSender {
        name: "texts".into(),
        channels: [Channel::Sms].into(),
        via: Via::Gateway { ca: None, callback: None, url: gateway.open().await },
        secret: Some(Secret::new(b"a secret of enough bytes")),
        password: None,
    };
    house.app.add_sender(house.tenant, texts, clerk()).await.unwrap();
    let unit = house.sign(new_contract("C-1", 1)).await;
    (house, unit)
}

/// So many seconds pass; what is due is looked at, and what may leave leaves.
async fn pass(house: &House, seconds: i64) {
    house.clock.pass(seconds);
    house.app.sweep(1).await.unwrap();
    let sent = house.app.send_messages(1).await.unwrap();
    assert_eq!(sent.failed, 0);
}

/// What the contract knows of the message of its first notice.
async fn told(house: &House, unit: UnitId) -> Vec<DeliveryState> {
    let contract = house.contract(unit).await;
    contract.notices.iter().flat_map(|notice| &notice.messages).map(|told| told.state).collect()
}

fn at(seconds: i64) -> Moment {
    Moment::from_seconds(START + seconds)
}

/// Refused twice and taken the third time: under one name, each try at its pause, and no fourth.
#[tokio::test]
async fn a_message_is_tried_again_under_one_name_until_it_is_taken() {
    let gateway = Gateway::that_answers([503, 429], 202);
    let (house, unit) = sending_by(&gateway).await;
    while house.app.now() < at(OPENS - HOUR) {
        pass(&house, HOUR).await;
    }
    pass(&house, HOUR - 1).await;
    let notice = house.contract(unit).await.notices[0].clone();
    assert!(notice.show_from < house.app.now() && gateway.tries() == 0, "the window is shut");
    pass(&house, 1).await;
    assert_eq!((gateway.tries(), told(&house, unit).await), (1, vec![]), "it opens, and 503");
    pass(&house, 29).await;
    assert_eq!(gateway.tries(), 1, "not before its pause");
    pass(&house, 1).await;
    assert_eq!(gateway.tries(), 2);
    pass(&house, 59).await;
    assert_eq!((gateway.tries(), told(&house, unit).await), (2, vec![]), "429 is no delivery");
    pass(&house, 1).await;
    assert_eq!((gateway.tries(), told(&house, unit).await), (3, vec![DeliveryState::Accepted]));
    for _ in 0..10 {
        pass(&house, HOUR).await;
    }
    assert_eq!((gateway.tries(), gateway.names().len()), (3, 1), "taken once, under one name");
    let posted = gateway.posted.lock().unwrap().clone();
    assert!(posted.iter().all(|one| *one == posted[0]), "the same text each time");
    assert_eq!(posted[0]["to"], "+919855500100");
    house.check().await;
}

/// A pause that ends outside the window ends with the next window; who pays meanwhile is not told.
#[tokio::test]
async fn a_try_waits_for_the_window_and_not_for_what_is_over() {
    for pays in [false, true] {
        let gateway = Gateway::that_answers([503], 202);
        let (house, unit) = sending_by(&gateway).await;
        while house.app.now() < at(OPENS) {
            house.clock.pass(HOUR);
            house.app.sweep(1).await.unwrap();
        }
        pass(&house, 12 * HOUR - 10).await;
        assert_eq!(gateway.tries(), 1, "ten seconds before eight in the evening");
        pass(&house, 40).await;
        pass(&house, 12 * HOUR - 31).await;
        assert_eq!(gateway.tries(), 1, "the window is shut until eight in the morning");
        if pays {
            house.pay("p-1", "C-1", "1000.00").await;
        }
        pass(&house, 1).await;
        let expected = if pays { 1 } else { 2 };
        assert_eq!((gateway.tries(), gateway.names().len()), (expected, 1), "pays: {pays}");
        let accepted = told(&house, unit).await.contains(&DeliveryState::Accepted);
        assert_eq!(accepted, !pays);
        house.check().await;
    }
}

/// After its last try it has failed: a fact, and no clock runs.
#[tokio::test]
async fn a_message_that_nobody_takes_fails_at_last() {
    let gateway = Gateway::that_answers([], 503);
    let (house, unit) = sending_by(&gateway).await;
    while house.app.now() < at(OPENS) {
        pass(&house, HOUR).await;
    }
    for (number, pause_s) in PAUSES_S.into_iter().enumerate() {
        assert_eq!(gateway.tries(), number + 1, "before the pause of {pause_s} s");
        pass(&house, pause_s).await;
    }
    assert_eq!(gateway.tries(), 8, "the last pause ends in the night");
    assert_eq!(told(&house, unit).await, []);
    while house.app.now() < at(OPENS + DAY) {
        pass(&house, 30).await;
    }
    assert_eq!((gateway.tries(), gateway.names().len()), (9, 1));
    assert_eq!(told(&house, unit).await, [DeliveryState::Failed]);
    let lines = house.journal(unit).await;
    let failed = lines.iter().find(|line| line.text.contains("\"failed\"")).unwrap();
    assert!(failed.text.contains("no carrier took it over in 9 tries"), "{}", failed.text);
    pass(&house, DAY).await;
    assert_eq!(gateway.tries(), 9, "it is not tried again");
    let reasons = house.contract(unit).await.decision.reasons;
    assert!(reasons.contains(&Reason::NoticeNotDelivered(1)), "{reasons:?}");
    house.check().await;
}

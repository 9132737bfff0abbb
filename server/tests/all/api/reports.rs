//! Reports over a book small enough to add up by hand.

use formats::directory::Role::Viewer;
use serde_json::{Value, json};
use server::app::{change::Asked, post_payment::NewPayment};

use super::front::{Ask, Front};
use crate::kit::{DAY, new_contract, write_off};

/// Four contracts of INR 1000.00 on 17, 24 and 31 January, signed on the 10th:
///
/// - A pays each a day early and is done on the 30th;
/// - B never pays;
/// - C pays the first on the 20th, three days late, the second on 25 February;
/// - D never pays and is written off on the 25th.
struct Book {
    front: Front,
    today: i64,
}

impl Book {
    async fn new() -> Book {
        let front = Front::new().await;
        for (number, reference) in (1..).zip(["A", "B", "C", "D"]) {
            front.house.sign(new_contract(reference, number)).await;
        }
        Book { front, today: 10 }
    }

    /// Lives through January until the end of a day, counted from 1 January.
    async fn until(&mut self, last: i64) {
        while self.today < last {
            self.front.house.clock.pass(DAY);
            self.today += 1;
            match self.today {
                16 | 23 | 30 => self.pay("A").await,
                20 | 56 => self.pay("C").await,
                25 => self.write_off("D").await,
                _ => {}
            }
        }
    }

    async fn pay(&self, reference: &str) {
        let id = format!("{reference}-{}", self.today);
        self.front.house.pay(&id, reference, "1000.00").await;
    }

    async fn write_off(&self, reference: &str) {
        let house = &self.front.house;
        let unit = house.app.by_reference(house.tenant, reference).await.unwrap().unwrap();
        let asked = Asked::once(&house.app, "act", crate::kit::clerk());
        house.app.act(house.tenant, unit, &asked, write_off(true)).await.unwrap();
    }

    async fn ask(&self, path: &str) -> Value {
        let reply = self.front.get(Viewer, &format!("/v1/reports/{path}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json
    }

    /// The rows, in the order of the columns.
    async fn rows(&self, path: &str) -> Vec<Value> {
        let document = self.ask(path).await;
        let columns = document["columns"].as_array().unwrap().clone();
        let row = |item: &Value| {
            let cell = |name: &Value| item[name.as_str().unwrap()].clone();
            Value::Array(columns.iter().map(cell).collect())
        };
        document["items"].as_array().unwrap().iter().map(row).collect()
    }
}

#[tokio::test]
async fn portfolio_at_risk_is_the_outstanding_of_the_late_over_the_book() {
    let mut book = Book::new().await;
    book.until(20).await;
    // A and C owe 2000 each and nothing is past due; B and D owe 3000 each since the 17th.
    let par = book.rows("par").await;
    let none = json!([0, "0.00", 0]);
    let expected = json!(["INR", 4, "10000.00", 2, "6000.00", 6000]);
    assert_eq!(par, [joined(&expected, [&none, &none, &none])]);
    let then = book.ask("par?as_of=2026-01-20").await;
    book.until(31).await;
    // A is paid off, D given up; B owes 3000 since the 17th, C 2000 since the 24th.
    let expected = json!(["INR", 2, "5000.00", 2, "5000.00", 10_000]);
    assert_eq!(book.rows("par").await, [joined(&expected, [&none, &none, &none])]);
    book.until(50).await;
    // On 19 February B is 33 days past due and C 26: 3000 of 5000.
    let of_30 = json!([1, "3000.00", 6000]);
    assert_eq!(book.rows("par").await, [joined(&expected, [&of_30, &none, &none])]);
    // What was said on the 20th is said of the 20th for ever.
    assert_eq!(book.ask("par?as_of=2026-01-20").await, then);
    assert_eq!(book.rows("par?as_of=2026-01-09").await, Vec::<Value>::new());
}

fn joined(head: &Value, parts: [&Value; 3]) -> Value {
    let parts = parts.into_iter().chain([head]);
    let mut cells: Vec<Vec<Value>> = parts.map(|part| part.as_array().unwrap().clone()).collect();
    cells.rotate_right(1);
    Value::Array(cells.concat())
}

#[tokio::test]
async fn contracts_roll_from_bucket_to_bucket_or_leave_the_book() {
    let mut book = Book::new().await;
    book.until(31).await;
    // On the 20th A and C (2000 each) are clear, B and D (3000 each) 3 days past due. On the 31st
    // A is paid off, D given up, B 14 and C 7 days past due.
    let expected = [
        json!(["INR", "0", "4-30", 1, 5000, "2000.00", 5000]),
        json!(["INR", "0", "paid_off", 1, 5000, "2000.00", 5000]),
        json!(["INR", "1-3", "4-30", 1, 5000, "3000.00", 5000]),
        json!(["INR", "1-3", "given_up", 1, 5000, "3000.00", 5000]),
    ];
    assert_eq!(book.rows("roll?from=2026-01-20&to=2026-01-31").await, expected);
    let coarse = "roll?from=2026-01-20&to=2026-01-31&buckets=0:0,10:0";
    let to: Vec<Value> = book.rows(coarse).await.iter().map(|row| row[2].clone()).collect();
    assert_eq!(to, ["0-9", "10+", "paid_off", "given_up"]);
}

#[tokio::test]
async fn a_contract_cures_when_nothing_is_past_due_any_more() {
    let mut book = Book::new().await;
    book.until(20).await;
    // On the 18th B, C and D are a day past due with 3000 each; on the 20th C is clear.
    let line = |bucket: &str| json!(["INR", bucket, 3, 1, 3333, "9000.00", "3000.00", 3333]);
    assert_eq!(book.rows("cure?from=2026-01-18").await, [line("all"), line("1-3")]);
}

#[tokio::test]
async fn vintages_follow_the_contracts_of_a_month() {
    let mut book = Book::new().await;
    book.until(59).await;
    // 31 January: A paid 3000 and C 1000 of 12000, D is given up, nobody 30 days past due.
    // 28 February: B is 42 days past due. C was 32 before it paid on the 25th, and is 28 since.
    let expected = [
        json!(["2026-01", "INR", 0, 4, 0, 0, 0, 0, 1, "12000.00", "4000.00", 3333]),
        json!(["2026-01", "INR", 1, 4, 2, 5000, 1, 2500, 1, "12000.00", "5000.00", 4167]),
    ];
    assert_eq!(book.rows("vintages").await, expected);
    assert_eq!(book.rows("vintages?as_of=2026-02-27").await, expected[..1]);
}

#[tokio::test]
async fn collections_are_what_came_over_what_fell_due() {
    let mut book = Book::new().await;
    book.until(31).await;
    // 17 to 31 January. Due: A, B and C 3000 each, D 2000 before it was written off. Received:
    // 2000 of A (1000 came on the 16th) and 1000 of C. 3000 of 11000 is 27.27 %.
    let january = "collection?from=2026-01-17&to=2026-01-31";
    let before = json!(["INR", "11000.00", "3000.00", 3, 2727]);
    assert_eq!(book.rows(january).await, std::slice::from_ref(&before));
    // On 2 February B's bank tells of money of 23 January.
    let paid_at = book.front.house.app.now().plus_seconds(-8 * DAY);
    book.until(33).await;
    let late = book.front.house.payment("late", "B", "1000.00");
    book.front.house.post(NewPayment { paid_at, ..late }).await.unwrap();
    let after = json!(["INR", "11000.00", "4000.00", 4, 3636]);
    assert_eq!(book.rows(january).await, [after]);
    assert_eq!(book.rows(&format!("{january}&as_of=2026-01-31")).await, [before]);
}

#[tokio::test]
async fn a_reversed_payment_was_never_received() {
    let mut book = Book::new().await;
    book.until(20).await;
    let house = &book.front.house;
    let posted = house.pay("wrong", "B", "500.00").await;
    house.app.reverse_payment(house.tenant, posted.payment, crate::kit::clerk()).await.unwrap();
    // 17 to 20 January: four first instalments, and the 1000 of C.
    let expected = json!(["INR", "4000.00", "1000.00", 1, 2500]);
    assert_eq!(book.rows("collection?from=2026-01-17").await, [expected]);
}

#[tokio::test]
async fn what_is_expected_stands_beside_what_came() {
    let mut book = Book::new().await;
    book.until(25).await;
    // A's second instalment came on the 23rd, C's first on the 20th. All four were due on the
    // 24th; D is written off, so three are left on the 31st.
    let expected = [
        json!(["2026-01-17", "INR", "4000.00", "0.00", 0]),
        json!(["2026-01-20", "INR", "0.00", "1000.00", 1]),
        json!(["2026-01-23", "INR", "0.00", "1000.00", 1]),
        json!(["2026-01-24", "INR", "4000.00", "0.00", 0]),
        json!(["2026-01-31", "INR", "3000.00", "0.00", 0]),
    ];
    assert_eq!(book.rows("expected?from=2026-01-17&to=2026-01-31").await, expected);
}

#[tokio::test]
async fn provisions_are_a_share_of_each_bucket() {
    let mut book = Book::new().await;
    book.until(20).await;
    // 4000 in good standing at 1 %, 6000 one to three days past due at 2 %.
    let expected = [
        json!(["INR", "0", 2, "4000.00", 100, "40.00"]),
        json!(["INR", "1-3", 2, "6000.00", 200, "120.00"]),
        json!(["INR", "all", 4, "10000.00", null, "160.00"]),
    ];
    assert_eq!(book.rows("provisions").await, expected);
    let own = book.rows("provisions?buckets=0:0,3:3333").await;
    assert_eq!(own[1], json!(["INR", "3+", 2, "6000.00", 3333, "1999.80"]));
}

#[tokio::test]
async fn a_report_comes_as_csv_too() {
    let mut book = Book::new().await;
    book.until(20).await;
    let front = &book.front;
    let reply = front.ask(Ask {
        method: "GET",
        path: "/v1/reports/collection?from=2026-01-17",
        bearer: Some(front.key(Viewer)),
        headers: vec![("accept", "text/csv")],
        body: Vec::new(),
    });
    let reply = reply.await;
    assert_eq!(reply.headers["content-type"], "text/csv");
    let text = "currency,due,received,payments,collected_bps\nINR,4000.00,1000.00,1,2500\n";
    assert_eq!(reply.text, text);
}

#[tokio::test]
async fn another_lenders_book_adds_nothing() {
    let mut book = Book::new().await;
    book.until(20).await;
    let (_, key) = book.front.rival().await;
    for report in ["par", "vintages", "collection", "roll"] {
        let path = format!("/v1/reports/{report}");
        let (headers, body) = (Vec::new(), Vec::new());
        let ask = Ask { method: "GET", path: &path, bearer: Some(&key), headers, body };
        let reply = book.front.ask(ask).await;
        assert_eq!(reply.json["items"], json!([]), "{report}");
    }
}

#[tokio::test]
async fn what_makes_no_report_is_refused() {
    let front = Front::new().await;
    let cases = [
        ("nothing", 404, "not_found"),
        ("par?from=2026-01-01", 400, "bad_query"),
        ("par?as_of=today", 400, "bad_query"),
        ("par?as_of=2026-01-09&as_of=2026-01-08", 400, "bad_query"),
        ("par?as_of=2026-01-11", 400, "bad_period"),
        ("roll?from=2026-01-09&to=2026-01-08", 400, "bad_period"),
        ("collection?to=2026-01-11", 400, "bad_period"),
        ("expected?from=2020-01-01", 400, "bad_period"),
        ("provisions?buckets=1:100", 400, "bad_query"),
        ("provisions?buckets=0:10001", 400, "bad_query"),
        ("cure?as_of=2026-01-09", 400, "bad_query"),
    ];
    for (path, status, code) in cases {
        let reply = front.get(Viewer, &format!("/v1/reports/{path}")).await;
        assert_eq!(reply.problem(), (status, code), "{path}");
    }
}

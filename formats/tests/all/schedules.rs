//! Schedule terms as a text: what is read, what is refused and how it is said.

use formats::{TermsError, schedules};
use serde_json::{Value, json};

fn terms() -> Value {
    json!({ "principal": "120", "start_date": "2026-01-10", "count": 12 })
}

fn with(name: &str, value: Value) -> Value {
    let mut terms = terms();
    terms[name] = value;
    terms
}

fn error(terms: &Value) -> TermsError {
    schedules(&terms.to_string(), None, false).unwrap_err()
}

#[test]
fn a_wrong_field_is_named() {
    let cases = [
        (with("pincipal", json!("1")), "pincipal: unknown key"),
        (with("principal", json!("1.005")), "principal: \"1.005\": at most 2 decimal places"),
        (with("principal", json!(null)), "principal: missing"),
        (with("count", json!(-1)), "count: expected a whole number, zero or above"),
        (with("unit", json!("years")), "unit: \"years\": expected one of days, weeks, months"),
        (with("day_count", json!("30/366")), "day_count.year: \"366\": expected one of"),
        (with("rows", json!([{ "due": "2026-02-30" }])), "rows[0].due: \"2026-02-30\": expected"),
        (with("events", json!([{ "type": "x" }])), "events[0].type: \"x\": expected one of"),
        (with("balloon", json!(1e30)), "balloon: "),
        (json!({ "terms": with("x", json!(1)) }), "terms.x: unknown key"),
        (json!({ "terms": terms(), "y": 1 }), "y: unknown key"),
        (json!([1]).get(0).cloned().unwrap(), "expected an object, found a number"),
    ];
    for (terms, expected) in cases {
        let error = error(&terms);
        assert_eq!(error.code(), "bad_terms", "{terms}");
        assert!(error.to_string().starts_with(expected), "{terms}: {error}");
    }
    let error = schedules("{\"principal\":\n 1,}", None, false).unwrap_err();
    assert_eq!(error.code(), "bad_json");
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn terms_without_a_schedule_are_refused_with_a_code() {
    let cases = [
        (with("count", json!(0)), "schedule_count"),
        (with("count", json!(521)), "schedule_count"),
        (with("every", json!(0)), "schedule_every"),
        (with("principal", json!("0")), "nothing_financed"),
        (with("principal", json!("-5")), "nothing_financed"),
        (with("principal", json!("90000000000000")), "schedule_overflow"),
        (with("down_payment_percent", json!("100")), "nothing_financed"),
        (with("down_payment_amount", json!("-1")), "schedule_amount"),
        (with("annual_rate_percent", json!("1000.0000001")), "rate_absurd"),
        (with("annual_rate_percent", json!("-1")), "rate_absurd"),
        (with("principal", json!("0.07")), "schedule_last_row"),
        (with("principal", json!("0.01")), "schedule_payment"),
        (with("installment_multiple", json!("50")), "schedule_payment"),
        (with("installment_multiple", json!("15")), "schedule_last_row"),
        (with("installment_multiple", json!("0")), "schedule_amount"),
        (with("principal_grace", json!(12)), "schedule_grace"),
        (with("currency_multiple", json!("5")), "schedule_digits"),
        (with("first_due", json!("2026-01-09")), "schedule_order"),
        (with("start_date", json!("8999-06-01")), "schedule_date"),
        (with("balloon", json!("120")), "schedule_amount"),
        (with("rows", json!([{ "due": "2026-02-10", "principal": "119" }])), "schedule_rows"),
    ];
    for (terms, code) in cases {
        assert_eq!(error(&terms).code(), code, "{terms}");
    }
    let mut dear = with("annual_rate_percent", json!("120"));
    dear["fixed_payment"] = json!("12.00");
    assert_eq!(error(&dear).code(), "schedule_not_amortising");
    dear["fixed_payment"] = json!("12.01");
    dear.as_object_mut().unwrap().remove("count");
    let made = schedules(&dear.to_string(), None, false).unwrap().document;
    assert_eq!(made["rows"].as_array().unwrap().len(), 76);
}

#[test]
fn a_list_is_answered_in_its_order() {
    let list = json!([terms(), with("x", json!(1)), with("count", json!(0)), terms()]);
    let done = schedules(&list.to_string(), None, false).unwrap();
    assert_eq!(done.refused, 2);
    let answers = done.document.as_array().unwrap();
    assert_eq!(answers[0], answers[3]);
    assert_eq!(answers[0]["rows"][11]["balance"], "0.00");
    assert_eq!(answers[1]["error"]["code"], "bad_terms");
    assert_eq!(answers[1]["error"]["detail"], "x: unknown key");
    assert_eq!(answers[2]["error"]["code"], "schedule_count");
    assert_eq!(schedules("[]", None, false).unwrap().document, json!([]));
}

#[test]
fn amounts_have_the_digits_of_their_currency() {
    let total = |currency: &str, principal: &str| {
        let mut terms = with("currency", json!(currency));
        terms["principal"] = json!(principal);
        schedules(&terms.to_string(), None, false).unwrap().document["rows"][0]["total"].clone()
    };
    assert_eq!(total("KWD", "1.234"), "0.103");
    assert_eq!(total("INR", "1200"), "100.00");
    assert_eq!(total("JPY", "1200"), "100.00");
    let mut odd = with("currency", json!("JPY"));
    odd["currency_digits"] = json!(2);
    assert!(error(&odd).to_string().starts_with("currency_digits: "));
}

#[test]
fn rows_given_one_by_one_stand_as_they_are() {
    let rows = json!([
        { "due": "2026-02-10", "principal": "70", "interest": "1.5" },
        { "due": "2026-02-20", "principal": "50" },
    ]);
    let made = schedules(&with("rows", rows).to_string(), None, false).unwrap().document;
    assert_eq!(made["rows"][0]["total"], "71.50");
    assert_eq!(made["rows"][1]["balance"], "0.00");
    assert_eq!(made["totals"], json!({ "principal": "120.00", "interest": "1.50" }));
}

#[test]
fn the_terms_hash_is_of_what_the_terms_say_and_not_of_how() {
    let hash = |terms: &Value| {
        let made = schedules(&terms.to_string(), None, true).unwrap().document;
        made["terms_hash"].as_str().unwrap().to_owned()
    };
    let plain = hash(&terms());
    assert_eq!(plain.len(), 64);
    let same = [
        with("principal", json!(120)),
        with("month_end", json!("clamp")),
        with("rules", json!("progressive")),
        with("allocation", json!("default")),
        json!({ "terms": terms(), "note": "x" }),
    ];
    for terms in same {
        assert_eq!(hash(&terms), plain, "{terms}");
    }
    let other = [
        with("principal", json!("120.01")),
        with("currency", json!("USD")),
        with("rules", json!("classic")),
        with("allocation", json!("rbi-india-strategy")),
        with("advance", json!("last")),
        with("payoff", json!("period_end")),
        with("first_due", json!("2026-02-11")),
    ];
    for terms in other {
        assert_ne!(hash(&terms), plain, "{terms}");
    }
    assert_eq!(error(&with("allocation", json!("x"))).code(), "bad_terms");
}

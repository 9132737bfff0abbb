//! Terms through the built program.

use serde_json::json;

use crate::kit::House;

#[test]
fn terms_become_rows_or_say_what_is_wrong() {
    let house = House::empty();
    let terms = json!({
        "principal": "1250", "start_date": "2023-09-01", "count": 4,
        "annual_rate_percent": "15", "installment_multiple": "1",
    });
    let file = house.file("terms.json", &terms.to_string());
    let classic = house.ok(&["schedule", "--rules", "classic", &file]).json();
    assert_eq!(classic["rows"][3]["total"], "323.33");
    assert_eq!(classic["totals"], json!({ "principal": "1250.00", "interest": "39.33" }));
    let own = house.ok(&["schedule", &file]).json();
    assert_eq!(own["rows"][0]["due"], "2023-10-01");

    let list = json!([terms, { "principal": "5", "start_date": "2026-01-01", "count": 0 }]);
    let ran = house.run(&["schedule", &house.file("list.json", &list.to_string())]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()[0], own);
    assert_eq!(ran.json()[1]["error"]["code"], "schedule_count");

    let ran = house.run(&["schedule", &house.file("wrong.json", "{\"principle\": \"5\"}")]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let ran = house.run(&["schedule", &house.file("half.json", "[{")]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("[bad_json]"), "{}", ran.err);
    assert_eq!(house.run(&["schedule"]).code, 2, "nothing on standard input");
    assert_eq!(house.run(&["schedule", "no-such-file"]).code, 2);
}

//! What stops a mistake, on the data directory.

use crate::kit::House;

#[test]
fn limits_feeds_and_breakers_are_set_and_shown() {
    let house = House::founded();
    let limits =
        house.file("limits.toml", "[breaker]\nleast = 5\n[programmes.standard]\nphones = 9\n");
    house.ok(&["admin", "limits", "set", "--from", &limits]);
    let shown = house.json(&["admin", "limits", "show"]);
    assert_eq!((&shown["breaker"]["least"], &shown["window_hours"]), (&5.into(), &24.into()));
    let wrong = house.file("wrong.toml", "window_hours = 24\n[breaker]\nlesat = 5\n");
    let ran = house.run(&["admin", "limits", "set", "--from", &wrong]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("wrong.toml: line 3"), "{}", ran.err);

    house.ok(&["admin", "feed", "watch", "cards", "--heartbeat-hours", "4"]);
    let feeds = house.json(&["admin", "feed", "list"]);
    assert_eq!(
        (&feeds["feeds"][0]["feed"], &feeds["feeds"][0]["rhythm_s"]),
        (&"cards".into(), &14_400.into())
    );
    let ran = house.run(&["admin", "feed", "watch", "cards", "--heartbeat-hours", "0"]);
    assert_eq!(ran.code, 2, "{ran:?}");

    let told = house.json(&["admin", "breaker", "list"]);
    assert_eq!(told["breakers"][1]["programme"], "standard");
    let nothing = "01890000-0000-7000-8000-000000000000";
    for (id, code) in [("x", 2), (nothing, 1)] {
        let ran = house.run(&["admin", "breaker", "lift", id, "--reason", "looked"]);
        assert_eq!(ran.code, code, "{ran:?}");
    }
}

//! What the program says of itself.

use crate::kit::House;

#[test]
fn usage_errors_and_help_have_their_exit_codes() {
    let house = House::empty();
    let help = house.ok(&["import", "devices", "--help"]);
    assert!(help.out.contains("quittance import devices examples/devices.csv"), "{}", help.out);
    assert!(house.ok(&["--version"]).out.starts_with("quittance 0."));
    assert_eq!(house.run(&["no-such-command"]).code, 2);
    assert_eq!(house.run(&["import", "devices"]).code, 2);
    let bash = house.ok(&["completions", "bash"]);
    assert!(bash.out.contains("_quittance()"), "a completion script");
}

#[test]
fn an_empty_place_says_how_to_begin() {
    let house = House::empty();
    let ran = house.run(&["status", "A-1"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("admin tenant add --from"), "{}", ran.err);
    let ran = house.run(&["status", "A-1", "--json"]);
    assert_eq!(ran.json()["error"]["code"], "no_data");
    std::fs::create_dir(house.data()).unwrap();
    assert_eq!(house.run(&["admin", "person", "list"]).code, 2);
    let left = std::fs::read_dir(house.data()).unwrap().count();
    assert_eq!(left, 0, "a directory that is none of ours stays as it is");
}

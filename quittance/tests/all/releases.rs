//! Releases that wait for their phone, as typed: on the data directory and on a server.

use std::{io::Write, process::Stdio};

use serde_json::{Value, json};

use crate::serve::{Process, device, overdue, serve};

#[test]
fn a_release_is_listed_until_its_phone_confirms() {
    let (house, key) = overdue();
    let code = house.json(&["status", "A-1", "--code"])["enrolment_code"].clone();
    let code = code.as_str().unwrap();
    assert_eq!(house.json(&["releases"]), json!({ "items": [] }));
    assert_eq!(house.ok(&["releases"]).out, "no release waits for its phone\n");

    let (server, url) = serve(&house, &[]);
    let mut command = device(&house, &url, code);
    command.stdin(Stdio::piped());
    let mut phone = Process::spawn(command);
    let mut holder = phone.child.stdin.take().unwrap();
    phone.wait("the question", |line| line["event"] == "ask");
    holder.write_all(b"yes\n").unwrap();
    phone.wait("the notice", |line| line["event"] == "apply" && line["stage"] == "notice");
    drop(phone);
    let there = ["--server", &url, "--key-file", &key];
    let paid = "provider,provider_id,reference,amount,paid_at\ndesk,P1,A-1,1200.00,2026-01-02\n";
    house.ok(&[&["import", "payments", &house.file("p.csv", paid)], &there[..]].concat());
    let told = house.json(&[&["releases"], &there[..]].concat());
    assert_eq!(references(&told), ["A-1"], "{told}");
    let held = house.run(&["releases"]);
    assert!(held.code == 1 && held.err.contains("--server URL"), "{held:?}");
    let unknown = ["releases", "--server", &url, "--key", "qk_none_none"];
    assert_eq!(house.run(&unknown).code, 1);
    server.stop();

    let told = house.json(&["releases"]);
    assert_eq!(references(&told), ["A-1"]);
    let first = &told["items"][0];
    assert!(first["hours"] == 0 && first["released_at"].is_string(), "{told}");
    let page = house.ok(&["releases"]).out;
    assert!(page.contains("A-1") && page.contains("PHONE LAST HEARD"), "{page}");

    let (server, url) = serve(&house, &[]);
    let mut command = device(&house, &url, code);
    command.stdin(Stdio::piped());
    let mut phone = Process::spawn(command);
    phone.wait("the end", |line| line["event"] == "end" && line["released"] == true);
    server.stop();
    assert_eq!(house.json(&["releases"]), json!({ "items": [] }));
}

fn references(told: &Value) -> Vec<&str> {
    let items = told["items"].as_array().unwrap();
    items.iter().map(|item| item["reference"].as_str().unwrap()).collect()
}

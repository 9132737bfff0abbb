//! The server as a process, with programs and a phone around it.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::Value;

use crate::kit::House;

/// Longest for anything here to happen.
const SOON: Duration = Duration::from_secs(60);
const IMEI: &str = "001010020079198";
/// Twelve instalments long past due.
const OVERDUE: &str = "reference,imei,currency,cash_price,down_payment,count,unit,every,instalment,\
first_due,time_zone,language,programme,borrower_name,borrower_phone,consent_form,consent_version,\
consent_at\nA-1,001010020079198,INR,1200.00,0,12,weeks,1,,2020-01-06,Asia/Kolkata,hi,standard,\
Asha,,form,1,2019-12-30\n";

/// A process that prints one document on each line.
pub(crate) struct Process {
    pub(crate) child: Child,
    lines: Receiver<Value>,
    seen: Vec<Value>,
}

impl Process {
    pub(crate) fn spawn(mut command: Command) -> Process {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if send.send(value).is_err() {
                    return;
                }
            }
        });
        Process { child, lines, seen: Vec::new() }
    }

    /// The next line like this.
    pub(crate) fn wait(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let Ok(value) = self.lines.recv_timeout(SOON) else {
                panic!("{what} did not come: {:#?}", self.seen);
            };
            self.seen.push(value.clone());
            if is_it(&value) {
                return value;
            }
        }
    }

    /// Ends it as an operator does, and demands that it ends in order.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "{:#?}", self.seen);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server on a free port, and its address.
pub(crate) fn serve(house: &House, extra: &[&str]) -> (Process, String) {
    let args = [&["serve", "--listen", "127.0.0.1:0", "--json", "--log", "warn"], extra].concat();
    let mut server = Process::spawn(house.command(&args));
    let greeting = server.wait("the greeting", |line| line["url"].is_string());
    let url = greeting["url"].as_str().unwrap().to_owned();
    (server, url)
}

/// A house with one overdue contract, and a key.
pub(crate) fn overdue() -> (House, String) {
    let house = House::founded();
    house.ok(&["import", "contracts", &house.file("c.csv", OVERDUE)]);
    keyed(house)
}

/// With a key that may do everything here.
fn keyed(house: House) -> (House, String) {
    let key = house.folder.path().join("all.key").display().to_string();
    let roles = ["--role", "operator", "--role", "payments"];
    house.ok(&[&["admin", "key", "add", "all", "--to", &key], &roles[..]].concat());
    (house, key)
}

pub(crate) fn device(house: &House, url: &str, code: &str) -> Command {
    let args = [
        "device",
        "run",
        "--server",
        url,
        "--imei",
        IMEI,
        "--state",
        "phone.json",
        "--code",
        code,
        "--json",
    ];
    house.command(&args)
}

#[test]
fn a_phone_is_warned_paid_for_and_released() {
    let (house, key) = overdue();
    let code = house.json(&["status", "A-1", "--code"])["enrolment_code"].clone();
    let code = code.as_str().unwrap();
    let events = house.folder.path().join("events.jsonl").display().to_string();
    let (server, url) = serve(&house, &["--events", &events]);
    let there = ["--server", &url, "--key-file", &key];

    let held = house.run(&["status", "A-1"]);
    assert_eq!(held.code, 1);
    assert!(held.err.contains("--server URL") && held.err.contains("data_held"), "{}", held.err);

    let mut command = device(&house, &url, code);
    let mut phone = Process::spawn({
        command.stdin(Stdio::piped());
        command
    });
    let mut holder = phone.child.stdin.take().unwrap();
    phone.wait("the question", |line| line["event"] == "ask");
    holder.write_all(b"yes\n").unwrap();
    phone.wait("the notice", |line| line["event"] == "apply" && line["stage"] == "notice");
    phone.wait("its text", |line| line["event"] == "notice");
    phone.wait("an open wait", |line| line["to"] == "/d/1/wait");
    let screen = house.json(&["device", "screen", "--state", "phone.json"]);
    assert_eq!(screen["stage"], "notice");
    assert_eq!(screen["amount_due"], "INR 1,200.00");
    let page = house.ok(&["device", "screen", "--state", "phone.json"]).out;
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("सूचना 1, Example Handset Finance Ltd."), "{page}");
    assert!(page.contains("Emergency calls always work."), "{page}");
    let status = house.json(&[&["status", "A-1"], &there[..]].concat());
    assert_eq!((&status["rung"], &status["device"]["rung"]), (&"notice".into(), &"notice".into()));

    let pay = |name: &str, row: &str| {
        let head = "provider,provider_id,reference,amount,paid_at\n";
        let file = house.file(name, &format!("{head}{row}\n"));
        house.run(&[&["import", "payments", &file, "--json"], &there[..]].concat())
    };
    let ran = pay("wrong.csv", "desk,P0,NO-SUCH,1.00,2026-01-02");
    assert_eq!((ran.code, &ran.json()["errors"][0]["code"]), (1, &"unknown_reference".into()));
    assert_eq!(pay("one.csv", "desk,P1,A-1,1199.00,2026-01-02").json()["new"], 1);
    phone.wait("the way down", |line| line["event"] == "apply" && line["stage"] == "clear");
    assert_eq!(pay("again.csv", "desk,P1,A-1,1199.00,2026-01-02").json()["known"], 1);
    assert_eq!(pay("rest.csv", "desk,P2,A-1,1.00,2026-01-03").json()["new"], 1);
    // A clear phone holds no wait: the holder brings it online.
    holder.write_all(b"online\n").unwrap();
    phone.wait("the end", |line| line["event"] == "end" && line["released"] == true);
    assert!(phone.child.wait().unwrap().success());
    let screen = house.ok(&["device", "screen", "--state", "phone.json"]).out;
    assert!(screen.contains("released it for ever"), "{screen}");
    let state = std::fs::read_to_string(house.folder.path().join("phone.json")).unwrap();
    assert!(state.contains("\"key\":null"), "the key is gone");
    let told = || std::fs::read_to_string(&events).unwrap().contains("\"state\":\"archived\"");
    let waited = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        told()
    });
    assert!(waited, "the events tell the end");
    server.stop();
    assert_eq!(house.json(&["status", "A-1"])["status"], "archived");
}

/// What is imported through a server is what an import into the data directory makes of it.
#[test]
fn contracts_and_standings_come_through_a_server() {
    let header = OVERDUE.lines().next().unwrap();
    let terms = r#"{"principal":"1200","start_date":"2026-01-15","count":6,
        "annual_rate_percent":24.5}"#;
    let terms = terms.replace('\n', " ").replace('"', "\"\"");
    let book = format!(
        "{header},terms,standing\n\
         A-1,{IMEI},INR,1200.00,,,,,,,Asia/Kolkata,hi,standard,Asha,,,,,\"{terms}\",\n\
         A-2,001010020079206,INR,,,,,,,,Asia/Kolkata,hi,standard,Ravi,,,,,,outside\n"
    );
    let night = "reference,as_of,past_due,oldest_unpaid\nA-2,2026-01-10,791.00,2026-01-05\n";
    let here = House::founded();
    here.ok(&["import", "contracts", &here.file("c.csv", &book)]);
    here.ok(&["import", "standing", &here.file("s.csv", night)]);

    let (there, key) = keyed(House::founded());
    let (server, url) = serve(&there, &[]);
    let at = ["--server", &url, "--key-file", &key];
    let (book, night) = (there.file("c.csv", &book), there.file("s.csv", night));
    there.ok(&[&["import", "contracts", &book], &at[..]].concat());
    there.ok(&[&["import", "standing", &night], &at[..]].concat());
    let again = there.json(&[&["import", "contracts", &book], &at[..]].concat());
    assert_eq!(again["known"], 2, "{again}");
    server.stop();
    for reference in ["A-1", "A-2"] {
        let (one, other) = (here.json(&["status", reference]), there.json(&["status", reference]));
        assert!(one["terms"]["hash"].is_string(), "{one}");
        assert_eq!(one["terms"], other["terms"]);
        assert_eq!(one["standing"], other["standing"]);
    }
}

/// A statement sent to a server counts once, and its money is in the server's reports.
#[test]
fn a_banks_file_comes_through_a_server() {
    let (house, key) = overdue();
    let (server, url) = serve(&house, &[]);
    let at = ["--server", &url, "--key-file", &key];
    let text = include_str!("../../../formats/tests/data/camt/traps.v08.xml");
    let file = house.file("bank.xml", &text.replace("EUR", "INR").replace("EX-00001", "A-1"));
    let import = |format: &'static str| {
        [&["import", "payments", &file, "--format", format], &at[..]].concat()
    };
    let wrong = house.run(&import("camt054"));
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    let first = house.json(&import("camt053"));
    for (field, count) in [("new", 1), ("suspense", 1), ("pending", 1), ("passed", 1)] {
        assert_eq!(first[field], count, "{first}");
    }
    let again = house.json(&import("camt053"));
    assert_eq!((&again["new"], &again["known"]), (&0.into(), &2.into()), "{again}");
    let march = ["report", "reconciliation", "--from", "2026-03-01", "--to", "2026-03-31"];
    let report = house.json(&[&march, &at[..]].concat());
    let sum = |name: &str| {
        let items = report["items"].as_array().unwrap();
        items.iter().filter_map(|item| item[name].as_str()?.parse::<f64>().ok()).sum::<f64>()
    };
    assert_eq!((sum("settled"), sum("posted"), sum("suspense")), (150.0, 100.0, 50.0), "{report}");
    server.stop();
    assert_eq!(house.json(&["status", "A-1"])["paid"], "100.00");
}

#[test]
fn a_holder_may_say_no_and_a_wrong_code_binds_nothing() {
    let (house, _) = overdue();
    let code = house.json(&["status", "A-1", "--code"])["enrolment_code"].clone();
    let (server, url) = serve(&house, &[]);
    let mut wrong = device(&house, &url, "222222222222");
    let wrong = crate::kit::ran(wrong.arg("--accept").output().unwrap());
    assert_eq!(wrong.code, 1);
    assert!(wrong.out.contains("wrong_enrolment_code"), "{wrong:?}");
    let mut command = device(&house, &url, code.as_str().unwrap());
    let mut phone = Process::spawn({
        command.stdin(Stdio::piped());
        command
    });
    phone.wait("the question", |line| line["event"] == "ask" && line["disclosure"].is_string());
    phone.child.stdin.take().unwrap().write_all(b"no\n").unwrap();
    assert_eq!(phone.child.wait().unwrap().code(), Some(1));
    server.stop();
    assert!(house.json(&["status", "A-1"]).get("device").is_none(), "nothing is bound");
}

#[test]
fn a_configuration_is_told_by_its_line() {
    let house = House::founded();
    let bad = house.file("q.toml", "listen = \"127.0.0.1:0\"\n\n[limits]\nwaits = 3\n");
    let ran = house.run(&["serve", "--config", &bad]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("q.toml: line 4: unknown field `waits`"), "{}", ran.err);
    assert_eq!(house.run(&["serve", "--tls-cert", "x.pem"]).code, 2);
    let good = house.file("good.toml", "listen = \"nowhere:1\"\n[pace]\nclear_s = 60\n");
    let (server, url) = serve(&house, &["--config", &good]);
    assert!(url.starts_with("http://127.0.0.1:"), "a flag overrides: {url}");
    let taken = url.trim_start_matches("http://").to_owned();
    let other = House::founded();
    let ran = other.run(&["serve", "--listen", &taken]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("something listens there"), "{}", ran.err);
    server.stop();
}

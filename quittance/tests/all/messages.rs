//! Notices that leave: the built server, the built gateway, real sockets.

use std::{net::TcpListener, time::Duration};

use serde_json::{Value, json};
use server::{client::Client, intake::Secret};
use zeroize::Zeroizing;

use crate::{kit::House, serve::Process};

const SECRET: &str = "a secret of enough bytes";
const WITHIN: Duration = Duration::from_secs(10);
/// Two overdue contracts: the one can be reached by SMS, the other by mail alone.
const BOOK: &str = "reference,imei,currency,cash_price,down_payment,count,unit,every,instalment,\
first_due,time_zone,language,programme,borrower_name,borrower_phone,borrower_email,consent_form,\
consent_version,consent_at\n\
M-1,001010020079198,INR,1200.00,0,12,weeks,1,,2020-01-06,Asia/Kolkata,en,messages,Asha,\
+91 555 0100 100,,form,1,2019-12-30\n\
M-2,001010020158380,INR,1200.00,0,12,weeks,1,,2020-01-06,Asia/Kolkata,en,messages,Budi,\
,budi@borrower.example,form,1,2019-12-30\n";

/// On the due day, and the day before.
const REMINDERS: &str = "[reminders]\npay_link = \"https://pay.lender.example/{reference}\"\n\
rules = [{ days = -1, channels = [\"sms\"] }, { days = 0, channels = [\"sms\", \"email\"] }]\n";

/// A law under which messages leave at any hour.
fn law() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../packs/test-fast.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("\"test-fast\"", "\"messages\"");
    let text = text.replace("from = \"08:00\"", "from = \"00:00\"");
    text.replace("until = \"20:00\"", "until = \"23:59\"")
}

/// A house under that law, with two trusted publishers.
fn house() -> House {
    let house = House::empty();
    let lender = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/lender.toml");
    house.ok(&["admin", "tenant", "add", "--from", lender]);
    let trusted = house.data().join("packs/trusted");
    std::fs::create_dir_all(&trusted).unwrap();
    let pack = house.data().join("packs/messages.toml");
    std::fs::write(&pack, law()).unwrap();
    for name in ["counsel", "bench"] {
        let key = house.folder.path().join(name).display().to_string();
        house.ok(&["pack", "keygen", &key]);
        std::fs::copy(format!("{key}.pub"), trusted.join(format!("{name}.pub"))).unwrap();
        house.ok(&["pack", "sign", &pack.display().to_string(), "--key", &format!("{key}.key")]);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/programme-fast.toml");
    let programme = std::fs::read_to_string(path).unwrap();
    let programme = programme.replace("\"fast\"", "\"messages\"").replace("test-fast", "messages");
    let programme = programme.replacen("[remind]", &format!("{REMINDERS}[remind]"), 1);
    house.ok(&["admin", "programme", "add", &house.file("messages.toml", &programme)]);
    house
}

/// A gateway that tells these states: where it takes messages, and where mails.
fn gateway(house: &House, out: &str, tells: &str, server: &str) -> (Process, String, String) {
    let secret = house.file("gateway.secret", SECRET);
    let receipts = format!("{server}/v1/receipts/mail");
    let args = ["gateway", "--json", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0"];
    let more = ["--secret-file", &secret, "--out", out, "--tell", tells, "--pause-ms", "20"];
    let mails = ["--mail-receipts", &receipts];
    let mut process = Process::spawn(house.command(&[&args[..], &more, &mails].concat()));
    let told = process.wait("the gateway", |line| line["url"].is_string());
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    let (url, smtp) = (text("url"), text("smtp"));
    (process, url, smtp)
}

/// An address on which nobody listens.
fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A server on the house, and a client of an operator.
fn serve(house: &House, at: &str) -> (Process, Client) {
    let key = house.folder.path().join("all.key").display().to_string();
    house.ok(&["admin", "key", "add", "all", "--to", &key, "--role", "operator"]);
    let config = house.file("serve.toml", "[jobs]\nmessages_s = 1\n");
    let args = ["serve", "--listen", at, "--json", "--log", "warn", "--config", &config];
    let mut server = Process::spawn(house.command(&args));
    server.wait("the greeting", |line| line["url"].is_string());
    let key = Zeroizing::new(std::fs::read_to_string(&key).unwrap());
    let client = Client::new(&format!("http://{at}"), None).unwrap().with_key(key);
    (server, client)
}

/// Looks again and again, for a minute.
fn patiently<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{what}: not within a minute");
}

/// Asks until it is so.
fn wait(client: &Client, reference: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let path = format!("/v1/contracts/{reference}");
    patiently(reference, || {
        let answer = runtime.block_on(client.get(&path, WITHIN)).unwrap();
        let view: Value = serde_json::from_slice(&answer.body).unwrap();
        is_it(&view).then_some(view)
    })
}

/// The states told of the first notice by a channel.
fn states(view: &Value, channel: &str) -> Vec<String> {
    let told = view["notices"][0]["messages"].as_array().cloned().unwrap_or_default();
    let own = told.iter().filter(|told| told["channel"] == channel);
    own.map(|told| told["state"].as_str().unwrap().to_owned()).collect()
}

fn waits_for_delivery(view: &Value) -> bool {
    view["reasons"].to_string().contains("notice_not_delivered")
        && !view["reasons"].to_string().contains("notice_runs")
}

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn post(url: &str, path: &str, secret: &str, at: &str, body: &str) -> (u16, Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = Client::new(url, None).unwrap();
    let at = domain::Moment::parse(at).unwrap();
    let signature = server::intake::signed(&Secret::new(secret.as_bytes()), at, body.as_bytes());
    let headers = [("content-type", "application/json"), ("quittance-signature", &*signature)];
    let posted = client.post_with(path, &headers, body.as_bytes().to_vec(), WITHIN);
    let answer = runtime.block_on(posted).unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

#[test]
fn a_notice_goes_out_and_its_receipts_come_in() {
    let house = house();
    let at = free();
    let url = format!("http://{at}");
    let path = |name: &str| house.folder.path().join(name).display().to_string();
    let (texts_out, mails_out) = (path("texts.jsonl"), path("mails.jsonl"));
    let (_texts, texts_at, _) = gateway(&house, &texts_out, "delivered,read", &url);
    let (_mails, _, smtp) = gateway(&house, &mails_out, "accepted,bounced", &url);
    let secret = path("gateway.secret");
    let texts = ["admin", "sender", "add", "texts", "--channel", "sms", "--url", &texts_at];
    let texts = [&texts[..], &["--callback", &url, "--secret-file", &secret]].concat();
    house.ok(&texts);
    let mail = ["admin", "sender", "add", "mail", "--channel", "email", "--smtp", &smtp];
    let from = ["--from", "Example <notices@lender.example>", "--tls", "none"];
    house.ok(&[&mail[..], &from, &["--secret-file", &secret]].concat());
    house.ok(&["import", "contracts", &house.file("book.csv", BOOK)]);
    let (server, client) = serve(&house, &at);

    let read = wait(&client, "M-1", |view| states(view, "sms").len() == 3);
    assert_eq!(states(&read, "sms"), ["accepted", "delivered", "read"]);
    let posted = lines(&texts_out);
    assert_eq!(posted.len(), 1, "one message");
    assert_eq!(posted[0]["to"], "+915550100100");
    assert_eq!(posted[0]["text"], read["notices"][0]["text"], "the frozen text");
    let number = &read["notices"][0]["k"];
    let reasons = read["reasons"].to_string();
    assert!(!reasons.contains("\"notice_not_delivered\",\"k\":1"), "{number} {reasons}");

    let back = wait(&client, "M-2", |view| states(view, "email").contains(&"bounced".to_owned()));
    assert!(waits_for_delivery(&back), "what came back starts no clock: {back:#}");
    let mailed = lines(&mails_out);
    assert_eq!((mailed.len(), &mailed[0]["to"]), (1, &"budi@borrower.example".into()));
    forged_receipts_change_nothing(&url, &posted[0], &client);
    server.stop();
    let told = house.ok(&["journal", "export", "M-1"]).out;
    assert!(told.contains("notice_delivery") && !told.contains("5550100100"), "no address");
    house.ok(&["replay", "M-1"]);
    house.ok(&["replay", "M-2"]);
}

fn forged_receipts_change_nothing(url: &str, posted: &Value, client: &Client) {
    let now = posted["at"].as_str().unwrap();
    let receipt = json!({ "message": posted["id"], "state": "failed", "at": now }).to_string();
    let path = "/v1/receipts/texts";
    let unknown = receipt.replace(posted["id"].as_str().unwrap(), "AAAA");
    let cases = [
        (path, "another secret of bytes", receipt.as_str(), (403, "signature_wrong")),
        (path, SECRET, "{", (400, "bad_json")),
        (path, SECRET, &unknown, (404, "message_unknown")),
        ("/v1/receipts/mail", SECRET, &receipt, (404, "message_unknown")),
        ("/v1/receipts/nobody", SECRET, &receipt, (404, "not_found")),
    ];
    for (path, secret, body, expected) in cases {
        let (status, told) = post(url, path, secret, now, body);
        assert_eq!((status, told["code"].as_str().unwrap()), expected, "{told}");
    }
    let stale = post(url, path, SECRET, "2026-01-01T00:00:00Z", &receipt);
    assert_eq!((stale.0, stale.1["code"].as_str().unwrap()), (403, "signature_stale"));
    let again = receipt.replace("failed", "read");
    let (status, told) = post(url, path, SECRET, now, &again);
    assert_eq!((status, told), (200, json!({ "recorded": false })), "told once");
    let view = wait(client, "M-1", |_| true);
    assert_eq!(states(&view, "sms"), ["accepted", "delivered", "read"]);
}

/// What falls due today is told of once, by the way there is; what is paid is not.
#[test]
fn a_reminder_goes_out_on_its_day_and_proves_nothing() {
    let house = house();
    let at = free();
    let out = house.folder.path().join("texts.jsonl").display().to_string();
    let (_gateway, texts_at, _) = gateway(&house, &out, "delivered", &format!("http://{at}"));
    let secret = house.folder.path().join("gateway.secret").display().to_string();
    let texts = ["admin", "sender", "add", "texts", "--channel", "sms", "--url", &texts_at];
    let callback = format!("http://{at}");
    house.ok(&[&texts[..], &["--callback", &callback, "--secret-file", &secret]].concat());
    let zone = domain::Zone::parse("Asia/Kolkata").unwrap();
    let now = server::clock::Clock::now(&server::real::RealClock);
    let today = zone.day(now);
    let yesterday = today.plus_days(-1).unwrap().to_string();
    let book = BOOK.replace("2020-01-06", &today.to_string()).replace("2019-12-30", &yesterday);
    house.ok(&["import", "contracts", &house.file("book.csv", &book)]);
    let (server, client) = serve(&house, &at);
    patiently("a reminder", || {
        std::fs::read_to_string(&out).is_ok_and(|text| text.contains('\n')).then_some(())
    });
    std::thread::sleep(Duration::from_secs(3));
    let posted = lines(&out);
    let text = posted[0]["text"].as_str().unwrap();
    assert_eq!((posted.len(), &posted[0]["to"]), (1, &"+915550100100".into()), "once");
    for said in ["INR 100.00 is due today.", "https://pay.lender.example/M-1"] {
        assert!(text.contains(said), "{text}");
    }
    let view = wait(&client, "M-1", |_| true);
    assert_eq!(view["rung"], "clear", "nothing follows from it");
    server.stop();
    let told = house.ok(&["journal", "export", "M-1"]).out;
    assert!(told.contains("reminded") && told.contains(&today.to_string()), "{told}");
    house.ok(&["replay", "M-1"]);
}

//! The server killed under load, again and again: what it acknowledged is there, once.
//! `QUITTANCE_KILL_ROUNDS` makes it longer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use server::client::Client;

use crate::{
    kit::{House, first_rows},
    serve::serve,
};

/// All in currencies of two decimal places.
const CONTRACTS: usize = 7;
const CALLERS: usize = 16;
const WITHIN: Duration = Duration::from_secs(20);

/// What the callers were told.
#[derive(Default)]
struct Told {
    next: AtomicU64,
    /// Provider ids that were acknowledged.
    acknowledged: Mutex<BTreeSet<String>>,
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_counts_twice() {
    let rounds = std::env::var("QUITTANCE_KILL_ROUNDS").ok().and_then(|text| text.parse().ok());
    let rounds: u64 = rounds.unwrap_or(5);
    let house = House::founded();
    let contracts = house.file("contracts.csv", &first_rows("contracts.csv", CONTRACTS));
    house.ok(&["import", "contracts", &contracts]);
    let key = house.json(&["admin", "key", "add", "load", "--role", "payments"]);
    let key = key["secret"].as_str().unwrap().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = Arc::new(Told::default());
    for round in 0..rounds {
        let (mut server, url) = serve(&house, &[]);
        let client = Arc::new(Client::new(&url, None).unwrap().with_key(key.clone().into()));
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| runtime.spawn(pay_until_lost(client.clone(), told.clone())))
            .collect();
        // A different moment each time; the same ones in every run.
        std::thread::sleep(Duration::from_millis(150 + round * 7919 % 700));
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        for caller in callers {
            runtime.block_on(caller).unwrap();
        }
    }
    let acknowledged = told.acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 20, "there was a load: {}", acknowledged.len());

    let (server, url) = serve(&house, &[]);
    let client = Client::new(&url, None).unwrap().with_key(key.into());
    let paid = runtime.block_on(settled_payments(&client));
    for id in &acknowledged {
        let status = paid.get(id).map(|paid| paid["status"].clone());
        assert_eq!(status, Some("applied".into()), "{id}");
    }
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for payment in paid.values().filter(|paid| paid["status"] == "applied") {
        *sums.entry(payment["reference"].as_str().unwrap()).or_default() += 1;
    }
    for (reference, count) in sums {
        let contract = runtime.block_on(get(&client, &format!("/v1/contracts/{reference}")));
        let counted = contract["paid"].as_str().unwrap();
        let once = format!("{}.{:02}", count / 100, count % 100);
        assert_eq!(counted, once, "{reference}: each of its payments once");
    }
    server.stop();
    balance_is_zero(&house, &runtime);
}

/// Pays one unit of money after the other until the server is gone.
async fn pay_until_lost(client: Arc<Client>, told: Arc<Told>) {
    loop {
        let number = told.next.fetch_add(1, Ordering::Relaxed);
        let (id, row) = (format!("P{number}"), number % CONTRACTS as u64 + 1);
        let body = json!({
            "provider": "kill", "provider_id": id, "reference": format!("EX-{row:05}"),
            "amount": "0.01", "paid_at": "2026-01-02T00:00:00Z",
        });
        let body = body.to_string().into_bytes();
        match client.post("/v1/payments", "application/json", body, WITHIN).await {
            Ok(answer) if answer.status == 201 => {
                told.acknowledged.lock().unwrap().insert(id);
            }
            Ok(answer) => panic!("{}: {:?}", answer.status, answer.body),
            Err(_) => return,
        }
    }
}

/// Every payment by its provider's id, once none is on its way any more.
async fn settled_payments(client: &Client) -> BTreeMap<String, Value> {
    for _ in 0..120 {
        let mut all = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let page = get(client, &format!("/v1/payments?limit=200{cursor}")).await;
            for payment in page["items"].as_array().unwrap() {
                let id = payment["provider_id"].as_str().unwrap().to_owned();
                assert!(all.insert(id, payment.clone()).is_none(), "one entry for each id");
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        if all.values().all(|payment| payment["status"] != "in_transit") {
            return all;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("money stays in transit");
}

async fn get(client: &Client, path: &str) -> Value {
    let answer = client.get(path, WITHIN).await.unwrap();
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    serde_json::from_slice(&answer.body).unwrap()
}

fn balance_is_zero(house: &House, runtime: &tokio::runtime::Runtime) {
    let tenants = house.json(&["admin", "tenant", "list"]);
    let tenant = tenants["tenants"][0]["id"].as_str().unwrap().parse().unwrap();
    let path = house.data().join("quittance.db");
    let store = store::open(&format!("sqlite:{}", path.display())).unwrap();
    let balance = runtime.block_on(store.trial_balance(tenant)).unwrap();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (account, currency, minor) in balance {
        assert!(account != "in_transit" || minor == 0, "{minor} {currency} stay in transit");
        *sums.entry(currency).or_default() += minor;
    }
    assert!(!sums.is_empty() && sums.values().all(|sum| *sum == 0), "{sums:?}");
}

//! Journals as files.

use formats::{directory::Role::*, journal_file::check_journal_file};

use super::front::{Front, payment};

#[tokio::test]
async fn a_journal_is_exported_with_the_rules_its_decisions_name() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let path = "/v1/contracts/EX-1/journal/export";
    let plain = front.get(Auditor, path).await;
    assert_eq!(plain.status, 200, "{}", plain.text);
    assert_eq!(plain.headers["content-type"], "application/x-ndjson");
    let checked = check_journal_file(plain.text.as_bytes()).unwrap();
    let unit = front.house.app.by_reference(front.house.tenant, "EX-1").await.unwrap().unwrap();
    let row = front.house.row(unit).await;
    assert_eq!(checked.head.head, (row.head.entries, row.head.hash));
    assert_eq!((checked.head.unit, checked.head.tenant), (unit, row.tenant));
    assert!(checked.attached.is_empty());
    let full = front.get(Auditor, &format!("{path}?rules=true")).await;
    let checked = check_journal_file(full.text.as_bytes()).unwrap();
    let names: Vec<(&str, &str)> =
        checked.attached.iter().map(|one| (&*one.kind, &*one.name)).collect();
    assert_eq!(names, [("pack", "test-fast/1"), ("programme", "fast/1")]);
    assert_eq!(checked.attached[1].text, crate::kit::FAST);
    let wrong = front.get(Auditor, &format!("{path}?rules=yes")).await;
    assert_eq!(wrong.problem(), (400, "bad_query"));
    let absent = front.get(Auditor, "/v1/contracts/EX-404/journal/export").await;
    assert_eq!(absent.problem(), (404, "not_found"));
}

/// Whoever sees the borrower's file sees his data; the chain is the same with and without it.
#[tokio::test]
async fn the_borrower_gets_his_own_with_his_data_beside_the_chain() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.post(Payments, "/v1/payments", &payment("T-1", "EX-1", "10.00")).await;
    let auditor = front.get(Auditor, "/v1/contracts/EX-1/journal/export?rules=true").await.text;
    let own = front.get(Support, "/v1/contracts/EX-1/journal/borrower").await.text;
    for datum in ["Asha Devi", "+91 98 5550 0100"] {
        assert!(own.contains(datum), "{own}");
        assert!(!auditor.contains(datum), "{auditor}");
    }
    let (all, bare) = (own.lines().skip(1), auditor.lines().skip(1));
    let without: Vec<&str> = all.filter(|line| !line.contains("\"personal\"")).collect();
    assert_eq!(without, bare.collect::<Vec<_>>());
    assert!(check_journal_file(own.as_bytes()).is_ok());
}

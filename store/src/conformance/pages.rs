//! Pages: order, cursors, stability under writes.

use std::sync::Arc;

use domain::UnitId;

use crate::{Backend, Cursor, Entry, Item, PAGE_MAX, Page, Query, Space, UnitKind};

use super::fixture::*;

const CONTRACTS: Query =
    Query::Units { tenant: Some(TENANT), kind: UnitKind::Contract, status: None, rung_min: 0 };

async fn page(store: &dyn Backend, query: &Query, after: Option<Cursor>, limit: u32) -> Page {
    store.page(query.clone(), after, limit).await.expect("the store pages")
}

fn units(page: &Page) -> Vec<u128> {
    let unit = |entry: &Entry| match entry {
        Entry::Unit(row) => row.unit.0.as_u128(),
        other => panic!("a page of units holds {other:?}"),
    };
    page.entries.iter().map(unit).collect()
}

/// Units made and changed between two pages neither hide nor double those that stay.
pub async fn unit_pages_are_stable_under_writes(store: Arc<dyn Backend>) {
    for number in [10, 20, 30, 40, 50] {
        created(&*store, number).await;
    }
    let first = page(&*store, &CONTRACTS, None, 2).await;
    assert_eq!(units(&first), [10, 20]);
    created(&*store, 15).await;
    created(&*store, 35).await;
    let row = load(&*store, unit(20)).await.unwrap();
    done(&*store, draft(unit(20), Some(&row), 2)).await;
    let mut changed = draft(unit(40), load(&*store, unit(40)).await.as_ref(), 2);
    changed.change.facets = facets("settled", 4);
    done(&*store, changed).await;
    let second = page(&*store, &CONTRACTS, first.next, 3).await;
    assert_eq!(units(&second), [30, 35, 40]);
    let third = page(&*store, &CONTRACTS, second.next, 1).await;
    assert_eq!((units(&third), third.next), (vec![50], None));
}

/// Entries appended between two pages come at the end.
pub async fn journal_pages_are_stable_under_writes(store: Arc<dyn Backend>) {
    let mut row = created(&*store, 1).await;
    row = done(&*store, draft(unit(1), Some(&row), 2)).await;
    let query = Query::Journal(unit(1));
    let first = page(&*store, &query, None, 1).await;
    row = done(&*store, draft(unit(1), Some(&row), 3)).await;
    let second = page(&*store, &query, first.next, 1).await;
    done(&*store, draft(unit(1), Some(&row), 4)).await;
    let third = page(&*store, &query, second.next, 10).await;
    assert_eq!(third.next, None);
    let pages = [first.entries, second.entries, third.entries].concat();
    let numbers = pages.iter().map(|entry| match entry {
        Entry::Journal(line) => line.entry,
        other => panic!("a page of a journal holds {other:?}"),
    });
    assert_eq!(numbers.collect::<Vec<_>>(), [1, 2, 3, 4]);
}

/// Going on where nothing follows is an empty last page.
pub async fn cursor_past_the_end_gives_nothing(store: Arc<dyn Backend>) {
    let item = draft(unit(1), None, 1);
    let personal = vec![crate::Personal { field: "borrower_name", value: "A".to_owned() }];
    done(&*store, Item { personal, ..item }).await;
    let ends = [
        (CONTRACTS, vec![0xff; 16]),
        (Query::Journal(unit(1)), 1_u64.to_be_bytes().to_vec()),
        (Query::Journal(unit(1)), u64::MAX.to_be_bytes().to_vec()),
        (Query::Ledger(unit(1)), 2_u64.to_be_bytes().to_vec()),
        (Query::Ledger(unit(1)), u64::MAX.to_be_bytes().to_vec()),
        (Query::Journal(unit(2)), 0_u64.to_be_bytes().to_vec()),
        (Query::Personal(unit(1)), b"borrower_name".to_vec()),
    ];
    for (query, cursor) in ends {
        let cursor = Cursor(cursor);
        assert!(cursor.fits(&query));
        let end = page(&*store, &query, Some(cursor), 10).await;
        assert_eq!(end, Page { entries: vec![], next: None }, "{query:?}");
    }
}

/// Bytes that are no position of the query are a fault that `fits` foretells.
pub async fn foreign_cursor_is_a_fault(store: Arc<dyn Backend>) {
    created(&*store, 1).await;
    let presence = Query::Presence(unit(1));
    let owner = Query::Owner(name(Space::Imei, "1"));
    let misfits: [(Query, &[u8]); 6] = [
        (CONTRACTS, &[1; 8]),
        (Query::Journal(unit(1)), &[]),
        (Query::Ledger(unit(1)), &[1; 16]),
        (Query::Personal(unit(1)), &[0xff]),
        (owner, &[1]),
        (presence, &[]),
    ];
    for (query, cursor) in misfits {
        let cursor = Cursor(cursor.to_vec());
        assert!(!cursor.fits(&query));
        store.page(query, Some(cursor), 10).await.unwrap_err();
    }
}

/// Whatever limit is asked for, a page has at least one entry and at most the most allowed.
pub async fn page_is_capped(store: Arc<dyn Backend>) {
    let most = u128::from(PAGE_MAX);
    let batch = (1..=most + 1).map(|number| draft(unit(number), None, 1)).collect();
    store.commit(batch).await.unwrap();
    let full = page(&*store, &CONTRACTS, None, u32::MAX).await;
    assert_eq!(units(&full).len() as u128, most);
    assert_eq!(units(&page(&*store, &CONTRACTS, full.next, u32::MAX).await), [most + 1]);
    assert_eq!(units(&page(&*store, &CONTRACTS, None, 0).await), [1]);
    // A page that ends exactly at the end has nothing after it.
    let before = Cursor(UnitId::from_bytes(1_u128.to_be_bytes()).bytes().to_vec());
    assert_eq!(page(&*store, &CONTRACTS, Some(before), PAGE_MAX).await.next, None);
}

/// By tenant, kind, status and rung, each alone and together.
pub async fn units_are_filtered(store: Arc<dyn Backend>) {
    let specs = [
        (1, TENANT, UnitKind::Contract, "active", 0),
        (2, TENANT, UnitKind::Contract, "active", 3),
        (3, TENANT, UnitKind::Contract, "settled", 3),
        (4, TENANT, UnitKind::Device, "active", 3),
        (5, OTHER_TENANT, UnitKind::Contract, "active", 4),
    ];
    for (number, tenant, kind, status, rung) in specs {
        let mut item = draft(unit(number), None, 1);
        (item.tenant, item.kind) = (tenant, kind);
        item.change.facets = facets(status, rung);
        done(&*store, item).await;
    }
    let wanted = async |tenant, kind, status: Option<&str>, rung_min| {
        let status = status.map(str::to_owned);
        let query = Query::Units { tenant, kind, status, rung_min };
        units(&page(&*store, &query, None, 10).await)
    };
    let contract = UnitKind::Contract;
    assert_eq!(wanted(Some(TENANT), contract, None, 0).await, [1, 2, 3]);
    assert_eq!(wanted(Some(TENANT), contract, Some("active"), 0).await, [1, 2]);
    assert_eq!(wanted(Some(TENANT), contract, None, 3).await, [2, 3]);
    assert_eq!(wanted(Some(TENANT), contract, Some("active"), 3).await, [2]);
    assert_eq!(wanted(Some(TENANT), contract, None, 4).await, [0; 0]);
    assert_eq!(wanted(Some(TENANT), UnitKind::Device, None, 0).await, [4]);
    assert_eq!(wanted(None, contract, None, 0).await, [1, 2, 3, 5]);
    assert_eq!(wanted(None, contract, Some("active"), 3).await, [2, 5]);
}

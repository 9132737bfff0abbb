//! Commits: versions, keys, neighbours, faults, races.

use std::{sync::Arc, thread};

use crate::{Backend, Conflict, NextLook, Outcome, Query, Row, UnitKind, walk};

use super::{block_on, fixture::*};

/// What was committed is what is loaded, and the second commit goes on from it.
pub async fn commit_is_loaded_back(store: Arc<dyn Backend>) {
    let unit = unit(1);
    assert_eq!(load(&*store, unit).await, None);
    let item = looking(draft(unit, None, 1), 50);
    let row = done(&*store, item.clone()).await;
    let expected = Row {
        tenant: TENANT,
        unit,
        kind: UnitKind::Contract,
        version: 1,
        doc: item.change.doc,
        facets: item.change.facets,
        next_look: Some(at(50)),
        head: item.change.head,
    };
    assert_eq!(row, expected);
    let mut item = draft(unit, Some(&row), 2);
    item.change.facets = facets("settled", 3);
    let row = done(&*store, item.clone()).await;
    assert_eq!((row.version, row.next_look), (2, Some(at(50))));
    assert_eq!((row.facets, row.doc), (item.change.facets, item.change.doc));
    let mut item = draft(unit, load(&*store, unit).await.as_ref(), 3);
    item.change.next_look = NextLook::Set(None);
    assert_eq!(done(&*store, item).await.next_look, None);
    let rows = store.load(&[super::fixture::unit(9), unit, unit]).await.unwrap();
    let versions: Vec<_> = rows.iter().map(|row| row.as_ref().map(|row| row.version)).collect();
    assert_eq!(versions, [None, Some(3), Some(3)]);
}

/// An item decided on an old version, or on one that never was, changes nothing.
pub async fn stale_version_changes_nothing(store: Arc<dyn Backend>) {
    let first = created(&*store, 1).await;
    done(&*store, draft(unit(1), Some(&first), 2)).await;
    let before = everything(&*store, unit(1)).await;
    assert_eq!(outcome(&*store, draft(unit(1), Some(&first), 3)).await, version(2));
    let mut ahead = draft(unit(1), Some(&first), 4);
    ahead.expected = u64::MAX;
    assert_eq!(outcome(&*store, ahead).await, version(2));
    assert_eq!(everything(&*store, unit(1)).await, before);
    // The key of a refused command is still free.
    let row = before.0.unwrap();
    assert_eq!(outcome(&*store, draft(unit(1), Some(&row), 3)).await, Outcome::Done(3));
}

/// Version 0 means that the unit must not exist, any other that it must.
pub async fn unit_is_created_once(store: Arc<dyn Backend>) {
    let row = created(&*store, 1).await;
    assert_eq!(outcome(&*store, draft(unit(1), None, 2)).await, version(1));
    assert_eq!(load(&*store, unit(1)).await, Some(row.clone()));
    assert_eq!(outcome(&*store, draft(unit(2), Some(&row), 2)).await, version(0));
    assert_eq!(everything(&*store, unit(2)).await, (None, vec![]));
}

/// The same command again is answered with the version it made, whatever has happened since.
pub async fn repeated_command_answers_the_first_version(store: Arc<dyn Backend>) {
    let first = draft(unit(1), None, 1);
    let row = done(&*store, first.clone()).await;
    done(&*store, draft(unit(1), Some(&row), 2)).await;
    let before = everything(&*store, unit(1)).await;
    assert_eq!(outcome(&*store, first.clone()).await, Outcome::Repeat(1));
    let mut decided_anew = draft(unit(1), before.0.as_ref(), 1);
    decided_anew.reserve = vec![name(crate::Space::Imei, "1")];
    assert_eq!(outcome(&*store, decided_anew).await, Outcome::Repeat(1));
    assert_eq!(everything(&*store, unit(1)).await, before);
    assert_eq!(owner(&*store, &name(crate::Space::Imei, "1")).await, None);
    // A key belongs to its unit.
    assert_eq!(outcome(&*store, draft(unit(2), None, 1)).await, Outcome::Done(1));
}

/// The same key for something else is refused, even with the right version.
pub async fn reused_key_is_a_conflict(store: Arc<dyn Backend>) {
    let row = created(&*store, 1).await;
    let before = everything(&*store, unit(1)).await;
    let mut item = draft(unit(1), Some(&row), 1);
    item.command.hash = [9; 32];
    assert_eq!(outcome(&*store, item).await, Outcome::Conflict(Conflict::KeyReused));
    assert_eq!(everything(&*store, unit(1)).await, before);
}

/// Refused items leave the others of their batch alone; answers come in order.
pub async fn failed_item_leaves_its_neighbours(store: Arc<dyn Backend>) {
    let row = created(&*store, 2).await;
    let mut named = draft(unit(5), None, 1);
    named.reserve = vec![name(crate::Space::Reference, "A")];
    let named_too = crate::Item { unit: unit(6), ..draft(unit(6), None, 1) };
    let named_too = crate::Item { reserve: named.reserve.clone(), ..named_too };
    let batch = vec![
        draft(unit(1), None, 1),
        draft(unit(2), None, 2),
        named,
        named_too,
        draft(unit(2), Some(&row), 1),
        draft(unit(3), None, 1),
    ];
    let taken = Conflict::Taken(name(crate::Space::Reference, "A"), unit(5));
    let expected = [
        Outcome::Done(1),
        version(1),
        Outcome::Done(1),
        Outcome::Conflict(taken),
        Outcome::Repeat(1),
        Outcome::Done(1),
    ];
    assert_eq!(store.commit(batch).await.unwrap(), expected);
    for (number, exists) in [(1, true), (2, true), (3, true), (5, true), (6, false)] {
        assert_eq!(load(&*store, unit(number)).await.is_some(), exists, "unit {number}");
    }
    assert_eq!(load(&*store, unit(2)).await, Some(row));
}

/// Of two items of one unit in one batch the second is decided against the first.
pub async fn second_item_sees_the_first(store: Arc<dyn Backend>) {
    let first = draft(unit(1), None, 1);
    let mut row = created(&*store, 9).await;
    (row.unit, row.head) = (unit(1), first.change.head);
    let batch = vec![first.clone(), first, draft(unit(1), Some(&row), 2), draft(unit(1), None, 3)];
    let expected = [Outcome::Done(1), Outcome::Repeat(1), Outcome::Done(2), version(2)];
    assert_eq!(store.commit(batch).await.unwrap(), expected);
    assert_eq!(walk::journal(&*store, unit(1)).await.unwrap().len(), 2);
}

/// Nothing asked, nothing done.
pub async fn empty_calls_do_nothing(store: Arc<dyn Backend>) {
    assert_eq!(store.commit(vec![]).await.unwrap(), []);
    assert_eq!(store.load(&[]).await.unwrap(), []);
    store.presence(vec![]).await.unwrap();
    assert_eq!(store.counts(TENANT).await.unwrap(), []);
    assert_eq!(store.trial_balance(TENANT).await.unwrap(), []);
}

/// A batch longer than a group is answered item by item, in order.
pub async fn thousand_items_are_each_answered(store: Arc<dyn Backend>) {
    created(&*store, 500).await;
    let batch = (1..=1000).map(|number| draft(unit(number), None, 2)).collect();
    let outcomes = store.commit(batch).await.unwrap();
    assert_eq!(outcomes.len(), 1000);
    for (number, outcome) in (1_u32..).zip(outcomes) {
        let expected = if number == 500 { version(1) } else { Outcome::Done(1) };
        assert_eq!(outcome, expected, "unit {number}");
    }
}

/// Money neither appears nor disappears: the whole call is refused.
pub async fn unbalanced_postings_change_nothing(store: Arc<dyn Backend>) {
    let mut off_by_one = draft(unit(2), None, 1);
    off_by_one.postings[1].minor += 1;
    let mut two_currencies = draft(unit(2), None, 1);
    two_currencies.postings[1].currency = "KES".to_owned();
    let mut wrapping = draft(unit(2), None, 1);
    let leg = crate::Posting { minor: i64::MIN, ..wrapping.postings[0].clone() };
    wrapping.postings = vec![leg.clone(), leg];
    for item in [off_by_one, two_currencies, wrapping] {
        store.commit(vec![draft(unit(1), None, 1), item]).await.unwrap_err();
        assert_eq!(everything(&*store, unit(1)).await, (None, vec![]));
        assert_eq!(everything(&*store, unit(2)).await, (None, vec![]));
    }
}

/// The head is the hash of the last line.
pub async fn wrong_head_hash_changes_nothing(store: Arc<dyn Backend>) {
    let mut item = draft(unit(1), None, 1);
    item.change.head.hash = [3; 32];
    store.commit(vec![item]).await.unwrap_err();
    assert_eq!(everything(&*store, unit(1)).await, (None, vec![]));
    let row = created(&*store, 1).await;
    let mut silent = draft(unit(1), Some(&row), 2);
    silent.journal.clear();
    silent.change.head = crate::Head { hash: [3; 32], ..row.head };
    store.commit(vec![silent.clone()]).await.unwrap_err();
    silent.change.head = row.head;
    assert_eq!(outcome(&*store, silent).await, Outcome::Done(2));
}

/// A journal that does not go on from the stored head is that item's fault, nobody else's.
pub async fn broken_journal_faults_alone(store: Arc<dyn Backend>) {
    let row = created(&*store, 1).await;
    let before = everything(&*store, unit(1)).await;
    for entries in [0, 1, 3, u64::MAX] {
        let mut gap = draft(unit(1), Some(&row), 2);
        gap.change.head.entries = entries;
        let neighbour = draft(unit(2), None, 1);
        store.commit(vec![gap, neighbour.clone()]).await.unwrap_err();
        assert_eq!(everything(&*store, unit(1)).await, before);
        assert_eq!(outcome(&*store, neighbour).await, Outcome::Repeat(1));
    }
    assert_eq!(outcome(&*store, draft(unit(1), Some(&row), 2)).await, Outcome::Done(2));
}

/// A unit never changes hands or nature.
pub async fn tenant_and_kind_are_fixed(store: Arc<dyn Backend>) {
    let row = created(&*store, 1).await;
    let mut of_another = draft(unit(1), Some(&row), 2);
    of_another.tenant = OTHER_TENANT;
    store.commit(vec![of_another]).await.unwrap_err();
    let mut another_kind = draft(unit(1), Some(&row), 2);
    another_kind.kind = UnitKind::Device;
    store.commit(vec![another_kind]).await.unwrap_err();
    assert_eq!(load(&*store, unit(1)).await, Some(row));
}

const RACERS: u64 = 8;

/// Many writers of one unit: each version is made by exactly one of them.
pub async fn one_commit_wins_per_version(store: Arc<dyn Backend>) {
    const ROUNDS: u64 = 20;
    created(&*store, 1).await;
    let wins = |racer: u64| {
        let store = Arc::clone(&store);
        block_on(async move {
            let mut wins = Vec::new();
            for round in 0..ROUNDS {
                let row = load(&*store, unit(1)).await.unwrap();
                let item = draft(unit(1), Some(&row), 100 + racer * ROUNDS + round);
                match outcome(&*store, item).await {
                    Outcome::Done(version) => wins.push(version),
                    Outcome::Conflict(Conflict::Version(_)) => {}
                    other => panic!("neither won nor lost: {other:?}"),
                }
            }
            wins
        })
    };
    let mut versions: Vec<u64> = thread::scope(|scope| {
        let racers = (0..RACERS).map(|racer| scope.spawn(move || wins(racer)));
        let racers: Vec<_> = racers.collect();
        racers.into_iter().flat_map(|racer| racer.join().unwrap()).collect()
    });
    versions.sort_unstable();
    let last = load(&*store, unit(1)).await.unwrap().version;
    assert_eq!(versions, (2..=last).collect::<Vec<_>>());
    assert!(last >= ROUNDS, "in each round somebody wins: {last}");
    assert_eq!(walk::journal(&*store, unit(1)).await.unwrap().len() as u64, last);
}

/// Many writers of many units: nobody disturbs anybody.
pub async fn many_units_commit_at_once(store: Arc<dyn Backend>) {
    let commits = |racer: u64| {
        let store = Arc::clone(&store);
        block_on(async move {
            for number in 0..10 {
                let unit = unit(u128::from(racer * 100 + number));
                let row = done(&*store, draft(unit, None, 1)).await;
                done(&*store, draft(unit, Some(&row), 2)).await;
            }
        });
    };
    thread::scope(|scope| {
        for racer in 0..RACERS {
            scope.spawn(move || commits(racer));
        }
    });
    let query =
        Query::Units { tenant: Some(TENANT), kind: UnitKind::Contract, status: None, rung_min: 0 };
    assert_eq!(entries(&*store, query).await.len(), 80);
}

//! A tenant's ledger in time order.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Backend, Booked, Change, Cursor, Fault, Item, LedgerPage, Posting, Row, Span, UnitKind,
};

use super::fixture::*;

const ALL: Span = Span { tenant: TENANT, from: None, until: None };

/// Moment in seconds, unit, number and minor units: enough to tell legs apart.
type Short = (i64, u128, u64, i64);

fn short(legs: &[Booked]) -> Vec<Short> {
    let one = |leg: &Booked| (leg.at.seconds(), leg.unit.0.as_u128(), leg.entry, leg.minor);
    legs.iter().map(one).collect()
}

async fn page(store: &dyn Backend, span: Span, after: Option<Cursor>, limit: u32) -> LedgerPage {
    store.ledger(span, after, limit).await.expect("the store pages its ledger")
}

/// A whole stretch by pages of so many legs.
async fn walk(store: &dyn Backend, span: Span, limit: u32) -> Vec<Booked> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let LedgerPage { legs, next } = page(store, span, after, limit).await;
        assert!(legs.len() <= limit as usize && (next.is_none() || !legs.is_empty()));
        all.extend(legs);
        after = next;
        if after.is_none() {
            return all;
        }
    }
}

/// Two legs of this sum at this second.
fn booking(number: u128, on: Option<&Row>, command: u64, seconds: i64, minor: i64) -> Item {
    let item = draft(unit(number), on, command);
    let leg = |account, minor| {
        let currency = "INR".to_owned();
        Posting { at: at(seconds), account, minor, currency }
    };
    Item { postings: vec![leg("cash", minor), leg("receivable", -minor)], ..item }
}

/// By moment, then unit, then number, whatever the order of the commits; each leg names the commit
/// that booked it.
pub async fn ledger_is_in_time_order(store: Arc<dyn Backend>) {
    let second = done(&*store, booking(2, None, 1, 50, 20)).await;
    done(&*store, booking(1, None, 1, 70, 10)).await;
    done(&*store, booking(3, None, 1, 50, 30)).await;
    let mut later = booking(2, Some(&second), 2, 60, 21);
    later.change = Change { facets: facets("settled", 0), ..later.change };
    done(&*store, later).await;
    let mut foreign = booking(4, None, 1, 55, 40);
    foreign.tenant = OTHER_TENANT;
    done(&*store, foreign).await;
    let expected = [
        (50, 2, 1, 20),
        (50, 2, 2, -20),
        (50, 3, 1, 30),
        (50, 3, 2, -30),
        (60, 2, 3, 21),
        (60, 2, 4, -21),
        (70, 1, 1, 10),
        (70, 1, 2, -10),
    ];
    let legs = walk(&*store, ALL, 3).await;
    assert_eq!(short(&legs), expected);
    let leg = Booked {
        at: at(60),
        unit: unit(2),
        kind: UnitKind::Contract,
        name: "C-1".to_owned(),
        version: 2,
        command: "test".to_owned(),
        entry: 3,
        account: "cash".to_owned(),
        minor: 21,
        currency: "INR".to_owned(),
    };
    assert_eq!(legs[4], leg);
    let of = |from: Option<i64>, until: Option<i64>| {
        let (from, until) = (from.map(at), until.map(at));
        Span { tenant: TENANT, from, until }
    };
    // From a moment on, and up to the one before the other.
    for (span, inside) in [
        (of(Some(50), None), 0..8),
        (of(Some(51), None), 4..8),
        (of(None, Some(60)), 0..4),
        (of(None, Some(61)), 0..6),
        (of(Some(60), Some(70)), 4..6),
        (of(Some(60), Some(60)), 4..4),
        (of(Some(71), None), 8..8),
    ] {
        assert_eq!(short(&walk(&*store, span, 1).await), expected[inside], "{span:?}");
    }
    let foreign = walk(&*store, Span { tenant: OTHER_TENANT, ..ALL }, 10).await;
    assert_eq!(short(&foreign), [(55, 4, 1, 40), (55, 4, 2, -40)]);
}

/// What is booked between two pages neither hides nor doubles what stays; behind the position it
/// is not seen, before it it is.
pub async fn ledger_pages_are_stable_under_writes(store: Arc<dyn Backend>) {
    let mut rows = Vec::new();
    for number in [1, 2, 3] {
        rows.push(
            done(&*store, booking(number, None, 1, 10, number.cast_signed().try_into().unwrap()))
                .await,
        );
    }
    let first = page(&*store, ALL, None, 3).await;
    assert_eq!(short(&first.legs), [(10, 1, 1, 1), (10, 1, 2, -1), (10, 2, 1, 2)]);
    done(&*store, booking(9, None, 1, 9, 90)).await;
    done(&*store, booking(2, Some(&rows[1]), 2, 10, 5)).await;
    done(&*store, booking(1, Some(&rows[0]), 2, 20, 6)).await;
    let second = page(&*store, ALL, first.next, 4).await;
    assert_eq!(short(&second.legs), [(10, 2, 2, -2), (10, 2, 3, 5), (10, 2, 4, -5), (10, 3, 1, 3)]);
    let third = page(&*store, ALL, second.next, 4).await;
    assert_eq!(short(&third.legs), [(10, 3, 2, -3), (20, 1, 3, 6), (20, 1, 4, -6)]);
    assert_eq!(third.next, None);
}

/// Many units, many at the same moment: by pages of any size each leg comes once, and together
/// they are the trial balance.
pub async fn ledger_adds_up_to_the_trial_balance(store: Arc<dyn Backend>) {
    for round in 0..3_u64 {
        let mut batch = Vec::new();
        for number in 1..=40_u128 {
            let row = load(&*store, unit(number)).await;
            let seconds = i64::from(number.to_le_bytes()[0] % 4) + round.cast_signed();
            let minor = i64::from(number.to_le_bytes()[0]) * 7 + round.cast_signed();
            batch.push(booking(number, row.as_ref(), round + 1, seconds, minor));
        }
        store.commit(batch).await.expect("the store commits");
    }
    let whole = walk(&*store, ALL, crate::PAGE_MAX).await;
    assert_eq!(whole.len(), 240);
    let place = |leg: &Booked| (leg.at, leg.unit, leg.entry);
    assert!(whole.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])));
    for limit in [1, 2, 7, 239, 240] {
        assert_eq!(walk(&*store, ALL, limit).await, whole, "pages of {limit}");
    }
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for leg in whole {
        *sums.entry((leg.account, leg.currency)).or_default() += leg.minor;
    }
    let sums: Vec<_> = sums.into_iter().map(|((account, of), sum)| (account, of, sum)).collect();
    assert_eq!(sums, store.trial_balance(TENANT).await.unwrap());
}

/// Bytes that are no position of a ledger are a fault; a position past the end has nothing after.
pub async fn foreign_ledger_cursor_is_a_fault(store: Arc<dyn Backend>) {
    created(&*store, 1).await;
    for length in [0, 8, 16, 31, 33] {
        let answer = store.ledger(ALL, Some(Cursor(vec![1; length])), 10).await;
        let _: Fault = answer.unwrap_err();
    }
    let past = Cursor([vec![0x7f; 8], vec![0xff; 24]].concat());
    assert_eq!(page(&*store, ALL, Some(past), 10).await, LedgerPage { legs: vec![], next: None });
}

/// The legs of one commit are booked at one moment, so that no stretch of time cuts it in two.
pub async fn postings_of_several_moments_change_nothing(store: Arc<dyn Backend>) {
    let mut item = draft(unit(1), None, 1);
    item.postings[1].at = at(2);
    store.commit(vec![item]).await.unwrap_err();
    assert_eq!(load(&*store, unit(1)).await, None);
    assert_eq!(walk(&*store, ALL, 10).await, []);
}

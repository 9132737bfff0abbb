//! What is read back: journal, ledger, personal data, presence, reports.

use std::sync::Arc;

use domain::UnitId;

use crate::{
    Backend, Entry, Head, Item, JournalEntry, Line, LineKind, Personal, Posting, Presence, Query,
    Row, UnitKind, walk,
};

use super::fixture::*;

/// Entries are numbered from one, the chain recomputes, and the head is its end.
pub async fn journal_is_in_order_and_chained(store: Arc<dyn Backend>) {
    let mut row: Option<Row> = None;
    for command in 1..=5 {
        let mut item = draft(unit(1), row.as_ref(), command);
        // A commit of several lines of several kinds.
        for (kind, text) in [
            (LineKind::Decision, "decision"),
            (LineKind::Lease, "lease"),
            (LineKind::Record, "record"),
        ] {
            let hash = chained(item.change.head.hash, text);
            item.change.head = Head { entries: item.change.head.entries + 1, hash };
            item.journal.push(Line { kind, at: at(9), text: text.to_owned(), hash });
        }
        row = Some(done(&*store, item).await);
    }
    created(&*store, 2).await;
    let lines = walk::journal(&*store, unit(1)).await.unwrap();
    assert_eq!(lines.len(), 20);
    let mut hash = genesis(unit(1));
    for (number, line) in (1..).zip(&lines) {
        hash = chained(hash, &line.text);
        assert_eq!((line.entry, line.hash), (number, hash));
    }
    assert_eq!(row.unwrap().head, Head { entries: 20, hash });
    let second = JournalEntry {
        entry: 6,
        kind: LineKind::Decision,
        at: at(9),
        text: "decision".to_owned(),
        hash: lines[5].hash,
    };
    assert_eq!(lines[5], second);
    let kinds: Vec<LineKind> = lines[4..8].iter().map(|line| line.kind).collect();
    let all = [LineKind::Fact, LineKind::Decision, LineKind::Lease, LineKind::Record];
    assert_eq!(kinds, all);
}

/// Postings come in the order in which they were booked, across commits.
pub async fn ledger_is_in_booking_order(store: Arc<dyn Backend>) {
    let row = created(&*store, 1).await;
    let mut silent = draft(unit(1), Some(&row), 2);
    silent.postings.clear();
    let row = done(&*store, silent).await;
    done(&*store, draft(unit(1), Some(&row), 3)).await;
    let leg = |when, account: &str, minor| {
        Entry::Posting(at(when), account.to_owned(), minor, "INR".to_owned())
    };
    let expected = [
        leg(1, "cash", 100),
        leg(1, "receivable", -100),
        leg(3, "cash", 100),
        leg(3, "receivable", -100),
    ];
    assert_eq!(entries(&*store, Query::Ledger(unit(1))).await, expected);
}

/// A field is written, overwritten, and erased by an empty value.
pub async fn personal_data_is_written_and_erased(store: Arc<dyn Backend>) {
    let data = |fields: &[(&'static str, &str)]| {
        let data = fields.iter().map(|(field, value)| (*field, (*value).to_owned()));
        data.map(|(field, value)| Personal { field, value }).collect::<Vec<_>>()
    };
    let read = async |unit: UnitId| {
        let entries = entries(&*store, Query::Personal(unit)).await;
        entries.into_iter().map(|entry| match entry {
            Entry::Personal(field, value) => format!("{field}={value}"),
            other => panic!("a page of personal data holds {other:?}"),
        })
    };
    let mut item = draft(unit(1), None, 1);
    item.personal = data(&[("phone", "+91"), ("name", "Asha"), ("gone", "")]);
    let row = done(&*store, item).await;
    assert_eq!(read(unit(1)).await.collect::<Vec<_>>(), ["name=Asha", "phone=+91"]);
    let mut item = draft(unit(1), Some(&row), 2);
    item.personal = data(&[("phone", ""), ("name", "Asha K")]);
    done(&*store, item).await;
    assert_eq!(read(unit(1)).await.collect::<Vec<_>>(), ["name=Asha K"]);
    assert_eq!(read(unit(2)).await.count(), 0);
}

/// The latest message of the latest key generation stays, in whatever order they are written.
pub async fn latest_presence_wins(store: Arc<dyn Backend>) {
    let heard = |key_gen, msg_no, seen: i64| Presence {
        unit: unit(1),
        seen_at: at(seen),
        msg_no,
        key_gen,
        battery: (seen % 2 == 0).then_some(80),
        agent_version: format!("1.{seen}"),
        applied_seq: seen.unsigned_abs(),
    };
    let read = async |unit| match &entries(&*store, Query::Presence(unit)).await[..] {
        [] => None,
        [Entry::Presence(presence)] => Some(presence.clone()),
        other => panic!("a page of presence holds {other:?}"),
    };
    assert_eq!(read(unit(1)).await, None);
    let steps = [
        (heard(1, 5, 10), true),
        (heard(1, 4, 11), false),
        (heard(1, 5, 12), true),
        (heard(1, 5, 11), false),
        (heard(2, 1, 9), true),
        (heard(1, 99, 13), false),
        (heard(2, 2, 14), true),
    ];
    for (presence, stays) in steps {
        store.presence(vec![presence.clone()]).await.unwrap();
        assert_eq!(read(unit(1)).await == Some(presence.clone()), stays, "{presence:?}");
    }
    // Within one batch too.
    store.presence(vec![heard(3, 2, 21), heard(3, 1, 20)]).await.unwrap();
    assert_eq!(read(unit(1)).await, Some(heard(3, 2, 21)));
    assert_eq!(read(unit(2)).await, None);
}

/// Numbers come from a device, so any of them is survived.
pub async fn presence_numbers_are_bounded(store: Arc<dyn Backend>) {
    let heard = |number| Presence {
        unit: unit(1),
        seen_at: at(1),
        msg_no: number,
        key_gen: u32::MAX,
        battery: Some(u8::MAX),
        agent_version: String::new(),
        applied_seq: number,
    };
    store.presence(vec![heard(u64::MAX)]).await.unwrap();
    let kept = entries(&*store, Query::Presence(unit(1))).await;
    assert_eq!(kept, [Entry::Presence(heard(i64::MAX.unsigned_abs()))]);
}

/// Per tenant, account and currency; over all accounts nothing is left.
pub async fn trial_balance_is_zero(store: Arc<dyn Backend>) {
    for number in 1..=3 {
        let row = created(&*store, number).await;
        let mut item = draft(unit(number), Some(&row), 2);
        let leg =
            |account, minor| Posting { at: at(2), account, minor, currency: "KES".to_owned() };
        item.postings.extend([leg("cash", 7), leg("fees", -3), leg("receivable", -4)]);
        done(&*store, item).await;
    }
    let mut of_another = draft(unit(9), None, 1);
    of_another.tenant = OTHER_TENANT;
    done(&*store, of_another).await;
    let balance = store.trial_balance(TENANT).await.unwrap();
    let line =
        |account: &str, currency: &str, minor| (account.to_owned(), currency.to_owned(), minor);
    let expected = [
        line("cash", "INR", 600),
        line("cash", "KES", 21),
        line("fees", "KES", -9),
        line("receivable", "INR", -600),
        line("receivable", "KES", -12),
    ];
    assert_eq!(balance, expected);
    for currency in ["INR", "KES"] {
        let of_currency = balance.iter().filter(|(_, of, _)| of == currency);
        assert_eq!(of_currency.map(|(_, _, minor)| minor).sum::<i64>(), 0);
    }
}

/// Each contract is counted once, under what it is.
pub async fn counts_add_up_to_the_contracts(store: Arc<dyn Backend>) {
    for number in 1..=12_u8 {
        let mut item = draft(unit(number.into()), None, 1);
        item.change.facets = facets(if number % 2 == 0 { "active" } else { "settled" }, number / 5);
        item.kind = if number == 12 { UnitKind::Device } else { UnitKind::Contract };
        done(&*store, item).await;
    }
    let row = load(&*store, unit(1)).await.unwrap();
    let mut moved = draft(unit(1), Some(&row), 2);
    moved.change.facets = facets("released", 0);
    done(&*store, moved).await;
    let counts = store.counts(TENANT).await.unwrap();
    let short = counts.iter().map(|count| (count.status.as_str(), count.rung, count.units));
    let expected = [
        ("active", 0, 2),
        ("active", 1, 2),
        ("active", 2, 1),
        ("released", 0, 1),
        ("settled", 0, 1),
        ("settled", 1, 3),
        ("settled", 2, 1),
    ];
    assert_eq!(short.collect::<Vec<_>>(), expected);
    assert!(counts.iter().all(|count| count.currency == "INR" && count.step == 0));
    assert_eq!(store.counts(OTHER_TENANT).await.unwrap(), []);
}

/// Documents and lines come back as they went in, whatever they hold.
pub async fn large_text_is_kept_as_it_is(store: Arc<dyn Backend>) {
    let text = format!("\u{0}'\"\\ \u{10ffff} क{}", "x".repeat(200_000));
    let item = draft(unit(1), None, 1);
    let hash = chained(genesis(unit(1)), &text);
    let line = Line { text: text.clone(), hash, ..item.journal[0].clone() };
    let change =
        crate::Change { doc: text.clone(), head: Head { entries: 1, hash }, ..item.change };
    let row = done(&*store, Item { change, journal: vec![line], ..item }).await;
    assert_eq!(row.doc, text);
    assert_eq!(walk::journal(&*store, unit(1)).await.unwrap()[0].text, text);
}

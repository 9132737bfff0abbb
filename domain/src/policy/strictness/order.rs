//! Orders: of two values the stricter.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{
    Blackout, ContactWindow, PackNotice, PackStep,
    care::{Promise, Silence, Stay, WrongfulLock},
    paper::ConsentRule,
};
use crate::stage::{Restriction, Rung};

pub(super) fn lowest<T: Ord>(a: T, b: T) -> T {
    a.min(b)
}

pub(super) fn highest<T: Ord>(a: T, b: T) -> T {
    a.max(b)
}

pub(super) fn either(a: bool, b: bool) -> bool {
    a || b
}

pub(super) fn both(a: bool, b: bool) -> bool {
    a && b
}

pub(super) fn union<T: Ord + Clone>(a: BTreeSet<T>, b: BTreeSet<T>) -> BTreeSet<T> {
    &a | &b
}

pub(super) fn intersection<T: Ord + Clone>(a: BTreeSet<T>, b: BTreeSet<T>) -> BTreeSet<T> {
    &a & &b
}

/// All of them apply, each once.
pub(super) fn all<T: PartialEq>(mut a: Vec<T>, b: Vec<T>) -> Vec<T> {
    for one in b {
        if !a.contains(&one) {
            a.push(one);
        }
    }
    a
}

pub(super) fn all_blackouts(a: Vec<Blackout>, b: Vec<Blackout>) -> Vec<Blackout> {
    all(a, b)
}

pub(super) fn all_windows(a: Vec<ContactWindow>, b: Vec<ContactWindow>) -> Vec<ContactWindow> {
    all(a, b)
}

/// What one demands is demanded; of two the lower.
pub(super) fn lowest_known<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// What one does not allow is not allowed; of two the higher.
fn highest_allowed<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    a.zip(b).map(|(a, b)| a.max(b))
}

/// The greatest of each key.
pub(super) fn highest_each<K: Ord, V: Ord>(
    mut a: BTreeMap<K, V>,
    b: BTreeMap<K, V>,
) -> BTreeMap<K, V> {
    for (key, value) in b {
        match a.remove(&key) {
            Some(known) => a.insert(key, known.max(value)),
            None => a.insert(key, value),
        };
    }
    a
}

/// The lowest of each key that both have; what one does not list moves nothing.
pub(crate) fn lowest_each<K: Ord>(a: BTreeMap<K, Rung>, b: BTreeMap<K, Rung>) -> BTreeMap<K, Rung> {
    let low = |(key, value): (K, Rung)| b.get(&key).map(|other| (key, value.min(*other)));
    a.into_iter().filter_map(low).collect()
}

/// The k-th against the k-th: later start, longer cure, all channels, more modes, better proof,
/// later or no fiction of a delivery; and as many as the one that asks for more.
pub(super) fn notices(a: Vec<PackNotice>, b: Vec<PackNotice>) -> Vec<PackNotice> {
    let (mut long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    for (one, other) in long.iter_mut().zip(short) {
        one.earliest_dpd = one.earliest_dpd.max(other.earliest_dpd);
        one.cure_days = one.cure_days.max(other.cure_days);
        one.channels.extend(other.channels);
        one.min_modes = one.min_modes.max(other.min_modes);
        one.proof = one.proof.max(other.proof);
        one.deemed_after_days = highest_allowed(one.deemed_after_days, other.deemed_after_days);
    }
    long
}

/// Step by step what both allow, and the longer wait; the last of a list holds for all above it.
pub(super) fn steps(a: Vec<PackStep>, b: Vec<PackStep>) -> Vec<PackStep> {
    if a.is_empty() || b.is_empty() {
        return if a.is_empty() { b } else { a };
    }
    let kth = |list: &[PackStep], k: usize| list[k.min(list.len() - 1)].clone();
    let both = |k: usize| {
        let (a, b) = (kth(&a, k), kth(&b, k));
        let restrictions: BTreeSet<Restriction> = &a.restrictions & &b.restrictions;
        PackStep { restrictions, min_days: a.min_days.max(b.min_days) }
    };
    (0..a.len().max(b.len())).map(both).collect()
}

pub(super) fn promise(a: Promise, b: Promise) -> Promise {
    Promise { allowed: a.allowed || b.allowed, grace_days: a.grace_days.max(b.grace_days) }
}

pub(super) fn stay(a: Stay, b: Stay) -> Stay {
    Stay {
        until_closed: a.until_closed || b.until_closed,
        days_after_refusal: a.days_after_refusal.max(b.days_after_refusal),
    }
}

pub(super) fn wrongful(a: WrongfulLock, b: WrongfulLock) -> WrongfulLock {
    WrongfulLock {
        release_first: a.release_first || b.release_first,
        incident: a.incident || b.incident,
        compensate: a.compensate || b.compensate,
    }
}

pub(crate) fn silence(a: Option<Silence>, b: Option<Silence>) -> Option<Silence> {
    a.zip(b).map(|(a, b)| Silence {
        after_hours: a.after_hours.max(b.after_hours),
        stage: a.stage.min(b.stage),
    })
}

pub(super) fn consent(a: ConsentRule, b: ConsentRule) -> ConsentRule {
    ConsentRule {
        separate_signature: a.separate_signature || b.separate_signature,
        borrower_language: a.borrower_language || b.borrower_language,
        copy_kept: a.copy_kept || b.copy_kept,
        timetable_included: a.timetable_included || b.timetable_included,
        min_font_points: a.min_font_points.max(b.min_font_points),
    }
}

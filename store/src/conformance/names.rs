//! Names that one unit owns.

use std::sync::Arc;

use crate::{Backend, Conflict, Item, Outcome, Reservation, Space};

use super::fixture::*;

fn reserving(item: Item, name: &Reservation) -> Item {
    Item { reserve: vec![name.clone()], ..item }
}

fn freeing(item: Item, name: &Reservation) -> Item {
    Item { free: vec![name.clone()], ..item }
}

fn taken(name: &Reservation, owner: u128) -> Outcome {
    Outcome::Conflict(Conflict::Taken(name.clone(), unit(owner)))
}

/// The refusal names the owner, and the whole item changes nothing.
pub async fn taken_name_is_refused_with_its_owner(store: Arc<dyn Backend>) {
    let (imei, free) = (name(Space::Imei, "1"), name(Space::Imei, "2"));
    done(&*store, reserving(draft(unit(1), None, 1), &imei)).await;
    let row = created(&*store, 2).await;
    let before = everything(&*store, unit(2)).await;
    let mut both = draft(unit(2), Some(&row), 2);
    both.reserve = vec![free.clone(), imei.clone()];
    assert_eq!(outcome(&*store, both).await, taken(&imei, 1));
    assert_eq!(everything(&*store, unit(2)).await, before);
    assert_eq!(owner(&*store, &free).await, None);
    assert_eq!(owner(&*store, &imei).await, Some(unit(1)));
}

/// A name given back may become another unit's.
pub async fn name_given_back_is_free(store: Arc<dyn Backend>) {
    let imei = name(Space::Imei, "1");
    let row = done(&*store, reserving(draft(unit(1), None, 1), &imei)).await;
    done(&*store, freeing(draft(unit(1), Some(&row), 2), &imei)).await;
    assert_eq!(owner(&*store, &imei).await, None);
    done(&*store, reserving(draft(unit(2), None, 1), &imei)).await;
    assert_eq!(owner(&*store, &imei).await, Some(unit(2)));
}

/// Taking what one has is no conflict.
pub async fn own_name_is_taken_again(store: Arc<dyn Backend>) {
    let imei = name(Space::Imei, "1");
    let row = done(&*store, reserving(draft(unit(1), None, 1), &imei)).await;
    let row = done(&*store, reserving(draft(unit(1), Some(&row), 2), &imei)).await;
    assert_eq!(owner(&*store, &imei).await, Some(unit(1)));
    // And after giving it back, it is taken like any other.
    let row = done(&*store, freeing(draft(unit(1), Some(&row), 3), &imei)).await;
    done(&*store, reserving(draft(unit(1), Some(&row), 4), &imei)).await;
    assert_eq!(owner(&*store, &imei).await, Some(unit(1)));
}

/// Nobody gives away what is not his.
pub async fn name_of_another_is_not_given_back(store: Arc<dyn Backend>) {
    let imei = name(Space::Imei, "1");
    done(&*store, reserving(draft(unit(1), None, 1), &imei)).await;
    done(&*store, freeing(draft(unit(2), None, 1), &imei)).await;
    assert_eq!(owner(&*store, &imei).await, Some(unit(1)));
}

/// Giving back comes before taking.
pub async fn name_freed_and_taken_in_one_item_stays(store: Arc<dyn Backend>) {
    let imei = name(Space::Imei, "1");
    let row = done(&*store, reserving(draft(unit(1), None, 1), &imei)).await;
    let item = reserving(draft(unit(1), Some(&row), 2), &imei);
    done(&*store, freeing(item, &imei)).await;
    assert_eq!(owner(&*store, &imei).await, Some(unit(1)));
}

/// Within a batch the earlier item wins.
pub async fn name_taken_by_the_item_before_is_taken(store: Arc<dyn Backend>) {
    let imei = name(Space::Imei, "1");
    let items = [1, 2].map(|number| reserving(draft(unit(number), None, 1), &imei));
    let expected = [Outcome::Done(1), taken(&imei, 1)];
    assert_eq!(store.commit(items.to_vec()).await.unwrap(), expected);
}

/// A reference is once per tenant and space, an IMEI once per installation.
pub async fn spaces_and_tenants_do_not_mix(store: Arc<dyn Backend>) {
    let own = name(Space::Reference, "1");
    let names = [
        Reservation { tenant: Some(OTHER_TENANT), ..own.clone() },
        name(Space::Inventory, "1"),
        name(Space::Imei, "1"),
        Reservation { key: "1 ".to_owned(), ..own.clone() },
        own,
    ];
    for (number, name) in (1..).zip(&names) {
        done(&*store, reserving(draft(unit(number), None, 1), name)).await;
    }
    for (number, name) in (1..).zip(&names) {
        assert_eq!(owner(&*store, name).await, Some(unit(number)), "{name:?}");
    }
}

/// A refused item takes no name, whatever it was refused for.
pub async fn failed_item_keeps_no_name(store: Arc<dyn Backend>) {
    let imei = name(Space::Imei, "1");
    let row = created(&*store, 1).await;
    assert_eq!(outcome(&*store, reserving(draft(unit(1), None, 2), &imei)).await, version(1));
    let mut reused = reserving(draft(unit(1), Some(&row), 1), &imei);
    reused.command.hash = [0; 32];
    let refused = Outcome::Conflict(Conflict::KeyReused);
    assert_eq!(outcome(&*store, reused).await, refused);
    assert_eq!(owner(&*store, &imei).await, None);
}

//! Turns: within this process one change of a unit follows the other, in the order they were
//! asked for.
//!
//! The store finds out whoever read a version that is no longer the last. Without turns many
//! payments of one contract at once would all load, decide and commit for each one that counts: the
//! more wait, the less is done. Another process still meets the version.
//!
//! **Invariant:** a turn protects nothing: what may be written is for the store's version to say.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use domain::UnitId;
use tokio::sync::OwnedMutexGuard;

type Line = Arc<tokio::sync::Mutex<()>>;
type Lines = Mutex<HashMap<UnitId, Line>>;

/// Who changes which unit.
#[derive(Debug, Default)]
pub struct Turns {
    lines: Arc<Lines>,
}

/// One's turn at a unit; ends when dropped.
#[derive(Debug)]
pub struct Turn {
    // Given up before the place is.
    _held: OwnedMutexGuard<()>,
    _place: Place,
}

/// A place in a unit's line, left by whoever had his turn and by whoever gives up waiting.
#[derive(Debug)]
struct Place {
    unit: UnitId,
    lines: Arc<Lines>,
}

fn lock(lines: &Lines) -> MutexGuard<'_, HashMap<UnitId, Line>> {
    lines.lock().unwrap_or_else(|poison| poison.into_inner())
}

impl Turns {
    /// One's turn at a unit, once those who asked before have had theirs.
    pub async fn take(&self, unit: UnitId) -> Turn {
        let _place = Place { unit, lines: self.lines.clone() };
        let line = lock(&self.lines).entry(unit).or_default().clone();
        Turn { _held: line.lock_owned().await, _place }
    }

    /// How many units somebody changes or waits to change.
    pub fn busy(&self) -> usize {
        lock(&self.lines).len()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = lock(&self.lines);
        // Whoever else is in line holds it too.
        if lines.get(&self.unit).is_some_and(|line| Arc::strong_count(line) == 1) {
            lines.remove(&self.unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn turns_come_in_the_order_they_were_asked_for() {
        let turns = Arc::new(Turns::default());
        let (unit, other) = (UnitId::from_bytes([1; 16]), UnitId::from_bytes([2; 16]));
        let first = turns.take(unit).await;
        let done = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in 0..3 {
            let (turns, done) = (turns.clone(), done.clone());
            waiting.push(tokio::spawn(async move {
                let _turn = turns.take(unit).await;
                done.lock().unwrap().push(number);
            }));
            tokio::task::yield_now().await;
        }
        turns.take(other).await;
        assert_eq!(*done.lock().unwrap(), [0; 0], "nobody else has the turn");
        drop(first);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*done.lock().unwrap(), [0, 1, 2]);
        assert_eq!(turns.busy(), 0);
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_the_line() {
        let turns = Turns::default();
        let unit = UnitId::from_bytes([1; 16]);
        let first = turns.take(unit).await;
        let late = tokio::time::timeout(Duration::from_millis(1), turns.take(unit)).await;
        assert!(late.is_err());
        assert_eq!(turns.busy(), 1);
        drop(first);
        assert_eq!(turns.busy(), 0);
        drop(turns.take(unit).await);
        assert_eq!(turns.busy(), 0);
    }
}

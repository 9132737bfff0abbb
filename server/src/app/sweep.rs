//! Time-driven work: contracts whose decision is due, money left in transit. Late, twice or never
//! for a week gives the same final state.

use domain::{Actor, UnitId};
use futures_util::{StreamExt, stream};
use store::{Claimed, Queue};

use super::{
    App,
    change::{Asked, Extras},
};
use crate::error::Error;

/// Units taken at once.
const BATCH: u32 = 256;
/// Units worked on side by side; the store joins their commits.
const SIDE_BY_SIDE: usize = 64;
/// How long a worker keeps what it took, seconds.
const KEEP_S: i64 = 60;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Units looked at.
    pub looked: usize,
    /// Units that failed and will be taken again.
    pub failed: usize,
}

impl App {
    /// Brings every contract whose time has come up to the moment.
    pub async fn sweep(&self, worker: u64) -> Result<Swept, Error> {
        // A doubtful clock could begin a step too early; what is due stays due.
        self.signing_moment()?;
        let mut swept = Swept::default();
        loop {
            let claimed = self.take(Queue::NextLook, worker).await?;
            if claimed.is_empty() {
                return Ok(swept);
            }
            let before = swept.failed;
            let looks = stream::iter(claimed).map(|work| self.look(work));
            let mut looks = looks.buffered(SIDE_BY_SIDE);
            while let Some(result) = looks.next().await {
                swept.looked += 1;
                if let Err(error) = result {
                    swept.failed += 1;
                    tracing::error!(%error, "a contract could not be brought up to date: {error}");
                }
            }
            // A week's work is not waited for at the stop: what is left stays due.
            if swept.failed > before || *self.stopping.borrow() {
                return Ok(swept);
            }
        }
    }

    /// Finishes money that a crash left between intake and contract.
    pub async fn drain_transit(&self, worker: u64) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        for work in self.take(Queue::InTransit, worker).await? {
            swept.looked += 1;
            if let Err(error) = self.finish_transit(&work).await {
                swept.failed += 1;
                tracing::error!(%error, "money in transit could not be posted: {error}");
            }
        }
        Ok(swept)
    }

    async fn take(&self, queue: Queue, worker: u64) -> Result<Vec<Claimed>, Error> {
        let now = self.now();
        let until = now.plus_seconds(KEEP_S);
        Ok(self.store.claim(queue, worker, now, until, BATCH).await?)
    }

    async fn look(&self, work: Claimed) -> Result<(), Error> {
        self.bring_up(work.unit).await
    }

    /// Brings one contract up to the moment.
    pub(super) async fn bring_up(&self, unit: UnitId) -> Result<(), Error> {
        let asked = Asked { by_time: true, ..Asked::once(self, "sweep", Actor::Time) };
        let changed = self.change(unit, &asked, Extras::default(), |_, _| Ok(Vec::new()));
        changed.await.map(|_| ())
    }
}

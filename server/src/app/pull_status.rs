//! Whether a hint's money is there is asked of its provider: a yes counts it, a plain no ends what
//! was opened for it, anything else is asked again until that has ended by itself.

use domain::{Actor, Command, Moment, UnitId};
use formats::{
    book::When,
    camt::Taken,
    directory::SourceKind,
    intake::{Intake, IntakeState, Teller},
};
use futures_util::{StreamExt, stream};
use store::{Claimed, JobKey, NewJob, Queue, Row};

use super::{
    App,
    change::{Asked, Extras},
    post_payment::{Step, intake_item, open_intake},
    receive_money::Receipt,
    sweep::Swept,
};
use crate::{
    crypto::{hex, same, sha256},
    error::Error,
    intake::status::{Status, status},
};

/// Questions claimed together.
const BATCH: u32 = 32;
/// Questions asked side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long a worker keeps what it took, seconds: longer than a question takes.
const KEEP_S: i64 = 120;
/// Seconds until the next question, by how many went before.
const PAUSES_S: [i64; 8] = [15, 30, 60, 120, 300, 600, 1800, 3600];
/// Least pause after a question whose answer comes by itself, seconds.
const ANSWER_S: i64 = 300;
/// How long a hint is asked about that has opened nothing, seconds.
const LIFE_S: i64 = 86_400;

/// What a provider hears that has told a status.
const HEARD: &str = "{\"ResultCode\":0,\"ResultDesc\":\"Success\"}";

impl App {
    /// The work of asking about a hint, where its provider can be asked.
    pub(super) fn to_pull(&self, unit: UnitId, intake: &Intake) -> Option<NewJob> {
        let hint = matches!(intake.state, IntakeState::Hint { .. }) && intake.amount > 0;
        let known = hint && self.pulls.contains_key(&intake.provider);
        known.then(|| NewJob {
            key: pull_job(unit),
            due: intake.received_at,
            payload: String::new(),
        })
    }

    /// Asks about hints whose time has come.
    pub async fn pull_statuses(&self, worker: u64) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        loop {
            let now = self.now();
            let until = now.plus_seconds(KEEP_S);
            let claimed = self.store.claim(Queue::StatusPull, worker, now, until, BATCH).await?;
            if claimed.is_empty() {
                return Ok(swept);
            }
            let pulls = stream::iter(claimed).map(|work| self.pull(work));
            let mut pulls = pulls.buffer_unordered(SIDE_BY_SIDE);
            while let Some(pulled) = pulls.next().await {
                swept.looked += 1;
                if let Err(error) = pulled {
                    swept.failed += 1;
                    tracing::error!(%error, "a hint could not be asked about: {error}");
                }
            }
            if swept.failed > 0 || *self.stopping.borrow() {
                return Ok(swept);
            }
        }
    }

    async fn pull(&self, work: Claimed) -> Result<(), Error> {
        let Some(row) = self.store.load(&[work.unit]).await?.pop().flatten() else {
            return Ok(());
        };
        let intake = open_intake(&row)?;
        let provider = self.pulls.get(&intake.provider).cloned();
        let awaited = matches!(intake.state, IntakeState::Hint { .. }) && intake.denied.is_none();
        let Some(provider) = provider.filter(|_| awaited) else {
            return self.pull_again(&row, None).await;
        };
        let now = self.now();
        if now >= self.awaited_until(&intake).await? {
            return self.pull_again(&row, None).await;
        }
        let ticket = self.ticket(row.unit);
        let path = format!("/v1/intake/{}/mpesa/status/{ticket}", intake.provider);
        let told = provider.ask(&intake.provider_id, &path).await;
        let told = told.unwrap_or_else(|lost| {
            // What stands there is the provider's address and what failed, never what was sent.
            tracing::warn!(payment.id = %row.unit, "No status of {}: {lost}", row.unit);
            Status::Unknown
        });
        let attempt = usize::try_from(work.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause_s = PAUSES_S[attempt.min(PAUSES_S.len() - 1)];
        let pause_s = match told {
            Status::Asked => pause_s.max(ANSWER_S),
            Status::Unknown => pause_s,
            Status::Paid { .. } | Status::Unpaid => {
                self.take_status(&row, &intake, told).await?;
                let row = self.store.load(&[row.unit]).await?.pop().flatten();
                return match row {
                    Some(row) => self.pull_again(&row, None).await,
                    None => Ok(()),
                };
            }
        };
        self.pull_again(&row, Some(self.now().plus_seconds(pause_s))).await
    }

    /// Takes the answer that a provider sends later. Its address was told to nobody else.
    pub async fn hear_status(
        &self,
        name: &str,
        ticket: &str,
        body: &[u8],
    ) -> Result<&'static str, Error> {
        let known = self.source(name).filter(|(_, source)| source.kind == SourceKind::Mpesa);
        let (tenant, source) = known.ok_or(Error::NotFound("source"))?;
        let wrong =
            || Error::refused("signature_wrong", "nobody was given this address for an answer");
        let unit: UnitId = ticket.get(..36).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
        if !same(self.ticket(unit).as_bytes(), ticket.as_bytes()) {
            return Err(wrong());
        }
        let (row, intake) = self.received(tenant, unit).await?;
        if intake.provider != source.name {
            return Err(wrong());
        }
        let told = status(body, &intake.provider_id)
            .map_err(|rejection| Error::refused(rejection.code, rejection.detail))?;
        self.take_status(&row, &intake, told).await?;
        Ok(HEARD)
    }

    /// A yes is the provider's own word for the money; a no ends what was opened for the hint.
    async fn take_status(&self, row: &Row, intake: &Intake, told: Status) -> Result<(), Error> {
        if !matches!(intake.state, IntakeState::Hint { .. }) {
            return Ok(());
        }
        let actor = Actor::Feed(intake.provider.clone());
        match told {
            Status::Paid { amount, reference } => {
                let receipt = Receipt {
                    by: Teller::Pull,
                    provider: intake.provider.clone(),
                    provider_id: intake.provider_id.clone(),
                    same_as: None,
                    taken: Taken::In,
                    originals: Vec::new(),
                    references: reference.into_iter().collect(),
                    amount,
                    currency: intake.currency.code().to_owned(),
                    paid_at: When::At(intake.paid_at),
                    content_hash: None,
                    raw_hash: intake.raw_hash,
                    proven: true,
                    suspense: None,
                    kept: Vec::new(),
                };
                match self.receive_money(row.tenant, &receipt, actor).await {
                    Err(Error::Refused(refusal)) => {
                        let code = refusal.code;
                        tracing::warn!(payment.id = %row.unit, code, "Not taken: {code}");
                        Ok(())
                    }
                    taken => taken.map(drop),
                }
            }
            Status::Unpaid => self.deny(row, intake, &actor).await,
            Status::Asked | Status::Unknown => Ok(()),
        }
    }

    async fn deny(&self, row: &Row, intake: &Intake, actor: &Actor) -> Result<(), Error> {
        if intake.denied.is_some() {
            return Ok(());
        }
        if let IntakeState::Hint { contract: Some(contract) } = intake.state {
            let transaction = self.transaction_hash(intake.tenant, &intake.provider_id);
            let key = sha256(&[b"denied", &row.unit.bytes()]);
            let key = key[..16].try_into().expect("half of 32 bytes");
            let body = transaction.as_bytes();
            let asked = Asked::keyed(key, body, "end_provisional", actor.clone());
            let command = Command::EndProvisional(transaction.clone());
            let ended =
                self.change(contract, &asked, Extras::default(), |_, _| Ok(vec![command.clone()]));
            ended.await?;
        }
        let now = self.now();
        let denied = Intake { denied: Some(now), ..intake.clone() };
        let step = Step { name: "deny_hint", actor, now, legs: &[] };
        let mut item = intake_item(row.unit, row.version, row.head, &denied, &step)?;
        item.finished = vec![pull_job(row.unit)];
        // A conflict means that somebody told more of it: the job looks again.
        self.store.commit(vec![item]).await?;
        Ok(())
    }

    /// Until when it is worth asking: while what was opened for the hint is open, and for a day.
    async fn awaited_until(&self, intake: &Intake) -> Result<Moment, Error> {
        let least = intake.received_at.plus_seconds(LIFE_S);
        let IntakeState::Hint { contract: Some(contract) } = intake.state else {
            return Ok(least);
        };
        let contract = self.contract_of(intake.tenant, contract).await?.contract;
        let transaction = self.transaction_hash(intake.tenant, &intake.provider_id);
        let unlock = contract.unlocks.iter().find(|unlock| unlock.transaction == transaction);
        let hold =
            unlock.and_then(|unlock| contract.holds.iter().find(|hold| hold.id == unlock.hold));
        Ok(hold.and_then(|hold| hold.until).map_or(least, |until| until.max(least)))
    }

    /// Sets the next question, or none. Nothing is journalled: nothing was learnt.
    async fn pull_again(&self, row: &Row, due: Option<Moment>) -> Result<(), Error> {
        let intake = open_intake(row)?;
        let step = Step { name: "pull_again", actor: &Actor::Time, now: self.now(), legs: &[] };
        let mut item = intake_item(row.unit, row.version, row.head, &intake, &step)?;
        item.journal.clear();
        item.change.head = row.head;
        item.finished = vec![pull_job(row.unit)];
        if let Some(due) = due {
            // In its place, so that it keeps how often it was asked.
            item.finished.clear();
            item.jobs = vec![NewJob { key: pull_job(row.unit), due, payload: String::new() }];
        }
        // Whoever was faster has told more: the job comes back when its claim ends.
        self.store.commit(vec![item]).await?;
        Ok(())
    }

    /// The end of the address at which an answer about a hint is taken.
    fn ticket(&self, unit: UnitId) -> String {
        let mac = self.keys.pepper().mac("status", &[&unit.bytes()]);
        format!("{unit}{}", hex(&mac[..16]))
    }
}

fn pull_job(unit: UnitId) -> JobKey {
    JobKey { queue: Queue::StatusPull, key: unit.bytes() }
}

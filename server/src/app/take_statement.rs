//! A bank's statement or notification: each receipt in it is taken in by itself. A statement that
//! does not chain is refused whole.

use std::collections::BTreeMap;

use domain::{Actor, Refusal, TenantId};
use formats::{
    book::RowError,
    camt::{self, Message, Taken},
    intake::{IntakeState, Teller},
};
use futures_util::{StreamExt, stream};
use store::Personal;

use super::{App, receive_money::Receipt};
use crate::error::Error;

/// Payers whose money is counted side by side; the store joins their commits.
const SIDE_BY_SIDE: usize = 128;
/// Most bytes kept of what a payer wrote.
const WORDS_MAX: usize = 2000;

/// The receipts of a file, each with its line.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// What is money.
    pub receipts: Vec<(u64, Receipt)>,
    /// Entries that are not money yet.
    pub pending: u64,
    /// Entries that are not ours to count.
    pub passed: u64,
}

/// What became of one receipt.
#[derive(Debug)]
pub struct Told {
    /// Its line in the file.
    pub line: u64,
    /// The bank's id for it.
    pub provider_id: String,
    /// Its state, and whether it was known; or why it was refused.
    pub became: Result<(IntakeState, bool), Refusal>,
}

impl Statement {
    /// The receipts of a message, told by the bank under the account's number or this name.
    pub fn of(
        message: &Message,
        provider: Option<&str>,
        raw_hash: [u8; 32],
    ) -> Result<Statement, Vec<RowError>> {
        let mut statement = Statement::default();
        let mut errors = Vec::new();
        for record in &message.records {
            let found = match record.receipts(message.kind) {
                Ok(found) => found,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            statement.pending += found.pending;
            statement.passed += found.passed;
            let provider = provider.unwrap_or(&record.account.id);
            let receipts = found.items.into_iter();
            statement.receipts.extend(receipts.map(|told| {
                let line = told.line;
                (line, receipt(told, provider, raw_hash))
            }));
        }
        if errors.is_empty() { Ok(statement) } else { Err(errors) }
    }
}

impl App {
    /// What taking a statement in would come to. Changes nothing.
    pub async fn would_take(
        &self,
        tenant: TenantId,
        statement: &Statement,
    ) -> Result<Vec<Told>, Error> {
        let asked = stream::iter(&statement.receipts).map(async |(line, receipt)| {
            let would = self.would_receive(tenant, receipt).await;
            told(*line, &receipt.provider_id, would.map(|(known, state)| (state, known)))
        });
        asked.buffered(SIDE_BY_SIDE).collect::<Vec<_>>().await.into_iter().collect()
    }

    /// Takes a statement in: first what came, in order for each payer, then what was taken back.
    pub async fn take_statement(
        &self,
        tenant: TenantId,
        statement: &Statement,
        actor: &Actor,
    ) -> Result<Vec<Told>, Error> {
        let mut lanes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let (mut back, mut answers) = (Vec::new(), Vec::new());
        for (index, (_, receipt)) in statement.receipts.iter().enumerate() {
            answers.push(None);
            if receipt.taken == Taken::Back {
                back.push(index);
                continue;
            }
            let lane = receipt.references.first().map_or("", String::as_str);
            lanes.entry(lane).or_default().push(index);
        }
        let take = async |index: usize| -> Result<(usize, Told), Error> {
            let (line, receipt) = &statement.receipts[index];
            let posted = self.receive_money(tenant, receipt, actor.clone()).await;
            let became = posted.map(|posted| (posted.intake.state, posted.repeated));
            told(*line, &receipt.provider_id, became).map(|told| (index, told))
        };
        let work = lanes.into_values().map(async |lane| {
            let mut done = Vec::with_capacity(lane.len());
            for index in lane {
                done.push(take(index).await?);
            }
            Ok::<_, Error>(done)
        });
        let mut work = std::pin::pin!(stream::iter(work).buffer_unordered(SIDE_BY_SIDE));
        while let Some(lane) = work.next().await {
            for (index, told) in lane? {
                answers[index] = Some(told);
            }
        }
        for index in back {
            let (index, told) = take(index).await?;
            answers[index] = Some(told);
        }
        Ok(answers.into_iter().flatten().collect())
    }
}

/// A refusal is the receipt's fault; everything else ends the work.
pub(super) fn told(
    line: u64,
    provider_id: &str,
    became: Result<(IntakeState, bool), Error>,
) -> Result<Told, Error> {
    let became = match became {
        Ok(became) => Ok(became),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(error) => return Err(error),
    };
    Ok(Told { line, provider_id: provider_id.to_owned(), became })
}

fn receipt(told: camt::Receipt, provider: &str, raw_hash: [u8; 32]) -> Receipt {
    let mut kept = Vec::new();
    kept.extend(told.payer.map(|value| Personal { field: "payer", value }));
    let mut words = told.references.join("\n");
    if words.len() > WORDS_MAX {
        let end = (0..=WORDS_MAX).rev().find(|at| words.is_char_boundary(*at)).unwrap_or(0);
        words.truncate(end);
    }
    if !words.is_empty() {
        kept.push(Personal { field: "remittance", value: words });
    }
    Receipt {
        by: Teller::Statement,
        provider: provider.to_owned(),
        provider_id: told.provider_id,
        same_as: told.same_as,
        taken: told.taken,
        originals: told.originals,
        references: told.references,
        amount: told.amount.to_string(),
        currency: told.currency,
        paid_at: told.paid_at,
        content_hash: None,
        raw_hash,
        proven: true,
        suspense: told.suspense.map(str::to_owned),
        kept,
    }
}

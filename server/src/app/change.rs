//! Changing one contract: load, decide, advance, commit; again when another process was faster.
//!
//! A commit makes one version. Its journal lines are the facts, the decision if it changed, and the
//! content hash of the version's lease.

use std::sync::Arc;

use domain::{
    Actor, Command, Contract, Decision, Fact, Ladder, Moment, NoticeId, Refusal, TenantId, UnitId,
    Want, decide, evaluate, ledger,
};
use formats::{doc, journal};
use store::{
    Change, Conflict, Facets, Item, JobKey, Line, LineKind, NewJob, NextLook, Outcome, Personal,
    Posting, Reservation, Row, UnitKind,
};

use super::{App, lease, screens};
use crate::{crypto::sha256, error::Error};

/// Tries before a contract counts as busy.
const TRIES: u32 = 16;
/// Rounds of carrying out what a decision wants before it counts as a bug.
const ROUNDS: u32 = 8;
/// A release that could not be signed is tried again after so many seconds.
const RELEASE_AGAIN_S: i64 = 300;
/// A notice that could not be given is tried again after so many seconds: words get reviewed.
const WORDS_AGAIN_S: i64 = 86_400;

/// A contract with its ladder, as loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The stored row.
    pub row: Row,
    /// The contract.
    pub contract: Contract,
    /// Its ladder.
    pub ladder: Arc<Ladder>,
}

/// What a change is asked for with.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Idempotency key within the contract.
    pub key: [u8; 16],
    /// Hash of what is asked.
    pub hash: [u8; 32],
    /// Name for metrics and traces.
    pub name: &'static str,
    /// Who asks.
    pub actor: Actor,
    /// Whether the passing of time asks, so that `next_look` moves on.
    pub by_time: bool,
    /// Whether the key was made for this very call, so that nothing was done under it before.
    pub fresh: bool,
}

/// Rows besides the contract that one commit carries.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Names to take.
    pub reserve: Vec<Reservation>,
    /// Names to give back.
    pub free: Vec<Reservation>,
    /// Personal data.
    pub personal: Vec<Personal>,
    /// Jobs to add.
    pub jobs: Vec<NewJob>,
    /// Jobs done.
    pub finished: Vec<JobKey>,
}

/// A change ready to be committed.
#[derive(Debug)]
pub struct Prepared {
    /// What to commit.
    pub item: Item,
    /// The contract after it.
    pub contract: Contract,
    /// Its ladder.
    pub ladder: Arc<Ladder>,
    /// The decision in force after it.
    pub decision: Decision,
}

/// What became of a change.
#[derive(Debug)]
pub struct Changed {
    /// The contract as it is.
    pub contract: Contract,
    /// Its version.
    pub version: u64,
    /// Its ladder.
    pub ladder: Arc<Ladder>,
    /// Whether this very call was carried out before.
    pub repeated: bool,
}

impl Asked {
    /// Asked by a fresh key: not to be repeated from outside.
    pub fn once(app: &App, name: &'static str, actor: Actor) -> Asked {
        let key = *app.new_id().as_bytes();
        Asked { key, hash: sha256(&[&key]), name, actor, by_time: false, fresh: true }
    }

    /// Asked with a caller's idempotency key: a repeat is answered like the first time, another
    /// body under the same key is refused.
    pub fn keyed(key: [u8; 16], body: &[u8], name: &'static str, actor: Actor) -> Asked {
        let hash = sha256(&[name.as_bytes(), body]);
        Asked { key, hash, name, actor, by_time: false, fresh: false }
    }
}

impl App {
    /// A contract with its ladder, of any tenant.
    pub async fn load_contract(&self, unit: UnitId) -> Result<Option<Loaded>, Error> {
        let mut rows = self.store.load(&[unit]).await?;
        let row = rows.pop().flatten().filter(|row| row.kind == UnitKind::Contract);
        row.map(|row| self.open_contract(row)).transpose()
    }

    /// A contract of this tenant.
    pub async fn contract_of(&self, tenant: TenantId, unit: UnitId) -> Result<Loaded, Error> {
        let loaded = self.load_contract(unit).await?;
        let own = loaded.filter(|loaded| loaded.row.tenant == tenant);
        own.ok_or(Error::NotFound("contract"))
    }

    /// Reads a contract's row.
    pub fn open_contract(&self, row: Row) -> Result<Loaded, Error> {
        let contract = doc::parse_contract(row.unit, row.tenant, &row.doc)
            .map_err(|error| Error::Fault(format!("contract {}: {error}", row.unit)))?;
        let ladder = self.ladder_of(row.tenant, &contract)?;
        Ok(Loaded { row, contract, ladder })
    }

    /// The ladder that a contract stands on, with all the law that has begun for it.
    pub(super) fn ladder_of(
        &self,
        tenant: TenantId,
        contract: &Contract,
    ) -> Result<Arc<Ladder>, Error> {
        self.directory.ladder(tenant, &contract.signed.programme, &contract.packs())
    }

    /// Carries commands out on a contract. `commands` is asked anew for each try; an answer
    /// without commands still brings the contract up to the moment.
    pub async fn change(
        &self,
        unit: UnitId,
        asked: &Asked,
        extras: Extras,
        commands: impl Fn(&Loaded, Moment) -> Result<Vec<Command>, Error>,
    ) -> Result<Changed, Error> {
        let _turn = self.turns.take(unit).await;
        for _ in 0..TRIES {
            let loaded = self.load_contract(unit).await?.ok_or(Error::NotFound("contract"))?;
            let now = self.now();
            let prepared = match commands(&loaded, now) {
                Ok(wanted) => self.prepare(&loaded, asked, extras.clone(), wanted, now).await,
                Err(error) => Err(error),
            };
            let prepared = match prepared {
                Ok(Some(prepared)) => prepared,
                other => return self.unchanged(loaded, asked, other.err()).await,
            };
            let (contract, ladder) = (prepared.contract, prepared.ladder);
            let outcomes = self.store.commit(vec![prepared.item]).await?;
            match outcomes.into_iter().next() {
                Some(Outcome::Done(version)) => {
                    self.wake.notify(unit, version);
                    self.count_opening(&loaded.contract, &contract, &ladder);
                    return Ok(Changed { contract, version, ladder, repeated: false });
                }
                Some(Outcome::Repeat(_)) => return self.repeated(unit).await,
                Some(Outcome::Conflict(Conflict::Version(_))) => {}
                Some(Outcome::Conflict(conflict)) => return Err(refused_by(&conflict)),
                None => return Err(Error::Fault("the store answered nothing".into())),
            }
        }
        Err(Error::Busy)
    }

    /// What was done before may well be refused the second time, or change nothing: only the key
    /// tells whether this is the first.
    async fn unchanged(
        &self,
        loaded: Loaded,
        asked: &Asked,
        refused: Option<Error>,
    ) -> Result<Changed, Error> {
        let may_repeat = !asked.fresh && matches!(refused, None | Some(Error::Refused(_)));
        if may_repeat && self.was_done(&loaded.row, asked).await? {
            return self.repeated(loaded.row.unit).await;
        }
        let Loaded { row, contract, ladder } = loaded;
        match refused {
            Some(error) => Err(error),
            None => Ok(Changed { contract, version: row.version, ladder, repeated: false }),
        }
    }

    async fn repeated(&self, unit: UnitId) -> Result<Changed, Error> {
        let loaded = self.load_contract(unit).await?.ok_or(Error::NotFound("contract"))?;
        let Loaded { row, contract, ladder } = loaded;
        Ok(Changed { contract, version: row.version, ladder, repeated: true })
    }

    /// Whether a command was carried out before. A commit on a unit that must not exist yet writes
    /// nothing where it exists; its key is looked up all the same.
    pub(super) async fn was_done(&self, row: &Row, asked: &Asked) -> Result<bool, Error> {
        let command = store::Command { key: asked.key, hash: asked.hash, name: asked.name };
        let item = Item { expected: 0, ..Item::unchanged(row, command) };
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Repeat(_)) => Ok(true),
            Some(Outcome::Conflict(conflict @ Conflict::KeyReused)) => Err(refused_by(&conflict)),
            Some(Outcome::Conflict(_)) => Ok(false),
            Some(Outcome::Done(_)) | None => {
                Err(Error::Fault("the store committed a unit that was there".into()))
            }
        }
    }

    /// What the commands make of a loaded contract; `None` when nothing changes.
    pub async fn prepare(
        &self,
        loaded: &Loaded,
        asked: &Asked,
        extras: Extras,
        commands: Vec<Command>,
        now: Moment,
    ) -> Result<Option<Prepared>, Error> {
        let mut contract = loaded.contract.clone();
        let mut done = Vec::new();
        let ladder = self.follow_law(&mut contract, &loaded.ladder, &mut done, now)?;
        for command in commands {
            let actor = asked.actor.clone();
            let facts = decide(&contract, &ladder, command, actor, now)?;
            take(&mut contract, facts, &mut done);
        }
        let decision = self.settle(&mut contract, &ladder, &mut done, now).await?;
        let carries = !done.is_empty() || extras.has_rows();
        let recorded = decision.recorded(now);
        let changed = !contract.decision.says_the_same(&recorded);
        let due = loaded.row.next_look.is_some_and(|look| look <= now);
        let version = loaded.row.version + 1;
        let still = !carries && !changed && !due;
        if still && !self.says_otherwise(&loaded.contract, &loaded.ladder, loaded.row.version) {
            return Ok(None);
        }
        let mut lines = Lines::after(loaded.row.head, now);
        for (_, fact) in &done {
            lines.push(LineKind::Fact, journal::fact_line(fact));
        }
        if changed {
            let line = journal::decision_line(&recorded, &decision.standing, &ladder);
            lines.push(LineKind::Decision, line);
        }
        contract.record(recorded);
        let words = self.words(contract.tenant);
        if let Some(hash) = lease::content_hash(&contract, &ladder, &words, version) {
            lines.push(LineKind::Lease, journal::lease_line(version, &hash));
            contract.lease = Some(hash);
        }
        let events = self.event_jobs(Some(&loaded.row.facets), &contract, version, now);
        let item = Item {
            tenant: contract.tenant,
            unit: contract.unit,
            kind: UnitKind::Contract,
            expected: loaded.row.version,
            command: store::Command { key: asked.key, hash: asked.hash, name: asked.name },
            change: Change {
                doc: doc::contract_doc(&contract),
                facets: facets(&contract),
                next_look: next_look(loaded.row.next_look, decision.next_look, asked, due),
                head: lines.head,
            },
            postings: postings(&contract, &done, now),
            journal: lines.lines,
            reserve: extras.reserve,
            free: [extras.free, self.names_to_free(&contract, &loaded.contract)].concat(),
            personal: extras.personal,
            jobs: [extras.jobs, events, self.message_jobs(&contract, &ladder, &done, now)].concat(),
            finished: extras.finished,
        };
        Ok(Some(Prepared { item, contract, ladder, decision }))
    }

    /// Takes in the law that became known or began since; answers the ladder it makes.
    fn follow_law(
        &self,
        contract: &mut Contract,
        ladder: &Arc<Ladder>,
        done: &mut Vec<Done>,
        now: Moment,
    ) -> Result<Arc<Ladder>, Error> {
        let news = self.directory.news_for(contract);
        if news.is_empty() && !contract.law_is_due(now) {
            return Ok(ladder.clone());
        }
        let facts = decide(contract, ladder, Command::LearnLaw(news), Actor::Time, now)?;
        take(contract, facts, done);
        self.ladder_of(contract.tenant, contract)
    }

    /// Carries out what the decision wants until it wants nothing more.
    pub(super) async fn advance(
        &self,
        contract: &mut Contract,
        ladder: &Ladder,
        done: &mut Vec<Done>,
        now: Moment,
    ) -> Result<Decision, Error> {
        for _ in 0..ROUNDS {
            let decision = evaluate(contract, ladder, now);
            let mut wants = decision.wants.iter();
            let Some(want) = wants.find(|want| self.can_do(contract, ladder, want)) else {
                return Ok(decision);
            };
            let command = match want {
                Want::PrepareNotice { k, show_from, owed } => {
                    let due = screens::Due { k: *k, owed: *owed, show_from: *show_from };
                    self.notice(contract, ladder, due)
                }
                Want::Reckon => Command::Reckon,
                Want::DeemDelivered => Command::DeemDelivered,
                Want::Remind(reminder) => Command::Remind(*reminder),
                Want::Compensate => Command::Compensate,
                Want::Sunset => Command::Sunset(domain::sunset::Ask::Reach),
                // Money counts whatever ails the keys or the clock; the release follows.
                Want::Release => match self.release_certificate(contract, ladder, now).await {
                    Ok(certificate) => Command::Release { certificate },
                    Err(error) => {
                        let unit = contract.unit;
                        tracing::error!(contract.id = %unit, "Not yet released {unit}: {error}");
                        let again = Some(now.plus_seconds(RELEASE_AGAIN_S));
                        return Ok(Decision { next_look: again, ..decision });
                    }
                },
            };
            let facts = decide(contract, ladder, command, Actor::Time, now)?;
            // Nothing new to say of what is wanted: it is tried again.
            if facts.is_empty() {
                let again = Some(now.plus_seconds(WORDS_AGAIN_S));
                let next_look = decision.next_look.min(again).or(again);
                return Ok(Decision { next_look, ..decision });
            }
            take(contract, facts, done);
        }
        Err(Error::Fault(format!("contract {}: its wants do not end", contract.unit)))
    }

    /// A formal notice in the contract's language, or the word that it cannot be given.
    fn notice(&self, contract: &Contract, ladder: &Ladder, due: screens::Due) -> Command {
        let words = self.words(contract.tenant);
        let voice = words.voice(contract.terms().language());
        let screens::Due { k, owed, show_from } = due;
        match screens::notice_text(contract, ladder, voice, due) {
            Ok(text) => Command::PrepareNotice {
                id: NoticeId(self.new_id()),
                k,
                show_from,
                owed,
                language: voice.language().to_owned(),
                templates: voice.book().templates().to_vec(),
                text,
            },
            Err(cause) => Command::WithholdNotice { k, cause },
        }
    }

    /// The identity of a released device becomes free for a new contract, that of a contract that
    /// is passed on for the one that goes on.
    fn names_to_free(&self, after: &Contract, before: &Contract) -> Vec<Reservation> {
        let is_free = after.is_released() && !before.is_released();
        let is_gone = after.passed().is_some() && before.passed().is_none();
        if !is_free && !is_gone {
            return Vec::new();
        }
        after.imeis.iter().map(|hash| super::financed_name(hash)).collect()
    }
}

/// A fact with the legs it books.
pub(super) type Done = (Vec<ledger::Leg>, Fact);

pub(super) fn take(contract: &mut Contract, facts: Vec<Fact>, done: &mut Vec<Done>) {
    for fact in facts {
        let before = contract.clone();
        contract.apply(&fact);
        done.push((ledger::legs(Some(&before), contract), fact));
    }
}

/// What the facts book.
pub(super) fn postings(contract: &Contract, done: &[Done], at: Moment) -> Vec<Posting> {
    let currency = contract.terms().currency();
    let legs = done.iter().flat_map(|(legs, _)| legs);
    let posting = |(account, minor): &ledger::Leg| Posting {
        at,
        account: account.name(),
        minor: *minor,
        currency: currency.code().to_owned(),
    };
    legs.map(posting).collect()
}

/// A payment leaves `next_look` alone unless it must come earlier; time moves it on.
fn next_look(stored: Option<Moment>, wanted: Option<Moment>, asked: &Asked, due: bool) -> NextLook {
    let earlier = match (stored, wanted) {
        (Some(stored), Some(wanted)) => wanted < stored,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    if asked.by_time || due || earlier { NextLook::Set(wanted) } else { NextLook::Keep }
}

/// What lists show of a contract.
pub(super) fn facets(contract: &Contract) -> Facets {
    let stage = contract.decision.stage;
    Facets {
        name: contract.signed.reference.clone(),
        status: contract.state.name().to_owned(),
        rung: stage.rung as u8,
        step: stage.step,
        currency: contract.terms().currency().code().to_owned(),
    }
}

/// A refusal that the store found.
pub(super) fn refused_by(conflict: &Conflict) -> Error {
    Error::Refused(match conflict {
        Conflict::KeyReused => Refusal::new(
            "idempotency_key_reused",
            "this idempotency key was used for another request: take a new one",
        ),
        Conflict::Taken(name, _) => match name.space {
            store::Space::Reference => {
                Refusal::new("duplicate_reference", "a contract with this reference exists")
            }
            store::Space::Imei => Refusal::new(
                "device_already_financed",
                "this IMEI is financed under another contract",
            ),
            store::Space::Transaction => Refusal::new(
                "transaction_claimed",
                "another contract's borrower has given this transaction number",
            ),
            _ => Refusal::new("already_exists", "this exists already"),
        },
        Conflict::Version(_) => Refusal::new("conflict", "somebody else changed it; try again"),
    })
}

impl Extras {
    fn has_rows(&self) -> bool {
        !(self.reserve.is_empty()
            && self.free.is_empty()
            && self.personal.is_empty()
            && self.jobs.is_empty()
            && self.finished.is_empty())
    }
}

/// Journal lines chained on from a head.
pub(super) struct Lines {
    pub(super) head: store::Head,
    pub(super) lines: Vec<Line>,
    at: Moment,
}

impl Lines {
    pub(super) fn after(head: store::Head, at: Moment) -> Lines {
        Lines { head, lines: Vec::new(), at }
    }

    pub(super) fn push(&mut self, kind: LineKind, text: String) {
        let hash = journal::chain(&self.head.hash, &text);
        self.head = store::Head { entries: self.head.entries + 1, hash };
        self.lines.push(Line { kind, at: self.at, text, hash });
    }
}

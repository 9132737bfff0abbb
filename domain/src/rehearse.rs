//! A dry run: what a ladder makes of facts that are told, look by look, as a server would whose
//! sweep is never late.
//!
//! **Invariant:** the same `decide`, `apply` and `evaluate` as everywhere; no rule lives here.

use crate::{
    Channel, Contract, Fact, Ladder, Moment, NoticeId, Refusal, What,
    command::Command,
    decide,
    delivery::{Delivery, DeliveryState},
    evaluate::{Decision, Want, evaluate},
    fact::Actor,
    sunset,
};

/// Most rounds of wants and assumptions at one moment.
const ROUNDS: u32 = 64;

/// Something that is told to have happened.
#[derive(Clone, Debug)]
pub struct Told {
    /// When.
    pub at: Moment,
    /// What.
    pub event: Event,
}

/// What is told to have happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// What a command says.
    Command(Box<Command>),
    /// The phone showed the k-th formal notice.
    NoticeShown(u8),
    /// A carrier told what became of the message of the k-th formal notice.
    NoticeMessage(u8, Channel, DeliveryState),
}

/// What is assumed where nothing is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assume {
    /// A formal notice reaches the borrower by every channel as soon as it may be shown.
    pub delivered: bool,
    /// The phone reports each stage at the moment it begins.
    pub reported: bool,
}

/// A moment at which something happened or another decision was due.
#[derive(Clone, Debug)]
pub struct Turn {
    /// When.
    pub at: Moment,
    /// What became true.
    pub facts: Vec<Fact>,
    /// What followed.
    pub decision: Decision,
}

/// A dry run.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The contract as it ends.
    pub contract: Contract,
    /// Its way.
    pub turns: Vec<Turn>,
    /// How many facts were assumed.
    pub assumed: u32,
}

/// What is told cannot have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlikely {
    /// Its place among what is told, from 0.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// Walks a contract that was just signed through what is told, in its order, to a moment.
pub fn rehearse(
    contract: Contract,
    ladder: &Ladder,
    told: &[Told],
    until: Moment,
    assume: Assume,
) -> Result<Rehearsal, Unlikely> {
    let now = contract.signed_at;
    let mut stage =
        Staging { contract, ladder, now, assume, turns: Vec::new(), assumed: 0, ids: 0 };
    let mut next = 0;
    stage.look(told, Vec::new());
    loop {
        let waits = told.get(next).map(|told| told.at.max(stage.now));
        let due = [waits, stage.due(&told[next..])].into_iter().flatten().min();
        let Some(due) = due.filter(|due| *due <= until) else {
            break;
        };
        stage.now = due;
        let mut facts = Vec::new();
        while let Some(one) = told.get(next).filter(|one| one.at <= due) {
            let heard = stage.hear(&one.event);
            facts.extend(heard.map_err(|refusal| Unlikely { index: next, refusal })?);
            next += 1;
        }
        stage.look(&told[next..], facts);
    }
    stage.now = stage.now.max(until);
    stage.look(&told[next..], Vec::new());
    let Staging { contract, turns, assumed, .. } = stage;
    Ok(Rehearsal { contract, turns, assumed })
}

/// A dry run under way.
struct Staging<'a> {
    contract: Contract,
    ladder: &'a Ladder,
    now: Moment,
    assume: Assume,
    turns: Vec<Turn>,
    assumed: u32,
    ids: u64,
}

impl Staging<'_> {
    fn hear(&mut self, event: &Event) -> Result<Vec<Fact>, Refusal> {
        let command = match event {
            Event::Command(command) => (**command).clone(),
            Event::NoticeShown(k) => {
                let (id, text_hash) = (self.notice(*k)?, "told".to_owned());
                Command::NoticeShown { id, shown: self.now, text_hash }
            }
            Event::NoticeMessage(k, channel, state) => {
                let (notice, at, evidence) = (self.notice(*k)?, self.now, "told".to_owned());
                let (k, channel, state) = (*k, *channel, *state);
                Command::TellDelivery(Delivery { notice, k, channel, state, at, evidence })
            }
        };
        let facts = decide(&self.contract, self.ladder, command, Actor::Time, self.now)?;
        if facts.is_empty() && matches!(event, Event::NoticeShown(_)) {
            let detail = "the notice may not be shown yet, or does not say what is owed";
            return Err(Refusal::new("notice_void", detail));
        }
        facts.iter().for_each(|fact| self.contract.apply(fact));
        Ok(facts)
    }

    fn notice(&self, k: u8) -> Result<NoticeId, Refusal> {
        let known = self.contract.notices.iter().find(|notice| notice.k == k);
        let missing = || format!("notice {k} is not prepared: nothing of it can arrive");
        Ok(known.ok_or_else(|| Refusal::new("notice_not_due", missing()))?.id)
    }

    /// Carries out what the decision wants and what is assumed, and records what holds then.
    fn look(&mut self, to_come: &[Told], mut facts: Vec<Fact>) {
        let mut decision = evaluate(&self.contract, self.ladder, self.now);
        for _ in 0..ROUNDS {
            let wanted = decision.wants.first().cloned();
            let more = match wanted {
                Some(want) => self.carry_out(&want),
                None => self.assumed(&decision, to_come),
            };
            if more.is_empty() {
                break;
            }
            more.iter().for_each(|fact| self.contract.apply(fact));
            facts.extend(more);
            self.contract.record(decision.recorded(self.now));
            decision = evaluate(&self.contract, self.ladder, self.now);
        }
        let recorded = decision.recorded(self.now);
        let last = self.turns.last();
        let news =
            last.is_none_or(|turn| !turn.decision.recorded(turn.at).says_the_same(&recorded));
        self.contract.record(recorded);
        if news || !facts.is_empty() {
            self.turns.push(Turn { at: self.now, facts, decision });
        }
    }

    fn carry_out(&mut self, want: &Want) -> Vec<Fact> {
        let command = match want {
            Want::PrepareNotice { k, show_from, owed } => {
                self.ids += 1;
                Command::PrepareNotice {
                    id: NoticeId(uuid::Uuid::from_u64_pair(0, self.ids)),
                    k: *k,
                    show_from: *show_from,
                    owed: *owed,
                    language: self.contract.terms().language().to_owned(),
                    templates: Vec::new(),
                    text: format!("Notice {k}"),
                }
            }
            Want::Reckon => Command::Reckon,
            Want::DeemDelivered => Command::DeemDelivered,
            Want::Remind(reminder) => Command::Remind(*reminder),
            Want::Compensate => Command::Compensate,
            Want::Sunset => Command::Sunset(sunset::Ask::Reach),
            Want::Release => Command::Release { certificate: vec![0] },
        };
        // What is wanted is possible; were it not, the dry run ends with it still wanted.
        decide(&self.contract, self.ladder, command, Actor::Time, self.now).unwrap_or_default()
    }

    /// What is taken to happen at this moment because nothing else is told.
    fn assumed(&mut self, decision: &Decision, to_come: &[Told]) -> Vec<Fact> {
        let what = self.unseen(to_come).or_else(|| self.unreported(decision, to_come));
        self.assumed += u32::from(what.is_some());
        let fact = |what| Fact { at: self.now, actor: Actor::Time, what };
        what.map(fact).into_iter().collect()
    }

    fn unseen(&self, to_come: &[Told]) -> Option<What> {
        let open = self.contract.notices.iter().filter(|notice| notice.show_from <= self.now);
        let mut open = open.filter(|notice| self.is_assumed(notice.k, to_come));
        open.find_map(|notice| {
            let rule = self.ladder.notices.get(usize::from(notice.k).checked_sub(1)?)?;
            let known = |channel| notice.delivered.iter().any(|(known, _)| *known == channel);
            let channel = rule.channels.iter().copied().find(|channel| !known(*channel))?;
            let evidence = "assumed".to_owned();
            Some(What::NoticeDelivered { channel, delivered: self.now, evidence, id: notice.id })
        })
    }

    fn unreported(&self, decision: &Decision, to_come: &[Told]) -> Option<What> {
        let stage = decision.stage;
        let is_told = |told: &Told| match &told.event {
            Event::Command(command) => {
                matches!(**command, Command::ReportStage { stage: other, .. } if other == stage)
            }
            Event::NoticeShown(_) | Event::NoticeMessage(..) => false,
        };
        let known = self.contract.applied.is_some_and(|(known, ..)| known == stage);
        let bound = self.contract.device.is_some() && !self.contract.is_released();
        let wanted = self.assume.reported && bound && !known && !to_come.iter().any(is_told);
        wanted.then_some(What::StageApplied { stage, sequence: 1, applied: self.now })
    }

    /// Whether the delivery of the k-th notice is assumed: of no later one is told.
    fn is_assumed(&self, k: u8, to_come: &[Told]) -> bool {
        let is_told = |told: &Told| match &told.event {
            Event::NoticeShown(number) | Event::NoticeMessage(number, ..) => *number == k,
            Event::Command(command) => {
                matches!(**command, Command::DeclareNotice { k: number, .. } if number == k)
            }
        };
        self.assume.delivered && !to_come.iter().any(is_told)
    }

    /// The next moment at which anything follows by itself.
    fn due(&self, to_come: &[Told]) -> Option<Moment> {
        let look = evaluate(&self.contract, self.ladder, self.now).next_look;
        let notices = self.contract.notices.iter();
        let shows = notices.filter(|notice| self.is_assumed(notice.k, to_come));
        let shows = shows.map(|notice| notice.show_from).filter(|from| *from > self.now).min();
        [look, shows].into_iter().flatten().min()
    }
}

//! A visit: the borrower acts, the phone lives, and both are looked at.

use std::{future::Future, sync::Arc, time::Duration};

use agent::{Door, Input};
use domain::{Actor as Who, Command, HoldId, Moment, Stage, UnitId, fact::Hold, fact::HoldKind};
use protocol::{Message, reply::Problem};
use server::app::{
    change::{Asked, Loaded},
    post_payment::{NewPayment, payment_unit},
};

use super::{Actor, Scene, WorldError};
use crate::{
    Sabotage, Summary, Violation,
    cast::Reads,
    house::clerk,
    line::{Answer, Line},
    phone::Phone,
    properties::{self, Seen},
    script::{Act, decimal},
    till::PROVIDER,
};

/// Most messages of a phone in one visit.
const TALK_MAX: u32 = 24;

/// Goes from actor to actor, slot after slot.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) scene: Arc<Scene>,
    pub(super) day: u32,
    pub(super) slot: u32,
    pub(super) seen: Summary,
}

impl Visitor {
    pub(super) fn new(scene: Arc<Scene>) -> Visitor {
        Visitor { scene, day: 0, slot: 0, seen: Summary::default() }
    }

    fn now(&self) -> Moment {
        self.scene.now()
    }

    fn now_s(&self) -> i64 {
        self.now().seconds()
    }

    /// Notes what properties found.
    pub(super) fn note(&mut self, reference: &str, found: properties::Found) {
        for (property, verdict) in found {
            *self.seen.checks.entry(property).or_insert(0) += 1;
            if let Some(detail) = verdict {
                self.seen.violate(Violation {
                    property,
                    seed: self.scene.setup.seed,
                    day: self.day,
                    slot: self.slot,
                    reference: reference.to_owned(),
                    detail,
                });
            }
        }
    }

    pub(super) async fn visit(&mut self, actor: &mut Actor) -> Result<(), WorldError> {
        let unit = match actor.unit {
            Some(unit) => unit,
            None => self.sell(actor).await?,
        };
        if self.slot == 1 {
            self.pay(actor, unit).await?;
        }
        let Some(mut phone) = actor.phone.take() else { return Ok(()) };
        let heard = self.live(actor, &mut phone, unit).await?;
        if let Some(heard) = heard.filter(|_| self.shows_news(actor, &phone)) {
            self.watch(actor, &mut phone, unit, heard).await?;
        }
        actor.phone = Some(phone);
        Ok(())
    }

    /// Whether there is something to judge: always, unless the world is too large for that.
    fn shows_news(&mut self, actor: &mut Actor, phone: &Phone) -> bool {
        phone.agent.stage() != actor.stage
            || actor.opening.is_some()
            || phone.agent.is_released() != actor.was_released
            || actor.chance.below(u64::from(self.scene.setup.look_every)) == 0
    }

    /// The contract is signed and the box opened.
    async fn sell(&mut self, actor: &mut Actor) -> Result<UnitId, WorldError> {
        let now = self.now();
        let new = actor.member.contract(self.scene.programme, now);
        let signed =
            self.scene.house.app.sign_contract(self.scene.house.tenant, new, clerk()).await?;
        let unit = signed.contract.unit;
        let member = &actor.member;
        let phone = Phone::new(
            &mut actor.chance,
            (member.p256, actor.held),
            member.wall_off_s,
            now.seconds(),
        );
        actor.phone = Some(phone);
        actor.unit = Some(unit);
        actor.quiet_since = now;
        Ok(unit)
    }

    async fn pay(&mut self, actor: &mut Actor, unit: UnitId) -> Result<(), WorldError> {
        let today = actor.member.terms.zone().day(self.now());
        for act in actor.script.due(today) {
            actor.quiet_since = self.now();
            match act {
                Act::Pay { number, minor } => self.post(actor, number, minor).await?,
                Act::Bounce { number } => self.bounce(actor, number).await?,
                Act::Dispute { days } => self.dispute(actor, unit, days).await?,
            }
            let loaded = self.loaded(unit).await?;
            let found = properties::contract::after_act(&loaded, self.now(), actor.paid());
            self.note(&actor.member.reference, found);
        }
        Ok(())
    }

    /// Reports money, sometimes twice.
    async fn post(&mut self, actor: &mut Actor, number: u32, minor: i64) -> Result<(), WorldError> {
        let member = &actor.member;
        let new = |id: String| NewPayment {
            provider: PROVIDER.to_owned(),
            provider_id: id,
            reference: member.reference.clone(),
            amount: decimal(&member.terms, minor),
            currency: None,
            paid_at: self.now(),
        };
        let id = provider_id(&member.reference, number);
        let mut reports = vec![new(id.clone())];
        if actor.chance.happens(self.scene.setup.faults.double * 3) {
            reports.push(new(id.clone()));
        }
        if self.scene.setup.sabotage == Sabotage::CountTwice && number == 1 {
            reports.push(new(format!("{id}-again")));
        }
        for report in reports {
            let counts = self.report(actor, report).await?;
            if counts && actor.ledger.insert(number, minor).is_none() {
                self.seen.payments += 1;
            }
        }
        if actor.stage > NOTICE && actor.opening.is_none() {
            actor.opening = Some((self.day * super::SLOTS + self.slot, 0));
        }
        Ok(())
    }

    /// Reports money; a phone that keeps a wait open hears of it through that.
    async fn report(&mut self, actor: &mut Actor, report: NewPayment) -> Result<bool, WorldError> {
        let scene = self.scene.clone();
        let up = !actor.network.down && actor.off_until_s.is_none();
        let held = actor.phone.as_mut().filter(|_| up).and_then(|phone| phone.held.take());
        let Some(body) = held else {
            return Ok(scene.till.report(report).await?);
        };
        let watch = Stopwatch::start();
        let wait = scene.way.exchange(Door::Wait, body);
        let (counts, answer) = through(wait, scene.till.report(report)).await;
        if let (Some(phone), Some(Ok(Answer::Reply(bytes)))) = (actor.phone.as_mut(), answer) {
            let before = phone.applied;
            phone.give(Input::Reply { bytes }, self.scene.now().seconds());
            actor.heard_at = self.scene.now();
            if phone.applied < before {
                self.seen.unlock_micros.push(watch.micros());
            }
            if let Some((_, exchanges)) = &mut actor.opening {
                *exchanges += 1;
            }
        } else if let Some(phone) = actor.phone.as_mut() {
            phone.give(Input::SendFailed, self.scene.now().seconds());
        }
        Ok(counts?)
    }

    async fn bounce(&mut self, actor: &mut Actor, number: u32) -> Result<(), WorldError> {
        if !actor.ledger.contains_key(&number) {
            return Ok(());
        }
        let tenant = self.scene.house.tenant;
        let id = provider_id(&actor.member.reference, number);
        let payment = payment_unit(tenant, PROVIDER, &id);
        let feed = Who::Feed(PROVIDER.to_owned());
        self.scene.house.app.reverse_payment(tenant, payment, feed).await?;
        actor.ledger.remove(&number);
        actor.opening = None;
        self.seen.reversals += 1;
        Ok(())
    }

    async fn dispute(
        &mut self,
        actor: &mut Actor,
        unit: UnitId,
        days: u32,
    ) -> Result<(), WorldError> {
        let now = self.now();
        let app = &self.scene.house.app;
        let hold = Hold {
            id: HoldId(app.new_id()),
            kind: HoldKind::Dispute,
            from: now,
            until: Some(now.plus_seconds(i64::from(days) * 86_400)),
            cause: "the amount is disputed".to_owned(),
        };
        let asked = Asked::once(app, "open_hold", clerk());
        match app.act(self.scene.house.tenant, unit, &asked, Command::OpenHold(hold)).await {
            Ok(_) | Err(server::Error::Refused(_)) => Ok(()),
            Err(error) => Err(WorldError(format!("{}: {error}", actor.member.reference))),
        }
    }

    /// The phone's six hours. The answer says whether it could be looked at, and whether its last
    /// exchange was answered.
    async fn live(
        &mut self,
        actor: &mut Actor,
        phone: &mut Phone,
        unit: UnitId,
    ) -> Result<Option<bool>, WorldError> {
        if !self.power(actor, phone) {
            return Ok(None);
        }
        let faults = self.scene.setup.faults;
        let now_s = self.now_s();
        let member = &actor.member;
        let away = member.offline.filter(|(from, until)| (*from..*until).contains(&self.day));
        actor.network.down = away.is_some() && faults != crate::Faults::none();
        if actor.network.down {
            actor.quiet_since = self.now();
        }
        if actor.chance.happens(faults.crash) {
            phone.fuse = Some(actor.chance.between(0, 4));
            actor.quiet_since = self.now();
        }
        if phone.is_unenrolled(now_s) && !actor.network.down {
            self.enrol(actor, phone, unit).await?;
        }
        phone.give(Input::Wake, self.now_s());
        if let Some(bytes) = actor.network.straggler(&faults, &mut actor.chance) {
            self.seen.replayed += 1;
            phone.give(Input::Reply { bytes }, self.now_s());
        }
        let mut heard = self.talk(actor, phone, unit).await?;
        if self.hold_in_hand(actor, phone) || actor.opening.is_some() {
            phone.give(Input::Online, self.now_s());
            heard |= !phone.out.is_empty() && self.talk(actor, phone, unit).await?;
        }
        phone.fuse = None;
        Ok(Some(heard))
    }

    /// Whether the phone is on in this slot, after what happens to its power.
    fn power(&mut self, actor: &mut Actor, phone: &mut Phone) -> bool {
        let now_s = self.now_s();
        if let Some(until_s) = actor.off_until_s {
            actor.quiet_since = self.now();
            if now_s < until_s {
                return false;
            }
            actor.off_until_s = None;
            self.seen.boots += 1;
            phone.boot(now_s);
        } else if actor.chance.happens(self.scene.setup.faults.power) {
            actor.quiet_since = self.now();
            if actor.chance.happens(400) {
                let days = i64::from(actor.chance.between(1, 9));
                actor.off_until_s = Some(now_s + days * 86_400);
                return false;
            }
            self.seen.boots += 1;
            phone.boot(now_s);
        }
        if actor.chance.happens(self.scene.setup.faults.reset) {
            actor.quiet_since = self.now();
            self.seen.resets += 1;
            phone.factory_reset(&mut actor.chance, now_s);
        }
        true
    }

    /// At the counter: the clerk reads the code to the holder.
    async fn enrol(
        &mut self,
        actor: &mut Actor,
        phone: &mut Phone,
        unit: UnitId,
    ) -> Result<(), WorldError> {
        let loaded = self.loaded(unit).await?;
        if !loaded.contract.is_active() {
            return Ok(());
        }
        let code = self.scene.house.app.enrolment_code(unit, loaded.contract.key_gen() + 1);
        let mut nonce = [0; 16];
        actor.chance.fill(&mut nonce);
        phone.enrol(code, actor.member.imei.with_check_digit(), nonce, self.now_s());
        Ok(())
    }

    /// The holder looks at the phone; whether it was woken by that.
    fn hold_in_hand(&mut self, actor: &mut Actor, phone: &mut Phone) -> bool {
        let now_s = self.now_s();
        let mut touched = false;
        let looks = match actor.member.reads {
            Reads::Promptly => true,
            Reads::Late => actor.chance.happens(60),
            Reads::Never => false,
        };
        if let Some(id) = phone.unread(now_s).filter(|_| looks) {
            phone.give(Input::Screen { notice: Some(id) }, now_s);
            self.scene.clock.pass(4);
            phone.give(Input::Wake, self.now_s());
            phone.give(Input::Screen { notice: None }, self.now_s());
            if actor.chance.happens(300) {
                phone.give(Input::AckNotice { id }, self.now_s());
            }
            touched = true;
        }
        let view = phone.view(self.now_s());
        if view.relief.pass_usable && actor.chance.happens(15) {
            phone.give(Input::UsePass, self.now_s());
            self.seen.passes += 1;
            actor.quiet_since = self.now();
            touched = true;
        }
        touched
    }

    /// Lets the phone speak until it has nothing more to say; whether its last message was
    /// answered and taken in.
    async fn talk(
        &mut self,
        actor: &mut Actor,
        phone: &mut Phone,
        unit: UnitId,
    ) -> Result<bool, WorldError> {
        let mut heard = false;
        for _ in 0..TALK_MAX {
            let Some(sent) = phone.out.pop_front() else { break };
            let faults = self.scene.setup.faults;
            let answer = actor
                .network
                .carry(&self.scene.way, sent, &faults, &mut actor.chance, &mut self.seen)
                .await;
            if self.scene.setup.look_every <= 1 {
                self.remember(actor, unit).await?;
            }
            let crashes = phone.crashes;
            let now_s = self.now_s();
            heard = false;
            match answer {
                Ok(Answer::Reply(bytes)) => {
                    phone.give(Input::Reply { bytes }, now_s);
                    heard = phone.crashes == crashes;
                }
                Ok(Answer::Problem(bytes)) => {
                    let problem = Problem::decode(&bytes);
                    let code = problem.map_or("undecodable".to_owned(), |problem| problem.code);
                    *self.seen.refused.entry(code).or_insert(0) += 1;
                    phone.give(Input::Problem { bytes: Some(bytes) }, now_s);
                }
                Err(_) => phone.give(Input::SendFailed, now_s),
            }
            self.seen.crashes += phone.crashes - crashes;
            if heard {
                actor.heard_at = self.now();
                if let Some((_, exchanges)) = &mut actor.opening {
                    *exchanges += 1;
                }
            }
        }
        Ok(heard)
    }

    /// What the version in force decided, for the judgement of phones that hold its lease.
    async fn remember(&mut self, actor: &mut Actor, unit: UnitId) -> Result<(), WorldError> {
        let loaded = self.loaded(unit).await?;
        actor.versions.insert(loaded.row.version, loaded.contract.decision);
        Ok(())
    }

    /// Looks at contract and phone and has every property judge them.
    async fn watch(
        &mut self,
        actor: &mut Actor,
        phone: &mut Phone,
        unit: UnitId,
        heard: bool,
    ) -> Result<(), WorldError> {
        let loaded = self.loaded(unit).await?;
        let now = self.now();
        let decision = loaded.contract.decision.clone();
        actor.versions.insert(loaded.row.version, decision);
        let stage = phone.agent.stage();
        let decided = loaded.contract.decision.stage;
        *self.seen.decided.entry(decided.to_string()).or_insert(0) += 1;
        let applied = server::app::lease::domain_stage(phone.applied);
        *self.seen.applied.entry(applied.to_string()).or_insert(0) += 1;
        let key_gen = loaded.contract.key_gen();
        if phone.is_enrolled(now.seconds()) && key_gen != actor.sequence.0 {
            self.seen.enrolments += 1;
        }
        let seen = Seen {
            loaded: &loaded,
            now,
            heard,
            applied: phone.applied,
            stage,
            view: phone.view(now.seconds()),
            sequence: phone.agent.sequence(),
            released: phone.agent.is_released(),
            was_released: actor.was_released,
            before: (actor.sequence.1, actor.stage),
            was_lowered: actor.was_lowered,
            same_key: key_gen == actor.sequence.0,
            heard_at: actor.heard_at,
            lease: actor.versions.get(&phone.agent.sequence()),
            paid: actor.paid(),
            attentive: actor.member.reads == Reads::Promptly && actor.member.consent,
            quiet_since: actor.quiet_since,
            opening: actor.opening.map(|(_, exchanges)| exchanges),
        }
        .with(self.scene.setup.sabotage);
        let found = properties::phone::check(&seen);
        let contract =
            properties::contract::check(&loaded, now, actor.paid(), self.scene.setup.sabotage);
        let (sequence, released) = (phone.agent.sequence(), seen.released);
        let lowered = seen.view.relief.pass_ends_in_s.is_some();
        if stage > NOTICE && actor.stage <= NOTICE {
            self.seen.restrictions += 1;
        }
        self.opened(actor, stage);
        actor.sequence = (key_gen, sequence);
        actor.stage = stage;
        actor.was_lowered = lowered;
        actor.was_released |= released;
        actor.versions.retain(|version, _| *version + 40 >= sequence);
        self.note(&actor.member.reference, found);
        self.note(&actor.member.reference, contract);
        Ok(())
    }

    /// Notes how long a paid phone took to open.
    fn opened(&mut self, actor: &mut Actor, stage: protocol::Stage) {
        let Some((slot, exchanges)) = actor.opening.filter(|_| stage <= NOTICE) else { return };
        let slots = self.day * super::SLOTS + self.slot - slot;
        self.seen.unlocks += 1;
        *self.seen.unlock_exchanges.entry(exchanges).or_insert(0) += 1;
        *self.seen.unlock_slots.entry(slots).or_insert(0) += 1;
        actor.opening = None;
    }

    async fn loaded(&self, unit: UnitId) -> Result<Loaded, WorldError> {
        let loaded = self.scene.house.app.load_contract(unit).await?;
        loaded.ok_or_else(|| WorldError(format!("contract {unit} vanished")))
    }
}

/// The highest stage that restricts nothing.
const NOTICE: protocol::Stage =
    protocol::Stage { rung: protocol::Rung::Notice, step: Stage::NOTICE.step };

fn provider_id(reference: &str, number: u32) -> String {
    format!("{reference}-{number}")
}

/// Longest that a wait may stay open once the money is reported.
const AFTER: Duration = Duration::from_secs(5);

/// Lets a wait stand open while something is done that ends it.
async fn through<A, B>(
    wait: impl Future<Output = A>,
    act: impl Future<Output = B>,
) -> (B, Option<A>) {
    tokio::pin!(wait);
    tokio::pin!(act);
    let mut answer = None;
    let done = loop {
        tokio::select! {
            answered = &mut wait, if answer.is_none() => answer = Some(answered),
            done = &mut act => break done,
        }
    };
    if answer.is_none() {
        answer = tokio::time::timeout(AFTER, wait).await.ok();
    }
    (done, answer)
}

/// Wall time: what a person waits.
struct Stopwatch(std::time::Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "how long a person waits is wall time")]
    fn start() -> Stopwatch {
        Stopwatch(std::time::Instant::now())
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

//! A visit: the borrower acts, the phone lives, and both are looked at.

mod look;
mod money;

use std::sync::Arc;

use agent::Input;
use domain::{
    Moment, Stage, UnitId,
    fact::{Consent, Told},
    terms::Servicing,
};
use protocol::{Message, reply::Problem};
use server::app::change::{Asked, Loaded};

use super::{Actor, Scene, WorldError};
use crate::{
    Summary, Violation, cast::Reads, house::clerk, line::Answer, phone::Phone, properties,
    script::Act,
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

    /// Whether the lender is there no more.
    fn has_vanished(&self) -> bool {
        self.scene.setup.vanishes.is_some_and(|day| self.day >= day)
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
        self.settle(actor).await?;
        if self.slot == 1 && !self.has_vanished() {
            self.pay(actor, unit).await?;
            self.bluff(actor).await?;
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
        if matches!(actor.member.terms.servicing(), Servicing::Payg(_)) {
            self.seen.sold_by_days += 1;
        }
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
        actor.network.down |= self.has_vanished();
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
        let mut heard = self.talk(actor, phone).await?;
        if self.hold_in_hand(actor, phone) || actor.opening.is_some() {
            phone.give(Input::Online, self.now_s());
            heard |= !phone.out.is_empty() && self.talk(actor, phone).await?;
        }
        phone.fuse = None;
        Ok(Some(heard))
    }

    /// Whether the phone is on in this slot, after what happens to its power.
    fn power(&mut self, actor: &mut Actor, phone: &mut Phone) -> bool {
        let now_s = self.now_s();
        if let Some(until_s) = actor.off_until_s {
            actor.knows_time = false;
            actor.quiet_since = self.now();
            if now_s < until_s {
                return false;
            }
            actor.off_until_s = None;
            self.seen.boots += 1;
            phone.boot(now_s);
        } else if actor.chance.happens(self.scene.setup.faults.power) {
            actor.knows_time = false;
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

    /// Who did not consent at the sale does so before the phone is tied to the contract.
    async fn consent(&self, actor: &Actor, unit: UnitId) -> Result<(), WorldError> {
        let house = &self.scene.house;
        let shown = house.app.disclose(house.tenant, unit, None).await?;
        let told = Told { language: shown.disclosure.language, hash: shown.hash };
        let consent = Consent { told: Some(Box::new(told)), ..actor.member.consent_at(self.now()) };
        let asked = Asked::once(&house.app, "record_consent", clerk());
        house.app.record_consent(house.tenant, unit, &asked, consent).await?;
        Ok(())
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
        if loaded.contract.consent().is_none() {
            self.consent(actor, unit).await?;
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
    async fn talk(&mut self, actor: &mut Actor, phone: &mut Phone) -> Result<bool, WorldError> {
        let mut heard = false;
        for _ in 0..TALK_MAX {
            let Some(sent) = phone.out.pop_front() else { break };
            let faults = self.scene.setup.faults;
            let asked_at = self.now();
            let answer = actor
                .network
                .carry(&self.scene.way, sent, &faults, &mut actor.chance, &mut self.seen)
                .await;
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
                actor.heard_at = asked_at;
                actor.knows_time = true;
                if let Some((_, exchanges)) = &mut actor.opening {
                    *exchanges += 1;
                }
            }
        }
        Ok(heard)
    }

    async fn loaded(&self, unit: UnitId) -> Result<Loaded, WorldError> {
        let loaded = self.scene.house.app.load_contract(unit).await?;
        loaded.ok_or_else(|| WorldError(format!("contract {unit} vanished")))
    }
}

/// The highest stage that restricts nothing.
const NOTICE: protocol::Stage =
    protocol::Stage { rung: protocol::Rung::Notice, step: Stage::NOTICE.step };

//! What the borrower does about the money: pays, has it taken back, disputes it.

use std::{future::Future, time::Duration};

use agent::{Door, Input};
use domain::{Actor as Who, Command, HoldId, UnitId, hold::Hold, hold::HoldKind};
use server::app::{
    change::Asked,
    post_payment::{NewPayment, payment_unit},
};

use super::{NOTICE, Visitor};
use crate::{
    Sabotage,
    house::clerk,
    line::{Answer, Line},
    script::decimal,
    till::PROVIDER,
    world::{Actor, SLOTS, WorldError},
};

impl Visitor {
    /// Reports money, sometimes twice.
    pub(super) async fn post(
        &mut self,
        actor: &mut Actor,
        number: u32,
        minor: i64,
    ) -> Result<(), WorldError> {
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
            actor.opening = Some((self.day * SLOTS + self.slot, 0));
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
        let (watch, asked_at) = (Stopwatch::start(), scene.now());
        let wait = scene.way.exchange(Door::Wait, body);
        let (counts, answer) = through(wait, scene.till.report(report)).await;
        if let (Some(phone), Some(Ok(Answer::Reply(bytes)))) = (actor.phone.as_mut(), answer) {
            let before = phone.applied;
            phone.give(Input::Reply { bytes }, self.scene.now().seconds());
            actor.heard_at = asked_at;
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

    pub(super) async fn bounce(
        &mut self,
        actor: &mut Actor,
        number: u32,
    ) -> Result<(), WorldError> {
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

    pub(super) async fn dispute(
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
}

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

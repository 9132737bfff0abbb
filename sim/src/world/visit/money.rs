//! What the borrower does about the money: pays, announces, has it taken back, disputes it. Money
//! takes the way of its rail, through the doors of the server.

use std::{future::Future, time::Duration};

use agent::{Door, Input};
use domain::hold::{Hold, HoldKind};
use domain::{Command, HoldId, UnitId};
use formats::IntakeState;
use server::app::{
    change::Asked,
    post_payment::{open_intake, payment_unit},
};

use super::{NOTICE, Visitor};
use crate::{
    Sabotage,
    bank::Transfer,
    house::clerk,
    line::{Answer, Line},
    rail::{Call, Payment, Rail},
    till::Said,
    world::{Actor, SLOTS, WorldError},
};

/// What a payer writes who names no contract.
const NOBODYS_WORDS: &str = "for my phone";
/// Of restricted payers whose money does not open at once, so many in a thousand say "I have paid".
const CLAIMS: u32 = 500;

impl Visitor {
    /// Pays, by whatever way this borrower has.
    pub(super) async fn post(
        &mut self,
        actor: &mut Actor,
        number: u32,
        minor: i64,
    ) -> Result<(), WorldError> {
        let rail = actor.member.rail;
        let faults = self.scene.setup.faults;
        let misdirected = rail != Rail::Cash && actor.chance.happens(faults.misdirect);
        let words = self.words(actor, misdirected);
        let id = rail.id(&actor.member, number);
        let payment = Payment { id: id.clone(), minor, words, at: self.now() };
        actor.awaited.insert(number, (minor, !misdirected));
        if misdirected {
            self.seen.doors.unmatched += 1;
            let unit = self.payment_unit(actor, &id);
            self.scene.desk().insert(unit, actor.member.reference.clone());
        }
        let claims = actor.stage > NOTICE
            && (misdirected || rail == Rail::Bank)
            && actor.chance.happens(CLAIMS);
        if rail.is_by_file() {
            self.send(actor, number, &payment, claims || misdirected);
        }
        if self.scene.setup.sabotage == Sabotage::CountTwice && number == 1 {
            let again = Payment { id: format!("{id}again"), ..payment.clone() };
            self.tell(actor, &again).await?;
            if rail.is_by_file() {
                self.send(actor, 1_000_000, &again, true);
            }
        }
        self.tell(actor, &payment).await?;
        if claims {
            self.claim(actor, &id).await?;
        }
        self.settle(actor).await
    }

    /// What the payer writes for whom it is.
    fn words(&self, actor: &mut Actor, misdirected: bool) -> String {
        let reference = &actor.member.reference;
        let typed = match actor.chance.below(4) {
            0 => reference.to_lowercase(),
            1 => reference.replace('-', " "),
            _ => reference.clone(),
        };
        let exact = actor.member.rail == Rail::Cash;
        match (misdirected, exact) {
            (true, _) => NOBODYS_WORDS.to_owned(),
            (false, true) => reference.clone(),
            (false, false) => typed,
        }
    }

    /// Money on its way to an account; the bank tells of it at night.
    fn send(&self, actor: &mut Actor, number: u32, payment: &Payment, plain: bool) {
        let member = &actor.member;
        let today = member.terms.zone().day(payment.at);
        let early = if actor.chance.happens(200) { -1 } else { 0 };
        let transfer = Transfer {
            id: payment.id.clone(),
            original: None,
            words: payment.words.clone(),
            structured: actor.chance.happens(600),
            batch: !plain && member.rail == Rail::Bank && actor.chance.happens(300),
            minor: payment.minor,
            value: today.plus_days(early).unwrap_or(today),
            booked: today,
        };
        let sent = (member.reference.clone(), number, false);
        let account = member.rail.provider(member);
        self.scene.bank().send(&account, member.terms.currency(), sent, transfer);
    }

    /// The provider tells of a payment, sometimes twice; somebody without the secret may be first.
    async fn tell(&mut self, actor: &mut Actor, payment: &Payment) -> Result<(), WorldError> {
        let faults = self.scene.setup.faults;
        let rail = actor.member.rail;
        let proves = matches!(rail, Rail::Card | Rail::Wallet);
        if proves && actor.chance.happens(faults.forge) {
            let forged = rail.tell(&actor.member, payment, true);
            self.unproven(actor, forged).await?;
        }
        let lost = self.scene.setup.sabotage == Sabotage::LoseProof;
        let Some(call) = rail.tell(&actor.member, payment, lost) else { return Ok(()) };
        let said = self.report(actor, call.clone()).await?;
        let refused = || format!("{} is answered {}: {}", rail.name(), said.status, said.json);
        let taken = (!said.is_good()).then(refused);
        self.note(&actor.member.reference, vec![("told_money_is_taken", taken)]);
        if actor.chance.happens(faults.tell_twice) {
            self.seen.doors.told_twice += 1;
            self.report(actor, call).await?;
        }
        if rail == Rail::Mobile {
            self.seen.doors.hints += 1;
            if self.scene.setup.sabotage == Sabotage::TrustHints {
                let unit = self.payment_unit(actor, &payment.id);
                let path = format!("/v1/payments/{unit}/confirmation");
                self.by_clerk(path, serde_json::json!({})).await?;
            }
        }
        self.look_for_unlock(actor).await
    }

    /// A call that does not prove who sent it is refused, and changes nothing.
    async fn unproven(&mut self, actor: &Actor, call: Option<Call>) -> Result<(), WorldError> {
        let Some(call) = call else { return Ok(()) };
        let said = self.scene.till.post(call).await?;
        self.seen.doors.unproven += 1;
        let taken = || format!("a forged call is answered {}", said.status);
        let verdict = (said.status != 403).then(taken);
        self.note(&actor.member.reference, vec![("unproven_calls_are_refused", verdict)]);
        Ok(())
    }

    /// A restricted payer announces what he does not pay.
    pub(super) async fn bluff(&mut self, actor: &mut Actor) -> Result<(), WorldError> {
        let minor = actor.member.terms.total() - actor.paid();
        let wants = actor.member.rail == Rail::Mobile && actor.stage > NOTICE && minor > 0;
        if !wants || !actor.chance.happens(self.scene.setup.faults.bluff) {
            return Ok(());
        }
        self.seen.doors.bluffs += 1;
        actor.quiet_since = self.now();
        let id = format!("BL{:05}D{:05}", actor.member.index, self.day);
        let words = actor.member.reference.clone();
        self.tell(actor, &Payment { id, minor, words, at: self.now() }).await
    }

    /// "I have paid": the borrower gives the number that his bank told him.
    async fn claim(&mut self, actor: &mut Actor, id: &str) -> Result<(), WorldError> {
        self.seen.doors.claims += 1;
        let reference = &actor.member.reference;
        let path = format!("/v1/contracts/{reference}/payment-claims");
        let said = self.by_clerk(path, serde_json::json!({ "transaction": id })).await?;
        let spent = said.json["code"] == "provisional_budget_spent";
        let refused = || format!("a claim is answered {}: {}", said.status, said.json);
        let verdict = (!said.is_good() && !spent).then(refused);
        self.note(&actor.member.reference, vec![("claims_are_heard", verdict)]);
        self.look_for_unlock(actor).await
    }

    async fn by_clerk(&self, path: String, body: serde_json::Value) -> Result<Said, WorldError> {
        let headers = vec![("content-type", "application/json".to_owned())];
        let body = body.to_string().into_bytes();
        Ok(self.scene.till.post(Call { path, headers, body }).await?)
    }

    /// Whether announced money has opened the phone since the last look.
    async fn look_for_unlock(&mut self, actor: &mut Actor) -> Result<(), WorldError> {
        let Some(unit) = actor.unit else { return Ok(()) };
        let loaded = self.loaded(unit).await?;
        let last = loaded.contract.unlocks.last().map(|unlock| unlock.at);
        if last != actor.unlocked {
            actor.unlocked = last;
            actor.quiet_since = self.now();
            self.seen.doors.provisional_unlocks += 1;
            self.is_to_open(actor);
        }
        Ok(())
    }

    fn is_to_open(&self, actor: &mut Actor) {
        if actor.stage > NOTICE && actor.opening.is_none() {
            actor.opening = Some((self.day * SLOTS + self.slot, 0));
        }
    }

    /// Tells of money; a phone that keeps a wait open hears of it through that.
    async fn report(&mut self, actor: &mut Actor, call: Call) -> Result<Said, WorldError> {
        let scene = self.scene.clone();
        let up = !actor.network.down && actor.off_until_s.is_none();
        let held = actor.phone.as_mut().filter(|_| up).and_then(|phone| phone.held.take());
        let Some(body) = held else {
            return Ok(scene.till.post(call).await?);
        };
        let before = self.version(actor).await?;
        let (watch, asked_at) = (Stopwatch::start(), scene.now());
        let mut wait = std::pin::pin!(scene.way.exchange(Door::Wait, body.clone()));
        let (said, mut answer) = through(wait.as_mut(), scene.till.post(call)).await;
        if answer.is_none() {
            if self.version(actor).await? == before {
                // Nothing to tell the phone: its wait stands open still.
                if let Some(phone) = actor.phone.as_mut() {
                    phone.held = Some(body);
                }
                return Ok(said?);
            }
            answer = tokio::time::timeout(AFTER, wait).await.ok();
        }
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
        Ok(said?)
    }

    /// The version of the actor's contract.
    async fn version(&self, actor: &Actor) -> Result<u64, WorldError> {
        match actor.unit {
            Some(unit) => Ok(self.loaded(unit).await?.row.version),
            None => Ok(0),
        }
    }

    /// Looks what has become of the payments that were made, as far as the server can know.
    pub(in crate::world) async fn settle(&mut self, actor: &mut Actor) -> Result<(), WorldError> {
        let awaited: Vec<(u32, i64, bool)> = actor
            .awaited
            .iter()
            .map(|(number, (minor, named))| (*number, *minor, *named))
            .collect();
        for (number, minor, named) in awaited {
            let Some(id) = self.told_id(actor, number, false) else { continue };
            let state = self.state(actor, &id).await?;
            let counted = matches!(state, Some(IntakeState::Applied { .. }));
            let waits = matches!(state, Some(IntakeState::Suspense { .. })) && !named;
            let lost = || format!("payment {number} is {state:?}");
            let verdict = (!counted && !waits).then(lost);
            self.note(&actor.member.reference, vec![("told_money_is_counted", verdict)]);
            if counted {
                actor.awaited.remove(&number);
                actor.ledger.insert(number, minor);
                actor.quiet_since = self.now();
                self.seen.payments += 1;
                *self.seen.rails.entry(actor.member.rail.name().to_owned()).or_insert(0) += 1;
                self.is_to_open(actor);
            }
        }
        for number in actor.bouncing.clone() {
            self.go_on_bouncing(actor, number).await?;
        }
        Ok(())
    }

    /// The id under which the server was told of a payment, once it was.
    fn told_id(&self, actor: &Actor, number: u32, back: bool) -> Option<String> {
        let member = &actor.member;
        if !member.rail.is_by_file() {
            return Some(member.rail.id(member, number));
        }
        let sent = (member.reference.clone(), number, back);
        self.scene.bank().told_id(&sent).map(str::to_owned)
    }

    async fn state(&self, actor: &Actor, id: &str) -> Result<Option<IntakeState>, WorldError> {
        let unit = self.payment_unit(actor, id);
        let rows = self.scene.house.app.store.load(&[unit]).await.map_err(server::Error::from)?;
        let Some(row) = rows.into_iter().flatten().next() else { return Ok(None) };
        Ok(Some(open_intake(&row)?.state))
    }

    fn payment_unit(&self, actor: &Actor, id: &str) -> UnitId {
        let provider = actor.member.rail.provider(&actor.member);
        payment_unit(self.scene.house.tenant, &provider, id)
    }

    /// The rail is to take a payment back, once it has counted.
    pub(super) async fn bounce(
        &mut self,
        actor: &mut Actor,
        number: u32,
    ) -> Result<(), WorldError> {
        actor.bouncing.insert(number);
        self.go_on_bouncing(actor, number).await
    }

    async fn go_on_bouncing(&mut self, actor: &mut Actor, number: u32) -> Result<(), WorldError> {
        let Some(minor) = actor.ledger.get(&number).copied() else { return Ok(()) };
        let (rail, now) = (actor.member.rail, self.now());
        let Some(id) = self.told_id(actor, number, false) else { return Ok(()) };
        let payment = Payment { id: id.clone(), minor, words: String::new(), at: now };
        let sent = (actor.member.reference.clone(), number, true);
        if rail.is_by_file() {
            if actor.awaited_back.insert(number) {
                let today = actor.member.terms.zone().day(now);
                let transfer = Transfer {
                    id: format!("R{id}"),
                    original: Some(id.clone()),
                    words: actor.member.reference.clone(),
                    structured: true,
                    batch: false,
                    minor,
                    value: today,
                    booked: today,
                };
                let (account, currency) =
                    (rail.provider(&actor.member), actor.member.terms.currency());
                self.scene.bank().send(&account, currency, sent, transfer);
            }
            if self.told_id(actor, number, true).is_none() {
                return Ok(());
            }
        } else if let Some(call) = rail.take_back(&actor.member, &payment) {
            self.scene.till.post(call).await?;
        } else {
            let path = format!("/v1/payments/{}/reversal", self.payment_unit(actor, &id));
            self.by_clerk(path, serde_json::json!({})).await?;
        }
        let state = self.state(actor, &id).await?;
        let kept = || format!("payment {number} was taken back and is {state:?}");
        let verdict = (!matches!(state, Some(IntakeState::Reversed { .. }))).then(kept);
        self.note(&actor.member.reference, vec![("what_is_taken_back_is_taken_back", verdict)]);
        actor.bouncing.remove(&number);
        actor.ledger.remove(&number);
        actor.opening = None;
        actor.quiet_since = now;
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

/// Longest that a wait may stay open once the money is reported.
const AFTER: Duration = Duration::from_secs(5);

/// Lets a wait stand open while something is done that may end it.
async fn through<A, B>(
    mut wait: std::pin::Pin<&mut impl Future<Output = A>>,
    act: impl Future<Output = B>,
) -> (B, Option<A>) {
    tokio::pin!(act);
    let mut answer = None;
    loop {
        tokio::select! {
            answered = &mut wait, if answer.is_none() => answer = Some(answered),
            done = &mut act => return (done, answer),
        }
    }
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

//! Messages that carry a formal notice or a reminder: queued in the commit that asks for them,
//! handed over when their time and every contact window have come. At least once, under one id.
//! What became of a notice is a fact; a reminder proves nothing.

use domain::{
    Actor, Channel, Command, Contract, Day, Ladder, Moment, NoticeId,
    delivery::{Delivery, DeliveryState, Sending, sending},
    fact::What,
    remind::{Reminder, reminding},
};
use formats::directory::Sender;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use store::{Claimed, JobKey, NewJob, Queue};

use super::{
    App,
    change::{Asked, Done, Extras, Loaded},
    remind::reminder_text,
    sweep::Swept,
};
use crate::{
    crypto::sha256,
    error::Error,
    sender::{Outgoing, Unsent, message_id, phone_number},
};

/// Messages claimed together.
const BATCH: u32 = 32;
/// Messages handed over side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long a worker keeps what it took, seconds: longer than a batch takes.
const KEEP_S: i64 = 300;
/// Seconds until the next try, by how many went before; after the last one it has failed.
const PAUSES_S: [i64; 8] = [30, 60, 300, 900, 3600, 2 * 3600, 4 * 3600, 8 * 3600];

/// A message as it waits. What it says stands in the contract, and where it goes beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    about: Text,
    channel: String,
    tries: u32,
}

/// What a message is about, as it waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Text {
    Notice(String),
    Reminder { days: i32, due: String },
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Notice(NoticeId),
    Reminder(Reminder),
}

/// What became of a try.
enum Tried {
    Accepted(String),
    Failed(String),
    Later,
}

impl App {
    /// The messages of the notices that a commit froze, as work for later: one for each channel
    /// that the law counts and the lender can send by.
    pub(super) fn message_jobs(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        done: &[Done],
        now: Moment,
    ) -> Vec<NewJob> {
        let frozen = done.iter().filter_map(|(_, fact)| match &fact.what {
            What::NoticePrepared { id, k, .. } => Some((*id, *k)),
            _ => None,
        });
        let mut jobs = Vec::new();
        for (reminder, channel) in self.reminders_out(contract, ladder, done) {
            let waiting = Waiting::first(About::Reminder(reminder), channel);
            jobs.push(NewJob { key: waiting.key(), due: now, payload: waiting.text() });
        }
        for (notice, k) in frozen {
            let rule = ladder.notices.get(usize::from(k).saturating_sub(1));
            for channel in rule.iter().flat_map(|rule| rule.channels.iter().copied()) {
                if self.directory.sender_by(contract.tenant, channel).is_none() {
                    continue;
                }
                let due = match sending(contract, ladder, notice, channel, now) {
                    Sending::Void => continue,
                    Sending::Now | Sending::Never => now,
                    Sending::At(at) => at,
                };
                let waiting = Waiting::first(About::Notice(notice), channel);
                jobs.push(NewJob { key: waiting.key(), due, payload: waiting.text() });
            }
        }
        jobs
    }

    /// Hands over the messages whose time has come.
    pub async fn send_messages(&self, worker: u64) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        loop {
            let now = self.now();
            let until = now.plus_seconds(KEEP_S);
            let claimed = self.store.claim(Queue::Messages, worker, now, until, BATCH).await?;
            if claimed.is_empty() {
                return Ok(swept);
            }
            let sent = stream::iter(claimed).map(|work| self.send(work));
            let mut sent = sent.buffer_unordered(SIDE_BY_SIDE);
            while let Some(sent) = sent.next().await {
                swept.looked += 1;
                if let Err(error) = sent {
                    swept.failed += 1;
                    tracing::error!(%error, "a message could not be sent: {error}");
                }
            }
            if swept.failed > 0 || *self.stopping.borrow() {
                return Ok(swept);
            }
        }
    }

    async fn send(&self, work: Claimed) -> Result<(), Error> {
        let wrong = || Error::Fault(format!("a message of contract {} is none", work.unit));
        let waiting: Waiting = serde_json::from_str(&work.payload).map_err(|_| wrong())?;
        let (about, channel) = waiting.names().ok_or_else(wrong)?;
        let loaded = self.load_contract(work.unit).await?.ok_or_else(wrong)?;
        let (contract, ladder, now) = (&loaded.contract, &loaded.ladder, self.now());
        let may = match about {
            About::Notice(notice) => sending(contract, ladder, notice, channel, now),
            About::Reminder(reminder) => reminding(contract, ladder, reminder, now),
        };
        let tried = match may {
            Sending::Void => return self.put_off(&work, None).await,
            Sending::At(at) => return self.put_off(&work, Some((waiting, at))).await,
            Sending::Never => Tried::Failed("no_contact_window".to_owned()),
            Sending::Now => self.try_to_send(&loaded, about, channel).await?,
        };
        let (state, evidence) = match tried {
            Tried::Accepted(said) => (DeliveryState::Accepted, said),
            Tried::Failed(said) => (DeliveryState::Failed, said),
            Tried::Later => {
                let tries = usize::try_from(waiting.tries).unwrap_or(usize::MAX);
                let Some(pause_s) = PAUSES_S.get(tries) else {
                    return self.tell(&work, (about, channel), gave_up()).await;
                };
                let next = Waiting { tries: waiting.tries + 1, ..waiting };
                let at = self.now().plus_seconds(*pause_s);
                return self.put_off(&work, Some((next, at))).await;
            }
        };
        self.tell(&work, (about, channel), (state, evidence)).await
    }

    /// One try. What it answers as evidence holds no address.
    async fn try_to_send(
        &self,
        loaded: &Loaded,
        about: About,
        channel: Channel,
    ) -> Result<Tried, Error> {
        let contract = &loaded.contract;
        let failed = |why: &str| Ok(Tried::Failed(why.to_owned()));
        let Some(sender) = self.directory.sender_by(contract.tenant, channel) else {
            return failed("no_sender");
        };
        let field = if channel == Channel::Email { "borrower_email" } else { "borrower_phone" };
        let personal = self.personal(contract.unit).await?;
        let Some((_, address)) = personal.into_iter().find(|(name, _)| name == field) else {
            return failed("no_address");
        };
        let to = if channel == Channel::Email { Some(address) } else { phone_number(&address) };
        let (Some(to), Some((text, language))) = (to, self.text_of(loaded, about)) else {
            return failed("bad_address");
        };
        let carrier = self.carrier_of(contract.tenant, &sender)?;
        let id = message_id(contract.unit, about.id(), channel);
        let subject = format!("{}: {}", loaded.ladder.lender.name, contract.signed.reference);
        let message = Outgoing {
            id: &id,
            to: &to,
            channel,
            subject: &subject,
            text: &text,
            language: &language,
        };
        Ok(match carrier.hand_over(&message).await {
            Ok(own) => Tried::Accepted(format!("{} {own}", sender.name)),
            Err(Unsent::Never(said)) => Tried::Failed(format!("{} {said}", sender.name)),
            Err(Unsent::Later(said)) => {
                let name = &sender.name;
                tracing::warn!(contract.id = %contract.unit, "{name} takes no message: {said}");
                Tried::Later
            }
        })
    }

    /// What a message says, and in which language.
    fn text_of(&self, loaded: &Loaded, about: About) -> Option<(String, String)> {
        let Loaded { contract, ladder, .. } = loaded;
        match about {
            About::Notice(notice) => {
                let notice = contract.notice(notice)?;
                Some((notice.text.clone(), notice.language.clone()))
            }
            About::Reminder(reminder) => {
                let words = self.words(contract.tenant);
                let voice = words.voice(contract.terms().language());
                let text = reminder_text(contract, ladder, voice, reminder, self.now());
                Some((text, voice.language().to_owned()))
            }
        }
    }

    /// Writes down what became of a message, and that it waits no more.
    async fn tell(
        &self,
        work: &Claimed,
        (about, channel): (About, Channel),
        (state, evidence): (DeliveryState, String),
    ) -> Result<(), Error> {
        let About::Notice(notice) = about else {
            if state == DeliveryState::Failed {
                tracing::warn!(contract.id = %work.unit, "A reminder was not sent: {evidence}");
            }
            return self.put_off(work, None).await;
        };
        let asked = Asked::once(self, "tell_message", Actor::Time);
        let extras = Extras { finished: vec![message_job(work.key)], ..Extras::default() };
        let command = |_: &Loaded, at: Moment| {
            let evidence = evidence.clone();
            let told = Delivery { notice, k: 0, channel, state, at, evidence };
            Ok(vec![Command::TellDelivery(told)])
        };
        self.change(work.unit, &asked, extras, command).await.map(drop)
    }

    /// Sets the next try, or none.
    async fn put_off(&self, work: &Claimed, next: Option<(Waiting, Moment)>) -> Result<(), Error> {
        let asked = Asked::once(self, "put_message_off", Actor::Time);
        let mut extras = Extras { finished: vec![message_job(work.key)], ..Extras::default() };
        if let Some((waiting, due)) = next {
            extras.jobs = vec![NewJob { key: waiting.key(), due, payload: waiting.text() }];
        }
        self.change(work.unit, &asked, extras, |_, _| Ok(Vec::new())).await.map(drop)
    }

    /// What is told later of a message, by whoever holds the sender's secret. Telling it again
    /// changes nothing.
    pub async fn hear_receipt(
        &self,
        name: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<bool, Error> {
        let (tenant, sender) = self.directory.sender(name).ok_or(Error::NotFound("sender"))?;
        let call = crate::intake::Call { headers, body, at: self.now() };
        let secrets = self.sender_secrets(tenant, name);
        let receipt = crate::sender::receipt(&secrets, &call);
        let told = receipt.map_err(|wrong| Error::refused(wrong.code, wrong.detail))?;
        let room = self.throttle.proven(&format!("receipts/{name}"), 1, call.at);
        room.map_err(Error::TooMany)?;
        let loaded = self.load_contract(told.unit).await?;
        let own = loaded.filter(|loaded| loaded.row.tenant == tenant);
        if own.is_none() || !sender.channels.contains(&told.channel) {
            return Err(Error::refused(
                "message_unknown",
                "message: not sent from here by this way",
            ));
        }
        let evidence = format!("{name} {}", told.said);
        let delivery = Delivery {
            notice: told.notice,
            k: 0,
            channel: told.channel,
            state: told.state,
            at: told.at,
            evidence: evidence.trim_end().to_owned(),
        };
        let state = told.state.name();
        let key = sha256(&[b"receipt", name.as_bytes(), told.message.as_bytes(), state.as_bytes()]);
        let key = key[..16].try_into().expect("half of 32 bytes");
        let actor = Actor::Feed(name.to_owned());
        let asked = Asked::keyed(key, state.as_bytes(), "tell_receipt", actor);
        let command = Command::TellDelivery(delivery);
        let changed =
            self.change(told.unit, &asked, Extras::default(), |_, _| Ok(vec![command.clone()]));
        let changed = changed.await?;
        let kept = changed.contract.notice(told.notice);
        let kept = kept.is_some_and(|notice| notice.told(told.channel, told.state).is_some());
        Ok(kept && !changed.repeated)
    }

    /// The carrier of a sender, made once.
    fn carrier_of(
        &self,
        tenant: domain::TenantId,
        sender: &Sender,
    ) -> Result<std::sync::Arc<dyn crate::sender::Carrier>, Error> {
        let mut known = self.carriers.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some(carrier) = known.get(&sender.name) {
            return Ok(carrier.clone());
        }
        let secrets = self.sender_secrets(tenant, &sender.name);
        let password = self.sender_password(tenant, &sender.name);
        let made = crate::sender::carrier(sender, &secrets, password, self.clock.clone())?;
        known.insert(sender.name.clone(), made.clone());
        Ok(made)
    }
}

impl Waiting {
    fn first(about: About, channel: Channel) -> Waiting {
        let about = match about {
            About::Notice(notice) => Text::Notice(notice.to_string()),
            About::Reminder(Reminder { due, days }) => {
                Text::Reminder { days, due: due.to_string() }
            }
        };
        Waiting { about, channel: channel.name().to_owned(), tries: 0 }
    }

    fn names(&self) -> Option<(About, Channel)> {
        let channel = Channel::parse(&self.channel).filter(|channel| channel.is_message())?;
        let about = match &self.about {
            Text::Notice(id) => About::Notice(id.parse().ok()?),
            Text::Reminder { days, due } => {
                About::Reminder(Reminder { due: Day::parse(due)?, days: *days })
            }
        };
        Some((about, channel))
    }

    /// One message of a notice or reminder and channel.
    fn key(&self) -> JobKey {
        let about = serde_json::to_string(&self.about).expect("texts are JSON");
        message_job(short(&[b"message", about.as_bytes(), self.channel.as_bytes()]))
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("texts are JSON")
    }
}

impl About {
    /// The id under which its message goes out.
    fn id(self) -> NoticeId {
        match self {
            About::Notice(notice) => notice,
            About::Reminder(Reminder { due, days }) => {
                let (due, days) = (due.to_string(), days.to_string());
                NoticeId::from_bytes(short(&[b"reminder", due.as_bytes(), days.as_bytes()]))
            }
        }
    }
}

fn short(parts: &[&[u8]]) -> [u8; 16] {
    sha256(parts)[..16].try_into().expect("half of 32 bytes")
}

fn message_job(key: [u8; 16]) -> JobKey {
    JobKey { queue: Queue::Messages, key }
}

fn gave_up() -> (DeliveryState, String) {
    let tries = PAUSES_S.len() + 1;
    (DeliveryState::Failed, format!("no carrier took it over in {tries} tries"))
}

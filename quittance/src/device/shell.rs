//! The shell around the agent: gives it what happened, performs what it wants, in order.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use agent::{Agent, Effect, Input, Keys, PhaseView, ScreenView};
use protocol::{
    NoticeId,
    crypto::device::{DeviceVerifier, Ed25519Signer},
};
use serde_json::json;
use server::client::{Answer, Client, Lost};

use super::{screen, state::StateFile, tell::Teller, time};
use crate::fail::Failure;

/// An answer takes at most so long beyond the time it is held for.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

type Awaited = Pin<Box<dyn Future<Output = Result<Answer, Lost>> + Send>>;

/// The agent, its disk and its line.
pub(super) struct Shell {
    agent: Agent,
    file: StateFile,
    client: Arc<Client>,
    teller: Teller,
    /// The answer outstanding; a further message takes its place.
    awaited: Option<Awaited>,
    /// The holder is to say yes or no.
    pub(super) asked: bool,
    /// Somebody looks at the screen.
    watched: bool,
    showing: Option<NoticeId>,
}

impl Shell {
    /// The agent as its state says.
    pub(super) fn new(
        file: StateFile,
        client: Client,
        teller: Teller,
        watched: bool,
    ) -> Result<Shell, Failure> {
        let agent = match file.agent()? {
            Some(saved) => Agent::restore(&saved, screen::setup())
                .map_err(|error| file.wrong(&format!("the agent's part: {error}")))?,
            None => Agent::new(screen::setup()),
        };
        let (client, awaited, asked, showing) = (Arc::new(client), None, false, None);
        Ok(Shell { agent, file, client, teller, awaited, asked, watched, showing })
    }

    /// What the screen says.
    pub(super) fn view(&self) -> Result<ScreenView, Failure> {
        Ok(self.agent.view(time::moment()?))
    }

    /// Gives the agent an input and performs what it brings about.
    pub(super) fn give(&mut self, input: Input) -> Result<(), Failure> {
        self.feed(input)?;
        if self.watched {
            self.look()?;
        }
        Ok(())
    }

    fn feed(&mut self, input: Input) -> Result<(), Failure> {
        let signer = self.file.seed()?.map(|seed| Ed25519Signer::from_seed(&seed));
        let keys = match &signer {
            Some(signer) => Keys::new(signer, &DeviceVerifier),
            None => Keys::without_signer(&DeviceVerifier),
        };
        self.agent.handle(input, time::moment()?, keys);
        while let Some(effect) = self.agent.poll_effect() {
            self.perform(&effect)?;
        }
        Ok(())
    }

    fn perform(&mut self, effect: &Effect) -> Result<(), Failure> {
        if let Effect::Save { state } = effect {
            self.file.save(state)?;
        }
        self.teller.effect(effect);
        match effect {
            Effect::Send { to, body, hold_s } => {
                let (client, body, path) = (self.client.clone(), body.clone(), to.path());
                let within = ANSWER_WITHIN + Duration::from_secs(u64::from(*hold_s));
                self.awaited = Some(Box::pin(async move {
                    client.post(path, "application/cbor", body, within).await
                }));
            }
            Effect::AskHolder { .. } => self.asked = true,
            Effect::DeleteKeys => self.file.delete_key()?,
            _ => {}
        }
        Ok(())
    }

    /// The holder looks at the first notice he has not seen, then at none.
    fn look(&mut self) -> Result<(), Failure> {
        let view = self.view()?;
        let unseen = view.notices.iter().find(|notice| !notice.shown);
        let id = unseen.map(|notice| notice.id);
        if id == self.showing {
            return Ok(());
        }
        if let Some(notice) = unseen {
            let value = json!({ "k": notice.k, "text": notice.text });
            self.teller.event("notice", value, &format!("on the screen:\n\n{}\n", notice.text));
        }
        self.showing = id;
        self.feed(Input::Screen { notice: id })
    }

    /// The next answer; never, when none is outstanding.
    pub(super) async fn answer(&mut self) -> Input {
        let Some(awaited) = &mut self.awaited else {
            return std::future::pending().await;
        };
        let answered = awaited.await;
        self.awaited = None;
        match answered {
            Ok(Answer { status, body }) => {
                let bytes = body.to_vec();
                let text = format!("{status}, {} bytes", bytes.len());
                let value = json!({ "status": status, "bytes": bytes.len() });
                self.teller.event("answer", value, &text);
                if status == 200 {
                    Input::Reply { bytes }
                } else {
                    Input::Problem { bytes: Some(bytes) }
                }
            }
            Err(Lost(why)) => {
                self.teller.event("lost", json!({ "why": why }), &why);
                Input::SendFailed
            }
        }
    }

    /// How long until the agent wants to be woken.
    pub(super) fn sleep(&self) -> Result<Duration, Failure> {
        let now_ms = time::moment()?.uptime_ms;
        let wake_ms = self.agent.poll_wake().unwrap_or(now_ms + 3_600_000);
        // A wake in the past comes at once, but never in a spin.
        Ok(Duration::from_millis(wake_ms.saturating_sub(now_ms).max(20)))
    }

    /// Whether the device is free and its lender knows.
    pub(super) fn is_over(&self) -> Result<bool, Failure> {
        Ok(matches!(self.view()?.phase, PhaseView::Released { recorded: true, .. }))
    }
}

//! A phone: the real agent, with a shell that performs every effect at once.

use agent::{Agent, Door, Effect, Input, Keys, Setup};
use domain::UnitId;
use protocol::{
    Guard, Message, NoticeId, Restriction, Stage,
    crypto::device::{DeviceVerifier, Ed25519Signer},
    enrol::Tier,
    reply::{Problem, Reply},
    request::{Request, RequestKind},
};
use server::{App, Error};

use crate::kit::{DAY, HOUR, House, imei};

/// A phone that can apply everything and is online all the time.
pub(crate) struct Phone {
    pub(crate) agent: Agent,
    pub(crate) key: Ed25519Signer,
    pub(crate) has_key: bool,
    pub(crate) at: agent::Moment,
    pub(crate) saved: Option<Vec<u8>>,
    pub(crate) applied: (Stage, Vec<Restriction>, Vec<Guard>),
    pub(crate) out: Vec<(Door, Vec<u8>)>,
    /// Everything ever sent, for those who play it again.
    pub(crate) sent: Vec<(Door, Vec<u8>)>,
    /// Every stage ever applied that differs from the one before.
    pub(crate) history: Vec<Stage>,
    /// Codes of the refusals met.
    pub(crate) problems: Vec<&'static str>,
    pub(crate) number: u32,
}

impl Phone {
    pub(crate) fn new(number: u32) -> Phone {
        Phone::with_key(number, 1)
    }

    /// The phone after so many factory resets has another key.
    pub(crate) fn with_key(number: u32, generation: u8) -> Phone {
        let setup = Setup {
            tier: Tier::DeviceOwner,
            supported: Restriction::ALL.to_vec(),
            wait_hold_s: 0,
            seed: u64::from(number),
            ..Setup::default()
        };
        let mut seed = [generation; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        let mut phone = Phone {
            agent: Agent::new(setup),
            key: Ed25519Signer::from_seed(&seed),
            has_key: true,
            at: agent::Moment { uptime_ms: 60_000, boot: 1, wall_s: 0 },
            saved: None,
            applied: (Stage::CLEAR, vec![], vec![]),
            out: vec![],
            sent: vec![],
            history: vec![],
            problems: vec![],
            number,
        };
        phone.give(Input::Start);
        phone
    }

    pub(crate) fn give(&mut self, input: Input) {
        let keys =
            Keys { signer: self.has_key.then_some(&self.key as _), verifier: &DeviceVerifier };
        self.agent.handle(input, self.at, keys);
        while let Some(effect) = self.agent.poll_effect() {
            match effect {
                Effect::Save { state } => self.saved = Some(state),
                Effect::Apply { stage, restrictions, guards } => {
                    if self.history.last() != Some(&stage) {
                        self.history.push(stage);
                    }
                    self.applied = (stage, restrictions, guards);
                }
                Effect::Send { to, body, .. } => {
                    self.sent.push((to, body.clone()));
                    self.out.push((to, body));
                }
                Effect::DeleteKeys => self.has_key = false,
                _ => {}
            }
        }
    }

    /// Lets the server answer until the phone has nothing more to say.
    pub(crate) async fn talk(&mut self, app: &App) {
        while !self.out.is_empty() {
            let (door, body) = self.out.remove(0);
            match answer(app, door, &body).await {
                Ok(reply) => self.give(Input::Reply { bytes: reply.encode() }),
                Err(error) => {
                    let problem = problem(error);
                    self.problems.push(problem);
                    let problem =
                        Problem { code: problem.into(), detail: String::new(), retry_s: None };
                    self.give(Input::Problem { bytes: Some(problem.encode()) });
                }
            }
        }
    }

    /// Speaks to the server at once.
    pub(crate) async fn check_in(&mut self, app: &App) {
        self.give(Input::Online);
        self.talk(app).await;
    }

    /// Enrols with the code that `status` shows; the holder says yes.
    pub(crate) async fn enrol(&mut self, house: &House, unit: UnitId) {
        self.offer(house, unit).await;
        self.accept(true);
        self.talk(&house.app).await;
        assert_ne!(self.agent.sequence(), 0, "enrolled: {:?}", self.problems);
    }

    /// Offers with the right code, and hears the terms.
    pub(crate) async fn offer(&mut self, house: &House, unit: UnitId) {
        let explained = house.app.explain(house.tenant, unit).await.unwrap();
        self.offer_with(&explained.enrolment_code.unwrap());
        self.talk(&house.app).await;
    }

    pub(crate) fn offer_with(&mut self, code: &str) {
        self.give(Input::Enrol {
            code: code.into(),
            imeis: vec![imei(self.number).with_check_digit()],
            serial: None,
            nonce: [5; 16],
        });
    }

    pub(crate) fn accept(&mut self, accepted: bool) {
        self.give(Input::HolderAnswer { accepted });
    }

    /// Powered time passes on the phone alone.
    pub(crate) fn tick(&mut self, seconds: i64) {
        self.at.uptime_ms += u64::try_from(seconds).unwrap() * 1000;
        self.give(Input::Wake);
    }

    /// Looks at every notice for three seconds.
    pub(crate) async fn read_notices(&mut self, house: &House) {
        let unread = |phone: &Phone| {
            let view = phone.agent.view(phone.at);
            view.notices.iter().find(|notice| !notice.shown).map(|notice| notice.id)
        };
        while let Some(id) = unread(self) {
            self.show(house, id);
            self.talk(&house.app).await;
        }
    }

    fn show(&mut self, house: &House, id: NoticeId) {
        self.give(Input::Screen { notice: Some(id) });
        house.clock.pass(4);
        self.tick(4);
        self.give(Input::Screen { notice: None });
    }

    pub(crate) fn stage(&self) -> Stage {
        self.applied.0
    }
}

/// Time passes hour by hour: the server sweeps, the phone wakes, talks, and its holder reads.
pub(crate) async fn pass(house: &House, phone: &mut Phone, hours: i64) {
    for _ in 0..hours {
        house.clock.pass(HOUR);
        house.app.sweep(1).await.unwrap();
        phone.tick(HOUR);
        phone.talk(&house.app).await;
        phone.read_notices(house).await;
    }
}

/// Passes days until the phone stands on a stage; how many it took.
pub(crate) async fn pass_until(house: &House, phone: &mut Phone, stage: Stage, days: i64) -> i64 {
    for hour in 0..days * DAY / HOUR {
        if phone.stage() == stage {
            return hour / 24;
        }
        pass(house, phone, 1).await;
    }
    panic!("never {stage:?} within {days} days: {:?}", phone.history);
}

/// What the device door does with a body.
pub(crate) async fn answer(app: &App, door: Door, body: &[u8]) -> Result<Reply, Error> {
    let request = Request::decode(body).unwrap();
    let signed = &request.signed;
    match (door, request.kind) {
        (Door::Enrol, RequestKind::Offer) => app.answer_offer(signed).await,
        (Door::Enrol, RequestKind::Confirm) => app.confirm_enrolment(signed).await,
        (Door::CheckIn, RequestKind::CheckIn) => app.check_in(signed).await,
        (Door::CheckIn, RequestKind::Removed) => app.confirm_removal(signed).await,
        (Door::Wait, RequestKind::Wait) => app.wait(signed).await,
        other => panic!("a message at the wrong door: {other:?}"),
    }
}

/// The code a refusal has at the device door; every refusal towards a device has one.
fn problem(error: Error) -> &'static str {
    use protocol::reply::codes;
    let code = match &error {
        Error::Refused(refusal) => refusal.code,
        Error::ClockDoubtful(_) => codes::CLOCK_REFUSED,
        Error::Busy | Error::TooMany(_) => codes::BUSY,
        Error::NotFound(_) | Error::Fault(_) => panic!("towards a device: {error}"),
    };
    assert!(codes::ALL.contains(&code), "{code} is not a code of the device door");
    code
}

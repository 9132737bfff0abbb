//! The power may go between any two effects: what was saved is enough, and nothing exceeds.

use agent::{Agent, Input, PhaseView};
use proptest::prelude::*;
use protocol::{
    Message, Rung, Stage,
    check_in::{CheckIn, EventKind},
    cose::Sign1,
    lease::LeaseContent,
    request::{Request, RequestKind},
};

use crate::{lender::*, phone::*};

/// A phone and its lender whose clocks run together, watched at every turn.
struct Watched {
    phone: Phone,
    lender: Lender,
    last_msg_no: u64,
    /// The first version of the lease.
    first: LeaseContent,
}

impl Watched {
    fn new(fuse: Option<usize>) -> Watched {
        let mut lender = Lender::new();
        lender.lease.timetable = vec![
            step(REMIND, T0 + HOUR, 0),
            step(NOTICE, T0 + 2 * HOUR, 0),
            step(RESTRICT_1, T0 + 3 * HOUR, 2 * HOUR),
            step(LOCK, T0 + 6 * HOUR, HOUR),
        ];
        lender.lease.notices = vec![notice(1, T0 + HOUR)];
        let mut phone = Phone::with(setup());
        phone.fuse = fuse;
        let first = lender.lease.clone();
        Watched { phone, lender, last_msg_no: 0, first }
    }

    fn give(&mut self, input: Input) {
        self.phone.give(input);
        self.watch();
    }

    fn pass(&mut self, seconds: u64) {
        self.phone.pass(seconds);
        self.watch();
    }

    /// Exchanges until both are quiet; a crash in between loses what was on its way.
    fn talk(&mut self) {
        while !self.phone.out.is_empty() {
            let sent = self.phone.out.remove(0);
            self.check_message(&sent);
            let bytes = self.lender.answer(&sent.body);
            self.phone.reply(bytes);
            self.watch();
        }
    }

    fn enrol(&mut self) {
        self.give(Input::Start);
        for _ in 0..4 {
            match self.phone.view().phase {
                PhaseView::Unenrolled { .. } => self.phone.enrol(),
                PhaseView::Asking { .. } => self.give(Input::HolderAnswer { accepted: true }),
                _ => {}
            }
            self.watch();
            self.talk();
        }
        assert_eq!(self.phone.view().phase, PhaseView::Enrolled);
    }

    /// A message number is never used twice, and no stage is dated before it was applied.
    fn check_message(&mut self, sent: &Sent) {
        let request = Request::decode(&sent.body).unwrap();
        if request.kind != RequestKind::CheckIn {
            return;
        }
        let message: CheckIn = Sign1::parse(&request.signed).unwrap().decode().unwrap();
        assert!(message.msg_no > self.last_msg_no, "message number used twice");
        self.last_msg_no = message.msg_no;
        for event in &message.events {
            let EventKind::Applied { stage, .. } = event.what else { continue };
            let said_s = self.phone.true_s - event.ago_s;
            let was_applied =
                self.phone.history.iter().any(|(held, at)| *held == stage && *at <= said_s);
            assert!(was_applied, "{stage:?} said to apply before it did");
        }
    }

    /// Trusted time never runs ahead of the truth, and no stage comes before its date.
    fn watch(&mut self) {
        self.lender.now_s = T0 + self.phone.true_s;
        let now_s = self.lender.now_s;
        assert!(self.phone.agent.trusted_s() <= now_s);
        let is_first = self.phone.agent.sequence() == self.first.sequence;
        let lease = if is_first { &self.first } else { &self.lender.lease };
        let due = lease.timetable.iter().filter(|step| step.at <= now_s);
        let highest = due.map(|step| step.stage).fold(lease.stage, Stage::max);
        assert!(self.phone.applied.0 <= highest, "{:?} > {highest:?}", self.phone.applied.0);
    }
}

/// From sale to release, with everything in between; the power goes once, at the fuse.
fn life(fuse: Option<usize>) -> Watched {
    let mut world = Watched::new(fuse);
    world.enrol();
    for _ in 0..9 {
        world.pass(HOUR);
        world.give(Input::Screen { notice: Some(notice(1, 0).id) });
        world.pass(4);
        world.talk();
    }
    assert_eq!(world.phone.applied.0, LOCK);
    world.give(Input::UsePass);
    world.talk();
    let token = world.lender.token(1, T0 + 12 * HOUR);
    let bytes = world.lender.sign_token(&token);
    world.give(Input::Token { bytes });
    world.talk();
    assert!(world.phone.applied.0 <= NOTICE, "a crash loses a token or a pass, never both");
    world.pass(60);
    world.lender.version(|lease| {
        lease.stage = Stage::CLEAR;
        lease.timetable.clear();
    });
    world.give(Input::Online);
    world.talk();
    world.pass(HOUR);
    world.talk();
    assert_eq!(world.phone.stage(), Stage::CLEAR);
    assert_eq!(world.phone.agent.sequence(), 2);
    world.lender.is_released = true;
    for _ in 0..2 {
        world.give(Input::Online);
        world.talk();
    }
    world.pass(HOUR);
    world.talk();
    assert!(world.phone.agent.is_released());
    assert_eq!(world.phone.applied, (Stage::CLEAR, vec![], vec![]));
    assert!(world.lender.removed && !world.phone.has_key);
    world
}

#[test]
fn a_crash_between_any_two_effects_ends_in_the_same_place() {
    let effects = life(None).phone.effects.len();
    assert!(effects > 60, "{effects}");
    for fuse in 0..effects {
        let world = life(Some(fuse));
        let applied = world.lender.applied();
        for stage in [REMIND, NOTICE, RESTRICT_1, LOCK, Stage::CLEAR] {
            assert!(applied.contains(&stage), "fuse {fuse}: {stage:?} was never reported");
        }
    }
}

#[test]
fn a_saved_state_comes_back_as_it_was() {
    let (mut phone, _) = enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![2];
        lease.notices = vec![notice(1, T0)];
        lease.timetable = vec![step(LOCK, T0 + DAY, HOUR)];
    });
    phone.give(Input::AckNotice { id: notice(1, 0).id });
    phone.give(Input::UsePass);
    let before = phone.view();
    phone.agent = Agent::restore(phone.saved.as_ref().unwrap(), setup()).unwrap();
    assert_eq!(phone.view(), before);
    assert_eq!(phone.view().stage.rung, Rung::Notice);
}

#[test]
fn start_brings_out_again_what_must_be_in_force() {
    let (mut phone, _) = enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![2, 3];
    });
    let before = phone.applied.clone();
    phone.applied = Default::default();
    phone.crash();
    assert_eq!(phone.applied, before);
    let mut fresh = Phone::with(setup());
    fresh.applied.0 = LOCK;
    fresh.give(Input::Start);
    assert_eq!(fresh.applied.0, Stage::CLEAR, "an agent without a contract holds nothing");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_of_crashes_and_losses_converges(
        turns in prop::collection::vec((0u8..8, 0u64..4000, 0usize..6), 1..60),
    ) {
        let mut world = Watched::new(None);
        world.enrol();
        for (turn, seconds, fuse) in turns {
            match turn {
                0 => world.pass(seconds),
                1 => world.talk(),
                2 => world.phone.lose(),
                3 => world.give(Input::Online),
                4 => world.phone.crash(),
                5 => world.phone.reboot(),
                6 => world.phone.fuse = Some(fuse),
                _ => world.give(Input::Screen { notice: Some(notice(1, 0).id) }),
            }
            world.watch();
        }
        world.phone.fuse = None;
        world.phone.lose();
        world.pass(60);
        world.phone.lose();
        world.lender.version(|lease| {
            lease.stage = NOTICE;
            lease.timetable.clear();
        });
        world.give(Input::Online);
        let sent = world.phone.out.clone();
        prop_assert_eq!(sent.len(), 1);
        let bytes = world.lender.answer(&sent[0].body);
        world.phone.reply(bytes);
        prop_assert_eq!(world.phone.stage(), NOTICE);
        prop_assert_eq!(world.phone.agent.trusted_s(), world.lender.now_s);
        let numbers: Vec<u64> = world.lender.events.iter().map(|event| event.event_no).collect();
        prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

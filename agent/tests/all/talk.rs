//! When the agent speaks: next time, at once, held, and after failures.

use agent::{Door, Input, Setup};
use protocol::{
    Message, Stage,
    check_in::{CheckIn, EventKind},
    cose::Sign1,
    reply::Problem,
    request::Request,
};

use crate::{lender::*, phone::*};

fn message(sent: &Sent) -> CheckIn {
    let request = Request::decode(&sent.body).unwrap();
    Sign1::parse(&request.signed).unwrap().decode().unwrap()
}

fn wake_in_s(phone: &Phone) -> u64 {
    (phone.agent.poll_wake().unwrap() - phone.at.uptime_ms) / 1000
}

fn without_checkpoints() -> Setup {
    Setup { checkpoint_s: 0, ..setup() }
}

#[test]
fn the_server_sets_when_to_come_back() {
    let (mut phone, mut lender) = enrolled_with(without_checkpoints(), |_| {});
    assert_eq!(wake_in_s(&phone), DAY);
    lender.next_s = 777;
    pass(&mut phone, &mut lender, DAY);
    assert_eq!(wake_in_s(&phone), 777);
    lender.next_s = 0;
    pass(&mut phone, &mut lender, 777);
    assert_eq!(wake_in_s(&phone), 1, "never at once");
    lender.next_s = u32::MAX;
    pass(&mut phone, &mut lender, 1);
    assert_eq!(wake_in_s(&phone), 7 * DAY, "never in years");
}

#[test]
fn a_check_in_says_what_the_device_holds() {
    let (mut phone, mut lender) = enrolled(|lease| lease.stage = NOTICE);
    phone.give(Input::Battery { percent: Some(55) });
    pass(&mut phone, &mut lender, DAY);
    let said = lender.messages.last().unwrap();
    assert_eq!((said.applied_seq, said.stage, said.battery), (1, NOTICE, Some(55)));
    assert_eq!(said.content_hash, Some(hash_of(&lender)));
    assert_eq!((said.clock.trusted_s, said.clock.doubtful), (T0 + DAY, false));
    assert_eq!(said.clock.uptime_s, 60 + DAY);
}

fn hash_of(lender: &Lender) -> protocol::ContentHash {
    protocol::crypto::sha256(&lender.lease.encode())
}

#[test]
fn failures_are_retried_ever_later_up_to_an_hour() {
    let (mut phone, mut lender) = enrolled_with(without_checkpoints(), |_| {});
    phone.give(Input::Online);
    let mut pauses = vec![];
    for _ in 0..12 {
        phone.lose();
        pauses.push(wake_in_s(&phone));
        phone.pass(*pauses.last().unwrap() + 1);
        assert_eq!(phone.out.len(), 1);
    }
    assert!((30..=45).contains(&pauses[0]), "{pauses:?}");
    assert!((60..=90).contains(&pauses[1]), "{pauses:?}");
    assert!(pauses[8..].iter().all(|pause| (2400..=3600).contains(pause)), "{pauses:?}");
    phone.talk(&mut lender);
    assert_eq!(wake_in_s(&phone), DAY);
}

#[test]
fn two_devices_do_not_retry_in_step() {
    let pause = |seed| {
        let (mut phone, _) = enrolled_with(Setup { seed, ..without_checkpoints() }, |_| {});
        phone.give(Input::Online);
        (0..6).for_each(|_| {
            phone.lose();
            phone.pass(HOUR);
        });
        phone.lose();
        phone.agent.poll_wake().unwrap()
    };
    assert_ne!(pause(1), pause(2));
}

#[test]
fn an_answer_that_never_comes_is_a_failure() {
    let (mut phone, mut lender) = enrolled(|_| {});
    phone.give(Input::Online);
    phone.out.clear();
    phone.pass(119);
    assert!(phone.out.is_empty());
    phone.pass(1);
    phone.pass(45);
    assert_eq!(phone.out.len(), 1);
    phone.talk(&mut lender);
}

#[test]
fn numbers_rise_through_crashes_and_are_saved_before_they_are_sent() {
    let (mut phone, mut lender) = enrolled(|_| {});
    let mut last = lender.messages.last().unwrap().msg_no;
    for _ in 0..5 {
        phone.crash();
        let number = message(&phone.out[0]).msg_no;
        assert!(number > last);
        last = number;
    }
    phone.talk(&mut lender);
    // The save of a number precedes the message that carries it, even when the power goes between.
    phone.feed(Input::Online);
    let save = phone.agent.poll_effect().unwrap();
    assert!(matches!(save, agent::Effect::Save { .. }));
    phone.perform(save);
    phone.crash();
    assert_eq!(message(&phone.out[0]).msg_no, last + 2);
}

#[test]
fn a_state_that_was_put_back_leaps_over_numbers_the_server_knows() {
    let (mut phone, mut lender) = enrolled(|_| {});
    let old = phone.saved.clone();
    pass(&mut phone, &mut lender, DAY);
    phone.saved = old;
    phone.crash();
    let number = message(&phone.out.remove(0)).msg_no;
    let problem = Problem { code: "replayed_envelope".into(), detail: "".into(), retry_s: None };
    phone.give(Input::Problem { bytes: Some(problem.encode()) });
    phone.pass(HOUR);
    assert!(message(&phone.out[0]).msg_no > number + 999);
}

#[test]
fn events_go_out_at_once_thirty_two_at_a_time_until_all_are_recorded() {
    let (mut phone, mut lender) = enrolled(|lease| {
        lease.timetable = vec![step(NOTICE, T0 + DAY, 0)];
    });
    (0..40).for_each(|_| phone.reboot());
    phone.lose();
    phone.pass(DAY);
    assert_eq!(phone.stage(), NOTICE);
    lender.now_s += 2 * DAY;
    phone.talk(&mut lender);
    let numbers: Vec<u64> = lender.events.iter().map(|event| event.event_no).collect();
    assert_eq!(numbers, (1..=42).collect::<Vec<u64>>());
    assert_eq!(lender.messages.last().unwrap().events.len(), 9, "the rest follows at once");
    pass(&mut phone, &mut lender, DAY);
    assert!(lender.messages.last().unwrap().events.is_empty());
}

#[test]
fn an_agent_that_is_not_clear_keeps_one_wait_open() {
    let waiting = Setup { wait_hold_s: 60, ..without_checkpoints() };
    let (mut phone, mut lender) = enrolled_with(waiting, |_| {});
    assert!(phone.out.is_empty(), "a clear phone only polls");
    lender.version(|lease| lease.stage = NOTICE);
    phone.give(Input::Online);
    for _ in 0..2 {
        let sent = phone.out.remove(0);
        phone.reply(lender.answer(&sent.body));
    }
    assert!(phone.out.is_empty(), "not faster than every two seconds");
    phone.pass(2);
    assert_eq!((phone.out[0].to, phone.out[0].hold_s), (Door::Wait, 60));
    assert_eq!(message(&phone.out[0]).hold_max_s, Some(60));
    phone.pass(60);
    assert_eq!(phone.out.len(), 1, "one at a time");
    lender.now_s += 62;
    let held = phone.out.remove(0);
    phone.reply(lender.answer(&held.body));
    assert_eq!(phone.out[0].to, Door::Wait, "the next at once");
    lender.version(|lease| lease.stage = Stage::CLEAR);
    let held = phone.out.remove(0);
    phone.reply(lender.answer(&held.body));
    assert_eq!(phone.stage(), Stage::CLEAR);
    let told = message(&phone.out[0]);
    assert!(
        told.events
            .iter()
            .any(|event| event.what == EventKind::Applied { stage: Stage::CLEAR, sequence: 3 })
    );
    phone.talk(&mut lender);
    assert_eq!(wake_in_s(&phone), DAY);
}

#[test]
fn a_network_that_comes_back_asks_again_though_a_wait_is_held() {
    let waiting = Setup { wait_hold_s: 60, ..without_checkpoints() };
    let (mut phone, mut lender) = enrolled_with(waiting, |lease| lease.stage = NOTICE);
    phone.pass(2);
    assert_eq!(phone.out.remove(0).to, Door::Wait);
    phone.give(Input::Online);
    assert!(phone.out.is_empty(), "not faster than every two seconds");
    phone.pass(2);
    assert_eq!(phone.out[0].to, Door::CheckIn);
    phone.talk(&mut lender);
}

#[test]
fn a_refusal_changes_when_to_speak_and_nothing_else() {
    for (code, retry_s, least_s, most_s) in [
        ("busy", Some(900), 900, 900),
        ("busy", Some(u32::MAX), 3600, 3600),
        ("internal", None, 30, 45),
        ("something else", None, 30, 45),
        ("unknown_enrolment", None, 30, 45),
        ("stale_key_generation", None, DAY, DAY),
    ] {
        let (mut phone, _) = enrolled_with(without_checkpoints(), |lease| lease.stage = NOTICE);
        phone.give(Input::Online);
        let problem = Problem { code: code.into(), detail: "".into(), retry_s };
        phone.give(Input::Problem { bytes: Some(problem.encode()) });
        assert!((least_s..=most_s).contains(&wake_in_s(&phone)), "{code}");
        assert_eq!((phone.stage(), phone.agent.sequence()), (NOTICE, 1));
    }
}

#[test]
fn an_event_takes_the_place_of_a_wait() {
    let waiting = Setup { wait_hold_s: 60, ..without_checkpoints() };
    let (mut phone, mut lender) = enrolled_with(waiting, |lease| {
        lease.stage = NOTICE;
        lease.timetable = vec![step(RESTRICT_1, T0 + 30, 0)];
    });
    phone.pass(2);
    assert_eq!(phone.out[0].to, Door::Wait);
    phone.pass(28);
    assert_eq!(phone.stage(), RESTRICT_1);
    assert_eq!(phone.out[1].to, Door::CheckIn, "the server hears at once");
    phone.out.remove(0);
    lender.now_s += 30;
    let sent = phone.out.remove(0);
    phone.reply(lender.answer(&sent.body));
    assert!(lender.applied().contains(&RESTRICT_1));
}

#[test]
fn a_key_store_that_will_not_sign_is_a_failure_like_another() {
    let (mut phone, mut lender) = enrolled(|lease| lease.stage = NOTICE);
    phone.has_key = false;
    phone.give(Input::Online);
    assert!(phone.out.is_empty());
    assert_eq!(phone.stage(), NOTICE);
    phone.has_key = true;
    phone.pass(60);
    phone.talk(&mut lender);
    assert_eq!(wake_in_s(&phone).min(300), 300);
}

//! Reboots, power off, clocks that lie, and a floor that is corrected.

use agent::Input;
use protocol::{Stage, check_in::EventKind};

use crate::{lender::*, phone::*};

fn notice_in_two_days(lease: &mut protocol::lease::LeaseContent) {
    lease.timetable =
        vec![step(NOTICE, T0 + 2 * DAY, 0), step(RESTRICT_1, T0 + 3 * DAY, 12 * HOUR)];
}

#[test]
fn star_clock_error_never_locks_early() {
    let (mut phone, mut lender) = enrolled(notice_in_two_days);
    for wall_s in [T0 + 3650 * DAY, 0, T0 + 3650 * DAY, u64::MAX] {
        phone.at.wall_s = wall_s;
        phone.give(Input::Wake);
        assert_eq!(phone.stage(), Stage::CLEAR);
        assert_eq!(phone.agent.trusted_s(), T0);
    }
    phone.give(Input::Online);
    phone.talk(&mut lender);
    let off = lender.heard().into_iter().filter(|what| matches!(what, EventKind::ClockOff { .. }));
    assert_eq!(off.collect::<Vec<_>>(), [EventKind::ClockOff { by_s: 3650 * DAY, ahead: true }]);
}

#[test]
fn powered_off_time_does_not_count() {
    let (mut phone, mut lender) = enrolled(notice_in_two_days);
    phone.pass_offline(DAY);
    phone.reboot();
    phone.lose();
    phone.at.wall_s += 30 * DAY;
    phone.give(Input::Wake);
    assert_eq!(phone.agent.trusted_s(), T0 + DAY + 20);
    assert!(phone.view().clock_doubtful);
    phone.pass_offline(DAY - 21);
    assert_eq!(phone.stage(), Stage::CLEAR);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(5 * DAY);
    assert_eq!(phone.stage(), NOTICE, "in doubt nothing rises above notice alone");
    lender.now_s = T0 + 40 * DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert!(!phone.view().clock_doubtful);
    assert_eq!(phone.stage(), RESTRICT_1);
    assert!(lender.heard().contains(&EventKind::Booted));
}

#[test]
fn a_process_restart_within_a_boot_loses_no_time() {
    let (mut phone, _) = enrolled(notice_in_two_days);
    phone.at.uptime_ms += 2 * DAY * 1000;
    phone.crash();
    assert!(!phone.view().clock_doubtful);
    assert_eq!(phone.stage(), NOTICE);
}

#[test]
fn a_reboot_loses_at_most_a_checkpoint() {
    let (mut phone, _) = enrolled(|_| {});
    phone.pass_offline(HOUR);
    phone.at.uptime_ms += 299_000;
    phone.reboot();
    let trusted_s = phone.agent.trusted_s();
    assert!((T0 + HOUR - 300 + 20..=T0 + HOUR + 20).contains(&trusted_s), "{}", trusted_s - T0);
}

#[test]
fn an_uptime_that_steps_back_is_no_time() {
    let (mut phone, _) = enrolled(notice_in_two_days);
    phone.at.uptime_ms = 1_000;
    phone.give(Input::Wake);
    assert_eq!(phone.agent.trusted_s(), T0);
    assert!(phone.view().clock_doubtful);
}

#[test]
fn a_fresh_answer_may_lower_the_floor_and_steps_wait_again() {
    let (mut phone, mut lender) = enrolled(notice_in_two_days);
    lender.now_s = T0 + 2 * DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), NOTICE);
    lender.now_s = T0 + DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.agent.trusted_s(), T0 + DAY);
    assert_eq!(phone.stage(), Stage::CLEAR, "its date has not come");
    phone.pass_offline(DAY);
    assert_eq!(phone.stage(), NOTICE);
}

#[test]
fn a_lowered_floor_survives_a_crash() {
    let (mut phone, mut lender) = enrolled(notice_in_two_days);
    lender.now_s = T0 + DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    lender.now_s = T0 + HOUR;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    phone.crash();
    assert_eq!(phone.agent.trusted_s(), T0 + HOUR);
}

#[test]
fn an_unasked_old_message_moves_no_time_and_a_young_one_does() {
    let (mut phone, mut lender) = enrolled(notice_in_two_days);
    phone.pass_offline(DAY);
    lender.now_s = T0 + HOUR;
    phone.reply(lender.unchanged(0));
    assert_eq!(phone.agent.trusted_s(), T0 + DAY);
    assert_eq!(phone.view().last_heard_s_ago, Some(DAY));
    lender.now_s = T0 + DAY + HOUR;
    phone.reply(lender.unchanged(0));
    assert_eq!(phone.agent.trusted_s(), T0 + DAY + HOUR);
    assert_eq!(phone.view().last_heard_s_ago, Some(0));
}

//! The timetable walked alone: dates, waits, contact, silence.

use protocol::{
    Restriction, Stage,
    check_in::{EventKind, Sign},
    lease::Silence,
};

use crate::{lender::*, phone::*};

/// notice at day 1, restrict 1 three days after notice, restrict 2 two days later.
fn three_steps(lease: &mut protocol::lease::LeaseContent) {
    lease.offline_step_max_age_s = 30 * DAY as u32;
    lease.timetable = vec![
        step(NOTICE, T0 + DAY, 0),
        step(RESTRICT_1, T0 + 2 * DAY, 3 * DAY),
        step(RESTRICT_2, T0 + 3 * DAY, 2 * DAY),
    ];
}

#[test]
fn entries_fire_one_by_one_on_date_and_wait() {
    let (mut phone, _) = enrolled(three_steps);
    for (hours, expected) in [
        (0, Stage::CLEAR),
        (23, Stage::CLEAR),
        (24, NOTICE),
        (4 * 24 - 1, NOTICE),
        (4 * 24, RESTRICT_1),
        (6 * 24 - 1, RESTRICT_1),
        (6 * 24, RESTRICT_2),
        (60 * 24, RESTRICT_2),
    ] {
        let passed_s = phone.at.uptime_ms / 1000 - 60;
        phone.pass_offline(hours * HOUR - passed_s);
        assert_eq!(phone.stage(), expected, "after {hours} h");
    }
    assert_eq!(phone.applied.1, [Restriction::Camera]);
}

#[test]
fn a_late_wake_does_not_make_up_for_the_wait() {
    let (mut phone, _) = enrolled(three_steps);
    phone.pass(5 * DAY);
    assert_eq!(phone.stage(), NOTICE, "notice took effect only when the device ran");
    phone.lose();
    phone.pass(3 * DAY - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.lose();
    phone.pass(1);
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn the_wake_asked_for_is_the_step_to_the_millisecond() {
    let (mut phone, _) = enrolled_with(agent::Setup { checkpoint_s: 0, ..setup() }, |lease| {
        lease.timetable = vec![step(NOTICE, T0 + HOUR, 0)];
    });
    let wake_ms = phone.agent.poll_wake().unwrap();
    assert_eq!(wake_ms, phone.at.uptime_ms + HOUR * 1000);
    phone.at.uptime_ms = wake_ms - 1;
    phone.give(agent::Input::Wake);
    assert_eq!(phone.stage(), Stage::CLEAR);
    phone.at.uptime_ms = wake_ms;
    phone.give(agent::Input::Wake);
    assert_eq!(phone.stage(), NOTICE);
}

#[test]
fn star_outage_amnesty_above_notice_a_silent_server_must_be_heard_first() {
    for (max_age_s, expected) in
        [(0, NOTICE), (2 * DAY - 1, NOTICE), (2 * DAY, RESTRICT_1), (9 * DAY, RESTRICT_1)]
    {
        let (mut phone, mut lender) = enrolled(|lease| {
            lease.offline_step_max_age_s = max_age_s as u32;
            lease.timetable = vec![step(NOTICE, T0 + DAY, 0), step(RESTRICT_1, T0 + 2 * DAY, DAY)];
        });
        phone.pass_offline(9 * DAY);
        assert_eq!(phone.stage(), expected, "max age {max_age_s}");
        if expected == NOTICE {
            let next = phone.view().next_step.unwrap();
            assert!(next.needs_contact);
            lender.now_s += 9 * DAY;
            phone.give(agent::Input::Online);
            phone.talk(&mut lender);
            let alone = max_age_s > 0;
            assert_eq!(phone.stage(), if alone { RESTRICT_1 } else { NOTICE });
        }
    }
}

#[test]
fn the_server_hears_when_a_step_took_effect() {
    let (mut phone, mut lender) = enrolled(three_steps);
    phone.pass_offline(DAY + HOUR);
    lender.now_s += DAY + HOUR;
    phone.give(agent::Input::Online);
    phone.talk(&mut lender);
    let last = lender.events.last().unwrap();
    assert_eq!(last.what, EventKind::Applied { stage: NOTICE, sequence: 1 });
    assert_eq!(last.ago_s, HOUR);
}

#[test]
fn invariant_8_going_down_is_instant() {
    let (mut phone, mut lender) = enrolled(three_steps);
    phone.pass_offline(5 * DAY);
    lender.now_s += 5 * DAY;
    assert_eq!(phone.stage(), RESTRICT_1);
    lender.version(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![2];
        lease.timetable.clear();
    });
    phone.give(agent::Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), RESTRICT_1);
    assert_eq!(lender.applied(), [Stage::CLEAR, NOTICE, RESTRICT_1]);
    lender.version(|lease| {
        lease.stage = Stage::CLEAR;
        lease.restrictions.clear();
    });
    phone.reply(lender.signed(0));
    assert_eq!(phone.applied, (Stage::CLEAR, vec![], vec![protocol::Guard::FactoryReset]));
    phone.talk(&mut lender);
    assert_eq!(lender.applied(), [Stage::CLEAR, NOTICE, RESTRICT_1, Stage::CLEAR]);
}

#[test]
fn a_stage_in_force_keeps_its_time_across_versions() {
    let (mut phone, mut lender) = enrolled(three_steps);
    phone.pass_offline(3 * DAY);
    lender.now_s += 3 * DAY;
    phone.give(agent::Input::Online);
    lender.version(|lease| {
        lease.stage = NOTICE;
        lease.timetable = vec![step(RESTRICT_1, T0 + 2 * DAY, 3 * DAY)];
    });
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(DAY - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1, "three days after notice, not after the version");
}

/// Two steps long past their dates; silence stands for the contact of the first one only.
fn silent(lease: &mut protocol::lease::LeaseContent) {
    lease.stage = NOTICE;
    lease.offline_step_max_age_s = 3 * DAY as u32;
    lease.timetable = vec![step(RESTRICT_1, T0 + 5 * DAY, 0), step(RESTRICT_2, T0 + 6 * DAY, DAY)];
    lease.silence = Some(Silence { after_s: 10 * DAY as u32, stage: RESTRICT_1 });
}

#[test]
fn silence_stands_for_the_contact_of_a_step_after_its_time() {
    let (mut phone, _) = enrolled(silent);
    phone.pass_offline(10 * DAY - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1);
    phone.pass_offline(90 * DAY);
    assert_eq!(phone.stage(), RESTRICT_1, "the rule goes no further");
}

#[test]
fn silence_hastens_no_step_and_makes_none() {
    let (mut phone, _) = enrolled(|lease| {
        silent(lease);
        lease.timetable[0].at = T0 + 20 * DAY;
    });
    phone.pass_offline(20 * DAY - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1);
    let (mut phone, _) = enrolled(|lease| {
        silent(lease);
        lease.timetable.clear();
    });
    phone.pass_offline(90 * DAY);
    assert_eq!(phone.stage(), NOTICE);
}

/// A word in between begins the silence anew.
#[test]
fn silence_is_broken_by_a_word() {
    let (mut phone, mut lender) = enrolled(|lease| {
        silent(lease);
        lease.timetable[0].at = T0 + 9 * DAY;
    });
    phone.pass_offline(4 * DAY);
    lender.now_s += 4 * DAY;
    phone.give(agent::Input::Online);
    phone.talk(&mut lender);
    phone.pass_offline(10 * DAY - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1);
}

/// Silence restricts nobody on a lease that does not hold above `notice`, nor by a doubtful clock.
#[test]
fn silence_needs_a_lease_that_holds_and_a_clock_that_is_trusted() {
    let (mut phone, lender) = enrolled(|lease| {
        silent(lease);
        lease.stage = Stage::CLEAR;
    });
    phone.pass_offline(5 * DAY);
    let token = lender.sign_token(&lender.token(1, T0 + 6 * DAY));
    phone.token(token);
    phone.pass_offline(60 * DAY);
    assert_eq!(phone.stage(), Stage::CLEAR, "a token said that its facts changed: contact tells");
    let (mut phone, _) = enrolled(silent);
    phone.reboot();
    phone.pass_offline(60 * DAY);
    assert_eq!(phone.stage(), NOTICE, "how long it was off nobody knows");
}

#[test]
fn a_sign_of_tampering_is_told_and_moves_nothing() {
    let (mut phone, mut lender) = enrolled(|_| {});
    let sim = agent::Input::Tampered { sign: Sign::SimChanged };
    phone.give(sim.clone());
    phone.give(sim);
    phone.crash();
    assert_eq!(phone.stage(), Stage::CLEAR);
    pass(&mut phone, &mut lender, DAY);
    let told = EventKind::Tampered { sign: Sign::SimChanged };
    assert_eq!(lender.heard().iter().filter(|what| **what == told).count(), 1);
}

#[test]
fn codes_this_device_cannot_apply_are_reported_once_and_left_out() {
    let (mut phone, mut lender) = enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![1, 2, 40];
        lease.timetable = vec![step(RESTRICT_2, T0 + DAY, 0)];
        lease.timetable[0].restrictions = vec![1, 2, 40, 41];
    });
    assert_eq!(phone.applied.1, [Restriction::Camera]);
    lender.version(|_| {});
    pass(&mut phone, &mut lender, DAY);
    let reported: Vec<u16> = lender
        .heard()
        .into_iter()
        .filter_map(|what| match what {
            EventKind::Unsupported { code } => Some(code),
            _ => None,
        })
        .collect();
    assert_eq!(reported, [1, 40, 41]);
    phone.give(agent::Input::Unsupported { restriction: Restriction::Camera });
    phone.give(agent::Input::Unsupported { restriction: Restriction::Camera });
    pass(&mut phone, &mut lender, DAY);
    let camera = EventKind::Unsupported { code: 2 };
    assert_eq!(lender.heard().iter().filter(|what| **what == camera).count(), 1);
}

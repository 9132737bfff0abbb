//! No restriction begins during a call; none waits for ever.

use agent::{IN_USE_MAX_MS, Input};
use protocol::Stage;

use crate::{lender::*, phone::*};

const MAX_S: u64 = IN_USE_MAX_MS / 1000;

fn about_to_restrict() -> Phone {
    let (mut phone, _) = enrolled(|lease| {
        lease.stage = NOTICE;
        lease.offline_step_max_age_s = 3 * DAY as u32;
        lease.timetable = vec![step(RESTRICT_1, T0 + HOUR, 0)];
    });
    phone.lose();
    phone
}

#[test]
fn a_step_waits_for_the_end_of_a_call() {
    let mut phone = about_to_restrict();
    phone.pass_offline(HOUR - 60);
    phone.give(Input::InUse { in_use: true });
    phone.pass_offline(30 * 60);
    assert_eq!(phone.stage(), NOTICE, "the call goes on");
    phone.give(Input::InUse { in_use: false });
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn no_call_keeps_a_step_back_for_ever() {
    let mut phone = about_to_restrict();
    phone.give(Input::InUse { in_use: true });
    phone.pass_offline(HOUR);
    phone.pass_offline(MAX_S - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1, "the bound is over and the call is not");
}

/// Use lifts nothing, keeps no message back, and holds back what a lease brings itself.
#[test]
fn use_lifts_nothing_and_keeps_no_message_back() {
    let (mut phone, mut lender) = enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![2];
    });
    phone.give(Input::InUse { in_use: true });
    assert_eq!(phone.stage(), RESTRICT_1);
    lender.version(|lease| lease.stage = LOCK);
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), RESTRICT_1, "a call is going on");
    lender.version(|lease| {
        lease.stage = Stage::CLEAR;
        lease.restrictions.clear();
    });
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), Stage::CLEAR, "down waits for nobody");
    lender.version(|lease| lease.stage = NOTICE);
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), NOTICE, "a message is no restriction");
}

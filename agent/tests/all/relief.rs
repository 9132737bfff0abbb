//! The emergency pass and the token: both only lower.

use agent::{Input, TokenAnswer};
use protocol::{Rung, Stage, check_in::EventKind, token::Token};

use crate::{lender::*, phone::*};

fn restricted() -> (Phone, Lender) {
    enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![2];
        lease.offline_step_max_age_s = 3 * DAY as u32;
    })
}

#[test]
fn a_pass_opens_to_notice_for_its_hours_offline() {
    let (mut phone, mut lender) = restricted();
    assert!(phone.view().relief.pass_usable);
    phone.give(Input::UsePass);
    assert_eq!(phone.stage(), NOTICE);
    assert!(phone.applied.1.is_empty());
    assert_eq!(phone.view().relief.passes_left, 2);
    assert_eq!(phone.view().relief.pass_ends_in_s, Some(DAY));
    phone.lose();
    phone.pass_offline(DAY - 1);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1);
    lender.now_s += DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert!(lender.heard().contains(&EventKind::PassUsed { hours: 24 }));
    assert_eq!(lender.applied(), [RESTRICT_1, NOTICE, RESTRICT_1]);
}

#[test]
fn passes_run_out_and_survive_crashes_and_reboots() {
    let (mut phone, _) = restricted();
    for left in [2, 1, 0] {
        phone.give(Input::UsePass);
        assert_eq!((phone.stage(), phone.view().relief.passes_left), (NOTICE, left));
        phone.reboot();
        assert_eq!(phone.stage(), NOTICE, "a pass goes on after a reboot");
        phone.pass_offline(DAY);
        assert_eq!(phone.stage(), RESTRICT_1);
    }
    phone.give(Input::UsePass);
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn a_pass_means_nothing_below_restrict_or_without_hours() {
    let (mut phone, _) = enrolled(|lease| lease.stage = NOTICE);
    phone.give(Input::UsePass);
    assert_eq!(phone.view().relief.passes_left, 3);
    let (mut phone, _) = enrolled(|lease| {
        lease.stage = LOCK;
        lease.passes.hours = 0;
    });
    phone.give(Input::UsePass);
    assert_eq!(phone.stage(), LOCK);
}

#[test]
fn a_version_that_does_not_know_of_a_pass_does_not_give_it_back() {
    let (mut phone, mut lender) = restricted();
    phone.give(Input::UsePass);
    phone.lose();
    lender.version(|_| {});
    phone.reply(lender.signed(0));
    assert_eq!(phone.view().relief.passes_left, 2);
    phone.give(Input::Online);
    phone.talk(&mut lender);
    lender.version(|lease| lease.passes.left = 2);
    phone.reply(lender.signed(0));
    assert_eq!(phone.view().relief.passes_left, 2);
}

#[test]
fn a_pass_does_not_carry_the_ladder_on() {
    let (mut phone, _) = enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.timetable = vec![step(RESTRICT_2, T0 + HOUR, 2 * HOUR)];
    });
    phone.give(Input::UsePass);
    phone.pass_offline(DAY);
    assert_eq!(phone.stage(), RESTRICT_1, "the wait begins when the rung below is in force again");
    phone.pass_offline(2 * HOUR - 1);
    assert_eq!(phone.stage(), RESTRICT_1);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_2);
}

#[test]
fn a_step_does_not_come_due_unseen_beneath_a_pass() {
    let (mut phone, _) = enrolled(|lease| {
        lease.stage = RESTRICT_1;
        lease.offline_step_max_age_s = 12 * HOUR as u32;
        lease.timetable = vec![step(RESTRICT_2, T0 + HOUR, 0)];
    });
    phone.give(Input::UsePass);
    phone.lose();
    phone.pass_offline(DAY);
    assert_eq!(phone.stage(), RESTRICT_1, "by then the server was not heard for too long");
}

#[test]
fn invariant_8_a_token_opens_until_it_ends() {
    let (mut phone, mut lender) = restricted();
    let token = lender.token(1, T0 + 2 * DAY);
    assert_eq!(phone.token(lender.sign_token(&token)), TokenAnswer::Accepted);
    assert_eq!(phone.stage(), Stage::CLEAR);
    phone.lose();
    phone.crash();
    phone.lose();
    phone.pass_offline(2 * DAY - 1);
    assert_eq!(phone.stage(), Stage::CLEAR);
    phone.pass_offline(1);
    assert_eq!(phone.stage(), RESTRICT_1);
    assert_eq!(phone.token(lender.sign_token(&token)), TokenAnswer::AlreadyUsed);
    lender.now_s += 2 * DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert!(lender.heard().contains(&EventKind::TokenAccepted { counter: 1 }));
}

/// Not while it is in force, not after it, not after a reboot.
#[test]
fn invariant_5_a_token_opens_at_most_once() {
    let (mut phone, lender) = restricted();
    let bytes = lender.sign_token(&lender.token(1, T0 + DAY));
    assert_eq!(phone.token(bytes.clone()), TokenAnswer::Accepted);
    assert_eq!(phone.token(bytes.clone()), TokenAnswer::AlreadyUsed);
    phone.pass_offline(DAY);
    assert_eq!(phone.stage(), RESTRICT_1);
    assert_eq!(phone.token(bytes.clone()), TokenAnswer::AlreadyUsed);
    phone.reboot();
    assert_eq!(phone.token(bytes), TokenAnswer::AlreadyUsed);
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn after_a_long_token_the_old_facts_rise_to_notice_alone() {
    let (mut phone, mut lender) = restricted();
    let bytes = lender.sign_token(&lender.token(1, T0 + 30 * DAY));
    phone.token(bytes);
    phone.lose();
    phone.pass_offline(30 * DAY);
    assert_eq!(phone.stage(), NOTICE);
    lender.now_s += 30 * DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn a_later_lease_rules_again() {
    let (mut phone, mut lender) = restricted();
    let bytes = lender.sign_token(&lender.token(1, T0 + 9 * DAY));
    phone.token(bytes);
    phone.reply(lender.signed(0));
    assert_eq!(phone.stage(), Stage::CLEAR, "of the same minute: not later");
    lender.now_s += HOUR;
    phone.reply(lender.signed(0));
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn star_asymmetric_tokens_wrong_ones_are_refused() {
    let (mut phone, lender) = restricted();
    let good = lender.token(1, T0 + DAY);
    type Change = fn(&mut Token);
    let changes: [Change; 3] =
        [|token| token.binding[0] ^= 1, |token| token.key_id = 1, |token| token.key_id = 99];
    for change in changes {
        let mut token = good;
        change(&mut token);
        assert_eq!(phone.token(lender.sign_token(&token)), TokenAnswer::Wrong);
    }
    let by_lease_key = good.sign(&lender.lease_key).unwrap().to_vec();
    assert_eq!(phone.token(by_lease_key), TokenAnswer::Wrong);
    let mut broken = lender.sign_token(&good);
    broken[20] ^= 1;
    assert_eq!(phone.token(broken), TokenAnswer::Wrong);
    assert_eq!(phone.token(vec![]), TokenAnswer::Wrong);
    assert_eq!(phone.stage().rung, Rung::Restrict);
    let zero = Token { counter: 0, ..good };
    assert_eq!(phone.token(lender.sign_token(&zero)), TokenAnswer::AlreadyUsed);
    let mut fresh = Phone::with(setup());
    assert_eq!(fresh.token(lender.sign_token(&good)), TokenAnswer::NotEnrolled);
}

#[test]
fn an_expired_token_is_refused_unless_the_clock_is_in_doubt() {
    let (mut phone, lender) = restricted();
    let token = lender.token(1, T0 + 60 * DAY);
    phone.pass_offline(8 * DAY);
    assert_eq!(phone.token(lender.sign_token(&token)), TokenAnswer::Expired);
    phone.reboot();
    assert_eq!(phone.token(lender.sign_token(&token)), TokenAnswer::Accepted);
    assert_eq!(phone.stage(), Stage::CLEAR);
}

#[test]
fn a_token_lifts_trusted_time_by_two_days_at_most() {
    let (mut phone, mut lender) = restricted();
    lender.now_s += DAY;
    let bytes = lender.sign_token(&lender.token(1, T0 + 60 * DAY));
    phone.token(bytes);
    assert_eq!(phone.agent.trusted_s(), (T0 + DAY) / 60 * 60);
    lender.now_s += 20 * DAY;
    let bytes = lender.sign_token(&lender.token(2, T0 + 60 * DAY));
    phone.token(bytes);
    assert_eq!(phone.agent.trusted_s(), (T0 + DAY) / 60 * 60 + 2 * DAY);
}

#[test]
fn silence_counts_while_the_phone_is_on() {
    let (mut phone, mut lender) = restricted();
    phone.lose();
    phone.pass_offline(3 * HOUR);
    phone.reboot();
    phone.lose();
    // Off for forty days, and on again for an hour before the network is back.
    lender.now_s += 40 * DAY;
    phone.pass_offline(HOUR);
    lender.version(|lease| {
        (lease.stage, lease.restrictions) = (Stage::CLEAR, Vec::new());
        lease.timetable.clear();
    });
    pass(&mut phone, &mut lender, HOUR);
    assert_eq!(phone.stage(), Stage::CLEAR);
    let told = |lender: &Lender| {
        let silent = lender.heard().into_iter().filter_map(|what| match what {
            EventKind::HeardAgain { silent_s } => Some(silent_s),
            _ => None,
        });
        silent.collect::<Vec<u64>>()
    };
    let silent = told(&lender);
    assert_eq!(silent.len(), 1);
    let booting = 5 * HOUR..5 * HOUR + 60;
    assert!(booting.contains(&silent[0]), "{silent:?}");
    lender.version(|lease| lease.stage = NOTICE);
    pass(&mut phone, &mut lender, DAY);
    assert_eq!(phone.stage(), NOTICE);
    lender.version(|lease| lease.stage = Stage::CLEAR);
    pass(&mut phone, &mut lender, DAY);
    assert_eq!(phone.stage(), Stage::CLEAR);
    assert_eq!(told(&lender), silent, "a notice takes nothing away");
}

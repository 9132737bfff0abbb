//! Notices and what the screen says.

use agent::{Effect, Input, PhaseView};
use protocol::{NoticeId, check_in::EventKind};

use crate::{lender::*, phone::*};

const N1: NoticeId = NoticeId([1; 16]);
const N2: NoticeId = NoticeId([2; 16]);

fn with_notices() -> (Phone, Lender) {
    enrolled(|lease| {
        lease.stage = NOTICE;
        lease.notices = vec![notice(1, T0), notice(2, T0 + DAY)];
    })
}

fn shows(phone: &mut Phone, notice: Option<NoticeId>) {
    phone.give(Input::Screen { notice });
}

fn later(phone: &mut Phone, ms: u64) {
    phone.at.uptime_ms += ms;
}

fn shown(lender: &Lender) -> Vec<NoticeId> {
    let ids = lender.heard().into_iter().filter_map(|what| match what {
        EventKind::NoticeShown { id, text_hash } => {
            assert_eq!(text_hash, hash(&format!("Notice {}: please pay.", id.0[0])));
            Some(id)
        }
        _ => None,
    });
    ids.collect()
}

#[test]
fn three_seconds_in_front_are_shown() {
    let (mut phone, mut lender) = with_notices();
    shows(&mut phone, Some(N1));
    assert_eq!(phone.agent.poll_wake(), Some(phone.at.uptime_ms + 3_000));
    later(&mut phone, 2_999);
    shows(&mut phone, None);
    later(&mut phone, 10_000);
    phone.give(Input::Wake);
    phone.talk(&mut lender);
    assert!(shown(&lender).is_empty());
    shows(&mut phone, Some(N1));
    later(&mut phone, 1_000);
    shows(&mut phone, Some(N1));
    later(&mut phone, 2_000);
    phone.give(Input::Wake);
    phone.talk(&mut lender);
    assert_eq!(shown(&lender), [N1]);
    assert!(phone.view().notices[0].shown);
}

#[test]
fn the_last_look_counts_even_without_a_wake() {
    let (mut phone, mut lender) = with_notices();
    shows(&mut phone, Some(N1));
    later(&mut phone, 3_000);
    shows(&mut phone, None);
    phone.talk(&mut lender);
    assert_eq!(shown(&lender), [N1]);
}

#[test]
fn a_notice_is_reported_once_across_crash_and_version() {
    let (mut phone, mut lender) = with_notices();
    for _ in 0..3 {
        shows(&mut phone, Some(N1));
        later(&mut phone, 4_000);
        phone.give(Input::Wake);
        phone.crash();
        phone.talk(&mut lender);
        lender.version(|_| {});
        phone.reply(lender.signed(0));
    }
    assert_eq!(shown(&lender), [N1]);
}

#[test]
fn a_crash_while_showing_counts_nothing() {
    let (mut phone, mut lender) = with_notices();
    shows(&mut phone, Some(N1));
    later(&mut phone, 5_000);
    phone.crash();
    phone.talk(&mut lender);
    assert!(shown(&lender).is_empty());
}

#[test]
fn a_notice_waits_for_its_day() {
    let (mut phone, mut lender) = with_notices();
    assert_eq!(phone.view().notices.len(), 1);
    shows(&mut phone, Some(N2));
    later(&mut phone, 9_000);
    phone.give(Input::Wake);
    phone.give(Input::AckNotice { id: N2 });
    phone.talk(&mut lender);
    assert!(shown(&lender).is_empty());
    phone.effects.clear();
    phone.pass_offline(DAY);
    assert!(phone.count(|effect| *effect == Effect::ScreenChanged) > 0);
    assert_eq!(phone.view().notices.len(), 2);
    lender.now_s += DAY;
    phone.give(Input::AckNotice { id: N2 });
    phone.give(Input::AckNotice { id: N2 });
    phone.talk(&mut lender);
    let text_hash = hash("Notice 2: please pay.");
    let acked = EventKind::NoticeAcked { id: N2, text_hash };
    assert_eq!(lender.heard().iter().filter(|what| **what == acked).count(), 1);
}

#[test]
fn a_withdrawn_notice_is_not_reported() {
    let (mut phone, mut lender) = with_notices();
    shows(&mut phone, Some(N1));
    later(&mut phone, 1_000);
    lender.version(|lease| lease.notices.clear());
    phone.reply(lender.signed(0));
    later(&mut phone, 9_000);
    phone.give(Input::Wake);
    phone.give(Input::AckNotice { id: N1 });
    phone.talk(&mut lender);
    assert!(shown(&lender).is_empty());
    assert!(phone.view().notices.is_empty());
}

#[test]
fn the_screen_says_what_the_lease_says() {
    let (mut phone, mut lender) = enrolled(|lease| {
        lease.stage = NOTICE;
        lease.screen.amount_due = "12.00 EUR".into();
        lease.timetable = vec![step(RESTRICT_1, T0 + DAY, 0)];
    });
    let view = phone.view();
    assert_eq!(view.phase, PhaseView::Enrolled);
    assert_eq!((view.stage, view.sequence, view.trusted_s), (NOTICE, 1, T0));
    assert!(view.emergency_calls && !view.maybe_paid && !view.clock_doubtful);
    assert_eq!(view.front.lender, "Test Lender");
    assert_eq!(view.front.how_to_pay, "Pay at any shop");
    assert_eq!(view.behind_tap.amount_due, "12.00 EUR");
    assert_eq!(view.behind_tap.reason, "as agreed");
    let next = view.next_step.unwrap();
    assert_eq!((next.stage, next.in_s, next.needs_contact), (RESTRICT_1, DAY, false));
    phone.pass_offline(DAY);
    let view = phone.view();
    assert_eq!(view.behind_tap.reason, "Restrict");
    assert_eq!(view.last_heard_s_ago, Some(DAY));
    assert!(view.maybe_paid, "restricted and silent for a day");
    lender.now_s += DAY;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert!(!phone.view().maybe_paid);
}

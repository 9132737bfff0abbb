//! Messages that carry a notice: what of them starts a clock, and when one may be sent.

use domain::{
    Channel, Command, HoldKind, Moment, NoticeId, Stage, What,
    delivery::{Delivery, DeliveryState, Sending, sending},
    policy::{ContactWindow, Pack, PackNotice, Programme, Proof},
};

use crate::scene::{
    DAY_S, World, fast_programme, lender, notice, pack, pack_notice, programme, terms,
};

use Channel::{Email, Sms, Whatsapp};
use DeliveryState::{Accepted, Acknowledged, Bounced, Deemed, Delivered, Failed, Read};

/// A contract under one law of messages, on the day on which its notice may be shown.
fn noticed(rule: PackNotice) -> World {
    with_pack(Pack { notices: vec![rule], ..pack("x") })
}

fn with_pack(pack: Pack) -> World {
    let own =
        Programme { notices: vec![notice(3, 1)], packs: vec![pack.id.clone()], ..fast_programme() };
    let ladder = domain::Ladder::resolve(&own, &[&pack], &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.habits.shows = false;
    world.walk_to("2026-01-19");
    assert!(world.contract.notices[0].show_from < world.now);
    world
}

fn rule(channels: &[Channel], proof: Proof) -> PackNotice {
    PackNotice { channels: channels.iter().copied().collect(), proof, ..pack_notice(3, 1) }
}

fn told(world: &World, channel: Channel, state: DeliveryState, at: Moment) -> Command {
    let notice = world.contract.notices[0].id;
    let evidence = "id-1".to_owned();
    Command::TellDelivery(Delivery { notice, k: 1, channel, state, at, evidence })
}

fn tell(world: &mut World, channel: Channel, state: DeliveryState) -> usize {
    let command = told(world, channel, state, world.now);
    world.try_act(command).unwrap()
}

/// Which words of a carrier start the clock under which law.
#[test]
fn a_message_counts_by_what_its_carrier_proves() {
    let restricts = |proof, states: &[DeliveryState]| {
        let mut world = noticed(rule(&[Sms], proof));
        for state in states {
            assert_eq!(tell(&mut world, Sms, *state), 1, "{state:?}");
        }
        world.walk_days(5);
        world.stage().restricts()
    };
    let cases: [(&[DeliveryState], [bool; 4]); 8] = [
        (&[], [false, false, false, false]),
        (&[Accepted], [true, false, false, false]),
        (&[Accepted, Delivered], [true, true, false, false]),
        (&[Accepted, Delivered, Read], [true, true, true, false]),
        (&[Read], [true, true, true, false]),
        (&[Failed], [false, false, false, false]),
        (&[Accepted, Bounced], [false, false, false, false]),
        (&[Accepted, Delivered, Read, Failed], [false, false, false, false]),
    ];
    for (states, by_proof) in cases {
        let found = Proof::ALL.iter().map(|proof| restricts(*proof, states));
        assert_eq!(found.collect::<Vec<_>>(), by_proof, "{states:?}");
    }
}

/// A law that asks for the borrower's own confirmation gets it from the phone.
#[test]
fn the_borrowers_own_confirmation_is_the_strongest_evidence() {
    for (proof, recorded) in [(Proof::Shown, 1), (Proof::Acknowledged, 2)] {
        let mut world = noticed(rule(&[Channel::Screen], proof));
        let id = world.contract.notices[0].id;
        let acked = world.now;
        let command = Command::NoticeAcked { id, acked, text_hash: "00".into() };
        assert_eq!(world.try_act(command.clone()).unwrap(), recorded, "{proof:?}");
        assert_eq!(world.try_act(command).unwrap(), 0, "the same again");
        let state = world.contract.notices[0].told(Channel::Screen, Acknowledged);
        assert_eq!(state.is_some(), proof == Proof::Acknowledged);
        world.walk_days(5);
        assert!(world.stage().restricts(), "{proof:?}");
    }
}

/// A message that failed on one channel takes nothing away from another one, and gives no mode.
#[test]
fn a_failure_counts_for_its_own_channel() {
    let two = |min_modes| PackNotice { min_modes, ..rule(&[Sms, Email], Proof::Delivered) };
    let restricts = |min_modes| {
        let mut world = noticed(two(min_modes));
        for (channel, state) in [(Sms, Delivered), (Email, Accepted), (Email, Bounced)] {
            tell(&mut world, channel, state);
        }
        world.walk_days(5);
        world.stage().restricts()
    };
    assert!(restricts(1));
    assert!(!restricts(2));
}

/// A receipt that comes late, twice, too early or for what is over.
#[test]
fn receipts_move_no_clock_forward() {
    let mut world = noticed(rule(&[Sms], Proof::Delivered));
    tell(&mut world, Sms, Accepted);
    let accepted = world.now;
    world.walk(accepted.plus_seconds(4 * 3600));
    let command = told(&world, Sms, Delivered, accepted.plus_seconds(-DAY_S));
    assert_eq!(world.try_act(command.clone()).unwrap(), 1);
    let notice = &world.contract.notices[0];
    assert_eq!(notice.told(Sms, Delivered), Some(accepted), "not before it was accepted");
    let later = told(&world, Sms, Delivered, world.now);
    for again in [command, later] {
        assert_eq!(world.try_act(again).unwrap(), 0, "a state is told once");
    }
    let ahead = told(&world, Sms, Read, world.now.plus_seconds(301));
    assert_eq!(world.try_act(ahead).unwrap_err().code, "receipt_out_of_range");
    let near = told(&world, Sms, Read, world.now.plus_seconds(300));
    assert_eq!(world.try_act(near).unwrap(), 1, "clocks differ by minutes");
    assert_eq!(world.contract.notices[0].told(Sms, Read), Some(world.now));
}

#[test]
fn nobody_but_a_carrier_tells_of_messages() {
    let mut world = noticed(rule(&[Sms, Channel::Screen], Proof::Accepted));
    for (channel, state) in [
        (Channel::Screen, Delivered),
        (Channel::Declared, Delivered),
        (Sms, Deemed),
        (Sms, Acknowledged),
    ] {
        let command = told(&world, channel, state, world.now);
        let refused = world.try_act(command).unwrap_err();
        assert_eq!(refused.code, "channel_not_accepted", "{channel:?} {state:?}");
    }
}

/// What is told of a notice whose text no longer says what is owed proves nothing.
#[test]
fn a_receipt_of_a_void_text_changes_nothing() {
    let mut world = noticed(rule(&[Sms], Proof::Delivered));
    let id = world.contract.notices[0].id;
    tell(&mut world, Sms, Accepted);
    let late = told(&world, Sms, Delivered, world.now);
    world.pay(10_000_000);
    assert!(world.contract.notice(id).is_none(), "it lapsed");
    assert_eq!(world.try_act(late).unwrap(), 0);
    assert_eq!(world.stage(), Stage::CLEAR);
}

/// Time alone delivers where the law says so, after whole days, and not what came back.
#[test]
fn time_delivers_only_where_the_law_says_so() {
    let deems = |days, bounced: bool| {
        let rule =
            PackNotice { deemed_after_days: days, ..rule(&[Email, Whatsapp], Proof::Delivered) };
        let mut world = noticed(rule);
        tell(&mut world, Email, Accepted);
        let from = world.now;
        world.walk_days(1);
        if bounced {
            tell(&mut world, Email, Bounced);
        }
        world.walk_days(9);
        let deemed = world.contract.notices[0].told(Email, Deemed);
        let after = deemed.map(|at| {
            let zone = world.contract.terms().zone();
            assert_eq!(at, zone.midnight(zone.day(at)), "whole local days");
            zone.day(at).days_since(zone.day(from))
        });
        (after, world.stage().restricts())
    };
    assert_eq!(deems(None, false), (None, false));
    assert_eq!(deems(Some(2), false), (Some(3), true), "two days between");
    assert_eq!(deems(Some(2), true), (None, false));
    assert_eq!(deems(Some(90), false), (None, false));
}

/// A message that came back after time had delivered it proves nothing any more.
#[test]
fn what_comes_back_was_not_delivered_by_time() {
    let rule = PackNotice { deemed_after_days: Some(1), ..rule(&[Email], Proof::Delivered) };
    let mut world = noticed(rule);
    tell(&mut world, Email, Accepted);
    world.walk_days(9);
    assert!(world.stage().restricts());
    tell(&mut world, Email, Bounced);
    assert_eq!(world.stage(), Stage::NOTICE);
}

/// Looking late records the same moment as looking in time.
#[test]
fn a_late_look_deems_the_same() {
    let rule = PackNotice { deemed_after_days: Some(1), ..rule(&[Sms], Proof::Delivered) };
    let mut world = noticed(rule);
    tell(&mut world, Sms, Accepted);
    let mut late = world.clone();
    world.walk_days(4);
    late.now = world.now;
    late.look();
    let deemed = |world: &World| world.contract.notices[0].told(Sms, Deemed).unwrap();
    assert_eq!(deemed(&late), deemed(&world));
    let facts = late
        .facts
        .iter()
        .filter(|fact| matches!(&fact.what, What::NoticeDelivery(told) if told.state == Deemed));
    assert_eq!(facts.count(), 1);
}

fn asks(world: &World) -> Sending {
    let id = world.contract.notices.first().map_or(NoticeId::from_bytes([9; 16]), |n| n.id);
    sending(&world.contract, &world.ladder, id, Sms, world.now)
}

#[test]
fn a_message_waits_for_the_window() {
    let mut world = noticed(rule(&[Sms], Proof::Delivered));
    let zone = world.contract.terms().zone().clone();
    world.now = zone.at(zone.day(world.now), 3 * 3600);
    let Sending::At(opens) = asks(&world) else { panic!("{:?}", asks(&world)) };
    assert_eq!(zone.wall(opens).1, 8 * 3600, "Monday to Saturday, eight to eight");
    world.now = opens;
    assert_eq!(asks(&world), Sending::Now);
    world.now = zone.at(zone.day(opens), 20 * 3600);
    assert!(matches!(asks(&world), Sending::At(at) if at > world.now));
    let mut shut = pack("x");
    shut.notices = vec![rule(&[Sms], Proof::Delivered)];
    shut.conduct.windows =
        vec![ContactWindow { weekdays: Default::default(), ..ContactWindow::default() }];
    assert_eq!(asks(&with_pack(shut)), Sending::Never);
}

/// Warnings obey the same rule as locks: nothing to whom nothing is past due.
#[test]
fn nothing_is_sent_to_the_current_nor_twice_nor_under_a_stay() {
    let open = |world: &mut World| {
        let zone = world.contract.terms().zone().clone();
        world.now = zone.at(zone.day(world.now), 9 * 3600);
        while asks(world) != Sending::Now {
            world.now = world.now.plus_seconds(DAY_S);
        }
    };
    let mut world = noticed(rule(&[Sms, Email], Proof::Delivered));
    open(&mut world);
    let mut paid = world.clone();
    paid.pay(10_000_000);
    assert_eq!(asks(&paid), Sending::Void);
    let mut stayed = world.clone();
    stayed.open_hold(HoldKind::EnforcementOff, Some(30));
    assert_eq!(asks(&stayed), Sending::Void, "nobody is given notice");
    let mut stayed = world.clone();
    tell(&mut stayed, Email, Accepted);
    stayed.open_hold(HoldKind::EnforcementOff, Some(30));
    let waits = asks(&stayed);
    assert!(matches!(waits, Sending::At(at) if at > stayed.now), "{waits:?}");
    tell(&mut world, Sms, Accepted);
    assert_eq!(asks(&world), Sending::Void, "it was sent");
    let id = world.contract.notices[0].id;
    let by_mail = sending(&world.contract, &world.ladder, id, Email, world.now);
    assert_eq!(by_mail, Sending::Now, "each channel by itself");
}

/// The strictest of two laws: each asks for its own evidence, and time counts where both say so.
#[test]
fn two_laws_each_ask_for_their_own_evidence() {
    let law = |id, proof, deemed_after_days| {
        let rule = PackNotice { deemed_after_days, ..rule(&[Sms], proof) };
        Pack { notices: vec![rule], ..pack(id) }
    };
    let own = Programme {
        notices: vec![notice(3, 1)],
        packs: vec!["a".into(), "b".into()],
        ..programme("p")
    };
    let ladder = |b: Pack| {
        domain::Ladder::resolve(&own, &[&law("a", Proof::Accepted, Some(1)), &b], &lender())
            .unwrap()
    };
    let strict = ladder(law("b", Proof::Shown, None));
    assert_eq!(strict.notices[0].deemed_after_days, None);
    let at = Moment::from_seconds(9);
    let proofs = |proof| strict.notices[0].delivered(&[(Sms, proof, at)]);
    assert_eq!(proofs(Proof::Accepted), None);
    assert_eq!(proofs(Proof::Shown), Some(at));
    let mild = ladder(law("b", Proof::Accepted, Some(4)));
    assert_eq!(mild.notices[0].deemed_after_days, Some(4));
}

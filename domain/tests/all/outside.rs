//! Standing from outside: what is refused, what is stale, and that the ladder cannot tell who keeps
//! the account.

use domain::{
    Command, Day, Moment, Reason, Stage, State, UnitId, ledger, outside::Pushed, schedule::Period,
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};

use crate::scene::{DAY_S, World, equal_terms, fast, outside_terms};

const ZONE: &str = "Asia/Kolkata";
const HOUR_S: i64 = 3_600;

fn world() -> World {
    let mut world = World::new(fast(), outside_terms(ZONE));
    world.now = world.midnight("2026-01-11");
    world
}

fn nothing(as_of: Moment) -> Pushed {
    Pushed {
        as_of,
        past_due: 0,
        oldest_unpaid: None,
        next_due: None,
        remaining: None,
        settled: false,
    }
}

fn owing(as_of: Moment, past_due: i64, oldest: &str) -> Pushed {
    Pushed { past_due, oldest_unpaid: Some(Day::parse(oldest).unwrap()), ..nothing(as_of) }
}

/// Pushes the same debt every night and walks until a day.
fn nightly(world: &mut World, until: &str, past_due: i64, oldest: &str) {
    let until = world.midnight(until);
    while world.now < until {
        world.act(Command::PushStanding(owing(world.now, past_due, oldest)));
        world.walk_days(1);
    }
}

#[test]
fn what_contradicts_itself_or_comes_from_tomorrow_is_refused() {
    let mut world = world();
    let now = world.now;
    let day = |text: &str| Day::parse(text).unwrap();
    let cases = [
        ("standing_in_future", nothing(now.plus_seconds(61))),
        ("bad_amount", Pushed { past_due: -1, ..nothing(now) }),
        ("bad_amount", Pushed { remaining: Some(-1), ..nothing(now) }),
        ("bad_amount", Pushed { next_due: Some((day("2026-02-01"), 0)), ..nothing(now) }),
        ("amount_overflow", owing(now, i64::MAX, "2026-01-01")),
        ("oldest_unpaid_missing", Pushed { past_due: 1, ..nothing(now) }),
        ("standing_contradicts", owing(now, 1, "2026-01-11")),
        ("standing_contradicts", Pushed { remaining: Some(4), ..owing(now, 5, "2026-01-01") }),
        ("standing_contradicts", Pushed { settled: true, ..owing(now, 5, "2026-01-01") }),
        ("standing_contradicts", Pushed { next_due: Some((day("2026-01-10"), 5)), ..nothing(now) }),
        ("standing_contradicts", Pushed { remaining: Some(1), settled: true, ..nothing(now) }),
    ];
    for (code, pushed) in cases {
        let before = world.contract.clone();
        let refused = world.try_act(Command::PushStanding(pushed.clone())).unwrap_err();
        assert_eq!(refused.code, code, "{pushed:?}");
        assert_eq!(world.contract, before, "a refused standing changes nothing");
    }
    let mut own = World::new(fast(), crate::scene::terms(ZONE));
    let refused = own.try_act(Command::PushStanding(nothing(own.now))).unwrap_err();
    assert_eq!(refused.code, "serviced_here");
}

#[test]
fn an_older_word_changes_nothing_and_the_same_is_a_repeat() {
    let mut world = world();
    let told = owing(world.now, 500, "2026-01-05");
    let push = |pushed: &Pushed| Command::PushStanding(pushed.clone());
    assert!(world.try_act(push(&told)).unwrap() > 0);
    assert_eq!(world.try_act(push(&told)), Ok(0));
    assert_eq!(world.try_act(push(&nothing(world.now.plus_seconds(-1)))), Ok(0));
    let other = Pushed { past_due: 501, ..told.clone() };
    assert_eq!(world.try_act(push(&other)).unwrap_err().code, "standing_reused");
    assert_eq!(world.contract.outside, Some(told));
    // A due day without debt is no debt: some systems name the next one there.
    let idle = owing(world.now.plus_seconds(1), 0, "2026-02-05");
    world.act(push(&idle));
    assert_eq!(world.contract.outside.as_ref().unwrap().oldest_unpaid, None);
    assert_eq!(world.stage(), Stage::CLEAR);
}

#[test]
fn money_is_counted_where_the_account_is_kept() {
    let mut world = world();
    let payment = UnitId::from_bytes([7; 16]);
    let (amount, value, reason) = (100, world.now, "r".to_owned());
    for command in [
        Command::PostPayment { payment, amount, value, confirmed: true },
        Command::ReversePayment { payment, amount },
        Command::ChargeBack { payment, amount, value },
        Command::ChargeFee { amount, value, reason: reason.clone() },
        Command::WaiveFees { amount, reason: reason.clone() },
        Command::Refund { amount, reason: reason.clone() },
        Command::Credit { amount, reason },
    ] {
        assert_eq!(world.try_act(command).unwrap_err().code, "serviced_outside");
    }
    nightly(&mut world, "2026-01-20", 500, "2026-01-05");
    assert_eq!(ledger::books(&world.contract), ledger::Books::default());
}

#[test]
fn told_every_night_it_climbs_and_one_word_brings_it_down() {
    let mut world = world();
    nightly(&mut world, "2026-01-30", 500, "2026-01-10");
    let climbed = ["clear", "remind", "notice", "restrict/1", "restrict/2", "lock"];
    assert_eq!(world.climbed(), climbed, "{}", world.told());
    assert_eq!(world.decision().standing.days_past_due, 20);
    world.act(Command::PushStanding(nothing(world.now)));
    assert_eq!(world.stage(), Stage::CLEAR);
    assert!(world.contract.notices.is_empty(), "debt that returns needs notices of its own");
    world.walk_days(1);
    world.act(Command::PushStanding(owing(world.now, 500, "2026-01-10")));
    assert_eq!(world.stage(), Stage::NOTICE, "the dates are old, the notices new");
}

#[test]
fn a_word_too_old_begins_nothing_and_says_so() {
    let mut world = world();
    nightly(&mut world, "2026-01-17", 500, "2026-01-10");
    assert_eq!(world.stage(), Stage::restrict(1), "{}", world.told());
    let stale = world.contract.outside.as_ref().unwrap().as_of.plus_seconds(2 * DAY_S);
    assert!(world.decision().timetable.iter().all(|step| step.at < stale));
    assert_eq!(world.contract.fresh_until(&world.ladder), Some(stale));

    world.walk(stale.plus_seconds(-1));
    let before = world.stage();
    assert_eq!(world.decision().next_look, Some(stale), "somebody looks when it gets too old");
    world.walk(stale);
    assert!(world.decision().reasons.contains(&Reason::StandingStale(stale)));
    world.walk_days(30);
    assert_eq!(world.stage(), before, "what had begun stays, nothing more begins");
    assert!(world.decision().timetable.is_empty());

    world.act(Command::PushStanding(owing(world.now, 500, "2026-01-10")));
    assert!(world.stage() > before, "a fresh word goes on");
    world.walk_days(5);
    world.act(Command::PushStanding(nothing(world.now.plus_seconds(-4 * DAY_S))));
    assert_eq!(world.stage(), Stage::CLEAR, "an old word still brings it down");
}

/// Neither a message nor a notice begins on a word that is too old.
#[test]
fn nobody_is_dunned_on_a_word_too_old() {
    let mut world = world();
    world.act(Command::PushStanding(owing(world.now, 500, "2026-01-10")));
    assert_eq!(world.stage(), Stage::REMIND);
    world.walk_days(30);
    assert_eq!(world.climbed(), ["clear", "remind"], "{}", world.told());
    assert!(world.contract.notices.is_empty());
    let mut silent = World::new(fast(), outside_terms(ZONE));
    silent.walk_days(60);
    assert_eq!(silent.climbed(), ["clear"], "nothing was ever told");
    assert!(matches!(silent.decision().reasons[..], [_, Reason::StandingStale(_)]));
}

#[test]
fn an_older_debt_than_was_known_needs_notices_of_its_own() {
    let mut world = world();
    nightly(&mut world, "2026-01-30", 500, "2026-01-10");
    assert_eq!(world.stage(), Stage::LOCK);
    world.act(Command::PushStanding(owing(world.now.plus_seconds(-60), 900, "2026-01-02")));
    assert_eq!(world.stage(), Stage::NOTICE);
}

#[test]
fn settled_there_it_is_released_here() {
    let mut world = world();
    nightly(&mut world, "2026-01-30", 500, "2026-01-10");
    let settled = Pushed { settled: true, ..nothing(world.now) };
    world.act(Command::PushStanding(settled.clone()));
    assert!(matches!(world.contract.state, State::Released { .. }));
    let late = Pushed { as_of: world.now.plus_seconds(1), ..settled };
    assert_eq!(world.try_act(Command::PushStanding(late)), Ok(0), "told every night for ever");
    let again = owing(world.now.plus_seconds(1), 5, "2026-01-10");
    let refused = world.try_act(Command::PushStanding(again)).unwrap_err();
    assert_eq!(refused.code, "contract_not_active");
}

/// What the lender's system would tell of an account of ours.
fn told(own: &World) -> Pushed {
    let standing = own.decision().standing;
    Pushed {
        as_of: own.now,
        past_due: standing.past_due,
        oldest_unpaid: standing.oldest_unpaid,
        next_due: standing.next_due,
        remaining: Some(standing.remaining),
        settled: !own.contract.is_active(),
    }
}

/// The ladder cannot tell who keeps the account: told every midnight and after each payment, it
/// decides the same. A word that stays away never raises anything.
#[test]
fn equal_standing_gives_equal_decisions_and_silence_never_raises() {
    let payments = vec((0..60_i64, 0..24_i64, prop_oneof![Just(10_000), 1..25_000_i64]), 0..6);
    let silence = prop_oneof![2 => Just(60_i64), 1 => 0..40_i64];
    let mut config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    config.rng_seed = RngSeed::Fixed(20_260_103);
    let restricted = std::cell::Cell::new(0_u32);
    let same = TestRunner::new(config).run(&(payments, silence), |(mut payments, silent_from)| {
        payments.sort_unstable();
        let mut own = World::new(fast(), equal_terms(ZONE, "2026-01-10", 4, Period::Weeks, 1));
        let mut outside = World::new(fast(), outside_terms(ZONE));
        let start = own.midnight("2026-01-08");
        let nights = (0..45).map(|day| (start.plus_seconds(day * DAY_S), 0));
        let paid = (1..).zip(&payments).map(|(number, (day, hour, amount))| {
            (start.plus_seconds(day * DAY_S + hour * HOUR_S + number), *amount)
        });
        let mut moments: Vec<(Moment, i64)> = nights.chain(paid).collect();
        moments.sort_unstable();
        for (at, amount) in moments {
            own.walk(at);
            outside.walk(at);
            if amount > 0 && own.contract.is_active() {
                own.pay(amount);
            }
            if at < start.plus_seconds(silent_from * DAY_S) {
                outside.act(Command::PushStanding(told(&own)));
                let (ours, theirs) = (own.decision(), outside.decision());
                prop_assert_eq!(ours.stage, theirs.stage, "{}", outside.told());
                prop_assert_eq!(&ours.reasons, &theirs.reasons);
                prop_assert_eq!(ours.standing.past_due, theirs.standing.past_due);
                let carried = theirs.timetable.iter().zip(&ours.timetable);
                let stages = carried.map(|(theirs, ours)| (theirs.stage, ours.stage));
                prop_assert!(stages.into_iter().all(|(theirs, ours)| theirs == ours));
                restricted.set(restricted.get() + u32::from(ours.stage.restricts()));
            }
        }
        if let Some(last) = outside.contract.fresh_until(&outside.ladder) {
            let begun = |stages: &[(Moment, Stage)]| {
                stages.windows(2).all(|pair| pair[1].1 <= pair[0].1 || pair[1].0 < last)
            };
            prop_assert!(begun(&outside.stages), "{}", outside.told());
        }
        Ok(())
    });
    same.unwrap_or_else(|error| panic!("{error}"));
    assert!(restricted.get() > 1_000, "{} looks saw a restriction", restricted.get());
}

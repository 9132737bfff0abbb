//! What holds in every life of every contract.

use std::cell::Cell;

use domain::{
    Actor, Channel, Command, Contract, Day, Decision, Ladder, Moment, Stage, UnitId, What,
    contract::Notice, decide, delivery::DeliveryState, evaluate::evaluate, policy::Proof,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

use crate::{
    ladder_walk::followed,
    life::{Life, lives},
    scene::{DAY_S, RATE},
};

type Checked = Result<(), TestCaseError>;

/// Ten thousand lives from one fixed seed; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` give others.
pub(crate) fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> Checked) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if config.cases == 256 {
        config.cases = 10_000;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_101);
    }
    if let Err(error) = TestRunner::new(config).run(&strategy, test) {
        panic!("{error}");
    }
}

/// Every rise of these lives, so that a property that never saw a restriction fails.
fn check_lives(test: impl Fn(&Life) -> Checked) {
    let highest = Cell::new(Stage::CLEAR);
    let restricted = Cell::new(0_u32);
    check(lives(), |life| {
        life.live(|contract, now| {
            let stage = evaluate(contract, &life.ladder, now).stage;
            highest.set(highest.get().max(stage));
            restricted.set(restricted.get() + u32::from(stage.restricts()));
            Ok::<(), TestCaseError>(())
        })?;
        test(&life)
    });
    assert_eq!(highest.get(), Stage::LOCK, "some life reached the top");
    assert!(restricted.get() > 500, "{} looks saw a restriction", restricted.get());
}

/// What a decision says, without what merely counts on.
fn said(decision: &Decision) -> (Stage, String, String) {
    let Decision { stage, restrictions, reasons, timetable, wants, standing, .. } = decision;
    let owed: Vec<String> = wants
        .iter()
        .map(|want| match want {
            domain::Want::PrepareNotice { k, owed, .. } => format!("notice {k} over {owed}"),
            domain::Want::Reckon => "reckon".to_owned(),
            domain::Want::DeemDelivered => "deem".to_owned(),
            domain::Want::Remind(reminder) => format!("remind {}", reminder.days),
            domain::Want::Compensate => "compensate".to_owned(),
            domain::Want::Sunset => "sunset".to_owned(),
            domain::Want::Release => "release".to_owned(),
        })
        .collect();
    let counts = (standing.past_due, standing.oldest_unpaid, standing.unpaid_count);
    let account = (counts, standing.next_due, standing.remaining);
    (*stage, format!("{restrictions:?} {reasons:?} {timetable:?}"), format!("{owed:?} {account:?}"))
}

fn later(now: Moment) -> impl Iterator<Item = Moment> {
    let gaps = [0, 3600, DAY_S, 3 * DAY_S, 10 * DAY_S, 41 * DAY_S];
    gaps.into_iter().map(move |gap_s| now.plus_seconds(gap_s))
}

/// The decision at any moment is the same however often somebody looked and recorded before, and
/// also when nobody ever did.
#[test]
fn evaluation_is_a_function_of_facts_and_moment() {
    check_lives(|life| {
        let lived = life.live(|_, _| Ok::<(), TestCaseError>(()))?;
        let mut busy = lived.born.clone();
        let mut idle = lived.born.clone();
        let mut before = lived.born.signed_at;
        for (at, facts) in &lived.commits {
            for tenth in [3, 6, 9] {
                let between = (at.micros() - before.micros()) / 10 * tenth;
                let look = Moment::from_micros(before.micros() + between);
                let decision = evaluate(&busy, &life.ladder, look);
                prop_assert_eq!(&decision, &evaluate(&idle, &life.ladder, look));
                busy.record(decision.recorded(look));
            }
            for fact in facts {
                busy.apply(fact);
                idle.apply(fact);
            }
            let decision = evaluate(&busy, &life.ladder, *at);
            busy.record(decision.recorded(*at));
            before = *at;
        }
        for look in later(lived.now) {
            let decision = evaluate(&lived.contract, &life.ladder, look);
            prop_assert_eq!(&decision, &evaluate(&busy, &life.ladder, look));
            prop_assert_eq!(&decision, &evaluate(&idle, &life.ladder, look));
        }
        Ok(())
    });
}

/// Until `next_look` nothing that a decision says changes: the server may sleep.
#[test]
fn nothing_changes_before_the_next_look() {
    let slept = Cell::new(0_u32);
    check_lives(|life| {
        life.live(|contract, now| {
            let decision = evaluate(contract, &life.ladder, now);
            let horizon = decision.next_look.unwrap_or(now.plus_seconds(4000 * DAY_S));
            prop_assert!(horizon > now);
            let asleep = horizon.micros() - now.micros() - 1;
            for eighth in 1..=8 {
                let moment = Moment::from_micros(now.micros() + asleep / 8 * eighth);
                let there = evaluate(contract, &life.ladder, moment);
                prop_assert_eq!(said(&decision), said(&there), "{} {}", now, moment);
            }
            let last = evaluate(contract, &life.ladder, Moment::from_micros(horizon.micros() - 1));
            prop_assert_eq!(said(&decision), said(&last), "{} {}", now, horizon);
            slept.set(slept.get() + u32::from(asleep > 0));
            Ok(())
        })?;
        Ok(())
    });
    assert!(slept.get() > 10_000);
}

/// The account as somebody else would count it: past due in minor units, and since when.
fn arrears(contract: &Contract, ladder: &Ladder, day: Day) -> Option<(i64, Day)> {
    let tolerance = ladder.tolerance(contract.terms());
    let due = contract.terms().rows().iter().filter(|row| row.due < day);
    let past_due = due.clone().map(|row| row.amount).sum::<i64>() - contract.paid;
    let mut open = -contract.paid;
    let oldest = due.clone().find(|row| {
        open += row.amount;
        open > tolerance
    });
    oldest.map(|row| (past_due, row.due))
}

/// Whether the k-th notice was delivered as every pack demands, and its days have run.
fn notice_has_run(contract: &Contract, ladder: &Ladder, index: usize, now: Moment) -> bool {
    let zone = contract.terms().zone();
    let rule = &ladder.notices[index];
    let k = u8::try_from(index + 1).unwrap();
    let Some(notice) = contract.notices.iter().find(|notice| notice.k == k) else {
        return false;
    };
    rule.demands.iter().all(|demand| {
        let run = |channel: &&Channel| {
            proves(notice, **channel, demand.proof).is_some_and(|at| {
                let cure = i32::try_from(rule.cure_days).unwrap();
                zone.day(now) > zone.day(at).plus_days(cure).unwrap()
            })
        };
        demand.channels.iter().filter(run).count() >= demand.min_modes as usize
    })
}

/// Since when there is evidence enough that a notice arrived by a channel, read off what was told.
fn proves(notice: &Notice, channel: Channel, least: Proof) -> Option<Moment> {
    let mut told: Vec<(Proof, Moment)> = Vec::new();
    for (known, at) in notice.delivered.iter().filter(|(known, _)| *known == channel) {
        let proof = if *known == Channel::Screen { Proof::Shown } else { Proof::Delivered };
        told.push((proof, *at));
    }
    for message in notice.messages.iter().filter(|message| message.channel == channel) {
        let proof = match message.state {
            DeliveryState::Accepted => Proof::Accepted,
            DeliveryState::Delivered | DeliveryState::Deemed => Proof::Delivered,
            DeliveryState::Read => Proof::Shown,
            DeliveryState::Acknowledged => Proof::Acknowledged,
            DeliveryState::Failed | DeliveryState::Bounced => return None,
        };
        told.push((proof, message.at));
    }
    told.into_iter().filter(|(proof, _)| *proof >= least).map(|(_, at)| at).min()
}

/// Invariants 1 and 2, counted independently.
#[test]
fn every_restriction_is_justified() {
    check_lives(|life| {
        life.live(|contract, now| {
            let ladder = &life.ladder;
            let stage = evaluate(contract, ladder, now).stage;
            let day = contract.terms().zone().day(now);
            let Some((past_due, since)) = arrears(contract, ladder, day) else {
                prop_assert_eq!(stage, Stage::CLEAR, "in good standing");
                return Ok(());
            };
            prop_assert!(past_due > ladder.tolerance(contract.terms()));
            if !stage.restricts() {
                return Ok(());
            }
            prop_assert!(contract.consent().is_some() && contract.device.is_some());
            prop_assert!(contract.is_active() && ladder.lender.is_named());
            let step = ladder.steps.iter().position(|step| step.stage == stage).unwrap();
            let dpd = u32::try_from(day.days_since(since)).unwrap();
            prop_assert!(dpd >= ladder.min_dpd_restrict.max(1));
            prop_assert!(dpd >= ladder.steps[step].when.days_past_due);
            prop_assert!(!ladder.notices.is_empty());
            for index in 0..ladder.notices.len() {
                prop_assert!(notice_has_run(contract, ladder, index, now), "notice {}", index + 1);
            }
            Ok(())
        })?;
        Ok(())
    });
}

/// A step stands only where the device reported the step below, and long enough ago.
#[test]
fn never_two_steps_up_without_the_devices_word() {
    check_lives(|life| {
        life.live(|contract, now| {
            let stage = evaluate(contract, &life.ladder, now).stage;
            let (steps, zone) = (&life.ladder.steps, contract.terms().zone());
            let since = arrears(contract, &life.ladder, zone.day(now)).map(|(_, day)| day);
            for pair in steps.windows(2).filter(|pair| pair[1].stage <= stage) {
                let effect = contract.effect(pair[0].stage).unwrap();
                let dpd = i32::try_from(pair[0].when.days_past_due).unwrap().max(1);
                let dates = zone.midnight(since.unwrap().plus_days(dpd).unwrap());
                let runs = effect.max(dates).plus_seconds(i64::from(pair[1].after_s));
                prop_assert!(runs <= now, "{} at {}", stage, now);
            }
            Ok(())
        })?;
        Ok(())
    });
}

fn paid(life: &Life, contract: &Contract, amount: i64, at: Moment) -> Contract {
    let mut contract = contract.clone();
    let payment = UnitId::from_bytes([250; 16]);
    let command = Command::PostPayment { payment, amount, value: at, confirmed: true };
    for fact in decide(&contract, &life.ladder, command, Actor::Time, at).unwrap_or_default() {
        contract.apply(&fact);
    }
    contract
}

/// Paying lowers or leaves; in two parts it does the same; sooner is never worse than later.
#[test]
fn paying_never_raises() {
    check((lives(), 1..400_i64, 0..100_i64, 0..20 * DAY_S), |(life, hundredths, cut, wait_s)| {
        let lived = life.live(|_, _| Ok::<(), TestCaseError>(()))?;
        let (before, now) = (&lived.contract, lived.now);
        let amount = RATE * hundredths / 100;
        let whole = paid(&life, before, amount, now);
        let part = (amount * cut / 100).max(1);
        let first = paid(&life, before, part, now);
        let parts = if part < amount { paid(&life, &first, amount - part, now) } else { first };
        for look in later(now) {
            let stage = evaluate(&whole, &life.ladder, look).stage;
            prop_assert!(stage <= evaluate(before, &life.ladder, look).stage, "paid {}", amount);
            let (one, two) =
                (evaluate(&whole, &life.ladder, look), evaluate(&parts, &life.ladder, look));
            prop_assert_eq!(one, two, "{} then the rest", part);
        }
        let then = now.plus_seconds(wait_s);
        let owed = evaluate(before, &life.ladder, then).standing.past_due;
        let sooner = paid(&life, before, owed, now);
        let late = paid(&life, before, owed, then);
        for look in later(now) {
            let waited = if look < then { before } else { &late };
            let stage = evaluate(&sooner, &life.ladder, look).stage;
            prop_assert!(stage <= evaluate(waited, &life.ladder, look).stage, "{} sooner", owed);
        }
        Ok(())
    });
}

/// Between facts a decision never falls, and only its own `until` ends a hold.
#[test]
fn time_alone_never_lowers_and_holds_never_raise() {
    check_lives(|life| {
        life.live(|contract, now| {
            let mut free = contract.clone();
            free.holds.clear();
            let mut known = Stage::CLEAR;
            for look in later(now) {
                let stage = evaluate(contract, &life.ladder, look).stage;
                prop_assert!(stage >= known, "{} at {} after {}", stage, look, known);
                prop_assert!(stage <= evaluate(&free, &life.ladder, look).stage);
                known = stage;
            }
            Ok(())
        })?;
        Ok(())
    });
}

/// The timetable is what the server itself would do if the device reported at once.
#[test]
fn a_timetable_leads_where_the_server_would() {
    let walked = Cell::new(0_usize);
    check_lives(|life| {
        life.live(|contract, now| {
            let mut contract = contract.clone();
            let decision = evaluate(&contract, &life.ladder, now);
            let since = contract.effect(decision.stage).unwrap_or(now);
            let alone = followed(&decision.timetable, since);
            report(&mut contract, decision.stage, since);
            let plain = contract.holds.is_empty() && life.ladder.blackouts.is_empty();
            let told = led(contract, &life.ladder, &decision, now);
            let reached = told.len().min(alone.len());
            prop_assert_eq!(&alone[..reached], &told[..reached]);
            prop_assert_eq!(alone.len(), reached, "what a device does alone the server does too");
            if plain && decision.stage >= Stage::NOTICE {
                prop_assert_eq!(told.len(), reached, "what the server does a device does alone");
                walked.set(walked.get() + reached);
            }
            Ok(())
        })?;
        Ok(())
    });
    assert!(walked.get() > 500, "{} entries were followed", walked.get());
}

/// What the server does from a moment on with a device that shows nothing and reports at once:
/// every rung in turn, also where several begin together.
fn led(
    mut contract: Contract,
    ladder: &Ladder,
    from: &Decision,
    now: Moment,
) -> Vec<(Moment, Stage)> {
    let rungs = [Stage::REMIND, Stage::NOTICE].into_iter();
    let rungs: Vec<Stage> = rungs.chain(ladder.steps.iter().map(|step| step.stage)).collect();
    let mut told = Vec::new();
    let (mut at, mut known) = (now, from.stage);
    loop {
        let decision = evaluate(&contract, ladder, at);
        if decision.stage != known {
            let on_ladder = |rung: &&Stage| **rung != Stage::REMIND || ladder.remind.is_some();
            let passed = rungs.iter().filter(on_ladder);
            let passed = passed.filter(|rung| known < **rung && **rung <= decision.stage);
            told.extend(passed.map(|rung| (at, *rung)));
            report(&mut contract, decision.stage, at);
            known = decision.stage;
            continue;
        }
        match decision.next_look {
            Some(next) => at = next,
            None => return told,
        }
    }
}

fn report(contract: &mut Contract, stage: Stage, applied: Moment) {
    let what = What::StageApplied { stage, sequence: 1, applied };
    contract.apply(&domain::Fact { at: applied, actor: Actor::Time, what });
}

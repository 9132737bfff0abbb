//! Every interleaving of a small world, exhausted: one contract of two instalments, a few days in
//! steps of half a day, a phone that follows its lease by itself, and whatever can happen between.
//!
//! What is abstracted, and why that is allowed, stands in `docs/adr/0047-model-check.md`.

mod grounds;
mod phone;
mod world;

use std::io::Write;

use stateright::{Checker, Model, Property};

use world::{Act, Budget, Small};

/// Most states of one world of the ordinary run.
const ORDINARY: usize = 1_500_000;

/// The world as a transition system.
#[derive(Clone)]
struct World {
    /// Half days.
    ticks: u8,
    /// How often each thing may happen.
    budget: Budget,
}

impl Model for World {
    type State = Small;
    type Action = Act;

    fn init_states(&self) -> Vec<Small> {
        world::openings(self.budget)
    }

    fn actions(&self, state: &Small, actions: &mut Vec<Act>) {
        if state.tick < self.ticks {
            actions.extend(Act::ALL);
        }
    }

    fn next_state(&self, state: &Small, act: Act) -> Option<Small> {
        state.after(act)
    }

    fn properties(&self) -> Vec<Property<World>> {
        let mut properties = promises();
        properties.extend(self.reached());
        properties
    }
}

/// What holds in every state; each invariant by its number.
fn promises() -> Vec<Property<World>> {
    vec![
        Property::always("invariant 1: good standing is never restricted", |_, state: &Small| {
            !state.is_up() || !state.grounds.is_good(state.now())
        }),
        Property::always(
            "invariant 1: no step is signed that the facts do not justify",
            |_, state: &Small| state.unjustified().is_none(),
        ),
        Property::always("invariant 2: no restriction without its grounds", |_, state: &Small| {
            !state.is_up() || state.grounds.justify(state.stage(), state.now())
        }),
        Property::always(
            "invariant 3: a released phone never restricts again",
            |_, state: &Small| {
                !state.contract.is_released() || (state.is_at_rest() && state.phone.obeys_release())
            },
        ),
        Property::always("invariant 4: down and release are never delayed", |_, state: &Small| {
            !state.is_late_down() && !state.is_release_due()
        }),
        Property::always("invariant 4: a hold never raises", |_, state: &Small| !state.hold_raised),
        Property::always(
            "invariant 8: a paid phone opens after one exchange",
            |_, state: &Small| {
                !state.phone.stage.restricts()
                    || !state.grounds.is_good(state.now())
                    || state.phone.unheard
            },
        ),
        Property::always(
            "invariant 8: who hears everything and pays nothing reaches the top",
            |_, state: &Small| {
                state.tick < 10 || !state.is_attentive() || state.phone.stage == domain::Stage::LOCK
            },
        ),
    ]
}

impl World {
    /// What must happen somewhere, so that no promise holds because nothing happens.
    fn reached(&self) -> Vec<Property<World>> {
        let mut reached: Vec<Property<World>> = vec![
            Property::sometimes("the first step is reached", |_, state: &Small| {
                state.phone.stage == domain::Stage::restrict(1)
            }),
            Property::sometimes("the top is reached", |_, state: &Small| {
                state.phone.stage == domain::Stage::LOCK
            }),
            Property::sometimes("a restricted phone is opened by money", |_, state: &Small| {
                state.contract.paid > 0 && state.was_up && !state.phone.stage.restricts()
            }),
            Property::sometimes("a phone walks up unheard", |_, state: &Small| {
                state.phone.stage.restricts() && state.phone.stage > state.stage()
            }),
        ];
        if self.budget.payments > 1 {
            reached.push(Property::sometimes("a phone is released", |_, state: &Small| {
                state.phone.released
            }));
        }
        if self.budget.reversals > 0 {
            reached.push(Property::sometimes(
                "money taken back restricts again",
                |_, state: &Small| state.grounds.taken_back && state.phone.stage.restricts(),
            ));
        }
        if self.budget.holds > 0 {
            reached.push(Property::sometimes("a hold keeps a phone open", |_, state: &Small| {
                let due = state.grounds.justify(domain::Stage::LOCK, state.now());
                due && state.grounds.held.is_some() && !state.is_up() && state.tick > 8
            }));
        }
        reached
    }
}

const NOTHING: Budget =
    Budget { payments: 0, reversals: 0, holds: 0, declared: 0, lost: 0, off: 0 };

/// Money in every order: paid for good or not, confirmed, taken back, up to the release.
#[test]
fn every_order_of_money_keeps_the_promises() {
    explore(11, Budget { payments: 2, reversals: 1, ..NOTHING }, ORDINARY);
}

/// A dispute beside the money.
#[test]
fn every_order_of_holds_keeps_the_promises() {
    explore(11, Budget { payments: 2, holds: 1, ..NOTHING }, ORDINARY);
}

/// Answers are lost, the phone is off and its clock stands still, the lender delivers himself.
#[test]
fn every_order_of_outages_keeps_the_promises() {
    explore(10, Budget { payments: 1, declared: 1, lost: 1, off: 1, ..NOTHING }, ORDINARY);
}

/// Money taken back beside a dispute.
#[test]
#[ignore = "2026-11-21: minutes and gigabytes, run by `cargo xtask long`"]
fn every_order_of_money_and_holds_keeps_the_promises() {
    explore(11, Budget { payments: 2, reversals: 1, holds: 1, ..NOTHING }, usize::MAX);
}

fn explore(ticks: u8, budget: Budget, most: usize) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = World { ticks, budget }.checker().threads(threads).spawn_dfs().join();
    let (unique, all) = (checker.unique_state_count(), checker.state_count());
    let told = format!("model: {unique} states, {all} transitions, {} deep\n", checker.max_depth());
    // Past the test harness, which keeps what a test that passes prints.
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    checker.assert_properties();
    assert!(unique > 10_000, "{unique} states are no world");
    assert!(unique <= most, "{unique} states are too many for every run");
}

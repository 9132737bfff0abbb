//! Every interleaving of a small world, exhausted: one contract of two instalments, a few days in
//! steps of half a day, a phone that follows its lease by itself, and whatever can happen between.
//!
//! What is abstracted, and why that is allowed, stands in `docs/adr/0047-model-check.md`.

mod grounds;
mod phone;
mod world;

use stateright::{Checker, Model, Property};

use world::{Act, Small};

/// Most states of the ordinary run.
const STATES_MAX: usize = 5_000_000;

/// The world as a transition system.
#[derive(Clone)]
struct World {
    /// Half days.
    ticks: u8,
    /// How often each thing may happen.
    budget: world::Budget,
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
        vec![
            Property::always("1: good standing is never restricted", |_, state: &Small| {
                !state.is_up() || !state.grounds.is_good(state.now())
            }),
            Property::always(
                "1: no step is signed that the facts do not justify",
                |_, state: &Small| state.unjustified().is_none(),
            ),
            Property::always("2: no restriction without its grounds", |_, state: &Small| {
                !state.is_up() || state.grounds.justify(state.stage(), state.now())
            }),
            Property::always("3: a released phone never restricts again", |_, state: &Small| {
                !state.contract.is_released() || (state.is_at_rest() && state.phone.obeys_release())
            }),
            Property::always("4: down and release are never delayed", |_, state: &Small| {
                !state.is_late_down() && !state.is_release_due()
            }),
            Property::always("4: a hold never raises", |_, state: &Small| !state.hold_raised),
            Property::always("8: a paid phone opens after one exchange", |_, state: &Small| {
                !state.phone.stage.restricts()
                    || !state.grounds.is_good(state.now())
                    || state.phone.unheard
            }),
            Property::always(
                "8: who hears everything and pays nothing reaches the top",
                |_, state: &Small| {
                    state.tick < 10
                        || !state.is_attentive()
                        || state.phone.stage == domain::Stage::LOCK
                },
            ),
            Property::sometimes("the first step is reached", |_, state: &Small| {
                state.phone.stage == domain::Stage::restrict(1)
            }),
            Property::sometimes("the top is reached", |_, state: &Small| {
                state.phone.stage == domain::Stage::LOCK
            }),
            Property::sometimes("a restricted phone is opened by money", |_, state: &Small| {
                state.contract.paid > 0 && state.was_up && !state.phone.stage.restricts()
            }),
            Property::sometimes("a phone is released", |_, state: &Small| state.phone.released),
            Property::sometimes("money taken back restricts again", |_, state: &Small| {
                state.grounds.taken_back && state.phone.stage.restricts()
            }),
            Property::sometimes("a phone walks up unheard", |_, state: &Small| {
                state.phone.stage.restricts() && state.phone.stage > state.stage()
            }),
        ]
    }
}

const BUDGET: world::Budget =
    world::Budget { payments: 2, reversals: 1, holds: 1, declared: 0, lost: 0, off: 0 };

#[test]
fn every_interleaving_of_a_small_world_keeps_the_promises() {
    explore(11, BUDGET, STATES_MAX);
}

/// More goes wrong.
#[test]
#[ignore = "many minutes and gigabytes: `cargo xtask long`"]
fn every_interleaving_of_a_larger_world_keeps_the_promises() {
    let budget = world::Budget { declared: 1, lost: 1, off: 1, ..BUDGET };
    explore(11, budget, usize::MAX);
}

fn explore(ticks: u8, budget: world::Budget, most: usize) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = World { ticks, budget }.checker().threads(threads).spawn_dfs().join();
    let (unique, all) = (checker.unique_state_count(), checker.state_count());
    println!("{unique} states, {all} transitions, {} deep", checker.max_depth());
    checker.assert_properties();
    assert!(unique > 10_000, "{unique} states are no world");
    assert!(unique <= most, "{unique} states are too many for every run");
}

//! The suite every backend passes. A backend's own test file names a way to make a store and
//! calls [`conformance!`](crate::conformance!), which makes one test of each behaviour.

mod books;
mod commits;
mod fixture;
mod model;
mod names;
mod pages;
mod reads;
mod work;

use std::{any::Any, future::Future, sync::Arc};

use crate::Backend;

pub use books::*;
pub use commits::*;
pub use model::*;
pub use names::*;
pub use pages::*;
pub use reads::*;
pub use work::*;

/// An empty store to be tested.
pub struct Made {
    /// The store.
    pub store: Arc<dyn Backend>,
    /// What must outlive it, for example its folder.
    pub keep: Box<dyn Any>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made(..)")
    }
}

/// Runs one behaviour on a fresh store.
pub fn run<F: Future<Output = ()>>(made: Made, behaviour: impl FnOnce(Arc<dyn Backend>) -> F) {
    let Made { store, keep } = made;
    block_on(behaviour(store));
    drop(keep);
}

/// Waits for a storage call on this thread.
pub fn block_on<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime without drivers takes nothing that could be missing").block_on(work)
}

/// One `#[test]` per behaviour for the store that this function makes.
#[macro_export]
macro_rules! conformance {
    ($make:expr) => {
        $crate::conformance! { $make;
            commit_is_loaded_back
            stale_version_changes_nothing
            unit_is_created_once
            repeated_command_answers_the_first_version
            reused_key_is_a_conflict
            failed_item_leaves_its_neighbours
            second_item_sees_the_first
            empty_calls_do_nothing
            thousand_items_are_each_answered
            unbalanced_postings_change_nothing
            wrong_head_hash_changes_nothing
            broken_journal_faults_alone
            tenant_and_kind_are_fixed
            one_commit_wins_per_version
            many_units_commit_at_once
            taken_name_is_refused_with_its_owner
            name_given_back_is_free
            own_name_is_taken_again
            name_of_another_is_not_given_back
            name_freed_and_taken_in_one_item_stays
            name_taken_by_the_item_before_is_taken
            spaces_and_tenants_do_not_mix
            failed_item_keeps_no_name
            looks_are_never_shared
            jobs_are_never_shared
            look_comes_back_after_its_claim
            job_comes_back_after_its_claim
            look_claim_ends_when_set
            only_due_looks_are_claimed_in_order
            only_due_jobs_of_the_queue_are_claimed
            finished_job_disappears
            job_of_another_unit_is_not_finished
            replaced_job_is_due_anew
            unit_pages_are_stable_under_writes
            journal_pages_are_stable_under_writes
            cursor_past_the_end_gives_nothing
            foreign_cursor_is_a_fault
            page_is_capped
            units_are_filtered
            journal_is_in_order_and_chained
            ledger_is_in_booking_order
            personal_data_is_written_and_erased
            latest_presence_wins
            presence_numbers_are_bounded
            trial_balance_is_zero
            ledger_is_in_time_order
            ledger_pages_are_stable_under_writes
            ledger_adds_up_to_the_trial_balance
            foreign_ledger_cursor_is_a_fault
            postings_of_several_moments_change_nothing
            counts_add_up_to_the_contracts
            large_text_is_kept_as_it_is
            random_commits_follow_the_model
        }
    };
    ($make:expr; $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                $crate::conformance::run($make(), $crate::conformance::$behaviour);
            }
        )*
    };
}

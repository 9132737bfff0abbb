//! A book on the disk: made by the generator, copied.

use std::{fs, ops::Range, path::Path, sync::Arc};

use domain::{Actor, Day, Moment};
use formats::directory::{Breaker, Limits};
use futures_util::{StreamExt, stream};

use crate::{
    TODAY, UNTIL, child,
    life::{self, Setting},
    mix::Case,
};

/// Contracts in one call of the store.
const CHUNK: u64 = 1_024;

/// Lives of these contracts, stored; `made` hears how many more there are.
pub(crate) fn make(
    database: &Path,
    numbers: Range<u64>,
    case: impl Fn(u64) -> Case + Copy + Send + 'static,
    made: impl Fn(u64),
) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let until = Moment::parse(UNTIL).expect("a moment");
    runtime.block_on(async {
        let app = child::open(database, child::StillClock::at(until)).await;
        let setting = Arc::new(lender(&app, until).await);
        let chunks = numbers.clone().step_by(usize::try_from(CHUNK).expect("a small number"));
        let lives = chunks.map(|first| {
            let numbers = first..(first + CHUNK).min(numbers.end);
            let setting = setting.clone();
            tokio::task::spawn_blocking(move || {
                let life = |number| life::item(&setting, number, &case(number));
                numbers.map(life).collect::<Vec<_>>()
            })
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let lives = stream::iter(lives).buffered(cores);
        let mut commits =
            lives.map(|items| app.store.commit(items.expect("lives go on"))).buffered(4);
        while let Some(outcomes) = commits.next().await {
            let outcomes = outcomes.expect("a commit");
            let done = |outcome: &store::Outcome| matches!(outcome, store::Outcome::Done(_));
            assert!(outcomes.iter().all(done), "a contract was not taken");
            made(outcomes.len() as u64);
        }
    });
    drop(runtime);
}

/// The lender of all contracts.
async fn lender(app: &server::App, until: Moment) -> Setting {
    let clerk = || Actor::Feed("bench".to_owned());
    let lender = formats::parse_lender(include_str!("../../../examples/lender.toml"));
    let lender = lender.expect("the example is right");
    let (tenant, _) = app.add_tenant(&lender, clerk()).await.expect("a tenant");
    let fee = "\n[late_fee]\namount_minor = 5000\ngrace_days = 3\n\
               minimum_past_due_minor = 1000\ncap_month_minor = 10000\n\
               cap_contract_minor = 50000\n";
    let programme = include_str!("../../../examples/programme.toml").to_owned() + fee;
    app.add_programme(tenant, &programme, clerk()).await.expect("a programme");
    // A payday moves thousands at once, and a sweep that waits for people measures nothing.
    let breaker = Breaker { least: u32::MAX, ..Breaker::default() };
    let limits = Limits { breaker, ..Limits::default() };
    app.set_limits(tenant, &limits, clerk()).await.expect("limits");
    let programme = app.directory.programme_in_force(tenant, "standard").expect("it is there");
    let packs = app
        .directory
        .packs_in_force(tenant, &programme, app.today(tenant).expect("its day"))
        .expect("its packs");
    let ladder = app.directory.ladder(tenant, &programme, &packs).expect("its ladder");
    let today = Day::parse(TODAY).expect("a day");
    Setting { tenant, ladder, until, today }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for (from, to) in child::files(from).iter().zip(child::files(to)) {
        let _ = fs::remove_file(&to);
        if from.exists() {
            fs::copy(from, &to).expect("a copy of the book");
        }
    }
    let copied = fs::File::open(to).expect("the copy");
    copied.sync_all().expect("the copy is on the disk");
}

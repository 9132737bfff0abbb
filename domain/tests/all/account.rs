//! The account: tables of what a movement does, and what must hold for any movements.

use std::collections::BTreeMap;

use domain::{
    Day, HoldId, UnitId,
    account::{Account, MoveKind},
    allocation::{Advance, NAMES, Rule},
    amortise::Share,
    late_fee::{Base, Caps, Charge, LateFee},
    schedule::Instalment,
};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};

const CASES: u32 = 10_000;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn after(days: i32) -> Day {
    day("2026-01-01").plus_days(days).unwrap()
}

/// Six months of 100.00, of which 10.00 is interest, from 31 January.
fn rows() -> Vec<Instalment> {
    let due = |months| day("2026-01-31").plus_months_clamped(months).unwrap();
    (0..6).map(|n| Instalment { due: due(n), amount: 10_000, interest: 1_000 }).collect()
}

/// 5.00 after three days, at most 7.00 a month and 12.00 in all.
fn fee() -> LateFee {
    LateFee {
        charge: Charge::Flat(500),
        grace_days: 3,
        minimum_past_due: 100,
        caps: Caps { month: Some(700), contract: Some(1_200), ..Caps::default() },
    }
}

fn account(late_fee: Option<LateFee>) -> Account {
    Account::open(&rows(), late_fee, day("2026-01-01"))
}

fn paid(amount: i64) -> MoveKind {
    MoveKind::In { amount }
}

fn payment(byte: u8) -> UnitId {
    UnitId::from_bytes([byte; 16])
}

/// Open arrears through a day.
fn arrears(account: &Account, on: Day) -> i64 {
    account.now().arrears().filter(|(due, _)| *due < on).map(|(_, open)| open).sum()
}

fn penalties(account: &Account) -> i64 {
    account.now().owed.iter().map(|owed| owed.penalty).sum()
}

#[test]
fn an_advance_payment_goes_to_the_next_instalment() {
    let mut account = account(None);
    account.take(paid(10_000), day("2026-01-05"), day("2026-01-05"));
    account.take(paid(4_000), day("2026-01-06"), day("2026-01-06"));
    let open: Vec<(Day, i64)> = account.now().arrears().collect();
    assert_eq!(open[0], (day("2026-02-28"), 6_000));
    assert_eq!(open[1], (day("2026-03-31"), 10_000));
}

#[test]
fn a_late_fee_falls_after_its_grace_once_and_within_its_caps() {
    let mut account = account(Some(fee()));
    account.reckon(day("2026-02-03"));
    assert_eq!(penalties(&account), 0, "three whole days");
    account.reckon(day("2026-02-04"));
    assert_eq!(penalties(&account), 500);
    account.reckon(day("2026-03-31"));
    assert_eq!(penalties(&account), 1_000, "once for an instalment");
    account.reckon(day("2026-12-31"));
    assert_eq!(penalties(&account), 1_200, "never above the cap of the contract");
}

#[test]
fn a_backdated_payment_takes_the_late_fee_along() {
    let mut account = account(Some(fee()));
    account.reckon(day("2026-02-10"));
    assert_eq!(penalties(&account), 500);
    account.take(paid(10_000), day("2026-02-01"), day("2026-02-10"));
    assert_eq!((penalties(&account), account.now().charged.total()), (0, 0));
    assert_eq!(arrears(&account, day("2026-02-10")), 0);
}

#[test]
fn a_penalty_alone_is_no_arrears() {
    let mut account = account(Some(fee()));
    account.take(paid(10_000), day("2026-02-10"), day("2026-02-10"));
    assert_eq!(penalties(&account), 500);
    assert_eq!(arrears(&account, day("2026-02-20")), 0);
    assert!(!account.now().is_settled());
}

/// Two instalments are past due, the older with a late fee: what they come to opens the phone under
/// every order, while the next one falls due that day.
#[test]
fn exactly_what_is_past_due_leaves_no_arrears_whatever_the_order() {
    for name in NAMES {
        for advance in Advance::ALL {
            let on = day("2026-03-31");
            let mut account = account(Some(fee())).by_rule(Rule::new(name, advance).unwrap());
            account.reckon(on);
            let past_due = arrears(&account, on);
            assert_eq!((past_due, penalties(&account)), (20_000, 1_000));
            account.take(paid(past_due), on, on);
            assert_eq!(arrears(&account, on), 0, "{name}");
            assert_eq!(arrears(&account, day("2026-04-01")), 10_000, "{name}");
            let owed = account.now().open();
            account.take(paid(owed), on, on);
            assert!(account.now().is_settled() && account.now().arrears().next().is_none());
        }
    }
}

#[test]
fn an_advance_to_the_last_instalment_still_covers_the_next_for_the_ladder() {
    let mut account = account(None).by_rule(Rule::new("default", Advance::Last).unwrap());
    account.take(paid(10_000), day("2026-01-20"), day("2026-01-20"));
    assert_eq!(account.now().owed[5].total(), 0, "booked on the last one");
    assert_eq!(arrears(&account, day("2026-02-10")), 0);
}

#[test]
fn a_fee_paid_for_itself_is_no_advance() {
    let mut account = account(Some(fee()));
    account.take(paid(10_000), day("2026-02-10"), day("2026-02-10"));
    account.take(paid(500), day("2026-02-11"), day("2026-02-11"));
    assert_eq!((penalties(&account), arrears(&account, day("2026-03-01"))), (0, 10_000));
}

#[test]
fn a_quiet_stretch_puts_the_fee_off_to_its_end() {
    let mut account = account(Some(fee()));
    let hold = HoldId::from_bytes([1; 16]);
    account.quiet(hold, day("2026-02-01"), None);
    account.reckon(day("2026-02-20"));
    assert_eq!(penalties(&account), 0);
    account.loud(hold, day("2026-02-20"));
    assert_eq!(penalties(&account), 500);
    assert_eq!(account.now().charged.months().keys().next(), Some(&(2026, 2)));
}

#[test]
fn a_reversal_opens_what_was_paid_last_as_old_as_it_is() {
    let mut account = account(Some(fee()));
    account.take(paid(20_000), day("2026-01-20"), day("2026-01-20"));
    account.reckon(day("2026-03-10"));
    account.take(MoveKind::Back { amount: 10_000 }, day("2026-03-10"), day("2026-03-10"));
    assert_eq!(account.now().arrears().next(), Some((day("2026-02-28"), 10_000)));
    assert_eq!(penalties(&account), 0, "the grace counts from the day it was taken back");
    account.reckon(day("2026-03-14"));
    assert_eq!(penalties(&account), 500);
}

#[test]
fn a_chargeback_is_a_debt_of_its_own() {
    let mut account = account(None);
    account.take(paid(60_000), day("2026-01-20"), day("2026-01-20"));
    assert!(account.now().is_settled());
    let kind = MoveKind::Chargeback { payment: payment(1), amount: 10_000 };
    account.take(kind, day("2026-03-15"), day("2026-03-15"));
    assert_eq!(account.now().arrears().collect::<Vec<_>>(), [(day("2026-03-15"), 10_000)]);
    account.take(paid(4_000), day("2026-03-20"), day("2026-03-20"));
    let won = MoveKind::ChargebackWon { payment: payment(1) };
    account.take(won, day("2026-04-01"), day("2026-04-01"));
    assert_eq!((account.now().open(), account.now().credit), (0, 4_000));
    account.take(MoveKind::Refund { amount: 4_000 }, day("2026-04-02"), day("2026-04-02"));
    assert_eq!(account.now().credit, 0);
}

#[test]
fn a_fee_given_up_does_not_come_back_with_money_taken_back() {
    let mut account = account(Some(fee()));
    account.take(paid(10_000), day("2026-02-10"), day("2026-02-10"));
    account.take(MoveKind::Waiver { amount: 500 }, day("2026-02-11"), day("2026-02-11"));
    assert_eq!((penalties(&account), account.now().waived), (0, 500));
    account.take(MoveKind::Back { amount: 10_000 }, day("2026-02-12"), day("2026-02-12"));
    assert_eq!((penalties(&account), account.now().open()), (0, 60_000));
}

#[test]
fn a_share_is_charged_of_what_is_open_rounded_down() {
    let charge = Charge::Share(Share(33_333_333), Base::PrincipalInterest);
    let mut account = account(Some(LateFee { charge, ..fee() }));
    account.take(paid(1), day("2026-01-10"), day("2026-01-10"));
    account.reckon(day("2026-02-04"));
    assert_eq!(penalties(&account), 333);
}

/// A movement: its day counted from the first of January, and what it is.
fn movement() -> impl Strategy<Value = (i32, MoveKind)> {
    let amount = prop_oneof![Just(10_000), 1..25_000_i64];
    (0..200_i32, 0..9_u8, 0..14_u8, amount).prop_map(|(on, kind, byte, amount)| {
        let kind = match kind {
            0..=3 => MoveKind::In { amount },
            4 => MoveKind::Back { amount },
            5 => MoveKind::Chargeback { payment: payment(byte), amount },
            6 => MoveKind::Fee { amount: amount / 10 + 1 },
            7 => MoveKind::Waiver { amount: amount / 10 + 1 },
            _ => MoveKind::ChargebackWon { payment: payment(byte) },
        };
        (on, kind)
    })
}

/// Movements; each chargeback is of a payment of its own.
fn movements(most: usize) -> impl Strategy<Value = Vec<(i32, MoveKind)>> {
    vec(movement(), 0..most).prop_map(|mut moves| {
        for (at, (_, kind)) in moves.iter_mut().enumerate() {
            if let MoveKind::Chargeback { payment: of, .. } = kind {
                *of = payment(u8::try_from(at).unwrap());
            }
        }
        moves
    })
}

/// Reckoned to the end without ever folding.
fn whole(moves: &[(i32, MoveKind)]) -> Account {
    let mut account = account(Some(fee()));
    for (on, kind) in moves {
        account.take(*kind, after(*on), after(0));
    }
    account.reckon(after(119));
    account
}

fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_131),
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner.run(&strategy, test).unwrap_or_else(|error| panic!("{error}"));
}

/// What two accounts agree on however movements of one day were numbered: what is open by due day,
/// credit, fees given up, late fees.
fn said(account: &Account) -> (BTreeMap<Day, i64>, i64, i64, i64) {
    let balance = account.now();
    let mut owed = BTreeMap::new();
    for one in balance.owed.iter().filter(|one| one.total() > 0) {
        *owed.entry(one.due).or_insert(0) += one.total();
    }
    (owed, balance.credit, balance.waived, balance.charged.total())
}

#[test]
fn the_order_of_arrival_has_no_say() {
    let shuffled =
        movements(14).prop_flat_map(|moves| (Just(moves.clone()), Just(moves).prop_shuffle()));
    check(shuffled, |(moves, other)| {
        prop_assert_eq!(said(&whole(&moves)), said(&whole(&other)));
        Ok(())
    });
}

#[test]
fn a_folded_account_says_what_the_whole_history_says() {
    check(movements(14), |mut moves| {
        moves.sort_by_key(|(on, _)| *on);
        let mut folding = account(Some(fee()));
        for (on, kind) in &moves {
            folding.take(*kind, after(*on), after(*on));
        }
        folding.reckon(after(260));
        let mut whole = account(Some(fee()));
        for (on, kind) in &moves {
            whole.take(*kind, after(*on), after(0));
        }
        whole.reckon(after(260));
        prop_assert_eq!(folding.now(), whole.now());
        Ok(())
    });
}

#[test]
fn history_is_folded_and_not_carried_along() {
    let mut account = account(Some(fee()));
    for week in 0..156 {
        account.take(paid(100), after(week * 7), after(week * 7));
        assert!(account.moves.len() <= 18, "{} in week {week}", account.moves.len());
    }
}

#[test]
fn a_payment_in_two_parts_is_the_same_payment() {
    check((movements(10), 0..119_i32, 2..30_000_i64, 1..100_i64), |case| {
        let (moves, on, amount, percent) = case;
        let part = (amount * percent / 100).clamp(1, amount - 1);
        let once = [moves.clone(), vec![(on, paid(amount))]].concat();
        let twice = [moves, vec![(on, paid(part)), (on, paid(amount - part))]].concat();
        prop_assert_eq!(said(&whole(&once)), said(&whole(&twice)));
        Ok(())
    });
}

/// But for what late fees took of it: a late fee that is past due is paid before an instalment that
/// is not due yet.
#[test]
fn paying_earlier_never_leaves_more_open() {
    let only_money = vec((0..119_i32, 1..25_000_i64), 0..8);
    check((only_money, 0..119_i32, 0..119_i32, 1..30_000_i64), |(money, one, two, amount)| {
        let moves: Vec<_> = money.into_iter().map(|(on, amount)| (on, paid(amount))).collect();
        let with = |on: i32| whole(&[moves.clone(), vec![(on, paid(amount))]].concat());
        let (early, late) = (with(one.min(two)), with(one.max(two)));
        prop_assert!(
            early.now().open() - early.now().credit <= late.now().open() - late.now().credit
        );
        for on in (0..300).step_by(7) {
            let most = arrears(&late, after(on)) + late.now().charged.total();
            prop_assert!(arrears(&early, after(on)) <= most, "{on}");
        }
        Ok(())
    });
}

/// Nothing is made and nothing is lost: what was ever owed, less what was given up and what came
/// in, is what is open, less the credit.
#[test]
fn everything_adds_up() {
    check(movements(14), |moves| {
        let account = whole(&moves);
        let balance = account.now();
        let owed: i64 = balance.claims.iter().map(|claim| claim.principal + claim.interest).sum();
        let owed = owed + balance.fees + balance.charged.total() - balance.waived;
        let came: i64 = moves
            .iter()
            .map(|(_, kind)| match kind {
                MoveKind::In { amount } => *amount,
                MoveKind::Back { amount } => -*amount,
                _ => 0,
            })
            .sum();
        prop_assert_eq!(owed - came, balance.open() - balance.credit.max(0));
        for (claim, owed) in balance.claims.iter().zip(&balance.owed) {
            prop_assert!(owed.principal >= 0 && owed.principal <= claim.principal);
            prop_assert!(owed.interest >= 0 && owed.interest <= claim.interest);
            prop_assert!(owed.fee >= 0 && owed.fee <= claim.fee);
            prop_assert!(owed.penalty >= 0 && owed.penalty <= claim.penalty);
        }
        prop_assert!(balance.credit <= 0 || balance.open() == 0, "credit beside debt");
        Ok(())
    });
}

//! Endings that are no paying off: what each books, what stays owed, what comes back to life.

use domain::{
    Command, Currency, Day, Moment, Reason, Stage, State, Terms, UnitId, Zone,
    account::Claim,
    ending::{End, Shortfall},
    fact::ReleaseCause,
    ledger::{Account, books},
    schedule::Instalment,
    terms::{Agreed, Price},
};

use crate::scene::{DAY_S, RATE, World, fast, outside_terms, terms};

/// Three instalments of 100.00, of which 10.00 is interest each, from 10 January.
fn priced() -> Terms {
    let due = |months| Day::new(2026, 1, 10).unwrap().plus_months_clamped(months).unwrap();
    let rows = (0..3).map(|n| Instalment { due: due(n), amount: RATE, interest: RATE / 10 });
    let currency = Currency::parse("INR").unwrap();
    let price = Price { currency, cash_price: 27_000, down_payment: 0 };
    let zone = Zone::parse("Asia/Kolkata").unwrap();
    Terms::explicit(price, rows.collect(), zone, "en".into()).unwrap()
}

/// On 1 February one instalment is past due and the phone is locked.
fn locked() -> World {
    let mut world = World::new(fast(), priced());
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::LOCK);
    world
}

fn end(world: &mut World, end: End) {
    world.act(Command::End(end));
}

fn refused(world: &mut World, end: End) -> &'static str {
    let before = world.contract.clone();
    let code = world.try_act(Command::End(end)).unwrap_err().code;
    assert_eq!(world.contract, before);
    code
}

fn reason() -> String {
    "as agreed".into()
}

fn hand_over(value: Moment) -> End {
    End::HandOver { value, note: String::new() }
}

fn grade(amount: i64, shortfall: Shortfall) -> End {
    End::Grade { grade: "B".into(), amount, shortfall: Some(shortfall) }
}

fn write_off(release: bool) -> End {
    End::WriteOff { release, reason: reason() }
}

fn pay(world: &mut World, id: u8, amount: i64) {
    let payment = UnitId::from_bytes([id; 16]);
    let value = world.now;
    world.act(Command::PostPayment { payment, amount, value, confirmed: true });
}

fn take_back(world: &mut World, id: u8, amount: i64) {
    let payment = UnitId::from_bytes([id; 16]);
    let value = world.now;
    world.act(Command::ChargeBack { payment, amount, value });
}

fn open(world: &World) -> i64 {
    world.contract.account.now().open()
}

fn cause(world: &World) -> Option<ReleaseCause> {
    match world.contract.state {
        State::Released { cause, .. } => Some(cause),
        _ => None,
    }
}

/// The balances that are something, by name.
fn balances(world: &World) -> Vec<(&'static str, i64)> {
    let books = books(&world.contract);
    assert_eq!(books.sum(), 0);
    let of = |account: Account| (account.name(), books.of(account));
    Account::ALL.into_iter().map(of).filter(|(_, minor)| *minor != 0).collect()
}

#[test]
fn a_hand_over_stops_interest_and_everything_that_rises() {
    let mut world = locked();
    let value = world.now;
    end(&mut world, hand_over(value));
    assert_eq!(world.contract.state, State::Returning { since: value });
    assert_eq!((world.stage(), world.decision().reasons), (Stage::CLEAR, vec![Reason::HandedOver]));
    let interest: Vec<i64> =
        world.contract.account.now().claims.iter().map(|claim: &Claim| claim.interest).collect();
    assert_eq!((interest, open(&world)), (vec![1_000, 0, 0], 28_000));
    assert_eq!(
        balances(&world),
        [
            ("receivable_principal", 27_000),
            ("receivable_interest", 1_000),
            ("sales", -27_000),
            ("interest_income", -1_000),
        ]
    );
    world.walk_days(60);
    assert_eq!((world.stage(), open(&world)), (Stage::CLEAR, 28_000));
    assert_eq!(world.decision().timetable, []);
}

#[test]
fn interest_stops_with_the_day_of_the_hand_over_however_late_it_is_told() {
    let mut told_late = locked();
    told_late.walk_to("2026-02-20");
    let value = told_late.midnight("2026-02-01");
    end(&mut told_late, hand_over(value));
    assert_eq!(open(&told_late), 28_000, "the interest of 10 February was earned and is not");
    let mut on_the_due_day = locked();
    on_the_due_day.walk_to("2026-02-10");
    let value = on_the_due_day.now;
    end(&mut on_the_due_day, hand_over(value));
    assert_eq!(open(&on_the_due_day), 29_000);
}

#[test]
fn a_grade_pays_and_its_shortfall_is_kept_or_waived() {
    let cases = [
        (25_000, Shortfall::Keep, 3_000, 0, 0),
        (25_000, Shortfall::Waive, 0, 3_000, 0),
        (28_000, Shortfall::Waive, 0, 0, 0),
        (30_000, Shortfall::Keep, 0, 0, 2_000),
        (0, Shortfall::Waive, 0, 28_000, 0),
    ];
    for (amount, shortfall, owed, waived, credit) in cases {
        let mut world = locked();
        let value = world.now;
        end(&mut world, hand_over(value));
        end(&mut world, grade(amount, shortfall));
        assert_eq!(cause(&world), Some(ReleaseCause::Returned), "{amount}");
        assert_eq!((open(&world), world.contract.forgiven), (owed, waived), "{amount}");
        let books = books(&world.contract);
        assert_eq!(books.of(Account::DeviceStock), amount);
        assert_eq!(books.of(Account::ShortfallCost), waived);
        assert_eq!(books.of(Account::CustomerCredit), -credit);
        assert_eq!(books.of(Account::RecoveryIncome), 0);
        assert_eq!(books.sum(), 0);
    }
}

#[test]
fn the_terms_say_what_becomes_of_a_shortfall_and_the_lender_may_give_up_more() {
    let cases = [
        (Shortfall::Keep, None, Ok(0)),
        (Shortfall::Keep, Some(Shortfall::Waive), Ok(3_000)),
        (Shortfall::Waive, None, Ok(3_000)),
        (Shortfall::Waive, Some(Shortfall::Waive), Ok(3_000)),
        (Shortfall::Waive, Some(Shortfall::Keep), Err("shortfall_waived")),
    ];
    for (agreed, asked, expected) in cases {
        let agreed = Agreed { shortfall: agreed, ..Agreed::default() };
        let mut world = World::new(fast(), priced().with_agreed(agreed));
        world.walk_to("2026-02-01");
        let value = world.now;
        end(&mut world, hand_over(value));
        let grade = End::Grade { grade: "B".into(), amount: 25_000, shortfall: asked };
        let graded = world.try_act(Command::End(grade));
        let waived = graded.map(|_| world.contract.forgiven).map_err(|refusal| refusal.code);
        assert_eq!(waived, expected);
    }
}

/// Edge case: a payment arrives while the phone is being graded.
#[test]
fn a_payment_while_grading_counts_and_a_kept_shortfall_is_paid_after_the_release() {
    let mut world = locked();
    let value = world.now;
    end(&mut world, hand_over(value));
    pay(&mut world, 201, 5_000);
    assert_eq!(open(&world), 23_000);
    end(&mut world, grade(20_000, Shortfall::Keep));
    assert_eq!((cause(&world), open(&world)), (Some(ReleaseCause::Returned), 3_000));
    pay(&mut world, 202, 3_500);
    assert_eq!(books(&world.contract).of(Account::CustomerCredit), -500);
    let payment = UnitId::from_bytes([203; 16]);
    let value = world.now;
    let more = Command::PostPayment { payment, amount: 1, value, confirmed: true };
    assert_eq!(world.try_act(more).unwrap_err().code, "contract_released");
    world.walk_days(100);
    assert_eq!(world.stage(), Stage::CLEAR);
}

#[test]
fn a_hand_over_taken_back_leaves_the_contract_as_if_there_had_been_none() {
    let mut world = locked();
    let mut without = world.clone();
    let value = world.now;
    end(&mut world, hand_over(value));
    world.walk_to("2026-02-20");
    end(&mut world, End::UndoHandOver { reason: reason() });
    without.walk_to("2026-02-20");
    assert_eq!(world.contract.account.now(), without.contract.account.now());
    assert_eq!(books(&world.contract), books(&without.contract));
    assert!(world.contract.is_active());
    assert_eq!(world.stage(), Stage::NOTICE, "what lies above needs notices of its own");
    world.walk_days(30);
    assert_eq!(world.stage(), Stage::LOCK);
}

#[test]
fn money_in_advance_pays_what_is_open_when_its_interest_is_not_earned() {
    let mut world = World::new(fast(), priced());
    world.walk_to("2026-01-09");
    pay(&mut world, 201, 20_000);
    world.walk_to("2026-01-20");
    let value = world.now;
    end(&mut world, hand_over(value));
    assert_eq!(open(&world), 28_000 - 20_000);
    assert_eq!(books(&world.contract).of(Account::InterestIncome), -1_000);
}

#[test]
fn a_write_off_without_release_never_rises_and_what_comes_is_recovered() {
    let mut world = locked();
    end(&mut world, write_off(false));
    assert_eq!((world.stage(), world.decision().reasons), (Stage::CLEAR, vec![Reason::WrittenOff]));
    assert_eq!(
        balances(&world),
        [("sales", -27_000), ("interest_income", -1_000), ("bad_debt", 28_000)]
    );
    world.walk_days(200);
    assert_eq!((world.stage(), cause(&world)), (Stage::CLEAR, None));
    pay(&mut world, 201, 5_000);
    let after = books(&world.contract);
    assert_eq!((after.of(Account::RecoveryIncome), after.of(Account::BadDebt)), (-5_000, 28_000));
    take_back(&mut world, 201, 5_000);
    assert_eq!(books(&world.contract).of(Account::RecoveryIncome), 0);
    assert_eq!(world.stage(), Stage::CLEAR);
}

/// Edge case: a write-off, then everything is paid.
#[test]
fn a_debt_that_was_written_off_and_paid_releases() {
    let mut world = locked();
    end(&mut world, write_off(false));
    pay(&mut world, 201, 28_000);
    assert_eq!(cause(&world), Some(ReleaseCause::Paid));
    assert_eq!(books(&world.contract).of(Account::RecoveryIncome), -28_000);
}

#[test]
fn a_write_off_is_undone_while_the_phone_is_held() {
    let mut world = locked();
    let mut without = world.clone();
    end(&mut world, write_off(false));
    pay(&mut world, 201, 5_000);
    end(&mut world, End::UndoWriteOff { reason: reason() });
    pay(&mut without, 201, 5_000);
    assert_eq!(books(&world.contract), books(&without.contract));
    assert!(world.stage() <= Stage::NOTICE);
    world.walk_days(30);
    assert_eq!(world.stage(), Stage::LOCK, "with notices of its own");
}

#[test]
fn a_write_off_with_release_frees_at_once_and_takes_recoveries() {
    let mut world = locked();
    end(&mut world, write_off(true));
    assert_eq!(cause(&world), Some(ReleaseCause::WrittenOff));
    assert_eq!(world.stages.last(), Some(&(world.now, Stage::CLEAR)));
    let state = world.contract.state.clone();
    pay(&mut world, 201, 28_000);
    assert_eq!(world.contract.state, state, "nothing but the books moves");
    assert_eq!(books(&world.contract).of(Account::RecoveryIncome), -28_000);
    take_back(&mut world, 201, 28_000);
    world.walk_days(100);
    assert_eq!((world.stage(), open(&world)), (Stage::CLEAR, 28_000));
    assert_eq!(refused(&mut world, End::UndoWriteOff { reason: reason() }), "write_off_final");
}

#[test]
fn the_phone_of_a_debt_written_off_is_let_go_by_decision() {
    let mut world = locked();
    assert_eq!(refused(&mut world, End::LetGo { reason: reason() }), "not_written_off");
    end(&mut world, write_off(false));
    end(&mut world, End::LetGo { reason: reason() });
    assert_eq!(cause(&world), Some(ReleaseCause::WrittenOff));
    assert_eq!(open(&world), 28_000, "the claim stays");
}

/// Money that a bank takes back after a write-off had never been written off.
#[test]
fn a_chargeback_of_older_money_is_a_claim_beside_what_was_written_off() {
    let mut world = World::new(fast(), priced());
    pay(&mut world, 201, RATE);
    world.walk_to("2026-02-20");
    end(&mut world, write_off(false));
    take_back(&mut world, 201, RATE);
    let after = books(&world.contract);
    assert_eq!(after.of(Account::ReceivableChargeback), RATE);
    assert_eq!((after.of(Account::RecoveryIncome), after.sum()), (0, 0));
    assert_eq!(world.stage(), Stage::CLEAR);
}

#[test]
fn a_shortfall_that_nobody_pays_is_written_off_and_back() {
    let mut world = locked();
    let value = world.now;
    end(&mut world, hand_over(value));
    end(&mut world, grade(20_000, Shortfall::Keep));
    let before = books(&world.contract);
    end(&mut world, write_off(false));
    assert_eq!(books(&world.contract).of(Account::BadDebt), 8_000);
    assert_eq!(cause(&world), Some(ReleaseCause::Returned));
    assert_eq!(refused(&mut world, write_off(false)), "contract_not_active");
    end(&mut world, End::UndoWriteOff { reason: reason() });
    assert_eq!(books(&world.contract), before);
    assert_eq!(cause(&world), Some(ReleaseCause::Returned));
}

#[test]
fn endings_are_refused_where_there_is_nothing_to_end() {
    let mut world = locked();
    let (early, late) = (world.contract.signed_at.plus_seconds(-DAY_S), world.now.plus_seconds(1));
    for value in [early, late] {
        assert_eq!(refused(&mut world, hand_over(value)), "value_out_of_range");
    }
    let note = "x".repeat(501);
    let value = world.now;
    assert_eq!(refused(&mut world, End::HandOver { value, note }), "bad_text");
    assert_eq!(refused(&mut world, grade(1, Shortfall::Keep)), "not_returning");
    assert_eq!(refused(&mut world, End::UndoHandOver { reason: reason() }), "not_returning");
    assert_eq!(refused(&mut world, End::UndoWriteOff { reason: reason() }), "not_written_off");
    assert_eq!(
        refused(&mut world, End::WriteOff { release: true, reason: " ".into() }),
        "bad_text"
    );
    end(&mut world, hand_over(value));
    assert_eq!(refused(&mut world, hand_over(value)), "contract_not_active");
    assert_eq!(refused(&mut world, write_off(true)), "contract_not_active");
    assert_eq!(refused(&mut world, grade(-1, Shortfall::Keep)), "bad_amount");
    assert_eq!(refused(&mut world, grade(i64::MAX, Shortfall::Keep)), "amount_overflow");
    let grade = End::Grade { grade: String::new(), amount: 1, shortfall: None };
    assert_eq!(refused(&mut world, grade), "bad_text");
    let mut paid = World::new(fast(), terms("Asia/Kolkata"));
    pay(&mut paid, 201, 12 * RATE);
    assert_eq!(refused(&mut paid, write_off(true)), "nothing_owed");
}

/// Where the lender's own system keeps the account nothing is booked here; the phone goes all the
/// same.
#[test]
fn a_contract_serviced_outside_ends_without_money() {
    let mut world = World::new(fast(), outside_terms("Asia/Kolkata"));
    let value = world.now;
    end(&mut world, hand_over(value));
    assert_eq!(refused(&mut world, grade(1, Shortfall::Keep)), "serviced_outside");
    end(&mut world, grade(0, Shortfall::Waive));
    assert_eq!((cause(&world), balances(&world)), (Some(ReleaseCause::Returned), vec![]));
    let mut world = World::new(fast(), outside_terms("Asia/Kolkata"));
    end(&mut world, write_off(true));
    assert_eq!((cause(&world), balances(&world)), (Some(ReleaseCause::WrittenOff), vec![]));
}

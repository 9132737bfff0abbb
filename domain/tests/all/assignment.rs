//! A contract passed on to another lender: what ends, what goes on, and what it books.

use domain::{
    Actor, Command, EnrolmentId, Fact, HoldId, HoldKind, Planned, Reason, Stage, TenantId, UnitId,
    What,
    assignment::{Arrival, Assign, Assignment, Passed, TakenOver},
    contract::Contract,
    custody::Pass,
    hold::Hold,
    ledger::{Account, Books, books, owed},
};
use proptest::prelude::*;

use crate::scene::{DAY_S, RATE, World, fast, outside_terms, terms};

const BUYER: TenantId = TenantId(uuid(3));
const NEXT: UnitId = UnitId(uuid(4));

const fn uuid(byte: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([byte; 16])
}

fn locked() -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::LOCK);
    world
}

fn offer(to: TenantId) -> Command {
    Command::Assign(Assign::Offer { to, reason: "sold".into() })
}

fn pass(world: &World) -> Command {
    let enrolment = world.contract.device.as_ref().map(|device| device.id);
    let certificate = enrolment.map(|_| vec![7]);
    let passed = Passed { to: BUYER, unit: NEXT, lender: "Other Finance".into(), certificate };
    Command::Assign(Assign::Pass { passed, enrolment })
}

fn refused(world: &mut World, command: Command) -> &'static str {
    let before = world.contract.clone();
    let code = world.try_act(command).unwrap_err().code;
    assert_eq!(world.contract, before);
    code
}

/// Passes the contract on; the world goes on with the next lender. Answers the one that ended.
fn pass_on(world: &mut World) -> Contract {
    // The scene's device goes on reporting; an old contract takes no report.
    let habits =
        std::mem::replace(&mut world.habits, crate::scene::Habits { shows: false, reports: false });
    world.act(offer(BUYER));
    let command = pass(world);
    world.act(command);
    world.habits = habits;
    let old = world.contract.clone();
    let arrival = Arrival {
        reference: "B-1".into(),
        from: "Example Finance".into(),
        enrolment: EnrolmentId::from_bytes([9; 16]),
    };
    let next = old.carried_over(arrival).unwrap();
    let taken = TakenOver { contract: next.clone(), reason: "sold".into() };
    let what = What::Assignment(Assignment::TakenOver(Box::new(taken)));
    let fact = Fact { at: world.now, actor: Actor::Time, what };
    assert_eq!(Contract::opened(NEXT, BUYER, &fact).as_ref(), Some(&next), "replay begins with it");
    assert_eq!(Contract::opened(old.unit, BUYER, &fact), None, "in its own journal alone");
    world.contract = next;
    old
}

fn follow(world: &mut World) {
    world.act(Command::Assign(Assign::Follow(EnrolmentId::from_bytes([9; 16]))));
}

fn pay(world: &mut World, id: u8, amount: i64) {
    let payment = UnitId::from_bytes([id; 16]);
    let value = world.now;
    world.act(Command::PostPayment { payment, amount, value, confirmed: true });
}

/// What both lenders' books say together, their claims on each other left out.
fn together(one: &Books, other: &Books) -> Vec<i64> {
    let claims = |books: &Books| books.of(Account::AssignedClaims);
    assert_eq!(claims(one) + claims(other), 0, "what one gives the other takes");
    let of = |account: Account| one.of(account) + other.of(account);
    Account::ALL.into_iter().filter(|account| *account != Account::AssignedClaims).map(of).collect()
}

#[test]
fn what_is_open_leaves_one_book_and_enters_the_other() {
    let mut world = locked();
    pay(&mut world, 1, RATE / 2);
    let before = books(&world.contract);
    let open = world.contract.account.now().open();
    let old = pass_on(&mut world);
    let (gone, come) = (books(&old), books(&world.contract));
    assert_eq!((gone.sum(), come.sum()), (0, 0));
    assert_eq!(gone.of(Account::AssignedClaims), open);
    assert_eq!((gone.of(Account::ReceivablePrincipal), owed(&old)), (0, 0));
    assert_eq!((come.of(Account::ReceivablePrincipal), owed(&world.contract)), (open, open.into()));
    assert_eq!((gone.of(Account::Sales), come.of(Account::Sales)), (before.of(Account::Sales), 0));
    assert_eq!(together(&gone, &come), together(&before, &Books::default()));
    pay(&mut world, 2, open);
    let paid = books(&world.contract);
    assert_eq!(paid.of(Account::InTransit), open, "its own money only");
    assert_eq!(paid.of(Account::ReceivablePrincipal), 0);
    assert!(world.contract.is_released());
}

#[test]
fn nothing_above_notice_begins_before_the_device_follows_and_what_had_begun_stays() {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    while !world.stage().restricts() {
        world.walk_days(1);
    }
    let stage = world.stage();
    assert!(stage.restricts() && stage < Stage::LOCK, "{stage}");
    pass_on(&mut world);
    assert_eq!(world.stage(), stage);
    assert!(world.decision().reasons.contains(&Reason::LenderChanged));
    assert!(world.decision().timetable.iter().all(|planned| !planned.stage.restricts()));
    world.walk_days(30);
    assert_eq!(world.stage(), stage);
    follow(&mut world);
    follow(&mut world);
    world.walk_days(5);
    assert_eq!(world.stage(), Stage::LOCK);
    assert!(!world.decision().reasons.contains(&Reason::LenderChanged));
}

#[test]
fn what_was_passed_on_takes_nothing_more() {
    let mut world = locked();
    let mut other = world.clone();
    let old = pass_on(&mut world);
    other.contract = old;
    other.habits = crate::scene::Habits { shows: false, reports: false };
    assert_eq!((other.stage(), other.decision().reasons), (Stage::CLEAR, vec![Reason::Assigned]));
    assert!(other.decision().wants.is_empty() && other.decision().next_look.is_none());
    let value = other.now;
    let payment = UnitId::from_bytes([5; 16]);
    let commands = [
        Command::PostPayment { payment, amount: 1, value, confirmed: true },
        Command::ReversePayment { payment, amount: 1 },
        Command::Credit { amount: 1, reason: "gift".into() },
        Command::Enrol(crate::scene::enrolment(2)),
        Command::Release { certificate: vec![1] },
        Command::Reckon,
        offer(TenantId::from_bytes([8; 16])),
    ];
    for command in commands {
        assert_eq!(refused(&mut other, command), "contract_assigned");
    }
    let again = pass(&other);
    assert_eq!(other.try_act(again), Ok(0), "passing on again is the same");
    let id = EnrolmentId::from_bytes([1; 16]);
    let unknown = refused(&mut other, Command::Custody(Pass::ConfirmRemoval(id)));
    assert_eq!(unknown, "not_released", "freed devices are still answered");
}

#[test]
fn only_what_runs_and_is_offered_can_go() {
    let mut world = locked();
    let own = world.contract.tenant;
    assert_eq!(refused(&mut world, offer(own)), "same_tenant");
    let command = pass(&world);
    assert_eq!(refused(&mut world, command.clone()), "not_offered");
    world.act(offer(TenantId::from_bytes([8; 16])));
    assert_eq!(refused(&mut world, command.clone()), "not_offered", "to somebody else");
    world.act(offer(BUYER));
    assert_eq!(world.try_act(offer(BUYER)), Ok(0));
    let withdraw = Command::Assign(Assign::Withdraw { reason: "not sold".into() });
    world.act(withdraw.clone());
    assert_eq!(refused(&mut world, command), "not_offered");
    assert_eq!(refused(&mut world, withdraw), "not_offered");
    world.act(offer(BUYER));
    let Command::Assign(Assign::Pass { passed, .. }) = pass(&world) else { panic!("a passing") };
    let other = Some(EnrolmentId::from_bytes([6; 16]));
    let wrong = Command::Assign(Assign::Pass { passed, enrolment: other });
    assert_eq!(refused(&mut world, wrong), "conflict");

    let mut unsure = locked();
    let (payment, value) = (UnitId::from_bytes([1; 16]), unsure.now);
    unsure.act(Command::PostPayment { payment, amount: 1, value, confirmed: false });
    assert_eq!(refused(&mut unsure, offer(BUYER)), "payment_unconfirmed");
    let mut unheard = World::unenrolled(fast(), terms("Asia/Kolkata"), true).silent();
    unheard.act(offer(BUYER));
    unheard.act(Command::Enrol(crate::scene::enrolment(1)));
    assert_eq!(refused(&mut unheard, offer(BUYER)), "device_not_heard");
    let mut paid = locked();
    let all = paid.contract.account.now().open();
    pay(&mut paid, 1, all);
    assert_eq!(refused(&mut paid, offer(BUYER)), "contract_not_active");
}

#[test]
fn holds_and_evidence_go_along_and_unread_notices_are_written_anew() {
    let mut world = World::new(fast(), terms("Asia/Kolkata")).silent();
    world.act(Command::ReportStage { stage: Stage::CLEAR, sequence: 1, applied: world.now });
    world.walk_to("2026-01-14");
    assert!(!world.contract.notices.is_empty());
    let (id, from) = (HoldId::from_bytes([1; 16]), world.now);
    let cause = "says it was paid".to_owned();
    world.act(Command::OpenHold(Hold { id, kind: HoldKind::Dispute, from, until: None, cause }));
    let old = pass_on(&mut world);
    assert_eq!(world.contract.holds, old.holds);
    assert_eq!(world.contract.notices, [], "it named the lender before and reached nobody");
    world.look();
    assert_eq!(world.contract.notices.len(), 1);
    assert_ne!(world.contract.notices[0].id, old.notices[0].id);
}

#[test]
fn an_account_that_is_kept_elsewhere_goes_without_books() {
    let mut world = World::new(fast(), outside_terms("Asia/Kolkata"));
    let old = pass_on(&mut world);
    assert_eq!((books(&old), books(&world.contract)), (Books::default(), Books::default()));
}

#[test]
fn a_contract_goes_on_from_hand_to_hand() {
    let mut world = locked();
    let first = pass_on(&mut world);
    pay(&mut world, 1, RATE);
    let mut second = world.contract.clone();
    let at = world.now;
    let passed =
        Passed { to: first.tenant, unit: uuid_unit(5), lender: "X".into(), certificate: None };
    for assignment in [
        Assignment::Offered { to: first.tenant, reason: "back".into() },
        Assignment::Passed(passed),
    ] {
        let what = What::Assignment(assignment);
        second.apply(&Fact { at, actor: Actor::Time, what });
    }
    let arrival = Arrival {
        reference: "A-2".into(),
        from: "Other Finance".into(),
        enrolment: EnrolmentId::from_bytes([8; 16]),
    };
    let third = second.carried_over(arrival).unwrap();
    let claims = |contract: &Contract| books(contract).of(Account::AssignedClaims);
    assert_eq!(claims(&first) + claims(&second) + claims(&third), 0);
    assert_eq!(books(&second).of(Account::InTransit), RATE, "what it collected");
    assert_eq!(books(&third).of(Account::InTransit), 0);
    assert_eq!(owed(&third), third.account.now().open().into());
}

fn uuid_unit(byte: u8) -> UnitId {
    UnitId::from_bytes([byte; 16])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    /// A contract whose device follows at once goes on as if it had never been passed on: the same
    /// decisions, the same account, and books that are the same together.
    #[test]
    fn passing_on_changes_nothing_for_the_borrower(
        before in 0_i64..80,
        after in 0_i64..60,
        payments in proptest::collection::vec((0_i64..140, 1_i64..3 * RATE), 0..5),
    ) {
        let mut stayed = World::new(fast(), terms("Asia/Kolkata"));
        let mut went = stayed.clone();
        let mut old = None;
        let mut days: Vec<(i64, Option<i64>)> = vec![(before, None), (before + after, None)];
        days.extend(payments.iter().map(|(on, amount)| (*on, Some(*amount))));
        days.sort_unstable();
        let from = stayed.now;
        for (number, (day, amount)) in (1..).zip(days) {
            for world in [&mut stayed, &mut went] {
                world.walk(from.plus_seconds(day * DAY_S));
                let amount = amount.filter(|_| world.contract.is_active());
                amount.into_iter().for_each(|amount| pay(world, number, amount));
            }
            if day == before && old.is_none() && went.contract.is_active() {
                old = Some(pass_on(&mut went));
                follow(&mut went);
            }
            let (one, other) = (stayed.decision(), went.decision());
            prop_assert_eq!((one.stage, one.standing), (other.stage, other.standing));
            let steps = |planned: Vec<Planned>| -> Vec<_> {
                planned.iter().map(|step| (step.stage, step.at, step.after_s)).collect()
            };
            prop_assert_eq!(steps(one.timetable), steps(other.timetable));
        }
        prop_assert_eq!(&stayed.contract.account, &went.contract.account);
        prop_assert_eq!(stayed.contract.state.name(), went.contract.state.name());
        if let Some(old) = old {
            let both = together(&books(&old), &books(&went.contract));
            prop_assert_eq!(both, together(&books(&stayed.contract), &Books::default()));
        }
    }
}

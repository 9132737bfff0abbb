//! `in-rbi-draft-2026`, its whole timetable day by day.

use domain::{
    Actor, Channel, Command, Contract, Currency, Day, EnrolmentId, Ladder, Moment, NoticeId,
    Restriction, Stage, TenantId, Terms, UnitId, Want, Zone, decide,
    delivery::{Delivery, DeliveryState},
    evaluate::evaluate,
    fact::{Consent, Enrolment, Signed},
    policy::{Programme, care::Relock, paper::Disclosure},
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};
use formats::{packs, parse_lender, parse_pack, parse_programme};

const PROGRAMME: &str = include_str!("../../../examples/programme.toml");
const LENDER: &str = include_str!("../../../examples/lender.toml");
const DAY_S: i64 = 86_400;

fn programme() -> Programme {
    parse_programme(PROGRAMME).unwrap()
}

fn ladder(programme: &Programme) -> Ladder {
    let text = packs::builtin().iter().find(|(id, _)| *id == "in-rbi-draft-2026").unwrap().1;
    let pack = parse_pack(text).unwrap();
    Ladder::resolve(programme, &[&pack], &parse_lender(LENDER).unwrap().lender).unwrap()
}

/// A borrower who pays nothing of twelve instalments, the first due on 5 January 2026, and a phone
/// that is on all the time.
struct Walk {
    contract: Contract,
    ladder: Ladder,
    now: Moment,
    /// From which day past due on a notice of this number is shown; `None` = never.
    shows: fn(u8) -> Option<i32>,
}

impl Walk {
    fn new(ladder: Ladder, shows: fn(u8) -> Option<i32>) -> Walk {
        let zone = Zone::parse("Asia/Kolkata").unwrap();
        let currency = Currency::parse("INR").unwrap();
        let price = Price { currency, cash_price: 1_200_000, down_payment: 0 };
        let plan = Equal {
            count: 12,
            period: Period::Months,
            every: 1,
            first_due: Day::parse("2026-01-05").unwrap(),
            month_end: MonthEnd::Clamp,
            instalment: None,
        };
        let now = zone.midnight(Day::parse("2025-12-05").unwrap());
        let consent = Consent { form: "lock".into(), version: "1".into(), at: now, told: None };
        let signed = Signed {
            reference: "A-1".into(),
            terms: Terms::equal(price, &plan, zone, "en".into()).unwrap(),
            terms_hash: None,
            sunset: None,
            late_fee: None,
            programme: ladder.programme.clone(),
            packs: ladder.packs.clone(),
            imeis: vec!["hash".into()],
            consent: Some(consent),
        };
        let contract =
            Contract::sign(UnitId::from_bytes([1; 16]), TenantId::from_bytes([2; 16]), now, signed);
        let mut walk = Walk { contract, ladder, now, shows };
        let id = EnrolmentId::from_bytes([3; 16]);
        let (disclosure, offer) = ([0; 32], [0; 32]);
        walk.act(Command::Enrol(Enrolment {
            id,
            key_gen: 1,
            key: vec![1],
            tier: 1,
            disclosure,
            offer,
        }));
        walk
    }

    fn act(&mut self, command: Command) {
        let facts = decide(&self.contract, &self.ladder, command, Actor::Time, self.now).unwrap();
        for fact in facts {
            self.contract.apply(&fact);
        }
    }

    fn days_past_due(&self) -> i32 {
        self.contract.day(self.now).days_since(Day::parse("2026-01-05").unwrap())
    }

    /// The midnight on which so many days past due begin.
    fn midnight(&self, day: i32) -> Moment {
        let due = Day::parse("2026-01-05").unwrap();
        self.contract.terms().zone().midnight(due.plus_days(day).unwrap())
    }

    /// Server and phone do what is due at this moment.
    fn look(&mut self) -> Stage {
        loop {
            let decision = evaluate(&self.contract, &self.ladder, self.now);
            if let Some(Want::PrepareNotice { k, show_from, owed }) = decision.wants.first() {
                let mut id = [*k; 16];
                id[..8].copy_from_slice(&owed.to_be_bytes());
                let id = NoticeId::from_bytes(id);
                let (language, templates, text) = ("en".into(), Vec::new(), "text".into());
                let (k, show_from, owed) = (*k, *show_from, *owed);
                self.act(Command::PrepareNotice {
                    id,
                    k,
                    show_from,
                    owed,
                    language,
                    templates,
                    text,
                });
                continue;
            }
            let unseen = self.contract.notices.iter().find(|notice| {
                let due = (self.shows)(notice.k).is_some_and(|day| self.days_past_due() >= day);
                due && notice.show_from <= self.now && notice.delivered.is_empty()
            });
            if let Some(id) = unseen.map(|notice| notice.id) {
                let text_hash = String::new();
                self.act(Command::NoticeShown { id, shown: self.now, text_hash });
                continue;
            }
            let stage = decision.stage;
            let (sequence, applied) = (1, self.now);
            if self.contract.effect(stage).is_none() && stage > Stage::CLEAR {
                self.act(Command::ReportStage { stage, sequence, applied });
                continue;
            }
            self.contract.record(decision.recorded(self.now));
            return stage;
        }
    }

    /// The stage on each day past due from 0 on.
    fn days(&mut self, until: i32) -> Vec<Stage> {
        (0..=until)
            .map(|day| {
                self.now = self.midnight(day);
                assert_eq!(self.days_past_due(), day);
                self.look()
            })
            .collect()
    }
}

fn always(_: u8) -> Option<i32> {
    Some(0)
}

/// Sixty days to the first notice, twenty-one to cure, a second one and seven days more; from
/// ninety days on, step by step, and never a lock: every single day of 400.
#[test]
fn every_day_of_the_timetable() {
    let mut walk = Walk::new(ladder(&programme()), always);
    let days = walk.days(400);
    for (day, stage) in days.iter().enumerate() {
        let expected = match day {
            0 => Stage::CLEAR,
            1..60 => Stage::REMIND,
            60..90 => Stage::NOTICE,
            90..93 => Stage::restrict(1),
            93..97 => Stage::restrict(2),
            97..104 => Stage::restrict(3),
            _ => Stage::restrict(4),
        };
        assert_eq!(*stage, expected, "day {day}");
    }
    let shown: Vec<i32> = walk
        .contract
        .notices
        .iter()
        .map(|notice| {
            let (channel, at) = notice.delivered[0];
            assert_eq!(channel, Channel::Screen);
            walk.contract.day(at).days_since(Day::parse("2026-01-05").unwrap())
        })
        .collect();
    assert_eq!(shown, [60, 82], "the second after twenty-one whole days");
}

/// The days to cure count from the day on which a notice was really seen.
#[test]
fn a_notice_that_comes_late_moves_everything_after_it() {
    let late: fn(u8) -> Option<i32> = |k| Some(if k == 1 { 75 } else { 0 });
    let days = Walk::new(ladder(&programme()), late).days(130);
    let first = days.iter().position(|stage| stage.restricts()).unwrap();
    // Seen on day 75, 21 whole days, the second seen on 97, 7 whole days.
    assert_eq!(first, 105);
    let never: [fn(u8) -> Option<i32>; 2] = [|_| None, |k| (k == 1).then_some(0)];
    for shows in never {
        let days = Walk::new(ladder(&programme()), shows).days(400);
        assert!(days.iter().all(|stage| !stage.restricts()), "no notice, no restriction");
    }
}

/// What becomes of the message that carries a notice is evidence like the phone's own word: a
/// receipt of the delivery runs the clock, the carrier's acceptance alone does not.
#[test]
fn a_notice_by_message_alone_runs_its_clock_from_the_receipt() {
    let tell = |channel, told: &[DeliveryState]| {
        let mut walk = Walk::new(ladder(&programme()), |_| None);
        let mut first = None;
        for day in 0..=130 {
            walk.now = walk.midnight(day);
            if walk.look().restricts() {
                first = first.or(Some(day));
            }
            let untold = walk
                .contract
                .notices
                .iter()
                .find(|notice| notice.show_from <= walk.now && notice.messages.is_empty());
            let Some((notice, k)) = untold.map(|notice| (notice.id, notice.k)) else { continue };
            for state in told.iter().copied() {
                let (at, evidence) = (walk.now, "receipt".into());
                let delivery = Delivery { notice, k, channel, state, at, evidence };
                walk.act(Command::TellDelivery(delivery));
            }
        }
        first
    };
    let (accepted, delivered) = (DeliveryState::Accepted, DeliveryState::Delivered);
    for channel in Channel::MESSAGES {
        assert_eq!(tell(channel, &[accepted, delivered]), Some(90), "{channel:?}");
        assert_eq!(tell(channel, &[accepted]), None, "{channel:?}: no more than handed over");
        let back = [accepted, delivered, DeliveryState::Bounced];
        assert_eq!(tell(channel, &back), None, "{channel:?}: it came back");
    }
}

/// A lender in a hurry gets the draft's numbers, and neither a lock nor the network.
#[test]
fn a_programme_in_a_hurry_is_held_to_the_draft() {
    let mut hurry = programme();
    hurry.notices.truncate(1);
    hurry.notices[0].when.days_past_due = 5;
    hurry.notices[0].cure_days = 0;
    for step in &mut hurry.steps {
        step.when.days_past_due = 10;
        step.min_days = 0;
        step.restrictions.insert(Restriction::DataNetwork);
    }
    hurry.lock = hurry.steps.last().cloned();
    let ladder = ladder(&hurry);
    assert_eq!(ladder.top(), Stage::restrict(4));
    assert!(
        ladder.steps.iter().all(|step| { !step.restrictions.contains(&Restriction::DataNetwork) })
    );
    let days = Walk::new(ladder, always).days(130);
    let at = |stage: Stage| days.iter().position(|found| *found >= stage).unwrap();
    assert_eq!(at(Stage::NOTICE), 60);
    assert_eq!(at(Stage::restrict(1)), 90);
    assert_eq!(at(Stage::restrict(2)), 93, "three days between steps");
    assert_eq!(at(Stage::restrict(4)), 99);
}

/// Released within an hour of the payment, or INR 250 for each hour begun; removed within a day.
#[test]
fn payment_opens_at_once_and_the_last_one_ends_it() {
    let ladder = ladder(&programme());
    assert_eq!((ladder.unlock.issue_minutes, ladder.unlock.device_minutes), (1, 60));
    let inr = Currency::parse("INR").unwrap();
    assert_eq!(ladder.unlock.compensation, [(inr, 25_000)].into());
    assert_eq!(ladder.removal_hours, 24);
    assert!(ladder.care.wrongful_lock.release_first && ladder.care.wrongful_lock.compensate);
    assert_eq!(ladder.care.relock_after_partial, Relock::BelowMin);
    assert_eq!(ladder.paper.disclosure.len(), Disclosure::ALL.len());
    assert!(!ladder.paper.device_fee_allowed);
    let mut walk = Walk::new(ladder, always);
    assert_eq!(walk.days(110).last(), Some(&Stage::restrict(4)));
    walk.now = walk.now.plus_seconds(DAY_S / 2);
    let pay = |number: u8, amount| Command::PostPayment {
        payment: UnitId::from_bytes([number; 16]),
        amount,
        value: Moment::default(),
        confirmed: true,
    };
    let mut part = pay(7, 400_000);
    let Command::PostPayment { value, .. } = &mut part else { unreachable!() };
    *value = walk.now;
    walk.act(part);
    assert_eq!(walk.look(), Stage::CLEAR, "the very moment it is counted");
    assert!(walk.contract.notices.iter().all(|notice| notice.delivered.is_empty()));
    let mut rest = pay(8, 800_000);
    let Command::PostPayment { value, .. } = &mut rest else { unreachable!() };
    *value = walk.now;
    walk.act(rest);
    let decision = evaluate(&walk.contract, &walk.ladder, walk.now);
    assert_eq!((decision.stage, decision.wants), (Stage::CLEAR, vec![Want::Release]));
}

//! Random lives of random contracts under random ladders.

use std::collections::BTreeSet;

use domain::{
    Actor, Channel, Command, Contract, Currency, Day, Fact, HoldId, Ladder, Moment, NoticeId,
    Restriction, Rung, Stage, Terms, UnitId, Want, Zone, decide,
    delivery::{Delivery, DeliveryState},
    evaluate,
    hold::{Hold, HoldKind},
    policy::{Blackout, Condition, NoticeRule, Pack, PackNotice, Programme, Proof, StepRule},
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::scene::{DAY_S, RATE, enrolment, lender, pack, pack_notice, programme, signed};

/// A contract's life to be.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub ladder: Ladder,
    pub terms: Terms,
    pub consent: bool,
    pub enrolled: bool,
    pub deeds: Vec<(Gap, Deed)>,
}

/// How long after the deed before.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gap {
    Seconds(i64),
    /// Exactly when the decision says.
    NextLook,
}

/// What somebody does.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Look,
    /// The device shows what it has to and reports what is in force.
    Obey,
    /// The device reports a stage, whatever it was told.
    Claim(Stage, i64),
    Declare,
    /// A carrier tells of a message, so many seconds ago.
    Tell(Channel, DeliveryState, i64),
    /// In hundredths of an instalment.
    Pay(i64, bool),
    /// In hundredths of what was paid.
    TakeBack(i64),
    Open(HoldKind, i64, i64),
    Close(usize),
    Enrol,
}

/// A life as it went: what each commit wrote.
pub(crate) struct Lived {
    pub born: Contract,
    pub contract: Contract,
    pub now: Moment,
    pub commits: Vec<(Moment, Vec<Fact>)>,
}

impl Life {
    pub(crate) fn born(&self) -> Contract {
        signed(self.terms.clone(), &self.ladder, self.consent)
    }

    /// Lives it. `see` is shown the contract before and after each commit carries out what the
    /// decision wants.
    pub(crate) fn live<E>(
        &self,
        mut see: impl FnMut(&Contract, Moment) -> Result<(), E>,
    ) -> Result<Lived, E> {
        let born = self.born();
        let now = born.signed_at;
        let mut lived = Lived { contract: born.clone(), born, now, commits: Vec::new() };
        if self.enrolled {
            lived.commit(&self.ladder, vec![Command::Enrol(enrolment(1))], &mut see)?;
        }
        for (gap, deed) in &self.deeds {
            let next_look = evaluate::evaluate(&lived.contract, &self.ladder, lived.now).next_look;
            lived.now = match gap {
                Gap::Seconds(seconds) => lived.now.plus_seconds(*seconds),
                Gap::NextLook => next_look.unwrap_or(lived.now),
            };
            let commands = lived.commands(&self.ladder, deed);
            lived.commit(&self.ladder, commands, &mut see)?;
        }
        Ok(lived)
    }
}

impl Lived {
    fn commit<E>(
        &mut self,
        ladder: &Ladder,
        commands: Vec<Command>,
        see: &mut impl FnMut(&Contract, Moment) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut written = Vec::new();
        for command in commands {
            self.take(ladder, command, &mut written);
        }
        see(&self.contract, self.now)?;
        let mut decision = evaluate::evaluate(&self.contract, ladder, self.now);
        while let Some(want) = decision.wants.first() {
            let command = self.carry_out(want);
            assert!(self.take(ladder, command, &mut written) > 0, "{want:?} is wanted for ever");
            decision = evaluate::evaluate(&self.contract, ladder, self.now);
        }
        self.contract.record(decision.recorded(self.now));
        self.commits.push((self.now, written));
        see(&self.contract, self.now)
    }

    fn take(&mut self, ladder: &Ladder, command: Command, written: &mut Vec<Fact>) -> usize {
        let facts = decide(&self.contract, ladder, command, Actor::Time, self.now);
        let facts = facts.unwrap_or_default();
        for fact in &facts {
            self.contract.apply(fact);
        }
        let count = facts.len();
        written.extend(facts);
        count
    }

    fn carry_out(&self, want: &Want) -> Command {
        match want {
            Want::PrepareNotice { k, show_from, owed } => Command::PrepareNotice {
                id: NoticeId(self.fresh()),
                k: *k,
                show_from: *show_from,
                owed: *owed,
                language: "en".into(),
                templates: Vec::new(),
                text: "text".into(),
            },
            Want::Reckon => Command::Reckon,
            Want::DeemDelivered => Command::DeemDelivered,
            Want::Remind(reminder) => Command::Remind(*reminder),
            Want::Compensate => Command::Compensate,
            Want::Sunset => Command::Sunset(domain::sunset::Ask::Reach),
            Want::Release => Command::Release { certificate: vec![9] },
        }
    }

    fn fresh(&self) -> uuid::Uuid {
        let facts: usize = self.commits.iter().map(|(_, facts)| facts.len()).sum();
        let text = format!("{facts:016}{:016}", self.commits.len());
        uuid::Uuid::try_parse(&text).unwrap()
    }

    fn commands(&self, ladder: &Ladder, deed: &Deed) -> Vec<Command> {
        let now = self.now;
        let payment = UnitId(self.fresh());
        let decision = evaluate::evaluate(&self.contract, ladder, now);
        match deed {
            Deed::Look => Vec::new(),
            Deed::Obey => {
                let text_hash = String::new;
                let shown = self.contract.notices.iter().map(|notice| Command::NoticeShown {
                    id: notice.id,
                    shown: now,
                    text_hash: text_hash(),
                });
                let stage = decision.stage;
                let report = Command::ReportStage { stage, sequence: 1, applied: now };
                shown.chain([report]).collect()
            }
            Deed::Claim(stage, ago_s) => {
                let applied = now.plus_seconds(-ago_s);
                vec![Command::ReportStage { stage: *stage, sequence: 1, applied }]
            }
            Deed::Declare => (1..=4)
                .map(|k| Command::DeclareNotice { k, delivered: now, evidence: "letter".into() })
                .collect(),
            Deed::Tell(channel, state, ago_s) => {
                let told = |notice: &domain::contract::Notice| {
                    let (notice, k, evidence) = (notice.id, notice.k, "id".to_owned());
                    let (channel, state, at) = (*channel, *state, now.plus_seconds(-ago_s));
                    let told = Delivery { notice, k, channel, state, at, evidence };
                    Command::TellDelivery(told)
                };
                self.contract.notices.iter().map(told).collect()
            }
            Deed::Pay(hundredths, confirmed) => {
                let amount = RATE * hundredths / 100;
                let confirmed = *confirmed;
                vec![Command::PostPayment { payment, amount, value: now, confirmed }]
            }
            Deed::TakeBack(hundredths) => {
                let amount = self.contract.paid * hundredths / 100;
                vec![Command::ReversePayment { payment, amount }]
            }
            Deed::Open(kind, back_s, days) => {
                let id = HoldId(self.fresh());
                let until = (*days > 0).then(|| now.plus_seconds(days * DAY_S));
                let from = now.plus_seconds(-back_s);
                vec![Command::OpenHold(Hold { id, kind: *kind, from, until, cause: "c".into() })]
            }
            Deed::Close(index) => {
                let hold = self.contract.holds.get(*index);
                hold.map(|hold| Command::CloseHold(hold.id)).into_iter().collect()
            }
            Deed::Enrol => vec![Command::Enrol(enrolment(self.contract.key_gen() + 1))],
        }
    }
}

pub(crate) fn lives() -> impl Strategy<Value = Life> {
    (ladders(), terms(), mostly(), mostly(), deeds()).prop_map(
        |(ladder, terms, consent, enrolled, deeds)| Life {
            ladder,
            terms,
            consent,
            enrolled,
            deeds,
        },
    )
}

fn mostly() -> impl Strategy<Value = bool> {
    prop_oneof![9 => Just(true), 1 => Just(false)]
}

fn deeds() -> impl Strategy<Value = Vec<(Gap, Deed)>> {
    let gap = prop_oneof![
        1 => Just(Gap::Seconds(0)),
        3 => (0..2 * DAY_S).prop_map(Gap::Seconds),
        3 => (0..30 * DAY_S).prop_map(Gap::Seconds),
        6 => Just(Gap::NextLook),
    ];
    let deed = prop_oneof![
        6 => Just(Deed::Look),
        14 => Just(Deed::Obey),
        2 => Just(Deed::Declare),
        3 => receipts(),
        2 => (stages(), 0..40 * DAY_S).prop_map(|(stage, ago_s)| Deed::Claim(stage, ago_s)),
        3 => (1..250_i64, any::<bool>()).prop_map(|(part, sure)| Deed::Pay(part, sure)),
        1 => (1..=100_i64).prop_map(Deed::TakeBack),
        2 => hold(),
        1 => (0..3_usize).prop_map(Deed::Close),
        1 => Just(Deed::Enrol),
    ];
    vec((gap, deed), 0..40)
}

fn receipts() -> impl Strategy<Value = Deed> {
    (select(Channel::MESSAGES.to_vec()), select(DeliveryState::TOLD.to_vec()), 0..9 * DAY_S)
        .prop_map(|(channel, state, ago_s)| Deed::Tell(channel, state, ago_s))
}

fn hold() -> impl Strategy<Value = Deed> {
    let back_s = prop_oneof![Just(0), 0..20 * DAY_S];
    (select(HoldKind::ALL.to_vec()), back_s, 0..30_i64)
        .prop_map(|(kind, back_s, days)| Deed::Open(kind, back_s, days))
}

pub(crate) fn stages() -> impl Strategy<Value = Stage> {
    (select(Rung::ALL.to_vec()), any::<u8>()).prop_map(|(rung, step)| match rung {
        Rung::Restrict => Stage::restrict(step % 5 + 1),
        _ => Stage { rung, step: 0 },
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let zones = [
        "Asia/Kolkata",
        "America/Havana",
        "Africa/Cairo",
        "Pacific/Apia",
        "America/New_York",
        "Antarctica/Casey",
        "Atlantic/Azores",
        "Etc/GMT+12",
        "Pacific/Kiritimati",
    ];
    let seeds =
        ["2026-01-31", "2026-03-01", "2026-04-22", "2026-10-20", "2010-02-20", "2011-12-20"];
    let periods = [(Period::Days, 1), (Period::Days, 3), (Period::Weeks, 1), (Period::Months, 1)];
    let shape = (select(zones.to_vec()), select(seeds.to_vec()), select(periods.to_vec()));
    (shape, 1..14_u32, 0..50_i64).prop_map(|((zone, seed, (period, every)), count, rest)| {
        let currency = Currency::parse("KES").unwrap();
        let cash_price = RATE * i64::from(count) + rest;
        let plan = Equal {
            count,
            period,
            every,
            first_due: Day::parse(seed).unwrap(),
            month_end: MonthEnd::Clamp,
            instalment: None,
        };
        let price = Price { currency, cash_price, down_payment: 0 };
        Terms::equal(price, &plan, Zone::parse(zone).unwrap(), "sw".into()).unwrap()
    })
}

fn condition(dpd_max: u32) -> impl Strategy<Value = Condition> {
    let past_due = prop_oneof![3 => Just(0), 1 => 1..3 * RATE];
    let count = prop_oneof![3 => Just(0), 1 => 1..4_u32];
    (0..dpd_max, count, past_due).prop_map(|(days_past_due, unpaid_count, past_due)| Condition {
        days_past_due,
        unpaid_count,
        past_due,
    })
}

fn packs() -> impl Strategy<Value = Pack> {
    let channels = [
        vec![Channel::Screen],
        vec![Channel::Declared],
        vec![Channel::Screen, Channel::Declared],
        vec![Channel::Sms, Channel::Email],
        Channel::ALL.to_vec(),
    ];
    let proofs = vec![Proof::Accepted, Proof::Delivered, Proof::Delivered, Proof::Shown];
    let asks = (select(channels.to_vec()), select(proofs), option::of(1..6_u32));
    let notice = (0..20_u32, 0..6_u32, asks).prop_map(
        |(earliest_dpd, cure_days, (channels, proof, deemed_after_days))| {
            let channels: BTreeSet<Channel> = channels.into_iter().collect();
            let asks = PackNotice { proof, deemed_after_days, ..pack_notice(0, 0) };
            PackNotice { earliest_dpd, cure_days, channels, ..asks }
        },
    );
    let hour = 0..24_u32;
    let blackout = prop_oneof![2 => Just(None), 1 => (hour.clone(), hour).prop_map(Some)];
    (0..25_u32, vec(notice, 1..4), 0..4_u32, blackout, any::<bool>()).prop_map(
        |(min_dpd_restrict, mut notices, between, blackout, both)| {
            let mut pack = pack("a");
            if both && notices[0].channels.len() == 2 {
                notices[0].min_modes = 2;
            }
            pack.min_dpd_restrict = min_dpd_restrict;
            pack.notices = notices;
            pack.min_days_between_steps = between;
            pack.blackout =
                blackout.map(|(from, until)| Blackout::daily(from * 3600, until * 3600));
            pack
        },
    )
}

fn ladders() -> impl Strategy<Value = Ladder> {
    rules().prop_filter_map("makes no ladder", |(programme, packs)| {
        Ladder::resolve(&programme, &packs.iter().collect::<Vec<_>>(), &lender()).ok()
    })
}

/// A programme and the packs it names.
pub(crate) fn rules() -> impl Strategy<Value = (Programme, Vec<Pack>)> {
    let step = (0..6_u32, 0..4_u32, 0..3_usize, condition(1));
    let steps = vec(step, 0..5);
    let notices = vec((condition(12), 0..4_u32), 0..3);
    let remind = option::of(condition(4));
    let own = (remind, notices, steps, any::<bool>(), 0..500_u32);
    (own, vec(packs(), 1..3)).prop_map(|(own, packs)| {
        let (remind, notices, steps, lock, tolerance_bps) = own;
        let (mut days, mut taken) = (1, 0);
        let mut rules = Vec::new();
        for (more_days, min_days, more, when) in steps {
            (days, taken) = (days + more_days, taken + more);
            let restrictions = Restriction::ALL.iter().copied().take(taken).collect();
            let when = Condition { days_past_due: days, ..when };
            rules.push(StepRule { when, min_days, restrictions });
        }
        let lock = if lock { rules.pop() } else { None };
        let named = (0..packs.len()).map(|index| format!("pack{index}"));
        let packs: Vec<Pack> =
            packs.into_iter().zip(named.clone()).map(|(pack, id)| Pack { id, ..pack }).collect();
        let notices = notices.into_iter().map(|(when, cure_days)| NoticeRule { when, cure_days });
        let programme = Programme {
            packs: named.collect(),
            tolerance_bps,
            remind,
            notices: notices.collect(),
            steps: rules,
            lock,
            ..programme("a")
        };
        (programme, packs)
    })
}

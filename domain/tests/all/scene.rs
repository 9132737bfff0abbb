//! Ladders, contracts and a small server loop with one device: at every look it evaluates, carries
//! out what the decision wants, and records; the device shows and reports as its habits say.

use std::collections::BTreeSet;

use domain::{
    Actor, Channel, Command, Contract, Currency, Day, Decision, EnrolmentId, Fact, Guard, HoldId,
    Ladder, Moment, NoticeId, Refusal, Restriction, Rung, Stage, TenantId, Terms, UnitId, Want,
    Zone, decide,
    evaluate::evaluate,
    fact::{Consent, Enrolment, Signed, Withheld},
    hold::{Hold, HoldKind},
    policy::{
        Condition, LegalStatus, Lender, NoticeRule, Pack, PackNotice, Passes, Programme, Proof,
        StepRule,
    },
    schedule::{Equal, MonthEnd, Period},
    sign,
    terms::Price,
};

pub(crate) const DAY_S: i64 = 86_400;
/// One instalment of the ordinary contract.
pub(crate) const RATE: i64 = 10_000;

pub(crate) fn lender() -> Lender {
    Lender {
        name: "Example Finance".into(),
        phone: "+1 555 0100".into(),
        complaints: "complaints@lender.example".into(),
    }
}

pub(crate) fn dpd(days_past_due: u32) -> Condition {
    Condition { days_past_due, unpaid_count: 0, past_due: 0 }
}

pub(crate) fn notice(days_past_due: u32, cure_days: u32) -> NoticeRule {
    NoticeRule { when: dpd(days_past_due), cure_days }
}

pub(crate) fn pack_notice(earliest_dpd: u32, cure_days: u32) -> PackNotice {
    PackNotice {
        earliest_dpd,
        cure_days,
        channels: [Channel::Screen, Channel::Declared].into(),
        min_modes: 1,
        proof: Proof::Delivered,
        deemed_after_days: None,
    }
}

pub(crate) fn step(days_past_due: u32, min_days: u32, taken: usize) -> StepRule {
    let restrictions = Restriction::ALL.iter().copied().take(taken).collect();
    StepRule { when: dpd(days_past_due), min_days, restrictions }
}

/// A pack that allows everything within a few days.
pub(crate) fn pack(id: &str) -> Pack {
    Pack {
        id: id.into(),
        version: 1,
        parent: None,
        jurisdiction: "XX".into(),
        legal_status: LegalStatus::Conditional,
        effective: Default::default(),
        sources: Vec::new(),
        rung_max: Rung::Lock,
        min_dpd_restrict: 6,
        notices: Vec::new(),
        min_days_between_steps: 1,
        steps: Vec::new(),
        blackout: None,
        never_restrict: Default::default(),
        restrictions: Restriction::ALL.iter().copied().collect(),
        guards: Guard::ALL.iter().copied().collect(),
        passes: Passes { count: 3, hours: 24 },
        offline_step_max_age_hours: 72,
        removal_hours: 24,
        conduct: Default::default(),
        care: Default::default(),
        unlock: Default::default(),
        paper: Default::default(),
    }
}

/// A programme without notices or steps under one pack.
pub(crate) fn programme(pack: &str) -> Programme {
    Programme {
        id: "standard".into(),
        version: 1,
        packs: vec![pack.into()],
        tolerance_bps: 200,
        standing_max_age_hours: 48,
        late_fee: None,
        provisional: Default::default(),
        sunset_days: domain::sunset::SUNSET_DAYS,
        reminders: Default::default(),
        manner: Default::default(),
        remind: Some(dpd(1)),
        notices: Vec::new(),
        steps: Vec::new(),
        lock: None,
        guards: BTreeSet::new(),
        how_to_pay: "Pay.".into(),
        how_to_dispute: "Write.".into(),
    }
}

/// Shaped as the Indian draft: notices at 60 days past due with 21 days, then 7; steps from 90 on,
/// 3 days apart; a lock is asked for and not allowed.
pub(crate) fn rbi_pack() -> Pack {
    Pack {
        rung_max: Rung::Restrict,
        min_dpd_restrict: 90,
        notices: vec![pack_notice(60, 21), pack_notice(60, 7)],
        min_days_between_steps: 3,
        ..pack("rbi")
    }
}

pub(crate) fn rbi() -> Ladder {
    let programme = Programme {
        notices: vec![notice(60, 21), notice(60, 7)],
        steps: vec![step(90, 0, 1), step(93, 3, 3), step(97, 3, 5)],
        lock: Some(step(120, 3, 7)),
        ..programme("rbi")
    };
    Ladder::resolve(&programme, &[&rbi_pack()], &lender()).unwrap()
}

pub(crate) fn fast_pack() -> Pack {
    Pack { notices: vec![pack_notice(3, 1), pack_notice(3, 1)], ..pack("fast") }
}

pub(crate) fn fast_programme() -> Programme {
    Programme {
        notices: vec![notice(3, 1), notice(3, 1)],
        steps: vec![step(6, 0, 1), step(7, 1, 3)],
        lock: Some(step(9, 1, 7)),
        ..programme("fast")
    }
}

/// Everything within days, with a lock.
pub(crate) fn fast() -> Ladder {
    Ladder::resolve(&fast_programme(), &[&fast_pack()], &lender()).unwrap()
}

/// Twelve monthly instalments from 2026-01-10.
pub(crate) fn terms(zone: &str) -> Terms {
    equal_terms(zone, "2026-01-10", 12, Period::Months, 1)
}

pub(crate) fn equal_terms(
    zone: &str,
    first_due: &str,
    count: u32,
    period: Period,
    every: u32,
) -> Terms {
    let currency = Currency::parse("INR").unwrap();
    let price = Price { currency, cash_price: i64::from(count) * RATE, down_payment: 0 };
    let first_due = Day::parse(first_due).unwrap();
    let month_end = MonthEnd::Clamp;
    let plan = Equal { count, period, every, first_due, month_end, instalment: None };
    Terms::equal(price, &plan, Zone::parse(zone).unwrap(), "en".into()).unwrap()
}

pub(crate) fn enrolment(key_gen: u32) -> Enrolment {
    let id = EnrolmentId::from_bytes([u8::try_from(key_gen % 256).unwrap(); 16]);
    let key = vec![1, 2, 3];
    Enrolment { id, key_gen, key, tier: 1, disclosure: [0; 32], offer: [0; 32] }
}

/// Terms of a contract whose account is kept elsewhere.
pub(crate) fn outside_terms(zone: &str) -> Terms {
    let currency = Currency::parse("INR").unwrap();
    let price = Price { currency, cash_price: 0, down_payment: 0 };
    Terms::outside(price, Zone::parse(zone).unwrap(), "en".into()).unwrap()
}

/// A contract signed thirty days before its first due day, or before 10 January 2026.
pub(crate) fn signed(terms: Terms, ladder: &Ladder, consent: bool) -> Contract {
    let first = terms.rows().first().map_or(Day::parse("2026-01-10"), |row| Some(row.due));
    let at = terms.zone().midnight(first.unwrap()).plus_seconds(-30 * DAY_S);
    let consent =
        consent.then(|| Consent { form: "lock".into(), version: "1".into(), at, told: None });
    let signed = Signed {
        terms_hash: None,
        sunset: None,
        late_fee: None,
        reference: "A-1".into(),
        terms,
        programme: ladder.programme.clone(),
        packs: ladder.packs.clone(),
        imeis: vec!["hash".into()],
        consent,
    };
    let fact = sign(signed.clone(), ladder, Actor::Feed("import".into()), at).unwrap();
    let domain::What::Signed(signed) = fact.what else { panic!("a signing signs") };
    Contract::sign(UnitId::from_bytes([1; 16]), TenantId::from_bytes([2; 16]), at, *signed)
}

/// What a device does when it can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// Shows notices as soon as they may be shown.
    pub shows: bool,
    /// Reports every stage as soon as it is in force.
    pub reports: bool,
}

/// A contract, its ladder, one device, and the moment.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub contract: Contract,
    pub ladder: Ladder,
    pub now: Moment,
    pub habits: Habits,
    /// From which notice on there are no words, and why.
    pub wordless: Option<(u8, Withheld)>,
    /// What happened: facts, and stages as they were recorded.
    pub facts: Vec<Fact>,
    pub stages: Vec<(Moment, Stage)>,
    ids: u8,
}

impl World {
    /// A signed, consented, enrolled contract whose device shows and reports at once.
    pub(crate) fn new(ladder: Ladder, terms: Terms) -> World {
        let mut world = World::unenrolled(ladder, terms, true);
        world.act(Command::Enrol(enrolment(1)));
        world
    }

    pub(crate) fn unenrolled(ladder: Ladder, terms: Terms, consent: bool) -> World {
        let contract = signed(terms, &ladder, consent);
        let now = contract.signed_at;
        let habits = Habits { shows: true, reports: true };
        let mut world = World {
            contract,
            ladder,
            now,
            habits,
            wordless: None,
            facts: Vec::new(),
            stages: Vec::new(),
            ids: 0,
        };
        world.look();
        world
    }

    pub(crate) fn silent(mut self) -> World {
        self.habits = Habits { shows: false, reports: false };
        self
    }

    pub(crate) fn midnight(&self, day: &str) -> Moment {
        self.contract.terms().zone().midnight(Day::parse(day).unwrap())
    }

    pub(crate) fn decision(&self) -> Decision {
        evaluate(&self.contract, &self.ladder, self.now)
    }

    pub(crate) fn stage(&self) -> Stage {
        self.decision().stage
    }

    pub(crate) fn try_act(&mut self, command: Command) -> Result<usize, Refusal> {
        let facts = decide(&self.contract, &self.ladder, command, Actor::Time, self.now)?;
        let count = facts.len();
        for fact in facts {
            self.contract.apply(&fact);
            self.facts.push(fact);
        }
        self.look();
        Ok(count)
    }

    pub(crate) fn act(&mut self, command: Command) {
        self.try_act(command.clone()).unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
    }

    /// One look of the server, and whatever the device has to say to it.
    pub(crate) fn look(&mut self) {
        loop {
            let decision = self.decision();
            let command = decision.wants.first().map(|want| self.carry_out(want));
            let command = command.filter(|command| !self.was_withheld(command));
            let command = command.or_else(|| self.device_says(&decision));
            let Some(command) = command else {
                return self.record(&decision);
            };
            let facts =
                decide(&self.contract, &self.ladder, command.clone(), Actor::Time, self.now);
            let facts = facts.unwrap_or_else(|refusal| panic!("{command:?}: {refusal:?}"));
            assert!(!facts.is_empty(), "{command:?} is wanted for ever");
            for fact in facts {
                self.contract.apply(&fact);
                self.facts.push(fact);
            }
            let decision = self.decision();
            self.record(&decision);
        }
    }

    pub(crate) fn record(&mut self, decision: &Decision) {
        let stage = decision.stage;
        self.contract.record(decision.recorded(self.now));
        if self.stages.last().is_none_or(|(_, known)| *known != stage) {
            self.stages.push((self.now, stage));
        }
    }

    /// Whether a notice is withheld for what is known already.
    fn was_withheld(&self, command: &Command) -> bool {
        let known = self.contract.withheld;
        matches!(command, Command::WithholdNotice { k, cause } if known == Some((*k, *cause)))
    }

    fn carry_out(&mut self, want: &Want) -> Command {
        if let (Want::PrepareNotice { k, .. }, Some((from, cause))) = (want, self.wordless)
            && *k >= from
        {
            return Command::WithholdNotice { k: *k, cause };
        }
        match want {
            Want::PrepareNotice { k, show_from, owed } => Command::PrepareNotice {
                id: NoticeId::from_bytes([self.next_id(); 16]),
                k: *k,
                show_from: *show_from,
                owed: *owed,
                language: "en".into(),
                templates: Vec::new(),
                text: format!("Notice {k}: {owed} is past due."),
            },
            Want::Reckon => Command::Reckon,
            Want::DeemDelivered => Command::DeemDelivered,
            Want::Remind(reminder) => Command::Remind(*reminder),
            Want::Compensate => Command::Compensate,
            Want::Sunset => Command::Sunset(domain::sunset::Ask::Reach),
            Want::Release => Command::Release { certificate: vec![9] },
        }
    }

    fn device_says(&self, decision: &Decision) -> Option<Command> {
        self.contract.device.as_ref().filter(|_| !self.contract.is_released())?;
        let on_screen = |notice: &&domain::contract::Notice| {
            notice.show_from <= self.now
                && !notice.delivered.iter().any(|(channel, _)| *channel == Channel::Screen)
        };
        let unseen = self.contract.notices.iter().find(on_screen).filter(|_| self.habits.shows);
        if let Some(notice) = unseen {
            let text_hash = "00".into();
            return Some(Command::NoticeShown { id: notice.id, shown: self.now, text_hash });
        }
        let stage = decision.stage;
        let known = self.contract.applied.is_some_and(|(known, _, _)| known == stage);
        let report = Command::ReportStage { stage, sequence: 1, applied: self.now };
        (self.habits.reports && !known).then_some(report)
    }

    pub(crate) fn next_id(&mut self) -> u8 {
        self.ids += 1;
        self.ids
    }

    /// The next moment at which anything is due.
    fn next(&self) -> Option<Moment> {
        let shows = self.contract.notices.iter().map(|notice| notice.show_from);
        let shows = shows.filter(|show_from| *show_from > self.now && self.habits.shows).min();
        [self.decision().next_look, shows].into_iter().flatten().min()
    }

    /// Looks exactly when something is due, until then.
    pub(crate) fn walk(&mut self, until: Moment) {
        while let Some(next) = self.next().filter(|next| *next <= until) {
            self.now = next;
            self.look();
        }
        self.now = until;
        self.look();
    }

    pub(crate) fn walk_to(&mut self, day: &str) {
        self.walk(self.midnight(day));
    }

    pub(crate) fn walk_days(&mut self, days: i64) {
        self.walk(self.now.plus_seconds(days * DAY_S));
    }

    pub(crate) fn pay(&mut self, amount: i64) {
        let payment = UnitId::from_bytes([self.next_id(); 16]);
        self.act(Command::PostPayment { payment, amount, value: self.now, confirmed: true });
    }

    pub(crate) fn open_hold(&mut self, kind: HoldKind, until_days: Option<i64>) -> HoldId {
        self.open_hold_from(kind, self.now, until_days)
    }

    pub(crate) fn open_hold_from(
        &mut self,
        kind: HoldKind,
        from: Moment,
        until_days: Option<i64>,
    ) -> HoldId {
        let id = HoldId::from_bytes([self.next_id(); 16]);
        let until = until_days.map(|days| self.now.plus_seconds(days * DAY_S));
        self.act(Command::OpenHold(Hold { id, kind, from, until, cause: "test".into() }));
        id
    }

    /// Moment and stage, one to a line, in local time.
    pub(crate) fn told(&self) -> String {
        let zone = self.contract.terms().zone();
        let line = |(at, stage): &(Moment, Stage)| format!("{} {stage}\n", wall(zone, *at));
        self.stages.iter().map(line).collect()
    }

    /// The stages in order without their moments.
    pub(crate) fn climbed(&self) -> Vec<String> {
        self.stages.iter().map(|(_, stage)| stage.to_string()).collect()
    }
}

pub(crate) fn wall(zone: &Zone, at: Moment) -> String {
    let (day, second) = zone.wall(at);
    format!("{day} {:02}:{:02}", second / 3600, second / 60 % 60)
}

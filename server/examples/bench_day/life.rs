//! A contract's life up to yesterday, and the item that stores it.

use std::sync::Arc;

use domain::{
    Actor, Command, Contract, Currency, Day, Decision, EnrolmentId, Fact, HoldId, Ladder, Moment,
    NoticeId, TenantId, Terms, UnitId, Want, Zone, decide, evaluate,
    fact::{Consent, Enrolment, Signed, What},
    hold::{Hold, HoldKind},
    ledger,
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
    time_credit::{Payg, Rate},
};
use formats::{doc, journal, words::Words};
use server::app::lease;
use store::{Change, Facets, Head, Item, Line, LineKind, NextLook, Posting, UnitKind};

use crate::mix::Case;

const DAY_S: i64 = 86_400;
const ZONES: [&str; 5] =
    ["Asia/Kolkata", "Africa/Nairobi", "America/Mexico_City", "Asia/Jakarta", "Europe/Lisbon"];
/// What one instalment pays off, and what it costs besides.
const PRINCIPAL: i64 = 100_000;
const INSTALMENT: i64 = 108_000;
/// A week of days of a phone that is sold by days.
const WEEK: i64 = 105_000;

/// What all contracts of a book share.
pub(crate) struct Setting {
    pub(crate) tenant: TenantId,
    pub(crate) ladder: Arc<Ladder>,
    /// The book is as its last look at this moment left it.
    pub(crate) until: Moment,
    /// The day that ends in the run.
    pub(crate) today: Day,
}

struct Life<'a> {
    setting: &'a Setting,
    contract: Contract,
    number: u64,
    first_due: Day,
    head: Head,
    lines: Vec<Line>,
}

/// The n-th contract as an item that makes its unit.
pub(crate) fn item(setting: &Setting, number: u64, case: &Case) -> Item {
    let (mut life, anchor) = Life::signed(setting, number, case);
    let paid = case.paid + u32::from(case.paid_since);
    for row in 0..paid as usize {
        life.pay(row, case);
    }
    if case.reversed {
        let (payment, amount) = (life.id(1), amount(case));
        life.fact(setting.until.plus_seconds(-7200), What::PaymentReversed { payment, amount });
    }
    if case.paused {
        let from = setting.until.plus_seconds(-3 * DAY_S);
        let id = HoldId::from_bytes(life.id(900).bytes());
        let cause = "it does not ring".to_owned();
        let hold = Hold { id, kind: HoldKind::Dispute, from, until: None, cause };
        life.fact(from, What::HoldOpened(hold));
    }
    let mut at = life.contract.terms().zone().midnight(anchor).plus_seconds(DAY_S);
    while case.past_due > 1 && at < setting.until {
        let decision = life.look(at);
        match decision.next_look {
            Some(next) => at = next,
            None => break,
        }
    }
    let decision = life.look(setting.until);
    life.item(decision)
}

impl<'a> Life<'a> {
    fn signed(setting: &'a Setting, number: u64, case: &Case) -> (Life<'a>, Day) {
        let anchor = setting.today.plus_days(-case.past_due).expect("a day of the calendar");
        let back = i32::try_from(case.paid).expect("few rows");
        let first_due = match case.days {
            30 => anchor.plus_months_clamped(-back),
            days => anchor.plus_days(-back * days.cast_signed()),
        };
        let first_due = first_due.expect("a day of the calendar");
        let zone = Zone::parse(ZONES[case.zone]).expect("a zone of the database");
        let signed_at = zone.midnight(first_due).plus_seconds(-7 * DAY_S);
        let terms = terms(case, first_due, zone);
        let ladder = &setting.ladder;
        let signed = Signed {
            reference: format!("B-{number}"),
            terms,
            terms_hash: None,
            sunset: None,
            late_fee: ladder.late_fee,
            programme: ladder.programme.clone(),
            packs: ladder.packs.clone(),
            imeis: vec![format!("{number:032x}")],
            consent: Some(Consent {
                form: "app".into(),
                version: "1".into(),
                at: signed_at,
                told: None,
            }),
        };
        let unit = unit(number, 0);
        let contract = Contract::sign(unit, setting.tenant, signed_at, signed.clone());
        let hash = journal::genesis(setting.tenant, unit);
        let head = Head { entries: 0, hash };
        let mut life = Life { setting, contract, number, first_due, head, lines: Vec::new() };
        life.line(
            LineKind::Fact,
            signed_at,
            journal::fact_line(&Fact {
                at: signed_at,
                actor: Actor::Feed("bench".to_owned()),
                what: What::Signed(Box::new(signed)),
            }),
        );
        let device = Enrolment {
            id: EnrolmentId::from_bytes(life.id(901).bytes()),
            key_gen: 1,
            key: vec![7; 33],
            tier: 1,
            disclosure: [1; 32],
            offer: [2; 32],
        };
        life.fact(signed_at.plus_seconds(3600), What::Enrolled(device));
        (life, anchor)
    }

    fn id(&self, which: u64) -> UnitId {
        unit(self.number, which + 1)
    }

    /// Pays an instalment on its due day; what lies ahead was paid since yesterday.
    fn pay(&mut self, row: usize, case: &Case) {
        let terms = self.contract.terms();
        let due = match case.payg {
            true => self.first_due.plus_days(7 * i32::try_from(row).expect("few weeks")),
            false => terms.rows().get(row).map(|row| row.due),
        };
        let Some(due) = due else { return };
        let value = terms.zone().at(due, 36_000).min(self.setting.until.plus_seconds(-3600));
        let late = case.backdated && row + 1 == case.paid as usize;
        let last = self.setting.until.plus_seconds(-1800);
        let at = if late { value.plus_seconds(5 * DAY_S).min(last).max(value) } else { value };
        let payment = self.id(row as u64 + 1);
        let amount = amount(case);
        self.fact(at, What::PaymentPosted { payment, amount, value, confirmed: true });
    }

    /// Brings the contract up to a moment, as the server does; its device shows and obeys at once.
    fn look(&mut self, at: Moment) -> Decision {
        for _ in 0..8 {
            let decision = evaluate(&self.contract, &self.setting.ladder, at);
            let command = match decision.wants.first() {
                None | Some(Want::Release) => {
                    self.obey(&decision, at);
                    let decision = evaluate(&self.contract, &self.setting.ladder, at);
                    if decision.wants.is_empty() {
                        self.decided(&decision, at);
                        return decision;
                    }
                    continue;
                }
                Some(Want::Reckon) => Command::Reckon,
                Some(Want::DeemDelivered) => Command::DeemDelivered,
                Some(Want::Remind(reminder)) => Command::Remind(*reminder),
                Some(Want::Compensate) => Command::Compensate,
                Some(Want::Sunset) => Command::Sunset(domain::sunset::Ask::Reach),
                Some(Want::PrepareNotice { k, show_from, owed }) => Command::PrepareNotice {
                    id: NoticeId::from_bytes(self.id(1_000 + self.head.entries).bytes()),
                    k: *k,
                    show_from: *show_from,
                    owed: *owed,
                    language: "en".to_owned(),
                    templates: Vec::new(),
                    text: format!("Formal notice {k}: {owed} paise are past due. ").repeat(6),
                },
            };
            self.command(command, Actor::Time, at);
        }
        panic!("contract {}: its wants do not end", self.number)
    }

    fn obey(&mut self, decision: &Decision, at: Moment) {
        let unseen = self.contract.notices.iter().filter(|notice| notice.delivered.is_empty());
        let shown: Vec<_> = unseen.map(|notice| (notice.id, notice.show_from)).collect();
        for (id, show_from) in shown.into_iter().filter(|(_, show_from)| *show_from <= at) {
            let text_hash = "0".repeat(64);
            let shown = Command::NoticeShown { id, shown: show_from.max(at), text_hash };
            self.command(shown, Actor::Time, at);
        }
        let stage = decision.stage;
        if self.contract.applied.is_none_or(|(applied, ..)| applied != stage) {
            let sequence = self.head.entries;
            self.command(Command::ReportStage { stage, sequence, applied: at }, Actor::Time, at);
        }
    }

    fn command(&mut self, command: Command, actor: Actor, at: Moment) {
        let facts = decide(&self.contract, &self.setting.ladder, command, actor, at);
        for fact in facts.expect("a command in order") {
            self.contract.apply(&fact);
            self.line(LineKind::Fact, at, journal::fact_line(&fact));
        }
    }

    fn fact(&mut self, at: Moment, what: What) {
        let fact = Fact { at, actor: Actor::Feed("bench".to_owned()), what };
        self.contract.apply(&fact);
        self.line(LineKind::Fact, at, journal::fact_line(&fact));
    }

    fn decided(&mut self, decision: &Decision, at: Moment) {
        let recorded = decision.recorded(at);
        if !self.contract.decision.says_the_same(&recorded) {
            let ladder = &self.setting.ladder;
            let line = journal::decision_line(&recorded, &decision.standing, ladder);
            self.line(LineKind::Decision, at, line);
            self.contract.record(recorded);
        }
    }

    fn line(&mut self, kind: LineKind, at: Moment, text: String) {
        let hash = journal::chain(&self.head.hash, &text);
        self.head = Head { entries: self.head.entries + 1, hash };
        self.lines.push(Line { kind, at, text, hash });
    }

    fn item(mut self, decision: Decision) -> Item {
        let (ladder, at) = (&self.setting.ladder, self.setting.until);
        if let Some(hash) = lease::content_hash(&self.contract, ladder, &Words::builtin(), 1) {
            self.line(LineKind::Lease, at, journal::lease_line(1, &hash));
            self.contract.lease = Some(hash);
        }
        let contract = &self.contract;
        let stage = contract.decision.stage;
        let posting = |(account, minor): (ledger::Account, i64)| Posting {
            at,
            account: account.name(),
            minor,
            currency: "INR".to_owned(),
        };
        let postings = ledger::legs(None, contract).into_iter().map(posting).collect();
        Item {
            tenant: contract.tenant,
            unit: contract.unit,
            kind: UnitKind::Contract,
            expected: 0,
            command: store::Command { key: contract.unit.bytes(), hash: [0; 32], name: "bench" },
            change: Change {
                doc: doc::contract_doc(contract),
                facets: Facets {
                    name: contract.signed.reference.clone(),
                    status: contract.state.name().to_owned(),
                    rung: stage.rung as u8,
                    step: stage.step,
                    currency: "INR".to_owned(),
                },
                next_look: NextLook::Set(decision.next_look),
                head: self.head,
            },
            journal: self.lines,
            postings,
            reserve: Vec::new(),
            free: Vec::new(),
            personal: Vec::new(),
            jobs: Vec::new(),
            finished: Vec::new(),
        }
    }
}

/// What is paid at once.
fn amount(case: &Case) -> i64 {
    if case.payg { WEEK } else { INSTALMENT }
}

fn terms(case: &Case, first_due: Day, zone: Zone) -> Terms {
    let currency = Currency::parse("INR").expect("a currency");
    let (rows, language) = (i64::from(case.rows), "en".to_owned());
    let price = |row: i64| Price { currency, cash_price: row * rows, down_payment: 0 };
    let terms = if case.payg {
        let day_price = WEEK / 7;
        let rate = Rate { day_price, max_ahead_days: Some(60), carry: true, notice_days: 2 };
        let payg = Payg { rate, total: WEEK * rows, free_days: 7 };
        Terms::payg(price(WEEK), payg, zone, language)
    } else {
        let (period, every) = match case.days {
            30 => (Period::Months, 1),
            days => (Period::Weeks, days / 7),
        };
        let (count, month_end) = (case.rows, MonthEnd::Clamp);
        let instalment = Some(INSTALMENT);
        let plan = Equal { count, period, every, first_due, month_end, instalment };
        Terms::equal(price(PRINCIPAL), &plan, zone, language)
    };
    terms.expect("terms that add up")
}

/// An id in the order of numbers, as ids made in time are.
fn unit(number: u64, which: u64) -> UnitId {
    let bits = (0x0192_u128 << 112) | (u128::from(which) << 64) | u128::from(number);
    UnitId::from_bytes(bits.to_be_bytes())
}

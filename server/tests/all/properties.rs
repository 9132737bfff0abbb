//! Random lives: whatever happens in whatever order, the books, the journal and the phone agree.

use domain::{Actor, Command, Contract, HoldId, Stage, UnitId, hold::Hold, hold::HoldKind};
use proptest::prelude::*;
use server::app::change::Asked;

use crate::{
    kit::*,
    phone::{Phone, pass},
};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Turn {
    /// Time passes with the phone online, its holder reading what is shown.
    Online(i64),
    /// Time passes without server jobs and without network.
    Apart(i64),
    /// The server alone works.
    Sweep,
    Pay(i64),
    /// The n-th payment is taken back.
    Reverse(usize),
    Hold(HoldKind, i64),
    CloseHold,
    /// The phone is reset and enrolled again.
    Reset,
    Pass,
}

fn turn() -> impl Strategy<Value = Turn> {
    use HoldKind::{Dispute, EnforcementOff, LegalStay, PaymentPending};
    let kind = prop::sample::select(vec![Dispute, EnforcementOff, LegalStay, PaymentPending]);
    prop_oneof![
        6 => (1..90_i64).prop_map(Turn::Online),
        2 => (1..120_i64).prop_map(Turn::Apart),
        2 => Just(Turn::Sweep),
        3 => (1..120_000_i64).prop_map(Turn::Pay),
        1 => (0..4_usize).prop_map(Turn::Reverse),
        1 => (kind, 1..10_i64).prop_map(|(kind, days)| Turn::Hold(kind, days)),
        1 => Just(Turn::CloseHold),
        1 => Just(Turn::Reset),
        1 => Just(Turn::Pass),
    ]
}

struct Life {
    house: House,
    unit: UnitId,
    phone: Phone,
    payments: Vec<UnitId>,
    generation: u8,
}

impl Life {
    async fn begin() -> Life {
        let house = House::new().await;
        let unit = house.sign(new_contract("C-1", 1)).await;
        let mut phone = Phone::new(1);
        phone.enrol(&house, unit).await;
        Life { house, unit, phone, payments: Vec::new(), generation: 1 }
    }

    async fn take(&mut self, turn: Turn) {
        let Life { house, unit, phone, .. } = self;
        match turn {
            Turn::Online(hours) => pass(house, phone, hours).await,
            Turn::Apart(hours) => {
                house.clock.pass(hours * HOUR);
                phone.tick(hours * HOUR);
                while !phone.out.is_empty() {
                    phone.out.clear();
                    phone.give(agent::Input::SendFailed);
                }
            }
            Turn::Sweep => assert_eq!(house.app.sweep(1).await.unwrap().failed, 0),
            Turn::Pay(minor) => {
                let id = format!("p-{}", self.payments.len());
                let inr = house.contract(*unit).await.terms().currency();
                let amount = domain::Money::new(minor, inr).decimal();
                self.payments.push(house.pay(&id, "C-1", &amount).await.payment);
            }
            Turn::Reverse(index) => {
                let Some(payment) = self.payments.get(index) else { return };
                let actor = Actor::Feed("bank".into());
                let reversed = house.app.reverse_payment(house.tenant, *payment, actor).await;
                if let Err(error) = reversed {
                    assert_eq!(code::<()>(Err(error)), "payment_not_posted");
                }
            }
            Turn::Hold(kind, days) => self.hold(kind, days).await,
            Turn::CloseHold => {
                let open = house.contract(*unit).await.holds.first().map(|hold| hold.id);
                if let Some(id) = open {
                    self.act(Command::CloseHold(id)).await.unwrap();
                }
            }
            Turn::Reset => self.reset().await,
            Turn::Pass => phone.give(agent::Input::UsePass),
        }
    }

    async fn act(&self, command: Command) -> Result<(), server::Error> {
        let Life { house, unit, .. } = self;
        let asked = Asked::once(&house.app, "act", clerk());
        house.app.act(house.tenant, *unit, &asked, command).await.map(|_| ())
    }

    async fn hold(&self, kind: HoldKind, days: i64) {
        let from = self.house.app.now();
        let until = Some(from.plus_seconds(days * DAY));
        let id = HoldId(self.house.app.new_id());
        let hold = Hold { id, kind, from, until, cause: "they called".into() };
        if let Err(error) = self.act(Command::OpenHold(hold)).await {
            assert_eq!(code::<()>(Err(error)), "contract_not_active");
        }
    }

    async fn reset(&mut self) {
        if !self.house.contract(self.unit).await.is_active() {
            return;
        }
        self.generation += 1;
        self.phone = Phone::with_key(1, self.generation);
        self.phone.enrol(&self.house, self.unit).await;
    }

    /// What must hold after every turn.
    async fn check(&mut self) {
        let Life { house, unit, phone, .. } = self;
        house.check().await;
        let contract = house.contract(*unit).await;
        check_restriction(&contract);
        assert_eq!(house.balance().await.get("in_transit").copied().unwrap_or(0), 0);
        phone.check_in(&house.app).await;
        assert!(phone.problems.is_empty(), "{:?}", phone.problems);
        let contract = house.contract(*unit).await;
        check_restriction(&contract);
        assert_eq!(phone.agent.is_released(), contract.is_released());
        if !phone.agent.is_released() {
            assert_eq!(phone.agent.sequence(), house.row(*unit).await.version);
            let decided = server::app::lease::wire_stage(contract.decision.stage);
            assert!(phone.stage() <= decided, "{:?} above {decided:?}", phone.stage());
        }
    }
}

/// Nothing is restricted but with both notices delivered, run out, and something past due.
fn check_restriction(contract: &Contract) {
    let decision = &contract.decision;
    let rises = decision.timetable.iter().any(|planned| planned.stage.restricts());
    if !decision.stage.restricts() && !rises {
        return;
    }
    assert!(contract.is_active() && decision.past_due > 0);
    assert!(decision.stage <= Stage::LOCK);
    let delivered = contract.notices.iter().filter(|notice| !notice.delivered.is_empty());
    assert_eq!(delivered.count(), 2, "{decision:?}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn books_journal_and_phone_agree_whatever_happens(
        turns in prop::collection::vec(turn(), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut life = Life::begin().await;
            for turn in turns {
                life.take(turn).await;
                life.check().await;
            }
        });
    }
}

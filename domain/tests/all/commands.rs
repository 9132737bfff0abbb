//! Any command with any values, at any moment: an answer or a refusal, never a panic.

use std::cell::Cell;

use domain::{
    Actor, Command, Contract, EnrolmentId, HoldId, Ladder, Moment, NoticeId, Stage, UnitId,
    custody::Pass,
    decide,
    decide::MOVE_MAX,
    ending::{End, Shortfall},
    evaluate::evaluate,
    fact::{Consent, Enrolment},
    hold::{Hold, HoldKind},
    ledger,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    life::{lives, stages},
    properties::check,
    scene::{RATE, enrolment, fast, signed, terms},
};

fn amounts() -> impl Strategy<Value = i64> {
    let edges = vec![i64::MIN, i64::MIN + 1, -1, 0, 1, RATE, 12 * RATE, i64::MAX - 1, i64::MAX];
    prop_oneof![2 => select(edges), 2 => 1..5 * RATE, 1 => any::<i64>()]
}

/// The edges of time, any moment at all, and the months in which these contracts live.
fn moments() -> impl Strategy<Value = Moment> {
    let micros = prop_oneof![
        1 => select(vec![i64::MIN, 0, 1, i64::MAX]),
        1 => any::<i64>(),
        6 => (1_765_000_000..1_800_000_000_i64).prop_map(|seconds| seconds * 1_000_000),
    ];
    micros.prop_map(Moment::from_micros)
}

fn id() -> impl Strategy<Value = [u8; 16]> {
    (0..6_u8).prop_map(|byte| [byte; 16])
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("text".to_owned()), Just("x".repeat(2000))]
}

fn money() -> impl Strategy<Value = Command> {
    (0..10_u8, id(), amounts(), moments(), any::<bool>(), text()).prop_map(
        |(kind, id, amount, value, confirmed, reason)| {
            let payment = UnitId::from_bytes(id);
            match kind {
                0 => Command::PostPayment { payment, amount, value, confirmed },
                1 => Command::ConfirmPayment { payment, amount },
                2 => Command::ReversePayment { payment, amount },
                3 => Command::ChargeBack { payment, amount, value },
                4 => Command::WinChargeback { payment, value },
                5 => Command::ChargeFee { amount, value, reason },
                6 => Command::WaiveFees { amount, reason },
                7 => Command::Refund { amount, reason },
                8 => Command::Reckon,
                _ => Command::Credit { amount, reason },
            }
        },
    )
}

fn notices() -> impl Strategy<Value = Command> {
    (0..3_u8, id(), any::<u8>(), moments(), amounts(), text()).prop_map(
        |(kind, id, k, moment, owed, text)| {
            let id = NoticeId::from_bytes(id);
            let k = k % 6;
            let language = "en".to_owned();
            match kind {
                0 => Command::PrepareNotice {
                    id,
                    k,
                    show_from: moment,
                    owed,
                    language,
                    templates: Vec::new(),
                    text,
                },
                1 => Command::NoticeShown { id, shown: moment, text_hash: text },
                _ => Command::DeclareNotice { k, delivered: moment, evidence: text },
            }
        },
    )
}

fn device() -> impl Strategy<Value = Command> {
    let stage = (stages(), any::<u8>()).prop_map(|(stage, step)| Stage { step, ..stage });
    (0..6_u8, stage, any::<u64>(), moments(), any::<u32>()).prop_map(
        |(kind, stage, number, moment, key_gen)| match kind {
            0 => Command::ReportStage { stage, sequence: number, applied: moment },
            1 => Command::UsePass { used: moment, hours: stage.step },
            2 => Command::ReportEvidence { what: "x".into(), happened: moment, detail: number },
            3 => Command::EventsThrough(number),
            4 => Command::Enrol(enrolment(1)),
            _ => Command::Enrol(Enrolment {
                key_gen,
                id: EnrolmentId::from_bytes([7; 16]),
                ..enrolment(1)
            }),
        },
    )
}

fn holds() -> impl Strategy<Value = Command> {
    let kinds = select(HoldKind::ALL.to_vec());
    (any::<bool>(), id(), kinds, moments(), option::of(moments()), text()).prop_map(
        |(open, id, kind, from, until, cause)| {
            let id = HoldId::from_bytes(id);
            if open {
                Command::OpenHold(Hold { id, kind, from, until, cause })
            } else {
                Command::CloseHold(id)
            }
        },
    )
}

fn endings() -> impl Strategy<Value = Command> {
    let release = vec![Command::Release { certificate: vec![1] }, Command::ConfirmRemoval];
    let end = (0..7_u8, moments(), amounts(), any::<bool>(), text()).prop_map(
        |(kind, value, amount, flag, text)| {
            let shortfall = Some(if flag { Shortfall::Keep } else { Shortfall::Waive });
            Command::End(match kind {
                0 => End::HandOver { value, note: text },
                1 => End::UndoHandOver { reason: text },
                2 | 3 => End::Grade { grade: text, amount, shortfall },
                4 => End::WriteOff { release: flag, reason: text },
                5 => End::UndoWriteOff { reason: text },
                _ => End::LetGo { reason: text },
            })
        },
    );
    prop_oneof![1 => select(release), 4 => end]
}

/// Another phone or borrower, with the right certificate or another one.
fn custody() -> impl Strategy<Value = Command> {
    (0..3_u8, option::of(1..4_u8), id(), moments(), text()).prop_map(
        |(kind, freed, imei, at, reason)| {
            let freed = freed.map(|byte| (EnrolmentId::from_bytes([byte; 16]), vec![byte]));
            let consent = || Consent { form: "f".into(), version: "1".into(), at, told: None };
            Command::Custody(match kind {
                0 => Pass::Exchange { freed, imeis: vec![format!("{imei:?}")], reason },
                1 => Pass::Transfer {
                    buyer: "b".into(),
                    buyer_consent: consent(),
                    freed,
                    reason,
                    seller_consent: consent(),
                },
                _ => Pass::ConfirmRemoval(EnrolmentId::from_bytes(imei)),
            })
        },
    )
}

fn commands(endings_weight: u32) -> impl Strategy<Value = Command> {
    let ordinary =
        prop_oneof![6 => money(), 4 => notices(), 5 => device(), 4 => holds(), 2 => custody()];
    prop_oneof![19 => ordinary, endings_weight => endings()]
}

/// Decides, books, applies, evaluates and records, like the server.
fn carry_out(contract: &mut Contract, ladder: &Ladder, command: Command, at: Moment) -> usize {
    let facts = decide(contract, ladder, command, Actor::Time, at).unwrap_or_default();
    for fact in &facts {
        let before = contract.clone();
        contract.apply(fact);
        let legs = ledger::legs(Some(&before), contract);
        let sum: i128 = legs.iter().map(|(_, leg)| i128::from(*leg)).sum();
        assert_eq!(sum, 0, "{fact:?} books what it takes");
        assert!(contract.paid >= 0 && contract.unconfirmed >= 0, "{fact:?}");
    }
    let decision = evaluate(contract, ladder, at);
    contract.record(decision.recorded(at));
    facts.len()
}

#[test]
fn any_command_is_answered() {
    let answered = Cell::new(0_usize);
    let deeds = vec((commands(1), moments()), 0..60);
    check((lives(), deeds), |(life, deeds)| {
        let mut contract = life.born();
        for (command, at) in deeds {
            let facts = carry_out(&mut contract, &life.ladder, command, at);
            answered.set(answered.get() + facts);
        }
        for extreme in [i64::MIN, i64::MAX] {
            evaluate(&contract, &life.ladder, Moment::from_micros(extreme));
        }
        Ok(())
    });
    assert!(answered.get() > 5_000, "{} facts", answered.get());
}

/// Invariant 3 over every sequence: whatever is asked of a released contract, its enrolment stays
/// clear; so does a settled one.
#[test]
fn no_command_raises_what_is_settled_or_released() {
    let deeds = vec((commands(2), moments()), 0..40);
    check((lives(), any::<bool>(), deeds), |(life, release, deeds)| {
        let lived = life.live(|_, _| Ok::<(), TestCaseError>(()))?;
        let (mut contract, now) = (lived.contract, lived.now);
        let payment = UnitId::from_bytes([99; 16]);
        let amount = (contract.terms().total() - contract.paid).max(1);
        let pay = Command::PostPayment { payment, amount, value: now, confirmed: true };
        carry_out(&mut contract, &life.ladder, pay, now);
        if release {
            contract.unconfirmed = 0;
            let certificate = vec![1];
            carry_out(&mut contract, &life.ladder, Command::Release { certificate }, now);
            prop_assert!(contract.is_released());
        }
        for (command, at) in deeds {
            carry_out(&mut contract, &life.ladder, command, at);
            let decision = evaluate(&contract, &life.ladder, at);
            prop_assert_eq!(decision.stage, Stage::CLEAR);
            prop_assert!(decision.timetable.is_empty() && decision.restrictions.is_empty());
            prop_assert!(!release || contract.is_released());
        }
        Ok(())
    });
}

/// Sums that do not fit are refused before anything is counted.
#[test]
fn overflow_is_refused() {
    check(vec(amounts(), 1..20), |posted| {
        let ladder = fast();
        let mut contract = signed(terms("Asia/Kolkata"), &ladder, true);
        let at = contract.signed_at;
        for amount in posted {
            let payment = UnitId::from_bytes([1; 16]);
            let command = Command::PostPayment { payment, amount, value: at, confirmed: false };
            let fits = (1..=MOVE_MAX).contains(&amount);
            let answer = decide(&contract, &ladder, command, Actor::Time, at);
            prop_assert_eq!(answer.is_ok(), fits, "{} and {}", contract.paid, amount);
            match answer {
                Ok(facts) => facts.iter().for_each(|fact| contract.apply(fact)),
                Err(refusal) if amount > 0 => prop_assert_eq!(refusal.code, "amount_overflow"),
                Err(refusal) => prop_assert_eq!(refusal.code, "amount_not_positive"),
            }
        }
        let counted = contract.paid >= contract.terms().total();
        prop_assert_eq!(counted, !contract.is_active());
        Ok(())
    });
}

//! Anything in any order: no panic, and no stage above what a verified lease allows.

use agent::{Agent, Input};
use proptest::prelude::*;
use protocol::{NoticeId, Restriction, Stage};

use crate::{lender::*, phone::*};

/// Everything a network could ever give this phone: true messages of every kind, old and late.
fn pool() -> Vec<Vec<u8>> {
    let mut lender = Lender::new();
    let mut pool = vec![];
    for (sequence, stage) in
        [(1, Stage::CLEAR), (2, NOTICE), (3, RESTRICT_1), (4, Stage::CLEAR), (5, RESTRICT_1)]
    {
        lender.now_s += HOUR;
        lender.lease.sequence = sequence;
        lender.lease.stage = stage;
        lender.lease.notices = vec![notice(1, T0)];
        lender.lease.timetable = vec![step(LOCK, T0 + 3650 * DAY, 0)];
        if stage == RESTRICT_1 {
            lender.lease.restrictions = vec![2];
        }
        pool.push(lender.signed(0));
        pool.push(lender.signed(sequence + 1));
        pool.push(lender.unchanged(sequence + 2));
        pool.push(lender.sign_token(&lender.token(sequence as u32, lender.now_s + 2 * HOUR)));
    }
    lender.lease.enrolment.0[0] ^= 1;
    lender.lease.stage = LOCK;
    pool.push(lender.signed(0));
    pool.push(lender.sign_terms(&lender.terms(b"offer")));
    pool
}

#[derive(Clone, Debug)]
enum Turn {
    True(usize),
    Bent(usize, usize, u8),
    Cut(usize, usize),
    Noise(Vec<u8>),
    Other(u8),
    Clock(u64, u32, u64),
    Crash,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        3 => any::<usize>().prop_map(Turn::True),
        2 => (any::<usize>(), any::<usize>(), 1u8..).prop_map(|(m, at, by)| Turn::Bent(m, at, by)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(m, len)| Turn::Cut(m, len)),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Turn::Noise),
        3 => any::<u8>().prop_map(Turn::Other),
        3 => (0u64..86_400_000, 0u32..3, any::<u64>()).prop_map(|(ms, b, w)| Turn::Clock(ms, b, w)),
        1 => Just(Turn::Crash),
    ]
}

fn give_bytes(phone: &mut Phone, bytes: Vec<u8>) {
    phone.give(Input::Token { bytes: bytes.clone() });
    phone.give(Input::Problem { bytes: Some(bytes.clone()) });
    phone.give(Input::Reply { bytes });
}

fn take(phone: &mut Phone, pool: &[Vec<u8>], turn: Turn) {
    match turn {
        Turn::True(message) => give_bytes(phone, pool[message % pool.len()].clone()),
        Turn::Bent(message, at, by) => {
            let mut bytes = pool[message % pool.len()].clone();
            let at = at % bytes.len();
            bytes[at] ^= by;
            give_bytes(phone, bytes);
        }
        Turn::Cut(message, len) => {
            let bytes = &pool[message % pool.len()];
            give_bytes(phone, bytes[..len % bytes.len()].to_vec());
        }
        Turn::Noise(bytes) => give_bytes(phone, bytes),
        Turn::Other(which) => phone.give(match which % 11 {
            0 => Input::Start,
            1 => Input::Wake,
            2 => Input::Online,
            3 => Input::SendFailed,
            4 => Input::Problem { bytes: None },
            5 => Input::UsePass,
            6 => Input::Screen { notice: Some(NoticeId([which; 16])) },
            7 => Input::AckNotice { id: NoticeId([1; 16]) },
            8 => Input::HolderAnswer { accepted: which % 2 == 0 },
            9 => Input::Unsupported { restriction: Restriction::Camera },
            _ => Input::Battery { percent: Some(which) },
        }),
        Turn::Clock(uptime_ms, boot, wall_s) => {
            if boot == 0 {
                phone.at.uptime_ms += uptime_ms;
            } else {
                phone.at.uptime_ms = uptime_ms;
                phone.at.boot = phone.at.boot.wrapping_add(boot - 1);
            }
            phone.at.wall_s = wall_s;
            phone.give(Input::Wake);
        }
        Turn::Crash => phone.crash(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_enrolled_phone_never_exceeds_its_leases(turns in prop::collection::vec(turn(), 1..80)) {
        let pool = pool();
        let (mut phone, _) = enrolled(|_| {});
        let mut sequence = 0;
        for turn in turns {
            take(&mut phone, &pool, turn);
            prop_assert!(phone.stage() <= RESTRICT_1);
            prop_assert!(phone.agent.sequence() >= sequence, "a sequence never goes back");
            sequence = phone.agent.sequence();
            if matches!(sequence, 1 | 4) {
                prop_assert_eq!(phone.stage(), Stage::CLEAR);
            }
            phone.out.clear();
        }
    }

    #[test]
    fn a_phone_without_a_contract_stays_free(turns in prop::collection::vec(turn(), 1..40)) {
        let pool = pool();
        let mut phone = Phone::with(setup());
        phone.enrol();
        for turn in turns {
            take(&mut phone, &pool, turn);
            prop_assert_eq!(phone.stage(), Stage::CLEAR);
            prop_assert!(phone.saved.is_none());
        }
    }

    #[test]
    fn a_spoilt_state_file_is_an_error_or_a_state(
        at in any::<usize>(),
        by in 1u8..,
        cut in any::<usize>(),
    ) {
        let (mut phone, _) = enrolled(|lease| {
            lease.stage = RESTRICT_1;
            lease.restrictions = vec![2];
            lease.notices = vec![notice(1, T0)];
        });
        phone.give(Input::UsePass);
        let saved = phone.saved.clone().unwrap();
        let mut bent = saved.clone();
        let at = at % bent.len();
        bent[at] ^= by;
        if let Ok(agent) = Agent::restore(&bent, setup()) {
            phone.agent = agent;
            phone.give(Input::Start);
            phone.pass(DAY);
        }
        let cut = cut % saved.len();
        prop_assert!(Agent::restore(&saved[..cut], setup()).is_err());
    }

    #[test]
    fn noise_is_no_state_file(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Agent::restore(&bytes, setup()).is_err());
    }
}

//! What it costs to write and read a contract's stored text.
//!
//!     cargo run --release -p quittance-formats --example bench_doc

use std::time::{Duration, Instant};

use domain::{
    Contract, Currency, Day, EnrolmentId, Moment, NoticeId, Stage, TenantId, Terms, UnitId, Zone,
    contract::Notice,
    fact::{Consent, Enrolment, Signed},
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};
use formats::{contract_doc, parse_contract};

const ROUNDS: u32 = 20_000;

fn main() {
    let contract = contract();
    let text = contract_doc(&contract);
    let (unit, tenant) = (contract.unit, contract.tenant);
    assert_eq!(parse_contract(unit, tenant, &text).as_ref(), Ok(&contract));
    let write = timed(|| {
        std::hint::black_box(contract_doc(std::hint::black_box(&contract)));
    });
    let read = timed(|| {
        std::hint::black_box(parse_contract(unit, tenant, std::hint::black_box(&text)).is_ok());
    });
    println!("24 rows, {} bytes: write {write:?}, read {read:?}", text.len());
}

/// The mean of one round.
fn timed(mut round: impl FnMut()) -> Duration {
    for _ in 0..ROUNDS / 10 {
        round();
    }
    #[expect(clippy::disallowed_methods, reason = "a bench measures the machine")]
    let start = Instant::now();
    for _ in 0..ROUNDS {
        round();
    }
    start.elapsed() / ROUNDS
}

fn contract() -> Contract {
    let at = Moment::from_micros(1_770_000_000_123_456);
    let currency = Currency::parse("ZAR").expect("listed");
    let price = Price { currency, cash_price: 1_999_900, down_payment: 199_900 };
    let plan = Equal {
        count: 24,
        period: Period::Months,
        every: 1,
        first_due: Day::new(2026, 1, 31).expect("a day"),
        month_end: MonthEnd::Clamp,
        instalment: None,
    };
    let zone = Zone::parse("Africa/Johannesburg").expect("a zone");
    let signed = Signed {
        terms_hash: None,
        sunset: None,
        late_fee: None,
        reference: "C-000123".into(),
        terms: Terms::equal(price, &plan, zone, "en".into()).expect("terms"),
        programme: ("standard".into(), 1),
        packs: vec![("in-rbi-draft-2026".into(), 1)],
        imeis: vec!["hash-of-the-first".into(), "hash-of-the-second".into()],
        consent: Some(Consent { form: "sale".into(), version: "3".into(), at, told: None }),
    };
    let (unit, tenant) = (UnitId::from_bytes([7; 16]), TenantId::from_bytes([8; 16]));
    let mut contract = Contract::sign(unit, tenant, at, signed);
    contract.device = Some(Enrolment {
        id: EnrolmentId::from_bytes([9; 16]),
        key_gen: 1,
        key: vec![0xa5; 77],
        tier: 2,
        disclosure: [1; 32],
        offer: [2; 32],
    });
    contract.notices.push(Notice {
        messages: Vec::new(),
        id: NoticeId::from_bytes([3; 16]),
        k: 1,
        show_from: at,
        owed: 75_000,
        language: "en".into(),
        text: "An instalment of ZAR 750.00 was due. Please pay or call us. ".repeat(8),
        delivered: Vec::new(),
    });
    contract.effects.push((Stage::NOTICE, at));
    contract.applied = Some((Stage::NOTICE, 12, at));
    contract
}

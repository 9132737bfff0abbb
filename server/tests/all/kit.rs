//! A house to test in: a clock that is set by hand, seeded chance, a lender with two programmes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use domain::{
    Actor, Command, Contract, Currency, Day, Imei, Moment, TenantId, Terms, UnitId, Zone,
    ending::End,
    fact::Consent,
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};
use server::{
    App, Error,
    app::{
        Pace,
        change::Changed,
        post_payment::{NewPayment, Posted},
        sign_contract::NewContract,
    },
    clock::{Clock, Entropy},
    keys::Keys,
};
use store::{Backend, Entry, JournalEntry, LineKind, MemoryStore, Query, Row, UnitKind};

/// 2026-01-10, 10:00 in India.
pub(crate) const START: i64 = 1_768_019_400;
pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) const LENDER: &str = include_str!("../../../examples/lender.toml");
pub(crate) const FAST: &str = include_str!("../../../examples/programme-fast.toml");
pub(crate) const STANDARD: &str = include_str!("../../../examples/programme.toml");

/// A clock that is set by hand; the time that really passed follows it, unless it jumps.
pub(crate) struct VirtualClock {
    micros: AtomicI64,
    jumped: AtomicI64,
}

impl VirtualClock {
    pub(crate) fn new() -> Arc<VirtualClock> {
        VirtualClock::at(START)
    }

    pub(crate) fn at(seconds: i64) -> Arc<VirtualClock> {
        let micros = AtomicI64::new(seconds * 1_000_000);
        Arc::new(VirtualClock { micros, jumped: AtomicI64::new(0) })
    }

    /// Time passes.
    pub(crate) fn pass(&self, seconds: i64) {
        self.micros.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Somebody sets the clock; no time passes.
    pub(crate) fn jump(&self, seconds: i64) {
        self.jumped.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        let jumped = self.jumped.load(Ordering::SeqCst);
        Moment::from_micros(self.micros.load(Ordering::SeqCst)).plus_seconds(jumped)
    }

    fn elapsed_s(&self) -> i64 {
        self.micros.load(Ordering::SeqCst) / 1_000_000 - START
    }
}

/// SplitMix64: the same bytes for the same seed.
pub(crate) struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    pub(crate) fn new(seed: u64) -> Arc<SeededEntropy> {
        Arc::new(SeededEntropy(Mutex::new(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

/// A server without doors, with one lender.
pub(crate) struct House {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) tenant: TenantId,
}

impl House {
    /// On a store in memory, with the lender and both programmes of `examples/`.
    pub(crate) async fn new() -> House {
        House::on(Arc::new(MemoryStore::new()), Keys::new(&[7; 32]), Pace::default()).await
    }

    pub(crate) async fn paced(pace: Pace) -> House {
        House::on(Arc::new(MemoryStore::new()), Keys::new(&[7; 32]), pace).await
    }

    pub(crate) async fn on(store: Arc<dyn Backend>, keys: Keys, pace: Pace) -> House {
        let clock = VirtualClock::new();
        let entropy = SeededEntropy::new(1);
        let app = App::open(store, keys, clock.clone(), entropy, pace).await.unwrap();
        let lender = formats::parse_lender(LENDER).unwrap();
        let (tenant, _) = app.add_tenant(&lender, clerk()).await.unwrap();
        for text in [FAST, STANDARD] {
            app.add_programme(tenant, text, clerk()).await.unwrap();
        }
        House { app: Arc::new(app), clock, tenant }
    }

    /// Signs a contract that must be accepted.
    pub(crate) async fn sign(&self, new: NewContract) -> UnitId {
        let changed = self.app.sign_contract(self.tenant, new, clerk()).await.unwrap();
        assert!(!changed.repeated);
        changed.contract.unit
    }

    pub(crate) async fn contract(&self, unit: UnitId) -> Contract {
        self.app.contract_of(self.tenant, unit).await.unwrap().contract
    }

    pub(crate) async fn row(&self, unit: UnitId) -> Row {
        self.app.store.load(&[unit]).await.unwrap().pop().unwrap().unwrap()
    }

    pub(crate) async fn journal(&self, unit: UnitId) -> Vec<JournalEntry> {
        store::walk::journal(&*self.app.store, unit).await.unwrap()
    }

    pub(crate) async fn personal(&self, unit: UnitId) -> BTreeMap<String, String> {
        self.app.personal(unit).await.unwrap().into_iter().collect()
    }

    pub(crate) fn payment(&self, id: &str, reference: &str, amount: &str) -> NewPayment {
        NewPayment {
            provider: "bank".into(),
            provider_id: id.into(),
            reference: reference.into(),
            amount: amount.into(),
            currency: None,
            paid_at: self.app.now(),
        }
    }

    pub(crate) async fn post(&self, new: NewPayment) -> Result<Posted, Error> {
        self.app.post_payment(self.tenant, new, Actor::Feed("bank".into())).await
    }

    pub(crate) async fn pay(&self, id: &str, reference: &str, amount: &str) -> Posted {
        self.post(self.payment(id, reference, amount)).await.unwrap()
    }

    /// Account and currency to the sum of what was booked.
    pub(crate) async fn balance(&self) -> BTreeMap<String, i64> {
        let all = self.app.store.trial_balance(self.tenant).await.unwrap();
        all.into_iter().map(|(account, _, minor)| (account, minor)).collect()
    }

    /// Every journal in the house holds: the chain, and what it folds to.
    pub(crate) async fn check(&self) {
        for kind in [UnitKind::Contract, UnitKind::Device, UnitKind::Intake, UnitKind::Directory] {
            let query = Query::Units { tenant: None, kind, status: None, rung_min: 0 };
            for entry in store::walk::entries(&*self.app.store, query).await.unwrap() {
                let Entry::Unit(row) = entry else { panic!("not a unit: {entry:?}") };
                self.check_unit(&row).await;
            }
        }
        let balance = self.balance().await;
        let sum: i128 = balance.values().map(|minor| i128::from(*minor)).sum();
        assert_eq!(sum, 0, "{balance:?}");
        // Whether money has arrived is for those to ask who wait for it.
        let mut books = self.app.check_books(self.tenant, |_| {}).await.unwrap();
        books.findings.retain(|found| found.check != server::app::check_books::DRAINS);
        assert_eq!(books.findings, []);
    }

    async fn check_unit(&self, row: &Row) {
        let journal = self.journal(row.unit).await;
        let entries = journal.iter().map(|line| (line.entry, line.text.as_str(), line.hash));
        let head = Some((row.head.entries, row.head.hash));
        formats::verify_chain(row.tenant, row.unit, entries, head).unwrap();
        let last = journal.last().unwrap();
        if row.kind != UnitKind::Contract {
            assert_eq!(last.kind, LineKind::Record);
            let Ok(formats::Entry::Record(record)) = formats::parse_line(&last.text) else {
                panic!("no record: {}", last.text)
            };
            assert_eq!(record.doc, row.doc);
            return;
        }
        let lines = journal.iter().map(|line| line.text.as_str());
        let folded = formats::fold(row.tenant, row.unit, lines).unwrap();
        assert_eq!(formats::doc::contract_doc(&folded), row.doc, "fold = rows");
        let replayed = self.app.replay_contract(row.tenant, row.unit).await.unwrap();
        assert!(replayed.is_reproduced(), "{replayed:#?}");
        self.check_lease(row, last).await;
    }

    /// The journal ends with the content hash of the version's lease, if it has one.
    async fn check_lease(&self, row: &Row, last: &JournalEntry) {
        let loaded = self.app.open_contract(row.clone()).unwrap();
        let words = self.app.words(row.tenant);
        let (contract, ladder) = (&loaded.contract, &loaded.ladder);
        let hash = server::app::lease::content_hash(contract, ladder, &words, row.version);
        assert_eq!(hash.is_some(), last.kind == LineKind::Lease, "{}", last.text);
        if let Some(hash) = hash {
            assert_eq!(last.text, formats::lease_line(row.version, &hash));
        }
    }
}

/// Who does what nobody else is named for.
pub(crate) fn clerk() -> Actor {
    Actor::Person(UnitId::from_bytes([9; 16]))
}

/// The stable code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Writing a debt off, with or without the phone's release.
pub(crate) fn write_off(release: bool) -> Command {
    Command::End(End::WriteOff { release, reason: "gone".into() })
}

/// Any valid IMEI, different for each number.
pub(crate) fn imei(number: u32) -> Imei {
    Imei::parse(&format!("35116352{number:06}")).unwrap()
}

/// A contract on the fast programme: three instalments of 1000.00 INR a week apart, the first a
/// week after the start, with consent.
pub(crate) fn new_contract(reference: &str, number: u32) -> NewContract {
    NewContract {
        reference: reference.to_owned(),
        imeis: vec![imei(number)],
        terms: terms(3, Period::Weeks),
        programme: "fast".into(),
        borrower_name: "Asha Devi".into(),
        borrower_phone: "+91 98 5550 0100".into(),
        borrower_email: String::new(),
        consent: Some(Consent {
            form: "app".into(),
            version: "1".into(),
            at: Moment::from_seconds(START - DAY),
            told: None,
        }),
    }
}

/// The same on the programme of the Indian draft, with monthly instalments.
pub(crate) fn standard_contract(reference: &str, number: u32) -> NewContract {
    let terms = terms(6, Period::Months);
    NewContract { programme: "standard".into(), terms, ..new_contract(reference, number) }
}

pub(crate) fn terms(count: u32, period: Period) -> Terms {
    let price = Price {
        currency: Currency::parse("INR").unwrap(),
        cash_price: 100_000 * i64::from(count) + 50_000,
        down_payment: 50_000,
    };
    let plan = Equal {
        count,
        period,
        every: 1,
        first_due: Day::new(2026, 1, 17).unwrap(),
        month_end: MonthEnd::Clamp,
        instalment: None,
    };
    Terms::equal(price, &plan, Zone::parse("Asia/Kolkata").unwrap(), "en".into()).unwrap()
}

/// Whether this very call did it, and the version it made.
pub(crate) fn done(changed: &Changed) -> (bool, u64) {
    (!changed.repeated, changed.version)
}

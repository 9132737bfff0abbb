//! Use cases: one file per verb. Each loads units, asks the domain, and commits what it answers.
//!
//! **Invariant:** no HTTP here, and no rule of the ladder: handlers render, `domain` decides.

pub mod act;
pub mod announce_payment;
pub mod assign_contract;
mod begin_contract;
pub mod breaker;
pub mod change;
pub mod charge_back;
pub mod check_books;
pub mod check_in;
pub mod directory;
pub mod disclose_contract;
pub mod dispute_sunset;
pub mod end_hold;
pub mod enrol_device;
pub mod exchange_device;
pub mod explain_contract;
pub mod export_journal;
pub mod export_ledger;
pub mod feeds;
mod find_contract;
mod hand_out_certificate;
mod hear_alert;
mod hear_call;
pub mod journal_log;
mod key_history;
pub mod lanes;
pub mod lease;
pub mod list;
mod list_offers;
pub mod list_releases;
pub mod load_packs;
pub mod manage;
pub mod manage_sender;
pub mod manage_source;
mod match_suspense;
pub mod outbox;
pub mod post_payment;
pub mod presence;
pub mod preview_programme;
pub mod propose;
pub mod prove_journal;
pub mod publish_root;
pub mod pull_status;
pub mod push_standing;
pub mod quote_payoff;
pub mod receive_money;
pub mod record_consent;
pub mod refunds_due;
pub mod register_device;
mod remind;
pub mod replay_contract;
pub mod report;
pub mod restructure;
pub mod return_device;
pub mod reverse_payment;
pub mod screens;
mod send_messages;
pub mod set_contact;
pub mod sign_contract;
pub mod standstill;
pub mod sweep;
mod take_back;
pub mod take_file;
pub mod take_statement;
mod take_table;
mod tell_lender;
pub mod throttle;
pub mod transfer_contract;
pub mod turns;
pub mod unlock_promise;
pub mod wait;
pub mod wake;
pub mod words;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{Actor, Moment, TenantId, UnitId};
use formats::journal;
use store::{Backend, Reservation, Space};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::{
    clock::{Clock, ClockGuard, Entropy, new_id},
    crypto::hex,
    error::Error,
    keys::Keys,
    metrics::{Metered, Metrics},
    packs::PackDir,
    pull::StatusPull,
    sender::Carrier,
};
use breaker::Breakers;
use directory::Directory;
use feeds::Feeds;
use outbox::EventSink;
use presence::Presences;
use throttle::{Rates, Throttle};
use turns::Turns;
use unlock_promise::Unlocks;
use wake::{LocalWake, Wake};
use words::TenantWords;

/// Everything a use case needs. Cheap to share.
pub struct App {
    /// Units and journals.
    pub store: Arc<dyn Backend>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Watches it.
    pub guard: ClockGuard,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Signing keys and the pepper.
    pub keys: Keys,
    /// Tenants, programmes, packs and API keys.
    pub directory: Directory,
    /// Devices last heard.
    pub presences: Presences,
    /// How fast phones open, until it is written.
    pub unlocks: Unlocks,
    /// Who is told of new versions.
    pub wake: Arc<dyn Wake>,
    /// Who changes which unit, one after the other.
    pub turns: Turns,
    /// Room for held requests.
    pub waits: Semaphore,
    /// Whether held requests are to end.
    pub stopping: watch::Sender<bool>,
    /// How devices are told to come back.
    pub pace: Pace,
    /// What the process counts.
    pub metrics: Arc<Metrics>,
    /// Who is told what contracts become; without it nothing is written for anybody.
    pub events: Option<Arc<dyn EventSink>>,
    /// Phones that rose lately.
    pub breakers: Breakers,
    /// Feeds of payment data that are listened to.
    pub feeds: Feeds,
    /// What of the standstills has reached the contracts.
    carried: Mutex<standstill::Carried>,
    /// Providers that can be asked for the status of announced money, by the source's name.
    pub pulls: BTreeMap<String, Arc<dyn StatusPull>>,
    /// Who takes messages over, by the sender's name, as far as it was needed.
    carriers: Mutex<BTreeMap<String, Arc<dyn Carrier>>>,
    /// How much the doors of providers take.
    pub throttle: Throttle,
    /// What phones and notices say.
    pub words: TenantWords,
    /// Signed policy packs beside those of the program.
    pub packs: Option<Arc<PackDir>>,
}

/// When devices come back.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Seconds between check-ins of a device that is clear.
    pub clear_s: u32,
    /// Seconds between check-ins of a device that is not, if it holds no wait.
    pub raised_s: u32,
    /// Longest a wait is held, seconds.
    pub hold_max_s: u32,
    /// Requests held at the same time; one more is answered at once.
    pub waits_max: usize,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { clear_s: 4 * 3600, raised_s: 3600, hold_max_s: 60, waits_max: 100_000 }
    }
}

impl App {
    /// Opens the house on a store: reads the directory and finishes nothing yet.
    pub async fn open(
        store: Arc<dyn Backend>,
        keys: Keys,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        pace: Pace,
    ) -> Result<App, Error> {
        let metrics = Arc::new(Metrics::default());
        let app = App {
            store: Arc::new(Metered::new(store, metrics.clone())),
            guard: ClockGuard::new(&*clock),
            clock,
            entropy,
            keys,
            directory: Directory::new()?,
            presences: Presences::default(),
            unlocks: Unlocks::default(),
            wake: Arc::new(LocalWake::default()),
            turns: Turns::default(),
            waits: Semaphore::new(pace.waits_max),
            stopping: watch::Sender::new(false),
            pace,
            metrics,
            events: None,
            breakers: Breakers::default(),
            feeds: Feeds::default(),
            carried: Mutex::default(),
            pulls: BTreeMap::new(),
            carriers: Mutex::default(),
            throttle: Throttle::default(),
            words: TenantWords::default(),
            packs: None,
        };
        app.load_directory().await?;
        app.load_feeds().await?;
        Ok(app)
    }

    /// With somebody to be told what contracts become.
    pub fn with_events(self, sink: Arc<dyn EventSink>) -> App {
        App { events: Some(sink), ..self }
    }

    /// With the signed policy packs of a data directory, read at once.
    pub async fn with_packs(mut self, dir: PackDir) -> Result<App, Error> {
        let dir = Arc::new(dir);
        self.read_packs(&dir).await?;
        self.packs = Some(dir);
        Ok(self)
    }

    /// With other rates at the doors of providers than the usual ones.
    pub fn with_rates(self, rates: Rates) -> App {
        App { throttle: Throttle::new(rates), ..self }
    }

    /// With a provider that can be asked for the status of a source's announced money.
    pub fn with_pull(mut self, source: &str, pull: Arc<dyn StatusPull>) -> App {
        self.pulls.insert(source.to_owned(), pull);
        self
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// This moment, if the clock can be trusted with a signature.
    pub fn signing_moment(&self) -> Result<Moment, Error> {
        self.guard.check(&*self.clock)
    }

    /// A fresh time-ordered id.
    pub fn new_id(&self) -> Uuid {
        new_id(&*self.entropy, self.now())
    }

    /// Keyed hash of an IMEI's 14 digits: what lookups and facts hold in its place.
    pub fn imei_hash(&self, imei: &domain::Imei) -> String {
        hex(&self.keys.pepper().mac("imei", &[imei.digits().as_bytes()])[..16])
    }

    /// The unit that owns a name.
    pub async fn owner(&self, name: Reservation) -> Result<Option<UnitId>, Error> {
        let page = self.store.page(store::Query::Owner(name), None, 1).await?;
        Ok(page.entries.into_iter().find_map(|entry| match entry {
            store::Entry::Owner(unit) => Some(unit),
            _ => None,
        }))
    }

    /// The contract with this reference.
    pub async fn by_reference(
        &self,
        tenant: TenantId,
        reference: &str,
    ) -> Result<Option<UnitId>, Error> {
        self.owner(reference_name(tenant, reference)).await
    }

    /// A personal datum of a unit.
    pub async fn personal(&self, unit: UnitId) -> Result<Vec<(String, String)>, Error> {
        let page = self.store.page(store::Query::Personal(unit), None, 100).await?;
        let fields = page.entries.into_iter().filter_map(|entry| match entry {
            store::Entry::Personal(field, value) => Some((field, value)),
            _ => None,
        });
        Ok(fields.collect())
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// The unit whose id follows from a hash.
pub fn unit_of_hash(hash: &[u8; 32]) -> UnitId {
    let bytes: [u8; 16] = hash[..16].try_into().expect("half of 32 bytes");
    UnitId::of(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The journal line of what a device, an intake item or a directory entry became.
fn record(actor: &Actor, at: Moment, doc: &str) -> Result<String, Error> {
    journal::record_line(actor, at, doc).map_err(|error| Error::Fault(error.to_string()))
}

/// A contract's reference is unique within its tenant.
pub fn reference_name(tenant: TenantId, reference: &str) -> Reservation {
    Reservation { space: Space::Reference, tenant: Some(tenant), key: reference.to_owned() }
}

/// A financed IMEI is unique within the installation.
pub fn financed_name(imei_hash: &str) -> Reservation {
    Reservation { space: Space::Imei, tenant: None, key: imei_hash.to_owned() }
}

/// An enrolment leads to its contract.
pub fn enrolment_name(enrolment: &[u8; 16]) -> Reservation {
    Reservation { space: Space::Enrolment, tenant: None, key: hex(enrolment) }
}

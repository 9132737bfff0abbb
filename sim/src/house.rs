//! The server of a world: the whole application on a store, with one lender and his programmes.

use std::sync::Arc;

use domain::{Actor, Currency, TenantId, UnitId, Zone};
use formats::{SourceKind, directory::Role};
use server::{
    App, Error,
    app::{Pace, manage_source::NewSource},
    intake::Secret,
    keys::Keys,
    serve::Limits,
};
use store::Backend;

use crate::{
    Setup,
    clock::{SeededEntropy, VirtualClock},
    line::RouterLine,
    rail,
};

const LENDER: &str = include_str!("../../examples/lender.toml");
const FAST: &str = include_str!("../../examples/programme-fast.toml");
const STANDARD: &str = include_str!("../../examples/programme.toml");

/// A server with one lender.
#[derive(Clone, Debug)]
pub struct House {
    /// The application.
    pub app: Arc<App>,
    /// The lender.
    pub tenant: TenantId,
    /// The way to its device door.
    pub line: RouterLine,
    /// The key of the lender's people.
    pub key: Arc<str>,
}

impl House {
    /// Opens a house on a store.
    pub async fn open(
        store: Arc<dyn Backend>,
        clock: Arc<VirtualClock>,
        setup: &Setup,
    ) -> Result<House, Error> {
        let entropy = Arc::new(SeededEntropy::new(setup.seed));
        let hold_max_s = if setup.held { 60 } else { 0 };
        let pace = Pace { clear_s: 86_400, raised_s: 43_200, hold_max_s, waits_max: 10_000 };
        let app = App::open(store, Keys::new(&[7; 32]), clock, entropy, pace).await?;
        let lender = formats::parse_lender(LENDER)
            .map_err(|error| Error::Fault(format!("lender.toml: {error}")))?;
        let (tenant, _) = app.add_tenant(&lender, clerk()).await?;
        for text in [FAST, STANDARD] {
            app.add_programme(tenant, &with_sunset(text, setup.sunset_days), clerk()).await?;
        }
        let roles = [Role::Payments, Role::Support].into_iter().collect();
        let (_, key) = app.add_key(tenant, "till", roles, None, clerk()).await?;
        for source in sources() {
            app.add_source(tenant, source, clerk()).await?;
        }
        let app = Arc::new(app);
        let line = RouterLine(server::http::router(app.clone(), &Limits::default()));
        Ok(House { app, tenant, line, key: key.into() })
    }
}

/// A programme whose phones go free so many days after their last due day.
fn with_sunset(text: &str, days: Option<u32>) -> String {
    let own = days.map(|days| format!("sunset_days = {days}\npast_due_tolerance"));
    own.map_or_else(|| text.to_owned(), |own| text.replacen("past_due_tolerance", &own, 1))
}

/// Who tells of money.
fn sources() -> [NewSource; 3] {
    let source = |name: &str, kind, secret: Option<&str>, currency| NewSource {
        name: name.to_owned(),
        kind,
        currency: Currency::parse(currency),
        time_zone: Zone::parse("Africa/Nairobi"),
        secret: secret.map(|secret| Secret::new(secret.as_bytes())),
    };
    [
        source(rail::CARDS, SourceKind::Stripe, Some(rail::CARD_SECRET), ""),
        source(rail::WALLET, SourceKind::Generic, Some(rail::WALLET_SECRET), ""),
        source(rail::MOBILE, SourceKind::Mpesa, None, rail::MOBILE_CURRENCY),
    ]
}

/// The programme of `examples/` that stands on a pack, and how many days its ladder takes.
pub fn programme_for(pack: &str) -> Option<(&'static str, u32)> {
    match pack {
        "test-fast" => Some(("fast", 20)),
        "in-rbi-draft-2026" => Some(("standard", 60)),
        _ => None,
    }
}

/// Who acts for the lender.
pub fn clerk() -> Actor {
    Actor::Person(UnitId::from_bytes([9; 16]))
}

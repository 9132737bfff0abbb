//! Proofs out of a lender's log: that a journal stood in it, and that it only grew.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Day, TenantId, UnitId};
use formats::roots::{Proof, PublishedRoot, consistency_nodes, inclusion_nodes, path_from};
use protocol::cert::KeyKind;

use super::{
    App,
    journal_log::Piece,
    publish_root::{signed_root, utc},
};
use crate::{crypto::hex, error::Error};

const NO_ROOT: Error = Error::NotFound("journal root");

impl App {
    /// The root that was published for a day, or last.
    pub async fn published_root(
        &self,
        tenant: TenantId,
        day: Option<Day>,
    ) -> Result<PublishedRoot, Error> {
        let piece = day.map_or(Piece::Latest, Piece::Day);
        let stored = self.day_root(tenant, piece).await?.ok_or(NO_ROOT)?;
        let signed = signed_root(&stored)?;
        let keys = self.keys.tenant(tenant)?;
        let journal = keys.certs().filter(|key| key.cert().kinds.contains(&KeyKind::Journal));
        Ok(PublishedRoot {
            day: stored.day,
            format: PublishedRoot::format(),
            keys: journal.map(|key| URL_SAFE_NO_PAD.encode(key.cert_bytes())).collect(),
            lender: signed.lender,
            root: hex(&signed.root.0),
            root_key: hex(&keys.root()),
            signed: stored.signed,
            size: stored.size,
            tenant,
        })
    }

    /// The proof that a contract's journal, as far as the log has it, stands in the log of a day,
    /// or in the last one.
    pub async fn prove_journal(
        &self,
        tenant: TenantId,
        unit: UnitId,
        day: Option<Day>,
    ) -> Result<Proof, Error> {
        self.contract_of(tenant, unit).await?;
        let root = self.day_root(tenant, day.map_or(Piece::Latest, Piece::Day)).await?;
        let root = root.ok_or(NO_ROOT)?;
        // A head stands in the log of the day it is from, or of the day before if that was late.
        let begun = utc().day(self.line_at(unit, 1).await?).plus_days(-1).unwrap_or(root.day);
        let found = self.find_leaf(tenant, unit, (begun, root.day)).await?;
        let (index, leaf) = found.ok_or(NO_ROOT)?;
        let nodes = inclusion_nodes(index, root.size).ok_or(NO_ROOT)?;
        let path = path_from(&self.log_hashes(tenant, &nodes).await?);
        Ok(Proof::new(root.day, leaf.entry, (index, root.size), &path))
    }

    /// The path that shows that the log of a day begins with the whole log of an earlier one.
    pub async fn prove_growth(
        &self,
        tenant: TenantId,
        from: Day,
        to: Day,
    ) -> Result<Vec<String>, Error> {
        let old = self.day_root(tenant, Piece::Day(from)).await?.ok_or(NO_ROOT)?;
        let new = self.day_root(tenant, Piece::Day(to)).await?.ok_or(NO_ROOT)?;
        if old.size == 0 && from <= to {
            return Ok(Vec::new());
        }
        let nodes = consistency_nodes(old.size, new.size).ok_or_else(|| {
            Error::refused("bad_period", format!("from: {from} does not lie before {to}"))
        })?;
        let path = path_from(&self.log_hashes(tenant, &nodes).await?);
        Ok(path.iter().map(|hash| hex(hash)).collect())
    }
}

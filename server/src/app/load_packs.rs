//! Loading signed policy packs, and telling the contracts under them of later law.
//!
//! A text that is loaded is kept in the directory for ever: decisions name its version.

use std::sync::Arc;

use domain::Actor;
use formats::{
    directory::{Directory as Entry, StoredPack},
    packs::check_parent,
};
use store::{Query, UnitKind};

use super::{App, directory::NOBODY, directory::Pinned, manage::entry_unit, sweep::Swept};
use crate::{
    error::Error,
    packs::{PackDir, RefusedPack, SignedText},
};

/// Contracts looked at in one page.
const PAGE: u32 = 256;

/// What came of reading the packs of a data directory.
#[derive(Clone, Debug, Default)]
pub struct PacksRead {
    /// Packs that were not known before.
    pub added: Vec<Pinned>,
    /// Files that are no packs of this installation, and why.
    pub refused: Vec<RefusedPack>,
}

impl App {
    /// Reads the packs of a data directory if anything changed there. A file that is refused is not
    /// loaded, and disturbs nothing that is.
    pub async fn read_packs(&self, dir: &Arc<PackDir>) -> Result<Option<PacksRead>, Error> {
        let dir = dir.clone();
        let read = tokio::task::spawn_blocking(move || match dir.changed()? {
            true => dir.read().map(Some),
            false => Ok(None),
        });
        let read = read.await.map_err(|error| Error::Fault(error.to_string()))??;
        let Some(texts) = read else {
            return Ok(None);
        };
        let loaded = self.load_packs(texts).await?;
        for refused in &loaded.refused {
            let (code, detail) = (refused.code, &refused.detail);
            tracing::error!(code, "a policy pack is refused: {detail}");
        }
        self.metrics.packs(self.directory.packs().len(), loaded.refused.len());
        Ok(Some(loaded))
    }

    /// Loads what is signed and in order. A pack may stand before its parent in the list.
    async fn load_packs(
        &self,
        texts: Vec<Result<SignedText, RefusedPack>>,
    ) -> Result<PacksRead, Error> {
        let mut read = PacksRead::default();
        let mut waiting = Vec::new();
        for text in texts {
            match text {
                Ok(text) => waiting.push(text),
                Err(refused) => read.refused.push(refused),
            }
        }
        loop {
            let before = waiting.len();
            let mut orphans = Vec::new();
            for text in waiting {
                match self.load_pack(&text).await? {
                    Loaded::Added(pinned) => read.added.push(pinned),
                    Loaded::Known => {}
                    Loaded::Refused(refused) => read.refused.push(refused),
                    Loaded::NoParent(parent) => orphans.push((text, parent)),
                }
            }
            if orphans.len() == before || orphans.is_empty() {
                let lost = orphans.into_iter().map(|(text, parent)| {
                    let detail = format!("parent: no policy pack {parent:?} is loaded");
                    RefusedPack::new(&text.file, "pack_parent", &detail)
                });
                read.refused.extend(lost);
                return Ok(read);
            }
            waiting = orphans.into_iter().map(|(text, _)| text).collect();
        }
    }

    async fn load_pack(&self, signed: &SignedText) -> Result<Loaded, Error> {
        let refused =
            |code, detail: &str| Ok(Loaded::Refused(RefusedPack::new(&signed.file, code, detail)));
        let stored = match StoredPack::new(signed.text.clone(), signed.signature.clone()) {
            Ok(stored) => stored,
            Err(error) => return refused("bad_pack", &error.to_string()),
        };
        let pack = &stored.file.pack;
        let pinned = (pack.id.clone(), pack.version);
        if let Some(known) = self.directory.pack(&pinned) {
            if known.stored.text == signed.text {
                return Ok(Loaded::Known);
            }
            let (id, version) = &pinned;
            let detail = format!("{id} version {version} is known with another text: raise it");
            return refused("pack_version_exists", &detail);
        }
        if let Some(parent) = &pack.parent {
            let Some(parent) = self.directory.newest_pack(parent) else {
                return Ok(Loaded::NoParent(parent.clone()));
            };
            if let Err(error) = check_parent(&signed.text, pack, parent.pack()) {
                return refused("bad_pack", &error.to_string());
            }
        }
        let name = format!("{}@{}", pinned.0, pinned.1);
        let unit = entry_unit(NOBODY, "pack", &name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let actor = Actor::Feed(format!("publishers {}", signed.publishers.join(", ")));
        self.put(NOBODY, unit, row, &Entry::Pack(Box::new(stored)), &name, actor).await?;
        Ok(Loaded::Added(pinned))
    }

    /// Tells every contract of the later versions of its packs that it has not taken in. Late,
    /// twice or half done gives the same in the end: a contract also learns with each change of it.
    pub async fn tell_of_law(&self) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        if !self.directory.has_later_law() {
            return Ok(swept);
        }
        let query = Query::Units {
            tenant: None,
            kind: UnitKind::Contract,
            status: Some("active".to_owned()),
            rung_min: 0,
        };
        let mut after = None;
        loop {
            let page = self.store.page(query.clone(), after, PAGE).await?;
            for entry in page.entries {
                let store::Entry::Unit(row) = entry else { continue };
                let unit = row.unit;
                let contract = self.open_contract(*row)?.contract;
                if self.directory.news_for(&contract).is_empty() {
                    continue;
                }
                swept.looked += 1;
                if let Err(error) = self.bring_up(unit).await {
                    swept.failed += 1;
                    tracing::error!(%error, contract.id = %unit, "{unit} hears of no law: {error}");
                }
            }
            after = page.next;
            if after.is_none() || *self.stopping.borrow() {
                return Ok(swept);
            }
        }
    }
}

/// What came of one text.
enum Loaded {
    Added(Pinned),
    Known,
    Refused(RefusedPack),
    NoParent(String),
}

//! A contract's journal as a file that anybody can check without this server.

use std::collections::BTreeSet;

use domain::{TenantId, UnitId};
use formats::{
    directory::Directory as Entry,
    journal_file::{Attached, FileEntry, FileHead, journal_file},
};
use store::{JournalEntry, LineKind, Row, UnitKind};

use super::{
    App,
    directory::{NOBODY, Pinned},
};
use crate::error::Error;

/// What goes into a file beside the chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    /// The texts of programmes and packs that the decisions name.
    pub rules: bool,
    /// What is known of the borrower and his phone: for himself.
    pub personal: bool,
}

impl App {
    /// The journal of a tenant's contract, up to the head of this moment.
    pub async fn export_journal(
        &self,
        tenant: TenantId,
        unit: UnitId,
        beside: Beside,
    ) -> Result<String, Error> {
        let row = self.contract_of(tenant, unit).await?.row;
        // Later entries may be there already: the file ends where the row did.
        let lines = store::walk::journal(&*self.store, unit).await?;
        let lines = lines.into_iter().filter(|line| line.entry <= row.head.entries);
        let entries: Vec<FileEntry> = lines.map(entry).collect();
        let mut attached = Vec::new();
        if beside.rules {
            attached.extend(self.rules_of(tenant, &entries).await?);
        }
        if beside.personal {
            let personal = self.personal(unit).await?.into_iter();
            attached.extend(personal.map(|(name, text)| {
                let kind = "personal".to_owned();
                Attached { kind, name, text }
            }));
        }
        match self.prove_journal(tenant, unit, None).await {
            Ok(proof) => {
                let (kind, name) = ("proof".to_owned(), proof.day.to_string());
                attached.push(Attached { kind, name, text: proof.text() });
            }
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(journal_file(&self.file_head(&row)?, &entries, &attached))
    }

    fn file_head(&self, row: &Row) -> Result<FileHead, Error> {
        let lender = self.directory.tenant(row.tenant)?.tenant.lender.name.clone();
        let (reference, head) = (row.facets.name.clone(), (row.head.entries, row.head.hash));
        Ok(FileHead { lender, reference, tenant: row.tenant, unit: row.unit, head })
    }

    /// The texts of every version that a decision of this journal names.
    async fn rules_of(
        &self,
        tenant: TenantId,
        entries: &[FileEntry],
    ) -> Result<Vec<Attached>, Error> {
        let (mut programmes, mut packs) = (BTreeSet::new(), BTreeSet::new());
        for entry in entries.iter().filter(|entry| entry.kind == "decision") {
            let decision = formats::parse_decision(&entry.text)
                .map_err(|error| Error::Fault(format!("entry {}: {error}", entry.entry)))?;
            programmes.insert(decision.programme);
            packs.extend(decision.packs);
        }
        let attached = |kind: &str, (id, version): &Pinned, text| Attached {
            kind: kind.to_owned(),
            name: format!("{id}/{version}"),
            text,
        };
        let mut all = Vec::new();
        for pinned in &programmes {
            all.push(attached("programme", pinned, self.programme_text(tenant, pinned).await?));
        }
        for pinned in &packs {
            all.push(attached("pack", pinned, self.pack_text(pinned).await?));
        }
        Ok(all)
    }

    /// The text of a version of a pack: one that comes with the program, or one of the directory.
    async fn pack_text(&self, (id, version): &Pinned) -> Result<String, Error> {
        for (known, text) in formats::packs::builtin() {
            let fits =
                known == id && formats::parse_pack(text).is_ok_and(|p| p.version == *version);
            if fits {
                return Ok((*text).to_owned());
            }
        }
        let query = store::Query::Units {
            tenant: Some(NOBODY),
            kind: UnitKind::Directory,
            status: Some("pack".to_owned()),
            rung_min: 0,
        };
        for found in store::walk::entries(&*self.store, query).await? {
            if let store::Entry::Unit(row) = found
                && let Ok(Entry::Pack(stored)) = formats::parse_directory(&row.doc)
                && (&stored.file.pack.id, stored.file.pack.version) == (id, *version)
            {
                return Ok(stored.text);
            }
        }
        Err(Error::Fault(format!("pack {id} version {version} is not in the directory")))
    }
}

fn entry(line: JournalEntry) -> FileEntry {
    let JournalEntry { entry, kind, text, hash, .. } = line;
    FileEntry { entry, kind: kind_name(kind).to_owned(), text, hash }
}

/// What a journal line records, as texts name it.
pub fn kind_name(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Fact => "fact",
        LineKind::Decision => "decision",
        LineKind::Lease => "lease",
        LineKind::Record => "record",
    }
}

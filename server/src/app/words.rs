//! Each lender's words: the program's own, with his templates over them where he has some.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use domain::{Contract, Ladder, TenantId};
use formats::words::Words;

use super::{App, lease};

/// The words of every lender.
#[derive(Debug, Default)]
pub struct TenantWords {
    own: RwLock<BTreeMap<TenantId, Arc<Words>>>,
}

impl App {
    /// The words of a lender.
    pub fn words(&self, tenant: TenantId) -> Arc<Words> {
        let own = self.words.own.read().unwrap_or_else(|poison| poison.into_inner());
        own.get(&tenant).cloned().unwrap_or_else(Words::builtin)
    }

    /// Gives a lender words of his own, from this moment on. What was frozen stays as it is; a
    /// lease that would say something else is made anew before its device hears of it.
    pub fn learn_words(&self, tenant: TenantId, words: Words) {
        let mut own = self.words.own.write().unwrap_or_else(|poison| poison.into_inner());
        own.insert(tenant, Arc::new(words));
    }

    /// Whether the version of a contract said something else when it was made: its words, or what
    /// the program does with them, have changed since.
    pub(super) fn says_otherwise(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        version: u64,
    ) -> bool {
        let words = self.words(contract.tenant);
        let hash = lease::content_hash(contract, ladder, &words, version);
        hash.is_some() && hash != contract.lease
    }
}

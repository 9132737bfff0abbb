//! The first commit of a contract, signed or taken over: its journal begins, its names are taken.

use domain::{Contract, Fact, Ladder, ledger};
use formats::{doc, journal};
use store::{Change, Item, LineKind, NextLook, UnitKind};

use super::{
    App,
    change::{self, Lines},
    enrolment_name, financed_name, lease, reference_name,
};
use crate::error::Error;

impl App {
    /// Makes the first version of a contract from its first fact. Personal data is the caller's to
    /// add.
    pub(super) async fn begin_contract(
        &self,
        contract: &mut Contract,
        ladder: &Ladder,
        first: Fact,
        command: store::Command,
    ) -> Result<Item, Error> {
        let (tenant, unit, now) = (contract.tenant, contract.unit, first.at);
        let mut done = vec![(ledger::legs(None, contract), first)];
        let decision = self.advance(contract, ladder, &mut done, now).await?;
        let genesis = journal::genesis(tenant, unit);
        let mut lines = Lines::after(store::Head { entries: 0, hash: genesis }, now);
        for (_, fact) in &done {
            lines.push(LineKind::Fact, journal::fact_line(fact));
        }
        let recorded = decision.recorded(now);
        let line = journal::decision_line(&recorded, &decision.standing, ladder);
        lines.push(LineKind::Decision, line);
        contract.record(recorded);
        let words = self.words(tenant);
        if let Some(hash) = lease::content_hash(contract, ladder, &words, 1) {
            lines.push(LineKind::Lease, journal::lease_line(1, &hash));
            contract.lease = Some(hash);
        }
        let mut reserve = vec![reference_name(tenant, &contract.signed.reference)];
        reserve.extend(contract.imeis.iter().map(|hash| financed_name(hash)));
        reserve.extend(contract.device.iter().map(|device| enrolment_name(&device.id.bytes())));
        let messages = self.message_jobs(contract, ladder, &done, now);
        let jobs = [self.event_jobs(None, contract, 1, now), messages].concat();
        Ok(Item {
            tenant,
            unit,
            kind: UnitKind::Contract,
            expected: 0,
            command,
            change: Change {
                doc: doc::contract_doc(contract),
                facets: change::facets(contract),
                next_look: NextLook::Set(decision.next_look),
                head: lines.head,
            },
            postings: change::postings(contract, &done, now),
            journal: lines.lines,
            reserve,
            free: Vec::new(),
            personal: Vec::new(),
            jobs,
            finished: Vec::new(),
        })
    }
}

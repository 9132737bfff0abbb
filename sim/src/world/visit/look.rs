//! Looking: what the properties are shown of a visit, and what it adds to the summary.

use domain::{UnitId, evaluate::Recorded};
use formats::{Entry, parse_line};
use protocol::Stage;
use server::app::change::Loaded;
use store::LineKind;

use super::{NOTICE, Visitor};
use crate::{
    cast::Reads,
    phone::Phone,
    properties::{self, Seen},
    world::{Actor, SLOTS, WorldError},
};

impl Visitor {
    /// Looks at contract and phone and has every property judge them.
    pub(super) async fn watch(
        &mut self,
        actor: &mut Actor,
        phone: &mut Phone,
        unit: UnitId,
        heard: bool,
    ) -> Result<(), WorldError> {
        let loaded = self.loaded(unit).await?;
        let now = self.now();
        let stage = phone.agent.stage();
        self.learn_lease(actor, &loaded, phone).await?;
        let decided = loaded.contract.decision.stage;
        *self.seen.decided.entry(decided.to_string()).or_insert(0) += 1;
        let applied = server::app::lease::domain_stage(phone.applied);
        *self.seen.applied.entry(applied.to_string()).or_insert(0) += 1;
        let key_gen = loaded.contract.key_gen();
        if phone.is_enrolled(now.seconds()) && key_gen != actor.sequence.0 {
            self.seen.enrolments += 1;
        }
        let seen = Seen {
            loaded: &loaded,
            now,
            // Who acts beside this visitor moves the time as well: then this look comes too late.
            heard: heard && actor.heard_at == now,
            applied: phone.applied,
            stage,
            view: phone.view(now.seconds()),
            sequence: phone.agent.sequence(),
            released: phone.agent.is_released(),
            was_released: actor.was_released,
            before: (actor.sequence.1, actor.stage),
            was_lowered: actor.was_lowered,
            same_key: key_gen == actor.sequence.0,
            heard_at: actor.heard_at,
            lease: actor.versions.get(&phone.agent.sequence()),
            paid: actor.paid(),
            attentive: actor.member.reads == Reads::Promptly && actor.member.consent,
            quiet_since: actor.quiet_since,
            opening: actor.opening.map(|(_, exchanges)| exchanges),
            knows_time: actor.knows_time,
        }
        .with(self.scene.setup.sabotage);
        let found = properties::phone::check(&seen);
        let contract =
            properties::contract::check(&loaded, now, actor.paid(), self.scene.setup.sabotage);
        let (sequence, released) = (phone.agent.sequence(), seen.released);
        let lowered = seen.view.relief.pass_ends_in_s.is_some();
        if stage > NOTICE && actor.stage <= NOTICE {
            self.seen.restrictions += 1;
        }
        self.opened(actor, stage);
        actor.sequence = (key_gen, sequence);
        actor.stage = stage;
        actor.was_lowered = lowered;
        actor.was_released |= released;
        actor.versions.retain(|version, _| *version + 40 >= sequence);
        self.note(&actor.member.reference, found);
        self.note(&actor.member.reference, contract);
        Ok(())
    }

    /// What the lease decided that the phone holds: by the row, or else by the journal.
    async fn learn_lease(
        &self,
        actor: &mut Actor,
        loaded: &Loaded,
        phone: &Phone,
    ) -> Result<(), WorldError> {
        actor.versions.insert(loaded.row.version, loaded.contract.decision.clone());
        let sequence = phone.agent.sequence();
        if phone.agent.stage() == Stage::CLEAR || actor.versions.contains_key(&sequence) {
            return Ok(());
        }
        let lines = store::walk::journal(&*self.scene.house.app.store, loaded.row.unit);
        let mut decided = Recorded::default();
        for line in lines.await.map_err(server::Error::from)? {
            if !matches!(line.kind, LineKind::Decision | LineKind::Lease) {
                continue;
            }
            match parse_line(&line.text).map_err(|error| WorldError(error.to_string()))? {
                Entry::Decision(entry) => decided = entry.recorded,
                Entry::Lease { version, .. } if version == sequence => {
                    actor.versions.insert(version, decided.clone());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes how long a paid phone took to open.
    fn opened(&mut self, actor: &mut Actor, stage: protocol::Stage) {
        let Some((slot, exchanges)) = actor.opening.filter(|_| stage <= NOTICE) else { return };
        let slots = self.day * SLOTS + self.slot - slot;
        self.seen.unlocks += 1;
        *self.seen.unlock_exchanges.entry(exchanges).or_insert(0) += 1;
        *self.seen.unlock_slots.entry(slots).or_insert(0) += 1;
        actor.opening = None;
    }
}

//! Another lender takes the contract over: the device follows his root and forgets the one before.
//!
//! **Invariant:** one save carries the whole change: before it the old lender's word counts, after
//! it none of his keys is known.
//! **Invariant:** what is in force stays as it is until the next lender's first lease; nothing
//! rises on the old lender's word.

use alloc::vec::Vec;

use protocol::{
    Message,
    cert::KeyRing,
    check_in::LeaseRefusal,
    crypto::sha256,
    reply::Reply,
    succession::{Assigned, Succession},
};

use crate::{
    agent::Agent,
    hear::add_certs,
    io::{Effect, Keys},
    ladder::Held,
    state::{Enrolled, Phase},
};

impl Agent {
    /// An assignment by a release key of the lender, to one his root named.
    pub(crate) fn take_assigned(&mut self, reply: &Reply, keys: Keys<'_>) {
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        add_certs(&mut enrolled.ring, reply, keys.verifier);
        let certs = reply.certs.iter().map(Vec::as_slice);
        let opened = enrolled.ring.open_assigned(&reply.signed, certs, keys.verifier).ok();
        let ours = opened.filter(|(assigned, ..)| enrolled.is_meant(assigned));
        let Some((assigned, next, ring)) = ours else {
            return self.refuse(0, LeaseRefusal::Untrusted);
        };
        let place = enrolled.place(&clock);
        enrolled.held.follow(&assigned, &next);
        enrolled.held.content.stage = place.stage;
        enrolled.held.content.restrictions = place.codes;
        enrolled.held.seal();
        enrolled.go_over(&assigned, ring);
        self.dirty = true;
        self.brought.push(Effect::ScreenChanged);
        self.end_exchange();
        self.talk_at_once();
    }
}

impl Enrolled {
    fn is_meant(&self, assigned: &Assigned) -> bool {
        let binding = &self.binding;
        (assigned.contract, assigned.enrolment, assigned.key_gen)
            == (binding.contract, binding.enrolment, binding.key_gen)
            && binding.is_device(&assigned.salt, &assigned.device_hash)
    }

    /// From here on only the next lender's keys count. Tokens are bound to the enrolment, so their
    /// counter begins anew.
    fn go_over(&mut self, assigned: &Assigned, ring: KeyRing) {
        self.binding.tenant = assigned.to_tenant;
        self.binding.contract = assigned.to_contract;
        self.binding.enrolment = assigned.to_enrolment;
        self.ring = ring;
        self.inherited = true;
        self.relief.token_counter = 0;
    }
}

impl Held {
    /// What was in force goes on, with the next lender's name and way to pay; nothing of the old
    /// lender's timetable is left to come.
    fn follow(&mut self, assigned: &Assigned, next: &Succession) {
        let content = &mut self.content;
        content.timetable.clear();
        content.silence = None;
        let screen = &mut content.screen;
        screen.lender.clone_from(&next.to_lender);
        screen.lender_phone.clone_from(&assigned.lender_phone);
        screen.how_to_pay.clone_from(&assigned.how_to_pay);
        screen.managed_by.clone_from(&assigned.managed_by);
        screen.allowed_numbers.insert(0, assigned.lender_phone.clone());
        screen.allowed_numbers.truncate(protocol::limits::NUMBERS_MAX);
        self.fired = 0;
    }

    fn seal(&mut self) {
        self.bytes = self.content.encode();
        self.hash = sha256(&self.bytes);
    }
}

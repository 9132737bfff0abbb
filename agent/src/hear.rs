//! What the server says, and what of it is believed: leases, "unchanged", and the release.

use alloc::{boxed::Box, vec::Vec};
use core::cmp::Ordering;

use protocol::{
    EnrolmentId, Kind, Message, Refused, Restriction, Stage, Verifier,
    cert::{KeyRing, OpenedLease},
    check_in::{EventKind, LeaseRefusal},
    crypto::sha256,
    lease::{LeaseContent, Stamp},
    release::Removed,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
};

use crate::{
    agent::{Agent, apply_nothing},
    events::Events,
    io::{Effect, Keys},
    ladder::{Held, Since},
    state::{Binding, Confirming, Enrolled, InForce, Phase, Relief, Tombstone},
    talk::{Ask, sign},
};

impl Agent {
    /// A reply, asked for or pushed.
    pub(crate) fn hear(&mut self, bytes: &[u8], keys: Keys<'_>) {
        if self.talk.asked() == Some(Ask::Decline) {
            return self.fall_silent();
        }
        let Ok(reply) = Reply::decode(bytes) else {
            return self.refuse(0, LeaseRefusal::Malformed);
        };
        match (&mut self.state.phase, reply.kind) {
            (Phase::Unenrolled, ReplyKind::Terms) => self.take_terms(&reply, keys),
            (Phase::Confirming(_) | Phase::Enrolled(_), ReplyKind::Lease) => {
                self.take_lease(&reply, keys);
            }
            (Phase::Enrolled(_), ReplyKind::Unchanged) => self.take_unchanged(&reply, keys),
            (Phase::Confirming(_) | Phase::Enrolled(_), ReplyKind::Release) => {
                self.take_release(&reply, keys);
            }
            (Phase::Enrolled(_), ReplyKind::Assigned) => self.take_assigned(&reply, keys),
            (Phase::Released(tombstone), ReplyKind::RemovalRecorded) => {
                self.dirty |= !tombstone.recorded;
                tombstone.recorded = true;
                self.fall_silent();
            }
            _ => self.send_failed(),
        }
    }

    fn take_lease(&mut self, reply: &Reply, keys: Keys<'_>) {
        let Some((ring, binding)) = self.trust() else { return };
        add_certs(ring, reply, keys.verifier);
        let opened = match ring.open_lease(&reply.signed, keys.verifier) {
            Ok(opened) => opened,
            Err(Refused::Malformed(_) | Refused::UnknownVersion) => {
                return self.refuse(0, LeaseRefusal::Malformed);
            }
            Err(_) => return self.refuse(0, LeaseRefusal::Untrusted),
        };
        if !binding.is_addressed(&opened.content) {
            return self.refuse(opened.content.sequence, LeaseRefusal::Untrusted);
        }
        let is_answer = self.talk.is_answer(&opened.stamp);
        match &mut self.state.phase {
            Phase::Confirming(confirming) => {
                let enrolled = first_lease(confirming, &opened);
                self.state.phase = Phase::Enrolled(Box::new(enrolled));
                self.heard(&opened.stamp, is_answer, true);
                self.fix_sunset(&opened.content);
                self.stand_first(&opened.content);
            }
            Phase::Enrolled(enrolled) => {
                let held = &enrolled.held;
                let order = match enrolled.inherited {
                    true => Ordering::Greater,
                    false => opened.content.sequence.cmp(&held.content.sequence),
                };
                match order {
                    Ordering::Less => self.refuse_opened(&opened, LeaseRefusal::Stale),
                    Ordering::Equal if opened.content_hash != held.hash => {
                        self.refuse_opened(&opened, LeaseRefusal::Conflicting);
                    }
                    Ordering::Equal => {
                        self.dirty |= enrolled.take_dispute(&opened.content, keys.verifier);
                        self.heard(&opened.stamp, is_answer, true);
                    }
                    Ordering::Greater => {
                        if opened.content.stage < enrolled.in_force.stage {
                            enrolled.report_silence(&self.state.clock);
                        }
                        enrolled.install(&opened);
                        enrolled.take_dispute(&opened.content, keys.verifier);
                        self.heard(&opened.stamp, is_answer, true);
                        self.open_if_young(is_answer);
                        self.report_codes(&opened.content);
                        self.brought.push(Effect::ScreenChanged);
                    }
                }
            }
            _ => {}
        }
    }

    fn take_unchanged(&mut self, reply: &Reply, keys: Keys<'_>) {
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        add_certs(&mut enrolled.ring, reply, keys.verifier);
        let Ok(unchanged) = enrolled.ring.open_unchanged(&reply.signed, keys.verifier) else {
            return self.refuse(0, LeaseRefusal::Untrusted);
        };
        let is_ours = (unchanged.enrolment, unchanged.key_gen)
            == (enrolled.binding.enrolment, enrolled.binding.key_gen);
        let is_held = (unchanged.sequence, unchanged.content_hash)
            == (enrolled.held.content.sequence, enrolled.held.hash);
        let is_answer = self.talk.is_answer(&unchanged.stamp);
        if is_ours && is_held {
            self.heard(&unchanged.stamp, is_answer, false);
        } else if is_answer || !is_ours {
            self.send_failed();
        }
    }

    /// A release certificate by a release key. The tombstone and the signed confirmation are one
    /// save; from it on nothing here can verify a lease.
    fn take_release(&mut self, reply: &Reply, keys: Keys<'_>) {
        let silent_s = self.silence_ended();
        let Some((ring, binding)) = self.trust() else { return };
        add_certs(ring, reply, keys.verifier);
        let release = ring.open_release(&reply.signed, keys.verifier).ok().filter(|release| {
            (release.contract, release.enrolment) == (binding.contract, binding.enrolment)
                && binding.is_device(&release.salt, &release.device_hash)
        });
        let Some(release) = release else { return self.refuse(0, LeaseRefusal::Untrusted) };
        let removed = Removed {
            enrolment: binding.enrolment,
            key_gen: binding.key_gen,
            certificate_hash: sha256(&reply.signed),
            silent_s,
            sunset: None,
        };
        let body = removal(&removed, binding.enrolment, keys);
        self.state.phase = Phase::Released(Tombstone {
            lender: release.lender,
            released_at: release.released_at,
            certificate: reply.signed.clone(),
            recorded: body.is_empty(),
            body,
        });
        self.dirty = true;
        self.be_free();
    }

    /// From here on there is a tombstone: it is saved, and the server told, if it can be.
    pub(crate) fn be_free(&mut self) {
        self.lie_down();
        self.fall_silent();
        if matches!(&self.state.phase, Phase::Released(tombstone) if !tombstone.recorded) {
            self.talk_at_once();
        }
    }

    /// Lifts everything and gives up every right; the tombstone is saved before.
    pub(crate) fn lie_down(&mut self) {
        self.showing = None;
        self.brought.push(apply_nothing());
        self.brought.push(Effect::DeleteKeys);
        self.brought.push(Effect::RemoveSelf);
        self.brought.push(Effect::ScreenChanged);
    }

    /// Signed server data came in: time, what the server has recorded, and when to come back.
    fn heard(&mut self, stamp: &Stamp, is_answer: bool, is_lease: bool) {
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let clock = &mut self.state.clock;
        let counts = if is_answer {
            clock.set(stamp.issued_at);
            true
        } else {
            clock.raise(stamp.issued_at)
        };
        if counts {
            enrolled.heard_ms = clock.trusted_ms;
        }
        enrolled.held.open |= is_answer;
        if is_lease {
            enrolled.held.issued_at = enrolled.held.issued_at.max(stamp.issued_at);
            if stamp.issued_at > enrolled.relief.token_issued_at {
                enrolled.relief.token_until = None;
            }
        }
        enrolled.events.recorded(stamp.events_through);
        self.dirty = true;
        if is_answer {
            self.answered(stamp);
        }
    }

    /// A lease that answers nothing holds above `notice` only while it is young: what it does not
    /// know may have been paid since.
    fn open_if_young(&mut self, is_answer: bool) {
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let issued_ms = enrolled.held.issued_at.saturating_mul(1000);
        let mut ground = enrolled.ground(&clock);
        ground.heard_ms = issued_ms;
        enrolled.held.open = is_answer || ground.is_recent(0);
    }

    /// The first lease: the stage it brings is reported whatever it is.
    fn stand_first(&mut self, content: &LeaseContent) {
        let clock = self.state.clock;
        if let Phase::Enrolled(enrolled) = &mut self.state.phase {
            enrolled.held.fired = enrolled.ground(&clock).walk();
            let place = enrolled.place(&clock);
            enrolled.enter(place.stage, clock.powered_ms);
        }
        self.report_codes(content);
        self.stand(true);
    }

    /// The keys that messages for this device are signed with, and whom they must name.
    pub(crate) fn trust(&mut self) -> Option<(&mut KeyRing, &Binding)> {
        match &mut self.state.phase {
            Phase::Confirming(confirming) => Some((&mut confirming.ring, &confirming.binding)),
            Phase::Enrolled(enrolled) => Some((&mut enrolled.ring, &enrolled.binding)),
            Phase::Unenrolled | Phase::Released(_) => None,
        }
    }

    /// Bytes that cannot be told from noise: whatever was asked has no usable answer.
    pub(crate) fn refuse(&mut self, sequence: u64, reason: LeaseRefusal) {
        self.report_refusal(sequence, reason);
        self.send_failed();
    }

    /// A true lease that must not be taken. It may be a late copy: only when it answers what was
    /// asked, the asking has failed.
    fn refuse_opened(&mut self, opened: &OpenedLease, reason: LeaseRefusal) {
        self.report_refusal(opened.content.sequence, reason);
        if self.talk.is_answer(&opened.stamp) {
            self.send_failed();
        }
    }

    fn report_refusal(&mut self, sequence: u64, reason: LeaseRefusal) {
        let powered_ms = self.state.clock.powered_ms;
        if let Phase::Enrolled(enrolled) = &mut self.state.phase {
            let before = enrolled.events.last_no;
            enrolled.events.push(EventKind::LeaseRefused { sequence, reason }, powered_ms);
            self.dirty |= enrolled.events.last_no != before;
        }
    }

    fn report_codes(&mut self, content: &LeaseContent) {
        let steps = content.timetable.iter().flat_map(|step| &step.restrictions);
        let codes: Vec<u16> = content.restrictions.iter().chain(steps).copied().collect();
        let can_apply = |code: &u16| {
            let known = Restriction::from_code(*code);
            known.is_some_and(|known| self.setup.supported.contains(&known))
        };
        let lacking: Vec<u16> = codes.into_iter().filter(|code| !can_apply(code)).collect();
        self.report_unsupported(&lacking);
    }

    /// Tells the server what the platform saw or the holder said. What follows is for it to say.
    pub(crate) fn report(&mut self, what: EventKind) {
        let powered_ms = self.state.clock.powered_ms;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        enrolled.events.push(what, powered_ms);
        self.dirty = true;
    }

    /// Tells the server once per code that this device cannot apply it.
    pub(crate) fn report_unsupported(&mut self, codes: &[u16]) {
        let powered_ms = self.state.clock.powered_ms;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        for code in codes {
            let is_known = enrolled.unsupported.contains(code);
            if !is_known && enrolled.unsupported.len() < UNSUPPORTED_MAX {
                enrolled.unsupported.push(*code);
                enrolled.events.push(EventKind::Unsupported { code: *code }, powered_ms);
                self.dirty = true;
            }
        }
    }
}

impl Enrolled {
    /// Takes a lease of a higher sequence; its timetable begins from its own stage.
    fn install(&mut self, opened: &OpenedLease) {
        let through = opened.stamp.events_through;
        self.relief.passes_used.retain(|event_no| *event_no > through);
        let notices = &opened.content.notices;
        let is_carried = |id: &_| notices.iter().any(|notice| notice.id == *id);
        self.shown.retain(is_carried);
        self.acked.retain(is_carried);
        self.held = held(opened);
        self.inherited = false;
    }
}

impl Binding {
    fn is_addressed(&self, content: &LeaseContent) -> bool {
        self.tenant == content.tenant
            && self.contract == content.contract
            && self.enrolment == content.enrolment
            && self.key_gen == content.key_gen
    }
}

/// Most codes remembered as reported.
const UNSUPPORTED_MAX: usize = 64;

/// Takes the certificates that a reply brings along.
pub(crate) fn add_certs(ring: &mut KeyRing, reply: &Reply, verifier: &dyn Verifier) {
    ring.add_all(reply.certs.iter().map(Vec::as_slice), verifier);
}

fn held(opened: &OpenedLease) -> Held {
    Held {
        bytes: opened.content.encode(),
        content: opened.content.clone(),
        hash: opened.content_hash,
        issued_at: opened.stamp.issued_at,
        fired: 0,
        open: false,
    }
}

fn first_lease(confirming: &Confirming, opened: &OpenedLease) -> Enrolled {
    Enrolled {
        binding: confirming.binding.clone(),
        ring: confirming.ring.clone(),
        msg_no: confirming.msg_no,
        held: held(opened),
        heard_ms: 0,
        since: Since::default(),
        in_force: InForce {
            stage: Stage::CLEAR,
            codes: Vec::new(),
            guards: Vec::new(),
            settled: false,
        },
        events: Events::default(),
        relief: Relief::default(),
        shown: Vec::new(),
        acked: Vec::new(),
        unsupported: Vec::new(),
        clock_off: false,
        inherited: false,
        sunset: None,
    }
}

/// The confirmation as a request; empty when the key store will not sign, which keeps nobody from
/// being released.
pub(crate) fn removal(removed: &Removed, enrolment: EnrolmentId, keys: Keys<'_>) -> Vec<u8> {
    let signed = sign(Kind::Removed, &enrolment.0, &removed.encode(), keys.signer);
    let request = signed.map(|signed| Request { kind: RequestKind::Removed, signed });
    request.map(|request| request.encode()).unwrap_or_default()
}

//! Enrolment: an offer, the terms, the holder's own yes, and only then a binding.

use alloc::{boxed::Box, string::String, vec::Vec};

use protocol::{
    Kind, Message,
    cert::open_terms,
    crypto::sha256,
    enrol::{Confirm, Offer},
    reply::Reply,
    request::{Request, RequestKind},
};

use crate::{
    agent::{Agent, Asking, Desk, Offering},
    io::{Effect, Keys},
    state::{Binding, Confirming, Phase},
    talk::sign,
};

/// Number of the message that confirms; check-ins go on from it.
const CONFIRM_NO: u64 = 1;

impl Agent {
    /// Makes an offer. It binds nothing.
    pub(crate) fn offer(
        &mut self,
        code: String,
        imeis: Vec<String>,
        serial: Option<String>,
        nonce: [u8; 16],
        keys: Keys<'_>,
    ) {
        if !matches!(self.state.phase, Phase::Unenrolled) {
            return;
        }
        self.fall_silent();
        self.brought.push(Effect::ScreenChanged);
        let Some(signer) = keys.signer else { return self.end_enrolment(String::from(NO_KEY)) };
        let offer = Offer {
            code,
            imeis: imeis.clone(),
            serial,
            key: signer.public_key(),
            nonce,
            agent_version: self.setup.agent_version.clone(),
            tier: self.setup.tier,
        };
        if offer.check().is_err() {
            return self.end_enrolment(String::from("malformed"));
        }
        match sign(Kind::EnrolOffer, &[], &offer.encode(), Some(signer)) {
            Some(offer) => {
                self.desk = Desk::Offering(Offering { imeis, offer });
                self.talk_at_once();
            }
            None => self.end_enrolment(String::from(NO_KEY)),
        }
    }

    /// The server's terms: believed when they answer this offer and the root they carry, which must
    /// be the pinned one if there is one, certified the key that signed them.
    pub(crate) fn take_terms(&mut self, reply: &Reply, keys: Keys<'_>) {
        let Desk::Offering(offering) = &self.desk else { return };
        let offering = offering.clone();
        let certs = reply.certs.iter().map(Vec::as_slice);
        let pinned = self.setup.pinned_root.as_ref();
        let opened = open_terms(&reply.signed, certs, pinned, keys.verifier);
        let answers = opened.ok().filter(|(terms, _)| terms.offer_hash == sha256(&offering.offer));
        self.end_exchange();
        let Some((terms, ring)) = answers else {
            return self.end_enrolment(String::from("untrusted_terms"));
        };
        self.state.clock.set(terms.issued_at);
        let asking =
            Asking { offering, terms_hash: sha256(&reply.signed), terms: terms.clone(), ring };
        self.desk = Desk::Asking(Box::new(asking));
        self.fall_silent();
        self.brought.push(Effect::AskHolder { terms });
        self.brought.push(Effect::ScreenChanged);
    }

    /// The holder's answer. A no is told and forgotten; a yes is saved before it is sent.
    pub(crate) fn answer_terms(&mut self, accepted: bool, keys: Keys<'_>) {
        if !matches!(self.desk, Desk::Asking(_)) {
            return;
        }
        let Desk::Asking(asking) = core::mem::take(&mut self.desk) else { return };
        let Asking { offering, terms, terms_hash, ring } = *asking;
        self.brought.push(Effect::ScreenChanged);
        let confirm = Confirm {
            enrolment: terms.enrolment,
            key_gen: terms.key_gen,
            offer: offering.offer,
            terms_hash,
            disclosure_hash: sha256(terms.disclosure.as_bytes()),
            accepted,
            msg_no: CONFIRM_NO,
        };
        let signed = sign(Kind::EnrolConfirm, &terms.enrolment.0, &confirm.encode(), keys.signer);
        let Some(signed) = signed else { return self.end_enrolment(String::from(NO_KEY)) };
        let body = Request { kind: RequestKind::Confirm, signed }.encode();
        if !accepted {
            return self.send_decline(body);
        }
        self.state.phase = Phase::Confirming(Confirming {
            binding: Binding {
                tenant: terms.tenant,
                contract: terms.contract,
                enrolment: terms.enrolment,
                key_gen: terms.key_gen,
                imeis: offering.imeis,
            },
            ring,
            lender: terms.lender,
            lender_phone: terms.lender_phone,
            body,
            msg_no: CONFIRM_NO,
        });
        self.dirty = true;
        self.talk_at_once();
    }

    /// The enrolment came to nothing; the device is as free as before.
    pub(crate) fn end_enrolment(&mut self, code: String) {
        self.dirty |= !matches!(self.state.phase, Phase::Unenrolled);
        self.state.phase = Phase::Unenrolled;
        self.desk = Desk::Failed(code);
        self.fall_silent();
        self.brought.push(Effect::ScreenChanged);
    }
}

/// The device key cannot sign.
const NO_KEY: &str = "no_device_key";

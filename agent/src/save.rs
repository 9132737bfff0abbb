//! The state file: canonical CBOR, one version number, nothing optional. Local to the device, so
//! its layout is no promise on a wire; bytes of another layout are refused whole.

use alloc::{boxed::Box, string::String, vec::Vec};

use protocol::{
    ContentHash, ContractId, EnrolmentId, Malformed, Message, NoticeId, Rung, Stage, TenantId,
    cbor::{Reader, Writer},
    cert::{KeyRing, RING_MAX},
    lease::LeaseContent,
    limits::{
        CERT_MAX, CODES_MAX, CONTENT_MAX, IMEIS_MAX, LENDER_MAX, PHONE_MAX, REQUEST_MAX, SIGNED_MAX,
    },
};

use crate::{
    clock::Clock,
    events::{Events, KEPT_MAX},
    ladder::{Held, Since},
    save_event,
    state::{Binding, Confirming, Enrolled, InForce, Phase, Relief, State, Tombstone},
    sunset::Sunset,
};

/// Layout of the state file.
const LAYOUT: u64 = 1;
const UNENROLLED: u64 = 0;
const CONFIRMING: u64 = 1;
const ENROLLED: u64 = 2;
const RELEASED: u64 = 3;
/// Enrolled, and holding the word of a lender who passed the contract on.
const INHERITED: u64 = 4;
/// Added to the two of an enrolled device that has a sunset, which then stands beside the rest.
const SUNSET: u64 = 8;
const ENROLLED_SUNSET: u64 = ENROLLED + SUNSET;
const INHERITED_SUNSET: u64 = INHERITED + SUNSET;
/// Longest list kept of what is local to the device.
const LIST_MAX: usize = 256;

/// The bytes of a state.
pub(crate) fn encode(state: &State) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(4);
    w.uint(LAYOUT);
    let clock = &state.clock;
    w.array(5);
    [clock.trusted_ms, clock.powered_ms, clock.uptime_ms].into_iter().for_each(|ms| w.uint(ms));
    w.uint(u64::from(clock.boot));
    w.bool(clock.doubtful);
    let tag = match &state.phase {
        Phase::Unenrolled => UNENROLLED,
        Phase::Confirming(_) => CONFIRMING,
        Phase::Enrolled(enrolled) => {
            let tag = if enrolled.inherited { INHERITED } else { ENROLLED };
            tag + if enrolled.sunset.is_some() { SUNSET } else { 0 }
        }
        Phase::Released(_) => RELEASED,
    };
    w.uint(tag);
    match &state.phase {
        Phase::Unenrolled => w.array(0),
        Phase::Confirming(confirming) => write_confirming(&mut w, confirming),
        Phase::Enrolled(enrolled) => {
            if let Some(sunset) = &enrolled.sunset {
                w.array(2);
                write_sunset(&mut w, sunset);
            }
            write_enrolled(&mut w, enrolled);
        }
        Phase::Released(tombstone) => write_tombstone(&mut w, tombstone),
    }
    w.into_bytes()
}

/// A state from its bytes, and the certificates its key ring is to be made of again.
pub(crate) fn decode(bytes: &[u8]) -> Result<(State, Vec<Vec<u8>>), Malformed> {
    let mut r = Reader::new(bytes);
    let mut certs = Vec::new();
    let state = r.tuple(4, |r| {
        if r.uint()? != LAYOUT {
            return Err(r.fail("a state file of another layout"));
        }
        let clock = r.tuple(5, |r| {
            Ok(Clock {
                trusted_ms: r.uint()?,
                powered_ms: r.uint()?,
                uptime_ms: r.uint()?,
                boot: narrow(r.uint_to(u64::from(u32::MAX))?),
                doubtful: r.bool()?,
            })
        })?;
        let phase = match r.uint()? {
            UNENROLLED => r.tuple(0, |_| Ok(Phase::Unenrolled))?,
            CONFIRMING => Phase::Confirming(read_confirming(r, &mut certs)?),
            tag @ (ENROLLED | INHERITED) => {
                let mut enrolled = read_enrolled(r, &mut certs)?;
                enrolled.inherited = tag == INHERITED;
                Phase::Enrolled(Box::new(enrolled))
            }
            tag @ (ENROLLED_SUNSET | INHERITED_SUNSET) => {
                let mut enrolled = r.tuple(2, |r| {
                    let sunset = read_sunset(r)?;
                    Ok(Enrolled { sunset: Some(sunset), ..read_enrolled(r, &mut certs)? })
                })?;
                enrolled.inherited = tag == INHERITED_SUNSET;
                Phase::Enrolled(Box::new(enrolled))
            }
            RELEASED => Phase::Released(read_tombstone(r)?),
            _ => return Err(r.fail("unknown phase")),
        };
        Ok(State { clock, phase })
    })?;
    r.end()?;
    Ok((state, certs))
}

fn write_confirming(w: &mut Writer, confirming: &Confirming) {
    w.array(6);
    write_binding(w, &confirming.binding);
    write_ring(w, &confirming.ring);
    w.text(&confirming.lender);
    w.text(&confirming.lender_phone);
    w.bytes(&confirming.body);
    w.uint(confirming.msg_no);
}

fn read_confirming(r: &mut Reader<'_>, certs: &mut Vec<Vec<u8>>) -> Result<Confirming, Malformed> {
    r.tuple(6, |r| {
        let binding = read_binding(r)?;
        Ok(Confirming {
            ring: read_ring(r, binding.tenant, certs)?,
            binding,
            lender: String::from(r.text(LENDER_MAX)?),
            lender_phone: String::from(r.text(PHONE_MAX)?),
            body: r.bytes(REQUEST_MAX)?.to_vec(),
            msg_no: r.uint()?,
        })
    })
}

fn write_enrolled(w: &mut Writer, enrolled: &Enrolled) {
    w.array(13);
    write_binding(w, &enrolled.binding);
    write_ring(w, &enrolled.ring);
    w.uint(enrolled.msg_no);
    write_held(w, &enrolled.held);
    w.uint(enrolled.heard_ms);
    w.array(enrolled.since.0.len());
    for (stage, powered_ms) in &enrolled.since.0 {
        w.array(2);
        w.uint(stage_code(*stage));
        w.uint(*powered_ms);
    }
    write_in_force(w, &enrolled.in_force);
    w.array(2);
    w.uint(enrolled.events.last_no);
    w.array(enrolled.events.kept.len());
    enrolled.events.kept.iter().for_each(|kept| save_event::write(w, kept));
    write_relief(w, &enrolled.relief);
    for notices in [&enrolled.shown, &enrolled.acked] {
        w.array(notices.len());
        notices.iter().for_each(|id| w.bytes(&id.0));
    }
    write_codes(w, &enrolled.unsupported);
    w.bool(enrolled.clock_off);
}

fn read_enrolled(r: &mut Reader<'_>, certs: &mut Vec<Vec<u8>>) -> Result<Enrolled, Malformed> {
    r.tuple(13, |r| {
        let binding = read_binding(r)?;
        Ok(Enrolled {
            ring: read_ring(r, binding.tenant, certs)?,
            binding,
            msg_no: r.uint()?,
            held: read_held(r)?,
            heard_ms: r.uint()?,
            since: Since(r.array(LIST_MAX, |r| r.tuple(2, |r| Ok((read_stage(r)?, r.uint()?))))?),
            in_force: read_in_force(r)?,
            events: r.tuple(2, |r| {
                Ok(Events { last_no: r.uint()?, kept: r.array(KEPT_MAX, save_event::read)? })
            })?,
            relief: read_relief(r)?,
            shown: r.array(LIST_MAX, |r| r.fixed().map(NoticeId))?,
            acked: r.array(LIST_MAX, |r| r.fixed().map(NoticeId))?,
            unsupported: read_codes(r, LIST_MAX)?,
            clock_off: r.bool()?,
            inherited: false,
            sunset: None,
        })
    })
}

fn write_sunset(w: &mut Writer, sunset: &Sunset) {
    w.array(3);
    w.uint(sunset.at);
    w.uint(sunset.powered_ms);
    w.uint(u64::from(sunset.disputes));
}

fn read_sunset(r: &mut Reader<'_>) -> Result<Sunset, Malformed> {
    r.tuple(3, |r| {
        let (at, powered_ms) = (r.uint()?, r.uint()?);
        Ok(Sunset { at, powered_ms, disputes: r.uint_to(u64::from(u8::MAX))? as u8 })
    })
}

fn write_tombstone(w: &mut Writer, tombstone: &Tombstone) {
    w.array(5);
    w.text(&tombstone.lender);
    w.uint(tombstone.released_at);
    w.bytes(&tombstone.certificate);
    w.bytes(&tombstone.body);
    w.bool(tombstone.recorded);
}

fn read_tombstone(r: &mut Reader<'_>) -> Result<Tombstone, Malformed> {
    r.tuple(5, |r| {
        Ok(Tombstone {
            lender: String::from(r.text(LENDER_MAX)?),
            released_at: r.uint()?,
            certificate: r.bytes(SIGNED_MAX)?.to_vec(),
            body: r.bytes(REQUEST_MAX)?.to_vec(),
            recorded: r.bool()?,
        })
    })
}

fn write_binding(w: &mut Writer, binding: &Binding) {
    w.array(5);
    w.bytes(&binding.tenant.0);
    w.bytes(&binding.contract.0);
    w.bytes(&binding.enrolment.0);
    w.uint(u64::from(binding.key_gen));
    w.array(binding.imeis.len());
    binding.imeis.iter().for_each(|imei| w.text(imei));
}

fn read_binding(r: &mut Reader<'_>) -> Result<Binding, Malformed> {
    r.tuple(5, |r| {
        Ok(Binding {
            tenant: TenantId(r.fixed()?),
            contract: ContractId(r.fixed()?),
            enrolment: EnrolmentId(r.fixed()?),
            key_gen: narrow(r.uint_to(u64::from(u32::MAX))?),
            imeis: r.array(IMEIS_MAX, |r| r.text(16).map(String::from))?,
        })
    })
}

fn write_ring(w: &mut Writer, ring: &KeyRing) {
    let certs: Vec<&[u8]> = ring.certificates().collect();
    w.array(2);
    w.bytes(ring.root());
    w.array(certs.len());
    certs.into_iter().for_each(|cert| w.bytes(cert));
}

fn read_ring(
    r: &mut Reader<'_>,
    tenant: TenantId,
    certs: &mut Vec<Vec<u8>>,
) -> Result<KeyRing, Malformed> {
    r.tuple(2, |r| {
        let ring = KeyRing::new(tenant, r.fixed()?);
        *certs = r.array(RING_MAX, |r| r.bytes(CERT_MAX).map(<[u8]>::to_vec))?;
        Ok(ring)
    })
}

fn write_held(w: &mut Writer, held: &Held) {
    w.array(5);
    w.bytes(&held.bytes);
    w.bytes(&held.hash.0);
    w.uint(held.issued_at);
    w.uint(held.fired as u64);
    w.bool(held.open);
}

fn read_held(r: &mut Reader<'_>) -> Result<Held, Malformed> {
    r.tuple(5, |r| {
        let bytes = r.bytes(CONTENT_MAX)?;
        let content = LeaseContent::decode(bytes)?;
        let (hash, issued_at) = (ContentHash(r.fixed()?), r.uint()?);
        let fired = r.uint_to(content.timetable.len() as u64)? as usize;
        Ok(Held { bytes: bytes.to_vec(), content, hash, issued_at, fired, open: r.bool()? })
    })
}

fn write_in_force(w: &mut Writer, in_force: &InForce) {
    w.array(4);
    w.uint(stage_code(in_force.stage));
    write_codes(w, &in_force.codes);
    write_codes(w, &in_force.guards);
    w.bool(in_force.settled);
}

fn read_in_force(r: &mut Reader<'_>) -> Result<InForce, Malformed> {
    r.tuple(4, |r| {
        Ok(InForce {
            stage: read_stage(r)?,
            codes: read_codes(r, CODES_MAX)?,
            guards: read_codes(r, CODES_MAX)?,
            settled: r.bool()?,
        })
    })
}

fn write_relief(w: &mut Writer, relief: &Relief) {
    w.array(5);
    write_option(w, relief.pass_until_ms);
    w.array(relief.passes_used.len());
    relief.passes_used.iter().for_each(|event_no| w.uint(*event_no));
    w.uint(u64::from(relief.token_counter));
    w.uint(relief.token_issued_at);
    write_option(w, relief.token_until);
}

fn read_relief(r: &mut Reader<'_>) -> Result<Relief, Malformed> {
    r.tuple(5, |r| {
        Ok(Relief {
            pass_until_ms: read_option(r)?,
            passes_used: r.array(LIST_MAX, Reader::uint)?,
            token_counter: narrow(r.uint_to(u64::from(u32::MAX))?),
            token_issued_at: r.uint()?,
            token_until: read_option(r)?,
        })
    })
}

fn write_codes(w: &mut Writer, codes: &[u16]) {
    w.array(codes.len());
    codes.iter().for_each(|code| w.uint(u64::from(*code)));
}

fn read_codes(r: &mut Reader<'_>, max: usize) -> Result<Vec<u16>, Malformed> {
    r.array(max, |r| r.uint_to(u64::from(u16::MAX)).map(|code| code as u16))
}

fn write_option(w: &mut Writer, value: Option<u64>) {
    w.array(value.iter().len());
    value.into_iter().for_each(|value| w.uint(value));
}

fn read_option(r: &mut Reader<'_>) -> Result<Option<u64>, Malformed> {
    Ok(r.array(1, Reader::uint)?.pop())
}

/// A stage as one number.
pub(crate) fn stage_code(stage: Stage) -> u64 {
    u64::from(stage.rung as u8) << 8 | u64::from(stage.step)
}

/// A stage from its number.
pub(crate) fn read_stage(r: &mut Reader<'_>) -> Result<Stage, Malformed> {
    let code = r.uint_to(u64::from(u16::MAX))?;
    let rung = Rung::from_code((code >> 8) as u8);
    let stage = rung.and_then(|rung| Stage::new(rung, (code & 0xff) as u8));
    stage.ok_or(r.fail("unknown stage"))
}

/// A number already known to fit.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

//! The form of an event in the state file: `[number, powered ms, kind, x, y, id and hash]`.

use alloc::vec::Vec;

use protocol::{
    ContentHash, Malformed, NoticeId,
    cbor::{Reader, Writer},
    check_in::{EventKind, LeaseRefusal, Sign},
};

use crate::{
    events::Kept,
    save::{read_stage, stage_code},
};

pub(crate) fn write(w: &mut Writer, kept: &Kept) {
    let notice = |id: &NoticeId, text_hash: &ContentHash| [&id.0[..], &text_hash.0].concat();
    let (kind, x, y, blob) = match &kept.what {
        EventKind::Applied { stage, sequence } => (1, stage_code(*stage), *sequence, Vec::new()),
        EventKind::NoticeShown { id, text_hash } => (2, 0, 0, notice(id, text_hash)),
        EventKind::NoticeAcked { id, text_hash } => (3, 0, 0, notice(id, text_hash)),
        EventKind::PassUsed { hours } => (4, u64::from(*hours), 0, Vec::new()),
        EventKind::CodeTried { result } => (5, u64::from(*result), 0, Vec::new()),
        EventKind::TokenAccepted { counter } => (6, u64::from(*counter), 0, Vec::new()),
        EventKind::LeaseRefused { sequence, reason } => (7, *reason as u64, *sequence, Vec::new()),
        EventKind::Unsupported { code } => (8, u64::from(*code), 0, Vec::new()),
        EventKind::Booted => (9, 0, 0, Vec::new()),
        EventKind::ClockOff { by_s, ahead } => (10, u64::from(*ahead), *by_s, Vec::new()),
        EventKind::HeardAgain { silent_s } => (11, 0, *silent_s, Vec::new()),
        EventKind::Tampered { sign } => (12, *sign as u64, 0, Vec::new()),
        EventKind::Objected => (13, 0, 0, Vec::new()),
    };
    w.array(6);
    [kept.event_no, kept.powered_ms, kind, x, y].into_iter().for_each(|number| w.uint(number));
    w.bytes(&blob);
}

pub(crate) fn read(r: &mut Reader<'_>) -> Result<Kept, Malformed> {
    r.tuple(6, |r| {
        let (event_no, powered_ms, kind) = (r.uint()?, r.uint()?, r.uint()?);
        // The stage is one number under the same place as every other first field.
        let stage = if kind == 1 { Some(read_stage(r)?) } else { None };
        let x = if stage.is_some() { 0 } else { r.uint()? };
        let y = r.uint()?;
        let what = match (kind, stage) {
            (1, Some(stage)) => EventKind::Applied { stage, sequence: y },
            (2, _) => {
                let (id, text_hash) = read_notice(r)?;
                return Ok(kept(event_no, powered_ms, EventKind::NoticeShown { id, text_hash }));
            }
            (3, _) => {
                let (id, text_hash) = read_notice(r)?;
                return Ok(kept(event_no, powered_ms, EventKind::NoticeAcked { id, text_hash }));
            }
            (4, _) => EventKind::PassUsed { hours: fits(r, x)? },
            (5, _) => EventKind::CodeTried { result: fits(r, x)? },
            (6, _) => EventKind::TokenAccepted { counter: fits(r, x)? },
            (7, _) => {
                let reason = u8::try_from(x).ok().and_then(LeaseRefusal::from_code);
                let reason = reason.ok_or(r.fail("unknown refusal"))?;
                EventKind::LeaseRefused { sequence: y, reason }
            }
            (8, _) => EventKind::Unsupported { code: fits(r, x)? },
            (9, _) => EventKind::Booted,
            (10, _) => EventKind::ClockOff { by_s: y, ahead: x == 1 },
            (11, _) => EventKind::HeardAgain { silent_s: y },
            (12, _) => {
                let sign = u8::try_from(x).ok().and_then(Sign::from_code);
                EventKind::Tampered { sign: sign.ok_or(r.fail("unknown sign"))? }
            }
            (13, _) => EventKind::Objected,
            _ => return Err(r.fail("unknown event")),
        };
        r.bytes(0)?;
        Ok(kept(event_no, powered_ms, what))
    })
}

fn kept(event_no: u64, powered_ms: u64, what: EventKind) -> Kept {
    Kept { event_no, powered_ms, what }
}

fn read_notice(r: &mut Reader<'_>) -> Result<(NoticeId, ContentHash), Malformed> {
    let bytes: [u8; 48] = r.fixed()?;
    let (mut id, mut hash) = ([0; 16], [0; 32]);
    id.copy_from_slice(&bytes[..16]);
    hash.copy_from_slice(&bytes[16..]);
    Ok((NoticeId(id), ContentHash(hash)))
}

fn fits<T: TryFrom<u64>>(r: &Reader<'_>, number: u64) -> Result<T, Malformed> {
    T::try_from(number).map_err(|_| r.fail("number too large"))
}

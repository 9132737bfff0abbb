//! For any value: decoding what was encoded gives it back. For any bytes: a value or a complaint,
//! and an accepted value encodes to the very bytes.

use proptest::prelude::*;
use protocol::{
    ContentHash, ContractId, EnrolmentId, Message, NoticeId, PublicKey, Rung, Stage, TenantId,
    cbor::{Reader, Writer},
    cert::{KeyCert, KeyKind},
    check_in::{CheckIn, ClockReading, Event, EventKind, LeaseRefusal, Sign},
    enrol::{Confirm, Offer, Terms, Tier},
    journal_root::JournalRoot,
    lease::{LeaseContent, Notice, Passes, Screen, SignedLease, Silence, Stamp, Step, Unchanged},
    limits::*,
    release::{Release, Removed},
    reply::{Problem, Reply, ReplyKind},
    request::{Request, RequestKind},
    succession::{Assigned, Succession},
    sunset::{DISPUTE_S_MAX, DISPUTES_MAX, SunsetDispute},
};

use crate::generate;

/// Makes values from a string of random numbers, so that a failure shrinks with it.
struct Source(std::vec::IntoIter<u64>);

impl Source {
    fn any(&mut self) -> u64 {
        self.0.next().unwrap_or(0)
    }

    /// Small numbers and the ends of the range come up often.
    fn within(&mut self, min: u64, max: u64) -> u64 {
        let random = self.any();
        match random % 4 {
            0 => min,
            1 => max,
            2 => min + random / 4 % (max - min).saturating_add(1).min(300),
            _ => min + (random / 4) % (max - min).max(1),
        }
    }

    fn to<T: TryFrom<u64>>(&mut self, max: u64) -> T {
        T::try_from(self.within(0, max)).ok().expect("the bound fits the type")
    }

    fn bool(&mut self) -> bool {
        self.any() % 2 == 1
    }

    fn fixed<const N: usize>(&mut self) -> [u8; N] {
        [self.any() as u8; N]
    }

    fn text(&mut self, max: usize) -> String {
        let letter = ["a", "é", "ह", "🦀"][self.to::<usize>(3)];
        letter.repeat(self.to::<usize>((max / letter.len()) as u64))
    }

    fn bytes(&mut self, max: usize) -> Vec<u8> {
        vec![self.any() as u8; self.to(max as u64)]
    }

    fn list<T>(&mut self, max: usize, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let len: usize = self.to(max as u64);
        (0..len).map(|_| item(self)).collect()
    }

    fn option<T>(&mut self, item: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.bool().then(|| item(self))
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.to::<usize>(items.len() as u64 - 1)]
    }

    fn seconds(&mut self) -> u64 {
        self.within(0, TIME_MAX)
    }

    fn ordinal(&mut self) -> u64 {
        self.within(1, COUNT_MAX)
    }

    fn codes(&mut self) -> Vec<u16> {
        let mut codes = self.list(CODES_MAX, |s| s.to(u16::MAX.into()));
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    fn stage(&mut self) -> Stage {
        let rung = Rung::from_code(self.to(4)).unwrap();
        let step = if rung == Rung::Restrict { self.within(1, 255) as u8 } else { 0 };
        Stage::new(rung, step).unwrap()
    }

    fn codes_of(&mut self, stage: Stage) -> Vec<u16> {
        let codes = self.codes();
        if stage.rung < Rung::Restrict { vec![1; usize::from(!codes.is_empty())] } else { codes }
    }

    fn key(&mut self) -> PublicKey {
        if self.bool() { PublicKey::Ed25519(self.fixed()) } else { PublicKey::P256(self.fixed()) }
    }

    fn cert(&mut self) -> KeyCert {
        let not_before = self.within(0, TIME_MAX - 1);
        let mut kinds = vec![self.one_of(&[KeyKind::Lease, KeyKind::Token])];
        kinds.extend(self.option(|_| KeyKind::Release));
        KeyCert {
            tenant: TenantId(self.fixed()),
            lender: self.text(LENDER_MAX),
            key_id: self.to(u16::MAX.into()),
            kinds,
            rung_max: Rung::from_code(self.to(4)).unwrap(),
            not_before,
            not_after: self.within(not_before + 1, TIME_MAX),
            public_key: self.fixed(),
        }
    }

    fn step(&mut self, stage: Stage) -> Step {
        Step {
            stage,
            at: self.seconds(),
            after_s: self.to(u32::MAX.into()),
            restrictions: self.codes_of(stage),
            reason: self.text(REASON_MAX),
            notice: self.option(|s| NoticeId(s.fixed())),
        }
    }

    fn notice(&mut self, id: u8) -> Notice {
        Notice {
            id: NoticeId([id; 16]),
            k: self.within(1, 255) as u8,
            show_from: self.seconds(),
            language: self.text(LANGUAGE_MAX),
            text: self.text(protocol::lease::NOTICE_TEXT_MAX),
        }
    }

    fn screen(&mut self) -> Screen {
        Screen {
            language: self.text(LANGUAGE_MAX),
            lender: self.text(LENDER_MAX),
            lender_phone: self.text(PHONE_MAX),
            how_to_pay: self.text(HOW_TO_MAX),
            how_to_dispute: self.text(HOW_TO_MAX),
            managed_by: self.text(HOW_TO_MAX),
            reason: self.text(REASON_MAX),
            amount_due: self.text(AMOUNT_MAX),
            next_due: self.text(AMOUNT_MAX),
            allowed_numbers: self.list(NUMBERS_MAX, |s| s.text(PHONE_MAX)),
        }
    }

    fn content(&mut self) -> LeaseContent {
        let stage = self.stage();
        let mut stages = self.list(protocol::lease::TIMETABLE_MAX, Source::stage);
        stages.retain(|next| *next > stage);
        stages.sort_unstable();
        stages.dedup();
        LeaseContent {
            tenant: TenantId(self.fixed()),
            contract: ContractId(self.fixed()),
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            sequence: self.ordinal(),
            stage,
            restrictions: self.codes_of(stage),
            timetable: stages.into_iter().map(|stage| self.step(stage)).collect(),
            guards: self.codes(),
            offline_step_max_age_s: self.to(u32::MAX.into()),
            silence: self.option(|s| Silence { after_s: s.to(u32::MAX.into()), stage: s.stage() }),
            notices: (0..self.to::<u8>(2)).map(|id| self.notice(id)).collect(),
            screen: self.screen(),
            passes: Passes { left: self.to(255), hours: self.to(255) },
            sunset: Some(self.seconds()),
            dispute: self.option(|s| s.bytes(DISPUTE_MAX)),
        }
    }

    fn stamp(&mut self) -> Stamp {
        Stamp {
            issued_at: self.seconds(),
            msg_no: self.within(0, COUNT_MAX),
            events_through: self.within(0, COUNT_MAX),
            next_s: self.to(u32::MAX.into()),
        }
    }

    fn unchanged(&mut self) -> Unchanged {
        Unchanged {
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            sequence: self.ordinal(),
            content_hash: ContentHash(self.fixed()),
            stamp: self.stamp(),
        }
    }

    fn event(&mut self) -> EventKind {
        let (id, text_hash) = (NoticeId(self.fixed()), ContentHash(self.fixed()));
        match self.to::<u8>(12) {
            0 => EventKind::Applied { stage: self.stage(), sequence: self.within(0, COUNT_MAX) },
            1 => EventKind::NoticeShown { id, text_hash },
            2 => EventKind::NoticeAcked { id, text_hash },
            3 => EventKind::PassUsed { hours: self.to(255) },
            4 => EventKind::CodeTried { result: self.to(3) },
            5 => EventKind::TokenAccepted { counter: self.to(u32::MAX.into()) },
            6 => EventKind::LeaseRefused {
                sequence: self.within(0, COUNT_MAX),
                reason: self.one_of(&[
                    LeaseRefusal::Conflicting,
                    LeaseRefusal::Stale,
                    LeaseRefusal::Untrusted,
                    LeaseRefusal::Malformed,
                ]),
            },
            7 => EventKind::Unsupported { code: self.to(u16::MAX.into()) },
            8 => EventKind::Booted,
            9 => EventKind::ClockOff { by_s: self.seconds(), ahead: self.bool() },
            10 => EventKind::HeardAgain { silent_s: self.seconds() },
            11 => EventKind::Objected,
            _ => EventKind::Tampered {
                sign: self.one_of(&[
                    Sign::Root,
                    Sign::BootloaderUnlocked,
                    Sign::PatchDowngraded,
                    Sign::SimChanged,
                ]),
            },
        }
    }

    fn check_in(&mut self) -> CheckIn {
        let applied_seq = self.within(0, COUNT_MAX);
        let mut event_no = 0;
        CheckIn {
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            msg_no: self.ordinal(),
            applied_seq,
            content_hash: (applied_seq > 0).then(|| ContentHash(self.fixed())),
            stage: self.stage(),
            events: self.list(protocol::check_in::EVENTS_MAX, |s| {
                event_no += s.within(1, 1 << 50);
                Event { event_no, ago_s: s.seconds(), what: s.event() }
            }),
            clock: ClockReading {
                uptime_s: self.seconds(),
                trusted_s: self.seconds(),
                wall_s: self.any(),
                doubtful: self.bool(),
            },
            agent_version: self.text(AGENT_VERSION_MAX),
            battery: self.option(|s| s.to(100)),
            hold_max_s: self.option(|s| s.to(u32::MAX.into())),
        }
    }

    fn offer(&mut self) -> Offer {
        let imei = "9".repeat(self.within(14, 16) as usize);
        let more = self.list(IMEIS_MAX - 1, |_| imei.clone());
        Offer {
            code: self.text(ENROL_CODE_MAX),
            imeis: [vec![imei], more].concat(),
            serial: self.option(|s| s.text(SERIAL_MAX)),
            key: self.key(),
            nonce: self.fixed(),
            agent_version: self.text(AGENT_VERSION_MAX),
            tier: self.one_of(&[Tier::NotifyOnly, Tier::LockedImage, Tier::MakerModule]),
        }
    }

    fn terms(&mut self) -> Terms {
        Terms {
            offer_hash: ContentHash(self.fixed()),
            tenant: TenantId(self.fixed()),
            contract: ContractId(self.fixed()),
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            lender: self.text(LENDER_MAX),
            lender_phone: self.text(PHONE_MAX),
            disclosure: self.text(DISCLOSURE_MAX),
            language: self.text(LANGUAGE_MAX),
            guards: self.codes(),
            root: self.fixed(),
            issued_at: self.seconds(),
        }
    }

    fn confirm(&mut self) -> Confirm {
        Confirm {
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            offer: self.bytes(OFFER_MAX),
            terms_hash: ContentHash(self.fixed()),
            disclosure_hash: ContentHash(self.fixed()),
            accepted: self.bool(),
            msg_no: self.ordinal(),
        }
    }

    fn release(&mut self) -> Release {
        Release {
            tenant: TenantId(self.fixed()),
            lender: self.text(LENDER_MAX),
            contract: ContractId(self.fixed()),
            enrolment: EnrolmentId(self.fixed()),
            device_hash: ContentHash(self.fixed()),
            salt: self.fixed(),
            released_at: self.seconds(),
        }
    }

    fn succession(&mut self) -> Succession {
        let not_before = self.within(0, TIME_MAX - 1);
        let tenant: [u8; 16] = self.fixed();
        let mut next = tenant;
        next[0] ^= 1;
        Succession {
            tenant: TenantId(tenant),
            lender: self.text(LENDER_MAX),
            to_tenant: TenantId(next),
            to_lender: self.text(LENDER_MAX),
            to_root: self.fixed(),
            not_before,
            not_after: self.within(not_before + 1, TIME_MAX),
        }
    }

    fn journal_root(&mut self) -> JournalRoot {
        JournalRoot {
            tenant: TenantId(self.fixed()),
            lender: self.text(LENDER_MAX),
            day: self.within(0, DAY_MAX),
            size: self.within(0, LOG_SIZE_MAX),
            root: ContentHash(self.fixed()),
            made_at: self.within(0, TIME_MAX),
        }
    }

    fn assigned(&mut self) -> Assigned {
        Assigned {
            tenant: TenantId(self.fixed()),
            contract: ContractId(self.fixed()),
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            device_hash: ContentHash(self.fixed()),
            salt: self.fixed(),
            to_tenant: TenantId(self.fixed()),
            to_contract: ContractId(self.fixed()),
            to_enrolment: EnrolmentId(self.fixed()),
            lender_phone: self.text(PHONE_MAX),
            how_to_pay: self.text(HOW_TO_MAX),
            managed_by: self.text(HOW_TO_MAX),
            assigned_at: self.seconds(),
            succession: self.bytes(SUCCESSION_MAX),
        }
    }

    fn dispute(&mut self) -> SunsetDispute {
        let sunset = self.within(1, TIME_MAX - DISPUTE_S_MAX);
        SunsetDispute {
            tenant: TenantId(self.fixed()),
            contract: ContractId(self.fixed()),
            enrolment: EnrolmentId(self.fixed()),
            key_gen: self.to(u32::MAX.into()),
            number: 1 + self.to::<u8>(u64::from(DISPUTES_MAX) - 1),
            sunset,
            until: sunset + self.within(1, DISPUTE_S_MAX),
            reason: self.text(DISPUTE_REASON_MAX),
            issued_at: self.within(0, sunset - 1),
        }
    }

    fn reply(&mut self) -> Reply {
        let signed = self.bytes(SIGNED_MAX);
        let some = [
            ReplyKind::Lease,
            ReplyKind::Unchanged,
            ReplyKind::Release,
            ReplyKind::Terms,
            ReplyKind::Assigned,
        ];
        let none = signed.is_empty();
        let kind = if none { ReplyKind::RemovalRecorded } else { self.one_of(&some) };
        Reply { kind, signed, certs: self.list(CERTS_MAX, |s| s.bytes(CERT_MAX)) }
    }

    fn problem(&mut self) -> Problem {
        Problem {
            code: self.text(PROBLEM_CODE_MAX),
            detail: self.text(PROBLEM_DETAIL_MAX),
            retry_s: self.option(|s| s.to(u32::MAX.into())),
        }
    }
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..200)
}

fn source() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(any::<u64>(), 0..400)
}

fn check<M: Message + PartialEq + std::fmt::Debug>(message: &M) {
    let bytes = message.encode();
    assert_eq!(M::decode_noting(&bytes).as_ref(), Ok(&(M::decode(&bytes).unwrap(), false)));
    assert!(M::decode(&bytes).as_ref() == Ok(message), "{message:?}");
    assert_eq!(message.check(), Ok(()));
    let mut another = minicbor::Decoder::new(&bytes);
    another.skip().expect("an independent reader takes it");
    assert_eq!(another.position(), bytes.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_message_comes_back(numbers in source()) {
        let mut s = Source(numbers.into_iter());
        check(&s.cert());
        check(&s.content());
        check(&SignedLease { content: s.bytes(CONTENT_MAX), stamp: s.stamp() });
        check(&s.unchanged());
        check(&s.check_in());
        check(&s.offer());
        check(&s.terms());
        check(&s.confirm());
        check(&s.release());
        check(&s.journal_root());
        check(&s.succession());
        check(&s.assigned());
        check(&s.dispute());
        check(&Removed {
            enrolment: EnrolmentId(s.fixed()),
            key_gen: s.to(u32::MAX.into()),
            certificate_hash: ContentHash(s.fixed()),
            silent_s: s.bool().then(|| s.to(u32::MAX.into())),
            sunset: s.option(Source::seconds),
        });
        check(&Request {
            kind: s.one_of(&[RequestKind::CheckIn, RequestKind::Offer, RequestKind::Removed]),
            signed: s.bytes(SIGNED_MAX),
        });
        check(&s.reply());
        check(&s.problem());
    }

    #[test]
    fn any_bytes_give_a_value_or_a_complaint(bytes in any_bytes()) {
        for (_, target) in crate::corpus::targets::TARGETS {
            target(&bytes);
        }
        let _ = Reader::new(&bytes).skip();
    }

    #[test]
    fn numbers_come_back(value in any::<i64>(), unsigned in any::<u64>()) {
        let mut w = Writer::new();
        w.int(value);
        w.uint(unsigned);
        let bytes = w.into_bytes();
        let mut r = Reader::new(&bytes);
        prop_assert_eq!((r.int(), r.uint(), r.end()), (Ok(value), Ok(unsigned), Ok(())));
        let mut another = minicbor::Decoder::new(&bytes);
        prop_assert_eq!((another.i64().unwrap(), another.u64().unwrap()), (value, unsigned));
    }
}

/// Damage to real messages reaches deeper than random bytes.
#[test]
fn damaged_messages_are_refused_or_canonical() {
    let seeds = generate::files();
    for (name, bytes) in &seeds {
        let Some(path) = name.strip_prefix("../fuzz/corpus/") else { continue };
        let folder = path.split('/').next().unwrap();
        let targets = crate::corpus::targets::TARGETS;
        let (_, target) = targets.iter().find(|(name, _)| *name == folder).unwrap();
        for at in 0..bytes.len().min(600) {
            for damage in [0x01, 0x20, 0x40, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= damage;
                target(&damaged);
            }
            target(&bytes[..at]);
            let mut longer = bytes.clone();
            longer.insert(at, 0x18);
            target(&longer);
        }
    }
}

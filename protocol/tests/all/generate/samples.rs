//! One full and one lean value of every message.

use protocol::{
    ContentHash, ContractId, EnrolmentId, Kind, Message, NoticeId, PublicKey, Rung, Stage,
    TenantId,
    cert::{KeyCert, KeyKind, kid},
    check_in::{CheckIn, ClockReading, Event, EventKind, LeaseRefusal, Sign},
    cose::sign1,
    crypto::{
        Signer,
        device::{Ed25519Signer, P256Signer},
    },
    enrol::{Confirm, Offer, Terms, Tier},
    journal_root::JournalRoot,
    lease::{LeaseContent, Notice, Passes, Screen, SignedLease, Silence, Stamp, Step, Unchanged},
    release::{self, Release, Removed},
    reply::{Problem, Reply, ReplyKind},
    request::{Request, RequestKind},
    succession::{Assigned, Succession},
    sunset::SunsetDispute,
};

use super::{Case, Outcome};

/// 1 January 2027, 00:00 UTC.
pub(crate) const NOW: u64 = 1_798_761_600;
/// A day in seconds.
pub(crate) const DAY: u64 = 86_400;
/// The tenant of all samples.
pub(crate) const TENANT: TenantId = TenantId([0x11; 16]);
/// The contract of all samples.
pub(crate) const CONTRACT: ContractId = ContractId([0x22; 16]);
/// The enrolment of all samples.
pub(crate) const ENROLMENT: EnrolmentId = EnrolmentId([0x33; 16]);
/// A notice.
pub(crate) const NOTICE: NoticeId = NoticeId([0x44; 16]);

/// The root of all samples.
pub(crate) fn root() -> Ed25519Signer {
    Ed25519Signer::from_seed(&[0x01; 32])
}

/// The key of the number.
pub(crate) fn server_key(key_id: u8) -> Ed25519Signer {
    Ed25519Signer::from_seed(&[0x80 | key_id; 32])
}

/// The software key of the sample device.
pub(crate) fn device_key() -> Ed25519Signer {
    Ed25519Signer::from_seed(&[0x02; 32])
}

/// The P-256 key of the sample device.
pub(crate) fn device_key_p256() -> P256Signer {
    P256Signer::from_secret(&[0x03; 32]).unwrap()
}

/// A certificate for [`server_key`], valid for 90 days from [`NOW`].
pub(crate) fn cert(key_id: u8, kinds: &[KeyKind], rung_max: Rung) -> KeyCert {
    KeyCert {
        tenant: TENANT,
        lender: "Fair Phones Ltd".into(),
        key_id: key_id.into(),
        kinds: kinds.to_vec(),
        rung_max,
        not_before: NOW,
        not_after: NOW + 90 * DAY,
        public_key: server_key(key_id).public_bytes(),
    }
}

/// A stage.
pub(crate) fn stage(rung: Rung, step: u8) -> Stage {
    Stage::new(rung, step).unwrap()
}

/// A lease that says nothing but that all is well.
pub(crate) fn content_lean() -> LeaseContent {
    LeaseContent {
        tenant: TENANT,
        contract: CONTRACT,
        enrolment: ENROLMENT,
        key_gen: 1,
        sequence: 1,
        stage: Stage::CLEAR,
        restrictions: vec![],
        timetable: vec![],
        guards: vec![],
        offline_step_max_age_s: 0,
        silence: None,
        notices: vec![],
        screen: Screen::default(),
        passes: Passes::default(),
        sunset: None,
        dispute: None,
    }
}

/// A lease that uses every key.
pub(crate) fn content_full() -> LeaseContent {
    LeaseContent {
        sequence: 41,
        stage: stage(Rung::Restrict, 1),
        restrictions: vec![1, 2],
        timetable: vec![
            Step {
                stage: stage(Rung::Restrict, 2),
                at: NOW + 7 * DAY,
                after_s: 604_800,
                restrictions: vec![1, 2, 3, 6],
                reason: "Instalment of 3 October is 97 days late.".into(),
                notice: Some(NOTICE),
            },
            Step {
                stage: stage(Rung::Lock, 0),
                at: NOW + 14 * DAY,
                after_s: 604_800,
                restrictions: vec![1, 2, 3, 4, 5, 6, 7],
                reason: "Instalment of 3 October is 104 days late.".into(),
                notice: None,
            },
        ],
        guards: vec![1, 2, 5],
        offline_step_max_age_s: 259_200,
        silence: Some(Silence { after_s: 2_592_000, stage: stage(Rung::Restrict, 1) }),
        notices: vec![Notice {
            id: NOTICE,
            k: 2,
            show_from: NOW,
            language: "hi-IN".into(),
            text: "आपकी किस्त बाकी है।".into(),
        }],
        screen: screen(),
        passes: Passes { left: 3, hours: 24 },
        sunset: Some(dispute().until),
        dispute: Some(signed_dispute()),
        ..content_lean()
    }
}

fn screen() -> Screen {
    Screen {
        language: "en-IN".into(),
        lender: "Fair Phones Ltd".into(),
        lender_phone: "+911140000000".into(),
        how_to_pay: "Pay by UPI to fair@bank.".into(),
        how_to_dispute: "Call us, or write to the ombudsman.".into(),
        managed_by: "Fair Phones Ltd manages this phone until it is paid.".into(),
        reason: "Instalment of 3 October is 90 days late.".into(),
        amount_due: "INR 1,250.00".into(),
        next_due: "3 January: INR 1,250.00".into(),
        allowed_numbers: vec!["+911140000001".into(), "112".into()],
    }
}

/// The stamp of a reply to message 17.
pub(crate) fn stamp() -> Stamp {
    Stamp { issued_at: NOW + 60, msg_no: 17, events_through: 9, next_s: 86_400 }
}

/// An offer by the P-256 device.
pub(crate) fn offer() -> Offer {
    Offer {
        code: "K7QM-4T2X".into(),
        imeis: vec!["353879234252633".into(), "353879234252641".into()],
        serial: Some("SN0001".into()),
        key: device_key_p256().public_key(),
        nonce: [0x55; 16],
        agent_version: "quittance-agent 0.1.0".into(),
        tier: Tier::DeviceOwner,
    }
}

/// Terms for [`offer`].
pub(crate) fn terms() -> Terms {
    Terms {
        offer_hash: ContentHash([0x66; 32]),
        tenant: TENANT,
        contract: CONTRACT,
        enrolment: ENROLMENT,
        key_gen: 1,
        lender: "Fair Phones Ltd".into(),
        lender_phone: "+911140000000".into(),
        disclosure: "This phone is sold on instalments.".into(),
        language: "en-IN".into(),
        guards: vec![1, 5],
        root: root().public_bytes(),
        issued_at: NOW,
    }
}

/// A release certificate.
pub(crate) fn release() -> Release {
    let salt = [0x77; 16];
    Release {
        tenant: TENANT,
        lender: "Fair Phones Ltd".into(),
        contract: CONTRACT,
        enrolment: ENROLMENT,
        device_hash: release::device_hash(&salt, "35387923425263"),
        salt,
        released_at: NOW + DAY,
    }
}

/// The lender who takes contracts over.
pub(crate) const NEXT_TENANT: TenantId = TenantId([0x12; 16]);

/// His root.
pub(crate) fn next_root() -> Ed25519Signer {
    Ed25519Signer::from_seed(&[0x05; 32])
}

/// Who comes after the lender of all samples.
pub(crate) fn succession() -> Succession {
    Succession {
        tenant: TENANT,
        lender: "Fair Phones Ltd".into(),
        to_tenant: NEXT_TENANT,
        to_lender: "Steady Credit Ltd".into(),
        to_root: next_root().public_bytes(),
        not_before: NOW,
        not_after: NOW + 365 * DAY,
    }
}

/// The succession as his root signs it.
pub(crate) fn signed_succession(succession: &Succession) -> Vec<u8> {
    sign1(Kind::Succession, &[], &succession.encode(), &root()).unwrap()
}

/// The root of the lender's log on a day.
pub(crate) fn journal_root() -> JournalRoot {
    JournalRoot {
        tenant: TENANT,
        lender: "Fair Phones Ltd".into(),
        day: NOW / DAY - 1,
        size: 70_000,
        root: ContentHash([0xdd; 32]),
        made_at: NOW + 60,
    }
}

/// The sunset of all samples, moved by sixty days.
pub(crate) fn dispute() -> SunsetDispute {
    SunsetDispute {
        tenant: TENANT,
        contract: CONTRACT,
        enrolment: ENROLMENT,
        key_gen: 1,
        number: 1,
        sunset: NOW + 400 * DAY,
        until: NOW + 460 * DAY,
        reason: "The court decides on 3 March.".into(),
        issued_at: NOW + 30 * DAY,
    }
}

/// The dispute as the release key signs it.
pub(crate) fn signed_dispute() -> Vec<u8> {
    sign1(Kind::SunsetDispute, &kid(3), &dispute().encode(), &server_key(3)).unwrap()
}

/// The contract of all samples passed on.
pub(crate) fn assigned() -> Assigned {
    let release = release();
    Assigned {
        tenant: TENANT,
        contract: CONTRACT,
        enrolment: ENROLMENT,
        key_gen: 1,
        device_hash: release.device_hash,
        salt: release.salt,
        to_tenant: NEXT_TENANT,
        to_contract: ContractId([0x23; 16]),
        to_enrolment: EnrolmentId([0x34; 16]),
        lender_phone: "+911140000009".into(),
        how_to_pay: "Pay by UPI to steady@bank.".into(),
        managed_by: "Steady Credit Ltd took this contract over from Fair Phones Ltd.".into(),
        assigned_at: NOW + DAY,
        succession: signed_succession(&succession()),
    }
}

/// A check-in that says nothing happened.
pub(crate) fn check_in_lean() -> CheckIn {
    CheckIn {
        enrolment: ENROLMENT,
        key_gen: 1,
        msg_no: 1,
        applied_seq: 0,
        content_hash: None,
        stage: Stage::CLEAR,
        events: vec![],
        clock: ClockReading::default(),
        agent_version: String::new(),
        battery: None,
        hold_max_s: None,
    }
}

/// A wait with one event of every kind.
pub(crate) fn check_in_full() -> CheckIn {
    let text_hash = ContentHash([0x88; 32]);
    let kinds = [
        EventKind::Applied { stage: stage(Rung::Restrict, 1), sequence: 41 },
        EventKind::NoticeShown { id: NOTICE, text_hash },
        EventKind::NoticeAcked { id: NOTICE, text_hash },
        EventKind::PassUsed { hours: 24 },
        EventKind::CodeTried { result: 3 },
        EventKind::TokenAccepted { counter: 7 },
        EventKind::LeaseRefused { sequence: 40, reason: LeaseRefusal::Stale },
        EventKind::Unsupported { code: 900 },
        EventKind::Booted,
        EventKind::ClockOff { by_s: 200_000, ahead: true },
        EventKind::HeardAgain { silent_s: 172_800 },
        EventKind::Tampered { sign: Sign::SimChanged },
        EventKind::Objected,
    ];
    let numbered = (10..).zip(kinds);
    let events = numbered.map(|(event_no, what)| Event { event_no, ago_s: 1000 - event_no, what });
    CheckIn {
        msg_no: 18,
        applied_seq: 41,
        content_hash: Some(ContentHash([0x99; 32])),
        stage: stage(Rung::Restrict, 1),
        events: events.collect(),
        clock: ClockReading {
            uptime_s: 90_000,
            trusted_s: NOW + 3600,
            wall_s: u64::MAX,
            doubtful: true,
        },
        agent_version: "quittance-agent 0.1.0".into(),
        battery: Some(100),
        hold_max_s: Some(60),
        ..check_in_lean()
    }
}

/// The valid cases of every message.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = leases();
    cases.extend(enrolments());
    cases.extend(wrappers());
    cases.push(with_optional_key());
    cases
}

fn leases() -> Vec<Case> {
    let all = [KeyKind::Lease, KeyKind::Token, KeyKind::Release];
    let unchanged = Unchanged {
        enrolment: ENROLMENT,
        key_gen: 1,
        sequence: 41,
        content_hash: ContentHash([0x99; 32]),
        stamp: stamp(),
    };
    let lease = SignedLease { content: content_full().encode(), stamp: stamp() };
    let removed = Removed {
        enrolment: ENROLMENT,
        key_gen: 1,
        certificate_hash: ContentHash([0xaa; 32]),
        silent_s: Some(172_800),
        sunset: None,
    };
    let at_sunset = Removed { silent_s: None, sunset: Some(NOW + 400 * DAY), ..removed.clone() };
    vec![
        valid("key certificate", "key-cert", &cert(1, &all, Rung::Lock)),
        valid("lean lease content", "lease-content", &content_lean()),
        valid("full lease content", "lease-content", &content_full()),
        valid("lease", "lease", &lease),
        valid("unchanged", "unchanged", &unchanged),
        valid("lean check-in", "check-in", &check_in_lean()),
        valid("full wait", "check-in", &check_in_full()),
        valid("release", "release", &release()),
        valid("removed", "removed", &removed),
        valid("removed at the sunset", "removed", &at_sunset),
        valid("sunset dispute", "sunset-dispute", &dispute()),
        valid("succession", "succession", &succession()),
        valid("assigned", "assigned", &assigned()),
        valid("journal root", "journal-root", &journal_root()),
    ]
}

fn enrolments() -> Vec<Case> {
    let ed25519 = PublicKey::Ed25519(device_key().public_bytes());
    let lean = Offer { serial: None, key: ed25519, tier: Tier::NotifyOnly, ..offer() };
    let confirm = Confirm {
        enrolment: ENROLMENT,
        key_gen: 1,
        offer: offer().encode(),
        terms_hash: ContentHash([0xbb; 32]),
        disclosure_hash: ContentHash([0xcc; 32]),
        accepted: true,
        msg_no: 1,
    };
    vec![
        valid("offer with a P-256 key", "enrol-offer", &offer()),
        valid("offer with an Ed25519 key and no serial", "enrol-offer", &lean),
        valid("terms", "enrol-terms", &terms()),
        valid("confirm", "enrol-confirm", &confirm),
        valid("refusal", "enrol-confirm", &Confirm { accepted: false, ..confirm.clone() }),
    ]
}

fn wrappers() -> Vec<Case> {
    let wait = Request { kind: RequestKind::Wait, signed: vec![1, 2, 3] };
    let lease = Reply { kind: ReplyKind::Lease, signed: vec![4], certs: vec![vec![5], vec![6]] };
    let recorded = Reply { kind: ReplyKind::RemovalRecorded, signed: vec![], certs: vec![] };
    let problem = Problem {
        code: "replayed_envelope".into(),
        detail: "message 17 came after 18".into(),
        retry_s: None,
    };
    let busy = Problem { code: "busy".into(), detail: String::new(), retry_s: Some(30) };
    vec![
        valid("request", "request", &wait),
        valid("reply", "reply", &lease),
        valid("reply without a signed part", "reply", &recorded),
        valid("problem", "problem", &problem),
        valid("problem to retry", "problem", &busy),
    ]
}

/// Keys from 64 on need not be understood; what they hold may be anything canonical.
fn with_optional_key() -> Case {
    let mut bytes =
        Message::encode(&Problem { code: "busy".into(), detail: String::new(), retry_s: None });
    assert_eq!(bytes[0], 0xa3);
    bytes[0] = 0xa5;
    bytes.extend_from_slice(&[0x18, 64, 0x82, 0x20, 0xa1, 0x61, b'x', 0xf6]);
    bytes.extend_from_slice(&[0x19, 1, 0, 0xf5]);
    let mut case = Case::valid("unknown keys 64 and 256", "problem", bytes);
    case.expected = Ok(Outcome::Shorter);
    case
}

fn valid(name: &str, kind: &'static str, message: &impl Message) -> Case {
    Case::valid(name, kind, message.encode())
}

//! Recorded calls of providers, made from their public field lists: what is read from them, and
//! what is refused.

use aws_lc_rs::hmac;
use domain::{Currency, Moment, Zone};
use expect_test::{Expect, expect};
use formats::{SourceKind, book::When, camt::Taken};
use server::intake::{BODY_MAX, Call, FUTURE_S, PAST_S, Secret, Source, UNPROVEN_MAX, asked, hear};

use crate::kit::START;

pub(crate) const STRIPE: &[u8] = include_bytes!("../data/intake/stripe.payment.json");
pub(crate) const STRIPE_BACK: &[u8] = include_bytes!("../data/intake/stripe.refund.json");
const STRIPE_OTHER: &[u8] = include_bytes!("../data/intake/stripe.other.json");
pub(crate) const MPESA: &[u8] = include_bytes!("../data/intake/mpesa.confirmation.json");
pub(crate) const MPESA_ASKED: &[u8] = include_bytes!("../data/intake/mpesa.validation.json");
pub(crate) const PIX: &[u8] = include_bytes!("../data/intake/pix.json");
const PIX_BACK: &[u8] = include_bytes!("../data/intake/pix.refund.json");
pub(crate) const GENERIC: &[u8] = include_bytes!("../data/intake/generic.json");
pub(crate) const SECRET: &str = "whsec_0123456789abcdef";
const OLD: &str = "whsec_the-one-before";

fn source(kind: SourceKind) -> Source {
    Source {
        name: "till".into(),
        kind,
        secrets: vec![Secret::new(SECRET.as_bytes()), Secret::new(OLD.as_bytes())],
        zone: Zone::parse("Africa/Nairobi").unwrap(),
        currency: Currency::parse("KES"),
    }
}

fn mac(secret: &str, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    server::crypto::hex(hmac::sign(&key, message).as_ref())
}

/// `t=…,v1=…` over a body, by a secret at a moment after the start.
pub(crate) fn timed(secret: &str, after_s: i64, body: &[u8]) -> String {
    let at = START + after_s;
    format!("t={at},v1={}", mac(secret, &[at.to_string().as_bytes(), b".", body].concat()))
}

fn heard(
    kind: SourceKind,
    header: Option<(&str, &str)>,
    body: &[u8],
) -> Result<server::intake::Heard, &'static str> {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(header.map(|(name, value)| (name.to_owned(), value.to_owned())));
    headers.push(("authorization".to_owned(), "Bearer hidden".to_owned()));
    let call = Call { headers: &headers, body, at: Moment::from_seconds(START) };
    hear(&source(kind), &call).map_err(|rejection| rejection.code)
}

fn check(kind: SourceKind, header: Option<(&str, &str)>, body: &[u8], expected: Expect) {
    let found = heard(kind, header, body).unwrap();
    let mut text = String::new();
    for one in &found.receipts {
        let When::At(at) = one.paid_at else { panic!("a day: {one:?}") };
        let way = if one.taken == Taken::In { "in" } else { "back" };
        let proof = if one.proven { "proven" } else { "hint" };
        text += &format!(
            "{way} {proof} {} {} {}\n  {} {:?}\n  {:?}\n",
            one.provider_id,
            one.amount,
            one.currency,
            at.rfc3339(),
            one.references,
            one.originals
        );
        assert_eq!(one.provider, "till");
        let kept = |name: &str| one.kept.iter().find(|kept| kept.field == name).unwrap();
        assert_eq!(kept("raw").value.as_bytes(), body, "the bytes as they came");
        assert!(!kept("headers").value.contains("hidden"));
    }
    expected.assert_eq(&(text + found.answer));
}

#[test]
fn signed_events() {
    let header = timed(SECRET, 0, STRIPE);
    check(
        SourceKind::Stripe,
        Some(("stripe-signature", &header)),
        STRIPE,
        expect![[r#"
            in proven pi_3QuitPaid 791.00 INR
              2026-01-10T04:23:20.000000Z ["EX-00001"]
              []
            {"received":true}"#]],
    );
    let header = timed(SECRET, 0, STRIPE_BACK);
    check(
        SourceKind::Stripe,
        Some(("stripe-signature", &header)),
        STRIPE_BACK,
        expect![[r#"
            back proven refund:ch_3QuitPaid:79100 791.00 INR
              2026-01-10T04:28:20.000000Z []
              ["pi_3QuitPaid", "ch_3QuitPaid"]
            {"received":true}"#]],
    );
    let header = timed(SECRET, 0, STRIPE_OTHER);
    check(
        SourceKind::Stripe,
        Some(("stripe-signature", &header)),
        STRIPE_OTHER,
        expect![[r#"{"received":true}"#]],
    );
}

#[test]
fn a_signature_must_fit_body_secret_and_time() {
    let good = timed(SECRET, 0, STRIPE);
    let (stamp, signature) = good.split_once(',').unwrap();
    let wrong = mac("whsec_somebody-else", STRIPE);
    let fits = [
        good.clone(),
        timed(OLD, 0, STRIPE),
        timed(SECRET, -PAST_S, STRIPE),
        timed(SECRET, FUTURE_S, STRIPE),
        format!("{stamp},v0=abc,v1={wrong},{signature}"),
        format!("{signature}, {stamp}"),
    ];
    for header in fits {
        let found = heard(SourceKind::Stripe, Some(("stripe-signature", &header)), STRIPE);
        assert!(found.unwrap().receipts[0].proven, "{header}");
    }
    let other = STRIPE_BACK;
    let fails = [
        (timed(SECRET, -PAST_S - 1, STRIPE), "signature_stale"),
        (timed(SECRET, FUTURE_S + 1, STRIPE), "signature_stale"),
        (timed("whsec_somebody-else", 0, STRIPE), "signature_wrong"),
        (timed(SECRET, 0, other), "signature_wrong"),
        (signature.to_owned(), "signature_wrong"),
        (stamp.to_owned(), "signature_wrong"),
        (format!("{stamp},{stamp},{signature}"), "signature_wrong"),
        (good.replace("t=", "t=-"), "signature_wrong"),
        (good.replace("t=", "t=+"), "signature_wrong"),
        (format!("t=99999999999999999999,{signature}"), "signature_wrong"),
        (good.replace("v1=", "v0="), "signature_wrong"),
        (format!("{stamp},v1={}", "é".repeat(32)), "signature_wrong"),
        (String::new(), "signature_wrong"),
    ];
    for (header, code) in fails {
        let found = heard(SourceKind::Stripe, Some(("stripe-signature", &header)), STRIPE);
        assert_eq!(found.unwrap_err(), code, "{header}");
    }
    assert_eq!(heard(SourceKind::Stripe, None, STRIPE).unwrap_err(), "signature_wrong");
    let spaced = [STRIPE, b"\n"].concat();
    let found = heard(SourceKind::Stripe, Some(("stripe-signature", &good)), &spaced);
    assert_eq!(found.unwrap_err(), "signature_wrong", "the same JSON in other bytes");
}

#[test]
fn typed_account_numbers_and_local_time() {
    check(
        SourceKind::Mpesa,
        None,
        MPESA,
        expect![[r#"
            in hint RKTQDM7W6S 791.00 KES
              2026-01-10T04:23:20.000000Z ["ex 00001"]
              []
            {"ResultCode":0,"ResultDesc":"Success"}"#]],
    );
    let asked = asked(MPESA_ASKED).unwrap();
    assert_eq!((asked.references, asked.amount.as_str()), (vec!["Ex-00001".to_owned()], "791.00"));
}

#[test]
fn several_payments_in_one_call_with_their_refunds() {
    check(
        SourceKind::Pix,
        Some(("quittance-client-verified", SECRET)),
        PIX,
        expect![[r#"
            in proven E12345678202601101023000000000001 110.00 BRL
              2026-01-10T04:00:00.358000Z ["EX00001", "parcela 1"]
              []
            in proven E12345678202601101024000000000002 50.25 BRL
              2026-01-10T04:01:00.000000Z ["celular EX-00002 obrigada"]
              []
            {}"#]],
    );
    check(
        SourceKind::Pix,
        None,
        PIX_BACK,
        expect![[r#"
            in hint E12345678202601101023000000000001 110.00 BRL
              2026-01-10T04:00:00.358000Z ["EX00001", "parcela 1"]
              []
            back hint D12345678202601101100000000000001 110.00 BRL
              2026-01-10T04:10:05.000000Z ["EX00001", "parcela 1"]
              ["E12345678202601101023000000000001"]
            {}"#]],
    );
    let forged = heard(SourceKind::Pix, Some(("quittance-client-verified", "guess")), PIX);
    assert_eq!(forged.unwrap_err(), "signature_wrong");
}

#[test]
fn a_program_of_anybody() {
    let plain = format!("sha256={}", mac(SECRET, GENERIC));
    check(
        SourceKind::Generic,
        Some(("quittance-signature", &plain)),
        GENERIC,
        expect![[r#"
            in proven T-1 791.00 INR
              2026-01-10T04:00:00.000000Z ["EX-00001"]
              []
            back proven T-2 791.00 INR
              2026-01-10T04:10:00.000000Z []
              ["T-1"]
            {"received":true}"#]],
    );
    let header = timed(SECRET, 0, GENERIC);
    assert!(heard(SourceKind::Generic, Some(("quittance-signature", &header)), GENERIC).is_ok());
    for (header, code) in [
        (timed(SECRET, -PAST_S - 1, GENERIC), "signature_stale"),
        (format!("sha256={}", mac("somebody else's", GENERIC)), "signature_wrong"),
        ("sha256=00".to_owned(), "signature_wrong"),
    ] {
        let found = heard(SourceKind::Generic, Some(("quittance-signature", &header)), GENERIC);
        assert_eq!(found.unwrap_err(), code, "{header}");
    }
}

#[test]
fn what_cannot_be_read_is_told_without_the_payers_words() {
    let mpesa = |from: &str, to: &str| {
        let text = std::str::from_utf8(MPESA).unwrap();
        assert!(text.contains(from), "{from}");
        text.replace(from, to).into_bytes()
    };
    let pix =
        |from: &str, to: &str| std::str::from_utf8(PIX).unwrap().replace(from, to).into_bytes();
    let cases = [
        (SourceKind::Mpesa, b"".to_vec(), "bad_json"),
        (SourceKind::Mpesa, b"[]".to_vec(), "bad_field"),
        (SourceKind::Mpesa, b"{\"TransID\":\"ASHA\"".to_vec(), "bad_json"),
        (SourceKind::Mpesa, vec![0xff; 40], "bad_json"),
        (SourceKind::Mpesa, mpesa("RKTQDM7W6S", ""), "bad_field"),
        (SourceKind::Mpesa, mpesa("20260110072320", "20261310072320"), "bad_moment"),
        (SourceKind::Mpesa, mpesa("20260110072320", "20260110242320"), "bad_moment"),
        (SourceKind::Mpesa, mpesa("20260110072320", "10.01.26"), "bad_moment"),
        (SourceKind::Mpesa, mpesa("\"791.00\"", "791.5"), "bad_field"),
        (SourceKind::Pix, b"{\"pix\":{}}".to_vec(), "bad_field"),
        (SourceKind::Pix, pix("2026-01-10T04:00:00.358Z", "yesterday"), "bad_moment"),
        (SourceKind::Pix, b"{\"pix\":[".repeat(9000), "body_too_large"),
    ];
    for (kind, body, code) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(heard(kind, None, &body).unwrap_err(), code, "{shown}");
    }
    assert!(heard(SourceKind::Mpesa, None, &mpesa("\"791.00\"", "791")).is_ok());
    let many = format!(
        "{{\"pix\":[{}]}}",
        vec!["{\"endToEndId\":\"E\",\"valor\":\"1\",\"horario\":\"x\"}"; 501].join(",")
    );
    let verified = Some(("quittance-client-verified", SECRET));
    let found = heard(SourceKind::Pix, verified, many.as_bytes());
    assert_eq!(found.unwrap_err(), "too_many_items");
    assert_eq!(heard(SourceKind::Pix, None, many.as_bytes()).unwrap_err(), "body_too_large");
    assert!((UNPROVEN_MAX..BODY_MAX).contains(&many.len()));
}

#[test]
fn a_secret_shows_nowhere() {
    let shown = format!("{:?}", source(SourceKind::Stripe));
    assert!(!shown.contains("whsec") && shown.contains("Secret(..)"), "{shown}");
}

/// Damage to real calls reaches deeper than random bytes: each gives receipts or a rejection.
#[test]
fn damaged_calls_are_read_or_rejected() {
    let calls = [
        (SourceKind::Stripe, STRIPE),
        (SourceKind::Stripe, STRIPE_BACK),
        (SourceKind::Mpesa, MPESA),
        (SourceKind::Pix, PIX_BACK),
        (SourceKind::Generic, GENERIC),
    ];
    for (kind, body) in calls {
        for at in 0..body.len() {
            for change in [0x01, 0x02, 0x10, 0x80] {
                let mut damaged = body.to_vec();
                damaged[at] ^= change;
                let header = timed(SECRET, 0, &damaged);
                let name = match kind {
                    SourceKind::Stripe => "stripe-signature",
                    _ => "quittance-signature",
                };
                if let Ok(found) = heard(kind, Some((name, &header)), &damaged) {
                    assert!(found.receipts.iter().all(|one| !one.provider_id.is_empty()));
                }
                let _ = server::intake::asked(&damaged);
                let _ = server::intake::status::status(&damaged, "X");
            }
        }
    }
}

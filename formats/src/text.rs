//! Values that are one JSON string, and the serde helpers that read and write them.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Channel, Currency, Day, EnrolmentId, Guard, HoldId, Moment, NoticeId, QuoteId, Restriction,
    Rung, Stage, TenantId, UnitId, Zone, fact::ReleaseCause, hold::HoldKind, stage::Floor,
    terms::TermsHash,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// A value with exactly one text.
pub(crate) trait Text: Sized {
    /// What a reader is told when the text is something else.
    const EXPECTED: &'static str;
    /// What a reader is told of this text, which is none.
    fn refuse(text: &str) -> String {
        format!("{text:?}: expected {}", Self::EXPECTED)
    }
    /// The value of a text.
    fn read(text: &str) -> Option<Self>;
    /// The text of a value.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

macro_rules! by_display {
    ($($type:ty: $expected:literal, $read:expr;)*) => {$(
        impl Text for $type {
            const EXPECTED: &'static str = $expected;
            fn read(text: &str) -> Option<Self> {
                $read(text)
            }
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

macro_rules! by_name {
    ($($type:ty: $expected:literal;)*) => {$(
        impl Text for $type {
            const EXPECTED: &'static str = $expected;
            fn read(text: &str) -> Option<Self> {
                <$type>::parse(text)
            }
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    )*};
}

fn parsed<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

by_display!(
    i32: "a whole number as a decimal string", parsed;
    i64: "a 64-bit number as a decimal string", parsed;
    u64: "a 64-bit number without sign as a decimal string", parsed;
    TenantId: "a tenant id", parsed;
    UnitId: "a unit id", parsed;
    EnrolmentId: "an enrolment id", parsed;
    NoticeId: "a notice id", parsed;
    HoldId: "a hold id", parsed;
    QuoteId: "a quote id", parsed;
    Moment: "a moment as RFC 3339 in UTC", Moment::parse;
    Day: "a day as YYYY-MM-DD", Day::parse;
    Currency: "an ISO 4217 currency code", Currency::parse;
    TermsHash: "64 hexadecimal digits", TermsHash::parse;
    Stage: "a stage such as `clear` or `restrict/2`", Stage::parse;
);

by_name!(
    Rung: "one of clear, remind, notice, restrict, lock";
    Guard: "one of factory_reset, safe_mode, debugging, unknown_installs, agent_removal";
    Channel: "one of screen, declared, sms, whatsapp, email";
    domain::delivery::DeliveryState: "one of accepted, delivered, read, acknowledged, deemed, \
        failed, bounced";
    HoldKind: "one of dispute, hardship, promise, payment_pending, legal_stay, \
        enforcement_off, feed_stale, incident, stolen, area_emergency, lender_suspended, \
        breaker";
    domain::safety::Answer: "one of upheld, refused, withdrawn";
    domain::restructure::Kind: "one of re_age, re_amortise, extend, holiday";
    ReleaseCause: "one of paid, returned, written_off";
    domain::fact::Withheld: "one of draft, too_long";
    domain::ledger::Account: "an account of the chart";
    domain::policy::LegalStatus: "one of permitted, conditional, unclear, \
        court_order_required, prohibited";
    domain::policy::Function: "a function of the floor or a restriction by its name";
    domain::policy::Proof: "one of accepted, delivered, shown, acknowledged";
    domain::policy::Weekday: "one of mon, tue, wed, thu, fri, sat, sun";
    domain::policy::care::Relock: "one of below_min_dpd, every_payment";
    domain::policy::care::Evidence: "one of root, bootloader_unlocked, patch_downgraded, \
        sim_changed, clock_tampered";
    domain::policy::paper::Disclosure: "one of restricted, when, notices, emergency_use, \
        unlock_time, removal, contacts, complaints, no_fee";
    domain::policy::paper::Telemetry: "one of device_id, os_patch, agent_version, lock_state, \
        last_contact, battery: a place has no name";
);

impl Text for Restriction {
    const EXPECTED: &'static str = "one of wallpaper, camera, gallery, app_install, \
        nonessential_apps, outgoing_calls, outgoing_sms, data_network";
    fn refuse(text: &str) -> String {
        match Floor::parse(text) {
            Some(_) => format!("{text:?} is never restrictable: no text can take it away"),
            None => format!("{text:?}: expected {}", Self::EXPECTED),
        }
    }
    fn read(text: &str) -> Option<Self> {
        Restriction::parse(text)
    }
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Text for Zone {
    const EXPECTED: &'static str = "a time zone by its IANA name, for example `Asia/Kolkata`";
    fn read(text: &str) -> Option<Self> {
        Zone::parse(text)
    }
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Text for Vec<u8> {
    const EXPECTED: &'static str = "bytes as base64url without padding";
    fn read(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()
    }
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self))
    }
}

impl Text for [u8; 32] {
    const EXPECTED: &'static str = "32 bytes as base64url without padding";
    fn read(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
    }
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self))
    }
}

struct Shown<'a, T>(&'a T);

impl<T: Text> fmt::Display for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Text> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(|| E::custom(T::refuse(text)))
    }
}

/// A value as serde sees it, for places inside tuples and lists.
pub(crate) struct AsText<T>(pub(crate) T);

impl<T: Text> Serialize for AsText<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Shown(self.0))
    }
}

impl<'de, T: Text> Deserialize<'de> for AsText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData)).map(AsText)
    }
}

/// `#[serde(with = "one")]`: a text.
pub(crate) mod one {
    use super::*;

    pub(crate) fn serialize<T: Text, S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
        AsText(value).serialize(s)
    }

    pub(crate) fn deserialize<'de, T: Text, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
        AsText::deserialize(d).map(|AsText(value)| value)
    }
}

/// `#[serde(with = "maybe")]`: a text or null.
pub(crate) mod maybe {
    use super::*;

    pub(crate) fn serialize<T: Text, S: Serializer>(
        value: &Option<T>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(AsText).serialize(s)
    }

    pub(crate) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::deserialize(d)?.map(|AsText(value)| value))
    }
}

/// `#[serde(with = "set")]`: a list of texts, sorted by value.
pub(crate) mod set {
    use super::*;

    pub(crate) fn serialize<T: Text, S: Serializer>(
        value: &BTreeSet<T>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_seq(value.iter().map(AsText))
    }

    pub(crate) fn deserialize<'de, T: Text + Ord, D: Deserializer<'de>>(
        d: D,
    ) -> Result<BTreeSet<T>, D::Error> {
        let listed: Vec<AsText<T>> = Vec::deserialize(d)?;
        let count = listed.len();
        let set: BTreeSet<T> = listed.into_iter().map(|AsText(value)| value).collect();
        if set.len() == count { Ok(set) } else { Err(D::Error::custom("a value is listed twice")) }
    }
}

/// `#[serde(with = "pairs")]`: a list of two texts each.
pub(crate) mod pairs {
    use super::*;

    pub(crate) fn serialize<A: Text, B: Text, S: Serializer>(
        value: &[(A, B)],
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_seq(value.iter().map(|(a, b)| (AsText(a), AsText(b))))
    }

    pub(crate) fn deserialize<'de, A: Text, B: Text, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Vec<(A, B)>, D::Error> {
        let listed: Vec<(AsText<A>, AsText<B>)> = Vec::deserialize(d)?;
        Ok(listed.into_iter().map(|(AsText(a), AsText(b))| (a, b)).collect())
    }
}

//! How the fields of the messages meet CBOR: a codec per shape, one macro to make a map of them.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{fmt, marker::PhantomData};

use crate::{
    ContentHash, ContractId, EnrolmentId, Malformed, NoticeId, PublicKey, Rung, Stage, TenantId,
    cbor::{Reader, Writer},
    error::UNKNOWN_VERSION,
};

/// The version every message map carries under key 0.
pub(crate) const VERSION: u64 = 1;

/// A type with one shape on the wire.
pub(crate) trait Wire: Sized {
    fn write(&self, w: &mut Writer);
    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// A shape for values of type `T`: what the type alone does not say, such as limits.
pub(crate) trait Codec<T> {
    fn write(value: &T, w: &mut Writer);
    fn read(r: &mut Reader<'_>) -> Result<T, Malformed>;
    /// Whether the key is left out for this value.
    fn is_absent(_: &T) -> bool {
        false
    }
    /// The value of a key that is left out.
    fn absent() -> Option<T> {
        None
    }
}

/// The type's own shape.
pub(crate) struct Own;
/// Text of at most `MAX` bytes.
pub(crate) struct Text<const MAX: usize>;
/// A byte string of at most `MAX` bytes.
pub(crate) struct Blob<const MAX: usize>;
/// A `u64` within a range.
pub(crate) struct Within<const MIN: u64, const MAX: u64>;
/// A list of at most `MAX` items.
pub(crate) struct List<C, const MAX: usize>(PhantomData<C>);
/// Codes, rising.
pub(crate) struct Codes;
/// A key that is left out for `None`.
pub(crate) struct Opt<C>(PhantomData<C>);

/// A time or a span in seconds.
pub(crate) type Seconds = Within<0, { crate::limits::TIME_MAX }>;
/// A number that counts something, 0 allowed.
pub(crate) type Count = Within<0, { crate::limits::COUNT_MAX }>;
/// A number that counts something, from 1.
pub(crate) type Ordinal = Within<1, { crate::limits::COUNT_MAX }>;

impl<T: Wire> Codec<T> for Own {
    fn write(value: &T, w: &mut Writer) {
        value.write(w);
    }
    fn read(r: &mut Reader<'_>) -> Result<T, Malformed> {
        T::read(r)
    }
}

impl<const MAX: usize> Codec<String> for Text<MAX> {
    fn write(value: &String, w: &mut Writer) {
        w.text(value);
    }
    fn read(r: &mut Reader<'_>) -> Result<String, Malformed> {
        r.text(MAX).map(ToOwned::to_owned)
    }
}

impl<const MAX: usize> Codec<Vec<u8>> for Blob<MAX> {
    fn write(value: &Vec<u8>, w: &mut Writer) {
        w.bytes(value);
    }
    fn read(r: &mut Reader<'_>) -> Result<Vec<u8>, Malformed> {
        r.bytes(MAX).map(ToOwned::to_owned)
    }
}

impl<const MIN: u64, const MAX: u64> Codec<u64> for Within<MIN, MAX> {
    fn write(value: &u64, w: &mut Writer) {
        w.uint(*value);
    }
    fn read(r: &mut Reader<'_>) -> Result<u64, Malformed> {
        let at = r.position();
        let value = r.uint_to(MAX)?;
        if value < MIN { Err(Malformed { what: "number too small", at }) } else { Ok(value) }
    }
}

impl<T, C: Codec<T>, const MAX: usize> Codec<Vec<T>> for List<C, MAX> {
    fn write(value: &Vec<T>, w: &mut Writer) {
        w.array(value.len());
        value.iter().for_each(|item| C::write(item, w));
    }
    fn read(r: &mut Reader<'_>) -> Result<Vec<T>, Malformed> {
        r.array(MAX, C::read)
    }
}

impl Codec<Vec<u16>> for Codes {
    fn write(value: &Vec<u16>, w: &mut Writer) {
        List::<Own, { crate::limits::CODES_MAX }>::write(value, w);
    }
    fn read(r: &mut Reader<'_>) -> Result<Vec<u16>, Malformed> {
        let at = r.position();
        let codes = List::<Own, { crate::limits::CODES_MAX }>::read(r)?;
        if is_rising(&codes) { Ok(codes) } else { Err(Malformed { what: "codes not rising", at }) }
    }
}

impl<T, C: Codec<T>> Codec<Option<T>> for Opt<C> {
    fn write(value: &Option<T>, w: &mut Writer) {
        if let Some(value) = value {
            C::write(value, w);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Option<T>, Malformed> {
        C::read(r).map(Some)
    }
    fn is_absent(value: &Option<T>) -> bool {
        value.is_none()
    }
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

/// Whether each item is greater than the one before.
pub(crate) fn is_rising<T: PartialOrd>(items: &[T]) -> bool {
    items.windows(2).all(|pair| pair[0] < pair[1])
}

/// The value of key 0.
pub(crate) fn read_version(r: &mut Reader<'_>) -> Result<(), Malformed> {
    let at = r.position();
    if r.uint()? == VERSION { Ok(()) } else { Err(Malformed { what: UNKNOWN_VERSION, at }) }
}

/// Stands in `Debug` output for content that does not belong in a log.
pub(crate) struct Hidden(pub(crate) usize);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0)
    }
}

macro_rules! wire_uint {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            fn write(&self, w: &mut Writer) {
                w.uint(u64::from(*self));
            }
            fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
                let at = r.position();
                <$type>::try_from(r.uint()?).map_err(|_| Malformed { what: "number too large", at })
            }
        }
    )*};
}

wire_uint!(u8, u16, u32, u64);

macro_rules! wire_id {
    ($($type:ident),*) => {$(
        impl Wire for $type {
            fn write(&self, w: &mut Writer) {
                w.bytes(&self.0);
            }
            fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
                r.fixed().map($type)
            }
        }
    )*};
}

wire_id!(TenantId, ContractId, EnrolmentId, NoticeId, ContentHash);

/// Gives a closed enum its wire form: the number of its variant.
macro_rules! wire_enum {
    ($type:ident: $repr:ty { $($variant:ident),* $(,)? }) => {
        impl $type {
            /// The value with this wire number.
            pub fn from_code(code: $repr) -> Option<$type> {
                [$($type::$variant),*].into_iter().find(|value| *value as $repr == code)
            }
        }
        $crate::codec::wire_code!($type: $repr);
    };
}

/// The same for an enum that already has `from_code`.
macro_rules! wire_code {
    ($type:ident: $repr:ty) => {
        impl $crate::codec::Wire for $type {
            fn write(&self, w: &mut $crate::cbor::Writer) {
                w.uint(*self as u64);
            }
            fn read(r: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::Malformed> {
                let at = r.position();
                let code = <$repr>::try_from(r.uint()?).ok().and_then($type::from_code);
                let what = concat!("unknown ", stringify!($type), " number");
                code.ok_or($crate::Malformed { what, at })
            }
        }
    };
}

pub(crate) use {wire_code, wire_enum};

wire_code!(Rung: u8);

impl Wire for bool {
    fn write(&self, w: &mut Writer) {
        w.bool(*self);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.bool()
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn write(&self, w: &mut Writer) {
        w.bytes(self);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.fixed()
    }
}

impl Wire for Stage {
    fn write(&self, w: &mut Writer) {
        w.array(2);
        self.rung.write(w);
        self.step.write(w);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = r.position();
        let (rung, step) = r.tuple(2, |r| Ok((Rung::read(r)?, u8::read(r)?)))?;
        Stage::new(rung, step).ok_or(Malformed { what: "the step does not fit the rung", at })
    }
}

/// COSE_Key: `{1: 1, 3: -8, -1: 6, -2: x}` or `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
impl Wire for PublicKey {
    fn write(&self, w: &mut Writer) {
        let (len, head): (usize, [i64; 6]) = match self {
            PublicKey::Ed25519(_) => (4, [1, 1, 3, -8, -1, 6]),
            PublicKey::P256(_) => (5, [1, 2, 3, -7, -1, 1]),
        };
        w.map(len);
        head.into_iter().for_each(|number| w.int(number));
        w.int(-2);
        match self {
            PublicKey::Ed25519(x) => w.bytes(x),
            PublicKey::P256(point) => {
                w.bytes(&point[..32]);
                w.int(-3);
                w.bytes(&point[32..]);
            }
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut peek = r.clone();
        if let Ok(key) = peek.record(4, |r| {
            expect_numbers(r, [1, 1, 3, -8, -1, 6, -2])?;
            r.fixed().map(PublicKey::Ed25519)
        }) {
            *r = peek;
            return Ok(key);
        }
        r.record(5, |r| {
            expect_numbers(r, [1, 2, 3, -7, -1, 1, -2])?;
            let x: [u8; 32] = r.fixed()?;
            expect_numbers(r, [-3])?;
            let y: [u8; 32] = r.fixed()?;
            let mut point = [0; 64];
            point[..32].copy_from_slice(&x);
            point[32..].copy_from_slice(&y);
            Ok(PublicKey::P256(point))
        })
    }
}

fn expect_numbers<const N: usize>(r: &mut Reader<'_>, numbers: [i64; N]) -> Result<(), Malformed> {
    for number in numbers {
        let at = r.position();
        if r.int()? != number {
            return Err(Malformed { what: "not a key of a known kind", at });
        }
    }
    Ok(())
}

/// Gives a struct its wire form: a map of the keys listed, in rising order. `message` adds key 0
/// with the version, `part` does not. The last line checks what no single field can say.
macro_rules! wire_map {
    (message $($rest:tt)*) => { $crate::codec::wire_map!(@ true, $($rest)*); };
    (part $($rest:tt)*) => { $crate::codec::wire_map!(@ false, $($rest)*); };
    (@ $versioned:literal, $name:ident {
        $($key:literal $field:ident: $codec:ty),* $(,)?
    } $check:expr) => {
        impl $crate::codec::Wire for $name {
            fn write(&self, w: &mut $crate::cbor::Writer) {
                use $crate::codec::Codec;
                let absent = [$(<$codec as Codec<_>>::is_absent(&self.$field)),*];
                let len = absent.iter().filter(|absent| !**absent).count();
                w.map(len + usize::from($versioned));
                if $versioned {
                    w.uint(0);
                    w.uint($crate::codec::VERSION);
                }
                $(if !<$codec as Codec<_>>::is_absent(&self.$field) {
                    w.uint($key);
                    <$codec as Codec<_>>::write(&self.$field, w);
                })*
            }

            fn read(r: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::Malformed> {
                use $crate::codec::Codec;
                let at = r.position();
                let fail = |what| $crate::Malformed { what, at };
                let mut has_version = !$versioned;
                $(let mut $field = None;)*
                r.map(|key, r| {
                    match key {
                        0 if $versioned => {
                            $crate::codec::read_version(r)?;
                            has_version = true;
                        }
                        _ if !has_version => return Err(fail("the version is not first")),
                        $($key => $field = Some(<$codec as Codec<_>>::read(r)?),)*
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
                if !has_version {
                    return Err(fail("the version is missing"));
                }
                let value = $name {
                    $($field: $field.or_else(<$codec as Codec<_>>::absent).ok_or(fail(
                        concat!(stringify!($name), " lacks key ", stringify!($key)),
                    ))?,)*
                };
                let check: fn(&$name) -> Result<(), &'static str> = $check;
                check(&value).map_err(fail)?;
                Ok(value)
            }
        }
    };
}

pub(crate) use wire_map;

/// The check of a struct whose fields say everything.
pub(crate) fn no_check<T>(_: &T) -> Result<(), &'static str> {
    Ok(())
}

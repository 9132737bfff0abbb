//! Deterministic CBOR: a writer that has one way to say a thing, and a reader that takes no other.
//!
//! Only what the wire needs exists: unsigned and negative integers, byte and text strings, arrays,
//! maps with unsigned keys, one expected tag, booleans, null inside skipped values. Floats,
//! indefinite lengths, longer-than-needed heads, unsorted or double keys, unexpected tags, deep
//! nesting and trailing bytes are all [`Malformed`].

use alloc::vec::Vec;

use crate::Malformed;

/// Most containers inside one another.
pub const DEPTH_MAX: u8 = 8;
/// The first map key that a reader may skip when it does not know it.
pub const OPTIONAL_KEY_MIN: u64 = 64;
/// Most entries of one map.
pub const MAP_MAX: usize = 64;

/// Appends canonical items. The caller writes map keys in rising order and as many items as
/// announced; the reader refuses anything else.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// The bytes written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        self.head(UINT, value);
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(UINT, value),
            Err(_) => self.head(NEGATIVE, value.unsigned_abs() - 1),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        self.head(BYTES, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    /// A text string.
    pub fn text(&mut self, value: &str) {
        self.head(TEXT, value.len() as u64);
        self.out.extend_from_slice(value.as_bytes());
    }

    /// The head of an array; its items follow.
    pub fn array(&mut self, len: usize) {
        self.head(ARRAY, len as u64);
    }

    /// The head of a map; its keys and values follow.
    pub fn map(&mut self, len: usize) {
        self.head(MAP, len as u64);
    }

    /// A tag; its item follows.
    pub fn tag(&mut self, tag: u64) {
        self.head(TAG, tag);
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) {
        self.out.push(if value { TRUE } else { FALSE });
    }

    fn head(&mut self, major: u8, value: u64) {
        let bytes = value.to_be_bytes();
        let (info, tail) = match value {
            0..24 => (bytes[7], 8),
            24..0x100 => (24, 7),
            0x100..0x1_0000 => (25, 6),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 0),
        };
        self.out.push(major << 5 | info);
        self.out.extend_from_slice(&bytes[tail..]);
    }
}

/// Takes canonical items from a buffer, one after another.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u8,
    skipped: bool,
}

impl<'a> Reader<'a> {
    /// Reads from the start of the buffer.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0, depth: 0, skipped: false }
    }

    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether a key unknown to the reader was passed over: such bytes do not come back from
    /// encoding the value again.
    pub fn has_skipped(&self) -> bool {
        self.skipped
    }

    /// A complaint about the next byte.
    pub fn fail(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.at }
    }

    /// The end of the buffer, and nothing before it.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.fail("trailing bytes")) }
    }

    /// An unsigned integer.
    pub fn uint(&mut self) -> Result<u64, Malformed> {
        self.expect(UINT, "expected an unsigned integer")
    }

    /// An unsigned integer of at most `max`.
    pub fn uint_to(&mut self, max: u64) -> Result<u64, Malformed> {
        let at = self.at;
        let value = self.uint()?;
        if value <= max { Ok(value) } else { Err(Malformed { what: "number too large", at }) }
    }

    /// A signed integer.
    pub fn int(&mut self) -> Result<i64, Malformed> {
        let at = self.at;
        let too_large = Malformed { what: "number too large", at };
        match self.head()? {
            (UINT, value) => i64::try_from(value).map_err(|_| too_large),
            (NEGATIVE, value) => match i64::try_from(value) {
                Ok(value) => Ok(-1 - value),
                Err(_) => Err(too_large),
            },
            _ => Err(Malformed { what: "expected an integer", at }),
        }
    }

    /// A boolean.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        let value = match self.bytes.get(self.at) {
            Some(&FALSE) => false,
            Some(&TRUE) => true,
            _ => return Err(self.fail("expected a boolean")),
        };
        self.at += 1;
        Ok(value)
    }

    /// A byte string of at most `max` bytes.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], Malformed> {
        let at = self.at;
        let len = self.expect(BYTES, "expected a byte string")?;
        self.take(len, max, at)
    }

    /// A byte string of exactly `N` bytes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let at = self.at;
        let bytes = self.bytes(N)?;
        bytes.try_into().map_err(|_| Malformed { what: "byte string of the wrong length", at })
    }

    /// A text string of at most `max` bytes of UTF-8.
    pub fn text(&mut self, max: usize) -> Result<&'a str, Malformed> {
        let at = self.at;
        let len = self.expect(TEXT, "expected a text string")?;
        let bytes = self.take(len, max, at)?;
        core::str::from_utf8(bytes).map_err(|_| Malformed { what: "text is not UTF-8", at })
    }

    /// The tag `tag`; its item is read next.
    pub fn tag(&mut self, tag: u64) -> Result<(), Malformed> {
        let at = self.at;
        match self.head()? {
            (TAG, found) if found == tag => Ok(()),
            _ => Err(Malformed { what: "expected another tag", at }),
        }
    }

    /// An array of at most `max` items, each read by `item`.
    pub fn array<T>(
        &mut self,
        max: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let at = self.at;
        let len = self.expect(ARRAY, "expected an array")?;
        let len = usize::try_from(len).ok().filter(|len| *len <= max);
        let len = len.ok_or(Malformed { what: "array too long", at })?;
        self.enter(at)?;
        let mut items = Vec::with_capacity(len.min(self.bytes.len() - self.at));
        for _ in 0..len {
            items.push(item(self)?);
        }
        self.depth -= 1;
        Ok(items)
    }

    /// An array of exactly `len` items, all read by `body`.
    pub fn tuple<T>(
        &mut self,
        len: u64,
        body: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        self.closed(ARRAY, len, "expected an array of another length", body)
    }

    /// A map of exactly `len` entries, keys and values all read by `body`, which answers for the
    /// keys: it reads one fixed shape.
    pub fn record<T>(
        &mut self,
        len: u64,
        body: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        self.closed(MAP, len, "expected a map of another length", body)
    }

    /// A map with rising unsigned keys. `entry` reads the value of a key it knows and says `true`;
    /// of a key it does not know it reads nothing and says `false`. Such a key is passed over from
    /// [`OPTIONAL_KEY_MIN`] on and is an error below.
    pub fn map(
        &mut self,
        mut entry: impl FnMut(u64, &mut Self) -> Result<bool, Malformed>,
    ) -> Result<(), Malformed> {
        let at = self.at;
        let len = self.expect(MAP, "expected a map")?;
        if len > MAP_MAX as u64 {
            return Err(Malformed { what: "map too long", at });
        }
        self.enter(at)?;
        let mut last = None;
        for _ in 0..len {
            let at = self.at;
            let key = self.expect(UINT, "expected an unsigned map key")?;
            if last.is_some_and(|last| key <= last) {
                return Err(Malformed { what: "map keys not rising", at });
            }
            last = Some(key);
            if entry(key, self)? {
                continue;
            }
            if key < OPTIONAL_KEY_MIN {
                return Err(Malformed { what: "unknown key that must be understood", at });
            }
            self.skipped = true;
            self.skip()?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Passes over one item of any kind, which must be canonical too.
    pub fn skip(&mut self) -> Result<(), Malformed> {
        let at = self.at;
        if let Some(&(FALSE | TRUE | NULL)) = self.bytes.get(at) {
            self.at += 1;
            return Ok(());
        }
        let (major, value) = self.head()?;
        match major {
            UINT | NEGATIVE => Ok(()),
            BYTES => self.take(value, usize::MAX, at).map(drop),
            TEXT => {
                let bytes = self.take(value, usize::MAX, at)?;
                let text = core::str::from_utf8(bytes);
                text.map(drop).map_err(|_| Malformed { what: "text is not UTF-8", at })
            }
            ARRAY => {
                self.enter(at)?;
                (0..value).try_for_each(|_| self.skip())?;
                self.depth -= 1;
                Ok(())
            }
            MAP => {
                self.enter(at)?;
                self.skip_entries(value)?;
                self.depth -= 1;
                Ok(())
            }
            _ => Err(Malformed { what: "tag where none is expected", at }),
        }
    }

    fn skip_entries(&mut self, len: u64) -> Result<(), Malformed> {
        let mut last: &[u8] = &[];
        for _ in 0..len {
            let at = self.at;
            self.skip()?;
            let key = &self.bytes[at..self.at];
            if key <= last {
                return Err(Malformed { what: "map keys not rising", at });
            }
            last = key;
            self.skip()?;
        }
        Ok(())
    }

    fn closed<T>(
        &mut self,
        major: u8,
        len: u64,
        what: &'static str,
        body: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        let at = self.at;
        if self.head()? != (major, len) {
            return Err(Malformed { what, at });
        }
        self.enter(at)?;
        let value = body(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn enter(&mut self, at: usize) -> Result<(), Malformed> {
        if self.depth == DEPTH_MAX {
            return Err(Malformed { what: "nested too deeply", at });
        }
        self.depth += 1;
        Ok(())
    }

    fn expect(&mut self, major: u8, what: &'static str) -> Result<u64, Malformed> {
        let at = self.at;
        match self.head()? {
            (found, value) if found == major => Ok(value),
            _ => Err(Malformed { what, at }),
        }
    }

    fn take(&mut self, len: u64, max: usize, at: usize) -> Result<&'a [u8], Malformed> {
        let rest = &self.bytes[self.at..];
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len > max {
            return Err(Malformed { what: "string too long", at });
        }
        let taken = rest.get(..len).ok_or(Malformed { what: "ends in a string", at })?;
        self.at += len;
        Ok(taken)
    }

    /// Major type and argument, in the shortest form that says it.
    fn head(&mut self) -> Result<(u8, u64), Malformed> {
        let at = self.at;
        let fail = |what| Malformed { what, at };
        let first = *self.bytes.get(at).ok_or(fail("ends before an item"))?;
        let (major, info) = (first >> 5, first & 31);
        if major == SIMPLE {
            return Err(fail("float or simple value where none is expected"));
        }
        let (len, least) = match info {
            0..24 => (0, 0),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            31 => return Err(fail("indefinite length")),
            _ => return Err(fail("reserved additional information")),
        };
        let tail = self.bytes.get(at + 1..at + 1 + len).ok_or(fail("ends in a head"))?;
        let value = match len {
            0 => u64::from(info),
            _ => tail.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)),
        };
        if value < least {
            return Err(fail("longer head than needed"));
        }
        self.at = at + 1 + len;
        Ok((major, value))
    }
}

const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;

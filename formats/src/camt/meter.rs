//! The input of a bank file, measured: lines counted, no token and no file beyond its limit.

use std::io::{self, BufRead, Read};

use super::FILE_MAX;

/// Most bytes of one tag or text.
const TOKEN_MAX: usize = 64 * 1024;

/// An input that counts what is taken from it.
pub(super) struct Meter<R> {
    input: R,
    bytes: u64,
    token: usize,
    line: u64,
}

impl<R: BufRead> Meter<R> {
    pub(super) fn new(input: R) -> Meter<R> {
        Meter { input, bytes: 0, token: 0, line: 1 }
    }

    /// The line reached, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A token begins.
    pub(super) fn begin(&mut self) {
        self.token = 0;
    }
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes > FILE_MAX {
            return Err(io::Error::other("the file is larger than 64 MiB"));
        }
        if self.token >= TOKEN_MAX {
            return Err(io::Error::other("a tag or text is longer than 64 KiB"));
        }
        let ready = self.input.fill_buf()?;
        // One look shows no more than a token may have: the limit holds whatever the buffer's size.
        Ok(&ready[..ready.len().min(TOKEN_MAX)])
    }

    fn consume(&mut self, count: usize) {
        // The bytes are still in the buffer: looking again reads nothing.
        if let Ok(ready) = self.input.fill_buf() {
            let taken = ready.iter().take(count).filter(|byte| **byte == b'\n').count();
            self.line += u64::try_from(taken).unwrap_or(0);
        }
        self.bytes += u64::try_from(count).unwrap_or(0);
        self.token = self.token.saturating_add(count);
        self.input.consume(count);
    }
}

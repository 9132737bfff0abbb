//! Line ends made one: CRLF becomes LF and the last line ends like the others, so that lines can
//! be counted.

use std::io::{self, Read};

const CHUNK: usize = 16 * 1024;

/// The input with LF alone at the ends of lines.
pub(crate) struct Lines<R> {
    input: R,
    chunk: Vec<u8>,
    at: usize,
    bytes: u64,
    /// A CR whose follower is not known yet.
    held: bool,
    last: u8,
    over: bool,
}

impl<R> Lines<R> {
    pub(crate) fn new(input: R) -> Lines<R> {
        let chunk = Vec::with_capacity(CHUNK);
        Lines { input, chunk, at: 0, bytes: 0, held: false, last: b'\n', over: false }
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes
    }
}

impl<R: Read> Lines<R> {
    /// The next byte of the input.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.chunk.len() {
            self.chunk.resize(CHUNK, 0);
            let read = loop {
                match self.input.read(&mut self.chunk) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            self.at = 0;
            self.chunk.truncate(*read.as_ref().unwrap_or(&0));
            self.bytes += u64::try_from(read?).unwrap_or(0);
        }
        let byte = self.chunk.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    /// The next byte of the output.
    fn out(&mut self) -> io::Result<Option<u8>> {
        if self.over {
            return Ok(None);
        }
        if self.held {
            self.held = false;
            return Ok(Some(self.last));
        }
        match self.byte()? {
            Some(b'\r') => match self.byte()? {
                Some(b'\n') => Ok(Some(b'\n')),
                Some(next) => {
                    // Two CRs in a row: the second may belong to a line end of its own.
                    if next == b'\r' {
                        self.at -= 1
                    } else {
                        (self.held, self.last) = (true, next)
                    }
                    Ok(Some(b'\r'))
                }
                None => Ok(Some(b'\r')),
            },
            None => {
                self.over = true;
                Ok(Some(b'\n'))
            }
            byte => Ok(byte),
        }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < buffer.len() {
            // What was gathered goes out before the input is asked, so that an error loses nothing.
            if written > 0 && self.at == self.chunk.len() {
                break;
            }
            let Some(byte) = self.out()? else { break };
            buffer[written] = byte;
            written += 1;
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(input: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        Lines::new(input).read_to_end(&mut output).unwrap();
        output
    }

    #[test]
    fn line_ends_become_one() {
        assert_eq!(through(b"a\r\nb\nc"), b"a\nb\nc\n");
        assert_eq!(through(b"a\rb\r\r\nc\r"), b"a\rb\r\nc\r\n");
        assert_eq!(through(b""), b"\n");
        assert_eq!(through(b"a\n"), b"a\n\n");
    }

    #[test]
    fn a_chunk_may_end_anywhere() {
        for size in CHUNK - 2..CHUNK + 3 {
            let mut input = vec![b'x'; size];
            input.extend(b"\r\n\r\r\ny");
            let mut expected = vec![b'x'; size];
            expected.extend(b"\n\r\ny\n");
            assert_eq!(through(&input), expected, "{size}");
        }
    }
}

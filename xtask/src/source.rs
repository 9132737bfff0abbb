//! A Rust file taken apart far enough for the fences: code, comments and strings told apart.

/// One Rust source file.
#[derive(Debug)]
pub struct Source {
    /// The text as written.
    pub text: String,
    /// The text with comments and the insides of literals blanked, byte for byte as long.
    pub code: String,
    /// Every comment line: line number and the text after `//`, or one line of a block.
    pub comments: Vec<(usize, String)>,
    /// Every string literal: the line it starts on and its raw content.
    pub strings: Vec<(usize, String)>,
    starts: Vec<usize>,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of the `fn` keyword.
    pub line: usize,
    /// Lines from the `fn` keyword to the closing brace.
    pub lines: usize,
}

impl Source {
    /// Takes `text` apart.
    pub fn parse(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let mut source = Self {
            text: text.to_owned(),
            code: String::new(),
            comments: Vec::new(),
            strings: Vec::new(),
            starts,
        };
        Masker { bytes: text.as_bytes(), at: 0, code: text.as_bytes().to_vec() }.run(&mut source);
        source
    }

    /// The line number of a byte offset, counted from 1.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Offsets at which `word` stands in the code as a whole word.
    pub fn words(&self, word: &str) -> Vec<usize> {
        let bytes = self.code.as_bytes();
        self.code
            .match_indices(word)
            .map(|(at, _)| at)
            .filter(|at| {
                let before = at.checked_sub(1).map(|i| bytes[i]);
                let after = bytes.get(at + word.len()).copied();
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            })
            .collect()
    }

    /// Every function that has a body, in order.
    pub fn functions(&self) -> Vec<Function> {
        let bytes = self.code.as_bytes();
        let mut found = Vec::new();
        for at in self.words("fn") {
            let name_at =
                at + 2 + self.code[at + 2..].len() - self.code[at + 2..].trim_start().len();
            let name: String = self.code[name_at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if name.is_empty() {
                continue;
            }
            let Some(open) = body_start(bytes, name_at) else { continue };
            let Some(close) = matching(bytes, open, b'{', b'}') else { continue };
            let line = self.line_of(at);
            found.push(Function { name, line, lines: self.line_of(close) - line + 1 });
        }
        found
    }

    /// Attributes such as `allow` or `ignore`: offset of the name and the original text up to
    /// the closing bracket.
    pub fn attributes(&self, name: &str) -> Vec<(usize, &str)> {
        let bytes = self.code.as_bytes();
        self.words(name)
            .into_iter()
            .filter_map(|at| {
                let before = self.code[..at].trim_end();
                let open = before.strip_suffix('[')?.len();
                let head = before[..open].trim_end();
                (head.ends_with('#') || head.ends_with("#!"))
                    .then(|| matching(bytes, open, b'[', b']'))
                    .flatten()
                    .map(|close| (at, &self.text[at..close]))
            })
            .collect()
    }
}

/// The offset of the bracket that closes the one at `open`.
pub fn matching(bytes: &[u8], open: usize, opening: u8, closing: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        if *byte == opening {
            depth += 1;
        } else if *byte == closing {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Whether a byte may stand inside a word.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn body_start(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0i32;
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ if depth < 0 => return None,
            _ => {}
        }
    }
    None
}

struct Masker<'a> {
    bytes: &'a [u8],
    at: usize,
    code: Vec<u8>,
}

impl Masker<'_> {
    fn run(mut self, source: &mut Source) {
        while self.at < self.bytes.len() {
            let here = self.at;
            match self.bytes[here] {
                b'/' if self.peek(1) == Some(b'/') => self.line_comment(source),
                b'/' if self.peek(1) == Some(b'*') => self.block_comment(source),
                b'"' => self.string(source, here),
                b'\'' => self.quote(),
                b'r' | b'b' | b'c' if here == 0 || !is_word(self.bytes[here - 1]) => {
                    self.prefixed(source);
                }
                _ => self.at += 1,
            }
        }
        source.code = String::from_utf8(self.code).expect("whole literals are blanked at once");
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn blank(&mut self, from: usize, to: usize) -> String {
        for byte in &mut self.code[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        String::from_utf8_lossy(&self.bytes[from..to]).into_owned()
    }

    fn line_comment(&mut self, source: &mut Source) {
        let end = self.find(self.at, b"\n").unwrap_or(self.bytes.len());
        let text = self.blank(self.at, end);
        source.comments.push((source.line_of(self.at), text[2..].to_owned()));
        self.at = end;
    }

    fn block_comment(&mut self, source: &mut Source) {
        let start = self.at;
        let mut depth = 0;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', Some(b'*')) => (depth, self.at) = (depth + 1, self.at + 2),
                (b'*', Some(b'/')) => (depth, self.at) = (depth - 1, self.at + 2),
                _ => self.at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        let text = self.blank(start, self.at);
        let first = source.line_of(start);
        let lines = text.lines().enumerate();
        source.comments.extend(lines.map(|(i, line)| (first + i, line.to_owned())));
    }

    /// A string that opens at `self.at`; `from` is where its prefix began.
    fn string(&mut self, source: &mut Source, from: usize) {
        let open = self.at;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
        let text = self.blank(open + 1, self.at.saturating_sub(1).max(open + 1));
        source.strings.push((source.line_of(from), text));
    }

    fn prefixed(&mut self, source: &mut Source) {
        let from = self.at;
        let mut ahead = 1;
        if self.bytes[from] != b'r' && self.peek(1) == Some(b'r') {
            ahead = 2;
        }
        let raw = self.bytes[from + ahead - 1] == b'r';
        let mut hashes = 0;
        while raw && self.peek(ahead + hashes) == Some(b'#') {
            hashes += 1;
        }
        match self.peek(ahead + hashes) {
            Some(b'"') if raw => {
                let open = from + ahead + hashes;
                let mut end = vec![b'"'];
                end.extend(std::iter::repeat_n(b'#', hashes));
                let close = self.find(open + 1, &end).unwrap_or(self.bytes.len());
                let text = self.blank(open + 1, close);
                source.strings.push((source.line_of(from), text));
                self.at = (close + end.len()).min(self.bytes.len());
            }
            Some(b'"') => {
                self.at += ahead;
                self.string(source, from);
            }
            Some(b'\'') if self.bytes[from] == b'b' && !raw => {
                self.at += ahead;
                self.quote();
            }
            _ => self.at += ahead,
        }
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        let open = self.at;
        let first = self.peek(1).unwrap_or(b' ');
        let close = if first == b'\\' {
            self.find(open + 3, b"'")
        } else {
            let width = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            };
            Some(open + 1 + width).filter(|at| self.bytes.get(*at) == Some(&b'\''))
        };
        match close {
            Some(close) => {
                self.blank(open + 1, close);
                self.at = close + 1;
            }
            None => self.at += 1,
        }
    }

    fn find(&self, from: usize, what: &[u8]) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.windows(what.len()).position(|window| window == what).map(|at| from + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::parse(text).code
    }

    #[test]
    fn comments_and_literals_are_blanked_in_place() {
        assert_eq!(code("a // b\nc"), "a     \nc");
        assert_eq!(code("a /* /* b */ \n */ c"), "a            \n    c");
        assert_eq!(code(r#"x("a\"b")y"#), r#"x("    ")y"#);
        assert_eq!(code("r#\"a\"b\"# r#fn b\"c\""), "r#\"   \"# r#fn b\" \"");
        assert_eq!(code("'a' 'é' '\\'' '\"' b'\"' &'a str"), "' ' '  ' '  ' ' ' b' ' &'a str");
    }

    #[test]
    fn comments_and_strings_are_kept_with_their_lines() {
        let source = Source::parse("\n// one\nlet a = \"two\";\n/* three\nfour */");
        assert_eq!(source.comments[0], (2, " one".to_owned()));
        assert_eq!(source.comments[2], (5, "four */".to_owned()));
        assert_eq!(source.strings, [(3, "two".to_owned())]);
    }

    #[test]
    fn functions_are_measured_from_fn_to_the_closing_brace() {
        let text = "trait T { fn a(x: [u8; 3]); }\nfn b<F: Fn()>(f: F) -> fn() {\n  {}\n}\n";
        let functions = Source::parse(text).functions();
        assert_eq!(functions, [Function { name: "b".to_owned(), line: 2, lines: 3 }]);
    }

    #[test]
    fn an_unfinished_file_is_taken_apart_without_panic() {
        for text in ["\"", "'", "b'", "r#\"", "/*", "fn", "fn a(", "\"\\", "'\\", "#[allow(", "cr"]
        {
            let source = Source::parse(text);
            assert_eq!(source.code.len(), text.len());
            assert!(source.functions().is_empty() && source.attributes("allow").is_empty());
        }
    }

    #[test]
    fn attributes_come_with_their_text() {
        let source = Source::parse("#![allow(a)]\n#[ignore = \"b\"]\nallow(c);");
        assert_eq!(source.attributes("allow"), [(3, "allow(a)")]);
        assert_eq!(source.attributes("ignore"), [(15, "ignore = \"b\"")]);
    }
}

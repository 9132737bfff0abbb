//! The elements of a bank file: containers are walked, everything small is read as a tree.

use std::io::BufRead;

use quick_xml::{
    NsReader,
    events::{BytesRef, BytesStart, Event},
    name::{Namespace, ResolveResult},
};

use super::meter::Meter;
use crate::book::RowError;

/// Most elements around an element.
const DEPTH_MAX: usize = 32;
/// Most bytes of text in one tree.
const TREE_MAX: usize = 256 * 1024;
/// What the namespaces of all messages begin with.
const URN: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// An element with what is in it.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Its name without prefix.
    pub(super) name: String,
    /// Where it begins.
    pub(super) line: u64,
    /// The text in it, without blanks at the ends.
    pub(super) text: String,
    /// Its attribute `Ccy`.
    pub(super) currency: Option<String>,
    /// The elements in it.
    pub(super) kids: Vec<Node>,
}

impl Node {
    /// The first element at a path of names.
    pub(super) fn at(&self, path: &str) -> Option<&Node> {
        let mut node = self;
        for name in path.split('/') {
            node = node.kids.iter().find(|kid| kid.name == name)?;
        }
        Some(node)
    }

    /// All elements of a name in this one.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.kids.iter().filter(move |kid| kid.name == name)
    }

    /// The text at a path, where there is any.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.at(path).map(|node| node.text.clone()).filter(|text| !text.is_empty())
    }

    /// A fault of this element.
    pub(super) fn fault(&self, code: &'static str, detail: &str) -> RowError {
        fault(self.line, &self.name, code, detail)
    }
}

/// A fault of a file.
pub(super) fn fault(line: u64, element: &str, code: &'static str, detail: &str) -> RowError {
    let column = element.chars().take(64).collect();
    RowError { line, column, value: String::new(), code, detail: detail.to_owned() }
}

/// The file as a walk through its elements.
pub(super) struct Xml<R> {
    reader: NsReader<Meter<R>>,
    buffer: Vec<u8>,
    /// The document's namespace; elements of others are passed over.
    urn: String,
    depth: usize,
    /// The element that was entered last, not read yet.
    open: Option<Node>,
}

/// What comes next in a container.
enum Next {
    Start { own: bool, node: Node, urn: Option<String> },
    Text(String),
    End,
    Over,
    Nothing,
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(input: R) -> Xml<R> {
        let mut reader = NsReader::from_reader(Meter::new(input));
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, buffer: Vec::new(), urn: String::new(), depth: 0, open: None }
    }

    /// Goes to the document element, which may stand in an envelope: its message, for example
    /// `camt.053.001.08`.
    pub(super) fn document(&mut self) -> Result<String, RowError> {
        loop {
            match self.next()? {
                Next::Start { node, urn: Some(urn), .. } if node.name == "Document" => {
                    if let Some(message) = urn.strip_prefix(URN).filter(|m| m.starts_with("camt."))
                    {
                        let message = message.to_owned();
                        self.urn = urn;
                        return Ok(message);
                    }
                }
                Next::Over => {
                    let detail = format!("expected a Document of the namespace {URN}camt.…");
                    return Err(self.fault("Document", "not_camt", &detail));
                }
                _ => {}
            }
        }
    }

    /// Enters the next element of the container; at its end `None`. The element before must have
    /// been read.
    pub(super) fn child(&mut self) -> Result<Option<String>, RowError> {
        loop {
            match self.next()? {
                Next::Start { own: true, node, .. } => {
                    let name = node.name.clone();
                    self.open = Some(node);
                    return Ok(Some(name));
                }
                Next::Start { own: false, .. } => self.pass()?,
                Next::End => return Ok(None),
                Next::Over => return Err(self.fault("", "unreadable", "the file ends too early")),
                Next::Text(_) | Next::Nothing => {}
            }
        }
    }

    /// Reads the element entered last, whole.
    pub(super) fn tree(&mut self) -> Result<Node, RowError> {
        let mut above = Vec::new();
        let mut node = self.open.take().unwrap_or_default();
        let mut size = 0;
        loop {
            if size > TREE_MAX {
                return Err(node.fault("element_too_large", "an element holds more than 256 KiB"));
            }
            match self.next()? {
                Next::Start { own: true, node: kid, .. } => {
                    size += kid.name.len() + 64;
                    above.push(std::mem::replace(&mut node, kid));
                }
                Next::Start { own: false, .. } => self.pass()?,
                Next::Text(text) => {
                    size += text.len();
                    node.text += &text;
                }
                Next::End => {
                    node.text = node.text.trim().to_owned();
                    let Some(mut parent) = above.pop() else { return Ok(node) };
                    parent.kids.push(node);
                    node = parent;
                }
                Next::Over => return Err(node.fault("unreadable", "the file ends too early")),
                Next::Nothing => {}
            }
        }
    }

    /// Passes over the element entered last.
    pub(super) fn pass(&mut self) -> Result<(), RowError> {
        let end = self.depth.saturating_sub(1);
        while self.depth > end {
            if let Next::Over = self.next()? {
                return Err(self.fault("", "unreadable", "the file ends too early"));
            }
        }
        Ok(())
    }

    /// Nothing but blanks may follow the document.
    pub(super) fn finish(&mut self) -> Result<(), RowError> {
        while !matches!(self.next()?, Next::Over) {}
        if self.depth == 0 {
            return Ok(());
        }
        Err(self.fault("", "unreadable", "the file ends too early"))
    }

    /// A fault at the line reached.
    pub(super) fn fault(&mut self, element: &str, code: &'static str, detail: &str) -> RowError {
        fault(self.reader.get_mut().line(), element, code, detail)
    }

    fn next(&mut self) -> Result<Next, RowError> {
        self.buffer.clear();
        self.reader.get_mut().begin();
        let line = self.reader.get_mut().line();
        let wrong = |detail: String| Err(fault(line, "", "unreadable", &detail));
        let (space, event) = match self.reader.read_resolved_event_into(&mut self.buffer) {
            Ok(read) => read,
            Err(error) => return wrong(error.to_string()),
        };
        let next = match event {
            Event::Start(start) => {
                let urn = match space {
                    ResolveResult::Bound(Namespace(urn)) => Some(urn),
                    ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
                };
                let own = urn == Some(self.urn.as_str());
                let urn = urn.map(str::to_owned);
                match node(&start, line) {
                    Ok(node) => Next::Start { own, node, urn },
                    Err(detail) => return wrong(detail),
                }
            }
            Event::End(_) => Next::End,
            Event::Text(text) => Next::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Next::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => match character(&reference) {
                Some(text) => Next::Text(text),
                None => return wrong("a reference to an entity the file cannot have".to_owned()),
            },
            Event::Decl(declared) => match declared.encoding() {
                Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => {
                    return Err(fault(line, "", "not_utf8", "not UTF-8: save the file as UTF-8"));
                }
                _ => Next::Nothing,
            },
            Event::DocType(_) => return wrong("a document type is not taken".to_owned()),
            Event::Eof => Next::Over,
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) => Next::Nothing,
        };
        match next {
            Next::Start { .. } if self.depth == DEPTH_MAX => {
                return wrong(format!("elements stand more than {DEPTH_MAX} deep"));
            }
            Next::Start { .. } => self.depth += 1,
            Next::End => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(next)
    }
}

fn node(start: &BytesStart<'_>, line: u64) -> Result<Node, String> {
    let name = start.local_name().as_ref().to_owned();
    let attribute = start.try_get_attribute("Ccy").map_err(|error| error.to_string())?;
    let currency = attribute.map(|found| found.value.into_owned());
    Ok(Node { name, line, text: String::new(), currency, kids: Vec::new() })
}

/// What a reference stands for: one of XML's own five, or a character by its number.
fn character(reference: &BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        let found = reference.resolve_char_ref().ok().flatten()?;
        return Some(found.to_string());
    }
    let text = match &*reference.xml10_content() {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => return None,
    };
    Some(text.to_owned())
}

//! Reading XML, one child of the root at a time, plain or gzipped.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{ImportError, file};

/// Elements nested deeper than this are refused: no traffic file needs it.
const MAX_DEPTH: usize = 16;
/// An element with more descendants than this is refused.
const MAX_DESCENDANTS: usize = 1_000_000;
/// An element with more attributes than this is refused: each is compared with each other.
const MAX_ATTRIBUTES: usize = 1_000;
/// A tag, a text or a comment longer than this is refused, bytes: it is held in memory as a whole.
const MAX_PIECE: usize = 64 << 20;
/// A file that is longer than this once it is unpacked is refused, bytes: a few kB can be packed to become any number.
const MAX_UNPACKED: u64 = 8 << 30;

/// An element with everything below it.
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// Tag.
    pub name: String,
    /// Attributes in file order, entities resolved.
    pub attributes: Vec<(String, String)>,
    /// Child elements in file order.
    pub children: Vec<Element>,
    /// Line of its start tag, from 1.
    pub line: usize,
}

impl Element {
    /// The value of an attribute, if present.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// How to speak of it: the tag with its id, if it has one.
    pub fn label(&self) -> String {
        match self.get("id") {
            Some(id) => format!("<{}> '{id}'", self.name),
            None => format!("<{}>", self.name),
        }
    }

    /// An error about it.
    pub fn error(&self, file: &Path, problem: impl AsRef<str>) -> ImportError {
        ImportError::at(file, self.line, format!("{}: {}", self.label(), problem.as_ref()))
    }

    /// The value of an attribute that must be there.
    pub fn need(&self, file: &Path, name: &str) -> Result<&str, ImportError> {
        self.get(name).ok_or_else(|| self.error(file, format!("attribute '{name}' is missing")))
    }

    /// A finite number, if the attribute is present.
    pub fn number(&self, file: &Path, name: &str) -> Result<Option<f64>, ImportError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.trim().parse::<f64>() {
            Ok(v) if v.is_finite() => Ok(Some(v)),
            _ => Err(self.error(file, format!("{name}=\"{text}\" is not a number; expected a finite decimal number"))),
        }
    }

    /// A finite number that must be there.
    pub fn need_number(&self, file: &Path, name: &str) -> Result<f64, ImportError> {
        self.need(file, name)?;
        Ok(self.number(file, name)?.expect("present, as just checked"))
    }

    /// A whole number ≥ 0, if the attribute is present.
    pub fn index(&self, file: &Path, name: &str) -> Result<Option<usize>, ImportError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.trim().parse::<usize>() {
            Ok(v) => Ok(Some(v)),
            Err(_) => Err(self.error(file, format!("{name}=\"{text}\" is not a whole number ≥ 0"))),
        }
    }

    /// A truth value as SUMO writes it, if the attribute is present.
    pub fn flag(&self, file: &Path, name: &str) -> Result<Option<bool>, ImportError> {
        match self.get(name) {
            None => Ok(None),
            Some("1" | "true" | "True" | "yes" | "on" | "x") => Ok(Some(true)),
            Some("0" | "false" | "False" | "no" | "off" | "-") => Ok(Some(false)),
            Some(text) => Err(self.error(file, format!("{name}=\"{text}\"; expected true or false"))),
        }
    }
}

/// Opens a file, unpacking it if it is gzipped (told by its first bytes, not its name).
fn open(path: &Path) -> Result<Box<dyn BufRead>, ImportError> {
    let cannot = |e: std::io::Error| ImportError::new(path, format!("cannot be read: {e}"));
    let opened = file::open(path).map_err(|e| ImportError::new(path, e))?;
    let mut plain = BufReader::with_capacity(1 << 16, opened);
    let head = plain.fill_buf().map_err(cannot)?;
    if head.is_empty() {
        return Err(ImportError::new(path, "is empty; expected an XML document"));
    }
    if head.starts_with(&[0x1F, 0x8B]) {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(plain))));
    }
    Ok(Box::new(plain))
}

/// Counts the lines that pass through, and ends what has no end.
struct LineCounter<R> {
    inner: R,
    line: usize,
    /// Bytes passed through since the last whole piece of XML, and before.
    piece: usize,
    before: u64,
}

impl<R> LineCounter<R> {
    fn new(inner: R) -> Self {
        Self { inner, line: 1, piece: 0, before: 0 }
    }

    /// A piece of XML is complete.
    fn next_piece(&mut self) {
        self.before += std::mem::take(&mut self.piece) as u64;
    }

    /// Refuses to give more.
    fn check(&self) -> std::io::Result<()> {
        let error = |problem: String| Err(std::io::Error::other(problem));
        if self.piece > MAX_PIECE {
            return error(format!("a tag, text or comment is longer than {} MB; expected less", MAX_PIECE >> 20));
        }
        if self.before > MAX_UNPACKED {
            return error(format!("it holds more than {} GB; expected less", MAX_UNPACKED >> 30));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for LineCounter<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.check()?;
        let n = self.inner.read(buf)?;
        self.line += buf[..n].iter().filter(|&&b| b == b'\n').count();
        self.piece += n;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for LineCounter<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        // The bytes are still in the buffer here; a failing refill cannot happen on a non-empty one.
        if let Ok(buf) = self.inner.fill_buf() {
            self.line += buf[..n.min(buf.len())].iter().filter(|&&b| b == b'\n').count();
        }
        self.piece += n;
        self.inner.consume(n);
    }
}

/// Reads `file`, checks that its root is one of `roots`, and hands each child of the root to `each` in file order.
/// Returns the root itself, without children.
///
/// # Errors
/// If the file cannot be read, is not well-formed, has another root, ends early, or `each` fails.
pub fn read(
    file: &Path,
    roots: &[&str],
    mut each: impl FnMut(Element) -> Result<(), ImportError>,
) -> Result<Element, ImportError> {
    let mut reader = Reader::from_reader(LineCounter::new(open(file)?));
    let mut buffer = Vec::new();
    let mut root: Option<Element> = None;
    let mut closed = false;
    let mut stack: Vec<Element> = Vec::new();
    let mut descendants = 0;
    loop {
        // Text up to the tag is read by now: this is where the tag starts.
        let start = reader.get_ref().line;
        reader.get_mut().next_piece();
        let event = reader.read_event_into(&mut buffer);
        let line = reader.get_ref().line;
        let malformed = |what: String| ImportError::at(file, line, format!("is not well-formed XML: {what}"));
        match event.map_err(|e| malformed(e.to_string()))? {
            Event::Start(tag) => {
                let element = element(&tag, start).map_err(malformed)?;
                if root.is_none() {
                    root = Some(checked_root(file, element, roots)?);
                } else if closed {
                    return Err(malformed(format!("<{}> follows the end of the root", element.name)));
                } else {
                    descendants = if stack.is_empty() { 0 } else { descendants + 1 };
                    if stack.len() >= MAX_DEPTH || descendants > MAX_DESCENDANTS {
                        return Err(element.error(file, "is nested too deeply or holds too many elements"));
                    }
                    stack.push(element);
                }
            }
            Event::Empty(tag) => {
                let element = element(&tag, start).map_err(malformed)?;
                if root.is_none() {
                    root = Some(checked_root(file, element, roots)?);
                    closed = true;
                } else if closed {
                    return Err(malformed(format!("<{}> follows the end of the root", element.name)));
                } else {
                    descendants = if stack.is_empty() { 0 } else { descendants + 1 };
                    if descendants > MAX_DESCENDANTS {
                        return Err(element.error(file, "is one too many within its parent"));
                    }
                    match stack.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => each(element)?,
                    }
                }
            }
            Event::End(_) => match stack.pop() {
                Some(element) => match stack.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => each(element)?,
                },
                None => closed = true,
            },
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    let expected = roots.iter().map(|r| format!("<{r}>")).collect::<Vec<_>>().join(" or ");
    match root {
        Some(root) if closed => Ok(root),
        Some(root) => Err(ImportError::at(
            file,
            reader.get_ref().line,
            format!("ends inside <{}>: the file is truncated", stack.last().map_or(&root.name, |e| &e.name)),
        )),
        None => Err(ImportError::new(file, format!("has no root element; expected {expected}"))),
    }
}

/// The root, if its tag is one of those expected.
fn checked_root(file: &Path, element: Element, roots: &[&str]) -> Result<Element, ImportError> {
    if roots.contains(&element.name.as_str()) {
        return Ok(element);
    }
    let expected = roots.iter().map(|r| format!("<{r}>")).collect::<Vec<_>>().join(" or ");
    Err(ImportError::at(file, element.line, format!("the root element is <{}>; expected {expected}", element.name)))
}

/// An element without children from its tag.
fn element(tag: &BytesStart<'_>, line: usize) -> Result<Element, String> {
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        if attributes.len() == MAX_ATTRIBUTES {
            return Err(format!("<{name}> has more than {MAX_ATTRIBUTES} attributes"));
        }
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        let raw = std::str::from_utf8(&attribute.value).map_err(|e| e.to_string())?;
        let value = quick_xml::escape::unescape(raw).map_err(|e| e.to_string())?.into_owned();
        attributes.push((key, value));
    }
    Ok(Element { name, attributes, children: Vec::new(), line })
}

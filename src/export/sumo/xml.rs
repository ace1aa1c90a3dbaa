//! Elements with attributes, one a line.

use std::fmt::Display;
use std::io::{Result, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A tag and its attributes.
pub struct Tag(BytesStart<'static>);

impl Tag {
    /// A tag without attributes.
    pub fn new(name: &'static str) -> Self {
        Self(BytesStart::new(name))
    }

    /// With one attribute more.
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push_attribute((name, value.to_string().as_str()));
        self
    }

    /// With one attribute more if there is a value.
    pub fn maybe<V: Display>(self, name: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// A document being written.
pub struct Xml<'w> {
    writer: Writer<&'w mut dyn Write>,
}

impl<'w> Xml<'w> {
    /// Begins a document with its root.
    pub fn begin(out: &'w mut dyn Write, root: Tag) -> Result<Self> {
        let mut xml = Self { writer: Writer::new_with_indent(out, b' ', 4) };
        xml.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.open(root)?;
        Ok(xml)
    }

    /// Opens an element.
    pub fn open(&mut self, tag: Tag) -> Result<()> {
        self.writer.write_event(Event::Start(tag.0))
    }

    /// Closes an element.
    pub fn close(&mut self, name: &'static str) -> Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element without children.
    pub fn leaf(&mut self, tag: Tag) -> Result<()> {
        self.writer.write_event(Event::Empty(tag.0))
    }

    /// A remark; it must not contain two hyphens in a row.
    pub fn remark(&mut self, text: &str) -> Result<()> {
        debug_assert!(!text.contains("--"), "ends the comment");
        self.writer.write_event(Event::Comment(BytesText::from_escaped(format!(" {text} "))))
    }

    /// Closes the root and ends the last line.
    pub fn end(mut self, root: &'static str) -> Result<()> {
        self.close(root)?;
        let out = self.writer.into_inner();
        out.write_all(b"\n")?;
        out.flush()
    }
}

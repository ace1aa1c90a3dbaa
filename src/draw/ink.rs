//! Writing SVG text compactly.

use std::fmt::Write;

use crate::network::Point;

/// SVG text as it grows.
pub(super) struct Ink {
    text: String,
}

impl Ink {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { text: String::with_capacity(1 << 16) }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    /// Appends text as it is.
    pub fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends text with the characters replaced that mean something in XML or must not stand in it.
    pub fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                '"' => self.text.push_str("&quot;"),
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => self.text.push('\u{fffd}'),
                c => self.text.push(c),
            }
        }
    }

    /// Appends a path's commands for a line: its first point, then steps from point to point.
    pub fn line(&mut self, line: &[Point]) {
        let mut last: Option<(i64, i64)> = None;
        for p in line {
            let (x, y) = (centimetres(p.x), centimetres(-p.y));
            match last {
                None => self.pair('M', x, y),
                // Steps between rounded places: errors do not add up.
                Some((lx, ly)) if (x, y) != (lx, ly) => self.pair('l', x - lx, y - ly),
                Some(_) => {}
            }
            last = Some((x, y));
        }
    }

    /// A whole `<path>` along a line; `attributes` stand in the tag, `name` shows when the pointer rests on it.
    pub fn path(&mut self, attributes: &str, line: &[Point], name: Option<&str>) {
        self.raw("<path ");
        self.raw(attributes);
        self.raw(if attributes.is_empty() { "d=\"" } else { " d=\"" });
        self.line(line);
        match name {
            None => self.raw("\"/>\n"),
            Some(name) => {
                self.raw("\"><title>");
                self.escaped(name);
                self.raw("</title></path>\n");
            }
        }
    }

    /// A transform that puts something at a place of the plane, turned to `heading` radians.
    pub fn placed(&mut self, at: Point, heading: f64) {
        let turn = (-heading.to_degrees()).round() as i64;
        let (x, y) = (number(at.x), number(-at.y));
        let _ = write!(self.text, "transform=\"translate({x} {y})rotate({turn})\"");
    }

    fn pair(&mut self, command: char, x: i64, y: i64) {
        self.text.push(command);
        decimal(&mut self.text, x);
        if y >= 0 {
            self.text.push(' ');
        }
        decimal(&mut self.text, y);
    }
}

/// A length in whole centimetres.
fn centimetres(metres: f64) -> i64 {
    (metres * 100.0).round() as i64
}

/// Metres with at most two decimals.
pub(super) fn number(metres: f64) -> String {
    let mut text = String::new();
    decimal(&mut text, centimetres(metres));
    text
}

/// Hundredths as a decimal number without idle zeros.
fn decimal(text: &mut String, hundredths: i64) {
    if hundredths < 0 {
        text.push('-');
    }
    let n = hundredths.unsigned_abs();
    if n >= 100 || n == 0 {
        let _ = write!(text, "{}", n / 100);
    }
    match (n % 100 / 10, n % 10) {
        (0, 0) => {}
        (a, 0) => {
            let _ = write!(text, ".{a}");
        }
        (a, b) => {
            let _ = write!(text, ".{a}{b}");
        }
    }
}

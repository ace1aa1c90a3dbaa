//! Where a RON text speaks of a value: from a path of fields and places to a byte of the text.

/// One step of a path into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field of a struct, a key of a map, or the name of a variant.
    Name(String),
    /// A place in a list, from 0.
    Index(usize),
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A path as people write it: `demand.flows[3].every`.
pub fn shown(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Name(name) if out.is_empty() => out.push_str(name),
            Step::Name(name) => out.extend([".", name]),
            Step::Index(i) => out.push_str(&format!("[{i}]")),
        }
    }
    out
}

/// The byte where the value at `path` begins, or that of the last step that can be found.
pub fn locate(text: &str, path: &[Step]) -> Option<usize> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    scan.blanks();
    // Attributes such as `#![enable(implicit_some)]`.
    while scan.peek() == Some(b'#') {
        while scan.peek().is_some_and(|b| b != b'\n') {
            scan.at += 1;
        }
        scan.blanks();
    }
    let mut place = scan.at;
    let mut rest = path;
    while let Some((step, after)) = rest.split_first() {
        if !scan.enter(step)? {
            return Some(place);
        }
        place = scan.at;
        rest = after;
    }
    Some(place)
}

/// Where a text says that a number is none (`NaN`), or has no end (`inf`).
pub fn endless_number(text: &str) -> Option<usize> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    loop {
        scan.blanks();
        let start = scan.at;
        match scan.peek()? {
            b'"' | b'\'' => scan.token()?,
            b if b.is_ascii_alphabetic() || b == b'_' => {
                if scan.is_raw() {
                    scan.raw()?;
                } else if matches!(scan.word(), Some("NaN" | "inf")) {
                    return Some(start);
                }
            }
            _ => scan.at += 1,
        }
    }
}

/// A place in a text.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips blanks and comments.
    fn blanks(&mut self) {
        loop {
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (Some(b), _) if b.is_ascii_whitespace() => self.at += 1,
                (Some(b'/'), Some(b'/')) => {
                    while self.peek().is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                (Some(b'/'), Some(b'*')) => {
                    let mut depth = 0usize;
                    while let Some(b) = self.peek() {
                        let pair = (b, self.bytes.get(self.at + 1).copied());
                        match pair {
                            (b'/', Some(b'*')) => (depth, self.at) = (depth + 1, self.at + 2),
                            (b'*', Some(b'/')) => (depth, self.at) = (depth - 1, self.at + 2),
                            _ => self.at += 1,
                        }
                        if depth == 0 {
                            break;
                        }
                    }
                }
                _ => return,
            }
        }
    }

    /// A word: letters, digits, `_`; also `r#word`.
    fn word(&mut self) -> Option<&str> {
        let start = self.at;
        let part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80 || b == b'#';
        while self.peek().is_some_and(part) {
            self.at += 1;
        }
        std::str::from_utf8(&self.bytes[start..self.at]).ok().filter(|w| !w.is_empty())
    }

    /// Goes to the start of the value that a step leads to; `Some(false)`: it is not there. `None`: no RON.
    fn enter(&mut self, step: &Step) -> Option<bool> {
        self.blanks();
        // The name of a variant or struct before its parenthesis.
        let start = self.at;
        if self.peek().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') {
            let named = self.word().is_some_and(|word| matches!(step, Step::Name(name) if name == word));
            self.blanks();
            if named {
                // What is in the parentheses of a variant comes next; a variant without any is the value itself.
                if self.peek() != Some(b'(') {
                    self.at = start;
                }
                return Some(true);
            }
        }
        let close = match self.peek()? {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            _ => return Some(false),
        };
        self.at += 1;
        let mut index = 0;
        loop {
            self.blanks();
            if self.peek()? == close {
                return Some(false);
            }
            let before = self.at;
            let key = self.key(close);
            if key.is_none() {
                self.at = before;
            }
            let found = match (step, &key) {
                (Step::Name(name), Some(key)) => key == name,
                (Step::Index(i), None) => *i == index,
                _ => false,
            };
            if found {
                return Some(true);
            }
            self.skip()?;
            index += 1;
            self.blanks();
            if self.peek() == Some(b',') {
                self.at += 1;
            }
            // A bracket of another kind, or a colon that follows no key: skipping would wait for them for ever.
            if self.at == before {
                return None;
            }
        }
    }

    /// The field or key before a colon; then the scan stands at its value.
    fn key(&mut self, close: u8) -> Option<String> {
        if close == b']' {
            return None;
        }
        let key = if self.peek() == Some(b'"') {
            let start = self.at + 1;
            self.skip()?;
            std::str::from_utf8(self.bytes.get(start..self.at.checked_sub(1)?)?).ok()?.to_owned()
        } else {
            self.word()?.to_owned()
        };
        self.blanks();
        if self.peek() != Some(b':') {
            return None;
        }
        self.at += 1;
        self.blanks();
        Some(key)
    }

    /// Skips a value.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            self.blanks();
            match self.peek()? {
                b'"' | b'\'' => self.token()?,
                b'r' if self.is_raw() => self.raw()?,
                b'(' | b'[' | b'{' => (depth, self.at) = (depth + 1, self.at + 1),
                b')' | b']' | b'}' if depth == 0 => return Some(()),
                b')' | b']' | b'}' => (depth, self.at) = (depth - 1, self.at + 1),
                b',' if depth == 0 => return Some(()),
                b':' if depth == 0 => return Some(()),
                _ => self.at += 1,
            }
        }
    }

    /// Whether raw text begins here.
    fn is_raw(&self) -> bool {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        self.peek() == Some(b'r') && rest.iter().find(|&&b| b != b'#') == Some(&b'"')
    }

    /// Skips text or a letter in quotes.
    fn token(&mut self) -> Option<()> {
        if self.peek()? == b'"' { self.text() } else { self.letter() }
    }

    /// Skips text in quotes.
    fn text(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    /// Skips a letter in quotes.
    fn letter(&mut self) -> Option<()> {
        self.at += if self.bytes.get(self.at + 1) == Some(&b'\\') { 3 } else { 2 };
        while self.peek()? != b'\'' {
            self.at += 1;
        }
        self.at += 1;
        Some(())
    }

    /// Skips raw text: `r#"…"#`.
    fn raw(&mut self) -> Option<()> {
        self.at += 1;
        let first = self.at;
        while self.peek()? == b'#' {
            self.at += 1;
        }
        let marks = self.at - first;
        self.at += 1;
        loop {
            let end =
                self.peek()? == b'"' && self.bytes.get(self.at + 1..self.at + 1 + marks)?.iter().all(|&b| b == b'#');
            self.at += 1;
            if end {
                self.at += marks;
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands at a path.
    fn at<'t>(text: &'t str, path: &[Step]) -> &'t str {
        let found = &text[locate(text, path).unwrap()..];
        &found[..found.find([',', ')', ']', '}']).unwrap_or(found.len())]
    }

    #[test]
    fn values_are_found_behind_comments_texts_and_variants() {
        let text = r##"// (a: 1)
            (version: 2, name: "b: (", /* x: [ */ network: inline(nodes: [(id: "a", x: 1), (id: "b\"", x: 2.5)]),
             raw: r#"]"#, map: {"one": 1, "two": [7, 8]}, pair: ("p", 'q', 3), last: true)"##;
        let n = |s: &str| Step::from(s);
        assert_eq!(at(text, &[n("version")]), "2");
        assert_eq!(at(text, &[n("network"), n("inline"), n("nodes"), 1.into(), n("x")]), "2.5");
        assert_eq!(at(text, &[n("map"), n("two"), 1.into()]), "8");
        assert_eq!(at(text, &[n("pair"), 2.into()]), "3");
        assert_eq!(at(text, &[n("last")]), "true");
        // What is not there is looked for as far as it goes.
        assert!(at(text, &[n("network"), n("inline"), n("streets")]).starts_with("(nodes"));
    }

    #[test]
    fn no_text_breaks_it() {
        let path = [Step::from("a"), Step::from(1), Step::from("b")];
        for text in [
            "",
            "(",
            "(a",
            "(a:",
            "(a: [",
            "(a: [\"",
            "(a: [1, (b: '",
            "r#\"",
            "(a: r#\"x",
            "/*",
            "/* /* */",
            ")",
            "a(a: ",
            "(b: 1, ]",
            "(b, ::, 2)",
            "[(1}, 2]",
        ] {
            let _ = locate(text, &path);
        }
    }
}

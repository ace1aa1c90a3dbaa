//! Reading JSON so that every complaint names the place: `roads[3].lanes[0].maxSpeed`.

use std::path::Path;

use serde_json::{Map, Value};

use crate::import::{ImportError, Report, file};
use crate::network::Point;

/// Larger files are refused, bytes. A network of 2,500 intersections with all its lines has 130 MB.
const MOST_BYTES: u64 = 256 << 20;
/// Coordinates beyond this are wrong, m: a quarter of the way round the earth.
const FARTHEST: f64 = 1e7;

/// Reads a whole file.
///
/// # Errors
/// If it cannot be read, is too large or empty, or is not JSON: with line and column.
pub(super) fn read(path: &Path) -> Result<Value, ImportError> {
    let bytes = file::read(path, MOST_BYTES).map_err(|e| ImportError::new(path, e))?;
    if bytes.is_empty() {
        return Err(ImportError::new(path, "is empty; expected a JSON document"));
    }
    // serde_json refuses what is nested more than 128 deep.
    serde_json::from_slice(&bytes)
        .map_err(|e| ImportError::at(path, e.line(), format!("column {}: is not JSON: {e}", e.column())))
}

/// Which of CityFlow's files a JSON document is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The configuration, which names the others.
    Config,
    /// A road network.
    RoadNet,
    /// A list of flows.
    Flow,
    /// None of them.
    Unknown,
}

/// Which of CityFlow's files this one is.
///
/// # Errors
/// As for every file: it cannot be read, or is not JSON.
pub fn looks_like(file: &Path) -> Result<Kind, ImportError> {
    let value = read(file)?;
    let has = |key: &str| value.get(key).is_some();
    Ok(match &value {
        Value::Object(_) if has("roadnetFile") || has("flowFile") => Kind::Config,
        Value::Object(_) if has("roads") || has("intersections") => Kind::RoadNet,
        Value::Array(items) if items.iter().any(|i| i.get("route").is_some()) => Kind::Flow,
        _ => Kind::Unknown,
    })
}

/// A step on the way from the root of a document to a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// A value and the way to it.
#[derive(Clone, Copy)]
pub(super) struct Node<'p, 'd> {
    file: &'d Path,
    value: &'d Value,
    above: Option<(&'p Node<'p, 'd>, Step<'p>)>,
}

impl<'p, 'd> Node<'p, 'd> {
    /// The root of a document.
    pub const fn root(file: &'d Path, value: &'d Value) -> Self {
        Self { file, value, above: None }
    }

    /// The way to it, as it is written in most languages.
    pub fn place(&self) -> String {
        match self.above {
            None => String::new(),
            Some((above, Step::Item(i))) => format!("{}[{i}]", above.place()),
            Some((above, Step::Field(name))) if above.above.is_none() => name.to_owned(),
            Some((above, Step::Field(name))) => format!("{}.{name}", above.place()),
        }
    }

    /// An error about it.
    pub fn error(&self, problem: impl AsRef<str>) -> ImportError {
        let place = self.place();
        let place = if place.is_empty() { "the document".to_owned() } else { place };
        ImportError::new(self.file, format!("{place}: {}", problem.as_ref()))
    }

    /// What it is, for messages.
    fn found(&self) -> String {
        match self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(b) => b.to_string(),
            Value::Number(n) => n.to_string(),
            Value::String(s) => format!("\"{}\"", s.chars().take(40).collect::<String>()),
            Value::Array(_) => "an array".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        }
    }

    /// An error that says what was expected instead.
    pub fn expected(&self, what: &str) -> ImportError {
        self.error(format!("is {}; expected {what}", self.found()))
    }

    /// Its fields.
    fn fields(&self) -> Result<&'d Map<String, Value>, ImportError> {
        self.value.as_object().ok_or_else(|| self.expected("an object"))
    }

    /// A field that may be missing.
    pub fn get(&'p self, name: &'p str) -> Result<Option<Node<'p, 'd>>, ImportError> {
        let value = self.fields()?.get(name);
        Ok(value.map(|value| Node { file: self.file, value, above: Some((self, Step::Field(name))) }))
    }

    /// A field that must be there.
    pub fn need(&'p self, name: &'p str) -> Result<Node<'p, 'd>, ImportError> {
        self.get(name)?.ok_or_else(|| self.error(format!("has no '{name}'; expected one")))
    }

    /// How many items it has.
    pub fn len(&self) -> Result<usize, ImportError> {
        self.value.as_array().map(Vec::len).ok_or_else(|| self.expected("an array"))
    }

    /// Its items.
    pub fn items(&'p self) -> Result<impl Iterator<Item = Node<'p, 'd>>, ImportError> {
        let items = self.value.as_array().ok_or_else(|| self.expected("an array"))?;
        let item = |(i, value)| Node { file: self.file, value, above: Some((self, Step::Item(i))) };
        Ok(items.iter().enumerate().map(item))
    }

    /// A text.
    pub fn text(&self) -> Result<&'d str, ImportError> {
        self.value.as_str().ok_or_else(|| self.expected("a text"))
    }

    /// A truth value.
    pub fn flag(&self) -> Result<bool, ImportError> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// A number within bounds; JSON knows neither NaN nor infinity.
    pub fn number(&self, bounds: std::ops::RangeInclusive<f64>, unit: &str) -> Result<f64, ImportError> {
        let wanted = || format!("a number of {unit} from {} to {}", bounds.start(), bounds.end());
        let number = self.value.as_f64().ok_or_else(|| self.expected(&wanted()))?;
        if bounds.contains(&number) { Ok(number) } else { Err(self.expected(&wanted())) }
    }

    /// A place in a list of `len`.
    pub fn index(&self, len: usize, of: &str) -> Result<usize, ImportError> {
        let index = self.value.as_u64().and_then(|i| usize::try_from(i).ok()).filter(|&i| i < len);
        index.ok_or_else(|| self.expected(&format!("the place of one of {len} {of}, from 0")))
    }

    /// A point.
    pub fn point(&self) -> Result<Point, ImportError> {
        let coordinate = |name| {
            let node = self.need(name)?;
            node.number(-FARTHEST..=FARTHEST, "metres")
        };
        Ok(Point::new(coordinate("x")?, coordinate("y")?))
    }

    /// Counts the fields that are none of these.
    pub fn count_others(&self, known: &[&str], what: &str, report: &mut Report) -> Result<(), ImportError> {
        for name in self.fields()?.keys().filter(|name| !known.contains(&name.as_str())) {
            let name: String = name.chars().take(40).collect();
            report.count(format!("{what}: '{name}'"), || self.place());
        }
        Ok(())
    }
}

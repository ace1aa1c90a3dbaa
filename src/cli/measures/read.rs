//! Event logs as CSV: our own `events.csv`, and what other people's systems write.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;

use super::Failure;
use crate::cli::timestamps::{Clock, parse};
use crate::import::file;
use crate::performance::{Event, Log, Skipped};

/// Names of columns, without spaces and signs and in small letters; the first that is there counts.
const TIME: &[&str] = &["timestamp", "time", "datetime", "eventtime", "eventtimestamp"];
const CODE: &[&str] = &["eventid", "eventcode", "eventtypeid", "eventtype", "code"];
const PARAMETER: &[&str] = &["parameter", "eventparam", "eventparameter", "param"];
pub(super) const SIGNAL: &[&str] =
    &["signal", "signalid", "deviceid", "device", "locationid", "locationidentifier", "intersectionid", "intersection"];

/// A log that was read.
#[derive(Debug)]
pub struct ReadLog {
    /// What is in it.
    pub log: Log,
    /// What its times are.
    pub clock: Clock,
    /// What was left out, by name.
    pub skipped: Skipped,
}

/// A table of a CSV file, row by row.
pub struct Table<R> {
    file: String,
    reader: csv::Reader<R>,
    row: StringRecord,
    header: Vec<String>,
    has_rows: bool,
    /// Whether the last row ends before its last cell.
    cut: bool,
}

/// Opens a CSV file.
///
/// # Errors
/// If it cannot be read or has no header.
pub fn open(path: &Path) -> Result<Table<std::fs::File>, Failure> {
    let name = path.display().to_string();
    let content = file::open(path).map_err(|e| Failure::Input(format!("{name}: {e}")))?;
    Table::new(name, content)
}

impl<R: Read> Table<R> {
    fn new(file: String, content: R) -> Result<Self, Failure> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(content);
        let wrong = |e: csv::Error| Failure::Input(format!("{file}{}", broken(&e)));
        let simple = |name: &str| {
            let letters = name.chars().filter(|c| c.is_alphanumeric());
            letters.collect::<String>().to_lowercase()
        };
        let header: Vec<String> = reader.headers().map_err(wrong)?.iter().map(simple).collect();
        Ok(Self { file, reader, row: StringRecord::new(), header, has_rows: false, cut: false })
    }

    /// The place of a column that may be called like this.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|column| column == name))
    }

    /// The place of a column that must be there; `what`: as it is usually written.
    ///
    /// # Errors
    /// If there is none.
    pub fn needed(&self, names: &[&str], what: &str) -> Result<usize, Failure> {
        self.column(names).ok_or_else(|| {
            let columns: Vec<&str> = self.header.iter().take(20).map(String::as_str).collect();
            let found = if columns.concat().is_empty() { "none".to_owned() } else { columns.join(", ") };
            Failure::Input(format!("{}:1: expected a column {what}; found {found}", self.file))
        })
    }

    /// Goes to the next row. `false`: there is none. A last row that is cut off, as when a run was stopped, is left out.
    ///
    /// # Errors
    /// If it is no row of this table.
    pub fn advance(&mut self) -> Result<bool, Failure> {
        let wrong = match self.reader.read_record(&mut self.row) {
            Ok(more) => {
                self.has_rows |= more;
                return Ok(more);
            }
            Err(wrong) => wrong,
        };
        let short =
            matches!(wrong.kind(), csv::ErrorKind::UnequalLengths { expected_len, len, .. } if len < expected_len);
        // The first row says rather that this is another kind of table.
        self.cut = self.has_rows && short && matches!(self.reader.read_record(&mut self.row), Ok(false));
        if self.cut { Ok(false) } else { Err(Failure::Input(format!("{}{}", self.file, broken(&wrong)))) }
    }

    /// The cell of the row in a column; empty if there is no such column.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|c| self.row.get(c)).unwrap_or("")
    }

    /// An error about this row.
    pub fn wrong(&self, problem: &str) -> Failure {
        let line = self.row.position().map_or(0, csv::Position::line);
        Failure::Input(format!("{}:{line}: {problem}", self.file))
    }
}

/// What is wrong with a CSV file, beginning with its line.
fn broken(e: &csv::Error) -> String {
    let line = e.position().map_or(String::new(), |p| format!(":{}", p.line()));
    match e.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{line}: has {len} cells; expected {expected_len}, as in the header")
        }
        csv::ErrorKind::Utf8 { .. } => format!("{line}: is no text; expected CSV in UTF-8"),
        csv::ErrorKind::Io(e) => format!(": cannot be read: {e}"),
        _ => format!("{line}: is no CSV: {e}"),
    }
}

/// Shows a cell in a message.
fn shown(cell: &str) -> String {
    let short: String = cell.chars().take(40).collect();
    format!("'{}'", crate::cli::summary::plain(&short))
}

/// Reads a log.
///
/// # Errors
/// If the file is none; says in which line and what was expected.
pub fn log(path: &Path) -> Result<ReadLog, Failure> {
    let mut table = open(path)?;
    let time = table.needed(TIME, "TimeStamp")?;
    let code = table.needed(CODE, "EventId")?;
    let parameter = table.needed(PARAMETER, "Parameter")?;
    let signal = table.column(SIGNAL);
    let nameless = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let mut clock: Option<Clock> = None;
    let (mut signals, mut numbers) = (Vec::new(), BTreeMap::new());
    let mut events = Vec::new();
    let mut skipped = Skipped::new();
    let mut skip = |what: &str| *skipped.entry(what.into()).or_default() += 1;
    while table.advance()? {
        let whole = |column: usize, what: &str| {
            let cell = table.cell(Some(column));
            let number = cell.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && n.abs() < 1e9);
            number.map(|n| n as i64).ok_or_else(|| table.wrong(&format!("{}: expected {what}", shown(cell))))
        };
        let cell = table.cell(Some(time));
        let Some((its, at)) = parse(cell) else {
            let expected = "expected a time like 2026-11-26 07:30:00.1, or seconds";
            return Err(table.wrong(&format!("{}: {expected}", shown(cell))));
        };
        if *clock.get_or_insert(its) != its {
            return Err(table.wrong(&format!("{}: expected a time like those before", shown(cell))));
        }
        let (code, parameter) = (whole(code, "an event's code")?, whole(parameter, "an event's parameter")?);
        let Ok(code) = u8::try_from(code) else {
            skip("events with codes of a manufacturer's own (above 255)");
            continue;
        };
        let Ok(parameter) = u16::try_from(parameter) else {
            skip("events with a parameter that is not from 0 to 65535");
            continue;
        };
        let name = if signal.is_some() { table.cell(signal) } else { nameless.as_str() };
        let number = match numbers.get(name) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(signals.len()).map_err(|_| table.wrong("too many signals"))?;
                signals.push(name.to_owned());
                numbers.insert(name.to_owned(), number);
                number
            }
        };
        events.push(Event { signal: number, at, code, parameter });
    }
    if table.cut {
        skip("last line, which is cut off");
    }
    if events.is_empty() {
        return Err(Failure::Input(format!("{}: has no events", path.display())));
    }
    Ok(ReadLog { log: Log { signals, events }, clock: clock.unwrap_or(Clock::Seconds), skipped })
}

//! Event logs as CSV: our own `events.csv`, and what other people's systems write.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use csv::StringRecord;
use intergreen_control::Millis;

use super::Failure;
use crate::cli::timestamps::{Clock, parse};
use crate::import::file;
use crate::performance::{Event, Log, Skipped};

/// Names of columns, without spaces and signs and in small letters; the first that is there counts.
const TIME: &[&str] = &["timestamp", "time", "datetime", "eventtime", "eventtimestamp"];
const CODE: &[&str] = &["eventid", "eventcode", "eventtypeid", "eventtype", "code"];
const PARAMETER: &[&str] = &["parameter", "eventparam", "eventparameter", "param"];
/// The key by which logs and configurations of detectors belong together, and other names of signals.
pub(super) const DEVICE: &[&str] = &["deviceid", "device"];
pub(super) const SIGNAL: &[&str] =
    &["signal", "signalid", "locationid", "locationidentifier", "intersectionid", "intersection"];

/// Of a log of at least so many rows: refused if all of the first cannot be read.
const FIRST: u64 = 10;

/// A log that was read.
#[derive(Debug)]
pub struct ReadLog {
    /// What is in it.
    pub log: Log,
    /// What its times are.
    pub clock: Clock,
    /// What was left out, by name.
    pub skipped: Skipped,
    /// How it names its signals.
    pub names: Names,
}

/// How a log names its signals.
#[derive(Debug, Default)]
pub struct Names {
    /// Those of devices, if it has a column for them: of which signal they are.
    pub devices: Option<BTreeMap<String, String>>,
    /// Whether it has a column for the names of signals.
    pub has_signals: bool,
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
    /// The row after this one, if it was read ahead.
    ahead: Option<Result<(), Wrong>>,
}

/// Why there is no next row.
#[derive(Debug)]
pub enum Wrong {
    /// It is no row of this table; others may be.
    Row(Failure),
    /// The file cannot be read on.
    File(Failure),
}

/// Opens a CSV file.
///
/// # Errors
/// If it cannot be read or has no header.
pub fn open(path: &Path) -> Result<Table<BufReader<std::fs::File>>, Failure> {
    let name = path.display().to_string();
    let content = file::open(path).map_err(|e| Failure::Input(format!("{name}: {e}")))?;
    Table::new(name, BufReader::with_capacity(1 << 16, content))
}

impl<R: BufRead> Table<R> {
    fn new(file: String, mut content: R) -> Result<Self, Failure> {
        let begin = content.fill_buf().map_err(|e| Failure::Input(format!("{file}: cannot be read: {e}")))?;
        let separator = separator(begin);
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(content);
        let wrong = |e: csv::Error| Failure::Input(format!("{file}{}", broken(&e)));
        let simple = |name: &str| {
            let letters = name.chars().filter(|c| c.is_alphanumeric());
            letters.collect::<String>().to_lowercase()
        };
        let header: Vec<String> = reader.headers().map_err(wrong)?.iter().map(simple).collect();
        Ok(Self { file, reader, row: StringRecord::new(), header, has_rows: false, cut: false, ahead: None })
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
        match self.next_row() {
            None => Ok(false),
            Some(Ok(())) => Ok(true),
            Some(Err(Wrong::Row(e) | Wrong::File(e))) => Err(e),
        }
    }

    /// Goes to the next row, past those that are none of this table. `None`: there is none.
    pub fn next_row(&mut self) -> Option<Result<(), Wrong>> {
        if let Some(ahead) = self.ahead.take() {
            return Some(ahead);
        }
        let wrong = match self.reader.read_record(&mut self.row) {
            Ok(more) => {
                self.has_rows |= more;
                return more.then_some(Ok(()));
            }
            Err(wrong) => wrong,
        };
        let short =
            matches!(wrong.kind(), csv::ErrorKind::UnequalLengths { expected_len, len, .. } if len < expected_len);
        // The first row says rather that this is another kind of table.
        if self.has_rows && short {
            self.ahead = match self.reader.read_record(&mut self.row) {
                Ok(false) => {
                    self.cut = true;
                    return None;
                }
                Ok(true) => Some(Ok(())),
                Err(next) => Some(Err(self.wrong_row(&next))),
            };
        }
        Some(Err(self.wrong_row(&wrong)))
    }

    fn wrong_row(&self, wrong: &csv::Error) -> Wrong {
        let failure = Failure::Input(format!("{}{}", self.file, broken(wrong)));
        if matches!(wrong.kind(), csv::ErrorKind::Io(_)) { Wrong::File(failure) } else { Wrong::Row(failure) }
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

/// What stands most often between the cells of the first line: a comma, a semicolon or a tab.
fn separator(begin: &[u8]) -> u8 {
    let header = begin.split(|&b| b == b'\n').next().unwrap_or_default();
    let count = |separator: u8| header.iter().filter(|&&b| b == separator).count();
    // The last of equals is the greatest: without any of them, the comma.
    [b'\t', b';', b','].into_iter().max_by_key(|&s| count(s)).unwrap_or(b',')
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

/// The columns of a log.
struct Columns {
    time: usize,
    code: usize,
    parameter: usize,
    signal: Option<usize>,
    device: Option<usize>,
}

/// A row of a log.
struct Row {
    clock: Clock,
    at: Millis,
    code: i64,
    parameter: i64,
}

/// Reads the row that a table is at; `clock`: what times before it were.
fn row<R: BufRead>(table: &Table<R>, columns: &Columns, clock: Option<Clock>) -> Result<Row, Failure> {
    let whole = |column: usize, what: &str| {
        let cell = table.cell(Some(column));
        let number = cell.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && n.abs() < 1e9);
        number.map(|n| n as i64).ok_or_else(|| table.wrong(&format!("{}: expected {what}", shown(cell))))
    };
    let cell = table.cell(Some(columns.time));
    let Some((its, at)) = parse(cell) else {
        let expected =
            "expected a time like 2026-11-26 07:30:00.1 or 11/26/2026 7:30:00.1 AM (month first), or seconds";
        return Err(table.wrong(&format!("{}: {expected}", shown(cell))));
    };
    if clock.is_some_and(|clock| clock != its) {
        return Err(table.wrong(&format!("{}: expected a time like those before", shown(cell))));
    }
    let (code, parameter) =
        (whole(columns.code, "an event's code")?, whole(columns.parameter, "an event's parameter")?);
    Ok(Row { clock: its, at, code, parameter })
}

/// Reads a log. Lines that cannot be read are counted.
///
/// # Errors
/// If the file is none, or more than 1 % of its lines or the first ten cannot be read; says in which line and what was
/// expected.
pub fn log(path: &Path) -> Result<ReadLog, Failure> {
    let mut table = open(path)?;
    let columns = Columns {
        time: table.needed(TIME, "TimeStamp")?,
        code: table.needed(CODE, "EventId")?,
        parameter: table.needed(PARAMETER, "Parameter")?,
        signal: table.column(SIGNAL),
        device: table.column(DEVICE),
    };
    let name = columns.signal.or(columns.device);
    let nameless = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let mut clock: Option<Clock> = None;
    let (mut signals, mut numbers) = (Vec::new(), BTreeMap::new());
    let mut devices = columns.device.map(|_| BTreeMap::new());
    let mut events = Vec::new();
    let mut skipped = Skipped::new();
    let mut skip = |what: &str| *skipped.entry(what.into()).or_default() += 1;
    // Rows, and those that cannot be read: how many, and the first.
    let (mut rows, mut unreadable, mut first) = (0_u64, 0_u64, None);
    while let Some(next) = table.next_row() {
        rows += 1;
        let read = match next {
            Ok(()) => row(&table, &columns, clock),
            Err(Wrong::Row(wrong)) => Err(wrong),
            Err(Wrong::File(wrong)) => return Err(wrong),
        };
        let Row { clock: its, at, code, parameter } = match read {
            Ok(row) => row,
            Err(wrong) => {
                unreadable += 1;
                let first = first.get_or_insert(wrong);
                if unreadable == rows && rows >= FIRST {
                    return Err(first.clone());
                }
                continue;
            }
        };
        clock = Some(its);
        let Ok(code) = u8::try_from(code) else {
            skip("events with codes of a manufacturer's own (above 255)");
            continue;
        };
        let Ok(parameter) = u16::try_from(parameter) else {
            skip("events with a parameter that is not from 0 to 65535");
            continue;
        };
        let name = if name.is_some() { table.cell(name) } else { nameless.as_str() };
        let number = match numbers.get(name) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(signals.len()).map_err(|_| table.wrong("too many signals"))?;
                signals.push(name.to_owned());
                numbers.insert(name.to_owned(), number);
                number
            }
        };
        let device = table.cell(columns.device);
        if let Some(devices) = devices.as_mut().filter(|known| !known.contains_key(device)) {
            devices.insert(device.to_owned(), name.to_owned());
        }
        events.push(Event { signal: number, at, code, parameter });
    }
    if let Some(first) = first {
        if unreadable.saturating_mul(100) > rows {
            return Err(first);
        }
        let Failure::Input(first) = first else { return Err(first) };
        skipped.insert(format!("lines that cannot be read; the first: {first}"), unreadable);
    }
    if table.cut {
        *skipped.entry("last line, which is cut off".into()).or_default() += 1;
    }
    if events.is_empty() {
        return Err(Failure::Input(format!("{}: has no events", path.display())));
    }
    let names = Names { devices, has_signals: columns.signal.is_some() };
    Ok(ReadLog { log: Log { signals, events }, clock: clock.unwrap_or(Clock::Seconds), skipped, names })
}

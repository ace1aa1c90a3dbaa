//! Trips of runs on request: every vehicle of a run, a table for each run, as CSV and as Parquet.

use std::path::{Path, PathBuf};

use super::Failure;
use super::table::{Table, put};
use crate::batch::{Kind, Value};
use crate::cli::out;
use crate::cli::run::Finished;

/// Columns that hold words, and those that hold counts; all others are measured.
const WORDS: [&str; 5] = ["id", "type", "state", "depart_lane", "arrival_lane"];
const COUNTS: [&str; 1] = ["stops"];

/// The trips of runs in a results folder.
#[derive(Clone, Debug)]
pub struct Trips(PathBuf);

impl Trips {
    /// Those of a results folder.
    pub fn of(results: &Path) -> Self {
        Self(results.join(super::folder::TRIPS))
    }

    /// Makes room for some.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn begin(&self) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.0).map_err(|e| Failure::Run(format!("{}: {e}", self.0.display())))
    }

    /// The files of a run.
    fn files(&self, key: u64) -> [PathBuf; 2] {
        ["csv", "parquet"].map(|end| self.0.join(format!("{key:016x}.{end}")))
    }

    /// Whether those of a run are there: a file is written in one go or not at all.
    pub fn has(&self, key: u64) -> bool {
        self.files(key).iter().all(|file| file.exists())
    }

    /// Writes those of a run.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&self, key: u64, run: &Finished<'_>) -> Result<(), Failure> {
        let [csv, parquet] = self.files(key);
        let text = out::trips(run)?;
        let (columns, rows) = read(&text).map_err(|e| Failure::Run(format!("{}: {e}", csv.display())))?;
        put(&csv, &text)?;
        Table(columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect()).parquet(&parquet, rows.into_iter())
    }

    /// Takes those of a run away again.
    pub fn remove(&self, key: u64) {
        // What is not there need not be removed.
        self.files(key).iter().for_each(|file| _ = std::fs::remove_file(file));
    }

    /// Copies those of a run to another folder.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn copy(&self, key: u64, to: &Self) -> Result<(), Failure> {
        for (from, to) in self.files(key).iter().zip(to.files(key)) {
            let bytes = std::fs::read(from).map_err(|e| Failure::Run(format!("{}: {e}", from.display())))?;
            put(&to, &bytes)?;
        }
        Ok(())
    }
}

/// Columns with what they hold, and rows.
type Read = (Vec<(String, Kind)>, Vec<Vec<Value>>);

/// The columns and rows of trips in CSV.
fn read(text: &[u8]) -> Result<Read, csv::Error> {
    let mut csv = csv::Reader::from_reader(text);
    let kind = |name: &str| match name {
        name if WORDS.contains(&name) => Kind::Text,
        name if COUNTS.contains(&name) => Kind::Int,
        _ => Kind::Float,
    };
    let columns: Vec<(String, Kind)> = csv.headers()?.iter().map(|name| (name.to_owned(), kind(name))).collect();
    let value = |text: &str, kind: Kind| match kind {
        _ if text.is_empty() => Value::None,
        Kind::Text => text.into(),
        Kind::Int => text.parse().map_or(Value::None, Value::Int),
        Kind::Float => text.parse::<f64>().map_or(Value::None, Value::from),
    };
    let row = |record: csv::StringRecord| record.iter().zip(&columns).map(|(text, c)| value(text, c.1)).collect();
    let rows = csv.records().map(|record| record.map(row)).collect::<Result<_, _>>()?;
    Ok((columns, rows))
}

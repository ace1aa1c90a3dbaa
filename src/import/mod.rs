//! Reading other people's files.
//!
//! Every error names the file, the line where known, the element, and what was expected. What a file holds that is
//! not simulated is counted by name in a [`Report`], never guessed.

pub mod cityflow;
pub mod file;
pub mod sumo;
pub mod xml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file could not be used.
#[derive(Debug, Error)]
#[error("{}{}: {problem}", file.display(), line.map(|l| format!(":{l}")).unwrap_or_default())]
pub struct ImportError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1, where known.
    pub line: Option<usize>,
    /// The element, what is wrong with it, and what was expected.
    pub problem: String,
}

impl ImportError {
    /// An error about a whole file.
    pub fn new(file: &Path, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, problem: problem.into() }
    }

    /// An error at a line.
    pub fn at(file: &Path, line: usize, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), problem: problem.into() }
    }
}

/// What an import met and did not simulate, or changed: each kind once, with a count and the first example.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Kind of finding → (count, first example).
    pub findings: BTreeMap<String, (usize, String)>,
    /// Signals whose file asks for a strategy that does not exist here, and what runs unless another is chosen.
    pub fallbacks: Vec<String>,
}

impl Report {
    /// Counts one finding of a kind.
    pub fn count(&mut self, kind: impl Into<String>, example: impl FnOnce() -> String) {
        self.findings.entry(kind.into()).or_insert_with(|| (0, example())).0 += 1;
    }
}

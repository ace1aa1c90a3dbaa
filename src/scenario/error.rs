//! What is wrong with a scenario file, and where.

use thiserror::Error;

/// Why a scenario file could not be used.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{file}{}: {problem}{}", position(*line, *column), excerpt(line_text, *column))]
pub struct ScenarioError {
    /// The file.
    pub file: String,
    /// The line, from 1, where known.
    pub line: Option<usize>,
    /// The column, from 1, where known.
    pub column: Option<usize>,
    /// The element or field, what is wrong with it, and what was expected.
    pub problem: String,
    /// The line itself, empty where not known.
    pub line_text: String,
}

/// `:line:column`.
fn position(line: Option<usize>, column: Option<usize>) -> String {
    [line, column].into_iter().flatten().map(|n| format!(":{n}")).collect()
}

/// The line with a caret under the column.
fn excerpt(line: &str, column: Option<usize>) -> String {
    if line.trim().is_empty() {
        return String::new();
    }
    let shown: String = line.chars().take(160).collect();
    match column.filter(|&c| c <= 160) {
        Some(c) => format!("\n  | {shown}\n  | {:>c$}", '^'),
        None => format!("\n  | {shown}"),
    }
}

impl ScenarioError {
    /// An error at a byte of the text, or about the whole file.
    pub fn new(file: &str, text: &str, byte: Option<usize>, problem: String) -> Self {
        let before = byte.and_then(|b| text.get(..b));
        let line = before.map(|b| b.matches('\n').count() + 1);
        let column = before.map(|b| b.chars().rev().take_while(|&c| c != '\n').count() + 1);
        Self::at(file, text, line.zip(column), problem)
    }

    /// An error at a line and column.
    pub(super) fn at(file: &str, text: &str, place: Option<(usize, usize)>, problem: String) -> Self {
        let line_text = place.and_then(|(l, _)| text.lines().nth(l.saturating_sub(1))).unwrap_or_default().to_owned();
        let (line, column) = place.unzip();
        Self { file: file.to_owned(), line, column, problem, line_text }
    }
}

//! What others have published, beside our figures.

use std::fmt::Write;

use quick_xml::escape::escape;
use serde::Serialize;

use super::figures::number;
use super::{page, words};

/// Published figures and ours.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beside {
    /// Why they are not of the same thing, if so.
    pub warnings: Vec<String>,
    /// A table for each measure.
    pub tables: Vec<Table>,
    /// What has to be known of them.
    pub notes: Vec<String>,
}

/// Figures of a measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Of what they are.
    pub measure: String,
    /// The scenarios that its columns are of.
    pub scenarios: Vec<String>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// Figures of a controller.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Who found them, with what.
    pub source: String,
    /// What the source calls the controller.
    pub controller: String,
    /// Its figures by scenario; none where there is none.
    pub figures: Vec<Option<Figure>>,
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The mean.
    pub value: f64,
    /// Half of its 95 % interval.
    pub half: Option<f64>,
    /// As a share of that of the same source's fixed program.
    pub share: Option<f64>,
}

impl Figure {
    fn words(self) -> String {
        let half = self.half.map_or(String::new(), |half| format!(" ± {}", number(half)));
        let share = self.share.map_or(String::new(), |share| format!(" ({:.0} %)", 100.0 * share));
        number(self.value) + &half + &share
    }
}

impl Table {
    fn head(&self) -> Vec<&str> {
        ["source", "controller"].into_iter().chain(self.scenarios.iter().map(String::as_str)).collect()
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.lines.iter().map(|line| {
            let figures = line.figures.iter().map(|f| f.map_or("–".into(), Figure::words));
            [line.source.clone(), line.controller.clone()].into_iter().chain(figures).collect()
        })
    }
}

/// In Markdown.
pub(super) fn markdown(beside: &Beside) -> String {
    let mut text = String::from("\n# Beside published figures\n");
    beside.warnings.iter().for_each(|warning| _ = write!(text, "\nWARNING: {}\n", words::plain(warning)));
    for table in &beside.tables {
        let _ = write!(text, "\n## {}\n\n{}", table.measure, words::table(&table.head(), table.rows()));
    }
    text.push('\n');
    beside.notes.iter().for_each(|note| _ = writeln!(text, "- {}", words::plain(note)));
    text
}

/// In HTML.
pub(super) fn html(beside: &Beside) -> String {
    let mut text = String::from("<h2>Beside published figures</h2>\n");
    beside.warnings.iter().for_each(|w| _ = writeln!(text, "<p class=\"warn\">Warning: {}</p>", escape(w)));
    for table in &beside.tables {
        let _ = write!(text, "<h3>{}</h3>\n{}", escape(&table.measure), page::table(&table.head(), table.rows()));
    }
    text += "<ul>\n";
    beside.notes.iter().for_each(|note| _ = writeln!(text, "<li>{}</li>", escape(note)));
    text + "</ul>\n"
}

//! Where a plan's text speaks of an element that is wrong.

use intergreen_control::PlanError;

/// So many problems get a line; whoever has more starts at the top.
const MOST: usize = 1000;

/// Finds lines.
pub struct Places<'a> {
    lines: Vec<&'a str>,
    asked: usize,
}

impl<'a> Places<'a> {
    /// Of this text.
    pub fn new(text: &'a str) -> Self {
        Self { lines: text.lines().collect(), asked: 0 }
    }

    /// The line, from 1, that most likely has to be mended; `None` if it cannot be told.
    pub fn line(&mut self, error: &PlanError) -> Option<usize> {
        self.asked += 1;
        if self.asked > MOST {
            return None;
        }
        let element = error.element.as_str();
        // Every other part lies between quotes.
        let names: Vec<String> = element.split('\'').skip(1).step_by(2).map(|n| format!("\"{n}\"")).collect();
        let kind = element.split_once(" '").map_or(element, |(kind, _)| kind);
        let number = element.rsplit_once(' ').map(|(_, n)| n);
        match (kind, names.as_slice(), number) {
            ("group", [name], _) => self.find("groups", &[&format!("name: {name}")]),
            ("stage", [name], _) => self.find("stages", &[&format!("name: {name}")]),
            ("pattern", [name], _) => self.find("patterns", &[&format!("name: {name}")]),
            ("day plan", [name], _) => self.find("days", &[&format!("name: {name}")]),
            ("preempt", [name], _) => self.find("preempts", &[&format!("name: {name}")]),
            ("priority", [name], _) => self.find("priorities", &[&format!("name: {name}")]),
            ("overlap", [name], _) => self.find("overlaps", &[&format!("group: {name}")]),
            ("program", ..) => self.find("program", &[]),
            ("intergreen", [from, to], _) => {
                self.find("intergreens", &[&format!("from: {from}"), &format!("to: {to}")])
            }
            ("interstage", [from, to], _) => {
                self.find("interstages", &[&format!("from: {from}"), &format!("to: {to}")])
            }
            ("pair", [a, b], _) => {
                let pair = [a.as_str(), b.as_str()];
                self.find("forbidden", &pair).or_else(|| self.find("yields", &pair))
            }
            (_, [], Some(n)) if element.starts_with("phase ") => self.find("phases", &[&format!("number: {n},")]),
            (_, [], Some(n)) if element.starts_with("detector ") => {
                self.find("detectors", &[&format!("channel: {n},")])
            }
            (_, [], Some(_)) if element.starts_with("holiday ") => self.find("holidays", &[]),
            (_, [], _) => self.find(element, &[]),
            _ => None,
        }
    }

    /// The first line after a heading that contains all of the words; comments do not count.
    fn find(&self, heading: &str, words: &[&str]) -> Option<usize> {
        let heading = format!("{heading}:");
        let start = self.lines.iter().position(|l| l.trim_start().starts_with(&heading))?;
        let is = |line: &str| !line.trim_start().starts_with("//") && words.iter().all(|w| line.contains(w));
        self.lines.iter().skip(start).position(|line| is(line)).map(|at| start + at + 1)
    }
}

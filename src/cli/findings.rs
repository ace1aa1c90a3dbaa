//! What an import met and does not simulate as written: what can change results first, the rest in a line.

use std::fmt::Write;

use super::complain;
use super::summary::thousands;
use crate::import::Report;

/// Kinds named in a line; `-v` shows all.
const SHORT: usize = 5;

/// Beginnings of kinds that change nothing about the traffic: programs that SUMO does not run either, ways on foot
/// (people themselves are another kind), remarks, drawings, instruments, and options about files and windows. What is
/// not here may change results.
const HARMLESS: &[&str] = &[
    "tlLogic programs that a later one replaces",
    "tlLogic that no connection obeys",
    "connections of crossings and walking areas",
    "edge function 'crossing'",
    "edge function 'walkingarea'",
    "<param>",
    "<poly>",
    "<poi>",
    "<timedEvent>",
    "<edgeData>",
    "<laneData>",
    "<e1Detector>",
    "<inductionLoop>",
    "<e2Detector>",
    "<laneAreaDetector>",
    "<e3Detector>",
    "<entryExitDetector>",
    "<instantInductionLoop>",
    "<routeProbe>",
    "configuration option 'no-",
    "configuration option 'verbose",
    "configuration option 'duration-log",
    "configuration option 'step-log",
    "configuration option 'xml-validation",
    "configuration option 'gui-",
    "configuration option 'start'",
    "configuration option 'quit-on-end'",
    "configuration option 'delay'",
    "configuration option 'log'",
    "configuration option 'message-log'",
    "configuration option 'error-log'",
    "configuration option 'print-options'",
    "configuration option 'precision'",
    "configuration option 'human-readable-time'",
    "configuration option 'tripinfo-output.",
    "configuration option 'device.emissions",
];

/// A kind, how often it was met, and where first.
type Finding<'a> = (&'a str, usize, &'a str);

/// Findings, the most frequent of each part first.
pub struct Findings<'a> {
    /// What may change results.
    pub matter: Vec<Finding<'a>>,
    /// What changes none.
    pub harmless: Vec<Finding<'a>>,
}

impl<'a> Findings<'a> {
    /// Sorts the findings of an import.
    pub fn of(report: &'a Report) -> Self {
        let mut all: Vec<Finding<'a>> =
            report.findings.iter().map(|(k, (n, at))| (k.as_str(), *n, at.as_str())).collect();
        all.sort_by_key(|(_, n, _)| std::cmp::Reverse(*n));
        let (harmless, matter) = all.into_iter().partition(|(kind, ..)| is_harmless(kind));
        Self { matter, harmless }
    }

    /// Says them on stderr: a line for each part, or with `verbose` one for each kind.
    pub fn warn(&self, verbose: bool) {
        for (level, what, list) in [
            ("note", "left aside, which changes no result", &self.harmless),
            ("warning", "not simulated as written, which can change results", &self.matter),
        ] {
            if verbose {
                list.iter().for_each(|(kind, n, at)| complain(level, &format!("{what}: {kind} ×{n}, first: {at}")));
            } else if !list.is_empty() {
                complain(level, &format!("{what}: {}", line(list)));
            }
        }
    }

    /// The part of the summary about them; nothing if there are none.
    pub fn summarise(&self, s: &mut String, verbose: bool) -> std::fmt::Result {
        let most = if verbose { usize::MAX } else { SHORT };
        if !self.matter.is_empty() {
            writeln!(s, "\nIn the input, but not simulated as written")?;
            for (kind, n, at) in self.matter.iter().take(most) {
                writeln!(s, "{:>10} × {kind}, first: {at}", thousands(*n as f64, 0))?;
            }
            if self.matter.len() > most {
                writeln!(s, "{:>10}   … and {} kinds more (-v shows all)", "", self.matter.len() - most)?;
            }
        }
        if !self.harmless.is_empty() {
            writeln!(s, "\nLeft aside, which changes no result: {}", line(&self.harmless))?;
        }
        Ok(())
    }
}

/// Kinds with their numbers, as many as a line holds.
fn line(list: &[Finding<'_>]) -> String {
    let shown: Vec<String> = list.iter().take(SHORT).map(|(kind, n, _)| format!("{kind} ×{n}")).collect();
    let more = list.len().saturating_sub(SHORT);
    shown.join(", ") + &if more > 0 { format!(", and {more} kinds more (-v shows all)") } else { String::new() }
}

/// Whether a kind changes no result.
fn is_harmless(kind: &str) -> bool {
    let output = kind.strip_prefix("configuration option '").is_some_and(|name| name.ends_with("-output'"));
    output || HARMLESS.iter().any(|start| kind.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_comes_first() {
        let mut report = Report::default();
        for _ in 0..40 {
            report.count("configuration option 'vehroute-output'", || "a".into());
        }
        report.count("<person> not simulated", || "b".into());
        let findings = Findings::of(&report);
        assert_eq!((findings.matter.len(), findings.harmless.len()), (1, 1));
        let mut text = String::new();
        findings.summarise(&mut text, false).unwrap();
        let [person, output] = ["1 × <person> not simulated, first: b", "'vehroute-output' ×40"].map(|t| text.find(t));
        assert!(person.is_some() && person < output, "{text}");
    }

    #[test]
    fn a_line_has_an_end() {
        let many: Vec<Finding<'_>> = vec![("kind", 2, ""); SHORT + 3];
        assert!(line(&many).ends_with("kind ×2, and 3 kinds more (-v shows all)"), "{}", line(&many));
        assert!(line(&many[..2]).ends_with("kind ×2, kind ×2"));
    }
}

//! The plan files that a scenario names, fitted to its signals.

use std::path::PathBuf;

use intergreen_control::PlanSpec;
use intergreen_control::plan::PlanErrors;

use super::resolve::{Wrong, steps, with};
use super::{BUNDLED_PLANS, Places, Scenario, ScenarioError, expected_names, read_plan};
use crate::detectors::{Detectors, Layout, place};
use crate::import::file;
use crate::network::{Network, SignalId};
use crate::plans::{OwnPlan, fit};

impl Scenario {
    /// The plans of signals that have files of their own; the files are added to those that were read.
    pub(super) fn plans(
        &self,
        network: &Network,
        layout: &Layout,
        files: &mut Vec<PathBuf>,
    ) -> Result<Vec<OwnPlan>, ScenarioError> {
        let entries = &self.file.plans;
        let usual = if entries.is_empty() { Detectors::default() } else { place(network, layout) };
        let mut plans: Vec<OwnPlan> = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let at = steps!("plans", i);
            let refuse = |field: &str, problem: String| self.at(&Wrong { path: with(&at, field), problem });
            let found = network.signals.iter().position(|s| s.id == entry.signal).map(SignalId::new);
            let signal = found.ok_or_else(|| {
                let names = expected_names(&entry.signal, network.signals.iter().map(|s| s.id.as_str()));
                refuse("signal", format!("no signal '{}'; {names}", entry.signal))
            })?;
            if plans.iter().any(|own| own.signal == signal) {
                let problem = format!("signal '{}' has a plan file already; expected one", entry.signal);
                return Err(refuse("signal", problem));
            }
            let path = self.plan_folder.join(&entry.file);
            let shown = path.display().to_string();
            let text = match self.bundled_plan(&entry.file) {
                Some(text) => text.to_owned(),
                None => {
                    let text = file::read_text(&path).map_err(|e| refuse("file", format!("'{shown}' {e}")))?;
                    files.push(path);
                    text
                }
            };
            let spec: PlanSpec = read_plan(&text, &shown)?;
            let ways: Vec<_> = entry.groups.iter().map(|(name, ways)| (name.clone(), ways.clone())).collect();
            let own = fit(network, signal, spec, &ways, &usual).map_err(|errors| misfit(&errors, &text, &shown))?;
            plans.push(own);
        }
        Ok(plans)
    }

    /// A plan file in the program itself.
    fn bundled_plan(&self, name: &str) -> Option<&'static str> {
        BUNDLED_PLANS.iter().find(|b| self.bundled && b.0 == name).map(|b| b.1)
    }
}

/// The first thing that does not fit, with its line, and how many more there are.
fn misfit(errors: &PlanErrors, text: &str, shown: &str) -> ScenarioError {
    let Some(first) = errors.0.first() else { return ScenarioError::new(shown, text, None, "cannot be used".into()) };
    let more = match errors.0.len() {
        1 => String::new(),
        n => format!(" (and {} problems more)", n - 1),
    };
    let line = Places::new(text).line(first);
    let column =
        line.and_then(|l| text.lines().nth(l - 1)).map(|l| l.chars().take_while(|c| c.is_whitespace()).count() + 1);
    ScenarioError::at(shown, text, line.zip(column), format!("{first}{more}"))
}

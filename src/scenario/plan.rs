//! Signal plans as RON files (see `docs/plan-files.md`).

use intergreen_control::PlanSpec;
use intergreen_control::plan::PLAN_VERSION;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ScenarioError;
use super::format::options;

/// The part of a file that tells what it is.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: Option<u32>,
    #[serde(default)]
    network: Option<IgnoredAny>,
    #[serde(default)]
    groups: Option<IgnoredAny>,
}

/// Parses a signal plan; `name` stands for it in messages. What it says is not checked:
/// [`Plan::new`](intergreen_control::Plan::new) does that.
///
/// # Errors
/// Gives file, line and column, the line itself, and what was expected there.
pub fn read_plan(text: &str, name: &str) -> Result<PlanSpec, ScenarioError> {
    let options = options();
    let wrong = |byte, problem: String| Err(ScenarioError::new(name, text, byte, problem));
    if text.trim().is_empty() {
        return wrong(None, "is empty; expected a signal plan".into());
    }
    // A newer file must be told from a wrong one, and a scenario from a plan, before their unknown fields are met.
    if let Ok(head) = options.from_str::<Head>(text) {
        if head.network.is_some() && head.groups.is_none() {
            return wrong(None, "is a scenario; only signal plans are checked so far".into());
        }
        if let Some(version) = head.version.filter(|&v| v != PLAN_VERSION) {
            return wrong(text.find("version:"), format!("version: {version}; expected {PLAN_VERSION}"));
        }
    }
    options.from_str(text).map_err(|e| {
        let place = (e.span.start.line, e.span.start.col);
        ScenarioError::at(name, text, Some(place), e.code.to_string())
    })
}

//! Signal plans as RON files (see `docs/plan-files.md`).

use intergreen_control::PlanSpec;
use intergreen_control::plan::PLAN_VERSION;
use ron::Error as RonError;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ScenarioError;
use super::format::options;
use super::place::locate;
use super::words::{Found, words};

/// Larger files are no plans, bytes: one of a thousand groups has a tenth of it.
const MOST_TEXT: usize = 16 << 20;

/// The part of a file that tells what it is.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: Option<u32>,
    #[serde(default)]
    network: Option<IgnoredAny>,
    #[serde(default)]
    groups: Option<Vec<IgnoredAny>>,
}

/// Whether a text is meant to be a scenario, not a signal plan: it speaks of a network, vehicles or demand, or has no
/// groups.
pub fn is_scenario(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = locate(text, &[]);
    let has = |field: &str| locate(text, &[field.into()]).is_some_and(|at| Some(at) != start);
    ["network", "vehicles", "demand"].into_iter().any(has) && !has("groups")
}

/// Whether a text is meant to be a signal plan: it has groups, and no network.
pub fn is_plan(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = locate(text, &[]);
    let has = |field: &str| locate(text, &[field.into()]).is_some_and(|at| Some(at) != start);
    has("groups") && !has("network")
}

/// Parses a signal plan; `name` stands for it in messages. What it says is not checked:
/// [`Plan::new`](intergreen_control::Plan::new) does that.
///
/// # Errors
/// Gives file, line and column, the line itself, and what was expected there.
pub fn read_plan(text: &str, name: &str) -> Result<PlanSpec, ScenarioError> {
    let options = options();
    // Some editors put a mark there.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let wrong = |byte, problem: String| Err(ScenarioError::new(name, text, byte, problem));
    if text.trim().is_empty() {
        return wrong(None, "is empty; expected a signal plan".into());
    }
    if text.len() > MOST_TEXT {
        return wrong(None, format!("is larger than {} MB; expected a signal plan", MOST_TEXT >> 20));
    }
    // A newer file must be told from a wrong one, and a scenario from a plan, before their unknown fields are met.
    let head = options.from_str::<Head>(text).ok();
    if let Some(head) = &head {
        if head.network.is_some() && head.groups.is_none() {
            return wrong(None, "is a scenario; expected a signal plan".into());
        }
        if let Some(version) = head.version.filter(|&v| v != PLAN_VERSION) {
            return wrong(text.find("version:"), format!("version: {version}; expected {PLAN_VERSION}"));
        }
    }
    options.from_str(text).map_err(|e| {
        if let RonError::MissingStructField { field, outer: Some(outer) } = &e.code
            && outer == "PlanSpec"
        {
            return ScenarioError::new(name, text, opening(text), format!("has no field {field}; expected one"));
        }
        let (line, column) = (e.span.start.line, e.span.start.col);
        // Some places are the blanks before what is wrong.
        let place = (line, column + Found::at(text, (line, column)).blanks());
        let groups = head.and_then(|h| h.groups).map(|g| g.len());
        ScenarioError::at(name, text, Some(place), plan_words(&e.code, Found::at(text, place), groups))
    })
}

/// Where the plan itself begins: the first parenthesis outside of comments at the beginning.
fn opening(text: &str) -> Option<usize> {
    let mut byte = 0;
    for line in text.split_inclusive('\n') {
        match line.find('(') {
            Some(at) if !line.trim_start().starts_with("//") => return Some(byte + at),
            _ => byte += line.len(),
        }
    }
    None
}

/// What is wrong in words of a plan, and what was expected.
fn plan_words(code: &RonError, found: Found<'_>, groups: Option<usize>) -> String {
    match code {
        RonError::SuggestRawIdentifier(_) | RonError::ExpectedIdentifier if found.field() == Some("time") => {
            "time: expected given(s), derived(s) or computed(…), for example time: given(5)".into()
        }
        RonError::MissingStructField { field, .. } => format!("has no field {field}; expected one"),
        RonError::NoSuchStructField { .. } | RonError::NoSuchEnumVariant { .. } => code.to_string(),
        RonError::Message(problem) if problem.contains(" letters; expected ") => {
            let groups = groups.map(|n| format!("; the plan has {n} groups, one letter for each")).unwrap_or_default();
            format!("{problem}{groups}")
        }
        other => words(other, found),
    }
}

//! Signal plans as RON files (see `docs/plan-files.md`).

use intergreen_control::PlanSpec;
use intergreen_control::plan::PLAN_VERSION;
use ron::Error as RonError;
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
    groups: Option<Vec<IgnoredAny>>,
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
    // A newer file must be told from a wrong one, and a scenario from a plan, before their unknown fields are met.
    let head = options.from_str::<Head>(text).ok();
    if let Some(head) = &head {
        if head.network.is_some() && head.groups.is_none() {
            return wrong(None, "is a scenario; only signal plans are checked so far".into());
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
        ScenarioError::at(name, text, Some(place), words(&e.code, Found::at(text, place), groups))
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

/// What stands where reading stopped.
struct Found<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Found<'a> {
    fn at(text: &'a str, (line, column): (usize, usize)) -> Self {
        let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let byte = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(byte, _)| byte);
        let (before, after) = line.split_at(byte);
        Self { before, after }
    }

    /// How many blanks stand before something there.
    fn blanks(&self) -> usize {
        let rest = self.after.trim_start();
        if rest.is_empty() { 0 } else { self.after.chars().count() - rest.chars().count() }
    }

    /// The field whose value stands there.
    fn field(&self) -> Option<&'a str> {
        let name = self.before.trim_end().strip_suffix(':')?;
        Some(name.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(name))
    }

    /// A number with a comma where a point is expected.
    fn comma(&self) -> Option<(&'a str, &'a str)> {
        let whole = self.before.strip_suffix(',')?;
        let digits = |c: char| c.is_ascii_digit();
        let whole = &whole[whole.trim_end_matches(digits).len()..];
        let part = &self.after[..self.after.len() - self.after.trim_start_matches(digits).len()];
        (!whole.is_empty() && !part.is_empty()).then_some((whole, part))
    }
}

/// What is wrong in words of a plan, and what was expected, where the reader's own words would not help.
fn words(code: &RonError, found: Found<'_>, groups: Option<usize>) -> String {
    if let Some((whole, part)) = found.comma() {
        return format!("{whole},{part}: expected a decimal point: {whole}.{part}");
    }
    let field = found.field();
    let of = field.map(|field| format!("{field}: ")).unwrap_or_default();
    let quoted = found.after.starts_with('"');
    let unquoted = if quoted { " without quotes" } else { "" };
    match code {
        RonError::SuggestRawIdentifier(_) | RonError::ExpectedIdentifier if field == Some("time") => {
            "time: expected given(s), derived(s) or computed(…), for example time: given(5)".into()
        }
        RonError::SuggestRawIdentifier(found) => format!("{of}found {found}; expected a name"),
        RonError::ExpectedIdentifier if quoted => format!("{of}expected a word without quotes"),
        RonError::ExpectedFloat => format!("{of}expected a number{unquoted}"),
        RonError::ExpectedInteger => format!("{of}expected a whole number{unquoted}"),
        RonError::ExpectedString => format!("{of}expected text in quotes"),
        RonError::ExpectedArray => format!("{of}expected a list in brackets: […]"),
        RonError::MissingStructField { field, .. } => format!("has no field {field}; expected one"),
        RonError::Message(problem) if problem.contains(" letters; expected ") => {
            let groups = groups.map(|n| format!("; the plan has {n} groups, one letter for each")).unwrap_or_default();
            format!("{problem}{groups}")
        }
        other => other.to_string(),
    }
}

//! Reading RON with messages that help: what stands there, what was expected, and what was probably meant.

use ron::Error as RonError;
use serde::de::DeserializeOwned;

use super::ScenarioError;
use super::format::options;
use super::place::endless_number;

/// A file longer than this is no scenario, bytes.
pub(super) const MOST_BYTES: usize = 512 << 20;

/// Parses a RON text; `name` stands for it in messages.
///
/// # Errors
/// Gives file, line and column, the line itself, and what was expected there.
pub fn read<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, ScenarioError> {
    // Some editors put a mark there.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MOST_BYTES {
        let problem = format!("has {} MB; expected at most {}", text.len() >> 20, MOST_BYTES >> 20);
        return Err(ScenarioError::new(name, "", None, problem));
    }
    if let Some(at) = endless_number(text) {
        let found: String = text[at..].chars().take(3).collect();
        return Err(ScenarioError::new(name, text, Some(at), format!("{found}; expected a finite number")));
    }
    options().from_str(text).map_err(|e| {
        let (line, column) = (e.span.start.line, e.span.start.col);
        // Some places are the blanks before what is wrong.
        let place = (line, column + Found::at(text, (line, column)).blanks());
        ScenarioError::at(name, text, Some(place), words(&e.code, Found::at(text, place)))
    })
}

/// What stands where reading stopped.
pub(super) struct Found<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Found<'a> {
    /// At a line and column, both from 1.
    pub fn at(text: &'a str, (line, column): (usize, usize)) -> Self {
        let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let byte = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(byte, _)| byte);
        let (before, after) = line.split_at(byte);
        Self { before, after }
    }

    /// How many blanks stand before something there.
    pub fn blanks(&self) -> usize {
        let rest = self.after.trim_start();
        if rest.is_empty() { 0 } else { self.after.chars().count() - rest.chars().count() }
    }

    /// The field whose value stands there.
    pub fn field(&self) -> Option<&'a str> {
        let name = self.before.trim_end().strip_suffix(':')?;
        Some(name.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(name))
    }

    /// Whether text in quotes stands there.
    pub fn quoted(&self) -> bool {
        self.after.starts_with('"')
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

/// What is wrong and what was expected, where the reader's own words would not help.
pub(super) fn words(code: &RonError, found: Found<'_>) -> String {
    if let Some((whole, part)) = found.comma() {
        return format!("{whole},{part}: expected a decimal point: {whole}.{part}");
    }
    let of = found.field().map(|field| format!("{field}: ")).unwrap_or_default();
    let unquoted = if found.quoted() { " without quotes" } else { "" };
    match code {
        RonError::SuggestRawIdentifier(found) => format!("{of}found {found}; expected a name"),
        RonError::ExpectedIdentifier if found.quoted() => format!("{of}expected a word without quotes"),
        RonError::ExpectedFloat => format!("{of}expected a number{unquoted}"),
        RonError::ExpectedInteger => format!("{of}expected a whole number{unquoted}"),
        RonError::ExpectedString => format!("{of}expected text in quotes"),
        RonError::ExpectedArray => format!("{of}expected a list in brackets: […]"),
        RonError::ExpectedMap => format!("{of}expected a map in braces: {{\"name\": …}}"),
        RonError::ExpectedNamedStructLike(what) => format!("{of}expected {what}(…)"),
        RonError::MissingStructField { field, outer } => {
            let of = outer.as_ref().map(|o| format!("{o} ")).unwrap_or_default();
            format!("{of}has no field {field}; expected one")
        }
        RonError::NoSuchStructField { expected, found, outer } => {
            let of = outer.as_ref().map(|o| format!("{o} ")).unwrap_or_default();
            format!("{of}has no field {found}; {}", expected_names(found, expected.iter().copied()))
        }
        RonError::NoSuchEnumVariant { expected, found, .. } => {
            format!("{of}{found}; {}", expected_names(found, expected.iter().copied()))
        }
        RonError::DuplicateStructField { field, .. } => format!("{field}: is given twice"),
        RonError::Eof => "ends in the middle of something; expected what closes it: ) ] } or \"".into(),
        other => other.to_string(),
    }
}

/// `did you mean 'x'? expected one of: …`: what was probably meant by a name that is not known.
pub fn expected_names<'n>(found: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    let meant = nearest(found, known.clone()).map(|n| format!("did you mean '{n}'? ")).unwrap_or_default();
    let total = known.clone().count();
    let shown: Vec<&str> = known.take(MOST_NAMES).collect();
    let rest = if total > shown.len() { format!(" … ({} more)", total - shown.len()) } else { String::new() };
    match shown.len() {
        0 => format!("{meant}expected none"),
        1 => format!("{meant}expected {}", shown[0]),
        _ => format!("{meant}expected one of: {}{rest}", shown.join(", ")),
    }
}

/// So many known names are listed.
const MOST_NAMES: usize = 20;
/// So many names are compared: a message is not worth more.
const MOST_COMPARED: usize = 20_000;

/// The known name that is most like one that is not known, if any is like it at all.
fn nearest<'n>(found: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Whoever mistypes gets a third of the letters wrong at most, and not the only one.
    let letters = found.chars().count();
    let most = letters.div_ceil(3).min(3).min(letters.saturating_sub(1));
    let cost = |name: &'n str| (strsim::damerau_levenshtein(&found.to_lowercase(), &name.to_lowercase()), name);
    let short = |name: &&str| name.len().abs_diff(found.len()) <= 3 && name.len() < 100;
    let best = known.take(MOST_COMPARED).filter(short).map(cost).min()?;
    (best.0 <= most).then_some(best.1)
}

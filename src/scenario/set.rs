//! Changing single values of a parsed scenario by dotted path: `demand.scale=1.2`, `vehicles.0.tau=1.4`,
//! `demand.entries.m0.flow=900`.
//!
//! A step of a path is a field, a place in a list from 0, or the name of a list's element (its `id`, `street` or
//! `node`). A field that the file leaves out can be set, too.

use serde_json::{Value, json};

use super::ScenarioFile;
use super::format::VERSION;
use super::guide::{self, SCHEMA};
use super::place::Step;
use super::words::expected_names;

/// Fields that name an element of a list.
const NAMES: &[&str] = &["id", "street", "node"];

/// Changes `file`.
pub(super) fn apply(file: ScenarioFile, edits: &[(String, String)]) -> Result<ScenarioFile, String> {
    let mut tree = serde_json::to_value(file).map_err(|e| format!("--set: {e}"))?;
    for (path, value) in edits {
        // What version 1 called it.
        let path = if path == "routing" { "routing.moment" } else { path };
        let place = find(&mut tree, path)?;
        *place = parse(value, place);
    }
    let changed: ScenarioFile = serde_json::from_value(tree).map_err(|e| {
        let all: Vec<String> = edits.iter().map(|(path, value)| format!("{path}={value}")).collect();
        format!("--set {}: {e}", all.join(" "))
    })?;
    match changed.version {
        VERSION => Ok(changed),
        other => Err(format!("--set version={other}; expected {VERSION}")),
    }
}

/// The value at a path.
fn find<'a>(tree: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    let (mut at, mut schema) = (tree, Some(&*SCHEMA));
    let mut walked = String::new();
    for step in path.split('.') {
        let inner = schema.and_then(|s| inner(at, s, step));
        if let (Value::Object(fields), Some(inner)) = (&mut *at, inner)
            && !fields.contains_key(step)
        {
            fields.insert(step.to_owned(), unwritten(inner));
        }
        let known = names(at, schema);
        let unknown = || {
            let inside = if walked.is_empty() { "the scenario".to_owned() } else { format!("'{walked}'") };
            let expected = match known.as_slice() {
                [] => "it is a single value".to_owned(),
                known => expected_names(step, known.iter().map(String::as_str)),
            };
            format!("--set {path}: {inside} has no '{step}'; {expected}")
        };
        at = child(at, step).ok_or_else(unknown)?;
        schema = inner;
        walked = if walked.is_empty() { step.to_owned() } else { format!("{walked}.{step}") };
    }
    Ok(at)
}

/// The schema of what a step leads to.
fn inner<'s>(at: &Value, schema: &'s Value, step: &str) -> Option<&'s Value> {
    let step = if at.is_array() { Step::Index(0) } else { Step::Name(step.to_owned()) };
    guide::child(schema, &step)
}

/// What stands for a field that the file leaves out: its default, or nothing yet.
fn unwritten(schema: &Value) -> Value {
    match schema.get("default") {
        Some(default) => default.clone(),
        None if guide::alternatives(schema).iter().any(|s| s.get("properties").is_some()) => json!({}),
        None => Value::Null,
    }
}

/// What a step can be here; of long lists only the beginning.
fn names(value: &Value, schema: Option<&Value>) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let known = schema.map(guide::fields).unwrap_or_default();
            let mut all: Vec<String> = known.into_iter().map(str::to_owned).chain(fields.keys().cloned()).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
        Value::Array(list) => {
            let name = |(i, v): (usize, &Value)| name_of(v).map_or_else(|| i.to_string(), str::to_owned);
            list.iter().enumerate().take(20).map(name).collect()
        }
        _ => Vec::new(),
    }
}

/// The name of a list's element.
fn name_of(value: &Value) -> Option<&str> {
    NAMES.iter().find_map(|n| value.get(n)).and_then(Value::as_str)
}

/// One step down.
fn child<'a>(value: &'a mut Value, step: &str) -> Option<&'a mut Value> {
    match value {
        Value::Object(fields) => fields.get_mut(step),
        Value::Array(list) => {
            let named = list.iter().position(|v| name_of(v) == Some(step));
            let place = named.or_else(|| step.parse().ok())?;
            list.get_mut(place)
        }
        _ => None,
    }
}

/// A value as given on the command line: text stays text, everything else is a number, `true`, `none` or a list.
fn parse(text: &str, old: &Value) -> Value {
    match (old, text) {
        (Value::String(_), _) => Value::String(text.to_owned()),
        (_, "none" | "None") => Value::Null,
        _ => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use crate::demand::FollowingModel;
    use crate::scenario::{ARTERIAL, Scenario};

    fn with(path: &str, value: &str) -> Result<Scenario, String> {
        Scenario::from_ron_with(ARTERIAL, "a.ron", &[(path.into(), value.into())]).map_err(|e| e.to_string())
    }

    #[test]
    fn values_are_changed_by_path() {
        assert_eq!(with("demand.scale", "1.5").unwrap().file.demand.scale, 1.5);
        assert_eq!(with("end", "600").unwrap().file.end, Some(600.0));
        assert_eq!(with("end", "none").unwrap().file.end, None);
        // What the file leaves out.
        assert_eq!(with("warm_up", "60").unwrap().file.warm_up, 60.0);
        assert_eq!(with("routing.interval", "5").unwrap().file.routing.interval, 5.0);
        assert_eq!(with("vehicles.truck.model", "idm").unwrap().file.vehicles[1].model, Some(FollowingModel::Idm));
        assert_eq!(with("name", "12").unwrap().file.name, "12");
        let first = with("vehicles.0.tau", "1.7").unwrap().file.vehicles[0].clone();
        assert_eq!(first.tau, Some(1.7));
        assert_eq!(with(&format!("vehicles.{}.tau", first.id), "1.7").unwrap().file.vehicles[0], first);
        let entry = with("demand.entries.m0.flow", "5").unwrap().file.demand.entries;
        assert!(entry.iter().any(|e| e.street == "m0" && e.flow == 5.0));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let says = |path, value, part: &str| {
            let e = with(path, value).unwrap_err();
            assert!(e.contains(part), "{e}");
        };
        says(
            "demand.skale",
            "1",
            "'demand' has no 'skale'; did you mean 'scale'? expected one of: default_shares, entries",
        );
        says("demnd", "1", "the scenario has no 'demnd'");
        says("end.x", "1", "'end' has no 'x'; it is a single value");
        says("end", "soon", "--set end=soon: invalid type: string");
        says("end", "-4", "as changed by --set: end: -4; expected 0 to 1209600 s");
        says("version", "3", "version=3; expected 2");
    }
}

//! What the format says about itself: names, units, ranges and defaults of all fields, from the doc comments and
//! attributes of [`ScenarioFile`] and its parts. The ranges are checked here, and the reference
//! page is made from it.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::ScenarioFile;
use super::place::Step;

/// The schema of scenario files (JSON Schema, draft 2020-12, with `unit` beside ranges).
pub static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ScenarioFile>().to_value());

/// A value that lies outside of what its field allows.
#[derive(Clone, Debug, PartialEq)]
pub struct OutOfRange {
    /// Where.
    pub path: Vec<Step>,
    /// What is wrong and what was expected.
    pub problem: String,
}

/// The first value of a scenario that lies outside of its range.
pub fn check(file: &Value) -> Result<(), OutOfRange> {
    let mut path = Vec::new();
    walk(file, &SCHEMA, &mut path).map_err(|problem| OutOfRange { path, problem })
}

/// The schema that a reference leads to.
pub fn resolved(schema: &Value) -> &Value {
    let mut at = schema;
    // References of references do not occur; the bound keeps a mistake from going round in circles.
    for _ in 0..8 {
        let Some(name) = at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/$defs/")) else { break };
        at = &SCHEMA["$defs"][name];
    }
    at
}

/// The alternatives of a schema, references resolved: itself, if it has none.
pub fn alternatives(schema: &Value) -> Vec<&Value> {
    let schema = resolved(schema);
    let lists = ["anyOf", "oneOf"].iter().filter_map(|k| schema.get(k)).filter_map(Value::as_array);
    let inner: Vec<&Value> = lists.flatten().flat_map(alternatives).collect();
    if inner.is_empty() { vec![schema] } else { inner }
}

/// The schema of a field or element of a value, if it has one.
pub fn child<'s>(schema: &'s Value, step: &Step) -> Option<&'s Value> {
    alternatives(schema).into_iter().find_map(|s| match step {
        Step::Name(name) => s
            .get("properties")
            .and_then(|p| p.get(name))
            .or_else(|| s.get("additionalProperties").filter(|a| a.is_object())),
        Step::Index(i) => {
            s.get("prefixItems").and_then(|p| p.get(i)).or_else(|| s.get("items").filter(|items| items.is_object()))
        }
    })
}

/// The names that fields of a value can have.
pub fn fields(schema: &Value) -> Vec<&str> {
    let properties = alternatives(schema).into_iter().filter_map(|s| s.get("properties")).filter_map(Value::as_object);
    properties.flat_map(Map::keys).map(String::as_str).collect()
}

/// Checks a value and everything in it; at an error the path leads to it.
fn walk(value: &Value, schema: &Value, path: &mut Vec<Step>) -> Result<(), String> {
    if let Value::Number(number) = value
        && let Some(problem) = number.as_f64().and_then(|n| outside(n, schema))
    {
        return Err(problem);
    }
    let mut go = |step: Step, value: &Value| {
        let Some(inner) = child(schema, &step) else { return Ok(()) };
        path.push(step);
        walk(value, inner, path)?;
        path.pop();
        Ok(())
    };
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(name, v)| go(Step::Name(name.clone()), v)),
        Value::Array(list) => {
            list.iter().enumerate().try_for_each(|(i, v)| go(Step::Index(i), v))?;
            length(list.len(), schema).map_or(Ok(()), Err)
        }
        _ => Ok(()),
    }
}

/// What is wrong with a number.
fn outside(n: f64, schema: &Value) -> Option<String> {
    let schema = alternatives(schema).into_iter().find(|s| s.get("minimum").is_some() || s.get("maximum").is_some())?;
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let (least, most) = (bound("minimum").unwrap_or(f64::MIN), bound("maximum").unwrap_or(f64::MAX));
    (!(least..=most).contains(&n)).then(|| format!("{n}; expected {}", range(schema)))
}

/// What is wrong with the length of a list.
fn length(n: usize, schema: &Value) -> Option<String> {
    let schema = alternatives(schema).into_iter().find(|s| s.get("minItems").is_some())?;
    let bound = |key: &str, without: u64| schema.get(key).and_then(Value::as_u64).unwrap_or(without);
    let (least, most) = (bound("minItems", 0), bound("maxItems", u64::MAX));
    let fits = (least..=most).contains(&(n as u64));
    (!fits).then(|| format!("has {n} elements; expected {least} to {most}"))
}

/// A range with its unit, in words: `0 to 100 m/s`.
pub fn range(schema: &Value) -> String {
    let unit = schema.get("unit").and_then(Value::as_str).filter(|u| !["number", "version", "rank"].contains(u));
    let unit = unit.map(|u| format!(" {u}")).unwrap_or_default();
    let number = |key: &str| schema.get(key).and_then(Value::as_f64).map(short);
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => format!("{least} to {most}{unit}"),
        (Some(least), None) => format!("at least {least}{unit}"),
        (None, Some(most)) => format!("at most {most}{unit}"),
        (None, None) => unit.trim().to_owned(),
    }
}

/// A bound as people write it.
fn short(n: f64) -> String {
    if n.abs() >= 1e7 { format!("{n:e}") } else { format!("{n}") }
}

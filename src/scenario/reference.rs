//! The reference page of the format, made from what the format says about itself: `docs/scenario-files.md`.

use std::fmt::Write;

use serde_json::Value;

use super::guide::{SCHEMA, alternatives, range};

/// What stands before the tables.
const HEAD: &str = "\
<!-- Made from src/scenario/format by `INTERGREEN_BLESS=1 cargo test --lib scenario::reference`: do not edit. -->
# Scenario files

A scenario is one RON file: streets and signals, who drives, how many and where, what is measured. The smallest one that
runs has two streets and a flow:

```ron
(
    version: 2,
    name: \"two streets\",
    end: 600,
    network: inline(
        nodes: [
            (id: \"west\", x: 0, y: 0, kind: dead_end),
            (id: \"bend\", x: 300, y: 0, kind: priority),
            (id: \"north\", x: 300, y: 300, kind: dead_end),
        ],
        streets: [
            (id: \"a\", from: \"west\", to: \"bend\", lanes: 1, speed: 50),
            (id: \"b\", from: \"bend\", to: \"north\", lanes: 1, speed: 50),
        ],
    ),
    vehicles: [(id: \"car\")],
    demand: (flows: [(id: \"through\", from: \"a\", to: \"b\", flow: 300)]),
)
```

- Times are in seconds on the scenario's clock, lengths in metres, flows in vehicles per hour. Speed limits of streets
  are in km/h, as signs show them; all other speeds are in m/s.
- A street has two directions: `a` is the one it is drawn in, `-a` the other. Lanes count from 0 at the kerb.
- Fields that may be left out have a default here, or say what happens without them. A field that is not here is refused.
- Some values are words, and some words have a value in parentheses: `enter: (lane: index(1), speed: exactly(10))`.
- `intergreen check FILE` says all that is wrong or odd, with line and column; `intergreen run FILE` runs it, and
  `intergreen draw FILE -o picture.svg` draws it. `--set demand.scale=1.2` changes a value for one run.
- `intergreen generate` makes such files, and `intergreen import` makes them of SUMO's and CityFlow's.
- Files of earlier versions are read as they were meant; `intergreen upgrade` writes them anew.
";

/// The page.
pub fn page() -> String {
    let mut out = HEAD.to_owned();
    // Writing to a String cannot fail.
    let _ = section(&mut out, "Scenario", &SCHEMA);
    for (name, schema) in SCHEMA["$defs"].as_object().into_iter().flatten() {
        let _ = section(&mut out, name, schema);
    }
    out
}

/// One struct or enum.
fn section(out: &mut String, name: &str, schema: &Value) -> std::fmt::Result {
    if name == "Point" {
        return Ok(());
    }
    writeln!(out, "\n## {name}\n")?;
    if let Some(text) = schema["description"].as_str() {
        writeln!(out, "{}\n", plain(text))?;
    }
    if let Some(fields) = schema["properties"].as_object() {
        writeln!(out, "| field | what | value | default |\n|---|---|---|---|")?;
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (field, inner) in fields {
            let text = plain(inner["description"].as_str().unwrap_or_default());
            let default = if required.contains(&field.as_str()) { "required".into() } else { default(inner) };
            writeln!(out, "| `{field}` | {text} | {} | {default} |", value(inner))?;
        }
        return Ok(());
    }
    words(out, schema)
}

/// The words of an enum.
fn words(out: &mut String, schema: &Value) -> std::fmt::Result {
    writeln!(out, "| word | what |\n|---|---|")?;
    for variant in alternatives(schema) {
        let text = plain(variant["description"].as_str().unwrap_or_default());
        if let Some(word) = variant["const"].as_str() {
            writeln!(out, "| `{word}` | {text} |")?;
        }
        for word in variant["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            writeln!(out, "| `{word}` | {text} |")?;
        }
        for (word, inner) in variant["properties"].as_object().into_iter().flatten() {
            writeln!(out, "| `{word}(…)` | {text} {} |", value(inner))?;
        }
    }
    Ok(())
}

/// What kind of value a field has, with unit and range.
fn value(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        return match name {
            "Point" => "`(x, y)`, m".into(),
            name => format!("[{name}](#{})", name.to_lowercase()),
        };
    }
    if let Some(inner) = schema.get("anyOf").and_then(Value::as_array) {
        return inner.iter().filter(|s| s["type"] != "null").map(value).collect::<Vec<_>>().join(" or ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).filter(|&k| k != "null").collect(),
        _ => Vec::new(),
    };
    match kinds.first() {
        Some(&"array") if schema.get("prefixItems").is_some() => {
            let parts: Vec<String> = schema["prefixItems"].as_array().into_iter().flatten().map(value).collect();
            format!("`(…)` of {}", parts.join(", "))
        }
        Some(&"array") => format!("list of {}", value(&with_unit(&schema["items"], schema))),
        Some(&"object") => format!("map from names to {}", value(&schema["additionalProperties"])),
        Some(&"number") => number("number", schema),
        Some(&"integer") => number("whole number", schema),
        Some(&"boolean") => "`true` or `false`".into(),
        Some(&"string") => "text".into(),
        _ => String::new(),
    }
}

/// The elements of a list have its unit.
fn with_unit(items: &Value, list: &Value) -> Value {
    let mut items = items.clone();
    if let (Some(items), Some(unit)) = (items.as_object_mut(), list.get("unit")) {
        items.entry("unit").or_insert_with(|| unit.clone());
    }
    items
}

fn number(kind: &str, schema: &Value) -> String {
    match range(schema) {
        range if range.is_empty() => kind.into(),
        range => format!("{kind}, {range}"),
    }
}

/// The name of the struct or enum that a schema refers to.
fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// What holds if a field is left out.
fn default(schema: &Value) -> String {
    match schema.get("default") {
        Some(Value::Null) | None => "–".into(),
        Some(Value::String(word)) if word.is_empty() => "–".into(),
        Some(Value::String(word)) => format!("`{word}`"),
        Some(Value::Array(list)) if list.is_empty() => "none".into(),
        Some(Value::Object(fields)) if fields.is_empty() => "–".into(),
        Some(Value::Object(_)) => "see there".into(),
        Some(other) => format!("`{other}`"),
    }
}

/// Text that fits into a table.
fn plain(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    /// Where the page lies.
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario-files.md");

    #[test]
    fn the_page_is_up_to_date() {
        let page = page();
        if std::env::var_os("INTERGREEN_BLESS").is_some() {
            std::fs::write(PAGE, &page).unwrap();
        }
        let written = std::fs::read_to_string(PAGE).unwrap_or_default();
        assert!(written == page, "docs/scenario-files.md is not what the format says; INTERGREEN_BLESS=1 writes it");
    }

    #[test]
    fn the_example_on_the_page_runs() {
        let start = HEAD.find("```ron\n").unwrap() + 7;
        let text = &HEAD[start..start + HEAD[start..].find("```").unwrap()];
        let (_, demand) = Scenario::from_ron(text, "example.ron").unwrap().build().unwrap();
        assert_eq!(demand.sources.len(), 1);
    }

    /// Every field has a description, and every number a range and a unit.
    #[test]
    fn the_format_says_everything_about_itself() {
        let mut missing = Vec::new();
        let all = SCHEMA["$defs"].as_object().unwrap().iter().map(|(n, s)| (n.as_str(), s));
        for (name, schema) in all.chain([("Scenario", &*SCHEMA)]).filter(|(name, _)| *name != "Point") {
            for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
                let described = inner["description"].as_str().is_some_and(|t| !t.is_empty());
                let text = value(inner);
                let numeric =
                    text.starts_with("number") || text.starts_with("whole number") || text.contains("of number");
                if !described || (numeric && !(text.contains(" to ") && inner.get("unit").is_some())) {
                    missing.push(format!("{name}.{field}: {text}"));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }
}

//! Whether an experiment makes sense as it stands. What its scenarios and strategies say is found out when they are loaded.

use std::collections::BTreeSet;

use super::experiment::{Experiment, MOST_RUNS};

/// Thirty years: no time is beyond it.
const LONGEST_S: f64 = 1e9;

impl Experiment {
    /// Whether it makes sense as it stands.
    ///
    /// # Errors
    /// Names the field, what is wrong with it and what was expected.
    pub fn check(&self) -> Result<(), String> {
        distinct("scenarios", &self.scenarios)?;
        distinct("controllers", &self.controllers.iter().map(|c| plain(c)).collect::<Vec<_>>())?;
        distinct("seeds", &self.seeds.0)?;
        distinct("scales", &self.scales.iter().map(f64::to_string).collect::<Vec<_>>())?;
        if !self.behaviours.is_empty() {
            distinct("behaviours", &self.behaviours)?;
        }
        if !self.sensors.is_empty() {
            distinct("sensors", &self.sensors)?;
        }
        for (path, values) in &self.set {
            // Numbers are in one form as they were read; texts are what they are: "007" is not "7".
            distinct(&format!("set: {path}"), &values.iter().map(|v| &v.0).collect::<Vec<_>>())?;
            if let Some(why) = self.overrules(path) {
                return Err(format!("set: {path}: {why}"));
            }
        }
        within("step", self.step, (0.05, 2.0))?;
        within("warm_up", self.warm_up, (0.0, LONGEST_S))?;
        within("until", self.until, (-LONGEST_S, LONGEST_S))?;
        if let Some(wrong) = self.scales.iter().find(|s| !(0.0..=100.0).contains(*s)) {
            return Err(format!("scales: {wrong}; expected 0 to 100"));
        }
        if let Some(base) = self.baseline.as_ref().filter(|base| !self.controllers.contains(base)) {
            return Err(format!("baseline: '{base}' is none of the controllers: {}", self.controllers.join(", ")));
        }
        let measures = || super::COLUMNS.iter().filter(|c| c.better.is_some()).map(|c| c.name);
        if !measures().any(|name| name == self.measure) {
            let known: Vec<&str> = measures().collect();
            return Err(format!("measure: '{}'; expected one of {}", self.measure, known.join(", ")));
        }
        if self.drain && self.until.is_some() {
            return Err("until and drain: expected one of them".into());
        }
        let tiers = self.sensors.len().max(1);
        let sizes =
            [self.scenarios.len(), self.controllers.len(), self.scales.len(), self.behaviours.len().max(1), tiers];
        let all = sizes.into_iter().chain(self.set.values().map(Vec::len)).chain([self.seeds.0.len()]);
        match all.fold(1, usize::saturating_mul) {
            n if n > MOST_RUNS => {
                Err(format!("{n} runs; expected at most {MOST_RUNS}, the rest as another experiment"))
            }
            _ => Ok(()),
        }
    }

    /// Why an axis would change nothing: something else of the experiment decides what it names.
    fn overrules(&self, path: &str) -> Option<String> {
        let first = path.split('.').next().unwrap_or_default();
        let last = path.rsplit('.').next().unwrap_or_default();
        let field = |name: &str, given: bool| {
            given.then(|| format!("`{name}` of the experiment decides it; expected one of the two"))
        };
        match (first, last) {
            ("seed" | "seeds", _) => Some("every run has a seed of the experiment's `seeds`; expected it there".into()),
            ("controller", _) => {
                Some("every run has one of the experiment's `controllers`, with parameters; expected it there".into())
            }
            ("name", _) => Some("a name changes nothing in a run".into()),
            ("step", _) => field("step", self.step.is_some()),
            ("warm_up", _) => field("warm_up", self.warm_up.is_some()),
            ("behaviour", _) | ("vehicles", "model") => field("behaviours", !self.behaviours.is_empty()),
            ("sensors", "tier") => field("sensors", !self.sensors.is_empty()),
            ("routing", _) if path == "routing" && self.set.contains_key("routing.moment") => {
                Some("is the same as routing.moment; expected one of the two".into())
            }
            _ => None,
        }
    }
}

/// A strategy with the numbers among its parameters in one form: what is `1` to one is `1.0` to the other.
fn plain(text: &str) -> String {
    let number = |part: &str| part.trim().parse::<f64>().map_or(part.trim().to_owned(), |x| x.to_string());
    let parts = text.split(',').map(|part| match part.split_once('=') {
        Some((name, value)) => format!("{}={}", name.trim(), number(value)),
        None => part.trim().to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}

/// Checks that a number, if there is one, is in a range.
fn within(field: &str, value: Option<f64>, (least, most): (f64, f64)) -> Result<(), String> {
    match value {
        Some(v) if !(least..=most).contains(&v) => Err(format!("{field}: {v}; expected {least} to {most} s")),
        _ => Ok(()),
    }
}

/// Checks that a list has entries, each once.
fn distinct<T: Ord + ToString>(field: &str, list: &[T]) -> Result<(), String> {
    if list.is_empty() {
        return Err(format!("{field}: is empty; expected one at least"));
    }
    let mut seen = BTreeSet::new();
    match list.iter().find(|entry| !seen.insert(*entry)) {
        Some(again) => Err(format!("{field}: names one twice: '{}'", again.to_string())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of an experiment with these fields; nothing if it makes sense.
    fn said(fields: &str) -> String {
        let text = format!(r#"(scenarios: ["a"], seeds: 2, {fields})"#);
        let experiment: Experiment = ron::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        experiment.check().err().unwrap_or_default()
    }

    #[test]
    fn an_axis_that_changes_nothing_is_refused() {
        for (fields, words) in [
            (r#"step: Some(0.5), set: {"step": [1]}"#, ["set: step:", "`step`"]),
            (r#"warm_up: Some(60), set: {"warm_up": [1]}"#, ["set: warm_up:", "`warm_up`"]),
            (r#"behaviours: ["idm"], set: {"behaviour": ["krauss"]}"#, ["set: behaviour:", "`behaviours`"]),
            (r#"sensors: ["perfect"], set: {"sensors.tier": ["loops"]}"#, ["set: sensors.tier:", "`sensors`"]),
            (r#"sensors: ["perfect", "perfect"]"#, ["sensors", "perfect"]),
            (
                r#"behaviours: ["idm"], set: {"vehicles.0.model": ["krauss"]}"#,
                ["set: vehicles.0.model:", "`behaviours`"],
            ),
            (r#"set: {"seed": [3, 4]}"#, ["set: seed:", "`seeds`"]),
            (r#"set: {"seeds.0": [3, 4]}"#, ["set: seeds.0:", "`seeds`"]),
            (r#"set: {"controller.strategy": ["nema"]}"#, ["set: controller.strategy:", "`controllers`"]),
            (r#"set: {"name": ["x", "y"]}"#, ["set: name:", "changes nothing"]),
            (r#"set: {"routing": ["once"], "routing.moment": ["once"]}"#, ["set: routing:", "routing.moment"]),
        ] {
            let said = said(fields);
            assert!(words.iter().all(|word| said.contains(word)), "{fields}: {said}");
        }
        for fields in [
            r#"set: {"step": [0.5, 1]}"#,
            r#"set: {"behaviour": ["idm"], "vehicles.0.tau": [1]}"#,
            r#"behaviours: ["idm"], set: {"demand.scale": [1]}, scales: [2]"#,
            r#"step: Some(0.5), set: {"routing": ["once"]}"#,
        ] {
            assert_eq!(said(fields), "", "{fields}");
        }
    }

    #[test]
    fn the_same_by_another_name_is_named_twice() {
        assert!(said(r#"controllers: ["nema,passage_s=1", "nema, passage_s=1.0"]"#).contains("controllers: "));
        assert!(said(r#"set: {"step": ["0.5", 0.50]}"#).contains("set: step: "));
        assert!(said(r#"set: {"step": [1e0, 1]}"#).contains("set: step: "));
        for texts in [r#"["007", "7"]"#, r#"["1e2", "100"]"#, r#"["1e2", 100]"#] {
            assert_eq!(said(&format!(r#"set: {{"plan": {texts}}}"#)), "", "{texts}");
        }
        assert_eq!(said(r#"controllers: ["nema,passage_s=1", "nema,passage_s=1.5"]"#), "");
    }

    #[test]
    fn times_are_checked_by_their_names() {
        for (fields, words) in [
            ("warm_up: Some(-5)", "warm_up: -5; expected 0 to"),
            ("step: Some(9)", "step: 9; expected 0.05 to 2 s"),
            ("until: Some(inf)", "until: inf; expected"),
        ] {
            assert!(said(fields).contains(words), "{fields}: {}", said(fields));
        }
    }

    /// A value that stands alone is an axis with one value.
    #[test]
    fn an_axis_may_have_one_value() {
        let one: Experiment =
            ron::from_str(r#"(scenarios: ["a"], seeds: 1, set: {"step": 1})"#).expect("an experiment");
        let list: Experiment = ron::from_str(r#"(scenarios: ["a"], seeds: 1, set: {"step": [1]})"#).expect("the same");
        assert_eq!(one, list);
    }
}

//! How far we may be from SUMO, and where we are further.

use std::collections::BTreeMap;

use super::Comparison;
use super::data::{MEASURES, Pair};
use super::report::{MANY, total};

/// What a tolerance is called, by place in [`MEASURES`], and how much is usually allowed, %.
const NAMES: [(&str, usize, f64); 6] = [
    ("duration", 1, 6.0),
    ("p90", 2, 10.0),
    ("waiting", 3, 15.0),
    ("time_loss", 4, 10.0),
    ("depart_delay", 5, f64::INFINITY),
    ("route_length", 6, 0.5),
];
/// What the tolerance of the approaches of signals is called, and how much is usually allowed, %.
const APPROACHES: (&str, f64) = ("approach_delay", 25.0);
/// Medians that are no further apart than this, s or m, count as equal: in percent of next to nothing it could be a lot.
const EQUAL: f64 = 0.1;

/// How far we may be from SUMO, %.
#[derive(Clone, Debug, PartialEq)]
pub struct Tolerances {
    /// By place in [`NAMES`].
    measures: [f64; NAMES.len()],
    /// Delay of all approaches with many vehicles.
    approaches: f64,
    /// Approaches that have a tolerance of their own.
    edges: BTreeMap<String, f64>,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self { measures: NAMES.map(|n| n.2), approaches: APPROACHES.1, edges: BTreeMap::new() }
    }
}

/// Reads `MEASURE=PERCENT,…`: what is not named is as usual.
///
/// # Errors
/// Says what was expected.
pub fn parse(text: &str) -> Result<Tolerances, String> {
    let mut all = Tolerances::default();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (name, value) = part.rsplit_once('=').unwrap_or((part, ""));
        let value = value.trim().parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0);
        let value = value.ok_or_else(|| format!("'{part}': expected MEASURE=PERCENT, e.g. duration=6"))?;
        let place = NAMES.iter().position(|n| n.0 == name.trim());
        match (place, name.trim().strip_prefix(APPROACHES.0)) {
            (Some(k), _) => all.measures[k] = value,
            (None, Some("")) => all.approaches = value,
            (None, Some(edge)) if edge.starts_with(':') && edge.len() > 1 => {
                all.edges.insert(edge[1..].to_owned(), value);
            }
            _ => {
                let names = NAMES.map(|n| n.0).join(", ");
                return Err(format!("no measure '{name}'; expected one of {names}, {0}, {0}:EDGE", APPROACHES.0));
            }
        }
    }
    Ok(all)
}

impl Tolerances {
    /// What does not hold, one line each.
    pub fn missed(&self, c: &Comparison<'_>) -> Vec<String> {
        let unfinished = c.unfinished().map(|(side, seed, why)| format!("{side}, seed {seed}: {why}"));
        let mut missed: Vec<String> = unfinished.collect();
        let d = total(&c.runs[0]);
        let counts = [
            ("gridlocks", d.gridlocks as f64),
            ("collisions", d.collisions as f64),
            ("red running", d.red_running as f64),
            ("s of conflicting greens", d.conflicting_greens),
        ];
        missed.extend(counts.iter().filter(|(_, n)| *n > 0.0).map(|(what, n)| format!("{n} {what}; expected none")));
        let measure = |k: usize| Pair::of(&c.runs, |r| r.measures.0[k]);
        let arrived = measure(0);
        if let (Some(a), Some(b)) = (arrived.ours, arrived.sumo)
            && a.median != b.median
        {
            missed.push(format!("{} arrived; expected {} as with SUMO", a.median, b.median));
        }
        for (allowed, (_, k, _)) in self.measures.iter().zip(NAMES) {
            let (name, unit, _) = MEASURES[k];
            missed.extend(outside(name, unit, &measure(k), *allowed));
        }
        for e in c.edges.iter().filter(|e| e.signal.is_some() && e.most_vehicles() > MANY) {
            let allowed = self.edges.get(&e.edge).unwrap_or(&self.approaches);
            missed.extend(outside(&format!("delay on approach {}", e.edge), "s", &e.time_loss_s, *allowed));
        }
        missed
    }
}

/// Says so if both sides are further apart than allowed, or one of them has nothing to show.
fn outside(name: &str, unit: &str, pair: &Pair, allowed: f64) -> Option<String> {
    let (ours, sumo) = match (pair.ours, pair.sumo) {
        _ if allowed.is_infinite() => return None,
        (Some(a), Some(b)) => (a.median, b.median),
        (None, Some(_)) => return Some(format!("{name}: nothing of ours to compare")),
        (_, None) => return Some(format!("{name}: nothing of SUMO's to compare with")),
    };
    // Anything is infinitely far from nothing.
    let apart = pair.deviation().unwrap_or(f64::INFINITY);
    let far = (ours - sumo).abs() > EQUAL && apart.abs() > allowed;
    far.then(|| format!("{name}: {ours:.2} {unit}, {apart:+.1} % of SUMO's {sumo:.2} {unit}; allowed ±{allowed} %"))
}

#[cfg(test)]
mod tests {
    use super::super::data::Spread;
    use super::*;

    #[test]
    fn tolerances_are_read_or_refused() {
        assert_eq!(parse(""), Ok(Tolerances::default()));
        let some = parse("duration=3, approach_delay=40,approach_delay:a#1=60.5").unwrap();
        assert_eq!((some.measures[0], some.measures[1], some.approaches), (3.0, 10.0, 40.0));
        assert_eq!(some.edges, BTreeMap::from([("a#1".to_owned(), 60.5)]));
        for (wrong, word) in [
            ("duration", "PERCENT"),
            ("duration=", "PERCENT"),
            ("p90=-1", "PERCENT"),
            ("p90=NaN", "PERCENT"),
            ("speed=3", "route_length, approach_delay"),
            ("approach_delay:=3", "no measure"),
        ] {
            assert!(parse(wrong).is_err_and(|e| e.contains(word)), "{wrong}: {:?}", parse(wrong));
        }
    }

    #[test]
    fn what_is_too_far_is_named() {
        let pair = |a: f64, b: f64| Pair { ours: Spread::of([a].into_iter()), sumo: Spread::of([b].into_iter()) };
        assert_eq!(outside("x", "s", &pair(103.0, 100.0), 3.5), None);
        assert_eq!(outside("x", "s", &pair(0.09, 0.0), 1.0), None);
        assert_eq!(outside("x", "s", &pair(9.0, 1.0), f64::INFINITY), None);
        let said = outside("x", "s", &pair(96.0, 100.0), 3.5).unwrap();
        assert_eq!(said, "x: 96.00 s, -4.0 % of SUMO's 100.00 s; allowed ±3.5 %");
        assert!(outside("x", "s", &pair(5.0, 0.0), 1e9).is_some());
        assert!(outside("x", "s", &Pair::default(), 5.0).is_some());
    }
}

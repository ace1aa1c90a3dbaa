//! Sources of demand, as a file writes them and as the engine has them, and how both are multiplied.

use std::collections::BTreeMap;

use crate::demand::{Demand, Source, Timing, scale};
use crate::scenario::format::{DemandFile, FlowFile, TripFile};

/// The sources of a demand, in the order of their names.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    /// Their names: of a flow, a street with an entry, a cell of a matrix (`matrix:from>to`), `trips from street`.
    pub names: Vec<String>,
    /// The source of each of the engine's.
    of: Vec<usize>,
}

impl Sources {
    /// The sources of a demand; `street` names the first street of one of its routes, `together` makes all one.
    pub fn new(demand: &Demand, street: impl Fn(&Source) -> String, together: bool) -> Self {
        let name = |s: &Source| match s.timing {
            _ if together => "all".to_owned(),
            Timing::Once(_) => trips_from(&street(s)),
            _ => without_slice(&s.id).to_owned(),
        };
        let all: Vec<String> = demand.sources.iter().map(name).collect();
        let places: BTreeMap<&str, usize> = {
            let mut names: Vec<&str> = all.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().enumerate().map(|(i, n)| (n, i)).collect()
        };
        Self {
            of: all.iter().map(|n| places[n.as_str()]).collect(),
            names: places.keys().map(|n| (*n).to_owned()).collect(),
        }
    }

    /// The source of the engine's source with this number.
    pub fn of(&self, source: usize) -> usize {
        self.of[source]
    }

    /// The demand with each source multiplied by its factor, as [`scaled`] writes it; and the source of each of the
    /// engine's sources then.
    pub fn demand(&self, demand: &Demand, factors: &[f64], seed: u64) -> (Demand, Vec<usize>) {
        let mut out = Demand { sources: Vec::new(), ..demand.clone() };
        let mut of = Vec::new();
        for (source, &group) in demand.sources.iter().zip(&self.of) {
            let mut one = Demand { sources: vec![source.clone()], ..Demand::default() };
            scale(&mut one, factors[group], seed);
            of.resize(of.len() + one.sources.len(), group);
            out.sources.append(&mut one.sources);
        }
        (out, of)
    }
}

/// The name of all trips that start on a street.
fn trips_from(street: &str) -> String {
    format!("trips from {street}")
}

/// A source's name without the number of its slice of a profile (`flow/3`) or period (`m0/p2/3`).
fn without_slice(id: &str) -> &str {
    let mut name = id;
    while let Some((rest, last)) = name.rsplit_once('/')
        && !rest.is_empty()
        && last.trim_start_matches(|c: char| c.is_ascii_alphabetic()).bytes().all(|b| b.is_ascii_digit())
        && last.bytes().any(|b| b.is_ascii_digit())
    {
        name = rest;
    }
    name
}

/// A demand as a file writes it with each source multiplied by its factor; `street` names the first street of a trip.
/// The file's own factor is taken to be among them.
pub fn scaled(
    file: &DemandFile,
    factor: impl Fn(&str) -> f64,
    street: impl Fn(&TripFile) -> String,
    seed: u64,
) -> DemandFile {
    let mut out = DemandFile { scale: 1.0, trips: Vec::new(), flows: Vec::new(), ..file.clone() };
    for entry in &mut out.entries {
        entry.flow = rounded(entry.flow * factor(without_slice(&entry.street)));
    }
    for matrix in &mut out.matrices {
        for cell in &mut matrix.cells {
            cell.flow = rounded(cell.flow * factor(without_slice(&format!("{}:{}>{}", matrix.id, cell.from, cell.to))));
        }
    }
    for flow in &file.flows {
        let f = factor(without_slice(&flow.id));
        if f > 0.0 {
            out.flows.extend(flow_times(flow, f));
        }
    }
    for trip in &file.trips {
        out.trips.extend(trip_times(trip, factor(&trips_from(&street(trip))), seed));
    }
    out
}

/// To a thousandth of a vehicle.
fn rounded(value: f64) -> f64 {
    libm::round(value * 1000.0) / 1000.0
}

/// A flow multiplied, as [`scale`] does it.
fn flow_times(flow: &FlowFile, f: f64) -> Vec<FlowFile> {
    let copies = flow.chance.map_or(1, |p| libm::ceil(p * f).max(1.0) as u64);
    let share = f / copies as f64;
    let number = |n: u64| libm::round(n as f64 * share) as u64;
    (1..=copies)
        .map(|n| FlowFile {
            id: if n > 1 { format!("{}#{n}", flow.id) } else { flow.id.clone() },
            flow: flow.flow.map(|v| rounded(v * share)),
            rate: flow.rate.map(|v| v * share),
            every: flow.every.map(|v| v / share),
            chance: flow.chance.map(|v| (v * share).min(1.0)),
            number: flow.number.map(number),
            ..flow.clone()
        })
        .collect()
}

/// A trip dropped or doubled, as [`scale`] does it.
fn trip_times(trip: &TripFile, f: f64, seed: u64) -> Vec<TripFile> {
    let stand_in = Source {
        id: trip.id.clone(),
        timing: Timing::Once(intergreen_control::Millis(0)),
        types: Vec::new(),
        routes: Vec::new(),
        manner: crate::demand::Manner::default(),
    };
    let mut one = Demand { sources: vec![stand_in], ..Demand::default() };
    scale(&mut one, f, seed);
    one.sources.into_iter().map(|s| TripFile { id: s.id, ..trip.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_belong_to_their_flow() {
        for (id, name) in [("m0/3", "m0"), ("a>b", "a>b"), ("od:a>b/12", "od:a>b"), ("x/y", "x/y"), ("/1", "/1")] {
            assert_eq!(without_slice(id), name);
        }
    }

    #[test]
    fn a_demand_is_multiplied_as_it_is_written() {
        let flow = |id: &str| FlowFile { id: id.into(), ..FlowFile::default() };
        let file = DemandFile {
            flows: vec![
                FlowFile { flow: Some(400.0), number: Some(100), ..flow("a") },
                FlowFile { every: Some(10.0), ..flow("b") },
                FlowFile { chance: Some(0.6), ..flow("c") },
                FlowFile { flow: Some(100.0), ..flow("none") },
            ],
            trips: (0..1000).map(|i| TripFile { id: format!("t{i}"), ..TripFile::default() }).collect(),
            scale: 1.2,
            ..DemandFile::default()
        };
        let factor = |name: &str| match name {
            "trips from s" => 0.5,
            "none" => 0.0,
            _ => 2.0,
        };
        let out = scaled(&file, factor, |_| "s".into(), 1);
        assert_eq!((out.scale, out.flows.len()), (1.0, 4));
        assert_eq!((out.flows[0].flow, out.flows[0].number, out.flows[1].every), (Some(800.0), Some(200), Some(5.0)));
        // One vehicle a second is the most that one such flow makes.
        assert_eq!((out.flows[2].chance, out.flows[3].chance, out.flows[3].id.as_str()), (Some(0.6), Some(0.6), "c#2"));
        // A draw for each trip: 500 ± 4 standard deviations of 16.
        assert!((436..564).contains(&out.trips.len()), "{}", out.trips.len());
    }
}

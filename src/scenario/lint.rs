//! What is odd about a scenario although it can be run: names that nobody uses, departures out of time.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{DemandFile, FaultFile, NetworkFile, ScenarioFile, WeightFile};
use super::place::{Step, locate, shown};
use super::resolve::steps;
use super::{Scenario, ScenarioError};

/// Something odd: the value, and what is odd about it.
struct Odd {
    path: Vec<Step>,
    problem: String,
}

impl Scenario {
    /// What is odd about it, each with its place in the file.
    pub fn oddities(&self) -> Vec<ScenarioError> {
        let file = &self.file;
        let odd = [unused(file), untimely(file), without_effect(file), odd_numbers(file)].into_iter().flatten();
        odd.map(|Odd { path, problem }| {
            let place = locate(&self.text, &path).filter(|_| !self.text.is_empty());
            ScenarioError::new(&self.source, &self.text, place, format!("{}: {problem}", shown(&path)))
        })
        .collect()
    }
}

/// Names that are given and never used.
fn unused(file: &ScenarioFile) -> Vec<Odd> {
    let d = &file.demand;
    let used = Used::of(d);
    let mut odd = Vec::new();
    let mut note = |path: Vec<Step>, what: &str, name: &str| {
        odd.push(Odd { path, problem: format!("{what} '{name}' is used by nobody") });
    };
    for (i, v) in file.vehicles.iter().enumerate() {
        let drives = used.vehicles.contains(v.id.as_str()) || (used.usual && v.share > 0.0);
        // SUMO has such types whether somebody uses them or not.
        if !drives && !v.id.starts_with("DEFAULT_") {
            note(steps!("vehicles", i), "vehicle", &v.id);
        }
    }
    for (i, r) in d.routes.iter().enumerate().filter(|(_, r)| !used.routes.contains(r.id.as_str())) {
        note(steps!("demand", "routes", i), "route", &r.id);
    }
    for name in d.profiles.keys().filter(|name| !used.profiles.contains(name.as_str())) {
        note(steps!("demand", "profiles", name.as_str()), "profile", name);
    }
    for (i, z) in d.zones.iter().enumerate().filter(|(_, z)| !used.zones.contains(z.id.as_str())) {
        note(steps!("demand", "zones", i), "zone", &z.id);
    }
    odd
}

/// Names that sources use.
#[derive(Default)]
struct Used<'f> {
    vehicles: BTreeSet<&'f str>,
    routes: BTreeSet<&'f str>,
    profiles: BTreeSet<&'f str>,
    zones: BTreeSet<&'f str>,
    /// Whether some source draws from all vehicle types.
    usual: bool,
}

impl<'f> Used<'f> {
    fn of(d: &'f DemandFile) -> Self {
        let mut used = Self::default();
        for t in &d.trips {
            used.vehicle(&t.vehicle, &t.mix);
            used.routes.extend(t.route.as_deref().into_iter().chain(t.routes.iter().map(|w| w.id.as_str())));
        }
        for f in &d.flows {
            used.vehicle(&f.vehicle, &f.mix);
            used.routes.extend(f.route.as_deref().into_iter().chain(f.routes.iter().map(|w| w.id.as_str())));
            used.profiles.extend(f.profile.as_deref());
        }
        for e in &d.entries {
            used.vehicle(&e.vehicle, &[]);
            used.profiles.extend(e.profile.as_deref());
        }
        for m in &d.matrices {
            used.vehicle(&m.vehicle, &[]);
            used.profiles.extend(m.profile.as_deref());
            used.zones.extend(m.cells.iter().flat_map(|c| [c.from.as_str(), c.to.as_str()]));
        }
        // The traffic of a generated network draws from all types.
        used.usual |= d.has_no_sources();
        used
    }

    fn vehicle(&mut self, vehicle: &'f Option<String>, mix: &'f [WeightFile]) {
        self.usual |= vehicle.is_none() && mix.is_empty();
        self.vehicles.extend(vehicle.as_deref().into_iter().chain(mix.iter().map(|w| w.id.as_str())));
    }
}

/// Trips and flows that never depart: counted, with the first of each kind.
fn untimely(file: &ScenarioFile) -> Vec<Odd> {
    let never = |t: f64| t < file.begin || file.end.is_some_and(|end| t >= end);
    let mut found: BTreeMap<&str, (usize, Odd)> = BTreeMap::new();
    let mut note = |kind: &'static str, i: usize, name: &str, when: String| {
        let first = || Odd { path: steps!("demand", kind, i), problem: format!("'{name}' {when}") };
        found.entry(kind).or_insert_with(|| (0, first())).0 += 1;
    };
    for (i, t) in file.demand.trips.iter().enumerate().filter(|(_, t)| never(t.depart)) {
        note("trips", i, &t.id, format!("departs at {} s, outside of the scenario's time: it never drives", t.depart));
    }
    for (i, f) in file.demand.flows.iter().enumerate() {
        if is_outside(file, f.begin, f.end) {
            note("flows", i, &f.id, format!("{OUTSIDE}: it makes no vehicles"));
        }
    }
    let more = |(n, odd): (usize, Odd)| match n {
        1 => odd,
        n => Odd { problem: format!("{}; {} more like it", odd.problem, n - 1), ..odd },
    };
    found.into_values().map(more).collect()
}

/// What is said of whatever [is outside](is_outside).
const OUTSIDE: &str = "lies outside of the scenario's time";

/// Whether a span of time, open where nothing is said, ends before the scenario begins or begins after its end.
fn is_outside(file: &ScenarioFile, from: Option<f64>, until: Option<f64>) -> bool {
    let late = from.is_some_and(|from| file.end.is_some_and(|end| from >= end));
    late || until.is_some_and(|until| until <= file.begin)
}

/// Broken detectors, lost messages and commands by which nothing becomes different.
fn without_effect(file: &ScenarioFile) -> Vec<Odd> {
    let mut odd = Vec::new();
    for (i, command) in file.commands.iter().enumerate().filter(|(_, c)| file.end.is_some_and(|end| c.at >= end)) {
        let problem =
            format!("at is {} s, after the scenario's end: only `--drain` or `--until` gets there", command.at);
        odd.push(Odd { path: steps!("commands", i), problem });
    }
    let mut note = |kind: &'static str, i: usize, why: &str| {
        odd.push(Odd { path: steps!("sensors", kind, i), problem: format!("{why}: it has no effect") });
    };
    for (i, fault) in file.sensors.faults.iter().enumerate() {
        if is_outside(file, fault.from, fault.until) {
            note("faults", i, OUTSIDE);
        } else if fault.share == 0.0 {
            note("faults", i, "share is 0, no detector has it");
        } else if breaks_nothing(fault) {
            note("faults", i, "says nothing of what is wrong (stuck, miss, false_calls, chatter, drop_out, latency)");
        }
    }
    for (i, fault) in file.sensors.messages.iter().enumerate() {
        if is_outside(file, fault.from, fault.until) {
            note("messages", i, OUTSIDE);
        } else if fault.lost == 0.0 && fault.latency == 0.0 {
            note("messages", i, "loses no message and makes none late");
        }
    }
    odd
}

/// Whether a fault is none of any kind.
fn breaks_nothing(fault: &FaultFile) -> bool {
    let kinds = [fault.miss, fault.false_calls, fault.chatter, fault.drop_out, fault.latency];
    fault.stuck.is_none() && kinds.iter().all(|&kind| kind == 0.0)
}

/// Numbers that are allowed, but look like those of another unit or clock.
fn odd_numbers(file: &ScenarioFile) -> Vec<Odd> {
    let mut odd = Vec::new();
    for (name, profile) in &file.demand.profiles {
        let Some(begin) = profile.begin else { continue };
        let end = begin + profile.slice * profile.factors.len() as f64;
        if end <= file.begin || file.end.is_some_and(|last| begin >= last) {
            let problem =
                format!("lies at {begin} to {end} s, outside of the scenario's time: its flows make no vehicles");
            odd.push(Odd { path: steps!("demand", "profiles", name.as_str(), "begin"), problem });
        }
    }
    if let NetworkFile::Inline(plan) = &file.network {
        // Signs have round numbers; 13.9 is 50 km/h in m/s.
        let unusual = |speed: f64| speed < 40.0 && speed % 5.0 != 0.0;
        let found = plan.streets.iter().enumerate().find(|(_, s)| unusual(s.speed));
        if let Some((i, street)) = found {
            let problem = format!("{} km/h on street '{}'; limits are in km/h, not in m/s", street.speed, street.id);
            odd.push(Odd { path: steps!("network", "inline", "streets", i, "speed"), problem });
        }
    }
    odd
}

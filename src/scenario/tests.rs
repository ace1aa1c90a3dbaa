//! The bundled scenario, and broken ones.

use std::collections::{BTreeMap, BTreeSet};

use intergreen_control::Lamp;

use super::{ARTERIAL, Scenario};
use crate::demand::{Demand, Timing};
use crate::network::{Direction, LaneId, LinkId, Movement, MovementKind, Network};

fn bundled() -> (Network, Demand) {
    Scenario::bundled("arterial").unwrap().unwrap().build().unwrap()
}

/// Vehicles that a demand makes on average.
fn vehicles(demand: &Demand) -> f64 {
    let of = |t: &Timing| match *t {
        Timing::Poisson { begin, end, rate, .. } => (end.seconds() - begin.seconds()) * rate,
        _ => 0.0,
    };
    demand.sources.iter().map(|s| of(&s.timing)).sum()
}

/// Mean flow (veh/h) over `from` to `until` of each pair of consecutive links.
fn flows(demand: &Demand, from: f64, until: f64) -> BTreeMap<(LinkId, LinkId), f64> {
    let mut flows = BTreeMap::new();
    for s in &demand.sources {
        let Timing::Poisson { begin, end, rate, .. } = s.timing else { continue };
        let shared = (end.seconds().min(until) - begin.seconds().max(from)).max(0.0);
        let total: f64 = s.routes.iter().map(|r| r.1).sum();
        for &(route, weight) in &s.routes {
            for w in demand.routes[route.index()].links.windows(2) {
                *flows.entry((w[0], w[1])).or_insert(0.0) += rate * shared / (until - from) * 3600.0 * weight / total;
            }
        }
    }
    flows
}

/// Lanes that share their flow: the bay of an approach, or its other lanes.
#[derive(Default)]
struct Group {
    flow: f64,
    lanes: BTreeSet<LaneId>,
    green: f64,
}

/// The greatest degree of saturation at a signal in the third quarter of the hour, and its approach. 1,800 veh/h and
/// lane for straight on, 1,650 for a bay; bays that are only ever permitted (`g`) are left out.
fn worst(network: &Network, demand: &Demand, signal: &str) -> (f64, String) {
    let s = network.signals.iter().find(|s| s.id == signal).unwrap();
    let flows = flows(demand, 1800.0, 2700.0);
    let pair = |m: &Movement| (network.lane(m.from).link, network.lane(m.to).link);
    let movements: Vec<&Movement> = s.movements.iter().map(|&m| network.movement(m)).collect();
    let mut groups: BTreeMap<(LinkId, bool), Group> = BTreeMap::new();
    for m in &movements {
        let name = &network.link(pair(m).0).id;
        let bay = name.ends_with(".bay") && m.direction == Direction::Left;
        let lamps = || s.program.steps().iter().map(|st| (st.lamps[usize::from(m.head.unwrap().group)], st.duration.0));
        if bay && !lamps().any(|(lamp, _)| lamp == Lamp::Green) {
            continue;
        }
        let lanes = movements.iter().filter(|o| pair(o) == pair(m)).count();
        let group = groups.entry((pair(m).0, bay)).or_default();
        group.flow += flows.get(&pair(m)).copied().unwrap_or(0.0) / lanes as f64;
        group.lanes.insert(m.from);
        group.green = lamps().filter(|(lamp, _)| lamp.is_green()).map(|(_, ms)| ms as f64 / 1000.0).sum();
    }
    let x = |(&(link, bay), g): (&(LinkId, bool), &Group)| {
        let saturation = if bay { 1650.0 } else { 1800.0 };
        let capacity = g.lanes.len() as f64 * saturation * g.green / s.program.cycle().seconds();
        (g.flow / capacity, format!("{}{}", network.link(link).id, if bay { " left" } else { "" }))
    };
    groups.iter().map(x).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[test]
fn the_arterial_is_as_described() {
    let (network, demand) = bundled();
    assert_eq!(network.signals.len(), 8);
    assert!((3_000.0..4_500.0).contains(&vehicles(&demand)), "{}", vehicles(&demand));
    assert!(network.signals.iter().all(|s| s.program.cycle().0 == 80_000));
    let trucks: f64 = demand.sources[0].types.iter().filter(|t| t.0.index() == 1).map(|t| t.1).sum();
    assert_eq!(trucks / demand.sources[0].types.iter().map(|t| t.1).sum::<f64>(), 0.03);
}

#[test]
fn the_arterial_is_busy_but_not_oversaturated() {
    let (network, demand) = bundled();
    let all: Vec<_> = "abcdefgh".chars().map(|c| (c, worst(&network, &demand, &c.to_string()))).collect();
    println!("{all:.2?}, {:.0} vehicles", vehicles(&demand));
    let busiest = all.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0)).map(|w| w.0);
    assert_eq!(busiest, Some('e'), "{all:?}");
    let critical = all.iter().map(|w| w.1.0).fold(0.0, f64::max);
    assert!((0.8..0.92).contains(&critical), "{all:?}");
}

#[test]
fn routes_are_connected_and_leave_the_network() {
    let (network, demand) = bundled();
    for route in &demand.routes {
        for w in route.links.windows(2) {
            let joined = network.lanes_of(w[0]).flat_map(|l| network.movements_of(l)).any(|m| {
                let m = network.movement(m);
                m.kind == MovementKind::Entry && network.lane(m.to).link == w[1]
            });
            assert!(joined, "{} to {}", network.link(w[0]).id, network.link(w[1]).id);
        }
        let (first, last) = (route.links[0], route.links[route.links.len() - 1]);
        assert!(network.link(first).fringe && network.link(last).fringe);
    }
    for s in &demand.sources {
        let total: f64 = s.routes.iter().map(|r| r.1).sum();
        assert!((0.97..=1.0 + 1e-9).contains(&total), "{}: {total}", s.id);
    }
}

/// The bundled file with one piece replaced, as an error message.
fn broken(old: &str, new: &str) -> String {
    assert!(ARTERIAL.contains(old), "{old} is not in the file");
    let text = ARTERIAL.replacen(old, new, 1);
    match Scenario::from_ron(&text, "arterial.ron").and_then(|s| s.build()) {
        Ok(_) => panic!("'{new}' was accepted"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn broken_files_are_refused_with_place_and_reason() {
    let table: &[(&str, &str, &[&str])] = &[
        ("version: 2", "version: 3", &["arterial.ron:8:", "version: 3; expected 1 to 2"]),
        ("end: 3600", "end: -1", &["arterial.ron:12:10: end: -1; expected 0 to 1209600 s"]),
        ("end: 3600", "end: 900000", &["at most a week"]),
        ("step: 0.5", "step: NaN", &["arterial.ron:13:11: NaN; expected a finite number"]),
        ("seeds: [1]", "sedes: [1]", &["arterial.ron:14:", "has no field sedes; did you mean 'seeds'?"]),
        ("lanes: 2, speed", "lanes: \"two\", speed", &["arterial.ron:", "lanes: \"two\"", "^"]),
        ("kind: dead_end", "kind: turntable", &["turntable", "right_before_left"]),
        ("from: \"w\"", "from: \"west\"", &["street 'm0': from: no node 'west'"]),
        ("x: 300, y: 12", "x: 1, y: 1", &["is", "m long; its crossings and bays need"]),
        ("x: 300, y: 12", "x: inf, y: 1", &["inf; expected a finite number"]),
        ("(green: 36,", "(green: 35,", &["signal 'a': greens", "add up to 79 s; expected the cycle of 80 s"]),
        ("[\"an\", \"as\"]", "[\"an\"]", &["'as' to", "is never green"]),
        ("[\"m1\", \"-m2\"]", "[\"m1\", \"-m2\", \"bn\"]", &["stage 1", "cross and neither gives way"]),
        ("[\"m1\", \"-m2\"]", "[\"m1\", \"m2\"]", &["'m2' does not arrive here; expected one of"]),
        (
            "(street: \"m0\", flow: 1180",
            "(street: \"m0\", flow: -3",
            &["demand.entries[0].flow: -3; expected 0 to 20000 veh/h"],
        ),
        (
            "(street: \"m0\", flow: 1180",
            "(street: \"m99\", flow: 1",
            &["demand.entries[0].street: no street 'm99'; expected one of"],
        ),
        ("profile: \"peak\"", "profile: \"pique\"", &["no profile 'pique'; expected one of: flat, peak"]),
        (
            "[0.80, 1.10, 1.20, 0.90]",
            "[1.0]",
            &["arterial.ron:159:", "profiles.peak.factors: has 1 factors; expected 4"],
        ),
        ("share: 97", "share: -1", &["vehicles[0].share: -1; expected 0 to"]),
        ("turns: [\"r s\", \"s l\"]", "turns: [\"l\", \"r\"]", &["street 'fn': at node 'f'", "would cross"]),
        ("kind: dead_end", "kind: priority", &["node 'w': has 1 streets"]),
        ("(id: \"a\", x: 0", "(id: \"a\", x: 0, lift: 1", &["lift", "arterial.ron:19:"]),
    ];
    for (old, new, fragments) in table {
        let message = broken(old, new);
        for f in *fragments {
            assert!(message.contains(f), "{old} -> {new}: '{f}' is not in\n{message}");
        }
        if std::env::var_os("INTERGREEN_PRINT").is_some() {
            println!("{message}");
        }
    }
}

#[test]
fn a_newer_file_is_told_from_a_wrong_one() {
    let text = ARTERIAL.replacen("version: 2", "version: 3, weather: rain", 1);
    assert!(Scenario::from_ron(&text, "new.ron").unwrap_err().to_string().contains("version: 3; expected 1 to 2"));
}

#[test]
fn a_file_of_an_earlier_version_is_carried_over() {
    let old = include_str!("../../tests/old_versions/arterial_1.ron");
    let mut now = Scenario::bundled("arterial").unwrap().unwrap().file;
    // What the monitor reads has been written down since.
    if let super::NetworkFile::Inline(plan) = &mut now.network {
        plan.signals.iter_mut().for_each(|s| s.permissive = None);
    }
    assert_eq!(Scenario::from_ron(old, "old.ron").unwrap().file, now);
    let routes = "demand: (routes: [(id: \"through\", streets: [\"m0\", \"m1\"], flow: 100, profile: \"flat\")],";
    let file = Scenario::from_ron(&old.replacen("demand: (", routes, 1), "old.ron").unwrap().file;
    assert_eq!(file.demand.flows[0].route.as_deref(), Some("through"));
    assert_eq!(file.demand.routes[0].streets, ["m0", "m1"]);
    let wrong = Scenario::from_ron(&old.replacen("seed: 1", "seeds: [1]", 1), "old.ron").unwrap_err().to_string();
    assert!(wrong.contains("old.ron:14:") && wrong.contains("did you mean 'seed'?"), "{wrong}");
}

#[test]
fn what_is_written_is_what_is_read() {
    let file = Scenario::bundled("arterial").unwrap().unwrap().file;
    let text = super::to_ron(&file).unwrap();
    assert_eq!(Scenario::from_ron(&text, "written.ron").unwrap().file, file);
}

#[test]
fn the_scale_applies_to_all_flows() {
    let (_, demand) = bundled();
    let text = ARTERIAL.replacen("demand: (", "demand: (scale: 0.5,", 1);
    let (_, half) = Scenario::from_ron(&text, "arterial.ron").unwrap().build().unwrap();
    assert!((vehicles(&half) * 2.0 - vehicles(&demand)).abs() < 1e-6);
}

#[test]
fn routes_can_be_spelled_out() {
    let routes = "demand: (routes: [(id: \"r\", streets: [\"m0\", \"m1\", \"-bn\"])],\n\
                  flows: [(id: \"through\", route: \"r\", flow: 100)],";
    let (network, demand) =
        Scenario::from_ron(&ARTERIAL.replacen("demand: (", routes, 1), "arterial.ron").unwrap().build().unwrap();
    let source = demand.sources.iter().find(|s| s.id == "through").unwrap();
    let links = &demand.routes[source.routes[0].0.index()].links;
    let names: Vec<&str> = links.iter().map(|&l| network.link(l).id.as_str()).collect();
    assert_eq!(names, ["m0", "m0.bay", "m1", "m1.bay", "-bn"]);
    let broken = routes.replace("\"m1\", ", "");
    let text = ARTERIAL.replacen("demand: (", &broken, 1);
    let error = Scenario::from_ron(&text, "arterial.ron").unwrap().build().unwrap_err().to_string();
    assert!(error.contains("no way leads from 'm0' to '-bn'"), "{error}");
}

#[test]
fn files_that_lack_a_line_never_panic() {
    let lines: Vec<&str> = ARTERIAL.lines().collect();
    for i in 0..lines.len() {
        let text: String = lines.iter().enumerate().filter(|l| l.0 != i).map(|l| format!("{}\n", l.1)).collect();
        let _ = Scenario::from_ron(&text, "cut.ron").and_then(|s| s.build());
    }
}

#[test]
fn absurd_numbers_never_panic() {
    let numbers: Vec<(usize, &str)> = ARTERIAL
        .match_indices(": ")
        .filter(|(i, _)| ARTERIAL[i + 2..].starts_with(|c: char| c.is_ascii_digit() || c == '-'))
        .collect();
    for (k, &(i, _)) in numbers.iter().enumerate() {
        let rest = &ARTERIAL[i + 2..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "-.".contains(c))).unwrap_or(rest.len());
        let absurd = ["0", "-1", "1e308", "NaN", "inf", "0.001", "255", "18446744073709551616"][k % 8];
        let text = format!("{}{absurd}{}", &ARTERIAL[..i + 2], &rest[end..]);
        let _ = Scenario::from_ron(&text, "absurd.ron").and_then(|s| s.build());
    }
}

#[test]
fn truncated_files_give_errors_and_never_panic() {
    for i in (0..ARTERIAL.len() - 4).step_by(97).filter(|&i| ARTERIAL.is_char_boundary(i)) {
        assert!(Scenario::from_ron(&ARTERIAL[..i], "cut.ron").is_err(), "at {i}");
    }
}

//! A crossing of two streets, looked at closely.

use std::fmt::Write as _;

use intergreen_control::Lamp;

use super::*;
use crate::network::{ConflictKind, Movement, MovementKind};

/// A street to the crossing `x` from the node `id`, which lies there.
fn street(id: &str, lanes: u8, rank: i32) -> Street {
    Street { rank, ..Street::new(id, id, "x", lanes, 50.0) }
}

/// A crossing of a street of two lanes (w–e) and one of one lane (s–n).
fn cross(kind: NodeKind) -> StreetPlan {
    let node = Node::new;
    let end = NodeKind::DeadEnd;
    let go = |names: &[&str], green| Stage { green, go: names.iter().map(|&n| n.into()).collect() };
    StreetPlan {
        nodes: vec![
            node("x", 0.0, 0.0, kind),
            node("n", 0.0, 200.0, end),
            node("e", 200.0, 0.0, end),
            node("s", 0.0, -200.0, end),
            node("w", -200.0, 0.0, end),
        ],
        streets: vec![street("n", 1, 1), street("e", 2, 2), street("s", 1, 1), street("w", 2, 2)],
        signals: if kind == NodeKind::Signal {
            vec![SignalPlan {
                node: "x".into(),
                cycle: 60.0,
                offset: 0.0,
                yellow: 3.0,
                all_red: 2.0,
                stages: vec![go(&["w", "e"], 30.0), go(&["n", "s"], 20.0)],
                permissive: None,
            }]
        } else {
            Vec::new()
        },
        stops: Vec::new(),
    }
}

/// The entry movement from one street into another, from lane `k`.
fn entry<'a>(network: &'a Network, from: &str, k: u8, to: &str) -> &'a Movement {
    let found = network.movements.iter().find(|m| {
        let (a, b) = (network.lane(m.from), network.lane(m.to));
        let names = (network.link(a.link).id.as_str(), network.link(b.link).id.as_str());
        m.kind == MovementKind::Entry && names == (from, to) && a.index == k
    });
    found.unwrap_or_else(|| panic!("no movement from {from} lane {k} to {to}"))
}

/// Whether the first yields to the second, and whether they are foes.
fn relation(network: &Network, a: (&str, u8, &str), b: (&str, u8, &str)) -> (bool, bool) {
    let (a, b) = (entry(network, a.0, a.1, a.2), entry(network, b.0, b.1, b.2));
    (a.yields_to.contains(&b.entry), a.foes.contains(&b.entry))
}

/// Every movement joins lanes whose ends meet.
fn assert_joined(network: &Network) {
    for m in &network.movements {
        let (from, next) = (network.lane(m.from), network.lane(m.next));
        let gap = from.shape[from.shape.len() - 1].distance(next.shape[0]);
        assert!(gap < 1e-3, "{} and {} are {gap} m apart", from.id, next.id);
    }
}

/// No step shows `G` to foes of which neither yields.
fn assert_no_forbidden_green(network: &Network) {
    for s in &network.signals {
        for step in s.program.steps() {
            let open = |m: &Movement| m.head.is_some_and(|h| step.lamps[usize::from(h.group)].is_green());
            for m in s.movements.iter().map(|&m| network.movement(m)).filter(|m| open(m)) {
                for f in m.foes.iter().map(|&f| network.movement(f)).filter(|f| open(f)) {
                    let bound = m.yields_to.contains(&f.entry) || f.yields_to.contains(&m.entry);
                    let both = [m, f].map(|m| step.lamps[usize::from(m.head.unwrap().group)]) == [Lamp::Green; 2];
                    assert!(bound && !both, "{}: {m:?} and {f:?}", s.id);
                }
            }
        }
    }
}

#[test]
fn a_crossing_has_the_expected_movements() {
    let network = compose(&cross(NodeKind::Signal)).unwrap();
    let entries: Vec<_> = network.movements.iter().filter(|m| m.kind == MovementKind::Entry).collect();
    // One-lane streets: r s l each; two-lane streets: r s, s l.
    assert_eq!(entries.len(), 2 * 3 + 2 * 4);
    assert_eq!(entry(&network, "s", 0, "-e").direction, Direction::Right);
    assert_eq!(entry(&network, "s", 0, "-n").direction, Direction::Straight);
    assert_eq!(entry(&network, "s", 0, "-w").direction, Direction::Left);
    let target = |m: &Movement| network.lane(m.to).index;
    assert_eq!(target(entry(&network, "s", 0, "-e")), 0, "rights keep to the kerb");
    assert_eq!(target(entry(&network, "s", 0, "-w")), 1, "lefts keep to the left");
    assert_eq!(target(entry(&network, "w", 1, "-e")), 1, "straights keep their lane");
    assert_joined(&network);
}

#[test]
fn at_a_signal_only_turning_and_merging_ways_yield() {
    let network = compose(&cross(NodeKind::Signal)).unwrap();
    let (left, oncoming) = (("w", 1, "-n"), ("e", 0, "-w"));
    assert_eq!(relation(&network, left, oncoming), (true, true));
    assert_eq!(relation(&network, oncoming, left), (false, true));
    assert_eq!(relation(&network, ("w", 0, "-e"), ("s", 0, "-n")), (false, true), "crossing throughs: the lamps");
    assert_eq!(relation(&network, left, ("s", 0, "-n")), (false, true), "crossing street: the lamps");
    assert_eq!(relation(&network, ("s", 0, "-e"), ("w", 0, "-e")), (true, true), "a right turn merges");
    assert_eq!(relation(&network, left, ("e", 0, "-n")), (true, true), "left after the opposing right");
    assert_eq!(relation(&network, left, ("e", 1, "-s")), (false, false), "opposing lefts pass each other");
    assert_no_forbidden_green(&network);
    let signal = &network.signals[0];
    let lamp = |m: &Movement| signal.program.steps()[0].lamps[usize::from(m.head.unwrap().group)];
    assert_eq!(lamp(entry(&network, "w", 1, "-n")), Lamp::GreenMinor);
    assert_eq!(lamp(entry(&network, "w", 1, "-e")), Lamp::Green);
    assert_eq!(lamp(entry(&network, "s", 0, "-n")), Lamp::Red);
}

#[test]
fn left_turns_at_signals_wait_clear_of_oncoming_paths() {
    let network = compose(&cross(NodeKind::Signal)).unwrap();
    for (from, k, to) in [("w", 1, "-n"), ("s", 0, "-w")] {
        let m = entry(&network, from, k, to);
        assert!(m.waits_inside);
        let first = network.lane(m.next);
        assert!(first.length > 3.0);
        let crossing = first.conflicts.iter().find(|c| c.kind == ConflictKind::Crossing && c.yields);
        assert!(crossing.is_none(), "{}: {crossing:?}", first.id);
    }
    assert!(!entry(&network, "w", 0, "-s").waits_inside);
}

#[test]
fn minor_streets_yield_to_major_ones() {
    let network = compose(&cross(NodeKind::Priority)).unwrap();
    assert_eq!(relation(&network, ("s", 0, "-n"), ("w", 0, "-e")), (true, true));
    assert_eq!(relation(&network, ("w", 0, "-e"), ("s", 0, "-n")), (false, true));
    assert_eq!(relation(&network, ("w", 1, "-n"), ("e", 0, "-w")), (true, true), "a major left to oncoming traffic");
    assert_eq!(relation(&network, ("w", 1, "-n"), ("s", 0, "-n")), (false, true), "but not to a minor street");
    assert_eq!(entry(&network, "s", 0, "-n").right_of_way, RightOfWay::Minor);
    assert_eq!(entry(&network, "w", 0, "-e").right_of_way, RightOfWay::Major);
}

#[test]
fn right_goes_before_left() {
    let network = compose(&cross(NodeKind::RightBeforeLeft)).unwrap();
    // Who drives north has the street from the east on its right.
    assert_eq!(relation(&network, ("s", 0, "-n"), ("e", 0, "-w")), (true, true));
    assert_eq!(relation(&network, ("e", 0, "-w"), ("s", 0, "-n")), (false, true));
    assert_eq!(relation(&network, ("s", 0, "-n"), ("w", 0, "-e")), (false, true));
    assert_eq!(relation(&network, ("s", 0, "-w"), ("n", 0, "-s")), (true, true));
}

#[test]
fn turns_are_driven_at_plausible_speeds() {
    let network = compose(&cross(NodeKind::Signal)).unwrap();
    let speed = |m: &Movement| network.lane(m.next).speed_limit;
    let (right, left) = (speed(entry(&network, "s", 0, "-e")), speed(entry(&network, "w", 1, "-n")));
    assert!((4.0..7.0).contains(&right), "{right}");
    assert!((6.0..10.0).contains(&left) && left > right, "{left}");
    assert!((speed(entry(&network, "w", 0, "-e")) - 50.0 / 3.6).abs() < 1e-3);
}

#[test]
fn streets_climb_from_node_to_node() {
    let mut plan = cross(NodeKind::Priority);
    plan.nodes[2].z = 6.0;
    plan.streets[1].median = 4.0;
    plan.streets[1].end.bay = Some(50.0);
    let network = compose(&plan).unwrap();
    for (link, up) in [("e", -1.0), ("e.bay", -1.0), ("-e", 1.0), ("w", 0.0)] {
        for lane in network.lanes_of(network.find_link(link).unwrap()) {
            // All of the height lies between the ends of the street: its two links down, or its one link up.
            let length = if up < 0.0 { ["e", "e.bay"].as_slice() } else { &["-e"] }.iter().map(|l| {
                let first = network.lanes_of(network.find_link(l).unwrap()).next().unwrap();
                network.lane(first).length
            });
            let (grade, expected) = (network.lane(lane).grade, up * 600.0 / length.sum::<f32>());
            assert!((grade - expected).abs() < 0.01, "{link}: {grade} %, expected {expected}");
        }
    }
    assert!(network.lanes.iter().filter(|l| l.internal).all(|l| l.grade == 0.0));
    let again = crate::network::parts::NetworkParts::of(&network).build().unwrap();
    assert!(network.lanes.iter().zip(&again.lanes).all(|(a, b)| a.grade == b.grade));
    plan.nodes[2].z = 90.0;
    let refused = compose(&plan).unwrap_err().to_string();
    assert!(refused.contains("grade"), "{refused}");
}

#[test]
fn a_bay_takes_the_left_turns_and_no_others() {
    let mut plan = cross(NodeKind::Signal);
    for s in &mut plan.streets {
        s.median = 3.2;
        s.end.bay = Some(60.0);
    }
    let network = compose(&plan).unwrap();
    assert_eq!(entry(&network, "w.bay", 2, "-n").direction, Direction::Left);
    assert_eq!(entry(&network, "w.bay", 1, "-e").direction, Direction::Straight);
    let bay = network.find_link("w.bay").unwrap();
    let opening = network.movements.iter().filter(|m| network.lane(m.next).link == bay).count();
    assert_eq!(opening, 3, "two go on and one opens");
    assert_eq!(relation(&network, ("w.bay", 2, "-n"), ("e.bay", 2, "-s")), (false, false));
    assert_joined(&network);
    assert_no_forbidden_green(&network);
}

#[test]
fn skewed_and_uneven_junctions_join_too() {
    for (x, y) in [(100.0, 170.0), (60.0, 190.0), (-60.0, 190.0), (-90.0, 180.0)] {
        for kind in [NodeKind::Signal, NodeKind::Priority, NodeKind::RightBeforeLeft] {
            let mut plan = cross(kind);
            (plan.nodes[1].x, plan.nodes[1].y) = (x, y);
            assert_joined(&compose(&plan).unwrap());
        }
    }
}

#[test]
fn the_bundled_arterial_joins_and_opens_nothing_forbidden() {
    let (network, _) = crate::scenario::Scenario::bundled("arterial").unwrap().unwrap().build().unwrap();
    assert_joined(&network);
    assert_no_forbidden_green(&network);
    if let Some(dir) = std::env::var_os("INTERGREEN_SVG") {
        let dir = std::path::PathBuf::from(dir);
        std::fs::write(dir.join("arterial.svg"), svg(&network, (-400.0, -300.0, 2600.0, 300.0), 0.8)).unwrap();
        std::fs::write(dir.join("e.svg"), svg(&network, (1090.0, -70.0, 1230.0, 70.0), 8.0)).unwrap();
        std::fs::write(dir.join("d.svg"), svg(&network, (840.0, -60.0, 1000.0, 80.0), 8.0)).unwrap();
        std::fs::write(dir.join("f.svg"), svg(&network, (1510.0, -70.0, 1650.0, 70.0), 8.0)).unwrap();
    }
}

/// A drawing of a part of a network, for looking at it: `INTERGREEN_SVG=dir cargo test`.
fn svg(network: &Network, (x0, y0, x1, y1): (f64, f64, f64, f64), scale: f64) -> String {
    let (w, h) = ((x1 - x0) * scale, (y1 - y0) * scale);
    let mut out = format!("<svg xmlns='http://www.w3.org/2000/svg' width='{w}' height='{h}'>\n");
    let _ = writeln!(out, "<rect width='{w}' height='{h}' fill='#f4f4f0'/>");
    let points = |shape: &[Point]| {
        shape
            .iter()
            .map(|p| format!("{:.2},{:.2}", (p.x - x0) * scale, (y1 - p.y) * scale))
            .collect::<Vec<_>>()
            .join(" ")
    };
    for j in network.junctions.iter().filter(|j| j.shape.len() > 2) {
        let _ = writeln!(out, "<polygon points='{}' fill='#d8d8d8'/>", points(&j.shape));
    }
    for lane in &network.lanes {
        let (colour, width) = match (lane.internal, lane.conflicts.is_empty()) {
            (false, _) => ("#b0b0b8", 2.9 * scale),
            (true, true) => ("#208030", 0.25 * scale),
            (true, false) => ("#c04020", 0.25 * scale),
        };
        let line = points(&lane.shape);
        let _ = writeln!(out, "<polyline points='{line}' fill='none' stroke='{colour}' stroke-width='{width}'/>");
    }
    for m in network.movements.iter().filter(|m| m.kind == MovementKind::Onward) {
        if let Some(p) = network.lane(m.from).shape.last() {
            let (x, y) = ((p.x - x0) * scale, (y1 - p.y) * scale);
            let _ = writeln!(out, "<circle cx='{x:.2}' cy='{y:.2}' r='{}' fill='#2040c0'/>", 0.5 * scale);
        }
    }
    out + "</svg>\n"
}

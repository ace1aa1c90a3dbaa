//! Roundabouts, bus lanes, stops, and what a signal's permissives say.

use super::*;
use crate::network::{JunctionKind, MovementKind, VehicleClass};

/// A roundabout `r` with arms of one lane each way at these angles in degrees, 150 m long, named `a0`, `a1`, ….
fn roundabout(angles: &[f64]) -> StreetPlan {
    let mut plan = StreetPlan { nodes: vec![Node::new("r", 50.0, 20.0, NodeKind::Roundabout)], ..Default::default() };
    for (i, angle) in angles.iter().enumerate() {
        let (x, y) = (150.0 * libm::cos(angle.to_radians()), 150.0 * libm::sin(angle.to_radians()));
        let (end, street) = (format!("e{i}"), format!("a{i}"));
        plan.nodes.push(Node::new(&end, 50.0 + x, 20.0 + y, NodeKind::DeadEnd));
        plan.streets.push(Street::new(&street, &end, "r", 1, 50.0));
    }
    plan
}

/// A crossing `x` of two streets of two lanes, `w` and `e`, `s` and `n`, all leading to it.
fn crossing(kind: NodeKind) -> StreetPlan {
    let mut plan = StreetPlan { nodes: vec![Node::new("x", 0.0, 0.0, kind)], ..Default::default() };
    for (name, x, y) in [("w", -200.0, 0.0), ("e", 200.0, 0.0), ("s", 0.0, -200.0), ("n", 0.0, 200.0)] {
        let end = format!("{name}_end");
        plan.nodes.push(Node::new(&end, x, y, NodeKind::DeadEnd));
        plan.streets.push(Street::new(name, &end, "x", 2, 50.0));
    }
    if kind == NodeKind::Signal {
        let stage = |go: [&str; 2]| Stage { green: 25.0, go: go.map(String::from).to_vec() };
        let stages = vec![stage(["w", "e"]), stage(["n", "s"])];
        let times = (60.0, 0.0, 3.0, 2.0);
        let (cycle, offset, yellow, all_red) = times;
        plan.signals = vec![SignalPlan { node: "x".into(), cycle, offset, yellow, all_red, stages, permissive: None }];
    }
    plan
}

/// The entry movements from a link into another.
fn entries<'a>(network: &'a Network, from: &str, to: &str) -> Vec<&'a super::super::Movement> {
    let name = |lane| network.link(network.lane(lane).link).id.as_str();
    let all = network.movements.iter();
    all.filter(|m| m.kind == MovementKind::Entry && name(m.from) == from && name(m.to) == to).collect()
}

/// What is wrong with a plan.
fn problem(plan: &StreetPlan) -> String {
    compose(plan).map(|_| ()).expect_err("the plan is wrong").to_string()
}

#[test]
fn a_roundabout_is_a_ring_that_goes_first() {
    for angles in [&[0.0, 120.0, 240.0][..], &[10.0, 95.0, 180.0, 275.0], &[0.0, 72.0, 144.0, 216.0, 288.0]] {
        let mut plan = roundabout(angles);
        plan.nodes[0].radius = Some(20.0);
        let network = compose(&plan).unwrap();
        let ring: Vec<&str> = network.links.iter().filter(|l| l.roundabout).map(|l| l.id.as_str()).collect();
        assert_eq!(ring.len(), angles.len());
        for i in 0..angles.len() {
            let (arm, here) = (format!("a{i}"), format!("r.{}", i + 1));
            let before = format!("r.{}", (i + angles.len() - 1) % angles.len() + 1);
            let (enters, stays) = (entries(&network, &arm, &here), entries(&network, &before, &here));
            let (leaves, [enters], [stays]) = (entries(&network, &before, &format!("-{arm}")), &enters[..], &stays[..])
            else {
                panic!("{enters:?} {stays:?}")
            };
            assert_eq!(leaves.len(), 1);
            assert_eq!(
                enters.yields_to,
                [stays.entry],
                "who enters gives way to who is on the ring, and to nobody else"
            );
            assert!(stays.yields_to.is_empty() && leaves[0].yields_to.is_empty());
            assert!(entries(&network, &arm, &format!("-{arm}")).is_empty());
            // Counter-clockwise: the middle stays on the left.
            let line = &network.lane(network.lanes_of(network.find_link(&here).unwrap()).next().unwrap()).shape;
            let side = (line[1].x - line[0].x) * (20.0 - line[0].y) - (line[1].y - line[0].y) * (50.0 - line[0].x);
            assert!(side > 0.0);
            for p in line {
                // Chords of 0.1 rad lie within 20 · (1 − cos 0.05) = 0.025 m of the circle; cut ends lie on them.
                assert!((p.distance(Point::new(50.0, 20.0)) - 20.0).abs() < 0.03, "{p:?}");
            }
        }
        for m in &network.movements {
            let (from, next) = (network.lane(m.from), network.lane(m.next));
            assert!(from.shape[from.shape.len() - 1].distance(next.shape[0]) < 1e-3);
        }
        // √(4 m/s² · 20 m), less than 50 km/h.
        let on_ring = network.lane(network.lanes_of(network.find_link("r.1").unwrap()).next().unwrap());
        assert!((f64::from(on_ring.speed_limit) - libm::sqrt(80.0)).abs() < 1e-3, "{}", on_ring.speed_limit);
    }
}

#[test]
fn one_way_arms_of_roundabouts_enter_or_leave() {
    let mut plan = roundabout(&[0.0, 90.0, 180.0, 270.0]);
    plan.streets[0].both_ways = false;
    let out = &mut plan.streets[2];
    (out.both_ways, out.from, out.to) = (false, "r".into(), "e2".into());
    let network = compose(&plan).unwrap();
    assert_eq!(entries(&network, "a0", "r.1").len(), 1);
    assert_eq!(entries(&network, "r.2", "a2").len(), 1);
    assert!(network.find_link("-a0").is_none() && network.find_link("-a2").is_none());
}

#[test]
fn a_ring_of_two_lanes_is_left_from_its_outer_one() {
    let mut plan = roundabout(&[0.0, 90.0, 180.0, 270.0]);
    (plan.nodes[0].ring_lanes, plan.nodes[0].radius) = (Some(2), Some(24.0));
    plan.streets.iter_mut().for_each(|s| s.lanes = 2);
    let network = compose(&plan).unwrap();
    let lanes = |from: &str, to: &str| -> Vec<(u8, u8)> {
        let index = |lane| network.lane(lane).index;
        entries(&network, from, to).iter().map(|m| (index(m.from), index(m.to))).collect()
    };
    assert_eq!(lanes("a1", "r.2"), [(0, 0), (1, 1)]);
    assert_eq!(lanes("r.1", "r.2"), [(0, 0), (1, 1)]);
    assert_eq!(lanes("r.1", "-a1"), [(0, 0)]);
    // The inner entry crosses the outer lane of the ring.
    assert_eq!(entries(&network, "a1", "r.2")[1].yields_to.len(), 2);
}

#[test]
fn impossible_roundabouts_are_refused() {
    let four = || roundabout(&[0.0, 90.0, 180.0, 270.0]);
    type Change = fn(&mut StreetPlan);
    let cases: &[(Change, &str)] = &[
        (|p| p.nodes[0].radius = Some(5.0), "node 'r': radius: 5; expected 9 to 100 m"),
        (|p| p.nodes[0].radius = Some(f64::NAN), "node 'r': radius: NaN; expected 9 to 100 m"),
        (|p| p.nodes[0].radius = Some(10.0), "node 'r': radius: 10; streets 'a0' and 'a1' need at least"),
        (|p| p.nodes[0].ring_lanes = Some(3), "node 'r': ring_lanes: 3; expected 1 or 2"),
        (|p| p.streets[1].lanes = 2, "street 'a1' arrives with 2 lanes, the ring has 1"),
        (|p| p.streets[1].bends = vec![Point::new(50.0, 50.0)], "street 'a1': has a bend less than 15 m from the ring"),
        (|p| p.streets[0].end.turns = vec!["r".into()], "street 'a0': has a bay or 'turns' at roundabout 'r'"),
        (|p| p.streets[0].to = "r.2".into(), "street 'a0': no node 'r.2'; expected a roundabout itself"),
        (|p| p.streets.truncate(2), "node 'r': is a roundabout of 2 streets; expected 3 to 6"),
        (|p| p.nodes[1].radius = Some(16.0), "node 'e0': has a radius or ring_lanes"),
        (|p| p.streets.iter_mut().for_each(|s| s.both_ways = false), "that nobody can enter or leave"),
        (|p| (p.nodes[2].x, p.nodes[2].y) = (200.0, 40.0), "streets 'a0' and 'a1' are less than 20° apart"),
    ];
    for (change, expected) in cases {
        let mut plan = four();
        change(&mut plan);
        let found = problem(&plan);
        assert!(found.contains(expected), "{found}; expected {expected}");
    }
}

#[test]
fn bus_lanes_are_for_buses_and_end_before_the_crossing() {
    let mut plan = crossing(NodeKind::Signal);
    plan.streets.iter_mut().for_each(|s| (s.bus_lane, s.bus_lane_back) = (true, true));
    let network = compose(&plan).unwrap();
    let allows = |link: &str, k: usize, class| {
        let link = network.find_link(link).unwrap_or_else(|| panic!("no link {link}"));
        network.lane(network.lanes_of(link).nth(k).unwrap()).permissions.allows(class)
    };
    for (link, kerb) in [("w", false), ("w.bay", true), ("-w", false)] {
        assert_eq!(allows(link, 0, VehicleClass::Passenger), kerb, "{link}");
        assert!(allows(link, 0, VehicleClass::Bus) && allows(link, 1, VehicleClass::Passenger), "{link}");
    }
    assert!(network.find_link("-w.bay").is_none(), "nothing crosses at a dead end");
    let last = network.find_link("w.bay").unwrap();
    assert!((network.lane(network.lanes_of(last).next().unwrap()).length - 40.0).abs() < 1e-3);
    // Everybody can go everywhere, cars without the bus lane.
    for from in ["w.bay", "e.bay", "s.bay", "n.bay"] {
        for to in ["-w", "-e", "-s", "-n"].into_iter().filter(|to| to[1..] != from[..1]) {
            for class in [VehicleClass::Passenger, VehicleClass::Bus] {
                assert!(entries(&network, from, to).iter().any(|m| network.is_passable(m, class)), "{from} {to}");
            }
        }
    }
    let straight = entries(&network, "w.bay", "-e");
    assert_eq!(straight.len(), 2);
    assert!(!network.is_passable(straight[0], VehicleClass::Passenger), "from the kerb lane into the bus lane");
    let right = entries(&network, "w.bay", "-s");
    assert_eq!(network.lane(right[0].to).index, 1, "cars turn beside the bus lane");
    assert_eq!(
        problem(&StreetPlan { streets: vec![Street { lanes: 1, bus_lane: true, ..plan.streets[0].clone() }], ..plan }),
        "street 'w': bus_lane: the direction has 1 lane; expected at least 2"
    );
}

#[test]
fn stops_lie_where_the_plan_says() {
    let mut plan = crossing(NodeKind::Priority);
    plan.streets[0].bus_lane = true;
    let stop = |id: &str, street: &str, at: f64| BusStop { id: id.into(), street: street.into(), at, length: 20.0 };
    plan.stops = vec![stop("near", "w", 30.0), stop("last", "w", 160.0), stop("back", "-e", 5.0)];
    let network = compose(&plan).unwrap();
    let found = stops(&plan, &network).unwrap();
    let of = |i: usize| (network.lane(found[i].lane).id.as_str(), found[i].start, found[i].end);
    assert_eq!(of(0), ("w_0", 30.0, 50.0));
    let first = network.lane(network.lanes_of(network.find_link("w").unwrap()).next().unwrap()).length;
    assert_eq!(of(1), ("w.bay_0", 160.0 - first, 180.0 - first));
    assert_eq!(of(2), ("-e_0", 5.0, 25.0));
    for (changed, expected) in [
        (stop("s", "q", 1.0), "stop 's': street: no street 'q'"),
        (stop("s", "w.bay", 1.0), "stop 's': street: no street 'w.bay'"),
        (stop("s", "w", -1.0), "stop 's': lies from -1 to 19 m of street 'w'; expected 0 to"),
        (stop("s", "w", f64::NAN), "stop 's': lies from NaN"),
        (stop("s", "w", f64::from(first) - 10.0), "not over"),
        (BusStop { length: 500.0, ..stop("s", "w", 1.0) }, "stop 's': length: 500; expected 5 to 100 m"),
        (stop("near", "w", 60.0), "stop 'near': is given twice"),
    ] {
        let mut plan = plan.clone();
        plan.stops.push(changed);
        let found = problem(&plan);
        assert!(found.contains(expected), "{found}; expected {expected}");
    }
}

#[test]
fn stops_and_all_way_stops_have_their_rules() {
    let mut plan = crossing(NodeKind::PriorityStop);
    (plan.streets[0].rank, plan.streets[1].rank) = (2, 2);
    let network = compose(&plan).unwrap();
    assert_eq!(network.junctions[0].kind, JunctionKind::PriorityStop);
    assert!(entries(&network, "s", "-n").iter().all(|m| m.right_of_way == RightOfWay::Stop));
    assert!(entries(&network, "w", "-e").iter().all(|m| m.right_of_way == RightOfWay::Major));
    let network = compose(&crossing(NodeKind::AllWayStop)).unwrap();
    let (a, b) = (entries(&network, "s", "-n")[0], entries(&network, "w", "-e")[0]);
    assert!(a.yields_to.contains(&b.entry) && b.yields_to.contains(&a.entry));
    assert_eq!(a.right_of_way, RightOfWay::AllWayStop);
}

#[test]
fn permissives_name_turns_and_become_groups() {
    let mut plan = crossing(NodeKind::Signal);
    let list = permissive(&plan, "x").unwrap();
    // Of two lanes each, left and right turns into one street do not meet: a left turn gives way to oncoming through
    // traffic, a right turn to the through traffic it merges with.
    let expected = ["n", "e", "s", "w"].into_iter().zip(["e", "s", "w", "n"]).zip(["s", "w", "n", "e"]);
    let expected = expected.flat_map(|((me, left), oncoming)| {
        [(format!("{me}:r"), format!("{left}:s")), (format!("{me}:l"), format!("{oncoming}:s"))]
    });
    assert_eq!(list, expected.collect::<Vec<_>>());
    plan.signals[0].permissive = Some(list);
    let network = compose(&plan).unwrap();
    let groups = network.signals[0].permissive.as_ref().unwrap();
    for m in &network.signals[0].movements {
        let m = network.movement(*m);
        let group = |m: &super::super::Movement| m.head.unwrap().group;
        for &to in &m.yields_to {
            assert!(groups.contains(&(group(m), group(network.movement(to)))));
        }
    }
    let yields: usize = network.signals[0].movements.iter().map(|m| network.movement(*m).yields_to.len()).sum();
    assert_eq!(groups.len(), yields, "and nothing else");
    let cases = [
        (("w:l", "e:q"), "signal 'x': permissive: no turn 'e:q' here; expected one of "),
        (("w:r", "e:r"), "signal 'x': permissive: 'w:r' and 'e:r' do not meet"),
        (("w:l", "e:s"), "signal 'x': permissive: ('w:l', 'e:s') is given twice"),
    ];
    for ((who, to), expected) in cases {
        let mut plan = plan.clone();
        plan.signals[0].permissive.as_mut().unwrap().push((who.into(), to.into()));
        let found = problem(&plan);
        assert!(found.contains(expected), "{found}; expected {expected}");
    }
}

//! Placement on small streets, and what holds on all networks in the program.

use intergreen_control::plan::{DetectorKind, DetectorMode, DetectorPlace};
use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use super::*;
use crate::instruments::{Area, Halting, InductionLoop, Instrument, Instruments};
use crate::network::compose::{self, Node, NodeKind, Stage, Street, StreetEnd, StreetPlan, compose};
use crate::network::{LaneId, Network};

/// A street from `from` to `to`, 50 km/h.
fn street(id: &str, from: &str, to: &str, lanes: u8) -> Street {
    Street::new(id, from, to, lanes, 50.0)
}

/// A signal at `x` with streets w (from the west, over the given nodes), e and s; `west` are its parts from the stop line
/// upstream, each with its name and length.
fn town(west: &[(&str, f64)], lanes: u8) -> StreetPlan {
    let mut plan = StreetPlan::default();
    let ends = [("e", 300.0, 0.0), ("s", 0.0, -300.0)];
    plan.nodes.push(Node::new("x", 0.0, 0.0, NodeKind::Signal));
    for (name, x, y) in ends {
        plan.nodes.push(Node::new(&format!("{name}_end"), x, y, NodeKind::DeadEnd));
        plan.streets.push(street(name, &format!("{name}_end"), "x", lanes));
    }
    let (mut x, mut to) = (0.0, "x".to_owned());
    for (i, (name, length)) in west.iter().enumerate() {
        x -= length;
        let node = format!("m{i}");
        let kind = if i + 1 == west.len() { NodeKind::DeadEnd } else { NodeKind::Priority };
        plan.nodes.push(Node::new(&node, x, 0.0, kind));
        plan.streets.push(street(name, &node, &to, lanes));
        to = node;
    }
    let go = |name: &str| Stage { green: 20.0, go: vec![name.into()] };
    plan.signals.push(compose::SignalPlan {
        node: "x".into(),
        cycle: 75.0,
        offset: 0.0,
        yellow: 3.0,
        all_red: 2.0,
        stages: vec![go(west[0].0), go("e"), go("s")],
        permissive: None,
    });
    plan
}

fn made(plan: &StreetPlan) -> Network {
    compose(plan).unwrap_or_else(|e| panic!("{e}"))
}

fn lane(network: &Network, name: &str) -> LaneId {
    LaneId::new(network.lanes.iter().position(|l| l.id == name).unwrap_or_else(|| panic!("no lane {name}")))
}

/// Where a channel lies.
fn place_of(c: &Channel) -> &DetectorPlace {
    c.meaning.place.as_ref().expect("placed ones know where")
}

/// The channels of a lane's stop line: kind, distance, and the lanes of its pieces.
fn at(network: &Network, layout: &Layout, line: &str) -> Vec<(DetectorKind, f64, Vec<String>)> {
    let lanes = |c: &Channel| c.pieces.iter().map(|p| network.lane(p.lane).id.clone()).collect();
    let all = place(network, layout).channels;
    let here = all.iter().filter(|c| place_of(c).lane == line);
    here.map(|c| (place_of(c).kind, place_of(c).distance_m, lanes(c))).collect()
}

/// What is expected of [`at`]; distances in whole centimetres.
fn expect(found: &[(DetectorKind, f64, Vec<String>)], wanted: &[(DetectorKind, f64, &[&str])]) {
    let wanted: Vec<(DetectorKind, f64, Vec<String>)> =
        wanted.iter().map(|(k, d, l)| (*k, *d, l.iter().map(|&l| l.to_owned()).collect())).collect();
    assert_eq!(found, wanted);
}

use DetectorKind::{Count, In, StopBar, X};

/// 3.5 s and 8 s at 50 km/h, in whole centimetres.
const X_M: f64 = 48.61;
const IN_M: f64 = 111.11;

#[test]
fn a_lane_has_a_zone_a_count_loop_x_and_in() {
    let network = made(&town(&[("w", 300.0)], 1));
    let found = at(&network, &Layout::default(), "w_0");
    expect(&found, &[(StopBar, 0.0, &["w_0"]), (Count, 1.0, &["w_0"]), (X, X_M, &["w_0"]), (In, IN_M, &["w_0"])]);
    let placed = place(&network, &Layout::default());
    let modes: Vec<DetectorMode> = placed.of(SignalId(0))[..4].iter().map(|c| c.meaning.mode).collect();
    assert_eq!(modes, [DetectorMode::CallAndExtend, DetectorMode::Count, DetectorMode::Extend, DetectorMode::Count]);
    // From w straight on and to the right.
    let groups = |c: &Channel| c.meaning.groups.len();
    let of_w = placed.channels.iter().filter(|c| place_of(c).lane == "w_0");
    assert!(of_w.clone().count() == 4 && of_w.clone().all(|c| groups(c) == 2));
    assert!(placed.channels.iter().all(|c| c.meaning.delay == Millis(0)), "nobody may turn on red");
}

#[test]
fn what_finds_no_room_on_a_short_last_road_lies_on_the_one_before() {
    let network = made(&town(&[("w", 40.0), ("v", 260.0)], 1));
    let found = at(&network, &Layout::default(), "w_0");
    expect(&found, &[(StopBar, 0.0, &["w_0"]), (Count, 1.0, &["w_0"]), (X, X_M, &["v_0"]), (In, IN_M, &["v_0"])]);
    // The distance is along the way, over both roads and the node between.
    let placed = place(&network, &Layout::default());
    let x = placed.channels.iter().find(|c| place_of(c).lane == "w_0" && place_of(c).kind == X).expect("there is one");
    let way = way_to(&network, lane(&network, "w_0"));
    assert_eq!(way.len(), 2);
    let from_line = way[1].from_line(&network) - x.pieces[0].end;
    assert!((f64::from(from_line) - X_M).abs() < 0.01, "{from_line}");
}

#[test]
fn the_zone_of_a_lane_shorter_than_it_goes_on_upstream() {
    let network = made(&town(&[("w", 26.0), ("v", 274.0)], 1));
    let length = network.lane(lane(&network, "w_0")).length;
    assert!(length < 26.0, "{length}");
    let placed = place(&network, &Layout { stop_bar_m: Some(30.0), ..Layout::default() });
    let zone = placed.channels.iter().find(|c| place_of(c).lane == "w_0").expect("there is one");
    let names: Vec<&str> = zone.pieces.iter().map(|p| network.lane(p.lane).id.as_str()).collect();
    // Over the node between, too: whoever waits there finds no room on the lane.
    assert_eq!((names.len(), names[0], names[2]), (3, "w_0", "v_0"));
    assert!(network.lane(zone.pieces[1].lane).internal);
    assert_eq!((zone.pieces[0].start, zone.pieces[0].end), (0.0, length));
    // What is left of 30 m, less the way through the node between.
    let way = way_to(&network, lane(&network, "w_0"));
    let piece = zone.pieces[2];
    assert!((piece.end - piece.start - (30.0 - way[1].to_line)).abs() < 0.01, "{piece:?}");
    assert_eq!(piece.end, network.lane(piece.lane).length);
}

#[test]
fn loops_lie_at_most_four_fifths_back_to_where_the_flow_splits() {
    // A crossing road of the same rank at the node between.
    let mut plan = town(&[("w", 100.0), ("v", 200.0)], 1);
    plan.nodes.push(Node::new("n_end", -100.0, 200.0, NodeKind::DeadEnd));
    plan.streets.push(street("n", "n_end", "m0", 1));
    let equal = made(&plan);
    let reach = f64::from(equal.lane(lane(&equal, "w_0")).length);
    let found = at(&equal, &Layout::default(), "w_0");
    assert_eq!(found.len(), 4);
    let (kind, distance, lanes) = &found[3];
    assert!(*kind == In && *lanes == ["w_0"]);
    assert!((distance - 0.8 * reach).abs() < 0.01, "{distance} m of {reach} m");
    // One of lower rank does not split it.
    for s in plan.streets.iter_mut().filter(|s| s.id != "n") {
        s.rank = 2;
    }
    let found = at(&made(&plan), &Layout::default(), "w_0");
    assert_eq!(found[3], (In, IN_M, vec!["v_0".to_owned()]));
    // Where 0.8 of the way is less than X, both would lie there: X remains.
    let mut plan = town(&[("w", 50.0), ("v", 250.0)], 1);
    plan.nodes.push(Node::new("n_end", -50.0, 200.0, NodeKind::DeadEnd));
    plan.streets.push(street("n", "n_end", "m0", 1));
    let found = at(&made(&plan), &Layout::default(), "w_0");
    let kinds: Vec<DetectorKind> = found.iter().map(|f| f.0).collect();
    assert_eq!(kinds, [StopBar, Count, X]);
    // And where that is in the zone, neither.
    let mut plan = town(&[("w", 27.0), ("v", 273.0)], 1);
    plan.nodes.push(Node::new("n_end", -27.0, 200.0, NodeKind::DeadEnd));
    plan.streets.push(street("n", "n_end", "m0", 1));
    assert_eq!(at(&made(&plan), &Layout::default(), "w_0").len(), 2);
}

#[test]
fn what_lies_before_a_bay_belongs_to_who_goes_straight_on() {
    let mut plan = town(&[("w", 300.0)], 1);
    plan.nodes.push(Node::new("n_end", 0.0, 300.0, NodeKind::DeadEnd));
    plan.streets.push(street("n", "n_end", "x", 1));
    plan.signals[0].stages.push(Stage { green: 20.0, go: vec!["n".into()] });
    plan.signals[0].cycle = 100.0;
    for s in plan.streets.iter_mut().filter(|s| s.id == "w") {
        (s.median, s.end) = (4.0, StreetEnd { bay: Some(40.0), turns: Vec::new() });
    }
    let network = made(&plan);
    let through = at(&network, &Layout::default(), "w.bay_0");
    expect(&through[2..], &[(X, X_M, &["w_0"]), (In, IN_M, &["w_0"])]);
    let bay = at(&network, &Layout::default(), "w.bay_1");
    assert!(bay.iter().all(|(_, _, lanes)| *lanes == ["w.bay_1"]), "{bay:?}");
    let reach = f64::from(network.lane(lane(&network, "w.bay_1")).length);
    assert!(bay.iter().all(|b| b.1 <= 0.8 * reach + 0.01) && bay[2].0 == X);
}

#[test]
fn nobody_looks_across_a_roundabout() {
    let mut plan = town(&[("w", 120.0), ("v", 180.0)], 1);
    let node = plan.nodes.iter_mut().find(|n| n.id == "m0").expect("there is one");
    (node.kind, node.radius) = (NodeKind::Roundabout, Some(20.0));
    plan.nodes.push(Node::new("n_end", -120.0, 200.0, NodeKind::DeadEnd));
    plan.streets.push(street("n", "n_end", "m0", 1));
    let network = made(&plan);
    assert_eq!(way_to(&network, lane(&network, "w_0")).len(), 1);
    assert!(at(&network, &Layout::default(), "w_0").iter().all(|(_, _, lanes)| *lanes == ["w_0"]));
}

/// A crossing where the right lane from w only turns right, and the lamps of these turns are `lamp` while they are red.
fn with_right_lane(lamp: Lamp) -> Network {
    let mut plan = town(&[("w", 300.0)], 2);
    for s in plan.streets.iter_mut().filter(|s| s.id == "w") {
        s.end.turns = vec!["r".into(), "s".into()];
    }
    let mut network = made(&plan);
    let right = lane(&network, "w_0");
    let groups: Vec<u16> =
        network.movements_of(right).filter_map(|m| network.movement(m).head).map(|h| h.group).collect();
    let program = &network.signals[0].program;
    let steps = program.steps().iter().map(|s| {
        let shown = |(g, l): (u16, &Lamp)| if *l == Lamp::Red && groups.contains(&g) { lamp } else { *l };
        ProgramStep { duration: s.duration, lamps: (0..).zip(&s.lamps).map(shown).collect() }
    });
    network.signals[0].program =
        Program::new(program.id(), program.offset(), steps.collect()).expect("as good as it was");
    network
}

#[test]
fn only_right_turns_that_may_go_on_red_are_delayed() {
    let delays = |network: &Network| -> Vec<(String, DetectorKind, Millis)> {
        let all = place(network, &Layout::default()).channels;
        let delayed = all.iter().filter(|c| c.meaning.delay > Millis(0));
        delayed.map(|c| (place_of(c).lane.clone(), place_of(c).kind, c.meaning.delay)).collect()
    };
    assert_eq!(delays(&with_right_lane(Lamp::TurnOnRed)), [("w_0".to_owned(), StopBar, Millis(10_000))]);
    assert_eq!(delays(&with_right_lane(Lamp::Red)), []);
}

#[test]
fn a_layout_leaves_out_moves_and_replaces() {
    let network = made(&town(&[("w", 300.0)], 1));
    let w = lane(&network, "w_0");
    let length = network.lane(w).length;
    let own = Own {
        id: "mine".into(),
        line: w,
        kind: X,
        piece: Piece { lane: w, start: length - 62.0, end: length - 60.0 },
        mode: None,
        groups: Some(vec![0]),
        locking: None,
        delay: None,
        special: Default::default(),
        extend: Millis(500),
    };
    let layout = Layout {
        stop_bar_m: None,
        input: Some(Position::Metres(90.0)),
        without: vec![(w, Count)],
        own: vec![own],
        ..Layout::default()
    };
    expect(&at(&network, &layout, "w_0"), &[(X, 60.0, &["w_0"]), (In, 90.0, &["w_0"])]);
    let placed = place(&network, &layout);
    let x = placed.channels.iter().find(|c| place_of(c).lane == "w_0").expect("there is one");
    // Without a zone X calls, and remembers, also who crosses it on yellow: he stops at the line, where nobody sees him.
    assert_eq!((x.meaning.mode, x.meaning.extend), (DetectorMode::CallAndExtend, Millis(500)));
    assert_eq!(x.meaning.groups, ["0"]);
    let locks = |layout: &Layout, of: &str| {
        let placed = place(&network, layout);
        let x = placed.channels.iter().find(|c| place_of(c).lane == of && place_of(c).kind == X).expect("there is one");
        (x.meaning.locking, x.meaning.yellow_lock)
    };
    assert_eq!([locks(&layout, "w_0"), locks(&layout, "e_0")], [(true, true); 2]);
    // One of which it is said whether it does, does no more than is said.
    let mut said = layout.clone();
    said.own[0].locking = Some(true);
    assert_eq!(locks(&said, "w_0"), (true, false));
    // Beside a zone it need not.
    assert_eq!(locks(&Layout::default(), "e_0"), (false, false));
    expect(&at(&network, &layout, "e_0"), &[(Count, 1.0, &["e_0"]), (X, X_M, &["e_0"]), (In, 90.0, &["e_0"])]);
}

/// A loop X extends as usual, unless somebody says what it does.
#[test]
fn what_a_layout_says_of_a_mode_is_not_usual() {
    let network = made(&town(&[("w", 300.0)], 1));
    let w = lane(&network, "w_0");
    let own = |mode| Own {
        id: String::new(),
        line: w,
        kind: X,
        piece: Piece { lane: w, start: 200.0, end: 202.0 },
        mode,
        groups: None,
        locking: None,
        delay: None,
        special: Default::default(),
        extend: Millis(0),
    };
    let extends = |own: Vec<Own>| -> Vec<(DetectorMode, bool)> {
        let placed = place(&network, &Layout { own, ..Layout::default() }).channels;
        let x = placed.iter().filter(|c| (place_of(c).lane.as_str(), place_of(c).kind) == ("w_0", X));
        x.map(|c| (c.meaning.mode, c.meaning.usual)).collect()
    };
    assert_eq!(extends(vec![]), [(DetectorMode::Extend, true)]);
    assert_eq!(extends(vec![own(None)]), [(DetectorMode::Extend, true)]);
    assert_eq!(extends(vec![own(Some(DetectorMode::Extend))]), [(DetectorMode::Extend, false)]);
}

#[test]
fn detectors_of_the_files_stand_for_the_usual_ones() {
    let network = made(&town(&[("w", 40.0), ("v", 260.0)], 1));
    let [w, v, out] = ["w_0", "v_0", "-e_0"].map(|n| lane(&network, n));
    let length = |l: LaneId| f64::from(network.lane(l).length);
    let named = |id: &str| Instrument { id: id.into(), ..Instrument::default() };
    let e1 = |id: &str, lane, position| InductionLoop { instrument: named(id), lane, position, length: 0.0 };
    let e2 = |id: &str, lane, start| Area {
        instrument: named(id),
        lanes: vec![lane],
        start,
        end: length(lane),
        halting: Halting::default(),
    };
    let instruments = Instruments {
        loops: vec![
            e1("far", v, length(v) - 40.0),
            e1("near", v, length(v) - 10.0),
            e1("line", w, length(w)),
            e1("away", out, 50.0),
        ],
        areas: vec![e2("queue", v, 0.0), e2("zone", w, length(w) - 20.0)],
        ..Instruments::default()
    };
    let own = adopted(&network, &instruments);
    let names: Vec<(&str, DetectorKind)> = own.iter().map(|o| (o.id.as_str(), o.kind)).collect();
    // Of the two upstream, which both lie nearer to 48.6 m than to 111 m, the nearer one is X.
    assert_eq!(names, [("zone", StopBar), ("line", Count), ("near", X)]);
    assert!(own.iter().all(|o| o.line == w));
    let layout = Layout { own, ..Layout::default() };
    let found = at(&network, &layout, "w_0");
    let zone = place(&network, &layout)
        .channels
        .into_iter()
        .find(|c| place_of(c).lane == "w_0" && place_of(c).kind == StopBar);
    assert!((place_of(&zone.expect("adopted")).length_m - 20.0).abs() < 0.01);
    let last = found.last().expect("IN is the usual one");
    assert!(found.len() == 4 && *last == (In, IN_M, vec!["v_0".to_owned()]), "{found:?}");
}

/// Cars come into a bus lane for its last 40 m, downstream of the advance loops: these see buses only.
#[test]
fn in_a_bus_lane_nobody_is_expected_by_who_leaves_it() {
    let expected = |bus_lane: bool, line: &str| -> Vec<(DetectorKind, u16)> {
        let mut plan = town(&[("w", 300.0)], 2);
        let west = plan.streets.iter_mut().find(|s| s.id == "w").expect("it is there");
        west.bus_lane = bus_lane;
        let placed = place(&made(&plan), &Layout::default()).channels;
        let here = placed.iter().filter(|c| place_of(c).lane.starts_with("w") && place_of(c).lane.ends_with(line));
        here.map(|c| (place_of(c).kind, c.meaning.diagnostics.expected)).collect()
    };
    assert_eq!(expected(true, "_0"), [(StopBar, 14), (Count, 14), (X, 0), (In, 0)]);
    assert_eq!(expected(true, "_1"), expected(false, "_1"));
    assert_eq!(expected(false, "_0"), [(StopBar, 14), (Count, 14), (X, 14), (In, 14)]);
}

/// In every network of the program: pieces lie on roads that lead to the stop line, within them, and not inside of
/// junctions; channels are numbered; a lane's detectors do not meet but at the stop line.
#[test]
fn everywhere_loops_lie_on_the_way_to_their_stop_line() {
    for (name, _) in crate::scenario::BUNDLED_ALL {
        let scenario = crate::scenario::Scenario::bundled(name).expect("it is bundled").expect("it is sound");
        let (network, _) = scenario.build().expect("it is sound");
        let placed = place(&network, &Layout::default());
        assert!(!placed.channels.is_empty() || network.signals.is_empty(), "{name}");
        for signal in (0..network.signals.len()).map(SignalId::new) {
            let channels = placed.of(signal);
            assert!((0..).zip(channels).all(|(i, c)| c.meaning.channel == i && c.signal == signal));
            for c in channels {
                let p = place_of(c);
                let way = way_to(&network, lane(&network, &p.lane));
                assert!(!c.pieces.is_empty() && !c.meaning.groups.is_empty());
                for piece in &c.pieces {
                    let on = network.lane(piece.lane);
                    assert!(way.iter().any(|s| s.lane == piece.lane) && !on.internal, "{name}: {}", p.lane);
                    assert!(
                        0.0 <= piece.start && piece.start < piece.end && piece.end <= on.length,
                        "{name}: {piece:?}"
                    );
                }
            }
            for pair in channels.windows(2) {
                let [a, b] = [place_of(&pair[0]), place_of(&pair[1])];
                let apart = b.kind <= Count || a.distance_m + a.length_m <= b.distance_m + 0.01;
                assert!(a.lane != b.lane || apart, "{name}: {a:?} {b:?}");
            }
        }
    }
}

//! What comes out of good files.

use std::sync::Arc;

use intergreen_control::{Lamp, Millis};

use super::test_files::{FILES, changed, good};
use super::*;
use crate::demand::{Demand, DepartLane, FollowingModel, Timing};
use crate::import::Report;
use crate::import::sumo::net::test_files::data;
use crate::network::{Direction, JunctionKind, Network, Permissions, RightOfWay};
use crate::plans;
use crate::sim::{Setup, Simulation};

/// Reads a scenario.
fn read(config: &std::path::Path) -> (Config, Network, Demand, Report) {
    let mut report = Report::default();
    let config = read_config(config, &mut report).unwrap();
    let mut network = read_network(&config.roadnet, &mut report).unwrap();
    let demand = read_demand(&config.flow, &network, &mut report).unwrap();
    if !config.lane_change {
        hold_lanes(&mut network, &demand, &mut report);
    }
    (config, network, demand, report)
}

/// The scenario with a change in its network.
fn network(old: &str, new: &str) -> (Network, Report) {
    let (_scratch, config) = changed("roadnet.json", old, new);
    let (_, network, _, report) = read(&config);
    (network, report)
}

/// What each step of the only program shows.
fn program(network: &Network) -> Vec<(f64, String)> {
    let show = |s: &intergreen_control::ProgramStep| s.lamps.iter().map(|l| l.letter()).collect();
    network.signals[0].program.steps().iter().map(|s| (s.duration.seconds(), show(s))).collect()
}

#[test]
fn a_configuration() {
    let (scratch, file) = good();
    let config = read(&file).0;
    assert_eq!((config.interval, config.seed, config.lane_change), (Millis(1000), 7, false));
    assert_eq!(config.roadnet, scratch.path("./roadnet.json"));
    // A folder that CityFlow would look for from where it was started.
    let (scratch, file) = changed("config.json", "\"./\"", "\"data/elsewhere/\"");
    assert_eq!(read(&file).0.flow, scratch.path("flow.json"));
}

#[test]
fn roads_are_cut_back_and_lanes_counted_from_the_kerb() {
    let (network, report) = network("", "");
    let road = network.link(network.find_link("w_in").unwrap());
    let lanes = &network.lanes[road.lanes.start as usize..road.lanes.end as usize];
    assert_eq!(lanes.len(), 2);
    // 200 m, less the 12 m of the crossing; nothing at the virtual end.
    assert!(lanes.iter().all(|l| (l.length - 188.0).abs() < 1e-4), "{lanes:?}");
    assert_eq!((lanes[0].width, lanes[0].speed_limit, lanes[0].shape[0].y), (4.0, 10.0, -5.0));
    assert_eq!((lanes[1].width, lanes[1].speed_limit, lanes[1].shape[0].y), (3.0, 13.9, -1.5));
    assert_eq!((lanes[1].shape[0].x, lanes[1].shape[1].x), (-200.0, -12.0));
    assert!(road.fringe && !road.internal);
    // 8 roads and 12 ways.
    assert_eq!((network.links.len(), network.lanes.len(), network.movements.len()), (20, 28, 24));
    let kinds: Vec<JunctionKind> = network.junctions.iter().map(|j| j.kind).collect();
    assert_eq!(kinds.iter().filter(|k| **k == JunctionKind::DeadEnd).count(), 4);
    assert_eq!(kinds[4], JunctionKind::TrafficLight);
    assert_eq!(report.findings["lane links without points: drawn as curves"].0, 12);
    assert_eq!(report.findings.len(), 1, "{report:?}");
}

#[test]
fn turns_are_slow_and_lead_where_they_should() {
    let (network, _) = network("", "");
    let way = |from: &str, direction: Direction| {
        let link = network.find_link(from).unwrap();
        let all = network.lanes_of(link).flat_map(|l| network.movements_of(l));
        let m = all.map(|m| network.movement(m)).find(|m| m.direction == direction).unwrap();
        (network.lane(m.from), network.lane(m.next), network.lane(m.to))
    };
    let (from, inside, to) = way("w_in", Direction::Left);
    assert_eq!((from.index, to.id.as_str(), inside.speed_limit), (1, "n_out_1", 8.3333));
    let (from, inside, to) = way("w_in", Direction::Straight);
    assert_eq!((from.index, to.id.as_str(), inside.speed_limit), (0, "e_out_0", 10.0));
    // From where the one lane ends to where the other begins.
    assert!((inside.length - 24.0).abs() < 1e-4, "{}", inside.length);
    let (_, _, to) = way("w_in", Direction::Right);
    assert_eq!(to.id, "s_out_0");
}

#[test]
fn points_of_a_lane_link_are_driven_along() {
    let given = r#""laneLinks": [{"startLaneIndex": 1, "endLaneIndex": 1, "points": [{"x": -12, "y": -5},
        {"x": 0, "y": -9}, {"x": 12, "y": -5}]}]"#;
    let (network, report) = network(r#""laneLinks": [{"startLaneIndex": 1, "endLaneIndex": 1}]"#, given);
    let inside = network.lanes.iter().find(|l| l.internal).unwrap();
    assert!((f64::from(inside.length) - 2.0 * 160.0_f64.sqrt()).abs() < 1e-4, "{}", inside.length);
    assert_eq!(report.findings["lane links without points: drawn as curves"].0, 11);
}

/// Phase 0: right turns. 1: the main street with permissive lefts, and right turns, two of which meet its through
/// traffic. 2: the side street. 3: its lefts.
#[test]
fn phases_become_a_program() {
    let (network, _) = network("", "");
    let expected = [(5.0, "rrGrrGrrGrrG"), (30.0, "GgGrrgGgGrrg"), (25.0, "rrgGrGrrgGrG"), (10.0, "rrGrGGrrGrGG")];
    assert_eq!(program(&network), expected.map(|(s, l)| (s, l.to_owned())));
    assert!(network.signals[0].ends_abruptly(0) && !network.signals[0].ends_abruptly(2));
}

/// With all that comes from the opposite side the left turn gives way to the right turn there, without it the right
/// turn does.
#[test]
fn a_right_turn_and_the_left_turn_opposite_go_in_turns() {
    let (scratch, config) = good();
    let net = FILES[1].1.replace(
        r#""laneLinks": [{"startLaneIndex": 0, "endLaneIndex": 0}]"#,
        r#""laneLinks": [{"startLaneIndex": 0, "endLaneIndex": 1}]"#,
    );
    scratch.write("roadnet.json", net);
    let (_, network, _, _) = read(&config);
    let letters: Vec<String> = program(&network).into_iter().map(|s| s.1).collect();
    // Left 1 and right 8 lead to one lane; so do left 4 and right 11.
    assert_eq!((&letters[1][1..2], &letters[1][8..9]), ("g", "G"));
    assert_eq!((&letters[3][4..5], &letters[3][11..12]), ("G", "g"));
    assert!(plans::of_network(&network, false).is_ok());
}

#[test]
fn crossing_ways_straight_on_must_not_be_open_together() {
    let (network, _) = network("[3, 9, 2, 5, 8, 11]", "[3, 9, 0, 2, 5, 8, 11]");
    let refusal = plans::of_network(&network, false).unwrap_err().to_string();
    assert!(refusal.contains("signal 'J'") && refusal.contains("opens"), "{refusal}");
    assert!(refusal.contains("w_in → e_out") && refusal.contains("s_in → n_out"), "{refusal}");
}

#[test]
fn without_phases_straight_goes_before_left_before_right() {
    let (start, end) = (FILES[1].1.find("\"lightphases\": [").unwrap(), FILES[1].1.rfind("}}").unwrap());
    let (network, report) = network(&FILES[1].1[start..end], "\"lightphases\": []");
    assert!(network.signals.is_empty());
    assert_eq!(network.junctions[4].kind, JunctionKind::RightBeforeLeft);
    assert!(report.findings.contains_key("intersections without light phases: all is open"), "{report:?}");
    let entry = |row: usize| network.movement(network.junctions[4].entries[row]);
    let yields = |a: usize, b: usize| entry(a).yields_to.contains(&network.junctions[4].entries[b]);
    // Left from the west and straight on from the east; right from the south and straight on from the west.
    assert!(yields(1, 6) && !yields(6, 1) && yields(5, 0) && !yields(0, 5));
    // Straight on from the west has straight on from the south on its right.
    assert!(yields(0, 3) && !yields(3, 0));
    assert_eq!((entry(0).right_of_way, entry(1).right_of_way), (RightOfWay::Equal, RightOfWay::Minor));
}

#[test]
fn what_the_only_phase_does_not_open_is_no_way() {
    let (start, end) = (FILES[1].1.find("\"lightphases\": [").unwrap(), FILES[1].1.rfind("}}").unwrap());
    let one = r#""lightphases": [{"time": 5, "availableRoadLinks": [0, 3, 6, 9]}]"#;
    let (network, report) = network(&FILES[1].1[start..end], one);
    assert_eq!(network.junctions[4].entries.len(), 4);
    let left_out = "road links that the only light phase does not open: left out";
    assert_eq!(report.findings[left_out].0, 8, "{report:?}");
    assert_eq!(report.findings["flows whose roads are not joined: no vehicles (as in CityFlow)"].0, 9);
}

#[test]
fn fans_are_thinned_out() {
    let fan = r#""laneLinks": [{"startLaneIndex": 1, "endLaneIndex": 0}, {"startLaneIndex": 1, "endLaneIndex": 1},
        {"startLaneIndex": 0, "endLaneIndex": 0}, {"startLaneIndex": 0, "endLaneIndex": 1}]"#;
    let (network, report) = network(r#""laneLinks": [{"startLaneIndex": 1, "endLaneIndex": 1}]"#, fan);
    let west = network.find_link("w_in").unwrap();
    let straight = network.lanes_of(west).flat_map(|l| network.movements_of(l)).map(|m| network.movement(m));
    let lanes: Vec<(u8, u8)> = straight
        .filter(|m| m.direction == Direction::Straight)
        .map(|m| (network.lane(m.from).index, network.lane(m.to).index))
        .collect();
    assert_eq!(lanes, [(0, 0), (1, 1)]);
    let left_out = report.findings.keys().find(|k| k.starts_with("lane links left out")).unwrap();
    assert_eq!(report.findings[left_out].0, 2);
}

#[test]
fn flows_and_vehicles() {
    let (_s, config) = good();
    let (_, network, demand, _) = read(&config);
    assert_eq!((demand.types.len(), demand.routes.len(), demand.sources.len()), (1, 12, 13));
    let t = &demand.types[0];
    assert_eq!((t.model, t.sigma, t.tau, t.min_gap), (FollowingModel::Krauss, 0.0, 1.5, 2.5));
    assert_eq!((t.accel, t.decel, t.emergency_decel, t.max_speed), (2.0, 3.5, 4.5, 11.0));
    let first = &demand.sources[0];
    assert_eq!(first.manner.depart_lane, DepartLane::Best);
    // Both ends count: 0, 8, … 600 s.
    let Timing::Every { begin, period, number, end } = first.timing else { panic!("{:?}", first.timing) };
    assert_eq!((begin, period, number), (Millis(0), 8.0, 76));
    assert!(end > Millis(600_000));
    assert_eq!(demand.sources[12].timing, Timing::Once(Millis(13_000)));
    let all = crate::demand::expand(&demand, 1, Millis(0), None);
    assert_eq!(all.iter().filter(|d| d.id.starts_with("flow_0.")).map(|d| d.depart.0).max(), Some(600_000));
    let names =
        |links: &[crate::network::LinkId]| links.iter().map(|&l| network.link(l).id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&demand.routes[0].links), ["w_in", "e_out"]);
}

#[test]
fn flows_that_make_nobody_are_counted() {
    for (old, new, kind) in [
        (r#"["w_in", "e_out"]"#, r#"["w_in"]"#, "flows over a single road"),
        (r#"["w_in", "e_out"]"#, r#"["w_in", "w_in"]"#, "flows over a single road"),
        (r#"["w_in", "e_out"]"#, r#"["e_out", "w_in"]"#, "flows whose roads are not joined"),
        (r#""startTime": 0, "endTime": 600"#, r#""startTime": 700, "endTime": 600"#, "flows that end before"),
    ] {
        let (_s, config) = changed("flow.json", old, new);
        let (_, _, demand, report) = read(&config);
        assert_eq!(demand.sources.len(), 12, "{new}");
        assert!(report.findings.keys().any(|k| k.starts_with(kind)), "{new}: {report:?}");
    }
    // Without an end.
    for new in [r#""startTime": 0, "endTime": -1"#, r#""startTime": 0"#] {
        let (_s, config) = changed("flow.json", r#""startTime": 0, "endTime": 600"#, new);
        let timing = read(&config).2.sources[0].timing;
        let endless = Timing::Every { begin: Millis(0), period: 8.0, end: Millis::NEVER, number: u64::MAX };
        assert_eq!(timing, endless, "{new}");
    }
}

#[test]
fn lanes_are_kept_where_no_route_needs_another() {
    let (_s, config) = good();
    let network = read(&config).1;
    assert!(network.lanes.iter().all(|l| l.rules.change_left == Permissions::NONE), "laneChange is off");
    let (_s, config) = changed("config.json", r#""laneChange": false"#, r#""laneChange": true"#);
    let network = read(&config).1;
    assert!(network.lanes.iter().all(|l| l.rules.change_left == Permissions::ALL), "laneChange is on");
}

/// Runs a scenario to 1,200 s; none of its defects may show.
fn driven(network: Network, demand: Demand) -> Simulation {
    let setup = Setup { step: Millis(1000), seed: 7, end: Some(Millis(1_200_000)), ..Setup::default() };
    let mut sim = Simulation::new(Arc::new(network), Arc::new(demand), setup).unwrap();
    for _ in 0..1200 {
        sim.step();
        assert_eq!(sim.trip(), None);
    }
    let m = sim.measures();
    assert_eq!((m.collisions, m.red_running, sim.gridlocks().found.len()), (0, 0, 0));
    assert_eq!(sim.controllers().monitor.seconds, 0.0);
    assert_eq!((m.arrived, m.lane_changes), (520, 0));
    sim
}

/// Values of this scenario, pinned: they move when the import or a model does, and then somebody has to look.
#[test]
fn the_small_scenario_is_driven() {
    let (_s, config) = good();
    let (_, network, demand, _) = read(&config);
    let mut completed = network.clone();
    let done = plans::complete(&mut completed);
    assert_eq!(done, [plans::Completed { signal: "J".to_owned(), longer: Millis(0) }]);
    let figures = |sim: &Simulation| {
        let (scene, m) = (sim.scene(), sim.measures());
        let att = m.cityflow_att(scene, sim.now()).unwrap();
        let road = m.cityflow_road_att(scene, &sim.paths().table, (sim.traffic(), sim.halts())).unwrap();
        // The way out of the crossing, 212 m at 11 m/s at most, is all that lies between.
        assert!((18.0..30.0).contains(&(att - road)), "{att} {road}");
        // Half of the 600 s: those who depart later have not yet, the others have arrived or count up to then.
        assert!(m.cityflow_att(scene, Millis(300_000)).unwrap() < att);
        [att, road].map(|v| (v * 100.0).round() / 100.0)
    };
    let as_is = figures(&driven(network, demand.clone()));
    let shown = figures(&driven(completed, demand));
    assert!(as_is[0] < shown[0], "clearing takes time");
    assert_eq!((as_is, shown), ([94.93, 73.48], [120.86, 94.29]));
}

/// Yellow for what ends, in the time of what follows; what begins waits for those who clear.
#[test]
fn a_completed_program_keeps_its_cycle() {
    let (mut network, _) = network("", "");
    plans::complete(&mut network);
    let steps = program(&network);
    assert_eq!(steps.iter().map(|s| s.0).sum::<f64>(), 70.0);
    // The right turns, which never end, show green throughout.
    assert!(steps.iter().all(|(_, s)| [2, 5, 8, 11].iter().all(|&g| "gG".contains(&s[g..=g]))), "{steps:?}");
    let plan = &plans::of_network(&network, false).unwrap()[0];
    let waived = plan.waived(&network);
    assert!(waived.is_empty(), "{waived:?}");
    // What comes after the phase of right turns only begins on time: everybody has cleared by then.
    let at = |t: f64, g: usize| {
        let mut end = 0.0;
        let step = steps.iter().find(|s| {
            end += s.0;
            t < end
        });
        Lamp::from_letter(step.unwrap().1.as_bytes()[g].into()).unwrap()
    };
    assert_eq!(
        (at(4.9, 0), at(34.9, 0), at(35.0, 0), at(37.9, 0), at(38.0, 0)),
        (Lamp::Red, Lamp::Green, Lamp::Yellow, Lamp::Yellow, Lamp::Red)
    );
    // The side street waits for the main street to clear, and the lefts for the side street.
    assert_eq!((at(35.0, 3), at(37.9, 3), at(59.9, 3), at(60.0, 3)), (Lamp::Red, Lamp::Red, Lamp::Green, Lamp::Yellow));
}

/// Greens too short to lose their clearance make the cycle longer instead.
#[test]
fn short_greens_stay_long_enough() {
    let (mut network, _) = network(r#""time": 10, "#, r#""time": 6, "#);
    let done = plans::complete(&mut network);
    let cycle = network.signals[0].program.cycle();
    assert!(done[0].longer > Millis(0) && cycle == Millis(66_000) + done[0].longer, "{done:?} {cycle:?}");
    let plan = &plans::of_network(&network, false).unwrap()[0];
    assert!(plan.waived(&network).is_empty(), "{:?}", plan.waived(&network));
}

/// CityFlow's own files are not ours: only what they have in common with SUMO's of the same grid is known.
#[test]
fn the_grid_is_the_same_from_cityflow_and_from_sumo() {
    let Some(folder) = data().map(|d| d.join("grid/g4")) else { return };
    let (config, ours, _, _) = read(&folder.join("cf_fan_lc.json"));
    assert!(config.lane_change);
    let mut report = Report::default();
    let sumo = crate::import::sumo::net::read_network(&folder.join("net.xml"), &[], &mut report).unwrap();
    let roads = |n: &Network| {
        n.links.iter().filter(|l| !l.internal).map(|l| l.id.clone()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(roads(&ours), roads(&sumo));
    assert_eq!((ours.signals.len(), roads(&ours).len()), (16, 80));
    for id in roads(&ours) {
        let lanes = |n: &Network| -> Vec<crate::network::Lane> {
            n.lanes_of(n.find_link(&id).unwrap()).map(|l| n.lane(l).clone()).collect()
        };
        let (a, b) = (lanes(&ours), lanes(&sumo));
        assert_eq!(a.len(), b.len(), "{id}");
        for (a, b) in a.iter().zip(&b) {
            // netconvert rounds to centimetres and draws its junctions a little differently.
            assert!((a.length - b.length).abs() < 1.0, "{id}: {} {}", a.length, b.length);
            assert_eq!((a.speed_limit, a.width, a.index), (b.speed_limit, b.width, b.index), "{id}");
            assert!(a.shape[0].distance(b.shape[0]) < 1.0, "{id} lane {}: {:?} {:?}", a.index, a.shape, b.shape);
        }
    }
    // Where a vehicle can turn, it can in both.
    let turns = |n: &Network| {
        let name = |l: crate::network::LaneId| n.link(n.lane(l).link).id.clone();
        n.movements
            .iter()
            .filter(|m| m.head.is_some())
            .map(|m| (name(m.from), name(m.to), n.lane(m.from).index))
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(turns(&ours), turns(&sumo));
    let cycles = |n: &Network| n.signals.iter().map(|s| s.program.cycle()).collect::<Vec<_>>();
    assert_eq!(cycles(&ours), vec![Millis(96_000); 16]);
    assert_eq!(cycles(&sumo), vec![Millis(96_000); 16]);
}

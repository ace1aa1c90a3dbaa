//! The networks of the test data: counts and details looked up in the files by hand.

use std::path::{Path, PathBuf};

use super::test_files::{Scratch, data};
use super::*;
use crate::network::{
    ConflictKind, Direction, Junction, JunctionKind, LaneId, Movement, MovementId, MovementKind, RightOfWay,
    VehicleClass,
};

/// Every network of the test data with its links, lanes, movements, junctions, signals and entry movements.
const NETS: &[(&str, [usize; 6])] = &[
    ("grid/g4/net.xml", [336, 560, 576, 32, 16, 256]),
    ("grid/g16/net.xml", [5184, 8384, 9216, 320, 256, 4096]),
    ("resco/grid4x4/grid4x4.net.xml", [464, 1008, 1344, 32, 16, 576]),
    ("resco/cologne1/cologne1.net.xml", [38, 52, 58, 9, 1, 25]),
    ("resco/cologne8/cologne8.net.xml", [590, 604, 799, 78, 8, 352]),
    ("resco/ingolstadt7/ingolstadt7.net.xml", [226, 505, 448, 56, 7, 219]),
    ("bologna/acosta/acosta_buslanes.net.xml", [472, 650, 735, 112, 7, 351]),
];

/// Reads a network that must be good.
fn read(file: &Path, additional: &[PathBuf]) -> (Network, Report) {
    let mut report = Report::default();
    match read_network(file, additional, &mut report) {
        Ok(net) => (net, report),
        Err(e) => panic!("{e}"),
    }
}

/// The lane of that name.
fn lane(net: &Network, name: &str) -> LaneId {
    LaneId::new(net.lanes.iter().position(|l| l.id == name).expect(name))
}

/// The junction of that name.
fn junction<'a>(net: &'a Network, name: &str) -> &'a Junction {
    net.junctions.iter().find(|j| j.id == name).expect(name)
}

/// The movement from one lane to another road's lane.
fn movement<'a>(net: &'a Network, from: &str, to: &str) -> &'a Movement {
    let (from, to) = (lane(net, from), lane(net, to));
    net.movements.iter().find(|m| m.from == from && m.to == to).expect("a movement")
}

/// The request indices of movements, sorted.
fn requests(net: &Network, movements: &[MovementId]) -> Vec<u16> {
    let mut out: Vec<u16> = movements.iter().map(|&m| net.movement(m).request.expect("a request")).collect();
    out.sort_unstable();
    out
}

#[test]
fn counts_of_all_networks() {
    let Some(data) = data() else { return };
    for &(file, expected) in NETS {
        let (net, _) = read(&data.join(file), &[]);
        let entries = net.movements.iter().filter(|m| m.kind == MovementKind::Entry).count();
        let counts =
            [net.links.len(), net.lanes.len(), net.movements.len(), net.junctions.len(), net.signals.len(), entries];
        assert_eq!(counts, expected, "{file}: links, lanes, movements, junctions, signals, entries");
    }
}

#[test]
fn invariants_of_all_networks() {
    let Some(data) = data() else { return };
    for &(file, _) in NETS {
        let (net, _) = read(&data.join(file), &[]);
        for (i, m) in net.movements.iter().enumerate() {
            if m.kind == MovementKind::Entry {
                assert!(m.request.is_some(), "{file}: movement {i} of lane {} has no request", net.lane(m.from).id);
            }
            assert!(m.kind == MovementKind::Entry || m.head.is_none(), "{file}: a lamp inside a junction");
            assert_eq!(m.entry.index() == i, m.kind == MovementKind::Entry, "{file}: movement {i}");
            for f in &m.yields_to {
                assert!(m.foes.contains(f), "{file}: movement {i} yields to one that is no foe");
                assert!(net.movement(*f).has_yielders, "{file}");
            }
        }
        for (i, l) in net.lanes.iter().enumerate() {
            assert!(l.internal || l.conflicts.is_empty(), "{file}: a conflict on the road");
            for c in &l.conflicts {
                assert!(0.0 <= c.start && c.start <= c.end && c.end <= l.length + 0.01, "{file}: lane {}", l.id);
                let foe = net.lane(c.foe);
                let mirrored = foe.conflicts.iter().any(|d| d.foe.index() == i && d.start == c.foe_start);
                assert!(mirrored, "{file}: lane {}", l.id);
            }
        }
    }
}

#[test]
fn cologne1_by_hand() {
    let Some(data) = data() else { return };
    let (net, report) = read(&data.join("resco/cologne1/cologne1.net.xml"), &[]);
    assert!(report.findings.keys().all(|k| k.starts_with("vehicle class")), "{report:?}");
    assert!(!net.left_hand);

    let signal = &net.signals[0];
    assert_eq!((signal.id.as_str(), signal.groups, signal.movements.len()), ("GS_cluster_357187_359543", 20, 20));
    assert_eq!((signal.program.id(), signal.program.cycle().0, signal.program.steps().len()), ("0", 90_000, 8));
    assert_eq!(signal.program.green(5).0, 29_000);
    // Greens of groups 8 and 9: 29 + 5 + 6 s.
    assert_eq!(signal.program.green(9).0, 40_000);

    // <connection from="-32038056#3" to="32324544#0" fromLane="1" toLane="1" via="…_3_0" linkIndex="3" dir="l">,
    // <request index="3" response="01110001100111000000" foes="01110001101111000000" cont="1"/>.
    let left = movement(&net, "-32038056#3_1", "32324544#0_1");
    assert_eq!(net.lane(left.next).id, ":cluster_357187_359543_3_0");
    assert_eq!((left.request, left.head.map(|h| h.group), left.direction), (Some(3), Some(3), Direction::Left));
    assert_eq!(requests(&net, &left.yields_to), [6, 7, 8, 11, 12, 16, 17, 18]);
    assert_eq!(requests(&net, &left.foes), [6, 7, 8, 9, 11, 12, 16, 17, 18]);
    assert!(left.waits_inside && left.keep_clear && left.right_of_way == RightOfWay::Minor);
    // 8.62 m to the place to wait and 19.58 m from there.
    assert!((left.inside_length - 28.2).abs() < 0.01, "{}", left.inside_length);
    let onward = movement(&net, ":cluster_357187_359543_3_0", "32324544#0_1");
    assert_eq!((onward.kind, onward.head, onward.request), (MovementKind::Onward, None, Some(3)));
    assert_eq!(onward.yields_to, left.yields_to);
    assert!((onward.inside_length - 19.58).abs() < 0.01);

    let through = movement(&net, "23429231#1_0", "32038051#0_0");
    assert_eq!(requests(&net, &through.yields_to), [3, 13]);
    assert!(!through.waits_inside);
    let j = junction(&net, "cluster_357187_359543");
    assert_eq!((j.kind, j.entries.len()), (JunctionKind::TrafficLight, 20));
    assert!(j.entries.iter().enumerate().all(|(i, &m)| net.movement(m).request == Some(i as u16)));
}

#[test]
fn cologne1_conflict_of_two_through_lanes() {
    let Some(data) = data() else { return };
    let (net, _) = read(&data.join("resco/cologne1/cologne1.net.xml"), &[]);
    // The lines (11811.52,13336.24)-(11778.79,13328.84) and (11809.77,13320.15)-(11803.31,13341.52) cross 6.35 m and
    // 15.35 m from their starts at an angle with sine 0.9975: 2.005 m to either side are within the clearance.
    let (a, b) = (lane(&net, ":cluster_357187_359543_1_0"), lane(&net, ":cluster_357187_359543_6_0"));
    let c = net.lane(a).conflicts.iter().find(|c| c.foe == b).expect("they cross");
    assert_eq!(c.kind, ConflictKind::Crossing);
    for (found, expected) in [(c.start, 4.34), (c.end, 8.35), (c.foe_start, 13.34), (c.foe_end, 17.35)] {
        assert!((found - expected).abs() <= 0.5, "{c:?}");
    }
    // Request 1 gives way to 6 ("…000111000000"); 6 does not give way to 1.
    assert!(c.yields);
    let back = net.lane(b).conflicts.iter().find(|c| c.foe == a).expect("mirrored");
    assert!(!back.yields && back.start == c.foe_start && back.foe_end == c.end);
}

#[test]
fn g4_by_hand() {
    let Some(data) = data() else { return };
    let (net, report) = read(&data.join("grid/g4/net.xml"), &[]);
    assert!(report.findings.is_empty(), "{report:?}");
    let signal = net.signals.iter().find(|s| s.id == "r0c0").expect("signal r0c0");
    assert_eq!((signal.groups, signal.movements.len(), signal.program.cycle().0), (16, 16, 96_000));
    // <request index="3" response="1000011010000000" foes="1000011011100000" cont="1"/>
    let left = movement(&net, "r1c0-r0c0_2", "r0c0-r0c1_2");
    assert_eq!((left.request, left.waits_inside), (Some(3), true));
    assert_eq!(requests(&net, &left.yields_to), [7, 9, 10, 15]);
    assert_eq!(requests(&net, &left.foes), [5, 6, 7, 9, 10, 15]);
    // <request index="8" response="0000000000000000" foes="0110000000000000" cont="0"/>
    let right = movement(&net, "S0-r0c0_0", "r0c0-r0c1_0");
    assert_eq!((right.request, right.right_of_way), (Some(8), RightOfWay::Major));
    assert!(right.yields_to.is_empty());
    assert_eq!(requests(&net, &right.foes), [13, 14]);
    let fringe = net.links.iter().filter(|l| l.fringe).count();
    assert_eq!(fringe, 32, "16 ways in, 16 out");
}

#[test]
fn acosta_details() {
    let Some(data) = data() else { return };
    let folder = data.join("bologna/acosta");
    let net_file = folder.join("acosta_buslanes.net.xml");
    let (net, _) = read(&net_file, &[]);
    let signal = |net: &Network| net.signals.iter().find(|s| s.id == "209").cloned().expect("signal 209");
    assert_eq!((signal(&net).program.id(), signal(&net).program.cycle().0), ("0", 90_000));
    assert_eq!(net.links.iter().filter(|l| l.roundabout).count(), 8);
    // Connections with keepClear="0", with visibility="9.00", and uncontrolled ones at a signal.
    assert_eq!(net.movements.iter().filter(|m| !m.keep_clear).count(), 6);
    assert_eq!(net.movements.iter().filter(|m| m.visibility == 9.0).count(), 7);
    let free = movement(&net, "43[0]_0", "43[1]_0");
    assert!(free.head.is_none() && net.junctions[free.junction.index()].kind == JunctionKind::TrafficLight);
    // Several connections on one link index: 112 connections, 20 groups in signal 210.
    assert_eq!(net.signals.iter().map(|s| s.movements.len()).sum::<usize>(), 112);

    let extra = ["acosta_vtypes.add.xml", "acosta_detectors.add.xml", "acosta_bus_stops.add.xml", "acosta_tls.add.xml"];
    let extra: Vec<PathBuf> = extra.iter().map(|n| folder.join(n)).collect();
    let (net, report) = read(&net_file, &extra);
    // 69 + 3 + 7 + 3 + 3 + 26 + 3 + 3 s.
    assert_eq!((signal(&net).program.id(), signal(&net).program.cycle().0), ("utopia", 117_000));
    assert_eq!(report.findings["tlLogic programs that a later one replaces"].0, 7);
    assert!(!report.findings.keys().any(|k| k.contains("busStop")), "{report:?}");
    assert!(!report.findings.keys().any(|k| k.contains("vType")), "{report:?}");
}

#[test]
fn ingolstadt7_footways_stay_lanes() {
    let Some(data) = data() else { return };
    let (net, _) = read(&data.join("resco/ingolstadt7/ingolstadt7.net.xml"), &[]);
    let footways = net.lanes.iter().filter(|l| l.permissions.is_footway()).collect::<Vec<_>>();
    assert!(!footways.is_empty() && footways.iter().all(|l| !l.internal));
    let link = net.link(footways[0].link);
    let car = net.first_lane_for(footways[0].link, VehicleClass::Passenger).expect("a lane for cars");
    assert!(link.lanes.start < car.0, "the footway shifts the lane index");
}

#[test]
fn right_on_red_junctions_are_kept() {
    let Some(data) = data() else { return };
    let (net, _) = read(&data.join("resco/grid4x4/grid4x4.net.xml"), &[]);
    let n = net.junctions.iter().filter(|j| j.kind == JunctionKind::TrafficLightRightOnRed).count();
    assert_eq!(n, 16);
}

#[test]
fn without_internal_lanes_the_requests_are_the_same() {
    let Some(data) = data() else { return };
    for &(file, _) in NETS {
        let (full, _) = read(&data.join(file), &[]);
        let scratch = Scratch::new("bare");
        let text = std::fs::read_to_string(data.join(file)).expect("readable");
        let (bare, _) = read(&scratch.write("bare.net.xml", without_inside(&text)), &[]);
        let table = |net: &Network| {
            let mut rows: Vec<_> = net
                .movements
                .iter()
                .filter(|m| m.kind == MovementKind::Entry)
                .map(|m| (net.lane(m.from).id.clone(), net.lane(m.to).id.clone(), m.request, requests(net, &m.foes)))
                .collect();
            rows.sort();
            rows
        };
        assert_eq!(table(&full), table(&bare), "{file}");
        assert!(bare.movements.iter().all(|m| !m.waits_inside && m.inside_length == 0.0));
    }
}

/// The net as netconvert writes it when told to leave out internal lanes.
fn without_inside(net: &str) -> String {
    let mut out = String::new();
    let mut inside_edge = false;
    for line in net.lines() {
        let tag = line.trim_start();
        if tag.starts_with("<edge ") {
            inside_edge = tag.contains("function=\"internal\"");
        }
        let drop = inside_edge
            || tag.starts_with("<connection from=\":")
            || (tag.starts_with("<junction id=\":") && tag.contains("type=\"internal\""));
        if !drop {
            out.push_str(&cut(&cut(line, " via=\""), " intLanes=\""));
            out.push('\n');
        }
        if tag.starts_with("</edge>") {
            inside_edge = false;
        }
    }
    out
}

/// The line without the attribute that starts so.
fn cut(line: &str, start: &str) -> String {
    let Some(at) = line.find(start) else { return line.to_owned() };
    let value = at + start.len();
    let end = line[value..].find('"').map_or(line.len(), |n| value + n + 1);
    format!("{}{}", &line[..at], &line[end..])
}

#[test]
fn a_gzipped_net_is_the_same() {
    use std::io::Write;
    let Some(data) = data() else { return };
    let plain = data.join("resco/cologne1/cologne1.net.xml");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&std::fs::read(&plain).expect("readable")).expect("packs");
    let packed = packed.finish().expect("packs");
    let scratch = Scratch::new("gz");
    let (net, _) = read(&scratch.write("net.xml.gz", &packed), &[]);
    assert_eq!(net.movements.len(), 58);
    let cut = scratch.write("cut.net.xml.gz", &packed[..packed.len() / 2]);
    let error = read_network(&cut, &[], &mut Report::default()).expect_err("cut short").to_string();
    assert!(error.contains("cut.net.xml.gz:"), "{error}");
}

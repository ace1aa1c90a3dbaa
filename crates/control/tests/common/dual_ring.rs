//! A junction as large as they come: eight phases in two rings with people on foot, two flashing yellow arrows, a right
//! turn that follows two phases, two preemptions.
#![allow(dead_code)] // Not every test uses all of it.

extern crate alloc;

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use intergreen_control::{
    Millis, Plan, PlanSpec,
    plan::{
        DetectorMode, DetectorUse, GroupKind, GroupSpec, IntergreenSpec, IntergreenTime, OverlapSpec, PhaseSpec,
        Preempt, PreemptKind, RingsSpec,
    },
};

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&n| n.to_owned()).collect()
}

/// The plan.
pub fn dual_ring() -> Plan {
    let s = |n: i64| Millis(n * 1000);
    let vehicle = |name: &str, kind| GroupSpec {
        kind,
        red_clearance: Some(s(1)),
        max_red: Some(s(300)),
        ..GroupSpec::vehicle(name, s(5), s(3))
    };
    let walk = |name: &str| GroupSpec {
        buffer: Some(s(2)),
        lead: Some(s(3)),
        max_red: Some(s(300)),
        ..GroupSpec::pedestrian(name, s(5), s(8))
    };
    let (through, arrow, flashing) = (GroupKind::Vehicle, GroupKind::Arrow, GroupKind::FlashingYellowArrow);
    let groups = vec![
        vehicle("L1", flashing),
        vehicle("T2", through),
        vehicle("L3", arrow),
        vehicle("T4", through),
        vehicle("L5", flashing),
        vehicle("T6", through),
        vehicle("L7", arrow),
        vehicle("T8", through),
        walk("P2"),
        walk("P4"),
        walk("P6"),
        walk("P8"),
        vehicle("R2", through),
    ];
    let time = |name: &str| if name.starts_with('P') { s(10) } else { s(4) };
    let mut spec = PlanSpec::new("dual ring", groups);
    let main = ["L1", "T2", "L5", "T6", "P2", "P6"];
    let side = ["L3", "T4", "L7", "T8", "P4", "P8"];
    let across = main.iter().flat_map(|&a| side.iter().map(move |&b| (a, b)));
    let more = [("L3", "T4"), ("L7", "T8"), ("L3", "P4"), ("L7", "P8"), ("R2", "T4"), ("R2", "P4")];
    for (a, b) in across.chain(more) {
        spec = spec.forbid(a, b, (time(a), time(b)));
    }
    for (who, to, oncoming) in [("L1", "T2", true), ("L5", "T6", true), ("L1", "P2", false), ("L5", "P6", false)] {
        spec = spec.give_way(who, to, oncoming);
        for (from, to) in [(who, to), (to, who)] {
            let time = IntergreenTime::Given(time(from));
            spec.intergreens.push(IntergreenSpec { from: from.into(), to: to.into(), time });
        }
    }
    spec = spec.give_way("R2", "P8", false);
    let phase = |number, groups: &[&str], walks: &[&str]| PhaseSpec {
        number,
        groups: names(groups),
        walks: names(walks),
        actuation: Default::default(),
    };
    spec.rings = Some(RingsSpec {
        phases: vec![
            phase(1, &[], &[]),
            phase(2, &["T2"], &["P2"]),
            phase(3, &["L3"], &[]),
            phase(4, &["T4"], &["P4"]),
            phase(5, &[], &[]),
            phase(6, &["T6"], &["P6"]),
            phase(7, &["L7"], &[]),
            phase(8, &["T8"], &["P8"]),
        ],
        rings: vec![vec![vec![1, 2], vec![3, 4]], vec![vec![5, 6], vec![7, 8]]],
        overlaps: [("L1", vec![1], vec![2]), ("L5", vec![5], vec![6]), ("R2", vec![2, 3], vec![])]
            .into_iter()
            .map(|(group, phases, permissive)| {
                let trail = if group == "R2" { s(2) } else { s(0) };
                OverlapSpec { group: group.into(), phases, permissive, lead: s(0), trail }
            })
            .collect(),
        modes: Default::default(),
    });
    for (channel, group) in (0..).zip(["T2", "L3", "T4", "T6", "L7", "T8", "P2", "P4", "P6", "P8"]) {
        spec.detectors.push(DetectorUse {
            channel,
            groups: names(&[group]),
            mode: DetectorMode::Call,
            locking: group.starts_with('P'),
            ..DetectorUse::default()
        });
    }
    let preempt = |name: &str, kind, track: &[&str], dwell: &[&str]| Preempt {
        name: name.into(),
        kind,
        delay: s(1),
        track: names(track),
        track_green: if track.is_empty() { s(0) } else { s(8) },
        dwell: names(dwell),
        min_dwell: s(5),
        max_presence: s(90),
        exit: names(dwell),
        cuts_walk: kind == PreemptKind::Rail,
        cuts_clearance: false,
    };
    spec.preempts = vec![
        preempt("train", PreemptKind::Rail, &["T4"], &["T2", "T6"]),
        preempt("fire engine", PreemptKind::Emergency, &[], &["T4", "T8"]),
    ];
    Plan::new(spec).unwrap_or_else(|e| panic!("the dual ring: {e}"))
}

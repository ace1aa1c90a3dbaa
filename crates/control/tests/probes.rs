//! What some vehicles that report change of the picture that loops give of a lane.

use std::sync::Arc;

use intergreen_control::plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupSpec, StageSpec};
use intergreen_control::{Approaches, Lamp, Millis, Plan, PlanSpec, Traffic, VehicleReport};

/// A lane of 200 m with an IN loop 100 m before its line and a count loop at the line; cars drive at 10 m/s.
fn lane() -> (Plan, Traffic) {
    let at = |channel: u16, kind: DetectorKind, distance_m: f64| DetectorUse {
        channel,
        groups: vec!["west".into()],
        mode: DetectorMode::Count,
        place: Some(DetectorPlace { kind, lane: "w".into(), distance_m, length_m: 2.0, speed_m_s: 10.0 }),
        ..DetectorUse::default()
    };
    let groups = vec![GroupSpec::vehicle("west", Millis(5000), Millis(3000))];
    let stages = vec![StageSpec { name: "west".into(), groups: vec!["west".into()] }];
    let detectors = vec![at(0, DetectorKind::In, 100.0), at(1, DetectorKind::Count, 1.0)];
    let spec = PlanSpec { stages, detectors, ..PlanSpec::new("a lane", groups) };
    let plan = Plan::imported(spec, Vec::new()).expect("sound");
    let mut around = Approaches::of_plan(&plan);
    (around.lanes[0].length_m, around.lanes[0].reach_m) = (200.0, 200.0);
    let traffic = Traffic::new(&plan, Arc::new(around));
    (plan, traffic)
}

fn s(seconds: f64) -> Millis {
    Millis::from_seconds(seconds)
}

fn report(at: f64, vehicle: u32, distance_m: f64, speed_m_s: f64) -> VehicleReport {
    let (distance_dm, speed_cm_s) = ((distance_m * 10.0) as u16, (speed_m_s * 100.0) as u16);
    VehicleReport { at: s(at), age_ms: 0, vehicle, lane: 0, distance_dm, speed_cm_s }
}

fn due(traffic: &Traffic) -> Vec<f64> {
    traffic.due(0).map(|due| due.seconds()).collect()
}

#[test]
fn a_ticket_takes_the_time_of_the_vehicle_that_has_it() {
    let (plan, mut traffic) = lane();
    traffic.edge(&plan, 0, true, s(100.0), &[Lamp::Red]);
    traffic.edge(&plan, 0, true, s(105.0), &[Lamp::Red]);
    assert_eq!(due(&traffic), [110.0, 115.0]);
    // The second one is slower than usual.
    traffic.see(&report(109.0, 7, 80.0, 5.0));
    assert_eq!(due(&traffic), [110.0, 117.0]);
    traffic.see(&report(110.0, 7, 75.0, 5.0));
    assert_eq!(due(&traffic), [110.0, 117.5]);
}

#[test]
fn who_has_no_ticket_gets_one_between_the_input_loop_and_the_line() {
    let (_, mut traffic) = lane();
    traffic.see(&report(100.0, 7, 150.0, 10.0));
    assert_eq!(due(&traffic), [0.0; 0], "the input loop will see it");
    traffic.see(&report(106.0, 7, 90.0, 10.0));
    traffic.see(&report(107.0, 7, 80.0, 10.0));
    assert_eq!(due(&traffic), [115.0]);
}

#[test]
fn before_a_closed_line_a_queue_reaches_whoever_stands() {
    let (plan, mut traffic) = lane();
    traffic.see(&report(100.0, 7, 30.0, 0.0));
    traffic.advance(&plan, s(100.0), &[Lamp::Green]);
    assert_eq!(traffic.count(0, s(100.0)), (0.0, 0.0), "an open queue may have left in front of it");
    traffic.advance(&plan, s(100.5), &[Lamp::Red]);
    assert_eq!(traffic.count(0, s(100.5)), (5.0, 0.0), "four cars in 30 m, and the one that reports");
}

/// Where everybody reports nothing is counted.
#[test]
fn perfect_sensors_need_no_tickets() {
    let (plan, _) = lane();
    let mut traffic =
        Traffic::new(&plan, Arc::new(Approaches { everyone_reports: true, ..Approaches::of_plan(&plan) }));
    traffic.see(&report(100.0, 7, 30.0, 0.0));
    traffic.advance(&plan, s(100.0), &[Lamp::Red]);
    assert_eq!(traffic.count(0, s(100.0)), (1.0, 0.0));
}

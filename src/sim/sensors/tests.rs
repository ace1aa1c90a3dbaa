//! Parts of a step, moments in it, and loops that are looked at side by side.

use proptest::prelude::*;

use super::*;
use crate::demand::VehicleId;
use crate::network::MovementId;

#[test]
fn parts_of_a_step_follow_each_other() {
    for step in [1, 15, 16, 100, 500, 1000, (1 << 15) - 1] {
        let parts: Vec<usize> = (1..=step).map(|after| part(after, Millis(step.into()))).collect();
        assert!(parts.is_sorted() && parts[parts.len() - 1] < PARTS, "{step} ms");
    }
    assert_eq!(part(1000, Millis(1000)), PARTS - 1);
}

#[test]
fn an_edge_is_of_the_step_in_which_it_comes() {
    assert_eq!([0.0, 0.0005, 0.5, 1.0].map(|share| moment(share, Millis(500))), [1, 1, 250, 500]);
}

/// Loops look at nothing else of a vehicle.
fn vehicle(position: f32, length: f32, moved: f32) -> Vehicle {
    Vehicle {
        key: 0,
        position,
        speed: moved,
        accel: 0.0,
        length,
        id: VehicleId(0),
        path: 0,
        row: 0,
        next: MovementId::NONE,
        came_from: LaneId::NONE,
        kind: 0,
        leg: 0,
        offset: 0,
        flags: 0,
        stops: 0,
        speed_factor: 1.0,
        tau: 1.0,
        waiting: 0.0,
        reach: 0.0,
        lc_gain: 0.0,
        lc_keep: 0.0,
        lc_speed: 0.0,
        advised: f32::INFINITY,
        entered: u32::MAX,
        moved,
        delay: 0.0,
        relax: 0.0,
        time_loss: 0.0,
        waited: 0.0,
        odometer: 0.0,
    }
}

/// Where somebody stands behind the one before him, how long he is, and how far he moved, m: often to the whole metre, so that
/// bumpers lie on the borders of loops, and often not at all.
fn driver() -> impl Strategy<Value = (f32, f32, f32)> {
    let metres = |most: u32| prop_oneof![(0..most).prop_map(|m| m as f32), (0.0..most as f32)];
    (metres(20), metres(8).prop_map(|m| m + 1.0), prop_oneof![Just(0.0), metres(30)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Loops side by side are those that have edges one by one, and are covered by the same.
    #[test]
    fn a_row_finds_what_each_loop_does(
        loops in prop::collection::vec((0_u32..60, 1_u32..20, any::<bool>()), 1..=ABREAST),
        queue in prop::collection::vec(driver(), 0..6),
        gone in prop::collection::vec(driver(), 0..3),
        ahead in 0.0_f32..90.0,
    ) {
        let (length, step) = (60.0, Millis(1000));
        let sensor = |&(start, long, _): &(u32, u32, bool)| {
            let start = start as f32;
            Sensor { lane: LaneId(0), start, end: (start + long as f32).min(length), channel: 0 }
        };
        let mut sensors: Vec<Sensor> = loops.iter().map(sensor).collect();
        sensors.sort_by(|a, b| b.end.total_cmp(&a.end));
        let occupied: Vec<bool> = loops.iter().map(|l| l.2).collect();
        let mut front = ahead.min(length);
        let vehicles: Vec<Vehicle> = queue
            .iter()
            .map(|&(gap, length, moved)| {
                let v = vehicle(front - gap, length, moved);
                front = v.back();
                v
            })
            .collect();
        let beyond: Vec<Motion> =
            gone.iter().map(|&(past, length, moved)| Motion::of(&vehicle(past, length, moved), 60.0)).collect();

        let row = Row::new(0, &sensors, &occupied, (0, 0));
        let done = row.see_all(&vehicles, &beyond);
        let changes = row.changes(&done);
        for (i, sensor) in sensors.iter().enumerate() {
            let (mut is_on, mut edges) = (occupied[i], Default::default());
            sense_one(sensor, &mut is_on, &vehicles, &beyond, step, &mut edges);
            let edges: Vec<Edge> = edges.concat();
            prop_assert_eq!(done.covered[i] == 1, is_on, "loop {}", i);
            prop_assert!(edges.is_empty() || changes[i] == 1, "loop {} has an edge", i);
            // Who leaves a loop has been over it, and ends that unless another is there.
            let alone = beyond.len() + vehicles.len() == 1 && occupied[i];
            prop_assert!(!alone || changes[i] == 0 || !edges.is_empty(), "loop {} has no edge", i);
        }
        prop_assert!(changes[sensors.len()..].iter().all(|&change| change == 0), "a loop that is not there");
    }
}

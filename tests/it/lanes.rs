//! Changing lanes: for the route, for speed, and back to the kerb.

use intergreen::demand::{DepartLane, FollowingModel, Manner, Timing, VehicleType};
use intergreen::network::VehicleClass;
use intergreen::network::compose::NodeKind;

use super::invariants::check;
use super::random_towns::{Rules, random_town};
use super::worlds::{Town, Trips, alike, lane, rolling, s, vehicle};

/// A signal at the end of 400 m of road whose lanes turn to different sides, so that drivers must sort themselves.
fn sorting(lanes: u8) -> Town {
    let turns: &[&str] = if lanes == 2 { &["r s", "l"] } else { &["r", "s", "l"] };
    Town::default()
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .end("w_end", -400.0, 0.0)
        .end("e_end", 300.0, 0.0)
        .end("n_end", 0.0, 300.0)
        .end("s_end", 0.0, -300.0)
        .one_way("w", "w_end", "x", lanes)
        .change(|s| s.end.turns = turns.iter().map(|&t| t.into()).collect())
        .one_way("e", "x", "e_end", 1)
        .one_way("n", "x", "n_end", 1)
        .one_way("s", "x", "s_end", 1)
        .signal("x", 0.0, &[(30.0, &["w"]), (20.0, &[])])
}

/// Everybody enters on a random lane and needs a certain one: all get there, in light and in dense traffic.
#[test]
fn drivers_leave_lanes_that_do_not_lead_on() {
    for lanes in [2, 3] {
        let network = sorting(lanes).build();
        for per_hour in [150.0, 300.0] {
            for model in [FollowingModel::Calibrated, FollowingModel::Krauss] {
                let mut t = Trips::new(&network, VehicleType::calibrated("car"));
                for to in ["e", "n", "s"] {
                    t.flow(to, 0.0, 600.0, per_hour * f64::from(lanes) / 3.0, &["w", to]);
                }
                for source in &mut t.demand.sources {
                    source.manner = Manner { depart_lane: DepartLane::Random, ..rolling() };
                }
                let world = t.world("sorting").behaviour(model).step(if lanes == 2 { 0.5 } else { 1.0 });
                let sim = world.drain(2400.0, check);
                assert!(sim.measures().lane_changes > 0, "somebody entered on a wrong lane");
                assert!(sim.gridlocks().found.is_empty(), "{:?}", sim.gridlocks().found);
            }
        }
    }
}

/// A road of `lanes` lanes and 2 km, with nothing on it.
fn open_road(lanes: u8) -> Town {
    Town::default()
        .end("w", -1000.0, 0.0)
        .end("e", 1000.0, 0.0)
        .one_way("road", "w", "e", lanes)
        .change(|s| s.speed = 80.0)
}

/// A car comes up behind a slow truck: it passes on the left, loses little, and returns to the kerb lane.
#[test]
fn a_slow_truck_is_overtaken_on_the_left() {
    for (model, lanes) in
        [(FollowingModel::Calibrated, 2), (FollowingModel::Krauss, 2), (FollowingModel::Calibrated, 3)]
    {
        let network = open_road(lanes).build();
        let mut t = Trips::new(&network, alike());
        let truck = VehicleType { max_speed: 10.0, ..VehicleType::sumo("truck", VehicleClass::Truck) };
        t.demand.types.push(truck.with_model(model));
        t.add("truck", Timing::Once(s(0.0)), 1, &["road"], rolling());
        t.one("car", 20.0, &["road"], rolling());
        let mut visited = Vec::new();
        let mut passed_on = None;
        let kerb = lane(&network, "road", 0);
        let sim = t.world("overtaking").behaviour(model).drain(600.0, |sim| {
            check(sim);
            let (car, truck) = (sim.find(vehicle(sim, "car")), sim.find(vehicle(sim, "truck")));
            if let Some((l, car)) = car {
                let index = l.0 - kerb.0;
                if visited.last() != Some(&index) {
                    visited.push(index);
                }
                if let Some((_, truck)) = truck
                    && passed_on.is_none()
                    && car.position > truck.position
                {
                    passed_on = Some(index);
                }
            }
        });
        assert_eq!(passed_on, Some(1), "{model:?}: passes on the lane to the left; lanes {visited:?}");
        assert_eq!(visited, [0, 1, 0], "{model:?}: from the kerb lane and back to it");
        let loss = sim.measures().trips[vehicle(&sim, "car").index()].time_loss;
        // Behind the truck it would lose 100 s; 10 s are for closing up on it and for speeding up to 80 km/h.
        assert!(loss < 10.0, "{model:?}: the car loses {loss} s");
    }
}

/// Dense traffic with trucks on an open road of three lanes: changes are many, and none makes an overlap.
fn dense(model: FollowingModel) {
    for step in [0.5, 1.0] {
        let network = open_road(3).build();
        let mut t = Trips::new(&network, VehicleType::calibrated("car"));
        let truck = VehicleType { max_speed: 15.0, ..VehicleType::sumo("truck", VehicleClass::Truck) };
        t.demand.types.push(truck.with_model(FollowingModel::Calibrated));
        t.flow("all", 0.0, 300.0, 3600.0, &["road"]);
        t.demand.sources[0].types.push((intergreen::demand::TypeId(1), 0.2));
        let sim = t.world("dense").behaviour(model).step(step).drain(1200.0, check);
        let changes = sim.measures().lane_changes;
        assert!(changes > 100, "{model:?} at {step} s: only {changes} changes");
    }
}

#[test]
fn no_change_makes_an_overlap() {
    for model in [
        FollowingModel::Calibrated,
        FollowingModel::Idm,
        FollowingModel::IdmPlus,
        FollowingModel::Gipps,
        FollowingModel::Krauss,
        FollowingModel::KraussOrig1,
    ] {
        dense(model);
    }
}

/// Two that stand side by side at the end of a link, each in the way of the other's last change, get out of it.
#[test]
fn a_helper_alongside_does_not_wait_for_ever() {
    let world = random_town(4, Rules::Clear, 6.0).behaviour(FollowingModel::KraussOrig1);
    let sim = world.drain(1500.0, check);
    assert!(sim.gridlocks().found.is_empty(), "{:?}", sim.gridlocks().found);
}

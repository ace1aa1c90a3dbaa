//! More traffic than there is room for: real gridlock is named, and boxes are blocked only where they may be.

use std::sync::Arc;

use intergreen::network::Network;
use intergreen::network::compose::NodeKind;
use intergreen::network::parts::NetworkParts;
use intergreen::validation::Drivers;

use super::worlds::{Town, Trips, World, s};

/// Four one-way streets around a block. Who comes in at a corner goes first, drives around three sides and leaves at
/// the fourth corner: the sides fill, and then everybody at their ends waits for the next side.
fn ring(per_hour: f64) -> World {
    let corners = [("a", 0.0, 0.0), ("b", 150.0, 0.0), ("c", 150.0, 150.0), ("d", 0.0, 150.0)];
    let away = [(-150.0, 0.0), (0.0, -150.0), (150.0, 0.0), (0.0, 150.0)];
    let mut town = Town::default();
    for ((id, x, y), (dx, dy)) in corners.into_iter().zip(away) {
        town = town
            .node(id, x, y, NodeKind::Priority)
            .end(&format!("{id}_in"), x + dx, y + dy)
            .end(&format!("{id}_out"), x - dy, y + dx)
            .one_way(&format!("to_{id}"), &format!("{id}_in"), id, 1)
            .change(|s| s.rank = 5)
            .one_way(&format!("from_{id}"), id, &format!("{id}_out"), 1);
    }
    for (k, (id, ..)) in corners.into_iter().enumerate() {
        town = town.one_way(&format!("side{k}"), id, corners[(k + 1) % 4].0, 1);
    }
    let network = town.build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for (k, (id, ..)) in corners.into_iter().enumerate() {
        let side = |i: usize| format!("side{}", (k + i) % 4);
        let (first, second, third) = (side(0), side(1), side(2));
        let (to, from) = (format!("to_{id}"), format!("from_{}", corners[(k + 3) % 4].0));
        trips.flow(&format!("f{k}"), 0.0, 1800.0, per_hour, &[&to, &first, &second, &third, &from]);
    }
    trips.world("ring of streets")
}

#[test]
fn a_ring_of_full_streets_is_named() {
    // A few cars an hour find their way around.
    let calm = ring(120.0).drain(3600.0, |_| ());
    assert!(calm.gridlocks().found.is_empty(), "{:?}", calm.gridlocks().found);
    let full = ring(900.0);
    let sim = full.until(1800.0, |_| ());
    let found: Vec<_> = sim.gridlocks().found.iter().filter(|f| f.cycle).collect();
    assert_eq!(found.len(), 1, "named once: {found:?}");
    let mut lanes: Vec<&str> = found[0].lanes.iter().map(|&l| full.network.lane(l).id.as_str()).collect();
    // Somebody may stand inside a corner: that is on the way from side to side.
    lanes.retain(|name| !name.starts_with(':'));
    lanes.sort_unstable();
    assert_eq!(lanes, ["side0_0", "side1_0", "side2_0", "side3_0"]);
    assert_eq!(sim.gridlocks().present(), 1);
}

/// The same where bays overflow: who stands half in a full bay blocks the lane beside it, and belongs to the cycle.
#[test]
fn full_bays_are_part_of_a_gridlock() {
    use intergreen::demand::{ArrivalPosition, DepartLane, Manner, Route, Router, Timing};
    use intergreen::generate::grid::{Grid, generate};
    use intergreen::network::compose::compose;
    use intergreen::random::{Purpose, key_of, uniform};
    let made = generate(&Grid { columns: 3, rows: 3, ..Grid::default() }).expect("a grid");
    let network = Arc::new(compose(&made.plan).expect("its streets fit"));
    let inside = ["h1_1", "h1_2", "h2_1", "h2_2", "h3_1", "h3_2", "v1_1", "v1_2", "v2_1", "v2_2", "v3_1", "v3_2"];
    let streets: Vec<String> = inside.iter().flat_map(|s| [(*s).to_owned(), format!("-{s}")]).collect();
    let car = Drivers::Calibrated.car();
    let mut router = Router::new(&network, Default::default());
    let mut trips = Trips::new(&network, car.clone());
    let manner =
        Manner { depart_lane: DepartLane::Best, arrival_position: ArrivalPosition::Random, ..Manner::default() };
    for i in 0..4000 {
        let draw = |what: &str| uniform(1, key_of(what), Purpose::Generate, i) as f64;
        let ends = ["from", "to"].map(|w| network.find_link(&streets[(draw(w) * streets.len() as f64) as usize]));
        let [Some(from), Some(to)] = ends else { panic!("a street is missing") };
        let Some(links) = router.route(from, &[], to, &car).filter(|l| l.len() > 1) else { continue };
        trips.demand.routes.push(Route::given(links.clone()));
        let names: Vec<&str> = links.iter().map(|&l| network.link(l).id.as_str()).collect();
        trips.add(&format!("t{i}"), Timing::Once(s(1800.0 * draw("depart"))), 0, &names, manner);
    }
    let sim = trips.world("overloaded grid").until(5400.0, |_| ());
    // Nothing moves any more, and it is said why.
    assert!(!sim.is_empty() && sim.traffic().vehicles().all(|(_, v)| v.waiting > 300.0), "it still moves");
    assert!(sim.gridlocks().present() > 0, "a standstill without a cycle");
}

/// A one-way street through a crossing to a signal 60 m behind it that is nearly always red, and a street across.
fn box_world(keep_clear: bool) -> World {
    let network = Town::default()
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .node("y", 75.0, 0.0, NodeKind::Signal)
        .end("w", -300.0, 0.0)
        .end("e", 300.0, 0.0)
        .end("n", 0.0, 300.0)
        .end("s", 0.0, -300.0)
        .one_way("in", "w", "x", 1)
        .one_way("between", "x", "y", 1)
        .one_way("out", "y", "e", 1)
        .one_way("north", "n", "x", 1)
        .one_way("south", "x", "s", 1)
        .signal("x", 0.0, &[(30.0, &["in"]), (20.0, &["north"])])
        .signal("y", 0.0, &[(8.0, &["between"]), (105.0, &[])])
        .build();
    let mut parts = NetworkParts::of(&network);
    if !keep_clear {
        parts.movements.iter_mut().for_each(|m| m.keep_clear = false);
    }
    let network: Arc<Network> = Arc::new(parts.build().expect("the same network but for its boxes"));
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    trips.flow("east", 0.0, 1800.0, 700.0, &["in", "between", "out"]);
    trips.flow("south", 0.0, 1800.0, 400.0, &["north", "south"]);
    trips.world("box")
}

/// Steps in which somebody stands inside the crossing who came along the full street, and cross traffic served.
fn blocked(world: &World) -> (u32, usize) {
    let mut steps = 0;
    let sim = world.until(1800.0, |sim| {
        let scene = sim.scene();
        let inside = |l: usize| scene.lanes[l].internal;
        let stands = sim.traffic().vehicles().any(|(lane, v)| {
            inside(lane.index()) && v.waiting > 5.0 && scene.departures[v.id.index()].id.starts_with("east")
        });
        steps += u32::from(stands);
    });
    let south = sim.scene().departures.iter().zip(&sim.measures().trips);
    (steps, south.filter(|(d, t)| d.id.starts_with("south") && t.arrived.is_some()).count())
}

#[test]
fn boxes_are_blocked_only_where_they_may_be() {
    let (clear, served) = blocked(&box_world(true));
    assert_eq!(clear, 0, "nobody stops inside a crossing that is to be kept clear");
    let (full, held_up) = blocked(&box_world(false));
    // The street behind is full for most of the half hour.
    assert!(full > 600, "blocked in {full} steps of 3600");
    assert!(served > 170, "{served} of 200 or so go across");
    assert!((held_up as f64) < 0.7 * served as f64, "{held_up} against {served}");
}

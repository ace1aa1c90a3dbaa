//! Random towns: small grids with whatever the street plan can say, the same for the same number.

use intergreen::demand::routing::Penalties;
use intergreen::demand::{Router, VehicleType};
use intergreen::network::compose::NodeKind;
use intergreen::network::{LinkId, VehicleClass};
use intergreen::random::{Purpose, Stream, key_of};
use rand::RngExt;

use super::worlds::{Town, Trips, World};

/// What regulates the crossings of a town.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rules {
    /// Signals, and priority roads that cross minor ones.
    Clear,
    /// Also right before left, and priority roads of one rank: four drivers may all have somebody on their right.
    Any,
}

/// A grid with random rows, columns, spacings, lanes, ranks and regulation, stubs at all borders, and a random flow
/// for each pair of stubs that is drawn; vehicles depart in the first `minutes` minutes.
pub fn random_town(number: u64, rules: Rules, minutes: f64) -> World {
    let mut rng = Stream::new(number, key_of("town"), Purpose::Generate);
    let (columns, rows) = (rng.random_range(1..=3_usize), rng.random_range(1..=3_usize));
    let mut places = |n: usize| -> Vec<f64> {
        // Stubs lie before the first and behind the last crossing.
        let mut x = 0.0;
        (0..n + 2)
            .map(|_| {
                x += rng.random_range(130.0..260.0);
                x
            })
            .collect()
    };
    let (xs, ys) = (places(columns), places(rows));
    let mut town = Town::default();
    let node = |i: usize, j: usize| format!("n{i}_{j}");
    let border = |i: usize, j: usize| i == 0 || j == 0 || i > columns || j > rows;
    let mut signals = Vec::new();
    for (i, &x) in xs.iter().enumerate() {
        for (j, &y) in ys.iter().enumerate() {
            let corner = (i == 0 || i > columns) && (j == 0 || j > rows);
            if corner {
                continue;
            }
            let kinds = [NodeKind::Signal, NodeKind::Priority, NodeKind::RightBeforeLeft];
            let drawn = kinds[rng.random_range(0..if rules == Rules::Any { 3 } else { 2 })];
            let kind = if border(i, j) { NodeKind::DeadEnd } else { drawn };
            // A little off the grid, so that turns differ.
            let (dx, dy) = (rng.random_range(-12.0..12.0), rng.random_range(-12.0..12.0));
            town = town.node(&node(i, j), x + dx, y + dy, kind);
            if kind == NodeKind::Signal {
                signals.push((i, j));
            }
        }
    }
    let mut stubs = Vec::new();
    let mut add = |mut town: Town, id: String, from: (usize, usize), to: (usize, usize), lanes: u8, rank: i32| {
        town = town.street(&id, &node(from.0, from.1), &node(to.0, to.1), lanes).change(|s| s.rank = rank);
        if border(from.0, from.1) {
            stubs.push((id.clone(), format!("-{id}")));
        }
        if border(to.0, to.1) {
            stubs.push((format!("-{id}"), id));
        }
        town
    };
    for j in 1..=rows {
        let (lanes, rank) = (rng.random_range(1..=3_u8), rng.random_range(1..=2));
        for i in 0..=columns {
            town = add(town, format!("h{i}_{j}"), (i, j), (i + 1, j), lanes, rank);
        }
    }
    for i in 1..=columns {
        // With clear rules no two streets that cross have the same rank.
        let (lanes, rank) = (rng.random_range(1..=3_u8), if rules == Rules::Any { rng.random_range(1..=2) } else { 3 });
        for j in 0..=rows {
            town = add(town, format!("v{i}_{j}"), (i, j), (i, j + 1), lanes, rank);
        }
    }
    for (i, j) in signals {
        let horizontal = [format!("h{}_{j}", i - 1), format!("-h{i}_{j}")];
        let vertical = [format!("v{i}_{}", j - 1), format!("-v{i}_{j}")];
        let greens = (rng.random_range(15..35), rng.random_range(12..25));
        let stages: [(f64, &[&str]); 2] = [
            (f64::from(greens.0), &[&horizontal[0], &horizontal[1]]),
            (f64::from(greens.1), &[&vertical[0], &vertical[1]]),
        ];
        town = town.signal(&node(i, j), f64::from(rng.random_range(0..60)), &stages);
    }
    demand(&town, &stubs, &mut rng, minutes, number)
}

/// Random flows between the stubs; one vehicle in twelve is a bus.
fn demand(town: &Town, stubs: &[(String, String)], rng: &mut Stream, minutes: f64, number: u64) -> World {
    let network = town.build();
    let car = VehicleType::calibrated("car");
    let bus = VehicleType::sumo("bus", VehicleClass::Bus).with_model(car.model);
    let mut router = Router::new(&network, Penalties::default());
    let mut trips = Trips::new(&network, car.clone());
    trips.demand.types.push(bus);
    // All entries together stay below what one crossing can serve.
    let per_entry = rng.random_range(150.0..300.0);
    for (entry, _) in stubs {
        let from = network.find_link(entry).expect("a stub is a street");
        let exits: Vec<LinkId> = stubs
            .iter()
            .filter(|(other, _)| other != entry)
            .map(|(_, exit)| network.find_link(exit).expect("a stub is a street"))
            .collect();
        let drawn: Vec<LinkId> = (0..3).map(|_| exits[rng.random_range(0..exits.len())]).collect();
        for (k, to) in drawn.into_iter().enumerate() {
            let Some(way) = router.route(from, &[], to, &car) else { continue };
            let names: Vec<&str> = way.iter().map(|&l| network.link(l).id.as_str()).collect();
            trips.flow(&format!("{entry}>{k}"), 0.0, 60.0 * minutes, per_entry / 3.0, &names);
        }
    }
    for source in &mut trips.demand.sources {
        source.types = vec![(intergreen::demand::TypeId(0), 11.0), (intergreen::demand::TypeId(1), 1.0)];
    }
    trips.world(&format!("town {number}"))
}

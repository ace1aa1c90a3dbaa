//! Bounded queues: the 4×4 grid on which Varaiya's max-pressure keeps them where equal splits do not (his theorem, science.md
//! A7).
//!
//! Sixteen signals, four one-way streets of a lane to the east and four to the north, everybody straight on, two thirds of
//! all to the east. The theorem supposes point queues and room without end: streets are 600 m long, with room for 80 cars, and
//! sensors tell of whole lanes. With 300 m, or with loops alone, whose sight ends 111 m before the line, `max_pressure` is not
//! bounded here: a queue that grows where nobody looks, or that has no room, has no pressure.

use intergreen::detectors::{Probes, Sensing, Tier};
use intergreen::network::compose::NodeKind;
use intergreen::sim::Simulation;
use intergreen::validation::Drivers;

use super::worlds::{Town, Trips, World};

/// Crossings of a street.
const CROSSINGS: usize = 4;
/// Between two crossings, and where vehicles enter, m.
const BETWEEN: f64 = 600.0;
const ENTRY: f64 = 1500.0;
/// What a crossing can let go, of both streets together, with a cycle of 90 s: measured, with greens of two to one. Above it
/// these let queues grow, too.
const CAPACITY: f64 = 1640.0;
const LOAD: f64 = 0.95;
const EAST: f64 = 2.0 / 3.0;
const HOUR: f64 = 3600.0;

/// Names of the links of a street, from where it begins.
fn links(way: &str, street: usize) -> Vec<String> {
    (0..=CROSSINGS).map(|i| format!("{way}{street}_{i}")).collect()
}

/// The grid with these greens of its program.
fn grid(east: f64, north: f64) -> World {
    let last = (CROSSINGS - 1) as f64 * BETWEEN;
    let mut town = Town::default();
    for (x, y) in (0..CROSSINGS).flat_map(|x| (0..CROSSINGS).map(move |y| (x, y))) {
        town = town.node(&format!("c{x}{y}"), x as f64 * BETWEEN, y as f64 * BETWEEN, NodeKind::Signal);
    }
    for street in 0..CROSSINGS {
        let at = street as f64 * BETWEEN;
        town = town
            .end(&format!("w{street}"), -ENTRY, at)
            .end(&format!("e{street}"), last + ENTRY, at)
            .end(&format!("s{street}"), at, -ENTRY)
            .end(&format!("n{street}"), at, last + ENTRY);
        for i in 0..=CROSSINGS {
            let node = |at: usize, begin: String, end: String, crossing: &dyn Fn(usize) -> String| match at {
                0 => begin,
                i if i > CROSSINGS => end,
                i => crossing(i - 1),
            };
            let east = |at| node(at, format!("w{street}"), format!("e{street}"), &|x| format!("c{x}{street}"));
            let north = |at| node(at, format!("s{street}"), format!("n{street}"), &|y| format!("c{street}{y}"));
            town = town
                .one_way(&format!("east{street}_{i}"), &east(i), &east(i + 1), 1)
                .one_way(&format!("north{street}_{i}"), &north(i), &north(i + 1), 1);
        }
    }
    for (x, y) in (0..CROSSINGS).flat_map(|x| (0..CROSSINGS).map(move |y| (x, y))) {
        let stages: [(f64, &[&str]); 2] = [(east, &[&format!("east{y}_{x}")]), (north, &[&format!("north{x}_{y}")])];
        town = town.signal(&format!("c{x}{y}"), 0.0, &stages);
    }
    let network = town.build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for street in 0..CROSSINGS {
        for (way, share) in [("east", EAST), ("north", 1.0 - EAST)] {
            let links = links(way, street);
            let names: Vec<&str> = links.iter().map(String::as_str).collect();
            trips.flow(&format!("{way}{street}"), 0.0, 3.0 * HOUR, CAPACITY * LOAD * share, &names);
        }
    }
    trips.world("a grid of one-way streets")
}

/// Vehicles that have not arrived: on the way, and before the grid.
fn there(sim: &Simulation) -> f64 {
    (sim.traffic().vehicles().count() + sim.waiting().count as usize) as f64
}

/// How many more there are after each of three hours.
fn grows(world: &World) -> [f64; 3] {
    let mut at = Vec::new();
    world.until(3.0 * HOUR, |sim| {
        if sim.now().seconds() % HOUR == 0.0 {
            at.push(there(sim));
        }
    });
    [at[0], at[1] - at[0], at[2] - at[1]]
}

#[test]
fn max_pressure_is_bounded_at_95_percent_where_equal_splits_are_not() {
    let equal = grows(&grid(40.0, 40.0));
    let two_to_one = grows(&grid(53.3, 26.7));
    let mut pressure = grid(40.0, 40.0);
    pressure.setup.controller = ("max_pressure".into(), Vec::new());
    pressure.setup.sensing = Sensing { tier: Tier::Perfect, probes: Probes::default() };
    let pressure = grows(&pressure);
    println!("vehicles more in each hour: equal splits {equal:.0?}, two to one {two_to_one:.0?}, max_pressure {pressure:.0?}");
    // Half of the cycle's green for two thirds of the vehicles: four streets have to wait for the difference.
    let over = CROSSINGS as f64 * CAPACITY * (LOAD * EAST - 0.5);
    for hour in &equal[1..] {
        assert!((hour / over - 1.0).abs() < 0.15, "{hour} more in an hour, expected {over}");
    }
    // Poisson demand of three hours: a bounded number is not the same every hour, but a tenth of the growth is no trend.
    for (who, hours) in [("two to one", two_to_one), ("max_pressure", pressure)] {
        assert!(hours[1] + hours[2] < 0.2 * over, "{who}: {hours:?}, of equal splits {over} in an hour");
    }
}

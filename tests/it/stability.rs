//! Bounded queues: the 4×4 grid on which Varaiya's max-pressure keeps them where equal splits do not (his theorem, science.md
//! A7).
//!
//! Sixteen signals, four one-way streets of a lane to the east and four to the north, everybody straight on, two thirds of
//! all to the east. The theorem supposes point queues, room without end and changes that cost nothing: here streets are 600 m
//! long, with room for 80 cars, sensors tell of whole lanes, and a change costs 5 s. With 300 m, or with loops alone, whose sight ends 111 m before the line, `max_pressure` is not
//! bounded here: a queue that grows where nobody looks, or that has no room, has no pressure.

use intergreen::detectors::{Probes, Sensing, Tier};
use intergreen::network::compose::NodeKind;
use intergreen::validation::Drivers;

use super::worlds::{Town, Trips, World, s};

/// Crossings of a street.
const CROSSINGS: usize = 4;
/// Between two crossings, and where vehicles enter, m.
const BETWEEN: f64 = 600.0;
const ENTRY: f64 = 1500.0;
/// What a crossing can let go in an hour, of both streets together, with a cycle of 90 s: measured with greens of two to one,
/// which let 440 to 580 more of 1720 pile up in each hour on the four pairs of streets, and 200 to 290 of 1640.
const CAPACITY: f64 = 1585.0;
const LOAD: f64 = 0.95;
const HOUR: f64 = 3600.0;

/// Both ways, with their shares of all vehicles.
const WAYS: [(&str, f64); 2] = [("east", 2.0 / 3.0), ("north", 1.0 / 3.0)];

/// The node where the link `at` of a street begins: outside of the grid, or a crossing.
fn node(way: &str, street: usize, at: usize) -> String {
    match at {
        0 => format!("{way}{street}_in"),
        at if at > CROSSINGS => format!("{way}{street}_out"),
        at if way == "east" => format!("c{}{street}", at - 1),
        at => format!("c{street}{}", at - 1),
    }
}

/// The grid with these greens of its program.
fn grid(east: f64, north: f64) -> World {
    let beyond = (CROSSINGS - 1) as f64 * BETWEEN + ENTRY;
    let mut town = Town::default();
    for (x, y) in (0..CROSSINGS).flat_map(|x| (0..CROSSINGS).map(move |y| (x, y))) {
        let stages: [(f64, &[&str]); 2] = [(east, &[&format!("east{y}_{x}")]), (north, &[&format!("north{x}_{y}")])];
        let crossing = format!("c{x}{y}");
        town = town.node(&crossing, x as f64 * BETWEEN, y as f64 * BETWEEN, NodeKind::Signal);
        town = town.signal(&crossing, 0.0, &stages);
    }
    let mut ways = Vec::new();
    for (street, (way, share)) in (0..CROSSINGS).flat_map(|street| WAYS.map(|way| (street, way))) {
        let beside = street as f64 * BETWEEN;
        for (at, along) in [(0, -ENTRY), (CROSSINGS + 1, beyond)] {
            let (x, y) = if way == "east" { (along, beside) } else { (beside, along) };
            town = town.end(&node(way, street, at), x, y);
        }
        let links: Vec<String> = (0..=CROSSINGS).map(|at| format!("{way}{street}_{at}")).collect();
        for (at, link) in links.iter().enumerate() {
            town = town.one_way(link, &node(way, street, at), &node(way, street, at + 1), 1);
        }
        ways.push((share, links));
    }
    let network = town.build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for (share, links) in &ways {
        let names: Vec<&str> = links.iter().map(String::as_str).collect();
        trips.flow(&links[0], 0.0, 3.0 * HOUR, CAPACITY * LOAD * share, &names);
    }
    trips.world("a grid of one-way streets")
}

/// How many more there are after each of three hours.
fn grows(world: &World) -> [f64; 3] {
    let mut at = Vec::new();
    world.until(3.0 * HOUR, |sim| {
        if sim.now().0 % s(HOUR).0 == 0 {
            // On the way, and before the grid.
            at.push((sim.traffic().vehicles().count() + sim.waiting().count) as f64);
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
    println!(
        "vehicles more in each hour: equal splits {equal:.0?}, two to one {two_to_one:.0?}, max_pressure {pressure:.0?}"
    );
    // Half of the cycle's green for two thirds of the vehicles: four streets have to wait for the difference.
    let over = CROSSINGS as f64 * CAPACITY * (LOAD * WAYS[0].1 - 0.5);
    for hour in &equal[1..] {
        assert!((hour / over - 1.0).abs() < 0.15, "{hour} more in an hour, expected {over}");
    }
    // Poisson demand of three hours: a bounded number is not the same every hour, but a tenth of the growth is no trend.
    for (who, hours) in [("two to one", two_to_one), ("max_pressure", pressure)] {
        assert!(hours[1] + hours[2] < 0.2 * over, "{who}: {hours:?}, of equal splits {over} in an hour");
    }
}

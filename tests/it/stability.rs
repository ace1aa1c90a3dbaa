//! Max-pressure control keeps queues bounded wherever some control does; equal splits do not.
//!
//! Four streets eastwards and four northwards, one lane each, meet in sixteen signals. What a street can carry while it has
//! half of the cycle is measured first. Demand then fills 95 % of what both together can carry, two thirds of it eastwards:
//! more than half of the cycle carries, less than two thirds.
//!
//! Varaiya 2013 (Transportation Research C 36, 177) proves it for true queues and no lost times.

use std::sync::Arc;

use intergreen::detectors::{Sensing, Tier};
use intergreen::network::compose::NodeKind;
use intergreen::validation::Drivers;

use super::worlds::{Town, Trips, World};

const STREETS: usize = 4;
/// Distance between signals, m.
const BLOCK: f64 = 300.0;
/// Green of either stage, s; with 5 s between them the cycle has 90 s.
const GREEN: f64 = 40.0;
/// Length of a run, s.
const END: f64 = 9000.0;
/// Until then queues fill, s.
const FILLED: f64 = 1800.0;

/// The streets, with so many vehicles an hour on each that goes east, and on each that goes north.
fn streets(east: f64, north: f64) -> World {
    let mut town = Town::default();
    let at = |i: usize| BLOCK * i as f64;
    for row in 0..STREETS {
        for column in 0..STREETS {
            town = town.node(&format!("n{column}{row}"), at(column), at(row), NodeKind::Signal);
        }
    }
    for i in 0..STREETS {
        town = town
            .end(&format!("w{i}"), -BLOCK, at(i))
            .end(&format!("e{i}"), at(STREETS), at(i))
            .end(&format!("s{i}"), at(i), -BLOCK)
            .end(&format!("t{i}"), at(i), at(STREETS));
    }
    let mut ways = Vec::new();
    for i in 0..STREETS {
        let mut along = |name: &str, from: &str, to: &str, node: &dyn Fn(usize) -> String| {
            let nodes: Vec<String> =
                [format!("{from}{i}")].into_iter().chain((0..STREETS).map(node)).chain([format!("{to}{i}")]).collect();
            let links: Vec<String> = (0..=STREETS).map(|k| format!("{name}{i}{k}")).collect();
            for (link, ends) in links.iter().zip(nodes.windows(2)) {
                town = std::mem::take(&mut town).one_way(link, &ends[0], &ends[1], 1);
            }
            ways.push(links);
        };
        along("east", "w", "e", &|k| format!("n{k}{i}"));
        along("north", "s", "t", &|k| format!("n{i}{k}"));
    }
    for row in 0..STREETS {
        for column in 0..STREETS {
            let (east, north) = (format!("east{row}{column}"), format!("north{column}{row}"));
            town = town.signal(&format!("n{column}{row}"), 0.0, &[(GREEN, &[&east]), (GREEN, &[&north])]);
        }
    }
    let network = town.build();
    let mut trips = Trips::new(&network, Drivers::Calibrated.car());
    for (k, links) in ways.iter().enumerate() {
        let per_hour = if links[0].starts_with("east") { east } else { north };
        let links: Vec<&str> = links.iter().map(String::as_str).collect();
        trips.flow(&format!("f{k}"), 0.0, END, per_hour, &links);
    }
    trips.world("streets")
}

/// Vehicles on the way or waiting to enter, minute by minute after the first half hour; and how many arrived then.
fn run(mut world: World, strategy: &str, tier: Tier) -> (Vec<f64>, usize) {
    world.setup.controller = (strategy.into(), Vec::new());
    world.setup.sensing = Sensing { tier, ..Sensing::default() };
    let (mut inside, mut before, mut next) = (Vec::new(), 0, FILLED);
    let sim = world.until(END, |sim| {
        if sim.now().seconds() >= next {
            if inside.is_empty() {
                before = sim.measures().arrived;
            }
            inside.push((sim.traffic().vehicles().count() + sim.waiting().count) as f64);
            next += 60.0;
        }
    });
    (inside, sim.measures().arrived - before)
}

/// By how many they grow in an hour: the slope of the straight line through them.
fn growth(inside: &[f64]) -> f64 {
    let n = inside.len() as f64;
    let (middle, mean) = ((n - 1.0) / 2.0, inside.iter().sum::<f64>() / n);
    let (mut product, mut square) = (0.0, 0.0);
    for (i, value) in inside.iter().enumerate() {
        product += (i as f64 - middle) * (value - mean);
        square += (i as f64 - middle).powi(2);
    }
    60.0 * product / square
}

#[test]
fn max_pressure_is_bounded_where_equal_splits_are_not() {
    let full = 1200.0;
    let (_, arrived) = run(streets(full, full), "fixed_time", Tier::Loops);
    let carried = arrived as f64 / (2 * STREETS) as f64 * 3600.0 / (END - FILLED);
    assert!(carried < 0.9 * full, "the streets are full: {carried} an hour");
    let demand = 0.95 * 2.0 * carried;
    let (east, north) = (demand * 2.0 / 3.0, demand / 3.0);
    let unserved = (east - carried) * STREETS as f64;
    let (fixed, _) = run(streets(east, north), "fixed_time", Tier::Loops);
    println!("a street carries {carried:.0} veh/h; fixed {:.0} an hour, expected {unserved:.0}", growth(&fixed));
    // What equal splits do not serve piles up.
    assert!(growth(&fixed) > 0.8 * unserved, "{} of {unserved} an hour: {fixed:?}", growth(&fixed));
    for tier in [Tier::Loops, Tier::Perfect] {
        let (pressed, _) = run(streets(east, north), "max_pressure", tier);
        println!("max_pressure, {tier:?}: {:.0} an hour, at the end {:?}", growth(&pressed), pressed.last());
        // A queue that is bounded goes up and down: in two hours by less than a twentieth of what would have piled up.
        assert!(growth(&pressed) < 0.05 * unserved, "{tier:?}: {} an hour: {pressed:?}", growth(&pressed));
    }
}

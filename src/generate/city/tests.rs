use std::collections::BTreeSet;

use super::*;
use crate::demand::routing::{Search, Turns};
use crate::network::compose::{NodeKind, compose};
use crate::network::{LinkId, VehicleClass};

/// Sizes and seeds that stand for all.
const CITIES: [(usize, u64); 6] = [(120, 1), (150, 2), (200, 1), (200, 5), (300, 3), (400, 4)];

fn city(intersections: usize, seed: u64) -> City {
    City { intersections, seed, trips: 2000 }
}

#[test]
fn a_city_has_what_it_should_have() {
    let made = layout(&City::default()).unwrap();
    let (intersections, signals) = counts(&made);
    assert!((190..=230).contains(&intersections) && (45..=60).contains(&signals), "{intersections}, {signals}");
    let of = |kind: NodeKind| made.plan.nodes.iter().filter(|n| n.kind == kind).count();
    assert_eq!(of(NodeKind::Roundabout), 2);
    assert!(of(NodeKind::Priority) > 40 && of(NodeKind::RightBeforeLeft) > 40);
    let streets = |is: fn(&crate::network::compose::Street) -> bool| made.plan.streets.iter().filter(|s| is(s)).count();
    assert!(streets(|s| s.bus_lane && s.bus_lane_back) >= 5);
    assert!(streets(|s| !s.both_ways) >= 10, "the one-way pair");
    assert_eq!((made.trips.len(), made.buses.len()), (12_000, 4));
    assert!(made.buses.iter().all(|line| line.stops.len() >= 4));
}

#[test]
fn the_river_has_two_bridges() {
    for (n, seed) in CITIES {
        let p = city(n, seed);
        let lines = Lines::new(p.intersections);
        let places = lattice::places(&lines, Dice { seed });
        let blocks = blocks::blocks(&lines, &places, Dice { seed });
        let over = |e: &&blocks::Edge| (e.ends[0].1 <= lines.river) != (e.ends[1].1 <= lines.river);
        assert_eq!(blocks.edges.iter().filter(over).count(), 2, "{n} {seed}");
    }
}

#[test]
fn cities_are_networks_and_everybody_gets_everywhere() {
    for (n, seed) in CITIES {
        let mut made = layout(&city(n, seed)).unwrap();
        let (found, _) = counts(&made);
        assert!((found as f64 / n as f64 - 1.0).abs() < 0.2, "{found} intersections for {n}");
        made.plan.signals = programs(&made, &[]).unwrap();
        let network = compose(&made.plan).unwrap();
        let link = |id: &str| network.find_link(id).unwrap();
        let turns = Turns::new(&network, VehicleClass::Passenger);
        let mut search = Search::new(network.links.len());
        let pairs: BTreeSet<(&str, &str)> = made.trips.iter().map(|t| (t.from.as_str(), t.to.as_str())).collect();
        for (from, to) in pairs {
            let found = search.route(&turns, link(from), &[], link(to), |_: LinkId| 1.0);
            assert!(found.is_some(), "{n} {seed}: no way from {from} to {to}");
        }
        for line in &made.buses {
            let bus = Turns::new(&network, VehicleClass::Bus);
            for pair in line.streets.windows(2) {
                let way = search.route(&bus, link(&pair[0]), &[], link(&pair[1]), |_: LinkId| 1.0).unwrap();
                assert!(
                    way.iter().all(|&l| network.link(l).id.ends_with(".bay") || pair.contains(&network.link(l).id))
                );
            }
        }
    }
}

#[test]
fn the_same_numbers_make_the_same_city_and_others_another() {
    let made = |seed| layout(&city(150, seed)).unwrap();
    assert_eq!(made(7), made(7));
    assert_ne!(made(7).plan, made(8).plan);
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (p, what) in [
        (City { intersections: 119, ..City::default() }, "intersections: 119; expected 120 to 400"),
        (City { trips: 60_001, ..City::default() }, "trips: 60001; expected 0 to 60000"),
    ] {
        assert_eq!(layout(&p).unwrap_err().to_string(), what);
    }
}

#[test]
fn arterials_share_a_cycle_and_offsets_fit_it() {
    let made = layout(&City::default()).unwrap();
    let plans = programs(&made, &[]).unwrap();
    let of = |node: &str| plans.iter().find(|p| p.node == node).unwrap();
    let main = &made.axes[0];
    assert!(main.signals.len() >= 8);
    for axis in &made.axes {
        for (node, _, _) in &axis.signals {
            assert_eq!(of(node).cycle, of(&main.signals[0].0).cycle, "{node}");
            assert!((0.0..of(node).cycle).contains(&of(node).offset), "{node}");
        }
    }
}

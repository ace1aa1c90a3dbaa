//! What generators make is sound, whatever their parameters.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::arterial::{Arterial, Peak};
use super::grid::Grid;
use super::roundabouts::Roundabouts;
use super::ways::Turns;
use super::*;
use crate::network::compose::{Survey, compose};
use crate::plans;

/// The streets make a network, the programs plans, and every flow can be driven.
fn check(made: &Generated) {
    let network = compose(&made.plan).unwrap();
    plans::of_network(&network, false).unwrap();
    let survey = Survey::new(&made.plan).unwrap();
    let turns = Turns::new(&survey);
    assert!(!made.flows.is_empty());
    for flow in &made.flows {
        assert!(flow.rate.is_finite() && flow.rate > 0.0, "{flow:?}");
        assert_eq!((Some(&flow.from), Some(&flow.to)), (flow.streets.first(), flow.streets.last()));
        let counted: f64 = turns.count(std::slice::from_ref(flow)).values().sum();
        let expected = flow.rate * (flow.streets.len() - 1) as f64;
        assert!((counted - expected).abs() < 1e-6 * expected.max(1.0), "each change of streets is a turn: {flow:?}");
        for (name, fringe) in [(&flow.from, true), (&flow.to, true)] {
            let link = network.find_link(name).unwrap();
            assert_eq!(network.link(link).fringe, fringe, "{name}");
        }
        assert_eq!(flow.streets.iter().collect::<BTreeSet<_>>().len(), flow.streets.len(), "no street twice: {flow:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn grids_are_sound(
        (columns, rows) in (1_usize..7, 1_usize..7),
        (block, lanes, bays, speed) in (150.0..400.0, 1_u8..=3, any::<bool>(), 30.0..70.0),
        (signal, priority, right, seed) in (0.0..1.0, 0.0..1.0, 0.0..1.0, any::<u64>()),
    ) {
        let mix = [signal + 0.01, priority, right];
        check(&grid::generate(&Grid { columns, rows, block, lanes, bays, speed, mix, demand: 1.0, seed }).unwrap());
    }

    #[test]
    fn arterials_are_sound(
        (signals, least, more, lanes, bays) in (1_usize..12, 170.0..400.0, 0.0..300.0, 1_u8..=3, any::<bool>()),
        (crossings, speed, demand, seed) in (0.0..=1.0, 30.0..70.0, 0.1..2.0, any::<u64>()),
        peak in prop_oneof![Just(Peak::East), Just(Peak::West), Just(Peak::Both)],
    ) {
        let spacing = [least, least + more];
        check(&arterial::generate(&Arterial { signals, spacing, lanes, bays, crossings, speed, peak, demand, seed }).unwrap());
    }

    #[test]
    fn roundabouts_are_sound(
        (roundabouts, least, more, lanes) in (1_usize..10, 170.0..400.0, 0.0..300.0, 1_u8..=2),
        (small, large, crossings, speed, seed) in (24.0..30.0, 0.0..10.0, 0.0..=1.0, 30.0..70.0, any::<u64>()),
    ) {
        let (spacing, radius) = ([least, least + more], [small, small + large]);
        let p = Roundabouts { roundabouts, spacing, radius, lanes, crossings, speed, demand: 1.0, seed };
        check(&roundabouts::generate(&p).unwrap());
    }
}

#[test]
fn the_same_seed_makes_the_same() {
    let grid = |seed| grid::generate(&Grid { seed, mix: [1.0, 1.0, 1.0], ..Grid::default() }).unwrap();
    assert_eq!(grid(3), grid(3));
    assert_ne!(grid(3), grid(4));
    let arterial = |seed| arterial::generate(&Arterial { seed, ..Arterial::default() }).unwrap();
    assert_eq!(arterial(3), arterial(3));
    assert_ne!(arterial(3), arterial(4));
    let row = |seed| roundabouts::generate(&Roundabouts { seed, ..Roundabouts::default() }).unwrap();
    assert_eq!(row(3), row(3));
    assert_ne!(row(3), row(4));
}

#[test]
fn the_defaults_and_the_limits_are_sound() {
    check(&grid::generate(&Grid::default()).unwrap());
    check(&grid::generate(&Grid { columns: 2, rows: 1, block: 100.0, lanes: 3, ..Grid::default() }).unwrap());
    check(&grid::generate(&Grid { columns: 1, rows: 1, block: 100.0, bays: false, ..Grid::default() }).unwrap());
    check(&arterial::generate(&Arterial::default()).unwrap());
    check(&arterial::generate(&Arterial { signals: 1, ..Arterial::default() }).unwrap());
    check(&roundabouts::generate(&Roundabouts::default()).unwrap());
    check(
        &roundabouts::generate(&Roundabouts { roundabouts: 1, radius: [16.0, 16.0], ..Roundabouts::default() })
            .unwrap(),
    );
}

#[test]
fn a_main_street_carries_about_the_same_everywhere() {
    let made = arterial::generate(&Arterial { signals: 40, peak: Peak::Both, ..Arterial::default() }).unwrap();
    let on = |street: &str| -> f64 {
        made.flows.iter().filter(|f| f.streets.iter().any(|s| s == street)).map(|f| f.rate).sum()
    };
    let all: Vec<f64> = (1..40).map(|i| on(&format!("m{i}"))).collect();
    let (least, most) = (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(0.0, f64::max));
    // Side streets differ by a factor of two; what they feed and what they drain evens out.
    assert!(least > 500.0 && most < 1200.0, "{least} to {most} veh/h");
}

#[test]
fn parameters_out_of_range_are_refused() {
    let grid = |p: Grid| grid::generate(&p).unwrap_err().to_string();
    assert_eq!(grid(Grid { columns: 0, ..Grid::default() }), "columns: 0; expected 1 to 100");
    assert_eq!(grid(Grid { rows: 101, ..Grid::default() }), "rows: 101; expected 1 to 100");
    assert_eq!(grid(Grid { block: f64::NAN, ..Grid::default() }), "block: NaN; expected 100 to 1000");
    assert_eq!(grid(Grid { mix: [0.0; 3], ..Grid::default() }), "mix: 0; expected 0.000001 to 3000000");
    let arterial = |p: Arterial| arterial::generate(&p).unwrap_err().to_string();
    assert_eq!(
        arterial(Arterial { spacing: [300.0, 200.0], ..Arterial::default() }),
        "spacing: 200; expected 300 to 2000"
    );
    let row = |p: Roundabouts| roundabouts::generate(&p).unwrap_err().to_string();
    assert_eq!(row(Roundabouts { lanes: 2, ..Roundabouts::default() }), "radius: 16; expected 24 to 40");
}

//! Whether runs can be compared where not as many vehicles have finished.
//!
//! Terms
//! - **pair**: two runs of a block with one seed, under two controllers.
//! - **apart**: how far the shares of the departures that have not finished differ, mean over pairs. Seed by seed, so that
//!   gridlocks of one controller do not cancel those of the other.

use super::UNFINISHED;
use crate::batch::columns::{Column, Counts, Record};
use crate::batch::statistics::mean;

/// Share of the departures of some runs that had not finished when they ended.
pub fn unfinished(runs: &[&Record]) -> f64 {
    let sum = |name: &str| runs.iter().filter_map(|r| r.number(name)).sum::<f64>();
    let loaded = sum("loaded");
    if loaded > 0.0 { (sum("running") + sum("waiting")) / loaded } else { 0.0 }
}

/// How far pairs are apart; none: 0. A pair of which only one run has a value is wholly apart: the other was too stuck to
/// have any.
pub fn apart(column: Column, pairs: &[(&Record, &Record)]) -> f64 {
    let gap = |&(a, b): &(&Record, &Record)| match a.number(column.name).is_some() == b.number(column.name).is_some() {
        true => (unfinished(&[a]) - unfinished(&[b])).abs(),
        false => 1.0,
    };
    if pairs.is_empty() { 0.0 } else { mean(&pairs.iter().map(gap).collect::<Vec<_>>()) }
}

/// Whether a measure can be compared: it is the same whoever has finished, or as many have.
pub fn comparable(column: Column, pairs: &[(&Record, &Record)]) -> bool {
    let same = |name: &str| {
        pairs.iter().all(|(a, b)| {
            a.number(name) == b.number(name) && a.number(column.name).is_some() == b.number(column.name).is_some()
        })
    };
    let whoever = match column.counts() {
        Counts::Everybody => same("horizon_s"),
        Counts::Arrivals => same("simulated_s"),
        Counts::Part => false,
    };
    whoever || apart(column, pairs) <= UNFINISHED
}

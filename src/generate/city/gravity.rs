//! Trips of a morning peak: a doubly constrained gravity model, sampled, and spread over the hour by a time profile.
//!
//! T(i, j) = a(i) · P(i) · b(j) · A(j) · f(c(i, j)), with productions P, attractions A and costs c: the factors a and b
//! are balanced by turns until rows and columns add up to P and A (Furness 1965). The deterrence f(c) = exp(−β·c) is
//! that of entropy maximisation (Wilson 1967); see Ortúzar and Willumsen, Modelling Transport, chapter 5. The cost is a
//! travel time, taken from the distance, over the nearer bridge between the banks: streets are about 1.3 times as long,
//! and driven at 30 km/h.

use super::super::Dice;
use super::zones::Zone;

/// β, 1/min: every four minutes more make a trip about half as likely.
const BETA: f64 = 0.18;
/// What it costs to cross the river, min: bridges are slow in the peak.
const CROSSING: f64 = 6.0;
/// Way over streets per distance as the crow flies.
const DETOUR: f64 = 1.3;
/// Speed on the way, m/min (30 km/h).
const PACE: f64 = 500.0;
/// Zones nearer to each other than this are walked between, m.
const WALK: f64 = 350.0;
/// Rounds of balancing: after that sums are met to a thousandth (tested).
const ROUNDS: usize = 40;
/// Traffic in each quarter of the hour relative to its mean: the peak is at half past.
pub const PROFILE: [f64; 4] = [0.82, 1.12, 1.18, 0.88];
/// The hour, s.
pub const HOUR: f64 = 3600.0;

/// A trip, not yet with a route.
#[derive(Clone, Debug, PartialEq)]
pub struct Trip {
    /// When it departs, whole s after the beginning.
    pub depart: f64,
    /// The street it begins on; `-street` for the backward direction.
    pub from: String,
    /// The street it ends on.
    pub to: String,
}

/// The matrix: trips from each zone (row) to each other, in the unit of productions and attractions; `bridges` are the
/// middles of the bridges, m.
pub(super) fn matrix(zones: &[Zone], bridges: &[(f64, f64)]) -> Vec<Vec<f64>> {
    let apart = |a: (f64, f64), b: (f64, f64)| libm::hypot(a.0 - b.0, a.1 - b.1);
    let cell = |a: &Zone, b: &Zone| {
        let over = bridges.iter().map(|&m| apart(a.at, m) + apart(m, b.at)).fold(f64::INFINITY, f64::min);
        let (way, extra) = if a.south != b.south { (over, CROSSING) } else { (apart(a.at, b.at), 0.0) };
        if way < WALK { 0.0 } else { libm::exp(-BETA * (way * DETOUR / PACE + extra)) }
    };
    let mut trips: Vec<Vec<f64>> = zones.iter().map(|a| zones.iter().map(|b| cell(a, b)).collect()).collect();
    for _ in 0..ROUNDS {
        for (row, zone) in trips.iter_mut().zip(zones) {
            let factor = zone.produces / row.iter().sum::<f64>().max(1e-12);
            row.iter_mut().for_each(|t| *t *= factor);
        }
        for (j, zone) in zones.iter().enumerate() {
            let factor = zone.attracts / trips.iter().map(|row| row[j]).sum::<f64>().max(1e-12);
            trips.iter_mut().for_each(|row| row[j] *= factor);
        }
    }
    trips
}

/// So many trips, in order of departure. Cells are sampled systematically: every cell gets its trips to within one.
pub(super) fn trips(zones: &[Zone], bridges: &[(f64, f64)], count: usize, dice: Dice) -> Vec<Trip> {
    let cells = matrix(zones, bridges);
    let total: f64 = cells.iter().flatten().sum();
    let step = total / count.max(1) as f64;
    let (mut next, mut seen) = (dice.unit("first trip", 0) * step, 0.0);
    let mut out = Vec::new();
    for (from, row) in zones.iter().zip(&cells) {
        for (to, trips) in zones.iter().zip(row) {
            seen += trips;
            while next < seen && out.len() < count {
                let k = out.len();
                let street = |list: &[String], what: &str| {
                    let i = (dice.unit(what, k) * list.len() as f64) as usize;
                    list[i.min(list.len() - 1)].clone()
                };
                let depart = libm::floor(moment(dice.unit("depart", k)));
                out.push(Trip { depart, from: street(&from.from, "from street"), to: street(&to.to, "to street") });
                next += step;
            }
        }
    }
    out.sort_by(|a, b| a.depart.total_cmp(&b.depart));
    out
}

/// The moment by which a share of the trips has departed, s.
fn moment(share: f64) -> f64 {
    let total: f64 = PROFILE.iter().sum();
    let slice = HOUR / PROFILE.len() as f64;
    let mut rest = share * total;
    for (k, part) in PROFILE.iter().enumerate() {
        if rest < *part {
            return (k as f64 + rest / part) * slice;
        }
        rest -= part;
    }
    HOUR - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zones on a line, 1 km apart.
    fn zones(sizes: &[(f64, f64)]) -> Vec<Zone> {
        let zone = |(k, &(produces, attracts)): (usize, &(f64, f64))| Zone {
            at: (1000.0 * k as f64, 0.0),
            from: vec![format!("f{k}")],
            to: vec![format!("t{k}")],
            produces,
            attracts,
            south: false,
        };
        sizes.iter().enumerate().map(zone).collect()
    }

    #[test]
    fn both_margins_are_met_and_distance_deters() {
        let zones = zones(&[(0.4, 0.1), (0.3, 0.3), (0.2, 0.2), (0.1, 0.4)]);
        let cells = matrix(&zones, &[]);
        for (k, zone) in zones.iter().enumerate() {
            let (row, column) = (cells[k].iter().sum::<f64>(), cells.iter().map(|r| r[k]).sum::<f64>());
            assert!((row - zone.produces).abs() < 1e-3 * zone.produces, "row {k}: {row}");
            assert!((column - zone.attracts).abs() < 1e-3 * zone.attracts, "column {k}: {column}");
            assert_eq!(cells[k][k], 0.0, "nobody drives within a zone");
        }
        // The ratio that does not depend on the sizes: f(near)²/f(far)² of the model.
        let ratio = cells[0][1] * cells[3][2] / (cells[0][2] * cells[3][1]);
        let expected = libm::exp(2.0 * BETA * 1000.0 * DETOUR / PACE);
        assert!((ratio / expected - 1.0).abs() < 1e-9, "{ratio} for {expected}");
    }

    #[test]
    fn trips_follow_matrix_and_profile() {
        let zones = zones(&[(0.5, 0.2), (0.2, 0.3), (0.3, 0.5)]);
        let (cells, all) = (matrix(&zones, &[]), trips(&zones, &[], 10_000, Dice { seed: 3 }));
        assert_eq!(all.len(), 10_000);
        for (i, row) in cells.iter().enumerate() {
            for (j, share) in row.iter().enumerate() {
                let n = all.iter().filter(|t| t.from == format!("f{i}") && t.to == format!("t{j}")).count();
                assert!((n as f64 - 10_000.0 * share).abs() <= 1.0 + 1e-6, "{i} to {j}: {n} for {share}");
            }
        }
        let quarter = |k: usize| all.iter().filter(|t| (t.depart / 900.0) as usize == k).count() as f64;
        for (k, part) in PROFILE.iter().enumerate() {
            // Four standard deviations of a count of about 2,500 of 10,000: √(10,000·¼·¾) = 43.
            assert!((quarter(k) - 2500.0 * part).abs() < 4.0 * 43.3, "{k}");
        }
        assert!(all.windows(2).all(|w| w[0].depart <= w[1].depart));
    }
}

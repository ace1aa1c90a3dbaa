//! Zones: who lives and works where.
//!
//! A zone is a square of four places of the lattice with a street on which its trips begin and up to two on which they
//! end. Inhabitants and jobs follow the distance from what the city has: a centre north of the main street, an
//! industrial estate in the south, a station in the north-east, quiet quarters in the west and south.

use super::super::Dice;
use super::blocks::Blocks;
use super::lattice::{Class, Lines};
use super::streets::{Gateway, Laid};

/// Where trips begin and end.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its middle, m.
    pub at: (f64, f64),
    /// Streets on which its trips begin; `-street` for the backward direction.
    pub from: Vec<String>,
    /// Streets on which trips to it end.
    pub to: Vec<String>,
    /// Trips that begin here, relative to other zones.
    pub produces: f64,
    /// Trips that end here, relative to other zones.
    pub attracts: f64,
    /// Whether it lies south of the river.
    pub south: bool,
}

/// Shares of all trips that begin and that end outside the city.
const OUTSIDE: [f64; 2] = [0.30, 0.20];
/// Traffic of a gateway relative to others: a collector and an arterial.
const GATEWAYS: [f64; 2] = [1.0, 2.6];
/// Streets of a zone on which trips begin, and on which they end.
const STREETS: [usize; 2] = [1, 2];

/// The zones of a city: those inside, row by row, then the gateways.
pub(super) fn zones(lines: &Lines, places: &[(f64, f64)], blocks: &Blocks, laid: &Laid, dice: Dice) -> Vec<Zone> {
    let mut zones = Vec::new();
    // None lies on both banks.
    let first = (lines.river + 1) % 2;
    for row in (0..lines.rows + first).step_by(2) {
        for column in (0..lines.columns).step_by(2) {
            zones.extend(zone(column, row, lines, places, blocks, laid, dice));
        }
    }
    let mut outside: Vec<Zone> = laid.gateways.iter().map(gateway).collect();
    share(&mut zones, [1.0 - OUTSIDE[0], 1.0 - OUTSIDE[1]]);
    share(&mut outside, OUTSIDE);
    zones.extend(outside);
    zones
}

/// Makes productions and attractions add up to these.
fn share(zones: &mut [Zone], sums: [f64; 2]) {
    let total = |of: fn(&Zone) -> f64, zones: &[Zone]| zones.iter().map(of).sum::<f64>().max(1e-9);
    let (produced, attracted) = (total(|z| z.produces, zones), total(|z| z.attracts, zones));
    for zone in zones {
        zone.produces *= sums[0] / produced;
        zone.attracts *= sums[1] / attracted;
    }
}

/// A gateway as a zone.
fn gateway(g: &Gateway) -> Zone {
    let weight = GATEWAYS[usize::from(g.class == Class::Arterial)];
    Zone {
        at: g.at,
        from: vec![g.street.clone()],
        to: vec![format!("-{}", g.street)],
        produces: weight,
        attracts: weight,
        south: g.south,
    }
}

/// The zone of four places; none if no trip can begin there.
fn zone(
    column: usize,
    row: usize,
    lines: &Lines,
    places: &[(f64, f64)],
    blocks: &Blocks,
    laid: &Laid,
    dice: Dice,
) -> Option<Zone> {
    let shift = (lines.river + 1) % 2;
    let own = |(i, j): (usize, usize)| i / 2 == column / 2 && (j + shift) / 2 == row / 2;
    let row = row.saturating_sub(shift);
    let key = lines.index(column, row);
    // Quiet streets first; nobody parks on an arterial.
    let mut streets: Vec<(Class, f64, &str)> = (0..blocks.edges.len())
        .map(|e| (&blocks.edges[e], e))
        .filter(|(e, _)| own(e.ends[0].min(e.ends[1])) && e.class <= Class::Collector)
        .map(|(edge, e)| (edge.class, dice.unit("zone street", e), laid.names[e].as_str()))
        .collect();
    streets.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    if streets.is_empty() {
        return None;
    }
    let pick = |what: &str, count: usize| -> Vec<String> {
        let directed = |(k, s): (usize, &(Class, f64, &str))| {
            let back = dice.unit(what, key * STREETS[1] + k) < 0.5;
            if back { format!("-{}", s.2) } else { s.2.to_owned() }
        };
        streets.iter().take(count).enumerate().map(directed).collect()
    };
    let (x, y) = places[key];
    let [inhabitants, jobs] = land_use(lines, places, (x, y));
    let vary = |what: &str| dice.between(what, key, 0.8, 1.2);
    Some(Zone {
        at: (x, y),
        from: pick("from", STREETS[0]),
        to: pick("to", STREETS[1]),
        produces: inhabitants * vary("inhabitants"),
        attracts: jobs * vary("jobs"),
        south: row <= lines.river,
    })
}

/// Inhabitants and jobs around a place, relative to others.
fn land_use(lines: &Lines, places: &[(f64, f64)], (x, y): (f64, f64)) -> [f64; 2] {
    // How near a point of the lattice is: 1 there, fading over `reach` m.
    let near = |i: usize, j: usize, reach: f64| {
        let (u, v) = places[lines.index(i, j)];
        libm::exp(-((x - u) * (x - u) + (y - v) * (y - v)) / (reach * reach))
    };
    let centre = near(lines.middle, lines.main + 1, 480.0);
    let industry = near(lines.bridges[1], 1, 420.0);
    let station = near(lines.columns - 5, lines.one_way + 1, 220.0);
    let inhabitants = 1.0 - 0.65 * centre - 0.8 * industry - 0.3 * station;
    let jobs = 0.45 + 2.0 * centre + 1.2 * industry + 1.2 * station;
    [inhabitants.max(0.1), jobs]
}

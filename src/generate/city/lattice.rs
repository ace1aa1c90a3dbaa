//! Where streets may run: a distorted lattice of avenues (south to north) and rows (west to east), cut by a river.
//!
//! Terms
//! - **line**: an avenue or a row; it has a [`Class`], which all of its streets share.
//! - **banks**: the two rows along the river; only the two bridge avenues cross it.
//! - **old town**: the blocks between the river and the main street, between the bridges.

use core::f64::consts::TAU;

use super::super::Dice;

/// What a street is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Class {
    /// Quiet: 30 km/h, right before left.
    Local,
    /// Gathers traffic of a quarter: one lane each way, priority over local streets.
    Collector,
    /// One of the one-way pair: two lanes.
    OneWay,
    /// Carries traffic across the city: two lanes each way.
    Arterial,
}

/// One of the four ways from a node, counter-clockwise.
pub(super) const EAST: usize = 0;
pub(super) const NORTH: usize = 1;
pub(super) const WEST: usize = 2;
pub(super) const SOUTH: usize = 3;

/// Which lines are what.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lines {
    /// Avenues.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// The row on the south bank; the one on the north bank is the next.
    pub river: usize,
    /// The row of the main street.
    pub main: usize,
    /// The row that is one-way to the east; the one to the west is the next.
    pub one_way: usize,
    /// The avenues with the bridges.
    pub bridges: [usize; 2],
    /// The collector avenue between them.
    pub middle: usize,
}

impl Lines {
    /// Lines for about so many intersections.
    pub fn new(intersections: usize) -> Self {
        // Some places of the lattice come to nothing: corners, and streets that run through.
        let places = intersections as f64 * 1.28;
        let rows = (libm::round(libm::sqrt(places / 1.07)) as usize).max(13);
        let columns = (libm::round(places / rows as f64) as usize).max(11);
        let at = |share: f64| libm::round(share * (columns - 1) as f64) as usize;
        let river = libm::round(rows as f64 * 0.25) as usize;
        let bridges = [at(0.28), at(0.71)];
        Self {
            columns,
            rows,
            river,
            main: river + 4,
            one_way: river + 6,
            bridges,
            middle: (bridges[0] + bridges[1]) / 2,
        }
    }

    /// What row `j` is at avenue `i` and to the east of it.
    pub fn row(&self, i: usize, j: usize) -> Class {
        let between = i >= self.bridges[0] && i < self.bridges[1];
        match j {
            _ if j == self.main => Class::Arterial,
            _ if (self.one_way..=self.one_way + 1).contains(&j) && between => Class::OneWay,
            _ if j == self.river || j == self.river + 1 || j == self.one_way => Class::Collector,
            _ if j == 1 || j + 2 == self.rows => Class::Collector,
            _ => Class::Local,
        }
    }

    /// What avenue `i` is at row `j` and to the north of it.
    pub fn avenue(&self, i: usize, j: usize) -> Class {
        match i {
            _ if self.bridges.contains(&i) => Class::Arterial,
            _ if i == 1 || i + 2 == self.columns => Class::Collector,
            _ if i == self.middle && (j >= self.main || j < self.river) => Class::Collector,
            _ => Class::Local,
        }
    }

    /// Whether a place lies in the old town.
    fn old_town(&self, i: usize, j: usize) -> bool {
        j > self.river && j < self.main && i > self.bridges[0] && i < self.bridges[1]
    }

    /// Index of a place in lists.
    pub fn index(&self, i: usize, j: usize) -> usize {
        j * self.columns + i
    }

    /// The place next to one in a direction.
    pub fn next(&self, i: usize, j: usize, direction: usize) -> Option<(usize, usize)> {
        match direction {
            EAST if i + 1 < self.columns => Some((i + 1, j)),
            NORTH if j + 1 < self.rows => Some((i, j + 1)),
            WEST if i > 0 => Some((i - 1, j)),
            SOUTH if j > 0 => Some((i, j - 1)),
            _ => None,
        }
    }
}

/// Distances of avenues between the bridges and outside, m.
const AVENUES: [f64; 2] = [118.0, 165.0];
/// Distances of rows in the centre and outside, m.
const ROWS: [f64; 2] = [112.0, 152.0];
/// Distance of the banks, m.
const RIVER: f64 = 190.0;
/// How far places stray, m: outside and in the old town.
const STRAY: [f64; 2] = [10.0, 17.0];
/// How far the river bends, m: a wide bend and a narrower one on it.
const BENDS: [f64; 2] = [105.0, 38.0];
/// How far avenues bend, m.
const SWAY: f64 = 45.0;
/// The river's bends are felt so many rows away.
const FELT: f64 = 7.5;

/// Places of the lattice, m, rounded: by [`Lines::index`].
pub(super) fn places(lines: &Lines, dice: Dice) -> Vec<(f64, f64)> {
    let along = |count: usize, gap: &dyn Fn(usize) -> f64| {
        let mut at = vec![0.0];
        for k in 1..count {
            at.push(at[k - 1] + gap(k - 1));
        }
        let half = at[count - 1] / 2.0;
        at.into_iter().map(|x| x - half).collect::<Vec<f64>>()
    };
    let avenue = |i: usize| AVENUES[usize::from(!(lines.bridges[0]..lines.bridges[1]).contains(&i))];
    let row = |j: usize| match j {
        _ if j == lines.river => RIVER,
        _ => ROWS[usize::from(!(lines.river..lines.one_way + 1).contains(&j))],
    };
    let (xs, ys) = (along(lines.columns, &avenue), along(lines.rows, &row));
    let (width, height) = (2.0 * xs[lines.columns - 1], 2.0 * ys[lines.rows - 1]);
    let phases = [0, 1, 2].map(|k| dice.unit("phase", k) * TAU);
    let river = |x: f64| {
        BENDS[0] * libm::sin(TAU * x / width + phases[0]) + BENDS[1] * libm::sin(TAU * 2.1 * x / width + phases[1])
    };
    let mut out = Vec::new();
    for j in 0..lines.rows {
        for i in 0..lines.columns {
            let k = lines.index(i, j);
            let stray = STRAY[usize::from(lines.old_town(i, j))];
            let near = 1.0 - (j as f64 - lines.river as f64 - 0.5).abs() / FELT;
            let x = xs[i] + SWAY * libm::sin(TAU * 0.7 * ys[j] / height + phases[2]);
            let y = ys[j] + river(xs[i]) * near.max(0.0);
            let by = |what: &str| dice.between(what, k, -stray, stray);
            out.push((libm::round(x + by("stray x")), libm::round(y + by("stray y"))));
        }
    }
    out
}

/// Whether a place belongs to the city: corners are left out, so that its outline is round.
pub(super) fn inside(lines: &Lines, i: usize, j: usize) -> bool {
    let reach = |k: usize, n: usize| {
        let half = (n - 1) as f64 / 2.0;
        let u = ((k as f64 - half) / half).abs();
        u * u * u * u
    };
    reach(i, lines.columns) + reach(j, lines.rows) < 1.45
}

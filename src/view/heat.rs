//! A map of delay: how many vehicles per hectare are held up, in cells over the whole network, the past fading.
//!
//! A vehicle at half the speed that it may have counts half, one that stands counts whole.

use intergreen_control::Millis;

use super::fleet::Fleet;
use super::snapshot::Snapshot;
use crate::sim::Scene;

/// What was seen counts half after this time, s.
const HALF_LIFE: f64 = 60.0;
/// Nobody has looked for longer than this: it begins anew, s.
const LONG: f64 = 120.0;
/// Least side of a cell, m.
const CELL: f64 = 25.0;
/// Most cells in a row.
const MOST: f64 = 220.0;
/// As much as has the last colour: held-up vehicles per hectare, over a minute or two. A cell that a queue of one lane fills for
/// half of that time has 30.
pub const FULL: f32 = 30.0;
/// Less than this is not drawn.
const LEAST: f32 = 0.5;

/// The cells, by row from the south-west.
#[derive(Clone, Debug, Default)]
pub struct Heat {
    side: f32,
    columns: usize,
    rows: usize,
    /// South-west corner, m from the origin.
    corner: (f32, f32),
    /// Vehicle-seconds held up.
    sums: Vec<f32>,
    seconds: f32,
    last: Option<Millis>,
}

/// A cell to be drawn: its corners from the south-west, counter-clockwise, m from the origin, each with its value, 0 to 1.
pub type Quad = [([f32; 2], f32); 4];

impl Heat {
    /// Cells over a network of some size around the origin, m.
    pub fn new((width, height): (f64, f64)) -> Self {
        let side = (width.max(height) / MOST).max(CELL);
        let cells = |length: f64| (length / side).ceil().max(1.0) as usize + 2;
        let (columns, rows) = (cells(width), cells(height));
        let corner = (-(columns as f64) * side / 2.0, -(rows as f64) * side / 2.0);
        Self {
            side: side as f32,
            columns,
            rows,
            corner: (corner.0 as f32, corner.1 as f32),
            sums: vec![0.0; columns * rows],
            seconds: 0.0,
            last: None,
        }
    }

    /// Adds what a snapshot shows, whose vehicles have been placed.
    pub fn add(&mut self, snapshot: &Snapshot, fleet: &Fleet, scene: &Scene) {
        let span = self.last.map_or(1.0, |last| (snapshot.now - last).seconds());
        if span == 0.0 {
            return;
        }
        self.last = Some(snapshot.now);
        if !(0.0..=LONG).contains(&span) {
            // A command was taken back: what came after it has never been. Or nobody has looked for long.
            self.sums.fill(0.0);
            self.seconds = 0.0;
        }
        let span = span.clamp(1.0, LONG);
        let keep = libm::exp2(-span / HALF_LIFE) as f32;
        self.seconds = self.seconds * keep + span as f32;
        self.sums.iter_mut().for_each(|sum| *sum *= keep);
        for v in &snapshot.vehicles {
            let Some(body) = fleet.find(v.id) else { continue };
            let held = 1.0 - (v.speed / scene.lanes[v.lane.index()].limit.max(0.1)).min(1.0);
            if let Some(cell) = self.cell(body.now.x, body.now.y) {
                self.sums[cell] += held * span as f32;
            }
        }
    }

    fn cell(&self, x: f32, y: f32) -> Option<usize> {
        let place = |at: f32, from: f32, n: usize| {
            let i = ((at - from) / self.side).floor();
            (i >= 0.0 && (i as usize) < n).then_some(i as usize)
        };
        Some(place(y, self.corner.1, self.rows)? * self.columns + place(x, self.corner.0, self.columns)?)
    }

    /// Held-up vehicles per hectare at a corner of cells: the mean of the four around it.
    fn at_corner(&self, column: usize, row: usize) -> f32 {
        let around = [(0, 0), (1, 0), (0, 1), (1, 1)];
        let of = |(left, below): (usize, usize)| {
            let (c, r) = (column.checked_sub(left)?, row.checked_sub(below)?);
            (c < self.columns && r < self.rows).then(|| self.sums[r * self.columns + c])
        };
        let sum: f32 = around.into_iter().filter_map(of).sum();
        let hectares = self.side * self.side / 10_000.0;
        sum / 4.0 / self.seconds.max(1.0) / hectares
    }

    /// The cells in which there is something to see.
    pub fn quads(&self) -> impl Iterator<Item = Quad> + '_ {
        let all = (0..self.rows).flat_map(move |row| (0..self.columns).map(move |column| (column, row)));
        all.filter_map(move |(column, row)| {
            let corner = |(right, up): (usize, usize)| {
                let (c, r) = (column + right, row + up);
                let at = [self.corner.0 + self.side * c as f32, self.corner.1 + self.side * r as f32];
                (at, self.at_corner(c, r))
            };
            let quad = [(0, 0), (1, 0), (1, 1), (0, 1)].map(corner);
            let seen = quad.iter().any(|(_, value)| *value > LEAST);
            seen.then(|| quad.map(|(at, value)| (at, (value / FULL).min(1.0))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Point;
    use crate::view::test_world::{after, long_lane};
    use crate::view::tracks::Tracks;

    #[test]
    fn held_up_vehicles_are_counted_where_they_are_and_fade() {
        let sim = after(60);
        let scene = sim.scene().clone();
        let all = crate::draw::extent(&scene.network);
        let tracks = Tracks::new(&scene.network, Point::new(all.x + all.width / 2.0, all.y + all.height / 2.0));
        let lane = long_lane(&scene.network);
        let (mut snapshot, mut fleet) = (Snapshot::default(), Fleet::default());
        snapshot.look(&sim);
        let mut stands = snapshot.vehicles[0];
        (stands.lane, stands.speed, stands.position) = (lane, 0.0, 30.0);
        snapshot.vehicles = vec![stands];
        fleet.place(&snapshot, &scene, &tracks);
        let mut heat = Heat::new((all.width, all.height));
        let mut see = |heat: &mut Heat, vehicles: &[super::super::snapshot::Seen]| {
            for _ in 0..120 {
                snapshot.now += Millis(1000);
                snapshot.vehicles = vehicles.to_vec();
                heat.add(&snapshot, &fleet, &scene);
            }
        };
        see(&mut heat, &[stands]);
        // One vehicle that stands: over all corners and their areas it counts once.
        let hectares = heat.side * heat.side / 10_000.0;
        let sum = |heat: &Heat| {
            let corners = (0..=heat.rows).flat_map(|r| (0..=heat.columns).map(move |c| (c, r)));
            corners.map(|(c, r)| heat.at_corner(c, r)).sum::<f32>() * hectares
        };
        assert!((sum(&heat) - 1.0).abs() < 1e-3, "{}", sum(&heat));
        let body = fleet.find(stands.id).expect("it was placed").now;
        let hottest = heat.quads().max_by(|a, b| {
            let of = |q: &Quad| q.iter().map(|c| c.1).sum::<f32>();
            of(a).total_cmp(&of(b))
        });
        let corner = hottest.expect("there is something to see")[0].0;
        assert!((body.x - corner[0]).abs() <= heat.side && (body.y - corner[1]).abs() <= heat.side);
        // Two minutes are two half-lives: a quarter of the past is left, of three quarters of the time.
        see(&mut heat, &[]);
        assert!((0.15..0.25).contains(&sum(&heat)), "{}", sum(&heat));
    }
}

//! What is painted on the road: lines between lanes, lines across them, arrows.

use super::{Builder, level};
use crate::draw::{Line, Surface, has_arrows, line_of, turns};
use crate::network::geometry::{along, length, offset};
use crate::network::{LaneId, Point};
use crate::view::canvas::{Brush, Canvas};
use crate::view::paint::Paint;

/// Width of a line along a lane, m.
const THIN: f64 = 0.15;
/// Period of a broken line, m; a third of it is drawn.
const DASH: f32 = 9.0;
/// Thickness of a line across a lane, m.
const STOP: f64 = 0.45;
/// Period of the line of who gives way, m.
const TEETH: f32 = 0.9;
/// The bit of a way back in [`turns`].
const BACK: u8 = 32;
/// Distance from the end of a lane to the middle of its arrow, m.
const ARROW_BACK: f64 = 9.0;
/// From here on there is another arrow, this far from the end, m.
const ARROW_AGAIN: f64 = 45.0;

impl Builder<'_> {
    /// Everything that is painted on a lane, or on its left border.
    pub(super) fn marks(&self, canvas: &mut Canvas, id: LaneId, shape: &[Point]) {
        let lane = self.network.lane(id);
        if lane.internal || lane.permissions.is_footway() || shape.len() < 2 {
            return;
        }
        self.border(canvas, id, shape);
        let drawn = length(shape);
        let (end, heading) = along(shape, drawn);
        let place = Place { at: end, cos: libm::cos(heading), sin: libm::sin(heading) };
        let half = f64::from(lane.width) / 2.0 - 0.1;
        if let Some(line) = line_of(self.network, id) {
            let (paint, dash) = match line {
                Line::Stop => (Paint::StopLine, 0.0),
                Line::Yield => (Paint::StopLine, TEETH),
            };
            let across = [place.beside(-STOP / 2.0 - 0.1, half), place.beside(-STOP / 2.0 - 0.1, -half)];
            canvas.ribbon(Brush { paint: paint.index(), level: level::MARKING, dash }, &across, STOP);
        }
        // That one may turn back as well is seldom painted.
        let all = turns(self.network, id);
        let bits = if all & !BACK == 0 { all } else { all & !BACK };
        if bits != 0 && has_arrows(self.network, lane.link) {
            for back in [ARROW_BACK, ARROW_AGAIN].into_iter().filter(|back| back + 4.0 < drawn) {
                let (at, heading) = along(shape, drawn - back);
                let place = Place { at, cos: libm::cos(heading), sin: libm::sin(heading) };
                self.arrow(canvas, bits, &place);
            }
        }
    }

    /// The line on the left border of a lane: broken between lanes of one kind, else unbroken.
    fn border(&self, canvas: &mut Canvas, id: LaneId, shape: &[Point]) {
        let network = self.network;
        let lane = network.lane(id);
        // Lane 0 is at the kerb: the next one lies to its left, or to its right where traffic keeps to the left.
        let side = if network.left_hand { -0.5 } else { 0.5 };
        let next = LaneId(id.0 + 1);
        let next = (network.link(lane.link).lanes.contains(&next.0)).then(|| network.lane(next));
        let (dash, inset) = match next {
            Some(next) if next.permissions.is_footway() => (0.0, THIN),
            Some(next) if Surface::of(next) == Surface::of(lane) => (DASH, 0.0),
            Some(_) => (0.0, 0.0),
            None => (0.0, THIN),
        };
        let line = offset(shape, side * (f64::from(lane.width) - inset));
        let paint = if next.is_some() { Paint::LaneLine } else { Paint::EdgeLine };
        canvas.ribbon(Brush { paint: paint.index(), level: level::MARKING, dash }, &line, THIN);
    }
}

/// A point with a direction.
pub(super) struct Place {
    pub at: Point,
    pub cos: f64,
    pub sin: f64,
}

impl Place {
    /// The point so far ahead and to the left.
    pub fn beside(&self, ahead: f64, left: f64) -> Point {
        Point::new(self.at.x + self.cos * ahead - self.sin * left, self.at.y + self.sin * ahead + self.cos * left)
    }
}

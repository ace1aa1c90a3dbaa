//! Which part of the plane is seen: a middle, and how many metres a pixel stands for.
//!
//! Terms
//! - **pane**: the part of the window that shows the map; panels lie around it. Pixels count from the window's left upper
//!   corner, y down; metres from the origin, y up.
//! - **glide**: a camera moves towards its aim in a fraction of a second, so that nobody loses the place.

/// Least and greatest metres per pixel.
const SCALES: (f64, f64) = (0.01, 500.0);
/// The share of the way that is left after a second of gliding.
const LEFT_AFTER_1S: f64 = 1e-6;

/// The part of the window that shows the map, pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pane {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Pane {
    /// Its middle.
    pub fn middle(&self) -> (f64, f64) {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    /// Whether a pixel lies in it.
    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        (self.left..self.left + self.width).contains(&x) && (self.top..self.top + self.height).contains(&y)
    }
}

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// The point in the middle of the pane, m.
    pub x: f64,
    /// North of the origin, m.
    pub y: f64,
    /// Metres per pixel.
    pub scale: f64,
}

impl Sight {
    /// The point of the plane under a pixel.
    pub fn point(&self, pane: &Pane, (px, py): (f64, f64)) -> (f64, f64) {
        let (mx, my) = pane.middle();
        (self.x + (px - mx) * self.scale, self.y - (py - my) * self.scale)
    }

    /// The pixel over a point of the plane.
    pub fn pixel(&self, pane: &Pane, (x, y): (f64, f64)) -> (f64, f64) {
        let (mx, my) = pane.middle();
        (mx + (x - self.x) / self.scale, my - (y - self.y) / self.scale)
    }

    /// A whole rectangle around the origin, with a margin.
    pub fn of_all(pane: &Pane, width: f64, height: f64) -> Self {
        Self::of(pane, (0.0, 0.0), width, height)
    }

    /// A whole rectangle around a point, with a margin.
    pub fn of(pane: &Pane, (x, y): (f64, f64), width: f64, height: f64) -> Self {
        /// Share of the pane that the rectangle takes.
        const TAKEN: f64 = 0.94;
        let scale = (width / (pane.width * TAKEN).max(1.0)).max(height / (pane.height * TAKEN).max(1.0));
        Self { x, y, scale: scale.clamp(SCALES.0, SCALES.1) }
    }
}

/// A camera that glides.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    /// What is seen.
    pub now: Sight,
    /// Where it is going.
    aim: Sight,
}

impl Camera {
    /// A camera at rest.
    pub fn at(sight: Sight) -> Self {
        Self { now: sight, aim: sight }
    }

    /// Goes there.
    pub fn go(&mut self, sight: Sight) {
        self.aim = sight;
    }

    /// Is there at once.
    pub fn jump(&mut self, sight: Sight) {
        *self = Self::at(sight);
    }

    /// Shows a point in the middle, at a scale of at most `scale`.
    pub fn show(&mut self, (x, y): (f64, f64), scale: f64) {
        self.aim = Sight { x, y, scale: self.aim.scale.min(scale) };
    }

    /// Keeps a moving point in the middle.
    pub fn follow(&mut self, (x, y): (f64, f64)) {
        (self.aim.x, self.aim.y) = (x, y);
    }

    /// Whether it is where it was to go.
    pub fn rests(&self) -> bool {
        self.now == self.aim
    }

    /// Moves what is seen by so many pixels, at once.
    pub fn pan(&mut self, (dx, dy): (f64, f64)) {
        let (dx, dy) = (-dx * self.now.scale, dy * self.now.scale);
        (self.now.x, self.now.y) = (self.now.x + dx, self.now.y + dy);
        (self.aim.x, self.aim.y) = (self.aim.x + dx, self.aim.y + dy);
    }

    /// Sees `factor` times as far (nearer below 1); the point under a pixel stays there.
    pub fn zoom(&mut self, pane: &Pane, pixel: (f64, f64), factor: f64) {
        let (x, y) = self.aim.point(pane, pixel);
        let scale = (self.aim.scale * factor).clamp(SCALES.0, SCALES.1);
        let share = scale / self.aim.scale;
        self.aim = Sight { x: x + (self.aim.x - x) * share, y: y + (self.aim.y - y) * share, scale };
    }

    /// Glides for so many seconds; whether it moved.
    pub fn glide(&mut self, seconds: f64) -> bool {
        if self.now == self.aim {
            return false;
        }
        let left = libm::pow(LEFT_AFTER_1S, seconds.clamp(0.0, 1.0));
        let ratio = self.now.scale / self.aim.scale;
        let near = 0.05 * self.aim.scale;
        let rest = (self.now.x - self.aim.x).abs() + (self.now.y - self.aim.y).abs();
        if (ratio - 1.0).abs() < 1e-3 && rest < near {
            self.now = self.aim;
            return true;
        }
        // The middle moves with the scale, so that a point that is to stay under the pointer stays there all the way.
        let scale = self.aim.scale * libm::pow(ratio, left);
        let share = if (ratio - 1.0).abs() < 1e-6 {
            left
        } else {
            (scale - self.aim.scale) / (self.now.scale - self.aim.scale)
        };
        self.now = Sight {
            x: self.aim.x + (self.now.x - self.aim.x) * share,
            y: self.aim.y + (self.now.y - self.aim.y) * share,
            scale,
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANE: Pane = Pane { left: 100.0, top: 40.0, width: 800.0, height: 600.0 };

    #[test]
    fn pixels_and_points_go_both_ways() {
        let sight = Sight { x: 30.0, y: -20.0, scale: 0.5 };
        assert_eq!(sight.point(&PANE, PANE.middle()), (30.0, -20.0));
        assert_eq!(sight.point(&PANE, (100.0, 40.0)), (-170.0, 130.0));
        assert_eq!(sight.pixel(&PANE, (-170.0, 130.0)), (100.0, 40.0));
        assert!(PANE.contains((100.0, 40.0)) && !PANE.contains((900.0, 40.0)));
    }

    #[test]
    fn all_of_a_rectangle_is_seen() {
        for (width, height) in [(1000.0, 100.0), (100.0, 1000.0), (3.0, 3.0)] {
            let sight = Sight::of_all(&PANE, width, height);
            for (x, y) in [(-0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)] {
                assert!(PANE.contains(sight.pixel(&PANE, (x * width, y * height))), "{width} × {height}");
            }
        }
    }

    #[test]
    fn the_point_under_the_pointer_stays_there_all_the_way() {
        let mut camera = Camera::at(Sight { x: 5.0, y: 7.0, scale: 1.0 });
        let pointer = (250.0, 500.0);
        let point = camera.now.point(&PANE, pointer);
        camera.zoom(&PANE, pointer, 0.25);
        let mut frames = 0;
        while camera.glide(1.0 / 60.0) {
            let there = camera.now.point(&PANE, pointer);
            assert!((there.0 - point.0).abs() + (there.1 - point.1).abs() < 0.02, "{there:?} {point:?}");
            frames += 1;
        }
        assert!(frames > 5 && frames < 120, "{frames}");
        assert!((camera.now.scale - 0.25).abs() < 1e-9);
    }

    #[test]
    fn panning_moves_with_the_hand_and_zoom_has_its_limits() {
        let mut camera = Camera::at(Sight { x: 0.0, y: 0.0, scale: 2.0 });
        camera.pan((10.0, 5.0));
        assert_eq!((camera.now.x, camera.now.y), (-20.0, 10.0));
        assert!(!camera.glide(0.1));
        for _ in 0..100 {
            camera.zoom(&PANE, (300.0, 300.0), 0.5);
        }
        camera.glide(1.0);
        camera.glide(1.0);
        assert_eq!(camera.now.scale, SCALES.0);
    }
}

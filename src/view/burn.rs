//! CO₂ of vehicles as they are seen: from speed and acceleration, by the model of the run, or the default one.

use super::snapshot::Seen;
use crate::emission::{Engine, Motion};
use crate::sim::Scene;

/// An engine for each vehicle type.
pub struct Engines {
    list: Vec<Engine>,
    dt: f64,
}

impl Engines {
    /// Those of a scene.
    pub fn of(scene: &Scene) -> Self {
        let model = scene.setup.emissions.unwrap_or_default();
        let list = scene.types.iter().map(|t| Engine::new(t.emission, model)).collect();
        Self { list, dt: f64::from(scene.dt) }
    }

    /// What a vehicle of a type emits, g/s, at a speed (m/s) that it reached with an acceleration (m/s²) over the step, on the
    /// flat.
    pub fn rate(&self, kind: u16, speed: f32, accel: f32) -> f32 {
        let after = f64::from(speed);
        let before = (after - f64::from(accel) * self.dt).max(0.0);
        let motion = Motion::changing(before, after, self.dt);
        self.list.get(usize::from(kind)).map_or(0.0, |engine| (engine.grams(&motion) / self.dt) as f32)
    }

    /// The same of one that is seen.
    pub fn rate_of(&self, v: &Seen) -> f32 {
        self.rate(v.kind, v.speed, v.accel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::after;

    #[test]
    fn who_speeds_up_emits_more_than_who_stands() {
        let sim = after(60);
        let engines = Engines::of(sim.scene());
        let kind = sim.traffic().vehicles().next().expect("somebody is there").1.kind;
        let (idle, cruise, hard) =
            (engines.rate(kind, 0.0, 0.0), engines.rate(kind, 10.0, 0.0), engines.rate(kind, 10.0, 2.0));
        // A car's idle is a fraction of a gram a second (docs/science.md: about 0.5 to 1).
        assert!((0.2..2.0).contains(&idle), "{idle}");
        assert!(idle < cruise && cruise < hard, "{idle} {cruise} {hard}");
        assert_eq!(engines.rate(u16::MAX, 10.0, 0.0), 0.0);
    }
}

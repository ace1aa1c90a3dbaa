//! Fuel from the power at the wheels: the form of VT-CPFM-1.

use super::Motion;

/// Density of air, kg/m³ (15 °C, at the sea).
const AIR: f64 = 1.2256;
/// Acceleration of free fall, m/s².
pub(super) const G: f64 = 9.8066;
/// What turning masses add to the mass that is accelerated, as a share of it (Rakha et al.: λ).
const TURNING: f64 = 0.04;

/// What resists a vehicle, on a level road.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Resistance {
    /// Mass, kg.
    pub mass: f64,
    /// Rolling resistance at rest, as a share of the weight.
    pub rolling: f64,
    /// What each m/s adds to it, as a share of the weight.
    pub rolling_per_speed: f64,
    /// Drag coefficient times frontal area, m².
    pub drag_area: f64,
    /// Share of the engine's power that reaches the wheels.
    pub driveline: f64,
}

impl Resistance {
    /// Force at a speed, N.
    pub fn force(&self, speed: f64) -> f64 {
        let rolling = self.mass * G * (self.rolling + self.rolling_per_speed * speed);
        rolling + 0.5 * AIR * self.drag_area * speed * speed
    }

    /// Power the engine gives at a steady speed, kW.
    pub fn cruising(&self, speed: f64) -> f64 {
        self.force(speed) * speed / (1000.0 * self.driveline)
    }
}

/// Fuel rate α₀ + α₁P + α₂P² at the engine's power P > 0, else α₀.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PowerLaw {
    /// What resists.
    pub resistance: Resistance,
    /// α₀, L/s; α₁, L/s per kW; α₂, L/s per kW².
    pub alpha: [f64; 3],
}

impl PowerLaw {
    /// With an idle, L/s, and an engine that turns `efficiency` of each further MJ of fuel into work; `energy` MJ/L.
    pub fn of_efficiency(resistance: Resistance, idle: f64, efficiency: f64, energy: f64) -> Self {
        Self { resistance, alpha: [idle, 1.0 / (1000.0 * energy * efficiency), 0.0] }
    }

    /// With an idle, L/s, and through two points of steady driving: speed, m/s, and fuel, L/s.
    pub fn through(resistance: Resistance, idle: f64, points: [(f64, f64); 2]) -> Self {
        // (fuel − α₀) / P = α₁ + α₂P: a line through two points.
        let [(p, a), (q, b)] = points.map(|(speed, fuel)| {
            let power = resistance.cruising(speed);
            (power, (fuel - idle) / power)
        });
        let square = (b - a) / (q - p);
        Self { resistance, alpha: [idle, a - square * p, square] }
    }

    /// Mean power of the engine in a step, kW; negative if the brakes, or the engine, hold the vehicle back.
    ///
    /// What accelerates it is the change of its kinetic energy, which needs no assumption on the motion between.
    #[inline]
    pub fn power(&self, m: &Motion) -> f64 {
        let r = &self.resistance;
        let inertia = 0.5 * (1.0 + TURNING) * r.mass * (m.after * m.after - m.before * m.before) / m.dt;
        let mean = m.mean();
        // On the grades of streets the sine of the angle is its tangent (at 10 %: 0.5 % less).
        let climb = r.mass * G * m.grade;
        (inertia + (r.force(mean) + climb) * mean) / (1000.0 * r.driveline)
    }

    /// Fuel burnt in a step, litres.
    #[inline]
    pub fn litres(&self, m: &Motion) -> f64 {
        let [idle, linear, square] = self.alpha;
        let power = self.power(m).max(0.0);
        m.dt * (idle + power * (linear + square * power))
    }
}

//! VT-Micro's composite light-duty car: the logarithm of the fuel rate is a polynomial of speed and acceleration.

use super::Motion;
use super::power::G;

/// Coefficients for a ≥ 0: rows speed⁰ to speed³ (km/h), columns acceleration⁰ to acceleration³ (km/h/s).
const SPEEDING_UP: [[f64; 4]; 4] = [
    [-7.73452, 0.22946, -0.00561, 9.773e-5],
    [0.02799, 0.0068, -7.7221e-4, 8.38e-6],
    [-2.228e-4, -4.402e-5, 7.9e-7, 8.17e-7],
    [1.09e-6, 4.8e-8, 3.27e-8, -7.79e-9],
];
/// Coefficients for a < 0.
const SLOWING_DOWN: [[f64; 4]; 4] = [
    [-7.73452, -0.01799, -0.00427, 1.8829e-4],
    [0.02804, 0.00772, 8.3744e-4, -3.387e-5],
    [-2.1988e-4, -5.219e-5, -7.44e-6, 2.77e-7],
    [1.08e-6, 2.47e-7, 4.87e-8, 3.79e-10],
];

/// Fastest that was measured, km/h.
const FASTEST: f64 = 120.0;
/// Hardest braking that was measured, km/h/s.
const HARDEST: f64 = -5.0;
/// Strongest acceleration that is looked up, km/h/s (2.5 m/s²): beyond it the polynomial has turning points.
const STRONGEST: f64 = 9.0;

/// Fuel burnt in a step, litres. Speeds and accelerations outside of the fitted domain count as its border.
#[inline]
pub fn litres(m: &Motion) -> f64 {
    let speed = (3.6 * m.mean()).clamp(0.0, FASTEST);
    // A grade asks of the engine what an acceleration does.
    let accel = (3.6 * ((m.after - m.before) / m.dt + G * m.grade)).clamp(HARDEST, STRONGEST);
    let rows = if accel >= 0.0 { &SPEEDING_UP } else { &SLOWING_DOWN };
    let row = |k: &[f64; 4]| k[0] + accel * (k[1] + accel * (k[2] + accel * k[3]));
    let logarithm = row(&rows[0]) + speed * (row(&rows[1]) + speed * (row(&rows[2]) + speed * row(&rows[3])));
    m.dt * libm::exp(logarithm)
}

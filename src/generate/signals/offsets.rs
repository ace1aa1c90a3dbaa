//! Offsets for platoons along a street.

/// Offsets with which a platoon that drives one way meets each signal at the start of its first stage: `at` are the
/// signals' places along the way, m, `speed` is the platoon's, m/s, > 0. Whole seconds from 0 to below the cycle, s.
pub fn one_way(at: &[f64], speed: f64, cycle: f64) -> Vec<f64> {
    let start = at.first().copied().unwrap_or(0.0);
    at.iter().map(|x| modulo(libm::round((x - start) / speed), cycle)).collect()
}

/// Offsets for platoons that drive both ways: zero or half a cycle at each signal, whichever is nearer to the time it
/// takes to drive there (half-integer synchronisation, Morgan and Little 1964). Units as for [`one_way`].
pub fn two_way(at: &[f64], speed: f64, cycle: f64) -> Vec<f64> {
    let start = at.first().copied().unwrap_or(0.0);
    let half = libm::floor(cycle / 2.0);
    let one = |x: &f64| {
        let time = modulo((x - start) / speed, cycle);
        if (cycle / 4.0..cycle * 0.75).contains(&time) { half } else { 0.0 }
    };
    at.iter().map(one).collect()
}

/// What is left of `value` after whole cycles, from 0.
fn modulo(value: f64, cycle: f64) -> f64 {
    let rest = value - cycle * libm::floor(value / cycle);
    if rest >= cycle { 0.0 } else { rest }
}

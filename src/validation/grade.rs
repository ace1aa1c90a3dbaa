//! C32 (of the issue, beyond the list of targets): what a grade costs a queue.
//!
//! Terms
//! - **f_g**: saturation flow on a grade as a share of that on the level. Two editions of the manual give it differently:
//!   1 − P/200 for a grade of P percent (HCM 2010, equation 18-7), and 1 − 0.0031 P² uphill, 1 − 0.0207 P downhill (HCM 7,
//!   equations 19-9 and 19-10, no heavy vehicles). Both have to do with it; a figure between them is right.

use super::discharge::{QUEUE, headways, on_grade, saturation};
use super::estimate::each_seed;
use super::{Drivers, Effort, Estimate, FINER, Row, STEP, Section, Target};

/// Rows and their grades, percent: as steep as both editions know in either direction, and half of the way up.
const GRADES: [(&str, f64); 3] = [("32a", -4.0), ("32b", 4.0), ("32c", 6.0)];

/// Who agrees with one edition to a point is right: the manuals print two decimals, and differ by three to eight points.
const ROUNDED: f64 = 0.01;

/// The factor by HCM 2010, and by HCM 7.
fn factors(percent: f64) -> [f64; 2] {
    let latest = if percent < 0.0 { 1.0 - 0.0207 * percent } else { 1.0 - 0.0031 * percent * percent };
    [1.0 - percent / 200.0, latest]
}

/// Saturation flow on a grade, veh/h, by seed.
fn flows(percent: f64, step: f64, seeds: u64) -> Vec<f64> {
    each_seed(seeds, |seed| {
        saturation(&headways(&on_grade(Drivers::Calibrated.car(), QUEUE, percent).step(step).seed(seed)))
    })
}

/// The experiment.
pub fn run(effort: Effort) -> Section {
    let level = [STEP, FINER].map(|step| flows(0.0, step, effort.seeds));
    // By that of the same drivers on the level.
    let factor = |percent, step, level: &[f64]| {
        let ratios: Vec<f64> = flows(percent, step, effort.seeds).iter().zip(level).map(|(f, l)| f / l).collect();
        Estimate::of(&ratios)
    };
    let row = |(id, percent): (&'static str, f64)| {
        let [a, b] = factors(percent);
        Row::new(
            id,
            format!("saturation flow on {percent:+} %, by that on the level"),
            Target::between(a.min(b) - ROUNDED, a.max(b) + ROUNDED),
            factor(percent, STEP, &level[0]),
        )
        .unit("", 3)
        .finer(factor(percent, FINER, &level[1]))
        .source("HCM 2010 (18-7) and HCM 7 (19-9, 19-10): between them")
    };
    Section {
        title: "Grades",
        text: "A queue of cars discharges uphill and downhill, beside the same drivers on the level.",
        rows: GRADES.map(row).into(),
        plots: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use transportations_library::hcm::signalized::heavy_vehicle_grade_factor;

    use super::*;

    #[test]
    fn the_manuals_factor_is_as_others_have_programmed_it() {
        for (_, percent) in GRADES {
            let [_, latest] = factors(percent);
            assert!((latest - heavy_vehicle_grade_factor(0.0, percent)).abs() < 1e-12, "{percent} %: {latest}");
        }
    }
}

//! Splits for a fixed-time signal after Webster (1958): the cycle of least delay, greens in proportion to demand.

use thiserror::Error;

use super::plan::{SignalPlan, Stage};

/// A stage without its green: what goes, and the lane that needs the green most.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticalStage {
    /// What goes, as in [`Stage::go`].
    pub go: Vec<String>,
    /// Flow of the critical lane, veh/h.
    pub flow: f64,
    /// Saturation flow of that lane, veh/h.
    pub saturation: f64,
    /// Least green, s.
    pub min_green: f64,
}

/// Why there are no splits.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum WebsterError {
    /// There is no stage.
    #[error("there are no stages; expected at least one")]
    NoStages,
    /// A number cannot be.
    #[error("stage {stage}: {what} is {value}; expected a positive number")]
    Number {
        /// Which stage, from 0.
        stage: usize,
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// The junction would be oversaturated.
    #[error("the critical flow ratios add up to {0:.2}; expected at most 0.90")]
    Oversaturated(f64),
    /// The least greens do not fit.
    #[error("the least greens and the lost time need {needed} s; the cycle has {cycle} s")]
    TooShort {
        /// Sum of least greens and losses, s.
        needed: f64,
        /// The cycle, s.
        cycle: f64,
    },
}

/// Greatest sum of critical flow ratios for which splits are made.
const MOST: f64 = 0.9;

/// A program for two, three, four… stages. `cycle`: a given length, or `None` for Webster's, clamped to 40–120 s and
/// rounded to 5 s. Lost time is taken as the whole yellow and all-red of each stage: start-up loss and the used part
/// of yellow, 2 s each, cancel.
///
/// # Errors
/// If a number is not positive, the flows cannot be served, or the least greens do not fit.
pub fn webster(
    node: &str,
    offset: f64,
    stages: &[CriticalStage],
    (yellow, all_red): (f64, f64),
    cycle: Option<f64>,
) -> Result<SignalPlan, WebsterError> {
    if stages.is_empty() {
        return Err(WebsterError::NoStages);
    }
    for (stage, s) in stages.iter().enumerate() {
        for (what, value) in [("flow", s.flow), ("saturation", s.saturation), ("min_green", s.min_green)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(WebsterError::Number { stage, what, value });
            }
        }
    }
    let ratios: Vec<f64> = stages.iter().map(|s| s.flow / s.saturation).collect();
    let sum: f64 = ratios.iter().sum();
    if sum > MOST {
        return Err(WebsterError::Oversaturated(sum));
    }
    let lost = (yellow + all_red) * stages.len() as f64;
    let cycle = cycle.unwrap_or_else(|| libm::round(optimal_cycle(lost, sum).clamp(40.0, 120.0) / 5.0) * 5.0);
    let greens = split(stages, &ratios, cycle - lost).ok_or_else(|| WebsterError::TooShort {
        needed: lost + stages.iter().map(|s| s.min_green).sum::<f64>(),
        cycle,
    })?;
    let stages = stages.iter().zip(greens).map(|(s, green)| Stage { green, go: s.go.clone() }).collect();
    Ok(SignalPlan { node: node.into(), cycle, offset, yellow, all_red, stages, permissive: None })
}

/// Webster's cycle: (1.5·L + 5) / (1 − Y), s.
pub fn optimal_cycle(lost: f64, ratio_sum: f64) -> f64 {
    (1.5 * lost + 5.0) / (1.0 - ratio_sum)
}

/// Divides `effective` seconds in proportion to `ratios`, no stage below its least; whole seconds, the rest goes to
/// the stage with the greatest ratio. `None`: the least greens do not fit.
fn split(stages: &[CriticalStage], ratios: &[f64], effective: f64) -> Option<Vec<f64>> {
    let mut fixed = vec![false; stages.len()];
    loop {
        let held: f64 = stages.iter().zip(&fixed).filter(|(_, f)| **f).map(|(s, _)| s.min_green).sum();
        let sum: f64 = ratios.iter().zip(&fixed).filter(|(_, f)| !**f).map(|(r, _)| r).sum();
        let share = |i: usize| if fixed[i] { stages[i].min_green } else { ratios[i] / sum * (effective - held) };
        let short = (0..stages.len()).find(|&i| !fixed[i] && share(i) < stages[i].min_green);
        if let Some(i) = short {
            fixed[i] = true;
            continue;
        }
        let mut greens: Vec<f64> = (0..stages.len()).map(|i| libm::floor(share(i))).collect();
        let greatest = (0..ratios.len()).max_by(|&a, &b| ratios[a].total_cmp(&ratios[b]))?;
        greens[greatest] += effective - greens.iter().sum::<f64>();
        let fits = greens.iter().zip(stages).all(|(g, s)| *g >= libm::floor(s.min_green));
        return fits.then_some(greens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two stages that need these shares of the time.
    fn stages(a: f64, b: f64) -> Vec<CriticalStage> {
        let stage = |y: f64| CriticalStage { go: Vec::new(), flow: y * 1800.0, saturation: 1800.0, min_green: 5.0 };
        vec![stage(a), stage(b)]
    }

    #[test]
    fn cycles_are_webster_s() {
        for (sum, cycle) in [(0.5, 46.0), (0.6, 58.0), (0.7, 77.0), (0.8, 115.0)] {
            assert!((optimal_cycle(12.0, sum) - cycle).abs() < 0.7, "{sum}");
        }
    }

    #[test]
    fn greens_follow_demand_and_fill_the_cycle() {
        let plan = webster("x", 0.0, &stages(0.4, 0.2), (3.0, 2.0), Some(70.0)).unwrap();
        assert_eq!(plan.stages.iter().map(|s| s.green).collect::<Vec<_>>(), [40.0, 20.0]);
        let plan = webster("x", 0.0, &stages(0.5, 0.01), (3.0, 2.0), None).unwrap();
        assert_eq!(plan.stages[1].green, 5.0, "the least green");
        assert_eq!(plan.stages[0].green + 5.0 + 10.0, plan.cycle);
    }

    #[test]
    fn impossible_demands_are_refused() {
        let splits = |s: &[CriticalStage], cycle| webster("x", 0.0, s, (3.0, 2.0), cycle).unwrap_err();
        assert_eq!(splits(&[], None), WebsterError::NoStages);
        assert!(matches!(splits(&stages(0.6, 0.5), None), WebsterError::Oversaturated(_)));
        assert_eq!(splits(&stages(0.3, 0.3), Some(15.0)), WebsterError::TooShort { needed: 20.0, cycle: 15.0 });
        assert!(matches!(splits(&stages(f64::NAN, 0.3), None), WebsterError::Number { stage: 0, .. }));
    }
}

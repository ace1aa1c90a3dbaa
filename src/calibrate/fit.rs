//! Demand that fits counts.
//!
//! Rounds of two steps: simulate, and note which source passes which site how often; then find the factors under which
//! as much would pass as was counted, if a source kept its shares. The second is estimated by expectation maximisation
//! for Poisson counts (Vardi 1996, network tomography): a factor is multiplied by the mean of counted over simulated,
//! over the sites that the source passes, and held a little where all demand together would lie. Factors stay positive,
//! start from the scenario's own, and a source that no count sees keeps its factor. A round that worsens the fit is not the last one: the best is kept.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use super::counts::Count;
use super::observe::{Model, Passed};
use super::sources::Sources;
use super::{MATCHES, WANTED};
use crate::validation::geh;

/// How demand is fitted.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Seeds of the runs whose mean is compared, at least one.
    pub seeds: Vec<u64>,
    /// Most rounds, at least one.
    pub rounds: usize,
    /// Factor that each source begins with: the scenario's own.
    pub from: f64,
}

/// Steps of expectation maximisation in a round. More would fit chance; fewer leave what the next round does.
const STEPS: usize = 50;
/// Weight of what was assumed against what a source's counts say. Counts hardly tell apart who drives nearly the same
/// way, and know each day's chance: without it, of two such sources one would take all.
const PRIOR: f64 = 0.05;
/// A factor changes in a round by at most this much, both ways: where traffic is congested, shares change.
const MOST_CHANGE: f64 = 2.0;
/// Least and greatest factor.
const FACTORS: (f64, f64) = (0.01, 20.0);
/// A round that betters the mean square of GEH by less than this share is the last one if the one before did, too.
const BETTER: f64 = 0.02;

/// A count beside what passes in the simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Vehicles, mean over runs.
    pub measured: f64,
    /// Vehicles that were counted.
    pub counted: f64,
    /// GEH of both, as veh/h.
    pub geh: f64,
}

impl Compared {
    fn new(count: &Count, passed: &BTreeMap<usize, f64>) -> Self {
        let measured: f64 = passed.values().sum();
        let hours = count.hours();
        Self { measured, counted: count.vehicles, geh: geh(measured / hours, count.vehicles / hours) }
    }

    /// Whether both match.
    pub fn matches(&self) -> bool {
        self.geh < MATCHES
    }
}

/// What a round came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// The factors it was simulated with, by source.
    pub factors: Vec<f64>,
    /// Each count.
    pub counts: Vec<Compared>,
}

impl Round {
    /// Share of counts that match.
    pub fn matching(&self) -> f64 {
        self.counts.iter().filter(|c| c.matches()).count() as f64 / self.counts.len().max(1) as f64
    }

    /// Whether enough match.
    pub fn suffices(&self) -> bool {
        self.matching() >= WANTED
    }

    /// Mean square of GEH: what is made small.
    pub fn misfit(&self) -> f64 {
        self.counts.iter().map(|c| c.geh * c.geh).sum::<f64>() / self.counts.len().max(1) as f64
    }
}

/// What came of it all.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The first round: the scenario as it was; and the one that fits best.
    pub before: Round,
    /// The best.
    pub best: Round,
    /// Rounds that were simulated.
    pub rounds: usize,
    /// For each source whether some count saw it.
    pub seen: Vec<bool>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// Fits the factors of sources to counts. `each` hears of every round; `stop` ends it with the best so far. `None`: it
/// was stopped before there was a round.
///
/// # Errors
/// If the scenario cannot be run.
pub fn fit(
    model: &Model,
    sources: &Sources,
    counts: &[Count],
    how: &Fit,
    stop: &AtomicBool,
    each: &mut dyn FnMut(&Round),
) -> Result<Option<Fitted>, String> {
    let mut factors = vec![how.from; sources.names.len()];
    let mut fitted: Option<Fitted> = None;
    let mut dull = 0;
    for number in 1..=how.rounds {
        let Some(passed) = model.passed((sources, &factors), counts, &how.seeds, stop)? else {
            return Ok(fitted.map(|f| Fitted { interrupted: true, ..f }));
        };
        let compared = counts.iter().zip(&passed).map(|(c, p)| Compared::new(c, p)).collect();
        let round = Round { factors: factors.clone(), counts: compared };
        each(&round);
        let known = fitted.get_or_insert_with(|| Fitted {
            before: round.clone(),
            best: round.clone(),
            rounds: 0,
            seen: vec![false; factors.len()],
            interrupted: false,
        });
        known.rounds = number;
        passed.iter().flat_map(BTreeMap::keys).for_each(|&s| known.seen[s] = true);
        let gain = 1.0 - round.misfit() / known.best.misfit();
        if round.misfit() < known.best.misfit() {
            known.best = round;
        }
        dull = if number > 1 && gain < BETTER { dull + 1 } else { 0 };
        if dull == 2 {
            break;
        }
        factors = next(how.from, &factors, counts, &passed);
    }
    Ok(fitted)
}

/// The factors under which as much passes as was counted, as far as shares tell, and as the sources were otherwise: each
/// is held, with a small weight, at what all of them together would be multiplied by.
fn next(from: f64, factors: &[f64], counts: &[Count], passed: &Passed) -> Vec<f64> {
    // How many pass for a factor of 1.
    let rate: Vec<Vec<(usize, f64)>> =
        passed.iter().map(|p| p.iter().map(|(&s, n)| (s, n / factors[s])).collect()).collect();
    let seen = || counts.iter().zip(&rate).filter(|(_, rates)| !rates.is_empty());
    let assumed: f64 = seen().flat_map(|(_, rates)| rates).map(|&(_, r)| r * from).sum();
    let together = from * seen().map(|(c, _)| c.vehicles).sum::<f64>() / assumed.max(f64::MIN_POSITIVE);
    let mut f = factors.to_vec();
    for _ in 0..STEPS {
        let (mut up, mut down) = (vec![0.0; f.len()], vec![0.0; f.len()]);
        for (count, rates) in seen() {
            let all: f64 = rates.iter().map(|&(s, r)| r * f[s]).sum();
            for &(s, r) in rates {
                up[s] += r * count.vehicles / all;
                down[s] += r;
            }
        }
        for (s, value) in f.iter_mut().enumerate().filter(|(s, _)| down[*s] > 0.0) {
            let bounds = (factors[s] / MOST_CHANGE, factors[s] * MOST_CHANGE);
            let held = (up[s] * *value + PRIOR * down[s] * together) / (down[s] * (1.0 + PRIOR));
            *value = held.clamp(bounds.0.max(FACTORS.0), bounds.1.min(FACTORS.1));
        }
    }
    f
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::Site;
    use crate::network::LinkId;

    fn count(vehicles: f64) -> Count {
        Count { name: String::new(), site: Site::End(LinkId(0)), from: 0.0, to: 3600.0, vehicles }
    }

    /// Two flows, each alone at a site and both together at a third: their factors follow. A third flow passes none.
    #[test]
    fn what_passes_alone_is_told_apart() {
        let passed =
            vec![BTreeMap::from([(0, 100.0)]), BTreeMap::from([(1, 300.0)]), BTreeMap::from([(0, 100.0), (1, 300.0)])];
        let counts = [count(150.0), count(240.0), count(390.0)];
        let f = next(1.0, &[1.0, 1.0, 1.0], &counts, &passed);
        // Less up to a tenth of the way to 0.975, what both together say: they hold each other at the third site.
        assert!((f[0] - 1.5).abs() < 0.05 && (f[1] - 0.8).abs() < 0.02 && f[2] == 1.0, "{f:?}");
    }

    /// What no count tells apart changes alike; nothing passes a count where nobody comes.
    #[test]
    fn what_always_passes_together_changes_alike() {
        let passed = vec![BTreeMap::from([(0, 100.0), (1, 300.0)]), BTreeMap::new()];
        let f = next(1.0, &[1.0, 1.0], &[count(200.0), count(50.0)], &passed);
        assert!((f[0] - 0.5).abs() < 1e-9 && (f[1] - 0.5).abs() < 1e-9, "{f:?}");
    }
}

//! More or less demand of the same kind.

use super::{Demand, Source, Timing};
use crate::random::{Purpose, key_of, uniform};

/// `demand` times `factor` (finite, ≥ 0).
///
/// Flows change their rate and keep their rhythm. A single vehicle is dropped or doubled by a draw that hangs on its
/// own name, so that a greater factor keeps every vehicle that a smaller one keeps. Copies are called `name#2`, ….
pub fn scale(demand: &mut Demand, factor: f64, seed: u64) {
    if factor == 1.0 {
        return;
    }
    let mut scaled = Vec::new();
    for source in std::mem::take(&mut demand.sources) {
        let copies = copies(&source, factor, seed);
        for n in 1..=copies {
            let mut copy = source.clone();
            if n > 1 {
                copy.id = format!("{}#{n}", source.id);
            }
            copy.timing = faster(source.timing, factor, copies);
            scaled.push(copy);
        }
    }
    demand.sources = scaled;
}

/// How many sources take the place of one.
fn copies(source: &Source, factor: f64, seed: u64) -> u64 {
    match source.timing {
        _ if factor <= 0.0 => 0,
        Timing::Once(_) => {
            let whole = factor.floor();
            let draw = f64::from(uniform(seed, key_of(&source.id), Purpose::Scale, whole as u64));
            whole as u64 + u64::from(draw < factor - whole)
        }
        // One source gives at most one vehicle per second.
        Timing::Chance { probability, .. } => (probability * factor).ceil().max(1.0) as u64,
        Timing::Every { .. } | Timing::Poisson { .. } => 1,
    }
}

/// The timing of one of the copies.
fn faster(timing: Timing, factor: f64, copies: u64) -> Timing {
    let times = |number: u64, factor: f64| match number {
        u64::MAX => u64::MAX,
        n => libm::round(n as f64 * factor) as u64,
    };
    match timing {
        Timing::Once(depart) => Timing::Once(depart),
        Timing::Every { begin, period, end, number } => {
            Timing::Every { begin, period: period / factor, end, number: times(number, factor) }
        }
        Timing::Chance { begin, end, probability, number } => {
            let share = factor / copies as f64;
            Timing::Chance { begin, end, probability: (probability * share).min(1.0), number: times(number, share) }
        }
        Timing::Poisson { begin, end, rate, number } => {
            Timing::Poisson { begin, end, rate: rate * factor, number: times(number, factor) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use intergreen_control::Millis;

    use super::*;
    use crate::demand::{Manner, RouteId, TypeId, expand};

    fn demand(timings: impl IntoIterator<Item = Timing>) -> Demand {
        let source = |(i, timing)| Source {
            id: format!("s{i}"),
            timing,
            types: vec![(TypeId(0), 1.0)],
            routes: vec![(RouteId(0), 1.0)],
            manner: Manner::default(),
        };
        Demand { sources: timings.into_iter().enumerate().map(source).collect(), ..Demand::default() }
    }

    fn names(factor: f64) -> BTreeSet<String> {
        let mut d = demand((0..1000).map(|i| Timing::Once(Millis(i * 1000))));
        scale(&mut d, factor, 7);
        d.sources.into_iter().map(|s| s.id).collect()
    }

    #[test]
    fn single_vehicles_are_dropped_and_doubled() {
        let (less, same, more) = (names(0.7), names(1.0), names(2.3));
        assert!((650..750).contains(&less.len()), "{}", less.len());
        assert_eq!(same.len(), 1000);
        assert!((2200..2400).contains(&more.len()), "{}", more.len());
        assert!(less.is_subset(&names(0.8)) && less.is_subset(&same) && same.is_subset(&more));
        assert_eq!(less, names(0.7));
        assert!(names(0.0).is_empty());
    }

    #[test]
    fn flows_change_their_rate() {
        let (begin, end) = (Millis(0), Millis(3_600_000));
        let count = |timing, factor| {
            let mut d = demand([timing]);
            scale(&mut d, factor, 7);
            expand(&d, 1, begin, Some(end)).len()
        };
        let every = Timing::Every { begin, period: 10.0, end, number: u64::MAX };
        assert_eq!(count(every, 0.5), 180);
        assert_eq!(count(every, 2.0), 720);
        assert_eq!(count(Timing::Every { begin, period: 10.0, end, number: 100 }, 1.5), 150);
        let chance = Timing::Chance { begin, end, probability: 0.8, number: u64::MAX };
        assert!((5500..6000).contains(&count(chance, 2.0)), "{}", count(chance, 2.0));
    }
}

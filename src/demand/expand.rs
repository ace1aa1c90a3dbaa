//! Spelling flows out into single departures.

use intergreen_control::Millis;

use super::{Demand, Departure, Source, Timing};
use crate::random::{self, Purpose};

/// The flows of one scenario may not make more vehicles than this: beyond it a number in the file is wrong.
pub const MOST_VEHICLES: u64 = 10_000_000;
/// A flow that draws every second may not draw for longer than this (three years).
const MOST_SECONDS: u64 = 100_000_000;

/// All vehicles of `demand` that depart at or after `begin` and before `end`, ordered by departure, then as given.
/// `None`: no end. What flows make before `begin` is left out, but keeps its number and its place in the rhythm.
///
/// Call [`check_flows`] first: a flow that has no end of its own and gets none here would go on for ever, and is
/// therefore left out. So is one whose rate, period or probability is no positive number.
pub fn expand(demand: &Demand, seed: u64, begin: Millis, end: Option<Millis>) -> Vec<Departure> {
    let end = end.unwrap_or(Millis::NEVER);
    let mut all = Vec::new();
    for source in &demand.sources {
        match source.timing {
            Timing::Once(depart) if depart >= begin && depart < end => {
                all.push(departure(source, source.id.clone(), seed, depart));
            }
            Timing::Once(_) => {}
            timing if has_rhythm(timing) && most_vehicles(timing, end).is_some() => {
                each_of_flow(source, timing, seed, begin, end, &mut |number, depart| {
                    all.push(departure(source, format!("{}.{number}", source.id), seed, depart));
                });
            }
            _ => {}
        }
    }
    // Stable: vehicles of one moment stay in the order in which they were given.
    all.sort_by_key(|d| d.depart);
    all
}

/// Checks that the flows of `demand` end and make a sensible number of vehicles when the scenario ends at `end`; returns
/// how many they make at most.
///
/// # Errors
/// Names the flow that does not end, or with which the number becomes absurd.
pub fn check_flows(demand: &Demand, end: Option<Millis>) -> Result<u64, String> {
    let mut total: u64 = 0;
    for source in &demand.sources {
        total = check_flow(source, end.unwrap_or(Millis::NEVER), total)?;
    }
    Ok(total)
}

/// Checks one source: `total` vehicles were promised before it; returns how many there are with it.
pub(crate) fn check_flow(source: &Source, end: Millis, total: u64) -> Result<u64, String> {
    if matches!(source.timing, Timing::Once(_)) {
        return Ok(total);
    }
    if !has_rhythm(source.timing) {
        return Err(format!(
            "flow '{}' departs as {:?}; expected a positive number as its rate, period or probability",
            source.id, source.timing
        ));
    }
    let Some(most) = most_vehicles(source.timing, end) else {
        return Err(format!(
            "flow '{}' never ends: it has no end or number, and the scenario has no end; expected one of them",
            source.id
        ));
    };
    let total = total.saturating_add(most);
    if total > MOST_VEHICLES {
        return Err(format!(
            "flow '{}' would make {most} vehicles ({total} with the flows before it); expected at most {MOST_VEHICLES}",
            source.id
        ));
    }
    Ok(total)
}

/// Whether what says how often vehicles depart is a positive number: else a flow would go on at one moment for ever.
fn has_rhythm(timing: Timing) -> bool {
    let number = match timing {
        Timing::Once(_) => return true,
        Timing::Every { period: x, .. } | Timing::Chance { probability: x, .. } | Timing::Poisson { rate: x, .. } => x,
    };
    number.is_finite() && number > 0.0
}

/// How many vehicles a flow makes at most (Poisson: hardly ever more) until `end`; `None` if it does not end.
fn most_vehicles(timing: Timing, scenario_end: Millis) -> Option<u64> {
    let span = |begin: Millis, end: Millis| {
        let end = end.min(scenario_end);
        (end != Millis::NEVER).then(|| (end - begin).seconds().max(0.0))
    };
    match timing {
        Timing::Once(_) => Some(1),
        Timing::Every { begin, period, end, number } => match span(begin, end) {
            Some(seconds) => Some(((seconds / period).ceil() as u64).min(number)),
            None => (number != u64::MAX).then_some(number),
        },
        // Seconds count as well as vehicles: each costs a draw.
        Timing::Chance { begin, end, probability, number } => match span(begin, end) {
            Some(seconds) if seconds as u64 > MOST_SECONDS => Some(u64::MAX),
            Some(seconds) => Some((seconds.ceil() as u64).min(number)),
            None if number == u64::MAX => None,
            None if number as f64 / probability > MOST_SECONDS as f64 => Some(u64::MAX),
            None => Some(number),
        },
        Timing::Poisson { begin, end, rate, number } => match span(begin, end) {
            Some(seconds) => {
                let mean = seconds * rate;
                Some(((mean + 6.0 * libm::sqrt(mean)).ceil() as u64).min(number))
            }
            None => (number != u64::MAX).then_some(number),
        },
    }
}

/// Calls `each` with number and time of every vehicle of a flow that departs in `begin..scenario_end`.
fn each_of_flow(
    source: &Source,
    timing: Timing,
    seed: u64,
    begin: Millis,
    scenario_end: Millis,
    each: &mut dyn FnMut(u64, Millis),
) {
    let key = random::key_of(&source.id);
    let mut give = |number, depart| {
        if depart >= begin {
            each(number, depart);
        }
    };
    match timing {
        Timing::Once(_) => {}
        Timing::Every { begin: first, period, end, number } => {
            let end = end.min(scenario_end);
            // Skips at once what departs before the scenario begins; one less, for the rounding.
            let skipped = (((begin - first).seconds() / period).floor() - 1.0).max(0.0) as u64;
            for k in skipped..number {
                let depart = first + Millis::from_seconds(k as f64 * period);
                if depart >= end {
                    break;
                }
                give(k, depart);
            }
        }
        Timing::Chance { begin: first, end, probability, number } => {
            let end = end.min(scenario_end);
            let (mut made, mut second) = (0, 0);
            let mut depart = first;
            while depart < end && made < number && second < MOST_SECONDS {
                // The draw hangs on the second, not on what happened before.
                if f64::from(random::uniform(seed, key, Purpose::Flow, second)) < probability {
                    give(made, depart);
                    made += 1;
                }
                second += 1;
                depart += Millis(1000);
            }
        }
        Timing::Poisson { begin: first, end, rate, number } => {
            let end = end.min(scenario_end);
            let mut seconds = 0.0;
            for k in 0..number {
                // The first vehicle waits for a gap, too: the flow was there before its beginning.
                seconds += exponential(seed, key, k) / rate;
                let depart = first + Millis::from_seconds(seconds);
                if depart >= end {
                    break;
                }
                give(k, depart);
            }
        }
    }
}

/// An exponentially distributed number with mean 1.
fn exponential(seed: u64, key: u64, counter: u64) -> f64 {
    let unit = ((random::bits(seed, key, Purpose::Flow, counter) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
    -libm::log(unit)
}

/// One vehicle of a source, its type and route drawn.
fn departure(source: &Source, id: String, seed: u64, depart: Millis) -> Departure {
    let key = random::key_of(&id);
    Departure {
        kind: draw(&source.types, seed, key, Purpose::Type),
        route: draw(&source.routes, seed, key, Purpose::Route),
        manner: source.manner,
        id,
        key,
        depart,
    }
}

/// One of a weighted list, which is not empty.
fn draw<T: Copy>(list: &[(T, f64)], seed: u64, key: u64, purpose: Purpose) -> T {
    let total: f64 = list.iter().map(|(_, weight)| weight).sum();
    let mut rest = f64::from(random::uniform(seed, key, purpose, 0)) * total;
    for &(choice, weight) in list {
        if rest < weight {
            return choice;
        }
        rest -= weight;
    }
    // Rounding may leave a crumb behind the last weight: the last one that can be drawn at all gets it.
    list.iter().rev().find(|(_, weight)| *weight > 0.0).unwrap_or(&list[0]).0
}

#[cfg(test)]
#[path = "expand_tests.rs"]
mod tests;

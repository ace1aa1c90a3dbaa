//! The times of a group, from its own program; and what of them is out of the ordinary.

use intergreen_control::plan::{GroupKind, GroupSpec, Waiver};
use intergreen_control::{Lamp, Millis};

use super::cycle::Cycle;
use super::meetings::{only_bicycles, only_buses};
use crate::network::{MovementId, Network};

/// Least green of an imported plan, unless its program has less.
pub(super) const MIN_GREEN: Millis = Millis(5000);
/// Longest red of an imported plan, unless two cycles are longer.
const MAX_RED: Millis = Millis(120_000);
/// Least red before it may be green again, unless the program has less.
const RED_REVERT: Millis = Millis(1000);
/// What plans of our own may have (see [`GroupSpec`]): yellow, red-yellow, least green, longest red.
pub(super) const YELLOW: [Millis; 2] = [Millis(3000), Millis(6000)];
const RED_YELLOW: Millis = Millis(3000);
pub(super) const LEAST_GREEN: Millis = Millis(1000);
const LONGEST_RED: Millis = Millis(3_600_000);

/// The times of a group; what plans of our own may not have goes to the waivers.
pub(super) fn group(cycle: Cycle<'_>, group: u16, kind: GroupKind, waivers: &mut Vec<Waiver>) -> GroupSpec {
    let other = |what: String| Waiver::Other { group, what };
    let greens = cycle.runs(group, Lamp::is_green);
    let is_off = |lamp| matches!(lamp, Lamp::Off | Lamp::Flashing);
    let lamps = || cycle.program.steps().iter().map(|s| s.lamps[usize::from(group)]);
    if !lamps().any(Lamp::is_green) {
        waivers.push(Waiver::NeverServed { group });
    }
    if lamps().any(is_off) {
        waivers.push(Waiver::SignalOff { group });
    }
    let least = |runs: &[super::cycle::Run]| runs.iter().map(|r| r.length).min();
    let after = |step: usize| cycle.lamp(step + 1, group);
    let without_yellow = greens.iter().any(|r| after(r.steps[1]) != Lamp::Yellow && !is_off(after(r.steps[1])));
    let yellow = if without_yellow {
        waivers.push(Waiver::MissingYellow { group });
        Millis(0)
    } else {
        let runs = cycle.runs(group, |l| l == Lamp::Yellow);
        let found = least(&runs);
        if let Some(most) = runs.iter().map(|r| r.length).max().filter(|&most| Some(most) > found) {
            waivers.push(other(format!("yellow lasts up to {} s, not always the same", most.seconds())));
        }
        if let Some(found) = found.filter(|&y| y < YELLOW[0]) {
            waivers.push(Waiver::ShortYellow { group, found });
        }
        if let Some(found) = found.filter(|&y| y > YELLOW[1]) {
            waivers.push(other(format!("yellow lasts {} s", found.seconds())));
        }
        found.unwrap_or(YELLOW[0])
    };
    let before = |step: usize| cycle.lamp(step + cycle.program.steps().len() - 1, group);
    let red_yellow = if greens.iter().all(|r| before(r.steps[0]) == Lamp::RedYellow) {
        least(&cycle.runs(group, |l| l == Lamp::RedYellow)).unwrap_or(Millis(0))
    } else {
        Millis(0)
    };
    let longest = cycle.runs(group, |l| l == Lamp::RedYellow).iter().map(|r| r.length).max();
    if let Some(longest) = longest.filter(|&l| l > RED_YELLOW || l > red_yellow) {
        waivers.push(other(format!("red-yellow lasts {} to {} s", red_yellow.seconds(), longest.seconds())));
    }
    let min_green = least(&greens).map_or(MIN_GREEN, |g| g.min(MIN_GREEN));
    if min_green < LEAST_GREEN {
        waivers.push(Waiver::ShortGreen { group, found: min_green });
    }
    let shows = |lamp: Lamp| !cycle.runs(group, |l| l == lamp).is_empty();
    let is_red = |lamp| matches!(lamp, Lamp::Red | Lamp::TurnOnRed);
    // Red-yellow may follow yellow at once.
    let no_red = greens.iter().any(|r| {
        let between = (r.steps[1] + 1..).map(|s| cycle.lamp(s, group)).take_while(|l| !l.is_green());
        !between.take(cycle.program.steps().len()).any(|l| is_red(l) || is_off(l))
    });
    let red_revert =
        if no_red { Millis(0) } else { least(&cycle.runs(group, is_red)).map_or(RED_REVERT, |r| r.min(RED_REVERT)) };
    let max_red = MAX_RED.max(Millis(cycle.program.cycle().0.saturating_mul(2)));
    if max_red > LONGEST_RED {
        waivers.push(other(format!("its cycle lasts {} s", cycle.program.cycle().seconds())));
    }
    GroupSpec {
        min_green: Some(min_green),
        yellow: Some(yellow),
        red_yellow: Some(red_yellow),
        red_revert: Some(red_revert),
        max_red: Some(max_red),
        // Where the program has a plain red for it, that has a reason.
        turn_on_red: shows(Lamp::TurnOnRed) && !shows(Lamp::Red),
        ..GroupSpec::new(&group.to_string(), kind)
    }
}

/// Who looks at the lamps of a group, by who may take its movements.
pub(super) fn kind(network: &Network, movements: &[MovementId]) -> GroupKind {
    let all = |test: fn(&Network, MovementId) -> bool| movements.iter().all(|&m| test(network, m));
    match movements {
        [] => GroupKind::Vehicle,
        _ if all(only_bicycles) => GroupKind::Bicycle,
        _ if all(only_buses) => GroupKind::Bus,
        _ => GroupKind::Vehicle,
    }
}

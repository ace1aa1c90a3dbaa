//! What lies around each signal: the lanes that lead to its stop lines, and to which lanes of others they lead.
//!
//! A vehicle that leaves a stop line comes to a link. If that is on the [way](crate::detectors::way_to) to other stop lines,
//! these are where it comes next, and it may come to any of them: which lane it needs there, only its driver knows. The few
//! who turn around count for nobody.

use std::collections::BTreeMap;

use intergreen_control::{ApproachLane, Approaches, Exit, Feeder, Lead, Shared, Way};

use super::SignalPlan;
use crate::detectors::{Line, lines};
use crate::network::{Direction, LinkId, Network, SignalId};

/// The surroundings of all signals, by [`SignalId`]; `plans`: theirs. `everyone_reports`: whether every vehicle does.
pub fn approaches(network: &Network, plans: &[SignalPlan], everyone_reports: bool) -> Vec<Approaches> {
    let mut all = vec![Approaches { everyone_reports, ..Approaches::default() }; network.signals.len()];
    // By signal, then lane.
    let mut lines = lines(network);
    lines.sort_by_key(|line| (line.signal, line.lane));
    // Of each link, to which stop lines it leads.
    let mut ahead: BTreeMap<LinkId, Vec<usize>> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        for stretch in &line.way {
            let known = ahead.entry(network.lane(stretch.lane).link).or_default();
            if known.last() != Some(&i) {
                known.push(i);
            }
        }
    }
    // Of each signal, the exits that are known so far.
    let mut exits: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for line in &lines {
        let next = |link: LinkId| ahead.get(&link).map_or(&[][..], Vec::as_slice);
        let exits = &mut exits[line.signal.index()];
        let lane = approach_lane(network, &plans[line.signal.index()], line, next, exits);
        all[line.signal.index()].lanes.push(lane);
    }
    for of_signal in lines.chunk_by(|a, b| a.signal == b.signal) {
        let around = &mut all[of_signal[0].signal.index()];
        around.lanes.iter_mut().zip(of_signal).for_each(|(lane, line)| lane.shared = shared(line, of_signal));
    }
    let places = places(&lines);
    for line in &lines {
        let next = |link: LinkId| ahead.get(&link).map_or(&[][..], Vec::as_slice);
        for (i, (distance_m, share)) in leads(network, line, &lines, next) {
            let feeders = &mut all[lines[i].signal.index()].feeders;
            let (signal, lane) = (name(network, line.signal), &network.lane(line.lane).id);
            if feeders.last().is_none_or(|last| last.signal != signal || last.lane != *lane) {
                feeders.push(Feeder { signal, lane: lane.clone(), leads: Vec::new() });
            }
            let known = feeders.len() - 1;
            feeders[known].leads.push(Lead { lane: places[i], distance_m, share });
        }
    }
    let named = |&i: &usize| {
        let Line { signal, lane, .. } = &lines[i];
        Exit { signal: name(network, *signal), lane: network.lane(*lane).id.clone() }
    };
    for (around, exits) in all.iter_mut().zip(&exits) {
        around.exits = exits.iter().map(named).collect();
    }
    all
}

/// The lane of a stop line. `next`: to which stop lines a link leads; `exits`: the signal's exits so far.
fn approach_lane<'n>(
    network: &Network,
    plan: &SignalPlan,
    line: &Line<'_>,
    next: impl Fn(LinkId) -> &'n [usize],
    exits: &mut Vec<usize>,
) -> ApproachLane {
    let (mut groups, mut ways) = (Vec::new(), Vec::new());
    for (head, movement) in line.movements() {
        let Some(group) = plan.wiring.as_ref().map_or(Some(head), |wiring| wiring.group(head)) else { continue };
        groups.push(group);
        if movement.direction == Direction::UTurn {
            continue;
        }
        for &i in next(network.lane(movement.to).link) {
            let known = exits.iter().position(|&known| known == i);
            let exit = known.unwrap_or_else(|| {
                exits.push(i);
                exits.len() - 1
            });
            // No signal has as many exits.
            ways.push(Way { group, exit: u16::try_from(exit).unwrap_or(u16::MAX) });
        }
    }
    groups.sort_unstable();
    groups.dedup();
    ways.sort_unstable_by_key(|way| (way.group, way.exit));
    ways.dedup();
    let lane = network.lane(line.lane);
    ApproachLane {
        name: lane.id.clone(),
        groups,
        length_m: lane.length,
        reach_m: line.reach().max(lane.length),
        speed_m_s: lane.speed_limit,
        exits: ways,
        shared: Vec::new(),
    }
}

/// Which of the lines of its signal share the way to one, and from where on.
fn shared(line: &Line<'_>, of_signal: &[Line<'_>]) -> Vec<Shared> {
    let others = (0..).zip(of_signal).filter(|(_, other)| other.lane != line.lane);
    let shared = others.filter_map(|(lane, other)| {
        let both = line.way.iter().filter(|s| other.way.iter().any(|o| o.lane == s.lane));
        let from_m = both.map(|stretch| stretch.to_line).reduce(f32::min)?;
        Some(Shared { lane, from_m })
    });
    shared.collect()
}

/// Of each stop line its place among those of its signal.
fn places(lines: &[Line<'_>]) -> Vec<u16> {
    let by_signal = lines.chunk_by(|a, b| a.signal == b.signal);
    by_signal.flat_map(|of| (0..).take(of.len())).collect()
}

/// To which lines vehicles come from one, in the order of these: how far that is, m, and the share of them if all ways are
/// taken equally.
fn leads<'n>(
    network: &Network,
    line: &Line<'_>,
    lines: &[Line<'_>],
    next: impl Fn(LinkId) -> &'n [usize],
) -> BTreeMap<usize, (f32, f32)> {
    let ways: Vec<_> = line.movements().map(|(_, m)| m).filter(|m| m.direction != Direction::UTurn).collect();
    let mut found = BTreeMap::new();
    for movement in &ways {
        let link = network.lane(movement.to).link;
        let all = next(link);
        for &i in all {
            let way = lines[i].way.iter().filter(|stretch| network.lane(stretch.lane).link == link);
            // All lanes of a link are nearly as long.
            let Some(distance) = way.map(|stretch| stretch.from_line(network)).reduce(f32::max) else { continue };
            let (known, share) = found.entry(i).or_insert((0.0_f32, 0.0_f32));
            *known = known.max(distance + movement.inside_length);
            *share += 1.0 / (ways.len() * all.len()) as f32;
        }
    }
    found
}

fn name(network: &Network, signal: SignalId) -> String {
    network.signals[signal.index()].id.clone()
}

#[cfg(test)]
#[path = "approaches_tests.rs"]
mod tests;

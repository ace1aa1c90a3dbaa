//! What the baselines of a benchmark count at its own signals: a table of facts, fitted to a network by names.

use std::collections::BTreeMap;

use intergreen_control::{Approaches, Counted, Counts, Exit};

use crate::detectors::{Line, lines};
use crate::network::{Network, SignalId};
use crate::plans::SignalPlan;

/// The table; its first lines say what it holds.
const TABLE: &str = include_str!("resco.ron");

/// Says in the surroundings of all signals that the benchmark knows what counts there.
pub fn count(network: &Network, plans: &[SignalPlan], all: &mut [Approaches]) {
    let table: BTreeMap<&str, Vec<&str>> = ron::from_str(TABLE).expect("the table is part of the program, and tested");
    let lines = lines(network);
    let owner = |lane: &str| lines.iter().find(|line| network.lane(line.lane).id == lane).map(|line| line.signal);
    for (plan, around) in plans.iter().zip(all) {
        let Some(rows) = table.get(network.signals[plan.signal.index()].id.as_str()) else { continue };
        let here: Vec<&Line<'_>> = lines.iter().filter(|line| line.signal == plan.signal).collect();
        let mut found = around.clone();
        let counts = rows.iter().map(|row| counts(network, &here, owner, row, &mut found));
        let counts: Option<Vec<Counts>> = counts.collect();
        if let Some(counts) = counts.filter(|counts| counts.len() == plan.plan.stages().len()) {
            *around = Approaches { counts, ..found };
        }
    }
}

/// What counts for a stage; none, if the names are not of this network. Exits that nobody knows yet are added to `around`.
fn counts(
    network: &Network,
    here: &[&Line<'_>],
    owner: impl Fn(&str) -> Option<SignalId>,
    row: &str,
    around: &mut Approaches,
) -> Option<Counts> {
    if row == "never" {
        return Some(Counts::default());
    }
    let (lanes, exits) = row.split_once(" - ").unwrap_or((row, ""));
    let lanes = lanes.split(' ').map(|name| piece(network, here, name, around)).collect::<Option<Vec<Counted>>>()?;
    let exits = exits.split_whitespace().map(|lane| {
        let known = around.exits.iter().position(|exit| exit.lane == lane);
        let place = match known {
            Some(place) => place,
            None => {
                let signal = network.signals[owner(lane)?.index()].id.clone();
                around.exits.push(Exit { signal, lane: lane.to_owned() });
                around.exits.len() - 1
            }
        };
        u16::try_from(place).ok()
    });
    let exits = exits.collect::<Option<Vec<u16>>>()?;
    Some(Counts { lanes, exits })
}

/// The lane of that name on the way to one of these lines.
fn piece(network: &Network, here: &[&Line<'_>], name: &str, around: &Approaches) -> Option<Counted> {
    here.iter().find_map(|line| {
        let stretch = line.way.iter().find(|stretch| network.lane(stretch.lane).id == name)?;
        let lane = around.find(&network.lane(line.lane).id)?;
        Some(Counted { lane, from_m: stretch.to_line, to_m: stretch.from_line(network) })
    })
}

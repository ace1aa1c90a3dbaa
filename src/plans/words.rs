//! What is waived, in words: for the list of a run.

use std::collections::BTreeMap;

use intergreen_control::plan::{Relation, Waiver};
use intergreen_control::{Lamp, Millis};

use super::SignalPlan;
use super::meetings::{group, way};
use super::rings::arrow;
use crate::network::{MovementId, Network, Signal};

/// Lines about groups that say the same, in the order in which they first came up.
#[derive(Default)]
struct Lines(Vec<(String, Vec<u16>)>);

impl Lines {
    fn add(&mut self, what: String, group: u16) {
        match self.0.iter_mut().find(|l| l.0 == what) {
            Some((_, groups)) if groups.contains(&group) => {}
            Some((_, groups)) => groups.push(group),
            None => self.0.push((what, vec![group])),
        }
    }
}

/// Pairs with the same intergreen, shorter than the formula's.
struct Short {
    /// The least and the greatest of the formula's.
    formula: [Millis; 2],
    /// From which roads to which.
    roads: BTreeMap<String, Vec<String>>,
}

/// A signal whose groups are to be named.
struct Named<'a> {
    network: &'a Network,
    signal: &'a Signal,
}

impl Named<'_> {
    /// The first movement of a group; `None` for groups without traffic.
    fn first(&self, g: u16) -> Option<MovementId> {
        self.signal.movements.iter().copied().find(|&m| group(self.network, m) == Some(g))
    }

    /// The way of a group.
    fn way(&self, g: u16) -> String {
        self.first(g).map_or_else(|| format!("group {g}"), |m| arrow(&way(self.network, m)))
    }

    /// The road of a group.
    fn road(&self, g: u16) -> String {
        self.first(g).map_or_else(String::new, |m| way(self.network, m).0)
    }
}

/// The ways of each group, by the roads they lead from and to, each once: `a → b, a → c`. Empty for a group that no
/// vehicle uses.
pub fn ways(network: &Network, signal: &Signal) -> Vec<(u16, String)> {
    let of = |g: u16| {
        let mut found: Vec<String> = Vec::new();
        for &m in signal.movements.iter().filter(|&&m| group(network, m) == Some(g)) {
            let text = arrow(&way(network, m));
            if !found.contains(&text) {
                found.push(text);
            }
        }
        (g, found.join(", "))
    };
    (0..signal.groups).map(of).collect()
}

/// See [`SignalPlan::waived`].
pub(super) fn waived(plan: &SignalPlan, network: &Network) -> Vec<String> {
    let signal = &network.signals[plan.signal.index()];
    let named = Named { network, signal };
    let turns_on_red = |g: u16| signal.program.steps().iter().any(|s| s.lamps[usize::from(g)] == Lamp::TurnOnRed);
    let mut lines = Lines::default();
    let mut short: BTreeMap<Millis, Short> = BTreeMap::new();
    for waiver in plan.plan.waivers() {
        let used = |g: u16| named.first(g).is_some();
        match *waiver {
            Waiver::MissingYellow { group } if used(group) => lines.add("green ends without yellow".into(), group),
            Waiver::NeverServed { group } if used(group) && !turns_on_red(group) => {
                lines.add("never green".into(), group);
            }
            Waiver::ShortYellow { group, found } if used(group) => {
                lines.add(format!("yellow lasts {} s", found.seconds()), group);
            }
            Waiver::ShortGreen { group, found } if used(group) => {
                lines.add(format!("green lasts {} s", found.seconds()), group);
            }
            Waiver::SignalOff { group } if used(group) => {
                lines.add("switched off in parts of the program".into(), group)
            }
            Waiver::YellowTrap { group, oncoming } => {
                lines.add(format!("yellow trap, ends before the oncoming {}", named.way(oncoming)), group);
            }
            Waiver::UnsafePair { who, to } => {
                let how = if plan.plan.matrix().relation(who, to) == Relation::None {
                    "fully green together with"
                } else {
                    "treated as giving way, open together with"
                };
                lines.add(format!("UNSAFE, {how} {}", named.way(to)), who);
            }
            Waiver::Other { group, ref what } if used(group) => lines.add(what.clone(), group),
            Waiver::ShortClearance { from, to, found, formula } => {
                let entry = short.entry(found).or_insert(Short { formula: [formula; 2], roads: BTreeMap::new() });
                let [least, most] = entry.formula;
                entry.formula = [least.min(formula), most.max(formula)];
                let roads = entry.roads.entry(named.road(from)).or_default();
                let road = named.road(to);
                if !roads.contains(&road) {
                    roads.push(road);
                }
            }
            _ => {}
        }
    }
    for s in &plan.smoothed {
        if named.first(s.group).is_some() {
            lines.add(s.what(), s.group);
        }
    }
    let mut found = Vec::new();
    for (what, groups) in lines.0 {
        let mut ways: Vec<String> = Vec::new();
        groups.iter().map(|&g| named.way(g)).for_each(|w| {
            if !ways.contains(&w) {
                ways.push(w);
            }
        });
        let groups: Vec<String> = groups.iter().map(u16::to_string).collect();
        found.push(format!("signal '{}': {what}: groups {} ({})", signal.id, groups.join(" "), ways.join(", ")));
    }
    for (time, Short { formula: [least, most], roads }) in short {
        let formula = if least == most {
            format!("{}", most.seconds())
        } else {
            format!("{} to {}", least.seconds(), most.seconds())
        };
        let roads: Vec<String> =
            roads.into_iter().map(|(from, to)| format!("from '{from}' to '{}'", to.join("' '"))).collect();
        found.push(format!(
            "signal '{}': intergreen of {} s where the formula says {formula} s: {}",
            signal.id,
            time.seconds(),
            roads.join(", ")
        ));
    }
    found
}

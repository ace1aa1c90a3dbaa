//! Plans of our own for signals of a network: what a scenario's plan files say, and which lamps they switch.
//!
//! Terms
//! - **wiring**: which letters of the signal's program, numbered from 0 and called *heads* here, each group of the plan
//!   switches. Every head that somebody obeys is switched by one group; people on foot have no heads, since nobody walks
//!   in a simulation.
//! - **way**: what a group is named after, or is said to switch: a head by its number (`3`), or a street with the turns
//!   from it: `main:sr` is straight on and right, `main` all of them.

use std::sync::Arc;

use intergreen_control::plan::{DetectorMode, DetectorUse, Findings, GroupKind, Plan, PlanErrors, PlanSpec};
use serde::Serialize;

use super::SignalPlan;
use super::meetings::{group, way};
use crate::detectors::{Channel, Detectors, lay, zone_room};
use crate::network::{Direction, LaneId, Network, Signal, SignalId};

/// Which heads each group of a plan switches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Wiring {
    /// By group of the plan.
    heads: Vec<Vec<u16>>,
    /// By head, the group that switches it; `None`: nobody does.
    groups: Vec<Option<u16>>,
}

impl Wiring {
    /// The heads that a group switches.
    pub fn heads(&self, group: u16) -> &[u16] {
        self.heads.get(usize::from(group)).map_or(&[], Vec::as_slice)
    }

    /// The group that switches a head.
    pub fn group(&self, head: u16) -> Option<u16> {
        self.groups.get(usize::from(head)).copied().flatten()
    }
}

/// What a plan file comes to at a signal.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnPlan {
    /// The signal.
    pub signal: SignalId,
    /// The plan, with the detectors that it has there.
    pub plan: Arc<Plan>,
    /// Whom its groups switch.
    pub wiring: Wiring,
    /// Its detectors in the road.
    pub channels: Vec<Channel>,
    /// Where something lies otherwise than the file says, each beginning with the signal's name.
    pub notes: Vec<String>,
}

impl OwnPlan {
    /// As the plan of the signal.
    pub(super) fn signal_plan(&self) -> SignalPlan {
        SignalPlan {
            signal: self.signal,
            plan: self.plan.clone(),
            nema: None,
            smoothed: Vec::new(),
            opened: Vec::new(),
            notes: self.notes.clone(),
            no_rings: None,
            wiring: Some(self.wiring.clone()),
        }
    }
}

/// Most channels of a plan: a controller keeps a record for every number up to the highest.
const MOST_CHANNELS: u16 = 1024;
/// Most ways that are said of one group: no signal has as many lamps.
const MOST_WAYS: usize = 1000;
/// Most names that a finding lists.
const MOST_NAMES: usize = 20;

/// Fits a plan to a signal. `ways` says for some groups, by their names, which ways they switch; all others switch those
/// that they are named after. A plan without detectors in the road has those of `usual`.
///
/// # Errors
/// All that does not fit, and all that is wrong with the plan.
pub fn fit(
    network: &Network,
    signal: SignalId,
    mut spec: PlanSpec,
    ways: &[(String, Vec<String>)],
    usual: &Detectors,
) -> Result<OwnPlan, PlanErrors> {
    spec.check_sizes()?;
    let mut fitting = Fitting::new(network, signal);
    let wiring = fitting.wiring(&spec, ways);
    let mut channels = fitting.channels(&spec, usual);
    if spec.detectors.iter().all(|used| fitting.is_button(&spec, used)) {
        let buttons: Vec<u16> = channels.iter().map(|c| c.meaning.channel).collect();
        let free = (0..).filter(|number| !buttons.contains(number));
        let usual = usual.of(signal).iter().zip(free).map(|(c, number)| as_usual(c, number, &spec, &wiring));
        let usual: Vec<Channel> = usual.collect();
        spec.detectors.extend(usual.iter().map(|c| c.meaning.clone()));
        channels.extend(usual);
        channels.sort_by_key(|c| c.meaning.channel);
    }
    fitting.wrong.end()?;
    let notes = spec.detectors.iter().filter_map(|used| {
        let place = used.place.as_ref()?;
        let room = zone_room(network, signal, place).filter(|room| *room < place.length_m - 0.05)?;
        let (id, channel, length) = (&network.signals[signal.index()].id, used.channel, place.length_m);
        Some(format!(
            "signal '{id}': detector {channel}: its zone is {room:.1} m long, not {length} m: the way to the stop line of lane \
             '{}' is no longer",
            place.lane
        ))
    });
    let notes = notes.collect();
    Ok(OwnPlan { signal, plan: Arc::new(Plan::new(spec)?), wiring, channels, notes })
}

/// A usual channel with the groups of the plan in the place of heads, and a number that none of its buttons has.
fn as_usual(channel: &Channel, number: u16, spec: &PlanSpec, wiring: &Wiring) -> Channel {
    let mut channel = channel.clone();
    channel.meaning.channel = number;
    let heads = std::mem::take(&mut channel.meaning.groups);
    for group in heads.iter().filter_map(|h| wiring.group(h.parse().ok()?)) {
        let name = &spec.groups[usize::from(group)].name;
        if !channel.meaning.groups.contains(name) {
            channel.meaning.groups.push(name.clone());
        }
    }
    if channel.meaning.groups.is_empty() {
        channel.meaning.mode = DetectorMode::Count;
    }
    channel
}

/// What is found wrong while a plan is fitted.
struct Fitting<'a> {
    network: &'a Network,
    id: SignalId,
    signal: &'a Signal,
    wrong: Findings,
}

impl<'a> Fitting<'a> {
    fn new(network: &'a Network, id: SignalId) -> Self {
        Self { network, id, signal: &network.signals[id.index()], wrong: Findings::default() }
    }

    fn add(&mut self, element: String, problem: String) {
        self.wrong.add(element, problem);
    }

    /// Which heads the groups switch.
    fn wiring(&mut self, spec: &PlanSpec, ways: &[(String, Vec<String>)]) -> Wiring {
        let mut wiring = Wiring { heads: Vec::new(), groups: vec![None; usize::from(self.signal.groups)] };
        for (name, _) in ways.iter().filter(|w| spec.groups.iter().all(|g| g.name != w.0)) {
            if self.wrong.are_many() {
                break;
            }
            let names: Vec<&str> = spec.groups.iter().take(MOST_NAMES).map(|g| g.name.as_str()).collect();
            let problem = format!("is no group of the plan; expected one of: {}", names.join(", "));
            self.add(format!("group '{name}'"), problem);
        }
        for (number, spec_group) in (0..u16::MAX).zip(&spec.groups) {
            if self.wrong.are_many() {
                break;
            }
            let name = &spec_group.name;
            let said = ways.iter().find(|w| w.0 == *name).map(|w| &w.1[..]);
            let (list, is_said) = (said.unwrap_or(std::slice::from_ref(name)), said.is_some());
            let on_foot = spec_group.kind == GroupKind::Pedestrian;
            let mut heads: Vec<u16> = Vec::new();
            if list.len() > MOST_WAYS {
                let problem = format!("switches {} ways; expected at most {MOST_WAYS}", list.len());
                self.add(format!("group '{name}'"), problem);
            }
            for text in list.iter().take(MOST_WAYS) {
                match self.heads(text) {
                    Ok(found) => heads.extend(found),
                    // Nobody walks here, so that nobody misses a head.
                    Err(_) if on_foot && !is_said => {}
                    Err(problem) => self.add(format!("group '{name}'"), problem),
                }
            }
            heads.sort_unstable();
            heads.dedup();
            if let Some(&head) = heads.iter().find(|&&h| on_foot && self.is_obeyed(h)) {
                let problem = format!("is on foot, but vehicles obey {}", self.words(head));
                self.add(format!("group '{name}'"), problem);
            }
            for &head in &heads {
                match wiring.groups[usize::from(head)].replace(number) {
                    Some(other) if other != number => {
                        let (words, other) = (self.words(head), &spec.groups[usize::from(other)].name);
                        let problem =
                            format!("switches {words}, and so does '{other}'; expected one group for each way");
                        self.add(format!("group '{name}'"), problem);
                    }
                    _ => {}
                }
            }
            wiring.heads.push(heads);
        }
        for head in 0..self.signal.groups {
            if wiring.group(head).is_none() && self.is_obeyed(head) && self.wrong.count() == 0 {
                let problem = format!("none switches {}; expected a group for every way", self.words(head));
                self.add("groups".into(), problem);
            }
        }
        wiring
    }

    /// The heads of a way.
    fn heads(&self, text: &str) -> Result<Vec<u16>, String> {
        let most = self.signal.groups;
        if let Ok(head) = text.parse::<u16>() {
            let problem =
                || format!("there is no lamp {head} at signal '{}'; expected 0 to {}", self.signal.id, most - 1);
            return if head < most { Ok(vec![head]) } else { Err(problem()) };
        }
        let (name, turns) = text.rsplit_once(':').unwrap_or((text, "rslu"));
        let explicit = text.contains(':');
        if let Some(letter) = turns.chars().find(|&c| !"rslu".contains(c)) {
            return Err(format!("'{text}' has a turn '{letter}'; expected r, s, l or u (turning round)"));
        }
        let mut streets: Vec<&str> = Vec::new();
        let mut found: Vec<(char, u16)> = Vec::new();
        for &m in &self.signal.movements {
            let Some(head) = group(self.network, m) else { continue };
            let from = street(self.network, self.network.movement(m).from);
            if !streets.contains(&from) {
                streets.push(from);
            }
            if from == name {
                found.push((letter(self.network.movement(m).direction), head));
            }
        }
        if found.is_empty() {
            return Err(format!(
                "no street '{name}' arrives at signal '{}'; expected one of {} (as '{}:sr', with turns), or the number of \
                 a lamp, 0 to {}",
                self.signal.id,
                streets.join(", "),
                streets.first().unwrap_or(&""),
                most.saturating_sub(1)
            ));
        }
        if let Some(missing) = turns.chars().find(|&t| explicit && found.iter().all(|f| f.0 != t)) {
            return Err(format!("'{text}': nobody turns '{missing}' from '{name}'"));
        }
        Ok(found.into_iter().filter(|f| turns.contains(f.0)).map(|f| f.1).collect())
    }

    fn is_obeyed(&self, head: u16) -> bool {
        self.signal.movements.iter().any(|&m| group(self.network, m) == Some(head))
    }

    /// A head by its first way.
    fn words(&self, head: u16) -> String {
        let first = self.signal.movements.iter().find(|&&m| group(self.network, m) == Some(head));
        first.map_or_else(
            || format!("lamp {head}"),
            |&m| {
                let (from, to) = way(self.network, m);
                format!("{from} → {to} (lamp {head})")
            },
        )
    }

    /// The plan's detectors in the road.
    fn channels(&mut self, spec: &PlanSpec, usual: &Detectors) -> Vec<Channel> {
        let mut channels: Vec<Channel> = Vec::new();
        for used in &spec.detectors {
            if self.wrong.are_many() {
                break;
            }
            let element = format!("detector {}", used.channel);
            if used.channel >= MOST_CHANNELS {
                let problem = format!("is number {}; expected at most {}", used.channel, MOST_CHANNELS - 1);
                self.add(element, problem);
                continue;
            }
            let pieces = match &used.place {
                // Nobody presses a button here.
                None if self.is_button(spec, used) => Vec::new(),
                None => {
                    self.add(element, "has no place; expected one: a detector of vehicles has to lie somewhere".into());
                    continue;
                }
                Some(place) => match lay(self.network, usual, self.id, place) {
                    Ok(pieces) => pieces,
                    Err(problem) => {
                        self.add(element, problem);
                        continue;
                    }
                },
            };
            match channels.iter().find(|c| c.meaning.channel == used.channel) {
                Some(known) if known.pieces != pieces => {
                    self.add(element, "lies in two places; expected one, or numbers of their own".into());
                }
                Some(_) => {}
                None => channels.push(Channel { signal: self.id, pieces, meaning: used.clone() }),
            }
        }
        channels.sort_by_key(|c| c.meaning.channel);
        channels
    }

    /// Whether a detector is for people on foot only.
    fn is_button(&self, spec: &PlanSpec, used: &DetectorUse) -> bool {
        let on_foot = |name: &String| spec.groups.iter().any(|g| g.name == *name && g.kind == GroupKind::Pedestrian);
        !used.groups.is_empty() && used.groups.iter().all(on_foot)
    }
}

/// The street a lane belongs to: the last part of a street with a turn bay is its bay.
fn street(network: &Network, lane: LaneId) -> &str {
    let link = &network.link(network.lane(lane).link).id;
    link.strip_suffix(".bay").unwrap_or(link)
}

/// A head as a way with turns; by its number, if it lets several streets go or the street's name would be misread. `None`:
/// nobody obeys it.
pub(super) fn turns(network: &Network, signal: SignalId, head: u16) -> Option<String> {
    let movements = &network.signals[signal.index()].movements;
    let own = || movements.iter().filter(|&&m| group(network, m) == Some(head)).map(|&m| network.movement(m));
    let from = street(network, own().next()?.from);
    let letters: String = "rslu".chars().filter(|&c| own().any(|m| letter(m.direction) == c)).collect();
    let plain = own().all(|m| street(network, m.from) == from) && !from.contains(['\'', '"', ':']);
    Some(if plain { format!("{from}:{letters}") } else { head.to_string() })
}

/// The heads of a way; none if there is no such way.
pub(super) fn heads(network: &Network, signal: SignalId, way: &str) -> Vec<u16> {
    let mut found = Fitting::new(network, signal).heads(way).unwrap_or_default();
    found.sort_unstable();
    found.dedup();
    found
}

/// The letter of a turn.
const fn letter(direction: Direction) -> char {
    match direction {
        Direction::Right | Direction::PartRight => 'r',
        Direction::Straight | Direction::None => 's',
        Direction::Left | Direction::PartLeft => 'l',
        Direction::UTurn => 'u',
    }
}

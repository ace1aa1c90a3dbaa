//! Watches the lamps of all signals, and trusts no controller: a [`Monitor`](intergreen_control::Monitor) each, which
//! sees lamps only. Which groups must not be open together is worked out from geometry in [`mod@pairs`], by code that
//! the plans of the controllers do not share; which of them give way is taken from the scenario where it is written
//! down for the monitor. How short yellow and clearance may be comes from the file's own program.

mod pairs;

use intergreen_control::monitor::{Channel, Limits, Monitor as Watcher, Permissives, Relation, Trip};
use intergreen_control::plan::{self, Plan};
use intergreen_control::{Lamp, Millis, Program};
use serde::{Deserialize, Serialize};

use self::pairs::pairs;
use crate::network::{LaneId, MovementId, Network, Signal, SignalId};
use crate::plans::Wiring;

/// The movements that the programs of a network open in conflict with another, each with that other: when such a
/// program is run all the same, the first gives way to the second.
pub fn unprotected(network: &Network) -> Vec<(MovementId, MovementId)> {
    let mut found = Vec::new();
    for signal in &network.signals {
        for pair in pairs(network, signal) {
            if !signal.program.steps().iter().any(|s| pair.is_violated_by(&s.lamps)) {
                continue;
            }
            let of = |group: u16| {
                let has = move |m: &&MovementId| network.movement(**m).head.is_some_and(|h| h.group == group);
                signal.movements.iter().filter(has).copied()
            };
            let here = |m: MovementId| network.movement(m).junction;
            // Of ways that meet only further on, the part that meets gives way.
            let together = |a| of(pair.b).filter(move |&b| here(a) == here(b)).map(move |b| (a, b));
            found.extend(of(pair.a).flat_map(together));
        }
    }
    found
}

/// The pairs of a signal's groups that must not be open together, `false`, or not both fully green, `true`: then the
/// first is bound to give way. For comparison with plans, which work it out on their own.
pub fn conflicting(network: &Network, signal: SignalId) -> Vec<(u16, u16, bool)> {
    let pairs = pairs(network, &network.signals[signal.index()]);
    pairs.into_iter().map(|p| (p.a, p.b, p.yields)).collect()
}

/// Watches all signals.
#[derive(Clone, Debug)]
pub struct Monitor {
    watchers: Vec<Watcher>,
    /// Signals in conflict now.
    open: Vec<bool>,
    /// Seconds in which a signal had a conflicting pair open so far, all signals together.
    pub seconds: f64,
    trip: Option<(SignalId, Trip)>,
}

impl Monitor {
    /// Works out what may be open together from the network's geometry and right of way. With `allow_unsafe` pairs that
    /// a program opens itself are counted, but trip nothing.
    pub fn new(network: &Network, allow_unsafe: bool) -> Self {
        let watcher = |s: SignalId| Watcher::new(permissives(network, s, allow_unsafe), limits());
        let watchers: Vec<_> = (0..network.signals.len()).map(SignalId::new).map(watcher).collect();
        Self { open: vec![false; watchers.len()], watchers, seconds: 0.0, trip: None }
    }

    /// What a signal's plan and its monitor say differently about a pair of groups; the two were authored apart, and are
    /// compared before anything is switched. A plan may be stricter than the monitor, unless it comes from the same file
    /// as the monitor's permissives: then both say the same. `wiring` says which groups the plan's groups are, if not the same.
    pub fn disagreement(
        &self,
        network: &Network,
        signal: usize,
        plan: &Plan,
        wiring: Option<&Wiring>,
    ) -> Option<String> {
        let permissives = self.watchers[signal].permissives();
        let written = network.signals[signal].permissive.as_deref();
        let groups = network.signals[signal].groups;
        let of = |head: u16| wiring.map_or(Some(head), |wiring| wiring.group(head));
        // What nobody switches is never open.
        let between = |a, b| match (of(a), of(b)) {
            (Some(a), Some(b)) if a == b => plan::Relation::None,
            (Some(a), Some(b)) => plan.matrix().relation(a, b),
            _ => plan::Relation::Forbidden,
        };
        // A plan file was authored by somebody else than the scenario's list, and may keep more apart.
        let same = wiring.is_none();
        let listed = |a, b| written.is_some_and(|list| list.contains(&(a, b)));
        let agrees = |a: u16, b: u16| match permissives.relation(a, b) {
            _ if same && listed(a, b) && between(a, b) == plan::Relation::Forbidden => false,
            _ if listed(a, b) && between(b, a).yields() => false,
            Relation::Together => true,
            _ if permissives.conflict_waived(a, b) => true,
            Relation::Yielding if written.is_some() && between(a, b) != plan::Relation::Forbidden => {
                [(a, b), (b, a)].iter().any(|&(x, y)| listed(x, y) && between(x, y).yields())
            }
            Relation::Yielding => between(a, b) != plan::Relation::None || between(b, a) != plan::Relation::None,
            Relation::Conflicting => between(a, b) == plan::Relation::Forbidden,
        };
        let pairs = (0..groups).flat_map(|a| (0..a).flat_map(move |b| [(a, b), (b, a)]));
        let (a, b) = pairs.into_iter().find(|&(a, b)| !agrees(a, b))?;
        let signal = &network.signals[signal];
        let (x, y) = (way(network, signal, a), way(network, signal, b));
        if let (Some(group), true) = (of(a), of(a) == of(b) && wiring.is_some()) {
            let name = &plan.groups()[usize::from(group)].name;
            return Some(format!(
                "group '{name}' of its plan opens {x} and {y} together, which meet; expected groups of their own"
            ));
        }
        Some(match permissives.relation(a, b) {
            _ if written.is_none() => format!(
                "its plan lets groups {a} and {b} ({x} and {y}) open together, the monitor's permissives do not; \
                 expected both to agree"
            ),
            Relation::Conflicting => {
                format!("its plan lets {x} and {y} be green together; expected that in 'permissive' too, or in neither")
            }
            _ if listed(a, b) => {
                format!("'permissive' says that {x} gives way to {y}, its plan does not; expected both")
            }
            _ => format!("'permissive' says that {y} gives way to {x}, its plan does not; expected both"),
        })
    }

    /// Sees a lamp change of a signal.
    pub fn look(&mut self, signal: usize, at: Millis, group: u16, lamp: Lamp) {
        self.watchers[signal].handle_lamp(at, group, lamp);
    }

    /// Takes the lamps of a signal at `now` as one picture, after its changes.
    pub fn settle(&mut self, signal: usize, now: Millis) {
        let watcher = &mut self.watchers[signal];
        watcher.advance(now);
        self.open[signal] |= watcher.is_in_conflict();
        if let (None, Some(trip)) = (self.trip, watcher.trip()) {
            self.trip = Some((SignalId::new(signal), trip));
        }
    }

    /// Lets time reach `now` where lamps are in conflict; elsewhere it changes nothing.
    pub fn pass(&mut self, now: Millis) {
        if !self.open.contains(&true) {
            return;
        }
        for signal in 0..self.open.len() {
            if self.open[signal] {
                self.settle(signal, now);
                self.open[signal] = self.watchers[signal].is_in_conflict();
            }
        }
        self.seconds = self.watchers.iter().map(|w| w.conflict_time().seconds()).sum();
    }

    /// Signals with conflicting pairs open now.
    pub fn open_now(&self) -> impl Iterator<Item = SignalId> {
        self.open.iter().enumerate().filter(|s| *s.1).map(|(signal, _)| SignalId::new(signal))
    }

    /// The first trip, and whose: something is wrong with a plan or with the controller.
    pub const fn trip(&self) -> Option<(SignalId, Trip)> {
        self.trip
    }
}

/// The way of a group's first movement in words.
fn way(network: &Network, signal: &Signal, group: u16) -> String {
    let of_group = |m: &&MovementId| network.movement(**m).head.is_some_and(|h| h.group == group);
    let name = |lane: LaneId| network.link(network.lane(lane).link).id.trim_end_matches(".bay");
    let way = |&m: &MovementId| {
        let m = network.movement(m);
        format!("'{}' to '{}'", name(m.from), name(m.to))
    };
    signal.movements.iter().find(of_group).map_or_else(|| format!("group {group}"), way)
}

/// The state of a [`Monitor`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MonitorState {
    /// Each watcher's own.
    watchers: Vec<Vec<u8>>,
    open: Vec<bool>,
    seconds: f64,
    /// The signal that tripped first.
    tripped: Option<SignalId>,
}

impl Monitor {
    /// Its state.
    pub fn save(&self) -> MonitorState {
        let save = |w: &Watcher| {
            let mut bytes = Vec::new();
            w.save(&mut bytes);
            bytes
        };
        MonitorState {
            watchers: self.watchers.iter().map(save).collect(),
            open: self.open.clone(),
            seconds: self.seconds,
            tripped: self.trip.map(|(signal, _)| signal),
        }
    }

    /// Becomes what was saved by a monitor of the same signals.
    ///
    /// # Errors
    /// Says what does not fit. The monitor is then of no use.
    pub fn load(&mut self, state: &MonitorState) -> Result<(), String> {
        let n = self.watchers.len();
        let sums = state.seconds.is_finite() && state.seconds >= 0.0;
        if state.watchers.len() != n || state.open.len() != n || !sums {
            return Err("the monitor is of other signals".into());
        }
        for (watcher, bytes) in self.watchers.iter_mut().zip(&state.watchers) {
            watcher.load(bytes).map_err(|e| format!("the monitor: {e}"))?;
        }
        self.trip = match state.tripped {
            None => None,
            Some(signal) => {
                let trip = self.watchers.get(signal.index()).and_then(|w| w.trip());
                Some((signal, trip.ok_or("a signal is said to have tripped; its monitor knows nothing of it")?))
            }
        };
        self.open.clone_from(&state.open);
        self.seconds = state.seconds;
        Ok(())
    }
}

/// A simulation has no control loop that could stand still.
fn limits() -> Limits {
    Limits::default().with_stall(Millis::NEVER).unwrap_or_default()
}

/// What the groups of a signal may show together, and how; see [`Monitor::new`].
pub fn permissives(network: &Network, signal: SignalId, allow_unsafe: bool) -> Permissives {
    let signal = &network.signals[signal.index()];
    let mut permissives = Permissives::all(signal.groups);
    let program = &signal.program;
    // Pairs and groups are of the signal: there is nothing that could be refused.
    for pair in pairs(network, signal) {
        let (a, b) = (pair.a, pair.b);
        let _ = if pair.yields { permissives.allow_yielding(a, b) } else { permissives.forbid(a, b) };
        if allow_unsafe && program.steps().iter().any(|s| pair.is_violated_by(&s.lamps)) {
            let _ = permissives.waive_conflict(a, b);
            continue;
        }
        // Of a pair that yields, the monitor's clearance runs from full green to full green; but one may begin to give
        // way in the very moment in which the other opens.
        for (from, to) in [(a, b), (b, a)].into_iter().filter(|_| !pair.yields) {
            let floor = smallest_gap(program, from, to).min(yellow_floor(program, from));
            let _ = permissives.set_clearance(from, to, floor);
        }
    }
    for group in 0..signal.groups {
        let channel = Channel::vehicle().with_floor(yellow_floor(program, group));
        let _ = permissives.set_channel(group, channel);
        let lamps = || program.steps().iter().map(|s| s.lamps[usize::from(group)]);
        if lamps().any(|lamp| matches!(lamp, Lamp::Off | Lamp::Flashing)) {
            let _ = permissives.waive_sequence(group);
            let _ = permissives.waive_yellow(group);
        }
    }
    permissives
}

/// The least yellow that may follow a green: 2.7 s (MUTCD), or less if the program shows less.
fn yellow_floor(program: &Program, group: u16) -> Millis {
    let standard = Channel::vehicle().yellow_floor;
    let lamps = letters(program, group);
    let ends = (0..lamps.len()).filter(|&i| lamps[i].0.is_green() && !lamps[(i + 1) % lamps.len()].0.is_green());
    let yellow = ends.map(|i| {
        let after = (1..lamps.len()).map(|k| lamps[(i + k) % lamps.len()]);
        after.take_while(|l| l.0 == Lamp::Yellow).fold(Millis(0), |sum, l| sum + l.1)
    });
    yellow.fold(standard, Millis::min)
}

/// The smallest time from the end of `from`'s green to the next start of `to`'s, as the program has it.
fn smallest_gap(program: &Program, from: u16, to: u16) -> Millis {
    let (a, b) = (letters(program, from), letters(program, to));
    let n = a.len();
    let ends = (0..n).filter(|&i| a[i].0.is_green() && !a[(i + 1) % n].0.is_green());
    let gaps = ends.map(|i| {
        let until_green = (1..n).map(|k| b[(i + k) % n]).take_while(|l| !l.0.is_green());
        until_green.fold(Millis(0), |sum, l| sum + l.1)
    });
    gaps.min().unwrap_or(Millis(0))
}

/// What a program shows of one group: lamps and how long.
fn letters(program: &Program, group: u16) -> Vec<(Lamp, Millis)> {
    program.steps().iter().map(|s| (s.lamps[usize::from(group)], s.duration)).collect()
}

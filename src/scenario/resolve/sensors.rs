//! From what a file says of detectors to where they lie, and back.

use std::collections::{BTreeMap, BTreeSet};

use intergreen_control::Millis;
use intergreen_control::plan::{DetectorKind, DetectorMode};

use super::faults::{fault_file, message_file};
use super::{Step, Wrong, expected_names, steps, with, wrong};
use crate::detectors::{Layout, Own, Piece, Position, Special, way_to};
use crate::network::{LaneId, Network, SignalId};
use crate::scenario::format::{DetectorFile, DiagnosticsFile, KindFile, ModeFile, SensorsFile, WithoutFile};

/// Most detectors at a stop line of which it is said where they lie.
const MOST_AT_LINE: usize = 16;

/// Where the detectors of a file lie.
pub(in crate::scenario) fn layout(file: &SensorsFile, network: &Network) -> Result<Layout, Wrong> {
    let position = |time: f64, distance: Option<f64>| match distance {
        Some(m) => Some(Position::Metres(m as f32)),
        None => (time > 0.0).then_some(Position::Seconds(time as f32)),
    };
    let mut layout = Layout {
        stop_bar_m: (file.stop_bar > 0.0).then_some(file.stop_bar as f32),
        count: file.count,
        x: position(file.x_time, file.x_distance),
        input: position(file.in_time, file.in_distance),
        on_red: Millis::from_seconds(file.on_red_delay),
        without: Vec::new(),
        own: Vec::new(),
        of_plans: Vec::new(),
        faults: Vec::new(),
        messages: Vec::new(),
    };
    let usual = file.without.is_empty() && file.detectors.is_empty();
    if usual && file.faults.is_empty() && file.messages.is_empty() {
        return Ok(layout);
    }
    let names = Names::new(network);
    for (i, w) in file.without.iter().enumerate() {
        let lines = names.without(w, &steps!("sensors", "without", i))?;
        let kinds = w.kinds.iter().map(|&k| kind(k));
        layout.without.extend(kinds.flat_map(|k| lines.iter().map(move |&line| (line, k))));
    }
    let mut at_line = BTreeMap::new();
    for (i, d) in file.detectors.iter().enumerate() {
        let own = names.own(d, &steps!("sensors", "detectors", i))?;
        let here = at_line.entry(own.line).or_insert(0_usize);
        *here += 1;
        if *here > MOST_AT_LINE {
            let problem = format!("is the {here}th at the stop line of '{}'", network.lane(own.line).id);
            let path = steps!("sensors", "detectors", i);
            return wrong(path, format!("{problem}; expected at most {MOST_AT_LINE}"));
        }
        layout.own.push(own);
    }
    for (i, fault) in file.faults.iter().enumerate() {
        layout.faults.push(names.fault(fault, i)?);
    }
    for (i, fault) in file.messages.iter().enumerate() {
        layout.messages.push(names.message_fault(fault, i)?);
    }
    Ok(layout)
}

/// The file of a layout.
pub(in crate::scenario) fn sensors(layout: &Layout, network: &Network) -> SensorsFile {
    let usual = SensorsFile::default();
    let position = |position: Option<Position>| match position {
        None => (0.0, None),
        Some(Position::Seconds(s)) => (plain(s), None),
        Some(Position::Metres(m)) => (0.0, Some(plain(m))),
    };
    let ((x_time, x_distance), (in_time, in_distance)) = (position(layout.x), position(layout.input));
    let lane = |id: LaneId| network.lane(id).id.clone();
    let own = |o: &Own| DetectorFile {
        id: o.id.clone(),
        lane: lane(o.piece.lane),
        line: (o.piece.lane != o.line).then(|| lane(o.line)),
        kind: kind_file(o.kind),
        position: f64::from(o.piece.start),
        length: f64::from(o.piece.end) - f64::from(o.piece.start),
        mode: o.mode.and_then(|m| MODES.iter().find(|k| k.1 == m)).map(|k| k.0),
        groups: o.groups.clone(),
        locking: o.locking,
        delay: o.delay.map(Millis::seconds),
        extend: o.extend.seconds(),
        queue: o.special.queue,
        yellow_lock: o.special.yellow_lock,
        extend_limit: o.special.extend_limit.seconds(),
        added_initial: o.special.added_initial,
        switched: o.special.switched.clone(),
        diagnostics: DiagnosticsFile::of(&o.special.diagnostics),
    };
    let without = |&(line, kind): &(LaneId, DetectorKind)| WithoutFile {
        signal: None,
        lane: Some(lane(line)),
        kinds: vec![kind_file(kind)],
    };
    SensorsFile {
        stop_bar: layout.stop_bar_m.map_or(0.0, plain),
        count: layout.count,
        x_time,
        x_distance,
        in_time,
        in_distance,
        on_red_delay: layout.on_red.seconds(),
        without: layout.without.iter().map(without).collect(),
        detectors: layout.own.iter().map(own).collect(),
        faults: layout.faults.iter().map(|fault| fault_file(fault, network)).collect(),
        messages: layout.messages.iter().map(|fault| message_file(fault, network)).collect(),
        ..usual
    }
}

/// A number with the digits it was written with.
fn plain(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

const KINDS: [(KindFile, DetectorKind); 4] = [
    (KindFile::StopBar, DetectorKind::StopBar),
    (KindFile::Count, DetectorKind::Count),
    (KindFile::X, DetectorKind::X),
    (KindFile::In, DetectorKind::In),
];

const MODES: [(ModeFile, DetectorMode); 4] = [
    (ModeFile::CallAndExtend, DetectorMode::CallAndExtend),
    (ModeFile::Call, DetectorMode::Call),
    (ModeFile::Extend, DetectorMode::Extend),
    (ModeFile::Count, DetectorMode::Count),
];

/// What a detector is for, as a file has it.
pub(super) fn kind_file(kind: DetectorKind) -> KindFile {
    KINDS.iter().find(|k| k.1 == kind).map_or(KindFile::StopBar, |k| k.0)
}

/// What a detector is for, as the engine has it.
pub(super) fn kind(kind: KindFile) -> DetectorKind {
    KINDS.iter().find(|k| k.0 == kind).map_or(DetectorKind::StopBar, |k| k.1)
}

/// What a detector does, as the engine has it.
fn mode(mode: ModeFile) -> DetectorMode {
    MODES.iter().find(|k| k.0 == mode).map_or(DetectorMode::CallAndExtend, |k| k.1)
}

/// What there is, by name.
pub(super) struct Names<'a> {
    network: &'a Network,
    lanes: BTreeMap<&'a str, LaneId>,
    signals: BTreeMap<&'a str, SignalId>,
    /// Stop lines with a lamp.
    lines: Vec<LaneId>,
    /// Of each lane, the stop lines to which it leads.
    ways: BTreeMap<LaneId, Vec<LaneId>>,
}

impl<'a> Names<'a> {
    fn new(network: &'a Network) -> Self {
        let lines: Vec<LaneId> =
            (0..network.lanes.len()).map(LaneId::new).filter(|&l| signal_of(network, l).is_some()).collect();
        let mut ways: BTreeMap<LaneId, Vec<LaneId>> = BTreeMap::new();
        for &line in &lines {
            for stretch in way_to(network, line) {
                ways.entry(stretch.lane).or_default().push(line);
            }
        }
        Self {
            network,
            lanes: network.lanes.iter().enumerate().map(|(i, l)| (l.id.as_str(), LaneId::new(i))).collect(),
            signals: network.signals.iter().enumerate().map(|(i, s)| (s.id.as_str(), SignalId::new(i))).collect(),
            lines,
            ways,
        }
    }

    fn lane(&self, name: &str, path: Vec<Step>) -> Result<LaneId, Wrong> {
        match self.lanes.get(name) {
            Some(&lane) => Ok(lane),
            None => wrong(path, format!("no lane '{name}'; {}", expected_names(name, self.lanes.keys().copied()))),
        }
    }

    /// The lane that ends at a stop line with a lamp.
    pub(super) fn line(&self, name: &str, path: Vec<Step>) -> Result<LaneId, Wrong> {
        let lane = self.lane(name, path.clone())?;
        match self.lines.binary_search(&lane).is_ok() {
            true => Ok(lane),
            false => wrong(path, format!("no signal controls lane '{name}'; expected a lane that ends at a signal")),
        }
    }

    /// The signal of that name.
    pub(super) fn signal(&self, name: &str, path: Vec<Step>) -> Result<SignalId, Wrong> {
        match self.signals.get(name) {
            Some(&signal) => Ok(signal),
            None => wrong(path, format!("no signal '{name}'; {}", expected_names(name, self.signals.keys().copied()))),
        }
    }

    /// The stop lines that are meant.
    fn without(&self, w: &WithoutFile, at: &[Step]) -> Result<Vec<LaneId>, Wrong> {
        match (&w.signal, &w.lane) {
            (None, Some(lane)) => Ok(vec![self.line(lane, with(at, "lane"))?]),
            (Some(name), None) => {
                let signal = self.signal(name, with(at, "signal"))?;
                Ok(self.lines.iter().copied().filter(|&l| signal_of(self.network, l) == Some(signal)).collect())
            }
            (Some(_), Some(_)) => wrong(at.to_vec(), "names both a signal and a lane; expected one of them"),
            (None, None) => wrong(at.to_vec(), "names neither a signal nor a lane; expected one of them"),
        }
    }

    /// A detector of which it is said where it lies.
    fn own(&self, d: &DetectorFile, at: &[Step]) -> Result<Own, Wrong> {
        let lane = self.lane(&d.lane, with(at, "lane"))?;
        let leads = self.ways.get(&lane).map_or(&[][..], Vec::as_slice);
        let line = match &d.line {
            Some(name) => self.line(name, with(at, "line"))?,
            None => match leads {
                [only] => *only,
                [] => {
                    let problem = format!(
                        "'{}' is not on the way to a signal, as far as traffic there does not split; expected a lane \
                         that is",
                        d.lane
                    );
                    return wrong(with(at, "lane"), problem);
                }
                several => {
                    let names: Vec<&str> = several.iter().map(|&l| self.network.lane(l).id.as_str()).collect();
                    let problem = format!("is not given, and '{}' leads to {}", d.lane, names.join(", "));
                    return wrong(with(at, "line"), format!("{problem}; expected one of them"));
                }
            },
        };
        if !leads.contains(&line) {
            let (lane, line) = (&d.lane, &self.network.lane(line).id);
            let problem = format!("'{lane}' is not on the way to the stop line of '{line}'; expected a lane that is");
            return wrong(with(at, "lane"), problem);
        }
        let length = f64::from(self.network.lane(lane).length);
        // Lengths are sums of rounded numbers.
        if d.position + d.length > length + 0.01 {
            let (end, position) = (d.position + d.length, with(at, "position"));
            let problem = format!("ends at {end} m; lane '{}' is {length} m long", d.lane);
            return wrong(position, problem);
        }
        if let (Some(groups), Some(signal)) = (&d.groups, signal_of(self.network, line)) {
            let most = self.network.signals[signal.index()].groups;
            if let Some((i, group)) = groups.iter().enumerate().find(|(_, g)| **g >= most) {
                let mut path = with(at, "groups");
                path.push(Step::from(i));
                return wrong(path, format!("no group {group}; expected 0 to {}", most.saturating_sub(1)));
            }
            let counts = matches!(d.kind, KindFile::Count | KindFile::In);
            let usual = if counts { ModeFile::Count } else { ModeFile::CallAndExtend };
            if groups.is_empty() && d.mode.unwrap_or(usual) != ModeFile::Count {
                return wrong(with(at, "groups"), "is empty; expected at least one group, or mode: count");
            }
            if groups.iter().collect::<BTreeSet<_>>().len() < groups.len() {
                return wrong(with(at, "groups"), "names a group twice; expected each once");
            }
        }
        if let Some(signal) = signal_of(self.network, line) {
            let most = self.network.signals[signal.index()].groups;
            if let Some((i, group)) = d.switched.iter().enumerate().find(|(_, g)| **g >= most) {
                let mut path = with(at, "switched");
                path.push(Step::from(i));
                return wrong(path, format!("no group {group}; expected 0 to {}", most.saturating_sub(1)));
            }
        }
        if d.yellow_lock && d.locking == Some(false) {
            return wrong(with(at, "yellow_lock"), "is true, but locking is false; expected both, or neither");
        }
        let start = d.position as f32;
        let end = ((d.position + d.length) as f32).min(self.network.lane(lane).length);
        Ok(Own {
            id: d.id.clone(),
            line,
            kind: kind(d.kind),
            piece: Piece { lane, start, end },
            mode: d.mode.map(mode),
            groups: d.groups.clone(),
            locking: d.locking,
            delay: d.delay.map(Millis::from_seconds),
            extend: Millis::from_seconds(d.extend),
            special: Special {
                queue: d.queue,
                yellow_lock: d.yellow_lock,
                extend_limit: Millis::from_seconds(d.extend_limit),
                added_initial: d.added_initial,
                switched: d.switched.clone(),
                diagnostics: d.diagnostics.limits(),
            },
        })
    }
}

/// The signal that controls a lane.
fn signal_of(network: &Network, lane: LaneId) -> Option<SignalId> {
    let footway = network.lane(lane).permissions.is_footway();
    network.movements_of(lane).find_map(|m| network.movement(m).head).filter(|_| !footway).map(|h| h.signal)
}

#[cfg(test)]
#[path = "sensors_tests.rs"]
mod tests;

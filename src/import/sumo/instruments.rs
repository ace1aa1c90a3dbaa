//! Detectors and tables of additional files, as [`Instruments`].
//!
//! What SUMO can measure and we cannot (emissions, persons, detectors coupled to signals, …) is counted by name; an
//! instrument that would read something else than it says is left out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use intergreen_control::Millis;

use super::net::ADDITIONAL_ROOTS;
use super::time;
use crate::import::xml::{self, Element};
use crate::import::{ImportError, Report};
use crate::instruments::{Area, CrossSection, Gates, Halting, InductionLoop, Instrument, Instruments, LampLog, Table};
use crate::network::{Direction, LaneId, LinkId, Movement, Network, SignalId};

/// The elements read here.
pub(super) const INSTRUMENTS: &[&str] = &[
    "e1Detector",
    "inductionLoop",
    "e2Detector",
    "laneAreaDetector",
    "e3Detector",
    "entryExitDetector",
    "edgeData",
    "laneData",
    "timedEvent",
];

/// Slack between a place on a lane and the lane's end, m (SUMO: POSITION_EPS).
const END_SLACK: f64 = 0.1;

/// Reads the instruments of `files`. What cannot be measured is counted in `report`.
///
/// # Errors
/// If a file cannot be read, or an instrument lies where there is no lane.
pub fn read_instruments(files: &[PathBuf], network: &Network, report: &mut Report) -> Result<Instruments, ImportError> {
    let mut reader = Reader::new(network, report);
    for file in files {
        xml::read(file, ADDITIONAL_ROOTS, |element| reader.element(file, &element))?;
    }
    Ok(reader.found)
}

/// Reads the detectors on single lanes (e1, e2) of `files` that a signal could see, those included whose intervals are a
/// signal's.
///
/// # Errors
/// As [`read_instruments`].
pub fn read_at_signals(files: &[PathBuf], network: &Network) -> Result<Instruments, ImportError> {
    // What cannot be used has been counted with the instruments.
    let mut report = Report::default();
    let mut reader = Reader { of_signals: true, ..Reader::new(network, &mut report) };
    for file in files {
        xml::read(file, ADDITIONAL_ROOTS, |element| match element.name.as_str() {
            "edgeData" | "laneData" | "timedEvent" => Ok(()),
            _ => reader.element(file, &element),
        })?;
    }
    Ok(reader.found)
}

/// Reads instruments, file after file.
struct Reader<'a> {
    network: &'a Network,
    lanes: HashMap<&'a str, LaneId>,
    links: HashMap<&'a str, LinkId>,
    report: &'a mut Report,
    found: Instruments,
    /// Whether detectors with the intervals of a signal are read, too.
    of_signals: bool,
}

impl<'a> Reader<'a> {
    fn new(network: &'a Network, report: &'a mut Report) -> Self {
        let lanes = network.lanes.iter().enumerate().map(|(i, l)| (l.id.as_str(), LaneId::new(i))).collect();
        let links = network.links.iter().enumerate().map(|(i, l)| (l.id.as_str(), LinkId::new(i))).collect();
        Self { network, lanes, links, report, found: Instruments::default(), of_signals: false }
    }

    /// One child of a root.
    fn element(&mut self, file: &Path, e: &Element) -> Result<(), ImportError> {
        match e.name.as_str() {
            "e1Detector" | "inductionLoop" => self.induction_loop(file, e),
            "e2Detector" | "laneAreaDetector" => self.area(file, e),
            "e3Detector" | "entryExitDetector" => self.gates(file, e),
            "edgeData" | "laneData" => self.table(file, e),
            "timedEvent" => self.lamp_log(file, e),
            _ => Ok(()),
        }
    }

    fn induction_loop(&mut self, file: &Path, e: &Element) -> Result<(), ImportError> {
        let Some(lane) = self.lane(file, e, e.need(file, "lane")?)? else { return Ok(()) };
        let instrument = self.instrument(file, e, &["lane", "pos", "length", "friendlyPos"])?;
        let length = self.not_negative(file, e, "length", 0.0)?;
        let position = self.place(file, e, "pos", lane, e.need_number(file, "pos")?)?;
        if position + length > self.length(lane) {
            return Err(e.error(file, format!("pos + length is beyond the end of the lane, {} m", self.length(lane))));
        }
        self.found.loops.push(InductionLoop { instrument, lane, position, length });
        Ok(())
    }

    fn area(&mut self, file: &Path, e: &Element) -> Result<(), ImportError> {
        if let Some(what) = ["tl", "to"].iter().find(|a| e.get(a).is_some() && !self.of_signals) {
            self.report.count(format!("<{}> with '{what}' (intervals of a signal) left out", e.name), || e.label());
            return Ok(());
        }
        let names = match (e.get("lanes"), e.get("lane")) {
            (Some(list), _) => list.split_whitespace().collect(),
            (None, Some(lane)) => vec![lane],
            (None, None) => return Err(e.error(file, "attribute 'lane' is missing")),
        };
        let mut lanes = Vec::new();
        for name in names {
            match self.lane(file, e, name)? {
                Some(lane) => lanes.push(lane),
                None => return Ok(()),
            }
        }
        const OWN: &[&str] = &[
            "lane",
            "lanes",
            "pos",
            "endPos",
            "length",
            "friendlyPos",
            "timeThreshold",
            "speedThreshold",
            "jamThreshold",
            "cont",
        ];
        let instrument = self.instrument(file, e, OWN)?;
        // Checked and not used: SUMO does not either (see the detector).
        self.not_negative(file, e, "jamThreshold", 10.0)?;
        let halting = self.halting(file, e)?;
        let [mut first, mut last] = match lanes[..] {
            [] => return Err(e.error(file, "lanes=\"\"; expected at least one lane")),
            [a, .., b] => [a, b],
            [a] => [a, a],
        };
        let pos = e.number(file, "pos")?.map(|x| self.place(file, e, "pos", first, x)).transpose()?;
        let end_pos = e.number(file, "endPos")?.map(|x| self.place(file, e, "endPos", last, x)).transpose()?;
        let length = e.number(file, "length")?.filter(|l| *l > 0.0);
        let (start, end) = match (pos, end_pos, length) {
            // The length says how far it reaches, over as many lanes as it takes.
            (Some(start), None, Some(length)) if lanes.len() == 1 => {
                let end = self.extend(&mut lanes, start, length, true);
                (start, end)
            }
            (None, Some(end), Some(length)) if lanes.len() == 1 => {
                let beyond = self.length(last) - end;
                let start = self.extend(&mut lanes, beyond, length, false);
                (start, end)
            }
            (start, end, _) => (start.unwrap_or(0.0), end.unwrap_or_else(|| self.length(last))),
        };
        (first, last) = (lanes[0], lanes[lanes.len() - 1]);
        let follows = |w: &[LaneId]| self.network.movements_of(w[0]).any(|m| self.network.movement(m).next == w[1]);
        if let Some(w) = lanes.windows(2).find(|w| !follows(w)) {
            let [a, b] = [w[0], w[1]].map(|l| &self.network.lane(l).id);
            return Err(e.error(file, format!("lane '{b}' does not follow lane '{a}'; expected consecutive lanes")));
        }
        if first == last && start >= end {
            return Err(e.error(file, format!("starts at {start} m and ends at {end} m; expected to end behind that")));
        }
        // SUMO takes a rim that narrow as belonging to the detector.
        let start = if start < END_SLACK { 0.0 } else { start };
        let end = if end > self.length(last) - END_SLACK { self.length(last) } else { end };
        self.found.areas.push(Area { instrument, lanes, start, end, halting });
        Ok(())
    }

    fn gates(&mut self, file: &Path, e: &Element) -> Result<(), ImportError> {
        let own = ["timeThreshold", "speedThreshold", "openEntry", "expectArrival", "pos", "friendlyPos"];
        let instrument = self.instrument(file, e, &own)?;
        let halting = self.halting(file, e)?;
        let (mut entries, mut exits) = (Vec::new(), Vec::new());
        for child in &e.children {
            let list = match child.name.as_str() {
                "detEntry" => &mut entries,
                "detExit" => &mut exits,
                other => {
                    self.report.count(format!("<{other}> in <{}>", e.name), || e.label());
                    continue;
                }
            };
            let Some(lane) = self.lane(file, child, child.need(file, "lane")?)? else { return Ok(()) };
            let position = self.place(file, child, "pos", lane, child.need_number(file, "pos")?)?;
            list.push(CrossSection { lane, position });
        }
        self.found.gates.push(Gates { instrument, entries, exits, halting });
        Ok(())
    }

    fn table(&mut self, file: &Path, e: &Element) -> Result<(), ImportError> {
        if let Some(kind) = e.get("type").filter(|t| !matches!(*t, "" | "traffic" | "performance")) {
            self.report.count(format!("<{}> of type '{kind}' left out", e.name), || e.label());
            return Ok(());
        }
        const OWN: &[&str] = &[
            "type",
            "begin",
            "end",
            "excludeEmpty",
            "withInternal",
            "maxTraveltime",
            "minSamples",
            "speedThreshold",
            "edges",
        ];
        let mut instrument = self.instrument(file, e, OWN)?;
        instrument.begin = self.time(file, e, "begin")?;
        // SUMO's own word for "no end" is a negative time.
        instrument.end = self.time(file, e, "end")?.filter(|t| t.0 >= 0);
        let mut links = Vec::new();
        for name in e.get("edges").unwrap_or_default().split([' ', ',']).filter(|n| !n.is_empty()) {
            match self.links.get(name) {
                Some(link) => links.push(*link),
                None => return Err(e.error(file, format!("edges: '{name}' is not a known edge"))),
            }
        }
        let mut table = Table::new(instrument, e.name == "laneData");
        table.internal = e.flag(file, "withInternal")?.unwrap_or(false);
        table.free_flow = e.get("excludeEmpty") == Some("defaults");
        table.empty = table.free_flow || !e.flag(file, "excludeEmpty")?.unwrap_or(false);
        table.links = links;
        table.waiting_speed = self.not_negative(file, e, "speedThreshold", table.waiting_speed)?;
        table.longest_time = self.not_negative(file, e, "maxTraveltime", table.longest_time)?;
        table.least_samples = self.not_negative(file, e, "minSamples", table.least_samples)?;
        self.found.tables.push(table);
        Ok(())
    }

    fn lamp_log(&mut self, file: &Path, e: &Element) -> Result<(), ImportError> {
        let changes_only = match e.need(file, "type")? {
            "SaveTLSStates" => false,
            "SaveTLSSwitchStates" => true,
            other => {
                self.report.count(format!("<timedEvent> of type '{other}'"), || e.label());
                return Ok(());
            }
        };
        let name = e.get("source").unwrap_or_default();
        let all = &self.network.signals;
        let signals: Vec<SignalId> =
            (0..all.len()).filter(|&i| name.is_empty() || all[i].id == name).map(SignalId::new).collect();
        if signals.is_empty() && !name.is_empty() {
            return Err(e.error(file, format!("source=\"{name}\" is not a known tlLogic")));
        }
        self.found.lamps.push(LampLog { file: e.need(file, "dest")?.to_owned(), signals, changes_only });
        Ok(())
    }

    /// What all instruments have in common. Attributes that are neither common nor its `own` are counted.
    fn instrument(&mut self, file: &Path, e: &Element, own: &[&str]) -> Result<Instrument, ImportError> {
        const COMMON: &[&str] = &["id", "name", "file", "period", "freq", "vTypes"];
        let known = |name: &str| COMMON.contains(&name) || own.contains(&name);
        for (name, _) in e.attributes.iter().filter(|(name, _)| !known(name)) {
            self.report.count(format!("<{}> attribute '{name}'", e.name), || e.label());
        }
        let attribute = if e.get("period").is_some() { "period" } else { "freq" };
        // A negative period is SUMO's word for none.
        let period = self.time(file, e, attribute)?.filter(|p| p.0 > 0);
        let types = e.get("vTypes").unwrap_or_default().split([' ', ',']).filter(|t| !t.is_empty());
        Ok(Instrument {
            id: e.need(file, "id")?.to_owned(),
            file: e.get("file").unwrap_or_default().to_owned(),
            period,
            begin: None,
            end: None,
            types: types.map(str::to_owned).collect(),
        })
    }

    /// A time, if the attribute is present.
    fn time(&self, file: &Path, e: &Element, name: &str) -> Result<Option<Millis>, ImportError> {
        let Some(text) = e.get(name) else { return Ok(None) };
        let wrong = || e.error(file, format!("{name}=\"{text}\" is not a time; expected seconds or h:m:s"));
        time::parse(text).map(Some).ok_or_else(wrong)
    }

    /// A number ≥ 0.
    fn not_negative(&self, file: &Path, e: &Element, name: &str, default: f64) -> Result<f64, ImportError> {
        match e.number(file, name)? {
            Some(v) if v < 0.0 => Err(e.error(file, format!("{name}=\"{v}\"; expected a number ≥ 0"))),
            v => Ok(v.unwrap_or(default)),
        }
    }

    /// What counts as halting.
    fn halting(&self, file: &Path, e: &Element) -> Result<Halting, ImportError> {
        let default = Halting::default();
        let speed = self.not_negative(file, e, "speedThreshold", default.speed)?;
        let time = self.time(file, e, "timeThreshold")?.unwrap_or(default.time);
        Ok(Halting { speed, time })
    }

    /// A lane by name; `None` for a way on foot, which is counted: those inside junctions are not in the network.
    fn lane(&mut self, file: &Path, e: &Element, name: &str) -> Result<Option<LaneId>, ImportError> {
        match self.lanes.get(name) {
            Some(lane) => Ok(Some(*lane)),
            None if name.starts_with(':') => {
                self.report.count(format!("<{}> on a way on foot left out", e.name), || e.label());
                Ok(None)
            }
            None => Err(e.error(file, format!("lane=\"{name}\" is not a known lane"))),
        }
    }

    /// A lane's length, m.
    fn length(&self, lane: LaneId) -> f64 {
        f64::from(self.network.lane(lane).length)
    }

    /// A place on a lane, m from its start; negative ones count from its end.
    fn place(&self, file: &Path, e: &Element, name: &str, lane: LaneId, value: f64) -> Result<f64, ImportError> {
        let length = self.length(lane);
        let place = if value < 0.0 { length + value } else { value };
        if (0.0..=length).contains(&place) {
            return Ok(place);
        }
        if e.flag(file, "friendlyPos")?.unwrap_or(false) {
            return Ok(if place < 0.0 { 0.0 } else { (length - END_SLACK).max(0.0) });
        }
        Err(e.error(file, format!("{name}=\"{value}\"; lane '{}' is {length} m long", self.network.lane(lane).id)))
    }

    /// Adds lanes ahead of the last (behind the first, if not `ahead`) until the detector is `length` m long; `used`:
    /// part of the only lane so far that does not belong to it. Returns the place of its other border.
    fn extend(&self, lanes: &mut Vec<LaneId>, used: f64, length: f64, ahead: bool) -> f64 {
        let mut rest = length + used;
        let mut lane = lanes[0];
        loop {
            rest -= self.length(lane);
            let next = if ahead { self.next(lane) } else { self.previous(lane) };
            let Some(next) = next.filter(|next| rest >= END_SLACK && !lanes.contains(next)) else { break };
            lane = next;
            let place = if ahead { lanes.len() } else { 0 };
            lanes.insert(place, lane);
        }
        let over = (-rest).max(0.0);
        if ahead { self.length(lane) - over } else { over }
    }

    /// The lane that goes straightest on, as far as the order of movements tells.
    fn next(&self, lane: LaneId) -> Option<LaneId> {
        let all: Vec<_> = self.network.movements_of(lane).map(|m| self.network.movement(m)).collect();
        let straight = all.iter().find(|m| m.direction == Direction::Straight);
        straight.or(all.first()).map(|m| m.next)
    }

    /// The lane from which one comes straightest.
    fn previous(&self, lane: LaneId) -> Option<LaneId> {
        let all: Vec<_> = self.network.lane(lane).incoming.iter().map(|&m| self.network.movement(m)).collect();
        let entry = |m: &Movement| self.network.movement(m.entry).direction;
        let straight = all.iter().find(|m| entry(m) == Direction::Straight);
        straight.or(all.first()).map(|m| m.from)
    }
}

//! From what a file wants measured to instruments, and back.

use std::collections::BTreeMap;

use intergreen_control::Millis;

use super::{Step, Wrong, expected_names, steps, with, wrong};
use crate::instruments::{
    Area, CrossSection, Gates, Halting, InductionLoop, Instrument, Instruments, LampLog, Outputs, Table,
};
use crate::network::{LaneId, LinkId, Network, SignalId};
use crate::scenario::format::{
    AreaFile, GateFile, GatesFile, LampLogFile, LoopFile, MeasuresFile, SectionFile, TableFile,
};

/// The names of what can be measured.
struct Names<'a> {
    lanes: BTreeMap<&'a str, LaneId>,
    links: BTreeMap<&'a str, LinkId>,
    signals: BTreeMap<&'a str, SignalId>,
}

/// The thing of a kind with that name.
fn find<T: Copy>(known: &BTreeMap<&str, T>, kind: &str, name: &str, path: Vec<Step>) -> Result<T, Wrong> {
    match known.get(name) {
        Some(&id) => Ok(id),
        None => wrong(path, format!("no {kind} '{name}'; {}", expected_names(name, known.keys().copied()))),
    }
}

/// The instruments that a file asks for.
pub(in crate::scenario) fn instruments(file: &MeasuresFile, network: &Network) -> Result<Instruments, Wrong> {
    let names = Names {
        lanes: network.lanes.iter().enumerate().map(|(i, l)| (l.id.as_str(), LaneId::new(i))).collect(),
        links: network.links.iter().enumerate().map(|(i, l)| (l.id.as_str(), LinkId::new(i))).collect(),
        signals: network.signals.iter().enumerate().map(|(i, s)| (s.id.as_str(), SignalId::new(i))).collect(),
    };
    let mut out = Instruments::default();
    for (i, l) in file.loops.iter().enumerate() {
        let at = steps!("measures", "loops", i);
        let lane = names.gate(network, (&l.lane, l.position), &at)?.lane;
        let instrument = instrument(&l.id, &l.readings);
        out.loops.push(InductionLoop { instrument, lane, position: l.position, length: l.length });
    }
    for (i, a) in file.areas.iter().enumerate() {
        let at = steps!("measures", "areas", i);
        let each =
            |(k, name): (usize, &String)| find(&names.lanes, "lane", name, steps!("measures", "areas", i, "lanes", k));
        let lanes: Vec<LaneId> = a.lanes.iter().enumerate().map(each).collect::<Result<_, _>>()?;
        if lanes.is_empty() {
            return wrong(with(&at, "lanes"), "names no lane; expected at least one");
        }
        let halting = Halting { speed: a.halting_speed, time: Millis::from_seconds(a.halting_time) };
        let instrument = instrument(&a.id, &a.readings);
        out.areas.push(Area { instrument, lanes, start: a.start, end: a.end, halting });
    }
    for (i, g) in file.gates.iter().enumerate() {
        let gates = |list: &[GateFile], field: &str| {
            let each = |(k, gate): (usize, &GateFile)| {
                names.gate(network, (&gate.lane, gate.position), &steps!("measures", "gates", i, field, k))
            };
            list.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()
        };
        out.gates.push(Gates {
            instrument: instrument(&g.id, &g.readings),
            entries: gates(&g.entries, "entries")?,
            exits: gates(&g.exits, "exits")?,
            halting: Halting { speed: g.halting_speed, time: Millis::from_seconds(g.halting_time) },
        });
    }
    for (i, t) in file.tables.iter().enumerate() {
        let each = |(k, name): (usize, &String)| {
            find(&names.links, "street", name, steps!("measures", "tables", i, "streets", k))
        };
        out.tables.push(Table {
            instrument: instrument(&t.id, &t.readings),
            by_lane: t.by_lane,
            internal: t.internal,
            empty: t.empty,
            free_flow: t.free_flow,
            links: t.streets.iter().enumerate().map(each).collect::<Result<_, _>>()?,
            waiting_speed: t.waiting_speed,
            longest_time: t.longest_time,
            least_samples: t.least_samples,
        });
    }
    for (i, l) in file.lamps.iter().enumerate() {
        let each = |(k, name): (usize, &String)| {
            find(&names.signals, "signal", name, steps!("measures", "lamps", i, "signals", k))
        };
        let signals = l.signals.iter().enumerate().map(each).collect::<Result<_, _>>()?;
        out.lamps.push(LampLog { file: l.file.clone(), signals, changes_only: l.changes_only });
    }
    Ok(out)
}

impl Names<'_> {
    /// A cross-section.
    fn gate(&self, network: &Network, gate: (&str, f64), at: &[Step]) -> Result<CrossSection, Wrong> {
        let (name, position) = gate;
        let lane = find(&self.lanes, "lane", name, with(at, "lane"))?;
        let length = f64::from(network.lane(lane).length);
        // A detector at the end of a lane may be off by what lengths are rounded to.
        if position > length + 0.1 {
            return wrong(with(at, "position"), format!("{position} m; expected 0 to {length} m, the lane's length"));
        }
        Ok(CrossSection { lane, position })
    }
}

fn instrument(id: &str, readings: &SectionFile) -> Instrument {
    Instrument {
        id: id.to_owned(),
        file: readings.file.clone(),
        period: readings.period.map(Millis::from_seconds),
        begin: readings.begin.map(Millis::from_seconds),
        end: readings.end.map(Millis::from_seconds),
        types: readings.types.clone(),
    }
}

/// The names of files that a file asks for.
pub(in crate::scenario) fn outputs(file: &MeasuresFile) -> Outputs {
    Outputs {
        tripinfo: file.tripinfo.clone(),
        summary: file.summary.clone(),
        fcd: file.fcd.clone(),
        fcd_period: file.fcd_period.map(Millis::from_seconds),
        edge_data: file.edge_data.clone(),
        lane_data: file.lane_data.clone(),
    }
}

/// What a file says of instruments and of the names of files.
pub(in crate::scenario) fn measures(instruments: &Instruments, outputs: &Outputs, network: &Network) -> MeasuresFile {
    let lane = |l: LaneId| network.lane(l).id.clone();
    let gate = |g: &CrossSection| GateFile { lane: lane(g.lane), position: g.position };
    let readings = |i: &Instrument| SectionFile {
        file: i.file.clone(),
        period: i.period.map(Millis::seconds),
        begin: i.begin.map(Millis::seconds),
        end: i.end.map(Millis::seconds),
        types: i.types.clone(),
    };
    MeasuresFile {
        tripinfo: outputs.tripinfo.clone(),
        summary: outputs.summary.clone(),
        fcd: outputs.fcd.clone(),
        fcd_period: outputs.fcd_period.map(Millis::seconds),
        edge_data: outputs.edge_data.clone(),
        lane_data: outputs.lane_data.clone(),
        loops: instruments
            .loops
            .iter()
            .map(|l| LoopFile {
                id: l.instrument.id.clone(),
                lane: lane(l.lane),
                position: l.position,
                length: l.length,
                readings: readings(&l.instrument),
            })
            .collect(),
        areas: instruments
            .areas
            .iter()
            .map(|a| AreaFile {
                id: a.instrument.id.clone(),
                lanes: a.lanes.iter().map(|&l| lane(l)).collect(),
                start: a.start,
                end: a.end,
                halting_speed: a.halting.speed,
                halting_time: a.halting.time.seconds(),
                readings: readings(&a.instrument),
            })
            .collect(),
        gates: instruments
            .gates
            .iter()
            .map(|g| GatesFile {
                id: g.instrument.id.clone(),
                entries: g.entries.iter().map(gate).collect(),
                exits: g.exits.iter().map(gate).collect(),
                halting_speed: g.halting.speed,
                halting_time: g.halting.time.seconds(),
                readings: readings(&g.instrument),
            })
            .collect(),
        tables: instruments
            .tables
            .iter()
            .map(|t| TableFile {
                id: t.instrument.id.clone(),
                by_lane: t.by_lane,
                internal: t.internal,
                empty: t.empty,
                free_flow: t.free_flow,
                streets: t.links.iter().map(|&l| network.link(l).id.clone()).collect(),
                waiting_speed: t.waiting_speed,
                longest_time: t.longest_time,
                least_samples: t.least_samples,
                readings: readings(&t.instrument),
            })
            .collect(),
        lamps: instruments
            .lamps
            .iter()
            .map(|l| LampLogFile {
                file: l.file.clone(),
                signals: l.signals.iter().map(|s| network.signals[s.index()].id.clone()).collect(),
                changes_only: l.changes_only,
            })
            .collect(),
    }
}

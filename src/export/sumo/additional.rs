//! Stopping places and instruments.
//!
//! An instrument writes next to its file, under the last part of the name that the scenario gave: never elsewhere.

use std::io::{Result, Write};

use super::names::{Names, cleaned};
use super::xml::{Tag, Xml};
use super::{Scenario, seconds};
use crate::instruments::{Area, CrossSection, Gates, Halting, InductionLoop, Instrument, LampLog, Table};
use crate::network::{LaneId, Network};

/// Where instruments write that name no file.
const READINGS: &str = "readings.xml";

/// Writes all of it.
pub fn write(s: &Scenario<'_>, names: &Names, out: &mut dyn Write) -> Result<()> {
    let mut xml = Xml::begin(out, Tag::new("additional"))?;
    for (place, name) in s.places.iter().zip(&names.places) {
        let tag = Tag::new("busStop").with("id", name).with("lane", names.lane(s.network, place.lane));
        xml.leaf(tag.with("startPos", place.start).with("endPos", place.end))?;
    }
    let writer = Instrumentation { s, names, network: s.network };
    let i = s.instruments;
    i.loops.iter().try_for_each(|l| writer.induction_loop(l, &mut xml))?;
    i.areas.iter().try_for_each(|a| writer.area(a, &mut xml))?;
    i.gates.iter().try_for_each(|g| writer.gates(g, &mut xml))?;
    i.tables.iter().try_for_each(|t| writer.table(t, &mut xml))?;
    i.lamps.iter().try_for_each(|l| writer.lamp_log(l, &mut xml))?;
    xml.end("additional")
}

/// The last part of a file's name; words of SUMO's that mean no file stay.
pub fn file_name(wish: &str) -> String {
    let wish = wish.trim();
    if wish.eq_ignore_ascii_case("nul") || wish == "/dev/null" {
        return "NUL".to_owned();
    }
    let last = wish.rsplit(['/', '\\']).next().unwrap_or_default();
    match last {
        "" | "." | ".." | "-" | "stdout" | "stderr" => READINGS.to_owned(),
        last => last.chars().map(|c| if c.is_control() || "<>:\"|?*,;".contains(c) { '_' } else { c }).collect(),
    }
}

/// What instruments need to know of names.
struct Instrumentation<'a> {
    s: &'a Scenario<'a>,
    names: &'a Names,
    network: &'a Network,
}

impl Instrumentation<'_> {
    fn lane(&self, lane: LaneId) -> String {
        self.names.lane(self.network, lane)
    }

    /// What they have in common.
    fn common(&self, element: &'static str, i: &Instrument) -> Tag {
        let known = |name: &String| self.s.types.iter().position(|t| t.id == *name);
        let types: Vec<&str> = i.types.iter().filter_map(known).map(|t| self.names.types[t].as_str()).collect();
        let tag = Tag::new(element).with("id", cleaned(&i.id)).with("file", file_name(&i.file));
        let tag = tag.maybe("period", i.period.map(seconds));
        let tag = tag.maybe("begin", i.begin.map(seconds)).maybe("end", i.end.map(seconds));
        if types.is_empty() { tag } else { tag.with("vTypes", types.join(" ")) }
    }

    fn induction_loop(&self, l: &InductionLoop, xml: &mut Xml<'_>) -> Result<()> {
        let tag = self.common("inductionLoop", &l.instrument).with("lane", self.lane(l.lane)).with("pos", l.position);
        xml.leaf(if l.length > 0.0 { tag.with("length", l.length) } else { tag })
    }

    fn area(&self, a: &Area, xml: &mut Xml<'_>) -> Result<()> {
        let lanes: Vec<String> = a.lanes.iter().map(|&lane| self.lane(lane)).collect();
        let tag = self.common("laneAreaDetector", &a.instrument).with("lanes", lanes.join(" "));
        xml.leaf(halting(tag.with("pos", a.start).with("endPos", a.end), &a.halting))
    }

    fn gates(&self, g: &Gates, xml: &mut Xml<'_>) -> Result<()> {
        xml.open(halting(self.common("entryExitDetector", &g.instrument), &g.halting))?;
        let mut sides = |element: &'static str, list: &[CrossSection]| {
            list.iter()
                .try_for_each(|c| xml.leaf(Tag::new(element).with("lane", self.lane(c.lane)).with("pos", c.position)))
        };
        sides("detEntry", &g.entries)?;
        sides("detExit", &g.exits)?;
        xml.close("entryExitDetector")
    }

    fn table(&self, t: &Table, xml: &mut Xml<'_>) -> Result<()> {
        let tag = self.common(if t.by_lane { "laneData" } else { "edgeData" }, &t.instrument);
        let empty = match (t.free_flow, t.empty) {
            (true, _) => "defaults",
            (_, true) => "false",
            _ => "true",
        };
        let tag = tag.with("withInternal", t.internal).with("excludeEmpty", empty);
        let tag = tag.with("speedThreshold", t.waiting_speed).with("maxTraveltime", t.longest_time);
        let tag = tag.with("minSamples", t.least_samples);
        let links: Vec<&str> = t.links.iter().map(|l| self.names.links[l.index()].as_str()).collect();
        xml.leaf(if links.is_empty() { tag } else { tag.with("edges", links.join(" ")) })
    }

    fn lamp_log(&self, log: &LampLog, xml: &mut Xml<'_>) -> Result<()> {
        let kind = if log.changes_only { "SaveTLSSwitchStates" } else { "SaveTLSStates" };
        let tag = |source: Option<&String>| {
            let tag = Tag::new("timedEvent").with("type", kind).maybe("source", source);
            tag.with("dest", file_name(&log.file))
        };
        if log.signals.len() == self.network.signals.len() {
            return xml.leaf(tag(None));
        }
        log.signals.iter().try_for_each(|signal| xml.leaf(tag(Some(&self.names.signals[signal.index()]))))
    }
}

/// When a vehicle counts as halting.
fn halting(tag: Tag, h: &Halting) -> Tag {
    tag.with("timeThreshold", seconds(h.time)).with("speedThreshold", h.speed)
}

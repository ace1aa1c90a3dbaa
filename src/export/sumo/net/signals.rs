//! Signal programs.

use std::io::Result;

use super::super::names::Names;
use super::super::seconds;
use super::super::xml::{Tag, Xml};
use crate::network::Network;

/// What a program without a name is called when it is read; it stays without.
const NAMELESS: &str = "<unknown>";

/// Writes the program of every signal that somebody obeys.
pub fn write(network: &Network, names: &Names, xml: &mut Xml<'_>) -> Result<()> {
    for (signal, name) in network.signals.iter().zip(&names.signals).filter(|(s, _)| !s.movements.is_empty()) {
        let program = &signal.program;
        let id = Some(program.id()).filter(|id| *id != NAMELESS && !id.is_empty());
        let tag = Tag::new("tlLogic").with("id", name).with("type", "static");
        let tag = tag.maybe("programID", id.map(super::super::names::cleaned));
        xml.open(tag.with("offset", seconds(program.offset())))?;
        for step in program.steps() {
            let state: String = step.lamps.iter().map(|lamp| lamp.letter()).collect();
            xml.leaf(Tag::new("phase").with("duration", seconds(step.duration)).with("state", state))?;
        }
        xml.close("tlLogic")?;
    }
    Ok(())
}

//! The whole state of a controller as bytes: for checkpoints, and for hashing.
//!
//! Equal bytes mean equal futures: the time reached, lamps, detectors, edges and outputs still waiting, and the
//! strategy's own state. The program and the strategy's parameters are not in them (a controller is made anew from
//! the scenario before it loads), only fingerprints that tell another program or strategy apart.

use alloc::{collections::VecDeque, vec::Vec};

use super::{Controller, LampChange};
use crate::{DetectorEvent, Lamp, Millis, StateError, StateReader, state};

const VERSION: u8 = 1;

impl Controller {
    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&state::fingerprint_of_program(&self.program).to_le_bytes());
        out.extend_from_slice(&state::fingerprint_of_name(self.strategy.name()).to_le_bytes());
        state::put_optional_millis(out, self.now);
        out.extend_from_slice(&self.next.0.to_le_bytes());
        out.extend_from_slice(&self.refused.to_le_bytes());
        for &lamp in &self.lamps {
            state::put_lamp(out, lamp);
        }
        self.detectors.save(out);
        state::put_count(out, self.edges.len());
        for edge in &self.edges {
            out.extend_from_slice(&edge.at.0.to_le_bytes());
            out.extend_from_slice(&edge.detector.to_le_bytes());
            out.push(edge.on.into());
        }
        state::put_count(out, self.outputs.len());
        for change in &self.outputs {
            out.extend_from_slice(&change.at.0.to_le_bytes());
            out.extend_from_slice(&change.group.to_le_bytes());
            state::put_lamp(out, change.lamp);
        }
        // Last, so that the strategy's state needs no length.
        self.strategy.save(out);
    }

    /// Becomes what was saved by a controller made from the same program and strategy.
    ///
    /// # Errors
    /// If the bytes are no such state. The controller stays as it was.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        let head = Head::read(&mut reader, self)?;
        let lamps = (0..self.lamps.len()).map(|_| reader.lamp()).collect::<Result<Vec<Lamp>, _>>()?;
        let mut detectors = self.detectors.clone();
        detectors.load(&mut reader)?;
        let edges = read_edges(&mut reader, self.detectors.len())?;
        let outputs = read_outputs(&mut reader, self.lamps.len())?;
        self.strategy.load(reader.rest())?;
        // Nothing can fail from here on.
        self.now = head.now;
        self.next = head.next;
        self.refused = head.refused;
        self.lamps.copy_from_slice(&lamps);
        self.detectors = detectors;
        self.edges = edges;
        self.outputs = outputs;
        Ok(())
    }
}

/// What stands before the lists.
struct Head {
    now: Option<Millis>,
    next: Millis,
    refused: u32,
}

impl Head {
    fn read(reader: &mut StateReader<'_>, controller: &Controller) -> Result<Self, StateError> {
        reader.version("controller", VERSION)?;
        if reader.u64()? != state::fingerprint_of_program(&controller.program) {
            return Err(StateError::Mismatch { what: "program" });
        }
        if reader.u64()? != state::fingerprint_of_name(controller.strategy.name()) {
            return Err(StateError::Mismatch { what: "strategy" });
        }
        Ok(Self { now: reader.optional_millis()?, next: reader.millis()?, refused: reader.u32()? })
    }
}

// Both lists grow as they are read: a false count meets the end of the bytes before it can ask for memory.

fn read_edges(reader: &mut StateReader<'_>, detectors: usize) -> Result<VecDeque<DetectorEvent>, StateError> {
    let mut edges: VecDeque<DetectorEvent> = VecDeque::new();
    for _ in 0..reader.u32()? {
        let (at, detector, on) = (reader.millis()?, reader.u16()?, reader.flag()?);
        if usize::from(detector) >= detectors || edges.back().is_some_and(|before| at < before.at) {
            return Err(StateError::Invalid { what: "edge", expected: "known detectors in order of time" });
        }
        edges.push_back(DetectorEvent { detector, at, on });
    }
    Ok(edges)
}

fn read_outputs(reader: &mut StateReader<'_>, groups: usize) -> Result<VecDeque<LampChange>, StateError> {
    let mut outputs = VecDeque::new();
    for _ in 0..reader.u32()? {
        let (at, group, lamp) = (reader.millis()?, reader.u16()?, reader.lamp()?);
        if usize::from(group) >= groups {
            return Err(StateError::Invalid { what: "lamp change", expected: "a group of the program" });
        }
        outputs.push_back(LampChange { at, group, lamp });
    }
    Ok(outputs)
}

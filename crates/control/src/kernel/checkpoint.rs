//! The whole state of the kernel as bytes.

use alloc::vec::Vec;

use super::{
    Kernel, Mode,
    aim::{Aim, Following},
    light::{Light, State},
    preempt::{Input, Part},
};
use crate::{
    Lamp, StateError, StateReader,
    log::Asked,
    plan::{Rings, StartUp},
    state,
};

const VERSION: u8 = 2;

const WRONG_GROUP: StateError = StateError::Invalid { what: "group", expected: "a group of the plan" };

impl Kernel {
    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&self.plan.checksum().to_le_bytes());
        for time in [self.now, self.next, self.taken_over] {
            state::put_millis(out, time);
        }
        for (g, light) in self.lights.iter().enumerate() {
            out.push(light.state as u8);
            for time in [light.since, light.opened, light.ended] {
                state::put_millis(out, time);
            }
            state::put_lamp(out, light.shown);
            put_aim(out, self.aims[g]);
            out.push(
                u8::from(self.hold.has(g)) | u8::from(self.omit.has(g)) << 1 | u8::from(self.force_off.has(g)) << 2,
            );
            put_aim(out, self.target.aims[g]);
            state::put_millis(out, self.target.end_after[g]);
            state::put_millis(out, self.target.start_after[g]);
            let (present, locked, waiting) = self.calls.get(g);
            out.extend_from_slice(&present.to_le_bytes());
            out.push(locked.into());
            state::put_optional_millis(out, waiting);
        }
        let (code, number) = match self.target.asked {
            Asked::Nothing => (0, 0),
            Asked::Step(step) => (1, step),
            Asked::Lamps => (2, 0),
            Asked::Stage(stage) => (3, stage),
            Asked::Phases(phases) => (4, phases),
        };
        out.push(code);
        out.extend_from_slice(&number.to_le_bytes());
        state::put_optional(out, self.target.stage.and_then(|s| u32::try_from(s).ok()), |out, s| {
            out.extend_from_slice(&s.to_le_bytes());
        });
        state::put_optional(out, self.target.phases, |out, (phases, walks)| {
            out.extend_from_slice(&phases.to_le_bytes());
            out.extend_from_slice(&walks.to_le_bytes());
        });
        out.extend_from_slice(&self.target.lingering.to_le_bytes());
        for overlap in &self.target.overlaps {
            state::put_optional_millis(out, overlap.asked);
            out.push(overlap.permissive.into());
            state::put_millis(out, overlap.left);
        }
        for input in &self.preempts.inputs {
            out.push(u8::from(input.on) | u8::from(input.ignored) << 1);
            state::put_millis(out, input.since);
        }
        state::put_optional(out, self.preempts.active, |out, (n, part, since)| {
            out.extend_from_slice(&n.to_le_bytes());
            out.push(part as u8);
            state::put_millis(out, since);
        });
        state::put_optional(out, self.fallback.fault, |out, g| out.extend_from_slice(&g.to_le_bytes()));
        out.extend_from_slice(&self.fallback.place.to_le_bytes());
        let unit = &self.unit;
        out.push(unit.mode as u8);
        let StartUp { flash, yellow, all_red } = unit.start_up;
        for time in [unit.since, unit.until, flash, yellow, all_red] {
            state::put_millis(out, time);
        }
        let asked = u8::from(self.asked) << 3;
        out.push(u8::from(unit.fault) | u8::from(unit.commanded) << 1 | u8::from(unit.checked) << 2 | asked);
    }

    /// Becomes what was saved by a kernel of the same plan.
    ///
    /// # Errors
    /// If the bytes are no such state. The kernel stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("kernel", VERSION)?;
        if reader.u64()? != self.plan.checksum() {
            return Err(StateError::Mismatch { what: "plan" });
        }
        let mut new = Self::new(self.plan.clone());
        (new.now, new.next, new.taken_over) = (reader.millis()?, reader.millis()?, reader.millis()?);
        let n = new.lights.len();
        for g in 0..n {
            let state = one_of(State::ALL, reader.u8()?, "state of a group")?;
            let (since, opened) = (reader.millis()?, reader.millis()?);
            let ended = reader.millis()?;
            new.lights[g] = Light { state, since, opened, ended, shown: reader.lamp()? };
            new.aims[g] = read_aim(reader)?;
            let bits = flags(reader, 3)?;
            for (set, bit) in [(&mut new.hold, 1), (&mut new.omit, 2), (&mut new.force_off, 4)] {
                set.put(g, bits & bit > 0);
            }
            new.target.aims[g] = read_aim(reader)?;
            new.target.end_after[g] = reader.millis()?;
            new.target.start_after[g] = reader.millis()?;
            let call = (reader.u16()?, reader.flag()?, reader.optional_millis()?);
            new.calls.put(g, call);
        }
        new.target.asked = match (reader.u8()?, reader.u32()?) {
            (0, 0) => Asked::Nothing,
            (1, step) => Asked::Step(step),
            (2, 0) => Asked::Lamps,
            (3, stage) => Asked::Stage(stage),
            (4, phases) => Asked::Phases(phases),
            _ => return Err(StateError::Invalid { what: "request", expected: "a known kind" }),
        };
        if reader.flag()? {
            let stage = reader.u32()? as usize;
            if stage >= self.plan.stages().len() {
                return Err(StateError::Invalid { what: "stage", expected: "a stage of the plan" });
            }
            new.target.stage = Some(stage);
        }
        if reader.flag()? {
            new.target.phases = Some((new.phases(reader)?, new.phases(reader)?));
        }
        new.target.lingering = new.phases(reader)?;
        for overlap in &mut new.target.overlaps {
            let asked = reader.optional_millis()?;
            *overlap = Following { asked, permissive: reader.flag()?, left: reader.millis()? };
        }
        new.target.restore(&self.plan);
        for input in &mut new.preempts.inputs {
            let bits = flags(reader, 2)?;
            *input = Input { on: bits & 1 > 0, ignored: bits & 2 > 0, since: reader.millis()? };
        }
        if reader.flag()? {
            let number = reader.u16()?;
            if usize::from(number) >= new.preempts.inputs.len() {
                return Err(StateError::Invalid { what: "preemption", expected: "a preemption of the plan" });
            }
            let part = one_of([Part::Track, Part::Dwell, Part::Exit], reader.u8()?, "part of a preemption")?;
            new.preempts.active = Some((number, part, reader.millis()?));
        }
        if reader.flag()? {
            let group = reader.u16()?;
            new.fallback.fault = Some(group).filter(|&g| usize::from(g) < n).ok_or(WRONG_GROUP).map(Some)?;
        }
        new.fallback.place = reader.u32()?;
        if new.fallback.place >= new.fallback.places(&new.plan).max(1) {
            return Err(StateError::Invalid { what: "place of the sequence", expected: "one that it has" });
        }
        new.unit.mode = one_of(Mode::ALL, reader.u8()?, "mode")?;
        (new.unit.since, new.unit.until) = (reader.millis()?, reader.millis()?);
        new.unit.start_up = StartUp { flash: reader.millis()?, yellow: reader.millis()?, all_red: reader.millis()? };
        let bits = flags(reader, 4)?;
        (new.unit.fault, new.unit.commanded, new.unit.checked) = (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0);
        // Looking once more than the other would have is harmless to lamps, but not to the bit.
        new.asked = bits & 8 > 0;
        // A state that no rule would have led to is none of ours.
        if new.unit.mode == Mode::Normal && (0..n).any(|g| new.in_conflict(g)) {
            return Err(StateError::Invalid { what: "state of the groups", expected: "no conflict between them" });
        }
        *self = new;
        Ok(())
    }

    /// Appends what the log remembers: nothing that lamps depend on.
    pub fn save_log(&self, out: &mut Vec<u8>) {
        self.phases.save(out);
    }

    /// Reads what the log remembers.
    ///
    /// # Errors
    /// If the bytes are no such state.
    pub fn load_log(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.phases.load(reader)
    }

    /// Some phases of the plan.
    fn phases(&self, reader: &mut StateReader<'_>) -> Result<u32, StateError> {
        let (mask, wrong) = (reader.u32()?, StateError::Invalid { what: "phases", expected: "phases of the plan" });
        let known = self.plan.rings().map_or(0, Rings::known);
        if mask & !known == 0 { Ok(mask) } else { Err(wrong) }
    }
}

/// The member of a list with this number.
fn one_of<T: Copy, const N: usize>(list: [T; N], number: u8, what: &'static str) -> Result<T, StateError> {
    list.get(usize::from(number)).copied().ok_or(StateError::Invalid { what, expected: "a known number" })
}

/// So many flags in a byte.
fn flags(reader: &mut StateReader<'_>, count: u8) -> Result<u8, StateError> {
    let bits = reader.u8()?;
    if bits >> count == 0 { Ok(bits) } else { Err(StateError::Invalid { what: "flags", expected: "no unknown ones" }) }
}

/// Writes an aim as [`read_aim`] reads it.
fn put_aim(out: &mut Vec<u8>, aim: Aim) {
    out.push(match aim {
        Aim::Closed => b'c',
        Aim::TurnOnRed => b's',
        Aim::Yellow => b'y',
        Aim::RedYellow => b'u',
        Aim::Permissive => b'g',
        Aim::Protected => b'G',
        Aim::Open => b'a',
        Aim::Off(Lamp::Flashing) => b'o',
        Aim::Off(_) => b'O',
    });
}

fn read_aim(reader: &mut StateReader<'_>) -> Result<Aim, StateError> {
    Ok(match reader.u8()? {
        b'c' => Aim::Closed,
        b's' => Aim::TurnOnRed,
        b'y' => Aim::Yellow,
        b'u' => Aim::RedYellow,
        b'g' => Aim::Permissive,
        b'G' => Aim::Protected,
        b'a' => Aim::Open,
        b'o' => Aim::Off(Lamp::Flashing),
        b'O' => Aim::Off(Lamp::Off),
        _ => return Err(StateError::Invalid { what: "aim", expected: "a known letter" }),
    })
}

//! The state as bytes. What follows from the plan, or from lamps and calls at the next decision, is not in it.

use alloc::vec::Vec;

use super::{
    Cause, LONG_AGO, Nema, Ring,
    coordination::{Coordinator, State},
    look::{Memory, Seen},
    standing::Standing,
};
use crate::{StateError, StateReader, group_set::GroupSet, state};

const VERSION: u8 = 2;

/// The standings by their number in a checkpoint.
const STANDINGS: [Standing; 11] = [
    Standing::Idle,
    Standing::Coming,
    Standing::Initial,
    Standing::OnFoot,
    Standing::Extended,
    Standing::Held,
    Standing::Resting,
    Standing::Over(Cause::GapOut),
    Standing::Over(Cause::MaxOut),
    Standing::Over(Cause::ForceOff),
    Standing::Over(Cause::Kept),
];

impl Nema {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.rings.len());
        state::put_count(out, self.phases.len());
        state::put_count(out, self.groups.len());
        state::put_count(out, self.section);
        out.extend([self.started, self.clearing, self.hurries].map(u8::from));
        state::put_optional_millis(out, self.last);
        let clock = &self.clock;
        out.push(clock.state as u8);
        state::put_optional(out, clock.pattern, |out, p| out.extend_from_slice(&p.to_le_bytes()));
        [clock.shown, clock.at, clock.until, clock.seen, clock.origin]
            .into_iter()
            .for_each(|t| state::put_millis(out, t));
        for ring in &self.rings {
            put_ring(out, ring);
        }
        for memory in &self.phases {
            out.extend_from_slice(&memory.arrived.to_le_bytes());
            state::put_millis(out, memory.grown);
            out.extend_from_slice(&memory.streak.to_le_bytes());
        }
        for seen in &self.groups {
            [seen.open, seen.green, seen.waits].into_iter().for_each(|t| state::put_optional_millis(out, t));
        }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        reader.version("strategy nema", VERSION)?;
        let counts = [
            (self.rings.len(), "number of rings"),
            (self.phases.len(), "number of phases"),
            (self.groups.len(), "number of groups"),
        ];
        for (count, what) in counts {
            if reader.u32()? as usize != count {
                return Err(StateError::Mismatch { what });
            }
        }
        let section = reader.u32()? as usize;
        if section >= self.layout.sections.max(1) {
            return Err(StateError::Invalid { what: "section", expected: "one of the plan's" });
        }
        let (started, clearing, hurries) = (reader.flag()?, reader.flag()?, reader.flag()?);
        let last = reader.optional_millis()?;
        let clock = self.take_clock(&mut reader)?;
        let mut rings = Vec::with_capacity(self.rings.len());
        for r in 0..self.rings.len() {
            rings.push(self.take_ring(&mut reader, r, section)?);
        }
        let mut phases = Vec::with_capacity(self.phases.len());
        for p in 0..self.phases.len() {
            let (arrived, grown) = (reader.u32()?, reader.millis()?);
            let (step, most) = self.growth(p);
            if !(0..=most.0).contains(&grown.0) || grown.0 % step.0.max(1) != 0 {
                let expected = "whole steps of its phase, up to its limit";
                return Err(StateError::Invalid { what: "growth of a max", expected });
            }
            phases.push(Memory { arrived, grown, streak: i8::from_le_bytes([reader.u8()?]) });
        }
        let mut groups = Vec::with_capacity(self.groups.len());
        for _ in 0..self.groups.len() {
            let [open, green, waits] =
                [reader.optional_millis()?, reader.optional_millis()?, reader.optional_millis()?];
            groups.push(Seen { open, green, waits });
        }
        reader.end()?;
        (self.section, self.started, self.clearing, self.hurries, self.last) =
            (section, started, clearing, hurries, last);
        (self.rings, self.phases, self.groups) = (rings, phases, groups);
        self.waits = GroupSet::of(self.groups.len(), |g| self.groups[g].waits.is_some());
        self.clock = clock;
        self.lamps = None;
        self.seen = None;
        self.notes.clear();
        Ok(())
    }

    fn take_clock(&self, reader: &mut StateReader<'_>) -> Result<Coordinator, StateError> {
        let number = reader.u8()?;
        let wrong = StateError::Invalid { what: "state of the coordination", expected: "0 to 4, or 6" };
        let state = State::ALL.into_iter().find(|&s| s as u8 == number).ok_or(wrong)?;
        let pattern = if reader.flag()? { Some(reader.u16()?) } else { None };
        if (state == State::Free) != pattern.is_none() {
            return Err(StateError::Invalid { what: "pattern", expected: "one unless it is free" });
        }
        let [shown, at, until] = [reader.millis()?, reader.millis()?, reader.millis()?];
        let [seen, origin] = [reader.millis()?, reader.millis()?];
        let mut clock = Coordinator::new(self.phases.len());
        (clock.state, clock.pattern, clock.shown, clock.at) = (state, pattern, shown, at);
        (clock.until, clock.seen, clock.origin) = (until, seen, origin);
        Ok(clock)
    }

    fn take_ring(&self, reader: &mut StateReader<'_>, r: usize, section: usize) -> Result<Ring, StateError> {
        let on = if reader.flag()? { Some(usize::from(reader.u8()?)) } else { None };
        let mine = |p: usize| self.layout.rings[r].get(section).is_some_and(|list| list.contains(&p));
        if on.is_some_and(|p| !mine(p)) {
            return Err(StateError::Invalid { what: "phase of a ring", expected: "one of its section" });
        }
        let wrong = StateError::Invalid { what: "standing of a ring", expected: "0 to 10" };
        Ok(Ring {
            on,
            asked: reader.millis()?,
            cleared: reader.millis()?,
            green: reader.optional_millis()?,
            least: LONG_AGO,
            initial: reader.millis()?,
            max_from: reader.optional_millis()?,
            gapped: reader.flag()?,
            kept: reader.u64()?,
            last_car: reader.optional_millis()?,
            walk: reader.flag()?,
            walk_asked: reader.millis()?,
            force_at: reader.optional_millis()?,
            conditional: reader.flag()?,
            standing: STANDINGS.get(usize::from(reader.u8()?)).copied().ok_or(wrong)?,
            until: reader.millis()?,
        })
    }
}

fn put_ring(out: &mut Vec<u8>, ring: &Ring) {
    // At most 32 phases have numbers.
    state::put_optional(out, ring.on, |out, p| out.push(u8::try_from(p).unwrap_or(u8::MAX)));
    state::put_millis(out, ring.asked);
    state::put_millis(out, ring.cleared);
    state::put_optional_millis(out, ring.green);
    state::put_millis(out, ring.initial);
    state::put_optional_millis(out, ring.max_from);
    out.push(ring.gapped.into());
    out.extend_from_slice(&ring.kept.to_le_bytes());
    state::put_optional_millis(out, ring.last_car);
    out.push(ring.walk.into());
    state::put_millis(out, ring.walk_asked);
    state::put_optional_millis(out, ring.force_at);
    out.push(ring.conditional.into());
    let standing = STANDINGS.iter().position(|&s| s == ring.standing).unwrap_or(0);
    out.push(u8::try_from(standing).unwrap_or(0));
    state::put_millis(out, ring.until);
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use super::*;
    use crate::{
        Millis, Plan, PlanSpec,
        nema::parameters::Parameters,
        plan::{Actuation, DetectorUse, GroupSpec, PhaseSpec, RingsSpec},
    };

    #[test]
    fn a_max_has_grown_by_whole_steps_up_to_its_limit() {
        let s = |seconds: i64| Millis(1000 * seconds);
        let mut spec =
            PlanSpec::new("two phases", ["2", "4"].map(|name| GroupSpec::vehicle(name, s(5), s(3))).to_vec());
        spec = spec.forbid("2", "4", (s(4), s(4)));
        let (max_1, limit, step) = (Some(s(20)), Some(s(32)), Some(s(5)));
        let phase = |number: u8| PhaseSpec {
            number,
            groups: vec![number.to_string()],
            walks: vec![],
            actuation: Actuation { max_1, dynamic_limit: limit, dynamic_step: step, ..Actuation::default() },
        };
        spec.rings = Some(RingsSpec {
            phases: vec![phase(2), phase(4)],
            rings: vec![vec![vec![2], vec![4]]],
            overlaps: vec![],
            modes: Default::default(),
        });
        // Of 4 no detector tells anything: it has its greatest green, and no dynamic max.
        spec.detectors = vec![DetectorUse { groups: vec!["2".into()], ..DetectorUse::default() }];
        let plan = Plan::new(spec).expect("a plan");
        let loads = |phase: usize, grown: Millis| {
            let mut nema = Nema::new(&plan, Parameters::default());
            nema.phases[phase].grown = grown;
            let mut bytes = Vec::new();
            nema.put(&mut bytes);
            Nema::new(&plan, Parameters::default()).take(&bytes).is_ok()
        };
        assert!([0, 5, 10].iter().all(|&grown| loads(0, s(grown))));
        assert!([-5, 4, 12, 15].iter().all(|&grown| !loads(0, s(grown))));
        assert!(loads(1, s(0)) && !loads(1, s(5)));
    }
}

//! `max_pressure` and `max_wave`: every few seconds the stage with most to gain, unless a change costs more.
//!
//! Terms
//! - **pressure of a lane**: vehicles on it less those on the lanes they lead to (their mean, where there are several).
//! - **pressure of a stage**: that of the lanes it serves, each by its saturation flow, which it can discharge.
//!
//! `max_pressure` sees the whole of each lane and what neighbours tell of theirs. Where a lane they lead to has no room,
//! its vehicles do not count (capacity-aware). `max_wave` sees only those who queue or are about to reach the line, and
//! nobody downstream.
//!
//! A plain comparison of pressures ignores what a change costs; here another stage must have more by a share `ratio` and
//! `margin` vehicles before it is shown (switching hysteresis).
//!
//! Sources: Varaiya 2013 (Transportation Research C 36, 177); max wave after Ault and Sharon 2021.

use alloc::{format, string::String, vec::Vec};

use super::{number, seconds, staged};
use crate::{
    Entry, Looks, Millis, Parameter, RegistryError, Setup, StateError, StateReader,
    stages::{Moment, Policy, Served, Wish},
};

const SLOT: Parameter = Parameter { name: "slot_s", summary: "how often it chooses, s, 1 to 60", default: "2" };
const RATIO: Parameter = Parameter {
    name: "ratio",
    summary: "another stage must have this share more than the present one, 0 to 2",
    default: "0.5",
};
const MARGIN: Parameter = Parameter { name: "margin", summary: "and so many vehicles more, 0 to 50", default: "1" };

pub(crate) const MAX_PRESSURE: Entry = Entry {
    name: "max_pressure",
    summary: "every few seconds the stage with most vehicles before it and fewest behind it",
    needs: "an IN or X loop, a count loop and a stop-bar loop a lane, or reports of all vehicles; what neighbours tell of their lanes",
    parameters: &[SLOT, RATIO, MARGIN],
    source: "Varaiya 2013, Transportation Research C 36, 177; with a hysteresis and regard to room downstream",
    phases: false,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| staged(setup, || Pressure::read(setup, true)),
};

const AHEAD: Parameter =
    Parameter { name: "ahead_s", summary: "counts who reaches the line within so many seconds, 0 to 30", default: "4" };

pub(crate) const MAX_WAVE: Entry = Entry {
    name: "max_wave",
    summary: "every few seconds the stage with most vehicles at its lines or about to reach them",
    needs: "an IN or X loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[SLOT, RATIO, MARGIN, AHEAD],
    source: "Ault and Sharon 2021 (RESCO) as a rule for loops, with a hysteresis",
    make: |setup| staged(setup, || Pressure::read(setup, false)),
    ..MAX_PRESSURE
};

/// With less room than this, in vehicles, a lane is full.
const FULL: u16 = 2;

/// What a neighbour told counts for so long.
const OLD: Millis = Millis(10_000);

#[derive(Clone, Debug)]
struct Pressure {
    /// Whether it looks downstream, and at whole lanes.
    downstream: bool,
    slot: Millis,
    ratio: f32,
    margin: f32,
    ahead: Millis,
    /// Pressures at the last look: of the stage shown, and of the best.
    last: (f32, f32),
}

impl Pressure {
    fn read(setup: &Setup<'_>, downstream: bool) -> Result<Self, RegistryError> {
        let of_wave = |default| {
            if downstream {
                Ok(Millis(0))
            } else {
                seconds(setup, "ahead_s", default, (0.0, 30.0), "a number of seconds, 0 to 30")
            }
        };
        Ok(Self {
            downstream,
            slot: seconds(setup, "slot_s", 2.0, (1.0, 60.0), "a number of seconds, 1 to 60")?,
            ratio: number(setup, "ratio", 0.5, (0.0, 2.0), "a number, 0 to 2")?,
            margin: number(setup, "margin", 1.0, (0.0, 50.0), "a number of vehicles, 0 to 50")?,
            ahead: of_wave(4.0)?,
            last: (0.0, 0.0),
        })
    }

    /// Pressure of a lane of a stage.
    fn lane(&self, m: &Moment<'_>, served: &Served) -> f32 {
        let of = &m.traffic.lanes()[served.lane];
        let flow = 2.0 / of.headway_s();
        if !self.downstream {
            let until = m.now + self.ahead;
            return flow * m.traffic.due_by(served.lane, until) as f32;
        }
        let (queued, coming) = m.traffic.count(served.lane, m.now);
        let heard = |&&e: &&usize| m.traffic.exits()[e].told.is_some_and(|told| m.now - told <= OLD);
        let exits = served.exits.iter().filter(heard).map(|&e| &m.traffic.exits()[e]);
        let (mut n, mut full, mut beyond) = (0_u16, 0_u16, 0.0);
        for exit in exits {
            n += 1;
            full += u16::from(exit.room < FULL);
            beyond += f32::from(exit.queued);
        }
        if n > 0 && full == n {
            // Nobody could go.
            return 0.0;
        }
        flow * (queued + coming - if n > 0 { beyond / f32::from(n) } else { 0.0 })
    }

    fn stage(&self, m: &Moment<'_>, stage: usize) -> f32 {
        m.stages.served[stage].iter().map(|served| self.lane(m, served)).sum()
    }
}

impl Policy for Pressure {
    fn name(&self) -> &'static str {
        if self.downstream { MAX_PRESSURE.name } else { MAX_WAVE.name }
    }

    fn looks(&self) -> Looks {
        if self.downstream { Looks::Neighbours } else { Looks::Lanes }
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        let own = self.stage(m, m.stage);
        let mut best = (m.stage, own);
        // From the next one on: of equals the one that was served longest ago.
        for i in 1..m.stages.len() {
            let stage = (m.stage + i) % m.stages.len();
            let pressure = self.stage(m, stage);
            if pressure > best.1 {
                best = (stage, pressure);
            }
        }
        self.last = (own, best.1);
        let changes = best.1 > own.max(0.0) * (1.0 + self.ratio) + self.margin;
        Wish { stage: if changes { best.0 } else { m.stage }, next: m.now + self.slot }
    }

    fn why(&self) -> String {
        let what = if self.downstream { "pressure" } else { "wave" };
        let (own, best) = self.last;
        format!("at the last look its {what} was {own:.1}, the greatest {best:.1}")
    }

    fn save(&self, out: &mut Vec<u8>) {
        [self.last.0, self.last.1].iter().for_each(|f| out.extend_from_slice(&f.to_bits().to_le_bytes()));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.last = (f32::from_bits(reader.u32()?), f32::from_bits(reader.u32()?));
        Ok(())
    }
}

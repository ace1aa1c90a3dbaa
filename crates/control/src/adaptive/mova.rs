//! `mova`: each stage for as long as its queues discharge, then for as long as that saves more delay than it costs; where
//! lanes are oversaturated, for as long as it serves more than the next stage would.
//!
//! Terms
//! - **discharging**: of a lane, while somebody queues and the last one left less than a gap ago.
//! - **oversaturated**: of a lane, if its queue reached beyond its input loop when its green ended last.
//! - **saved**: what those between the input loop and the line would wait if the stage ended in front of them: its red, and
//!   what a stop is worth.
//! - **cost**: a second of everybody who waits elsewhere, for every second.
//!
//! Stages come in the plan's order; one before which nobody is comes when somebody there has waited for long.
//!
//! Source: Vincent and Peirce 1988, *MOVA: traffic responsive, self-optimising signal control for isolated intersections*
//! (TRRL RR 170), as far as it is public: its four steps, not its code. It looks every half second.

use alloc::{string::String, vec, vec::Vec};

use super::{number, s, seconds, staged};
use crate::{
    CAR_SPACE_M, Entry, Millis, Parameter, Serves, StateError, StateReader,
    stages::{Moment, Policy, Served, Wish},
};

pub(crate) const ENTRY: Entry = Entry {
    name: "mova",
    summary: "stages in their order, each until its queues are gone and it no longer pays to wait for those who come",
    needs: "an IN loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[
        Parameter {
            name: "gap_s",
            summary: "a lane that nobody leaves for so long discharges no more, s, 1 to 10",
            default: "3",
        },
        Parameter { name: "stop_s", summary: "what a stop is worth, s of delay, 0 to 60", default: "5" },
        Parameter { name: "most_s", summary: "greatest green while others wait, s, 10 to 300", default: "60" },
    ],
    source: "Vincent and Peirce 1988 (MOVA, TRRL RR 170), as far as it is public",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| {
        staged(setup, || {
            Ok(Mova {
                gap: seconds(setup, "gap_s", 3.0, (1.0, 10.0), "a number of seconds, 1 to 10")?,
                stop: number(setup, "stop_s", 5.0, (0.0, 60.0), "a number of seconds, 0 to 60")?,
                most: seconds(setup, "most_s", 60.0, (10.0, 300.0), "a number of seconds, 10 to 300")?,
                over: vec![false; setup.plan.stages().len()],
                why: Why::Nobody,
            })
        })
    },
};

/// How often it looks.
const EVERY: Millis = Millis(500);

/// For how many seconds ahead it knows who comes: an IN loop lies about 8 s before the line.
const AHEAD_S: u8 = 8;

/// The first of a queue needs so long to reach the line's far side.
const STARTING: Millis = Millis(3000);

/// Why it stays, or left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    Nobody,
    Discharges,
    Pays,
    Gone,
    Serves,
    Most,
}

#[derive(Clone, Debug)]
struct Mova {
    gap: Millis,
    stop: f32,
    most: Millis,
    /// By stage, whether one of its lanes was oversaturated when it ended last.
    over: Vec<bool>,
    why: Why,
}

impl Mova {
    /// Whether a lane discharges a queue.
    fn discharges(&self, m: &Moment<'_>, lane: usize) -> bool {
        let queued = m.traffic.due(lane).any(|due| due <= m.now);
        let left = m.traffic.lanes()[lane].left().map_or(m.since, |left| left.max(m.since));
        queued && (m.now - left < self.gap || m.now - m.since < STARTING)
    }

    /// Vehicles on the lanes of a stage that another one does not serve.
    fn waiting(m: &Moment<'_>, stage: usize, but: usize) -> f32 {
        due_by(m, lanes(m, stage, but), m.now)
    }

    /// Whether the queue of a lane reaches beyond its input loop.
    fn is_full(m: &Moment<'_>, lane: usize) -> bool {
        let queue = m.traffic.due_by(lane, m.now) as f32 * CAR_SPACE_M;
        queue > m.traffic.input_m(lane).max(CAR_SPACE_M)
    }

    /// Vehicles per second that discharge from the lanes of a stage, in the mean of a green that costs a change.
    fn rate(m: &Moment<'_>, stage: usize, but: usize, change: Millis) -> f32 {
        let (mut rate, mut green) = (0.0, 0.0_f32);
        for lane in lanes(m, stage, but) {
            let queue = m.traffic.due_by(lane, m.now) as f32;
            let headway = m.traffic.lanes()[lane].headway_s();
            rate += if queue > 0.0 { 1.0 / headway } else { 0.0 };
            green = green.max(queue * headway);
        }
        rate * green / (green + s(change)).max(1.0)
    }

    /// Whether it pays to go on for some seconds before `next` comes.
    fn pays(&self, m: &Moment<'_>, next: usize) -> bool {
        let cost: f32 = m.others().map(|stage| Self::waiting(m, stage, m.stage)).fold(0.0, f32::max);
        // Whoever is cut off waits until the stage comes again: a change there and back, and the queues in between.
        let green = lanes(m, next, m.stage).map(|lane| m.discharge_s(lane));
        let red = s(m.change(next)) + s(m.stages.change(next, m.stage));
        let red = red + green.fold(s(m.stages.least[next]), f32::max);
        (1..=AHEAD_S).any(|t| {
            let until = m.now + Millis(1000 * i64::from(t));
            let saved = due_by(m, lanes(m, m.stage, next), until) * (red + self.stop);
            saved > cost * f32::from(t)
        })
    }
}

/// Vehicles of some lanes that are due by a time.
fn due_by(m: &Moment<'_>, lanes: impl Iterator<Item = usize>, until: Millis) -> f32 {
    lanes.map(|lane| m.traffic.due_by(lane, until)).sum::<usize>() as f32
}

/// The lanes of a stage that another one does not serve.
fn lanes<'a>(m: &Moment<'a>, stage: usize, but: usize) -> impl Iterator<Item = usize> + use<'a> {
    let (served, other): (&'a [Served], &'a [Served]) = (&m.stages.served[stage], &m.stages.served[but]);
    served.iter().map(|s| s.lane).filter(move |&lane| !other.iter().any(|o| o.lane == lane))
}

impl Policy for Mova {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        let stays = Wish { stage: m.stage, next: m.now + EVERY };
        // The next one before which somebody is whom this one does not serve.
        let in_order = m.others();
        let comes = |stage| lanes(m, stage, m.stage).any(|lane| m.traffic.due(lane).next().is_some());
        let called = |&stage: &usize| comes(stage) || m.on_foot().any(|g| m.stages.opens[stage].has(g));
        let Some(next) = in_order.clone().find(called) else {
            self.why = Why::Nobody;
            return stays;
        };
        let ending = || lanes(m, m.stage, next);
        let discharges = ending().any(|lane| self.discharges(m, lane));
        let over = self.over[m.stage] || ending().any(|lane| Self::is_full(m, lane));
        self.why = if m.now - m.since >= self.most {
            Why::Most
        } else if over && discharges {
            let own: f32 =
                ending().filter(|&l| self.discharges(m, l)).map(|l| 1.0 / m.traffic.lanes()[l].headway_s()).sum();
            let other = Self::rate(m, next, m.stage, m.change(next));
            if own < other { Why::Serves } else { Why::Discharges }
        } else if discharges {
            Why::Discharges
        } else if self.pays(m, next) {
            Why::Pays
        } else {
            Why::Gone
        };
        if matches!(self.why, Why::Discharges | Why::Pays) {
            return stays;
        }
        self.over[m.stage] = ending().any(|lane| Self::is_full(m, lane));
        Wish { stage: next, ..stays }
    }

    fn why(&self) -> String {
        let why = match self.why {
            Why::Nobody => "nobody comes elsewhere",
            Why::Discharges => "its queues discharge",
            Why::Pays => "it pays to wait for those who come",
            Why::Gone => "the queues of the one before were gone",
            Why::Serves => "it serves more than the one before did",
            Why::Most => "the one before had its greatest green",
        };
        why.into()
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.extend(self.over.iter().map(|&over| u8::from(over)));
        out.push(self.why as u8);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        for over in &mut self.over {
            *over = reader.flag()?;
        }
        let all = [Why::Nobody, Why::Discharges, Why::Pays, Why::Gone, Why::Serves, Why::Most];
        let wrong = StateError::Invalid { what: "reason", expected: "0 to 5" };
        self.why = *all.get(usize::from(reader.u8()?)).ok_or(wrong)?;
        Ok(())
    }
}

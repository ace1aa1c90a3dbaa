//! `self_control`: Lämmer and Helbing's self-control. Every second the stage is chosen that serves the most vehicles per
//! second of green and change; whoever has waited for so long that queues would grow goes first.
//!
//! Terms, with the letters of the paper
//! - **anticipated vehicles** n̂: who queues in the lanes of a stage, or is due before its queue would be gone.
//! - **green needed** ĝ: the time in which the longest queue of the stage leaves.
//! - **priority** π: n̂ by the time that takes: ĝ for the stage shown, change (τ⁰) and ĝ for another; to which the waiting
//!   comes that breaking off brings (τ_pen): those of the stage shown who still queue have to be served again.
//! - **stabilisation**: a stage whose lanes have been red for so long that, at their flow, they would not be served within
//!   `longest_s` any more goes first, until it is empty or has had its share.
//!
//! Source: Lämmer and Helbing 2008, *Self-control of traffic lights and vehicle flows in urban road networks*, J. Stat.
//! Mech. P04019 (arXiv 0802.0403); T = 70 s and T_max = 120 s as MATSim has them.

use alloc::{string::String, vec, vec::Vec};

use super::{s, seconds, staged};
use crate::{
    Entry, Millis, Parameter, Serves, StateError, StateReader,
    stages::{Moment, Policy, Wish},
    state,
};

pub(crate) const ENTRY: Entry = Entry {
    name: "self_control",
    summary: "every second the stage that serves most vehicles per second; who has waited for long goes first",
    needs: "an IN loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[
        Parameter {
            name: "usual_s",
            summary: "T: usual time between two greens of a stage, s, 20 to 300",
            default: "70",
        },
        Parameter { name: "longest_s", summary: "T_max: longest time between them, s, 30 to 600", default: "120" },
    ],
    source: "Lämmer and Helbing 2008, J. Stat. Mech. P04019",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| {
        staged(setup, || {
            let stages = setup.plan.stages().len();
            let usual = seconds(setup, "usual_s", 70.0, (20.0, 300.0), "a number of seconds, 20 to 300")?;
            let longest = seconds(setup, "longest_s", 120.0, (30.0, 600.0), "a number of seconds, 30 to 600")?;
            if longest <= usual {
                return Err(setup.bad_value(
                    "longest_s",
                    &alloc::format!("{}", longest.seconds()),
                    "more than usual_s",
                ));
            }
            let policy = SelfControl {
                usual: s(usual),
                longest: s(longest),
                ended: vec![None; stages],
                serves: None,
                why: Why::Priority,
            };
            Ok(policy)
        })
    },
};

/// How often it looks.
const EVERY: Millis = Millis(1000);

/// Rounds in which those who are due before the queue is gone join it.
const ROUNDS: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    Priority,
    Stability,
}

#[derive(Clone, Debug)]
struct SelfControl {
    /// T and T_max, s.
    usual: f32,
    longest: f32,
    /// By stage, when it was shown last.
    ended: Vec<Option<Millis>>,
    /// The stage that is served for stability, and until when.
    serves: Option<(u32, Millis)>,
    why: Why,
}

impl SelfControl {
    /// n̂ and ĝ of a stage that could discharge from `from` on.
    fn anticipated(m: &Moment<'_>, stage: usize, from: Millis) -> (f32, f32) {
        let mut green: f32 = 0.0;
        let mut vehicles = 0.0;
        for _ in 0..ROUNDS {
            let until = from + Millis((green * 1000.0) as i64);
            (vehicles, green) = (0.0, green);
            let mut longest: f32 = 0.0;
            for served in &m.stages.served[stage] {
                let n = m.traffic.due_by(served.lane, until) as f32;
                vehicles += n;
                longest = longest.max(n * m.traffic.lanes()[served.lane].headway_s());
            }
            if longest <= green {
                break;
            }
            green = longest;
        }
        (vehicles, green)
    }

    /// How long it takes until others than the stage shown could discharge.
    fn change(m: &Moment<'_>, stage: usize) -> Millis {
        if stage == m.stage { Millis(0) } else { m.change(stage) }
    }

    /// Whether a stage has to be served for stability, and for how long then.
    fn unstable(&self, m: &Moment<'_>, stage: usize) -> Option<f32> {
        let (n, green) = Self::anticipated(m, stage, m.now);
        let lanes = || m.stages.served[stage].iter().map(|served| &m.traffic.lanes()[served.lane]);
        let flow: f32 = lanes().map(|l| l.flow(m.now)).sum();
        let load = lanes().map(|l| l.flow(m.now) * l.headway_s()).fold(0.0, f32::max).min(0.95);
        let red = self.ended[stage].map_or(0.0, |ended| s(m.now - ended)) + s(Self::change(m, stage));
        let critical = flow * self.usual * (self.longest - red / (1.0 - load)) / (self.longest - self.usual);
        // Nobody who is not there needs service.
        (n >= 1.0 && n >= critical.max(0.0) && green > 0.0).then(|| (load * self.usual).max(green.min(self.usual)))
    }
}

impl Policy for SelfControl {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        // A stage that was never shown has been red since it began.
        self.ended.iter_mut().for_each(|ended| *ended = ended.or(Some(m.now)));
        self.ended[m.stage] = Some(m.now);
        let stays = Wish { stage: m.stage, next: m.now + EVERY };
        if let Some((stage, until)) = self.serves {
            let served = stage as usize == m.stage && Self::anticipated(m, m.stage, m.now).0 >= 1.0;
            if served && m.now < until {
                self.why = Why::Stability;
                return stays;
            }
            self.serves = None;
        }
        // Of those that need it the one that has waited longest.
        let red = |stage: usize| self.ended[stage].map_or(i64::MIN, |ended| ended.0);
        let others = m.others();
        let first = others.clone().filter_map(|st| Some((st, self.unstable(m, st)?))).min_by_key(|&(st, _)| red(st));
        if let Some((stage, green)) = first {
            let until = m.now + Self::change(m, stage) + Millis((green * 1000.0) as i64);
            self.serves = Some((u32::try_from(stage).unwrap_or(u32::MAX), until));
            self.why = Why::Stability;
            return Wish { stage, next: m.now + EVERY };
        }
        self.why = Why::Priority;
        let (queued, green) = Self::anticipated(m, m.stage, m.now);
        let mut best = (m.stage, if green > 0.0 { queued / green } else { 0.0 });
        for stage in others {
            let change = Self::change(m, stage);
            let (n, green) = Self::anticipated(m, stage, m.now + change);
            if n < 1.0 {
                continue;
            }
            // Who is left behind waits for a change back, too, shared among those who are served meanwhile.
            let penalty = s(m.stages.change(stage, m.stage)) * queued / (queued + n);
            let priority = n / (penalty + s(change) + green);
            if priority > best.1 {
                best = (stage, priority);
            }
        }
        Wish { stage: best.0, ..stays }
    }

    fn why(&self) -> String {
        match self.why {
            Why::Priority => "it serves the most vehicles per second".into(),
            Why::Stability => "its queues had waited for long".into(),
        }
    }

    fn save(&self, out: &mut Vec<u8>) {
        self.ended.iter().for_each(|&ended| state::put_optional_millis(out, ended));
        state::put_optional(out, self.serves, |out, (stage, until)| {
            out.extend_from_slice(&stage.to_le_bytes());
            state::put_millis(out, until);
        });
        out.push(self.why as u8);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        for ended in &mut self.ended {
            *ended = reader.optional_millis()?;
        }
        self.serves = if reader.flag()? { Some((reader.u32()?, reader.millis()?)) } else { None };
        self.why = match reader.u8()? {
            0 => Why::Priority,
            1 => Why::Stability,
            _ => return Err(StateError::Invalid { what: "reason", expected: "0 or 1" }),
        };
        Ok(())
    }
}

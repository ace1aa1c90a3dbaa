//! The strategy `fixed_time`: runs the plan's program, or its pattern, and asks no sensor.
//!
//! What is in force at time t is what covers (t − offset) modulo the cycle, whatever happened before: a cabinet that was
//! off for a minute comes back in step with its neighbours. Where the controller knows the time of day, t counts from
//! midnight. Without a program the stages or phases of the pattern in force are requested at the times of their splits; the
//! kernel makes the changes. Where none is in force (free) the first pattern of the plan runs: whoever asks no sensor
//! cannot run free, and has to serve everybody all the same.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use crate::{
    Decision, Entry, Millis, On, Request, Serves, StateError, StateReader, Strategy, Timers, View,
    plan::{Group, Pattern, Plan, Rings, bit},
};

/// Its entry in the registry.
pub(crate) const ENTRY: Entry = Entry {
    name: "fixed_time",
    summary: "runs the program or the pattern: the same in every cycle, whatever the traffic",
    needs: "no sensors",
    parameters: &[],
    source: "the plan itself (SUMO: a tlLogic of type \"static\")",
    serves: Serves::Program,
    clearance: None,
    falls_back: None,
    make: |setup| {
        if setup.plan.program().is_none() && setup.plan.spec().patterns.is_empty() {
            return Err(setup.unsuitable("the plan has neither a program nor a pattern"));
        }
        let spec = setup.plan.spec();
        let first = spec.patterns.first().filter(|_| spec.program.is_none() && !spec.calendar.days.is_empty());
        let remark =
            first.map(|p| format!("there is no program: while no pattern is in force it runs the first, '{}'", p.name));
        Ok(Box::new(FixedTime { remark, ..FixedTime::default() }))
    },
};

const VERSION: u8 = 2;

const DAY: Millis = Millis(86_400_000);

/// Runs the program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FixedTime {
    /// Kept for the explanation only: the next decision does not depend on it.
    last: Option<Last>,
    /// What it does otherwise than asked.
    remark: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Last {
    what: What,
    number: u32,
    until: Millis,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    Step,
    Stage,
    Phases,
    Nothing,
}

impl What {
    const ALL: [Self; 4] = [Self::Step, Self::Stage, Self::Phases, Self::Nothing];
}

/// A request at a time of the day, with that until which it holds.
fn request(plan: &Plan, pattern: Option<&Pattern>, now: Millis) -> (Request<'static>, Last) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    if let Some(program) = plan.program() {
        let (step, until) = program.step_at(now);
        return (Request::Step(step), Last { what: What::Step, number: number(step), until });
    }
    // A pattern that asks for nobody: what is shown stays.
    let rest = (Request::Stage(usize::MAX), Last { what: What::Nothing, number: 0, until: now + Millis(1000) });
    let Some(pattern) = pattern.or(plan.spec().patterns.first()) else { return rest };
    let into = Millis((now.0 % pattern.cycle.0 - pattern.offset.0).rem_euclid(pattern.cycle.0));
    if let Some(rings) = plan.rings().filter(|_| !pattern.phases.is_empty()) {
        let (phases, walks, until) = phases_at(plan, rings, pattern, into);
        let last = Last { what: What::Phases, number: phases, until: now + until - into };
        return (Request::Phases { phases, walks }, last);
    }
    let mut end = Millis(0);
    for split in &pattern.stages {
        end += split.split;
        if into < end {
            let Some(stage) = plan.stages().iter().position(|s| s.name == split.stage) else { return rest };
            let until = now + end - into;
            return (Request::Stage(stage), Last { what: What::Stage, number: number(stage), until });
        }
    }
    rest
}

/// The phases and walks asked for so far into the cycle, and until when. Each phase until its split ends less its yellow
/// and red clearance (its force-off), from where on the next one is asked for; its walks end so much earlier that their
/// clearance ends with its green.
fn phases_at(plan: &Plan, rings: &Rings, pattern: &Pattern, into: Millis) -> (u32, u32, Millis) {
    let (mut phases, mut walks, mut until) = (0, 0, pattern.cycle);
    let split = |phase: u8| pattern.phases.iter().find(|s| s.phase == phase).map_or(Millis(0), |s| s.split);
    let length = |section: &Vec<u8>| section.iter().fold(Millis(0), |sum, &p| sum + split(p));
    for ring in &rings.rings {
        // Beyond the last force-off the first phase of the next cycle is asked for.
        let mut on = ring.first().and_then(|section| section.first()).copied();
        let mut walk = on;
        let mut end = Millis(0);
        'ring: for (s, section) in ring.iter().enumerate() {
            if section.is_empty() {
                // The ring pauses until the others reach the barrier.
                end += rings.rings.iter().filter_map(|r| r.get(s)).map(length).max().unwrap_or(Millis(0));
                if into < end {
                    (on, walk) = (None, None);
                    until = until.min(end);
                    break;
                }
            }
            for &phase in section {
                end += split(phase);
                let force_off = end - clearance(plan, rings, phase);
                if into >= force_off {
                    continue;
                }
                (on, walk) = (Some(phase), None);
                let walk_off = force_off.min(end - on_foot(plan, rings, phase, |g| g.red_clearance))
                    - on_foot(plan, rings, phase, |g| g.yellow);
                if into < walk_off {
                    walks |= bit(phase);
                    until = until.min(walk_off);
                }
                until = until.min(force_off);
                break 'ring;
            }
        }
        phases |= on.map_or(0, bit);
        walks |= walk.map_or(0, bit);
    }
    (phases, walks, until)
}

/// The longest of a time of the people on foot of a phase.
fn on_foot(plan: &Plan, rings: &Rings, phase: u8, time: fn(&Group) -> Millis) -> Millis {
    let walks = rings.phases.iter().filter(|p| p.number == phase).flat_map(|p| &p.walks);
    walks.filter_map(|&g| plan.groups().get(usize::from(g))).map(time).max().unwrap_or(Millis(0))
}

/// Yellow and red clearance of a phase, s.
fn clearance(plan: &Plan, rings: &Rings, phase: u8) -> Millis {
    let groups = rings.phases.iter().filter(|p| p.number == phase).flat_map(|p| &p.groups);
    let times = groups.filter_map(|&g| plan.groups().get(usize::from(g))).map(|g| g.yellow + g.red_clearance);
    times.max().unwrap_or(Millis(0))
}

impl Strategy for FixedTime {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn wakes(&self) -> crate::Wakes {
        crate::Wakes::Never
    }

    fn minds(&self, _: usize) -> Option<crate::Minds> {
        None
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        let of_day = view.of_day(now);
        let (request, mut last) = request(view.plan, view.pattern, of_day);
        if view.midnight.is_some() {
            // A day need not be a whole number of cycles.
            last.until = now + last.until.min(DAY) - of_day;
        }
        self.last = Some(last);
        Decision { request, next: last.until }
    }

    fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    fn explain(&self) -> String {
        let Some(Last { what, number, until }) = self.last else { return "fixed_time: not started".into() };
        let until = until.seconds();
        match what {
            What::Step => format!("fixed_time: step {number} of the program until {until} s"),
            What::Stage => format!("fixed_time: stage {} of the plan until {until} s", u64::from(number) + 1),
            What::Phases => {
                let phases: Vec<String> = (1..=32).filter(|&n| number & bit(n) != 0).map(|n| format!("{n}")).collect();
                format!("fixed_time: phases {} of the pattern until {until} s", phases.join(" "))
            }
            What::Nothing => "fixed_time: no pattern is in force, everything stays".into(),
        }
    }

    fn timers(&self, _: Millis, view: &View<'_>) -> Vec<Timers> {
        let Some(Last { what, number, until }) = self.last else { return Vec::new() };
        let on = match what {
            What::Step => On::Step(number),
            What::Stage => On::Stage(number),
            // Each ring has its own.
            What::Phases | What::Nothing => return Vec::new(),
        };
        let step = view.plan.program().and_then(|p| p.steps().get(number as usize)).filter(|_| what == What::Step);
        let green = step.map(|step| until - step.duration);
        alloc::vec![Timers { green, most: Some(until), forced: true, ..Timers::of(on) }]
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.push(self.last.is_some().into());
        if let Some(Last { what, number, until }) = self.last {
            out.push(what as u8);
            out.extend_from_slice(&number.to_le_bytes());
            out.extend_from_slice(&until.0.to_le_bytes());
        }
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.version("strategy fixed_time", VERSION)?;
        let has_decided = reader.flag()?;
        let last = if has_decided {
            let wrong = StateError::Invalid { what: "kind of request", expected: "0 to 3" };
            let what = What::ALL.get(usize::from(reader.u8()?)).copied().ok_or(wrong)?;
            Some(Last { what, number: reader.u32()?, until: reader.millis()? })
        } else {
            None
        };
        reader.end()?;
        self.last = last;
        Ok(())
    }
}

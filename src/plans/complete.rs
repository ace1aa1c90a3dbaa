//! Completing programs that know neither yellow nor clearance time (CityFlow's).
//!
//! The cycle and the end of every green stay. What ends shows yellow, in the time of what follows; what begins waits until
//! those it conflicts with have cleared, by the formula, rounded up to whole seconds. A step in which nothing begins
//! that conflicts thus takes nothing from anybody. Only where that would leave a green shorter than 5 s, and shorter than
//! it was, the step in which it begins is made longer, and the cycle with it.
//!
//! Terms
//! - **run**: an unbroken green of a group, once round the cycle.
//! - **intergreen**: the time from the end of one green to the start of another.

use std::collections::BTreeMap;

use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use super::cycle::Cycle;
use super::relations::Relations;
use super::times::MIN_GREEN;
use crate::network::{Network, Signal};

/// Yellow up to the speed of each row, m/s, and beyond the last (RiLSA: 3 s at 50 km/h, 4 s at 60, 5 s at 70).
const YELLOWS: [(f64, Millis); 2] = [(13.95, Millis(3000)), (16.7, Millis(4000))];
const LONGEST_YELLOW: Millis = Millis(5000);
/// Least red between two greens of one group.
const LEAST_RED: Millis = Millis(1000);

/// What was done to the program of a signal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completed {
    /// Name of the signal.
    pub signal: String,
    /// By how much its cycle has become longer.
    pub longer: Millis,
}

/// Gives the programs of all signals yellow and clearance times; those that have all they need stay as they are.
pub fn complete(network: &mut Network) -> Vec<Completed> {
    let mut done = Vec::new();
    for i in 0..network.signals.len() {
        let signal = &network.signals[i];
        let Some(program) = Completion::new(network, signal).program() else { continue };
        let longer = program.cycle() - signal.program.cycle();
        done.push(Completed { signal: signal.id.clone(), longer });
        network.signals[i].program = program;
    }
    done
}

/// A program under completion.
struct Completion<'a> {
    signal: &'a Signal,
    /// The program's steps, some made longer.
    steps: Vec<ProgramStep>,
    yellows: Vec<Millis>,
    /// Intergreens by the one that ends and the one that begins.
    intergreens: BTreeMap<[u16; 2], Millis>,
    /// By group, those it gives way to.
    goes_first: Vec<Vec<u16>>,
}

/// A green, as times in the cycle; `to` may lie beyond its end.
#[derive(Clone, Copy)]
struct Green {
    from: i64,
    to: i64,
    /// The step in which it begins.
    step: usize,
}

impl<'a> Completion<'a> {
    fn new(network: &Network, signal: &'a Signal) -> Self {
        let relations = Relations::new(network, signal);
        let groups = signal.groups;
        let mut fastest = vec![0.0_f64; usize::from(groups)];
        for m in signal.movements.iter().map(|&m| network.movement(m)) {
            let Some(head) = m.head else { continue };
            let speed = &mut fastest[usize::from(head.group)];
            *speed = speed.max(f64::from(network.lane(m.from).speed_limit));
        }
        let yellow = |v: &f64| YELLOWS.iter().find(|y| *v <= y.0).map_or(LONGEST_YELLOW, |y| y.1);
        let yellows: Vec<Millis> = fastest.iter().map(yellow).collect();
        let mut intergreens = BTreeMap::new();
        // Where ways only merge a program that knows no yellow is left as it is.
        let yields = || relations.yields.keys().filter(|pair| !relations.merges.contains(*pair));
        let pairs = relations.forbidden.keys().chain(yields());
        for [from, to] in pairs.flat_map(|&[a, b]| [[a, b], [b, a]]) {
            let time = relations.formula(from, to, yellows[usize::from(from)]);
            intergreens
                .insert([from, to], Millis(time.0.div_euclid(1000) * 1000 + if time.0 % 1000 > 0 { 1000 } else { 0 }));
        }
        let mut goes_first = vec![Vec::new(); usize::from(groups)];
        for &[who, to] in yields() {
            goes_first[usize::from(who)].push(to);
        }
        Self { signal, steps: signal.program.steps().to_vec(), yellows, intergreens, goes_first }
    }

    /// The completed program; `None` if there is nothing to add, or it is not of this kind.
    fn program(mut self) -> Option<Program> {
        let known = |lamp: &Lamp| lamp.is_green() || *lamp == Lamp::Red;
        if !self.steps.iter().flat_map(|s| &s.lamps).all(known) {
            return None;
        }
        let groups = 0..self.signal.groups;
        if !groups.clone().any(|g| self.signal.ends_abruptly(g)) {
            return None;
        }
        // Each round makes one green long enough, and none shorter.
        for _ in 0..=self.steps.len() * usize::from(self.signal.groups) {
            let Some((step, missing)) = self.shortfall() else { break };
            self.steps[step].duration.0 += missing;
        }
        let shown = self.shown();
        Program::new(self.signal.program.id(), self.signal.program.offset(), shown).ok()
    }

    /// The length of the cycle, ms.
    fn cycle(&self) -> i64 {
        self.steps.iter().map(|s| s.duration.0).sum()
    }

    /// The runs of all groups by group.
    fn greens(&self) -> Vec<Vec<Green>> {
        let id = self.signal.program.id();
        let Ok(program) = Program::new(id, Millis(0), self.steps.clone()) else { return Vec::new() };
        let mut begins = vec![0];
        begins.extend(self.steps.iter().scan(0, |t, s| {
            *t += s.duration.0;
            Some(*t)
        }));
        let cycle = Cycle { program: &program };
        let green = |run: super::cycle::Run| {
            let from = begins[run.steps[0]];
            Green { from, to: from + run.length.0, step: run.steps[0] }
        };
        (0..self.signal.groups).map(|g| cycle.runs(g, Lamp::is_green).into_iter().map(green).collect()).collect()
    }

    /// When a green may begin, by those that ended before.
    fn start(&self, greens: &[Vec<Green>], group: u16, green: &Green) -> i64 {
        let cycle = self.cycle();
        let mut start = green.from;
        for (other, runs) in (0_u16..).zip(greens) {
            let wait = match self.intergreens.get(&[other, group]) {
                _ if other == group => self.yellows[usize::from(group)] + LEAST_RED,
                Some(&time) => time,
                None => continue,
            };
            // Whoever is still open when this one begins does not end for it.
            let open = |run: &Green| (green.from - run.from).rem_euclid(cycle) < run.to - run.from;
            if other != group && runs.iter().any(open) {
                continue;
            }
            // How long the last end is past.
            if let Some(past) = runs.iter().map(|run| (green.from - run.to).rem_euclid(cycle)).min() {
                start = start.max(green.from - past + wait.0);
            }
        }
        start
    }

    /// The first green that would become too short: the step in which it begins, and how much is missing, ms.
    fn shortfall(&self) -> Option<(usize, i64)> {
        let greens = self.greens();
        for (group, runs) in (0_u16..).zip(&greens) {
            for green in runs {
                let least = MIN_GREEN.0.min(self.original(green.step, group));
                let missing = least - (green.to - self.start(&greens, group, green));
                if missing > 0 {
                    return Some((green.step, missing));
                }
            }
        }
        None
    }

    /// How long the green that begins with a step is in the file, ms.
    fn original(&self, step: usize, group: u16) -> i64 {
        let steps = self.signal.program.steps();
        let lasting = steps.iter().cycle().skip(step).take(steps.len());
        lasting.take_while(|s| s.lamps[usize::from(group)].is_green()).map(|s| s.duration.0).sum()
    }

    /// The completed steps.
    fn shown(&self) -> Vec<ProgramStep> {
        let (cycle, greens) = (self.cycle(), self.greens());
        let starts: Vec<Vec<i64>> = (0_u16..)
            .zip(&greens)
            .map(|(g, runs)| runs.iter().map(|green| self.start(&greens, g, green)).collect())
            .collect();
        let mut changes: Vec<i64> = vec![0];
        let mut begin = 0;
        for step in &self.steps {
            changes.push(begin);
            begin += step.duration.0;
        }
        for (g, runs) in greens.iter().enumerate() {
            changes.extend(&starts[g]);
            changes.extend(runs.iter().flat_map(|run| [run.to, run.to + self.yellows[g].0]));
        }
        // Who went first has cleared.
        for (&[from, to], time) in &self.intergreens {
            if self.goes_first[usize::from(to)].contains(&from) {
                changes.extend(greens[usize::from(from)].iter().map(|run| run.to + time.0));
            }
        }
        changes.iter_mut().for_each(|t| *t = t.rem_euclid(cycle));
        changes.sort_unstable();
        changes.dedup();
        let ends = changes.iter().skip(1).copied().chain([cycle]);
        let mut steps: Vec<ProgramStep> = Vec::new();
        for (&at, end) in changes.iter().zip(ends) {
            let lamps: Vec<Lamp> = (0..self.signal.groups).map(|g| self.lamp(&greens, &starts, g, at)).collect();
            match steps.last_mut() {
                Some(last) if last.lamps == lamps => last.duration.0 += end - at,
                _ => steps.push(ProgramStep { duration: Millis(end - at), lamps }),
            }
        }
        steps
    }

    /// What a group shows at a time.
    fn lamp(&self, greens: &[Vec<Green>], starts: &[Vec<i64>], group: u16, at: i64) -> Lamp {
        let (g, cycle) = (usize::from(group), self.cycle());
        // In a green that lasts the whole cycle there is neither start nor end.
        let always = greens[g].is_empty() && self.steps[0].lamps[g].is_green();
        for (run, &start) in greens[g].iter().zip(&starts[g]) {
            if (at - start).rem_euclid(cycle) < run.to - start {
                return self.green(greens, g, at);
            }
            if (at - run.to).rem_euclid(cycle) < self.yellows[g].0 {
                return Lamp::Yellow;
            }
        }
        if always { self.green(greens, g, at) } else { Lamp::Red }
    }

    /// Which green a group shows at a time: while those that go first are still clearing, it gives way.
    fn green(&self, greens: &[Vec<Green>], g: usize, at: i64) -> Lamp {
        let cycle = self.cycle();
        let mut begin = 0;
        let step = self.steps.iter().find(|s| {
            begin += s.duration.0;
            at < begin
        });
        let written = step.map_or(Lamp::Green, |s| s.lamps[g]);
        let clearing = |&first: &u16| {
            let time = self.intergreens.get(&[first, g as u16]).map_or(0, |t| t.0);
            greens[usize::from(first)].iter().any(|run| (at - run.to).rem_euclid(cycle) < time)
        };
        if self.goes_first[g].iter().any(clearing) { Lamp::GreenMinor } else { written }
    }
}

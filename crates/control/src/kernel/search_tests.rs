//! All states that the kernel can reach, for small plans: breadth first, every request and every command at every tick.
//!
//! A state is the kernel's and the oracle's together, with times relative to now, those that no longer matter made
//! equal: so the states are finitely many, and the search ends when there are no new ones. States are told apart by 128
//! bits of hash. `INTERGREEN_SEARCH=full` searches larger plans as well.

use core::hash::{Hash, Hasher};
use std::{
    collections::{BTreeSet, HashSet, hash_map::DefaultHasher},
    format, println,
    string::String,
    sync::Arc,
    vec,
    vec::Vec,
};

use super::{
    Aim, Journal, Kernel, Mode, Target,
    light::{FAR_PAST, State},
    preempt::Part,
};
use crate::{Lamp, Millis, Plan, Request, oracle::Oracle};

mod loads;
mod plans;

/// What is asked for at a tick.
#[derive(Clone, Debug)]
enum Ask {
    Lamps(Vec<Lamp>),
    Stage(usize),
    Phases(u32, u32),
}

/// What is done besides.
#[derive(Clone, Copy, Debug)]
enum Act {
    Preempt(u16, bool),
    Flash(bool),
    Hold(u16, bool),
    Omit(u16, bool),
    ForceOff(u16),
    Call(u16, bool),
    Fault,
    Reset,
}

/// One search.
struct Search {
    name: &'static str,
    plan: Arc<Plan>,
    asks: Vec<Ask>,
    /// Sets of what is done besides at a tick; each is tried with each of `asks`.
    acts: Vec<Vec<Act>>,
    tick: Millis,
    /// Whether calls are waited for: then cycle faults are searched as well.
    calls: bool,
    /// States of groups, parts of preemptions and modes that must occur.
    occur: &'static [&'static str],
    /// More states than this are a mistake in the plan of the search.
    most: usize,
}

/// What occurred, for the assertion that a search was not in vain.
#[derive(Default)]
struct Occurred(BTreeSet<String>);

impl Occurred {
    fn note(&mut self, kernel: &Kernel) {
        for (g, light) in kernel.lights.iter().enumerate() {
            if light.state.is_open() {
                self.0.insert(format!("open {g}"));
            }
            self.0.insert(format!("{:?}", light.state));
        }
        if let Some((_, part, _)) = kernel.preempts.active {
            self.0.insert(format!("{part:?}"));
        }
        self.0.insert(format!("{:?}", kernel.unit.mode));
        if kernel.fallback.fault.is_some() {
            self.0.insert("CycleFault".into());
        }
    }
}

/// The bound within which a preemption comes to its dwell, whatever was on: a red-yellow begins, its least green, its
/// yellow and intergreen; then the same for the track groups, and their time.
fn dwell_bound(plan: &Plan) -> Millis {
    let most = |of: fn(&crate::plan::Group) -> Millis| plan.groups().iter().map(of).max().unwrap_or_default();
    let numbers = 0..u16::try_from(plan.groups().len()).expect("few groups");
    let intergreens = numbers.flat_map(|a| plan.matrix().partners(a).iter().map(move |&b| (a, b)));
    let intergreen = intergreens.map(|(a, b)| plan.matrix().intergreen(a, b)).max().unwrap_or_default();
    let track = plan.spec().preempts.iter().map(|p| p.track_green).max().unwrap_or_default();
    let change = intergreen.max(most(|g| g.yellow) + most(|g| g.red_revert));
    let once = most(|g| g.red_yellow) + most(|g| g.min_green) + change + most(|g| g.lead);
    once + once + track
}

impl Search {
    fn start(&self) -> (Kernel, Oracle) {
        let mut kernel = Kernel::new(self.plan.clone());
        let mut oracle = Oracle::new(&self.plan, false);
        let mut journal = Journal::new(0, true);
        kernel.start(Millis(0), &mut journal);
        kernel.self_check(true, Millis(0), &mut journal);
        see(&mut oracle, &mut journal).expect("a start");
        (kernel, oracle)
    }

    /// One tick: commands and request, then time.
    fn tick(&self, (kernel, oracle): &mut (Kernel, Oracle), ask: &Ask, acts: &[Act]) -> Result<(), String> {
        let at = kernel.now + self.tick;
        let mut journal = Journal::new(16, true);
        let request = match ask {
            Ask::Lamps(lamps) => Request::Lamps(lamps),
            Ask::Stage(stage) => Request::Stage(*stage),
            &Ask::Phases(phases, walks) => Request::Phases { phases, walks },
        };
        for &act in acts {
            do_it(kernel, act, at, &mut journal);
        }
        assert!(kernel.request(request, at), "{ask:?} fits the plan");
        kernel.advance(at, &mut journal);
        see(oracle, &mut journal)?;
        for (g, light) in kernel.lights.iter().enumerate() {
            if light.shown != oracle.lamp(g) {
                return Err(format!("group {g} shows {:?} but the outputs say {:?}", light.shown, oracle.lamp(g)));
            }
        }
        Ok(())
    }

    /// Times relative to now, and equal where they no longer matter.
    fn rebase(&self, (kernel, oracle): &mut (Kernel, Oracle)) {
        let now = kernel.now;
        oracle.rebase(now.0);
        let back = |t: &mut Millis, keep: Millis| {
            *t = if *t == Millis::NEVER {
                *t
            } else if now - *t > keep {
                FAR_PAST
            } else {
                *t - now
            }
        };
        let track = self.plan.spec().preempts.iter().map(|p| p.track_green.max(p.min_dwell)).max().unwrap_or_default();
        let longest = kernel.limits.longest_intergreen;
        for (g, light) in kernel.lights.iter_mut().enumerate() {
            let group = &self.plan.groups()[g];
            let number = u16::try_from(g).expect("few groups");
            let partners = self.plan.matrix().partners(number).iter();
            let after = partners.map(|&b| self.plan.matrix().intergreen(number, b)).max().unwrap_or_default();
            let (red, none) = (group.red_revert.max(super::rules::SHOWN_RED), Millis(-1));
            let keep = match light.state {
                State::Closed => red,
                State::Starting => group.red_yellow + kernel.limits.max_red_yellow(g),
                State::Ending => group.yellow + kernel.limits.max_yellow(g),
                _ => none,
            };
            back(&mut light.since, keep);
            back(
                &mut light.opened,
                if light.state.is_open() { group.min_green.max(group.lead).max(track) } else { none },
            );
            back(&mut light.ended, if light.state.is_committed() { none } else { after.max(red).max(longest) });
            let (present, locked, mut waiting) = kernel.calls.get(g);
            if let Some(waiting) = &mut waiting {
                back(waiting, if self.calls { group.max_red } else { none });
            }
            kernel.calls.put(g, (present, locked, waiting));
            back(&mut kernel.target.end_after[g], Millis(0));
            back(&mut kernel.target.start_after[g], Millis(0));
        }
        if let Some(rings) = self.plan.rings() {
            for (following, overlap) in kernel.target.overlaps.iter_mut().zip(&rings.overlaps) {
                if let Some(asked) = &mut following.asked {
                    back(asked, overlap.lead);
                }
                back(&mut following.left, overlap.trail);
            }
        }
        for (input, spec) in kernel.preempts.inputs.iter_mut().zip(&self.plan.spec().preempts) {
            let keep = if input.on && !input.ignored { spec.max_presence } else { Millis(-1) };
            back(&mut input.since, keep);
            if let Some((_, _, since)) = &mut kernel.preempts.active {
                back(since, spec.min_dwell.max(track));
            }
        }
        // Those that are known stay so: whether they still are right is asserted where they are used.
        kernel.starts.iter_mut().flatten().for_each(|start| start.at = start.at - now);
        back(&mut kernel.taken_over, Millis(-1));
        back(&mut kernel.unit.since, Millis(-1));
        back(&mut kernel.unit.until, Millis(0));
        // Worked out anew at every tick.
        kernel.aims.fill(Aim::Closed);
        if matches!(self.asks[0], Ask::Lamps(_)) {
            kernel.target = Target::new(&self.plan);
        }
        kernel.now = Millis(0);
        kernel.next = Millis::NEVER;
    }

    fn run(&self) {
        let mut seen: HashSet<u128> = HashSet::new();
        let mut occurred = Occurred::default();
        // By state in the order in which they were found: from which, and by what.
        let mut parents: Vec<(u32, u16, u16)> = vec![(0, 0, 0)];
        let mut first = self.start();
        occurred.note(&first.0);
        self.rebase(&mut first);
        seen.insert(key(&first));
        let mut level = vec![(0u32, first)];
        let (mut transitions, mut depth) = (0u64, 0);
        while !level.is_empty() {
            let mut next = Vec::new();
            for (id, state) in level {
                for (a, ask) in self.asks.iter().enumerate() {
                    for (c, acts) in self.acts.iter().enumerate() {
                        let mut new = state.clone();
                        let step = self.tick(&mut new, ask, acts);
                        transitions += 1;
                        let place = (id, u16::try_from(a).expect("few"), u16::try_from(c).expect("few"));
                        if let Err(wrong) = step {
                            self.tell(&parents, place, &wrong);
                        }
                        occurred.note(&new.0);
                        self.rebase(&mut new);
                        if seen.insert(key(&new)) {
                            if let Err(wrong) = self.goes_on(&state.0, &new) {
                                self.tell(&parents, place, &wrong);
                            }
                            let number = u32::try_from(parents.len()).expect("fits in memory");
                            parents.push(place);
                            next.push((number, new));
                        }
                    }
                }
            }
            assert!(seen.len() <= self.most, "{}: more than {} states", self.name, self.most);
            level = next;
            depth += 1;
        }
        println!("{}: {} states, {transitions} transitions, {depth} ticks deep", self.name, seen.len());
        for g in 0..self.plan.groups().len() {
            assert!(occurred.0.contains(&format!("open {g}")), "{}: group {g} was never open", self.name);
        }
        for &what in self.occur {
            assert!(occurred.0.contains(what), "{}: no {what}, only {:?}", self.name, occurred.0);
        }
    }

    /// Liveness: what must come about if nobody does anything any more.
    fn goes_on(&self, before: &Kernel, (kernel, oracle): &(Kernel, Oracle)) -> Result<(), String> {
        let active = kernel.preempts.active;
        let flashes = |k: &Kernel| k.unit.mode != Mode::Normal || k.unit.commanded;
        if active.is_some_and(|(_, part, _)| part == Part::Track)
            && before.preempts.active.map(|a| a.0) != active.map(|a| a.0)
        {
            let done = |k: &Kernel| flashes(k) || k.preempts.active.is_none_or(|(_, part, _)| part != Part::Track);
            self.comes_about("the dwell of a preemption", dwell_bound(&self.plan), kernel, oracle, done)?;
        }
        let exits = |k: &Kernel| k.preempts.active.is_some_and(|(_, part, _)| part == Part::Exit);
        if exits(kernel) && !exits(before) {
            let done = |k: &Kernel| flashes(k) || !exits(k);
            self.comes_about("the end of a preemption", dwell_bound(&self.plan), kernel, oracle, done)?;
        }
        if kernel.unit.clears() && !before.unit.clears() {
            let done = |k: &Kernel| k.unit.mode == Mode::Flash;
            self.comes_about("flashing", dwell_bound(&self.plan), kernel, oracle, done)?;
        }
        let free = |k: &Kernel| {
            k.fallback.fault.is_some()
                && k.preempts.active.is_none()
                && k.unit.mode == Mode::Normal
                && !k.unit.commanded
        };
        let free = free(kernel) && !free(before) && kernel.hold.is_empty() && kernel.omit.is_empty();
        if free && !kernel.preempts.inputs.iter().any(|i| i.on) {
            let most =
                |of: fn(&crate::plan::Group) -> Millis| self.plan.groups().iter().map(of).max().unwrap_or_default();
            let bound =
                self.plan.worst_sequence() + most(|g| g.min_green + g.red_yellow) + kernel.limits.longest_intergreen;
            let served = kernel.limits.patience.iter().map(|&p| p != Millis::NEVER);
            for g in served.enumerate().filter_map(|(g, served)| served.then_some(g)) {
                let done = |k: &Kernel| k.lights[g].state.is_open();
                self.comes_about(&format!("green of group {g} after a cycle fault"), bound, kernel, oracle, done)?;
            }
        }
        Ok(())
    }

    fn comes_about(
        &self,
        what: &str,
        within: Millis,
        kernel: &Kernel,
        oracle: &Oracle,
        done: impl Fn(&Kernel) -> bool,
    ) -> Result<(), String> {
        let mut state = (kernel.clone(), oracle.clone());
        let start = state.0.now;
        while !done(&state.0) {
            if state.0.now - start > within + self.tick {
                return Err(format!("no {what} within {} ms", within.0));
            }
            self.tick(&mut state, &self.asks[self.asks.len() - 1], &[])?;
        }
        Ok(())
    }

    /// Fails, with the way to the state.
    fn tell(&self, parents: &[(u32, u16, u16)], last: (u32, u16, u16), wrong: &str) -> ! {
        let mut way = vec![last];
        while let Some(&(id, ..)) = way.last().filter(|w| w.0 != 0) {
            way.push(parents[id as usize]);
        }
        let mut state = self.start();
        let mut text = String::new();
        for (_, a, c) in way.iter().rev() {
            let (ask, acts) = (&self.asks[usize::from(*a)], &self.acts[usize::from(*c)]);
            let ask_text = match ask {
                Ask::Lamps(lamps) => lamps.iter().map(|l| l.letter()).collect(),
                other => format!("{other:?}"),
            };
            let _ = self.tick(&mut state, ask, acts);
            text += &format!("{} ms: {ask_text} {acts:?} → {}\n", state.0.now.0, state.1.letters());
        }
        panic!("{}: {wrong}\n{text}", self.name);
    }
}

fn do_it(kernel: &mut Kernel, act: Act, at: Millis, journal: &mut Journal) {
    match act {
        Act::Preempt(n, on) => assert!(kernel.preempt(n, on, at, journal), "a preemption of the plan"),
        Act::Flash(on) => kernel.flash(on),
        Act::Hold(g, on) => kernel.hold(g, on),
        Act::Omit(g, on) => kernel.omit(g, on),
        Act::ForceOff(g) => kernel.force_off(g),
        // Detector edges alternate: what is on already stays on.
        Act::Call(g, on) => {
            if (kernel.calls.get(usize::from(g)).0 > 0) != on {
                kernel.call(g, on, false, journal);
            }
        }
        Act::Fault => kernel.fault(at, journal),
        Act::Reset => kernel.reset(at, journal),
    }
}

fn see(oracle: &mut Oracle, journal: &mut Journal) -> Result<(), String> {
    oracle.see(core::iter::from_fn(|| journal.pop()))
}

fn key((kernel, oracle): &(Kernel, Oracle)) -> u128 {
    let mut bytes = Vec::with_capacity(1024);
    kernel.save(&mut bytes);
    oracle.key(&mut bytes);
    let half = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        (seed, &bytes).hash(&mut hasher);
        hasher.finish()
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}

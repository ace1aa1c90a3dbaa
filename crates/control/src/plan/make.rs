//! Plans written in code: for tests, examples and imports.

use alloc::{borrow::ToOwned, format, string::ToString, vec::Vec};

use super::{
    GroupKind, GroupSpec, IntergreenSpec, IntergreenTime, PLAN_VERSION, PlanSpec, StageSpec, Waiver, YieldSpec,
};
use crate::{Lamp, Millis, Program};

impl PlanSpec {
    /// A plan with these groups and nothing else yet.
    pub fn new(name: &str, groups: Vec<GroupSpec>) -> Self {
        Self {
            version: PLAN_VERSION,
            name: name.to_owned(),
            groups,
            forbidden: Vec::new(),
            yields: Vec::new(),
            intergreens: Vec::new(),
            yellow_conflicts: false,
            start_up: super::StartUp::default(),
            program: None,
            stages: Vec::new(),
            interstages: Vec::new(),
            rings: None,
            detectors: Vec::new(),
            patterns: Vec::new(),
            calendar: super::Calendar::default(),
            preempts: Vec::new(),
            priorities: Vec::new(),
        }
    }

    /// `a` and `b` must never be open together; from the end of one to the start of the other takes so long, `a` to `b`
    /// and `b` to `a`.
    #[must_use]
    pub fn forbid(mut self, a: &str, b: &str, times: (Millis, Millis)) -> Self {
        self.forbidden.push((a.to_owned(), b.to_owned()));
        for (from, to, time) in [(a, b, times.0), (b, a, times.1)] {
            let time = IntergreenTime::Given(time);
            self.intergreens.push(IntergreenSpec { from: from.to_owned(), to: to.to_owned(), time });
        }
        self
    }

    /// `who` gives way to `to`, which is its oncoming traffic or not.
    #[must_use]
    pub fn give_way(mut self, who: &str, to: &str, oncoming: bool) -> Self {
        self.yields.push(YieldSpec { who: who.to_owned(), to: to.to_owned(), oncoming });
        self
    }

    /// A stage with these groups, after those there are.
    #[must_use]
    pub fn stage(mut self, name: &str, groups: &[&str]) -> Self {
        self.stages.push(StageSpec { name: name.to_owned(), groups: groups.iter().map(ToString::to_string).collect() });
        self
    }
}

impl GroupSpec {
    /// A group of a kind, with no times yet.
    pub fn new(name: &str, kind: GroupKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            min_green: None,
            max_green: None,
            yellow: None,
            red_yellow: None,
            red_clearance: None,
            walk: None,
            clearance: None,
            buffer: None,
            lead: None,
            red_revert: None,
            max_red: None,
            recall: super::Recall::None,
            turn_on_red: false,
        }
    }

    /// A circular head: least green and yellow.
    pub fn vehicle(name: &str, min_green: Millis, yellow: Millis) -> Self {
        Self { min_green: Some(min_green), yellow: Some(yellow), ..Self::new(name, GroupKind::Vehicle) }
    }

    /// People on foot: walk and clearance.
    pub fn pedestrian(name: &str, walk: Millis, clearance: Millis) -> Self {
        Self { walk: Some(walk), clearance: Some(clearance), ..Self::new(name, GroupKind::Pedestrian) }
    }
}

/// The shortest time for which a program shows some lamps without a break, the seam of the cycle included; `None` if it
/// never does, or never ends to.
fn shortest_run(program: &Program, group: usize, is: impl Fn(Lamp) -> bool) -> Option<Millis> {
    let steps = program.steps();
    let first = steps.iter().position(|s| !is(s.lamps[group]))?;
    let (mut shortest, mut run) = (None, Millis(0));
    for i in 0..=steps.len() {
        let step = &steps[(first + i) % steps.len()];
        if is(step.lamps[group]) {
            run += step.duration;
        } else if run.0 > 0 {
            shortest = Some(shortest.unwrap_or(run).min(run));
            run = Millis(0);
        }
    }
    shortest
}

/// The longest time for which a program shows a lamp without a break, the seam of the cycle included.
pub(crate) fn longest_run(program: &Program, group: usize, lamp: Lamp) -> Millis {
    let (mut run, mut longest) = (Millis(0), Millis(0));
    for step in program.steps().iter().chain(program.steps()) {
        run = if step.lamps[group] == lamp { run + step.duration } else { Millis(0) };
        longest = longest.max(run);
    }
    longest
}

impl PlanSpec {
    /// A plan that runs a program as it is, with the program's own times and no relations: what it is about, only who
    /// knows the intersection can add. With it what has to be waived.
    ///
    /// Times: least green the shortest green, at most 5 s; yellow and red-yellow the shortest, 0 if some change has
    /// none; longest red two cycles, at least 120 s.
    pub fn of_program(name: &str, program: Program) -> (Self, Vec<Waiver>) {
        let (mut groups, mut waivers) = (Vec::new(), Vec::new());
        let pairs = || program.steps().iter().zip(program.steps().iter().cycle().skip(1));
        for (group, g) in (0u16..).zip(0..program.groups()) {
            let changes =
                |from: fn(Lamp) -> bool, to: fn(Lamp) -> bool| pairs().any(|(a, b)| from(a.lamps[g]) && to(b.lamps[g]));
            let green = shortest_run(&program, g, Lamp::is_green);
            let without_yellow = changes(Lamp::is_green, |l| !l.is_green() && l != Lamp::Yellow);
            let without_red_yellow = changes(|l| !l.is_green() && l != Lamp::RedYellow, Lamp::is_green);
            let run = |lamp: Lamp| shortest_run(&program, g, |l| l == lamp).unwrap_or(Millis(0));
            let yellow = if without_yellow { Millis(0) } else { run(Lamp::Yellow) };
            let min_green = green.unwrap_or(Millis(5000)).min(Millis(5000));
            let is_on = |l: Lamp| !matches!(l, Lamp::Off | Lamp::Flashing);
            if program.steps().iter().any(|s| !is_on(s.lamps[g])) {
                waivers.push(Waiver::SignalOff { group });
            }
            let served = program.steps().iter().any(|s| s.lamps[g].is_green());
            if !served {
                waivers.push(Waiver::NeverServed { group });
            }
            if without_yellow || !served || yellow.0 == 0 {
                waivers.push(Waiver::MissingYellow { group });
            } else if yellow.0 < 3000 {
                waivers.push(Waiver::ShortYellow { group, found: yellow });
            }
            if min_green.0 < 1000 {
                waivers.push(Waiver::ShortGreen { group, found: min_green });
            }
            let red_yellow = if without_red_yellow { Millis(0) } else { run(Lamp::RedYellow) };
            let longest = |lamp: Lamp| longest_run(&program, g, lamp);
            if longest(Lamp::Yellow) > yellow.min(Millis(6000))
                || longest(Lamp::RedYellow) > red_yellow.min(Millis(3000))
            {
                let what = "yellow or red-yellow is long, or not always the same".to_owned();
                waivers.push(Waiver::Other { group, what });
            }
            let red = shortest_run(&program, g, |l| matches!(l, Lamp::Red | Lamp::TurnOnRed));
            groups.push(GroupSpec {
                red_yellow: Some(red_yellow),
                red_revert: Some(red.unwrap_or(Millis(0)).min(Millis(1000))),
                max_red: Some((program.cycle() + program.cycle()).max(Millis(120_000)).min(Millis(3_600_000))),
                ..GroupSpec::vehicle(&format!("{g}"), min_green, yellow)
            });
        }
        (Self { program: Some(program), ..Self::new(name, groups) }, waivers)
    }
}

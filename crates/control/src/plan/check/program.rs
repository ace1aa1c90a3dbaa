//! The fixed cycle: whether the kernel can run it exactly as written.
//!
//! Terms
//! - **run** of a group: what it shows without a change, over as many steps as it lasts, the end of the cycle included.

use alloc::{format, string::String, vec::Vec};

use super::Checks;
use crate::plan::{Group, GroupKind, Waiver};
use crate::{Lamp, Millis, Program};

/// What a lamp means to the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Show {
    Open,
    Yellow,
    Closed,
    RedYellow,
    Off,
}

impl Show {
    const fn of(lamp: Lamp) -> Self {
        match lamp {
            Lamp::Green | Lamp::GreenMinor => Self::Open,
            Lamp::Yellow => Self::Yellow,
            Lamp::Red | Lamp::TurnOnRed => Self::Closed,
            Lamp::RedYellow => Self::RedYellow,
            Lamp::Flashing | Lamp::Off => Self::Off,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Open => "green",
            Self::Yellow => "yellow",
            Self::Closed => "red",
            Self::RedYellow => "red-yellow",
            Self::Off => "switched off",
        }
    }
}

/// A run: which step it begins with, what it shows, for how long.
#[derive(Clone, Copy, Debug)]
struct Run {
    step: usize,
    show: Show,
    time: Millis,
}

/// The runs of a group in one cycle, each followed by the next, the last by the first.
fn runs(program: &Program, group: u16) -> Vec<Run> {
    let show = |step: usize| Show::of(program.steps()[step].lamps[usize::from(group)]);
    let count = program.steps().len();
    let begins = |step: usize| show(step) != show((step + count - 1) % count);
    let first = (0..count).find(|&s| begins(s)).unwrap_or(0);
    let mut runs: Vec<Run> = Vec::new();
    for step in (first..count).chain(0..first) {
        let time = program.steps()[step].duration;
        match runs.last_mut() {
            Some(run) if !begins(step) => run.time += time,
            _ => runs.push(Run { step, show: show(step), time }),
        }
    }
    runs
}

/// A moment in the cycle, and the step that begins there.
type Edge = (Millis, usize);

/// When a group's lamp begins, and when it ceases, to be one of some.
fn edges(program: &Program, group: u16, is: impl Fn(Lamp) -> bool) -> (Vec<Edge>, Vec<Edge>) {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    let mut before = program.steps().last().is_some_and(|s| is(s.lamps[usize::from(group)]));
    let mut time = Millis(0);
    for (number, step) in program.steps().iter().enumerate() {
        let now = is(step.lamps[usize::from(group)]);
        match (before, now) {
            (false, true) => starts.push((time, number)),
            (true, false) => ends.push((time, number)),
            _ => {}
        }
        before = now;
        time += step.duration;
    }
    (starts, ends)
}

/// From a moment in the cycle to the next of some others.
fn until_next(program: &Program, from: Millis, moments: &[Edge]) -> Option<Edge> {
    let wait = |m: &Edge| (Millis((m.0 - from).0.rem_euclid(program.cycle().0)), m.1);
    moments.iter().map(wait).min()
}

impl Checks<'_> {
    pub(super) fn program(&mut self) {
        let Some(program) = self.plan.program() else { return };
        let element = format!("program '{}'", program.id());
        let expected = self.plan.groups().len();
        if program.groups() != expected {
            let problem = format!("has {} lamps per step; expected {expected}, one per group", program.groups());
            self.add(element, problem);
            return;
        }
        let closed = program.never_green();
        let off = |g: u16| self.plan.groups()[usize::from(g)].may_be_off;
        let switched_off: Vec<u16> = self.numbers().filter(|&g| off(g)).collect();
        self.all_served("the program", |g| !closed.contains(&g) || switched_off.contains(&g));
        let plan = self.plan;
        for (number, group) in (0..).zip(plan.groups()) {
            self.arrow_greens(program, number, group);
            let runs = runs(program, number);
            for (i, run) in runs.iter().enumerate() {
                let (before, after) = (runs[(i + runs.len() - 1) % runs.len()], runs[(i + 1) % runs.len()]);
                self.run(number, group, *run, (runs.len() > 1).then_some((before.show, after.show)));
            }
        }
        self.steps(program, &element);
        self.gaps(program);
        self.leads(program);
        self.program_traps(program);
    }

    /// The green of a flashing yellow arrow that flashed before has a least green of its own.
    fn arrow_greens(&mut self, program: &Program, number: u16, group: &Group) {
        if group.kind != GroupKind::FlashingYellowArrow {
            return;
        }
        let (steps, g) = (program.steps(), usize::from(number));
        let green = |step: usize| steps[step % steps.len()].lamps[g] == Lamp::Green;
        let flashes = |step: usize| steps[step % steps.len()].lamps[g] == Lamp::GreenMinor;
        for first in (0..steps.len()).filter(|&step| green(step) && flashes(step + steps.len() - 1)) {
            let run = (first..first + steps.len()).take_while(|&step| green(step));
            let (count, time) =
                run.fold((0, Millis(0)), |(n, time), step| (n + 1, time + steps[step % steps.len()].duration));
            if time < group.min_green && !flashes(first + count) {
                let (time, least) = (time.seconds(), group.min_green.seconds());
                let problem = format!(
                    "step {first} of the program: the arrow is green for {time} s after flashing; expected at least its least \
                     green, {least} s"
                );
                self.add(format!("group '{}'", group.name), problem);
            }
        }
    }

    /// One run of a group, between what it shows before and after it.
    fn run(&mut self, number: u16, group: &Group, run: Run, around: Option<(Show, Show)>) {
        let element = format!("group '{}'", group.name);
        let (step, time) = (run.step, run.time.seconds());
        let mut wrong =
            |problem: String| self.findings.add(&*element, format!("step {step} of the program: {problem}"));
        let is = |w: &Waiver| match w {
            Waiver::Other { group: g, .. } | Waiver::ShortYellow { group: g, .. } => *g == number,
            _ => false,
        };
        let odd_times = self.plan.waivers().iter().any(is);
        let missing = self.plan.waivers().contains(&Waiver::MissingYellow { group: number });
        if run.show == Show::Off && !group.may_be_off {
            wrong("it is dark or flashing; expected a lamp that rules".into());
        }
        let Some((before, after)) = around else { return };
        let (yellow, red_yellow) = (group.yellow, group.red_yellow);
        match run.show {
            Show::Open => {
                if run.time < group.min_green {
                    let least = group.min_green.seconds();
                    wrong(format!("green lasts {time} s; expected at least its least green, {least} s"));
                }
                if after == Show::RedYellow || after == Show::Closed && yellow > Millis(0) && !missing {
                    wrong(format!("green is followed by {}; expected {} s of yellow", after.name(), yellow.seconds()));
                }
                if before == Show::Closed && red_yellow > Millis(0) && !odd_times {
                    wrong(format!("green follows red; expected {} s of red-yellow", red_yellow.seconds()));
                }
            }
            Show::Yellow => {
                if before != Show::Open && before != Show::Off {
                    wrong(format!("yellow follows {}; expected green before it", before.name()));
                }
                if after != Show::Closed && after != Show::Off {
                    wrong(format!("yellow is followed by {}; expected red", after.name()));
                }
                let fits = if odd_times || missing { run.time >= yellow } else { run.time == yellow };
                if !fits {
                    let expected = yellow.seconds();
                    wrong(format!("yellow lasts {time} s; expected the group's yellow, {expected} s"));
                }
            }
            Show::RedYellow => {
                if after != Show::Open {
                    wrong(format!("red-yellow is followed by {}; expected green", after.name()));
                }
                if before != Show::Closed && before != Show::Off {
                    wrong(format!("red-yellow follows {}; expected red", before.name()));
                }
                if run.time != red_yellow && !(odd_times && run.time > red_yellow) {
                    let expected = red_yellow.seconds();
                    wrong(format!("red-yellow lasts {time} s; expected the group's red_yellow, {expected} s"));
                }
            }
            Show::Closed => {
                let total = if after == Show::RedYellow { run.time + red_yellow } else { run.time };
                if after != Show::Off && before != Show::Off && total < group.red_revert {
                    let least = group.red_revert.seconds();
                    wrong(format!("red lasts {} s; expected at least its red_revert, {least} s", total.seconds()));
                }
            }
            Show::Off => {}
        }
    }

    /// Who is open together in a step.
    fn steps(&mut self, program: &Program, element: &str) {
        let matrix = self.plan.matrix();
        for (number, step) in program.steps().iter().enumerate() {
            let lamp = |g: u16| step.lamps[usize::from(g)];
            for a in self.numbers().filter(|&g| lamp(g).is_green()) {
                for &b in matrix.partners(a).iter().filter(|&&b| lamp(b).is_green()) {
                    let (x, y) = (self.name(a), self.name(b));
                    if a < b && self.forbidden(a, b) {
                        let problem = format!("step {number} opens '{x}' and '{y}', which are forbidden together");
                        self.add(element, problem);
                    }
                    let unsafe_pair = |w: &Waiver| *w == Waiver::UnsafePair { who: a, to: b };
                    let full = lamp(a) == Lamp::Green && lamp(b) == Lamp::Green;
                    let arrow = self.plan.groups()[usize::from(a)].kind == GroupKind::FlashingYellowArrow
                        && lamp(a) == Lamp::Green;
                    if matrix.relation(a, b).yields() && (full || arrow) && !self.waived(unsafe_pair) {
                        let problem = format!(
                            "step {number} shows '{x}' full green (G) beside '{y}', to whom it gives way; expected g"
                        );
                        self.add(element, problem);
                    }
                }
            }
        }
    }

    /// The intergreens of the matrix lie between every end of green and the next start of another.
    fn gaps(&mut self, program: &Program) {
        let matrix = self.plan.matrix();
        for from in self.numbers() {
            for &to in matrix.partners(from) {
                let kind = |g: u16| self.plan.groups()[usize::from(g)].kind;
                // A flashing yellow arrow excludes others while its arrow is green only.
                let arrow =
                    |a: u16, b: u16| kind(a) == GroupKind::FlashingYellowArrow && matrix.relation(a, b).yields();
                let (from_arrow, to_arrow) = (arrow(from, to), arrow(to, from));
                if !(self.forbidden(from, to) || from_arrow || to_arrow) {
                    continue;
                }
                let open = |only_full: bool| move |lamp: Lamp| lamp == Lamp::Green || !only_full && lamp.is_green();
                let (_, ends) = edges(program, from, open(from_arrow));
                let (starts, _) = edges(program, to, open(to_arrow));
                let need = matrix.intergreen(from, to);
                for &(end, _) in &ends {
                    let Some((gap, step)) = until_next(program, end, &starts) else { continue };
                    if gap < need {
                        let (gap, need) = (gap.seconds(), need.seconds());
                        let problem = format!(
                            "step {step} of the program opens '{}' {gap} s after the end of '{}'; expected their \
                             intergreen, {need} s",
                            self.name(to),
                            self.name(from)
                        );
                        self.add(self.pair(from, to), problem);
                    }
                }
            }
        }
    }

    /// Whoever gives way to people on foot starts later than they do, by their leading interval.
    fn leads(&mut self, program: &Program) {
        for (walk, group) in (0..).zip(self.plan.groups()).filter(|(_, g)| g.lead > Millis(0)) {
            let (walks, _) = edges(program, walk, Lamp::is_green);
            let partners = self.plan.matrix().partners(walk);
            for &who in partners.iter().filter(|&&who| self.plan.matrix().relation(who, walk).yields()) {
                let (starts, _) = edges(program, who, Lamp::is_green);
                for &(start, _) in &walks {
                    let Some((later, step)) = until_next(program, start, &starts) else { continue };
                    if later < group.lead {
                        let (later, lead) = (later.seconds(), group.lead.seconds());
                        let problem = format!(
                            "step {step} of the program opens '{}' {later} s after '{}'; expected its lead, {lead} s",
                            self.name(who),
                            group.name
                        );
                        self.add(self.pair(who, walk), problem);
                    }
                }
            }
        }
    }

    /// Nobody who waits for a gap in oncoming traffic loses the green before that traffic does.
    fn program_traps(&mut self, program: &Program) {
        for &(who, to) in self.traps {
            let (_, ends) = edges(program, who, Lamp::is_green);
            for &(_, step) in &ends {
                let open = |step: usize| program.steps()[step].lamps[usize::from(to)].is_green();
                let before = (step + program.steps().len() - 1) % program.steps().len();
                if open(before) && open(step) {
                    let (name, oncoming) = (self.name(who), self.name(to));
                    let problem = format!(
                        "yellow trap in step {step} of the program: '{name}' gives way to '{oncoming}' and ends, while \
                         '{oncoming}' stays open"
                    );
                    self.add(self.pair(who, to), problem);
                }
            }
        }
    }
}

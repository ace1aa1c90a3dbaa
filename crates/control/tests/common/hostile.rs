//! Random plans that pass the checks, a strategy that asks for anything, and inputs at any time.
#![allow(dead_code)] // Not every test uses all of it.
#![allow(clippy::needless_range_loop)] // Groups are numbers here, of several tables.

extern crate alloc;

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use intergreen_control::{
    Command, Controller, Decision, DetectorEvent, Input, Lamp, Millis, Plan, PlanSpec, Program, ProgramStep, Request,
    StateError, StateReader, Strategy, View,
    plan::{
        Delay, DetectorLimits, DetectorMode, DetectorUse, GroupKind, GroupSpec, IntergreenSpec, IntergreenTime,
        InterstageSpec, OverlapSpec, PhaseSpec, Preempt, PreemptKind, Recall, RingsSpec, StageSpec, StartUp, Waiver,
        WallClock,
    },
};

/// A small generator of random numbers (xorshift64*): the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// 0 to `n` − 1.
    pub fn below(&mut self, n: u64) -> u64 {
        ((self.next() >> 32) * n) >> 32
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// `least` to `most`, in tenths of a second.
    pub fn time(&mut self, least: i64, most: i64) -> Millis {
        let steps = (most - least) / 100 + 1;
        Millis(least + 100 * self.below(steps as u64) as i64)
    }

    pub fn number(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }
}

/// A random plan as it would be written; most, not all, pass the checks.
pub fn random_plan(dice: &mut Dice) -> PlanSpec {
    let n = 2 + dice.number(7);
    let kinds = [
        GroupKind::Vehicle,
        GroupKind::Vehicle,
        GroupKind::Vehicle,
        GroupKind::Pedestrian,
        GroupKind::Pedestrian,
        GroupKind::FlashingYellowArrow,
        GroupKind::Arrow,
        GroupKind::Bicycle,
        GroupKind::Bus,
    ];
    let mut groups = Vec::new();
    for g in 0..n {
        let kind = kinds[dice.number(kinds.len())];
        let name = format!("{g}");
        let mut group = if kind == GroupKind::Pedestrian {
            let mut group = GroupSpec::pedestrian(&name, dice.time(4000, 9000), dice.time(0, 9000));
            group.buffer = Some(dice.time(0, 2000));
            group.lead = dice.chance(50).then(|| dice.time(0, 6000));
            group
        } else {
            let mut group =
                GroupSpec { kind, ..GroupSpec::vehicle(&name, dice.time(1000, 8000), dice.time(3000, 6000)) };
            group.red_yellow = dice.chance(40).then(|| dice.time(0, 3000));
            group.red_clearance = dice.chance(50).then(|| dice.time(0, 2000));
            group
        };
        group.red_revert = dice.chance(50).then(|| dice.time(0, 5000));
        group.max_red = Some(dice.time(200_000, 400_000));
        group.recall = [Recall::None, Recall::Min, Recall::Max, Recall::Soft][dice.number(4)];
        groups.push(group);
    }
    let mut spec = PlanSpec::new("random", groups);
    spec.yellow_conflicts = dice.chance(30);
    let mut forbidden = vec![vec![false; n]; n];
    for a in 0..n {
        for b in a + 1..n {
            let (x, y) = if dice.chance(50) { (a, b) } else { (b, a) };
            let kind = |g: usize| spec.groups[g].kind;
            let may_yield =
                kind(x) != GroupKind::Arrow && kind(y) != GroupKind::Arrow && kind(x) != GroupKind::Pedestrian;
            let roll = dice.below(100);
            let mut long = |from: usize, to: usize| {
                let (f, t) = (&spec.groups[from], &spec.groups[to]);
                let out =
                    f.yellow.or(f.clearance).unwrap_or_default() + f.red_clearance.or(f.buffer).unwrap_or_default();
                (out + dice.time(0, 3000)).max(t.red_yellow.unwrap_or_default())
            };
            if roll < 45 {
                let times = (long(a, b), long(b, a));
                spec = spec.forbid(&format!("{a}"), &format!("{b}"), times);
                (forbidden[a][b], forbidden[b][a]) = (true, true);
            } else if roll < 80 && may_yield {
                let oncoming =
                    kind(y) != GroupKind::Pedestrian && roll < 65 || kind(x) == GroupKind::FlashingYellowArrow;
                let (there, back) = (long(x, y), long(y, x));
                if kind(x) == GroupKind::FlashingYellowArrow
                    || kind(y) == GroupKind::FlashingYellowArrow
                    || roll.is_multiple_of(2)
                {
                    for (from, to, time) in [(x, y, there), (y, x, back)] {
                        let time = IntergreenTime::Given(time);
                        spec.intergreens.push(IntergreenSpec { from: format!("{from}"), to: format!("{to}"), time });
                    }
                }
                spec = spec.give_way(&format!("{x}"), &format!("{y}"), oncoming);
            }
        }
    }
    // An arrow that gives way to nobody is an arrow.
    for g in 0..n {
        let name = format!("{g}");
        if spec.groups[g].kind == GroupKind::FlashingYellowArrow
            && !spec.yields.iter().any(|y| y.who == name && y.oncoming)
        {
            spec.groups[g].kind = GroupKind::Vehicle;
        }
    }
    if dice.chance(40) {
        spec.start_up =
            StartUp { flash: dice.time(1000, 5000), yellow: dice.time(3000, 4000), all_red: Millis(25_000) };
    }
    // Groups that may be open together, greedily, each group at least once.
    let together = |dice: &mut Dice, first: usize| {
        let mut set = vec![first];
        for g in 0..n {
            if g != first && dice.chance(60) && set.iter().all(|&h| !forbidden[g][h]) {
                set.push(g);
            }
        }
        set.sort_unstable();
        set
    };
    let names = |set: &[usize]| set.iter().map(|g| format!("{g}")).collect::<Vec<_>>();
    if dice.chance(60) {
        for g in 0..n {
            let set = together(dice, g);
            spec.stages.push(StageSpec { name: format!("{g}"), groups: names(&set) });
        }
        for _ in 0..dice.number(4) {
            let (from, to) = (dice.number(n), dice.number(n));
            let (a, b) = (&spec.stages[from].groups, &spec.stages[to].groups);
            let ends: Vec<_> = a.iter().filter(|g| !b.contains(g)).take(1).cloned().collect();
            let starts: Vec<_> = b.iter().filter(|g| !a.contains(g)).take(1).cloned().collect();
            let twice = spec.interstages.iter().any(|i| i.from == format!("{from}") && i.to == format!("{to}"));
            if from != to && !twice {
                let mut delay = |list: Vec<String>| {
                    list.into_iter().map(|group| Delay { group, after: dice.time(0, 6000) }).collect()
                };
                let (ends, starts) = (delay(ends), delay(starts));
                spec.interstages.push(InterstageSpec { from: format!("{from}"), to: format!("{to}"), ends, starts });
            }
        }
    } else if dice.chance(40) {
        spec.rings = Some(sections(dice, n, &forbidden));
    } else {
        // A phase for each group, in one section; the last group may be an overlap.
        let mut rings = RingsSpec {
            phases: vec![],
            rings: vec![vec![vec![]], vec![vec![]]],
            overlaps: vec![],
            modes: Default::default(),
        };
        for g in 0..n {
            let number = g as u8 + 1;
            rings.phases.push(PhaseSpec {
                number,
                groups: vec![format!("{g}")],
                walks: vec![],
                actuation: Default::default(),
            });
            let ring = usize::from(g > 0 && rings.rings[0][0].iter().all(|&p| !forbidden[g][usize::from(p) - 1]));
            rings.rings[ring][0].push(number);
        }
        if rings.rings[1][0].is_empty() {
            rings.rings.pop();
        }
        if n > 2 && dice.chance(70) {
            let parents: Vec<u8> = (0..n - 1).filter(|&p| !forbidden[p][n - 1]).map(|p| p as u8 + 1).collect();
            let minor = spec.groups[n - 1].kind != GroupKind::Arrow && spec.groups[n - 1].kind != GroupKind::Pedestrian;
            let permissive = |p: &u8| minor && p.is_multiple_of(2);
            rings.overlaps.push(OverlapSpec {
                group: format!("{}", n - 1),
                phases: parents.iter().copied().filter(|p| !permissive(p)).collect(),
                permissive: parents.iter().copied().filter(permissive).collect(),
                lead: dice.time(0, 4000),
                trail: dice.time(0, 6000),
            });
        }
        spec.rings = Some(rings);
    }
    for channel in 0..dice.number(4) as u16 {
        spec.detectors.push(random_detector(dice, channel, n));
    }
    let kinds = [PreemptKind::Rail, PreemptKind::Emergency, PreemptKind::Bus];
    for (p, kind) in kinds.into_iter().enumerate().take(dice.number(4)) {
        let set = |dice: &mut Dice| {
            let first = dice.number(n);
            names(&together(dice, first))
        };
        let track = if dice.chance(50) { set(dice) } else { vec![] };
        spec.preempts.push(Preempt {
            name: format!("{p}"),
            kind,
            delay: dice.time(0, 3000),
            track_green: if track.is_empty() { Millis(0) } else { Millis(10_000) },
            track,
            dwell: if dice.chance(80) { set(dice) } else { vec![] },
            min_dwell: dice.time(1000, 8000),
            max_presence: dice.time(15_000, 60_000),
            exit: set(dice),
            cuts_walk: dice.chance(50),
            cuts_clearance: dice.chance(50),
        });
    }
    spec
}

/// A detector for one of `n` groups, of any kind, that is soon taken for broken.
fn random_detector(dice: &mut Dice, channel: u16, n: usize) -> DetectorUse {
    let (group, other) = (dice.number(n), dice.number(n));
    let locking = dice.chance(50);
    let rarely = |dice: &mut Dice, most: i64| if dice.chance(30) { dice.time(0, most) } else { Millis(0) };
    DetectorUse {
        channel,
        groups: vec![format!("{group}")],
        mode: [DetectorMode::Call, DetectorMode::CallAndExtend, DetectorMode::Extend, DetectorMode::Count]
            [dice.number(4)],
        locking,
        yellow_lock: locking && dice.chance(50),
        delay: rarely(dice, 15_000),
        extend: rarely(dice, 5000),
        queue: dice.chance(20),
        extend_limit: rarely(dice, 20_000),
        added_initial: dice.chance(30),
        switched: if group != other && dice.chance(30) { vec![format!("{other}")] } else { vec![] },
        usual: false,
        diagnostics: DetectorLimits {
            no_activity: rarely(dice, 200_000),
            expected: dice.below(100) as u16,
            max_presence: rarely(dice, 100_000),
            erratic: dice.below(20) as u16,
            short_pulse: rarely(dice, 1000),
            fail_time: [0, 10, 255][dice.number(3)],
        },
        place: None,
        section: None,
    }
}

/// Two rings and two sections, or one ring: phases with several groups, some of them shared.
fn sections(dice: &mut Dice, n: usize, forbidden: &[Vec<bool>]) -> RingsSpec {
    let mut rings =
        RingsSpec { phases: vec![], rings: vec![vec![vec![], vec![]]], overlaps: vec![], modes: Default::default() };
    // Each group is the first of a phase; the others that get along with it may come along: so they are shared.
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for g in 0..n {
        if sets.iter().any(|set| set.contains(&g)) && dice.chance(60) {
            continue;
        }
        let mut set = vec![g];
        let others: Vec<usize> = (0..n).filter(|&h| h != g && dice.chance(40)).collect();
        for h in others {
            if set.iter().all(|&x| !forbidden[x][h]) {
                set.push(h);
            }
        }
        sets.push(set);
    }
    let get_along = |a: &[usize], b: &[usize]| a.iter().all(|&x| b.iter().all(|&y| x == y || !forbidden[x][y]));
    let mut second: Vec<Vec<u8>> = vec![vec![], vec![]];
    for (i, set) in sets.iter().enumerate() {
        let number = i as u8 + 1;
        rings.phases.push(PhaseSpec {
            number,
            groups: set.iter().map(|g| format!("{g}")).collect(),
            walks: vec![],
            actuation: Default::default(),
        });
        let section = usize::from(i * 2 >= sets.len());
        // Whatever gets along with all of the first ring's section may go into the second ring.
        let beside = rings.rings[0][section].iter().all(|&p| get_along(set, &sets[usize::from(p) - 1]));
        if beside && !rings.rings[0][section].is_empty() {
            second[section].push(number);
        } else if second[section].iter().all(|&p| get_along(set, &sets[usize::from(p) - 1])) {
            rings.rings[0][section].push(number);
        } else {
            // It fits nowhere else: a ring of its own would not either, so the plan is refused.
            second[section].push(number);
        }
    }
    if second.iter().any(|section| !section.is_empty()) {
        rings.rings.push(second);
    }
    // A group of a phase of the first section that follows others besides: parents that it gets along with.
    if dice.chance(50) {
        let g = dice.number(n);
        let alone = |set: &Vec<usize>| !set.contains(&g) && set.iter().all(|&x| !forbidden[x][g]);
        let parents: Vec<u8> = (1u8..).zip(&sets).filter(|(_, set)| alone(set)).map(|(p, _)| p).collect();
        let others = sets.iter().any(|set| set.contains(&g) && set.len() > 1);
        if others && parents.len() > 1 {
            for phase in &mut rings.phases {
                phase.groups.retain(|name| *name != format!("{g}"));
            }
            let mut phases = parents;
            phases.extend((1u8..).zip(&sets).filter(|(_, set)| set.contains(&g) && set.len() > 1).map(|(p, _)| p));
            rings.overlaps.push(OverlapSpec {
                group: format!("{g}"),
                phases,
                permissive: vec![],
                lead: dice.time(0, 4000),
                trail: dice.time(0, 6000),
            });
        }
    }
    rings
}

/// A random program: some greens after some others, with yellows and reds between them.
fn random_program(dice: &mut Dice) -> (PlanSpec, Vec<Waiver>) {
    let n = 2 + dice.number(5);
    let parts = 2 + dice.number(3);
    let of: Vec<usize> = (0..n).map(|g| if g < parts { g } else { dice.number(parts) }).collect();
    let minor: Vec<bool> = (0..n).map(|_| dice.chance(20)).collect();
    let red_yellow = dice.chance(50);
    let mut steps = Vec::new();
    for part in 0..parts {
        let next = (part + 1) % parts;
        let mut step = |duration: Millis, ends: Lamp, starts: Lamp| {
            let lamp = |g: usize| match of[g] {
                p if p == part && ends == Lamp::Green => {
                    if minor[g] {
                        Lamp::GreenMinor
                    } else {
                        Lamp::Green
                    }
                }
                p if p == part => ends,
                p if p == next => starts,
                _ => Lamp::Red,
            };
            steps.push(ProgramStep { duration, lamps: (0..n).map(lamp).collect() });
        };
        step(dice.time(5000, 60_000), Lamp::Green, Lamp::Red);
        step(dice.time(3000, 5000), Lamp::Yellow, Lamp::Red);
        if dice.chance(80) {
            step(dice.time(100, 4000), Lamp::Red, Lamp::Red);
        }
        if red_yellow {
            step(dice.time(1000, 2000), Lamp::Red, Lamp::RedYellow);
        }
    }
    let program = Program::new("random", dice.time(0, 100_000), steps).expect("a program");
    let (mut spec, waivers) = PlanSpec::of_program("random program", program);
    for (a, &x) in of.iter().enumerate() {
        for (b, &y) in of.iter().enumerate().skip(a + 1) {
            let names = [format!("{a}"), format!("{b}")];
            if x != y && a < parts && b < parts {
                spec = spec.forbid(&names[0], &names[1], (dice.time(3000, 4000), dice.time(3000, 4000)));
            } else if dice.chance(30) {
                spec = spec.give_way(&names[0], &names[1], dice.chance(50));
            }
        }
    }
    spec.yellow_conflicts = dice.chance(30);
    (spec, waivers)
}

/// A plan that passes the checks, and from which seed it came: its own, or one made of a program; of some the longest
/// red of every group is the least that the plan's own sequence allows, or little more.
pub fn valid_plan(seed: u64) -> (Plan, u64) {
    let plan = |seed: u64| {
        let mut dice = Dice::new(seed);
        let (mut spec, waivers) =
            if dice.chance(7) { random_program(&mut dice) } else { (random_plan(&mut dice), vec![]) };
        let plan = Plan::imported(spec.clone(), waivers.clone()).ok()?;
        if !dice.chance(50) {
            return Some(plan);
        }
        for group in &mut spec.groups {
            group.max_red = Some((plan.worst_sequence() + dice.time(0, 5000)).max(Millis(10_000)));
        }
        Plan::imported(spec, waivers).ok()
    };
    (0..).map(|i| seed.wrapping_add(i << 32)).find_map(|seed| plan(seed).map(|plan| (plan, seed))).expect("some pass")
}

/// Asks for anything, also for what does not exist; changes its mind after a while.
#[derive(Clone, Debug)]
pub struct Hostile {
    dice: Dice,
    lamps: Vec<Lamp>,
    request: Asked,
    /// The longest time for which it sticks to a request.
    pub patience: i64,
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Lamps,
    Other(Request<'static>),
}

impl Hostile {
    pub fn new(seed: u64, patience: i64) -> Self {
        let request = Asked::Other(Request::Stage(usize::MAX));
        Self { dice: Dice::new(seed), lamps: Vec::with_capacity(64), request, patience }
    }

    /// What it asks for next.
    pub fn ask(&mut self, plan: &Plan) -> Request<'_> {
        let n = plan.groups().len();
        let dice = &mut self.dice;
        let stages = plan.stages().len();
        let roll = dice.below(100);
        self.request = if roll < 2 {
            self.lamps.clear(); // the wrong size
            Asked::Lamps
        } else if roll < 50 && stages > 0 {
            Asked::Other(Request::Stage(dice.number(stages + 1)))
        } else if roll < 60
            && let Some(rings) = plan.rings()
        {
            let phases = rings.phases.iter().filter(|_| dice.chance(30)).fold(0, |m, p| m | 1u32 << (p.number - 1));
            Asked::Other(Request::Phases { phases, walks: phases & dice.next() as u32 })
        } else if roll < 70
            && let Some(rings) = plan.rings()
        {
            let phases = 1 << (rings.phases[dice.number(rings.phases.len())].number - 1);
            Asked::Other(Request::Phases { phases, walks: if dice.chance(50) { phases } else { 0 } })
        } else if roll < 72 {
            Asked::Other(Request::Phases { phases: dice.next() as u32, walks: 0 })
        } else if roll < 80
            && let Some(program) = plan.program()
        {
            Asked::Other(Request::Step(dice.number(program.steps().len() + 1)))
        } else {
            const LETTERS: [Lamp; 12] = [
                Lamp::Red,
                Lamp::Red,
                Lamp::Green,
                Lamp::Green,
                Lamp::Green,
                Lamp::GreenMinor,
                Lamp::GreenMinor,
                Lamp::Yellow,
                Lamp::RedYellow,
                Lamp::TurnOnRed,
                Lamp::Flashing,
                Lamp::Off,
            ];
            let mostly = LETTERS[dice.number(12)];
            let share = dice.below(101);
            self.lamps.clear();
            self.lamps.extend((0..n).map(|_| if dice.chance(share) { mostly } else { LETTERS[dice.number(12)] }));
            Asked::Lamps
        };
        self.last()
    }

    fn last(&self) -> Request<'_> {
        match self.request {
            Asked::Lamps => Request::Lamps(&self.lamps),
            Asked::Other(request) => request,
        }
    }
}

impl Strategy for Hostile {
    fn name(&self) -> &'static str {
        "hostile"
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        // What it asks for depends on the time alone, so that it is the same however often it is asked.
        let span = self.patience.max(1);
        let period = now.0.div_euclid(span);
        let mut fresh =
            Self { dice: Dice::new(self.dice.0 ^ (period as u64).wrapping_mul(0x9e37_79b9)), ..self.clone() };
        fresh.ask(view.plan);
        self.lamps = fresh.lamps;
        self.request = fresh.request;
        let next = Millis(period.saturating_add(1).saturating_mul(span));
        Decision { request: self.last(), next }
    }

    fn explain(&self) -> String {
        "hostile: whatever".into()
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.dice.0.to_le_bytes());
        out.extend_from_slice(&self.patience.to_le_bytes());
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.version("strategy hostile", 1)?;
        let (dice, patience) = (reader.u64()?, reader.millis()?.0);
        reader.end()?;
        *self = Self { dice: Dice(dice), patience, ..Self::new(0, patience) };
        Ok(())
    }
}

/// A random input at a time.
pub fn random_input(dice: &mut Dice, plan: &Plan, at: Millis, faults: bool) -> Input {
    let group = dice.number(plan.groups().len() + 1) as u16;
    let preempt = dice.number(plan.preempts().count() + 1) as u16;
    let on = dice.chance(50);
    let command = match dice.below(24) {
        0..=5 => {
            return Input::Detector(DetectorEvent { detector: dice.below(5) as u16, at, on });
        }
        21 | 22 => return Input::Channel { at, detector: dice.below(5) as u16, up: on },
        6..=9 => Command::Preempt { preempt, on },
        10 => Command::Hold { group, on: on && dice.chance(50) },
        11 => Command::Omit { group, on: on && dice.chance(50) },
        12..=14 => Command::ForceOff { group },
        15 | 16 => Command::Call { group },
        17 => Command::Flash(on && dice.chance(50)),
        18 if faults => [Command::Fault, Command::SelfCheck { passed: on }][dice.number(2)],
        18 => Command::Free,
        23 => Command::Stage { stage: dice.number(plan.stages().len() + 1) as u16, on: on && dice.chance(50) },
        // Of any date, also of none.
        19 => Command::Clock(WallClock {
            year: [2026, i32::MAX, i32::MIN, 0][dice.number(4)],
            month: dice.below(256) as u8,
            day: dice.below(256) as u8,
            weekday: dice.below(256) as u8,
            time: [Millis(0), Millis(43_200_000), Millis(i64::MAX), Millis(-5)][dice.number(4)],
        }),
        _ => Command::Reset,
    };
    Input::Command { at, command }
}

/// Time in one leap, or in steps of any size with checkpoints between: the same outputs, and at `end` the same state.
/// `inputs` are in order of time; `make` makes equal controllers that log events.
pub fn steps_change_nothing(
    make: impl Fn() -> Controller,
    inputs: &[Input],
    end: i64,
    dice: &mut Dice,
) -> Result<(), String> {
    let drain = |controller: &mut Controller| core::iter::from_fn(|| controller.poll_output()).collect::<Vec<_>>();
    let saved = |controller: &Controller| {
        let mut bytes = Vec::new();
        controller.save(&mut bytes);
        bytes
    };
    let (mut at_once, mut in_steps) = (make(), make());
    at_once.start(Millis(0));
    in_steps.start(Millis(0));
    inputs.iter().for_each(|&input| at_once.handle(input));
    at_once.advance(Millis(end));
    let mut outputs = Vec::new();
    let (mut now, mut fed) = (0, 0);
    while now < end {
        let step = if dice.chance(50) { dice.below(30) as i64 } else { dice.time(0, 30_000).0 };
        now = (now + step).min(end);
        while let Some(&input) = inputs.get(fed).filter(|i| i.at() <= Millis(now)) {
            in_steps.handle(input);
            fed += 1;
        }
        in_steps.advance(Millis(now));
        outputs.append(&mut drain(&mut in_steps));
        if dice.chance(10) {
            let bytes = saved(&in_steps);
            let mut restored = make();
            restored.load(&bytes).map_err(|e| e.to_string())?;
            if saved(&restored) != bytes || restored.explain() != in_steps.explain() {
                return Err(format!("restored at {now} ms, it is another one"));
            }
            in_steps = restored;
            in_steps.log_events(true);
        }
    }
    let expected = drain(&mut at_once);
    if let Some((a, b)) = expected.iter().zip(&outputs).find(|(a, b)| a != b) {
        return Err(format!("at once {a:?}, in steps {b:?}"));
    }
    if expected.len() != outputs.len() {
        return Err(format!("at once {} outputs, in steps {}", expected.len(), outputs.len()));
    }
    if saved(&at_once) != saved(&in_steps) { Err("another state in the end".into()) } else { Ok(()) }
}

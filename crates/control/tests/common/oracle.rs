//! An oracle: sees a plan's relations and times, the lamps as they change, and what was logged about preemptions and
//! flashing; says in words what is the first thing that must not be. Written from the documents (`kernel` states the
//! guarantees, field.md the checklist), not from the code of the kernel.
//!
//! It is fed moments: [`Oracle::see`] takes all outputs of one call, in order of time; outputs of one time are one
//! moment. What must hold of pairs holds at the end of a moment; what must hold of one group's sequence holds of every
//! single change.
#![allow(dead_code)] // Not every test uses all of it.

use std::{borrow::ToOwned, format, string::String, sync::Arc, vec, vec::Vec};

use intergreen_control::{
    Lamp, Latch, Millis, Output, Plan,
    log::{code, flash},
    plan::{DetectorMode, GroupKind, Recall, Relation, StartUp, Waiver},
};

/// Before all times.
const LONG_AGO: i64 = i64::MIN / 4;

/// What a lamp means for its group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    Closed,
    RedYellow,
    Minor,
    Full,
    Yellow,
    Off,
}

impl Class {
    const fn is_open(self) -> bool {
        matches!(self, Self::Minor | Self::Full)
    }

    const fn is_committed(self) -> bool {
        matches!(self, Self::RedYellow | Self::Minor | Self::Full)
    }
}

/// Two groups that have to do with each other, as seen from one of them.
#[derive(Clone, Copy, Debug)]
struct Partner {
    other: usize,
    forbidden: bool,
    /// The one gives way to the other.
    gives_way: bool,
    /// The other gives way to the one.
    takes_way: bool,
    /// It has to end together with the other.
    trap: bool,
    /// One gives way with a flashing yellow arrow: while that is a green arrow, the other is not open.
    arrow: bool,
    /// From the other's end to the one's start.
    from_other: i64,
}

#[derive(Clone, Debug)]
struct Group {
    name: String,
    kind: GroupKind,
    min_green: i64,
    yellow: i64,
    max_yellow: i64,
    red_yellow: i64,
    max_red_yellow: i64,
    red_revert: i64,
    lead: i64,
    turn_on_red: bool,
    may_be_off: bool,
    longest_from: i64,
    partners: Vec<Partner>,
}

impl Group {
    fn class(&self, lamp: Lamp) -> Option<Class> {
        let fya = self.kind == GroupKind::FlashingYellowArrow;
        let never_minor = matches!(self.kind, GroupKind::Arrow | GroupKind::Pedestrian) || fya;
        Some(match lamp {
            Lamp::Red => Class::Closed,
            Lamp::TurnOnRed if self.turn_on_red => Class::Closed,
            Lamp::RedYellow => Class::RedYellow,
            Lamp::Yellow => Class::Yellow,
            Lamp::Green => Class::Full,
            Lamp::GreenMinor if !never_minor => Class::Minor,
            Lamp::Flashing if fya => Class::Minor,
            Lamp::Flashing | Lamp::Off if self.may_be_off => Class::Off,
            _ => return None,
        })
    }
}

/// What follows from the plan alone.
#[derive(Debug)]
struct Rules {
    groups: Vec<Group>,
    longest_intergreen: i64,
    start_up: StartUp,
    yellow_conflicts: bool,
    /// By preemption: whether it cuts walks, and clearances.
    cuts: Vec<(bool, bool)>,
    /// By preemption, the groups of its exit.
    exits: Vec<Vec<u16>>,
}

impl Rules {
    fn new(plan: &Plan) -> Self {
        let spec = plan.spec();
        let matrix = plan.matrix();
        let n = plan.groups().len();
        let number = |i: usize| u16::try_from(i).expect("few groups");
        let longest = |i: usize, lamp: Lamp| {
            let Some(program) = plan.program() else { return 0 };
            let (mut run, mut most) = (0, 0);
            for step in program.steps().iter().chain(program.steps()) {
                run = if step.lamps[i] == lamp { run + step.duration.0 } else { 0 };
                most = most.max(run);
            }
            most
        };
        let group = |i: usize| {
            let g = &plan.groups()[i];
            let a = number(i);
            let partner = |j: usize| {
                let b = number(j);
                let (ab, ba) = (matrix.relation(a, b), matrix.relation(b, a));
                let waived = plan.waivers().contains(&Waiver::YellowTrap { group: a, oncoming: b });
                let flashes = g.kind == GroupKind::FlashingYellowArrow;
                (i != j && (ab != Relation::None || ba != Relation::None)).then(|| Partner {
                    other: j,
                    forbidden: ab == Relation::Forbidden,
                    gives_way: ab.yields(),
                    takes_way: ba.yields(),
                    arrow: ab.yields() && flashes
                        || ba.yields() && plan.groups()[j].kind == GroupKind::FlashingYellowArrow,
                    trap: ab == Relation::YieldsToOncoming && !waived && !flashes,
                    from_other: matrix.intergreen(b, a).0,
                })
            };
            Group {
                name: g.name.clone(),
                kind: g.kind,
                min_green: g.min_green.0,
                yellow: g.yellow.0,
                max_yellow: g.yellow.0.max(longest(i, Lamp::Yellow)),
                red_yellow: g.red_yellow.0,
                max_red_yellow: g.red_yellow.0.max(longest(i, Lamp::RedYellow)),
                red_revert: g.red_revert.0.max(1),
                lead: g.lead.0,
                turn_on_red: g.turn_on_red,
                may_be_off: g.may_be_off,
                longest_from: (0..n).map(|j| matrix.intergreen(a, number(j)).0).max().unwrap_or(0),
                partners: (0..n).filter_map(partner).collect(),
            }
        };
        let groups: Vec<Group> = (0..n).map(group).collect();
        Self {
            longest_intergreen: groups.iter().map(|g| g.longest_from).max().unwrap_or(0),
            groups,
            start_up: spec.start_up,
            yellow_conflicts: spec.yellow_conflicts,
            exits: plan.preempts().map(|(_, groups)| groups.exit.clone()).collect(),
            cuts: spec.preempts.iter().map(|p| (p.cuts_walk, p.cuts_clearance)).collect(),
        }
    }
}

impl Rules {
    /// For how long all are red before the unit runs normally, if those who were inside have had so much time before.
    fn least_red(&self, before: i64) -> i64 {
        self.start_up.all_red.0.max(self.longest_intergreen - before).max(1000)
    }
}

/// What was seen of one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    lamp: Lamp,
    class: Class,
    /// Since when it has been in its class; both greens are one.
    since: i64,
    /// When its red-yellow began, or its green if it had none.
    committed: i64,
    opened: i64,
    ended: i64,
    /// Since when it had been so nobody knows: it was taken over, or the clock jumped meanwhile.
    unsure: bool,
    /// What it was before the present moment.
    before: Class,
}

/// What the controller as a whole does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    /// Nothing was seen yet.
    Dark,
    /// Flashing; starting up or not.
    Flashing {
        starts: bool,
    },
    /// Red everywhere after flashing.
    Leaving {
        since: i64,
        /// For how long at least.
        least: i64,
    },
    Normal,
}

/// Watches one controller.
#[derive(Clone, Debug)]
pub struct Oracle {
    rules: Arc<Rules>,
    at: i64,
    seen: Vec<Seen>,
    unit: Unit,
    /// The preemption that is in force and has not come to its exit.
    preempt: Option<u16>,
    /// The preemption at its exit: over as soon as its exit groups are open.
    exiting: Option<u16>,
    /// The group that waited too long.
    pub cycle_fault: Option<u16>,
    /// Whether everything happens at its own time: then nothing lasts longer than it should.
    exact: bool,
    /// How many lamp changes were seen.
    pub changes: u64,
    changed: Vec<u16>,
    /// Whether the power is on.
    powered: bool,
    /// Who waits for how long, if that is watched.
    waits: Option<Waits>,
}

/// Who waits for how long. What goes in at a moment it has to be told: lamps do not show a hold.
#[derive(Clone, Debug)]
struct Waits {
    groups: Vec<Wait>,
    /// Within which everybody is served when the plan's own sequence runs.
    bound: i64,
    /// How much later than due the controller is advanced at most.
    late: i64,
    flash: bool,
    /// Normal operation begins, after flashing.
    normal_from: i64,
    /// Nothing but that is waited for.
    leaving: bool,
    fault: bool,
    /// How many faults were seen.
    faults: u64,
}

#[derive(Clone, Debug)]
struct Wait {
    max_red: i64,
    /// Whether the sequence of the plan serves it.
    served: bool,
    /// Whether it is always called.
    called: bool,
    hold: bool,
    omit: bool,
    /// Since when it is red and nothing exempts it.
    red: Option<i64>,
    /// Since when that is so and the plan's own sequence runs unhindered.
    sequence: Option<i64>,
}

impl Waits {
    fn new(plan: &Plan, late: i64) -> Self {
        let spec = plan.spec();
        let numbers = 0..u16::try_from(plan.groups().len()).expect("few groups");
        let calls = |name: &str| {
            spec.detectors.iter().any(|d| d.mode != DetectorMode::Extend && d.groups.iter().any(|g| g == name))
        };
        let served = |g: u16| {
            let i = usize::from(g);
            if let Some(program) = plan.program() {
                return program.steps().iter().any(|s| s.lamps[i].is_green());
            }
            if !plan.stages().is_empty() {
                return plan.stages().iter().any(|s| s.groups.contains(&g));
            }
            let rings = plan.rings().expect("a plan has some sequence");
            let mut of_phases = rings.phases.iter().flat_map(|p| p.groups.iter().chain(&p.walks));
            of_phases.any(|&x| x == g) || rings.overlaps.iter().any(|o| o.group == g)
        };
        let wait = |g: u16| {
            let group = &plan.groups()[usize::from(g)];
            let called = match group.recall {
                Recall::Soft => false,
                Recall::None => !calls(&group.name),
                _ => true,
            };
            let max_red = group.max_red.0;
            Wait { max_red, served: served(g), called, hold: false, omit: false, red: None, sequence: None }
        };
        let green = plan.groups().iter().map(|g| (g.min_green + g.red_yellow).0).max().unwrap_or(0);
        let pairs = numbers.clone().flat_map(|a| numbers.clone().map(move |b| (a, b)));
        let intergreen = pairs.map(|(a, b)| plan.matrix().intergreen(a, b).0).max().unwrap_or(0);
        let bound = plan.worst_sequence().0 + green + intergreen;
        Self {
            groups: numbers.map(wait).collect(),
            bound: if plan.program().is_some() { 2 * bound } else { bound },
            late,
            flash: false,
            normal_from: LONG_AGO,
            leaving: false,
            fault: false,
            faults: 0,
        }
    }
}

/// What goes in and concerns who waits.
#[derive(Clone, Copy, Debug)]
pub enum Told {
    Hold(u16, bool),
    Omit(u16, bool),
    Flash(bool),
    Reset,
}

impl Oracle {
    /// `exact`: the controller is advanced at every deadline, so that yellows and red-yellows have their exact lengths.
    pub fn new(plan: &Plan, exact: bool) -> Self {
        let rules = Rules::new(plan);
        let red = Seen {
            lamp: Lamp::Red,
            class: Class::Closed,
            since: LONG_AGO,
            committed: LONG_AGO,
            opened: LONG_AGO,
            ended: LONG_AGO,
            unsure: false,
            before: Class::Closed,
        };
        Self {
            at: LONG_AGO,
            seen: vec![red; rules.groups.len()],
            rules: Arc::new(rules),
            unit: Unit::Dark,
            preempt: None,
            exiting: None,
            cycle_fault: None,
            exact,
            changes: 0,
            changed: Vec::new(),
            powered: false,
            waits: None,
        }
    }

    /// Watches as well who waits for how long. `late`: how much later than due the controller is advanced at most.
    pub fn with_waits(mut self, plan: &Plan, late: i64) -> Self {
        self.waits = Some(Waits::new(plan, late));
        self
    }

    /// How many cycle faults were seen.
    pub fn faults(&self) -> u64 {
        self.waits.as_ref().map_or(0, |w| w.faults)
    }

    /// What goes in at the time reached, before what comes out of it is seen.
    pub fn told(&mut self, told: Told) {
        let Some(waits) = &mut self.waits else { return };
        match told {
            Told::Hold(g, on) => waits.groups.iter_mut().skip(g.into()).take(1).for_each(|w| w.hold = on),
            Told::Omit(g, on) => waits.groups.iter_mut().skip(g.into()).take(1).for_each(|w| w.omit = on),
            Told::Flash(on) => waits.flash = on,
            Told::Reset => {
                waits.fault = false;
                waits.groups.iter_mut().for_each(|w| (w.red, w.sequence) = (None, None));
            }
        }
    }

    /// The time reached, when all outputs until then were seen.
    pub fn reached(&mut self, now: Millis) -> Result<(), String> {
        self.at = self.at.max(now.0);
        self.wait()
    }

    /// The group `g` is said to have waited too long.
    fn fault(&mut self, g: usize) -> Result<(), String> {
        let Some(waits) = &mut self.waits else { return Ok(()) };
        (waits.fault, waits.faults) = (true, waits.faults + 1);
        let wait = &waits.groups[g];
        let (waited, expected) = (wait.red.map_or(0, |since| self.at - since), wait.max_red);
        let most = if wait.called { expected + waits.late } else { i64::MAX };
        if !wait.served || !(expected..=most).contains(&waited) {
            return self.wrong(g, format!("waited for {waited} ms when its cycle fault came; expected {expected}"));
        }
        Ok(())
    }

    /// Who waits, at the end of a moment.
    fn wait(&mut self) -> Result<(), String> {
        let Some(mut waits) = self.waits.take() else { return Ok(()) };
        let (at, rules) = (self.at, self.rules.clone());
        match self.unit {
            Unit::Leaving { since, least } => waits.normal_from = since + least,
            Unit::Normal => {}
            Unit::Dark | Unit::Flashing { .. } => waits.normal_from = i64::MAX,
        }
        let commanded = waits.flash || self.preempt.is_some() || self.exiting.is_some();
        let busy = waits.normal_from > at || commanded;
        // Normal operation may have begun without anything to be seen.
        let start = if waits.leaving { at.min(waits.normal_from) } else { at };
        waits.leaving = waits.normal_from > at && !commanded;
        let held: Vec<bool> =
            waits.groups.iter().zip(&self.seen).map(|(w, s)| w.hold && s.class.is_open() && !busy).collect();
        let hindered = waits.groups.iter().any(|w| w.omit) || held.contains(&true);
        let mut wrong = Ok(());
        for (g, wait) in waits.groups.iter_mut().enumerate() {
            let in_its_way = rules.groups[g].partners.iter().any(|p| held[p.other]);
            let red = matches!(self.seen[g].class, Class::Closed | Class::RedYellow) && !busy;
            let exempt = !red || wait.omit || in_its_way;
            wait.red = if exempt { None } else { wait.red.or(Some(start)) };
            let runs = red && waits.fault && !hindered;
            wait.sequence = if runs { wait.sequence.or(Some(start)) } else { None };
            let waited = |since: Option<i64>| since.map_or(0, |since| at - since);
            if wait.served && !waits.fault && wait.called && waited(wait.red) > wait.max_red + waits.late {
                let (waited, expected) = (waited(wait.red), wait.max_red);
                wrong = self.wrong(g, format!("has waited {waited} ms without a cycle fault; expected {expected}"));
            } else if wait.served && waited(wait.sequence) > waits.bound + waits.late {
                let (waited, expected) = (waited(wait.sequence), waits.bound);
                wrong = self.wrong(g, format!("has waited {waited} ms after a cycle fault; expected {expected}"));
            }
        }
        self.waits = Some(waits);
        wrong
    }

    /// The clock jumped: what lasts now may have lasted too long.
    pub fn jumped(&mut self) {
        self.seen.iter_mut().for_each(|s| s.unsure = true);
    }

    /// Takes outputs in their order. The error says what must not be.
    pub fn see(&mut self, outputs: impl IntoIterator<Item = Output>) -> Result<(), String> {
        let mut moment = None;
        for output in outputs {
            let at = match output {
                Output::Lamp(change) => change.at,
                // An edge that came late is logged with its own time.
                Output::Event(event)
                    if matches!(
                        event.code,
                        code::DETECTOR_ON | code::DETECTOR_OFF | code::BUTTON_ON | code::BUTTON_OFF
                    ) =>
                {
                    continue;
                }
                Output::Event(event) => event.at,
                Output::Persist { at, .. } => at,
            };
            if moment != Some(at) {
                if moment.is_some() {
                    self.end_of_moment()?;
                }
                if at.0 < self.at {
                    return Err(format!("time runs backwards, from {} to {} ms", self.at, at.0));
                }
                moment = Some(at);
                self.at = at.0;
            }
            match output {
                Output::Lamp(change) => self.change(usize::from(change.group), change.lamp)?,
                Output::Event(event) => self.event(event.code, event.parameter)?,
                Output::Persist { latch: Latch::CycleFault { group }, .. } => {
                    self.cycle_fault = Some(group);
                    self.fault(usize::from(group))?;
                }
                Output::Persist { latch: Latch::None, .. } => self.cycle_fault = None,
                Output::Persist { .. } => {}
            }
        }
        if moment.is_some() { self.end_of_moment() } else { Ok(()) }
    }

    fn event(&mut self, code: u8, parameter: u16) -> Result<(), String> {
        match code {
            code::PREEMPT_ENTRY => (self.preempt, self.exiting) = (Some(parameter - 1), None),
            code::PREEMPT_EXIT => (self.preempt, self.exiting) = (None, Some(parameter - 1)),
            code::POWER if self.unit == Unit::Dark => {
                self.powered = true;
                if self.rules.start_up != StartUp::default() {
                    self.unit = Unit::Flashing { starts: true };
                }
            }
            // Start-up goes on with yellow, then red.
            code::FLASH if parameter == flash::NONE && self.unit == (Unit::Flashing { starts: true }) => {}
            code::FLASH if parameter == flash::NONE => {
                self.unit = Unit::Leaving { since: self.at, least: self.rules.least_red(0) }
            }
            code::FLASH => {
                let not_red = |(i, s): (usize, &Seen)| (!matches!(s.class, Class::Closed | Class::Off)).then_some(i);
                if parameter == flash::AUTOMATIC
                    && self.unit == Unit::Normal
                    && let Some(g) = self.seen.iter().enumerate().find_map(not_red)
                {
                    return self.wrong(g, format!("is {:?} when flashing by command begins", self.seen[g].lamp));
                }
                for s in &mut self.seen {
                    if s.class.is_open() {
                        s.ended = self.at;
                    }
                    (s.class, s.before, s.since) = (Class::Closed, Class::Closed, LONG_AGO);
                }
                self.unit = Unit::Flashing { starts: parameter == flash::START_UP };
            }
            _ => {}
        }
        Ok(())
    }

    fn cuts(&self) -> (bool, bool) {
        self.preempt.and_then(|n| self.rules.cuts.get(usize::from(n))).copied().unwrap_or((false, false))
    }

    fn wrong<T>(&self, g: usize, what: String) -> Result<T, String> {
        Err(format!("at {} ms: group {g} '{}' {what}", self.at, self.rules.groups[g].name))
    }

    /// One group shows another lamp.
    fn change(&mut self, g: usize, lamp: Lamp) -> Result<(), String> {
        if self.seen[g].lamp == lamp && self.unit != Unit::Dark {
            return Ok(()); // Stated again.
        }
        self.changes += 1;
        let rules = self.rules.clone();
        let group = &rules.groups[g];
        match self.unit {
            Unit::Dark => {
                if matches!(lamp, Lamp::Flashing | Lamp::Off) && group.class(lamp).is_none() {
                    // A fault was restored.
                    self.unit = Unit::Flashing { starts: false };
                    return self.change(g, lamp);
                }
                // The start: what is shown is taken as it is.
                let Some(class) = group.class(lamp) else { return self.wrong(g, format!("cannot show {lamp:?}")) };
                let s = &mut self.seen[g];
                (s.lamp, s.class, s.before, s.unsure) = (lamp, class, class, true);
                self.changed.push(u16::try_from(g).expect("few groups"));
                return Ok(());
            }
            Unit::Flashing { .. } => {
                let circular = matches!(group.kind, GroupKind::Vehicle | GroupKind::Bicycle | GroupKind::Bus);
                let fits = match lamp {
                    Lamp::Red | Lamp::Off => true,
                    Lamp::Flashing | Lamp::Yellow => circular,
                    _ => false,
                };
                self.seen[g].lamp = lamp;
                return if fits { Ok(()) } else { self.wrong(g, format!("shows {lamp:?} while the unit flashes")) };
            }
            Unit::Leaving { since, .. } if lamp == Lamp::Red => {
                let s = &mut self.seen[g];
                *s = Seen { lamp, class: Class::Closed, before: Class::Closed, since: LONG_AGO, ..*s };
                return if since == self.at || group.turn_on_red {
                    Ok(())
                } else {
                    self.wrong(g, "becomes red late".into())
                };
            }
            Unit::Leaving { since, least } => {
                if lamp != Lamp::TurnOnRed && self.at - since < least {
                    let found = self.at - since;
                    return self
                        .wrong(g, format!("shows {lamp:?} {found} ms after flashing; expected {least} ms of red"));
                }
                self.unit = Unit::Normal;
            }
            Unit::Normal => {}
        }
        let Some(to) = group.class(lamp) else { return self.wrong(g, format!("cannot show {lamp:?}")) };
        self.goes(g, lamp, to)
    }

    /// One group goes over from a class of lamp to another.
    fn goes(&mut self, g: usize, lamp: Lamp, to: Class) -> Result<(), String> {
        let rules = self.rules.clone();
        let group = &rules.groups[g];
        let s = self.seen[g];
        let lasted = self.at - s.since;
        let on_foot = group.kind == GroupKind::Pedestrian;
        let (cuts_walk, cuts_clearance) = self.cuts();
        let no_yellow = group.yellow == 0 || on_foot && cuts_clearance;
        let from = s.class;
        let step = format_args!("{:?} → {lamp:?}", s.lamp);
        match (from, to) {
            (Class::Closed, Class::Closed) | (Class::Minor, Class::Full) => {}
            (Class::Closed, Class::RedYellow) if group.max_red_yellow == 0 => {
                return self.wrong(g, format!("has no red-yellow: {step}"));
            }
            (Class::Closed, Class::RedYellow | Class::Minor | Class::Full) => {
                if lasted < group.red_revert {
                    return self.wrong(g, format!("was red for {lasted} ms; expected {}", group.red_revert));
                }
                if to != Class::RedYellow && group.red_yellow > 0 {
                    return self.wrong(g, format!("opens without red-yellow: {step}"));
                }
            }
            (Class::RedYellow, Class::Minor | Class::Full) => {
                let most = if self.exact && !s.unsure { group.max_red_yellow } else { i64::MAX };
                if !(group.red_yellow..=most).contains(&lasted) {
                    let (least, most) = (group.red_yellow, group.max_red_yellow);
                    return self.wrong(g, format!("had {lasted} ms of red-yellow; expected {least} to {most}"));
                }
            }
            (Class::Full, Class::Minor) if group.kind != GroupKind::FlashingYellowArrow => {}
            (Class::Minor | Class::Full, Class::Yellow) => {}
            (Class::Minor | Class::Full, Class::Closed) if no_yellow => {}
            (Class::Minor | Class::Full, Class::Off) if no_yellow => {}
            (Class::Yellow, Class::Closed | Class::Off) => {
                let least = if on_foot && cuts_clearance || s.unsure { 0 } else { group.yellow };
                let most = if self.exact && !s.unsure { group.max_yellow } else { i64::MAX };
                if !(least..=most).contains(&lasted) {
                    return self.wrong(g, format!("had {lasted} ms of yellow; expected {least} to {most}"));
                }
            }
            (Class::Closed, Class::Off) => {}
            (Class::Off, Class::Closed | Class::Yellow) => {}
            (Class::Off, Class::RedYellow) => {}
            (Class::Off, Class::Minor | Class::Full) if group.red_yellow == 0 => {}
            _ => return self.wrong(g, format!("changes {step}")),
        }
        if from.is_open() && !to.is_open() && self.at - s.opened < group.min_green && !(on_foot && cuts_walk) {
            let lasted = self.at - s.opened;
            return self.wrong(g, format!("was green for {lasted} ms; expected {}", group.min_green));
        }
        let at = self.at;
        let s = &mut self.seen[g];
        (s.lamp, s.class) = (lamp, to);
        if from.is_open() != to.is_open() {
            if to.is_open() { s.opened = at } else { s.ended = at }
        } else if from != to && from.is_open() && group.kind == GroupKind::FlashingYellowArrow {
            // The green arrow is another lamp than the flashing one, with a least green of its own.
            s.opened = at;
        }
        if !from.is_committed() && to.is_committed() {
            s.committed = at;
        }
        if from != to && !(from.is_open() && to.is_open()) {
            // A red after the signal was off counts from the last green on.
            s.since = if from == Class::Off && to == Class::Closed { s.ended } else { at };
            s.unsure = false;
        }
        self.changed.push(u16::try_from(g).expect("few groups"));
        Ok(())
    }

    /// What must hold of pairs.
    fn end_of_moment(&mut self) -> Result<(), String> {
        self.pairs()?;
        self.wait()
    }

    fn pairs(&mut self) -> Result<(), String> {
        match self.unit {
            Unit::Dark if self.changed.is_empty() && !self.powered => return Ok(()),
            Unit::Dark => self.unit = Unit::Normal,
            Unit::Flashing { starts } => {
                if starts && self.seen.iter().all(|s| s.lamp == Lamp::Red) {
                    // Its yellow was shown before; if nobody has one, it is red for that time as well.
                    let circular =
                        |g: &Group| matches!(g.kind, GroupKind::Vehicle | GroupKind::Bicycle | GroupKind::Bus);
                    let yellow = self.rules.start_up.yellow.0;
                    let unseen = if self.rules.groups.iter().any(circular) { 0 } else { yellow };
                    self.unit = Unit::Leaving { since: self.at + unseen, least: self.rules.least_red(yellow) };
                    self.seen.iter_mut().for_each(|s| s.since = LONG_AGO);
                }
                self.changed.clear();
                return Ok(());
            }
            Unit::Leaving { .. } => {
                if let Some(g) = self.seen.iter().position(|s| !matches!(s.lamp, Lamp::Red | Lamp::TurnOnRed)) {
                    return self.wrong(g, format!("shows {:?} after flashing", self.seen[g].lamp));
                }
            }
            Unit::Normal => {}
        }
        let rules = self.rules.clone();
        // The exit is over as soon as all its groups are open: in the same moment some may end by what is asked for then.
        let flash = self.waits.as_ref().is_some_and(|w| w.flash);
        let open = |&g: &u16| {
            let s = &self.seen[usize::from(g)];
            s.class.is_open() || s.ended == self.at && !flash
        };
        let exit_over = self.exiting.is_some_and(|n| rules.exits[usize::from(n)].iter().all(open));
        let changed = core::mem::take(&mut self.changed);
        for &g in &changed {
            for partner in &rules.groups[usize::from(g)].partners {
                self.pair(usize::from(g), partner, exit_over)?;
            }
        }
        for &g in &changed {
            let s = &mut self.seen[usize::from(g)];
            s.before = s.class;
        }
        self.changed = changed;
        self.changed.clear();
        if exit_over {
            self.exiting = None;
        }
        Ok(())
    }

    /// What must hold of a group that has changed and another.
    fn pair(&self, g: usize, partner: &Partner, exit_over: bool) -> Result<(), String> {
        let rules = &self.rules;
        let (a, b) = (&self.seen[g], &self.seen[partner.other]);
        let name = || format!("{} '{}'", partner.other, rules.groups[partner.other].name);
        let opens = !a.before.is_open() && a.class.is_open();
        if partner.forbidden {
            if a.class.is_committed() && b.class.is_committed() {
                return self.wrong(g, format!("shows {:?} while {} shows {:?}: forbidden", a.lamp, name(), b.lamp));
            }
            let yellow = |x: &Seen, y: &Seen| x.class.is_open() && y.class == Class::Yellow;
            if rules.yellow_conflicts && (yellow(a, b) || yellow(b, a)) {
                return self
                    .wrong(g, format!("shows {:?} while {} shows {:?}: yellow conflict", a.lamp, name(), b.lamp));
            }
            let other = &rules.groups[partner.other];
            let cut = other.kind == GroupKind::Pedestrian && self.cuts().1;
            let least = if cut { (partner.from_other - other.yellow).max(0) } else { partner.from_other };
            if opens && self.at - b.ended < least {
                let found = self.at - b.ended;
                return self.wrong(g, format!("opens {found} ms after the end of {}; expected {least}", name()));
            }
        } else {
            if a.class == Class::Full && b.class == Class::Full {
                return self.wrong(g, format!("and {} are both protected, but one gives way to the other", name()));
            }
            let begins = a.before != Class::Full && a.class == Class::Full;
            let (found, least) = (self.at - b.ended, partner.from_other);
            if partner.arrow {
                let (arrow, other) = if partner.gives_way { (a, b) } else { (b, a) };
                if arrow.class == Class::Full && other.class.is_committed() {
                    return self.wrong(g, format!("and {} are open together with a green arrow", name()));
                }
            }
            // Whichever of the two ends, from whatever green, clears before the other starts. Who gives way to people on
            // foot does so at any time. Red-yellow leads to green, whoever ended in between.
            let on_foot = rules.groups[partner.other].kind == GroupKind::Pedestrian && partner.gives_way;
            // In the moment in which it began: after it, if it would have been too early for it otherwise.
            let at_once = b.ended == a.committed && least > rules.groups[g].max_red_yellow;
            let in_between =
                a.committed < self.at && (b.ended > a.committed || at_once) || exit_over && b.ended == self.at;
            let gives_way = on_foot && a.class == Class::Minor;
            // A preemption may cut the clearance of people on foot, not what follows it.
            if opens && !b.class.is_open() && !gives_way && !in_between && found < least {
                return self.wrong(g, format!("opens {found} ms after the end of {}; expected {least}", name()));
            }
            // Nor does it cease to give way before; between two that are open it changes at once.
            if begins && partner.gives_way && !b.class.is_open() && found < least {
                return self.wrong(g, format!("is protected {found} ms after the end of {}; expected {least}", name()));
            }
        }
        let lead = rules.groups[partner.other].lead;
        // Asked for together they start with the lead: known where there is one request in a moment, unless a preemption
        // opened the one and its end the other.
        let at_once = a.committed == self.at && b.opened == self.at && !exit_over && !self.exact;
        if partner.gives_way && opens && lead > 0 && b.class.is_open() && (b.opened < a.committed || at_once) {
            let found = self.at - b.opened;
            if found < lead {
                return self.wrong(g, format!("opens {found} ms after {} began to walk; expected {lead}", name()));
            }
        }
        let ends = a.before.is_open() && !a.class.is_open();
        if partner.trap && ends && b.class == Class::RedYellow && b.committed < self.at {
            return self.wrong(g, format!("ends while {}, its oncoming traffic, is in red-yellow", name()));
        }
        if partner.trap && ends && b.before.is_open() && b.class.is_open() {
            return self.wrong(g, format!("ends while {}, its oncoming traffic, stays open: yellow trap", name()));
        }
        Ok(())
    }

    /// What each group shows.
    pub fn lamp(&self, g: usize) -> Lamp {
        self.seen[g].lamp
    }

    /// Whether the unit flashes or leaves flashing.
    pub fn is_normal(&self) -> bool {
        self.unit == Unit::Normal
    }

    /// Makes `now` time 0, and forgets what no longer matters, so that equal futures have equal states.
    pub fn rebase(&mut self, now: i64) {
        let rules = self.rules.clone();
        let back = |t: &mut i64, keep: i64| *t = if now - *t > keep { LONG_AGO } else { *t - now };
        for (s, g) in self.seen.iter_mut().zip(&rules.groups) {
            let keep = match s.class {
                Class::Closed | Class::Off => g.red_revert,
                Class::RedYellow => g.max_red_yellow + 1,
                Class::Minor | Class::Full => 0,
                Class::Yellow => g.max_yellow + 1,
            };
            back(&mut s.since, keep);
            back(&mut s.opened, if s.class.is_open() { g.min_green.max(g.lead) } else { 0 });
            if s.class == Class::RedYellow {
                back(&mut s.committed, g.max_red_yellow + 1)
            } else {
                s.committed = LONG_AGO
            };
            back(&mut s.ended, if s.class.is_committed() { 0 } else { g.longest_from.max(g.red_revert) });
        }
        if let Unit::Leaving { since, least } = &mut self.unit {
            back(since, *least);
        }
        self.at = 0;
        self.changes = 0;
    }

    /// All that it remembers, as bytes.
    pub fn key(&self, out: &mut Vec<u8>) {
        for s in &self.seen {
            out.extend([s.lamp as u8, s.class as u8, s.before as u8, u8::from(s.unsure)]);
            for time in [s.since, s.opened, s.committed, s.ended] {
                out.extend(time.to_le_bytes());
            }
        }
        out.extend(format!("{:?} {:?} {:?} {:?}", self.unit, self.preempt, self.exiting, self.cycle_fault).as_bytes());
    }

    /// The lamps as letters.
    pub fn letters(&self) -> String {
        self.seen.iter().map(|s| s.lamp.letter()).collect::<String>().to_owned()
    }

    /// The time of the last moment seen.
    pub fn at(&self) -> Millis {
        Millis(self.at)
    }
}

//! From the lamps of groups to the events of phases.
//!
//! Terms
//! - **subject**: whom an event is about: a phase, whose groups change together (an imported plan has a group for every
//!   head); an overlap; in a plan without rings a single group. A phase without groups of its own whose green is that of
//!   one overlap (a left turn that gives way in other phases) is *carried* by that overlap's group, which has two subjects
//!   then. Its green is over when it is no longer asked for and other phases hold the group, or when the group gives way to
//!   vehicles that are open: what the lamp shows from there on is the overlap's.
//! - **leading group** of a subject: the one that has most others to wait for; of equals the first. A subject shows what
//!   its leading group shows: right turns that nobody is in the way of begin earlier and say nothing of the phase.
//!   Vehicles and people on foot have one each.
//! - A change is told when all lamps of a moment are known.
//! - **due events**: the end of least green and of red clearance come with time alone. They are told, each with its own
//!   time, before the next event or when time has advanced.

use alloc::{vec, vec::Vec};

use super::{
    Reason, code,
    subjects::{Who, arrow_number, carried_by, leads, subject},
};
use crate::{Lamp, Millis, StateError, StateReader, group_set::GroupSet, kernel::Journal, plan::Plan, state};

/// How an overlap's group carries a phase.
#[derive(Clone, Debug)]
struct Carried {
    /// The phase, and the others that hold the group: bit n − 1 for phase n.
    phase: u32,
    others: u32,
    /// The vehicles' groups to which the group gives way.
    oncoming: Vec<u16>,
}

/// What a subject shows, vehicles and people on foot apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
enum Shows {
    /// Dark, or flashing as a whole.
    #[default]
    Dark,
    Red,
    Yellow,
    On,
    Green,
}

impl Shows {
    const ALL: [Self; 5] = [Self::Dark, Self::Red, Self::Yellow, Self::On, Self::Green];
}

/// A phase, an overlap, or a group of a plan without rings.
#[derive(Clone, Debug)]
struct Subject {
    who: Who,
    number: u16,
    vehicles: Shows,
    on_foot: Shows,
    flashes: bool,
    /// How an overlap's group shows its green, if one does.
    carried: Option<Carried>,
    /// The number of its flashing yellow arrow among the plan's, from 1.
    arrow: u16,
    /// Whether the strategy has said why its green ends.
    explained: bool,
    least: Millis,
    red_clearance: Millis,
    /// When its red clearance ends, if it clears.
    clears: Option<Millis>,
    /// Its leading groups.
    groups: Vec<u16>,
    /// Why what it shows to vehicles and people on foot changes, while lamps do.
    reasons: [Option<Reason>; 2],
}

impl Subject {
    fn new(who: Who, number: u16) -> Self {
        Self {
            who,
            number,
            vehicles: Shows::Dark,
            on_foot: Shows::Dark,
            flashes: false,
            carried: None,
            arrow: 0,
            explained: false,
            least: Millis(0),
            red_clearance: Millis(0),
            clears: None,
            groups: Vec::new(),
            reasons: [None; 2],
        }
    }
}

/// A group as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Whether it is for people on foot, or a flashing yellow arrow.
    pub on_foot: bool,
    pub is_arrow: bool,
    pub lamp: Lamp,
    /// Since when it has been green or red.
    pub since: Millis,
}

/// What a subject's groups show together.
#[derive(Clone, Copy, Debug)]
struct Together {
    vehicles: Shows,
    on_foot: Shows,
    flashes: bool,
    /// Since when the last of them is green.
    opened: Millis,
}

/// Which subjects a group is of, by their places.
#[derive(Clone, Copy, Debug)]
struct OfGroup {
    /// The phase that it calls, if it does: an overlap is called by its phases.
    calls: Option<u16>,
    /// Its own, if it has one.
    own: Option<u16>,
    /// The phase that it carries.
    carried: Option<u16>,
    /// Whether it leads its subject.
    leads: bool,
}

/// Events that come with time alone: when, which, of which subject.
type Due = (Millis, u8, usize);

/// All subjects of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Phases {
    subjects: Vec<Subject>,
    of_group: Vec<OfGroup>,
    /// By subject, how many of its groups are called: vehicles', people on foot's.
    called: Vec<[u16; 2]>,
    /// Subjects of which a group shows another lamp, while lamps change.
    changed: GroupSet,
    /// Groups of overlaps that trail, as far as the log knows.
    trailing: GroupSet,
    /// The subjects that overlaps' groups carry: few plans have any.
    carried: Vec<usize>,
    /// The phases asked for, if nobody overrules the strategy and it asks for phases.
    asked: Option<u32>,
    due: Vec<Due>,
    /// None of them comes earlier.
    next: Millis,
}

impl Phases {
    /// All red.
    pub fn new(plan: &Plan) -> Self {
        let mut subjects: Vec<Subject> = Vec::new();
        let mut find = |who: Who, number: u16| {
            let found = subjects.iter().position(|s| s.who == who && s.number == number);
            found.unwrap_or_else(|| {
                subjects.push(Subject::new(who, number));
                subjects.len() - 1
            })
        };
        let groups = 0..u16::try_from(plan.groups().len()).unwrap_or(u16::MAX);
        let of_group: Vec<Option<usize>> = groups
            .clone()
            .map(|g| match subject(plan, g)? {
                (Who::Phase, n) => Some(find(Who::Phase, n)),
                (Who::Overlap, n) => Some(find(Who::Overlap, n)),
            })
            .collect();
        let carried: Vec<_> = groups.map(|g| carried_by(plan, g).map(|n| find(Who::Phase, n))).collect();
        let leads = leads(plan, &of_group);
        for g in (0..u16::MAX).take(leads.len()).filter(|&g| leads[usize::from(g)]) {
            for subject in [of_group[usize::from(g)], carried[usize::from(g)]].into_iter().flatten() {
                subjects[subject].groups.push(g);
            }
        }
        // A phase may have a least green of its own.
        let phases = || plan.spec().rings.iter().flat_map(|r| &r.phases);
        let own = |s: &Subject| {
            let of = phases().find(|p| s.who == Who::Phase && u16::from(p.number) == s.number);
            of.and_then(|p| p.actuation.min_green).unwrap_or(Millis(0))
        };
        for (g, group) in plan.groups().iter().enumerate().filter(|(g, group)| leads[*g] && !group.is_pedestrian()) {
            for subject in [of_group[g], carried[g]].into_iter().flatten() {
                let least = group.min_green.max(own(&subjects[subject]));
                (subjects[subject].least, subjects[subject].red_clearance) = (least, group.red_clearance);
            }
            if let Some(subject) = carried[g] {
                subjects[subject].carried = u16::try_from(g).ok().map(|g| carries(plan, g));
            }
            let arrow = u16::try_from(g).ok().and_then(|g| arrow_number(plan, g));
            if let (Some(subject), Some(arrow)) = (of_group[g], arrow) {
                subjects[subject].arrow = arrow;
            }
        }
        // At most two events of a subject are due at a time.
        let due = Vec::with_capacity(2 * subjects.len());
        let (changed, trailing) = (GroupSet::new(subjects.len()), GroupSet::new(leads.len()));
        let short = |place: Option<usize>| place.and_then(|place| u16::try_from(place).ok());
        let of_group = of_group.into_iter().zip(carried).zip(leads);
        let of_group = of_group.map(|((own, carried), leads)| {
            let calls = carried.or(own).filter(|&s| subjects[s].who == Who::Phase);
            OfGroup { calls: short(calls), own: short(own), carried: short(carried), leads }
        });
        let (of_group, called) = (of_group.collect(), vec![[0; 2]; subjects.len()]);
        let carried = (0..subjects.len()).filter(|&s| subjects[s].carried.is_some()).collect();
        Self { subjects, of_group, called, changed, trailing, carried, asked: None, due, next: Millis::NEVER }
    }

    /// Tells what is due up to `now`.
    #[inline]
    pub fn reach(&mut self, now: Millis, journal: &mut Journal) {
        if now >= self.next {
            self.tell(now, journal);
        }
    }

    fn find_next(&mut self) {
        self.next = self.due.iter().map(|due| due.0).min().unwrap_or(Millis::NEVER);
    }

    fn tell(&mut self, now: Millis, journal: &mut Journal) {
        while let Some(i) = (0..self.due.len()).min_by_key(|&i| self.due[i]).filter(|&i| self.due[i].0 <= now) {
            let (at, code, s) = self.due.swap_remove(i);
            let subject = &mut self.subjects[s];
            if code == code::RED_CLEARANCE_END {
                subject.clears = None;
            }
            match (subject.who, code) {
                (Who::Phase, code::RED_CLEARANCE_END) => {
                    journal.event(at, code, subject.number, Reason::Over);
                    journal.event(at, code::PHASE_OFF, subject.number, Reason::Over);
                }
                (Who::Overlap, code::RED_CLEARANCE_END) => {
                    journal.event(at, code::OVERLAP_OFF, subject.number, Reason::Over);
                }
                _ => journal.event(at, code, subject.number, Reason::Over),
            }
        }
        self.find_next();
    }

    /// An event that the strategy knows of.
    pub fn note(&mut self, at: Millis, code: u8, parameter: u16, journal: &mut Journal) {
        let ends = [code::GAP_OUT, code::MAX_OUT, code::FORCE_OFF].contains(&code);
        let of = self.subjects.iter_mut().find(|s| s.who == Who::Phase && s.number == parameter);
        if let Some(subject) = of.filter(|_| ends) {
            subject.explained = true;
        }
        journal.event(at, code, parameter, Reason::Decided);
    }

    /// A group is called or no longer called.
    #[inline]
    pub fn call(&mut self, at: Millis, group: u16, on_foot: bool, on: bool, reason: Reason, journal: &mut Journal) {
        let Some(s) = self.of_group.get(usize::from(group)).and_then(|of| of.calls).map(usize::from) else { return };
        let called = &mut self.called[s][usize::from(on_foot)];
        let before = *called;
        *called = if on { called.saturating_add(1) } else { called.saturating_sub(1) };
        let code = match (before, *called, on_foot) {
            (0, 1.., true) => code::PED_CALL,
            (0, 1.., false) => code::CALL,
            (1.., 0, false) => code::CALL_DROPPED,
            _ => return,
        };
        journal.event(at, code, self.subjects[s].number, reason);
    }

    /// The group of an overlap, by its number, trails or does not; `since`: from when on. It is told when that begins.
    pub fn trail(&mut self, now: Millis, overlap: u16, group: u16, since: Option<Millis>, journal: &mut Journal) {
        let g = usize::from(group);
        if since == Some(now) && !self.trailing.has(g) {
            journal.event(now, code::OVERLAP_TRAILING, overlap, Reason::Over);
        }
        self.trailing.put(g, since.is_some());
    }

    /// Other phases are asked for, for a reason; `None`: none, or the strategy has no say. Returns whether that matters to
    /// anybody: [`settle`](Self::settle) follows then.
    pub fn ask(&mut self, phases: Option<u32>, reason: Reason) -> bool {
        if self.asked == phases {
            return false;
        }
        self.asked = phases;
        for &s in &self.carried {
            self.subjects[s].reasons[0].get_or_insert(reason);
            self.changed.put(s, true);
        }
        !self.carried.is_empty()
    }

    /// A group shows another lamp, for a reason. [`settle`](Self::settle) follows when all lamps of the moment are known.
    pub fn changed(&mut self, group: usize, on_foot: bool, reason: Reason) {
        for &s in &self.carried {
            let subject = &mut self.subjects[s];
            if subject.carried.as_ref().is_some_and(|c| c.oncoming.iter().any(|&o| usize::from(o) == group)) {
                subject.reasons[0].get_or_insert(reason);
                self.changed.put(s, true);
            }
        }
        let Some(of) = self.of_group.get(group).filter(|of| of.leads) else { return };
        for s in [of.own, of.carried].into_iter().flatten().map(usize::from) {
            self.subjects[s].reasons[usize::from(on_foot)] = Some(reason);
            self.changed.put(s, true);
        }
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        for (s, called) in self.subjects.iter().zip(&self.called) {
            out.extend_from_slice(&[s.vehicles as u8, s.on_foot as u8, s.flashes.into(), s.explained.into()]);
            called.iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
            state::put_optional_millis(out, s.clears);
        }
        out.extend((0..self.of_group.len()).map(|g| u8::from(self.trailing.has(g))));
        state::put_count(out, self.due.len());
        for (at, code, s) in &self.due {
            state::put_millis(out, *at);
            out.push(*code);
            state::put_count(out, *s);
        }
    }

    /// Reads the state of as many subjects as these.
    ///
    /// # Errors
    /// If the bytes are no such state.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        let shows = |n: u8| {
            let wrong = StateError::Invalid { what: "lamps of a phase", expected: "0 to 4" };
            Shows::ALL.get(usize::from(n)).copied().ok_or(wrong)
        };
        for (s, called) in self.subjects.iter_mut().zip(&mut self.called) {
            (s.vehicles, s.on_foot) = (shows(reader.u8()?)?, shows(reader.u8()?)?);
            (s.flashes, s.explained) = (reader.flag()?, reader.flag()?);
            *called = [reader.u16()?, reader.u16()?];
            s.clears = reader.optional_millis()?;
        }
        for g in 0..self.of_group.len() {
            self.trailing.put(g, reader.flag()?);
        }
        let most = 2 * self.subjects.len();
        let n = reader.u32()? as usize;
        let wrong = StateError::Invalid { what: "events that are due", expected: "at most two of each phase" };
        if n > most {
            return Err(wrong);
        }
        self.due = Vec::with_capacity(most);
        for _ in 0..n {
            let (at, code, s) = (reader.millis()?, reader.u8()?, reader.u32()? as usize);
            if s >= self.subjects.len() || ![code::MIN_COMPLETE, code::RED_CLEARANCE_END].contains(&code) {
                return Err(wrong);
            }
            self.due.push((at, code, s));
        }
        self.find_next();
        Ok(())
    }

    /// What a subject's groups show; `asked`: the phases asked for, if it is for the strategy to ask.
    fn see(subject: &Subject, asked: Option<u32>, groups: impl Fn(u16) -> Seen) -> Together {
        let (vehicles, on_foot) = Default::default();
        let mut seen = Together { vehicles, on_foot, flashes: false, opened: Millis(i64::MIN / 4) };
        for &g in &subject.groups {
            let Seen { on_foot, is_arrow, lamp, since } = groups(g);
            let shows = match lamp {
                _ if !on_foot && subject.carried.as_ref().is_some_and(|c| c.is_over(lamp, asked, &groups)) => {
                    Shows::Red
                }
                Lamp::Green | Lamp::GreenMinor => Shows::Green,
                Lamp::RedYellow => Shows::On,
                Lamp::Yellow => Shows::Yellow,
                // Whoever else flashes is switched off: the unit says so.
                Lamp::Flashing if is_arrow => Shows::Red,
                Lamp::Red | Lamp::TurnOnRed => Shows::Red,
                Lamp::Flashing | Lamp::Off => Shows::Dark,
            };
            if on_foot {
                seen.on_foot = shows.max(seen.on_foot);
                continue;
            }
            seen.vehicles = shows.max(seen.vehicles);
            seen.flashes |= lamp == Lamp::Flashing && shows == Shows::Red && subject.arrow > 0;
            if shows == Shows::Green {
                seen.opened = seen.opened.max(since);
            }
        }
        seen
    }

    /// Tells how subjects have changed with the lamps of this moment.
    pub fn settle(&mut self, now: Millis, groups: impl Fn(u16) -> Seen, journal: &mut Journal) {
        self.reach(now, journal);
        while let Some(s) = self.changed.pop() {
            let subject = &mut self.subjects[s];
            let Together { mut vehicles, on_foot, flashes, opened } = Self::see(subject, self.asked, &groups);
            if subject.carried.is_some() && vehicles == Shows::Yellow && subject.vehicles <= Shows::Red {
                // The end of flashing, or of a green that other phases held, which is none of the phase's.
                vehicles = Shows::Red;
            }
            let [reason, reason_on_foot] = core::mem::take(&mut subject.reasons);
            let reason = reason.unwrap_or(Reason::Over);
            if subject.flashes && !flashes {
                journal.event(now, code::FYA_END, subject.arrow, reason);
            }
            if vehicles != subject.vehicles {
                self.vehicles(s, (vehicles, opened), now, reason, journal);
            }
            let subject = &mut self.subjects[s];
            if flashes && !subject.flashes {
                journal.event(now, code::FYA, subject.arrow, reason);
            }
            subject.flashes = flashes;
            let before = core::mem::replace(&mut subject.on_foot, on_foot);
            if let Some(reason) = reason_on_foot.filter(|_| before != on_foot) {
                let code = match on_foot {
                    Shows::Green => code::WALK,
                    Shows::Yellow => code::CLEARANCE,
                    Shows::Dark => continue,
                    Shows::On | Shows::Red => code::DONT_WALK,
                };
                journal.event(now, code, subject.number, reason);
            }
        }
    }

    /// What a subject shows to vehicles becomes something else; `opened`: since when the last of its groups is green.
    fn vehicles(
        &mut self,
        s: usize,
        (to, opened): (Shows, Millis),
        now: Millis,
        reason: Reason,
        journal: &mut Journal,
    ) {
        let subject = &mut self.subjects[s];
        let from = core::mem::replace(&mut subject.vehicles, to);
        let number = subject.number;
        let is_phase = subject.who == Who::Phase;
        let mut say = |phase: Option<u8>, overlap: Option<u8>| {
            if let Some(code) = if is_phase { phase } else { overlap } {
                journal.event(now, code, number, reason);
            }
        };
        if from == Shows::Green {
            let asked = matches!(
                reason,
                Reason::Requested(_) | Reason::Over | Reason::Trap { .. } | Reason::Command | Reason::Calendar
            );
            if !core::mem::take(&mut subject.explained) && asked {
                say(Some(code::FORCE_OFF), None);
            }
            say(Some(code::GREEN_END), None);
        }
        if from == Shows::Yellow {
            say(Some(code::YELLOW_END), None);
        }
        match to {
            Shows::On | Shows::Green => {
                subject.explained = false;
                if subject.clears.take().is_some() {
                    // It starts again before it has cleared.
                    self.due.retain(|d| d.2 != s);
                    say(Some(code::RED_CLEARANCE_END), None);
                }
                if from != Shows::On {
                    say(Some(code::PHASE_ON), None);
                }
                if to == Shows::Green {
                    say(Some(code::GREEN), Some(code::OVERLAP_GREEN));
                    // Lamps that were taken over as they were have been green for long.
                    let least = opened + self.subjects[s].least;
                    if is_phase && least > now {
                        self.due.push((least, code::MIN_COMPLETE, s));
                        self.next = self.next.min(least);
                    }
                }
            }
            Shows::Yellow => {
                self.due.retain(|d| d.2 != s);
                say(Some(code::YELLOW), Some(code::OVERLAP_YELLOW));
            }
            Shows::Red | Shows::Dark if from <= Shows::Red => {}
            Shows::Red | Shows::Dark => {
                self.due.retain(|d| d.2 != s);
                if from == Shows::Yellow && subject.red_clearance > Millis(0) {
                    let end = now + subject.red_clearance;
                    subject.clears = Some(end);
                    say(Some(code::RED_CLEARANCE), Some(code::OVERLAP_RED));
                    self.due.push((end, code::RED_CLEARANCE_END, s));
                    self.next = self.next.min(end);
                } else {
                    say(Some(code::PHASE_OFF), Some(code::OVERLAP_OFF));
                }
            }
        }
    }
}

/// How a group carries its phase. An arrow tells itself by its lamp: it flashes while others hold it.
fn carries(plan: &Plan, group: u16) -> Carried {
    let overlap = plan.rings().and_then(|r| r.overlaps.iter().find(|o| o.group == group));
    let overlap = overlap.filter(|_| arrow_number(plan, group).is_none());
    let vehicles = |&&to: &&u16| !plan.groups()[usize::from(to)].is_pedestrian();
    let gives_way = |&&to: &&u16| plan.matrix().relation(group, to).yields();
    let oncoming = overlap.map(|_| plan.matrix().partners(group).iter().filter(vehicles).filter(gives_way).copied());
    Carried {
        phase: overlap.map_or(0, |o| o.phases),
        others: overlap.map_or(0, |o| o.permissive),
        oncoming: oncoming.into_iter().flatten().collect(),
    }
}

impl Carried {
    /// Whether a lamp that says go is no longer, or not yet, that of the phase.
    fn is_over(&self, lamp: Lamp, asked: Option<u32>, groups: impl Fn(u16) -> Seen) -> bool {
        let goes = matches!(lamp, Lamp::Green | Lamp::GreenMinor | Lamp::RedYellow);
        let held = asked.is_some_and(|asked| asked & self.phase == 0 && asked & self.others != 0);
        let moves =
            |&g: &u16| matches!(groups(g).lamp, Lamp::Green | Lamp::GreenMinor | Lamp::RedYellow | Lamp::Yellow);
        goes && (held || lamp == Lamp::GreenMinor && self.oncoming.iter().any(moves))
    }
}

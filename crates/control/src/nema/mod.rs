//! The strategy `nema`: the dual-ring actuated controller.
//!
//! Terms
//! - **ring**: phases that follow each other; **section**: its phases between two **barriers**, which all rings cross
//!   together. Any number of both; a ring without phases in a section pauses there.
//! - **call**: somebody waits at a phase: a detector, a recall, a button. A phase whose groups no detector calls is always
//!   called; one that no detector calls or extends has its greatest green. An overlap's group calls a phase that it
//!   follows, if none of them is called anyway: a through phase before a left turn.
//! - **conflicting call**: one that can only be served when the phase ends: of its own ring, or beyond the barrier.
//! - **gap-out**: nobody has extended the green for the allowed gap; if wanted, lane by lane (`lanes.rs`). **Max-out**:
//!   the greatest green since the first conflicting call is over. **Force-off**: the coordination ends it.
//! - **standing** of a ring: what its phase is doing, and until when (`standing.rs`).
//!
//! # When a phase ends
//! When its initial is done, its people on foot have cleared, a conflicting call is there, and it has gapped out, maxed
//! out or been forced off. A phase that is the last called one of its section ends together with the other rings: until
//! all are ready, one that had gapped out is extended again by whoever comes (simultaneous gap-out). Then comes the
//! next called phase of its ring, in the plan's order; phases that nobody calls are skipped.
//!
//! People on foot clear while vehicles do, guarded by the intergreens, in two cases: a split is too short for their walk,
//! their clearance and the yellow and red of vehicles one after the other, so that every cycle would be late; or greens end
//! as soon as they may, because somebody would wait too long.
//!
//! # Nobody starves
//! The longest red of every called group is kept: while the rest of the sequence with least greens would just do, greens
//! end as soon as they may (`guard.rs`). The plan's checks have proved that this suffices.
//!
//! | file | what |
//! |---|---|
//! | `layout` | the plan as numbers, worked out once |
//! | `parameters` | what is set for a whole run |
//! | `set` | sets of phases |
//! | `look` | what lamps and detectors say: who is green since when, who is called |
//! | `standing` | whether a phase is to end: initial, passage, gap reduction, max, people on foot |
//! | `lanes` | which lanes extend a phase |
//! | `moves` | which phase is next: sections, barriers, dual entry, conditional service, red rest |
//! | `walks` | when people on foot are served |
//! | `coordination` | patterns: the local clock, force-offs, permissives, transitions |
//! | `from_program` | a fixed program as a pattern |
//! | `guard` | nobody waits beyond the longest red |
//! | `checkpoint` | the state as bytes |
//!
//! Source: NEMA TS 2-2003 and NTCIP 1202 as practitioners know them (`docs/science.md` A3): from memory, not quoted.

mod checkpoint;
mod coordination;
mod explain;
mod from_program;
mod guard;
mod lanes;
mod layout;
mod look;
mod moves;
mod parameters;
mod set;
mod standing;
mod walks;

use alloc::{boxed::Box, format, string::String, sync::Arc, vec, vec::Vec};

use self::{
    coordination::Coordinator,
    layout::{Layout, Phase},
    look::{Called, Memory, Seen},
    parameters::{Coordinated, Parameters},
    set::Set,
    standing::Standing,
};
use crate::{
    Decision, Entry, Found, Millis, PhaseTimes, Plan, Request, Serves, StateError, Strategy, View,
    group_set::GroupSet,
    plan::{Pattern, bit},
};

/// Its entry in the registry.
pub(crate) const ENTRY: Entry = Entry {
    name: "nema",
    summary: "the dual-ring actuated controller: phases in rings end by gap, max or force-off, and cross barriers together",
    needs: "a plan with rings; detectors that call and extend, else greatest greens",
    parameters: parameters::LIST,
    source: "NEMA TS 2, NTCIP 1202",
    serves: Serves::Phases,
    clearance: None,
    falls_back: Some("actuated"),
    make: |setup| {
        if setup.plan.rings().is_none() {
            return Err(setup.unsuitable("the plan has no rings"));
        }
        Ok(Box::new(Nema::new(setup.plan, Parameters::read(setup)?)))
    },
};

/// Why a green ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    GapOut,
    MaxOut,
    ForceOff,
    /// It never began: something keeps it from it.
    Kept,
}

/// What a ring is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ring {
    /// The phase asked for, by its place in the layout; none: it pauses or rests in red.
    on: Option<usize>,
    /// Since when.
    asked: Millis,
    /// When what was on before has cleared at the latest.
    cleared: Millis,
    /// Since when it is green.
    green: Option<Millis>,
    /// When all who are green with it have had their least green; follows from lamps.
    least: Millis,
    /// How long its green lasts whoever comes.
    initial: Millis,
    /// Since when its max counts.
    max_from: Option<Millis>,
    /// It has gapped out and does not look back.
    gapped: bool,
    /// The lanes that have gapped out and do not look back, while others extend the phase.
    kept: u64,
    /// The end of the whole passage of its last vehicle, where the gap was reduced.
    last_car: Option<Millis>,
    /// Whether people on foot are asked for, and since when they were last.
    walk: bool,
    walk_asked: Millis,
    /// Where on the local clock it is forced off.
    force_at: Option<Millis>,
    /// It is served a second time in this section.
    conditional: bool,
    /// For the explanation: what it was doing when it was asked last, and until when.
    standing: Standing,
    until: Millis,
}

const LONG_AGO: Millis = Millis(i64::MIN / 4);

impl Ring {
    const IDLE: Self = Self {
        on: None,
        asked: LONG_AGO,
        cleared: LONG_AGO,
        green: None,
        least: LONG_AGO,
        initial: Millis(0),
        max_from: None,
        gapped: false,
        kept: 0,
        last_car: None,
        walk: false,
        walk_asked: LONG_AGO,
        force_at: None,
        conditional: false,
        standing: Standing::Idle,
        until: Millis::NEVER,
    };
}

/// The dual-ring actuated controller.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Nema {
    run: Parameters,
    layout: Layout,
    rings: Vec<Ring>,
    /// Between which barriers the rings are.
    section: usize,
    started: bool,
    /// All rings become red before the section begins anew (backup protection).
    clearing: bool,
    /// Somebody would wait too long: greens end as soon as they may.
    hurries: bool,
    /// By ring, how long its phase takes to end and clear; scratch.
    rests: Vec<Millis>,
    groups: Vec<Seen>,
    /// Those of them that somebody wants: a detector, a recall, or nobody who could say otherwise; that are called and red;
    /// that show yellow, people on foot clear.
    wanted: GroupSet,
    waits: GroupSet,
    ends: GroupSet,
    /// The [lamps](crate::GroupCalls::lamps_epoch) that were looked at last; none: they were not.
    lamps: Option<u32>,
    phases: Vec<Memory>,
    /// The phases whose max is the normal one because a detector of theirs is broken; scratch.
    fixed: Set,
    /// Which lamps and calls were seen last, and what the rings were on; none if they have moved since.
    seen: Option<(u32, Set)>,
    /// Who is called now, and whose calls are admitted; scratch.
    calls: Called,
    called: Called,
    /// When the first of those who wait would have waited for too long; scratch.
    first_late: Millis,
    /// When a group opened last, of those that are open; scratch.
    opened: Millis,
    clock: Coordinator,
    /// The pattern of the fixed program, if that is kept to.
    of_program: Option<Arc<Pattern>>,
    /// What was asked for and has no effect.
    remark: Option<String>,
    /// When it was asked last.
    last: Option<Millis>,
    /// What the log is to be told.
    notes: Vec<(u8, u16)>,
}

impl Nema {
    fn new(plan: &Plan, run: Parameters) -> Self {
        let layout = Layout::new(plan, &run);
        let (mut of_program, mut remark) = (None, None);
        let has_pattern = || plan.spec().patterns.iter().any(|p| !p.phases.is_empty() && !p.coordinated.is_empty());
        match run.coordinated {
            Coordinated::Program => match from_program::pattern(plan) {
                Ok(pattern) => of_program = Some(Arc::new(pattern)),
                Err(why) => remark = Some(format!("coordinated=program has no effect, it runs free: {why}")),
            },
            Coordinated::Patterns if run.asks_for_patterns && !has_pattern() => {
                remark = Some("coordinated=true has no effect, it runs free: the plan has no pattern of phases".into());
            }
            Coordinated::Patterns | Coordinated::Free => {}
        }
        Self {
            rings: vec![Ring::IDLE; layout.rings.len()],
            section: 0,
            started: false,
            clearing: false,
            hurries: false,
            rests: vec![Millis(0); layout.rings.len()],
            groups: vec![Seen::default(); plan.groups().len()],
            wanted: GroupSet::new(plan.groups().len()),
            waits: GroupSet::new(plan.groups().len()),
            ends: GroupSet::new(plan.groups().len()),
            lamps: None,
            phases: vec![Memory::default(); layout.phases.len()],
            fixed: Set::NONE,
            seen: None,
            calls: Called::default(),
            called: Called::default(),
            first_late: Millis::NEVER,
            opened: LONG_AGO,
            clock: Coordinator::new(layout.phases.len()),
            of_program,
            remark,
            last: None,
            notes: Vec::with_capacity(4 * layout.phases.len() + 8),
            layout,
            run,
        }
    }

    /// The phases that rings are on, by their places.
    fn on(&self) -> Set {
        self.rings.iter().filter_map(|r| r.on).collect()
    }

    /// The phases asked for and those of them with people on foot, by their numbers.
    fn asked(&self) -> (u32, u32) {
        let (mut phases, mut walks) = (0, 0);
        for ring in &self.rings {
            let number = ring.on.map_or(0, |p| bit(self.layout.phases[p].number));
            phases |= number;
            walks |= if ring.walk { number } else { 0 };
        }
        (phases, walks)
    }

    /// Tells the log, unless it could not take it in.
    fn note(&mut self, code: u8, parameter: u16) {
        if self.notes.len() < self.notes.capacity() {
            self.notes.push((code, parameter));
        }
    }
}

impl Strategy for Nema {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn wakes(&self) -> crate::Wakes {
        use crate::Wakes;
        let red = self.layout.red_rest || self.layout.backup_protection;
        let mut wakes = Wakes::Calling;
        for ring in &self.rings {
            match ring.standing {
                // What has gapped out may be extended again; what rests only where it may become red.
                Standing::Over(Cause::GapOut) => return Wakes::Arrivals,
                Standing::Resting if red => return Wakes::Arrivals,
                // A gap may still come: then it is no max-out.
                Standing::Over(_) | Standing::Extended => wakes = Wakes::Gaps,
                _ => {}
            }
        }
        wakes
    }

    fn minds(&self, number: usize) -> Option<crate::Minds> {
        self.layout.minds.get(&number).copied()
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        self.notes.clear();
        self.look(now, view);
        let place = self.coordinate(now);
        // The lamps of the start are seen only when asked again.
        let mut next = if self.last.is_none() { now + Millis(1) } else { place };
        // What has opened in this very moment did so beside those that are open: nobody ends before the next.
        if self.opened == now {
            next = next.min(self.hold_on(now, view));
        } else {
            next = next.min(self.move_on(now, view)).min(self.walk(now));
        }
        self.last = Some(now);
        let (phases, walks) = self.asked();
        Decision { request: Request::Phases { phases, walks }, next }
    }

    fn report(&mut self, note: &mut dyn FnMut(u8, u16)) {
        self.notes.drain(..).for_each(|(code, parameter)| note(code, parameter));
    }

    fn phase_times(&self) -> Vec<PhaseTimes> {
        self.layout.phases.iter().map(Phase::times).collect()
    }

    fn pattern(&self) -> Option<&Pattern> {
        self.of_program.as_deref()
    }

    fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    fn explain(&self) -> String {
        self.words()
    }

    fn timers(&self, now: Millis, view: &View<'_>) -> Vec<crate::Timers> {
        self.all_timers(now, view)
    }

    fn save(&self, out: &mut Vec<u8>) {
        self.put(out);
    }

    fn take_over(&mut self, found: &Found<'_>) {
        for (g, (seen, (opened, waiting))) in
            self.groups.iter_mut().zip(found.opened.iter().zip(&found.waiting)).enumerate()
        {
            // The lamps say whether that is a green.
            (seen.open, seen.green, seen.waits) = (*opened, *opened, *waiting);
            self.waits.put(g, waiting.is_some());
        }
        let asked = |p: &layout::Phase| !p.groups.is_empty() && p.groups.iter().all(|&g| found.asked[usize::from(g)]);
        self.section = self.layout.phases.iter().find(|p| asked(p)).map_or(0, |p| p.section);
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.take(state)
    }
}

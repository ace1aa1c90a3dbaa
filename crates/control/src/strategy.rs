//! How a strategy plugs in.
//!
//! Terms
//! - **strategy**: decides what should be shown next. It sees what a [`View`] shows and nothing else: no vehicles, no
//!   clock, no other cabinet.
//! - **request**: what it would like to be shown. The [kernel](crate::kernel) is the only writer of lamps.
//! - **decision**: a request, and when the strategy wants to be asked again at the latest.

use alloc::{string::String, vec::Vec};
use core::fmt::Debug;

use crate::{
    DetectorBank, GroupCalls, Lamp, Millis, StateError, Traffic,
    plan::{Pattern, Plan},
};

/// All that a strategy may know at the moment it decides.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The plan of the intersection.
    pub plan: &'a Plan,
    /// The pattern in force; none: the strategy is free.
    pub pattern: Option<&'a Pattern>,
    /// When the day began, on the controller's time; none: nobody has told it the time of day.
    pub midnight: Option<Millis>,
    /// What its detectors reported up to now, each by itself.
    pub detectors: &'a DetectorBank,
    /// What they mean for the groups: who is called, whose green is extended.
    pub calls: &'a GroupCalls,
    /// What they and others tell of single lanes; none, if the strategy does not [look](Strategy::looks) at it.
    pub traffic: Option<&'a Traffic>,
    /// What each group shows.
    pub lamps: &'a [Lamp],
    /// When they changed last; [`Millis::NEVER`] before the start.
    pub changed: Millis,
}

impl View<'_> {
    /// The time from which offsets count: since midnight, or where the time of day is unknown the controller's own.
    pub fn of_day(&self, now: Millis) -> Millis {
        self.midnight.map_or(now, |midnight| now - midnight)
    }
}

/// What a strategy would like to be shown. The kernel shows what is safe, as soon as it is safe.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Request<'a> {
    /// The lamps of a step of the plan's program, from 0.
    Step(usize),
    /// These lamps, one per group.
    Lamps(&'a [Lamp]),
    /// The groups of a stage of the plan, from 0.
    Stage(usize),
    /// The groups of some phases of the plan's rings and the overlaps that follow them: bit n − 1 for phase n.
    Phases {
        /// The phases.
        phases: u32,
        /// Those of them whose people on foot are served too.
        walks: u32,
    },
}

/// What a strategy decided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Decision<'a> {
    /// What it would like to be shown from now on.
    pub request: Request<'a>,
    /// When it wants to be asked again at the latest. Edges of detectors and ends of gaps make it be asked
    /// earlier, as it [wishes](Strategy::wakes).
    pub next: Millis,
}

/// Which edges of detectors, and which ends of gaps, are worth asking a strategy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Wakes {
    /// Every edge.
    Edges,
    /// Those that change which closed group is called, which open one is extended, or which detector extends one:
    /// [`View::calls`]. And the moments at which a lane of open groups has gapped out.
    Calls,
    /// Only those after which another group that is not green is called, and the moments at which a lane of open groups has
    /// gapped out: no detector of it has extended for its [gap](Minds::gap). Or, where [that matters](Minds::begins), the
    /// first begins to.
    Gaps,
    /// The same, and those after which a lane of open groups is extended that was not before.
    Arrivals,
    /// Only those after which another group that is not green is called.
    Calling,
    /// None.
    Never,
}

/// What a strategy looks at besides the calls of groups. The less it is, the less is kept for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Looks {
    /// Nothing else.
    #[default]
    Groups,
    /// The approach lanes: [`View::traffic`].
    Lanes,
    /// The approach lanes, and what neighbours tell of theirs.
    Neighbours,
    /// The same, and whom neighbours upstream let go.
    Arrivals,
}

/// How it matters to a strategy that a use of a detector extends greens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Minds {
    /// Its lane: what counts is whether any use with this number extends.
    pub lane: usize,
    /// Whether it matters also when that begins.
    pub begins: bool,
    /// For how long none may have extended before that matters; 0: at once. Of several detectors of a lane the last end
    /// counts. While a group of the lane is open a strategy that wants to know of gaps is woken then, and need not wait for
    /// the end of the gap itself.
    pub gap: Millis,
}

/// What a ring, or a whole strategy without rings, is on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum On {
    /// Nothing: a ring that pauses.
    Nothing,
    /// A phase, by its number.
    Phase(u8),
    /// A stage of the plan, from 0.
    Stage(u32),
    /// A step of the plan's program, from 0.
    Step(u32),
}

/// What a ring of phases, or a strategy without rings, is doing, for somebody who watches. Times are moments on the
/// controller's clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timers {
    /// What it is on.
    pub on: On,
    /// Since when that is green, or the step is on; none while it is not, or where that is not known.
    pub green: Option<Millis>,
    /// When its least green, initial included, is over.
    pub least: Option<Millis>,
    /// When it gaps out if nobody comes any more; [`Millis::NEVER`] while a detector extends it.
    pub gap: Option<Millis>,
    /// When it has its greatest green, or ends at the latest by force; none while nobody in conflict is called.
    pub most: Option<Millis>,
    /// Whether that is a force-off: by a pattern, by the clock, or so that nobody waits too long.
    pub forced: bool,
    /// Whether it rests: nobody in conflict is called.
    pub rests: bool,
}

impl Timers {
    /// Of what is not green, or of which no times are known.
    pub const fn of(on: On) -> Self {
        Self { on, green: None, least: None, gap: None, most: None, forced: false, rests: false }
    }
}

/// What a phase has of the times that a plan may leave open: the plan's, or what follows from its groups and detectors, or
/// from the strategy's parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PhaseTimes {
    /// Its number.
    pub number: u8,
    /// Its least green.
    pub min_green: Millis,
    /// Its passage.
    pub passage: Millis,
    /// Its max 1 and max 2.
    pub max: [Millis; 2],
    /// Whether it goes along uncalled.
    pub dual_entry: bool,
}

/// What a strategy finds that takes over from another while the signal runs. The lists are by group.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The moment; the strategy decides for the first time after it.
    pub now: Millis,
    /// The plan of the intersection.
    pub plan: &'a Plan,
    /// Since when it has been open; none: it is closed.
    pub opened: Vec<Option<Millis>>,
    /// Since when it has been called and closed; none: it is not.
    pub waiting: Vec<Option<Millis>>,
    /// Whether it was asked to be open, be it open or still to come.
    pub asked: Vec<bool>,
}

/// A way to control an intersection.
///
/// A strategy is deterministic: equal states and equal views give equal decisions. It panics on no view, and in steady
/// state it allocates nothing (lamps it requests live in a buffer of its own).
pub trait Strategy: Debug + Send + Sync {
    /// The name under which it is registered.
    fn name(&self) -> &'static str;

    /// Decides what should be shown from `now` on. Times never decrease from call to call; two calls at one time
    /// happen when an edge is reported late.
    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_>;

    /// Which edges of detectors make it be asked before its time, until it has decided again.
    fn wakes(&self) -> Wakes {
        Wakes::Edges
    }

    /// It takes over from another strategy: told once, before it is asked for the first time.
    fn take_over(&mut self, found: &Found<'_>) {
        let _ = found;
    }

    /// What it looks at. The same in a whole run.
    fn looks(&self) -> Looks {
        Looks::Groups
    }

    /// How many vehicles it tells neighbours that queue in an approach lane, by its place in the list; none: as many as the
    /// [picture](Traffic::tell) of the lane says.
    fn tells(&self, lane: usize) -> Option<u16> {
        let _ = lane;
        None
    }

    /// How it matters to it that a use of a detector, by its place in the plan's list, extends greens; not at all: it never
    /// wakes it. The same in a whole run; calls matter always.
    fn minds(&self, number: usize) -> Option<Minds> {
        Some(Minds { lane: number, begins: false, gap: Millis(0) })
    }

    /// Tells the log what it decided, since it was asked last: `note(code, parameter)` for each event, in order. The
    /// codes are those of [`log::code`](crate::log::code) that only a strategy knows: gap-out, max-out and force-off of a
    /// phase, coordination states. Called after every decision, wanted or not, before anything else happens.
    fn report(&mut self, note: &mut dyn FnMut(u8, u16)) {
        let _ = note;
    }

    /// The times of its phases, in the order of its rings; empty if it has none. The same in a whole run.
    fn phase_times(&self) -> Vec<PhaseTimes> {
        Vec::new()
    }

    /// The pattern that it keeps to at all times, where that is none of the plan's.
    fn pattern(&self) -> Option<&Pattern> {
        None
    }

    /// What its parameters ask for that has no effect with its plan, in words.
    fn remark(&self) -> Option<&str> {
        None
    }

    /// Its last decision and the reason for it, in words for a traffic engineer. Built only when asked for.
    fn explain(&self) -> String;

    /// What its rings, ring by ring, or its stages are doing at `now`, the time at which it was asked last or later; empty
    /// if there is nothing to tell. Built only when asked for.
    fn timers(&self, now: Millis, view: &View<'_>) -> Vec<Timers> {
        let _ = (now, view);
        Vec::new()
    }

    /// Appends what it must remember to go on exactly as it would have: a version byte first, little-endian.
    fn save(&self, out: &mut Vec<u8>);

    /// Becomes what was saved.
    ///
    /// # Errors
    /// If `state` was not written by this strategy. It then stays as it was.
    fn load(&mut self, state: &[u8]) -> Result<(), StateError>;
}

//! One use of a detector: from on and off to whether it calls and extends.
//!
//! Terms
//! - **counted**: on, and its delay is over.
//! - **carry-over**: it extends for longer than it is on.
//! - **disconnected**: it no longer extends the present green.
//! - **stand-in**: what a broken detector does in place of what it reports.

use alloc::{string::String, vec::Vec};

use crate::{
    Lamp, Millis, Minds, StateError, StateReader,
    group_set::GroupSet,
    plan::{DetectorMode, DetectorUse, Plan},
    state,
};

/// The groups of which a plan says something to a use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    pub groups: Vec<u16>,
    pub switched: Vec<u16>,
    /// The groups, as a set; and with those to which it is switched.
    pub own: GroupSet,
    pub all: GroupSet,
    /// The groups whose red actuations it counts.
    pub counts: Vec<u16>,
}

impl Reach {
    pub fn new(plan: &Plan, of: &DetectorUse) -> Self {
        let numbers = |names: &[String]| names.iter().filter_map(|g| plan.find_group(g)).collect();
        let (groups, switched): (Vec<u16>, Vec<u16>) = (numbers(&of.groups), numbers(&of.switched));
        let own = GroupSet::listed(plan.groups().len(), &groups);
        let mut all = GroupSet::listed(plan.groups().len(), &switched);
        all.join(&own);
        Self { groups, switched, own, all, counts: Vec::new() }
    }
}

/// What a plan says of a use, in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wiring {
    mode: DetectorMode,
    /// Whether it counts red actuations of some group.
    pub counts: bool,
    locking: bool,
    yellow_lock: bool,
    pub added_initial: bool,
    delay: Millis,
    extend: Millis,
    queue: bool,
    extend_limit: Millis,
    /// For how long a stand-in extends a green: 0 for none at all, [`Millis::NEVER`] without end.
    fail_time: Millis,
}

impl Wiring {
    pub fn new(of: &DetectorUse) -> Self {
        Self {
            mode: of.mode,
            counts: false,
            locking: of.locking,
            yellow_lock: of.yellow_lock,
            added_initial: of.added_initial,
            delay: of.delay,
            extend: of.extend,
            queue: of.queue,
            extend_limit: of.extend_limit,
            fail_time: match of.diagnostics.fail_time {
                255 => Millis::NEVER,
                seconds => Millis(i64::from(seconds) * 1000),
            },
        }
    }

    /// Whether it changes anything for a group; if not, its detector is only measured.
    pub const fn matters(&self) -> bool {
        self.calls() || self.extends() || self.counts
    }

    pub const fn calls(&self) -> bool {
        self.mode.calls()
    }

    pub const fn extends(&self) -> bool {
        self.mode.extends()
    }

    /// Whether its call is remembered by a closed group that shows this lamp.
    pub fn locks(&self, lamp: Option<Lamp>) -> bool {
        self.locking && (self.yellow_lock || lamp != Some(Lamp::Yellow))
    }
}

/// Before all times: what has not happened.
pub(super) const NOT_YET: Millis = Millis(i64::MIN);

/// No other detector of the lane extends the groups of a broken one.
pub(super) const ALONE: u8 = u8::MAX;

/// A queue before an advance loop has left so long after the start of green, s: 3, and 2 for each vehicle of 7.6 m (25 ft). (FHWA Traffic Signal Timing Manual 2008,
/// least greens for advance detection.) Until then the loop tells nothing of it: it is off, or stands under somebody.
pub(super) fn leaves_s(distance_m: f64) -> u8 {
    // The range of distances in plans is bounded, and so many seconds are more than any green.
    if distance_m > 0.0 { (3.0 + 2.0 * distance_m / 7.6).min(254.0) as u8 } else { 0 }
}

/// How a strategy minds that a use extends, in few bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Minded {
    /// Its lane among those that are minded.
    pub lane: u16,
    pub begins: bool,
    gap_ms: u32,
}

impl Minded {
    /// `lane`: its place among those that are minded.
    pub fn new(minds: Minds, lane: usize) -> Self {
        let gap_ms = u32::try_from(minds.gap.0.max(0)).unwrap_or(u32::MAX);
        Self { lane: u16::try_from(lane).unwrap_or(u16::MAX), begins: minds.begins, gap_ms }
    }

    /// See [`Minds::gap`].
    pub fn gap(self) -> Millis {
        Millis(self.gap_ms.into())
    }
}

/// What a use does now, and what each of its edges asks for: one cache line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(align(64))]
pub(super) struct Use {
    /// Whether the detector is on.
    on: bool,
    /// Whether it is broken.
    pub failed: bool,
    /// So long into a green, s, another detector of its lane extends its groups in its place; [`ALONE`]: none does.
    relieved: u8,
    /// Since when it is on, or its groups are no longer green, whichever is later; else since when it is off.
    since: Millis,
    /// Since when a group of it is green.
    green: Option<Millis>,
    disconnected: bool,
    pub calls: bool,
    pub extends: bool,
    /// When it stopped extending.
    pub extended: Option<Millis>,
    /// When time alone may change it.
    pub due: Millis,
    /// What the plan says of it: the place among the wirings that differ.
    pub wiring: u16,
    /// How the strategy minds that it extends.
    pub minded: Option<Minded>,
}

const _: () = assert!(size_of::<Use>() == 64);

impl Default for Use {
    fn default() -> Self {
        Self {
            on: false,
            failed: false,
            relieved: ALONE,
            since: Millis(i64::MIN),
            green: None,
            disconnected: false,
            calls: false,
            extends: false,
            extended: None,
            due: Millis::NEVER,
            wiring: 0,
            minded: None,
        }
    }
}

impl Use {
    /// Of a detector that is off, of such wiring.
    pub fn new(wiring: usize) -> Self {
        Self { wiring: u16::try_from(wiring).unwrap_or(u16::MAX), ..Self::default() }
    }

    /// The detector goes on or off.
    pub fn edge(&mut self, wiring: &Wiring, on: bool, at: Millis) {
        self.on = on;
        self.since = at;
        self.work_out(wiring, at);
    }

    /// The detector breaks or is restored.
    pub fn fail(&mut self, wiring: &Wiring, failed: bool, at: Millis) {
        self.failed = failed;
        self.work_out(wiring, at);
    }

    /// Others of its lane that extend its groups break, or one is restored.
    pub fn relieve(&mut self, wiring: &Wiring, relieved: u8, at: Millis) {
        if self.relieved != relieved {
            self.relieved = relieved;
            self.work_out(wiring, at);
        }
    }

    /// Its groups begin or end to be green.
    pub fn green(&mut self, wiring: &Wiring, green: bool, at: Millis) {
        if green == self.green.is_some() {
            return;
        }
        self.green = green.then_some(at);
        self.disconnected = false;
        if !green && self.on {
            self.since = at;
        }
        self.work_out(wiring, at);
    }

    /// Works out what it does from `at` on, and until when.
    pub fn work_out(&mut self, wiring: &Wiring, at: Millis) {
        self.due = Millis::NEVER;
        let counted = if self.failed { self.stands_in(wiring, at) } else { self.is_counted(wiring, at) };
        self.calls = counted && wiring.mode.calls();
        let extends = wiring.mode.extends() && self.is_extending(wiring, counted, at);
        if self.extends && !extends {
            self.extended = Some(at);
        }
        self.extends = extends;
    }

    /// Until when it has extended: [`Millis::NEVER`] while it does, [`NOT_YET`] if it never did.
    pub fn until(&self) -> Millis {
        if self.extends { Millis::NEVER } else { self.extended.unwrap_or(NOT_YET) }
    }

    /// Time alone may change it at this moment.
    fn due_by(&mut self, due: Millis) {
        self.due = self.due.min(due);
    }

    fn is_counted(&mut self, wiring: &Wiring, at: Millis) -> bool {
        let counts = self.since + wiring.delay;
        if !self.on || self.green.is_some() || at >= counts {
            return self.on;
        }
        self.due_by(counts);
        false
    }

    fn stands_in(&mut self, wiring: &Wiring, at: Millis) -> bool {
        let Some(green) = self.green else { return wiring.fail_time.0 > 0 };
        let relieved = if self.relieved == ALONE { Millis::NEVER } else { Millis(1000 * i64::from(self.relieved)) };
        let end = green + wiring.fail_time.min(relieved);
        if at < end {
            self.due_by(end);
        }
        at < end
    }

    fn is_extending(&mut self, wiring: &Wiring, counted: bool, at: Millis) -> bool {
        // Only what extended until now is carried over.
        let carried = self.since + wiring.extend;
        let carries = !self.on && !self.failed && self.extends && self.green.is_some() && at < carried;
        if carries {
            self.due_by(carried);
        }
        let Some(green) = self.green else { return counted };
        if wiring.extend_limit.0 > 0 && !self.failed {
            let limit = green + wiring.extend_limit;
            if at >= limit {
                self.disconnected = true;
            } else if counted || carries {
                self.due_by(limit);
            }
        }
        if wiring.queue && !self.failed && !counted && !carries {
            self.disconnected = true;
        }
        (counted || carries) && !self.disconnected
    }

    pub fn save(&self, out: &mut Vec<u8>) {
        for flag in [self.on, self.failed, self.disconnected, self.calls, self.extends] {
            out.push(flag.into());
        }
        out.push(self.relieved);
        state::put_millis(out, self.since);
        state::put_optional_millis(out, self.green);
        state::put_optional_millis(out, self.extended);
        state::put_millis(out, self.due);
    }

    /// The same with the state that was saved.
    pub fn loaded(self, reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self {
            on: reader.flag()?,
            failed: reader.flag()?,
            disconnected: reader.flag()?,
            calls: reader.flag()?,
            extends: reader.flag()?,
            relieved: reader.u8()?,
            since: reader.millis()?,
            green: reader.optional_millis()?,
            extended: reader.optional_millis()?,
            due: reader.millis()?,
            ..self
        })
    }
}

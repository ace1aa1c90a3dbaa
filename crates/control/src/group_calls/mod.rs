//! What detectors mean for groups: calls and extensions.
//!
//! Terms
//! - **call**: somebody waits at a group that is not green, or has been there and is remembered (*locking*).
//! - **extension**: a detector that extends the group's green is on, or was and is carried over.
//! - **red actuation**: an actuation since the group's green ended: somebody more who waits.
//! - **use**: what one detector does for some groups, in the order of the plan's list (see [`DetectorUse`]).
//!
//! What a use does depends on the lamps: there is no delay while its groups are green, a queue detector extends only
//! until its first gap, a switched one extends other groups while its own are closed. A broken detector is replaced by
//! its stand-in (see [`DetectorLimits`](crate::plan::DetectorLimits)).
//!
//! [`DetectorUse`]: crate::plan::DetectorUse

mod uses;

use alloc::{vec, vec::Vec};

use self::uses::{Use, Wiring};
use crate::{Lamp, Millis, Minds, Plan, StateError, StateReader, state};

/// What one group has from its detectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct OfGroup {
    /// Uses that call.
    calling: u16,
    /// Remembered until it is green.
    locked: bool,
    /// Uses that extend and that the strategy minds.
    extending: u16,
    /// When the last of them stopped.
    extended: Option<Millis>,
    /// Actuations since its green ended.
    red_actuations: u32,
    /// Whether it is open.
    open: bool,
}

impl OfGroup {
    const fn is_called(&self) -> bool {
        self.locked || self.calling > 0
    }
}

/// How a group is wired.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Wired {
    calls: bool,
    extends: bool,
    /// Whether some detector counts for its added initial.
    added_initial: bool,
    /// The uses that it is part of.
    uses: Vec<u32>,
    /// The uses that switch to it.
    switched: Vec<u32>,
}

/// A use calls a group, or no longer does: what the kernel is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Change {
    pub group: u16,
    pub on: bool,
    pub locks: bool,
}

/// What has changed that a strategy might want to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Touched {
    /// A group that is not green is called, or no longer.
    pub calls: bool,
    /// A group that is open is no longer extended.
    pub gaps: bool,
    /// No use of a lane extends groups of which one is open any longer, or the first begins to and that matters.
    pub lapses: bool,
    /// A group that is closed is called, or no longer; one that is open is extended, or no longer.
    pub groups: bool,
    /// That, or a use extends groups of which one is open, or no longer does.
    pub uses: bool,
}

/// The calls and extensions of all groups.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupCalls {
    groups: Vec<OfGroup>,
    uses: Vec<Use>,
    /// By use, how the strategy minds that it extends.
    minded: Vec<Option<Minds>>,
    /// By lane, how many of its uses extend.
    lanes: Vec<u16>,
    /// Not later than the next moment at which time alone changes something.
    next: Millis,
    wiring: Vec<Wiring>,
    wired: Vec<Wired>,
    /// By channel, its uses.
    channels: Vec<Vec<u32>>,
    /// What the kernel has not been told yet.
    changes: Vec<Change>,
    /// What has changed since it was asked.
    touched: Touched,
    /// See [`epoch`](Self::epoch).
    epoch: u32,
}

const VERSION: u8 = 2;

impl GroupCalls {
    /// Nobody is called.
    pub fn new(plan: &Plan) -> Self {
        let wiring: Vec<Wiring> = plan.spec().detectors.iter().map(|d| Wiring::new(plan, d)).collect();
        let mut wired = vec![Wired::default(); plan.groups().len()];
        let mut channels: Vec<Vec<u32>> = Vec::new();
        for (number, (w, d)) in (0u32..).zip(wiring.iter().zip(&plan.spec().detectors)) {
            for &g in &w.groups {
                let group = &mut wired[usize::from(g)];
                group.calls |= w.calls();
                group.extends |= w.extends();
                group.added_initial |= w.added_initial;
            }
            w.groups.iter().for_each(|&g| wired[usize::from(g)].uses.push(number));
            for &g in w.switched.iter().filter(|_| w.extends()) {
                wired[usize::from(g)].switched.push(number);
            }
            let channel = usize::from(d.channel);
            if channels.len() <= channel {
                channels.resize(channel + 1, Vec::new());
            }
            channels[channel].push(number);
        }
        let room = wiring.iter().map(|w| w.groups.len()).sum::<usize>();
        Self {
            groups: vec![OfGroup::default(); plan.groups().len()],
            uses: vec![Use::default(); wiring.len()],
            minded: vec![None; wiring.len()],
            lanes: Vec::new(),
            next: Millis::NEVER,
            changes: Vec::with_capacity(2 * room),
            touched: Touched::default(),
            epoch: 0,
            wiring,
            wired,
            channels,
        }
    }

    /// At the beginning: how the strategy minds that uses extend, by their places in the plan's list.
    pub(crate) fn mind(&mut self, minds: impl Fn(usize) -> Option<Minds>) {
        self.minded.iter_mut().enumerate().for_each(|(number, minded)| *minded = minds(number));
        let mut lanes: Vec<usize> = self.minded.iter().flatten().map(|m| m.lane).collect();
        lanes.sort_unstable();
        lanes.dedup();
        for minded in self.minded.iter_mut().flatten() {
            minded.lane = lanes.binary_search(&minded.lane).unwrap_or(0);
        }
        self.lanes = vec![0; lanes.len()];
    }

    fn get(&self, group: u16) -> OfGroup {
        self.groups.get(usize::from(group)).copied().unwrap_or_default()
    }

    /// Whether some detector calls the group when somebody waits.
    pub fn can_call(&self, group: u16) -> bool {
        self.wired.get(usize::from(group)).is_some_and(|w| w.calls)
    }

    /// Whether some detector extends the group's green.
    pub fn can_extend(&self, group: u16) -> bool {
        self.wired.get(usize::from(group)).is_some_and(|w| w.extends || !w.switched.is_empty())
    }

    /// Whether its detectors call it: one is on, or was and is remembered. Recalls are not in it.
    pub fn is_called(&self, group: u16) -> bool {
        self.groups.get(usize::from(group)).is_some_and(OfGroup::is_called)
    }

    /// Another number whenever lamps have changed, or somebody's call has come or gone: while it stays, all groups show what
    /// they showed and are called as they were.
    pub(crate) const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Actuations of its detectors since its green ended.
    pub fn red_actuations(&self, group: u16) -> u32 {
        self.get(group).red_actuations
    }

    /// Whether a use, by its place in the plan's list, extends now.
    pub fn use_extends(&self, number: usize) -> bool {
        self.uses.get(number).is_some_and(|u| u.extends)
    }

    /// When a use that does not extend now last did.
    pub fn use_extended(&self, number: usize) -> Option<Millis> {
        self.uses.get(number).and_then(|u| u.extended)
    }

    /// When time alone changes something at the earliest.
    pub const fn next(&self) -> Millis {
        self.next
    }

    /// A detector has gone on or off at `at`.
    pub(crate) fn edge(&mut self, channel: u16, on: bool, at: Millis, lamps: &[Lamp]) {
        for i in 0..self.channels.get(usize::from(channel)).map_or(0, Vec::len) {
            let number = self.channels[usize::from(channel)][i] as usize;
            if on {
                self.count(number);
            }
            self.with(number, at, lamps, |u, wiring| u.edge(wiring, on, at));
        }
    }

    /// A detector breaks or is restored.
    pub(crate) fn fail(&mut self, channel: u16, failed: bool, at: Millis, lamps: &[Lamp]) {
        for i in 0..self.channels.get(usize::from(channel)).map_or(0, Vec::len) {
            let number = self.channels[usize::from(channel)][i] as usize;
            self.with(number, at, lamps, |u, wiring| u.fail(wiring, failed, at));
        }
    }

    /// Somebody outside calls a group once: it is remembered.
    pub(crate) fn call(&mut self, group: u16) {
        if let Some(g) = self.groups.get_mut(usize::from(group)) {
            g.locked |= !g.open;
            self.epoch = self.epoch.wrapping_add(1);
            self.touched = Touched { calls: true, gaps: true, lapses: true, groups: true, uses: true };
        }
    }

    /// Whatever is due at `at` happens.
    pub(crate) fn advance(&mut self, at: Millis, lamps: &[Lamp]) {
        if at < self.next {
            return;
        }
        for number in 0..self.uses.len() {
            if self.uses[number].due <= at {
                self.with(number, at, lamps, |u, wiring| u.work_out(wiring, at));
            }
        }
        self.next = self.uses.iter().map(|u| u.due).min().unwrap_or(Millis::NEVER);
    }

    /// The lamps have changed: who opens is called no more.
    pub(crate) fn look(&mut self, plan: &Plan, at: Millis, lamps: &[Lamp]) {
        self.epoch = self.epoch.wrapping_add(1);
        for (g, (group, &lamp)) in plan.groups().iter().zip(lamps).enumerate() {
            let open = group.shows_open(lamp);
            if open {
                (self.groups[g].locked, self.groups[g].red_actuations) = (false, 0);
            }
            if self.groups[g].open != open {
                self.groups[g].open = open;
                for i in 0..self.wired[g].uses.len() {
                    let number = self.wired[g].uses[i] as usize;
                    let green = self.is_open(&self.wiring[number].groups);
                    self.with(number, at, lamps, |u, wiring| u.green(wiring, green, at));
                }
            }
        }
    }

    /// What has changed since this was asked last: if nothing, no strategy has to think again.
    pub(crate) fn take_touched(&mut self) -> Touched {
        core::mem::take(&mut self.touched)
    }

    /// Tells which groups are called and no longer called, once.
    pub(crate) fn take_changes(&mut self, mut tell: impl FnMut(Change)) {
        self.changes.drain(..).for_each(&mut tell);
    }

    fn is_open(&self, groups: &[u16]) -> bool {
        groups.iter().any(|&g| self.groups[usize::from(g)].open)
    }

    /// Counts who comes on red.
    fn count(&mut self, number: usize) {
        let wiring = &self.wiring[number];
        for &g in &wiring.groups {
            let group = &mut self.groups[usize::from(g)];
            let added = if self.wired[usize::from(g)].added_initial { wiring.added_initial } else { wiring.calls() };
            let counts = added && !group.open;
            group.red_actuations = group.red_actuations.saturating_add(counts.into());
        }
    }

    /// Changes a use, and with it what its groups have of it.
    fn with(&mut self, number: usize, at: Millis, lamps: &[Lamp], change: impl FnOnce(&mut Use, &Wiring)) {
        let (changed, wiring) = (&mut self.uses[number], &self.wiring[number]);
        let (called, extended) = (changed.calls, changed.extends);
        change(changed, wiring);
        let (calls, extends) = (changed.calls, changed.extends != extended);
        self.next = self.next.min(changed.due);
        if called == calls && !extends {
            return;
        }
        let step = |n: u16, on: bool| if on { n.saturating_add(1) } else { n.saturating_sub(1) };
        let minded = self.minded[number].filter(|_| extends);
        if let Some(Minds { lane, begins }) = minded {
            let (before, after) = (self.lanes[lane], step(self.lanes[lane], !extended));
            self.lanes[lane] = after;
            if wiring.groups.iter().chain(&wiring.switched).any(|&g| self.groups[usize::from(g)].open) {
                self.touched.uses = true;
                self.touched.lapses |= after == 0 || begins && before == 0;
                self.touched.groups |= !wiring.switched.is_empty();
                self.touched.gaps |= !wiring.switched.is_empty() && extended;
            }
        }
        for &g in &wiring.groups {
            let group = &mut self.groups[usize::from(g)];
            let was = (group.is_called(), group.extending > 0);
            let lamp = lamps.get(usize::from(g)).copied();
            if called != calls {
                group.calling = step(group.calling, calls);
                let locks = wiring.locking && !group.open && (wiring.yellow_lock || lamp != Some(Lamp::Yellow));
                group.locked |= calls && locks;
                self.changes.push(Change { group: g, on: calls, locks });
            }
            if extends {
                group.extended = Some(at);
            }
            if minded.is_some() {
                group.extending = step(group.extending, !extended);
            }
            let is = (group.is_called(), group.extending > 0);
            self.touched.groups |= if group.open { was.1 != is.1 } else { was.0 != is.0 };
            self.touched.gaps |= group.open && was.1 && !is.1;
            self.touched.calls |= was.0 != is.0 && !lamp.is_some_and(Lamp::is_green);
            self.epoch = self.epoch.wrapping_add((was.0 != is.0).into());
        }
        self.touched.uses |= self.touched.groups;
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.groups.len());
        state::put_count(out, self.uses.len());
        for g in &self.groups {
            out.push(g.locked.into());
            state::put_optional_millis(out, g.extended);
            out.extend_from_slice(&g.red_actuations.to_le_bytes());
            out.push(g.open.into());
        }
        self.uses.iter().for_each(|u| u.save(out));
        state::put_millis(out, self.next);
    }

    /// Reads the state of as many groups and uses as these.
    ///
    /// # Errors
    /// If the bytes are no such state. All stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("calls of groups", VERSION)?;
        if reader.u32()? as usize != self.groups.len() {
            return Err(StateError::Mismatch { what: "number of groups" });
        }
        if reader.u32()? as usize != self.uses.len() {
            return Err(StateError::Mismatch { what: "number of uses of detectors" });
        }
        let mut groups = Vec::with_capacity(self.groups.len());
        for _ in 0..self.groups.len() {
            groups.push(OfGroup {
                locked: reader.flag()?,
                extended: reader.optional_millis()?,
                red_actuations: reader.u32()?,
                open: reader.flag()?,
                ..OfGroup::default()
            });
        }
        let uses = (0..self.uses.len()).map(|_| Use::load(reader)).collect::<Result<Vec<_>, _>>()?;
        let next = reader.millis()?;
        self.lanes.fill(0);
        for ((u, wiring), minded) in uses.iter().zip(&self.wiring).zip(&self.minded) {
            let extending = minded.filter(|_| u.extends);
            if let Some(Minds { lane, .. }) = extending {
                self.lanes[lane] = self.lanes[lane].saturating_add(1);
            }
            for &g in &wiring.groups {
                let group: &mut OfGroup = &mut groups[usize::from(g)];
                group.calling = group.calling.saturating_add(u.calls.into());
                group.extending = group.extending.saturating_add(extending.is_some().into());
            }
        }
        (self.groups, self.uses, self.next) = (groups, uses, next);
        self.epoch = self.epoch.wrapping_add(1);
        self.changes.clear();
        Ok(())
    }
}

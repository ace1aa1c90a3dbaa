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
    /// A lane of which a group is open has gapped out, or its first use begins to extend and that matters.
    pub gaps: bool,
    /// The first use of a lane extends groups of which one is open.
    pub arrivals: bool,
    /// A group that is closed is called, or no longer; a use extends groups of which one is open, or no longer does, or its
    /// lane has gapped out.
    pub uses: bool,
}

/// What the uses of a lane do together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct OfLane {
    /// How many of them extend.
    extending: u16,
    /// When it gaps out, unless one extends by then; none once that moment has passed.
    gaps_out: Option<Millis>,
    /// Groups that they extend.
    groups: Vec<u16>,
}

impl OfLane {
    /// When it gaps out after `at`, unless somebody comes; never while somebody extends.
    fn gap_ends(&self, at: Millis) -> Millis {
        self.gaps_out.filter(|&end| self.extending == 0 && end > at).unwrap_or(Millis::NEVER)
    }
}

/// The calls and extensions of all groups.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupCalls {
    groups: Vec<OfGroup>,
    uses: Vec<Use>,
    /// By use, how the strategy minds that it extends.
    minded: Vec<Option<Minds>>,
    lanes: Vec<OfLane>,
    /// Not later than the next moment at which time alone changes something.
    next: Millis,
    /// Not later than the next moment at which a lane of open groups gaps out.
    next_gap: Millis,
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

const VERSION: u8 = 3;

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
            next_gap: Millis::NEVER,
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
        self.lanes = vec![OfLane::default(); lanes.len()];
        for (minded, wiring) in self.minded.iter().zip(&self.wiring) {
            if let Some(lane) = minded.map(|m| m.lane) {
                self.lanes[lane].groups.extend(wiring.groups.iter().chain(&wiring.switched));
            }
        }
        for lane in &mut self.lanes {
            lane.groups.sort_unstable();
            lane.groups.dedup();
        }
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

    /// The same of all groups, in their order.
    pub(crate) fn called(&self) -> impl Iterator<Item = bool> {
        self.groups.iter().map(OfGroup::is_called)
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
    pub fn next(&self) -> Millis {
        self.next.min(self.next_gap)
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
            self.touched = Touched { calls: true, gaps: true, arrivals: true, uses: true };
        }
    }

    /// Whatever is due at `at` happens.
    pub(crate) fn advance(&mut self, at: Millis, lamps: &[Lamp]) {
        if at >= self.next {
            self.advance_uses(at, lamps);
        }
        if at >= self.next_gap {
            self.gap_out(at);
        }
    }

    /// Delays and extensions end.
    fn advance_uses(&mut self, at: Millis, lamps: &[Lamp]) {
        for number in 0..self.uses.len() {
            if self.uses[number].due <= at {
                self.with(number, at, lamps, |u, wiring| u.work_out(wiring, at));
            }
        }
        self.next = self.uses.iter().map(|u| u.due).min().unwrap_or(Millis::NEVER);
    }

    /// Tells of lanes that have gapped out.
    fn gap_out(&mut self, at: Millis) {
        self.next_gap = Millis::NEVER;
        for lane in self.lanes.iter_mut().filter(|lane| lane.extending == 0) {
            match lane.gaps_out {
                Some(end) if end > at => self.next_gap = self.next_gap.min(end),
                Some(_) => {
                    lane.gaps_out = None;
                    let open = lane.groups.iter().any(|&g| self.groups[usize::from(g)].open);
                    self.touched.gaps |= open;
                    self.touched.uses |= open;
                }
                None => {}
            }
        }
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
                    let green = open || self.is_open(&self.wiring[number].groups);
                    self.with(number, at, lamps, |u, wiring| u.green(wiring, green, at));
                }
                for &number in self.wired[g].uses.iter().chain(&self.wired[g].switched).filter(|_| open) {
                    if let Some(Minds { lane, .. }) = self.minded[number as usize] {
                        self.next_gap = self.next_gap.min(self.lanes[lane].gap_ends(at));
                    }
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
        if !self.changes.is_empty() {
            self.changes.drain(..).for_each(&mut tell);
        }
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
        if let Some(Minds { lane, begins, gap }) = self.minded[number].filter(|_| extends) {
            let of = &mut self.lanes[lane];
            let before = of.extending;
            of.extending = step(before, !extended);
            if extended && gap.0 > 0 {
                of.gaps_out = of.gaps_out.max(Some(at + gap));
            }
            if wiring.groups.iter().chain(&wiring.switched).any(|&g| self.groups[usize::from(g)].open) {
                self.touched.uses = true;
                self.touched.gaps |= of.extending == 0 && gap.0 == 0 || begins && before == 0;
                self.touched.arrivals |= before == 0;
                self.next_gap = self.next_gap.min(of.gap_ends(at));
            }
        }
        for &g in wiring.groups.iter().filter(|_| called != calls) {
            let group = &mut self.groups[usize::from(g)];
            let was_called = group.is_called();
            let lamp = lamps.get(usize::from(g)).copied();
            group.calling = step(group.calling, calls);
            let locks = wiring.locking && !group.open && (wiring.yellow_lock || lamp != Some(Lamp::Yellow));
            group.locked |= calls && locks;
            self.changes.push(Change { group: g, on: calls, locks });
            let news = was_called != group.is_called();
            self.touched.calls |= news && !lamp.is_some_and(Lamp::is_green);
            self.touched.uses |= news && !group.open;
            self.epoch = self.epoch.wrapping_add(news.into());
        }
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.groups.len());
        state::put_count(out, self.uses.len());
        for g in &self.groups {
            out.push(g.locked.into());
            out.extend_from_slice(&g.red_actuations.to_le_bytes());
            out.push(g.open.into());
        }
        self.uses.iter().for_each(|u| u.save(out));
        state::put_millis(out, self.next);
    }

    /// Reads the state of as many groups and uses as these, as it was at `at`.
    ///
    /// # Errors
    /// If the bytes are no such state. All stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>, at: Millis) -> Result<(), StateError> {
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
                red_actuations: reader.u32()?,
                open: reader.flag()?,
                ..OfGroup::default()
            });
        }
        let uses = (0..self.uses.len()).map(|_| Use::load(reader)).collect::<Result<Vec<_>, _>>()?;
        let next = reader.millis()?;
        for lane in &mut self.lanes {
            (lane.extending, lane.gaps_out) = (0, None);
        }
        for ((u, wiring), minded) in uses.iter().zip(&self.wiring).zip(&self.minded) {
            if let Some(Minds { lane, gap, .. }) = *minded {
                let of = &mut self.lanes[lane];
                of.extending = of.extending.saturating_add(u.extends.into());
                of.gaps_out = of.gaps_out.max(u.extended.filter(|_| gap.0 > 0).map(|at| at + gap));
            }
            for &g in &wiring.groups {
                let group: &mut OfGroup = &mut groups[usize::from(g)];
                group.calling = group.calling.saturating_add(u.calls.into());
            }
        }
        (self.groups, self.uses, self.next) = (groups, uses, next);
        let open = |lane: &&OfLane| lane.groups.iter().any(|&g| self.groups[usize::from(g)].open);
        self.next_gap = self.lanes.iter().filter(open).map(|lane| lane.gap_ends(at)).min().unwrap_or(Millis::NEVER);
        self.epoch = self.epoch.wrapping_add(1);
        self.changes.clear();
        Ok(())
    }
}

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
//! its stand-in (see [`DetectorLimits`](crate::plan::DetectorLimits)): it calls, and extends for a time; if another detector
//! of its lane extends its groups, it is *relieved* at once; if the strategy does not mind that one, as soon as a queue between
//! the two has left.
//!
//! [`DetectorUse`]: crate::plan::DetectorUse

mod checkpoint;
mod uses;

use alloc::{vec, vec::Vec};

use self::uses::{ALONE, Minded, NOT_YET, Reach, Use, Wiring, leaves_s};
use crate::{
    Lamp, Millis, Minds, Plan,
    group_set::{GroupSet, number},
    lists::{Lists, Sets},
    plan::GroupKind,
};

/// What one group has from its detectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct OfGroup {
    /// Uses that call.
    calling: u16,
    /// Remembered until it is green.
    locked: bool,
    /// Actuations since its green ended.
    red_actuations: u32,
}

impl OfGroup {
    const fn is_called(&self) -> bool {
        self.locked || self.calling > 0
    }
}

/// How a group is wired.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Wired {
    calls: bool,
    extends: bool,
    /// Whether some detector counts for its added initial.
    added_initial: bool,
    /// Whether some use switches to it.
    switched: bool,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct OfLane {
    /// How many of them extend.
    extending: u16,
    /// When it gaps out, unless one extends by then; none once that moment has passed.
    gaps_out: Option<Millis>,
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
    /// Flashing yellow arrows.
    arrows: GroupSet,
    /// Those of people on foot, who have no yellow: whoever presses the button while others clear waits for the next walk.
    on_foot: GroupSet,
    /// Those groups that are open.
    open: GroupSet,
    /// Those that are called.
    called: GroupSet,
    uses: Vec<Use>,
    /// By use, [until when](Use::until) it has extended: strategies ask that of whole lanes.
    extended: Vec<Millis>,
    lanes: Vec<OfLane>,
    /// Not later than the next moment at which time alone changes something.
    next: Millis,
    /// Not later than the next moment at which a lane of open groups gaps out.
    next_gap: Millis,
    /// What the plan says of uses, each once.
    wiring: Vec<Wiring>,
    wired: Vec<Wired>,
    /// By use, its groups; those whose red actuations it counts; the groups as sets; those with the ones to which it is
    /// switched.
    of_use: Lists<u16>,
    counts: Lists<u16>,
    own: Sets,
    reach: Sets,
    /// By lane, the groups that its uses extend.
    of_lane: Sets,
    /// By channel, its uses; by group, those that it is part of, then those that switch to it. Uses that
    /// [do not matter](Wiring::matters) are in no list: they stay as they are at the beginning.
    channels: Lists<u32>,
    of_group: Lists<u32>,
    switching: Lists<u32>,
    /// By use, others of its lane that extend all of its groups, and after how long into a green they do so in its place, s.
    relief: Lists<(u32, u8)>,
    /// What the kernel has not been told yet.
    changes: Vec<Change>,
    /// What has changed since it was asked.
    touched: Touched,
    /// See [`epoch`](Self::epoch) and [`lamps_epoch`](Self::lamps_epoch).
    epoch: u32,
    lamps_epoch: u32,
}

/// One more, or one less.
const fn step(n: u16, more: bool) -> u16 {
    if more { n.saturating_add(1) } else { n.saturating_sub(1) }
}

/// By use, others of its lane that extend all of its groups, and after how long into a green they do so in its place, s.
fn relief(plan: &Plan, wiring: &[Wiring], reach: &[Reach]) -> Vec<Vec<(u32, u8)>> {
    let uses = &plan.spec().detectors;
    let lane = |number: usize| uses[number].place.as_ref().map(|place| &place.lane);
    let relieves = |number: usize, other: usize| {
        let (own, its) = (&wiring[number], &wiring[other]);
        uses[number].channel != uses[other].channel
            && lane(number).is_some_and(|own| lane(other) == Some(own))
            && own.extends()
            && its.extends()
            && !reach[number].own.exceeds(&reach[other].own)
    };
    let distance = |number: usize| uses[number].place.as_ref().map_or(0.0, |place| place.distance_m);
    let relief = |number: usize| {
        let others = (0u32..).zip(0..uses.len()).filter(|&(_, other)| relieves(number, other));
        others.map(|(n, other)| (n, leaves_s(distance(other) - distance(number)))).collect()
    };
    (0..uses.len()).map(relief).collect()
}

impl GroupCalls {
    /// Nobody is called.
    pub fn new(plan: &Plan) -> Self {
        let uses = &plan.spec().detectors;
        let mut wiring: Vec<Wiring> = uses.iter().map(Wiring::new).collect();
        let mut reach: Vec<Reach> = uses.iter().map(|d| Reach::new(plan, d)).collect();
        let n = plan.groups().len();
        let mut wired = vec![Wired::default(); n];
        let (mut of_group, mut switching) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for (number, (w, r)) in (0u32..).zip(wiring.iter().zip(&reach)) {
            for &g in &r.groups {
                let group = &mut wired[usize::from(g)];
                group.calls |= w.calls();
                group.extends |= w.extends();
                group.added_initial |= w.added_initial;
            }
            for &g in r.switched.iter().filter(|_| w.extends()) {
                wired[usize::from(g)].switched = true;
                switching[usize::from(g)].push(number);
            }
        }
        let mut channels = vec![Vec::new(); uses.iter().map(|d| usize::from(d.channel) + 1).max().unwrap_or(0)];
        for (number, (w, r)) in (0u32..).zip(wiring.iter_mut().zip(&mut reach)) {
            let counts = |g: &u16| if wired[usize::from(*g)].added_initial { w.added_initial } else { w.calls() };
            r.counts = r.groups.iter().copied().filter(counts).collect();
            w.counts = !r.counts.is_empty();
            if w.matters() {
                r.groups.iter().for_each(|&g| of_group[usize::from(g)].push(number));
                channels[usize::from(uses[number as usize].channel)].push(number);
            }
        }
        let relief = Lists::new(relief(plan, &wiring, &reach));
        let mut kinds: Vec<Wiring> = Vec::new();
        let uses = wiring.into_iter().map(|w| {
            let known = kinds.iter().position(|kind| *kind == w).unwrap_or_else(|| {
                kinds.push(w);
                kinds.len() - 1
            });
            Use::new(known)
        });
        let uses: Vec<Use> = uses.collect();
        let room = reach.iter().map(|r| r.groups.len()).sum::<usize>();
        Self {
            groups: vec![OfGroup::default(); n],
            arrows: GroupSet::of(n, |g| plan.groups()[g].kind == GroupKind::FlashingYellowArrow),
            on_foot: GroupSet::of(n, |g| plan.groups()[g].is_pedestrian()),
            open: GroupSet::new(n),
            called: GroupSet::new(n),
            extended: vec![NOT_YET; uses.len()],
            uses,
            lanes: Vec::new(),
            next: Millis::NEVER,
            next_gap: Millis::NEVER,
            changes: Vec::with_capacity(2 * (room + n)),
            touched: Touched::default(),
            epoch: 0,
            lamps_epoch: 0,
            relief,
            wiring: kinds,
            wired,
            of_use: Lists::new(reach.iter().map(|r| &r.groups)),
            counts: Lists::new(reach.iter().map(|r| &r.counts)),
            own: Sets::new(reach.iter().map(|r| &r.own)),
            reach: Sets::new(reach.iter().map(|r| &r.all)),
            of_lane: Sets::default(),
            channels: Lists::new(channels),
            of_group: Lists::new(of_group),
            switching: Lists::new(switching),
        }
    }

    /// At the beginning: how the strategy minds that uses extend, by their places in the plan's list.
    pub(crate) fn mind(&mut self, minds: impl Fn(usize) -> Option<Minds>) {
        let minds: Vec<Option<Minds>> = (0..self.uses.len()).map(minds).collect();
        let mut lanes: Vec<usize> = minds.iter().flatten().map(|m| m.lane).collect();
        lanes.sort_unstable();
        lanes.dedup();
        self.lanes = vec![OfLane::default(); lanes.len()];
        let mut groups = vec![GroupSet::new(self.groups.len()); lanes.len()];
        for (number, minds) in minds.into_iter().enumerate() {
            let place = |minds: Minds| lanes.binary_search(&minds.lane).ok().map(|lane| (minds, lane));
            let minded = minds.and_then(place);
            if let Some((_, lane)) = minded {
                self.reach.join_to(&mut groups[lane], number);
            }
            self.uses[number].minded = minded.map(|(minds, lane)| Minded::new(minds, lane));
        }
        self.of_lane = Sets::new(&groups);
    }

    /// At `at` another strategy minds otherwise.
    pub(crate) fn mind_anew(&mut self, at: Millis, lamps: &[Lamp], minds: impl Fn(usize) -> Option<Minds>) {
        self.mind(minds);
        self.relieve(at, lamps);
        self.work_out_lanes(at);
    }

    /// What the uses of each lane do together at `at`, from what each does.
    fn work_out_lanes(&mut self, at: Millis) {
        for lane in &mut self.lanes {
            (lane.extending, lane.gaps_out) = (0, None);
        }
        for u in &self.uses {
            if let Some(minded) = u.minded {
                let (of, gap) = (&mut self.lanes[usize::from(minded.lane)], minded.gap());
                of.extending = of.extending.saturating_add(u.extends.into());
                of.gaps_out = of.gaps_out.max(u.extended.filter(|_| gap.0 > 0).map(|at| at + gap));
            }
        }
        let lanes = self.lanes.iter().enumerate().filter(|(lane, _)| self.of_lane.share(*lane, &self.open));
        self.next_gap = lanes.map(|(_, lane)| lane.gap_ends(at)).min().unwrap_or(Millis::NEVER);
    }

    /// Whether some detector calls the group when somebody waits.
    pub fn can_call(&self, group: u16) -> bool {
        self.wired.get(usize::from(group)).is_some_and(|w| w.calls)
    }

    /// Whether some detector extends the group's green.
    pub fn can_extend(&self, group: u16) -> bool {
        self.wired.get(usize::from(group)).is_some_and(|w| w.extends || w.switched)
    }

    /// Whether a detector that calls the group or extends its green is broken.
    pub fn has_broken(&self, group: u16) -> bool {
        let mut uses = self.of_group.get(usize::from(group)).iter().map(|&number| number as usize);
        let works = |number: usize| self.wiring(number).calls() || self.wiring(number).extends();
        uses.any(|number| self.uses[number].failed && works(number))
    }

    /// Whether its detectors call it: one is on, or was and is remembered. Recalls are not in it.
    pub fn is_called(&self, group: u16) -> bool {
        self.groups.get(usize::from(group)).is_some_and(OfGroup::is_called)
    }

    /// All groups that their detectors call.
    pub(crate) const fn called(&self) -> &GroupSet {
        &self.called
    }

    /// All groups that are open.
    pub(crate) const fn open(&self) -> &GroupSet {
        &self.open
    }

    /// Another number whenever lamps have changed, or somebody's call has come or gone: while it stays, all groups show what
    /// they showed and are called as they were.
    pub(crate) const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Another number whenever lamps have changed.
    pub(crate) const fn lamps_epoch(&self) -> u32 {
        self.lamps_epoch
    }

    /// Actuations of its detectors since its green ended.
    pub fn red_actuations(&self, group: u16) -> u32 {
        self.groups.get(usize::from(group)).map_or(0, |g| g.red_actuations)
    }

    /// Whether a use, by its place in the plan's list, extends now.
    pub fn use_extends(&self, number: usize) -> bool {
        self.use_extended(number) == Some(Millis::NEVER)
    }

    /// Until when a use has extended: [`Millis::NEVER`] while it does, none if it never did.
    pub fn use_extended(&self, number: usize) -> Option<Millis> {
        self.extended.get(number).copied().filter(|&at| at != NOT_YET)
    }

    /// Whether a use, by its place in the plan's list, extends some of these groups, be it while its own are closed.
    pub(crate) fn use_reaches(&self, number: usize, groups: &GroupSet) -> bool {
        self.reach.share(number, groups)
    }

    /// When time alone changes something at the earliest.
    pub fn next(&self) -> Millis {
        self.next.min(self.next_gap)
    }

    /// A detector has gone on or off at `at`. Returns whether it has a use that matters.
    #[inline(always)]
    pub(crate) fn edge(&mut self, channel: u16, on: bool, at: Millis, lamps: &[Lamp]) -> bool {
        let places = self.channels.range(usize::from(channel));
        let matters = !places.is_empty();
        if matters {
            self.edge_of_uses(places, on, at, lamps);
        }
        matters
    }

    /// Apart: half of all edges are only measured.
    #[inline(never)]
    fn edge_of_uses(&mut self, places: core::ops::Range<usize>, on: bool, at: Millis, lamps: &[Lamp]) {
        for place in places {
            let number = self.channels.at(place) as usize;
            if on && self.wiring(number).counts {
                self.count(number);
            }
            self.with(number, at, lamps, |u, wiring| u.edge(wiring, on, at));
        }
    }

    /// A detector breaks or is restored.
    pub(crate) fn fail(&mut self, channel: u16, failed: bool, at: Millis, lamps: &[Lamp]) {
        for place in self.channels.range(usize::from(channel)) {
            let number = self.channels.at(place) as usize;
            self.with(number, at, lamps, |u, wiring| u.fail(wiring, failed, at));
            // Also where it goes on as before: greatest greens depend on who is believed.
            self.touched.gaps = true;
        }
        self.relieve(at, lamps);
    }

    /// Finds who is relieved by those who are believed: at once, if the strategy minds that they extend; if not, when the queue
    /// between the two has left.
    fn relieve(&mut self, at: Millis, lamps: &[Lamp]) {
        for number in 0..self.uses.len() {
            let others = self.relief.get(number);
            if !others.is_empty() {
                let believed = others.iter().filter(|&&(other, _)| !self.uses[other as usize].failed);
                let minded = |other: u32| self.uses[other as usize].minded.is_some();
                let relieved = believed.map(|&(other, after)| if minded(other) { 0 } else { after }).min();
                let relieved = relieved.unwrap_or(ALONE);
                self.with(number, at, lamps, |u, wiring| u.relieve(wiring, relieved, at));
            }
        }
    }

    /// Somebody outside calls a group once: it is remembered.
    pub(crate) fn call(&mut self, group: u16) {
        if let Some(of) = self.groups.get_mut(usize::from(group)) {
            of.locked |= !self.open.has(usize::from(group));
            self.called.put(usize::from(group), of.is_called());
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
        for (number, lane) in self.lanes.iter_mut().enumerate().filter(|(_, lane)| lane.extending == 0) {
            match lane.gaps_out {
                Some(end) if end > at => self.next_gap = self.next_gap.min(end),
                Some(_) => {
                    lane.gaps_out = None;
                    let open = self.of_lane.share(number, &self.open);
                    self.touched.gaps |= open;
                    self.touched.uses |= open;
                }
                None => {}
            }
        }
    }

    /// The lamps of some groups have changed: who opens is called no more. Returns whether any opens or closes.
    pub(crate) fn look(&mut self, at: Millis, lamps: &[Lamp], changed: &GroupSet) -> bool {
        (self.epoch, self.lamps_epoch) = (self.epoch.wrapping_add(1), self.lamps_epoch.wrapping_add(1));
        let mut any = false;
        for g in changed.iter() {
            let open = lamps[g].is_open(self.arrows.has(g));
            if open == self.open.has(g) {
                continue;
            }
            self.open.put(g, open);
            any = true;
            if open {
                (self.groups[g].locked, self.groups[g].red_actuations) = (false, 0);
                self.called.put(g, self.groups[g].is_called());
            }
            for place in self.of_group.range(g) {
                let number = self.of_group.at(place) as usize;
                let green = open || self.own.share(number, &self.open);
                self.with(number, at, lamps, |u, wiring| u.green(wiring, green, at));
            }
            if !open {
                continue;
            }
            for &number in self.of_group.get(g).iter().chain(self.switching.get(g)) {
                if let Some(minded) = self.uses[number as usize].minded {
                    self.next_gap = self.next_gap.min(self.lanes[usize::from(minded.lane)].gap_ends(at));
                }
            }
        }
        // When all of them are known: the delay of a use begins when the last of its groups has closed.
        changed.iter().for_each(|g| self.lock_present(g, lamps));
        any
    }

    /// Who calls a group already when it closes, or when its yellow ends, is remembered as whoever comes then would be.
    fn lock_present(&mut self, g: usize, lamps: &[Lamp]) {
        if self.groups[g].locked || self.open.has(g) {
            return;
        }
        let lamp = self.lamp_of_vehicles(g, lamps);
        let locks = |&number: &u32| self.uses[number as usize].calls && self.wiring(number as usize).locks(lamp);
        if self.of_group.get(g).iter().any(locks) {
            self.groups[g].locked = true;
            // The kernel, too, remembers who calls for a moment.
            let group = number(g);
            self.changes.extend([Change { group, on: true, locks: true }, Change { group, on: false, locks: false }]);
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

    /// Counts who comes on red.
    fn count(&mut self, number: usize) {
        for &g in self.counts.get(number).iter().filter(|&&g| !self.open.has(usize::from(g))) {
            let red_actuations = &mut self.groups[usize::from(g)].red_actuations;
            *red_actuations = red_actuations.saturating_add(1);
        }
    }

    /// What the plan says of a use.
    fn wiring(&self, number: usize) -> &Wiring {
        &self.wiring[usize::from(self.uses[number].wiring)]
    }

    /// Changes a use, and with it what its groups have of it.
    fn with(&mut self, number: usize, at: Millis, lamps: &[Lamp], change: impl FnOnce(&mut Use, &Wiring)) {
        let changed = &mut self.uses[number];
        let (called, extended) = (changed.calls, changed.extends);
        change(changed, &self.wiring[usize::from(changed.wiring)]);
        let (calls, extends) = (changed.calls, changed.extends);
        self.next = self.next.min(changed.due);
        if extends != extended {
            self.extend(number, extends, at);
        }
        if calls != called {
            self.call_all(number, calls, lamps);
        }
    }

    /// A use begins to extend greens, or no longer does.
    fn extend(&mut self, number: usize, on: bool, at: Millis) {
        let u = &self.uses[number];
        self.extended[number] = u.until();
        let Some(minded) = u.minded else { return };
        let (of, gap, begins) = (&mut self.lanes[usize::from(minded.lane)], minded.gap(), minded.begins);
        let before = of.extending;
        of.extending = step(before, on);
        if !on && gap.0 > 0 {
            of.gaps_out = of.gaps_out.max(Some(at + gap));
        }
        if self.reach.share(number, &self.open) {
            self.touched.uses = true;
            self.touched.gaps |= of.extending == 0 && gap.0 == 0 || begins && before == 0;
            self.touched.arrivals |= before == 0;
            self.next_gap = self.next_gap.min(of.gap_ends(at));
        }
    }

    /// What a group shows to vehicles, of whom some may still pass on yellow; people on foot have none.
    #[inline(always)]
    fn lamp_of_vehicles(&self, g: usize, lamps: &[Lamp]) -> Option<Lamp> {
        lamps.get(g).copied().filter(|_| !self.on_foot.has(g))
    }

    /// A use begins to call its groups, or no longer does.
    fn call_all(&mut self, number: usize, on: bool, lamps: &[Lamp]) {
        let wiring = &self.wiring[usize::from(self.uses[number].wiring)];
        for &group in self.of_use.get(number) {
            let g = usize::from(group);
            let (open, lamp) = (self.open.has(g), lamps.get(g).copied());
            let locks = !open && wiring.locks(self.lamp_of_vehicles(g, lamps));
            let of = &mut self.groups[g];
            of.calling = step(of.calling, on);
            of.locked |= on && locks;
            self.changes.push(Change { group, on, locks });
            let is_called = of.is_called();
            if is_called != self.called.has(g) {
                self.called.put(g, is_called);
                self.touched.calls |= !lamp.is_some_and(Lamp::is_green);
                self.touched.uses |= !open;
                self.epoch = self.epoch.wrapping_add(1);
            }
        }
    }
}

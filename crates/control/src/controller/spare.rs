//! What takes over while a strategy is blind, and until when.
//!
//! Terms
//! - **lane**: the detectors before one stop line; of those of which nobody says where they lie, those for the same groups.
//!   Push buttons are in none.
//! - **seen**: a lane of which at least one detector is believed. What the broken ones do not tell stands in for itself
//!   (see [`Health`](crate::Health) and [`Traffic`]).
//! - **blind**: a strategy, while more than half of the lanes are not seen, of so many nobody knows who waits; and one that
//!   goes by lanes, while several are not seen and among them all of some stage: what stands in for a single lane goes by
//!   those beside it.
//! - **spare**: the strategy that decides then. It needs no detectors.
//!
//! The spare takes over at once, and the strategy comes back when enough lanes have been seen for [`SURE`] on end: a line that
//! comes and goes does not make them change places all the time. Whoever takes over begins anew, as by a
//! [command](Controller::hand_over).
//!
//! # Who has waited
//! Whoever takes over knows nothing of those who have waited, and may not serve them in time: they begin to wait anew. The spare
//! goes by the clock. It joins its program or pattern in the midst, and whom that has just passed by, or whose green is too short
//! now for him to open, waits for all of a cycle: everybody's wait begins when one is over, the longest that the plan has. From
//! then on lamps follow the pattern, which keeps everybody's longest red. Of one wait that is said once, so it does not grow when
//! they change places again and again: somebody is red for his longest red when the strategy comes back, for that when the spare
//! takes over again, then for a cycle and the longest red: that is a cycle fault.

use alloc::{boxed::Box, collections::BTreeSet, sync::Arc, vec::Vec};

use super::Controller;
use crate::{
    Approaches, DetectorBank, Looks, Millis, Plan, StateError, StateReader, Strategy, Traffic,
    log::{Reason, code},
    state,
};

/// Lanes have to be seen again for so long: longer than usual cycles, in which whoever is dead still has not shown it.
const SURE: Millis = Millis(300_000);

/// What lies before a stop line.
#[derive(Debug, Default)]
struct Lane {
    channels: Vec<u16>,
    groups: BTreeSet<u16>,
}

fn lanes(plan: &Plan) -> Vec<Lane> {
    let (uses, buttons) = (&plan.spec().detectors, plan.buttons());
    let mut found: Vec<(_, Lane)> = Vec::new();
    for d in uses.iter().filter(|d| buttons.binary_search(&d.channel).is_err()) {
        let lane = d.place.as_ref().map(|place| &place.lane);
        let key = (lane, lane.map_or(&d.groups[..], |_| &[]));
        let place = found.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            found.push((key, Lane::default()));
            found.len() - 1
        });
        found[place].1.channels.push(d.channel);
        found[place].1.groups.extend(d.groups.iter().filter_map(|g| plan.find_group(g)));
    }
    found.into_iter().map(|(_, lane)| lane).collect()
}

/// The lanes of each stage, by their places.
fn stages(plan: &Plan, lanes: &[Lane]) -> Vec<Vec<usize>> {
    let of = |groups: &[u16]| {
        let is_of = |lane: &(usize, &Lane)| groups.iter().any(|g| lane.1.groups.contains(g));
        lanes.iter().enumerate().filter(is_of).map(|(place, _)| place).collect::<Vec<_>>()
    };
    plan.stages().iter().map(|stage| of(&stage.groups)).filter(|lanes| !lanes.is_empty()).collect()
}

/// The other of a strategy and its spare: whoever does not decide now.
#[derive(Debug)]
pub(super) struct Spare {
    strategy: Box<dyn Strategy>,
    /// Whether it is the strategy that was asked for, and the spare decides.
    decides: bool,
    /// What each of the two remembers at its beginning: the strategy, the spare.
    blank: [Vec<u8>; 2],
    /// The surroundings of the strategy, while it does not decide.
    around: Option<Arc<Approaches>>,
    lanes: Vec<Lane>,
    /// The lanes of each stage, if the strategy goes by lanes.
    stages: Vec<Vec<usize>>,
    /// When they change places; none while they need not.
    pub due: Option<Millis>,
    /// After so long everybody has had a turn: the longest cycle of the plan.
    cycle: Millis,
    /// How long the spare has decided in all, but for the present time.
    total: Millis,
    /// When it took over for the first time, and the last time.
    first: Option<Millis>,
    last: Millis,
}

/// A spare has decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StoodIn {
    /// Its name.
    pub name: &'static str,
    /// When it took over for the first time.
    pub first: Millis,
    /// How long it has decided in all.
    pub total: Millis,
    /// Whether it does now.
    pub still: bool,
}

impl Spare {
    fn new(plan: &Plan, own: &dyn Strategy, strategy: Box<dyn Strategy>) -> Self {
        let blank = [own, &*strategy].map(|strategy| {
            let mut blank = Vec::new();
            strategy.save(&mut blank);
            blank
        });
        let lanes = lanes(plan);
        let stages = if own.looks() > Looks::Groups { stages(plan, &lanes) } else { Vec::new() };
        let (cycle, total, last) = (plan.longest_cycle(), Millis(0), Millis::NEVER);
        Self {
            strategy,
            decides: false,
            blank,
            around: None,
            lanes,
            stages,
            due: None,
            cycle,
            total,
            first: None,
            last,
        }
    }

    /// The surroundings of the strategy, while it does not decide; none, if it looks at no lanes.
    pub fn around(&self) -> Option<&Approaches> {
        self.around.as_deref()
    }

    /// When waits begin at the earliest that the spare did not know of, or may not serve before; none, if it never decided.
    fn excused(&self) -> Option<Millis> {
        self.first.map(|_| self.last + self.cycle)
    }

    /// Whether the strategy is blind.
    fn is_blind(&self, detectors: &DetectorBank) -> bool {
        let is_unseen = |lane: &Lane| !lane.channels.iter().any(|&channel| detectors.health(channel).is_good());
        let unseen = self.lanes.iter().filter(|lane| is_unseen(lane)).count();
        let of_stage = |stage: &Vec<usize>| stage.iter().all(|&lane| is_unseen(&self.lanes[lane]));
        2 * unseen > self.lanes.len() || unseen > 1 && self.stages.iter().any(of_stage)
    }

    /// Detectors broke or were restored by `at`.
    pub fn look(&mut self, at: Millis, detectors: &DetectorBank) {
        self.due = match (self.is_blind(detectors), self.decides) {
            (true, false) => self.due.or(Some(at)),
            (false, true) => self.due.or(Some(at + SURE)),
            (true, true) | (false, false) => None,
        };
    }

    fn stood_in(&self, now: Millis, decides: &dyn Strategy) -> Option<StoodIn> {
        let running = if self.decides { now - self.last } else { Millis(0) };
        let name = if self.decides { decides.name() } else { self.strategy.name() };
        self.first.map(|first| StoodIn { name, first, total: self.total + running, still: self.decides })
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(self.decides.into());
        state::put_optional_millis(out, self.due);
        state::put_millis(out, self.total);
        state::put_optional_millis(out, self.first);
        state::put_millis(out, self.last);
    }
}

/// What a checkpoint says of the spare.
#[derive(Default)]
pub(super) struct Saved {
    /// Whether another one decides than now.
    pub changes: bool,
    decides: bool,
    due: Option<Millis>,
    total: Millis,
    first: Option<Millis>,
    last: Millis,
}

impl Controller {
    /// What takes over while the strategy is blind, of which nothing is known yet.
    pub(super) fn set_spare(&mut self, spare: Option<Box<dyn Strategy>>) {
        self.spare = spare.map(|spare| Spare::new(self.kernel.plan(), &*self.strategy, spare));
        let now = self.now.unwrap_or(Millis(0));
        self.kernel.excuse_nobody(now);
        self.look_for_spare(now);
    }

    /// What takes over while the strategy is blind: one made for the same plan that needs no detectors. To be said before the
    /// start.
    #[must_use]
    pub fn with_spare(mut self, spare: Option<Box<dyn Strategy>>) -> Self {
        self.set_spare(spare);
        self
    }

    /// For how long the spare has decided, if it ever did.
    pub fn stood_in(&self) -> Option<StoodIn> {
        self.spare.as_ref()?.stood_in(self.now?, &*self.strategy)
    }

    /// The strategy that was asked for, whoever decides.
    pub(super) fn asked(&self) -> &dyn Strategy {
        match &self.spare {
            Some(spare) if spare.decides => &*spare.strategy,
            _ => &*self.strategy,
        }
    }

    /// See [`Spare::excused`].
    pub(super) fn excused(&self) -> Option<Millis> {
        self.spare.as_ref()?.excused()
    }

    /// Health has changed by `at`.
    pub(super) fn look_for_spare(&mut self, at: Millis) {
        if let Some(spare) = &mut self.spare {
            spare.look(at, &self.detectors);
        }
    }

    /// When the strategy and its spare change places.
    pub(super) fn change_due(&self) -> Millis {
        self.spare.as_ref().and_then(|spare| spare.due).unwrap_or(Millis::NEVER)
    }

    /// The strategy and its spare change places at `at`, if they have to, after all else that happens then.
    pub(super) fn change_places(&mut self, at: Millis) {
        let Some(spare) = self.spare.as_mut().filter(|spare| spare.due.is_some_and(|due| due <= at)) else { return };
        let begins = !spare.decides;
        if begins {
            (spare.first, spare.last) = (spare.first.or(Some(at)), at);
        } else {
            spare.total += at - spare.last;
        }
        spare.due = None;
        // Else a dead line would end in the sequence after a cycle fault.
        if let Some(until) = spare.excused() {
            self.kernel.excuse(until);
        }
        let around = self.swap();
        let blank = self.spare.as_ref().map(|spare| &spare.blank[usize::from(begins)]);
        // It can read what it has written itself; if not, it goes on with what it knows.
        let _ = blank.map(|blank| self.strategy.load(blank));
        let alarm = if begins { 4 } else { 5 };
        self.journal.event(at, code::ALARM, alarm, Reason::Diagnosed);
        self.settle_in(at, around);
    }

    /// They change places. Returns the surroundings of whoever decides now, if it has some.
    fn swap(&mut self) -> Option<Arc<Approaches>> {
        let spare = self.spare.as_mut()?;
        core::mem::swap(&mut self.strategy, &mut spare.strategy);
        spare.decides = !spare.decides;
        if spare.decides {
            spare.around = self.traffic.as_ref().map(Traffic::surroundings);
            None
        } else {
            spare.around.take()
        }
    }

    /// Appends what there is to say of the spare.
    pub(super) fn save_spare(&self, out: &mut Vec<u8>) {
        out.push(self.spare.is_some().into());
        self.spare.iter().for_each(|spare| spare.save(out));
    }

    /// Reads what was said of it.
    pub(super) fn read_spare(&self, reader: &mut StateReader<'_>) -> Result<Saved, StateError> {
        if reader.flag()? != self.spare.is_some() {
            return Err(StateError::Mismatch { what: "spare strategy" });
        }
        let Some(spare) = &self.spare else { return Ok(Saved::default()) };
        let decides = reader.flag()?;
        let (due, total) = (reader.optional_millis()?, reader.millis()?);
        let (first, last) = (reader.optional_millis()?, reader.millis()?);
        Ok(Saved { changes: decides != spare.decides, decides, due, total, first, last })
    }

    /// The picture of the lanes that whoever decides then has, of nobody if another one decides than now.
    pub(super) fn picture(&self, saved: &Saved) -> Option<Traffic> {
        let Some(spare) = self.spare.as_ref().filter(|_| saved.changes) else { return self.traffic.clone() };
        let around = spare.around.clone().filter(|_| !saved.decides);
        around.map(|around| Traffic::new(self.kernel.plan(), around))
    }

    /// Whoever decides according to what was saved.
    pub(super) fn deciding(&mut self, saved: &Saved) -> &mut dyn Strategy {
        match &mut self.spare {
            Some(spare) if saved.changes => &mut *spare.strategy,
            _ => &mut *self.strategy,
        }
    }

    /// Becomes what was saved: the picture of the lanes is still the one before.
    pub(super) fn load_spare(&mut self, saved: &Saved) {
        if saved.changes {
            self.swap();
        }
        if let Some(spare) = &mut self.spare {
            (spare.due, spare.total, spare.first, spare.last) = (saved.due, saved.total, saved.first, saved.last);
        }
    }
}

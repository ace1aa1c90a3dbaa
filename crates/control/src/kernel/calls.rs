//! Who is called, and how long everybody has waited.

use alloc::vec::Vec;

use super::{
    journal::Journal,
    light::{Light, State},
    limits::Limits,
};
use crate::{
    Millis,
    log::{Phases, Reason},
    plan::{Group, Plan},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Call {
    /// It is for people on foot.
    pub on_foot: bool,
    /// It has a recall, or no detector that could call it.
    pub always: bool,
    /// Detectors that are on.
    pub present: u16,
    /// Kept until it is served.
    pub locked: bool,
    /// Since when it is called and closed.
    pub waiting: Option<Millis>,
}

impl Call {
    const fn is_called(&self) -> bool {
        self.always || self.locked || self.present > 0
    }
}

/// Where calls are told.
pub(super) type Log<'a> = (&'a mut Phases, &'a mut Journal);

/// The calls of all groups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Calls {
    pub list: Vec<Call>,
    /// When the first patience of those who wait ends, since calls were served last.
    pub next: Millis,
}

impl Calls {
    pub fn new(plan: &Plan) -> Self {
        let call = |(number, group): (u16, &Group)| Call {
            on_foot: group.is_pedestrian(),
            always: plan.is_always_called(number),
            present: 0,
            locked: false,
            waiting: None,
        };
        Self { list: (0..).zip(plan.groups()).map(call).collect(), next: Millis::NEVER }
    }

    /// A detector that calls the group goes on or off. Returns whether the group begins to wait.
    pub fn set(&mut self, group: u16, on: bool, locking: bool, lights: &[Light], now: Millis, log: Log<'_>) -> bool {
        let Some(call) = self.list.get_mut(usize::from(group)) else { return false };
        let state = lights[usize::from(group)].state;
        let was_called = call.is_called();
        call.present = if on { call.present.saturating_add(1) } else { call.present.saturating_sub(1) };
        call.locked |= on && locking && !state.is_open();
        if was_called == call.is_called() {
            return false;
        }
        let (phases, journal) = log;
        phases.call(now, group, call.on_foot, !was_called, Reason::Reported, journal);
        let waits = !was_called && matches!(state, State::Closed | State::Starting);
        call.waiting = waits.then_some(now);
        waits
    }

    /// Who is open waits no more; who is called and closed begins to wait.
    pub fn serve(&mut self, lights: &[Light], limits: &Limits, now: Millis, cause: Reason, (phases, journal): Log<'_>) {
        self.next = Millis::NEVER;
        let groups = self.list.iter_mut().zip(lights).zip(&limits.patience);
        for (group, ((call, light), &patience)) in (0u16..).zip(groups) {
            if light.state.is_open() {
                let was_locked = core::mem::take(&mut call.locked);
                if was_locked && !call.is_called() {
                    phases.call(now, group, call.on_foot, false, cause, journal);
                }
                call.waiting = None;
            } else if call.is_called() && matches!(light.state, State::Closed | State::Starting) {
                let since = *call.waiting.get_or_insert(now);
                self.next = self.next.min(since + patience);
            } else {
                call.waiting = None;
            }
        }
    }

    /// Nobody has waited: whoever is called begins to wait when the calls are served next.
    pub fn forget(&mut self) {
        self.list.iter_mut().for_each(|c| c.waiting = None);
        self.next = Millis::NEVER;
    }

    /// One group has not waited.
    pub fn forget_one(&mut self, group: usize) {
        self.list[group].waiting = None;
    }

    /// The group that has waited beyond its patience for longest.
    pub fn late(&self, limits: &Limits, now: Millis) -> Option<u16> {
        let over = |(g, call): (u16, &Call)| {
            let since = call.waiting?;
            let patience = limits.patience[usize::from(g)];
            (patience != Millis::NEVER && now - since >= patience).then_some((since, g))
        };
        (0..).zip(&self.list).filter_map(over).min().map(|(_, g)| g)
    }

    /// Finds when the next patience ends.
    pub fn find_next(&mut self, limits: &Limits) {
        let ends = self.list.iter().zip(&limits.patience).filter_map(|(c, &p)| c.waiting.map(|since| since + p));
        self.next = ends.min().unwrap_or(Millis::NEVER);
    }
}

//! Who is called, and how long everybody has waited.

use alloc::{vec, vec::Vec};

use super::{
    Kernel,
    journal::Journal,
    light::{FAR_PAST, Light, State},
    limits::Limits,
    overview::Overview,
};
use crate::{
    Millis,
    group_set::{BITS, bit, groups, members, number},
    log::{Phases, Reason},
    plan::{Group, Plan},
};

/// The call of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Call {
    /// It is for people on foot.
    on_foot: bool,
    /// It has a recall, or no detector that could call it.
    always: bool,
    /// Kept until it is served.
    locked: bool,
    /// Detectors that are on.
    present: u16,
    /// Since when it is called and closed, if it is.
    since: Millis,
}

impl Call {
    const fn is_called(&self) -> bool {
        self.always || self.locked || self.present > 0
    }
}

/// Of as many groups as a word has bits, those that are called, and those that are called and closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Word {
    called: u64,
    waits: u64,
}

/// Where calls are told.
pub(super) type Log<'a> = (&'a mut Phases, &'a mut Journal);

/// The calls of all groups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Calls {
    list: Vec<Call>,
    words: Vec<Word>,
    /// When the first patience of those who wait ends, since calls were served last.
    pub next: Millis,
    /// Whoever begins to wait earlier does so from then on.
    pub excused: Millis,
}

impl Calls {
    pub fn new(plan: &Plan) -> Self {
        let call = |(number, group): (u16, &Group)| Call {
            on_foot: group.is_pedestrian(),
            always: plan.is_always_called(number),
            locked: false,
            present: 0,
            since: Millis(0),
        };
        let list: Vec<Call> = (0..).zip(plan.groups()).map(call).collect();
        let words = vec![Word::default(); list.len().div_ceil(BITS)];
        let mut calls = Self { list, words, next: Millis::NEVER, excused: FAR_PAST };
        (0..calls.list.len()).for_each(|g| calls.mark(g));
        calls
    }

    /// Of a group, how many detectors are on, whether its call is kept, and since when it waits.
    pub fn get(&self, g: usize) -> (u16, bool, Option<Millis>) {
        (self.list[g].present, self.list[g].locked, self.waiting(g))
    }

    /// The same of a state put together from its parts.
    pub fn put(&mut self, g: usize, (present, locked, waiting): (u16, bool, Option<Millis>)) {
        let call = &mut self.list[g];
        (call.present, call.locked, call.since) = (present, locked, waiting.unwrap_or(Millis(0)));
        self.mark(g);
        self.wait(g, waiting.is_some());
    }

    /// Since when a group is called and closed.
    pub fn waiting(&self, g: usize) -> Option<Millis> {
        (self.words[g / BITS].waits & bit(g) != 0).then(|| self.list[g].since)
    }

    /// Whether a group is called has become what its call says.
    fn mark(&mut self, g: usize) {
        let called = &mut self.words[g / BITS].called;
        *called = *called & !bit(g) | if self.list[g].is_called() { bit(g) } else { 0 };
    }

    fn wait(&mut self, g: usize, on: bool) {
        let waits = &mut self.words[g / BITS].waits;
        *waits = *waits & !bit(g) | if on { bit(g) } else { 0 };
    }

    /// The groups that wait.
    fn waits(&self) -> impl Iterator<Item = usize> + '_ {
        members(self.words.iter().map(|word| word.waits))
    }

    /// A detector that calls the group goes on or off. Returns whether the group begins to wait.
    pub fn set(&mut self, group: u16, on: bool, locking: bool, lights: &[Light], now: Millis, log: Log<'_>) -> bool {
        let g = usize::from(group);
        let Some(call) = self.list.get_mut(g) else { return false };
        let state = lights[g].state;
        let was_called = call.is_called();
        call.present = if on { call.present.saturating_add(1) } else { call.present.saturating_sub(1) };
        call.locked |= on && locking && !state.is_open();
        if was_called == call.is_called() {
            return false;
        }
        call.since = now.max(self.excused);
        let (on_foot, (phases, journal)) = (call.on_foot, log);
        phases.call(now, group, on_foot, !was_called, Reason::Reported, journal);
        let waits = !was_called && matches!(state, State::Closed | State::Starting);
        self.mark(g);
        self.wait(g, waits);
        waits
    }

    /// Who is open waits no more; who is called and closed begins to wait.
    pub fn serve(
        &mut self,
        lights: &Overview,
        limits: &Limits,
        now: Millis,
        cause: Reason,
        (phases, journal): Log<'_>,
    ) {
        for w in lights.words() {
            let word = lights.word(w);
            for g in groups(w, word.open()) {
                let call = &mut self.list[g];
                if core::mem::take(&mut call.locked) && !call.is_called() {
                    phases.call(now, number(g), call.on_foot, false, cause, journal);
                    self.words[w].called &= !bit(g);
                }
            }
            let own = &mut self.words[w];
            let waits = own.called & (word.are(State::Closed) | word.are(State::Starting));
            for g in groups(w, waits & !own.waits) {
                self.list[g].since = now.max(self.excused);
            }
            own.waits = waits;
        }
        self.find_next(limits);
    }

    /// Nobody has waited: whoever is called begins to wait when the calls are served next.
    pub fn forget(&mut self) {
        self.words.iter_mut().for_each(|word| word.waits = 0);
        self.next = Millis::NEVER;
    }

    /// Whoever waits has not, and begins to at `until` at the earliest; but for those of whom that was said before and who have
    /// not been served since.
    fn excuse(&mut self, until: Millis) {
        for g in 0..self.list.len() {
            if self.list[g].since > self.excused {
                self.wait(g, false);
            }
        }
        self.excused = until;
    }

    /// One group has not waited.
    pub fn forget_one(&mut self, group: usize) {
        self.wait(group, false);
    }

    /// The group that has waited beyond its patience for longest.
    #[cold]
    pub fn late(&self, limits: &Limits, now: Millis) -> Option<u16> {
        let is_over = |&g: &usize| {
            let patience = limits.patience[g];
            patience != Millis::NEVER && now - self.list[g].since >= patience
        };
        self.waits().filter(is_over).min_by_key(|&g| self.list[g].since).map(number)
    }

    /// Finds when the next patience ends.
    pub fn find_next(&mut self, limits: &Limits) {
        let ends = self.waits().map(|g| self.list[g].since + limits.patience[g]);
        self.next = ends.min().unwrap_or(Millis::NEVER);
    }
}

impl Kernel {
    /// Another one takes over who does not know of those who have waited, and is not to serve all of them before `until`: they
    /// begin to wait then at the earliest, as whoever else would begin to until then. Of one wait that is said once, however
    /// often they change places.
    pub(crate) fn excuse(&mut self, until: Millis) {
        self.asked = true;
        self.calls.excuse(until);
    }

    /// The same as it was: of nobody it is said anew.
    pub(crate) fn set_excused(&mut self, until: Option<Millis>) {
        self.calls.excused = until.unwrap_or(FAR_PAST);
    }

    /// Nobody is excused any more: whoever would begin to wait later does so now.
    pub(crate) fn excuse_nobody(&mut self, now: Millis) {
        self.calls.excused = FAR_PAST;
        for call in self.calls.list.iter_mut().filter(|call| call.since > now) {
            (call.since, self.asked) = (now, true);
        }
    }
}

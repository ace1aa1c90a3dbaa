//! What keeps a green from ending or starting. Everything here reads the present state only: no rule trusts that a
//! strategy has kept another.

use super::{
    Aim, Kernel,
    light::{FAR_PAST, State},
    overview::Word,
};
use crate::{
    Millis,
    group_set::{BITS, bit, groups, members, number},
    log::Reason,
    plan::Relation,
};

/// No green follows a yellow at once, whatever an imported program says.
const SHORTEST_RED: Millis = Millis(1);

/// For how long red is shown at least before the unit flashes by command, and after it has flashed.
pub(super) const SHOWN_RED: Millis = Millis(1000);

/// From when on a group may be green, and what it waited for last; a group that nothing keeps waits for nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Clear {
    pub at: Millis,
    pub reason: Option<Reason>,
}

impl Clear {
    fn wait(&mut self, until: Millis, reason: Reason) {
        if until > self.at {
            *self = Self { at: until, reason: Some(reason) };
        }
    }
}

// --- ends ------------------------------------------------------------------------------------------------------------

impl Kernel {
    /// Whether it is for those who cannot see that they have to give way.
    pub(super) fn never_gives_way(&self, g: usize) -> bool {
        self.limits.never_give_way.has(g)
    }

    /// Whether it is a flashing yellow arrow: its green arrow excludes those to whom its flashing gives way.
    fn is_flashing_arrow(&self, g: usize) -> bool {
        self.limits.arrows.has(g)
    }

    pub(super) fn min_green(&self, g: usize) -> Millis {
        let group = &self.limits.times[g];
        if group.on_foot && self.preempts.cuts_walk() { Millis(0) } else { group.min_green }
    }

    fn min_yellow(&self, g: usize) -> Millis {
        let group = &self.limits.times[g];
        if group.on_foot && self.preempts.cuts_clearance() { Millis(0) } else { group.yellow }
    }

    /// Whether a green is to end.
    pub(super) fn is_to_end(&self, g: usize) -> bool {
        let light = &self.lights[g];
        if !light.state.is_open() {
            return false;
        }
        // A green arrow becomes a flashing one only through yellow.
        let arrow_ends = self.is_flashing_arrow(g)
            && light.state == State::Protected
            && (self.aims[g] == Aim::Permissive || !self.may_be_protected(g, self.aims[g]));
        !self.aims[g].opens() || arrow_ends
    }

    /// In a word, all greens that are to end: who is not to be open, and perhaps an arrow.
    pub(super) fn perhaps_to_end(&self, w: usize) -> u64 {
        let word = self.overview.word(w);
        word.open() & (!word.to_open | self.limits.arrows.word(w))
    }

    /// Whether a command keeps a green from ending. A train does not wait for that, nor does flashing.
    pub(super) fn is_held(&self, g: usize) -> bool {
        self.holds(number(g)) && self.lights[g].state.is_open() && !self.preempts.is_active() && !self.unit.clears()
    }

    /// Whether a green may end, traps aside.
    pub(super) fn may_end(&self, g: usize) -> bool {
        !self.is_held(g) && self.now - self.lights[g].opened >= self.min_green(g) && !self.is_joined(g)
    }

    /// Whether another has opened beside a green in this very moment that would have waited had it ended before: nobody could
    /// tell which came first, so it ends in the next.
    fn is_joined(&self, g: usize) -> bool {
        let just_opened = self.overview.words().map(|w| self.overview.word(w).just_opened());
        members(just_opened).any(|other| self.limits.beside.has(other, g))
    }

    /// When a yellow ends if it is asked for what it is now.
    fn end_of_yellow(&self, g: usize) -> Millis {
        if self.aims[g] == Aim::Yellow { self.last_yellow(g) } else { self.lights[g].since + self.min_yellow(g) }
    }

    /// Ends what is to end and may. Returns whether anything did.
    pub(super) fn end_greens(&mut self) -> bool {
        let mut any = false;
        for w in self.overview.words() {
            for g in groups(w, self.perhaps_to_end(w)) {
                // Unless it has just ended together with another.
                if self.is_to_end(g) && self.with_oncoming(g).is_none() {
                    for i in 0..self.together.len() {
                        self.end(usize::from(self.together[i]), g);
                    }
                    any = true;
                }
            }
        }
        any
    }

    /// Collects who has to end with a green: the oncoming traffic that drivers would otherwise believe to end, and what
    /// that gives way to in turn. Returns who of them may not yet.
    pub(super) fn with_oncoming(&mut self, g: usize) -> Option<u16> {
        self.together.clear();
        self.together.push(number(g));
        let mut i = 0;
        while let Some(&member) = self.together.get(i) {
            if !self.may_end(usize::from(member)) {
                return Some(member);
            }
            for &b in &self.limits.oncoming[usize::from(member)] {
                if self.lights[usize::from(b)].state == State::Starting {
                    // It will be green in any case, and then has to end together with the turn.
                    return Some(b);
                }
                if self.lights[usize::from(b)].state.is_open() && !self.together.contains(&b) {
                    self.together.push(b);
                }
            }
            i += 1;
        }
        None
    }

    /// Whether a left turn that is to end may wait for the least green of others.
    pub(super) fn trap_waits(&self) -> bool {
        let turns = |w: usize| self.perhaps_to_end(w) & self.limits.meets_oncoming.word(w);
        members(self.overview.words().map(turns)).any(|g| self.is_to_end(g))
    }

    /// Ends a green because `with` is to end.
    fn end(&mut self, g: usize, with: usize) {
        let off = matches!(self.aims[g], Aim::Off(_));
        let yellow = self.min_yellow(g).0 > 0 || self.aims[g] == Aim::Yellow;
        let to = if yellow {
            State::Ending
        } else if off {
            State::Off
        } else {
            State::Closed
        };
        self.go(g, to);
        let trap = Reason::Trap { with: number(with) };
        self.reasons[g] = if self.aims[g].opens() && g != with {
            trap
        } else if self.unit.clears() {
            self.unit.wanted_by()
        } else if self.force_off.has(g) {
            Reason::Command
        } else {
            self.cause
        };
    }

    /// When a yellow has lasted as long as any request may keep it.
    fn last_yellow(&self, g: usize) -> Millis {
        self.lights[g].since.max(self.taken_over) + self.limits.max_yellow[g]
    }

    /// Whether a yellow would keep somebody waiting who is in red-yellow.
    fn keeps_waiting(&self, g: usize) -> bool {
        let matrix = self.plan.matrix();
        let own = number(g);
        self.limits.yellow_conflicts
            && matrix.partners(own).iter().any(|&p| {
                matrix.relation(own, p) == Relation::Forbidden && self.lights[usize::from(p)].state == State::Starting
            })
    }

    /// Ends yellows that are over, and lets what is switched off go off and on.
    pub(super) fn end_yellows(&mut self) -> bool {
        let mut any = false;
        for w in self.overview.words() {
            let word = self.overview.word(w);
            for g in groups(w, word.are(State::Ending) | word.are(State::Off) | word.to_be_off) {
                any |= self.end_yellow(g);
            }
        }
        any
    }

    /// Ends a yellow if it is over, or switches off or on. Returns whether anything changed.
    fn end_yellow(&mut self, g: usize) -> bool {
        let now = self.now;
        let (light, off) = (&self.lights[g], matches!(self.aims[g], Aim::Off(_)));
        let (from, ended) = (light.state, light.ended);
        let to = match from {
            State::Ending => {
                let over = now - light.since >= self.min_yellow(g);
                let kept = self.aims[g] == Aim::Yellow && now < self.last_yellow(g) && !self.keeps_waiting(g);
                (over && !kept).then_some(if off { State::Off } else { State::Closed })
            }
            State::Closed if off => Some(State::Off),
            // Signals that come back show yellow, then red.
            State::Off if self.aims[g] == Aim::Yellow => Some(State::Ending),
            State::Off if !off => Some(State::Closed),
            _ => None,
        };
        let Some(to) = to else { return false };
        self.go(g, to);
        if from == State::Off && to == State::Closed {
            // It was not green just before: its red counts from the end of its last green.
            self.lights[g].since = ended;
        }
        self.reasons[g] = if from == State::Ending { Reason::Over } else { self.cause };
        true
    }
}

// --- protected or giving way -----------------------------------------------------------------------------------------

impl Kernel {
    /// Whether a group that is open need not give way to anybody.
    fn may_be_protected(&self, g: usize, aim: Aim) -> bool {
        self.protected_at(g, aim).is_some_and(|clear| clear.at <= self.now)
    }

    /// From when on a group need not give way; `None` while somebody to whom it gives way is open or to be opened.
    ///
    /// A letter of a program (`G`) is taken at its word as far as is safe: only another full green is against it.
    fn protected_at(&self, g: usize, aim: Aim) -> Option<Clear> {
        let exact = matches!(aim, Aim::Protected | Aim::RedYellow) && !self.is_flashing_arrow(g);
        let met = |word: &Word| {
            if exact { word.are(State::Protected) | word.to_be_full } else { word.committed() | word.to_open }
        };
        let others = self.limits.gives_way.words(g);
        if self.overview.any(others, met) {
            return None;
        }
        let mut clear = Clear { at: FAR_PAST, reason: None };
        for w in self.overview.words() {
            for b in groups(w, others[w] & self.overview.word(w).clearing()) {
                clear.wait(self.lights[b].ended + self.intergreen(b, g), Reason::GivesWay { to: number(b) });
            }
        }
        Some(clear)
    }

    /// Whether somebody who gives way to a group is protected.
    fn is_unyielded(&self, g: usize) -> bool {
        self.overview.any(self.limits.yielders.words(g), |word| word.are(State::Protected))
    }

    /// From when on an open group need not give way, and nobody who gives way to it is protected.
    fn full_at(&self, g: usize) -> Option<Millis> {
        if self.is_unyielded(g) { None } else { self.protected_at(g, self.aims[g]).map(|clear| clear.at) }
    }

    /// Lets open groups give way, or no longer.
    pub(super) fn levels(&mut self) -> bool {
        let mut any = false;
        // Whoever has to give way does so before anybody is protected.
        for w in self.overview.words() {
            let word = self.overview.word(w);
            let perhaps = word.are(State::Protected) & (self.limits.may_give_way.word(w) | !word.to_be_full);
            for g in groups(w, perhaps) {
                if self.has_to_give_way(g) {
                    self.set_level(g, State::Permissive);
                    any = true;
                }
            }
        }
        for w in self.overview.words() {
            let word = self.overview.word(w);
            for g in groups(w, word.are(State::Permissive) & word.to_be_full) {
                if self.full_at(g).is_some_and(|at| at <= self.now) {
                    self.set_level(g, State::Protected);
                    any = true;
                }
            }
        }
        any
    }

    /// Whether a group that is protected has to give way from now on.
    fn has_to_give_way(&self, g: usize) -> bool {
        let aim = self.aims[g];
        let stays = self.is_flashing_arrow(g) || self.never_gives_way(g);
        // What is to end does so at its time, and those to whom it gives way wait for that.
        let goes_on = aim.opens() || self.is_held(g);
        let may_stay = || self.may_be_protected(g, if aim.opens() { aim } else { Aim::Open });
        !stays && goes_on && (aim == Aim::Permissive || !may_stay())
    }

    fn set_level(&mut self, g: usize, to: State) {
        self.go(g, to);
        self.reasons[g] = self.level_reason(g);
    }

    /// Why a group gives way, or no longer does.
    fn level_reason(&self, g: usize) -> Reason {
        let mut to = members(self.limits.gives_way.words(g).iter().copied());
        match self.aims[g] {
            Aim::Open => to.next().map_or(self.cause, |to| Reason::GivesWay { to: number(to) }),
            _ => self.cause,
        }
    }
}

// --- starts ----------------------------------------------------------------------------------------------------------

impl Kernel {
    /// From when on a group may be green; `None` while another group is in the way.
    fn green_at(&self, g: usize) -> Option<Clear> {
        let starting = self.lights[g].state == State::Starting;
        // Who may open giving way waits for nobody who gives way; red-yellow leads to green, whoever came in between.
        let gives_way = !self.never_gives_way(g) && (self.aims[g] == Aim::Permissive || starting);
        if self.is_blocked(g, gives_way) || !starting && self.is_beside_an_end(g) {
            return None;
        }
        let mut clear = Clear { at: FAR_PAST, reason: None };
        // Red-yellow leads to green in its time, whoever came and went in between: who ended before has cleared then.
        let in_time = if starting { self.last_red_yellow(g) } else { Millis::NEVER };
        let yellow_conflicts = self.limits.yellow_conflicts;
        // Cleared even if it ends later than planned: every end of a forbidden green counts.
        let related = self.limits.forbidden.words(g).iter().zip(self.limits.beside.words(g));
        for (w, (forbidden, beside)) in related.enumerate() {
            for i in groups(w, (forbidden | beside) & self.overview.word(w).clearing()) {
                let (cleared, after) = (self.cleared_at(i, g), Reason::After { group: number(i) });
                let is_forbidden = forbidden & bit(i) != 0;
                if cleared <= in_time || is_forbidden {
                    clear.wait(cleared, after);
                }
                if yellow_conflicts && is_forbidden && self.lights[i].state == State::Ending {
                    clear.wait(self.end_of_yellow(i), after);
                }
            }
        }
        if self.never_gives_way(g) {
            // They cannot show that they give way.
            let protected = self.protected_at(g, self.aims[g])?;
            if protected.at > clear.at {
                clear = protected;
            }
        }
        Some(clear)
    }

    /// Whether a forbidden group is open or about to be, or one that is fully green would have to give way.
    fn is_blocked(&self, g: usize, gives_way: bool) -> bool {
        self.overview.words().any(|w| {
            let word = self.overview.word(w);
            let bound_to_yield = if gives_way { self.limits.arrows.word(w) } else { u64::MAX };
            let unyielding = self.limits.yielders.word(g, w) & bound_to_yield & word.are(State::Protected);
            self.limits.forbidden.word(g, w) & word.committed() | unyielding != 0
        })
    }

    /// Whether a green that it may be open together with is to end: they need not end together, so that one clears first.
    fn is_beside_an_end(&self, g: usize) -> bool {
        let perhaps = |w| self.limits.beside.word(g, w) & self.perhaps_to_end(w);
        members(self.overview.words().map(perhaps)).any(|i| self.is_to_end(i) && !self.is_held(i))
    }

    /// When people on foot who are asked for and whom nothing but time keeps will have walk; the past if there are none.
    fn opens_later(&self, g: usize) -> Millis {
        if self.lights[g].state != State::Closed || !self.aims[g].opens() {
            return FAR_PAST;
        }
        let mut at = self.lights[g].since + self.limits.times[g].red_revert;
        if self.overview.any(self.limits.forbidden.words(g), Word::committed) {
            return FAR_PAST;
        }
        for w in self.overview.words() {
            for other in groups(w, self.limits.forbidden.word(g, w) & self.overview.word(w).clearing()) {
                at = at.max(self.cleared_at(other, g));
            }
        }
        // If it is not open although it might be, it is not time that keeps it.
        if at > self.now { at } else { FAR_PAST }
    }

    /// From the end of one's green to the start of another's.
    fn intergreen(&self, from: usize, to: usize) -> Millis {
        self.limits.intergreens[to * self.lights.len() + from]
    }

    /// When the intergreen after another's green that has ended is over. A preemption may cut a pedestrian clearance
    /// short if its plan says so; what follows the clearance is kept.
    fn cleared_at(&self, from: usize, to: usize) -> Millis {
        let (light, intergreen) = (&self.lights[from], self.intergreen(from, to));
        let cleared = light.ended + intergreen;
        if !self.preempts.cuts_clearance() {
            return cleared;
        }
        let group = &self.limits.times[from];
        if group.on_foot && light.state == State::Closed {
            let after_clearance = (intergreen - group.yellow).max(Millis(0));
            return cleared.min(light.since.max(light.ended) + after_clearance);
        }
        cleared
    }

    /// From when on a closed group may start, with red-yellow or with green; `None` while another is in the way.
    pub(super) fn start_at(&self, g: usize) -> Option<Clear> {
        let mut clear = self.green_at(g)?;
        for w in self.overview.words() {
            for p in groups(w, self.limits.gives_way.word(g, w) & self.limits.leads.word(w)) {
                let (other, lead) = (&self.lights[p], self.limits.times[p].lead);
                let opens = if other.state.is_open() { other.opened } else { self.opens_later(p) };
                clear.wait(opens + lead, Reason::Lead { group: number(p) });
            }
        }
        let red_revert = self.limits.times[g].red_revert;
        // Red-yellow lies inside the intergreen.
        clear.at = clear.at - self.red_yellow(g);
        clear.wait(self.lights[g].since + red_revert.max(SHORTEST_RED), Reason::Over);
        Some(clear)
    }

    /// How long before green it shows red-yellow.
    fn red_yellow(&self, g: usize) -> Millis {
        if self.aims[g] == Aim::RedYellow { self.limits.max_red_yellow[g] } else { self.limits.times[g].red_yellow }
    }

    /// When a red-yellow has lasted as long as any request may keep it.
    fn last_red_yellow(&self, g: usize) -> Millis {
        self.lights[g].since.max(self.taken_over) + self.limits.max_red_yellow[g]
    }

    /// Starts what is to start and may. Returns whether anything did.
    pub(super) fn start_greens(&mut self) -> bool {
        let mut any = false;
        // Those with a lead first: others wait for their start.
        for leads in [true, false] {
            for w in self.overview.words() {
                let (word, leading) = (self.overview.word(w), self.limits.leads.word(w));
                let perhaps = word.are(State::Closed) & word.to_open | word.are(State::Starting);
                for g in groups(w, perhaps & if leads { leading } else { !leading }) {
                    any |= self.start_green(g);
                }
            }
        }
        any
    }

    /// Starts a green or its red-yellow, if it may. Returns whether it did.
    fn start_green(&mut self, g: usize) -> bool {
        let now = self.now;
        if self.lights[g].state == State::Starting {
            let over = now - self.lights[g].since >= self.limits.times[g].red_yellow;
            let kept = self.aims[g] == Aim::RedYellow && now < self.last_red_yellow(g);
            let starts = over && !kept && self.green_at(g).is_some_and(|c| c.at <= now);
            if starts {
                self.go(g, self.level(g));
                self.reasons[g] = Reason::Over;
            }
            return starts;
        }
        self.find_start(g);
        let Some(clear) = self.starts[g].as_ref().filter(|c| c.at <= now) else { return false };
        // Only what it waited for until this moment is a reason.
        let reason = clear.reason.filter(|_| clear.at == now).unwrap_or(self.cause);
        let with_red_yellow = self.red_yellow(g).0 > 0;
        self.go(g, if with_red_yellow { State::Starting } else { self.level(g) });
        self.reasons[g] = reason;
        true
    }

    /// Finds when a closed group may start, unless it was found before and nothing that matters has changed since.
    #[inline]
    fn find_start(&mut self, g: usize) {
        // What else than a change moves a start: who leads, arrows, and preemptions.
        let lasts = self.limits.starts_last && !self.preempts.is_active();
        if lasts && self.overview.word(g / BITS).known & bit(g) != 0 {
            debug_assert!(self.same_start(self.starts[g], self.start_at(g)), "a start that was found before");
            return;
        }
        self.starts[g] = self.start_at(g);
        if lasts {
            self.overview.know_start(g);
        }
    }

    /// Whether two starts mean the same: at the same time, or at once, and for the same reason if it is this moment.
    fn same_start(&self, a: Option<Clear>, b: Option<Clear>) -> bool {
        let mean = |c: Clear| (c.at.max(self.now - Millis(1)), c.reason.filter(|_| c.at == self.now));
        a.map(mean) == b.map(mean)
    }

    /// Whether a group that opens now has to give way.
    fn level(&self, g: usize) -> State {
        let aim = if self.aims[g] == Aim::RedYellow || !self.aims[g].opens() { Aim::Open } else { self.aims[g] };
        let full = || self.may_be_protected(g, aim) && !self.is_unyielded(g);
        if self.never_gives_way(g) || aim != Aim::Permissive && full() { State::Protected } else { State::Permissive }
    }

    /// Whether a group must not be as it is because of another.
    pub(super) fn in_conflict(&self, g: usize) -> bool {
        let matrix = self.plan.matrix();
        let own = number(g);
        let light = &self.lights[g];
        matrix.partners(own).iter().any(|&p| {
            let other = &self.lights[usize::from(p)];
            let both_full = light.state == State::Protected && other.state == State::Protected;
            match matrix.relation(own, p) {
                Relation::Forbidden => {
                    let yellow = light.state.is_open() && other.state == State::Ending
                        || light.state == State::Ending && other.state.is_open();
                    light.state.is_committed() && other.state.is_committed() || yellow && self.limits.yellow_conflicts
                }
                Relation::Yields | Relation::YieldsToOncoming => {
                    both_full
                        || self.is_flashing_arrow(g) && light.state == State::Protected && other.state.is_committed()
                }
                Relation::None => false,
            }
        })
    }

    /// When a group may change next if nobody asks for anything else, after now at the earliest.
    pub(super) fn next_change(&self) -> Millis {
        let trap = self.trap_waits();
        let mut next = Millis::NEVER;
        for w in self.overview.words() {
            let word = self.overview.word(w);
            // Greens that nobody ends and that need not give way go on.
            let ends = if trap { word.open() } else { self.perhaps_to_end(w) };
            let changes = word.are(State::Permissive) | word.are(State::Starting) | word.are(State::Ending);
            for g in groups(w, ends | changes | word.are(State::Closed) & word.to_open) {
                let due = self.due(g, trap);
                next = if due > self.now { next.min(due) } else { next };
            }
        }
        next
    }

    /// When a group may change next if nobody asks for anything else; the past if another has to change first.
    /// `trap`: whether a left turn waits for the least green of others.
    fn due(&self, g: usize, trap: bool) -> Millis {
        let (light, now) = (&self.lights[g], self.now);
        match light.state {
            State::Permissive | State::Protected => {
                let awaited = self.is_to_end(g) || trap;
                let least = match awaited {
                    true if self.is_joined(g) => now + Millis(1),
                    true => light.opened + self.min_green(g),
                    false => FAR_PAST,
                };
                let full = if light.state == State::Permissive { self.full_at(g) } else { None };
                let full = full.filter(|&at| at > now).unwrap_or(Millis::NEVER);
                if least > now { least.min(full) } else { full }
            }
            State::Ending => {
                let over = light.since + self.min_yellow(g);
                if over > now { over } else { self.last_yellow(g) }
            }
            State::Starting => {
                let over = light.since + self.limits.times[g].red_yellow;
                let clear = self.green_at(g).map_or(FAR_PAST, |c| c.at);
                if over > now {
                    over
                } else if self.aims[g] == Aim::RedYellow {
                    clear.max(self.last_red_yellow(g))
                } else {
                    clear
                }
            }
            State::Closed if self.aims[g].opens() => {
                let found = if self.settled { self.starts[g] } else { self.start_at(g) };
                found.map_or(FAR_PAST, |c| c.at)
            }
            _ => FAR_PAST,
        }
    }
}

//! Who decides, and in which surroundings: what is said before the start, and what may become another while it runs.

use alloc::{boxed::Box, sync::Arc};

use super::Controller;
use crate::{Approaches, Looks, Millis, Strategy, Traffic, kernel::Latch};

impl Controller {
    /// From now on with or without events in the outputs.
    pub fn log_events(&mut self, on: bool) {
        self.journal.set_events(on);
    }

    /// Before the start: takes up a fault that was latched when the power went.
    pub fn restore(&mut self, latch: Latch) {
        if self.now.is_none() {
            self.kernel.restore(latch);
        }
    }

    /// The same in known surroundings; none, or such as do not [fit](Approaches::fit) the plan: those of which its
    /// detectors tell. To be said before the start.
    #[must_use]
    pub fn with_approaches(mut self, approaches: Option<Arc<Approaches>>) -> Self {
        self.survey(approaches);
        self
    }

    /// Begins a picture of the approach lanes, if the strategy looks at one.
    fn survey(&mut self, approaches: Option<Arc<Approaches>>) {
        let plan = self.kernel.plan();
        let known = approaches.filter(|a| a.fit(plan));
        let survey = || Traffic::new(plan, known.unwrap_or_else(|| Arc::new(Approaches::of_plan(plan))));
        self.traffic = (self.strategy.looks() > Looks::Groups).then(survey);
    }

    /// Time reaches `at`, as in [`advance`](Self::advance); then another strategy, made for the same plan, takes over in
    /// surroundings as for [`with_approaches`](Self::with_approaches). Lamps, detectors, calls, commands in force and a
    /// latched fault stay as they are, and the kernel keeps every time as before; of what the old strategy had learned
    /// nothing is left but what it has asked for, and for how long everybody has waited. `spare`: what takes over
    /// while it is [blind](Self::with_spare).
    pub fn hand_over(
        &mut self,
        at: Millis,
        strategy: Box<dyn Strategy>,
        approaches: Option<Arc<Approaches>>,
        spare: Option<Box<dyn Strategy>>,
    ) {
        // Else the new one would decide at the moment in which the old one was last asked.
        self.advance(at);
        self.strategy = strategy;
        // Before the strategy learns anything: whoever comes back later begins anew.
        self.set_spare(spare);
        self.settle_in(self.now.unwrap_or(Millis::NEVER), approaches);
    }

    /// A strategy has taken over at `at`, in these surroundings.
    pub(super) fn settle_in(&mut self, at: Millis, approaches: Option<Arc<Approaches>>) {
        self.wakes = self.strategy.wakes();
        let strategy = &self.strategy;
        self.group_calls.mind_anew(at, &self.lamps, |number| strategy.minds(number));
        self.survey(approaches);
        if self.now.is_none() {
            return;
        }
        // Who calls instead of the broken has changed: now, as nobody remembers it beyond this moment.
        self.kernel.reach(at);
        self.tell_of_calls();
        self.strategy.take_over(&self.kernel.found());
        if let Some(traffic) = &mut self.traffic {
            let plan = self.kernel.plan();
            traffic.advance(plan, at, &self.lamps);
            for detector in (0..u16::MAX).take(self.detectors.len()) {
                traffic.believe(detector, self.detectors.health(detector).is_good());
                if self.detectors.occupied(detector) {
                    traffic.edge(plan, detector, true, at, &self.lamps);
                }
            }
        }
        // It decides in the next moment: this one has been lived through.
        self.next = at + Millis(1);
    }
}

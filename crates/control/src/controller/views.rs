//! What can be asked of a controller.

use super::*;
use crate::Approaches;

impl Controller {
    /// When the day of a moment began, if the date and time are known.
    pub(super) fn midnight(&self, at: Millis) -> Option<Millis> {
        self.clock.map(|(clock, since)| at - clock.after(at - since).time)
    }

    pub(super) fn is_button(&self, detector: u16) -> bool {
        self.buttons.binary_search(&detector).is_ok()
    }

    /// What each group shows at the time reached.
    pub fn lamps(&self) -> &[Lamp] {
        &self.lamps
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        self.kernel.plan()
    }

    /// The pattern in force.
    pub fn pattern(&self) -> Option<&Pattern> {
        self.pattern.and_then(|p| self.kernel.plan().spec().patterns.get(usize::from(p)))
    }

    /// The detectors, as the strategy saw them last.
    pub const fn detectors(&self) -> &DetectorBank {
        &self.detectors
    }

    /// Who is called and extended, as the strategy saw it last.
    pub const fn group_calls(&self) -> &GroupCalls {
        &self.group_calls
    }

    /// The picture of the approach lanes, as the strategy saw it last; none, if it does not look at it.
    pub const fn traffic(&self) -> Option<&Traffic> {
        self.traffic.as_ref()
    }

    /// The surroundings in which the strategy that was asked for looks at lanes, also while another one decides; none, if it does
    /// not look at them.
    pub fn surroundings(&self) -> Option<&Approaches> {
        let aside = self.spare.as_ref().and_then(Spare::around);
        aside.or_else(|| self.traffic.as_ref().map(Traffic::approaches))
    }

    /// What to tell intersections upstream of an approach lane: how many vehicles queue there, and how many more fit in;
    /// nothing, if it does not look at lanes.
    pub fn tell(&self, lane: usize, now: Millis) -> Option<(u16, u16)> {
        let (queued, room) = self.traffic.as_ref()?.tell(lane, now);
        Some((self.strategy.tells(lane).unwrap_or(queued), room))
    }

    /// How many have left an approach lane, modulo 2¹⁶, as neighbours downstream are told; none if it knows nothing of lanes.
    pub fn gone(&self, lane: usize) -> Option<u16> {
        self.traffic.as_ref()?.lanes().get(lane).map(LaneTraffic::gone)
    }

    /// What the strategy looks at.
    pub fn looks(&self) -> Looks {
        self.asked().looks()
    }

    /// The name of the strategy.
    pub fn strategy(&self) -> &'static str {
        self.strategy.name()
    }

    /// The time reached; `None` before the start.
    pub const fn now(&self) -> Option<Millis> {
        self.now
    }

    /// What the parameters of the strategy ask for that has no effect here, or what it cannot see.
    pub fn remark(&self) -> Option<&str> {
        let is_blind = self.traffic.as_ref().is_some_and(Traffic::is_blind);
        self.strategy.remark().or(is_blind.then_some(Traffic::BLIND))
    }

    /// Whether it starts up, runs or flashes.
    pub const fn mode(&self) -> Mode {
        self.kernel.mode()
    }

    /// The group whose long wait made the plan's own sequence take over from the strategy, if it has.
    pub const fn cycle_fault(&self) -> Option<u16> {
        self.kernel.cycle_fault()
    }

    /// How many requests of the strategy did not fit the plan; the one before stayed in force.
    pub const fn refused(&self) -> u32 {
        self.refused
    }

    /// The strategy's last decision and its reason.
    pub fn explain(&self) -> String {
        self.strategy.explain()
    }

    /// What the rings, the stages or the program of the strategy are doing now; empty before the start, and while it has no
    /// say.
    pub fn timers(&self) -> Vec<Timers> {
        let has_say = self.overruled().is_none() && self.manual.is_none();
        let Some(now) = self.now.filter(|_| has_say) else { return Vec::new() };
        let (plan, pattern, midnight) = (self.kernel.plan(), self.pattern(), self.midnight(now));
        let (detectors, calls, traffic) = (&self.detectors, &self.group_calls, self.traffic.as_ref());
        let (lamps, changed) = (&self.lamps, self.changed);
        self.strategy.timers(now, &View { plan, pattern, midnight, detectors, calls, traffic, lamps, changed })
    }

    /// By group, what keeps it from becoming what the strategy or a command asks for; none, if it is that or on its way.
    pub fn kept(&self) -> Vec<Option<Kept>> {
        self.kernel.kept()
    }

    /// Why the strategy has no say now: a preemption, flashing, a start-up, the plan's own sequence after a cycle fault.
    pub fn overruled(&self) -> Option<Reason> {
        self.kernel.overruled()
    }

    /// The stage that a command wants to be shown.
    pub const fn manual(&self) -> Option<u16> {
        self.manual
    }

    /// Whether commands hold and omit a group.
    pub fn commanded(&self, group: u16) -> [bool; 2] {
        self.kernel.commanded(group)
    }
}

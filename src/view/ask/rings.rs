//! The phases of a plan with rings as they are now: what a ring-barrier diagram shows.

use intergreen_control::{Controller, Lamp, Millis, On, Timers};

use super::signal::GroupFacts;

/// A ring of phases.
#[derive(Clone, Debug, PartialEq)]
pub struct RingFacts {
    /// Its phases in their order, by section between two barriers.
    pub sections: Vec<Vec<PhaseFacts>>,
    /// What it is doing, and its timers; none if the strategy has no rings.
    pub timers: Option<Timers>,
}

/// A phase.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseFacts {
    /// Its number.
    pub number: u8,
    /// The groups it opens.
    pub groups: Vec<u16>,
    /// What they show: the one that is open longest.
    pub lamp: Lamp,
    /// Since when.
    pub since: Millis,
    /// What its people on foot see; none if it has none.
    pub walk: Option<Lamp>,
    /// Whether somebody is called who sees no green yet.
    pub called: bool,
    /// Least green, and greatest while somebody else is called ([`Millis::NEVER`]: none).
    pub green: (Millis, Millis),
}

/// The rings of a controller's plan; empty if it has none.
pub(super) fn ask(controller: &Controller, timers: &[Timers], groups: &[GroupFacts]) -> Vec<RingFacts> {
    let plan = controller.plan();
    let Some(rings) = plan.rings() else { return Vec::new() };
    let of_group = |&g: &u16| groups.get(usize::from(g));
    let phase = |&number: &u8| {
        let own = rings.phases.iter().find(|p| p.number == number)?;
        // A left turn with an arrow that flashes has no group of its own.
        let carriers = || rings.overlaps.iter().filter(|o| o.phases >> (number - 1) & 1 == 1).map(|o| o.group);
        let greens: Vec<u16> = if own.groups.is_empty() { carriers().collect() } else { own.groups.clone() };
        let shown = greens.iter().filter_map(of_group).min_by_key(|g| (!g.lamp.is_green(), g.lamp.is_red(), g.since));
        let all = || greens.iter().chain(&own.walks).filter_map(of_group);
        let green = |g: &u16| plan.groups().get(usize::from(*g));
        Some(PhaseFacts {
            number,
            lamp: shown.map_or(Lamp::Red, |g| g.lamp),
            since: shown.map_or(Millis(0), |g| g.since),
            walk: own.walks.first().and_then(of_group).map(|g| g.lamp),
            called: all().any(|g| g.called && !g.lamp.is_green()),
            green: (
                greens.iter().filter_map(green).map(|g| g.min_green).max().unwrap_or(Millis(0)),
                greens.iter().filter_map(green).map(|g| g.max_green).min().unwrap_or(Millis::NEVER),
            ),
            groups: greens,
        })
    };
    let mut timers = timers.iter().filter(|t| matches!(t.on, On::Phase(_) | On::Nothing)).cloned();
    let section = |numbers: &Vec<u8>| numbers.iter().filter_map(phase).collect();
    let ring =
        |sections: &Vec<Vec<u8>>| RingFacts { sections: sections.iter().map(section).collect(), timers: timers.next() };
    rings.rings.iter().map(ring).collect()
}

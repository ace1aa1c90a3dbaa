//! What follows for the rules from the plan alone.

use alloc::{vec, vec::Vec};

use super::overview::{Set, set};
use crate::{
    Lamp, Millis,
    plan::{GroupKind, Plan, Relation, Waiver, longest_run},
};

/// What follows from the plan alone.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// The longest intergreen of all pairs.
    pub(super) longest_intergreen: Millis,
    /// By group, how long it may wait when it is called before it is a cycle fault.
    pub(super) patience: Vec<Millis>,
    /// By group, how long a request may keep it yellow.
    pub(super) max_yellow: Vec<Millis>,
    /// By group, how long a request may keep it in red-yellow.
    pub(super) max_red_yellow: Vec<Millis>,
    /// By group, the oncoming traffic with which it has to end.
    pub(super) oncoming: Vec<Vec<u16>>,
    /// By group, those that it has to do with.
    pub(super) partners: Vec<Vec<Partner>>,
    /// By group, those to whom it gives way.
    pub(super) gives_way: Vec<Vec<Partner>>,
    /// By group, those with whom it must never be open.
    pub(super) forbidden: Vec<Set>,
    /// By group, those to whom it gives way.
    pub(super) gives_way_to: Vec<Set>,
    /// By group, those who give way to it.
    pub(super) yielders: Vec<Set>,
    /// Groups that cannot show that they give way.
    pub(super) never_give_way: Vec<u16>,
    /// Groups with a lead: in one moment they start first.
    pub(super) leads: Set,
    /// Flashing yellow arrows.
    pub(super) arrows: Set,
    /// Groups with oncoming traffic with which they have to end.
    pub(super) meets_oncoming: Set,
}

/// What another group is to a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partner {
    pub(super) other: u16,
    pub(super) forbidden: bool,
    /// Whether the other gives way to it.
    pub(super) yields: bool,
    /// Whether it gives way to the other.
    pub(super) gives_way: bool,
    /// Whether the other is for people on foot.
    pub(super) on_foot: bool,
    /// The intergreen after the other's green.
    pub(super) intergreen: Millis,
}

impl Limits {
    pub fn new(plan: &Plan) -> Self {
        let groups = plan.groups();
        let n = u16::try_from(groups.len()).unwrap_or(u16::MAX);
        let longest = |g: u16, lamp: Lamp| plan.program().map_or(Millis(0), |p| longest_run(p, usize::from(g), lamp));
        let matrix = plan.matrix();
        let oncoming = |g: u16| {
            let meets = |&b: &u16| matrix.relation(g, b) == Relation::YieldsToOncoming;
            let waived = |b: u16| plan.waivers().contains(&Waiver::YellowTrap { group: g, oncoming: b });
            let flashes = groups[usize::from(g)].kind == GroupKind::FlashingYellowArrow;
            matrix.partners(g).iter().copied().filter(meets).filter(|&b| !flashes && !waived(b)).collect()
        };
        let partner = |g: u16, other: u16| Partner {
            other,
            forbidden: matrix.relation(g, other) == Relation::Forbidden,
            yields: matrix.relation(other, g).yields(),
            gives_way: matrix.relation(g, other).yields(),
            on_foot: groups[usize::from(other)].is_pedestrian(),
            intergreen: matrix.intergreen(other, g),
        };
        let partners = |g: u16| matrix.partners(g).iter().map(move |&p| partner(g, p));
        let never = |&g: &u16| matches!(groups[usize::from(g)].kind, GroupKind::Arrow | GroupKind::Pedestrian);
        let of_partners = |is: fn(&Partner) -> bool| -> Vec<Set> {
            let others = |g: u16| partners(g).filter(is).map(|p| usize::from(p.other));
            (0..n).map(|g| set(groups.len(), others(g))).collect()
        };
        let of_groups = |is: &dyn Fn(usize) -> bool| set(groups.len(), (0..groups.len()).filter(|&g| is(g)));
        let oncoming: Vec<Vec<u16>> = (0..n).map(oncoming).collect();
        Self {
            patience: patience(plan),
            max_yellow: (0..n).map(|g| groups[usize::from(g)].yellow.max(longest(g, Lamp::Yellow))).collect(),
            max_red_yellow: (0..n)
                .map(|g| groups[usize::from(g)].red_yellow.max(longest(g, Lamp::RedYellow)))
                .collect(),
            meets_oncoming: of_groups(&|g| !oncoming[g].is_empty()),
            oncoming,
            partners: (0..n).map(|g| partners(g).collect()).collect(),
            gives_way: (0..n).map(|g| partners(g).filter(|p| p.gives_way).collect()).collect(),
            forbidden: of_partners(|p| p.forbidden),
            gives_way_to: of_partners(|p| p.gives_way),
            yielders: of_partners(|p| p.yields),
            never_give_way: (0..n).filter(never).collect(),
            leads: of_groups(&|g| groups[g].lead.0 > 0),
            arrows: of_groups(&|g| groups[g].kind == GroupKind::FlashingYellowArrow),
            longest_intergreen: matrix.longest_intergreen(),
        }
    }

    /// How long a request may keep a group yellow.
    pub fn max_yellow(&self, g: usize) -> Millis {
        self.max_yellow[g]
    }

    #[cfg(test)]
    pub fn max_red_yellow(&self, g: usize) -> Millis {
        self.max_red_yellow[g]
    }
}

/// By group, how long it may be red while it is called: its longest red, which the plan's own sequence, programs and
/// patterns keep to (the plan was checked for that). Never a fault, for a group that no sequence serves.
fn patience(plan: &Plan) -> Vec<Millis> {
    let wait = |(g, served): (&crate::plan::Group, bool)| if served { g.max_red } else { Millis::NEVER };
    plan.groups().iter().zip(served(plan)).map(wait).collect()
}

/// Which groups the sequence that takes over after a cycle fault opens.
fn served(plan: &Plan) -> Vec<bool> {
    let mut served = vec![false; plan.groups().len()];
    let mut mark = |list: &[u16]| list.iter().for_each(|&g| served[usize::from(g)] = true);
    if let Some(program) = plan.program() {
        return (0..served.len()).map(|g| program.steps().iter().any(|s| s.lamps[g].is_green())).collect();
    }
    if !plan.stages().is_empty() {
        plan.stages().iter().for_each(|s| mark(&s.groups));
    } else if let Some(rings) = plan.rings() {
        rings.phases.iter().for_each(|p| mark(&p.groups));
        rings.phases.iter().for_each(|p| mark(&p.walks));
        rings.overlaps.iter().for_each(|o| mark(&[o.group]));
    }
    served
}

//! What follows for the rules from the plan alone.

use alloc::{vec, vec::Vec};

use super::light::Light;
use crate::{
    Lamp, Millis,
    group_set::GroupSet,
    lists::Sets,
    log::Seen,
    plan::{Group, GroupKind, Plan, Relation, longest_run},
};

/// What rules ask of a group again and again, close together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub on_foot: bool,
    pub min_green: Millis,
    pub yellow: Millis,
    pub red_yellow: Millis,
    pub red_revert: Millis,
    pub lead: Millis,
}

/// What follows from the plan alone.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// By group.
    pub(super) times: Vec<Times>,
    /// The intergreens to the first group from all groups, then those to the second, and so on.
    pub(super) intergreens: Vec<Millis>,
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
    /// By group, those with whom it must never be open.
    pub(super) forbidden: Sets,
    /// By group, others that clear before it starts, or whom it must not see begin to end: those that give way to it, and
    /// those to whom it gives way. A turn gives way to people on foot at any time: they are not among them.
    pub(super) beside: Sets,
    /// By group, those to whom it gives way.
    pub(super) gives_way: Sets,
    /// By group, those who give way to it.
    pub(super) yielders: Sets,
    /// By group, all who are in one of these relations to it: no others wait for what it does.
    pub(super) partners: Sets,
    /// Whether a yellow conflicts with a green.
    pub(super) yellow_conflicts: bool,
    /// Whether nobody leads and nothing is an arrow: then only changes and preemptions move a start.
    pub(super) starts_last: bool,
    /// Groups that cannot show that they give way.
    pub(super) never_give_way: GroupSet,
    /// Groups that give way to somebody.
    pub(super) may_give_way: GroupSet,
    /// Groups with a lead: in one moment they start first.
    pub(super) leads: GroupSet,
    /// Flashing yellow arrows.
    pub(super) arrows: GroupSet,
    /// Groups with oncoming traffic with which they have to end.
    pub(super) meets_oncoming: GroupSet,
}

impl Limits {
    pub fn new(plan: &Plan) -> Self {
        let groups = plan.groups();
        let n = u16::try_from(groups.len()).unwrap_or(u16::MAX);
        let longest = |g: u16, lamp: Lamp| plan.program().map_or(Millis(0), |p| longest_run(p, usize::from(g), lamp));
        let matrix = plan.matrix();
        let of_groups = |is: &dyn Fn(&Group) -> bool| GroupSet::of(groups.len(), |g| is(&groups[g]));
        // By group, the others that stand to it in some way.
        let of_pairs = |is: &dyn Fn(u16, u16) -> bool| -> Vec<GroupSet> {
            let others = |g: u16| {
                let mut set = GroupSet::new(groups.len());
                matrix.partners(g).iter().for_each(|&other| set.put(usize::from(other), is(g, other)));
                set
            };
            (0..n).map(others).collect()
        };
        let forbidden = |g, other| matrix.relation(g, other) == Relation::Forbidden;
        let gives_way = |g, other| matrix.relation(g, other).yields();
        let gives_way_to = of_pairs(&gives_way);
        let on_foot = |g: u16| groups[usize::from(g)].is_pedestrian();
        let oncoming: Vec<Vec<u16>> = (0..n).map(|g| plan.ends_with(g).collect()).collect();
        let times = |g: &Group| Times {
            on_foot: g.is_pedestrian(),
            min_green: g.min_green,
            yellow: g.yellow,
            red_yellow: g.red_yellow,
            red_revert: g.red_revert,
            lead: g.lead,
        };
        let leads = of_groups(&|g| g.lead.0 > 0);
        let arrows = of_groups(&|g| g.kind == GroupKind::FlashingYellowArrow);
        Self {
            times: groups.iter().map(times).collect(),
            intergreens: (0..n).flat_map(|to| (0..n).map(move |from| matrix.intergreen(from, to))).collect(),
            patience: patience(plan),
            max_yellow: (0..n).map(|g| groups[usize::from(g)].yellow.max(longest(g, Lamp::Yellow))).collect(),
            max_red_yellow: (0..n)
                .map(|g| groups[usize::from(g)].red_yellow.max(longest(g, Lamp::RedYellow)))
                .collect(),
            meets_oncoming: GroupSet::of(groups.len(), |g| !oncoming[g].is_empty()),
            oncoming,
            forbidden: Sets::new(&of_pairs(&forbidden)),
            beside: Sets::new(&of_pairs(&|g, other| !(forbidden(g, other) || on_foot(other) && gives_way(g, other)))),
            may_give_way: GroupSet::of(groups.len(), |g| !gives_way_to[g].is_empty()),
            gives_way: Sets::new(&gives_way_to),
            yielders: Sets::new(&of_pairs(&|g, other| gives_way(other, g))),
            partners: Sets::new(&of_pairs(&|_, _| true)),
            yellow_conflicts: plan.spec().yellow_conflicts,
            never_give_way: of_groups(&|g| matches!(g.kind, GroupKind::Arrow | GroupKind::Pedestrian)),
            starts_last: leads.is_empty() && arrows.is_empty(),
            leads,
            arrows,
            longest_intergreen: matrix.longest_intergreen(),
        }
    }

    /// A group as the log sees it.
    pub fn seen(&self, group: u16, lights: &[Light]) -> Seen {
        let g = usize::from(group);
        let light = &lights[g];
        let since = if light.state.is_open() { light.opened } else { light.since };
        Seen { on_foot: self.times[g].on_foot, is_arrow: self.arrows.has(g), lamp: light.shown, since }
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
    let wait = |(g, served): (&Group, bool)| if served { g.max_red } else { Millis::NEVER };
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

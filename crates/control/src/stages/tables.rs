//! What follows from the plan and its surroundings alone.

use alloc::{string::String, vec, vec::Vec};

use super::times::Times;
use crate::{
    Approaches, Millis, Plan,
    group_set::{GroupSet, number},
    lists::Sets,
};

/// A lane that a stage serves.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Served {
    /// Its place among the approach lanes.
    pub lane: usize,
    /// The exits to which the stage lets its vehicles go.
    pub exits: Vec<usize>,
    /// Whether some of its vehicles have to wait for another stage; and whether some give way to others whom this opens.
    pub partly: bool,
    pub yields: bool,
    /// Whether it serves the lane partly, and another stage serves all of it.
    pub lesser: bool,
    /// If all of them do: to vehicles of these lanes, by their places among those that the stage serves.
    pub behind: Vec<usize>,
    /// Whether no other stage serves it better: it gives way to nobody here, or everywhere.
    pub extends: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Stages {
    pub names: Vec<String>,
    /// By stage, the groups it opens: listed, and as a set.
    pub groups: Vec<Vec<u16>>,
    pub opens: Vec<GroupSet>,
    /// By stage (row) and the one that comes next (column), the groups that end in between.
    ends: Sets,
    /// By stage (row) and the one that comes next (column), the groups that end later than others, and by how much.
    late: Vec<Vec<(u16, Millis)>>,
    /// In the same way, the groups that start earlier than the last.
    early: Vec<Vec<(u16, Millis)>>,
    /// By stage, the approach lanes it serves.
    pub served: Vec<Vec<Served>>,
    /// By stage, the least time for which it is open.
    pub least: Vec<Millis>,
    pub times: Times,
    /// Groups that some stage opens. Nobody waits for the others, as they will never open.
    pub ever: GroupSet,
    /// Those of them that are called whenever they are not open.
    pub always: GroupSet,
    /// Those that let nobody out of an approach lane: of people on foot, and of whoever else no lane is known.
    pub laneless: GroupSet,
    /// By group, its longest red: what the plan says, close together.
    pub max_red: Vec<Millis>,
    /// By group, the groups to which it gives way.
    pub gives_way: Vec<Vec<u16>>,
    /// By stage with people on foot, none of whom is always called: the one that opens all others of it and nobody else, if
    /// there is one.
    pub without: Vec<Option<usize>>,
    /// By stage, the one that differs from it by people on foot alone, of whom some are always called, if there is one.
    pub with: Vec<Option<usize>>,
    /// Whether the plan states a greatest green of some group.
    pub limited: bool,
    knows: bool,
}

impl Stages {
    pub fn new(plan: &Plan) -> Self {
        let groups = plan.groups().len();
        let opens: Vec<GroupSet> = plan.stages().iter().map(|s| GroupSet::listed(groups, &s.groups)).collect();
        let mut ever = GroupSet::new(groups);
        opens.iter().for_each(|opens| ever.join(opens));
        let n = opens.len();
        let ends = |i: usize| GroupSet::listed(groups, &plan.ends_between(i / n, i % n));
        let all = || (0..groups).map(number);
        let gives_way = |g: u16| all().filter(|&o| o != g && plan.matrix().relation(g, o).yields()).collect();
        let on_foot = GroupSet::of(groups, |g| plan.groups()[g].is_pedestrian());
        let without = |of: &GroupSet| {
            let rest = GroupSet::of(groups, |g| of.has(g) && !on_foot.has(g));
            let by_call = on_foot.iter().filter(|&g| of.has(g)).all(|g| !plan.is_always_called(number(g)));
            opens.iter().position(|other| *other == rest).filter(|_| by_call && rest != *of)
        };
        let with = |of: &GroupSet| {
            opens.iter().position(|other| {
                let more = GroupSet::of(groups, |g| other.has(g) && !of.has(g));
                let served = more.iter().all(|g| on_foot.has(g)) && !of.exceeds(other);
                served && more.iter().any(|g| plan.is_always_called(number(g)))
            })
        };
        Self {
            names: plan.stages().iter().map(|s| s.name.clone()).collect(),
            groups: plan.stages().iter().map(|s| s.groups.clone()).collect(),
            served: vec![Vec::new(); opens.len()],
            least: (0..opens.len()).map(|s| plan.stage_least(s)).collect(),
            times: Times::new(plan),
            always: GroupSet::of(groups, |g| ever.has(g) && plan.is_always_called(number(g))),
            max_red: plan.groups().iter().map(|group| group.max_red).collect(),
            gives_way: all().map(gives_way).collect(),
            ever,
            laneless: GroupSet::new(groups),
            ends: Sets::new(&(0..n * n).map(ends).collect::<Vec<_>>()),
            late: (0..n * n).map(|i| plan.late_ends(i / n, i % n).to_vec()).collect(),
            early: (0..n * n).map(|i| plan.early_starts(i / n, i % n)).collect(),
            without: opens.iter().map(without).collect(),
            with: opens.iter().map(with).collect(),
            opens,
            limited: plan.groups().iter().any(|group| group.max_green < Millis::NEVER),
            knows: false,
        }
    }

    /// Finds which lanes each stage serves, once.
    pub fn know(&mut self, approaches: &Approaches) {
        if self.knows {
            return;
        }
        self.knows = true;
        let lanes = &approaches.lanes;
        let has_lane = |g: usize| lanes.iter().any(|lane| lane.groups.iter().any(|&of| usize::from(of) == g));
        let laneless: Vec<usize> = self.ever.iter().filter(|&g| !has_lane(g)).collect();
        laneless.into_iter().for_each(|g| self.laneless.put(g, true));
        for (served, opens) in self.served.iter_mut().zip(&self.opens) {
            let is_open = |&&g: &&u16| opens.has(usize::from(g));
            let open = |lane: usize| lanes[lane].groups.iter().filter(is_open);
            let here: Vec<usize> = (0..lanes.len()).filter(|&lane| open(lane).next().is_some()).collect();
            let foes = |g: u16| self.gives_way[usize::from(g)].iter().filter(is_open);
            served.extend(here.iter().map(|&lane| {
                let ways = lanes[lane].exits.iter().filter(|way| opens.has(usize::from(way.group)));
                let mut exits: Vec<usize> = ways.map(|way| usize::from(way.exit)).collect();
                exits.sort_unstable();
                exits.dedup();
                let all_yield = open(lane).all(|&g| foes(g).any(|&foe| has_lane(usize::from(foe))));
                let gives_way =
                    |other: usize| open(lane).any(|&g| foes(g).any(|foe| lanes[other].groups.contains(foe)));
                let foe = |&i: &usize| all_yield && here[i] != lane && gives_way(here[i]);
                let behind: Vec<usize> = (0..here.len()).filter(foe).collect();
                Served {
                    lane,
                    exits,
                    partly: open(lane).count() < lanes[lane].groups.len(),
                    lesser: false,
                    yields: open(lane).any(|&g| foes(g).next().is_some()),
                    extends: behind.is_empty(),
                    behind,
                }
            }));
        }
        let (mut has_way, mut whole) = (vec![false; lanes.len()], vec![false; lanes.len()]);
        for of in self.served.iter().flatten() {
            has_way[of.lane] |= of.extends;
            whole[of.lane] |= !of.partly;
        }
        for of in self.served.iter_mut().flatten() {
            of.extends |= !has_way[of.lane];
            of.lesser = of.partly && whole[of.lane];
        }
    }

    /// Number of stages.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// From the request of a stage to its last start of green.
    pub fn change(&self, from: usize, to: usize) -> Millis {
        self.times.change(from, to)
    }

    /// Whether a group ends before another stage is shown.
    #[inline]
    pub fn ends(&self, (from, to): (usize, usize), g: usize) -> bool {
        self.ends.has(from * self.len() + to, g)
    }

    /// The groups that end later than others before another stage is shown, and by how much.
    pub fn late(&self, from: usize, to: usize) -> &[(u16, Millis)] {
        &self.late[from * self.len() + to]
    }

    /// The groups that start earlier than the last when another stage comes, and by how much.
    pub fn early(&self, from: usize, to: usize) -> &[(u16, Millis)] {
        &self.early[from * self.len() + to]
    }

    /// All stages but one, in the plan's own order from it on.
    pub fn others(&self, stage: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let n = self.len();
        (1..n).map(move |i| (stage + i) % n)
    }

    /// Those of them that may be chosen after it.
    pub fn choices(&self, stage: usize) -> impl Iterator<Item = usize> + Clone {
        self.others(stage).filter(move |&other| self.may_choose(stage, other))
    }

    /// Whether one stage may be chosen after another: people on foot who are always called go with the first green beside
    /// them, and once.
    pub fn may_choose(&self, from: usize, to: usize) -> bool {
        from == to || self.with[from] != Some(to) && self.with[to].is_none_or(|with| with == from)
    }

    /// The stage after another in the plan's own order.
    pub fn next(&self, stage: usize) -> usize {
        (stage + 1) % self.len()
    }
}

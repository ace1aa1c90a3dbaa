//! What follows from the plan and its surroundings alone.

use alloc::{string::String, vec, vec::Vec};

use crate::{
    Approaches, Millis, Plan,
    actuated::{change, needs},
};

/// How much longer than planned a change may take before a stage goes on without groups that did not open.
const PATIENCE: Millis = Millis(1000);

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
    /// If all of them do: to vehicles of these lanes, by their places among those that the stage serves.
    pub behind: Vec<usize>,
    /// Whether no other stage serves it better: it gives way to nobody here, or everywhere.
    pub extends: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Stages {
    pub names: Vec<String>,
    /// By stage, the groups it opens; and by group, whether it does.
    pub groups: Vec<Vec<u16>>,
    pub opens: Vec<Vec<bool>>,
    /// By stage, the approach lanes it serves.
    pub served: Vec<Vec<Served>>,
    /// By stage, the least time for which it is open.
    pub least: Vec<Millis>,
    /// By group, the groups to which it gives way.
    gives_way: Vec<Vec<u16>>,
    /// By group, whether it is called whenever it is not open.
    pub always: Vec<bool>,
    /// The longest time from a request to the last start of green.
    pub longest_change: Millis,
    /// No group needs longer from the end of a stage, whatever stage comes next.
    pub longest_need: Millis,
    changes: Vec<Millis>,
    slack: Millis,
    needs: Vec<Millis>,
    knows: bool,
}

impl Stages {
    pub fn new(plan: &Plan) -> Self {
        let (n, groups) = (plan.stages().len(), plan.groups());
        let changes: Vec<Millis> = (0..n * n).map(|i| change(plan, i / n, i % n)).collect();
        let most = |times: &[Millis]| times.iter().copied().max().unwrap_or(Millis(0));
        let slack = groups.iter().map(|g| g.red_revert.max(g.lead)).max().unwrap_or(Millis(0)) + PATIENCE;
        let least: Vec<Millis> = (0..n).map(|s| plan.stage_least(s)).collect();
        let needs = needs(plan, &changes);
        let all = || 0u16..u16::try_from(groups.len()).unwrap_or(u16::MAX);
        let gives_way = |g: u16| all().filter(|&o| o != g && plan.matrix().relation(g, o).yields()).collect();
        Self {
            names: plan.stages().iter().map(|s| s.name.clone()).collect(),
            groups: plan.stages().iter().map(|s| s.groups.clone()).collect(),
            opens: plan.stages().iter().map(|s| all().map(|g| s.groups.contains(&g)).collect()).collect(),
            served: vec![Vec::new(); n],
            gives_way: all().map(gives_way).collect(),
            always: all().map(|g| plan.is_always_called(g)).collect(),
            longest_change: most(&changes) + slack,
            longest_need: most(&changes) + most(&least) + most(&needs),
            least,
            changes,
            slack,
            needs,
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
        for (served, opens) in self.served.iter_mut().zip(&self.opens) {
            let is_open = |&&g: &&u16| opens[usize::from(g)];
            let open = |lane: usize| lanes[lane].groups.iter().filter(is_open);
            let here: Vec<usize> = (0..lanes.len()).filter(|&lane| open(lane).next().is_some()).collect();
            let foes = |g: u16| self.gives_way[usize::from(g)].iter().filter(is_open);
            served.extend(here.iter().map(|&lane| {
                let ways = lanes[lane].exits.iter().filter(|way| opens[usize::from(way.group)]);
                let mut exits: Vec<usize> = ways.map(|way| usize::from(way.exit)).collect();
                exits.sort_unstable();
                exits.dedup();
                let all_yield = open(lane).all(|&g| foes(g).next().is_some());
                let gives_way =
                    |other: usize| open(lane).any(|&g| foes(g).any(|foe| lanes[other].groups.contains(foe)));
                let foe = |&i: &usize| all_yield && here[i] != lane && gives_way(here[i]);
                let behind: Vec<usize> = (0..here.len()).filter(foe).collect();
                Served {
                    lane,
                    exits,
                    partly: open(lane).count() < lanes[lane].groups.len(),
                    yields: open(lane).any(|&g| foes(g).next().is_some()),
                    extends: behind.is_empty(),
                    behind,
                }
            }));
        }
        let mut has_way = vec![false; lanes.len()];
        self.served.iter().flatten().filter(|of| of.extends).for_each(|of| has_way[of.lane] = true);
        self.served.iter_mut().flatten().for_each(|of| of.extends |= !has_way[of.lane]);
    }

    /// Number of stages.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// From the request of a stage to its last start of green.
    pub fn change(&self, from: usize, to: usize) -> Millis {
        self.changes[from * self.len() + to]
    }

    /// How long the groups of a stage may take to open.
    pub fn opening(&self, from: usize, to: usize) -> Millis {
        self.change(from, to) + self.slack
    }

    /// From the end of a stage until a group is open at the latest.
    pub fn need(&self, stage: usize, group: usize) -> Millis {
        self.needs[stage * self.always.len() + group]
    }
}

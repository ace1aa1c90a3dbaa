//! How those who stand first in a lane get away in a stage.
//!
//! Terms
//! - **turner**: gives way to others in some stage, as who turns left through oncoming traffic does.
//!   When his lane opens he drives on into the junction and waits there, where he may be in nobody's way: only who is held up at
//!   the line of an open lane stands behind others.
//! - **whole**: a stage lets all of a lane go, wherever they want to; else it serves the lane **partly**: who stands first may
//!   be one of those who have to wait.

use alloc::{vec, vec::Vec};

use super::service::{Held, Service};
use crate::{
    ApproachLane, Millis,
    adaptive::s,
    stages::{Moment, Served, Stages},
};

/// How the first of a lane gets away in a stage, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Way {
    /// Not at all: he needs another stage.
    Blocked,
    /// When those have left to whom he gives way.
    Behind,
    /// At once, but not all behind him do.
    Partly,
    /// At once.
    Free,
}

/// What follows from the plan and its surroundings alone, by stage and lane it serves.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    ways: Vec<Vec<Fixed>>,
    /// By stage (row) and the one that comes next (column): by how much each lane's green ends later than others, s; empty if
    /// none does.
    late: Vec<Vec<f32>>,
    /// In the same way, by how much each lane of the stage that comes next opens earlier than its last, s.
    early: Vec<Vec<f32>>,
    stages: usize,
}

#[derive(Clone, Debug, Default)]
struct Fixed {
    /// To vehicles of which lanes some of this give way, by their places among those that the stage serves.
    foes: Vec<usize>,
    /// Whether it lets turners go.
    turners: bool,
}

impl Ways {
    /// Of the stages of a plan.
    pub fn new(stages: &Stages, lanes: &[ApproachLane]) -> Self {
        let gives_way = &stages.gives_way;
        let is_open = |stage: usize, g: u16| stages.opens[stage].has(usize::from(g));
        let yields = |stage: usize, g: u16| gives_way[usize::from(g)].iter().filter(move |&&foe| is_open(stage, foe));
        let mut turns = vec![false; gives_way.len()];
        for stage in 0..stages.len() {
            stages.groups[stage].iter().for_each(|&g| turns[usize::from(g)] |= yields(stage, g).next().is_some());
        }
        let fixed = |(stage, served): (usize, &Vec<Served>)| {
            let open = |lane: usize| lanes[lane].groups.iter().copied().filter(move |&g| is_open(stage, g));
            let gives_way = |lane: usize, other: usize| {
                let mut foes = open(lane).flat_map(|g| yields(stage, g));
                lane != other && foes.any(|&foe| lanes[other].groups.contains(&foe))
            };
            let of = |of: &Served| Fixed {
                foes: (0..served.len()).filter(|&other| gives_way(of.lane, served[other].lane)).collect(),
                turners: open(of.lane).any(|g| turns[usize::from(g)]),
            };
            served.iter().map(of).collect()
        };
        // Of one stage to another, by lane that it serves, the least time of those of its groups that are open in one only.
        let times = |times: &[(u16, Millis)], open: usize, closed: usize| -> Vec<f32> {
            let changes = |g: &u16| is_open(open, *g) && !is_open(closed, *g);
            let time = |g: u16| times.iter().find(|of| of.0 == g).map_or(0.0, |of| s(of.1));
            let of = |of: &Served| lanes[of.lane].groups.iter().copied().filter(changes).map(time).reduce(f32::min);
            let any = !times.is_empty();
            stages.served[open].iter().filter(|_| any).map(|served| of(served).unwrap_or(0.0)).collect()
        };
        let n = stages.len();
        let pairs = || (0..n * n).map(|i| (i / n, i % n));
        Self {
            ways: stages.served.iter().enumerate().map(fixed).collect(),
            late: pairs().map(|(from, to)| times(stages.late(from, to), from, to)).collect(),
            early: pairs().map(|(from, to)| times(stages.early(from, to), to, from)).collect(),
            stages: n,
        }
    }

    /// By how much the green of a lane ends later than others of its stage, by its place among those it serves, s.
    pub fn late(&self, from: usize, to: usize, place: usize) -> f32 {
        self.late.get(from * self.stages + to).and_then(|late| late.get(place)).map_or(0.0, |&late| late)
    }

    /// By how much a lane opens earlier than the last of its stage, by its place among those it serves, s.
    pub fn early(&self, from: usize, to: usize, place: usize) -> f32 {
        self.early.get(from * self.stages + to).and_then(|early| early.get(place)).map_or(0.0, |&early| early)
    }

    /// To vehicles of which lanes some of a lane give way, by their places among those that the stage serves.
    pub fn foes(&self, stage: usize, place: usize) -> &[usize] {
        self.ways.get(stage).and_then(|ways| ways.get(place)).map_or(&[], |way| &way.foes)
    }

    /// How the first of a lane gets away in a stage, by its place among those that the stage serves.
    pub fn of(&self, (stage, place): (usize, usize), of: &Served, service: &Service, m: &Moment<'_>) -> Way {
        let fixed = &self.ways[stage][place];
        let foes = fixed.foes.iter().map(|&foe| m.stages.served[stage][foe].lane);
        let held = if stage == m.stage { service.held_up(m, of.lane, foes) } else { None };
        let (turner, open) = (service.turner(of.lane), m.traffic.lanes()[of.lane].opened().is_some());
        // Who is first may want to go where this stage lets nobody go, and is known to get away in another.
        let unsure = of.lesser && !(turner && fixed.turners);
        if held == Some(Held::Blocked) || unsure {
            Way::Blocked
        } else if held.is_some() || !of.behind.is_empty() || turner && of.yields && open {
            Way::Behind
        } else if of.partly {
            Way::Partly
        } else {
            Way::Free
        }
    }
}

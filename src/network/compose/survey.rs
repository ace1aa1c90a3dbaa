//! A look at the crossings of a street plan before it is a network: for whoever writes signal programs.

use std::collections::BTreeMap;

use super::permissive::turn_name;
use super::plan::{NodeKind, StreetPlan};
use super::roads;
use super::roundabout;
use super::turns::{self, RoadShapes};
use super::{PlanError, right_of_way};
use crate::network::{Direction, Point};

/// The crossings of a street plan.
pub struct Survey {
    crossings: BTreeMap<String, Crossing>,
}

/// A node, not a dead end, with its turns.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Its name.
    pub id: String,
    /// What regulates it.
    pub kind: NodeKind,
    /// Its turns, in the order of its signal's groups: by approaches clockwise from the north, lanes from the kerb.
    pub turns: Vec<SurveyedTurn>,
}

/// A way through a crossing from one lane to another.
#[derive(Clone, Debug)]
pub struct SurveyedTurn {
    /// The street it comes from; `-street` for its backward direction.
    pub street: String,
    /// Its lane there, 0 at the kerb.
    pub lane: usize,
    /// The street it leads to.
    pub to: String,
    /// Which way it turns.
    pub direction: Direction,
    /// Direction of the arm it comes from, seen from the crossing, rad.
    pub arm: f64,
    /// Speed limit of the street it comes from, m/s.
    pub limit: f64,
    /// Its path.
    pub path: Vec<Point>,
    /// Whether only buses and the like may take it.
    pub buses_only: bool,
    /// Turns from other streets that it crosses or merges with, by their places.
    pub foes: Vec<usize>,
    /// Those of them that it gives way to.
    pub yields_to: Vec<usize>,
    /// The name that signal plans give it: its street and a letter.
    pub name: String,
}

impl Survey {
    /// Looks at all crossings of a plan, whose signals need no program yet.
    ///
    /// # Errors
    /// Names the node or street that is wrong and what was expected of it.
    pub fn new(plan: &StreetPlan) -> Result<Self, PlanError> {
        roads::check_nodes(plan)?;
        roads::check_streets(plan)?;
        let expanded = roundabout::expand(plan)?;
        let (roads, arms) = super::lay_out(&expanded)?;
        let shapes: Vec<RoadShapes> = roads.iter().map(RoadShapes::of).collect();
        let mut crossings = BTreeMap::new();
        for (node, arms) in expanded.plan.nodes.iter().zip(&arms).filter(|(n, _)| n.kind != NodeKind::DeadEnd) {
            let turns = turns::turns(node, arms, &roads, &shapes)?;
            let rows = right_of_way::table(node.kind, &turns, &roads);
            let wide = |list: &[u16]| list.iter().map(|&r| usize::from(r)).collect();
            let turns = turns.into_iter().zip(&rows).map(|(t, row)| SurveyedTurn {
                street: roads[t.road].name.clone(),
                lane: t.lane,
                to: roads[t.to_road].name.clone(),
                direction: t.direction,
                arm: t.arm,
                limit: roads[t.road].speed,
                buses_only: roads[t.to_road].bus_lane && t.to_lane == 0,
                foes: wide(&row.foes),
                yields_to: wide(&row.yields_to),
                name: turn_name(&t, &roads),
                path: t.path,
            });
            let crossing = Crossing { id: node.id.clone(), kind: node.kind, turns: turns.collect() };
            crossings.insert(node.id.clone(), crossing);
        }
        Ok(Self { crossings })
    }

    /// The crossing of that name.
    pub fn crossing(&self, id: &str) -> Option<&Crossing> {
        self.crossings.get(id)
    }

    /// All crossings, by name.
    pub fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        self.crossings.values()
    }
}

impl Crossing {
    /// Which turns give way to which, by names, each pair once: see [`super::SignalPlan::permissive`].
    pub fn permissive(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for turn in &self.turns {
            for &to in &turn.yields_to {
                let pair = (turn.name.clone(), self.turns[to].name.clone());
                if !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
        }
        pairs
    }
}

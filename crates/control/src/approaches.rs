//! What lies around an intersection: the lanes that lead to its stop lines, and where they lead to.
//!
//! Terms
//! - **approach lane**: a lane that ends at a stop line of this intersection. It is known by the name by which detectors
//!   say [where they lie](crate::plan::DetectorPlace::lane).
//! - **reach**: how far upstream of the stop line its way goes, up to where the traffic splits: it may go on over several
//!   links. The **last lane** is the piece that ends at the line.
//! - **exit**: an approach lane of another intersection to which vehicles come next, without passing a signal in between.
//! - **feeder**: an approach lane of another intersection from which vehicles come here so.
//!
//! A plan says what a signal may do; this says what stands before it. Strategies that look at single lanes need it.

use alloc::{string::String, vec::Vec};

use crate::Plan;

/// The surroundings of an intersection.
#[derive(Clone, PartialEq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Approaches {
    /// Its approach lanes.
    pub lanes: Vec<ApproachLane>,
    /// The exits.
    pub exits: Vec<Exit>,
    /// The feeders.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub feeders: Vec<Feeder>,
    /// Whether every vehicle on the approach lanes [reports](crate::VehicleReport) once a second: an empty lane is empty.
    pub everyone_reports: bool,
    /// By stage of the plan, what a benchmark of the literature counts for it; empty where it does not know this place.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub counts: Vec<Counts>,
}

/// What a benchmark of the literature counts for a stage.
#[derive(Clone, PartialEq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Counts {
    /// The lanes whose vehicles count, each as often as it does; none: the stage is not chosen.
    pub lanes: Vec<Counted>,
    /// The exits whose queues are subtracted, each as often: their places in [`Approaches::exits`].
    pub exits: Vec<u16>,
}

/// A piece of the way to a stop line whose vehicles count.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Counted {
    /// The approach lane: its place in [`Approaches::lanes`].
    pub lane: u16,
    /// From the line to the near end of the piece, m.
    pub from_m: f32,
    /// From the line to the far end, m.
    pub to_m: f32,
}

/// An approach lane.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ApproachLane {
    /// Its name.
    pub name: String,
    /// The groups of the plan that let vehicles out of it.
    pub groups: Vec<u16>,
    /// Length of the last lane, m.
    pub length_m: f32,
    /// Reach, m: at least the length.
    pub reach_m: f32,
    /// Usual speed of those whom nobody holds up, m/s.
    pub speed_m_s: f32,
    /// Where its vehicles go.
    pub exits: Vec<Way>,
    /// Lanes beside it that lie behind the same road: a loop there counts for all of them.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub shared: Vec<Shared>,
}

/// A lane whose way is in part that of another one.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Shared {
    /// The other approach lane: its place in [`Approaches::lanes`].
    pub lane: u16,
    /// From the line on so far upstream the two are apart, m.
    pub from_m: f32,
}

/// A way from an approach lane to an exit.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Way {
    /// The group that lets vehicles go there.
    pub group: u16,
    /// The exit: its place in [`Approaches::exits`].
    pub exit: u16,
}

/// An exit.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Exit {
    /// The other intersection.
    pub signal: String,
    /// The lane, as it is called there.
    pub lane: String,
}

/// A feeder.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Feeder {
    /// The other intersection.
    pub signal: String,
    /// The lane, as it is called there.
    pub lane: String,
    /// Where its vehicles come to.
    pub leads: Vec<Lead>,
}

/// A way from a feeder to an approach lane.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Lead {
    /// The approach lane: its place in [`Approaches::lanes`].
    pub lane: u16,
    /// From the stop line there to the one here, m, > 0.
    pub distance_m: f32,
    /// The share of the feeder's vehicles that comes here if all ways are taken equally, 0–1.
    pub share: f32,
}

/// Speed where no detector tells it, m/s.
const SPEED_M_S: f32 = 13.9;

impl Approaches {
    /// What the detectors of a plan tell: the lanes in which they lie, and no exits.
    pub fn of_plan(plan: &Plan) -> Self {
        let mut lanes: Vec<ApproachLane> = Vec::new();
        for d in &plan.spec().detectors {
            let Some(place) = &d.place else { continue };
            let groups: Vec<u16> = d.groups.iter().filter_map(|g| plan.find_group(g)).collect();
            let reach_m = (place.distance_m + place.length_m) as f32;
            match lanes.iter_mut().find(|lane| lane.name == place.lane) {
                Some(lane) => {
                    lane.reach_m = lane.reach_m.max(reach_m);
                    lane.length_m = lane.reach_m;
                    lane.groups.extend(groups);
                }
                None => lanes.push(ApproachLane {
                    name: place.lane.clone(),
                    groups,
                    length_m: reach_m,
                    reach_m,
                    speed_m_s: place.speed_m_s as f32,
                    exits: Vec::new(),
                    shared: Vec::new(),
                }),
            }
        }
        for lane in &mut lanes {
            lane.groups.sort_unstable();
            lane.groups.dedup();
        }
        Self { lanes, ..Self::default() }
    }

    /// Whether all its numbers are of this plan and of itself, and all lengths and speeds can be.
    pub fn fit(&self, plan: &Plan) -> bool {
        let group = |&g: &u16| usize::from(g) < plan.groups().len();
        let possible = |m: f32| m.is_finite() && m > 0.0;
        let exit = |exit: u16| usize::from(exit) < self.exits.len();
        let piece = |piece: &Counted| {
            usize::from(piece.lane) < self.lanes.len() && piece.from_m.is_finite() && piece.to_m.is_finite()
        };
        self.lanes.len() <= usize::from(u16::MAX)
            && self.exits.len() <= usize::from(u16::MAX)
            && self.lanes.iter().all(|lane| {
                lane.groups.iter().all(group)
                    && possible(lane.length_m)
                    && possible(lane.reach_m)
                    && possible(lane.speed_m_s)
                    && lane.exits.iter().all(|way| group(&way.group) && exit(way.exit))
                    && lane.shared.iter().all(|of| usize::from(of.lane) < self.lanes.len() && of.from_m.is_finite())
            })
            && self.feeders.len() <= usize::from(u16::MAX)
            && self.feeders.iter().flat_map(|feeder| &feeder.leads).all(|lead| {
                usize::from(lead.lane) < self.lanes.len()
                    && possible(lead.distance_m)
                    && (0.0..=1.0).contains(&lead.share)
            })
            && self.counts.iter().all(|of| of.lanes.iter().all(piece) && of.exits.iter().all(|&e| exit(e)))
    }

    /// The lane of that name.
    pub fn find(&self, lane: &str) -> Option<u16> {
        self.lanes.iter().position(|l| l.name == lane).and_then(|i| u16::try_from(i).ok())
    }
}

impl ApproachLane {
    /// A lane with nothing but a name and its groups.
    pub fn new(name: impl Into<String>, groups: Vec<u16>, length_m: f32) -> Self {
        Self {
            name: name.into(),
            groups,
            length_m,
            reach_m: length_m,
            speed_m_s: SPEED_M_S,
            exits: Vec::new(),
            shared: Vec::new(),
        }
    }
}

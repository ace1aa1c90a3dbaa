//! The road network: immutable, checked on construction, shared behind an `Arc`.
//!
//! Terms
//! - **link**: a road from one junction to another, or a road inside a junction (*internal*). SUMO: edge.
//! - **lane**: one strip of a link. Lane 0 is at the kerb. *Internal lanes* lie inside a junction.
//! - **movement**: a permitted passage from the end of one lane to the start of another. An *entry* movement
//!   leaves a road lane at the stop line, an *onward* movement joins two internal lanes (a place to wait inside
//!   the junction lies between them), an *exit* movement leaves the last internal lane for a road. SUMO: connection.
//! - **foe**: a movement of the same junction whose path crosses or merges; a movement *yields to* some of its foes.
//! - **conflict**: the stretch of an internal lane where a vehicle could touch one on another internal lane.
//! - **signal**: what one controller switches (SUMO: tlLogic); its *groups* are the link indices of its program.
//!
//! Lengths are metres, speeds metres per second, positions along a lane are measured from its start to a
//! vehicle's front bumper.

mod build;
pub mod compose;
mod conflicts;
mod equal;
pub mod geometry;
mod ids;
mod model;
pub mod parts;
mod permissions;
mod rules;

pub use build::{
    JunctionSpec, LaneSpec, LinkSpec, MovementSpec, NetworkBuilder, NetworkError, RequestSpec, STEEPEST, SignalSpec,
};
pub(crate) use compose::shape::{cut, way};
pub(crate) use conflicts::come_close;
pub use geometry::Point;
pub(crate) use ids::dense_id;
pub use ids::{JunctionId, LaneId, LinkId, MovementId, SignalId};
pub use model::{
    Conflict, ConflictKind, Direction, Junction, JunctionKind, Lane, Link, Movement, MovementKind, NemaPhase, NemaSpec,
    Network, RightOfWay, Signal, SignalHead,
};
pub use permissions::{Permissions, VehicleClass};
pub use rules::{LaneRules, StopOffset};

//! The event log: which codes in which order, and why.

use intergreen_control::{
    log::code,
    plan::{GroupSpec, PlanSpec, Preempt, PreemptKind},
};

use crate::{
    cycle_fault, lefts, on_foot, on_foot as crossing, preemption, s, start_up,
    timeline::{REASONS, Timeline, same_text},
    vehicle,
};

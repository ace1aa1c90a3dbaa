//! What a plan must fulfil beyond being readable: see `docs/safety.md`.

use super::{Plan, PlanErrors, error::Findings};

/// Refuses a plan that is unsafe or cannot work.
pub(super) fn check(_plan: &Plan) -> Result<(), PlanErrors> {
    let findings = Findings::default();
    findings.end()
}

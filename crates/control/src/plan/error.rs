//! What is wrong with a plan.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// One thing that is wrong with a plan: where, and what was expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanError {
    /// The element: `group 'north'`, `pair 'north' / 'east'`, `pattern 'morning'`.
    pub element: String,
    /// What is wrong with it, with the numbers, and what was expected.
    pub problem: String,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.element, self.problem)
    }
}

impl core::error::Error for PlanError {}

/// All that is wrong with a plan; at least one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanErrors(pub Vec<PlanError>);

impl fmt::Display for PlanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl core::error::Error for PlanErrors {}

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Findings(pub Vec<PlanError>);

impl Findings {
    pub fn add(&mut self, element: impl Into<String>, problem: impl Into<String>) {
        self.0.push(PlanError { element: element.into(), problem: problem.into() });
    }

    /// Nothing is wrong, or all that is.
    pub fn end(self) -> Result<(), PlanErrors> {
        if self.0.is_empty() { Ok(()) } else { Err(PlanErrors(self.0)) }
    }
}

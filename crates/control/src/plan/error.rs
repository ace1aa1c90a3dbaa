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

/// More findings than that are not told one by one: nobody reads them, and those of a hostile plan have no end.
const MOST_FINDINGS: usize = 100;

/// Collects what is wrong: the first hundred findings, and that there are more.
#[derive(Default)]
pub struct Findings {
    listed: Vec<PlanError>,
    count: usize,
}

impl Findings {
    /// One more.
    pub fn add(&mut self, element: impl Into<String>, problem: impl Into<String>) {
        self.count += 1;
        if self.count <= MOST_FINDINGS {
            self.listed.push(PlanError { element: element.into(), problem: problem.into() });
        }
    }

    /// How many there are, listed or not.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether no more are listed, so that it is of no use to look on.
    pub const fn are_many(&self) -> bool {
        self.count > MOST_FINDINGS
    }

    /// Nothing is wrong, or all that is.
    ///
    /// # Errors
    /// What was found.
    pub fn end(mut self) -> Result<(), PlanErrors> {
        if self.count > MOST_FINDINGS {
            let problem = "has more problems, which are not listed; expected none".into();
            self.listed.push(PlanError { element: "plan".into(), problem });
        }
        if self.listed.is_empty() { Ok(()) } else { Err(PlanErrors(self.listed)) }
    }
}

//! Why a signal has no plan.

use std::fmt;

use intergreen_control::plan::{PlanError, PlanErrors};
use intergreen_control::{Lamp, ProgramStep};

use super::meetings::{group, way};
use super::relations::{Cause, Relations};
use crate::network::{Network, Signal};

/// A pair of ways that a signal's own program opens together although they have to be kept apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Name of the signal.
    pub signal: String,
    /// Name of its program.
    pub program: String,
    /// First step of the program in which both are open, from 0.
    pub step: usize,
    /// How long both are open in one cycle, s.
    pub seconds: f64,
    /// The ways, each as the links it leads from and to; the one bound to give way first, if one is.
    pub ways: [(String, String); 2],
    /// Whether it would do if the first way gave way: both show a full green.
    pub full: bool,
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signal, program, step, seconds, ways: [a, b], full } = self;
        write!(f, "signal '{signal}': program '{program}' opens {} → {} and {} → {} together ", a.0, a.1, b.0, b.1)?;
        write!(f, "(first in step {step}, {seconds} s per cycle), ")?;
        if *full {
            let [a, b] = [a, b].map(|w| format!("{} → {}", w.0, w.1));
            write!(f, "though {a} has to give way to {b}: it is G while {b} is G; expected g")
        } else {
            write!(f, "though they meet and have to be kept apart")
        }
    }
}

/// Why signals have no plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Programs open pairs that have to be kept apart; at least one.
    Opens(Vec<Opened>),
    /// A program makes no sound plan.
    Unsound {
        /// The signal.
        signal: String,
        /// Its program.
        program: String,
        /// What is wrong.
        errors: PlanErrors,
    },
}

impl Refusal {
    /// A program is wrong as a whole.
    pub(super) fn program(signal: &Signal, problem: &str) -> Self {
        let error = PlanError { element: "program".into(), problem: problem.into() };
        let program = signal.program.id().to_owned();
        Self::Unsound { signal: signal.id.clone(), program, errors: PlanErrors(vec![error]) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opens(pairs) => {
                if let Some(first) = pairs.first() {
                    write!(f, "{first}")?;
                }
                if pairs.len() > 1 {
                    write!(f, ", and {} pairs more", pairs.len() - 1)?;
                }
                write!(f, "; --allow-unsafe-programs runs it all the same")
            }
            Self::Unsound { signal, program, errors } => {
                write!(f, "signal '{signal}': program '{program}': {errors}")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// The pairs that a program opens although they have to be kept apart: in words, parallel ones once, and as groups.
pub(super) fn opened(
    network: &Network,
    signal: &Signal,
    relations: &Relations,
    steps: &[ProgramStep],
) -> (Vec<Opened>, Vec<Cause>) {
    let mut found: Vec<(Cause, bool, usize, i64)> = Vec::new();
    let mut look = |cause: &Cause, full: bool| {
        let open = |lamp: Lamp| if full { lamp == Lamp::Green } else { lamp.is_green() };
        let both = |s: &&ProgramStep| cause.groups.iter().all(|&g| open(s.lamps[usize::from(g)]));
        if let Some(step) = steps.iter().position(|s| both(&s)) {
            found.push((*cause, full, step, steps.iter().filter(both).map(|s| s.duration.0).sum()));
        }
    };
    relations.forbidden.values().for_each(|cause| look(cause, false));
    relations.yields.values().for_each(|(cause, _)| look(cause, true));
    found.sort_by_key(|f| f.0.groups);
    let mut words: Vec<Opened> = Vec::new();
    for (cause, full, step, millis) in &found {
        let of_group = |g: u16| signal.movements.iter().find(|&&m| group(network, m) == Some(g));
        let ways = cause.groups.map(|g| of_group(g).map_or_else(Default::default, |&m| way(network, m)));
        let opened = Opened {
            signal: signal.id.clone(),
            program: signal.program.id().to_owned(),
            step: *step,
            seconds: *millis as f64 / 1000.0,
            ways,
            full: *full,
        };
        // Parallel lanes often have a group each.
        if !words.contains(&opened) {
            words.push(opened);
        }
    }
    (words, found.into_iter().map(|f| f.0).collect())
}

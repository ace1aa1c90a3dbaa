//! The strategy `fixed_time`: runs the program and asks no sensor.
//!
//! The step in force at time t is the one that covers (t − offset) modulo the cycle, whatever happened before: a
//! cabinet that was off for a minute comes back in step with its neighbours.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use crate::{Decision, Entry, Millis, Request, StateError, StateReader, Strategy, View};

/// Its entry in the registry.
pub(crate) const ENTRY: Entry = Entry {
    name: "fixed_time",
    summary: "runs the program: the same steps in every cycle, whatever the traffic",
    needs: "no sensors",
    parameters: &[],
    source: "the program itself (SUMO: a tlLogic of type \"static\")",
    make: |_| Ok(Box::new(FixedTime::default())),
};

const VERSION: u8 = 1;

/// Runs the program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FixedTime {
    /// Kept for the explanation only: the next decision does not depend on it.
    last: Option<Last>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Last {
    step: u32,
    until: Millis,
}

impl Strategy for FixedTime {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        let (step, until) = view.program.step_at(now);
        self.last = Some(Last { step: u32::try_from(step).unwrap_or(u32::MAX), until });
        Decision { request: Request::Step(step), next: until }
    }

    fn explain(&self) -> String {
        match self.last {
            None => "fixed_time: not started".into(),
            Some(Last { step, until }) => {
                format!("fixed_time: step {step} of the program until {} s", until.seconds())
            }
        }
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.push(self.last.is_some().into());
        if let Some(Last { step, until }) = self.last {
            out.extend_from_slice(&step.to_le_bytes());
            out.extend_from_slice(&until.0.to_le_bytes());
        }
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.version("strategy fixed_time", VERSION)?;
        let has_decided = reader.flag()?;
        let last = if has_decided { Some(Last { step: reader.u32()?, until: reader.millis()? }) } else { None };
        reader.end()?;
        self.last = last;
        Ok(())
    }
}

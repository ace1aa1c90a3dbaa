//! # Intergreen control
//!
//! The signal controller: the same code in the simulator and at the roadside. `no_std` with `alloc`, sans-io,
//! deterministic. It knows no clock, no socket, no thread and no simulator: edges of detectors and the time go in, lamp
//! changes and the next deadline come out, and the same inputs give the same outputs to the bit.
//!
//! # Terms
//! - **group**: what one lamp head shows, one per link index of the program.
//! - **program**: a fixed cycle of *steps*, each a lamp for every group (SUMO calls a step a *phase*; here *phase*
//!   is kept for NEMA's meaning).
//! - **cycle**, **offset**: length of the program, and the time its first step starts modulo the cycle.
//! - **detector**, **edge**: one sensor output wired to the cabinet, and a change of it between off and on.
//! - **strategy**: decides what should be shown. It sees a [`View`]: program, detectors, lamps.
//! - **request**: what a strategy would like to be shown. The controller is the only writer of lamps.
//! - **checkpoint**: a controller's whole state as bytes.
//!
//! # Calling contract
//! Time is whole milliseconds on the caller's clock ([`Millis`]). A [`Controller`] has methods of five kinds, called in
//! this order:
//!
//! | kind | methods | effect |
//! |---|---|---|
//! | start | [`start`](Controller::start) | once: every group's lamp becomes an output |
//! | inputs | [`handle_detector`](Controller::handle_detector) | queued until time reaches it |
//! | time | [`advance`](Controller::advance) | all that is due happens, in order, each at its own time |
//! | outputs | [`poll_output`](Controller::poll_output) until `None`, then [`poll_at`](Controller::poll_at) | lamp changes; when to advance at the latest |
//! | state | getters, [`explain`](Controller::explain), [`save`](Controller::save), [`load`](Controller::load) | at any time |
//!
//! - **Monotonic time.** `advance` to an earlier time does nothing. `advance` over several deadlines gives each change
//!   with its own exact time, as if it had been called at each. Only a strategy that would have been asked more than
//!   an hour ago (the clock was set) is asked for the present alone.
//! - **Edges.** Hand in an edge before time advances past it: then the outputs do not depend on how often `advance` is
//!   called. A late edge counts with its own time; the strategy sees it at the time reached before.
//! - **Nothing panics** on any input, and with outputs drained nothing is allocated in steady state.
//!
//! # Example
//! Two lamps that take turns, driven as a cabinet or a simulator would:
//!
//! ```
//! use intergreen_control::{Controller, DetectorEvent, Lamp, Millis, Program, ProgramStep, Registry};
//!
//! let step = |seconds: i64, letters: &str| ProgramStep {
//!     duration: Millis(seconds * 1000),
//!     lamps: letters.chars().filter_map(Lamp::from_letter).collect(),
//! };
//! let steps = vec![step(20, "Gr"), step(3, "yr"), step(2, "rr"), step(15, "rG"), step(3, "ry"), step(2, "rr")];
//! let program = Program::new("main street", Millis(0), steps)?;
//!
//! let strategy = Registry::default().make("fixed_time", &[], &program)?;
//! let mut controller = Controller::new(program, strategy, 1);
//!
//! // The lamps themselves: here two variables, elsewhere signal heads or relays.
//! let mut heads = [Lamp::Off; 2];
//! let mut log = Vec::new();
//!
//! controller.start(Millis(0));
//! controller.handle_detector(DetectorEvent { detector: 0, at: Millis(21_340), on: true });
//! loop {
//!     while let Some(change) = controller.poll_output() {
//!         heads[usize::from(change.group)] = change.lamp;
//!         log.push((change.at.seconds(), change.group, change.lamp));
//!     }
//!     let wake = controller.poll_at();
//!     if wake > Millis(25_000) {
//!         break;
//!     }
//!     controller.advance(wake); // a roadside loop sleeps until then, or until an input
//! }
//!
//! assert_eq!(heads, [Lamp::Red, Lamp::Green]);
//! assert_eq!(log, [
//!     (0.0, 0, Lamp::Green), // the start states every group …
//!     (0.0, 1, Lamp::Red),
//!     (20.0, 0, Lamp::Yellow), // … then only what changes
//!     (23.0, 0, Lamp::Red),
//!     (25.0, 1, Lamp::Green),
//! ]);
//! assert_eq!(controller.detectors().count(0), 1);
//! assert_eq!(controller.explain(), "fixed_time: step 3 of the program until 40 s");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A strategy of one's own
//! Implement [`Strategy`], describe it in an [`Entry`], [`add`](Registry::add) it to a [`Registry`].
//!
//! # Not here yet
//! Requests are shown as they are. The safety kernel (minimum times, yellow, clearance) will stand between request and
//! lamps, and a monitor behind them.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
// Unit tests look at lamps as integration tests do.
#[cfg(test)]
extern crate self as intergreen_control;
#[cfg(test)]
extern crate std;

#[cfg(test)]
#[path = "../tests/common/oracle.rs"]
mod oracle;

mod controller;
mod detectors;
mod fixed_time;
pub mod kernel;
mod lamp;
pub mod log;
pub mod monitor;
pub mod plan;
mod program;
mod registry;
mod state;
mod strategy;
mod time;

pub use controller::{Command, Controller, Input};
pub use detectors::{DetectorBank, DetectorEvent};
pub use fixed_time::FixedTime;
pub use kernel::{LampChange, Latch, Mode, Output};
pub use lamp::Lamp;
pub use monitor::{Limits, LimitsError, Monitor, Permissives, PermissivesError, Trip, TripKind};
pub use plan::{Plan, PlanError, PlanErrors, PlanSpec};
pub use program::{Program, ProgramError, ProgramStep};
pub use registry::{Entry, Parameter, Registry, RegistryError, Setup};
pub use state::{StateError, StateReader};
pub use strategy::{Decision, Request, Strategy, View};
pub use time::Millis;

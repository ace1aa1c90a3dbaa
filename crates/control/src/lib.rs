//! # Intergreen control
//!
//! The signal controller: the same code in the simulator and at the roadside. `no_std` with `alloc`, sans-io,
//! deterministic. It knows no clock, no socket, no thread and no simulator: edges of detectors, commands and the time
//! go in; lamp changes, events, what must survive a power failure and the next deadline come out. The same inputs give
//! the same outputs to the bit.
//!
//! This page is the manual for somebody who drives lamps with it.
//!
//! # What it is not
//! **It is not a certified safety controller.** Nobody has assessed it against EN 50556, EN 12675, NEMA TS 2 or any
//! other standard, and it cannot see what the lamps really show. On any real street keep a hardware conflict monitor
//! that can take the lamps away from it, and have the plan reviewed by a signal engineer. Protocols, user rights and
//! the time zone are the caller's business too.
//!
//! # Terms
//! - **group** (signal group): heads that always show the same; what one lamp output switches. Groups count from 0
//!   here, and from 1 in event logs.
//! - **plan**: what a signal may do: groups, who must not meet, all times, and the orders in which groups are served.
//!   Written as a [`PlanSpec`], checked once into a [`Plan`]. The terms of plans are in [`plan`].
//! - **program**: a fixed cycle of *steps*, each a lamp for every group (SUMO calls a step a *phase*; here *phase* is
//!   kept for NEMA's meaning). **Pattern**: a cycle, an offset and splits of stages or phases.
//! - **detector**, **edge**: one sensor output wired to the cabinet, and a change of it between off and on.
//! - **strategy**: decides what should be shown. It sees a [`View`]: plan, pattern, detectors, lamps.
//! - **request**: what a strategy would like to be shown. **Command**: what an operator, a central computer or a
//!   priority receiver asks for. Both are wishes.
//! - **safety kernel** ([`kernel`]): the only writer of lamps. It shows what is safe as soon as it is safe.
//! - **fault**, **latch**: what makes it flash (or run the plan's own sequence) until somebody resets it by hand, also
//!   across a power failure.
//! - **checkpoint**: a controller's whole state as bytes.
//!
//! # What it guarantees
//! For any sequence of requests, commands, edges, faults and clock values, and for every plan that passed its checks:
//! - no two forbidden groups open together, every intergreen kept, least green, walk and pedestrian clearance never cut
//!   (a preemption may cut the latter two where the plan says so), a yellow after every green, only legal sequences of
//!   lamps, no yellow trap, no group that calls forgotten: the list is in [`kernel`];
//! - what is *waived* for an imported plan ([`plan::Waiver`]) and nothing else is excepted;
//! - nothing panics on any input, and with outputs drained nothing is allocated in steady state.
//!
//! It does not guarantee that the plan is right: an intergreen that is too short is kept as it stands. It does not see
//! lamps, cables or relays. It knows no queue and no vehicle beyond its detectors.
//!
//! # Detectors
//! A [`DetectorUse`](plan::DetectorUse) of the plan says what a channel means for groups: it calls, extends or counts,
//! with locks, a delay, carry-over, as a queue detector, switched. [`DetectorBank`] keeps what each channel reports and
//! what it measured in the last minute, [`GroupCalls`] what all of them mean for each group. It looks for
//! broken detectors: seeing nobody where the others of the lane say that somebody must have come, on in two greens in which
//! nobody can stand there, on for too long, too often, too shortly ([`Health`]). A broken one is an alarm in the log (codes
//! 84–88; 83 when it is to be believed again), is left out of [`Traffic`], and is stood in for: it calls, and has a maximum
//! recall where nothing else in its lane extends the green ([`DetectorLimits`](plan::DetectorLimits)). Who drives the
//! channels watches their heartbeats with a [`Heartbeat`] each, and says by [`Input::Channel`] which are lost.
//!
//! # Calling contract
//! Time is whole milliseconds on the caller's monotonic clock ([`Millis`]), not the wall clock: that comes as
//! [`Command::Clock`] and chooses patterns only. A [`Controller`] has methods of these kinds, called in this order:
//!
//! | kind | methods | effect |
//! |---|---|---|
//! | before the start | [`log_events`](Controller::log_events), [`restore`](Controller::restore) | events wanted or not; a latch that was stored |
//! | start | [`start`](Controller::start) | once: every group's lamp becomes an output |
//! | inputs | [`handle_detector`](Controller::handle_detector), [`handle_command`](Controller::handle_command), [`handle`](Controller::handle) | queued until time reaches them |
//! | time | [`advance`](Controller::advance) | all that is due happens, in order, each at its own time |
//! | outputs | [`poll_output`](Controller::poll_output) until `None`, then [`poll_at`](Controller::poll_at) | what to do; when to advance at the latest |
//! | state | getters, [`explain`](Controller::explain), [`save`](Controller::save), [`load`](Controller::load) | at any time |
//!
//! Outputs ([`Output`]), in order of time:
//!
//! | output | what to do with it |
//! |---|---|
//! | [`Lamp`](Output::Lamp) | switch the lamp |
//! | [`Persist`](Output::Persist) | store the latch where a power failure cannot reach it, in place of the one before, *before* the lamps are switched any further |
//! | [`Event`](Output::Event) | write it to the log: [`words`](log::Event::words) for people, [`code`](log::code)s for the tools that read Indiana logs |
//!
//! - **Monotonic time.** `advance` to an earlier time does nothing. `advance` over several deadlines gives each change
//!   with its own exact time, as if it had been called at each. Only if something was due more than an hour ago (the
//!   process was stopped) the present alone counts.
//! - **Inputs.** Hand one in before time advances past it: then the outputs do not depend on how often `advance` is
//!   called. A late edge counts with its own time, and the strategy sees it at the time reached before; a late command
//!   takes effect at the time reached. After `poll_at` nothing happens by itself until that moment: sleep until it or
//!   an input.
//! - **Lost lamps.** A second `start` states every group again, for a lamp driver that was restarted.
//! - **Replay.** All [`Input`]s in their order reproduce all outputs.
//!
//! # Power-on, self-check, latch, flashing
//! A plan for a street has a [`start_up`](plan::StartUp). Then the controller starts in mode
//! [`StartFlash`](Mode::StartFlash) and stays there until the caller has tested the lamps and says
//! [`Command::SelfCheck`] with `passed: true`; yellow, red everywhere and normal operation follow. Without a start-up
//! (a simulation that begins in mid-cycle) lamps are taken over as the first request has them.
//!
//! 1. Read the latch from storage; hand it to [`restore`](Controller::restore). With [`Latch::Flash`] it flashes, with
//!    [`Latch::CycleFault`] the plan's own sequence runs instead of the strategy.
//! 2. [`start`](Controller::start); switch what comes out.
//! 3. Test the lamps; `SelfCheck`. A failed one latches [`Latch::Flash`].
//! 4. [`Command::Fault`] whenever the monitor or the lamp driver reports something serious: flashing at once, latched.
//! 5. [`Command::Reset`] when a person on the spot has looked at it, never because of a message from afar. Flashing is
//!    left through red everywhere for the longest intergreen. If the self-check has not passed since power-on, the
//!    start-up begins anew instead.
//!
//! [`Command::Flash`] is no fault: greens end as they should, everything is red for the longest intergreen, then it
//! flashes; it is not latched. While it flashes, circular heads flash yellow and all others are dark.
//!
//! # The conflict monitor
//! A [`Monitor`] watches the lamps and nothing else. It shares no code with plan and kernel, and its [`Permissives`] are
//! to be written by somebody else than the plan: a monitor that reads the plan file fails with it. Compare the two
//! before anything is switched. Run it in another process or on another processor if you can: it is there for the case
//! that the controller is wrong. Its [`trip`](Monitor::trip) latches; whoever drives the lamps takes them away from the
//! controller and hands in [`Command::Fault`].
//!
//! ```
//! use intergreen_control::{
//!     Command, Limits, Millis, Monitor, Permissives,
//!     monitor::{Channel, Lit},
//! };
//! # use intergreen_control::{Controller, Output, Plan, PlanSpec, Registry, plan::GroupSpec};
//! # let s = |seconds: i64| Millis(seconds * 1000);
//! # let vehicle = |name| GroupSpec::vehicle(name, s(5), s(3));
//! # let spec = PlanSpec::new("x", vec![vehicle("a"), vehicle("b")]);
//! # let split = |stage: &str| intergreen_control::plan::StageSplit { stage: stage.into(), split: s(20) };
//! # let patterns = vec![intergreen_control::plan::Pattern {
//! #     name: "p".into(), cycle: s(40), offset: s(0), stages: vec![split("A"), split("B")], phases: vec![], coordinated: vec![], coordination: Default::default(),
//! # }];
//! # let spec = spec.forbid("a", "b", (s(5), s(5))).stage("A", &["a"]).stage("B", &["b"]);
//! # let plan = Plan::new(PlanSpec { patterns, ..spec })?;
//! # let strategy = Registry::default().make("fixed_time", &[], &plan)?;
//! # let mut controller = Controller::new(plan, strategy, 0);
//!
//! let mut permissives = Permissives::none(2); // no two may be open together …
//! permissives.set_channel(1, Channel::vehicle().with_floor(Millis(3000)))?; // … and yellow lasts 3 s at least
//! let mut monitor = Monitor::new(permissives, Limits::default());
//!
//! controller.start(Millis(0));
//! for now in (0..600_000).step_by(100).map(Millis) {
//!     controller.advance(now);
//!     while let Some(output) = controller.poll_output() {
//!         if let Output::Lamp(change) = output {
//!             monitor.handle_lamp(change.at, change.group, change.lamp);
//!             // What really burns, from the currents of the lamps: here they do as they are told.
//!             monitor.handle_read_back(change.at, change.group, Lit::of(change.lamp));
//!         }
//!     }
//!     monitor.kick(now); // the control loop is alive
//!     monitor.advance(now);
//!     if monitor.is_latched() {
//!         controller.handle_command(now, Command::Fault); // and take the lamps away from it
//!     }
//! }
//! assert_eq!(monitor.trip(), None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Example
//! Two streets and a crossing, driven as a cabinet would. The plan is written in code; with the feature `serde` it is
//! read from a file.
//!
//! ```
//! use intergreen_control::{
//!     Command, Controller, Lamp, Latch, Millis, Output, Plan, PlanSpec, Registry,
//!     plan::{GroupSpec, Pattern, StageSplit, StartUp},
//! };
//!
//! let s = |seconds: i64| Millis(seconds * 1000);
//! let split = |stage: &str| StageSplit { stage: stage.into(), split: s(30) };
//! let spec = PlanSpec::new("Mill Street / High Street", vec![
//!     GroupSpec::vehicle("high", s(5), s(3)), // least green, yellow
//!     GroupSpec::vehicle("mill", s(5), s(3)),
//!     GroupSpec { buffer: Some(s(2)), ..GroupSpec::pedestrian("crossing", s(7), s(8)) }, // walk, clearance
//! ])
//! .forbid("high", "mill", (s(5), s(5))) // intergreens there and back
//! .forbid("high", "crossing", (s(5), s(10)))
//! .stage("main", &["high"])
//! .stage("side", &["mill", "crossing"]);
//! let plan = Plan::new(PlanSpec {
//!     start_up: StartUp { flash: s(2), yellow: s(3), all_red: s(7) },
//!     patterns: vec![Pattern {
//!         name: "all day".into(),
//!         cycle: s(60),
//!         offset: s(0),
//!         stages: vec![split("main"), split("side")],
//!         phases: vec![],
//!         coordinated: vec![],
//!         coordination: Default::default(),
//!     }],
//!     ..spec
//! })?;
//!
//! let strategy = Registry::default().make("fixed_time", &[], &plan)?;
//! let mut controller = Controller::new(plan.clone(), strategy, 0);
//! controller.log_events(true);
//! let mut stored = Latch::None; // read from storage at power-on
//! controller.restore(stored);
//! let mut heads = [Lamp::Off; 3]; // elsewhere relays
//! let mut log = Vec::new();
//!
//! let mut now = Millis(0); // the monotonic clock
//! controller.start(now);
//! controller.handle_command(Millis(1200), Command::SelfCheck { passed: true }); // the lamps are in order
//! loop {
//!     controller.advance(now);
//!     while let Some(output) = controller.poll_output() {
//!         match output {
//!             Output::Lamp(change) => heads[usize::from(change.group)] = change.lamp,
//!             Output::Persist { latch, .. } => stored = latch,
//!             Output::Event(event) => log.push(format!("{} s: {}", event.at.seconds(), event.words(&plan))),
//!         }
//!     }
//!     now = controller.poll_at(); // a roadside loop sleeps until then, or until an input
//!     if now > s(40) {
//!         break;
//!     }
//! }
//!
//! assert_eq!(heads, [Lamp::Red, Lamp::Green, Lamp::Green]);
//! assert_eq!(stored, Latch::None);
//! assert_eq!(log.last().unwrap(), "35 s: group 'crossing': walk, was asked for and waited until 'high' had cleared");
//! assert_eq!(controller.explain(), "fixed_time: stage 2 of the plan until 60 s");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it does in every situation stands second for second in the crate's timelines (`tests/timelines`): the evidence
//! to review before it is trusted.
//!
//! # A strategy of one's own
//! Implement [`Strategy`], describe it in an [`Entry`], [`add`](Registry::add) it to a [`Registry`]. A strategy only
//! asks: whatever it asks for, the list of guarantees holds. If it starves somebody who calls, the plan's own sequence
//! takes over from it until a reset ([`Latch::CycleFault`]).
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

mod actuated;
mod adaptive;
mod approaches;
mod controller;
mod detectors;
mod fixed_time;
mod group_calls;
mod group_set;
mod horizon;
pub mod kernel;
mod lamp;
mod lists;
pub mod log;
pub mod monitor;
mod nema;
pub mod plan;
mod program;
mod registry;
mod stages;
mod state;
mod strategy;
mod time;
mod traffic;

pub use actuated::Actuated;
pub use approaches::{ApproachLane, Approaches, Counted, Counts, Exit, Feeder, Lead, Shared, Way};
pub use controller::{Command, Controller, Input, StoodIn};
pub use detectors::{DetectorBank, DetectorEvent, Health, Heartbeat, Measures};
pub use fixed_time::FixedTime;
pub use group_calls::GroupCalls;
pub use kernel::{Kept, LampChange, Latch, Mode, Output};
pub use lamp::Lamp;
pub use monitor::{Limits, LimitsError, Monitor, Permissives, PermissivesError, Trip, TripKind};
pub use plan::{Plan, PlanError, PlanErrors, PlanSpec};
pub use program::{Program, ProgramError, ProgramStep};
pub use registry::{Entry, Parameter, Registry, RegistryError, Serves, Setup};
pub use state::{StateError, StateReader};
pub use strategy::{Decision, Found, Looks, Minds, On, PhaseTimes, Request, Strategy, Timers, View, Wakes};
pub use time::Millis;
pub use traffic::{
    CAR_SPACE_M, DepartureReport, ExitTraffic, LaneTraffic, NeighbourReport, Seen, Traffic, VehicleReport,
};

//! Timelines: what a controller shows second for second, for a signal engineer to review.
//!
//! A timeline is a text. Its first line names the groups; every other line is a second:
//!
//! ```text
//!       A  B  P
//!   0   G  r  r  stage main
//!   1   ...
//!   9   G  r  r  stage side, hold A    -- a remark
//! ```
//! - The letters are what has to come out: `r` red, `u` red-yellow, `G` green, `g` green while giving way, `y` yellow,
//!   `s` red with a turn permitted after a stop, `o` flashing yellow, `O` dark; of people on foot `W` walk,
//!   `c` clearance (flashing don't walk), `r` don't walk.
//! - The words are what goes in at that second: requests of a strategy (`stage`, `phases`, `lamps`), commands, edges of
//!   detectors. See `timeline.rs` for all of them.
//! - `...`: every second until the next line is as the line before, and nothing goes in.
//! - `?` in place of the letters: the failure says what comes out. To write a timeline, not to keep one.
//! - What follows `--` is a remark: what the line is there for, and what must not happen.
//!
//! Besides, a referee (`referee.rs`) that shares no code with the kernel watches every timeline, to the millisecond:
//! forbidden pairs, intergreens, least times, sequences of lamps, yellow traps.

mod referee;
#[path = "../common/streets.rs"]
mod streets;
mod timeline;
#[path = "../common/zones.rs"]
mod zones;

mod actuated;
mod bank;
mod blind;
mod carried;
mod clearing;
mod commands;
mod coordination;
mod cuts;
mod cycle_fault;
mod events;
mod flashing_arrow;
mod greens;
mod lefts;
mod locks;
mod nema;
mod on_foot;
mod preemption;
mod programs;
mod rings;
mod stages;
mod start_up;

use intergreen_control::{
    Millis,
    plan::{GroupKind, GroupSpec},
};

/// Seconds.
const fn s(seconds: i64) -> Millis {
    Millis(seconds * 1000)
}

/// A circular head: least green 5 s, yellow 3 s.
fn vehicle(name: &str) -> GroupSpec {
    GroupSpec::vehicle(name, s(5), s(3))
}

/// A head of another kind: least green 5 s, yellow 3 s.
fn head(name: &str, kind: GroupKind) -> GroupSpec {
    GroupSpec { kind, ..vehicle(name) }
}

/// People on foot: walk 5 s, clearance 4 s.
fn on_foot(name: &str) -> GroupSpec {
    GroupSpec::pedestrian(name, s(5), s(4))
}

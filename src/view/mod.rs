//! The window: a simulation to watch, to ask, and to touch.
//!
//! Terms
//! - **driver**: what steps a simulation for somebody who looks at it; in a thread of its own beside a window.
//! - **snapshot**: a copy of what is drawn, made between two steps.
//! - **sight**: the part of the plane that is seen.
//!
//! Nothing here decides anything about traffic: the window draws what snapshots say, and whatever it does to a run is a
//! [`Command`](crate::commands::Command), kept with its time. All but `window` is plain code that every build has and
//! every test run checks; `window` is what needs a graphics card, and comes with the feature `view`.

pub mod alerts;
pub mod ask;
pub mod burn;
pub mod camera;
pub mod canvas;
pub mod corridor;
pub mod fleet;
pub mod foes;
pub mod heat;
pub mod journal;
pub mod layers;
pub mod minutes;
pub mod pace;
pub mod paint;
pub mod pick;
pub mod plots;
pub mod record;
pub mod scene;
pub mod sim_thread;
pub mod snapshot;
#[cfg(test)]
mod test_world;
pub mod time_space;
pub mod tracks;
#[cfg(feature = "view")]
pub mod window;
pub mod words;

//! Adaptive strategies that choose among the plan's stages.
//!
//! | name | after | looks at |
//! |---|---|---|
//! | `mova` | Vincent and Peirce 1988 | when vehicles are due, and leave |
//! | `webster` | Webster 1958 | flows |
//! | `sotl` | Gershenson 2005, Cools and others 2013 | vehicles in lanes, red and green |
//! | `max_pressure` | Varaiya 2013 | vehicles in lanes, and in those they lead to |
//! | `max_wave` | Ault and Sharon 2021, as a rule for loops | vehicles in lanes |
//! | `self_control` | Lämmer and Helbing 2008 | when vehicles are due |
//! | `schedule` | Xie and others 2012 (SURTRAC) | when vehicles are due |
//! | `resco_max_pressure`, `resco_max_wave` | RESCO's baselines, as they are there | reports of all vehicles |
//!
//! Each is a [`Policy`]; what they have in common stands in [`crate::stages`].

mod cycle;
mod mova;
mod pressure;
mod resco;
mod schedule;
mod self_control;
mod sotl;
mod webster;

use alloc::{boxed::Box, string::String};

use crate::{
    Entry, Millis, RegistryError, Setup, Strategy,
    stages::{Policy, Staged},
};

/// Their entries in the registry.
pub(crate) const ENTRIES: [Entry; 9] = [
    mova::ENTRY,
    webster::ENTRY,
    sotl::ENTRY,
    pressure::MAX_PRESSURE,
    pressure::MAX_WAVE,
    self_control::ENTRY,
    schedule::ENTRY,
    resco::MAX_PRESSURE,
    resco::MAX_WAVE,
];

/// A strategy that shows the stages of a plan, if it has any, as a policy would like.
pub(crate) fn staged<P: Policy + 'static>(
    setup: &Setup<'_>,
    policy: impl FnOnce() -> Result<P, RegistryError>,
) -> Result<Box<dyn Strategy>, RegistryError> {
    if setup.plan.stages().is_empty() {
        return Err(setup.unsuitable("the plan has no stages; nema serves rings"));
    }
    Ok(Box::new(Staged::new(setup.plan, policy()?)))
}

/// The value of a parameter between two bounds.
pub(crate) fn number(
    setup: &Setup<'_>,
    name: &'static str,
    default: f32,
    (least, most): (f32, f32),
    expected: &'static str,
) -> Result<f32, RegistryError> {
    match setup.value::<f32>(name, expected)? {
        Some(value) if (least..=most).contains(&value) => Ok(value),
        Some(value) => Err(setup.bad_value(name, &alloc::format!("{value}"), expected)),
        None => Ok(default),
    }
}

/// Whether a parameter that is one of two words is the second; left out, it is the first.
pub(crate) fn is_second(
    setup: &Setup<'_>,
    name: &'static str,
    [first, second]: [&'static str; 2],
    expected: &'static str,
) -> Result<bool, RegistryError> {
    match setup.value::<String>(name, expected)?.as_deref() {
        None => Ok(false),
        Some(word) if word == first => Ok(false),
        Some(word) if word == second => Ok(true),
        Some(other) => Err(setup.bad_value(name, other, expected)),
    }
}

/// A time, s, between two bounds.
fn seconds(
    setup: &Setup<'_>,
    name: &'static str,
    default: f32,
    bounds: (f32, f32),
    expected: &'static str,
) -> Result<Millis, RegistryError> {
    Ok(Millis::from_seconds(f64::from(number(setup, name, default, bounds, expected)?)))
}

/// A time in seconds, as policies reckon with it.
pub(crate) fn s(time: Millis) -> f32 {
    time.0 as f32 * 0.001
}

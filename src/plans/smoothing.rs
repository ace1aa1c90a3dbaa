//! Programs as a signal can show them: yellow only ends a green, red-yellow only begins one.
//!
//! Program generators look at states one by one. Where a link's green goes on with another letter, some put yellow
//! between the two; where it begins, some show yellow instead of red-yellow. No signal group can do either.

use std::fmt;

use intergreen_control::{Lamp, Program, ProgramStep};

/// A letter of a program that is shown as another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Smoothing {
    /// The group.
    pub group: u16,
    /// The step, from 0.
    pub step: usize,
    /// What the file says.
    pub was: Lamp,
    /// What is shown.
    pub shown: Lamp,
}

impl Smoothing {
    /// What is done, in words that are the same for all groups of which it is done.
    pub(super) fn what(&self) -> String {
        let why = match (self.was, self.shown) {
            (_, Lamp::Green | Lamp::GreenMinor) => "between two greens",
            (Lamp::Yellow, Lamp::RedYellow) => "before green",
            (Lamp::Yellow, _) => "within red",
            _ => "that is none",
        };
        let (was, shown) = (self.was.letter(), self.shown.letter());
        format!("'{was}' {why} in step {} shown as '{shown}'", self.step)
    }
}

impl fmt::Display for Smoothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: group {}", self.what(), self.group)
    }
}

/// The steps as they are shown, and where they differ from the program.
pub(super) fn smooth(program: &Program) -> (Vec<ProgramStep>, Vec<Smoothing>) {
    let mut steps = program.steps().to_vec();
    for group in 0..program.groups() {
        let mut lamps: Vec<Lamp> = steps.iter().map(|s| s.lamps[group]).collect();
        replace(&mut lamps, Lamp::Yellow, instead_of_yellow);
        replace(&mut lamps, Lamp::RedYellow, instead_of_red_yellow);
        steps.iter_mut().zip(lamps).for_each(|(s, lamp)| s.lamps[group] = lamp);
    }
    let mut found = Vec::new();
    for (step, (old, new)) in program.steps().iter().zip(&steps).enumerate() {
        for (group, (&was, &shown)) in (0..).zip(old.lamps.iter().zip(&new.lamps)) {
            if was != shown {
                found.push(Smoothing { group, step, was, shown });
            }
        }
    }
    (steps, found)
}

/// Replaces `lamp` by what `instead` makes of the lamps before and after it, which may be several steps away; both are
/// `None` if there is no other lamp.
fn replace(lamps: &mut [Lamp], lamp: Lamp, instead: impl Fn(Option<Lamp>, Option<Lamp>) -> Lamp) {
    let n = lamps.len();
    let old = lamps.to_vec();
    let other = |i: usize| (old[i] != lamp).then_some(old[i]);
    for (i, shown) in lamps.iter_mut().enumerate().filter(|(_, l)| **l == lamp) {
        let before = (1..n).find_map(|k| other((i + n - k) % n));
        let after = (1..n).find_map(|k| other((i + k) % n));
        *shown = instead(before, after);
    }
}

/// What stands in the place of yellow.
fn instead_of_yellow(before: Option<Lamp>, after: Option<Lamp>) -> Lamp {
    match (before, after) {
        (Some(before), Some(after)) if before.is_green() && after.is_green() => weaker(before, after),
        (Some(before), _) if before.is_green() => Lamp::Yellow,
        (Some(_), Some(after)) if after.is_green() => Lamp::RedYellow,
        // A signal that is switched on may start with yellow.
        (Some(Lamp::Off | Lamp::Flashing), _) => Lamp::Yellow,
        (Some(Lamp::TurnOnRed), _) => Lamp::TurnOnRed,
        _ => Lamp::Red,
    }
}

/// What stands in the place of red-yellow.
fn instead_of_red_yellow(before: Option<Lamp>, after: Option<Lamp>) -> Lamp {
    match (before, after) {
        (Some(before), Some(after)) if before.is_green() && after.is_green() => weaker(before, after),
        // Between yellow and red-yellow there is red.
        (Some(Lamp::Yellow), _) => Lamp::Red,
        (Some(_), Some(after)) if after.is_green() => Lamp::RedYellow,
        _ => Lamp::Red,
    }
}

/// The weaker of two greens.
fn weaker(a: Lamp, b: Lamp) -> Lamp {
    if a == Lamp::GreenMinor { a } else { b }
}

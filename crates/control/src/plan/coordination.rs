//! Patterns, and which of them is in force when.
//!
//! Terms
//! - **pattern**: a cycle, an offset and splits.
//! - **split**: the part of the cycle that a stage or phase has, its clearance included.
//! - **offset**: when the cycle begins, after midnight modulo the cycle.
//! - **day plan**: patterns by time of day; the **calendar** says which day has which.

use alloc::{string::String, vec::Vec};

use super::Coordination;
use crate::Millis;

/// A pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Pattern {
    /// Its name.
    pub name: String,
    /// Its cycle, 20–600 s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub cycle: Millis,
    /// Its offset, 0 s to less than the cycle.
    #[cfg_attr(feature = "serde", serde(default, with = "super::seconds", skip_serializing_if = "super::is_default"))]
    pub offset: Millis,
    /// By stage, in the order in which they are served: stage names with their parts of the cycle.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub stages: Vec<StageSplit>,
    /// By phase.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub phases: Vec<PhaseSplit>,
    /// The coordinated phases: one in each ring, on the same side of the barriers.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub coordinated: Vec<u8>,
    /// How phases keep to it: the strategy `nema` alone.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub coordination: Coordination,
}

/// The part of a cycle that a stage has.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct StageSplit {
    /// The stage.
    pub stage: String,
    /// Its part, from its request to the next stage's, s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub split: Millis,
}

/// The part of a cycle that a phase has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct PhaseSplit {
    /// The phase.
    pub phase: u8,
    /// Its part, yellow and red clearance included, s.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub split: Millis,
}

/// Which pattern is in force on which day at which time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct Calendar {
    /// Day plans.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub days: Vec<DayPlan>,
    /// The day plan of each weekday, Monday first; none, or all seven.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub week: Vec<String>,
    /// Days with another day plan than their weekday's.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "super::is_default"))]
    pub holidays: Vec<Holiday>,
}

/// What is in force at which time of the day.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct DayPlan {
    /// Its name.
    pub name: String,
    /// Its entries in order of time; the first at 0 s.
    pub entries: Vec<DayEntry>,
}

/// From when on, what.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct DayEntry {
    /// From when on, s after midnight.
    #[cfg_attr(feature = "serde", serde(with = "super::seconds"))]
    pub from: Millis,
    /// What.
    pub action: DayAction,
}

/// What a day plan asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum DayAction {
    /// The pattern of this name.
    Pattern(String),
    /// No coordination.
    Free,
    /// Flashing yellow.
    Flash,
}

/// A day of the year, or of one year.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Holiday {
    /// The year; none: every year.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "super::is_default"))]
    pub year: Option<i32>,
    /// The month, 1–12.
    pub month: u8,
    /// The day, 1–31.
    pub day: u8,
    /// Its day plan.
    pub plan: String,
}

/// A local date and time, as a wall clock shows it. The controller computes none: who knows the time zone sends it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WallClock {
    /// The year.
    pub year: i32,
    /// The month, 1–12.
    pub month: u8,
    /// The day, 1–31.
    pub day: u8,
    /// The day of the week, 0 Monday to 6 Sunday.
    pub weekday: u8,
    /// Since midnight.
    pub time: Millis,
}

/// A day.
const DAY: i64 = 86_400_000;

impl WallClock {
    /// What it shows when so much time has passed; never less than it shows now.
    #[must_use]
    pub fn after(mut self, span: Millis) -> Self {
        let total = self.time.0.clamp(0, DAY).saturating_add(span.0.max(0));
        // A clock that nobody has set for years says nothing anyway.
        for _ in 0..(total / DAY).min(4000) {
            self.weekday = (self.weekday % 7 + 1) % 7;
            if self.day < days_in_month(self.year, self.month) {
                self.day += 1;
            } else if self.month < 12 {
                (self.day, self.month) = (1, self.month + 1);
            } else {
                (self.day, self.month, self.year) = (1, 1, self.year.saturating_add(1));
            }
        }
        self.time = Millis(total % DAY);
        self
    }
}

/// How many days a month has; 31 for one that does not exist.
pub(super) const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Calendar {
    /// What is in force: of the holiday of that year, else of the one of every year, else of the weekday; `None` on a
    /// day of which the calendar says nothing.
    pub fn action(&self, now: &WallClock) -> Option<&DayAction> {
        let holiday = |year: Option<i32>| {
            let is = |h: &&Holiday| (h.year, h.month, h.day) == (year, now.month, now.day);
            self.holidays.iter().find(is).map(|h| &h.plan)
        };
        let weekday = || self.week.get(usize::from(now.weekday));
        let name = holiday(Some(now.year)).or_else(|| holiday(None)).or_else(weekday)?;
        let day = self.days.iter().find(|d| d.name == *name)?;
        day.entries.iter().rev().find(|e| e.from <= now.time).map(|e| &e.action)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{borrow::ToOwned, vec};

    use super::*;

    fn calendar() -> Calendar {
        let day = |name: &str, entries: &[(i64, DayAction)]| DayPlan {
            name: name.to_owned(),
            entries: entries.iter().map(|(s, a)| DayEntry { from: Millis(s * 1000), action: a.clone() }).collect(),
        };
        let pattern = DayAction::Pattern("peak".to_owned());
        let holiday = |year, month, day, plan: &str| Holiday { year, month, day, plan: plan.to_owned() };
        let mut week = vec!["work".to_owned(); 5];
        week.extend(["rest".to_owned(), "rest".to_owned()]);
        Calendar {
            days: vec![
                day("work", &[(0, DayAction::Flash), (21_600, pattern), (72_000, DayAction::Free)]),
                day("rest", &[(0, DayAction::Free)]),
                day("fair", &[(0, DayAction::Flash)]),
            ],
            week,
            holidays: vec![holiday(None, 12, 25, "rest"), holiday(Some(2026), 12, 25, "fair")],
        }
    }

    fn at(year: i32, month: u8, day: u8, weekday: u8, time: i64) -> WallClock {
        WallClock { year, month, day, weekday, time: Millis(time) }
    }

    #[test]
    fn the_last_entry_that_has_begun_is_in_force() {
        let (c, peak) = (calendar(), DayAction::Pattern("peak".to_owned()));
        assert_eq!(c.action(&at(2026, 3, 2, 0, 0)), Some(&DayAction::Flash));
        assert_eq!(c.action(&at(2026, 3, 2, 0, 21_599_999)), Some(&DayAction::Flash));
        assert_eq!(c.action(&at(2026, 3, 2, 0, 21_600_000)), Some(&peak));
        assert_eq!(c.action(&at(2026, 3, 2, 4, 86_399_999)), Some(&DayAction::Free));
        assert_eq!(c.action(&at(2026, 3, 7, 5, 30_000_000)), Some(&DayAction::Free));
    }

    #[test]
    fn holidays_go_before_weekdays_and_those_of_a_year_before_those_of_all() {
        let c = calendar();
        assert_eq!(c.action(&at(2025, 12, 25, 3, 30_000_000)), Some(&DayAction::Free));
        assert_eq!(c.action(&at(2026, 12, 25, 4, 30_000_000)), Some(&DayAction::Flash));
        assert_eq!(c.action(&at(2026, 12, 24, 3, 80_000_000)), Some(&DayAction::Free));
    }

    #[test]
    fn without_a_week_nothing_is_asked_for_and_absurd_clocks_do_no_harm() {
        assert_eq!(Calendar::default().action(&at(2026, 3, 2, 0, 0)), None);
        let c = calendar();
        assert_eq!(c.action(&at(2026, 3, 2, 200, 0)), None);
        assert_eq!(c.action(&at(2026, 3, 2, 0, -1)), None);
        assert_eq!(c.action(&at(2026, 3, 2, 0, i64::MAX)), Some(&DayAction::Free));
    }
}

//! Day plans, weeks and holidays.

use alloc::{collections::BTreeSet, format};

use super::super::coordination::days_in_month;
use super::{Checks, seconds};
use crate::Millis;
use crate::plan::{DayAction, DayPlan, Holiday};

/// A day.
const DAY: Millis = seconds(86_400);

/// Days of a month; of an unknown year February has 29.
const fn days(year: Option<i32>, month: u8) -> u8 {
    days_in_month(if let Some(year) = year { year } else { 2000 }, month)
}

impl Checks<'_> {
    pub(super) fn calendar(&mut self) {
        let calendar = &self.plan.spec().calendar;
        self.unique("day plan", calendar.days.iter().map(|d| d.name.as_str()));
        for day in &calendar.days {
            self.day(day);
        }
        let known = |name: &str| calendar.days.iter().any(|d| d.name == name);
        if ![0, 7].contains(&calendar.week.len()) {
            let found = calendar.week.len();
            self.add("week", format!("has {found} days; expected none or seven, Monday first"));
        }
        let unknown: BTreeSet<&str> = calendar.week.iter().map(|n| n.as_str()).filter(|n| !known(n)).collect();
        for name in unknown {
            self.add("week", format!("there is no day plan '{name}'; expected one of the calendar's"));
        }
        let mut seen = BTreeSet::new();
        for holiday in &calendar.holidays {
            let Holiday { year, month, day, plan } = holiday;
            let written = year.map(|y| format!("{y}-")).unwrap_or_default();
            let element = format!("holiday {written}{month:02}-{day:02}");
            if !(1..=12).contains(month) {
                self.add(&*element, format!("month is {month}; expected 1–12"));
            } else if *day < 1 || *day > days(*year, *month) {
                self.add(&*element, format!("day is {day}; expected 1–{}", days(*year, *month)));
            }
            if !known(plan) {
                self.add(&*element, format!("there is no day plan '{plan}'; expected one of the calendar's"));
            }
            if !seen.insert((year, month, day)) {
                self.add(&*element, "is given twice; expected once");
            }
        }
    }

    fn day(&mut self, day: &DayPlan) {
        let element = format!("day plan '{}'", day.name);
        match day.entries.first() {
            None => self.add(&*element, "has no entries; expected at least one, from 0 s on"),
            Some(first) if first.from != Millis(0) => {
                let problem = format!("begins at {} s; expected its first entry at 0 s", first.from.seconds());
                self.add(&*element, problem);
            }
            Some(_) => {}
        }
        let following = day.entries.iter().skip(1);
        for (entry, next) in day.entries.iter().zip(following).filter(|(a, b)| a.from >= b.from) {
            let (entry, next) = (entry.from.seconds(), next.from.seconds());
            self.add(&*element, format!("{next} s comes after {entry} s; expected its entries in order of time"));
        }
        for entry in &day.entries {
            if entry.from >= DAY {
                let problem = format!("an entry begins at {} s; expected less than 86400 s", entry.from.seconds());
                self.add(&*element, problem);
            }
            if let DayAction::Pattern(name) = &entry.action
                && self.plan.find_pattern(name).is_none()
            {
                let problem = format!("there is no pattern '{name}'; expected one of the plan's patterns");
                self.add(&*element, problem);
            }
        }
    }
}

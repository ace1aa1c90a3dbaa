//! Names, kinds and times of groups.

use alloc::{borrow::ToOwned, format};

use super::{Checks, seconds};
use crate::Millis;
use crate::plan::{Group, GroupKind, Recall, Waiver};

/// Least yellow of a plan of our own, s.
const YELLOW: i64 = 3;

impl Checks<'_> {
    pub(super) fn groups(&mut self) {
        if self.plan.name().trim().is_empty() {
            self.add("plan", "has an empty name; expected the name of the intersection");
        }
        let plan = self.plan;
        self.unique("group", plan.groups().iter().map(|g| g.name.as_str()));
        for (number, group) in (0..).zip(plan.groups()) {
            if group.is_pedestrian() {
                self.on_foot(group);
            } else {
                self.driven(number, group);
            }
            let element = format!("group '{}'", group.name);
            self.range(&element, "red_revert", group.red_revert, 0, 20);
            // Two cycles of an imported program may be longer than an hour.
            let most = if self.other_waived(number) { 366 * 86_400 } else { 3600 };
            self.range(&element, "max_red", group.max_red, 10, most);
            self.recall(&element, group);
            self.turn_on_red(&element, group);
        }
    }

    fn on_foot(&mut self, group: &Group) {
        let element = format!("group '{}'", group.name);
        self.range(&element, "walk", group.min_green, 4, 60);
        self.range(&element, "clearance", group.yellow, 0, 60);
        self.range(&element, "buffer", group.red_clearance, 0, 10);
        self.range(&element, "lead", group.lead, 0, 20);
    }

    fn driven(&mut self, number: u16, group: &Group) {
        let element = format!("group '{}'", group.name);
        let other = self.other_waived(number);
        let most = |usual: i64| if other { 3600 } else { usual };
        let short_green = |w: &Waiver| matches!(w, Waiver::ShortGreen { group: g, found } if *g == number && group.min_green >= *found);
        if !(self.waived(short_green) && (Millis(0)..seconds(1)).contains(&group.min_green)) {
            self.range(&element, "min_green", group.min_green, 1, most(60));
        }
        let short_yellow = |w: &Waiver| match w {
            Waiver::ShortYellow { group: g, found } => *g == number && group.yellow >= *found,
            Waiver::MissingYellow { group: g } => *g == number,
            _ => false,
        };
        if !(self.waived(short_yellow) && (Millis(0)..seconds(YELLOW)).contains(&group.yellow)) {
            self.range(&element, "yellow", group.yellow, YELLOW, most(6));
        }
        self.range(&element, "red_yellow", group.red_yellow, 0, most(3));
        self.range(&element, "red_clearance", group.red_clearance, 0, most(6));
        let (least, greatest) = (group.min_green.seconds(), group.max_green);
        if greatest < group.min_green {
            let problem = format!("max_green is {} s; expected at least its min_green, {least} s", greatest.seconds());
            self.add(&*element, problem);
        } else if greatest != Millis::NEVER {
            self.range(&element, "max_green", greatest, 1, 3600);
        }
    }

    /// What may be passed after a stop is a red light that drivers see.
    fn turn_on_red(&mut self, element: &str, group: &Group) {
        let circular = matches!(group.kind, GroupKind::Vehicle | GroupKind::Bus | GroupKind::Bicycle);
        if group.stages_turn_on_red && !circular {
            self.add(element, "has turn_on_red; expected that of vehicles, buses and bicycles only".to_owned());
        }
    }

    fn recall(&mut self, element: &str, group: &Group) {
        let problem = match group.recall {
            Recall::Ped if group.kind != GroupKind::Pedestrian => "recall is ped; expected that of people on foot only",
            Recall::Max if group.max_green == Millis::NEVER => {
                "recall is max, but it has no max_green; expected one, or the green would never end"
            }
            _ => return,
        };
        self.add(element, problem.to_owned());
    }
}

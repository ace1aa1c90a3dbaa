//! Relations and intergreens.

use alloc::{collections::BTreeMap, collections::BTreeSet, format, string::String};

use super::{Checks, seconds};
use crate::Millis;
use crate::plan::{Clearance, GroupKind, IntergreenTime, Relation, Waiver};

/// Greatest speeds in our own plans, m/s: nobody clears or enters a junction faster.
const MOST_CLEARING: f64 = 20.0;
const MOST_ENTERING: f64 = 25.0;

/// Intergreens as they are written, by the numbers of their groups.
type Written = BTreeMap<(u16, u16), Millis>;

impl Checks<'_> {
    pub(super) fn pairs(&mut self) {
        self.forbidden_once();
        self.yields();
        let written = self.written_intergreens();
        let (plan, matrix) = (self.plan, self.plan.matrix());
        for a in self.numbers() {
            for &b in matrix.partners(a) {
                let arrow = self.flashing_arrow(a, b);
                if (matrix.relation(a, b) == Relation::Forbidden || arrow) && !written.contains_key(&(a, b)) {
                    let why = if arrow {
                        "expected one in both directions with a flashing yellow arrow, whose green arrow gives no way"
                    } else {
                        "expected one for every forbidden pair in both directions"
                    };
                    let problem = format!("no intergreen from '{}' to '{}'; {why}", self.name(a), self.name(b));
                    self.add(self.pair(a, b), problem);
                }
            }
        }
        for (&(from, to), &time) in &written {
            if matrix.relation(from, to) == Relation::None && matrix.relation(to, from) == Relation::None {
                let problem = "the two are neither forbidden nor yielding, so that it would never count; expected the \
                               relation as well, or no intergreen";
                self.add(self.change_of(from, to), problem);
                continue;
            }
            self.long_enough(from, to, time);
            self.not_forgotten(from, to, time);
            let red_yellow = plan.groups()[usize::from(to)].red_yellow;
            if time < red_yellow {
                let (time, red_yellow, to_name) = (time.seconds(), red_yellow.seconds(), self.name(to));
                let problem =
                    format!("{time} s is shorter than the red-yellow of '{to_name}', {red_yellow} s, which lies in it");
                self.add(self.change_of(from, to), problem);
            }
            let element = self.change_of(from, to);
            self.range(&element, "time", time, 0, 60);
        }
    }

    /// How messages call an intergreen.
    fn change_of(&self, from: u16, to: u16) -> String {
        format!("intergreen '{}' → '{}'", self.name(from), self.name(to))
    }

    /// Whether one gives way to the other with a flashing yellow arrow: it is protected at other times, and then
    /// both exclude each other.
    fn flashing_arrow(&self, a: u16, b: u16) -> bool {
        let arrow = |who: u16, to: u16| {
            self.plan.groups()[usize::from(who)].kind == GroupKind::FlashingYellowArrow
                && self.plan.matrix().relation(who, to).yields()
        };
        arrow(a, b) || arrow(b, a)
    }

    /// No forbidden pair stands there twice: the second was meant to be another.
    fn forbidden_once(&mut self) {
        let mut seen = BTreeSet::new();
        for (a, b) in &self.plan.spec().forbidden {
            if !seen.insert(if a < b { (a, b) } else { (b, a) }) {
                self.add(format!("pair '{a}' / '{b}'"), "is forbidden twice; expected each pair once, in any order");
            }
        }
    }

    fn yields(&mut self) {
        let plan = self.plan;
        let mut seen = BTreeSet::new();
        for y in &plan.spec().yields {
            let Some((who, to)) = self.both(&y.who, &y.to) else { continue };
            let element = self.pair(who, to);
            if !seen.insert((who, to)) {
                self.add(&*element, "gives way twice; expected each pair once");
            }
            if plan.matrix().relation(to, who).yields() && who < to {
                self.add(&*element, "each gives way to the other; expected one that goes first");
            }
            for group in [who, to] {
                let g = &plan.groups()[usize::from(group)];
                if g.kind == GroupKind::Arrow {
                    let problem = format!("'{}' is an arrow, which meets nobody; expected a forbidden pair", g.name);
                    self.add(&*element, problem);
                }
            }
            if plan.groups()[usize::from(who)].is_pedestrian() {
                self.add(&*element, "people on foot do not give way at a signal; expected a forbidden pair");
            }
        }
        for (who, group) in (0..).zip(plan.groups()) {
            let mut others = plan.matrix().partners(who).iter();
            let oncoming = others.any(|&to| plan.matrix().relation(who, to) == Relation::YieldsToOncoming);
            if group.kind == GroupKind::FlashingYellowArrow && !oncoming {
                let problem = "is a flashing yellow arrow that gives way to nobody oncoming; expected a 'yields' with \
                               oncoming: true, or kind arrow";
                self.add(self.element(who), problem);
            }
        }
    }

    /// Of our own plans: an intergreen below the yellow is most likely a forgotten or mistyped number. The last second of
    /// amber is not used for entering; less than that needs a study, and no such plan has come up yet.
    fn not_forgotten(&mut self, from: u16, to: u16, time: Millis) {
        let g = &self.plan.groups()[usize::from(from)];
        let least = g.yellow - seconds(1);
        let is_forbidden = self.plan.matrix().relation(from, to) == Relation::Forbidden;
        if self.own && is_forbidden && !g.is_pedestrian() && !self.odd_times && time < least {
            let problem = format!(
                "{} s is shorter than the yellow of '{}', {} s, by more than the last second, in which nobody enters \
                 any more; expected at least {} s",
                time.seconds(),
                g.name,
                g.yellow.seconds(),
                least.seconds()
            );
            self.add(self.change_of(from, to), problem);
        }
    }

    /// Of our own plans: a geometry gives a time, and its speeds are such as are driven there.
    fn computed(&mut self, (from, to): (u16, u16), c: &Clearance) {
        if !self.own {
            return;
        }
        for (what, speed, most) in
            [("clear_mps", c.clear_mps, MOST_CLEARING), ("enter_mps", c.enter_mps, MOST_ENTERING)]
        {
            if speed > most {
                let kmh = most * 3.6;
                let problem = format!(
                    "{what} is {speed} m/s; expected at most {most} m/s ({kmh} km/h): speeds are in m/s, not km/h"
                );
                self.add(self.change_of(from, to), problem);
            }
        }
        let Clearance { overrun_s, clear_m, vehicle_m, clear_mps, enter_m, enter_mps } = *c;
        let time = overrun_s + (clear_m + vehicle_m) / clear_mps - enter_m / enter_mps;
        if c.time() == Some(Millis(0)) {
            let problem = format!(
                "comes out as {time:.1} s: {overrun_s} s + ({clear_m} m + {vehicle_m} m) / {clear_mps} m/s − \
                 {enter_m} m / {enter_mps} m/s; expected more than 0 s"
            );
            self.add(self.change_of(from, to), problem);
        }
    }

    fn written_intergreens(&mut self) -> Written {
        let plan = self.plan;
        let mut written = Written::new();
        for i in &plan.spec().intergreens {
            let Some((from, to)) = self.both(&i.from, &i.to) else { continue };
            if written.insert((from, to), plan.matrix().intergreen(from, to)).is_some() {
                self.add(self.change_of(from, to), "is given twice; expected once");
            }
            if let IntergreenTime::Computed(clearance) = &i.time {
                self.computed((from, to), clearance);
            }
        }
        written
    }

    /// An intergreen holds what the times of the group that ends ask for.
    fn long_enough(&mut self, from: u16, to: u16, time: Millis) {
        let waived = |w: &Waiver| {
            matches!(w, Waiver::ShortClearance { from: f, to: t, found, .. }
                if (*f, *t) == (from, to) && time >= *found)
        };
        if self.odd_times || time >= Millis(0) && self.waived(waived) {
            return;
        }
        let g = &self.plan.groups()[usize::from(from)];
        let (yellow, clearance) = (g.yellow, g.red_clearance);
        let (need, what) = if g.is_pedestrian() {
            (yellow + clearance, "clearance and buffer")
        } else if clearance > Millis(0) {
            (yellow + clearance, "yellow and red clearance")
        } else if self.plan.spec().yellow_conflicts {
            (yellow, "yellow")
        } else {
            return;
        };
        if time < need {
            let problem = format!("{} s is shorter than {what} of '{}', {} s", time.seconds(), g.name, need.seconds());
            self.add(self.change_of(from, to), problem);
        }
    }
}

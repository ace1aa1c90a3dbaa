//! The plan of a NEMA program with its own times.
//!
//! The fixed steps of such a program are its phases one after the other, without yellow or red clearance: those are
//! numbers of the phases. So there are two plans: the one that runs the steps, and this one, which serves the phases and
//! has no fixed program.

use intergreen_control::Millis;
use intergreen_control::plan::{IntergreenSpec, IntergreenTime, Plan, PlanErrors, PlanSpec, Waiver};

use super::relations::Relations;
use super::times::{LEAST_GREEN, MIN_GREEN, YELLOW};
use crate::network::{NemaPhase, NemaSpec};

/// Beyond these, times need a waiver: least green, red clearance.
const LONG_GREEN: Millis = Millis(60_000);
const LONG_RED: Millis = Millis(6000);
/// Longest passage of a plan.
const LONGEST_PASSAGE: Millis = Millis(15_000);

/// The plan that serves the phases; `spec` has the rings.
///
/// # Errors
/// What is wrong with it.
pub(super) fn plan(spec: &PlanSpec, nema: &NemaSpec, relations: &Relations) -> Result<Plan, PlanErrors> {
    let mut spec = PlanSpec { program: None, stages: Vec::new(), intergreens: Vec::new(), ..spec.clone() };
    let mut waivers = Vec::new();
    for (group, g) in (0u16..).zip(&mut spec.groups) {
        let opens = |p: &&NemaPhase| p.lamps.get(usize::from(group)).is_some_and(|l| l.is_green());
        let phases: Vec<&NemaPhase> = nema.phases.iter().filter(opens).collect();
        let most = |time: fn(&NemaPhase) -> Option<Millis>| phases.iter().filter_map(|p| time(p)).max();
        let min_green = phases.iter().filter_map(|p| p.min_green).min().unwrap_or(MIN_GREEN);
        let (yellow, red) = (most(|p| p.yellow).unwrap_or(YELLOW[0]), most(|p| p.red).unwrap_or(Millis(0)));
        if phases.is_empty() {
            waivers.push(Waiver::NeverServed { group });
        }
        if yellow == Millis(0) {
            waivers.push(Waiver::MissingYellow { group });
        } else if yellow < YELLOW[0] {
            waivers.push(Waiver::ShortYellow { group, found: yellow });
        }
        if min_green < LEAST_GREEN {
            waivers.push(Waiver::ShortGreen { group, found: min_green });
        }
        if yellow > YELLOW[1] || red > LONG_RED || min_green > LONG_GREEN {
            let [a, b, c] = [min_green, yellow, red].map(Millis::seconds);
            let what = format!("least green, yellow and red clearance last {a}, {b} and {c} s");
            waivers.push(Waiver::Other { group, what });
        }
        (g.min_green, g.yellow, g.red_clearance) = (Some(min_green), Some(yellow), Some(red));
        (g.red_yellow, g.red_revert) = (Some(Millis(0)), Some(Millis(1000)));
        g.max_green = g.max_green.map(|most| most.max(min_green));
    }
    for phase in spec.rings.iter_mut().flat_map(|r| &mut r.phases) {
        if let Some(p) = nema.phases.iter().find(|p| p.number == phase.number) {
            phase.actuation.passage = p.passage.map(|t| t.min(LONGEST_PASSAGE));
        }
    }
    for &[a, b] in relations.forbidden.keys().chain(relations.yields.keys()) {
        for [from, to] in [[a, b], [b, a]] {
            let g = &spec.groups[usize::from(from)];
            let yellow = g.yellow.unwrap_or(YELLOW[0]);
            let found = yellow + g.red_clearance.unwrap_or(Millis(0));
            let formula = relations.formula(from, to, yellow);
            if found < formula {
                waivers.push(Waiver::ShortClearance { from, to, found, formula });
            }
            let time = IntergreenTime::Given(found);
            spec.intergreens.push(IntergreenSpec { from: from.to_string(), to: to.to_string(), time });
        }
    }
    Plan::imported(spec, waivers)
}

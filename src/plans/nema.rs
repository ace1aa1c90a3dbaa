//! The plan of a NEMA program with its own times.
//!
//! The fixed steps of such a program are its phases one after the other, without yellow or red clearance: those are
//! numbers of the phases. So there are two plans: the one that runs the steps, and this one, which serves the phases and
//! has no fixed program.
//!
//! A program in coordinated mode has a pattern: its splits are greatest green, yellow and red clearance, as SUMO has them;
//! its offset points to the first green of the coordinated phases (TS2) or to their first yellow (Type 170).

use intergreen_control::Millis;
use intergreen_control::plan::{
    Coordination, ForceOffs, IntergreenSpec, IntergreenTime, OffsetReference, Pattern, PhaseSplit, Plan, PlanErrors,
    PlanSpec, Waiver,
};

use super::relations::Relations;
use super::times::{LEAST_GREEN, MIN_GREEN, YELLOW};
use crate::network::{NemaPhase, NemaSpec};

/// Beyond these, times need a waiver: least green, red clearance.
const LONG_GREEN: Millis = Millis(60_000);
const LONG_RED: Millis = Millis(6000);
/// Longest passage of a plan.
const LONGEST_PASSAGE: Millis = Millis(15_000);

/// The plan that serves the phases, and why it has no pattern although it should; `spec` has the rings and the program.
///
/// # Errors
/// What is wrong with it.
pub(super) fn plan(
    spec: &PlanSpec,
    nema: &NemaSpec,
    relations: &Relations,
) -> Result<(Plan, Option<String>), PlanErrors> {
    let offset = spec.program.as_ref().map_or(Millis(0), |p| p.offset());
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
    detectors(&mut spec, nema);
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
    let free = Plan::imported(spec.clone(), waivers.clone())?;
    if nema.coordinated.is_empty() {
        return Ok((free, None));
    }
    let coordinated = pattern(nema, offset).and_then(|pattern| {
        spec.patterns = vec![pattern];
        Plan::imported(spec, waivers).map_err(|errors| super::one_line(&errors))
    });
    Ok(coordinated.map_or_else(|why| (free, Some(why)), |plan| (plan, None)))
}

/// The pattern of a program in coordinated mode.
///
/// # Errors
/// What it lacks.
fn pattern(nema: &NemaSpec, offset: Millis) -> Result<Pattern, String> {
    let cycle = nema.cycle.ok_or("it has no total-cycle-length")?;
    let split = |p: &NemaPhase| {
        let green = p.max_green.ok_or_else(|| format!("phase {} has no maxDur", p.number))?;
        let clearance = p.yellow.unwrap_or(YELLOW[0]) + p.red.unwrap_or(Millis(0));
        Ok(PhaseSplit { phase: p.number, split: green + clearance })
    };
    Ok(Pattern {
        name: "coordinated".into(),
        cycle,
        offset: Millis(offset.0.rem_euclid(cycle.0.max(1))),
        stages: Vec::new(),
        phases: nema.phases.iter().map(split).collect::<Result<_, String>>()?,
        coordinated: nema.coordinated.clone(),
        coordination: Coordination {
            force_off: if nema.fixed_force_off { ForceOffs::Fixed } else { ForceOffs::Floating },
            reference: if nema.offset_at_yellow { OffsetReference::LeadYellow } else { OffsetReference::LeadGreen },
            ..Coordination::default()
        },
    })
}

/// Detectors that keep calls, and those that extend the green of another phase.
fn detectors(spec: &mut PlanSpec, nema: &NemaSpec) {
    let Some(rings) = &spec.rings else { return };
    let groups = |n: u8| rings.phases.iter().filter(move |p| p.number == n).flat_map(|p| p.groups.iter());
    for used in &mut spec.detectors {
        let is_of = |n: u8| groups(n).any(|g| used.groups.contains(g));
        let locking = used.locking || (used.mode.calls() && nema.latching.iter().any(|&n| is_of(n)));
        let others = nema.switched.iter().filter(|(_, other)| used.mode.extends() && is_of(*other));
        let others: Vec<String> = others.flat_map(|(phase, _)| groups(*phase)).cloned().collect();
        used.locking = locking;
        for group in others {
            if !used.groups.contains(&group) && !used.switched.contains(&group) {
                used.switched.push(group);
            }
        }
    }
}

//! From stages to a program: what is green, and yellow and all-red between.

use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use super::plan::{SignalPlan, Stage};
use super::roads::Road;
use super::turns::{ORDER, Turn};
use super::{PlanError, plan_error};
use crate::network::RequestSpec;

/// The program of a signal; group `i` is row `i` of the right-of-way table.
pub(super) fn program(
    plan: &SignalPlan,
    turns: &[Turn],
    rows: &[RequestSpec],
    roads: &[Road],
) -> Result<Program, PlanError> {
    let wrong = |problem: String| plan_error("signal", &plan.node, problem);
    check_times(plan).map_err(wrong)?;
    let mut stages = Vec::new();
    for (k, stage) in (1..).zip(&plan.stages) {
        let open = opened(stage, turns, roads).map_err(|p| wrong(format!("stage {k}: {p}")))?;
        check_compatible(&open, turns, rows, roads).map_err(|p| wrong(format!("stage {k}: {p}")))?;
        stages.push(open);
    }
    if let Some(i) = (0..turns.len()).find(|&i| !stages.iter().any(|open| open[i])) {
        return Err(wrong(format!("{} is never green; add it to a stage", describe(&turns[i], roads))));
    }
    let steps = steps(plan, &stages, rows);
    let total: i64 = steps.iter().map(|s| s.duration.0).sum();
    if total != Millis::from_seconds(plan.cycle).0 {
        return Err(wrong(format!(
            "greens, yellows and all-reds add up to {} s; expected the cycle of {} s",
            Millis(total).seconds(),
            plan.cycle
        )));
    }
    Program::new("stages", Millis::from_seconds(plan.offset), steps).map_err(|e| wrong(e.to_string()))
}

/// Refuses times that no signal has.
fn check_times(plan: &SignalPlan) -> Result<(), String> {
    let within = |field: &str, v: f64, least: f64, most: f64| {
        if (least..=most).contains(&v) { Ok(()) } else { Err(format!("{field}: {v}; expected {least} to {most} s")) }
    };
    within("cycle", plan.cycle, 10.0, 600.0)?;
    within("offset", plan.offset, -600.0, 600.0)?;
    within("yellow", plan.yellow, 1.0, 10.0)?;
    within("all_red", plan.all_red, 0.0, 20.0)?;
    if plan.stages.is_empty() {
        return Err("has no stages; expected at least one".into());
    }
    plan.stages.iter().try_for_each(|s| within("green", s.green, 1.0, 600.0))
}

/// Which turns a stage opens.
fn opened(stage: &Stage, turns: &[Turn], roads: &[Road]) -> Result<Vec<bool>, String> {
    let mut open = vec![false; turns.len()];
    for go in &stage.go {
        let (name, letters) = go.split_once(':').unwrap_or((go, "rsl"));
        let explicit = go.contains(':');
        if !turns.iter().any(|t| roads[t.road].name == name) {
            let mut known: Vec<&str> = turns.iter().map(|t| roads[t.road].name.as_str()).collect();
            known.dedup();
            return Err(format!("'{name}' does not arrive here; expected one of {}", known.join(", ")));
        }
        for letter in letters.chars() {
            let Some(&(direction, _)) = ORDER.iter().find(|&&(_, l)| l == letter) else {
                return Err(format!("'{go}' has a '{letter}'; expected r, s or l"));
            };
            let mut found = false;
            for (o, t) in open.iter_mut().zip(turns) {
                let this = roads[t.road].name == name && t.direction == direction;
                found |= this;
                *o |= this;
            }
            if explicit && !found {
                return Err(format!("'{go}': nothing turns '{letter}' from '{name}'"));
            }
        }
    }
    Ok(open)
}

/// Refuses foes that are open together though neither gives way to the other.
fn check_compatible(open: &[bool], turns: &[Turn], rows: &[RequestSpec], roads: &[Road]) -> Result<(), String> {
    for (i, row) in rows.iter().enumerate().filter(|&(i, _)| open[i]) {
        for &f in &row.foes {
            let j = usize::from(f);
            if open[j] && !row.yields_to.contains(&f) && !rows[j].yields_to.contains(&(i as u16)) {
                return Err(format!(
                    "{} and {} cross and neither gives way; put them into different stages",
                    describe(&turns[i], roads),
                    describe(&turns[j], roads)
                ));
            }
        }
    }
    Ok(())
}

/// A turn in words.
fn describe(turn: &Turn, roads: &[Road]) -> String {
    format!("'{}' to '{}'", roads[turn.road].name, roads[turn.to_road].name)
}

/// The steps of all stages: green, then yellow and all-red where something ends.
fn steps(plan: &SignalPlan, stages: &[Vec<bool>], rows: &[RequestSpec]) -> Vec<ProgramStep> {
    let mut out = Vec::new();
    let mut push = |seconds: f64, lamps: Vec<Lamp>| {
        let duration = Millis::from_seconds(seconds);
        if duration.0 > 0 {
            out.push(ProgramStep { duration, lamps });
        }
    };
    for (k, open) in stages.iter().enumerate() {
        let next = &stages[(k + 1) % stages.len()];
        push(plan.green(k), green(open, rows));
        if open.iter().zip(next).all(|(&now, &then)| then || !now) {
            continue;
        }
        // What goes on keeps its lamp: those it gives way to are still clearing.
        let ending = |lamp: Lamp| {
            let lamps = green(open, rows).into_iter().enumerate();
            lamps.map(|(i, l)| if open[i] && !next[i] { lamp } else { l }).collect()
        };
        push(plan.yellow, ending(Lamp::Yellow));
        push(plan.all_red, ending(Lamp::Red));
    }
    out
}

impl SignalPlan {
    /// Green of stage `k`, s.
    fn green(&self, k: usize) -> f64 {
        self.stages[k].green
    }
}

/// The lamps of an open stage: `g` for turns that give way to an open one.
fn green(open: &[bool], rows: &[RequestSpec]) -> Vec<Lamp> {
    rows.iter()
        .enumerate()
        .map(|(i, row)| match open[i] {
            false => Lamp::Red,
            true if row.yields_to.iter().any(|&r| open[usize::from(r)]) => Lamp::GreenMinor,
            true => Lamp::Green,
        })
        .collect()
}

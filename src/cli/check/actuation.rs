//! What a plan says of rings, and of how their phases are actuated.

use std::fmt::Write;

use intergreen_control::plan::{Actuation, PhaseSpec};
use intergreen_control::{Millis, PhaseTimes, Plan, Strategy};

use super::summary::{list, s, table};

/// Rings, phases and overlaps.
pub(super) fn rings(text: &mut String, plan: &Plan) {
    let Some(rings) = plan.rings() else { return };
    let _ = writeln!(text, "\nRings (| is a barrier)");
    for (r, ring) in (1..).zip(&rings.rings) {
        let section = |s: &Vec<u8>| s.iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
        let sections: Vec<String> = ring.iter().map(section).collect();
        let _ = writeln!(text, "  ring {r}: {} |", sections.join(" | "));
    }
    let modes = plan.spec().rings.as_ref().map(|r| r.modes).unwrap_or_default();
    if modes.red_rest {
        let _ = writeln!(text, "  red rest: red when nobody is called");
    }
    if modes.backup_protection {
        let _ = writeln!(text, "  backup protection: all rings are red before an earlier phase of a section follows");
    }
    for phase in &rings.phases {
        let walks =
            if phase.walks.is_empty() { String::new() } else { format!("; walks {}", list(plan, &phase.walks)) };
        let _ = writeln!(text, "  phase {}: {}{walks}", phase.number, list(plan, &phase.groups));
    }
    let numbers = |mask: u32| {
        let set = (1..=32).filter(|n| mask & (1 << (n - 1)) != 0);
        set.map(|n: u32| n.to_string()).collect::<Vec<_>>().join(" ")
    };
    for o in &rings.overlaps {
        let (phases, permissive) = (numbers(o.phases), numbers(o.permissive));
        let gives_way = if permissive.is_empty() { String::new() } else { format!(", giving way with {permissive}") };
        let lead = if o.lead == Millis(0) { String::new() } else { format!(", starts {} s later", s(o.lead)) };
        let trail = if o.trail == Millis(0) { String::new() } else { format!(", ends {} s later", s(o.trail)) };
        let _ = writeln!(text, "  overlap {}: with {phases}{gives_way}{lead}{trail}", list(plan, &[o.group]));
    }
}

/// How phases are actuated, with what `nema` takes where the plan leaves a time open.
pub(super) fn phases(text: &mut String, plan: &Plan, nema: Option<&dyn Strategy>) {
    let known = nema.map(Strategy::phase_times).unwrap_or_default();
    let all = plan.spec().rings.iter().flat_map(|r| &r.phases);
    let phases: Vec<(&PhaseSpec, &PhaseTimes)> =
        all.filter_map(|p| Some((p, known.iter().find(|k| k.number == p.number)?))).collect();
    if phases.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\nActuation with nema, s (in brackets: not the plan's, but of groups, detectors, parameters, defaults)"
    );
    let titles = [
        "phase",
        "min green",
        "passage",
        "max 1",
        "max 2",
        "min gap",
        "TBR",
        "TTR",
        "added",
        "max initial",
        "dyn limit",
        "dyn step",
        "cond min",
    ];
    let rows: Vec<[String; 13]> = phases.iter().map(|&(p, holds)| row(p, holds)).collect();
    // What no phase has is left out.
    let has = |&c: &usize| rows.iter().any(|row| !row[c].is_empty());
    let columns: Vec<usize> = (0..titles.len()).filter(has).collect();
    let titles = columns.iter().map(|&c| titles[c].to_owned()).collect();
    let rows = rows.iter().map(|row| columns.iter().map(|&c| row[c].clone()).collect());
    table(text, &std::iter::once(titles).chain(rows).collect::<Vec<_>>());
    for (phase, holds) in phases {
        let words = words(&phase.actuation, holds);
        if !words.is_empty() {
            let _ = writeln!(text, "  phase {}: {}", phase.number, words.join(", "));
        }
    }
}

/// The times of a phase. What belongs to an option stands there only if the phase has that.
fn row(phase: &PhaseSpec, holds: &PhaseTimes) -> [String; 13] {
    let a = &phase.actuation;
    let [max_1, max_2] = holds.max;
    let only = |is: bool, time: Millis| is.then_some(time);
    let reduces = a.min_gap.is_some() || a.before_reduction.is_some() || a.to_reduce.is_some();
    let (adds, grows, again) = (a.added_initial.is_some(), a.dynamic_limit.is_some(), a.conditional_service);
    [
        phase.number.to_string(),
        cell(a.min_green, Some(holds.min_green)),
        cell(a.passage, Some(holds.passage)),
        cell(a.max_1, Some(max_1)),
        cell(a.max_2, only(a.max_2.is_some() || max_2 != max_1, max_2)),
        cell(a.min_gap, only(reduces, a.min_gap.unwrap_or(holds.passage))),
        cell(a.before_reduction, only(reduces, a.before_reduction.unwrap_or(Millis(0)))),
        cell(a.to_reduce, only(reduces, a.to_reduce.unwrap_or(Millis(0)))),
        cell(a.added_initial, a.added_initial),
        cell(a.max_initial, only(adds, a.max_initial.unwrap_or(Actuation::MAX_INITIAL))),
        cell(a.dynamic_limit, a.dynamic_limit),
        cell(a.dynamic_step, only(grows, a.dynamic_step.unwrap_or(Actuation::DYNAMIC_STEP))),
        cell(a.conditional_min, only(again, a.conditional_min.unwrap_or(holds.min_green))),
    ]
}

/// The time that holds, in brackets unless it is the one that the plan gives; that one alone where it has no effect.
fn cell(given: Option<Millis>, holds: Option<Millis>) -> String {
    match holds {
        Some(time) if given != Some(time) => format!("({})", s(time)),
        _ => given.map_or_else(String::new, s),
    }
}

/// What else a phase does.
fn words(a: &Actuation, holds: &PhaseTimes) -> Vec<&'static str> {
    let usually = holds.number.is_multiple_of(2);
    let words = [
        (holds.dual_entry && !usually, "dual entry"),
        (!holds.dual_entry && usually, "no dual entry"),
        (a.conditional_service, "conditional service"),
        (a.rest_in_walk, "rests in walk"),
        (a.ped_recycle, "walks again in its green"),
        (a.guaranteed_passage, "guaranteed passage"),
        (a.single_gap, "gaps out alone"),
    ];
    words.into_iter().filter(|w| w.0).map(|w| w.1).collect()
}

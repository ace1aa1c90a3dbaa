//! What a plan says of detectors, and of how phases answer them.

use std::fmt::Write;

use intergreen_control::plan::{Actuation, DetectorMode, DetectorUse};
use intergreen_control::{Millis, Plan};

use super::summary::{left, s, table};
use crate::cli::summary::plain;

/// How phases are actuated, where the plan says more than the strategy's parameters would.
pub(super) fn phases(text: &mut String, plan: &Plan) {
    let all = plan.spec().rings.iter().flat_map(|r| &r.phases);
    let told: Vec<(u8, &Actuation)> =
        all.filter(|p| p.actuation != Actuation::default()).map(|p| (p.number, &p.actuation)).collect();
    if told.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nActuation, s (what is left out follows from groups and parameters)");
    let titles = ["phase", "min green", "passage", "max 1", "max 2", "min gap", "TBR", "TTR", "added", "max initial"];
    let mut rows = vec![titles.map(String::from).to_vec()];
    let mut notes = Vec::new();
    for (number, a) in told {
        let times = [
            a.min_green,
            a.passage,
            a.max_1,
            a.max_2,
            a.min_gap,
            a.before_reduction,
            a.to_reduce,
            a.added_initial,
            a.max_initial,
        ];
        let cells = times.iter().map(|t| t.map_or_else(String::new, s));
        rows.push(std::iter::once(number.to_string()).chain(cells).collect());
        let words = [
            (a.dual_entry == Some(true), "dual entry"),
            (a.dual_entry == Some(false), "no dual entry"),
            (a.conditional_service, "conditional service"),
            (a.rest_in_walk, "rests in walk"),
            (a.ped_recycle, "walks again in its green"),
            (a.guaranteed_passage, "guaranteed passage"),
            (a.single_gap, "gaps out alone"),
        ];
        let words: Vec<&str> = words.iter().filter(|w| w.0).map(|w| w.1).collect();
        if !words.is_empty() {
            notes.push(format!("  phase {number}: {}", words.join(", ")));
        }
    }
    table(text, &rows);
    notes.iter().for_each(|n| {
        let _ = writeln!(text, "{n}");
    });
}

/// Channels with their places, groups and what they do.
pub(super) fn detectors(text: &mut String, plan: &Plan) {
    if plan.spec().detectors.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nDetectors: channel, groups, what they do, where they lie (m before the stop line)");
    left(text, &plan.spec().detectors.iter().map(detector).collect::<Vec<_>>());
}

fn detector(d: &DetectorUse) -> Vec<String> {
    let mode = match d.mode {
        DetectorMode::CallAndExtend => "calls and extends",
        DetectorMode::Call => "calls",
        DetectorMode::Extend => "extends",
        DetectorMode::Count => "counts",
    };
    let after = |what: &str, time: Millis| (time != Millis(0)).then(|| format!("{what} {} s", s(time)));
    let locking = d.locking.then(|| "locking".to_owned());
    let more = [Some(mode.to_owned()), locking, after("delay", d.delay), after("extend", d.extend)];
    let groups: Vec<String> = d.groups.iter().map(|g| plain(g)).collect();
    let place = d.place.as_ref().map_or_else(String::new, |p| {
        let kind = p.kind.name();
        format!("{kind} {} to {:.1}, lane {}", p.distance_m, p.distance_m + p.length_m, plain(&p.lane))
    });
    vec![d.channel.to_string(), groups.join(", "), more.into_iter().flatten().collect::<Vec<_>>().join(", "), place]
}

//! What a plan says of coordination: patterns, and which of them is in force when.

use std::fmt::Write;

use intergreen_control::plan::{Coordination, DayAction, DayEntry, ForceOffs, OffsetReference, Pattern, Transition};
use intergreen_control::{Millis, Plan};

use super::summary::{left, s};
use crate::cli::summary::plain;

/// Patterns, and how they are kept to.
pub(super) fn patterns(text: &mut String, plan: &Plan) {
    if plan.spec().patterns.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nPatterns, s");
    let row = |p: &Pattern| {
        let stages = p.stages.iter().map(|x| format!("{} {}", plain(&x.stage), s(x.split)));
        let phases = p.phases.iter().map(|x| format!("{} {}", x.phase, s(x.split)));
        let splits: Vec<String> = stages.chain(phases).collect();
        let coordinated: Vec<String> = p.coordinated.iter().map(u8::to_string).collect();
        let coordinated =
            if coordinated.is_empty() { String::new() } else { format!("; coordinated {}", coordinated.join(" and ")) };
        let splits = splits.join(", ") + &coordinated;
        vec![plain(&p.name), format!("cycle {}", s(p.cycle)), format!("offset {}", s(p.offset)), splits]
    };
    left(text, &plan.spec().patterns.iter().map(row).collect::<Vec<_>>());
    for pattern in plan.spec().patterns.iter().filter(|p| !p.phases.is_empty()) {
        let _ = writeln!(text, "  {}: {}", plain(&pattern.name), kept(&pattern.coordination));
    }
}

/// How `nema` keeps to a pattern.
fn kept(coordination: &Coordination) -> String {
    let force_offs = match coordination.force_off {
        ForceOffs::Fixed => "fixed force-offs",
        ForceOffs::Floating => "floating force-offs",
    };
    let reference = match coordination.reference {
        OffsetReference::Cycle => "offset to the first phases",
        OffsetReference::LeadGreen => "offset to lead green",
        OffsetReference::LagGreen => "offset to lag green",
        OffsetReference::LeadYellow => "offset to lead yellow",
        OffsetReference::LagYellow => "offset to lag yellow",
    };
    let transition = match coordination.transition {
        Transition::Shortway => "transition shortway",
        Transition::Dwell => "transition dwell",
        Transition::Add => "transition add",
        Transition::Subtract => "transition subtract",
    };
    let keeps_max = coordination.keeps_max.then(|| "max is not inhibited".to_owned());
    let actuated = coordination.actuated.filter(|&time| time != Millis(0));
    let actuated = actuated.map(|time| format!("actuated for the last {} s", s(time)));
    let words = [force_offs, reference, transition].map(str::to_owned);
    words.into_iter().chain(keeps_max).chain(actuated).collect::<Vec<_>>().join(", ")
}

/// Day plans, and which day has which.
pub(super) fn calendar(text: &mut String, plan: &Plan) {
    let calendar = &plan.spec().calendar;
    if calendar.days.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nDay plans");
    for day in &calendar.days {
        let entry = |e: &DayEntry| {
            let (minutes, odd) = (e.from.0 / 60_000, Millis(e.from.0 % 60_000));
            let odd = if odd == Millis(0) { String::new() } else { format!(":{:0>2}", s(odd)) };
            let what = match &e.action {
                DayAction::Pattern(name) => name.as_str(),
                DayAction::Free => "(free)",
                DayAction::Flash => "(flash)",
            };
            format!("{:02}:{:02}{odd} {}", minutes / 60, minutes % 60, plain(what))
        };
        let entries: Vec<String> = day.entries.iter().map(entry).collect();
        let _ = writeln!(text, "  {}: {}", plain(&day.name), entries.join(", "));
    }
    if !calendar.week.is_empty() {
        let _ = writeln!(text, "  Monday to Sunday: {}", plain(&calendar.week.join(", ")));
    }
    for h in &calendar.holidays {
        let year = h.year.map_or_else(|| "every year".into(), |y| y.to_string());
        let _ = writeln!(text, "  {year}, {:02}-{:02}: {}", h.month, h.day, plain(&h.plan));
    }
}

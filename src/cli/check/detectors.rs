//! What a plan says of detectors.

use std::fmt::Write;

use intergreen_control::plan::{DetectorLimits, DetectorMode, DetectorUse, RoadSection};
use intergreen_control::{Millis, Plan, Strategy};

use super::summary::{left, s};
use crate::cli::summary::plain;

/// Channels with their places, groups and what they do, and what else some of them do.
pub(super) fn detectors(text: &mut String, plan: &Plan, nema: Option<&dyn Strategy>) {
    let all = &plan.spec().detectors;
    if all.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nDetectors: channel, groups, what they do, where they lie (m before the stop line)");
    let aside = |(i, d): (usize, &DetectorUse)| d.usual && nema.is_some_and(|nema| nema.minds(i).is_none());
    let asides: Vec<bool> = all.iter().enumerate().map(aside).collect();
    left(text, &all.iter().zip(&asides).map(|(d, &aside)| row(d, aside)).collect::<Vec<_>>());
    if asides.contains(&true) {
        let _ = writeln!(text, "  not with nema: traffic is slow there, and the zone at the stop line extends");
    }
    for d in all {
        let name = format!("detector {} ({})", d.channel, names(&d.groups));
        let (more, broken) = (more(d), broken(&d.diagnostics));
        for (what, list) in [("", more), ("diagnostics: ", broken)] {
            if !list.is_empty() {
                let _ = writeln!(text, "  {name}: {what}{}", list.join(", "));
            }
        }
    }
}

fn names(groups: &[String]) -> String {
    groups.iter().map(|g| plain(g)).collect::<Vec<_>>().join(", ")
}

fn row(d: &DetectorUse, aside: bool) -> Vec<String> {
    let mode = match d.mode {
        DetectorMode::CallAndExtend => "calls and extends",
        DetectorMode::Call => "calls",
        DetectorMode::Extend => "extends",
        DetectorMode::Count => "counts",
    };
    let after = |what: &str, time: Millis| (time != Millis(0)).then(|| format!("{what} {} s", s(time)));
    let locking = match (d.locking, d.yellow_lock) {
        (false, _) => None,
        (true, false) => Some("locking".to_owned()),
        (true, true) => Some("locking on yellow too".to_owned()),
    };
    let aside = aside.then(|| "not with nema".to_owned());
    let does = [Some(mode.to_owned()), aside, locking, after("delay", d.delay), after("extend", d.extend)];
    let does = does.into_iter().flatten().collect::<Vec<_>>().join(", ");
    vec![d.channel.to_string(), names(&d.groups), does, place(d)]
}

/// Where it lies. Which lanes of a road it covers stands there in full only where its lane's name does not say it.
fn place(d: &DetectorUse) -> String {
    let of = d.section.as_ref().map(|RoadSection { road, lanes, of }| {
        let lanes = lanes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        (format!("{road}_{lanes}"), format!("{lanes} of {of} of {}", plain(road)), format!(" of {of}"))
    });
    let Some(p) = &d.place else {
        return of.map_or_else(String::new, |(_, all, _)| format!("covers {all}"));
    };
    let (short, long) = match of {
        Some((lane, _, short)) if lane == p.lane => (short, String::new()),
        Some((_, all, _)) => (String::new(), format!(", covers {all}")),
        None => Default::default(),
    };
    let (kind, end) = (p.kind.name(), p.distance_m + p.length_m);
    format!("{kind} {} to {end:.1}, lane {}{short}, {} m/s{long}", p.distance_m, plain(&p.lane), p.speed_m_s)
}

/// What few detectors do.
fn more(d: &DetectorUse) -> Vec<String> {
    let limit = (d.extend_limit != Millis(0)).then(|| format!("extend limit {} s", s(d.extend_limit)));
    let switched = (!d.switched.is_empty()).then(|| format!("switched to {}", names(&d.switched)));
    let queue = d.queue.then(|| "extends for the queue only".to_owned());
    let added = d.added_initial.then(|| "added initial".to_owned());
    let found = d.diagnostics.fail_time;
    let fail_time = (found != DetectorLimits::default().fail_time).then(|| format!("fail time {found} s"));
    [queue, limit, added, switched, fail_time].into_iter().flatten().collect()
}

/// By what it is taken for broken, as far as that is not usual.
fn broken(found: &DetectorLimits) -> Vec<String> {
    let usual = DetectorLimits::default();
    let time = |what: &str, found: Millis, usual: Millis| {
        let value = if found == Millis(0) { "never".to_owned() } else { format!("{} s", s(found)) };
        (found != usual).then(|| format!("{what} {value}"))
    };
    let count = |what: &str, unit: &str, found: u16, usual: u16| {
        let value = if found == 0 { "never".to_owned() } else { format!("{found}{unit}") };
        (found != usual).then(|| format!("{what} {value}"))
    };
    let all = [
        time("no activity", found.no_activity, usual.no_activity),
        count("expected", "", found.expected, usual.expected),
        time("max presence", found.max_presence, usual.max_presence),
        count("erratic", "/min", found.erratic, usual.erratic),
        time("short pulse", found.short_pulse, usual.short_pulse),
    ];
    all.into_iter().flatten().collect()
}

//! What stands in a good plan, for people who know signals.

use std::fmt::Write;

use intergreen_control::plan::{Group, GroupKind, IntergreenTime, PreemptKind, Recall, Relation, StartUp};
use intergreen_control::{Millis, Plan, Registry};

use super::{actuation, coordination, detectors, together};
use crate::cli::summary::plain;

/// So many groups fit into a table across the screen; of larger plans the pairs are listed.
const WIDEST: usize = 20;

/// A plan as tables; phases as `nema` serves them with some parameters of its own.
pub fn summary(plan: &Plan, of_nema: &[(String, String)]) -> String {
    let nema = Registry::default().make("nema", of_nema, plan).ok();
    let mut text = format!("{}: {} groups\n", plain(plan.name()), plan.groups().len());
    groups(&mut text, plan);
    matrix(&mut text, plan);
    intergreens(&mut text, plan);
    strangers(&mut text, plan);
    start_up(&mut text, plan);
    program(&mut text, plan);
    stages(&mut text, plan);
    actuation::rings(&mut text, plan);
    actuation::phases(&mut text, plan, nema.as_deref());
    detectors::detectors(&mut text, plan, nema.as_deref());
    coordination::patterns(&mut text, plan);
    coordination::calendar(&mut text, plan);
    preempts(&mut text, plan);
    let _ = writeln!(
        text,
        "\nEverybody is served once within {} s at least times; checksum {:016x}",
        plan.worst_sequence().seconds(),
        plan.checksum()
    );
    let spec = plan.spec();
    let _ = writeln!(
        text,
        "{}",
        match (plan.program(), spec.patterns.first()) {
            (Some(_), _) => "fixed_time can run it: its program".into(),
            (None, Some(first)) =>
                format!("fixed_time can run it: its patterns, the first being {}", plain(&first.name)),
            (None, None) => String::from("fixed_time cannot run it: it has neither a program nor a pattern"),
        }
    );
    let steps = plan.program().map_or(0, |p| p.steps().len());
    let counts = [
        (spec.groups.len(), "groups"),
        (spec.forbidden.len(), "forbidden pairs"),
        (spec.yields.len(), "yielding pairs"),
        (spec.intergreens.len(), "intergreens"),
        (steps, "program steps"),
        (spec.stages.len(), "stages"),
        (spec.interstages.len(), "interstages"),
        (plan.rings().map_or(0, |r| r.phases.len()), "phases"),
        (plan.rings().map_or(0, |r| r.overlaps.len()), "overlaps"),
        (spec.detectors.len(), "detectors"),
        (spec.patterns.len(), "patterns"),
        (spec.calendar.days.len(), "day plans"),
        (spec.preempts.len(), "preempts"),
        (spec.priorities.len(), "priorities"),
    ];
    let counts: Vec<String> = counts.iter().filter(|c| c.0 > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let _ = writeln!(text, "Checked: {}", counts.join(", "));
    text
}

/// Seconds; nothing if it is never.
pub(super) fn s(time: Millis) -> String {
    if time == Millis::NEVER { String::new() } else { time.seconds().to_string() }
}

/// A table with its columns aligned: the first to the left, the others to the right.
pub(super) fn table(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::from(" ");
        for (c, (cell, &w)) in row.iter().zip(&widths).enumerate() {
            let _ = if c == 0 { write!(line, " {cell:<w$}") } else { write!(line, "  {cell:>w$}") };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn groups(text: &mut String, plan: &Plan) {
    let titles =
        ["group", "kind", "green ≥", "green ≤", "yellow", "red-yellow", "red clear", "lead", "max red", "recall"];
    let mut rows = vec![titles.map(String::from).to_vec()];
    let or_empty = |time: Millis| if time == Millis(0) { String::new() } else { s(time) };
    rows.extend(plan.groups().iter().map(|g: &Group| {
        vec![
            plain(&g.name),
            kind(g.kind).into(),
            s(g.min_green),
            s(g.max_green),
            s(g.yellow),
            or_empty(g.red_yellow),
            or_empty(g.red_clearance),
            or_empty(g.lead),
            s(g.max_red),
            recall(g.recall).into(),
        ]
    }));
    let _ =
        writeln!(text, "\nGroups, s (people on foot: walk, clearance and buffer as green, yellow and red clearance)");
    table(text, &rows);
    let usual = |g: &&Group| g.red_revert != Millis(1000);
    let reverts: Vec<String> =
        plan.groups().iter().filter(usual).map(|g| format!("{} {}", plain(&g.name), s(g.red_revert))).collect();
    if !reverts.is_empty() {
        let _ = writeln!(text, "  Least red other than 1 s: {}", reverts.join(", "));
    }
    let turn: Vec<String> = plan.spec().groups.iter().filter(|g| g.turn_on_red).map(|g| plain(&g.name)).collect();
    if !turn.is_empty() {
        let _ = writeln!(text, "  Turn on red after a stop: {}", turn.join(", "));
    }
}

fn kind(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Vehicle => "vehicle",
        GroupKind::Arrow => "arrow",
        GroupKind::Pedestrian => "on foot",
        GroupKind::Bicycle => "bicycle",
        GroupKind::Bus => "bus",
        GroupKind::FlashingYellowArrow => "flashing arrow",
    }
}

fn recall(recall: Recall) -> &'static str {
    match recall {
        Recall::None => "",
        Recall::Min => "min",
        Recall::Max => "max",
        Recall::Ped => "ped",
        Recall::Soft => "soft",
    }
}

/// Relations and intergreens: rows end, columns start.
fn matrix(text: &mut String, plan: &Plan) {
    let names: Vec<String> = plan.groups().iter().map(|g| plain(&g.name)).collect();
    let numbers = || (0u16..).take(names.len());
    let m = plan.matrix();
    let cell = |from: u16, to: u16| {
        let time = m.intergreen(from, to);
        let time = if time == Millis(0) { String::new() } else { s(time) };
        match (m.relation(from, to), m.relation(to, from)) {
            (Relation::Forbidden, _) => format!("{}x", s(m.intergreen(from, to))),
            (Relation::Yields, _) => format!("{time}y"),
            (Relation::YieldsToOncoming, _) => format!("{time}o"),
            (_, other) if other.yields() => format!("{time}."),
            _ => String::new(),
        }
    };
    let legend = "x forbidden, y the row gives way, o to oncoming traffic, . the column gives way";
    if names.len() <= WIDEST {
        let _ = writeln!(text, "\nIntergreens, s, from the end of the row to the start of the column; {legend}");
        let mut rows = vec![std::iter::once(String::new()).chain(names.iter().cloned()).collect::<Vec<_>>()];
        for from in numbers() {
            let cells = numbers().map(|to| if from == to { "-".into() } else { cell(from, to) });
            rows.push(std::iter::once(names[usize::from(from)].clone()).chain(cells).collect());
        }
        table(text, &rows);
        return;
    }
    let _ = writeln!(text, "\nIntergreens, s, from an end to a start; {legend}");
    for from in numbers() {
        let pairs: Vec<String> =
            m.partners(from).iter().map(|&to| format!("{} {}", names[usize::from(to)], cell(from, to))).collect();
        if !pairs.is_empty() {
            let _ = writeln!(text, "  {}: {}", names[usize::from(from)], pairs.join(", "));
        }
    }
}

/// So many pairs of a kind are named.
const MOST: usize = 40;

/// Pairs as text, and how many more there are.
fn pairs(list: &[String]) -> String {
    let more = list.len().saturating_sub(MOST);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    list.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ") + &more
}

/// What there is to say about intergreens besides their times.
fn intergreens(text: &mut String, plan: &Plan) {
    let of = |which: fn(&IntergreenTime) -> bool| -> Vec<String> {
        let those = plan.spec().intergreens.iter().filter(|i| which(&i.time));
        those.map(|i| format!("{} → {}", plain(&i.from), plain(&i.to))).collect()
    };
    let computed = of(|t| matches!(t, IntergreenTime::Computed(_)));
    let derived = of(|t| matches!(t, IntergreenTime::Derived(_)));
    for (what, list) in [("Computed from geometry", computed), ("Derived from a formula", derived)] {
        if !list.is_empty() {
            let _ = writeln!(text, "  {what}: {}", pairs(&list));
        }
    }
    let m = plan.matrix();
    let mut short = Vec::new();
    for (from, group) in (0u16..).zip(plan.groups()).filter(|(_, g)| !g.is_pedestrian()) {
        for &to in m.partners(from).iter().filter(|&&to| m.relation(from, to) == Relation::Forbidden) {
            if m.intergreen(from, to) < group.yellow {
                short.push(format!("{} → {}", plain(&group.name), list(plan, &[to])));
            }
        }
    }
    let _ = match short.len() {
        0 => writeln!(text, "  No intergreen of a forbidden pair is shorter than the yellow before it"),
        1 => writeln!(text, "  1 intergreen is SHORTER than the yellow before it: {}", short[0]),
        n => writeln!(text, "  {n} intergreens are SHORTER than the yellow before them: {}", pairs(&short)),
    };
    let _ = if plan.spec().yellow_conflicts {
        writeln!(text, "  No green while a conflicting group still shows yellow (yellow_conflicts)")
    } else {
        writeln!(text, "  Intergreens alone count (no yellow_conflicts)")
    };
}

/// Pairs that nobody said anything about, although they are never open together.
fn strangers(text: &mut String, plan: &Plan) {
    let found = together::strangers(plan);
    if found.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nNo relation, and never open together: intended?");
    for (group, others) in found.iter().take(MOST) {
        let _ = writeln!(text, "  {}: {}", list(plan, &[*group]), list(plan, others));
    }
    let more: usize = found.iter().skip(MOST).map(|(_, others)| others.len()).sum();
    if more > 0 {
        let _ = writeln!(text, "  and {more} pairs more");
    }
}

fn start_up(text: &mut String, plan: &Plan) {
    let start = plan.spec().start_up;
    let _ = if start == StartUp::default() {
        writeln!(text, "\nNo start-up: lamps are taken over as asked for; for simulations only")
    } else {
        let (flash, yellow, red) = (s(start.flash), s(start.yellow), s(start.all_red));
        writeln!(text, "\nStart-up: {flash} s flashing, {yellow} s yellow, {red} s red everywhere")
    };
}

fn program(text: &mut String, plan: &Plan) {
    let Some(program) = plan.program() else { return };
    let (cycle, offset) = (s(program.cycle()), s(program.offset()));
    let _ = writeln!(text, "\nProgram '{}': cycle {cycle} s, offset {offset} s", plain(program.id()));
    for step in program.steps() {
        let lamps: String = step.lamps.iter().map(|l| l.letter()).collect();
        let _ = writeln!(text, "  {:>6} s  {lamps}", s(step.duration));
    }
}

fn stages(text: &mut String, plan: &Plan) {
    if plan.stages().is_empty() {
        return;
    }
    let _ = writeln!(text, "\nStages");
    let rows: Vec<Vec<String>> = plan.stages().iter().map(|st| vec![plain(&st.name), list(plan, &st.groups)]).collect();
    left(text, &rows);
    for i in &plan.spec().interstages {
        let delays = |verb: &str, list: &[intergreen_control::plan::Delay]| {
            list.iter().map(|d| format!("{} {verb} after {} s", plain(&d.group), s(d.after))).collect::<Vec<_>>()
        };
        let all = [delays("ends", &i.ends), delays("starts", &i.starts)].concat();
        let all = if all.is_empty() { "all end at once".into() } else { all.join(", ") };
        let _ = writeln!(text, "  {} → {}: {all}", plain(&i.from), plain(&i.to));
    }
}

fn preempts(text: &mut String, plan: &Plan) {
    let spec = plan.spec();
    if spec.preempts.is_empty() && spec.priorities.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nPreemption and priority");
    for (p, groups) in plan.preempts() {
        let kind = match p.kind {
            PreemptKind::Rail => "rail",
            PreemptKind::Emergency => "emergency",
            PreemptKind::Bus => "bus",
        };
        let track = match groups.track.as_slice() {
            [] => String::new(),
            track => format!("track {} for {} s, ", list(plan, track), s(p.track_green)),
        };
        let cuts = match (p.cuts_walk, p.cuts_clearance) {
            (false, false) => "cuts neither walk nor clearance of people on foot",
            (true, false) => "cuts WALK short",
            (false, true) => "cuts CLEARANCE of people on foot short",
            (true, true) => "cuts WALK and CLEARANCE of people on foot short",
        };
        let _ = writeln!(
            text,
            "  {} ({kind}): after {} s {track}dwell {} for {} s or more, exit {}; ignored after {} s; {cuts}",
            plain(&p.name),
            s(p.delay),
            list(plan, &groups.dwell),
            s(p.min_dwell),
            list(plan, &groups.exit),
            s(p.max_presence)
        );
    }
    for p in &spec.priorities {
        let (extension, lockout) = (s(p.extension), s(p.lockout));
        let _ =
            writeln!(text, "  {}: {} up to {extension} s longer, once in {lockout} s", plain(&p.name), plain(&p.group));
    }
}

/// A table of text.
pub(super) fn left(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &w)| format!("{cell:<w$}")).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
}

/// The names of groups.
pub(super) fn list(plan: &Plan, groups: &[u16]) -> String {
    if groups.is_empty() {
        return "nobody".into();
    }
    groups.iter().filter_map(|&g| Some(plain(&plan.groups().get(usize::from(g))?.name))).collect::<Vec<_>>().join(", ")
}

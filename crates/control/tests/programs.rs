//! Every program in the SUMO networks of the test data: `fixed_time` shows it second for second through the kernel,
//! and no hostile strategy breaks a rule of it. Groups that are never green together are forbidden, with the program's
//! own smallest gap as intergreen.

use std::{
    fs,
    path::{Path, PathBuf},
};

use intergreen_control::{
    Controller, FixedTime, Lamp, Millis, Output, Plan, PlanSpec, Program, ProgramStep,
    plan::{IntergreenSpec, IntergreenTime, Waiver},
};

#[path = "common/hostile.rs"]
mod hostile;
#[path = "common/oracle.rs"]
mod oracle;

use hostile::{Dice, Hostile, random_input};
use oracle::Oracle;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|e| e.expect("a folder").path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "xml") {
            found.push(path);
        }
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

/// The programs in a file, by name.
fn programs(text: &str) -> Vec<Program> {
    let of = |block: &str| {
        let head = format!(" {}", block.split('>').next()?);
        let body = block.split("</tlLogic>").next()?;
        let step = |tag: &str| {
            let tag = format!(" {}", tag.split('>').next()?);
            let lamps = attribute(&tag, "state")?.chars().map(Lamp::from_letter).collect::<Option<_>>()?;
            Some(ProgramStep { duration: Millis::from_seconds(attribute(&tag, "duration")?.parse().ok()?), lamps })
        };
        let steps = body.split("<phase ").skip(1).map(step).collect::<Option<Vec<_>>>()?;
        let offset = attribute(&head, "offset").and_then(|o| o.parse().ok()).unwrap_or(0.0);
        Program::new(attribute(&head, "id")?, Millis::from_seconds(offset), smooth(steps)).ok()
    };
    text.split("<tlLogic ").skip(1).filter_map(of).collect()
}

/// Yellow directly followed by green of the same group is green.
fn smooth(mut steps: Vec<ProgramStep>) -> Vec<ProgramStep> {
    let n = steps.len();
    for _ in 0..n {
        for i in (0..n).rev() {
            for g in 0..steps[i].lamps.len() {
                let next = steps[(i + 1) % n].lamps[g];
                if steps[i].lamps[g] == Lamp::Yellow && next.is_green() {
                    steps[i].lamps[g] = next;
                }
            }
        }
    }
    steps
}

/// The shortest time from an end of `a` to a later start of `b`.
fn gap(program: &Program, a: usize, b: usize) -> Option<Millis> {
    let (mut ended, mut shortest, mut now) = (None, None, Millis(0));
    let steps = program.steps();
    let (mut a_was, mut b_was) = (false, true);
    for step in steps.iter().chain(steps).chain(steps) {
        let (a_is, b_is) = (step.lamps[a].is_green(), step.lamps[b].is_green());
        if a_was && !a_is {
            ended = Some(now);
        }
        if b_is
            && !b_was
            && let Some(ended) = ended
        {
            let found = now - ended;
            shortest = Some(shortest.unwrap_or(found).min(found));
        }
        (a_was, b_was) = (a_is, b_is);
        now += step.duration;
    }
    shortest.map(|s: Millis| s.min(Millis(60_000)))
}

fn plan(program: &Program) -> Plan {
    let (mut spec, mut waivers) = PlanSpec::of_program(program.id(), program.clone());
    let n = program.groups();
    for a in 0..n {
        for b in a + 1..n {
            let together = program.steps().iter().any(|s| s.lamps[a].is_green() && s.lamps[b].is_green());
            let (Some(there), Some(back)) = (gap(program, a, b), gap(program, b, a)) else { continue };
            if together {
                continue;
            }
            spec.forbidden.push((format!("{a}"), format!("{b}")));
            for (from, to, found) in [(a, b, there), (b, a, back)] {
                let time = IntergreenTime::Given(found);
                spec.intergreens.push(IntergreenSpec { from: format!("{from}"), to: format!("{to}"), time });
                if spec.groups[from].yellow.is_some_and(|y| found < y) {
                    let (from, to) = (from as u16, to as u16);
                    waivers.push(Waiver::ShortClearance { from, to, found, formula: found });
                }
            }
        }
    }
    Plan::imported(spec, waivers).unwrap_or_else(|e| panic!("program '{}': {e}", program.id()))
}

fn drain(controller: &mut Controller) -> Vec<Output> {
    std::iter::from_fn(|| controller.poll_output()).collect()
}

fn letters(lamps: &[Lamp]) -> String {
    lamps.iter().map(|l| l.letter()).collect()
}

#[test]
fn every_imported_program_runs_as_written_and_safely() {
    let data = std::env::var("INTERGREEN_DATA").unwrap_or_else(|_| "../../../shared/data".into());
    let mut found = Vec::new();
    files(Path::new(&data), &mut found);
    found.sort();
    let all: Vec<Program> = found.iter().flat_map(|f| programs(&fs::read_to_string(f).unwrap_or_default())).collect();
    if all.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "no programs under INTERGREEN_DATA = {data}");
        eprintln!("SKIPPED: no programs under INTERGREEN_DATA = {data}");
        return;
    }
    let (mut seconds, mut changes, mut pairs) = (0, 0, 0);
    for (i, program) in all.iter().enumerate() {
        let plan = std::sync::Arc::new(plan(program));
        pairs += plan.spec().forbidden.len();
        // As written.
        let mut controller = Controller::new(plan.clone(), Box::<FixedTime>::default(), 0);
        controller.log_events(true);
        let mut oracle = Oracle::new(&plan, true);
        let start = i as i64 * 7919 % 100_000 * 10;
        controller.start(Millis(start));
        for second in 0..=2 * program.cycle().0 / 1000 {
            let now = Millis(start + second * 1000);
            controller.advance(now);
            oracle
                .see(drain(&mut controller))
                .unwrap_or_else(|e| panic!("program '{}', fixed_time: {e}", program.id()));
            let expected = &program.steps()[program.step_at(now).0].lamps;
            let name = program.id();
            assert_eq!(letters(controller.lamps()), letters(expected), "program '{name}' from {start} ms at {now:?}");
            seconds += 1;
        }
        // Against hostile strategies.
        let mut dice = Dice::new(i as u64);
        let patience = [1000, 4000, 15_000][i % 3];
        let mut controller = Controller::new(plan.clone(), Box::new(Hostile::new(dice.next(), patience)), 2);
        controller.log_events(true);
        let mut oracle = Oracle::new(&plan, true);
        let mut now = Millis(start);
        controller.start(now);
        for _ in 0..60 {
            let at = now + dice.time(0, 5000);
            controller.handle(random_input(&mut dice, &plan, at, i % 5 == 0));
            now += dice.time(0, 10_000);
            controller.advance(now);
            oracle.see(drain(&mut controller)).unwrap_or_else(|e| panic!("program '{}', hostile: {e}", program.id()));
        }
        changes += oracle.changes;
    }
    println!(
        "{} programs in {} files, {pairs} forbidden pairs: {seconds} s as written, {changes} hostile changes",
        all.len(),
        found.len()
    );
}

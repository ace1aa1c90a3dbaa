//! Drives the safety kernel with requests and commands by chance, tick after tick of 100 ms, and lets an oracle watch
//! every change of a lamp.
//!
//! `cargo run --release -p intergreen-control --example stress -- [TICKS]`: 10⁸ ticks unless given, on all cores.
//! Prints ticks, changes, violations and the rate; fails if there is a violation.

use std::{sync::Arc, thread, time::Instant};

use intergreen_control::{
    Millis, Plan,
    kernel::{Journal, Kernel},
};

#[path = "../tests/common/dual_ring.rs"]
mod dual_ring;
#[path = "../tests/common/hostile.rs"]
mod hostile;
#[path = "../tests/common/oracle.rs"]
mod oracle;

use hostile::{Dice, Hostile};
use oracle::Oracle;

const TICK: Millis = Millis(100);

/// Runs one plan for so many ticks. Returns how many lamps changed, and the first violation.
fn run(plan: &Arc<Plan>, seed: u64, ticks: u64) -> (u64, Option<String>) {
    let mut dice = Dice::new(seed);
    let mut hostile = Hostile::new(dice.next(), 0);
    let mut kernel = Kernel::new(plan.clone());
    let mut journal = Journal::new(256, true);
    // Exact lengths are asked for where deadlines are exact; here they come with the tick.
    let mut oracle = Oracle::new(plan, false);
    let (groups, preempts) = (plan.groups().len(), plan.preempts().count().max(1));
    let mut now = Millis(0);
    kernel.start(now, &mut journal);
    kernel.self_check(true, now, &mut journal);
    let mut wait = 0;
    for _ in 0..ticks {
        now += TICK;
        if wait == 0 {
            // Sometimes at every tick, sometimes not for a minute.
            wait = [1, 1, 5, 30, 100, 600][dice.number(6)];
            kernel.request(hostile.ask(plan), now);
            let (g, on) = (dice.number(groups) as u16, dice.chance(50));
            match dice.below(40) {
                0..=5 => kernel.force_off(g),
                6 => kernel.hold(g, on && dice.chance(20)),
                7 => kernel.omit(g, on && dice.chance(20)),
                8..=11 => {
                    kernel.preempt(dice.number(preempts) as u16, on, now, &mut journal);
                }
                12 => kernel.flash(on && dice.chance(30)),
                13 if dice.chance(10) => kernel.fault(now, &mut journal),
                14..=16 => kernel.reset(now, &mut journal),
                17..=22 => kernel.call(g, on, on, &mut journal),
                23 | 24 => (0..groups as u16).for_each(|g| {
                    kernel.hold(g, false);
                    kernel.omit(g, false);
                }),
                _ => {}
            }
        }
        wait -= 1;
        kernel.advance(now, &mut journal);
        if let Some(first) = journal.pop() {
            let outputs = std::iter::once(first).chain(std::iter::from_fn(|| journal.pop()));
            if let Err(wrong) = oracle.see(outputs) {
                return (oracle.changes, Some(format!("'{}', seed {seed}: {wrong}", plan.name())));
            }
            if kernel.lamps().enumerate().any(|(g, lamp)| lamp != oracle.lamp(g)) {
                return (oracle.changes, Some(format!("at {now:?}: the outputs do not say what is shown")));
            }
        }
    }
    (oracle.changes, None)
}

fn main() {
    let ticks: u64 = match std::env::args().nth(1).map(|t| t.replace('_', "").parse()) {
        None => 100_000_000,
        Some(Ok(ticks)) => ticks,
        Some(Err(_)) => {
            eprintln!("usage: stress [TICKS]");
            std::process::exit(2);
        }
    };
    let mut plans = vec![Arc::new(dual_ring::dual_ring())];
    plans.extend((1..8).map(|seed| Arc::new(hostile::valid_plan(seed).0)));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    #[expect(clippy::disallowed_methods, reason = "measures")]
    let start = Instant::now();
    // Half of the ticks are the dual ring's.
    let slices = 2 * (plans.len() - 1);
    let each = ticks / (slices * cores) as u64 + 1;
    let plans = &plans;
    let results: Vec<(u64, Option<String>)> = thread::scope(|scope| {
        let work = |core: usize| {
            move || {
                let slice = |i: usize| {
                    let plan = if i.is_multiple_of(2) { &plans[0] } else { &plans[i / 2 + 1] };
                    run(plan, (core * slices + i) as u64 + 1, each)
                };
                (0..slices).map(slice).collect::<Vec<_>>()
            }
        };
        let threads: Vec<_> = (0..cores).map(|core| scope.spawn(work(core))).collect();
        threads.into_iter().flat_map(|t| t.join().expect("no panic")).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    let ran = each * (slices * cores) as u64;
    let changes: u64 = results.iter().map(|r| r.0).sum();
    let wrong: Vec<&String> = results.iter().filter_map(|r| r.1.as_ref()).collect();
    println!(
        "{ran} ticks of 100 ms of {} plans on {cores} cores: {changes} lamp changes, {} violations; {seconds:.1} s, {:.2} million ticks per second",
        plans.len(),
        wrong.len(),
        ran as f64 / seconds / 1e6
    );
    if !wrong.is_empty() {
        wrong.iter().for_each(|w| println!("{w}"));
        std::process::exit(1);
    }
}

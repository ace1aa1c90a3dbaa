//! What a tick costs: eight phases with people on foot, a request that changes every 15 s, time advancing by 100 ms, and
//! by deadlines; the kernel alone, and with the monitor.
//!
//! `cargo run --release -p intergreen-control --example cost`. The goal is at most 1 µs for kernel and monitor.

use std::{hint::black_box, sync::Arc, time::Instant};

use intergreen_control::{
    Limits, Millis, Monitor, Output, Permissives, Request,
    kernel::{Journal, Kernel},
    monitor::Lit,
    plan::{GroupKind, Relation},
};

#[path = "../tests/common/dual_ring.rs"]
mod dual_ring;

const TICKS: i64 = 5_000_000;

/// The monitor's own view of the junction; here, where only its cost counts, from the plan.
fn monitor(plan: &intergreen_control::Plan) -> Monitor {
    use intergreen_control::monitor::Channel;
    let n = u16::try_from(plan.groups().len()).expect("few groups");
    let mut permissives = Permissives::none(n);
    for (a, group) in (0..n).zip(plan.groups()) {
        let channel = match group.kind {
            GroupKind::Pedestrian => Channel::pedestrian(),
            GroupKind::FlashingYellowArrow => Channel::flashing_arrow(),
            _ => Channel::vehicle(),
        };
        permissives.set_channel(a, channel).expect("a channel");
        for b in (0..n).filter(|&b| b != a) {
            match plan.matrix().relation(a, b) {
                Relation::Forbidden => {
                    permissives.set_clearance(a, b, plan.matrix().intergreen(a, b)).expect("a pair");
                }
                Relation::None if plan.matrix().relation(b, a) == Relation::None => {
                    permissives.allow(a, b).expect("a pair");
                }
                Relation::None => {}
                _ => {
                    permissives.allow_yielding(a, b).expect("a pair");
                }
            }
        }
    }
    Monitor::new(permissives, Limits::default())
}

fn main() {
    let plan = Arc::new(dual_ring::dual_ring());
    let pairs: [&[u8]; 8] = [&[1, 5], &[2, 6], &[3, 7], &[4, 8], &[1, 6], &[2, 5], &[3, 8], &[4, 7]];
    for (what, monitored, by_deadlines) in
        [("kernel", false, false), ("kernel and monitor", true, false), ("kernel, only at deadlines", false, true)]
    {
        let mut kernel = Kernel::new(plan.clone());
        let mut journal = Journal::new(64, false);
        let mut monitor = monitor(&plan);
        kernel.start(Millis(0), &mut journal);
        let mut changes = 0u64;
        let mut calls = 0u64;
        #[expect(clippy::disallowed_methods, reason = "measures")]
        let start = Instant::now();
        for tick in 0..TICKS {
            let now = Millis(tick * 100);
            if tick % 150 == 0 {
                let phases = pairs[(tick / 150 % 8) as usize].iter().fold(0, |mask, p| mask | 1u32 << (p - 1));
                kernel.request(Request::Phases { phases, walks: phases }, now);
            }
            if !by_deadlines || tick % 150 == 0 || kernel.next() <= now {
                kernel.advance(now, &mut journal);
                calls += 1;
            }
            while let Some(output) = journal.pop() {
                if let Output::Lamp(change) = output {
                    changes += 1;
                    if monitored {
                        monitor.handle_lamp(change.at, change.group, change.lamp);
                        monitor.handle_read_back(change.at, change.group, Lit::of(change.lamp));
                    }
                }
            }
            if monitored {
                monitor.kick(now);
                monitor.advance(now);
            }
        }
        let ns = start.elapsed().as_secs_f64() * 1e9 / TICKS as f64;
        black_box((&kernel, &monitor));
        println!("{what}: {ns:.0} ns per tick of 100 ms ({TICKS} ticks, {calls} calls, {changes} lamp changes)");
        if monitored {
            println!("  the monitor is latched: {}", monitor.is_latched());
        }
    }
}

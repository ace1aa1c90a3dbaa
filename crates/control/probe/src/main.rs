//! A controller in a program without Rust's standard library.
//!
//! It has a panic handler of its own: if the controller, or anything it depends on, pulled std in, the two handlers
//! would clash and this would not compile. Its allocator counts, so that it also sees whether a running controller
//! allocates. The C runtime only starts it and takes its exit code:
//! 0 all well, 2 a constructor failed, 3 a wrong lamp or time, 4 memory was asked for in steady state.
#![no_std]
#![no_main]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

use alloc::{sync::Arc, vec, vec::Vec};
use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use intergreen_control::{
    Controller, DetectorEvent, Lamp, Limits, Millis, Monitor, Output, Permissives, Plan, PlanSpec, Program,
    ProgramStep, Registry,
    kernel::{Journal, Kernel},
    monitor::{Channel, Lit},
    plan::{Actuation, DetectorKind, DetectorPlace, DetectorUse, GroupSpec, PhaseSpec, PlanErrors, RingModes, RingsSpec},
};

const ARENA: usize = 1 << 24;

/// Hands out an arena from front to back and takes nothing back.
#[repr(align(64))]
struct Bump {
    arena: UnsafeCell<[u8; ARENA]>,
    used: AtomicUsize,
    requests: AtomicUsize,
}

// SAFETY: `used` grows atomically, so no two requests get the same bytes.
unsafe impl Sync for Bump {}

// SAFETY: every block lies in the arena, is aligned (offsets are, and the arena is to a cache line) and is handed out once.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.requests.fetch_add(1, Relaxed);
        let fits = |used: usize| {
            let start = used.checked_next_multiple_of(layout.align())?;
            start.checked_add(layout.size()).filter(|&end| end <= ARENA && layout.align() <= 64)
        };
        match self.used.fetch_update(Relaxed, Relaxed, fits) {
            Ok(used) => {
                let start = used.next_multiple_of(layout.align());
                // SAFETY: `fits` has seen that the block ends inside the arena.
                unsafe { self.arena.get().cast::<u8>().add(start) }
            }
            Err(_) => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: Bump =
    Bump { arena: UnsafeCell::new([0; ARENA]), used: AtomicUsize::new(0), requests: AtomicUsize::new(0) };

#[link(name = "c")]
unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: it takes nothing and does not return.
    unsafe { abort() }
}

/// Named by the unwind tables of the precompiled `core` and `alloc`; with panic = "abort" nobody calls it.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Likewise.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    // SAFETY: it takes nothing and does not return.
    unsafe { abort() }
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    match run() {
        Ok(()) => 0,
        Err(code) => code,
    }
}

#[path = "../../tests/common/dual_ring.rs"]
mod dual_ring;
#[path = "../../tests/common/hostile.rs"]
mod hostile;

/// Requests of all kinds, commands and preemptions, with events: the kernel allocates nothing once buffers have their
/// sizes.
fn run_kernel() -> Result<(), i32> {
    let plan = Arc::new(dual_ring::dual_ring());
    let mut dice = hostile::Dice::new(1);
    let mut hostile = hostile::Hostile::new(2, 0);
    let mut kernel = Kernel::new(plan.clone());
    let mut journal = Journal::new(1024, true);
    kernel.start(Millis(0), &mut journal);
    let before = MEMORY.requests.load(Relaxed);
    let (mut changes, mut preempted) = (0, 0);
    for tick in 1..200_000 {
        let now = Millis(tick * 100);
        if dice.chance(5) {
            kernel.request(hostile.ask(&plan), now);
            let (g, on) = (dice.number(13) as u16, dice.chance(50));
            match dice.below(30) {
                0..=4 => kernel.force_off(g),
                5 => kernel.hold(g, on && dice.chance(20)),
                6 => kernel.omit(g, on && dice.chance(20)),
                7..=10 => {
                    kernel.preempt(dice.below(2) as u16, on, now, &mut journal);
                }
                11 => kernel.flash(on),
                12 => kernel.fault(now, &mut journal),
                13..=16 => kernel.reset(now, &mut journal),
                17..=22 => kernel.call(g, on, on, &mut journal),
                _ => {}
            }
        }
        kernel.advance(now, &mut journal);
        while let Some(output) = journal.pop() {
            match output {
                Output::Lamp(_) => changes += 1,
                Output::Event(event) if event.code == intergreen_control::log::code::PREEMPT_DWELL => preempted += 1,
                _ => {}
            }
        }
    }
    if MEMORY.requests.load(Relaxed) != before {
        return Err(4);
    }
    // It has not been idle.
    if changes < 1000 || preempted < 10 { Err(3) } else { Ok(()) }
}

const GREENS: [[Lamp; 2]; 2] = [[Lamp::Green, Lamp::Red], [Lamp::Red, Lamp::Green]];

fn run() -> Result<(), i32> {
    let step = |seconds: i64, lamps: [Lamp; 2]| ProgramStep { duration: Millis(seconds * 1000), lamps: lamps.to_vec() };
    let steps = vec![step(30, GREENS[0]), step(20, GREENS[1])];
    let program = Program::new("probe", Millis(-7000), steps).map_err(|_| 2)?;
    let (spec, waivers) = PlanSpec::of_program("probe", program);
    let plans = [Plan::imported(spec, waivers).map_err(|_| 2)?, staged().map_err(|_| 2)?, ringed().map_err(|_| 2)?];
    let registry = Registry::default();
    for entry in registry.entries() {
        // The first plan that suits the strategy.
        let made = plans.iter().find_map(|plan| Some((plan, registry.make_for(entry.name, &[], plan, true).ok()?)));
        let (plan, strategy) = made.ok_or(2)?;
        let mut controller = Controller::new(plan.clone(), strategy, 2);
        controller.start(Millis(0));
        let mut permissives = Permissives::none(2);
        for channel in 0..2 {
            // The program goes from green to red.
            permissives.set_channel(channel, Channel::vehicle().with_floor(Millis(0))).map_err(|_| 2)?;
        }
        let mut monitor = Monitor::new(permissives, Limits::default());
        run_cycles(&mut controller, &mut monitor, 0, 2)?; // buffers reach their sizes
        let before = MEMORY.requests.load(Relaxed);
        run_cycles(&mut controller, &mut monitor, 100, 1000)?;
        if cfg!(feature = "allocates") {
            core::hint::black_box(Vec::<u8>::with_capacity(1));
        }
        if MEMORY.requests.load(Relaxed) != before {
            return Err(4);
        }
    }
    run_kernel()
}

/// Two stages with a detector each.
fn staged() -> Result<Plan, PlanErrors> {
    let s = |seconds: i64| Millis(seconds * 1000);
    let groups = vec![GroupSpec::vehicle("0", s(5), s(3)), GroupSpec::vehicle("1", s(5), s(3))];
    let spec = PlanSpec::new("staged", groups).forbid("0", "1", (s(5), s(5))).stage("0", &["0"]).stage("1", &["1"]);
    let detector = |channel: u16| {
        let kind = [DetectorKind::In, DetectorKind::Count][usize::from(channel)];
        let (lane, distance_m) = (spec.stages[usize::from(channel)].name.clone(), 100.0 * f64::from(1 - channel));
        let place = Some(DetectorPlace { kind, lane, distance_m, length_m: 2.0, speed_m_s: 13.9 });
        DetectorUse { channel, groups: spec.stages[usize::from(channel)].groups.clone(), place, ..DetectorUse::default() }
    };
    Plan::new(PlanSpec { detectors: vec![detector(0), detector(1)], ..spec })
}

/// Two phases in one ring with a detector each.
fn ringed() -> Result<Plan, PlanErrors> {
    let mut spec = staged()?.spec().clone();
    let phase = |number: u8| PhaseSpec {
        number,
        groups: spec.stages[usize::from(number - 1)].groups.clone(),
        walks: vec![],
        actuation: Actuation::default(),
    };
    let (phases, rings) = (vec![phase(1), phase(2)], vec![vec![vec![1], vec![2]]]);
    spec.rings = Some(RingsSpec { phases, rings, overlaps: vec![], modes: RingModes::default() });
    spec.stages.clear();
    Plan::new(spec)
}

/// Lets cycles of 50 s go by in steps of 700 ms with traffic on both detectors, and checks every change of
/// `fixed_time`: group 0 is green from 43 s on (the offset is −7 s), group 1 from 23 s on. The monitor watches, and sees
/// nothing wrong.
fn run_cycles(controller: &mut Controller, monitor: &mut Monitor, from_s: i64, cycles: i64) -> Result<(), i32> {
    let end = (from_s + 50 * cycles) * 1000;
    let mut now = from_s * 1000;
    while now < end {
        now = (now + 700).min(end);
        controller.handle_detector(DetectorEvent { detector: 0, at: Millis(now - 650), on: true });
        controller.handle_detector(DetectorEvent { detector: 1, at: Millis(now - 333), on: now % 3 == 0 });
        controller.handle_detector(DetectorEvent { detector: 0, at: Millis(now - 10), on: false });
        controller.advance(Millis(now));
        while let Some(output) = controller.poll_output() {
            let Output::Lamp(change) = output else { return Err(3) };
            monitor.handle_lamp(change.at, change.group, change.lamp);
            monitor.handle_read_back(change.at, change.group, Lit::of(change.lamp));
            let second = change.at.0 % 50_000;
            let first_half = second >= 43_000 || second < 23_000;
            let shown = GREENS[usize::from(first_half == cfg!(feature = "wrong_lamp"))];
            let exact = change.at.0 == 0 || second == 43_000 || second == 23_000;
            let fixed = controller.strategy() == "fixed_time";
            if fixed && (!exact || shown[usize::from(change.group)] != change.lamp) {
                return Err(3);
            }
        }
        monitor.kick(Millis(now));
        monitor.advance(Millis(now));
        if monitor.alarms().next().is_some() {
            return Err(3);
        }
    }
    if monitor.is_latched() || monitor.now() != Some(Millis(end)) {
        return Err(3);
    }
    let actuations = controller.detectors().count(0);
    if i64::from(actuations) < 50 * cycles { Err(3) } else { Ok(()) }
}

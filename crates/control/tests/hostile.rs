//! Random plans, hostile strategies, inputs at any time: the oracle finds nothing, and neither the steps in which time
//! advances nor a checkpoint change what comes out.

use std::sync::Arc;

use intergreen_control::{
    Command, Controller, Decision, DetectorEvent, Lamp, Millis, Output, Plan, PlanSpec, Registry, Request, StateError,
    Strategy, View,
    kernel::{Journal, Kernel},
    plan::{Coordination, ForceOffs, GroupKind, OffsetReference, Pattern, PhaseSplit, Recall, RingModes, Transition},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};

#[path = "common/hostile.rs"]
mod hostile;
#[path = "common/oracle.rs"]
mod oracle;

use hostile::{Dice, Hostile, random_input, steps_change_nothing, valid_plan};
use oracle::{Oracle, Told};

/// Fixed seeds: a failure is a failure for everybody. `INTERGREEN_SEARCH=full`: many more cases.
fn config(cases: u32) -> Config {
    let full = std::env::var("INTERGREEN_SEARCH").is_ok_and(|v| v == "full");
    let cases = if full { cases * 20 } else { cases };
    Config { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, max_shrink_iters: 0, ..Config::default() }
}

const PATIENCES: [i64; 6] = [1, 100, 1000, 4000, 15_000, 60_000];
const CENTURY: i64 = 100 * 366 * 86_400_000;

fn controller(plan: &Arc<Plan>, dice: &mut Dice) -> Controller {
    let patience = PATIENCES[dice.number(PATIENCES.len())];
    let mut controller = Controller::new(plan.clone(), Box::new(Hostile::new(dice.next(), patience)), 4);
    controller.log_events(true);
    controller
}

fn drain(controller: &mut Controller) -> Vec<Output> {
    std::iter::from_fn(|| controller.poll_output()).collect()
}

fn saved(controller: &Controller) -> Vec<u8> {
    let mut bytes = Vec::new();
    controller.save(&mut bytes);
    bytes
}

/// What a strategy tried, for a report.
fn about(plan: &Plan, seed: u64, wrong: &str) -> TestCaseError {
    TestCaseError::fail(format!("seed {seed}: {wrong}\n{:#?}", plan.spec()))
}

proptest! {
    #![proptest_config(config(160))]

    #[test]
    fn nothing_that_is_asked_for_breaks_a_rule(seed: u64) {
        let (plan, seed) = valid_plan(seed);
        let plan = Arc::new(plan);
        let mut dice = Dice::new(!seed);
        let mut controller = controller(&plan, &mut dice);
        let mut oracle = Oracle::new(&plan, true);
        let mut now = dice.time(-100_000, 100_000).0;
        let faults = dice.chance(20);
        controller.start(Millis(now));
        controller.handle_command(Millis(now), Command::SelfCheck { passed: true });
        for _ in 0..120 {
            for _ in 0..dice.number(4) {
                // Early, late, far too late.
                let at = now + [0, 1, 5000, -3000, -CENTURY][dice.number(5)] + dice.time(0, 9000).0;
                controller.handle(random_input(&mut dice, &plan, Millis(at), faults));
            }
            now += match dice.below(100) {
                0 => CENTURY,
                1 => 4_000_000,
                2 => -50_000,
                3..=20 => dice.below(40) as i64,
                _ => dice.time(0, 20_000).0,
            };
            let reached = controller.now().expect("it was started").0;
            if now - reached > 3_000_000 {
                oracle.jumped();
            }
            now = now.max(reached);
            controller.advance(Millis(now));
            if dice.chance(5) {
                // Goes on from a checkpoint as if nothing had happened.
                let bytes = saved(&controller);
                let mut restored = Controller::new(plan.clone(), Box::new(Hostile::new(1, 1)), 4);
                restored.log_events(true);
                oracle.see(drain(&mut controller)).map_err(|wrong| about(&plan, seed, &wrong))?;
                restored.load(&bytes).expect("its own state");
                drain(&mut restored);
                controller = restored;
            }
            let outputs = drain(&mut controller);
            oracle.see(outputs.iter().copied()).map_err(|wrong| about(&plan, seed, &format!("{wrong}\n{outputs:?}")))?;
            for (g, &lamp) in controller.lamps().iter().enumerate() {
                prop_assert_eq!(lamp, oracle.lamp(g));
            }
        }
    }

    #[test]
    fn steps_and_checkpoints_change_nothing(seed: u64) {
        let (plan, seed) = valid_plan(seed);
        let plan = Arc::new(plan);
        let mut dice = Dice::new(!seed);
        let make = {
            let (plan, dice) = (plan.clone(), dice.clone());
            move || controller(&plan, &mut dice.clone())
        };
        dice.next();
        let end = 200_000;
        let mut inputs: Vec<_> = (0..40)
            .map(|_| { let at = Millis(1 + dice.below(end as u64) as i64); random_input(&mut dice, &plan, at, false) })
            .collect();
        inputs.sort_by_key(|i| i.at());
        steps_change_nothing(make, &inputs, end, &mut dice).map_err(|wrong| about(&plan, seed, &wrong))?;
    }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn the_kernel_misses_no_deadline(seed: u64) {
        let (plan, seed) = valid_plan(seed);
        let plan = Arc::new(plan);
        let mut dice = Dice::new(!seed);
        let mut hostile = Hostile::new(dice.next(), 0);
        let (mut every, mut due) = (Kernel::new(plan.clone()), Kernel::new(plan.clone()));
        let mut journals = [Journal::new(0, true), Journal::new(0, true)];
        for (kernel, journal) in [&mut every, &mut due].into_iter().zip(&mut journals) {
            kernel.start(Millis(0), journal);
            kernel.self_check(true, Millis(0), journal);
        }
        let mut now = Millis(0);
        let mut outputs = [vec![], vec![]];
        for _ in 0..25 {
            let request = hostile.ask(&plan);
            let act = dice.below(12);
            let (group, on) = (dice.number(plan.groups().len()) as u16, dice.chance(50));
            for (kernel, journal) in [&mut every, &mut due].into_iter().zip(&mut journals) {
                kernel.request(request, now);
                match act {
                    0 => kernel.hold(group, on),
                    1 => kernel.omit(group, on),
                    2 => kernel.force_off(group),
                    3 => kernel.flash(on),
                    4 | 5 => {
                        kernel.preempt(dice.0 as u16 % 3, on, now, journal);
                    }
                    6 => kernel.call(group, on, on, journal),
                    7 => kernel.reset(now, journal),
                    _ => {}
                }
                kernel.advance(now, journal);
            }
            let until = now + dice.time(0, 9000);
            for ms in now.0 + 1..=until.0 {
                every.advance(Millis(ms), &mut journals[0]);
            }
            while due.next() <= until {
                let next = due.next();
                due.advance(next, &mut journals[1]);
            }
            // Once in a moment, as the other: a preemption that has waited enters at the next call.
            if due.now() < until {
                due.advance(until, &mut journals[1]);
            }
            now = until;
            for (list, journal) in outputs.iter_mut().zip(&mut journals) {
                list.extend(std::iter::from_fn(|| journal.pop()));
            }
            let [a, b] = &outputs;
            if let Some((a, b)) = a.iter().zip(b).find(|(a, b)| a != b) {
                return Err(about(&plan, seed, &format!("every ms {a:?}, at deadlines {b:?}")));
            }
            if a.len() != b.len() {
                let more = a.get(b.len()).or(b.get(a.len()));
                return Err(about(&plan, seed, &format!("at {until:?}: {} and {} outputs: {more:?}", a.len(), b.len())));
            }
        }
    }

    /// A called group is served within its longest red, or a cycle fault is raised right then; after it everybody whom
    /// the plan's sequence serves is served in time. Neither holds nor omits nor preemptions exempt others.
    #[test]
    fn nobody_starves(seed: u64) {
        let (plan, seed) = valid_plan(seed);
        let plan = Arc::new(plan);
        let mut dice = Dice::new(!seed);
        let mut controller = controller(&plan, &mut dice);
        let mut oracle = Oracle::new(&plan, true).with_waits(&plan, 0);
        let groups = plan.groups().len();
        // Of some plans only the strategy is against it.
        let (disturbed, forced, resets) = (dice.chance(60), dice.chance(50), dice.chance(50));
        let mut held = vec![(false, false); groups];
        let fail = |oracle: &Oracle, wrong: String| about(&plan, seed, &format!("{wrong} ({:?})", oracle.letters()));
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
        let mut now = 0;
        while now < 1_500_000 {
            controller.advance(Millis(now));
            oracle.see(drain(&mut controller)).map_err(|wrong| fail(&oracle, wrong))?;
            oracle.reached(Millis(now)).map_err(|wrong| fail(&oracle, wrong))?;
            let group = dice.number(groups);
            let g = group as u16;
            let command = match dice.below(200) {
                0..=39 if forced => Some(Command::ForceOff { group: g }),
                40..=42 if disturbed => {
                    held[group].0 ^= true;
                    Some(Command::Hold { group: g, on: held[group].0 })
                }
                43..=45 if disturbed => {
                    held[group].1 ^= true;
                    Some(Command::Omit { group: g, on: held[group].1 })
                }
                46..=48 if disturbed => Some(Command::Preempt { preempt: dice.number(3) as u16, on: dice.chance(30) }),
                49 if disturbed => Some(Command::Flash(dice.chance(30))),
                50 if resets && dice.chance(30) => Some(Command::Reset),
                _ => None,
            };
            let mut commands: Vec<Command> = command.into_iter().collect();
            if now % 300_000 == 0 {
                // Everything is let go, so that nobody is exempt for ever.
                held.fill((false, false));
                let all = 0..groups as u16;
                commands.extend(all.clone().map(|group| Command::Hold { group, on: false }));
                commands.extend(all.map(|group| Command::Omit { group, on: false }));
                commands.extend((0..3).map(|preempt| Command::Preempt { preempt, on: false }));
                commands.push(Command::Flash(false));
            }
            for command in commands {
                controller.handle_command(Millis(now), command);
                match command {
                    Command::Hold { group, on } => oracle.told(Told::Hold(group, on)),
                    Command::Omit { group, on } => oracle.told(Told::Omit(group, on)),
                    Command::Flash(on) => oracle.told(Told::Flash(on)),
                    Command::Reset => oracle.told(Told::Reset),
                    _ => {}
                }
            }
            controller.advance(Millis(now));
            oracle.see(drain(&mut controller)).map_err(|wrong| fail(&oracle, wrong))?;
            oracle.reached(Millis(now)).map_err(|wrong| fail(&oracle, wrong))?;
            now += 1000;
        }
    }

    /// Whatever detectors say and whoever calls: `nema` serves everybody in time, also where no group may wait for longer
    /// than the plan's own sequence takes; at any moment it goes on from a checkpoint as if nothing had happened.
    #[test]
    fn nema_serves_everybody_in_time(seed: u64) {
        let (plan, seed) = (0..).map(|i| valid_plan(seed.wrapping_add(i << 40))).find(|p| p.0.rings().is_some()).expect("rings");
        let mut dice = Dice::new(!seed);
        let plan = Arc::new(Nema::spiced(&plan, &mut dice));
        let run = Nema::random(&mut dice);
        let mut controller = run.controller(&plan);
        let mut oracle = Oracle::new(&plan, true).with_waits(&plan, 0);
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
        let mut history = std::collections::VecDeque::new();
        let busy = [5, 30, 70, 95][dice.number(4)];
        for now in (0..1_200_000).step_by(500) {
            if dice.chance(20) {
                let event = DetectorEvent { detector: dice.below(4) as u16, at: Millis(now + dice.below(500) as i64), on: dice.chance(busy) };
                controller.handle_detector(event);
            }
            if dice.chance(2) {
                controller.handle_command(Millis(now), Command::Call { group: dice.number(plan.groups().len()) as u16 });
            }
            if dice.chance(1) && dice.chance(30) {
                let command = [Command::Pattern(0), Command::Pattern(1), Command::Free, Command::Calendar][dice.number(4)];
                controller.handle_command(Millis(now), command);
            }
            controller.advance(Millis(now));
            let outputs = drain(&mut controller);
            history.extend(outputs.iter().filter_map(|o| match o {
                Output::Event(e) if ![81, 82, 89, 90].contains(&e.code) => Some(format!("{} {}", e.at.seconds(), e.words(&plan))),
                _ => None,
            }));
            history.drain(..history.len().saturating_sub(60));
            let result = oracle.see(outputs.iter().copied()).and_then(|()| oracle.reached(Millis(now)));
            let words = |wrong: &str| format!("{wrong}\n{history:#?}\n{} ({:?})", controller.explain(), oracle.letters());
            result.map_err(|wrong| about(&plan, seed, &words(&wrong)))?;
            if oracle.faults() > 0 {
                return Err(about(&plan, seed, &words(&format!("a cycle fault of {:?} at {now} ms", oracle.cycle_fault))));
            }
            prop_assert_eq!(controller.refused(), 0);
            if dice.chance(1) {
                let bytes = saved(&controller);
                let mut restored = run.controller(&plan);
                restored.load(&bytes).map_err(|e| about(&plan, seed, &e.to_string()))?;
                prop_assert_eq!(saved(&restored), bytes);
                controller = restored;
            }
        }
    }

    /// Holds, omits, force-offs, preemptions, flashing, faults: `nema` breaks no rule, and steps and checkpoints change
    /// nothing of what it decides.
    #[test]
    fn nema_stands_hostile_commands(seed: u64) {
        nema_stands(seed)?;
    }

    /// Stages in their order, each until all of its groups have had their least green, are no cycle fault, although no
    /// group may wait for longer than that takes.
    #[test]
    fn the_least_sequence_of_stages_raises_no_cycle_fault(seed: u64) {
        let (plan, seed) = valid_plan(seed);
        prop_assume!(plan.program().is_none() && !plan.stages().is_empty());
        let mut spec = plan.spec().clone();
        for group in &mut spec.groups {
            (group.max_red, group.recall) = (Some(plan.worst_sequence().max(Millis(10_000))), Recall::Min);
        }
        let plan = Arc::new(Plan::new(spec).map_err(|e| about(&plan, seed, &e.to_string()))?);
        let mut controller = Controller::new(plan.clone(), Box::new(Least::default()), 4);
        controller.log_events(true);
        let mut oracle = Oracle::new(&plan, true).with_waits(&plan, 0);
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
        for now in (0..1_000_000).step_by(1000) {
            controller.advance(Millis(now));
            let result = oracle.see(drain(&mut controller)).and_then(|()| oracle.reached(Millis(now)));
            result.map_err(|wrong| about(&plan, seed, &wrong))?;
            if oracle.faults() > 0 {
                return Err(about(&plan, seed, &format!("a cycle fault of {:?} at {now} ms", oracle.cycle_fault)));
            }
        }
    }
}

/// See [`nema_stands_hostile_commands`].
fn nema_stands(seed: u64) -> Result<(), TestCaseError> {
    let (plan, seed) =
        (0..).map(|i| valid_plan(seed.wrapping_add(i << 40))).find(|p| p.0.rings().is_some()).expect("rings");
    let mut dice = Dice::new(!seed);
    let plan = Arc::new(Nema::spiced(&plan, &mut dice));
    let run = Nema::random(&mut dice);
    let (mut whole, mut broken) = (run.controller(&plan), run.controller(&plan));
    let mut oracle = Oracle::new(&plan, true);
    for controller in [&mut whole, &mut broken] {
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
    }
    let mut now = 0;
    for _ in 0..400 {
        if dice.chance(60) {
            let (at, faults) = (Millis(now + 1 + dice.below(3000) as i64), dice.chance(5));
            let input = random_input(&mut dice, &plan, at, faults);
            whole.handle(input);
            broken.handle(input);
        }
        now += 3000;
        whole.advance(Millis(now));
        while broken.now() < Some(Millis(now)) {
            let step = Millis(now.min(broken.now().map_or(0, |at| at.0) + 1 + dice.below(2000) as i64));
            broken.advance(step);
        }
        let lamps = |list: &[Output]| -> Vec<Output> {
            list.iter().filter(|o| matches!(o, Output::Lamp(_))).copied().collect()
        };
        let (outputs, others) = (drain(&mut whole), drain(&mut broken));
        prop_assert_eq!(lamps(&outputs), lamps(&others));
        oracle.see(outputs).map_err(|wrong| about(&plan, seed, &wrong))?;
        if dice.chance(20) {
            let bytes = saved(&broken);
            let mut restored = run.controller(&plan);
            restored.load(&bytes).map_err(|e| about(&plan, seed, &e.to_string()))?;
            broken = restored;
        }
        prop_assert_eq!(whole.lamps(), broken.lamps());
        prop_assert_eq!(whole.explain(), broken.explain());
        prop_assert_eq!(whole.refused(), 0);
    }
    Ok(())
}

/// What the search has found: seeds after which a checkpoint woke the strategy, or failed to.
#[test]
fn nema_stands_what_was_found() {
    for seed in [11970912259649546017, 1054455502505609580] {
        nema_stands(seed).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    }
}

/// The strategy `nema` with parameters.
struct Nema(Vec<(String, String)>);

impl Nema {
    /// The plan with actuated phases of all kinds, and with patterns if they pass the checks.
    fn spiced(plan: &Plan, dice: &mut Dice) -> Plan {
        let mut spec = plan.spec().clone();
        let rings = spec.rings.as_mut().expect("rings");
        let time = |dice: &mut Dice, most: i64| dice.chance(30).then(|| dice.time(1000, most));
        for phase in &mut rings.phases {
            let a = &mut phase.actuation;
            (a.min_green, a.passage, a.max_1) = (time(dice, 20_000), time(dice, 8000), time(dice, 60_000));
            (a.added_initial, a.max_initial, a.min_gap) = (time(dice, 5000), time(dice, 30_000), time(dice, 4000));
            (a.before_reduction, a.to_reduce) = (time(dice, 20_000), time(dice, 20_000));
            (a.dynamic_limit, a.dynamic_step) = (time(dice, 90_000), time(dice, 20_000));
            a.min_gap = a.min_gap.map(|gap| gap.min(a.passage.unwrap_or(gap)));
            a.min_green = a.min_green.map(|green| green.min(a.max_1.unwrap_or(green)));
            a.dynamic_limit = a.dynamic_limit.map(|limit| limit.max(a.max_1.unwrap_or(limit)));
            a.dual_entry = dice.chance(30).then(|| dice.chance(50));
            (a.conditional_service, a.conditional_min) = (dice.chance(40), time(dice, 10_000));
            (a.rest_in_walk, a.ped_recycle) = (dice.chance(30), dice.chance(30));
            (a.guaranteed_passage, a.single_gap) = (dice.chance(30), dice.chance(30));
        }
        rings.modes = RingModes { red_rest: dice.chance(20), backup_protection: dice.chance(20) };
        let pedestrians: Vec<String> =
            spec.groups.iter().filter(|g| g.kind == GroupKind::Pedestrian).map(|g| g.name.clone()).collect();
        for phase in &mut rings.phases {
            // Who walks beside vehicles does so when called.
            if dice.chance(70) && phase.groups.iter().any(|g| !pedestrians.contains(g)) {
                let (walks, groups) = phase.groups.drain(..).partition(|g| pedestrians.contains(g));
                (phase.walks, phase.groups) = (walks, groups);
            }
        }
        let plain = Plan::imported(spec.clone(), plan.waivers().to_vec()).expect("still a plan");
        spec.patterns = [dice.time(20_000, 60_000), dice.time(20_000, 60_000)]
            .iter()
            .enumerate()
            .filter_map(|(i, &split)| {
                let rings = &plain.rings().expect("rings").rings;
                let sections = rings[0].len();
                let length = |s: usize| split.0 * rings.iter().map(|r| r[s].len()).max().unwrap_or(0) as i64;
                let mut phases = Vec::new();
                for (s, list) in rings.iter().flat_map(|r| r.iter().enumerate()) {
                    for (k, &phase) in list.iter().enumerate() {
                        let (n, whole) = (list.len() as i64, length(s));
                        let rest = if k == 0 { whole % n } else { 0 };
                        phases.push(PhaseSplit { phase, split: Millis(whole / n + rest) });
                    }
                }
                let main = dice.number(sections);
                let coordinated = rings
                    .iter()
                    .filter_map(|r| {
                        let n = r[main].len();
                        (n > 0).then(|| r[main][dice.number(n)])
                    })
                    .collect();
                let coordination = Coordination {
                    force_off: [ForceOffs::Fixed, ForceOffs::Floating][dice.number(2)],
                    reference: [OffsetReference::Cycle, OffsetReference::LeadGreen, OffsetReference::LagYellow]
                        [dice.number(3)],
                    transition: [Transition::Shortway, Transition::Dwell, Transition::Add, Transition::Subtract]
                        [dice.number(4)],
                    keeps_max: dice.chance(30),
                    actuated: dice.chance(40).then(|| dice.time(0, 10_000)),
                };
                let cycle = Millis((0..sections).map(length).sum());
                let offset = Millis(dice.below(cycle.0 as u64) as i64);
                let pattern =
                    Pattern { name: format!("{i}"), cycle, offset, stages: vec![], phases, coordinated, coordination };
                let one = PlanSpec { patterns: vec![pattern.clone()], ..spec.clone() };
                Plan::imported(one, plan.waivers().to_vec()).is_ok().then_some(pattern)
            })
            .collect();
        Plan::imported(spec, plan.waivers().to_vec()).expect("still a plan")
    }

    fn random(dice: &mut Dice) -> Self {
        let values: [(&str, &[&str]); 6] = [
            ("max_green_s", &["1", "10", "50", "600"]),
            ("max_green_left_s", &["1", "10", "50", "600"]),
            ("passage_s", &["0", "2", "15"]),
            ("lane_gaps", &["true", "false"]),
            ("dual_entry", &["true", "false"]),
            ("red_rest", &["true", "false"]),
        ];
        let mut parameters = Vec::new();
        for (name, list) in values {
            if dice.chance(60) {
                parameters.push((name.to_owned(), list[dice.number(list.len())].to_owned()));
            }
        }
        Self(parameters)
    }

    fn controller(&self, plan: &Arc<Plan>) -> Controller {
        let strategy = Registry::default().make("nema", &self.0, plan).expect("a plan with rings");
        let mut controller = Controller::new(plan.clone(), strategy, 4);
        controller.log_events(true);
        controller
    }
}

/// Stages in their order, each until all of its groups have been open for their least green.
#[derive(Debug, Default)]
struct Least {
    stage: usize,
    opened: Vec<Option<Millis>>,
}

impl Strategy for Least {
    fn name(&self) -> &'static str {
        "least"
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        let (plan, stages) = (view.plan, view.plan.stages());
        self.opened.resize(plan.groups().len(), None);
        for ((opened, lamp), group) in self.opened.iter_mut().zip(view.lamps).zip(plan.groups()) {
            let arrow = group.kind == GroupKind::FlashingYellowArrow && *lamp == Lamp::Flashing;
            *opened = if lamp.is_green() || arrow { opened.or(Some(now)) } else { None };
        }
        let over = |g: &u16| {
            let (opened, least) = (self.opened[usize::from(*g)], plan.groups()[usize::from(*g)].min_green);
            opened.is_some_and(|opened| now - opened >= least)
        };
        if stages[self.stage].groups.iter().all(over) {
            self.stage = (self.stage + 1) % stages.len();
        }
        Decision { request: Request::Stage(self.stage), next: now + Millis(100) }
    }

    fn explain(&self) -> String {
        "least: the least greens".into()
    }

    fn save(&self, _: &mut Vec<u8>) {}

    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

//! Strategies that show stages, at random intersections with detectors, vehicles and neighbours that report anything: the
//! oracle finds nothing, nobody waits beyond the plan's longest red, and neither the steps in which time advances nor a
//! checkpoint change anything.

use std::sync::Arc;

use intergreen_control::{
    Approaches, Command, Controller, Counted, Counts, DepartureReport, DetectorEvent, Exit, Feeder, Input, Latch, Lead,
    Looks, Millis, NeighbourReport, Output, Plan, PlanSpec, Registry, VehicleReport, Way,
    plan::{DetectorKind, DetectorPlace, GroupKind, GroupSpec, IntergreenTime, Waiver},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};

#[path = "common/hostile.rs"]
mod hostile;
#[path = "common/oracle.rs"]
mod oracle;

use hostile::{Dice, random_input, steps_change_nothing, valid_plan};
use oracle::Oracle;

/// Fixed seeds: a failure is a failure for everybody. `INTERGREEN_SEARCH=full`: many more cases.
fn config(cases: u32) -> Config {
    let full = std::env::var("INTERGREEN_SEARCH").is_ok_and(|v| v == "full");
    let cases = if full { cases * 20 } else { cases };
    Config { cases, rng_seed: RngSeed::Fixed(11), failure_persistence: None, max_shrink_iters: 0, ..Config::default() }
}

/// A random plan with stages, some of which are made of its rings, whose detectors lie in lanes, and the seed it came from.
fn staged(seed: u64) -> (Arc<Plan>, u64) {
    let has_stages = |(plan, seed): (Plan, u64)| {
        let plan = if plan.stages().is_empty() { plan.with_stages_of_rings().ok()? } else { plan };
        (plan.stages().len() > 1).then_some((plan, seed))
    };
    let mut plans = (0u64..).map(|i| valid_plan(seed.wrapping_add(i << 48)));
    let (plan, seed) = plans.find_map(has_stages).expect("some have several stages");
    let mut dice = Dice::new(seed ^ 0x5eed);
    let mut spec: PlanSpec = plan.spec().clone();
    for d in &mut spec.detectors {
        let place = DetectorPlace {
            kind: DetectorKind::ALL[dice.number(4)],
            lane: format!("lane {}", dice.number(3)),
            distance_m: dice.below(120) as f64,
            length_m: 2.0,
            speed_m_s: 13.9,
        };
        d.place = dice.chance(80).then_some(place);
    }
    for g in &mut spec.groups {
        g.turn_on_red = g.kind == GroupKind::Vehicle && dice.chance(20);
    }
    let mut waivers = plan.waivers().to_vec();
    if dice.chance(30) {
        waivers.push(never_served(&mut spec, &mut dice));
    }
    if dice.chance(50) {
        spread(&mut spec, &waivers, &mut dice);
    }
    (Arc::new(Plan::imported(spec, waivers).expect("places change nothing else")), seed)
}

/// Adds a group that no stage opens.
fn never_served(spec: &mut PlanSpec, dice: &mut Dice) -> Waiver {
    let group = GroupSpec { max_red: Some(Millis(400_000)), ..GroupSpec::vehicle("never", Millis(1000), Millis(3000)) };
    spec.groups.push(group);
    if let Some(d) = spec.detectors.first_mut().filter(|_| dice.chance(50)) {
        d.groups.push("never".into());
    }
    Waiver::NeverServed { group: spec.groups.len() as u16 - 1 }
}

/// Some intergreens become so long that they outlast stages in between; often the longest red is then just long enough.
fn spread(spec: &mut PlanSpec, waivers: &[Waiver], dice: &mut Dice) {
    for between in &mut spec.intergreens {
        if let IntergreenTime::Given(time) = &mut between.time
            && dice.chance(20)
        {
            *time = (*time).max(dice.time(10_000, 40_000));
        }
    }
    // Preemptions and the start-up have to wait for them.
    spec.preempts.iter_mut().for_each(|p| p.max_presence += Millis(40_000));
    spec.start_up.all_red = spec.start_up.all_red.max(Millis(if spec.start_up.flash.0 > 0 { 43_000 } else { 0 }));
    let reds: Vec<_> = spec.groups.iter().map(|g| g.max_red.expect("random plans say it")).collect();
    spec.groups.iter_mut().for_each(|g| g.max_red = Some(Millis(900_000)));
    let worst = Plan::imported(spec.clone(), waivers.to_vec()).expect("all can be served").worst_sequence();
    let tight = dice.chance(60);
    for (group, red) in spec.groups.iter_mut().zip(reds) {
        group.max_red = Some(if tight { worst + dice.time(0, 5000) } else { red.max(worst) }.max(Millis(10_000)));
    }
}

/// A strategy, and some of its parameters with values.
type Choice = (&'static str, [(&'static str, [&'static str; 3]); 2]);

/// Strategies that keep the plan's longest red, each with parameters that are sometimes extreme.
const GUARDED: [Choice; 10] = [
    ("mova", [("gap_s", ["1", "3", "10"]), ("most_s", ["10", "60", "300"])]),
    ("actuated", [("gap_s", ["0", "2", "10"]), ("max_green_s", ["0", "30", "300"])]),
    ("webster", [("least_s", ["10", "40", "90"]), ("most_s", ["90", "120", "300"])]),
    ("sotl", [("threshold", ["1", "60", "10000"]), ("ahead_s", ["0", "3", "30"])]),
    ("max_pressure", [("slot_s", ["1", "2", "60"]), ("margin", ["0", "1", "50"])]),
    ("max_pressure", [("order", ["free", "cyclic", "cyclic"]), ("weight", ["vehicles", "position", "position"])]),
    ("schedule", [("gap_s", ["0.5", "3", "10"]), ("startup_s", ["0", "2", "5"])]),
    ("max_wave", [("ahead_s", ["0", "4", "30"]), ("ratio", ["0", "0.2", "2"])]),
    ("horizon", [("horizon_s", ["0", "45", "180"]), ("stop_s", ["0", "4", "30"])]),
    ("self_control", [("usual_s", ["20", "70", "299"]), ("longest_s", ["300", "400", "600"])]),
];

/// Strategies that keep nothing but the kernel's rules.
const UNGUARDED: [Choice; 2] = [("resco_max_pressure", NONE), ("resco_max_wave", NONE)];
const NONE: [(&str, [&str; 3]); 2] = [("", [""; 3]); 2];

/// One of these strategies in surroundings that the plan's detectors, and sometimes vehicles and neighbours tell of.
fn controller(plan: &Arc<Plan>, among: &[Choice], dice: &mut Dice) -> Controller {
    let (name, parameters) = among[dice.number(among.len())];
    let given = parameters.iter().filter(|(name, _)| !name.is_empty());
    let parameters: Vec<_> =
        given.map(|(name, values)| ((*name).to_string(), values[dice.number(3)].to_string())).collect();
    let mut around = Approaches::of_plan(plan);
    around.everyone_reports = name.starts_with("resco") || dice.chance(40);
    around.exits = (0..2).map(|i| Exit { signal: "next".into(), lane: format!("{i}") }).collect();
    let leads: Vec<Lead> = (0u16..)
        .take(around.lanes.len())
        .map(|lane| Lead { lane, distance_m: 20.0 + dice.below(600) as f32, share: 0.01 * dice.below(101) as f32 })
        .collect();
    around.feeders =
        (0..2).map(|i| Feeder { signal: "next".into(), lane: format!("{i}"), leads: leads.clone() }).collect();
    for lane in &mut around.lanes {
        let ways = lane.groups.iter().map(|&group| Way { group, exit: dice.below(2) as u16 });
        lane.exits = ways.collect();
    }
    if dice.chance(50) && !around.lanes.is_empty() {
        let lane = |dice: &mut Dice| Counted { lane: dice.number(around.lanes.len()) as u16, from_m: 0.0, to_m: 80.0 };
        let stage =
            |dice: &mut Dice| Counts { lanes: (0..dice.number(3)).map(|_| lane(dice)).collect(), exits: vec![1] };
        around.counts = (0..plan.stages().len()).map(|_| stage(dice)).collect();
    }
    assert!(around.fit(plan));
    let strategy = Registry::default().make_for(name, &parameters, plan, around.everyone_reports);
    let strategy = strategy.expect("stages are enough");
    let mut controller = Controller::new(plan.clone(), strategy, 4).with_approaches(Some(Arc::new(around)));
    assert_eq!(controller.traffic().is_some(), controller.looks() > Looks::Groups);
    controller.log_events(true);
    controller
}

/// All of them.
fn all() -> Vec<Choice> {
    GUARDED.into_iter().chain(UNGUARDED).collect()
}

fn drain(controller: &mut Controller) -> Vec<Output> {
    std::iter::from_fn(|| controller.poll_output()).collect()
}

fn saved(controller: &Controller) -> Vec<u8> {
    let mut bytes = Vec::new();
    controller.save(&mut bytes);
    bytes
}

fn about(plan: &Plan, seed: u64, wrong: &str) -> TestCaseError {
    let mut text = format!("{:#?}", plan.spec());
    text.truncate(if std::env::var_os("INTERGREEN_SHOW_PLAN").is_some() { usize::MAX } else { 0 });
    TestCaseError::fail(format!("seed {seed}: {wrong}\n{text}"))
}

/// Detectors that come and go: some rarely, some without a pause, some stay on for ever.
fn edges(dice: &mut Dice, end: i64) -> Vec<Input> {
    let mut inputs = Vec::new();
    for detector in 0..4 {
        let (on_for, off_for) = (100 + dice.below(20_000) as i64, 100 + dice.below(200_000) as i64);
        let (mut at, mut on) = (1 + dice.below(30_000) as i64, true);
        while at < end {
            inputs.push(Input::Detector(DetectorEvent { detector, at: Millis(at), on }));
            at += dice.time(100, if on { on_for } else { off_for }).0.max(1);
            on = !on;
            if dice.chance(3) {
                break;
            }
        }
    }
    // Some know of more lanes and exits than there are, and are late.
    for _ in 0..dice.number(400) {
        let (at, number) = (Millis(1 + dice.below(end as u64) as i64), dice.below(4) as u16);
        inputs.push(if dice.chance(80) {
            let [distance_dm, speed_cm_s, age_ms] = [3000, 1500, 4000].map(|most| dice.below(most) as u16);
            let vehicle = dice.below(20) as u32;
            Input::Vehicle(VehicleReport { at, age_ms, vehicle, lane: number, distance_dm, speed_cm_s })
        } else if dice.chance(50) {
            let (age_ms, left) = (dice.below(4000) as u16, dice.below(200) as u16);
            Input::Departures(DepartureReport { at, age_ms, feeder: number, left })
        } else {
            let [queued, room, age_ms] = [30, 10, 4000].map(|most| dice.below(most) as u16);
            Input::Neighbour(NeighbourReport { at, age_ms, exit: number, queued, room })
        });
    }
    inputs.sort_by_key(Input::at);
    inputs
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn nobody_waits_beyond_the_longest_red(seed: u64) {
        let (plan, seed) = staged(seed);
        let mut dice = Dice::new(!seed);
        let mut controller = controller(&plan, &GUARDED, &mut dice);
        let mut oracle = Oracle::new(&plan, true);
        let end = 3_000_000;
        let inputs = edges(&mut dice, end);
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
        inputs.iter().for_each(|&input| controller.handle(input));
        let (mut now, mut served) = (0, vec![false; plan.groups().len()]);
        while now < end {
            now += 10_000;
            controller.advance(Millis(now));
            let outputs = drain(&mut controller);
            oracle.see(outputs.iter().copied()).map_err(|wrong| about(&plan, seed, &wrong))?;
            for output in &outputs {
                if let Output::Persist { at, latch: Latch::CycleFault { group } } = output {
                    let explained = controller.explain();
                    return Err(about(&plan, seed, &format!("cycle fault of {group} at {} s: {explained}", at.seconds())));
                }
                if let Output::Lamp(change) = output {
                    let g = usize::from(change.group);
                    served[g] |= plan.groups()[g].shows_open(change.lamp);
                }
            }
        }
        // Whoever is always called has been served.
        for (g, group) in plan.groups().iter().enumerate() {
            let calls = plan.spec().detectors.iter().any(|d| d.mode.calls() && d.groups.contains(&group.name));
            let called = !calls && group.recall != intergreen_control::plan::Recall::Soft;
            let never = plan.stages().iter().all(|s| !s.groups.contains(&(g as u16)));
            prop_assert!(served[g] || !called || never, "{seed}: group {g} was never served");
        }
        prop_assert_eq!(controller.refused(), 0);
    }

    #[test]
    fn no_command_makes_it_break_a_rule(seed: u64) {
        let (plan, seed) = staged(seed);
        let mut dice = Dice::new(!seed);
        let mut controller = controller(&plan, &all(), &mut dice);
        let mut oracle = Oracle::new(&plan, true);
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
        let mut now = 0;
        for _ in 0..120 {
            for _ in 0..dice.number(4) {
                let at = now + [0, 1, 5000, -3000][dice.number(4)] + dice.time(0, 9000).0;
                controller.handle(random_input(&mut dice, &plan, Millis(at), true));
            }
            now += if dice.chance(20) { dice.below(40) as i64 } else { dice.time(0, 20_000).0 };
            now = now.max(controller.now().expect("it was started").0);
            controller.advance(Millis(now));
            let outputs = drain(&mut controller);
            oracle.see(outputs.iter().copied()).map_err(|wrong| about(&plan, seed, &format!("{wrong}\n{outputs:?}")))?;
        }
        prop_assert_eq!(controller.refused(), 0);
    }

    #[test]
    fn steps_and_checkpoints_change_nothing(seed: u64) {
        let (plan, seed) = staged(seed);
        let mut dice = Dice::new(!seed);
        let make = {
            let (plan, dice) = (plan.clone(), dice.clone());
            move || controller(&plan, &all(), &mut dice.clone())
        };
        let end = 200_000;
        let mut inputs = vec![Input::Command { at: Millis(0), command: Command::SelfCheck { passed: true } }];
        inputs.extend(edges(&mut dice, end));
        for _ in 0..10 {
            let at = Millis(1 + dice.below(end as u64) as i64);
            inputs.push(random_input(&mut dice, &plan, at, false));
        }
        inputs.sort_by_key(Input::at);
        steps_change_nothing(make, &inputs, end, &mut dice).map_err(|wrong| about(&plan, seed, &wrong))?;
    }

    #[test]
    fn damaged_states_do_no_harm(seed: u64, damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let (plan, seed) = staged(seed);
        let mut dice = Dice::new(!seed);
        let mut controller = controller(&plan, &all(), &mut dice);
        controller.start(Millis(0));
        controller.handle_command(Millis(0), Command::SelfCheck { passed: true });
        edges(&mut dice, 60_000).into_iter().for_each(|input| controller.handle(input));
        controller.advance(Millis(50_000));
        let good = saved(&controller);
        let mut bytes = good.clone();
        for (index, value) in damage {
            let i = index.index(bytes.len());
            bytes[i] = value;
        }
        match controller.load(&bytes) {
            Ok(()) => prop_assert_eq!(saved(&controller), bytes),
            Err(_) => prop_assert_eq!(saved(&controller), good),
        }
        for now in [50_000, 51_000, 120_000, 1_000_000] {
            controller.advance(Millis(now));
            drain(&mut controller);
        }
    }
}

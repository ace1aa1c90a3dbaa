//! The controller as its callers see it: traces second for second, time jumps, checkpoints, names, no std.

use std::{path::Path, process::Command};

use intergreen_control::{
    Controller, Decision, DetectorBank, DetectorEvent, Entry, FixedTime, Lamp, LampChange, Millis, Output, Parameter,
    Plan, PlanSpec, Program, ProgramError, ProgramStep, Registry, RegistryError, Request, Serves, StateError,
    StateReader, Strategy, View,
};
use proptest::{
    prelude::*,
    strategy::Strategy as Generator,
    test_runner::{Config, RngSeed},
};

// --- helpers ---------------------------------------------------------------------------------------------------------

/// A program of `(milliseconds, state)`.
fn program(offset: i64, steps: &[(i64, &str)]) -> Program {
    let step = |&(ms, state): &(i64, &str)| ProgramStep {
        duration: Millis(ms),
        lamps: state.chars().map(|c| Lamp::from_letter(c).expect("a letter of a state")).collect(),
    };
    Program::new("test", Millis(offset), steps.iter().map(step).collect()).expect("a program")
}

/// A plan that runs a program as it is.
fn plan(program: Program) -> Plan {
    let (spec, waivers) = PlanSpec::of_program("test", program);
    Plan::imported(spec, waivers).expect("a plan")
}

fn fixed_time(program: Program) -> Controller {
    let plan = plan(program);
    let strategy = Registry::default().make("fixed_time", &[], &plan).expect("registered");
    Controller::new(plan, strategy, 2)
}

fn letters(lamps: &[Lamp]) -> String {
    lamps.iter().map(|lamp| lamp.letter()).collect()
}

fn drain(controller: &mut Controller) -> Vec<LampChange> {
    let changes = |output| match output {
        Output::Lamp(change) => Some(change),
        Output::Event(_) => panic!("{output:?}, which nobody asked for"),
        Output::Persist { .. } => None,
    };
    std::iter::from_fn(|| controller.poll_output()).filter_map(changes).collect()
}

fn saved(controller: &Controller) -> Vec<u8> {
    let mut bytes = Vec::new();
    controller.save(&mut bytes);
    bytes
}

fn edge(detector: u16, at: i64, on: bool) -> DetectorEvent {
    DetectorEvent { detector, at: Millis(at), on }
}

fn change(at: i64, group: u16, lamp: Lamp) -> LampChange {
    LampChange { at: Millis(at), group, lamp }
}

/// One row per second, `second state`, from the outputs alone; the lamps the controller says it shows must agree.
fn rows(controller: &mut Controller, seconds: std::ops::RangeInclusive<i64>) -> Vec<String> {
    let mut shown = controller.lamps().to_vec();
    let mut rows = Vec::new();
    for second in seconds {
        controller.advance(Millis(second * 1000));
        for change in drain(controller) {
            shown[usize::from(change.group)] = change.lamp;
        }
        assert_eq!(shown, controller.lamps());
        rows.push(format!("{second} {}", letters(&shown)));
    }
    rows
}

/// Group g is green while detector g is on. Asks for nothing between edges.
#[derive(Debug, Default)]
struct Follow {
    lamps: Vec<Lamp>,
    decisions: u32,
}

impl Strategy for Follow {
    fn name(&self) -> &'static str {
        "follow"
    }

    fn decide(&mut self, _: Millis, view: &View<'_>) -> Decision<'_> {
        self.decisions += 1;
        self.lamps.clear();
        let lamp = |g| if view.detectors.occupied(g) { Lamp::Green } else { Lamp::Red };
        self.lamps.extend((0..).take(view.lamps.len()).map(lamp));
        Decision { request: Request::Lamps(&self.lamps), next: Millis::NEVER }
    }

    fn explain(&self) -> String {
        format!("follow: decision {}", self.decisions)
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.push(1);
        out.extend_from_slice(&self.decisions.to_le_bytes());
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(state);
        reader.version("strategy follow", 1)?;
        let decisions = reader.u32()?;
        reader.end()?;
        self.decisions = decisions;
        Ok(())
    }
}

/// Asks for what cannot be shown, and to be asked again in the past.
#[derive(Debug)]
struct Broken;

impl Strategy for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn decide(&mut self, now: Millis, _: &View<'_>) -> Decision<'_> {
        let request = if now.0 % 2 == 0 { Request::Step(99) } else { Request::Lamps(&[Lamp::Green]) };
        Decision { request, next: Millis(i64::MIN) }
    }

    fn explain(&self) -> String {
        "broken".into()
    }

    fn save(&self, _: &mut Vec<u8>) {}

    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

// --- traces ----------------------------------------------------------------------------------------------------------

#[test]
fn two_stages_with_red_yellow_second_for_second() {
    let steps = [(4000, "GGr"), (3000, "yyr"), (1000, "rru"), (3000, "rrG"), (2000, "rry"), (1000, "uur")];
    let mut controller = fixed_time(program(0, &steps));
    controller.start(Millis(0));
    let trace = rows(&mut controller, 0..=17);
    assert_eq!(
        trace,
        [
            "0 GGr", "1 GGr", "2 GGr", "3 GGr", "4 yyr", "5 yyr", "6 yyr", "7 rru", "8 rrG", "9 rrG", "10 rrG",
            "11 rry", "12 rry", "13 uur", "14 GGr", "15 GGr", "16 GGr", "17 GGr"
        ]
    );
}

#[test]
fn permissive_turns_and_turn_on_red_second_for_second() {
    let steps = [(3000, "gGrs"), (2000, "yyrs"), (2000, "srGG"), (1000, "sryy")];
    let mut controller = fixed_time(program(2000, &steps));
    controller.start(Millis(10_000));
    let trace = rows(&mut controller, 10..=19);
    assert_eq!(
        trace,
        ["10 gGrs", "11 gGrs", "12 gGrs", "13 yyrs", "14 yyrs", "15 srGG", "16 srGG", "17 sryy", "18 gGrs", "19 gGrs"]
    );
}

#[test]
fn signal_off_and_flashing_second_for_second() {
    let steps = [(2000, "oO"), (1000, "yr"), (1000, "rr"), (2000, "GG")];
    let mut controller = fixed_time(program(0, &steps));
    controller.start(Millis(86_400_000));
    let trace = rows(&mut controller, 86_400..=86_406);
    assert_eq!(trace, ["86400 oO", "86401 oO", "86402 yr", "86403 rr", "86404 GG", "86405 GG", "86406 oO"]);
}

#[test]
fn one_step_of_all_red_changes_nothing() {
    let mut controller = fixed_time(program(0, &[(90_000, "rr")]));
    controller.start(Millis(0));
    assert_eq!(drain(&mut controller), [change(0, 0, Lamp::Red), change(0, 1, Lamp::Red)]);
    controller.advance(Millis(3_000_000));
    assert_eq!(drain(&mut controller), []);
    assert_eq!(controller.poll_at(), Millis(3_060_000));
}

#[test]
fn changes_between_seconds_have_their_exact_times() {
    let mut controller = fixed_time(program(250, &[(1300, "G"), (700, "y"), (1, "r")]));
    controller.start(Millis(250));
    controller.advance(Millis(4300));
    assert_eq!(
        drain(&mut controller),
        [
            change(250, 0, Lamp::Green),
            change(1550, 0, Lamp::Yellow),
            change(2250, 0, Lamp::Red),
            change(2251, 0, Lamp::Green),
            change(3551, 0, Lamp::Yellow),
            change(4251, 0, Lamp::Red),
            change(4252, 0, Lamp::Green),
        ]
    );
}

#[test]
fn offsets_count_modulo_the_cycle() {
    let steps = [(4000, "Gr"), (2000, "yr"), (3000, "rG"), (1000, "ry")];
    let reference = rows(&mut started(program(3000, &steps), 0), 0..=25);
    assert_eq!(reference[..5], ["0 rG", "1 rG", "2 ry", "3 Gr", "4 Gr"]);
    for offset in [-7000, 13_000, -1_000_007_000, 86_400_003_000, 3000 - 10_000 * 900_000_000_000] {
        assert_eq!(rows(&mut started(program(offset, &steps), 0), 0..=25), reference, "offset {offset} ms");
    }
    // i64::MIN is 4192 modulo 10 000.
    let [least, same] = [i64::MIN, 4192].map(|offset| rows(&mut started(program(offset, &steps), 0), 0..=25));
    assert_eq!(least, same);
}

fn started(program: Program, at: i64) -> Controller {
    let mut controller = fixed_time(program);
    controller.start(Millis(at));
    controller
}

// --- time ------------------------------------------------------------------------------------------------------------

#[test]
fn nothing_happens_before_the_start() {
    let mut controller = fixed_time(program(0, &[(1000, "G"), (1000, "r")]));
    controller.advance(Millis(5000));
    assert_eq!(drain(&mut controller), []);
    assert_eq!((controller.now(), controller.poll_at()), (None, Millis::NEVER));
    assert_eq!((controller.lamps(), controller.explain()), (&[Lamp::Red][..], "fixed_time: not started".into()));
}

#[test]
fn time_never_runs_backwards() {
    let mut controller = started(program(0, &[(1000, "G"), (1000, "r")]), 0);
    controller.advance(Millis(1500));
    drain(&mut controller);
    let before = saved(&controller);
    controller.advance(Millis(400));
    controller.start(Millis(1499));
    assert_eq!(saved(&controller), before);
    assert_eq!(controller.now(), Some(Millis(1500)));
}

#[test]
fn a_second_start_states_every_group_again() {
    let mut controller = started(program(0, &[(1000, "Gr"), (1000, "rr")]), 0);
    controller.start(Millis(1000));
    assert_eq!(
        drain(&mut controller),
        [change(0, 0, Lamp::Green), change(0, 1, Lamp::Red), change(1000, 0, Lamp::Red), change(1000, 1, Lamp::Red)]
    );
}

#[test]
fn a_clock_that_jumps_years_is_not_replayed() {
    let steps = [(4000, "Gr"), (2000, "yr"), (3000, "rG"), (1000, "ry")];
    let mut controller = started(program(0, &steps), 0);
    drain(&mut controller);
    let end = 56 * 365 * 86_400_000 + 7000;
    controller.advance(Millis(end));
    // What was green ends with yellow all the same.
    assert_eq!(letters(controller.lamps()), "yG");
    assert_eq!(drain(&mut controller).len(), 2);
    controller.advance(Millis(end + 2000));
    assert_eq!(letters(controller.lamps()), "rG");
    // The rest of time: no hang, no panic.
    for end in [i64::MAX - 1, i64::MAX, i64::MAX] {
        controller.advance(Millis(end));
    }
    let mut controller = started(program(i64::MIN, &steps), i64::MIN);
    controller.advance(Millis(i64::MAX));
    controller.start(Millis(i64::MAX));
}

#[test]
fn a_broken_strategy_changes_no_lamp_and_does_not_stop_time() {
    let mut controller = Controller::new(plan(program(0, &[(1000, "Gr")])), Box::new(Broken), 0);
    controller.start(Millis(0));
    controller.advance(Millis(100));
    assert_eq!(drain(&mut controller), [change(0, 0, Lamp::Red), change(0, 1, Lamp::Red)]);
    assert_eq!(controller.refused(), 101);
}

// --- detectors -------------------------------------------------------------------------------------------------------

#[test]
fn a_bank_counts_and_times_to_the_millisecond() {
    let mut bank = DetectorBank::new(2);
    assert!(bank.handle(edge(0, 1003, true)));
    assert_eq!((bank.occupied(0), bank.count(0), bank.on_time(0, Millis(1500))), (true, 1, Millis(497)));
    assert!(!bank.handle(edge(0, 1200, true)), "a repeated edge tells nothing");
    assert!(bank.handle(edge(0, 2000, false)));
    assert_eq!((bank.occupied(0), bank.on_time(0, Millis(9000))), (false, Millis(997)));
    assert!(bank.handle(edge(0, 1500, true)), "a late edge counts as simultaneous with the last one");
    assert_eq!((bank.count(0), bank.last_on(0)), (2, Some(Millis(2000))));
    assert_eq!(bank.on_time(0, Millis(1000)), Millis(997), "no negative running interval");
    assert!(!bank.handle(edge(2, 0, true)), "an unknown detector");
    assert_eq!((bank.occupied(2), bank.count(2), bank.last_on(2), bank.on_time(2, Millis(1))), Default::default());
    assert_eq!((bank.count(1), bank.last_on(1), bank.len()), (0, None, 2));
}

#[test]
fn an_edge_wakes_the_strategy_at_its_own_time() {
    let mut controller = Controller::new(plan(program(0, &[(1000, "rr")])), Box::<Follow>::default(), 2);
    controller.start(Millis(0));
    drain(&mut controller);
    assert_eq!(controller.poll_at(), Millis::NEVER);
    // Out of order, and in between a detector that is not there.
    for (event, known) in [(edge(1, 700, true), true), (edge(7, 650, true), false), (edge(0, 333, true), true)] {
        assert_eq!(controller.handle_detector(event), known);
    }
    assert_eq!(controller.poll_at(), Millis(333));
    controller.advance(Millis(1000));
    assert_eq!(drain(&mut controller), [change(333, 0, Lamp::Green), change(700, 1, Lamp::Green)]);
    // Late: it counts from 900 on, and is acted on at the time reached.
    controller.handle_detector(edge(0, 900, false));
    assert_eq!(controller.poll_at(), Millis(1000));
    controller.advance(Millis(6000));
    // Its least green of 5 s is not cut.
    assert_eq!(drain(&mut controller), [change(5333, 0, Lamp::Red)]);
    assert_eq!(controller.detectors().on_time(0, Millis(2000)), Millis(567));
    assert_eq!(controller.explain(), "follow: decision 7");
}

#[test]
fn edges_of_one_millisecond_keep_their_order() {
    let mut controller = Controller::new(plan(program(0, &[(1000, "rr")])), Box::<Follow>::default(), 1);
    controller.start(Millis(0));
    for on in [true, false] {
        controller.handle_detector(edge(0, 500, on));
    }
    controller.advance(Millis(1000));
    assert_eq!((controller.detectors().count(0), controller.detectors().occupied(0)), (1, false));
}

// --- checkpoints -----------------------------------------------------------------------------------------------------

#[test]
fn a_checkpoint_in_mid_cycle_goes_on_the_same() {
    let make = || {
        let program = program(500, &[(4000, "Gr"), (2000, "yr"), (3000, "rG"), (1000, "ry")]);
        [fixed_time(program.clone()), Controller::new(plan(program), Box::<Follow>::default(), 2)]
    };
    for (mut original, mut restored) in make().into_iter().zip(make()) {
        original.start(Millis(0));
        original.handle_detector(edge(0, 2345, true));
        original.handle_detector(edge(1, 9999, true)); // still waiting when the checkpoint is taken
        original.advance(Millis(5250)); // outputs not drained
        let bytes = saved(&original);
        restored.load(&bytes).expect("its own state");
        assert_eq!(saved(&restored), bytes);
        assert_eq!((restored.lamps(), restored.explain()), (original.lamps(), original.explain()));
        for now in [5250, 9000, 9999, 10_700, 31_234] {
            original.advance(Millis(now));
            restored.advance(Millis(now));
            assert_eq!(restored.poll_at(), original.poll_at());
            assert_eq!(drain(&mut restored), drain(&mut original));
            assert_eq!(saved(&restored), saved(&original));
        }
    }
}

#[test]
fn the_state_of_something_else_is_refused() {
    let base = program(0, &[(1000, "Gr"), (1000, "rG")]);
    let controller = started(base.clone(), 0);
    let bytes = saved(&controller);
    let error = |mut other: Controller| other.load(&bytes).expect_err("a state of something else").to_string();
    let make = || Box::<FixedTime>::default();
    let other_program = program(0, &[(1000, "Gr"), (1001, "rG")]);
    assert_eq!(error(Controller::new(plan(other_program), make(), 2)), "the state belongs to another plan");
    let follow = Controller::new(plan(base.clone()), Box::<Follow>::default(), 2);
    assert_eq!(error(follow), "the state belongs to another strategy");
    let other_bank = Controller::new(plan(base.clone()), make(), 3);
    assert_eq!(error(other_bank), "the state belongs to another number of detectors");
    let mut same = fixed_time(base);
    // The one before, and one that is still to come.
    for version in [9, 11] {
        let mut wrong = bytes.clone();
        wrong[0] = version;
        let expected = format!("the state of the controller has version {version}; expected 10");
        assert_eq!(same.load(&wrong).expect_err("a version").to_string(), expected);
    }
    for length in 0..bytes.len() {
        assert!(matches!(same.load(&bytes[..length]), Err(StateError::Truncated { .. })), "{length} bytes");
    }
    assert_eq!(same.load(&[&bytes[..], &[0]].concat()), Err(StateError::Trailing { bytes: 1 }));
    assert_eq!(same.now(), None, "a failed load changes nothing");
}

// --- names -----------------------------------------------------------------------------------------------------------

const FOLLOW: Entry = Entry {
    name: "follow",
    summary: "green while the detector is on",
    needs: "one detector per group",
    parameters: &[Parameter { name: "start_at", summary: "first decision number", default: "0" }],
    source: "this test",
    serves: Serves::Program,
    clearance: None,
    falls_back: None,
    make: |setup| {
        let decisions = setup.value("start_at", "a whole number")?.unwrap_or(0);
        Ok(Box::new(Follow { decisions, ..Follow::default() }))
    },
};

#[test]
fn the_registry_names_what_is_wrong_and_what_would_be_right() {
    let plan = plan(program(0, &[(1000, "Gr")]));
    let mut registry = Registry::default();
    registry.add(FOLLOW).expect("a new name");
    assert_eq!(registry.add(FOLLOW), Err(RegistryError::Taken { name: "follow" }));
    let names: Vec<_> = registry.entries().iter().map(|e| e.name).collect();
    assert_eq!(names[..3], ["fixed_time", "actuated", "nema"]);
    assert_eq!(names.last(), Some(&"follow"));

    let make = |name: &str, parameters: &[(&str, &str)]| {
        let parameters: Vec<_> = parameters.iter().map(|&(k, v)| (k.to_string(), v.to_string())).collect();
        registry.make(name, &parameters, &plan).map_err(|e| e.to_string())
    };
    let error = |name: &str, parameters: &[(&str, &str)]| make(name, parameters).expect_err("an error");
    assert_eq!(make("follow", &[("start_at", "41")]).expect("made").explain(), "follow: decision 41");
    let known = names.join(", ");
    assert_eq!(error("fixd", &[]), format!("there is no strategy \"fixd\"; expected one of: {known}"));
    assert_eq!(error("fixed_time", &[("gap", "3")]), "strategy fixed_time has no parameter \"gap\"; it takes none");
    assert_eq!(error("follow", &[("x", "3")]), "strategy follow has no parameter \"x\"; expected one of: start_at");
    assert_eq!(error("follow", &[("start_at", "ten")]), "strategy follow: start_at = \"ten\"; expected a whole number");
    let twice = [("start_at", "1"), ("start_at", "2")];
    assert_eq!(error("follow", &twice), "strategy follow: parameter \"start_at\" is given twice; expected once");
}

#[test]
fn a_program_with_more_groups_than_numbers_is_refused() {
    let step = ProgramStep { duration: Millis(1000), lamps: vec![Lamp::Red; 65_536] };
    assert_eq!(Program::new("x", Millis(0), vec![step]), Err(ProgramError::TooManyGroups { found: 65_536 }));
}

#[test]
fn the_largest_plan_runs_and_a_larger_one_is_refused() {
    let lamps = |lamp, n| ProgramStep { duration: Millis(6000), lamps: vec![lamp; n] };
    let of = |n| Program::new("x", Millis(0), vec![lamps(Lamp::Green, n), lamps(Lamp::Red, n)]).expect("a program");
    let mut controller = started(of(1000), 0);
    controller.advance(Millis(6000));
    assert_eq!(drain(&mut controller).last(), Some(&change(6000, 999, Lamp::Red)));
    let (spec, waivers) = PlanSpec::of_program("x", of(1001));
    let error = Plan::imported(spec, waivers).expect_err("too many groups");
    assert_eq!(error.to_string(), "groups: there are 1001; expected 1 to 1000");
}

#[cfg(feature = "serde")]
#[test]
fn a_deserialised_program_is_checked() {
    let original = program(-1, &[(1000, "Gr"), (500, "rG")]);
    let json = serde_json::to_string(&original).expect("plain data");
    assert_eq!(serde_json::from_str::<Program>(&json).expect("its own text"), original);
    let broken = json.replace("500", "0");
    let error = serde_json::from_str::<Program>(&broken).expect_err("a step of no length");
    assert_eq!(error.to_string(), "step 1 lasts 0 s; expected a positive duration");
}

// --- properties ------------------------------------------------------------------------------------------------------

/// Fixed seeds: a failure is a failure for everybody.
fn config() -> Config {
    Config { cases: 256, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() }
}

/// Six steps in which every group goes through lamps that may follow each other.
fn any_program() -> impl Generator<Value = Program> {
    let courses = ["GGyrrr", "rGGGyr", "rruGGy", "gGgyrr", "ssGGyr", "OOOOOO", "GGGrrr", "rrrrrr", "oogyrr"];
    let course = (prop::sample::select(courses.to_vec()), 0usize..6);
    let steps = (prop::collection::vec(1000i64..20_000, 6), prop::collection::vec(course, 3));
    (prop_oneof![-100_000i64..100_000, any::<i64>()], steps).prop_map(|(offset, (times, courses))| {
        let state = |i: usize| -> String {
            courses.iter().map(|(course, turn)| char::from(course.as_bytes()[(i + turn) % 6])).collect()
        };
        let steps: Vec<(i64, String)> = times.iter().enumerate().map(|(i, &ms)| (ms, state(i))).collect();
        program(offset, &steps.iter().map(|(ms, state)| (*ms, state.as_str())).collect::<Vec<_>>())
    })
}

/// Times to advance to: a start and some spans.
fn any_times() -> impl Generator<Value = Vec<i64>> {
    (-1_000_000_000i64..1_000_000_000, prop::collection::vec(0i64..40_000, 1..30)).prop_map(|(start, spans)| {
        let sum = |now: &mut i64, span: i64| {
            *now += span;
            Some(*now)
        };
        std::iter::once(start).chain(spans.into_iter().scan(start, sum)).collect()
    })
}

/// Written another way than `Program::step_at`: walks the steps from the start of the cycle, in 128 bits.
fn step_by_walking(program: &Program, time: i64) -> usize {
    let cycle: i128 = program.steps().iter().map(|s| i128::from(s.duration.0)).sum();
    let position = (i128::from(time) - i128::from(program.offset().0)).rem_euclid(cycle);
    let mut end = 0;
    program
        .steps()
        .iter()
        .position(|s| {
            end += i128::from(s.duration.0);
            position < end
        })
        .expect("the position is inside the cycle")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_sequence_of_advances_shows_the_program(program in any_program(), times in any_times()) {
        let mut controller = started(program.clone(), times[0]);
        let mut shown = vec![Lamp::Off; program.groups()];
        for now in times {
            controller.advance(Millis(now));
            prop_assert!(controller.poll_at() > Millis(now));
            for change in drain(&mut controller) {
                prop_assert!(change.at <= Millis(now));
                let step = step_by_walking(&program, change.at.0);
                prop_assert_eq!(change.lamp, program.steps()[step].lamps[usize::from(change.group)]);
                shown[usize::from(change.group)] = change.lamp;
            }
            let step = step_by_walking(&program, now);
            prop_assert_eq!(step, program.step_at(Millis(now)).0);
            prop_assert_eq!(&shown, &program.steps()[step].lamps);
            prop_assert_eq!(controller.lamps(), &shown[..]);
        }
    }

    #[test]
    fn outputs_do_not_depend_on_how_often_time_advances(
        program in any_program(),
        times in any_times(),
        edges in prop::collection::vec((0u16..2, 0i64..100_000, any::<bool>()), 0..40),
        follows in any::<bool>(),
    ) {
        let (start, end) = (times[0], times[times.len() - 1]);
        let make = || {
            let strategy: Box<dyn Strategy> =
                if follows { Box::<Follow>::default() } else { Box::<FixedTime>::default() };
            let mut controller = Controller::new(plan(program.clone()), strategy, 2);
            controller.start(Millis(start));
            controller
        };
        // From 1 on: an edge at the very start would come after the first decision.
        let edges: Vec<_> = edges.iter().map(|&(detector, at, on)| edge(detector, start + 1 + at, on)).collect();

        let mut at_once = make();
        for &event in &edges {
            at_once.handle_detector(event);
        }
        at_once.advance(Millis(end));

        let mut bit_by_bit = make();
        let mut trace = Vec::new();
        for pair in times.windows(2) {
            for &event in edges.iter().filter(|e| e.at > Millis(pair[0]) && e.at <= Millis(pair[1])) {
                bit_by_bit.handle_detector(event);
            }
            bit_by_bit.advance(Millis(pair[1]));
            trace.append(&mut drain(&mut bit_by_bit));
        }
        for &event in edges.iter().filter(|e| e.at > Millis(end)) {
            bit_by_bit.handle_detector(event);
        }
        prop_assert_eq!(drain(&mut at_once), trace);
        prop_assert_eq!(saved(&at_once), saved(&bit_by_bit));
    }

    #[test]
    fn damaged_states_do_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        spans in prop::collection::vec(any::<i64>(), 1..4),
    ) {
        let steps = [(4000, "Gr"), (2000, "yr"), (3000, "rG"), (1000, "ry")];
        let mut controller = started(program(0, &steps), 0);
        controller.handle_detector(edge(0, 900, true));
        controller.handle_detector(edge(1, 99_000, true));
        controller.advance(Millis(12_000));
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
        for now in spans {
            controller.advance(Millis(now));
            drain(&mut controller);
        }
    }

    #[test]
    fn any_bytes_are_loaded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = DetectorBank::new(3).load(&mut StateReader::new(&bytes));
        let _ = FixedTime::default().load(&bytes);
        let _ = started(program(0, &[(1000, "Gr")]), 0).load(&bytes);
    }
}

// --- no std, no allocation -------------------------------------------------------------------------------------------

/// Builds `probe/` with a feature and runs it: its exit code, or what the compiler said.
fn run_probe(feature: &str) -> Result<Option<i32>, String> {
    // Asked for when it runs: a build folder shared by several checkouts may keep the binary of another one.
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let package = Path::new(&here).join("probe");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("probe-{feature}"));
    let build = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--locked", "--features", feature, "--target-dir"])
        .arg(&target)
        .current_dir(&package)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .expect("cargo runs");
    if !build.status.success() {
        return Err(String::from_utf8_lossy(&build.stderr).into_owned());
    }
    let run = Command::new(target.join("debug/intergreen-control-probe")).status().expect("the probe runs");
    Ok(run.code())
}

#[test]
fn the_controller_runs_without_std_and_allocates_nothing_in_steady_state() {
    assert_eq!(run_probe(""), Ok(Some(0)));
    // Negative controls: the same check fails where it must.
    assert_eq!(run_probe("wrong_lamp"), Ok(Some(3)));
    assert_eq!(run_probe("allocates"), Ok(Some(4)));
    let error = run_probe("std").expect_err("std has a panic handler of its own");
    assert!(error.contains("duplicate lang item `panic_impl`"), "{error}");
}

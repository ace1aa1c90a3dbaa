//! Bugs that the search of all states and the hostile strategies found in the kernel, one test each.

use std::sync::Arc;

use intergreen_control::{
    Command, Controller, DetectorEvent, FixedTime, Input, Lamp, Millis, Output, Plan, PlanSpec, Program, ProgramStep,
    Request,
    kernel::{Journal, Kernel, Latch},
    plan::{
        DayAction, DayEntry, DayPlan, GroupKind, GroupSpec, IntergreenSpec, IntergreenTime, Pattern, StageSplit,
        WallClock, YieldSpec,
    },
};

fn s(n: i64) -> Millis {
    Millis(n * 1000)
}

fn lamps(letters: &str) -> Vec<Lamp> {
    letters.chars().map(|c| Lamp::from_letter(c).expect("a letter")).collect()
}

/// A kernel, a journal, and how it is driven: a request, then so many seconds, one row per second.
struct Bench {
    kernel: Kernel,
    journal: Journal,
    now: Millis,
}

impl Bench {
    fn new(plan: Plan, first: &str) -> Self {
        let mut bench = Self { kernel: Kernel::new(Arc::new(plan)), journal: Journal::new(0, false), now: s(0) };
        bench.kernel.request(Request::Lamps(&lamps(first)), s(0));
        bench.kernel.start(s(0), &mut bench.journal);
        bench
    }

    fn shown(&self) -> String {
        self.kernel.lamps().map(Lamp::letter).collect()
    }

    fn ask(&mut self, letters: &str, seconds: i64) -> Vec<String> {
        assert!(self.kernel.request(Request::Lamps(&lamps(letters)), self.now), "{letters} fits");
        self.wait(seconds)
    }

    fn wait(&mut self, seconds: i64) -> Vec<String> {
        (0..seconds)
            .map(|_| {
                self.kernel.advance(self.now, &mut self.journal);
                let shown = self.shown();
                self.now += s(1);
                shown
            })
            .collect()
    }

    fn faults(&mut self) -> usize {
        let fault = |o: &Output| matches!(o, Output::Persist { latch: Latch::CycleFault { .. }, .. });
        std::iter::from_fn(|| self.journal.pop()).filter(fault).count()
    }
}

fn with_arrow() -> Plan {
    let left = GroupSpec { kind: GroupKind::FlashingYellowArrow, ..GroupSpec::vehicle("left", s(2), s(3)) };
    let mut spec = PlanSpec::new("fya", vec![left, GroupSpec::vehicle("through", s(2), s(3))])
        .give_way("left", "through", true)
        .stage("1", &["left"])
        .stage("2", &["through"]);
    for (from, to) in [("left", "through"), ("through", "left")] {
        let time = IntergreenTime::Given(s(4));
        spec.intergreens.push(IntergreenSpec { from: from.into(), to: to.into(), time });
    }
    Plan::new(spec).expect("a plan")
}

#[test]
fn issue_4_no_through_traffic_however_it_is_asked_for_during_a_green_arrow() {
    let mut bench = Bench::new(with_arrow(), "Gr");
    assert_eq!(bench.ask("Gr", 2), ["Gr", "Gr"]);
    // Giving way, the through traffic opened beside the green arrow, and without its intergreen.
    assert_eq!(bench.ask("Gg", 6), ["yr", "yr", "yr", "rr", "og", "og"]);
}

#[test]
fn issue_4_an_arrow_is_green_only_when_the_through_traffic_has_cleared() {
    let mut bench = Bench::new(with_arrow(), "rg");
    bench.ask("rg", 3);
    assert_eq!(bench.ask("Gr", 6), ["ry", "ry", "ry", "rr", "Gr", "Gr"]);
}

#[test]
fn issue_4_walking_does_not_lengthen_a_red_yellow_that_has_begun() {
    let turn = GroupSpec { red_yellow: Some(s(2)), ..GroupSpec::vehicle("turn", s(5), s(3)) };
    let walk = GroupSpec { lead: Some(s(5)), ..GroupSpec::pedestrian("walk", s(5), s(5)) };
    let spec = PlanSpec::new("lead", vec![turn, walk]).give_way("turn", "walk", false).stage("1", &["turn", "walk"]);
    let mut bench = Bench::new(Plan::new(spec).expect("a plan"), "rr");
    bench.ask("rr", 2);
    assert_eq!(bench.ask("Gr", 1), ["ur"]);
    assert_eq!(bench.ask("GG", 3), ["uG", "gG", "gG"]);
}

fn two(max_red: i64) -> Plan {
    let group = |name: &str| GroupSpec { max_red: Some(s(max_red)), ..GroupSpec::vehicle(name, s(5), s(3)) };
    let spec = PlanSpec::new("two", vec![group("a"), group("b")])
        .forbid("a", "b", (s(4), s(4)))
        .stage("1", &["a"])
        .stage("2", &["b"]);
    Plan::new(spec).expect("a plan")
}

#[test]
fn issue_4_nobody_has_waited_while_a_hold_was_on() {
    let mut bench = Bench::new(two(60), "Gr");
    bench.kernel.hold(0, true);
    // Nothing happens for long, so that nobody wakes the kernel.
    bench.ask("Gr", 1);
    bench.now = s(25);
    bench.kernel.hold(0, false);
    bench.wait(10);
    assert_eq!(bench.faults(), 0, "b has waited for 10 s since the end of the hold");
    bench.wait(60);
    assert_eq!(bench.faults(), 1);
}

#[test]
fn issue_4_an_omitted_group_does_not_stop_the_sequence_after_a_cycle_fault() {
    let group = |name: &str| GroupSpec { max_red: Some(s(60)), ..GroupSpec::vehicle(name, s(5), s(3)) };
    let spec = PlanSpec::new("three", vec![group("a"), group("b"), group("c")])
        .forbid("a", "b", (s(4), s(4)))
        .forbid("b", "c", (s(4), s(4)))
        .forbid("a", "c", (s(4), s(4)))
        .stage("1", &["a"])
        .stage("2", &["b"])
        .stage("3", &["c"]);
    let mut bench = Bench::new(Plan::new(spec).expect("a plan"), "Grr");
    bench.ask("Grr", 70);
    assert_eq!(bench.faults(), 1);
    bench.kernel.omit(1, true);
    bench.wait(30);
    let shown = bench.wait(60);
    assert!(shown.iter().all(|row| !row[1..2].contains('G')), "{shown:?}");
    for served in ["Grr", "rrG"] {
        assert!(shown.iter().any(|row| row == served), "{served}: {shown:?}");
    }
}

#[test]
fn issue_4_a_force_off_does_not_delay_the_sequence_after_a_cycle_fault() {
    let group = |name: &str, min| GroupSpec { max_red: Some(s(60)), ..GroupSpec::vehicle(name, s(min), s(3)) };
    let spec = PlanSpec::new("three", vec![group("a", 2), group("b", 9), group("c", 5)])
        .forbid("a", "c", (s(4), s(4)))
        .forbid("b", "c", (s(4), s(4)))
        .stage("1", &["a", "b"])
        .stage("2", &["c"]);
    let mut bench = Bench::new(Plan::new(spec).expect("a plan"), "rrG");
    bench.ask("rrG", 70);
    assert_eq!(bench.faults(), 1);
    let mut shown = vec![];
    for _ in 0..60 {
        bench.kernel.force_off(0);
        shown.append(&mut bench.wait(1));
    }
    assert!(shown.iter().any(|row| row == "rrG"), "{shown:?}");
}

#[test]
fn issue_4_flashing_is_left_through_red_although_no_pair_is_forbidden() {
    let spec = PlanSpec::new("one", vec![GroupSpec::vehicle("a", s(5), s(3))]).stage("1", &["a"]);
    let mut bench = Bench::new(Plan::new(spec).expect("a plan"), "G");
    bench.ask("G", 2);
    bench.kernel.fault(bench.now, &mut bench.journal);
    bench.wait(2);
    bench.kernel.reset(bench.now, &mut bench.journal);
    assert_eq!(bench.wait(3), ["r", "G", "G"]);
}

#[test]
fn issue_4_a_yellow_that_a_program_keeps_long_is_no_yellow_conflict() {
    let step = |n, letters: &str| ProgramStep { duration: s(n), lamps: lamps(letters) };
    // The yellow of group 0 lasts 3 s or 6 s.
    let steps = vec![
        step(5, "Gr"),
        step(3, "yr"),
        step(6, "rG"),
        step(3, "ry"),
        step(5, "Gr"),
        step(6, "yr"),
        step(6, "rG"),
        step(3, "ry"),
    ];
    let (spec, waivers) = PlanSpec::of_program("long", Program::new("long", s(0), steps).expect("a program"));
    let mut spec = spec.forbid("0", "1", (s(3), s(3)));
    spec.yellow_conflicts = true;
    let mut bench = Bench::new(Plan::imported(spec, waivers).expect("a plan"), "Gr");
    bench.ask("Gr", 6);
    assert_eq!(bench.ask("yG", 8), ["yr", "yr", "yr", "yr", "yr", "yr", "rG", "rG"]);
}

#[test]
fn issue_4_an_edge_of_a_detector_that_is_not_wired_spoils_no_checkpoint() {
    let step = |letters: &str| ProgramStep { duration: s(10), lamps: lamps(letters) };
    let program = Program::new("x", s(0), vec![step("G"), step("r")]).expect("a program");
    let (spec, waivers) = PlanSpec::of_program("x", program);
    let plan = Arc::new(Plan::imported(spec, waivers).expect("a plan"));
    let make = || Controller::new(plan.clone(), Box::<FixedTime>::default(), 1);
    let mut controller = make();
    controller.start(s(0));
    controller.handle(Input::Detector(DetectorEvent { detector: 7, at: s(5), on: true }));
    controller.handle(Input::Command { at: s(5), command: Command::Free });
    let mut bytes = Vec::new();
    controller.save(&mut bytes);
    make().load(&bytes).expect("its own state");
}

#[test]
fn issue_4_a_kernel_that_is_advanced_backwards_stays_where_it_is() {
    let vehicle = |name| GroupSpec::vehicle(name, s(5), s(3));
    let spec = PlanSpec::new("x", vec![vehicle("a"), vehicle("b")]).forbid("a", "b", (s(5), s(5)));
    let spec = spec.stage("A", &["a"]).stage("B", &["b"]);
    let mut bench = Bench::new(Plan::new(spec).expect("a plan"), "Gr");
    bench.ask("rG", 12);
    // Green since 5 s, and 11 s reached: an earlier time is taken for that.
    assert!(bench.kernel.request(Request::Lamps(&lamps("Gr")), s(1)));
    bench.kernel.advance(s(1), &mut bench.journal);
    assert_eq!((bench.kernel.now(), bench.shown()), (s(11), "ry".into()));
    let changes = std::iter::from_fn(|| bench.journal.pop());
    let times: Vec<i64> = changes.filter_map(|o| if let Output::Lamp(c) = o { Some(c.at.0) } else { None }).collect();
    assert_eq!(times, [0, 0, 3000, 5000, 11_000]);
}

#[test]
fn issue_4_a_clock_with_a_weekday_that_is_none_does_no_harm() {
    let clock = WallClock { year: 2026, month: 8, day: 3, weekday: 255, time: s(0) };
    for days in 0..10 {
        let later = clock.after(s(days * 86_400));
        assert!(days == 0 || later.weekday < 7, "{later:?}");
    }
    let mut spec = PlanSpec::new("x", vec![GroupSpec::vehicle("a", s(5), s(3))]).stage("1", &["a"]);
    spec.patterns = vec![Pattern {
        name: "day".into(),
        cycle: s(60),
        offset: s(0),
        stages: vec![StageSplit { stage: "1".into(), split: s(60) }],
        phases: vec![],
        coordinated: vec![],
        coordination: Default::default(),
    }];
    let entries = vec![DayEntry { from: s(0), action: DayAction::Pattern("day".into()) }];
    spec.calendar.days = vec![DayPlan { name: "any".into(), entries }];
    spec.calendar.week = vec!["any".into(); 7];
    let plan = Arc::new(Plan::new(spec).expect("a plan"));
    let mut controller = Controller::new(plan, Box::<FixedTime>::default(), 1);
    controller.start(s(0));
    controller.handle_command(s(1), Command::Clock(clock));
    for day in 1..10 {
        for hour in 0..48 {
            controller.advance(s(day * 86_400 + hour * 1800));
        }
    }
    assert_eq!(controller.lamps(), [Lamp::Green]);
}

#[test]
fn a_turn_that_ends_as_red_yellow_begins_does_not_lengthen_it() {
    let vehicle = |name| GroupSpec::vehicle(name, s(5), s(3));
    let spec = PlanSpec::new("x", vec![vehicle("turn"), GroupSpec { red_yellow: Some(s(2)), ..vehicle("through") }])
        .give_way("turn", "through", false)
        .stage("1", &["turn", "through"]);
    let mut bench = Bench::new(Plan::new(spec).expect("a plan"), "gr");
    bench.ask("gr", 6);
    assert_eq!(bench.ask("gG", 1), ["gu"]);
    // In the same moment, but after it.
    bench.now = bench.now - s(1);
    assert_eq!(bench.ask("rG", 5), ["yu", "yu", "yG", "rG", "rG"]);
}

#[test]
fn issue_9_nobody_ends_in_the_moment_in_which_another_opens_beside() {
    let vehicle = |name| GroupSpec::vehicle(name, s(5), s(3));
    let spec = PlanSpec::new("x", vec![vehicle("a"), vehicle("b")]).stage("A", &["a"]).stage("B", &["a", "b"]);
    let yields = vec![YieldSpec { who: "b".into(), to: "a".into(), oncoming: false }];
    let mut bench = Bench::new(Plan::new(PlanSpec { yields, ..spec }).expect("a plan"), "Gr");
    bench.ask("Gr", 6);
    let mut ask = |letters: &str, at: Millis| {
        assert!(bench.kernel.request(Request::Lamps(&lamps(letters)), at));
        bench.kernel.advance(at, &mut bench.journal);
        (bench.shown(), bench.kernel.next())
    };
    assert_eq!(ask("Gg", s(6)).0, "Gg");
    // Had it ended, the other would have had to wait.
    let next = s(6) + Millis(1);
    assert_eq!(ask("rg", s(6)), ("Gg".into(), next));
    assert_eq!(ask("rg", next).0, "yg");
}

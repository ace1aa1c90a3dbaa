//! A strategy that is blind and what decides in its place: what checkpoints around the change keep, and who has waited.

use std::sync::Arc;

use intergreen_control::{
    Controller, Decision, DetectorEvent, Input, Latch, Millis, Output, Plan, Registry, Request, StateError, Strategy,
    View, plan::GroupSpec,
};

#[path = "common/streets.rs"]
mod streets;
#[path = "common/zones.rs"]
mod zones;

use zones::{advance_loop, two_lanes_each};

const fn s(seconds: i64) -> Millis {
    Millis(seconds * 1000)
}

/// Two streets with two lanes each; in one lane of B a loop lies before the zone. `max_red`: the longest red, s.
fn plan(max_red: i64) -> Plan {
    let group = |name: &str| GroupSpec { max_red: Some(s(max_red)), ..GroupSpec::vehicle(name, s(5), s(3)) };
    let mut spec = two_lanes_each(group);
    spec.detectors.push(advance_loop(4, "B", "b_0"));
    Plan::new(spec).expect("a plan")
}

/// `actuated`, and the pattern while it is blind.
fn controller(plan: &Arc<Plan>) -> Controller {
    let registry = Registry::default();
    let strategy = registry.make("actuated", &[], plan).expect("a strategy");
    let spare = registry.spare(&*strategy, plan, false).expect("a spare");
    let detectors = u16::try_from(plan.spec().detectors.len()).expect("few");
    Controller::new(plan.clone(), strategy, detectors).with_spare(Some(spare))
}

fn saved(controller: &Controller) -> Vec<u8> {
    let mut bytes = Vec::new();
    controller.save(&mut bytes);
    bytes
}

/// When somebody had waited for too long up to then.
fn advance(controller: &mut Controller, to: Millis) -> Option<Millis> {
    controller.advance(to);
    let fault = |output| match output {
        Output::Persist { at, latch: Latch::CycleFault { .. } } => Some(at),
        _ => None,
    };
    std::iter::from_fn(|| controller.poll_output()).filter_map(fault).last()
}

const fn link(detector: u16, at: i64, up: bool) -> Input {
    Input::Channel { at: s(at), detector, up }
}

const fn edge(detector: u16, at: i64) -> Input {
    Input::Detector(DetectorEvent { detector, at: s(at), on: true })
}

/// A dead zone in whose place the loop before it extends stands in again when the strategy that goes by that loop is blind.
#[test]
fn a_checkpoint_at_the_change_keeps_who_calls_from_then_on() {
    let plan = Arc::new(plan(120));
    let mut whole = controller(&plan);
    // Somebody at B: it opens. The zone of b_0 is dead, and the others of the lanes without a loop die during that green.
    whole.handle(link(2, 1, false));
    whole.handle(edge(3, 2));
    whole.start(Millis(0));
    advance(&mut whole, s(20));
    assert!(whole.lamps()[1].is_green(), "{:?}", whole.lamps());
    [0, 1, 3].iter().for_each(|&detector| whole.handle(link(detector, 21, false)));
    assert_eq!(whole.strategy(), "actuated");
    advance(&mut whole, s(21));
    assert_eq!(whole.strategy(), "fixed_time");
    let bytes = saved(&whole);
    let mut resumed = controller(&plan);
    resumed.load(&bytes).expect("its own state");
    for second in 22..400 {
        advance(&mut whole, s(second));
        advance(&mut resumed, s(second));
        assert!(saved(&whole) == saved(&resumed), "another state {second} s after the start");
    }
}

/// Wherever in its cycle the pattern is when it takes over, and whoever it has just passed by.
#[test]
fn who_is_passed_by_when_the_pattern_takes_over_is_no_fault() {
    // Both are red for 31 s of each cycle.
    let plan = Arc::new(plan(32));
    let mut longest = 0;
    for second in 100..160 {
        for called in 1..25 {
            let mut whole = controller(&plan);
            whole.handle(edge(0, 1));
            whole.handle(edge(3, second - called));
            (0..5).for_each(|detector| whole.handle(link(detector, second, false)));
            whole.start(Millis(0));
            advance(&mut whole, s(second));
            assert_eq!(whole.strategy(), "fixed_time");
            let mut resumed = controller(&plan);
            advance(&mut whole, s(second + 2));
            resumed.load(&saved(&whole)).expect("its own state");
            let mut red = [2, 2];
            for now in second + 3..second + 400 {
                let fault = advance(&mut whole, s(now)).or(advance(&mut resumed, s(now)));
                assert_eq!(fault, None, "{second} s, called {called} s before");
                for (red, lamp) in red.iter_mut().zip(whole.lamps()) {
                    *red = if lamp.is_green() { 0 } else { *red + 1 };
                    longest = longest.max(*red);
                }
            }
            assert!(saved(&whole) == saved(&resumed), "{second} s, called {called} s before");
        }
    }
    // Since the change alone, and by so much longer than who is not.
    assert!(longest >= 37, "{longest} s");
}

/// Shows the first stage for ever.
#[derive(Debug)]
struct Stubborn;

impl Strategy for Stubborn {
    fn name(&self) -> &'static str {
        "stubborn"
    }

    fn decide(&mut self, _: Millis, _: &View<'_>) -> Decision<'_> {
        Decision { request: Request::Stage(0), next: Millis::NEVER }
    }

    fn explain(&self) -> String {
        "stubborn".into()
    }

    fn save(&self, _: &mut Vec<u8>) {}

    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

#[test]
fn after_a_command_nobody_begins_to_wait_later() {
    let plan = Arc::new(plan(400));
    let mut controller = Controller::new(plan, Box::new(Stubborn), 5).with_spare(Some(Box::new(Stubborn)));
    controller.start(Millis(0));
    (0..5).for_each(|detector| controller.handle(link(detector, 100, false)));
    controller.handle(edge(3, 101));
    (0..5).for_each(|detector| controller.handle(link(detector, 102, true)));
    assert_eq!(advance(&mut controller, s(102)), None);
    assert!(controller.stood_in().is_some(), "the spare has taken over");
    controller.hand_over(s(103), Box::new(Stubborn), None, None);
    let fault = (104..700).find_map(|now| advance(&mut controller, s(now)));
    assert_eq!(fault, Some(s(103 + 400)));
}

/// Though they change places before anybody has been red for the longest red, again and again.
#[test]
fn who_is_never_served_is_a_fault_whoever_decides() {
    let max_red = 400;
    let plan = Arc::new(plan(max_red));
    let stubborn = || Controller::new(plan.clone(), Box::new(Stubborn), 5).with_spare(Some(Box::new(Stubborn)));
    for first in [1, 150, 390] {
        let mut controllers = vec![stubborn()];
        controllers[0].start(Millis(0));
        controllers[0].handle(edge(3, 1));
        let mut faults = Vec::new();
        for now in 1..3000i64 {
            // All lines are dead for a second, and again when the strategy has come back: after five minutes.
            let cause = (now - first).rem_euclid(302);
            for controller in &mut controllers {
                if now >= first && cause < 2 {
                    (0..5).for_each(|detector| controller.handle(link(detector, now, cause == 1)));
                }
                faults.extend(advance(controller, s(now)));
            }
            if now % 97 == 0 && faults.is_empty() {
                let mut resumed = stubborn();
                resumed.load(&saved(&controllers[0])).expect("its own state");
                controllers.push(resumed);
            }
        }
        let stood_in = controllers[0].stood_in().expect("they have changed places");
        assert!(stood_in.total > s(2000) && stood_in.total < s(2995), "{stood_in:?}");
        let red = s(3 * max_red + 60);
        assert!(
            faults.len() == controllers.len() && faults.iter().all(|&at| at == faults[0] && at < red),
            "{faults:?}"
        );
    }
}

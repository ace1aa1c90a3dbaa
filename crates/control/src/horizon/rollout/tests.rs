//! Small futures, reckoned by hand.

use alloc::vec;

use super::*;
use crate::horizon::tests::{ARROW, CROSS, CROSSING, MAIN, ONCOMING, WEST, plan};

pub(in crate::horizon) const MODEL: Model =
    Model { horizon: 60.0, stop: 0.0, gap: 2.0, startup: 1.0, yellow: 1.0, terminal: true };
/// A lane of nobody, as the model has it.
const NOBODY: Lane = Lane { first: 0, end: 0, flow: 0.0, sight: 0.0, worth: 1.0, startup: 1.0, yellow: 1.0, free: 0.0 };
const QUEUE: Serving = Serving { lane: 0, first: 1.0, headway: 2.0, way: Way::Free, extends: true };

fn one(at: f32) -> Due {
    Due { at, vehicles: 1.0 }
}

/// What the only lane costs that is open from `open` on, until it closes.
fn serve(f: &Forecast, model: &Model, open: f32, served: Serving, until: f32) -> f32 {
    let group = crate::plan::GroupSpec::vehicle("A", crate::Millis(5000), crate::Millis(3000));
    let plan = crate::plan::PlanSpec::new("one group", vec![group]).stage("a", &["A"]);
    let stages = Stages::new(&crate::Plan::imported(plan, vec![]).expect("one group in one stage"));
    let now = Now { forecast: f, stages: &stages, model, stage: 0, shown: 0.0, before: None };
    let progress = Progress { flow: f.lanes[0].sight, open, ..Progress::default() };
    let mut r = Rollout { lanes: vec![progress], before: None };
    r.serve(&now, served, until)
}

#[test]
fn a_flow_waits_as_very_many_small_vehicles_do() {
    const SMALL: f32 = 0.001;
    for (flow, headway, open, until) in [(0.1, 2.0, 20.0, 60.0), (0.3, 2.0, 20.0, 30.0), (0.4, 1.5, 10.0, 25.0)] {
        let mean = Forecast { lanes: vec![Lane { flow, sight: 5.0, ..NOBODY }], ..Forecast::default() };
        let due: Vec<Due> = (0..(55.0 * flow / SMALL) as u32).map(|i| one(5.0 + SMALL / flow * i as f32)).collect();
        let lanes = vec![Lane { end: due.len() as u32, sight: 60.0, ..NOBODY }];
        let small = Forecast { lanes, due, ..Forecast::default() };
        let as_flow = serve(&mean, &MODEL, open, Serving { headway, ..QUEUE }, until);
        let as_small = SMALL * serve(&small, &MODEL, open, Serving { headway: headway * SMALL, ..QUEUE }, until);
        // A thousandth of a vehicle more or less leaves; single precision adds up 20 000 terms.
        assert!((as_flow - as_small).abs() < 0.002 * as_small, "{as_flow} {as_small}");
    }
}

#[test]
fn a_queue_leaves_a_headway_apart_and_waits_until_then() {
    let lanes = vec![Lane { end: 3, sight: 8.0, ..NOBODY }];
    let f = Forecast { lanes, due: [-4.0, 0.0, 5.0].map(one).into(), ..Forecast::default() };
    // 10 and 12 s from now on; the third is due in 5 s and leaves after 14.
    assert_eq!(serve(&f, &MODEL, 10.0, QUEUE, 60.0), 10.0 + 12.0 + 9.0);
    let stop = Model { stop: 4.0, ..MODEL };
    assert_eq!(serve(&f, &stop, 10.0, QUEUE, 60.0), 31.0 + 4.0, "two have stopped already");
    assert_eq!(serve(&f, &MODEL, 10.0, QUEUE, 12.0), 10.0, "it closes as the second comes");
    let blocked = Serving { way: Way::Blocked, ..QUEUE };
    assert_eq!(serve(&f, &MODEL, 10.0, blocked, 60.0), 0.0, "nobody can go");
}

/// What leads to the stages of [`plan`] from now on, each lane with its vehicles. The lane of the west may go in two stages, in
/// the first as `main` says.
pub(in crate::horizon) fn crossroads(due: [&[f32]; 3], main: Way) -> Forecast {
    let mut f = Forecast::default();
    for of in due {
        let first = f.due.len() as u32;
        f.due.extend(of.iter().copied().map(one));
        f.lanes.push(Lane { first, end: f.due.len() as u32, sight: 8.0, ..NOBODY });
    }
    let at = |lane: usize, way: Way| Serving { lane, way, ..QUEUE };
    f.served =
        vec![vec![at(WEST, main), at(ONCOMING, Way::Free)], vec![at(WEST, Way::Partly)], vec![at(CROSSING, Way::Free)]];
    f
}

fn waiting(f: &Forecast) -> Rollout {
    let lanes = f.lanes.iter().map(|lane| Progress { next: lane.first, open: f32::INFINITY, ..Progress::default() });
    Rollout { lanes: lanes.collect(), before: None }
}

#[test]
fn the_stage_comes_next_that_serves_most_vehicles_per_second() {
    let stages = Stages::new(&plan());
    let best = |due: [&[f32]; 3], main: Way, from: usize| {
        let f = crossroads(due, main);
        let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: from, shown: 0.0, before: None };
        waiting(&f).best(&now, from, 0.0)
    };
    assert_eq!(best([&[], &[], &[]], Way::Free, MAIN), None, "nobody waits");
    assert_eq!(best([&[], &[], &[-4.0, 0.0]], Way::Free, MAIN), Some(CROSS));
    assert_eq!(best([&[-1.0], &[-1.0], &[-4.0, 0.0]], Way::Free, CROSS), Some(MAIN));
    assert_eq!(best([&[-1.0, 0.0], &[], &[]], Way::Free, MAIN), None, "no other stage serves them better");
    assert_eq!(best([&[-1.0, 0.0], &[], &[]], Way::Behind, MAIN), Some(ARROW));
    assert_eq!(best([&[-1.0, 0.0], &[], &[]], Way::Blocked, MAIN), Some(ARROW));
    assert_eq!(best([&[], &[-1.0, 0.0], &[-1.0]], Way::Free, ARROW), Some(MAIN), "two are more than one");
}

#[test]
fn at_a_change_some_leave_in_yellow_and_others_start_up() {
    let (stages, f) = (Stages::new(&plan()), crossroads([&[], &[-2.0, 0.0, 10.5, 11.5], &[-3.0]], Way::Free));
    let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: MAIN, shown: 9.0, before: None };
    let mut r = waiting(&f);
    r.lanes[ONCOMING].open = 0.0;
    // They leave at 0, 2 and 10.5 s.
    assert_eq!(r.change(&now, (MAIN, CROSS), 10.0), 2.0);
    assert_eq!((r.lanes[ONCOMING].next, r.lanes[ONCOMING].open), (3, f32::INFINITY));
    let opens = 10.0 + s(stages.change(MAIN, CROSS));
    assert_eq!((r.lanes[CROSSING].open, r.lanes[CROSSING].free), (opens, opens + MODEL.startup));
    // Each lane as its own queues have shown.
    let mut slow = f.clone();
    (slow.lanes[ONCOMING].yellow, slow.served[CROSS][0].first) = (3.0, 2.0);
    let now = Now { forecast: &slow, ..now };
    let mut r = waiting(&slow);
    r.lanes[ONCOMING].open = 0.0;
    r.change(&now, (MAIN, CROSS), 10.0);
    assert_eq!((r.lanes[ONCOMING].next, r.lanes[CROSSING].free), (4, opens + 2.0), "the fourth leaves at 12.5 s");
    // A lane that stays open goes on as it was.
    let mut r = waiting(&f);
    (r.lanes[WEST].open, r.lanes[WEST].free) = (0.0, 4.0);
    r.change(&now, (MAIN, ARROW), 10.0);
    assert_eq!((r.lanes[WEST].open, r.lanes[WEST].free), (10.0, 4.0));
}

#[test]
fn who_stands_behind_one_who_has_just_left_follows_a_headway_later() {
    let stages = Stages::new(&plan());
    let cost = |free: f32| {
        let mut f = crossroads([&[], &[-2.0, 0.0], &[]], Way::Free);
        f.lanes[ONCOMING].free = free;
        let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: MAIN, shown: 9.0, before: None };
        waiting(&f).cost(&now, First::default(), f32::INFINITY)
    };
    assert_eq!([0.0, 1.5].map(cost), [2.0, 5.0]);
}

#[test]
fn the_fuller_the_lanes_are_the_more_a_change_has_to_gain() {
    let gain = |count: usize| crossroads([&[], &alloc::vec![0.0; count], &[]], Way::Free).least_gain(&MODEL);
    // Three lanes: 1, 2 and 100 in the mean.
    assert_eq!([0, 3, 6, 300].map(gain), [0.0, 3.0 * 0.125, 6.0 * 0.25, 300.0]);
}

#[test]
fn who_is_left_waits_until_the_same_time_in_all_futures() {
    let (stages, mut f) = (Stages::new(&plan()), crossroads([&[], &[], &[-4.0, 50.0]], Way::Free));
    f.lanes[CROSSING].flow = 0.1;
    let now = Now { forecast: &f, stages: &stages, model: &MODEL, stage: MAIN, shown: 9.0, before: None };
    let mut r = waiting(&f);
    r.lanes[CROSSING].flow = 20.0;
    // 70 s and 20 s, and four of whom nobody has seen any wait for 10 s each.
    assert_eq!([10.0, 30.0, 60.0].map(|end| r.left(&now, end)), [130.0; 3]);
    r.lanes[CROSSING].next += 1;
    assert_eq!(r.left(&now, 30.0), 60.0);
}

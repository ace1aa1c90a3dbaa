//! What is learned of lanes, and how those who give way get away.

use alloc::{sync::Arc, vec, vec::Vec};

use super::forecast::Forecast;
use super::rollout::tests::MODEL;
use super::service::{Held, Service};
use super::ways::{Way, Ways};
use crate::plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupSpec};
use crate::stages::{Moment, Stages, Waits};
use crate::{Approaches, Lamp, Millis, Plan, PlanSpec, StateReader, Traffic};

/// Lanes and stages of [`plan`].
pub(crate) const WEST: usize = 0;
pub(crate) const ONCOMING: usize = 1;
pub(crate) const CROSSING: usize = 2;
pub(crate) const MAIN: usize = 0;
pub(crate) const ARROW: usize = 1;
pub(crate) const CROSS: usize = 2;

/// Kinds of detectors: what is added to three times the lane.
pub(crate) const ZONE: u16 = 0;
const COUNT: u16 = 1;
const IN: u16 = 2;

/// A crossroads: from the west some go straight on and some turn left out of one lane, giving way to oncoming traffic unless an
/// arrow is shown to them alone.
pub(crate) fn plan() -> Plan {
    let mut spec = PlanSpec::new(
        "crossroads",
        ["straight", "left", "oncoming", "cross"].map(|g| GroupSpec::vehicle(g, Millis(5000), Millis(3000))).into(),
    );
    for (lane, groups) in (0u16..).zip([&["straight", "left"][..], &["oncoming"], &["cross"]]) {
        let kinds = [(DetectorKind::StopBar, 0.0), (DetectorKind::Count, 1.0), (DetectorKind::In, 80.0)];
        for (number, (kind, distance_m)) in (0..).zip(kinds) {
            let name = ["w", "o", "c"][usize::from(lane)].into();
            spec.detectors.push(DetectorUse {
                channel: 3 * lane + number,
                groups: groups.iter().map(|&g| g.into()).collect(),
                mode: DetectorMode::Count,
                place: Some(DetectorPlace { kind, lane: name, distance_m, length_m: 2.0, speed_m_s: 10.0 }),
                ..DetectorUse::default()
            });
        }
    }
    let five = (Millis(5000), Millis(5000));
    let spec = spec.forbid("straight", "cross", five).forbid("left", "cross", five).forbid("oncoming", "cross", five);
    let spec = spec.give_way("left", "oncoming", true);
    let spec =
        spec.stage("main", &["straight", "left", "oncoming"]).stage("arrow", &["left"]).stage("cross", &["cross"]);
    Plan::imported(spec, vec![]).expect("sound")
}

pub(crate) fn s(seconds: f64) -> Millis {
    Millis::from_seconds(seconds)
}

/// The crossroads with its traffic.
pub(crate) struct World {
    plan: Plan,
    stages: Stages,
    traffic: Traffic,
    service: Service,
    waits: Waits,
    pub stage: usize,
    since: Millis,
}

impl World {
    pub fn new() -> Self {
        let plan = plan();
        let (mut stages, traffic) = (Stages::new(&plan), Traffic::new(&plan, Arc::new(Approaches::of_plan(&plan))));
        stages.know(traffic.approaches());
        let mut service = Service::default();
        service.know(&stages, traffic.lanes().len());
        Self { waits: Waits::new(&plan), plan, stages, traffic, service, stage: MAIN, since: Millis(0) }
    }

    fn lamps(&self) -> Vec<Lamp> {
        let lamp = |g| if self.stages.opens[self.stage].has(g) { Lamp::Green } else { Lamp::Red };
        (0..self.plan.groups().len()).map(lamp).collect()
    }

    /// Another stage is shown from then on.
    fn show(&mut self, stage: usize, at: f64) {
        (self.stage, self.since) = (stage, s(at));
        self.traffic.advance(&self.plan, s(at), &self.lamps());
    }

    pub fn edge(&mut self, lane: usize, kind: u16, on: bool, at: f64) {
        let lamps = self.lamps();
        self.traffic.edge(&self.plan, 3 * lane as u16 + kind, on, s(at), &lamps);
    }

    /// Somebody comes over IN then.
    pub fn come(&mut self, lane: usize, at: f64) {
        self.edge(lane, IN, true, at);
        self.edge(lane, IN, false, at + 0.5);
    }

    /// Somebody leaves then.
    pub fn leave(&mut self, lane: usize, at: f64) {
        self.edge(lane, COUNT, true, at - 0.3);
        self.edge(lane, COUNT, false, at);
    }

    pub fn moment(&self, now: f64) -> Moment<'_> {
        let (traffic, stages) = (&self.traffic, &self.stages);
        Moment { now: s(now), traffic, stages, stage: self.stage, since: self.since, before: None, waits: &self.waits }
    }

    fn watch(&mut self, now: f64) {
        let mut service = core::mem::take(&mut self.service);
        service.watch(&self.moment(now));
        self.service = service;
    }

    fn held_up(&self, lane: usize, foes: &[usize], now: f64) -> Option<Held> {
        self.service.held_up(&self.moment(now), lane, foes.iter().copied())
    }
}

/// The parts differ by less than single precision can tell.
fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-4
}

#[test]
fn headways_are_learned_from_those_who_leave_one_behind_the_other() {
    let mut w = World::new();
    assert!(near(w.service.headway(MAIN, ONCOMING), 1.9));
    assert!(near(w.service.headway(MAIN, WEST), 2.6), "some give way");
    assert!(near(w.service.headway(ARROW, WEST), 6.0), "not all may go");
    w.edge(ONCOMING, ZONE, true, 1.0);
    [3.0, 5.5, 8.0, 10.5].iter().for_each(|&at| w.leave(ONCOMING, at));
    w.watch(11.0);
    // Three at 2.5 s, and six who are known before.
    assert!(near(w.service.headway(MAIN, ONCOMING), (3.0 * 2.5 + 6.0 * 1.9) / 9.0));
    assert!(near(w.service.headway(MAIN, WEST), 2.6), "nobody has left there");
    // Nobody is behind the one before: what comes after a gap is no headway.
    w.edge(ONCOMING, ZONE, false, 11.0);
    w.leave(ONCOMING, 14.0);
    w.watch(15.0);
    assert!(near(w.service.headway(MAIN, ONCOMING), (3.0 * 2.5 + 6.0 * 1.9) / 9.0));
}

#[test]
fn who_gives_way_may_wait_longer_for_a_gap_than_others_are_held_up() {
    for (lane, time, before) in [(ONCOMING, 2.0 * 6.0, 1.9), (WEST, 2.0 * 12.0, 2.6)] {
        let mut w = World::new();
        w.edge(lane, ZONE, true, 1.0);
        // 10 and 20 s.
        [3.0, 13.0, 33.0].iter().for_each(|&at| w.leave(lane, at));
        w.watch(34.0);
        assert!(near(w.service.headway(MAIN, lane), (time + 6.0 * before) / 8.0), "{lane}");
    }
}

#[test]
fn the_first_takes_as_long_as_firsts_took_where_some_give_way() {
    let mut w = World::new();
    let firsts =
        |w: &World| [(MAIN, WEST), (MAIN, ONCOMING), (ARROW, WEST)].map(|(s, lane)| w.service.first(s, lane, 1.0));
    for lane in [WEST, ONCOMING] {
        w.leave(lane, 1.0);
        w.edge(lane, ZONE, true, 5.0);
    }
    w.show(CROSS, 10.0);
    w.show(MAIN, 30.0);
    w.watch(31.0);
    assert_eq!(firsts(&w), [1.0; 3], "nobody has left");
    [WEST, ONCOMING].iter().for_each(|&lane| w.leave(lane, 39.0));
    w.watch(40.0);
    // As four before; nobody of the lane that comes towards them gives way.
    assert_eq!(firsts(&w), [(4.0 + 9.0) / 5.0, 1.0, 1.0]);
    w.show(CROSS, 50.0);
    w.watch(51.0);
    w.show(MAIN, 70.0);
    w.watch(71.0);
    w.show(CROSS, 82.0);
    w.watch(90.0);
    assert_eq!(firsts(&w), [(4.0 + 9.0 + 12.0) / 6.0, 1.0, 1.0], "12 s in vain, in the stage before");
    w.show(MAIN, 100.0);
    w.watch(101.0);
    // His lane stays open.
    w.show(ARROW, 110.0);
    w.watch(111.0);
    w.leave(WEST, 115.0);
    w.watch(116.0);
    assert_eq!(firsts(&w), [(4.0 + 9.0 + 12.0 + 15.0) / 7.0, 1.0, 1.0], "of the stage that opened it");
    let mut saved = Vec::new();
    w.service.save(&mut saved);
    let mut other = World::new();
    other.service.load(&mut StateReader::new(&saved)).expect("its own state");
    assert_eq!(firsts(&other), firsts(&w));
}

#[test]
fn who_stood_first_leaves_no_earlier_because_his_lane_is_open() {
    let mut w = World::new();
    w.leave(WEST, 1.0);
    w.edge(WEST, ZONE, true, 5.0);
    w.show(CROSS, 10.0);
    w.show(MAIN, 30.0);
    w.watch(31.0);
    let free = |w: &World, now: f64| {
        let ways = Ways::new(&w.stages, &w.traffic.approaches().lanes);
        let mut f = Forecast::default();
        f.know(&w.stages, ways, 3, 0);
        f.look(&w.moment(now), &w.service, &MODEL, false);
        f.lanes[WEST].free
    };
    assert!(near(free(&w, 30.25), 0.75) && near(free(&w, 31.5), 0.0), "a second to start up");
    w.leave(WEST, 32.0);
    assert!(near(free(&w, 32.5), 1.895 - 0.5), "a headway behind him");
}

#[test]
fn who_leaves_in_a_change_leaves_in_the_stage_before() {
    let mut w = World::new();
    w.edge(WEST, ZONE, true, 1.0);
    w.leave(WEST, 3.0);
    w.watch(4.0);
    w.leave(WEST, 6.0);
    w.stage = ARROW;
    w.watch(8.0);
    assert!(near(w.service.headway(MAIN, WEST), (3.0 + 6.0 * 2.6) / 7.0));
    assert!(near(w.service.headway(ARROW, WEST), 6.0));
}

#[test]
fn who_stands_before_an_open_line_gives_way_or_is_blocked() {
    let mut w = World::new();
    w.edge(WEST, ZONE, true, 1.0);
    assert_eq!(w.held_up(WEST, &[ONCOMING], 9.0), None, "nobody has ever been seen to leave");
    w.leave(WEST, 10.0);
    w.edge(ONCOMING, ZONE, true, 11.0);
    assert_eq!(w.held_up(WEST, &[ONCOMING], 13.9), None);
    assert_eq!(w.held_up(WEST, &[ONCOMING], 14.0), Some(Held::GivesWay));
    assert_eq!(w.held_up(WEST, &[], 14.0), Some(Held::Blocked), "there is nobody to give way to");
    w.leave(ONCOMING, 15.0);
    w.edge(ONCOMING, ZONE, false, 15.0);
    assert_eq!(w.held_up(WEST, &[ONCOMING], 18.9), Some(Held::GivesWay));
    assert_eq!(w.held_up(WEST, &[ONCOMING], 19.0), Some(Held::Blocked), "the way has been free for long");
    w.since = s(20.0);
    assert_eq!(w.held_up(WEST, &[ONCOMING], 21.0), None, "the stage has just begun");
}

#[test]
fn an_arrow_is_for_those_who_are_known_to_turn() {
    let mut w = World::new();
    let ways = Ways::new(&w.stages, &w.traffic.approaches().lanes);
    assert_eq!(ways.foes(MAIN, 0), [1], "the second lane that the stage serves");
    assert_eq!([ways.foes(MAIN, 1), ways.foes(ARROW, 0), ways.foes(CROSS, 0)], [&[0usize; 0]; 3]);
    let way_at =
        |w: &World, stage: usize, now: f64| ways.of((stage, 0), &w.stages.served[stage][0], &w.service, &w.moment(now));
    let way = |w: &World, stage: usize| way_at(w, stage, 5.0);
    w.show(CROSS, 0.5);
    assert_eq!([MAIN, ARROW, CROSS].map(|stage| way(&w, stage)), [Way::Free, Way::Blocked, Way::Free]);
    w.edge(WEST, ZONE, true, 1.0);
    w.service.turns(WEST, s(5.0));
    assert_eq!([MAIN, ARROW, CROSS].map(|stage| way(&w, stage)), [Way::Free, Way::Partly, Way::Free], "he drives on");
    w.watch(6.0);
    assert!(w.service.turner(WEST));
    w.leave(WEST, 7.0);
    w.watch(8.0);
    assert!(!w.service.turner(WEST), "he has left");
    w.show(MAIN, 8.0);
    w.edge(ONCOMING, ZONE, true, 8.0);
    assert_eq!(
        [11.9, 12.0].map(|now| way_at(&w, MAIN, now)),
        [Way::Free, Way::Behind],
        "there is no room ahead of him"
    );
    w.service.turns(WEST, s(12.0));
    w.stage = CROSS;
    assert_eq!(way_at(&w, MAIN, 12.0), Way::Behind, "as long as the lane is open");
}

#[test]
fn what_was_learned_comes_back() {
    let mut w = World::new();
    w.edge(WEST, ZONE, true, 1.0);
    [3.0, 6.0].iter().for_each(|&at| w.leave(WEST, at));
    w.service.turns(WEST, s(6.5));
    w.stage = ARROW;
    w.watch(7.0);
    let mut saved = Vec::new();
    w.service.save(&mut saved);
    let mut other = Service::default();
    other.load(&mut StateReader::new(&saved)).expect("its own state");
    other.know(&w.stages, 3);
    assert_eq!(other.headway(MAIN, WEST), w.service.headway(MAIN, WEST));
    assert!(other.turner(WEST) && !other.turner(ONCOMING));
    let mut again = Vec::new();
    other.save(&mut again);
    assert_eq!(saved, again);
}

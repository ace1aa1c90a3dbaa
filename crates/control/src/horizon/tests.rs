use alloc::{sync::Arc, vec, vec::Vec};
use std::println;

use super::*;
use crate::{
    Approaches, Lamp, Plan, PlanSpec, Traffic,
    plan::{DetectorKind, DetectorPlace, DetectorUse, GroupSpec},
    stages::Stages,
};

fn plan() -> Plan {
    let s = Millis::from_seconds;
    let group = |name| GroupSpec::vehicle(name, s(5.0), s(3.0));
    let mut spec = PlanSpec::new("two streets", vec![group("A"), group("B")])
        .forbid("A", "B", (s(4.0), s(4.0)))
        .stage("a", &["A"])
        .stage("b", &["B"]);
    for (i, name) in ["A", "B"].into_iter().enumerate() {
        for (j, (kind, at, length)) in
            [(DetectorKind::StopBar, 0.0, 20.0), (DetectorKind::Count, 1.0, 2.0), (DetectorKind::In, 111.0, 2.0)].into_iter().enumerate()
        {
            spec.detectors.push(DetectorUse {
                channel: (3 * i + j) as u16,
                groups: vec![name.into()],
                place: Some(DetectorPlace {
                    kind,
                    lane: name.into(),
                    distance_m: at,
                    length_m: length,
                    speed_m_s: 13.9,
                }),
                ..DetectorUse::default()
            });
        }
    }
    Plan::imported(spec, vec![]).unwrap()
}

#[test]
fn debug() {
    let plan = plan();
    let around = Arc::new(Approaches::of_plan(&plan));
    let mut traffic = Traffic::new(&plan, around.clone());
    let mut stages = Stages::new(&plan);
    stages.know(&around);
    let lamps = [Lamp::Green, Lamp::Red];
    let t = Millis;
    // A: a car each 10 s passes; B: one at 100 s.
    let mut events: Vec<(i64, u16, bool)> = vec![];
    for k in 0..30 {
        let at = 5_000 + k * 10_000;
        events.extend([(at, 2, true), (at + 100, 2, false), (at + 6500, 0, true), (at + 7900, 1, true), (at + 8200, 1, false), (at + 8400, 0, false)]);
    }
    events.extend([(100_000, 5, true), (100_100, 5, false), (107_000, 3, true)]);
    events.sort();
    let setup = crate::Registry::default();
    let _ = setup;
    let mut h = Horizon::test();
    let mut e = events.into_iter().peekable();
    let waiting = [None, None];
    for sec in 6..150 {
        let now = t(sec * 1000);
        while let Some(&(at, d, on)) = e.peek() {
            if at > now.0 { break; }
            traffic.advance(&plan, t(at), &lamps);
            traffic.edge(&plan, d, on, t(at), &lamps);
            e.next();
        }
        traffic.advance(&plan, now, &lamps);
        let m = Moment { now, traffic: &traffic, stages: &stages, stage: 0, since: t(0), waiting: &waiting };
        let w = h.choose(&m);
        let d = h.debug(&m);
        println!("{sec} wish {} costs {:?} due {:?} flow {} {} holds {:?}", w.stage, h.costs, h.forecast.due, traffic.lanes()[0].flow(now), traffic.lanes()[1].flow(now), d);
    }
}

//! Broken detectors: what controllers are told, as timelines, and that faults are as frequent as is said.
//!
//! Cars come every 7.3 s at 50 km/h over the four detectors of a lane: what a controller is told of one with a fault is held
//! against what it is told of it without.

use std::sync::Arc;

use intergreen::demand::Timing;
use intergreen::detectors::{Fault, Stuck};
use intergreen::network::compose::NodeKind;
use intergreen::sim::Command;
use intergreen_control::plan::DetectorKind;
use intergreen_control::{Input, Millis};

use super::checkpoint_incidents::given;
use super::checkpoints::cut_commanded;
use super::incidents::commanded;
use super::worlds::{Trips, World, alike, arterial, road, rolling, s};

/// How long cars come, s.
const HOURS: f64 = 4000.0;

fn free_flow() -> World {
    let network = road(NodeKind::Signal, 500.0, 300.0, 1).signal("x", 0.0, &[(500.0, &["in"]), (50.0, &[])]).build();
    let mut t = Trips::new(&network, alike());
    let timing = Timing::Every { begin: s(0.0), period: 7.3, end: s(HOURS), number: u64::MAX };
    t.add("v", timing, 0, &["in", "out"], rolling());
    t.world("free flow")
}

/// A fault of all detectors in which nothing is wrong yet.
fn fault() -> Fault {
    Fault {
        signal: None,
        line: None,
        kinds: Vec::new(),
        share: 1.0,
        from: Millis(0),
        until: Millis::NEVER,
        stuck: None,
        miss: 0.0,
        false_calls: 0.0,
        chatter: 0.0,
        drop_out: 0.0,
        latency: Millis(0),
    }
}

/// What the controller is told of its detector 3, the loop IN, until `until` s: when, s, and whether it is on.
fn told(faults: &[Fault], until: f64) -> Vec<(f64, bool)> {
    told_after(faults, &[], until)
}

/// The same in a run with commands.
fn told_after(faults: &[Fault], commands: &[(f64, Command)], until: f64) -> Vec<(f64, bool)> {
    let mut world = free_flow();
    world.setup.detectors.faults = faults.to_vec();
    let mut sim = commanded(&world, commands);
    sim.record();
    let mut all = Vec::new();
    while sim.now() < s(until) {
        sim.step();
        for (_, input) in sim.controllers().inputs.iter().flatten() {
            if let Input::Detector(event) = input
                && event.detector == 3
            {
                assert!(event.at <= sim.now() && event.at > sim.now() - world.setup.step, "told when it arrives");
                all.push((event.at.seconds(), event.on));
            }
        }
    }
    all
}

/// As a line: `27.2+ 27.7- …`.
fn line(told: &[(f64, bool)]) -> String {
    let word = |(at, on): &(f64, bool)| format!("{at:.1}{}", if *on { '+' } else { '-' });
    told.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Edges in from..until s.
fn within(told: &[(f64, bool)], from: f64, until: f64) -> Vec<(f64, bool)> {
    told.iter().copied().filter(|e| e.0 >= from && e.0 < until).collect()
}

#[test]
fn a_detector_that_is_stuck_or_silent() {
    let healthy = told(&[], 100.0);
    assert_eq!(line(&within(&healthy, 25.0, 52.0)), "27.2+ 27.7- 34.7+ 35.2- 42.2+ 42.7- 49.2+ 49.7-");
    let broken = |stuck: Stuck, from: f64, until: f64| {
        let told = told(&[Fault { stuck: Some(stuck), from: s(from), until: s(until), ..fault() }], 100.0);
        let others = |told: &[(f64, bool)]| [within(told, 0.0, 25.0), within(told, 52.0, 100.0)];
        assert_eq!(others(&told), others(&healthy), "{stuck:?}: before and after");
        line(&within(&told, 25.0, 52.0))
    };
    // It goes on when it breaks, and off when it is mended; edges between are not told.
    assert_eq!(broken(Stuck::On, 30.0, 47.0), "27.2+ 27.7- 30.0+ 47.0- 49.2+ 49.7-");
    // Mended while somebody is over it, it is simply on.
    assert_eq!(broken(Stuck::On, 30.0, 42.4), "27.2+ 27.7- 30.0+ 42.7- 49.2+ 49.7-");
    assert_eq!(broken(Stuck::Off, 30.0, 47.0), "27.2+ 27.7- 49.2+ 49.7-");
    // It breaks while somebody is over it.
    assert_eq!(broken(Stuck::Off, 27.4, 42.4), "27.2+ 27.4- 42.4+ 42.7- 49.2+ 49.7-");
    // For the controller it stays on until it is heard of again.
    assert_eq!(broken(Stuck::Silent, 27.4, 47.0), "27.2+ 47.0- 49.2+ 49.7-");
    assert_eq!(broken(Stuck::Silent, 30.0, 47.0), "27.2+ 27.7- 49.2+ 49.7-");
}

#[test]
fn commands_break_and_mend_detectors() {
    let breaks = |stuck, until| Command::DetectorFault { signal: "x".into(), detector: 3, stuck, until };
    let mends = || Command::DetectorRestore { signal: "x".into(), detector: 3 };
    let seen =
        |faults: &[Fault], commands: &[(f64, Command)]| line(&within(&told_after(faults, commands, 60.0), 25.0, 52.0));
    // In force from the step that begins then; another detector has no part in it.
    assert_eq!(seen(&[], &[(30.0, breaks(Stuck::On, Some(47.0)))]), "27.2+ 27.7- 30.5+ 47.0- 49.2+ 49.7-");
    let zone = Command::DetectorFault { signal: "x".into(), detector: 0, stuck: Stuck::On, until: None };
    assert_eq!(seen(&[], &[(30.0, zone)]), "27.2+ 27.7- 34.7+ 35.2- 42.2+ 42.7- 49.2+ 49.7-");
    // Whoever is over it then is known.
    assert_eq!(seen(&[], &[(27.5, breaks(Stuck::Off, Some(42.4)))]), "27.2+ 27.7- 42.4+ 42.7- 49.2+ 49.7-");
    // The last command counts.
    let twice = [(30.0, breaks(Stuck::On, None)), (34.0, breaks(Stuck::Off, None)), (47.0, mends())];
    assert_eq!(seen(&[], &twice), "27.2+ 27.7- 30.5+ 34.5- 49.2+ 49.7-");
    // What was broken from the beginning is mended too.
    let off = Fault { stuck: Some(Stuck::Off), ..fault() };
    assert_eq!(seen(&[off], &[(40.0, mends())]), "42.2+ 42.7- 49.2+ 49.7-");
    cut_commanded(&free_flow(), &given(&twice), &[29.0, 30.5, 33.0, 40.0, 47.5], 100.0);
}

#[test]
fn reports_arrive_late_and_in_their_order() {
    let healthy = told(&[], 100.0);
    let late = told(&[Fault { latency: s(2.3), until: s(49.4), ..fault() }], 100.0);
    let moved = |e: &(f64, bool)| (if e.0 < 49.4 { e.0 + 2.3 } else { e.0 }, e.1);
    // Who left at 49.7 s had come at 49.2 s, which was told at 51.5 s: not before that.
    assert_eq!(line(&within(&late, 45.0, 60.0)), "45.0- 51.5+ 51.5- 56.7+ 57.2-");
    let wanted: Vec<(f64, bool)> = healthy.iter().map(moved).collect();
    assert_eq!(line(&within(&late, 0.0, 49.0)), line(&within(&wanted, 0.0, 49.0)));
    assert_eq!(line(&within(&late, 56.0, 100.0)), line(&within(&wanted, 56.0, 100.0)));
}

/// How far a count is from what is expected of it, in standard deviations. Four: a right probability is farther off once in
/// 16,000 seeds.
fn off(count: usize, expected: f64, variance: f64) -> f64 {
    ((count as f64 - expected) / variance.sqrt()).abs()
}

#[test]
fn some_vehicles_are_missed() {
    let healthy = told(&[], HOURS);
    let missing = told(&[Fault { miss: 0.2, ..fault() }], HOURS);
    let n = healthy.len() as f64 / 2.0;
    assert!(n > 500.0 && off(missing.len() / 2, 0.8 * n, n * 0.2 * 0.8) < 4.0, "{} of {n}", missing.len() / 2);
    // Who is seen is seen as without the fault, from front to rear.
    let pairs = |told: &[(f64, bool)]| told.chunks_exact(2).map(|p| format!("{:?}", p)).collect::<Vec<_>>();
    let all = pairs(&healthy);
    assert!(missing.chunks_exact(2).all(|p| p[0].1 && !p[1].1));
    assert!(pairs(&missing).iter().all(|pair| all.contains(pair)));
}

#[test]
fn nobody_is_reported_as_often_as_is_said() {
    let healthy = told(&[], HOURS);
    let told = told(&[Fault { false_calls: 360.0, stuck: None, ..fault() }], HOURS);
    assert!(told.chunks_exact(2).all(|p| p[0].1 && !p[1].1), "on, then off");
    // A false actuation that meets a true one is one with it: on for half a second in 7.3 s each.
    let expected = HOURS * 0.1;
    let more = (told.len() - healthy.len()) / 2;
    let apart = 1.0 - 1.0 / 7.3;
    assert!(
        off(more, expected * apart, expected) < 4.0,
        "{more} more; {expected} false ones, {apart:.2} of them alone"
    );
    let half = told.chunks_exact(2).filter(|p| (p[1].0 - p[0].0 - 0.5).abs() < 1e-9).count();
    assert!(half >= more * 9 / 10, "{half} of half a second");
}

#[test]
fn a_detector_chatters() {
    let told = told(&[Fault { chatter: 60.0, from: s(0.0), ..fault() }], 1000.0);
    let ons = told.iter().filter(|e| e.1).count();
    // One a second in the mean, and the cars'.
    let cars = 1000.0 / 7.3;
    assert!(off(ons, 1000.0 + cars, 1000.0) < 4.0, "{ons}");
    let short = told.windows(2).filter(|p| p[0].1 && p[1].0 - p[0].0 <= 0.3).count();
    assert!(short > 700, "{short} short pulses");
    assert!(told.windows(2).all(|p| p[0].1 != p[1].1 && p[0].0 <= p[1].0), "on and off in turn");
}

#[test]
fn reports_are_lost_in_bursts() {
    let healthy = told(&[], HOURS);
    let told = told(&[Fault { drop_out: 0.3, ..fault() }], HOURS);
    let gone = healthy.iter().filter(|e| !told.contains(e)).map(|e| (e.0 / 10.0) as i64);
    let bursts: std::collections::BTreeSet<i64> = gone.collect();
    // In most of 10 s a car passes.
    assert!(off(bursts.len(), 400.0 * 0.3, 400.0 * 0.3 * 0.7) < 4.0, "{} bursts", bursts.len());
    let kept = told.iter().filter(|e| bursts.contains(&((e.0 / 10.0) as i64)) && e.0 % 10.0 != 0.0).count();
    assert_eq!(kept, 0, "in a burst nothing is told");
}

/// Faults hang on the seed, the detector and the time: not on threads, nor on where a run was cut.
#[test]
fn faults_go_on_after_checkpoints() {
    let mut world = arterial();
    world.setup.controller = ("actuated".into(), Vec::new());
    let healthy = world.until(240.0, |_| {}).state_hash();
    let kinds = [
        Fault { share: 0.3, miss: 0.1, false_calls: 200.0, ..fault() },
        Fault { share: 0.2, chatter: 40.0, from: s(50.0), until: s(150.0), ..fault() },
        Fault { share: 0.2, drop_out: 0.2, latency: s(1.7), ..fault() },
        Fault { share: 0.1, stuck: Some(Stuck::On), from: s(100.0), until: s(200.0), ..fault() },
        Fault { share: 0.1, stuck: Some(Stuck::Silent), from: s(60.0), ..fault() },
    ];
    world.setup.detectors.faults = kinds.to_vec();
    let whole = cut_commanded(&world, &[], &[61.0, 130.5], 240.0);
    assert_ne!(whole.state_hash(), healthy);
    let other = world.clone().seed(7);
    let channels = |world: &World| world.start().scene().faulty.iter().map(|f| f.channel).collect::<Vec<_>>();
    assert_ne!(channels(&world), channels(&other), "another seed breaks others");
}

/// Whom a fault concerns: those of a signal, a lane, a kind; and of these a share.
#[test]
fn faults_concern_those_of_whom_they_are_said() {
    let world = arterial();
    let broken = |fault: Fault| {
        let mut world = world.clone();
        world.setup.detectors.faults = vec![fault];
        world.start().scene().faulty.len()
    };
    let sim = world.start();
    let all = sim.scene().sensors.channels.len();
    let network = Arc::clone(&sim.scene().network);
    let placed = intergreen::detectors::place(&network, &world.setup.detectors);
    let count =
        |holds: &dyn Fn(&intergreen::detectors::Channel) -> bool| placed.channels.iter().filter(|c| holds(c)).count();
    assert_eq!(broken(fault()), all);
    let first = placed.channels[0].signal;
    assert_eq!(broken(Fault { signal: Some(first), ..fault() }), count(&|c| c.signal == first));
    let is_zone =
        |c: &intergreen::detectors::Channel| c.meaning.place.as_ref().is_some_and(|p| p.kind == DetectorKind::StopBar);
    assert_eq!(broken(Fault { kinds: vec![DetectorKind::StopBar], ..fault() }), count(&is_zone));
    let line = placed.channels[0].pieces[0].lane;
    assert_eq!(broken(Fault { line: Some(line), ..fault() }), 4, "a zone, a count loop, X and IN");
    let share = broken(Fault { share: 0.25, ..fault() });
    let n = all as f64;
    assert!(n > 50.0 && off(share, 0.25 * n, n * 0.25 * 0.75) < 4.0, "{share} of {all}");
}

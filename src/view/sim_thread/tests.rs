//! A run beside a window is the run without one.

use super::*;
use crate::view::test_world::fresh;

const LONG: Duration = Duration::from_secs(60);

/// Commands that somebody at a window may give.
fn commands(sim: &Simulation) -> Vec<Command> {
    let network = &sim.scene().network;
    let link = network.links.iter().find(|l| !l.internal && l.lanes.len() > 1).expect("a road of two lanes").id.clone();
    let signal = network.signals[0].id.clone();
    vec![
        Command::CloseLanes { link: link.clone(), lanes: Some(vec![0]), until: None },
        Command::SignalOutage { signal: signal.clone(), shows: crate::sim::Outage::Flashing, until: None },
        Command::DemandSurge { factor: 1.5, until: None, from: Vec::new(), to: Vec::new() },
        Command::SignalRestore { signal },
        Command::OpenLanes { link, lanes: None },
    ]
}

/// Waits until so many steps have been made and published.
fn wait_for(running: &Running, step: u64) {
    while let Some(snapshot) = running.next(LONG) {
        let there = snapshot.step >= step;
        assert!(snapshot.refused.is_empty(), "{:?}", snapshot.refused);
        running.give_back(snapshot);
        if there {
            return;
        }
    }
    panic!("no snapshot of step {step} came");
}

#[test]
fn a_run_beside_a_window_is_the_run_without_one_to_the_bit() {
    let sim = fresh();
    let wanted = commands(&sim);
    let running = Running::start(Driver::new(sim), Pace::Fastest, true).expect("a thread");
    let mut step = 0;
    for command in wanted {
        step += 137;
        running.order(Order::Step(137));
        wait_for(&running, step);
        running.order(Order::Watch(Some(Subject::Signal(crate::network::SignalId(0)))));
        running.order(Order::Do(command));
    }
    // The last stretch in play, at full speed, however far it gets.
    running.order(Order::Pause(false));
    wait_for(&running, step + 100);
    let Finished { sim, log } = running.stop().expect("it ends");
    assert_eq!(log.len(), 5);
    assert_eq!(log[0].at, 68.5);

    let mut alone = fresh();
    for command in log {
        alone.command(command).expect("it was taken once");
    }
    while alone.now() < sim.now() {
        alone.step();
    }
    assert_eq!((alone.now(), alone.state_hash()), (sim.now(), sim.state_hash()));

    let mut untouched = fresh();
    while untouched.now() < sim.now() {
        untouched.step();
    }
    assert_ne!(untouched.state_hash(), sim.state_hash(), "the commands did something");
}

#[test]
fn a_window_that_does_not_look_stops_nobody() {
    let running = Running::start(Driver::new(fresh()), Pace::Fastest, false).expect("a thread");
    // All boxes are full, and nobody takes one.
    std::thread::sleep(Duration::from_millis(300));
    let Finished { sim, .. } = running.stop().expect("it ends");
    assert!(sim.now() > Millis(5_000), "{:?}", sim.now());
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let mut driver = Driver::new(fresh());
    driver.command(Command::SignalRestore { signal: "nowhere".into() });
    let mut snapshot = Snapshot::default();
    driver.fill(&mut snapshot);
    assert!(snapshot.refused.len() == 1 && snapshot.refused[0].contains("nowhere"), "{:?}", snapshot.refused);
    assert!(driver.finish().log.is_empty());
}

#[test]
fn a_snapshot_is_what_the_simulation_is() {
    let mut driver = Driver::new(fresh());
    let mut snapshot = Snapshot::default();
    for _ in 0..240 {
        driver.step();
    }
    driver.fill(&mut snapshot);
    let sim = driver.sim();
    assert_eq!((snapshot.now, snapshot.step), (sim.now(), 240));
    assert_eq!(snapshot.vehicles.len(), sim.traffic().count());
    assert_eq!(snapshot.lamps, sim.lamps().shown);
    assert_eq!(snapshot.occupied.len(), sim.scene().sensors.list.len());
    let arrived = snapshot.rows.last().expect("charts have rows").arrived as usize;
    assert!(arrived <= snapshot.arrived && snapshot.rows.len() == 24, "{arrived} {}", snapshot.rows.len());
}

#[test]
fn a_command_taken_back_has_never_been() {
    let sim = fresh();
    let close = commands(&sim).swap_remove(0);
    let mut driver = Driver::new(sim);
    (0..100).for_each(|_| driver.step());
    driver.command(close);
    (0..200).for_each(|_| driver.step());
    let touched = driver.sim().state_hash();
    assert_eq!(driver.undo(), 200);
    (0..200).for_each(|_| driver.step());
    let mut snapshot = Snapshot::default();
    driver.fill(&mut snapshot);
    assert_eq!((snapshot.step, snapshot.closed.len()), (300, 0));
    assert_eq!(snapshot.back, Some(Millis(50_000)), "the window is told what has never been");
    driver.fill(&mut snapshot);
    assert_eq!(snapshot.back, None, "once");
    assert_eq!(driver.undo(), 0);
    let Finished { sim, log } = driver.finish();
    assert!(log.is_empty());
    let mut alone = fresh();
    (0..300).for_each(|_| alone.step());
    assert_eq!(sim.state_hash(), alone.state_hash());
    assert_ne!(sim.state_hash(), touched);
}

//! `fixed_time` through plan, kernel and monitor shows what the programs of the files say, second for second; what is
//! shown otherwise is listed.

use std::sync::Arc;

use intergreen::demand::Demand;
use intergreen::import::Report;
use intergreen::import::sumo::net::read_network;
use intergreen::network::Network;
use intergreen::sim::{Setup, Simulation};
use intergreen_control::{Lamp, Millis, TripKind};

use crate::worlds::{arterial, data_file};

/// The networks, the programs that replace their own, and when they start, s.
const NETS: &[(&str, Option<&str>, i64)] = &[
    ("resco/cologne1/cologne1.net.xml", None, 25_200),
    ("resco/cologne8/cologne8.net.xml", None, 25_200),
    ("resco/ingolstadt7/ingolstadt7.net.xml", None, 57_600),
    ("resco/grid4x4/grid4x4.net.xml", None, 0),
    ("bologna/acosta/acosta_buslanes.net.xml", Some("bologna/acosta/acosta_tls.add.xml"), 0),
    ("grid/g4/net.xml", None, 0),
];

/// A run without traffic: controllers do not care.
fn empty(network: &Arc<Network>, begin: Millis, step: Millis) -> Simulation {
    let setup = Setup { begin, end: None, step, ..Setup::default() };
    Simulation::new(network.clone(), Arc::new(Demand::default()), setup).unwrap_or_else(|e| panic!("{e}"))
}

/// Runs for an hour and compares every second with the program; returns seconds compared and letters smoothed.
fn compare(name: &str, network: &Arc<Network>, begin: i64) -> (usize, usize) {
    let mut sim = empty(network, Millis(begin * 1000), Millis(1000));
    let (mut compared, mut smoothed) = (0, 0);
    for _ in 0..3600 {
        let now = sim.now();
        for (i, signal) in network.signals.iter().enumerate() {
            let (step, _) = signal.program.step_at(now);
            let base = sim.scene().lamp_base[i] as usize;
            let shown = &sim.lamps().shown[base..base + usize::from(signal.groups)];
            for (group, (&shown, &said)) in shown.iter().zip(&signal.program.steps()[step].lamps).enumerate() {
                let listed = |s: &&intergreen::plans::Smoothing| (s.step, usize::from(s.group)) == (step, group);
                let expected = match sim.plans()[i].smoothed.iter().find(listed) {
                    Some(s) => {
                        assert_eq!(s.was, said);
                        smoothed += 1;
                        s.shown
                    }
                    None => said,
                };
                let at = now.seconds();
                assert_eq!(shown, expected, "{name}: signal '{}', group {group}, {at} s, step {step}", signal.id);
            }
            compared += 1;
        }
        sim.step();
        assert_eq!(sim.trip(), None, "{name}");
    }
    assert_eq!(sim.controllers().monitor.seconds, 0.0, "{name}");
    (compared, smoothed)
}

#[test]
fn an_hour_of_fixed_time_is_the_program_of_the_file() {
    for &(net, programs, begin) in NETS {
        let Some(file) = data_file(net) else { continue };
        let programs: Vec<_> = programs.and_then(data_file).into_iter().collect();
        let network = read_network(&file, &programs, &mut Report::default()).unwrap_or_else(|e| panic!("{e}"));
        let (compared, smoothed) = compare(net, &Arc::new(network), begin);
        println!("{net}: {compared} signal-seconds, {smoothed} letters smoothed");
        assert!(compared > 0);
    }
    let (compared, smoothed) = compare("arterial", &arterial().network, 25_200);
    assert_eq!((compared, smoothed), (3600 * 8, 0), "the arterial");
}

/// Cologne's signal with crossing throughs opened together in its longest phase.
fn planted() -> Option<Arc<Network>> {
    let file = data_file("resco/cologne1/cologne1.net.xml")?;
    let text = std::fs::read_to_string(&file).expect("readable");
    let folder = tempfile("planted");
    let path = folder.join("planted.net.xml");
    // Every green of the first phase and of the third together.
    let states: Vec<&str> =
        text.split("state=\"").skip(1).filter_map(|s| s.split('"').next()).filter(|s| s.len() > 3).collect();
    let (first, third) = (states[0], states[4]);
    let both: String = first.chars().zip(third.chars()).map(|(a, b)| if a == 'r' { b } else { a }).collect();
    std::fs::write(&path, text.replacen(first, &both, 1)).expect("a scratch file");
    let network = read_network(&path, &[], &mut Report::default()).unwrap_or_else(|e| panic!("{e}"));
    let _ = std::fs::remove_dir_all(folder);
    Some(Arc::new(network))
}

/// An empty scratch folder.
fn tempfile(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("intergreen-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

#[test]
fn planted_conflicts_are_refused_by_name_and_counted_if_run_all_the_same() {
    let Some(network) = planted() else { return };
    let demand = || Arc::new(Demand::default());
    let error = Simulation::new(network.clone(), demand(), Setup::default()).err().expect("refused").to_string();
    assert!(error.contains("opens") && error.contains("together") && error.contains("\u{2192}"), "{error}");
    let setup = Setup { unsafe_yields: true, end: None, ..Setup::default() };
    let mut sim = Simulation::new(network.clone(), demand(), setup).unwrap_or_else(|e| panic!("{e}"));
    let cycle = network.signals[0].program.cycle().0 / 1000;
    for _ in 0..cycle {
        sim.step();
    }
    // The first phase is the only one in which they are open together; nothing trips, since the user insists.
    let planted = network.signals[0].program.steps()[0].duration.seconds();
    assert_eq!(sim.controllers().monitor.seconds, planted);
    assert_eq!(sim.trip(), None);
}

#[test]
fn lamps_that_no_controller_would_show_trip_the_monitor() {
    let Some(network) = planted() else { return };
    let mut monitor = intergreen::sim::monitor::Monitor::new(&network, false);
    let lamps = &network.signals[0].program.steps()[0].lamps;
    for (group, &lamp) in (0u16..).zip(lamps) {
        monitor.look(0, Millis(1000), group, if lamp == Lamp::GreenMinor { Lamp::Red } else { lamp });
    }
    monitor.settle(0, Millis(1000));
    monitor.pass(Millis(3000));
    let (signal, trip) = monitor.trip().expect("a trip");
    // One of two that open in the same moment has left no clearance to the other.
    assert_eq!((signal.index(), trip.kind, trip.at), (0, TripKind::Clearance, Millis(1000)));
    assert_eq!(monitor.seconds, 2.0);
}

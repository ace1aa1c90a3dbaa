//! Random commands at random times in random towns: nobody is lost, nobody overlaps, nothing panics.

use intergreen::random::{Purpose, Stream, key_of};
use intergreen::sim::{Command, Outage};
use rand::RngExt;

use super::incidents::commanded;
use super::invariants::check;
use super::random_towns::{Rules, random_town};
use super::worlds::{World, describe, s};

/// When the demand of the towns ends, s.
pub const DEMAND_S: f64 = 240.0;

/// Up to eight commands.
pub fn commands(world: &World, number: u64) -> Vec<(f64, Command)> {
    let mut rng = Stream::new(number, key_of("incidents"), Purpose::Generate);
    let roads: Vec<_> = world.network.links.iter().filter(|l| !l.internal).collect();
    let count = rng.random_range(1..=8);
    let mut all = Vec::new();
    for _ in 0..count {
        let at: f64 = rng.random_range(0.0..DEMAND_S);
        let until = rng.random_bool(0.6).then(|| at + rng.random_range(1.0..150.0));
        let road = roads[rng.random_range(0..roads.len())];
        let (link, lanes) = (road.id.clone(), road.lanes.len() as u8);
        let lanes = rng.random_bool(0.5).then(|| vec![rng.random_range(0..lanes)]);
        let signals = &world.network.signals;
        let command = match rng.random_range(0..11) {
            0..5 => Command::CloseLanes { link, lanes, until },
            5 => Command::OpenLanes { link, lanes },
            6 | 7 if !signals.is_empty() => {
                let signal = signals[rng.random_range(0..signals.len())].id.clone();
                let shows = if rng.random_bool(0.5) { Outage::Dark } else { Outage::Flashing };
                Command::SignalOutage { signal, shows, until }
            }
            10 => {
                let names = ["fixed_time", "actuated", "nema", "horizon", "max_pressure"];
                let (signals, strategy) = (Vec::new(), names[rng.random_range(0..names.len())].into());
                Command::Controller { signals, strategy, parameters: Default::default() }
            }
            8 => Command::SpeedLimit { link, limit: rng.random_range(4.0..20.0) },
            _ => {
                let from = if rng.random_bool(0.5) { vec![link] } else { Vec::new() };
                Command::DemandSurge { factor: rng.random_range(0.0..2.0), until, from, to: Vec::new() }
            }
        };
        all.push((at, command));
    }
    all
}

/// Runs a town with its commands to the end; two threads must come to the same.
fn run(number: u64) {
    let rules = if number.is_multiple_of(2) { Rules::Clear } else { Rules::Any };
    let world = random_town(number, rules, DEMAND_S / 60.0);
    let commands = commands(&world, number);
    println!("town {number}: {commands:?}");
    let mut sim = commanded(&world, &commands);
    let mut other = commanded(&world.clone().threads(2), &commands);
    let mut middle = None;
    while sim.now() < s(2.5 * DEMAND_S) {
        if sim.now() == s(150.0) {
            middle = Some(sim.snapshot());
        }
        sim.step();
        other.step();
        check(&sim);
        assert!(sim.trip().is_none(), "town {number}: {:?}", sim.trip());
        let out = sim.waiting().count + sim.measures().running;
        assert!(sim.unserved() <= out, "town {number}: {} of {out} unserved", sim.unserved());
    }
    assert_eq!(sim.state_hash(), other.state_hash(), "town {number}, {commands:?}: {}", describe(&sim));
    other.restore(&middle.expect("the middle was passed")).expect("of the same run");
    while other.now() < sim.now() {
        other.step();
    }
    assert_eq!(sim.state_hash(), other.state_hash(), "town {number} from a snapshot");
}

#[test]
fn random_commands_lose_nobody() {
    // 231: two who turn left leave their places to wait half a step apart, and nothing says who goes first.
    (0..40).chain([231]).for_each(run);
}

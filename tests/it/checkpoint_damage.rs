//! Checkpoints that are none, damaged, or of another run: each is refused with the reason, and none does harm.

use std::sync::Arc;

use intergreen::demand::FollowingModel;
use intergreen::demand::routing::{Moment, Routing};
use intergreen::random::{Purpose, bits};
use intergreen::sim::checkpoint::{VERSION, seal};
use intergreen::sim::{CheckpointError, Command, Outage, Simulation};
use intergreen_control::Millis;

use super::checkpoints::until;
use super::incidents::{buses, close, commanded, outage, over_up, signal, surge};
use super::navigation;
use super::stops::mixed;
use super::worlds::{World, arterial, s};

/// Where the payload begins.
const PAYLOAD: usize = 28;

/// A run of `world` at `time` s, and its checkpoint.
fn saved(world: &World, time: f64) -> (Simulation, Vec<u8>) {
    let sim = world.until(time, |_| {});
    let bytes = sim.save();
    (sim, bytes)
}

/// The reason for which bytes are refused; they leave no trace.
fn refused(sim: &mut Simulation, bytes: &[u8]) -> CheckpointError {
    let before = (sim.now(), sim.state_hash());
    let error = sim.load(bytes).expect_err("it is refused");
    assert_eq!((sim.now(), sim.state_hash()), before, "{error}");
    error
}

#[test]
fn every_cut_and_every_addition_is_found() {
    let (mut sim, bytes) = saved(&arterial(), 60.0);
    // Every length near the borders of the envelope, then a sample.
    let lengths = (0..PAYLOAD + 8).chain((PAYLOAD + 8..bytes.len()).step_by(997)).chain([bytes.len() - 1]);
    for length in lengths {
        match refused(&mut sim, &bytes[..length]) {
            CheckpointError::NotOne => assert!(length < 8),
            CheckpointError::Length { found, expected } => {
                assert!(length >= 8 && found == length as u64, "{length}: {found}");
                assert_eq!(expected, if length < PAYLOAD { PAYLOAD } else { bytes.len() } as u64);
            }
            other => panic!("{length}: {other}"),
        }
    }
    let longer = [&bytes[..], &[0]].concat();
    let words = refused(&mut sim, &longer).to_string();
    assert_eq!(words, format!("is damaged: it has {} bytes; expected {}", longer.len(), bytes.len()));
    assert_eq!(refused(&mut sim, b"hello"), CheckpointError::NotOne);
    assert_eq!(refused(&mut sim, &[]), CheckpointError::NotOne);
}

#[test]
fn every_flipped_bit_is_found() {
    let (mut sim, bytes) = saved(&arterial(), 60.0);
    // All of the envelope, then a sample.
    for at in (0..PAYLOAD).chain((PAYLOAD..bytes.len()).step_by(1009)) {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let error = refused(&mut sim, &flipped);
            let expected = match at {
                0..8 => matches!(error, CheckpointError::NotOne),
                8..12 => matches!(error, CheckpointError::Version { .. }),
                12..20 => matches!(error, CheckpointError::Length { .. }),
                _ => error == CheckpointError::Checksum,
            };
            assert!(expected, "bit {bit} of byte {at}: {error}");
        }
    }
}

#[test]
fn another_version_of_the_format_is_named() {
    let (mut sim, mut bytes) = saved(&arterial(), 10.0);
    bytes[8..12].copy_from_slice(&(VERSION + 1).to_le_bytes());
    let words = refused(&mut sim, &bytes).to_string();
    assert_eq!(words, format!("is a checkpoint of format version {}; expected {VERSION}", VERSION + 1));
}

/// A damaged payload, with the checksum and length that it should have.
fn sealed(bytes: Vec<u8>) -> Vec<u8> {
    seal(&bytes[PAYLOAD..])
}

#[test]
fn another_program_is_named() {
    let (mut sim, mut bytes) = saved(&arterial(), 10.0);
    // The payload begins with the program's version: its length, then its letters.
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(&bytes[PAYLOAD + 1..PAYLOAD + 1 + version.len()], version.as_bytes());
    bytes[PAYLOAD + 1] = b'9';
    let other = format!("9{}", &version[1..]);
    let expected = format!("was made by intergreen {other}; this is intergreen {version}");
    assert_eq!(refused(&mut sim, &sealed(bytes)).to_string(), expected);
}

#[test]
fn a_checkpoint_of_another_run_says_what_differs() {
    let world = arterial();
    let (_, bytes) = saved(&world, 30.0);
    let with = |change: &dyn Fn(&mut World)| {
        let mut other = world.clone();
        change(&mut other);
        refused(&mut other.start(), &bytes).to_string()
    };
    let told = |change: &dyn Fn(&mut World), expected: &str| assert_eq!(with(change), expected);
    told(&|w| w.setup.seed = 2, &format!("was made with seed {}; this run has 2", world.setup.seed));
    told(&|w| w.setup.step = s(1.0), "was made with step 0.5 s; this run has 1 s");
    told(&|w| w.setup.begin = s(-1.0), "was made with begin 0 s; this run has -1 s");
    told(&|w| w.setup.warm_up = s(60.0), "was made with warm-up 0 s; this run has 60 s");
    told(&|w| w.setup.end = None, "was made with end 3600 s; this run has none");
    told(
        &|w| w.setup.behaviour = Some(FollowingModel::Idm),
        "was made with behaviour as the types name it; this run has idm",
    );
    // No strategy takes a parameter yet, and there is no other one.
    let name = bytes.windows(10).position(|w| w == b"fixed_time").expect("it is named");
    let mut other = bytes.clone();
    other[name..name + 10].copy_from_slice(b"full_speed");
    let words = refused(&mut world.start(), &sealed(other)).to_string();
    assert_eq!(words, "was made with controller full_speed; this run has fixed_time");
    told(&|w| w.setup.unsafe_yields = true, "was made with unsafe programs refused; this run has allowed");
    told(&|w| w.setup.routing.moment = Moment::AtDeparture, "was made with routes once; this run has at_departure");
    told(
        &|w| w.setup.routing = Routing { again_after: Millis(1), ..w.setup.routing },
        "was made with another search for routes",
    );
    let network = |change: &dyn Fn(&mut intergreen::network::Network)| {
        with(&|w| {
            let mut network = (*w.network).clone();
            change(&mut network);
            w.network = Arc::new(network);
        })
    };
    // The least that changes a run: a lane longer by what an f32 can tell.
    let longer = network(&|n| n.lanes[0].length = f32::from_bits(n.lanes[0].length.to_bits() + 1));
    let lanes = format!("{} lanes and {} signals", world.network.lanes.len(), world.network.signals.len());
    assert_eq!(longer, format!("was made of another network, though it has {lanes}, too"));
    let demand = with(&|w| {
        let mut demand = (*w.demand).clone();
        demand.sources.truncate(1);
        w.demand = Arc::new(demand);
    });
    assert!(
        demand.starts_with("was made of another demand: it had ") && demand.contains("; this one has "),
        "{demand}"
    );
    let (_, of_mixed) = saved(&mixed(), 30.0);
    let mut other = mixed();
    (other.setup.step, other.setup.end) = (world.setup.step, world.setup.end);
    let words = refused(&mut other.start(), &bytes).to_string();
    assert!(words.starts_with(&format!("was made of another network: it had {lanes}; this one has ")), "{words}");
    assert!(world.start().load(&of_mixed).is_err());
    // Threads are nobody's business.
    assert!(world.clone().threads(2).start().load(&bytes).is_ok());
}

/// How often each world is tried; a long search can ask for more.
fn tries() -> u64 {
    std::env::var("INTERGREEN_TRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1500)
}

/// Wrong numbers under a right checksum: refused, or good enough to drive on with. Nothing panics, hangs or fills the
/// memory (a test that does fails by itself).
#[test]
fn nonsense_does_no_harm() {
    let [town, detour] = navigation::worlds();
    let mut cases: Vec<(World, Vec<u8>)> = [(arterial(), 200.0), (mixed(), 120.0), detour, town]
        .into_iter()
        .map(|(world, time)| (world.clone(), saved(&world, time).1))
        .collect();
    cases.extend(incidents());
    let (mut tried, mut accepted) = (0, 0);
    for (world, bytes) in cases {
        let mut sim = world.start();
        let fresh = sim.save();
        for i in 0..tries() {
            let draw = |n: u64| bits(1, i, Purpose::Generate, n);
            let mut broken = bytes.clone();
            for k in 0..=draw(0) % 3 {
                let at = PAYLOAD + (draw(4 * k + 1) % (broken.len() - PAYLOAD) as u64) as usize;
                broken[at] = match draw(4 * k + 2) % 4 {
                    0 => broken[at] ^ (1 << (draw(4 * k + 3) % 8)),
                    1 => broken[at].wrapping_add(1),
                    2 => 0xFF,
                    _ => draw(4 * k + 3) as u8,
                };
                if draw(4 * k + 4).is_multiple_of(8) {
                    broken.remove(at);
                }
            }
            tried += 1;
            match sim.load(&sealed(broken)) {
                Err(e) => assert!(!e.to_string().is_empty()),
                Ok(()) => {
                    accepted += 1;
                    (0..40).for_each(|_| sim.step());
                    sim.load(&fresh).expect("whatever happened, it can start again");
                }
            }
        }
    }
    println!("{accepted} of {tried} broken checkpoints could be driven on with");
    // Most bytes are parts of numbers of which any will do; but checks that refused nothing, or everything, were none.
    assert!(accepted > 0 && accepted < tried * 3 / 4, "{accepted} of {tried}");
}

/// Runs in the midst of incidents.
fn incidents() -> Vec<(World, Vec<u8>)> {
    let (ways, buses, signal) = (over_up(2, 900.0), buses(), signal());
    let closed = [
        (60.0, close("up", Some(vec![0]), Some(250.0))),
        (90.0, close("up2", None, None)),
        (30.0, surge(1.5, Some(200.0))),
        (150.0, surge(0.5, None)),
    ];
    let late = [(200.0, close("up", None, Some(400.0)))];
    let dark = [(100.0, outage(Outage::Flashing, None)), (120.0, outage(Outage::Dark, Some(200.0)))];
    let cases = [(ways, &closed[..], 120.0), (buses, &late, 215.0), (signal, &dark, 150.0)];
    let saved = |(world, commands, time): (World, &[(f64, Command)], f64)| {
        let mut sim = commanded(&world, commands);
        until(&mut sim, time);
        let bytes = sim.save();
        (world, bytes)
    };
    cases.into_iter().map(saved).collect()
}

/// Counts that promise more than there is ask for no memory.
#[test]
fn false_counts_ask_for_no_memory() {
    let (mut sim, bytes) = saved(&arterial(), 10.0);
    // The count of bytes of the program's name, as the greatest number a varint can say.
    let most = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
    for at in (PAYLOAD..bytes.len()).step_by(bytes.len() / 400) {
        let broken = [&bytes[..at], &most[..], &bytes[at + 1..]].concat();
        let _ = sim.load(&sealed(broken));
    }
    let only = sealed([&bytes[..PAYLOAD], &most[..]].concat());
    assert!(matches!(refused(&mut sim, &only), CheckpointError::State(_)));
}

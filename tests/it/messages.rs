//! What signals tell each other of who has left: when it arrives, and when it does not.

use std::collections::BTreeSet;

use intergreen::detectors::MessageFault;
use intergreen_control::{DepartureReport, Input, Millis};

use super::checkpoints::cut_commanded;
use super::worlds::{World, arterial, s};

fn horizon(messages: &[MessageFault]) -> World {
    let mut world = arterial();
    world.setup.controller = ("horizon".into(), vec![("messages".into(), "on".into())]);
    world.setup.detectors.messages = messages.to_vec();
    world
}

/// Of all messages.
fn fault(lost: f64, latency: f64) -> MessageFault {
    MessageFault { sender: None, receiver: None, from: Millis(0), until: Millis::NEVER, lost, latency: s(latency) }
}

/// From whom a message is, to whom, and when it was sent.
type Message = (String, u32, Millis);

/// What is told in a run until `until` s, with the time at the end of the step in which it is heard.
struct Told {
    departures: Vec<(Message, DepartureReport, Millis)>,
    /// Of queues and room: from whom, to whom, and when that arrives.
    room: BTreeSet<Message>,
}

fn told(world: &World, until: f64) -> Told {
    let mut sim = world.start();
    sim.record();
    let mut told = Told { departures: Vec::new(), room: BTreeSet::new() };
    while sim.now() < world.setup.begin + s(until) {
        sim.step();
        for (to, input) in sim.controllers().inputs.iter().flatten() {
            let around = sim.controllers().list[*to as usize].traffic().expect("it looks").approaches();
            match input {
                Input::Departures(r) => {
                    let from = around.feeders[usize::from(r.feeder)].signal.clone();
                    let sent = r.at - Millis(i64::from(r.age_ms));
                    told.departures.push(((from, *to, sent), *r, sim.now()));
                }
                Input::Neighbour(r) => {
                    told.room.insert((around.exits[usize::from(r.exit)].signal.clone(), *to, r.at));
                }
                _ => {}
            }
        }
    }
    told
}

/// Everybody hears from everybody upstream what he knew a step before, and nothing else.
#[test]
fn how_many_have_left_arrives_a_step_later() {
    let world = horizon(&[]);
    let mut sim = world.start();
    sim.record();
    let mut expected: Vec<(u32, DepartureReport)> = Vec::new();
    let mut left = 0;
    while sim.now() < world.setup.begin + s(300.0) {
        sim.step();
        let came = sim.controllers().inputs.iter().flatten().filter_map(|&(signal, input)| match input {
            Input::Departures(report) => Some((signal, report)),
            _ => None,
        });
        let mut came: Vec<(u32, DepartureReport)> = came.collect();
        came.sort_by_key(|(signal, r)| (*signal, r.feeder));
        assert_eq!(came, expected, "at {} s", sim.now().seconds());
        left += came.iter().filter(|(_, r)| r.left > 0).count();
        expected.clear();
        if sim.now().0 % 1000 != 0 {
            continue;
        }
        let (list, signals) = (&sim.controllers().list, &sim.scene().network.signals);
        for (to, controller) in (0..).zip(list) {
            let feeders = &controller.traffic().expect("it looks").approaches().feeders;
            for (feeder, of) in (0..).zip(feeders) {
                let from = &list[signals.iter().position(|s| s.id == of.signal).expect("a neighbour")];
                let lane = from.traffic().expect("it looks").approaches().find(&of.lane).expect("its lane");
                let left = from.gone(usize::from(lane)).expect("it counts");
                let at = sim.now() + world.setup.step;
                let age_ms = world.setup.step.0 as u16;
                expected.push((to, DepartureReport { at, age_ms, feeder, left }));
            }
        }
    }
    assert!(left > 1000, "{left}");
}

/// All that one tells another in a second is lost together, as often as is said; the rest is as late as is said. Four standard
/// deviations: a right share is farther off once in 16,000 seeds.
#[test]
fn messages_are_lost_and_late_as_is_said() {
    let until = 600.0;
    let (sound, broken) = (told(&horizon(&[]), until), told(&horizon(&[fault(0.3, 2.3)]), until));
    let messages = |told: &Told| told.departures.iter().map(|(message, ..)| message.clone()).collect::<BTreeSet<_>>();
    let (all, came) = (messages(&sound), messages(&broken));
    // Those of the last seconds are on their way.
    let all: BTreeSet<Message> = all.into_iter().filter(|m| m.2 <= horizon(&[]).setup.begin + s(until - 3.0)).collect();
    let n = all.len() as f64;
    let off = (n - came.len() as f64 - 0.3 * n).abs() / (n * 0.3 * 0.7).sqrt();
    assert!(n > 1000.0 && came.is_subset(&all) && off < 4.0, "{} of {n}: off by {off:.1} sd", came.len());
    for (message, report, heard) in &broken.departures {
        // A step of 0.5 s, and 2.3 s.
        assert_eq!((report.age_ms, report.at - message.2), (2800, Millis(2800)));
        assert!(report.at <= *heard && report.at > *heard - Millis(500), "handed in when it arrives");
    }
    // Of every message all lanes come.
    let lanes = |told: &Told, of: &Message| told.departures.iter().filter(|(message, ..)| message == of).count();
    for message in came.iter().take(200) {
        assert_eq!(lanes(&broken, message), lanes(&sound, message), "{message:?}");
    }
    // Both directions between two signals have draws of their own.
    let back = broken.room.len() as f64 / sound.room.len() as f64;
    assert!((back - 0.7).abs() < 0.05, "queues and room are told as often: {back:.2}");
}

/// For a while nothing comes from one signal, then everything again; the others are not disturbed.
#[test]
fn a_line_is_dead_for_a_while() {
    let world = horizon(&[]);
    let sender = world.network.signals[1].id.clone();
    let begin = world.setup.begin;
    let dead = MessageFault {
        sender: Some(intergreen::network::SignalId::new(1)),
        from: begin + s(60.0),
        until: begin + s(120.0),
        ..fault(1.0, 0.0)
    };
    let told = told(&horizon(&[dead]), 180.0);
    let seconds = |own: bool| {
        let of = told.departures.iter().filter(|((from, ..), ..)| (*from == sender) == own);
        of.map(|((.., sent), ..)| (*sent - begin).0 / 1000).collect::<BTreeSet<i64>>()
    };
    assert!(seconds(true).iter().all(|second| !(60..120).contains(second)), "{:?}", seconds(true));
    assert!(seconds(true).len() > 100 && seconds(false).len() > 170, "{:?}", seconds(false));
}

/// What is on its way when a run is cut, and what was heard, go on.
#[test]
fn late_messages_are_in_checkpoints() {
    cut_commanded(&horizon(&[fault(0.2, 4.0)]), &[], &[333.0, 641.5], 900.0);
}

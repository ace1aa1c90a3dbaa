//! What a scenario does to signals, detectors and messages that are not there.

use intergreen_control::Command as Order;

use crate::cli::load::Loaded;
use crate::commands::{Command, TimedCommand};
use crate::detectors::Channel;
use crate::network::SignalId;
use crate::sim::Simulation;

/// All of it, in the order of the file, a line each.
pub fn all(sim: &Simulation, loaded: &Loaded) -> Vec<String> {
    let all = [faults(sim), messages(sim), orders(sim, loaded)];
    all.into_iter().flatten().collect()
}

/// Faults of detectors that no signal has.
fn faults(sim: &Simulation) -> Vec<String> {
    let network = &sim.scene().network;
    let channels = sim.plans().iter().flat_map(|own| {
        let meanings = own.plan.spec().detectors.iter().cloned();
        meanings.map(|meaning| Channel { signal: own.signal, pieces: Vec::new(), meaning })
    });
    let channels: Vec<Channel> = channels.collect();
    let faults = sim.scene().setup.detectors.faults.iter().enumerate();
    // Where nobody has detectors that is said once.
    let aimless = faults
        .filter(|(_, fault)| !channels.is_empty() && !channels.iter().any(|channel| fault.is_of(network, channel)));
    aimless.map(|(i, _)| format!("sensors.faults[{i}]: no detector is as it says: it has no effect")).collect()
}

/// Messages from a signal to another that is told nothing by it.
fn messages(sim: &Simulation) -> Vec<String> {
    let name = |signal: SignalId| &sim.scene().network.signals[signal.index()].id;
    let tells = |sender: SignalId, receiver: SignalId| {
        // Who looks at no neighbours is told nothing by anybody: that is a matter of the strategy.
        let Some(traffic) = sim.controllers().list[receiver.index()].traffic() else { return true };
        let around = traffic.approaches();
        let of = around.exits.iter().map(|exit| &exit.signal).chain(around.feeders.iter().map(|feeder| &feeder.signal));
        of.into_iter().any(|of| of == name(sender))
    };
    let mut odd = Vec::new();
    for (i, fault) in sim.scene().setup.detectors.messages.iter().enumerate() {
        if let (Some(sender), Some(receiver)) = (fault.sender, fault.receiver)
            && !tells(sender, receiver)
        {
            let (sender, receiver) = (name(sender), name(receiver));
            odd.push(format!("sensors.messages[{i}]: '{sender}' tells '{receiver}' nothing: it has no effect"));
        }
    }
    odd
}

/// Orders to run or show what a signal's plan does not have.
fn orders(sim: &Simulation, loaded: &Loaded) -> Vec<String> {
    let mut odd = Vec::new();
    for (place, TimedCommand { command, .. }) in &loaded.commands {
        let Command::Signal { signal, order } = command else { continue };
        let network = &sim.scene().network;
        let Some(number) = network.signals.iter().position(|s| s.id == *signal) else { continue };
        let plan = sim.controllers().list[number].plan();
        let (what, of, has) = match *order {
            Order::Pattern(pattern) => ("pattern", pattern, plan.spec().patterns.len()),
            Order::Preempt { preempt, .. } => ("preemption", preempt, plan.spec().preempts.len()),
            // A stage that is not there is refused.
            _ => continue,
        };
        if usize::from(of) >= has {
            let expected = match has {
                0 => "it has none".to_owned(),
                _ => format!("expected 0 to {}", has - 1),
            };
            // A pattern that is not there is none: the signal is free.
            let effect = if what == "pattern" && has > 0 { "it runs free from then on" } else { "it has no effect" };
            odd.push(format!("{place}: signal '{signal}' has no {what} {of}; {expected}: {effect}"));
        }
    }
    odd
}

//! What is wrong with a command, before it is taken.

use intergreen_control::{Command as Order, Millis, RegistryError};

use super::{Agenda, Command, Entry, TimedCommand};
use crate::network::{LinkId, Network, SignalId};
use crate::sim::scene::Scene;

/// Most that a surge multiplies departures by.
const MOST_FACTOR: f64 = 100.0;
/// Speed limits that can be set, m/s: signals are timed and drivers look ahead for the speeds of a town.
const SPEED_LIMITS: std::ops::RangeInclusive<f64> = 0.5..=30.0;
/// Longest name for which a near miss is looked for: a message is not worth more.
const LONGEST: usize = 100;
/// Who writes so many letters of the begin of a name means that.
const BEGINS: usize = 3;
/// A name is a near miss with one letter wrong, missing or too many, and one more for so many that it has.
const LETTERS: usize = 5;

impl TimedCommand {
    /// Checks a command against the network.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check(&self, scene: &Scene) -> Result<(), String> {
        if !self.at.is_finite() {
            return Err("at is not a number; expected a time in s".into());
        }
        self.command.check(scene)?;
        let (name, until) = match &self.command {
            Command::CloseLanes { link, until, .. } => (format!("CloseLanes of link '{link}'"), until),
            Command::SignalOutage { signal, until, .. } => (format!("SignalOutage of signal '{signal}'"), until),
            Command::DemandSurge { until, .. } => ("DemandSurge".to_owned(), until),
            Command::DetectorFault { signal, until, .. } => (format!("DetectorFault of signal '{signal}'"), until),
            _ => return Ok(()),
        };
        match until {
            Some(until) if !(until.is_finite() && *until > self.at) => {
                Err(format!("{name}: until is {until}; expected a time in s after {}", self.at))
            }
            _ => Ok(()),
        }
    }
}

impl Agenda {
    /// Checks an agenda that comes from outside, of a run that has reached `now`.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(in crate::sim) fn check(&self, scene: &Scene, now: Millis) -> Result<(), String> {
        let Some((done, to_come)) = self.list.split_at_checked(self.next) else {
            return Err("more commands have taken effect than there are".into());
        };
        self.list.iter().try_for_each(|e| e.check(scene))?;
        let order = to_come.is_sorted_by_key(|e| (e.time, e.id));
        // What has taken effect did so in a step before, and nothing was given later than now.
        let times = done.iter().all(|e| e.time.max(e.given) < now) && to_come.iter().all(|e| e.given <= now);
        if order && times { Ok(()) } else { Err("commands out of order, or before their time".into()) }
    }
}

impl Entry {
    /// Checks an entry; its times are whole ms.
    fn check(&self, scene: &Scene) -> Result<(), String> {
        self.command.check(scene)?;
        let until = match &self.command {
            Command::DemandSurge { until, .. } | Command::DetectorFault { until, .. } if !self.ends => *until,
            command => command.until(),
        };
        let ends = until.map(Millis::from_seconds);
        let sound = if self.ends { ends == Some(self.time) } else { ends.is_none_or(|end| end >= self.time) };
        if sound && until.is_none_or(f64::is_finite) { Ok(()) } else { Err("a command that ends out of time".into()) }
    }
}

impl Command {
    /// Checks a command against the network, but for its times.
    fn check(&self, scene: &Scene) -> Result<(), String> {
        let network = &scene.network;
        match self {
            Self::SpeedLimit { link, limit } => {
                find_link(network, "SpeedLimit", link)?;
                if !SPEED_LIMITS.contains(limit) {
                    let (least, most) = SPEED_LIMITS.into_inner();
                    return Err(format!(
                        "SpeedLimit of link '{link}': limit is {limit}; expected {least} to {most} m/s"
                    ));
                }
                Ok(())
            }
            Self::CloseLanes { link, lanes, .. } => check_lanes(network, "CloseLanes", link, lanes.as_deref()),
            Self::OpenLanes { link, lanes } => check_lanes(network, "OpenLanes", link, lanes.as_deref()),
            Self::SignalOutage { signal, .. } => find_signal(network, "SignalOutage", signal).map(|_| ()),
            Self::SignalRestore { signal } => find_signal(network, "SignalRestore", signal).map(|_| ()),
            Self::Signal { signal, order } => {
                let id = find_signal(network, "Signal", signal)?;
                check_order(signal, *order, scene.groups(id))
            }
            Self::Controller { signals, strategy, .. } => {
                signals.iter().try_for_each(|s| find_signal(network, "Controller", s).map(|_| ()))?;
                let known = scene.setup.registry.find(strategy);
                known.map(|_| ()).map_err(|e| format!("Controller: {}", of_registry(&e)))
            }
            Self::DetectorFault { signal, detector, .. } => check_detector(scene, "DetectorFault", signal, *detector),
            Self::DetectorRestore { signal, detector } => check_detector(scene, "DetectorRestore", signal, *detector),
            Self::DemandSurge { factor, from, to, .. } => {
                if !(factor.is_finite() && (0.0..=MOST_FACTOR).contains(factor)) {
                    return Err(format!("DemandSurge: factor is {factor}; expected 0 to {MOST_FACTOR}"));
                }
                from.iter().chain(to).try_for_each(|link| find_link(network, "DemandSurge", link).map(|_| ()))
            }
        }
    }
}

/// Checks the lanes of a link that is a road.
fn check_lanes(network: &Network, what: &str, link: &str, lanes: Option<&[u8]>) -> Result<(), String> {
    let id = find_link(network, what, link)?;
    if network.link(id).internal {
        return Err(format!("{what}: link '{link}' lies inside a junction; expected a road"));
    }
    let count = network.lanes_of(id).count();
    match lanes {
        Some([]) => Err(format!("{what} of link '{link}': lanes is empty; expected lanes, or no lanes for all")),
        Some(lanes) => match lanes.iter().find(|&&k| usize::from(k) >= count) {
            Some(k) => {
                Err(format!("{what} of link '{link}': there is no lane {k}; expected 0 (at the kerb) to {}", count - 1))
            }
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// Checks that a signal has a detector.
fn check_detector(scene: &Scene, what: &str, signal: &str, detector: u16) -> Result<(), String> {
    let id = find_signal(&scene.network, what, signal)?;
    if scene.channel(signal, detector).is_some() {
        return Ok(());
    }
    let own = scene.sensors.channels.iter().filter(|c| c.signal == id).map(|c| c.detector);
    let expected = match spans(own.collect()) {
        none if none.is_empty() => "it has none".into(),
        spans => format!("expected one of {spans}"),
    };
    Err(format!("{what}: signal '{signal}' has no detector {detector}; {expected}"))
}

/// Checks what is asked of a controller.
fn check_order(signal: &str, order: Order, groups: u16) -> Result<(), String> {
    let (Order::Hold { group, .. } | Order::Omit { group, .. } | Order::ForceOff { group } | Order::Call { group }) =
        order
    else {
        return Ok(());
    };
    if group >= groups {
        let last = groups.saturating_sub(1);
        return Err(format!("Signal '{signal}': there is no group {group}; expected 0 to {last}"));
    }
    Ok(())
}

/// The link of that name.
fn find_link(network: &Network, what: &str, name: &str) -> Result<LinkId, String> {
    let names = network.links.iter().filter(|l| !l.internal).map(|l| l.id.as_str());
    network.find_link(name).ok_or_else(|| format!("{what}: there is no link '{name}'{}", near(name, names)))
}

/// The signal of that name.
fn find_signal(network: &Network, what: &str, name: &str) -> Result<SignalId, String> {
    let found = network.signals.iter().position(|s| s.id == name).map(SignalId::new);
    let names = network.signals.iter().map(|s| s.id.as_str());
    found.ok_or_else(|| format!("{what}: there is no signal '{name}'{}", near(name, names)))
}

/// Why there is no such strategy, in words, with what was probably meant by a name that is not known.
pub fn of_registry(e: &RegistryError) -> String {
    let meant = match e {
        RegistryError::UnknownStrategy { name, known } => near(name, known.iter().copied()),
        RegistryError::UnknownParameter { parameter, known, .. } => near(parameter, known.iter().copied()),
        _ => String::new(),
    };
    format!("{e}{meant}")
}

/// The name most like another one, as a question; nothing if none is like it.
fn near<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    if name.len() > LONGEST {
        return String::new();
    }
    let (letters, lower) = (name.chars().count(), name.to_lowercase());
    // A single letter is not like another one.
    let most = (1 + letters / LETTERS).min(letters.saturating_sub(1));
    let wrong = |n: &str| match n.to_lowercase() {
        known if letters >= BEGINS && known.starts_with(&lower) => 0,
        known => strsim::osa_distance(&lower, &known),
    };
    let close = names.map(|n| (wrong(n), n)).filter(|(wrong, _)| *wrong <= most);
    // Of equals the first.
    let best = close.min_by_key(|(wrong, _)| *wrong);
    best.map_or_else(String::new, |(_, n)| format!("; did you mean '{n}'?"))
}

/// Numbers in order as spans: `0 to 3, 7`.
fn spans(mut numbers: Vec<u16>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let spans = numbers.chunk_by(|a, b| a + 1 == *b).map(|span| match span {
        [only] => only.to_string(),
        [first, .., last] => format!("{first} to {last}"),
        [] => String::new(),
    });
    spans.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_known_and_others_not() {
        let near = |name| near(name, ["nema", "resco_max_wave", "gap_s", "x"].into_iter());
        assert_eq!(near("NEMA"), "; did you mean 'nema'?");
        assert_eq!(near("resco"), "; did you mean 'resco_max_wave'?");
        assert_eq!(near("gap"), "; did you mean 'gap_s'?");
        assert_eq!(near("nemo"), "; did you mean 'nema'?");
        assert_eq!([near("y"), near("horizon"), near("")], ["", "", ""]);
    }

    #[test]
    fn numbers_are_told_in_spans() {
        assert_eq!(spans(vec![9, 1, 0, 2, 5, 8]), "0 to 2, 5, 8 to 9");
        assert_eq!(spans(vec![]), "");
    }
}

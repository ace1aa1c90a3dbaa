//! Numbers of things over time: what somebody has asked to be plotted, from then on.
//!
//! Terms
//! - **quantity**: a number that the answer about a thing holds.
//! - **sample**: its value at a moment; taken once a second of the scenario's clock.

use intergreen_control::Millis;

use super::ask::{Answer, Subject};
use super::journal::Journal;
use super::words::Units;
use crate::sim::Simulation;

/// Time between two samples.
const EVERY: Millis = Millis(1000);
/// Samples of a number that are kept.
const MOST: usize = 20_000;

/// A number that can be plotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Of a vehicle or, mean, of a lane.
    Speed,
    /// Of a vehicle.
    Acceleration,
    /// Time a vehicle has lost so far.
    TimeLost,
    /// Time a vehicle has stood so far.
    Waited,
    /// Way a vehicle has driven.
    Driven,
    /// Vehicles on a lane.
    Vehicles,
    /// Those that stand.
    Standing,
    /// From a lane's end to the rear of the last that stands.
    Queue,
    /// Vehicles that have left a lane so far.
    Left,
    /// Vehicles that stand before a group of a signal.
    GroupQueue(u16),
    /// How long they have stood, mean.
    GroupWait(u16),
    /// Of the arrivals of the last half hour at the phase of a group, the share that met green, per cent.
    OnGreen(u16),
    /// Mean delay of all of them.
    Delay(u16),
    /// Vehicles that stand before any group.
    Queues,
    /// Vehicles in a detector's last whole minute.
    Volume,
    /// Share of that minute that it was on, per cent.
    Occupancy,
    /// Vehicles it has counted.
    Count,
}

/// In what a number is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// m/s.
    Speed,
    /// m/s².
    Acceleration,
    /// s.
    Time,
    /// m.
    Length,
    /// Per cent.
    Share,
    /// Vehicles.
    Vehicles,
    /// Vehicles in a minute.
    Flow,
    /// Vehicles counted so far.
    Total,
}

impl Quantity {
    /// What an answer says of it, in SI units; none if it says nothing.
    pub fn of(self, answer: &Answer) -> Option<f64> {
        let count = |n: usize| n as f64;
        Some(match (self, answer) {
            (Self::Speed, Answer::Vehicle(v)) => v.speed.into(),
            (Self::Acceleration, Answer::Vehicle(v)) => v.accel.into(),
            (Self::TimeLost, Answer::Vehicle(v)) => v.time_loss.into(),
            (Self::Waited, Answer::Vehicle(v)) => v.waited.into(),
            (Self::Driven, Answer::Vehicle(v)) => v.driven.into(),
            (Self::Speed, Answer::Lane(lane)) => lane.speed?.into(),
            (Self::Vehicles, Answer::Lane(lane)) => count(lane.vehicles),
            (Self::Standing, Answer::Lane(lane)) => count(lane.standing),
            (Self::Queue, Answer::Lane(lane)) => lane.queue.into(),
            (Self::Left, Answer::Lane(lane)) => lane.flow.into(),
            (Self::GroupQueue(g), Answer::Signal(signal)) => count(signal.groups.get(usize::from(g))?.queue.0),
            (Self::GroupWait(g), Answer::Signal(signal)) => signal.groups.get(usize::from(g))?.waits.into(),
            (Self::OnGreen(g), Answer::Signal(signal)) => 100.0 * signal.measures(g)?.total.arrivals_on_green?,
            (Self::Delay(g), Answer::Signal(signal)) => signal.measures(g)?.total.approach_delay_s?,
            (Self::Queues, Answer::Signal(signal)) => count(signal.groups.iter().map(|g| g.queue.0).sum()),
            (Self::Volume, Answer::Sensor(sensor)) => sensor.minute.0.into(),
            (Self::Occupancy, Answer::Sensor(sensor)) => 100.0 * sensor.minute.1,
            (Self::Count, Answer::Sensor(sensor)) => sensor.count.into(),
            _ => return None,
        })
    }

    /// What it is called, with the name of its thing.
    pub fn name(self, answer: &Answer) -> String {
        let thing = match answer {
            Answer::Vehicle(vehicle) => format!("vehicle {}", vehicle.name),
            Answer::Signal(signal) => format!("signal {}", signal.name),
            Answer::Lane(lane) => format!("lane {}", lane.name),
            Answer::Sensor(sensor) => format!("detector {}/{}", sensor.signal, sensor.channel),
        };
        format!("{thing}: {}", self.short_name(answer))
    }

    fn short_name(self, answer: &Answer) -> String {
        let group = |g: u16| match answer {
            Answer::Signal(signal) => signal.groups.get(usize::from(g)).map_or("?", |g| g.name.as_str()).to_owned(),
            _ => "?".into(),
        };
        // Groups of one phase have its measures in common.
        let phase = |g: u16| match answer {
            Answer::Signal(signal) => signal.measures(g).map_or("?".into(), |p| format!("phase {}", p.phase)),
            _ => "?".into(),
        };
        match self {
            Self::Speed => "speed".into(),
            Self::Acceleration => "acceleration".into(),
            Self::TimeLost => "time lost".into(),
            Self::Waited => "time stood".into(),
            Self::Driven => "driven".into(),
            Self::Vehicles => "vehicles".into(),
            Self::Standing => "standing".into(),
            Self::Queue => "queue".into(),
            Self::Left => "have left".into(),
            Self::GroupQueue(g) => format!("{} queue", group(g)),
            Self::GroupWait(g) => format!("{} wait", group(g)),
            Self::OnGreen(g) => format!("{} on green", phase(g)),
            Self::Delay(g) => format!("{} delay", phase(g)),
            Self::Queues => "queue of all".into(),
            Self::Volume => "volume".into(),
            Self::Occupancy => "occupancy".into(),
            Self::Count => "counted".into(),
        }
    }

    /// Whether it is one of the measures of a signal's log.
    const fn is_measured(self) -> bool {
        matches!(self, Self::OnGreen(_) | Self::Delay(_))
    }

    /// In what it is measured.
    pub const fn measure(self) -> Measure {
        match self {
            Self::Speed => Measure::Speed,
            Self::Acceleration => Measure::Acceleration,
            Self::TimeLost | Self::Waited | Self::GroupWait(_) | Self::Delay(_) => Measure::Time,
            Self::Driven | Self::Queue => Measure::Length,
            Self::Occupancy | Self::OnGreen(_) => Measure::Share,
            Self::Volume => Measure::Flow,
            Self::Left | Self::Count => Measure::Total,
            _ => Measure::Vehicles,
        }
    }
}

impl Measure {
    /// All of them, in the order of their charts.
    pub const ALL: [Self; 8] = [
        Self::Vehicles,
        Self::Time,
        Self::Speed,
        Self::Length,
        Self::Flow,
        Self::Total,
        Self::Share,
        Self::Acceleration,
    ];

    /// The unit's name, and what a value in SI units is to be multiplied by.
    pub fn unit(self, units: Units) -> (&'static str, f64) {
        match self {
            Self::Speed => (units.speed_unit(), units.speed_number(1.0)),
            Self::Acceleration => units.acceleration(),
            Self::Time => ("s", 1.0),
            Self::Length => units.short_length(),
            Self::Share => ("%", 1.0),
            Self::Vehicles => ("vehicles", 1.0),
            Self::Flow => ("veh/min", 1.0),
            Self::Total => ("veh so far", 1.0),
        }
    }
}

/// The value of a number at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Of what.
    pub subject: Subject,
    /// Which number of it.
    pub quantity: Quantity,
    /// When, s.
    pub time: f64,
    /// In SI units.
    pub value: f64,
}

/// Takes samples beside the simulation.
#[derive(Clone, Debug, Default)]
pub struct Sampler {
    wanted: Vec<(Subject, Quantity)>,
    next: Millis,
    samples: Vec<Sample>,
}

impl Sampler {
    /// Begins or ends to sample a number.
    pub fn want(&mut self, sim: &Simulation, number: (Subject, Quantity), on: bool) {
        self.wanted.retain(|&wanted| wanted != number);
        if on {
            // Numbers of one thing stand together: it is asked once for all of them.
            let place =
                self.wanted.iter().rposition(|wanted| wanted.0 == number.0).map_or(self.wanted.len(), |i| i + 1);
            self.wanted.insert(place, number);
            self.next = sim.now();
        }
    }

    /// A command was taken back: what came after it has never been.
    pub fn restart(&mut self, sim: &Simulation) {
        self.samples.clear();
        self.next = sim.now();
    }

    /// Takes samples, if it is time.
    pub fn look(&mut self, sim: &Simulation, journal: &mut Journal) {
        let now = sim.now();
        if self.wanted.is_empty() || now < self.next {
            return;
        }
        self.next = now + EVERY;
        let mut told: Option<(Subject, Option<Answer>)> = None;
        let measured = self.wanted.iter().filter(|(_, quantity)| quantity.is_measured());
        for (subject, _) in measured {
            if let &Subject::Signal(signal) = subject {
                journal.measure(sim, signal);
            }
        }
        for &(subject, quantity) in &self.wanted {
            let known = told.take().filter(|told| told.0 == subject);
            let (_, answer) = told.insert(known.unwrap_or_else(|| (subject, subject.ask(sim, journal))));
            if let Some(value) = answer.as_ref().and_then(|answer| quantity.of(answer)) {
                self.samples.push(Sample { subject, quantity, time: now.seconds(), value });
            }
        }
    }

    /// The samples since they were last taken, added to `samples`.
    pub fn take(&mut self, samples: &mut Vec<Sample>) {
        samples.append(&mut self.samples);
    }
}

/// A number that is plotted.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Of what.
    pub subject: Subject,
    /// Which number of it.
    pub quantity: Quantity,
    /// What it is called.
    pub name: String,
    /// The number of its colour.
    pub colour: usize,
    /// Its values in SI units: time, s, and value.
    pub points: Vec<[f64; 2]>,
}

impl Plot {
    /// Adds the samples that are its own.
    pub fn take(&mut self, samples: &[Sample]) {
        let own = samples.iter().filter(|s| (s.subject, s.quantity) == (self.subject, self.quantity));
        for s in own {
            // One at a time: it is taken anew when the number is wanted anew.
            if self.points.last().is_none_or(|last| last[0] < s.time) {
                self.points.push([s.time, s.value]);
            }
        }
        if self.points.len() > MOST {
            self.points.drain(..MOST / 4);
        }
    }

    /// What came after a time, s, has never been.
    pub fn forget_after(&mut self, time: f64) {
        self.points.retain(|point| point[0] <= time);
    }

    /// Its lines, at most so many points in all: where there were no samples for a while, none is drawn.
    pub fn lines(&self, most: usize, factor: f64) -> Vec<Vec<[f64; 2]>> {
        let every = self.points.len().div_ceil(most).max(1);
        let apart = |a: &[f64; 2], b: &[f64; 2]| b[0] - a[0] > 2.5 * EVERY.seconds();
        let stretches = self.points.chunk_by(|a, b| !apart(a, b));
        let thin = |stretch: &[[f64; 2]]| {
            let last = stretch.len().saturating_sub(1);
            let kept = stretch.iter().enumerate().filter(|(i, _)| i % every == 0 || *i == last);
            kept.map(|(_, point)| [point[0], point[1] * factor]).collect()
        };
        stretches.map(thin).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{LaneId, SignalId};
    use crate::view::test_world::{fresh, long_lane};

    #[test]
    fn numbers_are_sampled_once_a_second_and_are_those_of_the_answer() {
        let mut sim = fresh();
        let mut journal = Journal::new(&sim);
        let (lane, signal) = (Subject::Lane(long_lane(&sim.scene().network)), Subject::Signal(SignalId(0)));
        let mut sampler = Sampler::default();
        sampler.want(&sim, (lane, Quantity::Vehicles), true);
        sampler.want(&sim, (signal, Quantity::GroupQueue(0)), true);
        sampler.want(&sim, (signal, Quantity::Queues), true);
        sampler.want(&sim, (Subject::Lane(LaneId(0)), Quantity::Volume), true);
        let mut samples = Vec::new();
        while sim.now() < Millis(300_000) {
            sim.step();
            journal.look(&sim);
            sampler.look(&sim, &mut journal);
            sampler.take(&mut samples);
            if let Some(last) =
                samples.iter().rev().find(|s| s.subject == lane).filter(|s| s.time == sim.now().seconds())
            {
                let Subject::Lane(lane) = lane else { unreachable!() };
                assert_eq!(last.value, sim.traffic().lanes[lane.index()].vehicles.len() as f64);
            }
        }
        let quantity = Quantity::Vehicles;
        let mut plot = Plot { subject: lane, quantity, name: "vehicles".into(), colour: 0, points: Vec::new() };
        plot.take(&samples);
        assert_eq!(plot.points.len(), 300, "{:?}", plot.points);
        assert!(plot.points.iter().any(|p| p[1] > 0.0));
        let most = |quantity| samples.iter().filter(|s| s.quantity == quantity).map(|s| s.value).fold(0.0, f64::max);
        assert!(most(Quantity::Queues) > 0.0 && most(Quantity::Queues) >= most(Quantity::GroupQueue(0)));
        assert!(samples.iter().all(|s| s.quantity != Quantity::Volume), "a lane has no volume of a detector");
        assert_eq!(plot.lines(600, 2.0), [plot.points.iter().map(|p| [p[0], 2.0 * p[1]]).collect::<Vec<_>>()]);
        assert!(plot.lines(10, 1.0)[0].len() <= 11);
        // Taken back to 20 s, and nothing known of the next minute.
        plot.forget_after(20.0);
        let last = plot.points.len();
        plot.take(&[Sample { subject: lane, quantity, time: 80.0, value: 7.0 }]);
        assert_eq!(plot.points[last], [80.0, 7.0]);
        assert_eq!(plot.lines(600, 1.0)[1], [[80.0, 7.0]]);
    }

    #[test]
    fn measures_of_a_log_are_plotted_of_signals_nobody_looks_at() {
        let mut sim = fresh();
        sim.log_events();
        let (mut journal, mut sampler) = (Journal::new(&sim), Sampler::default());
        let signal = Subject::Signal(SignalId(1));
        let groups = 0..sim.scene().groups(SignalId(1));
        for quantity in groups.flat_map(|g| [Quantity::OnGreen(g), Quantity::Delay(g)]) {
            sampler.want(&sim, (signal, quantity), true);
        }
        while sim.now() < Millis(600_000) {
            sim.step();
            journal.look(&sim);
            sampler.look(&sim, &mut journal);
        }
        let mut samples = Vec::new();
        sampler.take(&mut samples);
        let Some(Answer::Signal(facts)) = signal.ask(&sim, &journal) else { panic!("it is a signal") };
        let last = |quantity| samples.iter().rfind(|s| s.quantity == quantity).map(|s| s.value);
        let mut compared = 0;
        for group in 0..facts.groups.len() as u16 {
            let total = facts.measures(group).map(|phase| &phase.total);
            assert_eq!(last(Quantity::Delay(group)), total.and_then(|t| t.approach_delay_s));
            let share = total.and_then(|t| t.arrivals_on_green).map(|share| 100.0 * share);
            assert_eq!(last(Quantity::OnGreen(group)), share);
            compared += usize::from(share.is_some_and(|share| (0.0..=100.0).contains(&share)));
        }
        assert!(compared > 0, "{facts:?}");
    }

    #[test]
    fn what_is_not_wanted_any_more_is_not_sampled() {
        let sim = fresh();
        let mut journal = Journal::new(&sim);
        let number = (Subject::Signal(SignalId(0)), Quantity::Queues);
        let mut sampler = Sampler::default();
        sampler.want(&sim, number, true);
        sampler.want(&sim, number, true);
        sampler.look(&sim, &mut journal);
        let mut samples = Vec::new();
        sampler.take(&mut samples);
        assert_eq!(samples.len(), 1, "wanted twice is wanted once");
        sampler.want(&sim, number, false);
        sampler.restart(&sim);
        sampler.look(&sim, &mut journal);
        sampler.take(&mut samples);
        assert_eq!(samples.len(), 1);
    }
}

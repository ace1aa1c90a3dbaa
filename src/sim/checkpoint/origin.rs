//! What a checkpoint belongs to.

use std::io::{self, Write};

use intergreen_control::Millis;
use intergreen_control::plan::WallClock;
use serde::{Deserialize, Serialize};

use crate::demand::{FollowingModel, Routing};
use crate::detectors::Sensing;
use crate::emission::Model;
use crate::random::{FNV_START, fnv};
use crate::sim::{Setup, Simulation};

/// All that has to be the same for a run to go on exactly.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// Version of the program: another one may calculate otherwise.
    program: String,
    seed: u64,
    begin: Millis,
    end: Option<Millis>,
    warm_up: Millis,
    step: Millis,
    behaviour: Option<FollowingModel>,
    routing: Routing,
    /// The strategy and its parameters.
    controller: (String, Vec<(String, String)>),
    unsafe_yields: bool,
    /// Books of fuel and CO₂ are kept from the begin or not at all.
    emissions: Option<Model>,
    network: Stamp,
    demand: Stamp,
    detectors: Stamp,
    sensing: Sensing,
    /// Plan files, and the day for their calendars.
    plans: Stamp,
    day: WallClock,
}

/// A hash of something, and two counts of what is in it: lanes and signals of a network, vehicles and their types of a
/// demand, channels and loops of detectors, plan files and their groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Stamp {
    hash: u64,
    counts: (u64, u64),
}

/// The hashes of a network and a demand, factors on it and changed values included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprints {
    network: u64,
    demand: u64,
}

impl Origin {
    /// That of a run.
    pub fn of(sim: &Simulation) -> Self {
        let scene = sim.scene();
        // Everything by name: whoever adds to a setup is asked here whether it changes results.
        let Setup {
            begin,
            end,
            warm_up,
            step,
            seed,
            threads: _,
            behaviour,
            routing,
            controller,
            registry: _,
            detectors,
            sensing,
            plans,
            day,
            emissions,
            unsafe_yields,
        } = &scene.setup;
        let hashes = sim.fingerprints.get_or_init(|| Fingerprints {
            network: Fnv::of_value(&*scene.network),
            demand: Fnv::of_value(&*sim.demand),
        });
        let specs: Vec<_> = plans.iter().map(|p| (p.signal, p.plan.spec(), &p.wiring)).collect();
        let stamp = |hash, a: usize, b: usize| Stamp { hash, counts: (a as u64, b as u64) };
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            seed: *seed,
            begin: *begin,
            end: *end,
            warm_up: *warm_up,
            step: *step,
            behaviour: *behaviour,
            routing: *routing,
            controller: controller.clone(),
            unsafe_yields: *unsafe_yields,
            emissions: *emissions,
            network: stamp(hashes.network, scene.lanes.len(), scene.network.signals.len()),
            demand: stamp(hashes.demand, scene.departures.len() - scene.copies.len(), scene.types.len()),
            sensing: *sensing,
            plans: stamp(Fnv::of_value(&specs), plans.len(), plans.iter().map(|p| p.plan.groups().len()).sum()),
            day: *day,
            detectors: stamp(Fnv::of_value(detectors), scene.sensors.channels.len(), scene.sensors.list.len()),
        }
    }

    /// In what this one differs from that of the run at hand; the first difference.
    pub fn difference(&self, here: &Self) -> Option<String> {
        let pair = |what: &str, made: String, here: String| {
            (made != here).then(|| format!("was made with {what} {made}; this run has {here}"))
        };
        let seconds = |t: Millis| format!("{} s", t.seconds());
        let end = |o: &Self| o.end.map_or("none".to_owned(), seconds);
        let behaviour = |o: &Self| o.behaviour.map_or("as the types name it".to_owned(), |m| m.name().to_owned());
        let controller =
            |o: &Self| o.controller.1.iter().fold(o.controller.0.clone(), |s, (k, v)| s + &format!(",{k}={v}"));
        let emissions = |o: &Self| o.emissions.map_or("off", Model::name).to_owned();
        let unsafe_yields = |o: &Self| if o.unsafe_yields { "allowed" } else { "refused" }.to_owned();
        let program = |o: &Self| format!("intergreen {}", o.program);
        if self.program != here.program {
            return Some(format!("was made by {}; this is {}", program(self), program(here)));
        }
        pair("step", seconds(self.step), seconds(here.step))
            .or_else(|| pair("begin", seconds(self.begin), seconds(here.begin)))
            .or_else(|| pair("end", end(self), end(here)))
            .or_else(|| pair("warm-up", seconds(self.warm_up), seconds(here.warm_up)))
            .or_else(|| pair("seed", self.seed.to_string(), here.seed.to_string()))
            .or_else(|| pair("behaviour", behaviour(self), behaviour(here)))
            .or_else(|| pair("controller", controller(self), controller(here)))
            .or_else(|| pair("sensors", self.sensing.tier.name().to_owned(), here.sensing.tier.name().to_owned()))
            .or_else(|| (self.sensing != here.sensing).then(|| "was made with other probe vehicles".to_owned()))
            .or_else(|| pair("unsafe programs", unsafe_yields(self), unsafe_yields(here)))
            .or_else(|| pair("emissions", emissions(self), emissions(here)))
            .or_else(|| pair("routes", self.moment(), here.moment()))
            .or_else(|| (self.routing != here.routing).then(|| "was made with another search for routes".to_owned()))
            .or_else(|| self.network.difference(here.network, "network", ["lanes", "signals"]))
            .or_else(|| self.demand.difference(here.demand, "demand", ["vehicles", "vehicle types"]))
            .or_else(|| self.detectors.difference(here.detectors, "set of detectors", ["channels", "loops"]))
            .or_else(|| self.plans.difference(here.plans, "set of plan files", ["plans", "groups"]))
            .or_else(|| (self.day != here.day).then(|| "was made on another day of the calendar".to_owned()))
    }

    /// When trips find their way.
    fn moment(&self) -> String {
        self.routing.moment.name().to_owned()
    }
}

impl Stamp {
    fn difference(self, here: Self, what: &str, units: [&str; 2]) -> Option<String> {
        let count = |s: Self| format!("{} {} and {} {}", s.counts.0, units[0], s.counts.1, units[1]);
        let (made, now) = (count(self), count(here));
        (self != here).then(|| {
            if made == now {
                format!("was made of another {what}, though it has {made}, too")
            } else {
                format!("was made of another {what}: it had {made}; this one has {now}")
            }
        })
    }
}

/// FNV-1a of what is written to it.
pub struct Fnv(u64);

impl Fnv {
    /// The hash of bytes.
    pub fn of(bytes: &[u8]) -> u64 {
        fnv(FNV_START, bytes)
    }

    /// The hash of a value, in the form that checkpoints have.
    fn of_value(value: &impl Serialize) -> u64 {
        // Hashing never fails, and postcard refuses only sequences of unknown length.
        postcard::to_io(value, Self(FNV_START)).expect("plain data").0
    }
}

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = fnv(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Small worlds made by code, and what drives them: what is validated is measured on streets that everybody can picture.
//!
//! Terms
//! - **town**: a street plan in the making.
//! - **trips**: a demand in the making: types, routes by the names of their links, single vehicles and flows.
//! - **world**: a network with its demand, ready to be simulated as often as wanted.
//!
//! Names are written in code, next to what they name: whoever misspells one is told at once, by a panic.

use std::sync::Arc;

use intergreen_control::{Lamp, Millis};

use super::drivers::all_alike;
use crate::demand::{
    Demand, DepartLane, DepartPosition, DepartSpeed, FollowingModel, Manner, Route, RouteId, Source, Timing, TypeId,
    VehicleId, VehicleType,
};
use crate::network::compose::{Node, NodeKind, SignalPlan, Stage, Street, StreetPlan, compose};
use crate::network::{LaneId, LinkId, Network, VehicleClass};
use crate::sim::state::Vehicle;
use crate::sim::{Setup, Simulation};

/// 50 km/h in m/s.
pub const URBAN: f32 = 50.0 / 3.6;

/// Seconds as the engine counts them.
pub fn s(seconds: f64) -> Millis {
    Millis::from_seconds(seconds)
}

/// A street plan in the making.
#[derive(Clone, Default)]
pub struct Town {
    /// What there is so far; tests may change details.
    pub plan: StreetPlan,
}

impl Town {
    /// Adds a node.
    pub fn node(mut self, id: &str, x: f64, y: f64, kind: NodeKind) -> Self {
        self.plan.nodes.push(Node::new(id, x, y, kind));
        self
    }

    /// Adds the end of a street, where vehicles enter and leave.
    pub fn end(self, id: &str, x: f64, y: f64) -> Self {
        self.node(id, x, y, NodeKind::DeadEnd)
    }

    /// Adds a street with both directions, 50 km/h.
    pub fn street(mut self, id: &str, from: &str, to: &str, lanes: u8) -> Self {
        self.plan.streets.push(Street::new(id, from, to, lanes, 50.0));
        self
    }

    /// Adds a street with one direction, 50 km/h.
    pub fn one_way(self, id: &str, from: &str, to: &str, lanes: u8) -> Self {
        self.street(id, from, to, lanes).change(|s| s.both_ways = false)
    }

    /// Changes the street added last.
    pub fn change(mut self, change: impl FnOnce(&mut Street)) -> Self {
        change(self.plan.streets.last_mut().expect("a street was added"));
        self
    }

    /// Adds a signal with 3 s yellow and 2 s all-red after each stage; `stages` are greens and who goes. A stage
    /// without anybody is an all-red one and needs neither. The cycle starts `offset` s after 0.
    pub fn signal(mut self, node: &str, offset: f64, stages: &[(f64, &[&str])]) -> Self {
        let used = stages.iter().filter(|(_, go)| !go.is_empty()).count();
        self.plan.signals.push(SignalPlan {
            node: node.into(),
            cycle: stages.iter().map(|(green, _)| green).sum::<f64>() + 5.0 * used as f64,
            offset,
            yellow: 3.0,
            all_red: 2.0,
            stages: stages
                .iter()
                .map(|(green, go)| Stage { green: *green, go: go.iter().map(|&g| g.into()).collect() })
                .collect(),
            permissive: None,
        });
        self
    }

    /// The network.
    pub fn build(&self) -> Arc<Network> {
        Arc::new(compose(&self.plan).unwrap_or_else(|e| panic!("the plan is wrong: {e}")))
    }
}

/// A demand in the making.
#[derive(Clone)]
pub struct Trips {
    network: Arc<Network>,
    /// What there is so far; tests may change details.
    pub demand: Demand,
}

impl Trips {
    /// Nobody yet; type 0 is `car`.
    pub fn new(network: &Arc<Network>, car: VehicleType) -> Self {
        Self { network: network.clone(), demand: Demand { types: vec![car], ..Demand::default() } }
    }

    /// The route over these links; known ones are used again.
    pub fn route(&mut self, links: &[&str]) -> RouteId {
        let find = |l: &&str| self.network.find_link(l).unwrap_or_else(|| panic!("there is no link '{l}'"));
        let route = Route::given(links.iter().map(find).collect());
        let known = self.demand.routes.iter().position(|r| *r == route);
        RouteId::new(known.unwrap_or_else(|| {
            self.demand.routes.push(route);
            self.demand.routes.len() - 1
        }))
    }

    /// Adds one vehicle of type 0.
    pub fn one(&mut self, id: &str, depart: f64, links: &[&str], manner: Manner) {
        self.add(id, Timing::Once(s(depart)), 0, links, manner);
    }

    /// Adds a Poisson flow of type 0 in `from..until` s, veh/h.
    pub fn flow(&mut self, id: &str, from: f64, until: f64, per_hour: f64, links: &[&str]) {
        let timing = Timing::Poisson { begin: s(from), end: s(until), rate: per_hour / 3600.0, number: u64::MAX };
        self.add(id, timing, 0, links, Manner { depart_lane: DepartLane::Best, ..rolling() });
    }

    /// Adds a source.
    pub fn add(&mut self, id: &str, timing: Timing, kind: usize, links: &[&str], manner: Manner) {
        let routes = vec![(self.route(links), 1.0)];
        let types = vec![(TypeId::new(kind), 1.0)];
        self.demand.sources.push(Source { id: id.into(), timing, types, routes, manner });
    }

    /// The world.
    pub fn world(self, name: &str) -> World {
        World { name: name.into(), network: self.network, demand: Arc::new(self.demand), setup: Setup::default() }
            .step(0.5)
    }
}

/// Enters as fast as the traffic ahead allows.
pub fn rolling() -> Manner {
    Manner { depart_speed: DepartSpeed::Max, ..Manner::default() }
}

/// Enters standing, with the front at `x` m of lane `lane`.
pub fn standing_at(x: f32, lane: u8) -> Manner {
    Manner { depart_lane: DepartLane::Index(lane), depart_position: DepartPosition::At(x), ..Manner::default() }
}

/// The calibrated car, all drivers alike.
pub fn alike() -> VehicleType {
    all_alike(VehicleType::calibrated("car"))
}

/// A car of another model, all drivers alike and none dawdling.
pub fn alike_by(model: FollowingModel) -> VehicleType {
    all_alike(VehicleType::sumo("car", VehicleClass::Passenger).with_model(model))
}

/// A network, its demand, and how to run it.
#[derive(Clone)]
pub struct World {
    /// For messages.
    pub name: String,
    /// The network.
    pub network: Arc<Network>,
    /// The demand.
    pub demand: Arc<Demand>,
    /// How it is run.
    pub setup: Setup,
}

impl World {
    /// The same with another step, s.
    pub fn step(mut self, seconds: f64) -> Self {
        self.setup.step = s(seconds);
        self
    }

    /// The same with another seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.setup.seed = seed;
        self
    }

    /// The same on more threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.setup.threads = threads;
        self
    }

    /// The same with everybody driving by another model.
    pub fn behaviour(mut self, model: FollowingModel) -> Self {
        self.setup.behaviour = Some(model);
        self
    }

    /// A simulation at its start.
    pub fn start(&self) -> Simulation {
        Simulation::new(self.network.clone(), self.demand.clone(), self.setup.clone())
            .unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// Runs until everybody has left, calling `each` after every step; fails if that takes longer than `limit` s.
    pub fn drain(&self, limit: f64, mut each: impl FnMut(&Simulation)) -> Simulation {
        let mut sim = self.start();
        let limit = self.setup.begin + s(limit);
        while !sim.is_empty() {
            sim.step();
            each(&sim);
            assert!(sim.now() < limit, "{}: not empty at {} s: {}", self.name, sim.now().seconds(), describe(&sim));
        }
        sim
    }

    /// Runs until `until` s, calling `each` after every step.
    pub fn until(&self, until: f64, mut each: impl FnMut(&Simulation)) -> Simulation {
        let mut sim = self.start();
        while sim.now() < s(until) {
            sim.step();
            each(&sim);
        }
        sim
    }
}

/// Where the vehicles of a simulation are, for messages.
pub fn describe(sim: &Simulation) -> String {
    let scene = sim.scene();
    let one = |(lane, v): (LaneId, &Vehicle)| {
        let (name, who) = (&scene.network.lane(lane).id, &scene.departures[v.id.index()].id);
        format!("{who} on {name} at {:.2} of {:.2} m, {:.2} m/s", v.position, scene.lanes[lane.index()].length, v.speed)
    };
    let some: Vec<String> = sim.traffic().vehicles().map(one).take(12).collect();
    let m = sim.measures();
    format!(
        "{} of {} arrived, {} waiting to enter; {} found stuck; {}",
        m.arrived,
        scene.departures.len(),
        sim.waiting().count,
        sim.gridlocks().found.len(),
        some.join("; ")
    )
}

/// The lane `index` of a link.
pub fn lane(network: &Network, link: &str, index: usize) -> LaneId {
    let link: LinkId = network.find_link(link).unwrap_or_else(|| panic!("there is no link '{link}'"));
    network.lanes_of(link).nth(index).unwrap_or_else(|| panic!("link {link:?} has no lane {index}"))
}

/// The vehicle of that name.
pub fn vehicle(sim: &Simulation, name: &str) -> VehicleId {
    let found = sim.scene().departures.iter().position(|d| d.id == name);
    VehicleId::new(found.unwrap_or_else(|| panic!("there is no vehicle '{name}'")))
}

/// What the lamp of the movement from one link to another shows.
pub fn lamp(sim: &Simulation, from: &str, to: &str) -> Lamp {
    let scene = sim.scene();
    let net = &scene.network;
    let (from, to) = (net.find_link(from).unwrap(), net.find_link(to).unwrap());
    let head = net.movements.iter().find_map(|m| {
        let fits = net.lane(m.from).link == from && net.lane(m.to).link == to;
        m.head.filter(|_| fits)
    });
    let head = head.expect("the movement has a lamp");
    sim.lamps().shown[scene.lamp_base[head.signal.index()] as usize + usize::from(head.group)]
}

/// When, in s, a vehicle whose front now lies `beyond` metres past a line crossed it: exact for the constant
/// acceleration within a ballistic step, linear for models that move with the new speed.
pub fn crossing_time(sim: &Simulation, v: &Vehicle, beyond: f32) -> f64 {
    let scene = sim.scene();
    let dt = f64::from(scene.dt);
    let (moved, way) = (f64::from(v.moved), f64::from(v.moved - beyond));
    let start = sim.now().seconds() - dt;
    if moved <= 0.0 {
        return sim.now().seconds();
    }
    if !scene.drivers[v.kind as usize].ballistic() {
        return start + dt * way / moved;
    }
    let (v0, a) = (f64::from(v.speed) - f64::from(v.accel) * dt, f64::from(v.accel));
    // way = v0·t + a·t²/2, in the form that also holds for a → 0.
    start + (2.0 * way / (v0 + libm::sqrt((v0 * v0 + 2.0 * a * way).max(0.0))).max(1e-9)).min(dt)
}

/// A road east of so many lanes: `in`, `before` m long, to a node `x` of that kind, and `out`, `behind` m long.
pub fn road(kind: NodeKind, before: f64, behind: f64, lanes: u8) -> Town {
    Town::default()
        .end("w", -before, 0.0)
        .end("e", behind, 0.0)
        .node("x", 0.0, 0.0, kind)
        .one_way("in", "w", "x", lanes)
        .one_way("out", "x", "e", lanes)
}

/// A crossing `x` of two streets: w–e of `major` lanes, s–n of `minor`, arms 300 m long. Streets lead to `x`.
pub fn crossing(kind: NodeKind, major: u8, minor: u8) -> Town {
    Town::default()
        .node("x", 0.0, 0.0, kind)
        .end("w_end", -300.0, 0.0)
        .end("e_end", 300.0, 0.0)
        .end("n_end", 0.0, 300.0)
        .end("s_end", 0.0, -300.0)
        .street("w", "w_end", "x", major)
        .change(|s| s.rank = 2)
        .street("e", "e_end", "x", major)
        .change(|s| s.rank = 2)
        .street("n", "n_end", "x", minor)
        .street("s", "s_end", "x", minor)
}

//! Sensor tiers: what vehicles report is true or as wrong as it is said to be, what neighbours tell comes a step later, and
//! nobody who does not look is disturbed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use intergreen::detectors::{Probes, Sensing, Tier, inside, lines, way_to};
use intergreen::network::compose::NodeKind;
use intergreen::network::{LaneId, SignalId};
use intergreen::sim::Simulation;
use intergreen::sim::state::Vehicle;
use intergreen_control::{
    Controller, Decision, Entry, Input, Looks, Millis, NeighbourReport, Registry, RegistryError, Serves, StateError,
    Strategy, VehicleReport, View, Wakes,
};

use super::batch::batch;
use super::checkpoints::cut_commanded;
use super::tools::{NET, ROUTES, Scratch, run};
use super::worlds::{Town, Trips, World, alike, arterial, bundled, lane, rolling, s, sumo, vehicle};

/// `fixed_time`, but it looks at everything, once a second.
#[derive(Debug)]
struct Watcher(Box<dyn Strategy>);

impl Strategy for Watcher {
    fn name(&self) -> &'static str {
        "watcher"
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        let decision = self.0.decide(now, view);
        Decision { next: decision.next.min(Millis((now.0.div_euclid(1000) + 1) * 1000)), ..decision }
    }

    fn wakes(&self) -> Wakes {
        Wakes::Never
    }

    fn looks(&self) -> Looks {
        Looks::Neighbours
    }

    fn explain(&self) -> String {
        self.0.explain()
    }

    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.0.load(state)
    }
}

fn watcher(setup: &intergreen_control::Setup<'_>) -> Result<Box<dyn Strategy>, RegistryError> {
    Ok(Box::new(Watcher(Registry::default().make("fixed_time", &[], setup.plan)?)))
}

/// The world with watchers in this tier.
fn watched(mut world: World, tier: Tier, probes: Probes) -> World {
    let mut registry = Registry::default();
    let entry = Entry {
        name: "watcher",
        summary: "looks at everything",
        needs: "nothing",
        parameters: &[],
        source: "a test",
        serves: Serves::Program,
        clearance: None,
        falls_back: None,
        make: watcher,
    };
    registry.add(entry).expect("the name is free");
    world.setup.registry = Arc::new(registry);
    world.setup.controller = ("watcher".into(), Vec::new());
    world.setup.sensing = Sensing { tier, probes };
    world
}

/// The bundled scenario of that name.
fn named(name: &str) -> World {
    bundled().into_iter().find(|w| w.name == name).expect("it is bundled")
}

/// A vehicle on the way to stop lines of a signal: all approach lanes to which its lane leads, each with the distance, m.
struct There {
    vehicle: Vehicle,
    leads: Vec<(u16, f32)>,
}

/// The vehicles on the way to a signal's stop lines, by number.
fn truth(sim: &Simulation, signal: usize) -> BTreeMap<u32, There> {
    let (scene, traffic) = (sim.scene(), sim.traffic());
    let around = sim.controllers().list[signal].traffic().expect("it looks").approaches();
    let mut found = BTreeMap::new();
    for line in lines(&scene.network).iter().filter(|l| l.signal == SignalId::new(signal)) {
        let number = around.find(&scene.network.lane(line.lane).id).expect("every stop line is an approach lane");
        for stretch in line.way.iter().chain(&inside(&scene.network, &line.way)) {
            for v in &traffic.lanes[stretch.lane.index()].vehicles {
                let distance = stretch.from_line(&scene.network) - v.position;
                let there = found.entry(v.id.0).or_insert(There { vehicle: *v, leads: Vec::new() });
                there.leads.push((number, distance));
            }
        }
    }
    found
}

/// With perfect sensors the picture of every signal at every second is the truth: everybody on the way, on a lane that is
/// ahead, where they are and as fast as they are. 0.1 m and 0.01 m/s is how finely they report.
#[test]
fn perfect_sensors_see_what_is_there() {
    for (world, step) in [(arterial(), 0.5), (named("avenue"), 1.0), (named("grid"), 0.2)] {
        let world = watched(world, Tier::Perfect, Probes::default()).step(step);
        let (mut seen, mut stood) = (0, 0);
        let begin = world.setup.begin.seconds();
        world.until(begin + 240.0, |sim| {
            if sim.now().0 % 1000 != 0 {
                return;
            }
            for (i, controller) in sim.controllers().list.iter().enumerate() {
                let truth = truth(sim, i);
                let picture = controller.traffic().expect("it looks");
                let mut reported = BTreeSet::new();
                for (number, lane) in (0..).zip(picture.lanes()) {
                    assert!(lane.seen().is_sorted_by_key(|s| s.report.distance_dm), "the first first");
                    for s in lane.seen() {
                        let what =
                            format!("{}, {} s: signal {i}, lane {number}: {s:?}", world.name, sim.now().seconds());
                        let there = truth.get(&s.report.vehicle).unwrap_or_else(|| panic!("{what}: nobody"));
                        let (v, leads) = (&there.vehicle, &there.leads);
                        let led =
                            leads.iter().find(|(n, _)| *n == number).unwrap_or_else(|| panic!("{what}: elsewhere"));
                        assert!(s.distance_m() <= led.1 + 1e-3 && s.distance_m() > led.1 - 0.11, "{what}: {} m", led.1);
                        assert!(s.speed_m_s() <= v.speed + 1e-3 && s.speed_m_s() > v.speed - 0.011, "{what}: {v:?}");
                        assert_eq!(s.stands(), v.speed < 0.1, "{what}");
                        assert_eq!((s.report.at, s.report.age_ms), (sim.now(), 0), "{what}");
                        assert!(reported.insert(s.report.vehicle), "{what}: twice");
                        seen += 1;
                        stood += usize::from(s.stood);
                    }
                    let (queued, coming) = picture.count(usize::from(number), sim.now());
                    assert_eq!((queued + coming) as usize, lane.seen().len());
                }
                let there: BTreeSet<u32> = truth.keys().copied().collect();
                assert_eq!(reported, there, "{}: everybody at signal {i}", world.name);
            }
        });
        assert!(seen > 1000 && stood > 100, "{}: {seen} reports, {stood} of those who stand", world.name);
    }
}

/// A signal x with a turn bay: west of it a street of one lane `v` opens into `w` with two.
fn with_bay() -> World {
    let network = Town::default()
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .node("fork", -60.0, 0.0, NodeKind::Priority)
        .end("w_end", -400.0, 0.0)
        .end("e_end", 200.0, 0.0)
        .end("n_end", 0.0, 200.0)
        .one_way("v", "w_end", "fork", 1)
        .one_way("w", "fork", "x", 2)
        .street("e", "e_end", "x", 1)
        .street("n", "n_end", "x", 1)
        .signal("x", 0.0, &[(20.0, &["w"]), (20.0, &["e"]), (20.0, &["n"])])
        .build();
    let mut t = Trips::new(&network, alike());
    t.one("left", 0.0, &["v", "w", "-n"], rolling());
    t.one("straight", 4.0, &["v", "w", "-e"], rolling());
    t.world("a turn bay")
}

/// Upstream of a turn bay vehicles report to the lane that they will need.
#[test]
fn before_a_fork_vehicles_report_to_the_lane_of_their_route() {
    let world = watched(with_bay(), Tier::Perfect, Probes::default());
    let network = &world.network;
    let [kerb, bay] = [0, 1].map(|i| lane(network, "w", i));
    let v = lane(network, "v", 0);
    let leads = |line: LaneId| way_to(network, line).iter().any(|s| s.lane == v);
    assert!(leads(kerb), "the street belongs to the lane for straight on");
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    world.until(30.0, |sim| {
        let picture = sim.controllers().list[0].traffic().expect("it looks");
        for (of, lane) in picture.approaches().lanes.iter().zip(picture.lanes()) {
            for s in lane.seen().iter().filter(|s| s.distance_m() > 80.0) {
                let who = ["left", "straight"].into_iter().find(|n| vehicle(sim, n).0 == s.report.vehicle);
                seen.entry(who.expect("one of both")).or_default().insert(of.name.clone());
            }
        }
    });
    let only = |name: &str| seen[name].iter().map(String::as_str).collect::<Vec<_>>();
    // Where the street belongs to one lane only, all report to that.
    let left = if leads(bay) { "w_1" } else { "w_0" };
    assert_eq!((only("straight"), only("left")), (vec!["w_0"], vec![left]));
}

/// The signal, the approach lane, and the distance to its line, m.
type Place = (u32, u16, f32);

/// What the controllers are given in a run, with the time at the end of the step, and where everybody was at whole seconds.
struct Heard {
    inputs: Vec<(Millis, u32, Input)>,
    /// By second and vehicle: where it was.
    places: BTreeMap<(Millis, u32), Vec<Place>>,
    departed: usize,
}

fn hear(world: &World, until: f64) -> Heard {
    let mut sim = world.start();
    sim.record();
    let mut heard = Heard { inputs: Vec::new(), places: BTreeMap::new(), departed: 0 };
    while sim.now() < world.setup.begin + s(until) {
        sim.step();
        let inputs = sim.controllers().inputs.iter().flatten();
        heard.inputs.extend(inputs.map(|&(signal, input)| (sim.now(), signal, input)));
        if sim.now().0 % 1000 == 0 {
            for i in 0..sim.controllers().list.len() {
                for (id, there) in truth(&sim, i) {
                    let all = there.leads.into_iter().map(|(lane, distance)| (i as u32, lane, distance));
                    heard.places.entry((sim.now(), id)).or_default().extend(all);
                }
            }
        }
    }
    heard.departed = sim.measures().inserted;
    heard
}

fn reports(heard: &Heard) -> impl Iterator<Item = (Millis, u32, VehicleReport)> + '_ {
    heard.inputs.iter().filter_map(|&(end, signal, input)| match input {
        Input::Vehicle(report) => Some((end, signal, report)),
        _ => None,
    })
}

/// Of all vehicles the share reports that is said, each at every second, as late and as wrong as is said. Four standard
/// deviations: a right share is farther off once in 16,000 seeds.
#[test]
fn probes_report_as_often_as_late_and_as_wrong_as_is_said() {
    let probes = Probes { share: 0.25, noise_m: 8.0, latency: Millis(2300) };
    let world = watched(arterial(), Tier::LoopsProbe, probes);
    let heard = hear(&world, 900.0);
    let who: BTreeSet<u32> = reports(&heard).map(|(_, _, r)| r.vehicle).collect();
    let passed: BTreeSet<u32> = heard.places.keys().map(|(_, id)| *id).collect();
    let (n, p) = (passed.len() as f64, probes.share);
    let off = (who.len() as f64 - n * p).abs() / (n * p * (1.0 - p)).sqrt();
    assert!(n > 300.0 && heard.departed >= passed.len() && off < 4.0, "{} of {n}: off by {off:.1} sd", who.len());
    let (mut errors, mut told) = (Vec::new(), BTreeSet::new());
    for (end, signal, r) in reports(&heard) {
        assert!(r.at <= end && r.at > end - world.setup.step, "it is handed in when it arrives: {r:?} at {end:?}");
        assert_eq!(r.age_ms, 2300);
        let second = r.at - probes.latency;
        let places = heard.places.get(&(second, r.vehicle)).unwrap_or_else(|| panic!("{r:?}: nobody was there"));
        let (_, _, true_m) = places.iter().find(|p| (p.0, p.1) == (signal, r.lane)).expect("where it was");
        // Nobody is beyond the line: near it errors have one sign.
        if *true_m > 40.0 {
            errors.push(f64::from(r.distance_dm) * 0.1 - f64::from(*true_m));
        }
        assert!(told.insert((second, signal, r.vehicle)), "once a second: {r:?}");
    }
    let count = errors.len() as f64;
    let mean = errors.iter().sum::<f64>() / count;
    let sd = (errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / count).sqrt();
    // 0.05 m: distances are cut to whole decimetres.
    assert!(
        count > 1000.0 && (mean + 0.05).abs() < 4.0 * 8.0 / count.sqrt(),
        "{count} errors, {mean:.2} m in the mean"
    );
    assert!((sd - 8.0).abs() < 4.0 * 8.0 / (2.0 * count).sqrt(), "standard deviation {sd:.2} m");
    // Every second of every probe on the way, as far as it has arrived.
    let last = world.setup.begin + s(900.0) - probes.latency;
    let all = heard.places.iter().filter(|((second, id), _)| who.contains(id) && *second <= last);
    let signals = |places: &[Place]| places.iter().map(|p| p.0).collect::<BTreeSet<u32>>().len();
    assert_eq!(told.len(), all.map(|(_, places)| signals(places)).sum::<usize>());
}

/// Steps that do not divide a second find everybody where they were at the second, on the straight line between two steps.
#[test]
fn seconds_inside_of_steps_are_reported_as_of_the_second() {
    let network = Town::default()
        .end("w", -500.0, 0.0)
        .end("e", 300.0, 0.0)
        .node("x", 0.0, 0.0, NodeKind::Signal)
        .one_way("in", "w", "x", 1)
        .one_way("out", "x", "e", 1)
        .signal("x", 0.0, &[(500.0, &["in"]), (50.0, &[])])
        .build();
    let mut t = Trips::new(&network, alike());
    t.one("car", 0.0, &["in", "out"], rolling());
    let world = watched(t.world("a car"), Tier::Perfect, Probes::default());
    for step in [0.3, 0.7, 2.0] {
        let heard = hear(&world.clone().step(step), 40.0);
        let all: Vec<VehicleReport> = reports(&heard).map(|(_, _, r)| r).collect();
        assert!(all.len() > 25, "step {step}: {} reports", all.len());
        for pair in all.windows(2) {
            assert_eq!((pair[0].at.0 % 1000, pair[1].at - pair[0].at), (0, Millis(1000)), "step {step}");
            let moved = f32::from(pair[0].distance_dm - pair[1].distance_dm) * 0.1;
            // It drives as fast as it may; 0.1 m: whole decimetres.
            assert!((moved - 50.0 / 3.6).abs() < 0.11, "step {step}: {moved} m in a second");
        }
    }
}

/// Two watchers: what one hears of the other at a moment is what the other knew a step before, and nothing else.
#[test]
fn what_neighbours_tell_arrives_a_step_later() {
    let world = watched(arterial(), Tier::Perfect, Probes::default());
    let mut sim = world.start();
    sim.record();
    let mut expected: Vec<(u32, NeighbourReport)> = Vec::new();
    let (mut heard, mut queued) = (0, 0);
    while sim.now() < world.setup.begin + s(300.0) {
        sim.step();
        let came = sim.controllers().inputs.iter().flatten().filter_map(|&(signal, input)| match input {
            Input::Neighbour(report) => Some((signal, report)),
            _ => None,
        });
        let mut came: Vec<(u32, NeighbourReport)> = came.collect();
        came.sort_by_key(|(signal, r)| (*signal, r.exit));
        assert_eq!(came, expected, "at {} s", sim.now().seconds());
        heard += came.len();
        queued += came.iter().filter(|(_, r)| r.queued > 0).count();
        expected.clear();
        if sim.now().0 % 1000 == 0 {
            let (list, signals) = (&sim.controllers().list, &sim.scene().network.signals);
            for (to, controller) in (0..).zip(list) {
                let exits = &controller.traffic().expect("it looks").approaches().exits;
                for (exit, of) in (0..).zip(exits) {
                    let other = signals.iter().position(|s| s.id == of.signal).expect("a signal");
                    let known = list[other].traffic().expect("it looks");
                    let lane = known.approaches().find(&of.lane).expect("a lane there");
                    let (queued, room) = known.tell(usize::from(lane), sim.now());
                    expected.push((to, NeighbourReport { at: sim.now() + s(0.5), age_ms: 500, exit, queued, room }));
                }
            }
        }
        for controller in &sim.controllers().list {
            let told = controller.traffic().expect("it looks").exits().iter().filter_map(|exit| exit.told);
            assert!(told.into_iter().all(|at| at <= sim.now()));
        }
    }
    assert!(heard > 1000 && queued > 50, "{heard} messages, {queued} of queues");
}

/// A run with post on its way goes on from a checkpoint as if nothing had happened, on any number of threads; in every tier.
#[test]
fn what_is_on_its_way_is_in_checkpoints() {
    let probes = Probes { share: 0.5, noise_m: 5.0, latency: Millis(3200) };
    for (world, tier) in [(arterial(), Tier::LoopsProbe), (named("avenue"), Tier::Perfect)] {
        let world = watched(world, tier, probes);
        // In the step after a second messages are on their way, too.
        let whole = cut_commanded(&world, &[], &[61.0, 171.5], 240.0);
        let pictures = whole.controllers().list.iter().filter_map(Controller::traffic);
        let seen: usize = pictures.flat_map(|p| p.lanes()).map(|lane| lane.seen().len()).sum();
        assert!(seen > 10, "{}: {seen} in the pictures at the end", world.name);
    }
}

/// Another tier is another run: its checkpoints do not fit.
#[test]
fn a_checkpoint_of_another_tier_is_refused() {
    let tiers = [Tier::Loops, Tier::LoopsProbe, Tier::Perfect];
    let saved = tiers.map(|tier| watched(arterial(), tier, Probes::default()).start().save());
    for (i, tier) in tiers.into_iter().enumerate() {
        let mut sim = watched(arterial(), tier, Probes::default()).start();
        sim.load(&saved[i]).expect("its own");
        let problem = sim.load(&saved[(i + 1) % 3]).expect_err("another's").to_string();
        assert!(problem.contains("was made with sensors"), "{problem}");
    }
    let more = Probes { share: 0.2, ..Probes::default() };
    let problem = watched(arterial(), Tier::LoopsProbe, more).start().load(&saved[1]).expect_err("others").to_string();
    assert!(problem.contains("probe vehicles"), "{problem}");
}

/// Whoever does not look at lanes runs alike in every tier, and nothing is sent to it.
#[test]
fn who_does_not_look_is_not_disturbed() {
    for strategy in ["fixed_time", "actuated", "nema"] {
        let hashes = Tier::ALL.map(|tier| {
            let mut world = arterial();
            world.setup.controller = (strategy.into(), Vec::new());
            world.setup.sensing.tier = tier;
            let mut sim = world.start();
            sim.record();
            while sim.now() < world.setup.begin + s(200.0) {
                sim.step();
                let mut inputs = sim.controllers().inputs.iter().flatten();
                assert!(inputs.all(|(_, input)| matches!(input, Input::Detector(_) | Input::Command { .. })));
            }
            assert!(sim.controllers().list.iter().all(|c| c.traffic().is_none()));
            sim.state_hash()
        });
        assert!(hashes.iter().all(|h| *h == hashes[0]), "{strategy}: {hashes:?}");
    }
}

/// All that a controller was given, in its order, makes another one in the same surroundings what it became.
#[test]
fn what_was_heard_can_be_replayed() {
    let probes = Probes { share: 0.3, noise_m: 5.0, latency: Millis(1450) };
    for (step, tier) in [(0.5, Tier::LoopsProbe), (0.3, Tier::Perfect), (1.0, Tier::Perfect)] {
        let world = watched(arterial(), tier, probes).step(step);
        let mut sim = world.start();
        sim.record();
        let mut all: Vec<Vec<Input>> = vec![Vec::new(); sim.controllers().list.len()];
        while sim.now() < world.setup.begin + s(180.0) {
            sim.step();
            sim.controllers().inputs.iter().flatten().for_each(|&(signal, input)| all[signal as usize].push(input));
        }
        for (played, inputs) in sim.controllers().list.iter().zip(&all) {
            let at: Vec<Millis> = inputs.iter().map(Input::at).collect();
            assert!(at.is_sorted(), "step {step}: in order of time");
            let strategy = world.setup.registry.make("watcher", &[], played.plan()).expect("it runs here");
            let around = played.traffic().expect("it looks").approaches().clone();
            let detectors = u16::try_from(played.detectors().len()).expect("few");
            let again = Controller::new(played.plan().clone(), strategy, detectors);
            let mut again = again.with_approaches(Some(Arc::new(around)));
            again.log_events(true);
            again.start(world.setup.begin);
            while again.poll_output().is_some() {}
            for &input in inputs {
                again.advance(input.at() - Millis(1));
                again.handle(input);
                while again.poll_output().is_some() {}
            }
            again.advance(sim.now());
            while again.poll_output().is_some() {}
            let [mut a, mut b] = [Vec::new(), Vec::new()];
            played.save(&mut a);
            again.save(&mut b);
            assert!(a == b, "step {step}: another state after the same inputs");
        }
    }
}

/// The watcher only looks: its lamps are those of `fixed_time`.
#[test]
fn watchers_ask_for_the_program() {
    let mut sim = watched(arterial(), Tier::Perfect, Probes::default()).start();
    let mut plain = arterial().start();
    for _ in 0..400 {
        sim.step();
        plain.step();
        assert_eq!(sim.lamps().shown, plain.lamps().shown);
    }
}

/// The tier of a run is the option's, else the scenario's; the result says which it was.
#[test]
fn the_tier_is_said_in_options_files_and_results() {
    let (_scratch, sumo) = Scratch::with_scenario(NET, ROUTES);
    let sumo = sumo.display().to_string();
    let tier = |args: &[&str]| {
        let said = run(args.iter().chain(&["--until", "20", "--json", "-q"]));
        assert_eq!(said.code, 0, "{args:?}: {said:?}");
        said.json()["sensors"].as_str().expect("a text").to_owned()
    };
    for scenario in ["arterial", &sumo] {
        assert_eq!(tier(&["run", scenario]), "loops");
        assert_eq!(tier(&["run", scenario, "--sensors", "perfect"]), "perfect");
        assert_eq!(tier(&["run", scenario, "--set", "sensors.tier=loops_probe"]), "loops+probe");
        let both = ["run", scenario, "--set", "sensors.tier=perfect", "--sensors", "loops+probe"];
        assert_eq!(tier(&both), "loops+probe");
        assert_eq!(tier(&["run", scenario, "--set", "sensors.probe_share=0.03"]), "loops");
        for wrong in ["probe_share=2", "probe_noise=-1", "probe_latency=90", "tier=radar", "probe_sher=1"] {
            let said = run(["run", scenario, "-q", "--set", &format!("sensors.{wrong}")]);
            let field = wrong.split_once('=').expect("a value").0;
            assert!(said.code == 2 && said.stderr.contains(field), "{wrong}: {said:?}");
        }
    }
}

/// Tiers are an axis of batches.
#[test]
fn a_batch_runs_every_tier() {
    let scratch = Scratch::new();
    let experiment = |tiers| {
        format!(r#"(scenarios: ["isolated"], sensors: [{tiers}], seeds: 1, measure: "throughput_veh_h", until: 30)"#)
    };
    scratch.write("e.ron", experiment(r#""loops", "perfect""#));
    batch(&scratch, "out", &[]);
    let table = scratch.read("out/runs.csv");
    let mut rows = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let place = rows.next().expect("a head").iter().position(|name| *name == "sensors").expect("a column");
    assert_eq!(rows.map(|row| row[place]).collect::<Vec<_>>(), ["loops", "perfect"]);
    scratch.write("e.ron", experiment(r#""radar""#));
    let file = scratch.path("e.ron").display().to_string();
    let said = run(["batch", &file, "--out", &scratch.path("no").display().to_string()]);
    assert!(said.code == 2 && said.stderr.contains("radar"), "{said:?}");
}

/// At all signals of RESCO's networks its baselines count what RESCO counts: as many stages as it has phases, and somebody
/// in each that it chooses. Where not everybody reports they do not run.
#[test]
fn resco_baselines_count_what_resco_counts() {
    for name in ["cologne1", "cologne8", "ingolstadt7", "grid4x4"] {
        let Some(mut world) = sumo(&format!("resco/{name}/{name}.sumocfg")) else { return };
        world.setup.controller = ("resco_max_pressure".into(), Vec::new());
        let start = |world: &World| Simulation::new(world.network.clone(), world.demand.clone(), world.setup.clone());
        let refused = start(&world).err().expect("loops are not enough").to_string();
        assert!(refused.contains("resco_max_pressure") && refused.contains("--sensors perfect"), "{refused}");
        world.setup.sensing.tier = Tier::Perfect;
        let sim = start(&world).expect("it runs");
        for controller in &sim.controllers().list {
            let (plan, around) = (controller.plan(), controller.traffic().expect("it looks").approaches());
            // 32319828 of cologne8 has one stage: there is nothing to choose.
            let known = around.counts.len() == plan.stages().len();
            assert!(known || plan.stages().len() == 1, "{name}: {}", plan.name());
            for (stage, of) in plan.stages().iter().zip(&around.counts) {
                let opened = of.lanes.iter().filter(|piece| {
                    let groups = &around.lanes[usize::from(piece.lane)].groups;
                    groups.iter().any(|g| stage.groups.contains(g))
                });
                // RESCO pairs movements also where only one of both is open.
                assert!(opened.count() > 0 || of.lanes.is_empty(), "{name}: {}: {}", plan.name(), stage.name);
            }
        }
    }
}

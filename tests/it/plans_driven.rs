//! Plans of the test data, driven: every imported plan goes through all changes between its stages, between all
//! combinations of its phases and between the steps of its program, also when it is interrupted at odd moments. Two
//! watch: the monitor as a simulation has it, and a check here that knows the plan's relations and intergreens only.

use std::collections::BTreeSet;
use std::sync::Arc;

use intergreen::demand::Demand;
use intergreen::network::{NemaPhase, NemaSpec, Network, SignalId};
use intergreen::plans::{self, SignalPlan};
use intergreen::sim::{Setup, Simulation, monitor};
use intergreen_control::monitor::{Limits, Monitor};
use intergreen_control::plan::{Plan, Relation, Waiver};
use intergreen_control::{
    Command, Controller, Decision, Lamp, Millis, Output, Request, StateError, Strategy, Trip, View,
};

use crate::plans_import::{FULL_LEFT, bologna_with, planned};
use crate::worlds::arterial;

/// No green follows the end of another to which it has a relation sooner than that, whatever a plan says.
const LEAST: Millis = Millis(1000);
/// How long requests last: long enough for every change to come to its end; and too short for some.
const LASTING: &[&[i64]] = &[&[25_000], &[700, 6_300, 1_000, 11_000, 3_300, 2_000, 8_100, 5_000, 400, 16_900, 4_200]];
/// Faults of somebody who waits too long are reset before they would be: nobody but the walk decides.
const RESET: Millis = Millis(30_000);

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ask {
    Stage(usize),
    Phases(u32),
    Step(usize),
}

impl Ask {
    fn request(self) -> Request<'static> {
        match self {
            Self::Stage(stage) => Request::Stage(stage),
            Self::Phases(phases) => Request::Phases { phases, walks: phases },
            Self::Step(step) => Request::Step(step),
        }
    }
}

/// Asks for one thing after the other, for some time each.
#[derive(Debug)]
struct Walk {
    asks: Vec<Ask>,
    lasting: &'static [i64],
    asked: usize,
    until: Millis,
}

impl Strategy for Walk {
    fn name(&self) -> &'static str {
        "walk"
    }

    fn decide(&mut self, now: Millis, _: &View<'_>) -> Decision<'_> {
        if now >= self.until {
            self.asked += 1;
            self.until = now + Millis(self.lasting[self.asked % self.lasting.len()]);
        }
        Decision { request: self.asks[self.asked % self.asks.len()].request(), next: self.until }
    }

    fn explain(&self) -> String {
        let at = |back: usize| self.asked.checked_sub(back).map(|i| self.asks[i % self.asks.len()]);
        format!("{:?}, before {:?}, {:?}", at(0), at(1), at(2))
    }

    fn save(&self, _: &mut Vec<u8>) {}

    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

/// Every ordered pair of some, one after the other.
fn all_changes(of: &[Ask]) -> Vec<Ask> {
    let later = |i: usize| of[i + 1..].iter().flat_map(move |&b| [of[i], b]);
    (0..of.len()).flat_map(later).collect()
}

/// Phases that may be asked for together: of a section one phase of each ring at most.
fn combinations(plan: &Plan) -> Vec<Ask> {
    let Some(rings) = plan.rings() else { return Vec::new() };
    let sections = rings.rings.iter().map(Vec::len).max().unwrap_or(0);
    let mut found = BTreeSet::new();
    for section in 0..sections {
        let mut masks = vec![0u32];
        for ring in &rings.rings {
            let phases = ring.get(section).into_iter().flatten();
            let with: Vec<u32> = phases.flat_map(|&p| masks.iter().map(move |m| m | 1 << (p - 1))).collect();
            masks.extend(with);
        }
        found.extend(masks);
    }
    found.into_iter().map(Ask::Phases).collect()
}

/// All walks of a plan.
fn walks(plan: &Plan) -> [Vec<Ask>; 3] {
    let stages: Vec<Ask> = (0..plan.stages().len()).map(Ask::Stage).collect();
    let steps: Vec<Ask> = (0..plan.program().map_or(0, |p| p.steps().len())).map(Ask::Step).collect();
    [stages, combinations(plan), steps].map(|of| all_changes(&of))
}

/// Watches what a plan's lamps show, and knows relations and times only.
struct Check<'a> {
    plan: &'a Plan,
    lamps: Vec<Lamp>,
    /// When the last green of each ended.
    ended: Vec<Option<Millis>>,
    starts: usize,
    /// The shortest time from the end of one to the start of another that it saw.
    shortest: Millis,
    wrong: BTreeSet<String>,
}

impl<'a> Check<'a> {
    fn new(plan: &'a Plan) -> Self {
        let n = plan.groups().len();
        let (lamps, ended) = (vec![Lamp::Red; n], vec![None; n]);
        Self { plan, lamps, ended, starts: 0, shortest: Millis::NEVER, wrong: BTreeSet::new() }
    }

    /// Those to which a group has a relation, with the pair's intergreen before the group starts.
    fn related(&self, g: usize) -> impl Iterator<Item = (usize, Millis)> + use<'a> {
        let (matrix, n) = (self.plan.matrix(), self.lamps.len() as u16);
        let to = g as u16;
        let related =
            move |&from: &u16| [(from, to), (to, from)].iter().any(|&(a, b)| matrix.relation(a, b) != Relation::None);
        (0..n).filter(related).map(move |from| (usize::from(from), matrix.intergreen(from, to)))
    }

    /// Whether the program itself starts `to` so soon after `from`, which is then listed.
    fn is_waived(&self, from: usize, to: usize) -> bool {
        self.plan.waivers().iter().any(|w| match *w {
            Waiver::ShortClearance { from: f, to: t, found, .. } => {
                (usize::from(f), usize::from(t)) == (from, to) && found < LEAST
            }
            _ => false,
        })
    }

    /// Takes all changes of one moment.
    fn see(&mut self, at: Millis, changes: &[(usize, Lamp)], asked: impl Fn() -> String) {
        let before = self.lamps.clone();
        for &(g, lamp) in changes {
            self.lamps[g] = lamp;
        }
        for g in (0..before.len()).filter(|&g| before[g].is_green() && !self.lamps[g].is_green()) {
            self.ended[g] = Some(at);
        }
        for g in (0..before.len()).filter(|&g| self.lamps[g].is_green()) {
            let starts = !before[g].is_green();
            self.starts += usize::from(starts);
            for (p, intergreen) in self.related(g) {
                let what = |problem: String| format!("{p} → {g}: {problem}; asked for {}", asked());
                if self.lamps[p].is_green() {
                    let (a, b) = (g as u16, p as u16);
                    let full = self.lamps[p] == Lamp::Green && self.lamps[g] == Lamp::Green;
                    if full || self.plan.matrix().relation(a, b) == Relation::Forbidden {
                        self.wrong.insert(what("open together".into()));
                    }
                } else if starts && let Some(ended) = self.ended[p] {
                    let (passed, least) = (at - ended, if self.is_waived(p, g) { Millis(0) } else { LEAST });
                    self.shortest = self.shortest.min(passed);
                    if passed < intergreen.max(least) {
                        let (passed, intergreen) = (passed.seconds(), intergreen.seconds());
                        self.wrong.insert(what(format!("{passed} s, intergreen {intergreen} s")));
                    }
                }
            }
        }
    }
}

/// What a drive came to.
#[derive(Default)]
struct Seen {
    starts: usize,
    shortest: Option<Millis>,
    hours: f64,
    trips: Vec<(Ask, Trip)>,
    wrong: Vec<String>,
}

impl Seen {
    fn add(&mut self, more: Self) {
        self.starts += more.starts;
        self.hours += more.hours;
        self.shortest = self.shortest.into_iter().chain(more.shortest).min();
        self.trips.extend(more.trips);
        self.wrong.extend(more.wrong);
    }
}

/// Drives a plan of a signal once through a walk.
fn drive(network: &Network, signal: SignalId, plan: &Arc<Plan>, asks: Vec<Ask>, lasting: &'static [i64]) -> Seen {
    let limits = Limits::default().with_stall(Millis::NEVER).expect("sound limits");
    let mut monitor = Monitor::new(monitor::permissives(network, signal, false), limits);
    let turns = asks.len().next_multiple_of(lasting.len()) as i64;
    let end = Millis(lasting.iter().sum::<i64>() * turns / lasting.len() as i64);
    let first = asks[0];
    let walk = Walk { asks, lasting, asked: 0, until: Millis(lasting[0]) };
    let mut controller = Controller::new(plan.clone(), Box::new(walk), 0);
    controller.log_events(false);
    let mut check = Check::new(plan);
    let mut seen = Seen { hours: end.seconds() / 3600.0, ..Seen::default() };
    let mut reset = RESET;
    controller.start(Millis(0));
    loop {
        let mut changes = Vec::new();
        let mut at = None;
        while let Some(output) = controller.poll_output() {
            if let Output::Lamp(change) = output {
                assert!(at.is_none_or(|at| at == change.at), "one moment at a time");
                at = Some(change.at);
                changes.push((usize::from(change.group), change.lamp));
                monitor.handle_lamp(change.at, change.group, change.lamp);
            }
        }
        if let Some(at) = at {
            monitor.advance(at);
            check.see(at, &changes, || controller.explain());
        }
        let next = controller.poll_at().min(reset);
        if next > end {
            break;
        }
        if next == reset {
            controller.handle_command(next, Command::Reset);
            reset += RESET;
        }
        controller.advance(next);
    }
    monitor.advance(end);
    seen.starts = check.starts;
    seen.shortest = (check.shortest != Millis::NEVER).then_some(check.shortest);
    seen.trips.extend(monitor.trip().map(|trip| (first, trip)));
    seen.wrong.extend(check.wrong.iter().map(|w| format!("'{}' {w}", plan.name())));
    seen
}

/// Drives a plan through all its walks.
fn drive_all(network: &Network, signal: SignalId, plan: &Arc<Plan>) -> Seen {
    let mut seen = Seen::default();
    for asks in walks(plan).into_iter().filter(|asks| !asks.is_empty()) {
        for lasting in LASTING {
            seen.add(drive(network, signal, plan, asks.clone(), lasting));
        }
    }
    seen
}

/// Plans that are driven alike: what the kernel reads of them, without names.
fn fingerprint(plan: &Plan) -> String {
    let spec = plan.spec();
    let steps = plan.program().map(|p| p.steps());
    format!("{:?}", (&spec.groups, &spec.forbidden, &spec.yields, &spec.intergreens, &spec.stages, &spec.rings, steps))
}

/// Drives plans, those that are alike once, and says what was seen.
fn drive_each<'a>(name: &str, network: &Network, plans: impl Iterator<Item = (SignalId, &'a Arc<Plan>)>) -> Seen {
    let (mut seen, mut known) = (Seen::default(), BTreeSet::new());
    for (signal, plan) in plans {
        if known.insert(fingerprint(plan)) {
            seen.add(drive_all(network, signal, plan));
        }
    }
    println!(
        "{name}: {} plans, {:.0} h, {} starts, {} trips, {} wrong, shortest {} s",
        known.len(),
        seen.hours,
        seen.starts,
        seen.trips.len(),
        seen.wrong.len(),
        seen.shortest.map_or(f64::NAN, Millis::seconds)
    );
    for trip in seen.trips.iter().take(5) {
        println!("    {trip:?}");
    }
    for wrong in seen.wrong.iter().take(8) {
        println!("    {wrong}");
    }
    seen
}

/// All networks, the arterial too.
fn networks() -> Vec<(&'static str, Arc<Network>, Vec<SignalPlan>)> {
    let mut all = planned();
    let network = arterial().network;
    let plans = plans::of_network(&network, false).unwrap_or_else(|e| panic!("{e}"));
    all.push(("arterial", network, plans));
    all
}

fn assert_sound(name: &str, seen: &Seen) {
    assert!(seen.starts > 0, "{name}");
    assert_eq!(seen.trips, [], "{name}: the monitor trips");
    let some: Vec<&String> = seen.wrong.iter().take(10).collect();
    assert!(some.is_empty(), "{name}: {} wrong: {some:#?}", seen.wrong.len());
}

#[test]
fn imported_plans_keep_all_times_through_all_changes() {
    let mut all = Vec::new();
    for (name, network, plans) in networks() {
        all.push((name, drive_each(name, &network, plans.iter().map(|p| (p.signal, &p.plan)))));
    }
    all.iter().for_each(|(name, seen)| assert_sound(name, seen));
}

/// The derived phases of a plan as if its file had them as a NEMA program, with yellow and red clearance of their own.
fn as_nema(plan: &Plan) -> Option<NemaSpec> {
    let rings = plan.rings()?;
    let green = |groups: &[u16], g: u16| {
        let gives_way = |g: u16| plan.matrix().partners(g).iter().any(|&b| plan.matrix().relation(g, b).yields());
        match (groups.contains(&g), gives_way(g)) {
            (false, _) => Lamp::Red,
            (_, true) => Lamp::GreenMinor,
            _ => Lamp::Green,
        }
    };
    let n = plan.groups().len() as u16;
    let phase = |p: &intergreen_control::plan::Phase| NemaPhase {
        number: p.number,
        lamps: (0..n).map(|g| green(&p.groups, g)).collect(),
        min_green: Some(Millis(5000)),
        max_green: Some(Millis(30_000)),
        passage: Some(Millis(2000)),
        yellow: Some(Millis(3000 + 500 * i64::from(p.number % 2))),
        red: Some(Millis(1000 * i64::from(p.number % 3))),
    };
    Some(NemaSpec {
        phases: rings.phases.iter().map(phase).collect(),
        rings: rings.rings.clone(),
        coordinated: Vec::new(),
        cycle: None,
        min_recall: None,
        max_recall: Vec::new(),
        fixed_force_off: false,
        offset_at_yellow: false,
        latching: Vec::new(),
        switched: Vec::new(),
    })
}

#[test]
fn plans_with_the_times_of_nema_phases_keep_them_through_all_changes() {
    let mut all = Vec::new();
    for (name, network, plans) in networks() {
        let mut network = Network::clone(&network);
        for plan in &plans {
            network.signals[plan.signal.index()].rings = as_nema(&plan.plan);
        }
        let plans = plans::of_network(&network, false).unwrap_or_else(|e| panic!("{name}: {e}"));
        let with = plans.iter().filter_map(|p| p.nema.as_ref().map(|nema| (p.signal, nema)));
        for note in plans.iter().flat_map(|p| &p.notes).filter(|n| n.contains("no plan with the times")).take(3) {
            println!("    {note}");
        }
        if with.clone().next().is_some() {
            all.push((name, drive_each(name, &network, with)));
        }
    }
    assert!(!all.is_empty());
    all.iter().for_each(|(name, seen)| assert_sound(name, seen));
}

#[test]
fn a_left_turn_fully_green_beside_the_oncoming_traffic_is_shown_and_counted_if_the_user_insists() {
    let Some(network) = bologna_with("full-left", FULL_LEFT.0, FULL_LEFT.1) else { return };
    let network = Arc::new(network);
    let setup = Setup { unsafe_yields: true, end: None, ..Setup::default() };
    let mut sim =
        Simulation::new(network.clone(), Arc::new(Demand::default()), setup).unwrap_or_else(|e| panic!("{e}"));
    let i = network.signals.iter().position(|s| s.id == "221").expect("it is there");
    let signal = &network.signals[i];
    // What an independent reading of the program says: a pair that gives way, both fully green.
    let pairs = monitor::conflicting(&network, SignalId::new(i));
    let is_unsafe = |lamps: &[Lamp]| {
        let full = |g: u16| lamps[usize::from(g)] == Lamp::Green;
        pairs.iter().any(|&(a, b, yields)| yields && full(a) && full(b))
    };
    let mut expected = 0.0;
    for _ in 0..signal.program.cycle().0 / 1000 {
        let (step, _) = signal.program.step_at(sim.now());
        let said = &signal.program.steps()[step].lamps;
        let base = sim.scene().lamp_base[i] as usize;
        let smoothed = |g: usize| sim.plans()[i].smoothed.iter().find(|s| (s.step, usize::from(s.group)) == (step, g));
        for (g, &said) in said.iter().enumerate() {
            assert_eq!(sim.lamps().shown[base + g], smoothed(g).map_or(said, |s| s.shown), "group {g}, step {step}");
        }
        expected += f64::from(u8::from(is_unsafe(said)));
        sim.step();
        assert_eq!(sim.trip(), None);
    }
    assert!(expected > 0.0);
    assert_eq!(sim.controllers().monitor.seconds, expected);
}

//! The differential ladder: small scenarios, from one car upwards, that SUMO and we run on the same files.
//!
//! Terms
//! - **rung**: one scenario, what of it is compared, and how near the two have to be.
//! - **exact**: nobody dawdles and all drivers of a type are alike; one run says it all, unless a hundredth of a second
//!   decides who goes first and all that follows from it. Then the mean over several *starts* is compared.
//! - **start**: the same demand with each flow begun another part of its period later, so that the streams meet in other
//!   ways. The first start is the demand as it stands.
//! - **random**: drivers dawdle and differ as SUMO's do by default; the means over the same number of seeds of both
//!   are compared.
//!
//! `LADDER=name,…` runs these rungs only; `LADDER_KEEP=folder` keeps their files there.

mod rules;
mod rungs;
mod sumo;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use self::rules::RULES;
use self::rungs::{RUNGS, Rung};
use self::sumo::{LANES, Sumo};
use super::peers::say;
use super::tools::Scratch;
use super::worlds::{World, s, sumo_file};

/// Seeds of a random comparison.
const SEEDS: u64 = 20;
/// How far exact runs, or the means over their starts, may be apart: a share.
const EXACT: f64 = 0.02;
/// How far the means of random runs may be apart: a share.
const RANDOM: f64 = 0.05;
/// How far the shares of a lane may be apart.
const LANE_SHARE: f64 = 0.10;
/// When a rung must be over, s.
const LIMIT: f64 = 7200.0;

/// What a run, or several, came to.
#[derive(Clone, Default)]
pub struct Outcome {
    arrived: f64,
    duration: f64,
    loss: f64,
    stood: f64,
    /// When the last vehicle arrived, s.
    last: f64,
    /// Collisions and red-running.
    defects: f64,
    /// Vehicle seconds by lane.
    lanes: BTreeMap<String, f64>,
}

impl Outcome {
    /// Enters a trip.
    fn arrive(&mut self, duration: f64, loss: f64, stood: f64, arrival: f64) {
        self.arrived += 1.0;
        self.duration += duration;
        self.loss += loss;
        self.stood += stood;
        self.last = self.last.max(arrival);
    }

    /// The mean of several runs, trips in the mean.
    fn mean(runs: &[Self]) -> Self {
        let n = runs.len() as f64;
        let mean = |of: fn(&Self) -> f64| runs.iter().map(of).sum::<f64>() / n;
        let mut lanes = BTreeMap::new();
        for (id, seconds) in runs.iter().flat_map(|r| &r.lanes) {
            *lanes.entry(id.clone()).or_default() += seconds / n;
        }
        Self {
            arrived: mean(|r| r.arrived),
            duration: mean(|r| r.duration / r.arrived),
            loss: mean(|r| r.loss / r.arrived),
            stood: mean(|r| r.stood / r.arrived),
            last: mean(|r| r.last),
            defects: mean(|r| r.defects),
            lanes,
        }
    }

    /// The share of an edge's vehicle seconds that were spent on one of its lanes.
    fn share(&self, edge: &str, lane: usize) -> f64 {
        let of = |k: usize| self.lanes.get(&format!("{edge}_{k}"));
        let all: f64 = (0..).map_while(|k| of(k).or(of(k + 1).map(|_| &0.0))).sum();
        of(lane).copied().unwrap_or(0.0) / all
    }
}

/// One line of the table.
struct Row {
    rung: &'static str,
    drivers: &'static str,
    what: String,
    ours: f64,
    theirs: f64,
    /// How far apart they are, and how far they may be; in shares of SUMO's figure.
    apart: f64,
    allowed: f64,
}

/// A rung's files.
struct Files {
    folder: PathBuf,
    _scratch: Scratch,
}

impl Files {
    /// Writes and builds everything a rung needs.
    fn of(rung: &Rung, sumo: &Sumo) -> Self {
        let scratch = Scratch::new();
        let folder = match env::var_os("LADDER_KEEP") {
            Some(keep) => Path::new(&keep).join(rung.name.replace(' ', "_")),
            None => scratch.path("files"),
        };
        std::fs::create_dir_all(&folder).expect("the folder can be written");
        let write = |name: &str, root: &str, content: &str| {
            std::fs::write(folder.join(name), format!("<{root}>\n{content}\n</{root}>\n"))
                .expect("the folder can be written");
        };
        let mut parts = vec![("-n", "x.nod.xml"), ("-e", "x.edg.xml")];
        write("x.nod.xml", "nodes", rung.nodes);
        write("x.edg.xml", "edges", rung.edges);
        if !rung.types.is_empty() {
            write("x.typ.xml", "types", rung.types);
            parts.push(("-t", "x.typ.xml"));
        }
        if !rung.connections.is_empty() {
            write("x.con.xml", "connections", rung.connections);
            parts.push(("-x", "x.con.xml"));
        }
        if !rung.programs.is_empty() {
            write("x.tll.xml", "tlLogics", rung.programs);
            parts.push(("-i", "x.tll.xml"));
        }
        sumo.build(&folder, &parts, rung.options);
        write("x.add.xml", "additional", &format!("<laneData id=\"lanes\" file=\"{LANES}\"/>\n{}", rung.additional));
        let exact = rung.demand.replace("DRIVER", r#"sigma="0" speedDev="0""#);
        let starts = (1..=rung.starts).map(|start| (format!("exact-{start}"), started(&exact, start)));
        let random = rung.demand.replace("DRIVER", r#"sigma="0.5" speedDev="0.1""#);
        for (name, demand) in starts.chain([("random".to_owned(), random)]) {
            write(&format!("{name}.rou.xml"), "routes", &demand);
            let config = format!(
                r#"<input><net-file value="x.net.xml"/><route-files value="{name}.rou.xml"/>
<additional-files value="x.add.xml"/></input><time><begin value="0"/></time>
<processing><time-to-teleport value="-1"/></processing>"#
            );
            write(&format!("{name}.sumocfg"), "configuration", &config);
        }
        Self { folder, _scratch: scratch }
    }
}

/// A demand whose flows, each a line, begin a part of their period later: another part for each flow and start.
fn started(demand: &str, start: u64) -> String {
    let (flows, mut lines): (Vec<&str>, Vec<&str>) = demand.lines().partition(|line| line.starts_with("<flow "));
    let mut later: Vec<(f64, String)> = Vec::new();
    for (k, flow) in (1..).zip(flows) {
        let attribute = |name: &str| {
            let (_, rest) = flow.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()?.parse::<f64>().ok()
        };
        let (begin, period) = attribute("begin").zip(attribute("period")).expect("a flow has a begin and a period");
        // The golden section spreads any number of starts evenly.
        let begins = begin + period * ((start - 1) as f64 * f64::from(k) * 0.618_034).fract();
        later.push((begins, flow.replace(&format!(" begin=\"{begin}\""), &format!(" begin=\"{begins:.2}\""))));
    }
    // SUMO leaves out what begins earlier than what stands before it.
    later.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.extend(later.iter().map(|(_, flow)| flow.as_str()));
    lines.join("\n")
}

/// Runs a scenario of ours to its end.
fn simulate(world: &World) -> Outcome {
    let mut seconds = vec![0.0; world.network.lanes.len()];
    let dt = world.setup.step.seconds();
    let mut sim = world.start();
    while !sim.is_empty() && sim.now() < s(LIMIT) {
        sim.step();
        for (all, lane) in seconds.iter_mut().zip(&sim.traffic().lanes) {
            *all += dt * lane.vehicles.len() as f64;
        }
    }
    let m = sim.measures();
    let mut outcome = Outcome { defects: (m.collisions + m.red_running) as f64, ..Outcome::default() };
    for trip in &m.trips {
        let (Some(entered), Some(arrived)) = (trip.entered, trip.arrived) else { continue };
        let (loss, stood) = (f64::from(trip.time_loss), f64::from(trip.waiting));
        outcome.arrive((arrived - entered).seconds(), loss, stood, arrived.seconds());
    }
    outcome.lanes = world.network.lanes.iter().map(|l| l.id.clone()).zip(seconds).collect();
    outcome
}

/// Compares one kind of drivers on a rung.
fn compare(rung: &'static Rung, drivers: &'static str, ours: &[Outcome], theirs: &[Outcome], rows: &mut Vec<Row>) {
    let (ours, theirs) = (Outcome::mean(ours), Outcome::mean(theirs));
    let tolerance = if drivers == "exact" { EXACT } else { RANDOM };
    let mut row = |what: String, ours: f64, theirs: f64, apart: f64, allowed: f64| {
        rows.push(Row { rung: rung.name, drivers, what, ours, theirs, apart, allowed });
    };
    let mut relative = |what: &str, of: fn(&Outcome) -> f64, allowed: f64| {
        let (a, b) = (of(&ours), of(&theirs));
        row(what.into(), a, b, (a - b) / b, allowed);
    };
    relative("arrived", |o| o.arrived, 0.0);
    relative("duration s", |o| o.duration, tolerance);
    relative("last arrival s", |o| o.last, tolerance);
    // What is lost is a part of the duration: it may be as far apart in seconds.
    let allowed = tolerance * theirs.duration / theirs.loss;
    relative("time loss s", |o| o.loss, allowed);
    if ours.defects > 0.0 {
        row("collisions, red-running".into(), ours.defects, 0.0, 1.0, 0.0);
    }
    for &(edge, lane) in rung.lanes {
        let (a, b) = (ours.share(edge, lane), theirs.share(edge, lane));
        row(format!("share of {edge}_{lane}"), a, b, a - b, LANE_SHARE);
    }
}

#[test]
fn ladder() {
    let Some(sumo) = Sumo::find() else { return };
    let chosen = env::var("LADDER").unwrap_or_default();
    let chosen = |r: &&Rung| chosen.is_empty() || chosen.split(',').any(|c| r.name.contains(c));
    let rungs: Vec<&'static Rung> = RUNGS.iter().chain(RULES).filter(chosen).collect();
    let files: Vec<Files> = rungs.par_iter().map(|r| Files::of(r, &sumo)).collect();
    let mut jobs = Vec::new();
    for (i, rung) in rungs.iter().enumerate() {
        // SUMO breaks circles of equals by chance even where nobody dawdles: a start has its own seed too.
        jobs.extend((1..=rung.starts).map(|start| (i, "exact", start)));
        jobs.extend((1..=SEEDS).map(|seed| (i, "random", seed)));
    }
    let outcomes: Vec<(Outcome, Outcome)> = jobs
        .par_iter()
        .map(|&(i, drivers, seed)| {
            let start = if drivers == "exact" { format!("-{seed}") } else { String::new() };
            let config = format!("{drivers}{start}.sumocfg");
            let world = sumo_file(&files[i].folder.join(&config)).seed(seed);
            (simulate(&world), sumo.simulate(&files[i].folder, &config, seed))
        })
        .collect();
    let mut rows = Vec::new();
    for (i, rung) in rungs.iter().enumerate() {
        for drivers in ["exact", "random"] {
            let of = jobs.iter().zip(&outcomes).filter(|(j, _)| (j.0, j.1) == (i, drivers)).map(|(_, o)| o.clone());
            let (ours, theirs): (Vec<_>, Vec<_>) = of.unzip();
            compare(rung, drivers, &ours, &theirs, &mut rows);
        }
    }
    let mut table = format!(
        "\n{:<26}{:<8}{:<20}{:>9}{:>9}{:>9}{:>9}\n",
        "rung", "drivers", "measure", "ours", "SUMO", "apart", "allowed"
    );
    let mut broken = 0;
    for r in &rows {
        // A figure that is none holds nothing.
        let holds = r.apart.abs() <= r.allowed;
        let fails = !holds;
        broken += usize::from(fails);
        writeln!(
            table,
            "{:<26}{:<8}{:<20}{:>9.2}{:>9.2}{:>+8.1}%{:>8.1}%{}",
            r.rung,
            r.drivers,
            r.what,
            r.ours,
            r.theirs,
            100.0 * r.apart,
            100.0 * r.allowed,
            if fails { "  <<<" } else { "" }
        )
        .expect("a string can be written");
    }
    say(&table);
    assert_eq!(broken, 0, "measures outside their tolerance, marked <<< in the table above");
}

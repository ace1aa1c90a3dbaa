//! `intergreen calibrate`: what is known is found again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use intergreen::calibrate::{Count, Fit, Model, Site, Sources, fit};
use intergreen::demand::{Source, VehicleType};
use intergreen::instruments::Instruments;
use intergreen::network::{LinkId, Network};
use intergreen::scenario::Scenario;
use intergreen::sim::Setup;
use intergreen::validation::discharge::saturation_and_lost_time;
use intergreen_control::Millis;

use crate::tools::{Scratch, run};

/// A grid of nine signals with its generated traffic, 12 ends with five flows each.
const GRID: &str = r#"(version: 2, name: "nine", end: 3600, network: grid(columns: 3, rows: 3, demand: 1.4),
    vehicles: [(id: "car")])"#;

/// The grid with one thing to count: each quarter of an hour on every second street.
fn model() -> (Model, Vec<Count>) {
    let scenario = Scenario::from_ron(GRID, "nine.ron").expect("it is sound");
    let (network, demand) = scenario.build().expect("it is sound");
    let network = Arc::new(network);
    let setup = Setup { end: Some(Millis(3_600_000)), step: Millis(500), ..Setup::default() };
    let roads: Vec<LinkId> = (0..network.links.len()).map(LinkId::new).filter(|&l| !network.link(l).internal).collect();
    let mut counts = Vec::new();
    for &link in roads.iter().step_by(2) {
        for quarter in 0..4 {
            let from = 900.0 * f64::from(quarter);
            let name = network.link(link).id.clone();
            counts.push(Count { name, site: Site::Start(link), from, to: from + 900.0, vehicles: 0.0 });
        }
    }
    let (commands, instruments) = (Vec::new(), Instruments::default());
    (Model { network, demand, setup, commands, instruments }, counts)
}

/// The first street of a source.
fn first(model: &Model) -> impl Fn(&Source) -> String + use<> {
    let (network, routes): (Arc<Network>, Vec<LinkId>) =
        (model.network.clone(), model.demand.routes.iter().map(|r| r.links[0]).collect());
    move |s| network.link(routes[s.routes[0].0.index()]).id.clone()
}

/// Counts of a town in which the west sends half as much again, the south half, and the others as much as assumed.
#[test]
fn distorted_demand_is_found_again() {
    let (model, mut counts) = model();
    let stop = AtomicBool::new(false);
    let sources = Sources::new(&model.demand, first(&model), false);
    let truth = |name: &str| match name.chars().next() {
        Some('h') => 1.5,
        Some('v') => 0.5,
        _ => 1.0,
    };
    let known: Vec<f64> = sources.names.iter().map(|n| truth(n)).collect();
    // What is counted is one day, of another seed than any run that is compared with it.
    let (demand, _) = sources.demand(&model.demand, &known, 1);
    let real = Model { demand, ..model.clone() };
    let all = Sources::new(&real.demand, first(&real), true);
    let once = Fit { seeds: vec![77], rounds: 1, from: 1.0 };
    let day = fit(&real, &all, &counts, &once, &stop, &mut |_| ()).expect("it runs").expect("a round");
    counts.iter_mut().zip(&day.best.counts).for_each(|(count, seen)| count.vehicles = seen.measured);
    let how = Fit { seeds: vec![1, 2, 3], rounds: 6, from: 1.0 };
    let fitted = fit(&model, &sources, &counts, &how, &stop, &mut |_| ()).expect("it runs").expect("a round");
    let (before, after) = (fitted.before.matching(), fitted.best.matching());
    println!("{:.0} % before, {:.0} % after, {} rounds", 100.0 * before, 100.0 * after, fitted.rounds);
    assert!(before < 0.8, "the assumed demand must not fit: {before}");
    assert!(fitted.best.suffices(), "{after}");
    assert!(fitted.seen.iter().all(|s| *s));
    // Three ends each: 3 × 350 veh/h. A day's count of so many has a deviation of 1/√1050 = 3 %, the mean of three runs
    // 2 %, together 3.6 %: three of them, and 5 % by which the prior may hold a factor back.
    let mut ends: BTreeMap<char, (f64, f64)> = BTreeMap::new();
    for (i, name) in sources.names.iter().enumerate() {
        let from = name.trim_start_matches('-').chars().next().unwrap_or(' ');
        let side = if name.starts_with('-') { from.to_ascii_uppercase() } else { from };
        let rate = |f: f64| f * rate_of(&model, name);
        let end = ends.entry(side).or_default();
        *end = (end.0 + rate(fitted.best.factors[i]), end.1 + rate(known[i]));
    }
    for (side, (found, wanted)) in ends {
        println!("{side}: {found:.0} veh/h found, {wanted:.0} known");
        assert!((found / wanted - 1.0).abs() < 0.16, "{side}: {found:.0} veh/h found, {wanted:.0} known");
    }
    // The same again for any number of threads: runs are independent and summed in order.
    let again = fit(&model, &sources, &counts, &how, &stop, &mut |_| ()).expect("it runs").expect("a round");
    assert_eq!(fitted, again);
    // Stopped before the first round is over, there is nothing.
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(fit(&model, &sources, &counts, &how, &stop, &mut |_| ()), Ok(None));
}

/// veh/h of a source.
fn rate_of(model: &Model, name: &str) -> f64 {
    let of = |s: &Source| match s.timing {
        intergreen::demand::Timing::Poisson { rate, .. } => rate * 3600.0,
        _ => 0.0,
    };
    model.demand.sources.iter().filter(|s| s.id == name).map(of).sum()
}

/// Counts of a run of the program; one factor for all demand; what is written runs and fits.
#[test]
fn a_factor_is_found_from_edge_data() {
    let scratch = Scratch::new();
    let nine = scratch.write("nine.ron", GRID);
    let (nine, out) = (nine.to_str().expect("a name"), scratch.path("out"));
    let said = run(["run", nine, "--scale", "1.3", "--seed", "9", "-q", "--out", out.to_str().expect("a name")]);
    assert_eq!(said.code, 0, "{said:?}");
    let counts = scratch.path("out/edgedata.xml");
    let fit = scratch.path("fit.ron");
    let (counts, fit) = (counts.to_str().expect("a name"), fit.to_str().expect("a name"));
    let said = run(["calibrate", nine, "--counts", counts, "--fit", "total", "--out", fit, "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("one object");
    let factor = json["factors"][0]["factor"].as_f64().expect("a factor");
    // 5500 vehicles a day: deviations of 1.3 % and, of three runs, 0.8 %; four of both together.
    assert!((factor / 1.3 - 1.0).abs() < 0.06, "{factor}");
    assert!(json["suffices"].as_bool() == Some(true) && json["matching"].as_f64() > Some(0.85), "{json}");
    let said = run(["run", fit, "-q", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("one object");
    let loaded = json["vehicles"]["loaded"].as_f64().expect("a number");
    let plain = run(["run", nine, "-q", "--json"]);
    let plain: serde_json::Value = serde_json::from_str(&plain.stdout).expect("one object");
    let share = loaded / plain["vehicles"]["loaded"].as_f64().expect("a number");
    assert!((share / factor - 1.0).abs() < 0.05, "{share} is written, {factor} was found");
}

/// Drivers of a known headway are found from the saturation flow that they have.
#[test]
fn a_headway_is_found_from_saturation_flows() {
    let scratch = Scratch::new();
    let nine = scratch.write("nine.ron", GRID);
    let known = VehicleType { tau: 1.6, ..VehicleType::calibrated("car") };
    let (flow, _) = saturation_and_lost_time(&known, 50.0 / 3.6, 0.5, 3);
    let table = scratch.write("flows.csv", format!("lane,saturation\nh1_1_0,{flow:.1}\n"));
    let fit = scratch.path("fit.ron");
    let words = ["calibrate", nine.to_str().expect("a name"), "--saturation", table.to_str().expect("a name"), "--out"];
    let said = run(words.into_iter().chain([fit.to_str().expect("a name")]));
    assert_eq!(said.code, 0, "{said:?}");
    let line = scratch.read("fit.ron").lines().find(|l| l.contains("tau:")).map(str::to_owned).expect("it is written");
    let tau: f64 = line.trim().trim_start_matches("tau:").trim_end_matches(',').trim().parse().expect("a number");
    // The table has a tenth of a vehicle, and bisection half a thousandth of a second.
    assert!((tau - 1.6).abs() < 0.005, "{line}");
}

#[test]
fn what_cannot_be_used_is_said() {
    let scratch = Scratch::new();
    let nine = scratch.write("nine.ron", GRID);
    let nine = nine.to_str().expect("a name");
    for (name, text, option, expected) in [
        ("c.csv", "edge,from,to,count\nh1_1,0,900,10\nh9_9,0,900,10\n", "--counts", "c.csv:3: 'h9_9' is neither"),
        (
            "c.csv",
            "edge,from,to,count\nh1_1,0,7200,10\n",
            "--counts",
            "from 0 to 7200 s; expected times of the scenario",
        ),
        (
            "c.xml",
            "<meandata><interval begin='0' end='9'><edge id='h1_1'/></interval></meandata>",
            "--counts",
            "has none of",
        ),
        ("s.csv", "lane,saturation\nh1_1,90\n", "--saturation", "s.csv:2: saturation '90'; expected 300 to 4000"),
    ] {
        let file = scratch.write(name, text);
        let said = run(["calibrate", nine, option, file.to_str().expect("a name")]);
        assert!(said.code == 2 && said.stderr.contains(expected), "{said:?}\nexpected: {expected}");
    }
    assert_eq!(run(["calibrate", nine]).code, 2);
}

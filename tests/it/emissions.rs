//! Fuel and CO₂ of runs: the books add up, do not depend on threads or interruptions, and change nothing.

use intergreen::emission::{EmissionClass, Engine, Model};
use intergreen::sim::Simulation;
use intergreen::sim::emissions::Burnt;

use crate::tools::{NET, ROUTES, Scratch, run};
use crate::worlds::{World, arterial, s};

fn with(mut world: World, model: Option<Model>) -> World {
    world.setup.emissions = model;
    world
}

fn sum<'a>(all: impl IntoIterator<Item = &'a Burnt>) -> Burnt {
    let mut total = Burnt::default();
    all.into_iter().for_each(|b| total.add(b));
    total
}

/// Sums of the same numbers in another order: rounding of some ten thousand additions.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[test]
fn books_change_nothing_and_add_up() {
    let off = with(arterial(), None).until(600.0, |_| {});
    assert!(off.emissions().books().is_none() && off.emissions().total(off.scene()).is_none());
    for model in [Model::Cpfm, Model::VtMicro] {
        let on = with(arterial(), Some(model)).until(600.0, |_| {});
        assert_eq!(on.state_hash(), off.state_hash());
        let books = on.emissions().books().expect("they are kept");
        let (vehicles, links) = (sum(&books.vehicles), sum(&books.links));
        assert!(vehicles.fuel > 1.0 && 0.0 < vehicles.idle && vehicles.idle < vehicles.co2, "{vehicles:?}");
        for (a, b) in [(vehicles.fuel, links.fuel), (vehicles.co2, links.co2), (vehicles.idle, links.idle)] {
            assert!(same(a, b), "{model:?}: {a} by vehicle, {b} by link");
        }
        assert!(books.links.iter().filter(|b| b.co2 > 0.0).count() > 10, "everywhere somebody drives");
    }
}

#[test]
fn books_do_not_depend_on_threads() {
    let books = |threads| {
        let world = with(arterial(), Some(Model::Cpfm)).threads(threads);
        world.until(300.0, |_| {}).emissions().books().cloned()
    };
    let one = books(1);
    assert!(one.is_some());
    for threads in [2, 3, 4] {
        assert!(books(threads) == one, "{threads} threads");
    }
}

#[test]
fn books_are_kept_in_checkpoints() {
    let world = with(arterial(), Some(Model::Cpfm));
    let until = |sim: &mut Simulation, time: f64| {
        while sim.now() < world.setup.begin + s(time) {
            sim.step();
        }
    };
    let mut whole = world.start();
    until(&mut whole, 137.0);
    let (saved, snapshot) = (whole.save(), whole.snapshot());
    until(&mut whole, 300.0);
    let mut resumed = world.start();
    resumed.load(&saved).expect("it is of such a run");
    until(&mut resumed, 300.0);
    let mut back = world.start();
    until(&mut back, 20.0);
    back.restore(&snapshot).expect("it is of such a run");
    until(&mut back, 300.0);
    for sim in [&resumed, &back] {
        assert_eq!(sim.emissions().books(), whole.emissions().books());
    }
    assert!(resumed.save() == whole.save());
    // A reset begins anew.
    back.reset(world.setup.seed).expect("a run can be reset");
    assert_eq!(back.emissions().total(back.scene()), Some(Burnt::default()));
    // Half a run has no whole book.
    for other in [None, Some(Model::VtMicro)] {
        let error = with(world.clone(), other).start().load(&saved).expect_err("another model").to_string();
        assert!(error.contains("was made with emissions cpfm; this run has"), "{error}");
    }
}

#[test]
fn vehicles_are_what_their_types_say() {
    let mut world = with(arterial(), Some(Model::Cpfm));
    let demand = std::sync::Arc::make_mut(&mut world.demand);
    demand.types.iter_mut().for_each(|t| t.emission = EmissionClass::None);
    let sim = world.until(120.0, |_| {});
    assert!(sim.measures().inserted > 10);
    assert_eq!(sim.emissions().total(sim.scene()), Some(Burnt::default()));
}

#[test]
fn the_command_line_reports_them() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let out = scratch.path("out");
    let said = run(["run", config, "--json", "--quiet", "--safety", "--out", out.to_str().unwrap()]);
    let json = said.json();
    let number = |name: &str| json[name].as_f64().unwrap_or_else(|| panic!("{name}: {json}"));
    assert_eq!(json["emissions"], "cpfm");
    let (co2, fuel, idle) = (number("co2_kg"), number("fuel_l"), number("co2_idle_share"));
    assert!(co2 > 0.1 && same(co2 * 1000.0, fuel * 2310.0) && (0.0..1.0).contains(&idle), "{json}");
    assert!(json["encounters"]["ttc_following"].is_u64(), "{json}");
    // Sums over trips, over links, and over what SUMO's tools read: rounded to hundredths of a gram and a milligram.
    let column = |file: &str, name: &str| {
        let mut csv = csv::Reader::from_path(out.join(file)).expect(file);
        let at = csv.headers().expect("a head").iter().position(|h| h == name).expect(name);
        csv.records().map(|r| r.expect("a row")[at].parse::<f64>().unwrap_or(0.0)).sum::<f64>()
    };
    let near = |grams: f64, what: &str| assert!((grams - co2 * 1000.0).abs() < 0.5, "{what}: {grams} of {co2} kg");
    near(column("trips.csv", "co2_g"), "trips");
    near(column("emissions.csv", "co2_g"), "links");
    let attribute = |file: &str, name: &str| {
        let (text, start) = (scratch.read(file), format!("{name}=\""));
        let found = text.split(&start).skip(1);
        found.map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap()).sum::<f64>()
    };
    near(attribute("out/tripinfo.xml", "CO2_abs") / 1000.0, "tripinfo");
    // Without the junction itself, and by the time that fronts are on the road: less, but most of it.
    let edges = attribute("out/edgedata.xml", "CO2_abs") / 1e6;
    assert!(edges < co2 && edges > 0.8 * co2, "{edges} of {co2} kg");
    assert!(
        (attribute("out/edgedata.xml", "fuel_abs") / attribute("out/edgedata.xml", "CO2_abs") - 742.0 / 2310.0).abs()
            < 1e-3
    );
    let head = scratch.read("out/conflicts.csv");
    assert!(
        head.starts_with(
            "junction,ttc_following,ttc_converging,pet_below_5_s,pet_below_1_5_s,least_ttc_s,least_pet_s\n"
        )
    );
    // Off: nothing is said of them, and the run is the same.
    let off = run(["run", config, "--json", "--quiet", "--emissions", "off"]).json();
    assert!(off["co2_kg"].is_null() && off["emissions"] == "off" && off.get("encounters").is_none(), "{off}");
    assert_eq!(off["state_hash"], json["state_hash"]);
    let text = run(["run", config, "--quiet", "--emissions", "vt-micro"]).stdout;
    assert!(text.contains("CO₂") && text.contains("vt-micro"), "{text}");
    assert_eq!(run(["run", config, "--emissions", "hbefa"]).code, 2);
}

/// A car that stands at a red lamp burns its idle, and that is all of it that counts as idling.
#[test]
fn standing_burns_the_idle() {
    let (network, trips) = {
        use crate::worlds::{Trips, alike, road, rolling};
        let network = road(intergreen::network::compose::NodeKind::Signal, 200.0, 200.0, 1)
            .signal("x", 100.0, &[(200.0, &["in"]), (300.0, &[])])
            .build();
        let mut trips = Trips::new(&network, alike());
        trips.one("car", 0.0, &["in", "out"], rolling());
        (network, trips)
    };
    assert!(!network.signals.is_empty());
    let sim = with(trips.world("one car"), Some(Model::Cpfm)).drain(300.0, |_| {});
    let burnt = sim.emissions().books().expect("they are kept").vehicles[0];
    let idle = Engine::new(EmissionClass::Car, Model::Cpfm).idle();
    let stood = f64::from(sim.measures().trips[0].waiting);
    // Who creeps up to the line at less than 0.1 m/s stands, too, with a little power: less than a thousandth.
    let extra = burnt.idle / (stood * idle) - 1.0;
    assert!(stood > 60.0 && (0.0..1e-3).contains(&extra), "{stood} s, {} g, idle {idle} g/s", burnt.idle);
    assert!(burnt.idle < burnt.co2);
}

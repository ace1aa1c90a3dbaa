//! `export sumo`: what is read back is the same scenario, and SUMO loads it and comes to the same.

use std::path::{Path, PathBuf};

use intergreen::cli::{Loaded, load};
use intergreen::demand::{Departure, expand};
use intergreen::network::Network;

use crate::peers;
use crate::tools::{NET, ROUTES, Scratch, run};
use crate::worlds::data_file;

/// Exports a scenario into a folder; returns the configuration.
fn export(scenario: &Path, folder: &Path, more: &[&str]) -> PathBuf {
    let config = folder.join("x.sumocfg");
    let all = ["export", "sumo", scenario.to_str().unwrap(), "-o", config.to_str().unwrap()];
    let said = run(all.iter().chain(more));
    assert_eq!(said.code, 0, "{said:?}");
    config
}

/// The first part of two networks that differs, names aside where `names` is false.
fn difference(a: &Network, b: &Network) -> Option<String> {
    macro_rules! same {
        ($what:expr, $a:expr, $b:expr) => {
            if $a != $b {
                return Some(format!("{}: {:?} became {:?}", $what, $a, $b));
            }
        };
    }
    same!("traffic on the left", a.left_hand, b.left_hand);
    let sizes = |n: &Network| [n.links.len(), n.lanes.len(), n.movements.len(), n.junctions.len(), n.signals.len()];
    same!("links, lanes, movements, junctions, signals", sizes(a), sizes(b));
    for (x, y) in a.links.iter().zip(&b.links) {
        let of = |l: &intergreen::network::Link| {
            (l.id.clone(), l.lanes.clone(), l.from, l.to, l.internal, l.roundabout, l.priority, l.fringe)
        };
        same!("link", of(x), of(y));
    }
    for (x, y) in a.lanes.iter().zip(&b.lanes) {
        same!("lane", x.id, y.id);
        let id = &x.id;
        same!(format!("lane {id}"), (x.length, x.speed_limit, x.width), (y.length, y.speed_limit, y.width));
        same!(format!("who may use lane {id}"), x.permissions, y.permissions);
        same!(format!("rules of lane {id}"), x.rules, y.rules);
        same!(format!("shape of lane {id}"), x.shape, y.shape);
        same!(format!("conflicts of lane {id}"), format!("{:?}", x.conflicts), format!("{:?}", y.conflicts));
    }
    for (x, y) in a.movements.iter().zip(&b.movements) {
        // The row's number is the file's business.
        let of = |m: &intergreen::network::Movement| {
            format!("{:?}", intergreen::network::Movement { request: None, ..m.clone() })
        };
        same!(format!("movement from lane {}", a.lane(x.from).id), of(x), of(y));
    }
    for (x, y) in a.junctions.iter().zip(&b.junctions) {
        let of = |j: &intergreen::network::Junction| (j.id.clone(), j.position, j.shape.clone(), j.entries.clone());
        same!("junction", of(x), of(y));
    }
    for (x, y) in a.signals.iter().zip(&b.signals) {
        let of = |s: &intergreen::network::Signal| (s.id.clone(), s.program.clone(), s.movements.clone());
        same!("signal", of(x), of(y));
    }
    None
}

/// A vehicle as it departs, with its route spelled out.
fn vehicles(loaded: &Loaded) -> Vec<String> {
    let demand = &loaded.demand;
    let spelled = |d: &Departure| {
        let route = &demand.routes[d.route.index()];
        format!("{} {:?} {:?} {:?} {:?}", d.id, d.depart, demand.types[d.kind.index()], route, d.manner)
    };
    expand(demand, loaded.seed, loaded.begin, loaded.end).iter().map(spelled).collect()
}

/// The scenarios of the data folder.
const IMPORTED: [&str; 6] = [
    "grid/g4/g4",
    "resco/grid4x4/grid4x4",
    "resco/cologne1/cologne1",
    "resco/cologne8/cologne8",
    "resco/ingolstadt7/ingolstadt7",
    "bologna/acosta/acosta",
];

/// Holds a scenario against what it was read from.
fn check_same(file: &Path, config: &Path) {
    let [a, b] = [file, config].map(|f| load(Some(f), &[]).unwrap_or_else(|e| panic!("{}: {e}", f.display())));
    let file = file.display();
    assert_eq!(difference(&a.network, &b.network), None, "{file}");
    assert_eq!((a.begin, a.end, a.step, a.seed, a.routing), (b.begin, b.end, b.step, b.seed, b.routing), "{file}");
    assert_eq!(a.demand.places, b.demand.places, "{file}");
    assert_eq!(a.instruments, b.instruments, "{file}");
    let (x, y) = (vehicles(&a), vehicles(&b));
    assert_eq!(x.len(), y.len(), "{file}");
    x.iter().zip(&y).for_each(|(x, y)| assert_eq!(x, y, "{file}"));
}

#[test]
fn an_imported_scenario_comes_out_as_it_went_in() {
    for scenario in IMPORTED {
        let Some(file) = data_file(&format!("{scenario}.sumocfg")) else { continue };
        let scratch = Scratch::new();
        check_same(&file, &export(&file, &scratch.path("."), &[]));
    }
}

#[test]
fn what_is_read_back_goes_through_the_same_states() {
    // Trips that find their way at departure, and buses with stops and timetables.
    for (scenario, until) in [("resco/cologne1/cologne1", "26400"), ("bologna/acosta/acosta", "600")] {
        let Some(file) = data_file(&format!("{scenario}.sumocfg")) else { continue };
        let scratch = Scratch::new();
        let config = export(&file, &scratch.path("."), &["--scale", "0.7", "--seed", "5"]);
        let hash = |config: &Path, more: &[&str]| {
            let all = [config.to_str().unwrap(), "--json", "--quiet", "--until", until];
            let said = run(all.iter().chain(more));
            let json = said.json();
            assert!(said.code == 0 && json["vehicles"]["arrived"].as_u64() > Some(100), "{said:?}");
            json["state_hash"].clone()
        };
        let ours = hash(&file, &["--scale", "0.7", "--seed", "5"]);
        // The file holds what the options said.
        assert_eq!(hash(&config, &[]), ours, "{scenario}");
    }
}

/// What SUMO said about a configuration, and its trips.
fn sumo(config: &Path, trips: &Path, more: &[&str]) -> Option<(String, Vec<Trip>)> {
    let bin = peers::sumo()?;
    let mut all = vec!["-c", config.to_str().unwrap(), "--no-step-log", "--duration-log.disable"];
    if !more.contains(&"--end") {
        all.extend(["--end", "-1"]);
    }
    all.extend(["--time-to-teleport", "-1", "--tripinfo-output", trips.to_str().unwrap()]);
    all.extend(more);
    let said = peers::run(&bin.join("sumo"), trips.parent().unwrap(), &all);
    let attributes = peers::attributes(trips);
    let number = |place: &str, name: &str| attributes[&format!("{place} {name}")].parse::<f64>().unwrap();
    let places = attributes.keys().filter(|k| k.starts_with("/tripinfos/tripinfo[") && k.ends_with(']'));
    Some((said, places.map(|p| (p.clone(), number(p, "arrival"), number(p, "duration"))).collect()))
}

/// Its place with its name, when it arrived, and how long it took, s.
type Trip = (String, f64, f64);

#[test]
fn sumo_drives_the_arterial_as_we_do() {
    let scratch = Scratch::new();
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/arterial.ron");
    let config = export(&bundled, &scratch.path("."), &["--behaviour", "krauss"]);
    let Some((said, trips)) = sumo(&config, &scratch.path("trips.xml"), &[]) else { return };
    assert_eq!(said.trim(), "", "SUMO has nothing to say against it");
    let ours = run([bundled.to_str().unwrap(), "--behaviour", "krauss", "--drain", "--json", "--quiet"]).json();
    assert_eq!(ours["vehicles"]["arrived"], trips.len());
    let theirs = trips.iter().map(|t| t.2).sum::<f64>() / trips.len() as f64;
    let ours = ours["mean_duration_s"].as_f64().unwrap();
    // Seeds move the mean by half a per cent (170.3 to 171.0 s in SUMO); the models are the same, lamps are obeyed a
    // step apart. A wrong program or a wrong right of way is several per cent.
    assert!((ours / theirs - 1.0).abs() < 0.03, "{ours} {theirs}");
}

/// The same of the city, which has roundabouts, bus lanes and stops besides.
#[test]
fn sumo_drives_the_city_as_we_do() {
    let scratch = Scratch::new();
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/city.ron");
    let config = export(&bundled, &scratch.path("."), &["--behaviour", "krauss"]);
    let Some((said, trips)) = sumo(&config, &scratch.path("trips.xml"), &[]) else { return };
    assert!(!said.contains("Error"), "{said}");
    let ours = run(["city", "--behaviour", "krauss", "--drain", "--json", "--quiet"]).json();
    assert_eq!(ours["vehicles"]["arrived"], trips.len());
    let theirs = trips.iter().map(|t| t.2).sum::<f64>() / trips.len() as f64;
    let ours = ours["mean_duration_s"].as_f64().unwrap();
    // What the issue asks for. Seen: SUMO 293.2 s, ours 284.2 to 285.7 s over three seeds.
    assert!((ours / theirs - 1.0).abs() < 0.1, "{ours} {theirs}");
}

#[test]
fn sumo_drives_an_export_as_it_drives_the_original() {
    let Some(file) = data_file("resco/cologne1/cologne1.sumocfg") else { return };
    let scratch = Scratch::new();
    let config = export(&file, &scratch.path("."), &[]);
    // SUMO 1.28 is not the same in every process: of 40 runs of the original with this seed 34 gave one outcome, 6 another.
    // So a run of either is asked for that gives what some run of the other gave: that of 7 pairs none does is, even at
    // even odds, as likely as 1 in 8,000.
    let (mut originals, mut exports) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        let all = [(&file, "a.xml"), (&config, "b.xml")].map(|(c, out)| sumo(c, &scratch.path(out), &["--seed", "7"]));
        let [Some((_, a)), Some((said, b))] = all else { return };
        assert!(!said.contains("Error"), "{said}");
        assert_eq!(a.len(), 2015);
        originals.push(a);
        exports.push(b);
        // Every trip, to the hundredth of a second: nothing that SUMO looks at has changed.
        if originals.iter().any(|a| exports.contains(a)) {
            return;
        }
    }
    panic!("in 7 runs SUMO never drove the export as it drove the original");
}

#[test]
fn names_that_sumo_refuses_are_changed_and_noted() {
    let scratch = Scratch::new();
    let bundled = include_str!("../../scenarios/arterial.ron");
    let text = bundled
        .replace("\"hn\"", "\"h<&;'ñ,|\"")
        .replace("\"hn:", "\"h<&;'ñ,|:")
        .replace("id: \"a\"", "id: \"ä>\"")
        .replace("\"a\"", "\"ä>\"");
    let scenario = scratch.write("odd names.ron", text.replace("name: \"arterial\"", "name: \"a \u{1}-- <odd> näme\""));
    let folder = scratch.path("out");
    let said = run(["export", "sumo", scenario.to_str().unwrap(), "-o", folder.to_str().unwrap()]);
    assert!(said.code == 0 && said.stderr.contains("names that SUMO refuses"), "{said:?}");
    let config = scratch.path("out/a__--__odd__näme.sumocfg");
    let loaded = load(Some(&config), &[]).unwrap();
    assert!(loaded.network.find_link("h____ñ__").is_some() && loaded.network.signals.len() == 8);
    assert_eq!(vehicles(&loaded).len(), vehicles(&load(Some(&scenario), &[]).unwrap()).len());
    let Some((said, trips)) = sumo(&config, &scratch.path("trips.xml"), &["--end", "300"]) else { return };
    assert!(!said.contains("Error") && trips.len() > 100, "{} {said}", trips.len());
}

#[test]
fn what_a_lane_asks_and_what_is_measured_comes_along() {
    let net = NET
        .replace("<net version", "<net lefthand=\"true\" version")
        .replace("<edge id=\"w\"", "<type id=\"t\"><restriction vClass=\"truck\" speed=\"8.3\"/></type><edge type=\"t\" id=\"w\"")
        .replace("shape=\"0,0 95,0\"/>", "changeLeft=\"bus\" shape=\"0,0 95,0\"><stopOffset value=\"3\" vClasses=\"truck\"/></lane><lane id=\"w_1\" index=\"1\" allow=\"bus taxi\" speed=\"9\" length=\"95\" shape=\"0,3 95,3\"/>")
        .replace("<lane id=\"n_0\"", "<lane disallow=\"pedestrian tram\" id=\"n_0\"")
        .replace("to=\"e\" fromLane=\"0\" toLane=\"0\" via", "to=\"e\" keepClear=\"0\" visibility=\"20\" fromLane=\"0\" toLane=\"0\" via");
    let routes = ROUTES.replace("</routes>", "<vehicle id=\"b\" depart=\"3.5\" departPos=\"20\" departLane=\"0\" arrivalPos=\"40\" departSpeed=\"max\"><route edges=\"w e\"/><stop busStop=\"B 1\" duration=\"10\" until=\"30\"/><stop lane=\"e_0\" startPos=\"10\" endPos=\"20\" duration=\"5\" parking=\"true\"/></vehicle></routes>");
    let (scratch, config) = Scratch::with_scenario(&net, &routes);
    scratch.write(
        "x.add.xml",
        r#"<additional><busStop id="B 1" lane="w_0" startPos="40" endPos="60"/>
<e1Detector id="d" lane="w_0" pos="9" file="e1.xml" period="60" vTypes="car"/>
<laneAreaDetector id="a" lane="w_0" pos="10" endPos="50" file="e2.xml" timeThreshold="2"/>
<entryExitDetector id="g" file="e3.xml" period="30"><detEntry lane="w_0" pos="5"/><detExit lane="e_0" pos="50"/></entryExitDetector>
<edgeData id="t" file="t.xml" begin="10" end="90" excludeEmpty="true" edges="w e"/>
<timedEvent type="SaveTLSStates" dest="l.xml"/></additional>"#,
    );
    let text = scratch.read("x.sumocfg");
    let text = text.replace("</input>", "<additional-files value=\"x.add.xml\"/></input>");
    scratch.write(
        "x.sumocfg",
        text.replace("<configuration>", "<configuration><output><tripinfo-output value=\"../mine.xml\"/></output>"),
    );
    let folder = scratch.path("out");
    std::fs::create_dir_all(&folder).unwrap();
    let exported = export(&config, &folder, &[]);
    let [mut a, mut b] = [&config, &exported].map(|f| load(Some(f), &[]).unwrap());
    assert_eq!(difference(&a.network, &b.network), None);
    assert_eq!((a.demand.places[0].id.as_str(), b.demand.places[0].id.as_str()), ("B 1", "B_1"));
    b.demand.places[0].id = "B 1".into();
    assert_eq!(a.demand.places, b.demand.places);
    assert_eq!(a.instruments, b.instruments);
    assert_eq!(b.outputs.tripinfo.as_deref(), Some("mine.xml"), "nothing is written outside the folder");
    let named = |loaded: &mut Loaded| {
        let list = vehicles(loaded);
        assert_eq!(list.len(), 21);
        list
    };
    assert_eq!(named(&mut a), named(&mut b));
    let Some((said, trips)) = sumo(&exported, &scratch.path("trips.xml"), &[]) else { return };
    assert!(!said.contains("Error") && trips.len() == 21, "{said}");
}

#[test]
fn equal_roads_get_the_rule_by_which_they_are_driven() {
    let mut net =
        NET.replace("traffic_light", "unregulated").replace(r#" tl="T""#, "").replace(r#"state="O""#, r#"state="M""#);
    net = net.replace(r#" linkIndex="0""#, "").replace(r#" linkIndex="1""#, "");
    for (from, to) in [("<tlLogic", "<junction id=\"W\""), ("<request", "</junction>")] {
        let (start, end) = (net.find(from).expect("it is there"), net.find(to).expect("it is there"));
        net.replace_range(start..end, "");
    }
    let (scratch, config) = Scratch::with_scenario(&net, ROUTES);
    let folder = scratch.path("out");
    std::fs::create_dir_all(&folder).unwrap();
    let exported = export(&config, &folder, &[]);
    let [a, b] = [&config, &exported].map(|f| load(Some(f), &[]).unwrap().network);
    assert!(a.movements.iter().any(|m| !m.yields_to.is_empty()), "the rule of equal roads holds");
    assert_eq!(difference(&a, &b), None);
    assert!(scratch.read("out/x.net.xml").contains("type=\"right_before_left\""));
}

#[test]
fn what_files_cannot_hold_is_refused_or_noted() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let config = config.to_str().unwrap();
    let commands = scratch.write("commands.ron", "[]");
    let out = scratch.path("out");
    let out = out.to_str().unwrap();
    let here = scratch.path(".");
    for (args, fragment) in [
        (vec![config, "-o", config], "the scenario is read from it"),
        (vec![config, "-o", here.to_str().unwrap()], "the scenario is read from it"),
        (vec![config, "-o", out, "--commands", commands.to_str().unwrap()], "no place for commands"),
        (vec![config, "-o", out, "--controller", "other"], "expected fixed_time"),
        (vec![config, "-o", commands.to_str().unwrap()], "expected a folder, or a .sumocfg in one"),
        (vec![config, "-o", "a b.sumocfg"], "expected another name"),
        (vec!["missing.sumocfg", "-o", out], "there is no such file"),
        (vec![config], "--output"),
    ] {
        let said = run([vec!["export", "sumo"], args.clone()].concat());
        assert!(said.code == 2 && said.stderr.contains(fragment), "{args:?}: {said:?}");
    }
    assert!(!Path::new(out).join("x.net.xml").exists(), "nothing is written by halves");
    assert_eq!(scratch.read("x.net.xml"), NET, "the source is as it was");
    let said = run(["export", "sumo", "-o", out]);
    for part in ["calibrated drivers written as IDM", "start-up delay", "headways"] {
        assert!(said.code == 0 && said.stderr.contains(part), "{said:?}");
    }
    let said = run(["export", "sumo", "-o", out, "--behaviour", "krauss"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
}

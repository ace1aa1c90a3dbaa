//! The shared scenarios, where they are at hand (`INTERGREEN_DATA`).

use std::path::PathBuf;

use super::*;
use crate::demand::routing::turn;
use crate::demand::{Departure, expand};
use crate::import::sumo::net::read_network;
use crate::random::key_of;

/// A file of the shared data; `None` where there is none, and the test has nothing to say.
fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var("INTERGREEN_DATA").unwrap_or_else(|_| "../shared/data".into());
    Some(PathBuf::from(root).join(path)).filter(|file| file.exists())
}

/// A scenario with its vehicles spelled out.
struct Loaded {
    network: Network,
    demand: Demand,
    all: Vec<Departure>,
    report: Report,
}

fn load(net: &str, files: &[&str], begin: f64, end: Option<f64>) -> Option<Loaded> {
    let network = read_network(&data(net)?, &[], &mut Report::default()).expect("a good network");
    let files: Vec<PathBuf> = files.iter().map(|f| data(f)).collect::<Option<_>>()?;
    let window = Window { begin: Millis::from_seconds(begin), end: end.map(Millis::from_seconds) };
    let mut report = Report::default();
    let demand = read_demand_in(&files, &network, window, &mut report).expect("good demand");
    let all = expand(&demand, 1, window.begin, window.end);
    Some(Loaded { network, demand, all, report })
}

impl Loaded {
    /// Mean length of the routes with the ways through the junctions, m, from where a vehicle enters whose rear
    /// bumper stands 0.1 m behind the start of its first lane, as SUMO has it.
    fn mean_route_length(&self) -> f64 {
        let sum: f64 = self.all.iter().map(|d| self.route_length(d)).sum();
        sum / self.all.len() as f64
    }

    fn route_length(&self, departure: &Departure) -> f64 {
        let (n, kind) = (&self.network, &self.demand.types[departure.kind.index()]);
        let links = &self.demand.routes[departure.route.index()].links;
        let road = |l: &LinkId| f64::from(n.lanes[n.link(*l).lanes.start as usize].length);
        let inside = |pair: &[LinkId]| {
            let entry = turn(n, pair[0], pair[1], kind.class).expect("a route can be driven");
            f64::from(n.movement(entry).inside_length)
        };
        links.iter().map(road).sum::<f64>() + links.windows(2).map(inside).sum::<f64>() - kind.length - 0.1
    }

    /// A fingerprint of who drives where.
    fn fingerprint(&self) -> u64 {
        let mut text = String::new();
        for d in &self.all {
            text.push_str(&d.id);
            for link in &self.demand.routes[d.route.index()].links {
                text.push(' ');
                text.push_str(&self.network.link(*link).id);
            }
            text.push('\n');
        }
        key_of(&text)
    }
}

/// Scenario, route file, begin, vehicles, mean route length in m, fingerprint of its routes. Where the file gives
/// trips, the fingerprint was taken of what SUMO 1.28's duarouter makes of them, not of the routes found here. SUMO
/// while it simulates routes trips on the travel times of the moment: 91 vehicles of cologne8 and 162 of ingolstadt7
/// drive elsewhere there, hence its slightly longer means (757.0 and 565.1 m).
const RESCO: &[(&str, &str, f64, usize, f64, u64)] = &[
    ("cologne1", "cologne1.rou.xml", 25_200.0, 2015, 337.8, 0xFD51_3FE0_20FE_3941),
    ("cologne8", "cologne8.rou.xml", 25_200.0, 2046, 752.1, 0x50E0_D921_C6EE_795C),
    ("ingolstadt7", "ingolstadt7.rou.xml", 57_600.0, 3031, 563.8, 0xE9B7_DA12_306A_DBDE),
    ("grid4x4", "grid4x4_1.rou.xml", 0.0, 1473, 1522.6, 0x56B2_4276_B02D_8AED),
];

#[test]
fn the_resco_scenarios_load_whole_and_are_routed_as_by_duarouter() {
    for &(name, routes, begin, vehicles, length, fingerprint) in RESCO {
        let (net, routes) = (format!("resco/{name}/{name}.net.xml"), format!("resco/{name}/{routes}"));
        let Some(scenario) = load(&net, &[&routes], begin, Some(begin + 3600.0)) else { return };
        assert!(scenario.report.findings.is_empty(), "{name}: {:?}", scenario.report);
        assert_eq!(scenario.all.len(), vehicles, "{name}");
        let mean = scenario.mean_route_length();
        assert!((mean - length).abs() < 0.1, "{name}: mean route length {mean} m");
        assert_eq!(scenario.fingerprint(), fingerprint, "{name}: routes have changed");
    }
}

#[test]
fn bologna_loads_with_its_type_distributions_and_buses() {
    let folder = "bologna/acosta/acosta";
    let parts =
        ["_vtypes.add.xml", "_detectors.add.xml", "_bus_stops.add.xml", "_tls.add.xml", ".rou.xml", "_busses.rou.xml"];
    let files = parts.map(|part| format!("{folder}{part}"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let Some(scenario) = load(&format!("{folder}_buslanes.net.xml"), &files, 0.0, None) else { return };
    assert_eq!(scenario.all.len(), 8779);
    let findings: Vec<&String> = scenario.report.findings.keys().collect();
    assert_eq!(findings, ["emissionClass 'HBEFA2/P_7_7' not known, burns as car"], "of another age");
    let stops = |d: &Departure| scenario.demand.routes[d.route.index()].stops.len();
    assert_eq!((scenario.demand.places.len(), scenario.all.iter().map(stops).sum::<usize>()), (35, 542));
}

#[test]
fn the_large_grid_loads_with_each_route_once() {
    let Some(scenario) = load("grid/g16/net.xml", &["grid/g16/rou.xml"], 0.0, None) else { return };
    assert_eq!((scenario.all.len(), scenario.demand.routes.len()), (73_245, 4380));
}

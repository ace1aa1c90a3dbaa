//! `export sumo`: what is read back is the same scenario, and SUMO loads it and comes to the same.

use std::path::{Path, PathBuf};

use intergreen::cli::{Loaded, load};
use intergreen::demand::{Departure, expand};
use intergreen::network::Network;

use crate::tools::{Scratch, run};
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
        let of = |m: &intergreen::network::Movement| format!("{:?}", intergreen::network::Movement { request: None, ..m.clone() });
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

#[test]
fn an_imported_scenario_comes_out_as_it_went_in() {
    for scenario in
        ["grid/g4/g4", "resco/grid4x4/grid4x4", "resco/cologne1/cologne1", "resco/cologne8/cologne8", "resco/ingolstadt7/ingolstadt7", "bologna/acosta/acosta"]
    {
        let Some(file) = data_file(&format!("{scenario}.sumocfg")) else { continue };
        let scratch = Scratch::new();
        let config = export(&file, &scratch.path("."), &[]);
        let [a, b] = [&file, &config].map(|f| load(Some(f), &[]).unwrap());
        assert_eq!(difference(&a.network, &b.network), None, "{scenario}");
        assert_eq!((a.begin, a.end, a.step, a.seed, a.routing), (b.begin, b.end, b.step, b.seed, b.routing));
        let (x, y) = (vehicles(&a), vehicles(&b));
        assert_eq!(x.len(), y.len(), "{scenario}");
        for (x, y) in x.iter().zip(&y) {
            assert_eq!(x, y, "{scenario}");
        }
    }
}

//! Real files, mutilated at random: an error or a run, never a panic and never a loop without end.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intergreen::import::sumo::{net::read_network, routes};
use intergreen::import::{ImportError, Report};
use intergreen::random::mix;
use intergreen::sim::{Setup, Simulation};

use super::tools::Scratch;
use super::worlds::s;

/// Mutilations per file.
const TIMES: u64 = 100;

/// Values that attributes do not expect.
const VALUES: &[&str] =
    &["", "-1", "0", "1", "7", "nan", "1e30", "65536", "99999999999", "x", "a b", ":J_0", "1,2 3,4"];

/// One thing broken: a line or an attribute gone, doubled or with another value, a letter changed, the end cut off.
fn mutilate(text: &str, mut seed: u64) -> String {
    let mut draw = |n: usize| {
        seed = mix(seed.wrapping_add(0x9E37_79B9_7F4A_7C15));
        (seed % n.max(1) as u64) as usize
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=draw(2) {
        let at = draw(lines.len());
        let kind = draw(6);
        let quotes: Vec<usize> = lines[at].match_indices('"').map(|(i, _)| i).collect();
        let attribute = draw(quotes.len() / 2);
        match kind {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines.truncate(at + 1),
            _ if quotes.len() < 2 => {}
            3 => {
                // The attribute with its name.
                let start = lines[at][..quotes[2 * attribute]].rfind(' ').unwrap_or(0);
                lines[at].replace_range(start..=quotes[2 * attribute + 1], "");
            }
            4 => {
                let value = VALUES[draw(VALUES.len())];
                lines[at].replace_range(quotes[2 * attribute] + 1..quotes[2 * attribute + 1], value);
            }
            _ => {
                // A value from another line.
                let other = lines[draw(lines.len())].clone();
                let value = other.split('"').nth(2 * draw(4) + 1).unwrap_or("").to_owned();
                lines[at].replace_range(quotes[2 * attribute] + 1..quotes[2 * attribute + 1], &value);
            }
        }
    }
    lines.join("\n")
}

/// Loads and drives half a minute. Everything may be wrong but the program.
fn attempt(net: &Path, files: &[PathBuf], begin: f64) -> Result<(), ImportError> {
    let mut report = Report::default();
    let network = read_network(net, files, &mut report)?;
    let window = routes::Window { begin: s(begin), end: Some(s(begin + 600.0)) };
    let demand = routes::read_demand_in(files, &network, window, &mut report)?;
    let setup = Setup { begin: s(begin), end: window.end, step: s(1.0), unsafe_yields: true, ..Setup::default() };
    if let Ok(mut sim) = Simulation::new(Arc::new(network), Arc::new(demand), setup) {
        (0..40).for_each(|_| sim.step());
    }
    Ok(())
}

/// Mutilates each of the files in turn. Returns how many were refused and how many ran.
fn mutilate_all(folder: &str, net: &str, files: &[&str], begin: f64) -> Option<[usize; 2]> {
    let data = std::env::var_os("INTERGREEN_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let read = |name: &&str| std::fs::read_to_string(data.join(folder).join(name));
    let names: Vec<&str> = [&[net], files].concat();
    let Ok(texts) = names.iter().map(read).collect::<Result<Vec<String>, _>>() else {
        assert!(std::env::var_os("CI").is_none(), "{folder} is not there (set INTERGREEN_DATA)");
        println!("SKIPPED: {folder} is not there (set INTERGREEN_DATA)");
        return None;
    };
    // A few vehicles will do.
    let short = |text: &String| {
        let head = &text[..text.floor_char_boundary(20_000)];
        match head.rfind("</vehicle>") {
            Some(end) => format!("{}</vehicle>\n</routes>\n", &head[..end]),
            None => text.clone(),
        }
    };
    let texts: Vec<String> =
        texts.iter().zip(&names).map(|(t, n)| if n.ends_with("rou.xml") { short(t) } else { t.clone() }).collect();
    let scratch = Scratch::new();
    let mut count = [0; 2];
    for broken in 0..texts.len() {
        for seed in 0..TIMES {
            let write = |(i, text): (usize, &String)| {
                let broken_text = mutilate(text, seed * 31 + broken as u64);
                scratch.write(&format!("{i}-{}", names[i]), if i == broken { &broken_text } else { text })
            };
            let paths: Vec<PathBuf> = texts.iter().enumerate().map(write).collect();
            match attempt(&paths[0], &paths[1..], begin) {
                Ok(()) => count[1] += 1,
                Err(error) => {
                    assert!(!error.problem.is_empty(), "{} with seed {seed}", names[broken]);
                    count[0] += 1;
                }
            }
        }
    }
    Some(count)
}

#[test]
fn mutilated_networks_routes_and_programs_never_panic() {
    let Some(count) = mutilate_all("resco/cologne1", "cologne1.net.xml", &["cologne1.rou.xml"], 25_200.0) else {
        return;
    };
    assert!(count.iter().all(|&n| n > 0), "refused and ran: {count:?}");
}

#[test]
fn mutilated_stops_detectors_and_types_never_panic() {
    let parts = ["vtypes.add", "bus_stops.add", "tls.add", "busses.rou"].map(|p| format!("acosta_{p}.xml"));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let Some(count) = mutilate_all("bologna/acosta", "acosta_buslanes.net.xml", &parts, 0.0) else { return };
    assert!(count.iter().all(|&n| n > 0), "refused and ran: {count:?}");
}

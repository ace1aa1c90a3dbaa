//! `draw`: the picture is that of the run, and what makes no picture is refused.

use std::collections::BTreeMap;

use crate::tools::{NET, ROUTES, Scratch, run};
use crate::worlds::data_file;

/// Vehicles in a picture: their names and their speeds with a decimal, m/s.
fn drawn(svg: &str) -> BTreeMap<String, f64> {
    let titles = svg.split("<title>").skip(1).filter_map(|t| t.split("</title>").next());
    let vehicles = titles.filter_map(|t| t.strip_suffix(" m/s")?.rsplit_once(' '));
    let named = vehicles.filter_map(|(who, speed)| Some((who.split(" (").next()?.to_owned(), speed.parse().ok()?)));
    named.collect()
}

/// Vehicles at a moment of FCD output, likewise, without those that enter at that moment: SUMO's files have them already.
fn recorded(fcd: &str, time: &str) -> BTreeMap<String, f64> {
    let moments: Vec<&str> = fcd.split("<timestep ").collect();
    let place = moments.iter().position(|t| t.starts_with(&format!("time=\"{time}\""))).expect("there is one");
    let attribute = |element: &str, name: &str| {
        let rest = element.split_once(&format!(" {name}=\"")).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let vehicles = moments[place].split("<vehicle").skip(1);
    let all = vehicles.map(|v| (attribute(v, "id"), attribute(v, "speed").parse().expect("a speed")));
    all.filter(|(id, _)| moments[place - 1].contains(&format!(" id=\"{id}\""))).collect()
}

#[test]
fn the_picture_is_that_of_the_run() {
    // Trips that find their way in the traffic of their departure.
    let Some(config) = data_file("resco/cologne8/cologne8.sumocfg") else { return };
    let scratch = Scratch::new();
    let (out, picture) = (scratch.path("out"), scratch.path("x.svg"));
    for options in [&["--seed", "3"][..], &["--seed", "3", "--routes", "once", "--step", "0.5", "--scale", "0.7"]] {
        let all = |first: &[&str]| run([first, &[config.to_str().unwrap()], options].concat());
        let said = all(&["run", "--until", "26101", "--quiet", "--fcd", "--out", out.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{said:?}");
        let said = all(&["draw", "--at", "26100", "-o", picture.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{said:?}");
        let (drawn, recorded) = (drawn(&scratch.read("x.svg")), recorded(&scratch.read("out/fcd.xml"), "26100.00"));
        let same = |(a, b): ((&String, &f64), (&String, &f64))| a.0 == b.0 && (a.1 - b.1).abs() < 0.06;
        assert!(drawn.len() > 20 && drawn.len() == recorded.len(), "{options:?}: {drawn:?} {recorded:?}");
        assert!(drawn.iter().zip(&recorded).all(same), "{options:?}: {drawn:?} {recorded:?}");
    }
}

#[test]
fn what_makes_no_picture_is_refused() {
    let (scratch, config) = Scratch::with_scenario(NET, ROUTES);
    let (config, picture) = (config.to_str().unwrap(), scratch.path("x.svg"));
    let draw = |more: &[&str]| run([&["draw", config, "-o", picture.to_str().unwrap()], more].concat());
    for (more, words) in [
        // Roads from 0 to 200 m and −100 to 100 m, and 8 m around.
        (["--bounds", "300,0,10,10"], "the whole network is --bounds -8,-108,216,216"),
        (["--bounds", "0,-130,10,10"], "--bounds 0,-130,10,10: there is nothing"),
        (["--bounds", "0,0,10"], "four numbers"),
        (["--size", "5"], "100 to 20000 pixels"),
        (["--at", "-1"], "begins at 0 s"),
        (["--at", "NaN"], "expected a number"),
        (["--step", "7"], "0.05 to 2 s"),
        (["--set", "streets=1"], "no 'streets'"),
        (["--behaviour", "mad"], "krauss_orig1"),
    ] {
        let said = draw(&more);
        assert!(said.code == 2 && said.stderr.contains(words) && !picture.exists(), "{more:?}: {said:?}");
    }
    for more in [["--bounds", "150,0,500,10"], ["--at", "30"], ["--set", "end=50"]] {
        let said = draw(&more);
        assert!(said.code == 0 && picture.exists(), "{more:?}: {said:?}");
    }
    // As `run`: a program that opens crossing ways is run when one insists.
    scratch.write("x.net.xml", NET.replacen("state=\"Gr\"", "state=\"GG\"", 1));
    assert!(draw(&["--at", "30"]).stderr.contains("--allow-unsafe-programs"));
    assert_eq!(draw(&["--at", "30", "--allow-unsafe-programs"]).code, 0);
    assert_eq!(draw(&[]).code, 0);
}

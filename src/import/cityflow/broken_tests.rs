//! Files with one mistake each: the message names the file, the place, and what was expected.

use super::test_files::{FILES, changed, good};
use super::*;
use crate::import::sumo::net::test_files::Scratch;
use crate::import::{ImportError, Report};

/// Why a scenario cannot be used.
fn refused(config: &std::path::Path) -> Option<ImportError> {
    let mut report = Report::default();
    let read = |report: &mut Report| {
        let config = read_config(config, report)?;
        let network = read_network(&config.roadnet, report)?;
        read_demand(&config.flow, &network, report)
    };
    read(&mut report).err()
}

/// A file, a text in it, what it is replaced by, and words of the message.
type Mistake = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[test]
fn one_mistake_each() {
    const C: &str = "config.json";
    const R: &str = "roadnet.json";
    const F: &str = "flow.json";
    const TABLE: &[Mistake] = &[
        // The configuration.
        (C, "\"interval\": 1.0", "\"interval\": 0", &["interval: is 0;", "seconds from 0.05 to 2"]),
        (C, "\"interval\": 1.0", "\"interval\": 1e999", &["config.json:2", "number out of range"]),
        (C, "\"interval\": 1.0", "\"interval\": NaN", &["config.json:2", "is not JSON"]),
        (C, "\"interval\": 1.0,", "", &["the document: has no 'interval'"]),
        (C, "\"roadnetFile\": \"roadnet.json\"", "\"roadnetFile\": 3", &["roadnetFile: is 3; expected a text"]),
        (C, "\"flow.json\"", "\"flaw.json\"", &["flowFile: there is no file \"flaw.json\"", "looked for"]),
        (C, "\"laneChange\": false", "\"laneChange\": \"no\"", &["laneChange: is \"no\"; expected true or false"]),
        (C, "}", "", &["config.json:", "is not JSON", "EOF"]),
        // Roads.
        (R, "\"maxSpeed\": 10.0", "\"maxSpeed\": 0", &["roads[0].lanes[1].maxSpeed: is 0;", "m/s"]),
        (R, "\"maxSpeed\": 10.0", "\"maxSpeed\": \"fast\"", &["roads[0].lanes[1].maxSpeed: is \"fast\""]),
        (R, "\"width\": 3.0, ", "", &["roads[0].lanes[0]: has no 'width'"]),
        (R, "\"width\": 3.0", "\"width\": -3.0", &["roads[0].lanes[0].width: is -3.0", "metres"]),
        (
            R,
            "{\"x\": -200, \"y\": 0}",
            "{\"x\": -12, \"y\": 0}",
            &["roads[0].points: the road is 12.00 m long", "12 m wide"],
        ),
        (R, "{\"x\": -200, \"y\": 0}", "{\"x\": 1e300, \"y\": 0}", &["roads[0].points[0].x: is 1e+300"]),
        (R, "{\"x\": -200, \"y\": 0}, ", "", &["roads[0].points: has 1 points; expected 2"]),
        (
            R,
            "\"startIntersection\": \"w\"",
            "\"startIntersection\": \"x\"",
            &["roads[0].startIntersection: is \"x\"", "intersection"],
        ),
        (R, "\"id\": \"w_out\"", "\"id\": \"w_in\"", &["roads[1].id: 'w_in' is the id of roads[0], too"]),
        (R, "\"id\": \"w_in\"", "\"id\": null", &["roads[0].id: is null; expected a text"]),
        // Intersections.
        (R, "\"width\": 12", "\"width\": 1e9", &["intersections[4].width: is 1000000000"]),
        (R, "\"width\": 12", "\"width\": 200", &["roads[0].points", "200 m wide"]),
        (R, "[\"w_in\", \"w_out\"]", "[\"w_in\", \"gone\"]", &["intersections[0].roads[1]: is \"gone\"", "road"]),
        (R, "\"virtual\": true", "\"virtual\": 1", &["intersections[0].virtual: is 1; expected true or false"]),
        (R, "\"go_straight\"", "\"go_home\"", &["intersections[4].roadLinks[0].type: is \"go_home\"", "turn_left"]),
        (
            R,
            "\"endRoad\": \"e_out\"",
            "\"endRoad\": \"e_in\"",
            &["roadLinks[0].endRoad: is \"e_in\"", "starts at this"],
        ),
        (
            R,
            "\"startLaneIndex\": 1",
            "\"startLaneIndex\": 7",
            &["roadLinks[0].laneLinks[0].startLaneIndex: is 7", "one of 2 lanes"],
        ),
        (R, "\"endLaneIndex\": 1", "\"endLaneIndex\": -1", &["laneLinks[0].endLaneIndex: is -1", "from 0"]),
        (R, "[2, 5, 8, 11]", "[2, 5, 8, 12]", &["lightphases[0].availableRoadLinks[3]: is 12", "one of 12 road links"]),
        (R, "\"time\": 5", "\"time\": -5", &["trafficLight.lightphases[0].time: is -5", "seconds"]),
        (R, "\"lightphases\": [", "\"lightphases\": {", &["roadnet.json:", "is not JSON"]),
        // Flows.
        (F, "\"interval\": 8", "\"interval\": 0", &["flow.json: [0].interval: is 0", "seconds"]),
        (F, "\"length\": 5.0", "\"length\": 0", &["[0].vehicle.length: is 0", "metres"]),
        (F, "\"maxPosAcc\": 2.0, ", "", &["[0].vehicle: has no 'maxPosAcc'"]),
        (F, "\"headwayTime\": 1.5", "\"headwayTime\": -1", &["[0].vehicle.headwayTime: is -1"]),
        (F, "[\"w_in\", \"e_out\"]", "[\"w_in\", \"moon\"]", &["[0].route[1]: is \"moon\"", "a road of the network"]),
        (F, "[\"w_in\", \"e_out\"]", "[]", &["[0].route: has 0 roads"]),
        (F, "[\"w_in\", \"e_out\"]", "\"w_in\"", &["[0].route: is \"w_in\"; expected an array"]),
        (F, "\"startTime\": 0", "\"startTime\": -7", &["[0].startTime: is -7"]),
        (F, "\"endTime\": 600", "\"endTime\": 1e12", &["[0].endTime: is 1000000000000"]),
    ];
    for (file, old, new, words) in TABLE {
        let (_scratch, config) = changed(file, old, new);
        let said = refused(&config).unwrap_or_else(|| panic!("{new} is taken for good")).to_string();
        assert!(said.contains(file), "{new}: {said}");
        for word in *words {
            assert!(said.contains(word), "{new}: '{word}' is not in: {said}");
        }
    }
}

#[test]
fn the_good_files_are_good() {
    let (_scratch, config) = good();
    assert!(refused(&config).is_none());
}

/// The scenario with one whole file of this text.
fn with_file(name: &str, text: impl AsRef<[u8]>) -> (Scratch, std::path::PathBuf) {
    let (scratch, config) = good();
    scratch.write(name, text);
    (scratch, config)
}

#[test]
fn what_is_too_much_is_refused_at_once() {
    let deep = "[".repeat(100_000);
    let many = |n: usize| format!("[{}]", vec!["{\"x\": 0, \"y\": 0}"; n].join(","));
    let points = FILES[1].1.replacen(r#"[{"x": -200, "y": 0}, {"x": 0, "y": 0}]"#, &many(1001), 1);
    let lane = r#"{"startLaneIndex": 1, "endLaneIndex": 1}"#;
    let links = FILES[1].1.replacen(lane, &vec![lane; 1001].join(","), 1);
    let phase = r#"{"time": 5, "availableRoadLinks": [2, 5, 8, 11]}"#;
    let phases = FILES[1].1.replacen(phase, &vec![phase; 201].join(","), 1);
    let route = FILES[2].1.replacen(r#"["w_in", "e_out"]"#, &format!("[{}]", vec!["\"w_in\""; 10_001].join(",")), 1);
    for (file, text, words) in [
        ("roadnet.json", deep.as_str(), "recursion limit"),
        ("flow.json", deep.as_str(), "recursion limit"),
        ("roadnet.json", "", "is empty"),
        ("flow.json", "{}", "the document: is an object; expected an array"),
        ("roadnet.json", "[]", "the document: is an array; expected an object"),
        ("roadnet.json", "{\"roads\": []}", "has no 'intersections'"),
        ("roadnet.json", &points, "roads[0].points: has 1001 points; expected 2 to 1000"),
        ("roadnet.json", &links, "the intersection has 1001 lane links; expected 1000 at most"),
        ("roadnet.json", &phases, "has 204 light phases; expected 200 at most"),
        ("flow.json", &route, "[0].route: has 10001 roads"),
    ] {
        let (_scratch, config) = with_file(file, text);
        let said = refused(&config).expect("it is bad").to_string();
        assert!(said.contains(file) && said.contains(words), "{said}");
    }
    let (_scratch, config) = with_file("flow.json", [0xFF, 0xFE]);
    assert!(refused(&config).is_some_and(|e| e.to_string().contains("is not JSON")));
}

/// Odd, but no reason to refuse: counted, or as if it were not there.
#[test]
fn what_is_odd_is_counted() {
    for (file, old, new, kind) in [
        ("config.json", "\"rlTrafficLight\": false", "\"rlTrafficLight\": true", "rlTrafficLight"),
        ("config.json", "\"seed\"", "\"colour\": 1, \"seed\"", "field of the configuration: 'colour'"),
        ("roadnet.json", "\"time\": 5", "\"time\": 0", "light phases of 0 s"),
        ("roadnet.json", "\"width\": 12", "\"size\": 1, \"width\": 12", "field of an intersection: 'size'"),
        ("flow.json", "\"usualPosAcc\": 2.0", "\"usualPosAcc\": 1.0", "usualPosAcc"),
    ] {
        let (_scratch, config) = changed(file, old, new);
        let mut report = Report::default();
        let config = read_config(&config, &mut report).unwrap();
        let network = read_network(&config.roadnet, &mut report).unwrap();
        read_demand(&config.flow, &network, &mut report).unwrap();
        assert!(report.findings.keys().any(|k| k.starts_with(kind)), "{new}: {report:?}");
    }
}

//! CityFlow scenarios, run directly.

use serde_json::Value;

use super::tools::{Said, Scratch, run};
use super::worlds::data_file;

/// The small scenario in `tests/cityflow`.
const SMALL: &str = "tests/cityflow/config.json";

/// What a run came to, which must not have a defect.
fn outcome(args: &[&str]) -> Value {
    let said = run(args.iter().copied().chain(["--json", "--quiet"]));
    assert_eq!(said.code, 0, "{args:?}: {said:?}");
    let result = said.json();
    for defect in ["gridlocks", "blockages", "collisions", "red_running", "conflicting_greens"] {
        assert_eq!(result[defect].as_f64(), Some(0.0), "{args:?}: {defect}");
    }
    result
}

/// A number of an outcome.
fn number(result: &Value, name: &str) -> f64 {
    result[name].as_f64().unwrap_or_else(|| panic!("{name} is no number in {result}"))
}

/// CityFlow's own figures, for the shipped programs and 3600 s: average travel time, and time on roads into a signal, s.
/// Both within 15 %: drivers follow another model here, and turns that give way wait at the stop line.
#[test]
fn the_real_towns_take_as_long_as_in_cityflow() {
    for (town, att, road) in [("hangzhou", 525.0, 451.0), ("jinan", 445.0, 375.0)] {
        let Some(file) = data_file(&format!("cityflow/{town}/config.json")) else { return };
        let file = file.display().to_string();
        let as_is = outcome(&["run", &file, "--until", "3600", "--as-is"]);
        assert_eq!(as_is["scenario"], town);
        assert_eq!((as_is["behaviour"].as_str(), number(&as_is, "step_s")), (Some("krauss"), 1.0));
        for (name, theirs) in [("cityflow_att_s", att), ("cityflow_road_att_s", road)] {
            let ours = number(&as_is, name);
            assert!((ours / theirs - 1.0).abs() < 0.15, "{town}: {name} is {ours} s; CityFlow's is {theirs} s");
        }
        assert!(as_is["waived"].as_array().is_some_and(|w| !w.is_empty()), "{town} has no yellow");
        // With yellow and clearance times everything that our own plans must have is there, and it costs time.
        let completed = outcome(&["run", &file, "--until", "3600"]);
        assert_eq!(completed["waived"], serde_json::json!([]), "{town}");
        assert!(number(&completed, "cityflow_att_s") > number(&as_is, "cityflow_att_s"), "{town}");
    }
}

/// The grid with lane changes, permissive left turns and fans of lane links.
#[test]
fn the_grid_runs_without_a_defect() {
    let Some(file) = data_file("grid/g4/cf_fan_lc.json") else { return };
    let file = file.display().to_string();
    for more in [&[][..], &["--as-is"]] {
        let result = outcome(&[&["run", &file, "--until", "900"], more].concat());
        assert!(number(&result, "lane_changes") > 100.0, "{result}");
        assert!(number(&result["vehicles"], "arrived") > 1500.0, "{result}");
    }
}

#[test]
fn one_result_for_any_number_of_threads() {
    let hash = |threads: &str| outcome(&["run", SMALL, "--until", "400", "--threads", threads])["state_hash"].clone();
    assert_eq!(hash("1"), hash("3"));
}

/// Definitions: to the horizon, whoever is still under way included, from the time of the wish to depart.
#[test]
fn travel_times_end_at_the_horizon() {
    let drained = outcome(&["run", SMALL]);
    let v = &drained["vehicles"];
    assert_eq!((number(v, "loaded"), number(v, "arrived")), (520.0, 520.0));
    // Everybody has arrived: it is the mean duration with the wait to enter.
    let whole = number(&drained, "mean_duration_s") + number(&drained, "mean_depart_delay_s");
    assert!((number(&drained, "cityflow_att_s") - whole).abs() < 1e-6, "{drained}");
    let at_300 = number(&outcome(&["run", SMALL, "--until", "300"]), "cityflow_att_s");
    assert!(at_300 < number(&drained, "cityflow_att_s"), "{at_300}");
    // The scenario's end is the horizon, however long it goes on.
    let beyond = outcome(&["run", SMALL, "--set", "end=300", "--drain"]);
    assert!((number(&beyond, "cityflow_att_s") - at_300).abs() < 1e-6, "{beyond}");
}

/// The small scenario, the first `old` of a file replaced by `new`.
fn changed(file: &str, old: &str, new: &str) -> (Scratch, String) {
    let scratch = Scratch::new();
    for name in ["config.json", "roadnet.json", "flow.json"] {
        let text = std::fs::read_to_string(format!("tests/cityflow/{name}")).expect("it is part of the project");
        assert!(name != file || text.contains(old), "{old} is not in {file}");
        scratch.write(name, if name == file { text.replacen(old, new, 1) } else { text });
    }
    let config = scratch.path("config.json").display().to_string();
    (scratch, config)
}

/// Fails with these words.
fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.code, 2, "{said:?}");
    for word in words {
        assert!(said.stderr.contains(word), "'{word}' is not in: {}", said.stderr);
    }
}

#[test]
fn what_cannot_be_run_is_told_why() {
    let small = |name: &str| format!("tests/cityflow/{name}.json");
    refused(&run([small("roadnet")]), &["roadnet.json", "road network without traffic", "configuration that names it"]);
    refused(&run([small("flow")]), &["flow.json", "is a CityFlow flow file"]);
    refused(
        &run([SMALL, "--set", "begin=3"]),
        &["a CityFlow scenario has no 'begin'", "demand.scale, end, seed, sensors.tier, step"],
    );
    let (_s, endless) = changed("flow.json", "\"endTime\": 600", "\"endTime\": -1");
    refused(&run([&endless]), &["flow.json", "flow 'flow_0' never ends", "--set end=S"]);
    assert_eq!(run([endless.as_str(), "--set", "end=60", "--quiet"]).code, 0);
    let (_s, broken) = changed("roadnet.json", "\"maxSpeed\": 10.0", "\"maxSpeed\": -1");
    refused(&run([&broken]), &["roadnet.json", "roads[0].lanes[1].maxSpeed: is -1", "expected a number of m/s"]);
    let (_s, half) = changed("config.json", "}", "");
    refused(&run([&half]), &["config.json:", "is not JSON"]);
    let (_s, unsafe_) = changed("roadnet.json", "[3, 9, 2, 5, 8, 11]", "[3, 9, 0, 2, 5, 8, 11]");
    refused(&run([&unsafe_]), &["signal 'J'", "--allow-unsafe-programs"]);
    let said = run([unsafe_.as_str(), "--allow-unsafe-programs", "--until", "120", "--json"]);
    assert!(said.code == 0 && number(&said.json(), "conflicting_greens") > 0.0, "{said:?}");
}

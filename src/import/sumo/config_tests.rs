use std::path::PathBuf;

use super::*;
use crate::demand::routing::Penalties;
use crate::import::sumo::net::test_files::{Scratch, data};

/// Reads a configuration with this content.
fn read(content: &str) -> (Result<Config, ImportError>, Report, Scratch) {
    let scratch = Scratch::new("config");
    let file = scratch.write("x.sumocfg", content);
    let mut report = Report::default();
    (read_config(&file, &mut report), report, scratch)
}

#[test]
fn reads_sections_synonyms_and_lists() {
    let (config, report, scratch) = read(
        "<sumoConfiguration><input><net-file value=\"a.net.xml\"/>\
         <r v=\"b.rou.xml, c.rou.xml d.rou.xml\"/><additional-files value=\"e.xml;f.xml\"/></input>\
         <time><begin value=\"07:00:00\"/><end value=\"28800.5\"/><step-length value=\"0.5\"/></time>\
         <seed value=\"7\"/><scale value=\"1.5\"/><processing><time-to-teleport value=\"-1\"/></processing>\
         <output/></sumoConfiguration>",
    );
    let at = |names: &[&str]| names.iter().map(|n| scratch.path(n)).collect::<Vec<PathBuf>>();
    let expected = Config {
        outputs: Outputs::default(),
        net: scratch.path("a.net.xml"),
        routes: at(&["b.rou.xml", "c.rou.xml", "d.rou.xml"]),
        additional: at(&["e.xml", "f.xml"]),
        begin: Millis(25_200_000),
        end: Some(Millis(28_800_500)),
        step: Some(Millis(500)),
        scale: Some(1.5),
        seed: Some(7),
        routing: Routing { moment: Moment::AtDeparture, ..Routing::default() },
    };
    assert_eq!(config.unwrap(), expected);
    let findings: Vec<_> = report.findings.keys().map(String::as_str).collect();
    assert_eq!(findings, ["configuration option 'time-to-teleport'"]);
}

#[test]
fn a_name_may_hold_a_blank_if_the_file_is_there() {
    let scratch = Scratch::new("blank");
    let net = scratch.write("my net.xml", "<net/>");
    let file = scratch.write("x.sumocfg", "<configuration><net-file value=\"my net.xml\"/></configuration>");
    assert_eq!(read_config(&file, &mut Report::default()).unwrap().net, net);
}

#[test]
fn no_end_is_none() {
    let (config, ..) = read("<configuration><n value=\"a\"/><end value=\"-1\"/></configuration>");
    assert_eq!(config.unwrap().end, None);
}

#[test]
fn reads_how_trips_find_their_way() {
    let (config, report, _scratch) = read(
        "<configuration><n value=\"a\"/><routing><device.rerouting.adaptation-interval value=\"5\"/>\
         <device.routing.adaptation-steps value=\"36\"/><device.rerouting.pre-period value=\"120\"/>\
         <weights.minor-penalty value=\"0.5\"/><weights.turnaround-penalty value=\"9\"/>\
         <device.rerouting.period value=\"0\"/><weights.random-factor value=\"1\"/>\
         <device.rerouting.threads value=\"4\"/></routing></configuration>",
    );
    let expected = Routing {
        moment: Moment::AtDeparture,
        penalties: Penalties { minor: 0.5, turnaround: 9.0 },
        interval: Millis(5_000),
        memory: Memory::Mean(36),
        again_after: Millis(120_000),
    };
    assert_eq!(config.unwrap().routing, expected);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let memory = |option: &str| {
        read(&format!("<configuration><n value=\"a\"/><{option}/></configuration>")).0.unwrap().routing.memory
    };
    assert_eq!(memory("device.rerouting.adaptation-weight value=\"0.25\""), Memory::Fading(0.25));
    assert_eq!(memory("device.rerouting.adaptation-weight value=\"0\""), Memory::Mean(180));
    assert_eq!(memory("device.rerouting.adaptation-steps value=\"0\""), Memory::Fading(0.0));
}

/// What changes routes in SUMO and is not simulated is said.
#[test]
fn counts_routing_that_is_not_simulated() {
    for option in [
        "device.rerouting.period value=\"300\"",
        "device.rerouting.probability value=\"1\"",
        "weights.random-factor value=\"2\"",
        "weights.tls-penalty value=\"3\"",
    ] {
        let (config, report, _scratch) = read(&format!("<configuration><n value=\"a\"/><{option}/></configuration>"));
        assert_eq!(config.unwrap().routing, Routing { moment: Moment::AtDeparture, ..Routing::default() });
        let name = option.split(' ').next().unwrap();
        assert!(report.findings.contains_key(&format!("configuration option '{name}'")), "{:?}", report.findings);
    }
}

#[test]
fn names_what_is_wrong() {
    for (content, fragment) in [
        ("<configuration/>", "<net-file> is missing"),
        ("<net/>", "the root element is <net>; expected <configuration> or <sumoConfiguration>"),
        ("<configuration><net-file/></configuration>", ":1: <net-file>: attribute 'value' is missing"),
        ("<configuration><n value=\"a,b\"/></configuration>", "names 2 files; expected one"),
        (
            "<configuration><n value=\"a\"/>\n<end value=\"soon\"/></configuration>",
            ":2: <end>: value=\"soon\" is not a time",
        ),
        (
            "<configuration><n value=\"a\"/><begin value=\"5\"/><end value=\"5\"/></configuration>",
            "<end> is 5 s; expected",
        ),
        ("<configuration><n value=\"a\"/><step-length value=\"0\"/></configuration>", "expected a step of at least"),
        ("<configuration><n value=\"a\"/><scale value=\"NaN\"/></configuration>", "expected a number ≥ 0"),
        (
            "<configuration><n value=\"a\"/><device.rerouting.adaptation-steps value=\"-3\"/></configuration>",
            "expected a whole number from 0 to 3600",
        ),
        (
            "<configuration><n value=\"a\"/><device.rerouting.adaptation-weight value=\"2\"/></configuration>",
            "expected a number from 0 to 1",
        ),
        ("<configuration><n value=\"a\"/>", "truncated"),
    ] {
        let error = read(content).0.expect_err(content).to_string();
        assert!(error.contains(fragment), "{content}\n  gave: {error}\n  expected: {fragment}");
    }
}

#[test]
fn reads_the_configurations_of_the_test_data() {
    let Some(data) = data() else { return };
    let mut report = Report::default();
    let config = read_config(&data.join("resco/cologne8/cologne8.sumocfg"), &mut report).unwrap();
    assert_eq!(config.net, data.join("resco/cologne8/cologne8.net.xml"));
    assert_eq!((config.begin, config.end, config.step), (Millis(25_200_000), Some(Millis(28_800_000)), None));
    let config = read_config(&data.join("bologna/acosta/acosta.sumocfg"), &mut report).unwrap();
    assert_eq!((config.routes.len(), config.additional.len(), config.end), (2, 4, None));
    assert!(report.findings.is_empty());
}

//! What files say of detectors: taken over, written back, refused with place and reason.

use intergreen_control::Millis;
use intergreen_control::plan::{DetectorKind, DetectorLimits};

use super::*;
use crate::detectors::Stuck;
use crate::scenario::{BUNDLED_ALL, Scenario};

/// The arterial with a section on sensors.
fn arterial(section: &str) -> Result<(Layout, Network, Scenario), String> {
    let (_, text) = BUNDLED_ALL.iter().find(|b| b.0 == "arterial").expect("it is bundled");
    let text = text.replacen("    network: inline(", &format!("    sensors: ({section}),\n    network: inline("), 1);
    let scenario = Scenario::from_ron(&text, "arterial.ron").map_err(|e| e.to_string())?;
    let built = scenario.assemble().map_err(|e| e.to_string())?;
    Ok((built.detectors, built.network, scenario))
}

#[test]
fn a_file_that_says_nothing_has_the_usual_detectors() {
    assert_eq!(arterial("").expect("it is sound").0, Layout::default());
    assert_eq!(layout(&SensorsFile::default(), &arterial("").expect("it is sound").1), Ok(Layout::default()));
}

#[test]
fn what_a_file_says_is_taken_over_and_written_back() {
    let section = r#"stop_bar: 20, count: false, x_time: 0, in_distance: 90, on_red_delay: 8,
        without: [(lane: "m0.bay_2", kinds: [in]), (signal: "c", kinds: [stop_bar])],
        detectors: [
            (id: "D1", lane: "m0_0", line: "m0.bay_0", kind: x, position: 250, groups: [1], locking: true, extend: 0.5),
            (lane: "an_0", kind: stop_bar, position: 180, length: 30, mode: call, delay: 3, queue: true, locking: true,
             yellow_lock: true, extend_limit: 12, added_initial: true, switched: [0, 2],
             diagnostics: (no_activity: 600, fail_time: 30)),
        ],
        faults: [
            (signal: "c", kinds: [x, in], share: 0.1, from: 600, until: 900.5, stuck: silent),
            (lane: "an_0", miss: 0.02, false_calls: 5, chatter: 40, drop_out: 0.005, latency: 1.5),
        ],
        messages: [(sender: "c", receiver: "b", from: 60, until: 120, lost: 0.3), (latency: 2.5)]"#;
    let (found, network, scenario) = arterial(section).expect("it is sound");
    assert_eq!((found.stop_bar_m, found.count, found.x), (Some(20.0), false, None));
    assert_eq!((found.input, found.on_red), (Some(Position::Metres(90.0)), Millis(8000)));
    let name = |l: LaneId| network.lane(l).id.as_str();
    assert_eq!(
        found.without.iter().filter(|w| w.1 == DetectorKind::In).map(|w| name(w.0)).collect::<Vec<_>>(),
        ["m0.bay_2"]
    );
    let at_c = found.without.iter().filter(|w| w.1 == DetectorKind::StopBar);
    assert!(
        at_c.clone().count() > 2
            && at_c.clone().all(|w| {
                let id = name(w.0);
                ["m2", "-m3", "cs"].iter().any(|street| id.starts_with(street))
            })
    );
    let [x, zone] = &found.own[..] else { panic!("{:?}", found.own) };
    assert_eq!((name(x.line), name(x.piece.lane), x.piece.start, x.piece.end), ("m0.bay_0", "m0_0", 250.0, 251.8));
    assert_eq!(
        (x.id.as_str(), x.groups.as_deref(), x.locking, x.extend),
        ("D1", Some(&[1][..]), Some(true), Millis(500))
    );
    assert_eq!((name(zone.line), zone.delay, zone.mode), ("an_0", Some(Millis(3000)), Some(DetectorMode::Call)));
    let limits = DetectorLimits { no_activity: Millis(600_000), fail_time: 30, ..DetectorLimits::default() };
    let special = Special {
        queue: true,
        yellow_lock: true,
        extend_limit: Millis(12_000),
        added_initial: true,
        switched: vec![0, 2],
        diagnostics: limits,
    };
    assert_eq!((&zone.special, &x.special), (&special, &Special::default()));
    let [silent, more] = &found.faults[..] else { panic!("{:?}", found.faults) };
    assert_eq!((silent.signal.map(|s| network.signals[s.index()].id.as_str()), silent.line), (Some("c"), None));
    assert_eq!((&silent.kinds[..], silent.share), (&[DetectorKind::X, DetectorKind::In][..], 0.1));
    assert_eq!((silent.from, silent.until, silent.stuck), (Millis(600_000), Millis(900_500), Some(Stuck::Silent)));
    assert_eq!((more.line.map(name), more.share, more.stuck, more.until), (Some("an_0"), 1.0, None, Millis::NEVER));
    assert_eq!((more.miss, more.false_calls, more.chatter, more.drop_out), (0.02, 5.0, 40.0, 0.005));
    assert!(more.holds(Millis(0)) && more.latency == Millis(1500));
    let [lost, late] = &found.messages[..] else { panic!("{:?}", found.messages) };
    let signal = |id: &str| network.signals.iter().position(|s| s.id == id).map(SignalId::new).expect("it is there");
    let (b, c) = (signal("b"), signal("c"));
    assert_eq!((lost.sender, lost.receiver, lost.lost, lost.latency), (Some(c), Some(b), 0.3, Millis(0)));
    let at = |fault: &crate::detectors::MessageFault, s| fault.is_of(c, b, Millis::from_seconds(s));
    assert_eq!([59.9, 60.0, 119.9, 120.0].map(|s| at(lost, s)), [false, true, true, false]);
    assert!(!lost.is_of(b, c, Millis(90_000)), "the other way");
    assert!(at(late, 0.0) && (late.lost, late.latency) == (0.0, Millis(2500)));
    // It comes to the plan of the signal.
    let placed = crate::detectors::place(&network, &found);
    let is_zone = |c: &&crate::detectors::Channel| c.meaning.queue;
    let meaning = &placed.channels.iter().find(is_zone).expect("the zone").meaning;
    assert_eq!((meaning.switched.as_slice(), meaning.diagnostics), (&["0".into(), "2".into()][..], limits));
    // Written and read again it is the same, also when it is written as a file.
    assert_eq!(layout(&sensors(&found, &network), &network), Ok(found.clone()));
    let mut file = scenario.file;
    file.sensors = sensors(&found, &network);
    let text = crate::scenario::to_ron(&file).expect("it can be written");
    let again = Scenario::from_ron(&text, "again.ron").expect("it is sound").assemble().expect("it is sound");
    assert_eq!(again.detectors, found);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let detector = |rest: &str| format!("detectors: [({rest})]");
    for (section, expected) in [
        ("stop_bar: 500".to_owned(), "sensors.stop_bar"),
        ("x_time: -1".to_owned(), "sensors.x_time"),
        ("stopbar: 5".to_owned(), "stop_bar"),
        (detector(r#"lane: "m0.bay_00", kind: x, position: 1"#), "m0.bay_0"),
        (detector(r#"lane: "-an_0", kind: x, position: 1"#), "is not on the way to a signal"),
        (
            detector(r#"lane: "m0_0", line: "an_0", kind: x, position: 1"#),
            "is not on the way to the stop line of 'an_0'",
        ),
        (detector(r#"lane: "m0_1", line: "-m0_1", kind: x, position: 1"#), "no signal controls lane '-m0_1'"),
        (detector(r#"lane: "an_0", kind: x, position: 999"#), "m long"),
        (detector(r#"lane: "an_0", kind: y, position: 9"#), "stop_bar"),
        (detector(r#"lane: "an_0", kind: x, position: 9, groups: [99]"#), "no group 99"),
        (detector(r#"lane: "an_0", kind: x, position: 9, groups: []"#), "is empty"),
        (detector(r#"lane: "an_0", kind: x, position: 9, groups: [1, 1]"#), "twice"),
        (detector(r#"lane: "an_0", kind: x, position: 9, delay: 61"#), "sensors.detectors[0].delay"),
        (r#"without: [(signal: "z", kinds: [x])]"#.to_owned(), "no signal 'z'"),
        (r#"without: [(signal: "a", lane: "an_0", kinds: [x])]"#.to_owned(), "both"),
        ("without: [(kinds: [x])]".to_owned(), "neither"),
        (r#"faults: [(signal: "z", miss: 0.1)]"#.to_owned(), "no signal 'z'"),
        (r#"faults: [(lane: "-m0_1", miss: 0.1)]"#.to_owned(), "no signal controls lane '-m0_1'"),
        ("faults: [(miss: 1.1)]".to_owned(), "sensors.faults[0].miss"),
        ("faults: [(from: 9, until: 9, stuck: on)]".to_owned(), "faults[0].until"),
        ("faults: [(stuck: up)]".to_owned(), "silent"),
        (r#"messages: [(sender: "z", lost: 0.1)]"#.to_owned(), "no signal 'z'"),
        (r#"messages: [(), (receiver: "z", lost: 0.1)]"#.to_owned(), "sensors.messages[1].receiver"),
        ("messages: [(lost: 1.1)]".to_owned(), "sensors.messages[0].lost"),
        ("messages: [(latency: 31)]".to_owned(), "sensors.messages[0].latency"),
        ("messages: [(from: 9, until: 8, lost: 1)]".to_owned(), "sensors.messages[0].until"),
        (r#"messages: [(sender: "a", receiver: "a", lost: 1)]"#.to_owned(), "expected another signal"),
    ] {
        let said = arterial(&section).err().unwrap_or_else(|| panic!("{section} was taken"));
        assert!(said.contains(expected) && said.contains("arterial.ron:"), "{section}: {said}");
    }
}

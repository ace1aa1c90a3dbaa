//! What must stand in a picture.

use std::sync::Arc;

use intergreen_control::Millis;
use quick_xml::events::Event;

use super::*;
use crate::network::MovementKind;
use crate::scenario::Scenario;
use crate::sim::Setup;

/// The bundled arterial after some minutes.
fn arterial() -> (Arc<Network>, Simulation) {
    let (network, demand) = Scenario::bundled("arterial").unwrap().unwrap().build().unwrap();
    let network = Arc::new(network);
    let setup = Setup { step: Millis(500), ..Setup::default() };
    let mut sim = Simulation::new(network.clone(), Arc::new(demand), setup).unwrap();
    while sim.now() < Millis(120_000) {
        sim.step();
    }
    (network, sim)
}

/// Elements of an XML text by name and class.
fn count(text: &str, name: &str, class: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut n = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return n,
            Event::Start(e) | Event::Empty(e) if e.name().as_ref() == name.as_bytes() => {
                let found = e.attributes().map(|a| a.expect("an attribute")).find(|a| a.key.as_ref() == b"class");
                n += usize::from(found.is_some_and(|a| a.value.starts_with(class.as_bytes())));
            }
            _ => {}
        }
    }
}

#[test]
fn everything_is_there() {
    let (network, sim) = arterial();
    let text = svg(&network, Some(&sim), &Options::default());
    let roads = network.lanes.iter().filter(|l| !l.internal).count();
    assert_eq!(count(&text, "path", "l"), roads);
    assert_eq!(count(&text, "path", "i"), network.lanes.len() - roads);
    // The legend has one of each colour.
    assert_eq!(count(&text, "path", "v"), sim.traffic().count() + vehicles::RAMP.len());
    let heads = network.movements.iter().filter(|m| m.kind == MovementKind::Entry && m.head.is_some()).count();
    assert_eq!(count(&text, "circle", "L"), heads + 4);
    assert!(text.len() < 200_000, "{} bytes", text.len());
}

#[test]
fn loops_are_there_if_asked_for() {
    let (network, _) = arterial();
    let detectors = crate::detectors::place(&network, &crate::detectors::Layout::default());
    let pieces = |stop_bar: bool| {
        let is = |c: &&crate::detectors::Channel| {
            let place = c.meaning.place.as_ref().expect("placed ones know where");
            (place.kind == intergreen_control::plan::DetectorKind::StopBar) == stop_bar
        };
        detectors.channels.iter().filter(is).map(|c| c.pieces.len()).sum::<usize>()
    };
    let (zones, loops) = (pieces(true), pieces(false));
    assert!(zones > 30 && loops > 60, "{zones} {loops}");
    let text = svg(&network, None, &Options { detectors, ..Options::default() });
    assert_eq!((count(&text, "path", "z"), count(&text, "path", "q")), (zones, loops));
}

#[test]
fn lamps_show_what_the_simulation_shows() {
    let (network, sim) = arterial();
    let text = svg(&network, Some(&sim), &Options::default());
    let green = |m: &&crate::network::Movement| {
        m.kind == MovementKind::Entry
            && m.head.is_some_and(|h| {
                let lamp = sim.scene().lamp_base[h.signal.index()] as usize + usize::from(h.group);
                sim.lamps().shown[lamp] == intergreen_control::Lamp::Green
            })
    };
    assert_eq!(count(&text, "circle", "L4"), network.movements.iter().filter(green).count() + 1);
}

#[test]
fn a_part_is_smaller_than_the_whole() {
    let (network, sim) = arterial();
    let bounds = Some(Bounds { x: 240.0, y: -40.0, width: 120.0, height: 100.0 });
    let part = svg(&network, Some(&sim), &Options { bounds, ..Options::default() });
    let whole = svg(&network, Some(&sim), &Options::default());
    assert!(part.len() * 3 < whole.len(), "{} of {}", part.len(), whole.len());
    assert!(part.contains("width=\"1600\""));
}

#[test]
fn a_title_cannot_break_the_picture() {
    let (network, _) = arterial();
    let text = svg(&network, None, &Options { title: "a<b>&\"c\"\u{1}".into(), ..Options::default() });
    assert!(text.contains("a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}"));
    assert_eq!(count(&text, "circle", "L7"), count(&text, "circle", "L"), "dark without a simulation");
}

#[test]
fn numbers_are_short() {
    let all = [0.0, -0.001, 0.5, -0.05, 12.3, 100.0, -7.256].map(ink::number);
    assert_eq!(all.join(" "), "0 0 .5 -.05 12.3 100 -7.26");
}

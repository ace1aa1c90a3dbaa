//! Small intersections, and which programs open them wrongly.

use crate::import::Report;
use crate::import::sumo::net::read_network;
use crate::import::sumo::net::test_files::{Scratch, data};
use crate::network::Network;

use super::pairs;

/// The pairs that programs open, each group as the roads its first movement leads from and to.
fn opened_by_programs(network: &Network) -> Vec<[(String, String); 2]> {
    let mut found = Vec::new();
    for signal in &network.signals {
        let steps = signal.program.steps();
        let violated = pairs(network, signal).into_iter().filter(|p| steps.iter().any(|s| p.is_violated_by(&s.lamps)));
        for pair in violated {
            let ways = [pair.a, pair.b].map(|group| {
                let mut of_signal = signal.movements.iter().map(|m| network.movement(*m));
                let m = of_signal.find(|m| m.head.is_some_and(|h| h.group == group)).expect("a group with traffic");
                let link = |lane| network.link(network.lane(lane).link).id.clone();
                (link(m.from), link(m.to))
            });
            // Parallel lanes often have a group each.
            if !found.contains(&ways) {
                found.push(ways);
            }
        }
    }
    found
}

/// An edge of one lane with that shape.
fn edge(id: &str, attributes: &str, shape: &str, length: f64) -> String {
    format!(
        "<edge id=\"{id}\" {attributes}><lane id=\"{id}_0\" index=\"0\" speed=\"14\" length=\"{length}\" \
         shape=\"{shape}\"/></edge>\n"
    )
}

/// A junction with rows of (response, foes).
fn junction(id: &str, incoming: &str, internal: &str, rows: &[(&str, &str)]) -> String {
    let kind = if rows.is_empty() { "dead_end" } else { "traffic_light" };
    let requests = rows.iter().enumerate().map(|(i, (response, foes))| {
        format!("<request index=\"{i}\" response=\"{response}\" foes=\"{foes}\" cont=\"0\"/>")
    });
    format!(
        "<junction id=\"{id}\" type=\"{kind}\" x=\"0\" y=\"0\" incLanes=\"{incoming}\" intLanes=\"{internal}\">{}</junction>\n",
        requests.collect::<String>()
    )
}

/// A straight connection over `:via` with a lamp, and the one that leads out of the junction.
fn connection(from: &str, to: &str, via: &str, group: usize) -> String {
    format!(
        "<connection from=\"{from}\" to=\"{to}\" fromLane=\"0\" toLane=\"0\" via=\"{via}_0\" tl=\"T\" \
         linkIndex=\"{group}\" dir=\"s\" state=\"o\"/>\n\
         <connection from=\"{via}\" to=\"{to}\" fromLane=\"0\" toLane=\"0\" dir=\"s\" state=\"M\"/>\n"
    )
}

/// The pairs that a program of one step opens, as their first movements' roads.
fn opened(parts: &[String], state: &str) -> Vec<(String, String)> {
    let logic = format!("<tlLogic id=\"T\" programID=\"0\"><phase duration=\"9\" state=\"{state}\"/></tlLogic>\n");
    let text = format!("<net>\n{}{logic}</net>\n", parts.concat());
    let scratch = Scratch::new("pairs");
    let network = read_network(&scratch.write("x.net.xml", text), &[], &mut Report::default()).expect("a good net");
    opened_by_programs(&network).into_iter().map(|[(a, _), (b, _)]| (a, b)).collect()
}

/// A street from west to east whose crossing with one from south to north is drawn as two junctions, with a road
/// `m` of that length between them. Groups: 0 from the west onto `m`, 1 on from there, 2 from the south.
fn drawn_as_two(middle: f64) -> Vec<String> {
    let x = -5.0 - middle;
    vec![
        edge(":I_0", "function=\"internal\"", &format!("{},0 {x},0", x - 10.0), 10.0),
        edge(":J_0", "function=\"internal\"", "-5,0 5,0", 10.0),
        edge(":J_1", "function=\"internal\"", "0,-5 0,5", 10.0),
        edge("w", "from=\"W\" to=\"I\"", &format!("{},0 {},0", x - 110.0, x - 10.0), 100.0),
        edge("m", "from=\"I\" to=\"J\"", &format!("{x},0 -5,0"), middle),
        edge("e", "from=\"J\" to=\"E\"", "5,0 105,0", 100.0),
        edge("s", "from=\"S\" to=\"J\"", "0,-105 0,-5", 100.0),
        edge("n", "from=\"J\" to=\"N\"", "0,5 0,105", 100.0),
        junction("I", "w_0", ":I_0_0", &[("0", "0")]),
        // From m one gives way to those from the south.
        junction("J", "m_0 s_0", ":J_0_0 :J_1_0", &[("10", "10"), ("00", "01")]),
        ["W", "E", "S", "N"].map(|id| junction(id, "", "", &[])).concat(),
        connection("w", "m", ":I_0", 0),
        connection("m", "e", ":J_0", 1),
        connection("s", "n", ":J_1", 2),
    ]
}

#[test]
fn those_who_go_straight_on_from_different_streets_are_kept_apart_whoever_gives_way() {
    let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
    let net = drawn_as_two(50.0);
    assert_eq!(opened(&net, "GrG"), []);
    assert_eq!(opened(&net, "rgG"), pair("m", "s"));
    assert_eq!(opened(&net, "rGg"), pair("m", "s"));
    assert_eq!(opened(&net, "ggr"), []);
}

#[test]
fn a_road_on_which_no_car_fits_lies_inside_the_intersection() {
    let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
    let net = drawn_as_two(0.2);
    // Whoever is inside is let out.
    assert_eq!(opened(&net, "rgG"), []);
    assert_eq!(opened(&net, "GGr"), []);
    // But the stop lines are kept apart, and nobody inside is told that nobody comes.
    assert_eq!(opened(&net, "GrG"), pair("w", "s"));
    assert_eq!(opened(&net, "grg"), pair("w", "s"));
    assert_eq!(opened(&net, "rGG"), pair("m", "s"));
    // A road that is also reached without the signal is none inside.
    let free: Vec<String> = net.iter().map(|p| p.replace(" tl=\"T\" linkIndex=\"0\"", "")).collect();
    assert_eq!(opened(&free, "rgG"), pair("m", "s"));
}

/// Two roads that lead west to east and back, where each changes to the other's side of the street, and the same with
/// the way back at an angle.
fn swapping(back: &str) -> Vec<String> {
    vec![
        edge(":J_0", "function=\"internal\"", "-10,-2 10,2", 20.4),
        edge(":J_1", "function=\"internal\"", "10,-2 -10,2", 20.4),
        edge("w", "from=\"W\" to=\"J\"", "-110,-2 -10,-2", 100.0),
        edge("e", "from=\"J\" to=\"E\"", "10,2 110,2", 100.0),
        edge("r", "from=\"E\" to=\"J\"", back, 100.0),
        edge("l", "from=\"J\" to=\"W\"", "-10,2 -110,2", 100.0),
        junction("J", "w_0 r_0", ":J_0_0 :J_1_0", &[("10", "10"), ("00", "01")]),
        ["W", "E"].map(|id| junction(id, "", "", &[])).concat(),
        connection("w", "e", ":J_0", 0),
        connection("r", "l", ":J_1", 1),
    ]
}

#[test]
fn oncoming_traffic_of_the_own_street_is_crossed_like_in_a_left_turn() {
    let pair = vec![("w".to_owned(), "r".to_owned())];
    let street = swapping("110,-2 10,-2");
    assert_eq!(opened(&street, "gG"), []);
    assert_eq!(opened(&street, "GG"), pair);
    let other = swapping("96,-52 10,-2");
    assert_eq!(opened(&other, "gG"), pair);
}

#[test]
fn acosta_opens_nothing_and_what_is_planted_there_is_found() {
    let Some(folder) = data().map(|d| d.join("bologna/acosta")) else { return };
    let programs = std::fs::read_to_string(folder.join("acosta_tls.add.xml")).expect("readable");
    let opened = |programs: String| {
        let scratch = Scratch::new("acosta");
        let extra = scratch.write("tls.add.xml", programs);
        let net = folder.join("acosta_buslanes.net.xml");
        let network = read_network(&net, &[extra], &mut Report::default()).expect("a good net");
        opened_by_programs(&network)
    };
    assert_eq!(opened(programs.clone()), Vec::<[(String, String); 2]>::new());
    // The longest phase of 221 for those who go north over its stop line 201, and with it for those who go east
    // over the stop line 2, whose ways cross two junctions further on.
    let (good, bad) = ("GGGggrrGGGGGGGgrrrrGGG", "GGGggrrrrrGGGGgrrrGrrr");
    assert!(programs.contains(good));
    let found = opened(programs.replace(good, bad));
    let way = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(found, [[way("2", "4"), way("201", "201c")]]);
}

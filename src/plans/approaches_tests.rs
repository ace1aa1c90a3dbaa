//! Approach lanes and exits of small streets, and what holds in all scenarios in the program.

use std::collections::BTreeSet;

use intergreen_control::Serves;

use crate::detectors::{inside, place, way_to};
use crate::network::compose::NodeKind;
use crate::network::{LaneId, Network};
use crate::plans::{of_network, of_network_and_files};
use crate::scenario::{BUNDLED_ALL, Scenario};
use crate::validation::world::{Town, lane};

use super::*;

/// Two signals, a in the west and b in the east, on a street from w to e, and a street from the south to each; between a and
/// b it has two lanes and, if so wanted, a node where nobody turns.
fn avenue(node: bool) -> Town {
    let town = Town::default()
        .node("a", 0.0, 0.0, NodeKind::Signal)
        .node("b", 400.0, 0.0, NodeKind::Signal)
        .end("w_end", -300.0, 0.0)
        .end("e_end", 700.0, 0.0)
        .end("s_end", 0.0, -300.0)
        .end("t_end", 400.0, -300.0)
        .street("w", "w_end", "a", 1)
        .street("e", "e_end", "b", 1)
        .street("s", "s_end", "a", 1)
        .street("t", "t_end", "b", 1);
    let (town, back) = match node {
        false => (town.street("m", "a", "b", 2), "-m"),
        true => {
            (town.node("x", 200.0, 0.0, NodeKind::Priority).street("l", "a", "x", 2).street("m", "x", "b", 2), "-l")
        }
    };
    town.signal("a", 0.0, &[(20.0, &["w"]), (20.0, &[back]), (20.0, &["s"])]).signal(
        "b",
        0.0,
        &[(20.0, &["m"]), (20.0, &["e"]), (20.0, &["t"])],
    )
}

fn around(network: &Network) -> Vec<Approaches> {
    approaches(network, &of_network(network, false).expect("the programs are sound"), false)
}

/// Where vehicles of a lane come to next, by the links to which its movements lead.
fn next_of(network: &Network, all: &[Approaches], signal: usize, name: &str) -> Vec<(String, Vec<String>)> {
    let of = &all[signal].lanes[usize::from(all[signal].find(name).expect("an approach lane"))];
    let line = LaneId::new(network.lanes.iter().position(|l| l.id == name).expect("a lane"));
    let mut found = Vec::new();
    for m in network.movements_of(line).map(|m| network.movement(m)) {
        let group = m.head.expect("it has a lamp").group;
        let exits =
            of.exits.iter().filter(|way| way.group == group).map(|way| &all[signal].exits[usize::from(way.exit)]);
        let to = network.link(network.lane(m.to).link).id.clone();
        found.push((to, exits.map(|e| format!("{} {}", e.signal, e.lane)).collect()));
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn lanes_lead_to_all_lanes_of_the_next_signal() {
    let network = avenue(false).build();
    let all = around(&network);
    let names = |i: usize| all[i].lanes.iter().map(|l| l.name.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(names(0), ["w_0", "s_0", "-m_0", "-m_1"].into());
    assert_eq!(names(1), ["e_0", "t_0", "m_0", "m_1"].into());
    let none = || Vec::<String>::new();
    let both = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    let (to_b, to_a) = (both("b m_0", "b m_1"), both("a -m_0", "a -m_1"));
    assert_eq!(next_of(&network, &all, 0, "w_0"), [("-s".into(), none()), ("m".into(), to_b.clone())]);
    assert_eq!(next_of(&network, &all, 0, "s_0"), [("-w".into(), none()), ("m".into(), to_b)]);
    assert_eq!(next_of(&network, &all, 1, "e_0"), [("-m".into(), to_a.clone()), ("-t".into(), none())]);
    assert_eq!(next_of(&network, &all, 1, "t_0"), [("-e".into(), none()), ("-m".into(), to_a)]);
    assert!(all[0].lanes.iter().filter(|l| l.name.starts_with("-m")).all(|l| l.exits.is_empty()));
    let w = &all[0].lanes[usize::from(all[0].find("w_0").expect("it is there"))];
    let length = network.lane(lane(&network, "w", 0)).length;
    assert_eq!((w.length_m, w.reach_m, w.groups.len()), (length, length, 2), "straight on and to the right");
    assert!((w.speed_m_s - 50.0 / 3.6).abs() < 1e-3, "{}", w.speed_m_s);
}

#[test]
fn a_node_where_nobody_turns_ends_no_approach() {
    let network = avenue(true).build();
    let all = around(&network);
    let to_b = vec!["b m_0".to_owned(), "b m_1".to_owned()];
    assert_eq!(next_of(&network, &all, 0, "w_0"), [("-s".into(), vec![]), ("l".into(), to_b)]);
    let m = &all[1].lanes[usize::from(all[1].find("m_0").expect("it is there"))];
    let (last, first) = (network.lane(lane(&network, "m", 0)).length, network.lane(lane(&network, "l", 0)).length);
    assert_eq!(m.length_m, last);
    assert!(m.reach_m > last + first, "over the node, too: {} m", m.reach_m);
    // Where the lanes inside the node lie: between both pieces, without a gap.
    let way = way_to(&network, lane(&network, "m", 0));
    let within = inside(&network, &way);
    assert!(!within.is_empty());
    for stretch in &within {
        let before = way.iter().chain(&within).any(|s| (s.to_line - stretch.from_line(&network)).abs() < 1e-3);
        let after = way.iter().chain(&within).any(|s| (s.from_line(&network) - stretch.to_line).abs() < 1e-3);
        assert!(before && after, "{stretch:?} of {way:?}");
    }
}

/// Feeders are exits, seen from the other end; between two lines lies the way, and the junction.
#[test]
fn who_leads_here_is_who_comes_from_there() {
    for node in [false, true] {
        let network = avenue(node).build();
        let all = around(&network);
        let names: Vec<_> = network.signals.iter().map(|s| s.id.as_str()).collect();
        for (i, around) in all.iter().enumerate() {
            let other = 1 - i;
            assert!(around.feeders.iter().all(|feeder| feeder.signal == names[other]));
            for feeder in &around.feeders {
                let from = &all[other].lanes[usize::from(all[other].find(&feeder.lane).expect("its lane"))];
                let exits = from.exits.iter().map(|way| &all[other].exits[usize::from(way.exit)].lane);
                let leads = feeder.leads.iter().map(|lead| &around.lanes[usize::from(lead.lane)].name);
                assert_eq!(leads.collect::<BTreeSet<_>>(), exits.collect::<BTreeSet<_>>());
            }
        }
        let feeder = all[1].feeders.iter().find(|f| f.lane == "w_0").expect("it leads from a to b");
        for lead in &feeder.leads {
            // Of two ways one leads here, to one of two lanes.
            assert_eq!(lead.share, 0.25);
            let reach = all[1].lanes[usize::from(lead.lane)].reach_m;
            // A junction of two narrow streets.
            assert!((5.0..40.0).contains(&(lead.distance_m - reach)), "{} {reach}", lead.distance_m);
        }
        assert!(all.iter().flat_map(|a| &a.lanes).all(|lane| lane.shared.is_empty()), "each has a road of its own");
    }
}

/// What a plan says of its detectors is what is said of its approaches: the lanes' names and groups.
#[test]
fn approaches_fit_the_plans_of_all_bundled_scenarios() {
    let (mut seen, mut files) = (0, 0);
    for (name, _) in BUNDLED_ALL {
        let scenario = Scenario::bundled(name).expect("it is bundled").expect("it is sound");
        let built = scenario.assemble().expect("it is sound");
        let detectors = place(&built.network, &built.detectors);
        let plans = of_network_and_files(&built.network, &detectors, &built.plans, false).expect("its plans are sound");
        files += built.plans.len();
        for (around, own) in approaches(&built.network, &plans, true).iter().zip(&plans) {
            for serves in [Serves::Program, Serves::Stages, Serves::Phases] {
                let plan = own.suited(serves).expect("it has a plan that suits");
                assert!(around.fit(&plan), "{name}: {}", plan.spec().name);
                for used in &plan.spec().detectors {
                    let Some(place) = &used.place else { continue };
                    let number = around.find(&place.lane).unwrap_or_else(|| panic!("{name}: no lane {}", place.lane));
                    let known = &around.lanes[usize::from(number)];
                    let groups: Vec<u16> = used.groups.iter().filter_map(|g| plan.find_group(g)).collect();
                    assert!(groups.iter().all(|g| known.groups.contains(g)), "{name}: {}", place.lane);
                    assert!(
                        (place.distance_m + place.length_m) as f32 <= known.reach_m + 0.1,
                        "{name}: {}",
                        place.lane
                    );
                    seen += 1;
                }
            }
            assert!(around.everyone_reports);
        }
    }
    assert!(seen > 1000 && files > 0, "{seen} uses of detectors, {files} plan files");
}

//! Programs held against numbers worked out by hand.

use super::lanes::approaches;
use super::*;
use crate::network::compose::{Node, NodeKind, Street, StreetEnd, StreetPlan, Survey};

/// A crossing `x` of arms `w`, `e`, `s`, `n` that lead to it, those that are named, of so many lanes, with bays or not.
fn crossing(arms: &str, lanes: u8, bay: bool) -> Crossing {
    let mut plan = StreetPlan { nodes: vec![Node::new("x", 0.0, 0.0, NodeKind::Signal)], ..Default::default() };
    for (name, x, y) in [("w", -200.0, 0.0), ("e", 200.0, 0.0), ("s", 0.0, -200.0), ("n", 0.0, 200.0)] {
        if arms.contains(name) {
            plan.nodes.push(Node::new(&format!("{name}_end"), x, y, NodeKind::DeadEnd));
            let end = StreetEnd { bay: bay.then_some(50.0), turns: Vec::new() };
            let street = Street::new(name, &format!("{name}_end"), "x", lanes, 50.0);
            plan.streets.push(Street { median: if bay { 3.2 } else { 0.0 }, end, ..street });
        }
    }
    Survey::new(&plan).unwrap().crossing("x").unwrap().clone()
}

/// Flows of turns.
fn flows(list: &[(&str, f64)]) -> TurnFlows {
    list.iter().map(|&(name, flow)| (name.to_owned(), flow)).collect()
}

/// What each stage opens.
fn gos(draft: &Draft) -> Vec<Vec<&str>> {
    draft.stages.iter().map(|s| s.go.iter().map(String::as_str).collect()).collect()
}

/// A draft by the usual standards, without trucks.
fn drafted(crossing: &Crossing, list: &[(&str, f64)]) -> Draft {
    draft(crossing, &flows(list), Some("w"), &Standards { heavy: 0.0, ..Standards::default() })
}

#[test]
fn lanes_are_grouped_and_turns_weighed() {
    let list = flows(&[("w:l", 60.0), ("w:s", 300.0), ("w:r", 40.0)]);
    let one = approaches(&crossing("wesn", 1, false), &list);
    let west = one.iter().find(|a| a.street == "w").unwrap();
    assert!(!west.has_left_lane());
    // 60 · 2.1 + 300 + 40 / 0.85 against 400 veh/h; 2.3 against 500, half way from 2.1 to 2.5.
    assert!((west.critical("rsl", 400.0) - (126.0 + 300.0 + 47.0588)).abs() < 1e-3);
    assert!((west.critical("rsl", 500.0) - (138.0 + 300.0 + 47.0588)).abs() < 1e-3);
    assert!((west.critical("rsl", 5000.0) - (270.0 + 300.0 + 47.0588)).abs() < 1e-3);
    assert!((west.critical("rsl", 0.0) - (63.1579 + 300.0 + 47.0588)).abs() < 1e-3);
    // Lanes rs and s share 300 + 40 / 0.85, the bay has the left turns: 60 / 0.95.
    let two = approaches(&crossing("wesn", 2, true), &list);
    let west = two.iter().find(|a| a.street == "w").unwrap();
    assert!(west.has_left_lane());
    assert!((west.critical("rs", 0.0) - 173.5294).abs() < 1e-3);
    assert!((west.critical("l", 0.0) - 63.1579).abs() < 1e-3);
    assert_eq!(west.go("rs").as_deref(), Some("w:rs"));
    assert_eq!(west.go("rsl").as_deref(), Some("w"));
}

#[test]
fn left_turns_are_protected_by_the_guideline() {
    let (bays, shared) = (crossing("wesn", 1, true), crossing("wesn", 1, false));
    let busy = [("w:l", 130.0), ("e:s", 400.0), ("w:s", 300.0), ("n:s", 100.0), ("s:s", 100.0)];
    // 130 · 400 = 52,000 > 50,000 beside one lane.
    assert_eq!(gos(&drafted(&bays, &busy)), [vec!["e:rs", "w:rs"], vec!["e:l", "w:l"], vec!["n", "s"]]);
    assert_eq!(gos(&drafted(&shared, &busy)), [vec!["e"], vec!["w"], vec!["n", "s"]], "split: no lanes of their own");
    let quiet = [("w:l", 120.0), ("e:s", 400.0), ("w:s", 300.0), ("n:s", 100.0), ("s:s", 100.0)];
    assert_eq!(gos(&drafted(&bays, &quiet)), [vec!["e", "w"], vec!["n", "s"]], "48,000");
    let many = [("w:l", 250.0), ("e:s", 50.0)];
    assert_eq!(gos(&drafted(&bays, &many))[1], ["e:l", "w:l"], "more than 240");
    // Beside two lanes 90,000 are allowed.
    assert_eq!(gos(&drafted(&crossing("wesn", 2, true), &busy)).len(), 2);
}

#[test]
fn a_protected_left_turn_into_a_side_street_goes_with_its_whole_approach() {
    // From the east one can turn left into the south, from the west one cannot turn left.
    let tee = crossing("wes", 1, true);
    let list = [("e:l", 200.0), ("w:s", 500.0), ("e:s", 300.0), ("s:l", 100.0)];
    assert_eq!(gos(&drafted(&tee, &list)), [vec!["e:s", "w"], vec!["e"], vec!["s"]]);
}

#[test]
fn nobody_is_trapped_by_yellow() {
    // The bay is on one side only; on the other left turns share a lane and give way.
    let mut plan = StreetPlan { nodes: vec![Node::new("x", 0.0, 0.0, NodeKind::Signal)], ..Default::default() };
    for (name, x, y) in [("w", -200.0, 0.0), ("e", 200.0, 0.0), ("s", 0.0, -200.0), ("n", 0.0, 200.0)] {
        plan.nodes.push(Node::new(&format!("{name}_end"), x, y, NodeKind::DeadEnd));
        let end = StreetEnd { bay: (name == "w").then_some(50.0), turns: Vec::new() };
        let street = Street::new(name, &format!("{name}_end"), "x", 1, 50.0);
        plan.streets.push(Street { median: 3.2, end, ..street });
    }
    let survey = Survey::new(&plan).unwrap();
    let list = [("w:l", 200.0), ("e:s", 400.0), ("e:l", 20.0), ("w:s", 300.0)];
    let draft = drafted(survey.crossing("x").unwrap(), &list);
    assert_eq!(gos(&draft)[..2], [vec!["e", "w:rs"], vec!["w:l"]], "the west's through traffic ends with the east's");
    plan.signals.push(draft.plan(draft.cycle(), 0.0).unwrap());
    let network = crate::network::compose::compose(&plan).unwrap();
    crate::plans::of_network(&network, false).unwrap();
}

#[test]
fn cycles_and_greens_are_webster_s() {
    let cross = crossing("wesn", 1, false);
    // 570 and 380 veh/h straight on: 0.3 and 0.2 of 1,900.
    let draft = drafted(&cross, &[("w:s", 570.0), ("n:s", 380.0), ("e:s", 10.0), ("s:s", 10.0)]);
    assert!((draft.ratio_sum() - 0.5).abs() < 1e-9, "{}", draft.ratio_sum());
    let lost = 2.0 * (draft.yellow + draft.all_red);
    assert_eq!(draft.lost(), lost);
    let best = (1.5 * lost + 5.0) / 0.5;
    assert!((draft.cycle() - best).abs() <= 2.5, "{} for {best}", draft.cycle());
    let plan = draft.plan(60.0, 7.0).unwrap();
    let greens: Vec<f64> = plan.stages.iter().map(|s| s.green).collect();
    assert_eq!(greens.iter().sum::<f64>() + lost, 60.0);
    assert!((greens[0] - 0.6 * (60.0 - lost)).abs() <= 1.0, "three fifths of the green: {greens:?}");
    assert_eq!((plan.offset, plan.cycle), (7.0, 60.0));
    assert_eq!(plan.permissive, Some(cross.permissive()));
    // Twice what can be served: in proportion, with the longest cycle.
    let draft = drafted(&cross, &[("w:s", 2280.0), ("n:s", 1140.0)]);
    assert_eq!(draft.cycle(), 120.0);
    let greens: Vec<f64> = draft.plan(120.0, 0.0).unwrap().stages.iter().map(|s| s.green).collect();
    assert!((greens[0] / greens[1] - 2.0).abs() < 0.1, "{greens:?}");
    assert!(draft.plan(20.0, 0.0).is_err(), "the least greens do not fit");
    assert_eq!(common_cycle([&draft, &drafted(&cross, &[("w:s", 10.0)])]), 120.0);
    assert_eq!(common_cycle([]), 0.0);
}

#[test]
fn intergreens_are_the_formula_s() {
    let cross = crossing("wesn", 1, false);
    let turn = |name: &str| cross.turns.iter().find(|t| t.name == name).unwrap();
    // Stop lines lie 3.2 + 5 = 8.2 m from the middle, lanes 1.6 m beside it. Eastbound clears northbound after
    // 8.2 + 1.6 + 2 = 11.8 m, which enters there after 8.2 − 1.6 − 2 = 4.6 m: 3 + 17.8 / 10 − 4.6 / 11.1 = 4.37 s.
    assert_eq!(times::intergreen(turn("w:s"), turn("s:s")), 4.4);
    // The other way round: 3 + (8.6 + 6) / 10 − 7.8 / 11.1 = 3.76 s.
    assert_eq!(times::intergreen(turn("s:s"), turn("w:s")), 3.8);
    assert_eq!(times::yellow(&cross), 3.0);
    let draft = drafted(&cross, &[]);
    assert!((1.0..=6.0).contains(&draft.all_red) && draft.all_red >= 1.4, "{}", draft.all_red);
}

#[test]
fn offsets_follow_platoons() {
    // Signals b and c of the bundled arterial: 300 and 560 m at 12.5 m/s.
    assert_eq!(one_way(&[0.0, 300.0, 560.0, 1580.0], 12.5, 80.0), [0.0, 24.0, 45.0, 46.0]);
    assert_eq!(one_way(&[0.0, -300.0], 12.5, 80.0), [0.0, 56.0], "80 − 24");
    // Half a cycle away, a whole one, and a quarter less.
    assert_eq!(two_way(&[0.0, 500.0, 1000.0, 200.0], 12.5, 80.0), [0.0, 40.0, 0.0, 0.0]);
    assert!(one_way(&[], 10.0, 60.0).is_empty() && two_way(&[], 10.0, 60.0).is_empty());
}

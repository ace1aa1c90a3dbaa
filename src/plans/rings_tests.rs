//! Rings that follow from roads and lanes.

use intergreen_control::plan::RingsSpec;

use super::tests::{CROSS, TEE, intersection, joined, one_way, open, with};
use super::*;

/// The phases of a plan as their notes have them, without what comes before `phase`.
fn phases(plan: &SignalPlan) -> Vec<String> {
    plan.notes.iter().filter_map(|n| n.find("phase ").map(|i| n[i..].to_owned())).collect()
}

#[test]
fn rings_follow_from_roads_and_lanes() {
    // Lefts with lanes of their own.
    let network = intersection(CROSS, 2, true);
    let plan = of_signal(&network, SignalId(0), false).expect("a plan");
    let rings = plan.plan.rings().expect("rings");
    assert_eq!(rings.rings, [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
    let found = phases(&plan);
    for (phase, what) in [
        (1, "phase 1: westbound e.bay → -s"),
        (2, "phase 2: eastbound w.bay → -s, w.bay → -e"),
        (3, "phase 3: southbound n.bay → -e"),
        (5, "phase 5: eastbound w.bay → -n"),
        (7, "phase 7: northbound s.bay → -w"),
    ] {
        assert!(found.contains(&what.to_owned()), "phase {phase}: {found:?}");
    }
    // A left that nobody meets belongs to its road: here all who come from the other side turn off.
    let network = one_way(CROSS, 2, true, &["e"]);
    let plan = of_signal(&network, SignalId(0), false).expect("a plan");
    let left = phases(&plan).into_iter().find(|phase| phase.contains("e.bay → -s")).expect("it has a phase");
    assert!(left.starts_with("phase 6: ") && left.contains("e.bay → -w"), "{left}");
    // So do those that share a lane.
    let network = intersection(CROSS, 1, false);
    let plan = of_signal(&network, SignalId(0), false).expect("a plan");
    assert_eq!(plan.plan.rings().expect("rings").rings, [[[2], [4]], [[6], [8]]]);
    assert_eq!(plan.plan.rings().expect("rings").phases[0].groups.len(), 3);
}

#[test]
fn a_left_turn_with_lanes_of_its_own_is_turned_as_the_program_turns_it() {
    let mut network = intersection(CROSS, 2, true);
    let (left, oncoming) = (("w", "n"), ("e", "w"));
    let own = open(&network, &[left], 'G');
    let through = open(&network, &[("w", "e"), oncoming], 'G');
    let both = joined(&through, &open(&network, &[left], 'g'));
    let red = "r".repeat(own.len());
    let yellow = |of: &str| of.replace(['G', 'g'], "y");
    let rings = |network: &mut Network, first: &str, second: &str| {
        let steps = [(10, first), (3, &*yellow(first)), (2, &*red), (20, second), (3, &*yellow(second)), (2, &*red)];
        let plan = with(network, &steps, false).expect("a plan");
        plan.plan.spec().rings.clone().expect("rings")
    };
    let group = own.find('G').expect("a group").to_string();
    let of_own = |rings: &RingsSpec| rings.phases.iter().find(|p| p.groups.contains(&group)).map(|p| p.number);
    // Green beside the oncoming traffic, and once by itself: it follows both phases.
    let found = rings(&mut network, &own, &both);
    let overlap = &found.overlaps[0];
    assert_eq!((&overlap.group, &overlap.phases[..], &overlap.permissive[..]), (&group, &[5][..], &[2][..]));
    // Only by itself: it waits for its own phase.
    let found = rings(&mut network, &own, &through);
    assert_eq!((of_own(&found), found.overlaps.len()), (Some(5), 0));
    // Only giving way: it goes with its road.
    let found = rings(&mut network, &both, &through);
    assert_eq!((of_own(&found), found.overlaps.len()), (Some(2), 0));
}

#[test]
fn a_stem_has_a_phase_in_each_ring() {
    let network = intersection(TEE, 2, true);
    let plan = of_signal(&network, SignalId(0), false).expect("a plan");
    assert_eq!(plan.plan.rings().expect("rings").rings, [[vec![1, 2], vec![4]], [vec![6], vec![8]]]);
    let found = phases(&plan);
    assert!(found.contains(&"phase 4: northbound s.bay → -w".to_owned()), "{found:?}");
    assert!(found.contains(&"phase 8: northbound s.bay → -e".to_owned()), "{found:?}");
}

#[test]
fn where_no_rings_can_be_derived_it_says_why() {
    let why = |network: &Network| {
        let plan = of_signal(network, SignalId(0), false).expect("a plan");
        assert_eq!(plan.plan.rings(), None);
        plan.notes.join("\n")
    };
    let two = intersection(&TEE[..2], 1, false);
    assert!(why(&two).contains("no ring-barrier derived: it has 2 approaches"), "{}", why(&two));
    let star = [("a", 300.0, 0.0), ("b", -150.0, 260.0), ("c", -150.0, -260.0)];
    let star = intersection(&star, 1, false);
    assert!(why(&star).contains("none of its three approaches faces another"), "{}", why(&star));
}

//! Two rings with eight phases, an overlap and a crossing.
//!
//! ```text
//!   ring 1   1 2 | 3 4        1, 3, 5, 7 protected lefts; 2 and 6 the main street, 4 and 8 the side street
//!   ring 2   5 6 | 7 8        P: people on foot beside 2; R: a right turn beside P with 2 and with 3
//! ```

use intergreen_control::plan::{
    GroupKind, GroupSpec, IntergreenSpec, IntergreenTime, OverlapSpec, Pattern, PhaseSpec, PhaseSplit, PlanSpec,
    RingsSpec,
};
use intergreen_control::{Millis, log::code};

use crate::{
    head, on_foot, s,
    timeline::{Outcome, Timeline},
    vehicle,
};

fn rings() -> PlanSpec {
    let number = |n: u8| n.to_string();
    let mut groups = Vec::new();
    for n in 1..=8u8 {
        let (kind, yellow, green) = if n % 2 == 1 { (GroupKind::Arrow, 3, 4) } else { (GroupKind::Vehicle, 4, 7) };
        groups.push(GroupSpec {
            yellow: Some(s(yellow)),
            min_green: Some(s(green)),
            red_clearance: Some(s(1)),
            ..head(&number(n), kind)
        });
    }
    groups.push(GroupSpec { clearance: Some(s(8)), buffer: Some(s(2)), ..on_foot("P") });
    groups.push(GroupSpec { red_clearance: Some(s(1)), ..vehicle("R") });
    let clearance = |n: u8| if n % 2 == 1 { s(4) } else { s(5) };
    let mut spec = PlanSpec::new("eight phases", groups);
    let ring = |n: u8| (n - 1) / 4;
    let side = |n: u8| (n - 1) / 2 % 2;
    for a in 1..=8u8 {
        for b in a + 1..=8 {
            if ring(a) == ring(b) || side(a) != side(b) {
                spec = spec.forbid(&number(a), &number(b), (clearance(a), clearance(b)));
            }
        }
    }
    // A protected left turns into the crossing.
    for n in [1, 3, 4, 7, 8] {
        spec = spec.forbid("P", &number(n), (s(10), clearance(n)));
    }
    spec = spec.give_way("R", "P", false).forbid("R", "1", (s(4), s(4))).forbid("R", "4", (s(4), s(5)));
    let phase = |n: u8| PhaseSpec {
        number: n,
        groups: vec![number(n)],
        walks: if n == 2 { vec!["P".into()] } else { vec![] },
        actuation: Default::default(),
    };
    spec.rings = Some(RingsSpec {
        phases: (1..=8).map(phase).collect(),
        rings: vec![vec![vec![1, 2], vec![3, 4]], vec![vec![5, 6], vec![7, 8]]],
        overlaps: vec![OverlapSpec {
            group: "R".into(),
            phases: vec![2, 3],
            permissive: vec![],
            lead: s(6),
            trail: s(3),
        }],
        modes: Default::default(),
    });
    spec
}

/// When which overlaps begin to trail.
fn trailing(outcome: &Outcome) -> Vec<(Millis, u16)> {
    let begins = outcome.events.iter().filter(|e| e.code == code::OVERLAP_TRAILING);
    begins.map(|e| (e.at, e.parameter)).collect()
}

#[test]
fn an_overlap_stays_green_from_parent_to_parent_and_clears_for_itself() {
    let outcome = Timeline::new(rings()).check(
        "
               1 2 3 4 5 6 7 8 P R
            0  G r r r G r r r r r  phases 1 5
              ...
            8  y r r r y r r r r r  phases 2 6  -- R leads in 6 s after the request, 2 s after phase 2
              ...
           11  r r r r r r r r r r
           12  r G r r r G r r r r
              ...
           14  r G r r r G r r r G
              ...
           24  r y r r r y r r r G  phases 3 7  -- across the barrier R stays green
              ...
           28  r r r r r r r r r G
           29  r r G r r r G r r G
              ...
           36  r r y r r r y r r G  phases 4 8  -- R trails by 3 s, then clears for itself: 4 waits for it, 8 for 7 alone
              ...
           39  r r r r r r r r r y
           40  r r r r r r r G r y
              ...
           42  r r r r r r r G r r
           43  r r r G r r r G r r
              ...
           54  r r r G r r r G r r
        ",
    );
    // Not at 24, where phase 3 is its next parent.
    assert_eq!(trailing(&outcome), [(s(36), 1)]);
}

#[test]
fn nobody_crosses_a_barrier_before_both_rings_have_cleared() {
    Timeline::new(rings()).check(
        "
               1 2 3 4 5 6 7 8 P R
            0  r G r r G r r r r r  phases 2 5
              ...
            6  r G r r G r r r r G
              ...
            8  r G r r y r r r W g  phases 2 6 walks 2  -- P begins with the request for it
              ...
           11  r G r r r r r r W g
           12  r G r r r G r r W g
              ...
           14  r y r r r G r r c g  phases 3 7  -- 6 has just opened; P needs clearance and buffer, 10 s
              ...
           18  r r r r r G r r c g
           19  r r r r r y r r c g
              ...
           22  r r r r r y r r r g
           23  r r r r r r r r r g
           24  r r G r r r G r r G
              ...
           32  r r G r r r G r r G
        ",
    );
}

#[test]
fn an_overlap_does_not_leave_before_its_parent() {
    let outcome = Timeline::new(rings()).check(
        "
               1 2 3 4 5 6 7 8 P R
            0  G r r r G r r r r r  phases 1 5
              ...
            8  y r r r y r r r r r  phases 2 6  -- 2 opens at 12
              ...
           11  r r r r r r r r r r
           12  r G r r r G r r r r
              ...
           14  r G r r r G r r r G
           15  r G r r r G r r r G  phases 4 8  -- 2 has to stay for its 7 s; R opened at 14, trails 2 by 3 s
              ...
           19  r y r r r y r r r G
              ...
           22  r y r r r y r r r y
           23  r r r r r r r r r y
           24  r r r r r r r G r y
           25  r r r r r r r G r r
           26  r r r G r r r G r r
              ...
           40  r r r G r r r G r r
        ",
    );
    assert_eq!(trailing(&outcome), [(s(19), 1)], "when 2 ends, not when another is asked for");
}

/// Cycle 80 s.
fn day() -> Pattern {
    let splits = [(1, 14), (2, 30), (3, 12), (4, 24), (5, 18), (6, 26), (7, 14), (8, 22)];
    Pattern {
        name: "day".into(),
        cycle: s(80),
        offset: s(20),
        stages: vec![],
        phases: splits.map(|(phase, split)| PhaseSplit { phase, split: s(split) }).to_vec(),
        coordinated: vec![2, 6],
        coordination: Default::default(),
    }
}

#[test]
fn fixed_time_runs_a_pattern_of_phases() {
    Timeline::new(PlanSpec { patterns: vec![day()], ..rings() }).fixed_time().check(
        "
               1 2 3 4 5 6 7 8 P R
           20  G r r r G r r r r r    -- the cycle begins at its offset
              ...
           30  y r r r G r r r r r    -- force-off of 1, 4 s before its split ends
              ...
           33  r r r r G r r r r r
           34  r G r r y r r r W r    -- 2 and its walk; force-off of 5
              ...
           36  r G r r y r r r W g
           37  r G r r r r r r W g
           38  r G r r r G r r W g    -- 6
              ...
           51  r G r r r G r r c g    -- walk ends so that its clearance ends with the green of 2
              ...
           59  r y r r r y r r r g    -- force-off of 2 and 6, 5 s before the barrier
              ...
           61  r y r r r y r r r G
              ...
           63  r r r r r r r r r G
           64  r r G r r r G r r G    -- the barrier: 3 and 7
              ...
           72  r r y r r r G r r G    -- force-off of 3; R trails by 3 s, which this plan takes from the split of 4
              ...
           74  r r y r r r y r r G
           75  r r r r r r y r r y
              ...
           77  r r r r r r r r r y
           78  r r r r r r r G r r
           79  r r r G r r r G r r
              ...
           95  r r r y r r r y r r    -- force-off of 4 and 8
              ...
           99  r r r r r r r r r r
          100  G r r r G r r r r r    -- the next cycle
              ...
          106  G r r r G r r r r r
        ",
    );
}

/// L turns left, protected with phase 5, giving way with phase 2; R turns right with phase 4 and gives way to L.
fn overlap_that_others_give_way_to() -> PlanSpec {
    let mut spec = PlanSpec::new("overlap", ["2", "5", "4", "L", "R"].map(vehicle).to_vec())
        .forbid("2", "4", (s(4), s(4)))
        .forbid("5", "4", (s(4), s(4)))
        .forbid("L", "4", (s(4), s(4)))
        .give_way("R", "L", false);
    spec.intergreens.push(IntergreenSpec { from: "L".into(), to: "R".into(), time: IntergreenTime::Given(s(3)) });
    let phase = |number: u8, groups: &[&str]| PhaseSpec {
        number,
        groups: groups.iter().map(|g| (*g).into()).collect(),
        walks: vec![],
        actuation: Default::default(),
    };
    spec.rings = Some(RingsSpec {
        phases: vec![phase(2, &["2"]), phase(5, &["5"]), phase(4, &["4", "R"])],
        rings: vec![vec![vec![2], vec![4]], vec![vec![5], vec![]]],
        overlaps: vec![OverlapSpec {
            group: "L".into(),
            phases: vec![5],
            permissive: vec![2],
            lead: s(0),
            trail: s(0),
        }],
        modes: Default::default(),
    });
    spec
}

#[test]
fn nobody_starts_beside_an_overlap_that_ends_with_its_phase_in_the_same_moment() {
    Timeline::new(overlap_that_others_give_way_to()).check(
        "
               2 5 4 L R
            0  G r r g r  phases 2
              ...
           10  y r r y r  phases 4  -- R has nothing to do with 2, but L ends with it
              ...
           13  r r r r G
           14  r r G r G
              ...
           20  r r G r G
        ",
    );
}

//! Patterns.

use intergreen_control::plan::{Coordination, Pattern, PhaseSplit};

use super::*;

/// Cycle 60 s: lefts 12 s, main street 20 s, lefts 10 s, side street 18 s.
fn pattern(coordination: Coordination) -> Pattern {
    let split = |phase: u8| PhaseSplit { phase, split: s([12, 20, 10, 18][usize::from((phase - 1) % 4)]) };
    Pattern {
        name: "day".into(),
        cycle: s(60),
        offset: s(0),
        stages: vec![],
        phases: (1..=8).map(split).collect(),
        coordinated: vec![2, 6],
        coordination,
    }
}

fn coordinated(coordination: Coordination) -> PlanSpec {
    PlanSpec { patterns: vec![pattern(coordination)], ..rings() }
}

#[test]
fn t1() {
    let o = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            0  ?
           14  ?  detector 3 on
           70  ?  end detector 3 on
          140  ?  detector 0 on
          200  ?  detector 3 on
          300  ?
        ",
    );
    println!("{}", o.words());
}

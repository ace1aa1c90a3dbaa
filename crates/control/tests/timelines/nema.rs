//! The strategy `nema`, second for second.
//!
//! ```text
//!   ring 1   1 2 | 3 4        1, 3, 5, 7 protected lefts; 2 and 6 the main street, 4 and 8 the side street
//!   ring 2   5 6 | 7 8        P2, P4: people on foot beside 2 and 4
//! ```
//! Least green 5 s, yellow 3 s, red clearance 1 s, passage 2 s. Detector n − 1 calls and extends phase n, as long as it
//! is on; detectors 8 and 9 are the buttons of P2 and P4.

use intergreen_control::plan::{
    Actuation, DetectorKind, DetectorMode, DetectorPlace, DetectorUse, GroupKind, GroupSpec, PhaseSpec, PlanSpec,
    Recall, RingsSpec,
};

use crate::{head, on_foot, s, timeline::Timeline};

mod basics;
mod coordinated;
mod day;
mod lanes;
mod outside;
mod program;
mod timing;
mod transitions;
mod walks;

/// Why greens end.
const TERMINATIONS: [u8; 3] = [4, 5, 6];

/// The plan.
fn rings() -> PlanSpec {
    let number = |n: u8| n.to_string();
    let mut groups: Vec<GroupSpec> = (1..=8u8)
        .map(|n| {
            let kind = if n % 2 == 1 { GroupKind::Arrow } else { GroupKind::Vehicle };
            GroupSpec { red_clearance: Some(s(1)), max_red: Some(s(300)), ..head(&number(n), kind) }
        })
        .collect();
    for name in ["P2", "P4"] {
        groups.push(GroupSpec { max_red: Some(s(300)), ..on_foot(name) });
    }
    let mut spec = PlanSpec::new("eight phases", groups);
    let (ring, side) = (|n: u8| (n - 1) / 4, |n: u8| (n - 1) / 2 % 2);
    for a in 1..=8u8 {
        for b in a + 1..=8 {
            if ring(a) == ring(b) || side(a) != side(b) {
                spec = spec.forbid(&number(a), &number(b), (s(4), s(4)));
            }
        }
    }
    for (walk, against) in [("P2", [1, 3, 4, 7, 8]), ("P4", [3, 1, 2, 5, 6])] {
        for n in against {
            spec = spec.forbid(walk, &number(n), (s(4), s(4)));
        }
    }
    let walks = |n: u8| if n == 2 || n == 4 { vec![format!("P{n}")] } else { vec![] };
    let phase =
        |n: u8| PhaseSpec { number: n, groups: vec![number(n)], walks: walks(n), actuation: Actuation::default() };
    spec.rings = Some(RingsSpec {
        phases: (1..=8).map(phase).collect(),
        rings: vec![vec![vec![1, 2], vec![3, 4]], vec![vec![5, 6], vec![7, 8]]],
        overlaps: vec![],
        modes: Default::default(),
    });
    for (channel, name) in (0..).zip(["1", "2", "3", "4", "5", "6", "7", "8", "P2", "P4"]) {
        let on_foot = name.starts_with('P');
        spec.detectors.push(DetectorUse {
            channel,
            groups: vec![name.into()],
            mode: if on_foot { DetectorMode::Call } else { DetectorMode::CallAndExtend },
            locking: on_foot,
            ..DetectorUse::default()
        });
    }
    spec
}

/// What one phase has in place of the defaults.
fn with(mut spec: PlanSpec, phase: u8, set: impl FnOnce(&mut Actuation)) -> PlanSpec {
    let rings = spec.rings.as_mut().expect("rings");
    let found = rings.phases.iter_mut().find(|p| p.number == phase).expect("a phase");
    set(&mut found.actuation);
    spec
}

/// Some groups have a recall.
fn recall(mut spec: PlanSpec, recall: Recall, groups: &[&str]) -> PlanSpec {
    for group in spec.groups.iter_mut().filter(|g| groups.contains(&g.name.as_str())) {
        group.recall = recall;
    }
    spec
}

fn nema(spec: PlanSpec) -> Timeline {
    Timeline::new(spec).strategy("nema", &[])
}

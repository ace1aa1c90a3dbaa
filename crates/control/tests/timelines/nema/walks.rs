//! People on foot, also in coordination; overlaps, flashing yellow arrows.

use intergreen_control::plan::{Coordination, IntergreenSpec, IntergreenTime, OverlapSpec};

use super::{
    coordinated::{COORDINATION, coordinated},
    *,
};

#[test]
fn people_on_foot_walk_when_they_are_called_and_clear_before_the_green_ends() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r y r r r y r r r  r   detector 3 on  -- nobody on foot
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r G r  r   detector 3 off
               ...
            25  r r r y r r r y r  r   detector 8 on, detector 1 on
            26  r r r y r r r y r  r   detector 8 off
               ...
            28  r r r r r r r r r  r
            29  r G r r r G r r W  r
               ...
            34  r G r r r G r r c  r
               ...
            38  r G r r r G r r r  r
               ...
            40  r G r r r G r r r  r   detector 9 on
            41  r G r r r G r r r  r   detector 9 off
            42  r G r r r G r r r  r   detector 1 off
               ...
            44  r y r r r y r r r  r
               ...
            47  r r r r r r r r r  r
            48  r r r G r r r G r  W
               ...
            53  r r r G r r r G r  c
               ...
            57  r r r G r r r G r  r
               ...
            70  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&TERMINATIONS),
        [(10.0, 4, 2), (10.0, 4, 6), (25.0, 4, 4), (25.0, 4, 8), (44.0, 4, 2), (44.0, 4, 6)]
    );
}

#[test]
fn who_comes_on_foot_while_it_rests_walks_at_once() {
    nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r G r r r G r r W  r   detector 8 on
            11  r G r r r G r r W  r   detector 8 off
               ...
            13  r G r r r G r r W  r   detector 3 on
               ...
            15  r G r r r G r r c  r
               ...
            19  r y r r r y r r r  r
               ...
            22  r r r r r r r r r  r
            23  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
        ",
    );
}

#[test]
fn with_recycling_who_comes_late_walks_if_there_is_time() {
    let spec = with(rings(), 2, |a| a.ped_recycle = true);
    nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            20  r G r r r G r r W  r   detector 8 on  -- 2 has 40 s left
            21  r G r r r G r r W  r   detector 8 off
               ...
            25  r G r r r G r r c  r
               ...
            29  r G r r r G r r r  r
               ...
            56  r G r r r G r r r  r   detector 8 on  -- 4 s left are too few
            57  r G r r r G r r r  r   detector 8 off
               ...
            60  r y r r r y r r r  r
               ...
            63  r r r r r r r r r  r
            64  r r r G r r r G r  r
               ...
            70  r r r G r r r G r  r
        ",
    );
    nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            20  r G r r r G r r r  r   detector 8 on  -- without it: next time
            21  r G r r r G r r r  r   detector 8 off
               ...
            40  r G r r r G r r r  r
        ",
    );
}

#[test]
fn rest_in_walk_lasts_until_somebody_in_conflict_is_called() {
    let spec = with(rings(), 2, |a| a.rest_in_walk = true);
    nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r W  r   detector 8 on
             1  r G r r r G r r W  r   detector 8 off
               ...
            20  r G r r r G r r c  r   detector 3 on
               ...
            24  r y r r r y r r r  r
               ...
            27  r r r r r r r r r  r
            28  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r
        ",
    );
}

#[test]
fn a_ped_recall_walks_in_every_cycle() {
    let spec = recall(recall(rings(), Recall::Ped, &["P4"]), Recall::Min, &["2", "6"]);
    nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
             5  r y r r r y r r r  r
               ...
             8  r r r r r r r r r  r
             9  r r r G r r r G r  W
               ...
            14  r r r G r r r G r  c
               ...
            18  r r r y r r r y r  r
               ...
            21  r r r r r r r r r  r
            22  r G r r r G r r r  r
               ...
            27  r y r r r y r r r  r
               ...
            30  r r r r r r r r r  r
            31  r r r G r r r G r  W
               ...
            36  r r r G r r r G r  c
               ...
            40  r r r y r r r y r  r
               ...
            43  r r r r r r r r r  r
            44  r G r r r G r r r  r
               ...
            49  r y r r r y r r r  r
               ...
            52  r r r r r r r r r  r
            53  r r r G r r r G r  W
               ...
            58  r r r G r r r G r  c
               ...
            60  r r r G r r r G r  c
        ",
    );
}

/// Without a group of people on foot.
fn without(mut spec: PlanSpec, name: &str) -> PlanSpec {
    spec.groups.retain(|g| g.name != name);
    spec.forbidden.retain(|(a, b)| a != name && b != name);
    spec.intergreens.retain(|i| i.from != name && i.to != name);
    spec.detectors.retain(|d| d.groups[0] != name);
    let rings = spec.rings.as_mut().expect("rings");
    rings.phases.iter_mut().for_each(|p| p.walks.retain(|w| w != name));
    spec
}

/// A right turn R beside 2 and 3; sumo#14236: SUMO's NEMA controller has no overlaps.
#[test]
fn an_overlap_follows_its_phases_and_its_traffic_calls_one_of_them() {
    let mut spec = rings();
    spec.groups.push(GroupSpec { red_clearance: Some(s(1)), max_red: Some(s(300)), ..head("R", GroupKind::Vehicle) });
    for n in ["1", "4"] {
        spec = spec.forbid("R", n, (s(4), s(4)));
    }
    spec.detectors[9] = DetectorUse { channel: 9, groups: vec!["R".into()], ..DetectorUse::default() };
    let mut spec = without(spec, "P4");
    let rings = spec.rings.as_mut().expect("rings");
    let overlap = OverlapSpec { group: "R".into(), phases: vec![2, 3], permissive: vec![], lead: s(0), trail: s(0) };
    rings.overlaps.push(overlap);
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 R
             0  r G r r r G r r r  G
               ...
            10  r y r r r y r r r  G  detector 2 on, detector 3 on  -- R goes on with 3
               ...
            13  r r r r r r r r r  G
            14  r r G r r r r G r  G
               ...
            20  r r G r r r r G r  G  detector 2 off
               ...
            22  r r y r r r r G r  y
               ...
            25  r r r r r r r G r  r
            26  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r  detector 9 on  -- R calls 2, a through phase, and no left turn
               ...
            40  r r r G r r r G r  r  detector 3 off
               ...
            42  r r r y r r r y r  r
               ...
            45  r r r r r r r r r  r
            46  r G r r r G r r r  G
               ...
            60  r G r r r G r r r  G
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (10.0, 4, 6), (22.0, 4, 3), (42.0, 4, 4), (42.0, 4, 8)]);
}

#[test]
fn a_flashing_yellow_arrow_calls_its_protected_phase() {
    let mut spec = without(rings(), "P2");
    spec.groups[0].kind = GroupKind::FlashingYellowArrow;
    spec.forbidden.retain(|(a, b)| (a.as_str(), b.as_str()) != ("1", "2"));
    spec.intergreens.retain(|i| !["1", "2"].contains(&i.from.as_str()) || !["1", "2"].contains(&i.to.as_str()));
    spec = spec.give_way("1", "2", true);
    for (from, to) in [("1", "2"), ("2", "1")] {
        let time = IntergreenTime::Given(s(4));
        spec.intergreens.push(IntergreenSpec { from: from.into(), to: to.into(), time });
    }
    let rings = spec.rings.as_mut().expect("rings");
    rings.phases[0].groups.clear();
    rings.overlaps.push(OverlapSpec {
        group: "1".into(),
        phases: vec![1],
        permissive: vec![2],
        lead: s(0),
        trail: s(0),
    });
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P4
             0  o G r r r G r r r     -- flashes with 2, to which it gives way
               ...
            10  o y r r r G r r r   detector 0 on
               ...
            13  o r r r r G r r r
            14  G r r r r G r r r
               ...
            20  G r r r r G r r r   detector 0 off, detector 1 on
               ...
            22  y r r r r G r r r
               ...
            25  r r r r r G r r r
            26  o G r r r G r r r
               ...
            40  o G r r r G r r r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (22.0, 4, 1)]);
}

#[test]
fn a_walk_that_something_keeps_is_asked_for_until_the_green_comes() {
    nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 3 on
               ...
             5  r y r r r y r r r  r
               ...
             8  r r r r r r r r r  r
             9  r r r G r r r G r  r   hold 4
            10  r r r G r r r G r  r   detector 8 on, detector 1 on
            11  r r r G r r r G r  r   detector 8 off
            12  r r r G r r r G r  r   detector 3 off
               ...
            14  r r r G r r r y r  r
               ...
            17  r r r G r r r r r  r   -- 2 and its walk are asked for, and kept from opening for long
               ...
            70  r r r y r r r r r  r   end hold 4
               ...
            73  r r r r r r r r r  r
            74  r G r r r G r r W  r   -- in the moment of the green, not after it
               ...
            79  r G r r r G r r c  r
               ...
            83  r G r r r G r r r  r
               ...
            90  r G r r r G r r r  r
        ",
    );
}

#[test]
fn people_on_foot_are_served_within_the_split() {
    let outcome = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 9 on
            21  r G r r r G r r r  r   detector 9 off
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  W
               ...
            37  r r r G r r r G r  c
               ...
            41  r r r y r r r y r  r
               ...
            44  r r r r r r r r r  r
            45  r G r r r G r r r  r
               ...
            70  r G r r r G r r W  r   detector 8 on
               ...
            72  r G r r r G r r W  r   detector 8 off
               ...
            75  r G r r r G r r c  r
               ...
            79  r G r r r G r r r  r
               ...
            84  r G r r r G r r r  r   detector 8 on, detector 3 on  -- 4 s before the yield point: next time
               ...
            88  r y r r r y r r r  r
               ...
            91  r r r r r r r r r  r
            92  r r r G r r r G r  r
               ...
           110  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&COORDINATION),
        [
            (20.0, 150, 6),
            (20.001, 152, 2),
            (20.001, 152, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (28.0, 6, 2),
            (28.0, 6, 6),
            (41.0, 4, 4),
            (41.0, 4, 8),
            (45.0, 152, 2),
            (45.0, 152, 6),
            (60.0, 150, 5),
            (88.0, 151, 2),
            (88.0, 151, 6),
            (88.0, 6, 2),
            (88.0, 6, 6)
        ]
    );
}

/// A walk of 5 s and a clearance of 4 s fit into the split of 2 before its force-off at 88; but 1 was held, and 2 begins late.
#[test]
fn a_force_off_waits_for_people_on_foot_to_clear() {
    let outcome = nema(coordinated(Coordination::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            40  r r r G r r r G r  r   detector 0 on
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  G r r r r G r r r  r
            61  G r r r r G r r r  r   hold 1, detector 8 on
               ...
            77  y r r r r G r r r  r   end hold 1, detector 8 off, detector 0 off
               ...
            80  r r r r r G r r r  r
            81  r G r r r G r r W  r
               ...
            86  r G r r r G r r c  r
               ...
            90  r y r r r y r r r  r   -- 2 s after the force-off
               ...
            93  r r r r r r r r r  r
            94  r r r G r r r G r  r
               ...
           100  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS)[4..], [(68.0, 6, 1), (90.0, 6, 2), (90.0, 6, 6)]);
}

/// Walk, clearance and the vehicles' yellow and red take 19 s, the split of 4 has 18: the clearance ends while they clear.
#[test]
fn people_on_foot_clear_while_vehicles_do_if_the_split_is_too_short() {
    let mut spec = coordinated(Coordination::default());
    spec.groups[9].clearance = Some(s(10));
    let theirs = spec.intergreens.iter_mut().filter(|i| i.from == "P4");
    theirs.for_each(|i| i.time = IntergreenTime::Given(s(10)));
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 2 on, detector 3 on, detector 9 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r G r r r r G r  r
               ...
            38  r r y r r r r G r  r
               ...
            41  r r r r r r r G r  r
            42  r r r G r r r G r  W
               ...
            47  r r r G r r r G r  c
               ...
            56  r r r y r r r y r  c
            57  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r
               ...
            70  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(28.0, 6, 2), (28.0, 6, 6), (38.0, 6, 3), (56.0, 6, 4), (56.0, 6, 8)]);
}

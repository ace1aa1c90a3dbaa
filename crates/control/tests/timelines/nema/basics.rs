//! Rings, barriers, gap-out, max-out, recalls, dual entry.

use super::*;

/// sumo#10743: SUMO begins with a single phase.
#[test]
fn a_call_beyond_the_barrier_is_served_by_both_rings() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r     -- nobody is called: it rests in green
               ...
            20  r y r r r y r r r  r   detector 3 on
               ...
            23  r r r r r r r r r  r
            24  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r   detector 3 off  -- 4 is extended until now, and for 2 s more there is nobody else
               ...
            45  r r r y r r r y r  r   detector 0 on  -- 1 has a call, 5 has none: 6 goes along
               ...
            48  r r r r r r r r r  r
            49  G r r r r G r r r  r
               ...
            52  G r r r r G r r r  r   detector 0 off
               ...
            70  G r r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(20.0, 4, 2), (20.0, 4, 6), (45.0, 4, 4), (45.0, 4, 8)]);
}

/// sumo#10616: SUMO cannot switch dual entry off.
#[test]
fn without_dual_entry_the_other_ring_stays_red() {
    let outcome = Timeline::new(rings()).strategy("nema", &[("dual_entry", "false")]).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r r r r r r r r r  r     -- nobody is called, nobody goes along
               ...
            10  r G r r r r r r r  r   detector 1 on
               ...
            20  r G r r r r r r r  r   detector 1 off, detector 3 on
               ...
            22  r y r r r r r r r  r
               ...
            25  r r r r r r r r r  r
            26  r r r G r r r r r  r
               ...
            40  r r r G r r r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(22.0, 4, 2)]);
}

#[test]
fn each_phase_may_say_whether_it_goes_along() {
    let mut spec = rings();
    for (phase, along) in [(5, true), (6, false), (8, false)] {
        spec = with(spec, phase, |a| a.dual_entry = Some(along));
    }
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r G r r r r  r     -- of ring 2 the left turn goes along
               ...
            10  r y r r y r r r r  r   detector 3 on
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r r r  r     -- nobody does
               ...
            20  r r r G r r r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (10.0, 4, 5)]);
}

#[test]
fn a_gap_ends_a_green_for_whom_somebody_waits() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r G r r r G r r r  r   detector 1 on, detector 5 on
            11  r G r r r G r r r  r   detector 1 off, detector 5 off, detector 3 on
            12  r G r r r G r r r  r   detector 1 on, detector 5 on
            13  r G r r r G r r r  r   detector 1 off, detector 5 off
            14  r G r r r G r r r  r   detector 1 on
            15  r G r r r G r r r  r   detector 1 off  -- 6 has gapped out, but 2 is extended until 17: they cross together
               ...
            17  r y r r r y r r r  r
               ...
            20  r r r r r r r r r  r
            21  r r r G r r r G r  r
               ...
            30  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(17.0, 4, 2), (17.0, 4, 6)]);
}

#[test]
fn max_counts_from_the_first_conflicting_call() {
    let outcome = Timeline::new(rings()).strategy("nema", &[("max_green_s", "20")]).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 1 on, detector 5 on
               ...
            30  r G r r r G r r r  r   detector 3 on  -- max counts from here
               ...
            50  r y r r r y r r r  r
               ...
            53  r r r r r r r r r  r
            54  r r r G r r r G r  r
               ...
            74  r r r y r r r y r  r
               ...
            77  r r r r r r r r r  r
            78  r G r r r G r r r  r
               ...
            80  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&[4, 5, 6, 31, 50]),
        [
            (30.0, 50, 2),
            (30.0, 50, 6),
            (50.0, 5, 2),
            (50.0, 5, 6),
            (50.0, 31, 1),
            (54.0, 50, 4),
            (54.0, 50, 8),
            (74.0, 5, 4),
            (74.0, 4, 8),
            (74.0, 31, 2),
            (78.0, 50, 2),
            (78.0, 50, 6)
        ]
    );
}

#[test]
fn a_phase_that_has_gapped_out_is_extended_again_while_the_other_ring_is_busy() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 5 on
               ...
            10  r G r r r G r r r  r   detector 3 on  -- 2 has gapped out long ago, 6 is busy
               ...
            18  r G r r r G r r r  r   detector 1 on  -- somebody comes at 2
               ...
            20  r G r r r G r r r  r   detector 5 off  -- 6 gaps out at 22, but 2 is extended again
               ...
            24  r G r r r G r r r  r   detector 1 off
               ...
            26  r y r r r y r r r  r
               ...
            29  r r r r r r r r r  r
            30  r r r G r r r G r  r
               ...
            32  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(26.0, 4, 2), (26.0, 4, 6)]);
}

#[test]
fn without_simultaneous_gap_out_it_does_not_look_back() {
    let outcome = nema(with(rings(), 2, |a| a.single_gap = true)).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r   detector 5 on
               ...
            10  r G r r r G r r r  r   detector 3 on
               ...
            18  r G r r r G r r r  r   detector 1 on
               ...
            20  r G r r r G r r r  r   detector 5 off
               ...
            22  r y r r r y r r r  r
               ...
            24  r y r r r y r r r  r   detector 1 off
            25  r r r r r r r r r  r
            26  r r r G r r r G r  r
               ...
            32  r r r G r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(22.0, 4, 2), (22.0, 4, 6)]);
}

/// sumo#9940: SUMO served conflicting phases together when one ring was done before the other.
#[test]
fn a_ring_waits_at_the_barrier_for_the_other() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r G r r r r  r   detector 4 on, detector 2 on, detector 7 on
               ...
            12  r G r r G r r r r  r   detector 5 on  -- 2 has been ready since its call; ring 2 serves 5, then 6
               ...
            25  r G r r y r r r r  r
               ...
            28  r G r r r r r r r  r
            29  r G r r r G r r r  r
               ...
            40  r G r r r G r r r  r   detector 4 off, detector 5 off
               ...
            42  r y r r r y r r r  r
               ...
            45  r r r r r r r r r  r
            46  r r G r r r r G r  r
               ...
            60  r r G r r r r G r  r   detector 2 off, detector 7 off
               ...
            80  r r G r r r r G r  r
        ",
    );
    assert_eq!(outcome.codes(&[4, 5, 6, 31]), [(25.0, 5, 5), (42.0, 4, 2), (42.0, 4, 6), (42.0, 31, 1)]);
}

#[test]
fn phases_follow_each_other_in_their_order_and_uncalled_ones_are_skipped() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r y r r r y r r r  r   detector 2 on, detector 3 on, detector 6 on
               ...
            13  r r r r r r r r r  r
            14  r r G r r r G r r  r
               ...
            20  r r G r r r G r r  r   detector 2 off, detector 6 off
               ...
            22  r r y r r r G r r  r
               ...
            25  r r r r r r G r r  r
            26  r r r G r r G r r  r
               ...
            35  r r r G r r G r r  r   detector 3 off, detector 4 on
               ...
            37  r r r y r r y r r  r
               ...
            40  r r r r r r r r r  r
            41  r G r r G r r r r  r
               ...
            60  r G r r G r r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (10.0, 4, 6), (22.0, 4, 3), (37.0, 4, 4), (37.0, 4, 7)]);
}

#[test]
fn a_min_recall_brings_the_phase_back() {
    let outcome = nema(recall(rings(), Recall::Min, &["2", "6"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r y r r r y r r r  r   detector 3 on
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r G r  r
            15  r r r G r r r G r  r   detector 3 off
               ...
            19  r r r y r r r y r  r
               ...
            22  r r r r r r r r r  r
            23  r G r r r G r r r  r
               ...
            50  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (10.0, 4, 6), (19.0, 4, 4), (19.0, 4, 8)]);
}

#[test]
fn a_max_recall_has_its_greatest_green() {
    let mut spec = recall(rings(), Recall::Min, &["2", "6"]);
    spec.groups[3].max_green = Some(s(15));
    // A dynamic max would grow; under a max recall there is none.
    let spec = with(spec, 4, |a| (a.dynamic_limit, a.dynamic_step) = (Some(s(30)), Some(s(5))));
    let outcome = nema(recall(spec, Recall::Max, &["4"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
             5  r y r r r y r r r  r
               ...
             8  r r r r r r r r r  r
             9  r r r G r r r G r  r
               ...
            24  r r r y r r r y r  r
               ...
            27  r r r r r r r r r  r
            28  r G r r r G r r r  r
               ...
            33  r y r r r y r r r  r
               ...
            36  r r r r r r r r r  r
            37  r r r G r r r G r  r
               ...
            52  r r r y r r r y r  r
               ...
            55  r r r r r r r r r  r
            56  r G r r r G r r r  r
               ...
            61  r y r r r y r r r  r
               ...
            64  r r r r r r r r r  r
            65  r r r G r r r G r  r
               ...
            80  r r r y r r r y r  r
        ",
    );
    assert_eq!(
        outcome.codes(&[4, 5, 6, 53]),
        [
            (5.0, 4, 2),
            (5.0, 4, 6),
            (24.0, 5, 4),
            (24.0, 4, 8),
            (33.0, 4, 2),
            (33.0, 4, 6),
            (52.0, 5, 4),
            (52.0, 4, 8),
            (61.0, 4, 2),
            (61.0, 4, 6),
            (80.0, 5, 4),
            (80.0, 4, 8)
        ]
    );
}

#[test]
fn a_soft_recall_comes_when_nobody_else_is_called() {
    let outcome = nema(recall(rings(), Recall::Soft, &["2", "6"])).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r y r r r y r r r  r   detector 3 on
               ...
            13  r r r r r r r r r  r
            14  r r r G r r r G r  r
               ...
            20  r r r G r r r y r  r   detector 6 on
               ...
            23  r r r G r r r r r  r
            24  r r r G r r G r r  r
            25  r r r G r r G r r  r   detector 3 off  -- 7 is called
               ...
            35  r r r G r r G r r  r   detector 6 off  -- now nobody is: back to the main street
               ...
            37  r r r y r r y r r  r
               ...
            40  r r r r r r r r r  r
            41  r G r r r G r r r  r
               ...
            50  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (10.0, 4, 6), (20.0, 4, 8), (37.0, 4, 4), (37.0, 4, 7)]);
}

#[test]
fn a_phase_without_detectors_has_its_greatest_green_in_every_cycle() {
    let mut spec = rings();
    spec.detectors.retain(|d| !["2", "6"].contains(&d.groups[0].as_str()));
    let outcome = Timeline::new(spec).strategy("nema", &[("max_green_s", "15")]).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            30  r y r r r y r r r  r   detector 3 on  -- its max counts from its start
               ...
            33  r r r r r r r r r  r
            34  r r r G r r r G r  r
               ...
            38  r r r G r r r G r  r   detector 3 off
               ...
            40  r r r y r r r y r  r
               ...
            43  r r r r r r r r r  r
            44  r G r r r G r r r  r
               ...
            46  r G r r r G r r r  r   detector 3 on
               ...
            59  r y r r r y r r r  r
               ...
            62  r r r r r r r r r  r
            63  r r r G r r r G r  r
               ...
            70  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&TERMINATIONS),
        [(30.0, 5, 2), (30.0, 5, 6), (40.0, 4, 4), (40.0, 4, 8), (59.0, 5, 2), (59.0, 5, 6)]
    );
}

#[test]
fn red_rest_ends_greens_that_nobody_wants() {
    let mut spec = rings();
    spec.rings.as_mut().expect("rings").modes.red_rest = true;
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
             5  r y r r r y r r r  r
               ...
             8  r r r r r r r r r  r
               ...
            20  r r r G r r r G r  r   detector 3 on
               ...
            25  r r r G r r r y r  r
               ...
            28  r r r G r r r r r  r
               ...
            30  r r r G r r r r r  r   detector 3 off
               ...
            32  r r r y r r r r r  r
               ...
            35  r r r r r r r r r  r
               ...
            50  r r r r r r r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(5.0, 4, 2), (5.0, 4, 6), (25.0, 4, 8), (32.0, 4, 4)]);
}

#[test]
fn an_earlier_phase_of_the_section_is_served_again_at_once() {
    let outcome = nema(rings()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r y r r r G r r r  r   detector 0 on  -- 6 stays green
               ...
            13  r r r r r G r r r  r
            14  G r r r r G r r r  r
               ...
            20  G r r r r G r r r  r   detector 0 off, detector 1 on
               ...
            22  y r r r r G r r r  r
               ...
            25  r r r r r G r r r  r
            26  r G r r r G r r r  r
               ...
            40  r G r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(10.0, 4, 2), (22.0, 4, 1)]);
}

#[test]
fn backup_protection_makes_all_rings_red_before() {
    let mut spec = rings();
    spec.rings.as_mut().expect("rings").modes.backup_protection = true;
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  r G r r r G r r r  r
               ...
            10  r G r r r G r r r  r   detector 0 on, detector 5 on  -- 6 has to end as well
               ...
            12  r G r r r G r r r  r   detector 5 off
               ...
            14  r y r r r y r r r  r
               ...
            17  r r r r r r r r r  r
            18  G r r r r G r r r  r
               ...
            22  G r r r r G r r r  r   detector 0 off
               ...
            40  G r r r r G r r r  r
        ",
    );
    assert_eq!(outcome.codes(&TERMINATIONS), [(14.0, 4, 6), (14.0, 4, 2)]);
}

#[test]
fn nobody_waits_beyond_the_longest_red() {
    let mut spec = rings();
    spec.groups.iter_mut().for_each(|g| g.max_red = Some(s(60)));
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
             0  G r r r r G r r r  r   detector 1 on, detector 2 on, detector 3 on, detector 0 on  -- max would be 50 s
               ...
            25  y r r r r G r r r  r
               ...
            28  r r r r r G r r r  r
            29  r G r r r G r r r  r
               ...
            45  r y r r r y r r r  r
               ...
            48  r r r r r r r r r  r
            49  r r G r r r r G r  r
               ...
            54  r r y r r r r G r  r
               ...
            57  r r r r r r r G r  r
            58  r r r G r r r G r  r
               ...
            82  r r r y r r r y r  r
               ...
            85  r r r r r r r r r  r
            86  G r r r r G r r r  r
               ...
           102  y r r r r G r r r  r
               ...
           105  r r r r r G r r r  r
           106  r G r r r G r r r  r
               ...
           111  r y r r r y r r r  r
               ...
           114  r r r r r r r r r  r
           115  r r G r r r r G r  r
               ...
           120  r r G r r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&[4, 5, 6, 175]),
        [
            (25.0, 5, 1),
            (45.0, 6, 2),
            (45.0, 6, 6),
            (54.0, 6, 3),
            (82.0, 6, 4),
            (82.0, 6, 8),
            (102.0, 6, 1),
            (111.0, 6, 2),
            (111.0, 6, 6)
        ]
    );
}

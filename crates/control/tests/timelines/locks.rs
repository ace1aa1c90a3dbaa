//! Whose call is remembered. The strategy is `actuated` with two streets, A and B; it rests at A.

use intergreen_control::plan::{DetectorUse, PlanSpec};

use crate::{
    bank::{TIMES, check, detector},
    on_foot, s,
    timeline::Timeline,
    vehicle,
};

#[test]
fn a_call_without_lock_goes_with_the_vehicle() {
    check(
        vec![detector(0, "A"), detector(1, "B")],
        "
               A B
            0  G r  detector 0 on
              ...
           10  G r  detector 1 on
              ...
           12  G r  detector 1 off  -- somebody turned on red
           13  G r  detector 0 off
              ...
           30  G r
        ",
    );
}

#[test]
fn a_locked_call_stays() {
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, ..detector(1, "B") }],
        "
               A B
            0  G r  detector 0 on
              ...
           10  G r  detector 1 on
              ...
           12  G r  detector 1 off
           13  G r  detector 0 off
              ...
           15  y r  -- whoever it was is served
              ...
           18  r r
           19  r G
              ...
           24  r y
              ...
           27  r r
           28  G r
              ...
           40  G r
        ",
    );
}

#[test]
fn a_vehicle_that_comes_on_yellow_is_kept_with_yellow_lock_only() {
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, ..detector(1, "B") }],
        "
               A B
            0  G r  detector 1 on
              ...
            6  y r
              ...
            9  r r
           10  r G
              ...
           12  r G  detector 1 off
              ...
           15  r y
           16  r y  detector 1 on
           17  r y  detector 1 off  -- it went through
           18  r r
           19  G r
              ...
           40  G r
        ",
    );
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, yellow_lock: true, ..detector(1, "B") }],
        "
               A B
            0  G r  detector 1 on
              ...
            6  y r
              ...
            9  r r
           10  r G
              ...
           12  r G  detector 1 off
              ...
           15  r y
           16  r y  detector 1 on
           17  r y  detector 1 off  -- it stands between loop and line, perhaps
           18  r r
           19  G r
              ...
           24  y r
              ...
           27  r r
           28  r G
              ...
           33  r y
              ...
           36  r r
           37  G r
              ...
           40  G r
        ",
    );
}

#[test]
fn who_is_on_the_detector_when_the_green_ends_is_kept() {
    let locks = |yellow_lock| vec![detector(0, "A"), DetectorUse { locking: true, yellow_lock, ..detector(1, "B") }];
    // B has its greatest green while somebody is on its loop, and A waits.
    let ends = "
               A B
            0  G r  detector 1 on
              ...
            6  y r
              ...
            9  r r
           10  r G
              ...
           20  r G  detector 0 on
              ...
           70  r y
    ";
    // Off in yellow: it went through, perhaps.
    check(
        locks(false),
        &format!(
            "{ends}
           71  r y  detector 1 off
              ...
           73  r r
           74  G r  detector 0 off
              ...
           100  G r
            "
        ),
    );
    // Or it stands between loop and line.
    check(
        locks(true),
        &format!(
            "{ends}
           71  r y  detector 1 off
              ...
           73  r r
           74  G r  detector 0 off
              ...
           79  y r
              ...
           82  r r
           83  r G
              ...
           88  r y
              ...
           91  r r
           92  G r
              ...
           100  G r
            "
        ),
    );
    // Still there when the red begins: it did not go, and is remembered though it leaves the loop.
    check(
        locks(false),
        &format!(
            "{ends}
              ...
           73  r r
           74  G r  detector 0 off, detector 1 off
              ...
           79  y r
              ...
           82  r r
           83  r G
              ...
           88  r y
              ...
           91  r r
           92  G r
              ...
           100  G r
            "
        ),
    );
}

#[test]
fn who_has_not_waited_for_the_delay_when_the_green_ends_is_not_kept() {
    check(
        vec![detector(0, "A"), DetectorUse { locking: true, yellow_lock: true, delay: s(8), ..detector(1, "B") }],
        "
               A B
            0  G r  detector 1 on
              ...
            8  y r
              ...
           11  r r
           12  r G
              ...
           20  r G  detector 0 on
              ...
           70  r y
           71  r y
           72  r y  detector 1 off  -- somebody turned on yellow
           73  r r
           74  G r  detector 0 off
              ...
           99  G r
        ",
    );
}

#[test]
fn who_presses_the_button_while_others_clear_has_the_next_walk() {
    let spec = PlanSpec::new("a crossing", vec![vehicle("A"), on_foot("P")])
        .forbid("A", "P", (s(4), s(6)))
        .stage("a", &["A"])
        .stage("p", &["P"]);
    let spec =
        PlanSpec { detectors: vec![detector(0, "A"), DetectorUse { locking: true, ..detector(1, "P") }], ..spec };
    Timeline::new(spec).strategy("actuated", &TIMES).check(
        "
               A P
            0  G r
              ...
           10  y r  detector 1 on
           11  y r  detector 1 off
              ...
           13  r r
           14  r W
              ...
           19  r c
              ...
           21  r c  detector 1 on
           22  r c  detector 1 off  -- too late for this walk
           23  r r
              ...
           25  G r
              ...
           30  y r
              ...
           33  r r
           34  r W
              ...
           39  r c
           40  r c
        ",
    );
}

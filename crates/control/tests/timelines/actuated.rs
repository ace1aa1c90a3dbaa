//! Stages as long as their traffic needs them: the strategy `actuated`.

use intergreen_control::{
    On,
    plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, PlanSpec, Recall},
};

use crate::{s, timeline::Timeline, vehicle};

/// A detector of a channel for a group.
fn detector(channel: u16, group: &str) -> DetectorUse {
    DetectorUse { channel, groups: vec![group.into()], ..DetectorUse::default() }
}

/// Three streets, each with a stage and a detector: A 0, B 1, C 2.
fn three_streets() -> PlanSpec {
    let spec = PlanSpec::new("three streets", vec![vehicle("A"), vehicle("B"), vehicle("C")])
        .forbid("A", "B", (s(4), s(4)))
        .forbid("A", "C", (s(4), s(4)))
        .forbid("B", "C", (s(4), s(4)))
        .stage("a", &["A"])
        .stage("b", &["B"])
        .stage("c", &["C"]);
    PlanSpec { detectors: vec![detector(0, "A"), detector(1, "B"), detector(2, "C")], ..spec }
}

/// Round numbers, whatever the defaults.
const TIMES: [(&str, &str); 3] = [("gap_s", "2"), ("advance_gap_s", "3"), ("max_green_s", "50")];

fn actuated(spec: PlanSpec) -> Timeline {
    Timeline::new(spec).strategy("actuated", &TIMES)
}

/// The same three streets where a group is called or rests in another way.
fn with_recall(group: usize, recall: Recall) -> PlanSpec {
    let mut spec = three_streets();
    spec.groups[group].recall = recall;
    spec
}

/// Gap-outs, max-outs and force-offs: second, code, group.
const ENDS: [u8; 3] = [4, 5, 6];

#[test]
fn who_has_no_detector_has_the_greatest_green_in_every_cycle() {
    let mut spec = three_streets();
    spec.detectors.remove(0);
    // Of the main street nothing tells when its traffic has left, whether it is recalled or not.
    for recall in [Recall::None, Recall::Min] {
        spec.groups[0].recall = recall;
        let outcome = actuated(spec.clone()).check(
            "
               A B C
            0  G r r
              ...
           10  G r r  detector 2 on
              ...
           60  y r r  -- 50 s after the first call of somebody else
              ...
           63  r r r
           64  r r G
              ...
           70  r r G  detector 2 off
              ...
           72  r r y  -- A is called in any case
              ...
           75  r r r
           76  G r r
              ...
          140  G r r
            ",
        );
        assert_eq!(outcome.codes(&ENDS), [(60.0, 5, 1), (72.0, 4, 3)]);
    }
}

#[test]
fn it_rests_where_it_is_and_skips_who_does_not_call() {
    let outcome = actuated(three_streets()).check(
        "
               A B C
            0  G r r
              ...
           60  y r r  detector 2 on  -- nobody calls B: it is skipped; nobody is at A: its gap is long over
              ...
           63  r r r
           64  r r G
              ...
           90  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(60.0, 4, 1)]);
}

#[test]
fn a_green_lasts_until_the_gap_of_its_lane() {
    let outcome = actuated(three_streets()).check(
        "
               A B C
            0  G r r  detector 0 on, detector 2 on
              ...
            7  G r r  detector 0 off
            8  G r r  detector 0 on
              ...
           11  G r r  detector 0 off  -- one second of gap was too short; now it is two
           12  G r r
           13  y r r
              ...
           16  r r r
           17  r r G
              ...
           30  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(13.0, 4, 1)]);
    // Who watches sees it coming: since when it is green, its least green of 5 s, its gap, its greatest green since the call.
    let on = On::Stage(0);
    assert_eq!(outcome.timers(9.0), [(on, [Some(-9.0), Some(-4.0), Some(f64::INFINITY), Some(41.0)])]);
    assert_eq!(outcome.timers(12.0), [(on, [Some(-12.0), Some(-7.0), Some(1.0), Some(38.0)])]);
    assert_eq!(outcome.timers(14.0), [(On::Stage(2), [None; 4])], "it waits for its green");
    assert_eq!(
        outcome.timers(30.0),
        [(On::Stage(2), [Some(-13.0), None, None, None])],
        "nobody else is called: it rests"
    );
}

#[test]
fn the_greatest_green_counts_from_the_first_call_of_somebody_else() {
    let outcome = actuated(three_streets()).check(
        "
               A B C
            0  G r r  detector 0 on
              ...
           20  G r r  detector 2 on
              ...
           70  y r r  -- 50 s from 20, though A is still extended
              ...
           73  r r r
           74  r r G
              ...
           80  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(70.0, 5, 1)]);
}

#[test]
fn a_greatest_green_of_the_plan_goes_before_that_of_the_run() {
    let mut spec = three_streets();
    spec.groups[0].max_green = Some(s(12));
    let outcome = actuated(spec).check(
        "
               A B C
            0  G r r  detector 0 on
              ...
           20  G r r  detector 2 on
              ...
           32  y r r
              ...
           35  r r r
           36  r r G
              ...
           80  r r G  -- A calls, but its green was 44 s ago: C rests until nobody extends it, at most 50 s
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(32.0, 5, 1)]);
}

#[test]
fn a_lane_that_has_gapped_out_stays_out() {
    let mut spec = three_streets();
    spec.detectors.push(detector(3, "A"));
    let outcome = actuated(spec).check(
        "
               A B C
            0  G r r  detector 0 on, detector 3 on, detector 2 on
              ...
            8  G r r  detector 0 off  -- this lane gaps out at 10
              ...
           11  G r r  detector 0 on  -- it does not extend any more
              ...
           20  G r r  detector 3 off
           21  G r r
           22  y r r  -- the other lane has gapped out too
              ...
           25  r r r
           26  r r G
              ...
           40  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(22.0, 4, 1)]);
}

#[test]
fn loops_upstream_have_a_longer_gap_and_belong_to_their_lane() {
    let mut spec = three_streets();
    let place =
        |kind, distance_m| Some(DetectorPlace { kind, lane: "1".into(), distance_m, length_m: 2.0, speed_m_s: 14.0 });
    spec.detectors[0].place = place(DetectorKind::StopBar, 0.0);
    spec.detectors.push(DetectorUse {
        mode: DetectorMode::Extend,
        place: place(DetectorKind::X, 49.0),
        ..detector(3, "A")
    });
    let outcome = actuated(spec).check(
        "
               A B C
            0  G r r  detector 0 on, detector 2 on
              ...
            8  G r r  detector 3 on, detector 0 off
            9  G r r  detector 3 off
              ...
           11  G r r  detector 3 on
           12  G r r  detector 3 off  -- three seconds from here
              ...
           15  y r r
              ...
           18  r r r
           19  r r G
              ...
           40  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(15.0, 4, 1)]);
}

/// A main street with a left turn that has a stage of its own afterwards: `through` and `left` open together in stage 2.
fn shared() -> PlanSpec {
    let spec = PlanSpec::new("shared", vec![vehicle("T"), vehicle("O"), vehicle("L"), vehicle("S")])
        .forbid("O", "L", (s(4), s(4)))
        .forbid("T", "S", (s(4), s(4)))
        .forbid("O", "S", (s(4), s(4)))
        .forbid("L", "S", (s(4), s(4)))
        .stage("both ways", &["T", "O"])
        .stage("with left", &["T", "L"])
        .stage("side", &["S"]);
    PlanSpec { detectors: vec![detector(0, "T"), detector(1, "O"), detector(2, "L"), detector(3, "S")], ..spec }
}

#[test]
fn who_is_open_in_the_next_stage_too_does_not_extend_this_one() {
    let outcome = actuated(shared()).check(
        "
               T O L S
            0  G G r r  detector 0 on
              ...
           20  G y r r  detector 2 on  -- T is extended all the time, but goes on in the next stage
              ...
           23  G r r r
           24  G r G r
              ...
           40  G r G r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(20.0, 4, 2)]);
}

#[test]
fn a_later_stage_that_serves_the_same_and_more_comes_first() {
    let spec = three_streets().stage("b and D", &["B", "D"]);
    let mut spec = PlanSpec { groups: [spec.groups.clone(), vec![vehicle("D")]].concat(), ..spec };
    spec = spec.forbid("A", "D", (s(4), s(4))).forbid("C", "D", (s(4), s(4)));
    spec.detectors.push(detector(3, "D"));
    let outcome = actuated(spec).check(
        "
               A B C D
            0  G r r r  detector 1 on, detector 2 on, detector 3 on
              ...
            6  y r r r  detector 1 off
            7  y r r r  detector 3 off
              ...
            9  r r r r
           10  r G r G  -- stage b would serve B alone
              ...
           15  r y r y
              ...
           18  r r r r
           19  r r G r
              ...
           40  r r G r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(5.001, 4, 1), (14.001, 4, 2), (14.001, 4, 4)]);
}

#[test]
fn a_minimum_recall_is_served_in_every_cycle() {
    let outcome = actuated(with_recall(1, Recall::Min)).check(
        "
               A B C
            0  G r r
              ...
            6  y r r
              ...
            9  r r r
           10  r G r
              ...
           30  r y r  detector 0 on
              ...
           33  r r r
           34  G r r  -- and B again when the gap of A is over: here it never is
              ...
           60  G r r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(5.001, 4, 1), (30.0, 4, 2)]);
}

#[test]
fn a_maximum_recall_has_its_greatest_green() {
    let mut spec = with_recall(0, Recall::Max);
    spec.groups[0].max_green = Some(s(20));
    let outcome = actuated(spec).check(
        "
               A B C
            0  G r r
              ...
           10  G r r  detector 2 on
              ...
           30  y r r
              ...
           33  r r r
           34  r r G
              ...
           70  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(30.0, 5, 1)]);
}

#[test]
fn a_soft_recall_is_where_it_rests() {
    let outcome = actuated(with_recall(1, Recall::Soft)).check(
        "
               A B C
            0  G r r
              ...
            6  y r r  -- nobody calls: it goes to where it rests
              ...
            9  r r r
           10  r G r
              ...
           30  r y r  detector 2 on
           31  r y r  detector 2 off  -- C calls no more, but is served now
              ...
           33  r r r
           34  r r G
              ...
           39  r r y
              ...
           42  r r r
           43  r G r
              ...
           60  r G r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(5.001, 4, 1), (30.0, 4, 2), (39.0, 4, 3)]);
}

#[test]
fn it_returns_to_the_stage_to_rest_in() {
    let outcome = Timeline::new(three_streets()).strategy("actuated", &[TIMES[0], ("rest", "a")]).check(
        "
               A B C
            0  G r r
              ...
           30  y r r  detector 2 on
              ...
           33  r r r
           34  r r G
              ...
           40  r r G  detector 2 off
           41  r r G
           42  r r y
              ...
           45  r r r
           46  G r r
              ...
           60  G r r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(30.0, 4, 1), (42.0, 4, 3)]);
}

#[test]
fn who_has_no_detector_is_always_called() {
    let mut spec = three_streets();
    spec.detectors.truncate(2);
    let outcome = actuated(spec).check(
        "
               A B C
            0  G r r
              ...
            6  y r r  -- C may have somebody waiting: nobody would see it
              ...
            9  r r r
           10  r r G
              ...
           20  r r G  detector 0 on
              ...
           70  r r y  -- nor when they have left: it has its greatest green
              ...
           73  r r r
           74  G r r
              ...
           80  G r r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(5.001, 4, 1), (70.0, 5, 3)]);
}

#[test]
fn nobody_waits_beyond_the_longest_red() {
    let mut spec = three_streets();
    spec.groups.iter_mut().for_each(|g| g.max_red = Some(s(40)));
    let outcome = actuated(spec).check(
        "
               A B C
            0  G r r  detector 0 on, detector 1 on, detector 2 on
              ...
           25  y r r  -- C waits from 0 on, and needs 4 s + 5 s + 4 s after A
              ...
           28  r r r
           29  r G r
              ...
           34  r y r
              ...
           37  r r r
           38  r r G
              ...
           62  r r y
              ...
           65  r r r
           66  G r r
              ...
           71  y r r
              ...
           74  r r r
           75  r G r
              ...
           99  r y r
              ...
          102  r r r
          103  r r G
              ...
          108  r r y
              ...
          111  r r r
          112  G r r
              ...
          120  G r r
        ",
    );
    let ends = [(25.0, 6, 1), (34.0, 6, 2), (62.0, 6, 3), (71.0, 6, 1), (99.0, 6, 2), (108.0, 6, 3)];
    assert_eq!(outcome.codes(&ENDS), ends);
    assert_eq!(outcome.latches, []);
}

#[test]
fn a_call_from_outside_is_served_once() {
    let outcome = actuated(three_streets()).check(
        "
               A B C
            0  G r r
              ...
           20  y r r  call B
              ...
           23  r r r
           24  r G r
              ...
           60  r G r  call B  -- it is green
              ...
           80  r G r
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(20.0, 4, 1)]);
}

#[test]
fn a_left_turn_that_found_no_gap_is_served_by_the_stage_in_which_it_need_not_give_way() {
    let give_way = |spec: PlanSpec| spec.give_way("L", "O", true);
    let spec = PlanSpec::new("left over", vec![vehicle("O"), vehicle("L"), vehicle("S")])
        .forbid("O", "S", (s(4), s(4)))
        .forbid("L", "S", (s(4), s(4)))
        .stage("both", &["O", "L"])
        .stage("left", &["L"])
        .stage("side", &["S"]);
    let detectors = vec![detector(0, "O"), detector(1, "L"), detector(2, "S")];
    let outcome = actuated(PlanSpec { detectors, ..give_way(spec) }).check(
        "
               O L S
            0  G g r  detector 0 on, detector 1 on
              ...
            9  G g r  detector 0 off
           10  G g r  detector 2 on
           11  y g r  -- somebody is left over at L: the arrow comes before the side street
              ...
           14  r G r
              ...
           20  r G r  detector 1 off
           21  r G r
           22  r y r
              ...
           25  r r r
           26  r r G
              ...
           40  r r G
        ",
    );
    assert_eq!(outcome.codes(&ENDS), [(11.0, 4, 1), (22.0, 4, 2)]);
}

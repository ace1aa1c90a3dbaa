//! Days: calendars, and offsets from midnight.

use intergreen_control::plan::{Calendar, DayAction, DayEntry, DayPlan};

use super::coordinated::{coordinated, pattern};
use super::*;

/// Free at night, coordinated from seven o'clock on.
fn by_day() -> PlanSpec {
    let entry = |hour: i64, action| DayEntry { from: s(hour * 3600), action };
    let entries =
        vec![entry(0, DayAction::Free), entry(7, DayAction::Pattern("day".into())), entry(20, DayAction::Free)];
    let calendar =
        Calendar { days: vec![DayPlan { name: "all".into(), entries }], week: vec!["all".into(); 7], holidays: vec![] };
    PlanSpec { calendar, ..coordinated(Default::default()) }
}

const CLOCK: [u8; 3] = [131, 150, 151];

#[test]
fn the_calendar_begins_and_ends_coordination() {
    let outcome = nema(by_day()).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   clock Mon 06:59:40, detector 3 on
               ...
            25  r y r r r y r r r  r
               ...
            28  r r r r r r r r r  r
            29  r r r G r r r G r  r
               ...
            33  r r r G r r r G r  r   detector 3 off
               ...
            40  r r r y r r r y r  r
               ...
            43  r r r r r r r r r  r
            44  r G r r r G r r r  r
               ...
            60  r G r r r G r r r  r   detector 3 on
               ...
            64  r y r r r y r r r  r
               ...
            67  r r r r r r r r r  r
            68  r r r G r r r G r  r
               ...
            96  r r r y r r r y r  r
               ...
            99  r r r r r r r r r  r
           100  r G r r r G r r r  r
               ...
           128  r y r r r y r r r  r
               ...
           131  r r r r r r r r r  r
           132  r r r G r r r G r  r
               ...
           156  r r r y r r r y r  r
               ...
           159  r r r r r r r r r  r
           160  r G r r r G r r r  r
               ...
           188  r y r r r y r r r  r
               ...
           191  r r r r r r r r r  r
           192  r r r G r r r G r  r
               ...
           216  r r r y r r r y r  r
               ...
           219  r r r r r r r r r  r
           220  r G r r r G r r r  r
               ...
           248  r y r r r y r r r  r
               ...
           251  r r r r r r r r r  r
           252  r r r G r r r G r  r
               ...
           276  r r r y r r r y r  r
               ...
           279  r r r r r r r r r  r
           280  r G r r r G r r r  r   clock Mon 19:59:50
               ...
           290  r y r r r y r r r  r
               ...
           293  r r r r r r r r r  r
           294  r r r G r r r G r  r
               ...
           320  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&CLOCK),
        [
            (40.0, 131, 1),
            (40.0, 150, 6),
            (44.0, 150, 2),
            (63.2, 151, 2),
            (63.2, 151, 6),
            (92.001, 150, 1),
            (100.0, 150, 5),
            (128.0, 151, 2),
            (128.0, 151, 6),
            (160.0, 150, 5),
            (188.0, 151, 2),
            (188.0, 151, 6),
            (220.0, 150, 5),
            (248.0, 151, 2),
            (248.0, 151, 6),
            (280.0, 150, 6),
            (280.0, 150, 2),
            (290.0, 131, 0),
            (290.0, 150, 0)
        ]
    );
}

#[test]
fn offsets_count_from_midnight() {
    let outcome = nema(coordinated(Default::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   clock Mon 00:00:27, detector 3 on
               ...
            25  r y r r r y r r r  r
               ...
            28  r r r r r r r r r  r
            29  r r r G r r r G r  r
               ...
            49  r r r y r r r y r  r
               ...
            52  r r r r r r r r r  r
            53  r G r r r G r r r  r
               ...
            81  r y r r r y r r r  r
               ...
            84  r r r r r r r r r  r
            85  r r r G r r r G r  r
               ...
           109  r r r y r r r y r  r
               ...
           112  r r r r r r r r r  r
           113  r G r r r G r r r  r
               ...
           141  r y r r r y r r r  r
               ...
           144  r r r r r r r r r  r
           145  r r r G r r r G r  r
               ...
           150  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&CLOCK),
        [
            (20.0, 131, 1),
            (20.0, 150, 6),
            (20.001, 150, 1),
            (21.0, 151, 2),
            (21.0, 151, 6),
            (53.0, 150, 5),
            (81.0, 151, 2),
            (81.0, 151, 6),
            (113.0, 150, 5),
            (141.0, 151, 2),
            (141.0, 151, 6)
        ]
    );
}

#[test]
fn a_clock_that_is_set_brings_it_out_of_step_and_back() {
    let outcome = nema(coordinated(Default::default())).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            56  r r r y r r r y r  r
               ...
            59  r r r r r r r r r  r
            60  r G r r r G r r r  r
               ...
            80  r G r r r G r r r  r   clock Mon 06:00:10
               ...
            98  r y r r r y r r r  r
               ...
           101  r r r r r r r r r  r
           102  r r r G r r r G r  r
               ...
           126  r r r y r r r y r  r
               ...
           129  r r r r r r r r r  r
           130  r G r r r G r r r  r
               ...
           158  r y r r r y r r r  r
               ...
           161  r r r r r r r r r  r
           162  r r r G r r r G r  r
               ...
           170  r r r G r r r G r  r
        ",
    );
    assert_eq!(
        outcome.codes(&CLOCK),
        [
            (20.0, 131, 1),
            (20.0, 150, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (60.0, 150, 5),
            (80.0, 150, 6),
            (80.0, 150, 2),
            (92.001, 150, 1),
            (98.0, 151, 2),
            (98.0, 151, 6),
            (130.0, 150, 5),
            (158.0, 151, 2),
            (158.0, 151, 6)
        ]
    );
}

#[test]
fn a_day_that_is_no_whole_number_of_cycles_brings_it_out_of_step_and_back() {
    let mut spec = coordinated(Default::default());
    let mut longer = pattern("day", 0, Default::default());
    // Ten seconds more for the lefts of the side street: a day has 1234 cycles and 20 s.
    longer.cycle = s(70);
    longer.phases.iter_mut().filter(|p| matches!(p.phase, 3 | 7)).for_each(|p| p.split = s(20));
    spec.patterns = vec![longer];
    let outcome = nema(spec).check(
        "
               1 2 3 4 5 6 7 8 P2 P4
            20  r G r r r G r r r  r   clock Mon 23:58:50, detector 3 on
               ...
            28  r y r r r y r r r  r
               ...
            31  r r r r r r r r r  r
            32  r r r G r r r G r  r
               ...
            66  r r r y r r r y r  r
               ...
            69  r r r r r r r r r  r
            70  r G r r r G r r r  r
               ...
           118  r y r r r y r r r  r
               ...
           121  r r r r r r r r r  r
           122  r r r G r r r G r  r
               ...
           156  r r r y r r r y r  r
               ...
           159  r r r r r r r r r  r
           160  r G r r r G r r r  r
               ...
           188  r y r r r y r r r  r
               ...
           191  r r r r r r r r r  r
           192  r r r G r r r G r  r
               ...
           226  r r r y r r r y r  r
               ...
           229  r r r r r r r r r  r
           230  r G r r r G r r r  r
               ...
           258  r y r r r y r r r  r
               ...
           261  r r r r r r r r r  r
           262  r r r G r r r G r  r
               ...
           296  r r r y r r r y r  r
               ...
           299  r r r r r r r r r  r
           300  r G r r r G r r r  r
               ...
           328  r y r r r y r r r  r
               ...
           331  r r r r r r r r r  r
           332  r r r G r r r G r  r
               ...
           366  r r r y r r r y r  r
               ...
           369  r r r r r r r r r  r
           370  r G r r r G r r r  r
               ...
           398  r y r r r y r r r  r
               ...
           401  r r r r r r r r r  r
           402  r r r G r r r G r  r
               ...
           436  r r r y r r r y r  r
               ...
           439  r r r r r r r r r  r
           440  r G r r r G r r r  r
               ...
           450  r G r r r G r r r  r
        ",
    );
    assert_eq!(
        outcome.codes(&CLOCK),
        [
            (20.0, 131, 1),
            (20.0, 150, 6),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (70.0, 150, 5),
            (98.0, 150, 6),
            (98.0, 150, 2),
            (117.2, 151, 2),
            (117.2, 151, 6),
            (122.001, 150, 1),
            (160.0, 150, 5),
            (188.0, 151, 2),
            (188.0, 151, 6),
            (230.0, 150, 5),
            (258.0, 151, 2),
            (258.0, 151, 6),
            (300.0, 150, 5),
            (328.0, 151, 2),
            (328.0, 151, 6),
            (370.0, 150, 5),
            (398.0, 151, 2),
            (398.0, 151, 6),
            (440.0, 150, 5)
        ]
    );
}

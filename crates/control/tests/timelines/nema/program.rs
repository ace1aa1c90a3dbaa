//! A fixed program kept to as a pattern.

use intergreen_control::{Lamp, Program, ProgramStep};

use super::*;

/// The eight phases without people on foot, and a program of them: phases 1 and 5 with the first green and so on, beginning with
/// one of the four, and 4 s after each.
fn with_program(greens: [i64; 4], first: usize) -> PlanSpec {
    let mut spec = rings();
    let on_foot = |name: &String| name.starts_with('P');
    spec.groups.retain(|g| !on_foot(&g.name));
    spec.forbidden.retain(|(a, b)| !on_foot(a) && !on_foot(b));
    spec.intergreens.retain(|i| !on_foot(&i.from) && !on_foot(&i.to));
    spec.detectors.retain(|d| !d.groups.iter().any(on_foot));
    spec.rings.as_mut().expect("rings").phases.iter_mut().for_each(|p| p.walks.clear());
    let mut steps = Vec::new();
    for i in (0..4).map(|i| (first + i) % 4) {
        let green = greens[i];
        for (seconds, lamp) in [(green, Lamp::Green), (3, Lamp::Yellow), (1, Lamp::Red)] {
            let mut lamps = vec![Lamp::Red; 8];
            (lamps[i], lamps[i + 4]) = (lamp, lamp);
            steps.push(ProgramStep { duration: s(seconds), lamps });
        }
    }
    spec.program = Some(Program::new("day", s(0), steps).expect("a program"));
    spec
}

#[test]
fn phases_have_the_splits_of_the_program() {
    let timeline = || Timeline::new(with_program([8, 16, 6, 14], 0));
    let outcome = timeline().strategy("nema", &[("coordinated", "program")]).check(
        "
               1 2 3 4 5 6 7 8
            20  r G r r r G r r   detector 3 on  -- within its green of the program: in step at once
               ...
            28  r y r r r y r r
               ...
            31  r r r r r r r r
            32  r r r G r r r G
               ...
            56  r r r y r r r y
               ...
            59  r r r r r r r r
            60  r G r r r G r r
               ...
            88  r y r r r y r r
               ...
            90  r y r r r y r r
        ",
    );
    assert_eq!(
        outcome.codes(&[132, 133, 134, 135, 136, 137, 150, 151]),
        [
            (20.0, 150, 6),
            (20.0, 132, 60),
            (20.0, 133, 0),
            (20.0, 134, 12),
            (20.0, 135, 20),
            (20.0, 136, 10),
            (20.0, 137, 18),
            (20.001, 150, 1),
            (28.0, 151, 2),
            (28.0, 151, 6),
            (60.0, 150, 5),
            (88.0, 151, 2),
            (88.0, 151, 6)
        ]
        .map(|e: (f64, u8, u16)| e)
    );
}

/// Splits of 10, 18, 10 and 18 s; the program begins with phases 3 and 7.
#[test]
fn those_with_whom_the_program_begins_are_coordinated() {
    let outcome = Timeline::new(with_program([6, 14, 6, 14], 2)).strategy("nema", &[("coordinated", "program")]).check(
        "
               1 2 3 4 5 6 7 8
            40  r G r r r G r r   detector 3 on
               ...
            45  r y r r r y r r
               ...
            48  r r r r r r r r
            49  r r r G r r r G
               ...
            95  r r r G r r r G   detector 1 on
               ...
           133  r r r y r r r y
           134  r r r y r r r y
        ",
    );
    let yields: Vec<u16> = outcome.codes(&[151]).iter().map(|e| e.2).collect();
    assert_eq!(yields, [4, 8, 4, 8]);
}

#[test]
fn a_phase_with_a_least_green_of_its_own_has_a_split_in_which_it_fits() {
    let spec = with(with_program([8, 16, 6, 14], 0), 3, |a| a.min_green = Some(s(8)));
    let outcome = Timeline::new(spec).strategy("nema", &[("coordinated", "program")]).check(
        "
               1 2 3 4 5 6 7 8
            20  r G r r r G r r
            21  r G r r r G r r
        ",
    );
    // 4 gives up 2 s for it.
    assert_eq!(outcome.codes(&[136, 137]), [(20.0, 136, 12), (20.0, 137, 16)]);
}

//! Small intersections: what is refused, smoothed and derived.

use intergreen_control::plan::{IntergreenTime, Relation, Waiver};
use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use super::*;
use crate::import::Report;
use crate::import::sumo::net::read_network;
use crate::import::sumo::net::test_files::Scratch;
use crate::network::compose::{self, Node, NodeKind, Street, StreetEnd, StreetPlan};

/// An intersection `x` of streets from these places, each with that many lanes and, if asked for, a bay; the program is
/// one stage of all.
pub(super) fn intersection(arms: &[(&str, f64, f64)], lanes: u8, bay: bool) -> Network {
    one_way(arms, lanes, bay, &[])
}

/// The same; on these arms vehicles come, and none leaves.
pub(super) fn one_way(arms: &[(&str, f64, f64)], lanes: u8, bay: bool, inwards: &[&str]) -> Network {
    let mut plan = StreetPlan::default();
    let node = Node::new;
    plan.nodes.push(node("x", 0.0, 0.0, NodeKind::Signal));
    for &(name, x, y) in arms {
        plan.nodes.push(node(&format!("{name}_end"), x, y, NodeKind::DeadEnd));
        plan.streets.push(Street {
            median: if bay { 4.0 } else { 0.0 },
            both_ways: !inwards.contains(&name),
            end: StreetEnd { bay: bay.then_some(50.0), turns: Vec::new() },
            ..Street::new(name, &format!("{name}_end"), "x", lanes, 50.0)
        });
    }
    let stage = |(name, ..): &(&str, f64, f64)| compose::Stage { green: 10.0, go: vec![(*name).into()] };
    plan.signals.push(compose::SignalPlan {
        node: "x".into(),
        cycle: 15.0 * arms.len() as f64,
        offset: 0.0,
        yellow: 3.0,
        all_red: 2.0,
        stages: arms.iter().map(stage).collect(),
        permissive: None,
    });
    compose::compose(&plan).unwrap_or_else(|e| panic!("{e}"))
}

/// Four arms.
pub(super) const CROSS: &[(&str, f64, f64)] =
    &[("w", -300.0, 0.0), ("e", 300.0, 0.0), ("n", 0.0, 300.0), ("s", 0.0, -300.0)];
/// Three.
pub(super) const TEE: &[(&str, f64, f64)] = &[("w", -300.0, 0.0), ("e", 300.0, 0.0), ("s", 0.0, -300.0)];

/// The lamps of letters.
fn lamps(letters: &str) -> Vec<Lamp> {
    letters.chars().map(|c| Lamp::from_letter(c).expect("a letter of SUMO")).collect()
}

/// A program of steps: seconds and letters.
fn program(steps: &[(i64, &str)]) -> Program {
    let step =
        |&(seconds, letters): &(i64, &str)| ProgramStep { duration: Millis(seconds * 1000), lamps: lamps(letters) };
    Program::new("p", Millis(0), steps.iter().map(step).collect()).unwrap_or_else(|e| panic!("{e}"))
}

/// The plan of the only signal with somebody else's program.
pub(super) fn with(network: &mut Network, steps: &[(i64, &str)], allow_unsafe: bool) -> Result<SignalPlan, Refusal> {
    let signal = &mut network.signals[0];
    (signal.program, signal.own) = (program(steps), false);
    of_signal(network, SignalId(0), allow_unsafe)
}

/// The letters for one group of each road and direction, all others red: `w s` is from w straight on.
pub(super) fn open(network: &Network, ways: &[(&str, &str)], lamp: char) -> String {
    let signal = &network.signals[0];
    let mut letters = vec!['r'; usize::from(signal.groups)];
    for &m in &signal.movements {
        let (from, to) = meetings::way(network, m);
        if ways.iter().any(|w| from.trim_end_matches(".bay") == w.0 && to == format!("-{}", w.1)) {
            letters[usize::from(meetings::group(network, m).expect("a group"))] = lamp;
        }
    }
    letters.into_iter().collect()
}

#[test]
fn yellow_ends_a_green_and_red_yellow_begins_one() {
    // One letter per step of one group: as in the file, as shown.
    for (file, expected) in [
        ("Gyr", "Gyr"),
        ("GyG", "GGG"),
        ("Gyg", "Ggg"),
        ("gyG", "ggG"),
        ("Gyyg", "Gggg"),
        // Over the end of the cycle.
        ("yGr", "uGr"),
        ("yGGy", "GGGG"),
        ("ryG", "ruG"),
        ("ryyG", "ruuG"),
        ("ryr", "rrr"),
        ("sysG", "sssG"),
        ("syG", "suG"),
        ("ruG", "ruG"),
        ("rur", "rrr"),
        ("GuG", "GGG"),
        ("Gur", "Grr"),
        ("ryuG", "rruG"),
        ("GyuG", "GyrG"),
        ("Gyruu", "Gyruu"),
        ("yyy", "rrr"),
        ("uuu", "rrr"),
        ("Oyr", "Oyr"),
        ("OyG", "OuG"),
        ("oGy", "oGy"),
        ("ggGG", "ggGG"),
    ] {
        let steps: Vec<(i64, String)> = file.chars().map(|c| (1, c.to_string())).collect();
        let steps: Vec<(i64, &str)> = steps.iter().map(|(s, l)| (*s, l.as_str())).collect();
        let (shown, listed) = smoothing::smooth(&program(&steps));
        let shown: String = shown.iter().map(|s| s.lamps[0].letter()).collect();
        assert_eq!(shown, expected, "{file}");
        let differ = file.chars().zip(shown.chars()).filter(|(a, b)| a != b).count();
        assert_eq!(listed.len(), differ, "{file}");
        assert!(listed.iter().all(|s| !s.to_string().is_empty()));
    }
}

#[test]
fn crossing_streets_opened_together_are_refused_by_name() {
    let mut network = intersection(CROSS, 1, false);
    let both = open(&network, &[("w", "e"), ("n", "s")], 'G');
    let red = "r".repeat(both.len());
    let yellow = both.replace('G', "y");
    let steps: &[(i64, &str)] = &[(5, &red), (20, &both), (3, &yellow)];
    let refusal = with(&mut network, steps, false).expect_err("they cross");
    let text = refusal.to_string();
    for part in
        ["signal 'x'", "program 'p'", "w → -e", "n → -s", "first in step 1, 20 s per cycle", "--allow-unsafe-programs"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(matches!(of_network(&network, false), Err(Refusal::Opens(pairs)) if pairs.len() == 1));
    // The user insists: it yields, and is said so.
    let plan = with(&mut network, steps, true).expect("it is run all the same");
    let found = plan.plan.waivers().iter().find_map(|w| match w {
        Waiver::UnsafePair { who, to } => Some((*who, *to)),
        _ => None,
    });
    let (who, to) = found.expect("it is waived");
    assert_eq!(plan.plan.matrix().relation(who, to), Relation::Yields);
    assert_eq!(plan.opened.len(), 1);
    assert!(plan.plan.stages().is_empty());
    assert!(plan.waived(&network).iter().any(|l| l.contains("UNSAFE")), "{:?}", plan.waived(&network));
}

#[test]
fn times_come_from_the_program() {
    let mut network = intersection(CROSS, 1, false);
    let (a, b) = (open(&network, &[("w", "e")], 'G'), open(&network, &[("n", "s")], 'G'));
    let (ay, by) = (a.replace('G', "y"), b.replace('G', "y"));
    let red = "r".repeat(a.len());
    let bu = b.replace('G', "u");
    let g = |letters: &str| letters.find('G').expect("a green") as u16;
    let (x, y) = (g(&a), g(&b));
    // From x to y 3 s of yellow, 2 of red-yellow; from y to x nothing at all; green of y lasts 4 s.
    let plan = with(&mut network, &[(20, &a), (3, &ay), (2, &bu), (4, &b)], false).expect("a plan").plan;
    assert_eq!((plan.matrix().intergreen(x, y), plan.matrix().intergreen(y, x)), (Millis(5000), Millis(0)));
    let times = |g: u16| {
        let g = &plan.groups()[usize::from(g)];
        (g.min_green.0, g.yellow.0, g.red_yellow.0, g.max_red.0, g.red_revert.0)
    };
    assert_eq!(times(x), (5000, 3000, 0, 120_000, 1000));
    assert_eq!(times(y), (4000, 0, 2000, 120_000, 1000));
    assert!(plan.waivers().contains(&Waiver::MissingYellow { group: y }));
    assert!(
        plan.waivers().iter().any(|w| matches!(w, Waiver::ShortClearance { from, to, .. } if (*from, *to) == (y, x)))
    );
    // Through another green, the gap is no change from one to the other.
    let c = open(&network, &[("s", "n")], 'G');
    let cy = c.replace('G', "y");
    let steps: &[(i64, &str)] = &[(20, &a), (3, &ay), (20, &c), (3, &cy), (20, &b), (3, &by), (100, &red)];
    let plan = with(&mut network, steps, false).expect("a plan").plan;
    let time = |from: u16, to: u16| {
        let named =
            |i: &&intergreen_control::plan::IntergreenSpec| i.from == from.to_string() && i.to == to.to_string();
        plan.spec().intergreens.iter().find(named).map(|i| i.time)
    };
    // The formula: 3 s of yellow and the time to clear.
    assert!(matches!(time(x, y), Some(IntergreenTime::Derived(t)) if (3000..7000).contains(&t.0)), "{:?}", time(x, y));
    assert_eq!(plan.groups()[usize::from(x)].max_red, Millis(338_000));
    // More than a minute is no change either.
    assert!(matches!(time(y, x), Some(IntergreenTime::Derived(t)) if t.0 < 7000), "{:?}", time(y, x));
}

#[test]
fn a_left_turn_that_ends_before_the_oncoming_traffic_is_a_yellow_trap() {
    let mut network = intersection(CROSS, 1, false);
    let through = open(&network, &[("e", "w")], 'G');
    let left = open(&network, &[("w", "n")], 'g');
    let join =
        |a: &str, b: &str| -> String { a.chars().zip(b.chars()).map(|(a, b)| if a == 'r' { b } else { a }).collect() };
    let both = join(&through, &left);
    let ending = join(&through, &left.replace('g', "y"));
    let yellow = through.replace('G', "y");
    let red = "r".repeat(both.len());
    let plan = with(&mut network, &[(20, &both), (3, &ending), (9, &through), (3, &yellow), (9, &red)], false);
    let plan = plan.expect("a plan");
    let (who, to) = (left.find('g').expect("one") as u16, through.find('G').expect("one") as u16);
    assert_eq!(plan.plan.matrix().relation(who, to), Relation::YieldsToOncoming);
    assert!(plan.plan.waivers().contains(&Waiver::YellowTrap { group: who, oncoming: to }));
    assert!(plan.waived(&network).iter().any(|l| l.contains("yellow trap") && l.contains("e → -w")));
}

/// The letters of two states that are not red at once.
pub(super) fn joined(a: &str, b: &str) -> String {
    a.chars().zip(b.chars()).map(|(a, b)| if a == 'r' { b } else { a }).collect()
}

#[test]
fn between_two_of_which_one_gives_way_the_program_s_times_count_where_one_starts_while_the_other_is_closed() {
    let mut network = intersection(CROSS, 1, false);
    let (through, left) = (open(&network, &[("e", "w")], 'G'), open(&network, &[("w", "n")], 'g'));
    let (who, to) = (left.find('g').expect("one") as u16, through.find('G').expect("one") as u16);
    let red = "r".repeat(left.len());
    let as_letter = |state: &str, letter: &str| state.replace(['g', 'G'], letter);
    let mut times = |steps: &[(i64, &str)]| {
        let plan = with(&mut network, steps, false).unwrap_or_else(|e| panic!("{e}")).plan;
        let time = |from: u16, to: u16| {
            let pair = (from.to_string(), to.to_string());
            let of = plan.spec().intergreens.iter().find(|i| (&i.from, &i.to) == (&pair.0, &pair.1));
            of.expect("each has one").time
        };
        let is_short = |from: u16, to: u16| {
            plan.waivers()
                .iter()
                .any(|w| matches!(w, Waiver::ShortClearance { from: f, to: t, .. } if (*f, *t) == (from, to)))
        };
        ([time(who, to), time(to, who)], [is_short(who, to), is_short(to, who)])
    };
    let both = joined(&through, &left);
    let (through_y, left_y, both_y) = (as_letter(&through, "y"), as_letter(&left, "y"), as_letter(&both, "y"));
    // Always together: the formula says it, however long they are red.
    let ([a, b], _) = times(&[(20, &both), (3, &both_y), (9, &red)]);
    assert!(matches!(a, IntergreenTime::Given(t) | IntergreenTime::Derived(t) if t >= Millis(3000)), "{a:?}");
    assert!(matches!(b, IntergreenTime::Given(t) | IntergreenTime::Derived(t) if t >= Millis(3000)), "{b:?}");
    // One after the other: in between, the times of the program; shorter than the formula's, they are listed.
    let steps: &[(i64, &str)] = &[(20, &through), (3, &through_y), (20, &left), (3, &left_y), (1, &red)];
    let (found, short) = times(steps);
    assert_eq!(found, [Millis(4000), Millis(3000)].map(IntergreenTime::Given));
    assert!(short[1], "{short:?}");
    // The one ends as the other begins: nothing at all, and listed.
    let crossed = joined(&through_y, &left);
    let (found, short) = times(&[(20, &through), (3, &crossed), (20, &left), (3, &left_y), (9, &red)]);
    assert_eq!((found[1], short[1]), (IntergreenTime::Given(Millis(0)), true));
    // It goes on alone, and need no longer give way after 4 s.
    let (alone, full) = (joined(&through_y, &left), as_letter(&left, "G"));
    let steps: &[(i64, &str)] = &[(20, &both), (3, &alone), (1, &left), (9, &full), (3, &left_y), (20, &red)];
    let (found, _) = times(steps);
    assert_eq!(found[1], IntergreenTime::Given(Millis(4000)));
    // It begins to give way as the other opens: that is no start without the other.
    let steps: &[(i64, &str)] = &[(20, &full), (20, &both), (3, &both_y), (9, &red)];
    let ([a, _], _) = times(steps);
    assert!(matches!(a, IntergreenTime::Derived(t) if t >= Millis(3000)), "{a:?}");
}

#[test]
fn a_left_turn_fully_green_beside_the_oncoming_traffic_is_refused_with_what_helps() {
    let mut network = intersection(CROSS, 1, false);
    let both = joined(&open(&network, &[("e", "w")], 'G'), &open(&network, &[("w", "n")], 'G'));
    let (yellow, red) = (both.replace('G', "y"), "r".repeat(both.len()));
    let steps: &[(i64, &str)] = &[(20, &both), (3, &yellow), (9, &red)];
    let text = with(&mut network, steps, false).expect_err("both are G").to_string();
    let expected = "though w → -n has to give way to e → -w: it is G while e → -w is G; expected g";
    assert!(text.contains(expected), "{text}");
    // The user insists: the lamps stay as they are.
    let plan = with(&mut network, steps, true).expect("it is run all the same");
    let Some(&Waiver::UnsafePair { who, to }) =
        plan.plan.waivers().iter().find(|w| matches!(w, Waiver::UnsafePair { .. }))
    else {
        panic!("{:?}", plan.plan.waivers());
    };
    let relation = |a, b| plan.plan.matrix().relation(a, b);
    assert_eq!([relation(who, to), relation(to, who)], [Relation::None; 2]);
    let lines = plan.waived(&network);
    assert!(lines.iter().any(|l| l.contains("UNSAFE, fully green together with e → -w")), "{lines:?}");
}

/// A crossing of one-lane streets without turns as SUMO has it: groups 0 from the west, 1 from the east, 2 from the
/// south, 3 from the north.
fn sumo_crossing(logic: &str) -> (Network, Report) {
    let ends = [("w", -1.0, 0.0), ("e", 1.0, 0.0), ("s", 0.0, -1.0), ("n", 0.0, 1.0)];
    let mut text = String::from("<net>\n");
    let lane = |id: &str, a: (f64, f64), b: (f64, f64)| {
        format!(
            "<lane id=\"{id}_0\" index=\"0\" speed=\"14\" length=\"90\" shape=\"{},{} {},{}\"/>",
            a.0, a.1, b.0, b.1
        )
    };
    // Each keeps 2 m to the right of the middle.
    let at = |(_, x, y): (&str, f64, f64), far: f64, side: f64| (x * far - y * side, y * far + x * side);
    for (i, (from, to)) in [(0, 1), (1, 0), (2, 3), (3, 2)].into_iter().enumerate() {
        let (a, b) = (ends[from], ends[to]);
        let (stop, exit) = (at(a, 10.0, 2.0), at(b, 10.0, -2.0));
        let inside = lane(&format!(":J_{i}"), stop, exit).replace("length=\"90\"", "length=\"20\"");
        text += &format!("<edge id=\":J_{i}\" function=\"internal\">{inside}</edge>\n");
        text += &format!(
            "<edge id=\"{}\" from=\"{}\" to=\"J\">{}</edge>\n",
            a.0,
            a.0.to_uppercase(),
            lane(a.0, at(a, 100.0, 2.0), stop)
        );
        text += &format!(
            "<edge id=\"to_{0}\" from=\"J\" to=\"{1}\">{2}</edge>\n",
            b.0,
            b.0.to_uppercase(),
            lane(&format!("to_{}", b.0), exit, at(b, 100.0, -2.0))
        );
    }
    let rows = [("0000", "1100"), ("0000", "1100"), ("0000", "0011"), ("0000", "0011")];
    let requests: String = (0..)
        .zip(rows)
        .map(|(i, (r, f))| format!("<request index=\"{i}\" response=\"{r}\" foes=\"{f}\" cont=\"0\"/>"))
        .collect();
    text += &format!(
        "{logic}\n<junction id=\"J\" type=\"traffic_light\" x=\"0\" y=\"0\" incLanes=\"w_0 e_0 s_0 n_0\" \
         intLanes=\":J_0_0 :J_1_0 :J_2_0 :J_3_0\">{requests}</junction>\n"
    );
    for (id, x, y) in ends {
        text += &format!(
            "<junction id=\"{}\" type=\"dead_end\" x=\"{x}\" y=\"{y}\" incLanes=\"to_{id}_0\" intLanes=\"\"/>\n",
            id.to_uppercase()
        );
    }
    for (i, (from, to)) in [("w", "e"), ("e", "w"), ("s", "n"), ("n", "s")].into_iter().enumerate() {
        text += &format!(
            "<connection from=\"{from}\" to=\"to_{to}\" fromLane=\"0\" toLane=\"0\" via=\":J_{i}_0\" tl=\"T\" linkIndex=\"{i}\" \
             dir=\"s\" state=\"o\"/>\n<connection from=\":J_{i}\" to=\"to_{to}\" fromLane=\"0\" toLane=\"0\" dir=\"s\" state=\"M\"/>\n"
        );
    }
    let scratch = Scratch::new("plans");
    let mut report = Report::default();
    let network = read_network(&scratch.write("x.net.xml", text + "</net>"), &[], &mut report);
    (network.unwrap_or_else(|e| panic!("{e}")), report)
}

#[test]
fn what_a_program_never_shows_follows_from_geometry() {
    let steps = "<phase duration=\"30\" state=\"GGrr\"/><phase duration=\"3\" state=\"yyrr\"/>";
    let (network, _) =
        sumo_crossing(&format!("<tlLogic id=\"T\" type=\"static\" programID=\"0\" offset=\"0\">{steps}</tlLogic>"));
    let plan = of_signal(&network, SignalId(0), false).unwrap_or_else(|e| panic!("{e}")).plan;
    // From the west the others' way is met 10.5 to 13.5 m behind the line, from the south 6.5 to 9.5 m.
    // 3 + (13.5 + 6) / 10 − 6.5 / 11.1 = 4.36, and 3 + (9.5 + 6) / 10 − 10.5 / 11.1 = 3.60.
    assert_eq!(plan.matrix().intergreen(0, 2), Millis(4400));
    assert_eq!(plan.matrix().intergreen(2, 0), Millis(3700));
    assert!(plan.spec().intergreens.iter().all(|i| matches!(i.time, IntergreenTime::Derived(_))));
    assert_eq!(plan.waivers(), [2, 3].map(|group| Waiver::NeverServed { group }));
}

/// A NEMA program of that crossing with these parameters.
fn nema(parameters: &[(&str, &str)]) -> String {
    let parameters: String = parameters.iter().map(|(k, v)| format!("<param key=\"{k}\" value=\"{v}\"/>")).collect();
    let phases = [(2, "Grrr"), (6, "rGrr"), (4, "rrGr"), (8, "rrrG")];
    let phases: String = phases
        .iter()
        .map(|(n, state)| {
            format!("<phase duration=\"99\" minDur=\"5\" maxDur=\"30\" vehext=\"2\" yellow=\"3\" red=\"2\" name=\"{n}\" state=\"{state}\"/>")
        })
        .collect();
    format!("<tlLogic id=\"T\" type=\"NEMA\" programID=\"N\" offset=\"0\">{parameters}{phases}</tlLogic>")
}

#[test]
fn a_nema_program_gives_its_rings() {
    let parameters = [
        ("detector-length", "20"),
        ("ring1", "0,2,0,4"),
        ("ring2", "0,6,0,8"),
        ("barrierPhases", "4,8"),
        ("barrier2Phases", "2,6"),
        ("minRecall", "2,6"),
        ("total-cycle-length", "80"),
        ("coordinate-mode", "true"),
    ];
    let (network, report) = sumo_crossing(&nema(&parameters));
    assert_eq!(report.findings["<param> 'detector-length' of a NEMA tlLogic"].0, 1);
    assert!(!report.findings.contains_key("NEMA rings not used"));
    let spec = network.signals[0].rings.as_ref().expect("rings");
    assert_eq!((spec.cycle, &spec.coordinated[..]), (Some(Millis(80_000)), &[2, 6][..]));
    assert_eq!(spec.phases[0].max_green, Some(Millis(30_000)));
    let plan = of_signal(&network, SignalId(0), false).unwrap_or_else(|e| panic!("{e}"));
    let rings = plan.plan.rings().expect("rings");
    assert_eq!(rings.rings, [[[2], [4]], [[6], [8]]]);
    let groups: Vec<(u8, &[u16])> = rings.phases.iter().map(|p| (p.number, &p.groups[..])).collect();
    assert_eq!(groups, [(2, &[0][..]), (4, &[2][..]), (6, &[1][..]), (8, &[3][..])]);
    let recalls: Vec<Recall> = plan.plan.groups().iter().map(|g| g.recall).collect();
    assert_eq!(recalls, [Recall::Min, Recall::Min, Recall::None, Recall::None]);
    // With the times of its phases: 3 s of yellow and 2 of red, 30 s at most.
    let served = plan.nema.as_ref().expect("a plan");
    assert_eq!((served.program(), served.rings()), (None, plan.plan.rings()));
    assert_eq!(served.matrix().intergreen(0, 2), Millis(5000));
    let group = &served.groups()[0];
    assert_eq!(
        (group.yellow.0, group.red_clearance.0, group.min_green.0, group.max_green.0),
        (3000, 2000, 5000, 30_000)
    );
    assert_eq!(served.waivers(), []);
    // The fixed program is still the file's.
    assert_eq!(plan.plan.program(), Some(&network.signals[0].program));
}

#[test]
fn malformed_nema_programs_are_counted_and_their_rings_not_used() {
    let good = [("ring1", "2,4"), ("ring2", "6,8"), ("barrierPhases", "4,8"), ("barrier2Phases", "2,6")];
    for (key, value) in [
        ("ring1", ""),
        ("ring1", "2,x"),
        ("ring1", "2,4,2"),
        ("ring1", "2,4,33"),
        ("ring1", "2,5"),
        ("ring2", "-6,8"),
        ("ring2", "8"),
        ("barrierPhases", "4"),
        ("barrierPhases", "8,4"),
        ("barrier2Phases", ""),
        ("minRecall", "two"),
    ] {
        let mut parameters = good.to_vec();
        parameters.retain(|p| p.0 != key);
        parameters.push((key, value));
        let (network, report) = sumo_crossing(&nema(&parameters));
        assert_eq!(network.signals[0].rings, None, "{key}={value}");
        assert_eq!(report.findings["NEMA rings not used"].0, 1, "{key}={value}");
        of_signal(&network, SignalId(0), false).unwrap_or_else(|e| panic!("{key}={value}: {e}"));
    }
    // Two streets in one section: named, and left out.
    let crossing = [("ring1", "2,6"), ("ring2", "4,8"), ("barrierPhases", "2,4"), ("barrier2Phases", "6,8")];
    let (network, _) = sumo_crossing(&nema(&crossing));
    let plan = of_signal(&network, SignalId(0), false).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(plan.plan.rings(), None);
    assert!(plan.notes[0].contains("no ring-barrier of the file: phases 2 and 4 open"), "{:?}", plan.notes);
}

#[test]
fn stages_are_what_is_open_while_nobody_changes() {
    let of = |steps: &[&str]| {
        let steps: Vec<(i64, &str)> = steps.iter().map(|s| (5, *s)).collect();
        let found = stages::stages(program(&steps).steps());
        found.iter().map(|s| s.groups.join("")).collect::<Vec<_>>()
    };
    assert_eq!(of(&["Gr", "yr", "rr", "rG", "ry", "rr"]), ["0", "1"]);
    // What goes on through a change, and alone for a while in between, is no stage of its own.
    assert_eq!(of(&["GGr", "Gyr", "Grr", "GrG", "Gry", "Grr"]), ["01", "02"]);
    // But one that ends the others is.
    assert_eq!(of(&["GGr", "Gyr", "Grr", "yrr", "rrG", "rry"]), ["01", "0", "2"]);
    // The same, split into steps, over the end of the cycle.
    assert_eq!(of(&["Gr", "yr", "rG", "rg", "ry", "Gr"]), ["0", "1"]);
    assert_eq!(of(&["GG"]), ["01"]);
    assert_eq!(of(&["rr"]), [""; 0]);
}

/// At a signal nobody who goes straight on gives way to one who turns, whatever the file says: lamps keep them apart, and
/// so must the plan. It knew no relation, and a turn began while others still crossed at yellow.
#[test]
fn straight_on_and_a_turn_that_a_program_keeps_apart_are_forbidden() {
    let mut network = intersection(CROSS, 1, false);
    let (turn, straight) = (open(&network, &[("w", "n")], 'G'), open(&network, &[("n", "s")], 'G'));
    let [to, who] = [&turn, &straight].map(|letters| letters.find('G').expect("one") as u16);
    let of = |group| network.signals[0].movements.iter().find(|&&m| meetings::group(&network, m) == Some(group));
    let [turning, going] = [to, who].map(|group| *of(group).expect("it has a way"));
    let inside = |m| network.inside(network.movement(m)).collect::<Vec<_>>();
    let (over_turn, over_straight) = (inside(turning), inside(going));
    // As netconvert writes it: the street of the turn comes first.
    network.movements[going.index()].yields_to.push(turning);
    for (here, there, gives_way) in [(&over_straight, &over_turn, true), (&over_turn, &over_straight, false)] {
        for lane in here {
            for c in network.lanes[lane.index()].conflicts.iter_mut().filter(|c| there.contains(&c.foe)) {
                (c.yields, c.foe_yields) = (gives_way, !gives_way);
            }
        }
    }
    let yellow = |letters: &str| letters.replace('G', "y");
    let (turn_y, straight_y) = (yellow(&turn), yellow(&straight));
    let steps: &[(i64, &str)] = &[(20, &turn), (3, &turn_y), (20, &straight), (3, &straight_y)];
    let apart = with(&mut network, steps, false).unwrap_or_else(|e| panic!("{e}")).plan;
    assert_eq!(apart.matrix().relation(who, to), Relation::Forbidden);
    assert!(apart.matrix().intergreen(who, to) >= Millis(3000), "its yellow comes first");
    let monitored = crate::sim::monitor::conflicting(&network, SignalId(0));
    let sees = |pair: (u16, u16)| monitored.contains(&(pair.0, pair.1, false));
    assert!(sees((who, to)) || sees((to, who)), "the monitor sees it, too: {monitored:?}");
    // A program that opens both leaves it to the drivers.
    let (both, both_y) = (joined(&turn, &straight), joined(&turn_y, &straight_y));
    let together = with(&mut network, &[(20, &both), (3, &both_y)], false).unwrap_or_else(|e| panic!("{e}")).plan;
    assert_eq!(together.matrix().relation(who, to), Relation::None);
}

/// A left turn that goes on by itself after those straight on, or begins as they end: how long the other street waits
/// for it says nothing about how long it takes to clear those straight on. Who skipped the left turn waited all the same.
#[test]
fn a_gap_in_which_somebody_else_goes_is_no_clearance() {
    let mut network = intersection(CROSS, 1, true);
    let through = open(&network, &[("w", "e"), ("e", "w")], 'G');
    let left = open(&network, &[("w", "n"), ("e", "s")], 'G');
    let across = open(&network, &[("n", "s"), ("s", "n")], 'G');
    let [from, turning, to] = [&through, &left, &across].map(|letters| letters.find('G').expect("one") as u16);
    let as_letter = |state: &str, letter: &str| state.replace('G', letter);
    let (through_y, left_y, across_y) = (as_letter(&through, "y"), as_letter(&left, "y"), as_letter(&across, "y"));
    let giving_way = as_letter(&left, "g");
    for (with_left, ends) in [
        (joined(&through, &giving_way), joined(&through_y, &giving_way)),
        (through.clone(), joined(&through_y, &giving_way)),
    ] {
        let steps: &[(i64, &str)] =
            &[(20, &with_left), (3, &ends), (6, &left), (4, &left_y), (20, &across), (4, &across_y)];
        let plan = with(&mut network, steps, false).unwrap_or_else(|e| panic!("{e}")).plan;
        // 3 s of yellow, and less than 4 s to clear some 20 m at 10 m/s and more.
        let time = plan.matrix().intergreen(from, to);
        assert!((Millis(3000)..Millis(7000)).contains(&time), "{time:?}, not the 13 s of the program");
        assert_eq!(plan.matrix().intergreen(turning, to), Millis(4000), "this is a change from the one to the other");
    }
}

//! Plans of the networks of the test data: they are sound, run the programs as they are, and see the same conflicts as
//! the monitor.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use intergreen::import::Report;
use intergreen::import::sumo::net::read_network;
use intergreen::network::{Network, SignalId};
use intergreen::plans::{self, SignalPlan};
use intergreen::sim::monitor;
use intergreen_control::plan::{IntergreenTime, Plan, Relation, Waiver};
use intergreen_control::{Lamp, Millis};

use crate::worlds::{arterial, data_file};

/// Every network of the test data, with the programs that replace the net's own; how many letters are smoothed, how many
/// pairs have less than the formula, and how many yellow traps there are. Nothing else is waived.
const NETS: &[(&str, &[&str], [usize; 3])] = &[
    ("resco/cologne1/cologne1.net.xml", &[], [0, 30, 0]),
    ("resco/cologne8/cologne8.net.xml", &[], [7, 190, 0]),
    ("resco/ingolstadt7/ingolstadt7.net.xml", &[], [17, 116, 0]),
    ("resco/grid4x4/grid4x4.net.xml", &[], [0, 3200, 0]),
    ("bologna/acosta/acosta_buslanes.net.xml", &["bologna/acosta/acosta_tls.add.xml"], [0, 45, 6]),
    ("grid/g4/net.xml", &[], [0, 384, 0]),
    ("grid/g16/net.xml", &[], [0, 6144, 0]),
];

/// The networks that are there, with their plans.
pub fn planned() -> Vec<(&'static str, Arc<Network>, Vec<SignalPlan>)> {
    let mut found = Vec::new();
    for &(net, additional, _) in NETS {
        let Some(file) = data_file(net) else { continue };
        let additional: Vec<PathBuf> = additional.iter().filter_map(|a| data_file(a)).collect();
        let network = read_network(&file, &additional, &mut Report::default()).unwrap_or_else(|e| panic!("{e}"));
        let plans = plans::of_network(&network, false).unwrap_or_else(|e| panic!("{net}: {e}"));
        assert_eq!(plans.len(), network.signals.len());
        found.push((net, Arc::new(network), plans));
    }
    found
}

#[test]
fn programs_are_kept_letter_for_letter_but_for_what_is_listed() {
    for (net, network, plans) in planned() {
        for (signal, plan) in network.signals.iter().zip(&plans) {
            let (file, shown) = (&signal.program, plan.plan.program().expect("a program"));
            assert_eq!((file.id(), file.offset(), file.cycle()), (shown.id(), shown.offset(), shown.cycle()));
            let mut listed = plan.smoothed.iter();
            for (step, (a, b)) in file.steps().iter().zip(shown.steps()).enumerate() {
                assert_eq!(a.duration, b.duration);
                for (group, (&was, &now)) in (0u16..).zip(a.lamps.iter().zip(&b.lamps)) {
                    if was != now {
                        let s = listed.next().expect("a change is listed");
                        assert_eq!((s.step, s.group, s.was, s.shown), (step, group, was, now), "{net} {}", signal.id);
                    }
                }
            }
            assert_eq!(listed.next(), None);
        }
    }
}

#[test]
fn relations_are_the_monitor_s() {
    let arterial = arterial().network;
    let all = planned().into_iter();
    let ours = plans::of_network(&arterial, false).unwrap_or_else(|e| panic!("{e}"));
    let mut merges = 0;
    for (name, network, plans) in all.chain([("arterial", arterial, ours)]) {
        let mut count = [0, 0, 0];
        for plan in &plans {
            let monitored = monitor::conflicting(&network, plan.signal);
            let forbidden = |a: u16, b: u16| monitored.iter().any(|p| *p == (a, b, false) || *p == (b, a, false));
            let n = plan.plan.groups().len() as u16;
            let yields = |a: u16, b: u16| monitored.contains(&(a, b, true)) && !forbidden(a, b);
            let relation = |a, b| plan.plan.matrix().relation(a, b);
            let goes = |lamp: Lamp| !lamp.is_red() && lamp != Lamp::TurnOnRed;
            let steps = plan.plan.program().expect("a program").steps();
            let go_together =
                |a: u16, b: u16| steps.iter().any(|s| goes(s.lamps[usize::from(a)]) && goes(s.lamps[usize::from(b)]));
            for (a, b) in (0..n).flat_map(|a| (0..n).map(move |b| (a, b))).filter(|(a, b)| a != b) {
                // Of two that are to give way to each other, a plan lets one go first.
                if yields(a, b) && yields(b, a) {
                    assert!(
                        relation(a, b).yields() != relation(b, a).yields(),
                        "{name}: '{}' {a} {b}",
                        plan.plan.name()
                    );
                    count[1] += usize::from(relation(a, b).yields());
                    continue;
                }
                let expected = match (forbidden(a, b), yields(a, b)) {
                    (true, _) => Relation::Forbidden,
                    (_, true) => Relation::Yields,
                    _ => Relation::None,
                };
                let found = match relation(a, b) {
                    Relation::YieldsToOncoming => Relation::Yields,
                    other => other,
                };
                // Ways that only merge may be open together; a plan has a clearance where the program keeps them apart.
                if (found, expected) == (Relation::Yields, Relation::None) && !go_together(a, b) {
                    let clearance = plan.plan.matrix().intergreen(b, a);
                    assert!(clearance > Millis(0), "{name}: '{}' {a} {b}", plan.plan.name());
                    count[2] += 1;
                    continue;
                }
                assert_eq!(found, expected, "{name}: '{}' {a} {b}", plan.plan.name());
                count[0] += usize::from(found == Relation::Forbidden);
                count[1] += usize::from(found == Relation::Yields);
            }
        }
        println!("{name}: {} forbidden pairs, {} that yield, {} that merge", count[0] / 2, count[1], count[2]);
        assert!(count[0] > 0, "{name}");
        merges += count[2];
    }
    assert!(merges > 0);
}

/// What each group shows, second by second of one cycle (all programs have whole seconds).
fn seconds(plan: &Plan) -> Vec<Vec<Lamp>> {
    let program = plan.program().expect("a program");
    (0..program.cycle().0 / 1000)
        .map(|s| program.steps()[program.step_at(program.offset() + Millis(s * 1000)).0].lamps.clone())
        .collect()
}

/// From each start of `to` while `from` is closed back to the last end of `from`, counted in seconds.
fn walked(trace: &[Vec<Lamp>], from: usize, (to, opens): (usize, impl Fn(Lamp) -> bool)) -> Vec<i64> {
    let n = trace.len();
    let closed = |t: usize| !trace[t % n][from].is_green();
    let starts = (0..n).filter(|&t| opens(trace[t][to]) && !opens(trace[(t + n - 1) % n][to]) && closed(t));
    let back = |t: usize| (0..n).find(|&back| !closed(t + 2 * n - back - 1)).map(|back| back as i64 * 1000);
    starts.filter_map(back).collect()
}

#[test]
fn no_time_of_a_plan_is_longer_than_its_program_s() {
    for (net, _, plans) in planned() {
        let mut short = 0;
        for plan in &plans {
            let (p, trace) = (&plan.plan, seconds(&plan.plan));
            let relation = |a, b| p.matrix().relation(a, b);
            for i in &p.spec().intergreens {
                let [from, to] = [&i.from, &i.to].map(|g| p.find_group(g).expect("a group"));
                let mut gaps = walked(&trace, usize::from(from), (usize::from(to), Lamp::is_green));
                // Who no longer gives way waits until the others have cleared.
                if relation(to, from).yields() {
                    gaps.extend(walked(&trace, usize::from(from), (usize::from(to), |l| l == Lamp::Green)));
                }
                let time = p.matrix().intergreen(from, to).0;
                let what = format!("{net}: '{}' {from} → {to}: {time} ms, {gaps:?}", p.name());
                assert!(gaps.iter().all(|&gap| gap >= time), "{what}");
                match i.time {
                    IntergreenTime::Given(t) => assert_eq!(gaps.iter().min(), Some(&t.0), "{what}"),
                    IntergreenTime::Derived(t) => {
                        assert!(t.0 == gaps.iter().copied().min().unwrap_or(t.0) || t.0 > 2000, "{what}")
                    }
                    IntergreenTime::Computed(_) => panic!("{what}"),
                }
                let is =
                    |w: &Waiver| matches!(*w, Waiver::ShortClearance { from: f, to: t, .. } if (f, t) == (from, to));
                assert!(time >= 1000 || p.waivers().iter().any(is), "{what}");
                short += usize::from(time < 1000);
            }
            // Every pair with a relation has both.
            let n = p.groups().len() as u16;
            for (a, b) in (0..n).flat_map(|a| (0..n).map(move |b| (a, b))) {
                let related = relation(a, b) != Relation::None || relation(b, a) != Relation::None;
                let [x, y] = [a, b].map(|g| &p.groups()[usize::from(g)].name);
                let written = p.spec().intergreens.iter().filter(|i| (&i.from, &i.to) == (x, y)).count();
                assert_eq!(written, usize::from(related), "{net}: '{}' {a} {b}", p.name());
            }
            for (g, group) in p.groups().iter().enumerate() {
                // The longest time unbroken from any second.
                let lengths = |open: fn(Lamp) -> bool| -> Option<i64> {
                    let n = trace.len();
                    let is = |t: usize| open(trace[t % n][g]);
                    let starts = (0..n).filter(|&t| is(t) && !is(t + n - 1));
                    starts.map(|t| (t..).take_while(|&t| is(t)).count() as i64 * 1000).min()
                };
                if let Some(green) = lengths(Lamp::is_green) {
                    assert_eq!(group.min_green.0, green.min(5000), "{net}: '{}' {g}", p.name());
                }
                let yellow = lengths(|l| l == Lamp::Yellow);
                assert_eq!(group.yellow.0, yellow.unwrap_or(group.yellow.0), "{net}: '{}' {g}", p.name());
            }
        }
        // In Bologna, three lanes of one approach end in the moment in which a turn opens that would give way to them.
        assert_eq!(short, if net.starts_with("bologna") { 3 } else { 0 }, "{net}: pairs with less than 1 s");
    }
}

#[test]
fn what_is_waived_is_listed_in_words() {
    let row = |name: &str, numbers: &[usize]| {
        let numbers: String = numbers.iter().map(|n| format!("{n:>9}")).collect();
        println!("{name:<40}{numbers}");
    };
    let heads = [
        "signals", "smoothed", "noyellow", "yellow<3", "green<1", "short", "trap", "never", "off", "other", "stages",
        "rings",
    ];
    let mut counted = Vec::new();
    println!("{:<40}{}", "network", heads.map(|h| format!("{h:>9}")).concat());
    for (net, network, plans) in planned() {
        let waivers: BTreeSet<(SignalId, &Waiver)> =
            plans.iter().flat_map(|p| p.plan.waivers().iter().map(|w| (p.signal, w))).collect();
        let count = |test: fn(&Waiver) -> bool| waivers.iter().filter(|(_, w)| test(w)).count();
        row(
            net,
            &[
                plans.len(),
                plans.iter().map(|p| p.smoothed.len()).sum(),
                count(|w| matches!(w, Waiver::MissingYellow { .. })),
                count(|w| matches!(w, Waiver::ShortYellow { .. })),
                count(|w| matches!(w, Waiver::ShortGreen { .. })),
                count(|w| matches!(w, Waiver::ShortClearance { .. })),
                count(|w| matches!(w, Waiver::YellowTrap { .. })),
                count(|w| matches!(w, Waiver::NeverServed { .. })),
                count(|w| matches!(w, Waiver::SignalOff { .. })),
                count(|w| matches!(w, Waiver::Other { .. })),
                plans.iter().map(|p| p.plan.stages().len()).sum(),
                plans.iter().filter(|p| p.plan.rings().is_some()).count(),
            ],
        );
        let short = count(|w| matches!(w, Waiver::ShortClearance { .. }));
        let traps = count(|w| matches!(w, Waiver::YellowTrap { .. }));
        let expected = NETS.iter().find(|n| n.0 == net).expect("it is in the list").2;
        counted.push((net, [plans.iter().map(|p| p.smoothed.len()).sum(), short, traps], expected));
        assert_eq!(waivers.len(), short + traps, "{net}");
        let lines: Vec<String> = plans.iter().flat_map(|p| p.waived(&network)).collect();
        println!("    {} lines", lines.len());
        for line in lines.iter().take(if plans.len() < 10 { 60 } else { 4 }) {
            println!("    {line}");
        }
        for note in plans.iter().flat_map(|p| &p.notes).take(24) {
            println!("      {note}");
        }
    }
    let differ: Vec<_> = counted.iter().filter(|(_, found, expected)| found != expected).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn our_own_street_plans_need_no_waiver() {
    let network = arterial().network;
    let plans = plans::of_network(&network, false).unwrap_or_else(|e| panic!("{e}"));
    for plan in plans {
        assert_eq!(plan.plan.waivers(), [], "{}", plan.plan.name());
        assert_eq!(plan.waived(&network), [""; 0]);
    }
}

/// The signals whose programs open a pair that the monitor holds to be in conflict.
fn opened_by_the_monitor_s_pairs(network: &Network) -> BTreeSet<String> {
    let opens = |signal: &SignalId| {
        let steps = network.signals[signal.index()].program.steps();
        monitor::conflicting(network, *signal).iter().any(|&(a, b, yields)| {
            let open = |l: Lamp| if yields { l == Lamp::Green } else { l.is_green() };
            steps.iter().any(|s| open(s.lamps[usize::from(a)]) && open(s.lamps[usize::from(b)]))
        })
    };
    let signals = (0..network.signals.len()).map(SignalId::new).filter(opens);
    signals.map(|s| network.signals[s.index()].id.clone()).collect()
}

/// Letters of Bologna's programs, and others with which a left turn is fully green beside the oncoming traffic.
pub const FULL_LEFT: (&str, &str) = ("GGGggrrGGGGGGGgrrrrGGG", "GGGGGrrGGGGGGGgrrrrGGG");

/// Bologna with other letters in its programs.
pub fn bologna_with(test: &str, good: &str, bad: &str) -> Option<Network> {
    let net = data_file("bologna/acosta/acosta_buslanes.net.xml")?;
    let text = std::fs::read_to_string(data_file("bologna/acosta/acosta_tls.add.xml")?).expect("readable");
    assert!(text.contains(good));
    let file = std::env::temp_dir().join(format!("intergreen-{test}-{}.add.xml", std::process::id()));
    std::fs::write(&file, text.replace(good, bad)).expect("the temporary folder can be written");
    let network = read_network(&net, std::slice::from_ref(&file), &mut Report::default());
    let _ = std::fs::remove_file(&file);
    Some(network.unwrap_or_else(|e| panic!("{e}")))
}

#[test]
fn a_pair_that_a_program_opens_is_named_and_the_monitor_agrees() {
    // Those who go north over stop line 201 in the longest step of 221, and with them those who go east over stop line
    // 2: their ways cross two junctions further on. And a left turn fully green beside the oncoming traffic.
    for (good, bad) in
        [("GGGggrrGGGGGGGgrrrrGGG", "GGGggrrrrrGGGGgrrrGrrr"), FULL_LEFT, ("\"GGgrrrGGg\"", "\"GGGGGGGGG\"")]
    {
        let Some(network) = bologna_with("named", good, bad) else { return };
        let monitored = opened_by_the_monitor_s_pairs(&network);
        let Err(plans::Refusal::Opens(named)) = plans::of_network(&network, false) else { panic!("{bad} is refused") };
        assert_eq!(named.iter().map(|n| n.signal.clone()).collect::<BTreeSet<_>>(), monitored, "{bad}");
        let words = named[0].to_string();
        assert!(words.contains("opens") && words.contains("\u{2192}") && words.contains("per cycle)"), "{words}");
        // The user insists: exactly these are waived, and the plans stand.
        let plans = plans::of_network(&network, true).unwrap_or_else(|e| panic!("{bad}: {e}"));
        let lines: Vec<String> = plans.iter().flat_map(|p| p.waived(&network)).collect();
        assert!(lines.iter().any(|l| l.contains("UNSAFE")), "{lines:?}");
        assert_eq!(plans.iter().flat_map(|p| p.opened.clone()).collect::<Vec<_>>(), named);
        if (good, bad) == FULL_LEFT {
            assert!(words.contains("has to give way to") && words.contains("expected g"), "{words}");
            assert!(lines.iter().any(|l| l.contains("UNSAFE, fully green together with")), "{lines:?}");
        }
    }
}

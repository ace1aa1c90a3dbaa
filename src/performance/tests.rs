//! Every measure on a small log whose figures are worked out by hand.

use intergreen_control::Millis;
use proptest::prelude::*;

use super::event::code::*;
use super::*;

/// Events of one signal, times in s.
fn log(events: &[(f64, u8, u16)]) -> Log {
    let event = |&(at, code, parameter): &(f64, u8, u16)| Event { signal: 0, at: ms(at), code, parameter };
    Log { signals: vec!["7".into()], events: events.iter().map(event).collect() }
}

fn ms(seconds: f64) -> Millis {
    Millis::from_seconds(seconds)
}

/// One use of a channel of that signal.
fn detector(channel: u16, phase: u16, function: Function, travel: f64) -> Detector {
    Detector { signal: "7".into(), channel, phase, function, travel: ms(travel), judges: true, arrow: None }
}

fn measured(events: &[(f64, u8, u16)], detectors: &[Detector]) -> Signal {
    let detectors = Detectors::new(detectors.to_vec()).unwrap();
    let mut report = measure(log(events), &detectors, &Options::default());
    assert_eq!(report.signals.len(), 1);
    report.signals.remove(0)
}

/// A service of phase 2: green, yellow 4 s, red clearance 2 s; ended as `why` says.
fn service(green: f64, yellow: f64, why: Option<u8>) -> Vec<(f64, u8, u16)> {
    let marks = [
        (green, PHASE_ON),
        (green, GREEN),
        (yellow, GREEN_END),
        (yellow, YELLOW),
        (yellow + 4.0, YELLOW_END),
        (yellow + 4.0, RED_CLEARANCE),
        (yellow + 6.0, RED_CLEARANCE_END),
        (yellow + 6.0, PHASE_OFF),
    ];
    why.map(|why| (yellow, why)).into_iter().chain(marks).map(|(at, code)| (at, code, 2)).collect()
}

/// Three services in ten minutes of log: greens of 20, 30 and 40 s.
fn three() -> Vec<(f64, u8, u16)> {
    let parts = [
        vec![(0.0, PATTERN, 1)],
        service(10.0, 30.0, Some(GAP_OUT)),
        service(100.0, 130.0, Some(MAX_OUT)),
        service(200.0, 240.0, Some(FORCE_OFF)),
        vec![(600.0, PATTERN, 2)],
    ];
    parts.concat()
}

#[test]
fn terminations_and_splits() {
    let signal = measured(&three(), &[]);
    let phase = &signal.phases[0];
    assert_eq!((signal.phases.len(), phase.phase), (1, 2));
    let ends = Terminations { gap_outs: 1, max_outs: 1, force_offs: 1, unknown: 0 };
    assert_eq!(phase.total.terminations, ends);
    // Splits 26, 36 and 46 s; 85 % of three is the third.
    let spread = |least: f64, p50: f64, most: f64| {
        let mean_s = (least + p50 + most) / 3.0;
        Some(Spread { count: 3, mean_s, least_s: least, p50_s: p50, p85_s: most, most_s: most })
    };
    assert_eq!(phase.total.split, spread(26.0, 36.0, 46.0));
    assert_eq!(phase.total.green, spread(20.0, 30.0, 40.0));
    assert_eq!(phase.total.yellow, spread(4.0, 4.0, 4.0));
    assert_eq!(phase.total.red_clearance, spread(2.0, 2.0, 2.0));
    // 90 s of 600 s.
    assert_eq!(phase.total.green_share, Some(0.15));
    assert!(phase.total.arrivals.is_none() && phase.total.split_failures.is_none(), "no detectors");
    assert!(signal.skipped.is_empty(), "{:?}", signal.skipped);
}

#[test]
fn bins_are_of_the_clock() {
    // 15 minutes begin at 0 and 900: the second green lies over the border.
    let events = [service(800.0, 850.0, None), service(890.0, 920.0, None), vec![(1800.0, PATTERN, 1)]].concat();
    let signal = measured(&events, &[]);
    let bins = &signal.phases[0].bins;
    assert_eq!(bins.iter().map(|b| b.begin_s).collect::<Vec<_>>(), [0.0, 900.0]);
    // A split counts where its green begins, a termination where its green ends.
    let counts = |i: usize| (bins[i].measures.split.map(|s| s.count), bins[i].measures.terminations.unknown);
    assert_eq!((counts(0), counts(1)), ((Some(2), 1), (None, 1)));
    // The log begins at 800 s: 50 s and 10 s of 100 s; 20 s of 900 s.
    assert_eq!(bins[0].measures.green_share, Some(0.6));
    assert_eq!(bins[1].measures.green_share, Some(20.0 / 900.0));
}

#[test]
fn arrivals_platoon_ratio_and_delay() {
    // 5 s to the stop line: arrivals at 9 (before the first change), 10 and 29.9 (green), 30 (yellow), 34 (red), 250 (red,
    // and no green follows).
    let ons = [4.0, 5.0, 24.9, 25.0, 29.0, 245.0];
    let pulses = ons.iter().flat_map(|&at| [(at, DETECTOR_ON, 9), (at + 0.1, DETECTOR_OFF, 9)]);
    let events: Vec<_> = three().into_iter().chain(pulses).collect();
    let signal = measured(&events, &[detector(9, 2, Function::Advance, 5.0)]);
    let m = &signal.phases[0].total;
    let arrivals = m.arrivals.unwrap();
    let by_aspect = [arrivals.on_green, arrivals.on_yellow, arrivals.on_red, arrivals.unknown];
    assert_eq!((arrivals.total, by_aspect), (6, [2, 1, 2, 1]));
    // Before the first change nothing is known; of the other five two came on green.
    assert_eq!(m.arrivals_on_green, Some(0.4));
    assert!((m.platoon_ratio.unwrap() - 0.4 / 0.15).abs() < 1e-12);
    // To the green at 100 s: from 30 s and from 34 s; two without any delay.
    assert_eq!((arrivals.delayed, arrivals.delay_s), (2, 136.0));
    assert_eq!(m.approach_delay_s, Some(34.0));
    assert_eq!(signal.skipped["arrivals of which no next green is known"], 2);
}

#[test]
fn the_diagram_counts_from_the_begin_of_red() {
    let pulses = [(50.0, DETECTOR_ON, 9), (51.0, DETECTOR_OFF, 9), (110.0, DETECTOR_ON, 9), (1.0, DETECTOR_ON, 9)];
    let events: Vec<_> = three().into_iter().chain(pulses).collect();
    let signal = measured(&events, &[detector(9, 2, Function::Advance, 0.0)]);
    let diagram = &signal.phases[0].diagram;
    let cycle = |red, green: Option<f64>, yellow: Option<f64>, end: Option<f64>| Cycle {
        red: ms(red),
        green: green.map(ms),
        yellow: yellow.map(ms),
        end: end.map(ms),
    };
    let cycles = [
        cycle(34.0, Some(100.0), Some(130.0), Some(134.0)),
        cycle(134.0, Some(200.0), Some(240.0), Some(244.0)),
        cycle(244.0, None, None, None),
    ];
    assert_eq!(diagram.cycles, cycles);
    // What came before the first red has no place in it.
    assert_eq!(diagram.arrivals, [(ms(50.0), ms(16.0)), (ms(110.0), ms(76.0))]);
    let picture = svg(diagram, "phase <2> & more", &|at| format!("{} s", at.seconds()));
    assert!(picture.contains("phase &lt;2&gt; &amp; more") && picture.contains("begin of yellow"), "{picture}");
    assert_eq!(picture.matches("<circle").count(), 2);
    assert!(svg(&Diagram::default(), "", &|_| String::new()).ends_with("</svg>\n"), "nothing can be drawn too");
}

#[test]
fn split_failures_need_both_occupancies() {
    // Green 10–30 s, red from 34 s; green 100–130 s, red from 134 s; green 200–240 s, red from 244 s.
    let on = |from: f64, to: f64, channel: u16| [(from, DETECTOR_ON, channel), (to, DETECTOR_OFF, channel)];
    let events: Vec<_> = three()
        .into_iter()
        .chain(on(9.0, 20.0, 5)) // channels 5 and 6 together: all of the green
        .chain(on(19.0, 32.0, 6))
        .chain(on(34.5, 60.0, 6)) // and 4.5 s of the red: a failure
        .chain(on(100.0, 130.0, 5)) // all of the second green and 3.9 s of the red: 78 %, none
        .chain(on(134.0, 137.9, 5))
        .chain(on(200.0, 231.0, 5)) // 31 s of 40 s: 77.5 %, none
        .chain(on(244.0, 260.0, 5))
        .collect();
    let uses = [detector(5, 2, Function::Presence, 0.0), detector(6, 2, Function::Presence, 0.0)];
    let failures = measured(&events, &uses).phases[0].total.split_failures.unwrap();
    assert_eq!((failures.services, failures.failures), (3, 1));
    assert!((failures.green_occupancy - (1.0 + 1.0 + 0.775) / 3.0).abs() < 1e-12);
    assert!((failures.red_occupancy - (0.9 + 0.78 + 1.0) / 3.0).abs() < 1e-12);
}

#[test]
fn yellow_and_red() {
    // On green, on yellow twice, on red once; a counting loop is used only if there is no other.
    let ons = |channel| {
        let on = [20.0, 30.0, 33.9, 34.0].into_iter();
        on.flat_map(move |at| [(at, DETECTOR_ON, channel), (at + 0.05, DETECTOR_OFF, channel)])
    };
    // Who stops on the counting loop at the end of yellow, or on red, and leaves it with the green that begins at 100 s.
    let stop = [(33.97, DETECTOR_ON, 5), (101.0, DETECTOR_OFF, 5), (140.0, DETECTOR_ON, 5), (200.0, DETECTOR_OFF, 5)];
    let events: Vec<_> = three().into_iter().chain(ons(3)).chain(stop).chain([(50.0, DETECTOR_ON, 4)]).collect();
    let (count, red) = (detector(3, 2, Function::Count, 0.0), detector(4, 2, Function::YellowRed, 0.0));
    let of = |uses: &[Detector]| measured(&events, uses).phases[0].total.yellow_red;
    assert_eq!(of(std::slice::from_ref(&count)), Some(Red { on_yellow: 2, on_red: 1 }));
    assert_eq!(of(&[detector(5, 2, Function::Count, 0.0)]), Some(Red { on_yellow: 0, on_red: 0 }));
    assert_eq!(of(&[count, red]), Some(Red { on_yellow: 0, on_red: 1 }));
    assert_eq!(of(&[]), None);
    // Upstream of the line, or under a lamp that may be green while the phase is red, a loop does not tell who runs it.
    let blind = measured(&events, &[Detector { judges: false, ..detector(3, 2, Function::Count, 0.0) }]);
    assert_eq!(blind.phases[0].total.yellow_red, None);
    let (_, n) = blind.skipped.iter().find(|(what, _)| what.contains("do not tell who passes on red")).unwrap();
    assert_eq!(*n, 1);
}

#[test]
fn channels_of_which_no_measure_is_made_are_known() {
    let pulse = |channel| [(50.0, DETECTOR_ON, channel), (51.0, DETECTOR_OFF, channel)];
    let events = [&three()[..], &pulse(1), &pulse(2)].concat();
    let signal = measured(&events, &[detector(1, 2, Function::Other, 0.0)]);
    assert_eq!(signal.skipped["events of channels that the configuration does not know"], 2);
    assert_eq!(signal.detectors.iter().map(|d| d.phases.clone()).collect::<Vec<_>>(), [vec![2], vec![]]);
}

#[test]
fn what_happens_while_the_signal_flashes_is_not_measured() {
    // Red from 34 s, flashes from 50 to 90 s, green again from 100 s.
    let ons = [40.0, 60.0, 95.0].into_iter().flat_map(|at| [(at, DETECTOR_ON, 3), (at + 0.5, DETECTOR_OFF, 3)]);
    let events: Vec<_> = three().into_iter().chain(ons).chain([(36.0, PED_CALL, 2), (101.0, WALK, 2)]).collect();
    let of = |status: [u16; 2], function| {
        let flash = [(50.0, FLASH, status[0]), (90.0, FLASH, status[1])];
        measured(&[&events[..], &flash].concat(), &[detector(3, 2, function, 0.0)])
    };
    let signal = of([3, 2], Function::Advance);
    assert_eq!(signal.flashing, [(50.0, 90.0)]);
    let m = &signal.phases[0].total;
    // Who came before cannot have waited for the green after it; who came meanwhile met no red.
    let a = m.arrivals.unwrap();
    assert_eq!((a.total, a.on_red, a.delayed, a.delay_s), (2, 2, 1, 5.0));
    assert_eq!(signal.skipped["arrivals while the signal flashes"], 1);
    assert_eq!(signal.skipped["arrivals of which no next green is known"], 1);
    // 90 s of green in 600 s less 40 s.
    assert_eq!(m.green_share, Some(90.0 / 560.0));
    assert_eq!(m.pedestrians.map(|p| (p.walks, p.delay)), Some((1, None)));
    let red = |status| of(status, Function::Count).phases[0].total.yellow_red.map(|r| r.on_red);
    assert_eq!((red([3, 2]), red([2, 2])), (Some(2), Some(3)));
    // A log that ends while it flashes, and the end of our own logs before.
    assert_eq!(of([5, 7], Function::Advance).flashing, [(50.0, 600.0)]);
    assert!(of([2, 0], Function::Advance).flashing.is_empty());
}

#[test]
fn who_passes_under_a_flashing_arrow_has_not_run_the_red() {
    // Arrow 1 flashes from 60 to 90 s, its yellow lasts until 93 s; who passes at 70 s may, who does at 91 s meets yellow.
    let ons = [20.0, 50.0, 70.0, 91.0, 95.0].into_iter();
    let ons = ons.flat_map(|at| [(at, DETECTOR_ON, 3), (at + 0.5, DETECTOR_OFF, 3)]);
    let events: Vec<_> = three().into_iter().chain([(60.0, FYA, 1), (90.0, FYA_END, 1)]).chain(ons).collect();
    let of = |function: Function, arrow: Option<u16>| {
        let signal = measured(&events, &[Detector { arrow, ..detector(3, 2, function, 0.0) }]);
        assert!(signal.skipped.is_empty(), "{:?}", signal.skipped);
        signal.phases[0].total.clone()
    };
    assert_eq!(of(Function::Count, Some(1)).yellow_red, Some(Red { on_yellow: 1, on_red: 2 }));
    assert_eq!(of(Function::Count, Some(2)).yellow_red, Some(Red { on_yellow: 0, on_red: 4 }));
    assert_eq!(of(Function::Count, None).yellow_red, Some(Red { on_yellow: 0, on_red: 4 }));
    // Who stops on the loop at 50 s and leaves it while the arrow flashes has not either.
    let stops: Vec<_> = three().into_iter().chain([(60.0, FYA, 1), (90.0, FYA_END, 1)]).collect();
    let stops: Vec<_> = stops.into_iter().chain([(50.0, DETECTOR_ON, 3), (61.0, DETECTOR_OFF, 3)]).collect();
    let red = |arrow: Option<u16>| {
        let uses = [Detector { arrow, ..detector(3, 2, Function::Count, 0.0) }];
        measured(&stops, &uses).phases[0].total.yellow_red.map(|red| red.on_red)
    };
    assert_eq!([Some(1), None].map(red), [Some(0), Some(1)]);
    // Who arrives meanwhile does not wait for the green at 100 s, and who arrives at 50 s until it flashes at most.
    let m = of(Function::Advance, Some(1));
    let a = m.arrivals.unwrap();
    assert_eq!((a.on_green, a.on_yellow, a.on_red, a.on_flashing), (1, 1, 2, 1));
    assert_eq!((a.delayed, a.delay_s), (3, 10.0 + 9.0 + 5.0));
}

#[test]
fn pedestrians_wait_from_their_first_call() {
    let events = [
        (0.0, WALK, 4),
        (2.0, PED_CALL, 4), // walk is shown: served at once
        (10.0, CLEARANCE, 4),
        (12.0, BUTTON_ON, 1), // the button of channel 1 is for phase 4
        (13.0, PED_CALL, 4),
        (30.0, DONT_WALK, 4),
        (60.0, WALK, 4), // 48 s
        (70.0, CLEARANCE, 4),
        (90.0, DONT_WALK, 4),
        (95.0, PED_CALL, 4),
        (100.0, PED_CALL, 4),
        (105.0, WALK, 4), // 10 s
        (115.0, CLEARANCE, 4),
        (116.0, PED_CALL, 4), // and no walk
    ];
    let signal = measured(&events, &[detector(1, 4, Function::Pedestrian, 0.0)]);
    assert_eq!(signal.phases.iter().map(|p| p.phase).collect::<Vec<_>>(), [4]);
    let people = signal.phases[0].total.pedestrians.unwrap();
    let delay = people.delay.unwrap();
    assert_eq!((people.walks, delay.count, delay.mean_s, delay.most_s), (3, 2, 29.0, 48.0));
    assert_eq!(signal.skipped["calls on foot without a walk"], 1);
    assert!(signal.detectors.is_empty(), "a button that logs 90 is no channel of 81 and 82");
}

#[test]
fn detectors_that_do_not_work() {
    let mut events = vec![(0.0, PATTERN, 1), (7200.0, PATTERN, 1)];
    // 1: works, every 30 s for 2 s. 2: dead. 3: stuck on after a while. 4: chatters. 5: loses its offs. 6: a fault.
    events.extend((0..240).flat_map(|i| {
        let at = f64::from(i) * 30.0;
        [(at, DETECTOR_ON, 1), (at + 2.0, DETECTOR_OFF, 1)]
    }));
    events.extend([(100.0, DETECTOR_ON, 3), (101.0, DETECTOR_OFF, 3), (3600.0, DETECTOR_ON, 3)]);
    events.extend((0..61).flat_map(|i| {
        let at = 60.0 + f64::from(i) * 0.9;
        [(at, DETECTOR_ON, 4), (at + 0.2, DETECTOR_OFF, 4)]
    }));
    events.extend((0..240).map(|i| (f64::from(i) * 30.0, DETECTOR_ON, 5)));
    events.extend([(50.0, 87, 6), (60.0, DETECTOR_RESTORED, 6)]);
    let signal = measured(&events, &[1, 2, 3, 4, 5].map(|c| detector(c, 2, Function::Presence, 0.0)));
    let found: Vec<_> = signal.detectors.iter().map(|d| (d.channel, d.findings.clone())).collect();
    let expected = [
        (1, vec![]),
        (2, vec!["no actuation"]),
        (3, vec!["silent for long", "on for long"]),
        (4, vec!["silent for long", "counts too often"]),
        (5, vec!["edges without partner"]),
        (6, vec!["no actuation", "faults logged"]),
    ];
    assert_eq!(found, expected);
    let works = &signal.detectors[0];
    assert_eq!((works.actuations, works.most_per_minute, works.longest_on_s), (240, 2, 2.0));
    assert_eq!((works.occupancy, works.longest_silence_s), (Some(480.0 / 7200.0), 30.0));
    assert_eq!((signal.detectors[2].longest_on_s, signal.detectors[4].missing_offs), (3600.0, 239));
    // A missing off is taken to be half-way: on for 15 s of 30, and from the last on to the end.
    assert_eq!(signal.detectors[4].occupancy, Some((239.0 * 15.0 + 30.0) / 7200.0));
}

#[test]
fn coordination_states() {
    let events = [(0.0, 150, 0), (10.0, 131, 3), (20.0, 150, 2), (50.0, 150, 1), (55.0, 150, 5), (100.0, 132, 90)];
    let c = measured(&events, &[]).coordination;
    assert_eq!((c.patterns, c.cycle_lengths), (vec![(10.0, 3)], vec![(100.0, 90)]));
    // A local zero is a moment in the state it falls into.
    assert_eq!(c.state_s.into_iter().collect::<Vec<_>>(), [(0, 20.0), (1, 50.0), (2, 30.0)]);
}

#[test]
fn logs_with_holes() {
    // Begins in the middle of a green, loses a begin of green, an end and a whole clearance, has an event twice.
    let mut events = service(-20.0, 5.0, Some(GAP_OUT));
    events.retain(|e| e.0 >= 0.0);
    events.extend(service(50.0, 70.0, None).into_iter().filter(|e| e.1 != GREEN));
    events.extend(service(100.0, 120.0, None).into_iter().filter(|e| e.0 < 122.0));
    events.extend(service(200.0, 220.0, Some(MAX_OUT)));
    events.push((200.0, GREEN, 2));
    events.push((300.0, 250, 2));
    let signal = measured(&events, &[]);
    let m = &signal.phases[0].total;
    assert_eq!(m.terminations, Terminations { gap_outs: 1, max_outs: 1, force_offs: 0, unknown: 1 });
    assert_eq!(m.split.map(|s| (s.count, s.mean_s)), Some((1, 26.0)));
    let skipped: Vec<_> = signal.skipped.iter().map(|(what, n)| (what.as_str(), *n)).collect();
    let expected = [
        ("ends of a phase without a begin of green", 2),
        ("events of code 250", 1),
        ("events that are there twice", 1),
        ("greens without an end of the phase", 1),
    ];
    assert_eq!(skipped, expected);
}

#[test]
fn a_phase_may_end_and_begin_at_one_moment() {
    let events = [service(0.0, 10.0, None), service(16.0, 30.0, None), vec![(100.0, PATTERN, 1)]].concat();
    let m = &measured(&events, &[]).phases[0].total;
    assert_eq!(m.split.map(|s| (s.count, s.least_s, s.most_s)), Some((2, 16.0, 20.0)));
    // So may a detector: off and on at once, and on and off at once.
    let edges = [(1.0, DETECTOR_ON, 1), (2.0, DETECTOR_OFF, 1), (2.0, DETECTOR_ON, 1), (3.0, DETECTOR_OFF, 1)];
    let pulse = [(5.0, DETECTOR_ON, 1), (5.0, DETECTOR_OFF, 1), (10.0, PATTERN, 1), (0.0, PATTERN, 1)];
    let signal = measured(&[&edges[..], &pulse[..]].concat(), &[]);
    let health = &signal.detectors[0];
    assert_eq!((health.actuations, health.occupancy, health.longest_on_s), (3, Some(0.2), 1.0));
    assert_eq!((health.missing_offs, health.missing_ons), (0, 0));
}

#[test]
fn too_many_uses_of_a_channel_are_refused() {
    let list = (0..40).map(|phase| detector(1, phase, Function::Count, 0.0)).collect();
    assert_eq!(Detectors::new(list), Err("signal '7': channel 1 has 40 uses; expected at most 32".into()));
}

/// Any events of three signals, many at one moment, on few phases and channels.
fn any_log() -> impl Strategy<Value = Vec<Event>> {
    let codes =
        prop_oneof![0u8..=12, 21u8..=23, Just(45u8), 81u8..=90, 131u8..=133, Just(150u8), Just(173u8), any::<u8>()];
    let event = (0u32..3, -50i64..3000, codes, 1u16..6);
    let event = event.prop_map(|(signal, at, code, parameter)| Event { signal, at: Millis(at * 100), code, parameter });
    prop::collection::vec(event, 0..400)
}

proptest! {
    #[test]
    fn the_order_of_events_does_not_matter(events in any_log(), again in any::<prop::sample::Index>()) {
        let signals = || vec!["10".to_owned(), "9".into(), "x".into()];
        let functions = [Function::Presence, Function::Count, Function::Advance, Function::YellowRed, Function::Pedestrian];
        let uses = functions.iter().enumerate().map(|(i, &f)| Detector {
            signal: "9".into(), channel: i as u16 + 1, phase: i as u16 / 2 + 1, function: f, travel: Millis(700), judges: true, arrow: (i < 3).then_some(2),
        });
        let detectors = Detectors::new(uses.collect()).unwrap();
        let options = Options { bin: Millis(60_000), ..Options::default() };
        let of = |events: Vec<Event>| measure(Log { signals: signals(), events }, &detectors, &options);
        let first = of(events.clone());
        let mut turned: Vec<Event> = events.iter().rev().copied().collect();
        if !turned.is_empty() {
            let cut = again.index(turned.len());
            turned.rotate_left(cut);
        }
        prop_assert_eq!(&first, &of(turned));
        // Bins add up to the whole, and nothing is counted that is not there.
        for signal in &first.signals {
            let ends = signal.phases.iter().flat_map(|p| &p.bins).map(|b| b.measures.terminations.gap_outs).sum::<u32>();
            let whole = signal.phases.iter().map(|p| p.total.terminations.gap_outs).sum::<u32>();
            prop_assert_eq!(ends, whole);
            for phase in &signal.phases {
                let m = &phase.total;
                prop_assert!(m.green_share.is_none_or(|share| (0.0..=1.0).contains(&share)), "{:?}", m);
                prop_assert!(m.split.is_none_or(|s| s.least_s >= 0.0 && s.least_s <= s.mean_s && s.mean_s <= s.most_s));
                if let Some(a) = m.arrivals {
                    prop_assert_eq!(a.total, a.on_green + a.on_yellow + a.on_red + a.on_flashing + a.unknown);
                }
            }
            prop_assert!(signal.detectors.iter().all(|d| d.occupancy.is_none_or(|o| (0.0..=1.0).contains(&o))));
        }
    }
}

//! Reports of records that are made up.

use super::*;

/// The record of a run.
fn record(scenario: &str, controller: &str, seed: u64, delay: f64, state: &str) -> Record {
    Record::default()
        .with("scenario", scenario)
        .with("controller", controller)
        .with("seed", seed)
        .with("resco_delay_s", delay)
        .with("departures_hash", format!("{seed}"))
        .with("state_hash", state)
}

/// Two scenarios under two controllers.
fn experiment(seeds: u64) -> Experiment {
    let text = format!(r#"(scenarios: ["a", "b"], controllers: ["fixed_time", "nema"], seeds: {seeds})"#);
    ron::from_str(&text).expect("an experiment")
}

#[test]
fn the_leaderboard_is_a_mean_of_ratios_by_seed() {
    // Of the baseline's value: a half and two in the first seed, one and four in the second.
    let runs = [(1, 5.0, 20.0), (2, 10.0, 40.0)].map(|(seed, a, b)| {
        let state = format!("{seed}");
        [("a", "fixed_time", 10.0), ("b", "fixed_time", 10.0), ("a", "nema", a), ("b", "nema", b)]
            .map(|(scenario, controller, delay)| record(scenario, controller, seed, delay, &state))
    });
    let records: Vec<&Record> = runs.iter().flatten().collect();
    let report = Report::new(&experiment(2), &["a", "b"], &records);
    let [first, second] = &report.leaderboard[..] else { panic!("{report:?}") };
    assert_eq!((first.controller.as_str(), first.ratio, first.interval), ("fixed_time", Some(1.0), None));
    // The means of the logarithms are 0 and ln 2: their mean is ½ ln 2, and t(1) · (ln 2 / √2) / √2 is half the interval.
    let (middle, half) = (0.5 * std::f64::consts::LN_2, 12.706_2 * 0.5 * std::f64::consts::LN_2);
    let (least, most) = second.interval.expect("two seeds");
    for (found, log) in [(second.ratio.expect("all there"), middle), (least, middle - half), (most, middle + half)] {
        assert!((libm::log(found) - log).abs() < 1e-4, "{found} {log}");
    }
    assert_eq!(second.seeds, 2);
    assert!(!report.blocks.iter().any(|b| b.certain));
}

#[test]
fn where_nothing_is_random_nothing_is_tested() {
    let runs = [1, 2, 3].map(|seed| {
        [("a", "fixed_time", 10.0), ("b", "fixed_time", 8.0), ("a", "nema", 9.0), ("b", "nema", 8.0)]
            .map(|(scenario, controller, delay)| record(scenario, controller, seed, delay, controller))
    });
    let records: Vec<&Record> = runs.iter().flatten().collect();
    let report = Report::new(&experiment(3), &["a", "b"], &records);
    let of = |block: usize| report.blocks[block].rows[1].difference.as_ref().expect("a difference");
    assert!(report.blocks.iter().all(|b| b.certain && b.rows.iter().all(|r| r.interval.is_none())));
    assert_eq!((of(0).mean, of(0).p, of(0).interval, of(0).verdict), (-1.0, None, None, Verdict::Exact));
    assert_eq!((of(1).mean, of(1).p, of(1).verdict), (0.0, Some(1.0), Verdict::NotSignificant));
    assert!(report.leaderboard.iter().all(|p| p.better + p.worse == 0 && p.interval.is_none()));
    let text = markdown(&report);
    assert!(text.contains("| exact |") && text.contains("nothing here is random"), "{text}");
}

#[test]
fn who_has_no_runs_comes_last() {
    let runs = [record("a", "fixed_time", 1, 1.0, "x").with("throughput_veh_h", 100.0)];
    let records: Vec<&Record> = runs.iter().collect();
    for measure in ["resco_delay_s", "throughput_veh_h"] {
        let mut experiment = experiment(1);
        experiment.measure = measure.into();
        experiment.controllers.reverse();
        experiment.baseline = Some("fixed_time".into());
        let report = Report::new(&experiment, &["a", "b"], &records);
        let order: Vec<&str> = report.leaderboard.iter().map(|p| p.controller.as_str()).collect();
        assert_eq!(order, ["fixed_time", "nema"], "{measure}");
    }
}

/// Names may be anything.
#[test]
fn names_do_not_break_tables() {
    let runs = [record("a", "fixed_time", 1, 1.0, "x"), record("a|<b>", "fixed_time", 1, 1.0, "x")];
    let mut experiment = experiment(1);
    experiment.controllers = vec!["fixed_time".into()];
    let report = Report::new(&experiment, &["a", "b"], &runs.iter().collect::<Vec<_>>());
    assert!(!html(&report, &[]).contains("<b>"));
    let text = markdown(&report);
    assert!(text.contains("## a\\|&lt;b>") && !text.contains("<b>"), "{text}");
    // Marks of Markdown are none; an underscore within a word is none anyway.
    assert_eq!(words::plain("a_b _c_ **d** ![e](f) ~g~"), r"a_b \_c\_ \*\*d\*\* !\[e\](f) \~g\~");
    // A command stands as it is, in a fence that it cannot close.
    let runs = [record("a\n# b", "fixed_time", 1, 1.0, "x").with("command", "run 'a\n```'")];
    let text = markdown(&Report::new(&experiment, &["a"], &runs.iter().collect::<Vec<_>>()));
    assert!(text.contains("## a # b (") && text.contains("````sh\nrun 'a\n```'\n````\n"), "{text}");
}

/// Runs of scenario a alone under two controllers: in each seed the value of a measure, and who had not finished of 1000.
fn unfinished(measure: &str, base: [f64; 2], nema: [f64; 2]) -> Report {
    let runs: Vec<Record> = (1..=5)
        .flat_map(|seed| {
            [("fixed_time", base), ("nema", nema)].map(|(controller, [value, left])| {
                record("a", controller, seed, 50.0, &format!("{controller} {seed}"))
                    .with(measure, value + seed as f64)
                    .with("simulated_s", 3600.0)
                    .with("loaded", 1000_u64)
                    .with("running", left - 10.0)
                    .with("waiting", 10_u64)
            })
        })
        .collect();
    let mut experiment = experiment(5);
    experiment.scenarios.truncate(1);
    experiment.measure = measure.into();
    Report::new(&experiment, &["a"], &runs.iter().collect::<Vec<_>>())
}

/// Those that got through a gridlock were fast: that is no merit of the controller.
#[test]
fn who_left_most_unfinished_has_no_verdict() {
    let report = unfinished("mean_duration_s", [467.0, 10.0], [344.0, 660.0]);
    let d = report.blocks[0].rows[1].difference.as_ref().expect("a difference");
    assert_eq!((d.verdict, d.mean, d.p, d.p_holm), (Verdict::NotComparable, -123.0, None, None));
    let order: Vec<&str> = report.leaderboard.iter().map(|p| p.controller.as_str()).collect();
    assert_eq!(order, ["fixed_time", "nema"]);
    assert_eq!(
        (report.leaderboard[1].not_comparable, report.leaderboard[1].behind, report.leaderboard[1].better),
        (1, 1, 0)
    );
    let text = markdown(&report);
    for part in [
        "not comparable: 66 % unfinished against 1.0 %",
        "(73.8 %)",
        "NOT COMPARABLE: mean_duration_s",
        "| 66 % 650.0 on",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(html(&report, &[]).contains("class=\"warn\">not comparable:<br>66 % unfinished"));
    // The other way round it is the baseline that comes last: whoever is compared with it got more people there.
    let report = unfinished("co2_kg", [344.0, 660.0], [467.0, 10.0]);
    let order: Vec<&str> = report.leaderboard.iter().map(|p| p.controller.as_str()).collect();
    assert_eq!(order, ["nema", "fixed_time"]);
    assert_eq!((report.leaderboard[0].behind, report.leaderboard[0].not_comparable), (0, 1));
}

/// What counts everybody is judged, and so is what differs by a hundredth of the vehicles at most.
#[test]
fn who_counts_everybody_has_a_verdict() {
    let verdict = |report: &Report| report.blocks[0].rows[1].difference.as_ref().expect("a difference").verdict;
    for (measure, left, wanted) in [
        ("resco_delay_s", 660.0, Verdict::Better),
        ("cityflow_att_s", 660.0, Verdict::Better),
        ("cityflow_road_att_s", 660.0, Verdict::NotComparable),
        ("mean_queue_veh", 660.0, Verdict::NotComparable),
        ("mean_duration_s", 20.0, Verdict::Better),
        ("mean_duration_s", 21.0, Verdict::NotComparable),
        // All have run as long: that fewer have arrived is what it says.
        ("throughput_veh_h", 660.0, Verdict::Worse),
    ] {
        let report = unfinished(measure, [467.0, 10.0], [344.0, left]);
        assert_eq!(verdict(&report), wanted, "{measure} {left}");
        assert_eq!(
            report.leaderboard.iter().any(|p| p.behind > 0),
            wanted == Verdict::NotComparable,
            "{measure} {left}"
        );
    }
    // Ended by a gridlock, at another time.
    let runs: Vec<Record> = [("fixed_time", 3600.0, 0_u64), ("nema", 900.0, 500)]
        .map(|(controller, time, left)| {
            let run = record("a", controller, 1, 1.0, controller).with("throughput_veh_h", 100.0 + time);
            run.with("simulated_s", time).with("loaded", 1000_u64).with("running", left)
        })
        .into();
    let mut experiment = experiment(1);
    experiment.measure = "throughput_veh_h".into();
    assert_eq!(
        verdict(&Report::new(&experiment, &["a", "b"], &runs.iter().collect::<Vec<_>>())),
        Verdict::NotComparable
    );
}

/// Runs of scenario a: seed, controller, value, end in s, who had not finished of 1000.
fn judged(measure: &str, runs: &[(u64, &str, f64, f64, u64)]) -> Report {
    let run = |&(seed, controller, value, time, left): &(u64, &str, f64, f64, u64)| {
        let run = record("a", controller, seed, 50.0, &format!("{controller} {seed}")).with(measure, value);
        run.with("simulated_s", time).with("horizon_s", time).with("loaded", 1000_u64).with("running", left)
    };
    let runs: Vec<Record> = runs.iter().map(run).collect();
    let mut experiment = experiment(4);
    experiment.scenarios.truncate(1);
    experiment.measure = measure.into();
    Report::new(&experiment, &["a"], &runs.iter().collect::<Vec<_>>())
}

/// Neither a run without a value, nor gridlocks of either side that cancel in the sum, nor another moment pass for equal.
#[test]
fn what_cancels_or_is_missing_is_not_comparable() {
    let of = |report: &Report| report.blocks[0].rows[1].difference.clone().expect("a difference");
    let (a, b, end) = ("fixed_time", "nema", 3600.0);
    // The second seed is so stuck that nobody has arrived.
    let stuck = judged(
        "mean_duration_s",
        &[
            (1, a, 60.0, end, 0),
            (1, b, 50.0, end, 0),
            (2, a, 60.0, end, 0),
            (2, b, f64::NAN, end, 1000),
            (3, a, 61.0, end, 0),
            (3, b, 50.0, end, 0),
        ],
    );
    let d = of(&stuck);
    assert_eq!((d.verdict, d.pairs, d.p, d.unfinished), (Verdict::NotComparable, 2, None, (1.0 / 3.0, 0.0)));
    // One gridlocks where the other does not.
    let crossed = judged(
        "mean_duration_s",
        &[(1, a, 60.0, end, 600), (1, b, 50.0, end, 0), (2, a, 60.0, end, 0), (2, b, 51.0, end, 600)],
    );
    let d = of(&crossed);
    assert_eq!((d.verdict, d.unfinished, d.apart), (Verdict::NotComparable, (0.3, 0.3), 0.6));
    let text = markdown(&crossed);
    assert!(text.contains("30 % unfinished against 30 % 60 % apart by seed") && !text.contains("comes last"), "{text}");
    // What counts everybody is the same only at the same moment.
    for (horizon, wanted) in [(end, Verdict::Better), (900.0, Verdict::NotComparable)] {
        let runs = [(1, a, 60.0, end, 0), (1, b, 50.0, horizon, 500), (2, a, 61.0, end, 0), (2, b, 50.9, horizon, 500)];
        let report = judged("resco_delay_s", &runs);
        assert_eq!(of(&report).verdict, wanted, "{horizon}");
        let text = markdown(&report);
        assert_eq!(
            text.contains("resco_delay_s was not taken at the same time"),
            wanted == Verdict::NotComparable,
            "{text}"
        );
        assert!(!text.contains("counts everybody"), "{text}");
    }
}

/// One pair is no test; controllers that do the same are none either, and make no other p worse.
#[test]
fn only_what_is_tested_is_a_family() {
    let delays = [3.0, 4.5, 5.0, 4.0];
    let runs = (1..=4).flat_map(|seed| {
        let state = format!("{seed}");
        let (own, other) = (delays[seed as usize - 1], format!("{seed}'"));
        [
            ("a", "fixed_time", 10.0, &state),
            ("b", "fixed_time", 10.0, &state),
            ("a", "nema", 10.0 - own, &other),
            ("b", "nema", 10.0, &state),
        ]
        .map(|(scenario, controller, delay, state)| record(scenario, controller, seed, delay, state))
        .to_vec()
    });
    let runs: Vec<Record> = runs.collect();
    let report = Report::new(&experiment(4), &["a", "b"], &runs.iter().collect::<Vec<_>>());
    let of = |block: usize| report.blocks[block].rows[1].difference.as_ref().expect("a difference");
    assert!(of(0).p.is_some_and(|p| p < 0.05) && of(0).p == of(0).p_holm && !of(0).same, "{report:?}");
    assert_eq!(
        (of(1).p, of(1).p_holm, of(1).same, of(1).verdict),
        (Some(1.0), Some(1.0), true, Verdict::NotSignificant)
    );
    let report = Report::new(&experiment(1), &["a", "b"], &runs.iter().filter(|r| r.seed() == 1).collect::<Vec<_>>());
    let d = report.blocks[0].rows[1].difference.as_ref().expect("a difference");
    assert_eq!((d.verdict, d.p), (Verdict::Untested, None));
    assert!(markdown(&report).contains("not tested: one seed"));
}

#[test]
fn blocks_are_in_the_order_of_the_experiment() {
    let text = r#"(scenarios: ["z.ron", "a.ron"], controllers: ["nema"], scales: [1.5, 0.5], seeds: 1)"#;
    let experiment: Experiment = ron::from_str(text).expect("an experiment");
    let run = |scenario: &str, scale: f64| record(scenario, "nema", 1, 1.0, "x").with("scale", scale);
    let runs = [run("a", 0.5), run("a", 1.5), run("z", 0.5), run("z", 1.5)];
    let report = Report::new(&experiment, &["z", "a"], &runs.iter().collect::<Vec<_>>());
    let order: Vec<(&str, f64)> = report.blocks.iter().map(|b| (b.scenario.as_str(), b.scale)).collect();
    assert_eq!(order, [("z", 1.5), ("z", 0.5), ("a", 1.5), ("a", 0.5)]);
}

/// The bootstrap's interval stands beside Student's from 20 seeds on.
#[test]
fn both_intervals_are_shown() {
    for (seeds, shown) in [(19_u64, false), (20, true)] {
        let runs: Vec<Record> = (1..=seeds)
            .flat_map(|seed| {
                let of = |controller: &str, delay: u64| {
                    record("a", controller, seed, delay as f64, &format!("{controller}{seed}"))
                };
                [of("fixed_time", 20 + seed % 7), of("nema", 15 + seed % 5)]
            })
            .collect();
        let report = Report::new(&experiment(seeds), &["a", "b"], &runs.iter().collect::<Vec<_>>());
        let row = &report.blocks[0].rows[1];
        let (least, most) = row.bootstrap.unwrap_or_default();
        let text = format!("BCa {least:.2} to {most:.2}");
        for said in [markdown(&report), html(&report, &[])] {
            assert_eq!((said.contains(&text), said.contains("BCa: bias-corrected")), (shown, shown), "{said}");
        }
    }
}

/// What is not there is said, with why.
#[test]
fn reasons_are_given() {
    let said = |runs: &[Record]| markdown(&Report::new(&experiment(1), &["a", "b"], &runs.iter().collect::<Vec<_>>()));
    let nobody = said(&[]);
    assert!(
        nobody.contains("0 runs (4 missing)")
            && nobody.contains("nothing is compared")
            && !nobody.contains("(checked)")
    );
    let run = |controller: &str, delay| record("a", controller, 1, delay, controller).with("loaded", 5_u64);
    let zeros = said(&[run("fixed_time", 0.0), run("nema", 0.0)]);
    assert!(zeros.contains("No share: 2 values not above 0") && zeros.contains("(checked)"), "{zeros}");
    let empty = said(&[run("fixed_time", f64::NAN).with("loaded", 0_u64), run("nema", f64::NAN)]);
    assert!(empty.contains("Without resco_delay_s: 1 run in which nobody"), "{empty}");
    assert!(empty.contains("Without resco_delay_s: 1 run that ended before"), "{empty}");
}

/// Blocks that differ in their drivers alone are told apart in every picture, and a controller looks the same in all.
#[test]
fn pictures_tell_things_apart() {
    let text = r#"(scenarios: ["a"], controllers: ["fixed_time", "nema"], behaviours: ["idm", "calibrated"], scales: [1, 2], seeds: 2)"#;
    let experiment: Experiment = ron::from_str(text).expect("an experiment");
    let mut runs = Vec::new();
    for (seed, scale, behaviour) in [1, 2]
        .into_iter()
        .flat_map(|s| [(s, 1.0, "idm"), (s, 2.0, "idm"), (s, 1.0, "calibrated"), (s, 2.0, "calibrated")])
    {
        // The baseline is the worst: it comes last in the leaderboard.
        for (controller, delay) in [("fixed_time", 20.0), ("nema", 10.0)] {
            let run = record("a", controller, seed, delay + seed as f64 * scale, &format!("{controller}{seed}"));
            runs.push(run.with("scale", scale).with("behaviour", behaviour));
        }
    }
    let report = Report::new(&experiment, &["a"], &runs.iter().collect::<Vec<_>>());
    assert_eq!(report.leaderboard[0].controller, "nema");
    let series: Vec<(&Record, page::Series)> =
        runs.iter().map(|r| (r, vec![[0.0, 1.0, 0.0, 0.0, 0.0], [60.0, 2.0, 0.0, 0.0, 0.0]])).collect();
    let text = html(&report, &series);
    for title in ["a (idm)", "a × 2 (idm)", "a (calibrated)", "a × 2 (calibrated)"] {
        assert!(text.contains("class=\"group\" x=\"0\"") && text.contains(&format!(">{title}</text>")), "{title}");
    }
    for title in ["a (idm): resco_delay_s over demand", "a (calibrated): resco_delay_s over demand"] {
        assert!(text.contains(title), "{title}: {text}");
    }
    // The keys of all charts: what a line looks like, then its name. Two over demand, four over time.
    let keys: Vec<&str> = text.split("<line class=\"line ").skip(1).collect();
    let of = |class: &str, name: &str| {
        keys.iter().filter(|k| k.starts_with(class) && k.contains(&format!(">{name}</text>"))).count()
    };
    assert_eq!((of("c0 d0", "fixed_time"), of("c1 d0", "nema"), keys.len()), (6, 6, 12), "{text}");
}

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
    let report = Report::new(&experiment(2), &records);
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
    let report = Report::new(&experiment(3), &records);
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
        let report = Report::new(&experiment, &records);
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
    let report = Report::new(&experiment, &runs.iter().collect::<Vec<_>>());
    assert!(!html(&report, &[]).contains("<b>"));
}

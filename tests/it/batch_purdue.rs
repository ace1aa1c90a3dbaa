//! Purdue measures of a batch are those of the event logs of its runs.

use std::path::Path;

use crate::batch::batch;
use crate::tools::{Scratch, run};

/// What `measures` says of the log in a folder: shares of arrivals on green and of greens that failed.
fn purdue(log: &Path, detectors: &Path) -> [Option<f64>; 2] {
    let args = ["measures".as_ref(), log.as_os_str(), "--detectors".as_ref(), detectors.as_os_str(), "--json".as_ref()];
    let said = run(args).json();
    let mut sums = [0.0; 4];
    for phase in
        said["signals"].as_array().expect("signals").iter().flat_map(|s| s["phases"].as_array().expect("phases"))
    {
        let number = |of: &str, name: &str| phase[of][name].as_f64().unwrap_or(0.0);
        let arrivals = number("arrivals", "total") - number("arrivals", "unknown");
        let of_phase = [
            number("arrivals", "on_green"),
            arrivals,
            number("split_failures", "failures"),
            number("split_failures", "services"),
        ];
        sums.iter_mut().zip(of_phase).for_each(|(sum, x)| *sum += x);
    }
    [(0, 1), (2, 3)].map(|(part, whole)| (sums[whole] > 0.0).then(|| sums[part] / sums[whole]))
}

/// Purdue measures of a run are those of its event log, to the bit; of a warm-up nothing counts.
#[test]
fn purdue_measures_are_those_of_the_log() {
    for warm_up in [0.0, 300.0] {
        let scratch = Scratch::new();
        let text = r#"(scenarios: ["arterial"], controllers: ["fixed_time", "nema"], seeds: 1, measure: "cityflow_att_s", until: 1200, warm_up: WARM)"#;
        scratch.write("e.ron", text.replace("WARM", &format!("{warm_up:?}")));
        batch(&scratch, "out", &[]);
        let mut runs = csv::Reader::from_path(scratch.path("out").join("runs.csv")).expect("results");
        let head = runs.headers().expect("a head").clone();
        let place = |name: &str| head.iter().position(|h| h == name).expect("a column");
        let mut seen = 0;
        for row in runs.records().map(|r| r.expect("a row")) {
            let log = scratch.path(&row[place("key")]);
            let folder = log.display().to_string();
            let words = row[place("command")].split(' ').skip(1).chain(["--quiet", "--out", &folder]);
            let said = run(words);
            assert_eq!(said.code, 0, "{said:?}");
            let mut events = csv::Reader::from_path(log.join("events.csv")).expect("a log");
            let seconds = events.headers().expect("a head").iter().position(|h| h == "Seconds").expect("its time");
            let (kept, mut out) = (log.join("kept.csv"), csv::Writer::from_writer(Vec::new()));
            out.write_record(events.headers().expect("a head")).expect("memory");
            for event in events.records().map(|e| e.expect("an event")) {
                if event[seconds].parse::<f64>().expect("seconds") >= warm_up {
                    out.write_record(&event).expect("memory");
                }
            }
            std::fs::write(&kept, out.into_inner().expect("memory")).expect("it can be written");
            let found = purdue(&kept, &log.join("detectors.csv"));
            let shown = found.map(|x| x.map_or(String::new(), |x| x.to_string()));
            assert_eq!(
                shown,
                [&row[place("arrivals_on_green")], &row[place("split_failures")]],
                "{}",
                &row[place("run_id")]
            );
            seen += found.iter().flatten().count();
        }
        assert_eq!(seen, 4, "both runs have both measures");
    }
}

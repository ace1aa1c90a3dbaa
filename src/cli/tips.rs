//! Tips for those who come from SUMO: what its options are called here, or why there is none.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// SUMO's options, with all their names (`*`: whatever follows), and what to do here.
const TIPS: &[(&[&str], &str)] = &[
    (
        &["-c", "--configuration-file", "--configuration"],
        "the scenario is named without an option: intergreen run city.sumocfg",
    ),
    (
        &[
            "-n",
            "--net-file",
            "--net",
            "-r",
            "--route-files",
            "--routes-files",
            "-a",
            "--additional-files",
            "--additional",
        ],
        "network, routes and additional files are named in a .sumocfg, and that is what is run: intergreen run city.sumocfg",
    ),
    (&["-b", "--begin"], "the scenario says when it begins; --set begin=S changes it"),
    (
        &["-e", "--end"],
        "--until S ends a run early, --set end=S changes when the scenario ends, --drain goes on until all have left",
    ),
    (&["--step-length"], "this is --step S here"),
    (
        &["--tripinfo-output", "--summary-output", "--summary", "--edgedata-output"],
        "--out DIR writes tripinfo.xml, summary.xml and edgedata.xml, and all that the .sumocfg asks for",
    ),
    (&["--fcd-output", "--device.fcd*"], "--out DIR --fcd[=S] writes fcd.xml, each step or each S seconds"),
    (&["--lanedata-output"], "--out DIR --lane-data writes lanedata.xml"),
    (
        &["--statistic-output", "--duration-log.statistics"],
        "the summary is printed at the end of a run; --json prints it as an object",
    ),
    (
        &["--*-output", "--*-output.*", "--output-prefix", "--output-suffix"],
        "there is no such output; --out DIR writes all results that there are, the README lists them",
    ),
    (
        &[
            "--no-step-log",
            "--step-log.period",
            "--duration-log.disable",
            "-W",
            "--no-warnings",
            "--message-log",
            "--log",
            "-l",
            "--error-log",
        ],
        "progress is shown on a terminal only, and not with --quiet (-q), which leaves out the warnings too",
    ),
    (
        &["--time-to-teleport*", "--max-depart-delay"],
        "nothing is ever teleported or removed here: a gridlock is found, named and reported",
    ),
    (&["--collision.*", "--max-num-teleports"], "collisions are counted as defects and change nothing"),
    (&["--random"], "runs are repeatable: --seed N chooses another one"),
    (
        &["--device.rerouting.*", "--weights.*", "--routing-algorithm", "--routing-threads"],
        "routing is set in the .sumocfg; --routes once|at-departure says when trips find their way",
    ),
    (
        &["--default.*", "--carfollow.model"],
        "--behaviour NAME chooses the car-following model of all; types of vehicles say the rest",
    ),
    (&["--lateral-resolution"], "lanes are one vehicle wide: there is no sublane model"),
    (
        &["--ignore-route-errors", "--xml-validation*", "--ignore-junction-blocker"],
        "there is no such option: files are always checked, and what cannot be simulated is counted and shown",
    ),
    (
        &["--remote-port", "--num-clients"],
        "there is no TraCI; --commands FILE changes a running simulation at set times",
    ),
    (&["--save-state*", "--load-state*"], "states of a run cannot be saved; the same seed gives the same run again"),
    (
        &["--start", "-S", "--quit-on-end", "-Q", "--delay", "-d", "--gui*", "-g", "--window*"],
        "there is no window yet; intergreen draw --at S draws a moment",
    ),
    (
        &["--precision", "--human-readable-time"],
        "there is no such option; results are written as SUMO writes them by default",
    ),
];

/// An error of the command line with the tip for the option of SUMO's that caused it; `None` if none did.
pub fn for_sumo_users(error: &Error) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = said.split('=').next().unwrap_or(said);
    let tip = tip(option)?;
    Some(format!(
        "'{option}' is an option of SUMO's, not of ours\n\n  tip: {tip}\n\nFor more information, try '--help'."
    ))
}

/// An error of the command line if a negative number stands there where an option is expected: clap's own tip would make it
/// the scenario's name.
pub fn for_negative_numbers(error: &Error) -> Option<String> {
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidArg) else { return None };
    let is_number = said.starts_with('-') && said.parse::<f64>().is_ok();
    (error.kind() == ErrorKind::UnknownArgument && is_number).then(|| {
        format!(
            "'{said}' stands where an option is expected\n\n  tip: a negative value is joined to its option, --option={said}; most \
             options take none\n\nFor more information, try '--help'."
        )
    })
}

/// The tip for an option of SUMO's.
fn tip(option: &str) -> Option<&'static str> {
    let of = |names: &[&str]| names.iter().any(|name| matches(name, option));
    TIPS.iter().find(|(names, _)| of(names)).map(|(_, tip)| *tip)
}

/// Whether an option is meant by a name, in which each `*` stands for anything.
fn matches(name: &str, option: &str) -> bool {
    match name.split_once('*') {
        None => name == option,
        Some((before, after)) => {
            let rest = option.strip_prefix(before);
            rest.is_some_and(|rest| (0..=rest.len()).any(|k| rest.get(k..).is_some_and(|end| matches(after, end))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_families_are_known() {
        for option in ["-c", "--end", "--vehroute-output", "--tripinfo-output.write-unfinished", "--time-to-teleport"] {
            assert!(tip(option).is_some(), "{option}");
        }
        assert_eq!(tip("--fcd-output"), Some("--out DIR --fcd[=S] writes fcd.xml, each step or each S seconds"));
        for option in ["--ends", "--output", "-x", "--", "--d"] {
            assert_eq!(tip(option), None, "{option}");
        }
    }
}

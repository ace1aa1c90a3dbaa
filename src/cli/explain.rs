//! `intergreen explain`: what a signal did in a run, moment by moment, and why.

use std::path::PathBuf;

use clap::Args;
use intergreen_control::log::code;

use super::args::finite;
use super::measures::{log_file, open};
use super::out::WHY;
use super::summary::plain;
use super::{Failure, print};
use crate::calibrate::clock;
use crate::scenario::expected_names;

/// Options of `explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The folder of a run (`run --out`), or its events.csv
    pub run: PathBuf,
    /// The signal; may be left out if there is only one
    #[arg(long, value_name = "ID")]
    pub signal: Option<String>,
    /// From this time on: s on the scenario's clock, or HH:MM or HH:MM:SS
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = moment)]
    pub from: Option<Moment>,
    /// Up to this time
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = moment)]
    pub to: Option<Moment>,
    /// Only what is about this phase (in a plan without rings: group), and the signal as a whole; may be given several times
    #[arg(long = "phase", value_name = "N")]
    pub phases: Vec<u16>,
}

/// A moment on the scenario's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Seconds since midnight.
    seconds: f64,
    /// Whether it was given as a time of day.
    of_day: bool,
}

/// A moment on the scenario's clock: seconds, or the time of day. The clock counts from midnight.
fn moment(text: &str) -> Result<Moment, String> {
    if !text.contains(':') {
        let seconds = finite(text).map_err(|_| "expected seconds, or HH:MM[:SS]")?;
        return Ok(Moment { seconds, of_day: false });
    }
    let seconds = clock(text).ok_or("expected a time of day, HH:MM[:SS]; after midnight it goes on, 24:30")?;
    Ok(Moment { seconds, of_day: true })
}

/// A moment as a time of day, to 0.1 s; after midnight it goes on.
fn time_of_day(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as i64;
    let (sign, tenths) = (if tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
    let (hours, minutes, rest) = (tenths / 36_000, tenths / 600 % 60, tenths % 600);
    format!("{sign}{hours:02}:{minutes:02}:{:02}.{}", rest / 10, rest % 10)
}

/// Whether an event is about the signal as a whole: flashing, power, alarms, preemptions, patterns.
fn is_of_all(event: u8) -> bool {
    matches!(event, code::FLASH | code::POWER | code::ALARM | code::PATTERN | code::PREEMPT_ENTRY | code::PREEMPT_EXIT)
}

/// Prints what is asked for: a line for each moment and reason. What detectors see is left out.
///
/// # Errors
/// If the log is none of ours, or there is no such signal.
pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from.seconds > to.seconds
    {
        let (from, to) = (from.seconds, to.seconds);
        return Err(Failure::Input(format!("--from {from} --to {to}: expected a begin before the end")));
    }
    let (file, _) = log_file(&args.run);
    let mut table = open(&file)?;
    let signal = table.needed(&["signal"], "Signal, as `run --out` writes it")?;
    let time = table.needed(&["seconds"], "Seconds, as `run --out` writes it")?;
    let event = table.needed(&["event"], "Event, as `run --out` writes it")?;
    let reason = table.needed(&["reason"], "Reason, as `run --out` writes it")?;
    let number = match args.phases.is_empty() {
        true => None,
        false => {
            let code = table.needed(&["eventid"], "EventId, as `run --out` writes it")?;
            Some((code, table.needed(&["parameter"], "Parameter, as `run --out` writes it")?))
        }
    };
    let mut phases: Vec<u16> = Vec::new();
    let mut signals: Vec<String> = Vec::new();
    // Of the signal: when, what happened, and why.
    let mut events: Vec<(f64, [String; 2])> = Vec::new();
    let mut logged: Option<(f64, f64)> = None;
    while table.advance()? {
        let name = table.cell(Some(signal));
        if signals.last().is_none_or(|last| last != name) && !signals.iter().any(|s| s == name) {
            signals.push(name.to_owned());
        }
        if args.signal.as_deref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let cell = table.cell(Some(time));
        let at: f64 = cell.parse().map_err(|_| table.wrong(&format!("'{}': expected seconds", plain(cell))))?;
        logged = Some(logged.map_or((at, at), |(from, to)| (at.min(from), at.max(to))));
        let what = [event, reason].map(|column| table.cell(Some(column)).to_owned());
        if let Some((code, parameter)) = number {
            let [code, parameter] = [code, parameter].map(|column| table.cell(Some(column)).parse::<u16>().ok());
            let (code, parameter) = (code.and_then(|code| u8::try_from(code).ok()), parameter.unwrap_or(0));
            let of_phase = code.is_some_and(code::is_of_phase);
            if of_phase && !phases.contains(&parameter) {
                phases.push(parameter);
            }
            if !(of_phase && args.phases.contains(&parameter) || code.is_some_and(is_of_all)) {
                continue;
            }
        }
        let (early, late) = (|from: Moment| at < from.seconds, |to: Moment| at > to.seconds);
        if what[0].is_empty() || args.from.is_some_and(early) || args.to.is_some_and(late) {
            continue;
        }
        events.push((at, what));
    }
    // A log that somebody has sorted otherwise, or put together.
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    signals.sort_unstable();
    let known = || expected_names(args.signal.as_deref().unwrap_or_default(), signals.iter().map(String::as_str));
    match &args.signal {
        // Of a log without events it is not known which signals there are.
        Some(id) if !signals.is_empty() && !signals.contains(id) => {
            let (file, id) = (file.display(), plain(id));
            return Err(Failure::Input(format!("{file}: has no signal '{id}'; {}", plain(&known()))));
        }
        None if signals.len() > 1 => return Err(Failure::Input(format!("--signal is missing; {}", plain(&known())))),
        _ => {}
    }
    let Some((from, to)) = logged else {
        return Err(Failure::Input(format!("{}: has no events", file.display())));
    };
    phases.sort_unstable();
    if let Some(missing) = args.phases.iter().find(|n| !phases.contains(n)) {
        let known: Vec<String> = phases.iter().map(u16::to_string).collect();
        let expected = expected_names(&missing.to_string(), known.iter().map(String::as_str));
        return Err(Failure::Input(format!("--phase {missing}: nothing in the log is about it; {expected}")));
    }
    if events.is_empty() {
        return print(&format!("nothing happened then; the log goes from {from:.1} to {to:.1} s\n"));
    }
    let of_day = [args.from, args.to].into_iter().flatten().any(|m| m.of_day);
    let head = if of_day { format!("{:>10}  {:>10}", "time", "time, s") } else { format!("{:>10}", "time, s") };
    let width = head.len();
    let mut text = format!("{head}  what happened, and why\n");
    for moment in events.chunk_by(|a, b| format!("{:.1}", a.0) == format!("{:.1}", b.0)) {
        let what: Vec<[&str; 2]> = moment.iter().map(|(_, what)| what.each_ref().map(String::as_str)).collect();
        for (i, part) in sentence(&what).iter().enumerate() {
            let at = moment[0].0;
            let at = match (i, of_day) {
                (0, true) => format!("{:>10}  {at:>10.1}", time_of_day(at)),
                (0, false) => format!("{at:.1}"),
                _ => String::new(),
            };
            text += &format!("{at:>width$}  {}\n", plain(part));
        }
    }
    print(&text)
}

/// The events of a moment: in a line what has the same reason, and in it together who does the same.
fn sentence(events: &[[&str; 2]]) -> Vec<String> {
    let same = events.chunk_by(|a, b| asked(a[1]) == asked(b[1]));
    // Why a strategy wanted it is said with one of them.
    let reason =
        |part: &[[&str; 2]]| part.iter().map(|e| e[1]).max_by_key(|reason| reason.len()).unwrap_or_default().to_owned();
    same.map(|part| format!("{} ({})", deeds(part), reason(part))).collect()
}

/// A reason without what the strategy says of it.
fn asked(reason: &str) -> &str {
    reason.split_once(WHY).map_or(reason, |(asked, _)| asked)
}

/// `phase 2 and phase 6: force-off, yellow`, of events like `phase 2: yellow`.
fn deeds(events: &[[&str; 2]]) -> String {
    let mut by_whom: Vec<(&str, Vec<&str>)> = Vec::new();
    for [event, _] in events {
        let (who, what) = event.rsplit_once(": ").unwrap_or(("", event));
        match by_whom.iter_mut().find(|(known, _)| *known == who) {
            Some((_, all)) => all.push(what),
            None => by_whom.push((who, vec![what])),
        }
    }
    let mut by_what: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (who, what) in by_whom {
        match by_what.iter_mut().find(|(_, known)| *known == what) {
            Some((all, _)) if !who.is_empty() => all.push(who),
            _ => by_what.push((vec![who], what)),
        }
    }
    let part = |(who, what): &(Vec<&str>, Vec<&str>)| match who.concat().is_empty() {
        true => what.join(", "),
        false => format!("{}: {}", who.join(" and "), what.join(", ")),
    };
    by_what.iter().map(part).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_line_for_each_reason() {
        let events = [
            ["phase 2: force-off", "asked for"],
            ["phase 2: yellow", "asked for"],
            ["phase 6: force-off", "asked for"],
            ["phase 6: yellow", "asked for"],
            ["phase 3: called", "reported"],
            ["pattern 2", "the calendar"],
            ["flashing ends", "the calendar"],
        ];
        let expected = [
            "phase 2 and phase 6: force-off, yellow (asked for)",
            "phase 3: called (reported)",
            "pattern 2, flashing ends (the calendar)",
        ];
        assert_eq!(sentence(&events), expected);
    }

    #[test]
    fn moments_are_seconds_or_times_of_day() {
        for (text, seconds) in
            [("25200", 25_200.0), ("-3.5", -3.5), ("07:00", 25_200.0), ("07:00:01.5", 25_201.5), ("24:30", 88_200.0)]
        {
            let of_day = text.contains(':');
            assert_eq!(moment(text), Ok(Moment { seconds, of_day }), "{text}");
        }
        let times = [25_201.54, 88_200.0, -3.5, 59.96].map(time_of_day);
        assert_eq!(times, ["07:00:01.5", "24:30:00.0", "-00:00:03.5", "00:01:00.0"]);
        for wrong in ["7 o'clock", "07:60", "7:", ":", "inf", ""] {
            assert!(moment(wrong).is_err_and(|e| e.contains("HH:MM[:SS]")), "{wrong}");
        }
    }
}

//! The command that makes a run, and what it asks for: a batch does what the command would do by itself.

use clap::Parser;

use crate::batch::{Experiment, Run};
use crate::cli::Failure;
use crate::cli::args::{Action, Cli, RunArgs};

/// The command that makes a run by itself.
pub fn command(experiment: &Experiment, scenario: &str, run: Run<'_>) -> Vec<String> {
    let Run { cell, seed } = run;
    // What begins like an option is none.
    let file = if scenario.starts_with('-') { format!("./{scenario}") } else { scenario.to_owned() };
    let mut words: Vec<String> = vec!["intergreen".into(), "run".into(), file];
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    option("--controller", cell.controller.clone());
    option("--seed", seed.to_string());
    option("--threads", "1".into());
    if cell.scale != 1.0 {
        option("--scale", cell.scale.to_string());
    }
    let optional = [
        ("--behaviour", cell.behaviour.clone()),
        ("--sensors", cell.sensors.clone()),
        ("--until", experiment.until.map(|s| s.to_string())),
        ("--step", experiment.step.map(|s| s.to_string())),
        ("--warm-up", experiment.warm_up.map(|s| s.to_string())),
    ];
    optional.into_iter().filter_map(|(name, value)| Some((name, value?))).for_each(|(name, v)| option(name, v));
    cell.settings.iter().for_each(|(path, value)| option("--set", format!("{path}={value}")));
    let flags = [("--drain", experiment.drain), ("--as-is", experiment.as_is)];
    words.extend(flags.into_iter().filter(|f| f.1).map(|f| f.0.to_owned()));
    words
}

/// A command as a shell (POSIX) takes it.
pub fn quoted(words: &[String]) -> String {
    // What no shell gives a meaning to, wherever it stands in a word.
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:,=+@%".contains(c);
    let quoted = |word: &String| match !word.is_empty() && word.chars().all(safe) {
        true => word.clone(),
        // Within quotes all but the quote itself stands for itself.
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// What a command asks for.
///
/// # Errors
/// Says what is wrong with it as clap does.
pub fn parsed(command: &[String]) -> Result<RunArgs, Failure> {
    let cli = Cli::try_parse_from(command).map_err(|e| {
        let text = e.to_string();
        let said: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        Failure::Input(said.join(" ").trim_start_matches("error: ").to_owned())
    })?;
    match cli.command {
        Some(Action::Run(args)) => Ok(args),
        _ => Ok(cli.run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell gets back what was quoted, whatever it is.
    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        let words = [
            "run",
            "a b/it's net.ron",
            "name=x y",
            "d;touch PWNED/m.ron",
            "",
            "$(id) `id` \\ \"q\" *?~#!",
            "a\nb",
            "--x=1,y=2%",
        ];
        let text = quoted(&words.map(String::from));
        assert!(text.starts_with("run 'a b/it'") && text.ends_with(" --x=1,y=2%"), "{text}");
        // Words apart by noughts, which no word can hold.
        let script = format!("for word in {text}; do printf '%s\\0' \"$word\"; done");
        let said = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
        let read = String::from_utf8(said.stdout).expect("text");
        assert_eq!(read.strip_suffix('\0').expect("words").split('\0').collect::<Vec<_>>(), words);
    }

    #[test]
    fn a_scenario_is_no_option() {
        let experiment: Experiment = ron::from_str(r#"(scenarios: ["-x.ron"], seeds: 1)"#).expect("an experiment");
        let cells = crate::batch::cells(&experiment);
        let words = command(&experiment, "-x.ron", Run { cell: &cells[0], seed: 1 });
        let args = parsed(&words).expect("a command");
        assert_eq!(args.setup.scenario.as_deref(), Some(std::path::Path::new("./-x.ron")));
    }
}

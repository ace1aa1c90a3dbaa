//! The command that makes a run, and what it asks for: a batch does what the command would do by itself.

use clap::Parser;

use crate::batch::{Experiment, Run};
use crate::cli::Failure;
use crate::cli::args::{Action, Cli, RunArgs};

/// The command that makes a run by itself.
pub fn command(experiment: &Experiment, scenario: &str, run: Run<'_>) -> Vec<String> {
    let Run { cell, seed } = run;
    let mut words: Vec<String> = ["intergreen", "run", scenario].map(String::from).into();
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    option("--controller", cell.controller.clone());
    option("--seed", seed.to_string());
    option("--threads", "1".into());
    if cell.scale != 1.0 {
        option("--scale", cell.scale.to_string());
    }
    let optional = [
        ("--behaviour", cell.behaviour.clone()),
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

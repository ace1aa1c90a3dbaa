//! `intergreen controllers`: the strategies there are, with what they need.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use intergreen_control::{Entry, Registry};
use serde::Serialize;

use super::{Failure, print};
use crate::sim::command::of_registry;

/// Lists the signal control strategies: what they do, what they need, their parameters, where they come from.
#[derive(Args, Clone, Debug)]
pub struct ControllersArgs {
    /// Only the strategy of this name
    pub name: Option<String>,
    /// Print a JSON list instead
    #[arg(long)]
    pub json: bool,
}

/// A strategy as `--json` prints it.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    summary: &'a str,
    needs: &'a str,
    parameters: &'a [intergreen_control::Parameter],
    source: &'a str,
    falls_back: Option<&'a str>,
}

/// Prints the list.
///
/// # Errors
/// If there is no strategy of the name asked for, or nothing can be written.
pub fn run(args: &ControllersArgs) -> Result<ExitCode, Failure> {
    let registry = Registry::default();
    let one = match &args.name {
        Some(name) => Some(registry.find(name).map_err(|e| Failure::Input(of_registry(&e)))?),
        None => None,
    };
    let chosen: Vec<&Entry> = one.map_or_else(|| registry.entries().iter().collect(), |entry| vec![entry]);
    let text = if args.json {
        let listed = |e: &&Entry| Listed {
            name: e.name,
            summary: e.summary,
            needs: e.needs,
            parameters: e.parameters,
            source: e.source,
            falls_back: e.falls_back,
        };
        let list: Vec<Listed<'_>> = chosen.iter().map(listed).collect();
        serde_json::to_string_pretty(&list).map_err(|e| Failure::Run(e.to_string()))? + "\n"
    } else {
        chosen.iter().map(|e| words(e)).collect::<Vec<_>>().join("\n")
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// A strategy in words.
fn words(entry: &Entry) -> String {
    let mut text = format!("{}\n  {}\n  needs   {}\n", entry.name, entry.summary, entry.needs);
    if let Some(other) = entry.falls_back {
        let _ = writeln!(
            text,
            "          (at signals whose plan or detectors do not allow it {other} runs, and the result says so)"
        );
    }
    let _ = writeln!(text, "  source  {}", entry.source);
    let width = entry.parameters.iter().map(|p| p.name.len()).max().unwrap_or(0);
    for (i, p) in entry.parameters.iter().enumerate() {
        let title = if i == 0 { "options" } else { "" };
        let _ = writeln!(text, "  {title:<7} {:<width$}  {} [{}]", p.name, p.summary, p.default);
    }
    // Some defaults are words, not values.
    if let Some(first) = entry.parameters.iter().find(|p| !p.default.is_empty() && !p.default.contains(' ')) {
        let _ = writeln!(text, "  as in   --controller {},{}={}", entry.name, first.name, first.default);
    }
    text
}

//! `intergreen check`: whether scenarios can be run, and whether signal plans are safe and can work.
//!
//! A good plan is summed up for whoever has to sign it, on stdout. Of a bad one everything that is wrong is said, a
//! line each, on stderr: `file:line: element: problem`, the line where it can be told.

mod actuation;
mod aimless;
mod coordination;
mod detectors;
mod scenario;
mod summary;

pub use summary::summary as sheet;
mod together;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use intergreen_control::Plan;

use super::summary::plain;
use super::{Failure, print};
use crate::import::file;
use crate::scenario::{BUNDLED_ALL, Places, is_scenario, read_plan};

/// Checks scenarios and signal plans.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// Scenarios (.ron, .sumocfg, CityFlow's config.json) and signal plans (.ron)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Warnings are errors
    #[arg(long)]
    pub strict: bool,
}

/// A file that can be used.
pub struct Checked {
    /// What there is to say about it.
    pub text: String,
    /// How many warnings are among it.
    pub warnings: usize,
}

/// Checks all files, and says of every one what it is or what is wrong with it.
///
/// # Errors
/// If any file cannot be used, or with `--strict` has warnings; what is wrong with it has been said.
pub fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let (mut problems, mut bad) = (0, 0);
    for (i, file) in args.files.iter().enumerate() {
        match check(file) {
            Ok(Checked { text, warnings }) => {
                let gap = if i == 0 { "" } else { "\n" };
                print(&format!("{gap}{text}"))?;
                if args.strict && warnings > 0 {
                    (problems, bad) = (problems + warnings, bad + 1);
                }
            }
            Err(found) => {
                let mut stderr = std::io::stderr().lock();
                for line in &found {
                    // That stderr may be closed is no reason to fail otherwise than with the exit code.
                    let _ = writeln!(stderr, "{line}");
                }
                (problems, bad) = (problems + found.len(), bad + 1);
            }
        }
    }
    if bad == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let (problems, files) = (count(problems, "problem"), count(args.files.len(), "file"));
    Err(Failure::Input(format!("{problems} in {bad} of {files}")))
}

/// What there is to say about a file, or all that is wrong with it.
///
/// # Errors
/// A line for each problem.
pub fn check(path: &Path) -> Result<Checked, Vec<String>> {
    let shown = path.display().to_string();
    let wrong = |problem: &str| vec![format!("{shown}: {problem}")];
    let expected = "expected a scenario or a signal plan";
    match std::fs::metadata(path) {
        _ if !path.is_file() && BUNDLED_ALL.iter().any(|b| Path::new(b.0) == path) => return scenario::check(path),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(wrong("no such file")),
        Err(e) => return Err(wrong(&format!("cannot be read: {e}"))),
        Ok(m) if m.is_dir() => return Err(wrong(&format!("is a directory; {expected}"))),
        Ok(m) if m.len() == 0 => return Err(wrong(&format!("is empty; {expected}"))),
        Ok(_) => {}
    }
    if !shown.to_lowercase().ends_with(".ron") {
        return scenario::check(path);
    }
    let bytes = file::read(path, file::MOST_TEXT).map_err(|e| wrong(&e))?;
    let text =
        String::from_utf8(bytes).map_err(|_| wrong("is no text; expected a scenario or a signal plan in UTF-8"))?;
    if text.trim_start().starts_with('[') {
        let problem = "is a list; expected a scenario or a signal plan (`run --commands` checks commands)";
        return Err(wrong(problem));
    }
    if is_scenario(&text) {
        return scenario::check(path);
    }
    let spec = read_plan(&text, &shown).map_err(|e| {
        // With the line of the file, in which tabs place the mark below.
        let tabs = |line: &str| line.split('\t').map(plain).collect::<Vec<_>>().join("\t");
        vec![e.to_string().lines().map(tabs).collect::<Vec<_>>().join("\n")]
    })?;
    let plan = Plan::new(spec).map_err(|errors| {
        let mut places = Places::new(&text);
        let line = |e| {
            let place = places.line(e).map(|n| format!(":{n}")).unwrap_or_default();
            format!("{shown}{place}: {}", plain(&e.to_string()))
        };
        errors.0.iter().map(line).collect::<Vec<_>>()
    })?;
    Ok(Checked { text: format!("{shown}: good\n{}", sheet(&plan, &[])), warnings: 0 })
}

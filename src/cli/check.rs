//! `intergreen check`: whether signal plans are safe and can work.
//!
//! A good plan is summed up for whoever has to sign it, on stdout. Of a bad one everything that is wrong is said, a
//! line each, on stderr: `file:line: element: problem`, the line where it can be told.

mod place;
mod summary;
mod together;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use intergreen_control::Plan;

use super::summary::plain;
use super::{Failure, print};
use crate::scenario::read_plan;

/// Checks signal plans.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// Signal plans (.ron); docs/plan-files.md explains the format
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Checks all files, and says of every one what it is or what is wrong with it.
///
/// # Errors
/// If any file is no good plan; what is wrong with it has been said.
pub fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let (mut problems, mut bad) = (0, 0);
    for (i, file) in args.files.iter().enumerate() {
        match check(file) {
            Ok(summary) => {
                let gap = if i == 0 { "" } else { "\n" };
                print(&format!("{gap}{summary}"))?;
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

/// The summary of a plan, or all that is wrong with its file.
fn check(path: &Path) -> Result<String, Vec<String>> {
    let shown = path.display().to_string();
    let wrong = |problem: &str| vec![format!("{shown}: {problem}")];
    let name = shown.to_lowercase();
    let expected = "expected a signal plan (.ron)";
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(wrong("no such file")),
        Err(e) => return Err(wrong(&format!("cannot be read: {e}"))),
        Ok(m) if m.is_dir() => return Err(wrong(&format!("is a directory; {expected}"))),
        Ok(_) if [".sumocfg", ".xml", ".xml.gz"].iter().any(|end| name.ends_with(end)) => {
            return Err(wrong("is a file of SUMO's; only signal plans (.ron) are checked so far"));
        }
        Ok(_) if !name.ends_with(".ron") => return Err(wrong(&format!("is of no kind known here; {expected}"))),
        Ok(m) if m.len() == 0 => return Err(wrong(&format!("is empty; {expected}"))),
        Ok(_) => {}
    }
    let bytes = std::fs::read(path).map_err(|e| wrong(&format!("cannot be read: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("is no text; expected a signal plan in UTF-8"))?;
    let spec = read_plan(&text, &shown).map_err(|e| {
        // With the line of the file, in which tabs place the mark below.
        let tabs = |line: &str| line.split('\t').map(plain).collect::<Vec<_>>().join("\t");
        vec![e.to_string().lines().map(tabs).collect::<Vec<_>>().join("\n")]
    })?;
    let plan = Plan::new(spec).map_err(|errors| {
        let mut places = place::Places::new(&text);
        let line = |e| {
            let place = places.line(e).map(|n| format!(":{n}")).unwrap_or_default();
            format!("{shown}{place}: {}", plain(&e.to_string()))
        };
        errors.0.iter().map(line).collect::<Vec<_>>()
    })?;
    Ok(format!("{shown}: good\n{}", summary::summary(&plan)))
}

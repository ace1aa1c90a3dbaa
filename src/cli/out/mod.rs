//! `--out DIR`: results as files.

mod csv;
mod manifest;
mod sumo;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::run::Finished;
use super::{Failure, Outcome};

/// Makes sure before the run that the results can be written after it.
///
/// # Errors
/// If the folder cannot be made or written to.
pub fn prepare(dir: &Path) -> Result<(), Failure> {
    let wrong = |e: std::io::Error| Failure::Input(format!("--out {}: {e}", dir.display()));
    std::fs::create_dir_all(dir).map_err(wrong)?;
    let probe = dir.join(".intergreen-probe");
    File::create(&probe).map_err(wrong)?;
    std::fs::remove_file(&probe).map_err(wrong)
}

/// Writes all results.
///
/// # Errors
/// If a file cannot be written.
pub fn write(dir: &Path, run: &Finished<'_>, outcome: &Outcome) -> Result<(), Failure> {
    let file = |name: &str, content: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
        let path = dir.join(name);
        let written = File::create(&path).and_then(|f| {
            let mut f = BufWriter::new(f);
            content(&mut f)?;
            f.flush()
        });
        written.map_err(|e| Failure::Run(format!("{}: {e}", path.display())))
    };
    file("tripinfo.xml", &|w| sumo::tripinfo(w, run))?;
    file("summary.xml", &|w| sumo::summary(w, run))?;
    file("trips.csv", &|w| csv::trips(w, run))?;
    file("lanes.csv", &|w| csv::lanes(w, run))?;
    file("signals.csv", &|w| csv::signals(w, run))?;
    file("manifest.json", &|w| manifest::write(w, run, outcome))
}

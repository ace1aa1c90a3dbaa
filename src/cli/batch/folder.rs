//! Results folders: which may be written to.
//!
//! One rule for all who write: a folder with results in it is gone on with when that is asked for and there is a journal to
//! go on from, and else left alone.

use std::path::{Path, PathBuf};

use super::{Failure, journal};

/// The files that are made of the journal.
pub const TABLES: [&str; 3] = ["runs", "timing", "series"];
/// The folder of the trips in it.
pub const TRIPS: &str = "trips";

/// The first results that a folder has besides its journal.
fn results(folder: &Path) -> Option<PathBuf> {
    let tables = TABLES.iter().flat_map(|name| ["parquet", "csv"].map(|end| folder.join(format!("{name}.{end}"))));
    let trips = folder.join(TRIPS);
    let kept = std::fs::read_dir(&trips).is_ok_and(|mut files| files.next().is_some());
    tables.chain(kept.then_some(trips)).find(|path| path.exists())
}

/// Whether a folder may be written to; `resume`: to go on with what is in it.
///
/// # Errors
/// If it holds results that would be lost.
pub fn check(folder: &Path, resume: bool) -> Result<(), Failure> {
    let path = folder.join(journal::NAME);
    let lines = std::fs::metadata(&path).map(|m| m.len()).ok();
    let shown = folder.display();
    match (lines, resume) {
        (Some(_), true) => Ok(()),
        (Some(1..), false) => Err(Failure::Input(format!(
            "{shown}: there are results; `batch --resume` goes on with them, --out takes another folder"
        ))),
        _ => match results(folder) {
            None => Ok(()),
            Some(found) => Err(Failure::Input(format!(
                "{shown}: there are results ({}), but no {} to go on from; expected a folder without results (--out), or \
                 these files gone from it",
                found.file_name().unwrap_or_default().to_string_lossy(),
                journal::NAME
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each state of a folder allows: without results anything, with them only to go on from a journal.
    #[test]
    fn results_are_not_written_over() {
        let folder = std::env::temp_dir().join(format!("intergreen-folder-{}", std::process::id()));
        let allowed = |files: &[(&str, &str)]| {
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).expect("a folder");
            for (name, text) in files {
                let path = folder.join(name);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                std::fs::write(path, text).expect("a file");
            }
            [false, true].map(|resume| check(&folder, resume).is_ok())
        };
        assert_eq!(allowed(&[]), [true, true]);
        assert_eq!(allowed(&[("notes.txt", "mine"), ("manifest.json", "{}")]), [true, true]);
        // Begun, and ended before the first run had.
        assert_eq!(allowed(&[("journal.jsonl", ""), ("manifest.json", "{}")]), [true, true]);
        assert_eq!(allowed(&[("journal.jsonl", "{}\n")]), [false, true]);
        assert_eq!(allowed(&[("journal.jsonl", ""), ("runs.csv", "run_id\n")]), [false, true]);
        for lone in ["runs.parquet", "series.csv", "timing.parquet", "trips/0.csv"] {
            assert_eq!(allowed(&[(lone, "x")]), [false, false], "{lone}");
        }
        std::fs::remove_dir_all(&folder).expect("it is ours");
        assert!(check(&folder, false).is_ok(), "no folder at all");
    }
}

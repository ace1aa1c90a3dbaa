//! Results folders: which may be written to.
//!
//! One rule for all who write: a folder with results in it is gone on with when that is asked for and there is a journal to
//! go on from, and else left alone. Tables are results if they have rows: a batch that is interrupted before its first run
//! has ended leaves tables without any.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::{Failure, journal};

/// The files that are made of the journal.
pub const TABLES: [&str; 3] = ["runs", "timing", "series"];
/// The folder of the trips in it.
pub const TRIPS: &str = "trips";

/// The first table with rows that a folder has.
fn table(folder: &Path) -> Option<PathBuf> {
    let found = |name: &str| {
        let [csv, parquet] = ["csv", "parquet"].map(|end| folder.join(format!("{name}.{end}")));
        match csv.exists() {
            true => has_rows(&csv).then_some(csv),
            false => parquet.exists().then_some(parquet),
        }
    };
    TABLES.into_iter().find_map(found)
}

/// Whether there is something below the first line of a CSV file; what cannot be read might have something.
fn has_rows(csv: &Path) -> bool {
    let below = File::open(csv).map(BufReader::new).and_then(|mut file| {
        file.skip_until(b'\n')?;
        file.fill_buf().map(|bytes| !bytes.is_empty())
    });
    below.unwrap_or(true)
}

/// The trips that a folder has.
fn trips(folder: &Path) -> Option<PathBuf> {
    let trips = folder.join(TRIPS);
    std::fs::read_dir(&trips).is_ok_and(|mut files| files.next().is_some()).then_some(trips)
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
        (Some(1..), true) => Ok(()),
        // A batch has one from the beginning, `merge` writes it last.
        (Some(1..), false) if !folder.join("manifest.json").exists() => Err(Failure::Input(format!(
            "{shown}: there are runs in {}, but no manifest.json; if a `merge` into it was cut off, delete the folder and \
             merge again; else --resume goes on with them, --out takes another folder",
            journal::NAME
        ))),
        (Some(1..), false) => Err(Failure::Input(format!(
            "{shown}: there are results; --resume goes on with them, --out takes another folder"
        ))),
        // Trips come before their run's line in the journal: beside an empty one they are those of a run that was cut off.
        (journal, _) => match table(folder).or_else(|| trips(folder).filter(|_| journal.is_none())) {
            None => Ok(()),
            Some(found) => Err(Failure::Input(format!(
                "{shown}: there are results ({}), but no {} to go on from; expected a folder without results (--out), or \
                 these files gone from it",
                found.file_name().unwrap_or_default().to_string_lossy(),
                if journal.is_some() { format!("runs in {}", journal::NAME) } else { journal::NAME.to_owned() }
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
        assert_eq!(allowed(&[("journal.jsonl", "{}\n"), ("manifest.json", "{}")]), [false, true]);
        assert_eq!(allowed(&[("journal.jsonl", ""), ("trips/0.csv", "id\n")]), [true, true]);
        let without = [("journal.jsonl", ""), ("runs.csv", "run_id\n"), ("runs.parquet", "x")];
        assert_eq!((allowed(&without), allowed(&without[1..])), ([true, true], [true, true]));
        // Results that the journal knows nothing of.
        for name in ["runs.csv", "runs.parquet"] {
            assert_eq!(allowed(&[("journal.jsonl", ""), (name, "run_id\na\n")]), [false, false], "{name}");
        }
        assert!(check(&folder, true).expect_err("refused").to_string().contains("no runs in journal.jsonl"));
        for lone in ["runs.parquet", "series.csv", "timing.parquet", "trips/0.csv"] {
            assert_eq!(allowed(&[(lone, "x\ny\n")]), [false, false], "{lone}");
        }
        // Of a merge that was cut off.
        assert_eq!(allowed(&[("journal.jsonl", "{}\n")]), [false, true]);
        assert!(check(&folder, false).expect_err("refused").to_string().contains("merge again"));
        std::fs::remove_dir_all(&folder).expect("it is ours");
        assert!(check(&folder, false).is_ok(), "no folder at all");
    }
}

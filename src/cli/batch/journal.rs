//! The journal of a batch: a line for each finished run.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Failure, complain, folder};
use crate::batch::Record;

/// The file's name.
pub const NAME: &str = "journal.jsonl";

/// What a run cost; in no result that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Wall time of its steps, s.
    pub wall_s: f64,
    /// Processor time of its thread, s.
    pub cpu_s: f64,
    /// Sum over steps of vehicles.
    pub vehicle_steps: u64,
}

/// A sample of the network.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Sample(pub [f64; 5]);

/// Names of what a sample holds.
pub const SAMPLE: [&str; 5] = ["time_s", "running", "waiting", "arrived", "standing"];

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it came to.
    pub record: Record,
    /// What it cost.
    pub timing: Timing,
    /// The network over time.
    pub series: Vec<Sample>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    record: Map<String, Value>,
    timing: Timing,
    series: Vec<Sample>,
}

/// The journal, open for more.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Where its last whole line ends.
    end: u64,
    /// The runs in it, by key.
    pub entries: BTreeMap<u64, Entry>,
}

impl Journal {
    /// Opens the journal of a folder, or begins one. No other batch can write to it until this one has ended.
    ///
    /// # Errors
    /// If the folder cannot be made, there are results that are not to be gone on with, or somebody writes to them.
    pub fn open(folder: &Path, resume: bool) -> Result<Self, Failure> {
        let path = folder.join(NAME);
        let failed = |e: std::io::Error| Failure::Run(format!("{}: {e}", path.display()));
        std::fs::create_dir_all(folder).map_err(|e| Failure::Run(format!("{}: {e}", folder.display())))?;
        folder::check(folder, resume)?;
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        file.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => Failure::Run(format!("{}: a batch is writing to it", path.display())),
            TryLockError::Error(e) => Failure::Run(format!("{}: it cannot be locked: {e}", path.display())),
        })?;
        // Once more: another batch may have written to it, and ended, since.
        folder::check(folder, resume)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let (entries, end) = parse(&bytes, &path)?;
        if bytes[end..].contains(&b'\n') && !bytes[end..].trim_ascii().is_empty() {
            let (shown, cut) = (path.display(), bytes.len() - end);
            complain("note", &format!("{shown}: the last {cut} bytes are no runs; they are cut off"));
        }
        let mut journal = Self { path: path.clone(), file, end: end as u64, entries };
        journal.cut().map_err(failed)?;
        Ok(journal)
    }

    /// Reads the journal of a folder.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    pub fn read(folder: &Path) -> Result<BTreeMap<u64, Entry>, Failure> {
        let path = folder.join(NAME);
        let shown = path.display();
        let bytes = std::fs::read(&path)
            .map_err(|e| Failure::Input(format!("{shown}: {e}; reports and merged results are made from it")))?;
        Ok(parse(&bytes, &path)?.0)
    }

    /// Enters a finished run. When this returns it is safe from whatever ends the program; from what ends the machine it is
    /// once it is on the [`Disk`].
    ///
    /// # Errors
    /// If it cannot be written; what was there before is not touched.
    pub fn enter(&mut self, key: u64, entry: Entry) -> Result<(), Failure> {
        let text = line(key, &entry)?;
        if let Err(e) = self.file.write_all(text.as_bytes()) {
            // A half line would be in the way of the next one, and so would a gap.
            let _ = self.cut();
            return Err(failed(&self.path, &e));
        }
        self.end += text.len() as u64;
        self.entries.insert(key, entry);
        Ok(())
    }

    /// Cuts off what comes after the last whole line, and goes on there.
    fn cut(&mut self) -> std::io::Result<u64> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))
    }

    /// What brings it to the disk, from a thread of its own: that takes as long as a small run.
    ///
    /// # Errors
    /// If the system has no more files to give.
    pub fn disk(&self) -> Result<Disk, Failure> {
        let file = self.file.try_clone().map_err(|e| failed(&self.path, &e))?;
        Ok(Disk { path: self.path.clone(), file })
    }
}

/// A journal's way to the disk.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    file: File,
}

impl Disk {
    /// Everything entered before is on the disk when this returns.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn sync(&self) -> Result<(), Failure> {
        self.file.sync_data().map_err(|e| failed(&self.path, &e))
    }
}

/// A journal that cannot be written.
fn failed(path: &Path, e: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::Run(format!("{path}: {e}; what was finished before is in it, --resume goes on"))
}

/// A run as a line.
fn line(key: u64, entry: &Entry) -> Result<String, Failure> {
    let Entry { record, timing, series } = entry;
    let line = Line { key: format!("{key:016x}"), record: record.to_json(), timing: *timing, series: series.clone() };
    let text = serde_json::to_string(&line).map_err(|e| Failure::Run(format!("{NAME}: {e}")))?;
    Ok(text + "\n")
}

/// The runs of a journal, and where the last of them ends. What comes after it and is nothing at all was being written when
/// the program was killed, or is what a power cut left: its run is made anew.
fn parse(bytes: &[u8], path: &Path) -> Result<(BTreeMap<u64, Entry>, usize), Failure> {
    let (mut entries, mut at, mut end) = (BTreeMap::new(), 0, 0);
    let mut broken: Option<Failure> = None;
    for (i, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        at += line.len();
        let whole = line.ends_with(b"\n");
        match (read_line(line), broken.take()) {
            (_, before) if line.trim_ascii().is_empty() => broken = before,
            // What was broken is in the middle.
            (Ok(_), Some(wrong)) => return Err(wrong),
            (Ok((key, entry)), None) if whole => {
                entries.insert(key, entry);
                end = at;
            }
            (Ok(_), None) => {}
            (Err(e), before) => {
                let place = format!("{}:{}", path.display(), i + 1);
                let wrong = Failure::Input(format!(
                    "{place}: {e}; expected a finished run. Delete this line if the others are to be kept; `batch --resume` \
                     makes its run again"
                ));
                // Another program wrote it, or this is no journal: not ours to throw away.
                let ours = match entries.is_empty() {
                    true => !whole && line.starts_with(b"{") || line.iter().all(|byte| *byte == 0),
                    false => !whole || serde_json::from_slice::<Value>(line).is_err(),
                };
                if !ours {
                    return Err(wrong);
                }
                broken = before.or(Some(wrong));
            }
        }
    }
    Ok((entries, end))
}

/// A line's run.
fn read_line(line: &[u8]) -> Result<(u64, Entry), String> {
    let line: Line = serde_json::from_slice(line).map_err(|e| e.to_string())?;
    let key = u64::from_str_radix(&line.key, 16).map_err(|e| format!("key: {e}"))?;
    let record = Record::from_json(&line.record)?;
    Ok((key, Entry { record, timing: line.timing, series: line.series }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is broken at the end is cut off; in the middle, or if it is somebody else's, nothing is touched.
    #[test]
    fn what_is_broken_at_the_end_is_cut_off() {
        let entry = |seed: u64| Entry {
            record: Record::default().with("seed", seed),
            timing: Timing::default(),
            series: vec![Sample::default()],
        };
        let run = |seed| line(seed, &entry(seed)).expect("a line").into_bytes();
        let two = [run(1), run(2)].concat();
        let read = |tail: &[u8]| {
            let all = [&two, tail].concat();
            parse(&all, Path::new("j"))
                .map(|(entries, end)| (entries.len(), end == two.len()))
                .map_err(|e| e.to_string())
        };
        let half = &run(3)[..20];
        for tail in [b"" as &[u8], half, &[0; 9], b"\xff\x80\n\x07\n\n{", b"\xff\n{\"key\"", b"\n \n"] {
            assert_eq!(read(tail), Ok((2, true)), "{tail:?}");
        }
        let middle = read(&[b"\xff\n".as_slice(), &run(3)].concat()).expect_err("in the middle");
        assert!(
            middle.starts_with("j:3: ") && middle.contains("Delete this line if the others are to be kept"),
            "{middle}"
        );
        let other = read(b"{\"key\": \"1\", \"run\": 2}\n").expect_err("another program's");
        assert!(other.starts_with("j:3: missing field"), "{other}");
        for foreign in [b"my notes\nmore\n".as_slice(), b"my notes"] {
            let none = parse(foreign, Path::new("j")).expect_err("no journal").to_string();
            assert!(none.starts_with("j:1: ") && none.contains("expected a finished run"), "{none}");
        }
        // The first run of a batch that was killed.
        for cut in [half, &[0; 9]] {
            assert_eq!(parse(cut, Path::new("j")).expect("nothing").1, 0);
        }
    }
}

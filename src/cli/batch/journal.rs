//! The journal of a batch: a line for each finished run.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Failure;
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
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        file.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => Failure::Run(format!("{}: another batch writes to it", path.display())),
            TryLockError::Error(e) => Failure::Run(format!("{}: it cannot be locked: {e}", path.display())),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        if !bytes.is_empty() && !resume {
            let shown = folder.display();
            return Err(Failure::Input(format!(
                "{shown}: there are results; --resume goes on, --out takes another folder"
            )));
        }
        let (entries, good) = parse(&String::from_utf8_lossy(&bytes), &path)?;
        let mut journal = Self { path: path.clone(), file, end: good as u64, entries };
        // A line that was being written when the program was killed: its run is made anew.
        journal.cut().map_err(failed)?;
        Ok(journal)
    }

    /// Reads the journal of a folder; nothing if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(folder: &Path) -> Result<BTreeMap<u64, Entry>, Failure> {
        let path = folder.join(NAME);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(parse(&String::from_utf8_lossy(&bytes), &path)?.0),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(e) => Err(Failure::Input(format!("{}: {e}", path.display()))),
        }
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
pub fn line(key: u64, entry: &Entry) -> Result<String, Failure> {
    let Entry { record, timing, series } = entry;
    let line = Line { key: format!("{key:016x}"), record: record.to_json(), timing: *timing, series: series.clone() };
    let text = serde_json::to_string(&line).map_err(|e| Failure::Run(format!("{NAME}: {e}")))?;
    Ok(text + "\n")
}

/// The runs of a journal, and how many of its bytes are whole lines.
fn parse(text: &str, path: &Path) -> Result<(BTreeMap<u64, Entry>, usize), Failure> {
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    let mut entries = BTreeMap::new();
    for (i, line) in text[..whole].lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = || {
            let line: Line = serde_json::from_str(line).map_err(|e| e.to_string())?;
            let key = u64::from_str_radix(&line.key, 16).map_err(|e| format!("key: {e}"))?;
            let record = Record::from_json(&line.record)?;
            Ok::<_, String>((key, Entry { record, timing: line.timing, series: line.series }))
        };
        let (key, entry) = read()
            .map_err(|e| Failure::Input(format!("{}:{}: {e}; expected a finished run", path.display(), i + 1)))?;
        entries.insert(key, entry);
    }
    Ok((entries, whole))
}

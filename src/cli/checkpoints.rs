//! `--checkpoint-every` and `--resume`: checkpoints as files.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use intergreen_control::Millis;

use super::args::RunArgs;
use super::load::Loaded;
use super::out::probe;
use super::progress::Progress;
use super::{Failure, complain};
use crate::sim::Simulation;

/// Longest checkpoint that is read, bytes: it would be one of some million vehicles.
const MOST_BYTES: u64 = 1 << 30;

/// Writes the checkpoints of a run.
pub struct Checkpoints {
    dir: PathBuf,
    /// What all names begin with.
    stem: String,
    every: Millis,
}

impl Checkpoints {
    /// Those that a run asks for, if it does.
    ///
    /// # Errors
    /// If they could not be written: better said now than when they are missed.
    pub fn of(args: &RunArgs, loaded: &Loaded) -> Result<Option<Self>, Failure> {
        let Some(every) = args.checkpoint_every.map(Millis::from_seconds) else { return Ok(None) };
        let dir = args.out.clone().unwrap_or_default();
        probe(&dir).map_err(|e| {
            let folder = if args.out.is_some() { dir.display().to_string() } else { "the current folder".to_owned() };
            Failure::Input(format!("--checkpoint-every: {folder} cannot be written to: {e}; expected --out DIR"))
        })?;
        let plain = |c: char| if c.is_alphanumeric() || "-_.+".contains(c) { c } else { '_' };
        Ok(Some(Self { dir, stem: loaded.name.chars().map(plain).collect(), every }))
    }

    /// Writes one if it is time, after a step.
    pub fn look(&self, sim: &Simulation, progress: &Progress) {
        let setup = &sim.scene().setup;
        if (sim.now() - setup.begin).0 % self.every.0 < setup.step.0 {
            self.write(sim, progress);
        }
    }

    /// Writes one now. That it cannot be written is no reason to end a run that may have taken hours, but said in any case.
    pub fn write(&self, sim: &Simulation, progress: &Progress) {
        let path = self.dir.join(format!("{}-{}s.checkpoint", self.stem, sim.now().seconds()));
        match replace(&path, &sim.save()) {
            Ok(()) => progress.say("note", &format!("checkpoint written: {}", path.display())),
            Err(e) => progress.say("error", &format!("{}: no checkpoint is written: {e}", path.display())),
        }
    }
}

/// Writes a file under another name first, so that there is never half of one under its own.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("checkpoint.part");
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    });
    if written.is_err() {
        // Half a file helps nobody; that it cannot be removed is the lesser evil.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Goes on from a checkpoint.
///
/// # Errors
/// If it cannot be read or is none of this run; says why.
pub fn resume(file: &Path, sim: &mut Simulation, quiet: bool) -> Result<(), Failure> {
    let wrong = |problem: String| Failure::Input(format!("--resume {}: {problem}", file.display()));
    let bytes = read(file).map_err(wrong)?;
    let given = sim.agenda().given();
    sim.load(&bytes).map_err(|e| wrong(e.to_string()))?;
    let made = sim.agenda().given();
    // What was to happen later may be told now, where it is in no order with what was told before.
    let mut more = given.clone();
    let mut take = |command| more.iter().position(|known| known == command).map(|place| more.remove(place)).is_some();
    let knows_all = made.iter().all(&mut take);
    let now = sim.now().seconds();
    if knows_all && more.iter().all(|new| new.at >= now && made.iter().all(|known| known.at != new.at)) {
        for command in more {
            sim.command(command).map_err(|e| wrong(e.to_string()))?;
        }
    } else {
        let count = |n: usize| if n == 1 { "1 command".to_owned() } else { format!("{n} commands") };
        let (made, here) = (count(made.len()), count(given.len()));
        return Err(wrong(if made == here {
            "was made with other commands (the scenario's own, or --commands)".into()
        } else {
            format!("was made with {made}; this run has {here} (the scenario's own, or --commands)")
        }));
    }
    if !quiet {
        let now = sim.now().seconds();
        complain(
            "note",
            &format!(
                "goes on from {now} s; detectors, tables, lamps, positions and encounters are measured from there on"
            ),
        );
    }
    Ok(())
}

/// The bytes of a file.
fn read(file: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |e: std::io::Error| format!("cannot be read: {e}");
    let about = fs::metadata(file).map_err(unreadable)?;
    if !about.is_file() {
        return Err("is no file; expected one that `run --checkpoint-every` wrote".into());
    }
    if about.len() > MOST_BYTES {
        return Err(format!("has {} bytes; expected a checkpoint, at most {MOST_BYTES}", about.len()));
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|f| f.take(MOST_BYTES).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

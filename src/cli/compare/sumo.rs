//! SUMO as a child process: finding it, running it, reading what it wrote.
//!
//! **It must not outlive us.** The package from PyPI has a script `sumo` that starts the program: to kill the child would
//! end the script only. So each run is a process group of its own, and all of it is killed. And its step log goes into
//! a pipe that we read: if we are gone, whatever the reason, its next line ends it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::data::{Measures, Place, Run};
use crate::cli::Failure;
use crate::import::xml::{self, Element};

/// Steps between two lines of the log.
const LOG_PERIOD: &str = "10";
/// Errors of SUMO's that are passed on: what follows the first ones mostly follows from them.
const MOST_ERRORS: usize = 3;

/// Where SUMO is.
#[derive(Clone, Debug)]
pub struct Sumo {
    program: PathBuf,
    /// What it calls itself.
    pub version: String,
}

/// One run.
pub struct Job<'a> {
    /// The configuration made for the comparison.
    pub config: &'a Path,
    /// Network, routes and additional files.
    pub inputs: &'a [(&'static str, String)],
    /// A folder of its own.
    pub folder: &'a Path,
    /// Its seed.
    pub seed: u64,
    /// When it is given up, s on the scenario's clock.
    pub limit: f64,
}

/// The SUMO processes that run now.
#[derive(Default)]
pub struct Children {
    running: Mutex<BTreeMap<u32, Child>>,
    stop: AtomicBool,
}

impl Children {
    /// Ends all of them, and those to come at once.
    pub fn end_all(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // A thread that panicked with the lock held has left a sound map behind.
        for child in self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner).values_mut() {
            kill(child);
        }
    }

    /// Whether they are to end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Ends a child and what it has started, at once. It must not have been waited for: its id could be another's.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(id) = i32::try_from(child.id()) {
        use nix::sys::signal::{Signal, killpg};
        // Its group bears its id. That nobody of it is left is what we want.
        let _ = killpg(nix::unistd::Pid::from_raw(id), Signal::SIGKILL);
    }
    let _ = child.kill();
}

impl Drop for Children {
    fn drop(&mut self) {
        self.end_all();
    }
}

impl Sumo {
    /// Looks at `given` (the program, or the folder it is in), else on the path.
    ///
    /// # Errors
    /// Says how to get it if it is not there.
    pub fn find(given: Option<&Path>) -> Result<Self, Failure> {
        let name = format!("sumo{}", std::env::consts::EXE_SUFFIX);
        let program = match given {
            Some(path) if path.is_dir() => {
                [path.join(&name), path.join("bin").join(&name)].into_iter().find(|p| p.is_file())
            }
            Some(path) => Some(path.to_owned()).filter(|p| p.is_file()),
            None => std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
                .map(|folder| folder.join(&name))
                .find(|p| p.is_file()),
        };
        let Some(program) = program else {
            let place = given.map_or("on the PATH".to_owned(), |p| format!("at {}", p.display()));
            return Err(Failure::Input(format!(
                "SUMO is not {place}; install it with `pip install eclipse-sumo`, or name it with --sumo PATH"
            )));
        };
        let failed = |e: String| Failure::Input(format!("{}: {e}; expected SUMO's program", program.display()));
        let output = Command::new(&program).arg("--version").output().map_err(|e| failed(e.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.lines().find_map(|l| l.trim().strip_prefix("Eclipse SUMO sumo "));
        let version = version
            .map(|v| v.trim_start_matches("Version ").trim_start_matches('v').replace('_', "."))
            .map(|v| v.trim().to_owned());
        let version = version.ok_or_else(|| failed("does not say its version".to_owned()))?;
        Ok(Self { program, version })
    }

    /// Runs it until the network is empty, or until the limit if it does not become empty. `None`: interrupted.
    ///
    /// # Errors
    /// If it fails, or writes what cannot be read.
    pub fn run(&self, job: &Job<'_>, children: &Children) -> Result<Option<Run>, Failure> {
        if self.start(job, None, children)? {
            return read(job, None).map(Some);
        }
        if children.stopped() {
            return Ok(None);
        }
        // Nobody moves any more, or nearly so: once more, and this time it ends and writes.
        let finished = self.start(job, Some(job.limit), children)?;
        if finished { read(job, Some(job.limit)).map(Some) } else { Ok(None) }
    }

    /// Runs it; false if it was ended because it passed the limit, or because all are to end.
    fn start(&self, job: &Job<'_>, end: Option<f64>, children: &Children) -> Result<bool, Failure> {
        let broken = |e: std::io::Error| Failure::Run(format!("{}: {e}", self.program.display()));
        let errors = job.folder.join("errors.txt");
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(job.config).current_dir(job.folder).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(std::fs::File::create(&errors).map_err(broken)?);
        for (option, value) in job.inputs.iter().filter(|(_, value)| !value.is_empty()) {
            command.arg(option).arg(value);
        }
        command.args(["--seed", &job.seed.to_string(), "--time-to-teleport", "-1", "--tripinfo-output", "trips.xml"]);
        command.args(["--no-warnings", "--duration-log.disable", "--step-log.period", LOG_PERIOD]);
        if let Some(end) = end {
            command.args(["--end", &end.to_string()]);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(broken)?;
        let (id, log) = (child.id(), child.stdout.take());
        let lock = || children.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lock().insert(id, child);
        if children.stopped() {
            children.end_all();
        }
        let limit = if end.is_none() { job.limit } else { f64::INFINITY };
        let passed = log.is_some_and(|log| passes(log, limit, &children.stop));
        let Some(mut child) = lock().remove(&id) else { return Ok(false) };
        if passed {
            kill(&mut child);
        }
        let status = child.wait().map_err(broken)?;
        if passed || children.stopped() {
            return Ok(false);
        }
        if !status.success() {
            let text = std::fs::read_to_string(&errors).unwrap_or_default();
            let said = complaint(&text).unwrap_or_else(|| format!("no message, {status}"));
            return Err(Failure::Run(format!("SUMO failed with seed {}: {said}", job.seed)));
        }
        Ok(true)
    }
}

/// What SUMO says against a run: its first errors, or else its last line.
fn complaint(text: &str) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|l| !l.is_empty());
    let errors: Vec<&str> = lines().filter(|l| l.starts_with("Error")).take(MOST_ERRORS).collect();
    if errors.is_empty() { lines().next_back().map(str::to_owned) } else { Some(errors.join(" ")) }
}

/// Follows the step log to its end; true as soon as it passes `limit` s, or is to `stop`.
fn passes(mut log: impl Read, limit: f64, stop: &AtomicBool) -> bool {
    let (mut chunk, mut text) = ([0; 4096], String::new());
    while let Ok(n) = log.read(&mut chunk) {
        if n == 0 {
            break;
        }
        text.push_str(&String::from_utf8_lossy(&chunk[..n]));
        // "Step #25300.00" and a return: the last whole one counts, the rest may go on in the next chunk.
        let last = text.rmatch_indices("Step #").find_map(|(at, mark)| {
            let number = &text[at + mark.len()..];
            number[..number.find(|c: char| !c.is_ascii_digit() && c != '.')?].parse::<f64>().ok()
        });
        if stop.load(Ordering::Relaxed) || last.is_some_and(|t| t > limit) {
            return true;
        }
        let keep = text.rfind("Step #").unwrap_or(text.len());
        text.drain(..keep);
    }
    false
}

/// What a run wrote. `given_up`: when it was ended with vehicles still on their way, s.
fn read(job: &Job<'_>, given_up: Option<f64>) -> Result<Run, Failure> {
    let wrong = |e: crate::import::ImportError| Failure::Run(format!("SUMO's results: {e}"));
    let mut trips = Vec::new();
    let mut edges: BTreeMap<String, Place> = BTreeMap::new();
    let file = job.folder.join("trips.xml");
    xml::read(&file, &["tripinfos"], |e| {
        if e.name == "tripinfo" && e.get("vaporized").is_none_or(str::is_empty) {
            let number = |name: &str| Ok(e.number(&file, name)?.unwrap_or(0.0));
            trips.push([
                number("duration")?,
                number("waitingTime")?,
                number("timeLoss")?,
                number("departDelay")?,
                number("routeLength")?,
            ]);
            let lane = e.get("departLane").unwrap_or_default();
            let edge = lane.rsplit_once('_').map_or(lane, |(edge, _)| edge);
            edges.entry(edge.to_owned()).or_default().depart_delay += number("departDelay")?;
        }
        Ok(())
    })
    .map_err(wrong)?;
    let file = job.folder.join("edges.xml");
    let row = |e: &Element, edges: &mut BTreeMap<String, Place>| {
        let number = |name: &str| Ok(e.number(&file, name)?.unwrap_or(0.0));
        let place = edges.entry(e.need(&file, "id")?.to_owned()).or_default();
        place.vehicles += number("departed")? + number("entered")?;
        place.time_loss += number("timeLoss")?;
        place.travel_time = e.number(&file, "traveltime")?;
        Ok(())
    };
    xml::read(&file, &["meandata"], |interval| interval.children.iter().try_for_each(|e| row(e, &mut edges)))
        .map_err(wrong)?;
    let unfinished = given_up.map(|at| format!("given up at {at} s, {} vehicles arrived", trips.len()));
    Ok(Run { seed: job.seed, measures: Measures::of(&trips), edges, defects: None, unfinished })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_passed_on() {
        assert_eq!(complaint(" \n"), None);
        assert_eq!(complaint("Traceback:\nImportError: no sumo\n").as_deref(), Some("ImportError: no sumo"));
        let text = "Warning: x\nError: a.\nError: b.\nQuitting (on error).\n";
        assert_eq!(complaint(text).as_deref(), Some("Error: a. Error: b."));
    }

    #[test]
    fn the_step_log_is_followed() {
        let on = AtomicBool::new(false);
        let log = "Step #0.00\rStep #100.00\rStep #200.00 (2ms ~= 500.00*RT)\rStep #300.00\r\n";
        assert!(passes(log.as_bytes(), 250.0, &on));
        assert!(!passes(log.as_bytes(), 300.0, &on));
        // A number that is cut off is none.
        assert!(!passes("Step #100.00\rStep #2".as_bytes(), 100.0, &on));
        assert!(!passes("nothing of the kind".as_bytes(), 0.0, &on));
        assert!(passes(log.as_bytes(), 1e9, &AtomicBool::new(true)));
    }
}

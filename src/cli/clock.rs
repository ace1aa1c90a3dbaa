//! The only place that reads clocks: wall time, processor time, memory.

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;

/// The wall clock now.
#[allow(clippy::disallowed_methods, reason = "the command line measures how fast the simulation is")]
pub fn wall() -> Instant {
    Instant::now()
}

/// Processor time of this process so far: user and system, all threads.
pub fn cpu() -> Duration {
    // Fails only where the system has no such clock.
    ProcessTime::try_now().map(|t| t.as_duration()).unwrap_or_default()
}

/// The same in nanoseconds, as the profile wants it.
pub fn cpu_nanoseconds() -> u64 {
    cpu().as_nanos() as u64
}

/// The most memory this process ever held, MB (10⁶ bytes); `None` where the system does not say.
pub fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

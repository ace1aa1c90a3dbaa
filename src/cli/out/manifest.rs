//! `manifest.json`: what is needed to make the same results again.

use std::io::{Result, Write};

use serde_json::json;

use crate::cli::Outcome;
use crate::cli::run::Finished;

/// Writes it.
pub fn write(w: &mut dyn Write, run: &Finished<'_>, outcome: &Outcome, files: &[String]) -> Result<()> {
    let setup = &run.sim.scene().setup;
    let args = run.args;
    let inputs = run.loaded.inputs.iter().map(|i| json!({"file": i.file, "fnv1a64": format!("{:016x}", i.hash)}));
    let command: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    let set: Vec<String> = args.setup.set.iter().map(|(path, value)| format!("{path}={value}")).collect();
    let manifest = json!({
        "schema": 1,
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "command": command,
        "scenario": outcome.scenario,
        "date": run.loaded.calendar.0,
        "time_zone": run.loaded.calendar.1,
        "inputs": inputs.collect::<Vec<_>>(),
        "seed": outcome.seed,
        "options": {
            "begin_s": setup.begin.seconds(),
            "end_s": setup.end.map(|e| e.seconds()),
            "step_s": outcome.step_s,
            "until_s": args.until,
            "drain": args.drain,
            "threads": outcome.threads,
            "behaviour": outcome.behaviour,
            "routes": outcome.routes,
            "controller": outcome.controller,
            "sensors": outcome.sensors,
            "scale": args.setup.scale,
            "set": set,
            "commands": args.setup.commands.as_ref().map(|c| c.display().to_string()),
            "as_is": args.as_is,
            "allow_unsafe_programs": args.setup.allow_unsafe_programs,
        },
        "resumed": args.resume.as_ref().map(|file| json!({
            "file": file.display().to_string(),
            "at_s": run.began.at.seconds(),
        })),
        "files": files,
        "simulated_s": outcome.simulated_s,
        "stopped": format!("{:?}", run.stop).to_lowercase(),
        "state_hash": outcome.state_hash,
    });
    serde_json::to_writer_pretty(&mut *w, &manifest)?;
    writeln!(w)
}

//! CityFlow's configuration.

use std::path::{Path, PathBuf};

use intergreen_control::Millis;

use super::json::{self, Node};
use crate::import::{ImportError, Report};

/// What a configuration says.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The road network.
    pub roadnet: PathBuf,
    /// The flows.
    pub flow: PathBuf,
    /// Length of a step.
    pub interval: Millis,
    /// Seed.
    pub seed: u64,
    /// Whether vehicles may change lanes.
    pub lane_change: bool,
}

/// Fields that are used.
const USED: &[&str] = &["interval", "seed", "dir", "roadnetFile", "flowFile", "laneChange"];
/// Fields about files that only CityFlow writes, and about who switches the lamps.
const KNOWN: &[&str] = &["rlTrafficLight", "saveReplay", "roadnetLogFile", "replayLogFile"];

/// Reads a configuration.
///
/// # Errors
/// Names file and field, and says what was expected.
pub fn read_config(file: &Path, report: &mut Report) -> Result<Config, ImportError> {
    let value = json::read(file)?;
    let root = Node::root(file, &value);
    root.count_others(&[USED, KNOWN].concat(), "field of the configuration", report)?;
    let flag = |name| root.get(name)?.map_or(Ok(false), |node| node.flag());
    if flag("rlTrafficLight")? {
        let what =
            "rlTrafficLight: the programs run unless a controller is chosen (CityFlow: the first phase, for ever)";
        report.count(what, || "rlTrafficLight".to_owned());
    }
    if flag("saveReplay")? {
        report.count("saveReplay: no replay files are written", || "saveReplay".to_owned());
    }
    let dir = root.get("dir")?.map_or(Ok(""), |node| node.text())?;
    let interval = root.need("interval")?.number(0.05..=2.0, "seconds")?;
    let seed = match root.get("seed")? {
        Some(node) => node.number(-2_147_483_648.0..=4_294_967_295.0, "(a whole number)")? as i64 as u64,
        None => 0,
    };
    let find = |name| {
        let node = root.need(name)?;
        found(file, dir, node.text()?, report_dir(dir)).map_err(|tried| node.error(tried))
    };
    Ok(Config {
        roadnet: find("roadnetFile")?,
        flow: find("flowFile")?,
        interval: Millis::from_seconds(interval),
        seed,
        lane_change: flag("laneChange")?,
    })
}

/// How `dir` is spoken of.
fn report_dir(dir: &str) -> String {
    if dir.is_empty() { String::new() } else { format!(" (dir: \"{dir}\")") }
}

/// The file that a configuration names. CityFlow looks from the folder it was started in; a scenario that was moved as
/// a whole is found from its configuration.
fn found(config: &Path, dir: &str, name: &str, dir_said: String) -> Result<PathBuf, String> {
    let folder = config.parent().unwrap_or(Path::new(""));
    // CityFlow joins the two as text.
    let whole = format!("{dir}{name}");
    let tried = [folder.join(&whole), PathBuf::from(&whole), folder.join(name)];
    match tried.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(format!(
            "there is no file \"{name}\"{dir_said}; looked for {}, {} and {}",
            tried[0].display(),
            tried[1].display(),
            tried[2].display()
        )),
    }
}

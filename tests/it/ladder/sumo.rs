//! SUMO as a peer: where it is, and what it says about a scenario.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Outcome;

/// Where SUMO writes what the lanes did.
pub const LANES: &str = "lanes.xml";
/// Where it writes the trips.
const TRIPS: &str = "trips.xml";

/// SUMO's programs.
pub struct Sumo {
    folder: PathBuf,
}

impl Sumo {
    /// Looks in `INTERGREEN_SUMO` (SUMO's program or its folder), then on the path. `None`, said aloud, if it is not
    /// there.
    ///
    /// # Panics
    /// If it is not there although `CI` is set: there it has to be.
    pub fn find() -> Option<Self> {
        let named = env::var_os("INTERGREEN_SUMO").map(PathBuf::from);
        let named = named.map(|p| if p.is_file() { p.parent().map(Path::to_path_buf).unwrap_or_default() } else { p });
        let path = env::var_os("PATH").unwrap_or_default();
        let folder = named.into_iter().chain(env::split_paths(&path)).find(|f| f.join("sumo").is_file());
        if folder.is_none() {
            let missing = "SUMO is not there (put `sumo` and `netconvert` on the path or set INTERGREEN_SUMO)";
            assert!(env::var_os("CI").is_none(), "{missing}");
            super::say(&format!("SKIPPED: the ladder compares with SUMO, and {missing}\n"));
        }
        folder.map(|folder| Self { folder })
    }

    /// Runs one of its programs in a folder.
    fn run(&self, program: &str, folder: &Path, arguments: &[&str]) {
        let path = self.folder.join(program);
        let output = Command::new(&path).args(arguments).current_dir(folder).output();
        let output = output.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?} in {}: {said}", folder.display());
    }

    /// Builds the network of a folder that holds its `x.nod.xml` and the like.
    pub fn build(&self, folder: &Path, parts: &[(&str, &str)]) {
        let mut arguments = vec!["-o", "x.net.xml", "--no-turnarounds", "true"];
        arguments.extend(parts.iter().flat_map(|&(option, file)| [option, file]));
        self.run("netconvert", folder, &arguments);
    }

    /// Runs the scenario `config` of a folder, whose additional file asks for the lanes' data in [`LANES`].
    pub fn simulate(&self, folder: &Path, config: &str, seed: u64) -> Outcome {
        let prefix = format!("{config}-{seed}-");
        let seed = seed.to_string();
        let mut arguments = vec!["-c", config, "--seed", &seed, "--no-step-log", "--no-warnings"];
        arguments.extend(["--duration-log.disable", "--tripinfo-output", TRIPS, "--output-prefix", &prefix]);
        self.run("sumo", folder, &arguments);
        let mut outcome = Outcome::default();
        each(&folder.join(format!("{prefix}{TRIPS}")), "tripinfo", |trip| {
            let [duration, loss, stood, arrival] =
                ["duration", "timeLoss", "waitingTime", "arrival"].map(|name| number(trip, name));
            outcome.arrive(duration, loss, stood, arrival);
        });
        each(&folder.join(format!("{prefix}{LANES}")), "lane", |lane| {
            *outcome.lanes.entry(attribute(lane, "id")).or_default() += number(lane, "sampledSeconds");
        });
        outcome
    }
}

/// Visits the elements of one name in a file of SUMO's.
fn each(file: &Path, name: &str, mut visit: impl FnMut(&BytesStart<'_>)) {
    let mut reader = Reader::from_file(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).unwrap_or_else(|e| panic!("{}: {e}", file.display())) {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == name.as_bytes() => visit(&tag),
            Event::Eof => return,
            _ => buffer.clear(),
        }
    }
}

/// An attribute, empty if it is not there.
fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.try_get_attribute(name).expect("SUMO writes XML");
    found.map(|a| String::from_utf8_lossy(&a.value).into_owned()).unwrap_or_default()
}

/// A number; one that is not there is none.
fn number(tag: &BytesStart<'_>, name: &str) -> f64 {
    attribute(tag, name).parse().unwrap_or(f64::NAN)
}

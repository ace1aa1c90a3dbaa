//! SUMO as a peer: where it is, and what it says about a scenario.

use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Outcome;
use crate::peers;

/// Where SUMO writes what the lanes did.
pub const LANES: &str = "lanes.xml";
/// Where it writes the trips.
const TRIPS: &str = "trips.xml";

/// SUMO's programs.
pub struct Sumo {
    folder: PathBuf,
}

impl Sumo {
    /// Where [`peers::sumo`] finds it.
    pub fn find() -> Option<Self> {
        peers::sumo().map(|folder| Self { folder })
    }

    /// Runs one of its programs in a folder.
    fn run(&self, program: &str, folder: &Path, arguments: &[&str]) {
        peers::run(&self.folder.join(program), folder, arguments);
    }

    /// Builds the network of a folder that holds its `x.nod.xml` and the like.
    pub fn build(&self, folder: &Path, parts: &[(&str, &str)], options: &[&str]) {
        let mut arguments = vec!["-o", "x.net.xml", "--no-turnarounds", "true"];
        arguments.extend(parts.iter().flat_map(|&(option, file)| [option, file]));
        arguments.extend(options);
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

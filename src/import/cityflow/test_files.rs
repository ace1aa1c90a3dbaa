//! The small scenario in `tests/cityflow` for tests: one crossing of four roads of two lanes each way, with a program of
//! four phases. Road links by arm (west, south, east, north): straight on, left, right.

use std::path::PathBuf;

use crate::import::sumo::net::test_files::Scratch;

/// The files by name.
pub(super) const FILES: [(&str, &str); 3] = [
    ("config.json", include_str!("../../../tests/cityflow/config.json")),
    ("roadnet.json", include_str!("../../../tests/cityflow/roadnet.json")),
    ("flow.json", include_str!("../../../tests/cityflow/flow.json")),
];

/// A folder with the scenario, the first `old` of a file replaced by `new`; and its configuration.
pub(super) fn changed(file: &str, old: &str, new: &str) -> (Scratch, PathBuf) {
    let scratch = Scratch::new("cityflow");
    for (name, text) in FILES {
        let here = name == file;
        assert!(!here || text.contains(old), "{old} is not in {file}");
        scratch.write(name, if here { text.replacen(old, new, 1) } else { text.to_owned() });
    }
    let config = scratch.path("config.json");
    (scratch, config)
}

/// The scenario as it is.
pub(super) fn good() -> (Scratch, PathBuf) {
    changed("", "", "")
}

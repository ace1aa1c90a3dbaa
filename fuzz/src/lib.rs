//! Hostile input for every kind of file that Intergreen reads, for libFuzzer: see `.ci/fuzz`.

pub mod targets;

use std::path::Path;
use std::process;
use std::sync::OnceLock;

use targets::{Bench, TARGETS};

/// Does with `data` what the target called `name` does with it.
pub fn fuzz(name: &str, data: &[u8]) {
    static BENCH: OnceLock<Bench> = OnceLock::new();
    let bench = BENCH.get_or_init(|| {
        // `.ci/fuzz` sets TMPDIR, and clears up.
        let folder = std::env::temp_dir().join(format!("intergreen-fuzz-{}", process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Bench::new(&folder, &Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
    });
    let target = TARGETS.iter().find(|t| t.name == name).expect("a target of that name");
    (target.run)(bench, data);
}

/// The fuzz target of a name.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::fuzz($name, data));
    };
}

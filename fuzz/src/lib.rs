//! Hostile input for every kind of file that Intergreen reads, for libFuzzer: see `.ci/fuzz`.

pub mod mutate;
pub mod targets;

use std::path::Path;
use std::process;
use std::sync::OnceLock;

use mutate::{Dice, broken};
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

/// Breaks the first `size` bytes of `data` in place, one time in two token by token, else as libFuzzer does. Returns how
/// many bytes there are then.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let dice = &mut Dice(u64::from(seed));
    let text = std::str::from_utf8(&data[..size]).ok().filter(|text| !text.is_empty());
    let Some(text) = text.filter(|_| dice.number(2) == 0) else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    let bytes = broken(text, text, dice);
    let size = bytes.len().min(max_size);
    data[..size].copy_from_slice(&bytes[..size]);
    size
}

/// The fuzz target of a name.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::fuzz($name, data));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate(data, size, max_size, seed)
        });
    };
}

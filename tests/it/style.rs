//! The rules of the house that a compiler does not check.

use std::path::{Path, PathBuf};

/// Longest source file, lines: beyond it tests move out, or the file is two.
const LONGEST: usize = 600;

/// All `.rs` files under a folder of the repository, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|e| e.expect("a readable folder").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "{folder} has source files");
    let name = |p: &Path| p.strip_prefix(root).unwrap_or(p).display().to_string();
    files.iter().map(|p| (name(p), std::fs::read_to_string(p).expect("text"))).collect()
}

/// Lines of code that contain a word; comments do not count.
fn uses<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let code = move |line: &str| line.split("//").next().unwrap_or("").contains(word);
    text.lines().enumerate().filter(move |(_, l)| code(l)).map(|(i, _)| i + 1)
}

/// Fails with all places where a folder's files use one of the words.
fn none_of(folder: &str, words: &[&str], except: impl Fn(&str) -> bool) {
    let found: Vec<String> = sources(folder)
        .iter()
        .filter(|(name, _)| !except(name))
        .flat_map(|(name, text)| {
            words.iter().flat_map(move |w| uses(text, w).map(move |line| format!("{name}:{line} uses {w}")))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Unit tests that sit beside the code may print and read files.
fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs")
        || name.contains("/tests/")
        || name.contains("_tests/")
        || name.ends_with("test_network.rs")
}

#[test]
fn files_stay_readable() {
    let long = |folder| {
        let lines = sources(folder).into_iter().map(|(name, text)| (name, text.lines().count()));
        lines.filter(|(_, n)| *n > LONGEST).collect::<Vec<_>>()
    };
    for folder in ["src", "crates/control/src", "tests"] {
        assert_eq!(long(folder), [], "files of more than {LONGEST} lines");
    }
}

#[test]
fn bevy_stays_inside_the_simulation_and_the_window() {
    none_of("src", &["bevy"], |name| name.starts_with("src/sim/") || name.starts_with("src/view/window"));
    none_of("crates/control/src", &["bevy"], |_| false);
}

#[test]
fn the_core_neither_prints_nor_reads_files_nor_clocks() {
    let words = ["println!", "eprintln!", "print!(", "dbg!", "std::fs", "Instant", "SystemTime"];
    for folder in ["src/sim", "src/behaviour", "src/network", "src/demand", "src/plans", "crates/control/src"] {
        none_of(folder, &words, is_test);
    }
}

#[test]
fn the_controller_crate_does_without_std() {
    none_of("crates/control/src", &["std::"], is_test);
    let lib =
        sources("crates/control/src").into_iter().find(|(name, _)| name.ends_with("src/lib.rs")).expect("lib.rs").1;
    assert!(lib.contains("no_std"), "lib.rs says no_std");
}

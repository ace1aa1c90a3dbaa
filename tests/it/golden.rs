//! Files with expected results: compared, or written anew with `INTERGREEN_BLESS=1`.

use std::path::{Path, PathBuf};

/// Compares text with a file of `tests/golden`, line by line. Lines the file has and `keep` accepts, but the text
/// lacks, are left alone: their scenario could not be run here.
pub fn compare(name: &str, text: &str, keep: impl Fn(&str) -> bool) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    if std::env::var_os("INTERGREEN_BLESS").is_some_and(|v| v == "1") {
        let kept: String = golden.lines().filter(|l| keep(l)).map(|l| format!("{l}\n")).collect();
        std::fs::write(&file, format!("{text}{kept}")).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        return;
    }
    let wanted: Vec<&str> = golden.lines().filter(|l| !keep(l)).collect();
    let found: Vec<&str> = text.lines().collect();
    let differences: Vec<String> = (0..wanted.len().max(found.len()))
        .filter(|&i| wanted.get(i) != found.get(i))
        .map(|i| format!("- {}\n+ {}", wanted.get(i).unwrap_or(&"(nothing)"), found.get(i).unwrap_or(&"(nothing)")))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differs; if that is meant, INTERGREEN_BLESS=1 cargo test --test it golden\n{}",
        file.display(),
        differences.join("\n")
    );
}

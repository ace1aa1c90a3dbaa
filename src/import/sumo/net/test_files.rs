//! Files for tests: the shared test data, and scratch folders.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The folder of the test data (`INTERGREEN_DATA`, else ../shared/data). Where it is absent, says so and gives
/// `None`.
///
/// # Panics
/// If it is absent on a CI machine (`CI` is set), where skipping would pass for testing.
pub(crate) fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("INTERGREEN_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "the test data is missing at {}", folder.display());
    eprintln!("SKIPPED: the test data is missing at {}; set INTERGREEN_DATA", folder.display());
    None
}

/// A folder that goes away with this value.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A fresh folder.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("intergreen-{}-{name}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Self(folder)
    }

    /// Where a file of that name would be.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the temporary folder can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

//! Opening files that may be anything: only regular ones, and none larger than it can sensibly be.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::random::{FNV_START, fnv};

/// Larger texts of our own are refused, bytes: a grid of 100×100 intersections with all its lanes has half of it.
pub const MOST_TEXT: u64 = 256 << 20;

/// Opens a regular file: others (devices, pipes) may never end.
///
/// # Errors
/// Says what is wrong with it and what was expected, without its name.
pub fn open(path: &Path) -> Result<File, String> {
    let cannot = |e: std::io::Error| format!("cannot be read: {e}");
    // Before it is opened: opening a pipe waits for somebody who writes into it.
    let kind = std::fs::metadata(path).map_err(cannot)?.file_type();
    if kind.is_dir() {
        return Err("is a directory; expected a file".into());
    }
    if !kind.is_file() {
        return Err("is a device or a pipe; expected a regular file".into());
    }
    File::open(path).map_err(cannot)
}

/// The bytes of a file of at most so many bytes.
///
/// # Errors
/// As [`open`], or if it is larger.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    open(path)?.take(most + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot be read: {e}"))?;
    if bytes.len() as u64 > most {
        return Err(format!("is larger than {} MB; expected less", most >> 20));
    }
    Ok(bytes)
}

/// The text of a file of at most [`MOST_TEXT`] bytes.
///
/// # Errors
/// As [`read`], or if it is no text.
pub fn read_text(path: &Path) -> Result<String, String> {
    let bytes = read(path, MOST_TEXT)?;
    String::from_utf8(bytes).map_err(|_| "is no text; expected RON in UTF-8 (.ron.gz is not supported)".into())
}

/// FNV-1a hash of a file's bytes, 64 bits; it is not kept in memory as a whole.
///
/// # Errors
/// As [`open`].
pub fn hash(path: &Path) -> Result<u64, String> {
    let mut hash = FNV_START;
    let mut source = BufReader::with_capacity(1 << 16, open(path)?);
    loop {
        let bytes = source.fill_buf().map_err(|e| format!("cannot be read: {e}"))?;
        if bytes.is_empty() {
            return Ok(hash);
        }
        hash = fnv(hash, bytes);
        let n = bytes.len();
        source.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_refused() {
        assert_eq!(
            open(Path::new("/dev/zero")).err().as_deref(),
            Some("is a device or a pipe; expected a regular file")
        );
        assert!(open(Path::new("/")).is_err_and(|e| e.starts_with("is a directory")));
        assert!(open(Path::new("no such file")).is_err_and(|e| e.starts_with("cannot be read")));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(read(&file, 10).is_err_and(|e| e.contains("is larger than")));
        let bytes = std::fs::read(&file).expect("readable");
        assert_eq!(hash(&file), Ok(fnv(FNV_START, &bytes)));
        assert!(read_text(&file).is_ok_and(|text| text.contains("intergreen")));
    }
}

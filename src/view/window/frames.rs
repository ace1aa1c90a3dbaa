//! Where pictures go: a PNG, a folder of them, or a film that ffmpeg makes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Why a picture cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct FrameError {
    /// Which file.
    pub file: PathBuf,
    /// What is wrong.
    pub problem: String,
}

fn wrong(file: &Path, problem: impl ToString) -> FrameError {
    FrameError { file: file.to_owned(), problem: problem.to_string() }
}

/// Writes a picture of four bytes a pixel as PNG.
///
/// # Errors
/// If the file cannot be written.
pub fn write_png(file: &Path, (width, height): (u32, u32), rgba: &[u8]) -> Result<(), FrameError> {
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    use image::{ExtendedColorType, ImageEncoder};
    // Without the channel that is opaque everywhere: a quarter less to write, and to store.
    let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let out = std::fs::File::create(file).map_err(|e| wrong(file, e))?;
    let out = std::io::BufWriter::new(out);
    let encoder = PngEncoder::new_with_quality(out, CompressionType::Default, FilterType::Adaptive);
    encoder.write_image(&rgb, width, height, ExtendedColorType::Rgb8).map_err(|e| wrong(file, e))
}

/// A film in the making.
pub enum Reel {
    /// A folder of PNGs.
    Folder {
        /// The folder.
        dir: PathBuf,
        /// Pictures so far.
        count: usize,
        /// Their size.
        size: (u32, u32),
    },
    /// A process that makes a film of pictures.
    Film {
        /// The file.
        file: PathBuf,
        /// The process.
        process: Child,
        /// Its input.
        input: Option<ChildStdin>,
    },
}

impl Reel {
    /// Begins a film, if the name is one of a film; else a folder.
    ///
    /// # Errors
    /// If there is no ffmpeg, or the folder cannot be made.
    pub fn begin(file: &Path, size: (u32, u32), rate: f64) -> Result<Self, FrameError> {
        if file.extension().is_none() {
            std::fs::create_dir_all(file).map_err(|e| wrong(file, e))?;
            return Ok(Self::Folder { dir: file.to_owned(), count: 0, size });
        }
        let (width, height) = size;
        let mut process = Command::new("ffmpeg")
            .args(["-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgba"])
            .args(["-s", &format!("{width}x{height}"), "-r", &rate.to_string(), "-i", "-"])
            // Players know this layout of colours; its sides are even.
            .args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-crf", "18"])
            .arg(file)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::NotFound => wrong(
                    file,
                    "a film needs ffmpeg, which is not there; a name without an extension makes a folder of PNGs",
                ),
                _ => wrong(file, format!("ffmpeg: {e}")),
            })?;
        let input = process.stdin.take();
        Ok(Self::Film { file: file.to_owned(), process, input })
    }

    /// Adds a picture of four bytes a pixel.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, rgba: &[u8]) -> Result<(), FrameError> {
        match self {
            Self::Folder { dir, count, size } => {
                *count += 1;
                write_png(&dir.join(format!("{count:06}.png")), *size, rgba)
            }
            Self::Film { file, input, .. } => {
                let Some(input) = input else { return Ok(()) };
                input.write_all(rgba).map_err(|e| wrong(file, format!("ffmpeg: {e}")))
            }
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// If ffmpeg fails.
    pub fn end(self) -> Result<(), FrameError> {
        match self {
            Self::Folder { .. } => Ok(()),
            Self::Film { file, mut process, input } => {
                drop(input);
                let status = process.wait().map_err(|e| wrong(&file, format!("ffmpeg: {e}")))?;
                if status.success() { Ok(()) } else { Err(wrong(&file, format!("ffmpeg: {status}"))) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_written_and_wrong_places_named() {
        let dir = std::env::temp_dir().join(format!("intergreen-frames-{}", std::process::id()));
        let mut reel = Reel::begin(&dir, (2, 1), 25.0).expect("a folder");
        reel.add(&[255, 0, 0, 255, 0, 255, 0, 255]).expect("a picture");
        reel.end().expect("an end");
        let file = dir.join("000001.png");
        let bytes = std::fs::read(&file).expect("it is there");
        assert_eq!(&bytes[1..4], b"PNG");
        std::fs::remove_dir_all(&dir).expect("it can go");
        let error = write_png(&dir.join("no/where.png"), (1, 1), &[0; 4]).expect_err("there is no folder");
        assert!(error.to_string().contains("where.png"), "{error}");
    }
}

//! Pictures and films of the window as somebody sees it: they come back from the graphics card.
//!
//! A film has [`RATE`] pictures in a second of the clock on the wall, and lasts as long as what it shows did: what the
//! window draws more slowly stands in it for longer. Pictures are written by a thread of their own; where it cannot keep
//! up, some are left out, and the film is shorter.

use std::path::Path;
use std::thread::JoinHandle;
use std::time::Instant;

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::frames::{FrameError, Reel, write_png};
use super::state::View;
use crate::view::sim_thread::now;

/// Pictures in a second.
const RATE: f64 = 25.0;
/// A picture stands for so many at most.
const MOST: usize = 25;
/// Pictures that wait to be written.
const WAITING: usize = 2;

/// Four bytes a pixel, width and height.
type Picture = (Vec<u8>, UVec2);

fn picture(image: &Image) -> Result<Picture, String> {
    let rgba = image.clone().try_into_dynamic().map_err(|e| e.to_string())?.into_rgba8();
    let size = UVec2::from(rgba.dimensions());
    Ok((rgba.into_raw(), size))
}

/// Writes a picture; what there is to say of it.
fn save(file: &str, (rgba, size): &Picture) -> String {
    let written = write_png(Path::new(file), (size.x, size.y), rgba);
    written.map_or_else(|problem| problem.to_string(), |()| format!("picture: {file}"))
}

/// What pictures of the window are for. At the end of the program films are ended by whoever writes them.
#[derive(Resource, Default)]
pub struct Filming {
    /// Whether one is on its way: of a window there can be only one at a time.
    awaited: bool,
    /// The film that is being taken, if one is.
    film: Option<Film>,
    /// Films that are not written to their ends yet.
    ending: Vec<(String, Writing)>,
}

/// The thread that writes a film.
type Writing = JoinHandle<Result<usize, FrameError>>;

struct Film {
    name: String,
    /// None before the first picture: that tells the size.
    reel: Option<(Writer, UVec2)>,
    began: Instant,
    frames: usize,
}

impl Film {
    /// Pictures that there should be by now.
    fn due(&self) -> usize {
        if self.reel.is_none() { 1 } else { 1 + (self.began.elapsed().as_secs_f64() * RATE) as usize }
    }

    /// Adds a picture, for as long as it was to be seen.
    fn add(&mut self, (rgba, size): Picture) -> Result<(), String> {
        let due = self.due();
        let (writer, first) = match &mut self.reel {
            Some(begun) => begun,
            None => {
                let writer = Writer::start(&mut self.name, size).map_err(|e| e.to_string())?;
                self.began = now();
                self.reel.insert((writer, size))
            }
        };
        if *first != size {
            return Err("the window has another size now".into());
        }
        match writer.pictures.try_send((rgba, (due - self.frames).min(MOST))) {
            Ok(()) => self.frames = due,
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => return Err("it cannot be written".into()),
        }
        Ok(())
    }

    /// No picture comes any more: its name, and who writes the last ones; none: there was no picture yet.
    fn end(self) -> Option<(String, Writing)> {
        self.reel.map(|(writer, _)| (self.name, writer.thread))
    }
}

/// Writes pictures of a film, in a thread.
struct Writer {
    /// A picture, and how often it is written.
    pictures: Sender<(Vec<u8>, usize)>,
    thread: Writing,
}

impl Writer {
    /// Begins a film; without ffmpeg a folder of pictures, and the name is that of the folder.
    fn start(name: &mut String, size: UVec2) -> Result<Self, FrameError> {
        let size = (size.x, size.y);
        let film = format!("{name}.mp4");
        let reel = match Reel::begin(Path::new(&film), size, RATE) {
            Ok(reel) => {
                *name = film;
                reel
            }
            Err(_) => Reel::begin(Path::new(name.as_str()), size, RATE)?,
        };
        let (pictures, inbox) = bounded(WAITING);
        Ok(Self { pictures, thread: std::thread::spawn(move || write(reel, &inbox)) })
    }
}

fn write(mut reel: Reel, inbox: &Receiver<(Vec<u8>, usize)>) -> Result<usize, FrameError> {
    let mut count = 0;
    for (rgba, times) in inbox {
        for _ in 0..times {
            reel.add(&rgba)?;
            count += 1;
        }
    }
    reel.end()?;
    Ok(count)
}

/// Begins and ends the film as somebody wants it, asks for the next picture, and says when one is written to its end.
pub fn film(mut commands: Commands, mut filming: ResMut<Filming>, mut view: ResMut<View>) {
    match (view.films, filming.film.is_some()) {
        (true, false) => {
            let name = view.free_name();
            filming.film = Some(Film { name, reel: None, began: now(), frames: 0 });
        }
        (false, true) => filming.end(&mut view),
        _ => {}
    }
    let wanted = view.shot.is_some() || filming.film.as_ref().is_some_and(|film| film.frames < film.due());
    if wanted && !filming.awaited {
        filming.awaited = true;
        commands.spawn(Screenshot::primary_window()).observe(take);
    }
    let written = filming.ending.iter().position(|(_, writing)| writing.is_finished());
    if let Some((name, writing)) = written.map(|i| filming.ending.remove(i)) {
        view.say(match writing.join() {
            Ok(Ok(frames)) => format!("film: {name}, {:.0} s", frames as f64 / RATE),
            Ok(Err(e)) => format!("no film: {e}"),
            Err(_) => format!("no film: whoever wrote {name} has died"),
        });
    }
}

impl Filming {
    fn end(&mut self, view: &mut View) {
        match self.film.take().map(Film::end) {
            Some(Some(ending)) => self.ending.push(ending),
            Some(None) => view.say("no film: there was no picture yet"),
            None => {}
        }
    }
}

/// A picture has come.
fn take(captured: On<ScreenshotCaptured>, mut filming: ResMut<Filming>, mut view: ResMut<View>) {
    filming.awaited = false;
    let picture = picture(&captured.image);
    if let Some(file) = view.shot.take() {
        view.say(picture.as_ref().map_or_else(String::clone, |picture| save(&file, picture)));
    }
    let Some(film) = &mut filming.film else { return };
    let Err(problem) = picture.and_then(|picture| film.add(picture)) else { return };
    view.films = false;
    view.say(format!("the film ends: {problem}"));
    if film.reel.is_some() {
        filming.end(&mut view);
    } else {
        filming.film = None;
    }
}

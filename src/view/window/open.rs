//! Another scenario in the same window: dropped on it, or named in the menu.

use std::path::Path;

use bevy::prelude::*;
use bevy::window::{FileDragAndDrop, PrimaryWindow};

use super::picture::{self, OnMap};
use super::state::{Stage, View};
use super::window_title;
use crate::sim::Simulation;
use crate::view::sim_thread::{Driver, Running};

/// Makes a run of a file: what it is called, and the run; or says what is wrong with it.
pub type Loader = Box<dyn Fn(&Path) -> Result<(String, Simulation), String> + Send + Sync>;

/// The loader.
#[derive(Resource)]
pub struct Opener(pub Loader);

/// Opens what was dropped or named. The window waits meanwhile.
pub fn open_file(
    mut commands: Commands,
    mut view: ResMut<View>,
    opener: Res<Opener>,
    old: Query<Entity, With<OnMap>>,
    mut dropped: MessageReader<FileDragAndDrop>,
    mut window: Single<&mut Window, With<PrimaryWindow>>,
) {
    let fallen = dropped.read().filter_map(|event| match event {
        FileDragAndDrop::DroppedFile { path_buf, .. } => Some(path_buf.clone()),
        _ => None,
    });
    let Some(file) = fallen.last().or_else(|| view.wanted.take()) else { return };
    match begin(&mut view, &opener.0, &file) {
        Ok(()) => {
            window.title = window_title(&view.stage.title);
            old.iter().for_each(|entity| commands.entity(entity).despawn());
            commands.run_system_cached(picture::spawn);
        }
        Err(problem) => view.say(problem),
    }
}

/// Takes a new run in place of the old one; how things are shown stays.
fn begin(view: &mut View, load: &Loader, file: &Path) -> Result<(), String> {
    let (title, sim) = load(file)?;
    let mut new = View::new(Stage::new(title, &sim), view.style);
    new.begin(&sim);
    new.pace = view.pace;
    (new.pane, new.charts) = (view.pane, view.charts);
    new.running = Some(Running::start(Driver::new(sim), view.pace, false).map_err(|e| e.to_string())?);
    let left = std::mem::replace(view, new).running.and_then(Running::stop);
    let lost = left.map_or(0, |left| left.log.len());
    if lost > 0 {
        view.say(format!("{lost} commands of the run before are forgotten: only those of the last run are saved"));
    }
    Ok(())
}

//! The window itself: what needs a graphics card. Bevy draws the map, egui the panels.
//!
//! Terms
//! - **picture**: meshes and buffers that a snapshot becomes.
//! - **offscreen**: the same without a window and without a display, into files.

mod filming;
mod frames;
mod gpu;
mod input;
mod materials;
mod offscreen;
mod open;
mod panel;
mod picture;
mod state;

use bevy::app::AppExit;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::window::{PresentMode, PrimaryWindow, WindowResolution};
use bevy::winit::WinitSettings;
use bevy_egui::input::{egui_wants_any_keyboard_input, egui_wants_any_pointer_input};
use bevy_egui::{EguiPlugin, EguiPrimaryContextPass};

pub use frames::FrameError;
pub use offscreen::{Film, Still, film, still};
pub use open::Loader;
use picture::{MapCamera, Pixels};
pub use state::Style;
use state::{Stage, View};

use crate::sim::TimedCommand;
use crate::view::pace::Pace;
use crate::view::sim_thread::{Driver, Finished, Running};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There is no display.
    #[error("no display: {0}. `intergreen view --shot FILE` and `--record FILE` draw without one")]
    Display(String),
    /// There is no graphics card, and nothing that does its work.
    #[error(
        "no graphics card that can be used was found: expected a Vulkan driver (on Debian without a card: \
         apt install mesa-vulkan-drivers libvulkan1)"
    )]
    Gpu,
    /// There can be no other thread.
    #[error("the simulation's thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// A picture cannot be written.
    #[error("{0}")]
    Frames(#[from] FrameError),
}

/// What is opened.
pub struct Opening {
    /// What the run is called.
    pub title: String,
    /// The run.
    pub driver: Driver,
    /// How things are shown.
    pub style: Style,
    /// How fast it is to run.
    pub pace: Pace,
    /// Width and height of the window, pixels.
    pub size: (u32, u32),
    /// Makes a run of another file that is opened in the window.
    pub load: Loader,
    /// Most frames drawn in a second; none: as the screen wants it.
    pub frames: Option<f64>,
}

/// What is left when a window has been closed.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    /// The commands that were given in it.
    pub log: Vec<TimedCommand>,
    /// The time the run had reached, and its state hash there.
    pub reached: Option<(intergreen_control::Millis, u64)>,
    /// Frames drawn in a second, mean of the last ten seconds.
    pub frames: f64,
}

/// Opens a window, playing, until somebody closes it.
///
/// # Errors
/// If there is no display or no graphics card.
pub fn open(opening: Opening) -> Result<Closed, Problem> {
    gpu::display()?;
    let software = gpu::look()?;
    let Opening { title, driver, style, pace, size, load, frames } = opening;
    let mut view = View::new(Stage::new(title, driver.sim()), style);
    view.begin(driver.sim());
    view.pace = pace;
    view.running = Some(Running::start(driver, pace, false).map_err(Problem::Thread)?);
    let mut app = App::new();
    let window = Window {
        title: window_title(&view.stage.title),
        resolution: WindowResolution::new(size.0, size.1),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    app.add_plugins(DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..default() }).set(quiet()));
    match frames {
        Some(rate) => {
            let wait = std::time::Duration::from_secs_f64(1.0 / rate.max(0.1));
            let mode = bevy::winit::UpdateMode::Reactive {
                wait,
                react_to_device_events: false,
                react_to_user_events: false,
                react_to_window_events: false,
            };
            app.insert_resource(WinitSettings { focused_mode: mode, unfocused_mode: mode });
        }
        None => {
            app.insert_resource(WinitSettings::continuous());
        }
    }
    stage(&mut app, view, software);
    let closed = std::sync::Arc::new(std::sync::Mutex::new(Closed::default()));
    let kept = closed.clone();
    app.init_resource::<input::Press>()
        .init_resource::<filming::Filming>()
        .init_resource::<input::Written>()
        .add_systems(Update, input::note.before(input::keys))
        .add_systems(Update, input::mouse.run_if(not(egui_wants_any_pointer_input)).before(input::glide))
        .add_systems(Update, input::keys.run_if(not(egui_wants_any_keyboard_input)).before(input::glide))
        .insert_resource(open::Opener(load))
        .add_systems(Update, (scale_factor, open::open_file, filming::film))
        .add_systems(Last, move |mut view: ResMut<View>, exits: MessageReader<AppExit>| {
            if exits.is_empty() {
                return;
            }
            let finished = view.running.take().and_then(Running::stop);
            if let (Some(Finished { sim, log }), Ok(mut closed)) = (finished, kept.lock()) {
                *closed = Closed { log, reached: Some((sim.now(), sim.state_hash())), frames: view.frame_rate() };
            }
        });
    app.run();
    let closed = closed.lock().map(|mut closed| std::mem::take(&mut *closed)).unwrap_or_default();
    Ok(closed)
}

/// What the window is called while it shows a run.
fn window_title(run: &str) -> String {
    format!("{run} – Intergreen")
}

/// Bevy says only what goes wrong; that a picture was on its way when the window closed is nothing wrong.
fn quiet() -> LogPlugin {
    let filter = "wgpu=error,naga=error,winit=error,bevy_render::view::window::screenshot=off";
    LogPlugin { level: bevy::log::Level::ERROR, filter: filter.into(), ..default() }
}

/// What window and pictures have in common.
fn stage(app: &mut App, view: View, software: bool) {
    let ground = picture::clear_colour(view.style.theme);
    app.add_plugins((materials::plugin, EguiPlugin::default()))
        .insert_resource(ClearColor(ground))
        .insert_resource(view)
        .insert_resource(Pixels(1.0))
        .insert_resource(Smooth(!software))
        .add_systems(Startup, (camera, picture::spawn))
        .add_systems(Update, (receive, input::glide, picture::upload, picture::fade).chain())
        .add_systems(EguiPrimaryContextPass, panel::draw);
}

/// Whether edges are smoothed by drawing more samples: that doubles the work of a processor that stands in for a card.
#[derive(Resource, Clone, Copy)]
struct Smooth(bool);

/// Where the camera draws to, if not to a window.
#[derive(Resource, Clone)]
struct Target(bevy::camera::RenderTarget);

fn camera(mut commands: Commands, smooth: Res<Smooth>, target: Option<Res<Target>>) {
    let samples = if smooth.0 { Msaa::Sample4 } else { Msaa::Off };
    let mut camera = commands.spawn((Camera2d, MapCamera, samples));
    if let Some(target) = target {
        camera.insert(target.0.clone());
    }
}

fn receive(mut view: ResMut<View>) {
    view.count_frame();
    view.receive();
}

fn scale_factor(mut pixels: ResMut<Pixels>, window: Single<&Window, With<PrimaryWindow>>) {
    pixels.0 = window.scale_factor();
}

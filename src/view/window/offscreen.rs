//! Pictures without a window: a still, or a film. One frame after the other, each as long as it takes.

use std::path::Path;
use std::sync::{Arc, Mutex};

use bevy::app::SubApps;
use bevy::asset::RenderAssetUsages;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::render_resource::{Extent3d, PollType, TextureDimension, TextureFormat, TextureUsages};
use bevy::render::renderer::RenderDevice;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use intergreen_control::Millis;

use super::frames::{Reel, write_png};
use super::state::{Stage, Style, Tab, View};
use super::{FrameError, Problem, Target, gpu, quiet, stage};
use crate::draw::Bounds;
use crate::network::LinkId;
use crate::sim::Simulation;
use crate::view::ask::Subject;
use crate::view::camera::Sight;
use crate::view::sim_thread::Driver;

/// Frames until everything has come to the graphics card, and egui has laid out its panels.
const WARM_UP: usize = 6;
/// Frames until a picture has come back.
const PATIENCE: usize = 30;

/// How long before a picture is looked for what fades, and how often.
const LOOK_BACK: Millis = Millis(600_000);
const LOOK_EVERY: Millis = Millis(2_000);

/// Width of what is shown around a thing that is selected, m.
const NEAR: f64 = 150.0;

/// How a picture is taken.
#[derive(Clone, Debug)]
pub struct Still {
    /// What the run is called.
    pub title: String,
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// How things are shown.
    pub style: Style,
    /// The part of the plane to show, in coordinates of the network; none: all of it.
    pub bounds: Option<Bounds>,
    /// Whether panels are shown as in a window.
    pub panels: bool,
    /// What is selected.
    pub selected: Option<Subject>,
    /// The link through which a time-space diagram goes, if one is wanted.
    pub corridor: Option<LinkId>,
}

/// How a film is taken.
#[derive(Clone, Debug)]
pub struct Film {
    /// How each picture is.
    pub still: Still,
    /// Up to when.
    pub to: Millis,
    /// Pictures in a second of the film.
    pub rate: f64,
    /// Simulated seconds in a second of the film.
    pub times: f64,
}

/// Takes a picture of a simulation once it has come to `at`, or is over. Returns to when it has come.
///
/// # Errors
/// If there is no graphics card, or the file cannot be written.
pub fn still(sim: Simulation, at: Millis, still: &Still, file: &Path) -> Result<Millis, Problem> {
    let mut studio = Studio::new(sim, at, still)?;
    let picture = studio.shoot(1.0)?;
    write_png(file, still.size, &picture)?;
    Ok(studio.driver.sim().now())
}

/// Takes a film of a simulation from `from` on, until it is over. Returns the number of pictures, and to when it has come.
///
/// # Errors
/// If there is no graphics card, or the film cannot be written.
pub fn film(
    sim: Simulation,
    from: Millis,
    film: &Film,
    file: &Path,
    look: &mut dyn FnMut(Millis),
) -> Result<(usize, Millis), Problem> {
    let mut studio = Studio::new(sim, from, &film.still)?;
    let mut reel = Reel::begin(file, film.still.size, film.rate)?;
    let step = studio.driver.sim().scene().setup.step.seconds();
    let (mut frames, mut at) = (0_usize, from.seconds());
    // The step that is drawn lies between the last two snapshots.
    while at <= film.to.seconds() {
        while studio.driver.sim().now().seconds() < at && !studio.driver.is_over() {
            studio.step();
            look(studio.driver.sim().now());
        }
        if studio.driver.sim().now().seconds() < at {
            break;
        }
        let share = 1.0 - (studio.driver.sim().now().seconds() - at) / step;
        reel.add(&studio.shoot(share as f32)?)?;
        frames += 1;
        at = from.seconds() + frames as f64 * film.times / film.rate;
    }
    reel.end()?;
    Ok((frames, studio.driver.sim().now()))
}

/// Takes over what the driver sees.
fn fill(driver: &mut Driver, view: &mut View) {
    driver.fill(&mut view.snapshot);
    view.rows.extend(&view.snapshot.rows);
    view.time_space.take(&view.snapshot.traced);
    view.placed();
}

/// A simulation, and a camera that draws it into memory.
struct Studio {
    driver: Driver,
    apps: SubApps,
    target: Handle<Image>,
    caught: Arc<Mutex<Option<Vec<u8>>>>,
    size: (u32, u32),
}

impl Studio {
    /// Prepares pictures of a simulation, from `at` on.
    fn new(sim: Simulation, at: Millis, still: &Still) -> Result<Self, Problem> {
        gpu::look()?;
        let mut driver = Driver::new(sim);
        let mut view = View::new(Stage::new(still.title.clone(), driver.sim()), still.style);
        let mut next = at - LOOK_BACK;
        driver.watch(still.selected);
        driver.trace(still.corridor);
        while driver.sim().now() < at && !driver.is_over() {
            driver.step();
            // Colours of roads tell of the last minutes.
            if driver.sim().now() >= next {
                next = driver.sim().now() + LOOK_EVERY;
                fill(&mut driver, &mut view);
            }
        }
        fill(&mut driver, &mut view);
        view.panels = still.panels;
        view.charts = still.panels;
        view.tab = if still.corridor.is_some() { Tab::Corridor } else { Tab::Network };
        view.selected = still.selected;
        if let Some(bounds) = still.bounds {
            let origin = view.stage.tracks.origin();
            let middle = (bounds.x + bounds.width / 2.0 - origin.x, bounds.y + bounds.height / 2.0 - origin.y);
            let pane = crate::view::camera::Pane {
                left: 0.0,
                top: 0.0,
                width: f64::from(still.size.0),
                height: f64::from(still.size.1),
            };
            let scale = (bounds.width / pane.width).max(bounds.height / pane.height);
            view.camera.jump(Sight { x: middle.0, y: middle.1, scale });
            view.framed = true;
        }
        let chosen = still.selected.filter(|_| still.bounds.is_none());
        if let Some((x, y)) = chosen.and_then(|subject| view.place_of(subject)) {
            view.camera.jump(Sight { x, y, scale: NEAR / f64::from(still.size.0) });
            view.framed = true;
        }
        let mut app = App::new();
        let windows = WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() };
        let renderer = RenderPlugin { synchronous_pipeline_compilation: true, ..default() };
        app.add_plugins(
            DefaultPlugins
                .set(windows)
                .set(renderer)
                .set(quiet())
                .disable::<bevy::app::TerminalCtrlCHandlerPlugin>()
                .disable::<WinitPlugin>(),
        );
        let (width, height) = still.size;
        let mut image = Image::new_uninit(
            Extent3d { width, height, depth_or_array_layers: 1 },
            TextureDimension::D2,
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::RENDER_WORLD,
        );
        image.texture_descriptor.usage |= TextureUsages::RENDER_ATTACHMENT | TextureUsages::COPY_SRC;
        let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
        app.insert_resource(Target(RenderTarget::from(target.clone())));
        // Smooth edges are worth the time.
        stage(&mut app, view, false);
        let caught = Arc::new(Mutex::new(None));
        let film = caught.clone();
        app.add_observer(move |captured: On<ScreenshotCaptured>| {
            if let (Ok(mut film), Some(data)) = (film.lock(), captured.image.data.as_ref()) {
                *film = Some(data.clone());
            }
        });
        app.finish();
        app.cleanup();
        let apps = std::mem::take(app.sub_apps_mut());
        let mut studio = Self { driver, apps, target, caught, size: still.size };
        for _ in 0..WARM_UP {
            studio.update();
        }
        Ok(studio)
    }

    /// Makes a step of the simulation.
    fn step(&mut self) {
        self.driver.step();
        let mut view = self.apps.main.world_mut().resource_mut::<View>();
        let view = &mut *view;
        fill(&mut self.driver, view);
    }

    /// Draws a frame, and waits until it is drawn.
    fn update(&mut self) {
        self.apps.update();
        let device = self.apps.main.world().resource::<RenderDevice>();
        // A device that is lost makes no picture, which is noticed then.
        let _ = device.wgpu_device().poll(PollType::Wait { submission_index: None, timeout: None });
    }

    /// Takes a picture, a share of the way through the last step: four bytes a pixel.
    fn shoot(&mut self, share: f32) -> Result<Vec<u8>, FrameError> {
        let world = self.apps.main.world_mut();
        world.resource_mut::<View>().share = share;
        world.spawn(Screenshot::image(self.target.clone()));
        for _ in 0..PATIENCE {
            self.update();
            let picture = self.caught.lock().ok().and_then(|mut caught| caught.take());
            if let Some(picture) = picture {
                let expected = self.size.0 as usize * self.size.1 as usize * 4;
                if picture.len() == expected {
                    return Ok(picture);
                }
            }
        }
        Err(FrameError { file: "the graphics card".into(), problem: "gave no picture back".into() })
    }
}

//! Mouse and keys.

use bevy::input::keyboard::{Key, KeyboardInput};
use bevy::input::mouse::{AccumulatedMouseScroll, MouseScrollUnit};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;

use super::panel::strategies::{Choosing, take};
use super::picture::{MapCamera, clear_colour};
use super::state::{Tab, View};
use crate::commands::{Command, Outage};
use crate::detectors::Stuck;
use crate::network::Network;
use crate::view::ask::{Answer, Subject};
use crate::view::pace::Pace;
use crate::view::paint::Theme;
use crate::view::pick::Things;
use crate::view::sim_thread::Order;
use crate::view::words::Units;

/// What a notch of the wheel does to the scale.
const NOTCH: f64 = 0.84;
/// Pixels of a touch pad that are a notch.
const NOTCH_PIXELS: f64 = 50.0;
/// Movement that makes a drag of a click, pixels.
const DRAG: f32 = 5.0;
/// What an arrow key moves in a second, pixels.
const STROLL: f64 = 700.0;
/// Metres per pixel from which a thing that was found can be seen well.
const CLOSE: f64 = 0.25;

/// Keys and what they do, for the help sheet.
pub const KEYS: &[(&str, &str)] = &[
    ("Space", "play or pause"),
    (".", "one step"),
    ("1 2 3 4", "1×, 5×, 30×, as fast as possible"),
    ("wheel", "zoom to the pointer"),
    ("drag", "move the map"),
    ("arrows, + −", "move, zoom"),
    ("Home", "show everything"),
    ("click", "ask about a vehicle, signal, lane or loop"),
    ("F", "follow the selected vehicle"),
    ("G", "go to the selected thing"),
    ("/", "find by name"),
    ("V", "colour vehicles by speed, waiting, delay, CO₂, class"),
    ("R", "colour roads by speed, waiting, queue, flow, delay, CO₂, pressure; heat map of delay"),
    ("L", "legend"),
    ("D", "time-space diagram of the straight way through the selected lane; and away"),
    ("X", "selected signal out of order, lane closed, detector silent; and back"),
    ("K", "another controller for the selected signal, or for all"),
    ("Ctrl Z", "take the last command back"),
    ("C", "charts"),
    ("T", "light or dark"),
    ("U", "metric or US units"),
    ("P", "picture of the window (PNG)"),
    ("M", "begin or end a film of the window (MP4 by ffmpeg, else a folder of PNGs)"),
    ("H or F1", "this sheet"),
    ("Ctrl Q", "close the window"),
];

/// Where a press began.
#[derive(Resource, Default)]
pub struct Press {
    start: Option<Vec2>,
    /// Where the pointer was last, while the map is moved.
    at: Option<Vec2>,
    dragged: bool,
}

/// The keys that were pressed since the last frame, in their order, with what they wrote. A key that is let go of writes
/// something else than when it was pressed, if Shift has gone before: of keys as they are written it is not known which are held.
#[derive(Resource, Default)]
pub struct Written(Vec<(KeyCode, Key)>);

/// Notes what was written.
pub fn note(mut written: ResMut<Written>, mut typed: MessageReader<KeyboardInput>) {
    written.0.clear();
    let pressed = typed.read().filter(|key| key.state.is_pressed() && !key.repeat);
    written.0.extend(pressed.map(|key| (key.key_code, key.logical_key.clone())));
}

/// Moves and zooms, and picks what is clicked. Runs only while no panel wants the pointer.
pub fn mouse(
    mut view: ResMut<View>,
    mut press: ResMut<Press>,
    buttons: Res<ButtonInput<MouseButton>>,
    scroll: Res<AccumulatedMouseScroll>,
    window: Single<&Window, With<PrimaryWindow>>,
) {
    let Some(cursor) = window.cursor_position() else { return };
    let pixel = (f64::from(cursor.x), f64::from(cursor.y));
    // Panels lie beside the map.
    let on_map = view.pane.contains(pixel);
    if scroll.delta.y != 0.0 && on_map {
        let notches = match scroll.unit {
            MouseScrollUnit::Line => f64::from(scroll.delta.y),
            MouseScrollUnit::Pixel => f64::from(scroll.delta.y) / NOTCH_PIXELS,
        };
        let pane = view.pane;
        let pixel = if view.follows { pane.middle() } else { pixel };
        view.camera.zoom(&pane, pixel, libm::pow(NOTCH, notches.clamp(-8.0, 8.0)));
    }
    if buttons.just_pressed(MouseButton::Left) && on_map {
        *press = Press { start: Some(cursor), at: None, dragged: false };
    }
    let held = buttons.any_pressed([MouseButton::Left, MouseButton::Right, MouseButton::Middle]);
    if let Some(start) = press.start {
        press.dragged |= start.distance(cursor) > DRAG;
    }
    let drags = held && (press.dragged || !buttons.pressed(MouseButton::Left));
    // What is under the pointer stays there: the pointer's own way counts, not that of the mouse.
    let last = press.at.replace(cursor).filter(|_| held);
    if let Some(moved) = last.map(|last| cursor - last).filter(|moved| drags && *moved != Vec2::ZERO) {
        view.follows = false;
        view.camera.pan((f64::from(moved.x), f64::from(moved.y)));
    }
    if buttons.just_released(MouseButton::Left) && press.start.take().is_some() && !press.dragged {
        let found = pick(&view, pixel);
        view.select(found);
    }
}

/// What lies under a pixel.
fn pick(view: &View, pixel: (f64, f64)) -> Option<Subject> {
    let stage = &view.stage;
    let things =
        Things { scene: &stage.scene, tracks: &stage.tracks, signs: &stage.signs, fleet: (&view.fleet, view.share) };
    things.at(view.camera.now.point(&view.pane, pixel), view.camera.now.scale)
}

/// Does what keys say. Runs only while nobody writes text.
pub fn keys(
    mut view: ResMut<View>,
    (keys, written): (Res<ButtonInput<KeyCode>>, Res<Written>),
    time: Res<Time>,
    mut exit: MessageWriter<AppExit>,
) {
    let controls = [KeyCode::ControlLeft, KeyCode::ControlRight];
    // Quick hands press and release within a frame.
    let control = keys.any_pressed(controls) || keys.any_just_released(controls);
    let is_it = |key: &Key, wanted: &str| matches!(key, Key::Character(c) if c.eq_ignore_ascii_case(wanted));
    // They have begun a name within the frame of the slash, too: what follows it is no command.
    let slash = written.0.iter().position(|(_, key)| is_it(key, "/")).filter(|_| !control);
    let (written, name) = written.0.split_at(slash.unwrap_or(written.0.len()));
    let pressed = |wanted| written.iter().any(|&(code, _)| code == wanted);
    // Letters are where they are written, whatever the keyboard.
    let letter = |wanted: &str| written.iter().any(|(_, key)| is_it(key, wanted));
    if letter("q") && control {
        exit.write(AppExit::Success);
    }
    if let Some((_, name)) = name.split_first() {
        view.begin_to_find(name.iter().map(|(_, key)| key));
    } else if choose(&mut view, letter("k"), pressed) {
        return;
    }
    if pressed(KeyCode::Space) {
        let paused = !view.paused;
        view.pause(paused);
    }
    if letter(".") {
        view.step();
    }
    let digits = [KeyCode::Digit1, KeyCode::Digit2, KeyCode::Digit3, KeyCode::Digit4];
    if let Some(i) = digits.into_iter().position(pressed) {
        view.set_pace(Pace::PRESETS[i]);
    }
    if pressed(KeyCode::Home) {
        view.follows = false;
        let whole = view.stage.whole(&view.pane);
        view.camera.go(whole);
    }
    if letter("f") && view.vehicle().is_some() {
        view.follows = !view.follows;
        if view.follows {
            go_to_selected(&mut view);
        }
    }
    if letter("g") {
        go_to_selected(&mut view);
    }
    if pressed(KeyCode::Escape) {
        view.help = false;
        view.select(None);
    }
    if letter("v") {
        view.style.vehicles = view.style.vehicles.next();
        view.stale = true;
    }
    if letter("r") {
        view.style.roads = view.style.roads.next();
        view.stale = true;
    }
    if letter("d")
        && let Some(Subject::Lane(lane)) = view.selected
    {
        let link = view.stage.scene.network.lane(lane).link;
        let shown = view.charts && view.tab == Tab::Corridor && view.time_space.corridor.links.contains(&link);
        if shown { view.charts = false } else { view.trace(link) }
    }
    if letter("l") {
        view.legend = !view.legend;
    }
    if letter("c") {
        view.charts = !view.charts;
    }
    if letter("t") {
        view.style.theme = if view.style.theme == Theme::Dark { Theme::Light } else { Theme::Dark };
    }
    if letter("u") {
        view.style.units = if view.style.units == Units::Metric { Units::Us } else { Units::Metric };
    }
    // An answer may still be about what was selected before.
    let shown = view.snapshot.answer.as_deref().filter(|answer| Some(answer.subject()) == view.selected);
    if letter("x")
        && let Some(command) = shown.and_then(|answer| toggled(&view.stage.scene.network, answer))
    {
        view.order(Order::Do(command));
    }
    if letter("z") && control {
        view.order(Order::Undo);
    }
    if letter("h") || pressed(KeyCode::F1) {
        view.help = !view.help;
    }
    if letter("p") || pressed(KeyCode::F12) {
        view.shot = Some(format!("{}.png", view.free_name()));
    }
    if letter("m") {
        view.films = !view.films;
    }
    let held = |key| f64::from(u8::from(slash.is_none() && keys.pressed(key)));
    let pixels = STROLL * time.delta_secs_f64();
    let x = held(KeyCode::ArrowLeft) - held(KeyCode::ArrowRight);
    let y = held(KeyCode::ArrowUp) - held(KeyCode::ArrowDown);
    if x != 0.0 || y != 0.0 {
        view.follows = false;
        view.camera.pan((x * pixels, y * pixels));
    }
    let nearer = held(KeyCode::Equal) + held(KeyCode::NumpadAdd) - held(KeyCode::Minus) - held(KeyCode::NumpadSubtract);
    if nearer != 0.0 {
        let pane = view.pane;
        view.camera.zoom(&pane, pane.middle(), libm::pow(0.2, nearer * time.delta_secs_f64()));
    } else if letter("+") || letter("-") {
        // Elsewhere on this keyboard.
        let pane = view.pane;
        view.camera.zoom(&pane, pane.middle(), if letter("+") { NOTCH } else { 1.0 / NOTCH });
    }
}

/// What keys do to the list of strategies: opens it, goes through it, takes an entry. Whether the list has the keys.
fn choose(view: &mut View, k: bool, pressed: impl Fn(KeyCode) -> bool) -> bool {
    let Some(mut choosing) = view.choosing.take() else {
        view.choosing = k.then(|| Choosing::of_selected(view));
        return false;
    };
    if pressed(KeyCode::Escape) || k {
        return true;
    }
    if pressed(KeyCode::ArrowUp) || pressed(KeyCode::ArrowDown) {
        choosing.go(view, pressed(KeyCode::ArrowDown));
    }
    view.choosing = Some(choosing);
    if pressed(KeyCode::Enter) || pressed(KeyCode::NumpadEnter) {
        take(view);
    }
    true
}

/// What puts a thing out of order, or in order again if it is out of it.
fn toggled(network: &Network, answer: &Answer) -> Option<Command> {
    match answer {
        Answer::Signal(facts) if facts.flashes => Some(Command::SignalRestore { signal: facts.name.clone() }),
        Answer::Signal(facts) => {
            Some(Command::SignalOutage { signal: facts.name.clone(), shows: Outage::Flashing, until: None })
        }
        Answer::Lane(facts) => {
            let (link, lanes) = (facts.link.clone(), Some(vec![network.lane(facts.lane).index]));
            Some(if facts.closed {
                Command::OpenLanes { link, lanes }
            } else {
                Command::CloseLanes { link, lanes, until: None }
            })
        }
        Answer::Sensor(facts) => {
            let (signal, detector) = (facts.signal.clone(), facts.channel);
            Some(match facts.fault {
                Some(_) => Command::DetectorRestore { signal, detector },
                None => Command::DetectorFault { signal, detector, stuck: Stuck::Silent, until: None },
            })
        }
        Answer::Vehicle(_) => None,
    }
}

/// Goes to what is selected.
pub fn go_to_selected(view: &mut View) {
    if let Some(place) = view.selected.and_then(|s| view.place_of(s)) {
        view.camera.show(place, CLOSE);
    }
}

/// Moves the camera to where it is going, and the map with it.
pub fn glide(
    mut view: ResMut<View>,
    time: Res<Time>,
    camera: Single<(&Camera, &mut Transform, &mut Projection), With<MapCamera>>,
    mut clear: ResMut<ClearColor>,
) {
    let (camera, mut transform, mut projection) = camera.into_inner();
    if view.follows {
        match view.vehicle().and_then(|id| view.place_of(Subject::Vehicle(id))) {
            Some(place) => view.camera.follow(place),
            None => view.follows = false,
        }
    }
    view.camera.glide(time.delta_secs_f64());
    let Some(size) = camera.logical_viewport_size() else { return };
    let sight = view.camera.now;
    let (mx, my) = view.pane.middle();
    // The camera looks at the middle of the window, the map's middle is that of its pane.
    let x = sight.x + (f64::from(size.x) / 2.0 - mx) * sight.scale;
    let y = sight.y - (f64::from(size.y) / 2.0 - my) * sight.scale;
    transform.translation = Vec3::new(x as f32, y as f32, 0.0);
    if let Projection::Orthographic(o) = &mut *projection {
        o.scale = sight.scale as f32;
    }
    let wanted = clear_colour(view.style.theme);
    if clear.0 != wanted {
        clear.0 = wanted;
    }
}

//! What lies on the map: a mark around what is selected, the way a vehicle goes, names of signals.

use bevy_egui::egui::{self, Color32, Pos2, Stroke};

use super::super::state::{Tab, View};
use super::ink;
use super::legend::foe_colour;
use super::rings::CALL;
use super::signal::ALARM;
use crate::network::{LaneId, LinkId, MovementId};
use crate::view::ask::{Answer, Subject};
use crate::view::foes;
use crate::view::layers::RoadLayer;
use crate::view::paint::ramp;

/// Metres per pixel below which signals have their names.
const NAMES: f64 = 0.75;
/// Names longer than this are cut.
const MOST_LETTERS: usize = 16;

/// Draws it.
pub fn draw(ctx: &egui::Context, view: &View, room: egui::Rect) {
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(room);
    let accent = ink(view.style.theme.scheme().accent);
    let pixel = |(x, y): (f64, f64)| {
        let (px, py) = view.camera.now.pixel(&view.pane, (x, y));
        Pos2::new(px as f32, py as f32)
    };
    if let Some(Answer::Vehicle(facts)) = view.snapshot.answer.as_deref() {
        let ahead: Vec<LinkId> = facts.route.clone();
        let colour = accent.gamma_multiply(0.55);
        for (i, &link) in ahead.iter().enumerate() {
            let lane = if i == 0 { facts.lane } else { lane_of(view, link) };
            let line: Vec<Pos2> = points(view, lane).map(pixel).collect();
            painter.add(egui::Shape::line(line, Stroke::new(4.0, colour)));
        }
        if let Some(&last) = ahead.last()
            && let Some(end) = points(view, lane_of(view, last)).last()
        {
            painter.circle_filled(pixel(end), 6.0, accent);
        }
    }
    if view.style.roads == RoadLayer::Heat {
        heat(&painter, view, &pixel);
    }
    if view.charts && view.tab == Tab::Corridor {
        for lane in view.time_space.corridor.lanes() {
            let line: Vec<Pos2> = points(view, lane).map(pixel).collect();
            painter.add(egui::Shape::line(line, Stroke::new(3.0, accent.gamma_multiply(0.4))));
        }
    }
    conflicts(&painter, view, accent, &pixel);
    broken(&painter, view, room, &pixel);
    if let Some(subject) = view.selected {
        mark(&painter, view, subject, accent, &pixel);
    }
    if view.camera.now.scale < NAMES && view.panels {
        names(&painter, view, room, &pixel);
    }
}

/// The map of delay: a colour at each corner of a cell, the more the less of the map shines through.
fn heat(painter: &egui::Painter, view: &View, pixel: &dyn Fn((f64, f64)) -> Pos2) {
    let mut mesh = egui::Mesh::default();
    for quad in view.heat.quads() {
        let first = mesh.vertices.len() as u32;
        for (at, value) in quad {
            let colour = ink(ramp(1.0 - value)).gamma_multiply((value * 3.0).min(1.0) * 0.75);
            mesh.colored_vertex(pixel((f64::from(at[0]), f64::from(at[1]))), colour);
        }
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first, first + 2, first + 3);
    }
    painter.add(mesh);
}

/// The ways of the movements that are clicked, and of all that are in conflict with them.
fn conflicts(painter: &egui::Painter, view: &View, accent: Color32, pixel: &dyn Fn((f64, f64)) -> Pos2) {
    let network = &view.stage.scene.network;
    let own = view.movements();
    let draw = |movement: MovementId, stroke: Stroke| {
        for lane in foes::way(network, movement) {
            let line: Vec<Pos2> = points(view, lane).map(pixel).collect();
            painter.add(egui::Shape::line(line, stroke));
        }
    };
    let width = (0.9 / view.camera.now.scale).clamp(1.5, 5.0) as f32;
    let mut all: Vec<(MovementId, foes::Foe)> = own.iter().flat_map(|&m| foes::of(network, m)).collect();
    all.sort_unstable();
    all.dedup();
    // Those with the right of way last: they lie on top.
    all.sort_by_key(|(_, foe)| std::cmp::Reverse(*foe));
    for (movement, foe) in all {
        draw(movement, Stroke::new(width, foe_colour(foe)));
    }
    for movement in own {
        draw(movement, Stroke::new(1.6 * width, accent));
    }
}

/// Marks around broken detectors.
fn broken(painter: &egui::Painter, view: &View, room: egui::Rect, pixel: &dyn Fn((f64, f64)) -> Pos2) {
    let radius = (2.5 / view.camera.now.scale).clamp(4.0, 30.0) as f32;
    for &(sensor, known) in &view.snapshot.broken {
        let Some(at) = view.place_of(Subject::Sensor(sensor)).map(pixel).filter(|at| room.contains(*at)) else {
            continue;
        };
        painter.circle_stroke(at, radius, Stroke::new(2.0, ink(if known { ALARM } else { CALL })));
    }
}

/// The lane in the middle of a link.
fn lane_of(view: &View, link: LinkId) -> LaneId {
    let lanes = &view.stage.scene.network.link(link).lanes;
    LaneId((lanes.start + lanes.end) / 2)
}

/// A lane's centre line.
fn points(view: &View, lane: LaneId) -> impl Iterator<Item = (f64, f64)> + '_ {
    view.stage.tracks.line(lane).map(|(x, y)| (f64::from(x), f64::from(y)))
}

/// A mark around a thing.
fn mark(painter: &egui::Painter, view: &View, subject: Subject, accent: Color32, pixel: &dyn Fn((f64, f64)) -> Pos2) {
    let Some(place) = view.place_of(subject) else { return };
    let scale = view.camera.now.scale;
    let stroke = Stroke::new(2.5, accent);
    match subject {
        Subject::Vehicle(_) => {
            let radius = (4.0 / scale).clamp(9.0, 80.0) as f32;
            painter.circle_stroke(pixel(place), radius, stroke);
        }
        Subject::Signal(_) => {
            let radius = (18.0 / scale).clamp(12.0, 400.0) as f32;
            painter.circle_stroke(pixel(place), radius, stroke);
        }
        Subject::Sensor(_) => {
            let radius = (3.0 / scale).clamp(7.0, 60.0) as f32;
            painter.circle_stroke(pixel(place), radius, stroke);
        }
        Subject::Lane(lane) => {
            let line: Vec<Pos2> = points(view, lane).map(pixel).collect();
            let width = f64::from(view.stage.scene.network.lane(lane).width) / scale;
            painter.add(egui::Shape::line(line, Stroke::new(width.max(4.0) as f32, accent.gamma_multiply(0.35))));
        }
    }
}

/// Names of signals.
fn names(painter: &egui::Painter, view: &View, room: egui::Rect, pixel: &dyn Fn((f64, f64)) -> Pos2) {
    let scheme = view.style.theme.scheme();
    let network = &view.stage.scene.network;
    let font = egui::FontId::proportional(12.0);
    for (i, signal) in network.signals.iter().enumerate() {
        let Some(place) = view.place_of(Subject::Signal(crate::network::SignalId::new(i))) else { continue };
        let at = pixel(place);
        if !room.contains(at) {
            continue;
        }
        let mut name = signal.id.clone();
        if name.chars().count() > MOST_LETTERS {
            name = name.chars().take(MOST_LETTERS - 1).chain(['…']).collect();
        }
        let text = painter.layout_no_wrap(name, font.clone(), ink(scheme.ink));
        let rect = egui::Rect::from_center_size(at, text.size() + egui::vec2(8.0, 3.0));
        painter.rect_filled(rect, 4.0, ink(scheme.ground).gamma_multiply(0.72));
        painter.galley(rect.min + egui::vec2(4.0, 1.5), text, ink(scheme.ink));
    }
}

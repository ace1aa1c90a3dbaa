//! What lies on the map: a mark around what is selected, the way a vehicle goes, names of signals.

use bevy_egui::egui::{self, Color32, Pos2, Stroke};

use super::super::state::View;
use super::ink;
use crate::network::{LaneId, LinkId};
use crate::view::ask::{Answer, Subject};

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
    if let Some(subject) = view.selected {
        mark(&painter, view, subject, accent, &pixel);
    }
    if view.camera.now.scale < NAMES && view.panels {
        names(&painter, view, room, &pixel);
    }
}

/// The first lane of a link.
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

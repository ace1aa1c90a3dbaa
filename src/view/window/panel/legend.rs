//! What colours mean, how long a hundred metres are, and in a picture what it shows.

use bevy_egui::egui::{self, RichText};

use super::super::state::View;
use super::rings::CALL;
use super::signal::ALARM;
use super::{card, ink};
use crate::view::foes::{self, Foe};
use crate::view::paint::{Colour, KINDS, kind, ramp};
use crate::view::words::clock;

/// Longest scale bar, pixels.
const LONGEST: f64 = 130.0;

/// Draws the legend in the lower left corner of the map, and the caption of a picture in the upper one.
pub fn draw(ctx: &egui::Context, view: &View, room: egui::Rect) {
    let place = room.left_bottom() + egui::vec2(12.0, -12.0);
    let area = egui::Area::new("legend".into()).fixed_pos(place).pivot(egui::Align2::LEFT_BOTTOM).interactable(false);
    if view.legend {
        area.show(ctx, |ui| {
            card(view).show(ui, |ui| {
                ui.spacing_mut().item_spacing = egui::vec2(7.0, 3.0);
                vehicles(ui, view);
                if let Some(ends) = view.style.roads.ends() {
                    bar(ui, "roads", &ends);
                }
                conflicts(ui, view);
                detectors(ui, view);
                ui.add_space(2.0);
                scale(ui, view);
            });
        });
    }
    if !view.panels {
        caption(ctx, view, room);
    }
}

/// What colours of vehicles tell.
fn vehicles(ui: &mut egui::Ui, view: &View) {
    match view.style.vehicles.ends() {
        Some(ends) => bar(ui, "vehicles", &ends),
        None => {
            let there = |k: usize| view.stage.scene.types.iter().any(|t| kind(t.class) == k);
            ui.horizontal(|ui| {
                for (_, (name, colour)) in KINDS.iter().enumerate().filter(|(k, _)| there(*k)) {
                    ui.label(RichText::new("■").color(ink(*colour)));
                    ui.label(RichText::new(*name));
                }
            });
        }
    }
}

/// How others stand to the movements that are shown.
fn conflicts(ui: &mut egui::Ui, view: &View) {
    let network = &view.stage.scene.network;
    if view.movements().iter().all(|&m| foes::of(network, m).is_empty()) {
        return;
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("■ what is clicked").color(ink(view.style.theme.scheme().accent)));
        for foe in [Foe::Goes, Foe::Yields, Foe::Meets] {
            ui.label(RichText::new(format!("■ {}", foe.words())).color(foe_colour(foe)));
        }
    });
}

/// Broken detectors, if there are any.
fn detectors(ui: &mut egui::Ui, view: &View) {
    let known = view.snapshot.broken.iter().filter(|b| b.1).count();
    let unknown = view.snapshot.broken.len() - known;
    ui.horizontal(|ui| {
        if known > 0 {
            ui.label(
                RichText::new(format!("■ {known} failed detector{}", if known == 1 { "" } else { "s" }))
                    .color(ink(ALARM)),
            );
        }
        if unknown > 0 {
            ui.label(RichText::new(format!("■ {unknown} broken, not noticed yet")).color(ink(CALL)));
        }
    });
}

/// The colour of a conflict.
pub fn foe_colour(foe: Foe) -> egui::Color32 {
    ink(match foe {
        Foe::Goes => Colour::hex(0xe0_5a_4a),
        Foe::Yields => Colour::hex(0x9a_7f_e0),
        Foe::Meets => Colour::hex(0xe8_a8_38),
    })
}

/// A ramp of colours with names at its ends.
fn bar(ui: &mut egui::Ui, what: &str, (red, green): &(String, String)) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(what).strong());
        ui.label(red);
        let (rect, _) = ui.allocate_exact_size(egui::vec2(96.0, 9.0), egui::Sense::hover());
        const PARTS: usize = 24;
        for i in 0..PARTS {
            let t = (i as f32 + 0.5) / PARTS as f32;
            let left = rect.left() + rect.width() * i as f32 / PARTS as f32;
            let part = egui::Rect::from_min_size(
                egui::pos2(left, rect.top()),
                egui::vec2(rect.width() / PARTS as f32 + 0.5, rect.height()),
            );
            ui.painter().rect_filled(part, 0.0, ink(ramp(t)));
        }
        ui.label(green);
    });
}

/// A round length on the map.
fn scale(ui: &mut egui::Ui, view: &View) {
    let (metres, text) = view.style.units.scale_bar(LONGEST * view.camera.now.scale);
    let width = (metres / view.camera.now.scale) as f32;
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(width, 9.0), egui::Sense::hover());
        let stroke = egui::Stroke::new(1.5, ink(view.style.theme.scheme().ink));
        let (left, right) = (rect.left_bottom(), rect.right_bottom());
        let up = egui::vec2(0.0, -6.0);
        ui.painter().line_segment([left, right], stroke);
        ui.painter().line_segment([left, left + up], stroke);
        ui.painter().line_segment([right, right + up], stroke);
        ui.label(text);
    });
}

/// What a picture shows.
fn caption(ctx: &egui::Context, view: &View, room: egui::Rect) {
    let place = room.left_top() + egui::vec2(12.0, 12.0);
    egui::Area::new("caption".into()).fixed_pos(place).interactable(false).show(ctx, |ui| {
        card(view).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new(&view.stage.title).strong().size(15.0));
                ui.label(RichText::new(clock(view.snapshot.now)).monospace().size(15.0));
                ui.label(format!("{} vehicles", view.snapshot.vehicles.len()));
            });
        });
    });
}

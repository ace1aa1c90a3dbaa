//! Panels around the map: the bar on top, what is known of the selected thing, charts, the legend.

mod bar;
mod charts;
mod inspector;
mod legend;
mod overlay;
mod purdue;
mod rings;
mod sensor;
mod signal;
pub mod strategies;
mod time_space;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use super::input::KEYS;
use super::state::View;
use crate::view::camera::Pane;
use crate::view::paint::{Colour, Theme};

/// A colour as egui has it.
pub fn ink(Colour(r, g, b): Colour) -> egui::Color32 {
    egui::Color32::from_rgb(r, g, b)
}

/// Draws all panels, and notes how much room they leave to the map.
pub fn draw(mut contexts: EguiContexts, mut view: ResMut<View>, mut themed: Local<Option<Theme>>) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let view = &mut *view;
    if *themed != Some(view.style.theme) {
        dress(&ctx, view.style.theme);
        *themed = Some(view.style.theme);
    }
    let layer = egui::LayerId::background();
    let builder = egui::UiBuilder::new().layer_id(layer).max_rect(ctx.viewport_rect());
    let mut root = egui::Ui::new(ctx.clone(), "window".into(), builder);
    if view.panels {
        bar::draw(&mut root, view);
        if view.charts {
            charts::draw(&mut root, view);
        }
        if view.selected.is_some() {
            inspector::draw(&mut root, view);
        }
    }
    let room = root.available_rect_before_wrap();
    let wide = |x: f32| f64::from(x);
    let pane =
        Pane { left: wide(room.left()), top: wide(room.top()), width: wide(room.width()), height: wide(room.height()) };
    let before = std::mem::replace(&mut view.pane, pane).middle();
    // Panels come and go beside the map: what lies under the pointer stays there.
    if view.running.is_some() && view.framed && !view.follows && view.camera.rests() {
        let now = pane.middle();
        view.camera.pan((before.0 - now.0, before.1 - now.1));
    }
    if !view.framed && room.width() > 1.0 {
        let whole = view.stage.whole(&view.pane);
        view.camera.jump(whole);
        view.framed = true;
    }
    overlay::draw(&ctx, view, room);
    legend::draw(&ctx, view, room);
    messages(&ctx, view, room);
    strategies::draw(&ctx, view);
    if view.help {
        help(&ctx, view);
    }
    Ok(())
}

/// Sets the colours of a theme.
fn dress(ctx: &egui::Context, theme: Theme) {
    let scheme = theme.scheme();
    let mut visuals = if theme == Theme::Dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    let accent = ink(scheme.accent);
    let panel = match theme {
        Theme::Dark => egui::Color32::from_rgb(0x1a, 0x1f, 0x27),
        Theme::Light => egui::Color32::from_rgb(0xfb, 0xfa, 0xf7),
    };
    visuals.panel_fill = panel;
    visuals.window_fill = panel;
    visuals.override_text_color = Some(ink(scheme.ink));
    visuals.weak_text_color = Some(ink(scheme.ink).gamma_multiply(0.66));
    visuals.selection.bg_fill = accent.gamma_multiply(0.45);
    visuals.selection.stroke.color = ink(scheme.ink);
    visuals.hyperlink_color = accent;
    ctx.set_theme(if theme == Theme::Dark { egui::Theme::Dark } else { egui::Theme::Light });
    ctx.set_visuals(visuals);
    ctx.all_styles_mut(|style| {
        style.spacing.item_spacing = egui::vec2(8.0, 5.0);
        style.spacing.button_padding = egui::vec2(7.0, 3.0);
    });
}

/// A frame for what lies on the map.
pub fn card(view: &View) -> egui::Frame {
    let fill = match view.style.theme {
        Theme::Dark => egui::Color32::from_rgba_unmultiplied(0x16, 0x1b, 0x22, 225),
        Theme::Light => egui::Color32::from_rgba_unmultiplied(0xff, 0xff, 0xff, 230),
    };
    let line = ink(view.style.theme.scheme().border).gamma_multiply(0.6);
    egui::Frame::NONE
        .fill(fill)
        .corner_radius(6)
        .stroke(egui::Stroke::new(1.0, line))
        .inner_margin(egui::Margin::symmetric(10, 7))
}

/// Messages that are shown at a time: the newest.
const MOST_MESSAGES: usize = 4;

/// What was refused, or done.
fn messages(ctx: &egui::Context, view: &View, room: egui::Rect) {
    let over = view.snapshot.over.as_ref().map(|why| format!("The run is over: {why}."));
    let newest = view.messages.len().saturating_sub(MOST_MESSAGES);
    let all: Vec<String> = view.messages[newest..].iter().map(|m| m.1.clone()).chain(over).collect();
    if all.is_empty() {
        return;
    }
    let place = room.center_top() + egui::vec2(0.0, 12.0);
    let area = egui::Area::new("messages".into()).fixed_pos(place).pivot(egui::Align2::CENTER_TOP).interactable(false);
    area.show(ctx, |ui| {
        card(view).show(ui, |ui| {
            for text in &all {
                ui.label(text);
            }
        });
    });
}

/// What keys do.
fn help(ctx: &egui::Context, view: &mut View) {
    let mut open = true;
    let window = egui::Window::new("Keys and mouse").open(&mut open).collapsible(false).resizable(false);
    window.anchor(egui::Align2::CENTER_CENTER, egui::Vec2::ZERO).show(ctx, |ui| {
        egui::Grid::new("keys").num_columns(2).spacing([24.0, 5.0]).show(ui, |ui| {
            for &(key, what) in KEYS {
                ui.label(egui::RichText::new(key).strong().monospace());
                ui.label(what);
                ui.end_row();
            }
        });
    });
    view.help = open;
}

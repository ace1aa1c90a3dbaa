//! The bar on top: play, pace, time, what is shown.

use bevy_egui::egui::containers::menu::{MenuButton, MenuConfig};
use bevy_egui::egui::text::{CCursor, CCursorRange};
use bevy_egui::egui::text_edit::TextEditState;
use bevy_egui::egui::{self, RichText};

use super::super::input::go_to_selected;
use super::super::state::View;
use super::ink;
use super::signal::ALARM;
use super::strategies::Choosing;
use crate::commands::Command;
use crate::view::ask::Subject;
use crate::view::fleet::VehicleLayer;
use crate::view::layers::RoadLayer;
use crate::view::pace::Pace;
use crate::view::paint::Theme;
use crate::view::sim_thread::Order;
use crate::view::words::{Units, clock};

/// Size of the clock's digits.
const CLOCK: f32 = 19.0;

/// Draws the bar.
pub fn draw(root: &mut egui::Ui, view: &mut View) {
    let margin = egui::Margin::symmetric(10, 6);
    let fill = root.visuals().panel_fill;
    let frame = egui::Frame::NONE.fill(fill).inner_margin(margin);
    egui::Panel::top("bar").frame(frame).show(root, |ui| {
        ui.horizontal(|ui| {
            play(ui, view);
            ui.separator();
            ui.label(RichText::new(clock(view.snapshot.now)).size(CLOCK).strong().monospace());
            // A digit that is new to the clock would be missing in its first frame.
            let digits = egui::FontId::monospace(CLOCK);
            let _ = ui.painter().layout_no_wrap("0123456789".into(), digits, egui::Color32::TRANSPARENT);
            ui.separator();
            let s = &view.snapshot;
            ui.label(format!("{} driving", s.vehicles.len())).on_hover_text("Vehicles on the network");
            if s.waiting > 0 {
                ui.label(format!("{} waiting to enter", s.waiting)).on_hover_text("No room yet where they start");
            }
            ui.label(format!("{} arrived", s.arrived));
            if view.films {
                let film = egui::Button::new(RichText::new("■ film").color(ink(ALARM)));
                view.films = !ui.add(film).on_hover_text("A film is taken; ends it (M)").clicked();
            }
            // Named, since what comes and goes before them would make others of them: fields lost the keys, menus closed.
            let to_the_right = egui::Layout::right_to_left(egui::Align::Center);
            let options_are = egui::UiBuilder::new().id(egui::Id::new("options")).layout(to_the_right);
            ui.scope_builder(options_are, |ui| options(ui, view));
        });
    });
}

/// Play, pause, step and pace.
fn play(ui: &mut egui::Ui, view: &mut View) {
    let (sign, hint) = if view.paused { ("▶", "Play (space)") } else { ("⏸", "Pause (space)") };
    let button = egui::Button::new(RichText::new(sign).size(16.0)).min_size(egui::vec2(30.0, 24.0));
    if ui.add(button).on_hover_text(hint).clicked() {
        let paused = !view.paused;
        view.pause(paused);
    }
    if ui.button(RichText::new("⏭").size(16.0)).on_hover_text("One step (.)").clicked() {
        view.step();
    }
    for (i, pace) in Pace::PRESETS.into_iter().enumerate() {
        let chosen = view.pace == pace;
        if ui.selectable_label(chosen, pace.label()).on_hover_text(format!("Key {}", i + 1)).clicked() {
            view.set_pace(pace);
        }
    }
    let achieved = view.snapshot.achieved;
    let text = match achieved {
        _ if view.snapshot.over.is_some() => "over".to_owned(),
        _ if view.paused => "paused".to_owned(),
        f if f <= 0.0 => "…".to_owned(),
        f if f < 10.0 => format!("{f:.1}× real time"),
        f => format!("{f:.0}× real time"),
    };
    ui.add_sized([104.0, 18.0], egui::Label::new(RichText::new(text).weak())).on_hover_text("What is achieved");
}

/// What is shown, from right to left.
fn options(ui: &mut egui::Ui, view: &mut View) {
    if ui.button("?").on_hover_text("Keys and mouse (H)").clicked() {
        view.help = !view.help;
    }
    let sun = if view.style.theme == Theme::Dark { "☀" } else { "🌙" };
    if ui.button(sun).on_hover_text("Light or dark (T)").clicked() {
        view.style.theme = if view.style.theme == Theme::Dark { Theme::Light } else { Theme::Dark };
    }
    let unit = view.style.units.speed_unit();
    if ui.button(unit).on_hover_text("Metric or US units (U)").clicked() {
        view.style.units = if view.style.units == Units::Metric { Units::Us } else { Units::Metric };
    }
    if ui.selectable_label(view.charts, "charts").on_hover_text("Charts (C)").clicked() {
        view.charts = !view.charts;
    }
    let roads = format!("roads: {}", view.style.roads.name());
    ui.menu_button(roads, |ui| {
        for layer in RoadLayer::ALL {
            view.stale |= ui.selectable_value(&mut view.style.roads, layer, layer.name()).clicked();
        }
    })
    .response
    .on_hover_text("What colours of roads tell (R: the next one)");
    let vehicles = format!("vehicles: {}", view.style.vehicles.name());
    ui.menu_button(vehicles, |ui| {
        for layer in VehicleLayer::ALL {
            view.stale |= ui.selectable_value(&mut view.style.vehicles, layer, layer.name()).clicked();
        }
    })
    .response
    .on_hover_text("What colours of vehicles tell (V: the next one)");
    open(ui, view);
    touch(ui, view);
    alerts(ui, view);
    find(ui, view);
}

/// Opens another scenario.
fn open(ui: &mut egui::Ui, view: &mut View) {
    // Somebody clicks the field to write in it.
    let stays = MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new("open").config(stays).ui(ui, |ui| {
        ui.label(RichText::new("a scenario (.ron, .sumocfg, config.json), or drop one on the window").small().weak());
        let field = ui.add(egui::TextEdit::singleline(&mut view.file).hint_text("path").desired_width(320.0));
        if ui.data_mut(|data| !std::mem::replace(data.get_temp_mut_or_default::<bool>(field.id.with("shown")), true)) {
            field.request_focus();
        }
        if is_entered(ui, &field) && !view.file.trim().is_empty() {
            view.wanted = Some(view.file.trim().into());
            ui.close();
        }
    });
}

/// What may be done to the whole run.
fn touch(ui: &mut egui::Ui, view: &mut View) {
    ui.menu_button("touch", |ui| {
        ui.label(RichText::new("demand from now on").small().weak());
        for factor in [0.5, 0.8, 1.2, 1.5, 2.0] {
            if ui.button(format!("× {factor}")).clicked() {
                let (from, to) = (Vec::new(), Vec::new());
                view.order(Order::Do(Command::DemandSurge { factor, until: None, from, to }));
                view.say(format!("demand × {factor} from now on"));
            }
        }
        ui.separator();
        if ui.button("controller of all signals…").clicked() {
            view.choosing = Some(Choosing::of_all());
            ui.close();
        }
        ui.separator();
        if ui.button("undo the last command").on_hover_text("The run is made again without it (Ctrl+Z)").clicked() {
            view.order(Order::Undo);
        }
    });
}

/// What was found, with the way there.
fn alerts(ui: &mut egui::Ui, view: &mut View) {
    if view.alerts.is_empty() {
        return;
    }
    let mut wanted = None;
    let title = RichText::new(format!("⚠ {}", view.alerts.len())).strong();
    ui.menu_button(title, |ui| {
        for alert in view.alerts.iter().rev().take(20) {
            if ui.button(format!("{}  {}", clock(alert.at), alert.text)).clicked() {
                wanted = Some(alert.lane);
            }
        }
    });
    if let Some(lane) = wanted {
        view.select(Some(Subject::Lane(lane)));
        go_to_selected(view);
    }
}

/// Whether a field was left otherwise than by a click beside it, Escape or Tab. Focus is missed a frame after the key.
pub fn is_entered(ui: &egui::Ui, field: &egui::Response) -> bool {
    let keys = [egui::Key::Escape, egui::Key::Tab];
    let away = ui.input(|i| keys.iter().any(|&key| i.key_pressed(key)) || i.pointer.any_pressed());
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<bool>(field.id), away));
    field.lost_focus() && !away && !before
}

/// A field to find something by its name.
fn find(ui: &mut egui::Ui, view: &mut View) {
    let edit = egui::TextEdit::singleline(&mut view.search).id(egui::Id::new("find"));
    let field = ui.add(edit.hint_text("find by name  /").desired_width(120.0));
    if std::mem::take(&mut view.finds) {
        field.request_focus();
        let mut state = TextEditState::load(ui.ctx(), field.id).unwrap_or_default();
        let end = CCursor::new(view.search.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::one(end)));
        state.store(ui.ctx(), field.id);
    }
    if is_entered(ui, &field) {
        view.find();
    }
    // What was found comes with a snapshot.
    if std::mem::take(&mut view.goes) {
        go_to_selected(view);
    }
}

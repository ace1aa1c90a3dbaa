//! A signal: what it shows and why, its lamps over the last minute and a half, its queues.

use bevy_egui::egui::{self, Color32, RichText};
use intergreen_control::{Command as Order, Lamp, Millis};

use super::super::state::View;
use super::ink;
use super::inspector::Wishes;
use crate::commands::{Command, Outage};
use crate::view::ask::{SignalFacts, Subject};
use crate::view::paint::Colour;
use crate::view::words::{clock, lamp};

/// Time that the lamps' diagram goes back, s.
const BACK: f64 = 90.0;
/// Height of a row of the diagram.
const ROW: f32 = 16.0;
/// Width of the names of its rows.
const NAME: f32 = 34.0;

/// The colour of a lamp in diagrams.
pub fn colour(lamp: Lamp) -> Color32 {
    ink(match lamp {
        Lamp::Red | Lamp::TurnOnRed => Colour::hex(0xd6_3b_36),
        Lamp::RedYellow => Colour::hex(0xf0_82_2e),
        Lamp::Yellow | Lamp::Flashing => Colour::hex(0xf5_c5_18),
        Lamp::GreenMinor => Colour::hex(0x7f_c9_8d),
        Lamp::Green => Colour::hex(0x27_b3_5a),
        Lamp::Off => Colour::hex(0x6b_72_7a),
    })
}

/// Draws it.
pub fn draw(ui: &mut egui::Ui, view: &View, facts: &SignalFacts, wishes: &mut Wishes) {
    ui.heading(format!("Signal {}", facts.name));
    ui.label(RichText::new(format!("{}, {}", facts.strategy, facts.mode)).weak());
    if let Some(stage) = &facts.stage {
        ui.label(RichText::new(stage).strong());
    }
    if let Some((at, what, why)) = &facts.last {
        ui.add_space(4.0);
        ui.label(RichText::new("last change").small().weak());
        ui.label(RichText::new(format!("{} {what}", clock(*at))).strong());
        ui.label(why);
    }
    if !facts.decision.is_empty() {
        ui.add_space(4.0);
        ui.label(RichText::new("the controller says").small().weak());
        ui.label(&facts.decision);
    }
    ui.add_space(6.0);
    diagram(ui, view.snapshot.now, facts);
    ui.add_space(6.0);
    ui.label(RichText::new("lanes that lead here: standing / all").small().weak());
    egui::Grid::new("approaches").num_columns(2).spacing([14.0, 2.0]).show(ui, |ui| {
        for (lane, name, standing, all) in &facts.approaches {
            if ui.link(name).clicked() {
                wishes.look_at = Some(Subject::Lane(*lane));
            }
            ui.label(format!("{standing} / {all}"));
            ui.end_row();
        }
    });
    ui.add_space(6.0);
    touch(ui, facts, wishes);
    ui.add_space(6.0);
    ui.label(RichText::new("event log, newest first").small().weak());
    for (at, what, why) in &facts.events {
        ui.label(RichText::new(format!("{}  {what} ({why})", clock(*at))).small());
    }
}

/// Each group's lamps over time, newest on the right.
fn diagram(ui: &mut egui::Ui, now: Millis, facts: &SignalFacts) {
    let size = egui::vec2(ui.available_width(), ROW * facts.groups.len() as f32);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let painter = ui.painter();
    let left = rect.left() + NAME;
    let x = |at: Millis| {
        let share = 1.0 - ((now - at).seconds() / BACK).clamp(0.0, 1.0);
        left + (rect.right() - left) * share as f32
    };
    let text = ui.visuals().text_color();
    let font = egui::FontId::proportional(11.0);
    for (i, group) in facts.groups.iter().enumerate() {
        let top = rect.top() + ROW * i as f32;
        let middle = top + ROW / 2.0;
        painter.text(egui::pos2(rect.left(), middle), egui::Align2::LEFT_CENTER, i.to_string(), font.clone(), text);
        let ends = group.past.iter().skip(1).map(|c| c.0).chain([now]);
        for ((from, shown), to) in group.past.iter().zip(ends) {
            let (a, b) = (x(*from), x(to));
            if b <= a {
                continue;
            }
            let thick = if shown.is_red() { 3.0 } else { ROW - 5.0 };
            let bar =
                egui::Rect::from_min_max(egui::pos2(a, middle - thick / 2.0), egui::pos2(b, middle + thick / 2.0));
            painter.rect_filled(bar, 1.0, colour(*shown));
        }
    }
    let hovered = response.hover_pos().map(|at| ((at.y - rect.top()) / ROW) as usize);
    if let Some(group) = hovered.and_then(|i| facts.groups.get(i)) {
        let since = (now - group.since).seconds();
        response.on_hover_text(format!("{}\n{} for {since:.0} s", group.ways, lamp(group.lamp)));
    }
}

/// What may be done to it. The kernel decides when it is safe.
fn touch(ui: &mut egui::Ui, facts: &SignalFacts, wishes: &mut Wishes) {
    let signal = || facts.name.clone();
    ui.horizontal_wrapped(|ui| {
        if ui.button("flash").on_hover_text("Out of order: flashing yellow, signs rule").clicked() {
            wishes.commands.push(Command::SignalOutage { signal: signal(), shows: Outage::Flashing, until: None });
        }
        if ui.button("dark").on_hover_text("Out of order: dark, signs rule").clicked() {
            wishes.commands.push(Command::SignalOutage { signal: signal(), shows: Outage::Dark, until: None });
        }
        if ui.button("controller…").on_hover_text("K").clicked() {
            wishes.chooses = true;
        }
        if ui.button("restore").clicked() {
            wishes.commands.push(Command::SignalRestore { signal: signal() });
        }
    });
    egui::CollapsingHeader::new("hold or force groups").show(ui, |ui| {
        ui.label(RichText::new("Requests: the safety kernel keeps every time.").small().weak());
        egui::Grid::new("groups").num_columns(5).spacing([6.0, 2.0]).show(ui, |ui| {
            for (group, facts) in (0..).zip(&facts.groups) {
                ui.label(RichText::new(format!("{group}")).color(colour(facts.lamp)).strong())
                    .on_hover_text(&facts.ways);
                let orders = [
                    ("hold", Order::Hold { group, on: true }),
                    ("release", Order::Hold { group, on: false }),
                    ("end", Order::ForceOff { group }),
                    ("call", Order::Call { group }),
                ];
                for (name, order) in orders {
                    if ui.small_button(name).clicked() {
                        wishes.commands.push(Command::Signal { signal: signal(), order });
                    }
                }
                ui.end_row();
            }
        });
    });
}

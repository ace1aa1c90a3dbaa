//! A loop: what is in the road and what its controller is told, over the last minutes; what the controller thinks of it.

use bevy_egui::egui::{self, RichText};
use intergreen_control::Millis;

use super::super::state::View;
use super::ink;
use super::inspector::{Wishes, grid, plot_row, row};
use super::signal::ALARM;
use crate::commands::Command;
use crate::detectors::Stuck;
use crate::view::ask::{SensorFacts, Subject, opinion};
use crate::view::journal::EDGES;
use crate::view::plots::Quantity;
use crate::view::words::clock;

/// Time that the strip goes back, s.
const BACK: f64 = 120.0;
/// Its height.
const HEIGHT: f32 = 18.0;

/// Draws it.
pub fn draw(ui: &mut egui::Ui, view: &View, facts: &SensorFacts, wishes: &mut Wishes) {
    let (units, now) = (view.style.units, view.snapshot.now);
    ui.heading(format!("Detector {}", facts.channel));
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("{} of signal", facts.what)).weak());
        let signal = view.stage.scene.network.signals.iter().position(|s| s.id == facts.signal);
        if ui.link(&facts.signal).clicked() {
            wishes.look_at = signal.map(|i| Subject::Signal(crate::network::SignalId::new(i)));
        }
    });
    ui.add_space(6.0);
    if let Some(fault) = &facts.fault {
        ui.label(
            RichText::new(format!("Broken by order of the run: {fault}.")).color(ink(super::rings::CALL)).strong(),
        );
    }
    let health = RichText::new(format!("The controller takes it to be {}.", opinion(facts.health)));
    ui.label(if facts.health.is_good() { health } else { health.color(ink(ALARM)).strong() });
    ui.add_space(6.0);
    grid(ui, "sensor", |ui| {
        let level = |on: bool| if on { "occupied" } else { "free" };
        row(ui, "in the road", level(facts.occupied));
        row(ui, "for", facts.since.map_or("–".into(), |at| format!("{:.1} s", (now - at).seconds())));
        row(ui, "the controller is told", level(facts.reported));
        let (volume, occupancy, headway) = facts.minute;
        let mut plotted = |ui: &mut egui::Ui, quantity, what: &str, value: String| {
            plot_row(ui, (view, wishes), quantity, what, value);
        };
        plotted(ui, Quantity::Volume, "its last minute", format!("{volume} vehicles"));
        plotted(ui, Quantity::Occupancy, "occupied then", format!("{:.0} %", 100.0 * occupancy));
        plotted(ui, Quantity::Count, "counted", format!("{} since the window opened", facts.count));
        row(ui, "mean headway then", headway.map_or("–".into(), |s| format!("{s:.1} s")));
        row(ui, "lane", facts.lane.clone());
        row(ui, "length", units.length(f64::from(facts.length)));
        row(ui, "before the line", units.length(f64::from(facts.before_end)));
    });
    ui.add_space(8.0);
    ui.label(RichText::new(format!("occupied in the road, last {BACK:.0} s")).small().weak());
    strip(ui, view, facts);
    ui.add_space(8.0);
    touch(ui, facts, wishes);
    ui.add_space(8.0);
    ui.label(RichText::new("the controller's log of its health, newest first").small().weak());
    if facts.alarms.is_empty() {
        ui.label(RichText::new("nothing").small());
    }
    for (at, what, why) in &facts.alarms {
        ui.label(RichText::new(format!("{}  {what} ({why})", clock(*at))).small());
    }
}

/// When it was occupied, newest on the right.
fn strip(ui: &mut egui::Ui, view: &View, facts: &SensorFacts) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
    let now = view.snapshot.now;
    let x = |at: Millis| {
        let share = 1.0 - ((now - at).seconds() / BACK).clamp(0.0, 1.0);
        rect.left() + rect.width() * share as f32
    };
    ui.painter().rect_filled(rect, 2.0, ui.visuals().faint_bg_color);
    let colour = ink(view.style.theme.scheme().occupied);
    // Before the first change there was it was the other way; of what was before the first that is kept nothing is known.
    let all = facts.past.len() < EDGES;
    let before = facts.past.first().filter(|_| all).map(|&(_, on)| (Millis(i64::MIN / 4), !on));
    let from: Vec<(Millis, bool)> = before.into_iter().chain(facts.past.iter().copied()).collect();
    let to = from.iter().skip(1).map(|edge| edge.0).chain([now]);
    for (&(from, _), to) in from.iter().zip(to).filter(|((_, on), _)| *on) {
        // A pulse at full speed takes less than a pixel.
        let (a, b) = (x(from), x(to).max(x(from) + 1.5));
        if to > now - Millis::from_seconds(BACK) {
            let bar = egui::Rect::from_min_max(egui::pos2(a, rect.top() + 3.0), egui::pos2(b, rect.bottom() - 3.0));
            ui.painter().rect_filled(bar, 0.0, colour);
        }
    }
}

/// What may be done to it. What its controller is told changes; drivers notice nothing.
fn touch(ui: &mut egui::Ui, facts: &SensorFacts, wishes: &mut Wishes) {
    ui.horizontal(|ui| {
        let (signal, detector) = (facts.signal.clone(), facts.channel);
        for (text, stuck) in [("stick on", Stuck::On), ("stick off", Stuck::Off), ("silence", Stuck::Silent)] {
            if ui.button(text).on_hover_text("What its controller is told; drivers notice nothing").clicked() {
                wishes.commands.push(Command::DetectorFault { signal: signal.clone(), detector, stuck, until: None });
            }
        }
        if ui.button("mend").clicked() {
            wishes.commands.push(Command::DetectorRestore { signal, detector });
        }
    });
}

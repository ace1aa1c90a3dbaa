//! The list of strategies: another controller for one signal, or for all of them.

use bevy_egui::egui::{self, RichText};

use super::super::state::View;
use crate::commands::Command;
use crate::view::ask::{Answer, Subject};
use crate::view::sim_thread::Order;

/// A list that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    /// The signal that gets another controller; none: all do.
    signal: Option<String>,
    /// The entry that Return takes.
    at: usize,
}

impl Choosing {
    /// For all signals.
    pub const fn of_all() -> Self {
        Self { signal: None, at: 0 }
    }

    /// For the selected signal, at the strategy that it has; for all if none is selected.
    pub fn of_selected(view: &View) -> Self {
        let Some(Subject::Signal(id)) = view.selected else { return Self::of_all() };
        let Some(signal) = view.stage.scene.network.signals.get(id.index()) else { return Self::of_all() };
        let has = match view.snapshot.answer.as_deref() {
            Some(Answer::Signal(facts)) if facts.id == id => facts.strategy,
            _ => "",
        };
        let names = view.stage.scene.setup.registry.entries();
        Self { signal: Some(signal.id.clone()), at: names.iter().position(|e| e.name == has).unwrap_or(0) }
    }

    /// Goes up or down the list.
    pub fn go(&mut self, view: &View, down: bool) {
        let n = view.stage.scene.setup.registry.entries().len().max(1);
        self.at = (self.at + if down { 1 } else { n - 1 }) % n;
    }

    /// The command that the marked entry makes.
    pub fn command(&self, view: &View) -> Option<Command> {
        let entry = view.stage.scene.setup.registry.entries().get(self.at)?;
        let signals = self.signal.iter().cloned().collect();
        Some(Command::Controller {
            signals,
            strategy: entry.name.into(),
            parameters: std::collections::BTreeMap::new(),
        })
    }
}

/// Gives the command of the marked entry, and closes the list.
pub fn take(view: &mut View) {
    if let Some(command) = view.choosing.take().and_then(|choosing| choosing.command(view)) {
        view.order(Order::Do(command));
    }
}

/// Draws the list, if it is open.
pub fn draw(ctx: &egui::Context, view: &mut View) {
    let Some(mut choosing) = view.choosing.clone() else { return };
    let title = match &choosing.signal {
        Some(signal) => format!("Controller of signal {signal}"),
        None => "Controller of all signals".into(),
    };
    let (mut open, mut taken) = (true, false);
    let window = egui::Window::new(title).id("strategies".into()).open(&mut open).collapsible(false).resizable(false);
    window.anchor(egui::Align2::CENTER_CENTER, egui::Vec2::ZERO).show(ctx, |ui| {
        ui.label(RichText::new("Up, Down and Return, or a click. Lamps go on from what they show.").small().weak());
        egui::Grid::new("strategies").num_columns(2).spacing([14.0, 3.0]).show(ui, |ui| {
            for (i, entry) in view.stage.scene.setup.registry.entries().iter().enumerate() {
                if ui.selectable_label(i == choosing.at, entry.name).clicked() {
                    (choosing.at, taken) = (i, true);
                }
                ui.label(RichText::new(entry.summary).small().weak());
                ui.end_row();
            }
        });
    });
    view.choosing = open.then_some(choosing);
    if taken {
        take(view);
    }
}

//! The list of strategies: another controller for one signal, or for all of them.

use std::collections::BTreeMap;

use bevy_egui::egui::{self, RichText};

use super::super::state::View;
use super::bar::is_entered;
use super::ink;
use super::signal::ALARM;
use crate::commands::{Command, parameters};
use crate::view::ask::{Answer, Subject};
use crate::view::sim_thread::Order;

/// A list that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    /// The signal that gets another controller; none: all do.
    signal: Option<String>,
    /// The entry that Return takes.
    at: usize,
    /// Its parameters, as somebody writes them.
    parameters: String,
}

impl Choosing {
    /// For all signals.
    pub const fn of_all() -> Self {
        Self { signal: None, at: 0, parameters: String::new() }
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
        let at = names.iter().position(|e| e.name == has).unwrap_or(0);
        Self { signal: Some(signal.id.clone()), at, parameters: String::new() }
    }

    /// Goes up or down the list.
    pub fn go(&mut self, view: &View, down: bool) {
        let n = view.stage.scene.setup.registry.entries().len().max(1);
        self.at = (self.at + if down { 1 } else { n - 1 }) % n;
    }

    /// The command that the marked entry makes.
    ///
    /// # Errors
    /// If its parameters are not written as such.
    fn command(&self, view: &View) -> Result<Command, String> {
        let entry = view.stage.scene.setup.registry.entries().get(self.at).ok_or("there is no strategy")?;
        let given = self.given()?;
        let known = |name: &String| entry.parameters.iter().any(|p| p.name == name);
        if let Some(other) = given.keys().find(|name| !known(name)) {
            let all: Vec<&str> = entry.parameters.iter().map(|p| p.name).collect();
            let known = if all.is_empty() { "it has none".into() } else { format!("expected {}", all.join(", ")) };
            return Err(format!("{} has no parameter '{other}'; {known}", entry.name));
        }
        let signals = self.signal.iter().cloned().collect();
        Ok(Command::Controller { signals, strategy: entry.name.into(), parameters: given })
    }

    /// The parameters that are written.
    fn given(&self) -> Result<BTreeMap<String, String>, String> {
        if self.parameters.trim().is_empty() {
            return Ok(BTreeMap::new());
        }
        let list = parameters(&self.parameters)?;
        let (count, given) = (list.len(), list.into_iter().collect::<BTreeMap<_, _>>());
        if given.len() < count { Err("a parameter is given twice".into()) } else { Ok(given) }
    }
}

/// Gives the command of the marked entry, and closes the list; if something is wrong with its parameters it stays.
pub fn take(view: &mut View) {
    let Some(choosing) = view.choosing.take() else { return };
    match choosing.command(view) {
        Ok(command) => view.order(Order::Do(command)),
        Err(_) => view.choosing = Some(choosing),
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
        let entries = view.stage.scene.setup.registry.entries();
        let known = entries.get(choosing.at).map_or(&[][..], |entry| entry.parameters);
        ui.horizontal(|ui| {
            ui.label("parameters");
            let hint = if known.is_empty() { "it has none" } else { "param=value,…; none: its defaults" };
            let all = known.iter().map(|p| format!("{} = {}: {}", p.name, p.default, p.summary));
            let field = egui::TextEdit::singleline(&mut choosing.parameters).hint_text(hint).desired_width(420.0);
            let field = ui.add(field).on_hover_text(all.collect::<Vec<_>>().join("\n"));
            taken = is_entered(ui, &field);
            if taken && choosing.command(view).is_err() {
                field.request_focus();
            }
        });
        if let Err(problem) = choosing.command(view) {
            ui.label(RichText::new(problem).small().color(ink(ALARM)));
        }
        egui::Grid::new("strategies").num_columns(2).spacing([14.0, 3.0]).show(ui, |ui| {
            for (i, entry) in entries.iter().enumerate() {
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

//! What is known of the selected thing, and what may be done to it.

use bevy_egui::egui::{self, RichText};

use super::super::input::go_to_selected;
use super::super::state::View;
use super::strategies::Choosing;
use crate::commands::Command;
use crate::network::{LinkId, MovementId};
use crate::view::ask::{Answer, LaneFacts, Subject, VehicleFacts};
use crate::view::foes::{self, Foe};
use crate::view::minutes::KEPT;
use crate::view::plots::Quantity;
use crate::view::sim_thread::Order;
use crate::view::words::turn;

/// Height of a strip of bars, pixels.
const BARS: f32 = 26.0;
/// What a click on a number does.
const PLOT: &str = "Plot it over time, from now on";

/// What buttons of a panel ask for.
#[derive(Default)]
pub struct Wishes {
    /// Commands.
    pub commands: Vec<Command>,
    /// To open the list of strategies.
    pub chooses: bool,
    /// To look at something else.
    pub look_at: Option<Subject>,
    /// To plot a number of the thing, or no longer.
    pub plot: Option<Quantity>,
    /// To choose a group of the signal.
    pub group: Option<u16>,
    /// A time-space diagram of the straight way through a link.
    pub trace: Option<LinkId>,
    /// To choose a movement of the lane, or none.
    pub movement: Option<Option<MovementId>>,
}

/// Draws the panel on the right.
pub fn draw(root: &mut egui::Ui, view: &mut View) {
    let fill = root.visuals().panel_fill;
    let frame = egui::Frame::NONE.fill(fill).inner_margin(egui::Margin::symmetric(12, 8));
    egui::Panel::right("inspector").frame(frame).default_size(360.0).size_range(300.0..=620.0).show(root, |ui| {
        let mut wishes = Wishes::default();
        ui.horizontal(|ui| {
            if ui.button("go to").on_hover_text("G").clicked() {
                go_to_selected(view);
            }
            if view.vehicle().is_some() {
                let mut follows = view.follows;
                if ui.toggle_value(&mut follows, "follow").on_hover_text("F").clicked() {
                    view.follows = follows;
                    if follows {
                        go_to_selected(view);
                    }
                }
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("×").on_hover_text("Esc").clicked() {
                    view.select(None);
                }
            });
        });
        ui.separator();
        let answer = view.snapshot.answer.clone().filter(|a| Some(a.subject()) == view.selected);
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| match answer.as_deref() {
            Some(Answer::Vehicle(facts)) => vehicle(ui, view, facts, &mut wishes),
            Some(Answer::Signal(facts)) => super::signal::draw(ui, view, facts, &mut wishes),
            Some(Answer::Lane(facts)) => lane(ui, view, facts, &mut wishes),
            Some(Answer::Sensor(facts)) => super::sensor::draw(ui, view, facts, &mut wishes),
            None => {
                ui.label(match view.selected {
                    Some(Subject::Vehicle(_)) if view.snapshot.watched == view.selected => {
                        "It is not on the road: it has arrived, or is parked."
                    }
                    _ => "…",
                });
            }
        });
        for command in wishes.commands {
            view.order(Order::Do(command));
        }
        if wishes.chooses {
            view.choosing = Some(Choosing::of_selected(view));
        }
        if let (Some(quantity), Some(answer)) = (wishes.plot, &answer) {
            view.plot(answer, quantity);
        }
        if wishes.group.is_some() {
            view.group = wishes.group;
        }
        if let Some(link) = wishes.trace {
            view.trace(link);
        }
        if let Some(movement) = wishes.movement {
            view.movement = movement;
        }
        if let Some(subject) = wishes.look_at {
            view.select(Some(subject));
        }
    });
}

/// A row of two columns.
pub fn row(ui: &mut egui::Ui, what: &str, value: impl Into<String>) {
    ui.label(RichText::new(what).weak());
    ui.label(value.into());
    ui.end_row();
}

/// A row whose number can be plotted over time.
pub fn plot_row(
    ui: &mut egui::Ui,
    (view, wishes): (&View, &mut Wishes),
    quantity: Quantity,
    what: &str,
    value: impl Into<String>,
) {
    let text = RichText::new(what);
    let plotted = text.clone().color(ui.visuals().hyperlink_color);
    number(ui, (view, wishes), quantity, if view.is_plotted(quantity) { plotted } else { text.weak() });
    ui.label(value.into());
    ui.end_row();
}

/// A text that plots a number when it is clicked.
pub fn number(ui: &mut egui::Ui, (view, wishes): (&View, &mut Wishes), quantity: Quantity, text: RichText) {
    let text = if view.is_plotted(quantity) { text.underline() } else { text };
    let label = egui::Label::new(text).sense(egui::Sense::click()).selectable(false);
    if ui.add(label).on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(PLOT).clicked() {
        wishes.plot = Some(quantity);
    }
}

/// Rows of two columns.
pub fn grid(ui: &mut egui::Ui, name: &str, rows: impl FnOnce(&mut egui::Ui)) {
    egui::Grid::new(name.to_owned()).num_columns(2).spacing([14.0, 4.0]).show(ui, rows);
}

/// A vehicle.
fn vehicle(ui: &mut egui::Ui, view: &View, facts: &VehicleFacts, wishes: &mut Wishes) {
    let units = view.style.units;
    ui.heading(format!("Vehicle {}", facts.name));
    ui.label(RichText::new(format!("{} ({})", facts.kind, facts.class)).weak());
    ui.add_space(6.0);
    if let Some(why) = &facts.why {
        ui.label(RichText::new(format!("Stands for {:.0} s: {why}.", facts.standing)).strong());
        ui.add_space(6.0);
    }
    grid(ui, "vehicle", |ui| {
        let mut plotted = |ui: &mut egui::Ui, quantity, what: &str, value: String| {
            plot_row(ui, (view, wishes), quantity, what, value);
        };
        let speed = format!("{} of {}", units.speed(facts.speed), units.speed(facts.limit));
        plotted(ui, Quantity::Speed, "speed", speed);
        let (unit, factor) = units.acceleration();
        let accel = format!("{:+.1} {unit}", f64::from(facts.accel) * factor);
        plotted(ui, Quantity::Acceleration, "acceleration", accel);
        plotted(ui, Quantity::TimeLost, "time lost so far", format!("{:.0} s", facts.time_loss));
        plotted(ui, Quantity::Waited, "of that, standing", format!("{:.0} s, {} stops", facts.waited, facts.stops));
        plotted(ui, Quantity::Driven, "driven", units.length(f64::from(facts.driven)));
        row(ui, "waited to enter", format!("{:.0} s", facts.depart_delay));
        row(ui, "on lane", view.stage.scene.network.lane(facts.lane).id.clone());
        row(ui, "bound for", facts.destination.clone());
        row(ui, "links ahead", facts.route.len().saturating_sub(1).to_string());
    });
}

/// A lane.
fn lane(ui: &mut egui::Ui, view: &View, facts: &LaneFacts, wishes: &mut Wishes) {
    let units = view.style.units;
    ui.heading(format!("Lane {}", facts.name));
    ui.label(RichText::new(format!("of link {}", facts.link)).weak());
    ui.add_space(6.0);
    grid(ui, "lane", |ui| {
        row(ui, "length", units.length(f64::from(facts.length)));
        row(ui, "speed limit", units.speed(facts.limit));
        let mut plotted = |ui: &mut egui::Ui, quantity, what: &str, value: String| {
            plot_row(ui, (view, wishes), quantity, what, value);
        };
        plotted(ui, Quantity::Vehicles, "vehicles", facts.vehicles.to_string());
        plotted(ui, Quantity::Standing, "standing", facts.standing.to_string());
        plotted(ui, Quantity::Speed, "mean speed", facts.speed.map_or("–".into(), |s| units.speed(s)));
        plotted(ui, Quantity::Queue, "queue", units.length(f64::from(facts.queue)));
        plotted(ui, Quantity::Left, "have left it so far", facts.flow.to_string());
        row(ui, "most seen standing", facts.most_standing.to_string());
    });
    ui.add_space(8.0);
    let left: Vec<f32> = facts.minutes.iter().map(|m| m.left as f32).collect();
    minutes(ui, "left it, vehicles a minute", &left);
    let standing: Vec<f32> = facts.minutes.iter().map(|m| m.standing).collect();
    minutes(ui, "stood on it, mean of a minute", &standing);
    ui.add_space(4.0);
    movements(ui, view, facts, wishes);
    let index = view.stage.scene.network.lane(facts.lane).index;
    let (link, lanes) = (facts.link.clone(), Some(vec![index]));
    if ui.button("time–space diagram").on_hover_text("Of the straight way through it, from now on (D)").clicked() {
        wishes.trace = Some(view.stage.scene.network.lane(facts.lane).link);
    }
    ui.add_space(4.0);
    if facts.closed {
        ui.label(RichText::new("Closed: nobody enters it.").strong());
        if ui.button("open it").clicked() {
            wishes.commands.push(Command::OpenLanes { link, lanes });
        }
    } else if ui.button("close it").on_hover_text("Whoever is on it drives on; nobody enters").clicked() {
        wishes.commands.push(Command::CloseLanes { link, lanes, until: None });
    }
}

/// The last half hour, a bar a minute, the newest on the right.
fn minutes(ui: &mut egui::Ui, what: &str, values: &[f32]) {
    let most = values.iter().copied().fold(0.0, f32::max);
    let text = match values.last() {
        None => format!("{what}: no minute is over yet"),
        Some(last) => format!("{what}: last {last:.1}, most {most:.1}"),
    };
    ui.label(RichText::new(text).small().weak());
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), BARS), egui::Sense::hover());
    ui.painter().rect_filled(rect, 2.0, ui.visuals().faint_bg_color);
    let width = rect.width() / KEPT as f32;
    for (ago, value) in values.iter().rev().enumerate() {
        let right = rect.right() - width * ago as f32;
        let top = rect.bottom() - rect.height() * value / most.max(1.0);
        let bar = egui::Rect::from_min_max(egui::pos2(right - width + 1.0, top), egui::pos2(right, rect.bottom()));
        ui.painter().rect_filled(bar, 0.0, ui.visuals().hyperlink_color);
    }
}

/// Where one can go from a lane, and with whom that is in conflict; the map shows it.
fn movements(ui: &mut egui::Ui, view: &View, facts: &LaneFacts, wishes: &mut Wishes) {
    let network = &view.stage.scene.network;
    let all = foes::from_lane(network, facts.lane);
    if all.is_empty() {
        return;
    }
    ui.label(RichText::new("its movements; click one to see its conflicts alone").small().weak());
    for movement in all {
        let (own, others) = (network.movement(movement), foes::of(network, movement));
        let count = |kind: Foe| others.iter().filter(|(_, foe)| *foe == kind).count();
        let to = &network.link(network.lane(own.to).link).id;
        let text =
            format!("{} to {to}: {} conflicts, gives way to {}", turn(own.direction), others.len(), count(Foe::Goes));
        let chosen = view.movement == Some(movement);
        if ui.selectable_label(chosen, RichText::new(text).small()).clicked() {
            wishes.movement = Some((!chosen).then_some(movement));
        }
    }
    ui.add_space(8.0);
}

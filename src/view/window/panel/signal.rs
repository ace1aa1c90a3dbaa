//! A signal: what it shows and why, its lamps over the last minute and a half, its queues.

use bevy_egui::egui::{self, Color32, RichText};
use intergreen_control::{Command as Order, Lamp, Millis};

use super::super::state::View;
use super::ink;
use super::inspector::{Wishes, number};
use crate::commands::{Command, Outage};
use crate::view::ask::{GroupFacts, SignalFacts, Subject};
use crate::view::paint::Colour;
use crate::view::plots::Quantity;
use crate::view::words::{clock, lamp};

/// Time that the lamps' diagram goes back, s.
const BACK: f64 = 90.0;
/// Height of a row of the diagram.
const ROW: f32 = 13.0;
/// Width of the names of its rows.
const NAME: f32 = 100.0;
/// Letters of a group's name in tables, and in the widest column.
const NAME_LETTERS: usize = 16;
const MOVEMENT_LETTERS: usize = 20;
/// Of the names of a detector's groups.
const GROUPS_LETTERS: usize = 22;
/// What has failed.
pub const ALARM: Colour = Colour::hex(0xe0_5a_4a);

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
    let now = view.snapshot.now;
    ui.heading(format!("Signal {}", facts.name));
    ui.label(RichText::new(format!("{}, {}", facts.strategy, facts.mode)).weak());
    reasons(ui, facts);
    ui.add_space(6.0);
    if !facts.by_phases || facts.rings.is_empty() {
        // It runs by stages or by a program, also where the plan has rings.
        stages(ui, facts, wishes);
        if let Some(timers) = &facts.timers {
            super::rings::draw_stage(ui, now, timers, facts);
        }
    } else {
        super::rings::draw(ui, now, facts);
        if !facts.stages.is_empty() {
            let forced = facts.manual.is_some();
            egui::CollapsingHeader::new("stages").default_open(forced).show(ui, |ui| stages(ui, facts, wishes));
        }
    }
    ui.add_space(6.0);
    diagram(ui, now, facts);
    ui.add_space(6.0);
    let chosen = view.group.or_else(|| busiest(facts));
    movements(ui, view, facts, chosen, wishes);
    ui.add_space(6.0);
    if let Some((group, phase)) = chosen.and_then(|g| Some((facts.groups.get(usize::from(g))?, facts.measures(g)?))) {
        super::purdue::draw(ui, phase, &group.name);
        ui.add_space(6.0);
    }
    detectors(ui, facts, wishes);
    touch(ui, facts, wishes);
    kept(ui, facts);
    egui::CollapsingHeader::new("event log, newest first").default_open(true).show(ui, |ui| {
        for (at, what, why) in &facts.events {
            ui.label(RichText::new(format!("{}  {what} ({why})", clock(*at))).small());
        }
    });
}

/// Who decides if not the strategy, why the lamps changed last, and what the controller waits for.
fn reasons(ui: &mut egui::Ui, facts: &SignalFacts) {
    let stage = facts.manual.and_then(|stage| facts.stages.get(usize::from(stage)));
    let manual = stage.map(|stage| format!("{} is forced by hand", stage.0));
    if let Some(why) = &facts.overruled {
        ui.label(RichText::new(format!("The strategy has no say: {why}")).color(ink(ALARM)).strong());
        if facts.manual.is_some() {
            ui.label(RichText::new("The kernel overrides manual control.").color(ink(ALARM)));
        }
    } else if let Some(manual) = manual {
        ui.label(RichText::new(manual).color(ink(super::rings::CALL)).strong());
    }
    let held = facts.groups.iter().filter(|g| g.commanded[0]).map(|g| short(g, MOVEMENT_LETTERS));
    let held: Vec<String> = held.collect();
    if !held.is_empty() {
        let text = format!("held by command: {}", held.join(", "));
        ui.label(RichText::new(text).color(ink(super::rings::CALL)).strong());
    }
    if let Some((at, what, why)) = &facts.last {
        ui.add_space(4.0);
        ui.label(RichText::new("last change").small().weak());
        ui.label(RichText::new(format!("{} {what}", clock(*at))).strong());
        ui.label(why);
    }
    // A ring says what it waits for below its diagram; what runs by the clock, and what has no say, waits for nothing.
    let timed = facts.rings.iter().any(|r| r.timers.is_some());
    let clocked = facts.timers.as_ref().is_some_and(|t| t.least.is_none() && t.most.is_some());
    let has_say = facts.overruled.is_none() && facts.manual.is_none();
    if !facts.decision.is_empty() && !timed && !clocked && has_say {
        ui.add_space(4.0);
        ui.label(RichText::new("next change: the controller says").small().weak());
        ui.label(&facts.decision);
    }
}

/// What is asked for and the safety kernel does not show yet, and commands that it overrides.
fn kept(ui: &mut egui::Ui, facts: &SignalFacts) {
    for group in facts.groups.iter().filter(|g| g.kept.is_some()) {
        let text = format!("{}: {}", short(group, MOVEMENT_LETTERS), group.kept.as_deref().unwrap_or_default());
        let text = RichText::new(text).small();
        ui.label(if group.overridden { text.color(ink(ALARM)).strong() } else { text })
            .on_hover_text("What is asked for waits: the safety kernel keeps its times and conflicts");
    }
}

/// The stages: which is open, and what it opens; any can be forced.
fn stages(ui: &mut egui::Ui, facts: &SignalFacts, wishes: &mut Wishes) {
    let name = |&g: &u16| facts.groups.get(usize::from(g)).map_or("?", |g| g.name.as_str());
    egui::Grid::new("stages").num_columns(3).spacing([10.0, 2.0]).show(ui, |ui| {
        for (number, (stage, groups, open)) in (0..).zip(&facts.stages) {
            let forced = facts.manual == Some(number);
            let button = ui.small_button(if forced { "release" } else { "force" });
            if button.on_hover_text("Manual control: shown whatever the strategy asks for, and held").clicked() {
                let order = Order::Stage { stage: number, on: !forced };
                wishes.commands.push(Command::Signal { signal: facts.name.clone(), order });
            }
            let lamp = if *open { Lamp::Green } else { Lamp::Off };
            ui.label(RichText::new(format!("■ {stage}")).color(colour(lamp)).strong());
            let all: Vec<&str> = groups.iter().map(name).collect();
            let text = RichText::new(all.join("  ")).small();
            ui.add(egui::Label::new(if *open { text.strong() } else { text.weak() }).wrap());
            ui.end_row();
        }
    });
}

/// The group with the most arrivals.
fn busiest(facts: &SignalFacts) -> Option<u16> {
    let arrivals = |g: u16| facts.measures(g).and_then(|p| p.total.arrivals).map_or(0, |a| a.total);
    let groups = 0..facts.groups.len() as u16;
    // Of equals the first.
    groups.rev().max_by_key(|&g| arrivals(g)).filter(|&g| arrivals(g) > 0)
}

/// Group by group: calls, queue, wait; arrivals on green and their delay by the log of the last half hour.
fn movements(ui: &mut egui::Ui, view: &View, facts: &SignalFacts, chosen: Option<u16>, wishes: &mut Wishes) {
    let small = |text: String| RichText::new(text).small();
    egui::Grid::new("movements").num_columns(6).striped(true).spacing([9.0, 2.0]).show(ui, |ui| {
        let heads = [
            ("group", "Click one: its ways on the map, and its Purdue diagram"),
            ("call", "■ somebody calls it, ▶ a detector extends its green"),
            ("queue", "Standing / all who want to go with it, on the lanes that lead here"),
            ("wait", "How long those who stand have stood, mean, s"),
            ("on green", "Of the phase that the group is logged as: share of arrivals that met green, last half hour"),
            ("delay", "Of that phase: mean delay of all arrivals, by the event log, s"),
        ];
        for (head, hint) in heads {
            ui.label(small(head.into()).weak()).on_hover_text(hint);
        }
        ui.end_row();
        for (i, group) in (0..).zip(&facts.groups) {
            let text = small(format!("■ {}", short(group, MOVEMENT_LETTERS)));
            let text = if chosen == Some(i) { text.strong() } else { text.color(colour(group.lamp)) };
            if ui.selectable_label(chosen == Some(i), text).on_hover_text(about(group)).clicked() {
                wishes.group = Some(i);
            }
            let call = match (group.extended, group.called && !group.lamp.is_green()) {
                (true, _) => "▶",
                (_, true) => "■",
                _ => "",
            };
            ui.label(small(call.into()).color(ink(super::rings::CALL)));
            let (standing, all) = group.queue;
            let wait = if standing > 0 { format!("{:.0}", group.waits) } else { "–".into() };
            let numbers = [(Quantity::GroupQueue(i), format!("{standing} / {all}")), (Quantity::GroupWait(i), wait)];
            for (quantity, text) in numbers {
                number(ui, (view, wishes), quantity, small(text));
            }
            let total = facts.measures(i).map(|p| &p.total);
            let share = total.and_then(|t| t.arrivals_on_green).map(|share| format!("{:.0} %", 100.0 * share));
            let delay = total.and_then(|t| t.approach_delay_s).map(|s| format!("{s:.0}"));
            for (quantity, text) in [(Quantity::OnGreen(i), share), (Quantity::Delay(i), delay)] {
                match text {
                    Some(text) => number(ui, (view, wishes), quantity, small(text)),
                    None => _ = ui.label(small("–".into())),
                }
            }
            ui.end_row();
        }
        let [standing, all] = [|g: &GroupFacts| g.queue.0, |g: &GroupFacts| g.queue.1]
            .map(|count| facts.groups.iter().map(count).sum::<usize>());
        ui.label(small("all".into()).weak());
        ui.label("");
        number(ui, (view, wishes), Quantity::Queues, small(format!("{standing} / {all}")));
        ui.end_row();
    });
}

/// What a group is called in little room: its name, or where it goes if the name is a number.
pub fn short(group: &GroupFacts, letters: usize) -> String {
    let numbered = group.name.chars().all(|c| c.is_ascii_digit()) && !group.ways.is_empty();
    let name = if numbered { format!("{} {}", group.name, group.ways) } else { group.name.clone() };
    name.chars().take(letters).collect()
}

/// What there is to say of a group.
fn about(group: &GroupFacts) -> String {
    let (least, most) = group.green;
    let most = if most < Millis::NEVER { format!(", max green {:.0} s", most.seconds()) } else { String::new() };
    format!("{}\n{}\nmin green {:.0} s{most}", group.name, group.ways, least.seconds())
}

/// Channel by channel: what is in the road, what the controller is told, whether it believes it.
fn detectors(ui: &mut egui::Ui, facts: &SignalFacts, wishes: &mut Wishes) {
    let failed = facts.detectors.iter().filter(|d| !d.health.is_good()).count();
    let title = match failed {
        0 => RichText::new(format!("detectors: {}", facts.detectors.len())),
        n => RichText::new(format!("detectors: {} of {} failed", n, facts.detectors.len())).color(ink(ALARM)).strong(),
    };
    egui::CollapsingHeader::new(title).id_salt("detectors").default_open(failed > 0).show(ui, |ui| {
        let small = |text: String| RichText::new(text).small();
        egui::Grid::new("detectors").num_columns(5).striped(true).spacing([9.0, 1.0]).show(ui, |ui| {
            for head in ["no.", "road, told", "for", "veh/min, occ.", "health"] {
                ui.label(small(head.into()).weak());
            }
            ui.end_row();
            for d in &facts.detectors {
                if ui.link(small(d.channel.to_string())).on_hover_text("Look at it").clicked() {
                    wishes.look_at = d.sensor.map(Subject::Sensor);
                }
                let hint = match (d.occupied, d.reported) {
                    (true, true) => "occupied",
                    (false, false) => "free",
                    (true, false) => "occupied, but the controller is told that nobody is there",
                    (false, true) => "free, but the controller is told that somebody is there",
                };
                // Two lamps: what is in the road, and what the controller is told.
                let lamp = |on: bool| if on { ui.visuals().hyperlink_color } else { ui.visuals().weak_text_color() };
                let (road, told) = (lamp(d.occupied), lamp(d.reported));
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    [road, told].into_iter().for_each(|colour| _ = ui.label(small("■".into()).color(colour)));
                })
                .response
                .on_hover_text(hint);
                let groups: String = d.groups.chars().take(GROUPS_LETTERS).collect();
                ui.label(small(format!("{} {groups}", d.what)));
                ui.label(small(format!("{}, {:.0} %", d.volume, 100.0 * d.occupancy)))
                    .on_hover_text("Actuations and occupancy in the controller's last whole minute");
                let fault = d.fault.as_ref().map(|f| format!(" (is {f})")).unwrap_or_default();
                let text = small(format!("{}{fault}", d.opinion));
                ui.label(match (d.health.is_good(), d.fault.is_some()) {
                    (false, _) => text.color(ink(ALARM)).strong(),
                    (true, true) => text.color(ink(super::rings::CALL)),
                    (true, false) => text,
                });
                ui.end_row();
            }
        });
    });
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
        let name = short(group, NAME_LETTERS);
        painter.text(egui::pos2(rect.left(), middle), egui::Align2::LEFT_CENTER, name, font.clone(), text);
        let ends = group.past.iter().skip(1).map(|c| c.0).chain([now]);
        for ((from, shown), to) in group.past.iter().zip(ends) {
            let (a, b) = (x(*from), x(to));
            if b <= a {
                continue;
            }
            let thick = if shown.is_red() { 3.0 } else { ROW - 4.0 };
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
                ui.label(RichText::new(short(facts, NAME_LETTERS)).color(colour(facts.lamp)).strong())
                    .on_hover_text(&facts.ways);
                let held = facts.commanded[0];
                let hold = if held { "release" } else { "hold" };
                let orders = [
                    (hold, Order::Hold { group, on: !held }),
                    ("end", Order::ForceOff { group }),
                    ("call", Order::Call { group }),
                ];
                for (name, order) in orders {
                    if ui.small_button(name).clicked() {
                        wishes.commands.push(Command::Signal { signal: signal(), order });
                    }
                }
                ui.label(RichText::new(effect(facts)).small());
                ui.end_row();
            }
        });
    });
}

/// What has become of a hold.
fn effect(facts: &GroupFacts) -> &'static str {
    match (facts.commanded[0], facts.overridden, facts.lamp.is_green()) {
        (false, ..) => "",
        (true, true, _) => "overridden",
        (true, false, true) => "held",
        (true, false, false) => "will be held once green",
    }
}

//! The ring-barrier diagram of a signal: rings as rows, phases in their order, barriers across, timers of what is green.

use bevy_egui::egui::{self, Align2, Color32, FontId, Rect, RichText, Stroke, pos2, vec2};
use intergreen_control::{Lamp, Millis, On, Timers};

use super::signal::colour;
use crate::network::Direction;
use crate::view::ask::{PhaseFacts, SignalFacts};
use crate::view::paint::Colour;
use crate::view::words::turn;

/// Height of a ring's row.
const ROW: f32 = 46.0;
/// Width of a barrier.
const BARRIER: f32 = 9.0;
/// Gap between boxes.
const GAP: f32 = 3.0;
/// Mark of a call.
pub const CALL: Colour = Colour::hex(0xe8_a8_38);

/// Draws it, and a line for each ring about what it does next.
pub fn draw(ui: &mut egui::Ui, now: Millis, facts: &SignalFacts) {
    let sections = facts.rings.iter().map(|r| r.sections.len()).max().unwrap_or(0);
    if sections == 0 {
        return;
    }
    let size = vec2(ui.available_width(), ROW * facts.rings.len() as f32);
    let (whole, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let wide = (whole.width() - BARRIER * (sections - 1) as f32) / sections as f32;
    let left = |s: usize| whole.left() + (wide + BARRIER) * s as f32;
    let ink = ui.visuals().text_color();
    for s in 1..sections {
        // Barriers are double lines, as on paper.
        for x in [left(s) - BARRIER * 0.35, left(s) - BARRIER * 0.65] {
            let line = [pos2(x, whole.top()), pos2(x, whole.bottom() - GAP)];
            ui.painter().line_segment(line, Stroke::new(1.5, ink.gamma_multiply(0.7)));
        }
    }
    let mut hovered = None;
    for (r, ring) in facts.rings.iter().enumerate() {
        let top = whole.top() + ROW * r as f32;
        for (s, phases) in ring.sections.iter().enumerate() {
            let each = wide / phases.len().max(1) as f32;
            for (i, phase) in phases.iter().enumerate() {
                let corner = pos2(left(s) + each * i as f32, top);
                let place = Rect::from_min_size(corner, vec2(each - GAP, ROW - GAP));
                let on = ring.timers.as_ref().filter(|t| t.on == On::Phase(phase.number));
                draw_phase(ui, place, now, (phase, on), facts);
                if response.hover_pos().is_some_and(|at| place.contains(at)) {
                    hovered = Some(phase);
                }
            }
        }
    }
    if let Some(phase) = hovered {
        response.on_hover_text(about(phase, facts));
    }
    for (number, ring) in (1..).zip(&facts.rings) {
        if let Some(timers) = &ring.timers {
            ui.label(RichText::new(format!("ring {number}: {}", next(timers, now, facts))).small());
        }
    }
}

/// A phase: what it shows, since when, whether somebody calls; of one that is green how far its timers are.
fn draw_phase(
    ui: &egui::Ui,
    place: Rect,
    now: Millis,
    (phase, on): (&PhaseFacts, Option<&Timers>),
    facts: &SignalFacts,
) {
    let painter = ui.painter().with_clip_rect(place.expand(1.0));
    let (ink, shown) = (ui.visuals().text_color(), colour(phase.lamp));
    let lit = !phase.lamp.is_red();
    let fill = if lit { shown.gamma_multiply(0.28) } else { ui.visuals().faint_bg_color };
    let edge = if on.is_some() { Stroke::new(1.5, ink) } else { Stroke::new(1.0, ink.gamma_multiply(0.25)) };
    painter.rect(place, 3.0, fill, edge, egui::StrokeKind::Inside);
    let stripe = Rect::from_min_max(place.min, pos2(place.left() + 5.0, place.bottom()));
    painter.rect_filled(stripe, 2.0, shown);
    let at = place.left_top() + vec2(10.0, 3.0);
    painter.text(at, Align2::LEFT_TOP, phase.number, FontId::proportional(16.0), ink);
    let since = on.and_then(|t| t.green).unwrap_or(phase.since);
    if lit {
        let seconds = format!("{:.0} s", (now - since).seconds().max(0.0));
        painter.text(place.right_top() + vec2(-5.0, 5.0), Align2::RIGHT_TOP, seconds, FontId::proportional(12.0), ink);
    } else if phase.called {
        painter.circle_filled(place.right_top() + vec2(-9.0, 11.0), 4.0, super::ink(CALL));
    }
    // A phase is known by its through traffic.
    let groups = || phase.groups.iter().filter_map(|&g| facts.groups.get(usize::from(g)));
    let group = groups().find(|g| g.ways.starts_with(turn(Direction::Straight))).or_else(|| groups().next());
    let name = group.map(|g| super::signal::short(g, 16)).unwrap_or_default();
    let walk = if phase.walk.is_some_and(|w| !w.is_red()) { "  walk" } else { "" };
    let small = FontId::proportional(10.0);
    let at = place.left_bottom() + vec2(10.0, -9.0);
    painter.text(at, Align2::LEFT_BOTTOM, format!("{name}{walk}"), small, ink.gamma_multiply(0.75));
    if let (Some(timers), true) = (on, lit) {
        bar(&painter, place, now, (timers, since, phase.green), shown, ink);
    }
}

/// What a strategy without rings is on: a line about what it does next, and how far it is.
pub fn draw_stage(ui: &mut egui::Ui, now: Millis, timers: &Timers, facts: &SignalFacts) {
    ui.label(RichText::new(next(timers, now, facts)).small());
    let Some(green) = timers.green else { return };
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), 13.0), egui::Sense::hover());
    let shown = if matches!(timers.on, On::Step(_)) { Lamp::Off } else { Lamp::Green };
    let limits = (Millis(0), Millis::NEVER);
    bar(ui.painter(), place, now, (timers, green, limits), colour(shown), ui.visuals().text_color());
}

/// How far a green is: a bar from its begin to its greatest length, with marks for its least and for the gap.
fn bar(
    painter: &egui::Painter,
    place: Rect,
    now: Millis,
    (timers, since, green): (&Timers, Millis, (Millis, Millis)),
    fill: Color32,
    ink: Color32,
) {
    let greatest = if green.1 < Millis::NEVER { green.1 } else { green.0 + Millis(30_000) };
    let end = timers.most.unwrap_or(since + greatest).max(now).max(since + Millis(1000));
    let track = Rect::from_min_max(pos2(place.left() + 9.0, place.bottom() - 7.0), place.max - vec2(4.0, 3.0));
    let x = |at: Millis| {
        let share = (at - since).seconds() / (end - since).seconds();
        track.left() + track.width() * share.clamp(0.0, 1.0) as f32
    };
    painter.rect_filled(track, 1.0, ink.gamma_multiply(0.15));
    painter.rect_filled(Rect::from_min_max(track.min, pos2(x(now), track.bottom())), 1.0, fill);
    let mark = |at: Millis, colour: Color32| {
        painter.vline(x(at), track.y_range().expand(2.0), Stroke::new(1.5, colour));
    };
    if let Some(least) = timers.least {
        mark(least, ink);
    }
    if let Some(gap) = timers.gap.filter(|&gap| gap < end) {
        mark(gap, super::ink(CALL));
    }
}

/// What a phase is, in words.
fn about(phase: &PhaseFacts, facts: &SignalFacts) -> String {
    let groups = phase.groups.iter().filter_map(|&g| facts.groups.get(usize::from(g)));
    let ways: Vec<&str> = groups.map(|g| g.ways.as_str()).filter(|ways| !ways.is_empty()).collect();
    let (least, most) = phase.green;
    let most = if most < Millis::NEVER { format!("{:.0} s", most.seconds()) } else { "no limit".into() };
    let called = if phase.called { ", called" } else { "" };
    format!("phase {}{called}\n{}\nmin green {:.0} s, max green {most}", phase.number, ways.join(", "), least.seconds())
}

/// What ends a green, and when.
fn next(timers: &Timers, now: Millis, facts: &SignalFacts) -> String {
    let on = match timers.on {
        On::Nothing => return "idle".into(),
        On::Phase(phase) => format!("phase {phase}"),
        On::Stage(stage) => facts.stages.get(stage as usize).map_or("?", |s| s.0.as_str()).to_owned(),
        On::Step(step) => format!("step {step} of the program"),
    };
    let away = |at: Millis| format!("{:.1} s", (at - now).seconds().max(0.0));
    if let (None, Some(end)) = (timers.least, timers.most) {
        // By the clock.
        return format!("{on}, {} more", away(end));
    }
    let Some(green) = timers.green else { return format!("{on} waits for its green") };
    let mut parts = vec![format!("{on} green for {:.0} s", (now - green).seconds())];
    parts.extend(timers.least.filter(|&at| at > now).map(|at| format!("min green {} more", away(at))));
    parts.extend(match timers.gap {
        None => timers.rests.then(|| "rests: nobody in conflict is called".into()),
        Some(Millis::NEVER) => Some("extended".into()),
        Some(gap) if gap > now => Some(format!("gap-out in {} if nobody comes", away(gap))),
        Some(_) => Some("has gapped out".into()),
    });
    let what = if timers.forced { "force-off" } else { "max-out" };
    parts.extend(timers.most.map(|at| format!("{what} in {}", away(at))));
    parts.join(", ")
}

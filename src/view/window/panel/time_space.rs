//! The time-space diagram of the corridor through a clicked link: every vehicle's way, and the lamps that it met.

use bevy_egui::egui::{self, Align2, RichText, Stroke};
use egui_plot::{Line, LineStyle, Plot, PlotPoint, PlotPoints, Text};
use intergreen_control::{Lamp, Millis};

use super::super::state::View;
use super::charts::{hours, number, number_grid, time_grid};
use super::ink;
use super::signal::colour;
use crate::view::time_space::SPAN_S;
use crate::view::words::clock;

/// The least time that it shows, s.
const LEAST_S: f64 = 60.0;

/// Draws it into what is left of a panel.
pub fn draw(ui: &mut egui::Ui, view: &View) {
    let (diagram, units) = (&view.time_space, view.style.units);
    let corridor = &diagram.corridor;
    let (Some(&first), Some(&last)) = (corridor.links.first(), corridor.links.last()) else {
        ui.label("Click a lane and press D: the diagram is of the straight way through it, from then on.");
        return;
    };
    let network = &view.stage.scene.network;
    let (unit, metre) = units.short_length();
    let now = view.snapshot.now.seconds();
    let since = diagram.since().unwrap_or(now);
    let title = format!(
        "straight way from {} to {}, {}: {} signals; upwards the way, {unit}, to the right the clock; noted from {} on",
        network.link(first).id,
        network.link(last).id,
        units.length(f64::from(corridor.length)),
        corridor.stops.len(),
        clock(Millis::from_seconds(since)),
    );
    ui.label(RichText::new(title).small());
    // What was before nobody has noted.
    let from = (now - SPAN_S).max(since.min(now - LEAST_S));
    let driven = ink(view.style.theme.scheme().accent).gamma_multiply(0.75);
    let text = ui.visuals().text_color();
    let plot = Plot::new("time-space")
        .height(ui.available_height() - 4.0)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(false)
        .show_background(false)
        .include_x(from)
        .include_x(now)
        .include_y(0.0)
        .include_y(f64::from(corridor.length))
        .set_margin_fraction(egui::vec2(0.0, 0.04))
        .y_axis_min_width(40.0)
        .y_grid_spacer(egui_plot::uniform_grid_spacer(number_grid))
        .y_axis_formatter(move |mark, _| number(mark.value * metre))
        .x_grid_spacer(egui_plot::uniform_grid_spacer(time_grid))
        .x_axis_formatter(|mark, _| hours(mark.value));
    plot.show(ui, |plot| {
        for path in &diagram.paths {
            let start = path.partition_point(|p| p[0] < from);
            let points: Vec<[f64; 2]> = path[start..].to_vec();
            if points.len() > 1 {
                plot.line(Line::new("", PlotPoints::from(points)).color(driven).width(1.0).allow_hover(false));
            }
        }
        for (stop, lamps) in corridor.stops.iter().zip(&diagram.lamps) {
            let at = f64::from(stop.at);
            let ends = lamps.iter().skip(1).map(|l| l.0).chain([now]);
            for (&(begin, lamp), end) in lamps.iter().zip(ends) {
                let points = vec![[begin.max(from), at], [end.max(from), at]];
                let width = if lamp == Lamp::Red { 2.5 } else { 4.5 };
                let line = Line::new("", PlotPoints::from(points)).allow_hover(false);
                plot.line(line.stroke(Stroke::new(width, colour(lamp))).style(LineStyle::Solid));
            }
            let label =
                Text::new("", PlotPoint::new(from + 0.004 * (now - from), at), RichText::new(&stop.name).size(11.0));
            plot.text(label.color(text).anchor(Align2::LEFT_BOTTOM));
        }
    });
}

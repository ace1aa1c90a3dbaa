//! Charts of the whole network over time.

use bevy_egui::egui;
use egui_plot::{Line, Plot, PlotPoints};

use super::super::state::{Tab, View};
use super::ink;
use crate::view::paint::Colour;
use crate::view::plots::Measure;
use crate::view::snapshot::Row;

/// Throughput is counted over this time, s.
const WINDOW: f64 = 300.0;
/// Least width of a chart of numbers, pixels: more of them are scrolled.
const LEAST_WIDTH: f32 = 260.0;
/// Points of a line; more would not be seen.
const POINTS: usize = 600;

/// Draws the charts below the map.
pub fn draw(root: &mut egui::Ui, view: &mut View) {
    let fill = root.visuals().panel_fill;
    let frame = egui::Frame::NONE.fill(fill).inner_margin(egui::Margin::symmetric(10, 6));
    let height = if view.tab == Tab::Corridor { 300.0 } else { 205.0 };
    egui::Panel::bottom("charts").frame(frame).exact_size(height).show(root, |ui| {
        ui.horizontal(|ui| {
            ui.selectable_value(&mut view.tab, Tab::Network, "network");
            ui.selectable_value(&mut view.tab, Tab::Corridor, "time–space diagram");
            ui.selectable_value(&mut view.tab, Tab::Plots, "numbers");
        });
        match view.tab {
            Tab::Corridor => return super::time_space::draw(ui, view),
            Tab::Plots => return plots(ui, view),
            Tab::Network => {}
        }
        let rows = &view.rows;
        let units = view.style.units;
        let blue = Colour::hex(0x4f_a3_e3);
        let red = Colour::hex(0xe0_5a_4a);
        let amber = Colour::hex(0xe8_a8_38);
        let green = Colour::hex(0x3f_b9_6b);
        let width = (ui.available_width() - 40.0) / 5.0;
        ui.horizontal_top(|ui| {
            let count = |f: fn(&Row) -> u32| series(rows, move |r| f64::from(f(r)));
            chart(
                ui,
                width,
                "vehicles",
                vec![
                    ("driving", blue, count(|r| r.running)),
                    ("standing", red, count(|r| r.standing)),
                    ("waiting to enter", amber, count(|r| r.waiting)),
                ],
            );
            chart(ui, width, "throughput, arrivals/h", vec![("arrivals", green, throughput(rows))]);
            let lost = series(rows, |r| f64::from(r.lost));
            chart(ui, width, "delay so far, s a vehicle", vec![("time lost", red, lost)]);
            let co2 = series(rows, |r| f64::from(r.co2) * 3.6);
            chart(ui, width, "CO₂, kg/h", vec![("CO₂", amber, co2)]);
            let speed = series(rows, move |r| units.speed_number(f64::from(r.speed)));
            chart(ui, width, &format!("mean speed, {}", units.speed_unit()), vec![("speed", blue, speed)]);
        });
    });
}

/// A series of every row, or of every so-manieth.
fn series(rows: &[Row], value: impl Fn(&Row) -> f64) -> Vec<[f64; 2]> {
    let every = rows.len().div_ceil(POINTS).max(1);
    rows.iter().step_by(every).map(|row| [row.time, value(row)]).collect()
}

/// Vehicles that arrived over the last minutes, per hour.
pub fn throughput(rows: &[Row]) -> Vec<[f64; 2]> {
    let every = rows.len().div_ceil(POINTS).max(1);
    let mut first = 0;
    let mut points = Vec::new();
    for (i, row) in rows.iter().enumerate().skip(1) {
        while rows[first].time < row.time - WINDOW {
            first += 1;
        }
        let (span, came) = (row.time - rows[first].time, row.arrived.saturating_sub(rows[first].arrived));
        if span > 0.0 && i % every == 0 {
            points.push([row.time, f64::from(came) * 3600.0 / span]);
        }
    }
    points
}

/// A chart with some lines.
fn chart(ui: &mut egui::Ui, width: f32, title: &str, lines: Vec<(&str, Colour, Vec<[f64; 2]>)>) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            if lines.len() == 1 {
                ui.label(egui::RichText::new(title).small());
            } else {
                for (name, colour, _) in &lines {
                    ui.label(egui::RichText::new(format!("■ {name}")).small().color(ink(*colour)));
                }
            }
        });
        lines_over_time(ui, title, width, lines);
    });
}

/// Lines over the scenario's clock.
fn lines_over_time(ui: &mut egui::Ui, id: &str, width: f32, lines: Vec<(&str, Colour, Vec<[f64; 2]>)>) {
    let time = |mark: egui_plot::GridMark, _: &std::ops::RangeInclusive<f64>| hours(mark.value);
    let plot = Plot::new(id)
        .height(142.0)
        .width(width)
        .include_y(0.0)
        .include_y(1.0)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(false)
        .show_background(false)
        .y_axis_min_width(34.0)
        .y_grid_spacer(egui_plot::uniform_grid_spacer(number_grid))
        .y_axis_formatter(|mark, _| number(mark.value))
        .x_grid_spacer(egui_plot::uniform_grid_spacer(time_grid))
        .x_axis_formatter(time);
    plot.show(ui, |plot| {
        for (name, colour, points) in lines {
            plot.line(Line::new(name, PlotPoints::from(points)).color(ink(colour)).width(1.8));
        }
    });
}

/// The numbers that somebody has clicked, those of a unit together; a click on a name ends its plot.
fn plots(ui: &mut egui::Ui, view: &mut View) {
    if view.plots.is_empty() {
        let text = "Select a vehicle, lane, signal or detector, and click a number or its name: it is plotted here.";
        ui.label(egui::RichText::new(text).weak());
        return;
    }
    let measures: Vec<Measure> =
        Measure::ALL.into_iter().filter(|m| view.plots.iter().any(|p| p.quantity.measure() == *m)).collect();
    let width = (ui.available_width() - 8.0 * measures.len() as f32) / measures.len() as f32;
    let (width, mut ended) = (width.max(LEAST_WIDTH), None);
    let side_by_side = egui::ScrollArea::horizontal();
    side_by_side.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            for measure in measures {
                let (unit, factor) = measure.unit(view.style.units);
                let own = || (0..).zip(&view.plots).filter(|(_, p)| p.quantity.measure() == measure);
                ui.vertical(|ui| {
                    ui.set_width(width);
                    egui::ScrollArea::horizontal().id_salt(unit).show(ui, |ui| {
                        ui.horizontal(|ui| {
                            ui.label(egui::RichText::new(unit).small().weak());
                            for (place, plot) in own() {
                                let text = egui::RichText::new(format!("■ {} ×", plot.name)).small();
                                let name = text.color(ink(line(plot.colour)));
                                if ui.link(name).on_hover_text("End this plot").clicked() {
                                    ended = Some(place);
                                }
                            }
                        });
                    });
                    let lines = own().flat_map(|(_, plot)| {
                        let colour = line(plot.colour);
                        plot.lines(POINTS, factor).into_iter().map(move |points| (plot.name.as_str(), colour, points))
                    });
                    lines_over_time(ui, unit, width, lines.collect());
                });
            }
        })
    });
    if let Some(place) = ended {
        view.forget_plot(place);
    }
}

/// The colour of a line by its number.
fn line(number: usize) -> Colour {
    const COLOURS: [u32; 6] = [0x4f_a3_e3, 0xe8_a8_38, 0x3f_b9_6b, 0xe0_5a_4a, 0xb0_7a_d9, 0x6f_c7_c7];
    Colour::hex(COLOURS[number % COLOURS.len()])
}

/// Marks of an axis of numbers, round, with room for a line of text between them.
pub fn number_grid(input: egui_plot::GridInput) -> [f64; 3] {
    // A base step is eight pixels.
    let step = round_number(input.base_step_size * 3.5);
    [step * 10.0, step * 10.0, step]
}

/// The least of 1, 2 and 5 times a power of ten that is not below a number.
fn round_number(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(least.max(1e-6)).floor());
    [1.0, 2.0, 5.0].map(|digit| digit * power).into_iter().find(|step| *step >= least).unwrap_or(10.0 * power)
}

/// A number beside an axis.
pub fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 10_000.0 => format!("{:.0}k", value / 1000.0),
        v if v >= 10.0 || v.fract() < 1e-9 => format!("{value:.0}"),
        _ => format!("{value:.1}"),
    }
}

/// Marks of an axis of time, with room for h:mm between them.
pub fn time_grid(input: egui_plot::GridInput) -> [f64; 3] {
    let step = round_step(input.base_step_size * 9.0);
    [step * 10.0, step * 10.0, step]
}

/// Time between marks, s: whole minutes, not less than some time.
fn round_step(least: f64) -> f64 {
    let steps = [60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0];
    steps.into_iter().find(|step| *step >= least).unwrap_or(28_800.0)
}

/// Seconds as h:mm.
pub fn hours(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as i64;
    format!("{}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60))
}

//! The Purdue coordination diagram of a phase, as it grows: the clock to the right, time since the begin of red upwards.

use bevy_egui::egui::{self, RichText};
use egui_plot::{Line, Plot, PlotPoints, Points};
use intergreen_control::{Lamp, Millis};

use super::charts::{hours, number, number_grid, time_grid};
use super::ink;
use super::signal::colour;
use crate::performance::{Cycle, Phase};
use crate::view::paint::Colour;

/// Cycles longer than this are cut off at the top, s: a phase that rests in green would press all others flat.
const TALLEST: f64 = 240.0;
/// Its height.
const HEIGHT: f32 = 170.0;

/// Draws it, with what it comes to.
pub fn draw(ui: &mut egui::Ui, phase: &Phase, name: &str) {
    let mut words = vec![format!("Purdue diagram, phase {} ({name})", phase.phase)];
    if let Some(arrivals) = phase.total.arrivals {
        let share = arrivals.share_on_green().map(|share| format!("{:.0} % of ", 100.0 * share)).unwrap_or_default();
        words.push(format!("{share}{} arrivals on green", arrivals.total));
    }
    words.extend(phase.total.platoon_ratio.map(|ratio| format!("platoon ratio {ratio:.2}")));
    ui.label(RichText::new(words.join(", ")).small().weak());
    let diagram = &phase.diagram;
    if diagram.cycles.is_empty() {
        ui.label(RichText::new("grows with the first begin of red").small());
        return;
    }
    let lengths = diagram.cycles.iter().filter_map(|c| Some((c.end? - c.red).seconds()));
    let top = lengths.chain(diagram.arrivals.iter().map(|a| a.1.seconds())).fold(10.0, f64::max).min(TALLEST);
    let line = |value: &dyn Fn(&Cycle) -> Option<Millis>| -> Vec<[f64; 2]> {
        let step = |c: &Cycle| {
            let (height, end) = ((value(c)? - c.red).seconds().min(top), c.end.unwrap_or(c.red));
            Some([[c.red.seconds(), height], [end.seconds(), height]])
        };
        diagram.cycles.iter().filter_map(step).flatten().collect()
    };
    let lines = [
        ("begin of green", colour(Lamp::Green), line(&|c| c.green)),
        ("begin of yellow", colour(Lamp::Yellow), line(&|c| c.yellow)),
        ("begin of red", colour(Lamp::Red), line(&|c| c.end)),
    ];
    let dots: Vec<[f64; 2]> = diagram.arrivals.iter().map(|a| [a.0.seconds(), a.1.seconds().min(top)]).collect();
    let dot = if ui.visuals().dark_mode { Colour::hex(0xd6_dd_e4) } else { Colour::hex(0x20_26_2d) };
    let plot = Plot::new("purdue")
        .height(HEIGHT)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(false)
        .show_background(false)
        .include_y(0.0)
        .include_y(top)
        .y_axis_min_width(26.0)
        .y_grid_spacer(egui_plot::uniform_grid_spacer(number_grid))
        .y_axis_formatter(|mark, _| number(mark.value))
        .x_grid_spacer(egui_plot::uniform_grid_spacer(time_grid))
        .x_axis_formatter(|mark, _| hours(mark.value));
    plot.show(ui, |plot| {
        for (name, colour, points) in lines {
            plot.line(Line::new(name, PlotPoints::from(points)).color(colour).width(1.6));
        }
        plot.points(Points::new("arrivals", PlotPoints::from(dots)).color(ink(dot)).radius(1.6));
    });
    ui.horizontal(|ui| {
        let names = [("green", Lamp::Green), ("yellow", Lamp::Yellow), ("red", Lamp::Red)];
        for (name, lamp) in names {
            ui.label(RichText::new(format!("■ {name}")).small().color(colour(lamp)));
        }
        ui.label(RichText::new("dots: arrivals; upwards s since red began").small());
    });
}

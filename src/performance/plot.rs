//! The Purdue coordination diagram as SVG: the clock to the right, time since the begin of red upwards; lines where
//! green and yellow begin and where the cycle ends, a dot for every arrival.

use std::fmt::Write;

use intergreen_control::Millis;
use quick_xml::escape::escape;

use super::diagram::{Cycle, Diagram};

/// Width of the picture, pixels.
const WIDTH: f64 = 1200.0;
/// Its height.
const HEIGHT: f64 = 420.0;
/// Room for the axes and the title.
const MARGIN: f64 = 50.0;
/// Cycles longer than this are cut off at the top, s: a phase that rests in green would press all others flat.
const TALLEST: f64 = 300.0;
/// Most lines across, for either axis.
const MOST_TICKS: f64 = 10.0;
/// Distances between lines across, s.
const TICKS: &[i64] = &[1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/// Where things are in the picture.
struct Frame {
    from: Millis,
    to: Millis,
    /// s since the begin of red at its upper edge.
    top: f64,
}

impl Frame {
    fn x(&self, at: Millis) -> f64 {
        let whole = (self.to - self.from).seconds().max(1.0);
        MARGIN + (at - self.from).seconds() / whole * (WIDTH - 2.0 * MARGIN)
    }

    fn y(&self, seconds: f64) -> f64 {
        HEIGHT - MARGIN - seconds.clamp(0.0, self.top) / self.top * (HEIGHT - 2.0 * MARGIN)
    }
}

/// Draws a diagram; `label` words a moment for the axis.
pub fn svg(diagram: &Diagram, title: &str, label: &dyn Fn(Millis) -> String) -> String {
    let frame = frame(diagram);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    // Writing to a String cannot fail.
    let _ = writeln!(text, "<text x=\"{MARGIN}\" y=\"24\" font-size=\"15\">{}</text>", escaped(title));
    axes(&mut text, &frame, label);
    let green = |c: &Cycle| c.green.map(|at| at - c.red);
    let yellow = |c: &Cycle| c.yellow.map(|at| at - c.red);
    let end = |c: &Cycle| c.end.map(|at| at - c.red);
    line(&mut text, &frame, diagram, "#2a9d3f", "begin of green", &green);
    line(&mut text, &frame, diagram, "#d9a400", "begin of yellow", &yellow);
    line(&mut text, &frame, diagram, "#c62828", "begin of red", &end);
    text.push_str("<g fill=\"#223\" fill-opacity=\"0.75\">\n");
    for &(at, since) in &diagram.arrivals {
        let _ = writeln!(text, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"1.6\"/>", frame.x(at), frame.y(since.seconds()));
    }
    text.push_str("</g>\n</svg>\n");
    text
}

/// What the picture has to hold.
fn frame(diagram: &Diagram) -> Frame {
    let starts = diagram.cycles.first().map(|c| c.red).into_iter().chain(diagram.arrivals.first().map(|a| a.0));
    let ends = diagram.cycles.last().map(|c| c.end.unwrap_or(c.red)).into_iter();
    let (from, to) = (starts.min(), ends.chain(diagram.arrivals.last().map(|a| a.0)).max());
    let lengths = diagram.cycles.iter().filter_map(|c| Some((c.end? - c.red).seconds()));
    let top = lengths.chain(diagram.arrivals.iter().map(|a| a.1.seconds())).fold(10.0, f64::max).min(TALLEST);
    Frame { from: from.unwrap_or_default(), to: to.unwrap_or_default(), top }
}

/// A distance between lines across so that there are not too many.
fn tick(whole: f64) -> i64 {
    TICKS.iter().copied().find(|&t| whole / t as f64 <= MOST_TICKS).unwrap_or((whole / MOST_TICKS) as i64 + 1)
}

fn axes(text: &mut String, frame: &Frame, label: &dyn Fn(Millis) -> String) {
    let (left, right, bottom) = (MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN);
    text.push_str("<g stroke=\"#ddd\" fill=\"#444\" stroke-width=\"1\">\n");
    let step = tick(frame.top);
    for seconds in (0..).map(|i| i * step).take_while(|&s| s as f64 <= frame.top) {
        let y = frame.y(seconds as f64);
        let _ = writeln!(text, "<path d=\"M{left} {y:.1}H{right}\"/>");
        let x = left - 8.0;
        let _ =
            writeln!(text, "<text x=\"{x}\" y=\"{:.1}\" text-anchor=\"end\" stroke=\"none\">{seconds}</text>", y + 4.0);
    }
    let step = tick((frame.to - frame.from).seconds()) * 1000;
    let first = frame.from.0.div_euclid(step) * step + if frame.from.0.rem_euclid(step) > 0 { step } else { 0 };
    for at in (0..).map(|i| Millis(first + i * step)).take_while(|&at| at <= frame.to) {
        let x = frame.x(at);
        let _ = writeln!(text, "<path d=\"M{x:.1} {MARGIN}V{bottom}\"/>");
        let (y, label) = (bottom + 18.0, escaped(&label(at)));
        let _ = writeln!(text, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\" stroke=\"none\">{label}</text>");
    }
    let y = MARGIN - 8.0;
    let _ = writeln!(text, "<text x=\"{left}\" y=\"{y}\" stroke=\"none\">s since the begin of red</text>\n</g>");
}

/// A stepped line through all cycles that have a value.
fn line(
    text: &mut String,
    frame: &Frame,
    diagram: &Diagram,
    colour: &str,
    name: &str,
    value: &dyn Fn(&Cycle) -> Option<Millis>,
) {
    let _ = write!(text, "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" d=\"");
    for cycle in &diagram.cycles {
        if let Some(value) = value(cycle) {
            let (from, to) = (frame.x(cycle.red), frame.x(cycle.end.unwrap_or(cycle.red)));
            let _ = write!(text, "M{from:.1} {:.1}H{to:.1}", frame.y(value.seconds()));
        }
    }
    let _ = writeln!(text, "\"><title>{name}</title></path>");
}

/// Text with the characters replaced that mean something in XML or must not stand in it.
fn escaped(text: &str) -> String {
    escape(text.replace(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'), "\u{fffd}")).into_owned()
}

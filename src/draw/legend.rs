//! What stands around the map: title, time, legend, scale bar.

use intergreen_control::{Lamp, Millis};

use super::frame::Frame;
use super::ink::{Ink, number};
use super::{lamps, vehicles};

/// Height of the band above the map, pixels.
const ABOVE: f64 = 34.0;
/// Height of the band below it, pixels.
const BELOW: f64 = 40.0;
/// The bands need this much, pixels: a narrower map gets room at its right.
const LEAST_WIDTH: f64 = 780.0;

/// Size of the whole picture, pixels.
fn size(frame: &Frame) -> (f64, f64) {
    let width = (frame.high.x - frame.low.x) / frame.scale;
    let height = (frame.high.y - frame.low.y) / frame.scale;
    (width.max(LEAST_WIDTH), height + ABOVE + BELOW)
}

/// Opens the picture: its `viewBox` is in metres, and so is everything on the map.
pub(super) fn open(ink: &mut Ink, frame: &Frame) {
    let (width, height) = size(frame);
    let (x, y) = (frame.low.x, -frame.high.y - ABOVE * frame.scale);
    let (w, h) = (width * frame.scale, height * frame.scale);
    let view = [x, y, w, h].map(number);
    ink.raw(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"{}\">\n\
         <rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#e7eadf\"/>\n",
        view.join(" "),
        view[0],
        view[1],
        view[2],
        view[3],
    ));
}

/// Draws the bands over whatever reaches out of the map, and closes the picture.
pub(super) fn close(ink: &mut Ink, frame: &Frame, title: &str, now: Option<(Millis, usize)>) {
    let (width, height) = size(frame);
    let map = (frame.high.x - frame.low.x) / frame.scale;
    let corner = (number(frame.low.x), number(-frame.high.y - ABOVE * frame.scale));
    // From here on in pixels.
    ink.raw(&format!("<g transform=\"translate({} {}) scale({:.6})\">\n", corner.0, corner.1, frame.scale));
    // The bands also hide the rounding of the outermost pixel.
    let (below, deep) = (height - BELOW, BELOW + 2.0);
    ink.raw(&format!("<path d=\"M0-2H{width:.0}V{ABOVE}H0zM0 {below:.0}h{width:.0}v{deep:.0}H0z"));
    if map < width {
        ink.raw(&format!("M{map:.0}-2H{width:.0}V{height:.0}H{map:.0}z"));
    }
    ink.raw("\" style=\"fill:#fbfbf8\"/>\n<g font-size=\"13\" fill=\"#222\">\n");
    ink.raw("<text x=\"12\" y=\"23\" font-size=\"17\" font-weight=\"bold\">");
    ink.escaped(title);
    ink.raw("</text>\n");
    if let Some((now, count)) = now {
        let plural = if count == 1 { "" } else { "s" };
        let right = width - 12.0;
        ink.raw(&format!("<text x=\"{right:.0}\" y=\"22\" text-anchor=\"end\">"));
        ink.raw(&format!("{} · {count} vehicle{plural}</text>\n", clock(now)));
        ramp(ink, below);
        signals(ink, below);
    }
    bar(ink, frame, width, below);
    ink.raw("</g>\n</g>\n</svg>\n");
}

/// A time of day.
fn clock(now: Millis) -> String {
    let s = now.0.div_euclid(1000);
    let tenths = now.0.rem_euclid(1000) / 100;
    let rest = if tenths == 0 { String::new() } else { format!(".{tenths}") };
    format!("{:02}:{:02}:{:02}{rest}", s / 3600, s / 60 % 60, s % 60)
}

/// The colours of speeds.
fn ramp(ink: &mut Ink, below: f64) {
    let y = below + 13.0;
    ink.raw(&format!("<text x=\"12\" y=\"{:.0}\">standing</text>\n", y + 11.0));
    for class in 0..vehicles::RAMP.len() {
        let x = 72 + class * 20;
        ink.raw(&format!("<path class=\"v{class}\" stroke-width=\"14\" d=\"M{x} {:.0}h19\"/>\n", y + 7.0));
    }
    ink.raw(&format!("<text x=\"218\" y=\"{:.0}\">speed limit</text>\n", y + 11.0));
}

/// The looks of lamps.
fn signals(ink: &mut Ink, below: f64) {
    let samples =
        [(Lamp::Red, "red", 46), (Lamp::Yellow, "yellow", 60), (Lamp::Green, "green", 56), (Lamp::GreenMinor, "", 0)];
    let (mut x, y) = (326, below + 20.0);
    for (lamp, name, width) in samples {
        let name = if name.is_empty() { "green, giving way" } else { name };
        let class = lamps::class(lamp);
        ink.raw(&format!("<circle class=\"{class}\" style=\"stroke-width:2\" cx=\"{x}\" cy=\"{y:.0}\" r=\"5\"/>"));
        ink.raw(&format!("<text x=\"{}\" y=\"{:.0}\">{name}</text>\n", x + 10, y + 4.0));
        x += width + 8;
    }
}

/// A bar as long as a round number of metres.
fn bar(ink: &mut Ink, frame: &Frame, width: f64, below: f64) {
    const LENGTHS: [f64; 11] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0];
    let most = 130.0 * frame.scale;
    let metres = LENGTHS.iter().copied().filter(|&l| l <= most).fold(LENGTHS[0], f64::max);
    let (length, right, y) = (metres / frame.scale, width - 12.0, below + 24.0);
    let left = right - length;
    ink.raw(&format!("<path d=\"M{left:.1} {:.0}v5H{right:.1}v-5\" style=\"stroke:#222;stroke-width:1.5\"/>", y - 2.0));
    let middle = (left + right) / 2.0;
    ink.raw(&format!("<text x=\"{middle:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{metres} m</text>\n", y - 3.0));
}

//! Small pictures for the page: they take their colours from it, so that they are right in the light and in the dark.

use std::fmt::Write;

use quick_xml::escape::escape;

/// Width of pictures, and of the labels at their left, px.
const WIDTH: f64 = 760.0;
const LABELS: f64 = 250.0;
/// Height of a row, px.
const ROW: f64 = 26.0;
/// Height of a chart, px; room at its left and bottom.
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 60.0;
const FOOT: f64 = 46.0;

/// A range with round marks.
struct Scale {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// From values to a stretch of pixels.
    fn new(values: impl Iterator<Item = f64>, (from, to): (f64, f64)) -> Self {
        let (mut least, mut most) =
            values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if least > most {
            (least, most) = (0.0, 1.0);
        }
        let room = if most > least { (most - least) * 0.04 } else { least.abs().max(1.0) * 0.1 };
        Self { least: least - room, most: most + room, from, to }
    }

    fn at(&self, value: f64) -> f64 {
        self.from + (value - self.least) / (self.most - self.least) * (self.to - self.from)
    }

    /// About six round numbers.
    fn marks(&self) -> Vec<f64> {
        let raw = (self.most - self.least) / 6.0;
        let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw).unwrap_or(raw);
        let first = (self.least / step).ceil();
        (0..12).map(|i| (first + f64::from(i)) * step).take_while(|v| *v <= self.most).collect()
    }
}

/// A number on an axis.
fn mark(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// A row of a strip: its label, dots, and a mean with its interval.
pub struct Strip {
    /// What it is.
    pub label: String,
    /// Single values.
    pub dots: Vec<f64>,
    /// Mean and interval.
    pub mean: Option<(f64, Option<(f64, f64)>)>,
    /// CSS class of its mean.
    pub class: &'static str,
}

/// Rows over a common axis, with a line at `zero` if there is one: distributions and forests.
pub fn strips(title: &str, unit: &str, rows: &[Strip], zero: Option<f64>) -> String {
    let height = ROW * rows.len() as f64 + 60.0;
    let ends = |row: &Strip| {
        let (mean, within) = row.mean.unzip();
        let within = within.flatten();
        row.dots.iter().copied().chain(mean).chain(within.map(|w| w.0)).chain(within.map(|w| w.1)).collect::<Vec<_>>()
    };
    let x = Scale::new(rows.iter().flat_map(ends).chain(zero), (LABELS, WIDTH - 16.0));
    let mut text = open(title, height);
    let bottom = height - 34.0;
    for value in x.marks() {
        let at = x.at(value);
        let _ = write!(text, "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"26\" y2=\"{bottom:.1}\"/>");
        let _ = write!(
            text,
            "<text class=\"mark\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 15.0,
            mark(value)
        );
    }
    if let Some(at) = zero.map(|z| x.at(z)) {
        let _ = write!(text, "<line class=\"zero\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"26\" y2=\"{bottom:.1}\"/>");
    }
    for (i, row) in rows.iter().enumerate() {
        let y = 26.0 + ROW * (i as f64 + 0.5);
        let _ = write!(
            text,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LABELS - 10.0,
            y + 4.0,
            escape(shortened(&row.label, 38))
        );
        for dot in &row.dots {
            let _ = write!(text, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{y:.1}\" r=\"3\"/>", x.at(*dot));
        }
        let Some((mean, within)) = row.mean else { continue };
        if let Some((least, most)) = within {
            let (a, b) = (x.at(least), x.at(most));
            let _ = write!(
                text,
                "<line class=\"whisker {}\" x1=\"{a:.1}\" x2=\"{b:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
                row.class
            );
        }
        let at = x.at(mean);
        let _ = write!(
            text,
            "<rect class=\"mean {}\" x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\"/>",
            row.class,
            at - 4.0,
            y - 4.0
        );
    }
    let _ = write!(
        text,
        "<text class=\"mark\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text></svg></div>",
        WIDTH - 16.0,
        height - 4.0,
        escape(unit)
    );
    text
}

/// A line of a chart: its name and points (x, least, middle, most).
pub struct Line {
    /// What it is.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64, f64, f64)>,
}

/// Lines with bands.
pub fn lines(title: &str, axes: [&str; 2], lines: &[Line]) -> String {
    let height = HEIGHT + 20.0 * lines.len() as f64;
    let all = || lines.iter().flat_map(|l| &l.points);
    let x = Scale::new(all().map(|p| p.0), (LEFT, WIDTH - 16.0));
    let y = Scale::new(all().flat_map(|p| [p.1, p.3]).chain([0.0]), (HEIGHT - FOOT, 44.0));
    let mut text = open(title, height);
    for value in x.marks() {
        let at = x.at(value);
        let _ = write!(
            text,
            "<text class=\"mark\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - FOOT + 16.0,
            mark(value)
        );
    }
    for value in y.marks() {
        let at = y.at(value);
        let _ = write!(
            text,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
            WIDTH - 16.0
        );
        let _ = write!(
            text,
            "<text class=\"mark\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            at + 4.0,
            mark(value)
        );
    }
    let _ = write!(
        text,
        "<text class=\"mark\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        WIDTH - 16.0,
        HEIGHT - 12.0,
        escape(axes[0])
    );
    let _ = write!(text, "<text class=\"mark\" x=\"{:.1}\" y=\"34\">{}</text>", LEFT, escape(axes[1]));
    for (i, line) in lines.iter().enumerate() {
        let class = format!("c{}", i % 6);
        let at = |value: fn(&(f64, f64, f64, f64)) -> f64| move |p: &(f64, f64, f64, f64)| (p.0, value(p));
        let path = |points: &mut dyn Iterator<Item = (f64, f64)>| {
            points.map(|(a, b)| format!("{:.1},{:.1}", x.at(a), y.at(b))).collect::<Vec<_>>().join(" ")
        };
        let upper = path(&mut line.points.iter().map(at(|p| p.3)));
        let lower = path(&mut line.points.iter().rev().map(at(|p| p.1)));
        let _ = write!(text, "<polygon class=\"band {class}\" points=\"{upper} {lower}\"/>");
        let _ = write!(
            text,
            "<polyline class=\"line {class}\" points=\"{}\"/>",
            path(&mut line.points.iter().map(at(|p| p.2)))
        );
        let below = HEIGHT + 20.0 * i as f64;
        let _ = write!(
            text,
            "<line class=\"line {class}\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{below:.1}\" y2=\"{below:.1}\"/>",
            LEFT + 24.0
        );
        let _ = write!(text, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", LEFT + 32.0, below + 4.0, escape(&line.name));
    }
    text + "</svg></div>"
}

/// Begins a picture, which scrolls where the window is too narrow for it to be read.
fn open(title: &str, height: f64) -> String {
    format!(
        "<div class=\"scroll\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{0}\">\
         <text class=\"title\" x=\"0\" y=\"14\">{0}</text>",
        escape(title)
    )
}

/// A text of at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

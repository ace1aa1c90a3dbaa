//! Small pictures for the page: they take their colours from it, so that they are right in the light and in the dark.

use std::fmt::Write;

use quick_xml::escape::escape;

/// Width of pictures, and of the labels at their left, px.
const WIDTH: f64 = 760.0;
const LABELS: f64 = 270.0;
/// Letters that a label has room for.
const LETTERS: usize = 40;
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

    /// About six round numbers, each with its text.
    fn marks(&self) -> Vec<(f64, String)> {
        let raw = (self.most - self.least) / 6.0;
        let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw).unwrap_or(raw);
        let first = (self.least / step).ceil();
        let decimals = (-libm::floor(libm::log10(step))).clamp(0.0, 12.0) as usize;
        let marks = (0..12).map(|i| (first + f64::from(i)) * step).take_while(|v| *v <= self.most);
        // There is no nought below nought.
        marks.map(|v| (v, format!("{:.decimals$}", if v.abs() < step / 2.0 { 0.0 } else { v }))).collect()
    }
}

/// A row of a strip: its label, dots, and a mean with its interval.
pub struct Strip {
    /// What it belongs to: said once, above the rows that have it in common; empty: nothing.
    pub group: String,
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
    let opens = |i: usize| !rows[i].group.is_empty() && (i == 0 || rows[i - 1].group != rows[i].group);
    let groups = (0..rows.len()).filter(|&i| opens(i)).count();
    let height = ROW * (rows.len() + groups) as f64 + 60.0;
    let ends = |row: &Strip| {
        let (mean, within) = row.mean.unzip();
        let within = within.flatten();
        row.dots.iter().copied().chain(mean).chain(within.map(|w| w.0)).chain(within.map(|w| w.1)).collect::<Vec<_>>()
    };
    let x = Scale::new(rows.iter().flat_map(ends).chain(zero), (LABELS, WIDTH - 16.0));
    let mut text = open(title, height);
    let bottom = height - 34.0;
    for (value, shown) in x.marks() {
        let at = x.at(value);
        let _ = write!(text, "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"26\" y2=\"{bottom:.1}\"/>");
        let _ = write!(
            text,
            "<text class=\"mark\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 15.0,
            shown
        );
    }
    if let Some(at) = zero.map(|z| x.at(z)) {
        let _ = write!(text, "<line class=\"zero\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"26\" y2=\"{bottom:.1}\"/>");
    }
    let mut y = 26.0 - ROW / 2.0;
    for (i, row) in rows.iter().enumerate() {
        if opens(i) {
            y += ROW;
            let _ = write!(text, "<text class=\"group\" x=\"0\" y=\"{:.1}\">{}</text>", y + 6.0, escape(&row.group));
        }
        y += ROW;
        let _ = write!(
            text,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\"><title>{}</title>{}</text>",
            LABELS - 10.0,
            y + 4.0,
            escape(&row.label),
            escape(shortened(&row.label, LETTERS))
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
    /// How it looks: one number for one controller.
    pub style: usize,
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
    for (value, shown) in x.marks() {
        let at = x.at(value);
        let _ = write!(
            text,
            "<text class=\"mark\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - FOOT + 16.0,
            shown
        );
    }
    for (value, shown) in y.marks() {
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
            shown
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
        // Six colours, and then the same ones dashed.
        let class = format!("c{} d{}", line.style % 6, line.style / 6 % 4);
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

/// A text of at most so many characters, without its middle: controllers are told apart by their ends.
fn shortened(text: &str, most: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    let half = most / 2;
    match all.len() > most {
        true => all[..half].iter().chain(&['…']).chain(&all[all.len() - half + 1..]).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks tell small values apart, and nought has no sign.
    #[test]
    fn marks_have_the_digits_that_they_need() {
        let texts = |values: [f64; 2]| -> Vec<String> {
            Scale::new(values.into_iter(), (0.0, 1.0)).marks().into_iter().map(|m| m.1).collect()
        };
        assert_eq!(texts([-0.001, 0.001]), ["-0.0010", "-0.0005", "0.0000", "0.0005", "0.0010"]);
        assert_eq!(texts([-40.0, 20.0]), ["-40", "-20", "0", "20"]);
    }

    #[test]
    fn long_names_keep_their_ends() {
        let name = "actuated,gap_s=1.5,advance_gap_s=3.5,minimum_s=7";
        assert_eq!(shortened(name, 20), "actuated,g…nimum_s=7");
        assert_eq!(shortened("nema", 20), "nema");
    }
}

//! Plots as data, and as SVG.

use plotters::coord::Shift;
use plotters::prelude::*;

/// Width and height of a plot, and height of a line of the legend below it, pixels.
const SIZE: (u32, u32) = (760, 440);
const LINE: u32 = 20;
/// Colours of series in their order.
const COLOURS: [RGBColor; 6] = [
    RGBColor(31, 98, 179),
    RGBColor(214, 96, 31),
    RGBColor(42, 140, 62),
    RGBColor(150, 70, 160),
    RGBColor(120, 120, 120),
    RGBColor(180, 40, 60),
];

/// How a series is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A line through its points.
    Line,
    /// A dashed line: what theory says.
    Dashes,
    /// A dot for each point.
    Dots,
    /// Lines that break where time or place goes back: trajectories.
    Tracks,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// How it is drawn.
    pub mark: Mark,
    /// x and y.
    pub points: Vec<(f64, f64)>,
    /// Whether it has the colour of the series before it, with which it is to be compared.
    pub paired: bool,
}

impl Series {
    /// With its points.
    pub fn new(name: impl Into<String>, mark: Mark, points: Vec<(f64, f64)>) -> Self {
        Self { name: name.into(), mark, points, paired: false }
    }

    /// In the colour of the series before it.
    #[must_use]
    pub fn paired(mut self) -> Self {
        self.paired = true;
        self
    }
}

/// A plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Its file's name, without ending.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// What is said below it; may be empty.
    pub note: String,
    /// Its axes.
    pub axes: [&'static str; 2],
    /// Whether y begins at 0.
    pub from_zero: bool,
    /// What is drawn, in its order.
    pub series: Vec<Series>,
}

impl Plot {
    /// An empty one.
    pub fn new(name: &'static str, title: impl Into<String>, x: &'static str, y: &'static str) -> Self {
        let (title, note, series) = (title.into(), String::new(), Vec::new());
        Self { name, title, note, axes: [x, y], from_zero: false, series }
    }

    /// With words below it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With an axis that begins at 0.
    #[must_use]
    pub fn from_zero(mut self) -> Self {
        self.from_zero = true;
        self
    }

    /// With more series.
    #[must_use]
    pub fn with(mut self, series: impl IntoIterator<Item = Series>) -> Self {
        self.series.extend(series);
        self
    }

    /// The picture.
    pub fn svg(&self) -> String {
        let mut text = String::new();
        // A backend that writes to a string has nothing to fail at; without a point there is no picture.
        let _ = self.draw(&mut text);
        text
    }

    fn draw(&self, text: &mut String) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
        // A single series has its name in the title.
        let lines = if self.series.len() > 1 { self.series.len() as u32 } else { 0 };
        let all = SVGBackend::with_string(text, (SIZE.0, SIZE.1 + LINE * lines)).into_drawing_area();
        all.fill(&WHITE)?;
        let (area, legend) = all.split_vertically(SIZE.1);
        let (x, y) = (self.range(|p| p.0, false), self.range(|p| p.1, self.from_zero));
        let mut chart = ChartBuilder::on(&area)
            .caption(&self.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(60)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        chart
            .configure_mesh()
            .x_desc(self.axes[0])
            .y_desc(self.axes[1])
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(225, 225, 225))
            .label_style(("sans-serif", 13))
            .draw()?;
        for (i, series) in self.series.iter().enumerate() {
            let colour = self.colour(i);
            match series.mark {
                Mark::Line => {
                    chart.draw_series(LineSeries::new(series.points.iter().copied(), colour.stroke_width(2)))?;
                }
                Mark::Dashes => {
                    let line = DashedLineSeries::new(series.points.iter().copied(), 7, 5, colour.stroke_width(2));
                    chart.draw_series(line)?;
                }
                Mark::Dots => {
                    chart.draw_series(series.points.iter().map(|&p| Circle::new(p, 3, colour.filled())))?;
                }
                Mark::Tracks => {
                    let tracks = series.points.chunk_by(|a, b| a.0 <= b.0 && a.1 <= b.1 + 1.0);
                    chart.draw_series(tracks.map(|t| PathElement::new(t.to_vec(), colour.stroke_width(1))))?;
                }
            }
            if lines > 0 {
                self.name_series(i, &legend)?;
            }
        }
        drop(chart);
        all.present()
    }

    /// The colour of a series; they come again after the sixth.
    fn colour(&self, i: usize) -> RGBColor {
        let own = self.series[..=i].iter().filter(|s| !s.paired).count();
        COLOURS[own.saturating_sub(1) % COLOURS.len()]
    }

    /// A line of the legend: below the plot, where it hides nothing.
    fn name_series<D: DrawingBackend>(
        &self,
        i: usize,
        legend: &DrawingArea<D, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<D::ErrorType>> {
        let (series, colour, y) = (&self.series[i], self.colour(i), (LINE / 2 + LINE * i as u32) as i32);
        let (left, right) = (72, 96);
        match series.mark {
            Mark::Dots => legend.draw(&Circle::new(((left + right) / 2, y), 3, colour.filled()))?,
            Mark::Dashes => {
                let parts = [(left, left + 10), (right - 10, right)];
                for (from, to) in parts {
                    legend.draw(&PathElement::new([(from, y), (to, y)], colour.stroke_width(2)))?;
                }
            }
            Mark::Line | Mark::Tracks => {
                legend.draw(&PathElement::new([(left, y), (right, y)], colour.stroke_width(2)))?;
            }
        }
        legend.draw(&Text::new(series.name.as_str(), (right + 8, y - 7), ("sans-serif", 13)))
    }

    /// The range of an axis, a little wider than its points.
    fn range(&self, of: fn(&(f64, f64)) -> f64, from_zero: bool) -> (f64, f64) {
        let values = self.series.iter().flat_map(|s| &s.points).map(of).filter(|v| v.is_finite());
        let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if least > most {
            return (0.0, 1.0);
        }
        let room = ((most - least) * 0.05).max(1e-6);
        (if from_zero { least.min(0.0) } else { least - room }, most + room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_is_drawn() {
        let plot = Plot::new("p", "A < B", "x", "y").with([
            Series::new("line", Mark::Line, vec![(0.0, 1.0), (1.0, 2.0)]),
            Series::new("dots & dashes", Mark::Dots, vec![(0.5, 1.5)]),
            Series::new("as in books", Mark::Dashes, vec![(0.0, 1.0), (1.0, 1.5)]).paired(),
        ]);
        assert_ne!(plot.colour(0), plot.colour(1));
        assert_eq!(plot.colour(1), plot.colour(2));
        let svg = plot.svg();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        for expected in ["A &lt; B", "dots &amp; dashes", "<circle", "<polyline"] {
            assert!(svg.contains(expected), "{expected}: {svg}");
        }
        // Nothing to draw is no reason to fail.
        assert!(Plot::new("p", "empty", "x", "y").svg().contains("<svg"));
    }
}

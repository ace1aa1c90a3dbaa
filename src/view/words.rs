//! Numbers and names in words, for people.

use intergreen_control::{Lamp, Millis};

use crate::network::Direction;

/// Units in which numbers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// Metres and km/h.
    #[default]
    Metric,
    /// Feet and mph.
    Us,
}

/// Metres in a foot.
const FOOT: f64 = 0.3048;
/// Metres per second in a mile per hour.
const MPH: f64 = 0.447_04;

impl Units {
    /// A speed in m/s.
    pub fn speed(self, speed: f32) -> String {
        match self {
            Self::Metric => format!("{:.0} km/h", f64::from(speed) * 3.6),
            Self::Us => format!("{:.0} mph", f64::from(speed) / MPH),
        }
    }

    /// A speed in m/s, as a number.
    pub fn speed_number(self, speed: f64) -> f64 {
        match self {
            Self::Metric => speed * 3.6,
            Self::Us => speed / MPH,
        }
    }

    /// The unit of speeds.
    pub const fn speed_unit(self) -> &'static str {
        match self {
            Self::Metric => "km/h",
            Self::Us => "mph",
        }
    }

    /// The unit of short lengths, and how many of it are a metre.
    pub const fn short_length(self) -> (&'static str, f64) {
        match self {
            Self::Metric => ("m", 1.0),
            Self::Us => ("ft", 1.0 / FOOT),
        }
    }

    /// The unit of accelerations, and how many of it are 1 m/s².
    pub const fn acceleration(self) -> (&'static str, f64) {
        match self {
            Self::Metric => ("m/s²", 1.0),
            Self::Us => ("ft/s²", 1.0 / FOOT),
        }
    }

    /// A length in m.
    pub fn length(self, length: f64) -> String {
        match self {
            Self::Metric if length >= 1000.0 => format!("{:.1} km", length / 1000.0),
            Self::Metric => format!("{length:.0} m"),
            Self::Us if length >= 1609.0 => format!("{:.1} mi", length / 1609.344),
            Self::Us => format!("{:.0} ft", length / FOOT),
        }
    }

    /// A round length for a scale bar of at most so many metres, in metres, and what it is called.
    pub fn scale_bar(self, most: f64) -> (f64, String) {
        let (small, large) = match self {
            Self::Metric => ((1.0, "m"), (1000.0, "km")),
            Self::Us => ((FOOT, "ft"), (1609.344, "mi")),
        };
        let digits = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0];
        let of = |(unit, name): (f64, &str), number: f64| (number * unit, format!("{number:.0} {name}"));
        let all = [small, large].into_iter().flat_map(|unit| digits.map(|number| of(unit, number)));
        let fits = all.filter(|(metres, _)| *metres <= most);
        fits.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_else(|| of(small, 1.0))
    }
}

/// A time of the scenario's clock, h:mm:ss.
pub fn clock(at: Millis) -> String {
    let seconds = at.0.div_euclid(1000);
    let (sign, s) = if seconds < 0 { ("−", -seconds) } else { ("", seconds) };
    format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// Which way a movement turns.
pub const fn turn(direction: Direction) -> &'static str {
    match direction {
        Direction::Straight | Direction::None => "through",
        Direction::Left => "left",
        Direction::Right => "right",
        Direction::PartLeft => "half left",
        Direction::PartRight => "half right",
        Direction::UTurn => "back",
    }
}

/// What a lamp shows.
pub const fn lamp(lamp: Lamp) -> &'static str {
    match lamp {
        Lamp::Red => "red",
        Lamp::RedYellow => "red and yellow",
        Lamp::Yellow => "yellow",
        Lamp::GreenMinor => "green, giving way",
        Lamp::Green => "green",
        Lamp::TurnOnRed => "red, turn permitted",
        Lamp::Flashing => "flashing yellow",
        Lamp::Off => "dark",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_units() {
        assert_eq!(Units::Metric.speed(13.89), "50 km/h");
        assert_eq!(Units::Us.speed(13.41), "30 mph");
        assert_eq!(Units::Metric.length(1234.0), "1.2 km");
        assert_eq!(Units::Us.length(30.48), "100 ft");
        assert_eq!(clock(Millis(28_805_500)), "8:00:05");
        assert_eq!(clock(Millis(-5_000)), "−0:00:05");
    }

    #[test]
    fn scale_bars_are_round_and_fit() {
        for (most, text) in [(130.0, "100 m"), (60.0, "50 m"), (2600.0, "2 km"), (999.0, "500 m"), (0.5, "1 m")] {
            let (metres, shown) = Units::Metric.scale_bar(most);
            assert_eq!(shown, text);
            assert!(metres <= most.max(1.0), "{metres}");
        }
        let (metres, shown) = Units::Us.scale_bar(4000.0);
        assert_eq!(shown, "2 mi");
        assert!((metres - 3218.7).abs() < 0.1, "{metres}");
    }
}

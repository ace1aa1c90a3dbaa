//! Moments of logs as text: days of the calendar, or seconds.

use intergreen_control::Millis;
use intergreen_control::plan::WallClock;

/// The day on which a scenario's clock starts that names none: events.csv needs one. A Monday.
pub const SOME_DAY: &str = "2001-01-01";

const DAY_MS: i64 = 86_400_000;

/// What a log's times are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// Day and time of day; in ms since 1970.
    Calendar,
    /// Seconds since whatever.
    Seconds,
}

impl Clock {
    /// A moment in words, to 0.1 s.
    pub fn words(self, at: Millis) -> String {
        match self {
            Self::Calendar => calendar(at),
            Self::Seconds => format!("{:.1}", at.seconds()),
        }
    }

    /// A moment in words for an axis: the time of day to the minute, or whole seconds.
    pub fn short(self, at: Millis) -> String {
        match self {
            Self::Calendar => calendar(at)[11..16].to_owned(),
            Self::Seconds => format!("{:.0}", at.seconds()),
        }
    }
}

/// Reads a moment: `2026-11-26 07:30:00.1`, with a `T` if you like; `11/26/2026 7:30:00.1 AM`, the month first, with or
/// without AM and PM; or seconds. `None`: it is none of these, or no moment of the years 1 to 9999 (seconds: up to 10¹¹).
pub fn parse(text: &str) -> Option<(Clock, Millis)> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds.abs() <= 1e11).then(|| (Clock::Seconds, Millis::from_seconds(seconds)));
    }
    let (day, time) = text.split_once(['T', ' '])?;
    let (day, time) = if day.contains('/') {
        (american_day(day)?, american_time(time.trim())?)
    } else {
        (day_start(day)?, time_of_day(time.trim().trim_end_matches('Z'))?)
    };
    Some((Clock::Calendar, Millis(day.0 + time)))
}

/// The begin of a day, `11/26/2026` or `1/1/2026`, in ms since 1970.
fn american_day(text: &str) -> Option<Millis> {
    let mut parts = text.split('/');
    let mut part = |lengths: std::ops::RangeInclusive<usize>| parts.next().filter(|p| lengths.contains(&p.len()));
    let (month, day, year) = (part(1..=2)?, part(1..=2)?, part(4..=4)?);
    if parts.next().is_some() {
        return None;
    }
    day_start(&format!("{year}-{month:0>2}-{day:0>2}"))
}

/// `7:30:00.1`, or with AM or PM, in ms: `12:00 AM` is midnight.
fn american_time(text: &str) -> Option<i64> {
    let cut = text.len().checked_sub(2).filter(|&cut| text.is_char_boundary(cut))?;
    let (time, half) = text.split_at(cut);
    let afternoon = half.eq_ignore_ascii_case("pm");
    if !afternoon && !half.eq_ignore_ascii_case("am") {
        return time_of_day(text);
    }
    const HOUR: i64 = 3_600_000;
    let of_day = time_of_day(time.trim())?;
    (HOUR..13 * HOUR).contains(&of_day).then(|| of_day % (12 * HOUR) + if afternoon { 12 * HOUR } else { 0 })
}

/// The begin of a day, `2026-11-26`, in ms since 1970.
pub fn day_start(text: &str) -> Option<Millis> {
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten();
    let parts: Vec<i64> = text.split('-').map(number).collect::<Option<_>>()?;
    let ([year, month, day], 10) = (&parts[..], text.len()) else { return None };
    let (month, fits) = (usize::try_from(*month).ok()?, (1..=9999).contains(year) && (1..=12).contains(month));
    let in_range = fits && (1..=month_length(*year, month)).contains(day);
    in_range.then(|| Millis((days_before(*year) + days_in_year_before(*year, month) + day - 1) * DAY_MS))
}

/// What a clock on the wall shows at the begin of a day, `2026-11-26`; of text that is no day, at that of [`SOME_DAY`].
pub fn midnight(text: &str) -> WallClock {
    let (text, days) = match day_start(text) {
        Some(start) => (text, start.0.div_euclid(DAY_MS)),
        None => (SOME_DAY, day_start(SOME_DAY).map_or(0, |start| start.0 / DAY_MS)),
    };
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<i32>().ok()).unwrap_or(1);
    let [month, day] = [5..7, 8..10].map(|part| u8::try_from(number(part)).unwrap_or(1));
    // The first day of 1970 was a Thursday.
    let weekday = u8::try_from((days + 3).rem_euclid(7)).unwrap_or(0);
    WallClock { year: number(0..4), month, day, weekday, time: Millis(0) }
}

/// `07:30`, `07:30:00`, `07:30:00.123`, in ms.
pub fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let whole = |part: Option<&str>, most: i64| {
        let part = part.filter(|p| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<i64>().ok().filter(|n| *n <= most)
    };
    let (hours, minutes) = (whole(parts.next(), 23)?, whole(parts.next(), 59)?);
    let seconds = match parts.next() {
        None => 0.0,
        Some(part) if part.bytes().all(|b| b.is_ascii_digit() || b == b'.') => part.parse::<f64>().ok()?,
        Some(_) => return None,
    };
    let fits = parts.next().is_none() && seconds < 61.0;
    fits.then(|| (hours * 60 + minutes) * 60_000 + Millis::from_seconds(seconds).0)
}

/// A moment as day and time to 0.1 s, rounded down.
pub fn calendar(at: Millis) -> String {
    let (days, rest) = (at.0.div_euclid(DAY_MS), at.0.rem_euclid(DAY_MS));
    // A first guess that is never too late; 146,097 days are 400 years.
    let mut year = (days * 400).div_euclid(146_097) + 1969;
    while days_before(year + 1) <= days {
        year += 1;
    }
    let of_year = days - days_before(year);
    let month = (1..=12).rev().find(|&m| days_in_year_before(year, m) <= of_year).unwrap_or(1);
    let day = of_year - days_in_year_before(year, month) + 1;
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    let tenths = rest / 100 % 10;
    format!("{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}.{tenths}")
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: usize) -> i64 {
    const DAYS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    DAYS.get(month.wrapping_sub(1)).map_or(0, |&days| days + i64::from(month == 2 && is_leap(year)))
}

fn days_in_year_before(year: i64, month: usize) -> i64 {
    (1..month).map(|m| month_length(year, m)).sum()
}

/// Days from the begin of 1970 to the begin of a year.
fn days_before(year: i64) -> i64 {
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_weekdays() {
        let monday = midnight(SOME_DAY);
        assert_eq!(monday, crate::sim::SOME_DAY);
        let holiday = WallClock { year: 2027, month: 3, day: 26, weekday: 4, time: Millis(0) };
        assert_eq!(midnight("2027-03-26"), holiday);
        assert_eq!(midnight("2000-02-29").weekday, 1);
    }

    #[test]
    fn moments_of_the_calendar() {
        for (text, seconds) in [
            ("1970-01-01 00:00:00.0", 0.0),
            ("1969-12-31 23:59:59.9", -0.1),
            ("2000-02-29 12:00:00.5", 951_825_600.5),
            ("2001-01-01 00:00:00.0", 978_307_200.0),
            ("2024-12-31 23:59:00.0", 1_735_689_540.0),
            ("9999-12-31 23:59:59.9", 253_402_300_799.9),
            ("0001-01-01 00:00:00.0", -62_135_596_800.0),
        ] {
            let at = Millis::from_seconds(seconds);
            assert_eq!(parse(text), Some((Clock::Calendar, at)), "{text}");
            assert_eq!(calendar(at), text);
        }
        assert_eq!(parse("2026-11-26T07:30"), parse("2026-11-26 07:30:00.000Z"));
        assert_eq!(parse(" 12.5 "), Some((Clock::Seconds, Millis(12_500))));
        assert_eq!(calendar(Millis(199)), "1970-01-01 00:00:00.1", "to the tenth below");
        for (text, same) in [
            ("01/01/2001 12:00:00.000 AM", "2001-01-01 00:00:00.0"),
            ("01/01/2001 00:00:00.0", "2001-01-01 00:00:00.0"),
            ("1/2/2001 7:05:03.1", "2001-01-02 07:05:03.1"),
            ("12/31/2026 11:59:59.9 pm", "2026-12-31 23:59:59.9"),
            ("12/31/2026 12:30 PM", "2026-12-31 12:30:00.0"),
            ("12/31/2026 1:30PM", "2026-12-31 13:30:00.0"),
        ] {
            assert!(parse(text).is_some() && parse(text) == parse(same), "{text}");
        }
        for wrong in [
            "13/01/2001 00:00",
            "1/1/01 00:00",
            "1/1/2001",
            "1/1/2001 13:00 PM",
            "1/1/2001 0:30 AM",
            "1/1/2001 é",
            "1/1/2/2001 00:00",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        for wrong in ["", "x", "2026-11-26", "2026-02-29 00:00", "2026-13-01 00:00", "26-11-26 07:30", "1e12", "NaN"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        for wrong in ["24:00", "07:60", "07", "07:30:61", "07:30:-1", "07:30:00:00", "+7:30", "07:30:1e1"] {
            assert_eq!(parse(&format!("2026-11-26 {wrong}")), None, "{wrong}");
        }
    }
}

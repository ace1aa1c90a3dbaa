//! Times as SUMO writes them.

use intergreen_control::Millis;

/// Times beyond this many seconds (a hundred years) are refused: sums of them stay far from overflow.
const LONGEST: f64 = 100.0 * 366.0 * 86_400.0;

/// A moment or span: seconds ("3600", "3600.5"), "h:m:s" or "d:h:m:s". `None` if it is none of these.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let parts: Vec<&str> = digits.split(':').collect();
    let units: &[f64] = match parts.len() {
        1 => &[1.0],
        3 => &[3600.0, 60.0, 1.0],
        4 => &[86_400.0, 3600.0, 60.0, 1.0],
        _ => return None,
    };
    let mut seconds = 0.0;
    for (part, unit) in parts.iter().zip(units) {
        // Only the whole may carry a sign: "-1:30:00" is an hour and a half before zero.
        if !part.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        seconds += part.parse::<f64>().ok()? * unit;
    }
    (seconds <= LONGEST).then(|| Millis::from_seconds(sign * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_sumo_writes() {
        for (text, ms) in [
            ("0", 0),
            ("3600", 3_600_000),
            ("3600.5", 3_600_500),
            (" 25200.00 ", 25_200_000),
            ("-1", -1000),
            ("07:00:00", 25_200_000),
            ("0:1:0.25", 60_250),
            ("1:00:00:01", 86_401_000),
            ("-0:00:30", -30_000),
        ] {
            assert_eq!(parse(text), Some(Millis(ms)), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "abc", "1:30", "1:2:3:4:5", "NaN", "inf", "1e300", "7:-1:00", "--1", "1::1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

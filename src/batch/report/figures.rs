//! Numbers as tables show them, and the cells of tables. A cell may have several lines.

use super::{Block, Difference, Place, Report, Row, UNFINISHED, Verdict};

/// Digits that are shown of a number, whatever its size.
const DIGITS: i32 = 4;

/// A number with as many digits as say something: the same number of them for small and great ones.
pub(super) fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return "0".into();
    }
    let size = libm::floor(libm::log10(x.abs())) as i32;
    match (DIGITS - 1 - size).max(0) {
        // Below a millionth nobody counts the noughts.
        decimals if size < -6 => format!("{x:.*e}", usize::try_from(DIGITS - 1).unwrap_or(decimals as usize)),
        decimals => format!("{x:.*}", decimals as usize),
    }
}

/// A number that may be missing.
pub(super) fn maybe(x: Option<f64>) -> String {
    x.map_or("–".into(), number)
}

/// A share in per cent, with two digits or to a tenth.
pub(super) fn share(x: f64) -> String {
    let percent = 100.0 * x;
    if percent.abs() >= 10.0 || percent == 0.0 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

/// A number of things, with an s for any number but one.
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A sum of counts and seconds.
pub(super) fn sum(x: f64) -> String {
    if x.fract() == 0.0 { format!("{x:.0}") } else { number(x) }
}

/// Intervals: Student's, and below it the bootstrap's if there is one.
fn intervals(student: Option<(f64, f64)>, bootstrap: Option<(f64, f64)>) -> String {
    let text = |(least, most): (f64, f64)| format!("{} to {}", number(least), number(most));
    let below = bootstrap.map_or(String::new(), |within| format!("\nBCa {}", text(within)));
    student.map_or("–".into(), text) + &below
}

/// A relative difference in per cent, with its sign.
fn percent(share: Option<f64>) -> String {
    let Some(percent) = share.map(|s| 100.0 * s) else { return "–".into() };
    // What rounds to nothing has no sign.
    if percent.abs() < 0.05 { "0 %".into() } else { format!("{percent:+.1} %") }
}

/// A p.
fn probability(p: Option<f64>) -> String {
    match p {
        None => "–".into(),
        Some(p) if p < 0.001 => "< 0.001".into(),
        Some(p) => format!("{p:.3}"),
    }
}

/// What the columns of the leaderboard are.
pub(super) fn leaderboard_head(report: &Report) -> Vec<String> {
    let of = format!("share of {}", report.baseline);
    let rest =
        ["95 %", "seeds", "better in", "worse in", "not comparable in", "runs with gridlock", "unfinished", "defects"];
    ["controller".into(), of].into_iter().chain(rest.map(String::from)).collect()
}

/// A line of the leaderboard. A share that is no verdict stands in brackets.
pub(super) fn standing(place: &Place) -> Vec<String> {
    let of = |r: f64| format!("{:.1}", 100.0 * r);
    let ratio = place.ratio.map_or("–".into(), |r| of(r) + " %");
    let marked = place.ratio.is_some() && (place.not_comparable > 0 || place.behind > 0);
    vec![
        place.controller.clone(),
        if marked { format!("({ratio})") } else { ratio },
        place.interval.map_or("–".into(), |(least, most)| format!("{} to {} %", of(least), of(most))),
        place.seeds.to_string(),
        place.better.to_string(),
        place.worse.to_string(),
        place.not_comparable.to_string(),
        share(place.gridlock_rate),
        share(place.unfinished_share),
        sum(place.defects),
    ]
}

/// What the columns of [`figures`] are.
pub(super) const FIGURES: [&str; 12] = [
    "controller",
    "seeds",
    "mean",
    "95 %",
    "median",
    "worst (seed)",
    "difference",
    "95 %",
    "p",
    "verdict",
    "runs with gridlock",
    "unfinished",
];

/// The cells of a row.
pub(super) fn figures(row: &Row) -> Vec<String> {
    let worst = row.worst.map_or("–".into(), |(seed, value)| format!("{} ({seed})", number(value)));
    let n = row.seeds.iter().filter(|s| s.1.is_some()).count().to_string();
    let mean = intervals(row.interval, row.bootstrap);
    let own = [row.controller.clone(), n, maybe(row.mean), mean, maybe(row.median), worst];
    let left = match row.unfinished_share {
        0.0 => "0 %".into(),
        all => {
            format!("{}\n{} on the way\n{} never entered", share(all), number(row.unfinished), number(row.uninserted))
        }
    };
    own.into_iter().chain(differs(row.difference.as_ref())).chain([share(row.gridlock_rate), left]).collect()
}

/// The cells of a difference.
fn differs(difference: Option<&Difference>) -> [String; 4] {
    let Some(d) = difference else { return Default::default() };
    [
        format!("{}, {}\nmedian {}", number(d.mean), percent(d.relative), number(d.median)),
        intervals(d.interval, d.bootstrap),
        probability(d.p_holm),
        verdict(d),
    ]
}

/// A verdict, with its reason where there is none.
fn verdict(d: &Difference) -> String {
    let words = d.verdict.words();
    match d.verdict {
        Verdict::NotComparable => {
            let (own, base) = d.unfinished;
            // Together they may be as many, though not seed by seed.
            let apart = match (own - base).abs() > UNFINISHED {
                true => String::new(),
                false => format!("\n{} apart by seed", share(d.apart)),
            };
            format!("{words}:\n{} unfinished\nagainst {}{apart}", share(own), share(base))
        }
        _ => words.into(),
    }
}

/// What the columns of [`beside`] are: means over seeds.
pub(super) fn beside_head(block: &Block) -> Vec<&'static str> {
    let names = block.rows.first().into_iter().flat_map(|row| &row.beside).map(|b| b.0);
    ["controller"].into_iter().chain(names).collect()
}

/// The cells of a row's other measures.
pub(super) fn beside(row: &Row) -> Vec<String> {
    [row.controller.clone()].into_iter().chain(row.beside.iter().map(|b| maybe(b.1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_say_something() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.004_218, "0.004218"),
            (1.5, "1.500"),
            (-0.25, "-0.2500"),
            (12.345_6, "12.35"),
            (467.84, "467.8"),
            (1_234_567.8, "1234568"),
            (3.2e-9, "3.200e-9"),
        ] {
            assert_eq!(number(x), text);
        }
        assert_eq!(
            (percent(Some(-0.000_1)), percent(Some(-0.123)), percent(None)),
            ("0 %".into(), "-12.3 %".into(), "–".into())
        );
        assert_eq!((share(1.0), share(0.004), share(0.0)), ("100 %".into(), "0.4 %".into(), "0 %".into()));
    }
}

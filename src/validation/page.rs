//! What came of it all, for people: a table for the terminal, a page, and the page of the documentation.

use std::fmt::Write;

use super::{Estimate, Row, Section, Target, Verdict};

/// A figure with its decimals.
fn figure(value: f64, decimals: usize) -> String {
    if value.is_nan() { "–".into() } else { format!("{value:.decimals$}") }
}

/// An estimate with its interval.
fn estimate(of: Estimate, decimals: usize) -> String {
    let half = of.half.map_or(String::new(), |half| format!(" ± {}", figure(half, decimals)));
    figure(of.mean, decimals) + &half
}

/// A target in words.
fn target(row: &Row) -> String {
    let Target { least, most } = row.target;
    let d = row.decimals;
    if least == most {
        figure(least, d)
    } else if least == f64::NEG_INFINITY {
        format!("≤ {}", figure(most, d))
    } else if most == f64::INFINITY {
        format!("≥ {}", figure(least, d))
    } else {
        format!("{} to {}", figure(least, d), figure(most, d))
    }
}

/// The cells of a row.
fn cells(row: &Row) -> [String; 7] {
    [
        row.id.into(),
        row.what.clone(),
        row.unit.into(),
        target(row),
        estimate(row.measured, row.decimals),
        row.finer.map_or(String::new(), |f| estimate(f, row.decimals)),
        row.verdict().word().into(),
    ]
}

/// The table for the terminal, of a section.
pub fn table(section: &Section) -> String {
    let mut text = format!("{}\n", section.title);
    for row in &section.rows {
        let [id, what, unit, target, measured, finer, verdict] = cells(row);
        let finer = if finer.is_empty() { finer } else { format!("  (0.1 s: {finer})") };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {verdict:<6}  {id:<3} {what}: {measured} {unit}, wanted {target}{finer}");
        let others: Vec<String> =
            row.others.iter().map(|(d, e)| format!("{} {}", d.name(), estimate(*e, row.decimals))).collect();
        if !others.is_empty() {
            let _ = writeln!(text, "              beside it: {}", others.join(", "));
        }
    }
    text
}

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What is said of how it was run.
fn how(seeds: u64) -> String {
    format!(
        "{seeds} seeds, mean and 95 % confidence interval (Student). Judged at a step of 0.5 s and, where given, of 0.1 s."
    )
}

/// The head of the tables.
const HEAD: [&str; 8] = ["", "claim", "unit", "target", "measured", "at 0.1 s", "beside it", "source"];

/// The page: one file that needs nothing else.
pub fn html(sections: &[Section], seeds: u64) -> String {
    let mut text = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Intergreen: validation</title>\n<style>\n\
         body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}\n\
         table{border-collapse:collapse;width:100%;font-size:14px}td,th{border-bottom:1px solid #ddd;padding:.3em .6em;\
         text-align:left;vertical-align:top}\n.pass{color:#1b7a34}.open{color:#8a6d00}.missed{color:#b3261e;font-weight:bold}\n\
         figure{margin:1.5em 0}figcaption{color:#555;font-size:13px}svg{max-width:100%;height:auto}\n\
         </style></head><body>\n<h1>Validation</h1>\n",
    );
    let _ = writeln!(text, "<p>{} {}</p>", escaped(&summary(sections)), escaped(&how(seeds)));
    for section in sections {
        let _ = writeln!(text, "<h2>{}</h2>\n<p>{}</p>\n<table><tr>", escaped(section.title), escaped(section.text));
        HEAD.iter().for_each(|h| _ = write!(text, "<th>{h}</th>"));
        text.push_str("</tr>\n");
        for row in &section.rows {
            let class = row.verdict().word().to_lowercase();
            let [id, what, unit, target, measured, finer, verdict] = cells(row);
            let beside = beside(row);
            let _ = write!(text, "<tr><td class=\"{class}\">{id} {verdict}</td>");
            for cell in [what.as_str(), &unit, &target, &measured, &finer, &beside, row.source] {
                let _ = write!(text, "<td>{}</td>", escaped(cell));
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</table>\n");
        for plot in &section.plots {
            let _ = writeln!(text, "<figure>{}<figcaption>{}</figcaption></figure>", plot.svg(), escaped(&plot.note));
        }
    }
    text.push_str("</body></html>\n");
    text
}

/// Other drivers' figures.
fn beside(row: &Row) -> String {
    let each = row.others.iter().map(|(d, e)| format!("{} {}", d.name(), figure(e.mean, row.decimals)));
    each.collect::<Vec<_>>().join(", ")
}

/// How many rows pass.
fn summary(sections: &[Section]) -> String {
    let rows = || sections.iter().flat_map(|s| &s.rows);
    let (all, passing) = (rows().count(), rows().filter(|r| r.verdict() == Verdict::Pass).count());
    format!("{passing} of {all} rows pass.")
}

/// The page of the documentation, in Markdown; pictures lie beside it in `validation/`.
pub fn markdown(sections: &[Section], seeds: u64) -> String {
    let mut text = format!(
        "# Validation\n\nWritten by `intergreen validate --out docs`: do not edit.\n\n{} {}\n",
        summary(sections),
        how(seeds)
    );
    for section in sections {
        let _ = write!(text, "\n## {}\n\n{}\n\n| {} |\n|", section.title, section.text, HEAD.join(" | "));
        text.push_str(&"---|".repeat(HEAD.len()));
        text.push('\n');
        for row in &section.rows {
            let [id, what, unit, target, measured, finer, verdict] = cells(row);
            let (beside, source) = (beside(row), row.source);
            let _ = writeln!(
                text,
                "| {id} {verdict} | {what} | {unit} | {target} | {measured} | {finer} | {beside} | {source} |"
            );
        }
        for plot in &section.plots {
            let _ = write!(text, "\n![{}](validation/{}.svg)\n", plot.title, plot.name);
            if !plot.note.is_empty() {
                let _ = write!(text, "\n{}\n", plot.note);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_is_said() {
        let row = |id, target, value: f64| Row::new(id, "a < b", target, Estimate::exact(value)).unit("s", 1);
        let rows = vec![row("1", Target::between(1.0, 2.0), 1.5), row("2", Target::at_most(1.0), 1.5)];
        let section = Section { title: "T", text: "Text.", rows, plots: Vec::new() };
        assert_eq!(
            table(&section),
            "T\n  pass    1   a < b: 1.5 s, wanted 1.0 to 2.0\n  MISSED  2   a < b: 1.5 s, wanted ≤ 1.0\n"
        );
        let page = html(std::slice::from_ref(&section), 30);
        assert!(page.contains("1 of 2 rows pass") && page.contains("a &lt; b") && page.contains("2 MISSED"), "{page}");
        assert!(markdown(&[section], 30).contains("| 2 MISSED | a < b | s | ≤ 1.0 | 1.5 |"));
    }

    #[test]
    fn what_is_no_number_is_missed() {
        assert_eq!(Row::new("1", "", Target::at_most(1.0), Estimate::of(&[])).verdict(), Verdict::Missed);
    }
}

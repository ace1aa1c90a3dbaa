//! The validation suite in its quick form, and its command line.

use intergreen::validation::{EXPERIMENTS, Effort, Verdict, table};

use crate::tools::{Scratch, run};

/// No target is missed as far as a few seeds can tell; `intergreen validate` tells it exactly.
#[test]
fn no_claim_is_refuted() {
    for experiment in EXPERIMENTS {
        let section = (experiment.run)(Effort::QUICK);
        let text = table(&section);
        println!("{text}");
        assert!(!section.rows.is_empty(), "{}", experiment.name);
        for row in &section.rows {
            assert!(row.verdict() != Verdict::Missed, "{}: {text}", row.id);
        }
        // Every row belongs to a number that the command line knows.
        for row in &section.rows {
            let number = row.id.trim_end_matches(|c: char| c.is_ascii_lowercase());
            assert!(experiment.ids.contains(&number), "{} of {}", row.id, experiment.name);
        }
    }
}

#[test]
fn rows_are_chosen_and_a_page_is_written() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let said = run(["validate", "--only", "7", "--quick", "--out", out.to_str().unwrap()]);
    assert!(said.code == 0 && said.stdout.contains("4 of 4 rows pass"), "{said:?}");
    assert!(scratch.read("out/validation.html").contains("<svg"));
    assert!(scratch.read("out/validation.md").contains("](validation/diagram.svg)"));
    assert!(scratch.read("out/validation/diagram.svg").starts_with("<svg"));
    let said = run(["validate", "--only", "99"]);
    assert!(said.code == 2 && said.stderr.contains("--only 99: expected one of discharge (1, 2, 3)"), "{said:?}");
}

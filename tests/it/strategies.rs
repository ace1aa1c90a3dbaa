//! What is said of strategies: their names and parameters, what they need of a plan, what they show.

use super::tools::{Scratch, run};

fn refused(args: &[&str], words: &[&str]) {
    let said = run(args);
    assert!(said.code == 2 && words.iter().all(|word| said.stderr.contains(word)), "{words:?}\n{said:?}");
}

#[test]
fn a_near_miss_of_a_name_is_said() {
    refused(
        &["run", "isolated", "--controller", "horizn"],
        &["expected one of: fixed_time, ", "; did you mean 'horizon'?"],
    );
    refused(&["run", "isolated", "--controller", "nema,coordinatd=true"], &["; did you mean 'coordinated'?"]);
    refused(&["controllers", "max_presure"], &["; did you mean 'max_pressure'?"]);
    let s = Scratch::new();
    let commands = s.write("c.ron", r#"[(at: 1, command: Controller(strategy: "sotle"))]"#).display().to_string();
    refused(&["run", "isolated", "--commands", &commands], &["; did you mean 'sotl'?"]);
    let said = run(["run", "isolated", "--controller", "magic"]);
    assert!(said.code == 2 && !said.stderr.contains("did you mean"), "{said:?}");
}

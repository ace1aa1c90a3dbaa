//! `intergreen view` where it cannot open a window: it says why, and how to get one.

#[cfg(not(feature = "view"))]
#[test]
fn a_build_without_a_window_says_how_to_get_one() {
    use crate::tools::run;
    let said = run(["view"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("--features view"), "{said:?}");
    // What is wrong is said before.
    assert_eq!(run(["view", "--size", "7"]).code, 2);
}

#[cfg(feature = "view")]
#[test]
fn without_a_display_there_is_a_word_and_no_panic() {
    for display in ["", ":54321"] {
        let mut command = crate::tools::program(["view", "arterial"]);
        let out = command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").output().expect("it runs");
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{said}");
        assert!(said.contains("no display") && said.contains("--shot") && !said.contains("panic"), "{said}");
    }
}

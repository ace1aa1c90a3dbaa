//! The program: everything is in [`intergreen::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    intergreen::cli::main()
}

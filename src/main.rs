//! The program: parse, run, print, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(ecr_guard::cli::main(std::env::args_os()))
}

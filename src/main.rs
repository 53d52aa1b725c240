//! The program: parse, run, print, exit code.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A run allocates two million times, mostly small things on several threads, and that is a quarter of its work with the
/// system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(ecr_guard::cli::main(std::env::args_os()))
}

//! Pages that are made from the code are in step with it. `UPDATE=1 cargo test` rewrites them.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use clap::CommandFactory;
use std::fmt::Write;

#[test]
fn the_page_of_the_command_line() {
    let mut page = String::from(
        "# The command line\n\nMade from the code: `UPDATE=1 cargo test --test pages` rewrites this page. [Output and exit codes](output.md).\n",
    );
    let mut app = ecr_guard::cli::App::command().term_width(100);
    app.build();
    section(&mut page, &mut app, "ecr-guard");
    let names: Vec<String> = (app.get_subcommands())
        .map(|c| c.get_name().to_owned())
        .filter(|n| n != "help")
        .collect();
    for name in names {
        let command = app.find_subcommand_mut(&name).unwrap();
        let mut command = command.clone().term_width(100);
        section(&mut page, &mut command, &format!("ecr-guard {name}"));
    }
    same("docs/cli.md", &page);
}

fn section(page: &mut String, command: &mut clap::Command, title: &str) {
    let help = command.render_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    writeln!(
        page,
        "\n## {title}\n\n```text\n{}\n```",
        lines.join("\n").trim()
    )
    .unwrap();
}

/// Compares a file of the repository with what it should be.
fn same(path: &str, wanted: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == wanted,
        "{path} is not in step with the code: UPDATE=1 cargo test --test pages"
    );
}

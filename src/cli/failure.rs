//! How a command says that it did not do its job: the command line, the config or a guardrail is wrong. Exit code 2.

use crate::config::Error;
use crate::engine::Failure;
use crate::report::Look;
use crate::report::frame::{Frame, Mark, Word};

/// One mistake on the command line.
pub fn usage(message: impl Into<String>) -> Failure {
    Error::new(message).into()
}

/// One mistake on the command line, and what to do about it.
pub fn usage_help(message: impl Into<String>, help: impl Into<String>) -> Failure {
    Error::new(message).help(help).into()
}

/// As printed.
pub fn text(failure: &Failure, look: Look) -> String {
    let frames: Vec<String> = (failure.mistakes.iter())
        .map(|m| frame(m).draw(&failure.files, look))
        .collect();
    frames.join("\n")
}

fn frame(mistake: &Error) -> Frame {
    Frame {
        word: Word::Error,
        id: None,
        title: mistake.message.clone(),
        marks: (mistake.span.iter())
            .map(|span| Mark {
                span: *span,
                label: None,
            })
            .collect(),
        notes: (mistake.help.iter()).map(|h| ("help", h.clone())).collect(),
    }
}

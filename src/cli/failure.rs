//! How a command says that it did not do its job: the command line, the config or a guardrail is wrong. Exit code 2.

use crate::engine::{Failure, Mistake};
use crate::report::Look;
use crate::report::frame::{Frame, Mark, Word};

/// One mistake on the command line.
pub fn usage(message: impl Into<String>) -> Failure {
    Failure {
        mistakes: vec![Mistake {
            message: message.into(),
            span: None,
            help: None,
        }],
        ..Failure::default()
    }
}

/// One mistake on the command line, and what to do about it.
pub fn usage_help(message: impl Into<String>, help: impl Into<String>) -> Failure {
    Failure {
        mistakes: vec![Mistake {
            message: message.into(),
            span: None,
            help: Some(help.into()),
        }],
        ..Failure::default()
    }
}

/// As printed.
pub fn text(failure: &Failure, look: Look) -> String {
    let frames: Vec<String> = (failure.mistakes.iter())
        .map(|m| frame(m).draw(&failure.files, look))
        .collect();
    frames.join("\n")
}

fn frame(mistake: &Mistake) -> Frame {
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

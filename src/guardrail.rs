//! Guardrails: what they are, what they may speak of, how they are loaded, checked and judged.

pub mod vocabulary;

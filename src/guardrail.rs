//! Guardrails: what they are, what they may speak of, how they are loaded, checked and judged.

pub mod check;
pub mod definition;
pub mod evaluate;
pub mod expression;
pub mod judge;
pub mod library;
pub mod pattern;
pub mod schema;
pub mod settings;
pub mod subject;
pub mod test;
pub mod vocabulary;

pub use self::judge::Judgement;
pub use self::library::{Guardrail, Library};
pub use self::settings::{Settings, State};

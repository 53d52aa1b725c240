//! ecr-guard: a pre-deploy policy checker for Amazon ECR in infrastructure code.
//!
//! The modules are listed ground floor first; a module uses only what stands above it in this list
//! (`tests/architecture.rs` holds that).

pub mod span;
pub mod diagnostic;
pub mod value;
pub mod world;
pub mod raw;
pub mod syntax;
pub mod terraform;
pub mod cloudformation;
pub mod source;
pub mod iam;
pub mod resource;
pub mod change;
pub mod inventory;
pub mod finding;
pub mod config;
pub mod guardrail;
pub mod waiver;
pub mod engine;
pub mod question;
pub mod report;
pub mod hook;
pub mod cli;

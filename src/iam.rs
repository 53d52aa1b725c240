//! IAM policies by meaning: what a document says, whether one request may pass, and whether any request of a sort may.
//!
//! The rules are numbered R1–R16 in the documentation of the module that holds them; what AWS leaves open is an assumption with
//! an id (A1 …) that is said where a verdict hangs on it.

pub mod kleene;
pub mod action;
pub mod pattern;
pub mod principal;
pub mod document;
pub mod condition;
pub mod rule;
pub mod evaluate;
pub mod can;
mod quick;
mod automaton;
pub mod reach;
pub mod facts;

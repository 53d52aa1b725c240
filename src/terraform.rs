//! Terraform: modules, their inputs, and the evaluation of their expressions into resources.

pub mod convert;
pub mod data;
pub mod functions;
pub mod plan;

//! From text to trees that know their places. Nothing here knows what a policy or a template is.

pub mod hcl;
pub mod json;
pub mod scalar;
pub mod slice;
pub mod tree;
pub mod yaml;

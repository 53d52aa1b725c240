//! What people ask besides `check`: may this request pass, who can do what, what has changed, what does the perimeter hold.
//!
//! Every question is asked of an [`estate::Estate`]: the policies of the input, joined with the repositories that they are of.

pub mod access;
pub mod can;
pub mod change;
pub mod diff;
pub mod estate;
pub mod perimeter;
pub mod registry_scope;

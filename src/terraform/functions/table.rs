//! All functions by name.

use super::Function;

/// INVARIANT: sorted by name.
pub(super) static FUNCTIONS: &[Function] = &[];

//! Numbers as Terraform has them: binary floating point of 512 bits.

use dashu_float::{FBig, round::mode::HalfEven};
use std::cmp::Ordering;
use std::fmt;

type Big = FBig<HalfEven, 2>;

/// A number of Terraform's precision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(Big);

impl Number {
    /// Bits of precision, as in Terraform.
    pub const PRECISION: usize = 512;

    /// The whole number, where it is one that fits.
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(self.0.clone()).ok()
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Number(Big::from(n).with_precision(Self::PRECISION).value())
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

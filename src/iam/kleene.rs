//! Three-valued truth.

/// True, false, or not to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tri {
    /// Certainly not.
    #[default]
    False,
    /// Cannot be told.
    Unknown,
    /// Certainly.
    True,
}

impl Tri {
    /// Both.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        self.min(other)
    }

    /// At least one.
    #[must_use]
    pub fn or(self, other: Tri) -> Tri {
        self.max(other)
    }

    /// The opposite; unknown stays unknown.
    #[must_use]
    pub fn negate(self) -> Tri {
        match self {
            Tri::False => Tri::True,
            Tri::Unknown => Tri::Unknown,
            Tri::True => Tri::False,
        }
    }

    /// The opposite where `negated` says so.
    #[must_use]
    pub fn flip(self, negated: bool) -> Tri {
        if negated { self.negate() } else { self }
    }

    /// Whether all hold.
    pub fn all(values: impl IntoIterator<Item = Tri>) -> Tri {
        let mut out = Tri::True;
        for value in values {
            out = out.and(value);
            if out == Tri::False {
                break;
            }
        }
        out
    }

    /// Whether one holds.
    pub fn any(values: impl IntoIterator<Item = Tri>) -> Tri {
        let mut out = Tri::False;
        for value in values {
            out = out.or(value);
            if out == Tri::True {
                break;
            }
        }
        out
    }

    /// Certainly.
    pub fn must(self) -> bool {
        self == Tri::True
    }

    /// Not certainly not.
    pub fn may(self) -> bool {
        self != Tri::False
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Tri::True } else { Tri::False }
    }
}

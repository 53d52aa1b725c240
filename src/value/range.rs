//! The numbers that a value is or may be.

use super::{Kind, Number, Value};

impl Value {
    /// The whole number; a text of digits counts.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.kind {
            Kind::Number(n) => n.to_i64(),
            Kind::String(t) => t.known().and_then(|s| s.parse().ok()),
            _ => None,
        }
    }

    /// The least and the greatest number that it is; `None`: it may be anything else.
    pub fn range(&self) -> Option<(&Number, &Number)> {
        match &self.kind {
            Kind::Number(n) => Some((n, n)),
            Kind::Unknown(unknown) => {
                let mut out: Option<(&Number, &Number)> = None;
                for case in &unknown.either {
                    let Kind::Number(n) = &case.as_ref()?.kind else {
                        return None;
                    };
                    let (least, most) = out.unwrap_or((n, n));
                    out = Some((
                        if n < least { n } else { least },
                        if n > most { n } else { most },
                    ));
                }
                out
            }
            _ => None,
        }
    }
}

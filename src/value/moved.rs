//! Values that are told at another place than their own.

use super::{Kind, Part, Piece, Place, Text, Value};

impl Value {
    /// The value with all its parts at one place. The way that the place tells leads on from there; where it tells none, the
    /// value keeps its own.
    #[must_use]
    pub fn moved(&self, place: &Place) -> Value {
        let kind = match &self.kind {
            Kind::String(text) => Kind::String(text.unplaced()),
            Kind::Sequence { shape, items, more } => Kind::Sequence {
                shape: shape.clone(),
                items: items.iter().map(|v| v.moved(place)).collect(),
                more: more.clone(),
            },
            Kind::Mapping {
                shape,
                entries,
                more,
            } => Kind::Mapping {
                shape: shape.clone(),
                entries: (entries.iter())
                    .map(|(k, v)| (k.clone(), v.moved(place)))
                    .collect(),
                more: more.clone(),
            },
            other => other.clone(),
        };
        let mut at = place.clone();
        if at.trail.is_none() {
            let steps: Vec<_> = self.place.steps().cloned().collect();
            for step in steps.into_iter().rev() {
                at.push(step.via, place.span);
            }
        }
        Value {
            kind,
            place: at,
            sensitive: self.sensitive,
        }
    }
}

impl Text {
    /// The text, standing wherever its value stands.
    #[must_use]
    pub fn unplaced(&self) -> Text {
        Text::of(self.parts().iter().map(|part| match part {
            Part::Lit(lit) => Piece::Lit(&lit.text, None),
            Part::Hole(hole) => Piece::Hole(hole.clone()),
        }))
    }
}

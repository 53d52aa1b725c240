//! What a value was made of, where that is more than one thing: a function's arguments, the parts of a template.

use super::{Kind, Place, Value};
use std::sync::Arc;

/// As many origins of one value as are kept.
const MOST: usize = 16;

/// Origins of origins are kept so deep.
const DEEP: u8 = 16;

/// The containers inside an argument that are looked through for origins.
const NESTED: u8 = 4;

/// The places of what a value was made of, as far as these came from elsewhere themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// In the order in which they stand in the expression.
    pub places: Vec<Place>,
    /// What made it of them: a function's name, `template` or `operator`.
    pub by: &'static str,
    /// As many of the innermost steps of the value's own way are the way of one of these.
    pub steps: usize,
    depth: u8,
}

impl Place {
    /// Records what the value was made of. What is written right where the value is made is not kept.
    pub fn made_of<'a>(&mut self, values: impl IntoIterator<Item = &'a Value>, by: &'static str) {
        let mut places = Vec::new();
        for value in values {
            collect(value, 0, &mut places);
        }
        self.made_at(places, by);
    }

    /// Records where the values stood that this one was made of.
    pub fn made_at(&mut self, mut places: Vec<Place>, by: &'static str) {
        let depth = |p: &Place| p.origins.as_ref().map_or(0, |o| o.depth);
        let deepest = places.iter().map(depth).max();
        let Some(deepest) = deepest else { return };
        if deepest >= DEEP {
            for place in &mut places {
                place.origins = None;
            }
        }
        self.origins = Some(Arc::new(Origins {
            by,
            steps: self.steps().count(),
            depth: if deepest >= DEEP { 1 } else { deepest + 1 },
            places,
        }));
    }
}

fn collect(value: &Value, nested: u8, places: &mut Vec<Place>) {
    if places.len() >= MOST {
        return;
    }
    if value.place.trail.is_some() || value.place.origins.is_some() {
        if !places.contains(&value.place) {
            places.push(value.place.clone());
        }
        return;
    }
    if nested >= NESTED {
        return;
    }
    match &value.kind {
        Kind::Sequence { items, .. } => {
            items.iter().for_each(|v| collect(v, nested + 1, places));
        }
        Kind::Mapping { entries, .. } => {
            entries
                .values()
                .for_each(|v| collect(v, nested + 1, places));
        }
        _ => {}
    }
}

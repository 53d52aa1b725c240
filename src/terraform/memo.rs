//! Values that are worked out once, on demand, and know when they are asked for while being worked out.

use foldhash::HashMap;
use std::cell::RefCell;
use std::hash::Hash;

/// Results by key.
pub(super) struct Memo<K, V>(RefCell<HashMap<K, Option<V>>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Memo(RefCell::default())
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Memo<K, V> {
    /// The result of a key: known, or made now; `cycle` stands in where it is being made already.
    pub(super) fn get(&self, key: &K, cycle: impl FnOnce() -> V, make: impl FnOnce() -> V) -> V {
        if let Some(slot) = self.0.borrow().get(key) {
            return match slot {
                Some(value) => value.clone(),
                None => cycle(),
            };
        }
        self.0.borrow_mut().insert(key.clone(), None);
        let value = make();
        self.0.borrow_mut().insert(key.clone(), Some(value.clone()));
        value
    }

    /// Puts another result in place of what was made.
    pub(super) fn set(&self, key: &K, value: V) {
        self.0.borrow_mut().insert(key.clone(), Some(value));
    }

    /// Forgets all results and hands out those that were made.
    pub(super) fn take(&self) -> Vec<V> {
        let all = self.0.take();
        all.into_values().flatten().collect()
    }
}

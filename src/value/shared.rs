//! What a container holds: one allocation for all clones of it, until one of them is changed. Values are handed on far
//! more often than they are changed.

use super::Value;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Something that its clones share; whoever changes it gets an own copy.
#[derive(Clone, Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> From<T> for Shared<T> {
    fn from(inner: T) -> Self {
        Shared(Arc::new(inner))
    }
}

impl<A, T: FromIterator<A>> FromIterator<A> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = A>>(items: I) -> Self {
        Shared(Arc::new(items.into_iter().collect()))
    }
}

impl<T: Clone + IntoIterator> IntoIterator for Shared<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Shared<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&*self.0).into_iter()
    }
}

impl<'a, T: Clone> IntoIterator for &'a mut Shared<T>
where
    &'a mut T: IntoIterator,
{
    type Item = <&'a mut T as IntoIterator>::Item;
    type IntoIter = <&'a mut T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        Arc::make_mut(&mut self.0).into_iter()
    }
}

/// The entries of a mapping. INVARIANT: sorted by key, no key twice.
///
/// A sorted vector: a mapping is mostly small and made once; the nodes of a tree would hold room for eleven values each.
#[derive(Clone, Debug, Default)]
pub struct Entries(Vec<(Arc<str>, Value)>);

impl Entries {
    /// No entries.
    pub const fn new() -> Self {
        Entries(Vec::new())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| (**k).cmp(key))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.find(key).ok()?;
        self.0.get(at).map(|(_, v)| v)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, v)| v)
    }

    /// Whether there is an entry of this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Sets the value of a key; the one that it had. To build many entries, collect them: each new key moves those behind
    /// it.
    pub fn insert(&mut self, key: Arc<str>, value: Value) -> Option<Value> {
        match self.find(&key) {
            Ok(at) => {
                let slot = self.0.get_mut(at).map(|(_, v)| v)?;
                Some(std::mem::replace(slot, value))
            }
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Keeps the entries that `keep` picks.
    pub fn retain(&mut self, mut keep: impl FnMut(&Arc<str>, &mut Value) -> bool) {
        self.0.retain_mut(|(k, v)| keep(k, v));
    }

    /// Keys and values by rising key.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(split)
    }

    /// The keys, rising.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> + ExactSizeIterator {
        self.0.iter().map(|(k, _)| k)
    }

    /// The values by rising key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.0.iter().map(|(_, v)| v)
    }

    /// The values by rising key, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, v)| v)
    }

    /// Restores the order after further entries were put at the end: of one key, the last entry stays.
    fn settle(&mut self) {
        if self.0.is_sorted_by(|(a, _), (b, _)| a < b) {
            return;
        }
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.0.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
    }
}

/// Goes through entries by rising key.
pub(super) type Iter<'a> = std::iter::Map<
    std::slice::Iter<'a, (Arc<str>, Value)>,
    fn(&'a (Arc<str>, Value)) -> (&'a Arc<str>, &'a Value),
>;

/// The same, to change the values.
pub(super) type IterMut<'a> = std::iter::Map<
    std::slice::IterMut<'a, (Arc<str>, Value)>,
    fn(&'a mut (Arc<str>, Value)) -> (&'a Arc<str>, &'a mut Value),
>;

fn split_mut((key, value): &mut (Arc<str>, Value)) -> (&Arc<str>, &mut Value) {
    (key, value)
}

fn split((key, value): &(Arc<str>, Value)) -> (&Arc<str>, &Value) {
    (key, value)
}

impl FromIterator<(Arc<str>, Value)> for Entries {
    /// Of one key, the last entry counts.
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Self {
        let mut all = Entries(entries.into_iter().collect());
        all.settle();
        all
    }
}

impl Extend<(Arc<str>, Value)> for Entries {
    /// Of one key, the last entry counts.
    fn extend<I: IntoIterator<Item = (Arc<str>, Value)>>(&mut self, entries: I) {
        self.0.extend(entries);
        self.settle();
    }
}

impl From<BTreeMap<Arc<str>, Value>> for Entries {
    fn from(entries: BTreeMap<Arc<str>, Value>) -> Self {
        Entries(entries.into_iter().collect())
    }
}

impl From<BTreeMap<Arc<str>, Value>> for Shared<Entries> {
    fn from(entries: BTreeMap<Arc<str>, Value>) -> Self {
        Shared::from(Entries::from(entries))
    }
}

impl<const N: usize> From<[(Arc<str>, Value); N]> for Shared<Entries> {
    fn from(entries: [(Arc<str>, Value); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl IntoIterator for Entries {
    type Item = (Arc<str>, Value);
    type IntoIter = std::vec::IntoIter<(Arc<str>, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = (&'a Arc<str>, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Entries {
    type Item = (&'a Arc<str>, &'a mut Value);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> IterMut<'a> {
        self.0.iter_mut().map(split_mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{FileId, Files, Span};

    fn at() -> Span {
        let files = Files::default();
        let id: FileId = files.add("a", "");
        Span::new(id, 0, 0)
    }

    fn number(n: i64) -> Value {
        Value::number(n, at())
    }

    fn seen(entries: &Entries) -> Vec<(String, i64)> {
        let seen = entries.iter().map(|(k, v)| (k.to_string(), v.as_i64()));
        seen.map(|(k, v)| (k, v.unwrap())).collect()
    }

    #[test]
    fn a_change_concerns_one_of_several_clones() {
        let mut one: Shared<Vec<i32>> = vec![1, 2].into();
        let other = one.clone();
        one.push(3);
        assert_eq!(
            (one.as_slice(), other.as_slice()),
            (&[1, 2, 3][..], &[1, 2][..])
        );
    }

    proptest::proptest! {
        /// Built at once, one by one or in two parts: the same as a tree of the standard library.
        #[test]
        fn entries_are_as_in_a_tree(
            keys in proptest::collection::vec("[a-d]{0,2}", 0..24),
            cut in 0_usize..24,
            other in "[a-d]{0,2}",
        ) {
            let all = || (0..).zip(&keys).map(|(n, k)| (Arc::<str>::from(k.as_str()), number(n)));
            let tree: BTreeMap<Arc<str>, i64> =
                all().map(|(k, v)| (k, v.as_i64().unwrap())).collect();
            let want: Vec<(String, i64)> =
                tree.iter().map(|(k, v)| (k.to_string(), *v)).collect();
            let at_once: Entries = all().collect();
            let mut one_by_one = Entries::new();
            for (key, value) in all() {
                one_by_one.insert(key, value);
            }
            let mut in_parts: Entries = all().take(cut).collect();
            in_parts.extend(all().skip(cut));
            proptest::prop_assert_eq!(seen(&at_once), want.clone());
            proptest::prop_assert_eq!(seen(&one_by_one), want.clone());
            proptest::prop_assert_eq!(seen(&in_parts), want.clone());
            let found = at_once.get(&other).and_then(Value::as_i64);
            proptest::prop_assert_eq!(found, tree.get(other.as_str()).copied());
            let taken = one_by_one.remove(&other).and_then(|v| v.as_i64());
            proptest::prop_assert_eq!(taken, found);
            proptest::prop_assert!(!one_by_one.contains_key(&other));
        }
    }
}

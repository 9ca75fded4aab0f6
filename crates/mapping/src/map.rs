//! The members of a map value: few, read often, copied cheaply.

use crate::value::Value;
use std::sync::Arc;

/// Members by name, in the order of their names, so that going through them is repeatable. A sorted
/// list: most maps have a handful of members, and a tree would take several times the memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(Arc<str>, Value)>);

impl Map {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn with_capacity(members: usize) -> Self {
        Self(Vec::with_capacity(members))
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        // Documents name their members in any order, but one after the other is often sorted.
        match self.0.last() {
            Some((last, _)) if **last < *name => Err(self.0.len()),
            None => Err(0),
            Some(_) => self.0.binary_search_by(|(known, _)| (**known).cmp(name)),
        }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).ok().map(|at| &self.0[at].1)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).ok().map(|at| &mut self.0[at].1)
    }

    /// The name as it is kept, and the value.
    pub fn get_key_value(&self, name: &str) -> Option<(&Arc<str>, &Value)> {
        self.find(name)
            .ok()
            .map(|at| (&self.0[at].0, &self.0[at].1))
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Puts a member in; answers with what it replaces.
    pub fn insert(&mut self, name: Arc<str>, value: Value) -> Option<Value> {
        match self.find(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> + ExactSizeIterator {
        self.0.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }

    /// Keeps only the members for which `keep` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&Arc<str>, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Gives back memory that is not needed.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// Members in the order of their names.
pub struct Iter<'a>(std::slice::Iter<'a, (Arc<str>, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Arc<str>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Arc<str>, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Arc<str>, Value);
    type IntoIter = std::vec::IntoIter<(Arc<str>, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Map {
    /// Of several members with one name the last counts.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        let mut map = Self::new();
        map.extend(members);
        map
    }
}

impl<K: Into<Arc<str>>> Extend<(K, Value)> for Map {
    fn extend<I: IntoIterator<Item = (K, Value)>>(&mut self, members: I) {
        let members = members.into_iter();
        if self.0.is_empty() {
            // Sorted once: a map of many members in any order would be slow to put together.
            self.0 = members.map(|(name, value)| (name.into(), value)).collect();
            self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
            self.0.reverse();
            self.0.dedup_by(|a, b| a.0 == b.0);
            self.0.reverse();
            return;
        }
        for (name, value) in members {
            self.insert(name.into(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(members: &[(&str, i64)]) -> Map {
        members
            .iter()
            .map(|(name, n)| (*name, Value::Int(*n)))
            .collect()
    }

    #[test]
    fn members_are_sorted_and_the_last_of_a_name_counts() {
        let made = map(&[("b", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5)]);
        let mut put = Map::new();
        for (name, n) in [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5)] {
            put.insert(name.into(), Value::Int(n));
        }
        assert_eq!(made, put);
        let names: Vec<_> = made.keys().map(|k| k.to_string()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(made.get("a"), Some(&Value::Int(5)));
        assert_eq!(made.get("b"), Some(&Value::Int(3)));
        assert_eq!((made.get("aa"), made.len()), (None, 3));
        assert_eq!(put.remove("b"), Some(Value::Int(3)));
        assert_eq!(put, map(&[("a", 5), ("c", 4)]));
    }
}

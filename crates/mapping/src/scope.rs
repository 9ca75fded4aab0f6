//! The names that a formula sees.

use crate::fact::Facts;
use crate::shape::Shape;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Names and their values; inner names hide those of the parent.
#[derive(Clone, Debug, Default)]
pub struct Names {
    own: HashMap<Arc<str>, Value>,
    parent: Option<Arc<Names>>,
}

impl Names {
    pub fn new() -> Self {
        Self::default()
    }

    /// Empty names that see through to `parent`.
    pub fn within(parent: Arc<Names>) -> Self {
        Self {
            own: HashMap::new(),
            parent: Some(parent),
        }
    }

    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Value) {
        self.own.insert(name.into(), value);
    }

    /// One of these names themselves, to be changed in its place.
    pub fn own_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.own.get_mut(name)
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut names = self;
        loop {
            match (names.own.get(name), &names.parent) {
                (Some(value), _) => return Some(value),
                (None, Some(parent)) => names = parent,
                (None, None) => return None,
            }
        }
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Names {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(names: I) -> Self {
        Self {
            own: names.into_iter().map(|(k, v)| (k.into(), v)).collect(),
            parent: None,
        }
    }
}

/// Everything that an evaluation depends on.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub names: &'a Names,
    pub facts: &'a Facts,
    /// The company whose books are kept; also the name `company`, unless `names` has one.
    pub company: &'a model::Company,
}

impl Scope<'_> {
    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.names.get(name) {
            return Some(value.clone());
        }
        if name == "company" {
            return Value::from_json(&self.company.to_value(), &Shape::plain()).ok();
        }
        None
    }
}

//! The names that a formula sees.

use crate::fact::Facts;
use crate::limits;
use crate::map::Map;
use crate::shape::Shape;
use crate::value::Value;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names and their values; inner names hide those of the parent.
#[derive(Clone, Debug, Default)]
pub struct Names {
    own: Map,
    parent: Option<Arc<Names>>,
}

impl Names {
    pub fn new() -> Self {
        Self::default()
    }

    /// Empty names that see through to `parent`.
    pub fn within(parent: Arc<Names>) -> Self {
        Self {
            own: Map::new(),
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

    /// Every name that is seen, in order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        let mut all = BTreeMap::new();
        let mut next = Some(self);
        while let Some(names) = next {
            for (name, value) in &names.own {
                all.entry(&**name).or_insert(value);
            }
            next = names.parent.as_deref();
        }
        all.into_iter()
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
            own: names.into_iter().collect(),
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

/// The variable of a list mapping, while its item is computed.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub name: &'a str,
    pub value: &'a Value,
    pub outer: Option<&'a Bound<'a>>,
}

/// A scope, and where in a template one stands in it.
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    pub scope: &'a Scope<'a>,
    pub bound: Option<&'a Bound<'a>>,
    kept: &'a Kept,
}

/// What the formulas of one evaluation share.
pub(crate) struct Kept {
    /// The company as a value, made when it is first asked for.
    company: OnceCell<Option<Value>>,
    /// The operations that are left to all of them.
    pub left: Cell<u32>,
}

impl Kept {
    pub fn new() -> Self {
        Self {
            company: OnceCell::new(),
            left: Cell::new(limits::TEMPLATE_OPERATIONS),
        }
    }
}

impl<'a> Here<'a> {
    pub fn new(scope: &'a Scope<'a>, kept: &'a Kept) -> Self {
        Self {
            scope,
            bound: None,
            kept,
        }
    }

    /// The operations that are left.
    pub fn left(&self) -> &'a Cell<u32> {
        &self.kept.left
    }

    /// The same place with one more variable.
    pub fn with(self, bound: &'a Bound<'a>) -> Self {
        Self {
            bound: Some(bound),
            ..self
        }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let mut bound = self.bound;
        while let Some(variable) = bound {
            if variable.name == name {
                return Some(variable.value);
            }
            bound = variable.outer;
        }
        if let Some(value) = self.scope.names.get(name) {
            return Some(value);
        }
        if name != "company" {
            return None;
        }
        let company = self.scope.company;
        let value = self
            .kept
            .company
            .get_or_init(|| Value::from_json(&company.to_value(), &Shape::plain()).ok());
        value.as_ref()
    }
}

//! The names that formulas may use, and what is known of their values.

use super::guard::{bounds, holds};
use crate::formula::Formula;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Members that are declared one by one: the schema of each, and whether it is there for sure.
pub type Members = BTreeMap<String, (Arc<Json>, bool)>;

/// The names that a formula may use, and what is known of their values. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    names: BTreeMap<Arc<str>, Declared>,
    /// The schemas of the rows of lookup tables; nothing: any table may be there.
    lookups: Option<Arc<BTreeMap<String, Arc<Json>>>>,
    /// Paths that are known to have a value here, such as those that a `when` asks for.
    present: Arc<BTreeSet<String>>,
    /// How long the texts of some paths are known to be at most.
    bounds: Arc<BTreeMap<String, usize>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Declared {
    Whole(Arc<Json>),
    Members(Arc<Members>),
}

impl Schemas {
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a name. `true` or `{}` as its schema: anything goes.
    pub fn set(&mut self, name: impl Into<Arc<str>>, schema: Json) {
        self.set_shared(name, Arc::new(schema));
    }

    /// As [`Schemas::set`], for a schema that others hold too.
    pub fn set_shared(&mut self, name: impl Into<Arc<str>>, schema: Arc<Json>) {
        self.names.insert(name.into(), Declared::Whole(schema));
    }

    /// Declares a member of a name whose members come one after the other, such as `steps`: what
    /// was declared before stays and is not copied. `certain`: it is there, whatever happens.
    pub fn set_member(&mut self, name: &str, member: &str, schema: Arc<Json>, certain: bool) {
        self.declare(name);
        if let Some(Declared::Members(members)) = self.names.get_mut(name) {
            Arc::make_mut(members).insert(member.to_owned(), (schema, certain));
        }
    }

    /// Declares a name that has no members yet.
    pub fn declare(&mut self, name: &str) {
        if !matches!(self.names.get(name), Some(Declared::Members(_))) {
            let none = Declared::Members(Arc::default());
            self.names.insert(Arc::from(name), none);
        }
    }

    /// Declares a lookup table by the schema of its rows. Once one is declared, all have to be.
    pub fn set_lookup(&mut self, table: &str, row: Json) {
        let lookups = self.lookups.get_or_insert_default();
        Arc::make_mut(lookups).insert(table.to_owned(), Arc::new(row));
    }

    /// Takes a condition to hold: what it asks for with `has()` is there, and no text is longer
    /// than it allows with `size()`.
    pub fn assume(&mut self, condition: &Formula) {
        let mut found = Vec::new();
        holds(condition.node(), true, &[], &mut found);
        if !found.is_empty() {
            Arc::make_mut(&mut self.present).extend(found);
        }
        let mut found = Vec::new();
        bounds(condition.node(), true, &[], &mut found);
        if !found.is_empty() {
            Arc::make_mut(&mut self.bounds).extend(found);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Declared> {
        self.names.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(AsRef::as_ref)
    }

    pub(crate) fn lookups(&self) -> Option<&BTreeMap<String, Arc<Json>>> {
        self.lookups.as_deref()
    }

    pub(crate) fn bounds(&self) -> &BTreeMap<String, usize> {
        &self.bounds
    }

    pub(crate) fn present(&self) -> &BTreeSet<String> {
        &self.present
    }
}

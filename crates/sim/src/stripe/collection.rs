//! The objects of one kind, in the order they were made, with cursors and a few indexed fields.

use serde_json::Value;
use std::collections::HashMap;

/// Objects by id. Nothing is ever removed: deleted objects carry `deleted: true`.
pub struct Collection {
    objects: Vec<Value>,
    by_id: HashMap<String, usize>,
    indexed: &'static [&'static str],
    index: HashMap<(&'static str, String), Vec<usize>>,
}

impl Collection {
    /// `indexed` names fields that hold an id and never change.
    pub fn new(indexed: &'static [&'static str]) -> Self {
        Self {
            objects: Vec::new(),
            by_id: HashMap::new(),
            indexed,
            index: HashMap::new(),
        }
    }

    /// Adds an object under its `id`.
    pub fn insert(&mut self, object: Value) {
        let at = self.objects.len();
        for field in self.indexed {
            if let Some(Value::String(value)) = object.get(*field) {
                self.index
                    .entry((field, value.clone()))
                    .or_default()
                    .push(at);
            }
        }
        self.by_id.insert(text(&object, "id").to_owned(), at);
        self.objects.push(object);
    }

    /// Takes an indexed field into the index that was null when the object was added.
    pub fn reindex(&mut self, id: &str, field: &str) {
        let Some(at) = self.position(id) else { return };
        let Some(field) = self.indexed.iter().find(|f| **f == field) else {
            return;
        };
        let key = (*field, text(&self.objects[at], field).to_owned());
        let positions = self.index.entry(key).or_default();
        if let Err(place) = positions.binary_search(&at) {
            positions.insert(place, at);
        }
    }

    pub fn get(&self, id: &str) -> Option<&Value> {
        self.position(id).map(|at| &self.objects[at])
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        let at = self.position(id)?;
        self.objects.get_mut(at)
    }

    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub fn at(&self, position: usize) -> &Value {
        &self.objects[position]
    }

    pub fn len(&self) -> usize {
        self.objects.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.objects.iter()
    }

    pub fn is_indexed(&self, field: &str) -> bool {
        self.indexed.contains(&field)
    }

    /// Positions, oldest first, of the objects whose indexed `field` is `value`.
    pub fn having(&self, field: &str, value: &str) -> &[usize] {
        let Some(field) = self.indexed.iter().find(|f| **f == field) else {
            return &[];
        };
        self.index
            .get(&(*field, value.to_owned()))
            .map_or(&[], Vec::as_slice)
    }
}

/// The text under `key`; empty if there is none.
pub fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The number under `key`; 0 if there is none.
pub fn int(object: &Value, key: &str) -> i64 {
    object.get(key).and_then(Value::as_i64).unwrap_or_default()
}

/// Whether `key` is true.
pub fn flag(object: &Value, key: &str) -> bool {
    object.get(key).and_then(Value::as_bool).unwrap_or_default()
}

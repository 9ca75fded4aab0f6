//! Lookup tables as walks over the past meet them, kept in memory for a while.

use super::Past;
use mapping::table::day::Date;
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// So many rows are kept; then it begins anew.
const ROWS_MAX: usize = 20_000;

/// What all walks of a job have met.
#[derive(Default)]
pub(crate) struct Tables {
    /// The revision that stands for "the newest", for the whole job.
    newest: Mutex<BTreeMap<String, i64>>,
    rows: Mutex<HashMap<RowKey, Option<Value>>>,
}

/// Table, key, day, revision.
type RowKey = (String, String, Date, i64);

impl Past<'_> {
    /// The revision at which a table is met; none if nobody has asked yet.
    pub fn revision(&self, table: &str) -> Option<i64> {
        let pinned = self.pins.get(table).copied();
        pinned.or_else(|| self.tables.newest.lock().get(table).copied())
    }

    /// Others meet it at the same.
    pub fn pin(&self, table: &str, revision: i64) {
        if !self.pins.contains_key(table) {
            let mut newest = self.tables.newest.lock();
            newest.entry(table.to_owned()).or_insert(revision);
        }
    }

    pub fn row(&self, table: &str, key: &str, day: Date, revision: i64) -> Option<Option<Value>> {
        let key = (table.to_owned(), key.to_owned(), day, revision);
        self.tables.rows.lock().get(&key).cloned()
    }

    pub fn keep_row(
        &self,
        table: &str,
        key: &str,
        day: Date,
        revision: i64,
        value: Option<&Value>,
    ) {
        let mut rows = self.tables.rows.lock();
        if rows.len() >= ROWS_MAX {
            rows.clear();
        }
        let key = (table.to_owned(), key.to_owned(), day, revision);
        rows.insert(key, value.cloned());
    }
}

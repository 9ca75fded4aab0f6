//! `lookups/`: definitions and rows of tables.
//!
//! The rows of a table that has a definition are a CSV file. A table that takes anything has its
//! rows in its YAML file.

use super::settings::sorted;
use super::{Files, Found, Place, refuse_comments};
use mapping::table::timeline::{Missing, Span, apply, diff, spans};
use mapping::table::{Point, ROWS_MAX, TableDefinition, day, key, sheet};
use model::Problem;
use model::yaml::{Emitter, load};
use serde::Deserialize;
use serde_json::{Map, Value};
use sheet::SheetRow;
use std::collections::BTreeMap;

/// A table, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub description: String,
    /// Absent for a table that takes anything.
    pub definition: Option<TableDefinition>,
    /// Its rows through time.
    pub rows: Vec<SheetRow>,
}

impl Table {
    /// A table as it is stored: by key and moment.
    pub fn new(
        description: String,
        definition: Option<TableDefinition>,
        points: &[Point],
    ) -> Result<Self, String> {
        let rows = spans(points).iter().map(row).collect();
        let table = Self {
            description,
            definition,
            rows,
        };
        // What a file cannot hold must not be lost without a word.
        let written = match &table.definition {
            Some(definition) => {
                let text = sheet::write(definition, points, b',');
                let read = sheet::read(definition, &text, sheet::Limits::WHOLE);
                read.map(|rows| rows.len()).unwrap_or_default()
            }
            None => table.rows.len(),
        };
        if written == table.rows.len() {
            Ok(table)
        } else {
            Err("some rows are not as its definition says".into())
        }
    }

    /// The rows as points in the order of key and moment.
    pub fn points(&self) -> Vec<Point> {
        apply(&[], &diff(&[], &self.rows, Missing::Keep).changes)
    }
}

fn row(span: &Span<'_>) -> SheetRow {
    SheetRow {
        line: 0,
        key: span.key.to_owned(),
        from: span.from,
        until: span.until.filter(|_| span.ended),
        value: span.value.clone(),
    }
}

#[derive(Deserialize)]
struct Read {
    schema: u32,
    table: String,
    #[serde(default)]
    description: String,
    rows: Option<Vec<ReadRow>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadRow {
    key: String,
    value: Value,
    #[serde(default)]
    valid_from: String,
    #[serde(default)]
    valid_to: String,
}

pub fn read(places: &BTreeMap<Place, &str>, found: &mut Vec<Found>) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    for (place, text) in places {
        let Place::Definition(name) = place else {
            continue;
        };
        let csv = places.get(&Place::Rows(name.clone()));
        match table(name, text, csv.copied()) {
            Ok(table) => drop(tables.insert(name.clone(), table)),
            Err(wrong) => found.extend(wrong),
        }
    }
    for place in places.keys() {
        if let Place::Rows(name) = place
            && !places.contains_key(&Place::Definition(name.clone()))
        {
            let message = "nothing says what its columns are";
            let cure = format!("add `{}`", Place::Definition(name.clone()));
            let problem = Problem::error("", "missing_file", message, cure);
            found.push(Found::new(place, problem));
        }
    }
    tables
}

fn table(name: &str, text: &str, csv: Option<&str>) -> Result<Table, Vec<Found>> {
    let place = Place::Definition(name.to_owned());
    let told = |problem: Problem| Found::new(&place, problem);
    let one = |path: &str, code: &str, message: String, cure: &str| {
        vec![told(Problem::error(path, code, message, cure))]
    };
    let loaded = load(text);
    let mut found: Vec<Found> = loaded.problems.into_iter().map(told).collect();
    refuse_comments(&place, &loaded.comments, &mut found);
    if !found.is_empty() {
        return Err(found);
    }
    let root = loaded.root.map(|root| root.to_value()).unwrap_or_default();
    let wrong = |error: serde_json::Error| {
        let cure = "see what `towpath env pull` writes";
        one("", "wrong_definition", error.to_string(), cure)
    };
    let read: Read = serde_json::from_value(root).map_err(wrong)?;
    if read.schema != 1 {
        let message = format!("`schema` is {}, this release reads 1", read.schema);
        return Err(one(
            "schema",
            "unknown_schema",
            message,
            "write `schema: 1`",
        ));
    }
    if read.table != name {
        let message = format!("it is named `{name}` and holds `{}`", read.table);
        return Err(one("table", "other_name", message, "rename one of them"));
    }
    let (definition, rows) = match (read.rows, read.rest.is_empty(), csv) {
        (Some(rows), true, None) => {
            let all = |wrong: Vec<Problem>| wrong.into_iter().map(told).collect::<Vec<_>>();
            (None, untyped(rows).map_err(all)?)
        }
        (None, false, csv) => {
            let rest = Value::Object(read.rest);
            let definition: TableDefinition = serde_json::from_value(rest).map_err(wrong)?;
            let problems = definition.check();
            if !problems.is_empty() {
                return Err(problems.into_iter().map(told).collect());
            }
            let rows = match csv {
                Some(csv) => sheet::read(&definition, csv.as_bytes(), sheet::Limits::WHOLE),
                None => Ok(Vec::new()),
            };
            let rows_place = Place::Rows(name.to_owned());
            let in_rows = |p: Problem| Found::new(&rows_place, p);
            let mut rows =
                rows.map_err(|wrong| wrong.into_iter().map(in_rows).collect::<Vec<_>>())?;
            rows.iter_mut().for_each(|row| row.line = 0);
            (Some(definition), rows)
        }
        _ => {
            let message = "it has neither columns, with rows in a CSV file, nor `rows`".to_owned();
            let cure = "give `columns:` and a CSV file, or `rows:` for a table that takes anything";
            return Err(one("", "wrong_definition", message, cure));
        }
    };
    Ok(Table {
        description: read.description,
        definition,
        rows,
    })
}

fn untyped(read: Vec<ReadRow>) -> Result<Vec<SheetRow>, Vec<Problem>> {
    if read.len() > ROWS_MAX {
        let message = format!("the table has more than {ROWS_MAX} rows");
        let problem = Problem::error("rows", "too_many_rows", message, "take some out");
        return Err(vec![problem]);
    }
    let mut rows: Vec<SheetRow> = Vec::with_capacity(read.len());
    let mut problems = Vec::new();
    for (n, row) in read.into_iter().enumerate() {
        let place = |column: &str| format!("rows[{n}].{column}");
        let mut wrong = |column: &str, code: &str, message: &str, cure: &str| {
            problems.push(Problem::error(place(column), code, message, cure));
        };
        if row.key.is_empty() || row.key.len() > key::BYTES_MAX {
            let message = "the key is empty or longer than 1000 bytes";
            wrong(
                "key",
                "wrong_key",
                message,
                "give the text that formulas look up",
            );
        }
        if row.value.is_null() {
            let cure = "give a value, or take the row out";
            wrong("value", "wrong_value", "null is no value", cure);
        }
        match sheet::validity(&row.valid_from, &row.valid_to, &place) {
            Err(found) => problems.extend(found),
            Ok((from, until)) => {
                let last = rows.last().map(|last| (&last.key, last.from, last.until));
                if let Some((key, begun, ended)) = last
                    && ((key, begun) >= (&row.key, from)
                        || *key == row.key && ended.is_some_and(|ended| ended > from))
                {
                    let message = "the row before it has a later key, or is valid at the same time";
                    let cure = "bring the rows in the order of their keys and days";
                    wrong("key", "wrong_order", message, cure);
                }
                rows.push(SheetRow {
                    line: 0,
                    key: row.key,
                    from,
                    until,
                    value: row.value,
                });
            }
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(sheet::cut(problems))
    }
}

pub fn write(tables: &BTreeMap<String, Table>, files: &mut Files) {
    for (name, table) in tables {
        let place = Place::Definition(name.clone());
        files.insert(place.to_string(), definition(name, table));
        if let Some(definition) = &table.definition {
            let csv = sheet::write(definition, &table.points(), b',');
            // Cells are texts and numbers, so the file is one text.
            let csv = String::from_utf8(csv).unwrap_or_default();
            files.insert(Place::Rows(name.clone()).to_string(), csv);
        }
    }
}

fn definition(name: &str, table: &Table) -> String {
    let mut e = Emitter::new();
    e.word("schema", "1");
    e.text("table", name);
    if !table.description.is_empty() {
        e.text("description", &table.description);
    }
    match &table.definition {
        Some(definition) => {
            let value = serde_json::to_value(definition).unwrap_or_default();
            let members = value.as_object().into_iter().flatten();
            members.for_each(|(key, value)| e.value(key, value));
        }
        None => e.list("rows", &table.rows, |e, row| {
            e.text("key", &row.key);
            e.value("value", &sorted(&row.value));
            let dates = [
                ("valid_from", day::to_from_text(row.from)),
                (
                    "valid_to",
                    row.until.map(day::to_until_text).unwrap_or_default(),
                ),
            ];
            for (name, text) in dates.iter().filter(|(_, text)| !text.is_empty()) {
                e.text(name, text);
            }
        }),
    }
    e.finish()
}

//! A row as a person gives it, and as it is kept.

use super::{Column, ColumnKind, PRIORITY, RULE, TableDefinition, TableKind, VALUE, cell, key};
use crate::rules::Condition;
use model::Problem;
use serde_json::{Map, Value as Json};

/// What a person gives for a row: the cells by column, without key and dates. An absent or null
/// cell is empty.
pub type Cells = Map<String, Json>;

/// Where a column of the row stands, for problems: `rows[3].account`, `line 4, column account`.
pub(super) type Place<'a> = &'a dyn Fn(&str) -> String;

impl TableDefinition {
    /// The key's text and the value of a row, as they are kept.
    ///
    /// # Errors
    /// All that is wrong with the row, each with its place and a cure.
    pub fn row(
        &self,
        parts: &[String],
        cells: &Cells,
        place: &dyn Fn(&str) -> String,
    ) -> Result<(String, Json), Vec<Problem>> {
        let mut problems = Vec::new();
        let key = self.key(parts, place, &mut problems);
        let value = self.value(cells, place, &mut problems);
        if problems.is_empty() {
            Ok((key, value))
        } else {
            Err(problems)
        }
    }

    /// The text of a key by its parts.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn key_text(
        &self,
        parts: &[String],
        place: &dyn Fn(&str) -> String,
    ) -> Result<String, Vec<Problem>> {
        let mut problems = Vec::new();
        let key = self.key(parts, place, &mut problems);
        if problems.is_empty() {
            Ok(key)
        } else {
            Err(problems)
        }
    }

    /// The parts of a stored key, and the cells of a stored value: what [`Self::row`] would take.
    /// Nothing if the row is of another shape than the definition says.
    pub fn cells(&self, key: &str, value: &Json) -> Option<(Vec<String>, Cells)> {
        let parts = key::parts(key, self.key_names().len())?;
        let bare = self.kind == TableKind::Rows && self.is_bare();
        let cells = match value {
            Json::Object(cells) if !bare => cells.clone(),
            Json::Object(_) | Json::Array(_) => return None,
            value if bare => Map::from_iter([(VALUE.to_owned(), value.clone())]),
            _ => return None,
        };
        Some((parts, cells))
    }

    fn key(&self, parts: &[String], place: Place<'_>, problems: &mut Vec<Problem>) -> String {
        let rule = [Column::text(RULE)];
        let columns = match self.kind {
            TableKind::Rows => self.keys.as_slice(),
            TableKind::Rules => rule.as_slice(),
        };
        if parts.len() != columns.len() {
            let names = self.key_names().join(", ");
            let message = format!("the key has {} parts, not {}", columns.len(), parts.len());
            let cure = format!("give: {names}");
            problems.push(Problem::error(place("key"), "wrong_key", message, cure));
            return String::new();
        }
        let mut texts = Vec::with_capacity(parts.len());
        for (column, part) in columns.iter().zip(parts) {
            match cell::read(column, &Json::String(part.clone())) {
                Ok(value) => texts.push(cell::to_text(Some(&value))),
                Err((message, cure)) => {
                    problems.push(Problem::error(
                        place(&column.name),
                        "wrong_key",
                        message,
                        cure,
                    ));
                }
            }
        }
        let text = key::text(&texts);
        if text.len() > key::BYTES_MAX {
            let message = format!(
                "the key has {} bytes, {} at most",
                text.len(),
                key::BYTES_MAX
            );
            problems.push(Problem::error(
                place("key"),
                "long_key",
                message,
                "shorten it",
            ));
        }
        text
    }

    fn value(&self, cells: &Cells, place: Place<'_>, problems: &mut Vec<Problem>) -> Json {
        let names = self.cell_names();
        for name in cells.keys().filter(|name| !names.contains(&name.as_str())) {
            let cure = match crate::check::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", names.join(", ")),
            };
            let message = format!("there is no column `{}`", cell::shown(name));
            problems.push(Problem::error(place(name), "unknown_column", message, cure));
        }
        let mut kept = Map::new();
        if self.kind == TableKind::Rules {
            self.rule(cells, place, problems, &mut kept);
        }
        for column in &self.columns {
            let value = read(column, cells, place, problems, cell::read);
            if let Some(value) = value {
                kept.insert(column.name.clone(), value);
            }
        }
        if self.is_bare() && self.kind == TableKind::Rows {
            if kept.is_empty() && problems.is_empty() {
                let cure = "give one; to take the row out, end it";
                let message = "the row has no value";
                problems.push(Problem::error(place(VALUE), "missing_value", message, cure));
            }
            return kept.remove(VALUE).unwrap_or_default();
        }
        Json::Object(kept)
    }

    /// Priority and conditions of a rule.
    fn rule(
        &self,
        cells: &Cells,
        place: Place<'_>,
        problems: &mut Vec<Problem>,
        kept: &mut Map<String, Json>,
    ) {
        let number = Column {
            name: PRIORITY.into(),
            kind: ColumnKind::Number,
            ..Column::default()
        };
        let priority = read(&number, cells, place, problems, cell::read);
        let mut any = false;
        for column in &self.conditions {
            let condition = read(column, cells, place, problems, |column, given| {
                let text = match given {
                    Json::String(text) => text.clone(),
                    Json::Number(_) | Json::Bool(_) => given.to_string(),
                    _ => {
                        let cure = "see the documentation of rules";
                        return Err(("a condition is one text".to_owned(), cure.to_owned()));
                    }
                };
                Condition::parse(column, &text).map(|_| Json::String(text))
            });
            match condition {
                // `*` says the same as nothing.
                Some(Json::String(text)) if text == "*" => {}
                Some(condition) => {
                    any = true;
                    kept.insert(column.name.clone(), condition);
                }
                None => {}
            }
        }
        match priority {
            Some(_) if !any && problems.is_empty() => {
                let message = "a rule without conditions is the default and comes last";
                let cure = "leave `priority` out, or give a condition";
                let at = place(PRIORITY);
                problems.push(Problem::error(at, "default_priority", message, cure));
            }
            Some(priority) => {
                kept.insert(PRIORITY.into(), priority);
            }
            None => {}
        }
    }
}

/// A cell, if it is there and in order.
fn read(
    column: &Column,
    cells: &Cells,
    place: Place<'_>,
    problems: &mut Vec<Problem>,
    how: impl Fn(&Column, &Json) -> Result<Json, cell::Wrong>,
) -> Option<Json> {
    let given = cells.get(&column.name).filter(|given| !given.is_null());
    let Some(given) = given else {
        if column.required {
            let message = format!("`{}` is required and empty", column.name);
            let at = place(&column.name);
            problems.push(Problem::error(at, "missing_value", message, "give a value"));
        }
        return None;
    };
    match how(column, given) {
        Ok(value) => Some(value),
        Err((message, cure)) => {
            let at = place(&column.name);
            problems.push(Problem::error(at, "wrong_value", message, cure));
            None
        }
    }
}

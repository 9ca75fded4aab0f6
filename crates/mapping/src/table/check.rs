//! Whether a definition makes sense: all that is wrong with it.

use super::{
    COLUMNS_MAX, Column, ColumnKind, PRIORITY, RULE, TEXT_MAX, TableDefinition, TableKind,
    VALID_FROM, VALID_TO, VALUE,
};
use model::Problem;
use std::collections::BTreeSet;

/// Names that files use for something else.
const TAKEN: [&str; 5] = [RULE, PRIORITY, VALID_FROM, VALID_TO, "key"];

impl TableDefinition {
    /// All that is wrong with the definition.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut error = |path: &str, code: &str, message: String, cure: &str| {
            problems.push(Problem::error(path, code, message, cure));
        };
        let (found_by, other) = match self.kind {
            TableKind::Rows => (("keys", &self.keys), ("conditions", &self.conditions)),
            TableKind::Rules => (("conditions", &self.conditions), ("keys", &self.keys)),
        };
        if found_by.1.is_empty() {
            let message = format!("a table of this kind has `{}`", found_by.0);
            error(found_by.0, "no_keys", message, "name one column at least");
        }
        if !other.1.is_empty() {
            let message = format!("a table of this kind has no `{}`", other.0);
            error(
                other.0,
                "wrong_kind",
                message,
                "leave them out, or change `kind`",
            );
        }
        if self.columns.is_empty() {
            let message = "a row gives nothing".to_owned();
            error("columns", "no_columns", message, "name one column at least");
        }
        let count = self.keys.len() + self.conditions.len() + self.columns.len();
        if count > COLUMNS_MAX {
            let message = format!("{count} columns; a table has {COLUMNS_MAX} at most");
            error(
                "columns",
                "too_many_columns",
                message,
                "make two tables of it",
            );
        }
        let mut names = BTreeSet::new();
        for (part, columns) in [
            ("keys", &self.keys),
            ("conditions", &self.conditions),
            ("columns", &self.columns),
        ] {
            for (n, column) in columns.iter().enumerate() {
                let path = format!("{part}[{n}]");
                let bare = part == "columns" && self.is_bare();
                self.check_column(column, &path, part == "keys", bare, &mut problems);
                if !names.insert(column.name.as_str()) {
                    let message = format!("two columns are called `{}`", column.name);
                    let cure = "give each a name of its own";
                    problems.push(Problem::error(&path, "name_twice", message, cure));
                }
            }
        }
        problems
    }

    fn check_column(
        &self,
        column: &Column,
        path: &str,
        is_key: bool,
        bare: bool,
        problems: &mut Vec<Problem>,
    ) {
        let mut error = |at: &str, code: &str, message: String, cure: &str| {
            problems.push(Problem::error(format!("{path}.{at}"), code, message, cure));
        };
        let name = column.name.as_str();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let letter = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !letter || !name.chars().all(plain) || name.len() > 64 {
            let message = format!("`{name}` is no name of a column");
            let cure = "use lower-case letters, digits and `_`, a letter first, 64 at most";
            error("name", "wrong_name", message, cure);
        }
        if TAKEN.contains(&name) || (name == VALUE && !bare) {
            let message = format!("the name `{name}` has a meaning of its own");
            error("name", "name_taken", message, "choose another name");
        }
        match (column.kind, column.codes.is_empty()) {
            (ColumnKind::Code, true) => {
                let message = "a column of codes lists them".to_owned();
                error("codes", "no_codes", message, "add `codes`");
            }
            (ColumnKind::Code, false) | (_, true) => {}
            (_, false) => {
                let message = "only a column of the type `code` has codes".to_owned();
                error("codes", "codes_unused", message, "make its type `code`");
            }
        }
        if column.codes.iter().any(String::is_empty) {
            let message = "a code is not empty".to_owned();
            error(
                "codes",
                "empty_code",
                message,
                "leave it out; the column need not be required",
            );
        }
        if let Some(most) = column.max_length
            && (column.kind != ColumnKind::Text || most == 0 || most > TEXT_MAX)
        {
            let message = format!("`max_length` is of texts, from 1 to {TEXT_MAX}");
            error(
                "max_length",
                "wrong_length",
                message,
                "correct it or leave it out",
            );
        }
        if is_key && column.kind == ColumnKind::Decimal {
            let message = "12.3 and 12.30 would be two keys".to_owned();
            error("type", "decimal_key", message, "use `text` or `number`");
        }
    }
}

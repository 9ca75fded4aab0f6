//! Tables as files: what an import would change, the import itself, the export.

use super::change::{LookupError, TableState, busy, check_rules};
use crate::Engine;
use crate::catalog::Environment;
use mapping::TableDefinition;
use mapping::rules::Explanation;
use mapping::table::day::{self, Date};
use mapping::table::sheet::SheetRow;
use mapping::table::timeline::{Missing, apply, diff};
use mapping::table::{Diff, ROWS_MAX, TableKind, sheet};
use serde_json::Value;

/// How often an import is worked out anew because another change came in between.
const TRIES: usize = 5;

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub diff: Diff,
    /// The table's definition, to show keys and cells by.
    pub definition: TableDefinition,
}

/// How rows take the place of those of a table.
pub(crate) struct Replace<'a> {
    pub(crate) table: &'a str,
    pub(crate) missing: Missing,
    /// Nothing is written.
    pub(crate) dry_run: bool,
    pub(crate) who: &'a str,
}

impl Engine {
    /// Reads a CSV file into a table: afterwards the table says what the file says of every key
    /// that the file names. With `end_missing`, keys that it does not name end today. With
    /// `dry_run` nothing is written.
    ///
    /// # Errors
    /// All problems of the file; nothing is written then.
    pub async fn lookup_import(
        &self,
        environment: &Environment,
        table: &str,
        file: &[u8],
        end_missing: bool,
        dry_run: bool,
        who: &str,
    ) -> Result<Imported, LookupError> {
        let missing = if end_missing {
            Missing::End(day::start(self.books_today(environment)?))
        } else {
            Missing::Keep
        };
        let read = |state: Option<&TableState>| {
            let definition = defined(table, state)?;
            let limits = sheet::Limits::IMPORT;
            sheet::read(definition, file, limits).map_err(LookupError::Problems)
        };
        let act = Replace {
            table,
            missing,
            dry_run,
            who,
        };
        self.lookup_replace(environment, act, read).await
    }

    /// Brings a table to what rows say, which `read` gives for the table as it stands.
    pub(crate) async fn lookup_replace(
        &self,
        environment: &Environment,
        act: Replace<'_>,
        read: impl Fn(Option<&TableState>) -> Result<Vec<SheetRow>, LookupError>,
    ) -> Result<Imported, LookupError> {
        let table = act.table;
        for _ in 0..TRIES {
            let state = self.lookup_state(environment, table).await?;
            let rows = read(state.as_ref())?;
            let (revision, definition) =
                state.map_or((0, None), |state| (state.revision, state.definition));
            let before = self.lookup_points(environment, table, revision).await?;
            let diff = diff(&before, &rows, act.missing);
            let after = apply(&before, &diff.changes);
            let rules = definition.as_ref().filter(|d| d.kind == TableKind::Rules);
            if let Some(definition) = rules {
                check_rules(table, definition, &after)?;
            } else if after.len() > ROWS_MAX {
                return Err(LookupError::Refused(format!(
                    "the table `{table}` would have more than {ROWS_MAX} rows through time"
                )));
            }
            let imported = Imported {
                diff,
                definition: definition.unwrap_or_default(),
            };
            if act.dry_run || imported.diff.changes.is_empty() {
                return Ok(imported);
            }
            let changes = imported.diff.changes.clone();
            match self
                .lookup_write(environment, table, revision, changes, act.who)
                .await
            {
                Err(LookupError::Store(store::Error::Conflict(_))) => {}
                Err(error) => return Err(error),
                Ok(_) => return Ok(imported),
            }
        }
        Err(busy(table))
    }

    /// A table as a CSV file, with its whole time, `;` or `,` between cells.
    ///
    /// # Errors
    /// If there is no such table, or nothing says what its columns are.
    pub async fn lookup_export(
        &self,
        environment: &Environment,
        table: &str,
        delimiter: u8,
    ) -> Result<Vec<u8>, LookupError> {
        let (revision, definition) = self.lookup_defined(environment, table).await?;
        let points = self.lookup_points(environment, table, revision).await?;
        Ok(sheet::write(&definition, &points, delimiter))
    }

    /// What a table of rules says of some attributes (a JSON object) on a day, and why.
    ///
    /// # Errors
    /// If there is no such table of rules, or the attributes are no map.
    pub async fn lookup_explain(
        &self,
        environment: &Environment,
        table: &str,
        attributes: &Value,
        at: Date,
    ) -> Result<Explanation, LookupError> {
        let (revision, definition) = self.lookup_defined(environment, table).await?;
        if definition.kind != TableKind::Rules {
            let reason = format!("`{table}` is a table of rows: look a key up in it");
            return Err(LookupError::Refused(reason));
        }
        let attributes = mapping::value_map(attributes).map_err(LookupError::Refused)?;
        let loaded = self.shared.table_at(environment.id, table, revision);
        match &loaded.await?.rules {
            Some(rules) => Ok(rules.explain(&attributes, at)),
            None => Err(LookupError::NoTable(table.to_owned())),
        }
    }

    async fn lookup_defined(
        &self,
        environment: &Environment,
        table: &str,
    ) -> Result<(i64, TableDefinition), LookupError> {
        let state = self.lookup_state(environment, table).await?;
        let definition = defined(table, state.as_ref())?.clone();
        Ok((state.map_or(0, |state| state.revision), definition))
    }
}

fn defined<'a>(
    table: &str,
    state: Option<&'a TableState>,
) -> Result<&'a TableDefinition, LookupError> {
    let state = state.ok_or_else(|| LookupError::NoTable(table.to_owned()))?;
    state.definition.as_ref().ok_or_else(|| {
        LookupError::Refused(format!(
            "nothing says what the columns of `{table}` are: define it first"
        ))
    })
}

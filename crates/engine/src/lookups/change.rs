//! What a person changes in lookup tables: checked whole against the table's definition, then
//! written whole, or not at all.

use super::{definition, points};
use crate::Engine;
use crate::catalog::Environment;
use crate::operate::OperateError;
use crate::stop::Stop;
use mapping::TableDefinition;
use mapping::rules::{RuleTable, ties};
use mapping::table::timeline::apply;
use mapping::table::{
    Cells, Change, Point, ROWS_MAX, RULES_MAX, TableKind, VALUE, day, key, sheet,
};
use model::{Problem, Timestamp};
use serde_json::Value;
use std::collections::HashMap;
use store::{LookupChange, LookupDefine, LookupPut, LookupTable};

/// How often a change is worked out anew because another one came in between.
const TRIES: usize = 5;
/// The longest name of a table.
const NAME_MAX: usize = 64;

/// A row as a person gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRow {
    /// The parts of its key.
    pub key: Vec<String>,
    /// The cells by column, or a bare value; none ends the key from `valid_from` on.
    pub value: Option<Value>,
    /// The first day, or nothing for always.
    pub valid_from: String,
    /// The last day, or nothing.
    pub valid_to: String,
}

/// Why a table was not changed or asked.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("there is no lookup table `{0}`")]
    NoTable(String),
    /// All that is wrong with what was given.
    #[error("{} problems", .0.len())]
    Problems(Vec<Problem>),
    #[error("{0}")]
    Refused(String),
}

impl From<Stop> for LookupError {
    fn from(stop: Stop) -> Self {
        match OperateError::from(stop) {
            OperateError::Store(error) => Self::Store(error),
            OperateError::Refused(reason) => Self::Refused(reason),
        }
    }
}

/// A table as a change meets it.
pub(crate) struct TableState {
    pub(crate) revision: i64,
    pub(crate) definition: Option<TableDefinition>,
    keys: usize,
}

impl TableState {
    fn of(table: &LookupTable) -> Result<Self, LookupError> {
        let definition = table.definition.as_deref().map(definition).transpose();
        Ok(Self {
            revision: table.revision,
            definition: definition.map_err(|e| unreadable(&table.name, &e))?,
            keys: usize::try_from(table.keys).unwrap_or(usize::MAX),
        })
    }
}

fn unreadable(table: &str, error: &serde_json::Error) -> LookupError {
    LookupError::Store(store::Error::Corrupt {
        table: "lookup_table",
        row: table.to_owned(),
        reason: error.to_string(),
    })
}

impl Engine {
    /// Says what the columns of a table are, and makes the table if it is not there. The rows that
    /// it has must be as the definition says. Answers with the table's revision.
    ///
    /// # Errors
    /// All problems of the definition and of the rows that do not fit it.
    pub async fn lookup_define(
        &self,
        environment: &Environment,
        table: &str,
        description: &str,
        definition: &TableDefinition,
        who: &str,
    ) -> Result<i64, LookupError> {
        let mut problems = definition.check();
        check_name(table, &mut problems);
        if description.len() > 1_000 {
            let (message, cure) = ("the description is longer than 1000 bytes", "shorten it");
            problems.push(Problem::error("description", "too_long", message, cure));
        }
        if !problems.is_empty() {
            return Err(LookupError::Problems(problems));
        }
        let text = serde_json::to_string(definition)
            .map_err(|e| LookupError::Refused(format!("the definition: {e}")))?;
        for _ in 0..TRIES {
            let state = self.lookup_state(environment, table).await?;
            let revision = state.as_ref().map_or(0, |state| state.revision);
            let points = self.lookup_points(environment, table, revision).await?;
            check_points(table, definition, &points)?;
            let define = LookupDefine {
                environment: environment.id,
                table: table.to_owned(),
                description: description.to_owned(),
                definition: Some(text.clone()),
                expected: Some(revision),
                who: who.to_owned(),
                at: self.shared.clock.now(),
            };
            match self.shared.store.lookup_define(define).await {
                Err(store::Error::Conflict(_)) => {}
                done => return Ok(done?),
            }
        }
        Err(busy(table))
    }

    /// Stores rows, or ends keys; answers with how many versions were added.
    ///
    /// # Errors
    /// All problems of all rows; nothing is stored then.
    pub async fn lookup_put(
        &self,
        environment: &Environment,
        table: &str,
        rows: &[NewRow],
        who: &str,
    ) -> Result<usize, LookupError> {
        let mut problems = Vec::new();
        for _ in 0..TRIES {
            problems.clear();
            let state = self.lookup_state(environment, table).await?;
            if state.is_none() {
                check_name(table, &mut problems);
            }
            let definition = state.as_ref().and_then(|state| state.definition.as_ref());
            let mut reads = Vec::with_capacity(rows.len());
            for (n, row) in rows.iter().enumerate() {
                match read_row(definition, n, row) {
                    Ok(read) => reads.push(read),
                    Err(found) => problems.extend(found),
                }
            }
            let changes = self
                .lookup_changes(environment, table, reads, &mut problems)
                .await?;
            if !problems.is_empty() {
                return Err(LookupError::Problems(sheet::cut(problems)));
            }
            let revision = state.as_ref().map_or(0, |state| state.revision);
            if let Some(definition) = definition.filter(|d| d.kind == TableKind::Rules) {
                let points = self.lookup_points(environment, table, revision).await?;
                check_rules(table, definition, &apply(&points, &changes))?;
            } else if let Some(state) = &state {
                self.check_size(environment, table, state, &changes).await?;
            }
            match self
                .lookup_write(environment, table, revision, changes, who)
                .await
            {
                Err(LookupError::Store(store::Error::Conflict(_))) => {}
                done => return done,
            }
        }
        Err(busy(table))
    }

    /// What rows that are read change. A row's end is not written where another row of its key
    /// begins, and none may begin before it.
    async fn lookup_changes(
        &self,
        environment: &Environment,
        table: &str,
        reads: Vec<ReadRow>,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Change>, LookupError> {
        let mut begins: HashMap<(String, Timestamp), usize> = HashMap::new();
        for read in &reads {
            let at = (read.key.clone(), read.from);
            if let Some(other) = begins.insert(at, read.n) {
                let path = format!("rows[{}]", read.n);
                let message = format!("rows[{other}] has the same key from the same day on");
                problems.push(Problem::error(path, "row_twice", message, "leave one out"));
            }
        }
        let mut changes = Vec::with_capacity(reads.len());
        for read in reads {
            let ends = match read.until {
                Some(until) => {
                    let mut others = self.row_begins(environment, table, &read.key).await?;
                    let own = begins.keys().filter(|(key, _)| *key == read.key);
                    others.extend(own.map(|(_, from)| *from));
                    let within = |at: &&Timestamp| **at > read.from && **at < until;
                    if let Some(within) = others.iter().find(within) {
                        let path = format!("rows[{}].valid_to", read.n);
                        let on = day::to_from_text(*within);
                        let message = format!("another row of the key begins on {on}");
                        let cure = "end that one first, or choose a day before it";
                        problems.push(Problem::error(path, "row_within", message, cure));
                    }
                    (!others.contains(&until)).then_some(until)
                }
                None => None,
            };
            let change = |from, after| Change {
                key: read.key.clone(),
                from,
                before: None,
                after,
            };
            let end = ends.map(|until| change(until, None));
            changes.push(change(read.from, read.value.clone()));
            changes.extend(end);
        }
        Ok(changes)
    }

    /// The moments at which the rows of a key begin.
    async fn row_begins(
        &self,
        environment: &Environment,
        table: &str,
        key: &str,
    ) -> Result<Vec<Timestamp>, LookupError> {
        let store = &self.shared.store;
        let versions = store
            .lookup_history(environment.id, table, key, 10_000)
            .await?;
        let mut begins: Vec<Timestamp> = Vec::new();
        let mut last = None;
        // The newest version of a moment comes first and is the one that counts.
        for version in versions {
            if last != Some(version.valid_from) && version.value.is_some() {
                begins.push(version.valid_from);
            }
            last = Some(version.valid_from);
        }
        Ok(begins)
    }

    /// A limit on what can grow; only keys that are new count against it.
    async fn check_size(
        &self,
        environment: &Environment,
        table: &str,
        state: &TableState,
        changes: &[Change],
    ) -> Result<(), LookupError> {
        if state.keys.saturating_add(changes.len()) <= ROWS_MAX {
            return Ok(());
        }
        for change in changes {
            let store = &self.shared.store;
            let known = store.lookup_history(environment.id, table, &change.key, 1);
            if known.await?.is_empty() {
                return Err(LookupError::Refused(format!(
                    "the table `{table}` is full: it has {ROWS_MAX} keys at most"
                )));
            }
        }
        Ok(())
    }

    pub(super) async fn lookup_write(
        &self,
        environment: &Environment,
        table: &str,
        revision: i64,
        changes: Vec<Change>,
        who: &str,
    ) -> Result<usize, LookupError> {
        let state = self.lookup_state(environment, table).await?;
        let definition = state.as_ref().and_then(|state| state.definition.as_ref());
        self.rows_fit_flows(environment, table, definition, &changes)
            .await?;
        let put = |change: Change| LookupPut {
            table: table.to_owned(),
            key: change.key,
            valid_from: change.from,
            value: change.after.map(|value| value.to_string()),
        };
        let change = LookupChange {
            environment: environment.id,
            rows: changes.into_iter().map(put).collect(),
            expected: Some(revision),
            who: who.to_owned(),
            at: self.shared.clock.now(),
        };
        Ok(self.shared.store.lookup_put(change).await?)
    }

    pub(crate) async fn lookup_state(
        &self,
        environment: &Environment,
        table: &str,
    ) -> Result<Option<TableState>, LookupError> {
        let found = self
            .shared
            .store
            .lookup_table(environment.id, table)
            .await?;
        found.as_ref().map(TableState::of).transpose()
    }

    /// The whole table through time.
    pub(crate) async fn lookup_points(
        &self,
        environment: &Environment,
        table: &str,
        revision: i64,
    ) -> Result<Vec<Point>, LookupError> {
        // Several dates of a key are several points.
        let most = i64::try_from(ROWS_MAX * 2).unwrap_or(i64::MAX);
        let store = &self.shared.store;
        let read = store
            .lookup_points(environment.id, table, revision, most + 1)
            .await?;
        if read.len() > ROWS_MAX * 2 {
            return Err(LookupError::Refused(format!(
                "the table `{table}` has more than {} rows through time: too many to be read whole",
                ROWS_MAX * 2
            )));
        }
        points(read).map_err(|e| unreadable(table, &e))
    }
}

/// A row that is in order.
struct ReadRow {
    /// Its place among those that were given.
    n: usize,
    key: String,
    from: Timestamp,
    until: Option<Timestamp>,
    value: Option<Value>,
}

fn read_row(
    definition: Option<&TableDefinition>,
    n: usize,
    row: &NewRow,
) -> Result<ReadRow, Vec<Problem>> {
    let place = |column: &str| format!("rows[{n}].{column}");
    let valid = sheet::validity(&row.valid_from, &row.valid_to, &place);
    let read = match (definition, &row.value) {
        (Some(definition), Some(value)) => typed(definition, row, value, &place),
        (Some(definition), None) => definition.key_text(&row.key, &place).map(|key| (key, None)),
        (None, value) => untyped(row, value.as_ref(), &place),
    };
    match (read, valid) {
        (Ok((key, value)), Ok((from, until))) => Ok(ReadRow {
            n,
            key,
            from,
            until,
            value,
        }),
        (read, valid) => {
            let mut problems = read.err().unwrap_or_default();
            problems.extend(valid.err().unwrap_or_default());
            Err(problems)
        }
    }
}

type Read = Result<(String, Option<Value>), Vec<Problem>>;

fn typed(
    definition: &TableDefinition,
    row: &NewRow,
    value: &Value,
    place: &dyn Fn(&str) -> String,
) -> Read {
    let cells = match value {
        Value::Object(cells) => cells.clone(),
        bare if definition.is_bare() => Cells::from_iter([(VALUE.to_owned(), bare.clone())]),
        _ => {
            let cure = format!("give a map of: {}", definition.cell_names().join(", "));
            let message = "the row is a map of its columns";
            return Err(vec![Problem::error(
                place("value"),
                "wrong_value",
                message,
                cure,
            )]);
        }
    };
    let (key, value) = definition.row(&row.key, &cells, place)?;
    Ok((key, Some(value)))
}

/// A row of a table that takes anything.
fn untyped(row: &NewRow, value: Option<&Value>, place: &dyn Fn(&str) -> String) -> Read {
    let wrong = |code: &str, message: &str, cure: &str| {
        Err(vec![Problem::error(place("key"), code, message, cure)])
    };
    if row.key.is_empty() || row.key.iter().any(String::is_empty) {
        let cure = "give the text that formulas look up";
        return wrong("empty_key", "the key is empty", cure);
    }
    let key = key::text(&row.key);
    if key.len() > key::BYTES_MAX {
        return wrong(
            "long_key",
            "the key is longer than 1000 bytes",
            "shorten it",
        );
    }
    Ok((key, value.cloned()))
}

fn check_name(table: &str, problems: &mut Vec<Problem>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if table.is_empty() || table.len() > NAME_MAX || !table.chars().all(plain) {
        let message = format!("`{}` is no name of a table", mapping::table::shown(table));
        let cure = "use letters, digits, `_` and `-`, 64 at most";
        problems.push(Problem::error("table", "wrong_name", message, cure));
    }
}

/// Whether the rows of a table are as a definition says.
fn check_points(
    table: &str,
    definition: &TableDefinition,
    points: &[Point],
) -> Result<(), LookupError> {
    let mut problems = Vec::new();
    for point in points {
        let shown = mapping::table::shown(&point.key);
        let Some(value) = &point.value else { continue };
        let place = |column: &str| format!("row {shown}, column {column}");
        match definition.cells(&point.key, value) {
            Some((parts, cells)) => {
                problems.extend(
                    definition
                        .row(&parts, &cells, &place)
                        .err()
                        .into_iter()
                        .flatten(),
                );
            }
            None => problems.push(Problem::error(
                format!("row {shown}"),
                "wrong_shape",
                "the row has another key, or other columns, than the definition says",
                "end the row, or change the definition",
            )),
        }
    }
    if !problems.is_empty() {
        return Err(LookupError::Problems(sheet::cut(problems)));
    }
    if definition.kind == TableKind::Rules {
        check_rules(table, definition, points)?;
    }
    Ok(())
}

/// Whether the rules of a table can stand beside each other.
pub(super) fn check_rules(
    table: &str,
    definition: &TableDefinition,
    points: &[Point],
) -> Result<(), LookupError> {
    if points.len() > RULES_MAX {
        return Err(LookupError::Refused(format!(
            "the table of rules `{table}` would have more than {RULES_MAX} rows through time"
        )));
    }
    let rules = RuleTable::new(table, definition.clone(), points).map_err(LookupError::Refused)?;
    let found = ties(&rules, "rows");
    if found.is_empty() {
        Ok(())
    } else {
        Err(LookupError::Problems(found))
    }
}

pub(super) fn busy(table: &str) -> LookupError {
    let reason = format!("the table `{table}` is being changed by others: try again");
    LookupError::Store(store::Error::Conflict(reason))
}

//! A SQLite connection as a session: every call is answered at once.

use crate::error::{Error, Result};
use crate::group::Savepoints;
use crate::session::{Call, Sequence, Session};
use crate::statements::{self, Mode};
use crate::value::{Cell, Row, Value};
use futures::future::{BoxFuture, ready};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};
use std::collections::HashMap;
use std::sync::Arc;

/// The texts of all statements as SQLite takes them, by name.
pub type Texts = Arc<HashMap<&'static str, String>>;

/// Rewrites all statements once.
pub fn texts() -> Texts {
    Arc::new(statements::all().map(|s| (s.name, s.sqlite())).collect())
}

/// A connection and the ids that it hands out.
pub struct SqliteSession {
    pub connection: Connection,
    texts: Texts,
    next_ids: [i64; Sequence::ALL.len()],
    /// After a failed sync nobody knows what is on disk: the writer ends the process then.
    is_writer: bool,
}

impl SqliteSession {
    pub fn reader(connection: Connection, texts: Texts) -> Self {
        Self {
            connection,
            texts,
            next_ids: [0; Sequence::ALL.len()],
            is_writer: false,
        }
    }

    /// # Errors
    /// If the highest ids cannot be read.
    pub fn writer(connection: Connection, texts: Texts) -> Result<Self> {
        let mut session = Self {
            is_writer: true,
            ..Self::reader(connection, texts)
        };
        for sequence in Sequence::ALL {
            let tables: &[&str] = match sequence {
                Sequence::Event => &["event"],
                Sequence::Run => &["run"],
                Sequence::Entry => &["entry", "exception"],
                Sequence::Settings => &[
                    "environment",
                    "connection",
                    "flow",
                    "flow_version",
                    "deployment",
                    "account",
                    "api_token",
                    "proposal",
                    "what_if",
                ],
            };
            let mut last = 0;
            for table in tables {
                let text = format!("SELECT COALESCE(MAX(id), 0) FROM {table}");
                let read = session
                    .connection
                    .query_row(&text, [], |row| row.get::<_, i64>(0));
                last = last.max(read.map_err(|error| session.failed("last_id", &error))?);
            }
            session.next_ids[sequence as usize] = last + 1;
        }
        Ok(session)
    }

    /// Executes text that has no parameters and no answer.
    ///
    /// # Errors
    /// As any statement.
    pub fn plain(&self, verb: &'static str, text: &str) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached(text)
            .map_err(|e| self.failed(verb, &e))?;
        statement
            .raw_execute()
            .map(drop)
            .map_err(|e| self.failed(verb, &e))
    }

    /// Ends a failed transaction; nothing of it stays.
    pub fn roll_back(&self) {
        // SQLite may have rolled back by itself, as it does on a full disk.
        if !self.connection.is_autocommit()
            && let Err(error) = self.plain("rollback", "ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn failed(&self, verb: &'static str, error: &rusqlite::Error) -> Error {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::Busy("the disk is full".into()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Error::Busy("another process has locked the file".into())
            }
            Some(ErrorCode::OperationInterrupted) => Error::Busy("the read took too long".into()),
            Some(ErrorCode::SystemIoFailure) if self.is_writer => {
                tracing::error!(%error, verb, "the disk failed: what is on it is not known; ending");
                std::process::abort();
            }
            _ => Error::Statement {
                verb,
                message: error.to_string(),
            },
        }
    }

    fn run(&mut self, call: &Call<'_>) -> Result<Vec<Row>> {
        let statement = call.statement;
        let text = self
            .texts
            .get(statement.name)
            .map(String::as_str)
            .unwrap_or_default();
        let fail = |error: rusqlite::Error| self.failed(statement.name, &error);
        let mut prepared = self.connection.prepare_cached(text).map_err(fail)?;
        let mut rows = Vec::new();
        match statement.mode {
            Mode::One => step(&mut prepared, &call.values, &mut rows).map_err(fail)?,
            Mode::Each => {
                let answer_at = statement.answer_at();
                for values in call.values.chunks(prepared.parameter_count().max(1)) {
                    match answer_at {
                        None => step(&mut prepared, values, &mut rows),
                        Some(at) => insert(&mut prepared, values, at, &mut rows),
                    }
                    .map_err(fail)?;
                }
            }
        }
        Ok(rows)
    }

    fn run_list(&mut self, calls: &[Call<'_>]) -> Result<Vec<Vec<Row>>> {
        calls
            .iter()
            .map(|call| {
                if skips(call) {
                    Ok(Vec::new())
                } else {
                    self.run(call)
                }
            })
            .collect()
    }
}

/// A list of no rows is not executed.
fn skips(call: &Call<'_>) -> bool {
    call.statement.mode == Mode::Each && call.values.is_empty()
}

fn bind(prepared: &mut CachedStatement<'_>, values: &[Value<'_>]) -> rusqlite::Result<()> {
    for (at, value) in values.iter().enumerate() {
        prepared.raw_bind_parameter(at + 1, value)?;
    }
    Ok(())
}

/// Inserts a row; if it was not there, the value at `at` is the answer.
fn insert(
    prepared: &mut CachedStatement<'_>,
    values: &[Value<'_>],
    at: usize,
    rows: &mut Vec<Row>,
) -> rusqlite::Result<()> {
    bind(prepared, values)?;
    if prepared.raw_execute()? == 1 {
        rows.push(Row(vec![values[at].into()]));
    }
    Ok(())
}

fn step(
    prepared: &mut CachedStatement<'_>,
    values: &[Value<'_>],
    rows: &mut Vec<Row>,
) -> rusqlite::Result<()> {
    bind(prepared, values)?;
    let width = prepared.column_count();
    let mut answer = prepared.raw_query();
    while let Some(row) = answer.next()? {
        let mut cells = Vec::with_capacity(width);
        for at in 0..width {
            cells.push(match row.get_ref(at)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(value) => Cell::Int(value),
                ValueRef::Text(value) => Cell::Text(String::from_utf8_lossy(value).into_owned()),
                ValueRef::Blob(value) => Cell::Blob(value.to_vec()),
                ValueRef::Real(_) => {
                    return Err(rusqlite::Error::InvalidColumnType(
                        at,
                        "a float".into(),
                        rusqlite::types::Type::Real,
                    ));
                }
            });
        }
        rows.push(Row(cells));
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

impl Session for SqliteSession {
    fn run_all<'a>(&'a mut self, calls: &'a [Call<'a>]) -> BoxFuture<'a, Result<Vec<Vec<Row>>>> {
        Box::pin(ready(self.run_list(calls)))
    }

    fn ids(&mut self, sequence: Sequence, count: usize) -> BoxFuture<'_, Result<Vec<i64>>> {
        let next = &mut self.next_ids[sequence as usize];
        let first = *next;
        *next += i64::try_from(count).unwrap_or(i64::MAX);
        Box::pin(ready(Ok((first..*next).collect())))
    }
}

impl Savepoints for SqliteSession {
    fn save(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(ready(self.plain("savepoint", "SAVEPOINT item")))
    }

    fn release(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(ready(self.plain("savepoint", "RELEASE item")))
    }

    fn take_back(&mut self) -> BoxFuture<'_, Result<()>> {
        let undone = self
            .plain("savepoint", "ROLLBACK TO item")
            .and_then(|()| self.plain("savepoint", "RELEASE item"));
        Box::pin(ready(undone))
    }
}

/// The value of a future that never waits, as all of this session's.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    futures::FutureExt::now_or_never(future).expect("a SQLite session answers at once")
}

//! A PostgreSQL connection as a session: the calls of a list are sent before the first answer.

use crate::error::{Error, Result};
use crate::group::Savepoints;
use crate::session::{Call, Sequence, Session};
use crate::statements::{Mode, Statement};
use crate::value::{Cell, Row, Value};
use bytes::{BufMut, BytesMut};
use futures::future::{BoxFuture, join_all};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Client, NoTls};

/// The sequences and how many ids a value of each stands for: its increment.
const BLOCKS: [(&str, i64); Sequence::ALL.len()] = [
    ("event_id", 1024),
    ("run_id", 1024),
    ("entry_id", 256),
    ("settings_id", 16),
];

/// A connection with its prepared statements.
pub struct PostgresSession {
    pub client: Client,
    prepared: HashMap<&'static str, tokio_postgres::Statement>,
    /// The ids that are left of the last block, by sequence: next and end.
    ids: [(i64, i64); Sequence::ALL.len()],
    /// Set when the server warns; on COMMIT that means that its outcome is not known.
    warned: Arc<AtomicBool>,
}

impl PostgresSession {
    /// Connects; the task that drives the connection ends with it.
    ///
    /// # Errors
    /// If the server does not answer or refuses.
    pub async fn connect(url: &str, settings: &str) -> Result<Self> {
        let failed =
            |error: tokio_postgres::Error| Error::Busy(format!("PostgreSQL: {}", reason(&error)));
        let (client, mut connection) = tokio_postgres::connect(url, NoTls).await.map_err(failed)?;
        let warned = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&warned);
        tokio::spawn(async move {
            let mut messages = futures::stream::poll_fn(move |cx| connection.poll_message(cx));
            while let Some(message) = futures::StreamExt::next(&mut messages).await {
                match message {
                    Ok(AsyncMessage::Notice(notice)) if notice.severity() == "WARNING" => {
                        tracing::warn!(message = notice.message(), "PostgreSQL warns");
                        flag.store(true, Ordering::Release);
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(error = %reason(&error), "a connection to PostgreSQL ended");
                        return;
                    }
                }
            }
        });
        client.batch_execute(settings).await.map_err(failed)?;
        let ids = [(0, 0); Sequence::ALL.len()];
        Ok(Self {
            client,
            prepared: HashMap::new(),
            ids,
            warned,
        })
    }

    /// Whether the server has warned since the last time it was asked.
    pub fn take_warning(&self) -> bool {
        self.warned.swap(false, Ordering::AcqRel)
    }

    /// Executes text that has no parameters and no answer.
    ///
    /// # Errors
    /// As any statement.
    pub async fn plain(&self, verb: &'static str, text: &str) -> Result<()> {
        self.client
            .batch_execute(text)
            .await
            .map_err(|error| failed(verb, &error))
    }

    async fn prepare(&mut self, statement: &'static Statement) -> Result<()> {
        if !self.prepared.contains_key(statement.name) {
            let text = statement.postgres();
            let made = self.client.prepare(&text).await;
            let made = made.map_err(|error| failed(statement.name, &error))?;
            self.prepared.insert(statement.name, made);
        }
        Ok(())
    }

    async fn run_list(&mut self, calls: &[Call<'_>]) -> Result<Vec<Vec<Row>>> {
        for call in calls {
            if !skips(call) {
                self.prepare(call.statement).await?;
            }
        }
        let this = &*self;
        let answers = join_all(calls.iter().map(|call| this.run(call))).await;
        // After the first failure the others only say that the transaction is over.
        answers.into_iter().collect()
    }

    async fn run(&self, call: &Call<'_>) -> Result<Vec<Row>> {
        if skips(call) {
            return Ok(Vec::new());
        }
        let name = call.statement.name;
        let Some(prepared) = self.prepared.get(name) else {
            return Err(Error::Statement {
                verb: name,
                message: "it is not prepared".into(),
            });
        };
        let rows = match call.statement.mode {
            Mode::One => {
                let values = call.values.iter().map(|v| v as &(dyn ToSql + Sync));
                self.client
                    .query(prepared, &values.collect::<Vec<_>>())
                    .await
            }
            Mode::Each => {
                let columns = columns(prepared.params(), &call.values);
                let values = columns.iter().map(|c| c as &(dyn ToSql + Sync));
                self.client
                    .query(prepared, &values.collect::<Vec<_>>())
                    .await
            }
        };
        let rows = rows.map_err(|error| failed(name, &error))?;
        rows.iter().map(|row| cells(name, row)).collect()
    }

    async fn draw(&mut self, sequence: Sequence, count: usize) -> Result<Vec<i64>> {
        let (name, size) = BLOCKS[sequence as usize];
        let (next, end) = self.ids[sequence as usize];
        let mut ids: Vec<i64> = (next..end).take(count).collect();
        let mut left = (next + length(&ids), end);
        let missing = i64::try_from(count - ids.len()).unwrap_or(i64::MAX);
        if missing > 0 {
            // Other processes draw too: blocks ascend, but need not adjoin.
            let text = "SELECT nextval(CAST($1 AS TEXT)) FROM generate_series(1, $2)";
            let blocks = i32::try_from((missing + size - 1) / size).unwrap_or(i32::MAX);
            let rows = self.client.query(text, &[&name, &blocks]).await;
            for row in rows.map_err(|error| failed("ids", &error))? {
                let first: i64 = row.get(0);
                let before = length(&ids);
                ids.extend((first..first + size).take(count - ids.len()));
                left = (first + length(&ids) - before, first + size);
            }
        }
        self.ids[sequence as usize] = left;
        Ok(ids)
    }
}

fn length(ids: &[i64]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX)
}

/// A list of no rows is not executed.
fn skips(call: &Call<'_>) -> bool {
    call.statement.mode == Mode::Each && call.values.is_empty()
}

/// What PostgreSQL says, without the statement and its values.
pub fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        return format!("{} ({})", db.message(), db.code().code());
    }
    error
        .source()
        .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// A failure of a statement. Without an answer of the server the connection is gone.
pub fn failed(verb: &'static str, error: &tokio_postgres::Error) -> Error {
    match error.as_db_error() {
        // 53xxx: no disk, no memory, too many connections; 57P0x: the server is going down.
        Some(db) if db.code().code().starts_with("53") || db.code().code().starts_with("57P") => {
            Error::Busy(reason(error))
        }
        // 57014: the read took too long.
        Some(db) if db.code().code() == "57014" => Error::Busy("the read took too long".into()),
        Some(_) => Error::Statement {
            verb,
            message: reason(error),
        },
        None if error.is_closed() || error.source().is_some_and(|s| s.is::<std::io::Error>()) => {
            Error::Busy(format!("PostgreSQL: {}", reason(error)))
        }
        None => Error::Statement {
            verb,
            message: reason(error),
        },
    }
}

fn cells(name: &'static str, row: &tokio_postgres::Row) -> Result<Row> {
    let mut cells = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let cell = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(at).map(|v| v.map(Cell::Int)),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(at)
                .map(|v| v.map(|v| Cell::Int(i64::from(v)))),
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(at)
                .map(|v| v.map(Cell::Blob)),
            _ => row
                .try_get::<_, Option<String>>(at)
                .map(|v| v.map(Cell::Text)),
        };
        let cell = cell.map_err(|error| failed(name, &error))?;
        cells.push(cell.unwrap_or(Cell::Null));
    }
    Ok(Row(cells))
}

/// The values of one parameter over all rows, as one array. They are written where they stand among
/// those of the other parameters: most of what a commit costs here is putting rows into columns.
#[derive(Debug)]
struct Column<'a> {
    values: &'a [Value<'a>],
    at: usize,
    width: usize,
}

impl<'a> Column<'a> {
    fn rows(&self) -> impl Iterator<Item = &'a Value<'a>> {
        self.values.iter().skip(self.at).step_by(self.width)
    }
}

fn columns<'a>(types: &[Type], values: &'a [Value<'a>]) -> Vec<Column<'a>> {
    let width = types.len().max(1);
    let column = |at| Column { values, at, width };
    (0..types.len()).map(column).collect()
}

type Written = std::result::Result<IsNull, Box<dyn StdError + Sync + Send>>;

impl ToSql for Column<'_> {
    /// The binary format of an array: dimensions, whether there are nulls, the members' type; length
    /// and lower bound; then each member with its length, -1 for null. (`array_send` of the server.)
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        let Kind::Array(member) = ty.kind() else {
            return Err(format!("{ty} is no array").into());
        };
        let nulls = self.rows().any(|value| matches!(value, Value::Null));
        out.put_i32(1);
        out.put_i32(i32::from(nulls));
        out.put_u32(member.oid());
        out.put_i32(i32::try_from(self.rows().count())?);
        out.put_i32(1);
        for value in self.rows() {
            match (value, member) {
                (Value::Null, _) => out.put_i32(-1),
                (Value::Int(value), &Type::INT8) => {
                    out.put_i32(8);
                    out.put_i64(*value);
                }
                (Value::Text(value), &Type::TEXT) => put_bytes(out, value.as_bytes())?,
                (Value::Blob(value), &Type::BYTEA) => put_bytes(out, value)?,
                _ => return Err(format!("a value is not of type {member}").into()),
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8_ARRAY | Type::TEXT_ARRAY | Type::BYTEA_ARRAY)
    }

    to_sql_checked!();
}

fn put_bytes(
    out: &mut BytesMut,
    bytes: &[u8],
) -> std::result::Result<(), std::num::TryFromIntError> {
    out.put_i32(i32::try_from(bytes.len())?);
    out.put_slice(bytes);
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Blob(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

impl Session for PostgresSession {
    fn run_all<'a>(&'a mut self, calls: &'a [Call<'a>]) -> BoxFuture<'a, Result<Vec<Vec<Row>>>> {
        Box::pin(self.run_list(calls))
    }

    fn ids(&mut self, sequence: Sequence, count: usize) -> BoxFuture<'_, Result<Vec<i64>>> {
        Box::pin(self.draw(sequence, count))
    }
}

impl Savepoints for PostgresSession {
    fn save(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.plain("savepoint", "SAVEPOINT item"))
    }

    fn release(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.plain("savepoint", "RELEASE SAVEPOINT item"))
    }

    fn take_back(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.plain(
            "savepoint",
            "ROLLBACK TO SAVEPOINT item; RELEASE SAVEPOINT item",
        ))
    }
}

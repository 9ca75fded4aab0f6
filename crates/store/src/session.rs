//! A transaction under way, on either database: what the verbs and queries are written against.
//!
//! The SQLite session answers at once, without ever waiting; the PostgreSQL session sends all calls
//! of one list before it reads the first answer. So a verb is written once, in few lists of calls.

use crate::error::Result;
use crate::statements::Statement;
use crate::value::{Row, Value};
use futures::future::BoxFuture;

/// A statement and its parameters. For a statement that is executed for each of many rows, the
/// parameters of all rows follow one another.
pub struct Call<'a> {
    pub statement: &'static Statement,
    pub values: Vec<Value<'a>>,
}

impl<'a> Call<'a> {
    pub fn new(statement: &'static Statement, values: impl Into<Vec<Value<'a>>>) -> Self {
        Self {
            statement,
            values: values.into(),
        }
    }

    /// An empty list of rows for `statement`, to be filled by [`Call::row`].
    pub fn each(statement: &'static Statement) -> Self {
        Self {
            statement,
            values: Vec::new(),
        }
    }

    /// Adds the parameters of one row.
    pub fn row<const N: usize>(&mut self, values: [Value<'a>; N]) {
        self.values.extend(values);
    }
}

/// What ids are drawn for. The numbers are positions in [`Sequence::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    Event = 0,
    Run = 1,
    Entry = 2,
    Settings = 3,
}

impl Sequence {
    pub const ALL: [Self; 4] = [Self::Event, Self::Run, Self::Entry, Self::Settings];
}

/// One transaction under way.
pub trait Session: Send {
    /// Executes the calls in order. A call without rows is not executed and has no answer rows.
    fn run_all<'a>(&'a mut self, calls: &'a [Call<'a>]) -> BoxFuture<'a, Result<Vec<Vec<Row>>>>;

    /// That many ids which nobody else has or will have, ascending.
    fn ids(&mut self, sequence: Sequence, count: usize) -> BoxFuture<'_, Result<Vec<i64>>>;
}

impl dyn Session + '_ {
    /// One id that nobody else has or will have.
    pub async fn id(&mut self, sequence: Sequence) -> Result<i64> {
        Ok(self.ids(sequence, 1).await?.pop().unwrap_or_default())
    }

    /// Executes one statement.
    pub async fn rows(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>> {
        self.call(Call::new(statement, values)).await
    }

    /// Executes one call.
    pub async fn call(&mut self, call: Call<'_>) -> Result<Vec<Row>> {
        let mut answers = self.run_all(std::slice::from_ref(&call)).await?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// The only row of a statement's answer, if there is one.
    pub async fn row(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
    ) -> Result<Option<Row>> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }
}

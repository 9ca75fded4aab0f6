//! Lookup tables: what changes them and what can be read of them.

use super::Store;
use crate::changes::{Topic, Topics};
use crate::error::Result;
use crate::queries::lookups::{self, LookupFound, LookupRow, LookupTable, LookupVersion};
use crate::verbs::lookups::{self as verbs, LookupChange, LookupDefine};
use model::Timestamp;
use model::ids::{EnvironmentId, RunId};
use std::sync::Arc;
use vault::Sealed;

impl Store {
    /// Stores lookup rows as further versions; answers with how many were added.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if the table is not at the expected revision.
    pub async fn lookup_put(&self, change: LookupChange) -> Result<usize> {
        let change = Arc::new(change);
        self.write_about(Topics::of(&[Topic::Lookups, Topic::Accounts]), move |s| {
            let change = Arc::clone(&change);
            Box::pin(async move { verbs::put(s, &change).await })
        })
        .await
    }

    /// Says what the columns of a table are, and makes it if it is not there; answers with its
    /// revision.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if the table is not at the expected revision.
    pub async fn lookup_define(&self, define: LookupDefine) -> Result<i64> {
        let define = Arc::new(define);
        self.write_about(Topics::of(&[Topic::Lookups, Topic::Accounts]), move |s| {
            let define = Arc::clone(&define);
            Box::pin(async move { verbs::define(s, &define).await })
        })
        .await
    }

    /// The rows of a lookup table that exist at a time, in no order, as they were at a revision; at
    /// the newest unless told.
    pub async fn lookup_rows(
        &self,
        environment: EnvironmentId,
        table: &str,
        keys: &[String],
        at: Timestamp,
        revision: Option<i64>,
    ) -> Result<LookupFound> {
        let given = Arc::new((table.to_owned(), keys.to_vec()));
        self.peek(move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move {
                let (table, keys) = &*given;
                lookups::rows(s, environment, table, keys, at, revision).await
            })
        })
        .await
    }

    /// A page of a lookup table as it is at a time, by key, after one of them: keys that begin with
    /// `prefix`.
    pub async fn lookup_list(
        &self,
        environment: EnvironmentId,
        table: &str,
        at: Timestamp,
        prefix: &str,
        after: Option<String>,
        limit: i64,
    ) -> Result<Vec<LookupRow>> {
        let given = Arc::new((table.to_owned(), prefix.to_owned(), after));
        self.read(move |s| {
            let given = Arc::clone(&given);
            Box::pin(async move {
                let (table, prefix, after) = &*given;
                lookups::list(s, environment, table, at, prefix, after.as_deref(), limit).await
            })
        })
        .await
    }

    /// Every version of a key, the latest date first.
    pub async fn lookup_history(
        &self,
        environment: EnvironmentId,
        table: &str,
        key: &str,
        limit: i64,
    ) -> Result<Vec<LookupVersion>> {
        let given = Arc::new((table.to_owned(), key.to_owned()));
        self.read(move |s| {
            let given = Arc::clone(&given);
            Box::pin(
                async move { lookups::history(s, environment, &given.0, &given.1, limit).await },
            )
        })
        .await
    }

    /// A table through time as it was at a revision: the newest version of every key and date, by
    /// key and date.
    pub async fn lookup_points(
        &self,
        environment: EnvironmentId,
        table: &str,
        revision: i64,
        limit: i64,
    ) -> Result<Vec<LookupVersion>> {
        let table = Arc::new(table.to_owned());
        self.read(move |s| {
            let table = Arc::clone(&table);
            Box::pin(async move { lookups::points(s, environment, &table, revision, limit).await })
        })
        .await
    }

    /// What the columns of a table are at a revision: JSON, if that is said.
    pub async fn lookup_definition(
        &self,
        environment: EnvironmentId,
        table: &str,
        revision: i64,
    ) -> Result<Option<String>> {
        let table = Arc::new(table.to_owned());
        self.peek(move |s| {
            let table = Arc::clone(&table);
            Box::pin(async move { lookups::definition(s, environment, &table, revision).await })
        })
        .await
    }

    /// The lookup tables of an environment, by name.
    pub async fn lookup_tables(&self, environment: EnvironmentId) -> Result<Vec<LookupTable>> {
        self.read(move |s| Box::pin(lookups::tables(s, environment, None)))
            .await
    }

    /// A lookup table, if it is there.
    pub async fn lookup_table(
        &self,
        environment: EnvironmentId,
        name: &str,
    ) -> Result<Option<LookupTable>> {
        let name = Arc::new(name.to_owned());
        self.read(move |s| {
            let name = Arc::clone(&name);
            Box::pin(async move {
                let found = lookups::tables(s, environment, Some(&name)).await?;
                Ok(found.into_iter().next())
            })
        })
        .await
    }

    /// Which tables and rows a run has met, sealed.
    pub async fn lookups_of_run(&self, run: RunId) -> Result<Option<Sealed>> {
        self.peek(move |s| Box::pin(lookups::of_run(s, run))).await
    }

    /// A page of the runs whose open dead letters miss something in a table, with what they miss,
    /// after a run.
    pub async fn missing_letters(
        &self,
        environment: EnvironmentId,
        table: &str,
        after: RunId,
        limit: i64,
    ) -> Result<Vec<(RunId, String)>> {
        let table = Arc::new(table.to_owned());
        self.read(move |s| {
            let table = Arc::clone(&table);
            Box::pin(async move { lookups::missing(s, environment, &table, after, limit).await })
        })
        .await
    }
}

//! The tables, as numbered steps per dialect; each is one transaction and is never changed once
//! released, which its stored checksum proves.

use crate::error::{Error, Result};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "init",
        sqlite: include_str!("../migrations/sqlite/0001_init.sql"),
        postgres: include_str!("../migrations/postgres/0001_init.sql"),
    },
    Migration {
        number: 2,
        name: "lookups",
        sqlite: include_str!("../migrations/sqlite/0002_lookups.sql"),
        postgres: include_str!("../migrations/postgres/0002_lookups.sql"),
    },
    Migration {
        number: 3,
        name: "versions",
        sqlite: include_str!("../migrations/sqlite/0003_versions.sql"),
        postgres: include_str!("../migrations/postgres/0003_versions.sql"),
    },
    Migration {
        number: 4,
        name: "accounts",
        sqlite: include_str!("../migrations/sqlite/0004_accounts.sql"),
        postgres: include_str!("../migrations/postgres/0004_accounts.sql"),
    },
    Migration {
        number: 5,
        name: "what_if",
        sqlite: include_str!("../migrations/sqlite/0005_what_if.sql"),
        postgres: include_str!("../migrations/postgres/0005_what_if.sql"),
    },
    Migration {
        number: 6,
        name: "attempts",
        sqlite: include_str!("../migrations/sqlite/0006_attempts.sql"),
        postgres: include_str!("../migrations/postgres/0006_attempts.sql"),
    },
    Migration {
        number: 7,
        name: "repair",
        sqlite: include_str!("../migrations/sqlite/0007_repair.sql"),
        postgres: include_str!("../migrations/postgres/0007_repair.sql"),
    },
    Migration {
        number: 8,
        name: "own_events",
        sqlite: include_str!("../migrations/sqlite/0008_own_events.sql"),
        postgres: include_str!("../migrations/postgres/0008_own_events.sql"),
    },
    Migration {
        number: 9,
        name: "keys",
        sqlite: include_str!("../migrations/sqlite/0009_keys.sql"),
        postgres: include_str!("../migrations/postgres/0009_keys.sql"),
    },
    Migration {
        number: 10,
        name: "home",
        sqlite: include_str!("../migrations/sqlite/0010_home.sql"),
        postgres: include_str!("../migrations/postgres/0010_home.sql"),
    },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration(
    number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

fn checksum(text: &str) -> String {
    model::ids::crockford(&Sha256::digest(text.as_bytes()))
}

/// What is to be done, given the number and checksum of what was done.
fn pending(
    done: &[(i64, String)],
    text: impl Fn(&Migration) -> &'static str,
) -> Result<Vec<&'static Migration>> {
    for (number, stored) in done {
        let known = MIGRATIONS.iter().find(|m| m.number == *number);
        let Some(known) = known else {
            return Err(Error::Open(format!(
                "it was written by a newer release (migration {number}); use that release"
            )));
        };
        if checksum(text(known)) != *stored {
            return Err(Error::Open(format!(
                "migration {number} ({}) is not the one that was executed",
                known.name
            )));
        }
    }
    let new = |m: &&Migration| !done.iter().any(|(number, _)| *number == m.number);
    Ok(MIGRATIONS.iter().filter(new).collect())
}

/// Brings a SQLite file up to date.
///
/// # Errors
/// If a step fails, or the file is of a newer release.
pub fn sqlite(connection: &mut Connection) -> Result<()> {
    let failed = |error: rusqlite::Error| Error::Open(format!("migrate: {error}"));
    connection.execute_batch(TABLE).map_err(failed)?;
    let done: Vec<(i64, String)> = connection
        .prepare("SELECT number, checksum FROM migration ORDER BY number")
        .and_then(|mut read| {
            read.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .map_err(failed)?;
    for migration in pending(&done, |m| m.sqlite)? {
        let transaction = connection.transaction().map_err(failed)?;
        transaction
            .execute_batch(migration.sqlite)
            .map_err(failed)?;
        let values = (migration.number, migration.name, checksum(migration.sqlite));
        transaction
            .execute(
                "INSERT INTO migration(number, name, checksum) VALUES(?1, ?2, ?3)",
                values,
            )
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

/// The number of the advisory lock under which one process migrates; any number, but always this.
const LOCK: i64 = 0x0070_7477_6d69_6772;

/// Brings a PostgreSQL database up to date. Others that try at the same time wait.
///
/// # Errors
/// If a step fails, or the database is of a newer release.
pub async fn postgres(client: &mut tokio_postgres::Client) -> Result<()> {
    let failed = |error: tokio_postgres::Error| {
        let reason = error
            .as_db_error()
            .map_or_else(|| error.to_string(), ToString::to_string);
        Error::Open(format!("migrate: {reason}"))
    };
    let transaction = client.transaction().await.map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    transaction.batch_execute(TABLE).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    loop {
        let transaction = client.transaction().await.map_err(failed)?;
        transaction
            .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
            .await
            .map_err(failed)?;
        let rows = transaction
            .query(
                "SELECT number, checksum FROM migration ORDER BY number",
                &[],
            )
            .await
            .map_err(failed)?;
        let done: Vec<(i64, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let Some(migration) = pending(&done, |m| m.postgres)?.into_iter().next() else {
            return Ok(());
        };
        transaction
            .batch_execute(migration.postgres)
            .await
            .map_err(failed)?;
        transaction
            .execute(
                "INSERT INTO migration(number, name, checksum) VALUES($1, $2, $3)",
                &[
                    &migration.number,
                    &migration.name,
                    &checksum(migration.postgres),
                ],
            )
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_first_release_keeps_its_lookups() {
        let mut old = Connection::open_in_memory().expect("a database");
        old.execute_batch(TABLE).expect("the table of migrations");
        let first = &MIGRATIONS[0];
        old.execute_batch(first.sqlite).expect("the first tables");
        old.execute(
            "INSERT INTO migration(number, name, checksum) VALUES(1, ?1, ?2)",
            (first.name, checksum(first.sqlite)),
        )
        .expect("it is noted");
        old.execute_batch(
            "INSERT INTO lookup_table VALUES(1, 'items', '', 5);
             INSERT INTO lookup_row VALUES(1, 'items', 'prod_1', 0, 1, '\"MUG\"', 'ada', 5);",
        )
        .expect("rows");
        sqlite(&mut old).expect("it is brought up to date");
        let row: (String, i64, i64) = old
            .query_row(
                "SELECT r.value, r.revision, t.revision FROM lookup_row r JOIN lookup_table t
                 ON t.environment = r.environment AND t.name = r.table_name",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .expect("the row");
        assert_eq!(row, ("\"MUG\"".into(), 0, 0));
    }
}

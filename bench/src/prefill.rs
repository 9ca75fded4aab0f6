//! Fills a SQLite store with finished runs of three effects, faster than by working them.
//!
//! The rows are those of real runs, with ids below all that a bench sends; sealed values are
//! bytes of the usual length, since nobody opens them.

use anyhow::Result;
use rusqlite::Connection;

/// Rows per transaction.
const CHUNK: u64 = 50_000;

/// For the runs from `?1` up to `?2`: each statement writes the rows of one table.
const STATEMENTS: [&str; 7] = [
    "INSERT INTO event(id, environment, connection, peer, dedupe_key, kind, occurred_at,
       received_at, secret, body_len, body_sha256, deliveries)
     SELECT n, 1, 1, 'stripe:acct_bench:test', printf('evt_%020d', n), 'charge.succeeded',
       n * 1000, n * 1000, 0, 3000, randomblob(32), 1 FROM numbers",
    "INSERT INTO event_body(event, body) SELECT n, zeroblob(3029) FROM numbers",
    "INSERT INTO run(id, environment, flow, deployment, event, peer, key, lane, shard, live, state,
       rev, cursor, attempt, due_at, created_at, ended_at)
     SELECT n, 1, 1, 1, n, 'stripe:acct_bench:test', printf('ch_%020d', n), abs(random()),
       n % 64, 0, 5, 4, 3, 0, n * 1000, n * 1000, n * 1000 FROM numbers",
    "INSERT INTO run_key(environment, flow, peer, key, run)
     SELECT 1, 1, 'stripe:acct_bench:test', printf('ch_%020d', n), n FROM numbers",
    "INSERT INTO step(run, scope, step, idx, state, output, effect, reused, started_at, ended_at)
     SELECT n, 0, s.value, 0, 1, zeroblob(60), randomblob(32), 0, n * 1000, n * 1000
     FROM numbers, (SELECT 0 AS value UNION ALL SELECT 1 UNION ALL SELECT 2) AS s",
    "INSERT INTO call(run, rev, place, step, label, kind, started_at, ended_at)
     SELECT n, s.value + 2, 0, s.value, 'POST /make', 'commit', n * 1000, n * 1000
     FROM numbers, (SELECT 0 AS value UNION ALL SELECT 1 UNION ALL SELECT 2) AS s",
    "INSERT INTO effect(peer, kind, reference, generation, hash, environment, rev, state, operation,
       connection, attempt, body, begun_at, updated_at)
     SELECT 'bench:peer', 'made', printf('ch_%020d/%d', n, s.value), 0, randomblob(16), 1, 2, 3,
       'bench.effect.make', 2, 0, zeroblob(450), n * 1000, n * 1000
     FROM numbers, (SELECT 0 AS value UNION ALL SELECT 1 UNION ALL SELECT 2) AS s",
];

/// Writes `count` finished runs.
pub fn sqlite(path: &str, count: u64) -> Result<()> {
    let mut database = Connection::open(path)?;
    database.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 20000;",
    )?;
    let mut first = 1;
    while first <= count {
        let end = (first + CHUNK).min(count + 1);
        let transaction = database.transaction()?;
        for statement in STATEMENTS {
            let (insert, select) = statement.split_once("SELECT").unwrap_or((statement, ""));
            let text = format!(
                "{insert} WITH RECURSIVE numbers(n) AS
                   (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2) SELECT {select}"
            );
            transaction.execute(&text, (i64::try_from(first)?, i64::try_from(end)?))?;
        }
        transaction.commit()?;
        first = end;
    }
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL;")?;
    Ok(())
}

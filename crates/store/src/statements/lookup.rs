//! Lookup tables: definitions, rows as versions, what runs have met.

use super::Type::{Blob, Int, Text};
use super::statements;

statements! {
    TOUCH_LOOKUP_TABLE = one(
        "INSERT INTO lookup_table(environment, name, description, created_at)
         VALUES($1, $2, '', $3) ON CONFLICT(environment, name) DO NOTHING",
    );
    /// Two that change a table wait for each other.
    LOCK_LOOKUP_TABLE = one_pair(
        "SELECT revision FROM lookup_table WHERE environment = $1 AND name = $2",
        "SELECT revision FROM lookup_table WHERE environment = $1 AND name = $2 FOR UPDATE",
    );
    SET_LOOKUP_REVISION = one(
        "UPDATE lookup_table SET revision = $3 WHERE environment = $1 AND name = $2",
    );
    DESCRIBE_LOOKUP_TABLE = one(
        "UPDATE lookup_table SET description = $3
         WHERE environment = $1 AND name = $2 AND description <> $3 RETURNING name",
    );
    INSERT_LOOKUP_DEFINITION = one(
        "INSERT INTO lookup_definition(environment, table_name, revision, definition, who,
           created_at)
         VALUES($1, $2, $3, $4, $5, $6)",
    );
    /// As it was at a revision.
    LOOKUP_DEFINITION = one(
        "SELECT definition FROM lookup_definition
         WHERE environment = $1 AND table_name = $2 AND revision <= $3
         ORDER BY revision DESC LIMIT 1",
    );
    /// Of one table, or of all if it is null.
    LOOKUP_TABLES = one(
        "SELECT t.name, t.description, t.created_at, t.revision,
           (SELECT d.definition FROM lookup_definition d
            WHERE d.environment = t.environment AND d.table_name = t.name
            ORDER BY d.revision DESC LIMIT 1),
           (SELECT COUNT(DISTINCT r.key) FROM lookup_row r
            WHERE r.environment = t.environment AND r.table_name = t.name)
         FROM lookup_table t
         WHERE t.environment = $1 AND (CAST($2 AS TEXT) IS NULL OR t.name = $2)
         ORDER BY t.name",
    );
    LOOKUP_REVISION = one_hot(
        "SELECT revision FROM lookup_table WHERE environment = $1 AND name = $2",
    );
    /// The newest version that has the same date: place, then its number and value.
    NEWEST_LOOKUP = each(
        "SELECT $1, version, value FROM lookup_row
         WHERE environment = $2 AND table_name = $3 AND key = $4 AND valid_from = $5
         ORDER BY version DESC LIMIT 1",
        "SELECT x.ord, r.version, r.value
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]),
           CAST($4 AS TEXT[]), CAST($5 AS BIGINT[]))
           AS x(ord, environment, table_name, key, valid_from)
         CROSS JOIN LATERAL (SELECT version, value FROM lookup_row l
           WHERE l.environment = x.environment AND l.table_name = x.table_name
             AND l.key = x.key AND l.valid_from = x.valid_from
           ORDER BY l.version DESC LIMIT 1) r",
    );
    INSERT_LOOKUP = insert("lookup_row", &[
        ("environment", Int), ("table_name", Text), ("key", Text), ("valid_from", Int),
        ("version", Int), ("value", Text), ("who", Text), ("created_at", Int),
        ("revision", Int),
    ], "");
    /// What is valid at a time: environment, table, key, time, revision.
    LOOKUP = each_hot(
        "SELECT valid_from, version, key, value, who, created_at, revision FROM lookup_row
         WHERE environment = $1 AND table_name = $2 AND key = $3 AND valid_from <= $4
           AND revision <= $5
         ORDER BY valid_from DESC, version DESC LIMIT 1",
        "SELECT r.valid_from, r.version, r.key, r.value, r.who, r.created_at, r.revision
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]),
           CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]))
           AS x(environment, table_name, key, at, revision)
         CROSS JOIN LATERAL (SELECT valid_from, version, key, value, who, created_at, revision
           FROM lookup_row l WHERE l.environment = x.environment
             AND l.table_name = x.table_name AND l.key = x.key AND l.valid_from <= x.at
             AND l.revision <= x.revision
           ORDER BY l.valid_from DESC, l.version DESC LIMIT 1) r",
    );
    /// All keys of a table as valid at a time, above a key, that begin with a text.
    LIST_LOOKUP = one(
        "SELECT r.valid_from, r.version, r.key, r.value, r.who, r.created_at, r.revision
         FROM lookup_row r
         WHERE r.environment = $1 AND r.table_name = $2 AND r.key > $3 AND r.valid_from <= $4
           AND SUBSTR(r.key, 1, LENGTH($6)) = $6
           AND r.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lookup_row n
             WHERE n.environment = r.environment AND n.table_name = r.table_name
               AND n.key = r.key AND n.valid_from <= $4
               AND (n.valid_from, n.version) > (r.valid_from, r.version))
         ORDER BY r.key LIMIT $5",
    );
    /// Every version of a key, the latest first.
    LOOKUP_HISTORY = one(
        "SELECT valid_from, version, key, value, who, created_at, revision FROM lookup_row
         WHERE environment = $1 AND table_name = $2 AND key = $3
         ORDER BY valid_from DESC, version DESC LIMIT $4",
    );
    /// The whole table through time, as it was at a revision.
    LOOKUP_POINTS = one(
        "SELECT r.valid_from, r.version, r.key, r.value, r.who, r.created_at, r.revision
         FROM lookup_row r
         WHERE r.environment = $1 AND r.table_name = $2 AND r.revision <= $3
           AND NOT EXISTS (SELECT 1 FROM lookup_row n
             WHERE n.environment = r.environment AND n.table_name = r.table_name
               AND n.key = r.key AND n.valid_from = r.valid_from AND n.version > r.version
               AND n.revision <= $3)
         LIMIT $4",
    );
    PUT_RUN_LOOKUP = insert("run_lookup", &[("run", Int), ("body", Blob)],
        "ON CONFLICT(run) DO UPDATE SET body = excluded.body");
    RUN_LOOKUP = one_hot("SELECT body FROM run_lookup WHERE run = $1");
    /// Open dead letters that miss something in a table, above a run.
    MISSING_LETTERS = one(
        "SELECT run, missing_key FROM dead_letter
         WHERE environment = $1 AND missing_table = $2 AND resolution IS NULL AND run > $3
         ORDER BY run LIMIT $4",
    );
}

//! Environments, connections, poll cursors.

use super::statements;

/// The columns of a connection, in the order in which `ConnectionRecord` is read.
macro_rules! connection_columns {
    () => {
        "id, environment, name, connector, settings, credential, peer, paused_cause,
         paused_since, probe_at, created_at, updated_at, origin, in_force, revision, changed_by,
         limits"
    };
}

/// The columns of an environment, in the order in which `EnvironmentRecord` is read.
macro_rules! environment_columns {
    () => {
        "id, name, kind, settings, created_at, origin, in_force, revision, changed_by, changed_at"
    };
}

statements! {
    INSERT_ENVIRONMENT = one(
        "INSERT INTO environment(id, name, kind, settings, created_at, origin, changed_by,
           changed_at)
         VALUES($1, $2, $3, $4, $5, $6, $7, $5) ON CONFLICT(name) DO NOTHING RETURNING id",
    );
    ENVIRONMENTS = one(concat!("SELECT ", environment_columns!(), " FROM environment ORDER BY id"));
    ENVIRONMENT = one(concat!("SELECT ", environment_columns!(), " FROM environment WHERE id = $1"));
    /// Id, settings, who, when.
    SET_ENVIRONMENT = one(
        "UPDATE environment SET settings = $2, revision = revision + 1, changed_by = $3,
           changed_at = $4 WHERE id = $1",
    );
    /// Whether the file names it: id, flag.
    ENVIRONMENT_IN_FORCE = one("UPDATE environment SET in_force = $2 WHERE id = $1");
    CONNECTION_IN_FORCE = one("UPDATE connection SET in_force = $2 WHERE id = $1");
    SEEDS = one("SELECT subject, digest FROM seed WHERE environment = $1 ORDER BY subject");
    PUT_SEED = one(
        "INSERT INTO seed(environment, subject, digest) VALUES($1, $2, $3)
         ON CONFLICT(environment, subject) DO UPDATE SET digest = excluded.digest",
    );
    DELETE_ENVIRONMENT = one(
        "DELETE FROM environment WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM connection WHERE environment = $1)
           AND NOT EXISTS (SELECT 1 FROM deployment WHERE environment = $1)
           AND NOT EXISTS (SELECT 1 FROM event WHERE environment = $1)
         RETURNING id",
    );
    INSERT_KEY = one(
        "INSERT INTO environment_key(environment, revision, wrapped, created_at)
         VALUES($1, $2, $3, $4)
         ON CONFLICT(environment, revision) DO UPDATE SET wrapped = excluded.wrapped",
    );
    KEYS = one(
        "SELECT environment, revision, wrapped, created_at FROM environment_key
         WHERE environment = $1 ORDER BY revision",
    );
    CLAIM_PEER = one(
        "INSERT INTO peer(peer, environment) VALUES($1, $2) ON CONFLICT(peer) DO NOTHING",
    );
    PEER_OWNER = one("SELECT environment FROM peer WHERE peer = $1");
    /// The peer is free once no connection of the environment has it and nothing was written.
    FREE_PEER = one(
        "DELETE FROM peer WHERE peer = $1
           AND NOT EXISTS (SELECT 1 FROM connection WHERE peer = $1)
           AND NOT EXISTS (SELECT 1 FROM effect WHERE effect.peer = $1)",
    );
    INSERT_CONNECTION = one(
        "INSERT INTO connection(id, environment, name, connector, settings, credential, peer,
           created_at, updated_at, origin, changed_by, limits)
         VALUES($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11)
         ON CONFLICT(environment, name) DO NOTHING RETURNING id",
    );
    UPDATE_CONNECTION = one(
        "UPDATE connection SET name = $2, settings = $3, credential = $4, peer = $5,
           updated_at = $6, changed_by = $7, limits = $8, revision = revision + 1
         WHERE id = $1",
    );
    DELETE_CONNECTION = one("DELETE FROM connection WHERE id = $1 RETURNING id");
    /// Ids may be drawn again after a restart: another connection must not go on from here.
    DELETE_CURSORS = one("DELETE FROM poll_cursor WHERE connection = $1");
    CONNECTION = one(concat!("SELECT ", connection_columns!(), " FROM connection WHERE id = $1"));
    /// Of an environment, or of all if it is null.
    CONNECTIONS = one(concat!(
        "SELECT ", connection_columns!(), " FROM connection
         WHERE CAST($1 AS BIGINT) IS NULL OR environment = $1 ORDER BY id"
    ));
    PAUSE_CONNECTION = one(
        "UPDATE connection SET paused_cause = $2, paused_since = COALESCE(paused_since, $3),
           probe_at = $4 WHERE id = $1 RETURNING id",
    );
    RESUME_CONNECTION = one(
        "UPDATE connection SET paused_cause = NULL, paused_since = NULL, probe_at = NULL
         WHERE id = $1 RETURNING environment",
    );
    CONNECTION_PAUSED = one(
        "SELECT 1 FROM connection WHERE id = $1 AND paused_since IS NOT NULL",
    );
    PUT_CURSOR = one(
        "INSERT INTO poll_cursor(connection, trigger_name, cursor, next_at)
         VALUES($1, $2, $3, $4)
         ON CONFLICT(connection, trigger_name) DO UPDATE SET cursor = excluded.cursor,
           next_at = excluded.next_at",
    );
    CURSORS = one(
        "SELECT connection, trigger_name, cursor, next_at FROM poll_cursor
         ORDER BY connection, trigger_name",
    );
    /// Connection, trigger.
    CURSOR = one(
        "SELECT connection, trigger_name, cursor, next_at FROM poll_cursor
         WHERE connection = $1 AND trigger_name = $2",
    );

    /// Bytes of the whole database; SQLite counts the file instead where it matters.
    SIZE = one_pair(
        "SELECT page_count * 8192 FROM pragma_page_count()",
        "SELECT pg_database_size(current_database())",
    );
}

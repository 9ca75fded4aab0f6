//! How the inbox compares with what senders list.

use super::statements;

statements! {
    /// Connection, environment, now. What was counted before stays.
    BEGIN_SWEEP = one(
        "INSERT INTO completeness(connection, environment, listed, missing, begun_at)
         VALUES($1, $2, 0, 0, $3)
         ON CONFLICT(connection) DO UPDATE SET begun_at = excluded.begun_at, ended_at = NULL",
    );
    /// Connection, and what is added: listed, missing, the oldest and the newest that was listed.
    COUNT_LISTED = one(
        "UPDATE completeness SET listed = listed + $2, missing = missing + $3,
           since = CASE WHEN since IS NULL OR since > $4 THEN CAST($4 AS BIGINT) ELSE since END,
           seen_until = CASE WHEN seen_until IS NULL OR seen_until < $5
             THEN CAST($5 AS BIGINT) ELSE seen_until END
         WHERE connection = $1",
    );
    SEEN_UNTIL = one("SELECT seen_until FROM completeness WHERE connection = $1");
    /// Connection, event, now.
    INSERT_GAP = one(
        "INSERT INTO event_gap(connection, event, found_at) VALUES($1, $2, $3)
         ON CONFLICT(connection, event) DO NOTHING",
    );
    /// All but the newest go: connection, how many stay.
    FORGET_GAPS = one(
        "DELETE FROM event_gap WHERE connection = $1 AND event < (
           SELECT MIN(n.event) FROM (SELECT g.event FROM event_gap g WHERE g.connection = $1
             ORDER BY g.event DESC LIMIT $2) AS n)",
    );
    /// Connection, now; no fault if it went well.
    END_SWEEP = one(
        "UPDATE completeness SET ended_at = $2, fault = NULL, failed_at = NULL
         WHERE connection = $1",
    );
    /// Connection, now, fault.
    FAIL_SWEEP = one(
        "UPDATE completeness SET failed_at = $2, fault = $3 WHERE connection = $1",
    );
    /// Of an environment.
    COMPLETENESS = one(
        "SELECT connection, environment, listed, missing, since, seen_until, begun_at, ended_at,
           fault, failed_at
         FROM completeness WHERE environment = $1 ORDER BY connection",
    );
    /// The newest gaps of a connection: connection, limit.
    GAPS = one(
        "SELECT g.event, g.found_at, e.dedupe_key, e.kind, e.occurred_at
         FROM event_gap g JOIN event e ON e.id = g.event
         WHERE g.connection = $1 ORDER BY g.event DESC LIMIT $2",
    );
}

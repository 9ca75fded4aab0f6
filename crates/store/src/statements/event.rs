//! The inbox: events, their bodies, and the runs they start.

use super::Type::{Blob, Int, Text};
use super::statements;

statements! {
    /// Answers with the ids that were stored.
    INSERT_EVENT = insert_new("event", &[
        ("id", Int), ("environment", Int), ("connection", Int), ("peer", Text),
        ("dedupe_key", Text), ("kind", Text), ("occurred_at", Int), ("received_at", Int),
        ("secret", Int), ("body_len", Int), ("body_sha256", Blob), ("deliveries", Int),
        ("own", Int),
    ], "ON CONFLICT(environment, peer, dedupe_key) DO NOTHING", "id");
    /// Counts a delivery of an event that was there already.
    COUNT_DELIVERY = each_hot(
        "UPDATE event SET deliveries = deliveries + 1
         WHERE environment = $2 AND peer = $3 AND dedupe_key = $4 RETURNING $1, id",
        "UPDATE event SET deliveries = event.deliveries + 1
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]),
           CAST($4 AS TEXT[])) AS x(ord, environment, peer, dedupe_key)
         WHERE event.environment = x.environment AND event.peer = x.peer
           AND event.dedupe_key = x.dedupe_key
         RETURNING x.ord, event.id",
    );
    INSERT_BODY = insert("event_body", &[("event", Int), ("body", Blob)], "");
    /// Answers with the runs that got their key.
    TAKE_KEY = insert_new("run_key", &[
        ("environment", Int), ("flow", Int), ("peer", Text), ("key", Text), ("run", Int),
    ], "ON CONFLICT(environment, flow, peer, key) DO NOTHING", "run");
    INSERT_RUN = insert("run", &[
        ("id", Int), ("environment", Int), ("flow", Int), ("deployment", Int), ("event", Int),
        ("replay_of", Int), ("peer", Text), ("key", Text), ("lane", Int), ("shard", Int),
        ("live", Int), ("state", Int), ("rev", Int), ("cursor", Int), ("attempt", Int),
        ("due_at", Int), ("created_at", Int), ("ended_at", Int), ("fault_class", Text),
        ("fault", Text),
    ], "");
    INSERT_DEAD_LETTER = insert("dead_letter", &[
        ("run", Int), ("environment", Int), ("flow", Int), ("fingerprint", Text),
        ("class", Text), ("step", Text), ("message", Text), ("amount_minor", Int),
        ("currency", Text), ("question", Text), ("missing_table", Text), ("missing_key", Text),
        ("since", Int),
    ], "ON CONFLICT(run) DO UPDATE SET fingerprint = excluded.fingerprint,
        class = excluded.class, step = excluded.step, message = excluded.message,
        amount_minor = excluded.amount_minor, currency = excluded.currency,
        question = excluded.question, missing_table = excluded.missing_table,
        missing_key = excluded.missing_key, since = excluded.since, resolution = NULL,
        resolved_at = NULL, resolved_by = NULL, reason = NULL");
    EVENT = one_hot(
        "SELECT e.id, e.environment, e.connection, e.peer, e.dedupe_key, e.kind, e.occurred_at,
           e.received_at, e.secret, e.body_len, e.body_sha256, e.deliveries, e.own,
           b.body
         FROM event e LEFT JOIN event_body b ON b.event = e.id WHERE e.id = $1",
    );
    /// Environment, peer, the sender's id.
    EVENT_BY_KEY = one_hot(
        "SELECT id FROM event WHERE environment = $1 AND peer = $2 AND dedupe_key = $3",
    );
    RUNS_OF_EVENT = one("SELECT id FROM run WHERE event = $1 ORDER BY id");
    COUNT_EVENTS = one("SELECT COUNT(*), CAST(COALESCE(SUM(deliveries), 0) AS BIGINT) FROM event");
}

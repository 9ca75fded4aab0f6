//! The effect ledger, guards of `set`, and cross references.

use super::Type::{Blob, Int, Text};
use super::statements;

/// The columns of an effect, in the order in which `EffectRecord` is read.
macro_rules! effect_columns {
    () => {
        "e.peer, e.kind, e.reference, e.generation, e.environment, e.rev, e.state, e.operation,
         e.connection, e.attempt, e.holder, e.body, e.inflight, e.inflight_at, e.question,
         e.orphans, e.begun_at, e.updated_at"
    };
}

statements! {
    /// The revision that a write is guarded by: place, then the key.
    GUARD_EFFECT = each_hot(
        "SELECT $1, rev FROM effect
         WHERE peer = $2 AND kind = $3 AND reference = $4 AND generation = $5",
        "SELECT x.ord, e.rev
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]),
           CAST($4 AS TEXT[]), CAST($5 AS BIGINT[])) AS x(ord, peer, kind, reference, generation)
         JOIN effect e ON e.peer = x.peer AND e.kind = x.kind AND e.reference = x.reference
           AND e.generation = x.generation
         FOR UPDATE OF e",
    );
    INSERT_EFFECT = insert("effect", &[
        ("peer", Text), ("kind", Text), ("reference", Text), ("generation", Int), ("hash", Blob),
        ("environment", Int), ("rev", Int), ("state", Int), ("operation", Text),
        ("connection", Int), ("attempt", Int), ("holder", Int), ("body", Blob),
        ("inflight", Text), ("inflight_at", Int), ("question", Text), ("orphans", Text),
        ("begun_at", Int), ("updated_at", Int),
    ], "");
    UPDATE_EFFECT = each_hot(
        "UPDATE effect SET rev = $5, state = $6, operation = $7, connection = $8, attempt = $9,
           holder = $10, body = $11, inflight = $12, inflight_at = $13, question = $14,
           orphans = $15, begun_at = $16, updated_at = $17
         WHERE peer = $1 AND kind = $2 AND reference = $3 AND generation = $4",
        "UPDATE effect e SET rev = x.rev, state = x.state, operation = x.operation,
           connection = x.connection, attempt = x.attempt, holder = x.holder, body = x.body,
           inflight = x.inflight, inflight_at = x.inflight_at, question = x.question,
           orphans = x.orphans, begun_at = x.begun_at, updated_at = x.updated_at
         FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]),
           CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]), CAST($7 AS TEXT[]),
           CAST($8 AS BIGINT[]), CAST($9 AS BIGINT[]), CAST($10 AS BIGINT[]),
           CAST($11 AS BYTEA[]), CAST($12 AS TEXT[]), CAST($13 AS BIGINT[]),
           CAST($14 AS TEXT[]), CAST($15 AS TEXT[]), CAST($16 AS BIGINT[]),
           CAST($17 AS BIGINT[]))
           AS x(peer, kind, reference, generation, rev, state, operation, connection, attempt,
             holder, body, inflight, inflight_at, question, orphans, begun_at, updated_at)
         WHERE e.peer = x.peer AND e.kind = x.kind AND e.reference = x.reference
           AND e.generation = x.generation",
    );
    /// The current generation and its row: place, then peer, kind, reference.
    EFFECT = each_hot(
        concat!("SELECT CAST($1 AS INTEGER), COALESCE(h.generation, 0), ", effect_columns!(), "
         FROM (SELECT 1) LEFT JOIN effect_head h
           ON h.peer = $2 AND h.kind = $3 AND h.reference = $4
         LEFT JOIN effect e ON e.peer = $2 AND e.kind = $3 AND e.reference = $4
           AND e.generation = COALESCE(h.generation, 0)"),
        concat!("SELECT x.ord, COALESCE(h.generation, 0), ", effect_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[]),
           CAST($4 AS TEXT[])) AS x(ord, peer, kind, reference)
         LEFT JOIN effect_head h
           ON h.peer = x.peer AND h.kind = x.kind AND h.reference = x.reference
         LEFT JOIN effect e ON e.peer = x.peer AND e.kind = x.kind
           AND e.reference = x.reference AND e.generation = COALESCE(h.generation, 0)"),
    );
    /// Whether a live run holds the effect of a hash: place, hash.
    EFFECT_HELD = each(
        "SELECT $1 FROM effect e JOIN run r ON r.id = e.holder
         WHERE e.hash = $2 AND e.holder IS NOT NULL AND r.live > 0",
        "SELECT x.ord FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BYTEA[])) AS x(ord, hash)
         JOIN effect e ON e.hash = x.hash JOIN run r ON r.id = e.holder
         WHERE e.holder IS NOT NULL AND r.live > 0",
    );
    /// Effects of a state that a person may have to settle, above a key.
    LIST_EFFECTS = one(concat!(
        "SELECT ", effect_columns!(), " FROM effect e
         WHERE e.environment = $1 AND e.state = $2
           AND (e.peer, e.kind, e.reference, e.generation) > ($3, $4, $5, $6)
         ORDER BY e.peer, e.kind, e.reference, e.generation LIMIT $7"
    ));
    RAISE_GENERATION = one(
        "INSERT INTO effect_head(peer, kind, reference, generation) VALUES($1, $2, $3, $4)
         ON CONFLICT(peer, kind, reference) DO UPDATE SET generation = excluded.generation",
    );
    PUT_GUARD = insert("set_guard", &[
        ("peer", Text), ("kind", Text), ("reference", Text), ("as_of", Int),
    ], "ON CONFLICT(peer, kind, reference) DO UPDATE SET as_of = excluded.as_of
        WHERE excluded.as_of > set_guard.as_of");
    GUARD = one_hot(
        "SELECT as_of FROM set_guard WHERE peer = $1 AND kind = $2 AND reference = $3",
    );
    PUT_CROSS_REFERENCE = insert("cross_reference", &[
        ("environment", Int), ("kind", Text), ("id", Text), ("value", Text), ("run", Int),
        ("at", Int),
    ], "ON CONFLICT(environment, kind, id) DO UPDATE SET value = excluded.value,
        run = excluded.run, at = excluded.at WHERE cross_reference.value <> excluded.value");
    /// One that no run writes: environment, kind, id, value, time. Nothing if there is one already.
    NEW_CROSS_REFERENCE = one(
        "INSERT INTO cross_reference(environment, kind, id, value, run, at)
         VALUES($1, $2, $3, $4, 0, $5) ON CONFLICT(environment, kind, id) DO NOTHING
         RETURNING run",
    );
    /// Values by place: place, environment, kind, id.
    CROSS_REFERENCE = each_hot(
        "SELECT $1, value FROM cross_reference WHERE environment = $2 AND kind = $3 AND id = $4",
        "SELECT x.ord, c.value
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]),
           CAST($4 AS TEXT[])) AS x(ord, environment, kind, id)
         JOIN cross_reference c ON c.environment = x.environment AND c.kind = x.kind
           AND c.id = x.id",
    );
}

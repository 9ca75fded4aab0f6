//! Jobs that work out what another version would have done, and what they read of the past.

use super::Type::{Blob, Int};
use super::statements;

/// The columns of a job, in the order in which `WhatIfRecord` is read.
macro_rules! what_if_columns {
    () => {
        "w.id, w.environment, w.flow, w.request, w.state, w.cursor, w.last, w.progress, w.reason,
         w.who, w.created_at, w.updated_at, w.ended_at"
    };
}

/// The last runs about events of a period: run, last run, environment, flow, from, to. A run that
/// was replayed is told by its replay.
macro_rules! past_runs {
    () => {
        " FROM run r JOIN event e ON e.id = r.event
         WHERE r.id > $1 AND r.id <= $2 AND r.environment = $3 AND r.flow = $4
           AND e.received_at >= $5 AND e.received_at < $6
           AND NOT EXISTS (SELECT 1 FROM run n WHERE n.replay_of = r.id)
           AND NOT EXISTS (SELECT 1 FROM run n
             WHERE n.replay_of = r.replay_of AND n.id > r.id)"
    };
}

statements! {
    /// Nothing if another one runs in the environment.
    INSERT_WHAT_IF = one(
        "INSERT INTO what_if(id, environment, flow, request, state, cursor, last, progress, who,
           created_at, updated_at)
         VALUES($1, $2, $3, $4, 0, 0, COALESCE((SELECT MAX(id) FROM run), 0), $5, $6, $7, $7)
         ON CONFLICT(environment) WHERE state = 0 DO NOTHING RETURNING id",
    );
    WHAT_IF = one(concat!("SELECT ", what_if_columns!(), " FROM what_if w WHERE w.id = $1"));
    /// Of an environment, newest first, below an id.
    LIST_WHAT_IFS = one(concat!(
        "SELECT ", what_if_columns!(), " FROM what_if w
         WHERE w.environment = $1 AND w.id < $2 ORDER BY w.id DESC LIMIT $3"
    ));
    /// Those that run, of all environments.
    RUNNING_WHAT_IFS = one(concat!(
        "SELECT ", what_if_columns!(), " FROM what_if w WHERE w.state = 0 ORDER BY w.id"
    ));
    WHAT_IF_RUNNING = one("SELECT id FROM what_if WHERE environment = $1 AND state = 0");
    /// How far it has come, if it still runs and is where it was taken to be: id, cursor before,
    /// cursor, progress, state, now, end.
    ADVANCE_WHAT_IF = one(
        "UPDATE what_if SET cursor = $3, progress = $4, state = $5, updated_at = $6,
           ended_at = $7
         WHERE id = $1 AND cursor = $2 AND state = 0 RETURNING id",
    );
    /// Id, state, reason, now, end.
    SET_WHAT_IF_STATE = one(
        "UPDATE what_if SET state = $2, reason = $3, updated_at = $4, ended_at = $5
         WHERE id = $1 RETURNING id",
    );
    INSERT_DIFFERENCE = insert("what_if_difference", &[
        ("what_if", Int), ("place", Int), ("run", Int), ("body", Blob),
    ], "ON CONFLICT(what_if, place) DO UPDATE SET run = excluded.run, body = excluded.body");
    /// Of a job, by place, after one of them.
    DIFFERENCES = one(
        "SELECT place, run, body FROM what_if_difference WHERE what_if = $1 AND place > $2
         ORDER BY place LIMIT $3",
    );
    /// All but the newest of an environment go, with what they found: environment, how many stay.
    FORGET_DIFFERENCES = one(
        "DELETE FROM what_if_difference WHERE what_if IN (SELECT id FROM what_if
           WHERE environment = $1 AND state <> 0 AND id NOT IN (SELECT id FROM what_if
             WHERE environment = $1 ORDER BY id DESC LIMIT $2))",
    );
    FORGET_WHAT_IFS = one(
        "DELETE FROM what_if WHERE environment = $1 AND state <> 0 AND id NOT IN (
           SELECT id FROM what_if WHERE environment = $1 ORDER BY id DESC LIMIT $2)",
    );

    COUNT_PAST_RUNS = one(concat!("SELECT COUNT(*)", past_runs!()));
    /// With what each weighs: the moment of its event, bytes of the body, rows and bytes of steps.
    PAST_RUNS = one(concat!(
        "SELECT r.id, r.environment, r.flow, r.deployment, r.event, r.replay_of, r.peer, r.key,
           r.lane, r.shard, r.state, r.rev, r.cursor, r.attempt, r.since, r.due_at, r.deadline,
           r.wait_for, r.created_at, r.ended_at, r.fault_class, r.fault,
           e.occurred_at, e.kind, e.body_len,
           (SELECT COUNT(*) FROM step s WHERE s.run = r.id),
           (SELECT CAST(COALESCE(SUM(LENGTH(s.output)), 0) AS BIGINT) FROM step s
            WHERE s.run = r.id)",
        past_runs!(),
        " ORDER BY r.id LIMIT $7"
    ));
    BODIES = each(
        "SELECT event, body FROM event_body WHERE event = $1",
        "SELECT b.event, b.body FROM unnest(CAST($1 AS BIGINT[])) AS x(event)
         JOIN event_body b ON b.event = x.event",
    );
    STEPS_OF_RUNS = each(
        "SELECT run, scope, step, idx, state, output, effect, reused, started_at, ended_at
         FROM step WHERE run = $1 ORDER BY scope, step, idx",
        "SELECT s.run, s.scope, s.step, s.idx, s.state, s.output, s.effect, s.reused,
           s.started_at, s.ended_at
         FROM unnest(CAST($1 AS BIGINT[])) AS x(run) JOIN step s ON s.run = x.run
         ORDER BY s.run, s.scope, s.step, s.idx",
    );
    LOOKUPS_OF_RUNS = each(
        "SELECT run, body FROM run_lookup WHERE run = $1",
        "SELECT l.run, l.body FROM unnest(CAST($1 AS BIGINT[])) AS x(run)
         JOIN run_lookup l ON l.run = x.run",
    );
}

//! Lists of runs and events. Each is asked by what narrows it most, and never walks more than a
//! stretch of ids at a time, so that a page comes quickly however long the list is.

use super::statements;

/// The columns of a run that is joined as `r`.
macro_rules! run_columns {
    () => {
        "r.id, r.environment, r.flow, r.deployment, r.event, r.replay_of, r.peer, r.key, r.lane,
         r.shard, r.state, r.rev, r.cursor, r.attempt, r.since, r.due_at, r.deadline, r.wait_for,
         r.created_at, r.ended_at, r.fault_class, r.fault"
    };
}
/// The columns of an event that is joined as `e`.
macro_rules! event_columns {
    () => {
        "e.id, e.environment, e.connection, e.peer, e.dedupe_key, e.kind, e.occurred_at,
         e.received_at, e.secret, e.body_len, e.body_sha256, e.deliveries, e.own"
    };
}
/// What else narrows a list of runs: `$4` flow, `$5` state, `$6` pattern of the key.
macro_rules! run_filter {
    () => {
        " AND (CAST($4 AS BIGINT) IS NULL OR r.flow = $4)
          AND (CAST($5 AS BIGINT) IS NULL OR r.state = $5)
          AND (CAST($6 AS TEXT) IS NULL OR r.key LIKE $6 ESCAPE '!')"
    };
}

statements! {
    LAST_RUN = one("SELECT MAX(id) FROM run");
    LAST_EVENT = one("SELECT MAX(id) FROM event");
    /// A stretch of ids: environment, below, from, filter, limit.
    RUNS_BETWEEN = one(concat!(
        "SELECT ", run_columns!(), " FROM run r
         WHERE r.environment = $1 AND r.id < $2 AND r.id >= $3", run_filter!(),
        " ORDER BY r.id DESC LIMIT $7"
    ));
    /// Environment, below, flow, limit.
    RUNS_OF_FLOW = one(concat!(
        "SELECT ", run_columns!(), " FROM run r
         WHERE r.flow = $3 AND r.environment = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $4"
    ));
    /// How long a flow's newest runs took: flow, environment, limit.
    RUN_TIMES = one(
        "SELECT id, deployment, state, created_at, ended_at FROM run
         WHERE flow = $1 AND environment = $2 ORDER BY id DESC LIMIT $3",
    );
    /// Open letters of an environment by flow.
    OPEN_BY_FLOW = one(
        "SELECT flow, COUNT(*) FROM dead_letter WHERE environment = $1 AND resolution IS NULL
         GROUP BY flow ORDER BY flow",
    );
    /// Environment, below, event, filter, limit.
    RUNS_ABOUT = one(concat!(
        "SELECT ", run_columns!(), " FROM run r
         WHERE r.event = $3 AND r.environment = $1 AND r.id < $2", run_filter!(),
        " ORDER BY r.id DESC LIMIT $7"
    ));
    /// How many are live, counted to a limit.
    COUNT_LIVE = one("SELECT COUNT(*) FROM (SELECT 1 FROM run WHERE live > 0 LIMIT $1) AS x");
    /// By the index of what is live: environment, below, nothing, filter, limit. The plus signs
    /// keep the databases from walking the whole table by id.
    RUNS_LIVE = one(concat!(
        "SELECT ", run_columns!(), " FROM run r
         WHERE r.live > 0 AND +r.environment = $1 AND +r.id < $2 AND CAST($3 AS BIGINT) IS NULL",
        run_filter!(), " ORDER BY +r.id DESC LIMIT $7"
    ));
    /// Every run that was given up has a letter: environment, below, nothing, filter, limit.
    DEAD_RUNS = one(concat!(
        "SELECT ", run_columns!(), " FROM dead_letter d JOIN run r ON r.id = d.run
         WHERE d.environment = $1 AND d.run < $2 AND CAST($3 AS BIGINT) IS NULL", run_filter!(),
        " ORDER BY d.run DESC LIMIT $7"
    ));
    /// The next flow and peer that have keys: environment, after flow and peer.
    NEXT_KEYED = one(
        "SELECT flow, peer FROM run_key
         WHERE environment = $1 AND (flow, peer) > ($2, $3) ORDER BY flow, peer LIMIT 1",
    );
    /// The runs that have a key which begins with a text: environment, flow, peer, the text, its
    /// end, limit.
    KEYED = one(
        "SELECT run FROM run_key
         WHERE environment = $1 AND flow = $2 AND peer = $3 AND key >= $4 AND key < $5 LIMIT $6",
    );
    /// The same of runs that are covered.
    COVERED_KEYED = one(
        "SELECT id FROM run WHERE live = -1
           AND environment = $1 AND flow = $2 AND peer = $3 AND key >= $4 AND key < $5 LIMIT $6",
    );
    /// Which run that stands before it in its lane a ready run waits for: run, that run, its event,
    /// its key, the sender's id of its event.
    BEHIND = each(
        "SELECT r.id, o.id, o.event, o.key, e.dedupe_key
         FROM run r JOIN run o ON o.id = (SELECT MIN(b.id) FROM run b WHERE b.live > 0
           AND b.live = 1 AND b.shard = r.shard AND b.lane = r.lane AND b.id < r.id)
         JOIN event e ON e.id = o.event
         WHERE r.id = $1 AND r.state = 0",
        "SELECT r.id, o.id, o.event, o.key, e.dedupe_key
         FROM unnest(CAST($1 AS BIGINT[])) AS x(id) JOIN run r ON r.id = x.id
         JOIN run o ON o.id = (SELECT MIN(b.id) FROM run b WHERE b.live > 0
           AND b.live = 1 AND b.shard = r.shard AND b.lane = r.lane AND b.id < r.id)
         JOIN event e ON e.id = o.event
         WHERE r.state = 0",
    );
    /// The run that works on an effect: place, half the effect's key.
    EFFECT_HOLDER = each(
        "SELECT $1, holder FROM effect WHERE hash = $2 AND holder IS NOT NULL",
        "SELECT x.place, e.holder
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BYTEA[])) AS x(place, hash)
         JOIN effect e ON e.hash = x.hash WHERE e.holder IS NOT NULL",
    );

    /// A stretch of ids: environment, below, from, connection, kind, pattern of the sender's id or
    /// of a run's key, whether it started runs (1) or none (0), limit. The plus sign keeps SQLite
    /// from the index that begins with the environment.
    EVENTS_BETWEEN = one(concat!(
        "SELECT ", event_columns!(), " FROM event e
         WHERE +e.environment = $1 AND e.id < $2 AND e.id >= $3
           AND (CAST($4 AS BIGINT) IS NULL OR e.connection = $4)
           AND (CAST($5 AS TEXT) IS NULL OR e.kind = $5)
           AND (CAST($6 AS TEXT) IS NULL OR e.dedupe_key LIKE $6 ESCAPE '!'
             OR EXISTS(SELECT 1 FROM run r WHERE r.event = e.id AND r.key LIKE $6 ESCAPE '!'))
           AND (CAST($7 AS BIGINT) IS NULL
             OR $7 = CASE WHEN EXISTS(SELECT 1 FROM run r WHERE r.event = e.id) THEN 1 ELSE 0 END)
         ORDER BY e.id DESC LIMIT $8"
    ));
    /// Events of which a run is live: environment, below, limit.
    LIVE_EVENTS = one(
        "SELECT DISTINCT r.event FROM run r
         WHERE r.live > 0 AND +r.environment = $1 AND +r.event < $2
         ORDER BY r.event DESC LIMIT $3",
    );
    /// Events of which a run was given up and nobody has dealt with it: environment, below, limit.
    DEAD_EVENTS = one(
        "SELECT DISTINCT r.event FROM dead_letter d JOIN run r ON r.id = d.run
         WHERE d.environment = $1 AND d.resolution IS NULL AND +r.event < $2
         ORDER BY r.event DESC LIMIT $3",
    );
    EVENT_BY_ID = each(
        concat!("SELECT ", event_columns!(), " FROM event e WHERE e.id = $1"),
        concat!("SELECT ", event_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[])) WITH ORDINALITY AS x(id, place)
         JOIN event e ON e.id = x.id ORDER BY x.place"),
    );
    /// The next peer that has sent events: environment, after.
    NEXT_SENDER = one(
        "SELECT peer FROM event WHERE environment = $1 AND peer > $2 ORDER BY peer LIMIT 1",
    );
    /// Events whose id at the sender begins with a text: environment, peer, text, its end, limit.
    EVENTS_KEYED = one(
        "SELECT id FROM event
         WHERE environment = $1 AND peer = $2 AND dedupe_key >= $3 AND dedupe_key < $4 LIMIT $5",
    );
    /// The runs of events, each with whether an open letter lies for it.
    RUNS_OF_EVENTS = each(
        concat!("SELECT ", run_columns!(), ",
           CASE WHEN EXISTS(SELECT 1 FROM dead_letter d
             WHERE d.run = r.id AND d.resolution IS NULL) THEN 1 ELSE 0 END
         FROM run r WHERE r.event = $1 ORDER BY r.id LIMIT 50"),
        concat!("SELECT ", run_columns!(), ",
           CASE WHEN EXISTS(SELECT 1 FROM dead_letter d
             WHERE d.run = r.id AND d.resolution IS NULL) THEN 1 ELSE 0 END
         FROM unnest(CAST($1 AS BIGINT[])) AS x(event)
         CROSS JOIN LATERAL (SELECT * FROM run o WHERE o.event = x.event ORDER BY o.id LIMIT 50)
           AS r
         ORDER BY r.event, r.id"),
    );

    /// The next kind of cross references: environment, after.
    NEXT_CROSS_KIND = one(
        "SELECT kind FROM cross_reference WHERE environment = $1 AND kind > $2
         ORDER BY kind LIMIT 1",
    );
    /// Environment, kind, id.
    CROSS_BY_ID = one(
        "SELECT kind, id, value, run, at FROM cross_reference
         WHERE environment = $1 AND kind = $2 AND id = $3",
    );
    /// Environment, value, limit.
    CROSS_BY_VALUE = one(
        "SELECT kind, id, value, run, at FROM cross_reference
         WHERE environment = $1 AND value = $2 ORDER BY at DESC LIMIT $3",
    );

    /// How long the calls of a run's steps took and how many there were: run, step, calls,
    /// microseconds, the last end.
    CALL_TIMES = each(
        "SELECT run, step, COUNT(*), SUM(ended_at - started_at), MAX(ended_at) FROM call
         WHERE run = $1 GROUP BY run, step ORDER BY step",
        "SELECT c.run, c.step, COUNT(*), CAST(SUM(c.ended_at - c.started_at) AS BIGINT),
           MAX(c.ended_at)
         FROM unnest(CAST($1 AS BIGINT[])) AS x(run) JOIN call c ON c.run = x.run
         GROUP BY c.run, c.step ORDER BY c.run, c.step",
    );
    /// When each step of a run was last written: run, step, when.
    STEP_TIMES = each(
        "SELECT run, step, MAX(COALESCE(ended_at, started_at)) FROM step
         WHERE run = $1 GROUP BY run, step ORDER BY step",
        "SELECT s.run, s.step, MAX(COALESCE(s.ended_at, s.started_at))
         FROM unnest(CAST($1 AS BIGINT[])) AS x(run) JOIN step s ON s.run = x.run
         GROUP BY s.run, s.step ORDER BY s.run, s.step",
    );
    /// Open letters of one step, of runs on one deployment, above a run: flow, deployment, step,
    /// run, limit.
    OPEN_OF_STEP = one(
        "SELECT d.run, d.environment, d.flow, d.fingerprint, d.class, d.step, d.message,
           d.amount_minor, d.currency, d.question, d.missing_table, d.missing_key, d.since,
           d.resolution, d.resolved_at, d.resolved_by, d.reason
         FROM dead_letter d JOIN run r ON r.id = d.run
         WHERE d.resolution IS NULL AND d.flow = $1 AND r.deployment = $2 AND d.step = $3
           AND d.environment = r.environment AND d.run > $4
         ORDER BY d.run LIMIT $5",
    );
    /// Open letters of a flow's runs on one deployment, by step: environment, flow, deployment.
    OPEN_BY_STEP = one(
        "SELECT d.step, COUNT(*), MAX(d.run) FROM dead_letter d JOIN run r ON r.id = d.run
         WHERE d.environment = $1 AND d.resolution IS NULL AND d.flow = $2 AND r.deployment = $3
         GROUP BY d.step ORDER BY d.step",
    );
}

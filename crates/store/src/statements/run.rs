//! Runs: what an advance reads and writes, and how runs are listed.

use super::Type::{Blob, Int, Text};
use super::statements;

/// The columns of a run, in the order in which `RunRecord` is read.
macro_rules! run_columns {
    () => {
        "id, environment, flow, deployment, event, replay_of, peer, key, lane, shard, state, rev,
         cursor, attempt, since, due_at, deadline, wait_for, created_at, ended_at, fault_class,
         fault"
    };
}

statements! {
    /// What an advance is guarded by, and what the indexes know of the run. PostgreSQL also locks
    /// the rows.
    GUARD_RUN = each_hot(
        "SELECT id, rev, live, shard, environment, flow, due_at,
           CASE WHEN wait_for IS NULL THEN 0 ELSE 1 END
         FROM run WHERE id = $1",
        "SELECT run.id, run.rev, run.live, run.shard, run.environment, run.flow, run.due_at,
           CASE WHEN run.wait_for IS NULL THEN CAST(0 AS BIGINT) ELSE 1 END
         FROM unnest(CAST($1 AS BIGINT[])) AS x(id) JOIN run ON run.id = x.id FOR UPDATE OF run",
    );
    /// The share lock makes a thief of the shard wait for this commit.
    GUARD_SHARD = each_hot(
        "SELECT shard, epoch FROM shard_lease WHERE shard = $1",
        "SELECT l.shard, l.epoch FROM unnest(CAST($1 AS BIGINT[])) AS x(shard)
         JOIN shard_lease l ON l.shard = x.shard FOR SHARE OF l",
    );
    ADVANCE_RUN = each_hot(
        "UPDATE run SET rev = rev + 1, live = $2, state = $3, cursor = $4, attempt = $5,
           since = $6, due_at = $7, deadline = $8, wait_for = $9, ended_at = $10,
           fault_class = $11, fault = $12
         WHERE id = $1",
        "UPDATE run SET rev = run.rev + 1, live = x.live, state = x.state, cursor = x.cursor,
           attempt = x.attempt, since = x.since, due_at = x.due_at, deadline = x.deadline,
           wait_for = x.wait_for, ended_at = x.ended_at, fault_class = x.fault_class,
           fault = x.fault
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]),
           CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]),
           CAST($7 AS BIGINT[]), CAST($8 AS BIGINT[]), CAST($9 AS TEXT[]),
           CAST($10 AS BIGINT[]), CAST($11 AS TEXT[]), CAST($12 AS TEXT[]))
           AS x(id, live, state, cursor, attempt, since, due_at, deadline, wait_for, ended_at,
             fault_class, fault)
         WHERE run.id = x.id",
    );
    /// As `ADVANCE_RUN`, of a run whose `live`, `due_at` and `wait_for` stay as they are: SQLite
    /// rewrites each index of which a column is named, even if its value is the same.
    ADVANCE_IN_PLACE = each_hot(
        "UPDATE run SET rev = rev + 1, state = $2, cursor = $3, attempt = $4, since = $5,
           deadline = $6, fault_class = $7, fault = $8
         WHERE id = $1",
        "UPDATE run SET rev = run.rev + 1, state = x.state, cursor = x.cursor,
           attempt = x.attempt, since = x.since, deadline = x.deadline,
           fault_class = x.fault_class, fault = x.fault
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]),
           CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]),
           CAST($7 AS TEXT[]), CAST($8 AS TEXT[]))
           AS x(id, state, cursor, attempt, since, deadline, fault_class, fault)
         WHERE run.id = x.id",
    );
    PUT_STEP = insert("step", &[
        ("run", Int), ("scope", Int), ("step", Int), ("idx", Int), ("state", Int),
        ("output", Blob), ("effect", Blob), ("reused", Int), ("started_at", Int),
        ("ended_at", Int),
    ], "ON CONFLICT(run, scope, step, idx) DO UPDATE SET state = excluded.state,
        output = excluded.output, effect = excluded.effect, reused = excluded.reused,
        started_at = excluded.started_at, ended_at = excluded.ended_at");
    INSERT_CALL = insert("call", &[
        ("run", Int), ("rev", Int), ("place", Int), ("step", Int), ("label", Text),
        ("kind", Text), ("started_at", Int), ("ended_at", Int), ("fault_class", Text),
        ("fault", Text), ("status", Int), ("body", Blob),
    ], "");
    /// Which keys a run waits for: place, environment, key. Nearly always none, and asking costs
    /// less than an update that changes nothing.
    WAITED_FOR = each_hot(
        "SELECT $1 FROM run WHERE environment = $2 AND wait_for = $3 AND live > 0",
        "SELECT x.place
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]))
           AS x(place, environment, wait_for)
         JOIN run ON run.environment = x.environment AND run.wait_for = x.wait_for
         WHERE run.live > 0",
    );
    /// Runs that wait for a key become ready: environment, key, now.
    WAKE = each_hot(
        "UPDATE run SET rev = rev + 1, live = 1, state = 0, wait_for = NULL, deadline = NULL,
           due_at = $3
         WHERE environment = $1 AND wait_for = $2 AND live > 0
         RETURNING id, event, deployment, lane, shard, state, rev",
        "UPDATE run SET rev = run.rev + 1, live = 1, state = 0, wait_for = NULL,
           deadline = NULL, due_at = x.now
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]))
           AS x(environment, wait_for, now)
         WHERE run.environment = x.environment AND run.wait_for = x.wait_for AND run.live > 0
         RETURNING run.id, run.event, run.deployment, run.lane, run.shard, run.state, run.rev",
    );
    /// The newest covered run of each run's key, if the run owns the key.
    NEWEST_COVERED = each_hot(
        "SELECT r.id, (SELECT c.id FROM run c WHERE c.environment = r.environment
             AND c.flow = r.flow AND c.peer = r.peer AND c.key = r.key AND c.live = -1
             ORDER BY c.id DESC LIMIT 1)
         FROM run r JOIN run_key k ON k.environment = r.environment AND k.flow = r.flow
           AND k.peer = r.peer AND k.key = r.key AND k.run = r.id
         WHERE r.id = $1",
        "SELECT r.id, (SELECT c.id FROM run c WHERE c.environment = r.environment
             AND c.flow = r.flow AND c.peer = r.peer AND c.key = r.key AND c.live = -1
             ORDER BY c.id DESC LIMIT 1)
         FROM unnest(CAST($1 AS BIGINT[])) AS x(id) JOIN run r ON r.id = x.id
         JOIN run_key k ON k.environment = r.environment AND k.flow = r.flow
           AND k.peer = r.peer AND k.key = r.key AND k.run = r.id",
    );
    FREE_KEY = each_hot(
        "DELETE FROM run_key WHERE run = $1 AND (environment, flow, peer, key) =
           (SELECT environment, flow, peer, key FROM run WHERE id = $1)",
        "DELETE FROM run_key k USING unnest(CAST($1 AS BIGINT[])) AS x(id)
           JOIN run r ON r.id = x.id
         WHERE k.environment = r.environment AND k.flow = r.flow AND k.peer = r.peer
           AND k.key = r.key AND k.run = r.id",
    );
    /// Gives the key of one run to another of the same key: from, to.
    PASS_KEY = each_hot(
        "UPDATE run_key SET run = $2 WHERE run = $1 AND (environment, flow, peer, key) =
           (SELECT environment, flow, peer, key FROM run WHERE id = $1)",
        "UPDATE run_key k SET run = x.heir
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS x(id, heir)
           JOIN run r ON r.id = x.id
         WHERE k.environment = r.environment AND k.flow = r.flow AND k.peer = r.peer
           AND k.key = r.key AND k.run = r.id",
    );
    /// A covered run becomes ready: id, now.
    UNCOVER = each_hot(
        "UPDATE run SET rev = rev + 1, live = 1, state = 0, ended_at = NULL, due_at = $2
         WHERE id = $1 AND live = -1
         RETURNING id, event, deployment, lane, shard, state, rev",
        "UPDATE run SET rev = run.rev + 1, live = 1, state = 0, ended_at = NULL, due_at = x.now
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS x(id, now)
         WHERE run.id = x.id AND run.live = -1
         RETURNING run.id, run.event, run.deployment, run.lane, run.shard, run.state, run.rev",
    );

    RUN = one_hot(concat!("SELECT ", run_columns!(), " FROM run WHERE id = $1"));
    STEPS = one_hot(
        "SELECT scope, step, idx, state, output, effect, reused, started_at, ended_at
         FROM step WHERE run = $1 ORDER BY scope, step, idx",
    );
    /// The steps of a range of list instances: run, first, last.
    STEPS_WITHIN = one_hot(
        "SELECT scope, step, idx, state, output, effect, reused, started_at, ended_at
         FROM step WHERE run = $1 AND scope >= $2 AND scope <= $3 ORDER BY scope, step, idx",
    );
    /// A page of the steps of a run, after a place: run, scope, step, index, limit.
    STEPS_AFTER = one(
        "SELECT scope, step, idx, state, output, effect, reused, started_at, ended_at
         FROM step WHERE run = $1 AND (scope, step, idx) > ($2, $3, $4)
         ORDER BY scope, step, idx LIMIT $5",
    );
    /// A page of the calls of a run, after a place: run, revision, place, limit.
    CALLS_AFTER = one(
        "SELECT step, label, kind, started_at, ended_at, fault_class, fault, status, NULL, rev,
           place, CASE WHEN body IS NULL THEN 0 ELSE 1 END
         FROM call WHERE run = $1 AND (rev, place) > ($2, $3) ORDER BY rev, place LIMIT $4",
    );
    /// One call of a run, with its body: run, revision, place.
    CALL = one(
        "SELECT step, label, kind, started_at, ended_at, fault_class, fault, status, body
         FROM call WHERE run = $1 AND rev = $2 AND place = $3",
    );
    CALLS = one_hot(
        "SELECT step, label, kind, started_at, ended_at, fault_class, fault, status, NULL
         FROM call WHERE run = $1 ORDER BY rev, place",
    );
    /// A page of a shard's live runs in the order of their lanes: shard, lane, id, limit.
    LOAD_LIVE = one_hot(concat!(
        "SELECT ", run_columns!(), " FROM run
         WHERE live > 0 AND shard = $1 AND (lane, id) > ($2, $3)
         ORDER BY lane, id LIMIT $4"
    ));
    /// Runs in work whose time has come, after a place: shard, when due, id, now, limit.
    READY_DUE = one_hot(
        "SELECT id, event, deployment, lane, shard, state, rev, due_at FROM run
         WHERE live = 1 AND shard = $1 AND (due_at, id) > ($2, $3) AND due_at <= $4
         ORDER BY due_at, id LIMIT $5",
    );
    /// Runs that wait for a key of a pattern, oldest first, above an id. By the index of what is
    /// waited for: the plus signs keep the databases from walking the whole table by id.
    LIST_WAITING = one(concat!(
        "SELECT ", run_columns!(), " FROM run
         WHERE environment = $1 AND +id > $2 AND wait_for IS NOT NULL
           AND wait_for LIKE $3 ESCAPE '!' AND live > 0
         ORDER BY +id LIMIT $4"
    ));
    /// Goes by the index of what is live.
    COUNT_LIVE_RUNS = one_hot(
        "SELECT state, COUNT(*) FROM run WHERE live > 0 GROUP BY state ORDER BY state",
    );
    COUNT_RUNS = one("SELECT state, COUNT(*) FROM run GROUP BY state ORDER BY state");
    REPLAYS = one(
        "SELECT id, event, deployment, lane, shard, state, rev, live, created_at FROM run
         WHERE replay_of = $1 ORDER BY id DESC",
    );
    /// Copies the rows of one step: from, to, step.
    COPY_STEP = one(
        "INSERT INTO step(run, scope, step, idx, state, output, effect, reused, started_at,
           ended_at)
         SELECT CAST($2 AS BIGINT), scope, step, idx, state, output, effect, reused, started_at,
           ended_at
         FROM step WHERE run = $1 AND step = $3",
    );
    /// The owner of a key: environment, flow, peer, key.
    KEY_OWNER = one_pair(
        "SELECT k.run, r.live FROM run_key k JOIN run r ON r.id = k.run
         WHERE k.environment = $1 AND k.flow = $2 AND k.peer = $3 AND k.key = $4",
        "SELECT k.run, r.live FROM run_key k JOIN run r ON r.id = k.run
         WHERE k.environment = $1 AND k.flow = $2 AND k.peer = $3 AND k.key = $4 FOR UPDATE",
    );
    PUT_KEY = one(
        "INSERT INTO run_key(environment, flow, peer, key, run) VALUES($1, $2, $3, $4, $5)
         ON CONFLICT(environment, flow, peer, key) DO UPDATE SET run = excluded.run",
    );
    CANCEL_RUN = one(
        "UPDATE run SET rev = rev + 1, live = 0, state = 9, wait_for = NULL, deadline = NULL,
           ended_at = $2
         WHERE id = $1 AND live <> 0",
    );
    /// Live runs of a flow that are pinned to another deployment: environment, flow, deployment.
    /// By the index of what is live: the plus signs keep the databases from other ones.
    PINNED = one(
        "SELECT id, deployment, state, rev, cursor FROM run
         WHERE live > 0 AND +environment = $1 AND +flow = $2 AND deployment <> $3
         ORDER BY +id",
    );
    RUN_BY_ID = each(
        concat!("SELECT ", run_columns!(), " FROM run WHERE id = $1"),
        "SELECT r.id, r.environment, r.flow, r.deployment, r.event, r.replay_of, r.peer, r.key,
           r.lane, r.shard, r.state, r.rev, r.cursor, r.attempt, r.since, r.due_at, r.deadline,
           r.wait_for, r.created_at, r.ended_at, r.fault_class, r.fault
         FROM unnest(CAST($1 AS BIGINT[])) WITH ORDINALITY AS x(id, place)
         JOIN run r ON r.id = x.id ORDER BY x.place",
    );
    /// Which steps of a run have rows, and how they stand.
    STEP_STATES = each(
        "SELECT DISTINCT run, step, state FROM step WHERE run = $1 ORDER BY step, state",
        "SELECT DISTINCT s.run, s.step, s.state
         FROM unnest(CAST($1 AS BIGINT[])) AS x(id) JOIN step s ON s.run = x.id
         ORDER BY s.run, s.step, s.state",
    );
    /// A run at rest goes over to another deployment and is looked at again: id, revision,
    /// deployment, now.
    MOVE_RUN = each(
        "UPDATE run SET deployment = $3, rev = rev + 1, live = 1, state = 0, wait_for = NULL,
           deadline = NULL, due_at = $4
         WHERE id = $1 AND rev = $2 AND live > 0 AND state IN (0, 2, 3, 4)
         RETURNING id",
        "UPDATE run SET deployment = x.deployment, rev = run.rev + 1, live = 1, state = 0,
           wait_for = NULL, deadline = NULL, due_at = x.now
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]),
           CAST($4 AS BIGINT[])) AS x(id, rev, deployment, now)
         WHERE run.id = x.id AND run.rev = x.rev AND run.live > 0 AND run.state IN (0, 2, 3, 4)
         RETURNING run.id",
    );
    /// A run at rest ends by a person's will: id, revision, now.
    CANCEL_AT_REST = each(
        "UPDATE run SET rev = rev + 1, live = 0, state = 9, wait_for = NULL, deadline = NULL,
           ended_at = $3
         WHERE id = $1 AND rev = $2 AND live > 0 AND state IN (0, 2, 3, 4)
         RETURNING id",
        "UPDATE run SET rev = run.rev + 1, live = 0, state = 9, wait_for = NULL,
           deadline = NULL, ended_at = x.now
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BIGINT[]))
           AS x(id, rev, now)
         WHERE run.id = x.id AND run.rev = x.rev AND run.live > 0 AND run.state IN (0, 2, 3, 4)
         RETURNING run.id",
    );
    EFFECTS_OF_RUNS = each(
        "SELECT DISTINCT effect FROM step WHERE run = $1 AND effect IS NOT NULL",
        "SELECT DISTINCT s.effect FROM unnest(CAST($1 AS BIGINT[])) AS x(id)
         JOIN step s ON s.run = x.id WHERE s.effect IS NOT NULL",
    );
    /// The events of our own by which runs were started: run; its event's id for the sender.
    OWN_EVENTS = each(
        "SELECT r.id, e.dedupe_key FROM run r JOIN event e ON e.id = r.event
         WHERE r.id = $1 AND r.peer LIKE 'towpath:%'",
        "SELECT r.id, e.dedupe_key FROM unnest(CAST($1 AS BIGINT[])) AS x(id)
         JOIN run r ON r.id = x.id JOIN event e ON e.id = r.event
         WHERE r.peer LIKE 'towpath:%'",
    );
    EFFECTS_OF_RUN = one(
        "SELECT DISTINCT effect FROM step WHERE run = $1 AND effect IS NOT NULL",
    );
    RESOLVE_DEAD_LETTER = one(
        "UPDATE dead_letter SET resolution = $2, resolved_at = $3, resolved_by = $4, reason = $5
         WHERE run = $1 AND resolution IS NULL RETURNING run",
    );
    DEAD_LETTER = one(
        "SELECT run, environment, flow, fingerprint, class, step, message, amount_minor,
           currency, question, missing_table, missing_key, since, resolution, resolved_at,
           resolved_by, reason
         FROM dead_letter WHERE run = $1",
    );
    /// Open letters of an environment, oldest first, above a run.
    LIST_DEAD_LETTERS = one(
        "SELECT run, environment, flow, fingerprint, class, step, message, amount_minor,
           currency, question, missing_table, missing_key, since, resolution, resolved_at,
           resolved_by, reason
         FROM dead_letter
         WHERE environment = $1 AND run > $2 AND resolution IS NULL
           AND (CAST($3 AS TEXT) IS NULL OR fingerprint = $3)
           AND (CAST($4 AS BIGINT) IS NULL OR flow = $4)
           AND (CAST($6 AS BIGINT) IS NULL OR since >= $6)
           AND (CAST($7 AS BIGINT) IS NULL OR since < $7)
         ORDER BY run LIMIT $5",
    );
    /// Open letters by cause, a row for each currency, above a fingerprint: environment,
    /// fingerprint, how many causes, the account or else the name of who takes care of them, a tag
    /// of theirs.
    GROUP_DEAD_LETTERS = one(
        "SELECT MIN(run), MAX(run), fingerprint, MIN(flow), MIN(class), MIN(step), MIN(message),
           currency, COUNT(*), CAST(SUM(amount_minor) AS BIGINT), MIN(since), MAX(since),
           COUNT(question), MIN(missing_table), MIN(missing_key)
         FROM dead_letter
         WHERE environment = $1 AND resolution IS NULL AND fingerprint IN (
           SELECT DISTINCT fingerprint FROM dead_letter
           WHERE environment = $1 AND resolution IS NULL AND fingerprint > $2
             AND ((CAST($4 AS BIGINT) IS NULL AND CAST($5 AS TEXT) IS NULL) OR fingerprint IN (
               SELECT c.fingerprint FROM cause_care c WHERE c.environment = $1
                 AND (c.account = $4 OR (c.account IS NULL AND c.assignee = $5))))
             AND (CAST($6 AS TEXT) IS NULL OR fingerprint IN (
               SELECT t.fingerprint FROM cause_tag t WHERE t.environment = $1 AND t.tag = $6))
           ORDER BY fingerprint LIMIT $3)
         GROUP BY fingerprint, currency ORDER BY fingerprint, currency",
    );
    /// Open letters by currency and age: environment, fresh until, a week until.
    LETTER_AGES = one(
        "SELECT currency, CASE WHEN since >= $2 THEN CAST(0 AS BIGINT)
             WHEN since >= $3 THEN 1 ELSE 2 END,
           COUNT(*), CAST(SUM(amount_minor) AS BIGINT)
         FROM dead_letter WHERE environment = $1 AND resolution IS NULL
         GROUP BY currency, 2 ORDER BY currency, 2",
    );
    /// An environment's live runs by state, and since when the first of them is due.
    LIVE_RUNS_BY_STATE = one(
        "SELECT state, COUNT(*), MIN(due_at) FROM run WHERE live > 0 AND +environment = $1
         GROUP BY state ORDER BY state",
    );
    COUNT_DEAD_LETTERS = one("SELECT COUNT(*) FROM dead_letter WHERE resolution IS NULL");

    /// Takes every shard and raises its epoch: node.
    LEASE = one_pair(
        "UPDATE shard_lease SET node = $1, epoch = epoch + 1 RETURNING shard, epoch",
        "UPDATE shard_lease SET node = $1, epoch = epoch + 1,
           expires_at = CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) + 10000000
         RETURNING shard, epoch",
    );
}

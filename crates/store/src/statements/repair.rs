//! Acts on all open dead letters of a cause, and who takes care of one.

use super::Type::{Blob, Int};
use super::statements;

/// The columns of a repair, in the order in which `RepairRecord` is read.
macro_rules! repair_columns {
    () => {
        "r.id, r.environment, r.fingerprint, r.kind, r.request, r.state, r.cursor, r.last,
         r.progress, r.reason, r.who, r.created_at, r.updated_at, r.ended_at"
    };
}

statements! {
    /// Nothing if another one of the kind runs in the environment.
    INSERT_REPAIR = one(
        "INSERT INTO repair(id, environment, fingerprint, kind, request, state, cursor, last,
           progress, who, created_at, updated_at)
         VALUES($1, $2, $3, $4, $5, 0, 0, COALESCE((SELECT MAX(run) FROM dead_letter
           WHERE environment = $2 AND fingerprint = $3 AND resolution IS NULL), 0),
           $6, $7, $8, $8)
         ON CONFLICT(environment, kind) WHERE state = 0 DO NOTHING RETURNING id",
    );
    REPAIR = one(concat!("SELECT ", repair_columns!(), " FROM repair r WHERE r.id = $1"));
    /// Of an environment and, unless null, a cause; newest first, below an id.
    LIST_REPAIRS = one(concat!(
        "SELECT ", repair_columns!(), " FROM repair r
         WHERE r.environment = $1 AND (CAST($2 AS TEXT) IS NULL OR r.fingerprint = $2)
           AND r.id < $3 ORDER BY r.id DESC LIMIT $4"
    ));
    /// Those that run, of all environments.
    RUNNING_REPAIRS = one(concat!(
        "SELECT ", repair_columns!(), " FROM repair r WHERE r.state = 0 ORDER BY r.id"
    ));
    REPAIR_RUNNING = one(
        "SELECT id FROM repair WHERE environment = $1 AND kind = $2 AND state = 0",
    );
    /// How far it has come, if it still runs and is where it was taken to be: id, cursor before,
    /// cursor, progress, state, now, end.
    ADVANCE_REPAIR = one(
        "UPDATE repair SET cursor = $3, progress = $4, state = $5, updated_at = $6, ended_at = $7
         WHERE id = $1 AND cursor = $2 AND state = 0 RETURNING id",
    );
    /// Id, state, reason, now, end.
    SET_REPAIR_STATE = one(
        "UPDATE repair SET state = $2, reason = $3, updated_at = $4, ended_at = $5
         WHERE id = $1 RETURNING id",
    );
    INSERT_REPAIR_ITEM = insert("repair_item", &[
        ("repair", Int), ("run", Int), ("made", Int), ("body", Blob),
    ], "ON CONFLICT(repair, run) DO UPDATE SET made = excluded.made, body = excluded.body");
    /// With the letter's money and how the new run stands; by run, after one of them.
    REPAIR_ITEMS = one(
        "SELECT i.run, i.made, i.body, d.amount_minor, d.currency, n.state
         FROM repair_item i JOIN dead_letter d ON d.run = i.run LEFT JOIN run n ON n.id = i.made
         WHERE i.repair = $1 AND i.run > $2 ORDER BY i.run LIMIT $3",
    );
    /// How the runs stand that it made, and the money of their letters.
    REPAIR_STANDS = one(
        "SELECT n.state, d.currency, COUNT(*), CAST(SUM(d.amount_minor) AS BIGINT)
         FROM repair_item i JOIN run n ON n.id = i.made JOIN dead_letter d ON d.run = i.run
         WHERE i.repair = $1 GROUP BY n.state, d.currency ORDER BY n.state, d.currency",
    );
    /// All but the newest of an environment go, with their items: environment, how many stay.
    FORGET_REPAIR_ITEMS = one(
        "DELETE FROM repair_item WHERE repair IN (SELECT id FROM repair
           WHERE environment = $1 AND state <> 0 AND id NOT IN (SELECT id FROM repair
             WHERE environment = $1 ORDER BY id DESC LIMIT $2))",
    );
    FORGET_REPAIRS = one(
        "DELETE FROM repair WHERE environment = $1 AND state <> 0 AND id NOT IN (
           SELECT id FROM repair WHERE environment = $1 ORDER BY id DESC LIMIT $2)",
    );
    /// The open letters of a cause up to a run, by currency.
    SUM_LETTERS = one(
        "SELECT currency, COUNT(*), CAST(SUM(amount_minor) AS BIGINT) FROM dead_letter
         WHERE environment = $1 AND fingerprint = $2 AND resolution IS NULL AND run <= $3
         GROUP BY currency ORDER BY currency",
    );
    /// How many letters of causes died in each stretch of time: environment, from, until, length of
    /// a stretch, the first and the last fingerprint.
    LETTER_TREND = one(
        "SELECT fingerprint, (since - CAST($2 AS BIGINT)) / CAST($4 AS BIGINT), COUNT(*)
         FROM dead_letter
         WHERE environment = $1 AND since >= $2 AND since < $3
           AND fingerprint >= $5 AND fingerprint <= $6
         GROUP BY fingerprint, 2 ORDER BY fingerprint, 2",
    );

    CARE = one(
        "SELECT fingerprint, assignee, account, due, revision, changed_by, changed_at
         FROM cause_care WHERE environment = $1 AND fingerprint = $2",
    );
    /// Of the causes from one to another.
    CARES = one(
        "SELECT fingerprint, assignee, account, due, revision, changed_by, changed_at
         FROM cause_care WHERE environment = $1 AND fingerprint >= $2 AND fingerprint <= $3
         ORDER BY fingerprint",
    );
    /// Environment, cause, name, account, day, revision before, who, now.
    SET_CARE = one(
        "INSERT INTO cause_care(environment, fingerprint, assignee, account, due, revision,
           changed_by, changed_at)
         VALUES($1, $2, $3, $4, $5, CAST($6 AS BIGINT) + 1, $7, $8)
         ON CONFLICT(environment, fingerprint) DO UPDATE SET assignee = excluded.assignee,
           account = excluded.account, due = excluded.due, revision = excluded.revision,
           changed_by = excluded.changed_by, changed_at = excluded.changed_at",
    );
    COUNT_COMMENTS = one(
        "SELECT COUNT(*) FROM cause_comment WHERE environment = $1 AND fingerprint = $2",
    );
    INSERT_COMMENT = one(
        "INSERT INTO cause_comment(id, environment, fingerprint, who, text, at)
         VALUES($1, $2, $3, $4, $5, $6)",
    );
    /// Of a cause, newest first, below an id.
    LIST_COMMENTS = one(
        "SELECT id, who, text, at FROM cause_comment
         WHERE environment = $1 AND fingerprint = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
    );
}

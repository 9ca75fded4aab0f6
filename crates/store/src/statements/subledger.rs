//! Entries and their lines, deposits, exceptions.

use super::Type::{Blob, Int, Text};
use super::statements;

/// The columns of an entry, in the order in which `EntryRecord` is read.
macro_rules! entry_columns {
    () => {
        "e.id, e.environment, e.reference, e.kind, e.date, e.currency, e.text, e.rule_revision,
         e.digest, e.effect_peer, e.effect_kind, e.effect_reference, e.effect_generation, e.run,
         e.state, e.sent_reference, e.voucher, e.created_at, e.updated_at"
    };
}

/// The columns of a deposit, in the order in which `DepositRecord` is read.
macro_rules! deposit_columns {
    () => {
        "d.environment, d.charge, d.payment_intent, d.presentment_currency, d.presentment_minor,
         d.presentment_left, d.settlement_currency, d.settlement_minor, d.settlement_left,
         d.opened_at"
    };
}

statements! {
    /// What an entry write is guarded by: place, run, reference, kind.
    GUARD_ENTRY = each_hot(
        "SELECT $1, id, digest, state FROM entry
         WHERE environment = (SELECT r.environment FROM run r WHERE r.id = $2)
           AND reference = $3 AND kind = $4",
        "SELECT x.ord, e.id, e.digest, e.state
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]),
           CAST($4 AS TEXT[])) AS x(ord, run, reference, kind)
         JOIN run r ON r.id = x.run
         JOIN entry e ON e.environment = r.environment AND e.reference = x.reference
           AND e.kind = x.kind
         FOR UPDATE OF e",
    );
    INSERT_ENTRY = insert("entry", &[
        ("id", Int), ("environment", Int), ("reference", Text), ("kind", Text), ("date", Text),
        ("currency", Text), ("text", Text), ("rule_revision", Int), ("digest", Blob),
        ("effect_peer", Text), ("effect_kind", Text), ("effect_reference", Text),
        ("effect_generation", Int), ("run", Int), ("state", Int), ("sent_reference", Text),
        ("created_at", Int), ("updated_at", Int), ("debit_minor", Int),
    ], "");
    INSERT_LINE = insert("entry_line", &[
        ("entry", Int), ("place", Int), ("account", Text), ("dimension", Text),
        ("amount_minor", Int), ("text", Text),
    ], "");
    /// Never backwards: id, state, voucher, now.
    SET_ENTRY_STATE = each(
        "UPDATE entry SET state = $2, voucher = COALESCE($3, voucher), updated_at = $4
         WHERE id = $1 AND state <= $2",
        "UPDATE entry SET state = x.state, voucher = COALESCE(x.voucher, entry.voucher),
           updated_at = x.now
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]),
           CAST($4 AS BIGINT[])) AS x(id, state, voucher, now)
         WHERE entry.id = x.id AND entry.state <= x.state",
    );
    DELETE_ENTRY = one("DELETE FROM entry WHERE id = $1");
    DELETE_LINES = one("DELETE FROM entry_line WHERE entry = $1");
    ENTRY_BY_ID = one(concat!("SELECT ", entry_columns!(), " FROM entry e WHERE e.id = $1"));
    /// Entries of references, of all kinds: environment, reference.
    ENTRIES = each(
        concat!("SELECT ", entry_columns!(), " FROM entry e
         WHERE e.environment = $1 AND e.reference = $2 ORDER BY e.id"),
        concat!("SELECT ", entry_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS x(environment, reference)
         JOIN entry e ON e.environment = x.environment AND e.reference = x.reference
         ORDER BY e.id"),
    );
    /// Entries by what the ERP stores: environment, sent reference.
    ENTRIES_SENT = each(
        concat!("SELECT ", entry_columns!(), " FROM entry e
         WHERE e.environment = $1 AND e.sent_reference = $2 ORDER BY e.id"),
        concat!("SELECT ", entry_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS x(environment, sent)
         JOIN entry e ON e.environment = x.environment AND e.sent_reference = x.sent
         ORDER BY e.id FOR UPDATE OF e"),
    );
    /// Environment, what the ERP stores, limit; unlike `ENTRIES_SENT` it locks nothing.
    ENTRIES_NAMED = one(concat!(
        "SELECT ", entry_columns!(), " FROM entry e
         WHERE e.environment = $1 AND e.sent_reference = $2 ORDER BY e.id DESC LIMIT $3"
    ));
    /// Environment, voucher, limit.
    ENTRIES_VOUCHER = one(concat!(
        "SELECT ", entry_columns!(), " FROM entry e
         WHERE e.environment = $1 AND e.voucher = $2 ORDER BY e.id DESC LIMIT $3"
    ));
    ENTRIES_UNPOSTED = one(concat!(
        "SELECT ", entry_columns!(), " FROM entry e
         WHERE e.environment = $1 AND e.state < 2 AND e.id > $2 ORDER BY e.id LIMIT $3"
    ));
    LIST_ENTRIES = one(concat!(
        "SELECT ", entry_columns!(), " FROM entry e
         WHERE e.environment = $1 AND e.id < $2
           AND (CAST($3 AS BIGINT) IS NULL OR e.state = $3)
           AND (CAST($4 AS TEXT) IS NULL OR e.reference LIKE $4 ESCAPE '!')
           AND (CAST($6 AS BIGINT) = 0 OR e.state < 2)
           AND (CAST($7 AS BIGINT) IS NULL OR e.created_at >= $7)
           AND (CAST($8 AS BIGINT) IS NULL OR e.created_at < $8)
         ORDER BY e.id DESC LIMIT $5"
    ));
    LINES = each(
        "SELECT entry, account, dimension, amount_minor, text FROM entry_line
         WHERE entry = $1 ORDER BY entry, place",
        "SELECT l.entry, l.account, l.dimension, l.amount_minor, l.text
         FROM unnest(CAST($1 AS BIGINT[])) AS x(entry) JOIN entry_line l ON l.entry = x.entry
         ORDER BY l.entry, l.place",
    );
    ENTRY_TOTALS = one(
        "SELECT l.account, e.currency, e.state, CAST(SUM(l.amount_minor) AS BIGINT), COUNT(*)
         FROM entry e JOIN entry_line l ON l.entry = e.id
         WHERE e.environment = $1
         GROUP BY l.account, e.currency, e.state ORDER BY l.account, e.currency, e.state",
    );
    /// Entries whose lines do not sum to nothing; there must be none.
    UNBALANCED = one(
        "SELECT e.id, CAST(COALESCE(SUM(l.amount_minor), 0) AS BIGINT), COUNT(l.entry)
         FROM entry e LEFT JOIN entry_line l ON l.entry = e.id
         GROUP BY e.id
         HAVING COALESCE(SUM(l.amount_minor), 0) <> 0 OR COUNT(l.entry) = 0
         ORDER BY e.id LIMIT 100",
    );

    /// What a deposit write is guarded by: place, run, charge.
    GUARD_DEPOSIT = each_hot(
        concat!("SELECT $1, ", deposit_columns!(), " FROM deposit d
         WHERE d.environment = (SELECT r.environment FROM run r WHERE r.id = $2)
           AND d.charge = $3"),
        concat!("SELECT x.ord, ", deposit_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]))
           AS x(ord, run, charge)
         JOIN run r ON r.id = x.run
         JOIN deposit d ON d.environment = r.environment AND d.charge = x.charge
         FOR UPDATE OF d"),
    );
    /// Whether a part was taken already: place, run, use key.
    GUARD_USE = each_hot(
        "SELECT $1, presentment_minor, settlement_minor FROM deposit_use
         WHERE environment = (SELECT r.environment FROM run r WHERE r.id = $2)
           AND use_key = $3",
        "SELECT x.ord, u.presentment_minor, u.settlement_minor
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]))
           AS x(ord, run, use_key)
         JOIN run r ON r.id = x.run
         JOIN deposit_use u ON u.environment = r.environment AND u.use_key = x.use_key",
    );
    INSERT_DEPOSIT = insert("deposit", &[
        ("environment", Int), ("charge", Text), ("payment_intent", Text),
        ("presentment_currency", Text), ("presentment_minor", Int), ("presentment_left", Int),
        ("settlement_currency", Text), ("settlement_minor", Int), ("settlement_left", Int),
        ("opened_at", Int),
    ], "");
    INSERT_USE = insert("deposit_use", &[
        ("environment", Int), ("use_key", Text), ("charge", Text), ("presentment_minor", Int),
        ("settlement_minor", Int), ("run", Int), ("at", Int),
    ], "");
    /// Environment, charge, presentment, settlement.
    TAKE_DEPOSIT = each_hot(
        "UPDATE deposit SET presentment_left = presentment_left - $3,
           settlement_left = settlement_left - $4
         WHERE environment = $1 AND charge = $2",
        "UPDATE deposit d SET presentment_left = d.presentment_left - x.presentment,
           settlement_left = d.settlement_left - x.settlement
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]),
           CAST($4 AS BIGINT[])) AS x(environment, charge, presentment, settlement)
         WHERE d.environment = x.environment AND d.charge = x.charge",
    );
    DEPOSITS = each(
        concat!("SELECT ", deposit_columns!(), " FROM deposit d
         WHERE d.environment = $1 AND d.charge = $2"),
        concat!("SELECT ", deposit_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS x(environment, charge)
         JOIN deposit d ON d.environment = x.environment AND d.charge = x.charge
         ORDER BY d.charge"),
    );
    DEPOSITS_BY_INTENT = each(
        concat!("SELECT ", deposit_columns!(), " FROM deposit d
         WHERE d.environment = $1 AND d.payment_intent = $2
         ORDER BY d.opened_at, d.charge"),
        concat!("SELECT ", deposit_columns!(), "
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS x(environment, intent)
         JOIN deposit d ON d.environment = x.environment AND d.payment_intent = x.intent
         ORDER BY d.opened_at, d.charge"),
    );
    /// What one use took from a deposit.
    DEPOSIT_USE = one("SELECT u.charge, u.presentment_minor, u.settlement_minor FROM deposit_use u
         WHERE u.environment = $1 AND u.use_key = $2");
    /// Deposits with something left, opened at or before a time, above (opened, charge).
    DEPOSITS_OPEN = one(concat!(
        "SELECT ", deposit_columns!(), " FROM deposit d
         WHERE d.environment = $1 AND d.presentment_left <> 0 AND d.opened_at <= $2
           AND (d.opened_at, d.charge) > ($3, $4)
         ORDER BY d.opened_at, d.charge LIMIT $5"
    ));

    PUT_EXCEPTION = insert("exception", &[
        ("id", Int), ("environment", Int), ("kind", Text), ("key", Text), ("sentence", Text),
        ("amount_minor", Int), ("currency", Text), ("run", Int), ("opened_at", Int),
    ], "ON CONFLICT(environment, kind, key) WHERE resolved_at IS NULL
        DO UPDATE SET sentence = excluded.sentence, amount_minor = excluded.amount_minor,
        currency = excluded.currency, run = excluded.run RETURNING id");
    LIST_EXCEPTIONS = one(
        "SELECT id, environment, kind, key, sentence, amount_minor, currency, run, opened_at,
           resolved_at, resolved_by, reason
         FROM exception
         WHERE environment = $1 AND id < $2 AND (CAST($3 AS BIGINT) = 0 OR resolved_at IS NULL)
           AND (CAST($5 AS BIGINT) IS NULL OR opened_at >= $5)
           AND (CAST($6 AS BIGINT) IS NULL OR opened_at < $6)
         ORDER BY id DESC LIMIT $4",
    );
    RESOLVE_EXCEPTION = one(
        "UPDATE exception SET resolved_at = $4, resolved_by = $5, reason = $6
         WHERE environment = $1 AND kind = $2 AND key = $3 AND resolved_at IS NULL
         RETURNING id",
    );
    /// Posted entries by currency: how many, and the sum of their debits.
    POSTED_SUMS = one(
        "SELECT currency, COUNT(*), CAST(SUM(debit_minor) AS BIGINT) FROM entry
         WHERE environment = $1 AND state = 2 GROUP BY currency ORDER BY currency",
    );
    /// Entries that are not posted, by currency and age: environment, usual until, fresh until, a
    /// week until. 0 to 2 are late, by age; 3 is within the usual time.
    UNPOSTED_SUMS = one(
        "SELECT e.currency, CASE WHEN e.created_at >= $2 THEN CAST(3 AS BIGINT)
             WHEN e.created_at >= $3 THEN 0 WHEN e.created_at >= $4 THEN 1 ELSE 2 END,
           COUNT(*), CAST(SUM(e.debit_minor) AS BIGINT) FROM entry e
         WHERE e.environment = $1 AND e.state < 2 GROUP BY e.currency, 2
         ORDER BY e.currency, 2",
    );
    /// Deposits with something left that were opened at a time or later, by currency.
    DEPOSIT_SUMS = one(
        "SELECT settlement_currency, COUNT(*), CAST(SUM(settlement_left) AS BIGINT) FROM deposit
         WHERE environment = $1 AND presentment_left <> 0 AND opened_at >= $2
         GROUP BY settlement_currency ORDER BY settlement_currency",
    );
    /// Open exceptions by currency and age: environment, fresh until, a week until.
    EXCEPTION_SUMS = one(
        "SELECT currency, CASE WHEN opened_at >= $2 THEN CAST(0 AS BIGINT)
             WHEN opened_at >= $3 THEN 1 ELSE 2 END,
           COUNT(*), CAST(SUM(ABS(amount_minor)) AS BIGINT)
         FROM exception WHERE environment = $1 AND resolved_at IS NULL
         GROUP BY currency, 2 ORDER BY currency, 2",
    );
    COUNT_EXCEPTIONS = one("SELECT COUNT(*) FROM exception WHERE resolved_at IS NULL");
}

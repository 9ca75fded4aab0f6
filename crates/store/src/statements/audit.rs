//! The audit trail.

use super::Type::{Blob, Int, Text};
use super::statements;

statements! {
    AUDIT_HEAD = one_pair(
        "SELECT id, hash FROM audit_head WHERE one = 1",
        "SELECT id, hash FROM audit_head WHERE one = 1 FOR UPDATE",
    );
    /// The same without a lock, and the newest row that there really is.
    AUDIT_HEAD_SEEN = one(
        "SELECT id, hash, (SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM audit)
         FROM audit_head WHERE one = 1",
    );
    SET_AUDIT_HEAD = one("UPDATE audit_head SET id = $1, hash = $2 WHERE one = 1");
    INSERT_AUDIT = insert("audit", &[
        ("id", Int), ("at", Int), ("who", Text), ("action", Text), ("subject", Text),
        ("detail", Text), ("prev", Blob), ("hash", Blob),
    ], "");
    /// Above an id, oldest first.
    AUDIT = one(
        "SELECT id, at, who, action, subject, detail, prev, hash FROM audit WHERE id > $1
         ORDER BY id LIMIT $2",
    );
    /// Below an id, newest first.
    LIST_AUDIT = one(
        "SELECT id, at, who, action, subject, detail, prev, hash FROM audit WHERE id < $1
         ORDER BY id DESC LIMIT $2",
    );
    /// The same of one subject.
    LIST_AUDIT_OF = one(
        "SELECT id, at, who, action, subject, detail, prev, hash FROM audit
         WHERE subject = $3 AND id < $1 ORDER BY id DESC LIMIT $2",
    );
    AUDIT_ROW = one(
        "SELECT id, at, who, action, subject, detail, prev, hash FROM audit WHERE id = $1",
    );
}

//! Tags of causes.

use super::statements;

statements! {
    /// Environment, cause, tag; nothing if it has it.
    INSERT_TAG = one(
        "INSERT INTO cause_tag(environment, fingerprint, tag) VALUES($1, $2, $3)
         ON CONFLICT(environment, tag, fingerprint) DO NOTHING RETURNING tag",
    );
    DELETE_TAG = one(
        "DELETE FROM cause_tag WHERE environment = $1 AND fingerprint = $2 AND tag = $3
         RETURNING tag",
    );
    /// How many tags a cause has, and how many different ones its environment.
    COUNT_TAGS = one(
        "SELECT COALESCE(SUM(CASE WHEN fingerprint = $2 THEN 1 ELSE 0 END), 0),
           COUNT(DISTINCT tag)
         FROM cause_tag WHERE environment = $1",
    );
    /// With how many causes that have open letters.
    TAGS_IN_USE = one(
        "SELECT t.tag, SUM(CASE WHEN EXISTS(SELECT 1 FROM dead_letter d
             WHERE d.environment = $1 AND d.fingerprint = t.fingerprint
               AND d.resolution IS NULL) THEN 1 ELSE 0 END)
         FROM cause_tag t WHERE t.environment = $1 GROUP BY t.tag ORDER BY t.tag",
    );
    /// Of the causes from one to another.
    TAGS_OF_CAUSES = one(
        "SELECT fingerprint, tag FROM cause_tag
         WHERE environment = $1 AND fingerprint >= $2 AND fingerprint <= $3
         ORDER BY fingerprint, tag",
    );
}

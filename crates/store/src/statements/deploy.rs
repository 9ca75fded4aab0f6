//! Flows, their versions, and their deployments.

use super::statements;

statements! {
    INSERT_FLOW = one(
        "INSERT INTO flow(id, name, created_at) VALUES($1, $2, $3)
         ON CONFLICT(name) DO NOTHING",
    );
    FLOW_BY_NAME = one("SELECT id, name, created_at FROM flow WHERE name = $1");
    FLOWS = one("SELECT id, name, created_at FROM flow ORDER BY id");
    VERSION_BY_DIGEST = one(
        "SELECT id, flow, number, document, digest, who, created_at FROM flow_version
         WHERE flow = $1 AND digest = $2",
    );
    NEWEST_NUMBER = one(
        "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM flow_version WHERE flow = $1",
    );
    INSERT_VERSION = one(
        "INSERT INTO flow_version(id, flow, number, document, digest, who, created_at)
         VALUES($1, $2, $3, $4, $5, $6, $7)",
    );
    VERSION = one(
        "SELECT id, flow, number, document, digest, who, created_at FROM flow_version
         WHERE id = $1",
    );
    VERSIONS = one(
        "SELECT id, flow, number, document, digest, who, created_at FROM flow_version
         WHERE flow = $1 ORDER BY number",
    );
    RETIRE = one(
        "UPDATE deployment SET active = 0 WHERE environment = $1 AND flow = $2 AND active = 1",
    );
    INSERT_DEPLOYMENT = one(
        "INSERT INTO deployment(id, environment, flow, version, settings, active, who, created_at)
         VALUES($1, $2, $3, $4, $5, 1, $6, $7)",
    );
    ACTIVE_DEPLOYMENT = one(
        "SELECT id, environment, flow, version, settings, active, who, created_at
         FROM deployment WHERE environment = $1 AND flow = $2 AND active = 1",
    );
    /// Of an environment or of all; all of them or the active ones.
    DEPLOYMENTS = one(
        "SELECT id, environment, flow, version, settings, active, who, created_at
         FROM deployment
         WHERE (CAST($1 AS BIGINT) IS NULL OR environment = $1)
           AND (CAST($2 AS BIGINT) = 0 OR active = 1)
         ORDER BY id",
    );
    DEPLOYMENT = one(
        "SELECT id, environment, flow, version, settings, active, who, created_at
         FROM deployment WHERE id = $1",
    );
}

//! Flows, their versions, and their deployments.

use super::statements;

/// The columns of a version, in the order in which `FlowVersion` is read.
macro_rules! version_columns {
    () => {
        "id, flow, number, document, digest, who, created_at, reason, samples, steps"
    };
}

/// The columns of a deployment, in the order in which `DeploymentRecord` is read.
macro_rules! deployment_columns {
    () => {
        "id, environment, flow, version, settings, active, who, created_at, reason, cause"
    };
}

statements! {
    INSERT_FLOW = one(
        "INSERT INTO flow(id, name, created_at) VALUES($1, $2, $3)
         ON CONFLICT(name) DO NOTHING",
    );
    FLOW_BY_NAME = one("SELECT id, name, created_at FROM flow WHERE name = $1");
    FLOW_NAME = one("SELECT name FROM flow WHERE id = $1");
    FLOWS = one("SELECT id, name, created_at FROM flow ORDER BY id");
    VERSION_BY_DIGEST = one(concat!(
        "SELECT ", version_columns!(), " FROM flow_version WHERE flow = $1 AND digest = $2"
    ));
    VERSION_BY_NUMBER = one(concat!(
        "SELECT ", version_columns!(), " FROM flow_version WHERE flow = $1 AND number = $2"
    ));
    NEWEST_NUMBER = one(
        "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM flow_version WHERE flow = $1",
    );
    INSERT_VERSION = one(
        "INSERT INTO flow_version(id, flow, number, document, digest, who, created_at, reason,
           samples, steps)
         VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    );
    VERSION = one(concat!("SELECT ", version_columns!(), " FROM flow_version WHERE id = $1"));
    VERSIONS = one(concat!(
        "SELECT ", version_columns!(), " FROM flow_version WHERE flow = $1 ORDER BY number"
    ));
    /// Without their texts, newest first, below a number: flow, number, limit.
    VERSION_HEADS = one(
        "SELECT id, number, digest, who, created_at, reason FROM flow_version
         WHERE flow = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    );
    NEWEST_VERSIONS = one(
        "SELECT flow, MAX(number) FROM flow_version GROUP BY flow ORDER BY flow",
    );
    RETIRE = one(
        "UPDATE deployment SET active = 0 WHERE environment = $1 AND flow = $2 AND active = 1",
    );
    INSERT_DEPLOYMENT = one(
        "INSERT INTO deployment(id, environment, flow, version, settings, active, who, created_at,
           reason, cause)
         VALUES($1, $2, $3, $4, $5, 1, $6, $7, $8, $9)",
    );
    ACTIVE_DEPLOYMENT = one(concat!(
        "SELECT ", deployment_columns!(), " FROM deployment
         WHERE environment = $1 AND flow = $2 AND active = 1"
    ));
    /// Of an environment or of all; all of them or the active ones.
    DEPLOYMENTS = one(concat!(
        "SELECT ", deployment_columns!(), " FROM deployment
         WHERE (CAST($1 AS BIGINT) IS NULL OR environment = $1)
           AND (CAST($2 AS BIGINT) = 0 OR active = 1)
         ORDER BY id"
    ));
    DEPLOYMENT = one(concat!("SELECT ", deployment_columns!(), " FROM deployment WHERE id = $1"));
    /// Newest first, below an id: environment, flow, id, limit.
    DEPLOYMENT_HISTORY = one(concat!(
        "SELECT ", deployment_columns!(), " FROM deployment
         WHERE environment = $1 AND flow = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
    ));

    DRAFT = one(
        "SELECT flow, revision, document, samples, who, changed_at FROM flow_draft
         WHERE flow = $1",
    );
    /// Those that hold something, without their texts.
    DRAFT_HEADS = one(
        "SELECT flow, revision, who, changed_at FROM flow_draft WHERE document IS NOT NULL
         ORDER BY flow",
    );
    PUT_DRAFT = one(
        "INSERT INTO flow_draft(flow, revision, document, samples, who, changed_at)
         VALUES($1, $2, $3, $4, $5, $6)
         ON CONFLICT(flow) DO UPDATE SET revision = excluded.revision,
           document = excluded.document, samples = excluded.samples, who = excluded.who,
           changed_at = excluded.changed_at",
    );
}

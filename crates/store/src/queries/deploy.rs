//! Flows, versions, deployments.

use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::deploy as sql;
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::{DeploymentId, EnvironmentId, FlowId, VersionId};

/// A flow as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRecord {
    pub id: FlowId,
    pub name: String,
    pub created_at: Timestamp,
}

/// A version of a flow; it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowVersion {
    pub id: VersionId,
    pub flow: FlowId,
    /// Counts from 1 within the flow.
    pub number: i64,
    pub document: String,
    pub digest: [u8; 32],
    pub who: String,
    pub created_at: Timestamp,
    /// Why it was published.
    pub reason: String,
    /// JSON: the texts of its samples.
    pub samples: String,
    /// JSON: the ids of its steps in the order of their ordinals; absent for what older releases
    /// stored.
    pub steps: Option<String>,
}

/// A version without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionHead {
    pub id: VersionId,
    pub number: i64,
    pub digest: [u8; 32],
    pub who: String,
    pub created_at: Timestamp,
    pub reason: String,
}

/// What a person works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRecord {
    pub flow: FlowId,
    /// Rises with each change, also when what was saved is taken away.
    pub revision: i64,
    /// Absent if nothing is saved.
    pub document: Option<String>,
    /// JSON: the texts of its samples.
    pub samples: String,
    pub who: String,
    pub changed_at: Timestamp,
}

/// A draft without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftHead {
    pub flow: FlowId,
    pub revision: i64,
    pub who: String,
    pub changed_at: Timestamp,
}

/// A version in force in an environment, or one that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentRecord {
    pub id: DeploymentId,
    pub environment: EnvironmentId,
    pub flow: FlowId,
    pub version: VersionId,
    /// JSON.
    pub settings: String,
    pub active: bool,
    pub who: String,
    pub created_at: Timestamp,
    /// Why it was put in force.
    pub reason: String,
    /// How it came: `deploy`, `promote`, `rollback`, `configuration`.
    pub cause: String,
}

/// Reads a version.
pub fn read_version(row: Row) -> Result<FlowVersion> {
    let mut row = row.read("flow_version");
    Ok(FlowVersion {
        id: VersionId(row.int()?),
        flow: FlowId(row.int()?),
        number: row.int()?,
        document: row.text()?,
        digest: row.digest()?,
        who: row.text()?,
        created_at: Timestamp(row.int()?),
        reason: row.text()?,
        samples: row.text()?,
        steps: row.opt_text()?,
    })
}

/// Reads a deployment.
pub fn read_deployment(row: Row) -> Result<DeploymentRecord> {
    let mut row = row.read("deployment");
    Ok(DeploymentRecord {
        id: DeploymentId(row.int()?),
        environment: EnvironmentId(row.int()?),
        flow: FlowId(row.int()?),
        version: VersionId(row.int()?),
        settings: row.text()?,
        active: row.flag()?,
        who: row.text()?,
        created_at: Timestamp(row.int()?),
        reason: row.text()?,
        cause: row.text()?,
    })
}

/// All flows.
pub async fn flows(session: &mut dyn Session) -> Result<Vec<FlowRecord>> {
    let read = |row: Row| {
        let mut row = row.read("flow");
        Ok(FlowRecord {
            id: FlowId(row.int()?),
            name: row.text()?,
            created_at: Timestamp(row.int()?),
        })
    };
    session
        .rows(&sql::FLOWS, &[])
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// One version.
pub async fn version(session: &mut dyn Session, id: VersionId) -> Result<FlowVersion> {
    let row = session.row(&sql::VERSION, &values![id.0]).await?;
    read_version(row.ok_or_else(|| Error::NotFound {
        what: "version",
        name: id.to_string(),
    })?)
}

/// The versions of a flow, oldest first.
pub async fn versions(session: &mut dyn Session, flow: FlowId) -> Result<Vec<FlowVersion>> {
    let rows = session.rows(&sql::VERSIONS, &values![flow.0]).await?;
    rows.into_iter().map(read_version).collect()
}

/// A version by its number.
pub async fn version_by_number(
    session: &mut dyn Session,
    flow: FlowId,
    number: i64,
) -> Result<FlowVersion> {
    let row = session
        .row(&sql::VERSION_BY_NUMBER, &values![flow.0, number])
        .await?;
    read_version(row.ok_or_else(|| Error::NotFound {
        what: "version",
        name: number.to_string(),
    })?)
}

/// A page of versions without their texts, newest first, below a number.
pub async fn version_heads(
    session: &mut dyn Session,
    flow: FlowId,
    below: i64,
    limit: i64,
) -> Result<Vec<VersionHead>> {
    let read = |row: Row| {
        let mut row = row.read("flow_version");
        Ok(VersionHead {
            id: VersionId(row.int()?),
            number: row.int()?,
            digest: row.digest()?,
            who: row.text()?,
            created_at: Timestamp(row.int()?),
            reason: row.text()?,
        })
    };
    let page = values![flow.0, below, limit];
    let rows = session.rows(&sql::VERSION_HEADS, &page).await?;
    rows.into_iter().map(read).collect()
}

/// The number of the newest version of each flow that has one.
pub async fn newest_versions(session: &mut dyn Session) -> Result<Vec<(FlowId, i64)>> {
    let rows = session.rows(&sql::NEWEST_VERSIONS, &[]).await?;
    rows.iter()
        .map(|row| Ok((FlowId(row.int(0)?), row.int(1)?)))
        .collect()
}

/// What is saved of a flow, or was.
pub async fn draft(session: &mut dyn Session, flow: FlowId) -> Result<Option<DraftRecord>> {
    let row = session.row(&sql::DRAFT, &values![flow.0]).await?;
    let read = |row: Row| {
        let mut row = row.read("flow_draft");
        Ok(DraftRecord {
            flow: FlowId(row.int()?),
            revision: row.int()?,
            document: row.opt_text()?,
            samples: row.text()?,
            who: row.text()?,
            changed_at: Timestamp(row.int()?),
        })
    };
    row.map(read).transpose()
}

/// All drafts that hold something.
pub async fn draft_heads(session: &mut dyn Session) -> Result<Vec<DraftHead>> {
    let read = |row: Row| {
        let mut row = row.read("flow_draft");
        Ok(DraftHead {
            flow: FlowId(row.int()?),
            revision: row.int()?,
            who: row.text()?,
            changed_at: Timestamp(row.int()?),
        })
    };
    let rows = session.rows(&sql::DRAFT_HEADS, &[]).await?;
    rows.into_iter().map(read).collect()
}

/// A page of what was in force of a flow in an environment, newest first, below an id.
pub async fn history(
    session: &mut dyn Session,
    environment: EnvironmentId,
    flow: FlowId,
    below: i64,
    limit: i64,
) -> Result<Vec<DeploymentRecord>> {
    let page = values![environment.0, flow.0, below, limit];
    let rows = session.rows(&sql::DEPLOYMENT_HISTORY, &page).await?;
    rows.into_iter().map(read_deployment).collect()
}

/// One deployment.
pub async fn deployment(session: &mut dyn Session, id: DeploymentId) -> Result<DeploymentRecord> {
    let row = session.row(&sql::DEPLOYMENT, &values![id.0]).await?;
    let missing = || Error::NotFound {
        what: "deployment",
        name: id.to_string(),
    };
    read_deployment(row.ok_or_else(missing)?)
}

/// The deployments of an environment or of all, all of them or the active ones.
pub async fn deployments(
    session: &mut dyn Session,
    environment: Option<EnvironmentId>,
    only_active: bool,
) -> Result<Vec<DeploymentRecord>> {
    let values = values![environment.map(|e| e.0), only_active];
    let rows = session.rows(&sql::DEPLOYMENTS, &values).await?;
    rows.into_iter().map(read_deployment).collect()
}

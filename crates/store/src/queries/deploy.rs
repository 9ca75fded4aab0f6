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

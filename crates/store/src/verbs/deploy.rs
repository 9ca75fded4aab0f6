//! Versions of flows, and which of them is in force where.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::queries::deploy::{self as queries, FlowVersion};
use crate::session::{Sequence, Session};
use crate::statements::deploy as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::{DeploymentId, EnvironmentId, VersionId};

/// A version of a flow to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    pub flow: String,
    pub document: String,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    pub who: String,
    pub at: Timestamp,
}

/// A version to be put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeployment {
    pub environment: EnvironmentId,
    pub version: VersionId,
    /// JSON: the names of connections that the flow uses.
    pub settings: String,
    pub who: String,
    pub at: Timestamp,
}

/// Stores a version, and the flow if it is its first. The same document is the same version.
pub async fn put_version(session: &mut dyn Session, new: &NewVersion) -> Result<FlowVersion> {
    let id = session.id(Sequence::Settings).await?;
    session
        .rows(&sql::INSERT_FLOW, &values![id, &new.flow, new.at.0])
        .await?;
    let flow = session.row(&sql::FLOW_BY_NAME, &values![&new.flow]).await?;
    let missing = || Error::NotFound {
        what: "flow",
        name: new.flow.clone(),
    };
    let flow = flow.ok_or_else(missing)?.int(0)?;
    let same = values![flow, new.digest.as_slice()];
    if let Some(row) = session.row(&sql::VERSION_BY_DIGEST, &same).await? {
        return queries::read_version(row);
    }
    let newest = session.row(&sql::NEWEST_NUMBER, &values![flow]).await?;
    let number = newest.map_or(Ok(0), |row| row.int(0))? + 1;
    let version = session.id(Sequence::Settings).await?;
    let values = values![
        version,
        flow,
        number,
        &new.document,
        new.digest.as_slice(),
        &new.who,
        new.at.0
    ];
    session.rows(&sql::INSERT_VERSION, &values).await?;
    queries::version(session, VersionId(version)).await
}

/// Puts a version in force; the one before is no longer. Runs keep the one they began with. If the
/// same version with the same settings is in force, it stays.
pub async fn deploy(session: &mut dyn Session, new: &NewDeployment) -> Result<DeploymentId> {
    let version = queries::version(session, new.version).await?;
    let place = values![new.environment.0, version.flow.0];
    if let Some(row) = session.row(&sql::ACTIVE_DEPLOYMENT, &place).await? {
        let active = queries::read_deployment(row)?;
        if active.version == new.version && active.settings == new.settings {
            return Ok(active.id);
        }
    }
    session.rows(&sql::RETIRE, &place).await?;
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        new.environment.0,
        version.flow.0,
        new.version.0,
        &new.settings,
        &new.who,
        new.at.0
    ];
    session.rows(&sql::INSERT_DEPLOYMENT, &values).await?;
    let act = Act {
        at: new.at,
        who: &new.who,
        action: "flow.deploy",
        subject: &DeploymentId(id).to_string(),
        detail: &format!("{} in {}", new.version, new.environment),
    };
    audit::append(session, act).await?;
    Ok(DeploymentId(id))
}

/// Takes a flow out of force in an environment; its runs go on.
pub async fn retire(
    session: &mut dyn Session,
    deployment: DeploymentId,
    who: &str,
    at: Timestamp,
) -> Result<()> {
    let found = queries::deployment(session, deployment).await?;
    if !found.active {
        return Ok(());
    }
    session
        .rows(&sql::RETIRE, &values![found.environment.0, found.flow.0])
        .await?;
    let subject = deployment.to_string();
    let act = Act {
        at,
        who,
        action: "flow.retire",
        subject: &subject,
        detail: "",
    };
    audit::append(session, act).await
}

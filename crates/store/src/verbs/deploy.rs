//! Drafts of flows, their versions, and which of them is in force where.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::queries::deploy::{self as queries, DeploymentRecord, FlowVersion};
use crate::queries::settings;
use crate::session::{Sequence, Session};
use crate::statements::deploy as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::{DeploymentId, EnvironmentId, FlowId, VersionId};

/// A version of a flow to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    pub flow: String,
    pub document: String,
    /// SHA-256 of the document, and of its samples if it has any.
    pub digest: [u8; 32],
    /// JSON: the texts of its samples.
    pub samples: String,
    /// JSON: the ids of its steps in the order of their ordinals.
    pub steps: Option<String>,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// What must be in force for a deployment to take its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Former {
    /// Whatever is.
    Any,
    /// This deployment, or nothing.
    Exactly(Option<DeploymentId>),
}

/// A version to be put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeployment {
    pub environment: EnvironmentId,
    pub version: VersionId,
    /// JSON: the names of connections that the flow uses.
    pub settings: String,
    pub former: Former,
    /// How it came: `deploy`, `promote`, `rollback`, `configuration`.
    pub cause: &'static str,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// What a person works on, to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutDraft {
    pub flow: String,
    /// None takes what is saved away.
    pub document: Option<String>,
    /// JSON: the texts of its samples.
    pub samples: String,
    /// The revision that it was changed from; 0 where nothing was saved yet.
    pub expected: i64,
    pub who: String,
    pub at: Timestamp,
}

/// A draft that becomes a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    pub version: NewVersion,
    /// The draft's revision.
    pub draft: i64,
}

/// Saves a draft, and makes its flow if it is new; answers with the draft's revision.
pub async fn put_draft(session: &mut dyn Session, put: &PutDraft) -> Result<i64> {
    let flow = put_flow(session, &put.flow, put.at).await?;
    let revision = expect_draft(session, flow, &put.flow, put.expected).await? + 1;
    let values = values![
        flow.0,
        revision,
        put.document.as_ref(),
        &put.samples,
        &put.who,
        put.at.0
    ];
    session.rows(&sql::PUT_DRAFT, &values).await?;
    if put.document.is_none() {
        let act = Act {
            at: put.at,
            who: &put.who,
            action: "draft.discard",
            subject: &put.flow,
            detail: "",
        };
        audit::append(session, act).await?;
    }
    Ok(revision)
}

async fn expect_draft(
    session: &mut dyn Session,
    flow: FlowId,
    name: &str,
    expected: i64,
) -> Result<i64> {
    let found = queries::draft(session, flow).await?;
    match found {
        Some(draft) if draft.revision != expected => Err(Error::Changed {
            what: format!("the draft of `{name}`"),
            who: draft.who,
            at: draft.changed_at,
        }),
        None if expected != 0 => Err(Error::NotFound {
            what: "draft",
            name: name.to_owned(),
        }),
        found => Ok(found.map_or(0, |draft| draft.revision)),
    }
}

/// Makes a draft a version; nothing is saved then. A document that is a version already is refused.
pub async fn publish(session: &mut dyn Session, publish: &Publish) -> Result<FlowVersion> {
    let new = &publish.version;
    let flow = put_flow(session, &new.flow, new.at).await?;
    expect_draft(session, flow, &new.flow, publish.draft).await?;
    let same = values![flow.0, new.digest.as_slice()];
    if let Some(row) = session.row(&sql::VERSION_BY_DIGEST, &same).await? {
        let known = queries::read_version(row)?.number;
        return Err(Error::Conflict(format!(
            "the draft of `{}` is what version {known} is: deploy that one",
            new.flow
        )));
    }
    let version = insert_version(session, flow, new).await?;
    let values = values![
        flow.0,
        publish.draft + 1,
        None::<&str>,
        "[]",
        &new.who,
        new.at.0
    ];
    session.rows(&sql::PUT_DRAFT, &values).await?;
    let act = Act {
        at: new.at,
        who: &new.who,
        action: "flow.publish",
        subject: &new.flow,
        detail: &format!("version {}: {}", version.number, new.reason),
    };
    audit::append(session, act).await?;
    Ok(version)
}

async fn put_flow(session: &mut dyn Session, name: &str, at: Timestamp) -> Result<FlowId> {
    if let Some(row) = session.row(&sql::FLOW_BY_NAME, &values![name]).await? {
        return Ok(FlowId(row.int(0)?));
    }
    let id = session.id(Sequence::Settings).await?;
    session
        .rows(&sql::INSERT_FLOW, &values![id, name, at.0])
        .await?;
    Ok(FlowId(id))
}

/// Stores a version, and the flow if it is its first. The same document is the same version.
pub async fn put_version(session: &mut dyn Session, new: &NewVersion) -> Result<FlowVersion> {
    let flow = put_flow(session, &new.flow, new.at).await?;
    let same = values![flow.0, new.digest.as_slice()];
    match session.row(&sql::VERSION_BY_DIGEST, &same).await? {
        Some(row) => queries::read_version(row),
        None => insert_version(session, flow, new).await,
    }
}

async fn insert_version(
    session: &mut dyn Session,
    flow: FlowId,
    new: &NewVersion,
) -> Result<FlowVersion> {
    let newest = session.row(&sql::NEWEST_NUMBER, &values![flow.0]).await?;
    let number = newest.map_or(Ok(0), |row| row.int(0))? + 1;
    let version = session.id(Sequence::Settings).await?;
    let values = values![
        version,
        flow.0,
        number,
        &new.document,
        new.digest.as_slice(),
        &new.who,
        new.at.0,
        &new.reason,
        &new.samples,
        new.steps.as_ref()
    ];
    session.rows(&sql::INSERT_VERSION, &values).await?;
    queries::version(session, VersionId(version)).await
}

/// Puts a version in force; the one before is no longer. Runs keep the one they began with. If the
/// same version with the same settings is in force, it stays. Fails if another deployment than the
/// one expected is in force.
pub async fn deploy(session: &mut dyn Session, new: &NewDeployment) -> Result<DeploymentId> {
    let version = queries::version(session, new.version).await?;
    let place = values![new.environment.0, version.flow.0];
    let active = session.row(&sql::ACTIVE_DEPLOYMENT, &place).await?;
    let active = active.map(queries::read_deployment).transpose()?;
    if let Former::Exactly(expected) = new.former
        && expected != active.as_ref().map(|a| a.id)
    {
        return Err(changed(session, new, active, version.flow).await?);
    }
    if let Some(active) = active
        && active.version == new.version
        && active.settings == new.settings
    {
        return Ok(active.id);
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
        new.at.0,
        &new.reason,
        new.cause
    ];
    session.rows(&sql::INSERT_DEPLOYMENT, &values).await?;
    let flow = flow_name(session, version.flow).await?;
    let place = environment_name(session, new.environment).await?;
    let (number, reason) = (version.number, &new.reason);
    let act = Act {
        at: new.at,
        who: &new.who,
        action: &format!("flow.{}", new.cause),
        subject: &DeploymentId(id).to_string(),
        detail: &format!("version {number} of {flow} in {place}: {reason}"),
    };
    audit::append(session, act).await?;
    Ok(DeploymentId(id))
}

async fn flow_name(session: &mut dyn Session, flow: FlowId) -> Result<String> {
    let row = session.row(&sql::FLOW_NAME, &values![flow.0]).await?;
    row.map_or_else(|| Ok(flow.to_string()), |row| row.read("flow").text())
}

async fn environment_name(session: &mut dyn Session, id: EnvironmentId) -> Result<String> {
    match settings::environment(session, id).await {
        Ok(environment) => Ok(environment.name),
        Err(Error::NotFound { .. }) => Ok(id.to_string()),
        Err(error) => Err(error),
    }
}

/// Who put in force what was not expected; the last deployment's if there is none.
async fn changed(
    session: &mut dyn Session,
    new: &NewDeployment,
    active: Option<DeploymentRecord>,
    flow: FlowId,
) -> Result<Error> {
    let last = match active {
        Some(active) => Some(active),
        None => queries::history(session, new.environment, flow, i64::MAX, 1)
            .await?
            .pop(),
    };
    Ok(match last {
        Some(last) => Error::Changed {
            what: format!("what is in force ({})", last.id),
            who: last.who,
            at: last.created_at,
        },
        None => Error::Conflict("nothing is in force there".into()),
    })
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

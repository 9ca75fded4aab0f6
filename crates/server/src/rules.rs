//! Which acts need a second person, and the proposals that wait for one.

use crate::access::Caller;
use crate::api::WaitingIn;
use crate::app::App;
use crate::problem::ApiError;
use engine::{ChangeError, Deploy, Promoted, Target};
use model::ids::EnvironmentId;
use model::{EnvironmentKind, Role};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::{Former, NewProposal, ProposalRecord, ProposalState};

/// What may need a second person's yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Publish,
    /// In an environment of this kind.
    Deploy(EnvironmentKind),
}

/// Whether an act waits for a second person's yes. The one place where it is asked.
pub async fn needs_second_person(app: &App, act: Act) -> Result<bool, ApiError> {
    let rules = app.engine.store().rules().await?;
    Ok(match act {
        Act::Publish => rules.publish,
        Act::Deploy(EnvironmentKind::Live) => rules.deploy_live,
        Act::Deploy(EnvironmentKind::Test) => false,
    })
}

/// Whether the caller is to propose the act instead of doing it. Who may only propose is refused
/// where no second person is asked.
pub async fn is_to_be_proposed(app: &App, caller: &Caller, act: Act) -> Result<bool, ApiError> {
    let is_proposed = needs_second_person(app, act).await?;
    if !is_proposed {
        caller.needs(match act {
            Act::Deploy(EnvironmentKind::Test) => Role::Editor,
            Act::Publish | Act::Deploy(EnvironmentKind::Live) => Role::Approver,
        })?;
    }
    Ok(is_proposed)
}

/// What one person proposes and another approves, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Proposed {
    Publish {
        /// Of the draft.
        revision: i64,
        reason: String,
    },
    Deploy {
        environment: String,
        version: i64,
        bindings: BTreeMap<String, String>,
        /// Where it is promoted from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PromotedFrom>,
        /// What must be in force; absent if nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former: Option<String>,
        waiting: WaitingIn,
        reason: String,
    },
}

/// Where a version is promoted from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotedFrom {
    environment: String,
    accept: Vec<String>,
}

impl Proposed {
    /// A deployment that is proposed instead of done.
    pub fn deploy(act: &Deploy, waiting: WaitingIn) -> Self {
        Self::Deploy {
            environment: act.target.environment.clone(),
            version: act.target.version,
            bindings: act.target.bindings.clone(),
            from: act.target.from.as_ref().map(|from| PromotedFrom {
                environment: from.environment.clone(),
                accept: from.accept.clone(),
            }),
            former: match act.former {
                Former::Any | Former::Exactly(None) => None,
                Former::Exactly(Some(former)) => Some(former.to_string()),
            },
            waiting,
            reason: act.reason.clone(),
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Publish { .. } => "publish",
            Self::Deploy { .. } => "deploy",
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Publish { reason, .. } | Self::Deploy { reason, .. } => reason,
        }
    }

    /// The text that the approver says yes to: the draft's, or the version's.
    async fn content(&self, app: &App, flow: &str) -> Result<String, ChangeError> {
        match self {
            Self::Publish { .. } => Ok(app.engine.draft(flow).await?.document),
            Self::Deploy { version, .. } => Ok(app.engine.version(flow, *version).await?.document),
        }
    }

    async fn environment(&self, app: &App) -> Result<Option<EnvironmentId>, ApiError> {
        match self {
            Self::Publish { .. } => Ok(None),
            Self::Deploy { environment, .. } => Ok(Some(app.environment(Some(environment))?.id)),
        }
    }

    /// Does it; answers with what came of it.
    async fn act(self, app: &App, proposal: &ProposalRecord) -> Result<String, ChangeError> {
        let (flow, who) = (&proposal.subject, &proposal.who);
        let approver = proposal.decided_by.as_deref().unwrap_or_default();
        let with_approver = |reason: String| format!("{reason} (approved by {approver})");
        match self {
            Self::Publish { revision, reason } => {
                let reason = with_approver(reason);
                let version = app.engine.publish(flow, revision, who, &reason).await?;
                Ok(format!("version {}", version.number))
            }
            Self::Deploy {
                environment,
                version,
                bindings,
                from,
                former,
                waiting,
                reason,
            } => {
                let former = former
                    .map(|id| id.parse())
                    .transpose()
                    .map_err(|_| ChangeError::Refused("the proposal names no deployment".into()))?;
                let target = Target {
                    flow: flow.clone(),
                    environment,
                    version,
                    bindings,
                    from: from.map(|from| Promoted {
                        environment: from.environment,
                        accept: from.accept,
                    }),
                };
                let deploy = Deploy {
                    target,
                    former: Former::Exactly(former),
                    waiting: waiting.into(),
                    who: who.clone(),
                    reason: with_approver(reason),
                };
                let deployed = app.engine.deploy(deploy).await?;
                Ok(deployed.deployment.to_string())
            }
        }
    }
}

/// Puts an act before a second person.
pub async fn propose(
    app: &App,
    caller: &Caller,
    flow: &str,
    proposed: &Proposed,
) -> Result<ProposalRecord, ApiError> {
    let body = serde_json::to_string(proposed).map_err(|e| ApiError::internal(&e))?;
    let new = NewProposal {
        kind: proposed.kind().to_owned(),
        environment: proposed.environment(app).await?,
        subject: flow.to_owned(),
        digest: digest(&body, &proposed.content(app, flow).await?),
        body,
        who: caller.name.to_string(),
        account: caller.account,
        reason: proposed.reason().to_owned(),
        at: app.engine.clock().now(),
    };
    Ok(app.engine.store().propose(new).await?)
}

/// Does what was approved, and notes what came of it. What the store could not take now stays
/// approved, and is done when it is approved again.
pub async fn perform(app: &App, proposal: &ProposalRecord) -> Result<(), ApiError> {
    let proposed: Proposed =
        serde_json::from_str(&proposal.body).map_err(|e| ApiError::internal(&e))?;
    let (state, outcome, error) = match done(app, proposal, proposed).await {
        Ok(outcome) => (ProposalState::Done, outcome, None),
        Err(error @ ChangeError::Store(store::Error::Busy(_))) => return Err(error.into()),
        Err(error) => {
            let state = match error {
                ChangeError::Store(store::Error::Changed { .. }) => ProposalState::Stale,
                _ => ProposalState::Failed,
            };
            (state, error.to_string(), Some(error))
        }
    };
    let store = app.engine.store();
    store.settle_proposal(proposal.id, state, &outcome).await?;
    error.map_or(Ok(()), |error| Err(error.into()))
}

async fn done(
    app: &App,
    proposal: &ProposalRecord,
    proposed: Proposed,
) -> Result<String, ChangeError> {
    let content = proposed.content(app, &proposal.subject).await?;
    if digest(&proposal.body, &content) != proposal.digest {
        return Err(ChangeError::Store(store::Error::Changed {
            what: format!("what {} proposes", proposal.id),
            who: "somebody".into(),
            at: app.engine.clock().now(),
        }));
    }
    proposed.act(app, proposal).await
}

/// What of a proposal must be as it was when it is approved.
fn digest(body: &str, content: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(u64::try_from(body.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(body);
    hash.update(content);
    hash.finalize().into()
}
